"""`telewatt verify` says what it has proved, or what is wrong and what to do."""

import re
import shutil
import sqlite3
from contextlib import closing

import pytest

from telewatt.store import Journal
from tests.cli.house import MAIN_METER, house_readings, telewatt

pytestmark = pytest.mark.slow  # a day is packed first


def verify(*arguments, lang="en"):
    return telewatt("verify", *arguments, lang=lang)


@pytest.fixture(scope="module")
def packed_house(built_house, tmp_path_factory):
    """The house after its hours were packed; only to be read."""
    folder = tmp_path_factory.mktemp("packed") / "house"
    shutil.copytree(built_house.parent, folder)
    journal = Journal.open(folder / built_house.name)
    while journal.pack():
        pass
    journal.close()
    return folder


@pytest.fixture
def packed(packed_house, house):
    """A copy of it, in a place without a configuration."""
    shutil.rmtree(house.parent)
    shutil.copytree(packed_house, house.parent)
    return house


def change(path, sql, *values):
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(sql, values).rowcount == 1
        connection.commit()


def test_a_sound_house_is_proved_in_words(packed):
    result = verify("--journal", packed)
    assert result.exit_code == 0
    count = len(house_readings())
    said = " ".join(result.stdout.split())
    assert f"{count:,} frames read" in said
    proved = "batches are packed: all their frames gave back, bit for bit, what was committed"
    assert re.search(rf"\d+ of \d+ {proved}", said)
    assert f"every number from 1 to {count} is there once" in said
    assert "minutes of 3 meter(s): every quarter, hour and day is exactly what they give" in said
    assert said.endswith("Nothing is wrong.")
    lines = [line for line in result.stdout.splitlines() if str(packed.parent) not in line]
    assert max(map(len, lines)) <= 80


def test_neither_file_is_changed_by_it(packed):
    files = packed, packed.with_name("history.db")
    before = [file.read_bytes() for file in files]
    verify("--journal", packed)
    assert [file.read_bytes() for file in files] == before


def test_it_speaks_french(packed):
    result = verify("--journal", packed, lang="fr")
    assert "chaque quart d'heure, heure et jour est" in result.stdout
    assert result.stdout.endswith("Tout est juste.\n")


def test_a_folder_stands_for_the_journal_in_it(packed):
    said = {verify(*of).stdout for of in ([packed.parent], [packed], ["--journal", packed])}
    assert len(said) == 1


@pytest.mark.parametrize(("lang", "words"), [("en", "cannot be read"), ("fr", "sont illisibles")])
def test_a_damaged_batch_is_named_with_the_remedy(packed, lang, words):
    change(packed, "UPDATE batch SET payload = zeroblob(100) WHERE first_seq = 1")
    result = verify("--journal", packed, lang=lang)
    assert result.exit_code == 1
    assert re.search(rf"1 - \d+ {words}\n    → .*telewatt restore", result.stdout)


def test_frames_that_are_gone_are_named(packed):
    sql = "SELECT first_seq, first_seq + entries - 1 FROM batch ORDER BY first_seq LIMIT 1 OFFSET 3"
    with closing(sqlite3.connect(packed)) as connection:
        first, last = connection.execute(sql).fetchone()
    change(packed, "DELETE FROM batch WHERE first_seq = ?", first)
    result = verify("--journal", packed)
    assert result.exit_code == 1
    assert f"frames {first} - {last} are missing, and no gap tells why" in result.stdout
    assert "every number from" not in result.stdout


def test_a_sum_that_is_wrong_is_named_with_its_day(packed):
    history = packed.with_name("history.db")
    change(history, "DELETE FROM chunk WHERE level = 3 AND meter = 1")
    result = verify("--journal", packed)
    assert result.exit_code == 1
    assert f"{MAIN_METER}: the day 2026-10-24 Sat is not what its minutes give" in result.stdout
    assert "telewatt replay" in result.stdout
    assert "every quarter, hour and day is exactly" not in result.stdout


def test_a_damaged_history_is_a_finding_beside_the_journal(packed):
    packed.with_name("history.db").write_bytes(b"")
    result = verify("--journal", packed)
    assert result.exit_code == 1
    assert "bit for bit" in result.stdout
    assert "history.db is damaged" in result.stdout


def test_a_journal_alone_is_verified(packed):
    packed.with_name("history.db").unlink()
    result = verify("--journal", packed)
    assert result.exit_code == 0
    assert "there is none yet: `telewatt run` builds it" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--journal", "absent.db"], 1, "absent.db: there is no journal"),
        (["a.db", "--journal", "b.db"], 2, "give the journal once: a.db, or --journal"),
    ],
)
def test_what_cannot_be_verified_is_explained(house, arguments, code, words):
    result = verify(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr


def test_what_is_no_journal_is_explained(house):
    house.write_bytes(b"no journal at all" * 100)
    result = verify("--journal", house)
    assert (result.exit_code, result.stdout) == (1, "")
    assert str(house) in result.stderr
