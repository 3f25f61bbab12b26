"""A run as one JSON object; promise: geometry once, values once, nothing that the run lacks.

Cities are in the order of their adcodes everywhere; latitude comes first, as Leaflet wants it.
"""

import json
import re
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yrdgeo.geo import geodesic_km
from yrdgeo.publish import corridorsay, overlays
from yrdgeo.publish.basemap import basemap_record, drawn
from yrdgeo.publish.charts import chart_records, difference_records
from yrdgeo.publish.evaluationcharts import evaluation_records
from yrdgeo.publish.ground import ground, ground_name, ground_source, ring_records
from yrdgeo.publish.layers import Record, both, layer_records, number, records, text, time_records
from yrdgeo.publish.linked import linked_record
from yrdgeo.publish.palette import MARKS
from yrdgeo.publish.topology import STEP_DEGREES, steps, topology
from yrdgeo.publish.words import unit_of, words_of
from yrdgeo.results import Run

MOST_TIMES = 120  # cities; a full matrix of more would outweigh the map
COUNTY = "市"
WIDE, WIDE_STEP = 20.0, 1e-3  # degrees: of a wide region a hundred metres are not seen
SHORT = 2


def payload(run: Run, *, layers: Sequence[str] | None = None, panel: bool = True) -> Record:
    """Return everything that the page shows, ready for JSON.

    Parameters
    ----------
    layers
        Some of the run's layers; all of them by default.
    panel
        Whether the page has its side panel, title and footer around the map.
    """
    over = drawn(run)
    cities = over.cities.sort_index()
    order = cities.index
    around = ground_name(cities)
    core_places = overlays.positions(order, list(run.cores))
    shown = layer_records(run, order, only=layers)
    words = words_of(unit_of(order)) | corridorsay.way_words(run, unit_of(order))
    return {
        "panel": panel,
        "languages": _languages(run),
        "words": [{key: pair[i] for key, pair in words.items()} for i in (0, 1)],
        "marks": MARKS,
        "run": {
            "name": text(run.name),
            "title": both({"title_zh": run.title_zh, "title_en": run.title_en}, "title"),
            "year": int(run.year),
            "approval": text(run.options.get("map_approval")),
            "version": text(run.provenance.get("yrdgeo")),
            "warnings": [
                [text(t) for t in run.warnings_zh or run.warnings],
                [text(t) for t in run.warnings],
            ],
        },
        "cities": city_records(cities, run.contiguity),
        "map": _map(cities, run.hinterlands),
        "layers": shown,
        "differences": difference_records(run, order, shown),
        "charts": chart_records(run, order),
        "times": time_records(run.times, order) if len(order) <= MOST_TIMES else None,
        "cores": core_places,
        "kilometres": {
            str(i): [round(float(km), 1) for km in geodesic_km(run.cities, core, list(order))]
            for i, core in zip(core_places, run.cores, strict=True)
        },
        "evaluated": evaluation_records(run),
        "rings": ring_records(over, order, core_places),
        "hinterlands": _hinterlands(run.hinterlands, order),
        "pairs": overlays.pair_records(over.pairs, order),
        "gradients": overlays.gradient_records(run, order),
        "lines": overlays.line_records(over.links),
        "stations": overlays.station_records(over),
        "groups": overlays.group_records(run, order),
        "linked": linked_record(over, order),
        "land": ground(cities),
        "basemap": basemap_record(run),
        "sources": [
            {name: text(row.get(name)) for name in SOURCE_FIELDS}
            | {"vintage_zh": chinese_vintage(text(row.get("vintage")))}
            for row in [*records(run.sources), *([ground_source(around)] if around else [])]
        ],
    }


SOURCE_FIELDS = (
    "source_id", "title", "title_zh", "publisher", "publisher_zh", "vintage", "licence",
    "licence_zh", "url",
)  # fmt: skip


def script_json(content: object) -> str:
    r"""Return JSON that is safe inside a script element and that Jinja would not touch.

    >>> script_json({"a": "</script>{{ 1 }}"})
    '{"a":"\\u003c/script\\u003e\\u007b{ 1 }}"}'
    """
    dumped = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        dumped = dumped.replace(character, f"\\u{ord(character):04x}")
    # In JSON these can only stand inside a string.
    for opening in ("{{", "{%", "{#"):
        dumped = dumped.replace(opening, f"\\u007b{opening[1]}")
    return dumped


_VINTAGES = {
    " and later": "及以后", " and ": "和", " derived": "（推算）", " residual": "（余额推算）",
    " final": "（终值）", "not stated in the wheel; before ": "未注明，早于",
}  # fmt: skip


def chinese_vintage(said: str) -> str:
    """Return what a source says of its vintage in Chinese; empty where no words are known for it.

    >>> chinese_vintage("2010-11-01 and 2020-11-01"), chinese_vintage("2020"), chinese_vintage("x")
    ('2010-11-01和2020-11-01', '2020', '')
    """
    for english, chinese in _VINTAGES.items():
        said = said.replace(english, chinese)
    return "" if re.search("[A-Za-z]", said) else said


def _languages(run: Run) -> list[str]:
    given = run.options.get("languages")
    asked = [str(one) for one in given] if isinstance(given, (list, tuple)) else []
    return [one for one in asked if one in ("zh", "en")] or ["zh", "en"]


_PEOPLES = "朝鲜|土家|苗|藏|羌|彝|布依|侗|哈尼|壮|傣|白|景颇|傈僳|回|蒙古|哈萨克|柯尔克孜"
_AUTONOMOUS = re.compile(f"(?<=..)(?:(?:{_PEOPLES})族?)+自治州$")


def short(name: str) -> str:
    """Return a Chinese name as maps have it: without the word for city, or a prefecture's peoples.

    >>> short("苏州市"), short("沙市"), short("海西蒙古族藏族自治州"), short("Suzhou")
    ('苏州', '沙市', '海西', 'Suzhou')
    """
    name = _AUTONOMOUS.sub("", name)
    return name[:-1] if name.endswith(COUNTY) and len(name) > SHORT else name


def city_records(cities: gpd.GeoDataFrame, contiguity: pd.DataFrame) -> Record:
    """Return names, seats, label points and neighbours, each a list in the order of the cities."""
    order = cities.index
    names = [both(row, "name") for row in records(cities)]
    provinces = [both(row, "province") for row in records(cities)]
    neighbours: list[list[int]] = [[] for _ in order]
    ends = [order.get_indexer(pd.Index(contiguity[name])) for name in ("from_id", "to_id")]
    for i, j in sorted(zip(*ends, strict=True)):
        if i >= 0 and j >= 0:
            neighbours[i].append(int(j))
            neighbours[j].append(int(i))
    return {
        "ids": [text(code) for code in order],
        "names": names,
        "short": [[short(zh), en] for zh, en in names],
        "provinces": provinces,
        "seats": overlays.points(cities["seat_lon"], cities["seat_lat"]),
        "labels": [_label(geometry) for geometry in cities.geometry],
        "neighbours": neighbours,
    }


def _label(geometry: shapely.Geometry) -> list[float]:
    """Return the middle of the widest circle inside the largest part."""
    largest = max(shapely.get_parts(geometry), key=lambda part: part.area)
    circle = shapely.maximum_inscribed_circle(largest, tolerance=0.01)
    lon, lat = shapely.get_coordinates(circle)[0]
    return [round(float(lat), 4), round(float(lon), 4)]


def _map(cities: gpd.GeoDataFrame, hinterlands: pd.DataFrame) -> Record:
    west, south, east, north = (float(x) for x in cities.total_bounds)
    wide = max(east - west, north - south) > WIDE
    shared = topology(cities.geometry, step=WIDE_STEP if wide else STEP_DEGREES)
    provinces = [text(name) for name in cities.get("province_zh", pd.Series("", cities.index))]
    cores = hinterlands.reindex(cities.index).get("core", pd.Series("", cities.index))
    return {
        "step": shared.step,
        "arcs": [steps(arc) for arc in shared.arcs],
        "shapes": [[list(ring) for ring in shape] for shape in shared.shapes],
        "provinces": shared.between(provinces),
        "outer": shared.outer(),
        "hinterlands": shared.between([text(core) for core in cores]),
        "bounds": [[south, west], [north, east]],
    }


def _hinterlands(table: pd.DataFrame, order: pd.Index) -> Record | None:
    if table.empty:
        return None
    rows = table.reindex(order)
    return {
        "core": overlays.positions(order, [text(core) for core in rows["core"]]),
        "minutes": [number(np.round(v), 0) for v in rows["travel_time_min"].fillna(np.inf)],
    }
