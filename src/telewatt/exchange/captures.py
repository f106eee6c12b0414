"""Raw captures on disk: the exact bytes of a line, and beside them a table of their arrivals.

``NAME.tic`` holds the bytes of the frames, one after the other; ``NAME.tic.times`` says of each
when it came: one line a frame, with tabs between the offset of its end, its arrival (UTC), its
number in the journal, its meter and its line. Until both are complete they are called
``....part``; what was written of them when an export was broken off is kept, and the next export
goes on behind it.
"""

import os
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from telewatt.config import Fault
from telewatt.exchange.fault import NotImportableError
from telewatt.exchange.frames import Numbered
from telewatt.exchange.hints import TimeAt
from telewatt.exchange.output import part_of, publish
from telewatt.exchange.scanner import Scanner
from telewatt.language import Text
from telewatt.shapes.values import utc_text

TIMES = ".times"
_HEAD = "# telewatt capture"
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_NO_TIMES = Fault(
    Text("{found!r} is no line of a table of arrivals", "{found!r} n'est pas une ligne d'arrivées"),
    Text(
        "export the capture again, or move the table away and give --start",
        "exportez de nouveau la capture, ou écartez la table et donnez --start",
    ),
)
_TOO_SHORT = Fault(
    Text("the table ends at byte {end} of {size}", "la table finit à l'octet {end} sur {size}"),
    Text("export the capture again", "exportez de nouveau la capture"),
)


def times_of(capture: Path) -> Path:
    """Where the table of arrivals of a capture is."""
    return capture.with_name(capture.name + TIMES)


class Capture:
    """A capture being written.

    Args:
        path: its name once it is complete.
        about: what is in it; a part that says the same is gone on with, another one is replaced.

    Attributes:
        last_seq: the number of the last frame that is in it; 0 for none.
    """

    def __init__(self, path: Path, about: str) -> None:
        self.path, self.last_seq, self._end = path, 0, 0
        self._head = f"{_HEAD}: {about}\n".encode()
        self._bytes = part_of(path).open("ab+")
        self._times = part_of(times_of(path)).open("ab+")
        self._resume()

    def write(self, entry: Numbered) -> None:
        """Add a frame, unless it is in it already."""
        seq, reading = entry
        if seq <= self.last_seq:
            return
        self._bytes.write(reading.frame.raw)
        self._end += len(reading.frame.raw)
        cells = (self._end, utc_text(reading.received_at), seq, reading.meter or "", reading.source)
        self._times.write("\t".join(map(str, cells)).encode() + b"\n")
        self.last_seq = seq

    def publish(self) -> None:
        """Give both files their names: the capture is complete."""
        for file, path in ((self._times, times_of(self.path)), (self._bytes, self.path)):
            with file:
                publish(file, path)

    def shown(self, scanner: Scanner) -> str | None:
        """The identifier that it, or its table, still shows, if any."""
        for file, find in (
            (self._bytes, scanner.find_in_capture),
            (self._times, scanner.find_in_times),
        ):
            file.flush()
            file.seek(0)
            if found := find(file):
                return found
        return None

    def keep(self) -> None:
        """Leave both parts for the next export."""
        for file in (self._bytes, self._times):
            with suppress(OSError):  # a full disk: the next export finds where both parts end
                file.close()

    def discard(self) -> None:
        """Leave nothing."""
        self.keep()
        for path in (self.path, times_of(self.path)):
            with suppress(OSError):
                part_of(path).unlink(missing_ok=True)

    def _resume(self) -> None:
        """Go on behind the last frame of which both parts have everything."""
        size, place = os.fstat(self._bytes.fileno()).st_size, 0
        self._times.seek(0)
        if self._times.readline() == self._head:
            place = self._times.tell()
            for line in self._times:
                cells = line.decode(errors="replace").split("\t")
                if not line.endswith(b"\n") or len(cells) != 5 or int(cells[0]) > size:
                    break
                self._end, self.last_seq = int(cells[0]), int(cells[2])
                place += len(line)
        self._bytes.truncate(self._end)
        self._times.truncate(place)
        if not place:
            self._times.write(self._head)


def times_from(table: bytes, size: int) -> TimeAt:
    """The arrivals that a table tells for a capture of this size.

    Raises:
        NotImportableError: it is damaged, or belongs to another capture; names the line.
    """
    ends, arrivals = array("q"), array("q")
    for number, line in enumerate(table.decode("utf-8", "replace").splitlines(), start=1):
        if line.startswith("#"):
            continue
        try:
            end, at = line.split("\t")[:2]
            ends.append(int(end))
            arrivals.append(_to_us(datetime.fromisoformat(at)))
        except (ValueError, TypeError, OverflowError):
            raise NotImportableError(_NO_TIMES, number, found=line[:40]) from None
        if ends[-1] < (ends[-2] if len(ends) > 1 else 0):
            raise NotImportableError(_NO_TIMES, number, found=line[:40])
    if not ends or ends[-1] != size:
        raise NotImportableError(_TOO_SHORT, None, end=ends[-1] if ends else 0, size=size)
    return lambda offset: (
        _EPOCH + timedelta(microseconds=arrivals[min(bisect_left(ends, offset), len(arrivals) - 1)])
    )


def _to_us(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def write_bytes(entries: Iterable[Numbered], file: IO[bytes]) -> None:
    """The bytes alone, one frame after the other."""
    for _, reading in entries:
        file.write(reading.frame.raw)
