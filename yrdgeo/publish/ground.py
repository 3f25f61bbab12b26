"""What lies under and around the region; promise: only geometry that a named source has.

A map of the whole country shows all of it: every province, Taiwan among them, and in an inset the
islands and the boundary line of the South China Sea, as the rules for public maps of 2023
(公开地图内容表示规范) ask. No approval number is ever made up.
"""

import json
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yrdgeo.geo import GEOD
from yrdgeo.publish.layers import Record, text
from yrdgeo.publish.page import asset, credits_of
from yrdgeo.results import Run

MARGIN = 1.0  # degrees of ground on every side of the region
# The 31 provinces of the mainland, as the first two digits of their members' codes.
MAINLAND = (
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41",
    "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65",
)  # fmt: skip
COUNTRY = (75.0, 20.0, 133.0, 52.0)  # west, south, east, north: a region that covers this is all
MAIN = [[17.6, 73.4], [53.6, 135.2]]  # of the map itself; the inset holds what is south of it
INSET = [[2.8, 105.8], [24.2, 123.6]]
RINGS_KM = (25, 50, 100, 200, 500, 1000)  # steps between rings
MOST_RINGS = 5
BEARINGS = np.arange(0, 361, 6, dtype=np.float64)


def is_national(cities: gpd.GeoDataFrame) -> bool:
    """Tell whether a region is all China: by its members, or by its extent.

    It is if it has members in all 31 provinces of the mainland, or reaches from 75° to 133° E
    and from 20° to 52° N.
    """
    if set(MAINLAND) <= {text(code)[:2] for code in cities.index}:
        return True
    west, south, east, north = cities.total_bounds
    return bool(
        west < COUNTRY[0] and south < COUNTRY[1] and east > COUNTRY[2] and north > COUNTRY[3]
    )


def ground_name(cities: gpd.GeoDataFrame) -> str:
    """Return the embedded ground that holds a region, empty where none does."""
    if is_national(cities):
        return "china.json"
    wanted = shapely.buffer(shapely.box(*cities.total_bounds), MARGIN)
    for name in ("land.json", "china.json"):
        (south, west), (north, east) = json.loads(asset(name))["window"]
        if shapely.box(west, south, east, north).contains(wanted):
            return name
    return ""


def ground(cities: gpd.GeoDataFrame) -> Record | None:
    """Return the ground around the region, or None where no embedded window holds it."""
    name = ground_name(cities)
    if not name:
        return None
    content: Record = json.loads(asset(name))
    return content | {"national": is_national(cities), "main": MAIN, "inset": INSET}


def ground_source(name: str) -> Record:
    """Return the source row of an embedded ground."""
    row = credits_of(name)
    return {**row, "source_id": "land", "vintage": row["version"]}


def ring_records(run: Run, order: pd.Index, cores: Sequence[int]) -> Record:
    """Return rings of equal distance around each core, on the ellipsoid.

    Returns
    -------
    rings
        Place of the core in the order → ``[[km, [[latitude, longitude], …]], …]``.
    """
    seats = run.cities.loc[order, ["seat_lon", "seat_lat"]].to_numpy(np.float64)
    found: Record = {}
    for core in cores:
        if core < 0 or not np.isfinite(seats[core]).all():
            continue
        lon, lat = seats[core]
        others = seats[np.isfinite(seats).all(axis=1)]
        n = len(others)
        far = GEOD.inv(np.full(n, lon), np.full(n, lat), others[:, 0], others[:, 1])[2].max() / 1000
        step = next((km for km in RINGS_KM if km * MOST_RINGS >= far), RINGS_KM[-1])
        radii = [step * k for k in range(1, MOST_RINGS + 1) if step * (k - 1) < far]
        found[str(core)] = [[km, ring(lon, lat, km)] for km in radii]
    return found


def ring(lon: float, lat: float, km: float) -> list[list[float]]:
    """Return the points so many kilometres from a place, as latitude and longitude.

    >>> ring(120.0, 30.0, 100.0)[0]
    [30.902, 120.0]
    """
    n = len(BEARINGS)
    ends = GEOD.fwd(np.full(n, lon), np.full(n, lat), BEARINGS, np.full(n, km * 1000.0))
    return [[round(float(y), 4), round(float(x), 4)] for x, y in zip(ends[0], ends[1], strict=True)]
