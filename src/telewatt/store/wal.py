"""SQLite's write-ahead log, read without SQLite: whether it is sound, and what its pages hold.

SQLite ends its recovery silently at the first frame that does not verify, and with it every later
commit. After a power cut that is right for the one commit which was being written. If whole
commits follow, the log itself is damaged and entries that were durable would vanish unseen.

Source: sqlite.org, "Database File Format", section 4 (The Write-Ahead Log).
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_MAGICS = {0x377F0682: "<", 0x377F0683: ">"}  # the checksum's byte order


class _Header(NamedTuple):
    magic: int
    version: int
    page_size: int
    checkpoint: int
    salt_1: int
    salt_2: int
    sum_1: int
    sum_2: int


class _Frame(NamedTuple):
    page: int
    pages_after_commit: int  # 0: not the last frame of its commit
    salts: tuple[int, int]
    sums: tuple[int, int]
    start: int  # where the page's bytes begin in the log


def is_damaged(path: Path, page_size: int) -> bool:
    """Whether commits of this log would be lost without a word when SQLite opens it."""
    log = _load(path)
    if len(log) <= _HEADER.size:
        return False
    header = _Header(*_HEADER.unpack_from(log))
    order = _MAGICS.get(header.magic)
    sums = (header.sum_1, header.sum_2)
    if order is None or header.page_size != page_size or _sum(log[:24], order) != sums:
        return True
    sound, commits_after = True, 0
    for frame in _frames(log, page_size):
        if frame.salts != (header.salt_1, header.salt_2):
            # a stale frame of the log's last round ends it, unless newer ones follow
            sound = False
            continue
        if sound:
            start = frame.start - _FRAME.size
            sums = _sum(log[start : start + 8], order, sums)
            sums = _sum(log[frame.start : frame.start + page_size], order, sums)
            sound = sums == frame.sums
        if not sound and frame.pages_after_commit:
            commits_after += 1
    # the first of them may be the commit that a power cut tore
    return commits_after > 1


def read_pages(path: Path, page_size: int) -> list[tuple[int, bytes]]:
    """Every version of every page in a log that may be damaged: number and content, in its order.

    Neither salts nor checksums are looked at: one damaged byte would hide what is intact, and what
    is found proves itself (`telewatt.store.batch.check`).
    """
    log = _load(path)
    return [
        (frame.page, log[frame.start : frame.start + page_size])
        for frame in _frames(log, page_size)
    ]


def _load(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _frames(log: bytes, page_size: int) -> Iterator[_Frame]:
    step = _FRAME.size + page_size
    for start in range(_HEADER.size, len(log) - step + 1, step):
        page, pages, salt_1, salt_2, sum_1, sum_2 = _FRAME.unpack_from(log, start)
        yield _Frame(page, pages, (salt_1, salt_2), (sum_1, sum_2), start + _FRAME.size)


def _sum(content: bytes, order: str, sums: tuple[int, int] = (0, 0)) -> tuple[int, int]:
    first, second = sums
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second
