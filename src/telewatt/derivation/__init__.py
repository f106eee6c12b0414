"""What follows from the entries of a journal, and can be made from them again at any time."""

from telewatt.derivation.derivation import Derivation, StateError
from telewatt.derivation.estimates import Estimates
from telewatt.derivation.judged import Judge, Judged
from telewatt.derivation.redecoding import Redecoding
from telewatt.derivation.truths import meter_key

__all__ = ["Derivation", "Estimates", "Judge", "Judged", "Redecoding", "StateError", "meter_key"]
