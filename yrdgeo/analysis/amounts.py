"""Amounts at places, aligned by id: the one check that every measure of reach shares.

Promise: what comes back has one finite amount, zero or more, for each place, or nothing does.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.decay import DecayFunction
from yrdgeo.errors import ArgumentError, Problem, TableError, few, raise_problems
from yrdgeo.results import TravelTimes

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


def aligned(given: pd.Series, places: pd.Index, *, name: str) -> Floats:
    """Return one amount for each place, by id; amounts of other places are not used.

    Raises
    ------
    TableError
        If a place has no amount or two, or an amount is not a finite number, zero or more; one
        error names the ids of all these faults.
    """
    if not isinstance(given, pd.Series):
        raise TableError(
            f"The {name} must be a pandas Series indexed by id.",
            found=type(given).__name__,
            fix="Amounts are joined by id, never by position.",
        )
    first = given[~given.index.duplicated()]
    chosen = first.reindex(places)
    # np.array and not to_numpy: pandas may hand out a read-only view of the caller's data.
    numbers = np.array(pd.to_numeric(chosen, errors="coerce").astype("float64"), dtype=np.float64)
    problems = [*_join_problems(given.index, places), *_number_problems(first, chosen, numbers)]
    raise_problems(problems, source=name)
    return numbers


def _join_problems(ids: pd.Index, places: pd.Index) -> Iterator[Problem]:
    repeated = ids[ids.duplicated()].unique()
    if len(repeated):
        yield Problem("ids are repeated", value=few(repeated), fix="Drop or aggregate the repeats.")
    absent = places[~places.isin(ids)]
    if len(absent):
        same = ids.inferred_type == places.inferred_type or not len(ids)
        kinds = f"The index has {ids.inferred_type} ids, not {places.inferred_type}."
        fix = "Add a row for each; where there is nothing, say 0." if same else kinds
        yield Problem("places have no amount", value=few(absent), fix=fix)


def _number_problems(first: pd.Series, chosen: pd.Series, numbers: Floats) -> Iterator[Problem]:
    there = chosen.index.isin(first.index)
    missing = chosen.isna().to_numpy(dtype=bool)
    faults = {
        "amounts are missing": missing & there,
        "amounts are not numbers": np.isnan(numbers) & ~missing,
        "amounts are negative": numbers < 0,
        "amounts are infinite": numbers == np.inf,
    }
    for what, wrong in faults.items():
        if wrong.any():
            shown = few(f"{amount} at {place}" for place, amount in chosen[wrong].items())
            yield Problem(what, value=shown)


def own_pairs(times: TravelTimes) -> tuple[Places, Places]:
    """Return rows and columns of the pairs that lead from a place to itself."""
    columns = times.destinations.get_indexer(times.origins)
    rows = np.flatnonzero(columns >= 0)
    return rows, columns[rows]


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
    reached = np.isfinite(times.minutes)
    near = times.minutes[reached]
    given = np.asarray(decay(near), dtype=np.float64)
    if given.shape != near.shape or not np.isfinite(given).all() or (given < 0).any():
        raise ArgumentError(
            "A decay must give one finite weight, zero or more, for each time.",
            found=_worst(near, given),
            fix="Floor short times, as yrdgeo.decay.power does.",
        )
    weights = np.zeros(times.minutes.shape)
    weights[reached] = given
    return weights


def _worst(times: Floats, weights: Floats) -> str:
    if weights.shape != times.shape:
        return f"shape {weights.shape} for times of shape {times.shape}"
    wrong = ~np.isfinite(weights) | (weights < 0)
    return few(f"{weights[at]} at {times[at]:g} min" for at in np.flatnonzero(wrong))
