import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

import pytest
import typer
from typer.testing import CliRunner

from telewatt.cli import simulate_help
from telewatt.cli.app import app
from telewatt.cli.simulate import simulate
from telewatt.simulator.text import RefusedError, read_seconds
from telewatt.tic import Decoder, Mode, Status, add_parity

TELEWATT = (sys.executable, "-m", "telewatt", "--lang", "en", "simulate")
START = ("--start", "2025-01-15T18:00")


def run(*arguments, language="en"):
    return CliRunner().invoke(app, ["--lang", language, "simulate", *map(str, arguments)])


@contextmanager
def started(*arguments, **streams):
    streams = {"stderr": subprocess.PIPE, "text": True, **streams}
    with subprocess.Popen([*TELEWATT, *map(str, arguments)], **streams) as process:
        try:
            yield process
        finally:
            process.kill()


def frames_of(data: bytes):
    decoder = Decoder()
    return [*decoder.feed(data), *decoder.close()]


def read(descriptor: int, size: int) -> bytes:
    got = b""
    while len(got) < size and select.select([descriptor], [], [], 10)[0]:
        got += os.read(descriptor, size - len(got))
    return got


@pytest.fixture
def capture(tmp_path):
    return tmp_path / "capture.tic"


def test_a_file_holds_the_frames_of_the_time_asked_for(capture):
    result = run("--to", f"file:{capture}", "--duration", "30s", *START)
    frames = frames_of(capture.read_bytes())
    assert result.exit_code == 0
    assert {frame.status for frame in frames} == {Status.COMPLETE}
    first, last = (frame.get("DATE").time for frame in (frames[0], frames[-1]))
    assert first.isoformat() == "2025-01-15T17:00:00+00:00"
    assert 28 <= (last - first).total_seconds() < 30
    assert f"{capture.stat().st_size} bytes sent, 0 lost" in result.stderr


def test_the_same_words_give_the_same_bytes_and_another_seed_gives_others(tmp_path):
    captures = []
    for number, seed in enumerate((1, 1, 2)):
        captures.append(tmp_path / str(number))
        run("--to", f"file:{captures[-1]}", "--duration", "5s", "--seed", seed, *START)
    same, again, other = (path.read_bytes() for path in captures)
    assert same == again != other


def test_each_meter_is_another_and_has_its_own_output(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    result = run(
        *("--meter", "contract=tempo&kva=12", "--to", f"file:{one}"),
        *("--meter", "mode=historic&contract=hc", "--to", f"file:{two}"),
        *("--duration", "10s", *START),
    )
    standard, historic = frames_of(one.read_bytes())[0], frames_of(two.read_bytes())[0]
    assert (standard.mode, historic.mode) == (Mode.STANDARD, Mode.HISTORIC)
    assert standard.get("PREF").value == 12
    assert historic.get("OPTARIF").data == "HC.."
    assert standard.meter != historic.meter
    assert f"meter {standard.meter}, standard" in result.stderr
    assert f"meter {historic.meter}, historic" in result.stderr


def test_what_a_meter_says_itself_comes_before_what_holds_for_all(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    run(
        *("--meter", "parity=no", "--to", f"file:{one}", "--meter", "", "--to", f"file:{two}"),
        *("--parity", "--duration", "3s", *START),
    )
    assert max(one.read_bytes()) < 0x80
    assert two.read_bytes() == add_parity(two.read_bytes())
    assert max(two.read_bytes()) > 0x80


def test_a_script_and_noise_happen(tmp_path, capture):
    script = tmp_path / "events"
    script.write_text("# at night\n+5s mode historic\n+10s message HELLO\n")
    result = run(
        *("--script", script, "--noise", "flip:0.001", "--to", f"file:{capture}"),
        *("--duration", "60s", *START),
    )
    frames = frames_of(capture.read_bytes())
    assert result.exit_code == 0
    assert {frame.mode for frame in frames} == {Mode.STANDARD, Mode.HISTORIC}
    assert any(frame.rejected for frame in frames)


def test_a_scenario_file_says_it_all(tmp_path):
    scenario = tmp_path / "house.toml"
    scenario.write_text(
        f"""
        duration = "5s"
        start = 2025-01-15T18:00:00
        kva = 6
        [meters.house]
        to = "file:{tmp_path}/house.tic"
        producer = true
        index = [1000000, 2000000]
        contract = "hc"
        [meters.shed]
        to = "file:{tmp_path}/shed.tic"
        mode = "historic"
        address = "021861348497"
        kva = 3
        """
    )
    result = run(scenario)
    house = frames_of((tmp_path / "house.tic").read_bytes())[0]
    shed = frames_of((tmp_path / "shed.tic").read_bytes())[0]
    assert result.exit_code == 0
    assert house.get("PREF").value == 6
    assert house.get("EAIT") is not None
    assert house.get("EASF02").data == "002000000"
    assert shed.meter == "021861348497"
    assert shed.get("ISOUSC").data == "15"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "usb:1"], r"usb:1.*use pty:PATH"),
        (["--to", "file:{tmp}/x"], r"would fill the disk: add --duration 1d"),
        (["--to", "tcp:0.0.0.0:0"], r"--anywhere"),
        (["--meter", "", "--meter", "", "--to", "-"], r"2 --meter but 1 --to"),
        (["--meter", "", "--meter", "", "--to", "-", "--to", "-"], r"output of two meters"),
        (["--meter", "kva=x"], r"meter 1: kva: write a whole number"),
        (["--meter", "colour=red"], r"meter 1: colour: unknown key; known are:"),
        (["--seed", "-5", "--meter", "colour=red"], r"colour: unknown key"),
        (["--duration", "soon"], r"--duration: write a duration such as 90s"),
        (["--start", "noon"], r"start: write a date and time"),
        (["--noise", "flip:2"], r"noise: "),
        (["--script", "{tmp}/events"], r"events: event 1 \(\+5s dance\)"),
        (["--meter", "events=2001-01-01 idle for=1m"], r"meter 1: "),
        (["{tmp}/none.toml"], r"none\.toml cannot be read: No such file"),
        (["{tmp}/bad.toml"], r"bad\.toml: .*line 1"),
        (["{tmp}/empty.toml"], r"no meter: add a section \[meters\.NAME\]"),
        (["{tmp}/homeless.toml"], r"\[meters\.a\]: has no output: add to = "),
        (["{tmp}/odd.toml"], r"\[meters\.a\]: kva: write a text, a number, true or false"),
        (["{tmp}/wrong.toml"], r"\[meters\.a\]: seed: write a whole number"),
        (["{tmp}/odd.toml", "--to", "-"], r"leave --meter and --to out"),
    ],
)
def test_a_mistake_is_named_with_its_remedy_before_anything_starts(tmp_path, arguments, said):
    for name, text in {
        "events": "+5s dance",
        "bad.toml": "x\ny",
        "empty.toml": "kva = 6",
        "homeless.toml": "[meters.a]\nkva = 6",
        "odd.toml": '[meters.a]\nto = "-"\nkva = {}',
        "wrong.toml": 'seed = "x"\n[meters.a]\nto = "-"',
    }.items():
        (tmp_path / name).write_text(text)
    result = run(*(argument.replace("{tmp}", str(tmp_path)) for argument in arguments))
    assert result.exit_code == 2
    assert re.search(said, result.stderr)
    assert result.stdout == ""


def test_mistakes_are_named_in_french_too(tmp_path):
    result = run("--to", "usb:1", language="fr")
    assert "n'est pas une sortie" in result.stderr


def test_a_name_that_is_taken_is_an_error_and_is_left_alone(capture):
    capture.write_text("precious")
    result = run("--to", f"pty:{capture}")
    assert result.exit_code == 1
    assert "exists and is no link" in result.stderr
    assert capture.read_text() == "precious"


def test_every_text_of_the_help_has_its_french():
    alone = typer.Typer()
    alone.command()(simulate)
    command = typer.main.get_command(alone)
    shown = [parameter.help for parameter in command.params]
    ours = {text.en: text.fr for text in simulate_help.TEXTS}
    assert set(filter(None, shown)) - set(ours) <= {
        "Install completion for the current shell.",
        "Show completion for the current shell, to copy it or customize the installation.",
        "Show this message and exit.",
    }
    assert command.help in ours
    assert all(english != french for english, french in ours.items())


@pytest.mark.slow
def test_two_meters_run_on_their_ports_until_ctrl_c(tmp_path):
    link = tmp_path / "linky"
    meters = ("--meter", "mode=historic", "--to", f"pty:{link}")
    with started(*meters, "--meter", "", "--to", "tcp:127.0.0.1:0") as process:
        process.stderr.readline()
        port = int(re.search(r"socket://127\.0\.0\.1:(\d+)", process.stderr.readline())[1])
        terminal = os.open(link, os.O_RDONLY | os.O_NOCTTY)
        with socket.create_connection(("127.0.0.1", port)) as client:
            began = time.monotonic()
            historic = read(terminal, 170)
            standard = read(client.fileno(), 2500)
            took = time.monotonic() - began
        os.close(terminal)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=10)
    assert process.returncode == 0
    assert re.search(r"meter 1: [1-9]\d* bytes sent, \d+ lost", said)
    assert "Traceback" not in said
    assert not link.is_symlink()
    assert 1.3 < took < 10  # 170 characters at 1200 Bd take 1.4 s
    assert {d.label for f in frames_of(historic) for d in f.datasets} >= {"PAPP", "IINST"}
    assert any(frame.status is Status.COMPLETE for frame in frames_of(standard))


def test_sigterm_ends_it_as_cleanly(tmp_path):
    link = tmp_path / "linky"
    with started("--to", f"pty:{link}") as process:
        process.stderr.readline()
        process.terminate()
        process.communicate(timeout=10)
    assert process.returncode == 0
    assert not link.is_symlink()


@pytest.mark.slow
def test_whoever_reads_standard_output_may_stop_at_any_time():
    with started(stdout=subprocess.PIPE) as process:
        assert process.stdout.read(1) == "\x02"
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(timeout=10) == 0
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_long_file_shows_its_progress_on_a_terminal(capture):
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    hour = ("--to", f"file:{capture}", "--duration", "1h")
    with started(*hour, stderr=slave, env=environment) as process:
        os.close(slave)
        shown = b""
        with suppress(OSError):  # it has ended
            while piece := os.read(master, 4096):
                shown += piece
        os.close(master)
        process.wait(timeout=10)
    assert process.returncode == 0
    assert re.search(rb"\d+%", shown)
    assert capture.stat().st_size > 1_000_000


def test_a_full_disk_is_said():
    result = run("--to", "file:/dev/full", "--duration", "5s")
    assert result.exit_code == 1
    assert "make room or choose another file" in result.stderr


def test_a_wrong_duration_is_said_in_french_too():
    said = [
        CliRunner().invoke(app, ["--lang", lang, "simulate", "--duration", "long"]).stderr
        for lang in ("en", "fr")
    ]
    with pytest.raises(RefusedError) as refused:
        read_seconds("long")
    assert refused.value.text.en != refused.value.text.fr
    assert said == [
        f"--duration: {refused.value.text.en}\n",
        f"--duration : {refused.value.text.fr}\n",
    ]
