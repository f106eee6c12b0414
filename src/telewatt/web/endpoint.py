"""One row of the table of endpoints, and how its parameters are read."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from telewatt.language import Text
from telewatt.web import errors
from telewatt.web.errors import AnswerError
from telewatt.web.parameters import REQUIRED, Kind, Parameter, ParameterError

if TYPE_CHECKING:
    from telewatt.web.client import Client
    from telewatt.web.guard import Guard, Session
    from telewatt.web.page import Page

Schema = Mapping[str, Any]
Asked = Mapping[str, Any]
"""The values of all parameters by name."""


class Work(Enum):
    """Where the handler of an endpoint runs."""

    QUICK = "quick"  # in the loop: it looks at what is in memory
    SLOW = "slow"  # in a thread: it reads files
    WAITING = "waiting"  # in the loop, and waits for something: a coroutine, given a `Call`


class Content(NamedTuple):
    """An answer that is no JSON.

    Attributes:
        name: of the file it is saved as; ``None``: it is not for saving.
    """

    body: bytes
    kind: str
    name: str | None = None


class Call(NamedTuple):
    """One request, for handlers that change something.

    Attributes:
        page: what is shown.
        guard: who lets people in.
        client, session: who asks; ``None`` for whoever is not in.
    """

    page: "Page"
    guard: "Guard"
    client: "Client"
    session: "Session | None"


Handler = Callable[[Any, Asked], Any | Awaitable[Any]]
"""Given the `Page` (QUICK), the `Past` (SLOW) or a `Call` (WAITING); gives a JSON value or a
`Content`. Raises AnswerError."""


class Endpoint(NamedTuple):
    """One thing that can be asked for.

    Attributes:
        path: below ``/api/v1/``.
        meaning: for the documentation.
        handler: see `Handler`.
        work: where it runs.
        schema: of the JSON answer; ``None`` where it is no JSON.
        content: the kind of an answer that is no JSON.
        body: the members of the JSON object a POST sends.
        is_open: also for whoever has not logged in.
    """

    method: str
    path: str
    meaning: Text
    handler: Handler
    work: Work = Work.QUICK
    parameters: Sequence[Parameter] = ()
    schema: Schema | None = None
    content: str = "application/json"
    body: Mapping[str, Kind] | None = None
    is_open: bool = False


def read_parameters(parameters: Sequence[Parameter], given: Sequence[tuple[str, str]]) -> Asked:
    """The values of all parameters of an endpoint.

    Args:
        given: names and values as they stand in the address.

    Raises:
        AnswerError: something is missing, unknown, or cannot be used.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name, _ in given:
        if name not in known:
            listed = ", ".join(known) or "-"
            raise _bad(errors.UNKNOWN_PARAMETER.fill(name=name[:40], known=listed))
    return {
        parameter.name: _value(
            parameter, [value for name, value in given if name == parameter.name]
        )
        for parameter in parameters
    }


def read_body(members: Mapping[str, Kind], given: object) -> Asked:
    """The values of a JSON object.

    Raises:
        AnswerError: it is none, or something in it is missing, unknown, or cannot be used.
    """
    if not isinstance(given, dict):
        raise _bad(errors.NO_JSON)
    pairs = []
    for name, value in given.items():
        if not isinstance(value, str):
            why = Text("write a text", "écrivez un texte")
            raise _bad(errors.BAD_VALUE.fill(name=name[:40], why=why))
        pairs.append((name, value))
    nothing = Text("", "")
    return read_parameters([Parameter(n, k, nothing, REQUIRED) for n, k in members.items()], pairs)


def _value(parameter: Parameter, given: Sequence[str]) -> Any:
    name = parameter.name
    if not given:
        if parameter.default is REQUIRED:
            raise _bad(errors.MISSING_PARAMETER.fill(name=name))
        return parameter.default
    if len(given) > parameter.most:
        raise _bad(errors.GIVEN_TWICE.fill(name=name))
    try:
        values = tuple(parameter.kind.read(each) for each in given)
    except ParameterError as error:
        raise _bad(errors.BAD_VALUE.fill(name=name, why=error.text)) from error
    return values if parameter.most > 1 else values[0]


def _bad(text: Text) -> AnswerError:
    return AnswerError(400, "bad_request", text)
