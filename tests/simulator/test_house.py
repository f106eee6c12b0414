"""The house is plausible: it lives at the right hours and heeds the contact and the power."""

import pytest

from telewatt.simulator.clock import instant, local_time
from telewatt.simulator.house import House, HouseSettings, Run, outside_celsius, sun_height

JANUARY, JULY = 1_736_895_600, 1_752_530_400  # midnight in Paris, 15 January and 15 July 2025
QUIET = {"base_w": 100, "life_w": 0, "heater_w": 0}


def watts(house: House, start_s: int, minutes: int, *, contact: bool, room: float) -> list[int]:
    return [
        sum(load.watts for load in house.step(start_s + 60 * n, 60, contact, room))
        for n in range(minutes)
    ]


def test_the_water_heater_waits_for_the_contact_and_ends_by_itself() -> None:
    house = House(HouseSettings(base_w=100, life_w=0), 1, 1, 9, JANUARY)
    assert max(watts(house, JANUARY, 60, contact=False, room=9000)) < 400
    night = watts(house, JANUARY + 3600, 300, contact=True, room=9000)
    assert night[0] > 2200
    assert max(night[-30:]) < 400
    assert 2800 <= sum(w - 150 for w in night if w > 1000) / 60 <= 3200


def test_the_car_leaves_room_for_the_rest() -> None:
    for seed in range(5):
        house = House(HouseSettings(heater_w=2200, ev_w=7000), seed, 1, 6, JANUARY)
        assert max(watts(house, JANUARY, 6 * 60, contact=True, room=6000)) <= 6000


@pytest.mark.parametrize("phases", [1, 3])
def test_the_sun_gives_more_in_summer_and_nothing_at_night(phases: int) -> None:
    def given(midnight: int) -> list[int]:
        house = House(HouseSettings(**QUIET, pv_w=3000), 1, phases, 9, midnight)
        return watts(house, midnight, 1440, contact=False, room=9000)

    winter, summer = given(JANUARY), given(JULY)
    assert sum(summer) < sum(winter)
    assert min(summer) < -1000
    assert min(summer[:180] + summer[-60:]) >= 0


def test_the_heat_pump_follows_the_cold() -> None:
    def energy_wh(midnight: int) -> float:
        house = House(HouseSettings(**QUIET, heat_pump_w=2500), 1, 1, 9, midnight)
        return sum(watts(house, midnight, 1440, contact=False, room=9000)) / 60

    assert energy_wh(JANUARY) > 4 * energy_wh(JULY)
    assert outside_celsius(JANUARY + 43_200) < 8 < 18 < outside_celsius(JULY + 43_200)


def test_the_sun_is_highest_at_noon_by_the_sun() -> None:
    heights = [sun_height(JULY + 60 * minute) for minute in range(1440)]
    assert 13 * 60 + 30 < heights.index(max(heights)) < 14 * 60 + 10  # 13:50 in summer time
    assert 0.88 < max(heights) < 0.94


def test_an_added_load_lasts_its_time_on_its_phase() -> None:
    house = House(HouseSettings(**QUIET), 1, 3, 9, JANUARY)
    house.add(Run(JANUARY + 60, JANUARY + 120, 5000, 1.0, 1))
    seen = [house.step(JANUARY + s, 30, False, 9000)[1].watts > 5000 for s in range(0, 180, 30)]
    assert seen == [False, False, True, True, False, False]


def test_the_same_seed_lives_the_same_life() -> None:
    lives = [
        watts(House(HouseSettings(), seed, 1, 9, JANUARY), JANUARY, 2880, contact=True, room=9000)
        for seed in (1, 1, 2)
    ]
    assert lives[0] == lives[1] != lives[2]


def test_people_cook_in_the_evening() -> None:
    by_hour = [0] * 24
    for seed in range(6):
        house = House(HouseSettings(base_w=0, heater_w=0), seed, 1, 9, JANUARY)
        for minute, load in enumerate(watts(house, JANUARY, 1440, contact=False, room=9000)):
            by_hour[local_time(JANUARY + 60 * minute).second // 3600] += load
    assert max(by_hour) == max(by_hour[18:22])
    assert instant(local_time(JANUARY).day, 0) == JANUARY
