"""What a meter sends, in plain words: the meaning of values, bit by bit where they have bits.

Source: Enedis-NOI-CPT_54E v3, 6.1.2 and 6.2.3; manufacturers' manuals (PTEC, DEMAIN, MOTDETAT).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from telewatt.entities import COLOURS, CONTRACTS
from telewatt.language import Text
from telewatt.tic import Dataset, Mode, Reason
from telewatt.tic.labels import TABLE
from telewatt.tic.values import (
    Address,
    DayProfile,
    Demain,
    Motdetat,
    Optarif,
    Ppot,
    Ptec,
    Relais,
    Slot,
    Stge,
)


class Field(NamedTuple):
    """A part of a value.

    Attributes:
        name: what it tells.
        bits: its place, such as ``"1-3"``; ``""`` where it is no bits.
        value: in words.
    """

    name: Text
    bits: str
    value: Text


class Words(NamedTuple):
    """A dataset in words: ``meaning`` of the whole where that can be said, and its parts."""

    name: Text
    meaning: Text | None
    fields: tuple[Field, ...]


def words_of(dataset: Dataset, mode: Mode) -> Words:
    """What this dataset says.

    >>> from telewatt.tic import restore_dataset
    >>> demain = restore_dataset(Mode.HISTORIC, "DEMAIN", "ROUG")
    >>> words_of(demain, Mode.HISTORIC).meaning.fr
    'rouge'
    """
    rows = TABLE[mode].get(dataset.label)
    name = Text(rows[0].en, rows[0].fr) if rows else _UNKNOWN
    value = dataset.value
    tell = _TELL.get(type(value))
    if tell is not None:
        return Words(name, *tell(value))
    return Words(name, _plain(dataset), ())


REASONS: Mapping[str, Text] = {
    Reason.CHECKSUM: Text("the checksum does not match", "la somme de contrôle ne correspond pas"),
    Reason.PARITY: Text("wrong parity", "parité fausse"),
    Reason.STRUCTURE: Text("parts are missing", "il manque des parties"),
    Reason.CHARSET: Text("characters no meter sends", "caractères qu'aucun compteur n'envoie"),
    Reason.LABEL: Text("a damaged label", "une étiquette abîmée"),
    Reason.FORMAT: Text("data that break their format", "données hors format"),
    Reason.MODE: Text("of the other mode", "de l'autre mode"),
    Reason.UNTERMINATED: Text("cut off", "coupé"),
}
"""Why a run of bytes is not a dataset."""

_UNKNOWN = Text("a label that the table does not know", "une étiquette absente de la table")
_YES, _NO = Text("yes", "oui"), Text("no", "non")
_OPEN, _CLOSED = Text("open", "ouvert"), Text("closed", "fermé")
_COLOURS = {
    "none": Text("none announced", "pas d'annonce"),
    **{key: Text(name.en.lower(), name.fr.lower()) for key, name in COLOURS.items()},
}
_UNSET = Text("not set", "non renseigné")


def _same(text: object) -> Text:
    return Text(str(text), str(text))


def _plain(dataset: Dataset) -> Text | None:
    value, unit = dataset.value, dataset.unit
    if isinstance(value, datetime):
        return _same(value.isoformat().replace("+00:00", "Z"))
    if value is None:
        return _UNSET
    if isinstance(value, int | float) and unit:
        return _same(f"{value} {unit}")
    if isinstance(value, str) and value.strip() != dataset.data:
        return _same(" ".join(value.split()))
    return None


# -- the status register ---------------------------------------------------------------------------

_STGE: tuple[tuple[str, str, Text, Mapping[Any, Text]], ...] = (
    ("dry_contact", "0", Text("Dry contact", "Contact sec"), {"open": _OPEN, "closed": _CLOSED}),
    (
        *("breaker", "1-3", Text("Cut-off device", "Organe de coupure")),
        {
            "closed": _CLOSED,
            "open_overpower": Text("open: over-power", "ouvert : surpuissance"),
            "open_overvoltage": Text("open: over-voltage", "ouvert : surtension"),
            "open_load_shedding": Text("open: load shedding", "ouvert : délestage"),
            "open_order": Text("open: by order", "ouvert : sur ordre CPL ou Euridis"),
            "open_overheat_above_switching_current": Text(
                "open: overheated, current too high to switch",
                "ouvert : surchauffe, courant supérieur au courant de commutation",
            ),
            "open_overheat_below_switching_current": Text(
                "open: overheated, current low enough to switch",
                "ouvert : surchauffe, courant inférieur au courant de commutation",
            ),
        },
    ),
    (
        *("terminal_cover", "4", Text("Terminal cover", "Cache-bornes distributeur")),
        {"open": _OPEN, "closed": _CLOSED},
    ),
    (
        *("overvoltage", "6", Text("Over-voltage on a phase", "Surtension sur une phase")),
        {True: _YES, False: _NO},
    ),
    (
        *("over_reference_power", "7"),
        Text("Subscribed power exceeded", "Dépassement de la puissance de référence"),
        {True: _YES, False: _NO},
    ),
    (
        *("operation", "8", Text("Works as", "Fonctionne en")),
        {
            "consumer": Text("consumer", "consommateur"),
            "producer": Text("producer", "producteur"),
        },
    ),
    (
        *("energy_sign", "9", Text("Direction of active energy", "Sens de l'énergie active")),
        {"positive": Text("drawn", "positive"), "negative": Text("injected", "négative")},
    ),
    ("supplier_index", "10-13", Text("Supplier index running", "Index fournisseur en cours"), {}),
    (
        *("distributor_index", "14-15"),
        Text("Grid index running", "Index distributeur en cours"),
        {},
    ),
    (
        *("clock_degraded", "16", Text("Clock not to be trusted", "Horloge en mode dégradé")),
        {True: _YES, False: _NO},
    ),
    (
        *("tic_output", "17", Text("Mode of this output", "Mode de cette sortie")),
        {
            "historic": Text("historic", "historique"),
            "standard": Text("standard", "standard"),
        },
    ),
    (
        *("euridis_output", "19-20", Text("Euridis output", "Sortie Euridis")),
        {
            "off": Text("off", "désactivée"),
            "on_unsecured": Text("on, without security", "activée sans sécurité"),
            "on_secured": Text("on, secured", "activée avec sécurité"),
        },
    ),
    (
        *("plc", "21-22", Text("Power-line communication", "Statut du CPL")),
        {
            "new_unlocked": Text("new, unlocked", "new/unlock"),
            "new_locked": Text("new, locked", "new/lock"),
            "registered": Text("registered", "registered"),
        },
    ),
    (
        *("plc_synchronised", "23"),
        Text("Power-line communication synchronised", "Synchronisation CPL"),
        {True: _YES, False: _NO},
    ),
    ("tempo_today", "24-25", Text("Tempo colour today", "Couleur Tempo du jour"), _COLOURS),
    ("tempo_tomorrow", "26-27", Text("Tempo colour tomorrow", "Couleur Tempo demain"), _COLOURS),
    (
        *("peak_notice", "28-29", Text("Mobile peak announced", "Préavis de pointe mobile")),
        {None: _NO},
    ),
    (
        *("peak_running", "30-31", Text("Mobile peak running", "Pointe mobile en cours")),
        {None: _NO},
    ),
)


def _stge(value: Stge) -> tuple[Text | None, tuple[Field, ...]]:
    fields = tuple(
        Field(name, bits, meanings.get(getattr(value, part)) or _same(getattr(value, part)))
        for part, bits, name, meanings in _STGE
    )
    return None, fields


# -- everything else -------------------------------------------------------------------------------


def _relais(value: Relais) -> tuple[Text | None, tuple[Field, ...]]:
    fields = []
    for relay in range(1, 9):
        kind = Text("real", "réel") if relay == 1 else Text("virtual", "virtuel")
        name = Text("Relay {n} ({kind})", "Relais {n} ({kind})").fill(n=relay, kind=kind)
        state = _CLOSED if relay in value.closed else _OPEN
        fields.append(Field(name, str(relay - 1), state))
    return None, tuple(fields)


_CONTACTS = {
    "none": Text("no order to the contact", "pas d'ordre au contact"),
    "tempo": Text("contact as for Tempo", "contact comme en Tempo"),
    "open": Text("contact opens", "contact ouvert"),
    "close": Text("contact closes", "contact fermé"),
}
_FROM = Text("From {start}", "Dès {start}")
_INDEX = Text("index {n}", "index {n}")
_SAME_INDEX = Text("index unchanged", "index inchangé")
_VIRTUAL = Text("virtual contacts {n}", "contacts virtuels {n}")
_NOT_USED = Text("not used", "non utilisé")


def _profile(value: DayProfile) -> tuple[Text | None, tuple[Field, ...]]:
    fields = tuple(Field(_FROM.fill(start=slot.start), "", _slot(slot)) for slot in value)
    return (None if fields else _NOT_USED), fields


def _slot(slot: Slot) -> Text:
    index = _SAME_INDEX if slot.index is None else _INDEX.fill(n=slot.index)
    parts = [index, _CONTACTS[slot.contact]]
    if slot.virtual_contacts:
        parts.append(_VIRTUAL.fill(n=", ".join(map(str, slot.virtual_contacts))))
    return Text(", ".join(part.en for part in parts), ", ".join(part.fr for part in parts))


_ADDRESS = (
    (Text("Maker", "Constructeur"), "manufacturer"),
    (Text("Year", "Année"), "year"),
    (Text("Type", "Type"), "type"),
    (Text("Serial number", "Numéro de série"), "serial"),
)


def _address(value: Address) -> tuple[Text | None, tuple[Field, ...]]:
    return None, tuple(Field(name, "", _same(getattr(value, key))) for name, key in _ADDRESS)


_PERIODS = {
    period.key: period.name
    for contract in CONTRACTS.values()
    for period in contract.periods.values()
}


def _ptec(value: Ptec) -> tuple[Text | None, tuple[Field, ...]]:
    key = value.period if value.colour is None else f"tempo_{value.colour}_{value.period}"
    return _PERIODS.get(key) or _same(value.period), ()


def _demain(value: Demain) -> tuple[Text | None, tuple[Field, ...]]:
    return (_COLOURS["none"] if value.colour is None else _COLOURS[value.colour]), ()


def _optarif(value: Optarif) -> tuple[Text | None, tuple[Field, ...]]:
    contract = CONTRACTS.get(value.option)
    return (_same(value.option) if contract is None else contract.name), ()


def _ppot(value: Ppot) -> tuple[Text | None, tuple[Field, ...]]:
    if not value.absent_phases:
        return Text("all phases are there", "toutes les phases sont présentes"), ()
    absent = Text("without voltage: phase {n}", "sans tension : phase {n}")
    return absent.fill(n=", ".join(map(str, value.absent_phases))), ()


def _motdetat(value: Motdetat) -> tuple[Text | None, tuple[Field, ...]]:
    if value.is_clear:
        return Text("nothing to report", "rien à signaler"), ()
    return None, tuple(_alarms(value))


def _alarms(value: Motdetat) -> Iterator[Field]:
    if value.implausible_indexes:
        indexes = ", ".join(map(str, value.implausible_indexes))
        yield Field(
            Text("Indexes the meter does not believe", "Index jugés faux par le compteur"),
            *("", _same(indexes)),
        )
    if value.has_memory_error:
        yield Field(Text("Memory error", "Erreur mémoire"), "", _YES)
    if value.has_over_voltage:
        yield Field(Text("Over-voltage", "Surtension"), "", _YES)
    if value.resets_with_loss:
        name = Text("Restarts that lost data", "Redémarrages avec pertes")
        yield Field(name, "", _same(value.resets_with_loss))
    if value.lost_phases:
        name = Text("Phases lost", "Phases perdues")
        yield Field(name, "", _same(", ".join(map(str, value.lost_phases))))


_TELL: Mapping[type, Callable[[Any], tuple[Text | None, tuple[Field, ...]]]] = {
    Stge: _stge,
    Relais: _relais,
    DayProfile: _profile,
    Address: _address,
    Ptec: _ptec,
    Demain: _demain,
    Optarif: _optarif,
    Ppot: _ppot,
    Motdetat: _motdetat,
}
