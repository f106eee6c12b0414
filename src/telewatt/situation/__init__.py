"""The present situation of meters, and what follows from the newest frames for people. Pure.

from telewatt.situation import Present

present = Present()  # one per meter
for judged in entries:
    situation = present.take(judged)
    situation.period, situation.margin_va, situation.tempo_tomorrow
present.profile, present.values, present.shown()
"""

from telewatt.situation.line import LineQuality
from telewatt.situation.situation import Present, Situation
from telewatt.situation.tariff import Said

__all__ = ["LineQuality", "Present", "Said", "Situation"]
