"""Laws of the engines on random networks: directed, disconnected, parallel, zero-length, ties."""

import os
from functools import partial

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import ids_of, networks

from yrdgeo.results import Network
from yrdgeo.routing import balls, many
from yrdgeo.routing.engine import Prepared, limit_ms, prepare
from yrdgeo.routing.graph import link_milliseconds
from yrdgeo.routing.reach import isochrone, nearest, reach
from yrdgeo.routing.times import travel_times


def by_networkx(network: Network) -> pd.DataFrame:
    """Return minutes of every pair by the second route, link by link."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_nodes_from(network.nodes["node_id"])
    for row in network.links.assign(ms=link_milliseconds(network.links)).to_dict("records"):
        graph.add_edge(row["from_node"], row["to_node"], ms=row["ms"])
        if not row["oneway"]:
            graph.add_edge(row["to_node"], row["from_node"], ms=row["ms"])
    found = dict(nx.all_pairs_dijkstra_path_length(graph, weight="ms"))
    ids = ids_of(network)
    minutes = [[found[i].get(j, np.inf) / 60_000 for j in ids] for i in ids]
    return pd.DataFrame(minutes, ids, ids, dtype=np.float64)


def contracted(network: Network) -> Prepared:
    return prepare(network, engine="hierarchy")


@settings(max_examples=1000 if os.environ.get("CI") else 200)
@given(networks())
def test_the_hierarchy_equals_networkx_to_the_millisecond(network: Network) -> None:
    ids = ids_of(network)
    times = travel_times(network, ids, engine="hierarchy").to_frame()
    assert (times.to_numpy() == by_networkx(network).to_numpy()).all()


@settings(max_examples=30)
@given(networks(), st.integers(1, 40), st.integers(1, 40))
def test_any_origins_and_destinations_give_the_same_times(
    network: Network, first: int, second: int
) -> None:
    ids = ids_of(network)
    origins, destinations = ids[:first], ids[-second:][::-1]
    for engine in ("dijkstra", "hierarchy"):
        times = travel_times(network, origins, destinations, engine=engine).to_frame()
        assert (times == by_networkx(network).loc[origins, destinations]).all(axis=None)


@settings(max_examples=30)
@given(networks(), st.floats(0, 300))
def test_a_cutoff_hides_the_same_on_both_engines(network: Network, cutoff: float) -> None:
    expected = by_networkx(network).to_numpy()
    for engine in ("dijkstra", "hierarchy"):
        times = travel_times(network, ids_of(network), cutoff_min=cutoff, engine=engine)
        assert (times.minutes == np.where(expected <= cutoff, expected, np.inf)).all()


@settings(max_examples=30)
@given(networks(), st.integers(0, 2**32), st.lists(st.floats(0, 200), min_size=1, max_size=3))
def test_reach_is_the_sum_over_the_matrix(
    network: Network, seed: int, cutoffs: list[float]
) -> None:
    ids = ids_of(network)
    random = np.random.default_rng(seed)
    amounts = pd.Series(random.uniform(0, 9, len(ids)), random.permutation(ids))[
        : len(ids) // 2 + 1
    ]
    times = by_networkx(network)
    for direction, minutes in (("out", times), ("in", times.T)):
        there = minutes[amounts.index].to_numpy()
        expected = [np.where(there <= cutoff, amounts, 0.0).sum(axis=1) for cutoff in cutoffs]
        expected.append((np.exp(-there / 30.0) * amounts.to_numpy()).sum(axis=1))
        ask = partial(reach, decay=lambda t: np.exp(-t / 30.0), direction=direction)
        for engine in ("dijkstra", "hierarchy"):
            found = ask(network, ids, amounts, cutoffs_min=cutoffs, engine=engine)
            assert list(found.columns) == [*cutoffs, "gravity"]
            np.testing.assert_allclose(found.to_numpy(), np.transpose(expected), atol=1e-9)


@settings(max_examples=60)
@given(networks(), st.integers(0, 2**32), st.lists(st.floats(0, 200), min_size=1, max_size=3))
def test_searches_from_the_amounts_give_the_sums_of_the_sweep(
    network: Network, seed: int, cutoffs: list[float]
) -> None:
    random = np.random.default_rng(seed)
    here = contracted(network)
    made, size = here.hierarchy, len(here.graph.nodes)
    assert made is not None
    limits = [limit_ms(cutoff) for cutoff in cutoffs]
    count = random.integers(0, size + 3)
    amounts = many.Amounts(
        random.integers(0, size, count), random.integers(-9, 9, count).astype(float)
    )
    every = np.arange(size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(balls, "threads", lambda: 3)
        patch.setattr(balls, "_SHARE", random.integers(1, 40))
        for against in (True, False):
            found = balls.searched(here.graph, amounts, limits, against=against, most=10**6)
            expected = many.sums_within(made, every, amounts, limits, against=against)
            assert (found == expected).all()


@settings(max_examples=30)
@given(networks(), st.integers(0, 2**32), st.sampled_from([0.0, 2.0]))
def test_reach_is_the_same_whatever_way_it_chooses(
    network: Network, seed: int, u_turn_min: float
) -> None:
    ids = ids_of(network)
    random = np.random.default_rng(seed)
    here = prepare(network, engine="hierarchy", u_turn_min=u_turn_min)
    amounts = pd.Series(random.uniform(0, 9, len(ids)), random.permutation(ids))
    origins = list(random.permutation(ids)[: random.integers(1, len(ids) + 1)])
    for direction in ("out", "in"):
        for cutoffs in ([0.0, 30.0], [7.0, np.inf]):
            ask = partial(reach, here, origins, amounts, cutoffs_min=cutoffs, direction=direction)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(balls, "LEAST_S", 0.0)
                patch.setattr(balls, "SCAN_S", 1.0)
                found = ask()
            for engine in ("dijkstra", "hierarchy"):
                np.testing.assert_allclose(found, ask(engine=engine), atol=1e-9)


@settings(max_examples=30)
@given(networks(), st.integers(1, 5))
def test_the_nearest_are_the_first_of_the_sorted_row(network: Network, k: int) -> None:
    ids = ids_of(network)
    destinations = ids[::-2]
    times = by_networkx(network)[destinations]
    for engine in ("dijkstra", "hierarchy"):
        found = nearest(network, ids, destinations, k=k, engine=engine)
        for origin in ids:
            row = times.loc[origin]
            expected = row[np.isfinite(row)].sort_values(kind="stable")[:k]
            mine = found[found["from_id"].eq(origin)]
            assert mine["to_id"].tolist() == expected.index.tolist()
            assert mine["travel_time_min"].tolist() == expected.tolist()
            assert mine["rank"].tolist() == list(range(1, len(expected) + 1))


@settings(max_examples=30)
@given(networks(), st.lists(st.floats(0, 200), min_size=1, max_size=3))
def test_an_isochrone_holds_each_node_within_the_cutoff(
    network: Network, cutoffs: list[float]
) -> None:
    ids = ids_of(network)
    times = by_networkx(network)
    for engine in ("dijkstra", "hierarchy"):
        found = isochrone(network, ids[:3], cutoffs_min=cutoffs, engine=engine)
        for origin in ids[:3]:
            row = times.loc[origin]
            row = row[row <= max(cutoffs)]
            mine = found[found["from_id"].eq(origin)].set_index("node_id")
            assert mine["travel_time_min"].to_dict() == row.to_dict()
            for node, minutes in row.items():
                assert mine.loc[node, "cutoff_min"] == min(c for c in cutoffs if c >= minutes)


@settings(max_examples=30)
@given(networks())
def test_times_are_symmetric_where_every_link_is(network: Network) -> None:
    both_ways = Network(network.links.assign(oneway=False), network.nodes)
    minutes = travel_times(contracted(both_ways), ids_of(network)).minutes
    assert (minutes == minutes.T).all()
