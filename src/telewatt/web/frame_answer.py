"""``frame``, ``raw`` and ``capture``: what a line sends, in words and as bytes."""

from datetime import timedelta
from typing import Any

from telewatt.derivation import Judged
from telewatt.language import Text
from telewatt.plainwords import REASONS, words_of
from telewatt.reading import Reading
from telewatt.shapes.frame import dataset_object, rejected_object
from telewatt.shapes.reading import place_object
from telewatt.shapes.values import mode_name, words
from telewatt.tic import Dataset, Mode, Rejected
from telewatt.web.endpoint import Asked, Content
from telewatt.web.errors import AnswerError
from telewatt.web.newest import LineNewest
from telewatt.web.page import Page
from telewatt.web.past import Past

CAPTURE_ENTRIES = 8000
_CONTROL = {0x02: "␂", 0x03: "␃", 0x04: "␄", 0x0A: "␊", 0x0D: "␍", 0x09: "\t"}
_SHOWN = [_CONTROL.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else "·") for byte in range(0x80)]
_TELLING = Text(
    "these minutes would still show who lives here: nothing is given; ask for other ones",
    "ces minutes montreraient encore qui habite ici : rien n'est donné ; demandez-en d'autres",
)
_NO_FRAME = Text(
    "{name}: no frame came on a line of this name since the service began",
    "{name} : aucune trame n'est venue d'une ligne de ce nom depuis le démarrage du service",
)


def frame(page: Page, asked: Asked) -> dict[str, Any]:
    """The last frame of a line, dataset by dataset, in words."""
    judged = _line(page, asked["who"]).frames[-1]
    reading, sent = judged.reading, judged.reading.frame
    return {
        "who": asked["who"],
        **place_object(judged.seq, reading),
        "meter": reading.meter,
        "mode": mode_name(sent.mode),
        "status": str(sent.status),
        "kind": str(sent.kind),
        "offset": sent.offset,
        "datasets": [_dataset(dataset, sent.mode) for dataset in sent.datasets],
        "rejected": [_rejected(each) for each in sent.rejected],
    }


def raw(page: Page, asked: Asked) -> dict[str, Any]:
    """The last frames of a line as bytes."""
    frames = list(_line(page, asked["who"]).frames)[-asked["frames"] :]
    return {"who": asked["who"], "frames": [_raw(judged) for judged in frames]}


def capture(past: Past, asked: Asked) -> Content:
    """The last minutes of a line as it sent them, but for what identifies the household."""
    name, minutes = asked["who"], asked["minutes"]
    since = past.now - timedelta(minutes=minutes)
    journal = past.house.journal
    entries = journal.read(max(0, journal.last_seq - CAPTURE_ENTRIES), CAPTURE_ENTRIES)
    readings: list[Reading] = [
        entry.reading
        for entry in entries
        if name in (entry.reading.source, entry.reading.meter)
        and entry.reading.received_at >= since
    ]
    if not readings:
        raise AnswerError(404, "unknown_who", _NO_FRAME.fill(name=name))
    plain_name = "".join(each for each in readings[-1].source if each.isalnum() or each in "-_")
    body = past.house.hide(readings)
    if body is None:
        raise AnswerError(404, "not_anonymous", _TELLING)
    return Content(body, "application/octet-stream", f"{plain_name}-{past.now:%Y%m%d-%H%M}.tic")


def _line(page: Page, name: str) -> LineNewest:
    for source, line in page.newest.lines.items():
        if line.frames and name in (source, line.object["who"], line.object["meter"]):
            return line
    raise AnswerError(404, "unknown_who", _NO_FRAME.fill(name=name))


def _dataset(dataset: Dataset, mode: Mode) -> dict[str, Any]:
    told = words_of(dataset, mode)
    return {
        **dataset_object(dataset),
        "name": words(told.name),
        "meaning": told.meaning and words(told.meaning),
        "fields": [
            {"name": words(field.name), "bits": field.bits, "value": words(field.value)}
            for field in told.fields
        ],
    }


def _rejected(rejected: Rejected) -> dict[str, Any]:
    return {
        **rejected_object(rejected),
        "text": words(REASONS[rejected.reason]),
        "shown": shown(rejected.bytes),
    }


def _raw(judged: Judged) -> dict[str, Any]:
    sent = judged.reading.frame
    return {
        **place_object(judged.seq, judged.reading),
        "status": str(sent.status),
        "bytes": sent.raw.hex(),
        "shown": shown(sent.raw),
    }


def shown(raw_bytes: bytes) -> str:
    """The characters of a line, without parity bits; its control characters can be seen."""
    return "".join(_SHOWN[byte & 0x7F] for byte in raw_bytes)
