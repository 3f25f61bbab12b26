"""The fastest paths themselves: their links and their kilometres.

Promise: a path is a fastest one, and of equally fast ones the shortest, so its kilometres do not
depend on the order of the tables.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from yrdgeo.errors import NetworkError
from yrdgeo.results import Network
from yrdgeo.routing.graph import Floats, Graph, as_ids, build, csr, node_numbers

_NONE = -9999  # scipy's mark for "no predecessor"


def path_lengths_km(
    network: Network,
    origins: Sequence[str] | pd.Index,
    destinations: Sequence[str] | pd.Index | None = None,
) -> pd.DataFrame:
    r"""Return the kilometres along the fastest path of every pair.

    .. math:: L_{ij} = \min_{p \in P_{ij}} \sum_{l \in p} length_l

    where :math:`P_{ij}` are the fastest paths from i to j. Divided by the great circle it is
    the detour ratio of the trip.

    Parameters
    ----------
    network
        Links and nodes.
    origins, destinations
        Node ids or adcodes, as in :func:`yrdgeo.routing.times.travel_times`.

    Returns
    -------
    lengths
        Shape (n, m), km, origins as index and destinations as columns; ``inf`` where there is
        no path.

    Raises
    ------
    NetworkError
        If an id is neither a node nor the adcode of a seat.
    ArgumentError
        If an id is given twice.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["a", "b", "c"]})
    >>> links = pd.DataFrame({"link_id": ["direct", "1", "2"], "from_node": ["a", "a", "b"],
    ...     "to_node": ["c", "b", "c"], "mode": "road", "length_km": [50.0, 40.0, 40.0],
    ...     "speed_kmh": [50.0, 100.0, 100.0]})
    >>> path_lengths_km(Network(links, nodes), ["a"], ["c"]).loc["a", "c"].item()
    80.0
    """
    starts = as_ids(origins, role="origins")
    ends = starts if destinations is None else as_ids(destinations, role="destinations")
    sources = node_numbers(network, starts, role="origins")
    targets = node_numbers(network, ends, role="destinations")
    graph = build(network)
    lengths = np.full((len(starts), len(ends)), np.inf)
    for row, source in enumerate(sources):
        reached: Floats = dijkstra(_fastest_arcs(graph, int(source)), indices=[source])
        lengths[row] = reached[0, targets]
    return pd.DataFrame(lengths, pd.Index(starts, name="from_id"), pd.Index(ends, name="to_id"))


def path_links(network: Network, origin: str, destination: str) -> list[str]:
    """Return the ids of the links along the fastest path, in the order of travel.

    Parameters
    ----------
    network
        Links and nodes.
    origin, destination
        A node id or an adcode each.

    Returns
    -------
    link_ids
        Empty if both are the same node.

    Raises
    ------
    NetworkError
        If an id is unknown, or there is no path.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["a", "b", "c"]})
    >>> links = pd.DataFrame({"link_id": ["1", "2"], "from_node": ["a", "c"],
    ...     "to_node": ["b", "b"], "mode": "road", "length_km": 10.0, "speed_kmh": 60.0})
    >>> path_links(Network(links, nodes), "a", "c")
    ['1', '2']
    """
    source = int(node_numbers(network, as_ids([origin]), role="origins")[0])
    target = int(node_numbers(network, as_ids([destination]), role="destinations")[0])
    graph = build(network)
    arcs = _fastest_arcs(graph, source)
    reached, before = dijkstra(arcs, indices=[source], return_predecessors=True)
    if np.isinf(reached[0, target]):
        raise NetworkError(
            f"There is no path from {origin!r} to {destination!r}.",
            fix="See yrdgeo.routing.graph.components() for the parts of the network.",
        )
    link_ids = network.links["link_id"].to_numpy()
    path: list[str] = []
    while before[0, target] != _NONE:
        tail = int(before[0, target])
        first, last = graph.indptr[tail], graph.indptr[tail + 1]
        arc = first + int(np.flatnonzero(graph.heads[first:last] == target)[0])
        path.append(str(link_ids[graph.links[arc]]))
        target = tail
    return path[::-1]


def _fastest_arcs(graph: Graph, source: int) -> csr_array:
    """Return the kilometres of the arcs that lie on some fastest path from the source."""
    times = graph.milliseconds.astype(np.float64)
    reached: Floats = dijkstra(csr(times, graph), indices=[source])[0]
    tails = graph.tails
    # inf + t == inf would make arcs that the source never reaches look like fastest ones.
    tight = np.isfinite(reached[tails]) & (reached[tails] + times == reached[graph.heads])
    counts = np.bincount(tails[tight], minlength=len(graph.nodes))
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    shape = (len(graph.nodes), len(graph.nodes))
    return csr_array((graph.length_km[tight], graph.heads[tight], indptr), shape=shape)
