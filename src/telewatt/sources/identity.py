"""A history belongs to the meter, never to the port: files each reading under its meter.

Rules, per line:
- after each (re-)opening readings wait until one of them says which meter this is;
- a meter other than the known one must be confirmed by a second frame before it is believed
  (one frame may be a misread address, two are swapped cables or a replaced meter);
- a complete long frame without an address comes from a meter which sends none (CJE, ICE, PME-PMI
  2010): it is the configured one; so is one whose values another program has decoded;
- nothing waits for ever: beyond `HELD_AT_MOST` readings the oldest goes to the meter known so far.
Pure; no reading is lost, none is filed twice, the order is kept.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace

from telewatt.reading import Reading
from telewatt.tic import Kind, Status

HELD_AT_MOST = 16


class Identity:
    """Which meter is at the other end of one line.

    Args:
        configured: the address from the configuration; needed for meters which send none.
        on_meter: called with (known so far, new) when another meter is believed; the first
            argument is ``None`` for the first meter ever.
    """

    def __init__(
        self,
        configured: str | None,
        on_meter: Callable[[str | None, str], None] | None,
    ) -> None:
        self.meter = configured
        self._configured = configured
        self._on_meter = on_meter
        self._held: deque[Reading] = deque()
        self._settled = False
        self._candidate: str | None = None

    def reopened(self) -> None:
        """The line was opened again: whoever is there must say who it is."""
        self._settled = False

    def file(self, reading: Reading) -> list[Reading]:
        """Take the next reading (its ``meter`` is ignored); give those whose meter is now known."""
        self._held.append(reading)
        said = reading.frame.meter
        if said is None:
            return self._anonymous(reading)
        if self.meter is None or said in (self.meter, self._candidate):
            return self._believe(said)
        self._candidate = said
        return self._overflow()

    def flush(self) -> list[Reading]:
        """File what still waits under the best that is known: the line is finished."""
        self._candidate = None
        return list(self._release(self.meter))

    def _anonymous(self, reading: Reading) -> list[Reading]:
        if self._candidate is None and self._settled:
            return list(self._release(self.meter))
        if self._candidate is None and self._has_none_to_come(reading):
            return self._believe(self._configured) if self._configured else self.flush()
        return self._overflow()

    def _has_none_to_come(self, reading: Reading) -> bool:
        """Whether no later reading will say more than this one: who it is must be configured."""
        relayed = reading.frame.status is Status.RELAYED
        return _sends_no_address(reading) or (relayed and self._configured is not None)

    def _believe(self, said: str) -> list[Reading]:
        before, self.meter = self.meter, said
        self._settled, self._candidate = True, None
        if before != said and self._on_meter is not None:
            self._on_meter(before, said)
        return list(self._release(said))

    def _overflow(self) -> list[Reading]:
        if len(self._held) <= HELD_AT_MOST:
            return []
        return [replace(self._held.popleft(), meter=self.meter)]

    def _release(self, meter: str | None) -> Iterator[Reading]:
        while self._held:
            yield replace(self._held.popleft(), meter=meter)


def _sends_no_address(reading: Reading) -> bool:
    frame = reading.frame
    return frame.status is Status.COMPLETE and frame.kind is Kind.LONG
