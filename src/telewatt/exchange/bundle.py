"""A capture and its table of arrivals as one content: an archive of both, always the same bytes."""

import io
import zipfile

from telewatt.exchange.capture import parse_capture
from telewatt.exchange.captures import TIMES, times_from
from telewatt.exchange.hints import Hints
from telewatt.exchange.measures import Measures

CAPTURE = "capture.tic"


def pack(capture: bytes, times: bytes) -> bytes:
    """Both as one content."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, part in ((CAPTURE, capture), (CAPTURE + TIMES, times)):
            archive.writestr(zipfile.ZipInfo(name), part)
    return content.getvalue()


def is_bundle(content: bytes) -> bool:
    """Whether these bytes are a capture with its table of arrivals."""
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.namelist() == [CAPTURE, CAPTURE + TIMES]
    except zipfile.BadZipFile:
        return False


def parse_bundle(content: bytes, hints: Hints) -> Measures:
    """The readings of a capture, at the times that its table tells.

    Raises:
        NotImportableError: the table is damaged, or belongs to another capture.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        capture, times = archive.read(CAPTURE), archive.read(CAPTURE + TIMES)
    return parse_capture(capture, hints._replace(times=times_from(times, len(capture))))
