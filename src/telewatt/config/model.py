"""What a configuration holds: the sections, their keys, their limits and defaults.

Every key is described in docs/en/configuration.md and docs/fr/configuration.md (a test compares).
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from telewatt.language import Language

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
Identity = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class JournalConfig(_Section):
    """``[journal]``: where every frame is kept, how often the disk is written."""

    path: Annotated[str, Field(min_length=1)] | None = None
    commit_interval_s: float = Field(default=10.0, ge=0.1, le=3600)
    memory_limit_mib: int = Field(default=4, ge=1, le=4096)


class MeterConfig(_Section):
    """``[meters.NAME]``: one meter and where its bytes come from."""

    source: Annotated[str, Field(min_length=1)]
    mode: Literal["auto", "historic", "standard"] = "auto"
    speed: Literal[1200, 2400, 4800, 9600, 19200] | None = None
    identity: Identity | None = None


class LogConfig(_Section):
    """``[log]``: how much the service says."""

    level: Literal["debug", "info", "warning"] = "info"
    counters_interval_s: float = Field(default=900.0, ge=10, le=86400)


class Config(_Section):
    """The whole configuration; every default is the value that suits most houses."""

    language: Language | None = None
    journal: JournalConfig = JournalConfig()
    log: LogConfig = LogConfig()
    meters: Annotated[dict[Name, MeterConfig], Field(min_length=1)]


def keys_of(path: tuple[str, ...]) -> list[str]:
    """The keys of a section: ``()`` the top, ``("journal",)``, ``("meters", NAME)``."""
    sections: dict[str, type[BaseModel]] = {
        "journal": JournalConfig,
        "log": LogConfig,
        "meters": MeterConfig,
    }
    return list((sections[path[0]] if path else Config).model_fields)
