"""A site outlives its meters: joined by hand, undone, never guessed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from telewatt.rollup import Portion, Step
from telewatt.rollup.instant import HOUR_MS
from telewatt.rollup.total import Energy, Quality
from telewatt.store.history import History, JoinError, UnknownNameError
from tests.store.history.meters import METER, START, START_MS, points, portion

HOUR = timedelta(hours=1)
OLD, NEW = "021861111111", "022462222222"


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """Two hours of the old meter, then two hours of the new one, on the same line."""
    opened = History.open(tmp_path / "history.db")
    opened.write([meter(OLD, 0, seed=1), meter(NEW, 2, seed=2)], 1, {})
    yield opened
    opened.close()


def meter(name: str, hour: int, seed: int) -> Portion:
    found = points(7201, 1000, START_MS + hour * HOUR_MS, seed, total=seed * 1_000_000)
    return portion(found, name)


def energy(history: History, who: str, start: int, end: int) -> Energy:
    return history.energy(who, "import_wh", START + start * HOUR, START + end * HOUR)


def test_the_first_meter_of_a_section_makes_its_site(history: History) -> None:
    old, new = history.meters()
    assert (old.name, old.source, old.sites) == (OLD, "house", ("house",))
    assert (old.modes, old.first_seen, old.last_seen) == (("standard",), START, START + 2 * HOUR)
    assert (new.name, new.sites) == (NEW, ())
    (first,) = history.joins()
    assert (first.site, first.meter, first.at, first.undone) == ("house", OLD, START, None)


def test_another_meter_on_the_line_does_not_join_by_itself(history: History) -> None:
    assert energy(history, "house", 0, 2) == energy(history, OLD, 0, 2)
    assert energy(history, "house", 2, 4) == Energy(None, Quality.MISSING)


def test_a_joined_meter_goes_on_where_the_old_one_ended(history: History) -> None:
    history.join("house", NEW, by="by hand")
    assert energy(history, "house", 0, 2) == energy(history, OLD, 0, 2)
    assert energy(history, "house", 2, 4) == energy(history, NEW, 2, 4)
    whole = energy(history, "house", 0, 4)
    both = (energy(history, OLD, 0, 2).wh or 0) + (energy(history, NEW, 2, 4).wh or 0)
    assert whole == Energy(both, Quality.MEASURED)
    rows = history.series("house", "frames", START, START + 4 * HOUR, Step.HOUR).rows
    assert [row.number for row in rows] == [3600, 3600, 3600, 3600]
    assert history.quantities("house") == history.quantities(NEW)
    assert {meter.sites for meter in history.meters()} == {("house",)}


def test_a_join_is_undone_and_stays_known(history: History) -> None:
    before = energy(history, "house", 0, 4)
    history.join("house", NEW, by="by hand")
    history.separate("house", NEW, by="a mistake")
    assert energy(history, "house", 0, 4) == before
    join = history.joins()[1]
    assert (join.meter, join.done_by, join.undone_by) == (NEW, "by hand", "a mistake")
    assert join.undone is not None
    assert join.undone >= join.done


def test_a_meter_counts_from_when_it_was_joined(history: History) -> None:
    history.join("house", NEW, START + 3 * HOUR)
    assert energy(history, "house", 2, 3).quality is Quality.MISSING
    assert energy(history, "house", 3, 4) == energy(history, NEW, 3, 4)


def test_a_meter_that_comes_back_counts_twice_in_its_own_time(history: History) -> None:
    history.join("house", NEW)
    history.join("house", OLD, START + 3 * HOUR)
    assert energy(history, "house", 2, 3) == energy(history, NEW, 2, 3)
    assert energy(history, "house", 3, 4) == Energy(None, Quality.MISSING)
    history.separate("house", OLD)
    assert energy(history, "house", 0, 4).quality is Quality.MISSING


def test_a_site_whose_meters_were_all_separated_takes_none_by_itself(history: History) -> None:
    history.separate("house", OLD)
    history.write([meter(OLD, 4, seed=3)], 2, {})
    assert history.meters()[0].sites == ()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_cannot_be_joined_is_said(history: History, language: str) -> None:
    with pytest.raises(JoinError) as twice:
        history.join("house", OLD)
    with pytest.raises(JoinError) as never:
        history.separate("house", NEW)
    with pytest.raises(UnknownNameError) as unknown:
        history.join("house", "nobody")
    for caught, words in ((twice, OLD), (never, NEW), (unknown, f"{OLD}, {NEW}")):
        assert words in getattr(caught.value.text, language)


def test_a_meter_that_moves_to_another_section_is_known_there(history: History) -> None:
    found = points(100, 1000, START_MS + 9 * HOUR_MS)
    history.write([portion(found, OLD, "barn")], 2, {})
    old = next(meter for meter in history.meters() if meter.name == OLD)
    assert (old.source, old.sites) == ("barn", ("barn", "house"))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[History]:
    opened = History.open(tmp_path / "empty.history.db")
    yield opened
    opened.close()


def test_an_imported_meter_joined_before_takes_no_site_from_the_one_on_the_line(
    empty: History,
) -> None:
    imported = portion(points(60), meter="09111642617347", source="")
    empty.add_import([b"a curve"], [imported], kind="table", name="a", meter=imported.meter)
    empty.join("house", imported.meter)
    empty.write([portion(points(60))], 60, {})
    assert {meter.name: meter.sites for meter in empty.meters()}[METER] == ("house",)


def test_who_has_not_said_who_it_is_claims_no_site(empty: History) -> None:
    empty.write([portion(points(60), meter="house"), portion(points(60))], 60, {})
    sites = {meter.name: meter.sites for meter in empty.meters()}
    assert (sites["house"], sites[METER]) == ((), ("house",))
