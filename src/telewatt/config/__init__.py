"""The configuration: one TOML text becomes one `Config`, or every error in it at once.

Nothing is read or opened here: what a file, the environment or a port says is the caller's.
"""

from telewatt.config.model import (
    Config,
    DailyLogConfig,
    JournalConfig,
    LogConfig,
    MeterConfig,
    VirtualConfig,
)
from telewatt.config.problems import ConfigError, Problem
from telewatt.config.reader import build, parse
from telewatt.config.texts import Fault

__all__ = [
    "Config",
    "ConfigError",
    "DailyLogConfig",
    "Fault",
    "JournalConfig",
    "LogConfig",
    "MeterConfig",
    "Problem",
    "VirtualConfig",
    "build",
    "parse",
]
