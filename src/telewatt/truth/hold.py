"""The frames that are not final yet, in order of arrival."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telewatt.truth.chain import Chain

HELD_FRAMES = 3
"""A frame is held for so many more at most."""


@dataclass(slots=True)
class Held:
    """One frame.

    Attributes:
        received_at: its arrival.
        totals: what is final of it.
        waiting: quantity -> value as read, not decided yet.
        historic: whether ``import_wh`` is the sum of its registers.
        registers: the registers that must be final for that; ``None``: one is not accounted for.
        frames: how many have come after it.
    """

    received_at: datetime
    totals: dict[str, int]
    waiting: dict[str, int]
    historic: bool
    registers: tuple[str, ...] | None
    frames: int = 0


class Hold:
    """The queue."""

    def __init__(self) -> None:
        self.frames: list[Held] = []

    def age(self) -> None:
        """One more frame has come."""
        for held in self.frames:
            held.frames += 1

    def settle(self, chain: Chain) -> None:
        """What waits of this index is good."""
        for held in self.frames:
            value = held.waiting.pop(chain.quantity, None)
            if value is not None:
                held.totals[chain.quantity] = chain.total_at(value)

    def drop(self, quantity: str) -> None:
        """What waits of this index is void."""
        for held in self.frames:
            held.waiting.pop(quantity, None)

    def release(self, *, everything: bool = False) -> Iterator[Held]:
        """The frames that are decided, or have waited long enough; once."""
        while self.frames:
            held = self.frames[0]
            if held.waiting and held.frames < HELD_FRAMES and not everything:
                return
            yield self.frames.pop(0)

    def state(self) -> list[list[Any]]:
        """For JSON."""
        return [
            [
                *(held.received_at.isoformat(), held.totals, held.waiting),
                *(held.historic, held.registers, held.frames),
            ]
            for held in self.frames
        ]

    @classmethod
    def restore(cls, state: list[list[Any]]) -> "Hold":
        """What had this state."""
        hold = cls()
        for received_at, totals, waiting, historic, registers, frames in state:
            hold.frames.append(
                Held(
                    datetime.fromisoformat(received_at),
                    dict(totals),
                    dict(waiting),
                    historic,
                    None if registers is None else tuple(registers),
                    frames,
                )
            )
        return hold
