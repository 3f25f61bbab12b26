"""The hierarchy against scipy on networks of a size at which shortcuts matter."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Geod
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from yrdgeo.analysis.accessibility import cumulative, gravity
from yrdgeo.analysis.decay import exponential
from yrdgeo.results import Network
from yrdgeo.routing.engine import Prepared, prepare
from yrdgeo.routing.graph import link_milliseconds
from yrdgeo.routing.reach import nearest, reach
from yrdgeo.routing.snap import snap
from yrdgeo.routing.times import travel_times

SIDE = 45


@pytest.fixture(scope="module")
def roads() -> Network:
    """Lay a perturbed grid with arterials, gaps, one-way streets, links of no length; shuffled."""
    random = np.random.default_rng(20251122)
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    pairs = np.concatenate(
        [
            np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
            np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
        ]
    )
    pairs = pairs[random.random(len(pairs)) < 0.7]
    size = len(pairs)
    arterial = (pairs % SIDE % 10 == 0).all(axis=1)
    links = pd.DataFrame(
        {
            "link_id": [f"l{one}" for one in random.permutation(size)],
            "from_node": [f"n{one}" for one in pairs[:, 0]],
            "to_node": [f"n{one}" for one in pairs[:, 1]],
            "mode": "road",
            "length_km": np.where(random.random(size) < 0.03, 0.0, random.uniform(0.3, 1.5, size)),
            "speed_kmh": np.where(arterial, 90.0, 35.0),
            "oneway": random.random(size) < 0.1,
        }
    )
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    nodes = gpd.GeoDataFrame(
        {"node_id": [f"n{one}" for one in range(SIDE * SIDE)]},
        geometry=gpd.points_from_xy(119 + column * 0.01, 30 + row * 0.01),
        crs="EPSG:4326",
    )
    return Network(links.sample(frac=1, random_state=3), nodes.sample(frac=1, random_state=4))


@pytest.fixture(scope="module")
def prepared(roads: Network) -> Prepared:
    return prepare(roads, engine="hierarchy")


@pytest.fixture(scope="module")
def minutes(roads: Network) -> pd.DataFrame:
    """Return the minutes of every pair by scipy, from the tables and not from our graph."""
    ids = pd.Index(sorted(roads.nodes["node_id"]))
    tail = ids.get_indexer(roads.links["from_node"])
    head = ids.get_indexer(roads.links["to_node"])
    back = ~roads.links["oneway"].to_numpy(dtype=bool)
    ms = link_milliseconds(roads.links).astype(np.float64)
    arcs = (np.r_[ms, ms[back]], (np.r_[tail, head[back]], np.r_[head, tail[back]]))
    matrix = coo_array(arcs, shape=(len(ids), len(ids))).tocsr()
    return pd.DataFrame(dijkstra(matrix) / 60_000, ids, ids)


def test_many_to_many_equals_scipy(prepared: Prepared, minutes: pd.DataFrame) -> None:
    ids = minutes.index
    for origins, destinations in ((ids[::7], ids[::3]), (ids[::2], ids[::29]), (ids[:1], ids)):
        times = travel_times(prepared, origins, destinations)
        assert (times.minutes == minutes.loc[origins, destinations].to_numpy()).all()


def test_reach_equals_the_measures_on_the_matrix(prepared: Prepared, minutes: pd.DataFrame) -> None:
    ids = minutes.index
    random = np.random.default_rng(5)
    jobs = pd.Series(
        random.integers(0, 1000, 300).astype(float), random.choice(ids, 300, replace=False)
    )
    times = travel_times(prepared, ids, jobs.index, engine="dijkstra")
    decay = exponential(half_life_min=20.0)
    found = reach(prepared, ids, jobs, cutoffs_min=[5.0, 15.0], decay=decay)
    for cutoff in (5.0, 15.0):
        expected = cumulative(times, jobs, cutoff_min=cutoff)
        assert (found[cutoff] == expected.loc[ids]).all()  # sums of whole numbers are exact
    np.testing.assert_allclose(found["gravity"], gravity(times, jobs, decay=decay), rtol=1e-12)


def test_the_three_nearest_equal_a_sort(prepared: Prepared, minutes: pd.DataFrame) -> None:
    ids = minutes.index
    schools = ids[::61]
    found = nearest(prepared, ids, schools, k=3)
    wide = found.pivot_table(index="from_id", columns="rank", values="travel_time_min")
    expected = np.sort(minutes[schools].to_numpy(), axis=1)[:, :3]
    got = wide.reindex(ids).fillna(np.inf).to_numpy()
    assert (got == expected).all()


def test_snap_equals_a_brute_force_on_the_ellipsoid(roads: Network) -> None:
    random = np.random.default_rng(6)
    points = pd.DataFrame(
        {"lon": random.uniform(118.95, 119.75, 40), "lat": random.uniform(29.95, 30.75, 40)},
        index=[f"p{one}" for one in random.permutation(40)],
    )
    used = set(roads.links["from_node"]) | set(roads.links["to_node"])
    nodes = roads.nodes[roads.nodes["node_id"].isin(used)].set_index("node_id").geometry
    found = snap(roads, points)
    geod = Geod(ellps="WGS84")
    for place, point in points.iterrows():
        size = len(nodes)
        lon, lat = np.full(size, point["lon"]), np.full(size, point["lat"])
        metres = pd.Series(geod.inv(lon, lat, nodes.x, nodes.y)[2], nodes.index)
        assert found.loc[place, "distance_km"] == pytest.approx(metres.min() / 1000, abs=1e-4)
        assert metres[found.loc[place, "node_id"]] == pytest.approx(metres.min(), abs=0.1)
