from __future__ import annotations

import io
import json

import pytest

from telewatt.exchange.scanner import Scanner
from telewatt.tic import Mode, add_parity, encode_dataset, encode_frame

ADSC, PRM = "041876543210", "19012345678901"
SCANNER = Scanner([ADSC, PRM])


def capture(*datasets: tuple[str, str]) -> bytes:
    return encode_frame([encode_dataset(Mode.STANDARD, *each) for each in datasets])


def found_in(line: bytes) -> str | None:
    return SCANNER.find_in_capture(io.BytesIO(line))


@pytest.mark.parametrize("identifier", [ADSC, PRM])
def test_an_identifier_is_found_wherever_it_stands(identifier: str) -> None:
    for start in range(0, 70_000, 9973):
        assert found_in(b"\x00" * start + identifier.encode() + b"\x00" * 9) == identifier


@pytest.mark.parametrize("identifier", [ADSC, PRM])
def test_an_identifier_is_found_with_any_one_wrong_byte(identifier: str) -> None:
    for place in range(len(identifier)):
        damaged = bytearray(identifier.encode())
        damaged[place] ^= 0x15
        assert found_in(b"\n" + bytes(damaged) + b"\r") == identifier
        assert found_in(add_parity(b"\n" + bytes(damaged) + b"\r")) == identifier


def test_an_identifier_is_found_whatever_its_parity_bits() -> None:
    assert found_in(bytes(byte | 0x80 for byte in ADSC.encode())) == ADSC


def test_a_run_of_six_characters_is_found_where_nothing_explains_it() -> None:
    assert found_in(b"\nxx654321x\r") == ADSC
    assert found_in(b"\nxx65432x1\r") is None


def test_an_index_may_have_six_digits_in_common_with_an_address() -> None:
    line = capture(("ADSC", "031664001115"), ("EAST", "000654321"), ("PRM", "30000000000000"))
    assert found_in(line * 3) is None
    assert found_in(line.replace(b"EAST", b"EEST") * 3) == ADSC


def test_an_address_that_shares_a_run_is_found() -> None:
    assert found_in(capture(("ADSC", "031664654321"), ("EAST", "000000001"))) == ADSC


def test_bytes_in_hexadecimal_are_looked_into() -> None:
    rejected = {"rejected": [{"bytes": add_parity(b"\nADSC\t04187654").hex()}]}
    line = json.dumps({"meter": "031664001115", **rejected}).encode() + b"\n"
    assert SCANNER.find_in_jsonl(io.BytesIO(line)) == ADSC


def test_json_of_a_measure_may_look_like_anything() -> None:
    datasets = [{"label": "EAST", "data": "000654321", "value": 654321}]
    line = json.dumps({"meter": "031664001115", "datasets": datasets}).encode() + b"\n"
    assert SCANNER.find_in_jsonl(io.BytesIO(line)) is None
    assert SCANNER.find_in_jsonl(io.BytesIO(line.replace(b"EAST", b"ADSC"))) == ADSC


def test_rows_are_read_by_their_labels() -> None:
    text = b"meter,label,data,value\n031664001115,EAST,000654321,654321\n"
    assert SCANNER.find_in_csv(io.BytesIO(text)) is None
    assert SCANNER.find_in_csv(io.BytesIO(text.replace(b"EAST", b"PRM"))) == ADSC
    assert SCANNER.find_in_csv(io.BytesIO(text.replace(b"031664001115", b"654321"))) == ADSC


def test_nothing_is_looked_for_when_nothing_is_known() -> None:
    assert Scanner([]).find_in_capture(io.BytesIO(capture(("ADSC", ADSC)))) is None
