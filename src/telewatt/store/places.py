"""The places of the readers: how far each has got, for at-least-once delivery."""

from collections.abc import Mapping


class Places:
    """Every reader's place, in memory and as it is stored.

    Args:
        stored: the places on disk.
        start_seq: the number before this run's first entry.
        known: whether ``stored`` could be read. If not, a reader begins with this run and its
            place on disk stays: after the next start it gets what it missed, and some again.
    """

    def __init__(self, stored: Mapping[str, int], start_seq: int, known: bool) -> None:
        self._stored = dict(stored)
        self._confirmed = dict(stored)
        self._start_seq = start_seq
        self._known = known

    def get(self, reader: str) -> int:
        """The reader's place; 0 if it is new."""
        return self._confirmed.get(reader, 0 if self._known else self._start_seq)

    def confirm(self, reader: str, seq: int) -> None:
        """Move a place forward."""
        if self._known and seq > self._confirmed.get(reader, 0):
            self._confirmed[reader] = seq

    def up_to(self, last_seq: int) -> dict[str, int]:
        """All places, none beyond ``last_seq``."""
        return {reader: min(seq, last_seq) for reader, seq in self._confirmed.copy().items()}

    def changed(self, last_seq: int) -> dict[str, int]:
        """The places to store together with the entries up to ``last_seq``."""
        places = self.up_to(last_seq).items()
        return {reader: seq for reader, seq in places if seq != self._stored.get(reader)}

    def settle(self, stored: Mapping[str, int]) -> None:
        """These are on disk now."""
        self._stored.update(stored)
