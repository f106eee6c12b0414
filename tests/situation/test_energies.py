"""Which energies a home shows of each meter."""

from __future__ import annotations

from telewatt.situation import energies_of
from tests.situation.meters import judged


def test_the_energies_of_a_contract_have_its_words_and_no_register_it_does_not_use() -> None:
    entries = judged("contract=hc&producer=yes&address=041976123456", 20)
    ((key, energies),) = energies_of(entries).items()
    assert key == ("041976123456", "house")
    shown = {each.key: each.name.fr for each in energies if not each.key.startswith("grid_")}
    assert shown == {
        "import_wh": "Énergie soutirée",
        "import_1_wh": "Heures creuses",
        "import_2_wh": "Heures pleines",
        "export_wh": "Énergie injectée",
    }


def test_a_meter_of_which_too_little_is_known_has_none_yet() -> None:
    assert list(energies_of(judged("contract=hc", 1)).values()) == [()]
