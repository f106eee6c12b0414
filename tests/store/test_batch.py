"""A batch gives back what was sealed, and knows when it is not itself any more."""

from collections.abc import Callable
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.reading import Reading
from telewatt.store import batch_v1
from telewatt.store.batch import (
    ENTRIES_MAX,
    RAW_BYTES_MAX,
    BatchError,
    Entry,
    Sealed,
    Sealing,
    check,
    chunks,
    places,
    seal,
    unseal,
)
from telewatt.store.block import kinds, layout
from telewatt.tic import (
    Dataset,
    Frame,
    Mode,
    Reason,
    Rejected,
    Status,
    add_parity,
    encode_dataset,
    restore_dataset,
)
from tests.store.old_batches import seal_v1
from tests.store.readings import make_readings

Seal = Callable[[list[Entry], dict[str, int]], Sealed]
READINGS = make_readings(300)

printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)
fields = printable | st.text("0123456789", max_size=9) | st.text("a\r\n\té\ud800", max_size=3)
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
def lines(draw: st.DrawFn, mode: Mode, found: list[Dataset]) -> bytes:
    """Some of the datasets as a meter writes them, in any order, more than once, among others."""
    ascii_only = [d for d in found if (d.label + d.data + (d.horodate or "")).isascii()]
    written = [encode_dataset(mode, d.label, d.data, d.horodate) for d in ascii_only]
    pieces = st.binary(max_size=3) | st.sampled_from([*written, b"\x02", b"\x03"])
    line = b"".join(draw(st.lists(pieces, max_size=9)))
    return add_parity(line) if draw(st.booleans()) else line


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    mode = draw(st.sampled_from(Mode))
    offset = draw(st.integers(0, 2**40))
    found = draw(st.lists(datasets, max_size=5))
    own = [restore_dataset(mode, d.label, d.data, d.horodate, repaired=d.repaired) for d in found]
    raw = draw(st.binary(max_size=200) | lines(mode, own))
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
    fields,
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))])),
    frames(),
)


@pytest.mark.parametrize("write", [seal, seal_v1])
@given(found=st.lists(readings, min_size=1, max_size=8), first_seq=st.integers(1, 2**53))
def test_unsealing_gives_back_what_was_sealed(
    write: Seal, found: list[Reading], first_seq: int
) -> None:
    entries = [Entry(seq, reading) for seq, reading in enumerate(found, start=first_seq)]
    sealed = write(entries, {})
    assert unseal(sealed.payload) == entries
    assert check(sealed.payload) == sealed
    assert (sealed.first_seq, sealed.last_seq) == (entries[0].seq, entries[-1].seq)


@pytest.mark.parametrize("write", [seal, seal_v1])
@given(count=st.integers(1, 40), after=st.integers(0, 150), limit=st.none() | st.integers(0, 50))
def test_a_part_of_a_batch_can_be_read(
    write: Seal, count: int, after: int, limit: int | None
) -> None:
    entries = [Entry(100 + n, READINGS[n]) for n in range(count)]
    wanted = [entry for entry in entries if entry.seq > after][:limit]
    assert unseal(write(entries, {}).payload, after, limit) == wanted


def test_a_batch_takes_no_entry_with_another_number_than_the_next() -> None:
    sealing = Sealing()
    sealing.add(Entry(7, READINGS[0]))
    with pytest.raises(ValueError, match="entry 9 after 1 entries"):
        sealing.add(Entry(9, READINGS[1]))
    assert (sealing.first_seq, sealing.entries) == (7, 1)
    assert sealing.raw_bytes == len(READINGS[0].frame.raw)


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


@pytest.mark.parametrize("write", [seal, seal_v1])
def test_a_name_nobody_knows_any_more_costs_no_entry(
    write: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = b"\nPAPP ?\r"
    rejected = Rejected(0, Reason.CHARSET, raw)
    frame = Frame(Mode.HISTORIC, Status.PARTIAL, 0, raw, (), (rejected,))
    reading = Reading(None, "house", READINGS[0].received_at, frame)
    sealed = write([Entry(1, reading)], {})
    for table in ("_MODES", "_STATUSES", "_REASONS"):
        monkeypatch.setattr(batch_v1, table, {})
    for table in ("MODES", "STATUSES", "REASONS"):
        monkeypatch.setattr(layout, table, ())
    (entry,) = unseal(sealed.payload)
    rejected = rejected._replace(reason=Reason.STRUCTURE)
    assert entry.reading.frame == Frame(Mode.STANDARD, Status.PARTIAL, 0, raw, (), (rejected,))


def test_every_mode_status_and_reason_can_be_written() -> None:
    assert {*kinds.MODES} == {*Mode}
    assert {*layout.STATUSES} == {*Status}
    assert {*layout.REASONS} == {*Reason}


@pytest.mark.parametrize("write", [seal, seal_v1])
def test_a_batch_tells_the_places_of_the_readers(write: Seal) -> None:
    found = {"mqtt": 7, "é": 2}
    assert places(write([Entry(7, READINGS[0])], found).payload) == found


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
