"""telewatt reads the TIC output of French electricity meters.

The straight line: bytes -> verified datasets (`telewatt.tic`) -> durable journal
(`telewatt.store`) -> readers. Layers and rules: docs/adr/0001-the-house.md.
"""

__version__ = "0.1.0"
