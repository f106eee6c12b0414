"""The live view: what each meter says now, how good its line is, drawn with rich."""

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as Styled

from telewatt.cli.decode_forms import MODE, STATUS
from telewatt.cli.live_events import Event
from telewatt.language import Language, Text
from telewatt.tic import Status

RATE_S = 30.0
ROWS_PER_PANEL = 10

_POWER = ("SINSTS", "PAPP")
_INJECTED = ("SINSTI",)
_CURRENTS = ("IRMS1", "IRMS2", "IRMS3", "IINST", "IINST1", "IINST2", "IINST3")
_VOLTAGES = ("URMS1", "URMS2", "URMS3")
_TOTAL, _TOTAL_INJECTED = "EAST", "EAIT"
_REGISTERS = (
    *("BASE", "HCHC", "HCHP", "EJPHN", "EJPHPM"),
    *("BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR"),
)
_TARIFF = ("LTARF", "PTEC")

_NAMES = {
    "power": Text("power", "puissance"),
    "active": Text("active (estimate)", "active (estimée)"),
    "injected": Text("injected", "injectée"),
    "current": Text("current", "courant"),
    "voltage": Text("voltage", "tension"),
    "index": Text("index", "index"),
    "injected index": Text("index injected", "index injecté"),
    "tariff": Text("tariff", "tarif"),
    "line": Text("line", "ligne"),
}
_QUALITY = Text(
    "{rate:.1f} frames/s, {rejected} rejected, {repaired} repaired",
    "{rate:.1f} trames/s, {rejected} rejetés, {repaired} réparés",
)
_LINE_STATE = Text("{line}: {what}", "{line} : {what}")
_LINE_FRAME = Text(
    "{line}: {meter}, {mode}, {status}: {facts}", "{line} : {meter}, {mode}, {status} : {facts}"
)
_QUIT = Text("q: quit", "q : quitter")
_FROM_SERVICE = Text("from the running service", "depuis le service en marche")
_OWN = Text("read directly, nothing is stored", "lecture directe, rien n'est enregistré")


@dataclass(slots=True)
class MeterNow:
    """The last word of one meter on everything shown."""

    meter: str | None = None
    mode: str = ""
    state: str = ""
    remedy: Text = Text("", "")  # noqa: RUF009 - immutable
    values: dict[str, Any] = field(default_factory=dict)
    active: dict[str, int] | None = None
    rejected: int = 0
    repaired: int = 0
    frames: int = 0
    arrivals_s: deque[float] = field(default_factory=lambda: deque(maxlen=256))

    def take(self, event: Event, now_s: float) -> None:
        """A state, a frame of this meter or what it is worth."""
        if "state" in event:
            self.state, self.remedy = event["state"], Text(**event["remedy"])
            return
        if "settled" in event:
            self.active = event["active"]
            return
        self.meter, self.mode = event["meter"], event["mode"]
        self.frames += 1
        self.arrivals_s.append(now_s)
        self.rejected += len(event["rejected"])
        for dataset in event["datasets"]:
            self.values[dataset["label"]] = dataset["value"]
            self.repaired += dataset["repaired"]

    def frames_per_s(self, now_s: float) -> float:
        """Over the last half minute, or as long as there is something to count."""
        recent = [at for at in self.arrivals_s if now_s - at < RATE_S]
        return (len(recent) - 1) / (recent[-1] - recent[0]) if len(recent) > 2 else 0.0

    def facts(self) -> dict[str, str]:
        """What is shown of the values, by name; only what this meter sends."""
        registers = [self.values[label] for label in _REGISTERS if label in self.values]
        total = self.values.get(_TOTAL, sum(registers) if registers else None)
        shown = {
            "power": self._with_unit(_POWER, "VA"),
            "active": _estimate(self.active),
            "injected": self._with_unit(_INJECTED, "VA"),
            "current": self._with_unit(_CURRENTS, "A"),
            "voltage": self._with_unit(_VOLTAGES, "V"),
            "index": _energy(total),
            "injected index": _energy(self.values.get(_TOTAL_INJECTED)),
            "tariff": next((str(self.values[x]).strip() for x in _TARIFF if x in self.values), ""),
        }
        return {name: fact for name, fact in shown.items() if fact}

    def _with_unit(self, labels: tuple[str, ...], unit: str) -> str:
        values = [str(self.values[label]) for label in labels if label in self.values]
        return f"{' / '.join(values)} {unit}" if values else ""


class LiveView:
    """All meters on one screen.

    Args:
        note: what else there is to know, such as the address of the web page.
    """

    def __init__(self, language: Language, from_service: bool, note: str = "") -> None:
        self._language = language
        self._note = note
        self.from_service = from_service
        self.meters: dict[str, MeterNow] = {}

    def take(self, event: Event) -> None:
        """Whatever happened on a line."""
        meter = self.meters.setdefault(event["line"], MeterNow())
        meter.take(event, time.monotonic())

    def draw(self, height: int) -> RenderableType:
        """The screen; with few rows, one row a meter."""
        origin = _FROM_SERVICE if self.from_service else _OWN
        notes = (self._note, origin.of(self._language), _QUIT.of(self._language))
        foot = Styled(" · ".join(filter(None, notes)), "dim")
        if height <= ROWS_PER_PANEL * len(self.meters):
            return Group(self._rows(), foot)
        return Group(*(self._panel(*item) for item in self.meters.items()), foot)

    def _panel(self, name: str, meter: MeterNow) -> Panel:
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for fact, value in meter.facts().items():
            style = "bold" if fact == "power" else ""
            table.add_row(_NAMES[fact].of(self._language), Styled(value, style))
        table.add_row(_NAMES["line"].of(self._language), self._quality(meter))
        title = " · ".join(filter(None, (name, meter.meter, meter.mode)))
        return Panel(table, title=title, title_align="left", border_style=_colour(meter))

    def _rows(self) -> Table:
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        table.add_column(no_wrap=True)
        for name, meter in self.meters.items():
            facts = meter.facts()
            shown = f"{facts.get('power', '')} {facts.get('index', '')}".strip()
            table.add_row(
                Styled(name, "bold"), shown or self._quality(meter), Styled("●", _colour(meter))
            )
        return table

    def _quality(self, meter: MeterNow) -> Styled:
        if meter.state and meter.state != "reading":
            return Styled(meter.remedy.of(self._language), "yellow")
        rate = meter.frames_per_s(time.monotonic())
        text = _QUALITY.fill(rate=rate, rejected=meter.rejected, repaired=meter.repaired)
        return Styled(text.of(self._language))


def _energy(energy_wh: int | None) -> str:
    return "" if energy_wh is None else f"{energy_wh:,} Wh".replace(",", " ")


def _estimate(active: dict[str, int] | None) -> str:
    """Watts with their error, and over how many seconds: never without both."""
    return "" if active is None else "≈ {w} W ± {error_w} ({time_constant_s} s)".format(**active)


def _colour(meter: MeterNow) -> str:
    return "green" if meter.state == "reading" else "yellow"


def plain_line(event: Event, language: Language) -> str:
    """One event as one line of text, for where there is no terminal."""
    if "state" in event:
        said = _LINE_STATE.fill(line=event["line"], what=Text(**event["remedy"]))
        return said.of(language)
    now = MeterNow()
    now.take(event, 0.0)
    facts = ", ".join(now.facts().values())
    said = _LINE_FRAME.fill(
        line=event["line"],
        meter=event["meter"],
        mode=MODE[event["mode"]],
        status=STATUS[Status(event["status"])],
        facts=facts,
    )
    return said.of(language)
