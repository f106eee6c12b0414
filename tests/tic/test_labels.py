import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.tic import horodate
from telewatt.tic.checksum import WITHOUT_PARITY
from telewatt.tic.dataset import GRAMMARS, DatasetError, parse_body
from telewatt.tic.formats import FormatError, pattern
from telewatt.tic.frame import Mode, Reason
from telewatt.tic.labels import LABELS, TABLE, Label, is_label, looks_damaged

ROOT = Path(__file__).resolve().parents[2]
BY_NAME = {(label.namespace, label.label): label for label in LABELS}


def parse(mode: Mode, label: str, data: str, stamp: str | None = None) -> tuple[object, str]:
    """The first reading of the data among the label's candidates."""
    time = horodate.parse(stamp) if stamp else None
    for candidate in TABLE[mode][label]:
        if candidate.horodated is (stamp is not None):
            try:
                return candidate.parse(data, time)
            except FormatError:
                continue
    raise FormatError(f"{label} {data!r}")


@pytest.fixture(scope="module")
def specified(shared: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows of the specification's label list."""
    lists = tomllib.loads((shared / "spec" / "labels.toml").read_text(encoding="utf-8"))
    return {
        (namespace, label): row
        for namespace, rows in lists.items()
        if isinstance(rows, dict)
        for label, row in rows.items()
    }


def test_table_has_the_labels_of_the_specification_in_their_order(
    specified: dict[tuple[str, str], dict[str, Any]],
) -> None:
    assert [(label.namespace, label.label) for label in LABELS] == list(specified)
    for key, row in specified.items():
        assert row.get("order", BY_NAME[key].order) == BY_NAME[key].order


def test_table_says_what_the_specification_says(
    specified: dict[tuple[str, str], dict[str, Any]],
) -> None:
    for key, row in specified.items():
        label = BY_NAME[key]
        assert (label.unit, label.unit_linky) == (row["unit"], row.get("unit_linky", ""))
        assert (label.horodated, label.producer_only) == (row["horodated"], row["producer_only"])
        assert (label.phase, list(label.families)) == (row["phase"], row["families"])
        assert label.optional is not row.get("always_emitted", False)
        assert list(label.aliases) == row.get("aliases", [])
        assert (label.confidence, label.fr, label.en) == (row["confidence"], row["fr"], row["en"])


def sizes(row: dict[str, Any]) -> range:
    if "size" in row:
        return range(min(row["size"], row.get("size_alt", 99)), row["size"] + 1)
    return range(row["size_min"], row["size_max"] + 1)


@given(st.data())
def test_data_of_a_label_have_the_size_of_the_specification(
    specified: dict[tuple[str, str], dict[str, Any]], data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(list(specified)))
    label, row = BY_NAME[key], specified[key]
    text = data.draw(st.from_regex(pattern(label.format), fullmatch=True))
    try:
        label.parse(text)
    except FormatError:
        return
    allowed = sizes(row)
    if key == ("historic", "MOTDETAT"):
        allowed = range(6, 11, 4)
    if key == ("cje", "JAUNE"):  # the size of its two texts is not known
        allowed = range(22, 29)
    assert len(text) in allowed


def test_horodated_labels_are_the_twenty_four_and_the_pilots_two() -> None:
    names = [label.label for label in LABELS if label.horodated]
    assert len(names) == 26
    assert all(re.match("DATE|SMAX|CCA|UMOY|DPM|FPM", name) for name in names)


def test_standard_mode_reads_pilots_too() -> None:
    assert parse(Mode.STANDARD, "SINST1", "00123") == (123, "VA")
    assert "SINST1" not in TABLE[Mode.HISTORIC]


def test_historic_mode_reads_the_professional_meters_too() -> None:
    assert parse(Mode.HISTORIC, "EA_s", "72Wh") == (72, "Wh")
    assert parse(Mode.HISTORIC, "FCOU", "12:34:05") == (("12", "34", "05"), "")
    assert TABLE[Mode.HISTORIC_HT] is TABLE[Mode.HISTORIC]


def test_one_label_of_two_meters_has_two_candidates() -> None:
    namespaces = [label.namespace for label in TABLE[Mode.HISTORIC]["PREAVIS"]]
    assert namespaces == ["ice", "pme_pmi"]


def test_index_has_nine_digits_or_eight_on_a_concentrator() -> None:
    assert parse(Mode.HISTORIC, "BASE", "012345678") == (12345678, "Wh")
    assert parse(Mode.HISTORIC, "BASE", "12345678") == (12345678, "Wh")
    with pytest.raises(FormatError):
        parse(Mode.HISTORIC, "BBRHCJB", "12345678")


def test_a_label_may_be_longer_than_eight() -> None:
    assert parse(Mode.STANDARD, "SMAXSN1-1", "01970", "H250108195150") == (1970, "VA")


def test_labels_match_exactly_never_by_prefix() -> None:
    assert TABLE[Mode.STANDARD]["SMAXSN"][0].label == "SMAXSN"
    assert "SMAX" not in TABLE[Mode.STANDARD]
    assert "NJOURF+" not in TABLE[Mode.STANDARD]


def test_other_spellings_are_the_same_label() -> None:
    assert TABLE[Mode.STANDARD]["SMAXSN_1"] == TABLE[Mode.STANDARD]["SMAXSN-1"]
    assert TABLE[Mode.HISTORIC]["EAP-1_s"] == TABLE[Mode.HISTORIC]["EaP-1_s"]


def test_date_is_its_horodate_and_its_data_are_empty() -> None:
    stamp = "E170915101601"
    assert parse(Mode.STANDARD, "DATE", "", stamp) == (horodate.parse(stamp), "")


def test_mobile_peak_is_its_horodate() -> None:
    stamp = " 230213060000"
    assert parse(Mode.STANDARD, "DPM1", "00", stamp) == (horodate.parse(stamp), "")


def test_horodate_is_no_part_of_the_value() -> None:
    assert parse(Mode.STANDARD, "CCASN", "00000", "H210310113000") == (0, "W")


@pytest.mark.parametrize("label", ["ADCO", "ADSC", "PRM", "VTIC", "ADS"])
def test_identities_keep_their_leading_zeros(label: str) -> None:
    (row,) = (row for row in LABELS if row.label == label)
    data = {"PRM": "0" * 14, "VTIC": "02"}.get(label, "020828337598")
    assert row.parse(data) == (data, "")


def test_index_is_an_integer_never_a_float() -> None:
    value, _ = parse(Mode.STANDARD, "EAST", "018300635")
    assert value == 18300635
    assert type(value) is int


def test_pmax_is_va_on_linky_and_w_on_cbetm() -> None:
    pmax = BY_NAME["historic", "PMAX"]
    assert (pmax.unit, pmax.unit_linky) == ("W", "VA")
    assert {label.unit_linky for label in LABELS if label is not pmax} == {""}


def test_gas_is_counted_in_decalitres() -> None:
    assert parse(Mode.HISTORIC, "GAZ", "0001234") == (1234, "dal")


@pytest.mark.parametrize("data", ["A", "C", "D", "E", "Y", "X", "1", "9"])
def test_hhphc_is_text(data: str) -> None:
    assert parse(Mode.HISTORIC, "HHPHC", data) == (data, "")


@pytest.mark.parametrize("x", [chr(code) for code in range(0x28, 0x40)])
def test_every_tempo_programme_is_accepted(x: str) -> None:
    assert parse(Mode.HISTORIC, "OPTARIF", f"BBR{x}") == (f"BBR{x}", "")


def test_undefined_codes_are_values() -> None:
    assert parse(Mode.HISTORIC, "OPTARIF", "EJP ") == ("EJP ", "")
    assert parse(Mode.HISTORIC, "PTEC", "XX..") == ("XX..", "")
    assert parse(Mode.STANDARD, "NTARF", "11") == (11, "")
    assert parse(Mode.STANDARD, "STGE", "FFFFFFFF") == (0xFFFFFFFF, "")


def test_inner_and_outer_spaces_are_data() -> None:
    assert parse(Mode.HISTORIC, "MESURES1", "HTA 5     ") == ("HTA 5     ", "")
    message = "PAS DE          MESSAGE         "
    assert parse(Mode.STANDARD, "MSG1", message) == (message, "")


def test_a_label_like_a_known_one_that_was_hit_looks_damaged() -> None:
    assert looks_damaged(Mode.STANDARD, "IRMSq")
    assert looks_damaged(Mode.HISTORIC, "PAQP")
    assert looks_damaged(Mode.STANDARD, "SMAXSNm1")
    assert looks_damaged(Mode.HISTORIC, "SC")  # ISOUSC without its head: its sum is the same
    assert looks_damaged(Mode.STANDARD, "EASD0")
    assert looks_damaged(Mode.HISTORIC, "O-TDRIF")


def test_real_unknown_labels_are_not_damaged_ones() -> None:
    assert not looks_damaged(Mode.HISTORIC, "TENSION")
    assert not looks_damaged(Mode.STANDARD, "COSPHI")


def test_a_known_label_is_not_damaged() -> None:
    assert not any(looks_damaged(mode, label) for mode in Mode for label in TABLE[mode])


@pytest.mark.parametrize("mode", list(Mode))
def test_no_flip_of_bit_six_turns_one_label_into_another(mode: Mode) -> None:
    for label in TABLE[mode]:
        for place, character in enumerate(label):
            flipped = label[:place] + chr(ord(character) ^ 0x40) + label[place + 1 :]
            assert flipped not in TABLE[mode]
            assert looks_damaged(mode, flipped)


def test_every_known_label_could_be_a_label() -> None:
    assert all(is_label(label) for mode in Mode for label in TABLE[mode] if len(label) > 1)


@pytest.mark.parametrize("text", ["", "A", "aB", "1AB", "AB CD", "AB\t", "A" * 11, "ÉCLAIR", "AB`"])
def test_other_texts_are_no_labels(text: str) -> None:
    assert not is_label(text)


@given(st.sampled_from(LABELS), st.text(max_size=100))
def test_parse_raises_nothing_but_format_error(label: Label, data: str) -> None:
    try:
        label.parse(data)
    except FormatError as error:
        assert repr(data) in str(error)


def test_datasets_that_must_be_accepted_are(shared: Path) -> None:
    vectors = json.loads((shared / "spec" / "vectors.json").read_text(encoding="utf-8"))
    accepted = [group for group in vectors["groups"] if group["accept"]]
    assert accepted
    for group in accepted:
        parse(Mode(group["mode"]), group["label"], group["data"], group["horodate"])


def test_every_verified_dataset_of_the_captures_has_its_format(shared: Path) -> None:
    accepted, refused = 0, set()
    for capture in sorted((shared / "captures").glob("*.tic")):
        mode = Mode.STANDARD if capture.name.startswith("s_") else Mode.HISTORIC
        line = capture.read_bytes().translate(WITHOUT_PARITY)
        for body in re.findall(rb"\n([^\n\r\x02\x03\x04]+)(?=\r)", line):
            try:
                parse_body(body, GRAMMARS[mode])
                accepted += 1
            except DatasetError as error:
                if error.reason in (Reason.FORMAT, Reason.LABEL):
                    refused.add(body)
    assert refused == {b"PTEC HP D"}  # hand-made: two characters of four
    assert accepted > 5000
