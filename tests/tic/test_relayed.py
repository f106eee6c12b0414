"""Values that another program had decoded, as frames."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.derivation import Derivation, Redecoding
from telewatt.reading import Reading
from telewatt.store import batch
from telewatt.store.batch import Entry
from telewatt.tic import UNDAMAGED, Decoder, Mode, Reason, Status
from telewatt.tic.labels import TABLE
from telewatt.tic.relayed import RelayedDecoder, Value, read_frame, restore_data, write_frame

AT = datetime(2026, 1, 15, 12, tzinfo=UTC)
LINKY = "021861348497"
modes = st.sampled_from([Mode.HISTORIC, Mode.STANDARD])


@st.composite
def values(draw: st.DrawFn) -> tuple[Mode, list[Value]]:
    mode = draw(modes)
    labels = st.sampled_from(sorted(TABLE[mode])) | st.text(max_size=12)
    data = st.text(max_size=20) | st.integers(0, 10**10).map(str)
    horodates = st.none() | st.just("H260115120000") | st.text(max_size=14)
    return mode, [Value(*each) for each in draw(st.lists(st.tuples(labels, data, horodates)))]


@given(values())
def test_the_same_values_give_the_same_frame_whatever_they_are(
    said: tuple[Mode, list[Value]],
) -> None:
    raw = write_frame(*said)
    assert raw == write_frame(*said)
    frame = read_frame(raw, 7)
    assert (frame.raw, frame.offset, frame.status) == (raw, 7, Status.RELAYED)
    assert read_frame(frame.raw, 7) == frame
    for each in frame.rejected:
        start = each.offset - frame.offset
        assert raw[start : start + len(each.bytes)] == each.bytes


@given(st.lists(values(), max_size=5), st.integers(1, 50))
def test_any_cut_of_the_stream_gives_the_same_frames(
    said: list[tuple[Mode, list[Value]]], size: int
) -> None:
    raws = [write_frame(*each) for each in said]
    line = b"".join(raws)
    decoder = RelayedDecoder()
    frames = [
        frame
        for start in range(0, len(line), size)
        for frame in decoder.feed(line[start : start + size])
    ]
    assert [frame.raw for frame in frames] == raws
    assert [frame.offset for frame in frames] == [sum(map(len, raws[:n])) for n in range(len(raws))]
    assert decoder.close() == []


@pytest.mark.parametrize(
    ("mode", "label", "told", "data"),
    [
        (Mode.STANDARD, "EAST", "1234567", "001234567"),
        (Mode.HISTORIC, "PAPP", "750", "00750"),
        (Mode.HISTORIC, "PTEC", "HP..", "HP.."),
        (Mode.STANDARD, "NGTF", "H PLEINE/CREUSE", "H PLEINE/CREUSE "),
        (Mode.STANDARD, "STGE", "3A4401", "003A4401"),
        (Mode.STANDARD, "RELAIS", "0", "000"),
        (Mode.STANDARD, "EAST", "-5", "-5"),
        (Mode.STANDARD, "UNKNOWN", "5", "5"),
    ],
)
def test_what_was_dropped_on_the_way_is_put_back(
    mode: Mode, label: str, told: str, data: str
) -> None:
    assert restore_data(mode, label, told) == data


def test_what_a_label_does_not_allow_is_rejected_with_its_reason() -> None:
    said = [Value("EAST", "abc"), Value("SINSTS", "-1"), Value("IRMS1", "5")]
    frame = read_frame(write_frame(Mode.STANDARD, said), 0)
    assert [dataset.label for dataset in frame.datasets] == ["IRMS1"]
    assert [each.reason for each in frame.rejected] == [Reason.FORMAT, Reason.FORMAT]


def test_a_value_without_the_horodate_it_needs_is_left_out() -> None:
    said = [Value("SMAXSN", "2740"), Value("SMAXSN-1", "2500", "E260115120000")]
    frame = read_frame(write_frame(Mode.STANDARD, said), 0)
    assert [(d.label, d.value, d.horodate) for d in frame.datasets] == [
        ("SMAXSN-1", 2500, "E260115120000")
    ]
    assert frame.rejected == ()


def readings() -> list[Reading]:
    decoder, line = RelayedDecoder(), b""
    for n in range(300):
        values = [Value("ADSC", LINKY), Value("EAST", str(17_000_000 + n)), Value("SINSTS", "750")]
        values += [Value("IRMS1", "?")] if n % 7 == 0 else []
        line += write_frame(Mode.STANDARD, values)
    frames = decoder.feed(line)
    return [
        Reading(LINKY, "esp", AT + timedelta(seconds=n), frame) for n, frame in enumerate(frames)
    ]


def test_relayed_frames_are_packed_and_come_back_as_they_were() -> None:
    entries = [Entry(n, reading) for n, reading in enumerate(readings(), 1)]
    assert batch.unseal(batch.seal(entries, {}).payload) == entries


def test_a_replay_leaves_relayed_frames_as_they_are_even_beside_frames_of_a_line() -> None:
    relayed = readings()
    decoder = Decoder()
    line = decoder.feed(b"".join(reading.frame.raw for reading in relayed[:20]))
    real = [Reading(LINKY, "esp", AT, frame) for frame in line]
    entries = list(enumerate([*relayed[:9], *real, *relayed[9:]], 1))
    again = list(Redecoding().run(entries))
    assert again == entries
    statuses = [reading.frame.status for _, reading in again]
    assert statuses.count(Status.RELAYED) == len(relayed)
    assert Status.COMPLETE in statuses


def test_a_mistaken_reading_of_old_is_corrected_by_a_replay() -> None:
    (right, *_) = readings()
    wrong = replace(right, frame=right.frame._replace(datasets=()))
    assert list(Redecoding().run([(1, wrong)])) == [(1, right)]


def test_relayed_indexes_become_energy() -> None:
    derivation = Derivation()
    for reading in readings():
        derivation.take(reading)
    (portion,) = derivation.harvest()
    assert portion.minutes
    assert Status.RELAYED in UNDAMAGED
