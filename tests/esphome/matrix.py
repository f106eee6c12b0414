"""The matrix of devices: every board with every framework, every shape of a meter, one and two."""

from collections.abc import Iterator
from itertools import product

from telewatt.esphome.answers import DeviceAnswers, check, read_meter
from telewatt.esphome.boards import BOARDS, HOST

SHAPES = [
    *(f"historic {c} {p}" for c, p in product(("base", "hc", "ejp", "tempo"), ("mono", "tri"))),
    *(
        f"standard {c} {p}"
        for c, p in product(("base", "hc", "tempo", "tempo producer"), ("mono", "tri"))
    ),
]


def devices() -> Iterator[DeviceAnswers]:
    """Every board with every framework, every shape of a meter, one and two of them."""
    boards = [(b, f) for b in BOARDS.values() for f in b.frameworks]
    for number, ((board, framework), shape, two) in enumerate(
        product(boards, SHAPES, (False, True))
    ):
        other = SHAPES[number % 8]  # historic: what an ESP8266 can read beside another
        meters = [read_meter("house", shape), *([read_meter("solar", other)] if two else [])]
        rare = any(meter.contract in ("ejp", "tempo") for meter in meters)
        yield check(
            DeviceAnswers(
                name=f"m{number}",
                board=board,
                framework=framework,
                meters=tuple(meters),
                language="fr" if number % 2 else "en",
                network="none" if board.name == HOST else "ethernet" if board.wired else "wifi",
                bridge=number % 5 == 4,
                mqtt=number % 3 == 1 and board.name != HOST,
                web_server=number % 3 == 2 and board.name != HOST,
                ota=board.name != HOST,
                captive_portal=number % 4 != 3,
                status_led=board.status is not None and number % 2 == 0,
                lamp=bool(board.lamps) and number % 5 < 3 and rare,
            )
        )
