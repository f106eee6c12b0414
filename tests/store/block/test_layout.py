"""The slots of a frame: what is odd is a slot of its own, and everything comes back."""

from __future__ import annotations

from itertools import count

from telewatt.columns import Cursor
from telewatt.store.block.kinds import Kind
from telewatt.store.block.layout import (
    LITERAL,
    Layout,
    Plan,
    decode_layouts,
    encode_layouts,
    lay_out,
)
from telewatt.tic import (
    Decoder,
    Frame,
    Mode,
    Reason,
    Rejected,
    Status,
    add_parity,
    encode_dataset,
    encode_frame,
)

PARTS = [
    encode_dataset(Mode.STANDARD, "ADSC", "041876123456"),
    encode_dataset(Mode.STANDARD, "DATE", "", "H260301120000"),
    encode_dataset(Mode.STANDARD, "EAST", "008123456"),
]


def decode(raw: bytes, *, parity: bool = False) -> Frame:
    """The frame on a line whose mode and parity are known by now."""
    decoder = Decoder()
    decoder.feed(add_parity(encode_frame(PARTS)) if parity else encode_frame(PARTS))
    (frame,) = decoder.feed(raw)
    return frame


def explain(frame: Frame) -> tuple[Layout, list[Kind]]:
    """The layout of a frame, and the kinds by their numbers."""
    numbers = count()
    kinds: dict[tuple[Kind, int], int] = {}

    def number_of(kind: Kind, turn: int) -> int:
        if (kind, turn) not in kinds:
            kinds[kind, turn] = next(numbers)
        return kinds[kind, turn]

    return lay_out(frame, number_of), [kind for kind, _ in kinds]


def codes(frame: Frame) -> list[int]:
    return [slot.code for slot in explain(frame)[0].slots]


def test_a_frame_without_faults_is_stx_datasets_etx() -> None:
    frame = decode(encode_frame(PARTS))
    assert codes(frame) == [LITERAL, 0, 3, 6, LITERAL]


def test_rejected_bytes_are_one_slot_and_their_neighbours_are_as_ever() -> None:
    raw = encode_frame(PARTS).replace(b"DATE", b"DA\x00E")
    layout, kinds = explain(decode(raw))
    rejected = -2 - 2 * 3
    assert [slot.code for slot in layout.slots] == [LITERAL, 0, rejected, 3, LITERAL]
    assert layout.slots[2].content == PARTS[1].replace(b"DATE", b"DA\x00E")
    assert Plan(layout, kinds).length == len(raw)


def test_a_repaired_dataset_is_told_beside_its_bytes() -> None:
    raw = bytearray(add_parity(encode_frame(PARTS)))
    raw[3] ^= 0x01
    frame = decode(bytes(raw), parity=True)
    assert [dataset.repaired for dataset in frame.datasets] == [True, False, False]
    layout, kinds = explain(frame)
    assert [slot.code for slot in layout.slots] == [LITERAL, 2, 3, 6, LITERAL]
    assert layout.slots[0].content == raw[: 1 + len(PARTS[0])]
    assert Plan(layout, kinds).fields == [(0, True), (1, False), (2, False)]


def test_the_same_dataset_twice_has_two_kinds() -> None:
    assert codes(decode(encode_frame([PARTS[0], PARTS[2], PARTS[2]]))) == [-1, 0, 3, 6, -1]


def test_a_byte_with_bit_7_does_not_make_a_7_bit_line_one_with_parity() -> None:
    raw = encode_frame(PARTS).replace(b"\nDATE", b"\xff\nDATE")
    layout, _ = explain(decode(raw))
    assert not layout.parity
    assert sum(slot.code >= 0 for slot in layout.slots) == 3


def test_rejected_bytes_that_stand_elsewhere_are_kept_with_their_place() -> None:
    found = (Rejected(103, Reason.PARITY, b"none"), Rejected(90, Reason.MODE, b""))
    frame = Frame(Mode.HISTORIC, Status.PARTIAL, 100, b"\x02abc\x03", (), found)
    layout, kinds = explain(frame)
    assert Plan(layout, kinds).rejected_from(100) == found
    assert Plan(layout, kinds).pieces == [frame.raw]


def test_layouts_come_back() -> None:
    frames = [
        decode(encode_frame(PARTS)),
        decode(add_parity(encode_frame(PARTS)), parity=True),
        decode(encode_frame(PARTS).replace(b"DATE", b"DA\x00E")),
        Frame(Mode.HISTORIC, Status.TRUNCATED, 9, b"", (), (Rejected(4, Reason.LABEL, b"x"),)),
    ]
    layouts = [explain(frame)[0] for frame in frames]
    assert decode_layouts(Cursor(encode_layouts(layouts))) == layouts
