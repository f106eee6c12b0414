from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from telewatt.esphome.answers import MeterAnswers, read_meter
from telewatt.esphome.labels import labels_sent, meter_of
from telewatt.simulator import parse_settings, simulate
from telewatt.tic import Decoder, Mode
from telewatt.tic.labels import TABLE

START = datetime(2025, 1, 15, 10, tzinfo=UTC)
METERS = [
    ("standard base", "contract=base"),
    ("standard hc tri", "contract=hc&phases=3"),
    ("standard tempo producer", "contract=tempo&producer=yes&pv=3000"),
    ("standard tempo tri producer", "contract=tempo&phases=3&producer=yes"),
    ("historic base", "mode=historic&contract=base"),
    ("historic hc tri", "mode=historic&contract=hc&phases=3"),
    ("historic ejp", "mode=historic&contract=ejp"),
    ("historic tempo tri", "mode=historic&contract=tempo&phases=3"),
]
IDLE = {f"EASF{number:02}" for number in range(1, 11)}


def labels_of(settings: str) -> set[str]:
    frames = islice(simulate(parse_settings(settings), START), 3)
    return {dataset.label for frame in frames for dataset in frame.datasets}


@pytest.mark.parametrize(("words", "settings"), METERS)
def test_a_meter_in_words_sends_what_the_simulated_one_sends(words: str, settings: str):
    meter = read_meter("house", words)
    said, sent = set(labels_sent(meter)), labels_of(settings)
    assert sent - said <= IDLE  # indexes the contract does not use
    assert {x for x in said - sent if not TABLE[meter.mode][x][0].optional} == set()


@pytest.mark.parametrize(("words", "settings"), METERS)
def test_a_meter_is_known_by_its_capture(words: str, settings: str):
    line = b"".join(s.line for s in islice(simulate(parse_settings(settings), START), 3))
    decoder = Decoder()
    meter = meter_of("house", [*decoder.feed(line), *decoder.close()])
    said = read_meter("house", words)
    assert meter is not None
    assert (meter.mode, meter.phases, meter.contract, meter.producer) == (
        *(said.mode, said.phases, said.contract, said.producer),
    )
    assert set(labels_sent(meter)) <= set(labels_sent(said))
    assert meter.labels is not None
    assert set(labels_sent(meter)) >= set(meter.labels)


def test_what_a_meter_sends_at_some_hours_only_is_not_missed_by_a_capture():
    short = MeterAnswers("house", Mode.HISTORIC, labels=("ADCO", "BASE", "PTEC", "PAPP"))
    assert labels_sent(short) == ("ADCO", "BASE", "PTEC", "ADPS", "PAPP")


def test_no_frame_is_no_meter():
    assert meter_of("house", []) is None


def test_every_capture_of_the_field_gives_a_meter(shared: Path):
    for path in sorted((shared / "captures").glob("[hs]_*.tic")):
        decoder = Decoder()
        meter = meter_of("house", [*decoder.feed(path.read_bytes()), *decoder.close()])
        assert meter is not None, path.name
        assert meter.mode is (Mode.STANDARD if path.name.startswith("s_") else Mode.HISTORIC)
        assert labels_sent(meter), path.name
