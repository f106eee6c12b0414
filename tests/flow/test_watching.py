"""`telewatt live`, `ports` and `demo` in a real terminal and without one."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pytest

from tests.flow.conftest import HISTORIC, PATIENCE_S, STANDARD

pytestmark = pytest.mark.slow


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, rows, columns, *arguments, term="xterm-256color"):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen = b""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "telewatt", "--lang", "en", *map(str, arguments)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=os.environ | {"TERM": term},
        )
        os.close(slave)

    def expect(self, *words):
        end = time.monotonic() + PATIENCE_S
        while not all(word.encode() in self.screen for word in words):
            ready, _, _ = select.select([self.master], [], [], end - time.monotonic())
            assert ready, f"no {words} in {self.screen!r}"
            self.screen += os.read(self.master, 65536)

    def press(self, key):
        os.write(self.master, key)

    def exit_code(self):
        end = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < end:
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.screen += os.read(self.master, 65536)
                except OSError:  # EIO: the other end was closed
                    break
        return self.process.wait(PATIENCE_S)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)


@pytest.fixture
def terminal():
    opened = []

    def begin(rows, columns, *arguments, **options):
        opened.append(Terminal(rows, columns, *arguments, **options))
        return opened[-1]

    yield begin
    for one in opened:
        one.close()


def test_live_shows_the_meters_of_a_running_service_and_q_quits(
    start, simulate, configuration, terminal
):
    _, paths = simulate(house=HISTORIC, solar=STANDARD)
    file = configuration(**paths)
    service = start("run", "--config", file)
    service.expect("reading 2 meter(s)")
    screen = terminal(40, 100, "live", "--config", file)
    screen.expect("house", "solar", "historic", "standard", "VA", "Wh", "from the running service")
    screen.press(b"q")
    assert screen.exit_code() == 0
    assert service.end() == 0


def test_live_reads_by_itself_where_no_service_runs_and_ctrl_c_quits(
    simulate, configuration, terminal
):
    _, paths = simulate(solar=STANDARD)
    screen = terminal(40, 100, "live", "--config", configuration(**paths))
    screen.expect("solar", "standard", "VA", "nothing is stored")
    screen.process.send_signal(signal.SIGINT)
    assert screen.exit_code() == 0


def test_live_works_in_a_small_terminal(simulate, configuration, terminal):
    _, paths = simulate(house=HISTORIC, solar=STANDARD)
    screen = terminal(6, 40, "live", "--config", configuration(**paths))
    screen.expect("house", "solar", "VA")
    screen.press(b"q")
    assert screen.exit_code() == 0


def test_live_shows_what_is_wrong_with_its_remedy(configuration, terminal, tmp_path):
    screen = terminal(40, 120, "live", "--config", configuration(away=tmp_path / "away"))
    screen.expect("plug the adapter in")
    screen.press(b"q")
    assert screen.exit_code() == 0


def test_live_in_a_terminal_that_cannot_draw_writes_lines(simulate, configuration, terminal):
    _, paths = simulate(solar=STANDARD)
    screen = terminal(40, 100, "live", "--config", configuration(**paths), term="dumb")
    screen.expect("solar: 0", "VA")
    screen.process.send_signal(signal.SIGINT)
    assert screen.exit_code() == 0


@pytest.fixture
def capture(tmp_path):
    file = tmp_path / "line.tic"
    file.write_bytes(b"\x02\nADCO 021861348497 L\r\nPAPP 00750 -\r\x03")
    return file


@pytest.mark.parametrize("name", ["journal.db", "x" * 100 + ".db"])
def test_live_without_a_terminal_ends_with_its_sources(start, capture, tmp_path, name):
    live = start("live", "--meter", f"old=file:{capture}", "--journal", tmp_path / name)
    assert live.process.wait(PATIENCE_S) == 0
    said = "".join(live.rest())
    assert "old: 021861348497, historic mode" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["live", "--meter", "house=sim:?seed=1"], 0),
        (["demo", "--days", "0", "--seconds", "10"], 1),
        (["check", "--config", "telewatt.toml"], 0),
    ],
)
def test_a_reader_who_has_seen_enough_is_no_error(tmp_path, arguments, code):
    (tmp_path / "telewatt.toml").write_text('[meters.house]\nsource = "/dev/ttyUSB0"\n')
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "telewatt", "--lang", "en", *arguments],
        cwd=tmp_path,
        env=os.environ | {"XDG_STATE_HOME": str(tmp_path), "PYTHONUNBUFFERED": ""},
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(writer)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_live_ends_in_good_order_when_its_terminal_is_closed(tmp_path):
    errors = tmp_path / "errors"
    child, master = pty.fork()
    if child == 0:
        os.dup2(os.open(errors, os.O_CREAT | os.O_WRONLY), 2)
        words = ["-m", "telewatt", "live", "--meter", "a=sim:?seed=1"]
        os.execve(sys.executable, [sys.executable, *words], os.environ | {"TERM": "xterm"})
    screen, end = b"", time.monotonic() + PATIENCE_S
    while b"VA" not in screen and select.select([master], [], [], end - time.monotonic())[0]:
        screen += os.read(master, 65536)
    os.close(master)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert b"VA" in screen
    assert "Traceback" not in errors.read_text()


def test_live_in_a_terminal_stays_when_its_sources_have_ended(terminal, capture):
    screen = terminal(40, 100, "live", "--meter", f"old=file:{capture}")
    screen.expect("021861348497", "750 VA")
    screen.press(b"q")
    assert screen.exit_code() == 0
    assert b"the service has stopped" not in screen.screen


def test_ports_says_what_it_hears(start, simulate):
    _, paths = simulate(house=HISTORIC, solar=STANDARD)
    ports = start("ports", *paths.values())
    lines = "".join([ports.expect("meter 02"), ports.expect("meter 02")])
    assert ports.process.wait(60) == 0
    assert "historic mode, 1200 Bd" in lines
    assert "standard mode, 9600 Bd" in lines
    assert f'source = "{paths["solar"]}"' in "".join(ports.rest())


def test_ports_says_what_is_wrong(start, tmp_path):
    ports = start("ports", tmp_path / "nothing")
    ports.expect("is not there")
    assert ports.process.wait(60) == 1


def test_the_demo_reads_both_meters_without_a_terminal():
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "telewatt",
            "--lang",
            "en",
            "demo",
            "--days",
            "2",
            "--seconds",
            "12",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "house: 0" in done.stdout
    assert "solar: 0" in done.stdout
    assert "frames" in done.stderr
    assert "web page: http://127.0.0.1:" in done.stderr


def test_a_demo_that_is_too_short_to_read_says_so():
    done = subprocess.run(
        [sys.executable, "-m", "telewatt", "--lang", "en", "demo", "--days", "0", "--seconds", "1"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "was not read" in done.stderr


def test_the_demo_shows_its_meters_in_a_terminal(terminal):
    screen = terminal(40, 100, "demo", "--days", "0", "--port", "0")
    screen.expect("house", "solar", "VA", "historic", "standard")
    screen.press(b"q")
    assert screen.exit_code() == 0
