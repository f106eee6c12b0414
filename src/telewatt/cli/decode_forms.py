"""The three forms in which ``telewatt decode`` writes a frame: text, jsonl, csv."""

import csv
import io
from abc import ABC, abstractmethod
from functools import partial
from zoneinfo import ZoneInfo

from telewatt.language import Language, Text
from telewatt.shapes.frame import JsonFrames, PerDataset
from telewatt.shapes.values import cell_of, mode_name, utc_text
from telewatt.tic import Dataset, Frame, Kind, Mode, Rejected, Status
from telewatt.tic.labels import TABLE
from telewatt.tic.values import plain

_METER_TIME = ZoneInfo("Europe/Paris")
STATUS = {
    Status.COMPLETE: Text("complete", "complète"),
    Status.PARTIAL: Text("partial", "partielle"),
    Status.INTERRUPTED: Text("interrupted", "interrompue"),
    Status.TRUNCATED: Text("truncated", "tronquée"),
    Status.RELAYED: Text("relayed", "relayée"),
}
_KIND = {
    Kind.LONG: Text("", ""),
    Kind.SHORT: Text(" · short frame", " · trame courte"),
    Kind.IDLE: Text(" · idle frame", " · trame de veille"),
}
MODE = {
    "historic": Text("historic mode", "mode historique"),
    "standard": Text("standard mode", "mode standard"),
}
_FRAME = Text(
    "{meter} · {mode} · {status} · byte {offset}{kind}",
    "{meter} · {mode} · {status} · octet {offset}{kind}",
)
_NO_METER = Text("no address", "sans adresse")
_REJECTED = Text("rejected ({reason}) at byte {offset}", "rejeté ({reason}) à l'octet {offset}")
_REPAIRED = Text("repaired", "réparé")


def form_named(name: str, language: Language) -> "Form":
    """``text``, ``jsonl`` or ``csv``; the language counts for the text only."""
    return {"jsonl": Jsonl, "csv": Csv}[name]() if name != "text" else People(language)


class Form(ABC):
    """How frames are written."""

    header = ""

    @abstractmethod
    def frame(self, path: str, frame: Frame) -> str:
        """The text of one frame of this path, with its line end."""


class Jsonl(Form):
    """One JSON object a line, one line a frame."""

    def __init__(self) -> None:
        self._frames = JsonFrames()

    def frame(self, path: str, frame: Frame) -> str:
        return self._frames.text(frame) + "\n"


class Csv(Form):
    """One row a dataset (RFC 4180, but LF as line end)."""

    header = "path,offset,meter,mode,status,label,data,value,unit,horodate,time,repaired\n"

    def __init__(self) -> None:
        self._row_end = PerDataset(_csv_fields)

    def frame(self, path: str, frame: Frame) -> str:
        start = [path, frame.offset, frame.meter or "", mode_name(frame.mode), str(frame.status)]
        row_start = _csv_row(start)
        return "".join(f"{row_start},{self._row_end(dataset)}\n" for dataset in frame.datasets)


def _csv_fields(dataset: Dataset) -> str:
    return _csv_row(
        [
            dataset.label,
            dataset.data,
            cell_of(plain(dataset.value)),
            dataset.unit,
            dataset.horodate,
            dataset.time and utc_text(dataset.time),
            int(dataset.repaired),
        ]
    )


def _csv_row(fields: list[object]) -> str:
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow(fields)
    return row.getvalue()


class People(Form):
    """For people: aligned labels, values with units, names, times of the meter's clock."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._lines = {mode: PerDataset(partial(self._dataset, mode)) for mode in Mode}

    def frame(self, path: str, frame: Frame) -> str:
        title = _FRAME.fill(
            meter=frame.meter or _NO_METER,
            mode=MODE[mode_name(frame.mode)],
            status=STATUS[frame.status],
            offset=frame.offset,
            kind=_KIND[frame.kind],
        )
        lines = [f"── {title.of(self._language)}"]
        lines += map(self._lines[frame.mode], frame.datasets)
        lines += map(self._rejected, frame.rejected)
        return "\n".join(lines) + "\n"

    def _dataset(self, mode: Mode, dataset: Dataset) -> str:
        rows = TABLE[mode].get(dataset.label, ())
        name = (rows[0].fr if self._language == "fr" else rows[0].en) if rows else ""
        remarks = [name, *_time_text(dataset), *_meaning(plain(dataset.value))]
        if dataset.repaired:
            remarks.append(_REPAIRED.of(self._language))
        remark = " · ".join(filter(None, remarks))
        return f"  {dataset.label:<10} {_value_text(dataset):<22} {remark}".rstrip()

    def _rejected(self, rejected: Rejected) -> str:
        said = _REJECTED.fill(reason=rejected.reason, offset=rejected.offset)
        return f"  {'✗':<10} {said.of(self._language)}: {rejected.bytes!r}"


def _value_text(dataset: Dataset) -> str:
    if dataset.unit and isinstance(dataset.value, int | float):
        return f"{dataset.value} {dataset.unit}"
    return dataset.data.strip()


def _meaning(value: object) -> list[str]:
    """What a value with parts says: ``contact closed``, ``tariff 2``..."""
    if not isinstance(value, dict):
        return []
    parts = [(name, part) for name, part in value.items() if name != "raw" and part]
    return [", ".join(f"{name} {part}".replace("_", " ") for name, part in parts if part != "none")]


def _time_text(dataset: Dataset) -> list[str]:
    if dataset.time:
        return [f"{dataset.time.astimezone(_METER_TIME):%Y-%m-%d %H:%M:%S}"]
    return [dataset.horodate] if dataset.horodate else []
