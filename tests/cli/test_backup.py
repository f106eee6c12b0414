"""`telewatt backup` and `telewatt restore`."""

import re
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from telewatt.store import Journal
from tests.cli.house import house_readings, telewatt, write_past

DAYS = ("--since", "2026-10-24", "--until", "2026-10-27")


def backup(journal, folder, *options, lang="en"):
    return telewatt("backup", folder, "--journal", journal, *options, lang=lang)


def restore(folder, journal, lang="en"):
    return telewatt("restore", folder, "--journal", journal, lang=lang)


def later(readings):
    """The same frames half an hour later."""
    half_an_hour = timedelta(minutes=30)
    return [replace(each, received_at=each.received_at + half_an_hour) for each in readings]


def shown(journal):
    """The history in full, and the events."""
    asked = [("history", *DAYS), ("history", *DAYS, "--quantity", "frames"), ("events",)]
    return [telewatt(*words, "--journal", journal).stdout for words in asked]


@pytest.mark.slow
def test_what_is_restored_is_what_was_backed_up(house, tmp_path):
    kept = backup(house, tmp_path / "usb")
    assert kept.exit_code == 0
    count = len(house_readings())
    assert f"it has all frames up to number {count}, of 2026-10-26 00:49" in kept.stdout
    assert re.search(rf"restored beside itself in [\d.]+ s: {count:,} frames read", kept.stdout)
    assert kept.stdout.endswith("Nothing is wrong.\n")
    new = tmp_path / "other" / "journal.db"
    put_back = restore(tmp_path / "usb", new)
    assert put_back.exit_code == 0
    assert f"{count:,} frames read, the last of 2026-10-26 00:49" in put_back.stdout
    assert shown(new) == shown(house)
    assert "after a restored backup" in telewatt("verify", new).stdout


def test_a_second_backup_copies_only_what_is_new(house, tmp_path):
    backup(house, tmp_path / "usb")
    again = backup(house, tmp_path / "usb", lang="fr")
    assert "rien de nouveau dans le journal" in again.stdout
    write_past(house, later(house_readings()[-20:]))
    more = backup(house, tmp_path / "usb", "--no-verify")
    assert more.exit_code == 0
    assert int(re.search(r"(\d+) batches copied", more.stdout)[1]) < 4
    assert "restored beside itself" not in more.stdout


@pytest.mark.slow
def test_what_is_replaced_is_set_aside_and_said(house, tmp_path):
    backup(house, tmp_path / "usb")
    before = house.read_bytes()
    put_back = restore(tmp_path / "usb", house, lang="fr")
    (name,) = re.findall(r"maintenant (journal\.db\.replaced-\S+)", put_back.stdout)
    assert house.with_name(name).read_bytes() == before


@pytest.mark.slow
def test_a_history_ahead_of_the_restored_journal_counts_nothing_twice(house, tmp_path):
    """The history of a backup is copied after the journal: the service may have written it."""
    readings = house_readings()
    early = tmp_path / "early" / "journal.db"
    write_past(early, readings[:-200])
    backup(early, tmp_path / "usb", "--no-verify")
    shutil.copy(house.with_name("history.db"), tmp_path / "usb" / "history.db")
    restore(tmp_path / "usb", early)
    frames = ("history", "--quantity", "frames", *DAYS, "--journal")
    day = re.compile("2026-10-25 Sun.*")
    here, there = (telewatt(*frames, journal).stdout for journal in (early, house))
    assert day.search(here)[0] == day.search(there)[0]


def test_a_journal_in_use_is_not_replaced(house, tmp_path):
    backup(house, tmp_path / "usb")
    journal = Journal.open(house)
    try:
        refused = restore(tmp_path / "usb", house)
    finally:
        journal.close()
    assert refused.exit_code == 1
    assert "stop the service first (sudo systemctl stop telewatt)" in refused.stderr
    assert not list(house.parent.glob("*.replaced-*"))


def test_a_journal_in_use_is_backed_up(house, tmp_path):
    journal = Journal.open(house)
    try:
        assert backup(house, tmp_path / "usb").exit_code == 0
    finally:
        journal.close()


def test_a_journal_without_history_is_backed_up(house, tmp_path):
    house.with_name("history.db").unlink()
    kept = backup(house, tmp_path / "usb")
    assert kept.exit_code == 0
    assert "there is no history yet" in kept.stdout


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("house", "the journal itself is there; give another folder"),
        ("house/journal.db/x", "a disk refuses"),
    ],
)
def test_where_no_backup_can_be_is_explained(house, folder, words):
    refused = backup(house, house.parent.parent / folder)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert words in refused.stderr


def test_what_cannot_be_backed_up_or_restored_is_explained(house, tmp_path):
    absent = backup(tmp_path / "absent.db", tmp_path / "usb")
    assert (absent.exit_code, absent.stdout) == (1, "")
    assert "there is no journal → start `telewatt run`" in absent.stderr
    assert not (tmp_path / "usb").exists()
    empty = restore(tmp_path, house)
    assert (empty.exit_code, empty.stdout) == (1, "")
    assert "give the folder of a backup" in empty.stderr


def test_a_backup_of_another_house_is_left_alone(house, tmp_path):
    other = tmp_path / "other" / "journal.db"
    write_past(other, house_readings()[100:120])
    backup(house, tmp_path / "usb")
    refused = backup(other, tmp_path / "usb")
    assert refused.exit_code == 1
    assert "it is that of another journal" in refused.stderr


def test_numbers_that_a_restoration_skips_are_no_frames_to_wait_for(tmp_path):
    readings = [reading for reading in house_readings() if reading.source == "main"]
    before, after = tmp_path / "journal.db", tmp_path / "new" / "journal.db"
    write_past(before, readings[:40])
    backup(before, tmp_path / "usb", "--no-verify")
    restore(tmp_path / "usb", after)
    write_past(after, readings[40:50])
    asked = telewatt("history", "--quantity", "frames", *DAYS, "--journal", after)
    assert asked.exit_code == 0
    assert "the history ends" not in asked.stderr
