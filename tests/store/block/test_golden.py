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
    "bZmEGVRT~x000000000g0000G0002*!Zn9C0ApmyEi5TvWMa+8FD*{xH83%>FgG(aGBz<aV@XOZ$^)9i$i#pGy%3"
    "2KIW5AI9nM%oggGo4K+a?axlM=>Yz;dz3j{C&8O(4N3j>(Jpezao45H$~U`kX%RFnzgF+m0fUSJ?JaUF3CzQSo>u"
    "w&yU<1MC^oa=jmVnDN*fnwWtm~uw-GBYrNBA{W`nUz1%j_^T30b&RvBRJF=_D*lu!NkzeKINetSHs2o>`Xtnl%9p"
    "1+ur_A4iajD3>t(=BXFr@YG5dhXsf}SV6gTUETwQk5&|NHfLw&?M8;KD=6s(D6cu3s)jt3"
)
LZMA = (
    "bZmEGVRT~x000000000g0000G0003(!|<*u0RRAjO`VQBxx911n-%5y+^uI@2?M4s1H*EqOw0?WG9WMq92rhz@WZ"
    "R_RvK&eYM}p7dGkvYng74{VY^p^bgoume=Ij2-|g5B(GjtG##C^~``WVl_4l!6`jsg<8c0$6d1ejSApVB&Ky&ceq"
    "g!#iXgKB}a<42DcAO6^Vz)6i+F9g{kAf{W`+vAPz#XtkP)ZY9D$Uo?sl!GOnXY&?PU5+7IjV%$nCe&I(y2leaUy<"
    "V?XJQd<PSWu838*H5bLl^u9~Bu@VR!;J(iB^(ht<nwLCKe*Aew2)j;xK>5lIFU0-(Pt!Bx`i?d%W`kJ2aA=4YdWt"
    "ns#s%TYNkOOKZ*#XY7U=27Bl!jW-jC`&8e<`%7YH=|Z)gHIDPq&EJNF50*c&qKq%{$;ebAZ5E&knEL!HfREH#7"
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
