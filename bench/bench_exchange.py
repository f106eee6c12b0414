"""In and out: what is left of identifiers in anonymised lines, and how long things take."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figure import Figure
from telewatt.exchange import Hints, parse
from telewatt.exchange.anonymiser import Anonymiser
from telewatt.exchange.frames import COLUMNS, Numbered, rows_of_frames
from telewatt.exchange.identities import IDENTIFYING, Identities, identifiers_in
from telewatt.exchange.scanner import Scanner
from telewatt.exchange.tables import write_csv
from telewatt.reading import Reading
from telewatt.simulator import parse_settings, stream_bytes
from telewatt.simulator.injectors import INJECTORS
from telewatt.store.history import History
from telewatt.tic import Decoder, Frame

NAMES = (
    "exchange.leaks",
    "exchange.changed",
    "exchange.anonymise",
    "exchange.export",
    "exchange.import",
)
RATE = "0.002"
LINE_BYTES = 20_000
EXPORTED_BYTES = 1_000_000
START = datetime(2024, 1, 1, tzinfo=UTC)
HALF_HOURS = 366 * 48


def figures() -> Iterator[Figure]:
    """Measure all of them."""
    yield from _anonymised()
    yield _exported()
    yield _imported()


def _anonymised() -> Iterator[Figure]:
    leaks = changed = frames = 0
    started = time.process_time()
    spent = 0.0
    for number, (mode, parity, noise) in enumerate(_lines()):
        settings = f"sim:?mode={mode}&parity={parity}&noise={noise}:{RATE}&seed={number}"
        real = _decode(stream_bytes(parse_settings(settings), LINE_BYTES))
        known = {each for frame in real for d in frame.datasets for each in identifiers_in(d)}
        started = time.process_time()
        anonymiser = Anonymiser(Identities(known))
        line = b"".join(anonymiser.frame(frame).raw for frame in real)
        spent += time.process_time() - started
        frames += len(real)
        leaks += Scanner(known).find_in_capture(io.BytesIO(line)) is not None
        again = _decode(line)
        changed += abs(len(again) - len(real))
        changed += sum(_meaning(a) != _meaning(b) for a, b in zip(real, again, strict=False))
    yield Figure("exchange.leaks", leaks, "lines", "= 0", ok=leaks == 0)
    yield Figure("exchange.changed", changed, "frames", "= 0", ok=changed == 0)
    ms = 1000 * spent / frames
    yield Figure("exchange.anonymise", ms, "ms/frame", "<= 5", ok=ms <= 5)


def _lines() -> Iterator[tuple[str, int, str]]:
    for mode in ("historic", "standard"):
        for parity in (0, 1):
            for noise in INJECTORS:
                yield mode, parity, noise


def _decode(line: bytes) -> list[Frame]:
    decoder = Decoder()
    return decoder.feed(line) + decoder.close()


def _meaning(frame: Frame) -> tuple[object, ...]:
    datasets = [(d.label, d.label in IDENTIFYING or d.data, d.repaired) for d in frame.datasets]
    return frame.status, datasets, [(each.offset, len(each.bytes)) for each in frame.rejected]


def _exported() -> Figure:
    frames = _decode(stream_bytes(parse_settings("sim:?mode=standard&seed=1"), EXPORTED_BYTES))
    entries = [
        Numbered(seq, Reading(frame.meter, "house", START + timedelta(seconds=seq), frame))
        for seq, frame in enumerate(frames, start=1)
    ]
    started = time.process_time()
    write_csv(COLUMNS, rows_of_frames(entries), io.BytesIO())
    rate = len(entries) / (time.process_time() - started)
    return Figure("exchange.export", rate, "frames/s", ">= 300", ok=rate >= 300)


def _imported() -> Figure:
    ends = (START + timedelta(minutes=30 * n) for n in range(1, HALF_HOURS + 1))
    rows = [f"{end.isoformat()};{500 + n % 977}" for n, end in enumerate(ends)]
    head = ["Type de donnees;Grandeur metier;Unite", "Courbe de charge;Consommation;W"]
    content = "\n".join([*head, "Horodate;Valeur", *rows, ""]).encode()
    started = time.process_time()
    with TemporaryDirectory() as folder, closing(History.open(Path(folder) / "h.db")) as history:
        measures = parse(content, Hints())
        history.add_import(
            [content], measures.portions, kind=measures.kind, name="year.csv", meter="house"
        )
    spent = time.process_time() - started
    return Figure("exchange.import", spent, "s", "<= 30", ok=spent <= 30)
