"""Batches that were written once are read for ever: these are what version 2 was at its release."""

from __future__ import annotations

from base64 import b85decode
from datetime import UTC, datetime, timedelta

import pytest

from telewatt.reading import Reading
from telewatt.store.batch import Entry, places, unseal
from telewatt.tic import Decoder, Mode, add_parity, encode_dataset, encode_frame
from tests.store.block.streams import START

DEFLATED = (
    "bZmEGVRT~x000000000g0000G0002)3=W;10ApmyEi5TvWMa+8FD*{xH83%>FgG(aGBz<aV@XOZ$^%)-hyuM3=?6"
    "L4z*7j$07e84EX0_Brh_aH0$T!cohkzp8>bkQ!6vK#WH5o0F(@fANJ%y^Hvw%8zQSo>uw&yU<1MC^oa=jmVhoH-%"
    "s{d2J4`vFdV$7*!mDA{nUz1%zyZg|!pv}l59nJakVy;;d#5+-U}9)!pYl+y;o^PvA6(DE&TVghD96CS#l*zI#Kfc"
    "o1TIP%go+1nF=A?9D2-@5!P`Wz1`s&v7(gb2yvPgoFf-68NG=3BZPk@I-=_jaMOZ+U0RR"
)
LZMA = (
    "bZmEGVRT~x000000000g0000G0003xd4miF0RRAjO`VQBxx911n-%5y+^uI@2?M4s1H*EqOw0?WG9WMmzr^rf2x@"
    ">j;-dOi8)T%3v94?(_Y@l;nCSh$*1sFGd1HKa7J>syP=+?&ou2=MrE&85?KzQDbYsu1bh@~UJ<Mxj{u{64D4v;2x"
    ")dZE>N!My@t5cHRUx|GiKW<ZhV~}Igwus3d-r}u?7XzN#g2Z5kTT=iTi5`56~7Md18JycyJxL*T(lN=PFXd_1!ac"
    "`EL+Cg@Jq7i`Ln70_0TblUyW1wBn*`@G5>#m;0Q6Fuy=R-q6+&yuo(#+!X<Ut_q=7L&9bZ=4&nk6CDpD_hy!hY;{"
    "kF9oN`^fRTJSfNm5|5-o#=H&b}!-J88Tvno`2}y34J)<ACD@9tPL|A{vsd^f4eHjO#;ab1eJN1sV"
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
    lines[3] = lines[3].replace(add_parity(b"EAST"), b"D" + add_parity(b"AST"))  # repaired
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
