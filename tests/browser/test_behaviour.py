"""Links that restore, pointers that light everything, labels that do not collide."""

import dataclasses
import re
import struct
from pathlib import Path

import folium
import pytest
from playwright.sync_api import Page

from browser.visits import Open, Visit, press
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.publish.foliummap import folium_map
from yrdgeo.results import Run

pytestmark = pytest.mark.browser

STATE = """() => {
  const {layer, year, pin, tab, lang, overlays, pair} = atlas.app.state;
  return {layer, year, pin, tab, lang, pair, overlays: [...overlays].sort()};
}"""


def test_a_link_restores_the_view(delta_page: Path, visit: Open) -> None:
    first = visit(delta_page).page
    first.evaluate(
        """() => {
          const app = atlas.app;
          app.set({layer: "gdp_per_capita", lang: 1, tab: "gradient", pin: 7});
          app.set({year: 2015, overlays: new Set(["hsr", "cores"])});
        }"""
    )
    fragment = "#" + first.url.split("#", 1)[1]
    second = visit(delta_page, fragment=fragment).page
    assert second.evaluate(STATE) == first.evaluate(STATE)
    assert "2015" in second.inner_text("#title")


def test_a_link_restores_a_map_that_was_moved(delta_page: Path, visit: Open) -> None:
    first = visit(delta_page).page
    first.evaluate("() => { atlas.app.map.setView([31.2, 121.0], 8.5, {animate: false}); }")
    first.wait_for_url(re.compile("view="))
    second = visit(delta_page, fragment="#" + first.url.split("#", 1)[1]).page
    assert second.evaluate("atlas.app.map.getZoom()") == pytest.approx(8.5)
    assert second.evaluate("atlas.app.map.getCenter().lng") == pytest.approx(121.0, abs=0.01)


def test_back_goes_back(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page).page
    page.evaluate("() => { atlas.app.set({layer: 'gdp'}); }")
    page.evaluate("() => { atlas.app.set({layer: 'population_resident'}); }")
    page.go_back()
    page.wait_for_url(re.compile("layer=gdp&"))
    assert page.evaluate("atlas.app.state.layer") == "gdp"


def test_hovering_a_city_lights_it_everywhere_and_escape_lets_go(
    delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page).page
    page.evaluate("() => { atlas.app.set({lang: 1}); }")
    box = page.locator("path[data-city='341200']").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.6)
    page.wait_for_selector("tr.hover[data-city='341200']")
    assert "Fuyang" in page.inner_text("#tip")
    outline = page.locator(".leaflet-hand-pane path").last.get_attribute("d")
    assert outline is not None
    assert len(outline) > 200
    page.mouse.down()
    page.mouse.up()
    assert page.evaluate("atlas.app.data.cities.ids[atlas.app.state.pin]") == "341200"
    assert page.input_value("#find") == "Fuyang"
    page.click("#tab-gradient")
    assert page.locator(".dot.pinned[data-city='341200']").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".dot.pinned").count() == 0


def test_hovering_a_pair_lights_its_arc_row_and_both_cities(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page).page
    page.evaluate("() => { atlas.app.set({tab: 'pairs', lang: 1}); }")
    page.hover(".pair button[data-pair='twin2021_4']")
    assert page.locator(".dot.hover[data-pair='twin2021_4']").count() == 1
    held = page.locator(".leaflet-hand-pane path").last.bounding_box()
    cities = [page.locator(f"path[data-city='{code}']").bounding_box() for code in (320100, 341100)]
    assert held is not None
    for box in cities:
        assert box is not None
        assert held["x"] <= box["x"] + 1
        assert box["x"] + box["width"] <= held["x"] + held["width"] + 1


def test_the_tooltip_is_never_under_the_pointer_or_outside(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page).page
    frame = page.locator("#frame").bounding_box()
    assert frame is not None
    for code in page.evaluate("atlas.app.data.cities.ids"):
        at = page.evaluate(
            """(id) => {
              const i = atlas.app.data.cities.ids.indexOf(id);
              const p = atlas.app.map.latLngToContainerPoint(atlas.app.data.cities.labels[i]);
              return [p.x, p.y];
            }""",
            code,
        )
        x, y = frame["x"] + at[0], frame["y"] + at[1]
        page.mouse.move(x, y)
        tip = page.locator("#tip").bounding_box()
        if tip is None:  # an arc or a station lies there instead
            continue
        assert not (
            tip["x"] <= x <= tip["x"] + tip["width"] and tip["y"] <= y <= tip["y"] + tip["height"]
        )
        assert tip["x"] >= frame["x"]
        assert tip["x"] + tip["width"] <= frame["x"] + frame["width"] + 1
        assert tip["y"] + tip["height"] <= frame["y"] + frame["height"] + 1


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (390, 844)])
@pytest.mark.parametrize("language", [0, 1])
def test_labels_do_not_collide_and_the_cores_are_named(
    size: tuple[int, int], language: int, delta: Run, delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page, size=size).page
    page.evaluate("(lang) => { atlas.app.set({lang}); }", language)
    boxes = page.evaluate(
        """() => [...document.querySelectorAll(".label")].map((node) => {
          const box = node.getBBox();
          return [node.dataset.city, box.x, box.y + 2, box.x + box.width, box.y + box.height - 2];
        })"""
    )
    for k, (_, left, top, right, bottom) in enumerate(boxes):
        for _, x0, y0, x1, y1 in boxes[k + 1 :]:
            assert right <= x0 or x1 <= left or bottom <= y0 or y1 <= top
    named = {box[0] for box in boxes}
    if size[0] > 1000:
        assert set(delta.cores) <= named
        assert len(named) >= 38


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
def test_the_region_fills_its_frame_and_is_clear_of_the_legend(
    size: tuple[int, int], delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page, size=size).page
    frame, legend = page.locator("#frame").bounding_box(), page.locator("#legend").bounding_box()
    boxes = [one.bounding_box() for one in page.locator("path[data-city]").all()]
    tops = [box["y"] for box in boxes if box]
    bottoms = [box["y"] + box["height"] for box in boxes if box]
    lefts = [box["x"] for box in boxes if box]
    assert frame is not None
    assert legend is not None
    assert max(bottoms) - min(tops) > 0.85 * frame["height"]
    assert min(lefts) > legend["x"] + legend["width"]
    assert frame["width"] > 0.62 * size[0]


def test_play_walks_through_the_years(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page).page
    first = page.evaluate("atlas.app.years()[0]")
    page.click(".play")
    page.wait_for_selector(f"output:text-is('{first}')")
    page.click(".play")


@pytest.mark.parametrize("name", ["pairs", "hsr", "rail", "road", "cores", "hinterlands"])
def test_a_chip_draws_its_overlay_and_takes_it_away(name: str, delta_desk: Visit) -> None:
    page = delta_desk.page
    page.evaluate("() => { atlas.app.set({overlays: new Set()}); }")
    drawn = ".leaflet-lines-pane path, .leaflet-arcs-pane path"
    assert page.locator(drawn).count() == 0
    press(page.locator(f"[data-overlay={name}]"))
    assert page.locator(drawn).count() > 0
    assert page.get_attribute(f"[data-overlay={name}]", "aria-pressed") == "true"
    press(page.locator(f"[data-overlay={name}]"))
    assert page.locator(drawn).count() == 0


def test_each_story_sets_the_view_and_ends_with_what_it_cannot_say(
    delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page).page
    page.evaluate("() => { atlas.app.set({lang: 1}); }")
    stories = page.locator("#stories [data-story]")
    assert stories.count() >= 4
    for k in range(stories.count()):
        press(stories.nth(k))
        told = page.inner_text("#story")
        assert re.search(r"\d", told)
        assert "What it cannot say" in told
        assert "NaN" not in told
        assert "undefined" not in told
    page.click("#tab-compare")
    assert page.locator("#story").is_hidden()


# Which layer and tab show what no reader should see.
BROKEN = r"""(tabs) => {
  const found = [];
  for (const {id: layer} of atlas.app.data.layers) for (const tab of tabs) {
    atlas.app.set({layer, tab, pin: 12});
    const said = document.body.innerText.match(/\b(NaN|undefined|None|null|Infinity)\b/);
    if (said) found.push([layer, tab, said[0]]);
  }
  return found;
}"""


def test_no_number_is_ever_nan_or_undefined(delta_page: Path, visit: Open) -> None:
    page = visit(delta_page).page
    assert page.evaluate(BROKEN, ["ranking", "gradient", "city"]) == []
    page.evaluate("() => { document.querySelector('#title').append(' 3 NaN '); }")
    assert page.evaluate(BROKEN.replace("atlas.app.set({layer, tab, pin: 12});", ""), [""]) != []


def saved(page: Page, name: str, folder: Path) -> Path:
    """Press an export button and return the file."""
    with page.expect_download() as waiting:
        page.click(f".act-{name}")
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_the_exports_carry_title_legend_source_scale_and_approval(
    run: Run, visit: Open, tmp_path: Path
) -> None:
    given = dataclasses.replace(run, options={**run.options, "map_approval": "GS-TEST-1"})
    page = visit(write_atlas(given, tmp_path / "atlas.html")).page
    page.evaluate("() => { atlas.app.set({lang: 1}); }")
    drawn = saved(page, "export_svg", tmp_path).read_text(encoding="utf-8")
    words = page.evaluate(
        """(text) => {
          const picture = new DOMParser().parseFromString(text, "image/svg+xml");
          return [...picture.querySelectorAll("text, parsererror")].map((one) => one.textContent);
        }""",
        drawn,
    )
    for part in ("GDP per head, 2022", "no data", "unverified", "km", "Source", "GS-TEST-1", "Jia"):
        assert any(part in text for text in words), part
    assert {"Adjacent pairs", "Leapfrog pairs"} < set(words)  # what the lines are
    page.evaluate("() => { atlas.app.set({overlays: new Set()}); }")
    assert "Adjacent pairs" not in saved(page, "export_svg", tmp_path).read_text(encoding="utf-8")
    png = saved(page, "export_png", tmp_path).read_bytes()
    width, height = struct.unpack(">II", png[16:24])
    assert png.startswith(b"\x89PNG")
    assert width > 1_500
    assert height > 1_000
    table = saved(page, "export_csv", tmp_path).read_bytes()
    assert table.startswith(b"\xef\xbb\xbfadcode,")


def test_it_prints_on_two_sheets_with_the_whole_map_on_the_first(
    delta_page: Path, visit: Open, tmp_path: Path
) -> None:
    page = visit(delta_page).page
    inside = page.evaluate(
        """() => {
          window.dispatchEvent(new Event("beforeprint"));
          const frame = document.querySelector("#frame").getBoundingClientRect();
          const ok = [...document.querySelectorAll("path[data-city]")].every((path) => {
            const box = path.getBoundingClientRect();
            return box.top >= frame.top && box.bottom <= frame.bottom && box.right <= frame.right;
          });
          const imprint = document.querySelector("#imprint").textContent;
          const key = [...document.querySelectorAll("#chips .chip")]
            .filter((one) => one.checkVisibility()).map((one) => one.dataset.overlay);
          window.dispatchEvent(new Event("afterprint"));
          return [ok, imprint.length > 20, key];
        }"""
    )
    assert inside == [True, True, ["pairs", "cores"]]  # what is drawn, and no button
    paper = page.pdf(path=tmp_path / "atlas.pdf", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 2


def test_a_folium_map_works_in_a_notebooks_frame(run: Run, visit: Open, tmp_path: Path) -> None:
    drawn = folium_map(run)
    folium.Marker([30.9, 118.9], popup="a popup", tooltip="a tip").add_to(drawn)
    folium.CircleMarker([30.8, 119.2], radius=9, color="#c00").add_to(drawn)
    notebook = tmp_path / "cell.html"
    notebook.write_text(
        f"<!DOCTYPE html><body data-ready=1><p>cell</p>{drawn._repr_html_()}</body>",
        encoding="utf-8",
    )
    opened = visit(notebook)
    frame = opened.page.frames[1]
    frame.wait_for_selector("body[data-ready]")
    assert frame.locator("path[data-city]").count() == len(run.cities)
    assert frame.locator("#legend li").count() > 3
    assert frame.locator("path[data-pair]").count() == len(run.pairs)
    assert frame.locator(".warnings").count() == 1
    marker = frame.locator("img.leaflet-marker-icon")
    assert marker.evaluate("(image) => image.complete && image.naturalWidth > 10")
    marker.click()
    assert frame.locator(".leaflet-popup-content").inner_text() == "a popup"
    asked = [url for url in opened.requests if url.startswith("http")]
    assert asked == []
    assert opened.messages == []
