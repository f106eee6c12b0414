"""The meters of ``telewatt esphome generate``: in words, from captures, the journal, or asked."""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from telewatt.cli.console import UNREADABLE, Console
from telewatt.cli.past import ending_on_trouble
from telewatt.cli.setup import Setup, load
from telewatt.esphome.answers import MeterAnswers, read_meter
from telewatt.esphome.labels import meter_of
from telewatt.language import Text
from telewatt.reading import Reading
from telewatt.store import Archive
from telewatt.tic import Decoder, Frame

LOOK_BACK = timedelta(minutes=10)
"""Of the journal: enough frames to see every label of a line that is alive."""

_PAIR = Text("{option} {said}: write NAME=...", "{option} {said} : écrivez NOM=...")
_TWICE = Text(
    "--meter {name}: there are two of this name; each one has a name of its own",
    "--meter {name} : il y en a deux de ce nom ; chacun porte un nom à lui",
)
_NO_METER = Text(
    "which meters? Add --meter house=standard,base, --capture house=FILE or --seen house",
    "quels compteurs ? Ajoutez --meter maison=standard,base, --capture maison=FICHIER ou "
    "--seen maison",
)
_NO_FRAMES = Text(
    "{path}: no whole frame in it; see what `telewatt decode {path}` says",
    "{path} : aucune trame entière ; voyez ce que dit `telewatt decode {path}`",
)
_NOT_SEEN = Text(
    "--seen {name}: the journal {journal} has no whole frame of it; `telewatt meters` lists what "
    "it has",
    "--seen {name} : le journal {journal} n'en a aucune trame entière ; `telewatt meters` liste ce "
    "qu'il a",
)
_NO_JOURNAL = Text(
    "--seen {name}: there is no journal {journal}; start `telewatt run`, or give --journal FILE",
    "--seen {name} : il n'y a pas de journal {journal} ; lancez `telewatt run`, ou donnez "
    "--journal FICHIER",
)


def meters_of(console: Console, given: dict[str, Any]) -> tuple[MeterAnswers, ...]:
    """Those that were seen, with the words of --meter for the same name; then the others.

    Raises:
        AnswerError: a word means nothing.
    """
    words: dict[str, str] = {}
    for text in given["meter"] or []:
        name, said = _pair(console, "--meter", text)
        if name in words:
            console.fail(_TWICE, name=name)
        words[name] = said
    found = [
        *(
            _captured(console, *_pair(console, "--capture", text))
            for text in given["capture"] or []
        ),
        *_from_journal(console, given),
    ]
    if not words and not found:
        if not is_terminal():
            console.fail(_NO_METER)
        from telewatt.cli.esphome_questions import ask_meters

        words = dict(ask_meters(console.language))
    seen = [_with_words(meter, words.pop(meter.name, "")) for meter in found]
    return (*seen, *(read_meter(name, text) for name, text in words.items()))


def is_terminal() -> bool:
    """Whether somebody can answer."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _pair(console: Console, option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        console.fail(_PAIR, option=option, said=text)
    return name, value


def _with_words(seen: MeterAnswers, words: str) -> MeterAnswers:
    """What was seen stands; only pin, port and title are said."""
    given = read_meter(seen.name, words)
    return replace(seen, rx=given.rx, port=given.port, title=given.title)


def _captured(console: Console, name: str, path: str) -> MeterAnswers:
    decoder = Decoder()
    try:
        frames = [*decoder.feed(Path(path).read_bytes()), *decoder.close()]
    except OSError as error:
        console.fail(UNREADABLE, path=path, why=error.strerror)
    meter = meter_of(name, frames)
    if meter is None:
        console.fail(_NO_FRAMES, path=path)
    return meter


def _from_journal(console: Console, given: dict[str, Any]) -> Iterator[MeterAnswers]:
    """The meters of --seen, as the last frames of the journal show them."""
    if not given["seen"]:
        return
    setup = load(console, given["config"], None, given["journal"], required=False)
    for name in given["seen"]:
        if not setup.journal.exists():
            console.fail(_NO_JOURNAL, name=name, journal=setup.journal)
        meter = meter_of(_id(name), _frames(setup, name))
        if meter is None:
            console.fail(_NOT_SEEN, name=name, journal=setup.journal)
        yield meter


def _frames(setup: Setup, name: str) -> list[Frame]:
    """The frames of a line or meter: those of its last minutes, else all there are."""
    with ending_on_trouble(setup), Archive.open(setup.journal) as archive:
        span = archive.span
        if span is None:
            return []
        last = _of(name, (entry.reading for entry in archive.entries(since=span[1] - LOOK_BACK)))
        return last or _of(name, (entry.reading for entry in archive.entries()))


def _of(name: str, readings: Iterable[Reading]) -> list[Frame]:
    return [reading.frame for reading in readings if name in (reading.source, reading.meter)]


def _id(name: str) -> str:
    """An id of ESPHome for what is called otherwise: ``022276806159`` is ``m_022276806159``."""
    plain = re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")
    return plain if plain[:1].isalpha() else f"m_{plain}"
