"""The messages of linky-sensor."""

import json
from datetime import datetime
from itertools import islice

from telewatt.sinks.mqtt.linkysensor import Frames, status
from telewatt.tic import Mode
from tests.exchange.houses import readings
from tests.sinks.judging import judged
from tests.truth.readings import reading


def field_of(line: bytes) -> dict[str, dict[str, str]]:
    """What that program makes of a clean frame in standard mode, from its description."""
    found: dict[str, dict[str, str]] = {}
    for group in line[1:-1].split(b"\r"):
        fields = group[1:].decode().split("\t")
        if len(fields) == 3:
            found[fields[0]] = {"Value": fields[1]}
        elif len(fields) == 4:
            time = datetime.strptime(fields[1][1:], "%y%m%d%H%M%S")  # noqa: DTZ007
            found[fields[0]] = {"Value": fields[2], "Timestamp": time.isoformat()}
    return found


def test_a_frame_in_standard_mode_is_what_that_program_sends() -> None:
    source = readings("house", "mode=standard&contract=tempo&producer=yes&seed=3")
    entries = judged(islice(source, 30))
    frames = Frames("house/sensors/energy")
    for each in entries:
        message = frames.take(each)
    assert (message.topic, message.qos, message.retain) == ("house/sensors/energy", 0, False)
    assert message.payload == json.dumps(field_of(entries[-1].reading.frame.raw))


def test_historic_mode_has_no_time_stamps() -> None:
    entries = judged(reading(n * 2.0, Mode.HISTORIC, BASE=5_000_000, PAPP=750) for n in range(6))
    frames = Frames("t")
    said = [json.loads(frames.take(each).payload) for each in entries]
    assert said[-1] == {"BASE": {"Value": "005000000"}, "PAPP": {"Value": "00750"}}


def test_an_index_in_doubt_is_the_last_good_one() -> None:
    calm = [reading(n * 2.0, Mode.HISTORIC, BASE=5_000_000, PAPP=750) for n in range(8)]
    lies = [reading(16 + n * 2.0, Mode.HISTORIC, BASE=5_600_000, PAPP=750) for n in range(5)]
    frames = Frames("t")
    said = [json.loads(frames.take(each).payload) for each in judged([*calm, *lies])]
    assert [each["BASE"]["Value"] for each in said[8:]] == ["005000000"] * 5


def test_the_status_is_kept_and_sure() -> None:
    assert status("s", "Connected") == ("s", "Connected", True, 2)
