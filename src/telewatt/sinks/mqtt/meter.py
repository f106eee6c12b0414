"""One meter as the broker has it, and the messages that a new frame makes.

What is told of a dataset:
- an index only once the truth engine has settled this very reading; until then, and while it is in
  doubt, the last good one stays;
- a momentary value only if it is plausible;
- everything else as the decoder has verified it.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from telewatt.derivation import Judged, meter_key
from telewatt.shapes.reading import entry_object, events_of, totals_members
from telewatt.shapes.values import json_text, utc_text
from telewatt.sinks.mqtt.payload import plain_text, value_of
from telewatt.sinks.mqtt.presence import Presence
from telewatt.sinks.mqtt.topics import Message, Topics
from telewatt.sinks.undecided import Undecided
from telewatt.tic import Dataset, Frame, Kind, Mode, Status
from telewatt.truth import Settled
from telewatt.truth.sight import GAUGES, INDEXES

AVAILABLE = {True: "online", False: "offline"}
_WHOLE = (Status.COMPLETE, Status.RELAYED)


class _Told(NamedTuple):
    """A dataset as it is published: alone, in the state, its time in the state."""

    dataset: Dataset
    text: str
    member: str
    time: str


def _told(dataset: Dataset) -> _Told:
    value, name = value_of(dataset), json_text(dataset.label)
    time = dataset.time and f"{name}:{json_text(utc_text(dataset.time))}"
    return _Told(dataset, plain_text(value), f"{name}:{json_text(value)}", time or "")


class Vouching:
    """Which datasets of the frames of one meter may be told."""

    def __init__(self) -> None:
        self._undecided = Undecided()

    def take(self, judged: Judged) -> Iterator[Dataset]:
        """The next frame: those that may be told now, indexes of frames before it included."""
        gauges = judged.judgement.gauges
        for dataset in judged.reading.frame.datasets:
            label = dataset.label
            if label not in INDEXES and (label not in GAUGES or GAUGES[label] in gauges):
                yield dataset
        for reading, totals in self._undecided.take(judged):
            for dataset in reading.frame.datasets:
                if INDEXES.get(dataset.label) in totals and type(dataset.value) is int:
                    yield dataset


class Meter:
    """One meter.

    Args:
        judged: its first frame.
        topics: where it is told.
        retain: whether the broker keeps the values.
        now_s: of a clock that only goes forward.
    """

    def __init__(self, judged: Judged, topics: Topics, *, retain: bool, now_s: float) -> None:
        self.name = meter_key(judged.reading)
        self.presence = Presence(now_s)
        self.available = False
        self._topics, self._retain = topics, retain
        self._vouching = Vouching()
        self._labels: dict[str, _Told] = {}
        self._settled: Settled | None = None
        self._gauges: dict[str, int] = {}
        self._mode: Mode | None = None
        self._state = ""

    # -- a new frame -------------------------------------------------------------------------

    def take(self, judged: Judged) -> list[Message]:
        """The next frame of this meter: what is to be published at once."""
        frame = judged.reading.frame
        gone = self._follow_mode(frame)
        changed = self._follow_labels(judged)
        if frame.status is Status.COMPLETE and frame.kind is Kind.LONG:
            gone += self._forget_absent(frame)
        self._state = self._state_text(judged)
        name = self.name
        return [
            Message(self._topics.state(name), self._state, self._retain),
            *(self._label(told.dataset.label, told.text) for told in changed),
            *(self._label(label, "") for label in gone),
            *event_messages(judged, self._topics),
        ]

    def _follow_mode(self, frame: Frame) -> list[str]:
        """Another mode has other labels: those of the old one are gone."""
        mode = Mode.STANDARD if frame.mode is Mode.STANDARD else Mode.HISTORIC
        if mode is self._mode or (self._mode and frame.status not in _WHOLE):
            return []
        gone = list(self._labels)
        self._mode = mode
        self._labels.clear()
        self._gauges.clear()
        return gone

    def _follow_labels(self, judged: Judged) -> list[_Told]:
        """Keep what may be told; what of it has changed. The meter's clock does not count."""
        changed, labels = [], self._labels
        for dataset in self._vouching.take(judged):
            before = labels.get(dataset.label)
            if before is not None and before.dataset is dataset:
                continue
            told = labels[dataset.label] = _told(dataset)
            if before is None or (before.text != told.text and dataset.data):
                changed.append(told)
        judgement = judged.judgement
        if judgement.settled:
            self._settled = judgement.settled[-1]
        if judged.reading.frame.kind is not Kind.LONG:
            self._gauges.update(judgement.gauges)
        else:
            self._gauges = dict(judgement.gauges)
        return changed

    def _forget_absent(self, frame: Frame) -> list[str]:
        present = {dataset.label for dataset in frame.datasets}
        gone = [label for label in self._labels if label not in present]
        for label in gone:
            del self._labels[label]
        return gone

    def _state_text(self, judged: Judged) -> str:
        start = json_text(
            {
                **entry_object(judged),
                "gauges": self._gauges,
                **totals_members(self._settled),
            }
        )
        labels = self._labels.values()
        members = ",".join([told.member for told in labels])
        times = ",".join([told.time for told in labels if told.time])
        return f'{start[:-1]},"labels":{{{members}}},"times":{{{times}}}}}'

    # -- all of it ---------------------------------------------------------------------------

    def everything(self) -> Iterator[Message]:
        """What the broker is to have, for one that has lost it."""
        yield self.availability()
        yield from self.labels()
        if self._state:
            yield Message(self._topics.state(self.name), self._state, self._retain)

    def labels(self) -> list[Message]:
        """Every dataset as it is."""
        return [self._label(label, told.text) for label, told in self._labels.items()]

    def availability(self) -> Message:
        """Whether the meter is there, as was last found out."""
        return Message(self._topics.availability(self.name), AVAILABLE[self.available], True)

    def look(self, now_s: float) -> Iterable[Message]:
        """Find out whether it is there: what is to be published of it, if it has changed."""
        there = self.presence.is_there(now_s)
        if there is self.available:
            return ()
        self.available = there
        return (self.availability(),)

    def _label(self, label: str, text: str) -> Message:
        return Message(self._topics.label(self.name, label), text, self._retain)


def event_messages(judged: Judged, topics: Topics) -> Iterator[Message]:
    """The life events that were recognised with this frame."""
    meter = meter_key(judged.reading)
    for event in events_of(judged):
        yield Message(topics.event(meter), json_text(event), qos=1)
