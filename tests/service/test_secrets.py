"""The one reader of secrets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from telewatt.service.secrets import SecretError, secret_of


@pytest.mark.parametrize(
    "text", ["word", "word\n", "word\r\n", "word\nsecond line\n", "\ufeffword\n"]
)
def test_the_first_line_of_a_file_is_the_secret(tmp_path: Path, text: str) -> None:
    (tmp_path / "file").write_bytes(text.encode())
    assert secret_of("file", None, tmp_path)() == "word"


def test_spaces_belong_to_a_secret(tmp_path: Path) -> None:
    (tmp_path / "file").write_text(" a word \n")
    assert secret_of("file", None, tmp_path)() == " a word "


def test_a_secret_is_read_anew_each_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("one")
    secret = secret_of("file", None, tmp_path)
    assert secret() == "one"
    (tmp_path / "file").write_text("two")
    assert secret() == "two"


def test_a_file_wins_over_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORD", "variable")
    (tmp_path / "file").write_text("file")
    assert secret_of("file", "WORD", tmp_path)() == "file"
    assert secret_of(None, "WORD", tmp_path)() == "variable"
    assert secret_of(None, None, tmp_path)() is None


@pytest.mark.parametrize("what", ["nothing", "empty", "no text", "folder", "pipe", "device"])
def test_what_is_no_secret_is_an_error_with_a_remedy(tmp_path: Path, what: str) -> None:
    path = tmp_path / "file"
    if what == "empty":
        path.write_bytes(b"\n")
    elif what == "no text":
        path.write_bytes(b"\xff\xfe\n")
    elif what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "device":
        path.symlink_to("/dev/zero")
    with pytest.raises(SecretError) as caught:
        secret_of("file", None, tmp_path)()
    english, french = caught.value.text
    assert ("there is no file" in english) == (what == "nothing")
    assert str(path) in english
    assert str(path) in french
    assert ";" in english


def test_a_variable_that_is_not_set_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORD", raising=False)
    with pytest.raises(SecretError, match="WORD is not set"):
        secret_of(None, "WORD", tmp_path)()
