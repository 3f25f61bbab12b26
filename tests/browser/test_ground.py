"""Under the map: a quiet ground without a request, tiles only where they were asked for."""

import dataclasses
import json
import re
import threading
from base64 import b64decode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import shapely

from browser.test_everyone import violations
from browser.visits import Open, press
from yrdgeo.errors import ArgumentError
from yrdgeo.geo import GEOD, wgs84_to_gcj02
from yrdgeo.publish import basemap
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.publish.payload import payload
from yrdgeo.results import Run

pytestmark = pytest.mark.browser

DOT = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
NAMES = ("osm", "carto", "tianditu", "amap")


@pytest.fixture
def tiles() -> Iterator[tuple[str, list[str]]]:
    """Serve one pixel for every tile; return the address and what was asked for."""
    asked: list[str] = []

    class Tiles(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(DOT)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Tiles)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def asking(run: Run, name: str) -> Run:
    """Return the run with a basemap."""
    options = {**run.options, "basemap": name, "basemap_key": "k'\"><b>&y"}
    return dataclasses.replace(run, options=options)


@pytest.mark.parametrize("name", NAMES)
def test_a_basemap_asks_its_own_host_and_no_other(
    name: str, run: Run, visit: Open, tiles: tuple[str, list[str]],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    address, asked = tiles
    given = basemap.BASEMAPS[name]
    here = dataclasses.replace(given, url=given.url.replace(given.host, address))
    monkeypatch.setitem(basemap.BASEMAPS, name, here)
    path = write_atlas(asking(run, name), tmp_path / "atlas.html")
    policy = re.search(r"img-src ([^;]*);", path.read_text(encoding="utf-8"))
    assert policy is not None
    assert policy[1].split() == ["data:", "blob:", address]
    opened = visit(path)
    opened.page.wait_for_selector("img.leaflet-tile-loaded", state="attached")
    outside = {url for url in opened.requests[1:] if not url.startswith("data:")}
    assert outside
    assert all(url.startswith(address + "/") for url in outside)
    assert opened.messages == []
    assert asked
    if name == "tianditu":
        assert all(path.endswith("tk=k%27%22%3E%3Cb%3E%26y") for path in asked)
    opened.page.evaluate("() => { atlas.app.set({lang: 1}); }")
    assert opened.page.inner_text("#credit").startswith(given.credit[1])
    told = opened.page.locator("#footer .shifted").count()
    assert told == (1 if name == "amap" else 0)


@pytest.mark.parametrize("size", [(1366, 768), (320, 640)])
def test_a_page_whose_tiles_do_not_come_is_for_everyone(
    size: tuple[int, int], run: Run, visit: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = dataclasses.replace(basemap.BASEMAPS["osm"], url="http://127.0.0.1:9/{z}/{x}/{y}.png")
    monkeypatch.setitem(basemap.BASEMAPS, "osm", nowhere)
    page = visit(write_atlas(asking(run, "osm"), tmp_path / "atlas.html"), size=size).page
    page.evaluate("() => { document.querySelector('#footer .sources').open = true; }")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.locator("path[data-city]").count() == len(run.cities)


def test_a_page_with_a_basemap_may_load_from_nowhere_else(
    run: Run, visit: Open, tmp_path: Path
) -> None:
    opened = visit(write_atlas(asking(run, "osm"), tmp_path / "atlas.html"))
    opened.page.evaluate(
        "() => { const image = new Image(); image.src = 'http://127.0.0.1:9/x.png'; }"
    )
    opened.page.wait_for_timeout(200)
    assert any("Content Security Policy" in message for message in opened.messages)


def test_over_amap_every_coordinate_is_shifted_and_no_distance_is(run: Run) -> None:
    plain, moved = payload(run), payload(asking(run, "amap"))
    seats = np.array(plain["cities"]["seats"])
    lon, lat = wgs84_to_gcj02(seats[:, 1], seats[:, 0])
    shifted = np.array(moved["cities"]["seats"])
    np.testing.assert_allclose(shifted, np.column_stack([lat, lon]), atol=1.1e-4)
    far = GEOD.inv(seats[:, 1], seats[:, 0], shifted[:, 1], shifted[:, 0])[2]
    assert far.min() > 100
    for name in ("labels",):
        there, here = np.array(moved["cities"][name]), np.array(plain["cities"][name])
        assert (np.abs(there - here).max(axis=1) > 1e-3).all()
    for name in ("pairs", "stations"):
        key = "ends" if name == "pairs" else "at"
        for one, other in zip(moved[name], plain[name], strict=True):
            assert np.abs(np.array(one[key]) - np.array(other[key])).max() > 1e-3
    assert [one["lines"] for one in moved["lines"]] != [one["lines"] for one in plain["lines"]]
    south, west = np.subtract(moved["map"]["bounds"][0], plain["map"]["bounds"][0])
    assert abs(south) + abs(west) > 1e-3
    for name in ("times", "kilometres", "layers", "gradients", "hinterlands"):
        assert moved[name] == plain[name], name


def test_without_a_basemap_there_is_no_host_in_the_policy(sample_page: Path) -> None:
    assert "img-src data: blob:;" in sample_page.read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "key"), [("bing", "x"), ("tianditu", "")])
def test_a_basemap_that_cannot_work_is_refused(name: str, key: str, run: Run) -> None:
    options = {**run.options, "basemap": name, "basemap_key": key}
    with pytest.raises(ArgumentError):
        payload(dataclasses.replace(run, options=options))


def test_the_grid_is_labelled_with_its_degrees_clear_of_everything(
    delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page).page
    seen = page.evaluate(
        """() => [...document.querySelectorAll(".degrees text")].map((node) => {
          const box = node.getBoundingClientRect();
          return [node.textContent, box.left, box.top, box.right, box.bottom];
        })"""
    )
    assert {text[-1] for text, *_ in seen} == {"E", "N"}
    frame = page.locator("#frame").bounding_box()
    assert frame is not None
    for text, *_ in seen:
        value = float(text[:-2])
        spot = [30.0, value] if text[-1] == "E" else [value, 119.0]
        at = page.evaluate(
            "(at) => { const p = atlas.app.map.latLngToContainerPoint(at); return [p.x, p.y]; }",
            spot,
        )
        axis = 0 if text[-1] == "E" else 1
        box = next(one for one in seen if one[0] == text)
        middle = (box[1 + axis] + box[3 + axis]) / 2 - (frame["x"], frame["y"])[axis]
        assert middle == pytest.approx(at[axis], abs=2)
    for name in ("legend", "scale", "zoom", "north"):
        other = page.locator(f"#{name}").bounding_box()
        assert other is not None
        for _, left, top, right, bottom in seen:
            clear = right <= other["x"] or other["x"] + other["width"] <= left
            assert clear or bottom <= other["y"] or other["y"] + other["height"] <= top


def test_rings_are_as_far_from_the_core_as_they_say(
    delta: Run, delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page).page
    press(page.locator("[data-overlay=rings]"))
    rings = page.evaluate("atlas.app.ringsShown()")
    seat = delta.cities.loc[delta.cores[0], ["seat_lon", "seat_lat"]].to_numpy(float)
    assert len(rings) >= 3
    for km, line in rings:
        for lat, lon in line:
            assert GEOD.inv(*seat, lon, lat)[2] / 1000 == pytest.approx(km, abs=0.02)
    shown = page.evaluate("[...document.querySelectorAll('.label.ring')].map((n) => n.textContent)")
    assert shown
    assert set(shown) <= {f"{km}公里" for km, _ in rings}
    second = delta.cores[1]
    page.evaluate("(id) => { atlas.app.pinCity(atlas.app.placeOf(id)); }", second)
    seat = delta.cities.loc[second, ["seat_lon", "seat_lat"]].to_numpy(float)
    for km, line in page.evaluate("atlas.app.ringsShown()"):
        assert GEOD.inv(*seat, line[3][1], line[3][0])[2] / 1000 == pytest.approx(km, abs=0.02)


@pytest.mark.parametrize("language", [0, 1])
def test_paper_and_pictures_carry_the_date_and_the_approval(
    language: int, run: Run, visit: Open, tmp_path: Path
) -> None:
    given = dataclasses.replace(run, options={**run.options, "map_approval": "GS-TEST-2"})
    page = visit(write_atlas(given, tmp_path / "atlas.html")).page
    page.evaluate("(lang) => { atlas.app.set({lang}); }", language)
    today = page.evaluate("atlas.app.today()")
    paper = page.evaluate(
        """() => {
          window.dispatchEvent(new Event("beforeprint"));
          const text = document.querySelector("#imprint").innerText;
          window.dispatchEvent(new Event("afterprint"));
          return text;
        }"""
    )
    for told in (paper, page.evaluate("atlas.picture(atlas.app)")):
        assert today in told
        assert "GS-TEST-2" in told


def test_paper_cuts_neither_the_date_nor_the_heading_of_the_ranking(
    delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page).page
    for language in (0, 1):
        lines = page.evaluate(
            """(lang) => {
              atlas.app.set({lang});
              window.dispatchEvent(new Event("beforeprint"));
              const box = document.querySelector("#imprint").getBoundingClientRect();
              const found = [...document.querySelectorAll("#imprint p")].map((line) => {
                const own = line.getBoundingClientRect();
                return [line.innerText, own.top >= box.top - 1, own.bottom <= box.bottom + 1];
              });
              const head = document.querySelector(".paper");
              found.push([head.innerText, head.getClientRects().length > 0, true]);
              window.dispatchEvent(new Event("afterprint"));
              return found;
            }""",
            language,
        )
        assert all(above and below for _, above, below in lines)
        assert page.evaluate("atlas.app.today()") in lines[0][0]
        assert lines[-1][0] == page.evaluate("atlas.app.titleOf(atlas.app.layer())")
    assert not page.locator(".paper").is_visible()


@pytest.mark.parametrize("size", [(320, 640), (1040, 596)])
def test_names_do_not_collide_on_a_phone_or_on_paper(
    size: tuple[int, int], delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page, size=size).page
    if size[0] > 1000:
        page.evaluate("() => { window.dispatchEvent(new Event('beforeprint')); }")
    boxes = page.evaluate(
        """() => [...document.querySelectorAll(".label")].map((node) => {
          const box = node.getBBox();
          return [box.x, box.y + 2, box.x + box.width, box.y + box.height - 2];
        })"""
    )
    assert len(boxes) >= 9
    if size[0] < 1000:
        inside = page.evaluate(
            """() => [...document.querySelectorAll(".label")].map((node) => {
              const [own, all] = [node, document.querySelector("#frame")]
                .map((one) => one.getBoundingClientRect());
              return own.left >= all.left && own.right <= all.right;
            })"""
        )
        assert all(inside)  # none is cut by the edge
    shapes = [shapely.box(*box) for box in boxes]
    for k, shape in enumerate(shapes):
        assert not any(shape.intersects(other) for other in shapes[k + 1 :])


def test_the_delta_shows_no_national_line(delta_page: Path) -> None:
    text = delta_page.read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])
    assert data["land"]["national"] is False
    assert "line" not in data["land"]
