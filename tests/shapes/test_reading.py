"""One shape for one thing: its members, their documentation, and every end that writes it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from telewatt.derivation import Judged
from telewatt.language import Text
from telewatt.quality import LineReport
from telewatt.service.feed import reading_line
from telewatt.shapes.reading import entry_object, event_object, line_object, reading_object
from telewatt.sinks.mqtt.meter import Meter
from telewatt.sinks.mqtt.payload import history_text
from telewatt.sinks.mqtt.topics import Topics
from telewatt.tic import Mode
from telewatt.truth import Event, EventKind
from telewatt.web.readings import Readings
from telewatt.web.schemas import EVENT, LINE, READING
from tests.sinks.judging import judged
from tests.truth.readings import START, reading

FRAMES = [
    reading(n * 2.0, Mode.HISTORIC, HCHC=5_000_000, HCHP=7_000_000, PAPP=750, PTEC="HP..")
    for n in range(6)
]
EVENT_TOLD = Event(
    EventKind.POWER, START, START, "ISOUSC", "30", "45", Text("another power", "autre puissance")
)


@pytest.fixture(scope="module")
def newest() -> Judged:
    entry = judged(FRAMES)[-1]
    return entry._replace(judgement=entry.judgement._replace(events=(EVENT_TOLD,)))


def line() -> dict[str, Any]:
    report = LineReport(
        *("house", None, "silent", False, Text("plug it in", "branchez-le")),
        *(12, {"complete": 3}, 30, 1, {"checksum": 2}, 1),
    )
    return line_object(report)


def test_a_reading_has_what_it_has_settled_with_its_time(newest: Judged) -> None:
    told = reading_object(newest)
    (settled,) = told["settled"]
    assert settled["received_at"] == told["received_at"]
    assert settled["totals"] == newest.judgement.settled[0].totals
    assert told["texts"] == {"period": "HP.."}


def test_an_event_has_its_text_in_both_languages(newest: Judged) -> None:
    (event,) = reading_object(newest)["events"]
    assert event["text"] == {"en": "another power", "fr": "autre puissance"}
    assert (event["line"], event["meter"]) == (newest.reading.source, newest.reading.meter)


def test_every_end_tells_the_same_of_an_entry(newest: Judged) -> None:
    told = entry_object(newest)
    meter = Meter(newest, Topics("telewatt"), retain=True, now_s=0.0)
    state, *_, event = (message.payload for message in meter.take(newest))
    page = Readings(lambda judged: "house").take(newest)
    for found in (json.loads(state), json.loads(history_text(newest, ())), page):
        assert {name: found[name] for name in told} == told
    assert json.loads(reading_line(newest)) == reading_object(newest)
    assert [json.loads(event)] == reading_object(newest)["events"]
    assert page["events"] == [{"who": "house", **json.loads(event)}]
    assert {"totals", "totals_at"} <= page.keys() & json.loads(state).keys()


def test_the_api_describes_them_with_what_it_adds(newest: Judged) -> None:
    added = {"who", "totals", "totals_at", "datasets", "repaired", "rejected", "situation"}
    assert {*READING["properties"]} == {*entry_object(newest), "events"} | added
    assert {*EVENT["properties"]} == {"who", *event_object(None, "", EVENT_TOLD)}
    assert {*LINE["properties"]} == {*line(), "last_frame_at", "stale"}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_member_is_documented(newest: Judged, language: str) -> None:
    page = Path(__file__).parents[2] / "docs" / language / "outputs.md"
    _, a_reading, event, rest = page.read_text().split("\n### ")
    sections = a_reading, event, rest.split("\n## ")[0]
    shapes = reading_object(newest), event_object(None, "", EVENT_TOLD), line()
    for section, shape in zip(sections, shapes, strict=True):
        rows = re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE)
        assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == {*shape}
