r"""Is this TIC? Judges in a moment whether what is heard is a meter at this speed.

Much faster than waiting for a frame: one dataset whose checksum holds is proof enough, and a
line read at the wrong speed betrays itself within some fifty bytes, because most of them are no
characters of the protocol or have odd parity.
"""

import re
from enum import Enum

from telewatt.tic import Mode, checksum
from telewatt.tic.frame import IDENTITY_LABELS

ALPHABET = frozenset((0x02, 0x03, 0x04, 0x09, 0x0A, 0x0D, *range(0x20, 0x7F)))
PLAUSIBLE = bytes(
    b for b in range(256) if b & 0x7F in ALPHABET and (b < 0x80 or b.bit_count() % 2 == 0)
)
"""Characters a meter sends, with even parity in bit 7 or with the parity already removed."""
SEVEN_BITS = bytes(range(128)) * 2
DATASET = re.compile(rb"\n([A-Z][A-Za-z0-9+_-]{1,15})([ \t])[\x20-\x7e\t]{0,120}\2[\x20-\x5f]\r")
ENOUGH_BYTES = 48
LONGEST_DATASET = 160
LOST_BYTES = 256  # garbage of a meter understood before: it changed its speed


class Verdict(Enum):
    """What was heard so far."""

    NOTHING = "nothing"
    UNDECIDED = "undecided"
    GARBAGE = "garbage"
    TIC = "tic"


class Ear:
    """Listens from the opening of a line until it is sure.

    Attributes:
        mode: of the last verified dataset.
        parity: whether its bytes carry their parity bit.
        meter: the address in the last ADCO, ADSC or ADS heard, else ``None``.
    """

    def __init__(self, enough_bytes: int = ENOUGH_BYTES) -> None:
        self._enough_bytes = enough_bytes
        self._tail = b""
        self._heard = 0
        self._implausible = 0
        self._verified = False
        self._doubt = 0
        self.mode: Mode | None = None
        self.parity = False
        self.meter: str | None = None

    def hear(self, data: bytes) -> None:
        """Listen to the next bytes, parity bits included where there are any."""
        self._heard += len(data)
        self._implausible += len(data.translate(None, PLAUSIBLE))
        line = self._tail + data
        end = 0
        for match in DATASET.finditer(line.translate(SEVEN_BITS)):
            self._judge(match, line)
            end = match.end()
        self._tail = line[max(end, len(line) - LONGEST_DATASET) :]

    def doubt(self, data: bytes) -> None:
        """Instead of `hear` once it is TIC, and far cheaper: whether it can still be TIC.

        Doubt grows with garbage, as if one byte in five were nothing yet, and good bytes take
        it back; what came before a burst of garbage neither hides nor excuses it.
        """
        implausible = len(data.translate(None, PLAUSIBLE))
        self._doubt = max(0, self._doubt + 5 * implausible - len(data))

    @property
    def verdict(self) -> Verdict:
        """TIC as soon as one dataset was verified; garbage without any, or long after it."""
        if self._verified:
            return Verdict.TIC if self._doubt <= LOST_BYTES else Verdict.GARBAGE
        if self._heard >= self._enough_bytes and self._implausible * 5 > self._heard:
            return Verdict.GARBAGE
        return Verdict.UNDECIDED if self._heard else Verdict.NOTHING

    def _judge(self, match: re.Match[bytes], line: bytes) -> None:
        body = match[0][1:-1]
        standard = body[-2:-1] == b"\t" and checksum(body[:-1]) == body[-1]
        if not standard and checksum(body[:-2]) != body[-1]:
            return
        self._verified = True
        self._doubt = 0
        self.mode = _mode(match[2], standard)
        raw = line[match.start() : match.end()]
        self.parity = max(raw) > 0x7F and all(byte.bit_count() % 2 == 0 for byte in raw)
        label, _, data = body[:-2].decode("ascii").partition(match[2].decode("ascii"))
        if label in IDENTITY_LABELS:
            self.meter = data


def _mode(separator: bytes, standard: bool) -> Mode:
    if separator == b" ":
        return Mode.HISTORIC
    return Mode.STANDARD if standard else Mode.HISTORIC_HT
