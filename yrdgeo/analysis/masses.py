"""Masses of cities: what draws flows, joined by id and above zero."""

import numpy as np
import pandas as pd

from yrdgeo.analysis.arguments import check_is_series, unshared
from yrdgeo.analysis.magnitudes import extreme, floats_of
from yrdgeo.errors import ArgumentError, few


def linkage_mass(population: pd.Series, gdp: pd.Series) -> pd.Series:
    r"""Return the usual mass of a city in gravity models of China, the geometric mean of both.

    .. math:: M_i = \sqrt{P_i G_i}

    Parameters
    ----------
    population, gdp
        Above zero, of the same cities.

    Returns
    -------
    mass
        By adcode, in the order of ``population``.

    Raises
    ------
    ArgumentError
        If cities differ, or a number is not above zero.

    Examples
    --------
    >>> linkage_mass(pd.Series({"a": 4.0}), pd.Series({"a": 9.0})).to_dict()
    {'a': 6.0}
    """
    people, output = positive(population, "population"), positive(gdp, "GDP")
    if set(population.index) != set(gdp.index):
        lost = unshared(population.index, gdp.index)
        raise ArgumentError("Population and GDP must be of the same cities.", found=few(lost))
    return ((people * output.reindex(people.index)) ** 0.5).rename("linkage_mass")


def numbers_by_city(given: pd.Series, name: str) -> pd.Series:
    """Return the numbers of cities that each have one; NaN for what is no number.

    Raises
    ------
    TableError
        If they are no Series by id.
    ArgumentError
        If a city has two.
    """
    check_is_series(given, name)
    if not given.index.is_unique:
        twice = few(given.index[given.index.duplicated()].unique())
        raise ArgumentError(f"The {name} must have each city once.", found=twice)
    return pd.Series(floats_of(given), given.index, name=given.name)


def positive(given: pd.Series, name: str, ids: pd.Index | None = None) -> pd.Series:
    """Return numbers above zero, those of the ids in their order if these are given.

    Raises
    ------
    TableError
        If they are no Series by id.
    ArgumentError
        If a city has two, or none that is finite and above zero.
    """
    numbers = numbers_by_city(given, name)
    numbers = numbers if ids is None else numbers.reindex(ids)
    wrong = ~(np.isfinite(numbers) & (numbers > 0)) | extreme(numbers.to_numpy())
    bad = numbers[wrong]
    if len(bad):
        raise ArgumentError(
            f"Every city needs a {name} above zero, 1e-100 to 1e100.",
            found=few(f"{number:g} at {city}" for city, number in bad.items()),
        )
    return numbers
