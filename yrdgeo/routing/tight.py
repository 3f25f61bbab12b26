"""The same paths by Dijkstra: three searches an origin, each over what the last one left.

Promise: of all fastest paths the one with the least sums of :mod:`yrdgeo.routing.ties`. After a
search only the arcs that lie on some best path from the origin are kept for the next.
"""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from yrdgeo.routing.graph import Floats, Graph, Int32s, Int64s
from yrdgeo.routing.ties import Traced

_NONE = -9999  # scipy's mark for "no predecessor"


def shortest_um(graph: Graph, um: Int64s, sources: Int64s, targets: Int64s) -> Floats:
    """Return the micrometres of the path of each pair, shape (n, m); ``inf`` for no path."""
    found = np.empty((len(sources), len(targets)))
    for row, source in enumerate(sources):
        _, kept = _best(graph, graph.milliseconds, np.arange(len(graph.heads)), int(source))
        reached: Floats = dijkstra(_matrix(graph, um, kept), indices=[source])[0]
        found[row] = reached[targets]
    return found


def trace(graph: Graph, um: Int64s, mark: Int64s, pairs: tuple[Int64s, Int64s]) -> Traced:
    """Return the paths of pairs of nodes, shape (p,) each."""
    sources, targets = pairs
    ms = np.empty(len(sources), dtype=np.int64)
    numbers, steps, arcs = [], [], []
    key = graph.tails.astype(np.int64) * len(graph.nodes) + graph.heads
    for source in np.unique(sources):
        rows = np.flatnonzero(sources == source)
        every = np.arange(len(graph.heads))
        reached, fastest = _best(graph, graph.milliseconds, every, int(source))
        _, kept = _best(graph, um, fastest, int(source))
        times = reached[targets[rows]]
        ms[rows] = np.where(np.isfinite(times), times, -1)
        arrows = _matrix(graph, mark, kept)
        before: Int32s = dijkstra(arrows, indices=[source], return_predecessors=True)[1][0]
        here = targets[rows]
        step = 0
        while len(rows):
            tails = before[here].astype(np.int64)
            going = tails != _NONE
            rows, tails, heads = rows[going], tails[going], here[going]
            numbers.append(rows)
            steps.append(np.full(len(rows), step))
            arcs.append(np.searchsorted(key, tails * len(graph.nodes) + heads))
            here, step = tails, step - 1
    nothing = np.empty(0, dtype=np.int64)
    number, step_, arc = (np.concatenate([nothing, *parts]) for parts in (numbers, steps, arcs))
    ends = np.cumsum(np.bincount(number, minlength=len(sources)))
    return Traced(ms, arc[np.lexsort((step_, number))], ends)


def _best(graph: Graph, weight: Int64s, arcs: Int64s, source: int) -> tuple[Floats, Int64s]:
    """Return the least sums over some arcs, and those of them on which the sums are least."""
    reached: Floats = dijkstra(_matrix(graph, weight, arcs), indices=[source])[0]
    start, end = reached[graph.tails[arcs]], reached[graph.heads[arcs]]
    # inf + w == inf would make arcs that the source never reaches look like best ones.
    return reached, arcs[np.isfinite(start) & (start + weight[arcs] == end)]


def _matrix(graph: Graph, weight: Int64s, kept: Int64s) -> csr_array:
    """Return some arcs as a sparse matrix that keeps its explicit zeros."""
    size = len(graph.nodes)
    counts = np.bincount(graph.tails[kept], minlength=size)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    arrays = (weight[kept].astype(np.float64), graph.heads[kept], indptr)
    return csr_array(arrays, shape=(size, size))
