"""Journals and histories of simulated meters."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from telewatt.derivation import Derivation
from telewatt.reading import Reading
from telewatt.simulator import parse_settings, simulate
from telewatt.store import Journal
from telewatt.store.history import History, history_path
from telewatt.tic import Decoder

START = datetime(2025, 1, 15, 17, tzinfo=UTC)


def readings(source: str, settings: str, start: datetime = START) -> Iterator[Reading]:
    """What a line gives, endless."""
    decoder, meter = Decoder(), None
    for sent in simulate(parse_settings(settings), start):
        at = sent.time + timedelta(seconds=sent.duration_s)
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        for frame in decoder.feed(sent.line):
            meter = frame.meter or meter
            yield Reading(meter, source, at, frame)


def fill(journal: Path, frames: int, *, start: datetime = START, **lines: str) -> list[Reading]:
    """A journal with so many frames of each line, in order of arrival, and its history."""
    found = [
        reading
        for source, settings in lines.items()
        for reading in itertools.islice(readings(source, settings, start), frames)
    ]
    found.sort(key=lambda reading: reading.received_at)
    with closing(Journal.open(journal)) as opened:
        for reading in found:
            opened.append(reading)
    derivation = Derivation()
    for reading in found:
        derivation.take(reading)
    with closing(History.open(history_path(journal))) as history:
        history.write(derivation.harvest(), len(found), derivation.state())
    return found
