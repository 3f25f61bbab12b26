"""Before and after on the one map: each side shows its own table, and says which."""

import io
from itertools import product
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from page_runs import made_up_run
from playwright.sync_api import Page

from browser.test_many import squares
from browser.visits import Open
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.results import Run

pytestmark = pytest.mark.browser

LAYER = "gdp_per_capita"
FIRST, LAST = 2015, 2022
DELTA = f"#lang=en&layer={LAYER}&year={LAST}&before={FIRST}%7C&show=&tab=compare"
SEEN = """() => {
  const layer = atlas.app.layer();
  const fill = (path) => path.getAttribute("fill");
  const at = {};
  for (const path of document.querySelectorAll(".leaflet-before-pane path")) {
    for (const code of path.dataset.cities.split(" ")) (at[code] ||= []).push(fill(path));
  }
  return {
    left: at, breaks: layer.breaks, colours: layer.colours,
    right: Object.fromEntries([...document.querySelectorAll("path[data-city]")].map(
      (path) => [path.dataset.city, fill(path)])),
    names: [...document.querySelectorAll("#swipe .side")].map((node) => node.textContent),
    title: document.querySelector("#title").textContent,
    subtitle: document.querySelector("#subtitle").textContent,
    counts: [...document.querySelectorAll("#legend li")].map(
      (row) => [row.dataset.class, row.querySelector(".count").textContent]),
  };
}"""
# Where a region's label stands, in pixels of the window.
PLACE = """(i) => {
  const {map, data} = atlas.app;
  const p = map.latLngToContainerPoint(data.cities.labels[i]);
  const box = map.getContainer().getBoundingClientRect();
  return [p.x + box.left, p.y + box.top, p.x / box.width];
}"""


def values(run: Run, layer: str, year: int, scenario: str = "") -> pd.Series:
    """Return one layer's printed values by adcode; what has no path or number is NaN."""
    rows = run.results[
        run.results["layer_id"].eq(layer)
        & run.results["year"].eq(year)
        & run.results["scenario"].eq(scenario)
    ].set_index("adcode")["value"]
    decimals = int(run.layers.set_index("layer_id").loc[layer, "decimals"])
    return rows.map(lambda v: round(v, decimals) if np.isfinite(v) else np.nan)


def classes(seen: dict, column: pd.Series) -> pd.Series:
    """Return the class of each value by the layer's bounds, −1 where there is none."""
    found = np.searchsorted(seen["breaks"], column.to_numpy(), side="left")
    return pd.Series(np.where(column.isna(), -1, found), column.index)


def check_sides(seen: dict, before: pd.Series, after: pd.Series) -> None:
    """Compare fills and counts on both sides with the values."""
    left, right = classes(seen, before), classes(seen, after)
    for code in before.index:
        if left[code] >= 0:
            assert seen["left"][code][0] == seen["colours"][left[code]]
        if right[code] >= 0:
            assert seen["right"][code] == seen["colours"][right[code]]
    for key, count in seen["counts"]:
        if key.isdigit():
            assert count == f"{(left == int(key)).sum()} | {(right == int(key)).sum()}"


def near(page: Page, x: float, y: float) -> set[str]:
    """Return the colours that are seen around a place of the window."""
    clip = {"x": x - 4, "y": y - 4, "width": 9, "height": 9}
    image = matplotlib.image.imread(io.BytesIO(page.screenshot(clip=clip)), format="png")
    pixels = np.round(255 * image[:, :, :3]).astype(int).reshape(-1, 3)
    return {"#" + "".join(f"{v:02x}" for v in pixel) for pixel in pixels}


def hide(page: Page, *panes: str) -> None:
    """Take away what lies over the fills."""
    page.evaluate(
        """(panes) => {
          const over = panes.map((one) => atlas.app.map.getPane(one));
          for (const one of [...over, ...document.querySelectorAll("#swipe .side")]) {
            one.style.opacity = 0;
          }
        }""",
        list(panes),
    )


def place(page: Page, share: float) -> None:
    page.evaluate("(at) => { atlas.app.set({at}); }", str(share))


def test_nothing_is_made_before_it_is_asked_for(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page).page
    assert page.locator("#swipe, .leaflet-before-pane").count() == 0


def test_each_side_is_coloured_and_counted_from_its_own_year(
    delta: Run, delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page, fragment=DELTA).page
    seen = page.evaluate(SEEN)
    before, after = values(delta, LAYER, FIRST), values(delta, LAYER, LAST)
    check_sides(seen, before, after)
    assert seen["names"] == [f"← {FIRST}", f"{LAST} →"]
    assert f"{FIRST} (left), {LAST} (right)" in seen["title"]
    step = (after - before).dropna()
    assert f"of {len(step)} cities {(step > 0).sum()} rise" in seen["subtitle"]


def test_what_is_seen_left_and_right_of_the_divider_is_the_colour_of_that_side(
    delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page, fragment=DELTA).page
    hide(page, "labels", "dots")
    seen = page.evaluate(SEEN)
    ids = page.evaluate("atlas.app.data.cities.ids")
    changed = [k for k, code in enumerate(ids) if seen["left"][code][0] != seen["right"][code]]
    assert len(changed) > 10
    for k in changed[::4]:
        x, y, share = page.evaluate(PLACE, k)
        for at, side in ((share + 0.06, "left"), (share - 0.06, "right")):
            place(page, round(at, 3))
            wanted = seen["left"][ids[k]][0] if side == "left" else seen["right"][ids[k]]
            other = seen["right"][ids[k]] if side == "left" else seen["left"][ids[k]][0]
            colours = near(page, x, y)
            assert wanted in colours, (ids[k], side)
            assert other not in colours, (ids[k], side)


def test_the_divider_answers_keys_and_escape_closes_it(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page, fragment=DELTA + "&at=0.5").page
    handle = page.locator("#swipe .handle")
    assert handle.get_attribute("role") == "slider"
    handle.focus()
    for key, wanted in (
        ("ArrowRight", 52), ("ArrowUp", 54), ("ArrowLeft", 52), ("ArrowDown", 50), ("PageUp", 60),
        ("PageDown", 50), ("Home", 0), ("ArrowLeft", 0), ("End", 100), ("ArrowRight", 100),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert handle.get_attribute("aria-valuenow") == str(wanted)
        said = handle.get_attribute("aria-valuetext") or ""
        assert f"{wanted}%" in said
        assert f"{FIRST} on the left" in said
        assert f"{LAST} on the right" in said
    page.keyboard.press("Escape")
    assert page.locator("#swipe").is_hidden()
    assert page.locator(".leaflet-before-pane path").count() == 0
    assert "left" not in page.inner_text("#title")


def test_the_divider_is_drawn_by_a_pointer_or_a_finger(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page, fragment=DELTA + "&at=0.5").page
    handle = page.locator("#swipe .handle")
    frame = page.locator("#frame").bounding_box()
    box = handle.bounding_box()
    assert frame is not None
    assert box is not None
    centre = page.evaluate("atlas.app.map.getCenter()")
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 5, y)
    page.mouse.down()
    page.mouse.move(frame["x"] + 0.5 * frame["width"], y)
    page.mouse.move(frame["x"] + 0.3 * frame["width"], y + 40)
    page.mouse.up()
    assert handle.get_attribute("aria-valuenow") == "30"
    assert page.evaluate("atlas.app.map.getCenter()") == centre  # the map stays
    session = page.context.new_cdp_session(page)
    for kind, share in (("touchStart", 0.3), ("touchMove", 0.55), ("touchMove", 0.7)):
        point = {"x": frame["x"] + share * frame["width"], "y": y}
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert handle.get_attribute("aria-valuenow") == "70"
    page.wait_for_function("() => location.hash.includes('at=0.7')")


def test_a_map_that_moves_keeps_the_divider_where_it_is(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page, fragment=DELTA + "&at=0.5").page
    for act in ("panBy([120, 60])", "setZoom(7.5)", "panBy([-300, 0])"):
        page.evaluate(f"() => {{ atlas.app.map.{act.replace(')', ', {animate: false})')}; }}")
        at = page.evaluate(
            """() => {
              const {map} = atlas.app;
              const pane = map.getPane("before");
              const edge = Number(pane.style.clipPath.split(", ")[1].split("px")[0]);
              return map.layerPointToContainerPoint([edge, 0]).x / map.getSize().x;
            }"""
        )
        assert at == pytest.approx(0.5, abs=0.002)


def test_the_tooltip_says_both_values_and_the_difference(
    delta: Run, delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page, fragment=DELTA).page
    before, after = values(delta, LAYER, FIRST), values(delta, LAYER, LAST)
    ids = page.evaluate("atlas.app.data.cities.ids")
    for k in (3, 17, 30):
        x, y, _ = page.evaluate(PLACE, k)
        page.mouse.move(x, y)
        tip = page.inner_text("#tip")
        code = ids[k]
        assert f"{FIRST} → {LAST}: +{after[code] - before[code]:,.0f}" in tip
        assert f"{FIRST}: {before[code]:,.0f}" in tip
        assert f"{LAST}: {after[code]:,.0f}" in tip
        assert page.evaluate("atlas.app.state.hover") == k


def test_two_networks_are_swiped_as_two_years_are(run: Run, sample_page: Path, visit: Open) -> None:
    page = visit(sample_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, layer: 'mean_time_rail', tab: 'compare'}); }")
    page.select_option("#compare-kind", "scenarios")
    page.click(".swipes")
    seen = page.evaluate(SEEN)
    columns = [values(run, "mean_time_rail", run.year, name) for name in ("", "new_line")]
    check_sides(seen, *columns)
    assert seen["names"] == ["← Base", "The new line opens →"]
    assert page.get_attribute(".swipes", "aria-pressed") == "true"
    page.click(".swipes")
    assert page.locator("#swipe").is_hidden()


@pytest.mark.parametrize(
    "act",
    [
        "atlas.app.set({layer: 'from:rail'})",
        "atlas.app.set({layer: 'change~gdp_per_capita~2022~2015'})",
        "document.querySelector('#stories [data-story]').click()",
        "atlas.app.set({layer: 'weighted_mean_time_best_min'})",
    ],
)
def test_what_has_no_such_state_ends_it(act: str, delta_page: Path, visit: Open) -> None:
    opened = visit(delta_page, fragment=DELTA)
    opened.page.evaluate(f"() => {{ {act}; }}")
    assert opened.page.locator("#swipe").is_hidden()
    assert "before=" not in opened.page.url
    assert opened.messages == []


def test_railways_are_those_of_each_sides_year(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page, fragment=DELTA.replace("show=", "show=hsr")).page
    dashes = [
        page.evaluate(
            f"""() => [...document.querySelectorAll(".leaflet-{pane}-lines-pane path")].map(
              (path) => path.getAttribute("stroke-dasharray"))"""
        )
        for pane in ("before", "after")
    ]
    lines = page.evaluate("atlas.app.data.lines.filter((one) => one.mode === 'hsr')")
    opened = [
        sum(
            one["status"] == "open" and (not one["open"] or int(one["open"][:4]) <= year)
            for one in lines
        )
        for year in (FIRST, LAST)
    ]
    between = opened[1] - opened[0]
    assert between > 3
    assert dashes[0] == ["3 5"] * between
    assert dashes[1] == [None] * between


def test_pictures_and_tables_carry_both_sides(delta: Run, delta_page: Path, visit: Open) -> None:
    page = visit(delta_page, fragment=DELTA + "&at=0.4").page
    told = page.evaluate(
        """() => {
          const text = atlas.picture(atlas.app);
          const picture = new DOMParser().parseFromString(text, "image/svg+xml");
          const half = picture.querySelector("#side-left rect");
          return {
            words: [...picture.querySelectorAll("text")].map((one) => one.textContent),
            errors: picture.querySelectorAll("parsererror").length,
            share: Number(half.getAttribute("width")) / atlas.app.map.getSize().x,
            halves: picture.querySelectorAll("g[clip-path='url(#side-left)'] path").length,
            rows: atlas.table(atlas.app), name: atlas.fileName(atlas.app, ".csv"),
          };
        }"""
    )
    assert told["errors"] == 0
    assert {f"← {FIRST}", f"{LAST} →"} <= set(told["words"])
    assert told["share"] == pytest.approx(0.4, abs=0.001)
    assert told["halves"] > 2
    table = pd.DataFrame(told["rows"][1:], columns=told["rows"][0]).set_index(["adcode", "year"])
    for year, code in product((FIRST, LAST), delta.cities.index):
        value = values(delta, LAYER, year)[code]
        assert table.loc[(code, year), "value"] == ("" if np.isnan(value) else f"{value:.0f}")
    assert f"{FIRST}_{LAST}" in told["name"]


def test_on_paper_the_divider_keeps_its_place_and_its_names(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page, fragment=DELTA + "&at=0.5").page
    seen = page.evaluate(
        """() => {
          window.dispatchEvent(new Event("beforeprint"));
          const {map} = atlas.app;
          const edge = Number(map.getPane("before").style.clipPath.split(", ")[1].split("px")[0]);
          const found = [
            map.layerPointToContainerPoint([edge, 0]).x / map.getSize().x,
            document.querySelector("#swipe .side").checkVisibility(),
            document.querySelector("#swipe .handle").checkVisibility()];
          window.dispatchEvent(new Event("afterprint"));
          return found;
        }"""
    )
    assert seen[0] == pytest.approx(0.5, abs=0.002)
    assert seen[1:] == [True, False]


@pytest.fixture(scope="module")
def many_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = made_up_run(squares(), years=(2015, 2024))
    return write_atlas(run, tmp_path_factory.mktemp("many") / "atlas.html")


def test_many_regions_are_swiped_on_canvases(many_page: Path, visit: Open) -> None:
    fragment = "#lang=en&layer=gdp&year=2024&before=2015%7C&show=&tab=compare"
    page = visit(many_page, fragment=fragment + "&compare=years~2015~2024").page
    hide(page, "labels")
    assert page.locator("canvas.sheet").count() == 2
    assert page.locator(".state canvas").count() == 2
    assert page.locator(".dumbbells tbody tr[data-city]").count() == 300
    views = page.evaluate(
        """() => atlas.app.viewsShown().map((view) => [...view.classes].map(
          (letter) => atlas.app.layer().colours[Number(letter)] || null))"""
    )
    flags = page.evaluate("atlas.app.view().flags")
    changed = [
        k
        for k, (a, b) in enumerate(zip(*views, strict=True))
        if a and b and a != b and flags[k] != "u"
    ]
    assert len(changed) > 30
    for k in changed[:: len(changed) // 6]:
        x, y, share = page.evaluate(PLACE, k)
        if page.evaluate("([x, y]) => document.elementFromPoint(x, y).tagName", [x, y]) != "CANVAS":
            continue
        for at, side in ((share + 0.06, 0), (share - 0.06, 1)):
            place(page, round(min(1, max(0, at)), 3))
            colours = near(page, x, y)
            assert views[side][k] in colours
            assert views[1 - side][k] not in colours
        page.mouse.move(x, y)
        assert page.evaluate("atlas.app.state.hover") == k
    counts = page.evaluate(
        """() => {
          const text = atlas.picture(atlas.app);
          const picture = new DOMParser().parseFromString(text, "image/svg+xml");
          return ["left", "right"].map((side) => picture.querySelectorAll(
            `g[clip-path='url(#side-${side})'] path`).length);
        }"""
    )
    assert counts[0] > 5


def test_the_small_canvases_know_what_is_under_the_pointer(many_page: Path, visit: Open) -> None:
    page = visit(many_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'compare', compare: 'years~2015~2024'}); }")
    box = page.locator(".state canvas").first.bounding_box()
    assert box is not None
    bounds = page.evaluate("atlas.app.data.map.bounds")
    for k in (40, 395, 700):
        lat, lng = page.evaluate("(k) => atlas.app.data.cities.labels[k]", k)
        north, south, here = (
            np.arctanh(np.sin(np.radians(v))) for v in (bounds[1][0], bounds[0][0], lat)
        )
        x = box["x"] + box["width"] * (lng - bounds[0][1]) / (bounds[1][1] - bounds[0][1])
        y = box["y"] + box["height"] * (north - here) / (north - south)
        page.mouse.move(x, y)
        assert page.evaluate("atlas.app.state.hover") == k
        name = page.evaluate("(k) => atlas.app.fullCity(k)", k)
        assert name in page.inner_text("#tip")


def test_two_of_many_regions_are_found_in_a_list_that_is_made_when_it_is_opened(
    many_page: Path, visit: Open
) -> None:
    page = visit(many_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'compare', pin: 7}); }")
    first, second = page.locator("#compare-0"), page.locator("#compare-1")
    assert first.input_value() == "7"
    assert first.locator("option").count() == 2
    second.focus()
    assert second.locator("option").count() == 1 + 27 * 27
    second.select_option("12")
    assert page.evaluate("atlas.app.state.other") == 12
    assert first.input_value() == "7"
    assert len(set(second.locator("option").all_inner_texts())) == 1 + 27 * 27
