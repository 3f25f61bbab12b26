"""When a page is ready, and how large: ``pytest tests/bench/test_page_ready.py -o addopts= -s``.

Made-up values on the real polygons of China, beside plain folium with four GeoJson layers of the
same polygons in the same run; folium's own files from the internet are left out of both numbers.
The floor is a page that only reads our data: what Chromium itself takes to begin and to parse it.
"""

import re
import shutil
import statistics
import time
import tracemalloc
from pathlib import Path

import folium
import geopandas as gpd
import pytest
from needs import need
from page_runs import china_cities, made_up_run
from playwright.sync_api import Browser, sync_playwright

import yrdgeo as yg
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.publish.foliummap import leaflet
from yrdgeo.publish.payload import payload
from yrdgeo.results import Run

pytestmark = pytest.mark.bench
VISITS = 5
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--enable-precise-memory-info",
]  # fmt: skip
WAIT_MS = 60_000
LAYERS = 4
# Regions → megabytes, milliseconds until ready, megabytes of heap.
LIMITS = {"delta": (1.0, 500, 100), "prefecture": (3.0, 1500, 100), "county": (6.0, 1500, 100)}


def visits(path: Path, browser: Browser, ready: str) -> tuple[float, float]:
    """Return the median of the milliseconds until a page is ready, and the megabytes of heap."""
    times, heap = [], []
    for _ in range(VISITS):
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(path.resolve().as_uri(), wait_until="commit")
        page.wait_for_selector(ready, timeout=WAIT_MS)
        times.append(float(page.evaluate("Number(document.body.dataset.ready)")))
        heap.append(page.evaluate("performance.memory.usedJSHeapSize") / 1e6)
        page.close()
    return statistics.median(times), statistics.median(heap)


def plain_folium(cities: gpd.GeoDataFrame, path: Path) -> Path:
    """Write four GeoJson layers with plain folium, Leaflet inside the page as in ours."""
    drawn = folium.Map(location=[33, 110], zoom_start=4, tiles=None)
    for k in range(LAYERS):
        folium.GeoJson(cities[["name_zh", "geometry"]].to_json(), name=f"layer {k}").add_to(drawn)
    folium.LayerControl().add_to(drawn)
    drawn.default_js, drawn.default_css = [], []
    root = drawn.get_root()
    root.header.add_child(folium.Element(f"<script>{leaflet()}</script>"))
    text = root.render()
    end = "document.body.dataset.ready = String(Math.round(performance.now()));"
    at = text.rindex("</script>")
    path.write_text(text[:at] + end + text[at:], encoding="utf-8")
    return path


def floor(ours: Path, path: Path) -> Path:
    """Write a page that reads the data of ours and does nothing with it."""
    text = ours.read_text(encoding="utf-8")
    data = re.search(r"<script type=.application/json.*?</script>", text, re.DOTALL)
    assert data is not None
    script = (
        'JSON.parse(document.getElementById("data").textContent);'
        "document.body.dataset.ready = String(Math.round(performance.now()));"
    )
    head = "<!DOCTYPE html><meta charset='utf-8'><body><p>floor</p>"
    path.write_text(f"{head}{data[0]}<script>{script}</script>", encoding="utf-8")
    return path


def written(run: Run, path: Path) -> tuple[Path, float, float]:
    """Write our page; return it, the seconds it took and the megabytes of the payload's peak."""
    payload(run)  # the first one loads the classifiers
    begun = time.perf_counter()
    write_atlas(run, path)
    seconds = time.perf_counter() - begun
    tracemalloc.start()
    payload(run)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return path, seconds, peak


@pytest.mark.parametrize("level", list(LIMITS))
def test_the_page_is_small_and_soon_ready(level: str, tmp_path: Path) -> None:
    found = shutil.which("chromium")
    need(found is not None, "no Chromium is installed")
    if level == "delta":
        run = yg.run_study(yg.load_study("yrd"), tmp_path, formats=["atlas"])
    else:
        run = made_up_run(china_cities("county" if level == "county" else "prefecture"))
    ours, seconds, peak = written(run, tmp_path / "ours.html")
    theirs = plain_folium(run.cities, tmp_path / "folium.html")
    bare = floor(ours, tmp_path / "floor.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET)
        ready, heap = visits(ours, browser, "body[data-ready]")
        least, _ = visits(bare, browser, "body[data-ready]")
        try:
            other, _ = visits(theirs, browser, "body[data-ready]")
        except Exception as error:  # noqa: BLE001 — Playwright's time limit is not an exported type
            print(f"\nplain folium: {str(error)[:60]}")  # noqa: T201 — a benchmark reports
            other = float("inf")
        browser.close()
    size, plain = ours.stat().st_size / 1e6, theirs.stat().st_size / 1e6
    print(  # noqa: T201 — as above
        f"\n{level}, {len(run.cities)} regions: {size:.2f} MB, ready after {ready:.0f} ms (floor "
        f"{least:.0f} ms), heap {heap:.0f} MB; written in {seconds:.1f} s, peak of the payload "
        f"{peak:.0f} MB; plain folium {plain:.1f} MB ({plain / size:.0f} times), {other:.0f} ms "
        f"({other / ready:.1f} times)"
    )
    limits = LIMITS[level]
    assert size < limits[0]
    assert ready < limits[1]
    assert heap < limits[2]
    assert plain > size
    # Forty-one small polygons are little for anyone; folium gives out with many.
    assert level == "delta" or other > ready
