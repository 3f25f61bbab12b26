"""Take the pictures of this folder from a run: ``python docs/gallery/make.py outputs/yrd``.

Needs the extras ``test`` and ``china`` and Chromium. The counties have made-up values: what they
show is that a page holds them.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from yrdgeo.publish.atlas import write_atlas

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))
from page_runs import china_cities, made_up_run  # noqa: E402 — the folder of the tests is no package

WIDE, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# Picture → window, and the names of the controls to click one after the other.
PICTURES: dict[str, tuple[dict[str, int], tuple[str, ...]]] = {
    "atlas": (WIDE, ()),
    "atlas_en": (WIDE, ("English",)),
    "pairs": (WIDE, ("English", "Pairs")),
    "gradient": (WIDE, ("English", "Gradient")),
    "rings": (WIDE, ("English", "Distance rings", "Overall")),
    "field": (WIDE, ("English", "Adjacent pairs Leapfrog pairs", "Field strength", "Ranking")),
    "phone": (PHONE, ()),
}
CHINA: dict[str, tuple[dict[str, int], tuple[str, ...]]] = {"counties": (WIDE, ())}


def click(page: Page, name: str) -> None:
    """Click a tab or a button by its accessible name."""
    tab = page.get_by_role("tab", name=name, exact=True)
    button = page.get_by_role("button", name=name, exact=True)
    if not tab.count() and not button.count():  # it waits in the menu of its row
        page.locator("#chips .more").click()
    (tab if tab.count() else button).first.click()


def take(
    browser: Browser, page_file: Path, pictures: dict[str, tuple[dict[str, int], tuple[str, ...]]]
) -> None:
    """Take the pictures of one page."""
    for name, (window, clicks) in pictures.items():
        page = browser.new_page(viewport=window)  # type: ignore[arg-type]  # a plain dict
        page.goto(page_file.as_uri())
        page.wait_for_selector("body[data-ready]")
        page.wait_for_timeout(400)
        for control in clicks:
            click(page, control)
            page.wait_for_timeout(400)
        page.screenshot(path=HERE / f"{name}.png")
        page.close()


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="a run's folder")
    delta = parser.parse_args().run.resolve() / "atlas.html"
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        take(browser, delta, PICTURES)
        counties = made_up_run(china_cities("county"))
        take(browser, write_atlas(counties, Path(folder) / "counties.html"), CHINA)
        browser.close()


if __name__ == "__main__":
    main()
