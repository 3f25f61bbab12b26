"""Travel times against networkx and Floyd–Warshall on networks of some size."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from yrdgeo.results import Network
from yrdgeo.routing.graph import build, link_milliseconds
from yrdgeo.routing.paths import path_lengths_km
from yrdgeo.routing.times import travel_times

SIDE = 14


@pytest.fixture(scope="module")
def roads() -> Network:
    """Lay a grid of roads, some of no length, a fast line through it and an island, shuffled."""
    random = np.random.default_rng(20240901)
    node = [[f"r{row:02}{column:02}" for column in range(SIDE)] for row in range(SIDE)]
    ends = [(node[r][c], node[r][c + 1]) for r in range(SIDE) for c in range(SIDE - 1)]
    ends += [(node[r][c], node[r + 1][c]) for r in range(SIDE - 1) for c in range(SIDE)]
    ends += [(node[0][0], node[5][5]), (node[5][5], node[13][13]), ("island", "pier")]
    links = pd.DataFrame(ends, columns=["from_node", "to_node"])
    size = len(links)
    links["link_id"] = [f"l{number}" for number in random.permutation(size)]
    links["mode"] = "road"
    links["length_km"] = np.where(random.random(size) < 0.1, 0.0, random.uniform(1, 40, size))
    links["speed_kmh"] = random.choice([40.0, 70.0, 110.0], size)
    links["oneway"] = random.random(size) < 0.15
    nodes = pd.DataFrame({"node_id": [*np.ravel(node), "island", "pier"]})
    return Network(
        links.sample(frac=1, random_state=random.integers(2**31)),
        nodes.sample(frac=1, random_state=random.integers(2**31)),
    )


@pytest.fixture(scope="module")
def graph(roads: Network) -> "nx.DiGraph[str]":
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(roads.nodes["node_id"])
    for link in roads.links.assign(ms=link_milliseconds(roads.links)).to_dict("records"):
        tail, head = link["from_node"], link["to_node"]
        graph.add_edge(tail, head, ms=int(link["ms"]), km=link["length_km"])
        if not link["oneway"]:
            graph.add_edge(head, tail, ms=int(link["ms"]), km=link["length_km"])
    return graph


def test_every_pair_equals_networkx_exactly(roads: Network, graph: "nx.DiGraph[str]") -> None:
    ids = sorted(roads.nodes["node_id"])
    found = travel_times(roads, ids)
    for origin in ids[::11]:
        expected = nx.single_source_dijkstra_path_length(graph, origin, weight="ms")
        minutes = [expected.get(place, np.inf) / 60_000 for place in ids]
        assert found.to_frame().loc[origin].tolist() == minutes


def test_every_pair_equals_floyd_warshall_exactly(roads: Network) -> None:
    compressed = build(roads)
    # By hand: scipy's own reads a link of no time in a dense matrix as no link.
    expected = np.full((len(compressed.nodes),) * 2, np.inf)
    expected[compressed.tails, compressed.heads] = compressed.milliseconds
    np.fill_diagonal(expected, 0)
    for middle in range(len(expected)):
        through = expected[:, middle, None] + expected[None, middle, :]
        expected = np.minimum(expected, through)
    ids = list(compressed.nodes)
    assert np.array_equal(travel_times(roads, ids).minutes, expected / 60_000)


def test_lengths_are_those_of_networkx_on_two_keys(
    roads: Network, graph: "nx.DiGraph[str]"
) -> None:
    # Whole milliseconds first, kilometres second: a metre-scale key that no sum can overturn.
    for *_, edge in graph.edges(data=True):
        edge["key"] = edge["ms"] + edge["km"] * 1e-6
    ids = sorted(roads.nodes["node_id"])
    found = path_lengths_km(roads, ids[:5], ids)
    for origin in ids[:5]:
        paths = nx.single_source_dijkstra_path(graph, origin, weight="key")
        for place in ids:
            steps = nx.utils.pairwise(paths[place]) if place in paths else []
            # Each link is rounded once, to the micrometre; the sum is then exact.
            length = sum(round(graph.edges[step]["km"] * 1e9) for step in steps) / 1e9
            assert found.loc[origin, place] == (length if place in paths else np.inf)


def test_another_process_gives_the_same_answer(roads: Network) -> None:
    ids = sorted(roads.nodes["node_id"])
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        parallel = travel_times(roads, ids, ids[::7], executor=executor)
    assert np.array_equal(parallel.minutes, travel_times(roads, ids, ids[::7]).minutes)
