"""Turns that cost time or are prohibited, by edge expansion.

Promise: a path is charged for each turn from one link into the next, and for nothing at its
ends. Only nodes with such turns are expanded, so a few turns cost little, and every engine runs
on what comes out, because it is a graph like any other.

A node that is expanded has a number where trips begin, one for each link on which it can be
entered, and one where trips end.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.errors import ArgumentError, NetworkError, Problem, raise_problems
from yrdgeo.results import Network
from yrdgeo.routing.chains import Chain, between_of, chains_of, states_of
from yrdgeo.routing.graph import (
    EXACT_MS,
    MS_PER_MINUTE,
    Directed,
    Floats,
    Graph,
    Int64s,
    compressed,
    directed,
    link_milliseconds,
    spans,
)

COLUMNS = ("from_link", "via_node", "to_link", "extra_min")
Bools = npt.NDArray[np.bool_]


class _Turns(NamedTuple):
    """Rows of links, row of the node and minutes, one entry a turn over a node alone.

    ``chains`` are the turns that have links between.
    """

    into: Int64s
    via: Int64s
    onto: Int64s
    minutes: Floats
    chains: Mapping[Chain, float]


def expanded(
    network: Network, turns: pd.DataFrame | None, *, u_turn_min: float = 0.0
) -> tuple[Graph, Int64s]:
    r"""Return a graph in which turns take time, and the number at which trips to each node end.

    .. math:: t(l_1 \dots l_k) = \sum_i t(l_i) + \sum_{i>1} c(l_{i-1}, l_i)

    with the cost *c* of a turn rounded once to the nearest millisecond, halves to even. The
    first numbers of the graph are the rows of the node table, at which trips begin.

    Parameters
    ----------
    network
        Links and nodes.
    turns
        ``from_link via_node to_link extra_min``; ``inf`` prohibits. A link that begins and ends
        at the node may be meant in either direction. A column ``via_links`` may hold the ids of
        links between, in the order of travel (a tuple; blank for none): ``via_node`` is then the
        end of the first link, and the minutes are added to all others of who travels the whole.
    u_turn_min
        For going back along the link on which one came, at every node, dead ends too; a row of
        ``turns`` goes before it.

    Raises
    ------
    NetworkError
        Listing every row (header = row 1) whose links or node are unknown or do not meet, whose
        minutes are negative or missing, or that repeats another.
    ArgumentError
        If ``u_turn_min`` is negative or not a number.

    References
    ----------
    Winter, S. (2002). Modeling costs of turns in route planning. *GeoInformatica*, 6(4).

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["a", "b", "c"]})
    >>> links = pd.DataFrame({"link_id": ["1", "2"], "from_node": ["a", "b"],
    ...     "to_node": ["b", "c"], "mode": "road", "length_km": 10.0, "speed_kmh": 60.0})
    >>> left = pd.DataFrame({"from_link": ["1"], "via_node": "b", "to_link": "2", "extra_min": 0.5})
    >>> expanded(Network(links, nodes), left)
    (Graph(6 nodes, 11 arcs), array([0, 5, 2]))
    """
    if not u_turn_min >= 0:
        raise ArgumentError("u_turn_min must be zero or more minutes.", found=str(u_turn_min))
    told = _checked(network, turns)
    arcs, count = directed(network), len(network.nodes)
    opened = np.zeros(count, dtype=bool)
    opened[arcs.heads if u_turn_min else told.via] = True
    opened[arcs.heads[[arc for chain in told.chains for arc in chain[:-1]]]] = True
    enters = opened[arcs.heads]
    turned = _turned(arcs, told, (enters, count), u_turn_min)
    entered = np.concatenate([np.flatnonzero(enters), turned.last])
    first_arrival = count + len(entered)
    arrivals = np.arange(count)
    arrivals[opened] = first_arrival + np.arange(opened.sum())
    times = link_milliseconds(network.links)[arcs.links]
    none = np.full(len(entered) + opened.sum(), -1)
    at_entries = count + np.arange(len(entered))
    ways = Directed(
        np.concatenate([arcs.links, arcs.links[turned.onto], none]),
        np.concatenate([arcs.tails, turned.tails, at_entries, np.flatnonzero(opened)]),
        np.concatenate([turned.end, turned.heads, arrivals[arcs.heads[entered]], arrivals[opened]]),
    )
    spent = np.concatenate([times, times[turned.onto] + turned.extra, np.zeros_like(none)])
    useful = ways.tails != ways.heads
    nodes = network.nodes["node_id"].tolist()
    states = pd.Index([*nodes, *range(len(none))], dtype=object)
    kept = Directed(*(column[useful] for column in ways))
    return compressed(states, kept, spent[useful], network.links), arrivals


class _Turned(NamedTuple):
    """Turns as arcs of the graph, and where the arcs of the network end in it.

    ``last`` are the arcs that are entered a second time, to remember what came before; ``end`` is
    the number at which each arc of the network ends. A turn leads from ``tails`` to ``heads`` over
    the arc ``onto`` and adds ``extra`` milliseconds.
    """

    last: Int64s
    end: Int64s
    tails: Int64s
    heads: Int64s
    onto: Int64s
    extra: Int64s


def _turned(arcs: Directed, told: _Turns, opened: tuple[Bools, int], u_turn_min: float) -> _Turned:
    enters, count = opened
    entry = np.full(len(arcs.heads), -1)
    entry[enters] = count + np.arange(enters.sum())
    end = np.where(enters, entry, arcs.heads)
    first, second = _meetings(arcs, enters, count)
    heads = end[second]
    states = states_of(told.chains, _leaving(arcs, told.chains))
    numbers = count + enters.sum() + np.arange(len(states.last))
    for (arc, following), number in states.entered.items():
        heads[(first == arc) & (second == following)] = numbers[number]
    state, onto, reached = states.moves
    further = np.where(reached >= 0, np.append(numbers, -1)[reached], end[onto])
    before = np.concatenate([first, states.last[state]])
    after = np.concatenate([second, onto])
    extra = _extra(arcs, told, (before, after), u_turn_min)
    extra[len(first) :] += states.added
    legal = np.isfinite(extra)
    return _Turned(
        states.last,
        end,
        np.concatenate([entry[first], numbers[state]])[legal],
        np.concatenate([heads, further])[legal],
        after[legal],
        extra[legal].astype(np.int64),
    )


def _leaving(arcs: Directed, chains: Mapping[Chain, float]) -> dict[int, list[int]]:
    """Return the arcs that leave the end of each arc that stands within a chain."""
    inner = {arc for chain in chains for arc in chain[1:-1]}
    return {arc: np.flatnonzero(arcs.tails == arcs.heads[arc]).tolist() for arc in inner}


def _meetings(arcs: Directed, enters: Bools, count: int) -> tuple[Int64s, Int64s]:
    """Return every pair of arcs of which the first enters an expanded node that the other leaves.

    An arc is named by its number.
    """
    leaving = np.argsort(arcs.tails, kind="stable")
    size = np.bincount(arcs.tails, minlength=count)
    start = np.cumsum(size) - size
    entering = np.flatnonzero(enters)
    via = arcs.heads[entering]
    return np.repeat(entering, size[via]), leaving[spans(start[via], size[via])]


def _extra(arcs: Directed, told: _Turns, pairs: tuple[Int64s, Int64s], u_turn_min: float) -> Floats:
    """Return the milliseconds that each turn adds, ``inf`` where it is prohibited."""
    first, second = pairs
    back = _leads_back(arcs)
    around = (arcs.links[first] == arcs.links[second]) & (back[first] != back[second])
    minutes = np.where(around, u_turn_min, 0.0)
    if len(told.via):
        rows = pd.MultiIndex.from_arrays([told.into, told.via, told.onto])
        asked = pd.MultiIndex.from_arrays(
            [arcs.links[first], arcs.heads[first], arcs.links[second]]
        )
        at = rows.get_indexer(asked)
        minutes[at >= 0] = told.minutes[at[at >= 0]]
    return np.rint(minutes * MS_PER_MINUTE)


def _leads_back(arcs: Directed) -> Bools:
    """Tell which arcs lead back along their link: those whose link came before."""
    _, first = np.unique(arcs.links, return_index=True)
    back = np.ones(len(arcs.links), dtype=bool)
    back[first] = False
    return back


def _checked(network: Network, turns: pd.DataFrame | None) -> _Turns:
    """Check the table of turns, and find its links and nodes."""
    nothing = np.empty(0, dtype=np.int64)
    if turns is None:
        return _Turns(nothing, nothing, nothing, np.empty(0), {})
    missing = [name for name in COLUMNS if name not in turns.columns]
    listed = ", ".join(map(str, turns.columns))
    raise_problems(
        [Problem(f"column {name!r} is missing", fix=f"It has {listed}.") for name in missing],
        source="turns",
        error=NetworkError,
    )
    links, nodes = pd.Index(network.links["link_id"]), pd.Index(network.nodes["node_id"])
    cells = turns["via_links"] if "via_links" in turns else [None] * len(turns)
    between = pd.Series([between_of(cell) for cell in cells], turns.index, dtype=object)
    turns = turns.assign(via_links=between)
    read = _Turns(
        links.get_indexer(turns["from_link"].astype(object)),
        nodes.get_indexer(turns["via_node"].astype(object)),
        links.get_indexer(turns["to_link"].astype(object)),
        pd.to_numeric(turns["extra_min"], errors="coerce").to_numpy(dtype=np.float64),
        {},
    )
    problems = list(_problems(network, turns, read))
    chains: dict[Chain, float] = {}
    for one in chains_of(directed(network), network.links, turns, read[:3]):
        if isinstance(one, Problem):
            problems.append(one)
        else:
            chains[one[0]] = chains.get(one[0], 0.0) + one[1]
    raise_problems(problems, source="turns", error=NetworkError)
    plain = ~between.astype(bool).to_numpy()
    return _Turns(read.into[plain], read.via[plain], read.onto[plain], read.minutes[plain], chains)


def _problems(network: Network, turns: pd.DataFrame, read: _Turns) -> Iterator[Problem]:
    arcs = directed(network)
    enters = pd.MultiIndex.from_arrays([arcs.links, arcs.heads])
    leaves = pd.MultiIndex.from_arrays([arcs.links, arcs.tails])
    known = (read.into >= 0) & (read.via >= 0) & (read.onto >= 0)
    come = pd.MultiIndex.from_arrays([read.into, read.via]).isin(enters)
    gone = pd.MultiIndex.from_arrays([read.onto, read.via]).isin(leaves)
    gone |= turns["via_links"].astype(bool).to_numpy()  # told by the chain
    with np.errstate(invalid="ignore"):
        low = ~((read.minutes >= 0) & ((read.minutes < EXACT_MS) | np.isinf(read.minutes)))
    again = turns.duplicated([*COLUMNS[:3], "via_links"]).to_numpy()
    wrong = (
        ("from_link", read.into < 0, "is no link of the network"),
        ("via_node", read.via < 0, "is no node of the network"),
        ("to_link", read.onto < 0, "is no link of the network"),
        ("from_link", known & ~come, "does not lead to the node of the turn"),
        ("to_link", known & ~gone, "does not lead away from the node of the turn"),
        ("extra_min", low, "is not zero or more minutes"),
        ("", again, "repeats an earlier turn"),
    )
    for column, rows, what in wrong:
        for row in np.flatnonzero(rows):
            value = str(turns[column].iloc[row]) if column else ""
            yield Problem(what, int(row) + 2, column, value)
