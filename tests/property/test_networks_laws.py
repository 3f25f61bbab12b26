"""Laws of the networks, on random graphs and days."""

from datetime import date
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yrdgeo.routing.times import travel_times
from yrdgeo.sources import networks
from yrdgeo.sources.boundaries import load_cities
from yrdgeo.sources.contraction import Edges, contract

SIZE = 9


@st.composite
def graphs(draw: st.DrawFn) -> Edges:
    """Return a sparse random graph, so that many nodes have degree two."""
    pairs = st.tuples(st.integers(0, SIZE), st.integers(0, SIZE)).filter(
        lambda ends: ends[0] < ends[1]
    )
    ends = draw(st.lists(pairs, min_size=1, max_size=14, unique=True))
    lengths = st.integers(1, 40).map(lambda quarter: quarter / 4)
    return {pair: (draw(lengths), ()) for pair in ends}


def _as_networkx(edges: Edges) -> nx.Graph:
    graph = nx.Graph()
    graph.add_weighted_edges_from((a, b, length) for (a, b), (length, _) in edges.items())
    return graph


@given(graphs(), st.sets(st.integers(0, SIZE), max_size=3))
def test_contraction_keeps_every_shortest_path_between_what_stays(edges: Edges, keep: set[int]):
    before = dict(nx.all_pairs_dijkstra_path_length(_as_networkx(edges)))
    contract(edges, keep)
    after = dict(nx.all_pairs_dijkstra_path_length(_as_networkx(edges)))
    assert keep & set(before) <= set(after)
    for a, reached in after.items():
        for b, length in reached.items():
            assert length == pytest.approx(before[a][b])
        assert {b for b in before[a] if b in after} == set(reached)


@given(graphs(), st.sets(st.integers(0, SIZE), max_size=3))
def test_the_points_of_a_contracted_edge_are_the_way_it_replaces(edges: Edges, keep: set[int]):
    lengths = {ends: length for ends, (length, _) in edges.items()}
    contract(edges, keep)
    for (a, b), (length, via) in edges.items():
        steps = [a, *via, b]
        walked = sum(lengths[min(u, v), max(u, v)] for u, v in pairwise(steps))
        assert walked == pytest.approx(length)
        assert not keep & set(via)


Tables = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def tables() -> tuple[gpd.GeoDataFrame, Tables, Tables]:
    rail = networks.load_nodes(), networks.load_links()
    return load_cities()[0], rail, networks.load_roads()


days = st.dates(min_value=date(2009, 1, 1), max_value=date(2026, 1, 1))


@settings(max_examples=25)
@given(one=days, two=days)
def test_no_journey_gets_slower_as_lines_open(
    tables: tuple[gpd.GeoDataFrame, Tables, Tables], one: date, two: date
):
    cities, rail, roads = tables
    earlier, later = (
        travel_times(
            networks.assemble(cities, rail, roads, date=day.isoformat(), modes=["rail"]),
            cities.index,
        ).minutes
        for day in sorted((one, two))
    )
    assert (later <= earlier).all()


@given(
    st.floats(1, 500),
    st.floats(0, 500),
    st.floats(60, 350),
    st.integers(0, 8),
    st.sampled_from(["fastest", "typical"]),
)
def test_longer_slower_and_more_stations_take_longer(
    length: float, more: float, speed: float, stations: int, name: str
):
    model = networks.load_time_models()[name]
    zero = np.zeros(1)

    def minutes(km: float, kmh: float, way: int) -> float:
        fixed = model.fixed_min(zero, zero, np.array([float(way)]))[0]
        return float(60.0 * km / (kmh * model.speed_ratio) + fixed)

    here = minutes(length, speed, stations)
    assert here > 60.0 * length / speed
    assert minutes(length + more, speed, stations) >= here
    assert minutes(length, speed + more, stations) <= here
    assert minutes(length, speed, stations + 1) > here
