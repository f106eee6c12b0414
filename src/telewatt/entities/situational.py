"""Entities that no label is: what people write automations on, the same in both modes.

Their values are those of `telewatt.situation.Situation` and of the line.
"""

from collections.abc import Iterator

from telewatt.entities.contract import COLOURS, CONTRACTS, Contract
from telewatt.entities.entity import Entity, enum, measured
from telewatt.language import Text

TARIFF_PERIOD = Text("Tariff period", "Période tarifaire")
TEMPO_TODAY = Text("Tempo today", "Tempo aujourd'hui")
TEMPO_TOMORROW = Text("Tempo tomorrow", "Tempo demain")
LINK = "link"
"""The one entity that tells when a meter is not there; so it is there whenever the service is."""


def tariff_entities(contract: Contract) -> Iterator[Entity]:
    """Of the contract: the running period, Tempo's colours, EJP."""
    options = {period.key: period.name for period in contract.periods.values()}
    if contract.option == "other":  # periods that nobody has seen yet may come
        yield Entity("tariff_period", TARIFF_PERIOD, icon="mdi:clock-outline")
    elif len(options) > 1:
        yield enum("tariff_period", TARIFF_PERIOD, options, "mdi:clock-outline")
    if contract.option == "tempo":
        yield enum("tempo_today", TEMPO_TODAY, COLOURS, "mdi:calendar-today")
        yield enum("tempo_tomorrow", TEMPO_TOMORROW, COLOURS, "mdi:calendar-arrow-right")
    if contract.option == "ejp":
        yield Entity("ejp_today", Text("EJP peak day", "Jour de pointe EJP"), "binary_sensor",
                     icon="mdi:flash-alert")  # fmt: skip
        yield Entity("ejp_notice", Text("EJP notice", "Préavis EJP"), "binary_sensor",
                     icon="mdi:bell-alert")  # fmt: skip
    known = (
        {} if contract.option == "other" else {key: each.name for key, each in CONTRACTS.items()}
    )
    yield enum("contract", Text("Contract", "Contrat"), known)._replace(
        category="diagnostic", device_class="enum" if known else ""
    )


def power_entities() -> Iterator[Entity]:
    """Of the subscribed power, for meters that tell it."""
    yield Entity("over_power", Text("Over subscribed power", "Dépassement de puissance"),
                 "binary_sensor", device_class="problem")  # fmt: skip
    yield measured("margin_va", Text("Power margin", "Marge de puissance"), "VA")
    yield measured("subscribed_va", Text("Subscribed power", "Puissance souscrite"), "VA")._replace(
        state_class="", category="diagnostic"
    )


def line_entities() -> Iterator[Entity]:
    """Of the line, whatever the meter."""
    yield Entity(LINK, Text("Meter link", "Liaison compteur"), "binary_sensor",
                 device_class="connectivity", category="diagnostic")  # fmt: skip
    yield Entity("line_quality_pct", Text("Line quality", "Qualité de la ligne"), "sensor", "%",
                 state_class="measurement", precision=1, category="diagnostic",
                 icon="mdi:signal")  # fmt: skip
