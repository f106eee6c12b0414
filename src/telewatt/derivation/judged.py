"""An entry of the journal and what it is worth: what every sink and every page is given."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from telewatt.derivation.derivation import check_version
from telewatt.derivation.estimates import Estimates
from telewatt.derivation.truths import Truths
from telewatt.reading import Reading
from telewatt.truth import Judgement
from telewatt.truth.power import Estimate


class Judged(NamedTuple):
    """One entry, judged.

    Attributes:
        seq: its number in the journal.
        reading: the frame as it came, damaged or not.
        judgement: settled totals, plausible gauges, life events. An index that anybody adds up
            must come from here, never from the frame.
        active: the active power drawn now, estimated; ``None`` if not known.
    """

    seq: int
    reading: Reading
    judgement: Judgement
    active: Estimate | None


class Judge:
    """Judges entries in the order of the journal; keeps nothing of them but the engines.

    Args:
        state: what `Derivation.state` once gave, or empty to begin without knowing anything.

    Raises:
        StateError: the state is of another version.
    """

    def __init__(self, state: Mapping[str, Any] | None = None) -> None:
        state = check_version(state or {})
        meters = state.get("meters", {})
        self._truths = Truths.restore(
            state.get("lines", {}), {meter: parts["truth"] for meter, parts in meters.items()}
        )
        self._estimates = Estimates()

    def take(self, seq: int, reading: Reading) -> Judged:
        """Take the next entry."""
        judgement = self._truths.judge(reading)
        return Judged(seq, reading, judgement, self._estimates.follow(reading, judgement))
