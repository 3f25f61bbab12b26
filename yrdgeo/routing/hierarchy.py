"""A contraction hierarchy: a graph with shortcuts that answers many-to-many at memory's speed.

Promise: the times are those of the graph, to the millisecond. The same graph gives the same
hierarchy, bit for bit; a stored one is used only if it belongs to the graph and is undamaged.

References
----------
Geisberger, R., Sanders, P., Schultes, D., & Vetter, C. (2012). Exact routing in large road networks
using contraction hierarchies. *Transportation Science*, 46(3).
Delling, D., Goldberg, A. V., & Werneck, R. F. (2011). Faster batched shortest paths in road
networks. *ATMOS*.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Self

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from yrdgeo.errors import NetworkError
from yrdgeo.routing import store
from yrdgeo.routing.contraction import contract, merged
from yrdgeo.routing.graph import Graph, csr
from yrdgeo.routing.kernel import Ints, Weights
from yrdgeo.routing.layout import positions, upward
from yrdgeo.routing.sweep import Arcs
from yrdgeo.routing.witness import IN, OUT

_LOG = logging.getLogger(__name__)
NARROW = 2**31 - 1  # stands for no path where 32 bits do; two of them still add up in 32 bits
WIDE = 2**62


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """Upward arcs of both directions, nodes numbered by position (parents first).

    Attributes
    ----------
    position
        Of each node of the graph, shape (n,).
    forward, backward
        Upward arcs as they are travelled, and those travelled downward, turned round.
    bound
        No finite time is longer, in ms.
    ties
        Every fastest path climbs and then descends here, not only one for each pair.
    """

    position: Ints
    forward: Arcs
    backward: Arcs
    bound: int
    ties: bool = False

    @property
    def infinite(self) -> int:
        """The time that stands for no path."""
        return NARROW if self.forward.weight.dtype == np.uint32 else WIDE

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        arrays = (self.position, *self.forward, *self.backward)
        return sum(array.nbytes for array in arrays)

    def writable(self) -> Self:
        """Return the hierarchy, or a copy if a transport has locked its arrays.

        A kernel is compiled anew for arrays that cannot be written.
        """
        arrays = (self.position, *self.forward, *self.backward)
        if all(array.flags.writeable for array in arrays):
            return self
        forward, backward = (
            Arcs(arcs.start.copy(), arcs.head.copy(), arcs.weight.copy())
            for arcs in (self.forward, self.backward)
        )
        return type(self)(self.position.copy(), forward, backward, self.bound, self.ties)

    def __repr__(self) -> str:
        """Count nodes and arcs."""
        arcs = len(self.forward.head) + len(self.backward.head)
        return f"Hierarchy({len(self.position)} nodes, {arcs} upward arcs)"


def hierarchy(graph: Graph, *, cache: Path | None = None, ties: bool = False) -> Hierarchy:
    """Contract a graph, or read what was stored when it was last contracted.

    Parameters
    ----------
    graph
        Any graph; road-like ones give small hierarchies.
    cache
        A folder for hierarchies, each named after the hash of its graph's arrays; made if it is
        not there. Nothing is stored by default. A folder that cannot be written to is told in the
        log and does no harm.
    ties
        Keep every fastest path, so that the shortest of them can be found; larger where many
        paths are as fast.

    Examples
    --------
    >>> import pandas as pd
    >>> from yrdgeo.results import Network
    >>> from yrdgeo.routing.graph import build
    >>> nodes = pd.DataFrame({"node_id": ["a", "b"]})
    >>> links = pd.DataFrame({"link_id": ["1"], "from_node": "a", "to_node": "b", "mode": "road",
    ...     "length_km": 10.0, "speed_kmh": 60.0})
    >>> hierarchy(build(Network(links, nodes)))
    Hierarchy(2 nodes, 2 upward arcs)
    """
    if cache is not None:
        stored = _stored(graph, cache, ties=ties)
        if stored is not None:
            return stored
    began = perf_counter()
    made = _contracted(graph, ties=ties)
    if len(graph.nodes) >= 10_000:  # noqa: PLR2004 — below it the line would be mostly noise
        _LOG.info("Contracted %d nodes in %.1f s", len(graph.nodes), perf_counter() - began)
    if cache is not None:
        store.keep(cache, _name(graph, ties=ties), _arrays(made))
    return made


def _contracted(graph: Graph, *, ties: bool) -> Hierarchy:
    bound = longest_time(graph)
    wide = bound >= NARROW
    infinite = WIDE if wide else NARROW
    if bound >= WIDE // 2:
        raise NetworkError(
            "The network takes longer to cross than a sum of milliseconds can hold.",
            fix="Check speed_kmh and length_km of its links.",
        )
    weights = csr(np.minimum(graph.milliseconds, infinite).astype(np.float64), graph)
    turned = weights.T.tocsr()
    weights = turned.T.tocsr()  # sorted by head, whatever the graph's order
    sides = _side(weights, wide=wide), _side(turned, wide=wide)
    start, entries = merged(len(graph.nodes), sides[0], sides[1], infinite)
    entries = entries[: start[-1]]
    contracted = contract(start, entries, bound, infinite, ties=ties)
    position = positions(*contracted)
    forward = Arcs(*upward(position, contracted[1:], OUT, bound))
    backward = Arcs(*upward(position, contracted[1:], IN, bound))
    return Hierarchy(position, forward, backward, bound, ties)


def _side(matrix: csr_array, *, wide: bool) -> tuple[Ints, Ints, Weights]:
    weights = matrix.data.astype(np.int64) if wide else matrix.data.astype(np.uint32)
    return matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), weights


def longest_time(graph: Graph) -> int:
    r"""Return a time, in ms, that no fastest path exceeds.

    .. math:: \sum_C (\max_{v \in C} t_{v r_C} + \max_{v \in C} t_{r_C v}) + \sum_{a} t_a

    over the strongly connected components C with any root r, and the arcs a between components:
    a fastest path enters each component at most once and uses each such arc at most once.

    Examples
    --------
    >>> import pandas as pd
    >>> from yrdgeo.results import Network
    >>> from yrdgeo.routing.graph import build
    >>> nodes = pd.DataFrame({"node_id": ["a", "b"]})
    >>> links = pd.DataFrame({"link_id": ["1"], "from_node": "a", "to_node": "b", "mode": "road",
    ...     "length_km": 10.0, "speed_kmh": 60.0})
    >>> longest_time(build(Network(links, nodes)))
    1200000
    """
    if not len(graph.heads):
        return 0
    times = graph.milliseconds.astype(np.float64)
    matrix = csr(times, graph)
    count, labels = connected_components(matrix, directed=True, connection="strong")
    tails = graph.tails
    inner = labels[tails] == labels[graph.heads]
    rows = np.concatenate([[0], np.cumsum(np.bincount(tails[inner], minlength=len(labels)))])
    within = csr_array(
        (times[inner], graph.heads[inner], rows.astype(np.int32)), shape=matrix.shape
    )
    roots = np.unique(labels, return_index=True)[1]
    total = float(times[~inner].sum())
    for side in (within, within.T.tocsr()):
        farthest = np.zeros(count)
        np.maximum.at(farthest, labels, dijkstra(side, indices=roots, min_only=True))
        total += float(farthest.sum())
    return int(total)


_STORED = {"position", "bound"} | {
    f"{side}_{field}" for side in ("forward", "backward") for field in Arcs._fields
}


def _arrays(made: Hierarchy) -> dict[str, np.ndarray]:
    named: dict[str, np.ndarray] = {"position": made.position, "bound": np.array([made.bound])}
    for side in ("forward", "backward"):
        for field, array in getattr(made, side)._asdict().items():
            named[f"{side}_{field}"] = array
    return named


def _name(graph: Graph, *, ties: bool) -> str:
    return store.fingerprint(graph) + ("-ties" if ties else "")


def _stored(graph: Graph, cache: Path, *, ties: bool) -> Hierarchy | None:
    arrays = store.read(cache, _name(graph, ties=ties))
    if arrays is None or set(arrays) != _STORED:
        return None
    forward, backward = (
        Arcs(*(arrays[f"{side}_{field}"] for field in Arcs._fields))
        for side in ("forward", "backward")
    )
    return Hierarchy(arrays["position"], forward, backward, int(arrays["bound"][0]), ties)
