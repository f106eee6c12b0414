"""A reading as a line of a daily log, and back."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.logline import LineError, frame_of, is_line, read_line, write_line, write_remark
from telewatt.tic import Mode
from tests.exchange.houses import readings

CONTRACTS = ["base", "hc", "ejp", "tempo"]
LINKYMONITOR = (
    "2021/02/20 19:10:22\tDATA\tPeriode=HN.., IndexHN=000688322, IndexHPM=000080072, "
    "PuissConsommee=00000, IConsommee=013"
)


@cache
def frames(settings: str) -> list:
    return [reading.frame for reading in itertools.islice(readings("x", settings), 3)]


def test_a_line_of_linkymonitor_is_read() -> None:
    line = read_line(LINKYMONITOR)
    assert (line.stamp.isoformat(), line.word) == ("2021-02-20T19:10:22", "DATA")
    values = {dataset.label: dataset.value for dataset in frame_of(line).datasets}
    assert values == {"PTEC": "HN..", "EJPHN": 688322, "EJPHPM": 80072, "PAPP": 0, "IINST": 13}


def test_the_short_name_of_the_peak_index_means_the_same() -> None:
    assert frame_of(read_line(LINKYMONITOR.replace("HPM", "PM"))) == frame_of(
        read_line(LINKYMONITOR)
    )


@pytest.mark.parametrize("mode", ["historic", "standard"])
@pytest.mark.parametrize("phases", [1, 3])
@pytest.mark.parametrize("role", ["", "&producer=1"])
@given(
    at=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(  # noqa: DTZ001
        lambda at: at.replace(tzinfo=UTC)
    )
)
def test_what_is_written_is_read_back(mode, phases, role, at) -> None:
    for contract in CONTRACTS:
        try:
            found = frames(f"sim:?mode={mode}&phases={phases}&contract={contract}{role}")
        except ValueError:
            continue
        for frame in found:
            line = read_line(write_line(at, frame))
            assert line.stamp == at.replace(microsecond=0)
            again = frame_of(line)
            assert (again.mode is Mode.STANDARD) == (frame.mode is Mode.STANDARD)
            assert again.datasets
            for dataset in again.datasets:
                assert frame.get(dataset.label).data.strip() == dataset.data.strip()


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    [frame, *_] = frames("sim:?mode=historic")
    first = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    lines = [write_line(first + timedelta(hours=n), frame) for n in range(2)]
    assert lines[0][:19] == lines[1][:19]
    assert [read_line(line).stamp for line in lines] == [first, first + timedelta(hours=1)]


def test_other_lines_tell_of_the_program() -> None:
    line = read_line("2021/02/20 19:10:22\tERROR\tChecksum errors 0x20 found / 0x21 expected")
    assert (line.word, line.fields, line.meter) == ("ERROR", {}, None)
    remark = write_remark(datetime(2025, 1, 1, tzinfo=UTC), "Compteur=021964540359, Ligne=house")
    assert read_line(remark).meter == "021964540359"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DATA",
        LINKYMONITOR.replace("2021/02/20", "2021/02/30"),
        LINKYMONITOR.replace("2021/02/20", "2021-02-20"),
        LINKYMONITOR.replace("IndexHN=", "IndexHN"),
        LINKYMONITOR.replace("IndexHN=", "Temperature="),
        LINKYMONITOR + ", DecalageUTC=noon",
    ],
)
def test_anything_else_is_no_line(text) -> None:
    with pytest.raises(LineError):
        read_line(text)


@pytest.mark.parametrize("value", ["00068832x", "-00688322", "1234567890", "68 32"])
def test_a_value_that_no_meter_sends_is_refused(value) -> None:
    line = read_line(LINKYMONITOR.replace("000688322", value))
    with pytest.raises(LineError):
        frame_of(line)


def test_a_value_that_was_not_there_yet_is_left_out() -> None:
    labels = [d.label for d in frame_of(read_line(LINKYMONITOR.replace("000688322", ""))).datasets]
    assert "EJPHN" not in labels


def test_a_line_is_known_by_its_beginning() -> None:
    assert is_line(LINKYMONITOR)
    assert not is_line("Horodate;Valeur")


def test_an_index_that_is_not_believed_is_named_so_and_read_all_the_same() -> None:
    [frame, *_] = frames("sim:?mode=historic&contract=hc")
    at = datetime(2025, 1, 1, tzinfo=UTC)
    text = write_line(at, frame, {"HCHP"})
    assert "IndexHPDouteux=" in text
    assert "IndexHP=" not in text
    line, believed = read_line(text), read_line(write_line(at, frame))
    assert line.doubtful == {"IndexHP"}
    assert line.fields == believed.fields
    assert frame_of(line) == frame_of(believed)
