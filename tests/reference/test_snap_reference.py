"""Snapping to links against a brute force on the ellipsoid: every line, point by point."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from yrdgeo.results import Network
from yrdgeo.routing.snap import snap_to_links

GEOD = Geod(ellps="WGS84")


def test_the_nearest_link_is_that_of_a_dense_brute_force() -> None:
    random = np.random.default_rng(20260401)
    size = 30
    begin = random.uniform([118, 28], [122, 34], (size, 2))
    lines = [
        shapely.LineString(begin[one] + np.cumsum(random.normal(0, 0.15, (6, 2)), axis=0))
        for one in range(size)
    ]
    links = gpd.GeoDataFrame(
        {
            "link_id": [f"l{one}" for one in range(size)],
            "from_node": [f"a{one}" for one in range(size)],
            "to_node": [f"b{one}" for one in range(size)],
            "mode": "road",
            "length_km": 500.0,
            "speed_kmh": 60.0,
        },
        geometry=lines,
        crs="EPSG:4326",
    )
    ends = [line.coords[end] for end in (0, -1) for line in lines]
    nodes = gpd.GeoDataFrame(
        {"node_id": [f"{side}{one}" for side in "ab" for one in range(size)]},
        geometry=gpd.points_from_xy(*np.transpose(ends)),
        crs="EPSG:4326",
    )
    places = pd.DataFrame(random.uniform([118, 28], [122, 34], (20, 2)), columns=["lon", "lat"])
    network = Network(links.sample(frac=1, random_state=1), nodes)
    found = snap_to_links(network, places)
    shares = np.linspace(0, 1, 4_001)
    dense = shapely.get_coordinates(
        shapely.line_interpolate_point(np.array(lines)[:, None], shares, normalized=True)
    )
    steps = GEOD.inv(*dense[:-1].T, *dense[1:].T)[2].reshape(-1)
    for row in found.itertuples():
        lon, lat = np.full(len(dense), row.lon), np.full(len(dense), row.lat)
        km = GEOD.inv(lon, lat, *dense.T)[2] / 1000
        best = int(km.argmin())
        line, at = divmod(best, len(shares))
        # A step of the brute force is some 25 m; the flat earth costs a thousandth of the way.
        assert row.distance_km <= km[best] * 1.002 + 0.02
        assert row.distance_km >= km[best] - 0.02
        if np.partition(km.reshape(size, -1).min(axis=1), 1)[1] > km[best] * 1.01 + 0.1:
            assert row.link_id == f"l{line}"
            own = steps[line * len(shares) : (line + 1) * len(shares) - 1]
            assert abs(row.share - own[:at].sum() / own.sum()) < 0.01
            assert abs(row.from_km + row.to_km - 500.0) < 1e-9
