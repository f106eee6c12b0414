"""Zigbee2MQTT's state of a ZLinky_TIC: names of Zigbee attributes for labels.

- Energy comes in kWh, rounded to ``kWh_precision`` decimals, none by default. A rounded index is no
  index: indexes are left out until one of them shows its Wh (three decimals).
- Zigbee says "invalid" with the largest number of a field; such values are left out.
- In historic mode the tariff option says which registers the tiers are. In base the sum of the
  tiers is BASE; elsewhere it is Zigbee2MQTT's own sum: left out.
- Reactive energy comes in fields of 16 bits and overflows: left out. The maxima and the load curve
  come without their horodate: left out.

Sources: Zigbee2MQTT's page of the device, zigbee-herdsman-converters, README of Zlinky_TIC.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from telewatt.sources.relay.told import Message, text_of, wh_of_kwh
from telewatt.tic import Mode
from telewatt.tic.relayed import Value

_OWN = ("apparent_power", "current_summ_delivered", "meter_serial_number", "current_tarif")
_INVALID = frozenset((0xFF, 0xFFFF, 0x7FFF, -0x8000, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFFFF))
_SMALL = frozenset(("available_power", "power_threshold", "relais"))  # 255 is one of theirs
_STANDARD = (
    *("status_register", "current_index_tarif", "current_price", "relais", "current_date"),
    *("power_threshold", "software_revision", "active_energy_out_d01"),
)
_HISTORIC = ("active_register_tier_delivered", "schedule_h_p_h_c", "mot_d_etat", "MOTDETAT")
_TIERS = {
    "HC": ("HCHC", "HCHP"),
    "EJP": ("EJPHN", "EJPHPM"),
    "BBR": ("BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR"),
}
_TEXTS = {
    Mode.STANDARD: {
        **{"site_id": "PRM", "available_power": "PREF", "power_threshold": "PCOUP"},
        **{"software_revision": "VTIC", "current_index_tarif": "NTARF", "current_price": "LTARF"},
        **{"current_tarif": "NGTF", "message1": "MSG1", "message2": "MSG2", "relais": "RELAIS"},
        **{"status_register": "STGE", "injected_v_a": "SINSTI"},
        **{"days_number_current_calendar": "NJOURF", "days_number_next_calendar": "NJOURF+1"},
    },
    Mode.HISTORIC: {
        **{"available_power": "ISOUSC", "current_tarif": "OPTARIF", "MOTDETAT": "MOTDETAT"},
        **{"active_register_tier_delivered": "PTEC", "tomorrow_color": "DEMAIN"},
        **{"mot_d_etat": "MOTDETAT", "apparent_power": "PAPP"},
    },
}
_PHASES = {"": "1", "_ph_b": "2", "_ph_c": "3"}


class Zlinky:
    """Reads the states of one device; knows from the first exact index on that all are exact."""

    def __init__(self) -> None:
        self._exact = False

    @staticmethod
    def fits(document: Mapping[str, Any]) -> bool:
        """Whether this is a state of a ZLinky."""
        return sum(name in document for name in _OWN) >= 2

    def read(self, document: Mapping[str, Any], mode: Mode | None) -> Message | None:
        """What a state says; ``None`` if the mode of its meter cannot be told."""
        told = {name: value for name, value in document.items() if _is_valid(name, value)}
        mode = _mode(told) or mode
        if mode is None:
            return None
        self._exact = self._exact or any(
            _has_wh(value) for name, value in told.items() if _is_index(name)
        )
        return Message(mode, tuple(self._values(told, mode)))

    def _values(self, told: Mapping[str, Any], mode: Mode) -> Iterator[Value]:
        address = "ADSC" if mode is Mode.STANDARD else "ADCO"
        names = {"meter_serial_number": address, **_TEXTS[mode]}
        names |= _powers_and_currents(told, mode)
        for name, label in names.items():
            if (text := text_of(told.get(name))) is not None:
                yield Value(label, text.upper() if label == "STGE" else text)
        date = told.get("current_date")
        if isinstance(date, str) and mode is Mode.STANDARD:
            yield Value("DATE", "", date)
        if self._exact:
            for name, label in _indexes(told, mode).items():
                if (text := wh_of_kwh(told.get(name))) is not None:
                    yield Value(label, text)


def _is_valid(name: str, value: object) -> bool:
    return not (isinstance(value, int | float) and value in _INVALID and name not in _SMALL)


def _mode(told: Mapping[str, Any]) -> Mode | None:
    standard, historic = (
        sum(text_of(told.get(name)) not in (None, "0") for name in names)
        for names in (_STANDARD, _HISTORIC)
    )
    if standard == historic:
        return None
    return Mode.STANDARD if standard > historic else Mode.HISTORIC


def _is_index(name: str) -> bool:
    return "_summ_" in name or name.startswith("active_energy_out_d")


def _has_wh(value: object) -> bool:
    """Whether a number of kWh has a third decimal."""
    wh = wh_of_kwh(value)
    return wh is not None and not wh.endswith("0")


def _is_three_phase(told: Mapping[str, Any]) -> bool:
    names = ("rms_voltage_ph_b", "rms_current_ph_b", "rms_current_max_ph_b", "apparent_power_ph_b")
    return any(text_of(told.get(name)) not in (None, "0") for name in names)


def _powers_and_currents(told: Mapping[str, Any], mode: Mode) -> dict[str, str]:
    three = _is_three_phase(told)
    if mode is Mode.HISTORIC:
        if not three:
            return {"rms_current": "IINST", "rms_current_max": "IMAX"}
        return {f"rms_current{end}": f"IINST{n}" for end, n in _PHASES.items()}
    names = {"rms_current": "IRMS1", "rms_voltage": "URMS1"}
    if not three:
        return {**names, "apparent_power": "SINSTS"}
    names["total_apparent_power"] = "SINSTS"
    for end, n in _PHASES.items():
        names[f"rms_current{end}"], names[f"rms_voltage{end}"] = f"IRMS{n}", f"URMS{n}"
        names[f"apparent_power{end}"] = f"SINSTS{n}"
    return names


def _indexes(told: Mapping[str, Any], mode: Mode) -> dict[str, str]:
    if mode is Mode.STANDARD:
        tiers = {f"current_tier{n}_summ_delivered": f"EASF{n:02}" for n in range(1, 11)}
        grid = {f"active_energy_out_d0{n}": f"EASD0{n}" for n in range(1, 5)}
        sums = {"current_summ_delivered": "EAST", "current_summ_received": "EAIT"}
        return {**sums, **tiers, **grid}
    option = str(told.get("current_tarif", ""))
    if option == "BASE":
        return {"current_summ_delivered": "BASE"}
    labels = next((found for start, found in _TIERS.items() if option.startswith(start)), ())
    return {f"current_tier{n}_summ_delivered": label for n, label in enumerate(labels, 1)}
