"""Files as Enedis and EDF let people download them, made from scratch for the tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from telewatt.rollup import Portion, merge_summaries

PARIS = ZoneInfo("Europe/Paris")
PRM = "30001234567890"
PREAMBLE = (
    "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;"
    "Etape metier;Unite;Pas en minutes"
)


def at(text: str) -> datetime:
    """An instant, from local time of Paris unless an offset is written."""
    stamp = datetime.fromisoformat(text)
    return (stamp if stamp.tzinfo else stamp.replace(tzinfo=PARIS)).astimezone(UTC)


def preamble(
    *,
    type_: str = "Courbe de charge",
    business: str = "Consommation",
    unit: str = "W",
    step: str = "",
) -> list[str]:
    first, last = "29/03/2025", "31/03/2025"
    return [
        PREAMBLE,
        f"{PRM};{type_};{first};{last};Energie active;{business};Comptage Brut;{unit};{step}",
    ]


def stamps(first: datetime, last: datetime, minutes: int) -> list[datetime]:
    """The ends of the intervals from one instant to another."""
    step = timedelta(minutes=minutes)
    return [first + step * (n + 1) for n in range((last - first) // step)]


def enedis_curve(
    ends: list[datetime], values: list[object], *, unit: str = "W", end: str = "\r\n", **said: str
) -> str:
    """The load curve of "Mes mesures": stamps with offsets, at the end of each interval."""
    rows = [
        f"{one.astimezone(PARIS).isoformat()};{'' if value is None else value}"
        for one, value in zip(ends, values, strict=True)
    ]
    return end.join([*preamble(unit=unit, **said), "Horodate;Valeur", *rows, ""])


def edf_power(ends: list[datetime], values: list[object]) -> str:
    """EDF's powers: descending, days on lines of their own, 00:00 ends the day above it."""
    lines = ["", "Récapitulatif de mes puissances atteintes en W", ""]
    lines += [
        "Date et heure de relève par le distributeur;Puissance atteinte (W);Nature de la donnée"
    ]
    day = None
    for one, value in sorted(zip(ends, values, strict=True), reverse=True):
        local = (one - timedelta(seconds=1)).astimezone(PARIS)
        if local.date() != day:
            day = local.date()
            lines.append(f"{day:%d/%m/%Y};;")
        lines.append(f"{one.astimezone(PARIS):%H:%M:%S};{value};Réelle")
    return "\r\n".join([*lines, ""])


def workbook_curve(ends: list[datetime], values: list[object], minutes: int = 30) -> str:
    """The sheet of the new workbook, saved as CSV: both ends, kW with a decimal comma."""
    lines = [f"Point Référence Mesure (PRM) : ;{PRM};Type de comptage : ;Consommation Horaire"]
    lines += ["", "Début;Fin;Valeur (en kW)"]
    for one, value in zip(ends, values, strict=True):
        start, end = one - timedelta(minutes=minutes), one
        kw = f"{Decimal(str(value)) / 1000:f}".replace(".", ",") if value is not None else "NA"
        local = [f"{stamp.astimezone(PARIS):%d/%m/%Y %H:%M:%S}" for stamp in (start, end)]
        lines.append(f"{local[0]};{local[1]};{kw}")
    return "\r\n".join([*lines, ""])


def total_wh(portions: Iterable[Portion], quantity: str = "import_wh") -> int:
    """The energy of all portions together."""
    whole = 0
    for portion in portions:
        totals = merge_summaries(portion.minutes.values()).counters[quantity]
        whole += totals.last_total - totals.first_total
    return whole
