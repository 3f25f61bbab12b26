"""Travel times of a network, many to many.

Promise: exact. A time is the sum of whole milliseconds along the fastest path, given as float64
minutes; no path, or none within the cut-off, is ``inf``.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from math import ceil, isinf, isnan

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import dijkstra

from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import Network, TravelTimes
from yrdgeo.routing.graph import (
    MS_PER_MINUTE,
    Floats,
    Graph,
    Int64s,
    as_ids,
    build,
    csr,
    node_numbers,
)

_PARTS = 16  # blocks that an executor gets when memory does not ask for more
_BLOCK_BYTES = 64 * 2**20  # of one block's times to every node


def travel_times(
    network: Network,
    origins: Sequence[str] | pd.Index,
    destinations: Sequence[str] | pd.Index | None = None,
    *,
    cutoff_min: float = np.inf,
    executor: Executor | None = None,
) -> TravelTimes:
    r"""Return the times of the fastest paths from every origin to every destination.

    .. math:: t_{ij} = \min_{p: i \to j} \sum_{l \in p} (60 \, length_l / speed_l + fixed_l)

    Each link's time is rounded once to the nearest millisecond (halves to even), so that every
    order of summation gives the same answer. Links marked ``oneway`` lead one way, all others
    both; of parallel links the fastest counts; a link of no length is legal.

    Parameters
    ----------
    network
        Links and nodes.
    origins, destinations
        Node ids, or adcodes, which stand for the node of kind ``seat`` with that adcode. The
        destinations are the origins if none are given.
    cutoff_min
        Longer times are ``inf``; a time equal to the cut-off is kept.
    executor
        Any :class:`concurrent.futures.Executor`; it is given blocks of origins. The answer is
        the same with and without.

    Returns
    -------
    times
        Shape (n, m), minutes, labelled with the ids that were passed. From a place to itself
        it is 0.

    Raises
    ------
    NetworkError
        If an id is neither a node nor the adcode of a seat, or links take absurdly long.
    ArgumentError
        If an id is given twice, or the cut-off is negative or not a number.

    References
    ----------
    Dijkstra, E. W. (1959). A note on two problems in connexion with graphs.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["310000", "x", "320500"], "kind": ["seat", "junction",
    ...     "seat"], "adcode": ["310000", "", "320500"]})
    >>> links = pd.DataFrame({"link_id": ["1", "2"], "from_node": ["310000", "x"],
    ...     "to_node": ["x", "320500"], "mode": "rail", "length_km": [50.0, 50.0],
    ...     "speed_kmh": [200.0, 100.0], "fixed_min": [0.0, 2.0]})
    >>> travel_times(Network(links, nodes), ["310000", "320500"]).minutes
    array([[ 0., 47.],
           [47.,  0.]])
    """
    if isnan(cutoff_min) or cutoff_min < 0:
        raise ArgumentError(
            "cutoff_min must be zero or more minutes.", found=str(cutoff_min), fix="Write minutes."
        )
    starts = as_ids(origins, role="origins")
    ends = starts if destinations is None else as_ids(destinations, role="destinations")
    sources = node_numbers(network, starts, role="origins")
    targets = node_numbers(network, ends, role="destinations")
    graph = build(network)
    # The limit only prunes the search: the cut-off itself is held in minutes, as users see them.
    limit = np.inf if isinf(cutoff_min) else float(ceil(cutoff_min * MS_PER_MINUTE) + 1)
    blocks = _blocks(sources, len(graph.nodes))
    if executor is None:
        rows = [_rows(graph, block, targets, limit) for block in blocks]
    else:
        futures = [executor.submit(_rows, graph, block, targets, limit) for block in blocks]
        rows = [future.result() for future in futures]
    minutes = np.concatenate([np.empty((0, len(ends))), *rows]) / MS_PER_MINUTE
    minutes[minutes > cutoff_min] = np.inf
    return TravelTimes(starts, ends, minutes)


def _blocks(sources: Int64s, n_nodes: int) -> list[Int64s]:
    """Cut origins into blocks whose times to every node stay within the memory budget."""
    if not len(sources):
        return []
    fitting = max(1, _BLOCK_BYTES // (8 * n_nodes))
    size = min(fitting, ceil(len(sources) / _PARTS))
    return [sources[start : start + size] for start in range(0, len(sources), size)]


def _rows(graph: Graph, sources: Int64s, targets: Int64s, limit: float) -> Floats:
    """Return milliseconds from each source to each target; whole numbers, held in float64."""
    weights = csr(graph.milliseconds.astype(np.float64), graph)
    reached: Floats = dijkstra(weights, directed=True, indices=sources, limit=limit)
    return reached[:, targets]


def fastest(*times: TravelTimes) -> TravelTimes:
    r"""Return the fastest of several modes for each pair.

    .. math:: t_{ij} = \min_k t^{(k)}_{ij}

    Parameters
    ----------
    *times
        Travel times between the same places, in any order; they are matched by id.

    Returns
    -------
    times
        Shape (n, m), minutes, in the order of the first.

    Raises
    ------
    ArgumentError
        If none is given, or the places differ.

    Examples
    --------
    >>> rail = TravelTimes(["a", "b"], ["c"], [[30.0], [np.inf]])
    >>> road = TravelTimes(["b", "a"], ["c"], [[50.0], [45.0]])
    >>> fastest(rail, road).minutes
    array([[30.],
           [50.]])
    """
    if not times:
        raise ArgumentError("fastest() needs the travel times of at least one mode.")
    first = times[0]
    best = first.minutes.copy()
    for other in times[1:]:
        for name in ("origins", "destinations"):
            odd = getattr(first, name).symmetric_difference(getattr(other, name))
            if len(odd):
                raise ArgumentError(
                    f"The travel times of the modes have different {name}.",
                    found=few(odd),
                    fix="Compute every mode between the same places.",
                )
        rows = other.origins.get_indexer(first.origins)
        columns = other.destinations.get_indexer(first.destinations)
        np.minimum(best, other.minutes[np.ix_(rows, columns)], out=best)
    return TravelTimes(first.origins, first.destinations, best)
