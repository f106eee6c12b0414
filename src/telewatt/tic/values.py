"""Typed values: what the data of a label mean, beyond a number or a text.

Each class is its plain type (``Stge`` is an ``int``, ``Ptec`` a ``str``) plus the meaning. A code
the specification leaves undefined is a value too: it reads ``"undefined(7)"``, never an exception.

Sources: Enedis-NOI-CPT_54E v3, 6.2.3 (STGE, RELAIS, day profiles); manufacturers' manuals (OPTARIF,
PTEC, DEMAIN, PPOT, MOTDETAT); EURIDIS lists V3.04A (addresses).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Generic, Self, TypeVar, overload
from zoneinfo import ZoneInfo

from telewatt.tic import euridis

_T = TypeVar("_T")


class Address(str):
    """EURIDIS address CC AA TT NNNNNN of a meter (ADCO, ADSC, ADS): text, never a number."""

    __slots__ = ()

    @property
    def manufacturer_code(self) -> str:
        """CC; several codes may belong to one manufacturer."""
        return self[0:2]

    @property
    def manufacturer(self) -> str:
        """Name of the manufacturer, or ``"undefined(CC)"``."""
        code = self.manufacturer_code
        return euridis.manufacturers().get(code, f"undefined({code})")

    @property
    def year(self) -> int:
        """Year of manufacture; the line gives two digits, 80 to 99 are read as 19xx."""
        year = int(self[2:4])
        return 1900 + year if year >= 80 else 2000 + year

    @property
    def type_code(self) -> str:
        """TT, hexadecimal text."""
        return self[4:6]

    @property
    def type(self) -> str:
        """Designation of the device type, or ``"undefined(TT)"``."""
        device = euridis.device_types().get(self.type_code)
        return device.name if device else f"undefined({self.type_code})"

    @property
    def family(self) -> str:
        """``linky``, ``linky_sei``, ``cbe``, ``pme_pmi``...; ``other`` where there is none."""
        device = euridis.device_types().get(self.type_code)
        return device.family if device else "other"

    @property
    def phase(self) -> str:
        """``mono``, ``tri``, or ``""`` where the type does not say."""
        device = euridis.device_types().get(self.type_code)
        return device.phase if device else ""

    @property
    def serial(self) -> str:
        """NNNNNN, six digits."""
        return self[6:12]

    @property
    def is_linky(self) -> bool:
        """Whether the type is one of the Linky types, pilots and overseas included."""
        return self.family.startswith("linky")


class _Bits(Generic[_T]):
    """Some bits of a register, and what each of their codes means."""

    def __init__(self, shift: int, *meanings: _T) -> None:
        self.shift = shift
        self.mask = len(meanings) - 1
        self.meanings = meanings

    @overload
    def __get__(self, register: None, owner: type) -> Self: ...
    @overload
    def __get__(self, register: int, owner: type) -> _T: ...
    def __get__(self, register: int | None, owner: type) -> Self | _T:
        return self if register is None else self.meanings[register >> self.shift & self.mask]


_UNDEFINED_INDEXES = tuple(f"undefined({code})" for code in range(10, 16))
_COLOURS = ("none", "blue", "white", "red")


class Stge(int):
    """Status register STGE, 32 bits (54E 6.2.3, protocol order from bit 0 up)."""

    __slots__ = ()

    dry_contact = _Bits(0, "closed", "open")
    breaker = _Bits(
        1,
        "closed",
        "open_overpower",
        "open_overvoltage",
        "open_load_shedding",
        "open_order",
        "open_overheat_above_switching_current",
        "open_overheat_below_switching_current",
        "undefined(7)",
    )
    terminal_cover = _Bits(4, "closed", "open")
    overvoltage = _Bits(6, False, True)
    over_reference_power = _Bits(7, False, True)
    operation = _Bits(8, "consumer", "producer")
    energy_sign = _Bits(9, "positive", "negative")
    supplier_index = _Bits[int | str](10, *range(1, 11), *_UNDEFINED_INDEXES)
    distributor_index = _Bits(14, 1, 2, 3, 4)
    clock_degraded = _Bits(16, False, True)
    tic_output = _Bits(17, "historic", "standard")
    euridis_output = _Bits(19, "off", "on_unsecured", "undefined(2)", "on_secured")
    plc = _Bits(21, "new_unlocked", "new_locked", "registered", "undefined(3)")
    plc_synchronised = _Bits(23, False, True)
    tempo_today = _Bits(24, *_COLOURS)
    tempo_tomorrow = _Bits(26, *_COLOURS)
    peak_notice = _Bits[int | None](28, None, 1, 2, 3)
    peak_running = _Bits[int | None](30, None, 1, 2, 3)

    def fields(self) -> dict[str, object]:
        """Every field by name, from bit 0 up."""
        return {name: getattr(self, name) for name in _STGE_FIELDS}


_STGE_FIELDS = tuple(name for name, field in vars(Stge).items() if isinstance(field, _Bits))


class Relais(int):
    """State of the eight relays; relay 1 is the real dry contact, 2 to 8 are virtual."""

    __slots__ = ()

    @property
    def closed(self) -> tuple[int, ...]:
        """Numbers of the closed relays, 1 to 8 (bit n-1 = 1: closed, unlike STGE bit 0)."""
        return tuple(relay for relay in range(1, 9) if self >> (relay - 1) & 1)


class Ppot(int):
    """Presence of the phase voltages (three-phase historic)."""

    __slots__ = ()

    @property
    def absent_phases(self) -> tuple[int, ...]:
        """The phases without voltage, 1 to 3 (bit n = 1: absent)."""
        return tuple(phase for phase in (1, 2, 3) if self >> phase & 1)


class Motdetat(str):
    """Status word of a historic meter: three bytes in hexadecimal; Linky sends zeros.

    The bits are those of the meters whose manuals tell them (C1000, C2000-4, ZCD126); other
    makers may use them otherwise, and a concentrator adds two bytes.

    Source: manufacturers' manuals (Sagem C1000 2003, C2000-4 2004; Siemens ZCD126 1998).
    """

    __slots__ = ()

    @property
    def is_clear(self) -> bool:
        """Whether the meter reports nothing."""
        return not self.strip("0")

    @property
    def implausible_indexes(self) -> tuple[int, ...]:
        """Which of the indexes 1 to 6 the meter itself does not believe."""
        return tuple(n + 1 for n in range(6) if self._byte(0) & 1 << n)

    @property
    def has_fraud_index(self) -> bool:
        """More than 255 openings of the cover."""
        return bool(self._byte(0) & 0x40)

    @property
    def has_over_voltage(self) -> bool:
        """Above 350 V (C2000-4; unused on the C1000)."""
        return bool(self._byte(0) & 0x80)

    @property
    def resets_with_loss(self) -> int:
        """Restarts that lost data, 0 to 15."""
        return self._byte(1) >> 4

    @property
    def watchdog_resets(self) -> int:
        """Restarts by the watchdog, 0 to 15."""
        return self._byte(1) & 0x0F

    @property
    def has_memory_error(self) -> bool:
        """The meter found its memory damaged."""
        return bool(self._byte(2) & 1)

    @property
    def lost_phases(self) -> tuple[int, ...]:
        """Phases whose supply was lost (C2000-4)."""
        return tuple(n for n in (1, 2, 3) if self._byte(2) & 1 << n)

    def _byte(self, place: int) -> int:
        return int(self[2 * place : 2 * place + 2], 16)


class Optarif(str):
    """Tariff option of a historic contract."""

    __slots__ = ()

    @property
    def option(self) -> str:
        """``base``, ``off_peak``, ``ejp``, ``tempo`` or ``"undefined(...)"``."""
        known = {"BASE": "base", "HC..": "off_peak", "EJP.": "ejp"}
        if self._programmes is not None:
            return "tempo"
        return known.get(str(self), f"undefined({self})")

    @property
    def water_programme(self) -> int | None:
        """Tempo: programme of the water-heater contact, 1 to 3; else ``None``."""
        return None if self._programmes is None else self._programmes // 8 + 1

    @property
    def heating_programme(self) -> str | None:
        """Tempo: programme of the heating contact, ``0`` to ``6`` or ``C``; else ``None``."""
        return None if self._programmes is None else "0123456C"[self._programmes % 8]

    @property
    def _programmes(self) -> int | None:
        if self[:3] != "BBR" or not "(" <= self[3:] <= "?":
            return None
        return ord(self[3]) - ord("(")


class Ptec(str):
    """Current tariff period of a historic contract."""

    __slots__ = ()

    @property
    def period(self) -> str:
        """``all_hours``, ``off_peak``, ``peak``, ``normal``, ``mobile_peak``; else undefined."""
        periods = {"TH": "all_hours", "HC": "off_peak", "HP": "peak"}
        periods |= {"HN": "normal", "PM": "mobile_peak"}
        tempo = self.colour is not None
        if self[2:] != ".." and not tempo:
            return f"undefined({self})"
        return periods.get(self[:2], f"undefined({self})")

    @property
    def colour(self) -> str | None:
        """Tempo: ``blue``, ``white`` or ``red``; else ``None``."""
        if self[:2] not in ("HC", "HP"):
            return None
        return {"JB": "blue", "JW": "white", "JR": "red"}.get(self[2:])


class Demain(str):
    """Tempo colour of the next day."""

    __slots__ = ()

    @property
    def colour(self) -> str | None:
        """``blue``, ``white``, ``red``; ``None`` while unknown (``----`` or ``____``)."""
        return {"BLEU": "blue", "BLAN": "white", "ROUG": "red"}.get(str(self))


@dataclass(frozen=True, slots=True)
class Slot:
    """One block ``HHMMSSSS`` of a day profile: what starts at ``start``.

    Attributes:
        start: ``HH:MM``, local time of the meter.
        index: supplier index from then on, 1 to 10; ``None``: no change.
        contact: order to the dry contact: ``none``, ``tempo`` (as configured for Tempo),
            ``open`` or ``close``.
        virtual_contacts: numbers of the virtual contacts set, 1 to 7 (relays 2 to 8).
        raw: the block as sent.
        doubtful: the hour was only readable as hexadecimal (seen on one meter).
    """

    start: str
    index: int | None
    contact: str
    virtual_contacts: tuple[int, ...]
    raw: str
    doubtful: bool


class DayProfile(tuple[Slot, ...]):
    """Day profile (PJOURF+1, PPOINTE): its used blocks, in the order sent."""

    __slots__ = ()


def day_profile(data: str) -> DayProfile:
    """Eleven blocks of eight characters, those in use decoded.

    One hour that is no decimal number makes every hour of the profile hexadecimal.
    Raises ValueError if an hour is beyond 23 in both readings.
    """
    blocks = [block for block in data.split(" ") if block != "NONUTILE"]
    doubtful = any(not block[:2].isdecimal() for block in blocks)
    return DayProfile(_slot(block, doubtful) for block in blocks)


def _slot(block: str, doubtful: bool) -> Slot:
    hour = int(block[:2], 16 if doubtful else 10)
    if hour > 23:
        raise ValueError(f"{block!r} starts after 23:59")
    action = int(block[4:], 16)
    return Slot(
        start=f"{hour:02}:{block[2:4]}",
        index=action & 15 if 1 <= action & 15 <= 10 else None,
        contact=("none", "tempo", "open", "close")[action >> 14],
        virtual_contacts=tuple(n for n in range(1, 8) if action >> (n + 3) & 1),
        raw=block,
        doubtful=doubtful,
    )


def civil_date(data: str) -> datetime | None:
    """``JJ/MM/AA HH:MM:SS``, civil time of metropolitan France, as aware UTC; zeros give ``None``.

    ICE meters also write ``/`` in the time. Raises ValueError if it is no date of the calendar.

    >>> civil_date("25/05/16 16:19:37").isoformat()
    '2016-05-25T14:19:37+00:00'
    """
    day, month, year = data[0:2], data[3:5], data[6:8]
    if day == month == year == "00":
        return None
    return from_civil_time(f"20{year}{month}{day}T{data[9:11]}{data[12:14]}{data[15:17]}")


def from_civil_time(iso: str) -> datetime:
    """Civil time of metropolitan France (ISO 8601 without offset) as aware UTC.

    Of the two readings of an autumn hour it takes the first, summer time (PEP 495, fold 0).
    Raises ValueError if it is no date of the calendar.
    """
    return datetime.fromisoformat(iso).replace(tzinfo=_paris()).astimezone(UTC)


@cache
def _paris() -> ZoneInfo:
    return ZoneInfo("Europe/Paris")


def plain(value: object) -> Any:
    """A value as JSON can carry it: the public form of ``telewatt decode --format jsonl``.

    STGE, RELAIS and PPOT become an object with ``raw`` and their fields; a day profile a list of
    objects; a time ISO 8601 UTC ending in ``Z``; other tuples lists; texts and numbers themselves.
    """
    simplify = _PLAIN.get(type(value))
    return simplify(value) if simplify else value


_PLAIN: dict[type, Callable[[Any], Any]] = {
    Stge: lambda stge: {"raw": f"{stge:08X}", **stge.fields()},
    Relais: lambda relais: {"raw": int(relais), "closed": list(relais.closed)},
    Ppot: lambda ppot: {"raw": f"{ppot:02X}", "absent_phases": list(ppot.absent_phases)},
    Slot: lambda slot: {name: plain(part) for name, part in asdict(slot).items()},
    DayProfile: lambda profile: [plain(slot) for slot in profile],
    tuple: lambda parts: [plain(part) for part in parts],
    datetime: lambda time: time.isoformat().replace("+00:00", "Z"),
    Address: str,
    Motdetat: str,
    Optarif: str,
    Ptec: str,
    Demain: str,
}
