"""The truth engine: what each reading of a meter is worth. Pure, no clock of its own.

    from telewatt.truth import Truth

    truth = Truth()  # one per meter
    for reading in readings:
        judgement = truth.judge(reading)
        judgement.settled  # totals that are final, each with its arrival time
        judgement.gauges, judgement.events
    truth.close()

The rules and their reasons: docs/adr/0011-truth.md.
"""

from telewatt.truth.hold import HELD_FRAMES
from telewatt.truth.judgement import Event, EventKind, Judgement, Settled
from telewatt.truth.power import ActivePower, Estimate
from telewatt.truth.texts import meter_changed
from telewatt.truth.truth import Truth

__all__ = [
    "HELD_FRAMES",
    "ActivePower",
    "Estimate",
    "Event",
    "EventKind",
    "Judgement",
    "Settled",
    "Truth",
    "meter_changed",
]
