"""Values in plain words."""

import pytest

from telewatt.plainwords import REASONS, words_of
from telewatt.tic import Mode, Reason, restore_dataset
from telewatt.tic.labels import LABELS


def words(label, data, mode=Mode.HISTORIC, horodate=None):
    return words_of(restore_dataset(mode, label, data, horodate), mode)


@pytest.mark.parametrize(
    ("label", "data", "meaning"),
    [
        ("PTEC", "HPJR", "Tempo rouge HP"),
        ("PTEC", "TH..", "Toutes heures"),
        ("DEMAIN", "----", "pas d'annonce"),
        ("OPTARIF", "BBR(", "Tempo"),
        ("PAPP", "00750", "750 VA"),
        ("PPOT", "00", "toutes les phases sont présentes"),
        ("MOTDETAT", "000000", "rien à signaler"),
    ],
)
def test_a_historic_value_is_told_in_words(label, data, meaning):
    assert words(label, data).meaning.fr == meaning


def test_every_bit_of_the_status_register_is_told():
    fields = words("STGE", "003A4401", Mode.STANDARD).fields
    told = {field.bits: field.value.en for field in fields}
    covered = set()
    for bits in told:
        first, _, last = bits.partition("-")
        covered |= set(range(int(first), int(last or first) + 1))
    assert covered == set(range(32)) - {5, 18}  # those the specification leaves unused
    assert told["0"] == "open"
    assert told["10-13"] == "2"
    assert told["17"] == "standard"


def test_an_undefined_code_is_shown_as_it_is():
    told = {field.bits: field.value.en for field in words("STGE", "0000000E", Mode.STANDARD).fields}
    assert told["1-3"] == "undefined(7)"


def test_a_day_profile_is_told_slot_by_slot():
    data = "00004001 06004002 22004001" + " NONUTILE" * 8
    first, second, third = words("PJOURF+1", data, Mode.STANDARD).fields
    assert first.name.fr == "Dès 00:00"
    assert second.value.en == "index 2, contact as for Tempo"
    assert third.name.en == "From 22:00"
    unused = words("PPOINTE", "00008002" + " NONUTILE" * 10, Mode.STANDARD)
    assert unused.fields[0].value.fr == "index 2, contact ouvert"


def test_relays_are_told_one_by_one():
    fields = words("RELAIS", "005", Mode.STANDARD).fields
    assert [field.value.en for field in fields][:4] == ["closed", "open", "closed", "open"]


def test_every_label_has_a_name_and_every_reason_words():
    for label in LABELS:
        mode = Mode.STANDARD if label.namespace.startswith("standard") else Mode.HISTORIC
        assert words(label.label, "?", mode).name.en
    assert set(REASONS) == set(Reason)
    assert words("UNKNOWN", "1").name.fr.startswith("une étiquette")
