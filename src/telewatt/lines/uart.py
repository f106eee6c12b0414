"""What a receiver hears that listens at another speed than the meter's.

A UART waits for a falling edge and then samples eight data bits and the stop bit at its own
speed. A stop bit that is low is a framing error, which a port opened raw delivers as NUL.
"""

from math import gcd


class Receiver:
    """A UART, 8N1. Pauses of the line shorter than a character are heard as no time at all."""

    def __init__(self) -> None:
        self._rates = (0, 0)
        self._levels = bytearray()  # one byte per tick, not yet part of a received character

    def hear(self, data: bytes, sent_baud: int, read_baud: int) -> bytes:
        r"""The characters received at ``read_baud`` of what was sent at ``sent_baud``.

        >>> Receiver().hear(b"ADCO", 1200, 1200)
        b'ADCO'
        >>> Receiver().hear(b"UUUU", 9600, 4800)
        b'\xff\xff'
        """
        if sent_baud == read_baud:
            self._levels.clear()
            return data
        step = gcd(sent_baud, read_baud)
        sent_ticks, read_ticks = read_baud // step, sent_baud // step
        if self._rates != (sent_baud, read_baud):
            self._levels.clear()
            self._rates = (sent_baud, read_baud)
        for byte in data:
            frame = byte << 1 | 0x200  # start bit 0, eight data bits, stop bit 1
            for bit in range(10):
                self._levels += bytes((frame >> bit & 1,)) * sent_ticks
        return self._receive(read_ticks)

    def _receive(self, ticks: int) -> bytes:
        levels, heard, at = self._levels, bytearray(), 0
        while (start := levels.find(0, at)) >= 0:
            at = start
            stop = start + 9 * ticks + ticks // 2
            if stop >= len(levels):
                break
            data = levels[start + ticks + ticks // 2 : stop : ticks]
            good = levels[stop]
            heard.append(sum(bit << n for n, bit in enumerate(data)) if good else 0)
            # After a framing error a UART waits for the line to be idle again.
            at = stop if good else levels.find(1, stop)
            if at < 0:
                at = len(levels)
        else:
            at = len(levels)
        del levels[:at]
        return bytes(heard)
