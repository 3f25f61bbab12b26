"""There and back between our tables and the graphs of OSMnx."""

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import networkx as nx
import osmnx as ox
import pandas as pd
import pytest
from made_osm import NODES, WAYS, Way, write_osm

from yrdgeo.errors import ArgumentError, SourceError
from yrdgeo.results import Network
from yrdgeo.routing.times import travel_times
from yrdgeo.sources.osm import OsmNetwork, read_osm
from yrdgeo.sources.osm_graph import from_osmnx, to_osmnx
from yrdgeo.sources.osm_trails import trails


@pytest.fixture
def network(tmp_path: Path) -> OsmNetwork:
    ways: dict[int, Way] = {**WAYS, 30: ([1, 3, 4], {"highway": "primary", "maxspeed": "60"})}
    return read_osm(write_osm(tmp_path / "town.osm", NODES, ways))


def _sorted(table: gpd.GeoDataFrame, key: str) -> pd.DataFrame:
    return pd.DataFrame(table.sort_values(key).reset_index(drop=True).sort_index(axis=1))


def test_there_and_back_is_the_same_network(network: OsmNetwork) -> None:
    back = from_osmnx(to_osmnx(network))
    pd.testing.assert_frame_equal(
        _sorted(back.links, "link_id"), _sorted(network.links, "link_id"), check_dtype=False
    )
    pd.testing.assert_frame_equal(
        _sorted(back.nodes, "node_id"), _sorted(network.nodes, "node_id"), check_dtype=False
    )


def test_node_ids_of_ones_own_keep_their_text() -> None:
    ids = ["310000", "苏州北", "n05", "n7", "n-3"]
    nodes = gpd.GeoDataFrame(
        {"node_id": ids, "kind": ["seat", "station", "junction", "junction", "external"]},
        geometry=gpd.points_from_xy([120, 121, 122, 123, 124], [30] * 5),
        crs="EPSG:4326",
    )
    links = pd.DataFrame(
        {
            "link_id": [*"abcd"],
            "from_node": ids[:-1],
            "to_node": ids[1:],
            "mode": "hsr",
            "length_km": 120.0,
            "speed_kmh": 300.0,
            "fixed_min": 2.0,
            "oneway": [True, False] * 2,
        }
    )
    graph = to_osmnx(Network(links, nodes))
    assert set(graph.nodes) == {"310000", "苏州北", "n05", 7, -3}
    assert graph.edges["310000", "苏州北", 0]["travel_time"] == pytest.approx(26 * 60)
    back = from_osmnx(graph)
    assert sorted(back.nodes["node_id"]) == sorted(ids)
    assert back.links.set_index("link_id")["oneway"].to_dict() == dict(
        zip("abcd", [True, False] * 2, strict=True)
    )


def test_osmnx_works_on_the_graph(network: OsmNetwork) -> None:
    graph = to_osmnx(network)
    path = ox.routing.shortest_path(graph, 6, 4, weight="length")
    assert path == [6, 2, 3, 4]
    nodes, edges = ox.convert.graph_to_gdfs(graph)
    assert len(nodes) == len(network.nodes)
    assert len(edges) == 2 * len(network.links) - network.links["oneway"].sum()


def test_networkx_finds_our_times_on_the_graph(network: OsmNetwork) -> None:
    graph = to_osmnx(network)
    ids = [f"n{node}" for node in (6, 1, 4, 5)]
    times = travel_times(Network(network.links, network.nodes), ids).to_frame()
    for origin in ids:
        seconds = nx.single_source_dijkstra_path_length(
            graph, int(origin[1:]), weight="travel_time"
        )
        for destination in ids:
            expected = seconds[int(destination[1:])] / 60
            assert times.loc[origin, destination] == pytest.approx(expected, abs=1e-4)


def test_a_graph_that_osmnx_built_and_simplified(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "town.osm", NODES, WAYS)
    graph = ox.graph_from_xml(path, retain_all=True)
    found = from_osmnx(graph)
    ours = read_osm(path)
    # OSMnx merges ways that go on where no other crosses, so pieces differ; the whole does not.
    assert found.links["length_km"].sum() == pytest.approx(ours.links["length_km"].sum(), rel=0.005)
    assert found.links["oneway"].sum() == 1
    back_street = found.links[found.links["oneway"]].iloc[0]
    assert (back_street["from_node"], back_street["to_node"]) == ("n1", "n4")
    speeds = found.links.groupby("osm_class")["speed_kmh"].first().to_dict()
    assert speeds == {"primary": 60.0, "secondary": 50.0, "tertiary": 40.0, "residential": 30.0}
    Network(found.links, found.nodes)


def test_a_projected_graph_comes_back_in_degrees(tmp_path: Path) -> None:
    graph = ox.graph_from_xml(write_osm(tmp_path / "town.osm", NODES, WAYS), retain_all=True)
    flat, projected = from_osmnx(graph), from_osmnx(ox.project_graph(graph))
    one, other = (n.nodes.set_index("node_id").geometry for n in (flat, projected))
    moved = one.get_coordinates() - other.get_coordinates().reindex(one.index)
    assert moved.abs().to_numpy().max() < 1e-8


def test_speeds_of_the_graph_go_before_ours(tmp_path: Path) -> None:
    graph = ox.graph_from_xml(write_osm(tmp_path / "town.osm", NODES, WAYS), retain_all=True)
    for _, _, data in graph.edges(data=True):
        data["speed_kph"] = 33.0
    assert set(from_osmnx(graph).links["speed_kmh"]) == {33.0}


def test_a_loop_is_one_link(tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        1: ([1, 2], {"highway": "primary"}),
        2: ([2, 3, 4, 2], {"highway": "primary"}),
    }
    graph = ox.graph_from_xml(write_osm(tmp_path / "loop.osm", NODES, ways), retain_all=True)
    links = from_osmnx(graph).links
    assert (links["from_node"] == links["to_node"]).sum() == 1
    assert len(links) == 2
    assert not links["oneway"].any()


def test_edges_of_no_known_class_are_counted(tmp_path: Path) -> None:
    ways: dict[int, Way] = {**WAYS, 40: ([1, 3], {"highway": "footway"})}
    graph = ox.graph_from_xml(write_osm(tmp_path / "foot.osm", NODES, ways), retain_all=True)
    found = from_osmnx(graph)
    assert found.report.table.set_index("issue").loc["class", "count"] == 1
    only = nx.MultiDiGraph(
        graph.edge_subgraph(
            [
                (u, v, k)
                for u, v, k, d in graph.edges(keys=True, data=True)
                if d["highway"] == "footway"
            ]
        )
    )
    with pytest.raises(SourceError, match="no usable edge"):
        from_osmnx(only)


def test_nodes_without_places_are_refused() -> None:
    nodes = pd.DataFrame({"node_id": ["a", "b"]})
    links = pd.DataFrame(
        {
            "link_id": ["1"],
            "from_node": "a",
            "to_node": "b",
            "mode": "road",
            "length_km": 1.0,
            "speed_kmh": 30.0,
        }
    )
    with pytest.raises(ArgumentError, match="no places"):
        to_osmnx(Network(links, nodes))


@pytest.mark.parametrize("way", [[1, 2, 3], [1, 2, 3, 1], [1, 2, 3, 4, 2], [2, 3, 4, 2, 1], [5]])
def test_steps_join_to_the_way_they_came_from(way: list[int]) -> None:
    steps = [*pairwise(way)]
    joined = [*trails(reversed(steps))]
    assert sorted(s for trail in joined for s in pairwise(trail)) == sorted(steps)


def test_the_edge_back_has_its_line_turned(network: OsmNetwork) -> None:
    for start, end, data in to_osmnx(network).edges(data=True):
        assert data["geometry"].coords[0] == NODES[start]
        assert data["geometry"].coords[-1] == NODES[end]


def test_a_loop_is_one_edge(tmp_path: Path) -> None:
    ways: dict[int, Way] = {2: ([2, 3, 4, 2], {"highway": "primary"})}
    graph = to_osmnx(read_osm(write_osm(tmp_path / "loop.osm", NODES, ways)))
    assert [*graph.edges()] == [(2, 2)]


def test_a_link_runs_as_its_way_does(tmp_path: Path) -> None:
    graph = ox.graph_from_xml(write_osm(tmp_path / "town.osm", NODES, WAYS), retain_all=True)
    links = from_osmnx(graph).links
    ends = links.loc[links["way_id"] == "w11", ["from_node", "to_node"]]
    assert sorted(ends.to_numpy().tolist()) == [["n2", "n6"], ["n5", "n2"]]


@pytest.mark.parametrize("lone", [(1, 2), (2, 1)])
def test_an_edge_without_a_way_back_is_one_way(lone: tuple[int, int]) -> None:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_node(1, x=120.0, y=31.0)
    graph.add_node(2, x=120.1, y=31.0)
    for start, end in ((1, 2), (2, 1), lone):
        graph.add_edge(start, end, osmid=7, length=9550.0, highway="primary")
    links = from_osmnx(graph).links
    assert sorted(links["oneway"]) == [False, True]
    single = links[links["oneway"]].iloc[0]
    assert (single["from_node"], single["to_node"]) == tuple(f"n{node}" for node in lone)
