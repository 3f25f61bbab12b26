"""The graphs of the benchmarks: a made-up road-like one, and the world's highways.

The made-up one is a perturbed grid of 500 m with random gaps, streets, arterials every 8, 40 and
200 lines, five in a hundred links one-way, times in whole milliseconds, about 2.4 arcs a node.
"""

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from yrdgeo.routing.graph import Graph
from yrdgeo.sources.roads import world_graph

SPEEDS = np.array([25.0, 45.0, 80.0, 110.0])


def road_like(nodes: int, *, seed: int = 0) -> tuple[Graph, np.ndarray]:
    """Return a graph of about so many nodes (the next square below) and their x, y in km."""
    random = np.random.default_rng(seed)
    side = int(nodes**0.5)
    size = side * side
    row, column = np.divmod(np.arange(size), side)
    xy = np.column_stack([column, row]) + random.uniform(-0.35, 0.35, (size, 2))
    xy *= 0.5
    number = np.arange(size).reshape(side, side)
    east = number[:, :-1].ravel(), number[:, 1:].ravel()
    north = number[:-1].ravel(), number[1:].ravel()
    a, b = np.concatenate([east[0], north[0]]), np.concatenate([east[1], north[1]])
    line = np.concatenate([east[0] // side, north[0] % side])
    rank = np.select([line % 200 == 100, line % 40 == 0, line % 8 == 0], [3, 2, 1], 0)
    speed = SPEEDS[rank] * random.uniform(0.8, 1.2, len(a))
    length = np.hypot(*(xy[a] - xy[b]).T) * random.uniform(1.0, 1.3, len(a))
    ms = np.maximum(1, np.rint(length / speed * 3.6e6)).astype(np.int64)
    key = random.uniform(1, 2, len(a)) - rank * 0.3
    tree = minimum_spanning_tree(coo_array((key, (a, b)), shape=(size, size)).tocsr()).tocoo()
    ends = np.sort(np.column_stack([tree.row, tree.col]).astype(np.int64), axis=1)
    on_tree = np.isin(a * size + b, ends[:, 0] * size + ends[:, 1])
    kept = on_tree | (random.random(len(a)) < 0.2) | (rank >= 2)
    oneway = ~on_tree & (random.random(len(a)) < 0.05)
    turned = oneway & (random.random(len(a)) < 0.5)
    a, b = np.where(turned, b, a), np.where(turned, a, b)
    back = kept & ~oneway
    tails, heads = np.concatenate([a[kept], b[back]]), np.concatenate([b[kept], a[back]])
    return _graph(size, tails, heads, np.concatenate([ms[kept], ms[back]])), xy


def world() -> tuple[Graph, np.ndarray]:
    """Return the largest component of world_highways at 80 km/h, and its lon, lat."""
    roads = world_graph()
    size = len(roads.lon)
    matrix = coo_array((np.ones(len(roads.start)), (roads.start, roads.end)), shape=(size, size))
    labels = connected_components(matrix, directed=False)[1]
    main = labels == np.argmax(np.bincount(labels))
    number = np.cumsum(main) - 1
    arcs = main[roads.start] & (roads.start != roads.end)
    ms = np.maximum(1, np.rint(roads.length_km[arcs] / 80 * 3.6e6)).astype(np.int64)
    tails, heads = number[roads.start[arcs]], number[roads.end[arcs]]
    xy = np.column_stack([roads.lon[main], roads.lat[main]])
    return _graph(int(main.sum()), tails, heads, ms), xy


def _graph(size: int, tails: np.ndarray, heads: np.ndarray, ms: np.ndarray) -> Graph:
    order = np.lexsort((ms, heads, tails))
    tails, heads, ms = tails[order], heads[order], ms[order]
    first = np.ones(len(tails), dtype=bool)
    first[1:] = np.diff(tails).astype(bool) | np.diff(heads).astype(bool)
    tails, heads, ms = tails[first], heads[first], ms[first]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(tails, minlength=size))]).astype(np.int32)
    links = np.arange(len(heads))
    nodes = pd.RangeIndex(size)
    return Graph(nodes, indptr, heads.astype(np.int32), ms, np.zeros(len(heads)), links)
