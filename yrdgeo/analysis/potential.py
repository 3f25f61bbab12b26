"""What can be reached: potentials, counts within a time, times to the nearest.

Promise: amounts are matched to destinations by id, and what no path reaches adds nothing.
"""

from math import floor, isfinite
from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import Floats, aligned, decay_weights, own_pairs
from yrdgeo.analysis.decay import DecayFunction, binary
from yrdgeo.errors import ArgumentError, few, nearest
from yrdgeo.results import TravelTimes

Statistic = Literal["median", "mean"]


def gravity(times: TravelTimes, opportunities: pd.Series, *, decay: DecayFunction) -> pd.Series:
    r"""Sum the opportunities that each origin can reach, discounted by travel time.

    .. math:: A_i = \sum_j O_j \, f(t_{ij})

    An origin that is also a destination counts its own opportunities at the time that ``times``
    gives it (:func:`self_share` says how much of the sum that is).

    Parameters
    ----------
    times
        Travel times of n origins to m destinations, in minutes.
    opportunities
        Amount at each destination, by id.
    decay
        A row of :data:`yrdgeo.analysis.decay.DECAYS`, or any function from minutes to weights.

    Returns
    -------
    potential
        Shape (n,), indexed by origin, in the unit of ``opportunities``.

    Raises
    ------
    TableError
        If a destination has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If the decay gives no finite weight, as a power of zero minutes does.

    References
    ----------
    Hansen, W. G. (1959). How accessibility shapes land use.

    Examples
    --------
    >>> from yrdgeo.analysis.decay import exponential
    >>> times = TravelTimes(["a", "b"], ["a", "b"], [[0, 60], [60, 0]])
    >>> jobs = pd.Series({"b": 8.0, "a": 100.0})
    >>> gravity(times, jobs, decay=exponential(half_life_min=60)).to_dict()
    {'a': 104.0, 'b': 58.0}
    """
    amounts = aligned(opportunities, times.destinations, name="opportunities")
    return pd.Series(decay_weights(times, decay) @ amounts, times.origins, name="gravity")


def self_share(times: TravelTimes, opportunities: pd.Series, *, decay: DecayFunction) -> pd.Series:
    r"""Return the share of each origin's potential that is its own.

    .. math:: S_i = O_i \, f(t_{ii}) / A_i

    Parameters
    ----------
    times
        Travel times of n origins to m destinations, in minutes.
    opportunities
        Amount at each destination, by id.
    decay
        As in :func:`gravity`.

    Returns
    -------
    share
        Shape (n,), in [0, 1], indexed by origin; 0 for an origin that is no destination, NaN
        where nothing is reached at all.

    Raises
    ------
    TableError, ArgumentError
        As in :func:`gravity`.

    Examples
    --------
    >>> from yrdgeo.analysis.decay import linear
    >>> times = TravelTimes(["a"], ["a", "b"], [[0, 30]])
    >>> self_share(times, pd.Series({"a": 1.0, "b": 6.0}), decay=linear(60)).to_dict()
    {'a': 0.25}
    """
    amounts = aligned(opportunities, times.destinations, name="opportunities")
    potential = decay_weights(times, decay) * amounts
    rows, columns = own_pairs(times)
    own = np.zeros(len(times.origins))
    own[rows] = potential[rows, columns]
    total = potential.sum(axis=1)
    share = np.divide(own, total, out=np.full(len(own), np.nan), where=total > 0)
    return pd.Series(share, times.origins, name="self_share")


def cumulative(times: TravelTimes, opportunities: pd.Series, *, cutoff_min: float) -> pd.Series:
    r"""Sum the opportunities within a travel time.

    .. math:: A_i = \sum_{j:\, t_{ij} \le T} O_j

    Parameters
    ----------
    times
        Travel times of n origins to m destinations, in minutes.
    opportunities
        Amount at each destination, by id.
    cutoff_min
        T, minutes; a time equal to it is in.

    Returns
    -------
    reach
        Shape (n,), indexed by origin, in the unit of ``opportunities``; an origin's own are in.

    Raises
    ------
    TableError
        If a destination has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If the cut-off is negative or not finite.

    References
    ----------
    Wachs, M. and Kumagai, T. G. (1973). Physical accessibility as a social indicator.

    Examples
    --------
    >>> times = TravelTimes(["a"], ["a", "b", "c"], [[0, 60, 61]])
    >>> cumulative(times, pd.Series({"a": 1.0, "b": 2.0, "c": 4.0}), cutoff_min=60).to_dict()
    {'a': 3.0}
    """
    return gravity(times, opportunities, decay=binary(cutoff_min)).rename("cumulative")


def cumulative_interval(
    times: TravelTimes,
    opportunities: pd.Series,
    *,
    lower_min: float,
    upper_min: float,
    step_min: float,
    statistic: Statistic = "median",
) -> pd.Series:
    r"""Summarise the opportunities within each of many travel times, so that no cliff decides.

    .. math:: A_i = \operatorname{median}_{T \in \{a, a + s, \dots \le b\}}
        \sum_{j:\, t_{ij} \le T} O_j

    Parameters
    ----------
    times
        Travel times of n origins to m destinations, in minutes.
    opportunities
        Amount at each destination, by id.
    lower_min, upper_min, step_min
        First cut-off a, bound b (a cut-off equal to it is in) and step s, minutes.
    statistic
        ``"median"`` or ``"mean"`` over the cut-offs.

    Returns
    -------
    reach
        Shape (n,), indexed by origin, in the unit of ``opportunities``.

    Raises
    ------
    TableError
        If a destination has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If the interval is empty, the step is not above zero or the statistic is unknown.

    References
    ----------
    Tomasiello, D. B. et al. (2023). A time interval metric for cumulative opportunity
    accessibility.

    Examples
    --------
    >>> times = TravelTimes(["a"], ["b", "c"], [[60, 90]])
    >>> cumulative_interval(times, pd.Series({"b": 2.0, "c": 4.0}), lower_min=30, upper_min=90,
    ...     step_min=30).to_dict()
    {'a': 2.0}
    """
    if statistic not in {"median", "mean"}:
        fix = nearest(str(statistic), ["median", "mean"])
        raise ArgumentError("The statistic is unknown.", found=repr(statistic), fix=fix)
    cutoffs = _cutoffs(lower_min, upper_min, step_min)
    reach = [cumulative(times, opportunities, cutoff_min=cutoff) for cutoff in cutoffs]
    summary = np.median(reach, axis=0) if statistic == "median" else np.mean(reach, axis=0)
    return pd.Series(summary, times.origins, name="cumulative_interval")


def _cutoffs(lower: float, upper: float, step: float) -> list[float]:
    if not (0 <= lower <= upper and step > 0 and isfinite(upper) and isfinite(step)):
        raise ArgumentError(
            "An interval needs 0 ≤ lower_min ≤ upper_min and step_min above zero.",
            found=f"{lower} to {upper} by {step}",
        )
    # 0.1 × 3 exceeds 0.3 in binary: a billionth of a step is rounding, not a missing cut-off.
    count = floor((upper - lower) / step + 1e-9) + 1
    return [min(lower + step * k, upper) for k in range(count)]


def closest(
    times: TravelTimes, *, n: float = 1, opportunities: pd.Series | None = None
) -> pd.Series:
    r"""Return the time in which each origin reaches its n-th opportunity.

    .. math:: A_i = \min \{ T : \sum_{j:\, t_{ij} \le T} O_j \ge n \}

    Parameters
    ----------
    times
        Travel times of n origins to m destinations, in minutes.
    n
        Amount to be reached, above zero.
    opportunities
        Amount at each destination, by id; without it every destination counts as one, so that
        ``n=2`` is the second-closest. An origin that is a destination counts itself.

    Returns
    -------
    time
        Shape (n,), minutes, indexed by origin; ``inf`` if the amount is not reached.

    Raises
    ------
    TableError
        If a destination has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If ``n`` is not above zero.

    Examples
    --------
    >>> times = TravelTimes(["a"], ["b", "c", "d"], [[50, 20, 35]])
    >>> closest(times, n=2).to_dict()
    {'a': 35.0}
    >>> closest(times, n=3, opportunities=pd.Series({"b": 9, "c": 2, "d": 0})).to_dict()
    {'a': 50.0}
    """
    if not (n > 0 and isfinite(n)):
        raise ArgumentError("n must be a number above zero.", found=repr(n))
    every = pd.Series(1.0, times.destinations) if opportunities is None else opportunities
    amounts = aligned(every, times.destinations, name="opportunities")
    order = np.argsort(times.minutes, axis=1, kind="stable")
    enough = np.cumsum(amounts[order], axis=1) >= n
    sorted_minutes = np.take_along_axis(times.minutes, order, axis=1)
    time = np.where(enough, sorted_minutes, np.inf).min(axis=1, initial=np.inf)
    return pd.Series(time, times.origins, name="closest")


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
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    lost = ~np.isfinite(numbers)
    if lost.any():
        raise ArgumentError(
            "Only finite values have a mean to be compared with.",
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
