"""Constrained competition of more origins than memory holds.

Promise: the flows are those of the whole matrix; each round of the iteration is one pass over the
blocks, and what is kept between passes is one number a place.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from yrdgeo.analysis.amounts import Flags, Floats, Places, decay_weights, ratio
from yrdgeo.analysis.arguments import check_choice
from yrdgeo.analysis.block_passes import Blocks, Load, loaded, passed_again
from yrdgeo.analysis.catchment import received
from yrdgeo.analysis.constrained import CONSTRAINTS, Constraint, Market, pull
from yrdgeo.analysis.decay import DecayFunction


def constrained_of_blocks(
    blocks: Blocks,
    supply: pd.Series,
    demand: pd.Series,
    *,
    decay: DecayFunction,
    constraint: Constraint = "doubly",
) -> Iterator[pd.Series]:
    """Yield :func:`yrdgeo.analysis.constrained.constrained` of each block.

    ``attraction`` takes two passes, ``production`` four, ``doubly`` one more for each round of
    the iteration.
    """
    check_choice(constraint, "constraint", CONSTRAINTS)
    load = loaded(blocks, supply, demand, decay, "2sfca")
    if constraint == "attraction":
        drawn = None
    else:
        drawn = pull(_market(blocks, load, decay), doubly=constraint == "doubly")
    for _, block in passed_again(blocks, load):
        weights = decay_weights(block, decay)
        found = received(weights, load.pressed, load.supply) if drawn is None else weights @ drawn
        yield pd.Series(found, block.origins, name="constrained")


def _market(blocks: Blocks, load: Load, decay: DecayFunction) -> Market:
    supply = np.where(load.pressed > 0, load.supply, 0.0)
    demand = load.demand.copy()
    parts = np.arange(len(supply))  # of each destination
    linked = np.zeros(len(demand), dtype=np.intp)  # some destination of each origin
    for rows, block in passed_again(blocks, load):
        weights = decay_weights(block, decay)
        demand[rows][weights @ supply <= 0] = 0.0
        links = (weights > 0) & (demand[rows] > 0)[:, None] & (supply > 0)
        linked[rows] = links.argmax(axis=1)
        parts = _joined(links, parts)

    def sweep(right: Floats) -> tuple[Floats, Floats]:
        met, pressed = np.empty(len(demand)), np.zeros(len(supply))
        for rows, block in passed_again(blocks, load):
            weights = decay_weights(block, decay)
            met[rows] = weights @ right
            pressed += ratio(demand[rows], met[rows]) @ weights
        return met, pressed

    origins = load.origins[0].append(load.origins[1:])
    return Market(sweep, demand, supply, (parts[linked], parts), origins)


def _joined(links: Flags, parts: Places) -> Places:
    """Return the parts of the destinations, with those in one that the links join."""
    order = np.argsort(parts, kind="stable")
    starts = np.flatnonzero(np.diff(parts[order], prepend=-1))
    joined = np.logical_or.reduceat(links[:, order], starts, axis=1)
    rows, at = np.nonzero(joined[joined.sum(axis=1) > 1])
    if not len(rows):
        return parts
    size = joined.shape[1]
    pairs = csr_array(
        (np.ones(len(rows)), (rows + size, at)), shape=(size + int(rows.max()) + 1,) * 2
    )
    labels = connected_components(pairs, directed=False)[1][parts]
    return np.unique(labels, return_inverse=True)[1].astype(np.intp)
