"""Contraction of an undirected graph; promise: shortest paths between what stays are exact."""

from collections.abc import Collection

Edges = dict[tuple[int, int], tuple[float, tuple[int, ...]]]


def contract(edges: Edges, keep: Collection[int]) -> tuple[int, int]:
    """Drop needless edges and fold nodes of degree two, in place, until nothing changes.

    An edge is needless if the way over a third node is no longer. Shortest paths between the
    nodes that stay, and between any nodes of degree other than two, keep their lengths exactly.

    Parameters
    ----------
    edges
        ``(low, high) → (length_km, nodes between, from low to high)``.
    keep
        Nodes that are not folded.

    Returns
    -------
    needless, folded
        Edges dropped and nodes folded.

    Examples
    --------
    >>> edges = {(0, 1): (1.0, ()), (1, 2): (2.0, ()), (2, 3): (4.0, ())}
    >>> contract(edges, {3}), edges
    ((0, 2), {(0, 3): (7.0, (1, 2))})
    """
    around: dict[int, dict[int, float]] = {}
    for (a, b), (length, _) in edges.items():
        around.setdefault(a, {})[b] = length
        around.setdefault(b, {})[a] = length
    needless = 0
    for a, b in sorted(edges):
        few_first, other = sorted((around[a], around[b]), key=len)
        length = around[a][b]
        if any(
            third in other and first + other[third] <= length for third, first in few_first.items()
        ):
            del edges[a, b], around[a][b], around[b][a]
            needless += 1
    folded = 0
    for node in sorted(around):
        if node not in keep and len(around[node]) == 2:  # noqa: PLR2004 — a node between two
            folded += _fold(node, edges, around)
    return needless, folded


def _fold(node: int, edges: Edges, around: dict[int, dict[int, float]]) -> int:
    """Replace the two edges of a node by one, unless the two ends have a shorter edge."""
    a, b = sorted(around[node])
    length = around[node][a] + around[node][b]
    points = (*_between(edges, a, node), node, *_between(edges, node, b))
    known = around[a].get(b)
    for end in (a, b):
        edges.pop((min(end, node), max(end, node)))
        del around[end][node]
    del around[node]
    if known is None or length < known:
        edges[a, b] = (length, points)
        around[a][b] = around[b][a] = length
    return 1


def _between(edges: Edges, start: int, end: int) -> tuple[int, ...]:
    points = edges[min(start, end), max(start, end)][1]
    return points if start < end else points[::-1]
