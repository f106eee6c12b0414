"""The open part: what the journal holds beyond the history, which is written once an hour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from telewatt.derivation import Derivation, meter_key
from telewatt.reading import Reading
from telewatt.rollup import Summary
from telewatt.store import Archive
from telewatt.store.history import History, Meter
from telewatt.truth import Event

OPEN_ENTRIES = 20_000
"""So many entries are read again at once: an hour of five meters, some seconds of work."""


@dataclass(slots=True)
class OpenPart:
    """What the journal holds beyond the history.

    Attributes:
        place: the last entry that is in the history.
        minutes: by meter, summaries by start in milliseconds.
        events: the meter and the event, in order of recognition.
        heard: the meters in these entries, with what these entries tell of them.
        newest: arrival of the newest entry; ``None`` if there is none beyond the history.
        behind: so many entries are missing because they are too many.
    """

    place: int
    minutes: Mapping[str, Mapping[int, Summary]] = field(default_factory=dict)
    events: list[tuple[str, Event]] = field(default_factory=list)
    heard: dict[str, Meter] = field(default_factory=dict)
    newest: datetime | None = None
    behind: int = 0

    def hear(self, name: str, reading: Reading) -> None:
        """Note what a reading tells of its meter."""
        at, mode = reading.received_at, str(reading.frame.mode)
        before = self.heard.get(name)
        if before is None:
            before = Meter(name, "", (), at, at, ())
        modes = before.modes if mode in before.modes else tuple(sorted((*before.modes, mode)))
        self.heard[name] = before._replace(source=reading.source, modes=modes, last_seen=at)
        self.newest = at


def read_open_part(history: History, archive: Archive | None) -> OpenPart:
    """Fold what follows the place of the history as the service will.

    Args:
        archive: the journal; ``None`` if there is none.
    """
    progress = history.progress()
    last_seq = progress.place if archive is None else archive.last_known_seq
    derivation, after = Derivation.resume(progress.state, progress.place, last_seq)
    part = OpenPart(progress.place)
    if archive is not None:
        waiting = archive.count(after)
        part.behind = waiting if waiting > OPEN_ENTRIES else 0
        for entry in archive.entries(after) if not part.behind else ():
            meter, judgement = meter_key(entry.reading), derivation.take(entry.reading)
            part.events += [(meter, event) for event in judgement.events]
            part.hear(meter, entry.reading)
    part.minutes = derivation.open_minutes()
    return part
