"""Roll-ups: summaries by minute, quarter, hour and day, and what is computed from them.

Pure: no input, output or clock of its own. `telewatt.store.history` keeps them.
"""

from telewatt.rollup.calendar import Level, Step
from telewatt.rollup.fold import Fold, Portion, Withdrawal
from telewatt.rollup.summary import Counter, Gauge, Summary, merge_summaries

__all__ = [
    "Counter",
    "Fold",
    "Gauge",
    "Level",
    "Portion",
    "Step",
    "Summary",
    "Withdrawal",
    "merge_summaries",
]
