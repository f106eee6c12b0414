"""What sort of line this is: its mode, and whether a Linky speaks. Reads datasets accordingly.

One known label, verified down to its format, locks the mode; a known label of another mode
is refused but counted, and `SWITCH_AFTER` of them in a row mean that the meter was switched
(Enedis does it remotely, at night). Never either mode per dataset: that would double the
false acceptances of the 6-bit checksum.

Source: Enedis-NOI-CPT_54E v3, 5.2 (modes), 5.3.6 (checksums), 6.1 and 6.2 (labels).
"""

from collections.abc import Sequence

from telewatt.tic.checksum import HT, WITH_PARITY, WITHOUT_PARITY
from telewatt.tic.dataset import GRAMMARS, LINKY_UNITS, DatasetError, Grammar, parse_body
from telewatt.tic.frame import Dataset, Mode, Reason
from telewatt.tic.repair import repair_body
from telewatt.tic.values import Address

SWITCH_AFTER = 3
"""Good datasets of another mode in a row before the stream's mode is changed."""
_HT_GRAMMARS = (GRAMMARS[Mode.STANDARD], GRAMMARS[Mode.HISTORIC_HT])
_SP_GRAMMARS = (GRAMMARS[Mode.HISTORIC],)


class Recognition:
    """The line's mode and meter family, learnt from its datasets.

    Args:
        mode: fixes the mode; ``None`` finds it and follows a switch.
    """

    def __init__(self, mode: Mode | None) -> None:
        self.grammar = None if mode is None else GRAMMARS[mode]
        self.linky: bool | None = None
        self.known = 0  # datasets with a known label, ever
        self.strangers = 0  # good datasets of another mode in a row
        self._fixed = mode is not None
        self._early: Grammar | None = None  # of the strangers before the mode is known

    @property
    def mode(self) -> Mode | None:
        """The mode; ``None`` before the first known dataset."""
        return None if self.grammar is None else self.grammar.mode

    def read(self, body: bytes, *, parity: bool, known_only: bool) -> Dataset:
        """Verify one dataset and learn from it.

        Args:
            body: label to checksum, as on the line.
            parity: bit 7 carries parity; single-bit errors are repaired.
            known_only: refuse labels that are not in the table.

        Raises:
            DatasetError: with reason ``MODE`` and the dataset if only its mode is wrong.
        """
        plain = body
        if parity:
            plain = body.translate(WITHOUT_PARITY)
            if plain.translate(WITH_PARITY) != body:
                likely = _likely_grammars(plain) if self.grammar is None else (self.grammar,)
                mended = repair_body(body, likely)
                self.strangers = 0
                return self._learn(*mended)
        if self.grammar is None:
            return self._read_early(plain)
        try:
            dataset = parse_body(plain, self.grammar, known_only=known_only, intact=parity)
        except DatasetError as error:
            return self._greet_stranger(plain, error)
        self.strangers = 0
        return self._learn(dataset, self.grammar)

    def glance(self, body: bytes, *, parity: bool) -> Dataset | None:
        """As `read` for an undamaged dataset of the locked mode, but learns nothing.

        ``None`` for anything else, and for an address: `read` is to judge that.
        """
        if parity:
            plain = body.translate(WITHOUT_PARITY)
            if plain.translate(WITH_PARITY) != body:
                return None
            body = plain
        if self.grammar is None:
            return None
        try:
            dataset = parse_body(body, self.grammar, intact=parity)
        except DatasetError:
            return None
        if self.linky and dataset.label in LINKY_UNITS:
            return dataset._replace(unit=LINKY_UNITS[dataset.label])
        return None if type(dataset.value) is Address else dataset

    def _greet_stranger(self, plain: bytes, error: DatasetError) -> Dataset:
        others = [each for each in _likely_grammars(plain) if each is not self.grammar]
        try:
            dataset, grammar = _read_first(plain, others)
        except DatasetError:
            raise error from None
        if self._fixed:
            # "historic" means both layouts, until the first dataset tells which
            if self.known or grammar.mode is not Mode.HISTORIC_HT or self.mode is Mode.STANDARD:
                raise DatasetError(Reason.MODE, dataset, grammar.mode)
            return self._learn(dataset, grammar)
        self.strangers += 1
        if self.strangers < SWITCH_AFTER:
            raise DatasetError(Reason.MODE, dataset, grammar.mode)
        return self._learn(dataset, grammar)

    def _read_early(self, plain: bytes) -> Dataset:
        """Before the mode is known: a known label tells it, or three unknown ones in a row."""
        grammars = _likely_grammars(plain)
        try:
            return self._learn(*_read_first(plain, grammars))
        except DatasetError as error:
            if error.reason is not Reason.LABEL:
                raise
        dataset = parse_body(plain, grammars[0])
        self.strangers = self.strangers + 1 if self._early is grammars[0] else 1
        self._early = grammars[0]
        if self.strangers < SWITCH_AFTER:
            raise DatasetError(Reason.MODE, dataset, grammars[0].mode)
        self.grammar = self._early
        self.known += 1
        return dataset

    def _learn(self, dataset: Dataset, grammar: Grammar) -> Dataset:
        if dataset.label in grammar.readers:
            self.known += 1
            self.grammar = grammar
        if type(dataset.value) is Address and not dataset.repaired:
            self.linky = dataset.value.is_linky
        if self.linky and dataset.label in LINKY_UNITS:
            return dataset._replace(unit=LINKY_UNITS[dataset.label])
        return dataset


def _likely_grammars(plain: bytes) -> tuple[Grammar, ...]:
    return _HT_GRAMMARS if plain[-2:-1] == HT else _SP_GRAMMARS


def _read_first(plain: bytes, grammars: Sequence[Grammar]) -> tuple[Dataset, Grammar]:
    """Before the mode is known only a known label counts; the first mode's error is told."""
    first = DatasetError(Reason.STRUCTURE)
    for grammar in grammars:
        try:
            return parse_body(plain, grammar, known_only=True), grammar
        except DatasetError as error:
            first = error if grammar is grammars[0] else first
    raise first
