"""Links → compressed arrays: nodes are numbers, times are whole milliseconds.

Promise: every engine that works on a :class:`Graph` gives the same answer, because sums of whole
milliseconds are exact whatever their order. A link's time is rounded once, to the nearest
millisecond (halves to even); nothing is rounded after that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from yrdgeo.errors import SHOWN, ArgumentError, NetworkError, few
from yrdgeo.results import Network
from yrdgeo.units import MINUTES_PER_HOUR

MS_PER_MINUTE = 60_000.0
_SEARCHED = 20_000
Connection = Literal["weak", "strong"]
EXACT_MS = 2**53  # whole numbers below it are exact in float64

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A directed graph in compressed rows; the arcs of node ``v`` are ``indptr[v]:indptr[v+1]``.

    Attributes
    ----------
    nodes
        Node ids by number, shape (n,).
    indptr, heads
        Start of each node's arcs, shape (n + 1,); the node each arc leads to, shape (a,).
    milliseconds
        Time of each arc, shape (a,); zero is legal.
    length_km
        Length of each arc, shape (a,).
    links
        Row of each arc in the links table, shape (a,); -1 for an arc that is no link.
    """

    nodes: pd.Index
    indptr: Int32s
    heads: Int32s
    milliseconds: Int64s
    length_km: Floats
    links: Int64s

    @property
    def tails(self) -> Int32s:
        """The node each arc starts from, shape (a,)."""
        return np.repeat(np.arange(len(self.nodes), dtype=np.int32), np.diff(self.indptr))

    def __repr__(self) -> str:
        """Count nodes and arcs."""
        return f"Graph({len(self.nodes)} nodes, {len(self.heads)} arcs)"


def link_milliseconds(links: pd.DataFrame) -> Int64s:
    r"""Return the time of each link in whole milliseconds.

    .. math:: 60\,000 \, (60 \, l / v + c)

    with the length *l* in km, the speed *v* in km/h and the fixed minutes *c* (a stop, boarding,
    waiting), rounded to the nearest whole number, halves to even.

    Parameters
    ----------
    links
        The ``links`` table.

    Returns
    -------
    milliseconds
        Shape (number of links,), in the order of the table.

    Raises
    ------
    NetworkError
        If all links together take 2⁵³ ms (285,000 years) or more, beyond which sums of
        milliseconds are not exact.

    Examples
    --------
    >>> links = pd.DataFrame({"length_km": [50.0], "speed_kmh": [100.0], "fixed_min": [2.0]})
    >>> link_milliseconds(links)
    array([1920000])
    """
    length, speed, fixed = (
        links[name].to_numpy(dtype=np.float64) for name in ("length_km", "speed_kmh", "fixed_min")
    )
    with np.errstate(over="ignore"):
        minutes = MINUTES_PER_HOUR * length / speed + fixed
        exact = np.rint(minutes * MS_PER_MINUTE)
    if exact.sum() >= EXACT_MS:
        slowest = links["link_id"].iloc[np.argsort(-exact, kind="stable")[:SHOWN]]
        raise NetworkError(
            "The links take longer than a sum of milliseconds can hold (2⁵³).",
            found=f"slowest {few(slowest)}",
            fix="Check speed_kmh and length_km of these links.",
        )
    milliseconds: Int64s = exact.astype(np.int64)
    return milliseconds


def build(network: Network) -> Graph:
    """Compress a network: an arc for each direction, parallel links reduced to the fastest.

    Of parallel links that are equally fast the shortest is kept, and of those the one whose id
    sorts first, so that the order of the tables does not matter. A link from a node to itself
    is on no fastest path and is left out.

    Parameters
    ----------
    network
        Links that are not ``oneway`` lead both ways.

    Returns
    -------
    graph
        Nodes numbered in the order of the node table.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["a", "b"]})
    >>> links = pd.DataFrame({"link_id": ["slow", "fast"], "from_node": "a", "to_node": "b",
    ...     "mode": "road", "length_km": 10.0, "speed_kmh": [30.0, 60.0]})
    >>> graph = build(Network(links, nodes))
    >>> graph, graph.milliseconds
    (Graph(2 nodes, 2 arcs), array([600000, 600000]))
    """
    nodes = pd.Index(network.nodes["node_id"])
    arcs = directed(network)
    times = link_milliseconds(network.links)[arcs.links]
    useful = arcs.tails != arcs.heads
    kept = Directed(*(column[useful] for column in arcs))
    return compressed(nodes, kept, times[useful], network.links)


class Directed(NamedTuple):
    """One entry a link and direction: row of the link (-1: none), and the nodes it joins."""

    links: Int64s
    tails: Int64s
    heads: Int64s


def directed(network: Network) -> Directed:
    """Return every direction of every link: all as they are told, then those back."""
    links = network.links
    nodes = pd.Index(network.nodes["node_id"])
    start, end = nodes.get_indexer(links["from_node"]), nodes.get_indexer(links["to_node"])
    back = np.flatnonzero(~links["oneway"].to_numpy(dtype=bool))
    return Directed(
        np.concatenate([np.arange(len(links)), back]),
        np.concatenate([start, end[back]]),
        np.concatenate([end, start[back]]),
    )


def compressed(nodes: pd.Index, arcs: Directed, times: Int64s, links: pd.DataFrame) -> Graph:
    """Put arcs into rows, of parallel ones the fastest, then the shortest, then by id."""
    row, tails, heads = arcs
    real = row >= 0
    lengths, rank = np.zeros(len(row)), np.full(len(row), -1)
    lengths[real] = links["length_km"].to_numpy(dtype=np.float64)[row[real]]
    ranks = np.unique(links["link_id"].to_numpy(dtype=str), return_inverse=True)[1]
    rank[real] = ranks[row[real]]
    order = np.lexsort((rank, lengths, times, heads, tails))
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.diff(tails[order]).astype(bool) | np.diff(heads[order]).astype(bool)
    kept = order[first]
    counts = np.bincount(tails[kept], minlength=len(nodes))
    return Graph(
        nodes,
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        heads[kept].astype(np.int32),
        times[kept],
        lengths[kept],
        row[kept],
    )


def spans(starts: Int64s, sizes: Int64s) -> Int64s:
    """Return the numbers of several runs, one after the other.

    >>> spans(np.array([5, 0]), np.array([2, 3]))
    array([5, 6, 0, 1, 2])
    """
    ends = np.cumsum(sizes)
    numbers: Int64s = np.arange(ends[-1] if len(ends) else 0) + np.repeat(
        starts - (ends - sizes), sizes
    )
    return numbers


def csr(values: npt.NDArray[np.float64], graph: Graph) -> csr_array:
    """Return one number an arc as a sparse matrix that keeps its explicit zeros.

    The arrays go in as they are: scipy's other constructors add up parallel entries, and its
    dense ones read a zero as "no arc".
    """
    size = len(graph.nodes)
    return csr_array((values, graph.heads, graph.indptr), shape=(size, size))


def components(network: Network, *, connection: Connection = "weak") -> pd.Series:
    """Return the component of each node.

    Parameters
    ----------
    network
        The network.
    connection
        ``"weak"``: nodes that are joined by links, whichever way these lead; ``"strong"``: nodes
        each of which reaches all others.

    Returns
    -------
    component
        Shape (n,), indexed by node id; 0 is the component with most nodes, ties in the order
        of the node table.

    Raises
    ------
    ArgumentError
        If the connection is neither.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["island", "a", "b"]})
    >>> links = pd.DataFrame({"link_id": ["1"], "from_node": "a", "to_node": "b", "mode": "road",
    ...     "length_km": 10.0, "speed_kmh": 60.0, "oneway": True})
    >>> components(Network(links, nodes)).to_dict()
    {'island': 1, 'a': 0, 'b': 0}
    >>> components(Network(links, nodes), connection="strong").to_dict()
    {'island': 0, 'a': 1, 'b': 2}
    """
    if connection not in ("weak", "strong"):
        raise ArgumentError("connection is 'weak' or 'strong'.", found=repr(connection))
    graph = build(network)
    ones = np.ones(len(graph.heads))
    _, labels = connected_components(csr(ones, graph), directed=True, connection=connection)
    _, first, size = np.unique(labels, return_index=True, return_counts=True)
    rank = np.empty(len(size), dtype=np.int64)
    rank[np.lexsort((first, -size))] = np.arange(len(size))
    return pd.Series(rank[labels], graph.nodes, name="component")


def node_numbers(
    network: Network, ids: pd.Index, *, role: str = "ids", known: pd.Index | None = None
) -> Int64s:
    """Return the number of each node; an id is a node id, or the adcode of a seat.

    Parameters
    ----------
    network
        The network whose node table numbers the nodes.
    ids
        Text; a node id goes before an adcode that reads the same.
    role
        What the ids are, for the message.
    known
        The node table's ids, if the caller has them as an index already.

    Returns
    -------
    numbers
        Shape (number of ids,), rows of the node table.

    Raises
    ------
    NetworkError
        If ids are unknown (all are counted, the first three named, each with the nearest legal
        one), or an adcode has two seats.
    """
    nodes = network.nodes
    known = pd.Index(nodes["node_id"]) if known is None else known
    numbers: Int64s = known.get_indexer(ids).astype(np.int64)
    if (numbers >= 0).all():
        return numbers
    is_seat = nodes["kind"].eq("seat").to_numpy() & nodes["adcode"].ne("").to_numpy()
    rows = np.flatnonzero(is_seat)
    seats = pd.Index(nodes["adcode"].to_numpy()[rows])
    open_ids = ids[numbers < 0]
    doubled = open_ids[open_ids.isin(seats[seats.duplicated()])]
    if len(doubled):
        raise NetworkError(
            f"Adcodes among the {role} have more than one seat.",
            found=few(doubled),
            fix="Name the node instead, or keep one node of kind 'seat' for a city.",
        )
    at = seats[~seats.duplicated()].get_indexer(open_ids)
    first = rows[~seats.duplicated()]
    numbers[numbers < 0] = np.where(at >= 0, first[at] if len(first) else -1, -1)
    if (numbers < 0).any():
        legal = [*seats, *known] if len(known) else ["(the network has no nodes)"]
        _refuse(ids[numbers < 0], legal, role)
    return numbers


def _refuse(unknown: pd.Index, legal: Sequence[str], role: str) -> None:
    named = []
    searched = legal[:_SEARCHED]  # comparing text with a million names would take minutes
    for label in unknown[:SHOWN]:
        close = get_close_matches(str(label), searched, n=1, cutoff=0.6)
        named.append(f"{label!r} (nearest {close[0]!r})" if close else repr(label))
    more = f" and {len(unknown) - SHOWN} more" if len(unknown) > SHOWN else ""
    raise NetworkError(
        f"The network has no node and no seat for some {role}.",
        found=", ".join(named) + more,
        fix=f"Ids are text, for instance {few(legal)}.",
    )


def as_ids(ids: Sequence[str] | pd.Index, *, role: str = "ids") -> pd.Index:
    """Return ids as an index, or refuse a bare string and repeated ids.

    Raises
    ------
    ArgumentError
        If the ids are one string, or some are given twice.

    Examples
    --------
    >>> list(as_ids(["310000", "320100"]))
    ['310000', '320100']
    """
    if isinstance(ids, str):
        raise ArgumentError(
            f"The {role} must be a list of ids.", found=repr(ids), fix=f"Write [{ids!r}]."
        )
    labels = pd.Index(ids, dtype=object)
    if not labels.is_unique:
        raise ArgumentError(
            f"The {role} repeat ids.",
            found=few(labels[labels.duplicated()].unique()),
            fix="Give every id once.",
        )
    return labels
