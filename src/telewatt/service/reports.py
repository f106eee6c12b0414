"""What the service says about its lines: each change of state once, counters now and then.

Bad datasets are counted, never logged one by one: they belong to the life of a line. A line or an
output that changes all the time says each of its states at most once a minute; the counters of
lines tell how often. The state that lasts is said in the end, whatever came before it. Of a meter's
address, which tells where its owner lives, the log has the last four digits only.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import NamedTuple
from unicodedata import category

from telewatt.language import Language, Text
from telewatt.sources import LineState, LineStatus
from telewatt.sources.counters import Counters
from telewatt.sources.line import Line
from telewatt.store.alarms import Alarm
from telewatt.tic import UNDAMAGED, Reason
from telewatt.truth import Event, EventKind

QUIET_S = 60.0

_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
log = logging.getLogger("telewatt")

_LEVEL = {
    LineState.OPENING: logging.DEBUG,
    LineState.PROBING: logging.DEBUG,
    LineState.READING: logging.INFO,
    LineState.ENDED: logging.INFO,
}
STATE = Text("{name}: {remedy}", "{name} : {remedy}")
_METER = Text("{name}: meter {now}", "{name} : compteur {now}")
_OTHER_METER = Text(
    "{name}: now meter {now}, before {before}: cables swapped or meter replaced; "
    "its readings go into its own history",
    "{name} : maintenant le compteur {now}, avant {before} : câbles échangés ou compteur "
    "remplacé ; ses relevés vont dans son propre historique",
)
_COUNTED = Text(
    "{name}: {frames} frames ({bad} damaged), {datasets} datasets, {repaired} repaired, "
    "{rejected} rejected{reasons}, {changes} changes of state{now}",
    "{name} : {frames} trames ({bad} abîmées), {datasets} groupes, {repaired} réparés, "
    "{rejected} rejetés{reasons}, {changes} changements d'état{now}",
)
_NOW = Text("; {state} - {remedy}", " ; {state} - {remedy}")
_EVENT = Text("{name}: {what}", "{name} : {what}")
_WORRYING = (EventKind.DOUBTFUL, EventKind.RETRACTED, EventKind.RESET, EventKind.CLOCK_DEGRADED)
_DISK = Text(
    "disk: {written} MB written ({a_day} MB a day); journal and history take {kept} MB",
    "disque : {written} Mo écrits (soit {a_day} Mo par jour) ; journal et historique prennent "
    "{kept} Mo",
)
_AS_IT_IS = Text("{what}", "{what}")  # what the world has said may have braces
_ALARM = Text("journal: {what} {remedy}", "journal : {what} {remedy}")
_ALARM_OVER = Text("journal: this is over: {what}", "journal : c'est fini : {what}")


class _Present(NamedTuple):
    """What stands of something now: its state, and how that is said."""

    state: object
    level: int
    text: Text


class Reports:
    """The log of all lines of one service.

    Args:
        language: of the log.
        now_s: a clock that never goes back, in seconds.
    """

    def __init__(self, language: Language, now_s: Callable[[], float]) -> None:
        self._language = language
        self._now_s = now_s
        self._lines: dict[str, LineStatus] = {}
        self._present: dict[str, _Present] = {}
        self._said: dict[str, _Present] = {}
        self._said_at: dict[tuple[str, object], float] = {}
        self._alarms: tuple[Alarm, ...] = ()
        self._changes: Counter[str] = Counter()
        self._before: dict[str, Counters] = {}

    def state(self, name: str, status: LineStatus) -> None:
        """A line has changed its state."""
        self._changes[name] += 1
        self._lines[name] = status
        level = _LEVEL.get(status.state, logging.WARNING)
        text = STATE.fill(name=name, remedy=status.remedy)
        self.stands(f"line {name}", status.state, level, text)

    def stands(self, who: str, state: object, level: int, text: Text) -> None:
        """Say how something is now, unless that has just been said, or its like within a minute.

        Args:
            who: what it is about.
            state: the same where the text is the same in essence.
        """
        self._present[who] = _Present(state, level, text)
        self._say_present(who)

    def say_what_lasts(self) -> None:
        """Say the states that came too soon after their like and are still there a minute later."""
        for who in self._present:
            self._say_present(who)

    def _say_present(self, who: str) -> None:
        present, now = self._present[who], self._now_s()
        if present == self._said.get(who):
            return
        said_at = self._said_at.get((who, present.state), -QUIET_S)
        if now - said_at >= QUIET_S:
            self._said[who] = present
            self._said_at = {key: at for key, at in self._said_at.items() if now - at < QUIET_S}
            self._said_at[who, present.state] = now
            self.say(present.level, _AS_IT_IS, what=present.text)

    def meter(self, name: str, before: str | None, now: str) -> None:
        """Another meter is at the other end of a line, or the first one is known."""
        if before is None:
            self.say(logging.INFO, _METER, name=name, now=_end_of(now))
        else:
            words = {"now": _end_of(now), "before": _end_of(before)}
            self.say(logging.WARNING, _OTHER_METER, name=name, **words)

    def event(self, name: str, event: Event) -> None:
        """What the readings of a line say about the life of its meter."""
        level = logging.WARNING if event.kind in _WORRYING else logging.INFO
        self.say(level, _EVENT, name=name, what=event.text)

    def counters(self, name: str, line: Line) -> None:
        """What a line has counted since the last time."""
        counted, before = line.counters, self._before.get(name, Counters())
        rejected = counted.rejected - before.rejected
        frames = counted.frames - before.frames
        self.say(
            logging.INFO,
            _COUNTED,
            name=name,
            frames=frames.total(),
            bad=sum(count for status, count in frames.items() if status not in UNDAMAGED),
            datasets=counted.datasets - before.datasets,
            repaired=counted.repaired - before.repaired,
            rejected=rejected.total(),
            reasons=_parts(rejected),
            changes=self._changes.pop(name, 0),
            now=_state_of(self._lines.get(name, line.status)),
        )
        self._before[name] = deepcopy(counted)

    def disk(self, written: tuple[int, int] | None, kept_bytes: int) -> None:
        """What was written since the start and as much a day, in bytes, and what is kept."""
        if written is not None:
            since, a_day = (f"{count / 1e6:.1f}" for count in written)
            kept = f"{kept_bytes / 1e6:.1f}"
            self.say(logging.INFO, _DISK, written=since, a_day=a_day, kept=kept)

    def alarms(self, active: Sequence[Alarm]) -> None:
        """Say what the journal's alarms tell that was not said yet, and which kinds are over."""
        kinds = {alarm.kind for alarm in active}
        for alarm in active:
            if alarm not in self._alarms:
                self.say(logging.WARNING, _ALARM, what=alarm.text, remedy=alarm.remedy)
        for alarm in self._alarms:
            if alarm.kind not in kinds:
                self.say(logging.INFO, _ALARM_OVER, what=alarm.text)
        self._alarms = tuple(active)

    def say(self, level: int, text: Text, **values: object) -> None:
        """One line of the log, whatever the world has put into the values."""
        log.log(level, _plain(text.fill(**values).of(self._language)))


def _plain(text: str) -> str:
    """Without what would end a line or command a terminal: brokers and servers say what they like.

    >>> _plain("busy" + chr(27) + "[31m")
    'busy\ufffd[31m'
    """
    return "".join("\ufffd" if category(each) in _UNSEEN else each for each in text)


def _end_of(meter: str) -> str:
    return f"…{meter[-4:]}"


def _state_of(status: LineStatus) -> Text:
    """Counters of a line that is not read say nothing without its state."""
    if status.state in (LineState.READING, LineState.ENDED):
        return Text("", "")
    return _NOW.fill(state=status.state, remedy=status.remedy)


def _parts(rejected: Counter[Reason]) -> str:
    parts = ", ".join(f"{reason} {count}" for reason, count in rejected.most_common())
    return f" ({parts})" if parts else ""
