"""The file of the page's secrets."""

import json
import stat

import pytest

from telewatt.config.model import WebConfig
from telewatt.web.access import Access, AccessError, access_path, is_password

PASSWORD = "correct horse"


def test_a_password_is_kept_hashed_in_a_file_for_its_user_only(tmp_path):
    access = Access(tmp_path / "new" / "web-access.json")
    access.set_password(PASSWORD)
    assert stat.S_IMODE(access.path.stat().st_mode) == 0o600
    assert PASSWORD not in access.path.read_text()
    hashed = access.secrets.password
    assert hashed.startswith("$argon2id$")
    assert is_password(hashed, PASSWORD)
    assert not is_password(hashed, PASSWORD + "!")
    assert not is_password("no hash", PASSWORD)


def test_a_running_page_takes_what_a_command_has_changed(tmp_path):
    running, command = Access(tmp_path / "access"), Access(tmp_path / "access")
    assert running.secrets.password is None
    assert not running.lets_in
    command.set_password(PASSWORD)
    before = running.secrets
    assert is_password(before.password, PASSWORD)
    token = command.new_token("grafana")
    assert running.is_token(token)
    assert running.secrets.key == before.key
    command.set_password(PASSWORD + "2")
    assert running.secrets.key != before.key  # all sessions have ended
    assert running.is_token(token)
    assert command.remove_token("grafana")
    assert not command.remove_token("grafana")
    assert not running.is_token(token)
    command.remove_password()
    assert running.secrets.password is None


def test_the_key_of_a_page_without_a_file_is_never_empty(tmp_path):
    access = Access(tmp_path / "access")
    assert len(access.secrets.key) == 32
    access.new_token("first")
    assert len(access.secrets.key) == 32
    assert access.lets_in


@pytest.mark.parametrize("password", ["", "short", "x" * 257])
def test_a_password_has_a_length_that_makes_sense(tmp_path, password):
    with pytest.raises(AccessError, match="at least"):
        Access(tmp_path / "access").set_password(password)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"password": 1, "tokens": {}, "key": ""}', "\0"]
)
def test_a_file_that_cannot_be_used_lets_nobody_in(tmp_path, content):
    path = tmp_path / "access"
    path.write_text(content)
    access = Access(path)
    assert not access.lets_in
    with pytest.raises(AccessError, match="telewatt web password"):
        _ = access.secrets


def test_a_file_whose_key_is_short_is_not_believed(tmp_path):
    path = tmp_path / "access"
    path.write_text(json.dumps({"password": None, "tokens": {}, "key": "00"}))
    with pytest.raises(AccessError):
        _ = Access(path).secrets


def test_the_file_lies_beside_the_journal_unless_told_otherwise(tmp_path):
    assert access_path(WebConfig(), tmp_path) == tmp_path / "web-access.json"
    assert access_path(WebConfig(password_file="a/b"), tmp_path) == tmp_path / "a" / "b"
    assert str(access_path(WebConfig(password_file="/etc/t"), tmp_path)) == "/etc/t"
