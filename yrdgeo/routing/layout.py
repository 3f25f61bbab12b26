"""Number contracted nodes so that a sweep walks through memory.

Promise: every arc leads from a number to a smaller one, and nodes that hang together below the
same parents lie side by side.
"""

import numpy as np
from scipy.sparse import coo_array

from yrdgeo.routing.kernel import Ints, Longs, Weights, Whole, kernel
from yrdgeo.routing.witness import NODE


@kernel
def _parents_first(start: Ints, child: Ints, parents: Ints, stack: Ints, position: Ints) -> None:
    """Give numbers depth first, to each node as soon as the last of its parents has a number.

    ``child[start[u]:start[u + 1]]`` are the children of u; ``parents`` counts those without a
    number and comes to 0 everywhere.
    """
    depth = 0
    for u in range(parents.size):
        if parents[u] == 0:
            stack[depth] = u
            depth += 1
    done = 0
    while depth > 0:
        depth -= 1
        u = stack[depth]
        position[u] = done
        done += 1
        for c in range(start[u], start[u + 1]):
            v = child[c]
            parents[v] -= 1
            if parents[v] == 0:
                stack[depth] = v
                depth += 1


def positions(order: Ints, first: Longs, size: Ints, pool: Weights) -> Ints:
    """Return each node's position: parents first, and children right after their last parent.

    Parameters
    ----------
    order, first, size, pool
        What :func:`yrdgeo.routing.contraction.contract` returns.
    """
    n = len(order)
    rank = np.empty(n, dtype=np.int32)
    rank[order] = np.arange(n, dtype=np.int32)
    rows, tails = _entries(first, size)
    ends = rank[pool[rows, NODE]], rank[tails]
    below = coo_array((np.ones(len(rows), dtype=np.int8), ends), shape=(n, n)).tocsr()
    stack, found = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
    _parents_first(below.indptr, below.indices, size[order], stack, found)
    return found[rank]


def upward(
    position: Ints, entries: tuple[Longs, Ints, Weights], column: Whole, bound: Whole
) -> tuple[Ints, Ints, Weights]:
    """Return the upward arcs of one direction, by position; arcs longer than ``bound`` are none.

    ``entries`` are first, size and pool; ``column`` is ``OUT`` or ``IN``.
    """
    first, size, pool = entries
    rows, tails = _entries(first, size)
    kept = pool[rows, column] <= bound
    rows, tails = rows[kept], tails[kept]
    ends = position[tails], position[pool[rows, NODE]]
    arcs = coo_array((pool[rows, column], ends), shape=(len(position), len(position))).tocsr()
    return arcs.indptr, arcs.indices, arcs.data


def _entries(first: Longs, size: Ints) -> tuple[Longs, Ints]:
    """Return the rows of the pool that hold entries, and whose they are."""
    before = np.cumsum(size, dtype=np.int64) - size
    tails = np.repeat(np.arange(len(size), dtype=np.int32), size)
    return np.arange(len(tails)) + (first - before)[tails], tails
