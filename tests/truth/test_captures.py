"""Real meters: what they send is believed, all of it, without a doubt."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from telewatt.reading import Reading
from telewatt.tic import Decoder, Frame, Mode
from telewatt.truth import EventKind, Judgement, Truth

BAUD = {Mode.STANDARD: 9600, Mode.HISTORIC: 1200, Mode.HISTORIC_HT: 1200}
DOUBTS = (EventKind.DOUBTFUL, EventKind.RESET, EventKind.RETRACTED)
ENOUGH = 5  # frames


def frames_of(path: Path) -> list[Frame]:
    decoder = Decoder()
    return decoder.feed(path.read_bytes()) + decoder.close()


def judge(frames: list[Frame]) -> Iterator[tuple[Frame, Judgement]]:
    """One meter at the speed of its wire; several meters in a file are several meters."""
    at, truths = datetime(2025, 1, 1, tzinfo=UTC), {}
    for frame in frames:
        at += timedelta(seconds=10 * len(frame.raw) / BAUD[frame.mode] + 0.025)
        truth = truths.setdefault(frame.meter, Truth())
        yield frame, truth.judge(Reading(frame.meter, "capture", at, frame))
    for truth in truths.values():
        yield frames[-1], truth.close()


@pytest.fixture(scope="module")
def captures(shared: Path) -> list[Path]:
    return sorted((shared / "captures").glob("*.tic"))


def test_no_real_index_is_doubted(captures: list[Path]):
    for path in captures:
        events = [event for _, judgement in judge(frames_of(path)) for event in judgement.events]
        assert [event for event in events if event.kind in DOUBTS] == [], path.name


def test_real_indexes_become_final(captures: list[Path]):
    long = [path for path in captures if len(frames_of(path)) >= ENOUGH]
    assert len(long) >= 8
    for path in long:
        judged = list(judge(frames_of(path)))
        settled = [settled for _, judgement in judged for settled in judgement.settled]
        with_index = [frame for frame, _ in judged if frame.get("BASE") or frame.get("PTEC")]
        assert len(settled) >= len(with_index) - 2, path.name
        assert all("import_wh" in each.totals for each in settled[:-1]), path.name


def test_real_values_are_plausible_but_for_the_known_quirk(captures: list[Path]):
    for path in captures:
        for frame, judgement in judge(frames_of(path)):
            power = frame.get("SINSTS") or frame.get("PAPP")
            if power and judgement.gauges and path.stem != "h_tempo_zeroed":
                assert "apparent_va" in judgement.gauges, path.name
            if path.stem == "s_esphome2060_tri_base":
                assert not {"apparent_1_va", "apparent_2_va"} & judgement.gauges.keys()
