"""Cities as every measure of inequality takes them: values and weights, joined by id.

Promise: a sample has finite values, zero or more, and weights above zero, or there is no sample.
A bootstrap counts some cities more often and others not at all; so a measure computes a row of
numbers from rows of counts, and the plain estimate is the row that counts each city once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.amounts import aligned
from yrdgeo.analysis.arguments import check_is_series
from yrdgeo.analysis.magnitudes import SIZES, WIDEST, extreme, floats_of
from yrdgeo.errors import ArgumentError, Problem, few, raise_problems

Floats = npt.NDArray[np.float64]

FEWEST = 2  # one city alone has nobody to be unequal to


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """n cities, counted in d ways.

    Attributes
    ----------
    amounts, weights
        The values and their weights, shape (n,).
    counts
        Shape (d, n): how often each draw counts each city.
    others
        What a measure of two amounts takes beside them, each of shape (n,).
    """

    amounts: Floats
    weights: Floats
    counts: Floats
    others: tuple[Floats, ...] = ()

    @property
    def shares(self) -> Floats:
        """Share of each city in the weight of each draw, shape (d, n); rows sum to one."""
        weighed = self.counts * self.weights
        return np.asarray(weighed / weighed.sum(axis=1, keepdims=True))

    def relative(self, shares: Floats) -> Floats:
        """Values over their weighted mean, shape (d, n); NaN in a draw of nothing but zeros."""
        means = shares @ self.amounts
        return np.asarray(self.amounts / np.where(means > 0, means, np.nan)[:, None])


def sample(
    values: pd.Series,
    weights: pd.Series | None = None,
    *,
    fewest: int = FEWEST,
    above_zero: bool = False,
    zeros_only: bool = False,
) -> Sample:
    """Join values and weights by id and check them; each city is counted once.

    Parameters
    ----------
    values
        Zero or more, by id.
    weights
        Above zero, for each id of the values; others are not used. Without it cities count alike.
    fewest
        The least number of cities.
    above_zero
        Whether the measure needs logarithms.
    zeros_only
        Whether the measure makes sense where all values are zero.

    Raises
    ------
    TableError
        If ids repeat or lack a weight, a number is missing, negative or infinite, or a weight is
        zero; it names the ids.
    ArgumentError
        If there are too few cities, or nothing but zeros.
    """
    check_is_series(values, "values")
    ids = values.index.unique()
    numbers = aligned(values, ids, name="values", most=WIDEST)
    if len(numbers) < fewest:
        raise ArgumentError(
            f"The measure needs {fewest} cities or more.",
            found=f"{len(numbers)}{': ' if len(ids) else ''}{few(ids)}",
            fix="Give the values of all cities in one Series by adcode.",
        )
    if not zeros_only and not numbers.any():
        raise ArgumentError(
            "Inequality needs a mean above zero.", found=f"only zeros, at {few(ids)}"
        )
    if above_zero and (numbers == 0).any():
        raise ArgumentError(
            "The logarithm of a value needs values above zero.",
            found=f"zero at {few(ids[numbers == 0])}",
            fix="Leave out what is not known; a zero that is true has no logarithm.",
        )
    return Sample(numbers, _weights(weights, ids), np.ones((1, len(numbers))))


def _weights(weights: pd.Series | None, ids: pd.Index) -> Floats:
    if weights is None:
        return np.ones(len(ids))
    numbers = aligned(weights, ids, name="weights", most=WIDEST)
    zero = ids[numbers == 0]
    if len(zero):
        problem = Problem(
            "weights are zero",
            value=few(zero),
            fix="A city without people has no value per head: leave it out of the values.",
        )
        raise_problems([problem], source="weights")
    return np.asarray(numbers / numbers.max())


def finite(given: pd.Series, ids: pd.Index, *, name: str) -> Floats:
    """Return one finite number of any sign for each id, in the order of the ids.

    Raises
    ------
    TableError
        If an id repeats, has no number, or one that is not finite; it names the ids.
    """
    check_is_series(given, name)
    unique = given[~given.index.duplicated()].reindex(ids)
    numbers = floats_of(unique)
    raise_problems(_faults(given.index, ids, numbers), source=name)
    return numbers


def _faults(given: pd.Index, ids: pd.Index, numbers: Floats) -> Iterator[Problem]:
    repeated = given[given.duplicated()].unique()
    if len(repeated):
        yield Problem("ids are repeated", value=few(repeated))
    wrong = ~np.isfinite(numbers) | extreme(numbers)
    if wrong.any():
        yield Problem(
            f"numbers are absent, missing, not finite or not {SIZES}",
            value=few(ids[wrong]),
            fix="Give a finite number for each id of the values.",
        )


def labels(given: pd.Series | pd.DataFrame, ids: pd.Index, *, name: str) -> pd.DataFrame:
    """Return the label of each id at each level, a column a level.

    Raises
    ------
    TableError
        If an id repeats or has no label; it names the ids.
    """
    table = given
    if isinstance(given, pd.Series):
        table = given.to_frame("group" if given.name is None else given.name)
    if not isinstance(table, pd.DataFrame) or not table.columns.size:
        raise ArgumentError(
            f"The {name} must be a Series or a table by id, with a column for each level.",
            found=type(given).__name__,
        )
    if not table.columns.is_unique:
        raise ArgumentError(f"The {name} need names of their own.", found=few(table.columns))
    problems = []
    repeated = table.index[table.index.duplicated()].unique()
    if len(repeated):
        problems.append(Problem("ids are repeated", value=few(repeated)))
    chosen = table[~table.index.duplicated()].reindex(ids)
    bare = chosen.isna().any(axis=1).to_numpy(dtype=bool)
    if bare.any():
        fix = "Give a label to each; places that belong to no group may share one."
        problems.append(Problem("places have no group", value=few(ids[bare]), fix=fix))
    raise_problems(problems, source=name)
    return chosen.astype(str)
