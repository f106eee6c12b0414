import re
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from telewatt.tic import values
from telewatt.tic.formats import FormatError, pattern, reader
from telewatt.tic.labels import LABELS

FORMATS = sorted({label.format for label in LABELS})
UNUSED = " NONUTILE"
NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)

ACCEPTED = [
    ("int:9", "012345678", 12345678),
    ("int:9", "999999999", 999_999_999),
    ("int:8,9", "12345678", 12345678),
    ("digits:14", "00000000000000", "00000000000000"),
    ("text:16", "  HEURE  CREUSE ", "  HEURE  CREUSE "),
    ("text:0,98", "", ""),
    ("code:1", "X", "X"),
    ("time:0", "", NOON),
    ("time:2", "00", NOON),
    ("address", "0408DC123456", "0408DC123456"),
    ("stge", "003A4401", 0x003A4401),
    ("relais", "255", 255),
    ("ppot", "0A", 10),
    ("motdetat", "0000000000", "0000000000"),
    ("optarif", "EJP ", "EJP "),
    ("ptec", "HP..", "HP.."),
    ("demain", "____", "____"),
    ("date", "25/05/16 16/19/37", datetime(2016, 5, 25, 14, 19, 37, tzinfo=UTC)),
    (
        "period_date",
        "25/05/16 16:20:00-XXX",
        (datetime(2016, 5, 25, 14, 20, tzinfo=UTC), "XXX"),
    ),
    ("period_date", "00/00/00 00:00:00-   ", (None, "   ")),
    ("decimal", "00012,34", 12.34),
    ("decimal", "0.34", 0.34),
    ("composite:hh:mn:dd", "12:34:05", ("12", "34", "05")),
    (
        "composite:hh:mn:jj:mm:pt:dp:abcde:kp",
        "12:34:05:06:PM:  :00123:10",
        ("12", "34", "05", "06", "PM", "  ", "00123", "10"),
    ),
]

REFUSED = [
    ("int:9", "00q156667"),
    ("int:9", "12345678"),
    ("int:9", "0123456789"),
    ("int:9", " 12345678"),
    ("int:9", "-12345678"),
    ("int:9", "٠١٢٣٤٥٦٧٨"),
    ("int:9", "012345678\n"),
    ("int:8,9", "1234567"),
    ("digits:14", "0000000000000p"),
    ("text:16", "  HEURE  CREUSE"),
    ("text:16", "  HEURE` CREUSE "),
    ("text:16", "  HEURE\x08 CREUSE "),
    ("text:16", "  HEURE é CREUSE"),
    ("code:1", "a"),
    ("time:0", "0"),
    ("time:2", "0p"),
    ("address", "0408dc123456"),
    ("address", "0A0862123456"),
    ("address", "03166400111"),
    ("stge", "003a4401"),
    ("stge", "003A440"),
    ("stge", "0x3A4401"),
    ("stge", "003A44_1"),
    ("relais", "256"),
    ("relais", "1"),
    ("ppot", "0a"),
    ("motdetat", "00000p"),
    ("motdetat", "00000000"),
    ("optarif", "BASEX"),
    ("optarif", "HC.n"),
    ("optarif", "BBRh"),
    ("ptec", "HP"),
    ("ptec", "HPnn"),
    ("ptec", "hp.."),
    ("demain", "BLE"),
    ("demain", "mmmm"),
    ("date", "32/05/16 16:19:37"),
    ("date", "25/05/16 24:00:00"),
    ("date", "25/05/16`16:19:37"),
    ("period_date", "25/05/16 16:20:00-xxx"),
    ("decimal", "12,3"),
    ("composite:hh:mn:dd", "12:34"),
    ("composite:hh:mn:dd", "12:3q:05"),
    ("profile", "00008001" + 9 * UNUSED),
    ("profile", "00008001" + 11 * UNUSED),
    ("profile", "00008001" + 10 * " NONUTILF"),
    ("profile", "00008001`NONUTILE" + 9 * UNUSED),
    ("profile", "24008001" + 10 * UNUSED),
    ("profile", "00608001" + 10 * UNUSED),
    ("profile", "0000800a" + 10 * UNUSED),
    ("profile", "23008001 0A008002" + 9 * UNUSED),
]


@pytest.mark.parametrize(("format", "data", "value"), ACCEPTED)
def test_data_of_the_format_are_read(format: str, data: str, value: object) -> None:
    assert reader(format)(data, NOON, "") == (value, "")


@pytest.mark.parametrize(("format", "data"), REFUSED)
def test_other_data_are_refused(format: str, data: str) -> None:
    with pytest.raises(FormatError):
        reader(format)(data, None, "")


@pytest.mark.parametrize(
    ("format", "units", "data", "expected"),
    [
        ("number:1,9", "Wh", "72Wh", (72, "Wh")),
        ("number:1,9", "kW|kVA", "12kVA", (12, "kVA")),
        ("number:1,9", "kW|kVA", "12kW", (12, "kW")),
        ("number:5", "varh", "00072varh", (72, "varh")),
        ("number:1,3", "%", "100%", (100, "%")),
        ("signed:1,9", "kvar", "-12kvar", (-12, "kvar")),
        ("marked:1,9", "kW", "00012Ykw", (12, "kW")),
        ("marked:1,9", "kW", "00012kW", (12, "kW")),
    ],
)
def test_unit_is_taken_from_the_data(
    format: str, units: str, data: str, expected: tuple[int, str]
) -> None:
    assert reader(format)(data, None, units) == expected


@pytest.mark.parametrize(
    ("format", "units", "data"),
    [
        ("number:1,9", "Wh", "72kWh"),
        ("number:1,9", "Wh", "72"),
        ("number:1,9", "Wh", "Wh"),
        ("number:1,9", "kW|kVA", "12kW|kVA"),
        ("number:1,9", "Wh", "-72Wh"),
        ("number:5", "Wh", "72Wh"),
        ("marked:1,9", "kW", "0001rkW"),
    ],
)
def test_another_unit_is_refused(format: str, units: str, data: str) -> None:
    with pytest.raises(FormatError):
        reader(format)(data, None, units)


def test_time_that_was_never_set_is_no_value() -> None:
    assert reader("time:0")("", None, "") == (None, "")


def test_day_profile_is_read() -> None:
    profile, _ = reader("profile")("00004003 06004004 22004003" + 8 * UNUSED, None, "")
    assert isinstance(profile, values.DayProfile)
    assert len(profile) == 3


def test_an_unknown_kind_is_a_bug() -> None:
    with pytest.raises(KeyError):
        reader("colour:3")


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=15)
@given(data=st.data())
def test_whatever_the_text_only_format_error_is_raised(format: str, data: st.DataObject) -> None:
    text = data.draw(st.text(max_size=100) | st.from_regex(pattern(format), fullmatch=True))
    units = next(label.unit for label in LABELS if label.format == format)
    try:
        _, unit = reader(format)(text, None, units)
    except FormatError:
        return
    assert unit in units.split("|")
    assert re.fullmatch(pattern(format), text)


@pytest.mark.parametrize("format", [f for f in FORMATS if f[:4] != "text" and f != "time:0"])
@settings(max_examples=15)
@given(data=st.data())
def test_a_flip_of_bit_six_breaks_every_format_but_free_text(
    format: str, data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(pattern(format), fullmatch=True))
    place = data.draw(st.integers(0, len(text) - 1))
    flipped = text[:place] + chr(ord(text[place]) ^ 0x40) + text[place + 1 :]
    units = next(label.unit for label in LABELS if label.format == format)
    assume(units != "%" or text[-1] != "e")  # 'e' is no unit there, and a flip makes it one
    with pytest.raises(FormatError):
        reader(format)(flipped, None, units)


@given(st.text("0123456789", min_size=9, max_size=9))
def test_digits_are_read_as_they_stand(data: str) -> None:
    value, _ = reader("int:9")(data, None, "Wh")
    assert f"{value:09}" == data


@given(st.integers(0, 2**32 - 1))
def test_status_register_round_trips(register: int) -> None:
    value, _ = reader("stge")(f"{register:08X}", None, "")
    assert values.plain(value)["raw"] == f"{register:08X}"


@given(st.integers(0, 255))
def test_relays_and_phases_round_trip(register: int) -> None:
    assert reader("relais")(f"{register:03}", None, "") == (register, "")
    assert reader("ppot")(f"{register:02X}", None, "") == (register, "")
