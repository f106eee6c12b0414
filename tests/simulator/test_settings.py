"""Settings in text form, and errors that name the key and the remedy."""

from datetime import UTC, datetime

import pytest

from telewatt.simulator import KEYS, MeterSettings, SettingsError, parse_settings
from telewatt.tic import Mode


def test_the_text_form_says_everything() -> None:
    s = parse_settings(
        "sim:?mode=historic&contract=hc&offpeak=0130-0700,1200-1430&phases=3&kva=12&seed=7&pv=3000"
        "&address=021861348497&index=1,2&noise=flip:0.001&parity=yes&every=1m&start=2025-01-15T18:00"
        "&speed=10&events=+10m overcurrent kva=9 for=5m phase=3;+1h mode standard"
    )
    assert (s.mode, s.phases, s.kva, s.seed, s.house.pv_w) == (Mode.HISTORIC, 3, 12, 7, 3000)
    assert s.contract.off_peak == ((90, 420), (720, 870))
    assert (s.meter_address, s.start_indexes_wh[:3]) == ("021861348497", [1, 2, 0])
    assert (s.noise[0].name, s.noise[0].rate, s.parity, s.every_s) == ("flip", 0.001, True, 60)
    assert (s.start, s.speed) == (datetime(2025, 1, 15, 17, tzinfo=UTC), 10)
    assert len(s.events) == 2


def test_percent_encoding_is_understood() -> None:
    assert len(parse_settings("events=%2B10m%20outage%20for=10s").events) == 1


def test_nothing_given_is_a_plain_linky() -> None:
    assert parse_settings("sim:") == parse_settings("") == MeterSettings()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("contrat=hc", ("contrat", "contract")),
        ("seed", ("seed", "key=value")),
        ("seed=x", ("seed", "whole number")),
        ("mode=linky", ("mode", "historic or standard")),
        ("meter=cbe", ("mode", "meter=linky")),
        ("meter=cbe&mode=historic&contract=weekend", ("contract", "base, hc, ejp and tempo")),
        ("meter=cbe&mode=historic&events=+1m mode standard", ("mode", "meter=linky")),
        ("phases=2", ("phases", "1 3")),
        ("kva=36", ("kva", "1 to 18")),
        ("kva=40", ("kva", "36")),
        ("contract=zen", ("contract", "tempo")),
        ("contract=free", ("contract", "calendar=")),
        ("contract=hc&calendar=mon-sun@0000:1", ("contract", "only contract free")),
        ("contract=tempo&offpeak=2300-0700", ("contract", "fixed")),
        ("contract=hc&offpeak=22h-6h", ("contract", "HHMM")),
        ("contract=free&calendar=mon-fri@0000:1", ("contract", "sat sun")),
        ("contract=free&calendar=mon-sun@0100:1", ("contract", "begin a day at 0000")),
        ("contract=free&calendar=mon-sun@0000:11", ("contract", "index 1 to 10")),
        ("address=12", ("address", "12 digits")),
        ("prm=1", ("prm", "14 digits")),
        ("noise=snow:1", ("noise", "flip")),
        ("noise=flip:2", ("noise", "from 0 to 1")),
        ("every=5", ("every", "duration")),
        ("step=2m", ("step", "60s")),
        ("start=tomorrow", ("start", "2025-01-15T18:00")),
        ("curve=20", ("curve", "30")),
        ("producer=maybe", ("producer", "yes or no")),
        ("speed=-1", ("speed", "0")),
        ("index=1,2,3,4,5,6,7,8,9,10,11", ("index", "at most 10")),
        ("pv=99000", ("pv", "36000")),
        ("events=+1m explode", ("events", "explode", "outage")),
        ("events=+1m overcurrent kva=9 for=1m phase=2", ("events", "no such phase")),
    ],
)
def test_an_error_names_the_key_and_the_remedy(text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as error:
        parse_settings(text)
    for word in words:
        assert word in str(error.value)
    assert " : " in error.value.text.fr


def test_a_drawn_address_has_the_type_of_the_meter() -> None:
    assert parse_settings("phases=3").meter_address[4:6] == "76"
    assert parse_settings("meter=cbe&mode=historic").meter_address[4:6] == "25"


def test_every_setting_of_a_meter_has_a_key() -> None:
    named = {name for name, _ in KEYS.values()}
    fields = set(MeterSettings.__dataclass_fields__) - {"house"}
    assert fields | set(MeterSettings().house.__dataclass_fields__) == named - {
        "off_peak",
        "calendar",
    }
