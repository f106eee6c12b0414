import logging

import pytest

from telewatt.config import build
from telewatt.service.process import run_service
from telewatt.store import Journal


@pytest.fixture(autouse=True)
def root_logger(caplog):
    """The service takes the root logger's handlers: they come back."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before


def run(journal, language, capsys):
    code = run_service(build({"meters": {"house": {"source": "sim:"}}}), journal, language)
    return code, capsys.readouterr().err


@pytest.mark.parametrize(("language", "words"), [("en", "is a folder"), ("fr", "est un dossier")])
def test_a_journal_that_became_a_folder_ends_the_service_with_the_remedy(
    tmp_path, capsys, language, words
):
    code, said = run(tmp_path, language, capsys)
    assert code == 2
    assert words in said
    assert f"{tmp_path}/journal.db" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(("language", "words"), [("en", "in use by"), ("fr", "utilisé par")])
def test_a_journal_in_use_ends_the_service_with_the_remedy(tmp_path, capsys, language, words):
    other = Journal.open(tmp_path / "journal.db")
    try:
        code, said = run(tmp_path / "journal.db", language, capsys)
    finally:
        other.close()
    assert code == 1
    assert words in said
