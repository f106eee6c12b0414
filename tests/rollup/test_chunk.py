"""Chunks give back what was put in, whole or one quantity at a time."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.rollup import Counter, Gauge, Summary
from telewatt.rollup.chunk import Chunk, ChunkError, encode
from telewatt.rollup.instant import MINUTE_MS
from tests.rollup.summaries import QUANTITIES, START_MS, summaries

CHUNKS = st.dictionaries(
    st.integers(0, 10**6).map(lambda minute: START_MS + minute * MINUTE_MS),
    summaries(),
    min_size=1,
    max_size=8,
)


@given(CHUNKS)
def test_a_chunk_gives_back_its_summaries(chunk: dict[int, Summary]) -> None:
    assert Chunk(encode(chunk)).summaries() == chunk


@given(CHUNKS, st.sampled_from(QUANTITIES))
def test_one_quantity_is_read_without_the_others(chunk: dict[int, Summary], quantity: str) -> None:
    read = Chunk(encode(chunk))
    columns = read.counter(quantity) or read.gauge(quantity)
    rows = {
        start: row.counters.get(quantity) or row.gauges.get(quantity)
        for start, row in sorted(chunk.items())
    }
    expected = [(start, *values) for start, values in rows.items() if values]
    assert (list(zip(*columns, strict=True)) if columns else []) == expected
    assert (quantity in read.quantities) is bool(expected)


def test_a_counter_is_no_gauge() -> None:
    counter = Counter(START_MS, 1, START_MS + 1, 2)
    read = Chunk(encode({START_MS: Summary(counters={"import_wh": counter})}))
    assert read.gauge("import_wh") is None
    assert read.counter("apparent_va") is None


def test_what_does_not_change_costs_next_to_nothing() -> None:
    minutes = range(START_MS, START_MS + 60 * MINUTE_MS, MINUTE_MS)
    gauge = {"voltage_1_v": Gauge(40, 9200, 230, 230)}

    def chunk(registers: int) -> bytes:
        return encode(
            {
                at: Summary(
                    40,
                    arrival=(at, at + 59_000),
                    counters={
                        f"import_{n}_wh": Counter(at, 5, at + 59_000, 5) for n in range(registers)
                    },
                    gauges=gauge,
                )
                for at in minutes
            }
        )

    assert len(chunk(1)) < 110
    assert len(chunk(10)) - len(chunk(1)) < 60


@given(CHUNKS, st.data())
def test_damage_is_told_or_harmless_and_nothing_else_raised(
    chunk: dict[int, Summary], data: st.DataObject
) -> None:
    payload = encode(chunk)
    cut = data.draw(st.integers(0, len(payload) - 1))
    with pytest.raises(ChunkError):
        Chunk(payload[:cut])
    flipped = bytearray(payload)
    flipped[cut] ^= data.draw(st.integers(1, 255))
    with suppress(ChunkError):  # a few bits between the last code and the checksum mean nothing
        assert Chunk(bytes(flipped)).summaries() == chunk
