"""Proves that an anonymised file shows no identifier: reads it back as anybody could.

What may not be there: an identifier as a whole, also with one wrong byte and whatever its parity
bits, anywhere; and a run of its characters anywhere but in the data of a verified dataset that is
known to be no identifier (an index may well have six digits in common with an address).
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import IO, Any

from telewatt.exchange.identities import IDENTIFYING, RUN, runs_of
from telewatt.exchange.whereabouts import places
from telewatt.tic import Decoder, Frame
from telewatt.tic.checksum import WITHOUT_PARITY
from telewatt.tic.labels import TABLE

_CHUNK = 64 * 1024
_KNOWN = {label for labels in TABLE.values() for label in labels} - IDENTIFYING.keys()


class Scanner:
    """Looks for these identifiers."""

    def __init__(self, identifiers: Iterable[str]) -> None:
        self._identifiers = sorted({each for each in identifiers if len(each) >= RUN})
        self._runs = {run: each for each in self._identifiers for run in runs_of(each)}
        self._longest = max(map(len, self._identifiers), default=1)
        # one wrong byte leaves one of the two halves whole
        halves = {
            half.encode(): each
            for each in self._identifiers
            for half in (each[: len(each) // 2], each[len(each) // 2 :])
        }
        self._halves = re.compile(b"|".join(map(re.escape, halves))) if halves else None

    def find_whole(self, content: bytes) -> str | None:
        """An identifier that these bytes show, perhaps with one wrong byte."""
        if self._halves is None:
            return None
        plain = content.translate(WITHOUT_PARITY)
        at = 0
        while match := self._halves.search(plain, at):
            around = plain[max(0, match.start() - self._longest) : match.end() + self._longest]
            if found := next((each for each in self._identifiers if _is_in(each, around)), None):
                return found
            at = match.start() + 1
        return None

    def find_run(self, text: str) -> str | None:
        """An identifier of which this text shows a run of characters."""
        for start in range(len(text) - RUN + 1):
            if found := self._runs.get(text[start : start + RUN]):
                return found
        return None

    # -- files ---------------------------------------------------------------------------------

    def find_in_capture(self, file: IO[bytes]) -> str | None:
        """What a raw capture shows."""
        decoder = Decoder()
        before = b""
        while chunk := file.read(_CHUNK):
            if found := self.find_whole(before + chunk):
                return found
            before = chunk[-self._longest :]
            if found := self._find_in_frames(decoder.feed(chunk)):
                return found
        return self._find_in_frames(decoder.close())

    def find_in_times(self, file: IO[bytes]) -> str | None:
        """What the table of arrivals of a capture shows; its numbers may look like anything."""
        for line in file:
            words = line.decode("utf-8", "replace").split("\t")[3:]
            if found := self.find_whole(line) or self._find_in_texts(words):
                return found
        return None

    def find_in_jsonl(self, file: IO[bytes]) -> str | None:
        """What lines of JSON show; bytes written in hexadecimal are looked into."""
        for line in file:
            texts = [text for text in _texts(json.loads(line)) if text]
            if found := self.find_whole(line) or self._find_in_texts(texts):
                return found
        return None

    def find_in_csv(self, file: IO[bytes]) -> str | None:
        """What rows show."""
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        try:
            return next(filter(None, map(self.find_in_row, csv.DictReader(text))), None)
        finally:
            text.detach()

    def find_in_row(self, row: dict[str, Any]) -> str | None:
        """What one row shows; of a measure its data may look like anything."""
        line = " ".join(str(cell) for cell in row.values())
        measures = {"data", "value"} if row.get("label") in _KNOWN else set()
        texts = [
            str(cell)
            for name, cell in row.items()
            if isinstance(cell, str) and name not in measures and not _is_number(name)
        ]
        return self.find_whole(line.encode("utf-8", "replace")) or self._find_in_texts(texts)

    def _find_in_texts(self, texts: Iterable[str]) -> str | None:
        return next(filter(None, map(self.find_run, texts)), None)

    def _find_in_frames(self, frames: Iterable[Frame]) -> str | None:
        return self._find_in_texts(text for frame in frames for text in _not_measured(frame))


def _is_in(identifier: str, around: bytes) -> bool:
    meant = identifier.encode()
    return any(
        sum(a != b for a, b in zip(around[start:], meant, strict=False)) <= 1
        for start in range(len(around) - len(meant) + 1)
    )


def _is_number(name: str) -> bool:
    """Whether a column holds measures: units stand in names."""
    return name.endswith(("_wh", "_varh", "_va", "_v", "_a", "_w", "_utc", "_local"))


def _not_measured(frame: Frame) -> Iterator[str]:
    """The text of a frame but for the data of verified measures."""
    plain = frame.raw.translate(WITHOUT_PARITY).decode("ascii")
    for place in places(frame):
        if place.dataset is None or place.dataset.label not in _KNOWN:
            yield plain[place.start : place.end]


def _texts(value: Any) -> Iterator[str]:
    """Every text of a JSON value but for the data of verified measures."""
    if isinstance(value, str):
        yield value
        if re.fullmatch("(?:[0-9a-f]{2})+", value):
            yield bytes.fromhex(value).translate(WITHOUT_PARITY).decode("ascii")
    elif isinstance(value, dict):
        measured = {"data", "value", "horodate", "time"} if value.get("label") in _KNOWN else ()
        for name, part in value.items():
            if name not in measured:
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
