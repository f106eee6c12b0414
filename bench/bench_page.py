"""The web page in a real Chromium: how soon it is there, how fast charts follow, ETX to pixel.

A real ``telewatt run`` with two simulated meters and a year of history, and a real browser, on one
machine. A chart is timed from the click or the turn of the wheel to the frame on the screen that
shows its values as fine as this range deserves.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.figure import Figure
from bench.household import Household, running

NAMES = ("page.paint", "page.bytes", "page.year", "page.zoom", "page.latency")
OPENINGS, CLICKS, TURNS, READINGS = 7, 6, 24, 60
DAYS = 365
FLAGS = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"]
PATIENCE_MS = 60_000

_PAINTED = """() => new Promise((done) => {
  const look = () => {
    const power = document.querySelector('[data-value=apparent_va]');
    if (!power || !/\\d/.test(power.textContent)) return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => done(performance.now())));
  };
  look();
})"""
"""Milliseconds from the beginning of the navigation to the power of a meter on the screen."""

_ACTED = """async (act) => {
  const plot = () => document.querySelector('.chart [data-settled]');
  const before = plot()?.dataset.drawn;
  const begun = performance.now();
  if (act === 'wheel') {
    const over = document.querySelector('.chart .u-over');
    const { left, top, width, height } = over.getBoundingClientRect();
    const at = { clientX: left + width * 0.4, clientY: top + height / 2 };
    over.dispatchEvent(new WheelEvent('wheel', { ...at, deltaY: -100, cancelable: true }));
  } else {
    [...document.querySelectorAll('.choice button')].find((b) => b.textContent === act).click();
  }
  return new Promise((done) => {
    const look = () => {
      const drawn = plot();
      if (drawn?.dataset.settled !== 'true' || drawn.dataset.drawn === before) {
        return requestAnimationFrame(look);
      }
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
    };
    look();
  });
}"""
"""Milliseconds from an action to the frame that shows what it asked for."""

_SEEN = """(count) => new Promise((done) => {
  const late = [];
  const cards = [...document.querySelectorAll('[data-who]')];
  const watch = new MutationObserver((changes) => {
    for (const { target } of changes) {
      const received = Date.parse(target.dataset.at);
      requestAnimationFrame(() => setTimeout(() => {
        late.push(Date.now() - received);
        if (late.length === count) { watch.disconnect(); done(late); }
      }));
    }
  });
  for (const card of cards) watch.observe(card, { attributeFilter: ['data-at'] });
})"""
"""Milliseconds from the arrival of an ETX to the frame that shows its reading."""


def figures() -> Iterator[Figure]:
    """Measure; needs Chromium."""
    program = shutil.which("chromium")
    if program is None:
        raise SystemExit("chromium is not installed: type scripts/setup-debian")
    with (
        tempfile.TemporaryDirectory(prefix="telewatt-") as folder,
        running(Path(folder), DAYS) as household,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield from _openings(browser, household)
        yield from _charts(browser, household)
        yield _latency(browser, household)
        browser.close()


def _openings(browser: Browser, household: Household) -> Iterator[Figure]:
    """Each time with an empty cache."""
    paints, sizes = [], []
    for _ in range(OPENINGS):
        page = _page(browser)
        size: list[float] = []
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.on(
            "Network.loadingFinished", lambda e, size=size: size.append(e["encodedDataLength"])
        )
        page.goto(household.url, wait_until="commit")
        paints.append(float(page.evaluate(_PAINTED)))
        page.wait_for_function("() => document.fonts.status === 'loaded'")
        sizes.append(sum(size))
        page.context.close()
    paint, size_kb = statistics.median(paints), max(sizes) / 1000
    yield Figure("page.paint", paint, "ms", "<= 1000", ok=paint <= 1000)
    yield Figure("page.bytes", size_kb, "kB", "<= 200", ok=size_kb <= 200)


def _charts(browser: Browser, household: Household) -> Iterator[Figure]:
    years, zooms = [], []
    for _ in range(CLICKS):
        page = _page(browser)
        page.goto(f"{household.url}#/history?who=solar&span=day")
        page.wait_for_selector(".chart [data-settled=true]")
        years.append(float(page.evaluate(_ACTED, "Year")))
        zooms += [float(page.evaluate(_ACTED, "wheel")) for _ in range(TURNS)]
        page.context.close()
    year, zoom = max(years), _p95(zooms)
    yield Figure("page.year", year, "ms", "<= 300", ok=year <= 300)
    yield Figure("page.zoom", zoom, "ms", "<= 300", ok=zoom <= 300)


def _latency(browser: Browser, household: Household) -> Figure:
    page = _page(browser)
    page.goto(household.url)
    page.wait_for_selector("[data-at]")
    late = _p95(page.evaluate(_SEEN, READINGS))
    page.context.close()
    return Figure("page.latency", late, "ms", "<= 150", ok=late <= 150)


def _page(browser: Browser) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]
