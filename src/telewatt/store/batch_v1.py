"""Layout version 1 of a batch's body: written until blocks came, read for ever.

The body is zlib over: length of the text (4), a JSON text, the raw bytes of all frames. The text
holds the places, each distinct dataset once, and per entry the numbers of its datasets.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from telewatt.reading import Reading
from telewatt.tic import Frame, Mode, Reason, Rejected, Status, restore_dataset

_LENGTH = struct.Struct(">I")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MODES = {str(mode): mode for mode in Mode}
_STATUSES = {str(status): status for status in Status}
_REASONS = {str(reason): reason for reason in Reason}


def read_places(body: memoryview) -> dict[str, int]:
    """The readers' places."""
    return dict(_open(body)[0]["places"])


def read_readings(body: memoryview) -> Iterator[Reading]:
    """All readings. What this release has no name for becomes something safe."""
    content, raws = _open(body)
    datasets = [
        restore_dataset(_mode(mode), label, data, horodate, repaired=repaired)
        for mode, label, data, horodate, repaired in content["datasets"]
    ]
    received, place = _EPOCH, 0
    for row in content["entries"]:
        source, meter, delta, mode, status, offset, length, numbers, rejected = row
        received += timedelta(microseconds=delta)
        raw = raws[place : place + length]
        place += length
        frame = Frame(
            _mode(mode),
            _STATUSES.get(status, Status.PARTIAL),
            offset,
            raw,
            tuple([datasets[number] for number in numbers]),
            tuple([_rejected(offset, raw, *fields) for fields in rejected]) if rejected else (),
        )
        yield Reading(meter, source, received, frame)


def _mode(name: str) -> Mode:
    return _MODES.get(name, Mode.STANDARD)


def _rejected(offset: int, raw: bytes, start: int, reason: str, run: int | str) -> Rejected:
    content = bytes.fromhex(run) if isinstance(run, str) else raw[start : start + run]
    # whatever a release of another time called it: these bytes did not have a dataset's structure
    return Rejected(offset + start, _REASONS.get(reason, Reason.STRUCTURE), content)


def _open(body: memoryview) -> tuple[dict[str, Any], bytes]:
    plain = zlib.decompress(body)
    (length,) = _LENGTH.unpack_from(plain)
    start = _LENGTH.size
    return json.loads(plain[start : start + length]), plain[start + length :]
