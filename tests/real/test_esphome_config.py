"""Whatever `telewatt esphome generate` writes is accepted by the real ``esphome config``."""

import base64
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from telewatt.esphome.answers import DeviceAnswers, check, read_meter
from telewatt.esphome.boards import BOARDS
from telewatt.esphome.factory import files_of
from tests.esphome.matrix import devices

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

ASK = Path(__file__).with_name("ask_esphome.py")
SAMPLES = [
    ("esp32doit-devkit-v1", ["standard tempo tri producer", "historic ejp"]),
    ("esp32-c3-devkitm-1", ["historic tempo tri"]),
    ("d1_mini", ["standard tempo", "historic ejp"]),
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


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, DeviceAnswers]:
    folder = tmp_path_factory.mktemp("matrix")
    paths = {}
    for device in devices():
        write({**files_of(device), "secrets.yaml": json.dumps(SECRETS)}, folder)
        paths[folder / f"{device.name}.yaml"] = device
    return paths


def write(files: dict[str, str], folder: Path) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


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
    assert len(answers) == len(paths) > 400
    assert refused == []
    said = {line for answer in answers for line in str(answer["said"]).splitlines() if line}
    assert [line for line in said if "strapping" not in line] == []  # of a board's own Ethernet


@pytest.mark.parametrize(("board", "meters"), SAMPLES)
def test_a_sample_is_turned_into_a_program(
    esphome: Path, tmp_path: Path, board: str, meters: list[str]
):
    """As far as ESPHome goes without the compilers of the chips: all of its C++ is written."""
    device = check(
        DeviceAnswers(
            name="sample",
            board=BOARDS[board],
            framework=BOARDS[board].frameworks[0],
            meters=tuple(read_meter(f"meter_{n}", words) for n, words in enumerate(meters)),
            web_server=True,
            lamp=True,
        )
    )
    write({**files_of(device), "secrets.yaml": json.dumps(SECRETS)}, tmp_path)
    done = subprocess.run(
        [esphome / "esphome", "compile", "--only-generate", "sample.yaml"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{esphome}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    program = (tmp_path / ".esphome/build/sample/src/main.cpp").read_text()
    assert program.count("new teleinfo::TeleInfo(") + program.count("teleinfo::TeleInfo(") >= len(
        meters
    )


def test_no_scanner_finds_a_secret_in_any_generated_file(tmp_path: Path):
    texts, lines = [], set()
    for device in devices():
        for text in files_of(replace(device, name="linky")).values():
            if not lines.issuperset(text.splitlines()):  # it says something not scanned yet
                lines.update(text.splitlines())
                texts.append(text)
    write({f"{number}.yaml": text for number, text in enumerate(texts)}, tmp_path)
    scanner = Path(sys.executable).with_name("detect-secrets")
    done = subprocess.run(
        [scanner, "scan", "--all-files", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["results"] == {}
    assert len(lines) > 500


def test_the_scanner_would_find_one(tmp_path: Path):
    (tmp_path / "linky.yaml").write_text('wifi:\n  password: "v5nJ6GaQDlpx8ZkT"\n')
    scanner = Path(sys.executable).with_name("detect-secrets")
    done = subprocess.run(
        [scanner, "scan", "--all-files", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["results"] != {}


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
