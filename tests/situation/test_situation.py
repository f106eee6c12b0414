"""The present situation: one meaning for both modes and all contracts."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from telewatt.derivation import Judge
from telewatt.language import Text
from telewatt.quality import LineReport
from telewatt.situation import LineQuality, Present, Situation
from telewatt.tic import Mode
from tests.exchange.houses import readings
from tests.situation.meters import WINTER_NIGHT, judged, present

MODES = ["historic", "standard"]


def followed(settings: str, count: int, start: datetime = WINTER_NIGHT) -> list[Situation]:
    follower = Present()
    return [follower.take(each) for each in judged(settings, count, start)]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("contract", "keys"),
    [
        ("base", ["all_hours"]),
        ("hc", ["peak", "off_peak"]),
        ("tempo", ["tempo_blue_peak", "tempo_blue_off_peak"]),
    ],
)
def test_the_running_period_has_one_meaning_in_both_modes(
    mode: str, contract: str, keys: list[str]
) -> None:
    events = "events=%2B0s peak pm=0 day=2025-01-15"
    found = followed(f"mode={mode}&contract={contract}&every=10s&{events}", 30)
    periods = [each.period.key for each in found if each.period is not None]
    assert list(dict.fromkeys(periods)) == keys


def test_a_supplier_s_own_period_keeps_its_words() -> None:
    saturday = datetime(2025, 1, 18, 12, tzinfo=UTC)
    last = followed("contract=weekend&every=10s", 10, saturday)[-1]
    assert last.contract is not None and last.period is not None
    assert last.contract.option == "other"
    assert last.period.name.fr == "WEEK-END"


@pytest.mark.parametrize(
    ("mode", "sources"), [("historic", ("PTEC", "DEMAIN")), ("standard", ("STGE", "STGE"))]
)
def test_tempo_says_today_and_tomorrow_and_which_label_told_it(
    mode: str, sources: tuple[str, str]
) -> None:
    events = "%2B0s peak pm=1 day=2025-01-15; %2B0s peak pm=2 day=2025-01-16"
    last = followed(f"mode={mode}&contract=tempo&events={events}", 20)[-1]
    assert last.tempo_today == ("white", sources[0])
    assert last.tempo_tomorrow == ("red", sources[1])


def test_a_colour_that_nobody_knows_yet_is_not_said() -> None:
    noon = datetime(2025, 1, 15, 11, tzinfo=UTC)
    assert followed("mode=historic&contract=tempo", 20, noon)[-1].tempo_tomorrow == (None, "")


@pytest.mark.parametrize("mode", MODES)
def test_ejp_gives_notice_and_then_runs_in_both_modes(mode: str) -> None:
    start = datetime(2025, 1, 16, 5, 20, tzinfo=UTC)  # 06:20; notice 06:30, peak 07:00
    event = "events=%2B0s peak pm=1 day=2025-01-16"
    found = followed(f"mode={mode}&contract=ejp&every=20s&{event}", 140, start)
    told = [(each.ejp_notice, each.ejp_today) for each in found if each.ejp_today is not None]
    assert list(dict.fromkeys(told)) == [(False, False), (True, False), (False, True)]


def test_without_ejp_nothing_is_said_of_it() -> None:
    last = followed("contract=hc", 10)[-1]
    assert last.ejp_today is None
    assert last.ejp_notice is None


@pytest.mark.parametrize("phases", [1, 3])
@pytest.mark.parametrize("mode", MODES)
def test_over_power_has_one_meaning_begins_at_once_and_ends_once(mode: str, phases: int) -> None:
    event = "events=%2B60s overcurrent kva=30 for=60s"
    found = followed(f"mode={mode}&phases={phases}&kva=9&pcoup=18&life=0&heater=0&{event}", 150)
    told = [each.over_power for each in found if each.over_power is not None]
    changes = [told[0], *(b for a, b in pairwise(told) if a is not b)]
    assert changes == [False, True, False]
    assert {each.over_power_source for each in found if each.over_power} <= {
        *("ADPS", "ADIR1", "ADIR2", "ADIR3", "STGE", "IINST", "IINST2", "IINST3"),
    }


@pytest.mark.parametrize("phases", [1, 3])
@pytest.mark.parametrize("mode", MODES)
def test_the_margin_is_what_is_left_before_the_subscribed_power(mode: str, phases: int) -> None:
    found = present(f"mode={mode}&kva=9&phases={phases}", 20)
    assert found.situation is not None
    drawn = found.values["apparent_va"]
    assert drawn is not None
    assert found.situation.subscribed_va == 9000
    assert found.situation.margin_va == 9000 - drawn


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("contract", ["base", "hc", "ejp", "tempo"])
def test_every_entity_of_a_profile_has_a_value_to_show(mode: str, contract: str) -> None:
    found = present(f"mode={mode}&contract={contract}&phases=3&producer=yes", 60)
    shown = found.shown()
    entities = found.entities()
    assert len(entities) > 15
    missing = {entity.key for entity in entities} - shown.keys()
    assert missing <= {"link", "line_quality_pct"}
    for entity in entities:
        value = shown.get(entity.key)
        if entity.options and value is not None:
            assert value in entity.options
        if entity.component == "binary_sensor" and value is not None:
            assert isinstance(value, bool)


def test_a_profile_is_known_only_after_some_frames_and_then_stays_the_same_object() -> None:
    follower, profiles = Present(), []
    for each in judged("mode=standard&contract=hc", 60):
        follower.take(each)
        profiles.append(follower.profile)
    assert profiles[0] is None
    assert profiles[-1] is not None
    assert profiles[-1] is profiles[-20]


def test_a_meter_that_changes_its_mode_keeps_its_energy_entities() -> None:
    follower, keys = Present(), {}
    for each in judged("mode=historic&contract=hc&every=10s&events=%2B5m mode standard", 90):
        follower.take(each)
        if follower.profile is not None:
            keys[follower.profile.mode] = {entity.key for entity in follower.entities()}
    energy = {"import_wh", "import_1_wh", "import_2_wh"}
    assert energy <= keys[Mode.HISTORIC]
    assert energy <= keys[Mode.STANDARD]
    assert "voltage_1_v" in keys[Mode.STANDARD]


def test_registers_that_a_contract_does_not_use_are_not_shown() -> None:
    keys = {entity.key for entity in present("contract=hc").entities()}
    assert {"import_1_wh", "import_2_wh"} <= keys
    assert "import_3_wh" not in keys


def test_damaged_lines_never_show_what_the_meter_did_not_say() -> None:
    judge, follower = Judge(), Present()
    clean = {each.period.key for each in followed("contract=tempo&every=5s", 100) if each.period}
    noisy = readings("house", "sim:?seed=4&contract=tempo&every=5s&noise=flip:0.002", WINTER_NIGHT)
    for seq, reading in zip(range(1, 101), noisy, strict=False):
        situation = follower.take(judge.take(seq, reading))
        assert situation.period is None or situation.period.key in clean
        assert situation.subscribed_va in (None, 9000)


def test_line_quality_is_of_the_last_minutes() -> None:
    quality = LineQuality()

    def report(datasets: int, bad: int) -> LineReport:
        nothing = Text("", "")
        return LineReport(
            "house", None, "reading", True, nothing, 0, {}, datasets, 0, {"checksum": bad}, 1
        )

    assert quality.percent(report(0, 0), 0) is None
    assert quality.percent(report(90, 10), 10) == 90.0
    assert quality.percent(report(190, 10), 20) == 95.0
    for minute in range(1, 12):
        last = quality.percent(report(190 + 100 * minute, 10), 20 + 60 * minute)
    assert last == 100.0
