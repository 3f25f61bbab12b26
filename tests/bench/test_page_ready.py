"""When the page is ready: ``pytest tests/bench/test_page_ready.py -o addopts= -s``."""

import shutil
import statistics
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

import yrdgeo as yg

pytestmark = pytest.mark.bench
VISITS = 5
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def test_the_page_is_usable_within_a_second(tmp_path: Path) -> None:
    run = yg.run_study(yg.load_study("yrd"), tmp_path, formats=["atlas"])
    assert run.out is not None
    page_file = (run.out / "atlas.html").resolve().as_uri()
    with sync_playwright() as playwright:
        found = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=found, args=QUIET)
        times = []
        for _ in range(VISITS):
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.goto(page_file)
            page.wait_for_selector("body[data-ready]")
            times.append(float(page.get_attribute("body", "data-ready") or "nan"))
            page.close()
        browser.close()
    print(f"\nready after {statistics.median(times):.0f} ms (median of {VISITS}: {times})")  # noqa: T201 — a benchmark reports
    assert statistics.median(times) < 1000
