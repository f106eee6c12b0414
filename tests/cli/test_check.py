import json
import os
import sys
import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from telewatt.cli.app import app
from telewatt.language import Text
from telewatt.sources import AddressError, source_for
from telewatt.web.access import AccessError

NOBODY = 65534
PIPE = '[meters.house]\nsource = "-"\n'
HOUSE = '[meters.house]\nsource = "/dev/ttyUSB0"\n'


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """No configuration of this machine is found by chance."""
    monkeypatch.chdir(tmp_path)
    for name in ("TELEWATT_CONFIG", "STATE_DIRECTORY", "XDG_STATE_HOME", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setattr("telewatt.cli.setup.SYSTEM_FILE", tmp_path / "etc" / "telewatt.toml")


def check(*arguments):
    return CliRunner().invoke(app, [*arguments[:2], "check", *arguments[2:]])


def plain(*arguments):
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def warnings_in(result):
    assert result.exit_code == 0
    return [line for line in result.stdout.splitlines() if line.startswith("warning")]


def test_a_good_configuration_says_what_it_would_start(tmp_path):
    (tmp_path / "telewatt.toml").write_text(HOUSE)
    result = plain()
    assert result.exit_code == 0
    assert "meter house: /dev/ttyUSB0, mode auto, speed auto" in result.stdout
    assert "written every 120 s" in result.stdout


def test_the_page_and_the_outputs_are_said_too(tmp_path):
    outputs = '[mqtt]\nhost = "broker"\n[prometheus]\n[jsonl]\npath = "a.jsonl"\n'
    (tmp_path / "telewatt.toml").write_text(HOUSE + outputs)
    said = plain().stdout
    assert "web page: http://127.0.0.1:8321/" in said
    assert "mqtt: broker" in said
    assert "jsonl: a.jsonl" in said
    assert "/metrics" in said
    (tmp_path / "telewatt.toml").write_text(HOUSE + "[web]\nenabled = false\n")
    assert "page" not in plain().stdout


def test_a_secret_that_cannot_be_read_is_a_warning_and_never_shown(tmp_path):
    (tmp_path / "good").write_text("hunter2\n")
    (tmp_path / "telewatt.toml").write_text(
        f'[meters.a]\nsource = "esphome://h/a"\nkey_file = "{tmp_path}/none"\n'
        f'[mqtt]\nhost = "b"\npassword_file = "{tmp_path}/good"\nca_file = "{tmp_path}"\n'
        '[web]\npassword_file = "later.json"\n'
    )
    result = plain()
    found = [line.split(": ")[1:3] for line in warnings_in(result)]
    assert found == [["telewatt.toml:3", "meters.a.key_file"], ["telewatt.toml:7", "mqtt.ca_file"]]
    assert "hunter2" not in result.output


def test_two_names_of_one_port_are_a_warning(tmp_path):
    (tmp_path / "ttyUSB0").symlink_to("/dev/null")
    (tmp_path / "by-id").symlink_to(tmp_path / "ttyUSB0")
    (tmp_path / "telewatt.toml").write_text(
        f'[meters.a]\nsource = "{tmp_path}/by-id"\n'
        f'[meters.b]\nsource = "serial:{tmp_path}/ttyUSB0"\n'
    )
    assert warnings_in(plain()) == [
        "warning: telewatt.toml:4: meters.b.source: the same port as meters.a.source: /dev/null → "
        "give each meter its own: a port can be read only once"
    ]


@pytest.mark.parametrize(
    ("source", "what", "remedy"),
    [
        ("/dev/ttyUSB999", "no such port now", "telewatt ports"),
        ("/dev/serial/by-id/*", "no such port now", "telewatt ports"),
        ("{}/house.tic", "a file, not a port", 'write "file:{}/house.tic"'),
        ("file:other.tic?pace=1200", "no such file now", "from /"),
        ("file:{}/house.tic?pace=1200", "", ""),
        ("file://{}/house.tic", "", ""),
        ("/dev/null", "", ""),
    ],
)
def test_what_is_not_there_to_be_read_is_a_warning(tmp_path, source, what, remedy):
    (tmp_path / "house.tic").write_text("")
    source, remedy = source.format(tmp_path), remedy.format(tmp_path)
    (tmp_path / "telewatt.toml").write_text(f'[meters.a]\nsource = "{source}"\n')
    said = warnings_in(plain())
    assert len(said) == bool(what)
    for line in said:
        assert line.startswith("warning: telewatt.toml:2: meters.a.source: ")
        assert what in line.partition(" → ")[0]
        assert remedy in line.partition(" → ")[2]


@pytest.mark.parametrize("listen", ["0.0.0.0", "::", "192.168.1.10"])
def test_a_page_for_others_without_a_password_is_a_warning(tmp_path, listen):
    (tmp_path / "telewatt.toml").write_text(
        f'[journal]\npath = "journal.db"\n{PIPE}[web]\nlisten = "{listen}"\n'
    )
    [said] = warnings_in(plain())
    assert said.startswith("warning: telewatt.toml:6: web.listen: the page is not served")
    assert "telewatt web password" in said
    CliRunner().invoke(app, ["web", "password"], input="correct horse\n")
    assert warnings_in(plain()) == []
    (tmp_path / "web-access.json").write_text("correct horse")
    [said] = warnings_in(plain())
    assert "web.password_file" in said
    assert "telewatt web password" in said


@pytest.mark.parametrize("listen", ["127.0.0.1", "::1", "localhost"])
def test_a_page_for_this_machine_needs_no_password(tmp_path, listen):
    (tmp_path / "telewatt.toml").write_text(f'{PIPE}[web]\nlisten = "{listen}"\n')
    assert warnings_in(plain()) == []


def test_a_page_of_another_user_is_not_judged(tmp_path, monkeypatch):
    def refuse(path):
        raise AccessError(Text("", "")) from PermissionError(13, "Permission denied")

    (tmp_path / "telewatt.toml").write_text(
        f'[journal]\npath = "journal.db"\n{PIPE}[web]\nlisten = "0.0.0.0"\n'
    )
    CliRunner().invoke(app, ["web", "password"], input="correct horse\n")
    monkeypatch.setattr("telewatt.web.access._load", refuse)
    assert warnings_in(plain()) == []


def test_an_output_where_something_else_stands_is_a_warning(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "telewatt.toml").write_text(
        f'{PIPE}[daily_log]\nfolder = "{tmp_path}/file"\n[jsonl]\npath = "{tmp_path}/folder"\n'
    )
    assert warnings_in(plain()) == [
        f"warning: telewatt.toml:4: daily_log.folder: {tmp_path}/file is a file → "
        "write the path of a folder",
        f"warning: telewatt.toml:6: jsonl.path: {tmp_path}/folder is a folder → "
        f"write {tmp_path}/folder/readings.jsonl",
    ]


def test_a_variable_that_is_not_set_is_a_warning(tmp_path, monkeypatch):
    (tmp_path / "telewatt.toml").write_text(
        f'{PIPE}[webhook]\nurl = "http://h"\ntoken_env = "TELEWATT_T"\n'
    )
    [said] = warnings_in(plain())
    assert said.startswith("warning: telewatt.toml:5: webhook.token_env: ")
    monkeypatch.setenv("TELEWATT_T", "hunter2")
    assert warnings_in(plain()) == []


def test_a_warning_is_in_the_language_of_the_configuration(tmp_path):
    (tmp_path / "telewatt.toml").write_text(
        f'language = "fr"\n{PIPE}[homeassistant]\nurl = "http://h:8123"\n'
    )
    said = [line for line in plain().stdout.splitlines() if line.startswith("attention")]
    assert said[0].startswith("attention : telewatt.toml:4 : homeassistant : ")
    assert "jeton" in said[0]


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("key", ["[daily_log]\nfolder", "[jsonl]\npath", "[web]\npassword_file"])
def test_a_home_nobody_has_is_an_error_of_the_configuration(tmp_path, command, key):
    file = tmp_path / "telewatt.toml"
    file.write_text(f'{PIPE}{key} = "~nosuchuser/x"\n')
    result = CliRunner().invoke(app, [command, "--config", str(file)])
    assert result.exit_code == 2
    assert f"{file}:4: " in result.stderr
    assert "~nosuchuser/x is not known → write its path in full" in result.stderr


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("path", ["journal.db", "../data/journal.db", "history.db"])
def test_lines_are_not_written_into_the_journal(tmp_path, command, path):
    file = tmp_path / "telewatt.toml"
    file.write_text(f'[journal]\npath = "data/journal.db"\n{PIPE}[jsonl]\npath = "{path}"\n')
    result = CliRunner().invoke(app, [command, "--config", str(file)])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{file}:6: jsonl.path: telewatt keeps its own data in this")


def test_a_package_that_is_missing_is_said_as_the_service_says_it(tmp_path, monkeypatch):
    (tmp_path / "telewatt.toml").write_text(f'{PIPE}[mqtt]\nhost = "broker"\n')
    monkeypatch.setitem(sys.modules, "telewatt.sinks.mqtt.sink", None)
    result = plain()
    assert result.exit_code == 2
    assert "pip install 'telewatt[mqtt]'" in result.stderr


def test_errors_are_all_said_and_end_with_code_2(tmp_path):
    (tmp_path / "telewatt.toml").write_text(HOUSE + 'mod = "auto"\nspeed = 5\n')
    result = plain()
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "telewatt.toml:3: meters.house.mod: no such key → did you mean mode?",
        "telewatt.toml:4: meters.house.speed: 5 is not possible → "
        "choose one of 1200, 2400, 4800, 9600, 19200",
    ]


def test_an_unknown_kind_of_source_is_an_error_of_the_configuration(tmp_path):
    (tmp_path / "telewatt.toml").write_text('[meters.a]\nsource = "usb:0"\n')
    result = plain()
    assert result.exit_code == 2
    assert result.stderr == (
        "telewatt.toml:2: meters.a.source: unknown kind of source → "
        "write /dev/..., - or serial:, socket:, rfc2217:, file:, stdin:, sim:, "
        "esphome:, esphome+values:, mqtt:, mqtts:\n"
    )


def test_an_address_a_source_cannot_use_is_an_error_of_the_configuration(tmp_path):
    (tmp_path / "telewatt.toml").write_text('[meters.a]\nsource = "socket://nowhere"\n')
    result = plain()
    assert result.exit_code == 2
    assert "telewatt.toml:2: meters.a.source: an address that cannot be used" in result.stderr


def test_what_is_wrong_with_an_address_is_said_in_french_too(tmp_path):
    (tmp_path / "telewatt.toml").write_text('[meters.a]\nsource = "socket://nowhere"\n')
    with pytest.raises(AddressError) as refused:
        source_for("socket://nowhere")
    assert refused.value.text.fr != refused.value.text.en
    assert refused.value.text.fr in check("--lang", "fr").stderr


@pytest.mark.parametrize("source", ["socket://localhost:1", "file:line.tic", "-", "sim:"])
def test_a_speed_is_for_sources_that_have_speeds(tmp_path, source):
    (tmp_path / "telewatt.toml").write_text(f'[meters.a]\nsource = "{source}"\nspeed = 1200\n')
    result = plain()
    assert result.exit_code == 2
    assert result.stderr == (
        "telewatt.toml:3: meters.a.speed: this source has no speed to choose → remove the line\n"
    )


def test_a_port_is_the_same_source_in_both_ways_to_write_it(tmp_path):
    (tmp_path / "telewatt.toml").write_text(
        '[meters.a]\nsource = "/dev/x"\n[meters.b]\nsource = "serial:/dev/x"\n'
    )
    assert "meters.b.source: the same source as meters.a.source" in plain().stderr


def test_the_language_is_the_option_before_the_configuration_before_the_environment(
    tmp_path, monkeypatch
):
    file = tmp_path / "telewatt.toml"
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    file.write_text(HOUSE)
    assert "aucune erreur" in plain().stdout
    file.write_text('language = "en"\n' + HOUSE)
    assert "no error" in plain().stdout
    assert "aucune erreur" in check("--lang", "fr").stdout
    file.write_text('language = "en"\nx = 1\n' + HOUSE)
    assert "no such key" in plain().stderr


def test_secrets_lie_beside_the_configuration(tmp_path, monkeypatch):
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "secret").write_text("hunter2\n")
    config = folder / "telewatt.toml"
    config.write_text(HOUSE + '[mqtt]\nhost = "b"\npassword_file = "secret"\nca_file = "absent"\n')
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    said = check("--lang", "en", "--config", str(config)).stdout
    assert "mqtt.password_file" not in said
    assert f"there is no file {folder}/absent" in said


def test_the_folder_of_somebody_else_is_passed_by(monkeypatch):
    with tempfile.TemporaryDirectory() as folder:
        theirs, system = Path(folder, "theirs"), Path(folder, "telewatt.toml")
        theirs.mkdir()
        system.write_text(HOUSE)
        monkeypatch.setattr("telewatt.cli.setup.SYSTEM_FILE", system)
        monkeypatch.chdir(theirs)
        plain()  # imports everything while it can
        for place, mode in ((folder, 0o755), (theirs, 0)):
            Path(place).chmod(mode)
        user = os.geteuid()
        os.seteuid(user or NOBODY)  # root may look everywhere
        try:
            result = plain()
        finally:
            os.seteuid(user)
            monkeypatch.undo()
    assert f"{system}: no error" in result.stdout, result.stderr


def test_the_file_is_looked_for_in_the_documented_order(tmp_path, monkeypatch):
    system = tmp_path / "etc" / "telewatt.toml"
    assert "no configuration" in plain().stderr
    assert plain().exit_code == 2
    for file, name in (
        (system, "system"),
        (tmp_path / "telewatt.toml", "here"),
        (tmp_path / "named.toml", "named"),
        (tmp_path / "given.toml", "given"),
    ):
        file.parent.mkdir(exist_ok=True)
        file.write_text(f'[meters.{name}]\nsource = "/dev/ttyUSB0"\n')
        if name == "named":
            monkeypatch.setenv("TELEWATT_CONFIG", str(file))
        result = plain(*(["--config", file] if name == "given" else []))
        assert f"meter {name}:" in result.stdout


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    result = plain("--config", tmp_path / "absent.toml")
    assert result.exit_code == 2
    assert f"{tmp_path}/absent.toml cannot be read" in result.stderr


def test_a_place_where_no_file_can_be_looked_for_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("telewatt.cli.setup.SYSTEM_FILE", tmp_path / ("x" * 300))
    result = plain()
    assert result.exit_code == 2
    assert "x cannot be read: File name too long" in result.stderr


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_that_is_not_utf_8_is_named_with_its_line_and_the_remedy(tmp_path, mark):
    file = tmp_path / "wrong.toml"
    file.write_bytes(mark + b"# one\n# \xe9t\xe9\n" + HOUSE.encode())
    result = plain("--config", file)
    assert result.exit_code == 2
    assert f"{file}:2: this is not UTF-8 text → save the file in" in result.stderr


def test_the_mark_of_windows_editors_is_no_error(tmp_path):
    (tmp_path / "telewatt.toml").write_text(HOUSE, encoding="utf-8-sig")
    assert plain().exit_code == 0


def test_a_journal_in_an_unknown_home_is_an_error_of_the_configuration(tmp_path):
    (tmp_path / "telewatt.toml").write_text(HOUSE + '[journal]\npath = "~nosuchuser/x"\n')
    result = plain()
    assert result.exit_code == 2
    assert "write its path in full" in result.stderr


@pytest.mark.parametrize(
    ("environment", "path"),
    [
        ({"STATE_DIRECTORY": "/var/lib/telewatt:/var/lib/other"}, "/var/lib/telewatt/journal.db"),
        ({"XDG_STATE_HOME": "/home/me/state"}, "/home/me/state/telewatt/journal.db"),
        ({"HOME": "/home/me"}, "/home/me/.local/state/telewatt/journal.db"),
    ],
)
def test_the_journal_has_its_usual_place(tmp_path, monkeypatch, environment, path):
    (tmp_path / "telewatt.toml").write_text(HOUSE)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert f"journal: {path}," in plain().stdout


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize(
    ("path", "message"),
    [("data", "journal {}/data: this is a folder → write {}/data/journal.db"),
     ("data/", "this is a folder"), ("a\tb.db", "control character"), ("", "folder")],
)  # fmt: skip
def test_a_journal_no_file_can_be_is_an_error_of_the_configuration(
    tmp_path, command, path, message
):
    (tmp_path / "data").mkdir()
    file = tmp_path / "telewatt.toml"
    file.write_text(f"[journal]\npath = {json.dumps(f'{tmp_path}/{path}')}\n" + HOUSE)
    result = CliRunner().invoke(app, [command, "--config", str(file)])
    assert result.exit_code == 2
    assert message.format(tmp_path, tmp_path) in result.stderr


@pytest.mark.parametrize("path", ["", ".", "a\nb"])
def test_a_journal_on_the_command_line_is_checked_too(path):
    result = CliRunner().invoke(app, ["run", "--meter", "a=/dev/x", "--journal", path])
    assert result.exit_code == 2
    assert "journal " in result.stderr


def test_a_relative_journal_lies_beside_its_configuration(tmp_path):
    file = tmp_path / "telewatt.toml"
    file.write_text('[journal]\npath = "data/j.db"\n' + HOUSE)
    assert f"journal: {tmp_path}/data/j.db," in plain("--config", file).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--meter", "house"], "write NAME=SOURCE"),
        (["--meter", "a=/dev/x", "--meter", "a=/dev/y"], "each NAME once"),
        (["--meter", "a=/dev/x", "--meter", "b=/dev/x"], "the same source as meters.a.source"),
        (["--meter", "a=nothing"], "--meter: meters.a.source: unknown kind"),
        (["--meter", "a=/dev/x", "--config", "c.toml"], "exclude each other"),
    ],
)
def test_wrong_meters_on_the_command_line_are_explained(arguments, message):
    result = CliRunner().invoke(app, ["run", *arguments])
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("/dev/ttyUSB0", "key_file"),
        ("esphome://linky.local/house", "password_file"),
        ("esphome+values://linky.local", "ca_file"),
        ("mqtt://broker/linky", "key_env"),
        ("mqtt://broker/linky", "ca_file"),
    ],
)
def test_a_secret_is_for_sources_that_have_one(tmp_path, source, key):
    (tmp_path / "telewatt.toml").write_text(f'[meters.a]\nsource = "{source}"\n{key} = "x"\n')
    result = plain()
    assert result.exit_code == 2
    assert result.stderr == (
        f"telewatt.toml:3: meters.a.{key}: this source takes no such thing → remove the line\n"
    )


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ("esphome://linky.local/house", ("key_file", "key_env")),
        ("esphome+values://linky.local/house", ("key_file", "key_env")),
        ("mqtt://anne@broker/linky", ("password_file", "password_env")),
        ("mqtts://anne@broker/linky", ("password_file", "ca_file")),
    ],
)
def test_a_secret_is_named_not_written(tmp_path, source, keys):
    lines = "".join(f'{key} = "x"\n' for key in keys)
    (tmp_path / "telewatt.toml").write_text(f'[meters.a]\nsource = "{source}"\n{lines}')
    assert plain().exit_code == 0
