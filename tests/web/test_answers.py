"""What the API says, against a history that is known."""

import csv
import io
from datetime import datetime, timedelta

import pytest

from telewatt.rollup.calendar import PARIS
from telewatt.tic import Decoder
from telewatt.web.endpoints import ENDPOINTS, STREAM
from tests.web.conftest import days_ago


async def test_meters_say_who_they_are(old_house):
    await old_house.wait_for_both()
    found = await old_house.until(
        "meters",
        lambda found: all(
            meter["contract"] and meter["registers"] and meter["subscribed_va"]
            for meter in found["meters"]
        ),
    )
    house, solar = sorted(found["meters"], key=lambda meter: meter["who"])
    assert (house["who"], house["kind"], house["mode"]) == ("house", "site", "historic")
    assert house["contract"]["kind"] == "off_peak"
    assert [register["tone"] for register in house["registers"]] == ["off_peak", "peak"]
    assert house["subscribed_va"] == 6000
    assert solar["producer"]
    assert solar["identity"]["maker"].startswith("SAGEM")
    assert [register["tone"] for register in solar["registers"]][:2] == [
        "blue_off_peak",
        "blue_peak",
    ]


async def test_energies_of_parts_add_up_to_the_whole(old_house):
    start = days_ago(2)
    path = f"series?who=house&who=solar&quantity=import_wh&start={start}&end={days_ago(0.5)}"
    by_step = {
        step: await old_house.get(f"{path}&step={step}") for step in ("15", "hour", "day", "week")
    }
    for step in ("15", "hour"):
        for part in by_step[step]["series"]:
            assert sum(part["values"]) == part["total"]
            assert len(part["values"]) == len(by_step[step]["at"]) - 1
    first, last = by_step["hour"]["at"][0], by_step["hour"]["at"][-1]
    for part in by_step["hour"]["series"]:
        whole = await old_house.get(f"energy?who={part['who']}&start={first}&end={last}")
        energies = {one["quantity"]: one["value"] for one in whole["energy"]}
        assert energies["import_wh"] == part["total"]
        registers = [
            wh for name, wh in energies.items() if name.startswith("import_") and name[7].isdigit()
        ]
        assert sum(registers) == part["total"]


@pytest.mark.parametrize(("points", "step"), [(4000, "minute"), (200, "quarter"), (30, "minutes")])
async def test_the_step_is_chosen_by_the_number_of_points(old_house, points, step):
    path = f"series?who=house&quantity=apparent_va&start={days_ago(2)}&points={points}"
    answer = await old_house.get(path)
    assert answer["step"] == step or answer["minutes"]
    assert len(answer["at"]) - 2 <= points
    (series,) = answer["series"]
    known = [n for n, samples in enumerate(series["samples"]) if samples]
    assert known
    assert all(series["min"][n] <= series["mean"][n] <= series["max"][n] for n in known)


async def test_the_interval_that_goes_on_ends_now(old_house):
    await old_house.wait_for_both()
    answer = await old_house.get(
        f"series?who=house&quantity=import_wh&step=day&start={days_ago(1)}"
    )
    assert answer["at"][-1] > datetime.fromisoformat(answer["now"]).timestamp()
    midnight = datetime.fromtimestamp(answer["at"][-2]).astimezone(PARIS).isoformat()
    today = await old_house.get("energy", params={"who": "house", "start": midnight})
    assert abs(today["energy"][0]["value"] - answer["series"][0]["values"][-1]) <= 5


async def test_yesterday_is_compared_until_the_same_moment(old_house):
    answer = await old_house.get("compare?who=house&period=day")
    items = {item["name"]: item for item in answer["items"]}
    assert list(items) == ["current", "previous", "same_weekday", "last_year"]
    at = datetime.fromisoformat(answer["at"])
    before = datetime.fromisoformat(items["previous"]["end"])
    assert at.astimezone(PARIS).time() == before.astimezone(PARIS).time()
    assert timedelta(hours=22) < at - before < timedelta(hours=26)
    assert items["previous"]["whole_value"] >= items["previous"]["value"]
    assert items["current"]["whole_value"] is None
    assert items["last_year"]["value"] is None


async def test_two_ranges_of_choice_are_compared(old_house):
    start, end, other = days_ago(1), days_ago(0.75), days_ago(2)
    path = f"compare?who=house&start={start}&end={end}&other={other}"
    current, before = (await old_house.get(path))["items"]
    assert (current["name"], before["name"]) == ("current", "other")
    whole = await old_house.get(f"energy?who=house&start={start}&end={end}&quantity=import_wh")
    assert current["value"] == whole["energy"][0]["value"]
    assert (await old_house.get(f"compare?who=house&start={start}", 400))["error"]


async def test_a_table_has_one_row_an_interval(old_house):
    what = "quantity=import_wh&quantity=apparent_va"
    path = f"series.csv?who=house&{what}&step=hour&start={days_ago(1)}"
    for more, separator in (("", ","), ("&language=fr&separator=%3B", ";")):
        async with old_house.client.get(f"{old_house.url}api/v1/{path}{more}") as answer:
            assert answer.headers["Content-Disposition"].startswith("attachment")
            text = (await answer.read()).decode("utf-8-sig")
        heading, *rows = csv.reader(io.StringIO(text), delimiter=separator)
        assert len(heading) == 6
        assert len(rows) in (24, 25)
        assert {len(row) for row in rows} == {6}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("series?who=nobody&quantity=import_wh", 404),
        ("energy?who=nobody&start=2026-01-01", 404),
        ("compare?who=nobody", 404),
        ("frame?who=nobody", 404),
        ("raw?who=nobody", 404),
        ("capture?who=nobody", 404),
        ("events?who=nobody", 200),
        ("recent?who=nobody", 200),
        ("series?who=house", 400),
        ("series?who=house&quantity=nothing", 400),
        ("series?who=house&quantity=import_wh&step=fortnight", 400),
        ("series?who=house&quantity=import_wh&start=2020-01-01&step=minute", 400),
        ("series?who=house&quantity=import_wh&start=2026-13-01", 400),
        ("series?who=house&quantity=import_wh&start=2090-01-01", 400),
        ("series?who=house&quantity=import_wh&whom=x", 400),
        ("energy?who=house&who=solar&start=2026-01-01", 400),
        ("energy?who=house&start=2026-01-02&end=2026-01-01", 400),
        ("frame?who=" + "x" * 65, 400),
        ("frame?who=%00", 400),
        ("frame?" + "x" * 5000, 413),
        ("nothing", 404),
        ("latest/", 404),
    ],
)
async def test_a_question_without_an_answer_says_why(old_house, path, status):
    answer = await old_house.get(path, status)
    if status != 200:
        assert answer["error"]["text"]["fr"]


async def test_another_method_is_told_which_one_is_right(page):
    for method, path, allowed in (("PUT", "latest", "GET, HEAD"), ("GET", "login", "POST")):
        async with page.client.request(method, f"{page.url}api/v1/{path}") as answer:
            assert answer.status == 405
            assert answer.headers["Allow"] == allowed


async def test_the_head_of_a_stream_ends(page):
    async with page.client.head(f"{page.url}api/v1/stream") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")


async def test_what_has_not_changed_is_not_sent_again(old_house):
    url = f"{old_house.url}api/v1/openapi.json"
    async with old_house.client.get(url) as answer:
        tag = answer.headers["ETag"]
        assert answer.headers["Content-Encoding"] == "gzip"
        body = await answer.json()
    async with old_house.client.get(url, headers={"If-None-Match": f'"x", {tag}'}) as again:
        assert again.status == 304
        assert await again.read() == b""
    async with old_house.client.get(url, headers={"Accept-Encoding": "identity"}) as plain:
        assert "Content-Encoding" not in plain.headers
        assert await plain.json() == body
    async with old_house.client.head(url) as head:
        assert int(head.headers["Content-Length"]) > 1000


async def test_the_description_has_all_that_can_be_asked_for(page):
    described = (await page.get("openapi.json"))["paths"]
    assert set(described) == {f"/{endpoint.path}" for endpoint in (*ENDPOINTS, STREAM)}
    (answer,) = described["/stream"]["get"]["responses"]["200"]["content"]
    assert answer == "text/event-stream"


async def test_the_last_frame_is_told_in_words(page):
    await page.wait_for_both()
    frame = await page.get("frame?who=solar")
    datasets = {dataset["label"]: dataset for dataset in frame["datasets"]}
    bits = {field["bits"]: field for field in datasets["STGE"]["fields"]}
    assert bits["17"]["value"] == {"en": "standard", "fr": "standard"}
    assert bits["24-25"]["name"]["fr"] == "Couleur Tempo du jour"
    assert len(bits) == 18
    assert datasets["ADSC"]["fields"][0]["value"]["en"].startswith("SAGEM")
    assert len(datasets["RELAIS"]["fields"]) == 8
    assert (await page.get("frame?who=house"))["mode"] == "historic"


async def test_the_bytes_of_a_line_can_be_seen(page):
    await page.wait_for_both()
    raw = await page.get("raw?who=house&frames=1")
    (frame,) = raw["frames"]
    decoder = Decoder()
    decoded = decoder.feed(bytes.fromhex(frame["bytes"])) + decoder.close()
    assert decoded[-1].meter
    assert frame["shown"].startswith("␂␊ADCO 02")


async def test_a_capture_does_not_tell_who_lives_here(page):
    await page.wait_for_both()
    meter = (await page.get("raw?who=solar"))["frames"][0]
    address = (await page.get("frame?who=solar"))["meter"]
    async with page.client.get(f"{page.url}api/v1/capture?who=solar&minutes=5") as answer:
        assert answer.status == 200
        assert "solar-" in answer.headers["Content-Disposition"]
        capture = await answer.read()
    decoder = Decoder()
    frames = decoder.feed(capture) + decoder.close()
    assert frames[0].meter
    assert frames[0].meter != address
    plain = bytes(byte & 0x7F for byte in capture)
    assert address.encode() not in plain
    assert address[6:].encode() not in plain
    assert bytes.fromhex(meter["bytes"])[:2] == capture[:2]


async def test_the_lines_get_a_verdict(page):
    await page.wait_for_both()
    found = await page.until(
        "quality", lambda found: all(one["now"]["frames"] for one in found["lines"])
    )
    assert [line["verdict"]["grade"] for line in found["lines"]] == ["good", "good"]
    assert {one["who"] for one in found["series"]} == {"house", "solar"}
    assert found["reason_texts"]["checksum"]["fr"]


async def test_health_knows_lines_journal_and_disk(page):
    await page.wait_for_both()
    health = await page.get("health")
    assert health["ok"]
    assert [line["name"] for line in health["lines"]] == ["house", "solar"]
    assert health["journal"]["last_seq"] >= 2
    assert health["memory_bytes"] > 10_000_000
    assert health["journal"]["disk_free_bytes"] > 0


async def test_the_last_minutes_make_a_curve(page):
    await page.until("recent?who=house", lambda found: len(found["at"]) >= 3)
    recent = await page.get("recent?who=solar&seconds=900")
    assert len(recent["at"]) == len(recent["apparent_va"]) == len(recent["active_w"])
    assert recent["at"] == sorted(recent["at"])


async def test_a_virtual_meter_is_one_of_the_meters(past_house, tmp_path):
    from telewatt.config import build
    from tests.web.conftest import METERS, serving

    for file in past_house.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    meters = {name: {"source": f"sim:?{settings}"} for name, settings in METERS.items()}
    virtual = {"rest": {"formula": "house - solar"}}
    config = build({"meters": meters, "virtual": virtual, "web": {"port": 0}})
    async with serving(tmp_path, config) as page:
        found = await page.get("meters")
        (rest,) = [meter for meter in found["meters"] if meter["kind"] == "virtual"]
        assert rest["formula"] == "house - solar"
        span = f"start={days_ago(2)}&end={days_ago(1)}"
        energies = {
            who: (await page.get(f"energy?who={who}&{span}"))["energy"]
            for who in ("house", "solar", "rest")
        }
        wh = {who: found[0]["value"] for who, found in energies.items()}
        assert wh["rest"] == wh["house"] - wh["solar"]
