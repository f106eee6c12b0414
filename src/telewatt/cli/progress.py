"""A progress bar on standard error, where it is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from telewatt.cli.console import Console
from telewatt.language import Text


@contextmanager
def progress(console: Console, title: Text) -> Iterator[Callable[[int, int], None]]:
    """A function to be told how much is done, and of how much; it shows nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, whole: None
        return
    from rich.console import Console as Terminal
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=Terminal(stderr=True), transient=True
    ) as bars:
        bar = bars.add_task(title.of(console.language), total=None)
        yield lambda done, whole: bars.update(bar, completed=done, total=whole)
