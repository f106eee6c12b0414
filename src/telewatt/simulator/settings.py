"""The settings of one simulated meter, and their text form for a `sim:` address or a command line.

sim:?mode=standard&contract=tempo&phases=3&seed=7&noise=flip:0.001
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import unquote

from telewatt.language import Text
from telewatt.simulator.contracts import NIGHT as USUAL_NIGHT
from telewatt.simulator.contracts import Contract, base
from telewatt.simulator.events import ChangeContract, ChangePower, Event, OverCurrent, SwitchMode
from telewatt.simulator.house import HouseSettings
from telewatt.simulator.noise import NoiseSettings, parse_noise
from telewatt.simulator.script import (
    build_contract,
    parse_script,
    read_address,
    read_kva,
    read_mode,
)
from telewatt.simulator.text import (
    RefusedError,
    read_instant,
    read_int,
    read_seconds,
    read_switch,
    refusal,
)
from telewatt.tic import Mode

FAMILIES = ("linky", "cbe", "cbe_icc")
TYPES = {("linky", 1): "64", ("linky", 3): "76", ("cbe", 1): "25", ("cbe_icc", 1): "28"}
TYPES |= {("cbe", 3): "30", ("cbe_icc", 3): "30"}
CURVE_MINUTES = (0, 10, 15, 30, 60)


_WRONG = Text("{key}: {why}", "{key} : {why}")
_NOT = Text("{key}: {why} (not {value})", "{key} : {why} (et non {value})")
_UNKNOWN = Text(
    "{key}: unknown key; known are: {keys}", "{key} : clé inconnue ; sont connues : {keys}"
)
_PAIR = Text("{key}: write key=value", "{key} : écrivez clé=valeur")
_ONE_OF = Text("is one of: {names}", "est parmi : {names}")
_BETWEEN = Text("goes from {low} to {high}", "va de {low} à {high}")
_ONLY_LINKY = Text("only meter=linky has the standard mode", "seul meter=linky a le mode standard")
_CBE_CONTRACTS = Text(
    "a CBE meter knows base, hc, ejp and tempo", "un compteur CBE connaît base, hc, ejp et tempo"
)
_NO_PHASE = Text("overcurrent: no such phase", "overcurrent : le compteur n'a pas cette phase")
_SPEED = Text("is 0 (no waiting) or more", "vaut 0 (sans attendre) ou plus")
_INDEXES = Text(
    "gives at most 10 numbers of Wh below 1000000000",
    "donne au plus 10 nombres de Wh, inférieurs à 1000000000",
)


class SettingsError(RefusedError):
    """A setting that cannot be used: names the key, what is wrong and the remedy."""


@dataclass(frozen=True, slots=True)
class MeterSettings:
    """One meter: everything that decides its bytes, besides the start time.

    Attributes:
        seed: another seed is another house, address and life.
        mode: historic or standard; only a Linky has standard.
        family: ``linky``, ``cbe`` (older; no PAPP on one phase) or ``cbe_icc``; with three phases
        a CBETM.
        contract: the tariff structure; kva: PREF; pcoup_kva: PCOUP where it is not PREF.
        producer: standard mode then also sends what is injected.
        address, prm: identities; drawn by the seed (fictitious) where ``None``.
        index_wh: supplier indexes at the start; injected_wh: EAIT at the start.
        curve_min: period of the load curve in minutes, 0 without one.
        parity: even parity in bit 7, as a line read 8N1 gives; else 7-bit bytes.
        every_s: simulated seconds from frame to frame; ``None``: as fast as the wire carries them.
        step_s: longest step of the simulation, 1 to 60 s.
        start: the instant to start from, if the settings say so; speed: how many times faster than
            real time to play it, 0 without waiting. Both for whoever runs the simulation.
    """

    seed: int = 1
    mode: Mode = Mode.STANDARD
    family: str = "linky"
    phases: int = 1
    contract: Contract = field(default_factory=lambda: base(USUAL_NIGHT))
    producer: bool = False
    kva: int = 9
    pcoup_kva: int | None = None
    address: str | None = None
    prm: str | None = None
    index_wh: tuple[int, ...] | None = None
    injected_wh: int = 0
    house: HouseSettings = field(default_factory=HouseSettings)
    curve_min: int = 30
    events: tuple[Event, ...] = ()
    noise: tuple[NoiseSettings, ...] = ()
    parity: bool = False
    every_s: int | None = None
    step_s: int = 1
    start: datetime | None = None
    speed: float = 1.0

    def __post_init__(self) -> None:
        for key, good, remedy in self._rules():
            if not good:
                raise SettingsError(_WRONG.fill(key=key, why=remedy))

    def _rules(self) -> list[tuple[str, bool, Text]]:
        linky = self.family == "linky"
        modes = [self.mode] + [
            e.action.mode for e in self.events if isinstance(e.action, SwitchMode)
        ]
        powers = [self.kva] + [
            e.action.pref_kva for e in self.events if isinstance(e.action, ChangePower)
        ]
        phases = [e.action.phase for e in self.events if isinstance(e.action, OverCurrent)]
        highest = 18 if self.phases == 1 else 36
        return [
            ("meter", self.family in FAMILIES, _ONE_OF.fill(names=" ".join(FAMILIES))),
            ("phases", self.phases in (1, 3), _ONE_OF.fill(names="1 3")),
            ("mode", Mode.HISTORIC_HT not in modes, _ONE_OF.fill(names="historic standard")),
            ("mode", linky or Mode.STANDARD not in modes, _ONLY_LINKY),
            ("kva", all(1 <= p <= highest for p in powers), _BETWEEN.fill(low=1, high=highest)),
            ("contract", linky or not self._modern(), _CBE_CONTRACTS),
            ("curve", self.curve_min in CURVE_MINUTES, _ONE_OF.fill(names="0 10 15 30 60")),
            ("events", all((p or 0) < self.phases for p in phases), _NO_PHASE),
            (
                "every",
                self.every_s is None or 1 <= self.every_s <= 86_400,
                _BETWEEN.fill(low="1s", high="1d"),
            ),
            ("step", 1 <= self.step_s <= 60, _BETWEEN.fill(low="1s", high="60s")),
            ("speed", 0 <= self.speed < math.inf, _SPEED),
            ("index", self._indexes_fit(), _INDEXES),
            ("injected", 0 <= self.injected_wh < 10**9, _BETWEEN.fill(low=0, high=10**9 - 1)),
        ]

    def _modern(self) -> bool:
        contracts = [self.contract] + [
            e.action.contract for e in self.events if isinstance(e.action, ChangeContract)
        ]
        return any(not contract.registers for contract in contracts)

    def _indexes_fit(self) -> bool:
        indexes = self.index_wh or ()
        return len(indexes) <= 10 and all(0 <= index < 10**9 for index in indexes)

    @property
    def meter_address(self) -> str:
        """The EURIDIS address: the one given, else fictitious, drawn by the seed."""
        return self.address or draw_address(self, 0)

    @property
    def meter_prm(self) -> str:
        """The point of delivery: the one given, else fictitious."""
        return self.prm or f"99{int(Random(f'{self.seed}/prm').random() * 10**12):012}"

    @property
    def start_indexes_wh(self) -> list[int]:
        """Ten supplier indexes: the ones given, else plausible ones for the contract."""
        rng = Random(f"{self.seed}/indexes")
        rare = len(self.contract.peaks) > 1  # Tempo: white and red days are few
        used = self.index_wh or tuple(
            int((1 + 20 * rng.random()) * 10**6) // (9 if rare and number > 1 else 1)
            for number in range(len(self.contract.ltarf))
        )
        return [*used, *(0,) * (10 - len(used))]


def draw_address(settings: MeterSettings, generation: int) -> str:
    """A fictitious address of the right type; each replacement is one generation later."""
    rng = Random(f"{settings.seed}/address/{generation}")
    year = 18 + int(7 * rng.random()) if settings.family == "linky" else int(10 * rng.random())
    kind = TYPES[settings.family, settings.phases]
    return f"02{year:02}{kind}{int(10**6 * rng.random()):06}"


def parse_settings(text: str) -> MeterSettings:
    """Settings from ``key=value&key=value``, with or without ``sim:?`` before it.

    Raises:
        SettingsError: names the key, what is wrong with it and what to write.

    >>> parse_settings("sim:?contract=tempo&phases=3&kva=12").contract.ngtf
    '     TEMPO      '
    """
    given: dict[str, str] = {}
    for pair in text.removeprefix("sim:").removeprefix("?").split("&"):
        key, equals, value = pair.partition("=")
        if not pair:
            continue
        if not equals:
            raise SettingsError(_PAIR.fill(key=key))
        given[key] = unquote(value)
    return settings_from(given)


def settings_from(given: Mapping[str, str]) -> MeterSettings:
    """Settings from keys and their texts, e.g. of a configuration table.

    Raises:
        SettingsError: names the key, what is wrong with it and what to write.
    """
    changes: dict[str, Any] = {}
    house: dict[str, Any] = {}
    for key, value in given.items():
        if key not in KEYS:
            raise SettingsError(_UNKNOWN.fill(key=key, keys=" ".join(KEYS)))
        name, read = KEYS[key]
        try:
            (house if name in HOUSE_FIELDS else changes)[name] = read(value)
        except RefusedError as error:
            raise SettingsError(_NOT.fill(key=key, why=error.text, value=value)) from None
    changes["contract"] = _contract(
        changes.pop("contract", "base"),
        changes.pop("off_peak", None),
        changes.pop("calendar", None),
    )
    return MeterSettings(house=HouseSettings(**house), **changes)


def _contract(name: str, off_peak: str | None, calendar: str | None) -> Contract:
    try:
        return build_contract(name, off_peak, calendar)
    except RefusedError as error:
        raise SettingsError(_NOT.fill(key="contract", why=error.text, value=name)) from None


def _read_watts(text: str) -> int:
    watts = read_int(text)
    if not 0 <= watts <= 36_000:
        raise refusal("give watts from 0 to 36000", "donnez des watts de 0 à 36000")
    return watts


def _read_prm(text: str) -> str:
    if len(text) != 14 or not text.isascii() or not text.isdecimal():
        raise refusal("a PRM has 14 digits", "un PRM a 14 chiffres")
    return text


def _read_speed(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise refusal(
            "write a number such as 1, 0.5 or 60", "écrivez un nombre comme 1, 0.5 ou 60"
        ) from None


def _read_indexes(text: str) -> tuple[int, ...]:
    return tuple(read_int(index) for index in text.split(","))


HOUSE_FIELDS = {f.name for f in fields(HouseSettings)}
KEYS: dict[str, tuple[str, Callable[[str], object]]] = {
    "seed": ("seed", read_int),
    "mode": ("mode", read_mode),
    "meter": ("family", str),
    "phases": ("phases", read_int),
    "contract": ("contract", str),
    "offpeak": ("off_peak", str),
    "calendar": ("calendar", str),
    "producer": ("producer", read_switch),
    "kva": ("kva", read_kva),
    "pcoup": ("pcoup_kva", read_kva),
    "address": ("address", read_address),
    "prm": ("prm", _read_prm),
    "index": ("index_wh", _read_indexes),
    "injected": ("injected_wh", read_int),
    "base": ("base_w", _read_watts),
    "life": ("life_w", _read_watts),
    "heater": ("heater_w", _read_watts),
    "heatpump": ("heat_pump_w", _read_watts),
    "ev": ("ev_w", _read_watts),
    "pv": ("pv_w", _read_watts),
    "curve": ("curve_min", read_int),
    "events": ("events", parse_script),
    "noise": ("noise", parse_noise),
    "parity": ("parity", read_switch),
    "every": ("every_s", read_seconds),
    "step": ("step_s", read_seconds),
    "start": ("start", read_instant),
    "speed": ("speed", _read_speed),
}
"""Key of the text form -> field of `MeterSettings` or `HouseSettings`, and how it is read."""
