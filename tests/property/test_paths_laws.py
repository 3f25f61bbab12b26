"""Laws of the paths themselves on random networks, with either engine."""

import os

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import best_paths, directions, ids_of, networks

from yrdgeo.results import Network
from yrdgeo.routing.engine import prepare
from yrdgeo.routing.graph import build
from yrdgeo.routing.paths import path_geometry, path_lengths_km, path_steps
from yrdgeo.routing.ties import marks
from yrdgeo.routing.times import travel_times

ENGINES = ("dijkstra", "hierarchy")
MANY = 1000 if os.environ.get("CI") else 100


def every_pair(network: Network) -> pd.DataFrame:
    ids = ids_of(network)
    return pd.MultiIndex.from_product([ids, ids], names=["from_id", "to_id"]).to_frame(index=False)


def link_marks(network: Network) -> dict[str, int]:
    graph = build(network)
    link = network.links["link_id"].to_numpy()[graph.links]
    drawn = dict(zip(link, marks(graph, network.links), strict=True))
    return {link: int(drawn.get(link, 2**40)) for link in network.links["link_id"]}


@settings(max_examples=MANY)
@given(networks())
def test_both_engines_name_the_best_path_and_it_takes_its_time(network: Network) -> None:
    ids, leaving, mark = ids_of(network), directions(network), link_marks(network)
    some = ids[:4]
    pairs = every_pair(network).query("from_id in @some")
    found = {engine: path_steps(network, pairs, engine=engine) for engine in ENGINES}
    pd.testing.assert_frame_equal(found["dijkstra"], found["hierarchy"])
    lengths = {engine: path_lengths_km(network, some, ids, engine=engine) for engine in ENGINES}
    pd.testing.assert_frame_equal(lengths["dijkstra"], lengths["hierarchy"], check_exact=True)
    times = travel_times(network, some, ids).to_frame()
    steps = found["hierarchy"].groupby(["from_id", "to_id"])["link_id"].agg(list).to_dict()
    for origin in some:
        best = best_paths(network, origin, mark)
        assert np.isfinite(times.loc[origin]).sum() == len(best)
        for destination, ((ms, um, _), path) in best.items():
            assert steps.get((origin, destination), []) == path
            assert lengths["hierarchy"].loc[origin, destination] == um / 1e9
            assert times.loc[origin, destination] == ms / 60_000
            here, spent = origin, 0
            for link in path:
                (step,) = {row[1:3] for row in leaving[here] if row[0] == link}
                here, spent = step[0], spent + step[1]
            assert here == destination
            assert spent / 60_000 == times.loc[origin, destination]
    lost = np.isinf(times.to_numpy())
    assert np.isinf(lengths["hierarchy"].to_numpy()[lost]).all()
    assert not {(ids[i], ids[j]) for i, j in np.argwhere(lost)} & steps.keys()
    counted = found["hierarchy"].groupby(["from_id", "to_id"])["step"].agg(list)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in counted)


@settings(max_examples=30)
@given(networks(), st.integers(0, 2**32 - 1))
def test_the_order_of_rows_and_pairs_changes_no_path(network: Network, seed: int) -> None:
    shuffled = Network(
        network.links.sample(frac=1, random_state=seed),
        network.nodes.sample(frac=1, random_state=seed),
    )
    pairs = every_pair(network)
    for engine in ENGINES:
        ready = prepare(shuffled, engine=engine, paths=True)
        steps = path_steps(ready, pairs.sample(frac=1, random_state=seed)).sort_index(kind="stable")
        pd.testing.assert_frame_equal(steps, path_steps(network, pairs, engine=engine))


@settings(max_examples=30)
@given(networks(), st.integers(0, 2**32 - 1))
def test_a_line_begins_and_ends_where_its_path_does(network: Network, seed: int) -> None:
    random = np.random.default_rng(seed)
    size = len(network.nodes)
    nodes = network.nodes.assign(x=random.uniform(119, 122, size), y=random.uniform(30, 33, size))
    points = gpd.points_from_xy(nodes["x"], nodes["y"])
    placed = Network(network.links, gpd.GeoDataFrame(nodes, geometry=points, crs="EPSG:4326"))
    pairs = every_pair(network)
    place = nodes.set_index("node_id")[["x", "y"]].apply(tuple, axis=1)
    times = travel_times(network, ids_of(network)).to_frame()
    for engine in ENGINES:
        found = path_geometry(placed, pairs, engine=engine)
        for row in found.itertuples():
            assert row.travel_time_min == times.loc[row.from_id, row.to_id]
            if row.n_links == 0:
                assert row.geometry.is_empty
                continue
            ends = row.geometry.coords[0], row.geometry.coords[-1]
            assert ends == (place[row.from_id], place[row.to_id])
            assert len(row.geometry.coords) <= row.n_links + 1
