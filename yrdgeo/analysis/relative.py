"""Relative accessibility: a value against the mean of all.

Promise: only finite values have a mean; a place that cannot be reached is not averaged away.
"""

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import Direction, Floats, aligned
from yrdgeo.analysis.arguments import check_is_series
from yrdgeo.analysis.decay import DecayFunction
from yrdgeo.analysis.magnitudes import SIZES, extreme, floats_of
from yrdgeo.analysis.mean_time import SelfTime, weighted_mean_time
from yrdgeo.analysis.potential import gravity
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TravelTimes


def relative(values: pd.Series, weights: pd.Series | None = None) -> pd.Series:
    r"""Divide each value by the mean of all.

    .. math:: R_i = A_i / \bar A, \quad \bar A = \sum_i w_i A_i / \sum_i w_i

    Parameters
    ----------
    values
        One for each city, finite.
    weights
        By the same ids, for instance people; without it all cities count alike.

    Returns
    -------
    relative
        Shape (n,), with the index of ``values``; 1 is the mean.

    Raises
    ------
    TableError
        If a city has no weight, or a weight is missing, negative or infinite.
    ArgumentError
        If a value is not finite (their mean would say nothing), or the mean is zero.

    Examples
    --------
    >>> relative(pd.Series({"a": 30.0, "b": 90.0})).to_dict()
    {'a': 0.5, 'b': 1.5}
    """
    check_is_series(values, "values")
    numbers = floats_of(values)
    lost = ~np.isfinite(numbers) | extreme(numbers)
    if lost.any():
        raise ArgumentError(
            f"Only finite values have a mean to be compared with, {SIZES}.",
            found=few(f"{value} at {place}" for place, value in values[lost].items()),
            fix="Leave these places out first, and say so.",
        )
    shares: Floats = np.ones(len(values))
    if weights is not None:
        shares = aligned(weights, values.index, name="weights")
    mean = float(np.average(numbers, weights=shares)) if shares.sum() > 0 else 0.0
    if mean == 0:
        raise ArgumentError("The mean of the values is zero, or no value has a weight.")
    return pd.Series(numbers / mean, values.index, name="relative")


def relative_mean_time(
    times: TravelTimes,
    weights: pd.Series,
    *,
    self_time: SelfTime | pd.Series = "exclude",
    direction: Direction = "out",
) -> pd.Series:
    r"""Return the weighted mean time of each origin, divided by the mean of all origins.

    .. math:: R_i = A_i / \bar A

    with :math:`A_i` of :func:`yrdgeo.analysis.mean_time.weighted_mean_time`; in Chinese work the
    "coefficient of accessibility".

    Parameters
    ----------
    times, weights, self_time, direction
        As in :func:`yrdgeo.analysis.mean_time.weighted_mean_time`.

    Returns
    -------
    relative
        Shape (n,), indexed by origin; under 1 is nearer than the mean.

    Raises
    ------
    TableError, ArgumentError
        As in :func:`yrdgeo.analysis.mean_time.weighted_mean_time`, and if some mean is infinite.

    Examples
    --------
    >>> times = TravelTimes(["a", "b"], ["a", "b"], [[0, 30], [50, 0]])
    >>> relative_mean_time(times, pd.Series({"a": 1.0, "b": 1.0})).to_dict()
    {'a': 0.75, 'b': 1.25}
    """
    mean = weighted_mean_time(times, weights, self_time=self_time, direction=direction)
    return relative(mean).rename("relative_mean_time")


def relative_gravity(
    times: TravelTimes,
    opportunities: pd.Series,
    *,
    decay: DecayFunction,
    direction: Direction = "out",
) -> pd.Series:
    r"""Return the potential of each origin, divided by the mean of all origins.

    .. math:: R_i = A_i / \bar A

    with :math:`A_i` of :func:`yrdgeo.analysis.potential.gravity`.

    Parameters
    ----------
    times, opportunities, decay, direction
        As in :func:`yrdgeo.analysis.potential.gravity`.

    Returns
    -------
    relative
        Shape (n,), indexed by origin; over 1 reaches more than the mean.

    Raises
    ------
    TableError, ArgumentError
        As in :func:`yrdgeo.analysis.potential.gravity`, and if nobody reaches anything.

    Examples
    --------
    >>> from yrdgeo.analysis.decay import binary
    >>> times = TravelTimes(["a", "b"], ["a", "b"], [[0, 30], [50, 0]])
    >>> relative_gravity(times, pd.Series({"a": 1.0, "b": 2.0}), decay=binary(40)).to_dict()
    {'a': 1.2, 'b': 0.8}
    """
    potential = gravity(times, opportunities, decay=decay, direction=direction)
    return relative(potential).rename("relative_gravity")
