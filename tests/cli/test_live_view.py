import io
import json
from datetime import UTC, datetime

import pytest
from rich.console import Console

from telewatt.cli.live_view import LiveView, MeterNow, plain_line
from telewatt.reading import Reading
from telewatt.service.feed import frame_line, state_line
from telewatt.shapes.frame import JsonFrames
from telewatt.sources import LineState, LineStatus
from telewatt.tic import Decoder, Mode, encode_dataset, encode_frame

STANDARD = (
    ("ADSC", "031664001115"),
    ("LTARF", "  HEURE  CREUSE "),
    ("EAST", "012345678"),
    ("EAIT", "000000042"),
    ("IRMS1", "004"),
    ("URMS1", "231"),
    ("SINSTS", "00920"),
    ("SINSTI", "00000"),
)
HISTORIC = (
    ("ADCO", "021528603314"),
    ("HCHC", "001000000"),
    ("HCHP", "000500000"),
    ("PTEC", "HP.."),
)


def reading_of(mode, datasets, source="house"):
    line = encode_frame([encode_dataset(mode, *dataset) for dataset in datasets])
    (frame,) = Decoder().feed(line)
    reading = Reading(frame.meter, source, datetime.now(UTC), frame)
    return json.loads(frame_line(reading, JsonFrames()))


def state_of(state, source="house"):
    return json.loads(state_line(source, LineStatus(state, "", (("port", "/dev/ttyUSB0"),))))


def screen_of(view, width, height):
    console = Console(file=io.StringIO(), width=width, height=height)
    console.print(view.draw(height))
    return console.file.getvalue()


def test_a_standard_meter_shows_what_it_draws_and_injects():
    now = MeterNow()
    now.take(reading_of(Mode.STANDARD, STANDARD), 0.0)
    assert now.facts() == {
        "power": "920 VA",
        "injected": "0 VA",
        "current": "4 A",
        "voltage": "231 V",
        "index": "12 345 678 Wh",
        "injected index": "42 Wh",
        "tariff": "HEURE  CREUSE",
    }


def test_the_registers_of_a_historic_meter_are_one_index():
    now = MeterNow()
    now.take(reading_of(Mode.HISTORIC, HISTORIC), 0.0)
    assert now.facts() == {"index": "1 500 000 Wh", "tariff": "HP.."}


def test_the_rate_is_that_of_the_last_half_minute():
    now = MeterNow()
    for second in range(100):
        now.take(reading_of(Mode.HISTORIC, HISTORIC), float(2 * second))
    assert now.frames_per_s(198.0) == pytest.approx(0.5)
    assert now.frames_per_s(500.0) == 0


@pytest.mark.parametrize(("width", "height"), [(100, 40), (60, 24), (30, 5), (20, 3)])
def test_every_meter_is_on_the_screen_whatever_its_size(width, height):
    view = LiveView("en", from_service=True)
    view.take(reading_of(Mode.STANDARD, STANDARD, "solar"))
    view.take(reading_of(Mode.HISTORIC, HISTORIC, "house"))
    lines = screen_of(view, width, height).splitlines()
    assert all(any(name in line for line in lines) for name in ("solar", "house"))
    assert all(len(line) <= width for line in lines)


def test_a_line_in_trouble_shows_its_remedy_in_the_language_of_the_user():
    view = LiveView("fr", from_service=False)
    view.take(state_of(LineState.SILENT))
    assert "porteuse" in screen_of(view, 100, 40)


def test_without_a_terminal_an_event_is_one_line():
    event = reading_of(Mode.HISTORIC, HISTORIC)
    assert plain_line(event, "en") == (
        "house: 021528603314, historic mode, complete: 1 500 000 Wh, HP.."
    )
    assert "plug the adapter in" in plain_line(state_of(LineState.UNPLUGGED), "en")


def test_watts_are_shown_as_an_estimate_with_their_error():
    now = MeterNow()
    now.take({"settled": [], "active": None}, 0.0)
    assert "active" not in now.facts()
    active = {"w": 1240, "error_w": 60, "time_constant_s": 45}
    now.take({"settled": [], "active": active}, 0.0)
    assert now.facts()["active"] == "≈ 1240 W ± 60 (45 s)"
