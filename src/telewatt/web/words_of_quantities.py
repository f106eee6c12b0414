"""How a quantity of a meter is called: by what it means under its contract."""

from typing import Any

from telewatt.entities import Profile, entity_of_quantity
from telewatt.language import Text
from telewatt.quantity import QUANTITIES
from telewatt.rollup.series import COUNTS
from telewatt.shapes.values import words
from telewatt.web.situations import tone_of

COUNT_TITLES = {
    "frames": Text("Frames received", "Trames reçues"),
    "rejected": Text("Runs of bytes rejected", "Suites d'octets rejetées"),
    "repaired": Text("Datasets repaired", "Groupes réparés"),
}


def register_number(quantity: str) -> int | None:
    """The number of a supplier's register: 2 of ``import_2_wh``."""
    parts = quantity.split("_")
    is_register = parts[0] == "import" and len(parts) == 3 and parts[1].isdecimal()
    return int(parts[1]) if is_register else None


def kind_of(quantity: str) -> str:
    """``counter``, ``gauge``, ``estimate`` or ``count``."""
    return "count" if quantity in COUNTS else str(QUANTITIES[quantity].kind)


def unit_of(quantity: str) -> str:
    """Its unit; ``""`` where there is none."""
    return "" if quantity in COUNTS else QUANTITIES[quantity].unit


def title_of(quantity: str) -> Text:
    """Its name in the table of quantities."""
    return COUNT_TITLES[quantity] if quantity in COUNTS else QUANTITIES[quantity].title


def name_of(quantity: str, profile: Profile | None) -> Text:
    """Its name by meaning: ``Heures creuses``, not register 1."""
    if quantity in COUNTS:
        return COUNT_TITLES[quantity]
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
    return {
        "quantity": quantity,
        "kind": kind_of(quantity),
        "unit": unit_of(quantity),
        "title": words(title_of(quantity)),
        "name": words(name_of(quantity, profile)),
        "tone": tone_of_quantity(quantity, profile),
    }
