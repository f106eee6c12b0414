"""The truth engine: nothing false becomes final, what is genuine does within three frames.

``truth.noise.*``: ten million datasets of simulated meters, bytes replaced by random 7-bit ones,
without parity, at five rates from 0.01 % to 1 %; each settled total against what the meter meant
in that frame. ``truth.leaps.*``: some indexes are 600 kWh off for 1 to 500 frames, with good
checksums, and come back.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import product
from time import process_time
from typing import NamedTuple

from bench.figure import Figure
from bench.truth_stories import (
    INDEXES,
    Lie,
    Story,
    Told,
    clean_frames,
    noisy,
    transmissions,
)
from telewatt.reading import Reading
from telewatt.simulator import Transmission
from telewatt.tic import Decoder
from telewatt.truth import Event, EventKind, Truth

NAMES = (
    "truth.noise.wrong",
    "truth.noise.delay",
    "truth.noise.told",
    "truth.leaps.wrong",
    "truth.leaps.unresolved",
    "truth.leaps.retracted",
    "truth.speed.standard",
    "truth.speed.historic",
)
DATASETS = 10_000_000
RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
METERS = (
    "sim:?mode=standard&contract=hc&seed=11",
    "sim:?mode=standard&contract=tempo&phases=3&producer=on&pv=6000&seed=12",
    "sim:?mode=standard&contract=base&ev=7000&heatpump=3000&seed=13",
    "sim:?mode=standard&contract=weekend&offpeak=1830-1930&seed=14",
    "sim:?mode=historic&contract=base&seed=15",
    "sim:?mode=historic&contract=hc&offpeak=1830-1930&seed=16",
    "sim:?mode=historic&contract=tempo&phases=3&seed=17",
    "sim:?mode=historic&contract=ejp&meter=cbe&seed=18",
)
LEAP_WH = 600_000
LENGTHS = (1, 2, 3, 4, 5, 10, 30, 100, 500)
SILENCES_S = (600, 86_400, 5 * 86_400, 30 * 86_400)
LIARS = {
    "sim:?mode=standard&contract=hc&seed=21": ("running", "resting", "total", "all"),
    "sim:?mode=standard&contract=tempo&phases=3&producer=on&pv=6000&seed=22": ("all", "export"),
    "sim:?mode=historic&contract=base&seed=23": ("running",),
    "sim:?mode=historic&contract=hc&seed=24": ("running", "resting", "all"),
    "sim:?mode=historic&contract=tempo&phases=3&seed=25": ("running",),
}
AFTERWARDS = 40
"""Frames after a lie in which all must be well again."""


def figures() -> Iterator[Figure]:
    yield from _noise()
    yield from _leaps()
    yield from _speed()


# -- noise -------------------------------------------------------------------------------------


class Verdict(NamedTuple):
    """Counted over a stream.

    Attributes:
        datasets: read; wrong: settled totals that are not what the meter meant.
        delays: frames from arrival until settled -> how often.
        genuine, told: indexes read rightly, and those of them that became final.
    """

    datasets: int
    wrong: int
    delays: Counter[int]
    genuine: int
    told: int


def _noise() -> Iterator[Figure]:
    wrong = datasets = genuine = told = 0
    delays: Counter[int] = Counter()
    share = DATASETS // len(METERS) // len(RATES)
    for meter in METERS:
        sent = transmissions(meter, share)
        for rate in RATES:
            verdict = judge_noise(sent, rate, seed=round(rate * 1e6))
            wrong, datasets = wrong + verdict.wrong, datasets + verdict.datasets
            genuine, told = genuine + verdict.genuine, told + verdict.told
            delays += verdict.delays
            _report(f"{meter} {rate}: {verdict.datasets} datasets, {dict(verdict.delays)}")
    _report(f"{datasets} datasets read, delays in frames: {sorted(delays.items())}")
    yield Figure("truth.noise.wrong", wrong, f"of {genuine} values", "= 0", wrong == 0)
    longest, share_told = max(delays), told / genuine * 100
    yield Figure("truth.noise.delay", longest, "frames", "<= 3", longest <= 3)
    yield Figure("truth.noise.told", share_told, "%", ">= 99", share_told >= 99)


def judge_noise(sent: list[Transmission], rate: float, seed: int) -> Verdict:
    """Tell the engine these transmissions over a line with such noise."""
    truth, waiting = Truth(), dict[datetime, tuple[int, Mapping[str, int], frozenset[str]]]()
    delays: Counter[int] = Counter()
    datasets = wrong = genuine = told = 0
    for number, each in enumerate(noisy(sent, rate, seed)):
        right = _genuine(each)
        waiting[each.reading.received_at] = number, each.truth, right
        datasets, genuine = datasets + len(each.reading.frame.datasets), genuine + len(right)
        for settled in truth.judge(each.reading).settled:
            came, true, right = waiting.pop(settled.received_at)
            delays[number - came] += 1
            wrong += sum(true.get(name, wh) != wh for name, wh in settled.totals.items())
            told += len(right & settled.totals.keys())
        for old in [at for at, (came, *_) in waiting.items() if came < number - 20]:
            del waiting[old]
    return Verdict(datasets, wrong, delays, genuine, told)


def _genuine(told: Told) -> frozenset[str]:
    """The indexes that were read as the meter meant them."""
    return frozenset(
        INDEXES[dataset.label]
        for dataset in told.reading.frame.datasets
        if dataset.label in INDEXES and told.truth.get(INDEXES[dataset.label]) == dataset.value
    )


# -- leaps -------------------------------------------------------------------------------------


def stories() -> Iterator[tuple[str, Story, int]]:
    """Where the lie is, the story, and every how many frames the engine is stopped and restored."""
    steps = (LEAP_WH, -LEAP_WH)
    for (settings, subjects), step, length in product(LIARS.items(), steps, LENGTHS):
        for subject in subjects:
            end = length + AFTERWARDS
            lie = Lie(50, length, step, subject)
            yield "amid", Story(settings, 50 + end, (lie,)), 0
            yield "restarts", Story(settings, 50 + end, (lie,)), 7
            yield "late", Story(settings, 1200 + end, (lie._replace(first=1200),)), 0
            yield "early", Story(settings, 4 + end, (lie._replace(first=4),)), 0
            yield "start", Story(settings, end + 640, (lie._replace(first=0),)), 0
            for silence_s in SILENCES_S:
                yield "silence", Story(settings, 50 + end, (lie,), 50, silence_s), 0
                yield "silence", Story(settings, 50 + end, (lie,), 45, silence_s), 0
            firsts = range(50, 50 + 5 * (length + 6), length + 6) if length <= 100 else (50, 700)
            lies = tuple(lie._replace(first=first) for first in firsts)
            yield "repeated", Story(settings, lies[-1].first + end, lies), 11
            ones = tuple(lie._replace(first=50 + 2 * n, frames=1) for n in range(length))
            yield "alternating", Story(settings, 50 + 2 * length + AFTERWARDS, ones), 0


def _leaps() -> Iterator[Figure]:
    wrong = unresolved = false_starts = retracted = count = 0
    places: Counter[str] = Counter()
    for count, (place, story, restart) in enumerate(stories(), 1):
        outcome = judge_story(story, restart)
        places[place] += 1
        if place == "start" and story.lies[0].frames >= 3:
            false_starts += 1
            retracted += any(event.kind is EventKind.RETRACTED for event in outcome.events)
        else:
            wrong += outcome.wrong
        if place != "silence":
            unresolved += not outcome.whole
        if count % 200 == 0:
            _report(f"{count} stories, {wrong} wrong, {unresolved} unresolved, {dict(places)}")
    yield Figure("truth.leaps.wrong", wrong, f"in {count} stories", "= 0", wrong == 0)
    yield Figure("truth.leaps.unresolved", unresolved, "stories", "= 0", unresolved == 0)
    share = retracted / false_starts * 100
    yield Figure("truth.leaps.retracted", share, "% of false starts", "= 100", share == 100)


class Outcome(NamedTuple):
    """Settled totals that are false, whether in the end all is told again, the events."""

    wrong: int
    whole: bool
    events: list[Event]


def judge_story(story: Story, restart: int = 0) -> Outcome:
    """Tell the engine a story; ``restart``: stop it and restore it every so many frames."""
    truth, truths, events = Truth(), dict[datetime, Mapping[str, int]](), list[Event]()
    wrong, whole = 0, False
    for number, told in enumerate(story.tell()):
        if restart and number % restart == 0:
            truth = Truth.restore(json.loads(json.dumps(truth.state())))
        truths[told.reading.received_at] = told.truth
        judgement = truth.judge(told.reading)
        events += judgement.events
        for settled in judgement.settled:
            true = truths[settled.received_at]
            wrong += sum(true[name] != wh for name, wh in settled.totals.items())
            whole = settled.totals.keys() == true.keys()
    return Outcome(wrong, whole, events)


# -- speed -------------------------------------------------------------------------------------


def _speed() -> Iterator[Figure]:
    """The best of several interleaved rounds, like all speeds."""
    for mode, goal in (("standard", 1.5), ("historic", 5)):
        settings = f"sim:?mode={mode}&contract=hc&seed=1"
        frames = clean_frames(settings)
        line = b"".join(frame.raw for frame, _ in frames)
        readings = [Reading("meter", "house", at, frame) for frame, at in frames]
        decoding, judging = [], []
        for _ in range(7):
            start = process_time()
            Decoder().feed(line)
            decoding.append(process_time() - start)
            truth, start = Truth(), process_time()
            for reading in readings:
                truth.judge(reading)
            judging.append(process_time() - start)
        share = min(judging) / min(decoding)
        yield Figure(f"truth.speed.{mode}", share, "of decoding", f"<= {goal}", share <= goal)


def _report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
