"""Weighted mean travel times, and the weight that no path reaches.

Promise: an island never looks near. Who cannot reach some weight has an infinite mean, and the
share of that weight is a number of its own.
"""

from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import Floats, aligned, own_pairs
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TravelTimes

SelfTime = Literal["exclude", "zero"]


def weighted_mean_time(
    times: TravelTimes, weights: pd.Series, *, self_time: SelfTime | pd.Series = "exclude"
) -> pd.Series:
    r"""Return the mean time from each origin to all destinations, weighted by their mass.

    .. math:: A_i = \frac{\sum_j t_{ij} \, M_j}{\sum_j M_j}

    Parameters
    ----------
    times
        Travel times of n origins to m destinations, in minutes.
    weights
        Mass of each destination, by id: people, GDP, :math:`\sqrt{GP}`.
    self_time
        The origin itself: ``"exclude"`` leaves it out of both sums; ``"zero"`` counts its mass
        at zero minutes; a Series gives the minutes within each city, by id.

    Returns
    -------
    mean_time
        Shape (n,), minutes, indexed by origin; ``inf`` if some mass cannot be reached
        (:func:`unreachable_share` says how much). Destinations without mass do not count.

    Raises
    ------
    TableError
        If a destination has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If ``self_time`` is unknown, or no mass is left for an origin.

    References
    ----------
    Gutiérrez, J. (2001). Location, economic potential and daily accessibility: an analysis of
    the accessibility impact of the high-speed line Madrid–Barcelona–French border.

    Examples
    --------
    >>> times = TravelTimes(["a", "b"], ["a", "b"], [[0, 30], [40, 0]])
    >>> people = pd.Series({"a": 3.0, "b": 1.0})
    >>> weighted_mean_time(times, people).to_dict()
    {'a': 30.0, 'b': 40.0}
    >>> weighted_mean_time(times, people, self_time="zero").to_dict()
    {'a': 7.5, 'b': 30.0}
    """
    minutes = times.minutes.copy()
    masses = np.repeat(aligned(weights, times.destinations, name="weights")[None], len(minutes), 0)
    own = own_pairs(times)
    if isinstance(self_time, pd.Series):
        minutes[own] = aligned(self_time, times.origins[own[0]], name="self_time")
    elif self_time == "zero":
        minutes[own] = 0.0
    elif self_time == "exclude":
        masses[own] = 0.0
    else:
        raise ArgumentError(
            "self_time must be 'exclude', 'zero' or a Series of minutes.", found=repr(self_time)
        )
    total = _total(masses, times)
    # Without mass an unreachable place would count as inf × 0.
    reached = np.where(masses > 0, minutes, 0.0)
    return pd.Series(
        (reached * masses).sum(axis=1) / total, times.origins, name="weighted_mean_time"
    )


def unreachable_share(times: TravelTimes, weights: pd.Series) -> pd.Series:
    r"""Return the share of the other destinations' mass that an origin cannot reach.

    .. math:: U_i = \frac{\sum_{j \ne i,\, t_{ij} = \infty} M_j}{\sum_{j \ne i} M_j}

    Parameters
    ----------
    times
        Travel times of n origins to m destinations, in minutes.
    weights
        Mass of each destination, by id.

    Returns
    -------
    share
        Shape (n,), in [0, 1], indexed by origin.

    Raises
    ------
    TableError
        If a destination has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If no mass is left for an origin.

    Examples
    --------
    >>> times = TravelTimes(["a"], ["a", "b", "c"], [[0, 30, np.inf]])
    >>> unreachable_share(times, pd.Series({"a": 9.0, "b": 3.0, "c": 1.0})).to_dict()
    {'a': 0.25}
    """
    masses = np.repeat(
        aligned(weights, times.destinations, name="weights")[None], len(times.origins), 0
    )
    masses[own_pairs(times)] = 0.0
    total = _total(masses, times)
    lost = np.where(np.isinf(times.minutes), masses, 0.0).sum(axis=1)
    return pd.Series(lost / total, times.origins, name="unreachable_share")


def _total(masses: Floats, times: TravelTimes) -> Floats:
    total: Floats = masses.sum(axis=1)
    if not (total > 0).all():
        raise ArgumentError(
            "A mean needs some mass at the destinations of every origin.",
            found=f"none for {few(times.origins[total <= 0])}",
            fix="Give weights above zero, or self_time='zero'.",
        )
    return total
