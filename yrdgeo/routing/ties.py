"""Which of several fastest paths is meant: the shortest, and then one that depends on no order.

Promise: every link has two whole numbers beside its milliseconds: its length in micrometres, and
a mark drawn from its id. The path with the least sums, compared in that order, is the same for
every engine and every order of the tables.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from yrdgeo.errors import NetworkError
from yrdgeo.routing.graph import EXACT_MS, Floats, Graph, Int64s

UM_PER_KM = 1e9
_MARK_BITS = 31  # a sum over four million links is exact in float64


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """Paths of p pairs: ``arcs[ends[i - 1]:ends[i]]`` of the graph; ``ms`` is -1 for no path."""

    ms: Int64s
    arcs: Int64s
    ends: Int64s


def micrometres(graph: Graph) -> Int64s:
    """Return the length of each arc in whole micrometres, halves to even."""
    lengths: Int64s = np.rint(graph.length_km * UM_PER_KM).astype(np.int64)
    return lengths


def marks(graph: Graph, links: pd.DataFrame) -> Int64s:
    """Return a number from 1 to 2³¹ for each arc, drawn from the id of its link.

    Of paths that take the same time over the same length the one with the least sum counts. Two
    sums are the same by chance only: once in about two thousand million.

    Examples
    --------
    >>> from yrdgeo.results import Network
    >>> from yrdgeo.routing.graph import build
    >>> nodes = pd.DataFrame({"node_id": ["a", "b"]})
    >>> links = pd.DataFrame({"link_id": ["1"], "from_node": "a", "to_node": "b", "mode": "road",
    ...     "length_km": 10.0, "speed_kmh": 60.0})
    >>> there, back = marks(build(Network(links, nodes)), links)
    >>> there == back
    np.True_
    """
    ids = links["link_id"].to_numpy(dtype=object)
    hashed = pd.util.hash_array(ids, categorize=False) >> np.uint64(64 - _MARK_BITS)
    drawn = np.ones(len(graph.links), dtype=np.int64)
    real = graph.links >= 0  # an arc that stands for no link has no id
    drawn[real] = hashed.astype(np.int64)[graph.links[real]] + 1
    return drawn


def kilometres(um: Floats) -> Floats:
    """Return kilometres, or refuse lengths beyond which sums of micrometres are not exact."""
    finite = um[np.isfinite(um)]
    if len(finite) and finite.max() >= EXACT_MS:
        raise NetworkError(
            "A fastest path is longer than 9 million km.",
            fix="Check length_km of the links: are they metres?",
        )
    lengths: Floats = um / UM_PER_KM
    return lengths
