"""Real processes on real pseudo-terminals: simulated meters, the service, and what both say."""

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

PATIENCE_S = 30.0
TELEWATT = [sys.executable, "-m", "telewatt", "--lang", "en"]
HISTORIC = "mode=historic&contract=hc&parity=yes&seed=1"
STANDARD = "mode=standard&contract=tempo&parity=yes&seed=2"


class Process:
    """A process whose standard error is read line by line, with a limit to every wait."""

    def __init__(self, *arguments, **environment):
        self.process = subprocess.Popen(
            [*TELEWATT, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | environment,
        )
        self.lines = []
        self._new = queue.Queue()
        self._threads = [
            threading.Thread(target=self._read, args=(stream,))
            for stream in (self.process.stdout, self.process.stderr)
        ]
        for thread in self._threads:
            thread.start()

    def _read(self, stream):
        for line in stream:
            self._new.put(line)
        stream.close()

    def expect(self, *words, patience_s=PATIENCE_S):
        """The first line not yet seen with all these words."""
        end = time.monotonic() + patience_s
        while True:
            try:
                line = self._new.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                pytest.fail(f"nothing about {words} in {self.lines}")
            self.lines.append(line)
            if all(word in line for word in words):
                return line

    def rest(self):
        """All lines, once the process has ended."""
        for thread in self._threads:
            thread.join(PATIENCE_S)
        while not self._new.empty():
            self.lines.append(self._new.get())
        return self.lines

    def end(self, number=signal.SIGTERM, patience_s=PATIENCE_S):
        """Send a signal; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.rest()


@pytest.fixture
def start():
    """``start("run", ...)``: telewatt as a process, ended with the test."""
    with contextlib.ExitStack() as ended:

        def begin(*arguments, **environment):
            process = Process(*arguments, **environment)
            ended.callback(process.end, signal.SIGKILL)
            return process

        yield begin


@pytest.fixture
def simulate(start, tmp_path):
    """``simulate(house=HISTORIC)``: meters at their true speed; the paths of their terminals."""

    def begin(**meters):
        arguments, paths = ["simulate", "--speed", "1", "--strict-speed"], {}
        for name, settings in meters.items():
            paths[name] = tmp_path / name
            arguments += ["--meter", settings, "--to", f"pty:{paths[name]}"]
        simulator = start(*arguments)
        for path in paths.values():
            simulator.expect(str(path))
        return simulator, paths

    return begin


@pytest.fixture
def journal(tmp_path):
    return tmp_path / "journal.db"


@pytest.fixture
def configuration(tmp_path, journal):
    """``configuration(house=path)``: a configuration file that commits twice a second."""

    def write(**meters):
        file = tmp_path / "telewatt.toml"
        sections = "".join(f'[meters.{name}]\nsource = "{path}"\n' for name, path in meters.items())
        file.write_text(f'[journal]\npath = "{journal}"\ncommit_interval_s = 0.5\n{sections}')
        return file

    return write


@contextlib.contextmanager
def feed_of(journal):
    """An iterator over what a running service tells its clients."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE_S)
        client.connect(str(journal) + ".sock")
        with client.makefile() as lines:
            yield map(json.loads, lines)
