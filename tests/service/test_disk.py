"""What the service writes to the disk."""

import os
from pathlib import Path

from telewatt.service.disk import Wear, size_of, written_bytes


def test_what_is_written_is_counted(tmp_path: Path) -> None:
    before = written_bytes()
    assert before is not None
    wear = Wear(100.0)
    with (tmp_path / "file").open("wb") as file:
        file.write(os.urandom(1 << 20))
        file.flush()
        os.fsync(file.fileno())
    looked = wear.look(100.0 + 8640)
    assert looked is not None
    since, a_day = looked
    assert 1 << 20 <= since <= 3 << 20
    assert a_day == since * 10


def test_a_database_and_its_log_are_one_size(tmp_path: Path) -> None:
    database = tmp_path / "journal.db"
    assert size_of(database) == 0
    database.write_bytes(b"1234")
    (tmp_path / "journal.db-wal").write_bytes(b"123")
    assert size_of(database) == 7
