"""The engines of the benchmark: ours and those that pip installs, behind one face.

A maker takes a graph and its coordinates and returns a query: numbers of origins and of
destinations → milliseconds, shape (n, m).
"""

# ruff: noqa: PLC0415 — peers may be absent

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from yrdgeo.routing.graph import Graph

if TYPE_CHECKING:
    import pandana

    from yrdgeo.routing.hierarchy import Hierarchy

Query = Callable[[np.ndarray, np.ndarray], np.ndarray]
Maker = Callable[[Graph, np.ndarray], Query]
Asked = tuple[np.ndarray, np.ndarray]  # places and amounts of a sum


def our_query(made: "Hierarchy") -> Query:
    from yrdgeo.routing.many import matrix

    return lambda origins, ends: matrix(made, origins, ends, limit=made.bound)


def our_sums(
    made: "Hierarchy", graph: Graph, asked: Asked, minutes: float
) -> Callable[[], np.ndarray]:
    from yrdgeo.routing.balls import sums_within
    from yrdgeo.routing.engine import limit_ms
    from yrdgeo.routing.many import Amounts

    every, limit = np.arange(len(made.position)), limit_ms(minutes)
    return lambda: sums_within(made, graph, (every, Amounts(*asked)), [limit], against=True)[:, 0]


def sparse(graph: Graph) -> csr_array:
    size = len(graph.nodes)
    weights = graph.milliseconds.astype(float)
    return csr_array((weights, graph.heads, graph.indptr), shape=(size, size))


def scipy_query(graph: Graph, _: np.ndarray) -> Query:
    weights, step = sparse(graph), 16

    def query(origins: np.ndarray, ends: np.ndarray) -> np.ndarray:
        blocks = (origins[first : first + step] for first in range(0, len(origins), step))
        return np.vstack([dijkstra(weights, indices=block)[:, ends] for block in blocks])

    return query


def pandana_network(graph: Graph, xy: np.ndarray) -> "pandana.Network":
    import pandana

    seconds = pd.DataFrame({"s": graph.milliseconds / 1000})
    number = pd.RangeIndex(len(graph.nodes))
    tails, heads = (pd.Series(a.astype(np.int64)) for a in (graph.tails, graph.heads))
    x, y = pd.Series(xy[:, 0], number), pd.Series(xy[:, 1], number)
    return pandana.Network(x, y, tails, heads, seconds, twoway=False)


def pandana_query(net: "pandana.Network") -> Query:
    def query(origins: np.ndarray, ends: np.ndarray) -> np.ndarray:
        pairs = np.repeat(origins, len(ends)), np.tile(ends, len(origins))
        found = np.asarray(net.shortest_path_lengths(*pairs, "s"))
        return found.reshape(len(origins), len(ends)) * 1000

    return query


def pandana_sums(net: "pandana.Network", asked: Asked, minutes: float) -> Callable[[], np.ndarray]:
    net.set(pd.Series(asked[0]), variable=pd.Series(asked[1]), name="a")
    return lambda: net.aggregate(minutes * 60, type="sum", decay="flat", name="a").to_numpy()


def pyroutingkit_query(graph: Graph, xy: np.ndarray) -> Query:
    from pyroutingkit import CCH

    made = CCH()
    arcs = graph.tails.astype(np.uint32), graph.heads.astype(np.uint32)
    lat, lon = xy[:, 1].astype(np.float32), xy[:, 0].astype(np.float32)
    made.build_topology(*arcs, lat, lon, node_count=len(graph.nodes))
    made.customize_weights(graph.milliseconds.astype(np.uint32))
    return lambda origins, ends: np.asarray(
        made.distances_many_to_many(origins.astype(np.uint32), ends.astype(np.uint32)), float
    )


def igraph_query(graph: Graph, _: np.ndarray) -> Query:
    import igraph

    edges = np.column_stack([graph.tails, graph.heads])
    made = igraph.Graph(n=len(graph.nodes), edges=edges, directed=True)
    weights = graph.milliseconds.astype(float).tolist()
    return lambda origins, ends: np.array(
        made.distances(source=origins.tolist(), target=ends.tolist(), weights=weights)
    )


def ch_router_query(graph: Graph, _: np.ndarray) -> Query:
    from ch_router import CHQuery, ContractionHierarchy

    arcs = graph.tails.astype(np.uint32), graph.heads.astype(np.uint32)
    weights = graph.milliseconds.astype(np.uint32)
    made = ContractionHierarchy.build(len(graph.nodes), *arcs, weights)
    search = CHQuery(made)

    def one(origin: int, end: int) -> float:
        return float(search.reset().add_source(origin).add_target(end).run().get_distance())

    return lambda origins, ends: np.array(
        [[one(origin, end) for end in ends.tolist()] for origin in origins.tolist()]
    )


# Name, module, maker; pandana takes sums as well.
PEERS: dict[str, tuple[str, Maker]] = {
    "pyroutingkit": ("pyroutingkit", pyroutingkit_query),
    "pandana": ("pandana", lambda graph, xy: pandana_query(pandana_network(graph, xy))),
    "ch-router": ("ch_router", ch_router_query),
    "scipy": ("scipy", scipy_query),
    "igraph": ("igraph", igraph_query),
}
