"""Weighted mean travel times, and the weight that no path reaches.

Promise: an island never looks near. Who cannot reach some weight has an infinite mean, and the
share of that weight is a number of its own.
"""

from collections.abc import Iterator
from reprlib import repr as brief
from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import (
    Direction,
    Floats,
    Places,
    aligned,
    checked,
    own_pairs,
    row_blocks,
)
from yrdgeo.analysis.arguments import check_is_series, check_number
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TravelTimes
from yrdgeo.units import MINUTES_PER_HOUR

SelfTime = Literal["exclude", "zero"]


def weighted_mean_time(
    times: TravelTimes,
    weights: pd.Series,
    *,
    self_time: SelfTime | pd.Series = "exclude",
    direction: Direction = "out",
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
        at zero minutes; a Series gives the minutes within each city, by id
        (:func:`within_city_min` makes one from areas).
    direction
        ``"out"``: to the destinations. ``"in"``: passive, how long it takes to come to a
        destination from the origins; then the weights are those of the origins.

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
        If ``self_time`` is unknown, no mass is left for an origin, or the times cannot be
        minutes.

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
    word = self_time if isinstance(self_time, str) else ""
    if not isinstance(self_time, pd.Series) and word not in {"exclude", "zero"}:
        raise ArgumentError(
            "self_time must be 'exclude', 'zero' or a Series of minutes.", found=brief(self_time)
        )
    times = checked(times, direction=direction)
    masses = aligned(weights, times.destinations, name="weights")
    rows = own_pairs(times)[0]
    own_min = np.zeros(len(times.origins))
    if isinstance(self_time, pd.Series):
        own_min[rows] = aligned(self_time, times.origins[rows], name="self_time")
    elsewhere = isinstance(self_time, str) and self_time == "exclude"
    total, moment = np.empty(len(own_min)), np.empty(len(own_min))
    for block, weight, here in _blocks(times, masses, elsewhere=elsewhere):
        minutes = times.minutes[block].copy()
        own = here >= 0
        minutes[own, here[own]] = own_min[block][own]
        total[block] = weight.sum(axis=1)
        # Without mass an unreachable place would count as inf × 0.
        moment[block] = (np.where(weight > 0, minutes, 0.0) * weight).sum(axis=1)
    _require_mass(total, times)
    return pd.Series(moment / total, times.origins, name="weighted_mean_time")


def unreachable_share(
    times: TravelTimes, weights: pd.Series, *, direction: Direction = "out"
) -> pd.Series:
    r"""Return the share of the other destinations' mass that an origin cannot reach.

    .. math:: U_i = \frac{\sum_{j \ne i,\, t_{ij} = \infty} M_j}{\sum_{j \ne i} M_j}

    Parameters
    ----------
    times
        Travel times of n origins to m destinations, in minutes.
    weights
        Mass of each destination, by id.
    direction
        As in :func:`weighted_mean_time`.

    Returns
    -------
    share
        Shape (n,), in [0, 1], indexed by origin.

    Raises
    ------
    TableError
        If a destination has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If no mass is left for an origin, or the times cannot be minutes.

    Examples
    --------
    >>> times = TravelTimes(["a"], ["a", "b", "c"], [[0, 30, np.inf]])
    >>> unreachable_share(times, pd.Series({"a": 9.0, "b": 3.0, "c": 1.0})).to_dict()
    {'a': 0.25}
    """
    times = checked(times, direction=direction)
    masses = aligned(weights, times.destinations, name="weights")
    total, lost = np.empty(len(times.origins)), np.empty(len(times.origins))
    for block, weight, _ in _blocks(times, masses, elsewhere=True):
        total[block] = weight.sum(axis=1)
        lost[block] = np.where(np.isinf(times.minutes[block]), weight, 0.0).sum(axis=1)
    _require_mass(total, times)
    return pd.Series(lost / total, times.origins, name="unreachable_share")


def within_city_min(
    area_km2: pd.Series, *, speed_kmh: float, radius_share: float = 2 / 3
) -> pd.Series:
    r"""Return the minutes within each city, from its area, for ``self_time``.

    .. math:: t_{ii} = 60 \, k \sqrt{a_i / \pi} \, / \, v

    Parameters
    ----------
    area_km2
        a, by id, km².
    speed_kmh
        v, km/h, above zero.
    radius_share
        k, of the radius of a disc of that area: 2/3 is the mean distance to its centre, 0.905 the
        mean distance between two of its points.

    Returns
    -------
    minutes
        With the index of ``area_km2``.

    Raises
    ------
    TableError
        If an area is missing, negative or infinite.
    ArgumentError
        If the speed or the share is not above zero and finite.

    References
    ----------
    Owen, H. L. and Coombes, M. G. (1983). An index of peripherality for local areas in the United
    Kingdom. Rich, D. C. (1980). Potential models in human geography.

    Examples
    --------
    >>> within_city_min(pd.Series({"a": 900 * np.pi}), speed_kmh=40).round(9).to_dict()
    {'a': 30.0}
    """
    speed_kmh = check_number(speed_kmh, "speed_kmh", above=0)
    radius_share = check_number(radius_share, "radius_share", above=0)
    check_is_series(area_km2, "area_km2")
    areas = aligned(area_km2, area_km2.index.unique(), name="area_km2")
    minutes = MINUTES_PER_HOUR * radius_share * np.sqrt(areas / np.pi) / speed_kmh
    return pd.Series(minutes, area_km2.index, name="within_city_min")


def _blocks(
    times: TravelTimes, masses: Floats, *, elsewhere: bool
) -> Iterator[tuple[slice, Floats, Places]]:
    """Yield blocks of rows, their masses, and the column of each row's own place or -1.

    The own mass is left out of the sums, not taken off them, which would cancel.
    """
    columns = times.destinations.get_indexer(times.origins)
    for block in row_blocks(times.minutes):
        here = columns[block]
        weight = np.repeat(masses[None], len(here), axis=0)
        if elsewhere:
            own = here >= 0
            weight[own, here[own]] = 0.0
        yield block, weight, here


def _require_mass(total: Floats, times: TravelTimes) -> None:
    if not (total > 0).all():
        raise ArgumentError(
            "A mean needs some mass at the destinations of every origin.",
            found=f"none for {few(times.origins[total <= 0])}",
            fix="Give weights above zero, or self_time='zero'.",
        )
