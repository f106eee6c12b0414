"""Daily logs of LinkyMonitor and of telewatt: each line ``DATA`` is a reading."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from telewatt.exchange import texts
from telewatt.exchange.fault import NotImportableError
from telewatt.exchange.hints import Hints
from telewatt.exchange.measures import Measures, fold_readings
from telewatt.exchange.stamps import instants
from telewatt.logline import LineError, LogLine, frame_of, is_line, read_line
from telewatt.reading import Reading


def is_log(text: str) -> bool:
    """Whether one of the first lines is one of a daily log."""
    return any(map(is_line, text.split("\n", 20)[:20]))


def parse_log(text: str, hints: Hints) -> Measures:
    """The readings of a daily log, judged. Raises NotImportableError, see `log_readings`."""
    return Measures("log", fold_readings(log_readings(text, hints)))


def log_readings(text: str, hints: Hints) -> Iterator[Reading]:
    """The readings of a daily log, in its order; the log's meter or ``None``.

    Raises:
        NotImportableError: a line that is none of a daily log, or is cut off; times that go back.
    """
    lines = list(_lines(text))
    if not any(line.fields for _, line in lines):
        raise NotImportableError(texts.NO_DATA, 1)
    if text[-1:] != "\n" and lines[-1][0] == text.count("\n") + 1:
        raise NotImportableError(texts.CUT_LINE, lines[-1][0])
    yield from _readings(lines, hints)


def _lines(text: str) -> Iterator[tuple[int, LogLine]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield number, read_line(line.rstrip())
            except LineError as error:
                raise NotImportableError(texts.NO_LINE, number, found=error.found) from None


def _readings(lines: Sequence[tuple[int, LogLine]], hints: Hints) -> Iterator[Reading]:
    """Each filed under the meter that was named last."""
    meter: str | None = None
    before: datetime | None = None
    for (number, line), at in zip(lines, _instants(lines, hints), strict=True):
        meter = line.meter or meter
        if not line.fields:
            continue
        if before is not None and at < before:
            raise NotImportableError(texts.TIME_BACK, number)
        before = at
        try:
            yield Reading(meter, "", at, frame_of(line))
        except LineError as error:
            raise NotImportableError(texts.NO_LINE, number, found=error.found) from None


def _instants(lines: Sequence[tuple[int, LogLine]], hints: Hints) -> list[datetime]:
    stamps = [line.stamp for _, line in lines]
    if hints.log_in_utc:
        stamps = [stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC) for stamp in stamps]
    return instants(stamps)
