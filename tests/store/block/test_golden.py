"""Batches that were written once are read for ever: these are what version 2 was at its release."""

from __future__ import annotations

from base64 import b85decode
from datetime import timedelta

import pytest

from telewatt.reading import Reading
from telewatt.store.batch import Entry, places, unseal
from telewatt.tic import Decoder, Mode, add_parity, encode_dataset, encode_frame
from tests.store.block.streams import START

DEFLATED = (
    "bZmEGVRT~x000000000g0000G0002%d(?@S0ApmyEi5TvWMa+8FD*{xH83%>FgG(aGBz<aV@XOZ$^%)-hyuM3=?6"
    "L4z*7j$07e84EX0^WrUQ`>kYt4WOqGF&ja`Td%3>2%05X7zfB~SS$RH)z#N5Pn#4-2^r-8wajhl?Om|AkK?*)o6F"
    "fuU%#kTJ-<&5eDnhXlEhFND;{zwCd9U}`f!x289hZ#X8F*NL*-mrs-p`m@sL%D{F_t}4NJqtUxz5Ssa0|OV65)im"
    "3X%H$Lz=epZfuS^_=>%^P!J0qdh+_a53i2K=I1-tGu0V1e*j1~p%=tbQC@R7NstN!"
)
LZMA = (
    "bZmEGVRT~x000000000g0000G0003wimYr{0RRAjO`VQBxx911n-%5y+^uI@2?M4s1H*EqOw0?WG9WMmzr^rf2x@"
    ">j;-dOi8)T%3v94?(_Y@l;nCSh$*1sFGd1HKa7J>syP=+?&ou2=MrE&85?KzQDbYsu1bh@~UJ<M&1U2+#)8--?!s"
    "-S=_n<)F+*lO5<wLYk|W?ZrhgY2DT>>H{{6v?F{#$&*B%cN|w;xb2~0bnygjGr;*b1qn(u2~=mb@nwB7XhinZ9;-"
    "jG%-Q#8Ngst$74s1G0Wx-t3Pzcb`t+61Zjy-YT9FiKk4wvG>)Eg>55o@i!^;l@-!GE`Yb7gfbt(>Ei7$s5iH@k9C"
    "o%xurbReato0vfBnyQpUHTbNNiWH2r;-|1C=yGe0N&wNqa5xEuTom0K}5$-T_G1KPgA?*ZZKW#s"
)


def _standard(second: int, power_va: int) -> bytes:
    datasets = (
        ("ADSC", "041876123456"),
        ("DATE", "", f"H2603011200{second:02}"),
        ("EAST", f"{8123456 + second:09}"),
        ("SINSTS", f"{power_va:05}"),
        ("SMAXSN", "05555", "H260301061523"),
        ("MSG1", "PAS DE          MESSAGE         "),
        ("STGE", "003AC501"),
    )
    parts = [encode_dataset(Mode.STANDARD, *fields) for fields in datasets]
    return add_parity(encode_frame(parts))


def _historic(power_va: int) -> bytes:
    datasets = (("ADCO", "020123456789"), ("PTEC", "TH.."), ("PAPP", f"{power_va:05}"))
    return encode_frame([encode_dataset(Mode.HISTORIC, *fields) for fields in datasets])


def _entries() -> list[Entry]:
    lines = [_standard(second, 700 + 17 * second) for second in range(8)]
    lines[3] = lines[3].replace(add_parity(b"EAST"), b"\xc4" + add_parity(b"AST"))  # repaired
    lines[5] = lines[5].replace(add_parity(b"SINSTS"), b"\x00\x01\x02\x03")  # rejected
    house, barn = Decoder(), Decoder()
    readings = []
    for number, line in enumerate(lines):
        time = START + timedelta(milliseconds=930 * number)
        readings += [Reading("041876123456", "house", time, f) for f in house.feed(line)]
        readings += [Reading(None, "barn", time, f) for f in barn.feed(_historic(10 * number))]
    return [Entry(seq, reading) for seq, reading in enumerate(readings, 42)]


ENTRIES = _entries()


def test_the_batches_hold_what_is_odd_as_well() -> None:
    frames = [entry.reading.frame for entry in ENTRIES]
    assert sum(dataset.repaired for frame in frames for dataset in frame.datasets) == 1
    assert [len(frame.rejected) for frame in frames if frame.rejected] == [1]


@pytest.mark.parametrize("payload", [DEFLATED, LZMA])
def test_a_batch_of_old_is_read(payload: str) -> None:
    assert unseal(b85decode(payload)) == ENTRIES
    assert places(b85decode(payload)) == {"mqtt": 41}
