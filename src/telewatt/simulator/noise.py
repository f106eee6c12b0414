"""Line noise: which injectors spoil a line, at which rates.

Every injector has its own random stream: the same seed does the same damage.
"""

import re
from random import Random
from typing import NamedTuple

from telewatt.simulator.injectors import INJECTORS, Damage
from telewatt.simulator.text import refusal


class NoiseSettings(NamedTuple):
    """One injector's name and its rate, 0 to 1."""

    name: str
    rate: float


class Noise:
    """The injectors of one line, one after the other."""

    def __init__(self, settings: tuple[NoiseSettings, ...], seed: int, parity: bool) -> None:
        self._injectors = [
            (INJECTORS[name][0], Damage(Random(f"{seed}/noise/{place}/{name}"), rate, parity))
            for place, (name, rate) in enumerate(settings)
        ]

    def spoil(self, line: bytes) -> bytes:
        """The bytes of one frame as they arrive."""
        for injector, damage in self._injectors:
            if line:
                line = injector(line, damage)
        return line


def parse_noise(text: str) -> tuple[NoiseSettings, ...]:
    """``name:rate`` pairs with commas between them.

    Raises:
        RefusedError: names what is unknown or out of range.

    >>> parse_noise("flip:0.001,lose:0.01")
    (NoiseSettings(name='flip', rate=0.001), NoiseSettings(name='lose', rate=0.01))
    """
    settings = []
    for part in text.split(","):
        name, _, rate = part.partition(":")
        if name not in INJECTORS:
            raise refusal(
                "unknown noise {name}, known are: {known}",
                "bruit inconnu {name}, sont connus : {known}",
                name=name,
                known=" ".join(INJECTORS),
            )
        if not re.fullmatch(r"0|1|[01]?\.[0-9]+|[0-9]e-[0-9]{1,2}", rate) or float(rate) > 1:
            raise refusal(
                "noise {name}: write a rate from 0 to 1, e.g. {name}:0.001",
                "bruit {name} : écrivez un taux de 0 à 1, par exemple {name}:0.001",
                name=name,
            )
        settings.append(NoiseSettings(name, float(rate)))
    return tuple(settings)
