"""The messages of linky-sensor, a Python service of the field, for those who come from it.

One message a frame, ``{"LABEL": {"Value": "...", "Timestamp": "..."}}``, and a status topic with
``Connected`` or ``Connection Lost``. A value is the data as sent; the time stamp is the meter's
civil time without zone, and only there where the dataset has a horodate. Unlike there, an index is
told only once it is believed: until then the last good one stands in its place.
"""

import json

from telewatt.derivation import Judged
from telewatt.sinks.mqtt.meter import Vouching
from telewatt.sinks.mqtt.topics import Message
from telewatt.tic import Dataset

CONNECTED, LOST = "Connected", "Connection Lost"
STATUS_QOS = 2


def status(topic: str, text: str) -> Message:
    """Whether the service is connected."""
    return Message(topic, text, retain=True, qos=STATUS_QOS)


class Frames:
    """The messages of one meter."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._vouching = Vouching()
        self._told: dict[str, Dataset] = {}

    def take(self, judged: Judged) -> Message:
        """The message of the next frame."""
        for dataset in self._vouching.take(judged):
            self._told[dataset.label] = dataset
        members = {}
        for dataset in judged.reading.frame.datasets:
            told = self._told.get(dataset.label)
            if told is not None:
                members[told.label] = _member(told)
        return Message(self._topic, json.dumps(members), qos=0)


def _member(dataset: Dataset) -> dict[str, str]:
    stamp = dataset.horodate
    if stamp is None or dataset.time is None:
        return {"Value": dataset.data}
    date = f"20{stamp[1:3]}-{stamp[3:5]}-{stamp[5:7]}"
    return {
        "Value": dataset.data,
        "Timestamp": f"{date}T{stamp[7:9]}:{stamp[9:11]}:{stamp[11:13]}",
    }
