"""What a hierarchy's shortcuts stand for, and the paths that they unpack to.

Promise: of all fastest paths the one with the least sums of :mod:`yrdgeo.routing.ties`. A
shortcut is two arcs that meet at a node below both its ends; an arc of the graph is itself.

Arcs of both directions are numbered through, the forward ones first.
"""

from typing import NamedTuple

import numpy as np

from yrdgeo.routing.kernel import Ints, Longs, Whole, inner, kernel

FAR = 2**61  # stands for no path; two of them still add up


class Climbs(NamedTuple):
    """Upward arcs of node v: ``out[v] … out[v + 1]`` as travelled, ``back[v] …`` turned round."""

    out: Ints
    back: Ints
    head: Ints
    ms: Longs


class Halves(NamedTuple):
    """Of each arc: the two it stands for, in the order of travel; or -1 and an arc of the graph.

    ``um`` and ``mark`` are the sums of its links.
    """

    first: Ints
    second: Ints
    um: Longs
    mark: Longs


class Labels(NamedTuple):
    """Room for one upward search; ``ms`` is ``FAR`` between searches.

    ``arc`` and ``below`` are the last arc of the way to a node and where it begins, or -1.
    """

    ms: Longs
    um: Longs
    mark: Longs
    arc: Ints
    below: Ints
    order: Ints
    stack: Ints
    turn: Ints


@kernel
def originals(
    climbs: Climbs, halves: Halves, position: Ints, graph: tuple[Ints, Ints, Longs, Longs, Longs]
) -> None:
    """Mark the arcs that are arcs of the graph: indptr, heads, ms, micrometres and marks."""
    indptr, heads, ms, um, mark = graph
    for v in range(position.size):
        for a in range(indptr[v], indptr[v + 1]):
            tail, head = position[v], position[heads[a]]
            if tail > head:
                first, last, other = climbs.out[tail], climbs.out[tail + 1], head
            else:
                first, last, other = climbs.back[head], climbs.back[head + 1], tail
            for e in range(first, last):
                if climbs.head[e] == other and climbs.ms[e] == ms[a]:
                    halves.first[e] = -1
                    halves.second[e] = a
                    halves.um[e] = um[a]
                    halves.mark[e] = mark[a]


@inner
def _try(climbs: Climbs, halves: Halves, arc: Whole, pair: tuple[Whole, Whole]) -> None:
    """Let an arc stand for two others if they are as fast and better than what it stands for."""
    first, second = pair
    if climbs.ms[first] + climbs.ms[second] != climbs.ms[arc]:
        return
    um = halves.um[first] + halves.um[second]
    mark = halves.mark[first] + halves.mark[second]
    if um < halves.um[arc] or (um == halves.um[arc] and mark < halves.mark[arc]):
        halves.first[arc] = first
        halves.second[arc] = second
        halves.um[arc] = um
        halves.mark[arc] = mark


@inner
def _close(
    climbs: Climbs, halves: Halves, start: Ints, sides: tuple[Ints, Whole, Whole], at: Ints
) -> None:
    """Try every pair of arcs at a node of which one is in ``at`` and the other listed.

    ``start`` holds the arcs that such a pair may bridge; ``sides`` are where the node's arcs
    begin, the node, and whether the listed ones come second in the order of travel.
    """
    arcs, v, second = sides
    for d in range(arcs[v], arcs[v + 1]):
        u = climbs.head[d]
        for e in range(start[u], start[u + 1]):
            other = at[climbs.head[e]]
            if other >= 0:
                _try(climbs, halves, e, (other, d) if second else (d, other))


@inner
def _note(climbs: Climbs, arcs: Ints, v: Whole, at: Ints) -> None:
    """Write the arcs of a node to where they lead."""
    for e in range(arcs[v], arcs[v + 1]):
        at[climbs.head[e]] = e


@inner
def _wipe(climbs: Climbs, arcs: Ints, v: Whole, at: Ints) -> None:
    """Wipe out what was noted."""
    for e in range(arcs[v], arcs[v + 1]):
        at[climbs.head[e]] = -1


@kernel
def triangles(climbs: Climbs, halves: Halves) -> None:
    """Find the two arcs that each shortcut stands for, from the bottom up."""
    n = climbs.out.size - 1
    at = np.full(n, -1, dtype=np.int32)
    for v in range(n - 1, -1, -1):
        _note(climbs, climbs.out, v, at)
        _close(climbs, halves, climbs.out, (climbs.back, v, 0), at)
        _wipe(climbs, climbs.out, v, at)
        _note(climbs, climbs.back, v, at)
        _close(climbs, halves, climbs.back, (climbs.out, v, 1), at)
        _wipe(climbs, climbs.back, v, at)


@kernel
def add_up(climbs: Climbs, halves: Halves, um: Longs, mark: Longs) -> None:
    """Sum micrometres and marks of the graph's arcs over what each arc stands for."""
    for v in range(climbs.out.size - 2, -1, -1):
        for arcs in (climbs.out, climbs.back):
            for e in range(arcs[v], arcs[v + 1]):
                if halves.first[e] < 0:
                    halves.um[e] = um[halves.second[e]]
                    halves.mark[e] = mark[halves.second[e]]
                else:
                    halves.um[e] = halves.um[halves.first[e]] + halves.um[halves.second[e]]
                    halves.mark[e] = halves.mark[halves.first[e]] + halves.mark[halves.second[e]]


@inner
def better(labels: Labels, node: Whole, label: tuple[Whole, Whole, Whole]) -> bool:
    """Tell whether a label is better than the one a node has."""
    return bool(label < (labels.ms[node], labels.um[node], labels.mark[node]))


@inner
def _list_above(start: Ints, heads: Ints, source: Whole, labels: Labels) -> Whole:
    """List what can be climbed to, each node after all nodes that it climbs to."""
    count = 0
    depth = 1
    labels.stack[0] = source
    labels.turn[0] = start[source]
    labels.ms[source] = FAR - 1  # seen, not yet reached
    while depth > 0:
        u = labels.stack[depth - 1]
        e = labels.turn[depth - 1]
        last = start[u + 1]
        while e < last and labels.ms[heads[e]] != FAR:
            e += 1
        if e == last:
            labels.order[count] = u
            count += 1
            depth -= 1
        else:
            labels.turn[depth - 1] = e + 1
            labels.ms[heads[e]] = FAR - 1
            labels.stack[depth] = heads[e]
            labels.turn[depth] = start[heads[e]]
            depth += 1
    return count


@inner
def climb(climbs: Climbs, halves: Halves, start: Ints, source: Whole, labels: Labels) -> Whole:
    """Label what can be climbed to from a source; return how many nodes ``order`` lists."""
    count = _list_above(start, climbs.head, source, labels)
    labels.ms[source] = 0
    labels.um[source] = 0
    labels.mark[source] = 0
    labels.arc[source] = -1
    for i in range(count - 1, -1, -1):
        u = labels.order[i]
        for e in range(start[u], start[u + 1]):
            head = climbs.head[e]
            label = (
                labels.ms[u] + climbs.ms[e],
                labels.um[u] + halves.um[e],
                labels.mark[u] + halves.mark[e],
            )
            if better(labels, head, label):
                labels.ms[head], labels.um[head], labels.mark[head] = label
                labels.arc[head] = e
                labels.below[head] = u
    return count


@inner
def forget(labels: Labels, count: Whole) -> None:
    """Clear the labels of a search."""
    for i in range(count):
        labels.ms[labels.order[i]] = FAR


@inner
def meeting(out: Labels, back: Labels, count: Whole) -> Whole:
    """Return the node at which the best path stops climbing, or -1; ``count`` is of ``back``."""
    best = (np.int64(FAR), np.int64(FAR), np.int64(FAR))
    node = -1
    for i in range(count):
        u = back.order[i]
        if out.ms[u] != FAR:
            label = (
                out.ms[u] + back.ms[u],
                out.um[u] + back.um[u],
                out.mark[u] + back.mark[u],
            )
            if label < best:
                best = label
                node = u
    return node
