"""The configuration: one TOML text becomes one `Config`, or every error in it at once.

Nothing is read or opened here: what a file, the environment or a port says is the caller's.
"""

from telewatt.config.model import Config, MeterConfig
from telewatt.config.problems import ConfigError, Problem
from telewatt.config.reader import build, parse
from telewatt.config.texts import Fault

__all__ = [
    "Config",
    "ConfigError",
    "Fault",
    "MeterConfig",
    "Problem",
    "build",
    "parse",
]
