"""For everyone: screen readers, keyboards, two languages, small screens, calm eyes."""

import re
from pathlib import Path

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from browser.visits import Open, Visit
from yrdgeo.publish.ground import ground_source
from yrdgeo.results import Run

pytestmark = pytest.mark.browser

TABS = ("ranking", "gradient", "pairs", "scatter", "city", "compare", "region")
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
LATIN = re.compile(r"[A-Za-z]{2,}")
NAMED = {"yrdgeo", "Leaflet", "English", "Esc", "Fisher", "Jenks"}


def violations(page: Page) -> list[str]:
    """Return what axe holds against the page as it stands."""
    # What passes is counted once a rule, not listed: a long list is judged in a third of the time.
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("language", [0, 1])
def test_axe_finds_nothing_in_any_view(tab: str, language: int, delta_desk: Visit) -> None:
    page = delta_desk.page
    page.evaluate(
        "([tab, lang]) => { atlas.app.set({tab, lang, pin: 3, other: 5}); }", [tab, language]
    )
    assert violations(page) == []


@pytest.mark.parametrize(
    "act",
    [
        "document.querySelector('#what').click()",
        "document.querySelector('#find').click()",
        "document.querySelector('#stories [data-story]').click()",
        "document.querySelector('#footer .warnings').open = true",
        "document.querySelector('#footer .sources').open = true",
        "atlas.app.set({tab: 'pairs', pair: atlas.app.data.pairs[0].id})",
        "atlas.app.tipCity(3, 200, 200)",
        "atlas.app.set({layer: 'from:rail'})",
    ],
)
def test_axe_finds_nothing_when_something_is_open(act: str, delta_page: Path, visit: Open) -> None:
    page = visit(delta_page).page
    page.evaluate(f"() => {{ {act}; }}")
    assert violations(page) == []


@pytest.mark.parametrize(("size", "language"), [((1366, 768), 0), ((320, 640), 1)])
def test_axe_finds_nothing_in_any_story_or_table(
    size: tuple[int, int], language: int, delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page, size=size).page
    page.evaluate("(lang) => { atlas.app.set({lang}); }", language)
    for k in range(page.locator("#stories [data-story]").count()):
        page.evaluate(
            """(k) => {
              document.querySelectorAll("#stories [data-story]")[k].click();
              for (const one of document.querySelectorAll("#panels details")) one.open = true;
            }""",
            k,
        )
        assert violations(page) == [], k
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], k


@pytest.mark.parametrize("size", [(390, 844), (320, 640)])
def test_a_small_screen_is_one_column_without_sideways_scrolling(
    size: tuple[int, int], delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page, size=size).page
    for tab in TABS:
        for language in (0, 1):
            page.evaluate(
                "([tab, lang]) => { atlas.app.set({tab, lang, pin: 3, other: 5}); }",
                [tab, language],
            )
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], tab
    assert violations(page) == []
    side, stage = page.locator("#side").bounding_box(), page.locator("#stage").bounding_box()
    assert side is not None
    assert stage is not None
    assert side["y"] >= stage["y"] + stage["height"] - 1


def texts(page: Page) -> list[str]:
    """Return every text that people see, hear or are told of."""
    return page.evaluate(
        """() => {
          const found = [document.title];
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) {
            if (!walk.currentNode.parentElement.closest("script,style,noscript")) {
              found.push(walk.currentNode.data);
            }
          }
          for (const node of document.querySelectorAll("[aria-label],[title],[placeholder]")) {
            for (const name of ["aria-label", "title", "placeholder"]) {
              found.push(node.getAttribute(name) || "");
            }
          }
          return found;
        }"""
    )


def named(run: Run) -> list[str]:
    """Return every text of a run's own tables, the longest first."""
    tables = (
        run.sources,
        pd.DataFrame([ground_source("land.json")]),
        run.pairs.drop(columns="geometry"),
        run.results[["note"]],
    )
    cells = {str(cell) for table in tables for column in table for cell in table[column]}
    return sorted({cell for cell in cells if len(cell) > 1}, key=len, reverse=True)


@pytest.mark.parametrize(
    ("language", "other"), [(0, LATIN), (1, CHINESE)], ids=["chinese", "english"]
)
def test_a_page_in_one_language_has_no_word_of_the_other(
    language: int, other: re.Pattern[str], run: Run, sample_page: Path, visit: Open
) -> None:
    page = visit(sample_page).page
    own = named(run)
    shown = [*run.layers["layer_id"], "from:rail", "difference~mean_time_rail~new_line"]
    shown += ["residual~gdp_per_capita_km_segmented"]
    for layer, tab in zip(shown, TABS, strict=True):
        page.evaluate(
            """([lang, layer, tab]) => {
              const app = atlas.app;
              app.set({lang, layer, tab, pin: 0, other: 1, pair: "p1"});
              app.set({overlays: new Set(["pairs", "hsr", "rail", "road", "cores"])});
              app.tipCity(7, 50, 50);
              for (const story of document.querySelectorAll("#stories [data-story]")) story.click();
            }""",
            [language, layer, tab],
        )
        for text in texts(page):
            rest = text
            for cell in own:
                rest = rest.replace(cell, "")
            words = set(other.findall(rest)) - NAMED - {"GDP", "中", "文"}
            assert not words, (layer, tab, text)


def test_the_keyboard_reaches_every_city_pins_and_lets_go(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page).page
    page.locator(".folium-map").focus()
    page.keyboard.press("ArrowRight")
    reached = page.evaluate(
        """() => {
          const app = atlas.app;
          const box = app.map.getContainer();
          const press = (key) =>
            box.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
          const seen = new Set([app.state.hover]);
          const waiting = [app.state.hover];
          while (waiting.length) {
            const from = waiting.pop();
            for (const key of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]) {
              app.set({hover: from});
              press(key);
              const to = app.state.hover;
              if (!seen.has(to)) { seen.add(to); waiting.push(to); }
            }
          }
          return seen.size;
        }"""
    )
    assert reached == 41
    page.evaluate("() => { atlas.app.set({lang: 1, hover: 0}); }")
    page.keyboard.press("ArrowLeft")
    said = page.inner_text("#live")
    lit = page.evaluate("atlas.app.fullCity(atlas.app.state.hover)")
    assert said.startswith(lit)
    assert "rank" in said
    page.keyboard.press("Enter")
    assert page.evaluate("atlas.app.fullCity(atlas.app.state.pin)") == lit
    assert "pinned" in page.inner_text("#live")
    page.keyboard.press("Escape")
    assert page.evaluate("atlas.app.state.pin") == -1


def test_an_arrow_goes_to_a_neighbour_that_lies_that_way(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page).page
    page.locator(".folium-map").focus()
    steps = page.evaluate(
        """() => {
          const app = atlas.app;
          const {cities} = app.data;
          const box = app.map.getContainer();
          const out = [];
          cities.ids.forEach((_, from) => {
            if (!cities.neighbours[from].length) return;
            app.set({hover: from});
            box.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}));
            const to = app.state.hover;
            out.push([to === from, cities.labels[to][1] > cities.labels[from][1]]);
          });
          return out;
        }"""
    )
    assert len(steps) > 35
    assert all(stayed or east for stayed, east in steps)


def test_tab_goes_through_controls_with_one_stop_for_the_map(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page).page
    stops = []
    for _ in range(40):
        page.keyboard.press("Tab")
        stops.append(
            page.evaluate(
                "document.activeElement.id || document.activeElement.className || 'other'"
            )
        )
    maps = [stop for stop in stops if str(stop).startswith("map_")]
    assert len(maps) == 1
    assert {"what", "year", "find", "tab-ranking"} <= set(stops)


def test_who_asked_for_calm_sees_no_motion(delta_page: Path, visit: Open) -> None:
    calm = visit(delta_page, reduced_motion="reduce").page
    lively = visit(delta_page).page
    duration = "getComputedStyle(document.querySelector('path[data-city]')).transitionDuration"
    assert calm.evaluate(duration) == "0s"
    assert lively.evaluate(duration).startswith("0.15s")


def test_a_picker_is_searched_in_either_language_by_code_and_by_keyboard(
    delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page).page
    for typed, code in (("hangzhou", "330100"), ("合肥", "340100"), ("320500", "320500")):
        page.fill("#find", typed)
        page.keyboard.press("Enter")
        assert page.evaluate("atlas.app.data.cities.ids[atlas.app.state.pin]") == code
    page.fill("#what", "within 2 hours")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "within_120_min" in page.evaluate("atlas.app.state.layer")
    page.fill("#find", "zzzz")
    assert "没有匹配项" in page.inner_text("#find-list")


SKETCHED = """() => [...document.querySelectorAll("path.sketch")].flatMap((path) =>
  path.getAttribute("d").slice(1).split("M").map((way) => {
    const points = way.split("L").map((point) => point.split(/[ ,]/).map(Number));
    return [points[0], points[points.length - 1]];
  }))"""


def test_a_plan_in_hand_is_drawn_on_the_map_and_goes_again(
    run: Run, sample_page: Path, visit: Open
) -> None:
    page = visit(sample_page).page
    page.evaluate("() => { atlas.app.set({tab: 'pairs'}); }")
    plans = run.tables["pareto"].set_index("solution")
    page.hover(".plan[data-plan='1']")
    wanted = page.evaluate(
        """(codes) => codes.map((pair) => pair.map((code) => {
          const at = atlas.app.data.cities.seats[atlas.app.placeOf(code)];
          const point = atlas.app.map.latLngToLayerPoint(at);
          return [point.x, point.y];
        }))""",
        [[code.strip() for code in way.split("→")] for way in plans["matching"][1].split(";")],
    )
    drawn = page.evaluate(SKETCHED)
    assert len(drawn) == len(wanted) > 1
    for ends, known in zip(drawn, wanted, strict=True):
        for got, at in zip(ends, known, strict=True):
            assert got == pytest.approx(at, abs=1.5)
    page.mouse.move(5, 5)
    assert page.evaluate(SKETCHED) == []
    page.locator(".plan[tabindex='0']").focus()  # one stop for all plans
    assert page.locator(".plan[tabindex='0']").count() == 1
    actual = page.evaluate(SKETCHED)
    page.keyboard.press("ArrowLeft")
    key = page.evaluate("document.activeElement.dataset.plan")
    assert key == "3"
    assert page.evaluate(SKETCHED) != actual
    page.keyboard.press("Enter")
    assert page.input_value("#plan") == key
    assert page.evaluate("document.activeElement.dataset.plan") == key
    assert page.evaluate(SKETCHED) != []
    page.locator("#tab-pairs").focus()
    assert page.evaluate(SKETCHED) == []


def test_a_tip_at_the_edge_is_whole(sample_page: Path, visit: Open) -> None:
    page = visit(sample_page).page
    frame = page.locator("#frame").bounding_box()
    assert frame is not None
    for x, y in ((frame["width"] - 3, frame["height"] - 3), (3, 3), (frame["width"] + 90, 400)):
        page.evaluate("([x, y]) => { atlas.app.tipCity(2, x, y); }", [x, y])
        tip = page.locator("#tip").bounding_box()
        assert tip is not None
        assert tip["x"] >= frame["x"]
        assert tip["x"] + tip["width"] <= frame["x"] + frame["width"]
        assert tip["y"] + tip["height"] <= frame["y"] + frame["height"]


def test_every_chart_has_its_numbers_as_a_table(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page).page
    page.evaluate("() => { atlas.app.set({tab: 'gradient'}); }")
    page.click(".gradient summary")
    assert page.locator(".gradient > div > .as-table tbody tr").count() == 41
