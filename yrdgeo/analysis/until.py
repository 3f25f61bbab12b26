"""Times until an amount is reached: the n-th opportunity, or the supply that meets a demand.

Promise: a time is one of the travel times, not a multiple of some step; what is never reached
takes ``inf``. Sums that fall short by rounding alone (one part in 10¹²) are enough.
"""

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import Direction, Floats, aligned, checked, competing, row_blocks
from yrdgeo.analysis.arguments import check_number
from yrdgeo.results import TravelTimes

ROUNDING = 1e-12


def closest(
    times: TravelTimes,
    *,
    n: float = 1,
    opportunities: pd.Series | None = None,
    direction: Direction = "out",
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
    direction
        ``"out"``: time to the opportunities; ``"in"``: time from them, indexed by destination.

    Returns
    -------
    time
        Shape (n,), minutes, indexed by origin; ``inf`` if the amount is not reached.

    Raises
    ------
    TableError
        If a destination has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If ``n`` is not above zero, or the times cannot be minutes.

    Examples
    --------
    >>> times = TravelTimes(["a"], ["b", "c", "d"], [[50, 20, 35]])
    >>> closest(times, n=2).to_dict()
    {'a': 35.0}
    >>> closest(times, n=3, opportunities=pd.Series({"b": 9, "c": 2, "d": 0})).to_dict()
    {'a': 50.0}
    """
    n = check_number(n, "n", above=0)
    times = checked(times, direction=direction)
    amounts = np.ones(len(times.destinations))
    if opportunities is not None:
        amounts = aligned(opportunities, times.destinations, name="opportunities")
    wanted = np.full(len(times.origins), float(n))
    return pd.Series(_time_until(times.minutes, amounts, wanted), times.origins, name="closest")


def balancing_time(times: TravelTimes, supply: pd.Series, demand: pd.Series) -> pd.Series:
    r"""Return the time in which an origin reaches as much supply as it has demand.

    .. math:: T_i = \min \{ T : \sum_{j:\, t_{ij} \le T} S_j \ge P_i \}

    The time is exact: no increment of minutes is tried, as the R package accessibility does.

    Parameters
    ----------
    times
        Travel times of n origins (demand) to m destinations (supply), in minutes.
    supply
        S, amount at each destination, by id.
    demand
        P, amount at each origin, by id.

    Returns
    -------
    time
        Shape (n,), minutes, indexed by origin; 0 without demand, ``inf`` if all supply in reach
        is less than the demand.

    Raises
    ------
    TableError
        If a place has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If the demand of all origins is zero, or the times cannot be minutes.

    References
    ----------
    Barboza, M. H. C. et al. (2021). Balancing time: using a new accessibility measure in Rio de
    Janeiro.

    Examples
    --------
    >>> times = TravelTimes(["a"], ["x", "y"], [[40.0, 15.0]])
    >>> balancing_time(times, pd.Series({"x": 5.0, "y": 2.0}), pd.Series({"a": 3.0})).to_dict()
    {'a': 40.0}
    """
    competing(demand, checked(times).origins)
    return balancing_of_block(times, supply, demand)


def balancing_of_block(times: TravelTimes, supply: pd.Series, demand: pd.Series) -> pd.Series:
    """Return :func:`balancing_time` of origins that may all be without demand."""
    times = checked(times)
    amounts = aligned(supply, times.destinations, name="supply")
    people = aligned(demand, times.origins, name="demand")
    time = _time_until(times.minutes, amounts, people)
    return pd.Series(time, times.origins, name="balancing_time")


def _time_until(minutes: Floats, amounts: Floats, wanted: Floats) -> Floats:
    """Return the time within which each row has as much as it wants; 0 if it wants nothing."""
    time = np.empty(len(minutes))
    for rows in row_blocks(minutes):
        block = minutes[rows]
        order = np.argsort(block, axis=1)
        enough = np.cumsum(amounts[order], axis=1) >= wanted[rows, None] * (1 - ROUNDING)
        sorted_minutes = np.take_along_axis(block, order, axis=1)
        time[rows] = np.where(enough, sorted_minutes, np.inf).min(axis=1, initial=np.inf)
    return np.where(wanted == 0, 0.0, time)
