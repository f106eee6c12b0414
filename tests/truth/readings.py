"""Readings made by hand: a few labels, at a second of the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from telewatt.reading import Reading
from telewatt.tic import Dataset, Frame, Mode, Status, encode_dataset, parse_dataset
from telewatt.truth import Event, EventKind, Judgement, Settled, Truth

START = datetime(2026, 1, 15, 12, tzinfo=UTC)
SIZES = {"EAST": 9, "EAIT": 9, "BASE": 9, "HCHC": 9, "HCHP": 9, "PREF": 2, "PCOUP": 2, "NTARF": 2}
SIZES |= {"PAPP": 5, "SINSTS": 5, "SINSTS1": 5, "SINSTS2": 5, "SINSTS3": 5, "SINSTI": 5}
SIZES |= {f"{label}{n}": 3 for label in ("IRMS", "URMS", "IINST") for n in (1, 2, 3)}
SIZES |= {f"EASF{n:02}": 9 for n in range(1, 11)} | {f"EASD{n:02}": 9 for n in range(1, 5)}
SIZES |= {"IINST": 3, "ISOUSC": 2}


def dataset(mode: Mode, label: str, value: int | str, horodate: str | None = None) -> Dataset:
    """A dataset as its meter sends it; numbers get their leading zeros."""
    data = value if isinstance(value, str) else f"{value:0{SIZES[label]}}"
    return parse_dataset(encode_dataset(mode, label, data, horodate), mode)


def reading(
    at_s: float,
    mode: Mode = Mode.STANDARD,
    *,
    status: Status = Status.COMPLETE,
    repaired: Iterable[str] = (),
    season: str = "",
    **values: int | str,
) -> Reading:
    """A frame with these labels, in this order; ``season`` gives it a DATE."""
    datasets = [
        dataset(mode, label, value)._replace(repaired=label in repaired)
        for label, value in values.items()
    ]
    if season:
        datasets.insert(0, dataset(mode, "DATE", "", f"{season}260115130000"))
    frame = Frame(mode, status, 0, b"", tuple(datasets))
    return Reading("meter", "house", START + timedelta(seconds=at_s), frame)


def judge_all(truth: Truth, readings: Iterable[Reading]) -> list[Judgement]:
    return [truth.judge(each) for each in readings]


def settled_of(judgements: Iterable[Judgement]) -> list[Settled]:
    return [settled for judgement in judgements for settled in judgement.settled]


def totals_of(judgements: Iterable[Judgement], quantity: str) -> list[int | None]:
    """The settled totals of a quantity, in order; ``None`` where it is absent."""
    return [settled.totals.get(quantity) for settled in settled_of(judgements)]


def events_of(judgements: Iterable[Judgement], *kinds: EventKind) -> list[Event]:
    found = [event for judgement in judgements for event in judgement.events]
    return [event for event in found if not kinds or event.kind in kinds]


def base_readings(
    *wh: int, first_s: float = 0.0, every_s: float = 1.5, **more: int | str
) -> Iterator[Reading]:
    """Frames of a historic BASE meter, one after the other."""
    for number, value in enumerate(wh):
        values = {"BASE": value, "PTEC": "TH..", **more}
        yield reading(first_s + number * every_s, Mode.HISTORIC, **values)
