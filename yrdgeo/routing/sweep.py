"""Up from the sources, down to the places: the two halves of a query in a hierarchy.

Promise: every time is the exact minimum over all paths that climb and then descend, and in a
hierarchy one of them is a fastest path. Many sources travel together, one lane each, so that a
row of lanes is one run of memory. (Restricted PHAST, see :mod:`yrdgeo.routing.hierarchy`.)

Nodes are numbered by position: an arc of either graph leads from a node to a smaller number.
"""

from typing import NamedTuple

import numpy as np

from yrdgeo.routing.kernel import Bytes, Floats, Ints, Longs, Weights, Whole, inner, kernel

LANES = 64  # sources that travel together; a power of two
TILE = 16  # rows that are turned into columns together


class Arcs(NamedTuple):
    """Arcs of node v: ``start[v] … start[v + 1]``, each to a smaller number."""

    start: Ints
    head: Ints
    weight: Weights


class Seeds(NamedTuple):
    """Where the lanes' upward searches end: position, lane and time."""

    position: Ints
    lane: Ints
    time: Weights


class Scratch(NamedTuple):
    """One thread's room for upward searches; ``time`` is infinite between searches."""

    time: Weights
    stack: Ints
    arc: Ints
    order: Ints


class Rows(NamedTuple):
    """One thread's rows of lanes, and which of them hold a time within the limit."""

    time: Weights
    live: Bytes


@kernel
def closure(arcs: Arcs, places: Ints, local: Ints, order: Ints) -> Whole:
    """Mark what can be reached upward from the places; return how many nodes that is.

    ``local`` is -1 everywhere and becomes -2 where marked; ``order`` lists the marked.
    """
    count = 0
    done = 0
    for place in places:
        if local[place] == -1:
            local[place] = -2
            order[count] = place
            count += 1
        while done < count:
            u = order[done]
            done += 1
            for e in range(arcs.start[u], arcs.start[u + 1]):
                head = arcs.head[e]
                if local[head] == -1:
                    local[head] = -2
                    order[count] = head
                    count += 1
    return count


@inner
def _climb(arcs: Arcs, source: Whole, scratch: Scratch, infinite: Whole) -> Whole:
    """Find the exact upward times of one source; return how many nodes ``order`` lists.

    Depth first, children before parents, so that the list read backwards leads upward.
    """
    time, stack, arc, order = scratch.time, scratch.stack, scratch.arc, scratch.order
    count = 0
    depth = 1
    stack[0] = source
    arc[0] = arcs.start[source]
    time[source] = infinite - 1  # seen, not yet reached
    while depth > 0:
        u = stack[depth - 1]
        e = arc[depth - 1]
        last = arcs.start[u + 1]
        while e < last and time[arcs.head[e]] != infinite:
            e += 1
        if e == last:
            order[count] = u
            count += 1
            depth -= 1
        else:
            head = arcs.head[e]
            arc[depth - 1] = e + 1
            time[head] = infinite - 1
            stack[depth] = head
            arc[depth] = arcs.start[head]
            depth += 1
    time[source] = 0
    for i in range(count - 1, -1, -1):
        u = order[i]
        here = time[u]
        for e in range(arcs.start[u], arcs.start[u + 1]):
            reach = here + arcs.weight[e]
            time[arcs.head[e]] = min(time[arcs.head[e]], reach)
    return count


@kernel
def ascend(
    arcs: Arcs, sources: Ints, scratch: Scratch, seeds: Seeds, limits: tuple[Whole, Whole]
) -> Whole:
    """Climb from up to ``LANES`` sources; return the number of seeds, or -1 if they do not fit.

    ``limits`` are the longest time of interest and the infinite time.
    """
    limit, infinite = limits
    count = 0
    for lane in range(sources.size):
        listed = _climb(arcs, sources[lane], scratch, infinite)
        fits = count + listed <= seeds.lane.size
        for i in range(listed):
            u = scratch.order[i]
            if fits and scratch.time[u] <= limit:
                seeds.position[count] = u
                seeds.lane[count] = lane
                seeds.time[count] = scratch.time[u]
                count += 1
            scratch.time[u] = infinite
        if not fits:
            return -1
    return count


@inner
def _plant(local: Ints, seeds: Seeds, rows: Rows, limits: tuple[Whole, Whole, Whole]) -> bool:
    """Write the seeds into their rows; return whether any has one here."""
    n_seeds, _, infinite = limits
    planted = False
    for s in range(n_seeds):
        i = local[seeds.position[s]]
        if i >= 0:
            planted = True
            if rows.live[i] == 0:
                rows.live[i] = 1
                for k in range(LANES):
                    rows.time[i, k] = infinite
            rows.time[i, seeds.lane[s]] = seeds.time[s]
    return planted


@inner
def _alive(part: Arcs, live: Bytes, i: Whole) -> bool:
    """Say whether a row holds a seed, or an arc leads to one that holds a time."""
    if live[i]:
        return True
    for e in range(part.start[i], part.start[i + 1]):  # noqa: SIM110 — numba has no any() of these
        if live[part.head[e]]:
            return True
    return False


@inner
def _gather(part: Arcs, rows: Rows, i: Whole, best: Weights, infinite: Whole) -> None:
    """Take the best of a row's seeds and of its arcs."""
    time, live = rows.time, rows.live
    for k in range(LANES):
        best[k] = time[i, k] if live[i] else infinite
    for e in range(part.start[i], part.start[i + 1]):
        head = part.head[e]
        if live[head]:
            weight = part.weight[e]
            for k in range(LANES):
                # Cast, or the sum is 64 bits wide and half as many lanes go at once.
                best[k] = min(best[k], time.dtype.type(time[head, k] + weight))


@kernel
def descend(
    part: Arcs, local: Ints, seeds: Seeds, rows: Rows, limits: tuple[Whole, Whole, Whole]
) -> None:
    """Sweep the lanes down a part.

    ``limits`` are the number of seeds, the longest time of interest and the infinite time. A row
    that is not live holds nothing.
    """
    _, limit, infinite = limits
    size = part.start.size - 1
    for i in range(size):
        rows.live[i] = 0
    if not _plant(local, seeds, rows, limits):
        return
    best = np.empty(LANES, dtype=rows.time.dtype)
    for i in range(size):
        if _alive(part, rows.live, i):  # most are not, where the limit is short
            _gather(part, rows, i, best, infinite)
            soonest = best[0]
            for k in range(LANES):
                rows.time[i, k] = best[k]
                soonest = min(soonest, best[k])
            rows.live[i] = soonest <= limit


@kernel
def write(
    rows: Rows,
    pairs: tuple[Ints, Longs, Longs],
    rule: tuple[Whole, float, float],
    out: Floats | Weights,
) -> None:
    """Write the time of each place and lane into a flat ``out``.

    ``pairs`` are the places' rows, and what a place and what a lane add to the place in ``out``;
    ``rule`` the longest time of interest, what a time is divided by, and what stands for none.
    """
    at, of_place, of_lane = pairs
    limit, unit, none = rule
    for first in range(0, at.size, TILE):
        last = min(first + TILE, at.size)
        for k in range(of_lane.size):
            for p in range(first, last):
                value = none
                if rows.live[at[p]] and rows.time[at[p], k] <= limit:
                    value = rows.time[at[p], k] / unit
                out[of_place[p] + of_lane[k]] = value


@kernel
def add_within(
    rows: Rows, places: tuple[Ints, Longs], amounts: Floats, cutoffs: Weights, out: Floats
) -> None:
    """Add to each place the amounts of the lanes within each cut-off; spare lanes amount to 0.

    ``places`` are the places' rows and their rows in ``out``.
    """
    at, lines = places
    some = np.empty(LANES, dtype=np.float64)
    for p in range(at.size):
        i = at[p]
        if not rows.live[i]:
            continue
        for c in range(cutoffs.size):
            cutoff = cutoffs[c]
            for k in range(LANES):
                some[k] = amounts[k] if rows.time[i, k] <= cutoff else 0.0
            # Halved again and again: every machine sums in this order, many lanes at once.
            half = LANES >> 1
            while half > 0:
                for k in range(half):
                    some[k] += some[k + half]
                half >>= 1
            out[lines[p], c] += some[0]
