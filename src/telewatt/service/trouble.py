"""The trouble of one thing that is tried again and again: said once, counted in longer pauses."""

import logging

from telewatt.language import Text, TextError
from telewatt.service.reports import Reports

_WORKS = Text("{name}: works", "{name} : fonctionne")
_BACK = Text("{name}: works again", "{name} : fonctionne de nouveau")


class Trouble:
    """What is wrong with it now.

    Args:
        name: of what is tried.
        away: what is said, with ``name`` and ``why``.

    Attributes:
        now: ``None`` while it works.
    """

    def __init__(self, name: str, away: Text, reports: Reports) -> None:
        self._name, self._away, self._reports = name, away, reports
        self.now: Text | None = None
        self._pause_s = 0.0
        self._worked = False

    def say(self, why: Text) -> None:
        """Said once, until it works again or something else is wrong; see `Reports.stands`."""
        if why != self.now:
            self.now = why
            self._tell(logging.WARNING, self._away.fill(name=self._name, why=why))

    def is_over(self) -> bool:
        """It works; the first time that is said too, for whoever has just set it up.

        Returns:
            Whether there was trouble until now.
        """
        self._pause_s = 0.0
        is_back = self.now is not None
        if is_back or not self._worked:
            text = _BACK if is_back else _WORKS
            self.now, self._worked = None, True
            self._tell(logging.INFO, text.fill(name=self._name))
        return is_back

    def _tell(self, level: int, text: Text) -> None:
        self._reports.stands(f"output {self._name}", text, level, text)

    def pause_s(self, first_s: float, longest_s: float) -> float:
        """How long to wait before the next try, s: twice as long each time."""
        self._pause_s = min(max(first_s, self._pause_s * 2), longest_s)
        return self._pause_s


def words_of(error: OSError) -> Text:
    """What an error says: its remedy, where it has one."""
    if isinstance(error, TextError):
        return error.text
    said = str(error) or type(error).__name__
    return Text(said, said)
