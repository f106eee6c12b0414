from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telewatt.sources.line import LONGEST_RETRY_S
from telewatt.sources.pacing import LONGEST_SLEEP_S, Pacer

ETX, LF, CHARACTER = 0x03, 0x0A, 0x41
EPOLL_S = 0.001  # the event loop sleeps whole milliseconds
WAKE_S = 0.0001


def arrivals(
    rng: Random, baud: int, lengths: list[int], gap_s: float, frames: int
) -> list[tuple[float, int]]:
    """When each byte has arrived: frames 16.7 to 33.4 ms apart, datasets up to ``gap_s``."""
    at, line = 0.0, []
    for _ in range(frames):
        length = rng.choice(lengths)
        at += rng.uniform(0.0167, 0.0334)
        for place in range(length):
            begins = place % 23 == 1
            at += 10 / baud + (rng.uniform(0, gap_s) if begins else 0)
            line.append((at, ETX if place == length - 1 else LF if begins else CHARACTER))
    return line


def play(line: list[tuple[float, int]], baud: int) -> tuple[list[float], int, list[bytes]]:
    """Read a line as a pacer says: how late the first ETX of a read was, wake-ups, the reads."""
    pacer, now, done = Pacer(baud), 0.0, 0
    lates, wakes, reads = [], 0, []
    while done < len(line):
        upto = done
        while upto < len(line) and line[upto][0] <= now:
            upto += 1
        lates += [now - at for at, byte in line[done:upto] if byte == ETX][:1]
        reads.append(bytes(byte for _, byte in line[done:upto]))
        done, wakes = upto, wakes + 1
        pause = pacer.took(reads[-1], now)
        if pause is None:
            now = max(now, line[done][0]) if done < len(line) else now
        else:
            assert 0 < pause <= LONGEST_SLEEP_S
            now += math.ceil(pause / EPOLL_S) * EPOLL_S
        now += WAKE_S
    return lates, wakes, reads


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


@pytest.mark.slow
@settings(max_examples=30)
@given(
    seed=st.integers(0, 1 << 32),
    baud=st.sampled_from([1200, 9600]),
    length=st.integers(80, 1727),
    gap_s=st.sampled_from([0.0, 0.005, 0.0334]),
)
def test_frames_are_read_within_5_ms_of_their_etx_with_few_wake_ups(
    seed: int, baud: int, length: int, gap_s: float
) -> None:
    line = arrivals(Random(seed), baud, [length], gap_s, 24)
    lates, wakes, reads = play(line, baud)
    assert p95(lates[4:]) <= 0.005
    assert b"".join(reads) == bytes(byte for _, byte in line)
    learning = play(line[: 8 * length], baud)[1]
    sleeps = line[-1][0] / 24 / LONGEST_SLEEP_S
    assert (wakes - learning) / 16 <= 14 + sleeps


@settings(max_examples=20)
@given(
    seed=st.integers(0, 1 << 32), lengths=st.lists(st.integers(78, 1150), min_size=2, max_size=4)
)
def test_a_line_with_frames_of_several_lengths_stays_in_time(seed: int, lengths: list[int]) -> None:
    lates, wakes, _ = play(arrivals(Random(seed), 9600, lengths, 0.0, 60), 9600)
    late = [late for late in lates[20:] if late > 0.005]
    assert len(late) <= 6  # after a length not met in the last sixteen frames
    assert wakes / 60 <= 40


@given(seed=st.integers(0, 1 << 32), noise=st.lists(st.binary(max_size=3000), max_size=12))
def test_whatever_was_read_the_pause_is_sane(seed: int, noise: list[bytes]) -> None:
    pacer, now = Pacer(9600), 0.0
    rng, frames_ended = Random(seed), 0
    for data in noise:
        pause = pacer.took(data, now)
        frames_ended += data.count(ETX)
        assert data or pause is None
        assert not data or pause is not None or frames_ended > 1  # near the end of a known frame
        assert pause is None or 0 < pause <= LONGEST_SLEEP_S
        now += rng.uniform(0, 3)


def test_a_slow_line_is_looked_at_often_enough_to_be_back_within_two_seconds() -> None:
    line = arrivals(Random(1), 1200, [1700], 0.0, 4)
    pacer, now, done, longest = Pacer(1200), 0.0, 0, 0.0
    while done < len(line):
        upto = next((n for n, (at, _) in enumerate(line) if at > now), len(line))
        pause = pacer.took(bytes(byte for _, byte in line[done:upto]), now)
        longest, done = max(longest, pause or 0), upto
        now = now + pause if pause else line[min(done, len(line) - 1)][0]
    assert longest > 0
    assert longest + LONGEST_RETRY_S <= 2


def test_an_idle_line_is_waited_for_not_polled() -> None:
    line = arrivals(Random(1), 9600, [865], 0.0, 20)
    pacer, now = Pacer(9600), 0.0
    for at, byte in line:
        now = at
        pacer.took(bytes((byte,)), now)
    assert pacer.took(b"", now + 1) is None


def test_a_stream_faster_than_a_line_is_not_held_back() -> None:
    frame = bytes([2, *[CHARACTER] * 863, ETX])
    pacer = Pacer(9600)
    for _ in range(10):
        pacer.took(frame, 0.0)
    pause = pacer.took(frame * 20, 1.0)
    assert pause is not None
    assert pause < 0.01
