"""Many to many in a hierarchy: blocks of lanes swept down the parts that the places need.

Promise: no array grows with the number of pairs except what the caller's ``visit`` keeps. Lanes
are blocks of sources that lie close together; parts are blocks of places that lie close together.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from yrdgeo.routing.graph import MS_PER_MINUTE, Floats, Int64s
from yrdgeo.routing.hierarchy import Hierarchy
from yrdgeo.routing.kernel import Ints, Weights
from yrdgeo.routing.sweep import (
    LANES,
    Arcs,
    Rows,
    Scratch,
    Seeds,
    add_within,
    ascend,
    closure,
    descend,
    write,
)

PLACES = 8_192  # of a part: its rows of lanes stay near the processor
_MOST_THREADS = 8

_SLICE = 4_096  # rows whose weights are computed together

Decay = Callable[[Floats], Floats]
Visit = Callable[[int, Int64s, int, Rows], None]


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """Amounts at nodes of the graph, shape (m,) each; a node may be named twice."""

    nodes: Int64s
    values: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What a block of places needs of the downward graph.

    Attributes
    ----------
    arcs
        Arcs between the part's rows.
    local
        Row of each position, or -1.
    places
        Numbers of the places among those asked for.
    rows
        The row of each.
    """

    arcs: Arcs
    local: Ints
    places: Int64s
    rows: Ints


def threads() -> int:
    """Return how many threads a query uses: the processors that are ours, at most eight.

    ``OMP_NUM_THREADS``, which clusters set for their workers, may say fewer.
    """
    ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    most = int(wanted) if wanted.isdecimal() else _MOST_THREADS
    return max(1, min(_MOST_THREADS, ours or 1, most))


def parts(arcs: Arcs, at: Ints) -> list[Part]:
    """Cut places, given by position, into parts."""
    order = np.argsort(at, kind="stable")
    return [
        _part(arcs, at, order[first : first + PLACES]) for first in range(0, len(order), PLACES)
    ]


def _part(arcs: Arcs, at: Ints, places: Int64s) -> Part:
    n = len(arcs.start) - 1
    local = np.full(n, -1, dtype=np.int32)
    marked = np.empty(n, dtype=np.int32)
    count = closure(arcs, at[places], local, marked)
    positions = np.sort(marked[:count])
    local[positions] = np.arange(count, dtype=np.int32)
    sizes = arcs.start[positions + 1] - arcs.start[positions]
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    taken = np.arange(start[-1]) + np.repeat(arcs.start[positions] - start[:-1], sizes)
    part = Arcs(start, local[arcs.head[taken]], arcs.weight[taken])
    return Part(part, local, places, local[at[places]])


def sweep(
    made: Hierarchy,
    sources: Int64s,
    pieces: Sequence[Part],
    visit: Visit,
    *,
    limit: int,
    against: bool = False,
) -> None:
    """Run every block of sources down every part, and show the rows to ``visit``.

    Parameters
    ----------
    made
        The hierarchy.
    sources
        Nodes of the graph, shape (n,).
    pieces
        From :func:`parts`, of ``made.backward`` (or ``made.forward`` if ``against``).
    visit
        Called with the number of the thread, the numbers of the lanes' sources, the number of
        the part and its rows; never by two threads with the same first argument at once.
    limit
        Longest time of interest, in ms.
    against
        Times from the places to the sources instead.
    """
    arcs = made.backward if against else made.forward
    at = made.position[sources]
    # Near ones together, so that a limit spares whole parts; or as asked, so that times are
    # written in runs.
    order = np.argsort(at, kind="stable") if limit < made.bound else np.arange(len(at))
    blocks = [order[first : first + LANES] for first in range(0, len(order), LANES)]
    count = min(threads(), len(blocks))
    limits = (min(limit, made.bound), made.infinite)

    def work(thread: int) -> None:
        worker = _Worker(arcs, pieces, limits)
        for block in blocks[thread::count]:
            for number, rows in worker.run(at[block]):
                visit(thread, block, number, rows)

    if count <= 1:
        for thread in range(count):
            work(thread)
        return
    with ThreadPoolExecutor(count) as pool:
        for future in [pool.submit(work, thread) for thread in range(count)]:
            future.result()


class _Worker:
    """One thread's arrays."""

    def __init__(self, arcs: Arcs, pieces: Sequence[Part], limits: tuple[int, int]) -> None:
        n, dtype = len(arcs.start) - 1, arcs.weight.dtype
        self.arcs, self.pieces, self.limits = arcs, pieces, limits
        self.scratch = Scratch(
            np.full(n, limits[1], dtype=dtype),
            *(np.empty(n, dtype=np.int32) for _ in range(3)),
        )
        self.seeds = _seeds(LANES * 1024, dtype)
        tallest = max((len(piece.arcs.start) - 1 for piece in pieces), default=0)
        self.rows = Rows(np.empty((tallest, LANES), dtype=dtype), np.zeros(tallest, dtype=np.uint8))

    def run(self, at: Ints) -> Iterator[tuple[int, Rows]]:
        """Yield the parts that a block of lanes reaches."""
        while (found := ascend(self.arcs, at, self.scratch, self.seeds, self.limits)) < 0:
            self.seeds = _seeds(2 * len(self.seeds.lane), self.arcs.weight.dtype)
        for number, piece in enumerate(self.pieces):
            descend(piece.arcs, piece.local, self.seeds, self.rows, (found, *self.limits))
            yield number, self.rows


def _seeds(size: int, dtype: "np.dtype[np.uint32] | np.dtype[np.int64]") -> Seeds:
    whole = np.empty(size, dtype=np.int32)
    return Seeds(whole, whole.copy(), np.empty(size, dtype=dtype))


def matrix(made: Hierarchy, sources: Int64s, targets: Int64s, *, limit: int) -> Floats:
    """Return minutes from each source to each target, shape (n, m); ``inf`` beyond the limit."""
    minutes = np.empty((len(sources), len(targets)))
    fill(made, sources, targets, limit=limit, out=minutes, rows=np.arange(len(sources)))
    return minutes


def fill(
    made: Hierarchy, sources: Int64s, targets: Int64s, *, limit: int, out: Floats, rows: Int64s
) -> None:
    """Write what :func:`matrix` returns into some rows of a matrix, one a source."""
    _fill(made, (sources, targets, rows), out, (limit, MS_PER_MINUTE, np.inf))


def milliseconds(made: Hierarchy, sources: Int64s, targets: Int64s, *, limit: int) -> Weights:
    """Return whole milliseconds as :func:`matrix` does minutes, in half the room.

    ``made.infinite`` stands for no path.
    """
    times = np.empty((len(sources), len(targets)), dtype=made.forward.weight.dtype)
    asked = sources, targets, np.arange(len(sources))
    _fill(made, asked, times, (limit, 1.0, float(made.infinite)))
    return times


def _fill(
    made: Hierarchy,
    asked: tuple[Int64s, Int64s, Int64s],
    out: Floats | Weights,
    rule: tuple[int, float, float],
) -> None:
    """Write times from sources to targets into rows of ``out``, by ``rule`` of the kernel.

    The side with fewer nodes travels in lanes, and the other side's part of the graph is swept.
    """
    made = made.writable()
    sources, targets, lines = asked
    lines, columns = lines * len(targets), np.arange(len(targets))
    turned = len(sources) > len(targets)
    lanes, places = (targets, sources) if turned else (sources, targets)
    of_lane, of_place = (columns, lines) if turned else (lines, columns)
    pieces = parts(made.forward if turned else made.backward, made.position[places])
    rule = (min(rule[0], made.bound), *rule[1:])
    flat = out.reshape(-1)

    def visit(_: int, block: Int64s, number: int, rows: Rows) -> None:
        piece = pieces[number]
        write(rows, (piece.rows, of_place[piece.places], of_lane[block]), rule, flat)

    sweep(made, lanes, pieces, visit, limit=rule[0], against=turned)


def sums_within(
    made: Hierarchy, places: Int64s, amounts: Amounts, cutoffs: Sequence[int], *, against: bool
) -> Floats:
    """Return the amounts within each cut-off (ms) of each place, shape (n, number of cut-offs).

    Times run from the amounts' nodes to the places, or from the places if ``against``.
    """
    made = made.writable()
    pieces = parts(made.forward if against else made.backward, made.position[places])
    total = np.zeros((threads(), len(places), len(cutoffs)))
    steps = np.minimum(np.array(cutoffs, dtype=np.int64), made.bound)
    steps = steps.astype(made.forward.weight.dtype)

    def visit(thread: int, block: Int64s, number: int, rows: Rows) -> None:
        lanes = np.zeros(LANES)
        lanes[: len(block)] = amounts.values[block]
        piece = pieces[number]
        add_within(rows, (piece.rows, piece.places), lanes, steps, total[thread])

    sweep(made, amounts.nodes, pieces, visit, limit=max(cutoffs), against=against)
    summed: Floats = total.sum(axis=0)
    return summed


def sums_weighted(
    made: Hierarchy, places: Int64s, amounts: Amounts, decay: Decay, *, against: bool
) -> Floats:
    """Return the amounts around each place, weighted by a function of minutes, shape (n,)."""
    made = made.writable()
    pieces = parts(made.forward if against else made.backward, made.position[places])
    total = np.zeros((threads(), len(places)))

    def visit(thread: int, block: Int64s, number: int, rows: Rows) -> None:
        piece = pieces[number]
        for first in range(0, len(piece.rows), _SLICE):
            at = piece.rows[first : first + _SLICE]
            minutes = np.empty((len(at), len(block)))
            here = (at, np.arange(len(at)) * len(block), np.arange(len(block)))
            write(rows, here, (made.bound, MS_PER_MINUTE, np.inf), minutes.reshape(-1))
            weights = np.asarray(decay(minutes), dtype=np.float64)
            total[thread, piece.places[first : first + _SLICE]] += weights @ amounts.values[block]

    sweep(made, amounts.nodes, pieces, visit, limit=made.bound, against=against)
    summed: Floats = total.sum(axis=0)
    return summed
