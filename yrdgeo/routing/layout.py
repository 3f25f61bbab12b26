"""Number contracted nodes so that a sweep walks through memory.

Promise: every arc leads from a number to a smaller one, and nodes that hang together below the
same parents lie side by side.
"""

import numpy as np

from yrdgeo.routing.kernel import Ints, Longs, Weights, Whole, kernel
from yrdgeo.routing.witness import NODE


@kernel
def _children(order: Ints, first: Longs, size: Ints, pool: Weights) -> tuple[Longs, Ints]:
    """Turn upward entries round: the children of u are ``child[start[u]:start[u + 1]]``."""
    n = order.size
    start = np.empty(n + 1, dtype=np.int64)
    for v in range(n + 1):
        start[v] = 0
    for v in range(n):
        for e in range(first[v], first[v] + size[v]):
            start[pool[e, NODE] + 1] += 1
    for v in range(n):
        start[v + 1] += start[v]
    child = np.empty(start[n], dtype=np.int32)
    fill = np.empty(n, dtype=np.int64)
    for v in range(n):
        fill[v] = start[v]
    for i in range(n):
        v = order[i]
        for e in range(first[v], first[v] + size[v]):
            head = pool[e, NODE]
            child[fill[head]] = v
            fill[head] += 1
    return start, child


@kernel
def positions(order: Ints, first: Longs, size: Ints, pool: Weights) -> Ints:
    """Return each node's position: parents first, and children right after their last parent.

    Parameters
    ----------
    order, first, size, pool
        What :func:`yrdgeo.routing.contraction.contract` returns.
    """
    n = order.size
    start, child = _children(order, first, size, pool)
    position = np.empty(n, dtype=np.int32)
    stack = np.empty(n, dtype=np.int32)
    depth = 0
    parents = np.empty(n, dtype=np.int32)
    for i in range(n):
        parents[i] = size[i]
    for i in range(n):
        if parents[order[i]] == 0:
            stack[depth] = order[i]
            depth += 1
    done = 0
    while depth > 0:
        depth -= 1
        u = stack[depth]
        position[u] = done
        done += 1
        for c in range(start[u], start[u + 1]):
            parents[child[c]] -= 1
            if parents[child[c]] == 0:
                stack[depth] = child[c]
                depth += 1
    return position


@kernel
def upward(
    position: Ints, entries: tuple[Longs, Ints, Weights], column: Whole, bound: Whole
) -> tuple[Ints, Ints, Weights]:
    """Return the upward arcs of one direction, by position; arcs longer than ``bound`` are none.

    ``entries`` are first, size and pool; ``column`` is ``OUT`` or ``IN``.
    """
    first, size, pool = entries
    n = position.size
    node = np.empty(n, dtype=np.int32)
    for v in range(n):
        node[position[v]] = v
    start = np.empty(n + 1, dtype=np.int32)
    start[0] = 0
    for i in range(n):
        v = node[i]
        start[i + 1] = start[i]
        for e in range(first[v], first[v] + size[v]):
            start[i + 1] += np.int64(pool[e, column]) <= bound
    head = np.empty(start[n], dtype=np.int32)
    weight = np.empty(start[n], dtype=pool.dtype)
    for i in range(n):
        v = node[i]
        p = start[i]
        for e in range(first[v], first[v] + size[v]):
            if np.int64(pool[e, column]) <= bound:
                head[p] = position[pool[e, NODE]]
                weight[p] = pool[e, column]
                p += 1
    return start, head, weight
