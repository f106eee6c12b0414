"""Files that are there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


def part_of(path: Path) -> Path:
    """Where a file is written until it is complete."""
    return path.with_name(f"{path.name}.part")


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to write (and to read back) that gets its name only when all went well.

    Raises:
        OSError: it cannot be written; whatever ``path`` was before, it still is.
    """
    part = part_of(path)
    try:
        with part.open("wb+") as file:
            yield file
            publish(file, path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def publish(file: IO[bytes], path: Path) -> None:
    """Give the written part of a file its name, once all of it is on the disk."""
    file.flush()
    os.fsync(file.fileno())
    part_of(path).replace(path)
