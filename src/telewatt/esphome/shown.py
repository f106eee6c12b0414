"""How Home Assistant shows what a meter sends: name, unit, classes, by label and contract."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from telewatt.esphome.answers import MeterAnswers
from telewatt.language import Text
from telewatt.tic import Mode
from telewatt.tic.labels import TABLE

_NUMBER = re.compile(r"int:")
_CLASSES = {
    "Wh": ("energy", "total_increasing"),
    "VArh": ("reactive_energy", "total_increasing"),
    "VA": ("apparent_power", "measurement"),
    "kVA": ("apparent_power", "measurement"),
    "W": ("power", "measurement"),
    "A": ("current", "measurement"),
    "V": ("voltage", "measurement"),
    "min": ("duration", "measurement"),
}
_UNITS = {"VArh": "varh"}
_DIAGNOSTIC = frozenset(
    (
        *("ADCO", "ADSC", "VTIC", "DATE", "PRM", "OPTARIF", "NGTF", "MOTDETAT", "PPOT", "HHPHC"),
        *("STGE", "RELAIS", "NTARF", "NJOURF", "NJOURF+1", "PJOURF+1", "PPOINTE", "MSG1", "MSG2"),
        *("PREF", "PCOUP", "ISOUSC", "IMAX", "IMAX1", "IMAX2", "IMAX3"),
    )
)


class Shown(NamedTuple):
    """One label as it is shown.

    Attributes:
        label: as the meter sends it.
        name: for people; an index has ASCII letters only, so that its entity id is foreseeable.
        unit, device_class, state_class: Home Assistant's words; empty: a text.
        exact: a register in whole units that a float32 cannot hold.
        diagnostic: for those who look closer.
    """

    label: str
    name: Text
    unit: str = ""
    device_class: str = ""
    state_class: str = ""
    exact: bool = False
    diagnostic: bool = False


_TARIFFS = {
    "base": (Text("Base", "Base"),),
    "hc": (Text("HC", "HC"), Text("HP", "HP")),
    "ejp": (Text("EJP normal hours", "EJP heures normales"), Text("EJP peak", "EJP pointe")),
    "tempo": tuple(
        Text(f"Tempo {hours} {en}", f"Tempo {hours} {fr}")
        for en, fr in (("blue", "bleu"), ("white", "blanc"), ("red", "rouge"))
        for hours in ("HC", "HP")
    ),
    "weekend": (
        Text("HC week", "HC semaine"),
        Text("HP week", "HP semaine"),
        Text("Week-end", "Week-end"),
    ),
    "sale": (Text("not consumed", "non conso"),),
}
_REGISTERS = {
    label: (contract, number)
    for contract, registers in {
        "base": ("BASE",),
        "hc": ("HCHC", "HCHP"),
        "ejp": ("EJPHN", "EJPHPM"),
        "tempo": ("BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR"),
    }.items()
    for number, label in enumerate(registers, 1)
}


def shown(meter: MeterAnswers, label: str) -> Shown:
    """How this label of this meter is shown."""
    row = TABLE[meter.mode][label][0]
    number = row.format.startswith("int:") and bool(row.unit)
    unit = row.unit if number else ""
    device_class, state_class = _CLASSES.get(unit, ("", ""))
    index = unit in ("Wh", "VArh")
    return Shown(
        label,
        _name(meter, label) or Text(row.en, row.fr),
        _UNITS.get(unit, unit),
        device_class,
        state_class,
        index,
        label in _DIAGNOSTIC,
    )


def names_of(mode: Mode, label: str) -> Iterator[Text]:
    """Every name that `shown` may give to a label, whatever the contract."""
    yield from (Text(row.en, row.fr) for row in TABLE[mode][label])
    contract, number = _REGISTERS.get(label, ("", 0))
    if number:
        yield _index(_TARIFFS[contract][number - 1])
    elif label.startswith("EASF"):
        number = int(label[4:])
        yield _index(Text(str(number), str(number)))
        for tariffs in _TARIFFS.values():
            if number <= len(tariffs):
                yield _index(tariffs[number - 1])


def _index(tariff: Text) -> Text:
    return Text(f"Index {tariff.en}", f"Index {tariff.fr}")


def _name(meter: MeterAnswers, label: str) -> Text | None:
    contract, number = _REGISTERS.get(label, (meter.contract, 0))
    if label.startswith("EASF"):
        number = int(label[4:])
    if number:
        tariffs = _TARIFFS.get(contract, ())
        tariff = tariffs[number - 1] if number <= len(tariffs) else Text(f"{number}", f"{number}")
        return _index(tariff)
    return None
