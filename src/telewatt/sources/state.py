"""The states of a line, each with what it means and what to do about it, in English and French.

A state says what the user sees; a cause (where there is more than one) picks the remedy.
"""

import os
import socket
from enum import StrEnum
from typing import NamedTuple

from telewatt.language import Text, TextError
from telewatt.sources.remedies import REMEDIES


class LineState(StrEnum):
    """What a line is doing, or what is wrong with it."""

    OPENING = "opening"
    PROBING = "probing"
    READING = "reading"
    SILENT = "silent"
    NOISE = "noise"
    WRONG_SPEED = "wrong_speed"
    UNPLUGGED = "unplugged"
    PERMISSION_DENIED = "permission_denied"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    UNUSABLE = "unusable"
    ENDED = "ended"


Fact = str | Text
"""Names and figures are the same in every language, words are a `Text`."""


class LineStatus(NamedTuple):
    """One state of one line.

    Attributes:
        cause: picks the remedy where a state has several; ``""`` otherwise.
        facts: what the remedy's text names: ``port``, ``group``, ``holder``, ``speed``...
    """

    state: LineState
    cause: str = ""
    facts: tuple[tuple[str, Fact], ...] = ()

    @property
    def remedy(self) -> Text:
        """What is wrong and what to do about it."""
        text = REMEDIES[f"{self.state}: {self.cause}" if self.cause else str(self.state)]
        return text.fill(**dict(self.facts))


def reason_of(error: BaseException | None) -> str | None:
    """The words of the system's error number, if there is one somewhere behind this error."""
    while error is not None:
        if isinstance(error, socket.gaierror):  # has numbers of its own
            return error.strerror
        if isinstance(error, OSError) and error.errno is not None:
            return os.strerror(error.errno)
        error = error.__cause__ or error.__context__
    return None


class SourceError(Exception):
    """A source which cannot be opened or was lost: the state to show, and why.

    The world is away, not the program wrong: the framework shows the state and tries again.
    """

    def __init__(self, state: LineState, cause: str = "", **facts: Fact) -> None:
        self.status = LineStatus(state, cause, tuple(facts.items()))
        super().__init__(self.status.remedy.en)


class AddressError(TextError, ValueError):
    """An address which no source can use: ``text`` names it and the remedy, in both languages."""
