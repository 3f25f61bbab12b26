"""Reach under competition: who shares the supply that a place can reach.

Promise: supply that some demand reaches is shared out whole; supply that none reaches belongs to
nobody, and is neither spread nor turned into NaN.
"""

from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import (
    Floats,
    aligned,
    checked,
    competing,
    decay_weights,
    ratio,
    row_blocks,
)
from yrdgeo.analysis.arguments import check_choice
from yrdgeo.analysis.decay import DecayFunction
from yrdgeo.errors import ArgumentError
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
        If the method is unknown, the demand of all origins is zero, the decay gives no finite
        weight, or the times cannot be minutes.

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
    check_method(method)
    amounts, people, weights = market(times, supply, demand, decay=decay)
    load = people @ demand_side(weights, method)
    weights = supply_side(weights, weights.sum(axis=0), method)
    return pd.Series(received(weights, load, amounts), times.origins, name="floating_catchment")


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
        If the demand of all origins is zero, the decay gives no finite weight, or the times
        cannot be minutes.

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
    amounts, people, weights = market(
        times, opportunities, demand, decay=decay, name="opportunities"
    )
    available = people * received(weights, people @ weights, amounts)
    return pd.Series(available, times.origins, name="spatial_availability")


def market(
    times: TravelTimes,
    supply: pd.Series,
    demand: pd.Series,
    *,
    decay: DecayFunction,
    name: str = "supply",
) -> tuple[Floats, Floats, Floats]:
    """Return supply, demand and the weight of each pair, all checked.

    Raises
    ------
    TableError
        If a place has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If the demand of all origins is zero, the decay gives no finite weight, or the times cannot
        be minutes.
    """
    amounts = aligned(supply, checked(times).destinations, name=name)
    return amounts, competing(demand, times.origins), decay_weights(times, decay)


def check_method(method: str) -> None:
    """Refuse an unknown method."""
    check_choice(method, "method", METHODS)


def demand_side(weights: Floats, method: Method) -> Floats:
    """Return u, by which demand presses on supply, from the weights of some origins."""
    if method == "2sfca":
        return weights
    # Shares first: the square of a tiny weight would be zero.
    shares = ratio(weights, weights.sum(axis=1, keepdims=True))
    return shares if method == "balanced" else np.multiply(shares, weights, out=shares)


def supply_side(weights: Floats, sums: Floats, method: Method) -> Floats:
    """Return v, by which supply comes to demand; ``sums`` are those over all origins."""
    if method == "balanced":
        return ratio(weights, sums)
    return demand_side(weights, method)


def received(weights: Floats, load: Floats, amounts: Floats) -> Floats:
    """Return what each row receives of amounts that are shared by load.

    Raises
    ------
    ArgumentError
        If what a row receives is larger than any number.
    """
    found = np.empty(len(weights))
    for rows in row_blocks(weights):
        # Divided before the amounts come in: S over the tiny load of far demand would overflow.
        with np.errstate(over="ignore", invalid="ignore"):
            found[rows] = ratio(weights[rows], load) @ amounts
    if not np.isfinite(found).all():
        raise ArgumentError(
            "There is supply whose only demand the decay all but forgets.",
            found=f"weights down to {weights[weights > 0].min():g}",
            fix="Let the decay reach farther, or end it: a weight may be 0.",
        )
    return found
