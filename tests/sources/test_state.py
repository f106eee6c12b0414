from __future__ import annotations

import re

import pytest

from telewatt.sources import LineState, LineStatus, SourceError
from telewatt.sources.remedies import REMEDIES


@pytest.mark.parametrize("state", LineState)
def test_every_state_says_what_to_do_in_both_languages(state: LineState) -> None:
    text = REMEDIES[str(state)]
    assert text.en
    assert text.fr
    assert text.en != text.fr


@pytest.mark.parametrize("key", REMEDIES)
def test_every_remedy_belongs_to_a_state_and_names_the_same_facts_in_both(key: str) -> None:
    assert key.partition(":")[0] in list(LineState)
    facts = [set(re.findall(r"{(\w+)}", text)) for text in REMEDIES[key]]
    assert facts[0] == facts[1]
    assert "port" in facts[0] or "group" in facts[0]


def test_a_source_error_speaks_in_words() -> None:
    error = SourceError(LineState.PERMISSION_DENIED, port="/dev/x", user="anne", group="dialout")
    assert "sudo usermod -aG dialout anne" in str(error)
    assert "groupe dialout" in error.status.remedy.fr
    assert error.status == LineStatus(
        LineState.PERMISSION_DENIED,
        "",
        (("port", "/dev/x"), ("user", "anne"), ("group", "dialout")),
    )
