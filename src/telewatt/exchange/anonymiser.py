"""Frames without what identifies a household: same length, same errors, other identifiers.

Rules:
- The data of identifying labels become fictitious ones, with their checksum and parity; a byte
  that was wrong and repaired is wrong again.
- Whatever is no verified dataset may hold a piece of an identifier, whatever the damage: there
  every letter and digit is replaced, but for words that are labels, or were. What stands where
  a checksum would is as right or as wrong as before, and so is each parity bit.
- All else stays as it is and decodes as before: of the masks of a stretch that is no dataset, one
  is taken with which that holds.
"""

import re
from collections.abc import Iterator, Sequence

from telewatt.exchange.identities import IDENTIFYING, Identities, mask
from telewatt.exchange.whereabouts import Place, body_of, places
from telewatt.reading import Reading
from telewatt.tic import (
    Dataset,
    Decoder,
    Frame,
    Mode,
    Reason,
    add_parity,
    encode_dataset,
    encode_frame,
    restore_dataset,
)
from telewatt.tic.checksum import WITH_PARITY, WITHOUT_PARITY
from telewatt.tic.labels import TABLE, looks_damaged

ATTEMPTS = 200
_PART = re.compile(rb"[^\x02\x03\x04\n\r]+")
_WORD = re.compile(rb"[A-Za-z0-9]+(?:[+-][0-9]{1,2})?")
_FIRST = {  # a dataset that tells a decoder what sort of line it is
    Mode.HISTORIC: ("PTEC", "TH.."),
    Mode.HISTORIC_HT: ("PTEC", "TH.."),
    Mode.STANDARD: ("VTIC", "02"),
}


class Anonymiser:
    """Gives readings other identities, the same ones throughout."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self._datasets: dict[Dataset, Dataset] = {}

    def reading(self, reading: Reading) -> Reading:
        """The same reading of a fictitious meter on a fictitious line."""
        name = self._identities.name
        meter = reading.meter and name(reading.meter)
        return Reading(meter, name(reading.source), reading.received_at, self.frame(reading.frame))

    def frame(self, frame: Frame) -> Frame:
        """The same frame of a fictitious meter."""
        raw, start = self._raw(frame), frame.offset
        rejected = tuple(
            each._replace(bytes=raw[each.offset - start : each.offset - start + len(each.bytes)])
            for each in frame.rejected
        )
        datasets = tuple(self._dataset(frame.mode, dataset) for dataset in frame.datasets)
        return frame._replace(raw=raw, datasets=datasets, rejected=rejected)

    def _dataset(self, mode: Mode, dataset: Dataset) -> Dataset:
        if dataset.label in TABLE[mode] and dataset.label not in IDENTIFYING:
            return dataset
        made = self._datasets.get(dataset)
        if made is None:
            made = self._datasets[dataset] = self._make(mode, dataset)
        return made

    def _make(self, mode: Mode, dataset: Dataset) -> Dataset:
        label, data = dataset.label, dataset.data
        if label in IDENTIFYING:
            data = self._identities.stand_in(label, data)
        elif self._identities.shows(data):
            data = mask(data, self._identities.shifts(label, data))
        else:
            return dataset
        return restore_dataset(mode, label, data, dataset.horodate, repaired=dataset.repaired)

    def _raw(self, frame: Frame) -> bytes:
        raw, found, rest = bytearray(frame.raw), places(frame), []
        parity = has_parity(frame.raw, found)
        for place in found:
            if place.dataset is None:
                rest.append(place)
            elif (made := self._dataset(frame.mode, place.dataset)) is not place.dataset:
                sent = frame.raw[place.start : place.end]
                raw[place.start : place.end] = _rewritten(sent, place, made, parity)
        for place in rest:
            self._hide(frame.mode, raw, place, parity)
        return bytes(raw)

    def _hide(self, mode: Mode, raw: bytearray, place: Place, parity: bool) -> None:
        """Mask a stretch that is no dataset, so that the frame decodes as before.

        Why it is none may change: a wrong label before a horodate becomes a wrong format.
        """
        start, end = place.start, place.end
        piece, wanted = bytes(raw[start:end]), _seen(mode, bytes(raw), parity)
        best, likeness = bytes(len(piece)), -1
        for attempt in range(ATTEMPTS):
            shifts = self._identities.shifts("rest", piece, attempt)
            raw[start:end] = masked = _masked(piece, mode, shifts, parity)
            if self._identities.shows(masked.translate(WITHOUT_PARITY).decode("ascii")):
                continue
            seen = _seen(mode, bytes(raw), parity)
            found = (seen[0] == wanted[0]) + (seen == wanted)
            if found > likeness:
                best, likeness = masked, found
            if seen == wanted:
                break
        raw[start:end] = best


def has_parity(raw: bytes, found: Sequence[Place]) -> bool:
    """Whether bit 7 of the bytes of a frame carries even parity.

    A verified dataset has characters that need it; without one, most bytes tell.
    """
    for start, end, dataset, _ in found:
        if dataset and not dataset.repaired:
            return not raw[start:end].isascii()
    right = raw.translate(WITHOUT_PARITY).translate(WITH_PARITY)
    return 3 * sum(a != b for a, b in zip(raw, right, strict=True)) < len(raw)


def _rewritten(sent: bytes, place: Place, made: Dataset, parity: bool) -> bytes:
    """The bytes of a fictitious dataset; one that was repaired has its first wrong byte again."""
    assert place.dataset is not None
    real, fictitious = body_of(place.mode, place.dataset), body_of(place.mode, made)
    if not parity:
        return fictitious
    damaged = bytearray(add_parity(fictitious))
    wrong = (at for at, (a, b) in enumerate(zip(sent, add_parity(real), strict=True)) if a != b)
    for at in wrong:
        damaged[at] ^= 0x80  # told by parity, so that it is repaired again
        break
    return bytes(damaged)


def _xor(one: bytes | bytearray, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _masked(piece: bytes, mode: Mode, shifts: Iterator[int], parity: bool) -> bytes:
    plain = piece.translate(WITHOUT_PARITY)
    masked = _PART.sub(lambda part: _masked_part(part[0], mode, shifts), plain)
    if parity:
        return _xor(piece, _xor(add_parity(plain), add_parity(masked)))
    return _xor(piece, _xor(plain, masked))


def _masked_part(part: bytes, mode: Mode, shifts: Iterator[int]) -> bytes:
    """Up to its last character, which may be a checksum: that one follows the sum of the others."""
    zone, last = part[:-1], part[-1]
    masked = _WORD.sub(lambda word: _masked_word(word[0], mode, shifts), zone)
    if 0x20 <= last <= 0x5F:
        last = 0x20 + ((last - 0x20 + sum(masked) - sum(zone)) & 0x3F)
    return masked + bytes((last,))


def _masked_word(word: bytes, mode: Mode, shifts: Iterator[int]) -> bytes:
    text = word.decode("ascii")
    if any(text in TABLE[each] for each in Mode) or _was_label(text, mode):
        return word
    return mask(text, shifts).encode("ascii")


def _was_label(text: str, mode: Mode) -> bool:
    return text[:1].isupper() and len(text) < 10 and looks_damaged(mode, text)


def _seen(mode: Mode, raw: bytes, parity: bool) -> tuple[list[object], list[Reason]]:
    """What a decoder that knows the line sees in the bytes of a frame; why it rejects the rest."""
    first = encode_frame([encode_dataset(mode, *_FIRST[mode])])
    decoder = Decoder(mode)
    frames = decoder.feed((add_parity(first) if parity else first) + raw) + decoder.close()
    seen: list[object] = []
    for frame in frames:
        seen.append(frame.status)
        seen += [(dataset.label, dataset.repaired) for dataset in frame.datasets]
        seen += [(rejected.offset, len(rejected.bytes)) for rejected in frame.rejected]
    return seen, [rejected.reason for frame in frames for rejected in frame.rejected]
