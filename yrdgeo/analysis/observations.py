"""Observations of a gradient: a value, a distance and a weight for each place, joined by id."""

import numpy as np
import pandas as pd

from yrdgeo.analysis.arguments import unshared
from yrdgeo.analysis.magnitudes import SIZES, extreme, floats_of
from yrdgeo.errors import ArgumentError, few

NUMBERS = ("floating", "integer", "mixed-integer-float", "integer-na", "decimal", "empty")


def joined(values: pd.Series, distance: pd.Series, weights: pd.Series | None) -> pd.DataFrame:
    """Return ``value distance weight`` by id, in the order of the values.

    Raises
    ------
    ArgumentError
        If ids repeat or do not match, a distance or a weight is out of its domain, or a value
        is infinite.
    """
    given = {"value": values, "distance": distance}
    if weights is not None:
        given["weight"] = weights
    for name, series in given.items():
        check_series(name, series)
        odd = unshared(values.index, series.index)
        if len(odd):
            raise ArgumentError(
                f"The values and the {name}s are of different places.",
                found=few(odd),
                fix=f"Give a value and a {name} for each place; a missing value may be NaN.",
            )
    table = pd.DataFrame(
        {name: floats_of(series.reindex(values.index)) for name, series in given.items()},
        values.index,
    )
    table = table if weights is not None else table.assign(weight=1.0)
    _check_domain(table)
    return table


def check_series(name: str, series: object) -> None:
    """Refuse what is no Series with one row an id."""
    if not isinstance(series, pd.Series):
        raise ArgumentError(
            f"The {name}s must be a pandas Series indexed by id.", found=type(series).__name__
        )
    repeated = series.index[series.index.duplicated()]
    if len(repeated):
        raise ArgumentError(f"The {name}s repeat ids.", found=few(repeated.unique()))
    check_numbers(name, series)


def check_numbers(name: str, series: pd.Series) -> None:
    """Refuse text and truth values where numbers belong."""
    if pd.api.types.infer_dtype(series, skipna=True) not in NUMBERS:
        raise ArgumentError(f"The {name}s must be numbers.", found=f"dtype {series.dtype}")


def _check_domain(table: pd.DataFrame) -> None:
    distance, weight = table["distance"], table["weight"]
    faults = {
        "Distances must be zero or more; no path is inf.": ~(distance >= 0),
        "Weights must be finite and above zero.": ~((weight > 0) & np.isfinite(weight)),
        "Values must be finite, or NaN where they are missing.": np.isinf(table["value"]),
        f"Distances, values and weights must be {SIZES}.": pd.Series(
            extreme(table.to_numpy()).any(axis=1), table.index
        ),
    }
    for what, wrong in faults.items():
        if wrong.any():
            raise ArgumentError(what, found=f"at {few(table.index[wrong])}")
