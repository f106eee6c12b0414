"""Contents become small, in a way that never changes."""

from __future__ import annotations

import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.store.block import compression
from telewatt.store.block.compression import DEFLATE, LZMA, compress, decompress
from telewatt.store.block.phrases import PHRASES


@given(st.binary(max_size=300), st.integers(1, 500))
def test_a_content_comes_back(piece: bytes, times: int) -> None:
    assert decompress(compress(piece * times)) == piece * times


def test_few_frames_are_deflated_and_many_are_not() -> None:
    assert compress(bytes(16383))[:1] == DEFLATE
    assert compress(bytes(16384))[:1] == LZMA


def test_without_lzma_everything_is_deflated(monkeypatch: pytest.MonkeyPatch) -> None:
    many = compress(bytes(20000))
    monkeypatch.setattr(compression, "_HAS_LZMA", False)
    monkeypatch.setitem(sys.modules, "lzma", None)
    assert decompress(compress(bytes(20000))) == bytes(20000)
    with pytest.raises(ModuleNotFoundError):  # loudly: what cannot be read is not damaged
        decompress(many)


def test_the_phrases_have_not_changed() -> None:
    assert (len(PHRASES), zlib.crc32(PHRASES)) == (2542, 386714691)


def test_an_unknown_compression_is_told() -> None:
    with pytest.raises(ValueError, match="no compression"):
        decompress(b"\x07abc")
