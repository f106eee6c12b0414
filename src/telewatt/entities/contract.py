"""Contracts and their tariff periods by meaning: what the registers of a meter count.

A register has a number, in both modes the same (Linky: HC 1, HP 2; Tempo HCJB HPJB HCJW HPJW HCJR
HPJR 1 to 6); which period it counts follows from the contract. Suppliers name contracts and periods
as they like in standard mode (NGTF, LTARF): what is known is read by its meaning, what is not keeps
the supplier's words. Source: Enedis-NOI-CPT_54E v3, 6.1 and 6.2.3; texts as real meters send them.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from telewatt.language import Text


class Period(NamedTuple):
    """One tariff period: ``key`` is stable, ``name`` for people; ``colour`` is Tempo's or ""."""

    key: str
    name: Text
    colour: str = ""


class Contract(NamedTuple):
    """A tariff structure.

    Attributes:
        option: ``base``, ``off_peak``, ``ejp``, ``tempo`` or ``other``.
        name: as people call it; of ``other``, the supplier's words.
        periods: by the number of the register that counts them, as far as they are known.
    """

    option: str
    name: Text
    periods: Mapping[int, Period]


COLOURS: Mapping[str, Text] = MappingProxyType(
    {
        "blue": Text("Blue", "Bleu"),
        "white": Text("White", "Blanc"),
        "red": Text("Red", "Rouge"),
    }
)
"""Colours of Tempo days."""


def _tempo() -> dict[int, Period]:
    periods = {}
    for place, (colour, words) in enumerate(COLOURS.items()):
        low = Text(f"Tempo {colour} off-peak", f"Tempo {words.fr.lower()} HC")
        high = Text(f"Tempo {colour} peak", f"Tempo {words.fr.lower()} HP")
        periods[2 * place + 1] = Period(f"tempo_{colour}_off_peak", low, colour)
        periods[2 * place + 2] = Period(f"tempo_{colour}_peak", high, colour)
    return periods


_BASE = Period("all_hours", Text("All hours", "Toutes heures"))
_OFF_PEAK = Period("off_peak", Text("Off-peak hours", "Heures creuses"))
_PEAK = Period("peak", Text("Peak hours", "Heures pleines"))
_NORMAL = Period("normal", Text("EJP normal hours", "EJP heures normales"))
_MOBILE_PEAK = Period("mobile_peak", Text("EJP peak hours", "EJP pointe mobile"))
_TEMPO = _tempo()

CONTRACTS: Mapping[str, Contract] = MappingProxyType(
    {
        "base": Contract("base", Text("Base", "Base"), {1: _BASE}),
        "off_peak": Contract(
            "off_peak",
            Text("Peak and off-peak hours", "Heures pleines et creuses"),
            {1: _OFF_PEAK, 2: _PEAK},
        ),
        "ejp": Contract("ejp", Text("EJP", "EJP"), {1: _NORMAL, 2: _MOBILE_PEAK}),
        "tempo": Contract("tempo", Text("Tempo", "Tempo"), _TEMPO),
    }
)
"""Those whose periods are known, by their option."""

REGISTER_LABELS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        **{"BASE": ("base", 1), "HCHC": ("off_peak", 1), "HCHP": ("off_peak", 2)},
        **{"EJPHN": ("ejp", 1), "EJPHPM": ("ejp", 2)},
        **{
            f"BBR{when}J{colour}": ("tempo", 2 * place + number)
            for place, colour in enumerate("BWR")
            for number, when in ((1, "HC"), (2, "HP"))
        },
    }
)
"""Registers of historic mode: their label says the contract. Label -> option, number."""

_NAMES = (
    (r"\bTEMPO\b|\bBBR", "tempo"),
    (r"\bEJP\b", "ejp"),
    (r"WEEK|ZEN|SUPER", "other"),
    (r"CREUSE|\bHP\W*HC\b|\bHC\W*HP\b|^HC$", "off_peak"),
    (r"^BASE$", "base"),
)
_PERIODS = (
    *(
        (rf"\b{when}\b.*\b{colour}", _TEMPO[2 * place + number])
        for place, colour in enumerate(("BLEU", "BLAN", "ROUG"))
        for number, when in ((1, "HC"), (2, "HP"))
    ),
    (r"^(HEURES? CREUSES?|H\.? CREUSES?|HC)$", _OFF_PEAK),
    (r"^(HEURES? PLEINES?|H\.? PLEINES?|HP)$", _PEAK),
    (r"^HEURES? NORMALES?$", _NORMAL),
    (r"^(HEURES? (DE )?)?POINTE( MOBILE)?$", _MOBILE_PEAK),
    (r"^(BASE|TOUTES? HEURES?|TH)$", _BASE),
)


def words_of(text: str) -> str:
    """The words of a free text of the meter: no double spaces.

    >>> words_of("  HEURE  CREUSE ")
    'HEURE CREUSE'
    """
    return " ".join(text.split())


def contract_of(name: str, texts: Mapping[int, str] | None = None) -> Contract:
    """The contract that a meter in standard mode names.

    Args:
        name: NGTF.
        texts: by register number, the LTARF that was seen while it ran; they correct what the
            name lets expect.

    >>> contract_of(" H PLEINE/CREUSE ").periods[1].name.fr
    'Heures creuses'
    """
    words = words_of(name)
    option = next((known for like, known in _NAMES if re.search(like, words.upper())), "other")
    seen = {number: period_of(text) for number, text in (texts or {}).items()}
    if option == "other":
        return Contract("other", Text(words, words), seen)
    known = CONTRACTS[option]
    keys = {period.key for period in seen.values()}
    expected = {n: period for n, period in known.periods.items() if period.key not in keys}
    return known._replace(periods=dict(sorted({**expected, **seen}.items())))


def period_of(text: str) -> Period:
    """The period that LTARF names; one that nobody knows keeps the supplier's words."""
    words = words_of(text)
    for like, period in _PERIODS:
        if re.search(like, words.upper()):
            return period
    return Period(re.sub("[^a-z0-9]+", "_", words.lower()).strip("_"), Text(words, words))
