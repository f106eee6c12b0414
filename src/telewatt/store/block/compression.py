"""Compression of a batch's content; the first byte says which.

- 0: deflate without header (RFC 1951), with `PHRASES` as preset dictionary;
- 1: raw LZMA with the parameters below.

Deflate knows beforehand what frames look like, so it is best for a few frames; LZMA is best for
many. It is used only where Python has it.
"""

import importlib.util
import zlib
from typing import Any

from telewatt.store.block.phrases import PHRASES

DEFLATE, LZMA = b"\x00", b"\x01"
_LZMA_FROM = 16384  # bytes; below, the head start of deflate counts for more
_WINDOW_BITS = -15  # no header, no checksum: a batch has its own
_HAS_LZMA = importlib.util.find_spec("_lzma") is not None


def compress(content: bytes) -> bytes:
    """The content, small."""
    if len(content) >= _LZMA_FROM and _HAS_LZMA:
        import lzma  # not before a block is made

        return LZMA + lzma.compress(content, lzma.FORMAT_RAW, filters=_lzma_filters())
    deflate = zlib.compressobj(9, zlib.DEFLATED, _WINDOW_BITS, 9, zdict=PHRASES)
    return DEFLATE + deflate.compress(content) + deflate.flush()


def decompress(data: bytes | memoryview) -> bytes:
    """The content again.

    Raises:
        ValueError: no compression is known by this first byte.
        ModuleNotFoundError: this Python was built without LZMA.
    """
    if data[:1] == DEFLATE:
        inflate = zlib.decompressobj(_WINDOW_BITS, zdict=PHRASES)
        return inflate.decompress(data[1:]) + inflate.flush()
    if data[:1] == LZMA:
        import lzma

        return lzma.decompress(data[1:], lzma.FORMAT_RAW, filters=_lzma_filters())
    raise ValueError(f"no compression is known by {bytes(data[:1])!r}")


def _lzma_filters() -> list[dict[str, Any]]:
    """Columns have no text in them and no alignment; a small dictionary takes little memory."""
    import lzma

    parameters = {"dict_size": 1 << 16, "lc": 0, "lp": 0, "pb": 0, "nice_len": 273}
    return [{"id": lzma.FILTER_LZMA1, **parameters}]
