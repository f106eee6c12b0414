"""The injectors: each turns the clean bytes of one frame into damaged ones.

They take 7-bit bytes, and bytes with the parity in bit 7 as well: a damaged byte keeps the parity
bit that was sent, as on a line. The rate is a probability per byte, per framing byte, per dataset
or per frame: `INJECTORS` says which. Every one was seen on a real line or reported by its owner.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from telewatt.tic import add_parity, checksum

LF, CR, STX, ETX, HT = 0x0A, 0x0D, 0x02, 0x03, 0x09
_DATASET = re.compile(rb"\n[^\r\x8d]*[\r\x8d]")
_STRIP = bytes(range(128)) * 2
_SUBSTITUTES = {LF: (0x0B, 0x0E, 0x0F), CR: (0x0C, 0x08), ETX: (0x04,), HT: (0x08, 0x00, 0x20)}
_LINE_ENDINGS = (b"\n", b"\r\n", b"\n\n", b"\r\r\n")
_ABSURD = re.compile(rb"\n((?:SINSTS[123]?|IINST[123]?|PAPP)([\t ]))(\d+)\2.\r", re.DOTALL)
_DATE = re.compile(rb"(\nDATE\t\w+)\t\t(.\r)", re.DOTALL)


@dataclass(slots=True)
class Damage:
    """What an injector works with; ``count`` is how often it has struck."""

    rng: Random
    rate: float
    parity: bool
    count: int = 0
    bad_frames: int = 0

    def strikes(self, length: int) -> Iterator[int]:
        """The places, of ``length``, that are struck: each with probability ``rate``."""
        if self.rate <= 0:
            return
        at = -1
        while True:
            at += 1 if self.rate >= 1 else 1 + self._skipped()
            if at >= length:
                return
            self.count += 1
            yield at

    def _skipped(self) -> int:
        return int(math.log(1 - self.rng.random()) / math.log(1 - self.rate))

    def below(self, limit: int) -> int:
        """A random number from 0 to ``limit`` - 1."""
        return int(self.rng.random() * limit)

    def random_bytes(self, length: int) -> bytes:
        """Random bytes, as wide as the line's."""
        return bytes(self.below(256 if self.parity else 128) for _ in range(length))

    def sent(self, clean: bytes) -> bytes:
        """Bytes that the meter itself sends: with their parity where the line has it."""
        return add_parity(clean) if self.parity else clean


Injector = Callable[[bytes, Damage], bytes]


def flip(line: bytes, damage: Damage) -> bytes:
    """One bit of a byte turns over."""
    out = bytearray(line)
    for at in damage.strikes(len(line)):
        out[at] ^= 1 << damage.below(8 if damage.parity else 7)
    return bytes(out)


def fade(line: bytes, damage: Damage) -> bytes:
    """A weak receiver loses ones, on bits 0, 2 and 4 only; a byte without them stays."""
    out = bytearray(line)
    for at in damage.strikes(len(line)):
        ones = [bit for bit in (0x01, 0x04, 0x10) if line[at] & bit]
        if ones:
            out[at] &= ~ones[damage.below(len(ones))]
    return bytes(out)


def bit6(line: bytes, damage: Damage) -> bytes:
    """Bit 6 turns over: no checksum sees it."""
    out = bytearray(line)
    for at in damage.strikes(len(line)):
        out[at] ^= 0x40
    return bytes(out)


def burst(line: bytes, damage: Damage) -> bytes:
    """3 to 40 bytes in a row are random."""
    out = bytearray(line)
    for at in damage.strikes(len(line)):
        length = min(3 + damage.below(38), len(line) - at)
        out[at : at + length] = damage.random_bytes(length)
    return bytes(out)


def drop(line: bytes, damage: Damage) -> bytes:
    """1 to 12 bytes in a row are lost."""
    kept, start = [], 0
    for at in damage.strikes(len(line)):
        kept.append(line[start:at])
        start = max(start, at + 1 + damage.below(12))
    return b"".join((*kept, line[start:]))


def framing(line: bytes, damage: Damage) -> bytes:
    """LF, CR, ETX and HT turn into their neighbours, STX is lost."""
    places = [at for at, byte in enumerate(line) if byte & 0x7F in (LF, CR, STX, ETX, HT)]
    out = [line[at : at + 1] for at in range(len(line))]
    for struck in damage.strikes(len(places)):
        at = places[struck]
        substitutes = _SUBSTITUTES.get(line[at] & 0x7F)
        if substitutes is None:
            out[at] = b""
        else:
            byte = substitutes[damage.below(len(substitutes))]
            out[at] = bytes((byte | line[at] & 0x80,))
    return b"".join(out)


def _edit_datasets(line: bytes, damage: Damage, edit: Callable[[bytes], bytes]) -> bytes:
    spans = [found.span() for found in _DATASET.finditer(line)]
    out, done = [], 0
    for struck in damage.strikes(len(spans)):
        start, end = spans[struck]
        out += [line[done:start], edit(line[start:end])]
        done = end
    return b"".join((*out, line[done:]))


def lose(line: bytes, damage: Damage) -> bytes:
    """A whole dataset is lost."""
    return _edit_datasets(line, damage, lambda _: b"")


def repeat(line: bytes, damage: Damage) -> bytes:
    """A dataset, or one of its bytes, comes twice."""

    def edit(dataset: bytes) -> bytes:
        if damage.below(2):
            return dataset + dataset
        at = damage.below(len(dataset))
        return dataset[: at + 1] + dataset[at:]

    return _edit_datasets(line, damage, edit)


def newline(line: bytes, damage: Damage) -> bytes:
    """The line discipline of a terminal changes CR: LF, CR LF, LF LF, an empty line."""

    def edit(dataset: bytes) -> bytes:
        return dataset[:-1] + damage.sent(_LINE_ENDINGS[damage.below(len(_LINE_ENDINGS))])

    return _edit_datasets(line, damage, edit)


def nosum(line: bytes, damage: Damage) -> bytes:
    """The checksum is missing, with or without its separator, or the data are masked with X."""

    def edit(dataset: bytes) -> bytes:
        way = damage.below(3)
        if way < 2 or len(dataset) < 4:  # what another injector has left
            return dataset[: -2 - way % 2] + dataset[-1:]
        clean = dataset.translate(_STRIP)
        head, data, tail = clean[:-3].rpartition(clean[-3:-2])
        return damage.sent(head + data + b"X" * len(tail) + clean[-3:])

    return _edit_datasets(line, damage, edit)


def pair(line: bytes, damage: Damage) -> bytes:
    """The same bit turns over in two bytes of a dataset, up and down: the checksum stays right."""

    def edit(dataset: bytes) -> bytes:
        bit = 1 << damage.below(6)
        inner = range(1, len(dataset) - 3)
        ups = [at for at in inner if not dataset[at] & bit]
        downs = [at for at in inner if dataset[at] & bit]
        if not ups or not downs:
            return dataset
        out = bytearray(dataset)
        out[ups[damage.below(len(ups))]] ^= bit
        out[downs[damage.below(len(downs))]] ^= bit
        return bytes(out)

    return _edit_datasets(line, damage, edit)


def absurd(line: bytes, damage: Damage) -> bytes:
    """The meter itself sends an impossible power or current, with a good checksum."""
    clean = line.translate(_STRIP)
    found = list(_ABSURD.finditer(clean))
    out, done = [], 0
    for struck in damage.strikes(len(found)):
        match = found[struck]
        digits = b"".join(b"%d" % (3 + damage.below(7)) for _ in match[3])
        zone = match[1] + digits + (match[2] if match[2] == b"\t" else b"")
        dataset = b"\n%s%s%s%c\r" % (match[1], digits, match[2], checksum(zone))
        out += [line[done : match.start()], damage.sent(dataset)]
        done = match.end()
    return b"".join((*out, line[done:]))


def malformed(line: bytes, damage: Damage) -> bytes:
    """DATE without one of its HT, else a label outside the specification."""
    if not list(damage.strikes(1)):
        return line
    clean = line.translate(_STRIP)
    damaged = _DATE.sub(rb"\1\t\2", clean)
    if damaged == clean:
        zone = b"TENSION 235"
        damaged = clean[:1] + b"\n%s %c\r" % (zone, checksum(zone)) + clean[1:]
    return damage.sent(damaged)


def cut(line: bytes, damage: Damage) -> bytes:
    """The head or the tail of the frame is missing."""
    for _ in damage.strikes(1):
        at = damage.below(len(line))
        line = line[at:] if damage.below(2) else line[:at]
    return line


def nul(line: bytes, damage: Damage) -> bytes:
    """Up to eight NUL before the frame."""
    for _ in damage.strikes(1):
        line = bytes(1 + damage.below(8)) + line
    return line


def eighth(line: bytes, damage: Damage) -> bytes:
    """For one frame bit 7 comes, or goes: the port was opened otherwise."""
    for _ in damage.strikes(1):
        line = line.translate(_STRIP) if damage.parity else add_parity(line)
    return line


def speed(line: bytes, damage: Damage) -> bytes:
    """The frame is read at an eighth, or eight times, of the speed it was sent at."""
    for _ in damage.strikes(1):
        line = misread(line, 8.0 if damage.below(2) else 0.125)
        line = line if damage.parity else line.translate(_STRIP)
    return line


def interference(line: bytes, damage: Damage) -> bytes:
    """For stretches of 40 frames one byte in twenty is random; ``rate`` is their share of time."""
    stretch = 40
    if damage.bad_frames == 0 and damage.rng.random() < damage.rate / (
        damage.rate + stretch * (1 - damage.rate)
    ):
        damage.bad_frames = stretch
    if not damage.bad_frames:
        return line
    damage.bad_frames -= 1
    damage.count += 1
    width = 256 if damage.parity else 128
    return bytes(damage.below(width) if damage.below(20) == 0 else byte for byte in line)


def misread(line: bytes, ratio: float) -> bytes:
    """What a receiver at another speed makes of the bits; ``ratio`` is sent over read speed.

    The wire: start 0, seven bits, even parity, stop 1. Where the stop bit is missing the byte
    stays.
    """
    wire = add_parity(line.translate(_STRIP))
    levels = [level for byte in wire for level in (0, *((byte >> bit) & 1 for bit in range(8)), 1)]
    out, at = bytearray(), 0
    while at < len(levels):
        if levels[at]:
            at += 1
            continue
        samples = [int(at + (bit + 1.5) * ratio) for bit in range(8)]
        bits = [levels[s] if s < len(levels) else 1 for s in samples]
        byte = 0
        for place, bit in enumerate(bits):
            byte |= bit << place
        out.append(byte)
        at = max(at + 1, math.ceil(at + 9.5 * ratio))
    return bytes(out)


PER_BYTE, PER_FRAMING_BYTE, PER_DATASET, PER_FRAME = "byte", "framing byte", "dataset", "frame"
INJECTORS: dict[str, tuple[Injector, str]] = {
    "flip": (flip, PER_BYTE),
    "fade": (fade, PER_BYTE),
    "bit6": (bit6, PER_BYTE),
    "burst": (burst, PER_BYTE),
    "drop": (drop, PER_BYTE),
    "framing": (framing, PER_FRAMING_BYTE),
    "lose": (lose, PER_DATASET),
    "repeat": (repeat, PER_DATASET),
    "newline": (newline, PER_DATASET),
    "nosum": (nosum, PER_DATASET),
    "pair": (pair, PER_DATASET),
    "absurd": (absurd, PER_DATASET),
    "malformed": (malformed, PER_FRAME),
    "cut": (cut, PER_FRAME),
    "nul": (nul, PER_FRAME),
    "eighth": (eighth, PER_FRAME),
    "speed": (speed, PER_FRAME),
    "interference": (interference, PER_FRAME),
}
"""Name -> the injector, and of what its rate is the probability."""
