"""What is wrong with a file that shall be imported: the line, what, and the remedy."""

from telewatt.config import Fault
from telewatt.language import Language


class NotImportableError(ValueError):
    """A file that cannot be imported; nothing of it was.

    Attributes:
        line: from 1; ``None`` where the file has no lines, or the whole of it is meant.
        fault: what is wrong, and what to do about it.
    """

    def __init__(self, fault: Fault, line: int | None = None, **values: object) -> None:
        self.line, self.fault = line, fault.fill(**values)
        super().__init__(self.describe("file", "en"))

    def describe(self, file: str, language: Language) -> str:
        """One line: ``file:line: what is wrong → what to do``."""
        place = f"{file}:{self.line}" if self.line else file
        what, remedy = (text.of(language) for text in self.fault)
        return f"{place}: {what} → {remedy}"
