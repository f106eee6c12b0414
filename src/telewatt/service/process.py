"""The process of the service: its log, its signals and its exit codes."""

import asyncio
import logging
import os
import sys
from functools import partial
from pathlib import Path

from telewatt.config import Config
from telewatt.language import Language
from telewatt.notify import Notifier
from telewatt.service.logs import set_up_logs
from telewatt.service.page import serve_page
from telewatt.service.service import Service
from telewatt.service.signals import on_end_signal
from telewatt.sinks.configured import MissingPackageError
from telewatt.store import JournalError, JournalInUseError

IN_USE = 1
UNUSABLE = 2  # as every error of the configuration
BUG = 70  # EX_SOFTWARE: systemd restarts the service


def run_service(config: Config, journal: Path, language: Language, file: Path | None = None) -> int:
    """Run until SIGTERM, SIGINT, SIGHUP or the end of all sources; the exit code.

    Args:
        file: where the configuration stands, for the page.
    """
    set_up_logs(config.log.level, sys.stderr, os.environ)
    try:
        asyncio.run(_serve(config, journal, language, file))
    except JournalError as error:
        logging.getLogger("telewatt").error("%s", error.text.of(language))
        return IN_USE if isinstance(error, JournalInUseError) else UNUSABLE
    except MissingPackageError as error:
        logging.getLogger("telewatt").error("%s", error.text.of(language))
        return UNUSABLE
    except Exception:
        logging.getLogger("telewatt").exception("a bug: the service ends")
        return BUG
    return 0


async def _serve(config: Config, journal: Path, language: Language, file: Path | None) -> None:
    stop = asyncio.Event()
    on_end_signal(stop.set)
    page = partial(serve_page, file=file) if config.web.enabled else None
    await Service(config, journal, language, Notifier(os.environ), page).run(stop)
