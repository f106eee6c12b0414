"""Frames one after the other, as the wire carries them, with the truth beside each.

A character takes 10 bits at 1200 or 9600 Bd; between frames the line is silent for 16.7 to 33.4
ms. What a frame says is the meter's state at its first byte. During an over-current a three-phase
historic meter breaks off its long frame with EOT and sends cycles of 20 short frames and a long
one until a minute after its end; a single-phase CBE puts ADPS right after the dataset in course.
At an outage the frame simply ends.

Source: Enedis-NOI-CPT_54E v3, 5.3.5-6, 6.1.2; manufacturers' manuals.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from telewatt.simulator.encoder import Encoder, Sent
from telewatt.simulator.historic import historic_frame, idle_frame, short_frame, warning
from telewatt.simulator.noise import Noise
from telewatt.simulator.settings import MeterSettings
from telewatt.simulator.standard import standard_frame
from telewatt.simulator.twin import Twin
from telewatt.tic import Mode, Status, add_parity

BAUD = {Mode.HISTORIC: 1200, Mode.STANDARD: 9600}
BITS = 10
GAP_US = (16_700, 33_400)
SHORT_FRAMES = 20
AFTER_OVERCURRENT_S = 60
BOOT_S = 3
STX, ETX, EOT = b"\x02", b"\x03", b"\x04"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Transmission(NamedTuple):
    """One frame, or the beginning of one, on the wire.

    Attributes:
        time: when its first bit starts, aware UTC (simulated time).
        line: the bytes a receiver gets, parity and noise included.
        mode: decides the speed, see ``baud``.
        duration_s: how long the wire is busy with it.
        status: complete, interrupted (EOT) or truncated (outage).
        datasets: what the meter said in full, before noise: the truth.
    """

    time: datetime
    line: bytes
    mode: Mode
    duration_s: float
    status: Status
    datasets: tuple[Sent, ...]

    @property
    def baud(self) -> int:
        """1200 or 9600."""
        return BAUD[self.mode]


def simulate(settings: MeterSettings, start: datetime) -> Iterator[Transmission]:
    """The endless stream of one meter from ``start`` (aware) on.

    The same settings and the same start give the same bytes.

    Raises:
        SettingsError: an event lies before the start, or wants a peak the contract has not.
        ValueError: ``start`` is naive.
    """
    if start.tzinfo is None:
        raise ValueError("start has no time zone: give an aware datetime")
    sender = _Sender(settings, int(start.timestamp()))
    return sender.run()


def stream_bytes(settings: MeterSettings, size: int, start: datetime | None = None) -> bytes:
    """At least ``size`` bytes of whole frames; starts on a winter evening unless told when."""
    parts, length = [], 0
    for transmission in simulate(settings, start or datetime(2025, 1, 15, 17, tzinfo=UTC)):
        parts.append(transmission.line)
        length += len(transmission.line)
        if length >= size:
            break
    return b"".join(parts)


class _Frame:
    """The frame being sent: its datasets, their bytes, and how it ends."""

    def __init__(self, mode: Mode, datasets: list[Sent], encoder: Encoder) -> None:
        self.mode, self.datasets, self._encoder = mode, datasets, encoder
        self.encoded = [encoder.encode(mode, dataset) for dataset in datasets]
        self.end, self.status = ETX, Status.COMPLETE
        self.raw = STX + b"".join(self.encoded) + ETX

    def _in_course(self, byte: int) -> int:
        """How many datasets have begun when byte number ``byte`` goes out."""
        sent = 1
        for count, encoded in enumerate(self.encoded):
            if sent > byte:
                return count
            sent += len(encoded)
        return len(self.encoded)

    def insert(self, byte: int, dataset: Sent) -> None:
        """Slip a dataset in, right after the one in course."""
        place = self._in_course(byte)
        self.datasets.insert(place, dataset)
        self.encoded.insert(place, self._encoder.encode(self.mode, dataset))
        self.raw = STX + b"".join(self.encoded) + self.end

    def break_off(self, byte: int) -> None:
        """End the frame with EOT after the dataset in course."""
        count = self._in_course(byte)
        self.datasets, self.encoded = self.datasets[:count], self.encoded[:count]
        self.end, self.status = EOT, Status.INTERRUPTED
        self.raw = STX + b"".join(self.encoded) + EOT

    def die(self, byte: int) -> None:
        """End the frame before byte number ``byte``: the power is gone."""
        count = self._in_course(byte)
        if len(STX + b"".join(self.encoded[:count])) > byte:
            count -= 1
        self.datasets, self.status = self.datasets[:count], Status.TRUNCATED
        self.raw = self.raw[:byte]


class _Sender:
    """The TIC output of one twin; ``now_us`` is when the next bit may start."""

    def __init__(self, settings: MeterSettings, start_s: int) -> None:
        self._settings = settings
        self._twin = Twin(settings, start_s)
        self._encoder = Encoder()
        self._gaps = Random(f"{settings.seed}/gaps")
        self._noise = Noise(settings.noise, settings.seed, settings.parity)
        self._now_us = start_s * 1_000_000
        self._short_until_s = 0
        self._cycle = 0

    def run(self) -> Iterator[Transmission]:
        """Frame after frame; while the power is off, nothing."""
        twin = self._twin
        while True:
            twin.advance(self._now_us // 1_000_000)
            if twin.dark_until_s > twin.now_s:
                self._now_us = (twin.dark_until_s + BOOT_S) * 1_000_000
                continue
            start_us = self._now_us
            frame = self._send()
            if frame.raw:
                yield self._transmission(frame, start_us)

    def _send(self) -> _Frame:
        """Build the frame that begins now, and live until its last byte is out."""
        short = self._short_frame_due()
        frame = _Frame(self._twin.mode, self._datasets(short), self._encoder)
        start_us, byte_us = self._now_us, BITS * 1_000_000 / BAUD[frame.mode]
        self._watch(frame, start_us, byte_us)
        end_us = start_us + int(len(frame.raw) * byte_us)
        if frame.status is not Status.TRUNCATED:
            end_us += int(GAP_US[0] + (GAP_US[1] - GAP_US[0]) * self._gaps.random())
            if self._settings.every_s and not short:
                end_us = max(end_us, start_us + self._settings.every_s * 1_000_000)
        else:
            end_us = -(-end_us // 1_000_000) * 1_000_000
        self._now_us = end_us
        return frame

    def _watch(self, frame: _Frame, start_us: int, byte_us: float) -> None:
        """What happens, second by second, while the frame goes out."""
        twin = self._twin
        outage_s = twin.next_outage_s()
        calm = not twin.meter.exceeding_phases()
        second = start_us // 1_000_000 + 1
        while (byte := int((second * 1_000_000 - start_us) / byte_us)) < len(frame.raw):
            if second == outage_s:
                frame.die(byte)
                return
            twin.advance(second)
            if calm and frame.mode is Mode.HISTORIC and twin.meter.exceeding_phases():
                calm = False
                self._warn(frame, byte)
            second += 1

    def _warn(self, frame: _Frame, byte: int) -> None:
        """An over-current begins while a historic frame goes out."""
        if len(frame.datasets) == 1 or self._short_until_s:
            return
        if self._settings.phases == 3:
            frame.break_off(byte)
        elif self._settings.family != "linky":
            frame.insert(byte, warning(self._twin.meter))

    def _short_frame_due(self) -> bool:
        """Over-current cycle of a three-phase historic meter: 20 short frames, then a long one."""
        twin = self._twin
        if twin.mode is not Mode.HISTORIC or self._settings.phases != 3:
            return False
        if twin.meter.exceeding_phases():
            self._short_until_s = twin.now_s + AFTER_OVERCURRENT_S
        if twin.now_s >= self._short_until_s:
            self._short_until_s = self._cycle = 0
            return False
        self._cycle = self._cycle % (SHORT_FRAMES + 1) + 1
        return self._cycle <= SHORT_FRAMES

    def _datasets(self, short: bool) -> list[Sent]:
        twin = self._twin
        if twin.mode is Mode.STANDARD:
            return standard_frame(twin)
        if twin.now_s < twin.idle_until_s:
            return idle_frame(twin)
        return short_frame(twin) if short else historic_frame(twin)

    def _transmission(self, frame: _Frame, start_us: int) -> Transmission:
        line = add_parity(frame.raw) if self._settings.parity else frame.raw
        return Transmission(
            time=_EPOCH + timedelta(microseconds=start_us),
            line=self._noise.spoil(line),
            mode=frame.mode,
            duration_s=len(frame.raw) * BITS / BAUD[frame.mode],
            status=frame.status,
            datasets=tuple(frame.datasets),
        )
