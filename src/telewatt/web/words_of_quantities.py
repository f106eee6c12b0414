"""How a quantity of a meter is called: by what it means under its contract."""

from typing import Any

from telewatt.entities import Profile, entity_of_quantity
from telewatt.language import Text
from telewatt.quantity import KNOWN
from telewatt.rollup.series import COUNTS
from telewatt.shapes.values import words
from telewatt.web.situations import tone_of


def register_number(quantity: str) -> int | None:
    """The number of a supplier's register: 2 of ``import_2_wh``."""
    parts = quantity.split("_")
    is_register = parts[0] == "import" and len(parts) == 3 and parts[1].isdecimal()
    return int(parts[1]) if is_register else None


def name_of(quantity: str, profile: Profile | None) -> Text:
    """Its name by meaning: ``Heures creuses``, not register 1."""
    if quantity in COUNTS:
        return KNOWN[quantity].title
    if profile is None:
        return entity_of_quantity(quantity).name
    return entity_of_quantity(quantity, profile.contract, profile.phases).name


def tone_of_quantity(quantity: str, profile: Profile | None) -> str | None:
    """The tone of a register; ``None`` for everything else."""
    number = register_number(quantity)
    if number is None:
        return None
    contract = profile.contract if profile else None
    return tone_of(contract.periods.get(number) if contract else None, number)


def quantity_object(quantity: str, profile: Profile | None) -> dict[str, Any]:
    """What is known of a quantity."""
    _, unit, kind, title = KNOWN[quantity]
    return {
        "quantity": quantity,
        "kind": str(kind),
        "unit": unit,
        "title": words(title),
        "name": words(name_of(quantity, profile)),
        "tone": tone_of_quantity(quantity, profile),
    }
