"""Tests by permutation; promise: a p-value comes with the floor below which it could not fall."""

from collections.abc import Iterator
from itertools import combinations
from math import comb
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.magnitudes import SIZES, extreme, floats_of
from yrdgeo.errors import ArgumentError, few, nearest
from yrdgeo.results import TestResult

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Alternative = Literal["two-sided", "less", "greater"]

ALTERNATIVES = ("two-sided", "less", "greater")
WEAK = 0.01  # a test whose floor lies above says so
TIE = 1e-9  # of the largest deviation: one sum in two orders of addition is a tie
BLOCK = 1_000_000  # numbers shuffled at once
MOST_DRAWS = 10_000_000


def compare(
    table: pd.DataFrame,
    column: str,
    *,
    by: str = "pair_class",
    permutations: int = 9999,
    seed: int = 0,
    alternative: Alternative = "two-sided",
) -> TestResult:
    r"""Test by permutation whether two classes of pairs differ in the mean of a column.

    .. math:: D = \bar y_2 - \bar y_1

    with the classes in alphabetical order, so leapfrog minus adjacent.

    Parameters
    ----------
    table
        One row a pair.
    column
        The numbers to compare.
    by
        The column with two classes.
    permutations
        All splits into classes of these sizes are counted if they are no more than this;
        otherwise this many are drawn.
    seed
        Of the draw.
    alternative
        ``two-sided`` compares absolute differences.

    Returns
    -------
    result
        Statistic D in the unit of the column. p is the share of splits at least as extreme, or
        (1 + b) / (1 + N) if b of N drawn splits are.

    Raises
    ------
    ArgumentError
        If there are not two classes, a number is missing or infinite, or an option is illegal.

    References
    ----------
    Phipson, B., Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical
    Applications in Genetics and Molecular Biology 9, 39.

    Examples
    --------
    >>> pairs = pd.DataFrame(
    ...     {"pair_class": ["near"] * 2 + ["remote"] * 6, "km": [5, 6, 40, 41, 42, 43, 44, 45]}
    ... )
    >>> result = compare(pairs, "km")
    >>> round(result.statistic, 6), result.n_permutations, round(result.p_value, 4)
    (37.0, 28, 0.0357)
    """
    draws = checked_draws(permutations)
    if alternative not in ALTERNATIVES:
        fix = nearest(str(alternative), ALTERNATIVES)
        raise ArgumentError("The alternative is unknown.", found=repr(alternative), fix=fix)
    numbers, second, names = _two_classes(table, column, by)
    n, k = len(numbers), int(second.sum())
    splits = comb(n, k)
    exact = splits <= draws
    # Deviations from the mean keep the rounding error as small as the differences themselves.
    deviations = numbers - numbers.mean()
    every = [np.array(list(combinations(range(n), k)))] if exact else shuffled(n, draws, seed)
    sums = np.concatenate([deviations[orders[:, :k]].sum(axis=1) for orders in every])
    null = sums / k - (deviations.sum() - sums) / (n - k)
    observed = float(deviations[second].mean() - deviations[~second].mean())
    drawn = "each counted" if exact else f"{draws:,} drawn"
    words = f"{k} {names[1]} against {n - k} {names[0]}: {splits:,} splits, {drawn}."
    return permutation_result(null, observed, alternative=alternative, exact=exact, words=words)


def _two_classes(
    table: pd.DataFrame, column: str, by: str
) -> tuple[Floats, npt.NDArray[np.bool_], list[str]]:
    numbers, classes = numbers_of(table, column), class_labels(table, by)
    names = sorted(classes.dropna().unique())
    if len(names) != 2 or classes.isna().any():  # noqa: PLR2004 — a difference has two sides
        raise ArgumentError(
            f"Column {by!r} must put every pair into one of two classes.",
            found=f"{len(names)}: {few(names)}; {int(classes.isna().sum())} pairs without one",
        )
    labels = table["pair_id"] if "pair_id" in table.columns else table.index
    wrong = ~np.isfinite(numbers)
    if wrong.any():
        raise ArgumentError(
            f"Column {column!r} must have a finite number for every pair.",
            found=f"none for {few(np.asarray(labels)[wrong])}",
            fix="Drop these pairs first, and say so.",
        )
    return numbers, (classes == names[1]).to_numpy(dtype=bool), [str(name) for name in names]


def numbers_of(table: pd.DataFrame, column: str) -> Floats:
    """Return a column of a pair table as numbers, NaN where one is missing."""
    _refuse_absent(table, column)
    numbers = floats_of(table[column])
    wrong = (np.isnan(numbers) & table[column].notna()) | extreme(numbers)
    if wrong.any():
        found = few(map(repr, table.loc[np.asarray(wrong), column]))
        raise ArgumentError(f"Column {column!r} must hold numbers, {SIZES}.", found=found)
    return numbers


def class_labels(table: pd.DataFrame, by: str) -> pd.Series:
    """Return the classes of the pairs, whatever their type."""
    _refuse_absent(table, by)
    return table[by].astype(object)


def _refuse_absent(table: pd.DataFrame, name: object) -> None:
    if not isinstance(name, str):
        raise ArgumentError("A column is named by a text.", found=repr(name))
    if not isinstance(table, pd.DataFrame):
        raise ArgumentError("The pairs must be a pandas DataFrame.", found=type(table).__name__)
    if list(table.columns).count(name) > 1:
        raise ArgumentError(f"The table of pairs has two columns {name!r}.", fix="Drop one.")
    if name not in table.columns:
        fix = nearest(str(name), [str(known) for known in table.columns])
        raise ArgumentError(f"The table of pairs has no column {name!r}.", fix=fix)


def checked_draws(permutations: int | str) -> int:
    """Return the number of permutations, or refuse what is not a positive whole number."""
    whole = isinstance(permutations, (int, np.integer)) and not isinstance(permutations, bool)
    if not whole or isinstance(permutations, str) or not 1 <= permutations <= MOST_DRAWS:
        raise ArgumentError(
            f"permutations must be a whole number, one to {MOST_DRAWS:,}.",
            found=repr(permutations),
            fix="A usual number is 9999.",
        )
    return int(permutations)


def seeded(seed: object) -> np.random.Generator:
    """Return a generator for a seed, or refuse what is none."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ArgumentError("seed must be a whole number, zero or more.", found=repr(seed))
    return np.random.default_rng(int(seed))


def shuffled(n: int, draws: int, seed: int) -> Iterator[Rows]:
    """Yield random orders of n places, a block of rows at a time, ``draws`` rows in all."""
    generator = seeded(seed)
    rows = max(BLOCK // n, 1)
    for done in range(0, draws, rows):
        orders = np.tile(np.arange(n), (min(rows, draws - done), 1))
        yield generator.permuted(orders, axis=1)


def permutation_result(
    null: Floats, observed: float, *, alternative: Alternative, exact: bool, words: str
) -> TestResult:
    """Place the observed statistic in its null distribution."""
    size = {"two-sided": np.abs, "greater": np.positive, "less": np.negative}[alternative]
    extremes, actual = size(null), float(size(observed))
    tie = TIE * np.abs(null - null.mean()).max()
    beyond = int((extremes >= actual - tie).sum())
    if exact:
        p_value = beyond / len(null)
        p_floor = int((extremes >= extremes.max() - tie).sum()) / len(null)
    else:
        p_value, p_floor = (1 + beyond) / (1 + len(null)), 1 / (1 + len(null))
    weak = " Too few to reject at 1 %, whatever the numbers." if p_floor > WEAK else ""
    return TestResult(
        statistic=observed,
        p_value=p_value,
        p_floor=p_floor,
        alternative=alternative,
        n_permutations=len(null),
        null=null,
        note=f"{words} p cannot be below {p_floor:.2g}.{weak}",
    )
