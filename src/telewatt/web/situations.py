"""The present situation of a meter as the page gets it, and the colours of tariff periods."""

from typing import Any

from telewatt.entities import Contract, Period
from telewatt.shapes.values import words
from telewatt.situation import Situation

_TONES = {"all_hours": "base"}
TONES = (
    *("base", "off_peak", "peak", "normal", "mobile_peak"),
    *(f"{colour}_{when}" for colour in ("blue", "white", "red") for when in ("off_peak", "peak")),
    *(f"index_{number}" for number in range(1, 11)),
)
"""What a page needs to know of a tariff period to give it its colour."""


def tone_of(period: Period | None, number: int | None = None) -> str | None:
    """The tone of a period; of one that nobody knows, that of its register."""
    if period is not None:
        tone = _TONES.get(period.key, period.key.removeprefix("tempo_"))
        if tone in TONES:
            return tone
    return None if number is None else f"index_{number}"


def situation_object(now: Situation) -> dict[str, Any]:
    """What holds now; every value ``None`` while it is not known."""
    period = now.period
    return {
        "tariff_period": period and {"name": words(period.name), "tone": tone_of(period)},
        "tempo_today": now.tempo_today.value,
        "tempo_tomorrow": now.tempo_tomorrow.value,
        "tempo_source": now.tempo_today.source or now.tempo_tomorrow.source or None,
        "ejp_today": now.ejp_today,
        "ejp_notice": now.ejp_notice,
        "over_power": now.over_power,
        "subscribed_va": now.subscribed_va,
        "margin_va": now.margin_va,
    }


def contract_object(contract: Contract | None) -> dict[str, Any] | None:
    """A contract as far as it is known."""
    return contract and {"name": words(contract.name), "kind": contract.option}
