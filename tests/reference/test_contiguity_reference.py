"""Contiguity against libpysal, networkx and pyproj."""

import networkx as nx
import pandas as pd
import pytest
from libpysal.weights import Queen, Rook
from made_cities import coverage, grid
from pyproj import Geod

from yrdgeo.analysis import contiguity

CASES = [grid(5, 4), grid(3, 3, side=0.25), *(coverage(40, seed=seed) for seed in range(6))]


def pairs(edges: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(edges["from_id"], edges["to_id"], strict=True))


@pytest.mark.parametrize("cities", CASES, ids=range(len(CASES)))
@pytest.mark.parametrize(("rule", "peer"), [("queen", Queen), ("rook", Rook)])
def test_neighbours_are_those_of_libpysal(
    cities: pd.DataFrame, rule: str, peer: type[Queen]
) -> None:
    weights = peer.from_dataframe(cities, use_index=True, silence_warnings=True)
    expected = {(a, b) for a, near in weights.neighbors.items() for b in near if a < b}
    assert pairs(contiguity.edges(cities, rule=rule)) == expected


@pytest.mark.parametrize("cities", CASES, ids=range(len(CASES)))
def test_orders_are_shortest_paths_of_networkx(cities: pd.DataFrame) -> None:
    bridge = (cities.index[0], cities.index[-1])
    graph = nx.Graph([*pairs(contiguity.edges(cities)), bridge])
    expected = dict(nx.all_pairs_shortest_path_length(graph))
    order = contiguity.order(cities, bridges=[bridge])
    for a in cities.index:
        assert {b: order.loc[a, b] for b in cities.index} == expected[a]


@pytest.mark.parametrize("cities", CASES, ids=range(len(CASES)))
def test_borders_have_the_geodesic_length_of_the_overlay(cities: pd.DataFrame) -> None:
    geod = Geod(ellps="WGS84")
    for row in contiguity.edges(cities).itertuples():
        a, b = cities.geometry[row.from_id], cities.geometry[row.to_id]
        common = a.intersection(b)  # of the areas, where ours is of the outlines
        expected = geod.geometry_length(common) / 1000
        assert row.border_km == pytest.approx(expected, rel=1e-9, abs=1e-9)
