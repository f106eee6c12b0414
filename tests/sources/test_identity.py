from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from telewatt.reading import Reading
from telewatt.sources.identity import HELD_AT_MOST, Identity
from telewatt.tic import Dataset, Frame, Mode, Status

A, B, C = "021861000001", "021861000002", "021861000003"


def reading(number: int, meter: str | None, status: Status = Status.PARTIAL) -> Reading:
    """A reading whose frame says (or does not say) an address; ``number`` tells it apart."""
    datasets = [] if meter is None else [Dataset("ADSC", meter, meter)]
    datasets.append(Dataset("EAST", f"{number:09}", number, "Wh"))
    frame = Frame(Mode.STANDARD, status, number, b"", tuple(datasets))
    return Reading(None, "house", datetime(2026, 1, 1, tzinfo=UTC), frame)


class Filing:
    """An identity and what came out of it."""

    def __init__(self, configured: str | None = None) -> None:
        self.events: list[tuple[str | None, str]] = []
        self.identity = Identity(configured, lambda old, new: self.events.append((old, new)))
        self.filed: list[Reading] = []
        self.number = 0

    def say(self, *meters: str | None, status: Status = Status.PARTIAL) -> Filing:
        for meter in meters:
            self.filed += self.identity.file(reading(self.number, meter, status))
            self.number += 1
        return self

    @property
    def meters(self) -> list[str | None]:
        return [reading.meter for reading in self.filed]


steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([A, B, C, None]), st.sampled_from(list(Status))),
        st.just("reopened"),
    ),
    max_size=80,
)


@given(steps=steps, configured=st.sampled_from([None, A]))
def test_no_frame_is_lost_none_is_filed_twice_and_the_order_is_kept(
    steps: list[tuple[str | None, Status] | str], configured: str | None
) -> None:
    filing = Filing(configured)
    for step in steps:
        if isinstance(step, str):
            filing.identity.reopened()
        else:
            filing.say(step[0], status=step[1])
        assert filing.number - len(filing.filed) <= HELD_AT_MOST
    filing.filed += filing.identity.flush()
    assert [reading.frame.offset for reading in filing.filed] == list(range(filing.number))


@given(steps=steps)
def test_a_frame_is_never_filed_under_a_meter_nobody_named(
    steps: list[tuple[str | None, Status] | str],
) -> None:
    filing = Filing()
    named: set[str | None] = {None}
    for step in steps:
        if isinstance(step, tuple):
            named.add(step[0])
            filing.say(step[0], status=step[1])
            assert set(filing.meters) <= named


def test_the_first_meter_is_believed_at_once() -> None:
    filing = Filing().say(A)
    assert filing.meters == [A]
    assert filing.events == [(None, A)]


def test_frames_before_the_first_address_wait_for_it() -> None:
    filing = Filing().say(None, None)
    assert filing.meters == []
    assert filing.say(A, None).meters == [A, A, A, A]


def test_a_single_misread_address_moves_nothing() -> None:
    filing = Filing().say(A, B, None, A, A)
    assert filing.meters == [A] * 5
    assert filing.events == [(None, A)]


def test_two_different_misread_addresses_move_nothing() -> None:
    filing = Filing().say(A, B, C, A)
    assert filing.meters == [A] * 4


def test_another_meter_is_believed_at_its_second_frame_and_gets_its_first_too() -> None:
    filing = Filing().say(A, B)
    assert filing.meters == [A]
    filing.say(None, B, None)
    assert filing.meters == [A, B, B, B, B]
    assert filing.events == [(None, A), (A, B)]


def test_after_a_re_opening_frames_wait_until_the_meter_says_who_it_is() -> None:
    filing = Filing().say(A)
    filing.identity.reopened()
    assert filing.say(None).meters == [A]
    assert filing.say(B, B).meters == [A, B, B, B]


def test_a_meter_which_sends_no_address_is_the_configured_one() -> None:
    filing = Filing("ICE-cellar").say(None)
    assert filing.meters == []
    filing.say(None, status=Status.COMPLETE)
    filing.say(None)
    assert filing.meters == ["ICE-cellar"] * 3
    assert filing.events == []


def test_a_meter_which_sends_no_address_and_has_none_configured_stays_nameless() -> None:
    filing = Filing().say(None, None, status=Status.COMPLETE)
    assert filing.meters == [None, None]


def test_cables_swapped_against_the_configuration_are_noticed() -> None:
    filing = Filing(A).say(B, B)
    assert filing.meters == [B, B]
    assert filing.events == [(A, B)]


def test_nothing_waits_for_ever() -> None:
    filing = Filing().say(*[None] * (HELD_AT_MOST + 3))
    assert filing.meters == [None] * 3
