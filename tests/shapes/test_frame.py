import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.shapes.frame import JsonFrames, PerDataset
from telewatt.tic import (
    Dataset,
    Decoder,
    Frame,
    Kind,
    Mode,
    Reason,
    Rejected,
    Status,
    encode_dataset,
    encode_frame,
)


def historic_frame(*datasets):
    return encode_frame([encode_dataset(Mode.HISTORIC, *dataset) for dataset in datasets])


def test_a_frame_has_exactly_the_public_fields():
    line = historic_frame(("ADCO", "021528603314"), ("PAPP", "00750"))
    line = line.replace(b"00750", b"00751") + b"junk"
    decoder = Decoder()
    frames = decoder.feed(line) + decoder.close()
    first = json.loads(JsonFrames().text(frames[0]))
    assert first == {
        "meter": "021528603314",
        "mode": "historic",
        "status": "partial",
        "kind": "long",
        "offset": 0,
        "datasets": [
            {
                "label": "ADCO",
                "data": "021528603314",
                "value": "021528603314",
                "unit": "",
                "horodate": None,
                "time": None,
                "repaired": False,
            }
        ],
        "rejected": [{"offset": 22, "reason": "checksum", "bytes": b"\nPAPP 00751 -\r".hex()}],
    }


def test_the_layout_with_ht_is_historic_mode():
    frame = Frame(Mode.HISTORIC_HT, Status.COMPLETE, 0, b"", ())
    assert json.loads(JsonFrames().text(frame))["mode"] == "historic"


def test_times_are_utc_and_end_in_z():
    line = encode_frame(
        [
            encode_dataset(Mode.STANDARD, "ADSC", "031664001115"),
            encode_dataset(Mode.STANDARD, "SMAXSN", "02340", "H261122101500"),
        ]
    )
    (frame,) = Decoder().feed(line)
    smaxsn = json.loads(JsonFrames().text(frame))["datasets"][1]
    assert (smaxsn["horodate"], smaxsn["time"]) == ("H261122101500", "2026-11-22T09:15:00Z")
    assert (smaxsn["data"], smaxsn["value"], smaxsn["unit"]) == ("02340", 2340, "VA")


@given(st.lists(st.binary(max_size=30)), st.text())
def test_any_frame_is_one_line_of_json(runs, data):
    rejected = tuple(Rejected(n, Reason.CHARSET, run) for n, run in enumerate(runs))
    dataset = Dataset("MSG1", data, data)
    frame = Frame(Mode.STANDARD, Status.PARTIAL, 7, b"", (dataset,), rejected)
    text = JsonFrames().text(frame)
    assert "\n" not in text
    value = json.loads(text)
    assert [bytes.fromhex(run["bytes"]) for run in value["rejected"]] == runs
    assert value["datasets"][0]["data"] == data


def test_what_is_made_of_a_dataset_is_made_once_and_the_memory_stays_bounded():
    made = []
    remembered = PerDataset(lambda dataset: made.append(dataset) or len(made))
    same = Dataset("PAPP", "00750", 750, "VA")
    assert (remembered(same), remembered(same), len(made)) == (1, 1, 1)
    for number in range(10_000):
        remembered(Dataset("PAPP", f"{number:05}", number, "VA"))
    assert len(remembered._made) <= 4096


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_field_of_the_format_is_documented(language):
    page = Path(__file__).parents[2] / "docs" / language / "decode-format.md"
    dataset, rejected = Dataset("PAPP", "1", 1, "VA"), Rejected(0, Reason.CHARSET, b"")
    frame = Frame(Mode.HISTORIC, Status.PARTIAL, 0, b"", (dataset,), (rejected,))
    value = json.loads(JsonFrames().text(frame))
    fields = [*value, *value["datasets"][0], *value["rejected"][0]]
    assert re.findall(r"^\| `(\w+)` \|", page.read_text(), re.MULTILINE) == fields
    named = set(re.findall(r'`"(\w+)"`', page.read_text()))
    assert {*Status, *Kind, *Reason, "historic", "standard"} <= named
