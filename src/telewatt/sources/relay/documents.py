"""JSON messages that name labels: Tasmota, teleinfo2mqtt, the field's service, telewatt itself.

Forms, the first one that fits:
- ``{"TIC": {LABEL: value}}``: Tasmota Teleinfo, its raw frames. A lone ADPS or ADIRn is an alarm
  that tells a phase, no current: left out;
- ``{"METER": {...}, "CONTRACT": {...}}``: SENSOR of NicolasBernaerts' Tasmota;
- ``{"datasets": [{"label", "data", "horodate"}]}``: telewatt's feed and JSON Lines;
- ``{"meter", "mode", "labels": {LABEL: value}, "times"}``: telewatt's MQTT state;
- ``{LABEL: {"raw", "timestamp": {"date", "dst"}}}``: teleinfo2mqtt, which writes local time as if
  it were UTC, and kVA as VA;
- ``{LABEL: {"Value", "Timestamp"}}``: linky-sensor, without the letter of the season;
- ``{LABEL: value}``: many others.

Sources: the projects' documentation and sources as of 2026.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from telewatt.sources.relay.told import Message, horodate_of, horodate_of_utc, mode_of, text_of
from telewatt.sources.relay.zlinky import Zlinky
from telewatt.tic import Mode
from telewatt.tic.labels import TABLE
from telewatt.tic.relayed import Value

_PHASE_ALARMS = frozenset(("ADPS", "ADIR1", "ADIR2", "ADIR3"))
_FEW = 2  # labels, of a document that does not say what it is
_KVA = frozenset(("PREF", "PCOUP"))


class Documents:
    """Reads the messages of one meter."""

    def __init__(self) -> None:
        self._zlinky = Zlinky()

    def read(self, document: Mapping[str, Any], mode: Mode | None) -> Message | None:
        """What a document says; ``None`` if it is none of a meter.

        Args:
            mode: which labels to use where the document does not tell.
        """
        if isinstance(tic := document.get("TIC"), dict):
            return _message(_flat(tic), 1) if not tic.keys() <= _PHASE_ALARMS else None
        if isinstance(document.get("METER"), dict) or isinstance(document.get("CONTRACT"), dict):
            return _tasmota_sensor(document)
        if isinstance(datasets := document.get("datasets"), list):
            return _message(_telewatt(datasets), 1)
        if isinstance(document.get("labels"), dict) and "meter" in document:
            return _telewatt_state(document)
        if Zlinky.fits(document):
            return self._zlinky.read(document, mode)
        return _message(_labels(document), _FEW)


def _message(values: Iterator[Value], least: int) -> Message | None:
    """Of the labels told, those that one mode has; the others are no labels."""
    told = list(values)
    mode = mode_of(value.label for value in told)
    known = TABLE[mode] if mode else TABLE[Mode.HISTORIC].keys() | TABLE[Mode.STANDARD].keys()
    kept = tuple(value for value in told if value.label in known)
    return Message(mode, kept) if len(kept) >= least else None


def _flat(labels: Mapping[str, Any]) -> Iterator[Value]:
    for label, value in labels.items():
        if (text := text_of(value)) is not None:
            yield Value(label, text)


def _labels(document: Mapping[str, Any]) -> Iterator[Value]:
    for label, told in document.items():
        if not isinstance(told, dict):
            yield from _flat({label: told})
        elif "raw" in told:
            yield from _teleinfo2mqtt(label, told)
        elif "Value" in told:
            yield from _stamped(label, told["Value"], horodate_of(told.get("Timestamp")))


def _teleinfo2mqtt(label: str, told: Mapping[str, Any]) -> Iterator[Value]:
    stamp = told.get("timestamp")
    time = horodate_of(stamp.get("date"), stamp.get("dst")) if isinstance(stamp, dict) else None
    raw = told["raw"]
    if label in _KVA and isinstance(raw, str):
        raw = raw.removesuffix("000")
    yield from _stamped(label, raw, time)


def _stamped(label: str, value: object, horodate: str | None) -> Iterator[Value]:
    """With a horodate even an empty text is a value: DATE."""
    text = "" if value == "" and horodate else text_of(value)
    if text is not None:
        yield Value(label, text, horodate)


def _telewatt(datasets: list[Any]) -> Iterator[Value]:
    for told in datasets:
        if isinstance(told, dict) and isinstance(label := told.get("label"), str):
            horodate = told.get("horodate")
            time = horodate if isinstance(horodate, str) else None
            yield from _stamped(label, told.get("data"), time)


def _telewatt_state(document: Mapping[str, Any]) -> Message | None:
    """Typed values; registers are objects with their raw value, times are UTC."""
    labels, times = document["labels"], document.get("times")
    stamps = times if isinstance(times, dict) else {}
    if "settled" in document:  # of the past
        return Message(None, ())
    told = [Value("ADSC", text_of(document["meter"]) or "")]
    for label, value in labels.items():
        raw = value.get("raw") if isinstance(value, dict) else value
        is_date = label == "DATE"
        if not is_date and horodate_of_utc(raw):
            continue  # of DPM1 and the like only the time is told
        time = horodate_of_utc(value if is_date else stamps.get(label))
        told += _stamped(label, "" if is_date else raw, time)
    message = _message(iter(told[1:]), 1)
    return message and message._replace(values=(told[0], *message.values))


def _tasmota_sensor(document: Mapping[str, Any]) -> Message | None:
    """Its words for standard labels, without what it computes or assumes (W, cos phi, 230 V)."""
    sections = (document.get(name) for name in ("CONTRACT", "METER"))
    contract, meter = (part if isinstance(part, dict) else {} for part in sections)
    told = {
        "ADSC": contract.get("serial"),
        "EAST": contract.get("CONSO"),
        "EAIT": contract.get("PROD"),
        "SINSTS": meter.get("P"),
        "SINSTI": meter.get("PP"),
    }
    if meter.get("PH") == 3:
        for phase in (1, 2, 3):
            told[f"SINSTS{phase}"] = meter.get(f"P{phase}")
            told[f"IRMS{phase}"] = meter.get(f"I{phase}")
    else:
        told["IRMS1"] = meter.get("I1", meter.get("I"))
    told = {label: value for label, value in told.items() if value is not None}
    return _message(_flat(told), 1)
