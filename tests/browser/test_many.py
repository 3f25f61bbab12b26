"""Many regions and all China: the same picture on a canvas, the whole country with its sea."""

import dataclasses
import json
import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from needs import need
from page_runs import china_cities, made_up_run

from browser.test_everyone import CHINESE, violations
from browser.visits import Open
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.publish.foliummap import folium_map
from yrdgeo.publish.ground import MAINLAND, is_national
from yrdgeo.results import Run
from yrdgeo.sources.china import DISTRIBUTION, boundary_line, china_polygons

pytestmark = pytest.mark.browser

SIDE = 27  # 729 squares: more than are drawn as paths
YEAR = 2024


def squares() -> gpd.GeoDataFrame:
    """Return 729 touching squares, shuffled."""
    rows = [
        {
            "adcode": f"9{y:02d}{x:02d}0",
            "name_zh": f"格{y}-{x}",
            "name_en": f"Cell {y}-{x}",
            "province_zh": "北省" if y > 12 else "南省",
            "province_en": "Bei" if y > 12 else "Nan",
            "seat_lon": 110 + x * 0.3 + 0.15,
            "seat_lat": 28 + y * 0.3 + 0.15,
            "geometry": shapely.box(110 + x * 0.3, 28 + y * 0.3, 110.3 + x * 0.3, 28.3 + y * 0.3),
        }
        for y in range(SIDE)
        for x in range(SIDE)
    ]
    return (
        gpd.GeoDataFrame(rows, crs="EPSG:4326").set_index("adcode").sample(frac=1, random_state=2)
    )


def find_wheel() -> bool:
    """Say whether the polygons of all China are there."""
    try:
        distribution(DISTRIBUTION)
    except PackageNotFoundError:
        return False
    return True


@pytest.fixture(scope="module")
def many() -> Run:
    return made_up_run(squares(), years=(2023, YEAR))


@pytest.fixture(scope="module")
def many_page(many: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_atlas(many, tmp_path_factory.mktemp("many") / "atlas.html")


@pytest.fixture(scope="module")
def china() -> Run:
    need(find_wheel(), "the extra 'china' is not installed")
    return made_up_run(china_cities("prefecture"), years=(YEAR,))


@pytest.fixture(scope="module")
def china_page(china: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_atlas(china, tmp_path_factory.mktemp("china") / "atlas.html")


# The colour of the canvas in the middle of every region, beside what the legend says of its class.
PIXELS = """() => {
  const {data, map} = atlas.app;
  const sheet = document.querySelector("canvas.sheet");
  const pen = sheet.getContext("2d");
  const corner = sheet.getBoundingClientRect();
  const frame = map.getContainer().getBoundingClientRect();
  const view = atlas.app.view();
  const hex = (d) => "#" + [d[0], d[1], d[2]].map((v) => v.toString(16).padStart(2, "0")).join("");
  return data.cities.labels.map((at, i) => {
    const p = map.latLngToContainerPoint(at);
    const x = p.x + frame.left - corner.left;
    const y = p.y + frame.top - corner.top;
    const colours = new Set();
    for (const dx of [-2, -1, 0, 1, 2]) for (const dy of [-2, -1, 0, 1, 2]) {
      colours.add(hex(pen.getImageData(Math.round(x) + dx, Math.round(y) + dy, 1, 1).data));
    }
    return [data.cities.ids[i], view.classes[i], view.flags[i], [...colours]];
  });
}"""


@pytest.mark.parametrize(("layer", "year"), [("gdp", YEAR), ("growth", 2023)])
def test_the_canvas_paints_the_class_of_every_region(
    layer: str, year: int, many: Run, many_page: Path, visit: Open
) -> None:
    page = visit(many_page).page
    assert page.locator("path[data-city]").count() == 0
    page.evaluate(
        "([layer, year]) => { atlas.app.set({layer}); atlas.app.set({year}); }", [layer, year]
    )
    rows = many.results[many.results["layer_id"].eq(layer) & many.results["year"].eq(year)]
    values = rows.set_index("adcode")["value"]
    doubted = set(rows.loc[rows["confidence"].eq("unverified") & rows["value"].notna(), "adcode"])
    info = page.evaluate(
        "(id) => { const l = atlas.app.layerById(id); return [l.breaks, l.colours]; }", layer
    )
    for code, letter, _, colours in page.evaluate(PIXELS):
        if np.isnan(values[code]):
            assert letter == "-"
            assert len(colours) > 1  # a hatch, not a fill
            assert "#ffffff" in colours
            continue
        wanted = info[1][int(np.searchsorted(info[0], values[code], side="left"))]
        assert wanted in colours, code
        if code not in doubted:
            assert colours == [wanted], code


ON = "([x, y]) => document.elementFromPoint(x, y).tagName"


def test_hover_click_and_keys_find_the_region(many_page: Path, visit: Open) -> None:
    page = visit(many_page).page
    frame = page.locator("#frame").bounding_box()
    assert frame is not None
    found = 0
    for i in (3, 140, 395, 610, 728):
        x, y = page.evaluate(
            """(i) => {
              const p = atlas.app.map.latLngToContainerPoint(atlas.app.data.cities.labels[i]);
              return [p.x, p.y];
            }""",
            i,
        )
        page.mouse.move(frame["x"] + x, frame["y"] + y)
        spot = [frame["x"] + x, frame["y"] + y]
        if page.evaluate(ON, spot) != "CANVAS":  # a control is above
            continue
        found += 1
        assert page.evaluate("atlas.app.state.hover") == i
        name = page.evaluate("atlas.cityText(atlas.app, atlas.app.state.hover)[0]")
        assert name in page.inner_text("#tip")
        page.mouse.click(frame["x"] + x, frame["y"] + y)
        assert page.evaluate("atlas.app.state.pin") == i
    assert found >= 3
    page.keyboard.press("Escape")
    assert page.evaluate("atlas.app.state.pin") == -1
    page.evaluate("() => { atlas.app.pinCity(395); }")
    page.locator(".folium-map").focus()
    page.keyboard.press("ArrowRight")  # the first key begins at the pinned one
    assert page.evaluate("atlas.app.state.hover") == 395
    page.keyboard.press("ArrowRight")
    assert page.evaluate("atlas.app.state.hover") == 396
    page.keyboard.press("ArrowUp")
    assert page.evaluate("atlas.app.state.hover") == 396 + SIDE
    page.keyboard.press("Enter")
    assert page.evaluate("atlas.app.state.pin") == 396 + SIDE


def test_the_canvas_goes_into_the_pictures_as_paths(many_page: Path, visit: Open) -> None:
    page = visit(many_page).page
    counts = page.evaluate(
        """() => {
          const text = atlas.picture(atlas.app);
          const picture = new DOMParser().parseFromString(text, "image/svg+xml");
          const fills = {};
          for (const path of picture.querySelectorAll("path[fill]")) {
            const rings = (path.getAttribute("d").match(/M/g) || []).length;
            fills[path.getAttribute("fill")] = (fills[path.getAttribute("fill")] || 0) + rings;
          }
          return [fills, picture.querySelectorAll("parsererror").length];
        }"""
    )
    legend = page.evaluate(
        "atlas.legendRows(atlas.app).map((row) => [row.fill, row.count]).filter((row) => row[1])"
    )
    assert counts[1] == 0
    for fill, count in legend:
        assert counts[0][fill] == count, fill


def test_many_regions_are_drawn_and_answer_in_a_notebook(
    many: Run, visit: Open, tmp_path: Path
) -> None:
    shown = folium_map(many, ["gdp"])._repr_html_()
    assert "<iframe srcdoc=" in shown
    path = tmp_path / "notebook.html"
    path.write_text(f"<!DOCTYPE html><body data-ready>{shown}", encoding="utf-8")
    opened = visit(path)
    page = opened.page
    inside = page.frames[1]
    inside.wait_for_selector("body[data-ready]")
    inside.wait_for_selector("canvas.sheet")
    middle = inside.evaluate(
        "atlas.app.map.latLngToContainerPoint(atlas.app.data.cities.labels[395])"
    )
    box = page.locator("iframe").bounding_box()
    frame = inside.locator("#frame").bounding_box()
    assert box is not None
    assert frame is not None
    assert box["x"] <= frame["x"]  # the box of what is inside counts from the page too
    page.mouse.move(frame["x"] + middle["x"], frame["y"] + middle["y"])
    inside.wait_for_selector("#tip:not([hidden])")
    assert inside.evaluate("atlas.app.state.hover") == 395
    assert inside.evaluate("atlas.app.fullCity(395)") in inside.inner_text("#tip")
    page.mouse.click(frame["x"] + middle["x"], frame["y"] + middle["y"])
    assert inside.evaluate("atlas.app.state.pin") == 395
    assert opened.messages == []
    assert opened.requests[1:] in ([], ["about:srcdoc"])
    seen = inside.evaluate(PIXELS)
    painted = {
        one for _, letter, flag, colours in seen if letter == "4" and flag != "u" for one in colours
    }
    assert painted == {inside.evaluate("atlas.app.layer().colours[4]")}


def test_it_is_quiet_and_the_same_twice(
    many: Run, many_page: Path, visit: Open, tmp_path: Path
) -> None:
    assert write_atlas(many, tmp_path / "again.html").read_bytes() == many_page.read_bytes()
    opened = visit(many_page)
    opened.page.evaluate("() => { atlas.app.map.setZoom(8, {animate: false}); }")
    opened.page.wait_for_timeout(100)
    assert opened.quiet(), opened.messages + opened.requests[1:]


@pytest.mark.parametrize(("size", "language"), [((1366, 768), 0), ((320, 640), 1)])
@pytest.mark.parametrize("name", ["many_page", "china_page"])
def test_many_regions_are_for_everyone(
    name: str, size: tuple[int, int], language: int, visit: Open, request: pytest.FixtureRequest
) -> None:
    page = visit(request.getfixturevalue(name), size=size).page
    page.evaluate("(lang) => { atlas.app.set({lang, pin: 3, other: 5}); }", language)
    tabs = page.evaluate("[...document.querySelectorAll('#tabs button')].map((one) => one.id)")
    assert len(tabs) >= 4
    for tab in tabs:
        page.evaluate("(id) => { document.getElementById(id).click(); }", tab)
        assert violations(page) == [], tab
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], tab
    page.evaluate("() => { document.querySelector('#find').click(); }")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_units_are_named_by_what_they_are(
    many: Run, many_page: Path, china_page: Path, visit: Open
) -> None:
    said = {}
    for path in (many_page, china_page):
        page = visit(path).page
        for language in (0, 1):
            page.evaluate("(lang) => { atlas.app.set({lang}); }", language)
            said[path, language] = page.inner_text("#subtitle"), page.inner_text("#tab-city")
    n = int(many.results["value"][many.results["layer_id"].eq("gdp")].notna().sum() / 2)
    assert (f"{n}个地区" in said[many_page, 0][0], said[many_page, 0][1]) == (True, "地区")
    assert (f"{n} regions" in said[many_page, 1][0], said[many_page, 1][1]) == (True, "Region")
    assert ("个城市" in said[china_page, 0][0], said[china_page, 0][1]) == (True, "城市")
    assert (" cities" in said[china_page, 1][0], said[china_page, 1][1]) == (True, "City")


def test_an_english_page_has_english_names_for_every_prefecture(
    china_page: Path, visit: Open
) -> None:
    page = visit(china_page).page
    page.evaluate("() => { atlas.app.set({lang: 1}); }")
    names = page.evaluate("atlas.app.data.cities.ids.map((_, i) => atlas.app.fullCity(i))")
    assert len(names) == 372
    assert not [name for name in names if CHINESE.search(name)]


def test_all_rows_come_when_they_are_wanted(many_page: Path, visit: Open) -> None:
    page = visit(many_page).page
    assert page.locator(".ranking tbody tr[data-city]").count() == 300
    page.locator("tr.rest button").click()
    assert page.locator(".ranking tbody tr[data-city]").count() == SIDE**2


def test_a_map_of_all_china_shows_taiwan_the_sea_and_its_line(
    china: Run, china_page: Path, visit: Open
) -> None:
    page = visit(china_page).page
    assert page.locator("#inset").is_visible()
    assert page.get_attribute("#inset", "aria-label") == "南海诸岛"
    assert {"台湾省", "海南省"} <= set(china.cities["province_zh"])
    sansha = page.locator("#inset path[data-inset='460300']")
    assert sansha.get_attribute("fill") in {
        "url(#hatch)",
        *page.evaluate("atlas.app.layer().colours"),
    }
    text = china_page.read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])["land"]
    assert len(data["provinces"]) == 34
    pieces = [
        shapely.LineString(np.cumsum(np.reshape(one, (-1, 2)), axis=0) * data["lineStep"])
        for one in data["line"]
    ]
    known = shapely.get_parts(boundary_line())
    assert len(pieces) == len(known) == 10
    for piece in pieces:
        off = min(shapely.hausdorff_distance(piece, other) for other in known)
        assert off < 0.03  # degrees, three kilometres
    assert "审图号" not in page.inner_text("body")


def test_the_inset_has_every_island_of_the_sea(china_page: Path, visit: Open) -> None:
    page = visit(china_page).page
    outline = page.get_attribute("#inset path[data-inset='460300']", "d")
    assert outline is not None
    rings = outline.count("M")
    own = china_polygons("prefecture").set_index("adcode").geometry["460300"]
    assert rings > 0.8 * shapely.get_num_geometries(own)


def test_a_country_without_data_for_taiwan_still_shows_it(
    china: Run, visit: Open, tmp_path: Path
) -> None:
    kept = [code for code in china.cities.index if not code.startswith(("71", "81", "82"))]
    part = dataclasses.replace(
        china,
        cities=china.cities.loc[kept],
        results=china.results[china.results["adcode"].isin(kept)],
        contiguity=china.contiguity[
            china.contiguity["from_id"].isin(kept) & china.contiguity["to_id"].isin(kept)
        ],
    )
    page = visit(write_atlas(part, tmp_path / "atlas.html")).page
    named = page.evaluate("[...document.querySelectorAll('.label')].map((one) => one.textContent)")
    assert "台湾" in named
    assert page.locator("#inset").is_visible()


def test_what_counts_as_all_china() -> None:
    one = gpd.GeoDataFrame(
        {"adcode": [f"{code}0000" for code in MAINLAND]},
        geometry=[shapely.box(110, 30, 111, 31)] * len(MAINLAND),
        crs="EPSG:4326",
    ).set_index("adcode")
    assert is_national(one)
    assert not is_national(one.iloc[1:])
    wide = one.iloc[:1].set_geometry([shapely.box(73, 18, 135, 53)])
    assert is_national(wide)
    assert not is_national(one.iloc[:1])
    assert isinstance(one.index, pd.Index)
