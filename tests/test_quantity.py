"""Labels and quantities say the same."""

from telewatt.quantity import KNOWN, QUANTITIES, QuantityKind
from telewatt.rollup.series import COUNTS
from telewatt.tic.labels import LABELS

MEASURING = [label for label in LABELS if label.quantity]


def test_a_label_measures_a_quantity_of_the_table_in_its_unit():
    for label in MEASURING:
        assert QUANTITIES[label.quantity].unit.lower() == label.unit.lower(), label.label


def test_what_a_meter_sends_is_never_called_an_estimate():
    sent = {label.quantity for label in MEASURING}
    kinds = {name: quantity.kind for name, quantity in QUANTITIES.items()}
    assert {name for name in kinds if kinds[name] is not QuantityKind.ESTIMATE} == sent


def test_a_name_ends_with_its_unit():
    assert all(each.name.endswith(f"_{each.unit.lower()}") for each in QUANTITIES.values())


def test_apparent_power_is_never_in_watts():
    assert {each.unit for name, each in QUANTITIES.items() if "apparent" in name} == {"VA"}


def test_modes_share_quantities():
    of = {label.label: label.quantity for label in MEASURING}
    assert of["PAPP"] == of["SINSTS"] == "apparent_va"
    assert of["BASE"] == of["HCHC"] == of["BBRHCJB"] == of["EASF01"] == "import_1_wh"
    assert of["BBRHPJR"] == of["EASF06"] == "import_6_wh"
    assert of["EAST"] == "import_wh"


def test_what_a_line_counted_can_be_asked_for_beside_the_quantities():
    assert tuple(KNOWN) == (*QUANTITIES, *COUNTS)
