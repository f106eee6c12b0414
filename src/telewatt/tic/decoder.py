r"""The decoder: chunks of a line in, frames out; it never raises, never stops, never grows.

Rules:
- A CR ends a stretch of bytes; the dataset is what follows the last LF in it.
- Nearly all datasets repeat: a frame is compared as a whole with the last one of its length
  (the template), and a changed dataset is looked up by its bytes (the memo) before it is parsed.
  Whatever is not that simple goes the careful way, stretch by stretch.
- Mode, and whether bit 7 carries parity, are found from the first verified dataset with a
  known label and locked. Three good datasets of another mode in a row, with none of the
  locked one between, mean that the meter was switched.
- All state changes happen at places in the byte stream, never at chunk borders: any
  chunking gives the same frames. Each byte is scanned once.

Source: Enedis-NOI-CPT_54E v3, 5.2 and 5.3; EOT: manufacturers' manuals (ZMD126, L16C6).
"""

import re

from telewatt.tic.assembly import FRAME_MAX, Assembly
from telewatt.tic.checksum import CR, ETX, LF
from telewatt.tic.dataset import DatasetError
from telewatt.tic.frame import Dataset, Frame, Mode, Reason, Rejected, Status
from telewatt.tic.recognition import SWITCH_AFTER, Recognition
from telewatt.tic.salvage import (
    CONTROLS,
    CONTROLS_PARITY,
    ETX_CODE,
    STX_CODE,
    Piece,
    split_stretch,
)
from telewatt.tic.template import Template

STRETCH_MAX = 512
"""A stretch without CR is cut here; the longest dataset is 111 bytes (PJOURF+1)."""
DATASET_MAX = 160
"""A dataset that has just begun when a stretch is cut is kept if it may still be one."""
SLICE = 4096
"""Much at once is taken in slices: what is left of one is copied at each change of state."""
BODY_MIN = 5
"""A label of two characters, two separators, checksum, and data that may be empty."""
MEMO_MAX = 2048
TEMPLATES_MAX = 8
"""Layouts kept: long and short frames, with and without the labels that come and go."""
LOOKALIKES_MAX = 32

CR_PARITY = b"\x8d"
_ANY_CONTROLS = {**CONTROLS, **CONTROLS_PARITY}
_SIGNS = {  # by CR: the frame controls, the same as bytes, STX
    None: (_ANY_CONTROLS, bytes(_ANY_CONTROLS), b""),
    CR: (CONTROLS, bytes(CONTROLS), b"\x02"),
    CR_PARITY: (CONTROLS_PARITY, bytes(CONTROLS_PARITY), b"\x82"),
}
_any_cr = re.compile(rb"[\r\x8d]")


class Decoder:
    r"""Decodes one line.

    Args:
        mode: fixes the mode (``Mode`` or its name; ``historic`` takes both of its layouts);
            ``None`` or ``auto`` finds it and follows a switch.

    >>> decoder = Decoder()
    >>> [frame] = decoder.feed(b"\x02\nADCO 021861348497 L\r\nPAPP 00750 -\r\x03")
    >>> frame.meter, frame.datasets[1].value, frame.datasets[1].unit
    ('021861348497', 750, 'VA')
    """

    def __init__(self, mode: Mode | str | None = None) -> None:
        fixed = None if mode in (None, "auto") else Mode(mode)
        self._recognition = Recognition(fixed)
        self._end: bytes | None = None  # CR as this line sends it; None: not known yet
        self._controls, self._marks, self._stx = _SIGNS[None]
        self._memo: dict[bytes, Dataset] = {}
        self._templates: dict[int, Template] = {}  # by the frame's length
        self._pending = bytearray()  # since the last ETX
        self._tail = bytearray()  # the stretch that has no CR yet
        self._lookalikes: dict[str, int] = {}  # labels like a damaged known one: last offset
        self._strangers: list[tuple[Rejected, Dataset, Mode | None]] = []  # of another mode
        self._assembly = Assembly()
        self._assembly.mode = fixed

    @property
    def mode(self) -> Mode | None:
        """The mode the stream is locked to; ``None`` before the first known dataset."""
        return self._recognition.mode

    @property
    def parity(self) -> bool | None:
        """Whether bit 7 carries parity; ``None`` before the first known dataset."""
        return None if self._end is None else self._end == CR_PARITY

    def feed(self, chunk: bytes) -> list[Frame]:
        """Take the next bytes of the line; return the frames they complete, in order.

        A frame is told at its ETX or EOT; one that ended without, at the next one's or after 4 KiB.
        """
        if type(chunk) is not bytes:
            chunk = bytes(chunk)
        pending = self._pending
        pending += chunk
        if (
            0x03 not in chunk  # ETX, EOT, EOT with parity: a frame may end here
            and 0x04 not in chunk
            and 0x84 not in chunk
            and len(pending) < FRAME_MAX
        ):
            return []
        line = bytes(pending)
        pending.clear()
        start = 0
        while (etx := line.find(ETX, start)) >= 0:
            self._take_frame(line[start : etx + 1])
            start = etx + 1
        rest = line[start:]
        if len(rest) >= FRAME_MAX or 0x04 in rest or 0x84 in rest:
            self._take(rest)
        else:
            pending += rest
        return self._assembly.take()

    def close(self) -> list[Frame]:
        """End the stream: return what is still pending. The decoder can be fed again."""
        self._take(bytes(self._pending))
        self._pending.clear()
        stretch = bytes(self._tail)
        self._tail.clear()
        if stretch:
            self._give_up(stretch)
        self._assembly.close()
        return self._assembly.take()

    # -- frames as a whole -----------------------------------------------------------------

    def _take_frame(self, raw: bytes) -> None:
        """Bytes up to an ETX: the frame we know but for some values, or something else."""
        assembly = self._assembly
        template = self._templates.get(len(raw))
        if template is not None and not assembly.raw and not self._tail:
            frame = template.renew(raw, assembly.start, self._glance)
            if frame is not None:
                self._recognition.strangers = 0
                assembly.add(frame)
                return
        self._take(raw)
        if assembly.frames and self._end:
            self._learn_layout(assembly.frames[-1], self._end)

    def _glance(self, part: bytes) -> Dataset | None:
        """A dataset, LF to CR, if there is nothing wrong with it."""
        dataset = self._memo.get(part)
        if dataset is None and part[0] == 0x0A and part[-1:] == self._end:
            dataset = self._recognition.glance(part[1:-1], parity=self._end == CR_PARITY)
            if dataset is not None:
                self._memorise(part, dataset)
        return dataset

    def _learn_layout(self, frame: Frame, end: bytes) -> None:
        if Template.fits(frame, self._stx, end):
            if len(self._templates) >= TEMPLATES_MAX:
                self._templates.clear()
            self._templates[len(frame.raw)] = Template(frame, end)

    def _memorise(self, part: bytes, dataset: Dataset) -> None:
        if dataset.horodate is None:  # a time does not come again
            if len(self._memo) >= MEMO_MAX:
                self._memo.clear()
            self._memo[part] = dataset

    # -- stretches: what stands between two CRs ------------------------------------------

    def _take(self, line: bytes) -> None:
        for start in range(0, len(line), SLICE):
            rest = line[start : start + SLICE]
            while rest:
                rest = self._hunt(rest) if self._end is None else self._scan(rest, self._end)

    def _scan(self, line: bytes, end: bytes) -> bytes:
        """Read whole stretches; return what another state must look at."""
        if self._tail:
            line = bytes(self._tail) + line
            self._tail.clear()
        memo = self._memo
        *stretches, last = line.split(end)
        start = 0
        for stretch in stretches:
            if len(stretch) >= STRETCH_MAX:
                bare = self._obey_leading(stretch)
                rest = line[start + len(stretch) - len(bare) :]
                return self._overrun(rest) if len(bare) >= STRETCH_MAX else rest
            start += len(stretch) + 1
            self._read_stretch(stretch, end)
            if self._memo is not memo:  # the line changed
                return line[start:]
        return self._hold(last) if last else b""

    def _hunt(self, line: bytes) -> bytes:
        """While it is unknown whether the line carries parity: one stretch at a time."""
        if self._tail:
            line = bytes(self._tail) + line
            self._tail.clear()
        start = 0
        while match := _any_cr.search(line, start):
            stretch = self._obey_leading(line[start : match.start()])
            if len(stretch) >= STRETCH_MAX:
                return self._overrun(line[match.start() - len(stretch) :])
            start = match.end()
            if self._try_stretch(stretch, match.group()):
                return line[start:]
        return self._hold(line[start:])

    def _try_stretch(self, stretch: bytes, end: bytes) -> bool:
        """Whether a stretch that ends with this CR tells what sort of line it is."""
        known = self._recognition.known
        self._set_end(end)
        self._read_stretch(stretch, end)
        if self._recognition.known > known:
            return True
        self._set_end(None)
        return False

    def _hold(self, tail: bytes) -> bytes:
        """Keep a stretch without CR for the next chunk; its frame controls act at once."""
        tail = self._obey_leading(tail)
        if len(tail) >= STRETCH_MAX:
            return self._overrun(tail)
        self._tail += tail
        return b""

    def _overrun(self, line: bytes) -> bytes:
        """No CR for too long: look for the other kind of CR, else give up what stands there."""
        head = line[:STRETCH_MAX]
        other_cr = self._end is not None and _any_cr.search(head) is not None
        self._set_end(None)
        if other_cr:
            return line
        cut = head.rfind(LF, STRETCH_MAX - DATASET_MAX)
        head = head[:cut] if cut > 0 else head
        self._give_up(head)
        self._set_end(None)
        return line[len(head) :]

    def _give_up(self, stretch: bytes) -> None:
        """A stretch that no CR will end any more."""
        if self._end is None:
            self._set_end(CR if stretch.isascii() else CR_PARITY)
        self._read_pieces(self._obey_leading(stretch), b"")

    def _set_end(self, end: bytes | None) -> None:
        if end is not self._end:
            self._end = end
            self._controls, self._marks, self._stx = _SIGNS[end]
            self._forget()

    def _forget(self) -> None:
        """What was learnt holds for one mode, one parity and one meter family."""
        self._memo = {}
        self._templates = {}

    def _obey_leading(self, stretch: bytes) -> bytes:
        """Obey the frame controls a stretch begins with; return the rest."""
        rest = stretch.lstrip(self._marks)
        for at in range(len(stretch) - len(rest)):
            self._obey(stretch[at : at + 1], self._controls[stretch[at]])
        return rest

    # -- datasets --------------------------------------------------------------------------

    def _read_stretch(self, stretch: bytes, end: bytes) -> None:
        """A whole stretch, frame controls perhaps before it."""
        if not stretch:
            self._assembly.skip(end)
            return
        if stretch[0] in self._controls:
            stretch = self._obey_leading(stretch)
        part = stretch + end
        dataset = self._memo.get(part)
        if dataset is not None:
            self._recognition.strangers = 0
            self._assembly.keep(part, dataset)
        elif stretch.rfind(LF) == 0 and len(stretch) > 1 and stretch[-1] not in self._controls:
            memo = self._memo
            dataset = self._read(Piece(stretch, body=stretch[1:]), end)
            if dataset is not None and not dataset.repaired and memo is self._memo:
                self._memorise(part, dataset)
        else:
            self._read_pieces(stretch, end)

    def _read_pieces(self, stretch: bytes, end: bytes) -> None:
        parity = CR_PARITY in (end, self._end)
        pieces = list(split_stretch(stretch, self._controls, parity=parity, terminated=bool(end)))
        for i, piece in enumerate(pieces):
            cr = end if i == len(pieces) - 1 else b""
            if piece.control:
                self._obey(piece.raw, piece.control)
                self._assembly.skip(cr)
            elif piece.body:
                self._read(piece, cr)
            else:
                self._assembly.skip(piece.raw + cr)

    def _obey(self, mark: bytes, control: int) -> None:
        if control == STX_CODE:
            self._assembly.begin(mark)
        else:
            ended = Status.COMPLETE if control == ETX_CODE else Status.INTERRUPTED
            self._assembly.end(mark, ended)

    def _read(self, piece: Piece, end: bytes) -> Dataset | None:
        """Verify one dataset and keep it, or reject its bytes."""
        line, raw = self._recognition, piece.raw + end
        if len(piece.body) < BODY_MIN:
            return self._doubt(raw, DatasetError(Reason.STRUCTURE), whole=piece.whole)
        grammar, linky = line.grammar, line.linky
        has_lf, parity = raw[:1] == LF, self._end == CR_PARITY
        try:
            dataset = line.read(piece.body, parity=parity, known_only=not (has_lf and piece.whole))
        except DatasetError as error:
            return self._doubt(raw, error, whole=piece.whole)
        if line.grammar is not grammar or line.linky is not linky:
            self._follow(line, found=line.grammar is not grammar)
        hit = parity and piece.whole and not (has_lf and end) and self._assembly.offset > 0
        if piece.mended or hit:
            dataset = dataset._replace(repaired=True)
        self._assembly.keep(raw, dataset)
        return dataset

    def _doubt(self, raw: bytes, error: DatasetError, *, whole: bool) -> Dataset | None:
        """Reject, unless it is a strange label that keeps coming; remember strangers."""
        dataset = error.dataset
        if error.reason is Reason.LABEL and dataset and self._recurs(dataset):
            self._assembly.keep(raw, dataset)
            return dataset
        rejected = self._assembly.reject(raw, error.reason if whole else Reason.UNTERMINATED)
        if error.reason is Reason.MODE and dataset:
            self._strangers = [*self._strangers, (rejected, dataset, error.mode)][
                1 - SWITCH_AFTER :
            ]
        return None

    def _follow(self, line: Recognition, *, found: bool) -> None:
        """Another mode or another meter family: what was learnt no longer holds."""
        self._forget()
        self._assembly.mode = line.mode
        if found:
            for rejected, dataset, mode in self._strangers:
                if mode is line.mode:
                    self._assembly.reconsider(rejected, dataset)
            self._strangers = []

    def _recurs(self, dataset: Dataset) -> bool:
        """A label one character from a known one is damage, unless it comes frame after frame."""
        here = self._assembly.offset
        last = self._lookalikes.get(dataset.label)
        if len(self._lookalikes) >= LOOKALIKES_MAX:
            self._lookalikes.clear()
        self._lookalikes[dataset.label] = here
        return last is not None and here - last <= FRAME_MAX
