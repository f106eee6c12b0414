"""Draw docs/en/*.png and docs/fr/*.png: the web page of a real service in a real Chromium.

The meters are simulated and have some weeks behind them; the service runs for some minutes first,
so that the curves of the last minutes are there.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.household import running  # noqa: E402

DAYS, MINUTES = 62, 4.5
FLAGS = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"]
LOCALES = {"en": "en-GB", "fr": "fr-FR"}
MOST_BYTES = 150_000


def shoot(browser: Browser, url: str, language: str) -> None:
    """A desktop with the history of a month, a phone with what is now."""
    folder = ROOT / "docs" / language
    desktop = browser.new_page(
        viewport={"width": 1280, "height": 800}, locale=LOCALES[language], color_scheme="light"
    )
    desktop.goto(f"{url}#/history?who=solar&span=month")
    desktop.wait_for_selector(".chart [data-settled=true]")
    desktop.wait_for_timeout(2000)
    desktop.screenshot(path=folder / "page.png")
    phone = browser.new_page(
        viewport={"width": 360, "height": 740},
        locale=LOCALES[language],
        color_scheme="dark",
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
    )
    phone.goto(url)
    phone.wait_for_selector("[data-who=solar][data-seq]")
    phone.wait_for_timeout(2000)
    phone.evaluate("scrollTo(0, document.querySelector('[data-who=solar]').offsetTop - 64)")
    phone.wait_for_timeout(500)
    phone.screenshot(path=folder / "phone.png")
    for name in ("page.png", "phone.png"):
        size = (folder / name).stat().st_size
        print(f"docs/{language}/{name}: {size} bytes")
        if size > MOST_BYTES:
            raise SystemExit(f"docs/{language}/{name} is larger than {MOST_BYTES} bytes")


def main() -> None:
    program = shutil.which("chromium") or "chromium"
    with (
        tempfile.TemporaryDirectory(prefix="telewatt-") as folder,
        running(Path(folder), DAYS) as household,
        sync_playwright() as playwright,
    ):
        time.sleep(60 * MINUTES)
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for language in LOCALES:
            shoot(browser, household.url, language)
        browser.close()


if __name__ == "__main__":
    main()
