"""The frames of the journal: rows, objects or the bytes of their lines."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from telewatt.cli.console import NOTHING_FOUND, STOPPED
from telewatt.cli.export_target import LeakError, Selection, Target
from telewatt.cli.past import NO_JOURNAL, ending_on_trouble
from telewatt.cli.setup import Setup
from telewatt.derivation import meter_key
from telewatt.exchange.anonymiser import Anonymiser
from telewatt.exchange.captures import Capture, write_bytes
from telewatt.exchange.frames import COLUMNS, Numbered, rows_of_frames, write_frames_jsonl
from telewatt.exchange.identities import identifiers_in
from telewatt.exchange.scanner import Scanner
from telewatt.exchange.tables import FORMS
from telewatt.language import Text
from telewatt.store import Archive
from telewatt.tic import Status

_NOTHING = Text(
    "no frame in this selection → give an earlier --since, or look at `telewatt meters`",
    "aucune trame dans cette sélection → donnez un --since plus ancien, ou voyez `telewatt meters`",
)
_SEVERAL = Text(
    "several lines do not fit into one capture → choose one with --meter, or give a folder: "
    "--output FOLDER/",
    "plusieurs lignes ne tiennent pas dans une capture → choisissez avec --meter, ou donnez un "
    "dossier : --output DOSSIER/",
)
_NO_LINE = Text(
    "{count} frames left out: their values came decoded from another program, there was no line; "
    "--format jsonl has them",
    "{count} trames laissées de côté : leurs valeurs venaient décodées d'un autre programme, sans "
    "ligne ; --format jsonl les contient",
)
_DONE = Text("{count} frames exported", "{count} trames exportées")


def export_frames(setup: Setup, selection: Selection, target: Target) -> None:
    """Write the selected frames; nothing to write ends the command with code 1."""
    if not setup.journal.exists():
        setup.console.fail(NO_JOURNAL, code=NOTHING_FOUND, journal=setup.journal)
    frames = _Frames(setup, selection, target)
    if target.form == "raw" and target.path:
        _write_captures(setup, frames, target, target.path)
    else:
        target.write(frames.write, frames.scanner)
    if frames.left_out:
        setup.console.tell(_NO_LINE, count=frames.left_out)
    if not frames.count:
        setup.console.fail(_NOTHING, code=NOTHING_FOUND)
    setup.console.tell(_DONE, count=frames.count)


class _Frames:
    """The selected frames, anonymised if they shall be.

    Attributes:
        scanner: looks for all identifiers there are; ``None`` where they may be seen.
        count: so many frames were given.
    """

    def __init__(self, setup: Setup, selection: Selection, target: Target) -> None:
        self._setup, self._selection, self._form = setup, selection, target.form
        self.count = self.left_out = 0
        self.scanner, self._anonymiser = None, None
        if target.anonymise:
            known = frozenset(self._identifiers())
            self.scanner = Scanner(known)
            self._anonymiser = Anonymiser(target.identities(known))

    def entries(self) -> Iterator[Numbered]:
        """In the order of the journal."""
        for seq, reading in self._read():
            if self._form == "raw" and reading.frame.status is Status.RELAYED:
                self.left_out += 1
                continue
            self.count += 1
            hidden = self._anonymiser.reading(reading) if self._anonymiser else reading
            yield Numbered(seq, hidden)

    def write(self, file: IO[bytes]) -> None:
        """Write all of them in the form that is wanted."""
        if self._form == "raw":
            write_bytes(_of_one_line(self._setup, self.entries()), file)
        elif self._form == "jsonl":
            write_frames_jsonl(self.entries(), file)
        else:
            FORMS[self._form](COLUMNS, rows_of_frames(self.entries()), file)

    def _read(self) -> Iterator[Numbered]:
        since, until, names = self._selection
        with ending_on_trouble(self._setup), Archive.open(self._setup.journal) as archive:
            for seq, reading in archive.entries(since=since, until=until):
                if not names or reading.meter in names or reading.source in names:
                    yield Numbered(seq, reading)

    def _identifiers(self) -> Iterator[str]:
        for _, reading in self._read():
            for dataset in reading.frame.datasets:
                yield from identifiers_in(dataset)
            if reading.meter and reading.meter.isalnum() and len(reading.meter) == 12:
                yield reading.meter


def _of_one_line(setup: Setup, entries: Iterator[Numbered]) -> Iterator[Numbered]:
    """A capture is one line: the bytes of several, in turn, are none."""
    source = None
    for entry in entries:
        if source not in (None, entry.reading.source):
            setup.console.fail(_SEVERAL)
        source = entry.reading.source
        yield entry


def _write_captures(setup: Setup, frames: _Frames, target: Target, path: Path) -> None:
    """One capture, or one for each meter in a folder; what was begun is gone on with."""
    captures: dict[Path, Capture] = {}
    entries = frames.entries()
    try:
        if target.is_folder:
            path.mkdir(parents=True, exist_ok=True)
        for entry in entries if target.is_folder else _of_one_line(setup, entries):
            name = path / f"{meter_key(entry.reading)}.tic" if target.is_folder else path
            if name not in captures:
                captures[name] = Capture(name, target.about)
            captures[name].write(entry)
        for capture in captures.values():
            if frames.scanner and capture.shown(frames.scanner):
                raise LeakError
        for capture in captures.values():
            capture.publish()
    except KeyboardInterrupt:
        _close(captures, Capture.keep)
        setup.console.fail(STOPPED, code=130)
    except LeakError:
        _close(captures, Capture.discard)
        target.fail_leaking()
    except OSError as error:
        _close(captures, Capture.keep)
        target.fail_unwritable(error)
    except BaseException:
        _close(captures, Capture.discard)
        raise


def _close(captures: dict[Path, Capture], how: Callable[[Capture], None]) -> None:
    with ExitStack() as closing:
        for capture in captures.values():
            closing.callback(how, capture)
