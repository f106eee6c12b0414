"""Sensors of an ESPHome device that decodes on its chip, as frames of its meters."""

from __future__ import annotations

from typing import Any

import pytest
from aioesphomeapi import api_pb2 as pb

from telewatt.reading import Reading
from telewatt.sources import Access, LineState, SourceError, esphome_values, source_for
from telewatt.tic import Mode, Reason, Status
from tests.sources.espdevice import EspDevice, number, sensors, text
from tests.sources.test_line import Watched, running

pytestmark = pytest.mark.usefixtures("descriptors_stay")
LINKY, OTHER = "021861348497", "021861348498"


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is told only because we called: these devices tell nothing when they are called."""
    monkeypatch.setattr(esphome_values, "AGE_KNOWN_S", 0.0)


@pytest.fixture(scope="module", autouse=True)
def library_loaded() -> None:
    import aioesphomeapi.client  # noqa: F401


def said(reading: Reading) -> dict[str, str]:
    return {d.label: d.horodate or d.data for d in reading.frame.datasets}


def url(device: EspDevice, prefix: str = "") -> str:
    return f"esphome+values://127.0.0.1:{device.port}/{prefix}"


async def test_two_meters_of_one_device_are_told_apart_by_their_prefix() -> None:
    names = ("House ADSC", "House EAST", "solar adco", "solar base", ("Solar PAPP", "VA", 0))
    async with (
        EspDevice(entities=sensors(*names)) as device,
        running(url(device, "house")) as house,
        running(url(device, "Solar")) as solar,
    ):
        await device.until(lambda: len(device.listeners) == 2)
        states = [text(1, LINKY), text(2, "17000123"), text(3, OTHER), text(4, "1234567")]
        await device.tell(*states, number(5, 750.0))
        await house.until(lambda: house.readings)
        await solar.until(lambda: solar.readings)
    assert said(house.readings[0]) == {"ADSC": LINKY, "EAST": "017000123"}
    assert said(solar.readings[0]) == {"ADCO": OTHER, "BASE": "001234567", "PAPP": "00750"}
    assert (house.readings[0].meter, solar.readings[0].meter) == (LINKY, OTHER)
    assert house.readings[0].frame.mode is Mode.STANDARD
    assert solar.readings[0].frame.mode is Mode.HISTORIC
    assert {r.frame.status for r in (*house.readings, *solar.readings)} == {Status.RELAYED}


async def frame_of(told: list[Any], *names: str | tuple[str, str, int]) -> Reading:
    async with (
        EspDevice(entities=sensors("ADSC", *names)) as device,
        running(url(device), access=Access(mode=Mode.STANDARD), meter=LINKY) as watched,
    ):
        await device.tell(text(1, LINKY), *told)
        await watched.until(lambda: watched.readings)
    return watched.readings[0]


async def test_what_people_call_a_label_is_understood_in_both_languages() -> None:
    told = [text(2, "12"), text(3, "34"), text(4, "5")]
    names = ("Energie active soutirée totale", "Index HC", "RMS current, phase 1")
    reading = await frame_of(told, *names)
    assert said(reading) == {
        "ADSC": LINKY,
        "EAST": "000000012",
        "EASF01": "000000034",
        "IRMS1": "005",
    }


async def test_a_number_too_large_for_a_float_is_left_out_and_a_rounded_one_too() -> None:
    told = [number(2, 16777216.0), number(3, 16777215.0), number(4, 9000.5), number(5, 1234.567)]
    told += [number(6, 1234.5), number(7, float("nan")), text(8, "unavailable")]
    kwh = [("EASF02", "kWh", 3), ("EASF03", "kWh", 3), ("EASF04", "kWh", 1)]
    names = [("EAST", "Wh", 0), ("EASF01", "Wh", 0), *kwh, ("SINSTS", "VA", 0), "STGE"]
    reading = await frame_of(told, *names)
    assert said(reading) == {"ADSC": LINKY, "EASF01": "016777215", "EASF03": "001234567"}
    assert reading.frame.rejected == ()


async def test_what_a_label_does_not_allow_is_rejected_and_a_missing_state_is_none() -> None:
    missing = pb.SensorStateResponse(key=4, state=0.0, missing_state=True)
    told = [number(2, 3.5), text(3, "E251130120000"), missing]
    reading = await frame_of(told, ("IRMS1", "A", 0), "DATE", ("SINSTS", "VA", 0))
    assert said(reading) == {"ADSC": LINKY, "DATE": "E251130120000"}
    assert [each.reason for each in reading.frame.rejected] == [Reason.FORMAT]


async def test_what_is_told_at_a_call_counts_from_the_next_news_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(esphome_values, "AGE_KNOWN_S", 1e9)
    async with (
        EspDevice(entities=sensors("ADSC", "NGTF", ("SINSTS", "VA", 0))) as device,
        running(url(device)) as watched,
    ):
        await device.tell(text(1, LINKY), text(2, "TEMPO"), number(3, 100.0))
        await device.tell(number(3, 200.0))
        await watched.until(lambda: watched.readings)
        await device.tell(number(3, 300.0))
        await watched.until(lambda: len(watched.readings) == 2)
    first, second = map(said, watched.readings)
    assert first == {"ADSC": LINKY, "NGTF": "TEMPO           ", "SINSTS": "00200"}
    assert second == {**first, "SINSTS": "00300"}  # what is not told again is as it was


async def test_a_sensor_that_knows_nothing_any_more_says_nothing() -> None:
    names = ("ADSC", ("SINSTS", "VA", 0), ("IRMS1", "A", 0))
    async with (
        EspDevice(entities=sensors(*names)) as device,
        running(url(device)) as watched,
    ):
        await device.tell(text(1, LINKY), number(2, 100.0), number(3, 1.0))
        await watched.until(lambda: watched.readings)
        missing = pb.SensorStateResponse(key=3, missing_state=True)
        await device.tell(missing, number(2, float("nan")), text(1, LINKY))
        await device.tell(number(2, 300.0))
        await watched.until(
            lambda: "SINSTS" in said(watched.readings[-1]) and len(watched.readings) > 1
        )
    assert said(watched.readings[-1]) == {"ADSC": LINKY, "SINSTS": "00300"}


async def test_a_label_told_twice_begins_another_frame() -> None:
    async with (
        EspDevice(entities=sensors("ADSC", "SINSTS")) as device,
        running(url(device)) as watched,
    ):
        await device.tell(text(1, LINKY), text(2, "1"), text(2, "2"), text(2, "3"))
        await watched.until(lambda: len(watched.readings) == 3)
    assert [said(r)["SINSTS"] for r in watched.readings] == ["00001", "00002", "00003"]


async def test_a_prefix_without_sensors_is_named_with_those_there_are() -> None:
    async with EspDevice(entities=sensors("House EAST", "Uptime")) as device:
        source = source_for(url(device, "garage"))
        with pytest.raises(SourceError, match="the device has: House EAST, Uptime") as error:
            await source.open(None)
        await source.close()
    assert error.value.status.state is LineState.UNUSABLE
    assert "l'appareil a : House EAST" in error.value.status.remedy.fr


async def test_a_device_that_goes_in_the_middle_of_its_words_is_missed_at_once() -> None:
    async with (
        EspDevice(entities=sensors("ADSC", "SINSTS")) as device,
        running(url(device)) as watched,
    ):
        await device.tell(text(1, LINKY), text(2, "5"))
        await watched.until_state(LineState.READING)
        await device.tell(text(2, "6"))
        await device.stop()
        await watched.until_state(LineState.UNREACHABLE, 30)


async def test_a_device_that_comes_back_is_read_again() -> None:
    watched: Watched
    async with (
        EspDevice(entities=sensors("ADSC", "SINSTS")) as device,
        running(url(device)) as watched,
    ):
        for n in range(3):
            await device.tell(text(1, LINKY), text(2, str(n)))
            await watched.until(lambda n=n: len(watched.readings) == n + 1)
            await device.stop()
            await watched.until_state(LineState.UNREACHABLE)
            await device.start()
    assert [said(r)["SINSTS"] for r in watched.readings] == ["00000", "00001", "00002"]
