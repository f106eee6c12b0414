"""`telewatt meters`: the list, and the sites that outlive their meters."""

import pytest

from telewatt.store.history import History, history_path
from tests.cli.house import (
    BARN_METER,
    BARN_START,
    MAIN_METER,
    NEW_METER,
    house_readings,
    telewatt,
    write_past,
)


def meters(journal, *arguments, lang="en"):
    return telewatt("meters", "--journal", journal, *arguments, lang=lang)


def energies(journal, *who):
    """Of 25 October, by name, as shown."""
    days = ("--since", "2026-10-25", "--until", "2026-10-26")
    shown = telewatt("history", "--journal", journal, *who, *days).stdout.splitlines()
    names, whole = shown[2].split(), shown[4].removeprefix("sum").replace("-", "").split()
    return dict(zip(names, (int(wh.replace(",", "")) for wh in whole), strict=True))


def test_every_meter_is_listed_with_its_site_line_mode_and_times(house):
    result = meters(house)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1:4] == [
        f"{MAIN_METER}  main  main  standard  2026-10-24 23:30  2026-10-26 00:49",
        f"{BARN_METER}  barn  barn  historic  2026-10-25 13:30  2026-10-25 18:29",
        f"{NEW_METER}  -     barn  historic  2026-10-25 18:30  2026-10-26 00:49",
    ]
    assert f"  telewatt meters join barn {NEW_METER}\n" in result.stdout
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


def test_a_site_goes_on_with_the_meter_that_is_joined_to_it(house):
    before = energies(house)
    joined = meters(house, "join", "barn", NEW_METER)
    assert joined.exit_code == 0
    assert joined.stdout.splitlines() == [
        f"barn: {BARN_METER}, {NEW_METER} from 2026-10-25 18:30 on",
        f"to undo it: telewatt meters separate barn {NEW_METER}",
    ]
    assert energies(house) == {
        "main": before["main"],
        "barn": before["barn"] + before[NEW_METER],
    }
    assert f"barn : {BARN_METER}, {NEW_METER} à partir du 2026-10-25 18:30" in (
        meters(house, lang="fr").stdout
    )


def test_a_join_is_undone(house):
    before = energies(house)
    meters(house, "join", "barn", NEW_METER)
    undone = meters(house, "separate", "barn", NEW_METER, lang="fr")
    assert undone.exit_code == 0
    assert f"{NEW_METER} n'appartient plus à barn" in undone.stdout
    assert energies(house) == before


def test_a_join_may_begin_at_a_given_time(house):
    meters(house, "join", "barn", NEW_METER, "--at", "2026-10-25T20:00")
    history = History.open(history_path(house), writable=False)
    (*_, join) = history.joins()
    history.close()
    assert (join.meter, join.at.isoformat()) == (NEW_METER, "2026-10-25T19:00:00+00:00")
    assert join.done_by == "telewatt meters join"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["join", "barm", NEW_METER], 2, "barm is no site; known are: barn, main"),
        (["join", "barn", "123"], 1, f"known are: {MAIN_METER}, {BARN_METER}, {NEW_METER}"),
        (["join", "barn", BARN_METER], 1, "it belongs to it already"),
        (["separate", "barn", NEW_METER], 1, "it does not belong to it"),
        (["join", "barn"], 2, "write `telewatt meters join SITE METER`"),
        (["separate"], 2, "write `telewatt meters separate SITE METER`"),
        (["--at", "7d"], 2, "--at says from when on"),
        (["separate", "barn", NEW_METER, "--at", "7d"], 2, "--at says from when on"),
        (["join", "barn", NEW_METER, "--at", "now"], 2, "--at now: not a time"),
        (["unite", "barn", NEW_METER], 2, "'unite' is not one of 'join'"),
    ],
)
def test_what_cannot_be_done_is_explained(house, arguments, code, words):
    result = meters(house, *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in " ".join(result.stderr.split())


def test_a_site_of_the_configuration_may_be_joined_before_it_was_read(house, tmp_path):
    file = tmp_path / "telewatt.toml"
    file.write_text(f'[journal]\npath = "{house}"\n[meters.shed]\nsource = "/dev/ttyUSB0"\n')
    assert telewatt("meters", "join", "shed", NEW_METER, "--config", file).exit_code == 0
    assert "shed" in energies(house)


def test_the_first_hour_is_there_before_the_history_has_it(house, tmp_path):
    journal = tmp_path / "first" / "journal.db"
    write_past(journal, [r for r in house_readings() if r.received_at < BARN_START][:12])
    assert MAIN_METER in meters(journal).stdout
    hour = ("--step", "hour", "--since", "2026-10-24T23:00", "--until", "2026-10-25")
    shown = telewatt("history", "--journal", journal, *hour).stdout
    assert shown.splitlines()[2].split() == ["main"]
    assert "import_wh" in telewatt("history", "--journal", journal, "--quantities").stdout
    refused = meters(journal, "join", "main", MAIN_METER)
    assert refused.exit_code == 1
    assert "it can be joined once this hour is over, at 2026-10-25 00:01" in refused.stderr
