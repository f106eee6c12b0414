"""Lines, symbols and words of the circuit pictures which draw_circuits.py draws."""

from html import escape

from telewatt.language import Language, Text

Words = Text | str
Point = tuple[float, float]

STYLE = """
.card{fill:#fbfbf8;stroke:#c9c9c0}
.line{fill:none;stroke:#1f2430;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.thick{stroke-width:4}
.part{fill:#fff;stroke:#1f2430;stroke-width:2}
.solid{fill:#1f2430}
.bus{fill:none;stroke:#1558b0;stroke-width:2;stroke-linejoin:round}
.busy{fill:#1558b0}
.wall{fill:none;stroke:#8a5a00;stroke-width:2;stroke-dasharray:7 5}
.mains{fill:none;stroke:#b3261e;stroke-width:2}
.faint{fill:none;stroke:#8b8f99;stroke-width:1;stroke-dasharray:3 4}
text{font-family:"DejaVu Sans",Verdana,Arial,sans-serif;font-size:15px;fill:#1f2430}
.small{font-size:13px;fill:#4a4f5c}
.title{font-size:17px;font-weight:bold}
.blue{fill:#1558b0}
.brown{fill:#8a5a00}
.red{fill:#b3261e}
@media (prefers-color-scheme:dark){
.card{fill:#1b1e25;stroke:#454a57}
.line{stroke:#e6e8ee}
.part{fill:#262a34;stroke:#e6e8ee}
.solid{fill:#e6e8ee}
.bus{stroke:#7fb3ff}
.busy{fill:#7fb3ff}
.wall{stroke:#e0b050}
.mains{stroke:#ff8a80}
text{fill:#e6e8ee}
.small{fill:#b4b9c6}
.blue{fill:#7fb3ff}
.brown{fill:#e0b050}
.red{fill:#ff8a80}
}
"""


def number(value: float) -> str:
    """One decimal at most, the same on every machine."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


class Sheet:
    """One picture in one language, of lines, symbols and words; x to the right, y downwards."""

    def __init__(self, language: Language, width: int, height: int, title: Text) -> None:
        self.language = language
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" aria-labelledby="title">',
            f'<title id="title">{escape(title.of(language))}</title>',
            f"<style>{STYLE}</style>",
            f'<rect class="card" x="1" y="1" width="{width - 2}" height="{height - 2}" rx="10"/>',
        ]
        self.text(24, 34, title, "title")

    def svg(self) -> str:
        return "\n".join([*self.parts, "</svg>", ""])

    def text(self, x: float, y: float, words: Words, kind: str = "", anchor: str = "start") -> None:
        """Write words; a plain text is a name or a figure, in French with a decimal comma."""
        if isinstance(words, str):
            words = Text(words, words.replace(".", ","))
        said = words.of(self.language)
        for row, line in enumerate(said.split("\n")):
            self.parts.append(
                f'<text class="{kind}" x="{number(x)}" y="{number(y + 18 * row)}" '
                f'text-anchor="{anchor}">{escape(line)}</text>'
            )

    def wire(self, *points: Point, kind: str = "line") -> None:
        path = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        self.parts.append(f'<polyline class="{kind}" points="{path}"/>')

    def shape(self, *points: Point, kind: str = "solid") -> None:
        path = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        self.parts.append(f'<polygon class="{kind}" points="{path}"/>')

    def box(self, x: float, y: float, width: float, height: float, kind: str = "part") -> None:
        self.parts.append(
            f'<rect class="{kind}" x="{number(x)}" y="{number(y)}" width="{number(width)}" '
            f'height="{number(height)}" rx="3"/>'
        )

    def disc(self, x: float, y: float, radius: float, kind: str = "solid") -> None:
        self.parts.append(
            f'<circle class="{kind}" cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"/>'
        )

    def terminal(self, x: float, y: float, name: str, kind: str = "blue") -> None:
        self.disc(x, y, 6, "part")
        self.text(x - 14, y + 5, name, kind, "end")

    def output(self, x: float, y: float, name: str) -> None:
        self.shape((x, y - 6), (x + 12, y), (x, y + 6))
        self.text(x + 20, y + 5, name)

    def across(self, x: float, y: float, words: str) -> None:
        """A resistor of 80 from (x, y) to the right."""
        self.wire((x, y), (x + 80, y))
        self.box(x + 14, y - 9, 52, 18)
        self.text(x + 40, y - 18, words, anchor="middle")

    def upright(self, x: float, y: float, words: str) -> None:
        """A resistor of 80 from (x, y) downwards."""
        self.wire((x, y), (x, y + 80))
        self.box(x - 9, y + 14, 18, 52)
        self.text(x + 18, y + 45, words)

    def ground(self, x: float, y: float) -> None:
        self.wire((x, y), (x, y + 14))
        for half, down in ((14, 14), (9, 20), (4, 26)):
            self.wire((x - half, y + down), (x + half, y + down))
        self.text(x + 20, y + 26, "GND", "small")

    def supply(self, x: float, y: float) -> None:
        self.wire((x - 12, y), (x + 12, y), kind="line thick")
        self.text(x, y - 10, "3.3 V", anchor="middle")

    def diode(self, x: float, y: float, *, down: bool, shines: bool = True) -> None:
        """A diode (or LED) of 40 centred on (x, y), its arrow the way the current flows."""
        way = 1 if down else -1
        self.wire((x, y - 20), (x, y + 20))
        self.shape((x - 11, y - 9 * way), (x + 11, y - 9 * way), (x, y + 9 * way))
        self.wire((x - 11, y + 9 * way), (x + 11, y + 9 * way))
        for offset in (0, 9) if shines else ():
            start = (x + 15, y - 4 + offset)
            tip = (x + 25, y - 12 + offset)
            self.wire(start, tip)
            self.shape(tip, (tip[0] - 7, tip[1] + 1.5), (tip[0] - 2.5, tip[1] + 6.5))

    def opto(self, x: float, y: float, name: str) -> None:
        """An opto-coupler 150 wide; pins: (x, y) and (x, y+100) left, (x+150, ...) right."""
        self.box(x, y - 30, 150, 160)
        self.wire((x, y), (x + 55, y), (x + 55, y + 30))
        self.wire((x + 22, y), (x + 22, y + 30))
        self.diode(x + 22, y + 50, down=True, shines=False)
        self.diode(x + 55, y + 50, down=False)
        self.wire((x + 22, y + 70), (x + 22, y + 100))
        self.wire((x, y + 100), (x + 55, y + 100), (x + 55, y + 70))
        self.disc(x + 22, y, 3.5)
        self.disc(x + 22, y + 100, 3.5)
        self.wire((x + 108, y + 30), (x + 108, y + 70), kind="line thick")
        self.wire((x + 108, y + 42), (x + 128, y + 22), (x + 128, y), (x + 150, y))
        self.wire((x + 108, y + 58), (x + 128, y + 78), (x + 128, y + 100), (x + 150, y + 100))
        self.shape((x + 126, y + 76), (x + 114, y + 71), (x + 121, y + 64))
        self.text(x + 75, y + 150, name, anchor="middle")

    def pin(self, x: float, y: float, name: str, anchor: str) -> None:
        self.text(x, y, name, "small", anchor)

    def npn(self, x: float, y: float) -> None:
        """An NPN transistor: base at (x, y), collector at (x+40, y-50), emitter at (x+40, y+50)."""
        self.disc(x + 30, y, 27, "part")
        self.wire((x, y), (x + 20, y))
        self.wire((x + 20, y - 16), (x + 20, y + 16), kind="line thick")
        self.wire((x + 20, y - 7), (x + 40, y - 22), (x + 40, y - 50))
        self.wire((x + 20, y + 7), (x + 40, y + 22), (x + 40, y + 50))
        self.shape((x + 39, y + 21), (x + 27, y + 18), (x + 33, y + 10))

    def nmos(self, x: float, y: float) -> None:
        """An N-channel MOSFET: gate (x, y), drain (x+40, y-50), source (x+40, y+50)."""
        self.disc(x + 30, y, 29, "part")
        self.wire((x, y), (x + 14, y))
        self.wire((x + 14, y - 15), (x + 14, y + 15))
        for middle in (-12, 0, 12):
            self.wire((x + 20, y + middle - 5), (x + 20, y + middle + 5), kind="line thick")
        self.wire((x + 20, y - 12), (x + 40, y - 12), (x + 40, y - 50))
        self.wire((x + 20, y + 12), (x + 40, y + 12), (x + 40, y + 50))
        self.wire((x + 22, y), (x + 40, y), (x + 40, y + 12))
        self.shape((x + 22, y), (x + 31, y - 5), (x + 31, y + 5))

    def barrier(self, x: float, top: float, bottom: float) -> None:
        """The galvanic isolation: nothing but light crosses this line."""
        self.wire((x, top), (x, bottom), kind="wall")
        self.text(x - 12, top + 6, Text("the meter's side", "côté compteur"), "small brown", "end")
        self.text(x + 12, top + 6, Text("your side", "votre côté"), "small brown")

    def bus_side(self, resistor: str) -> None:
        """Terminals I1 and I2, R1 and the opto-coupler, whose right pins are (420, 130 and 230)."""
        self.wire((76, 130), (110, 130), kind="bus")
        self.wire((76, 230), (270, 230), kind="bus")
        self.terminal(70, 130, "I1")
        self.terminal(70, 230, "I2")
        self.across(110, 130, resistor)
        self.wire((190, 130), (270, 130), kind="bus")
        self.opto(270, 130, "SFH620A, LTV-814")
        for name, at, height in (("1", 264, 124), ("2", 264, 224)):
            self.pin(at, height, name, "end")
        for name, at, height in (("4", 426, 124), ("3", 426, 224)):
            self.pin(at, height, name, "start")
        self.barrier(361, 74, 264)
