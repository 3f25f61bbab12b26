"""Sums within cut-offs by one short search a destination, where a sweep would mostly scan nothing.

Promise: the sums are those of the sweep, up to the order in which they are added; memory grows
with the graph, never with the pairs. A search costs what it reaches, whatever the graph's size.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from yrdgeo.routing import many
from yrdgeo.routing.graph import Floats, Graph, Int64s, csr
from yrdgeo.routing.hierarchy import Hierarchy
from yrdgeo.routing.kernel import Ints, Longs, Whole, kernel
from yrdgeo.routing.many import Amounts, threads
from yrdgeo.routing.sweep import LANES, Arcs
from yrdgeo.routing.witness import Heap, pop, push

SETTLE_S = 1.5e-7  # of a search, for each node it settles; measured, see docs/engine.md
SCAN_S = 2.5e-8  # of a sweep with a short limit, for each place and block of lanes
LEAST_S = 0.05  # a sweep that is faster is not worth a second thought
_SAMPLE = 64
_SHARE = 256  # destinations that are worth a thread
_INFINITE = 2**62


class Room(NamedTuple):
    """One thread's room for searches; ``distance`` is infinite between searches."""

    distance: Longs
    touched: Ints
    heap: Heap


class Ends(NamedTuple):
    """The nodes that searches start from, and what each settled node is given."""

    nodes: Ints
    amounts: Floats


@kernel
def spread(  # noqa: C901, PLR0912 — one loop; a call would cost more than its body
    arcs: Arcs, ends: Ends, rule: tuple[Longs, Whole], room: Room, out: Floats
) -> Whole:
    """Add each end's amount to all nodes that it settles within each cut-off.

    ``rule`` are the cut-offs and the most nodes to settle; ``out`` has a row for each node.
    Returns how many nodes were settled: more than the most if it gave up.
    """
    cutoffs, most = rule
    distance, touched, heap = room.distance, room.touched, room.heap
    limit = cutoffs.max()
    settled = np.int64(0)
    for s in range(ends.nodes.size):
        source, amount = ends.nodes[s], ends.amounts[s]
        distance[source] = 0
        touched[0] = source
        n_touched = 1
        size: Whole = push(heap, np.int64(0), np.int64(0), source)
        while size > 0 and settled <= most:
            key, u = heap.key[0], heap.node[0]
            size = pop(heap, size)
            if key > distance[u]:
                continue
            settled += 1
            for c in range(cutoffs.size):
                if key <= cutoffs[c]:
                    out[u, c] += amount
            for e in range(arcs.start[u], arcs.start[u + 1]):
                head = arcs.head[e]
                reach = key + arcs.weight[e]
                if reach <= limit and reach < distance[head]:
                    if distance[head] == _INFINITE:
                        touched[n_touched] = head
                        n_touched += 1
                    distance[head] = reach
                    size = push(heap, size, reach, head)
        for k in range(n_touched):
            distance[touched[k]] = _INFINITE
        if settled > most:
            break
    return settled


def sums_within(
    made: Hierarchy,
    graph: Graph,
    asked: tuple[Int64s, Amounts],
    cutoffs: Sequence[int],
    *,
    against: bool,
) -> Floats:
    r"""Return what :func:`yrdgeo.routing.many.sums_within` returns, by the cheaper way.

    With *m* amounts and *p* places searches are made if a sample of them shows that they settle
    *b* nodes each on average, and

    .. math:: 1.5·10^{-7} \, m \, b < 2.5·10^{-8} \, p \, \lceil m / 64 \rceil

    Searches that turn out to settle more are given up, and the sweep answers.

    Parameters
    ----------
    made, graph
        A hierarchy and its graph.
    asked
        Places, and the amounts that are summed for them.
    cutoffs
        In ms, one or more.
    against
        Times run from the places to the amounts, not from the amounts.
    """
    places, amounts = asked
    sweep_s = SCAN_S * len(places) * -(-len(amounts.nodes) // LANES)
    if sweep_s >= LEAST_S and max(cutoffs) < made.bound:
        most = int(sweep_s / SETTLE_S)
        found = searched(graph, amounts, cutoffs, against=against, most=most)
        if found is not None:
            taken: Floats = found[places]
            return taken
    return many.sums_within(made, places, amounts, cutoffs, against=against)


def searched(
    graph: Graph, amounts: Amounts, cutoffs: Sequence[int], *, against: bool, most: int
) -> Floats | None:
    """Return the sums of every node, shape (n, number of cut-offs), by a search for each amount.

    Nothing if the searches settle more than ``most`` nodes, which a sample tells first. At each
    node amounts are added in the order of the numbers of their nodes, by blocks, one a thread.
    """
    order = np.argsort(amounts.nodes, kind="stable")
    ends = Ends(amounts.nodes[order].astype(np.int32), amounts.values[order])
    steps = np.array(cutoffs, dtype=np.int64)
    # Balls of times to nodes are as large, on average, as those of times from nodes.
    step = max(1, -(-len(order) // _SAMPLE))
    some = Ends(ends.nodes[::step].copy(), ends.amounts[::step].copy())
    part = most * len(some.nodes) // max(1, len(order))
    if _added(_arcs(graph), some, steps, part) is None:
        return None
    arcs = _arcs(graph, turned=against)
    count = max(1, min(threads(), len(order) // _SHARE))
    bounds = np.linspace(0, len(order), count + 1).astype(np.int64)

    def work(thread: int) -> Floats | None:
        mine = slice(bounds[thread], bounds[thread + 1])
        return _added(arcs, Ends(ends.nodes[mine], ends.amounts[mine]), steps, most // count)

    if count == 1:
        return work(0)
    with ThreadPoolExecutor(count) as pool:
        found = [total for total in pool.map(work, range(count)) if total is not None]
    return None if len(found) < count else np.sum(found, axis=0)


def _added(arcs: Arcs, ends: Ends, cutoffs: Longs, most: int) -> Floats | None:
    size, pushes = len(arcs.start) - 1, len(arcs.head) + 1  # once for each arc, and the start
    room = Room(
        np.full(size, _INFINITE, dtype=np.int64),
        np.empty(size, dtype=np.int32),
        Heap(np.empty(pushes, dtype=np.int64), np.empty(pushes, dtype=np.int32)),
    )
    sums = np.zeros((size, len(cutoffs)))
    settled = spread(arcs, ends, (cutoffs, most), room, sums)
    return None if settled > most else sums


def _arcs(graph: Graph, *, turned: bool = False) -> Arcs:
    """Return the arcs, turned round or as they are; copied if a transport has locked them."""
    start, head, weight = graph.indptr, graph.heads, graph.milliseconds
    if turned:
        # Whole numbers below EXACT_MS are exact in floats.
        other = csr(weight.astype(np.float64), graph).T.tocsr()
        start, head, weight = other.indptr, other.indices, other.data.astype(np.int64)
    return Arcs(
        np.require(start, np.int32, ["C", "W"]),
        np.require(head, np.int32, ["C", "W"]),
        np.require(weight, np.int64, ["C", "W"]),
    )
