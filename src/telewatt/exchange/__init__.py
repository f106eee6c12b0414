"""In and out: what other programs wrote becomes history, what telewatt knows becomes files.

from telewatt.exchange import Hints, NotImportableError, parse

measures = parse(content, Hints())  # kind, meter, runs of judgements
"""

from telewatt.exchange.fault import NotImportableError
from telewatt.exchange.hints import Hints
from telewatt.exchange.measures import Measures
from telewatt.exchange.recognition import parse, recognise

__all__ = ["Hints", "Measures", "NotImportableError", "parse", "recognise"]
