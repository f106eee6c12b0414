"""Serves the web page from what the service knows: a part of `telewatt run`, never a condition.

Where the page cannot be served - a port that is taken, an installation without it - that is said
once with its remedy, and tried again; the meters are read all the same.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from telewatt.language import Text
from telewatt.reading import Reading
from telewatt.service.judging import judged_after
from telewatt.sources.ports import list_ports, probe
from telewatt.store.history import history_path
from telewatt.web.household import Heard, Household, OpenPart, Port

if TYPE_CHECKING:
    from telewatt.service.service import Service

RETRY_S = 10.0

NOT_INSTALLED = Text(
    "no web page: {why}; install telewatt[web], or write enabled = false into [web]",
    "pas de page web : {why} ; installez telewatt[web], ou écrivez enabled = false dans [web]",
)
_REFUSED = Text(
    "no web page at {address}, port {port}: {why}; choose another port or address in [web], or "
    "write enabled = false there; it is tried again, reading goes on",
    "pas de page web à {address}, port {port} : {why} ; choisissez un autre port ou une autre "
    "adresse dans [web], ou écrivez-y enabled = false ; nouvel essai en cours, la lecture continue",
)
_SERVED = Text("web page: {url}", "page web : {url}")
_SERVED_TO_ALL = Text(
    "web page: {url}, and from the network with the name or the address of this machine",
    "page web : {url}, et depuis le réseau avec le nom ou l'adresse de cette machine",
)
_ALL = ("0.0.0.0", "::")


async def serve_page(
    service: "Service",
    *,
    file: Path | None = None,
    on_url: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve the page until cancelled.

    Args:
        file: where the configuration stands.
        on_url: told where the page is.
    """
    say = service.reports.say
    try:
        from telewatt.web.site import NotServedError, Site
    except ImportError as error:
        say(logging.WARNING, NOT_INSTALLED, why=error)
        return
    house, told = household_of(service, file), ""
    while True:
        try:
            async with Site(house) as site:
                is_for_all = service.config.web.listen in _ALL
                say(logging.INFO, _SERVED_TO_ALL if is_for_all else _SERVED, url=site.url)
                on_url(site.url)
                await site.run()
        except NotServedError as error:
            trouble = error.text
        except OSError as error:
            web = service.config.web
            why = error.strerror or error
            trouble = _REFUSED.fill(address=web.listen, port=web.port, why=why)
        if trouble.en != told:
            told = trouble.en
            say(logging.WARNING, trouble)
        await asyncio.sleep(RETRY_S)


def household_of(service: "Service", file: Path | None) -> Household:
    """What the page may ask of this service."""
    history = history_path(service.path)
    return Household(
        config=service.config,
        file=file,
        folder=service.path.parent,
        started=datetime.now(UTC),
        journal=service.journal,
        history=history,
        live=service.live,
        judged_after=partial(judged_after, service.journal, history),
        open_part=lambda: OpenPart(service.historian.place, service.historian.open_part()),
        lines=service.line_reports,
        sinks=service.sink_reports,
        metrics=service.metrics,
        ports=lambda: [Port(*port) for port in list_ports()],
        listen=_listen,
        hide=_hide,
    )


async def _listen(device: str) -> Heard:
    heard = await probe(device)
    mode = None if heard.mode is None else heard.mode.value
    state, text = str(heard.status.state), heard.status.remedy
    return Heard(state, text, heard.speed, mode, heard.parity, heard.meter)


def _hide(readings: Sequence[Reading]) -> bytes | None:
    """The bytes of a line as those of a fictitious meter; ``None`` should they still tell."""
    from telewatt.exchange.anonymiser import Anonymiser
    from telewatt.exchange.identities import Identities, identifiers_in
    from telewatt.exchange.scanner import Scanner

    known = {reading.meter for reading in readings if reading.meter}
    for reading in readings:
        for dataset in reading.frame.datasets:
            known.update(identifiers_in(dataset))
    anonymiser = Anonymiser(Identities(known))
    hidden = b"".join(anonymiser.frame(reading.frame).raw for reading in readings)
    return None if Scanner(known).find_in_capture(BytesIO(hidden)) else hidden
