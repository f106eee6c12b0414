"""How Home Assistant shows what a meter sends: the one table of entities, for one meter.

A register of energy is shown as a text: ESPHome's numbers are single precision. Its name has ASCII
letters only, so that the id it gets in Home Assistant is foreseeable.
"""

from collections.abc import Iterator
from typing import NamedTuple

from telewatt.entities import CONTRACTS, Contract, Entity, contract_of, entity_of_label
from telewatt.esphome.answers import CONTRACTS as CONTRACT_WORDS
from telewatt.esphome.answers import MeterAnswers
from telewatt.language import Text
from telewatt.simulator.contracts import FIXED, NIGHT
from telewatt.tic import Mode
from telewatt.tic.labels import TABLE

_OPTIONS = {"base": "base", "hc": "off_peak", "ejp": "ejp", "tempo": "tempo"}
_REGISTER_UNITS = ("Wh", "VArh", "varh")
_DECODED = frozenset(
    (
        *("STGE", "DATE", "PJOURF+1", "PPOINTE", "NTARF", "RELAIS"),
        *("ADPS", "PEJP", "PTEC", "DEMAIN"),
    )
)
"""Told better by other entities, or of use to few: there, but not shown unless asked for."""


class Shown(NamedTuple):
    """One label as it is shown.

    Attributes:
        label: as the meter sends it.
        entity: its row of the one table.
        exact: a register, which a float32 cannot hold: a text.
        number: a value with a unit, exact as a float32.
    """

    label: str
    entity: Entity
    exact: bool
    number: bool

    @property
    def name(self) -> Text:
        """Its name; that of a register says that it is the register."""
        return _register_name(self.entity) if self.exact else self.entity.name

    @property
    def hidden(self) -> bool:
        """Whether Home Assistant shows it only when asked."""
        return not self.entity.enabled or self.label in _DECODED

    @property
    def diagnostic(self) -> bool:
        """Whether it is for those who look closer."""
        return self.hidden or self.entity.category == "diagnostic"


def contract_of_meter(meter: MeterAnswers) -> Contract:
    """The tariff periods behind the registers of a meter."""
    if option := _OPTIONS.get(meter.contract):
        return CONTRACTS[option]
    fixed = FIXED.get(meter.contract)
    usual = dict(enumerate(fixed(NIGHT).ltarf, 1)) if fixed else {}
    calendar = meter.calendar or (fixed(NIGHT).ngtf if fixed else meter.contract)
    return contract_of(calendar, {**usual, **dict(meter.tariffs)})


def shown(meter: MeterAnswers, label: str) -> Shown:
    """How this label of this meter is shown."""
    row = TABLE[meter.mode][label][0]
    entity = entity_of_label(meter.mode, label, contract_of_meter(meter), meter.phases)
    assert entity is not None, label
    exact = row.unit in _REGISTER_UNITS
    number = bool(entity.unit) and not exact and row.format.startswith("int")
    return Shown(label, entity, exact, number)


def names_of(mode: Mode, label: str) -> Iterator[Text]:
    """Every name that `shown` may give to a label, whatever the contract and the phases."""
    yield from (Text(row.en, row.fr) for row in TABLE[mode][label])
    for contract in CONTRACT_WORDS:
        for phases in (1, 3):
            meter = MeterAnswers("house", mode, phases, contract)
            row = shown(meter, label)
            yield row.name
            if row.exact and row.entity.name.fr in _SHORT:
                short = _SHORT[row.entity.name.fr]
                yield Text(f"Index {short}", f"Index {short}")


_SHORT = {"Heures creuses": "HC", "Heures pleines": "HP"}
_REGISTERS = {
    "import_wh": Text("total", "total"),
    "export_wh": Text("injection", "injection"),
}


def _register_name(entity: Entity) -> Text:
    """``Index Heures creuses``, ``Index injection``, ``Index Q1``."""
    kind, _, number = entity.key.removesuffix("_wh").removesuffix("_varh").rpartition("_")
    if kind == "grid":
        what = Text(f"grid {number}", f"distributeur {number}")
    elif kind == "reactive":
        what = Text(f"Q{number}", f"Q{number}")
    else:
        what = _REGISTERS.get(entity.key, entity.name)
    return Text(f"Index {_ascii(what.en)}", f"Index {_ascii(what.fr)}")


def _ascii(text: str) -> str:
    folded = text.translate(str.maketrans("àâäçéèêëîïôöùûüÉÈÀ", "aaaceeeeiioouuuEEA"))
    return folded.encode("ascii", "ignore").decode()
