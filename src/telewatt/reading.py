"""A reading: one frame, and where, when and from which meter it came."""

from dataclasses import dataclass
from datetime import datetime

from telewatt.tic import Frame


@dataclass(frozen=True, slots=True)
class Reading:
    """One frame of one meter as it was received.

    Attributes:
        meter: the meter's identity (ADCO/ADSC as text, or the configured one where the meter
            sends none); ``None`` while it is not known yet. A history belongs to it, never to the
            port.
        source: the name of the meter's section in the configuration (``[meters.NAME]``).
        received_at: arrival of the frame's last byte, aware UTC.
        frame: the frame, with its exact bytes in ``frame.raw``.
    """

    meter: str | None
    source: str
    received_at: datetime
    frame: Frame
