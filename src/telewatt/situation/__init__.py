"""The present situation of meters, and what follows from the newest frames for people. Pure.

from telewatt.situation import Present

present = Present()  # one per meter
for judged in entries:
    situation = present.take(judged)
    situation.period, situation.margin_va, situation.tempo_tomorrow
present.profile, present.values, present.shown()
energies_of(entries)  # of all meters: which energies a home shows of them
"""

from telewatt.situation.energies import Energies, energies_of
from telewatt.situation.line import LineQuality
from telewatt.situation.situation import Present, Situation
from telewatt.situation.tariff import Said

__all__ = ["Energies", "LineQuality", "Present", "Said", "Situation", "energies_of"]
