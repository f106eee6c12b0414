"""Imports: files whose content is kept, and what was computed from them, each an origin of its own.

An import is built where no query sees it, in short transactions, and becomes visible in one; what
is left of one that was broken off goes away with the next. Removing an import leaves nothing of it.
"""

import contextlib
import hashlib
import json
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from telewatt.rollup import Portion
from telewatt.rollup.instant import from_ms
from telewatt.store.history import events, meters
from telewatt.store.history.database import Database
from telewatt.store.history.faults import HistoryDamagedError, ImportLostError
from telewatt.store.history.shelf import Shelf, Stage

PIECE_BYTES = 1 << 20


class Import(NamedTuple):
    """A file that was brought in.

    Attributes:
        number: names it, also as the origin of what was computed from it.
        hash: SHA-256 of its content, hexadecimal.
        kind: what sort of file it is, as its reader calls it.
        name: of the file.
        meter: the meter it tells of.
        params: what its reader was told besides.
        size: of its content, in bytes.
        done: when it was brought in, aware UTC.
    """

    number: int
    hash: str
    kind: str
    name: str
    meter: str
    params: Mapping[str, Any]
    size: int
    done: datetime


_COLUMNS = "import.id, hash, kind, import.name, meter.name, params, size, done_ms"
_FROM = "FROM import JOIN meter ON meter.id = import.meter WHERE done_ms IS NOT NULL"


def list_imports(connection: sqlite3.Connection) -> list[Import]:
    """All imports, the first first."""
    sql = f"SELECT {_COLUMNS} {_FROM} ORDER BY import.id"
    return [_to_import(row) for row in connection.execute(sql)]


def find(connection: sqlite3.Connection, hash_: str) -> Import | None:
    """The import of this content; ``None`` if there is none."""
    sql = f"SELECT {_COLUMNS} {_FROM} AND hash = ?"
    row = connection.execute(sql, [hash_]).fetchone()
    return None if row is None else _to_import(row)


def origins(connection: sqlite3.Connection, meter: int) -> list[int]:
    """The imports that tell of a meter, the newest first."""
    sql = "SELECT id FROM import WHERE meter = ? AND done_ms IS NOT NULL ORDER BY id DESC"
    return [number for (number,) in connection.execute(sql, [meter])]


def remove(connection: sqlite3.Connection, number: int) -> bool:
    """Leave nothing of an import; ``False`` if there is none of this number."""
    for table, column in (("chunk", "origin"), ("event", "origin"), ("import_piece", "import")):
        connection.execute(f"DELETE FROM {table} WHERE {column} = ?", [number])
    return connection.execute("DELETE FROM import WHERE id = ?", [number]).rowcount > 0


def read_content(database: Database, number: int) -> Iterator[bytes]:
    """The content of an import, piece by piece."""
    sql = "SELECT content FROM import_piece WHERE import = ? AND number = ?"
    piece = 0
    while True:
        with database.reading() as connection:
            row = connection.execute(sql, (number, piece)).fetchone()
        if row is None:
            return
        try:
            yield zlib.decompress(row[0])
        except zlib.error as error:
            raise HistoryDamagedError(path=database.path, detail=error) from error
        piece += 1


class Draft:
    """An import being built, where no query sees it."""

    def __init__(
        self, database: Database, meter: str, kind: str, name: str, params: Mapping[str, Any]
    ) -> None:
        self._database = database
        with database.writing() as connection:
            unfinished = connection.execute("SELECT id FROM import WHERE done_ms IS NULL")
            for (number,) in unfinished.fetchall():
                remove(connection, number)
            self._meter = meters.number_of(connection, meter)
            cursor = connection.execute(
                """INSERT INTO import (hash, kind, name, meter, params, size)
                VALUES ('', ?, ?, ?, ?, 0)""",
                (kind, name, self._meter, json.dumps(dict(params))),
            )
            self._number = cursor.lastrowid or 0

    def keep(self, content: Iterable[bytes]) -> None:
        """Keep the content, however it is cut."""
        digest, size = hashlib.sha256(), 0
        for number, piece in enumerate(_pieces(content)):
            digest.update(piece)
            size += len(piece)
            packed = zlib.compress(piece, 9)
            with self._writing() as connection:
                connection.execute(
                    "INSERT INTO import_piece (import, number, content) VALUES (?, ?, ?)",
                    (self._number, number, packed),
                )
        with self._writing() as connection:
            connection.execute(
                "UPDATE import SET hash = ?, size = ? WHERE id = ?",
                (digest.hexdigest(), size, self._number),
            )

    def merge(self, portion: Portion) -> None:
        """Merge what was folded from the content."""
        with self._writing() as connection:
            shelf = Shelf(connection, self._meter, self._number, Stage.REPLAY)
            shelf.merge(portion.minutes, portion.withdrawals)
            events.write(connection, Stage.REPLAY, self._number, self._meter, portion.events)

    def publish(self) -> int:
        """Let queries see it; give its number, or that of the import which has this content."""
        with self._writing() as connection:
            sql = """
                SELECT other.id FROM import JOIN import AS other USING (hash)
                WHERE import.id = ? AND other.done_ms IS NOT NULL"""
            same = connection.execute(sql, [self._number]).fetchone()
            if same is not None:
                remove(connection, self._number)
                return int(same[0])
            connection.execute(
                "UPDATE import SET done_ms = ? WHERE id = ?",
                (time.time_ns() // 1_000_000, self._number),
            )
            for table in ("chunk", "event"):
                sql = f"UPDATE {table} SET stage = 0 WHERE stage = 1 AND origin = ?"
                connection.execute(sql, [self._number])
            return self._number

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._database.writing() as connection:
            sql = "SELECT 1 FROM import WHERE id = ?"
            if connection.execute(sql, [self._number]).fetchone() is None:
                raise ImportLostError(path=self._database.path)
            yield connection


def _pieces(content: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of `PIECE_BYTES`."""
    waiting = bytearray()
    for part in content:
        waiting += part
        while len(waiting) >= PIECE_BYTES:
            yield bytes(waiting[:PIECE_BYTES])
            del waiting[:PIECE_BYTES]
    if waiting:
        yield bytes(waiting)


def _to_import(row: tuple[Any, ...]) -> Import:
    number, hash_, kind, name, meter, params, size, done_ms = row
    return Import(number, hash_, kind, name, meter, json.loads(params), size, from_ms(done_ms))
