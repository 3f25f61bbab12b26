"""Contract the nodes of a graph one by one, least important first.

Promise: whenever a node is taken out, the distances between the nodes that are left stay as they
were, because a shortcut bridges every pair of its neighbours that has no other path as short.
The order is the same on every machine: keys are whole numbers and nothing is drawn by lot.

A neighbour is one entry for both directions: node, time out, time in, links bridged.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from yrdgeo.routing.kernel import Ints, Longs, Weights, Whole, inner, kernel
from yrdgeo.routing.witness import (
    HOPS,
    IN,
    NODE,
    NONE,
    OUT,
    REACH,
    Heap,
    Neighbours,
    Search,
    pop,
    push,
    shortcuts,
)

LEVEL = 500  # weight of the depth of what lies below, against 1000 for a ratio of arcs

MOST_TIED = 4  # times the entries of the graph; real networks stay below 3
ROOM_FOR_TIES = 2**18


class TiesError(Exception):
    """So many paths are as fast as each other that keeping all of them does not pay."""


class Contracted(NamedTuple):
    """Nodes in the order of contraction, and where each one's upward entries are in the pool."""

    order: Ints
    start: Longs
    size: Ints
    pool: Weights


def merged(
    n: int, arcs: tuple[Ints, Ints, Weights], back: tuple[Ints, Ints, Weights], infinite: int
) -> tuple[Longs, Weights]:
    """Merge arcs and reversed arcs, both sorted by node, into entries for both directions."""
    # One number an entry: which arc in its lower half, which reversed arc in its upper; 0 is none.
    low, high = (np.arange(1, len(side[1]) + 1, dtype=np.int64) for side in (arcs, back))
    both = csr_array((low, arcs[1], arcs[0]), shape=(n, n)) + csr_array(
        (high << 32, back[1], back[0]), shape=(n, n)
    )
    entries = np.ones((both.nnz, 4), dtype=arcs[2].dtype)  # one link bridged
    entries[:, NODE] = both.indices
    entries[:, OUT] = np.append(infinite, arcs[2])[both.data & (2**32 - 1)]
    entries[:, IN] = np.append(infinite, back[2])[both.data >> 32]
    return both.indptr.astype(np.int64), entries


@inner
def _importance(
    near: Neighbours, pool: Weights, found: Longs, node: tuple[Whole, Whole, Whole]
) -> Whole:
    """Weigh what a contraction adds against what it takes away, arcs and links bridged.

    ``node`` is the node, the number of its shortcuts and the infinite length.
    """
    v, count, infinite = node
    arcs = hops = added = 0
    for e in range(near.start[v], near.start[v] + near.size[v]):
        for column in (OUT, IN):
            if pool[e, column] != infinite:
                arcs += 1
                hops += pool[e, HOPS]
    if arcs == 0:
        return 0
    for k in range(count):
        added += found[k, 3]
    return (1000 * count) // arcs + (1000 * added) // hops


@inner
def _improve(
    near: Neighbours,
    pool: Weights,
    ends: tuple[Whole, Whole],
    entry: tuple[Whole, Whole, Whole, Whole],
) -> Whole:
    """Add a neighbour to a node, or shorten its entry; return where the pool's free part begins.

    ``ends`` are the node and the neighbour; ``entry`` the column to improve, the length, the
    links bridged and the pool's free part. The caller has made sure that the pool has room.
    """
    u, head = ends
    column, length, hops, free = entry
    first = near.start[u]
    size = near.size[u]
    for e in range(first, first + size):
        if np.int64(pool[e, NODE]) == head:
            if length < np.int64(pool[e, column]):
                pool[e, column] = length
                pool[e, HOPS] = hops
            return free
    if size == near.room[u]:
        for e in range(size):
            for c in range(4):
                pool[free + e, c] = pool[first + e, c]
        near.start[u] = free
        near.room[u] = 2 * size + 2
        free += 2 * size + 2
        first = near.start[u]
    infinite = pool[0, OUT]  # the pool's first row is kept for it
    pool[first + size, NODE] = head
    pool[first + size, OUT] = infinite
    pool[first + size, IN] = infinite
    pool[first + size, column] = length
    pool[first + size, HOPS] = hops
    near.size[u] = size + 1
    return free


@inner
def _take_out(near: Neighbours, pool: Weights, v: Whole) -> None:
    """Remove a node from the entries of its neighbours; its own entries stay, they are upward."""
    for e in range(near.start[v], near.start[v] + near.size[v]):
        u = pool[e, NODE]
        last = near.start[u] + near.size[u] - 1
        for f in range(near.start[u], last + 1):
            if np.int64(pool[f, NODE]) == v:
                for c in range(4):
                    pool[f, c] = pool[last, c]
                break
        near.size[u] -= 1


@inner
def _bridge(near: Neighbours, pool: Weights, found: Longs, state: tuple[Whole, Whole]) -> Whole:
    """Write the shortcuts of a node into the pool; return where its free part begins."""
    count, free = state
    for k in range(count):
        tail = np.int64(pool[found[k, 0], NODE])
        head = np.int64(pool[found[k, 1], NODE])
        length = found[k, 2]
        hops = found[k, 3]
        free = _improve(near, pool, (tail, head), (np.int64(OUT), length, hops, free))
        free = _improve(near, pool, (head, tail), (np.int64(IN), length, hops, free))
    return free


class Progress(NamedTuple):
    """What a contraction has come to; ``tally`` is waiting, done, the pool's free part."""

    queue: Heap
    level: Ints
    order: Ints
    tally: Longs


@inner
def _need(near: Neighbours, pool: Weights, v: Whole) -> Whole:
    """Return the rows of the pool that the worst contraction of a node could take."""
    first, degree = near.start[v], np.int64(near.size[v])
    need = np.int64(0)
    for e in range(first, first + degree):
        need += 4 * (near.size[pool[e, NODE]] + degree) + 4
    return need


@kernel
def _go_on(
    near: Neighbours,
    pool: Weights,
    search: Search,
    found: Longs,
    progress: Progress,
    limits: tuple[Whole, Whole, Whole],
) -> Whole:
    """Contract until all is done (0), or ``found`` (1) or the pool (2) is too small.

    ``limits`` are the longest length that can matter, the infinite length, and by how much
    another path must be shorter to save a shortcut.
    """
    bound, infinite, margin = limits
    queue, level, order, tally = progress
    while tally[0] > 0:
        v = queue.node[0]
        degree = np.int64(near.size[v])
        if degree * degree > len(found):
            return 1
        if tally[2] + _need(near, pool, v) > len(pool):
            return 2
        tally[0] = pop(queue, tally[0])
        added = shortcuts(search, near, pool, (v, bound, infinite, margin), found)
        key = LEVEL * np.int64(level[v]) + _importance(near, pool, found, (v, added, infinite))
        if tally[0] > 0 and key > queue.key[0]:
            tally[0] = push(queue, tally[0], key, np.int64(v))
            continue
        order[tally[1]] = v
        tally[1] += 1
        tally[2] = _bridge(near, pool, found, (added, tally[2]))
        _take_out(near, pool, v)
        for e in range(near.start[v], near.start[v] + degree):
            u = pool[e, NODE]
            level[u] = max(level[u], level[v] + 1)
    return 0


def contract(
    start: Longs, entries: Weights, bound: int, infinite: int, *, ties: bool = False
) -> Contracted:
    """Contract every node; return the order, and each node's entries at its contraction.

    Parameters
    ----------
    start, entries
        What :func:`merged` returns.
    bound
        No finite distance is longer.
    infinite
        The length that stands for none.
    ties
        Keep every fastest path, not one for each pair: more shortcuts where many are as fast.

    Raises
    ------
    TiesError
        If keeping all takes more than ``MOST_TIED`` times the entries of the graph.
    """
    n = len(start) - 1
    pool = _taller(np.full((1, 4), infinite, dtype=entries.dtype), len(entries))
    pool[1 : len(entries) + 1] = entries
    size = np.diff(start).astype(np.int32)
    near = Neighbours(start[:-1] + 1, size, size.copy())
    search = Search(
        np.full(n, infinite, dtype=np.int64),
        np.empty(REACH + 1, dtype=np.int32),
        np.full(n, NONE, dtype=np.int64),
        Heap(np.empty(REACH, dtype=np.int64), np.empty(REACH, dtype=np.int32)),
    )
    keys = LEVEL * np.maximum(0, size.astype(np.int64) - 2)
    first = np.argsort(keys, kind="stable").astype(np.int32)  # a sorted list is a heap
    progress = Progress(
        Heap(keys[first], first),
        np.zeros(n, dtype=np.int32),
        np.empty(n, dtype=np.int32),
        np.array([n, 0, len(entries) + 1], dtype=np.int64),
    )
    found = np.empty((1024, 4), dtype=np.int64)
    while state := _go_on(near, pool, search, found, progress, (bound, infinite, int(ties))):
        if state == 1:
            found = np.empty((4 * len(found), 4), dtype=np.int64)
        else:
            if ties and len(pool) > MOST_TIED * len(entries) + ROOM_FOR_TIES:
                raise TiesError
            pool = _taller(pool, len(pool) + 4096)
    return Contracted(progress.order, near.start, near.size, pool)


def _taller(pool: Weights, more: int) -> Weights:
    """Return the pool with as many more rows, and some room."""
    room = np.empty((more + more // 2 + 4096, 4), dtype=pool.dtype)
    return np.concatenate([pool, room])
