"""What a source behind a lock needs: its secret, and the package that speaks its language."""

import asyncio
from importlib import import_module
from importlib.util import find_spec

from telewatt.language import TextError
from telewatt.sources import Access, LineState, SourceError


def read_secret(url: str, access: Access) -> str | None:
    """The key or password as it is now; ``None`` if none is configured.

    Raises:
        SourceError: it cannot be read.
    """
    try:
        return access.secret()
    except OSError as error:
        told = error.text if isinstance(error, TextError) else None
        detail = told or error.strerror or str(error)
        state = LineState.PERMISSION_DENIED
        raise SourceError(state, "no secret", port=url, detail=detail) from error


async def load(module: str, needs: str, url: str, extra: str) -> None:
    """Import a module of ours whose library takes a while, without holding up other lines.

    Args:
        needs: the optional package it is made for.

    Raises:
        SourceError: that is not installed; ``extra`` installs it.
    """
    if find_spec(needs) is None:
        raise SourceError(LineState.UNUSABLE, "not installed", port=url, extra=extra)
    await asyncio.to_thread(import_module, module)
