"""One line: keeps a source open, finds speed and mode, decodes, files readings under their meter.

Whatever happens to the source becomes a state with a remedy; the line goes on by itself. It ends
only with the source's data (a file) or when it is cancelled. An error in the program ends it
loudly.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from telewatt.reading import Reading
from telewatt.sources import Access, Chunk, LineState, LineStatus, SourceError, source_for
from telewatt.sources.counters import Counters
from telewatt.sources.hearing import LOST_BYTES, Ear, Verdict
from telewatt.sources.identity import Identity
from telewatt.sources.trial import QUIET_S, Trial
from telewatt.tic import Decoder, Frame, Mode
from telewatt.tic.relayed import RelayedDecoder

FIRST_RETRY_S, LONGEST_RETRY_S = 0.1, 1.0
"""The pause doubles; a device which is back is read again within two seconds."""
NOISE_S = 30.0  # bytes but no frame; the longest frame takes 12 s (PME-PMI, 1200 Bd)
TROUBLE_HEARD = (LineState.SILENT, LineState.NOISE, LineState.WRONG_SPEED)


class Line:
    """Supervises one source from its address to its readings.

    Args:
        url: what `source_for` takes; `AddressError` if it is wrong.
        name: of the meter's section in the configuration.
        on_reading: called with every frame, each exactly once and in order, as soon as its meter
            is known (at most 16 frames after an opening). ``received_at`` is cut to milliseconds.
        on_state: called when the state changes.
        on_meter: called with (before, now) when another meter is recognised: cables were swapped
            or the meter was replaced; before is ``None`` for the first one.
        mode: fixes the mode; ``None`` finds it.
        speed: fixes the speed in Bd; ``None`` finds it.
        meter: the configured identity.
        ready: awaited before each further chunk of a source without a wire (`Source.wired`): it
            returns when readings may come again. Such a source can be faster than the disk, and
            its bytes wait; those of a wire would be lost. The time it takes is nobody's silence.
        access: what the source needs beyond its address.
    """

    def __init__(  # noqa: PLR0913 - a section of the configuration, and who listens
        self,
        url: str,
        name: str,
        on_reading: Callable[[Reading], None],
        *,
        on_state: Callable[[LineStatus], None] | None = None,
        on_meter: Callable[[str | None, str], None] | None = None,
        mode: Mode | None = None,
        speed: int | None = None,
        meter: str | None = None,
        ready: Callable[[], Awaitable[None]] | None = None,
        access: Access | None = None,
    ) -> None:
        self.status = LineStatus(LineState.OPENING, "", (("port", url),))
        self.counters = Counters()
        self._url, self._name, self._mode, self._configured_speed = url, name, mode, speed
        self._on_reading = on_reading
        self._on_state = on_state
        self._source = source_for(url)
        self._source.access = access or Access()
        self._ready = None if self._source.wired else ready
        self._trial = Trial(self._source.speeds, speed)
        self._identity = Identity(meter, on_meter)
        self._decoder = self._new_decoder()
        self._ear = Ear()
        self._held: list[Chunk] | None = None  # not decoded until the speed is sure
        self._last: Chunk | None = None
        self._failures = 0
        self._is_noisy = False  # no speed makes sense of what was heard
        self._good_at = 0.0  # loop time of the last frame with a dataset

    @property
    def meter(self) -> str | None:
        """The identity of the meter at the other end, as far as it is known."""
        return self._identity.meter

    @property
    def speed(self) -> int | None:
        """The speed in Bd that is listened at; ``None`` where the source has none."""
        return self._trial.speed

    @property
    def mode(self) -> Mode | None:
        """The mode the meter sends in; ``None`` while it is not known."""
        return self._decoder.mode

    async def run(self) -> None:
        """Read until the source is at its end or this is cancelled."""
        if self._on_state is not None:
            self._on_state(self.status)
        try:
            while await self._session():
                await self._pause()
            self._become(LineState.ENDED)
        finally:
            self._hand_on(self._identity.flush())

    async def _pause(self) -> None:
        """Not before the first retry: most interruptions are over at once."""
        if self._failures > 1:
            longer_s = FIRST_RETRY_S * 2.0 ** min(self._failures - 2, 10)
            await asyncio.sleep(min(longer_s, LONGEST_RETRY_S))

    # -- one opening ---------------------------------------------------------------------

    async def _session(self) -> bool:
        """Open, listen and close once; false at the end of the data."""
        try:
            await self._source.open(self._trial.speed)
            self._begin()
            goes_on = await self._listen()
            if self._is_noisy:
                await self._blame(LineState.NOISE)
            return goes_on
        except SourceError as error:
            self._failures += 1
            self._show(error.status)
            return True
        finally:
            await self._source.close()
            self._finish()

    def _begin(self) -> None:
        self.counters.openings += 1
        self._decoder = self._new_decoder()
        self._ear = Ear()
        self._held = [] if self._trial.has_choice else None
        self._is_noisy = False
        self._identity.reopened()
        if self.status.state not in TROUBLE_HEARD:
            self._become(LineState.PROBING)

    def _new_decoder(self) -> Decoder | RelayedDecoder:
        return RelayedDecoder() if self._source.relayed else Decoder(self._mode)

    async def _listen(self) -> bool:
        """Take chunks until something must change; false at the end of the data."""
        loop = asyncio.get_running_loop()
        self._good_at = loop.time()
        patience_s = self._quiet_s if self._state is LineState.SILENT else self._listen_s
        deadline = asyncio.timeout(patience_s)
        try:
            async with aclosing(self._source.chunks()) as chunks, deadline:
                async for chunk in chunks:
                    if not self._take(chunk, loop.time()):
                        return True
                    await self._wait_until_ready(deadline)
                    if self._held is None:
                        noise_at = self._good_at + max(self._quiet_s, NOISE_S)
                        deadline.reschedule(min(loop.time() + self._quiet_s, noise_at))
            return False
        except TimeoutError:
            if not deadline.expired():
                raise
            await self._judge_quiet(loop.time())
            return True

    @property
    def _quiet_s(self) -> float:
        return self._source.quiet_s or QUIET_S

    @property
    def _listen_s(self) -> float:
        return self._source.quiet_s or self._trial.listen_s

    async def _wait_until_ready(self, deadline: asyncio.Timeout) -> None:
        if self._ready is not None:
            loop = asyncio.get_running_loop()
            before = loop.time()
            deadline.reschedule(None)
            await self._ready()
            self._good_at += loop.time() - before

    def _finish(self) -> None:
        """Whatever is pending belongs to this opening."""
        if self._held:
            self.counters.probed_bytes += sum(len(chunk.data) for chunk in self._held)
        self._held = None
        if self._last is not None:
            self._receive(self._decoder.close(), self._last)

    # -- bytes ---------------------------------------------------------------------------

    def _take(self, chunk: Chunk, now: float) -> bool:
        """Account for a chunk; false if the line must be opened at another speed."""
        self.counters.bytes += len(chunk.data)
        self._last = chunk
        if self._ear.verdict is Verdict.TIC:
            return self._follow(chunk, now)
        holds = self._held is not None
        if self._held is not None:
            self._held.append(chunk)
        understood = self._hear(chunk, now)
        if not holds:
            self._decode(chunk, now)
        return understood

    def _follow(self, chunk: Chunk, now: float) -> bool:
        """More of a frame which was TIC so far; false if it is no longer, at this speed."""
        self._ear.doubt(chunk.data)
        self._decode(chunk, now)
        return self._ear.verdict is not Verdict.GARBAGE or self._judge_garbage()

    def _hear(self, chunk: Chunk, now: float) -> bool:
        self._ear.hear(chunk.data)
        verdict = self._ear.verdict
        if verdict is Verdict.TIC:
            return self._recognise(now)
        return self._judge_garbage() if verdict is Verdict.GARBAGE else True

    def _recognise(self, now: float) -> bool:
        """A verified dataset was heard; false if the configured speed forbids to read it."""
        if not self._trial.is_configured:
            heard, speed = str(self._trial.speed), str(self._configured_speed)
            facts = (("port", self._url), ("heard", heard), ("speed", speed))
            self._show(LineStatus(LineState.WRONG_SPEED, "", facts))
            self._trial.heard()
            return False
        self._trial.heard()
        self._failures = 0
        self._become(LineState.READING)
        held, self._held = self._held or [], None
        for chunk in held:
            self._decode(chunk, now)
        return True

    def _decode(self, chunk: Chunk, now: float) -> None:
        frames = self._decoder.feed(chunk.data)
        if not frames:
            return
        self._receive(frames, chunk)
        if any(frame.datasets for frame in frames):
            self._good_at = now
            self._ear = Ear(LOST_BYTES)
            self._failures = 0
            self._become(LineState.READING)

    def _receive(self, frames: list[Frame], chunk: Chunk) -> None:
        # a finer time would be the operating system's noise, and cost a byte a frame for ever
        milliseconds = chunk.received_at.microsecond // 1000
        received_at = chunk.received_at.replace(microsecond=1000 * milliseconds)
        for frame in frames:
            self.counters.count(frame)
            reading = Reading(None, self._name, received_at, frame)
            self._hand_on(self._identity.file(reading))

    def _hand_on(self, readings: list[Reading]) -> None:
        for reading in readings:
            self._on_reading(reading)

    # -- verdicts ------------------------------------------------------------------------

    def _judge_garbage(self) -> bool:
        """No TIC at this speed; false if another one is worth trying."""
        if not self._trial.has_choice:
            self._become(LineState.NOISE)
            return True
        self._fail()
        return False

    async def _judge_quiet(self, now: float) -> None:
        """The deadline has passed: nothing was heard, or nothing understood."""
        heard = self._ear.verdict is not Verdict.NOTHING
        if heard and (self._held is not None or now - self._good_at >= NOISE_S):
            self._fail()
        else:
            await self._blame(LineState.SILENT)

    def _fail(self) -> None:
        self._is_noisy = self._trial.failed()

    async def _blame(self, state: LineState) -> None:
        """Nothing was heard, or understood at any speed; another reader of the port may be why."""
        rivals = await self._source.rivals()
        if not rivals:
            self._become(state)
            return
        facts = (("port", self._url), ("holder", ", ".join(rivals)))
        self._show(LineStatus(state, "shared", facts))

    # -- states --------------------------------------------------------------------------

    @property
    def _state(self) -> LineState:
        return self.status.state

    def _become(self, state: LineState) -> None:
        is_trouble = state in (LineState.SILENT, LineState.NOISE)
        cause = "source" if is_trouble and not self._source.wired else ""
        self._show(LineStatus(state, cause, (("port", self._url),)))

    def _show(self, status: LineStatus) -> None:
        if status != self.status:
            self.status = status
            if self._on_state is not None:
                self._on_state(status)
