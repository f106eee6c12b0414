"""pyteleinfo, the library behind Home Assistant's own integration, agrees with the simulator.

What it cannot read is written down here as it is; the simulator follows the specification.
"""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from telewatt.lines import Chunk, Pty, feed
from telewatt.simulator import Transmission, parse_settings, simulate
from telewatt.tic import Mode, Status, encode_dataset

pytestmark = pytest.mark.real

START = datetime(2025, 1, 15, 20, 59, tzinfo=UTC)
PEER = Path(__file__).with_name("ask_pyteleinfo.py")
OVERCURRENT = "events=%2B20s overcurrent kva=30 for=20s; %2B60s idle for=5s"


def ask(pyteleinfo: Path, **question: object) -> list[object]:
    done = subprocess.run(
        [pyteleinfo / "python", PEER],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    return json.loads(done.stdout)


def sent_during(settings: str, seconds: int) -> list[Transmission]:
    end = START + timedelta(seconds=seconds)
    sent = []
    for transmission in simulate(parse_settings(settings), START):
        if transmission.time >= end:
            return sent
        sent.append(transmission)
    return sent


def said(transmission: Transmission) -> dict[str, str]:
    return {dataset.label: dataset.data for dataset in transmission.datasets}


@pytest.mark.parametrize("phases", [1, 3])
@pytest.mark.parametrize("meter", ["linky", "cbe", "cbe_icc"])
def test_it_reads_every_historic_frame_as_the_simulator_meant_it(
    pyteleinfo: Path, meter: str, phases: int
):
    whole: list[Transmission] = []
    for contract in ("base", "hc", "ejp", "tempo"):
        settings = f"mode=historic&meter={meter}&phases={phases}&contract={contract}"
        sent = sent_during(f"{settings}&{OVERCURRENT}", 150)
        complete = [transmission for transmission in sent if transmission.status is Status.COMPLETE]
        labels = {dataset.label for transmission in complete for dataset in transmission.datasets}
        assert labels & {"ADPS", "ADIR1", "ADIR2", "ADIR3"}
        assert any(list(said(transmission)) == ["ADCO"] for transmission in complete)
        whole += complete
    assert len(whole) > 200
    read = ask(pyteleinfo, frames=[transmission.line.hex() for transmission in whole])
    assert read == [said(transmission) for transmission in whole]


def test_it_refuses_a_whole_frame_that_the_meter_broke_off(pyteleinfo: Path):
    sent = sent_during(f"mode=historic&phases=3&{OVERCURRENT}", 60)
    broken = [t for t in sent if t.status is Status.INTERRUPTED]
    assert broken
    read = ask(pyteleinfo, frames=[transmission.line.hex() for transmission in broken])
    assert read == ["FrameFormatError"] * len(broken)


def test_in_standard_mode_it_refuses_a_space_and_leaves_the_horodate_in_the_data(
    pyteleinfo: Path,
):
    sent = sent_during("contract=tempo&phases=3&producer=yes", 3)[0].datasets
    encoded = [encode_dataset(Mode.STANDARD, *dataset) for dataset in sent]
    read = ask(pyteleinfo, datasets=[dataset.hex() for dataset in encoded])
    refused = [b" " in dataset for dataset in encoded]
    assert any(refused)
    assert not all(refused)
    for dataset, answer, spaces in zip(sent, read, refused, strict=True):
        data = dataset.data if dataset.horodate is None else f"{dataset.horodate}\t{dataset.data}"
        assert answer == ("InfoGroupFormatError" if spaces else [dataset.label, data])


async def test_it_reads_a_live_line_as_home_assistant_does(pyteleinfo: Path, tmp_path: Path):
    sent: list[Transmission] = []

    def chunks() -> Iterator[Chunk]:
        for transmission in simulate(parse_settings("mode=historic&contract=tempo"), START):
            sent.append(transmission)
            yield Chunk(transmission.time, transmission.line, transmission.baud)

    async with Pty(tmp_path / "linky") as line:
        feeding = asyncio.create_task(feed(chunks(), line))
        read = await asyncio.to_thread(ask, pyteleinfo, port=line.address, count=3)
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
    assert len(read) == 3
    assert set(read) <= {transmission.line.hex() for transmission in sent}
