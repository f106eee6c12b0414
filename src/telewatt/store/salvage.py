"""What a damaged journal still holds, and how it is set aside.

Batches prove themselves by magic and CRC, so they are looked for in the raw pages of the file and
of its log: nothing of SQLite's own structure has to be intact except the chain of a batch's own
overflow pages. The file is first renamed to ``NAME.salvaging-TIME``, and to
``NAME.damaged-TIME`` when its batches are safe in the new file: a salvage that is interrupted
goes on at the next start.

Source: sqlite.org, "Database File Format", section 1.6 (B-tree Pages, overflow).
"""

import contextlib
import functools
import itertools
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from telewatt.store import gap, wal
from telewatt.store.batch import HEADER, MAGIC, PAYLOAD_MAX, BatchError, Sealed, check, places
from telewatt.store.database import find_missing, insert
from telewatt.store.files import PAGE_SIZE, beside, build, sync_folder
from telewatt.store.gap import Gap, GapReason

_STAMP = re.compile(r"\.(?:salvaging|damaged|replaced)-(\d{8}T\d{6}Z)")
SIDE_FILES = ("-wal", "-shm", "-journal")
_LOCAL_MIN = (PAGE_SIZE - 12) * 32 // 255 - 23
_LOCAL_MAX = PAGE_SIZE - 35
_PER_OVERFLOW_PAGE = PAGE_SIZE - 4
_BEFORE_MAX = 24  # a row's header and the columns before the payload take fewer bytes than this
_TOLD_BYTES = 24  # of a batch, all of which lie in one page, tell its length last
_AFTER = (0, 32)  # what the columns behind it take in a row as committed and in a packed one


GetPage = Callable[[int], bytes | None]


class Salvage(NamedTuple):
    """What was found: the damaged file's new name, and the entries that are safe."""

    set_aside: Path
    entries: int


def set_aside(path: Path, now: datetime, state: str = "salvaging") -> Path:
    """Rename the file and its side files to ``NAME.STATE-TIME``; returns its new name."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    target, number = beside(path, f".{state}-{stamp}"), 1
    while target.exists() or beside(target, "-wal").exists():
        number += 1
        target = beside(path, f".{state}-{stamp}-{number}")
    if path.exists():
        path.rename(target)
    _move_side_files(path, target)
    sync_folder(path)
    return target


def unfinished(path: Path) -> list[Path]:
    """Files set aside whose batches are not yet safe, oldest first."""
    names = {item.name for item in path.parent.glob(f"{path.name}.salvaging-*")}
    stems = {
        name.removesuffix("-wal").removesuffix("-shm").removesuffix("-journal") for name in names
    }
    return sorted(path.with_name(stem) for stem in stems)


def newest_time_ms(path: Path) -> int:
    """The latest time that the journal's files tell, those set aside included; 0 if none does.

    Numbers taken from a clock that was right are not beyond it, whatever the clock says now.
    """
    times = [0.0]
    with contextlib.suppress(OSError):
        for file in path.parent.iterdir():
            if file.name.startswith(path.name):
                times.append(file.stat().st_mtime)
                for stamp in _STAMP.findall(file.name):
                    with contextlib.suppress(ValueError):  # not a name of ours
                        times.append(datetime.fromisoformat(stamp).timestamp())
    return int(max(times) * 1000)


def recover(path: Path, source: Path) -> Salvage:
    """Build a sound journal at ``path`` (nothing is there) from what ``source`` still holds.

    Numbers that are missing in between are listed as gaps.

    Raises:
        OSError, sqlite3.Error: the disk is full, read-only or away; call again later.
    """
    if not path.exists():
        _move_side_files(path, source)
        build(path, lambda connection: _fill(connection, source))
    with sqlite3.connect(path) as connection:
        (entries,) = connection.execute("SELECT coalesce(sum(entries), 0) FROM batch").fetchone()
    connection.close()
    return Salvage(_finish(path, source), entries)


def _finish(path: Path, source: Path) -> Path:
    target = source.with_name(source.name.replace(".salvaging-", ".damaged-", 1))
    if source.exists():
        source.rename(target)
    _move_side_files(source, target)
    sync_folder(path)
    return target


def _move_side_files(path: Path, target: Path) -> None:
    for suffix in SIDE_FILES:
        if beside(path, suffix).exists():
            beside(path, suffix).rename(beside(target, suffix))


def _fill(connection: sqlite3.Connection, source: Path) -> None:
    for sealed in find_batches(source):
        # what was packed is larger than the first of the commits it stands for
        connection.execute(
            """INSERT INTO batch (first_seq, entries, payload) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET entries = excluded.entries, payload = excluded.payload
            WHERE entries < excluded.entries""",
            sealed,
        )
    connection.execute(
        """DELETE FROM batch WHERE first_seq IN (SELECT first_seq FROM (
            SELECT first_seq, max(first_seq + entries) OVER (
                ORDER BY first_seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) expected
            FROM batch) WHERE first_seq < expected)"""
    )
    gaps = _find_gaps(source)
    if (pruned := gap.pruned(gaps)) is not None:  # free pages still hold them
        connection.execute("DELETE FROM batch WHERE first_seq <= ?", (pruned.last_seq,))
    insert(connection, (), _find_places(connection, source), gaps)
    lost = [Gap(first, last, GapReason.DAMAGED) for first, last in find_missing(connection)]
    insert(connection, (), {}, lost)


def _find_places(connection: sqlite3.Connection, source: Path) -> dict[str, int]:
    """The place of each reader: as the newest batch has it, else as the damaged table has it."""
    newest = connection.execute(
        "SELECT first_seq + entries - 1, payload FROM batch ORDER BY first_seq DESC LIMIT 1"
    ).fetchone()
    if newest is None:
        return {}
    last_seq, payload = newest
    sql = "SELECT name, seq FROM reader WHERE typeof(name) = 'text' AND typeof(seq) = 'integer'"
    table = {name: min(seq, last_seq) for name, seq in _query(source, sql)}
    return table | places(payload)


def _find_gaps(source: Path) -> list[Gap]:
    found = []
    for row in _query(source, f"SELECT {gap.COLUMNS} FROM gap"):
        try:
            found.append(gap.from_row(row))
        except (ValueError, TypeError, OverflowError):
            continue  # damaged: its numbers are listed as a gap of this salvage
    return found


def _query(source: Path, sql: str) -> list[Any]:
    """Rows of a damaged file, as many as can be had; its log is not looked at."""
    rows: list[Any] = []
    with contextlib.suppress(sqlite3.Error, UnicodeDecodeError):
        connection = sqlite3.connect(f"{source.absolute().as_uri()}?immutable=1", uri=True)
        with contextlib.closing(connection):
            rows.extend(connection.execute(sql))
    return rows


def find_batches(source: Path) -> Iterator[Sealed]:
    """Every intact batch in the pages of a damaged file and its log; some more than once."""
    with _Pages(source) as pages:
        for page, ways in pages.all():
            place = page.find(MAGIC)
            while place >= 0:
                found = (_read_batch(page, place, get_page) for get_page in ways)
                sealed = next(filter(None, found), None)
                if sealed is not None:
                    yield sealed
                place = page.find(MAGIC, place + 1)


def _read_batch(page: bytes, place: int, get_page: GetPage) -> Sealed | None:
    """The batch whose payload begins at ``place`` of this page, if it is intact.

    How much of a row lies in its own page depends on the size of the whole row, of which the
    payload is all but a few bytes: try each possible size, the CRC tells the right one.
    """
    if place + _TOLD_BYTES > len(page):
        return None
    length = HEADER.size + int.from_bytes(page[place + _TOLD_BYTES - 4 : place + _TOLD_BYTES])
    if length > PAYLOAD_MAX:
        return None
    tried: set[int] = set()
    for before, after in itertools.product(range(_BEFORE_MAX), _AFTER):
        local = min(_local_size(before + length + after) - before, length)
        if local in tried or not _TOLD_BYTES <= local <= len(page) - place:
            continue
        tried.add(local)
        payload = _follow_chain(page, place, local, length, get_page)
        try:
            return check(payload)
        except BatchError:
            continue
    return None


def _local_size(row: int) -> int:
    if row <= _LOCAL_MAX:
        return row
    size = _LOCAL_MIN + (row - _LOCAL_MIN) % _PER_OVERFLOW_PAGE
    return size if size <= _LOCAL_MAX else _LOCAL_MIN


def _follow_chain(page: bytes, place: int, local: int, length: int, get_page: GetPage) -> bytes:
    parts, missing = [page[place : place + local]], length - local
    number = int.from_bytes(page[place + local : place + local + 4])
    while missing > 0 and (overflow := get_page(number)) is not None:
        parts.append(overflow[4 : 4 + min(missing, _PER_OVERFLOW_PAGE)])
        missing -= _PER_OVERFLOW_PAGE
        number = int.from_bytes(overflow[:4])
    return b"".join(parts)


class _Pages:
    """All pages of a damaged file and its log, which may have several versions of a page.

    The pages of one batch are written by one commit: where the first one lies, in the file or at
    one place of the log, the others are looked for first. The first one may be written again with
    its neighbours, and a page that is free now may be written for another batch.
    """

    def __init__(self, source: Path) -> None:
        self._log = wal.read_pages(beside(source, "-wal"), PAGE_SIZE)
        self._versions: dict[int, list[int]] = {}
        for index, (number, _) in enumerate(self._log):
            self._versions.setdefault(number, []).append(index)
        self._file = source.open("rb") if source.is_file() else None
        self._size = source.stat().st_size if self._file is not None else 0

    def __enter__(self) -> "_Pages":
        return self

    def __exit__(self, *exception: object) -> None:
        if self._file is not None:
            self._file.close()

    def all(self) -> Iterator[tuple[bytes, tuple[GetPage, ...]]]:
        """Each page, and the ways to find those that belong to it, best first."""

        def from_file(number: int) -> bytes | None:
            return self._stored(number) or self._logged(len(self._log), number)

        for number in range(1, self._size // PAGE_SIZE + 2):
            yield self._stored(number) or b"", (from_file,)
        for index, (_, page) in enumerate(self._log):
            yield page, (functools.partial(self._from_log, index), from_file)

    def _from_log(self, index: int, number: int) -> bytes | None:
        return self._logged(index, number) or self._stored(number)

    def _logged(self, index: int, number: int) -> bytes | None:
        """The version of the page that is nearest to this place of the log."""
        versions = self._versions.get(number)
        if versions is None:
            return None
        return self._log[min(versions, key=lambda version: abs(version - index))][1]

    def _stored(self, number: int) -> bytes | None:
        if self._file is None or not 0 < number <= self._size // PAGE_SIZE + 1:
            return None
        self._file.seek((number - 1) * PAGE_SIZE)
        return self._file.read(PAGE_SIZE) or None
