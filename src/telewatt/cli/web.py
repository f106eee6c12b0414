"""``telewatt web``: who may open the page, and a page for the first start."""

import asyncio
import getpass
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from telewatt.cli import web_help
from telewatt.cli.console import NOTHING_FOUND, Console, console_of
from telewatt.cli.options import ConfigOption, JournalOption
from telewatt.cli.setup import Setup, load
from telewatt.config import Config
from telewatt.config.model import WebConfig
from telewatt.language import Text

if TYPE_CHECKING:
    from telewatt.web.access import Access

web = typer.Typer(no_args_is_help=True, help=web_help.GROUP.en)

_ASK = Text("New password: ", "Nouveau mot de passe : ")
_AGAIN = Text("Again: ", "Encore une fois : ")
_DIFFER = Text("the two are not the same: nothing is changed", "différents : rien n'est changé")
_NO_TERMINAL = Text(
    "no password was given: type it, or send it as the first line of the input",
    "aucun mot de passe donné : tapez-le, ou envoyez-le en première ligne de l'entrée",
)
_SET = Text(
    "the password is set ({path}); all sessions have ended",
    "le mot de passe est fixé ({path}) ; toutes les sessions sont fermées",
)
_REMOVED = Text(
    "there is no password any more ({path}); all sessions have ended",
    "il n'y a plus de mot de passe ({path}) ; toutes les sessions sont fermées",
)
_TOKEN = Text(
    "token {name}, shown this once; send it as `Authorization: Bearer ...`:",
    "jeton {name}, montré cette fois seulement ; envoyez-le par `Authorization: Bearer ...` :",
)
_NO_TOKEN = Text(
    "there is no token {name}; known: {known}", "pas de jeton {name} ; connus : {known}"
)
_TOKEN_REMOVED = Text("token {name} is removed", "le jeton {name} est supprimé")
_PAGE = Text(
    "web page: {url} - it lists the serial ports and what is heard on each; Ctrl+C ends it",
    "page web : {url} - elle montre les ports série et ce qu'on y entend ; Ctrl+C l'arrête",
)


@web.command()
def password(
    context: typer.Context,
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove it: the page is open again.")
    ] = False,
    config: ConfigOption = None,
    journal: JournalOption = None,
) -> None:
    """Set the password of the web page; without a terminal, it is the first line of the input."""
    from telewatt.web.access import AccessError

    setup = load(console_of(context), config, None, journal, required=False)
    access = _access(setup)
    try:
        if remove:
            access.remove_password()
        else:
            access.set_password(_ask(setup.console))
    except AccessError as error:
        setup.console.fail(error.text)
    setup.console.tell(_REMOVED if remove else _SET, path=access.path)


@web.command()
def token(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Its name, for example grafana.")
    ] = "api",
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove the token of this name.")
    ] = False,
    config: ConfigOption = None,
    journal: JournalOption = None,
) -> None:
    """Make a token for a program that asks the API; it is shown this once."""
    from telewatt.web.access import AccessError

    setup = load(console_of(context), config, None, journal, required=False)
    access = _access(setup)
    try:
        if not remove:
            made = access.new_token(name)
            setup.console.tell(_TOKEN, name=name)
            setup.console.answer(made)
        elif access.remove_token(name):
            setup.console.tell(_TOKEN_REMOVED, name=name)
        else:
            known = ", ".join(access.secrets.tokens) or "-"
            setup.console.fail(_NO_TOKEN, code=NOTHING_FOUND, name=name, known=known)
    except AccessError as error:
        setup.console.fail(error.text)


@web.command()
def setup(
    context: typer.Context,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the web page; 0 is any free one.")
    ] = 8321,
    seconds: Annotated[
        float | None, typer.Option(min=1, help="Stop after this time; else never.")
    ] = None,
) -> None:
    """Serve a page without a configuration: the serial ports, and what is heard on each."""
    console = console_of(context)
    with tempfile.TemporaryDirectory(prefix="telewatt-") as folder:
        asyncio.run(_serve(console, Path(folder), port, seconds))


async def _serve(console: Console, folder: Path, port: int, seconds: float | None) -> None:
    from telewatt.notify import Notifier
    from telewatt.service import Service
    from telewatt.service.page import serve_page
    from telewatt.service.signals import on_end_signal

    config = Config(meters={}, web=WebConfig(port=port))
    page = partial(serve_page, on_url=lambda url: console.tell(_PAGE, url=url))
    stop = asyncio.Event()
    on_end_signal(stop.set)
    if seconds is not None:
        asyncio.get_running_loop().call_later(seconds, stop.set)
    service = Service(config, folder / "journal.db", console.language, Notifier({}), page)
    await service.run(stop)


def _access(setup: Setup) -> "Access":
    from telewatt.web.access import Access, access_path

    return Access(access_path(setup.config.web, setup.journal.parent))


def _ask(console: Console) -> str:
    from telewatt.web.access import require_length

    if sys.stdin is None or not sys.stdin.isatty():
        given = sys.stdin.readline().rstrip("\r\n") if sys.stdin is not None else ""
        if not given:
            console.fail(_NO_TERMINAL)
        return given
    given = getpass.getpass(_ASK.of(console.language))
    require_length(given)
    if getpass.getpass(_AGAIN.of(console.language)) != given:
        console.fail(_DIFFER)
    return given
