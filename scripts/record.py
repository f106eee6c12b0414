"""Draw docs/en/live.svg and docs/fr/live.svg: what `telewatt demo` shows on a real terminal.

The command runs on a pseudo-terminal, as a person would run it; its screen is drawn as it is.
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pyte
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.color import Color
from rich.console import Console
from rich.style import Style
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
TELEWATT = str(Path(sys.executable).with_name("telewatt"))
COLUMNS, ROWS = 76, 34
SECONDS = 30.0
WEB_FONTS = re.compile(r"@font-face \{\{.*?\}\}", re.DOTALL)


def run(command: list[str], seconds: float) -> pyte.Screen:
    """The screen of a command that ran for so long, then was told to end by Ctrl-C."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
    )
    os.close(slave)
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and process.poll() is None:
        if select.select([master], [], [], left)[0]:
            stream.feed(os.read(master, 65536))
    if process.poll() is not None:
        raise SystemExit(f"{command} ended by itself:\n" + "\n".join(screen.display))
    process.send_signal(signal.SIGINT)
    process.wait(timeout=15)
    os.close(master)
    return screen


def text_of(screen: pyte.Screen) -> Text:
    """The screen with its colours, without the empty lines at its end."""
    lines = []
    for row in range(ROWS):
        line = Text(no_wrap=True)
        for column in range(COLUMNS):
            cell = screen.buffer[row][column]
            line.append(cell.data, Style(color=color_of(cell.fg), bold=cell.bold))
        lines.append(line)
    while lines and not lines[-1].plain.strip():
        lines.pop()
    return Text("\n").join(lines)


def color_of(name: str) -> Color:
    """A colour of the terminal emulator: a name of the palette, or six hexadecimal digits."""
    if re.fullmatch("[0-9a-f]{6}", name):
        return Color.parse(f"#{name}")
    name = name.replace("brown", "yellow").replace("bright", "bright_")
    return Color.parse(name)


def draw(text: Text) -> str:
    """The picture, with the fonts of whoever looks at it: nothing is fetched."""
    console = Console(width=COLUMNS, record=True, file=io.StringIO())
    console.print(text)
    template = WEB_FONTS.sub("", CONSOLE_SVG_FORMAT).replace("Fira Code, ", "")
    return console.export_svg(title="telewatt demo", code_format=template, unique_id="live")


def main() -> None:
    for language in ("en", "fr"):
        screen = run([TELEWATT, "--lang", language, "demo", "--days", "0"], SECONDS)
        picture = ROOT / "docs" / language / "live.svg"
        picture.write_text(draw(text_of(screen)), encoding="utf-8")
        print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size} bytes")


if __name__ == "__main__":
    main()
