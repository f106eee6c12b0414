import re

import pytest

from telewatt.entities import (
    CONTRACTS,
    Profile,
    contract_of,
    entities_of,
    entity_of_label,
    entity_of_quantity,
    period_of,
)
from telewatt.quantity import QUANTITIES
from telewatt.tic import Mode
from telewatt.tic.labels import LABELS, TABLE

MODES = [Mode.HISTORIC, Mode.STANDARD]
CLASSES = {"", "energy", "apparent_power", "power", "voltage", "current", "duration", "timestamp"}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("phases", [1, 3])
def test_every_label_of_the_table_has_an_entity(mode: Mode, phases: int) -> None:
    for label in TABLE[mode]:
        entity = entity_of_label(mode, label, phases=phases)
        assert entity is not None
        assert re.fullmatch(r"[a-z][a-z0-9_]*", entity.key), entity
        assert entity.name.en and entity.name.fr
        assert entity.device_class in CLASSES


def test_a_label_that_nobody_knows_is_no_entity() -> None:
    assert entity_of_label(Mode.STANDARD, "TENSION") is None


def test_the_key_is_the_meaning_and_the_same_in_both_modes() -> None:
    for historic, standard in (
        *(("PAPP", "SINSTS"), ("HCHC", "EASF01"), ("BBRHPJR", "EASF06")),
        *(("IINST", "IRMS1"), ("ADCO", "ADSC"), ("OPTARIF", "NGTF")),
    ):
        one, other = (
            entity_of_label(mode, label)
            for mode, label in zip(MODES, (historic, standard), strict=True)
        )
        assert one is not None and other is not None
        assert one.key == other.key


@pytest.mark.parametrize(
    ("mode", "label", "contract", "phases", "name"),
    [
        (Mode.HISTORIC, "HCHC", None, 1, "Heures creuses"),
        (Mode.HISTORIC, "BBRHPJR", None, 1, "Tempo rouge HP"),
        (Mode.STANDARD, "EASF06", "tempo", 1, "Tempo rouge HP"),
        (Mode.STANDARD, "EASF06", None, 1, "Énergie soutirée, index fournisseur 6"),
        (Mode.STANDARD, "URMS1", None, 1, "Tension"),
        (Mode.STANDARD, "URMS2", None, 3, "Phase 2 tension"),
        (Mode.HISTORIC, "IINST1", None, 3, "Phase 1 courant"),
    ],
)
def test_a_name_is_the_meaning(
    mode: Mode, label: str, contract: str | None, phases: int, name: str
) -> None:
    entity = entity_of_label(mode, label, CONTRACTS[contract] if contract else None, phases)
    assert entity is not None
    assert entity.name.fr == name


def test_an_index_is_a_counter_of_energy() -> None:
    for name in ("import_wh", "import_3_wh", "export_wh", "grid_1_wh"):
        entity = entity_of_quantity(name)
        assert (entity.unit, entity.device_class) == ("Wh", "energy")
        assert entity.state_class == "total_increasing"


def test_volt_ampere_is_never_watt() -> None:
    for name, quantity in QUANTITIES.items():
        entity = entity_of_quantity(name)
        assert (quantity.unit == "VA") == (entity.device_class == "apparent_power")


def test_suppliers_names_are_read_by_their_meaning() -> None:
    for name, option in (
        *(
            ("      BASE      ", "base"),
            ("H PLEINE/CREUSE ", "off_peak"),
            ("     TEMPO      ", "tempo"),
        ),
        *(
            (" HC et Week-End ", "other"),
            ("      EJP       ", "ejp"),
            (" OFFRE LIBRE    ", "other"),
        ),
    ):
        assert contract_of(name).option == option
    assert period_of("    HC  BLANC   ").key == "tempo_white_off_peak"
    assert period_of("  HEURE  PLEINE ").key == "peak"
    assert period_of("    WEEK-END    ").name.fr == "WEEK-END"


def test_what_the_meter_says_of_a_register_corrects_what_its_contract_lets_expect() -> None:
    contract = contract_of("H PLEINE/CREUSE ", {1: "  HEURE  PLEINE "})
    assert contract.periods[1].key == "peak"
    assert "peak" not in {period.key for number, period in contract.periods.items() if number != 1}


def test_only_what_was_seen_is_shown() -> None:
    bare = Profile(Mode.HISTORIC, frozenset(("ADCO", "PAPP")), frozenset(("apparent_va",)), None, 1)
    assert {entity.key for entity in entities_of(bare)} == {
        *("apparent_va", "link", "line_quality_pct"),
    }


def test_a_house_with_tempo_sees_its_colours_and_its_six_registers() -> None:
    quantities = {"import_wh", "export_wh", *(f"import_{n}_wh" for n in range(1, 11))}
    labels = {row.label for row in LABELS if row.namespace == "standard"}
    profile = Profile(
        *(Mode.STANDARD, frozenset(labels), frozenset(quantities), CONTRACTS["tempo"], 3)
    )
    found = {entity.key: entity for entity in entities_of(profile)}
    assert "import_6_wh" in found
    assert "import_7_wh" not in found
    assert set(found["tempo_tomorrow"].options) == {"blue", "white", "red"}
    assert len(found["tariff_period"].options) == 6
    assert {"over_power", "margin_va", "breaker_open", "apparent_max_va"} <= found.keys()
    names = [entity.name.fr for entity in found.values()]
    assert len(names) == len(set(names))


def test_one_register_alone_is_not_shown_beside_its_total() -> None:
    profile = Profile(
        *(Mode.HISTORIC, frozenset(("BASE",)), frozenset(("import_wh", "import_1_wh"))),
        *(CONTRACTS["base"], 1),
    )
    assert "import_1_wh" not in {entity.key for entity in entities_of(profile)}
