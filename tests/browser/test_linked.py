"""Chips of linkage draw what the tables say, when they are asked to; named classes are told."""

import dataclasses
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import Page
from sample_classes import LAYER, OUTSIDE, UNKNOWN, linkage_tables, with_classes
from sample_run import sample_run

from browser.visits import Open, press
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.publish.palette import MARKS
from yrdgeo.results import Run

pytestmark = pytest.mark.browser

# A point of a line that nothing else lies over.
REACH = """(selector) => {
  const line = document.querySelector(selector);
  const whole = line.getTotalLength();
  const matrix = line.getScreenCTM();
  for (let k = 1; k < 60; k += 1) {
    const at = line.getPointAtLength((whole * k) / 60);
    const x = at.x * matrix.a + matrix.e;
    const y = at.y * matrix.d + matrix.f;
    if (document.elementFromPoint(x, y) === line) return [x, y];
  }
  return null;
}"""


@pytest.fixture(scope="module")
def linked() -> Run:
    run = with_classes(sample_run())
    return dataclasses.replace(run, tables={**run.tables, **linkage_tables(run)})


@pytest.fixture(scope="module")
def page_path(linked: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_atlas(linked, tmp_path_factory.mktemp("linked") / "atlas.html")


def said(page: Page, selector: str) -> str:
    """Return what the page says of a line under the pointer."""
    place = page.evaluate(REACH, selector)
    assert place is not None, selector
    page.mouse.move(place[0] - 40, place[1] - 40)
    page.mouse.move(*place)
    return page.inner_text("#tip")


def test_nothing_of_linkage_is_drawn_until_its_chip_is_on(page_path: Path, visit: Open) -> None:
    opened = visit(page_path)
    page = opened.page
    drawn = "path[data-circle], path[data-flow], path[data-break], path[data-field]"
    assert page.locator(drawn).count() == 0
    for name in ("circles", "flows", "breaks", "field"):
        chip = page.locator(f"button[data-overlay={name}]")
        press(chip)
        assert page.locator(f"[data-note={name}]").count() == 1
        assert page.locator(drawn).count() > 0
        press(chip)
        assert page.locator(drawn).count() == 0
        assert page.locator("[data-note]").count() == 0
    assert opened.quiet()


def test_a_circle_says_who_is_in_one_list_and_not_in_the_other(
    linked: Run, page_path: Path, visit: Open
) -> None:
    page = visit(page_path, fragment="#lang=en&layer=population&tab=ranking&show=circles").page
    core = linked.cores[0]
    assert page.locator("path[data-circle]").count() == 1
    row = linked.tables["circle_overlap"].set_index("cutoff_min").loc[90]
    named = linked.cities["name_en"]
    told = said(page, f"path[data-circle='{core}']")
    assert "3 cities officially, 3 found, 2 in both" in told
    assert f"official, not found: {named[row['missed']]}" in told
    assert f"found, not official: {named[row['extra']]}" in told
    assert "2 members that are counties are not compared" in told
    assert "The official list is unverified" in told
    assert "within 90 minutes and with 10% or more" in page.inner_text("[data-note=circles]")
    page.locator("[data-each=circles] summary").press("Enter")  # without a pointer
    assert f"official, not found: {named[row['missed']]}" in page.inner_text("[data-each=circles]")


def test_lines_of_equal_strength_lie_where_the_table_has_them(
    linked: Run, page_path: Path, visit: Open
) -> None:
    page = visit(page_path, fragment="#lang=en&layer=population&tab=ranking&show=field").page
    table = linked.tables["field_contours"].set_index("strength_index").sort_index()
    drawn = page.evaluate("atlas.app.fieldShown()")
    assert [text for text, _ in drawn] == ["50", "100", "200"]
    for (_, lines), shape in zip(drawn, table.geometry, strict=True):
        places = shapely.LineString([(lon, lat) for lat, lon in lines[0]])
        assert shapely.hausdorff_distance(places, shape) < 1e-3
    labels = page.evaluate(
        "[...document.querySelectorAll('.label.ring')].map((n) => n.textContent)"
    )
    assert "50" in labels
    told = said(page, "path[data-field='50']")
    assert "Field strength 50" in told
    assert "0.50 times the median of the land" in told
    note = page.inner_text("[data-note=field]")
    for core in linked.cores:
        assert linked.cities.loc[core, "name_en"] in note


def test_an_outline_is_made_of_borders_that_the_map_has(page_path: Path, visit: Open) -> None:
    page = visit(page_path).page
    page.evaluate("() => { atlas.app.set({overlays: new Set(['circles'])}); }")
    arcs = page.evaluate("""() => {
      const { map, linked } = atlas.app.data;
      const own = (piece) => (piece >= 0 ? piece : ~piece);
      const rings = linked.circles[0].found.flatMap((i) => map.shapes[i].flat().map(own));
      return rings.filter((arc) => rings.indexOf(arc) === rings.lastIndexOf(arc)).length;
    }""")
    dashed = page.locator("path[stroke-dasharray='6 5']").get_attribute("d")
    assert dashed is not None
    assert 0 < dashed.count("M") <= arcs


def test_arrows_go_where_most_of_a_citys_flows_go_wider_for_more(
    linked: Run, page_path: Path, visit: Open
) -> None:
    page = visit(page_path, fragment="#lang=en&layer=population&tab=ranking&show=flows").page
    table = linked.tables["dominant_flows"].set_index("adcode")
    leaning = table[table["role_by_mass"].eq("subordinate")]
    held = [one.get_attribute("data-flow") for one in page.locator("path[data-flow]").all()]
    assert sorted(held) == sorted(f"{i} {j}" for i, j in leaning["dominant_id"].items())
    widths = page.evaluate("""() => [...document.querySelectorAll("path[data-flow]")].map((one) => {
      const stem = one.previousElementSibling.previousElementSibling;
      return [one.dataset.flow.split(" ")[0], Number(stem.getAttribute("stroke-width")),
        stem.getAttribute("stroke")];
    })""")
    by_width = [code for code, _, _ in sorted(widths, key=lambda one: one[1])]
    assert by_width == leaning["share"].sort_values().index.tolist()
    assert {colour for _, _, colour in widths} == {MARKS["flow"]}
    widest = leaning["share"].idxmax()
    told = said(page, f"path[data-flow^='{widest}']")
    named = linked.cities["name_en"]
    assert f"{named[widest]} → {named[linked.cores[0]]}" in told
    assert f"{leaning['share'].max():.1%} of all flows" in told


def test_a_breaking_point_gives_the_minutes_from_each_core(
    linked: Run, page_path: Path, visit: Open
) -> None:
    page = visit(page_path, fragment="#lang=en&layer=population&tab=ranking&show=breaks").page
    a, b = linked.cores
    assert page.locator("path[data-break]").count() == 2
    named = linked.cities["name_en"]
    mark = page.locator(f"path[data-break='{a} {b} rail']")
    mark.hover()
    told = page.inner_text("#tip")
    assert f"Between {named[a]} and {named[b]}, rail" in told
    assert f"31 min from {named[a]}, 20 min from {named[b]}" in told
    assert mark.get_attribute("fill") == MARKS["hsr"]


def test_named_classes_are_grouped_counted_and_have_no_rank_axis_or_gradient(
    linked: Run, page_path: Path, visit: Open
) -> None:
    opened = visit(page_path, fragment=f"#lang=en&layer={LAYER}&tab=ranking")
    page = opened.page
    groups = page.locator(".ranking tr.class").all_inner_texts()
    assert [text.strip() for text in groups] == ["Inner (7)", "Outer (2)", "no data (1)"]
    outer = ", ".join(linked.cities["name_en"][sorted(OUTSIDE)])
    assert page.inner_text("#subtitle") == (
        f"Nine cities. Inner (7); Outer (2): {outer}. No data for 1."
    )
    ranks = page.locator(".ranking tr[data-city] td.rank").all_inner_texts()
    assert set(ranks) == {""}
    last = page.locator(".ranking tr[data-city]").last
    assert last.get_attribute("data-city") == UNKNOWN
    page.click("#tab-gradient")
    assert "no gradient" in page.inner_text(".gradient .reading")
    page.click("#tab-scatter")
    options = page.locator("#scatter-x option").all_inner_texts()
    assert "Inside and outside" not in options
    csv = page.evaluate("() => window.atlas.csv(window.atlas.app)")
    assert sum(",Outer," in line for line in csv.splitlines()) == 2
    page.evaluate("() => { atlas.app.set({lang: 0}); }")
    assert page.locator("#legend .bounds").all_inner_texts() == ["内圈", "外圈", "无人", "无数据"]
    assert opened.quiet()
