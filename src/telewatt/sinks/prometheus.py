"""Prometheus: what is newest, in the text exposition format, for a server that comes and asks.

Totals are counters and stay; momentary values go with the meter that has fallen silent, so that no
chart draws a line where nothing is known. Sources: Prometheus, "Exposition formats" (version
0.0.4) and "Metric and label naming".
"""

import platform
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from telewatt import __version__
from telewatt.config.model import PrometheusConfig
from telewatt.derivation import Judged, meter_key
from telewatt.quality import LineReport, SinkReport, stale_after_s
from telewatt.quantity import QUANTITIES, QuantityKind
from telewatt.shapes.reading import texts_of
from telewatt.sinks import AskedSink, House
from telewatt.sinks.exposition import Family, Sample, exposition_of

_NUMBERED = re.compile(r"(import|grid|reactive|apparent|voltage|current)_(\d+)_(\w+)")
_PART = {"import": "index", "grid": "index", "reactive": "quadrant"}


class _Meter(NamedTuple):
    """What is known of a meter.

    Attributes:
        seq: of the entry that told the totals; not its time: a clock may be set back.
        shown_s: when a frame of it came last, by the monotonic clock; ``None`` if only old ones.
    """

    line: str
    meter: str
    totals: Mapping[str, int]
    seq: int
    newest: Judged | None
    shown_s: float | None


class Prometheus(AskedSink):
    """Keeps the newest values; `text` gives them.

    Args:
        stale_s: so long after its last frame a meter is silent.
    """

    def __init__(self, stale_s: float, house: House) -> None:
        self._stale_s, self._house = stale_s, house
        self._meters: dict[tuple[str, str], _Meter] = {}

    @classmethod
    def of(cls, section: PrometheusConfig, house: House) -> "Prometheus":
        """The one a section ``[prometheus]`` describes."""
        return cls(section.stale_s, house)

    async def show(self, judged: Judged) -> None:
        """See `LiveSink`."""
        meter = self._with_totals(judged)
        now = time.monotonic()
        self._meters[meter.line, meter.meter] = meter._replace(newest=judged, shown_s=now)

    async def write(self, batch: Sequence[Judged]) -> None:
        """See `Sink`: what was missed counts for the totals only."""
        for judged in batch:
            meter = self._with_totals(judged)
            self._meters[meter.line, meter.meter] = meter

    def _with_totals(self, judged: Judged) -> _Meter:
        line, name = judged.reading.source, meter_key(judged.reading)
        meter = self._meters.get((line, name)) or _Meter(line, name, {}, 0, None, None)
        settled = judged.judgement.settled
        if not settled or judged.seq <= meter.seq:
            return meter
        totals = dict(meter.totals)
        for each in settled:
            totals.update(each.totals)
        return meter._replace(totals=totals, seq=judged.seq)

    def text(self) -> str:
        """See `AskedSink`: everything now, as ``text/plain; version=0.0.4``."""
        return exposition_of(self._families())

    def _families(self) -> Iterator[Family]:
        yield from self._of_meters()
        yield from _of_lines(self._house.lines())
        yield from _of_sinks(self._house.sinks())
        yield Family(
            "telewatt_journal_unsaved_entries",
            "gauge",
            "Entries of the journal that are not on its disk yet",
            [({}, self._house.unsaved())],
        )
        build = {"version": __version__, "python": platform.python_version()}
        yield Family("telewatt_build_info", "gauge", "The program", [(build, 1)])

    def _of_meters(self) -> Iterator[Family]:
        families: dict[str, Family] = {}
        for meter in self._meters.values():
            whose = {"line": meter.line, "meter": meter.meter}
            for name, value in {**meter.totals, **self._gauges_of(meter)}.items():
                family, part = family_of(name)
                family = families.setdefault(family.name, family)
                family.samples.append(({**whose, **part}, value))
        yield from (families[name] for name in sorted(families))
        yield from self._words()

    def _gauges_of(self, meter: _Meter) -> dict[str, int]:
        if meter.newest is None or not self._speaks(meter):
            return {}
        active = meter.newest.active
        told = {} if active is None else {"active_w": active.w, "active_error_w": active.error_w}
        return {**meter.newest.judgement.gauges, **told}

    def _words(self) -> Iterator[Family]:
        up = Family("telewatt_meter_up", "gauge", "Whether the meter speaks", [])
        period = Family("telewatt_tariff_period_info", "gauge", "The tariff period now", [])
        for meter in self._meters.values():
            whose = {"line": meter.line, "meter": meter.meter}
            up.samples.append((whose, int(self._speaks(meter))))
            if name := self._period_of(meter):
                period.samples.append(({**whose, "period": name}, 1))
        yield up
        yield period

    def _period_of(self, meter: _Meter) -> str | None:
        if meter.newest is None or not self._speaks(meter):
            return None
        return texts_of(meter.newest.reading.frame).get("period")

    def _speaks(self, meter: _Meter) -> bool:
        if meter.newest is None or meter.shown_s is None:
            return False
        limit_s = stale_after_s(meter.newest.reading.frame.status, self._stale_s)
        return time.monotonic() - meter.shown_s <= limit_s


def family_of(quantity: str) -> tuple[Family, dict[str, str]]:
    """The metric of a quantity, without samples, and the labels that number it.

    >>> family, labels = family_of("import_3_wh")
    >>> family.name, labels
    ('telewatt_import_index_wh_total', {'index': '3'})
    """
    if quantity == "active_error_w":
        words = "The active power is within so many watts of the truth"
        return Family("telewatt_active_error_w", "gauge", words, []), {}
    known = QUANTITIES[quantity]
    counter = known.kind is QuantityKind.COUNTER
    numbered, labels, title = _NUMBERED.fullmatch(quantity), {}, known.title.en
    name = quantity
    if numbered:
        what, number, unit = numbered.groups()
        part = _PART.get(what, "phase")
        middle = {"index": "_index", "quadrant": ""}.get(
            part, "_phase" if what == "apparent" else ""
        )
        name, labels = f"{what}{middle}_{unit}", {part: number}
        title = title.rpartition(" ")[0]
    kind, end = ("counter", "_total") if counter else ("gauge", "")
    return Family(f"telewatt_{name}{end}", kind, f"{title}, {known.unit}", []), labels


def _of_lines(lines: Sequence[LineReport]) -> Iterator[Family]:
    def each(name: str, kind: str, title: str, of: str) -> Family:
        samples: list[Sample] = [({"line": line.name}, int(getattr(line, of))) for line in lines]
        return Family(f"telewatt_line_{name}", kind, title, samples)

    def by(name: str, title: str, of: str, label: str) -> Family:
        samples: list[Sample] = [
            ({"line": line.name, label: key}, count)
            for line in lines
            for key, count in getattr(line, of).items()
        ]
        return Family(f"telewatt_line_{name}", "counter", title, samples)

    yield each("up", "gauge", "Whether the line is well", "reading")
    yield each("bytes_total", "counter", "Bytes received", "bytes")
    yield each("datasets_total", "counter", "Datasets accepted", "datasets")
    yield each("repaired_total", "counter", "Datasets repaired by parity", "repaired")
    yield each("openings_total", "counter", "How often the source was opened", "openings")
    yield by("frames_total", "Frames by how they ended", "frames", "status")
    yield by(
        "rejected_total", "Runs of bytes that were no dataset, by reason", "rejected", "reason"
    )


def _of_sinks(sinks: Sequence[SinkReport]) -> Iterator[Family]:
    def each(name: str, kind: str, title: str, of: str) -> Family:
        samples: list[Sample] = [({"sink": sink.name}, int(getattr(sink, of))) for sink in sinks]
        return Family(f"telewatt_sink_{name}", kind, title, samples)

    yield each("up", "gauge", "Whether the sink works", "working")
    yield each("waiting_entries", "gauge", "Entries it has not been given yet", "waiting")
    yield each("delivered_total", "counter", "Entries it has been given", "delivered")
    yield each("refused_total", "counter", "Of these, what it will never take", "refused")
