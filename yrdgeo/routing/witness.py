"""Look for a path past a node, to see whether taking it out needs a shortcut.

Promise: a path that is found is one that exists; a search that gives up only adds a shortcut that
was not needed.
"""

from typing import NamedTuple

import numpy as np

from yrdgeo.routing.kernel import Ints, Longs, Weights, Whole, inner

SETTLED = 50  # nodes a search may settle before it gives up
REACH = 2**16  # nodes that a search may look at
NODE, OUT, IN, HOPS = 0, 1, 2, 3  # columns of an entry
NONE = -2  # below every length to beat, which is -1 where nothing may take no time


class Neighbours(NamedTuple):
    """Entries of node v: ``start[v] … start[v] + size[v]`` of a pool; ``room`` is its share."""

    start: Longs
    size: Ints
    room: Ints


class Heap(NamedTuple):
    """Room for a binary heap of nodes by key; its size travels beside it."""

    key: Longs
    node: Ints


class Search(NamedTuple):
    """Scratch of the witness search; ``via`` is the length to beat at each target, or ``NONE``."""

    distance: Longs
    touched: Ints
    via: Longs
    heap: Heap


@inner
def push(heap: Heap, size: Whole, key: Whole, node: Whole) -> Whole:
    """Put a node into a heap; return its new size."""
    keys, nodes = heap.key, heap.node
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if keys[parent] <= key:
            break
        keys[i] = keys[parent]
        nodes[i] = nodes[parent]
        i = parent
    keys[i] = key
    nodes[i] = node
    return size + 1


@inner
def pop(heap: Heap, size: Whole) -> Whole:
    """Take the first of the heap away; it was read before."""
    keys, nodes = heap.key, heap.node
    size -= 1
    key, node = keys[size], nodes[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[i] = keys[child]
        nodes[i] = nodes[child]
        i = child
    keys[i] = key
    nodes[i] = node
    return size


@inner
def _witness(  # noqa: C901, PLR0912, PLR0915 — one loop; a call would cost more than its body
    search: Search,
    near: Neighbours,
    pool: Weights,
    ends: tuple[Whole, Whole],
    goal: tuple[Whole, Whole, Whole],
) -> Whole:
    """Search from one neighbour past the node; return the number of nodes touched.

    ``ends`` are the start and the node to avoid; ``goal`` the targets still to be beaten, the
    longest length of interest and the infinite length.
    """
    source, avoid = ends
    open_targets, longest, infinite = goal
    distance, touched, via = search.distance, search.touched, search.via
    distance[source] = 0
    touched[0] = source
    n_touched = 1
    heap = search.heap
    heap.key[0], heap.node[0] = 0, source
    size: Whole = np.int64(1)
    settled = 0
    room = heap.key.size
    while size > 0 and settled < SETTLED and open_targets > 0:
        key, u = heap.key[0], heap.node[0]
        size = pop(heap, size)
        if key > distance[u]:
            continue
        settled += 1
        first = near.start[u]
        for e in range(first, first + near.size[u]):
            head = np.int64(pool[e, NODE])
            step = np.int64(pool[e, OUT])
            if step == infinite or head == avoid:
                continue
            reach = key + step
            if reach > longest or reach >= distance[head]:
                continue
            if distance[head] == infinite:
                touched[n_touched] = head
                n_touched += 1
            if reach <= via[head] < distance[head]:
                open_targets -= 1
            distance[head] = reach
            if size < room and n_touched < room:
                size = push(heap, size, reach, head)
            else:
                return n_touched
    return n_touched


@inner
def shortcuts(  # noqa: C901, PLR0912 — one loop over pairs of neighbours
    search: Search,
    near: Neighbours,
    pool: Weights,
    node: tuple[Whole, Whole, Whole, Whole],
    found: Longs,
) -> Whole:
    """List the shortcuts that taking a node out needs: entry, entry, length, links bridged.

    ``node`` is the node, the longest length that can matter, the infinite length, and by how
    much another path must be shorter to save a shortcut: 0, or 1 to keep every fastest path.
    """
    v, bound, infinite, margin = node
    via, distance = search.via, search.distance
    first = near.start[v]
    last = first + near.size[v]
    count = 0
    for i in range(first, last):
        into = np.int64(pool[i, IN])
        if into == infinite:
            continue
        longest = np.int64(-1)
        targets = np.int64(0)
        for j in range(first, last):
            out = np.int64(pool[j, OUT])
            if j != i and out != infinite and into + out <= bound:
                via[pool[j, NODE]] = into + out - margin
                longest = max(longest, into + out)
                targets += 1
        if targets:
            source = np.int64(pool[i, NODE])
            touched = _witness(search, near, pool, (source, v), (targets, longest, infinite))
            for j in range(first, last):
                head = np.int64(pool[j, NODE])
                if via[head] > NONE and distance[head] > via[head]:
                    found[count, 0] = i
                    found[count, 1] = j
                    found[count, 2] = via[head] + margin
                    found[count, 3] = np.int64(pool[i, HOPS]) + np.int64(pool[j, HOPS])
                    count += 1
            for k in range(touched):
                distance[search.touched[k]] = infinite
            for j in range(first, last):
                via[pool[j, NODE]] = NONE
    return count
