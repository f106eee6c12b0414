"""Which labels a meter sends, as far as its mode, phases and contract tell; or as it was seen to.

Source: Enedis-NOI-CPT_54E v3, 6.1 and 6.2, by way of the label table. The tests compare this with
what the simulated meters send.
"""

from collections.abc import Iterable

from telewatt.esphome.answers import MeterAnswers
from telewatt.simulator.contracts import FIXED, NIGHT
from telewatt.tic import Frame, Kind, Mode
from telewatt.tic.labels import LABELS, TABLE, Label

_ALWAYS_HEARD = ("ADPS", "ADIR1", "ADIR2", "ADIR3", "PEJP", "DEMAIN")
"""What a meter sends at some hours only: a capture without them says nothing."""
_NOT_OF_A_HOME = {"GAZ", "AUTRE"}
_PEAKS = {f"{edge}PM{n}" for edge in "DF" for n in (1, 2, 3)} | {"PPOINTE"}


def labels_sent(meter: MeterAnswers) -> tuple[str, ...]:
    """The labels of this meter, in the order of the frame.

    >>> labels_sent(MeterAnswers("house", Mode.HISTORIC, contract="hc"))[:5]
    ('ADCO', 'OPTARIF', 'ISOUSC', 'HCHC', 'HCHP')
    """
    sent = {row.label for row in LABELS if _sends(meter, row)}
    if meter.labels is not None:
        sent = {label for label in sent if label in meter.labels or label in _ALWAYS_HEARD}
        sent.update(label for label in meter.labels if label in TABLE[meter.mode])
    namespace = "historic" if meter.historic else "standard"
    rows = [row.label for row in LABELS if row.namespace == namespace]
    return tuple(label for label in dict.fromkeys(rows) if label in sent)


def registers_of(contract: str) -> tuple[str, ...]:
    """The historic index labels of a contract, in the order of its supplier indexes."""
    return FIXED[contract](NIGHT).registers if contract in FIXED else ("BASE",)


def indexes_of(contract: str) -> int:
    """How many of the ten supplier indexes a contract counts in."""
    return len(FIXED[contract](NIGHT).ltarf) if contract in FIXED else 10


def _sends(meter: MeterAnswers, row: Label) -> bool:
    if row.namespace != ("historic" if meter.historic else "standard"):
        return False
    if row.phase == ("tri" if meter.phases == 1 else "mono") or row.label in _NOT_OF_A_HOME:
        return False
    if row.producer_only and not meter.producer:
        return False
    return _contract_has(meter, row)


def _contract_has(meter: MeterAnswers, row: Label) -> bool:
    label = row.label
    if label.startswith("EASF"):
        return int(label[4:]) <= indexes_of(meter.contract)
    if meter.historic and row.unit == "Wh":
        return label in registers_of(meter.contract)
    if label == "PEJP":
        return meter.contract == "ejp"
    if label == "DEMAIN":
        return meter.contract == "tempo"
    return label not in _PEAKS or meter.contract in ("ejp", "tempo", "free")


def meter_of(name: str, frames: Iterable[Frame]) -> MeterAnswers | None:
    """What the frames of one meter tell about it; ``None`` if none of them is a whole one."""
    mode = Mode.STANDARD
    data: dict[str, str] = {}
    for frame in frames:
        if frame.kind is Kind.LONG and frame.datasets:
            mode = frame.mode
            data.update((dataset.label, dataset.data) for dataset in frame.datasets)
    if not data:
        return None
    return MeterAnswers(
        name,
        mode=mode,
        phases=3 if {"IINST2", "IRMS2"} & data.keys() else 1,
        contract=_contract_seen(data),
        producer="EAIT" in data,
        labels=tuple(label for label in data if not _is_idle_index(label, data)),
        calendar=data.get("NGTF", ""),
        tariffs=_tariff_seen(data),
    )


def _tariff_seen(data: dict[str, str]) -> tuple[tuple[int, str], ...]:
    number = data.get("NTARF", "")
    return ((int(number), data["LTARF"]),) if number.isdecimal() and "LTARF" in data else ()


def _is_idle_index(label: str, data: dict[str, str]) -> bool:
    """Whether this index beyond those of the contract has never counted."""
    number = int(label[4:]) if label.startswith("EASF") else 0
    return number > indexes_of(_contract_seen(data)) and not data[label].strip("0")


def _contract_seen(data: dict[str, str]) -> str:
    for contract in ("hc", "ejp", "tempo"):
        if registers_of(contract)[0] in data:
            return contract
    calendar = data.get("NGTF", "BASE").strip().upper()
    known = {
        "BASE": "base", "H PLEINE/CREUSE": "hc", "HEURES CREUSES": "hc", "EJP": "ejp",
        "TEMPO": "tempo", "PRODUCTEUR": "sale", "HC ET WEEK-END": "weekend",
    }  # fmt: skip
    return known.get(calendar, "free") if "EASF01" in data else "base"
