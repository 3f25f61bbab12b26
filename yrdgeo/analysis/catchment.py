"""Reach under competition: who shares the supply that a place can reach.

Promise: supply that some demand reaches is shared out whole; supply that none reaches belongs to
nobody, and is neither spread nor turned into NaN.
"""

from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import Floats, aligned, decay_weights
from yrdgeo.analysis.decay import DecayFunction
from yrdgeo.errors import ArgumentError, nearest
from yrdgeo.results import TravelTimes

Method = Literal["2sfca", "3sfca", "balanced"]
METHODS = ("2sfca", "3sfca", "balanced")


def floating_catchment(
    times: TravelTimes,
    supply: pd.Series,
    demand: pd.Series,
    *,
    decay: DecayFunction,
    method: Method = "2sfca",
) -> pd.Series:
    r"""Return the supply for each unit of demand that an origin can reach, under competition.

    .. math:: R_j = \frac{S_j}{\sum_i P_i u_{ij}}, \qquad A_i = \sum_j R_j v_{ij}

    with :math:`w_{ij} = f(t_{ij})` and

    - ``2sfca``: :math:`u = v = w` (enhanced, if the decay is stepped);
    - ``3sfca``: :math:`u_{ij} = v_{ij} = w_{ij}^2 / \sum_j w_{ij}`;
    - ``balanced``: :math:`u_{ij} = w_{ij} / \sum_j w_{ij}` and
      :math:`v_{ij} = w_{ij} / \sum_i w_{ij}`.

    The first two share out all supply that has demand: :math:`\sum_i P_i A_i = \sum_j S_j`. The
    balanced one keeps the level of service: :math:`\sum_i A_i = \sum_j R_j`.

    Parameters
    ----------
    times
        Travel times of n origins (demand) to m destinations (supply), in minutes.
    supply
        S, amount at each destination, by id.
    demand
        P, amount at each origin, by id.
    decay
        A row of :data:`yrdgeo.analysis.decay.DECAYS`, or any function from minutes to weights.
    method
        How the weights enter, see above.

    Returns
    -------
    catchment
        Shape (n,), indexed by origin, units of supply for a unit of demand; 0 where no supply
        is in reach. Supply without demand in reach gives nothing to anybody.

    Raises
    ------
    TableError
        If a place has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If the method is unknown or the decay gives no finite weight.

    References
    ----------
    Luo, W. and Wang, F. (2003). Measures of spatial accessibility to health care in a GIS
    environment. Wan, N., Zou, B. and Sternberg, T. (2012). A three-step floating catchment area
    method. Páez, A., Higgins, C. D. and Vivona, S. F. (2019). Demand and level of service
    inflation in floating catchment area (FCA) methods.

    Examples
    --------
    >>> from yrdgeo.analysis.decay import binary
    >>> times = TravelTimes(["a", "b"], ["clinic"], [[10.0], [20.0]])
    >>> beds, people = pd.Series({"clinic": 6.0}), pd.Series({"a": 1.0, "b": 2.0})
    >>> floating_catchment(times, beds, people, decay=binary(30)).to_dict()
    {'a': 2.0, 'b': 2.0}
    """
    if method not in METHODS:
        raise ArgumentError(
            "The method is unknown.", found=repr(method), fix=nearest(str(method), METHODS)
        )
    amounts = aligned(supply, times.destinations, name="supply")
    people = aligned(demand, times.origins, name="demand")
    by_demand = by_supply = decay_weights(times, decay)
    if method == "3sfca":
        by_demand = by_supply = by_demand * _shares(by_demand, axis=1)
    elif method == "balanced":
        by_demand, by_supply = _shares(by_demand, axis=1), _shares(by_demand, axis=0)
    # Divided before the amounts come in: S over the tiny weights of far demand would overflow.
    rates = _ratio(by_supply, np.broadcast_to(people @ by_demand, by_supply.shape))
    return pd.Series(rates @ amounts, times.origins, name="floating_catchment")


def spatial_availability(
    times: TravelTimes, opportunities: pd.Series, demand: pd.Series, *, decay: DecayFunction
) -> pd.Series:
    r"""Share the opportunities among all who reach them, by their number and their time.

    .. math:: V_i = \sum_j O_j \frac{P_i \, f(t_{ij})}{\sum_i P_i \, f(t_{ij})}

    Parameters
    ----------
    times
        Travel times of n origins (demand) to m destinations, in minutes.
    opportunities
        O, amount at each destination, by id.
    demand
        P, amount at each origin, by id.
    decay
        A row of :data:`yrdgeo.analysis.decay.DECAYS`, or any function from minutes to weights.

    Returns
    -------
    availability
        Shape (n,), indexed by origin, in the unit of ``opportunities``; together they are all
        opportunities that somebody reaches.

    Raises
    ------
    TableError
        If a place has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If the decay gives no finite weight.

    References
    ----------
    Soukhov, A., Páez, A., Higgins, C. D. and Mohamed, M. (2023). Introducing spatial
    availability, a singly-constrained measure of competitive accessibility.

    Examples
    --------
    >>> from yrdgeo.analysis.decay import binary
    >>> times = TravelTimes(["a", "b"], ["x"], [[10.0], [20.0]])
    >>> jobs, people = pd.Series({"x": 6.0}), pd.Series({"a": 1.0, "b": 2.0})
    >>> spatial_availability(times, jobs, people, decay=binary(30)).to_dict()
    {'a': 2.0, 'b': 4.0}
    """
    amounts = aligned(opportunities, times.destinations, name="opportunities")
    people = aligned(demand, times.origins, name="demand")
    competing = people[:, None] * decay_weights(times, decay)
    available = _shares(competing, axis=0) @ amounts
    return pd.Series(available, times.origins, name="spatial_availability")


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
    amounts = aligned(supply, times.destinations, name="supply")
    people = aligned(demand, times.origins, name="demand")
    order = np.argsort(times.minutes, axis=1, kind="stable")
    enough = np.cumsum(amounts[order], axis=1) >= people[:, None]
    sorted_minutes = np.take_along_axis(times.minutes, order, axis=1)
    time = np.where(enough, sorted_minutes, np.inf).min(axis=1, initial=np.inf)
    return pd.Series(np.where(people == 0, 0.0, time), times.origins, name="balancing_time")


def _ratio(parts: Floats, sums: Floats) -> Floats:
    """Divide, with 0 where there is nobody to share with."""
    return np.divide(parts, sums, out=np.zeros_like(parts), where=sums > 0)


def _shares(weights: Floats, *, axis: int) -> Floats:
    """Divide by the sums along an axis; a sum of zero gives shares of zero."""
    sums = np.broadcast_to(weights.sum(axis=axis, keepdims=True), weights.shape)
    return _ratio(weights, sums)
