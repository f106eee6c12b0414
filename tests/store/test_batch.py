"""A batch gives back what was sealed, and knows when it is not itself any more."""

from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.reading import Reading
from telewatt.store import batch
from telewatt.store.batch import (
    ENTRIES_MAX,
    RAW_BYTES_MAX,
    BatchError,
    Entry,
    check,
    chunks,
    places,
    seal,
    unseal,
)
from telewatt.tic import Frame, Mode, Reason, Rejected, Status, restore_dataset
from tests.store.readings import make_readings

READINGS = make_readings(300)

fields = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)
datasets = st.builds(
    lambda mode, label, data, horodate, repaired: restore_dataset(
        mode, label, data, horodate, repaired=repaired
    ),
    st.sampled_from(Mode),
    st.sampled_from(["ADCO", "PAPP", "SINSTS", "SMAXSN", "XYZ"]),
    fields,
    st.none() | st.just("H260301120000") | fields,
    st.booleans(),
)


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    mode = draw(st.sampled_from(Mode))
    raw, offset = draw(st.binary(max_size=200)), draw(st.integers(0, 2**40))
    found = draw(st.lists(datasets, max_size=5))
    own = [restore_dataset(mode, d.label, d.data, d.horodate, repaired=d.repaired) for d in found]
    runs = draw(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 50)), max_size=3))
    rejected = [
        Rejected(offset + start, draw(st.sampled_from(Reason)), raw[start : start + length])
        for start, length in runs
    ]
    other = draw(st.lists(st.binary(max_size=9), max_size=2))
    rejected += [Rejected(offset, Reason.PARITY, content) for content in other]
    status = draw(st.sampled_from(Status))
    return Frame(mode, status, offset, raw, tuple(own), tuple(rejected))


readings = st.builds(
    Reading,
    st.none() | fields,
    st.text(max_size=9),
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))])),
    frames(),
)


@given(st.lists(readings, min_size=1, max_size=8), st.integers(1, 2**53))
def test_unsealing_gives_back_what_was_sealed(found: list[Reading], first_seq: int) -> None:
    entries = [Entry(seq, reading) for seq, reading in enumerate(found, start=first_seq)]
    sealed = seal(entries, {})
    assert unseal(sealed.payload) == entries
    assert check(sealed.payload) == sealed
    assert (sealed.first_seq, sealed.last_seq) == (entries[0].seq, entries[-1].seq)


def test_a_reading_comes_back_in_utc() -> None:
    sealed = seal([Entry(1, READINGS[0])], {})
    assert unseal(sealed.payload)[0].reading.received_at.tzinfo is UTC


@given(st.data())
def test_a_batch_that_was_changed_is_none(data: st.DataObject) -> None:
    payload = bytearray(seal([Entry(n, READINGS[n]) for n in range(1, 9)], {}).payload)
    place = data.draw(st.integers(0, len(payload) - 1))
    payload[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BatchError):
        unseal(bytes(payload))


@pytest.mark.parametrize("length", [0, 5, 27, 28, 100])
def test_a_piece_of_a_batch_is_none(length: int) -> None:
    payload = seal([Entry(n, READINGS[n]) for n in range(1, 9)], {}).payload
    with pytest.raises(BatchError):
        check(payload[:length])


def test_a_reason_nobody_knows_any_more_costs_no_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = b"\nPAPP ?\r"
    old = Rejected(0, Reason.CHARSET, raw)
    frame = Frame(Mode.HISTORIC, Status.PARTIAL, 0, raw, (), (old,))
    reading = Reading(None, "house", READINGS[0].received_at, frame)
    sealed = seal([Entry(1, reading)], {})
    known = {str(reason): reason for reason in Reason if reason is not Reason.CHARSET}
    monkeypatch.setattr(batch, "_REASONS", known)
    (entry,) = unseal(sealed.payload)
    assert entry.reading.frame == frame._replace(rejected=(old._replace(reason=Reason.STRUCTURE),))


def test_a_batch_tells_the_places_of_the_readers() -> None:
    assert places(seal([Entry(7, READINGS[0])], {"mqtt": 7, "é": 2}).payload) == {"mqtt": 7, "é": 2}


def test_equal_datasets_are_one_object_after_reading() -> None:
    entries = unseal(seal([Entry(n, READINGS[2 * n]) for n in range(1, 9)], {}).payload)
    constant = {id(entry.reading.frame.get("VTIC")) for entry in entries}
    assert len(constant) == 1


def test_batches_are_bounded_in_entries_and_bytes() -> None:
    large = READINGS[0].frame._replace(raw=bytes(RAW_BYTES_MAX // 3))
    reading = Reading(None, "house", READINGS[0].received_at, large)
    assert [len(chunk) for chunk in chunks([Entry(n, reading) for n in range(7)])] == [3, 3, 1]
    short = [Entry(n, READINGS[0]) for n in range(2 * ENTRIES_MAX + 1)]
    assert [len(chunk) for chunk in chunks(short)] == [ENTRIES_MAX, ENTRIES_MAX, 1]
