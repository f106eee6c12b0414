"""The process of the service, which ``telewatt run`` becomes once the configuration is checked.

    python -m telewatt.service LANGUAGE JOURNAL file FILE
    python -m telewatt.service LANGUAGE JOURNAL meters NAME=SOURCE...

Apart from the command line it needs a third of the memory less, for as long as it runs.
"""

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from telewatt.config import Config, build, parse
from telewatt.language import Language
from telewatt.notify import Notifier
from telewatt.service.logs import set_up_logs
from telewatt.service.service import Service
from telewatt.store import JournalInUseError

IN_USE = 1
BUG = 70  # EX_SOFTWARE: systemd restarts the service


def main(language: Language, journal: str, kind: str, *what: str) -> int:
    """Run the service until SIGTERM, SIGINT or the end of all sources; the exit code."""
    config = _config_of(kind, what)
    set_up_logs(config.log.level, sys.stderr, os.environ)
    try:
        asyncio.run(_serve(config, Path(journal), language))
    except JournalInUseError as error:
        sys.stderr.write(f"{error}\n")
        return IN_USE
    except Exception:
        logging.getLogger("telewatt").exception("a bug: the service ends")
        return BUG
    return 0


def _config_of(kind: str, what: tuple[str, ...]) -> Config:
    if kind == "file":
        return parse(Path(what[0]).read_text(encoding="utf-8"))
    meters = dict(given.split("=", 1) for given in what)
    return build({"meters": {name: {"source": source} for name, source in meters.items()}})


async def _serve(config: Config, journal: Path, language: Language) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await Service(config, journal, language, Notifier(os.environ)).run(stop)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))  # type: ignore[arg-type]  # telewatt.cli.run writes them
