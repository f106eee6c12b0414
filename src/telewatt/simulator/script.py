"""A script: what happens to the meter, and when.

One event a line (or between semicolons), `WHEN VERB ...`; `#` begins a comment. WHEN is
`+DURATION` after the start or an ISO date and time (French civil time unless it has an offset).
The verbs:

    mode historic|standard             the TIC output changes its mode (Linky)
    contract NAME [offpeak= calendar=] another tariff structure, indexes go on
    power pref=9 [pcoup=6]             subscribed power and breaker setting, kVA
    replace [address=...]              another meter: new address, registers at 0
    outage for=10m                     no power: the line falls silent, even inside a dataset
    clock degraded [offset=-3h]        the clock lost its time; `clock restored` puts it right
    overcurrent kva=9 for=5m [phase=1] one more load
    voltage volts=258 for=5m           the mains leave their range
    cutoff for=10m                     the breaker opens on the grid operator's order
    peak pm=2 [day=2025-01-09]         that day (default: tomorrow) is a mobile peak; 0: it is none
    message TEXT / ultrashort TEXT     MSG1 from now on / MSG2, sent once
    idle for=5m                        historic frames carry ADCO alone (veille)
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from telewatt.language import Text
from telewatt.simulator.contracts import FIXED, NAMES, Contract, free
from telewatt.simulator.contracts import NIGHT as USUAL_NIGHT
from telewatt.simulator.events import (
    Action,
    ChangeContract,
    ChangePower,
    CutOff,
    DecidePeak,
    Event,
    Idle,
    Message,
    Outage,
    OverCurrent,
    Replace,
    SetClock,
    SwitchMode,
    Voltage,
)
from telewatt.simulator.text import (
    RefusedError,
    read_calendar,
    read_day,
    read_instant,
    read_int,
    read_off_peak,
    read_seconds,
    refusal,
)
from telewatt.tic import Mode

_IN_EVENT = Text("event {number} ({words}): {why}", "événement {number} ({words}) : {why}")


class ScriptError(RefusedError):
    """A line of a script that cannot be understood: says which, why, and what to write."""


def parse_script(text: str) -> tuple[Event, ...]:
    """The events of a script, in the order written.

    Raises:
        ScriptError: names the line, what is wrong with it and what to write instead.

    >>> parse_script("+10m outage for=90s")[0].action
    Outage(seconds=90)
    """
    events = []
    for number, line in enumerate(text.replace(";", "\n").splitlines(), 1):
        words = line.partition("#")[0].strip()
        if words:
            try:
                events.append(_parse_event(words))
            except RefusedError as error:
                raise ScriptError(
                    _IN_EVENT.fill(number=number, words=words, why=error.text)
                ) from None
    return tuple(events)


def _parse_event(line: str) -> Event:
    parts = line.split(maxsplit=2)
    if len(parts) < 2 or parts[1] not in VERBS:
        raise refusal(
            "write WHEN VERB, the verb one of: {verbs}",
            "écrivez QUAND VERBE, le verbe parmi : {verbs}",
            verbs=" ".join(VERBS),
        )
    when = (
        timedelta(seconds=read_seconds(parts[0]))
        if parts[0].startswith("+")
        else read_instant(parts[0])
    )
    return Event(when, VERBS[parts[1]](parts[2].strip() if len(parts) > 2 else ""))


def _options(text: str, *allowed: str, required: tuple[str, ...] = ()) -> dict[str, str]:
    options = {}
    for word in text.split():
        key, equals, value = word.partition("=")
        if not equals or key not in allowed:
            raise refusal(
                "{word} is not one of: {allowed}",
                "{word} n'est pas parmi : {allowed}",
                word=word,
                allowed=" ".join(f"{a}=" for a in allowed),
            )
        options[key] = value
    for key in required:
        if key not in options:
            raise refusal("add {key}=", "ajoutez {key}=", key=key)
    return options


def _duration(options: Mapping[str, str]) -> int:
    seconds = read_seconds(options["for"])
    if seconds <= 0:
        raise refusal(
            "for= wants a duration above 0, e.g. for=5m",
            "for= attend une durée positive, par exemple for=5m",
        )
    return seconds


def read_mode(text: str) -> Mode:
    """``historic`` or ``standard``."""
    if text not in ("historic", "standard"):
        raise refusal("write historic or standard", "écrivez historic ou standard")
    return Mode(text)


def build_contract(name: str, off_peak: str | None, calendar: str | None) -> Contract:
    """The contract of that name.

    Raises:
        RefusedError: unknown name, or hours and calendar that cannot be read or do not go with it.
    """
    hours = read_off_peak(off_peak) if off_peak else USUAL_NIGHT
    if name == "free":
        if not calendar:
            raise refusal(
                "a free contract needs calendar=mon-fri@0000:1,0600:2/sat-sun@0000:3",
                "un contrat free demande calendar=mon-fri@0000:1,0600:2/sat-sun@0000:3",
            )
        return free(hours, *read_calendar(calendar))
    if name not in FIXED:
        raise refusal(
            "contract is one of: {names}", "contract est parmi : {names}", names=" ".join(NAMES)
        )
    if calendar:
        raise refusal(
            "only contract free takes a calendar", "seul le contrat free prend un calendrier"
        )
    if name == "tempo" and off_peak:
        raise refusal(
            "the off-peak hours of tempo are fixed, leave offpeak out",
            "les heures creuses de tempo sont fixes, retirez offpeak",
        )
    return FIXED[name](hours)


def _contract(text: str) -> Action:
    name, _, rest = text.partition(" ")
    options = _options(rest, "offpeak", "calendar")
    return ChangeContract(build_contract(name, options.get("offpeak"), options.get("calendar")))


def _power(text: str) -> Action:
    options = _options(text, "pref", "pcoup", required=("pref",))
    pref = read_kva(options["pref"])
    return ChangePower(pref, read_kva(options.get("pcoup", options["pref"])))


def read_kva(text: str) -> int:
    """A power of 1 to 36 kVA."""
    kva = read_int(text)
    if not 1 <= kva <= 36:
        raise refusal("powers go from 1 to 36 kVA", "les puissances vont de 1 à 36 kVA")
    return kva


def read_address(text: str) -> str:
    """A meter's address, 12 characters CC AA TT NNNNNN."""
    if len(text) != 12 or not text.isascii() or not text.isalnum():
        raise refusal(
            "an address has 12 digits, e.g. 021861348497",
            "une adresse a 12 chiffres, par exemple 021861348497",
        )
    return text


def _clock(text: str) -> Action:
    state, _, rest = text.partition(" ")
    if state == "restored" and not rest:
        return SetClock(degraded=False, offset_s=0)
    if state != "degraded":
        raise refusal(
            "write clock degraded [offset=-3h] or clock restored",
            "écrivez clock degraded [offset=-3h] ou clock restored",
        )
    return SetClock(True, read_seconds(_options(rest, "offset").get("offset", "0s")))


def _overcurrent(text: str) -> Action:
    options = _options(text, "kva", "for", "phase", required=("kva", "for"))
    phase = options.get("phase")
    if phase is not None and phase not in ("1", "2", "3"):
        raise refusal("phase is 1, 2 or 3", "phase vaut 1, 2 ou 3")
    watts = 1000 * read_kva(options["kva"])
    return OverCurrent(watts, _duration(options), int(phase) - 1 if phase else None)


def _voltage(text: str) -> Action:
    options = _options(text, "volts", "for", required=("volts", "for"))
    volts = read_int(options["volts"])
    if not 100 <= volts <= 400:
        raise refusal("volts go from 100 to 400", "volts va de 100 à 400")
    return Voltage(volts, _duration(options))


def _peak(text: str) -> Action:
    options = _options(text, "pm", "day", required=("pm",))
    if options["pm"] not in ("0", "1", "2", "3"):
        raise refusal(
            "pm is 1, 2 or 3 (Tempo: 1 white, 2 red), or 0 for no peak",
            "pm vaut 1, 2 ou 3 (Tempo : 1 blanc, 2 rouge), ou 0 sans pointe",
        )
    return DecidePeak(int(options["pm"]), read_day(options["day"]) if "day" in options else None)


def _message(length: int, once: bool) -> Callable[[str], Action]:
    def read(text: str) -> Action:
        if not text.isascii() or not text.isprintable() or not 0 < len(text) <= length:
            raise refusal(
                "a message has 1 to {length} printable ASCII characters",
                "un message a de 1 à {length} caractères ASCII imprimables",
                length=length,
            )
        return Message(text.ljust(length), once)

    return read


def _for(kind: Callable[[int], Action]) -> Callable[[str], Action]:
    return lambda text: kind(_duration(_options(text, "for", required=("for",))))


VERBS: dict[str, Callable[[str], Action]] = {
    "mode": lambda text: SwitchMode(read_mode(text)),
    "contract": _contract,
    "power": _power,
    "replace": lambda text: Replace(
        read_address(a) if (a := _options(text, "address").get("address")) else None
    ),
    "outage": _for(Outage),
    "clock": _clock,
    "overcurrent": _overcurrent,
    "voltage": _voltage,
    "cutoff": _for(CutOff),
    "peak": _peak,
    "message": _message(32, once=False),
    "ultrashort": _message(16, once=True),
    "idle": _for(Idle),
}
