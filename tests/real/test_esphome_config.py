"""Whatever `telewatt esphome generate` writes is accepted by the real ``esphome config``."""

import base64
import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import pytest

from telewatt.esphome.answers import DeviceAnswers, check, read_meter
from telewatt.esphome.boards import BOARDS, HOST
from telewatt.esphome.factory import files_of

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

ASK = Path(__file__).with_name("ask_esphome.py")
SHAPES = [
    *(f"historic {c} {p}" for c, p in product(("base", "hc", "ejp", "tempo"), ("mono", "tri"))),
    *(
        f"standard {c} {p}"
        for c, p in product(("base", "hc", "tempo", "tempo producer"), ("mono", "tri"))
    ),
]
SECRETS = {
    "wifi_ssid": "home",
    "wifi_password": "eight-or-more",
    "fallback_password": "eight-or-more",
    "api_encryption_key": base64.b64encode(bytes(range(32))).decode(),
    "ota_password": "ota",
    "mqtt_broker": "broker.home",
    "mqtt_username": "linky",
    "mqtt_password": "mqtt",
    "web_username": "linky",
    "web_password": "web",
}
EXPECTED_WARNINGS = ("strapping pin", "strapping pins", "#why-am-i-getting-a-warning")


def devices() -> Iterator[DeviceAnswers]:
    """Every board with every framework, every shape of a meter, one and two of them."""
    boards = [(b, f) for b in BOARDS.values() for f in b.frameworks]
    for number, ((board, framework), shape, two) in enumerate(
        product(boards, SHAPES, (False, True))
    ):
        other = SHAPES[number % 8]  # historic: what an ESP8266 can read beside another
        meters = [read_meter("house", shape), *([read_meter("solar", other)] if two else [])]
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
                lamp=bool(board.lamps) and number % 7 < 3,
            )
        )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, DeviceAnswers]:
    folder = tmp_path_factory.mktemp("matrix")
    (folder / "secrets.yaml").write_text(json.dumps(SECRETS))
    paths = {}
    for device in devices():
        for name, text in files_of(device).items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        paths[folder / f"{device.name}.yaml"] = device
    return paths


def ask(esphome: Path, paths: list[Path]) -> list[dict[str, object]]:
    done = subprocess.run(
        [esphome / "python", ASK, *paths], capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_configuration_of_the_matrix_is_accepted(
    esphome: Path, written: dict[Path, DeviceAnswers]
):
    paths = list(written)
    with ThreadPoolExecutor(2) as pool:
        halves = pool.map(lambda half: ask(esphome, half), (paths[::2], paths[1::2]))
    answers = [answer for half in halves for answer in half]
    refused = [(a["file"], a["said"]) for a in answers if not a["valid"]]
    assert len(answers) == len(paths)
    assert refused == []
