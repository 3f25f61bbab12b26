"""The rows of chips: one row each on a desk, the others in a menu that keys reach."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from browser.test_everyone import violations
from browser.visits import Open, press

pytestmark = pytest.mark.browser

TOPS = """(id) => [...document.querySelectorAll(`#${id} .row > :not([hidden])`)]
  .map((one) => Math.round(one.getBoundingClientRect().top))"""
WAITING = "(id) => document.querySelectorAll(`#${id} .rest button`).length"
ALL = "(id) => [...document.querySelectorAll(`#${id} [data-overlay], #${id} [data-story]`)].length"


def in_rows(page: Page) -> None:
    """Check that both rows are one row, whole, and lose no chip."""
    least = 2 if page.evaluate("innerWidth") > 1300 else 1
    for row in ("chips", "stories"):
        tops = page.evaluate(TOPS, row)
        # On a phone the first chip and the menu may each need a line.
        assert len(set(tops)) == 1 or (least == 1 and len(tops) == 2), (row, tops)
        waiting = page.evaluate(WAITING, row)
        shown = len(tops) - (1 if waiting else 0)
        assert shown >= least
        assert shown + waiting == page.evaluate(ALL, row)
        box = page.locator(f"#{row} .row").bounding_box()
        last = page.locator(f"#{row} .row > :not([hidden])").last.bounding_box()
        assert box is not None
        assert last is not None
        assert last["x"] + last["width"] <= box["x"] + box["width"] + 1, row


def test_chips_are_one_row_at_every_width(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page).page
    for size in ((1366, 768), (1920, 1080), (1024, 768), (320, 640)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.wait_for_timeout(60)  # a frame, in which the row sees its new width
        for language in (0, 1):
            page.evaluate("(lang) => { atlas.app.set({lang}); }", language)
            in_rows(page)


def test_keys_open_the_menu_and_escape_closes_only_that(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page, fragment="#lang=en&layer=gdp_per_capita&city=320100").page
    more = page.locator("#chips .more")
    held = page.evaluate("atlas.app.state.pin")
    assert held >= 0
    more.focus()
    page.keyboard.press("Enter")
    assert more.get_attribute("aria-expanded") == "true"
    assert violations(page) == []
    page.keyboard.press("Tab")
    name = page.evaluate("document.activeElement.dataset.overlay")
    assert page.evaluate("document.activeElement.closest('.rest') !== null")
    page.keyboard.press("Enter")
    assert name in page.evaluate("[...atlas.app.state.overlays]")
    assert page.evaluate("document.activeElement.dataset.overlay") == name  # one more may follow
    assert "1 on" in more.inner_text()
    page.keyboard.press("Escape")
    assert more.get_attribute("aria-expanded") == "false"
    assert page.evaluate("document.activeElement.classList.contains('more')")
    assert page.evaluate("atlas.app.state.pin") == held
    page.keyboard.press("Escape")
    assert page.evaluate("atlas.app.state.pin") == -1


def test_a_question_of_the_menu_is_told_and_the_menu_closes(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page).page
    last = page.locator("#stories [data-story]").last
    assert not last.is_visible()
    press(last)
    assert page.locator("#story").is_visible()
    assert not last.is_visible()
    assert last.get_attribute("aria-pressed") == "true"
    page.click("#title")
    press(page.locator("#chips [data-overlay=hinterlands]"))
    page.mouse.click(700, 600)  # anywhere else
    assert page.locator("#chips .rest").is_hidden()
