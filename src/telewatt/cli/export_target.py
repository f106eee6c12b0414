"""Where an export goes: standard output, or a file that is there whole or not at all."""

import hashlib
import secrets
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import IO, Literal, NamedTuple

from telewatt.cli.console import NOTHING_FOUND, UNWRITABLE, Console, discard_output
from telewatt.exchange.identities import Identities
from telewatt.exchange.output import whole_file
from telewatt.exchange.scanner import Scanner
from telewatt.exchange.tables import NotExportableError, read_parquet
from telewatt.language import Text

Form = Literal["csv", "jsonl", "parquet", "raw"]
Write = Callable[[IO[bytes]], None]

_NEEDS_FILE = Text(
    "{option} needs a file to write → add --output FILE",
    "{option} demande un fichier à écrire → ajoutez --output FICHIER",
)
_FOLDER = Text(
    "{path} is a folder → give a file; only --format raw writes a file for each meter into one",
    "{path} est un dossier → donnez un fichier ; seul --format raw y en écrit un par compteur",
)
_STDOUT = Text("standard output", "la sortie standard")
_LEAK = Text(
    "{path}: it would show an identifier, so it was deleted → report this",
    "{path} : il montrerait un identifiant, il a donc été effacé → signalez-le",
)
_NOBODY = Text("{path}: no identifier is left in it", "{path} : il n'y reste aucun identifiant")


class Selection(NamedTuple):
    """Which part of the past is wanted; without names all of it."""

    since: datetime | None
    until: datetime | None
    names: tuple[str, ...]

    def __str__(self) -> str:
        times = [time.isoformat() if time else "-" for time in self[:2]]
        return " ".join((*times, *self.names))


class LeakError(Exception):
    """An anonymised output still shows an identifier."""


class Target:
    """Where an export goes, and whether real names may.

    Attributes:
        path: the file or folder; ``None`` for standard output.
        form: how it is written.
        anonymise: whether every identifier becomes a fictitious one.
    """

    def __init__(
        self,
        console: Console,
        output: str | None,
        form: Form,
        selection: Selection,
        secret: str | None,
        *,
        anonymise: bool,
    ) -> None:
        self._console, self._selection = console, selection
        self._key = secret.encode() if secret else secrets.token_bytes(32)
        self.form, self.anonymise = form, anonymise
        self.path = Path(output) if output and output != "-" else None
        self.is_folder = bool(output and (output.endswith("/") or Path(output).is_dir()))
        if self.path is None and (anonymise or form == "parquet"):
            console.fail(_NEEDS_FILE, option="--anonymise" if anonymise else "--format parquet")
        if self.is_folder and form != "raw":
            console.fail(_FOLDER, path=output)

    @property
    def about(self) -> str:
        """What tells a capture that was begun from another one; see `Capture`."""
        names = self._key if self.anonymise else b""
        return hashlib.sha256(f"{self._selection} {names!r}".encode()).hexdigest()[:16]

    def identities(self, known: Iterable[str]) -> Identities:
        """The fictitious values of this export."""
        return Identities(known, self._key)

    def write(self, write: Write, scanner: Scanner | None) -> None:
        """Write it; with a scanner, prove that nothing it looks for is in it.

        A file that cannot be written, or would show an identifier, ends the command: then there
        is no file.
        """
        try:
            if self.path is None:
                write(sys.stdout.buffer)
                sys.stdout.buffer.flush()
                return
            with whole_file(self.path) as file:
                write(file)
                self.prove(scanner, file)
        except BrokenPipeError:  # whoever reads standard output has seen enough
            discard_output()
        except NotExportableError as error:
            self._console.tell(error.fault.what)
            self._console.fail(error.fault.remedy)
        except LeakError:
            self.fail_leaking()
        except OSError as error:
            self.fail_unwritable(error)
        if scanner and self.path:
            self._console.tell(_NOBODY, path=self.path)

    def prove(self, scanner: Scanner | None, file: IO[bytes]) -> None:
        """Read back what was written. Raises LeakError."""
        file.flush()
        file.seek(0)
        if scanner and _FIND[self.form](scanner, file):
            raise LeakError
        file.seek(0, 2)

    def fail_leaking(self) -> None:
        """End the command: the output would have shown an identifier."""
        self._console.fail(_LEAK, code=NOTHING_FOUND, path=self.path)

    def fail_unwritable(self, error: OSError) -> None:
        """End the command: the output cannot be written."""
        path, why = self.path or _STDOUT, error.strerror or error
        self._console.fail(UNWRITABLE, code=NOTHING_FOUND, path=path, why=why)


def _find_in_parquet(scanner: Scanner, file: IO[bytes]) -> str | None:
    return next(filter(None, map(scanner.find_in_row, read_parquet(file))), None)


_FIND: dict[str, Callable[[Scanner, IO[bytes]], str | None]] = {
    "csv": Scanner.find_in_csv,
    "jsonl": Scanner.find_in_jsonl,
    "parquet": _find_in_parquet,
    "raw": Scanner.find_in_capture,
}
