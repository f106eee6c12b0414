"""Readings to write: decoded frames of two meters, in both modes, intact and damaged."""

import random
from datetime import UTC, datetime, timedelta
from itertools import islice

from telewatt.reading import Reading
from telewatt.tic import Decoder, Mode, add_parity, encode_dataset, encode_frame

START = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
_CONSTANT = (
    ("ADSC", "041876123456"),
    ("VTIC", "02"),
    ("NGTF", "      TEMPO     "),
    ("LTARF", "    HP  BLEU    "),
    ("EASF01", "008123456"),
    *((f"EASF{number:02}", "000000000") for number in range(3, 11)),
    ("EASD01", "008000000"),
    ("EASD02", "007000000"),
    ("PREF", "09"),
    ("PCOUP", "09"),
    ("STGE", "013AC501"),
    ("MSG1", "PAS DE          MESSAGE         "),
    ("PRM", "12345678901234"),
    ("RELAIS", "000"),
    ("NTARF", "02"),
    ("NJOURF", "00"),
    ("NJOURF+1", "00"),
    ("PJOURF+1", "00008001" + " NONUTILE" * 10),
)


def standard_frame(number: int, power_va: int) -> bytes:
    """A standard frame as long as a real one; a few of its datasets change each time."""
    second = f"{number // 3600 % 24:02}{number // 60 % 60:02}{number % 60:02}"
    changing = (
        ("DATE", "", f"H260301{second}"),
        ("EAST", f"{8123456 + number // 5:09}", None),
        ("EASF02", f"{8123456 + number // 5:09}", None),
        ("IRMS1", f"{power_va // 230:03}", None),
        ("URMS1", f"{229 + number % 3}", None),
        ("SINSTS", f"{power_va:05}", None),
        ("SMAXSN", "05555", "H260301061523"),
        ("CCASN", "00750", "H260301060000"),
        ("CCASN-1", "00444", "H260301053000"),
        ("UMOY1", "231", f"H260301{number // 3600 % 24:02}0000"),
    )
    datasets = [encode_dataset(Mode.STANDARD, label, data) for label, data in _CONSTANT]
    datasets += [encode_dataset(Mode.STANDARD, *fields) for fields in changing]
    return encode_frame(datasets)


def historic_frame(number: int, power_va: int) -> bytes:
    """A frame of an older meter."""
    fields = (
        ("ADCO", "020123456789"),
        ("OPTARIF", "BASE"),
        ("ISOUSC", "30"),
        ("BASE", f"{1234567 + number:09}"),
        ("PTEC", "TH.."),
        ("IINST", f"{power_va // 230:03}"),
        ("PAPP", f"{power_va:05}"),
        ("HHPHC", "A"),
        ("MOTDETAT", "000000"),
    )
    return encode_frame([encode_dataset(Mode.HISTORIC, *field) for field in fields])


def make_readings(count: int, seed: int = 1) -> list[Reading]:
    """So many readings of two meters, some frames damaged, one every 700 ms or so."""
    return list(islice(_stream(seed), count))


def _stream(seed: int):  # type: ignore[no-untyped-def]
    chance = random.Random(seed)
    linky, older = Decoder(), Decoder()
    number = 0
    while True:
        number += 1
        power_va = chance.randrange(100, 9000)
        line = bytearray(add_parity(standard_frame(number, power_va)))
        if chance.random() < 0.05:
            line[chance.randrange(len(line))] = chance.randrange(256)
        frames = [("house", frame) for frame in linky.feed(bytes(line))]
        frames += [("barn", frame) for frame in older.feed(historic_frame(number, power_va))]
        for source, frame in frames:
            jitter = timedelta(microseconds=chance.randrange(3000))
            received = START + timedelta(milliseconds=1400 * number) + jitter
            yield Reading(frame.meter, source, received, frame)
