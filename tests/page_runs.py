"""Runs on the real polygons of China with made-up values, for how large and fast a page is."""

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from yrdgeo.publish.topology import topology
from yrdgeo.results import Run
from yrdgeo.sources.china import china_polygons, province_names
from yrdgeo.sources.places import english_name, places

YEARS = tuple(range(2015, 2025))
LAYERS = ("gdp", "population", "gdp_per_capita", "growth")
YEAR = YEARS[-1]


def china_cities(level: Literal["prefecture", "county"]) -> gpd.GeoDataFrame:
    """Return the polygons as a ``cities`` table; the seat is any point inside."""
    table = china_polygons(level)
    named = places(level)
    inside = table.geometry.representative_point()
    provinces = [province_names(code) for code in table["adcode"]]
    return table.assign(
        geometry=table.geometry.make_valid(),
        name_en=[english_name(named[code]) for code in table["adcode"]],
        province_zh=[zh for zh, _ in provinces],
        province_en=[en for _, en in provinces],
        seat_lon=inside.x,
        seat_lat=inside.y,
    ).set_index("adcode")


def made_up_run(cities: gpd.GeoDataFrame, *, years: tuple[int, ...] = YEARS) -> Run:
    """Return a run with four layers of made-up values; travel times are left out."""
    results = pd.concat(
        [_values(cities, layer, k, year) for k, layer in enumerate(LAYERS) for year in years]
    )
    empty = gpd.GeoDataFrame(geometry=[], crs="EPSG:4326")
    return Run(
        name="made_up",
        title_zh="全国（虚构数值）",
        title_en="All China (made-up values)",
        year=YEAR,
        cities=cities.sample(frac=1.0, random_state=5),
        results=results.sample(frac=1.0, random_state=6),
        layers=_layers(),
        times={},
        contiguity=_contiguity(cities),
        pairs=empty,
        gradients=pd.DataFrame(),
        hinterlands=pd.DataFrame(),
        links=empty,
        nodes=empty,
        groups=pd.DataFrame(),
        group_results=pd.DataFrame(),
        cores=(),
        sources=pd.DataFrame({"source_id": ["made"], "title": ["Made-up values"]}),
        provenance={"version": "0"},
        options={"languages": ["zh", "en"]},
    )


def _values(cities: gpd.GeoDataFrame, layer: str, k: int, year: int) -> pd.DataFrame:
    lon, lat = cities["seat_lon"].to_numpy(), cities["seat_lat"].to_numpy()
    coast = np.exp(-np.hypot(lon - 119 - k, (lat - 30) * 0.6) / 14.0)
    grain = np.abs(np.sin(lon * 91.7 + lat * (k + 47.3)))
    values = np.round(80.0 * coast * (0.4 + grain) * 1.03 ** (year - YEARS[0]), 1)
    values[5::97] = np.nan
    doubted = np.arange(len(cities)) % 53 == 0
    return pd.DataFrame(
        {
            "layer_id": layer,
            "adcode": cities.index,
            "year": year,
            "scenario": "",
            "value": values,
            "confidence": np.where(doubted, "unverified", "high"),
            "vintage": str(year + 1),
            "source_id": "made",
            "note": "",
        }
    )


def _layers() -> pd.DataFrame:
    rows = [
        (layer, f"虚构指标{k + 1}", f"Made-up measure {k + 1}") for k, layer in enumerate(LAYERS)
    ]
    table = pd.DataFrame(rows, columns=["layer_id", "title_zh", "title_en"])
    return table.assign(
        result="results", column="value", scheme="fisher_jenks", unit="unit", unit_zh="单位",
        unit_en="units", decimals=1, better="high", kind="intensive", topic="economy",
        topic_zh="经济", topic_en="Economy", palette="sequential", midpoint=np.nan, year=YEAR,
        meaning_zh="虚构。", meaning_en="Made up.", source_id="made",
    )  # fmt: skip


def _contiguity(cities: gpd.GeoDataFrame) -> pd.DataFrame:
    codes = list(cities.index)
    ends = {tuple(sorted(o)) for o in topology(cities.geometry).sides if len(o) > 1}
    pairs = sorted((codes[i], codes[j]) for i, j in ends)
    table = pd.DataFrame(pairs, columns=["from_id", "to_id"])
    return table.assign(border_km=1.0, kind="land")
