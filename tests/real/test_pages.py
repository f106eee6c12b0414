"""The web page in a real Chromium, from a real service."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bench.household import Household, running
from telewatt.web.access import Access

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(240)]

PATIENCE_MS = 60_000
PAGES = ("now", "history", "line", "meters")
CHROMIUM = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
Opener = Callable[..., Page]


@pytest.fixture(scope="module")
def household(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    with running(tmp_path_factory.mktemp("household")) as household:
        yield household


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed: type scripts/setup-debian")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def open_page(household: Household, browser: Browser) -> Iterator[Opener]:
    """Opens pages; in the end none may have complained, or have asked another host."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    hosts: set[str] = set()
    calm = True

    def open_one(hash_: str = "#/now", *, quiet: bool = True, **settings: object) -> Page:
        nonlocal calm
        calm = calm and quiet
        chosen = {"viewport": DESKTOP, "locale": "en-GB", "color_scheme": "light", **settings}
        context = browser.new_context(**chosen)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda told: complaints.append(told.text) if told.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: hosts.add(urlsplit(asked.url).netloc))
        page.goto(household.url + hash_)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert hosts - {urlsplit(household.url).netloc, ""} == set()
    if calm:
        assert complaints == []


def until(page: Page, condition: str, argument: object = None) -> None:
    """Wait until this JavaScript is true."""
    page.wait_for_function(condition, arg=argument, timeout=PATIENCE_MS)


def seq_of(page: Page, who: str) -> int:
    card = page.locator(f"[data-who={who}][data-seq]")
    card.wait_for()
    return int(card.get_attribute("data-seq") or 0)


def until_live(page: Page) -> None:
    expect(page.locator("[data-connection=live]")).to_be_visible(timeout=PATIENCE_MS)


def test_what_the_meters_send_is_on_the_page_at_once_and_stays_live(open_page: Opener) -> None:
    page = open_page()
    for who in ("house", "solar"):
        first = seq_of(page, who)
        power = page.locator(f"[data-who={who}] [data-value=apparent_va]")
        expect(power).to_have_text(re.compile(r"^[\d\u00a0]+VA$"), timeout=PATIENCE_MS)
        until(
            page,
            "([who, seq]) => +document.querySelector(`[data-who=${who}]`).dataset.seq > seq",
            [who, first],
        )
    expect(page.locator("[data-who=solar] .day-tile")).to_have_count(2)
    expect(page.locator("[data-who=house] .today")).to_contain_text("Yesterday by this time")
    expect(page.locator("[data-who=house] .today")).to_contain_text("kWh", timeout=PATIENCE_MS)
    expect(page.get_by_role("region", name="All meters")).to_contain_text("VA")


def test_the_first_view_is_small(open_page: Opener, household: Household) -> None:
    page = open_page()
    seq_of(page, "house")
    told = page.context.new_cdp_session(page)
    told.send("Network.enable")
    told.send("Network.clearBrowserCache")
    sizes: list[float] = []
    told.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto("about:blank")
    page.goto(household.url)
    seq_of(page, "house")
    until(page, "() => document.fonts.status === 'loaded'")
    assert 20_000 < sum(sizes) <= 200_000


def test_a_page_is_live_again_after_the_service_was_away(
    open_page: Opener, household: Household
) -> None:
    page = open_page(quiet=False)
    until_live(page)
    before = seq_of(page, "house")
    household.stop()
    expect(page.locator("[data-connection=lost]")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("is not connected to telewatt")).to_be_visible()
    expect(page.locator("[data-who=house].stale")).to_be_visible(timeout=PATIENCE_MS)
    household.start()
    until_live(page)
    until(
        page,
        "seq => +document.querySelector('[data-who=house]').dataset.seq > seq",
        before,
    )
    expect(page.locator("[data-who=house].stale")).to_have_count(0, timeout=PATIENCE_MS)


def test_zoom_moves_at_once_and_stands_in_the_address(open_page: Opener) -> None:
    page = open_page("#/history?who=house&span=day")
    chart = page.locator(".chart .u-over").first
    chart.wait_for()
    day = page.locator("h1").inner_text()
    legend = page.locator(".panel .legend").first
    expect(legend).to_contain_text("kWh", timeout=PATIENCE_MS)
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, -300)
    expect(page.locator("h1")).not_to_have_text(day, timeout=PATIENCE_MS)
    until(page, "() => location.hash.includes('end=')")
    zoomed = page.locator("h1").inner_text()
    page.reload()
    expect(page.locator("h1")).to_have_text(zoomed, timeout=PATIENCE_MS)
    page.get_by_role("button", name="Week", exact=True).click()
    expect(page.locator("h1")).to_contain_text("Week of", timeout=PATIENCE_MS)
    page.go_back()
    expect(page.locator("h1")).to_have_text(zoomed, timeout=PATIENCE_MS)


def test_a_chart_is_moved_by_keys_and_by_dragging(open_page: Opener) -> None:
    page = open_page("#/history?who=solar&span=day&show=energy.power.voltage")
    chart = page.locator(".chart").first
    chart.wait_for()
    title = page.locator("h1")
    at = title.inner_text()
    chart.focus()
    page.keyboard.press("ArrowLeft")
    expect(title).not_to_have_text(at, timeout=PATIENCE_MS)
    at = title.inner_text()
    page.keyboard.press("+")
    expect(title).not_to_have_text(at, timeout=PATIENCE_MS)
    at = title.inner_text()
    box = page.locator(".chart .u-over").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 400, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 500, box["y"] + 60, steps=4)
    page.mouse.up()
    expect(title).not_to_have_text(at, timeout=PATIENCE_MS)


def test_two_periods_and_two_meters_are_compared(open_page: Opener) -> None:
    page = open_page("#/history?who=house&span=day")
    choice = page.get_by_label("Compare with")
    choice.wait_for()
    choice.select_option("previous")
    sums = page.locator(".sums .sum")
    expect(sums.nth(1)).to_contain_text("kWh", timeout=PATIENCE_MS)
    until(page, "() => location.hash.includes('with=')")
    choice.select_option(label="solar")
    expect(sums.nth(1)).to_contain_text("solar", timeout=PATIENCE_MS)
    until(page, "() => location.hash.includes('against=solar')")


def test_what_is_seen_is_saved_as_csv_and_as_a_picture(open_page: Opener) -> None:
    page = open_page("#/history?who=house&span=day")
    expect(page.locator(".panel .legend").first).to_contain_text("kWh", timeout=PATIENCE_MS)
    with page.expect_download(timeout=PATIENCE_MS) as saved:
        page.get_by_role("link", name="CSV").first.click()
    assert "Wh" in Path(saved.value.path()).read_text(encoding="utf-8-sig").splitlines()[0]
    with page.expect_download(timeout=PATIENCE_MS) as saved:
        page.get_by_role("button", name="Picture").click()
    assert Path(saved.value.path()).read_bytes().startswith(b"\x89PNG")


def test_the_line_is_told_in_words_dataset_by_dataset(open_page: Opener) -> None:
    page = open_page("#/line?line=solar")
    expect(page.locator(".quality-card .notice")).to_be_visible(timeout=PATIENCE_MS)
    stge = page.locator(".datasets tr", has_text="STGE")
    expect(stge).to_contain_text("Tempo colour today", timeout=PATIENCE_MS)
    page.get_by_text("The last frames as bytes").click()
    expect(page.locator("pre").first).to_contain_text("ADSC", timeout=PATIENCE_MS)
    with page.expect_download(timeout=PATIENCE_MS) as saved:
        page.get_by_role("link", name="Save a capture").click()
    assert Path(saved.value.path()).stat().st_size > 0


def test_the_page_speaks_the_language_of_the_browser_or_the_one_chosen(open_page: Opener) -> None:
    page = open_page(locale="fr-FR")
    expect(page.get_by_role("link", name="Historique")).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.lang") == "fr"
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="History")).to_be_visible(timeout=PATIENCE_MS)
    page.reload()
    expect(page.get_by_role("link", name="History")).to_be_visible(timeout=PATIENCE_MS)


def test_colours_follow_the_system_unless_chosen(open_page: Opener) -> None:
    page = open_page(color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    seq_of(page, "house")
    dark = page.evaluate(background)
    page.emulate_media(color_scheme="light")
    until(page, f"dark => {background} !== dark", dark)
    page.get_by_role("button", name=re.compile("^Colours")).click()  # light
    page.get_by_role("button", name=re.compile("^Colours")).click()  # dark
    until(page, f"dark => {background} === dark", dark)
    page.reload()
    until(page, f"dark => {background} === dark", dark)


def test_who_has_no_password_sees_nothing(open_page: Opener, household: Household) -> None:
    Access(household.access).set_password("correct horse")
    try:
        page = open_page(quiet=False)
        field = page.get_by_label("Password")
        field.wait_for()
        assert page.locator("[data-who]").count() == 0
        field.fill("wrong password")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).not_to_be_empty(timeout=PATIENCE_MS)
        field.fill("correct horse")
        page.keyboard.press("Enter")
        seq_of(page, "house")
        until_live(page)
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_label("Password")).to_be_visible(timeout=PATIENCE_MS)
    finally:
        household.access.unlink()


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_everything_without_scrolling_sideways(open_page: Opener, name: str) -> None:
    page = open_page(f"#/{name}", viewport=PHONE, is_mobile=True, has_touch=True)
    page.locator("main h1").first.wait_for(state="attached")
    expect(page.get_by_role("navigation").get_by_role("link")).to_have_count(4)
    expect(page.locator("main .card").first).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    tabs = page.get_by_role("navigation").bounding_box()
    assert tabs is not None
    assert tabs["y"] > PHONE["height"] / 2  # where the thumb is


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_a_serious_barrier(open_page: Opener, name: str, scheme: str) -> None:
    page = open_page(f"#/{name}", color_scheme=scheme)
    expect(page.locator("main .card").first).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_timeout(300)
    found = Axe().run(page).response["violations"]
    serious = [
        f"{each['id']}: {each['nodes'][0]['html']} {each['nodes'][0]['failureSummary']}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_everything_works_under_a_path_of_a_reverse_proxy(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path, 0, "/energy/meters/") as household:
        context = browser.new_context(viewport=DESKTOP, locale="en-GB")
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        page.goto(household.url)
        first = seq_of(page, "house")
        until(page, "seq => +document.querySelector('[data-who=house]').dataset.seq > seq", first)
        page.get_by_role("link", name="History").click()
        page.wait_for_selector(".chart [data-settled=true]")
        context.close()
    assert [path for path in asked if not path.startswith("/energy/meters/")] == []


def test_without_a_configuration_the_page_lists_the_ports(browser: Browser) -> None:
    command = [sys.executable, "-m", "telewatt", "--lang", "en", "web", "setup", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
        try:
            assert service.stderr is not None
            found = re.search(r"http://127\.0\.0\.1:\d+/", service.stderr.readline())
            assert found
            page = browser.new_page(locale="en-GB")
            page.goto(found[0])
            title = page.get_by_role("heading", name="Welcome to telewatt")
            expect(title).to_be_visible(timeout=PATIENCE_MS)
            expect(page.get_by_role("heading", name="Serial ports")).to_be_visible()
            page.context.close()
        finally:
            service.terminate()
