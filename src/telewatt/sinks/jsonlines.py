"""JSON Lines: one object a reading, appended to a file, or given to a named pipe or a program.

The file is opened anew for each batch, so it may be moved away (logrotate) at any time. A reading
that comes again is not written again: the end of the file tells what it has. A pipe cannot be
asked; after a crash it may be given some readings twice.
"""

import asyncio
import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from telewatt.config.model import JsonlConfig
from telewatt.derivation import Judged
from telewatt.language import Text
from telewatt.shapes.frame import JsonFrames
from telewatt.shapes.reading import reading_object
from telewatt.shapes.values import json_text, utc_text
from telewatt.sinks import House, Sink, SinkError
from telewatt.sinks.due import Due
from telewatt.sinks.pipe import Pipe

STANDARD_OUTPUT = "-"
_BLOCK_BYTES = 1 << 16

NO_FILE = Text(
    "cannot write {path}: {why}; make room, or let this user write there",
    "impossible d'écrire {path} : {why} ; faites de la place, ou laissez cet utilisateur y écrire",
)

_Mark = tuple[int, str]
"""What tells one line from another: the number of the entry, and when its frame arrived."""
_MARK = re.compile(rb'\{"seq":(\d+),"line":"[^"]*","received_at":"([^"]*)"')


class JsonLines(Sink):
    """Writes lines.

    Args:
        path: ``-`` for standard output.
        interval_s: one line a meter in so many seconds, and one for each event; 0: every reading.
        frames: whether each line has the frame as it was received too.
    """

    def __init__(self, path: Path | None, interval_s: float, *, frames: bool) -> None:
        self._path, self._due = path, Due(interval_s)
        self._frames = JsonFrames() if frames else None
        self._pipe = Pipe(path) if path is None or _is_pipe(path) else None
        self._given: set[_Mark] = set()  # to the pipe, of a batch that is not done
        self._known: set[_Mark] | None = None  # lines of the file that may come (again)

    @classmethod
    def of(cls, section: JsonlConfig, house: House) -> "JsonLines":
        """The one a section ``[jsonl]`` describes."""
        here = None if section.path == STANDARD_OUTPUT else Path(section.path).expanduser()
        path = None if here is None else house.folder / here
        return cls(path, section.interval_s, frames=section.frames)

    async def write(self, batch: Sequence[Judged]) -> None:
        """See `Sink`."""
        told = self._due.pick(batch)
        if self._pipe is not None:
            await self._give(self._pipe, told)
        elif told and self._path is not None:
            await asyncio.to_thread(self._append, self._path, told)
        self._due.settle()

    async def close(self) -> None:
        """See `Sink`."""
        if self._pipe is not None:
            self._pipe.close()

    async def _give(self, pipe: Pipe, told: Sequence[Judged]) -> None:
        for judged in told:
            if _mark_of(judged) not in self._given:
                await pipe.write(self._line_of(judged))
                self._given.add(_mark_of(judged))
        self._given.clear()

    def _append(self, path: Path, told: Sequence[Judged]) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab+") as file:
                if self._known is None:
                    self._known = known_from(file, told[0].seq)
                lines = [self._line_of(j) for j in told if _mark_of(j) not in self._known]
                file.write(b"".join(lines))
        except OSError as error:
            self._known = None  # who knows what of it was written: look again
            raise SinkError(NO_FILE.fill(path=path, why=error.strerror or error)) from error
        later = {mark for mark in self._known if mark[0] > told[-1].seq}
        self._known = later.union(map(_mark_of, told))

    def _line_of(self, judged: Judged) -> bytes:
        told = json_text(reading_object(judged))
        if self._frames is not None:
            frame = self._frames.text_of(judged.reading.frame, judged.reading.meter)
            told = f'{told[:-1]},"frame":{frame}}}'
        return f"{told}\n".encode()


def known_from(file: BinaryIO, seq: int) -> set[_Mark]:
    """The marks of the lines at the end that have this number or a later one.

    A line that was cut off at its end is removed.
    """
    known: set[_Mark] = set()
    for at, line in _lines_backward(file):
        if not line.endswith(b"\n"):
            file.truncate(at)
        elif found := _MARK.match(line):
            if int(found[1]) < seq:
                break
            known.add((int(found[1]), found[2].decode()))
    return known


def _lines_backward(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each line with its end, the last one first, and the place where it begins."""
    at, rest = file.seek(0, os.SEEK_END), b""
    while at:
        start = max(0, at - _BLOCK_BYTES)
        file.seek(start)
        text, at = file.read(at - start) + rest, start
        lines = text.splitlines(keepends=True)
        rest = b"" if not start else lines.pop(0)
        place = start + len(text)
        for line in reversed(lines):
            place -= len(line)
            yield place, line


def _mark_of(judged: Judged) -> _Mark:
    return judged.seq, utc_text(judged.reading.received_at)


def _is_pipe(path: Path) -> bool:
    try:
        return stat.S_ISFIFO(path.stat().st_mode)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):
            return False
        raise
