"""Areas that are reached, by hand and by law."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import ids_of, networks

from yrdgeo.errors import ArgumentError
from yrdgeo.results import Network
from yrdgeo.routing.engine import prepare
from yrdgeo.routing.isochrones import isochrone_polygons
from yrdgeo.routing.reach import isochrone


@pytest.fixture
def star() -> Network:
    """Four arms of a degree and 60 minutes around m, the eastern one one-way inward."""
    at = {"e": (122, 31), "m": (121, 31), "s": (121, 30), "n": (121, 32), "w": (120, 31)}
    nodes = gpd.GeoDataFrame(
        {"node_id": list(at)}, geometry=gpd.points_from_xy(*zip(*at.values(), strict=True)),
        crs="EPSG:4326",
    )  # fmt: skip
    links = pd.DataFrame(
        {
            "link_id": ["west", "east", "north", "south"],
            "from_node": ["w", "e", "m", "s"],
            "to_node": ["m", "m", "n", "m"],
            "mode": "road",
            "length_km": 120.0,
            "speed_kmh": 120.0,
            "oneway": [False, True, False, False],
        }
    )
    return Network(links, nodes)


@pytest.mark.parametrize("engine", ["dijkstra", "hierarchy"])
@pytest.mark.parametrize("method", ["convex", "concave"])
def test_links_count_as_far_as_they_are_reached(star: Network, engine: str, method: str) -> None:
    areas = isochrone_polygons(
        star, ["m"], cutoffs_min=[60, 30], method=method, ratio=1.0, engine=engine
    )
    assert areas["cutoff_min"].tolist() == [30.0, 60.0]
    assert areas["method"].tolist() == [method] * 2
    assert areas["n_nodes"].tolist() == [1, 4]
    half = shapely.Polygon([(121, 30.5), (121, 31.5), (120.5, 31)])
    whole = shapely.Polygon([(121, 30), (121, 32), (120, 31)])
    assert areas.geometry[0].symmetric_difference(half).area < 1e-9
    assert areas.geometry[1].symmetric_difference(whole).area < 1e-9
    equal_area = gpd.GeoSeries([whole.segmentize(0.001)], crs="EPSG:4326").to_crs("EPSG:6933")
    assert areas["area_km2"][1] == pytest.approx(equal_area.area[0] / 1e6, rel=1e-5)


def test_a_line_is_followed_along_its_bends(star: Network) -> None:
    bent = shapely.LineString([(120, 31), (120, 31.5), (121, 31.5), (121, 31)])
    lines = gpd.GeoDataFrame(star.links, geometry=[bent, None, None, None], crs="EPSG:4326")
    areas = isochrone_polygons(Network(lines, star.nodes), ["w"], cutoffs_min=[30], method="convex")
    # Half of a line of two degrees: up half a degree, and half a degree to the east.
    corner = shapely.Polygon([(120, 31), (120, 31.5), (120.5, 31.5)])
    assert areas.geometry[0].symmetric_difference(corner).area < 1e-9


def test_fewer_than_three_points_are_no_area(star: Network) -> None:
    areas = isochrone_polygons(star, ["e"], cutoffs_min=[0, 30, 90])
    assert areas.geometry.is_empty.tolist() == [True, True, False]
    assert areas["area_km2"].tolist()[:2] == [0.0, 0.0]


def test_where_turns_cost_only_whole_links_count(star: Network) -> None:
    no_left = pd.DataFrame(
        {"from_link": ["south"], "via_node": "m", "to_link": "west", "extra_min": np.inf}
    )
    ready = prepare(star, turns=no_left)
    areas = isochrone_polygons(ready, ["s"], cutoffs_min=[90, 120], method="convex")
    assert areas["n_nodes"].tolist() == [2, 3]
    assert areas.geometry.is_empty.all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "hull"}, "'concave' or 'convex'"),
        ({"ratio": 2.0}, "ratio"),
        ({"ratio": np.nan}, "ratio"),
        ({"cutoffs_min": []}, "at least one"),
        ({"cutoffs_min": [-1]}, "zero or more"),
        ({"cutoffs_min": [np.nan]}, "zero or more"),
    ],
)
def test_senseless_options_are_refused(
    star: Network, options: dict[str, object], words: str
) -> None:
    with pytest.raises(ArgumentError, match=words):
        isochrone_polygons(star, ["m"], **({"cutoffs_min": [30]} | options))


def test_no_origins_are_no_areas(star: Network) -> None:
    assert isochrone_polygons(star, [], cutoffs_min=[30]).empty


@settings(max_examples=25)
@given(networks(), st.integers(0, 2**32 - 1), st.lists(st.floats(0, 300), min_size=1, max_size=3))
def test_every_node_that_is_reached_lies_in_the_area(
    bare: Network, seed: int, cutoffs: list[float]
) -> None:
    random = np.random.default_rng(seed)
    x, y = random.uniform([[119], [30]], [[122], [33]], (2, len(bare.nodes)))
    nodes = gpd.GeoDataFrame(bare.nodes, geometry=gpd.points_from_xy(x, y), crs="EPSG:4326")
    network = Network(bare.links, nodes)
    origins = ids_of(network)[:2]
    place = nodes.set_index("node_id").geometry
    convex = isochrone_polygons(network, origins, cutoffs_min=cutoffs, method="convex")
    concave = isochrone_polygons(network, origins, cutoffs_min=cutoffs)
    reached = isochrone(network, origins, cutoffs_min=cutoffs)
    for area, tight in zip(convex.itertuples(), concave.itertuples(), strict=True):
        mine = reached[reached["from_id"].eq(area.from_id)]
        mine = mine[mine["travel_time_min"] <= area.cutoff_min]
        assert area.n_nodes == tight.n_nodes == len(mine)
        if not area.geometry.is_empty:
            points = place[mine["node_id"]].to_numpy()
            assert shapely.distance(area.geometry, points).max() < 1e-9
            assert tight.geometry.difference(area.geometry.buffer(1e-9)).area < 1e-12
    for _, grown in convex.groupby("from_id"):
        assert (np.diff(shapely.area(grown.geometry.to_numpy())) >= -1e-9).all()
    for _, grown in concave.groupby("from_id"):
        assert (np.diff(shapely.area(grown.geometry.to_numpy())) >= -1e-9).all()
