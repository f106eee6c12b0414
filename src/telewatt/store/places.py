"""The places of the readers: how far each has got, for at-least-once delivery."""

from collections.abc import Mapping


class Places:
    """Every reader's place, in memory and as it is stored.

    While the stored places cannot be read, a reader begins with this run and what it confirms
    says nothing about the entries it missed: its place on disk stays. Once they are known it is
    given that place when it asks again, and gets what it missed, and some entries twice.

    Args:
        stored: the places on disk.
        start_seq: the number before this run's first entry.
        known: whether ``stored`` could be read; if not, `learn` tells them later.
    """

    def __init__(self, stored: Mapping[str, int], start_seq: int, known: bool) -> None:
        self.known = known
        self._stored = dict(stored)
        self._confirmed = dict(stored)
        self._start_seq = start_seq
        self._began_late: set[str] = set()

    def learn(self, stored: Mapping[str, int]) -> None:
        """The disk can be read now, and these are its places."""
        self._stored = dict(stored)
        self._confirmed = dict(stored)
        self.known = True

    def get(self, reader: str) -> int:
        """The reader's place; 0 if it is new."""
        if not self.known:
            self._began_late.add(reader)
            return self._start_seq
        self._began_late.discard(reader)
        return self._confirmed.get(reader, 0)

    def has(self, reader: str) -> bool:
        """Whether the reader ever confirmed anything, be it that there was nothing yet."""
        return reader in self._confirmed

    def confirm(self, reader: str, seq: int) -> None:
        """Move a place forward."""
        if not self.known or reader in self._began_late:
            return
        if seq > self._confirmed.get(reader, -1):
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
