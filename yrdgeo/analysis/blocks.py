"""Measures of more origins than memory holds, block by block.

Promise: the numbers are those of the whole matrix (to the rounding of sums), and memory grows with
one block and with the result, never with the matrix.
"""

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from yrdgeo.analysis.amounts import aligned, decay_weights, require_demand
from yrdgeo.analysis.block_passes import Blocks, loaded, no_blocks, passed, passed_again
from yrdgeo.analysis.catchment import Method, check_method, received, supply_side
from yrdgeo.analysis.closeness import closeness, harmonic_closeness
from yrdgeo.analysis.constrained_blocks import constrained_of_blocks
from yrdgeo.analysis.daily import daily_reach
from yrdgeo.analysis.decay import DecayFunction
from yrdgeo.analysis.directness import detour_index, direct_speed, directness
from yrdgeo.analysis.mean_time import unreachable_share, weighted_mean_time
from yrdgeo.analysis.potential import gravity, self_share
from yrdgeo.analysis.relative import relative
from yrdgeo.analysis.two_costs import cumulative_two_costs
from yrdgeo.analysis.until import balancing_of_block, closest
from yrdgeo.analysis.within import cumulative, cumulative_interval
from yrdgeo.errors import ArgumentError, TableError, few, nearest
from yrdgeo.results import TravelTimes

# An origin's value depends on its own row alone: one pass.
BY_ROW: dict[str, Callable[..., pd.Series]] = {
    "weighted_mean_time": weighted_mean_time,
    "unreachable_share": unreachable_share,
    "gravity": gravity,
    "self_share": self_share,
    "cumulative": cumulative,
    "cumulative_interval": cumulative_interval,
    "cumulative_two_costs": cumulative_two_costs,
    "closest": closest,
    "closeness": closeness,
    "harmonic_closeness": harmonic_closeness,
    "daily_reach": daily_reach,
    "direct_speed": direct_speed,
    "detour_index": detour_index,
    "directness": directness,
}
# Options that hold a number for each pair; a block takes its own part of them.
OF_PAIRS = ("costs", "straight_km", "network_km", "back")
CANNOT = {
    "passive_mean_time": "Take 'weighted_mean_time' of blocks of the times that inward() turns.",
    "passive_gravity": "Take 'gravity' of blocks of the times that inward() turns.",
    "through_share": "Each flow needs both of its ends: take fewer cities, as one matrix.",
}


def in_blocks(measure: str, blocks: Blocks, *amounts: pd.Series, **options: object) -> pd.Series:
    """Return a measure of many origins, whose travel times come in blocks.

    Parameters
    ----------
    measure
        ``weighted_mean_time``, ``relative_mean_time``, ``unreachable_share``, ``gravity``,
        ``relative_gravity``, ``self_share``, ``cumulative``, ``cumulative_interval``,
        ``cumulative_two_costs``, ``daily_reach``, ``closest``, ``balancing_time``,
        ``closeness``, ``harmonic_closeness``, ``direct_speed``, ``detour_index``,
        ``directness`` (one pass over the blocks), ``floating_catchment``,
        ``spatial_availability`` (two passes) or ``constrained`` (two with
        ``constraint="attraction"``, four with ``"production"``; ``"doubly"`` takes one more for
        each round of its iteration).
    blocks
        Travel times of some origins each, or a function that returns them anew each time it is
        called, such as a generator function. A pass holds one block at a time; the times of a
        million origins to 500 destinations in blocks of 10,000 take 40 MB each.
    amounts
        As the measure takes them, for all places at once.
    options
        As the measure takes them, all of them: no defaults of the registry. A table of pairs
        (``costs``, ``straight_km``, ``network_km``) and the way ``back`` of ``daily_reach`` may
        be a function, which is given a block and returns what belongs to its origins: rows of
        the table, or travel times from all destinations to these origins.

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
        passes or more gets an iterator that can be used once only, or its blocks differ in their
        destinations or from pass to pass, ``daily_reach`` gets no way back, or as the measure
        says. Whether times can be minutes is judged block by block.

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
    _require_blocks(measure, options)
    parts: list[pd.Series] = []
    if measure in BY_ROW:
        parts.extend(_by_row(measure, blocks, amounts, options))
    else:
        parts.extend(TOGETHER[measure](blocks, *amounts, **options))
    if not parts:
        raise no_blocks()
    whole: pd.Series = pd.concat(parts).rename_axis("from_id")
    if not whole.index.is_unique:
        twice = few(whole.index[whole.index.duplicated()].unique())
        raise TableError("Blocks repeat origins.", found=twice, fix="Give every origin once.")
    return whole


def _require_blocks(measure: str, options: Mapping[str, object]) -> None:
    if measure in CANNOT:
        raise ArgumentError(
            f"{measure} cannot be taken in blocks of origins: it needs what other blocks hold.",
            fix=CANNOT[measure],
        )
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
    if measure == "daily_reach" and options.get("back") is None:
        raise ArgumentError(
            "Blocks of origins do not hold the way back.",
            fix="Pass back=, a function from a block to the times from all destinations to it.",
        )


def _by_row(
    measure: str, blocks: Blocks, amounts: tuple[pd.Series, ...], options: Mapping[str, object]
) -> Iterator[pd.Series]:
    for block in passed(blocks):
        own = {name: _part(given, name, block) for name, given in options.items()}
        yield BY_ROW[measure](block, *amounts, **own)


def _part(given: object, name: str, block: TravelTimes) -> object:
    """Return what belongs to a block, where an option holds a number for each pair."""
    if name not in OF_PAIRS:
        return given
    if callable(given):
        return given(block)
    if isinstance(given, pd.DataFrame):
        return given[given.index.isin(block.origins)]
    return given


def _relative(name: str, of: str) -> Callable[..., Iterator[pd.Series]]:
    def share_out(blocks: Blocks, *amounts: pd.Series, **options: object) -> Iterator[pd.Series]:
        parts = list(_by_row(of, blocks, amounts, options))
        if parts:
            yield relative(pd.concat(parts)).rename(name)

    return share_out


def _catchment(
    blocks: Blocks,
    supply: pd.Series,
    demand: pd.Series,
    *,
    decay: DecayFunction,
    method: Method = "2sfca",
) -> Iterator[pd.Series]:
    check_method(method)
    load = loaded(blocks, supply, demand, decay, method)
    for _, block in passed_again(blocks, load):
        weights = supply_side(decay_weights(block, decay), load.sums, method)
        found = received(weights, load.pressed, load.supply)
        yield pd.Series(found, block.origins, name="floating_catchment")


def _availability(
    blocks: Blocks, opportunities: pd.Series, demand: pd.Series, *, decay: DecayFunction
) -> Iterator[pd.Series]:
    load = loaded(blocks, opportunities, demand, decay, "2sfca")
    for rows, block in passed_again(blocks, load):
        found = received(decay_weights(block, decay), load.pressed, load.supply)
        yield pd.Series(load.demand[rows] * found, block.origins, name="spatial_availability")


def _balancing(blocks: Blocks, supply: pd.Series, demand: pd.Series) -> Iterator[pd.Series]:
    total = 0.0
    for block in passed(blocks):
        total += aligned(demand, block.origins, name="demand").sum()
        yield balancing_of_block(block, supply, demand)
    require_demand(total, demand.index)


# An origin's value depends on what the others have.
TOGETHER: dict[str, Callable[..., Iterator[pd.Series]]] = {
    "relative_mean_time": _relative("relative_mean_time", "weighted_mean_time"),
    "relative_gravity": _relative("relative_gravity", "gravity"),
    "balancing_time": _balancing,
    "constrained": constrained_of_blocks,
    "floating_catchment": _catchment,
    "spatial_availability": _availability,
}
