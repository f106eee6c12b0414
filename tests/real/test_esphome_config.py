"""Whatever `telewatt esphome generate` writes is accepted by the real ``esphome config``."""

import base64
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copytree

import pytest

from telewatt.esphome.answers import DeviceAnswers
from telewatt.esphome.factory import files_of
from tests.esphome.matrix import devices

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

ASK = Path(__file__).with_name("ask_esphome.py")
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


CORPUS = Path(__file__).resolve().parents[1] / "esphome"


def test_esphome_accepts_and_refuses_what_the_corpus_says(esphome: Path, tmp_path: Path):
    """The files of the validator's tests say themselves what ESPHome makes of them."""
    for folder in ("faulty", "good"):
        copytree(CORPUS / folder, tmp_path / folder)
        secrets = {**SECRETS, "api_password": "old"}
        (tmp_path / folder / "secrets.yaml").write_text(json.dumps(secrets))
    said = {path: said_of(path) for path in sorted(tmp_path.glob("*/*.yaml"))}
    expected = {str(path): word for path, word in said.items() if word in ("accepts", "refuses")}
    answers = {str(a["file"]): a["valid"] for a in ask(esphome, [Path(path) for path in expected])}
    assert answers == {path: word == "accepts" for path, word in expected.items()}
    assert len(expected) > 80


def said_of(path: Path) -> str:
    match = re.search(r"^# esphome: (\w+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return match[1] if match else ""
