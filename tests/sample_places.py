"""The places of the made-up region: cities, times between them, neighbours, a network.

Nine squares near 119° E, 31° N and one island; rows are shuffled.
"""

from itertools import combinations, pairwise, product

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Geod
from shapely import LineString, MultiPolygon, Point, box

from yrdgeo.results import TravelTimes

WEST, SOUTH, SIDE = 118.2, 30.2, 0.5
STEMS = "甲乙丙丁戊己庚辛壬癸"
PINYIN = ("Jia", "Yi", "Bing", "Ding", "Wu", "Ji", "Geng", "Xin", "Ren", "Gui")
ISLAND = "920500"
SPEED_KMH = {"rail": 150.0, "road": 70.0}
GEOD = Geod(ellps="WGS84")


def sample_cities() -> gpd.GeoDataFrame:
    """Nine squares, row by row from the south-west, and an island to the east; shuffled."""
    corners = [(WEST + SIDE * x, SOUTH + SIDE * y) for y, x in product(range(3), range(3))]
    shapes = [MultiPolygon([box(x, y, x + SIDE, y + SIDE)]) for x, y in corners]
    isles = [box(120.1, 30.6, 120.4, 30.9), box(120.45, 30.7, 120.5, 30.75)]
    shapes.append(MultiPolygon(isles))
    codes = [f"{province}0{i}00" for province in ("91", "92") for i in range(1, 6)]
    west = [code.startswith("91") for code in codes]
    seats = [(x + 0.3, y + 0.2) for x, y in corners] + [(120.2, 30.7)]  # not the centroids
    table = gpd.GeoDataFrame(
        {
            "adcode": codes,
            "name_zh": [f"{stem}市" for stem in STEMS],
            "name_en": list(PINYIN),
            "province_zh": ["西省" if is_west else "东省" for is_west in west],
            "province_en": ["Xi" if is_west else "Dong" for is_west in west],
            "seat_lon": [lon for lon, _ in seats],
            "seat_lat": [lat for _, lat in seats],
        },
        geometry=shapes,
        crs="EPSG:4326",
    ).set_index("adcode")
    return table.sample(frac=1.0, random_state=7)


def shuffled(table: pd.DataFrame, seed: int = 3) -> pd.DataFrame:
    return table.sample(frac=1.0, random_state=seed).reset_index(drop=True)


def kilometres(cities: gpd.GeoDataFrame) -> pd.DataFrame:
    lon, lat = cities["seat_lon"].to_numpy(), cities["seat_lat"].to_numpy()
    n = len(cities)
    _, _, metres = GEOD.inv(np.repeat(lon, n), np.repeat(lat, n), np.tile(lon, n), np.tile(lat, n))
    return pd.DataFrame(np.reshape(metres, (n, n)) / 1000.0, cities.index, cities.index)


def sample_times(cities: gpd.GeoDataFrame) -> dict[str, TravelTimes]:
    km = kilometres(cities)
    minutes = {mode: km.to_numpy() / speed * 60.0 for mode, speed in SPEED_KMH.items()}
    alone = cities.index.to_numpy() == ISLAND
    cut = alone[:, None] != alone[None, :]
    minutes["rail"] = np.where(cut, np.inf, minutes["rail"])
    minutes["best"] = np.minimum(minutes["rail"], minutes["road"])
    codes = pd.Index(cities.index)
    return {mode: TravelTimes(codes, codes, matrix) for mode, matrix in minutes.items()}


def sample_contiguity(cities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Touching polygons, and one declared bridge from the island to the nearest seat."""
    codes = sorted(cities.index)
    shapes = cities.geometry
    rows = [
        (a, b, shapes[a].intersection(shapes[b]).length * 100.0, "land")
        for a, b in combinations(codes, 2)
        if shapes[a].touches(shapes[b])
    ]
    if ISLAND in cities.index:
        km = kilometres(cities)[ISLAND].drop(ISLAND)
        rows.append((min(km.idxmin(), ISLAND), max(km.idxmin(), ISLAND), 0.0, "bridge"))
    return shuffled(pd.DataFrame(rows, columns=["from_id", "to_id", "border_km", "kind"]))


def sample_nodes(cities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rows = []
    for code, city in sorted(cities.to_dict("index").items()):
        lon, lat = city["seat_lon"], city["seat_lat"]
        stem_zh, stem_en = city["name_zh"].removesuffix("市"), city["name_en"]
        places = [
            (code, city["name_zh"], stem_en, "seat", Point(lon, lat)),
            (f"r{code}", "", "", "junction", Point(lon + 0.04, lat + 0.05)),
        ]
        if code != ISLAND:
            station = Point(lon + 0.03, lat - 0.02)
            places.append((f"{stem_zh}北", f"{stem_zh}北", f"{stem_en} North", "station", station))
        rows += [
            {
                "node_id": i,
                "name_zh": zh,
                "name_en": en,
                "kind": kind,
                "adcode": code,
                "geometry": p,
            }
            for i, zh, en, kind, p in places
        ]
    return gpd.GeoDataFrame(shuffled(pd.DataFrame(rows)), geometry="geometry", crs="EPSG:4326")


def sample_links(nodes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Chain the stations by two kinds of railway and the junctions by roads."""
    rows = []
    for kind, modes in (("station", ("hsr", "rail")), ("junction", ("road",))):
        chain = nodes[nodes["kind"].eq(kind)].sort_values("adcode")
        places = zip(chain["node_id"], chain.geometry, strict=True)
        for number, ((a, start), (b, end)) in enumerate(pairwise(places)):
            mode = modes[number % len(modes)]
            line = LineString([start, end])
            rows.append(
                {
                    "link_id": f"{mode}-{number}",
                    "from_node": a,
                    "to_node": b,
                    "mode": mode,
                    "name_zh": f"{mode}线{number}",
                    "name_en": f"{mode} line {number}",
                    "length_km": GEOD.geometry_length(line) / 1000.0,
                    "speed_kmh": SPEED_KMH["road" if mode == "road" else "rail"],
                    "fixed_min": 0.0,
                    "open_from": "" if mode == "road" else "2010-07",
                    "open_to": "",
                    "status": "open",
                    "oneway": False,
                    "source_id": "network",
                    "confidence": "medium",
                    "backbone": mode != "road" or number % 2 == 0,
                    "geometry": line,
                }
            )
    return gpd.GeoDataFrame(shuffled(pd.DataFrame(rows)), geometry="geometry", crs="EPSG:4326")
