"""Active power of all meters as it is now: estimated, because households' meters send none."""

from telewatt.derivation.truths import meter_key
from telewatt.reading import Reading
from telewatt.truth import Judgement
from telewatt.truth.power import ActivePower, Estimate


class Estimates:
    """Follows the judgements of any number of meters; keeps nothing beyond some minutes."""

    def __init__(self) -> None:
        self._powers: dict[str, ActivePower] = {}

    def follow(self, reading: Reading, judgement: Judgement) -> Estimate | None:
        """Take the next reading; the active power its meter draws now, ``None`` if not known."""
        meter = meter_key(reading)
        power = self._powers.get(meter)
        if power is None:
            power = self._powers[meter] = ActivePower()
        return power.follow(reading.received_at, judgement)
