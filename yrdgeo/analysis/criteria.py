"""Criteria of a composite score: a table of city × criterion and which way each is better.

Promise: finite numbers that differ between cities, a direction for each criterion, and higher is
better after :func:`rescaled`; or one error names every city and criterion at fault.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.arguments import unshared
from yrdgeo.analysis.magnitudes import extreme, floats_of
from yrdgeo.errors import ArgumentError, Problem, TableError, few, raise_problems

Floats = npt.NDArray[np.float64]
Better = Mapping[str, str]
DIRECTIONS = ("high", "low")
_FEWEST = 2


def checked_criteria(table: pd.DataFrame, better: Better) -> tuple[pd.DataFrame, Floats]:
    """Return the table as floats, and 1 or −1 for each criterion: high or low is better.

    Raises
    ------
    TableError
        If cities or criteria repeat, a value is missing or not finite, there are fewer than two
        cities, or a criterion is the same in every city; one error names all of these.
    ArgumentError
        If a criterion has no direction, or a direction is neither ``high`` nor ``low``.
    """
    if not isinstance(table, pd.DataFrame):
        raise TableError(
            "The criteria must be a pandas DataFrame: a row a city, a column a criterion.",
            found=type(table).__name__,
        )
    numbers = np.empty(table.shape)
    for k in range(table.shape[1]):
        numbers[:, k] = floats_of(table.iloc[:, k])
    raise_problems(_problems(table, numbers), source="criteria")
    return pd.DataFrame(numbers, table.index, table.columns), _signs(table.columns, better)


def rescaled(table: pd.DataFrame, better: Better) -> pd.DataFrame:
    r"""Bring every criterion on a scale from 0 (worst city) to 1 (best city).

    .. math:: z_{ij} = \frac{x_{ij} - \min_i x_{ij}}{\max_i x_{ij} - \min_i x_{ij}}

    where high is better, and one minus it where low is.

    Parameters
    ----------
    table
        Values x by city (rows) and criterion (columns).
    better
        ``high`` or ``low`` for each criterion.

    Returns
    -------
    rescaled
        Shape (n, k), no unit.

    Raises
    ------
    TableError
        If cities or criteria repeat, a value is missing or not finite, or a criterion is the same
        in every city.
    ArgumentError
        If a criterion has no direction.

    Examples
    --------
    >>> table = pd.DataFrame({"gdp": [1.0, 3.0, 5.0], "minutes": [30.0, 60.0, 50.0]})
    >>> rescaled(table, {"gdp": "high", "minutes": "low"})["minutes"].round(3).to_list()
    [1.0, 0.0, 0.333]
    """
    numbers, signs = checked_criteria(table, better)
    turned = numbers * signs
    low, high = turned.min(), turned.max()
    return (turned - low) / (high - low)


def checked_weights(weights: pd.Series, criteria: pd.Index) -> Floats:
    """Return weights of the criteria that sum to 1, in the order of the criteria.

    Raises
    ------
    ArgumentError
        If they are not of these criteria, or negative, missing or all zero.
    """
    if not isinstance(weights, pd.Series):
        raise ArgumentError(
            "The weights must be a pandas Series indexed by criterion.",
            found=type(weights).__name__,
        )
    odd = unshared(weights.index, criteria)
    if len(odd) or not weights.index.is_unique:
        raise ArgumentError(
            "The weights and the criteria must match one to one.",
            found=few(odd) if len(odd) else "a criterion with two weights",
        )
    numbers = floats_of(weights.reindex(criteria))
    wrong = criteria[~(np.isfinite(numbers) & (numbers >= 0)) | extreme(numbers)]
    if len(wrong) or not numbers.any():
        raise ArgumentError(
            "Weights must be finite and zero or more, and not all zero.",
            found=few(f"{weights[name]} for {name}" for name in wrong) or "all zero",
        )
    return np.asarray(numbers / numbers.sum())


def _signs(criteria: pd.Index, better: Better) -> Floats:
    if not isinstance(better, Mapping):
        raise ArgumentError(
            "better must be a mapping of criterion to 'high' or 'low'.",
            found=type(better).__name__,
        )
    absent = [str(name) for name in criteria if name not in better]
    wrong = [
        f"{better[name]!r} for {name}"
        for name in criteria
        if name in better and better[name] not in DIRECTIONS
    ]
    if absent or wrong:
        raise ArgumentError(
            "Every criterion needs a direction, 'high' or 'low'.",
            found=few([*(f"none for {name}" for name in absent), *wrong]),
            fix="A criterion without a better end has no place in a score.",
        )
    return np.array([1.0 if better[name] == "high" else -1.0 for name in criteria])


def _problems(table: pd.DataFrame, numbers: Floats) -> Iterator[Problem]:
    for what, labels in (("cities", table.index), ("criteria", table.columns)):
        repeated = labels[labels.duplicated()].unique()
        if len(repeated):
            yield Problem(f"{what} are repeated", value=few(repeated))
    if len(table) < _FEWEST or not table.shape[1]:
        yield Problem("a comparison needs two cities or more, and a criterion")
        return
    missing = table.isna().to_numpy(dtype=bool)
    faults = {
        "values are missing": missing,
        "values are not numbers": np.isnan(numbers) & ~missing,
        "values are infinite": np.isinf(numbers),
    }
    for what, wrong in faults.items():
        if wrong.any():
            cells = (f"{table.columns[k]} at {table.index[i]}" for i, k in np.argwhere(wrong))
            fix = "Drop the city or the criterion; a missing value is not 0."
            yield Problem(what, value=few(cells), fix=fix)
    if not np.isinf(numbers).any():
        yield from _spread_problems(table.columns, numbers)


def _spread_problems(criteria: pd.Index, numbers: Floats) -> Iterator[Problem]:
    # Halved, for the range of the largest floats overflows.
    spread = np.ptp(numbers / 2.0, axis=0)
    apart = criteria[spread > np.finfo(np.float64).max / 2.0]
    if len(apart):
        yield Problem("values are too far apart", value=few(apart))
    flat = criteria[spread == 0.0]
    if len(flat):
        yield Problem("criteria are the same in every city", value=few(flat), fix="Drop them.")
