"""``telewatt decode``: captures in, verified datasets out."""

import errno
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from telewatt.cli.console import NOTHING_FOUND, UNREADABLE, Console, console_of, discard_output
from telewatt.cli.decode_forms import Form, form_named
from telewatt.language import Text
from telewatt.shapes.values import mode_name
from telewatt.tic import Decoder, Frame

STDIN = "-"
CHUNK_BYTES = 64 * 1024
PROGRESS_FROM_BYTES = 4 * 1024 * 1024

_ONE_STDIN = Text(
    "standard input (-) can be read only once", "l'entrée standard (-) ne se lit qu'une fois"
)
_CLOSED_STDIN = Text(
    "standard input (-) is closed: give a file, or a pipe",
    "l'entrée standard (-) est fermée : donnez un fichier, ou un tube",
)
_UNWRITABLE = Text("cannot write: {why}", "écriture impossible : {why}")
_SUMMARY = (
    Text("frames", "trames"),
    Text("datasets", "groupes"),
    Text("rejected", "rejetés"),
    Text("repaired", "réparés"),
    Text("mode", "mode"),
    Text("meters", "compteurs"),
)
_Advance = Callable[[int], None]


class Summary:
    """Counts what was decoded; ``is_whole`` while all could be read and written."""

    def __init__(self) -> None:
        self.datasets = 0
        self.is_whole = True
        self._repaired = 0
        self._status: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._modes: dict[str, None] = {}
        self._meters: dict[str, None] = {}

    def count(self, frame: Frame) -> None:
        """One more frame."""
        self.datasets += len(frame.datasets)
        self._status[frame.status] += 1
        self._repaired += sum(dataset.repaired for dataset in frame.datasets)
        self._reasons.update(rejected.reason for rejected in frame.rejected)
        if frame.datasets:
            self._modes[mode_name(frame.mode)] = None
        if meter := frame.meter:
            self._meters[meter] = None

    def tell(self, console: Console) -> None:
        """Write it, one line a fact."""
        facts = (
            _sum_and_parts(self._status),
            self.datasets,
            _sum_and_parts(self._reasons),
            self._repaired,
            ", ".join(self._modes) or "-",
            ", ".join(self._meters) or "-",
        )
        for name, fact in zip(_SUMMARY, facts, strict=True):
            console.write(f"{name.of(console.language):<10} {fact}")


def decode(
    context: typer.Context,
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Captures; - is standard input.")
    ],
    mode: Annotated[
        Literal["auto", "historic", "standard"],
        typer.Option(help="The mode of the line; auto recognises it."),
    ] = "auto",
    form: Annotated[
        Literal["text", "jsonl", "csv"],
        typer.Option("--format", help="For people, one object a frame, or one row a dataset."),
    ] = "text",
) -> None:
    """Decode captures of a TIC line: verified datasets, and what had to be rejected."""
    console = console_of(context)
    _require_readable(console, paths)
    output = form_named(form, console.language)
    if (
        form != "text"
    ):  # a program reads it: in one encoding, with the names of the files as they are
        cast(TextIOWrapper, sys.stdout).reconfigure(encoding="utf-8", errors="surrogateescape")
    summary = Summary()
    try:
        _write(output, paths, mode, summary, console)
    except BrokenPipeError:  # whoever reads standard output has seen enough
        discard_output()
    except OSError as error:
        discard_output()
        console.tell(_UNWRITABLE, why=error.strerror)
        summary.is_whole = False
    summary.tell(console)
    raise typer.Exit(0 if summary.datasets and summary.is_whole else NOTHING_FOUND)


def _write(output: Form, paths: list[str], mode: str, summary: Summary, console: Console) -> None:
    """Write the frames of all paths; an OSError is one of standard output."""
    sys.stdout.write(output.header)
    with _progress(_bytes_to_show(paths)) as advance:
        for path in paths:
            try:
                for frames in _frames_of(path, mode, advance, console):
                    for frame in frames:
                        summary.count(frame)
                        sys.stdout.write(output.frame(path, frame))
                    if path == STDIN:
                        sys.stdout.flush()
            except UnreadableError as error:
                console.tell(UNREADABLE, path=path, why=error.why)
                summary.is_whole = False
    sys.stdout.flush()


class UnreadableError(Exception):
    """A capture could not be read to its end; ``why`` in the words of the system."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def _sum_and_parts(counts: Counter[str]) -> str:
    parts = ", ".join(f"{name} {count}" for name, count in counts.most_common())
    return f"{counts.total()} ({parts})" if parts else "0"


def _require_readable(console: Console, paths: list[str]) -> None:
    """Nothing is decoded if one of the paths is wrong: half an answer would look like a whole."""
    if paths.count(STDIN) > 1:
        console.fail(_ONE_STDIN)
    if STDIN in paths and sys.stdin is None:
        console.fail(_CLOSED_STDIN)
    for path in paths:
        if path != STDIN and (problem := _problem_of(Path(path))):
            console.fail(UNREADABLE, path=path, why=os.strerror(problem))


def _problem_of(path: Path) -> int | None:
    if not path.exists():
        return errno.ENOENT
    if path.is_dir():
        return errno.EISDIR
    return None if os.access(path, os.R_OK) else errno.EACCES


def _frames_of(path: str, mode: str, advance: _Advance, console: Console) -> Iterator[list[Frame]]:
    decoder = Decoder(mode)
    try:
        for chunk in _chunks_of(path):
            yield decoder.feed(chunk)
            advance(len(chunk))
    except KeyboardInterrupt:
        console.write("")  # how a live capture ends; the summary stands below the ^C
    except OSError as error:
        yield decoder.close()
        raise UnreadableError(error.strerror or str(error)) from error
    yield decoder.close()


def _chunks_of(path: str) -> Iterator[bytes]:
    if path != STDIN:
        with Path(path).open("rb") as capture:
            yield from iter(lambda: capture.read1(CHUNK_BYTES), b"")
        return
    stdin = cast(BufferedReader, sys.stdin.buffer)
    with _ctrl_c(signal.SIG_BLOCK):
        yield from iter(lambda: _wait_for_chunk(stdin), b"")


def _wait_for_chunk(stdin: BufferedReader) -> bytes:
    """Ctrl-C ends the waiting, here only: what has come is decoded, written and counted."""
    with _ctrl_c(signal.SIG_UNBLOCK):
        return stdin.read1(CHUNK_BYTES)


@contextmanager
def _ctrl_c(how: signal.Sigmasks) -> Iterator[None]:
    before = signal.pthread_sigmask(how, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _bytes_to_show(paths: list[str]) -> int:
    """The size of what is decoded; 0 where a progress bar would only disturb."""
    sizes = [Path(path).stat().st_size for path in paths if path != STDIN]
    if sys.stdout.isatty() or not sys.stderr.isatty() or sum(sizes) < PROGRESS_FROM_BYTES:
        return 0
    return sum(sizes)


@contextmanager
def _progress(total_bytes: int) -> Iterator[_Advance]:
    if not total_bytes:
        yield lambda step: None
        return
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
    bar = Progress(
        *columns, console=Terminal(stderr=True), transient=True, redirect_stdout=False
    )  # the frames on standard output are none of its business
    with bar:
        task = bar.add_task("", total=total_bytes)
        yield lambda step: bar.advance(task, step)
