"""A process that writes a journal until it is killed: ``python -m bench.journal_writer WORK PATH``.

WORK says what it does: ``write`` appends and commits, ``upkeep`` packs and prunes as well, ``open``
opens an old journal and closes it, ``backup`` backs it up into ``PATH.backup`` again and again.

It prints ``opened LAST_SEQ SECONDS`` and, after each commit, ``durable SEQ``. Entry number N always
has the same content, `reading(N)`, so what is found on disk later can be checked entry by entry.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

from telewatt.reading import Reading
from telewatt.store import Journal
from telewatt.store.backup import back_up
from telewatt.tic import Decoder, Frame, Mode, add_parity, encode_dataset, encode_frame

START = datetime(2026, 1, 1, tzinfo=UTC)
KEPT_ENTRIES = 500  # the newest ones, not yet processed by anybody: never pruned
_FRAMES = 997
_STEP = timedelta(seconds=5)


def reading(seq: int) -> Reading:
    """The reading that is entry number ``seq``."""
    frame = _frames()[seq % _FRAMES]._replace(offset=seq * 1000)
    return Reading(frame.meter, "house", START + seq * _STEP, frame)


@cache
def _frames() -> list[Frame]:
    """Frames of about the length of a real standard frame, three datasets changing each time."""
    decoder = Decoder(mode=Mode.STANDARD)
    constant = [("ADSC", "041876123456"), ("VTIC", "02"), ("NGTF", "      BASE      ")]
    constant += [(f"EASF{number:02}", f"{number * 987654:09}") for number in range(2, 11)]
    constant += [(f"EASD{number:02}", f"{number * 87654:09}") for number in range(1, 5)]
    constant += [("MSG1", "PAS DE          MESSAGE         "), ("PRM", "12345678901234")]
    constant += [("PJOURF+1", "00008001" + " NONUTILE" * 10), ("STGE", "013AC501")]
    constant += [("PREF", "09"), ("PCOUP", "09"), ("RELAIS", "000"), ("NTARF", "01")]
    chance, frames = Random(7), []
    for number in range(_FRAMES):
        date = encode_dataset(
            Mode.STANDARD, "DATE", "", f"H260101{number // 60 % 60:04}{number % 60:02}"
        )
        changing = [("EAST", f"{1234567 + number:09}"), ("SINSTS", f"{chance.randrange(9000):05}")]
        datasets = [encode_dataset(Mode.STANDARD, *fields) for fields in constant + changing]
        frames += decoder.feed(add_parity(encode_frame([date, *datasets])))
    return frames


def work(kind: str, path: Path) -> None:
    """Do it until killed; ``open`` ends by itself."""
    _frames()
    _say("ready")
    if kind == "backup":
        _back_up_for_ever(path)
    started = time.perf_counter()
    journal = Journal.open(path)
    _say(f"opened {journal.last_seq} {time.perf_counter() - started:.6f}")
    if kind == "open":
        journal.close()
        return
    pause_s = 0.002 if kind == "write" else 0.02  # so that packing keeps up
    threading.Thread(target=_commit_for_ever, args=(journal, pause_s), daemon=True).start()
    if kind == "upkeep":
        threading.Thread(target=_keep_up_for_ever, args=(journal,), daemon=True).start()
    _append_for_ever(journal, pause_s)


def _append_for_ever(journal: Journal, pause_s: float) -> None:
    chance = Random(journal.last_seq)
    while True:
        for _ in range(chance.choice((1, 5, 60))):
            journal.append(reading(journal.last_seq + 1))
        journal.confirm("bench", journal.last_seq)
        time.sleep(pause_s)


def _commit_for_ever(journal: Journal, pause_s: float) -> None:
    while True:
        time.sleep(pause_s - 0.002)
        _say(f"durable {journal.commit()}")
        if journal.counters.failed_commits:
            _say(f"failed {journal.alarms}")


def _keep_up_for_ever(journal: Journal) -> None:
    chance = Random(journal.last_seq)
    while True:
        journal.pack()
        if chance.random() < 0.2:
            journal.prune(1, journal.durable_seq - KEPT_ENTRIES)


def _back_up_for_ever(path: Path) -> None:
    while True:
        _say(f"durable {back_up(path, path.with_name(path.name + '.backup')).last_seq}")


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


@dataclass
class Kill:
    """What one writer said until it was killed.

    Attributes:
        opened_seq: ``last_seq`` right after opening; ``None`` if it was killed before.
        open_s: how long opening took.
        durable_seq: the last number it reported durable.
    """

    opened_seq: int | None = None
    open_s: float = 0.0
    durable_seq: int = 0


def kill_again_and_again(
    path: Path, kills: int, seed: int, work: str = "write", longest_s: float = 0.3
) -> Iterator[Kill]:
    """Start a writer and end it by kill -9 at a random moment, so many times."""
    chance = Random(seed)
    for _ in range(kills):
        # a quarter dies while starting or opening, the others while at work
        lines = 0 if chance.random() < 0.25 else (1 if work in ("open", "backup") else 2)
        yield kill_one(path, chance.uniform(0, longest_s), work, lines)


def kill_one(path: Path, delay_s: float, work: str, lines: int) -> Kill:
    """End one writer so long after it has said this many lines."""
    command = [sys.executable, "-m", "bench.journal_writer", work, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        first = "".join(writer.stdout.readline() for _ in range(lines))
        timer = threading.Timer(delay_s, writer.send_signal, (signal.SIGKILL,))
        timer.start()
        rest = writer.stdout.read()
        timer.cancel()
    result = Kill()
    for line in (first + rest).splitlines():
        match line.split():
            case ["opened", seq, seconds]:
                result.opened_seq, result.open_s = int(seq), float(seconds)
            case ["durable", seq]:
                result.durable_seq = max(result.durable_seq, int(seq))
            case ["failed", *_]:
                raise AssertionError(line)
    return result


if __name__ == "__main__":
    work(sys.argv[1], Path(sys.argv[2]))
