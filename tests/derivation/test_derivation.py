"""What follows from the readings of several meters."""

import json
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.derivation import Derivation, StateError
from telewatt.reading import Reading
from telewatt.rollup import Portion
from telewatt.simulator import parse_settings, simulate
from telewatt.tic import Decoder
from telewatt.truth import EventKind

START = datetime(2026, 3, 1, 12, 58, tzinfo=UTC)


def readings_of(source: str, settings: str, count: int) -> list[Reading]:
    decoder, meter = Decoder(), None
    found = []
    for sent in islice(simulate(parse_settings(settings), START), count):
        at = sent.time + timedelta(seconds=sent.duration_s)
        for frame in decoder.feed(sent.line):
            meter = frame.meter or meter
            found.append(Reading(meter, source, at.replace(microsecond=0), frame))
    return found


HOUSE = readings_of("house", "sim:?mode=standard&contract=hc&seed=1&every=7s&noise=flip:1e-3", 300)
BARN = readings_of("barn", "sim:?mode=historic&contract=base&seed=2&every=11s", 200)
ALL = sorted(HOUSE + BARN, key=lambda reading: reading.received_at)


def whole(portions: list[Portion]) -> dict[str, object]:
    """All minutes and events, whoever harvested when."""
    minutes: dict[tuple[str, int], object] = {}
    events = []
    for portion in portions:
        for start, summary in portion.minutes.items():
            known = minutes.get((portion.meter, start))
            minutes[portion.meter, start] = summary if known is None else known.merge(summary)  # type: ignore[attr-defined]
        events += [(portion.meter, event) for event in portion.events]
    return {"minutes": minutes, "events": sorted(events, key=lambda pair: (pair[0], pair[1].at))}


def derive(readings: list[Reading]) -> list[Portion]:
    derivation = Derivation()
    for reading in readings:
        derivation.take(reading)
    return derivation.harvest()


@given(st.integers(0, len(ALL)), st.integers(0, len(ALL)))
@pytest.mark.slow
def test_an_interruption_changes_nothing(first: int, second: int) -> None:
    derivation, portions = Derivation(), []
    cuts = sorted((first, second))
    for start, end in zip([0, *cuts], [*cuts, len(ALL)], strict=True):
        for reading in ALL[start:end]:
            derivation.take(reading)
        until = ALL[end - 1].received_at if end else START
        portions += derivation.harvest(until if end < len(ALL) else None)
        derivation = Derivation.restore(json.loads(json.dumps(derivation.state())))
    assert whole(portions) == whole(derive(ALL))


def test_meters_do_not_disturb_each_other() -> None:
    both, house, barn = whole(derive(ALL)), whole(derive(HOUSE)), whole(derive(BARN))
    assert both["minutes"] == {**house["minutes"], **barn["minutes"]}  # type: ignore[dict-item]


def test_another_meter_on_a_line_is_an_event() -> None:
    other = readings_of("house", "sim:?mode=standard&contract=hc&seed=9&every=7s", 5)
    late = [
        Reading(each.meter, each.source, each.received_at + timedelta(hours=1), each.frame)
        for each in other
    ]
    [event] = [
        event
        for portion in derive(HOUSE[:20] + late)
        for event in portion.events
        if event.kind is EventKind.METER
    ]
    assert (event.before, event.after) == (HOUSE[0].meter, other[0].meter)


def test_what_was_not_harvested_can_be_seen() -> None:
    derivation = Derivation()
    for reading in HOUSE:
        derivation.take(reading)
    assert HOUSE[0].meter is not None
    minutes = derivation.open_minutes()[HOUSE[0].meter]
    assert sum(summary.frames for summary in minutes.values()) == len(HOUSE)


def test_a_state_of_another_version_is_not_guessed_at() -> None:
    with pytest.raises(StateError, match="version 99"):
        Derivation.restore({**Derivation().state(), "version": 99})
    assert Derivation.restore({}).state() == Derivation().state()
