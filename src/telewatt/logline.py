r"""A reading as one line of a daily log, and back.

    2021/02/20 19:10:22 <TAB> DATA <TAB> Periode=HN.., IndexHN=000688322, IndexHPM=000080072, ...

The form is that of LinkyMonitor, whose stamps are UTC. Telewatt writes local time, and says how far
it is from UTC in a field of its own at the end of the line, so that no line can be misread. An
index that is not believed when its line is written has ``Douteux`` behind its name. Lines of
another word than ``DATA`` tell of the program that wrote them.
"""

import re
from collections.abc import Container, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from telewatt.tic import Dataset, Frame, Mode, Status, restore_dataset
from telewatt.tic.formats import FormatError
from telewatt.tic.labels import TABLE

OFFSET = "DecalageUTC"
METER = "Compteur"
DOUBTFUL = "Douteux"
_PARIS = ZoneInfo("Europe/Paris")
_LINE = re.compile(r"(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)[\t ]+([A-Z]+)(?:[\t ]+(.*))?")
_HISTORIC, _STANDARD = Mode.HISTORIC, Mode.STANDARD
_FIELDS = (  # name, label in historic mode, label in standard mode
    ("Periode", "PTEC", "LTARF"),
    ("IndexTotal", "", "EAST"),
    ("IndexBase", "BASE", ""),
    ("IndexHC", "HCHC", ""),
    ("IndexHP", "HCHP", ""),
    ("IndexHN", "EJPHN", ""),
    ("IndexHPM", "EJPHPM", ""),
    *((f"Index{hour}J{day}", f"BBR{hour}J{day}", "") for day in "BWR" for hour in ("HC", "HP")),
    *((f"Index{number:02}", "", f"EASF{number:02}") for number in range(1, 11)),
    ("IndexInjection", "", "EAIT"),
    ("PuissConsommee", "PAPP", "SINSTS"),
    *((f"PuissConsommee{phase}", "", f"SINSTS{phase}") for phase in (1, 2, 3)),
    ("PuissInjectee", "", "SINSTI"),
    ("IConsommee", "IINST", ""),
    *((f"IConsommee{phase}", f"IINST{phase}", f"IRMS{phase}") for phase in (1, 2, 3)),
    *((f"Tension{phase}", "", f"URMS{phase}") for phase in (1, 2, 3)),
)  # fmt: skip
_ALIASES = {"IndexPM": "IndexHPM"}
_NAMES: Mapping[Mode, Mapping[str, str]] = {
    _HISTORIC: {historic: name for name, historic, _ in _FIELDS if historic},
    _STANDARD: {standard: name for name, _, standard in _FIELDS if standard},
}
_LABELS: Mapping[Mode, Mapping[str, str]] = {
    mode: {name: label for label, name in names.items()} for mode, names in _NAMES.items()
}
_NAMES_KNOWN = {name for name, _, _ in _FIELDS} | {OFFSET}


class LineError(ValueError):
    """A line that is none of a daily log; ``found`` is what is wrong with it."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


class LogLine(NamedTuple):
    """One line.

    Attributes:
        stamp: as written: aware if the line says how far it is from UTC, else naive.
        word: ``DATA`` or another one in capitals.
        fields: of a line ``DATA``, by their names as telewatt writes them.
        meter: of another line, the meter that it names, if it does.
        doubtful: the fields that were not believed when the line was written.
    """

    stamp: datetime
    word: str
    fields: Mapping[str, str]
    meter: str | None = None
    doubtful: frozenset[str] = frozenset()


def write_line(received_at: datetime, frame: Frame, doubtful: Container[str] = ()) -> str:
    """The line of one frame, without its end; empty if the frame has none of the fields.

    Args:
        received_at: aware.
        doubtful: the labels of indexes that are not believed.
    """
    names = _NAMES[_STANDARD if frame.mode is Mode.STANDARD else _HISTORIC]
    found = {
        dataset.label: dataset.data.strip()
        for dataset in frame.datasets
        if dataset.label in names and not set(dataset.data) & {",", "="}
    }
    if not found:
        return ""
    fields = "".join(
        f"{name}{DOUBTFUL if label in doubtful else ''}={found[label]}, "
        for label, name in names.items()
        if label in found
    )
    return f"{_local(received_at, 'DATA')}{fields}{OFFSET}={received_at.astimezone(_PARIS):%z}"


def write_remark(at: datetime, text: str) -> str:
    """A line that tells something else, without its end."""
    return _local(at, "INFO") + text


def _local(at: datetime, word: str) -> str:
    return f"{at.astimezone(_PARIS):%Y/%m/%d %H:%M:%S}\t{word}\t"


def is_line(text: str) -> bool:
    """Whether a text begins like a line of a daily log."""
    return _LINE.match(text) is not None


def read_line(text: str) -> LogLine:
    """Take a line apart.

    Raises:
        LineError: no time, no word, or a field that is not ``name=value``.
    """
    match = _LINE.fullmatch(text)
    if match is None:
        raise LineError(text[:40])
    try:
        stamp = datetime.strptime(match[1], "%Y/%m/%d %H:%M:%S")  # noqa: DTZ007 - see LogLine
    except ValueError:
        raise LineError(match[1]) from None
    if match[2] != "DATA":
        named = re.match(rf"{METER}=([A-Za-z0-9_-]+)", match[3] or "")
        return LogLine(stamp, match[2], {}, named and named[1])
    written = dict(_split(match[3] or ""))
    fields = {name.removesuffix(DOUBTFUL): value for name, value in written.items()}
    if offset := fields.pop(OFFSET, ""):
        stamp = _with_offset(stamp, offset)
    return LogLine(stamp, match[2], fields, doubtful=frozenset(fields.keys() - written.keys()))


def _split(text: str) -> Iterator[tuple[str, str]]:
    for field in text.split(","):
        name, equals, value = field.strip().partition("=")
        name = _ALIASES.get(name, name)
        if not equals or name.removesuffix(DOUBTFUL) not in _NAMES_KNOWN:
            raise LineError(field.strip() or text)
        yield name, value.strip()


def _with_offset(stamp: datetime, offset: str) -> datetime:
    match = re.fullmatch(r"([+-])(\d\d):?(\d\d)", offset)
    if match is None:
        raise LineError(f"{OFFSET}={offset}")
    distance = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return (stamp - distance if match[1] == "+" else stamp + distance).replace(tzinfo=UTC)


def frame_of(line: LogLine) -> Frame:
    """What the meter said, as far as the line tells it; ``raw`` is empty.

    Raises:
        LineError: a value that is not what its label allows.
    """
    only_standard = _LABELS[_STANDARD].keys() - _LABELS[_HISTORIC].keys()
    mode = _STANDARD if line.fields.keys() & only_standard else _HISTORIC
    datasets = tuple(
        _dataset(mode, name, value)
        for name, value in line.fields.items()
        if value and name in _LABELS[mode]
    )
    return Frame(mode, Status.PARTIAL, 0, b"", datasets)


def _dataset(mode: Mode, name: str, value: str) -> Dataset:
    label = _LABELS[mode][name]
    for known in TABLE[mode][label]:
        kind, _, size = known.format.partition(":")
        width = int(size.split(",")[-1] or 0)
        data = value.zfill(width) if kind == "int" else value.ljust(width)
        try:
            known.parse(data)
        except FormatError:
            continue
        return restore_dataset(mode, label, data)
    raise LineError(f"{name}={value}")
