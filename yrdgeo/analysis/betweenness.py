"""Betweenness: the flows that pass through nodes and along links.

Promise: flows take fastest paths; where several are equally fast (to the millisecond, as the
engine counts) each carries the same part. Of equally fast paths those with fewest links of zero
minutes count, so that no path runs in a circle. Where turns are heeded, paths are those of the
graph with turns: a node that a path comes back to counts each time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.sparse.linalg import spsolve_triangular

from yrdgeo.analysis.amounts import Floats, Places, summed
from yrdgeo.analysis.directness import matrix_of
from yrdgeo.errors import NetworkError, few
from yrdgeo.results import Network
from yrdgeo.routing.engine import Prepared
from yrdgeo.routing.graph import EXACT_MS, Graph, build, csr
from yrdgeo.routing.paths import places_of

_BLOCK_BYTES = 32 * 2**20  # of the times that are held at once


def betweenness(network: Network | Prepared, flows: pd.DataFrame | None = None) -> pd.Series:
    r"""Return the flow that passes through each node on its way between two others.

    .. math:: B_v = \sum_{s \ne v \ne t} F_{st} \, \frac{\sigma_{st}(v)}{\sigma_{st}}

    with :math:`\sigma_{st}` fastest paths from s to t, of which :math:`\sigma_{st}(v)` lead
    through v. By Brandes' accumulation, one search an origin.

    Parameters
    ----------
    network
        Links and nodes, or what :func:`yrdgeo.routing.engine.prepare` made of them, turns heeded:
        where a turn at a node may cost, paths over equally fast parallel links into it are two.
    flows
        F, zero or more, origins as index and destinations as columns: node ids, or adcodes of
        seats. Without it every node sends 1 to every other one that it reaches.

    Returns
    -------
    betweenness
        Shape (number of nodes,), indexed by node id, in the unit of ``flows``. Both directions
        of a pair count: ``networkx`` counts an undirected pair once.

    Raises
    ------
    TableError
        If flows repeat an id, or are missing, negative or infinite.
    NetworkError
        If an id is neither a node nor the adcode of a seat, there is a flow without a path, or
        more than 10³⁰⁸ fastest paths lead to one node.

    References
    ----------
    Brandes, U. (2001). A faster algorithm for betweenness centrality. Freeman, L. C. (1977). A
    set of measures of centrality based on betweenness.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["a", "b", "c", "d"]})
    >>> links = pd.DataFrame({"link_id": list("1234"), "from_node": list("aabc"),
    ...     "to_node": list("bcdd"), "mode": "road", "length_km": 10.0, "speed_kmh": 60.0})
    >>> trips = pd.DataFrame({"d": [8.0]}, ["a"])
    >>> betweenness(Network(links, nodes), trips).to_dict()
    {'a': 0.0, 'b': 4.0, 'c': 4.0, 'd': 0.0}
    """
    here = with_graph(network)
    through = np.zeros(len(here.nodes))
    places, real = places_of(here)[here.graph.tails], here.graph.links >= 0
    for search in searches(here, asked_of(here, flows)):
        passed = summed(places[real], search.arcs[real], len(through))
        # No fastest path comes back to where it began.
        passed[search.source] = 0.0
        through += passed
    return pd.Series(through, here.nodes, name="betweenness").rename_axis("node_id")


def link_flows(network: Network | Prepared, flows: pd.DataFrame | None = None) -> pd.Series:
    """Return the flow along each link, both directions together.

    Parameters
    ----------
    network, flows
        As in :func:`betweenness`.

    Returns
    -------
    flow
        Shape (number of links,), indexed by link id, in the unit of ``flows``. Of parallel links
        the fastest takes all (of equals the shortest, then the first id).

    Raises
    ------
    TableError, NetworkError
        As in :func:`betweenness`.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["a", "b", "c"]})
    >>> links = pd.DataFrame({"link_id": ["1", "2"], "from_node": ["a", "b"],
    ...     "to_node": ["b", "c"], "mode": "road", "length_km": 10.0, "speed_kmh": 60.0})
    >>> trips = pd.DataFrame({"c": [8.0, 1.0]}, ["a", "b"])
    >>> link_flows(Network(links, nodes), trips).to_dict()
    {'1': 8.0, '2': 9.0}
    """
    here = with_graph(network)
    links, along = here.graph.links, np.zeros(len(here.graph.heads))
    for search in searches(here, asked_of(here, flows)):
        along += search.arcs
    ids = pd.Index(here.network.links["link_id"], name="link_id")
    by_link = summed(links[links >= 0], along[links >= 0], len(ids))
    return pd.Series(by_link, ids, name="link_flows")


def with_graph(network: Network | Prepared) -> Prepared:
    """Return the network with its graph, turns heeded if it was prepared with some."""
    return network if isinstance(network, Prepared) else Prepared(network, build(network))


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Flows in numbers of the graph: ``amounts`` from ``sources[rows]`` to ``ends``."""

    sources: Places
    rows: Places
    ends: Places
    amounts: Floats
    strict: bool


def asked_of(here: Prepared, flows: pd.DataFrame | None) -> Asked:
    """Return flows by number, those within a node left out."""
    if flows is None:
        every = np.arange(len(here.nodes))
        ends = every if here.arrivals is None else here.arrivals
        return Asked(every, every, ends, np.ones(0), strict=False)
    amounts = matrix_of(flows, flows.index, flows.columns, name="flows")
    starts = here.numbers(flows.index, role="origins")
    arrivals = here.numbers(flows.columns, role="destinations", arriving=True)
    within = starts[:, None] == here.numbers(flows.columns, role="destinations")
    rows, columns = np.nonzero((amounts > 0) & ~within)
    return Asked(starts, rows, arrivals[columns], amounts[rows, columns], strict=True)


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What the flows from one source put on arcs."""

    source: int
    arcs: Floats


def searches(here: Prepared, asked: Asked) -> Iterator[Search]:
    """Yield for each source of flows what they put on the network."""
    graph = here.graph
    size, times, tails = len(graph.nodes), _times(graph), graph.tails
    origin = asked.sources[asked.rows]
    order = np.argsort(origin, kind="stable")
    sources, first = np.unique(origin[order], return_index=True)
    parts = np.split(order, first[1:])
    step = max(1, _BLOCK_BYTES // (8 * max(1, size)))
    for begin in range(0, len(sources), step):
        block = sources[begin : begin + step]
        reached = dijkstra(csr(times, graph), indices=block)
        for source, time, rows in zip(block, reached, parts[begin : begin + step], strict=True):
            if asked.strict:
                flow = summed(asked.ends[rows], asked.amounts[rows], size)
                _require_paths(here, source, flow, time)
            else:
                flow = np.zeros(size)
                flow[asked.ends] = np.isfinite(time[asked.ends])
                flow[asked.ends[rows]] = 0.0
            tight = np.isfinite(time[tails]) & (time[tails] + times == time[graph.heads])
            arcs = np.zeros(len(tails))
            arcs[tight] = _spread(graph, tails[tight], graph.heads[tight], time, flow)
            yield Search(int(source), arcs)


def _spread(graph: Graph, tails: Places, heads: Places, time: Floats, flow: Floats) -> Floats:
    r"""Return the flow along each arc that lies on a fastest path from one source.

    With nodes in the order of their times the paths are a triangular matrix M:
    :math:`(I - M^T) \sigma = e_s` counts them, :math:`(I - M) y = F / \sigma` gathers the flow
    for each path, and :math:`\sigma_u y_v` is what goes from u to v.
    """
    order = np.argsort(time, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    before, after, every = rank[tails], rank[heads], np.arange(len(order))
    ones = np.concatenate([-np.ones(len(tails)), np.ones(len(order))])
    place = np.concatenate([after, every]), np.concatenate([before, every])
    shape = (len(order), len(order))
    begun = np.zeros(len(order))
    begun[0] = 1.0
    counting = csr_array((ones, place), shape=shape)
    paths = spsolve_triangular(counting, begun, lower=True, unit_diagonal=True)
    if not np.isfinite(paths).all():
        raise NetworkError(
            "There are more equally fast paths than a number can hold (10³⁰⁸).",
            found=f"from {graph.nodes[order[0]]}",
            fix="Links that all take one time, as in a grid, do this: give them their own times.",
        )
    for_each = np.divide(flow[order], paths, out=np.zeros(len(order)), where=paths > 0)
    gathering = csr_array((ones, place[::-1]), shape=shape)
    gathered = spsolve_triangular(gathering, for_each, lower=False, unit_diagonal=True)
    carried: Floats = paths[before] * gathered[after]
    return carried


def _times(graph: Graph) -> Floats:
    """Return arc times above zero: whole milliseconds, where zeros lose against all else."""
    times = graph.milliseconds.astype(np.float64)
    zero = times == 0
    if not zero.any():
        return times
    # The arcs at which trips end, where turns are heeded, are no links; a trip takes one of them.
    ending = graph.links < 0
    links = int((zero & ~ending).sum())
    scale = min(len(graph.nodes), links) + float(ending.any()) + 1.0
    if times.sum() * scale >= EXACT_MS:
        raise NetworkError(
            "There are too many links of zero minutes to tell equally fast paths apart.",
            found=f"{links:,} arcs",
            fix="Give them a time, or merge their nodes.",
        )
    strict: Floats = times * scale + zero
    return strict


def _require_paths(here: Prepared, source: int, flow: Floats, time: Floats) -> None:
    lost = np.flatnonzero((flow > 0) & ~np.isfinite(time))
    if len(lost):
        raise NetworkError(
            "There is a flow between nodes without a path.",
            found=f"from {here.nodes[source]} to {few(here.nodes[places_of(here)[lost]])}",
            fix="Set these flows to zero, or complete the network.",
        )
