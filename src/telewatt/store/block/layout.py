"""How the bytes of a frame are made of its datasets: what a batch stores once for many frames.

The raw bytes of nearly every frame are STX, its datasets as a meter writes them, and ETX: the
fields of the datasets are enough to write them again. A layout is the row of slots a frame is made
of. Whatever is odd is a slot of its own, so that it costs its own bytes and nothing else: literal
bytes, rejected bytes, a dataset whose bytes are not as a meter writes it (repaired, a delimiter
lost).
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from telewatt.columns import Cursor, encode_columns, encode_count
from telewatt.store.block.kinds import MODES, Kind, describe
from telewatt.tic import Frame, Mode, Reason, Rejected, Status

# The places in these tuples are stored: add at their ends only.
STATUSES = (
    *(Status.COMPLETE, Status.PARTIAL, Status.INTERRUPTED, Status.TRUNCATED),
    Status.RELAYED,
)
REASONS = (
    *(Reason.CHECKSUM, Reason.PARITY, Reason.STRUCTURE, Reason.CHARSET),
    *(Reason.LABEL, Reason.FORMAT, Reason.MODE, Reason.UNTERMINATED),
)

LITERAL = -1
AS_WRITTEN, ODD, REPAIRED = 0, 1, 2


class Slot(NamedTuple):
    """A part of a frame.

    Attributes:
        code: what it is. Negative: `LITERAL` bytes, or rejected ones (`_rejected_code`). Else three
            times the number of the dataset's kind, and `AS_WRITTEN`, `ODD` or `REPAIRED`; the last
            two are a dataset without its bytes, which are literal ones nearby.
        content: the bytes, if the code does not tell them.
        start: of rejected bytes that do not stand here, from the frame's first byte.
    """

    code: int
    content: bytes = b""
    start: int = 0


class Layout(NamedTuple):
    """What frames have in common that differ in the fields of their datasets only."""

    mode: Mode
    status: Status
    parity: bool
    slots: tuple[Slot, ...]

    @property
    def numbers(self) -> list[int]:
        """The kinds of the datasets, in order."""
        return [slot.code // 3 for slot in self.slots if slot.code >= 0]

    @property
    def is_plain(self) -> bool:
        """Whether its frames are datasets as written and literal bytes, no more."""
        codes = [slot.code for slot in self.slots if slot.code != LITERAL]
        return all(code >= 0 and code % 3 == AS_WRITTEN for code in codes)


NumberOf = Callable[[Kind, int], int]
"""The number of a kind; the second argument counts its like before it in the same frame."""


def lay_out(frame: Frame, number_of: NumberOf) -> Layout:
    """The layout of any frame."""
    parity = not frame.raw.isascii()
    spans = _dataset_spans(frame, parity, number_of)
    if parity and len(spans) == 1 and frame.datasets:  # none found: a damaged 7-bit line
        parity = False
        spans = _dataset_spans(frame, parity, number_of)
    spans += _rejected_spans(frame, spans)
    slots: list[Slot] = []
    place = 0
    for start, end, found in sorted(spans, key=lambda span: span[:2]):
        if start > place:
            slots.append(Slot(LITERAL, frame.raw[place:start]))
        slots += found
        place = end
    return Layout(frame.mode, frame.status, parity, tuple(slots))


class Plan:
    """A layout laid out for writing frames again; the number of a kind is its place in ``kinds``.

    Attributes:
        pieces: of the raw bytes, in order: literal bytes, or the number of a kind.
        fields: of the datasets, in order: the number of a kind, and whether it is repaired.
        rejected: with offsets that count from the frame's first byte.
        length: of the raw bytes.
    """

    def __init__(self, layout: Layout, kinds: Sequence[Kind]) -> None:
        self.pieces: list[bytes | int] = []
        self.fields: list[tuple[int, bool]] = []
        self.rejected: list[Rejected] = []
        self.length = 0
        for slot in layout.slots:
            if slot.code >= 0:
                number, how = divmod(slot.code, 3)
                self.fields.append((number, how == REPAIRED))
                if how == AS_WRITTEN:
                    self.pieces.append(number)
                    self.length += kinds[number].length
            else:
                self._add_bytes(slot)

    def rejected_from(self, offset: int) -> tuple[Rejected, ...]:
        """``rejected`` of the frame that begins at ``offset`` in its stream."""
        if not self.rejected:
            return ()
        return tuple([each._replace(offset=offset + each.offset) for each in self.rejected])

    def _add_bytes(self, slot: Slot) -> None:
        number, elsewhere = divmod(-2 - slot.code, 2)
        if slot.code != LITERAL:
            # whatever a release of another time called it: they had no dataset's structure
            reason = REASONS[number] if number < len(REASONS) else Reason.STRUCTURE
            start = slot.start if elsewhere else self.length
            self.rejected.append(Rejected(start, reason, slot.content))
        if slot.code == LITERAL or not elsewhere:
            self.pieces.append(slot.content)
            self.length += len(slot.content)


_Span = tuple[int, int, list[Slot]]  # from, to, what is there; what has no bytes comes first


def _dataset_spans(frame: Frame, parity: bool, number_of: NumberOf) -> list[_Span]:
    """Where the datasets stand that are as a meter writes them; the last span is the end."""
    spans: list[_Span] = []
    slots: list[Slot] = []
    place, raw, turns = 0, frame.raw, Counter[Kind]()
    for dataset in frame.datasets:
        kind, part = describe(dataset, frame.mode, parity=parity)
        code = 3 * number_of(kind, turns[kind])
        turns[kind] += 1
        start = -1 if part is None or dataset.repaired else raw.find(part, place)
        if start < 0 or part is None:
            slots.append(_slot(code + (REPAIRED if dataset.repaired else ODD)))
        else:
            place = start + len(part)
            spans.append((start, place, [*slots, _slot(code + AS_WRITTEN)]))
            slots = []
    return [*spans, (len(raw), len(raw), slots)]


def _rejected_spans(frame: Frame, taken: list[_Span]) -> list[_Span]:
    spans: list[_Span] = []
    slots: list[Slot] = []
    place = 0
    for offset, reason, content in frame.rejected:
        start = offset - frame.offset
        end = start + len(content)
        is_there = place <= start < end and frame.raw[start:end] == content
        if is_there and _is_free(taken, start, end):
            spans.append((start, end, [*slots, Slot(_rejected_code(reason), content)]))
            place, slots = end, []
        else:
            slots.append(Slot(_rejected_code(reason, elsewhere=True), content, start))
    return [*spans, (len(frame.raw), len(frame.raw), slots)]


@lru_cache(maxsize=1024)
def _slot(code: int) -> Slot:
    """One object for all: a noisy line has a layout a frame."""
    return Slot(code)


def _is_free(taken: list[_Span], start: int, end: int) -> bool:
    following = bisect_left(taken, end, key=lambda span: span[0])
    return following == 0 or taken[following - 1][1] <= start


def _rejected_code(reason: Reason, *, elsewhere: bool = False) -> int:
    return -2 - 2 * REASONS.index(reason) - elsewhere


def encode_layouts(layouts: Sequence[Layout]) -> bytes:
    """The layouts, so that `decode_layouts` can read them.

    Layout: their number; a table of modes, statuses, parities, numbers of slots; a table of all
    slots, 0 for a dataset and the code for bytes; the codes of the datasets; lengths and starts of
    the bytes; the bytes.
    """
    slots = [slot for layout in layouts for slot in layout.slots]
    odd = [slot for slot in slots if slot.code < 0]
    datasets = [slot.code for slot in slots if slot.code >= 0]
    heads = (
        [MODES.index(layout.mode) for layout in layouts],
        [STATUSES.index(layout.status) for layout in layouts],
        [int(layout.parity) for layout in layouts],
        [len(layout.slots) for layout in layouts],
    )
    return b"".join(
        (
            encode_count(len(layouts)),
            encode_columns(heads),
            encode_columns(([min(slot.code, 0) for slot in slots],)),
            encode_columns((datasets,)),
            encode_columns(([len(slot.content) for slot in odd], [slot.start for slot in odd])),
            *(slot.content for slot in odd),
        )
    )


def decode_layouts(cursor: Cursor) -> list[Layout]:
    """The layouts that were encoded; what this release has no name for becomes something safe."""
    heads = cursor.columns((cursor.count(),) * 4)
    (codes,) = cursor.columns((sum(heads[3]),))
    datasets = iter(*cursor.columns((codes.count(0),)))
    lengths, starts = cursor.columns((len(codes) - codes.count(0),) * 2)
    odd = [(cursor.take(length), start) for length, start in zip(lengths, starts, strict=True)]
    contents = iter(odd)
    slots = [Slot(code, *next(contents)) if code else _slot(next(datasets)) for code in codes]
    layouts, place = [], 0
    for mode, status, parity, size in zip(*heads, strict=True):
        found = tuple(slots[place : place + size])
        layouts.append(Layout(_mode(mode), _status(status), bool(parity), found))
        place += size
    return layouts


def _mode(number: int) -> Mode:
    return MODES[number] if number < len(MODES) else Mode.STANDARD


def _status(number: int) -> Status:
    return STATUSES[number] if number < len(STATUSES) else Status.PARTIAL
