"""What of a meter is told, and when."""

import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

import pytest

from telewatt.derivation import Judge, Judged
from telewatt.reading import Reading
from telewatt.sinks.mqtt.meter import Meter
from telewatt.sinks.mqtt.topics import Message, Topics
from telewatt.tic import Mode, Status
from telewatt.truth.sight import INDEXES
from tests.exchange.houses import readings
from tests.sinks.judging import judged
from tests.truth.readings import dataset, reading

TOPICS = Topics("telewatt")
LABEL = "telewatt/meter/label/"
HC = {"PTEC": "HC..", "ISOUSC": 30}


def historic(number: int, **values: int | str) -> Reading:
    return reading(number * 2.0, Mode.HISTORIC, **(HC | values))


def tell(entries: Iterable[Judged]) -> list[list[Message]]:
    """What each of these makes."""
    meter, told = None, []
    for each in entries:
        meter = meter or Meter(each, TOPICS, retain=True, now_s=0.0)
        told.append(meter.take(each))
    return told


def labels_of(messages: Iterable[Message]) -> dict[str, str]:
    return {
        message.topic.removeprefix(LABEL): message.payload
        for message in messages
        if message.topic.startswith(LABEL)
    }


def state_of(messages: Iterable[Message]) -> dict[str, object]:
    (state,) = (each for each in messages if each.topic == "telewatt/meter/state")
    said: dict[str, object] = json.loads(state.payload)
    return said


def test_only_what_has_changed_is_told_at_once() -> None:
    frames = [historic(n, HCHC=5_000_000, HCHP=7_000_000, PAPP=750) for n in range(6)]
    told = tell(judged([*frames, historic(6, HCHC=5_000_000, HCHP=7_000_000, PAPP=760)]))
    assert labels_of(told[5]) == {}
    assert labels_of(told[6]) == {"PAPP": "760"}
    assert [state_of(each)["seq"] for each in told] == [*range(1, 8)]


def test_an_index_is_told_once_it_is_settled() -> None:
    told = tell(judged(historic(n, HCHC=5_000_000, PAPP=750) for n in range(6)))
    settled = [n for n, each in enumerate(told) if "HCHC" in labels_of(each)]
    assert len(settled) == 1
    assert settled[0] > 0  # the first frame alone proves nothing
    assert "HCHC" not in state_of(told[0])["labels"]
    assert state_of(told[5])["labels"]["HCHC"] == 5_000_000


def test_a_spike_of_an_index_is_never_told() -> None:
    calm = [historic(n, HCHC=5_000_000 + n // 3, PAPP=750) for n in range(30)]
    lies = [historic(30 + n, HCHC=5_600_010, PAPP=750) for n in range(20)]
    after = [historic(50 + n, HCHC=5_000_020, PAPP=750) for n in range(40)]
    told = tell(judged([*calm, *lies, *after]))
    everything = "".join(message.payload for each in told for message in each)
    assert [n for n, each in enumerate(told) if "5600010" in str(labels_of(each))] == []
    states = [state_of(each) for each in told]
    assert all("5600010" not in str(each["labels"]) for each in states)
    assert all("5600010" not in str(each["totals"]) for each in states)
    assert states[40]["labels"]["HCHC"] == 5_000_009  # the last good one
    assert states[-1]["labels"]["HCHC"] == 5_000_020
    assert "5600010" in everything  # only where the doubt is explained, as a life event


def test_an_impossible_power_is_not_told() -> None:
    good = [historic(n, HCHC=5_000_000, PAPP=750, IINST=3) for n in range(3)]
    told = tell(judged([*good, historic(3, HCHC=5_000_000, PAPP=48_370, IINST=3)]))
    assert labels_of(told[3]) == {}
    assert "apparent_va" not in state_of(told[3])["gauges"]


def test_a_dataset_that_is_no_longer_sent_is_told_empty() -> None:
    def over(n: int) -> Reading:
        return historic(n, HCHC=5_000_000, PAPP=750, IINST=31)

    def with_adps(n: int) -> Reading:
        made = over(n)
        frame = made.frame
        datasets = (*frame.datasets, dataset(Mode.HISTORIC, "ADPS", "031"))
        return Reading("meter", "house", made.received_at, frame._replace(datasets=datasets))

    told = tell(judged([*map(over, range(3)), with_adps(3), over(4)]))
    assert labels_of(told[3]) == {"ADPS": "31"}
    assert state_of(told[3])["labels"]["ADPS"] == 31
    assert labels_of(told[4]) == {"ADPS": ""}
    assert "ADPS" not in state_of(told[4])["labels"]


def test_a_damaged_frame_takes_nothing_away() -> None:
    good = [historic(n, HCHC=5_000_000, PAPP=750, IINST=3) for n in range(5)]
    damaged = reading(12.0, Mode.HISTORIC, status=Status.PARTIAL, PTEC="HC..", PAPP=760)
    told = tell(judged([*good, damaged]))
    assert labels_of(told[5]) == {"PAPP": "760"}
    assert state_of(told[5])["labels"]["IINST"] == 3


def test_the_clock_of_a_meter_comes_at_the_pace_of_the_rest() -> None:
    frames = []
    for each in islice(readings("house", "mode=standard&contract=base&seed=1"), 20):
        frames.append(Reading("meter", "house", each.received_at, each.frame))
    told = tell(judged(frames))
    assert all("DATE" not in labels_of(each) for each in told[1:])
    times = [state_of(each)["times"]["DATE"] for each in told]
    assert len(set(times)) > 10


def test_another_mode_takes_the_labels_of_the_old_one_away() -> None:
    old = [historic(n, HCHC=5_000_000, PAPP=750) for n in range(5)]
    new = [reading(60.0 + n, SINSTS=750, EAST=5_000_000, NTARF=1) for n in range(5)]
    told = tell(judged([*old, *new]))
    assert labels_of(told[5])["PAPP"] == ""
    assert "PAPP" not in state_of(told[5])["labels"]
    assert state_of(told[5])["labels"]["SINSTS"] == 750


def test_all_is_told_again_to_a_broker_that_has_lost_it() -> None:
    entries = judged(
        Reading("meter", "house", each.received_at, each.frame)
        for each in islice(readings("house", "mode=standard&contract=tempo&seed=1"), 12)
    )
    meter = Meter(entries[0], TOPICS, retain=True, now_s=0.0)
    told: dict[str, str] = {}
    for each in entries:
        told |= {message.topic: message.payload for message in meter.take(each)}
    again = {message.topic: message.payload for message in meter.everything()}
    del again["telewatt/meter/availability"]
    date = again.pop("telewatt/meter/label/DATE")
    told.pop("telewatt/meter/label/DATE", None)
    told.pop("telewatt/meter/event", None)
    assert again == told
    assert date.endswith("Z")


def test_a_restored_judge_gives_the_same_messages() -> None:
    """What was away goes on: the judge remembers, the meter is told from its next frame on."""
    frames = [historic(n, HCHC=5_000_000 + n, PAPP=750) for n in range(20)]
    judge = Judge()
    entries = [judge.take(n, each) for n, each in enumerate(frames, 1)]
    late = tell(entries[10:])
    assert state_of(late[-1]) == state_of(tell(entries)[-1])


@pytest.mark.parametrize("noise", ["pair:1e-2", "pair:5e-2,flip:1e-3"])  # the checksum is right
@pytest.mark.parametrize("mode", ["historic&contract=hc", "standard&contract=tempo&producer=yes"])
def test_no_index_is_told_that_the_meter_did_not_send(mode: str, noise: str) -> None:
    settings = f"mode={mode}&seed=5&parity=no"
    clean = islice(readings("house", settings), 400)
    meant: dict[str, set[str]] = {}
    for each in clean:
        for sent in each.frame.datasets:
            meant.setdefault(sent.label, set()).add(str(sent.value))
    noisy = islice(readings("house", f"{settings}&noise={noise}"), 400)
    entries = [Reading("meter", "house", each.received_at, each.frame) for each in noisy]
    assert any(
        str(dataset.value) not in meant[dataset.label]
        for each in entries
        for dataset in each.frame.datasets
        if dataset.label in INDEXES
    )
    told: dict[str, set[str]] = {}
    for each in tell(judged(entries)):
        for label, text in labels_of(each).items():
            told.setdefault(label, set()).add(text)
    indexes = INDEXES.keys() & told.keys()
    assert indexes
    assert {label: told[label] - meant[label] - {""} for label in indexes} == {
        label: set() for label in indexes
    }


@pytest.mark.parametrize("false", [10, 11, 12])
@pytest.mark.parametrize("watts", [110, 8000])
def test_of_frames_of_the_same_moment_the_false_one_is_not_told(false, watts) -> None:
    """What waits in a buffer of the network comes at once."""
    settings = f"sim:?seed=2&mode=historic&contract=base&base={watts}"
    own = [replace(each, meter="meter") for each in islice(readings("house", settings), 30)]
    own[10:13] = [replace(each, received_at=own[10].received_at) for each in own[10:13]]
    last = own[-1].frame.get("BASE").value
    own[false] = replace(own[false], frame=with_base(own[false].frame, last + 600_000))
    told = [each for messages in tell(judged(own)) for each in messages]
    values = [int(each.payload) for each in told if each.topic == f"{LABEL}BASE"]
    assert values == sorted(values)
    assert values[-1] <= last


def with_base(frame, value):
    datasets = tuple(
        each._replace(value=value, data=f"{value:09}") if each.label == "BASE" else each
        for each in frame.datasets
    )
    return frame._replace(datasets=datasets)
