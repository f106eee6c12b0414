from __future__ import annotations

import asyncio
from contextlib import aclosing
from itertools import islice

from telewatt.reading import Reading
from telewatt.simulator.settings import parse_settings
from telewatt.simulator.stream import simulate
from telewatt.sources import source_for
from telewatt.sources.line import Line
from telewatt.tic import Mode, Status


async def read(url: str, frames: int) -> list[Reading]:
    readings: list[Reading] = []
    enough = asyncio.Event()

    def keep(reading: Reading) -> None:
        readings.append(reading)
        if len(readings) >= frames:
            enough.set()

    task = asyncio.create_task(Line(url, "house", keep).run())
    await enough.wait()
    task.cancel()
    await asyncio.wait([task])
    return readings


async def test_the_simulated_meter_is_read_without_a_fault() -> None:
    readings = await read("sim:?mode=historic&contract=tempo&speed=0&parity=yes&seed=3", 50)
    assert {reading.frame.status for reading in readings} == {Status.COMPLETE}
    assert {reading.frame.mode for reading in readings} == {Mode.HISTORIC}
    assert len({reading.meter for reading in readings}) == 1


async def test_a_frame_arrives_when_its_last_byte_would() -> None:
    source = source_for("sim:?mode=standard&speed=10&seed=3")
    await source.open(None)
    loop = asyncio.get_running_loop()
    times = [loop.time()]
    async with aclosing(source.chunks()) as chunks:
        async for _ in chunks:
            times.append(loop.time())
            if len(times) == 6:
                break
    frame_s = 0.0902  # 865 bytes at 9600 Bd, ten times as fast
    assert times[1] - times[0] >= frame_s
    assert times[5] - times[0] >= 5 * frame_s
    await source.close()


async def test_opened_again_it_goes_on() -> None:
    settings = parse_settings("mode=standard&speed=0&seed=3&start=2025-01-15T18:00")
    assert settings.start is not None
    source = source_for("sim:?mode=standard&speed=0&seed=3&start=2025-01-15T18:00")
    seen: list[bytes] = []
    for _ in range(3):
        await source.open(None)
        async with aclosing(source.chunks()) as chunks:
            async for chunk in chunks:
                seen.append(chunk.data)
                break
        await source.close()
    assert seen == [frame.line for frame in islice(simulate(settings, settings.start), 3)]
