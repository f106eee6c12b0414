"""The words of every finding: what is wrong, why it matters, what to write instead."""

from collections.abc import Iterator

from telewatt.esphome.validator.texts_entities import ENTITY_ROWS
from telewatt.esphome.validator.texts_files import FILE_ROWS
from telewatt.esphome.validator.texts_lines import LINE_ROWS
from telewatt.language import Text

_Row = tuple[str, Text, Text, Text]


def _rows() -> Iterator[_Row]:
    for name, *texts in (*FILE_ROWS, *LINE_ROWS, *ENTITY_ROWS):
        what, why, remedy = (Text(*text) for text in texts)
        yield name, what, why, remedy


ROWS: tuple[_Row, ...] = tuple(_rows())
"""Id, what, why, remedy."""
