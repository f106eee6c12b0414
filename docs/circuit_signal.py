"""The picture of the signal: bits, carrier, and what a fast and a slow circuit make of them."""

import math
from collections.abc import Iterator

from circuit_sheet import Point, Sheet

from telewatt.language import Text

BITS = "110100110"
BIT = 66.0  # drawn width of one bit: 104 µs at 9600 Bd
CYCLES = 5.2  # periods of 50 kHz in a bit of 104 µs


def _carrier(left: float, middle: float) -> Iterator[Point]:
    for step in range(int(BIT * len(BITS)) + 1):
        bit = BITS[min(int(step / BIT), len(BITS) - 1)]
        high = 20 * math.sin(2 * math.pi * CYCLES * step / BIT) if bit == "0" else 0
        yield left + step, middle - high


def _received(left: float, low: float, rise: float) -> Iterator[Point]:
    """RX while it falls at once and rises with this time constant (in drawn units); 3.3 V is 66."""
    level = 1.0
    for step in range(int(BIT * len(BITS)) + 1):
        bit = BITS[min(int(step / BIT), len(BITS) - 1)]
        aim, constant = (1.0, rise) if bit == "1" else (0.0, 3.0)
        level += (aim - level) / constant
        yield left + step, low - 66 * level


def signal(sheet: Sheet) -> None:
    left = 140.0
    for index, bit in enumerate(BITS):
        sheet.wire((left + BIT * index, 56), (left + BIT * index, 370), kind="faint")
        sheet.text(left + BIT * (index + 0.5), 70, bit, "blue", "middle")
    sheet.text(24, 70, Text("bits", "bits"), "blue")
    sheet.text(24, 112, "I1-I2", "blue")
    sheet.wire(*_carrier(left, 108), kind="bus")
    rows = (
        (240.0, 4.0, Text("RX, fast", "RX, rapide")),
        (364.0, 40.0, Text("RX, slow", "RX, lent")),
    )
    for low, rise, words in rows:
        for volts, level in (("0.825 V", 0.25), ("2.475 V", 0.75)):
            height = low - 66 * level
            sheet.wire((left, height), (left + BIT * len(BITS), height), kind="faint")
            sheet.text(left - 8, height + 5, volts, "small", "end")
        sheet.text(24, low - 74, words)
        sheet.wire(*_received(left, low, rise))
