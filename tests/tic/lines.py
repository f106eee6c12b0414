"""Lines as meters send them, made from scratch for the tests of the decoder."""

import random

from hypothesis import strategies as st

from telewatt.tic import Mode, add_parity, encode_dataset, encode_frame

Fields = tuple[str, str, str | None]  # label, data, horodate

HISTORIC: list[Fields] = [
    ("ADCO", "041876543210", None),
    ("OPTARIF", "HC..", None),
    ("ISOUSC", "45", None),
    ("HCHC", "001065963", None),
    ("HCHP", "001521211", None),
    ("PTEC", "HP..", None),
    ("IINST", "008", None),
    ("IMAX", "090", None),
    ("PAPP", "01890", None),
    ("HHPHC", "A", None),
    ("MOTDETAT", "000000", None),
]
STANDARD: list[Fields] = [
    ("ADSC", "041876543210", None),
    ("VTIC", "02", None),
    ("DATE", "", "H260112183000"),
    ("NGTF", "H PLEINE/CREUSE ", None),
    ("LTARF", "  HEURE  PLEINE ", None),
    ("EAST", "012345678", None),
    ("EASF01", "005000000", None),
    ("EASF02", "007345678", None),
    ("EASD01", "000000000", None),
    ("IRMS1", "008", None),
    ("URMS1", "231", None),
    ("PREF", "09", None),
    ("SINSTS", "01890", None),
    ("SMAXSN", "05230", "H260112074413"),
    ("SMAXSN-1", "04980", "H260111193312"),
    ("CCASN", "01750", "H260112180000"),
    ("UMOY1", "232", "H260112182000"),
    ("STGE", "003A4401", None),
    ("MSG1", "PAS DE          MESSAGE         ", None),
    ("PRM", "19012345678901", None),
    ("RELAIS", "000", None),
    ("NTARF", "02", None),
    ("NJOURF+1", "00", None),
    ("PJOURF+1", "00008002 0130C001 07308002" + " NONUTILE" * 8, None),
]


def encode(mode: Mode, fields: list[Fields]) -> bytes:
    return encode_frame([encode_dataset(mode, *each) for each in fields])


def fields_of(frame) -> list[Fields]:
    return [(d.label, d.data, d.horodate) for d in frame.datasets]


def moving(mode: Mode, seed: int = 0):
    """Endless frames whose power, current and indexes change from frame to frame."""
    rng = random.Random(seed)
    base = list(HISTORIC if mode is not Mode.STANDARD else STANDARD)
    index = 1_065_963
    while True:
        index += rng.randrange(3)
        power = rng.randrange(0, 9000, 10)
        change = {
            "HCHC": f"{index:09}", "EASF01": f"{index:09}", "PAPP": f"{power:05}",
            "SINSTS": f"{power:05}", "IINST": f"{power // 230:03}", "IRMS1": f"{power // 230:03}",
        }  # fmt: skip
        yield [(label, change.get(label, data), h) for label, data, h in base]


def stream(mode: Mode, frames: int, seed: int = 0, *, parity: bool = False) -> bytes:
    source = moving(mode, seed)
    line = b"".join(encode(mode, next(source)) for _ in range(frames))
    return add_parity(line) if parity else line


modes = st.sampled_from([Mode.HISTORIC, Mode.STANDARD])


@st.composite
def noisy_lines(draw: st.DrawFn) -> bytes:
    """A real line with bytes replaced, dropped, inserted; sometimes mere noise, or two modes."""
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.integers(0, 5))
        if kind == 0:
            parts.append(draw(st.binary(max_size=900)))
        elif kind == 1:  # much without ETX
            piece = draw(
                st.sampled_from([b"\nPAPP 00750 -\r", b"A", b"\x02", b"\x04", b"\r", b"\x8d"])
            )
            parts.append(piece * draw(st.integers(1, 6000 // len(piece))))
        else:
            mode, seed = draw(modes), draw(st.integers(0, 9))
            parts.append(stream(mode, draw(st.integers(1, 4)), seed, parity=draw(st.booleans())))
    line = bytearray(b"".join(parts))
    for _ in range(draw(st.integers(0, 12))):
        if line:
            at = draw(st.integers(0, len(line) - 1))
            byte = draw(st.sampled_from(b"\n\r\t \x02\x03\x04\x8d\x82\x000qA\xff"))
            match draw(st.integers(0, 2)):
                case 0:
                    line[at] = byte
                case 1:
                    del line[at]
                case 2:
                    line.insert(at, byte)
    return bytes(line)
