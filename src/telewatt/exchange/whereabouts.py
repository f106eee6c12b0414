"""Where the verified datasets of a frame stand in its bytes, and what lies between them."""

from collections.abc import Iterator
from typing import NamedTuple

from telewatt.tic import Dataset, Frame, Mode, add_parity, encode_dataset
from telewatt.tic.checksum import WITHOUT_PARITY

DAMAGED_MAX = 2
"""A repaired dataset has at most so many wrong bytes."""
_DELIMITERS = b"\x02\x03\x04\n\r\x00"


class Place(NamedTuple):
    """A stretch of a frame's bytes.

    Attributes:
        start, end: from the beginning of ``frame.raw``.
        dataset: the verified dataset whose label to checksum it is; ``None``: something else.
        mode: how the dataset is written.
    """

    start: int
    end: int
    dataset: Dataset | None = None
    mode: Mode = Mode.HISTORIC


def places(frame: Frame) -> list[Place]:
    """The datasets in the order of their bytes, and between them what is none.

    Mere delimiters are in no place. A dataset that is not found (it never should be) is in none
    either, and its bytes are part of what is none.
    """
    plain = frame.raw.translate(WITHOUT_PARITY)
    found = sorted(_found(frame, plain), key=lambda place: place.start)
    return list(_with_the_rest(plain, found))


def body_of(mode: Mode, dataset: Dataset) -> bytes:
    """Label to checksum as the meter sent it, 7-bit."""
    return encode_dataset(mode, dataset.label, dataset.data, dataset.horodate)[1:-1]


def _found(frame: Frame, plain: bytes) -> Iterator[Place]:
    taken: list[Place] = []
    cursor = 0
    for dataset in frame.datasets:
        place = _find(frame, dataset, plain, cursor) or _find(frame, dataset, plain, 0)
        if place and not any(place.start < each.end and each.start < place.end for each in taken):
            taken.append(place)
            cursor = place.end
            yield place


def _find(frame: Frame, dataset: Dataset, plain: bytes, cursor: int) -> Place | None:
    for each in (frame.mode, *Mode):
        body = body_of(each, dataset)
        start = _find_damaged(body, frame.raw, cursor) if dataset.repaired else -1
        if start < 0:
            start = _find_intact(body, plain, cursor)
        if start >= 0:
            return Place(start, start + len(body), dataset, each)
    return None


def _find_intact(body: bytes, plain: bytes, cursor: int) -> int:
    """Where the body stands between controls, else where it stands at all; -1 if nowhere."""
    at = plain.find(body, cursor)
    first = at
    while at >= 0:
        before, after = plain[max(0, at - 1) : at], plain[at + len(body) : at + len(body) + 1]
        if before < b" " and after < b" ":
            return at
        at = plain.find(body, at + 1)
    return first


def _find_damaged(body: bytes, raw: bytes, cursor: int) -> int:
    """Where the body begins first, a few bytes of wrong parity in it; -1 if it is not there."""
    sent = add_parity(body)
    for start in range(cursor, len(raw) - len(sent) + 1):
        wrong = 0
        for byte, meant in zip(raw[start : start + len(sent)], sent, strict=True):
            if byte != meant:
                wrong += 1 if (byte ^ meant).bit_count() == 1 else DAMAGED_MAX + 1
                if wrong > DAMAGED_MAX:
                    break
        else:
            return start
    return -1


def _with_the_rest(plain: bytes, found: list[Place]) -> Iterator[Place]:
    cursor = 0
    for place in [*found, Place(len(plain), len(plain))]:
        rest = plain[cursor : place.start]
        left = len(rest) - len(rest.lstrip(_DELIMITERS))
        right = len(rest.rstrip(_DELIMITERS))
        if left < right:
            yield Place(cursor + left, cursor + right)
        if place.dataset is not None:
            yield place
        cursor = place.end
