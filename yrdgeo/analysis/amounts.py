"""Amounts at places, aligned by id: the one check that every measure of reach shares.

Promise: what comes back has one finite amount, zero or more, for each place, or nothing does.
"""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.arguments import check_choice, check_is_series
from yrdgeo.analysis.decay import Decay, DecayFunction
from yrdgeo.analysis.magnitudes import LARGEST, extreme, floats_of
from yrdgeo.errors import SHOWN, ArgumentError, Problem, few, raise_problems
from yrdgeo.results import TravelTimes

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Direction = Literal["out", "in"]

SHORTEST_MIN, LONGEST_MIN = 1.0, 2_880.0  # the median of what can be minutes lies between
LEAST_MIN, MOST_MIN = 1e-9, 1e9  # and every one, but for zero and no path, between these
_CELLS = 2**16  # of a block of rows that stays in the processor's cache


def aligned(given: pd.Series, places: pd.Index, *, name: str, most: float = LARGEST) -> Floats:
    """Return one amount for each place, by id; amounts of other places are not used.

    Raises
    ------
    TableError
        If a place has no amount or two, or an amount is not a finite number, zero or more, at
        most ``most`` and (but for 0) no less than its inverse; one error names the ids of all
        these faults.
    """
    check_is_series(given, name)
    # Both are remembered by the index, so that a million amounts can be asked for block by block.
    first = given if given.index.is_unique else given[~given.index.duplicated()]
    there = first.index.get_indexer(places) >= 0
    chosen = first.reindex(places)
    numbers = floats_of(chosen)
    problems = [
        *_join_problems(given.index, places, there),
        *_number_problems(chosen, there, numbers, most),
    ]
    raise_problems(problems, source=name)
    return numbers


def competing(demand: pd.Series, origins: pd.Index) -> Floats:
    """Return the demand of each origin, or refuse a demand of nobody.

    Raises
    ------
    TableError
        As :func:`aligned`.
    ArgumentError
        If the demand of all origins is zero.
    """
    people = aligned(demand, origins, name="demand")
    require_demand(people.sum(), origins)
    return people


def require_demand(total: float, origins: pd.Index) -> None:
    """Refuse a demand of nobody.

    Raises
    ------
    ArgumentError
        If the total is zero.
    """
    if total == 0:
        raise ArgumentError(
            "There is no demand, so that nobody shares the supply.",
            found=f"0 at {few(origins)}",
            fix="Give an amount above zero to at least one origin.",
        )


def _join_problems(ids: pd.Index, places: pd.Index, there: Flags) -> Iterator[Problem]:
    if not ids.is_unique:
        repeated = ids[ids.duplicated()].unique()
        yield Problem("ids are repeated", value=few(repeated), fix="Drop or aggregate the repeats.")
    absent = places[~there]
    if len(absent):
        same = ids.inferred_type == places.inferred_type or not len(ids)
        kinds = f"The index has {ids.inferred_type} ids, not {places.inferred_type}."
        fix = "Add a row for each; where there is nothing, say 0." if same else kinds
        yield Problem("places have no amount", value=few(absent), fix=fix)


def _number_problems(
    chosen: pd.Series, there: Flags, numbers: Floats, most: float
) -> Iterator[Problem]:
    far = extreme(numbers, most=most)
    if np.isfinite(numbers).all() and (numbers >= 0).all() and not far.any():
        return
    missing = chosen.isna().to_numpy(dtype=bool)
    faults = {
        "amounts are missing": missing & there,
        "amounts are not numbers": np.isnan(numbers) & ~missing,
        "amounts are negative": numbers < 0,
        "amounts are infinite": numbers == np.inf,
        f"amounts are not 0 or between {1 / most:g} and {most:g}": far & (numbers >= 0),
    }
    for what, wrong in faults.items():
        if wrong.any():
            shown = few(f"{amount} at {place}" for place, amount in chosen[wrong].items())
            yield Problem(what, value=shown)


def checked(times: TravelTimes, *, direction: Direction = "out") -> TravelTimes:
    """Return the times, turned around for ``direction="in"``, or refuse what cannot be minutes.

    With ``"in"``, rows are the places that are reached and columns those they are reached from.

    Raises
    ------
    ArgumentError
        If the times are no :class:`TravelTimes`, the direction is unknown, or more than half of
        the finite times above zero are under one minute or over two days: then they are hours,
        or seconds; or one of them is no time at all.
    """
    if not isinstance(times, TravelTimes):
        raise ArgumentError(
            "times must be TravelTimes.",
            found=type(times).__name__,
            fix="Make them: TravelTimes(origins, destinations, minutes), or TravelTimes.from_table",
        )
    check_choice(direction, "direction", ("out", "in"))
    minutes = times.minutes
    none, lost = np.count_nonzero(minutes == 0), np.count_nonzero(minutes == np.inf)
    half = (minutes.size - none - lost) / 2
    short = np.count_nonzero(minutes < SHORTEST_MIN) - none
    long = np.count_nonzero(minutes > LONGEST_MIN) - lost
    if short > half:
        raise _not_minutes(times, minutes < SHORTEST_MIN, "hours", "multiply by 60")
    if long > half:
        raise _not_minutes(times, minutes > LONGEST_MIN, "seconds", "divide by 60")
    if short or long:
        require_times(times)
    return times if direction == "out" else inward(times)


def require_times(times: TravelTimes) -> None:
    """Refuse a single time that no trip takes.

    Raises
    ------
    ArgumentError
        If a finite time above zero is under a billionth of a minute, or over a billion minutes.
    """
    minutes = times.minutes
    odd = ((minutes > MOST_MIN) & (minutes < np.inf)) | ((minutes < LEAST_MIN) & (minutes > 0))
    if odd.any():
        raise ArgumentError(
            f"A travel time is 0, {LEAST_MIN:g} to {MOST_MIN:g} minutes, or inf.",
            found=few(
                f"{minutes[i, j]:g} from {times.origins[i]} to {times.destinations[j]}"
                for i, j in np.argwhere(odd)
            ),
            fix="No path is inf.",
        )


def inward(times: TravelTimes) -> TravelTimes:
    """Turn travel times around, so that every measure of them is a passive one.

    Parameters
    ----------
    times
        Travel times of n origins to m destinations.

    Returns
    -------
    times
        Shape (m, n): rows are the places that are reached, columns those they are reached from.

    Examples
    --------
    >>> there = TravelTimes(["a"], ["b", "c"], [[10, 20]])
    >>> inward(there).to_frame().loc["c", "a"].item()
    20.0
    """
    return TravelTimes(times.destinations, times.origins, times.minutes.T)


def _not_minutes(times: TravelTimes, wrong: Flags, unit: str, remedy: str) -> ArgumentError:
    wrong = wrong & np.isfinite(times.minutes) & (times.minutes > 0)
    shown = (
        f"{times.minutes[i, j]:g} from {times.origins[i]} to {times.destinations[j]}"
        for i, j in np.argwhere(wrong)[: SHOWN + 1]
    )
    return ArgumentError(
        f"More than half of the travel times cannot be minutes; they look like {unit}.",
        found=f"{', '.join(list(shown)[:SHOWN])}; {wrong.sum()} such pairs",
        fix=f"If they are {unit}, {remedy} first. A region's median trip takes "
        f"{SHORTEST_MIN:g} to {LONGEST_MIN:,.0f} minutes.",
    )


def own_pairs(times: TravelTimes) -> tuple[Places, Places]:
    """Return rows and columns of the pairs that lead from a place to itself."""
    columns = times.destinations.get_indexer(times.origins)
    rows = np.flatnonzero(columns >= 0)
    return rows, columns[rows]


def ratio(above: Floats, below: Floats) -> Floats:
    """Divide arrays of shapes that go together; 0 where there is nothing to divide by."""
    nothing = np.zeros(np.broadcast_shapes(above.shape, below.shape))
    with np.errstate(over="ignore"):
        return np.divide(above, below, out=nothing, where=below > 0)


def summed(places: npt.NDArray[np.integer], amounts: Floats, size: int) -> Floats:
    """Add amounts up by place, shape (size,)."""
    return np.bincount(places, amounts, minlength=size).astype(np.float64)


def row_blocks(minutes: Floats) -> Iterator[slice]:
    """Cut a matrix into blocks of rows that fit into the processor's cache."""
    step = max(1, _CELLS // max(1, minutes.shape[1]))
    return (slice(first, first + step) for first in range(0, len(minutes), step))


def decay_weights(times: TravelTimes, decay: DecayFunction) -> Floats:
    """Return the weight of every pair, shape (n, m); 0 where there is no path.

    Raises
    ------
    ArgumentError
        If the decay is not a function, or gives weights that are not one finite number, zero or
        more, for each time.
    """
    if not callable(decay):
        raise ArgumentError(
            "decay must be a function from minutes to weights.",
            found=repr(decay),
            fix="For instance yrdgeo.decay.exponential(half_life_min=60).",
        )
    weights = np.zeros(times.minutes.shape)
    if isinstance(decay, Decay):
        for rows in row_blocks(times.minutes):
            weights[rows] = decay(times.minutes[rows])
        return weights
    # Somebody's own function is asked once: it may look at all times at once.
    reached = np.isfinite(times.minutes)
    near = times.minutes[reached]
    given = np.asarray(decay(near), dtype=np.float64)
    legal = np.isfinite(given) & (given >= 0) & (given <= LARGEST)
    if given.shape != near.shape or not legal.all():
        raise ArgumentError(
            "A decay must give one finite weight, zero or more, for each time.",
            found=_worst(near, given),
            fix="Floor short times, as yrdgeo.decay.power does.",
        )
    weights[reached] = given
    return weights


def _worst(times: Floats, weights: Floats) -> str:
    if weights.shape != times.shape:
        return f"shape {weights.shape} for times of shape {times.shape}"
    wrong = ~np.isfinite(weights) | (weights < 0)
    return few(f"{weights[at]} at {times[at]:g} min" for at in np.flatnonzero(wrong))
