"""What other programs tell of a meter: what is believed, what is left out, what is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.derivation import Derivation
from telewatt.reading import Reading
from telewatt.shapes.values import utc_text
from telewatt.simulator import parse_settings, simulate
from telewatt.sinks.mqtt.payload import value_of
from telewatt.sources.relay.documents import Documents
from telewatt.sources.relay.names import labels_of, meanings_of, mode_of_names, plain
from telewatt.sources.relay.relay import ALONE_AGAIN, MixedError, Relay
from telewatt.sources.relay.told import Message, horodate_of, text_of, wh_of_kwh
from telewatt.tic import Decoder, Frame, Mode
from telewatt.tic.labels import TABLE
from telewatt.tic.relayed import RelayedDecoder, Value, read_frame

TOO_ALIKE = {label for label in TABLE[Mode.HISTORIC] if label.startswith(("ER+", "ER-"))}
LINKY, OTHER = "021861348497", "021861348498"
HISTORIC, STANDARD = Mode.HISTORIC, Mode.STANDARD


def frame_of(document: dict[str, Any], mode: Mode | None = None) -> Frame | None:
    message = Documents().read(document, mode)
    raw = message and Relay(mode, None).frame(message)
    return read_frame(raw, 0) if raw else None


def said(document: dict[str, Any], mode: Mode | None = None) -> dict[str, str]:
    frame = frame_of(document, mode)
    assert frame is not None
    assert frame.rejected == ()
    return {d.label: f"{d.horodate or ''}{d.data}" for d in frame.datasets}


TELEINFO2MQTT_HISTORIC = {
    "ADCO": {"raw": LINKY, "value": 21861348497},
    "OPTARIF": {"raw": "HC..", "value": "HC"},
    "ISOUSC": {"raw": "45", "value": 45},
    "HCHC": {"raw": "009058688", "value": 9058688},
    "PTEC": {"raw": "HP..", "value": "HP"},
    "PAPP": {"raw": "04110", "value": 4110},
}
TELEINFO2MQTT_STANDARD = {
    "ADSC": {"raw": LINKY, "value": 21861348497},
    "NGTF": {"raw": "H PLEINE/CREUSE ", "value": "H PLEINE/CREUSE "},
    "EASF01": {"raw": "000012345", "value": 12345},
    "PREF": {"raw": "12000", "value": 12000},
    "STGE": {"raw": "003A4401", "value": "003A4401"},
    "SMAXSN": {
        "raw": "02740",
        "value": 2740,
        "timestamp": {"date": "2022-06-09T06:05:31.000Z", "dst": "summer"},
    },
    "DATE": {
        "raw": "",
        "value": "",
        "timestamp": {"date": "2022-01-09T06:05:31.000Z", "dst": "winter"},
    },
}


def test_tasmota_tells_its_raw_frames_as_numbers_without_their_zeros() -> None:
    tic = {"ADCO": LINKY, "OPTARIF": "BASE", "ISOUSC": 45, "BASE": 12345678, "PTEC": "TH.."}
    assert said({"TIC": {**tic, "IINST": 3, "PAPP": 750, "HHPHC": "A"}}) == {
        **{"ADCO": LINKY, "OPTARIF": "BASE", "ISOUSC": "45", "BASE": "012345678", "PTEC": "TH.."},
        **{"IINST": "003", "PAPP": "00750", "HHPHC": "A"},
    }


def test_tasmota_in_standard_mode_trims_texts_and_forgets_horodates() -> None:
    tic = {"ADSC": LINKY, "NGTF": "H PLEINE/CREUSE", "EAST": 17000123, "SMAXSN": 2740}
    assert said({"Time": "2026-01-15T12:00:00", "TIC": {**tic, "RELAIS": 0}}) == {
        **{"ADSC": LINKY, "NGTF": "H PLEINE/CREUSE ", "EAST": "017000123", "RELAIS": "000"},
    }


def test_an_alarm_of_tasmota_tells_a_phase_no_current() -> None:
    assert Documents().read({"TIC": {"ADIR2": 2}}, HISTORIC) is None


def test_sensor_of_tasmota_is_told_without_what_it_computes() -> None:
    meter = {"PH": 1, "PSUB": 9000, "P": 750, "W": 700, "C": 0.93, "I1": 3, "U1": 230, "P1": 750}
    contract = {"serial": LINKY, "name": "TEMPO", "CONSO": "17000123", "PROD": 0}
    assert said({"METER": meter, "CONTRACT": contract}) == {
        **{"ADSC": LINKY, "EAST": "017000123", "EAIT": "000000000"},
        **{"SINSTS": "00750", "IRMS1": "003"},
    }
    three = {"PH": 3, "P": 900, **{f"{x}{n}": n for x in "IP" for n in (1, 2, 3)}}
    told = said({"METER": three})
    assert (told["SINSTS3"], told["IRMS2"], told["SINSTS"]) == ("00003", "002", "00900")


def test_teleinfo2mqtt_tells_characters_and_local_times() -> None:
    assert said(TELEINFO2MQTT_HISTORIC)["HCHC"] == "009058688"
    assert said(TELEINFO2MQTT_HISTORIC)["PTEC"] == "HP.."
    told = said(TELEINFO2MQTT_STANDARD)
    assert told["SMAXSN"] == "E22060906053102740"
    assert told["DATE"] == "H220109060531"
    assert told["PREF"] == "12"  # it tells VA
    assert told["STGE"] == "003A4401"


def test_linky_sensor_tells_times_without_their_season() -> None:
    told = said(
        {
            "ADSC": {"Value": LINKY},
            "DATE": {"Value": "", "Timestamp": "2025-07-08T19:51:50"},
            "LTARF": {"Value": "HEURE  CREUSE   "},
            "SMAXSN-1": {"Value": "01970", "Timestamp": "2025-01-08T19:51:50"},
            "UMOY1": {"Value": "229", "Timestamp": 0},
        }
    )
    assert told == {
        **{"ADSC": LINKY, "DATE": "E250708195150", "LTARF": "HEURE  CREUSE   "},
        "SMAXSN-1": "H25010819515001970",
    }


def test_telewatt_understands_itself() -> None:
    datasets = [
        {"label": "ADSC", "data": LINKY, "horodate": None},
        {"label": "DATE", "data": "", "horodate": "h251130120000"},
        {"label": "EAST", "data": "017000123"},
    ]
    told = said({"status": "complete", "datasets": datasets})
    assert told == {"ADSC": LINKY, "DATE": "h251130120000", "EAST": "017000123"}


@pytest.mark.parametrize("mode", [HISTORIC, STANDARD])
def test_telewatt_understands_what_it_publishes_by_mqtt(mode: Mode) -> None:
    settings = parse_settings(f"mode={mode}&contract=tempo&phases=3&producer=yes&seed=4")
    (sent,) = islice(simulate(settings, datetime(2026, 1, 15, 12, tzinfo=UTC)), 1)
    (frame,) = Decoder(mode).feed(sent.line)
    document = {
        "meter": frame.meter,
        "mode": str(mode),
        "labels": {d.label: value_of(d) for d in frame.datasets},
        "times": {d.label: utc_text(d.time) for d in frame.datasets if d.time},
    }
    told = said(json.loads(json.dumps(document)))
    truth = {d.label: f"{d.horodate or ''}{d.data}" for d in frame.datasets}
    assert {label: truth[label] for label in told} == told
    assert len(truth) - len(told) <= 3  # profiles are told decoded only
    assert frame_of({**document, "settled": []}) is None


def test_a_flat_document_needs_two_labels_and_may_have_other_keys() -> None:
    assert said({"ADCO": LINKY, "PAPP": "00750", "rssi": -60}) == {"ADCO": LINKY, "PAPP": "00750"}
    assert frame_of({"PAPP": 750, "rssi": -60}) is None
    assert frame_of({"temperature": 21.5, "humidity": 40}) is None


ZLINKY = {
    "meter_serial_number": LINKY,
    "site_id": "12345678901234",
    "current_tarif": "TEMPO",
    "current_price": "HP BLEU",
    "current_index_tarif": 2,
    "status_register": "003a4401",
    "available_power": 12,
    "apparent_power": 750,
    "rms_current": 3,
    "rms_voltage": 233,
    "rms_current_ph_b": 65535,
    "apparent_power_ph_b": 0,
    "injected_v_a": 65535,
    "active_power": 640,
    "relais": 255,
    "total_reactive_power": 12,
    "current_summ_delivered": 17000.123,
    "current_tier1_summ_delivered": 9000,
    "current_tier2_summ_delivered": 8000.123,
    "active_energy_out_d01": 17000.123,
    "message1": "PAS DE          MESSAGE",
    "message2": "",
    "linkquality": 120,
}


def test_zlinky_in_standard_mode() -> None:
    assert said(ZLINKY) == {
        **{"ADSC": LINKY, "PRM": "12345678901234", "NGTF": "TEMPO           "},
        **{"LTARF": "HP BLEU         ", "NTARF": "02", "STGE": "003A4401", "PREF": "12"},
        **{"SINSTS": "00750", "IRMS1": "003", "URMS1": "233", "RELAIS": "255"},
        **{"EAST": "017000123", "EASF01": "009000000", "EASF02": "008000123"},
        **{"EASD01": "017000123", "MSG1": "PAS DE          MESSAGE".ljust(32)},
    }


def test_a_rounded_index_is_no_index_until_one_shows_its_watt_hours() -> None:
    documents = Documents()
    rounded = {**ZLINKY, "current_summ_delivered": 17000, "current_tier2_summ_delivered": 8000}
    rounded["active_energy_out_d01"] = 17000
    first = documents.read(rounded, None)
    assert first is not None
    assert not {"EAST", "EASF01"} & {value.label for value in first.values}
    documents.read(ZLINKY, None)
    again = documents.read(rounded, None)
    assert again is not None
    assert Value("EAST", "17000000") in again.values


@pytest.mark.parametrize(
    ("option", "label", "sum_label"),
    [
        ("BASE", None, "BASE"),
        ("HC..", "HCHC", None),
        ("EJP.", "EJPHN", None),
        ("BBR(", "BBRHCJB", None),
    ],
)
def test_the_registers_of_zlinky_follow_the_tariff_in_historic_mode(
    option: str, label: str | None, sum_label: str | None
) -> None:
    told = said(
        {
            "meter_serial_number": LINKY,
            "current_tarif": option,
            "active_register_tier_delivered": "HP..",
            "apparent_power": 750,
            "rms_current": 3,
            "rms_current_max": 90,
            "current_summ_delivered": 12000.123,
            "current_tier1_summ_delivered": 5000.001,
        }
    )
    assert (told["ADCO"], told["PAPP"], told["IINST"], told["IMAX"]) == (
        LINKY,
        "00750",
        "003",
        "090",
    )
    assert told.get(label or "") == (label and "005000001")
    assert told.get("BASE") == (sum_label and "012000123")


def test_three_phases_of_zlinky() -> None:
    three = {"total_apparent_power": 2000, "apparent_power_ph_b": 600, "apparent_power_ph_c": 700}
    told = said({**ZLINKY, **three, "rms_current_ph_b": 4, "rms_voltage_ph_b": 231})
    assert (told["SINSTS"], told["SINSTS1"], told["SINSTS3"]) == ("02000", "00750", "00700")
    assert (told["IRMS2"], told["URMS2"]) == ("004", "231")


KEYS = ("TIC", "METER", "CONTRACT", "datasets", "raw", "Value", "timestamp", "label", "data")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
        lambda each: (
            st.lists(each, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [*sorted(TABLE[STANDARD]), *sorted(TABLE[HISTORIC]), *ZLINKY, *KEYS]
                ),
                each,
                max_size=6,
            )
        ),
        max_leaves=20,
    ),
    st.sampled_from([None, HISTORIC, STANDARD]),
)
def test_no_document_is_an_error(document: object, mode: Mode | None) -> None:
    if isinstance(document, dict):
        message = Documents().read(document, mode)
        if message is not None and (raw := Relay(mode, None).frame(message)):
            frame = read_frame(raw, 0)
            assert frame.raw == raw


@pytest.mark.parametrize(
    "nothing", ["", " ", None, True, float("nan"), "Unavailable", "a\0b", [], {}]
)
def test_nothing_is_not_zero(nothing: object) -> None:
    assert text_of(nothing) is None


@pytest.mark.parametrize("told", ["kWh", -1.0, 1.2345, None, float("inf"), 1e308, "1e306", 1e6])
def test_what_are_no_kilowatt_hours_are_no_watt_hours(told: object) -> None:
    assert wh_of_kwh(told) is None


@pytest.mark.parametrize("told", ["", "yesterday", None, 0])
def test_what_is_no_time_is_no_horodate(told: object) -> None:
    assert horodate_of(told) is None


def canonical(mode: Mode, label: str) -> str:
    return TABLE[mode][label][0].label


def test_every_label_is_found_by_its_own_name_with_any_prefix_and_sign() -> None:
    for mode in (HISTORIC, STANDARD):
        for label in TABLE[mode]:
            if label in TOO_ALIKE:
                assert labels_of({0: meanings_of(label, "")}, mode) == {}
                continue
            found = {0: meanings_of(f"Maison n°2 {label.lower()}", "maison-n2")}
            assert labels_of(found, mode) == {0: canonical(mode, label)}
    assert meanings_of("uptime", "") == {}
    assert meanings_of("solar EAST", "house") == {}
    assert plain("Énergie – HC/HP") == "energie_hc_hp"


def test_the_mode_follows_from_the_names() -> None:
    names = ("ADSC", "Index HC", "EAST", "Uptime")
    assert mode_of_names(meanings_of(name, "") for name in names) is STANDARD
    assert mode_of_names(meanings_of(name, "") for name in ("Index HC", "PAPP")) is HISTORIC
    assert mode_of_names([]) is None


def message(meter: str, power: int = 1) -> Message:
    return Message(STANDARD, (Value("ADSC", meter), Value("SINSTS", str(power))))


def test_two_meters_in_turn_are_refused_until_one_is_alone_again() -> None:
    relay = Relay(None, None)
    assert relay.frame(message(LINKY))
    assert relay.frame(message(OTHER)) is None
    for _ in range(3):
        for meter in (LINKY, OTHER):
            with pytest.raises(MixedError, match=f"{LINKY} and {OTHER}"):
                relay.frame(message(meter))
    for _ in range(ALONE_AGAIN - 2):
        with pytest.raises(MixedError):
            relay.frame(message(OTHER))
    assert relay.frame(message(OTHER))


def test_a_message_that_does_not_name_its_meter_tells_what_has_changed() -> None:
    relay, documents = Relay(None, None), Documents()

    def tell(**tic: object) -> dict[str, str]:
        heard = documents.read({"TIC": tic}, relay.mode)
        assert heard is not None
        frame = read_frame(relay.frame(heard) or b"", 0)
        return {d.label: d.data for d in frame.datasets}

    whole = {"ADCO": LINKY, "PTEC": "TH..", "BASE": "012345678", "PAPP": "00750"}
    assert tell(ADCO=LINKY, PTEC="TH..", BASE=12345678, PAPP=750) == whole
    assert tell(PAPP=800, ADPS=40) == {**whole, "PAPP": "00800", "ADPS": "040"}
    assert tell(BASE=12345679) == {**whole, "PAPP": "00800", "BASE": "012345679"}
    relay.begin()
    assert tell(PAPP=900) == {"ADCO": LINKY, "PAPP": "00900"}


def test_values_that_are_told_when_they_change_become_energy_without_outages() -> None:
    relay, decoder, derivation = Relay(None, None), RelayedDecoder(), Derivation()
    at, totals, events = datetime(2026, 1, 15, 12, tzinfo=UTC), {}, []
    relay.mode = STANDARD
    relay.remember(Value("ADSC", LINKY))
    for n in range(600):
        relay.gather(Value("SINSTS", str(3600 + n % 7)))
        if n % 5 == 0:
            relay.gather(Value("EAST", str(17_000_000 + n)))
        (frame,) = decoder.feed(relay.flush() or b"")
        at += timedelta(seconds=1 if n < 500 else 300)
        judgement = derivation.take(Reading(LINKY, "esp", at, frame))
        totals = judgement.settled[-1].totals if judgement.settled else totals
        events += judgement.events
    assert totals["import_wh"] > 17_000_580
    assert events == []


def test_an_alarm_of_nothing_is_none() -> None:
    told = {"ADCO": LINKY, "PAPP": 750, "ADPS": 0, "PEJP": "00", "ADIR1": "047"}
    assert said(told) == {"ADCO": LINKY, "PAPP": "00750", "ADIR1": "047"}


def test_a_replaced_meter_is_believed_at_its_second_message() -> None:
    relay = Relay(None, None)
    assert relay.frame(message(LINKY))
    assert relay.frame(message(OTHER)) is None
    assert relay.frame(message(OTHER))


def test_with_an_identity_the_others_are_none_of_ours() -> None:
    relay = Relay(None, OTHER)
    assert relay.frame(message(LINKY)) is None
    assert relay.frame(message(OTHER))
    assert relay.frame(message(LINKY)) is None


def test_a_frame_names_its_meter_as_soon_as_one_has_said_it() -> None:
    relay = Relay(None, None)
    nameless = Message(STANDARD, (Value("SINSTS", "5"),))
    assert LINKY.encode() not in (relay.frame(nameless) or b"")
    relay.note(message(LINKY))
    assert LINKY.encode() in (relay.frame(nameless) or b"")
    relay.note(message(OTHER))
    assert LINKY.encode() in (relay.frame(nameless) or b"")


def test_an_address_that_was_taken_for_a_number_is_the_same_meter() -> None:
    relay = Relay(None, None)
    assert relay.frame(message(LINKY))
    assert relay.frame(message(LINKY.removeprefix("0")))
