"""`telewatt history` on a day of 25 hours."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from telewatt.cli.times import PARIS
from tests.cli.house import (
    BARN_METER,
    MAIN_METER,
    NEW_METER,
    house_readings,
    readings_of,
    telewatt,
    write_past,
)

MIDNIGHTS = datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)
DAY = ("--since", "2026-10-25", "--until", "2026-10-26")


def history(journal, *arguments, lang="en"):
    return telewatt("history", "--journal", journal, *arguments, lang=lang)


def rows(text):
    """The cells of each line of the table."""
    return [
        re.split(r"  +", line) for line in text.splitlines() if re.match(r"\d{4}|sum|all", line)
    ]


def index_at(time):
    """The last index of the main line that arrived until then."""
    arrived = [r for r in house_readings() if r.source == "main" and r.received_at <= time]
    return next(d.value for d in arrived[-1].frame.datasets if d.label == "EAST")


def test_the_energy_of_a_day_of_25_hours_is_that_of_its_indexes(house):
    energy = index_at(MIDNIGHTS[1]) - index_at(MIDNIGHTS[0])
    result = history(house, "main", *DAY)
    assert result.exit_code == 0
    assert rows(result.stdout) == [["2026-10-25 Sun", f"{energy:,}"], ["sum", f"{energy:,}"]]


def test_the_hours_of_that_day_are_25_and_add_up(house):
    hours = rows(history(house, "main", "--step", "hour", *DAY).stdout)
    *labels, last = [row[0] for row in hours]
    assert labels[2:4] == ["2026-10-25 02:00+02:00", "2026-10-25 02:00+01:00"]
    assert (len(labels), last) == (25, "sum")
    *energies, whole = [int(row[1].rstrip(" ~").replace(",", "")) for row in hours]
    assert sum(energies) == whole


def test_hours_that_begin_in_a_silence_are_marked_and_explained(house):
    result = history(house, "main", "--step", "hour", *DAY)
    assert {row[0][11:] for row in rows(result.stdout) if "~" in row[1]} == {"07:00", "08:00"}
    assert "~ begins or ends in a time without readings" in result.stdout


def test_all_sites_and_meters_without_one_are_shown_side_by_side(house):
    result = history(house, *DAY)
    heading = result.stdout.splitlines()[2].split()
    assert heading == ["main", "barn", NEW_METER]
    assert "- nothing is known of a part of this time" in result.stdout


def test_french_numbers_days_and_words_are_french(house):
    result = history(house, "main", *DAY, lang="fr")
    assert "Énergie soutirée (import_wh) en Wh, par jour" in result.stdout
    assert re.search("2026-10-25 dim\\. +\\d+\xa0\\d{3}\n", result.stdout)
    assert "somme" in result.stdout


def test_a_gauge_shows_least_mean_and_greatest(house):
    result = history(house, "main", "--quantity", "voltage_1_v", *DAY)
    assert re.search("main min +mean +max\n", result.stdout)
    ((_, least, mean, most), whole) = rows(result.stdout)
    assert 200 < int(least) <= float(mean) <= int(most) < 260
    assert whole == ["all", least, mean, most]


def test_frames_are_counted(house):
    result = history(house, "main", "--quantity", "frames", *DAY)
    assert "Frames received (frames), by day" in result.stdout
    (_, frames), (_, whole) = rows(result.stdout)
    start, end = MIDNIGHTS
    arrived = [r for r in house_readings() if start <= r.received_at < end]
    assert frames == whole == f"{sum(r.source == 'main' for r in arrived):,}"


def test_every_quantity_there_is_is_listed_with_its_name(house):
    result = history(house, "--quantities", lang="fr")
    assert re.search(
        rf"^import_wh +Wh +Énergie soutirée +main barn {NEW_METER}$", result.stdout, re.MULTILINE
    )
    assert re.search(r"^voltage_1_v +V +Tension, phase 1 +main$", result.stdout, re.MULTILINE)
    assert "export_wh" not in result.stdout


def test_what_the_history_has_not_yet_is_read_from_the_journal(house):
    """The last hour is open: 23:00 UTC to 23:50."""
    ((_, energy), _) = rows(
        history(house, "main", "--step", "hour", "--since", "2026-10-26T00:10", "--until",
                "2026-10-26T00:20").stdout
    )  # fmt: skip
    assert int(energy.replace(",", "").rstrip(" -")) > 0


def test_the_line_of_a_meter_is_its_name_too(house):
    by_site, by_meter = (history(house, who, *DAY).stdout for who in ("main", MAIN_METER))
    assert [row[1:] for row in rows(by_site)] == [row[1:] for row in rows(by_meter)]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nobody"], 1, f"known are: barn, main, {MAIN_METER}"),
        (["--quantity", "power"], 2, "`telewatt history --quantities` lists what there is"),
        (["--since", "yesterday"], 2, "--since yesterday: not a time"),
        (["--since", "2026-01-02", "--until", "2026-01-01"], 2, "--since must lie before"),
        (["--step", "minute", "--since", "2020-01-01"], 2, "`telewatt export`"),
        (["--since", "2001-01-01", "--until", "2001-01-02"], 1, "nothing is known of that time"),
        (["main", "--quantity", "export_wh", *DAY], 1, "nothing is known of that time"),
    ],
)
def test_what_cannot_be_shown_is_explained(house, arguments, code, words):
    result = history(house, *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr


def test_without_a_journal_the_remedy_is_said_and_nothing_is_made(house, tmp_path):
    result = history(tmp_path / "absent" / "journal.db")
    assert result.exit_code == 1
    assert "there is no journal → start `telewatt run`" in result.stderr
    assert not (tmp_path / "absent").exists()


def test_a_journal_without_history_says_who_builds_it(house):
    house.with_name("history.db").unlink()
    before = sorted(house.parent.iterdir())
    result = history(house)
    assert result.exit_code == 1
    assert "no history yet → start `telewatt run`" in result.stderr
    assert sorted(house.parent.iterdir()) == before


def test_a_history_whose_journal_is_gone_is_still_shown(house):
    house.unlink()
    assert rows(history(house, "main", *DAY).stdout)[0][0] == "2026-10-25 Sun"


def test_a_damaged_journal_is_named_and_its_history_shown(house):
    house.write_bytes(house.read_bytes()[:100] + bytes(4000))
    result = history(house, "main", *DAY)
    assert rows(result.stdout)[0][0] == "2026-10-25 Sun"
    assert str(house) in result.stderr


def test_a_history_far_behind_the_journal_says_how_far_it_is(house, monkeypatch):
    monkeypatch.setattr("telewatt.cli.open_part.OPEN_ENTRIES", 10)
    result = history(house, "main", *DAY)
    assert result.exit_code == 0
    assert re.search(
        r"the history ends 2026-10-26 00:01, at entry \d+ of \d+ \(9\d %\)", result.stderr
    )


def test_a_damaged_history_is_named_with_its_remedy(house):
    house.with_name("history.db").write_bytes(b"")
    result = history(house)
    assert result.exit_code == 1
    assert "restore a backup, or move" in result.stderr


def test_too_many_columns_continue_below(house, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    result = history(house, "--quantity", "apparent_va", *DAY)
    assert all(len(line) <= 60 for line in result.stdout.splitlines())
    assert len([line for line in result.stdout.splitlines() if line.startswith("all")]) == 3


def test_the_barn_has_its_first_meter_alone_until_they_are_joined(house):
    by_site, by_meter = (history(house, who, *DAY).stdout for who in ("barn", BARN_METER))
    assert [row[1:] for row in rows(by_site)] == [row[1:] for row in rows(by_meter)]


def test_a_virtual_meter_is_the_difference_of_its_sites(house, tmp_path):
    file = tmp_path / "telewatt.toml"
    sections = '[meters.main]\nsource = "sim:?seed=1"\n[meters.barn]\nsource = "sim:?seed=2"\n'
    file.write_text(
        f'[journal]\npath = "{house}"\n{sections}[virtual.rest]\nformula = "main - barn"\n'
    )
    evening = ("--since", "2026-10-25T14:00", "--until", "2026-10-25T18:00", "--step", "hour")
    shown = telewatt("history", "--config", file, *evening).stdout
    assert shown.splitlines()[2].split() == ["main", "barn", "rest", NEW_METER]
    for _, main, barn, rest, _ in rows(shown):
        assert int(main.replace(",", "")) - int(barn.replace(",", "")) == int(rest.replace(",", ""))
    assert telewatt("history", "--config", file, "rest", *evening).exit_code == 0
    assert "rest" in telewatt("history", "--config", file, "--quantities").stdout
    assert MAIN_METER in telewatt("events", "--config", file, "rest").stdout


def test_what_is_not_over_yet_counts_until_the_last_minute_known(house, tmp_path):
    journal, now = tmp_path / "now" / "journal.db", datetime.now(UTC)
    start = now.replace(microsecond=0) - timedelta(minutes=40)
    readings = readings_of("main", "sim:?seed=1&every=20s&step=20s", start, now)
    write_past(journal, readings)
    shown = history(journal, "--step", "year").stdout
    year, whole = rows(shown)
    assert year[0] == f"{now:%Y} *"
    known = re.search(r"\* not over yet: until (\S+ \S+)\n", shown)[1]
    last = datetime.fromisoformat(known)
    last = last if last.tzinfo else last.replace(tzinfo=PARIS)
    assert timedelta(minutes=1) <= readings[-1].received_at - last < timedelta(minutes=2)
    indexes = [
        next(d.value for d in r.frame.datasets if d.label == "EAST")
        for r in readings
        if r.received_at <= last
    ]
    assert year[1] == whole[1] == f"{indexes[-1] - indexes[0]:,} -"


def test_rows_before_anything_was_seen_are_shown_only_when_asked_for(house):
    days = ("main", "--until", "2026-10-26")
    assert rows(history(house, *days, "--since", "2026-10-22").stdout)[0] == ["2026-10-22 Thu", "-"]
    by_month = ("main", "--until", "2026-10-26", "--step", "month")
    assert rows(history(house, *by_month).stdout)[0][0] == "2026-10"
