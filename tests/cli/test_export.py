"""``telewatt export``: every form, restarts, whole files or none, and nobody's identifiers."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from telewatt.cli import export_frames
from telewatt.cli.app import app
from telewatt.exchange.captures import Capture, times_from, times_of
from telewatt.exchange.scanner import Scanner
from telewatt.exchange.tables import NO_PARQUET
from telewatt.reading import Reading
from telewatt.shapes.frame import JsonFrames
from telewatt.shapes.values import utc_text
from telewatt.tic import Decoder
from tests.exchange.houses import fill

HOUSE = {
    "house": "sim:?mode=standard&seed=1&noise=flip:0.0005",
    "solar": "sim:?mode=historic&seed=2",
}
FRAMES = 60


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Reading]]:
    journal = tmp_path_factory.mktemp("house") / "journal.db"
    return journal, fill(journal, FRAMES, **HOUSE)


@pytest.fixture
def journal(house) -> Path:
    return house[0]


@pytest.fixture
def readings(house) -> list[Reading]:
    return house[1]


def export(journal: Path, *arguments: object, lang: str = "en"):
    words = ["--lang", lang, "export", *map(str, arguments), "--journal", str(journal)]
    return CliRunner().invoke(app, words)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# -- frames ----------------------------------------------------------------------------------------


def test_a_line_of_json_is_the_frame_as_decode_writes_it(journal, readings) -> None:
    result = export(journal, "frames", "--format", "jsonl")
    frames = JsonFrames()
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == len(readings)
    for line, reading in zip(result.stdout.splitlines(), readings, strict=True):
        found = json.loads(line)
        assert datetime.fromisoformat(found.pop("received_at")) == reading.received_at
        assert found.pop("line") == reading.source
        assert found.pop("seq") > 0
        assert found == json.loads(frames.text_of(reading.frame, reading.meter))


def test_csv_has_one_row_a_dataset_with_both_times(journal, readings) -> None:
    found = rows(export(journal, "frames").stdout)
    datasets = [(r, d) for r in readings for d in r.frame.datasets]
    assert len(found) == len(datasets)
    for row, (reading, dataset) in zip(found, datasets, strict=True):
        assert (row["label"], row["data"], row["meter"]) == (
            dataset.label, dataset.data, reading.meter,
        )  # fmt: skip
        assert row["repaired"] == str(int(dataset.repaired))
        utc = datetime.fromisoformat(row["received_at_utc"])
        assert utc == datetime.fromisoformat(row["received_at_local"]) == reading.received_at
        assert row["received_at_local"].endswith("+01:00")


def test_only_what_is_wanted_is_exported(journal, readings) -> None:
    since, until = readings[20].received_at, readings[50].received_at
    text = export(
        journal, "frames", "--format", "jsonl", "--meter", "solar",
        "--since", since.isoformat(), "--until", until.isoformat(),
    ).stdout  # fmt: skip
    wanted = [r for r in readings if since <= r.received_at < until and r.source == "solar"]
    assert [json.loads(line)["received_at"] for line in text.splitlines()] == [
        utc_text(r.received_at) for r in wanted
    ]


def test_raw_captures_are_the_exact_bytes_with_their_arrivals(journal, readings, tmp_path) -> None:
    folder = tmp_path / "captures"
    assert export(journal, "frames", "--format", "raw", "--output", f"{folder}/").exit_code == 0
    meters = {reading.meter for reading in readings}
    assert {path.name for path in folder.iterdir()} == {
        f"{meter}.tic{suffix}" for meter in meters for suffix in ("", ".times")
    }
    for meter in meters:
        path = folder / f"{meter}.tic"
        own = [reading for reading in readings if reading.meter == meter]
        content = path.read_bytes()
        assert content == b"".join(reading.frame.raw for reading in own)
        arrival, end = times_from(times_of(path).read_bytes(), len(content)), 0
        for reading in own:
            end += len(reading.frame.raw)
            assert arrival(end) == reading.received_at


def test_several_lines_are_no_capture(journal, tmp_path) -> None:
    path = tmp_path / "all.tic"
    result = export(journal, "frames", "--format", "raw", "--output", path)
    assert result.exit_code == 2
    assert "--meter" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_broken_off_capture_is_gone_on_with(journal, tmp_path, monkeypatch) -> None:
    written = []

    def write(capture: Capture, entry) -> None:
        if len(written) == 40:
            raise KeyboardInterrupt
        written.append(entry.seq)
        whole(capture, entry)

    whole = Capture.write
    options = ("frames", "--format", "raw", "--meter", "house", "--output", tmp_path / "a.tic")
    monkeypatch.setattr(export_frames.Capture, "write", write)
    assert export(journal, *options).exit_code == 130
    assert {path.suffix for path in tmp_path.iterdir()} == {".part"}
    written[:] = [0] * 41
    monkeypatch.setattr(export_frames.Capture, "write", whole)
    assert export(journal, *options).exit_code == 0
    again = tmp_path / "b.tic"
    export(journal, *options[:-1], again)
    assert (tmp_path / "a.tic").read_bytes() == again.read_bytes()
    assert times_of(tmp_path / "a.tic").read_bytes() == times_of(again).read_bytes()


@pytest.mark.parametrize("cut", [(0, 1), (1, 0), (7, 300), (900, 3)])
def test_any_damage_to_the_parts_is_written_again(journal, tmp_path, cut) -> None:
    options = ("frames", "--format", "raw", "--meter", "house", "--output")
    whole, path = tmp_path / "whole.tic", tmp_path / "a.tic"
    export(journal, *options, whole)
    for real, part, less in (
        (whole, tmp_path / "a.tic.part", cut[0]),
        (times_of(whole), tmp_path / "a.tic.times.part", cut[1]),
    ):
        content = real.read_bytes()
        part.write_bytes(content[: len(content) - less])
    assert export(journal, *options, path).exit_code == 0
    assert path.read_bytes() == whole.read_bytes()
    assert times_of(path).read_bytes() == times_of(whole).read_bytes()


# -- anonymised ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "jsonl", "raw"])
def test_an_anonymised_export_shows_nobody(journal, readings, tmp_path, form) -> None:
    path = tmp_path / "out"
    options = ["frames", "--format", form, "--anonymise", "--output", path]
    if form == "raw":
        options += ["--meter", next(r.meter for r in readings if r.source == "house")]
    result = export(journal, *options)
    assert result.exit_code == 0, result.stderr
    real = {reading.meter for reading in readings}
    real |= {d.data for r in readings if (d := r.frame.get("PRM"))}
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        assert Scanner(real).find_whole(content) is None
        assert b"house" not in content


def test_an_anonymised_capture_decodes_to_the_same_values(journal, readings, tmp_path) -> None:
    path = tmp_path / "a.tic"
    export(
        journal, "frames", "--format", "raw", "--meter", "house", "--anonymise", "--output", path
    )
    decoder = Decoder()
    frames = decoder.feed(path.read_bytes()) + decoder.close()
    own = [reading.frame for reading in readings if reading.source == "house"]
    indexes = [[f.get(label) for f in own] for label in ("EAST", "SINSTS", "NGTF")]
    assert [[f.get(label) for f in frames] for label in ("EAST", "SINSTS", "NGTF")] == indexes


def test_the_same_key_gives_the_same_names(journal, tmp_path) -> None:
    outputs = []
    for number, key in enumerate(("a", "a", "b")):
        path = tmp_path / str(number)
        options = ("--format", "jsonl", "--anonymise", "--key", key)
        export(journal, "frames", *options, "--output", path)
        outputs.append(path.read_bytes())
    assert outputs[0] == outputs[1] != outputs[2]


@pytest.mark.parametrize("form", ["csv", "jsonl", "raw"])
def test_a_leak_ends_the_command_and_leaves_nothing(journal, tmp_path, monkeypatch, form) -> None:
    monkeypatch.setattr(export_frames.Anonymiser, "reading", lambda self, reading: reading)
    options = ("--format", form, "--meter", "house", "--anonymise", "--output", tmp_path / "a")
    result = export(journal, "frames", *options)
    assert result.exit_code == 1
    assert "identifier" in result.stderr
    assert list(tmp_path.iterdir()) == []


# -- roll-ups --------------------------------------------------------------------------------------


def test_rollups_have_units_in_their_names(journal) -> None:
    found = rows(export(journal, "rollups", "--step", "minute").stdout)
    assert {row["who"] for row in found} == {"house", "solar"}
    columns = list(found[0])
    assert columns[:5] == ["start_utc", "start_local", "end_utc", "end_local", "who"]
    assert {"import_wh", "import_wh_quality", "apparent_va_mean", "frames"} <= set(columns)
    for name in ("house", "solar"):
        own = [row for row in found if row["who"] == name]
        starts = [row["start_utc"] for row in own]
        assert starts == sorted(set(starts))
        assert sum(int(row["frames"]) for row in own) == FRAMES


def test_rollups_of_one_quantity_and_meter(journal) -> None:
    options = ("--step", "hour", "--quantity", "import_wh", "--meter", "house", "--format", "jsonl")
    [line] = export(journal, "rollups", *options).stdout.splitlines()
    found = json.loads(line)
    assert list(found)[4:] == ["who", "import_wh", "import_wh_quality"]
    assert found["start_local"] == "2025-01-15T18:00:00+01:00"


# -- what can go wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("frames", "--anonymise"), 2, "--output"),
        (("frames", "--format", "parquet"), 2, "--output"),
        (("frames", "--step", "hour"), 2, "--step"),
        (("frames", "--key", "x"), 2, "--key"),
        (("rollups", "--format", "raw"), 2, "raw"),
        (("rollups", "--quantity", "volts"), 2, "volts"),
        (("frames", "--since", "2025-01-02", "--until", "2025-01-01"), 2, "--since"),
        (("frames", "--since", "noon"), 2, "noon"),
        (("frames", "--since", "2031-01-01"), 1, "no frame"),
        (("frames", "--meter", "garage"), 1, "no frame"),
        (("frames", "--output", "/"), 2, "folder"),
        (("frames", "--output", "/nowhere/a.csv"), 1, "written"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_wrong_wish_is_explained(journal, arguments, code, word, lang) -> None:
    result = export(journal, *arguments, lang=lang)
    assert result.exit_code == code
    assert "→" in result.stderr or code == 1
    if lang == "en":
        assert word in result.stderr


def test_without_a_journal_nothing_is_made(tmp_path) -> None:
    for what in ("frames", "rollups"):
        result = export(tmp_path / "journal.db", what)
        assert result.exit_code == 1
        assert "telewatt run" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_there_stays_when_the_export_fails(journal, tmp_path, monkeypatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("before")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("telewatt.exchange.output.os.fsync", fail)
    result = export(journal, "frames", "--output", path)
    assert result.exit_code == 1
    assert "No space left" in result.stderr
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_whoever_reads_standard_output_may_stop_early(journal) -> None:
    command = [sys.executable, "-m", "telewatt", "export", "frames", "--journal", str(journal)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read().count(b"Traceback") == 0


# -- parquet ---------------------------------------------------------------------------------------


def test_without_pyarrow_the_remedy_is_named(journal, tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = tmp_path / "a.parquet"
    result = export(journal, "frames", "--format", "parquet", "--output", path)
    assert result.exit_code == 2
    assert NO_PARQUET.remedy.en in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("what", ["frames", "rollups"])
@pytest.mark.parametrize("anonymise", [False, True])
def test_parquet_holds_the_rows_of_csv(journal, tmp_path, what, anonymise) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    tables = []
    for form in ("parquet", "csv"):
        path = tmp_path / form
        options = ("--anonymise", "--key", "k") if anonymise else ()
        result = export(journal, what, "--format", form, "--output", path, *options)
        assert result.exit_code == 0, result.stderr
        tables.append(path)
    found = parquet.read_table(tables[0]).to_pylist()
    expected = rows(tables[1].read_text())
    assert list(found[0]) == list(expected[0])
    assert len(found) == len(expected)
    name = "label" if what == "frames" else "who"
    assert [row[name] for row in found] == [row[name] for row in expected]
