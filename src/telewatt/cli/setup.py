"""Which configuration a command works with, and where its journal lies."""

import os
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from telewatt.cli.console import UNREADABLE, USAGE_ERROR, Console
from telewatt.config import Config, ConfigError, Fault, Problem, build, parse
from telewatt.config.kinds import FilePath, has_control
from telewatt.config.model import SECTIONS
from telewatt.config.toml_lines import line_of, lines_of_keys
from telewatt.language import Text
from telewatt.sources import SOURCES, AddressError, source_for

SYSTEM_FILE = Path("/etc/telewatt/telewatt.toml")

_ONE_OF_BOTH = Text(
    "--meter and --config exclude each other: write the meter into {file}",
    "--meter et --config s'excluent : écrivez le compteur dans {file}",
)
_NO_FILE = Text(
    "no configuration: neither $TELEWATT_CONFIG, nor ./telewatt.toml, nor {system}; write one, "
    "give meters (--meter house=/dev/ttyUSB0), or see what there is: `telewatt web setup`",
    "pas de configuration : ni $TELEWATT_CONFIG, ni ./telewatt.toml, ni {system} ; écrivez-en "
    "une, donnez des compteurs (--meter maison=/dev/ttyUSB0), ou voyez ce qu'il y a : `telewatt "
    "web setup`",
)
_NOT_UTF_8 = Text(
    "{file}:{line}: this is not UTF-8 text → save the file in the encoding UTF-8",
    "{file}:{line}: ce n'est pas du texte UTF-8 → enregistrez le fichier en codage UTF-8",
)
_FOLDER = Text(
    "journal {path}: this is a folder → write {path}/journal.db",
    "journal {path} : c'est un dossier → écrivez {path}/journal.db",
)
_CONTROL = Text(
    "journal {path}: the path holds a control character → write it again, without it",
    "journal {path} : le chemin contient un caractère de contrôle → réécrivez-le sans lui",
)
_JSONL = ("jsonl", "path")
_OUR_FILE = Fault(
    Text("telewatt keeps its own data in this file", "telewatt y garde ses propres données"),
    Text("name another file", "nommez un autre fichier"),
)
_UNKNOWN_HOME = Fault(
    Text(
        "the home directory in {path} is not known", "le répertoire personnel est inconnu : {path}"
    ),
    Text("write its path in full, from /", "écrivez son chemin en entier, depuis /"),
)
_NO_HOME = Text(
    "journal: the home directory it shall lie in is not known → write its path in full, from /",
    "journal : son répertoire personnel est inconnu → écrivez son chemin en entier, depuis /",
)
_NO_METER = Text(
    "--meter {given}: write NAME=SOURCE, each NAME once, for example house=/dev/ttyUSB0",
    "--meter {given} : écrivez NOM=SOURCE, chaque NOM une fois, par exemple maison=/dev/ttyUSB0",
)
_UNKNOWN_SOURCE = Fault(
    Text("unknown kind of source", "sorte de source inconnue"),
    Text("write /dev/..., - or {kinds}", "écrivez /dev/..., - ou {kinds}"),
)
_BAD_ADDRESS = Fault(
    Text("an address that cannot be used ({why})", "une adresse inutilisable ({why})"),
    Text(
        "docs/en/configuration.md shows every kind of source",
        "docs/fr/configuration.md montre chaque sorte de source",
    ),
)
_NO_SPEED = Fault(
    Text("this source has no speed to choose", "cette source n'a pas de vitesse à choisir"),
    Text("remove the line", "ôtez la ligne"),
)
_NO_SECRET = Fault(
    Text("this source takes no such thing", "cette source n'en prend pas"),
    Text("remove the line", "ôtez la ligne"),
)
_SECRET_KEYS = ("key_file", "key_env", "password_file", "password_env", "ca_file")


class Setup(NamedTuple):
    """A checked configuration.

    Attributes:
        file: where it stands, if it stands in one; text: what is in there.
        journal: where it lies.
        console: in the language it asks for.
    """

    config: Config
    file: Path | None
    journal: Path
    console: Console
    text: str = ""


def load(
    console: Console,
    file: Path | None,
    meters: list[str] | None,
    journal: Path | None,
    *,
    required: bool = True,
) -> Setup:
    """The configuration a command shall use; any error in it ends the command with code 2.

    Args:
        required: ``False`` for commands that need the journal alone, which has its usual place
            where there is no configuration.
    """
    if meters and file:
        console.fail(_ONE_OF_BOTH, file=file)
    where = file or (None if meters else _find_file(console))
    if where is None and not meters and required:
        console.fail(_NO_FILE, system=SYSTEM_FILE)
    text = "" if where is None else _read(console, where)
    try:
        config = parse(text, check_source) if where else _build_from(console, meters or [])
        _check_homes(config, text)
    except ConfigError as error:
        _refuse(console, error, where)
    console = console.prefer(config.language)
    if where is not None:
        config = _located(config, where)
    path = _journal(console, journal, config, where)
    if config.jsonl is not None and _is_ours(path, config.jsonl.path):
        problem = Problem(line_of(lines_of_keys(text), _JSONL), ".".join(_JSONL), _OUR_FILE)
        _refuse(console, ConfigError([problem]), where)
    return Setup(config, where, path, console, text)


def _refuse(console: Console, error: ConfigError, where: Path | None) -> NoReturn:
    console = console.prefer(error.language)
    for problem in error.problems:
        console.write(problem.describe(str(where or "--meter"), console.language))
    raise SystemExit(USAGE_ERROR) from error


def _is_ours(journal: Path, output: str) -> bool:
    """Whether an output would be written into the journal, or the history beside it."""
    from telewatt.store.history import history_path

    path = os.path.realpath(journal.parent / Path(output).expanduser())
    return path in map(os.path.realpath, (journal, history_path(journal)))


def _check_homes(config: Config, text: str) -> None:
    """Every path that begins with ~ lies in a directory that is known."""
    problems = []
    for key, path in config.values(FilePath):
        try:
            Path(path).expanduser()
        except RuntimeError:  # so pathlib says it
            line = line_of(lines_of_keys(text), key)
            problems.append(Problem(line, ".".join(key), _UNKNOWN_HOME.fill(path=path)))
    if problems:
        raise ConfigError(problems, config.language)


def check_source(section: Mapping[str, Any]) -> tuple[str, Fault] | None:
    """What is wrong with the source of a meter's section, and its key; nothing is opened."""
    source = section["source"]
    if source != "-" and not source.startswith("/") and source.partition(":")[0] not in SOURCES:
        return "source", _UNKNOWN_SOURCE.fill(kinds=", ".join(f"{kind}:" for kind in SOURCES))
    try:
        found = source_for(source)
    except AddressError as error:
        return "source", _BAD_ADDRESS.fill(why=error.text)
    if "speed" in section and not found.speeds:
        return "speed", _NO_SPEED
    for key in _SECRET_KEYS:
        if key in section and key.partition("_")[0] not in (found.secret, found.trust):
            return key, _NO_SECRET
    return None


def _build_from(console: Console, meters: list[str]) -> Config:
    if not meters:
        return Config(meters={})
    return build({"meters": _sections_of(console, meters)}, check_source)


def _located(config: Config, file: Path) -> Config:
    """Secrets and certificates lie where the configuration does; what telewatt writes does not."""
    folder = file.absolute().parent
    sections = {name: getattr(config, name) for name in SECTIONS if name != "web"}
    found = {name: _beside(folder, section) for name, section in sections.items() if section}
    meters = {name: _beside(folder, meter) for name, meter in config.meters.items()}
    return replace(config, meters=meters, **found)


def _beside(folder: Path, section: Any) -> Any:
    """The section with relative paths of its ``*_file`` keys made absolute."""
    keys = [key.name for key in fields(section) if key.name.endswith("_file")]
    paths = {key: path for key in keys if (path := getattr(section, key))}
    found = {key: str(folder / path) for key, path in paths.items() if not path.startswith("~")}
    return replace(section, **found)


def _find_file(console: Console) -> Path | None:
    if named := os.environ.get("TELEWATT_CONFIG"):
        return Path(named)
    for file in (Path("telewatt.toml"), SYSTEM_FILE):
        try:
            if file.exists():
                return file
        except OSError as error:
            if not file.is_absolute():  # somebody else's folder: `sudo -u telewatt telewatt check`
                continue
            console.fail(UNREADABLE, path=file, why=error.strerror)
    return None


def _read(console: Console, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")  # Windows editors write its mark
    except OSError as error:
        return console.fail(UNREADABLE, path=file, why=error.strerror)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return console.fail(_NOT_UTF_8, file=file, line=line)


def _sections_of(console: Console, meters: list[str]) -> dict[str, Any]:
    sections: dict[str, Any] = {}
    for given in meters:
        name, equals, source = given.partition("=")
        if not equals or name in sections:
            console.fail(_NO_METER, given=given)
        sections[name] = {"source": source}
    return sections


def _journal(console: Console, given: Path | None, config: Config, file: Path | None) -> Path:
    try:
        path = given or _journal_of(config, file, os.environ)
    except RuntimeError:  # so pathlib says it
        return console.fail(_NO_HOME)
    if has_control(str(path)):
        console.fail(_CONTROL, path=ascii(str(path)))
    if os.path.isdir(path):  # noqa: PTH112 - where nothing can be looked up it is False
        console.fail(_FOLDER, path=path)
    return path


def _journal_of(config: Config, file: Path | None, environment: Mapping[str, str]) -> Path:
    if config.journal.path:
        return (file or Path()).parent / Path(config.journal.path).expanduser()
    # systemd names several directories with a colon between them; the first one is ours
    if state := environment.get("STATE_DIRECTORY"):
        return Path(state.split(":")[0]) / "journal.db"
    home = environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "telewatt" / "journal.db"
