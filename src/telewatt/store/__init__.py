"""The journal: every entry once, in order, durable.

from telewatt.store import Journal

journal = Journal.open(path)
entry = journal.append(reading)
async for entry in journal.follow(journal.place("mqtt")): ...
"""

from telewatt.store.alarms import Alarm, AlarmKind
from telewatt.store.archive import Archive
from telewatt.store.batch import Entry
from telewatt.store.faults import JournalError
from telewatt.store.gap import Gap, GapReason
from telewatt.store.journal import Counters, Journal
from telewatt.store.lock import JournalInUseError

__all__ = [
    "Alarm",
    "AlarmKind",
    "Archive",
    "Counters",
    "Entry",
    "Gap",
    "GapReason",
    "Journal",
    "JournalError",
    "JournalInUseError",
]
