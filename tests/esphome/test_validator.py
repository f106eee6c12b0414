import json
import re
import runpy
from pathlib import Path
from random import Random

import pytest

from telewatt.esphome.factory import files_of
from telewatt.esphome.validator import RULES, validate
from tests.esphome.matrix import devices

FAULTY = sorted((Path(__file__).parent / "faulty").glob("*.yaml"))
GOOD = sorted((Path(__file__).parent / "good").glob("*.yaml"))
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
SECRETS = dict.fromkeys(
    (
        *("wifi_ssid", "wifi_password", "fallback_password", "ota_password", "api_password"),
        *("mqtt_broker", "mqtt_username", "mqtt_password", "web_username", "web_password"),
    ),
    "somewhat-long",
) | {"api_encryption_key": KEY}


def read(path: str) -> str:
    """As the command reads, with a secrets.yaml beside each file."""
    if Path(path).name == "secrets.yaml":
        return json.dumps(SECRETS)
    return Path(path).read_text(encoding="utf-8")


def found_in(text: str, name: str = "linky.yaml", **others: str) -> list[tuple[str, int]]:
    files = {name: text, **{f"{key}.yaml": value for key, value in others.items()}}

    def read_given(path: str) -> str:
        if path not in files:
            raise FileNotFoundError(path)
        return files[path]

    return [(finding.id, finding.line) for finding in validate(name, read_given)]


def expected_of(path: Path) -> tuple[str, int]:
    match = re.match(r"# expects: (\S+) (\d+)\n", path.read_text(encoding="utf-8"))
    assert match, path
    return match[1], int(match[2])


def test_there_are_enough_faulty_files():
    assert len(FAULTY) >= 25
    assert len({expected_of(path)[0] for path in FAULTY}) >= 25


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_a_faulty_file_has_exactly_its_finding(path: Path):
    found = [(finding.id, finding.line) for finding in validate(str(path), read)]
    assert found == [expected_of(path)]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_file_of_any_style_has_no_finding(path: Path):
    assert [(f.id, f.line, f.text.en) for f in validate(str(path), read)] == []


def test_what_is_generated_has_no_finding():
    seen = 0
    for device in devices():
        files = {**files_of(device), "secrets.yaml": json.dumps(SECRETS)}
        found = validate(f"{device.name}.yaml", files.__getitem__)
        assert found == [], [(f.file, f.line, f.text.en) for f in found]
        seen += 1
    assert seen > 400


def test_every_rule_has_a_file_or_a_test_here():
    here = Path(__file__).read_text(encoding="utf-8")
    shown = {expected_of(path)[0] for path in FAULTY}
    assert [rule for rule in RULES if rule not in shown and f'"{rule}"' not in here] == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_finding_is_documented(language):
    """The page is written by a program from the table of findings: here it is up to date."""
    docs = Path(__file__).resolve().parents[2] / "docs"
    program = runpy.run_path(str(docs / "generate_findings.py"))
    page = docs / language / "esphome-findings.md"
    assert page.read_text(encoding="utf-8") == program["generate"](language)


MINIMAL = "teleinfo:\n  - {id: house, uart_id: house_uart, update_interval: 200ms}\n"


def test_a_file_that_is_no_text_says_so():
    def read_bytes(path: str) -> str:
        return b"\xff\xfe\x00".decode()

    assert [f.id for f in validate("linky.yaml", read_bytes)] == ["not-text"]


def test_an_enormous_file_is_not_read():
    assert found_in("a: " + "x" * 2_000_000) == [("too-large", 1)]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_a_deep_nest_is_no_yaml(opening: str):
    assert [rule for rule, _ in found_in(opening * 100_000)] == ["not-yaml"]


def test_a_bomb_of_aliases_does_not_grow():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    assert found_in("\n".join(lines) + "\n" + MINIMAL) == []


def test_an_alias_inside_its_own_anchor_is_no_yaml():
    assert [rule for rule, _ in found_in("a: &a [*a]\n" + MINIMAL)] == ["not-yaml"]


def test_a_bomb_of_substitutions_does_not_grow():
    lines = [f'  a{n}: "' + f"${{a{n + 1}}}" * 50 + '"' for n in range(8)]
    own = '  b: "' + "${b}" * 20 + '"\n'
    text = "substitutions:\n" + "\n".join(lines) + f"\n  a8: xxxxx\n{own}" + MINIMAL
    assert found_in(text) == []


@pytest.mark.parametrize("again", ["k: [x]\n", "k:\n"])
def test_a_key_that_stands_thousands_of_times_ends_the_reading(again: str):
    assert [rule for rule, _ in found_in(again * 60_000)] == ["not-yaml"]


def test_thousands_of_packages_are_not_all_merged():
    packages = "".join(f"  p{n}: {{packages: {{q: {{a{n}: 1}}}}}}\n" for n in range(2_000))
    assert found_in("packages:\n" + packages + "esphome: {name: a}\n" + MINIMAL) == []


def test_a_character_that_yaml_does_not_allow_is_named_at_its_place():
    (found,) = validate("linky.yaml", {"linky.yaml": MINIMAL + "x: \x1b[31m\n"}.__getitem__)
    assert (found.id, found.line) == ("not-yaml", 3)
    assert "U+001B" in found.text.en
    assert "\n" not in found.text.en


def test_a_circle_of_includes_ends():
    circle = "x: !include linky.yaml\n" + MINIMAL
    assert {rule for rule, _ in found_in(circle)} == {"include-loop"}


def test_a_key_that_is_none_is_told_at_its_place(tmp_path: Path):
    text = "esphome: {name: a}\napi:\n  encryption:\n    key: !secret key\n"
    found = found_in(text, secrets="key: dG9vIHNob3J0\n")
    assert ("api-key", 4) in found


def test_a_chip_that_is_said_as_it_was_until_2025_is_known():
    old = "esphome:\n  name: a\n  platform: ESP32\n  board: nodemcu-32s\nlogger:\n"
    uart = "uart:\n  id: u\n  rx_pin: GPIO3\n  baud_rate: 1200\n  data_bits: 7\n  parity: EVEN\n"
    assert {("platform-old", 3), ("uart-logger", 8)} <= {*found_in(old + uart)}


def test_a_label_in_small_letters_has_its_like_in_the_other_mode():
    reader = "teleinfo:\n  id: t\n  historical_mode: false\nsensor:\n"
    sensor = "  - platform: teleinfo\n    teleinfo_id: t\n    name: Power\n    tag_name: papp\n"
    found = validate("linky.yaml", lambda _: reader + sensor)
    assert any(each.text.en.endswith("write SINSTS.") for each in found)


def test_a_package_alone_is_not_asked_for_its_device():
    uart = (
        "uart:\n  - {id: house_uart, rx_pin: GPIO16, baud_rate: 1200, data_bits: 7, parity: EVEN}\n"
    )
    reader = MINIMAL.replace("update", "historical_mode: true, update")
    assert found_in(uart + reader) == []


def test_what_a_package_from_elsewhere_may_bring_is_not_missed():
    text = "esphome: {name: a}\npackages:\n  all: github://someone/linky/all.yaml@main\n"
    assert found_in(text + MINIMAL) == []


def test_a_finding_inside_an_include_names_that_file():
    device = "packages:\n  house: !include house.yaml\n"
    house = MINIMAL.replace("200ms", "60s")
    files = {"linky.yaml": device, "house.yaml": house, "secrets.yaml": ""}
    found = validate("linky.yaml", files.__getitem__)
    assert [(f.file, f.line, f.id) for f in found] == [("house.yaml", 2, "interval-slow")]


def test_extend_changes_a_member_of_a_package():
    device = (
        "packages:\n  house: !include house.yaml\n"
        "teleinfo:\n  - id: !extend house\n    update_interval: 500ms\n"
    )
    assert found_in(device, house=MINIMAL.replace("200ms", "60s")) == []


def test_the_values_of_an_include_are_filled_in():
    device = "packages:\n  house: !include {file: house.yaml, vars: {often: 90s}}\n"
    house = "teleinfo:\n  - id: house\n    uart_id: house_uart\n    update_interval: ${often}\n"
    found = found_in(device, house=house)
    assert [rule for rule, _ in found] == ["interval-slow"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_text_can_be_filled(language):
    for path in FAULTY:
        for finding in validate(str(path), read):
            text = finding.text.of(language)
            assert "{" not in re.sub(r"\$\{\w+\}", "", text), text
            assert text.endswith(".")


PIECES = (
    *("[", "{", ":", "- ", "&a ", "*a", "!secret x", "!include linky.yaml", "!extend house"),
    *("!lambda |-", "${x}", "<<: ", "GPIO99", "\t", "'", '"', "null", "~", "9" * 40, "\x00"),
    *(
        "packages:\n",
        "- platform: teleinfo\n",
        "!!python/object:os.system x",
        "---\n",
        "esp32: x\n",
    ),
    *("esphome: []\n", "substitutions:\n  x: ${x}\n", "api:\n  encryption: x\n", "? a\n"),
)


def test_whatever_the_text_findings_are_all_that_comes():
    """Files of the corpus, cut up, mixed and filled with what YAML and ESPHome know."""
    chance = Random(6)
    texts = [path.read_text(encoding="utf-8") for path in (*FAULTY, *GOOD)]
    for _ in range(1500):
        text = chance.choice(texts)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(text) + 1)
            gone = chance.choice((0, 0, chance.randint(1, 40)))
            text = text[:at] + chance.choice(("", *PIECES)) + text[at + gone :]
        for rule, line in found_in(text):
            assert rule in RULES
            assert 1 <= line <= text.count("\n") + 2


def test_a_section_that_stands_twice_hides_nothing():
    text = (
        "uart:\n  - {id: house_uart, rx_pin: GPIO16, baud_rate: 9600, data_bits: 7, parity: EVEN, "
        "rx_buffer_size: 2048}\n"
        + MINIMAL
        + "uart:\n  - {id: other, rx_pin: GPIO17, baud_rate: 1}\n"
    )
    assert found_in(text) == [("key-twice", 5)]
