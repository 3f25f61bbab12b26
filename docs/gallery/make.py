"""Take the pictures of this folder from a run: ``python docs/gallery/make.py outputs/yrd``.

Needs the extra ``test`` and Chromium.
"""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
WIDE, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# Picture → window, and the names of the controls to click one after the other.
PICTURES: dict[str, tuple[dict[str, int], tuple[str, ...]]] = {
    "atlas": (WIDE, ()),
    "atlas_en": (WIDE, ("English",)),
    "pairs": (WIDE, ("English", "Pairs")),
    "gradient": (WIDE, ("English", "Gradient")),
    "phone": (PHONE, ()),
}


def click(page: Page, name: str) -> None:
    """Click a tab or a button by its accessible name."""
    tab = page.get_by_role("tab", name=name, exact=True)
    (tab if tab.count() else page.get_by_role("button", name=name, exact=True)).first.click()


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="a run's folder")
    page_file = parser.parse_args().run.resolve() / "atlas.html"
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        for name, (window, clicks) in PICTURES.items():
            page = browser.new_page(viewport=window)  # type: ignore[arg-type]  # a plain dict
            page.goto(page_file.as_uri())
            page.wait_for_timeout(800)
            for control in clicks:
                click(page, control)
                page.wait_for_timeout(400)
            page.screenshot(path=HERE / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
