"""The history beside the journal: roll-ups, events, meters and sites, imports.

from telewatt.store.history import History, history_path

history = History.open(history_path(journal_path))
history.series("house", "import_wh", start, end, Step.HOUR).rows
history.energy("house", "import_wh", start, end)
"""

from telewatt.store.history.database import history_path
from telewatt.store.history.faults import (
    GenerationError,
    HistoryDamagedError,
    HistoryDiskError,
    HistoryError,
    HistoryForeignError,
    HistoryMovedError,
    HistoryNewerError,
    ImportLostError,
    JoinError,
    NothingToReplayError,
    ReplayBehindError,
    ReplayLostError,
    UnknownNameError,
)
from telewatt.store.history.history import History
from telewatt.store.history.imports import Import
from telewatt.store.history.meters import Join, Meter
from telewatt.store.history.shelf import JOURNAL, Stage
from telewatt.store.history.stages import Progress
from telewatt.store.history.verify import Difference, Report

__all__ = [
    "JOURNAL",
    "Difference",
    "GenerationError",
    "History",
    "HistoryDamagedError",
    "HistoryDiskError",
    "HistoryError",
    "HistoryForeignError",
    "HistoryMovedError",
    "HistoryNewerError",
    "Import",
    "ImportLostError",
    "Join",
    "JoinError",
    "Meter",
    "NothingToReplayError",
    "Progress",
    "ReplayBehindError",
    "ReplayLostError",
    "Report",
    "Stage",
    "UnknownNameError",
    "history_path",
]
