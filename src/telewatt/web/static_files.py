"""The files of the page itself: built by the package build, never from a request's path.

What may be served is listed when the service starts, so no path leads anywhere else.
"""

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request

from telewatt.web.answer import Answer, Headers

FOLDER = Path(__file__).with_name("static")
INDEX = "index.html"
_LASTING = re.compile(r"[.-][A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
"""A name that carries a digest of its content: it never changes."""
_KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".json": "application/json",
    ".woff2": "font/woff2",
}
_MISSING = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>telewatt</title></head>
<body>
<h1>telewatt</h1>
<p>The service is running, but this installation holds no web page: it was made from the sources
without building it. Install Node.js, then install telewatt again; or use a released package.
The API works: <a href="api/v1/openapi.json">api/v1/openapi.json</a>.</p>
<p lang="fr">Le service fonctionne, mais cette installation ne contient pas de page web : elle a
été faite depuis les sources sans la construire. Installez Node.js, puis réinstallez telewatt ;
ou prenez un paquet publié. L'API fonctionne :
<a href="api/v1/openapi.json">api/v1/openapi.json</a>.</p>
</body>
</html>
"""


class _File(NamedTuple):
    path: Path
    zipped: Path | None
    kind: str
    lasting: bool


class StaticFiles:
    """The files below one folder.

    Args:
        folder: of the built page; it need not be there.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files: Mapping[str, _File] = {
            f"/{path.relative_to(folder).as_posix()}": _file(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
            and not path.name.endswith((".gz", ".map"))
            and _is_plain(path, folder)
        }

    def answer(self, request: Request, path: str) -> Answer | None:
        """The file at this path; ``None`` if there is none."""
        name = f"/{INDEX}" if path in ("", "/") else path
        file = self._files.get(name)
        if file is None:
            return _answer(_MISSING.encode(), _KINDS[".html"], ()) if name == f"/{INDEX}" else None
        zipped = file.zipped is not None and "gzip" in request.headers.get("accept-encoding", "")
        body = (file.zipped if zipped and file.zipped else file.path).read_bytes()
        more: Headers = [(b"vary", b"accept-encoding")]
        if zipped:
            more.append((b"content-encoding", b"gzip"))
        age = b"public, max-age=31536000, immutable" if file.lasting else b"no-cache"
        return _answer(body, file.kind, more, age)


def _answer(
    body: bytes,
    kind: str,
    more: Headers | tuple[()],
    age: bytes = b"no-cache",
) -> Answer:
    tag = hashlib.blake2b(body, digest_size=12).hexdigest()
    headers: Headers = [
        (b"content-type", kind.encode()),
        (b"cache-control", age),
        (b"etag", f'"{tag}"'.encode()),
        *more,
    ]
    return Answer(200, body, headers)


def _file(path: Path) -> _File:
    zipped = path.with_name(f"{path.name}.gz")
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind = _KINDS.get(path.suffix, guessed)
    lasting = path.parent.name == "assets" and _LASTING.search(path.name) is not None
    return _File(path, zipped if zipped.is_file() else None, kind, lasting)


def _is_plain(path: Path, folder: Path) -> bool:
    """No hidden file, and none that a link leads out to."""
    inside = path.resolve().is_relative_to(folder.resolve())
    return inside and not any(part.startswith(".") for part in path.relative_to(folder).parts)
