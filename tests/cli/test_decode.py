import csv
import errno
import io
import json
import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

from telewatt.cli.app import app
from telewatt.cli.decode import PROGRESS_FROM_BYTES
from telewatt.tic import Mode, encode_dataset, encode_frame

DATASETS = (("PTEC", "HP.."), ("PAPP", "00750"))


def frame_of(meter):
    datasets = (("ADCO", meter), *DATASETS)
    return encode_frame([encode_dataset(Mode.HISTORIC, *dataset) for dataset in datasets])


FRAME = frame_of("021528603314")
decode_module = import_module("telewatt.cli.decode")
TELEWATT = [sys.executable, "-m", "telewatt"]


def decode(*arguments, stdin=b"", lang="en"):
    return CliRunner().invoke(app, ["--lang", lang, "decode", *map(str, arguments)], input=stdin)


@pytest.fixture
def capture(tmp_path):
    path = tmp_path / "line.tic"
    path.write_bytes(FRAME * 3)
    return path


def test_jsonl_writes_one_object_a_frame(capture):
    result = decode("--format", "jsonl", capture)
    frames = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [frame["offset"] for frame in frames] == [0, len(FRAME), 2 * len(FRAME)]
    assert [dataset["label"] for dataset in frames[0]["datasets"]] == ["ADCO", "PTEC", "PAPP"]
    assert list(frames[0]) == [
        "meter", "mode", "status", "kind", "offset", "datasets", "rejected",
    ]  # fmt: skip


def test_csv_writes_one_row_a_dataset(capture):
    result = decode("--format", "csv", capture)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 9
    assert rows[2] == {
        "path": str(capture),
        "offset": "0",
        "meter": "021528603314",
        "mode": "historic",
        "status": "complete",
        "label": "PAPP",
        "data": "00750",
        "value": "750",
        "unit": "VA",
        "horodate": "",
        "time": "",
        "repaired": "0",
    }


def test_text_names_labels_in_the_language_asked_for(capture):
    assert "750 VA                 Apparent power" in decode(capture).stdout
    french = decode(capture, lang="fr")
    assert "750 VA                 Puissance apparente" in french.stdout
    assert "trames     3 (complete 3)" in french.stderr


def test_text_shows_a_horodate_as_the_time_of_the_meters_clock():
    line = encode_frame(
        [
            encode_dataset(Mode.STANDARD, "ADSC", "031664001115"),
            encode_dataset(Mode.STANDARD, "SMAXSN", "02340", "E260722101500"),
        ]
    )
    assert "2340 VA" in decode("-", stdin=line).stdout
    assert "2026-07-22 10:15:00" in decode("-", stdin=line).stdout


def test_what_is_rejected_is_shown_with_its_reason():
    result = decode("-", stdin=FRAME.replace(b"00750", b"00751"))
    assert "rejected (checksum) at byte" in result.stdout
    assert "rejected   1 (checksum 1)" in result.stderr


def test_the_summary_counts_everything(capture, tmp_path):
    other = tmp_path / "other.tic"
    other.write_bytes(frame_of("021528603315"))
    result = decode("--format", "jsonl", capture, other)
    assert result.stderr.splitlines() == [
        "frames     4 (complete 4)",
        "datasets   12",
        "rejected   0",
        "repaired   0",
        "mode       historic",
        "meters     021528603314, 021528603315",
    ]


def test_each_path_has_its_own_decoder(tmp_path):
    halves = [tmp_path / "a", tmp_path / "b"]
    halves[0].write_bytes(FRAME[:30])
    halves[1].write_bytes(FRAME[30:])
    result = decode("--format", "jsonl", *halves)
    assert all(json.loads(line)["status"] == "truncated" for line in result.stdout.splitlines())


def test_nothing_decoded_is_exit_code_1():
    assert decode("-", stdin=b"no meter at all\r\n").exit_code == 1
    assert decode("-", stdin=b"").exit_code == 1


def test_a_wrong_path_is_a_usage_error_before_anything_is_decoded(capture, tmp_path):
    for wrong in (tmp_path / "missing", tmp_path):
        result = decode("--format", "jsonl", capture, wrong)
        assert (result.exit_code, result.stdout) == (2, "")
        assert str(wrong) in result.stderr


@pytest.mark.parametrize(
    "arguments", [[], ["-", "-"], ["--format", "xml", "-"], ["--mode", "linky", "-"]]
)
def test_wrong_usage_is_exit_code_2(arguments):
    assert decode(*arguments).exit_code == 2


def test_a_fixed_mode_rejects_the_other_mode(capture):
    result = decode("--mode", "standard", "--format", "jsonl", capture)
    assert result.exit_code == 1
    assert decode("--mode", "historic", "--format", "jsonl", capture).exit_code == 0


def test_standard_input_is_decoded_while_it_arrives():
    with subprocess.Popen(
        [*TELEWATT, "decode", "--format", "jsonl", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdin.write(FRAME + FRAME[:1])
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["meter"] == "021528603314"
        process.stdin.write(FRAME[1:])
        process.stdin.close()
        assert json.loads(process.stdout.readline())["offset"] == len(FRAME)
        assert process.wait(10) == 0


def test_a_reader_that_stops_early_is_no_error(tmp_path):
    capture = tmp_path / "long.tic"
    capture.write_bytes(FRAME * 20_000)
    with subprocess.Popen(
        [*TELEWATT, "decode", "--format", "jsonl", str(capture)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(10) == 0
    assert b"Traceback" not in said
    assert b"Error" not in said
    assert b"datasets   " in said


def shell(command, *arguments):
    """Run a line of shell; ``$telewatt`` is the program, ``$1`` the first argument."""
    program = " ".join([*TELEWATT, "--lang", "en"])
    return subprocess.run(
        ["sh", "-c", command.replace("$telewatt", program), "sh", *map(str, arguments)],
        capture_output=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("$telewatt decode - <&-", 2, b"standard input (-) is closed"),
        ("$telewatt decode $1 >&-", 2, b"standard output is closed"),
        ("$telewatt decode $1 >/dev/full", 1, b"cannot write: No space left on device"),
        ("$telewatt decode $1 2>&- >/dev/null", 0, b""),
        ("$telewatt decode $1 <&- >/dev/null", 0, b"frames     3"),
        ("$telewatt run --meter a=file:$1 --journal $1.db >&-", 0, b"reading 1 meter(s)"),
        ("$telewatt run --meter a=file:$1 --journal $1.db 2>&-", 0, b""),
    ],
)
def test_closed_and_full_streams_are_no_bugs(command, code, message, capture):
    done = shell(command, capture)
    assert b"Traceback" not in done.stderr
    assert (done.returncode, message in done.stderr) == (code, True), done.stderr


def test_a_capture_that_breaks_in_the_middle_is_exit_code_1(capture, monkeypatch):
    chunks_of = decode_module._chunks_of

    def broken(path):
        yield from chunks_of(path)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(decode_module, "_chunks_of", broken)
    result = decode("--format", "jsonl", capture, capture)
    assert result.exit_code == 1
    assert result.stderr.count(f"{capture} cannot be read: Input/output error") == 2
    assert "frames     6 (complete 6)" in result.stderr


def test_csv_keeps_the_bytes_of_a_name_that_is_no_text(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xe9t\xe9.tic"
    Path(os.fsdecode(path)).write_bytes(FRAME)
    done = subprocess.run(
        [*TELEWATT, "decode", "--format", "csv", path],
        capture_output=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.splitlines()[1].startswith(path + b",0,")


@pytest.mark.parametrize("form", ["text", "jsonl", "csv"])
def test_every_capture_can_be_written_in_every_form(form, shared):
    result = decode("--format", form, *sorted((shared / "captures").glob("*.tic")))
    assert result.exit_code == 0
    assert result.stdout


def test_ctrl_c_ends_a_live_capture_with_its_summary():
    with subprocess.Popen(
        [*TELEWATT, "--lang", "en", "decode", "--format", "jsonl", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdin.write(FRAME + FRAME[:-5])
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert json.loads(process.stdout.readline())["status"] == "truncated"
        assert b"frames     2 (" in process.stderr.read()
        assert process.wait(10) == 0


def test_a_long_capture_shows_its_progress_in_a_terminal(tmp_path):
    capture = tmp_path / "long.tic"
    capture.write_bytes(FRAME * (PROGRESS_FROM_BYTES // len(FRAME) + 1))
    master, slave = os.openpty()
    with subprocess.Popen(
        [*TELEWATT, "decode", "--format", "jsonl", str(capture)],
        stdout=subprocess.DEVNULL,
        stderr=slave,
        env=os.environ | {"TERM": "xterm"},
    ) as process:
        os.close(slave)
        shown = b""
        while chunk := read_terminal(master):
            shown += chunk
        process.wait(10)
    os.close(master)
    assert process.returncode == 0
    assert "━".encode() in shown
    assert b"/4.2 MB" in shown


def read_terminal(master):
    try:
        return os.read(master, 65536)
    except OSError:  # EIO: the other end was closed
        return b""
