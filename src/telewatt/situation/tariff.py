"""Which tariff period runs, and which colour or peak day it is.

Sources: Enedis-NOI-CPT_54E v3, 6.2.3 (STGE, NTARF); manufacturers' manuals (PTEC, DEMAIN, PEJP).
"""

from typing import NamedTuple

from telewatt.entities import CONTRACTS, Contract, Period, contract_of, period_of
from telewatt.situation.seen import Seen
from telewatt.tic import Mode
from telewatt.tic.values import Demain, Optarif, Ptec, Stge
from telewatt.truth.running import PERIODS


class Said(NamedTuple):
    """A value, and the label that tells it; ``None`` and ``""`` while nothing does."""

    value: str | None = None
    source: str = ""


NOTHING = Said()


class Tariffs:
    """The contract of one meter, whose registers' names are learnt while they run."""

    def __init__(self) -> None:
        self._name: str | None = None
        self._texts: dict[int, str] = {}
        self._contract: Contract | None = None

    def contract(self, mode: Mode, seen: Seen) -> Contract | None:
        """As far as it is known; the same object while nothing changes."""
        if mode is not Mode.STANDARD:
            option = seen.value("OPTARIF")
            return CONTRACTS.get(option.option) if isinstance(option, Optarif) else None
        name = seen.data("NGTF")
        if name is not None and name != self._name:
            self._name, self._texts, self._contract = name, {}, None
        number, text = seen.value("NTARF"), seen.data("LTARF")
        if isinstance(number, int) and text is not None and self._texts.get(number) != text:
            self._texts[number] = text
            self._contract = None
        if self._contract is None and (self._name is not None or self._texts):
            self._contract = contract_of(self._name or "", self._texts)
        return self._contract


def register_of(seen: Seen) -> Said:
    """The number of the register that runs."""
    for label in ("NTARF", "PTEC", "STGE"):
        value = seen.value(label)
        number: object = None
        if label == "NTARF":
            number = value
        elif isinstance(value, Ptec):
            number = PERIODS.get(str(value))
        elif isinstance(value, Stge):
            number = value.supplier_index
        if isinstance(number, int) and 1 <= number <= 10:
            return Said(str(number), label)
    return NOTHING


def period_now(contract: Contract | None, seen: Seen) -> tuple[Period | None, str]:
    """The period that runs, and the label that says so."""
    number, source = register_of(seen)
    period = contract.periods.get(int(number)) if contract and number else None
    if period is None and (text := seen.data("LTARF")) is not None:
        return period_of(text), "LTARF"
    return period, source if period is not None else ""


def tempo_today(seen: Seen, period: Period | None, source: str) -> Said:
    """Today's colour: of the status register; else of the period that runs."""
    status = seen.value("STGE")
    if isinstance(status, Stge) and status.tempo_today != "none":
        return Said(status.tempo_today, "STGE")
    if period is not None and period.colour:
        return Said(period.colour, source)
    return NOTHING


def tempo_tomorrow(seen: Seen) -> Said:
    """Tomorrow's colour, once the meter knows it."""
    status = seen.value("STGE")
    if isinstance(status, Stge) and status.tempo_tomorrow != "none":
        return Said(status.tempo_tomorrow, "STGE")
    tomorrow = seen.value("DEMAIN")
    if isinstance(tomorrow, Demain) and tomorrow.colour is not None:
        return Said(tomorrow.colour, "DEMAIN")
    return NOTHING


def peak_running(seen: Seen, period: Period | None) -> bool:
    """Whether an EJP peak runs."""
    status = seen.value("STGE")
    running = isinstance(status, Stge) and status.peak_running is not None
    return running or (period is not None and period.key == "mobile_peak")


def peak_notice(seen: Seen) -> bool:
    """Whether an EJP peak has been announced: PEJP is there only then, and is constant."""
    status = seen.value("STGE")
    return "PEJP" in seen.values or (isinstance(status, Stge) and status.peak_notice is not None)
