"""What is said of a line, from what was counted on it."""

import pytest

from telewatt.language import Text
from telewatt.verdict import Counted, Grade, verdict_of

REMEDY = Text("plug it in", "branchez-le")


def verdict(reading=True, **counted):
    return verdict_of(Counted(**counted), reading=reading, remedy=REMEDY)


def test_a_line_without_an_error_is_perfect():
    found = verdict(frames=10, datasets=500)
    assert found.grade is Grade.GOOD
    assert "not one error among 500" in found.text.en


def test_a_few_errors_make_no_bad_line():
    assert verdict(datasets=10_000, repaired=5, rejected={"checksum": 2}).grade is Grade.GOOD
    assert verdict(datasets=10_000, repaired=50, rejected={"checksum": 20}).grade is Grade.FAIR
    assert verdict(datasets=10_000, rejected={"checksum": 2000}).grade is Grade.POOR


def test_a_silent_line_has_the_remedy_of_its_state():
    found = verdict(reading=False)
    assert (found.grade, found.remedy) == (Grade.SILENT, REMEDY)
    assert verdict().grade is Grade.WAITING


@pytest.mark.parametrize(
    ("counted", "words"),
    [
        ({"datasets": 1000, "rejected": {"structure": 40, "checksum": 5}}, "another program"),
        ({"datasets": 1000, "rejected": {"checksum": 40}}, "parity"),
        ({"datasets": 1000, "repaired": 40, "rejected": {"checksum": 4}}, "cable"),
        ({"datasets": 10, "rejected": {"checksum": 90}}, "resistor"),
    ],
)
def test_the_remedy_follows_from_what_goes_wrong(counted, words):
    assert words in verdict(**counted).remedy.en
