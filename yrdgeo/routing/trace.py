"""Follow paths through a hierarchy: up from the origin, down to the destination, arc by arc.

Promise: pairs are worked off in compiled code; memory grows with the links of the paths.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from yrdgeo.routing import store
from yrdgeo.routing.graph import Floats, Graph, Int64s, spans
from yrdgeo.routing.hierarchy import Hierarchy
from yrdgeo.routing.kernel import Ints, Longs, Whole, inner, kernel
from yrdgeo.routing.many import threads
from yrdgeo.routing.sweep import closure
from yrdgeo.routing.ties import Traced
from yrdgeo.routing.unpack import (
    FAR,
    Climbs,
    Halves,
    Labels,
    add_up,
    better,
    climb,
    forget,
    meeting,
    originals,
    triangles,
)

_ROOM = 2**22  # arcs that are traced before they are put away


@dataclass(frozen=True, slots=True, eq=False)
class Trails:
    """A hierarchy and what its arcs stand for."""

    made: Hierarchy
    climbs: Climbs
    halves: Halves

    def labels(self) -> Labels:
        """Return room for one upward search."""
        size = len(self.made.position)
        ms, um, mark = (np.full(size, FAR, dtype=np.int64) for _ in range(3))
        arc, below, order, stack, turn = (np.empty(size + 2, dtype=np.int32) for _ in range(5))
        return Labels(ms, um, mark, arc, below, order, stack, turn)

    @property
    def nbytes(self) -> int:
        """Memory beside the hierarchy, in bytes."""
        return sum(array.nbytes for array in (*self.climbs, *self.halves))


def trails(
    graph: Graph, made: Hierarchy, um: Int64s, mark: Int64s, *, cache: Path | None = None
) -> Trails:
    """Find what the arcs of a hierarchy stand for, or read what was stored.

    Parameters
    ----------
    graph, made
        A graph, and its hierarchy with ``ties``.
    um, mark
        Micrometres and mark of each arc of the graph.
    cache
        The folder of the hierarchy; the table has a file of its own there.
    """
    climbs = Climbs(
        made.forward.start,
        made.backward.start + made.forward.start[-1],
        np.concatenate([made.forward.head, made.backward.head]),
        np.concatenate([made.forward.weight, made.backward.weight]).astype(np.int64),
    )
    size = len(climbs.head)
    # The table numbers the arcs of this hierarchy, and is of no use to another.
    name = f"{store.fingerprint(graph, um, mark, made.position, *climbs)}-paths"
    kept = None if cache is None else store.read(cache, name)
    whole, words = np.full(size, -1, dtype=np.int32), np.full(size, FAR, dtype=np.int64)
    if kept is not None and set(kept) == {"first", "second"}:
        halves = Halves(kept["first"], kept["second"], words, words.copy())
        add_up(climbs, halves, um, mark)
        return Trails(made, climbs, halves)
    halves = Halves(whole, whole.copy(), words, words.copy())
    arcs = (graph.indptr, graph.heads, graph.milliseconds, um, mark)
    originals(climbs, halves, made.position, arcs)
    triangles(climbs, halves)
    if cache is not None:
        store.keep(cache, name, {"first": halves.first, "second": halves.second})
    return Trails(made, climbs, halves)


class _Paths(NamedTuple):
    """Where paths are written: time and last arc of each pair, and the arcs of all."""

    ms: Longs
    ends: Longs
    arcs: Ints


@inner
def _unpack(halves: Halves, arc: Whole, stack: Ints, arcs: Ints, used: Whole) -> Whole:
    """Write the arcs of the graph that an arc stands for; return the used room, or -1."""
    stack[0] = arc
    depth = 1
    while depth > 0:
        depth -= 1
        e = stack[depth]
        if halves.first[e] < 0:
            if used == arcs.size:
                return -1
            arcs[used] = halves.second[e]
            used += 1
        else:
            stack[depth] = halves.second[e]
            stack[depth + 1] = halves.first[e]
            depth += 2
    return used


@inner
def _follow(
    halves: Halves, out: Labels, back: Labels, arcs: Ints, turn: tuple[Whole, Whole]
) -> Whole:
    """Write the path that stops climbing at a node; return the used room, or -1 if it is short.

    ``turn`` are the node and the room that is used already.
    """
    node, used = turn
    count = 0
    u = node
    while out.arc[u] >= 0:  # the climb is known from its end on
        out.turn[count] = out.arc[u]
        count += 1
        u = out.below[u]
    for i in range(count - 1, -1, -1):
        used = _unpack(halves, out.turn[i], out.stack, arcs, used)
        if used < 0:
            return -1
    u = node
    while back.arc[u] >= 0:
        used = _unpack(halves, back.arc[u], out.stack, arcs, used)
        if used < 0:
            return -1
        u = back.below[u]
    return used


@kernel
def _trace(
    trail: tuple[Climbs, Halves],
    labels: tuple[Labels, Labels],
    pairs: tuple[Ints, Ints],
    paths: _Paths,
    begin: Whole,
) -> Whole:
    """Write the paths of pairs, sorted by source, from a number on; return the next number."""
    climbs, halves = trail
    out, back = labels
    sources, targets = pairs
    listed: Whole = 0
    used: Whole = 0
    source: Whole = -1
    done = begin
    more: Whole = 0
    while done < sources.size:
        if sources[done] != source:
            forget(out, listed)
            source = sources[done]
            listed = climb(climbs, halves, climbs.out, source, out)
        count = climb(climbs, halves, climbs.back, targets[done], back)
        node = meeting(out, back, count)
        if node >= 0:
            paths.ms[done] = out.ms[node] + back.ms[node]
            more = _follow(halves, out, back, paths.arcs, (node, used))
        else:
            paths.ms[done] = -1
            more = used
        forget(back, count)
        if more < 0:
            break
        used = more
        paths.ends[done] = used
        done += 1
    forget(out, listed)
    return done


def trace(trail: Trails, sources: Int64s, targets: Int64s) -> Traced:
    """Return the paths of pairs of nodes of the graph, shape (p,) each."""
    order = np.argsort(sources, kind="stable")
    position = trail.made.position
    pairs = (position[sources[order]], position[targets[order]])
    labels = (trail.labels(), trail.labels())
    ms, ends = np.empty(len(order), dtype=np.int64), np.empty(len(order), dtype=np.int64)
    room = np.empty(_ROOM, dtype=np.int32)
    pieces: list[Ints] = []
    done, put_away = 0, 0
    while done < len(order):
        paths = _Paths(ms, ends, room)
        more = int(_trace((trail.climbs, trail.halves), labels, pairs, paths, done))
        if more == done:
            room = np.empty(4 * len(room), dtype=np.int32)
            continue
        pieces.append(room[: ends[more - 1]].copy())
        ends[done:more] += put_away
        put_away = int(ends[more - 1])
        done = more
    arcs = np.concatenate([np.empty(0, dtype=np.int32), *pieces])
    sizes = np.diff(ends, prepend=0)
    back = np.argsort(order, kind="stable")
    return Traced(ms[back], arcs[spans((ends - sizes)[back], sizes[back])], np.cumsum(sizes[back]))


@inner
def _descend(climbs: Climbs, halves: Halves, u: Whole, labels: Labels) -> None:
    """Take the best way down to a node from above."""
    for e in range(climbs.back[u], climbs.back[u + 1]):
        above = climbs.head[e]
        if labels.ms[above] != FAR:
            label = (
                labels.ms[above] + climbs.ms[e],
                labels.um[above] + halves.um[e],
                labels.mark[above] + halves.mark[e],
            )
            if better(labels, u, label):
                labels.ms[u], labels.um[u], labels.mark[u] = label


@kernel
def _shortest(
    trail: tuple[Climbs, Halves],
    places: tuple[Ints, Ints],
    sources: Ints,
    labels: Labels,
    out: Floats,
) -> None:
    """Write the micrometres of the best path from each source to each place, a row a source.

    ``places`` are the positions of the places, and of all that lies above them, sorted.
    """
    climbs, halves = trail
    targets, swept = places
    for row in range(sources.size):
        count = climb(climbs, halves, climbs.out, sources[row], labels)
        for u in swept:
            _descend(climbs, halves, u, labels)
        for column in range(targets.size):
            if labels.ms[targets[column]] != FAR:
                out[row, column] = labels.um[targets[column]]
        forget(labels, count)
        for u in swept:
            labels.ms[u] = FAR


def shortest_um(trail: Trails, sources: Int64s, targets: Int64s) -> Floats:
    """Return the micrometres of the path of each pair, shape (n, m); ``inf`` for no path."""
    made = trail.made
    size = len(made.position)
    at, places = made.position[sources], made.position[targets]
    marked = np.empty(size, dtype=np.int32)
    count = closure(made.backward, places, np.full(size, -1, dtype=np.int32), marked)
    swept = np.sort(marked[:count])
    um = np.full((len(sources), len(targets)), np.inf)

    def work(rows: Int64s) -> None:
        part = um[rows[0] : rows[-1] + 1]
        _shortest((trail.climbs, trail.halves), (places, swept), at[rows], trail.labels(), part)

    shares = [rows for rows in np.array_split(np.arange(len(sources)), threads()) if len(rows)]
    with ThreadPoolExecutor(max(1, len(shares))) as pool:
        for future in [pool.submit(work, rows) for rows in shares]:
            future.result()
    return um
