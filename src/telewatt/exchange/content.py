"""The bytes of a file as text, and what is no text at all told by name.

Enedis and EDF write UTF-8 (with or without its mark) or Windows-1252; a spreadsheet that saves
"Unicode text" writes UTF-16. Bytes that are none of these are refused: a wrong letter would be
harmless, a wrong digit would not.
"""

import codecs
import re
from collections.abc import Mapping

from telewatt.config import Fault
from telewatt.exchange.fault import NotImportableError
from telewatt.language import Text

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|script)\b", re.I | re.S)
_BINARY: Mapping[bytes, Fault] = {
    b"%PDF": Fault(
        Text("this is a PDF document", "c'est un document PDF"),
        Text(
            "download the measures themselves, as CSV",
            "téléchargez les mesures elles-mêmes, en CSV",
        ),
    ),
    b"\xd0\xcf\x11\xe0": Fault(
        Text("this is an old Excel workbook (.xls)", "c'est un ancien classeur Excel (.xls)"),
        Text("open it and save the sheet as CSV", "ouvrez-le et enregistrez la feuille en CSV"),
    ),
    b"\x1f\x8b": Fault(
        Text("this is a gzip archive", "c'est une archive gzip"),
        Text("unpack it (gunzip) and import what is in it", "décompressez-la (gunzip) d'abord"),
    ),
    b"SQLite format 3\x00": Fault(
        Text("this is an SQLite database", "c'est une base de données SQLite"),
        Text(
            "a journal is not imported: read it with --journal",
            "un journal ne s'importe pas : lisez-le avec --journal",
        ),
    ),
}
_EMPTY = Fault(
    Text("the file is empty", "le fichier est vide"),
    Text("download or copy it again", "téléchargez-le ou copiez-le de nouveau"),
)
_PAGE = Fault(
    Text(
        "this is a web page, most likely that of a login",
        "c'est une page web, sans doute celle d'une connexion",
    ),
    Text(
        "log in, then download the file again",
        "connectez-vous, puis téléchargez de nouveau le fichier",
    ),
)
_NO_TEXT = Fault(
    Text(
        "byte 0x{byte:02X} is no text in UTF-8, Windows-1252 or UTF-16",
        "l'octet 0x{byte:02X} n'est pas du texte en UTF-8, Windows-1252 ou UTF-16",
    ),
    Text(
        "download the file again, or save it as UTF-8",
        "téléchargez de nouveau le fichier, ou enregistrez-le en UTF-8",
    ),
)


def refuse_what_is_no_measure(content: bytes) -> None:
    """Name what people save instead of measures.

    Raises:
        NotImportableError: empty, a web page, a PDF, an old workbook, gzip, a database.
    """
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise NotImportableError(_EMPTY)
    if _HTML.match(content.removeprefix(codecs.BOM_UTF8)[:4096]):
        raise NotImportableError(_PAGE, line=1)
    for start, fault in _BINARY.items():
        if content.startswith(start):
            raise NotImportableError(fault)


def text_of(content: bytes) -> str:
    r"""The text, with ``\n`` as its only line end and without a byte order mark.

    Raises:
        NotImportableError: bytes that are no text in any of the encodings; names the line.
    """
    text = _decode(content).removeprefix("\ufeff")
    stray = re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", text)
    if stray is not None:
        line = text.count("\n", 0, stray.start()) + 1
        raise NotImportableError(_NO_TEXT, line=line, byte=ord(stray.group()))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(content: bytes) -> str:
    if content.startswith(_UTF_16):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_windows(content)


def _decode_windows(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotImportableError(_NO_TEXT, line=line, byte=content[error.start]) from error
