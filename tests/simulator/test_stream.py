"""The stream: wire timing, determinism, and a decoder that finds the truth."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice

import pytest

from telewatt.simulator import MeterSettings, Transmission, parse_settings, simulate, stream_bytes
from telewatt.tic import Decoder, Frame, add_parity

START = datetime(2025, 1, 15, 17, tzinfo=UTC)


def transmissions(text: str, count: int, start: datetime = START) -> list[Transmission]:
    settings = parse_settings(text)
    return list(islice(simulate(settings, settings.start or start), count))


def decoded(lines: Iterable[bytes]) -> list[Frame]:
    decoder = Decoder()
    frames = [frame for line in lines for frame in decoder.feed(line)]
    return frames + list(decoder.close())


SETTINGS = [
    pytest.param(
        f"mode={mode}&contract={contract}&phases={phases}&kva=12",
        marks=() if contract in ("hc", "tempo") else pytest.mark.slow,
    )
    for mode in ("standard", "historic")
    for contract in ("base", "hc", "ejp", "tempo", "weekend", "sale")
    for phases in (1, 3)
]
SETTINGS += [
    "contract=hc&phases=3&producer=yes&pv=6000&start=2025-06-15T13:00",
    "contract=base&producer=yes&pv=3000&start=2025-06-15T13:00",
    "contract=free&calendar=mon-fri@0000:1c,0600:2,2200:1c/sat-sun@0000:10",
    "mode=historic&meter=cbe&contract=hc",
    "mode=historic&meter=cbe&contract=ejp&phases=3&kva=9",
    "mode=historic&meter=cbe_icc&contract=tempo",
]


@pytest.mark.parametrize("text", SETTINGS)
def test_every_frame_of_every_setting_decodes_to_the_truth(text: str) -> None:
    sent = transmissions(text, 40)
    for lines in ([one.line for one in sent], [add_parity(one.line) for one in sent]):
        frames = decoded(lines)
        assert [f.status for f in frames] == [one.status for one in sent]
        for one, frame in zip(sent, frames, strict=True):
            assert frame.rejected == ()
            assert tuple((d.label, d.data, d.horodate) for d in frame.datasets) == one.datasets
            assert frame.mode is one.mode


@pytest.mark.parametrize(
    "text",
    [
        "mode=historic&phases=3&kva=9&events=+5s overcurrent kva=6 for=30s phase=2",
        "mode=historic&meter=cbe&kva=6&events=+5s overcurrent kva=9 for=30s",
        "mode=historic&events=+10s mode standard;+40s mode historic",
        "contract=hc&events=+5s outage for=10m;+15m clock degraded offset=-3h",
        "contract=tempo&every=1m&events=+1m peak pm=2;+2m ultrashort BONJOUR;+3m replace",
    ],
)
def test_events_decode_to_the_truth(text: str) -> None:
    """Every dataset the meter sent in full is found, in its frame and in its order."""
    sent = transmissions(text, 120)
    for lines in ([one.line for one in sent], [add_parity(one.line) for one in sent]):
        frames = decoded(lines)
        found = [(d.label, d.data, d.horodate) for frame in frames for d in frame.datasets]
        assert found == [dataset for one in sent for dataset in one.datasets]
        assert [f.status for f in frames] == [one.status for one in sent]


def test_the_same_seed_and_start_give_the_same_bytes() -> None:
    settings = parse_settings("contract=tempo&phases=3&seed=7&ev=7000&pv=3000")
    assert stream_bytes(settings, 50_000) == stream_bytes(settings, 50_000)


def test_another_seed_is_another_meter() -> None:
    first, second = MeterSettings(seed=1), MeterSettings(seed=2)
    assert first.meter_address != second.meter_address
    assert stream_bytes(first, 2000) != stream_bytes(second, 2000)
