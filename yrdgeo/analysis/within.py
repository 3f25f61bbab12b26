"""Opportunities within a travel time, or within each of a range of them.

Promise: a time equal to a cut-off is in, and what no path reaches adds nothing.
"""

from collections.abc import Sequence
from math import floor
from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import Direction, Floats, aligned, checked, row_blocks
from yrdgeo.analysis.arguments import check_choice, check_number
from yrdgeo.errors import ArgumentError
from yrdgeo.results import TravelTimes

Statistic = Literal["median", "mean"]
LEAST_STEP = 1e-9  # minutes
MOST_CUTOFFS = 1_441


def cumulative(
    times: TravelTimes,
    opportunities: pd.Series,
    *,
    cutoff_min: float,
    direction: Direction = "out",
) -> pd.Series:
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
    direction
        As in :func:`yrdgeo.analysis.potential.gravity`.

    Returns
    -------
    reach
        Shape (n,), indexed by origin, in the unit of ``opportunities``; an origin's own are in.

    Raises
    ------
    TableError
        If a destination has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If the cut-off is negative or not finite, or the times cannot be minutes.

    References
    ----------
    Wachs, M. and Kumagai, T. G. (1973). Physical accessibility as a social indicator.

    Examples
    --------
    >>> times = TravelTimes(["a"], ["a", "b", "c"], [[0, 60, 61]])
    >>> cumulative(times, pd.Series({"a": 1.0, "b": 2.0, "c": 4.0}), cutoff_min=60).to_dict()
    {'a': 3.0}
    """
    cutoff_min = check_number(cutoff_min, "cutoff_min", least=0)
    times = checked(times, direction=direction)
    amounts = aligned(opportunities, times.destinations, name="opportunities")
    (reach,) = _sums_within(times.minutes, amounts, [cutoff_min])
    return pd.Series(reach, times.origins, name="cumulative")


def cumulative_interval(  # noqa: PLR0913 — options, each by name
    times: TravelTimes,
    opportunities: pd.Series,
    *,
    lower_min: float,
    upper_min: float,
    step_min: float,
    statistic: Statistic = "median",
    direction: Direction = "out",
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
    direction
        As in :func:`yrdgeo.analysis.potential.gravity`.

    Returns
    -------
    reach
        Shape (n,), indexed by origin, in the unit of ``opportunities``.

    Raises
    ------
    TableError
        If a destination has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If the interval is empty, the step is not above zero, it has more than 1,441 cut-offs, the
        statistic is unknown, or the times cannot be minutes.

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
    check_choice(statistic, "statistic", ("median", "mean"))
    cutoffs = _cutoffs(lower_min, upper_min, step_min)
    times = checked(times, direction=direction)
    amounts = aligned(opportunities, times.destinations, name="opportunities")
    reach = _sums_within(times.minutes, amounts, cutoffs)
    summary = np.median(reach, axis=0) if statistic == "median" else np.mean(reach, axis=0)
    return pd.Series(summary, times.origins, name="cumulative_interval")


def _sums_within(minutes: Floats, amounts: Floats, cutoffs: Sequence[float]) -> Floats:
    """Sum the amounts within each cut-off, shape (cut-offs, n), the matrix passed over once."""
    sums = np.empty((len(cutoffs), len(minutes)))
    for rows in row_blocks(minutes):
        for row, cutoff in enumerate(cutoffs):
            sums[row, rows] = (minutes[rows] <= cutoff).astype(np.float64) @ amounts
    return sums


def _cutoffs(lower: float, upper: float, step: float) -> list[float]:
    lower = check_number(lower, "lower_min", least=0)
    upper = check_number(upper, "upper_min", least=lower)
    step = check_number(step, "step_min", least=LEAST_STEP)
    # 0.1 × 3 exceeds 0.3 in binary: a billionth of a step is rounding, not a missing cut-off.
    count = floor((upper - lower) / step + 1e-9) + 1
    if count > MOST_CUTOFFS:
        raise ArgumentError(
            f"An interval has at most {MOST_CUTOFFS:,} cut-offs, one for each minute of a day.",
            found=f"{count:,} from {lower:g} to {upper:g} by {step:g}",
            fix="Take a longer step_min.",
        )
    return [min(lower + step * k, upper) for k in range(count)]
