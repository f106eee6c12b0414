"""``telewatt import``: files in, once, whole or not at all, and out again."""

from __future__ import annotations

import importlib
import itertools
import os
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from telewatt.cli.app import app
from telewatt.logline import write_line
from telewatt.rollup import Step
from telewatt.rollup.total import Quality
from telewatt.store.history import History, history_path
from tests.exchange.downloads import PRM, at, edf_power, enedis_curve, stamps
from tests.exchange.houses import fill, readings

DAY = stamps(at("2025-05-01"), at("2025-05-02"), 30)
CURVE = enedis_curve(DAY, [1000] * 48)
LOG = (
    "2021/02/20 19:10:22\tINFO\tEntering LinkyAcq.pl with params -m h\n"
    "2021/02/20 19:10:22\tDATA\tPeriode=HN.., IndexHN=000688322, IndexHPM=000080072, "
    "PuissConsommee=00000, IConsommee=013\n"
    "2021/02/20 19:10:35\tDATA\tPeriode=HN.., IndexHN=000688325, IndexHPM=000080072, "
    "PuissConsommee=00800, IConsommee=004\n"
    "2021/02/20 19:10:48\tDATA\tPeriode=HN.., IndexHN=000688328, IndexPM=000080072, "
    "PuissConsommee=00810, IConsommee=004\n"
    "2021/02/20 19:11:01\tDATA\tPeriode=HN.., IndexHN=000688331, IndexPM=000080072, "
    "PuissConsommee=00810, IConsommee=004\n"
)


@pytest.fixture
def journal(tmp_path) -> Path:
    return tmp_path / "state" / "journal.db"


def run(journal: Path, *arguments: object, lang: str = "en"):
    words = ["--lang", lang, "import", *map(str, arguments), "--journal", str(journal)]
    return CliRunner().invoke(app, words)


def history(journal: Path):
    return closing(History.open(history_path(journal), writable=False))


def energy(journal: Path, who: str, start: str, end: str, quantity: str = "import_wh"):
    with history(journal) as opened:
        return opened.energy(who, quantity, at(start), at(end))


def content_of(journal: Path) -> bytes:
    path = history_path(journal)
    return b"".join(
        file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*"))
    ) if path.exists() else b""  # fmt: skip


def file(tmp_path: Path, text: str | bytes, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


# -- in --------------------------------------------------------------------------------------------


def test_a_load_curve_becomes_history(journal, tmp_path) -> None:
    result = run(journal, file(tmp_path, CURVE))
    assert result.exit_code == 0, result.stderr
    assert PRM in result.stdout
    assert "24,000" in result.stdout
    assert energy(journal, PRM, "2025-05-01", "2025-05-02") == (24_000, Quality.MEASURED)
    assert energy(journal, PRM, "2025-05-01T12:00", "2025-05-01T12:30").wh == 500


def test_a_hole_is_missing_and_not_zero(journal, tmp_path) -> None:
    values: list[object] = [1000] * 20 + [None] * 8 + [1000] * 20
    run(journal, file(tmp_path, enedis_curve(DAY, values)))
    hole = energy(journal, PRM, "2025-05-01T10:00", "2025-05-01T14:00")
    assert hole == (None, Quality.MISSING)
    assert energy(journal, PRM, "2025-05-01", "2025-05-02") == (20_000, Quality.MISSING)


def test_the_same_file_twice_changes_nothing(journal, tmp_path) -> None:
    path = file(tmp_path, CURVE)
    run(journal, path)
    with history(journal) as opened:
        before = opened.imports()
    again = run(journal, path, file(tmp_path, CURVE, "other name.csv"))
    assert again.exit_code == 0
    assert again.stdout.count("nothing changed") == 2
    with history(journal) as opened:
        assert opened.imports() == before


def test_files_that_overlap_with_equal_data_add_nothing(journal, tmp_path) -> None:
    later = stamps(at("2025-05-01T12:00"), at("2025-05-03"), 30)
    run(journal, file(tmp_path, CURVE))
    result = run(journal, file(tmp_path, enedis_curve(later, [1000] * len(later)), "b.csv"))
    assert "→" not in result.stdout
    assert energy(journal, PRM, "2025-05-01", "2025-05-03") == (48_000, Quality.MEASURED)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_files_that_contradict_each_other_are_told(journal, tmp_path, lang) -> None:
    run(journal, file(tmp_path, CURVE))
    other = file(tmp_path, enedis_curve(DAY, [1100] * 48), "b.csv")
    result = run(journal, other, "--dry-run", lang=lang)
    assert "--undo" in result.stdout
    assert "2025-05-01" in result.stdout or "01/05/2025" in result.stdout


def test_what_was_read_from_the_line_counts_more_than_an_import(journal, tmp_path) -> None:
    own = fill(journal, 200, house="sim:?mode=standard&seed=1")
    first, last = own[0].received_at, own[-1].received_at
    with history(journal) as opened:
        measured = opened.energy("house", "import_wh", first, last)
    around = stamps(first.replace(minute=0, second=0, microsecond=0), first + timedelta(days=1), 30)
    path = file(tmp_path, enedis_curve(around, [30_000] * len(around)))
    assert run(journal, path, "--site", "house").exit_code == 0
    with history(journal) as opened:
        assert opened.energy("house", "import_wh", first, last).wh == measured.wh
        after = opened.energy("house", "import_wh", around[-20], around[-1])
    assert after == (19 * 15_000, Quality.MEASURED)


def test_the_only_site_is_meant_unless_another_is_named(journal, tmp_path) -> None:
    own = fill(journal, 5, house="sim:?mode=standard&seed=1")
    result = run(journal, file(tmp_path, CURVE))
    assert own[0].meter in result.stdout
    assert energy(journal, "house", "2025-05-01", "2025-05-02").wh == 24_000


def test_of_several_sites_one_must_be_named(journal, tmp_path) -> None:
    fill(journal, 5, house="sim:?mode=standard&seed=1", solar="sim:?mode=historic&seed=2")
    path = file(tmp_path, CURVE)
    refused = run(journal, path)
    assert refused.exit_code == 2
    assert "--site house|solar" in refused.stderr
    assert run(journal, path, "--site", "solar").exit_code == 0
    assert energy(journal, "solar", "2025-05-01", "2025-05-02").wh == 24_000


def test_without_any_meter_read_a_site_is_waited_for(journal, tmp_path) -> None:
    run(journal, file(tmp_path, LOG, "a.log"), "--meter", "m")
    refused = run(journal, file(tmp_path, CURVE), "--site", "house")
    assert refused.exit_code == 2
    assert "no meter has been read yet" in refused.stderr


def test_a_dry_run_says_all_and_does_nothing(journal, tmp_path) -> None:
    result = run(journal, file(tmp_path, CURVE), "--dry-run")
    assert "24,000" in result.stdout
    assert not journal.parent.exists()


# -- logs and captures -----------------------------------------------------------------------------


def test_a_log_of_linkymonitor_is_in_utc(journal, tmp_path) -> None:
    result = run(journal, file(tmp_path, LOG, "2021_02_20_LinkyAcq.pl.log"), "--meter", "old")
    assert result.exit_code == 0, result.stderr
    assert energy(journal, "old", "2021-02-20T19:10:22+00:00", "2021-02-20T19:10:48+00:00").wh == 6
    with history(journal) as opened:
        utc = datetime(2021, 2, 20, 19, 10, tzinfo=UTC)
        [row] = opened.series("old", "apparent_va", utc, utc + timedelta(minutes=1), 1).rows
    assert (row.min, row.max, row.samples) == (0, 810, 3)


def test_a_log_in_french_time_is_read_so_if_asked(journal, tmp_path) -> None:
    path = file(tmp_path, LOG, "a.log")
    run(journal, path, "--meter", "old", "--log-times", "french")
    assert energy(journal, "old", "2021-02-20T19:10:22", "2021-02-20T19:10:48").wh == 6


def test_a_capture_in_standard_mode_tells_its_own_time(journal, tmp_path) -> None:
    frames = list(itertools.islice(readings("x", "sim:?mode=standard&seed=3"), 90))
    path = file(tmp_path, b"".join(reading.frame.raw for reading in frames), "a.tic")
    result = run(journal, path)
    assert result.exit_code == 0, result.stderr
    first = next(r for r in frames if r.frame.get("EAST"))
    totals = [r.frame.get("EAST").value for r in frames if r.frame.get("EAST")]
    with history(journal) as opened:
        day = first.received_at.replace(hour=0, minute=0, second=0, microsecond=0)
        found = opened.energy(first.meter, "import_wh", day, day + timedelta(days=1))
        [meter] = opened.meters()
    assert found.wh == totals[-1] - totals[0]
    assert (
        abs(meter.first_seen - first.received_at) < timedelta(seconds=2)
        if (meter.first_seen)
        else True
    )


def test_a_capture_in_historic_mode_needs_its_start(journal, tmp_path) -> None:
    frames = list(itertools.islice(readings("x", "sim:?mode=historic&seed=3"), 40))
    path = file(tmp_path, b"".join(reading.frame.raw for reading in frames), "a.tic")
    refused = run(journal, path)
    assert refused.exit_code == 1
    assert "--start" in refused.stderr
    assert not journal.parent.exists()
    assert run(journal, path, "--start", "2025-01-15T18:00").exit_code == 0
    with history(journal) as opened:
        hour = at("2025-01-15T18:00")
        [row] = opened.series(frames[-1].meter, "frames", hour, hour + timedelta(hours=1), 60).rows
    assert row.number == 40


def test_an_exported_capture_comes_back_at_the_same_times(journal, tmp_path) -> None:
    own = fill(journal, 150, house="sim:?mode=historic&seed=4")
    capture = tmp_path / "a.tic"
    options = ["frames", "--format", "raw", "--output", str(capture), "--journal", str(journal)]
    assert CliRunner().invoke(app, ["export", *options]).exit_code == 0
    other = tmp_path / "other" / "journal.db"
    assert run(other, capture).exit_code == 0
    span = own[0].received_at, own[-1].received_at + timedelta(minutes=1), Step.MINUTE
    with history(journal) as one, history(other) as two:
        for quantity in sorted(one.quantities("house")):
            rows = one.series("house", quantity, *span).rows
            assert two.series(own[-1].meter, quantity, *span).rows == rows


def test_our_daily_log_comes_back(journal, tmp_path) -> None:
    frames = list(itertools.islice(readings("x", "sim:?mode=standard&seed=5"), 120))
    lines = [write_line(reading.received_at, reading.frame) for reading in frames]
    result = run(journal, file(tmp_path, "\n".join([*lines, ""]), "a.log"), "--meter", "m")
    assert result.exit_code == 0, result.stderr
    first, last = frames[0].received_at, frames[-1].received_at
    gained = frames[-1].frame.get("EAST").value - frames[0].frame.get("EAST").value
    with history(journal) as opened:
        found = opened.energy("m", "import_wh", first - timedelta(hours=1), last)
        assert found.wh == gained


def logs_of_days(tmp_path: Path, days: int, every: timedelta = timedelta(minutes=10)) -> list[Path]:
    """Files of whole days, each naming its meter; 100 Wh between any two lines."""
    paths, wh = [], 5_000_000
    for day in range(days):
        start = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(days=day)
        lines = [f"{start:%Y/%m/%d %H:%M:%S}\tINFO\tCompteur=021964540359"]
        for n in range(timedelta(days=1) // every):
            wh += 100
            fields = f"Periode=TH.., IndexBase={wh:09}, PuissConsommee=00600, IConsommee=003"
            lines.append(f"{start + n * every:%Y/%m/%d %H:%M:%S}\tDATA\t{fields}")
        paths.append(file(tmp_path, "\n".join([*lines, ""]), f"{day:02}.log"))
    return paths


@pytest.mark.parametrize("size", [10_000, 30_000, 1 << 20])
def test_nothing_is_missing_between_logs_that_follow_one_another(
    journal, tmp_path, monkeypatch, size
) -> None:
    monkeypatch.setattr("telewatt.exchange.logparts.PART_SIZE", size)
    paths = logs_of_days(tmp_path, 6)
    result = run(journal, *sorted(paths, reverse=True))
    assert result.exit_code == 0, result.stderr
    first, last = "2025-03-01T00:00:00+00:00", "2025-03-06T23:40:00+00:00"
    assert energy(journal, "021964540359", first, last) == (86_200, Quality.MEASURED)
    days = [f"2025-03-0{day}" for day in range(2, 7)]
    for start, end in itertools.pairwise(days):
        assert energy(journal, "021964540359", start, end) == (14_400, Quality.MEASURED)
    with history(journal) as opened:
        numbers = [one.number for one in opened.imports()]
        silences = [event.at for _, event in opened.events("021964540359")]
        assert len(silences) == len(set(silences)) == 863  # ten minutes are one
    assert len(numbers) == {10_000: 6, 30_000: 3, 1 << 20: 1}[size]
    again = run(journal, *paths)
    assert again.stdout.count("known since import") == len(numbers)


def test_what_is_missing_between_two_logs_is_known_as_a_whole(journal, tmp_path) -> None:
    first, _, third = logs_of_days(tmp_path, 3)
    run(journal, first, third)
    whole = energy(
        journal, "021964540359", "2025-03-01T00:00:00+00:00", "2025-03-03T23:40:00+00:00"
    )
    assert whole.wh == 43_000


def test_logs_of_two_meters_and_copies_stand_for_themselves(journal, tmp_path) -> None:
    first, second = logs_of_days(tmp_path, 2)
    other = file(tmp_path, first.read_text().replace("0219645", "0419645"), "other.log")
    copy = file(tmp_path, first.read_text() + "\n", "copy.log")
    result = run(journal, first, other, copy, second)
    assert result.exit_code == 0, result.stderr
    for meter in ("021964540359", "041964540359"):
        span = "2025-03-01T00:00:00+00:00", "2025-03-01T23:40:00+00:00"
        assert energy(journal, meter, *span) == (14_200, Quality.MEASURED)


def test_a_log_that_changes_meanwhile_is_told(journal, tmp_path, monkeypatch) -> None:
    first, second = logs_of_days(tmp_path, 2)
    parts = importlib.import_module("telewatt.exchange.logparts").parts_of

    def cut(logs):
        second.unlink()
        return parts(logs)

    monkeypatch.setattr("telewatt.cli.imported.parts_of", cut)
    result = run(journal, first, second)
    assert result.exit_code == 1
    assert "changed while it was being read" in result.stderr


# -- out again -------------------------------------------------------------------------------------


def test_what_was_imported_is_listed_and_can_be_undone(journal, tmp_path) -> None:
    values: list[object] = [1000] * 20 + [None] * 8 + [1000] * 20
    run(journal, file(tmp_path, enedis_curve(DAY, values), "holes.csv"))
    run(journal, file(tmp_path, CURVE.replace("2025-05", "2025-06"), "june.csv"))
    lines = run(journal, "--list").stdout.splitlines()
    assert [line.split()[-1] for line in lines] == ["holes.csv", "june.csv"]
    number = lines[0].split()[0]
    assert run(journal, "--undo", number).exit_code == 0
    assert [line.split()[-1] for line in run(journal, "--list").stdout.splitlines()] == ["june.csv"]
    assert energy(journal, PRM, "2025-05-01", "2025-05-02").wh is None
    assert energy(journal, PRM, "2025-06-01", "2025-06-02").wh == 24_000


def test_what_a_killed_import_left_goes_away_with_the_next(journal, tmp_path, monkeypatch) -> None:
    values: list[object] = [1000] * 20 + [None] * 8 + [1000] * 20
    path = file(tmp_path, enedis_curve(DAY, values), "holes.csv")
    add, added = History.add_import, []

    def die_at_the_second(*arguments, **options):
        if added:
            raise KeyboardInterrupt
        added.append(add(*arguments, **options))
        return added[0]

    monkeypatch.setattr(History, "add_import", die_at_the_second)
    run(journal, path)
    assert len(added) == 1
    monkeypatch.setattr(History, "add_import", add)
    run(journal, file(tmp_path, CURVE.replace("2025-05", "2025-06"), "june.csv"))
    assert energy(journal, PRM, "2025-05-01", "2025-05-02").wh is None
    assert run(journal, path).exit_code == 0
    assert energy(journal, PRM, "2025-05-01", "2025-05-02") == (20_000, Quality.MISSING)


def test_what_was_undone_can_be_imported_again(journal, tmp_path) -> None:
    path = file(tmp_path, CURVE)
    run(journal, path)
    run(journal, "--undo", "1")
    run(journal, path)
    assert energy(journal, PRM, "2025-05-01", "2025-05-02").wh == 24_000


# -- bad files -------------------------------------------------------------------------------------


def zipped(name: str) -> bytes:
    import io

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, CURVE)
    return content.getvalue()


BAD = {
    "empty": (b"", "empty"),
    "only white space": (b"\xef\xbb\xbf\r\n \r\n", "empty"),
    "a login page": (b"<!DOCTYPE html>\n<html><head><title>Connexion</title>", "log in"),
    "a login page in capitals": (b"\n<HTML><BODY>login", "log in"),
    "a zip": (zipped("mes-puissances-atteintes-30min.csv"), "mes-puissances-atteintes-30min.csv"),
    "a damaged zip": (zipped("a.csv")[:-30], "damaged"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "save the sheet as CSV"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3", "CSV"),
    "gzip": (b"\x1f\x8b\x08" + bytes(20), "gunzip"),
    "a database": (b"SQLite format 3\x00" + bytes(90), "--journal"),
    "wrong encoding": (CURVE.encode().replace(b"Comptage", b"Compt\x81ge"), "a.csv:2: byte 0x81"),
    "binary": (b"\x07\x08 noise \x00\x01" * 40, "a.csv:1: byte 0x07"),
    "prose": (b"Bonjour,\nvoici mes mesures.\n", "Enedis"),
    "names of columns only": ((CURVE.split("Valeur")[0] + "Valeur\n").encode(), "no value"),
    "wrong columns": (CURVE.replace("Horodate;Valeur", "Quand;Combien").encode(), "a.csv:1: no"),
    "wrong unit": (CURVE.replace(";W;", ";kVArh;").encode(), "a.csv:3: unit kvarh"),
    "half a file": (CURVE[: len(CURVE) * 2 // 3].rpartition(";")[0].encode(), "columns"),
    "a log cut off": (LOG[:-20].encode(), "a.csv:5: "),
    "a damaged log": (LOG.replace("IndexHPM=0", "IndexHPM=x", 1).encode(), "a.csv:2: "),
    "a log whose clock goes back": (LOG.replace("19:10:48", "18:10:48").encode(), "a.csv:4: "),
    "a log without measures": (LOG.split("\n", maxsplit=1)[0].encode() + b"\n", "DATA"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "word"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_explained_and_changes_nothing(journal, tmp_path, content, word) -> None:
    run(journal, file(tmp_path, CURVE, "good.csv"))
    before = content_of(journal)
    bad = file(tmp_path, content)
    for lang in ("en", "fr"):
        good = file(tmp_path, CURVE.replace("1000", "900"), "good too.csv")
        result = run(journal, good, bad, "--meter", "m", lang=lang)
        assert result.exit_code == 1
        assert " → " in result.stderr
        assert str(bad) in result.stderr
        assert word in result.stderr or lang == "fr"
    assert content_of(journal) == before


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        ((), 2, "--list"),
        (("--list",), 1, "nothing"),
        (("--undo", "7"), 1, "--list"),
        (("missing.csv",), 1, "missing.csv"),
        (("{file}", "--meter", "a", "--site", "b"), 2, "--meter"),
        (("{file}", "--list"), 2, "twice"),
        (("{file}", "--site", "garage"), 2, "garage"),
        (("{file}", "--start", "noon"), 2, "noon"),
    ],
)
def test_a_wrong_wish_is_explained(journal, tmp_path, arguments, code, word) -> None:
    path = str(file(tmp_path, CURVE))
    result = run(journal, *(path if each == "{file}" else each for each in arguments))
    assert result.exit_code == code
    assert word in result.stderr


def test_a_powers_file_without_any_identity_asks_for_one(journal, tmp_path) -> None:
    path = file(tmp_path, edf_power(DAY, [500] * 48))
    refused = run(journal, path)
    assert refused.exit_code == 2
    assert "--meter" in refused.stderr
    assert run(journal, path, "--meter", "house").exit_code == 0
    assert energy(journal, "house", "2025-05-01", "2025-05-02").wh == 12_000


def test_a_pipe_is_no_file(journal, tmp_path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    result = run(journal, pipe, "--site", "house")
    assert result.exit_code == 1
    assert "not a file" in result.stderr


@pytest.mark.parametrize("year", [1900, 1969])
def test_times_before_all_counting_end_in_words(journal, tmp_path, year) -> None:
    lines = "".join(
        f"{year}/02/20 00:0{minute}:03\tDATA\tPeriode=HN.., IndexHN=00100001{minute}, "
        "PuissConsommee=00890, IConsommee=004\n"
        for minute in range(6)
    )
    result = run(journal, file(tmp_path, lines, "day.log"), "--meter", "021861348497")
    assert not isinstance(result.exception, UnboundLocalError), result.exception
