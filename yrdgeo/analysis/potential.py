"""Potentials: what can be reached, discounted by travel time.

Promise: amounts are matched to destinations by id, and what no path reaches adds nothing.
"""

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import (
    Direction,
    aligned,
    checked,
    decay_weights,
    own_pairs,
)
from yrdgeo.analysis.decay import DecayFunction
from yrdgeo.results import TravelTimes


def gravity(
    times: TravelTimes,
    opportunities: pd.Series,
    *,
    decay: DecayFunction,
    direction: Direction = "out",
) -> pd.Series:
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
    direction
        ``"out"``: from the origins to the opportunities. ``"in"``: passive, how the destinations
        are reached from the origins; then the amounts are at the origins and the result is
        indexed by destination.

    Returns
    -------
    potential
        Shape (n,), indexed by origin, in the unit of ``opportunities``.

    Raises
    ------
    TableError
        If a destination has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If the decay gives no finite weight, as a power of zero minutes does, or the times cannot
        be minutes.

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
    times = checked(times, direction=direction)
    amounts = aligned(opportunities, times.destinations, name="opportunities")
    return pd.Series(decay_weights(times, decay) @ amounts, times.origins, name="gravity")


def self_share(
    times: TravelTimes,
    opportunities: pd.Series,
    *,
    decay: DecayFunction,
    direction: Direction = "out",
) -> pd.Series:
    r"""Return the share of each origin's potential that is its own.

    .. math:: S_i = O_i \, f(t_{ii}) / A_i

    Parameters
    ----------
    times
        Travel times of n origins to m destinations, in minutes.
    opportunities
        Amount at each destination, by id.
    decay, direction
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
    times = checked(times, direction=direction)
    amounts = aligned(opportunities, times.destinations, name="opportunities")
    weights = decay_weights(times, decay)
    rows, columns = own_pairs(times)
    own = np.zeros(len(times.origins))
    own[rows] = weights[rows, columns] * amounts[columns]
    total = weights @ amounts
    share = np.divide(own, total, out=np.full(len(own), np.nan), where=total > 0)
    # The sum and the product round apart: a place that reaches itself alone has a share of 1.
    return pd.Series(np.minimum(share, 1.0), times.origins, name="self_share")
