"""Where decoders go wrong: one test for each trap of decoding, named after its rule.

The traps that concern values alone are in test_values, test_horodate and test_labels.
"""

import pytest

from telewatt.tic import Decoder, Kind, Mode, Reason, Status, add_parity, encode_dataset
from telewatt.tic.values import Demain, Ptec
from tests.tic.lines import HISTORIC, STANDARD, encode, fields_of


def read(line: bytes, mode: Mode | None = None):
    decoder = Decoder(mode)
    frames = decoder.feed(line) + decoder.close()
    return [dataset for frame in frames for dataset in frame.datasets]


def one(mode: Mode, label: str, data: str, horodate: str | None = None):
    [dataset] = read(encode_dataset(mode, label, data, horodate), mode)
    assert (dataset.label, dataset.data, dataset.horodate) == (label, data, horodate)
    return dataset


def refused(raw: bytes, mode: Mode) -> Reason:
    decoder = Decoder(mode)
    [frame] = decoder.feed(raw) + decoder.close()
    assert not frame.datasets
    [rejected] = frame.rejected
    return rejected.reason


def test_1_checksum_may_be_a_space():
    assert encode_dataset(Mode.HISTORIC, "PTEC", "HP..")[-2:] == b" \r"
    assert one(Mode.HISTORIC, "PTEC", "HP..").value == Ptec("HP..")
    assert one(Mode.STANDARD, "EASD01", "000000000").value == 0


def test_3_the_other_modes_checksum_is_refused():
    assert refused(b"\nPAPP 00390 M\r", Mode.HISTORIC) is Reason.CHECKSUM
    assert refused(b"\nVTIC\t02\tA\r", Mode.STANDARD) is Reason.CHECKSUM


@pytest.mark.parametrize("mode", [Mode.HISTORIC, Mode.STANDARD])
def test_4_bit_six_is_checked_by_format_and_by_parity(mode):
    for fields in HISTORIC if mode is Mode.HISTORIC else STANDARD:
        raw = encode_dataset(mode, *fields)
        for at in range(1, len(raw) - 1):
            hit = bytearray(raw)
            hit[at] ^= 0x40
            assert not [d for d in read(bytes(hit), mode) if d.data == fields[1]]
            lead = encode_dataset(mode, *(HISTORIC if mode is Mode.HISTORIC else STANDARD)[0])
            parity = add_parity(lead) + bytes(
                byte ^ 0x40 if i == at else byte for i, byte in enumerate(add_parity(raw))
            )
            assert all(d.data == fields[1] and d.repaired for d in read(parity)[1:])


def test_6_inner_spaces_of_historic_data_are_data():
    assert one(Mode.HISTORIC, "MESURES1", "BT 4 SUP36").value == "BT 4 SUP36"
    date = one(Mode.HISTORIC, "DATE", "25/05/16 16:19:37")
    assert str(date.value) == "2016-05-25 14:19:37+00:00"


def test_7_spaces_of_standard_data_are_data():
    for label, data in [("NGTF", "      BASE      "), ("MSG1", "PAS DE".ljust(32))]:
        assert one(Mode.STANDARD, label, data).value == data


def test_8_date_has_empty_data():
    date = one(Mode.STANDARD, "DATE", "", "H081225223518")
    assert date.value == date.time
    assert str(date.time) == "2008-12-25 21:35:18+00:00"


def test_9_the_horodate_is_no_part_of_the_value():
    assert one(Mode.STANDARD, "SMAXSN1-1", "01970", "H250108195150").value == 1970


def test_10_season_may_be_a_space():
    start = one(Mode.STANDARD, "DPM1", "00", " 230213060000")
    assert str(start.value) == "2023-02-13 05:00:00+00:00"


def test_11_a_degraded_clock_is_accepted():
    assert one(Mode.STANDARD, "DATE", "", "e090714074553").horodate == "e090714074553"


def test_13_eot_interrupts_the_frame_and_keeps_its_datasets():
    broken = encode(Mode.HISTORIC, HISTORIC[:5])[:-1] + b"\x04"
    decoder = Decoder()
    frames = decoder.feed(broken + encode(Mode.HISTORIC, HISTORIC))
    assert [frame.status for frame in frames] == [Status.INTERRUPTED, Status.COMPLETE]
    assert [fields_of(frame) for frame in frames] == [HISTORIC[:5], HISTORIC]


@pytest.mark.parametrize("first", ["ADIR1", "JAUNE", "CONTRAT", "MESURES1", "TRAME"])
def test_14_a_frame_may_begin_with_any_label(first):
    data = {"ADIR1": "061", "JAUNE": "12:30:25:12:HP:  :12345:01"}.get(first, "TEST")
    line = encode(Mode.HISTORIC, [(first, data, None), ("PAPP", "00750", None)])
    assert [d.label for d in read(line)] == [first, "PAPP"]


def test_15_ppot_after_motdetat_belongs_to_the_same_frame():
    fields = [*HISTORIC, ("PPOT", "0A", None)]
    [frame] = Decoder().feed(encode(Mode.HISTORIC, fields))
    assert fields_of(frame) == fields
    assert frame.datasets[-1].value == 0x0A


def test_17_undefined_codes_are_values():
    stge = one(Mode.STANDARD, "STGE", "FFFFFFFF").value
    assert stge == 0xFFFFFFFF
    assert one(Mode.HISTORIC, "OPTARIF", "EJP ").value == "EJP "
    assert one(Mode.HISTORIC, "DEMAIN", "????").value == Demain("????")


def test_19_labels_may_have_nine_characters():
    assert one(Mode.STANDARD, "SMAXSN3-1", "01970", "H250108195150").value == 1970


def test_20_labels_match_exactly_or_not_at_all():
    dataset = one(Mode.STANDARD, "SMAXSN-1", "03800", "H241202043910")
    assert dataset.label == "SMAXSN-1"
    raw = encode_dataset(Mode.STANDARD, "SMAXS", "03800", "H241202043910")
    assert refused(raw, Mode.STANDARD) is Reason.LABEL


def test_22_variants_of_labels_are_read_and_kept_verbatim():
    dataset = one(Mode.STANDARD, "SMAXSN_1", "03800", "H241202043910")
    assert (dataset.value, dataset.unit) == (3800, "VA")
    assert one(Mode.STANDARD, "SINST1", "00410").unit == "VA"
    assert one(Mode.HISTORIC, "EAP-1_s", "1234567kWh").unit == "kWh"


def test_23_an_index_is_an_exact_integer():
    assert one(Mode.STANDARD, "EAST", "123456789").value == 123456789


def test_25_leading_zeros_are_kept():
    assert one(Mode.HISTORIC, "ADCO", "020422609006").value == "020422609006"
    assert one(Mode.STANDARD, "PRM", "00000000000000").value == "00000000000000"


def test_28_short_frames_are_recognised_without_adco_first():
    short = [("ADIR2", "061", None), HISTORIC[0]]
    short += [(f"IINST{i}", "010", None) for i in (1, 2, 3)]
    [frame] = Decoder().feed(encode(Mode.HISTORIC, short))
    assert (frame.kind, frame.meter) == (Kind.SHORT, HISTORIC[0][1])


def test_36_the_longest_dataset_is_read_whole():
    data = " ".join(["00008001"] * 11)
    assert len(one(Mode.STANDARD, "PJOURF+1", data).data) == 98


def test_39_a_repeated_label_gives_a_list_and_units_may_be_in_the_data():
    line = encode(Mode.HISTORIC, [("PREAVIS", "DEP", None), ("PREAVIS", "TD", None)])
    assert [d.data for d in read(line)] == ["DEP", "TD"]
    energy = one(Mode.HISTORIC, "EA_s", "72Wh")
    assert (energy.value, energy.unit) == (72, "Wh")


def test_40_gas_is_counted_in_decalitres():
    assert one(Mode.HISTORIC, "GAZ", "0123456").unit == "dal"


def test_42_hours_of_a_profile_may_be_hexadecimal():
    data = " ".join(["0000C001", "0A008002", "1000C001"] + ["NONUTILE"] * 8)
    profile = one(Mode.STANDARD, "PJOURF+1", data).value
    assert profile[1].doubtful
