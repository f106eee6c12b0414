"""What sort of line this is: its mode, and whether a Linky speaks. Reads datasets accordingly.

One known label, verified down to its format, locks the mode; a known label of another mode
is refused but counted, and `SWITCH_AFTER` of them in a row mean that the meter was switched
(Enedis does it remotely, at night). Never either mode per dataset: that would double the
false acceptances of the 6-bit checksum.

Source: Enedis-NOI-CPT_54E v3, 5.2 (modes), 5.3.6 (checksums), 6.1 and 6.2 (labels).
"""

from telewatt.tic.checksum import HT, WITH_PARITY, WITHOUT_PARITY
from telewatt.tic.dataset import DatasetError, parse_body
from telewatt.tic.frame import Dataset, Mode, Reason
from telewatt.tic.labels import TABLE
from telewatt.tic.repair import repair_body
from telewatt.tic.values import Address

SWITCH_AFTER = 3
"""Good datasets of another mode in a row before the stream's mode is changed."""
_HT_MODES = (Mode.STANDARD, Mode.HISTORIC_HT)
_SP_MODES = (Mode.HISTORIC,)
_LINKY_UNITS = {
    name: label.unit_linky for name, (label, *_) in TABLE[Mode.HISTORIC].items() if label.unit_linky
}


class Recognition:
    """The line's mode and meter family, learnt from its datasets.

    Args:
        mode: fixes the mode; ``None`` finds it and follows a switch.
    """

    def __init__(self, mode: Mode | None) -> None:
        self.mode = mode
        self.linky: bool | None = None
        self.known = 0  # datasets with a known label, ever
        self.strangers = 0  # good datasets of another mode in a row
        self._fixed = mode is not None

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
                return self._learn(*repair_body(body, self._modes(plain)))
        if self.mode is None:
            return self._learn(*_read_first(plain, self._modes(plain)))
        try:
            dataset = parse_body(plain, self.mode, known_only=known_only)
        except DatasetError as error:
            return self._greet_stranger(plain, error)
        self.strangers = 0
        return self._learn(dataset, self.mode)

    def _modes(self, plain: bytes) -> tuple[Mode, ...]:
        if self.mode is not None:
            return (self.mode,)
        return _HT_MODES if plain[-2:-1] == HT else _SP_MODES

    def _greet_stranger(self, plain: bytes, error: DatasetError) -> Dataset:
        if self._fixed:
            raise error
        others = _HT_MODES if plain[-2:-1] == HT else _SP_MODES
        try:
            dataset, mode = _read_first(plain, tuple(m for m in others if m is not self.mode))
        except DatasetError:
            raise error from None
        self.strangers += 1
        if self.strangers < SWITCH_AFTER:
            raise DatasetError(Reason.MODE, dataset)
        return self._learn(dataset, mode)

    def _learn(self, dataset: Dataset, mode: Mode) -> Dataset:
        if dataset.label in TABLE[mode]:
            self.known += 1
            self.mode = mode
        if isinstance(dataset.value, Address) and not dataset.repaired:
            self.linky = dataset.value.is_linky
        unit = _LINKY_UNITS.get(dataset.label) if self.linky else None
        return dataset._replace(unit=unit) if unit else dataset


def _read_first(plain: bytes, modes: tuple[Mode, ...]) -> tuple[Dataset, Mode]:
    """Before the mode is known only a known label counts; the first mode's error is told."""
    first: DatasetError | None = None
    for mode in modes:
        try:
            return parse_body(plain, mode, known_only=True), mode
        except DatasetError as error:
            first = first or error
    raise first or DatasetError(Reason.STRUCTURE)
