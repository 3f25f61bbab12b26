"""Turns over links between: what came before the last link is remembered, as far as it matters.

Promise: exact. A state is the longest part of the way so far with which some chain begins
(Aho and Corasick 1975), so chains may overlap, share links and hold each other.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from yrdgeo.errors import Problem
from yrdgeo.routing.graph import MS_PER_MINUTE, Directed, Floats, Int64s

Chain = tuple[int, ...]  # arcs in the order of travel
Ahead = dict[tuple[int, int], list[int]]  # (link, node) → arcs


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """What is remembered besides the last arc.

    Attributes
    ----------
    last
        Last arc of each state, shape (s,).
    entered
        (arc, next arc) → state, for ways of which nothing but the arc is remembered.
    moves
        State, next arc, next state (-1: nothing but the arc), shape (m,) each.
    added
        Milliseconds that each move costs for the chains that it ends, shape (m,).
    """

    last: Int64s
    entered: Mapping[tuple[int, int], int]
    moves: tuple[Int64s, Int64s, Int64s]
    added: Floats


def states_of(chains: Mapping[Chain, float], leaving: Mapping[int, Sequence[int]]) -> States:
    """Return the states and moves that chains of three arcs or more need.

    Parameters
    ----------
    chains
        Chain → minutes that it costs to have travelled all of it; ``inf`` prohibits.
    leaving
        Arc → the arcs that leave its head, for the last arc of each part of a chain.
    """
    parts = sorted({chain[:size] for chain in chains for size in range(2, len(chain))})
    number = {part: row for row, part in enumerate(parts)}
    longest = max(map(len, chains), default=0)
    rows: list[tuple[int, int, int]] = []
    added: list[float] = []
    for part, row in number.items():
        for arc in leaving[part[-1]]:
            way = (*part, arc)
            ends = [way[-size:] for size in range(min(longest, len(way)), 1, -1)]
            rows.append((row, arc, next((number[end] for end in ends if end in number), -1)))
            costs = [chains[end] for end in ends if end in chains]
            added.append(sum(float(np.rint(cost * MS_PER_MINUTE)) for cost in costs))
    table = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return States(
        np.array([part[-1] for part in parts], dtype=np.int64),
        {(part[0], part[1]): row for part, row in number.items() if len(part) == 2},  # noqa: PLR2004
        (table[0], table[1], table[2]),
        np.array(added, dtype=np.float64),
    )


def chains_of(
    arcs: Directed, links: pd.DataFrame, turns: pd.DataFrame, ends: tuple[Int64s, Int64s, Int64s]
) -> Iterator[tuple[Chain, float] | Problem]:
    """Yield the chain of each turn that has links between, or what is wrong with its row.

    Parameters
    ----------
    arcs
        Every direction of every link.
    links
        The links table.
    turns
        Rows with ``via_links``, ids in the order of travel.
    ends
        Row of the first link, of the node where it ends, and of the last link, as found in the
        tables; -1 where unknown.
    """
    known = pd.Index(links["link_id"])
    between = [between_of(cell) for cell in turns["via_links"]]
    inner = [known.get_indexer(list(cell)).tolist() for cell in between]
    used = {row for cell in inner for row in cell} | {*ends[0].tolist(), *ends[2].tolist()}
    ahead: Ahead = defaultdict(list)
    back: Ahead = defaultdict(list)
    for arc in np.flatnonzero(np.isin(arcs.links, [*used])).tolist():
        ahead[int(arcs.links[arc]), int(arcs.tails[arc])].append(arc)
        back[int(arcs.links[arc]), int(arcs.heads[arc])].append(arc)
    minutes = pd.to_numeric(turns["extra_min"], errors="coerce").to_numpy(dtype=np.float64)
    for row in np.flatnonzero([bool(cell) for cell in between]).tolist():
        start, node, end = (int(column[row]) for column in ends)
        if min(start, node, end) < 0:
            continue  # told already
        way = _followed(arcs, ahead, inner[row], node)
        lasts = ahead.get((end, int(arcs.heads[way[-1]])), []) if way else []
        found = [(first, *way, last) for first in back.get((start, node), []) for last in lasts]
        if not found:
            what = "do not lead from the one link to the other"
            yield Problem(what, row + 2, "via_links", ", ".join(map(str, between[row])))
        yield from ((chain, float(minutes[row])) for chain in found)


def _followed(arcs: Directed, ahead: Ahead, links: Sequence[int], node: int) -> list[int]:
    """Return the arcs of links one after the other from a node on; none if they do not meet."""
    way: list[int] = []
    for link in links:
        steps = ahead.get((link, node), [])
        if len(steps) != 1:  # a loop may be meant either way round
            return []
        way.append(steps[0])
        node = int(arcs.heads[steps[0]])
    return way


def between_of(cell: object) -> tuple[str, ...]:
    """Return the links between; a lone id is one, a blank cell none.

    >>> between_of("w1"), between_of(["a", "b"]), between_of(None), between_of(float("nan"))
    (('w1',), ('a', 'b'), (), ())
    """
    if isinstance(cell, tuple | list):
        return tuple(cell)
    return (cell,) if isinstance(cell, str) and cell else ()
