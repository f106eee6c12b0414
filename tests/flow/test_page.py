"""`telewatt run` with its page, as a process: killed, started again, and asked meanwhile."""

import json
import signal
import time
import urllib.error
import urllib.request

import pytest

from tests.flow.conftest import HISTORIC, STANDARD

pytestmark = pytest.mark.slow
PATIENCE_S = 90.0


def url_of(service):
    return service.expect("web page: ").split("web page: ")[1].strip()


def ask(url, path):
    with urllib.request.urlopen(f"{url}api/v1/{path}", timeout=30) as answer:
        return json.loads(answer.read())


def ask_until(url, path, is_right):
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = ask(url, path)
        if is_right(found):
            return found
        time.sleep(0.2)
    return pytest.fail(f"{path}: {found}")


def readings(url, count, last_id=""):
    """So many events of readings: their ids and data."""
    request = urllib.request.Request(f"{url}api/v1/stream", headers={"Last-Event-ID": last_id})
    found, kind, name = [], "", ""
    with urllib.request.urlopen(request, timeout=60) as stream:
        for raw in stream:
            line = raw.decode().rstrip("\n")
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("id: "):
                name = line[4:]
            elif line.startswith("data: ") and kind == "reading":
                found.append((name, json.loads(line[6:])))
                if len(found) == count:
                    return found
    return pytest.fail(f"only {found}")


def test_a_browser_misses_nothing_of_what_a_killed_service_had_kept(start, simulate, configuration):
    _, paths = simulate(house=HISTORIC, solar=STANDARD)
    file = configuration(**paths)
    file.write_text(file.read_text().replace("[meters", "[web]\nport = 0\n[meters", 1))
    service = start("run", "--config", file)
    url = url_of(service)
    ask_until(url, "latest", lambda latest: len(latest["readings"]) == 2)
    (name, data), *_ = readings(url, 1)
    ask_until(url, "health", lambda health: health["journal"]["durable_seq"] > data["seq"] + 2)
    assert service.end(signal.SIGKILL) == -signal.SIGKILL
    again = start("run", "--config", file)
    url = url_of(again)
    more = readings(url, 8, last_id=name)
    assert [each["seq"] for _, each in more] == [data["seq"] + n for n in range(1, 9)]
    meters = ask_until(url, "meters", lambda found: len(found["meters"]) == 2)
    assert {meter["who"] for meter in meters["meters"]} == {"house", "solar"}
    assert again.end() == 0


def test_a_port_that_is_taken_costs_the_page_only(start, simulate, configuration):
    _, paths = simulate(solar=STANDARD)
    file = configuration(**paths)
    file.write_text(file.read_text().replace("[meters", "[web]\nport = 0\n[meters", 1))
    first = start("run", "--config", file)
    port = url_of(first).rstrip("/").rpartition(":")[2]
    other = file.with_name("other.toml")
    text = file.read_text().replace("journal.db", "other.db").replace("port = 0", f"port = {port}")
    other.write_text(text.replace(str(paths["solar"]), "sim:?seed=3"))
    second = start("run", "--config", other)
    second.expect("no web page", port)
    second.expect("solar: reading")
    assert first.end() == 0
    assert port in url_of(second)
    assert second.end() == 0


def test_a_service_can_be_without_a_page(start, simulate, configuration):
    _, paths = simulate(solar=STANDARD)
    file = configuration(**paths)
    file.write_text(file.read_text().replace("[meters", "[web]\nenabled = false\n[meters", 1))
    service = start("run", "--config", file)
    service.expect("solar: reading")
    assert service.end() == 0
    assert not [line for line in service.lines if "web page" in line]


def test_the_page_for_the_first_start_lists_the_ports(start):
    setup = start("web", "setup", "--port", "0")
    url = setup.expect("web page: ").split("web page: ")[1].split(" - ")[0]
    assert ask(url, "session")["first_run"]
    assert isinstance(ask(url, "ports")["ports"], list)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        ask(url, "frame?who=house")
    assert setup.end(signal.SIGINT) == 0
