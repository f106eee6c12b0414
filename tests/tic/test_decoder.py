"""The decoder's promises, as properties over any bytes and over real lines."""

import json
import random
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from telewatt.tic import Decoder, Kind, Mode, Reason, Status, add_parity, encode_dataset
from tests.tic.lines import (
    HISTORIC,
    STANDARD,
    encode,
    fields_of,
    modes,
    moving,
    noisy_lines,
    stream,
)

SHARED = Path(__file__).parents[3] / "shared"
DELIMITERS = b"\n\r\x02\x03\x04\x82\x84\x8d"


def decode(line: bytes, *sizes: int, mode: Mode | None = None):
    decoder = Decoder(mode)
    frames, at, i = [], 0, 0
    while at < len(line):
        size = sizes[i % len(sizes)] if sizes else len(line)
        frames += decoder.feed(line[at : at + size])
        at, i = at + size, i + 1
    return frames + decoder.close()


@given(noisy_lines() | st.binary(max_size=2000), st.lists(st.integers(1, 700), min_size=1))
@settings(max_examples=3 * settings.default.max_examples)
def test_chunking_does_not_matter(line, sizes):
    whole = decode(line)
    assert decode(line, *sizes) == whole
    assert decode(line, 1) == whole


class Careful(Decoder):
    """Reads every frame stretch by stretch."""

    def _learn_layout(self, frame, end):
        pass


@given(noisy_lines(), st.integers(1, 700))
@settings(max_examples=3 * settings.default.max_examples)
def test_comparing_whole_frames_gives_what_reading_them_gives(line, size):
    decoder = Careful()
    careful = [f for at in range(0, len(line), size) for f in decoder.feed(line[at : at + size])]
    assert decode(line, size) == careful + decoder.close()


@given(noisy_lines() | st.binary(max_size=3000))
@example(b"\x0e\n\x80")  # a lone byte that may be a damaged LF
@settings(max_examples=3 * settings.default.max_examples)
def test_bytes_are_conserved(line):
    frames = decode(line)
    raw = b"".join(frame.raw for frame in frames)
    assert line.startswith(raw)
    assert not line[len(raw) :].strip(DELIMITERS)  # only delimiters may stay behind
    offset = 0
    for frame in frames:
        assert frame.offset == offset
        offset += len(frame.raw)
        for rejected in frame.rejected:
            assert line[rejected.offset :].startswith(rejected.bytes)
            assert frame.offset <= rejected.offset < frame.offset + len(frame.raw)
        read = sum(
            len(d.label) + len(d.data) + 3 + (14 if d.horodate else 0) for d in frame.datasets
        )
        lost = sum(len(rejected.bytes.strip(DELIMITERS)) for rejected in frame.rejected)
        framing = sum(frame.raw.count(byte) for byte in DELIMITERS)
        assert read + lost <= len(frame.raw) <= read + lost + framing


@given(modes, st.booleans(), st.integers(0, 99))
def test_encode_then_decode_is_the_identity(mode, parity, seed):
    frames = list(islice(moving(mode, seed), 5))
    line = b"".join(encode(mode, fields) for fields in frames)
    read = decode(add_parity(line) if parity else line, 64)
    assert [fields_of(frame) for frame in read] == frames
    assert {frame.status for frame in read} == {Status.COMPLETE}
    assert {frame.mode for frame in read} == {mode}


@pytest.mark.parametrize("parity", [False, True])
@pytest.mark.parametrize("mode", [Mode.HISTORIC, Mode.STANDARD])
def test_mode_and_parity_are_recognised_and_locked(mode, parity):
    decoder = Decoder()
    assert (decoder.mode, decoder.parity) == (None, None)
    decoder.feed(stream(mode, 1, parity=parity))
    assert (decoder.mode, decoder.parity) == (mode, parity)


def test_frame_is_given_at_its_etx_not_later():
    line = stream(Mode.STANDARD, 2)
    decoder = Decoder()
    given_at = [i for i in range(len(line)) if decoder.feed(line[i : i + 1])]
    assert given_at == [i for i, byte in enumerate(line) if byte == 0x03]


@pytest.mark.parametrize(("first", "then"), [(HISTORIC, STANDARD), (STANDARD, HISTORIC)])
def test_a_switched_meter_goes_on_without_losing_a_dataset(first, then):
    modes = [Mode.HISTORIC if fields is HISTORIC else Mode.STANDARD for fields in (first, then)]
    line = encode(modes[0], first) * 3 + encode(modes[1], then) * 3
    frames = decode(line, 100)
    assert [frame.mode for frame in frames] == [modes[0]] * 3 + [modes[1]] * 3
    assert [fields_of(frame) for frame in frames] == [first] * 3 + [then] * 3
    assert not any(frame.rejected for frame in frames)


def test_a_fixed_mode_never_switches():
    frames = decode(stream(Mode.HISTORIC, 3), mode=Mode.STANDARD)
    assert not any(frame.datasets for frame in frames)
    assert sum(len(frame.rejected) for frame in frames) == 3 * len(HISTORIC)


def test_one_stray_dataset_of_another_mode_does_not_switch():
    stray = encode_dataset(Mode.HISTORIC, "PAPP", "00750")
    line = stream(Mode.STANDARD, 1)
    frames = decode(line[:-1] + stray + line[-1:] + stream(Mode.STANDARD, 1))
    assert [r.reason for r in frames[0].rejected] == [Reason.MODE]
    assert frames[1].mode is Mode.STANDARD


def test_parity_that_appears_or_vanishes_is_recognised():
    plain, parity = stream(Mode.STANDARD, 4), stream(Mode.STANDARD, 4, parity=True)
    for line in (plain + parity, parity + plain):
        complete = [f for f in decode(line, 50) if f.status is Status.COMPLETE]
        assert len(complete) >= 6


@pytest.mark.slow
@pytest.mark.parametrize("damage", [b"\x00", b"\x7f", b"\x0e", b"0", b""])
@pytest.mark.parametrize("mode", [Mode.HISTORIC, Mode.STANDARD])
def test_damage_costs_the_dataset_it_hits_never_its_neighbours(mode, damage):
    fields = HISTORIC if mode is Mode.HISTORIC else STANDARD
    frame = encode(mode, fields)
    line = frame * 3
    datasets = [encode_dataset(mode, *each) for each in fields]
    for at in range(len(frame), 2 * len(frame)):
        damaged = line[:at] + damage + line[at + 1 :]
        read = [each for f in decode(damaged) for each in fields_of(f)]
        inside = at - len(frame) - 1
        hit = -1
        for i, dataset in enumerate(datasets):
            if 0 <= inside < len(dataset):
                hit = i
                break
            inside -= len(dataset)
        expected = fields + [f for i, f in enumerate(fields) if i != hit] + fields
        for each in expected:
            assert read.count(each) >= expected.count(each), (at, damage)


@pytest.mark.slow
def test_never_grows_without_bound():
    decoder = Decoder()
    rng = random.Random(1)
    dataset = encode_dataset(Mode.HISTORIC, "PAPP", "00750")
    noise = (b"A", b"\n", b"\x02", b"\x03", b"\r", b"\r\n", b"\x02\x03")
    lines = [each * 100_000 for each in noise]
    for line in (rng.randbytes(300_000), dataset * 20_000, *lines):
        frames = decoder.feed(line)
        assert all(len(frame.raw) < 8192 for frame in frames)
        assert len(decoder._tail) + len(decoder._pending) < 5000
        assert len(decoder._assembly.raw) < 8192


def test_kind_of_frame_follows_from_its_labels():
    short = [("ADIR2", "061", None), HISTORIC[0], ("IINST1", "010", None)]
    assert decode(encode(Mode.HISTORIC, short))[0].kind is Kind.SHORT
    after = [HISTORIC[0]] + [(f"IINST{i}", "010", None) for i in (1, 2, 3)]
    assert decode(encode(Mode.HISTORIC, after))[0].kind is Kind.SHORT
    assert decode(encode(Mode.HISTORIC, HISTORIC[:1]))[0].kind is Kind.IDLE
    assert decode(encode(Mode.HISTORIC, HISTORIC))[0].kind is Kind.LONG


def test_adps_anywhere_and_repeated_labels_are_kept():
    fields = [*HISTORIC[:3], ("ADPS", "046", None), *HISTORIC[3:], ("ADPS", "047", None)]
    [frame] = decode(encode(Mode.HISTORIC, fields))
    assert fields_of(frame) == fields


def test_labels_unknown_before_the_mode_is_known_are_kept_too():
    early = [("FOOBAR", "123", None), ("BARFOO", "4 5", None)]
    [frame] = decode(encode(Mode.HISTORIC, [*early, *HISTORIC]))
    assert fields_of(frame) == [*early, *HISTORIC]
    strange = [(f"XYZ{letter}", "001", None) for letter in "ABCDE"]  # a meter we know nothing of
    [frame] = decode(encode(Mode.STANDARD, strange))
    assert (frame.mode, fields_of(frame)) == (Mode.STANDARD, strange)


def test_a_label_like_a_damaged_one_is_believed_where_parity_shows_no_damage():
    fields = [*STANDARD, ("EASF11", "000000001", None)]
    [frame] = decode(add_parity(encode(Mode.STANDARD, fields)))
    assert fields_of(frame) == fields


def test_historic_means_both_of_its_layouts():
    line = encode(Mode.HISTORIC_HT, HISTORIC)
    for mode in (None, Mode.HISTORIC, Mode.HISTORIC_HT):
        [frame] = decode(line, mode=mode)
        assert (frame.mode, fields_of(frame)) == (Mode.HISTORIC_HT, HISTORIC)
    both = decode(encode(Mode.HISTORIC, HISTORIC) + line, mode=Mode.HISTORIC)
    assert [len(frame.datasets) for frame in both] == [len(HISTORIC), 0]


def test_a_fixed_mode_names_the_mode_that_was_heard():
    [frame] = decode(encode(Mode.HISTORIC, HISTORIC), mode=Mode.STANDARD)
    assert {rejected.reason for rejected in frame.rejected} == {Reason.MODE}


def test_eot_completes_a_frame_at_once():
    decoder = Decoder()
    [frame] = decoder.feed(encode(Mode.HISTORIC, HISTORIC)[:-1] + b"\x04")
    assert frame.status is Status.INTERRUPTED


def test_a_control_in_place_of_a_checksum_ends_no_frame():
    line = bytearray(encode(Mode.HISTORIC, HISTORIC))
    line[line.index(b"\r") - 1] = 0x03
    [frame] = decode(bytes(line))
    assert (frame.status, len(frame.rejected)) == (Status.PARTIAL, 1)


def test_a_parity_line_heard_from_its_middle_has_nothing_repaired():
    line = add_parity(encode(Mode.HISTORIC, HISTORIC))[2:]
    assert not any(d.repaired for frame in decode(line) for d in frame.datasets)


def test_chunks_may_be_any_buffer_and_the_mode_a_name():
    line = encode(Mode.STANDARD, STANDARD)
    for chunk in (bytearray(line), memoryview(line), memoryview(line * 2)[::1].cast("c")):
        assert fields_of(Decoder("auto").feed(chunk)[0]) == STANDARD


def test_a_closed_decoder_begins_anew():
    decoder = Decoder()
    assert decoder.feed(b"\x02") + decoder.close() == []
    [frame] = decoder.feed(encode(Mode.HISTORIC, HISTORIC))
    assert (frame.status, frame.offset) == (Status.COMPLETE, 1)


@pytest.mark.parametrize("noise", [b"\r", b"\r\x8d", b"A\r", b"A\n", b"\x03", b"\x02\x03", b"\n"])
@given(st.integers(1, 5000), st.integers(1, 9000))
@settings(max_examples=15)
def test_chunking_does_not_matter_on_long_noise(noise, times, cut):
    line = stream(Mode.STANDARD, 1) + noise * times + stream(Mode.STANDARD, 1)
    decoder = Decoder()
    assert decoder.feed(line[:cut]) + decoder.feed(line[cut:]) + decoder.close() == decode(line)


def test_unknown_labels_with_a_good_checksum_are_kept_raw():
    fields = [*HISTORIC, ("TENSION", "245", None)]
    [frame] = decode(encode(Mode.HISTORIC, fields))
    assert frame.get("TENSION") == ("TENSION", "245", "245", "", None, None, False)


def test_a_label_one_character_from_a_known_one_is_believed_when_it_recurs():
    frame = encode(Mode.STANDARD, [*STANDARD, ("EASF11", "000000001", None)])
    frames = decode(frame * 3)
    assert [f.get("EASF11") is not None for f in frames] == [False, True, True]
    assert [r.reason for r in frames[0].rejected] == [Reason.LABEL]
    apart = decode(frame + encode(Mode.STANDARD, STANDARD) * 10 + frame)
    assert not any(f.get("EASF11") for f in apart)


def test_unit_of_pmax_is_va_on_a_linky_and_w_on_a_cbetm():
    def pmax(address: str) -> str:
        fields = [("ADCO", address, None), ("PMAX", "17480", None)]
        return decode(encode(Mode.HISTORIC, fields))[0].datasets[1].unit

    assert pmax("041876543210") == "VA"
    assert pmax("020230543210") == "W"


# -- the facts: vectors and captures ---------------------------------------------------------

needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared facts are not here")
VECTORS = json.loads((SHARED / "spec/vectors.json").read_text()) if SHARED.exists() else {}


@needs_shared
@pytest.mark.parametrize("vector", VECTORS.get("groups", []), ids=lambda v: v["name"])
def test_vector_is_accepted_or_rejected_as_the_rules_say(vector):
    line = bytes.fromhex(vector["hex"])
    read = [each for f in decode(line, mode=Mode(vector["mode"])) for each in fields_of(f)]
    if vector["accept"]:
        assert read == [(vector["label"], vector["data"], vector["horodate"])]
    elif vector["name"] == "LF inside group":
        assert [label for label, _, _ in read] == ["IINST"]
    else:
        assert read == []


@needs_shared
@pytest.mark.parametrize("vector", VECTORS.get("frames", []), ids=lambda v: v["name"])
def test_vector_frame_has_its_status_kind_and_datasets(vector):
    frames = decode(bytes.fromhex(vector["hex"]))
    kinds = {"veille": "idle"}
    assert ",".join(frame.status for frame in frames) == vector["status"]
    assert ",".join(str(len(frame.datasets)) for frame in frames) == str(vector["groups"])
    assert {frame.kind for frame in frames} == {kinds.get(vector["type"], vector["type"])}


def _captures():
    path = SHARED / "captures/captures.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


BROKEN_FORMATS = {"h_tempo_handmade": 1}  # a hand-made "PTEC HP D", one character short


@needs_shared
@pytest.mark.parametrize("capture", _captures(), ids=lambda c: c["id"])
def test_every_verifying_dataset_of_the_captures_is_accepted(capture):
    line = (SHARED / "captures" / f"{capture['id']}.tic").read_bytes()
    frames = decode(line, 100)
    accepted = sum(len(frame.datasets) for frame in frames)
    verifying = capture["verify_historic"] + capture["verify_standard"]
    assert accepted == verifying - BROKEN_FORMATS.get(capture["id"], 0)
    assert not any(d.repaired for frame in frames for d in frame.datasets)


@needs_shared
def test_expected_values_of_the_publishers_are_read():
    def first(capture: str) -> dict[str, str]:
        frames = decode((SHARED / f"captures/{capture}.tic").read_bytes())
        return {
            d.label: d.data if d.horodate is None else f"{d.horodate}\t{d.data}"
            for frame in frames
            for d in frame.datasets
        }

    def expected(capture: str):
        return json.loads((SHARED / f"captures/expected/{capture}.json").read_text())

    groups = expected("h_enedis_base")["groupList"]
    assert first("h_enedis_base") == {g["label"]: g["value"] for g in groups}
    standard = {k.lstrip("!"): v for k, v in expected("s_enedis_hc").items()}
    assert first("s_enedis_hc") == standard
    for capture in ("h_lightyou_tempo", "h_tbibard_hc"):
        labels = expected(capture)["labels"]
        assert labels.items() <= first(capture).items()
    frames = decode((SHARED / "captures/h_lains_3p.tic").read_bytes())
    assert sum(f.status is Status.COMPLETE for f in frames) == 6
    assert len(frames[-1].datasets) == 6
