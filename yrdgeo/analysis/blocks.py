"""Measures of more origins than memory holds, block by block.

Promise: the numbers are those of the whole matrix (to the rounding of sums), and memory grows with
one block and with the result, never with the matrix.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import Floats, aligned, checked, decay_weights, require_demand
from yrdgeo.analysis.catchment import (
    Method,
    check_method,
    demand_side,
    received,
    supply_side,
)
from yrdgeo.analysis.closeness import closeness, harmonic_closeness
from yrdgeo.analysis.decay import DecayFunction
from yrdgeo.analysis.mean_time import unreachable_share, weighted_mean_time
from yrdgeo.analysis.potential import gravity, self_share
from yrdgeo.analysis.until import balancing_of_block, closest
from yrdgeo.analysis.within import cumulative, cumulative_interval
from yrdgeo.errors import ArgumentError, TableError, few, nearest
from yrdgeo.results import TravelTimes

Blocks = Iterable[TravelTimes] | Callable[[], Iterable[TravelTimes]]

# An origin's value depends on its own row alone: one pass.
BY_ROW: dict[str, Callable[..., pd.Series]] = {
    "weighted_mean_time": weighted_mean_time,
    "unreachable_share": unreachable_share,
    "gravity": gravity,
    "self_share": self_share,
    "cumulative": cumulative,
    "cumulative_interval": cumulative_interval,
    "closest": closest,
    "closeness": closeness,
    "harmonic_closeness": harmonic_closeness,
}


def in_blocks(measure: str, blocks: Blocks, *amounts: pd.Series, **options: object) -> pd.Series:
    """Return a measure of many origins, whose travel times come in blocks.

    Parameters
    ----------
    measure
        ``weighted_mean_time``, ``unreachable_share``, ``gravity``, ``self_share``,
        ``cumulative``, ``cumulative_interval``, ``closest``, ``balancing_time``, ``closeness``,
        ``harmonic_closeness`` (one pass over the blocks), ``floating_catchment`` or
        ``spatial_availability`` (two passes).
    blocks
        Travel times of some origins each, or a function that returns them anew each time it is
        called, such as a generator function. A pass holds one block at a time; the times of a
        million origins to 500 destinations in blocks of 10,000 take 40 MB each.
    amounts
        As the measure takes them, for all places at once.
    options
        As the measure takes them, all of them: no defaults of the registry.

    Returns
    -------
    values
        One for each origin, in the order of the blocks.

    Raises
    ------
    TableError
        If blocks repeat an origin, or as the measure says.
    ArgumentError
        If the measure cannot be taken in blocks, there is no block, ``direction`` is ``"in"``
        (pass blocks of :func:`yrdgeo.analysis.amounts.inward` times instead), a measure of two
        passes gets an iterator that can be used once only, its blocks differ in their
        destinations, or as the measure says. Whether times can be minutes is judged block by
        block.

    Examples
    --------
    >>> from yrdgeo.analysis.decay import binary
    >>> def blocks():
    ...     yield TravelTimes(["a"], ["clinic"], [[10.0]])
    ...     yield TravelTimes(["b"], ["clinic"], [[20.0]])
    >>> beds, people = pd.Series({"clinic": 6.0}), pd.Series({"a": 1.0, "b": 2.0})
    >>> in_blocks("cumulative", blocks, beds, cutoff_min=15).to_dict()
    {'a': 6.0, 'b': 0.0}
    >>> in_blocks("floating_catchment", blocks, beds, people, decay=binary(30)).to_dict()
    {'a': 2.0, 'b': 2.0}
    """
    if measure not in BY_ROW and measure not in TOGETHER:
        raise ArgumentError(
            "This measure is not one that can be taken in blocks.",
            found=repr(measure),
            fix=nearest(str(measure), [*BY_ROW, *TOGETHER]),
        )
    if options.get("direction", "out") != "out":
        raise ArgumentError(
            "Blocks of origins hold no whole column, so that direction='in' has no answer.",
            fix="Give blocks of the times the other way, as inward(times) turns them.",
        )
    parts: list[pd.Series] = []
    if measure in BY_ROW:
        parts.extend(BY_ROW[measure](block, *amounts, **options) for block in _passed(blocks))
    else:
        parts.extend(TOGETHER[measure](blocks, *amounts, **options))
    if not parts:
        raise _no_blocks()
    whole: pd.Series = pd.concat(parts).rename_axis("from_id")
    if not whole.index.is_unique:
        twice = few(whole.index[whole.index.duplicated()].unique())
        raise TableError("Blocks repeat origins.", found=twice, fix="Give every origin once.")
    return whole


def _catchment(
    blocks: Blocks,
    supply: pd.Series,
    demand: pd.Series,
    *,
    decay: DecayFunction,
    method: Method = "2sfca",
) -> Iterator[pd.Series]:
    check_method(method)
    amounts, load, sums = _loaded(blocks, supply, demand, decay, method)
    for block in _passed(blocks):
        weights = supply_side(decay_weights(block, decay), sums, method)
        yield pd.Series(received(weights, load, amounts), block.origins, name="floating_catchment")


def _availability(
    blocks: Blocks, opportunities: pd.Series, demand: pd.Series, *, decay: DecayFunction
) -> Iterator[pd.Series]:
    amounts, load, _ = _loaded(blocks, opportunities, demand, decay, "2sfca")
    for block in _passed(blocks):
        people = aligned(demand, block.origins, name="demand")
        shares = people * received(decay_weights(block, decay), load, amounts)
        yield pd.Series(shares, block.origins, name="spatial_availability")


def _balancing(blocks: Blocks, supply: pd.Series, demand: pd.Series) -> Iterator[pd.Series]:
    total = 0.0
    for block in _passed(blocks):
        total += aligned(demand, block.origins, name="demand").sum()
        yield balancing_of_block(block, supply, demand)
    require_demand(total, demand.index)


# An origin's value depends on what the others have.
TOGETHER: dict[str, Callable[..., Iterator[pd.Series]]] = {
    "balancing_time": _balancing,
    "floating_catchment": _catchment,
    "spatial_availability": _availability,
}


def _loaded(
    blocks: Blocks, supply: pd.Series, demand: pd.Series, decay: DecayFunction, method: Method
) -> tuple[Floats, Floats, Floats]:
    """Return the supply, the demand that presses on it and the weights, over all blocks."""
    _require_again(blocks)
    ends: pd.Index | None = None
    total = 0.0
    for block in _passed(blocks):
        if ends is None:
            ends = block.destinations
            load, sums = np.zeros(len(ends)), np.zeros(len(ends))
        if not block.destinations.equals(ends):
            raise ArgumentError(
                "All blocks must have the same destinations in the same order.",
                found=few(block.destinations.symmetric_difference(ends)) or "another order",
            )
        people = aligned(demand, block.origins, name="demand")
        weights = decay_weights(block, decay)
        sums += weights.sum(axis=0)
        load += people @ demand_side(weights, method)
        total += people.sum()
    if ends is None:
        raise _no_blocks()
    require_demand(total, demand.index)
    return aligned(supply, ends, name="supply"), load, sums


def _no_blocks() -> ArgumentError:
    return ArgumentError("There are no blocks of travel times.", fix="Give at least one.")


def _passed(blocks: Blocks) -> Iterator[TravelTimes]:
    for block in blocks() if callable(blocks) else blocks:
        yield checked(block)


def _require_again(blocks: Blocks) -> None:
    if not callable(blocks) and iter(blocks) is blocks:
        raise ArgumentError(
            "Competition needs two passes over the blocks, and an iterator gives one.",
            found=type(blocks).__name__,
            fix="Pass a list, or the function that makes the blocks.",
        )
