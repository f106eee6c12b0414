import tomllib
from pathlib import Path

from telewatt.tic import euridis
from telewatt.tic.values import Address


def test_lists_are_those_of_the_association(shared: Path) -> None:
    lists = tomllib.loads((shared / "spec" / "euridis.toml").read_text(encoding="utf-8"))
    assert euridis.manufacturers() == {
        code: row["name"] for code, row in lists["manufacturer"].items()
    }
    types = {**lists["type_removed"], **lists["type"]}
    assert {code: tuple(device) for code, device in euridis.device_types().items()} == {
        code: (row["name"], row.get("family", "other"), row.get("phase", ""))
        for code, row in types.items()
    }


def test_type_code_is_hexadecimal_text() -> None:
    assert Address("0408DC123456").type == "BCPL G1 LINKY pour compteur CJE"
    assert Address("0408AA123456").type_code == "AA"


def test_extra_manufacturer_codes_have_the_name_of_their_manufacturer() -> None:
    assert Address("812164417227").manufacturer == Address("022164417227").manufacturer


def test_a_code_with_two_meanings_names_both() -> None:
    assert " / " in euridis.device_types()["45"].name
    assert " / " in euridis.device_types()["67"].name
