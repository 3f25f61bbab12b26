"""What is wrong with a network read from OpenStreetMap, counted and drawn; and its largest part.

Promise: the report changes nothing; what was skipped, guessed or stays cut off is in it.
"""

from dataclasses import dataclass, field
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from yrdgeo.errors import ArgumentError, nearest
from yrdgeo.sources.osm_file import Int64s
from yrdgeo.sources.osm_turns import no_turns, turns_among
from yrdgeo.units import WGS84

Connection = Literal["weak", "strong"]

# Issue → what was found (English, Chinese), what was done about it (English, Chinese).
ISSUES = {
    "missing_nodes": (
        "ways with nodes that the file lacks or that lie off the globe",
        "缺少节点或节点坐标越界的道路",
        "skipped",
        "已跳过",
    ),
    "access": ("ways closed to the public", "不对公众开放的道路", "skipped", "已跳过"),
    "class": ("ways of a class that was not asked for", "未选等级的道路", "skipped", "已跳过"),
    "area": ("squares, drawn as areas", "以面表示的广场", "skipped", "已跳过"),
    "repeated": ("ways given more than once", "重复出现的道路", "last version taken", "取最后版本"),
    "short": ("ways with fewer than two nodes", "不足两个节点的道路", "skipped", "已跳过"),
    "loop": ("links of no length to themselves", "长度为零的自环", "skipped", "已跳过"),
    "zero_length": ("links of no length", "长度为零的路段", "kept", "保留"),
    "implausible": (
        "links whose maxspeed is out of bounds",
        "限速值超出合理范围的路段",
        "speed of the class",
        "采用等级默认速度",
    ),
    "unread": (
        "links whose maxspeed means nothing known",
        "限速值无法识别的路段",
        "speed of the class",
        "采用等级默认速度",
    ),
    "class_speed": (
        "links without a maxspeed",
        "未标限速的路段",
        "speed of the class",
        "采用等级默认速度",
    ),
    "island": (
        "parts without a link to the largest",
        "与最大连通部分不相连的部分",
        "kept; clean() drops them",
        "保留；可用 clean() 去除",
    ),
    "oneway_trap": (
        "nodes of the largest part that cannot be both reached and left",
        "最大连通部分中只进不出或只出不进的节点",
        "kept; clean(connection='strong') drops them",
        "保留；可用 clean(connection='strong') 去除",
    ),
    "dead_end": ("nodes with one neighbour", "断头节点", "kept", "保留"),
    "turn": ("turn restrictions", "转向限制", "applied", "已采用"),
    "turn_via_way": ("turn restrictions over a way", "经由路段的转向限制", "applied", "已采用"),
    "turn_conditional": (
        "turn restrictions at certain hours",
        "限时段的转向限制",
        "not applied",
        "未采用",
    ),
    "turn_exempt": (
        "turn restrictions that do not bind cars",
        "不适用于小汽车的转向限制",
        "not applied",
        "未采用",
    ),
    "turn_elsewhere": (
        "turn restrictions between ways that were not taken",
        "涉及未采用道路的转向限制",
        "not applied",
        "未采用",
    ),
    "turn_broken": (
        "turn restrictions that do not say which turn",
        "含义不明的转向限制",
        "not applied",
        "未采用",
    ),
}
TURN_ISSUES = tuple(name for name in ISSUES if name.startswith("turn"))
COUNTED = ("class", "access", "area", "repeated")  # left out before they had a place


@dataclass(frozen=True, slots=True, eq=False)
class OsmReport:
    """What was skipped, guessed or stays cut off.

    Attributes
    ----------
    table
        A row an issue, in a fixed order: ``issue count what_en what_zh done_en done_zh``.
    layer
        What of it has a place, EPSG:4326: ``issue osm_id value geometry``. ``osm_id`` is a way,
        link or node id, for an island that of its first node; ``value`` is the count of nodes
        or the text of the tag.
    """

    table: pd.DataFrame
    layer: gpd.GeoDataFrame

    def __repr__(self) -> str:
        """Count the issues that occur."""
        rows = self.table[self.table["count"] > 0]
        counts = ", ".join(
            f"{n} {name}" for name, n in zip(rows["issue"], rows["count"], strict=True)
        )
        return f"OsmReport({counts})"


@dataclass(frozen=True, slots=True, eq=False)
class OsmNetwork:
    """A network read from OpenStreetMap: ``Network(network.links, network.nodes)`` routes on it.

    Attributes
    ----------
    nodes
        ``node_id`` is ``n`` and the OpenStreetMap id; EPSG:4326.
    links
        ``link_id`` is ``w``, the way's id and the number of the link in the way.
    report
        What was skipped, guessed or stays cut off.
    turns
        Turns that are prohibited: ``from_link via_node to_link extra_min via_links``; the minutes
        are ``inf``.
    """

    nodes: gpd.GeoDataFrame
    links: gpd.GeoDataFrame
    report: OsmReport
    turns: pd.DataFrame = field(default_factory=no_turns)

    def __repr__(self) -> str:
        """Count nodes and links."""
        return f"OsmNetwork({len(self.nodes)} nodes, {len(self.links)} links)"


def report(
    nodes: gpd.GeoDataFrame,
    links: gpd.GeoDataFrame,
    *,
    skipped: dict[str, int] | None = None,
    missing: gpd.GeoDataFrame | None = None,
) -> OsmReport:
    """Count and draw what is wrong with a network.

    Parameters
    ----------
    nodes, links
        The network.
    skipped
        Number of ways or links that were left out, by issue.
    missing
        Ways left out for want of nodes: index way id, ``missing`` (number of nodes), geometry.

    Returns
    -------
    report
        A row for each of :data:`ISSUES`, 0 where it does not occur.
    """
    number = _ends(nodes, links)
    weak = _parts(len(nodes), number, links["oneway"].to_numpy(bool), "weak")
    strong = _parts(len(nodes), number, links["oneway"].to_numpy(bool), "strong")
    main = np.flatnonzero(weak == 0)
    core = np.bincount(strong[main]).argmax() if len(main) else 0
    traps = main[strong[main] != core]
    said = {name: "" for name in ("speed_basis", "speed_tag") if name not in links}
    links = gpd.GeoDataFrame(links.assign(**said))
    basis = links["speed_basis"]
    rows = [
        _rows("missing_nodes", missing, "missing"),
        _rows("zero_length", _named(links[links["length_km"] == 0], "link_id"), "mode"),
        _rows("implausible", _named(links[basis == "implausible"], "link_id"), "speed_tag"),
        _rows("unread", _named(links[basis == "unread"], "link_id"), "speed_tag"),
        _islands(nodes, weak),
        _rows("oneway_trap", _named(nodes.iloc[traps], "node_id"), "kind"),
        _rows("dead_end", _named(nodes.iloc[_dead_ends(len(nodes), number)], "node_id"), "kind"),
    ]
    layer = pd.concat([row for row in rows if len(row)] or rows[:1], ignore_index=True)
    counts = layer["issue"].value_counts().to_dict() | (skipped or {})
    counts["class_speed"] = int((basis == "class").sum())
    table = pd.DataFrame(
        [(issue, int(counts.get(issue, 0)), *words) for issue, words in ISSUES.items()],
        columns=["issue", "count", "what_en", "what_zh", "done_en", "done_zh"],
    )
    return OsmReport(table, gpd.GeoDataFrame(layer, crs=WGS84))


def clean(network: OsmNetwork, *, connection: Connection = "weak") -> OsmNetwork:
    """Keep the largest connected part of a network.

    Parameters
    ----------
    network
        The network.
    connection
        ``weak``: one-way links count both ways. ``strong``: every node can be reached from every
        other, so that no travel time is infinite.

    Returns
    -------
    network
        With a report of its own; what the reader skipped stays counted in it. Of two parts of
        equal size the one with the first node in the table is kept.

    Raises
    ------
    ArgumentError
        If the connection is neither.
    """
    if connection not in {"weak", "strong"}:
        raise ArgumentError(
            f"There is no connection {connection!r}.", fix=nearest(connection, ["weak", "strong"])
        )
    oneway = network.links["oneway"].to_numpy(bool)
    ends = _ends(network.nodes, network.links)
    kept = _parts(len(network.nodes), ends, oneway, connection) == 0
    nodes = network.nodes[kept].reset_index(drop=True)
    links = network.links[kept[ends[0]] & kept[ends[1]]].reset_index(drop=True)
    before = network.report.table.set_index("issue")["count"]
    counted = ("missing_nodes", "short", "loop", *COUNTED, *TURN_ISSUES)
    done = [name for name in counted if name in before]
    skipped = {name: int(before[name]) for name in done}
    was = network.report.layer
    gone = (
        was[was["issue"] == "missing_nodes"]
        .set_index("osm_id")
        .rename(columns={"value": "missing"})
    )
    said = report(nodes, links, skipped=skipped, missing=gone)
    return OsmNetwork(nodes, links, said, turns_among(network.turns, links))


def _ends(nodes: gpd.GeoDataFrame, links: gpd.GeoDataFrame) -> tuple[Int64s, Int64s]:
    """Return the row of the node where each link begins and where it ends."""
    index = pd.Index(nodes["node_id"])
    start, end = (index.get_indexer(links[name]) for name in ("from_node", "to_node"))
    return start.astype(np.int64), end.astype(np.int64)


def _parts(
    n_nodes: int, ends: tuple[Int64s, Int64s], oneway: npt.NDArray[np.bool_], connection: Connection
) -> Int64s:
    """Return the part of each node; 0 is the largest, ties go to the first node."""
    start, end = ends
    back = ~oneway
    tails, heads = np.concatenate([start, end[back]]), np.concatenate([end, start[back]])
    arcs = csr_array((np.ones(len(tails), bool), (tails, heads)), shape=(n_nodes, n_nodes))
    _, label = connected_components(arcs, directed=True, connection=connection)
    _, first, size = np.unique(label, return_index=True, return_counts=True)
    rank = np.empty(len(size), dtype=np.int64)
    rank[np.lexsort((first, -size))] = np.arange(len(size))
    return rank[label]


def _dead_ends(n_nodes: int, ends: tuple[Int64s, Int64s]) -> Int64s:
    """Return the nodes with one neighbour, however many links lead there."""
    low, high = np.minimum(*ends), np.maximum(*ends)
    pair = np.unique((low * n_nodes + high)[low != high])
    neighbours = np.bincount(pair // n_nodes, minlength=n_nodes)
    neighbours += np.bincount(pair % n_nodes, minlength=n_nodes)
    return np.flatnonzero(neighbours == 1)


def _named(table: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(table.set_index(key))


def _rows(issue: str, table: gpd.GeoDataFrame | None, value: str) -> gpd.GeoDataFrame:
    if table is None:
        return _rows(issue, gpd.GeoDataFrame({value: []}, geometry=[], crs=WGS84), value)
    rows = {
        "issue": issue,
        "osm_id": table.index.astype(str).astype(object),
        "value": table[value].astype(str).astype(object).to_numpy(),
    }
    return gpd.GeoDataFrame(rows, geometry=table.geometry.to_numpy(), crs=WGS84)


def _islands(nodes: gpd.GeoDataFrame, part: Int64s) -> gpd.GeoDataFrame:
    """Return a row for each part but the largest, drawn as its nodes."""
    order = np.argsort(part, kind="stable")
    order = order[part[order] > 0]
    parts, first, size = np.unique(part[order], return_index=True, return_counts=True)
    points = np.asarray(nodes.geometry.to_numpy(), dtype=object)[order]
    groups = np.repeat(np.arange(len(parts)), size)
    shapes = np.empty(0, dtype=object)
    if len(points):
        shapes = np.asarray(shapely.multipoints(points, indices=groups), dtype=object)
    rows = {
        "issue": "island",
        "osm_id": nodes["node_id"].to_numpy(object)[order[first]],
        "value": size.astype(str).astype(object),
    }
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=WGS84)
