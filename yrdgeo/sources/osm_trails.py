"""Edges of an unsimplified graph → the ways they came from.

Promise: each edge is in one way once, in the direction it has.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from yrdgeo.sources.osm_file import STATIONS, Floats, Int64s, WayCollector, Ways
from yrdgeo.sources.osm_tags import Rules

_BACKWARDS = frozenset({"-1", "reverse", "T"})


class Graph(Protocol):
    """What is used of ``networkx.MultiDiGraph``, which has no types of its own."""

    @property
    def graph(self) -> Mapping[str, Any]:
        """Attributes of the graph."""

    @property
    def nodes(self) -> Any:  # noqa: ANN401 — a view: callable and a mapping
        """Nodes and their attributes."""

    @property
    def edges(self) -> Any:  # noqa: ANN401 — a view: callable and a mapping
        """Edges and their attributes."""

    def number_of_edges(self) -> int:
        """Return the number of edges."""

    def add_node(self, node: object, **attributes: object) -> None:
        """Add a node."""

    def add_edge(self, start: object, end: object, **attributes: object) -> object:
        """Add an edge."""


def ways_of_graph(graph: Graph, rule: Rules) -> Ways:
    """Return the ways of an unsimplified graph whose edges all follow their ways (``all_oneway``).

    OSMnx has already turned the nodes of ways tagged ``oneway=-1``.
    """
    steps: dict[int, list[tuple[int, int]]] = defaultdict(list)
    said: dict[int, dict[str, str]] = {}
    for start, end, data in graph.edges(data=True):
        way = int(data["osmid"])
        steps[way].append((start, end))
        said.setdefault(way, texts(data))
    collector = WayCollector(rule, pieces=True)
    for way in sorted(steps):
        tags = said[way]
        if tags.get("oneway") in _BACKWARDS:
            tags["oneway"] = "yes"
        for trail in trails(steps[way]):
            collector.add(way, trail, tags)
    ways = collector.ways(lambda node_id: _places(graph, node_id))
    marked = {
        node: data for node, data in graph.nodes(data=True) if data.get("railway") in STATIONS
    }
    names = {n: str(data.get("name:zh") or data.get("name") or "") for n, data in marked.items()}
    return replace(ways, stations=names)


def trails(steps: Iterable[tuple[int, int]]) -> Iterator[list[int]]:
    """Join steps from node to node into as few trails as follow them, each step once.

    >>> list(trails([(2, 3), (1, 2), (8, 9)]))
    [[1, 2, 3], [8, 9]]
    """
    ahead: dict[int, list[int]] = defaultdict(list)
    surplus: dict[int, int] = defaultdict(int)
    for start, end in steps:
        ahead[start].append(end)
        surplus[start] += 1
        surplus[end] -= 1
    for start in sorted(ahead, key=lambda node: surplus[node] <= 0):
        while ahead[start]:
            trail = [start]
            while ahead.get(trail[-1]):
                trail.append(ahead[trail[-1]].pop(0))
            yield trail


def _places(graph: Graph, node_id: Int64s) -> tuple[Floats, Floats]:
    places = [graph.nodes[node] for node in node_id.tolist()]
    lon = np.array([place["x"] for place in places], dtype=np.float64)
    return lon, np.array([place["y"] for place in places], dtype=np.float64)


def listed(value: object) -> list[object]:
    """Return what OSMnx keeps in a list only if there are several."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple | set) else [value]


def texts(data: Mapping[str, object]) -> dict[str, str]:
    """Return the tags of an edge as text; of several values the first, of speeds all."""
    found = {}
    for name, value in data.items():
        said = [str(item) for item in listed(value) if isinstance(item, str | int | float)]
        if said and name not in {"osmid", "length", "reversed", "geometry"}:
            found[name] = ";".join(said) if name == "maxspeed" else said[0]
    return found
