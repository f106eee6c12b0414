"""Tariff structures as data: indexes, day profiles, a week of them, mobile peaks.

A contract has at most ten supplier indexes, day profiles that say which index runs from which
minute, a week of day profiles, and possibly mobile peaks: days announced the day before (Tempo
white and red, EJP). Numbering of the indexes as on Linky: HC 01, HP 02; Tempo HCJB HPJB HCJW HPJW
HCJR HPJR 01..06. What runs when is the business of `telewatt.simulator.tariff`.
Source: Enedis-NOI-CPT_54E v3, 6.1 and 6.2.3.20-23; texts as real meters send them.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

OPENS, CLOSES, TEMPO_RULE = 0x8000, 0xC000, 0x4000
UNUSED_SLOT = "NONUTILE"


class Slot(NamedTuple):
    """From ``minute`` of the day on: the supplier index and what the dry contact does."""

    minute: int
    supplier: int
    contact: int = OPENS

    @property
    def closed(self) -> bool:
        """Whether the dry contact is closed; Tempo's own rule closes it off-peak (odd indexes)."""
        return self.contact == CLOSES or (self.contact == TEMPO_RULE and self.supplier % 2 == 1)


Profile = tuple[Slot, ...]
OffPeak = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """One tariff structure.

    Attributes:
        ngtf, ltarf: the supplier's texts, 16 characters; ``ltarf`` one per index.
        profiles, week: day profiles by day_id, and the day_id of Monday to Sunday.
        off_peak: the grid operator's off-peak hours, minutes (start, end).
        optarif, registers, ptec: what historic mode shows; a modern contract is ``BASE``/``TH..``
            with the total (54E 6.1), its ``registers`` are empty.
        peaks: profile by mobile peak number; ``peak_min``: first and last minute of a peak day.
    """

    name: str
    ngtf: str
    ltarf: tuple[str, ...]
    profiles: tuple[Profile, ...]
    off_peak: OffPeak
    week: tuple[int, ...] = (0,) * 7
    optarif: str = "BASE"
    registers: tuple[str, ...] = ()
    ptec: tuple[str, ...] = ()
    peaks: tuple[Profile, ...] = ()
    peak_min: tuple[int, int] = (360, 1800)

    @property
    def is_tempo(self) -> bool:
        """Tempo, whose colours the status register shows."""
        return self.name == "tempo"

    @property
    def is_ejp(self) -> bool:
        """EJP, whose notice lasts the 30 minutes before the peak."""
        return self.name == "ejp"


def slot_at(profile: Profile, minute: int) -> Slot:
    """The slot of a profile that covers a minute of the day."""
    return next(slot for slot in reversed(profile) if slot.minute <= minute)


@lru_cache(maxsize=64)
def profile_text(profile: Profile) -> str:
    """PJOURF+1 and PPOINTE: eleven blocks ``HHMMSSSS`` (54E 6.2.3.22).

    >>> profile_text((Slot(0, 1, CLOSES), Slot(390, 2)))[:26]
    '0000C001 06308002 NONUTILE'
    """
    blocks = [f"{s.minute // 60:02}{s.minute % 60:02}{s.contact | s.supplier:04X}" for s in profile]
    return " ".join(blocks + [UNUSED_SLOT] * (11 - len(blocks)))


def covers(span: tuple[int, int], minute: int) -> bool:
    """Whether a span of the day, perhaps over midnight, covers a minute."""
    start, end = span
    return start <= minute < end if start < end else minute >= start or minute < end


def off_peak_profile(off_peak: OffPeak, low: Slot, high: Slot) -> Profile:
    """A day profile that takes ``low`` inside the off-peak hours and ``high`` outside."""
    edges = sorted({0} | {edge % 1440 for span in off_peak for edge in span})
    slots = [
        (low if any(covers(span, edge) for span in off_peak) else high)._replace(minute=edge)
        for edge in edges
    ]
    return tuple(s for i, s in enumerate(slots) if i == 0 or s.supplier != slots[i - 1].supplier)


NIGHT: OffPeak = ((22 * 60, 6 * 60),)
LOW, HIGH = Slot(0, 1, CLOSES), Slot(0, 2, OPENS)


def _tempo_profile(low: int) -> Profile:
    return tuple(
        Slot(minute, low + high, TEMPO_RULE) for minute, high in ((0, 0), (360, 1), (1320, 0))
    )


def base(off_peak: OffPeak) -> Contract:
    """One price."""
    return Contract(
        name="base", ngtf="      BASE      ", ltarf=("      BASE      ",),
        profiles=((Slot(0, 1),),), off_peak=off_peak,
        registers=("BASE",), ptec=("TH..",),
    )  # fmt: skip


def hc(off_peak: OffPeak) -> Contract:
    """Off-peak and peak hours."""
    return Contract(
        name="hc", ngtf="H PLEINE/CREUSE ", ltarf=("  HEURE  CREUSE ", "  HEURE  PLEINE "),
        profiles=(off_peak_profile(off_peak, LOW, HIGH),), off_peak=off_peak,
        optarif="HC..", registers=("HCHC", "HCHP"), ptec=("HC..", "HP.."),
    )  # fmt: skip


def ejp(off_peak: OffPeak) -> Contract:
    """22 peak days of 18 hours a winter, 07:00 to 01:00."""
    return Contract(
        name="ejp", ngtf="      EJP       ", ltarf=(" HEURE  NORMALE ", " HEURE  POINTE  "),
        profiles=((Slot(0, 1),),), off_peak=off_peak, peaks=((Slot(0, 2),),), peak_min=(420, 1500),
        optarif="EJP.", registers=("EJPHN", "EJPHPM"), ptec=("HN..", "PM.."),
    )  # fmt: skip


def tempo(_: OffPeak) -> Contract:
    """Blue, white and red days from 06:00 to 06:00, off-peak from 22:00 to 06:00."""
    return Contract(
        name="tempo", ngtf="     TEMPO      ",
        ltarf=("    HC  BLEU    ", "    HP  BLEU    ", "    HC  BLANC   ",
               "    HP  BLANC   ", "    HC  ROUGE   ", "    HP  ROUGE   "),
        profiles=(_tempo_profile(1),), off_peak=NIGHT, peaks=(_tempo_profile(3), _tempo_profile(5)),
        optarif="BBR(", ptec=("HCJB", "HPJB", "HCJW", "HPJW", "HCJR", "HPJR"),
        registers=("BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR"),
    )  # fmt: skip


def weekend(off_peak: OffPeak) -> Contract:
    """Off-peak and peak hours from Monday to Friday, a third price at the week-end."""
    return Contract(
        name="weekend", ngtf=" HC et Week-End ",
        ltarf=("   HC SEMAINE   ", "   HP SEMAINE   ", "    WEEK-END    "),
        profiles=(off_peak_profile(off_peak, LOW, HIGH), (Slot(0, 3, CLOSES),)),
        week=(0, 0, 0, 0, 0, 1, 1), off_peak=off_peak,
    )  # fmt: skip


def sale(off_peak: OffPeak) -> Contract:
    """The second meter of a producer who sells everything."""
    return Contract(
        name="sale", ngtf="   PRODUCTEUR   ", ltarf=(" INDEX NON CONSO",),
        profiles=((Slot(0, 1),),), off_peak=off_peak,
    )  # fmt: skip


def free(off_peak: OffPeak, profiles: tuple[Profile, ...], week: tuple[int, ...]) -> Contract:
    """Any calendar of up to ten indexes; a mobile peak (PM1 to PM3) takes index 10."""
    return Contract(
        name="free", ngtf=" OFFRE LIBRE    ",
        ltarf=tuple(f"    TARIF {index:02}    " for index in range(1, 11)),
        profiles=profiles, week=week, off_peak=off_peak, peaks=((Slot(0, 10),),) * 3,
    )  # fmt: skip


FIXED = {c.__name__: c for c in (base, hc, ejp, tempo, weekend, sale)}
"""Contracts that need nothing but the off-peak hours."""
NAMES = (*FIXED, "free")
