"""What the truth engine says about a reading: settled totals, plausible gauges, life events."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from telewatt.language import Text


class EventKind(StrEnum):
    """What happened in the life of a meter, its contract or its line."""

    MODE = "mode"  # historic <-> standard
    CONTRACT = "contract"  # NGTF, OPTARIF: another tariff calendar
    POWER = "power"  # PREF, PCOUP, ISOUSC: another subscribed power
    METER = "meter"  # another ADCO or ADSC on the same line
    RESET = "reset"  # an index went on from another value: the total goes on, the jump counts 0
    ROLLOVER = "rollover"  # an index passed its last digit: the total goes on
    DOUBTFUL = "doubtful"  # an index contradicts what is known; its readings are held back
    RESOLVED = "resolved"  # the contradiction is over: it was noise
    RETRACTED = "retracted"  # a total that had been settled turned out to be wrong
    CLOCK_DEGRADED = "clock_degraded"  # the meter does not trust its own clock
    CLOCK_RESTORED = "clock_restored"
    OUTAGE = "outage"  # no frame for longer than a line may be silent


class Event(NamedTuple):
    """One life event, recorded once.

    Attributes:
        kind: what sort.
        at: when it was recognised: arrival of the frame that decided it, aware UTC.
        since: when it began as far as is known, aware UTC.
        subject: the label or quantity concerned, ``""`` for the whole meter.
        before, after: what changed, as text; ``""`` where there is none.
        text: what happened and what was done about it, for people.
    """

    kind: EventKind
    at: datetime
    since: datetime
    subject: str
    before: str
    after: str
    text: Text


class Settled(NamedTuple):
    """What is final about the indexes at one moment.

    Attributes:
        received_at: arrival of the frame that carried them, aware UTC.
        totals: by quantity (``import_wh``, ``import_1_wh``, ``export_wh``...), in Wh or varh: the
            index, carried on across resets, rollovers and changes of mode, so that differences
            are always energy. A quantity whose index is in doubt is absent. Never changed after
            it was given; the same object again while nothing changed.
        late: how many frames with an index this meter has sent after it; three at most.
    """

    received_at: datetime
    totals: Mapping[str, int]
    late: int = 0


class Judgement(NamedTuple):
    """What one reading is worth.

    Attributes:
        settled: in order of arrival: usually this reading alone; none while it is held back, then
            several at once. A reading is held for at most three frames.
        gauges: the plausible momentary values of this reading by quantity (``apparent_va``,
            ``voltage_1_v``, ``current_1_a``...), never held back.
        events: recognised with this reading.
    """

    settled: tuple[Settled, ...]
    gauges: Mapping[str, int]
    events: tuple[Event, ...]
