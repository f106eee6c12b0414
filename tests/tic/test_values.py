import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.tic.values import (
    Address,
    DayProfile,
    Demain,
    Motdetat,
    Optarif,
    Ppot,
    Ptec,
    Relais,
    Slot,
    Stge,
    civil_date,
    day_profile,
    plain,
)

UNUSED = " NONUTILE"


def test_values_are_their_plain_type() -> None:
    assert Stge(7) == 7
    assert isinstance(Ppot(2), int)
    assert Ptec("HP..") == "HP.."
    assert {Address("031664001115"): 1}["031664001115"] == 1


def test_address_splits_into_its_parts() -> None:
    address = Address("031664001115")
    assert address.manufacturer_code == "03"
    assert address.manufacturer == "SCHLUMBERGER / ACTARIS / ITRON"
    assert address.year == 2016
    assert address.type_code == "64"
    assert address.type == "Compteur monophasé 60A LINKY - généralisation G3 - arrivée basse"
    assert address.serial == "001115"
    assert address.family == "linky"
    assert address.phase == "mono"
    assert address.is_linky


def test_address_before_2000_has_its_century() -> None:
    assert Address("138705016492").year == 1987


def test_a_cbe_meter_is_no_linky() -> None:
    assert not Address("020828337598").is_linky


def test_undefined_address_codes_are_values() -> None:
    address = Address("992099123456")
    assert address.manufacturer == "undefined(99)"
    assert Address("0320FF123456").type == "undefined(FF)"
    assert not Address("0320FF123456").is_linky


def test_stge_example_off_peak_three_a() -> None:
    stge = Stge("003A4401", 16)
    assert stge.dry_contact == "open"
    assert stge.breaker == "closed"
    assert stge.supplier_index == 2
    assert stge.distributor_index == 2
    assert stge.tic_output == "standard"
    assert stge.euridis_output == "on_secured"
    assert stge.plc == "new_locked"
    assert stge.operation == "consumer"
    assert not stge.clock_degraded


def test_stge_example_producer() -> None:
    stge = Stge("003AC301", 16)
    assert (stge.operation, stge.energy_sign) == ("producer", "negative")
    assert (stge.supplier_index, stge.distributor_index) == (1, 4)


def test_stge_example_tempo_blue_day() -> None:
    stge = Stge("013A4401", 16)
    assert (stge.tempo_today, stge.tempo_tomorrow) == ("blue", "none")
    assert (stge.peak_notice, stge.peak_running) == (None, None)


def test_stge_example_degraded_clock_and_open_cover() -> None:
    stge = Stge("000B0411", 16)
    assert stge.terminal_cover == "open"
    assert stge.supplier_index == 2
    assert stge.clock_degraded
    assert stge.euridis_output == "on_unsecured"


def test_stge_example_red_day_with_peak_two_running() -> None:
    stge = Stge("83000000", 16)
    assert stge.tempo_today == "red"
    assert stge.peak_running == 2


def test_stge_names_why_the_breaker_is_open() -> None:
    codes = [Stge(code << 1).breaker for code in range(8)]
    assert codes[1:5] == ["open_overpower", "open_overvoltage", "open_load_shedding", "open_order"]
    assert len(set(codes)) == 8


def test_stge_warns_of_overvoltage_and_overpower() -> None:
    assert Stge(1 << 6).overvoltage
    assert Stge(1 << 7).over_reference_power
    assert Stge(1 << 23).plc_synchronised


def test_stge_undefined_codes_are_values() -> None:
    assert Stge(7 << 1).breaker == "undefined(7)"
    assert Stge(15 << 10).supplier_index == "undefined(15)"
    assert Stge(2 << 19).euridis_output == "undefined(2)"
    assert Stge(3 << 21).plc == "undefined(3)"


def test_stge_index_counts_from_zero_and_ntarf_from_one() -> None:
    assert [Stge(code << 10).supplier_index for code in range(10)] == list(range(1, 11))


@given(st.integers(0, 2**32 - 1))
def test_every_stge_has_every_field(register: int) -> None:
    fields = Stge(register).fields()
    assert len(fields) == 18
    assert next(iter(fields)) == "dry_contact"


def test_relais_one_means_closed_and_stge_contact_one_means_open() -> None:
    assert Relais("001").closed == (1,)
    assert Stge(1).dry_contact == "open"


def test_relais_is_decimal() -> None:
    assert Relais("140").closed == (3, 4, 8)
    assert Relais("255").closed == tuple(range(1, 9))


@pytest.mark.parametrize(
    ("data", "absent"), [("00", ()), ("02", (1,)), ("0A", (1, 3)), ("0E", (1, 2, 3))]
)
def test_ppot_is_hexadecimal_and_one_means_absent(data: str, absent: tuple[int, ...]) -> None:
    assert Ppot(data, 16).absent_phases == absent


def test_motdetat_is_clear_when_zero() -> None:
    assert Motdetat("000000").is_clear
    assert not Motdetat("400010").is_clear


@pytest.mark.parametrize(
    ("data", "option", "water", "heating"),
    [
        ("BASE", "base", None, None),
        ("HC..", "off_peak", None, None),
        ("EJP.", "ejp", None, None),
        ("EJP ", "undefined(EJP )", None, None),
        ("BBR(", "tempo", 1, "0"),
        ("BBR/", "tempo", 1, "C"),
        ("BBR0", "tempo", 2, "0"),
        ("BBR8", "tempo", 3, "0"),
        ("BBR?", "tempo", 3, "C"),
        ("BBR>", "tempo", 3, "6"),
        ("BBR,", "tempo", 1, "4"),
        ("BBR@", "undefined(BBR@)", None, None),
    ],
)
def test_optarif_carries_the_tempo_programmes(
    data: str, option: str, water: int | None, heating: str | None
) -> None:
    optarif = Optarif(data)
    assert (optarif.option, optarif.water_programme, optarif.heating_programme) == (
        option,
        water,
        heating,
    )


@pytest.mark.parametrize(
    ("data", "period", "colour"),
    [
        ("TH..", "all_hours", None),
        ("HC..", "off_peak", None),
        ("HP..", "peak", None),
        ("HN..", "normal", None),
        ("PM..", "mobile_peak", None),
        ("HCJB", "off_peak", "blue"),
        ("HPJW", "peak", "white"),
        ("HPJR", "peak", "red"),
        ("HNJR", "undefined(HNJR)", None),
        ("HPJX", "undefined(HPJX)", None),
        ("XX..", "undefined(XX..)", None),
    ],
)
def test_ptec_says_period_and_colour(data: str, period: str, colour: str | None) -> None:
    assert (Ptec(data).period, Ptec(data).colour) == (period, colour)


def test_demain_is_unknown_in_both_spellings() -> None:
    assert Demain("----").colour is None
    assert Demain("____").colour is None
    assert [Demain(data).colour for data in ("BLEU", "BLAN", "ROUG")] == ["blue", "white", "red"]


def test_day_profile_of_a_peak_day() -> None:
    profile = day_profile("00004003 06004004 22004003" + 8 * UNUSED)
    assert isinstance(profile, DayProfile)
    assert [(slot.start, slot.index, slot.contact) for slot in profile] == [
        ("00:00", 3, "tempo"),
        ("06:00", 4, "tempo"),
        ("22:00", 3, "tempo"),
    ]


def test_day_profile_of_peak_and_off_peak_hours() -> None:
    data = "00008002 0130C001 07008002 1200C001 14308002" + 6 * UNUSED
    assert [(slot.start, slot.index, slot.contact) for slot in day_profile(data)] == [
        ("00:00", 2, "open"),
        ("01:30", 1, "close"),
        ("07:00", 2, "open"),
        ("12:00", 1, "close"),
        ("14:30", 2, "open"),
    ]


def test_day_profile_hours_may_be_hexadecimal_and_are_then_doubtful() -> None:
    profile = day_profile("0000C001 0A008002 1000C001" + 8 * UNUSED)
    assert [slot.start for slot in profile] == ["00:00", "10:00", "16:00"]
    assert all(slot.doubtful for slot in profile)
    assert profile[1].raw == "0A008002"


def test_day_profile_index_outside_one_to_ten_changes_nothing() -> None:
    profile = day_profile("00000000 0100000B 0200000F 0300000A" + 7 * UNUSED)
    assert [slot.index for slot in profile] == [None, None, None, 10]


def test_day_profile_virtual_contacts_are_bits_four_to_ten() -> None:
    (slot,) = day_profile("00000411" + 10 * UNUSED)
    assert slot.virtual_contacts == (1, 7)
    assert slot.contact == "none"


def test_day_profile_may_be_unused() -> None:
    assert day_profile((11 * UNUSED)[1:]) == ()


def test_civil_dates_are_local_time_of_france() -> None:
    assert civil_date("25/05/16 16:19:37") == datetime(2016, 5, 25, 14, 19, 37, tzinfo=UTC)
    assert civil_date("25/12/16 16/19/37") == datetime(2016, 12, 25, 15, 19, 37, tzinfo=UTC)


def test_civil_date_of_zeros_is_no_time() -> None:
    assert civil_date("00/00/00 00:00:00") is None


def test_plain_values_of_registers_keep_the_characters_sent() -> None:
    stge = plain(Stge("003A4401", 16))
    assert stge["raw"] == "003A4401"
    assert stge["tic_output"] == "standard"
    assert plain(Relais("140")) == {"raw": 140, "closed": [3, 4, 8]}
    assert plain(Ppot("0A", 16)) == {"raw": "0A", "absent_phases": [1, 3]}


def test_plain_times_end_in_z() -> None:
    assert plain(datetime(2025, 10, 26, 0, 30, tzinfo=UTC)) == "2025-10-26T00:30:00Z"


def test_plain_day_profile_is_a_list_of_objects() -> None:
    assert plain(day_profile("00004003" + 10 * UNUSED)) == [
        {
            "start": "00:00",
            "index": 3,
            "contact": "tempo",
            "virtual_contacts": [],
            "raw": "00004003",
            "doubtful": False,
        }
    ]


@pytest.mark.parametrize(
    "value",
    [
        Address("031664001115"),
        Motdetat("000000"),
        Optarif("BBR("),
        Ptec("HP.."),
        Demain("----"),
        12,
        0.25,
        "PAS DE MESSAGE",
        None,
    ],
)
def test_plain_texts_and_numbers_are_themselves(value: object) -> None:
    assert plain(value) == value
    assert type(plain(value)) in (str, int, float, type(None))


def test_plain_values_survive_json() -> None:
    slot = Slot("06:00", 4, "tempo", (1, 2), "06004064", False)
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    for value in (Stge(0), slot, DayProfile((slot,)), (moment, "HPH"), ("12", "PM", "")):
        assert json.loads(json.dumps(plain(value))) == plain(value)


def test_motdetat_tells_what_the_manuals_say() -> None:
    status = Motdetat("E52A0B")
    assert status.implausible_indexes == (1, 3, 6)
    assert status.has_fraud_index
    assert status.has_over_voltage
    assert (status.resets_with_loss, status.watchdog_resets) == (2, 10)
    assert status.has_memory_error
    assert status.lost_phases == (1, 3)
    assert Motdetat("000000").is_clear
    assert Motdetat("000000").lost_phases == ()
