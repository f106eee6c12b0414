"""The newest of each line: what the page shows first, and the curve of the last minutes."""

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from telewatt.derivation import Judged, meter_key
from telewatt.reading import Reading
from telewatt.web.readings import Readings

CURVE_POINTS = 1200
CURVE_S = 900
STALE_S = 10.0
"""Without a correct frame for so long, what is shown is not the present any more (54E 9.4)."""
KEPT_FRAMES = 20
_CURVE = ("apparent_va", "apparent_export_va")


class LineNewest:
    """What one line brought last."""

    def __init__(self) -> None:
        self.object: dict[str, Any] = {}
        self.frames: deque[Judged] = deque(maxlen=KEPT_FRAMES)
        self.good_at: datetime | None = None
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
        active = judged.active.w if judged.active else None
        at_s = int(reading.received_at.timestamp())
        if gauges and (not self.curve or at_s > self.curve[-1][0]):
            drawn, injected = map(gauges.get, _CURVE)
            self.curve.append((at_s, drawn, injected, active))


class Newest:
    """What every line brought last.

    Attributes:
        lines: by name of the line.
        heard: the meters heard since the service began: their line, first and last arrival, mode.
    """

    def __init__(self) -> None:
        self.lines: dict[str, LineNewest] = {}
        self.heard: dict[str, tuple[str, datetime, datetime, str]] = {}
        self.names: Mapping[str, str] = {}
        self._readings = Readings(self.who)

    def who(self, judged: Judged) -> str:
        """The name the history of this meter is asked for under: its site, else itself."""
        meter = meter_key(judged.reading)
        return self.names.get(meter, judged.reading.source)

    def take(self, judged: Judged) -> dict[str, Any]:
        """Note the next entry; its object."""
        told = self._readings.take(judged)
        self._hear(judged.reading)
        source = judged.reading.source
        line = self.lines.get(source)
        if line is None:
            line = self.lines[source] = LineNewest()
        line.take(judged, told)
        return told

    def _hear(self, reading: Reading) -> None:
        meter, at = meter_key(reading), reading.received_at
        first = self.heard[meter][1] if meter in self.heard else at
        self.heard[meter] = reading.source, first, at, reading.frame.mode.value

    def good_at(self, line: str) -> datetime | None:
        """When the last frame with a correct dataset came on this line."""
        found = self.lines.get(line)
        return None if found is None else found.good_at

    def is_stale(self, line: str) -> bool:
        """Whether what this line brought last is not the present any more."""
        good_at = self.good_at(line)
        return good_at is None or (datetime.now(UTC) - good_at).total_seconds() > STALE_S
