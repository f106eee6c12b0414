"""Draw the pictures of the hardware guide: docs/en/circuits/*.svg and docs/fr/circuits/*.svg.

python docs/draw_circuits.py
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from circuit_sheet import Sheet
from circuit_signal import signal

from telewatt.language import Language, Text


def meter_terminals(sheet: Sheet) -> None:
    sheet.box(40, 110, 680, 150)
    for index, name in enumerate(("P", "N", "N'", "P'")):
        sheet.box(90 + 62 * index, 185, 34, 40, "mains")
        sheet.text(107 + 62 * index, 247, name, "red", "middle")
    for index, name in enumerate(("I1", "I2", "A")):
        sheet.box(480 + 70 * index, 130, 26, 26, "bus")
        sheet.text(493 + 70 * index, 176, name, "blue", "middle")
    for index, name in enumerate(("C1", "C2")):
        sheet.box(550 + 70 * index, 195, 26, 26, "mains")
        sheet.text(563 + 70 * index, 243, name, "red", "middle")
    for left, right, height, words in (
        (493, 563, 96, Text("I1-I2: the data", "I1-I2 : les données")),
        (493, 633, 68, Text("I1-A: a little power", "I1-A : un peu d'énergie")),
    ):
        sheet.wire((left, 130), (left, height), (right, height), (right, 130), kind="bus")
        sheet.text(left - 10, height + 5, words, "blue", "end")
    sheet.wire((563, 250), (563, 278), (633, 278), (633, 250), kind="mains")
    sheet.text(
        704,
        304,
        Text(
            "C1-C2: dry contact of the water heater,\noften at 230 V: keep away",
            "C1-C2 : contact sec du chauffe-eau,\nsouvent au 230 V : n'y touchez pas",
        ),
        "red",
        "end",
    )
    sheet.wire((90, 262), (90, 278), (310, 278), (310, 262), kind="mains")
    sheet.text(
        90,
        304,
        Text(
            "mains, live even with the\nmain breaker off",
            "secteur, sous tension même\ndisjoncteur coupé",
        ),
        "red",
    )


def historic(sheet: Sheet) -> None:
    sheet.bus_side("R1  1 kΩ")
    sheet.supply(520, 74)
    sheet.upright(520, 74, "R2  10 kΩ")
    sheet.wire((520, 154), (520, 170), (480, 170), (480, 130), (420, 130))
    sheet.wire((520, 170), (620, 170))
    sheet.disc(520, 170, 4)
    sheet.output(620, 170, "RX")
    sheet.wire((420, 230), (520, 230), (520, 250))
    sheet.ground(520, 250)


def _followed(sheet: Sheet, stage: Callable[[float, float], None], pull_down: str) -> None:
    """The opto-coupler as a follower and a transistor stage behind it."""
    sheet.supply(500, 100)
    sheet.wire((420, 130), (500, 130), (500, 100))
    sheet.wire((420, 230), (560, 230))
    sheet.disc(470, 230, 4)
    sheet.upright(470, 230, pull_down)
    sheet.ground(470, 310)
    stage(560, 230)
    sheet.wire((600, 180), (600, 164))
    sheet.supply(600, 84)
    sheet.upright(600, 84, "R3  10 kΩ")
    sheet.wire((600, 180), (680, 180))
    sheet.disc(600, 180, 4)
    sheet.output(680, 180, "RX")
    sheet.wire((600, 280), (600, 310))
    sheet.ground(600, 310)


def standard(sheet: Sheet) -> None:
    sheet.bus_side("R1  1 kΩ")
    _followed(sheet, sheet.npn, "R2  3.3 kΩ")
    sheet.text(644, 236, "Q1  BC547")
    sheet.pin(608, 200, "C", "start")
    sheet.pin(608, 280, "E", "start")
    sheet.pin(552, 222, "B", "end")


def standard_mosfet(sheet: Sheet) -> None:
    sheet.bus_side("R1  470 Ω")
    _followed(sheet, sheet.nmos, "R2  4.7 kΩ")
    sheet.text(644, 236, "Q1  BS170")
    sheet.pin(608, 200, "D", "start")
    sheet.pin(608, 280, "S", "start")
    sheet.pin(552, 222, "G", "end")


def pinouts(sheet: Sheet) -> None:
    transistors = (("BS170", "DGS"), ("2N7000", "SGD"), ("BC547", "CBE"), ("2N3904", "EBC"))
    for index, (name, legs) in enumerate(transistors):
        x = 40 + 180 * index
        sheet.box(x, 70, 130, 80)
        sheet.text(x + 65, 116, name, anchor="middle")
        for place, leg in enumerate(legs):
            at = x + 30 + 35 * place
            sheet.wire((at, 150), (at, 196))
            sheet.text(at, 218, leg, "blue", "middle")


def led_test(sheet: Sheet) -> None:
    sheet.wire((96, 100), (150, 100), kind="bus")
    sheet.terminal(90, 100, "I1")
    sheet.terminal(90, 240, "I2")
    sheet.across(150, 100, "470 Ω  1/4 W")
    sheet.wire((230, 100), (360, 100))
    sheet.wire((96, 240), (360, 240), kind="bus")
    for x, down in ((290, True), (360, False)):
        sheet.wire((x, 100), (x, 150))
        sheet.diode(x, 170, down=down)
        sheet.wire((x, 190), (x, 240))
    sheet.disc(290, 100, 4)
    sheet.disc(290, 240, 4)
    sheet.text(
        430,
        120,
        Text(
            "Two red LEDs, head to tail:\neach protects the other\nfrom reverse voltage.\n"
            "(Or one LED and a 1N4148.)",
            "Deux LED rouges, tête-bêche :\nchacune protège l'autre de\nla tension inverse.\n"
            "(Ou une LED et une 1N4148.)",
        ),
    )


def _meter_and_circuit(sheet: Sheet, number: int, top: float) -> None:
    sheet.box(30, top, 110, 90)
    sheet.text(85, top + 50, Text(f"meter {number}", f"compteur {number}"), anchor="middle")
    sheet.box(280, top, 130, 90)
    sheet.text(345, top + 42, Text("circuit", "montage"), anchor="middle")
    sheet.text(345, top + 62, Text("(above)", "(ci-dessus)"), "small", "middle")
    for name, down in (("I1", 30), ("I2", 66)):
        sheet.wire((140, top + down), (280, top + down), kind="bus")
        sheet.text(150, top + down - 6, name, "small")
        sheet.text(270, top + down - 6, name, "small", "end")
    sheet.wire((345, top), (345, top + 24), kind="wall")
    sheet.wire((345, top + 72), (345, top + 90), kind="wall")
    for name, down in (("3.3 V", 18), ("RX", 46), ("GND", 74)):
        sheet.text(416, top + down - 5, name, "small")


def two_meters(sheet: Sheet) -> None:
    _meter_and_circuit(sheet, 1, 70)
    _meter_and_circuit(sheet, 2, 220)
    sheet.box(560, 62, 176, 256)
    for words, at in (("ESP32", 578), ("Pi 4", 672)):
        sheet.text(at, 86, words)
    pins = (
        (116, "GPIO16", Text("pin 10", "broche 10")),
        (266, "GPIO17", Text("pin 29", "broche 29")),
        (164, "3V3", Text("pin 1", "broche 1")),
        (216, "GND", Text("pin 6", "broche 6")),
    )
    for height, esp32, pi in pins:
        sheet.text(578, height + 5, esp32, "small")
        sheet.text(660, height + 5, pi, "small")
    sheet.wire((410, 116), (560, 116))
    sheet.wire((410, 266), (560, 266))
    sheet.wire((410, 88), (500, 88), (500, 238), (410, 238))
    sheet.wire((500, 164), (560, 164))
    sheet.disc(500, 164, 4)
    sheet.wire((410, 144), (476, 144), (476, 294), (410, 294))
    sheet.wire((476, 216), (560, 216))
    sheet.disc(476, 216, 4)


class Picture(NamedTuple):
    """One picture: its size and title, what is drawn, and the words below, from ``words_y`` on."""

    width: int
    height: int
    title: Text
    draw: Callable[[Sheet], None]
    words_y: int
    words: Text


CIRCUITS = {
    "terminals": Picture(
        760,
        400,
        Text(
            "Single-phase Linky: the terminals under the customer's cover",
            "Linky monophasé : les bornes sous le capot client",
        ),
        meter_terminals,
        362,
        Text(
            "After the drawing of Enedis-NOI-CPT_54E, 8.2. Go by the letters on the meter, not by"
            " the place:\nit varies with the maker; a three-phase Linky has them in its upper part;"
            " a CBE has no A.",
            "D'après le schéma d'Enedis-NOI-CPT_54E, 8.2. Fiez-vous aux lettres du compteur, pas à"
            " la place :\nelle varie selon le fabricant ; un Linky triphasé les a en haut ;"
            " un CBE n'a pas de borne A.",
        ),
    ),
    "signal": Picture(
        760,
        470,
        Text(
            "One bit lasts 104 µs at 9600 Bd, 5 periods of the carrier",
            "À 9600 Bd un bit dure 104 µs, 5 périodes de la porteuse",
        ),
        signal,
        404,
        Text(
            "Below 0.825 V an ESP32 reads 0, above 2.475 V it reads 1, between them anything.\n"
            "The slow circuit makes the ones too short: harmless at 1200 Bd, where a bit lasts\n"
            "eight times as long, fatal at 9600. Drawn to explain, not measured.",
            "Sous 0,825 V un ESP32 lit 0, au-dessus de 2,475 V il lit 1, entre les deux n'importe"
            " quoi.\nLe montage lent raccourcit les 1 : sans conséquence à 1200 Bd, où un bit dure"
            " huit fois\nplus, fatal à 9600. Dessiné pour expliquer, non mesuré.",
        ),
    ),
    "historic": Picture(
        760,
        400,
        Text("The classic circuit: historic mode", "Le montage classique : mode historique"),
        historic,
        340,
        Text(
            "Carrier on the line: the LEDs shine, the transistor pulls RX to GND: bit 0.\n"
            "No carrier: R2 pulls RX up to 3.3 V: bit 1, and the rest between frames.",
            "Porteuse présente : les LED éclairent, le transistor tire RX vers GND : bit 0.\n"
            "Pas de porteuse : R2 remonte RX à 3,3 V : bit 1, et le repos entre les trames.",
        ),
    ),
    "standard": Picture(
        780,
        440,
        Text(
            "For standard mode (and historic): an NPN transistor behind it",
            "Pour le mode standard (et historique) : un transistor NPN à la suite",
        ),
        standard,
        388,
        Text(
            "The collector stays at 3.3 V and R2 is small, so the opto-coupler is fast;\n"
            "Q1 makes clean levels. Carrier: Q1 conducts, RX low, bit 0.",
            "Le collecteur reste à 3,3 V et R2 est petite : l'optocoupleur est rapide ;\n"
            "Q1 donne des niveaux francs. Porteuse : Q1 conduit, RX bas, bit 0.",
        ),
    ),
    "standard-mosfet": Picture(
        780,
        440,
        Text(
            "For standard mode (and historic): an N-channel MOSFET behind it",
            "Pour le mode standard (et historique) : un MOSFET canal N à la suite",
        ),
        standard_mosfet,
        388,
        Text(
            "The gate needs some 2 V on R2 (an NPN base 0.7 V), hence more light: R1 is smaller.\n"
            "Drain and source swapped: RX never rises above 0.6 V or so.",
            "La grille demande environ 2 V sur R2 (la base d'un NPN 0,7 V) : il faut plus de"
            " lumière,\nR1 est plus petite. Drain et source inversés : RX ne dépasse jamais"
            " 0,6 V environ.",
        ),
    ),
    "pinouts": Picture(
        760,
        300,
        Text(
            "TO-92, flat face towards you, legs down",
            "Boîtier TO-92, face plate vers vous, pattes en bas",
        ),
        pinouts,
        254,
        Text(
            "D drain, G gate, S source; C collector, B base, E emitter. Same job, opposite order:\n"
            "check the data sheet of the very part in your hand, makers differ.",
            "D drain, G grille, S source ; C collecteur, B base, E émetteur. Même rôle, ordre"
            " inverse :\nvérifiez la notice de la pièce que vous avez en main, les fabricants"
            " diffèrent.",
        ),
    ),
    "led-test": Picture(
        760,
        330,
        Text("Is there a signal? Two LEDs tell", "Y a-t-il un signal ? Deux LED le disent"),
        led_test,
        286,
        Text(
            "They glow while the carrier is there, that is during the bits 0. Look in the shade.\n"
            "Nothing else is connected: no computer, no power supply.",
            "Elles luisent tant que la porteuse est là, c'est-à-dire pendant les bits 0. Regardez à"
            " l'ombre.\nRien d'autre n'est raccordé : ni ordinateur, ni alimentation.",
        ),
    ),
    "two-meters": Picture(
        760,
        420,
        Text(
            "Two meters, two circuits, one board",
            "Deux compteurs, deux montages, une carte",
        ),
        two_meters,
        360,
        Text(
            "Wires that cross without a dot do not touch. The meters' sides share nothing.\n"
            "ESP32: a DOIT DevKit v1. Pi 4: with dtoverlay=disable-bt and dtoverlay=uart3.",
            "Les fils qui se croisent sans point ne se touchent pas. Les côtés compteur n'ont rien"
            " de\ncommun. ESP32 : DOIT DevKit v1. Pi 4 : avec dtoverlay=disable-bt et"
            " dtoverlay=uart3.",
        ),
    ),
}


def draw(name: str, language: Language) -> str:
    """The picture as it is committed."""
    picture = CIRCUITS[name]
    sheet = Sheet(language, picture.width, picture.height, picture.title)
    picture.draw(sheet)
    sheet.text(24, picture.words_y, picture.words, "small")
    return sheet.svg()


def main() -> None:
    languages: tuple[Language, ...] = ("en", "fr")
    for language in languages:
        folder = Path(__file__).parent / language / "circuits"
        folder.mkdir(exist_ok=True)
        for name in CIRCUITS:
            (folder / f"{name}.svg").write_text(draw(name, language), encoding="utf-8")


if __name__ == "__main__":
    main()
