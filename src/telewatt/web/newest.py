"""The newest of each line: what the page shows first, and the curve of the last minutes."""

from collections import deque
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from telewatt.derivation import Judged, meter_key
from telewatt.quality import STALE_S, stale_after_s
from telewatt.reading import Reading
from telewatt.situation import Present
from telewatt.web.readings import Readings

CURVE_POINTS = 1200
CURVE_S = 900
KEPT_FRAMES = 20
KEPT_EVENTS = 200
_CURVE = ("apparent_va", "apparent_export_va")


class HeardMeter(NamedTuple):
    """A meter heard since the service began."""

    line: str
    first: datetime
    last: datetime
    mode: str


class LineNewest:
    """What one line brought last."""

    def __init__(self) -> None:
        self.object: dict[str, Any] = {}
        self.frames: deque[Judged] = deque(maxlen=KEPT_FRAMES)
        self.good_at: datetime | None = None
        self.stale_after_s = STALE_S
        self.curve: deque[tuple[int, int | None, int | None, int | None]] = deque(
            maxlen=CURVE_POINTS
        )

    def take(self, judged: Judged, told: dict[str, Any]) -> None:
        """Note the next entry of this line."""
        reading, gauges = judged.reading, judged.judgement.gauges
        self.object = told
        self.frames.append(judged)
        if reading.frame.datasets:
            self.good_at = reading.received_at
            self.stale_after_s = stale_after_s(reading.frame.status)
        active = judged.active.w if judged.active else None
        at_s = int(reading.received_at.timestamp())
        if gauges and (not self.curve or at_s > self.curve[-1][0]):
            drawn, injected = map(gauges.get, _CURVE)
            self.curve.append((at_s, drawn, injected, active))


class Newest:
    """What every line brought last.

    Attributes:
        lines: by name of the line.
        heard: the meters heard since the service began.
        eventful: the newest entries with events.
        names: the site of each meter that the history knows, else the meter itself.
        sites: all sites of the history.
    """

    def __init__(self) -> None:
        self.lines: dict[str, LineNewest] = {}
        self.heard: dict[str, HeardMeter] = {}
        self.eventful: deque[Judged] = deque(maxlen=KEPT_EVENTS)
        self.names: Mapping[str, str] = {}
        self.sites: Collection[str] = ()
        self._readings = Readings(self.who)

    @property
    def presents(self) -> Mapping[str, Present]:
        """By meter, its present situation."""
        return self._readings.presents

    def who(self, judged: Judged) -> str:
        """The name the history of this meter is asked for under: its site, else itself."""
        meter, line = meter_key(judged.reading), judged.reading.source
        return self.names.get(meter) or (meter if line in self.sites else line)

    def take(self, judged: Judged) -> dict[str, Any]:
        """Note the next entry; its object."""
        told = self._readings.take(judged)
        self._hear(judged.reading)
        if judged.judgement.events:
            self.eventful.append(judged)
        source = judged.reading.source
        line = self.lines.get(source)
        if line is None:
            line = self.lines[source] = LineNewest()
        line.take(judged, told)
        return told

    def _hear(self, reading: Reading) -> None:
        meter, at = meter_key(reading), reading.received_at
        first = self.heard[meter].first if meter in self.heard else at
        self.heard[meter] = HeardMeter(reading.source, first, at, reading.frame.mode.value)

    def good_at(self, line: str) -> datetime | None:
        """When the last frame with a correct dataset came on this line."""
        found = self.lines.get(line)
        return None if found is None else found.good_at

    def is_stale(self, line: str) -> bool:
        """Whether what this line brought last is not the present any more."""
        found = self.lines.get(line)
        if found is None or found.good_at is None:
            return True
        return (datetime.now(UTC) - found.good_at).total_seconds() > found.stale_after_s
