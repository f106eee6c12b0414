"""A supervised line from its address to its readings, on real pseudo-terminals and TCP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from telewatt import sources
from telewatt.lines import Chunk, Pty, Tcp, feed
from telewatt.reading import Reading
from telewatt.simulator.settings import parse_settings
from telewatt.simulator.stream import simulate
from telewatt.sources import LineState, LineStatus, file, line, stdin, trial
from telewatt.sources.line import Line
from telewatt.tic import Mode, Status
from tests.sources.meters import LINKY, OTHER, make_frame, wire

pytestmark = pytest.mark.usefixtures("descriptors_stay")
READING = LineState.READING


class Watched:
    """A line and all it said; a test waits for what it expects, never for a time."""

    def __init__(self, url: str, **options: object) -> None:
        self.readings: list[Reading] = []
        self.statuses: list[LineStatus] = []
        self.meters: list[tuple[str | None, str]] = []
        self._changed = asyncio.Event()
        self.line = Line(
            url,
            "house",
            self._note(self.readings.append),
            on_state=self._note(self.statuses.append),
            on_meter=lambda before, now: self.meters.append((before, now)),
            **options,  # type: ignore[arg-type]
        )

    @property
    def states(self) -> list[LineState]:
        return [status.state for status in self.statuses]

    def _note(self, keep: Callable[..., None]) -> Callable[..., None]:
        def note(said: Reading | LineStatus) -> None:
            keep(said)
            self._changed.set()

        return note

    async def until(self, condition: Callable[[], object], seconds: float = 20.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def until_state(self, state: LineState, seconds: float = 20.0) -> None:
        await self.until(lambda: self.line.status.state is state, seconds)

    def complete(self) -> list[Reading]:
        return [r for r in self.readings if r.frame.status is Status.COMPLETE]


@asynccontextmanager
async def running(url: object, **options: object) -> AsyncIterator[Watched]:
    watched = Watched(str(url), **options)
    task = asyncio.create_task(watched.line.run())
    try:
        yield watched
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()


@asynccontextmanager
async def sending(pty: Pty, chunks: Iterator[Chunk]) -> AsyncIterator[None]:
    """The line keeps talking while the block runs."""
    task = asyncio.create_task(feed(chunks, pty))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def endless(mode: Mode = Mode.STANDARD, meter: str | None = LINKY) -> Iterator[Chunk]:
    return wire([make_frame(mode, meter, n) for n in range(4000)], mode)


def noise() -> Iterator[Chunk]:
    """Characters of the protocol, but never a dataset."""
    return wire([b"\nPAPP 00750 Z\r" * 20] * 400)


async def test_a_file_is_read_to_its_end_and_every_frame_is_filed(tmp_path: Path) -> None:
    capture = tmp_path / "x.tic"
    capture.write_bytes(b"".join(make_frame(index_wh=n) for n in range(50)))
    watched = Watched(f"file:{capture}")
    await watched.line.run()
    assert [r.frame.datasets[1].value for r in watched.readings] == list(range(50))
    assert {r.meter for r in watched.readings} == {LINKY}
    assert {r.source for r in watched.readings} == {"house"}
    assert watched.states == [
        LineState.OPENING,
        LineState.PROBING,
        READING,
        LineState.ENDED,
    ]
    assert watched.line.counters.datasets == 150
    assert watched.line.counters.frames == {Status.COMPLETE: 50}


async def test_every_byte_of_every_capture_comes_out_in_a_frame(
    shared: Path, tmp_path: Path
) -> None:
    for capture in sorted((shared / "captures").glob("*.tic")):
        watched = Watched(f"file:{capture}")
        await watched.line.run()
        raw = b"".join(reading.frame.raw for reading in watched.readings)
        assert capture.read_bytes().startswith(raw)
        assert watched.line.counters.bytes == capture.stat().st_size


async def test_the_arrival_of_a_frame_is_told_in_whole_milliseconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = datetime(2026, 3, 1, 12, 0, 59, 999_999, tzinfo=UTC)
    monkeypatch.setattr(file, "arrived", lambda data: sources.Chunk(data, time))
    capture = tmp_path / "x.tic"
    capture.write_bytes(make_frame())
    watched = Watched(f"file:{capture}")
    await watched.line.run()
    (reading,) = watched.readings
    assert reading.received_at == datetime(2026, 3, 1, 12, 0, 59, 999_000, tzinfo=UTC)


@pytest.mark.parametrize("mode", [Mode.HISTORIC, Mode.STANDARD])
async def test_speed_and_mode_are_found_and_the_first_frame_comes_soon(
    mode: Mode, tmp_path: Path
) -> None:
    async with (
        Pty(tmp_path / "tty", strict_speed=True) as pty,
        running(pty.path) as watched,
        sending(pty, endless(mode)),
    ):
        await watched.until(watched.complete, 4)
        assert watched.line.mode is mode
        assert watched.line.speed == {Mode.HISTORIC: 1200, Mode.STANDARD: 9600}[mode]
        assert watched.states == [LineState.OPENING, LineState.PROBING, READING]


@pytest.mark.slow
async def test_a_meter_switched_to_the_other_mode_goes_on_by_itself(tmp_path: Path) -> None:
    async with Pty(tmp_path / "tty", strict_speed=True) as pty, running(pty.path) as watched:
        async with sending(pty, endless(Mode.HISTORIC)):
            await watched.until(watched.complete)
        async with sending(pty, endless(Mode.STANDARD)):
            await watched.until(lambda: watched.line.mode is Mode.STANDARD)
        async with sending(pty, endless(Mode.HISTORIC)):
            await watched.until(lambda: watched.line.mode is Mode.HISTORIC)
    assert {r.meter for r in watched.readings} == {LINKY}
    assert watched.meters == [(None, LINKY)]


@pytest.mark.slow
async def test_meters_exchanged_in_the_middle_of_a_frame_are_both_read_again_soon(
    tmp_path: Path,
) -> None:
    def exchanged(before: Mode, after: Mode) -> Iterator[Chunk]:
        whole = make_frame(before, LINKY)
        yield from wire([whole] * 5 + [whole[: len(whole) * 2 // 3]], before)
        yield from endless(after, OTHER)

    async with (
        Pty(tmp_path / "one", strict_speed=True) as one,
        Pty(tmp_path / "two", strict_speed=True) as two,
        running(one.path) as first,
        running(two.path) as second,
    ):
        first_stream = exchanged(Mode.HISTORIC, Mode.STANDARD)
        second_stream = exchanged(Mode.STANDARD, Mode.HISTORIC)
        async with sending(one, first_stream), sending(two, second_stream):
            await first.until(first.complete)
            await second.until(second.complete)
            await first.until(lambda: first.line.speed == 9600 and first.line.meter == OTHER, 10)
            await second.until(lambda: second.line.meter == OTHER, 10)
    assert (first.line.mode, second.line.mode) == (Mode.STANDARD, Mode.HISTORIC)


async def test_a_silent_line_is_silent_and_then_read(tmp_path: Path) -> None:
    async with Pty(tmp_path / "tty") as pty, running(pty.path) as watched:
        await watched.until_state(LineState.SILENT)
        assert "I1-I2" in watched.line.status.remedy.fr
        async with sending(pty, endless()):
            await watched.until_state(READING, 2)


@pytest.mark.slow
async def test_noise_without_one_dataset_is_noise_and_then_read(tmp_path: Path) -> None:
    async with Pty(tmp_path / "tty") as pty, running(pty.path) as watched:
        async with sending(pty, noise()):
            await watched.until_state(LineState.NOISE)
            assert watched.readings == []
            assert watched.line.counters.probed_bytes > 0
        async with sending(pty, endless()):
            await watched.until_state(READING)


@asynccontextmanager
async def another_reader(pty: Pty) -> AsyncIterator[int]:
    """A program which has the port open; its pid."""
    pipe = asyncio.subprocess.PIPE
    command = ["sh", "-c", 'exec 3<"$0"; echo open; read end', str(pty.path)]
    other = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert other.stdout is not None
    assert await other.stdout.readline() == b"open\n"
    yield other.pid
    await other.communicate(b"\n")


async def test_silence_because_another_program_reads_the_port_names_it(tmp_path: Path) -> None:
    async with (
        Pty(tmp_path / "tty") as pty,
        another_reader(pty) as pid,
        running(pty.path) as watched,
    ):
        await watched.until_state(LineState.SILENT)
        assert f"sh (pid {pid}) reads the same port" in watched.line.status.remedy.en
        async with sending(pty, endless()):
            await watched.until_state(READING)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["", "serial:"])
async def test_noise_because_another_program_reads_the_port_names_it(
    scheme: str, tmp_path: Path
) -> None:
    async with (
        Pty(tmp_path / "tty") as pty,
        another_reader(pty) as pid,
        running(f"{scheme}{pty.path}") as watched,
        sending(pty, noise()),
    ):
        await watched.until_state(LineState.NOISE)
        assert f"sh (pid {pid}) reads the same port" in watched.line.status.remedy.en


@pytest.mark.slow
async def test_a_wrong_configured_speed_names_the_right_one(tmp_path: Path) -> None:
    async with (
        Pty(tmp_path / "tty", strict_speed=True) as pty,
        running(pty.path, speed=9600) as watched,
        sending(pty, endless(Mode.HISTORIC)),
    ):
        await watched.until_state(LineState.WRONG_SPEED)
        assert "1200 Bd, but 9600 Bd is configured" in watched.line.status.remedy.en
        assert watched.readings == []


async def test_a_port_not_there_yet_is_unplugged_and_read_when_it_comes(tmp_path: Path) -> None:
    pty = Pty(tmp_path / "tty")
    loop = asyncio.get_running_loop()
    async with running(pty.path) as watched:
        await watched.until_state(LineState.UNPLUGGED)
        async with pty, sending(pty, endless()):
            plugged = loop.time()
            await watched.until_state(READING)
            assert loop.time() - plugged < 2


async def test_an_unplugged_port_is_noticed_and_read_again_within_two_seconds(
    tmp_path: Path,
) -> None:
    loop = asyncio.get_running_loop()
    async with Pty(tmp_path / "tty") as pty, running(pty.path) as watched:
        async with sending(pty, endless()):
            await watched.until(lambda: len(watched.complete()) >= 3)
        await pty.unplug()
        await watched.until_state(LineState.UNPLUGGED, 3)
        await pty.plug()
        plugged = loop.time()
        async with sending(pty, endless()):
            await watched.until_state(READING)
            assert loop.time() - plugged < 2
        assert watched.line.counters.openings == 2


async def test_a_port_another_meter_of_ours_reads_is_busy_then_read(tmp_path: Path) -> None:
    async with Pty(tmp_path / "tty") as pty:
        async with running(pty.path) as first:
            await first.until_state(LineState.PROBING)
            async with running(pty.path) as second:
                await second.until_state(LineState.BUSY)
                remedy = second.line.status.remedy
                assert "by another meter of this configuration" in remedy.en
                assert "par un autre compteur de cette configuration" in remedy.fr
        async with running(pty.path) as third, sending(pty, endless()):
            await third.until_state(READING)


async def test_swapped_cables_are_noticed_and_every_frame_is_filed_right(tmp_path: Path) -> None:
    async with (
        Pty(tmp_path / "one") as one,
        Pty(tmp_path / "two") as two,
        running(one.path) as first,
        running(two.path) as second,
    ):
        async with sending(one, endless()), sending(two, endless(meter=OTHER)):
            await first.until(first.complete)
            await second.until(second.complete)
        async with sending(one, endless(meter=OTHER)), sending(two, endless()):
            await first.until(lambda: len(first.meters) == 2)
            await second.until(lambda: len(second.meters) == 2)
    assert first.meters == [(None, LINKY), (LINKY, OTHER)]
    assert second.meters == [(None, OTHER), (OTHER, LINKY)]
    for reading in [*first.readings, *second.readings]:
        assert reading.frame.meter in (None, reading.meter)


async def test_a_meter_without_address_is_filed_under_the_configured_one(tmp_path: Path) -> None:
    capture = tmp_path / "x.tic"
    capture.write_bytes(make_frame(Mode.HISTORIC, None) * 3)
    watched = Watched(f"file:{capture}", meter="ICE-cellar")
    await watched.line.run()
    assert [r.meter for r in watched.readings] == ["ICE-cellar"] * 3


async def test_a_tcp_bridge_which_hangs_up_is_called_again() -> None:
    async with Tcp("127.0.0.1", 0) as server, running(server.address) as watched:
        await server.ready()
        server.write(make_frame() * 2, 9600)
        await watched.until(watched.complete)
        await server.unplug()
        await watched.until_state(LineState.UNREACHABLE)
        await server.plug()
        await server.ready()
        server.write(make_frame(), 9600)
        await watched.until_state(READING)
        assert watched.line.status.remedy.en == f"reading {server.address}"


async def test_noise_on_tcp_is_noise_and_is_still_reported_byte_by_byte() -> None:
    async with Tcp("127.0.0.1", 0) as server, running(server.address) as watched:
        await server.ready()
        server.write(bytes(range(128, 256)) * 8, 9600)
        await watched.until_state(LineState.NOISE)
    assert sum(len(r.frame.raw) for r in watched.readings) == 1024


@pytest.mark.parametrize("options", ["every=12s&speed=60", "speed=6"])
async def test_a_source_slower_than_the_patience_is_read_without_a_gap(
    options: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "QUIET_S", 0.05)
    monkeypatch.setattr(trial, "QUIET_S", 0.05)
    url = f"sim:?mode=standard&seed=3&start=2025-01-15T18:00&{options}"
    async with running(url) as watched:
        await watched.until(lambda: len(watched.complete()) >= 5)
        assert LineState.SILENT in watched.states
        settings = parse_settings(url.partition(":")[2])
        assert settings.start is not None
        sent = [frame.line for frame in islice(simulate(settings, settings.start), 5)]
        assert b"".join(r.frame.raw for r in watched.readings).startswith(b"".join(sent))


@pytest.mark.slow
@pytest.mark.parametrize("url", ["file:{}", "file:{}?pace=960000", "-", "sim:?speed=0"])
async def test_a_source_without_a_wire_waits_for_who_takes_its_readings(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "QUIET_S", 1.0)
    monkeypatch.setattr(line, "NOISE_S", 1.0)
    monkeypatch.setattr(trial, "QUIET_S", 1.0)
    frames = [make_frame(index_wh=n) for n in range(2000)]
    (tmp_path / "x.tic").write_bytes(b"".join(frames))
    waits, may_go_on = 0, asyncio.Event()

    async def ready() -> None:
        nonlocal waits
        waits += 1
        await may_go_on.wait()

    loop = asyncio.get_running_loop()
    with (tmp_path / "x.tic").open("rb") as capture:
        monkeypatch.setattr(stdin, "STDIN", capture.fileno())
        async with running(url.format(tmp_path / "x.tic"), ready=ready) as watched:
            await watched.until(lambda: watched.readings)
            patience_is_over = loop.time() + 1.3
            while loop.time() < patience_is_over:
                before = len(watched.readings)
                await asyncio.sleep(0.01)
                assert len(watched.readings) == before
            assert waits == 1
            assert watched.line.status.state is READING
            may_go_on.set()
            await watched.until(lambda: len(watched.readings) >= len(frames))
            assert waits > 1
    assert LineState.SILENT not in watched.states


async def test_a_wire_waits_for_nobody(tmp_path: Path) -> None:
    async def never() -> None:
        raise AssertionError

    async with (
        Pty(tmp_path / "tty") as pty,
        running(pty.path, ready=never) as watched,
        sending(pty, endless()),
    ):
        await watched.until(lambda: len(watched.complete()) >= 3)


async def test_a_source_without_a_wire_does_not_send_anybody_to_the_meter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "QUIET_S", 0.05)
    monkeypatch.setattr(trial, "QUIET_S", 0.05)
    async with running("sim:?mode=standard&speed=0.1") as watched:
        await watched.until_state(LineState.SILENT)
        assert "I1-I2" not in watched.line.status.remedy.en
    (tmp_path / "x.tic").write_bytes(bytes(range(128, 256)) * 8)
    noisy = Watched(f"file:{tmp_path}/x.tic")
    await noisy.line.run()
    assert LineState.NOISE in noisy.states
    assert not any("I1-I2" in status.remedy.en for status in noisy.statuses)


async def test_a_bug_in_the_reader_ends_the_line_loudly(tmp_path: Path) -> None:
    capture = tmp_path / "x.tic"
    capture.write_bytes(make_frame())

    def broken(_: Reading) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Line(f"file:{capture}", "house", broken).run()


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_thousand_re_plugs_leave_no_descriptor_open(tmp_path: Path) -> None:
    before = line_descriptors()
    most = 0
    async with Pty(tmp_path / "tty") as pty, running(pty.path) as watched:
        for number in range(1000):
            await pty.ready()
            pty.write(make_frame(index_wh=number), 9600)
            await watched.until(lambda n=number: len(watched.complete()) > n)
            most = max(most, line_descriptors())
            await pty.unplug()
            if number % 10 == 0:  # else it is back before the line looks again
                await watched.until_state(LineState.UNPLUGGED)
            await pty.plug()
    assert watched.states.count(LineState.UNPLUGGED) >= 999
    assert [r.frame.datasets[1].value for r in watched.complete()] == list(range(1000))
    assert most - before <= 4


def line_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
