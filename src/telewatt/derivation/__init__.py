"""What follows from the entries of a journal, and can be made from them again at any time."""

from telewatt.derivation.derivation import Derivation, StateError, meter_key
from telewatt.derivation.estimates import Estimates
from telewatt.derivation.redecoding import Redecoding

__all__ = ["Derivation", "Estimates", "Redecoding", "StateError", "meter_key"]
