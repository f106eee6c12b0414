"""Digital-twin meters: deterministic TIC streams, with the truth beside every frame.

    from telewatt.simulator import parse_settings, simulate

    settings = parse_settings("sim:?mode=standard&contract=tempo&phases=3&seed=7")
    for sent in simulate(settings, start):  # endless; start is an aware datetime
        sent.time, sent.line    # when its first bit starts (aware UTC), the bytes as received
        sent.datasets           # the truth: (label, data, horodate) as the meter meant it
        sent.mode, sent.baud, sent.duration_s, sent.status

Pure: no input, output or clock of its own. The same settings and start give the same bytes. Whoever
plays a stream in real time sends ``sent.line`` at ``sent.time``, over ``sent.duration_s``.
"""

from telewatt.simulator.encoder import Sent
from telewatt.simulator.script import ScriptError, parse_script
from telewatt.simulator.settings import (
    KEYS,
    MeterSettings,
    SettingsError,
    parse_settings,
    settings_from,
)
from telewatt.simulator.stream import BAUD, Transmission, simulate, stream_bytes

__all__ = [
    "BAUD",
    "KEYS",
    "MeterSettings",
    "ScriptError",
    "Sent",
    "SettingsError",
    "Transmission",
    "parse_script",
    "parse_settings",
    "settings_from",
    "simulate",
    "stream_bytes",
]
