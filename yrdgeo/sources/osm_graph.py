"""Links and nodes ↔ the MultiDiGraph of OSMnx.

Promise: there and back, a network is the same, but for the order of its rows.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yrdgeo.errors import ArgumentError, MissingPackageError, SourceError
from yrdgeo.results import Network
from yrdgeo.sources.osm_clean import OsmNetwork, report
from yrdgeo.sources.osm_links import SOURCE_ID
from yrdgeo.sources.osm_tags import NetworkKind, Rules, WayTags, class_names, read_tags, rules
from yrdgeo.sources.osm_trails import Graph, listed, texts
from yrdgeo.units import MINUTES_PER_HOUR, WGS84

Row = dict[str, object]
Edge = tuple[object, object, Mapping[str, object]]

Kinds = Mapping[NetworkKind, Rules]

METRES_PER_KM = 1e3
SECONDS_PER_MINUTE = 60.0
OURS = ("link_id", "mode", "length_km", "speed_kmh", "oneway")  # edges that came from our tables


def to_osmnx(network: OsmNetwork | Network) -> Graph:
    """Return a network as a graph that OSMnx and networkx work on.

    Parameters
    ----------
    network
        Nodes with geometry; links that are not ``oneway`` become an edge each way.

    Returns
    -------
    graph
        Nodes ``n123`` are the number 123, others keep their text; ``x`` and ``y`` in degrees.
        Edges have OSMnx's ``osmid highway length`` (metres) ``speed_kph travel_time`` (seconds)
        ``oneway reversed name geometry`` and every column of the links table.

    Raises
    ------
    ArgumentError
        If the nodes have no geometry.

    Examples
    --------
    >>> nodes = gpd.GeoDataFrame({"node_id": ["n1", "n2"]},
    ...     geometry=gpd.points_from_xy([120.0, 120.1], [31.0, 31.0]), crs="EPSG:4326")
    >>> links = pd.DataFrame({"link_id": ["a"], "from_node": "n1", "to_node": "n2",
    ...     "mode": "road", "length_km": 9.6, "speed_kmh": 60.0})
    >>> graph = to_osmnx(Network(links, nodes))
    >>> [(u, v, round(d["travel_time"])) for u, v, d in graph.edges(data=True)]
    [(1, 2, 576), (2, 1, 576)]
    """
    nx = _networkx()
    if not isinstance(network.nodes, gpd.GeoDataFrame):
        raise ArgumentError("The nodes have no places.", fix="Give them point geometry, EPSG:4326.")
    graph: Graph = nx.MultiDiGraph(crs=WGS84.lower(), created_with="yrdgeo")
    places = shapely.get_coordinates(np.asarray(network.nodes.geometry, dtype=object))
    said = pd.DataFrame(network.nodes.drop(columns=network.nodes.geometry.name))
    for row, (x, y) in zip(_records(said), places.tolist(), strict=True):
        graph.add_node(_key(str(row.pop("node_id"))), x=x, y=y, **row)
    for row in _records(network.links):
        start, end, edge = _edge(row)
        graph.add_edge(start, end, **edge, reversed=False)
        if not edge["oneway"] and start != end:
            line = edge.get("geometry")
            back = {"geometry": shapely.reverse(line)} if isinstance(line, shapely.Geometry) else {}
            graph.add_edge(end, start, **{**edge, **back}, reversed=True)
    return graph


def from_osmnx(graph: Graph, *, speeds: str | Mapping[str, float] = "cn") -> OsmNetwork:
    """Return a graph of OSMnx as nodes and links.

    Two edges that are each other's way back become one link; an edge without one is ``oneway``.
    Edges that :func:`to_osmnx` made are restored as they were. Other edges keep the graph's own
    ``length`` and take ``speed_kph``, else ``maxspeed``, else the speed of their class; edges of
    no known class and no speed are counted and left out.

    Parameters
    ----------
    graph
        Simplified or not, in degrees or projected.
    speeds
        ``cn``, or a speed in km/h for each class.

    Returns
    -------
    network
        A node 123 is named ``n123``; EPSG:4326.

    Raises
    ------
    SourceError
        If the graph has no usable edge.
    """
    flat = _in_degrees(graph)
    by_kind = _rules(speeds)
    skipped = {"class": 0}
    table = []
    for number, (edge, oneway) in enumerate(_links_of(flat)):
        row = _row(edge, oneway, number, by_kind)
        if row:
            table.append(_drawn(row, edge, flat))
        else:
            skipped["class"] += 1
    if not table:
        raise SourceError(
            "The graph has no usable edge.",
            found=f"{flat.number_of_edges()} edges",
            fix="Edges need a length, and speed_kph, maxspeed or a highway class that is known.",
        )
    links = gpd.GeoDataFrame(pd.DataFrame(table), geometry="geometry", crs=WGS84)
    nodes = _nodes(flat)
    return OsmNetwork(nodes, links, report(nodes, links, skipped=skipped))


def _networkx() -> Any:  # noqa: ANN401 — a module
    try:
        import networkx as nx  # type: ignore[import-untyped]  # noqa: PLC0415 — only graphs need it
    except ImportError as error:
        raise MissingPackageError("networkx is not installed.", fix="pip install osmnx") from error
    return nx


def _key(node_id: str) -> int | str:
    number = node_id[1:]
    plain = node_id.startswith("n") and number.removeprefix("-").isdecimal() and number.isascii()
    return int(number) if plain and node_id == f"n{int(number)}" else node_id


def _name(node: object) -> str:
    return node if isinstance(node, str) else f"n{node}"


def _records(table: pd.DataFrame) -> list[Row]:
    columns = {str(name): table[name].tolist() for name in table.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _edge(row: Row) -> tuple[int | str, int | str, Row]:
    """Return the ends and the attributes of a link's edge."""
    start, end = _key(str(row.pop("from_node"))), _key(str(row.pop("to_node")))
    length_km, speed_kmh = float(str(row["length_km"])), float(str(row["speed_kmh"]))
    minutes = length_km / speed_kmh * MINUTES_PER_HOUR + float(str(row.get("fixed_min", 0.0)))
    way = str(row.get("way_id", ""))[1:]
    edge: Row = {
        **row,
        "osmid": int(way) if way.removeprefix("-").isdecimal() else str(row["link_id"]),
        "highway": row.get("osm_class", row["mode"]),
        "name": row.get("name_zh", ""),
        "length": length_km * METRES_PER_KM,
        "speed_kph": speed_kmh,
        "travel_time": minutes * SECONDS_PER_MINUTE,
    }
    if not isinstance(edge.get("geometry"), shapely.Geometry):
        edge.pop("geometry", None)
    return start, end, edge


def _in_degrees(graph: Graph) -> Graph:
    crs = str(graph.graph.get("crs", WGS84))
    if crs.upper() == WGS84:
        return graph
    import osmnx  # noqa: PLC0415 — only projected graphs need it

    flat: Graph = osmnx.project_graph(graph, to_latlong=True)
    return flat


def _rules(speeds: str | Mapping[str, float]) -> Kinds:
    """Return rules that take every class that has a speed."""
    kinds: dict[NetworkKind, Rules] = {}
    for kind in get_args(NetworkKind):
        known = class_names(kind)
        named = known if isinstance(speeds, str) else [name for name in known if name in speeds]
        kinds[kind] = rules(kind, speeds=speeds, classes=named)
    return kinds


def _links_of(graph: Graph) -> Iterator[tuple[Edge, bool]]:
    """Yield one edge for each link, and whether it leads one way."""
    groups: dict[object, list[Edge]] = defaultdict(list)
    for start, end, data in graph.edges(data=True):
        groups[_link_key(start, end, data)].append((start, end, data))
    for key, edges in groups.items():
        if isinstance(key, str):  # our own link id: what it was is said
            first = next((edge for edge in edges if edge[2].get("reversed") is False), edges[0])
            yield first, bool(first[2]["oneway"])
            continue
        yield from _paired(edges)


def _link_key(start: object, end: object, data: Mapping[str, object]) -> object:
    if all(name in data for name in OURS):
        return str(data["link_id"])
    ways = tuple(sorted(str(way) for way in listed(data.get("osmid"))))
    return frozenset((start, end)), ways, round(float(str(data.get("length", 0.0))), 3)


def _paired(edges: list[Edge]) -> Iterator[tuple[Edge, bool]]:
    anchor = edges[0][0]
    ahead = [edge for edge in edges if edge[0] == anchor]
    back = [edge for edge in edges if edge[0] != anchor]
    if edges[0][1] == anchor:  # a loop: both ways look the same
        there = [edge for edge in ahead if edge[2].get("reversed") is not True]
        yield from ((edge, bool(edge[2].get("oneway"))) for edge in there or ahead)
        return
    for one, other in zip(ahead, back, strict=False):
        yield (other if one[2].get("reversed") is True else one), False
    shared = min(len(ahead), len(back))
    yield from ((edge, True) for edge in [*ahead[shared:], *back[shared:]])


def _row(edge: Edge, oneway: bool, number: int, by_kind: Kinds) -> Row:  # noqa: FBT001 — of the edge
    """Return the link of an edge; an empty one if it has no usable speed or length."""
    start, end, data = edge
    ends: Row = {"from_node": _name(start), "to_node": _name(end)}
    if all(name in data for name in OURS):
        made = {"osmid", "highway", "name", "length", "speed_kph", "travel_time", "reversed"}
        own = {name: value for name, value in data.items() if name not in made}
        return {"link_id": own.pop("link_id"), **ends, **own}
    tags = texts(data)
    rule = by_kind["rail" if "railway" in tags and "highway" not in tags else "road"]
    read = read_tags(tags | {"motorcar": "yes"}, rule)  # what is in the graph is open
    speed = data.get("speed_kph")
    stated = isinstance(speed, int | float) and 0 < speed < np.inf
    if "length" not in data or (isinstance(read, str) and not stated):
        return {}
    ways = listed(data.get("osmid"))
    return {
        "link_id": f"e{number}",
        **ends,
        **(_plain(tags) if isinstance(read, str) else _said(read)),
        **({"speed_kmh": float(str(speed)), "speed_basis": "tag"} if stated else {}),
        "length_km": float(str(data["length"])) / METRES_PER_KM,
        "oneway": oneway,
        "way_id": ";".join(f"w{way}" for way in ways),
        "source_id": SOURCE_ID,
    }


def _said(way: WayTags) -> Row:
    names = ("mode", "osm_class", "speed_kmh", "speed_basis", "speed_tag", "name_zh", "name_en")
    return {name: getattr(way, name) for name in (*names, "ref", "usage", "service")}


def _plain(tags: Mapping[str, str]) -> Row:
    rail = "railway" in tags
    named = {"name_zh": tags.get("name", ""), "name_en": "", "speed_tag": ""}
    said = {"osm_class": tags.get("highway", ""), **named}
    texts = {name: tags.get(name, "") for name in ("ref", "usage", "service")}
    return {"mode": "rail" if rail else "road", **said, **texts}


def _drawn(row: Row, edge: Edge, graph: Graph) -> Row:
    """Return the link with its line, which is straight where the edge has none."""
    if isinstance(row.get("geometry"), shapely.Geometry):
        return row
    line = edge[2].get("geometry")
    if not isinstance(line, shapely.LineString):
        ends = [(graph.nodes[node]["x"], graph.nodes[node]["y"]) for node in edge[:2]]
        line = shapely.LineString(ends)
    return {**row, "geometry": line}


def _nodes(graph: Graph) -> gpd.GeoDataFrame:
    made = {"x", "y", "lon", "lat", "street_count"}
    rows = [
        {"node_id": _name(node), "name_zh": "", "kind": "junction", "adcode": ""}
        | {
            name: data[name]
            for name in ("name_zh", "kind", "adcode")
            if name in data and name not in made
        }
        for node, data in graph.nodes(data=True)
    ]
    places = np.array([(data["x"], data["y"]) for _, data in graph.nodes(data=True)], np.float64)
    points = gpd.points_from_xy(places[:, 0], places[:, 1])
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=points, crs=WGS84)
