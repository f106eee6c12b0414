"""Replay: decode the raw bytes of the journal again, and build the history anew from them.

It runs beside the service. What today's decoder reads otherwise is put into the journal's packed
rows; everything that follows from the entries is built in the history's second stage, which one
transaction makes the live one. Killed at any moment it goes on from where it was.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from telewatt import __version__
from telewatt.derivation import Derivation, Redecoding, meter_key
from telewatt.language import Text
from telewatt.rollup.series import is_counter
from telewatt.store import Archive, Entry, Gap, GapReason
from telewatt.store.batch import BatchError, Sealed, places, seal, unseal
from telewatt.store.gap import unexplained
from telewatt.store.history import (
    History,
    HistoryError,
    ReplayBehindError,
    ReplayLostError,
    Stage,
)
from telewatt.tic import Frame, Mode

WRITE_ENTRIES = 20_000
WARM_UP_ENTRIES = 512
"""After these the decoder knows what it learns from a stream: mode, parity, labels that recur."""

EVER = datetime(1970, 1, 1, tzinfo=UTC)


NEVER_FOLDED = (GapReason.CRASH, GapReason.OVERFLOW, GapReason.UNREADABLE, GapReason.RESTORED)
"""Gaps whose entries the history never saw; what it made of all others would be lost."""


class HoleError(HistoryError):
    """The journal no longer holds entries the history was made from."""

    pattern = Text(
        "entries {first} to {last} can no longer be read, but the history knows them: a replay "
        "would lose them; replay what came after: --since {since}",
        "les trames {first} à {last} ne sont plus lisibles, mais l'historique les connaît : un "
        "recalcul les perdrait ; recalculez la suite : --since {since}",
    )


class OtherJournalError(HistoryError):
    """The history was made from another journal, or a newer copy of this one."""

    pattern = Text(
        "the history was made from another journal than {path}, or from a newer copy of it; start "
        "the service once, it takes up this journal",
        "l'historique ne vient pas du journal {path}, ou d'une copie plus récente ; lancez "
        "une fois le service, il adopte ce journal",
    )


@dataclass(slots=True)
class Changes:
    """What a replay has found.

    Attributes:
        entries: decoded again.
        frames: of them, those in which something else is read now.
        gained, lost: datasets by label, read now and not before, and the other way round.
        unpacked: frames which would change, but are too new to be packed: the service has them.
        energy: by meter and quantity, Wh (varh) over the replayed time before and after, where
            they differ; ``None``: none.
    """

    entries: int = 0
    frames: int = 0
    gained: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    unpacked: int = 0
    energy: dict[tuple[str, str], tuple[int | None, int | None]] = field(default_factory=dict)


class _Row(NamedTuple):
    """A row of the journal, its entries, and what they are when decoded again."""

    sealed: Sealed
    entries: list[Entry]
    decoded: list[Entry]


class Replay:
    """One replay of one journal.

    Args:
        archive: of the journal.
        history: writable.
        modes: the mode a source is fixed to by the configuration.
        meters: the only meters to replay; all if ``None``.
    """

    def __init__(
        self,
        archive: Archive,
        history: History,
        modes: Mapping[str, Mode],
        meters: frozenset[str] | None = None,
    ) -> None:
        self.changes = Changes()
        self._archive, self._history, self._modes, self._meters = archive, history, modes, meters
        self._derivation = Derivation()
        self._place = 0

    def begin(self, since: datetime = EVER) -> bool:
        """Take up the replay of these meters since this time, or begin it.

        Returns:
            Whether one that was broken off goes on.

        Raises:
            HistoryError: the history cannot be replayed (`telewatt.store.history.faults`).
        """
        if self._history.progress(Stage.LIVE).place > self._archive.last_known_seq:
            raise OtherJournalError(path=self._archive.path)
        meters = sorted(self._meters or ())
        key = {"since": since.isoformat(), "meters": meters, "version": __version__}
        try:
            progress = self._history.progress(Stage.REPLAY)
        except ReplayLostError:
            progress = None
        goes_on = (
            progress is not None
            and (progress.state or {}).get("replay") == key
            and self._archive.first_seq <= progress.place + 1
        )
        if progress is None or not goes_on:
            progress = self._history.begin_replay(
                since, oldest_seq=self._archive.first_seq, meters=self._meters
            )
        self._key = key
        self._place = progress.place
        self._derivation = Derivation.restore(progress.state or {})
        return goes_on

    def run(self, tell: Callable[[int, int], None]) -> None:
        """Replay to the end and make the result the history.

        Args:
            tell: called now and then with the number of the entry reached, and of the last one.
        """
        while True:
            self._pass(tell)
            before = self._energies()
            try:
                self._history.promote(self._live_state())
            except ReplayBehindError:
                continue  # the service has written an hour meanwhile
            break
        after = self._energies()
        for key in before.keys() | after.keys():
            if before.get(key) != after.get(key):
                self.changes.energy[key] = (before.get(key), after.get(key))

    # -- decoding ------------------------------------------------------------------------------

    def _pass(self, tell: Callable[[int, int], None]) -> None:
        """From the place to the end of the journal."""
        target = self._history.progress(Stage.LIVE).place
        last_seq = self._archive.last_seq
        written = self._place
        reached = None
        for row in self._rows():
            self._compare(row)
            for entry in row.decoded:
                if self._place < entry.seq <= target:
                    reached = self._take(entry)
            if reached is not None and self._place - written >= WRITE_ENTRIES:
                written = self._write(reached)
            tell(row.sealed.last_seq, last_seq)
        if reached is not None and self._place > written:
            self._write(reached)
        if self._place < target:  # nothing is left of what the service has read last
            self._place = target
            self._write(reached or datetime.now(UTC))

    def _rows(self) -> Iterator[_Row]:
        """Every row from the place on, decoded as one stream."""
        waiting: deque[tuple[Sealed, list[Entry]]] = deque()
        decoded: list[Entry] = []
        for number, reading in Redecoding(self._modes).run(self._stream(waiting)):
            if not waiting or number < waiting[0][0].first_seq:
                continue  # warming up
            decoded.append(Entry(number, reading))
            if number == waiting[0][1][-1].seq:
                yield _Row(*waiting.popleft(), decoded)
                decoded = []

    def _stream(self, waiting: deque[tuple[Sealed, list[Entry]]]) -> Iterator[Entry]:
        first = next(self._archive.rows(self._place), None)
        if first is None:
            return
        yield from self._warm_up(first.first_seq)
        expected = min(self._place + 1, first.first_seq)
        for row in self._archive.rows(first.first_seq - 1):
            try:
                entries = unseal(row.payload)
            except BatchError:
                continue  # a gap, or it will be one
            self._refuse_hole(expected, entries[0])
            expected = row.last_seq + 1
            waiting.append((row, entries))
            yield from entries
        self._refuse_hole(expected, None)

    def _refuse_hole(self, expected: int, found: Entry | None) -> None:
        """Nothing the history was made from may be missing before this entry, or at the end."""
        live = self._history.progress(Stage.LIVE).place
        last = min(live, found.seq - 1 if found else live)
        harmless: list[Gap] = [each for each in self._archive.gaps if each.reason in NEVER_FOLDED]
        for first, until in unexplained(harmless, expected, last) if expected <= last else ():
            since = found.reading.received_at if found else datetime.now(UTC)
            raise HoleError(first=first, last=until, since=f"{since:%Y-%m-%dT%H:%MZ}")

    def _warm_up(self, first_seq: int) -> Iterator[Entry]:
        for row in self._archive.rows(max(0, first_seq - 1 - WARM_UP_ENTRIES)):
            if row.first_seq >= first_seq:
                return
            try:
                yield from unseal(row.payload, after=first_seq - 1 - WARM_UP_ENTRIES)
            except BatchError:
                continue

    def _compare(self, row: _Row) -> None:
        self.changes.entries += len(row.entries)
        changed = 0
        for old, new in zip(row.entries, row.decoded, strict=True):
            before, after = _content(old.reading.frame), _content(new.reading.frame)
            if before != after:
                changed += 1
                self.changes.gained += Counter(
                    label for label, *_ in set(after[1]) - set(before[1])
                )
                self.changes.lost += Counter(label for label, *_ in set(before[1]) - set(after[1]))
        if not changed:
            return
        sealed = seal(row.decoded, places(row.sealed.payload))
        if self._archive.replace(row.sealed, sealed):
            self.changes.frames += changed
        else:
            self.changes.unpacked += changed

    # -- deriving ------------------------------------------------------------------------------

    def _take(self, entry: Entry) -> datetime:
        self._place = entry.seq
        if self._meters is None or meter_key(entry.reading) in self._meters:
            self._derivation.take(entry.reading)
        return entry.reading.received_at

    def _write(self, until: datetime) -> int:
        portions = self._derivation.harvest(until)
        state = {**self._derivation.state(), "replay": self._key}
        self._history.write(portions, self._place, state, Stage.REPLAY)
        return self._place

    def _live_state(self) -> dict[str, Any]:
        """The state with which the service goes on: its own for the meters not replayed."""
        state = self._derivation.state()
        if self._meters is None:
            return state
        live = self._history.progress(Stage.LIVE).state or {"lines": {}, "meters": {}}
        own = {name: each for name, each in state["meters"].items() if name in self._meters}
        return {**live, "meters": {**live["meters"], **own}}

    def _energies(self) -> dict[tuple[str, str], int | None]:
        names = [each.name for each in self._history.meters()]
        end = datetime.now(UTC)
        return {
            (name, quantity): self._history.energy(name, quantity, EVER, end).wh
            for name in names
            if self._meters is None or name in self._meters
            for quantity in sorted(self._history.quantities(name))
            if is_counter(quantity)
        }


def _content(frame: Frame) -> tuple[Any, ...]:
    """What was read from the bytes; value and unit follow from it."""
    datasets = tuple([(d.label, d.data, d.horodate, d.repaired) for d in frame.datasets])
    return (frame.mode, frame.status, frame.rejected), datasets
