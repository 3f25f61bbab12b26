"""Two costs of a trip, time and money, that are not added up: what nobody would rather avoid.

Promise: no exchange rate between minutes and money is assumed. A way that another beats in one
cost and equals in the other is dominated; every other one is kept.

Ways between places come by name (``"fast train"``, ``"coach"``): each with its travel times and a
table of money, origins as index and destinations as columns, ``inf`` where there is no such way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import Floats, aligned, checked, row_blocks
from yrdgeo.analysis.arguments import check_numbers
from yrdgeo.analysis.directness import matrix_of
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TravelTimes

Ways = Mapping[str, tuple[TravelTimes, pd.DataFrame]]


def cumulative_two_costs(
    times: TravelTimes,
    opportunities: pd.Series,
    *,
    costs: pd.DataFrame,
    cutoff_min: float,
    cost_limit: float,
) -> pd.Series:
    r"""Sum the opportunities within a travel time that cost no more than a limit, too.

    .. math:: A_i = \sum_{j:\, t_{ij} \le T,\; c_{ij} \le C} O_j

    Parameters
    ----------
    times
        Travel times of n origins to m destinations, in minutes.
    opportunities
        Amount at each destination, by id.
    costs
        c, money or any other second cost, origins as index and destinations as columns; ``inf``
        where there is no way.
    cutoff_min
        T, minutes; a time equal to it is in.
    cost_limit
        C, in the unit of ``costs``; a cost equal to it is in.

    Returns
    -------
    reach
        Shape (n,), indexed by origin, in the unit of ``opportunities``.

    Raises
    ------
    TableError
        If a destination has no amount or a pair no cost, or one is missing or negative.
    ArgumentError
        If a limit is negative or not finite, or the times cannot be minutes.

    References
    ----------
    El-Geneidy, A. et al. (2016). The cost of equity: assessing transit accessibility and social
    disparity using total travel cost.

    Examples
    --------
    >>> times = TravelTimes(["a"], ["b", "c"], [[30, 60]])
    >>> fares = pd.DataFrame({"c": [9.0], "b": [55.0]}, ["a"])
    >>> jobs = pd.Series({"b": 2.0, "c": 4.0})
    >>> cumulative_two_costs(times, jobs, costs=fares, cutoff_min=60, cost_limit=50).to_dict()
    {'a': 4.0}
    """
    ways = {"": (times, costs)}
    reach = cumulative_ways(ways, opportunities, cutoffs_min=[cutoff_min], cost_limits=[cost_limit])
    return reach.iloc[:, 0].rename("cumulative_two_costs")


def cumulative_ways(
    ways: Ways,
    opportunities: pd.Series,
    *,
    cutoffs_min: Sequence[float],
    cost_limits: Sequence[float],
) -> pd.DataFrame:
    r"""Sum the opportunities that some way reaches within both limits, for all pairs of limits.

    .. math:: A_i(T, C) = \sum_{j:\, \exists k:\, t^k_{ij} \le T,\; c^k_{ij} \le C} O_j

    Parameters
    ----------
    ways
        By name, travel times and a table of money; all lead from n origins to m destinations.
    opportunities
        Amount at each destination, by id.
    cutoffs_min, cost_limits
        T and C; equal to a limit is in.

    Returns
    -------
    reach
        Shape (n, cut-offs × limits), indexed by origin, columns ``(cutoff_min, cost_limit)``, in
        the unit of ``opportunities``.

    Raises
    ------
    TableError
        If a destination has no amount or a pair no cost, or one is missing or negative.
    ArgumentError
        If a limit is negative or not finite, there is none, the ways do not join the same
        places, or the times cannot be minutes.

    Examples
    --------
    >>> fast = TravelTimes(["a"], ["b"], [[30]]), pd.DataFrame({"b": [90.0]}, ["a"])
    >>> slow = TravelTimes(["a"], ["b"], [[80]]), pd.DataFrame({"b": [20.0]}, ["a"])
    >>> reach = cumulative_ways({"fast": fast, "slow": slow}, pd.Series({"b": 7.0}),
    ...     cutoffs_min=[60, 90], cost_limits=[50, 100])
    >>> reach.loc["a"].to_dict()
    {(60.0, 50.0): 0.0, (60.0, 100.0): 7.0, (90.0, 50.0): 7.0, (90.0, 100.0): 7.0}
    """
    cutoffs = check_numbers(cutoffs_min, "cutoffs_min", least=0)
    limits = check_numbers(cost_limits, "cost_limits", least=0)
    stack = stacked(ways)
    amounts = aligned(opportunities, stack.destinations, name="opportunities")
    columns = pd.MultiIndex.from_product([cutoffs, limits], names=["cutoff_min", "cost_limit"])
    reach = np.empty((len(stack.origins), len(columns)))
    for rows in row_blocks(stack.minutes[0]):
        for place, (cutoff, limit) in enumerate(columns):
            within = np.zeros(stack.minutes[0][rows].shape, dtype=bool)
            for minutes, money in zip(stack.minutes, stack.money, strict=True):
                within |= (minutes[rows] <= cutoff) & (money[rows] <= limit)
            reach[rows, place] = within.astype(np.float64) @ amounts
    return pd.DataFrame(reach, stack.origins, columns)


def pareto_set(ways: Ways) -> pd.DataFrame:
    """Return the ways between each two places that no other way dominates.

    Parameters
    ----------
    ways
        By name, travel times and a table of money; all lead from n origins to m destinations.

    Returns
    -------
    ways
        ``from_id to_id way travel_time_min cost``, in the order of the places, the fastest way
        first; of ways with equal costs the one that is named first. Pairs without a way have no
        row.

    Raises
    ------
    TableError
        If a pair has no cost, or one is missing or negative.
    ArgumentError
        If there is no way, the ways do not join the same places, or the times cannot be minutes.

    References
    ----------
    Conway, M. W. and Stewart, A. F. (2019). Getting Charlie off the MTA: a multiobjective
    optimization method to account for cost constraints in public transit accessibility metrics.

    Examples
    --------
    >>> fast = TravelTimes(["a"], ["b"], [[30]]), pd.DataFrame({"b": [90.0]}, ["a"])
    >>> slow = TravelTimes(["a"], ["b"], [[80]]), pd.DataFrame({"b": [20.0]}, ["a"])
    >>> poor = TravelTimes(["a"], ["b"], [[85]]), pd.DataFrame({"b": [20.0]}, ["a"])
    >>> pareto_set({"poor": poor, "slow": slow, "fast": fast})["way"].tolist()
    ['fast', 'slow']
    """
    stack = stacked(ways)
    minutes, money = np.stack(stack.minutes), np.stack(stack.money)
    order = np.lexsort((money, minutes), axis=0)
    minutes = np.take_along_axis(minutes, order, axis=0)
    money = np.take_along_axis(money, order, axis=0)
    cheapest = np.minimum.accumulate(money, axis=0)
    kept = np.isfinite(minutes) & np.isfinite(money)
    kept[1:] &= money[1:] < cheapest[:-1]
    # Axes turned so that the ways of a pair stand together.
    rows, columns, rank = np.nonzero(kept.transpose(1, 2, 0))
    return pd.DataFrame(
        {
            "from_id": stack.origins[rows],
            "to_id": stack.destinations[columns],
            "way": np.array(list(ways), dtype=object)[order[rank, rows, columns]],
            "travel_time_min": minutes[rank, rows, columns],
            "cost": money[rank, rows, columns],
        }
    )


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Ways with their matrices in one order of places.

    Attributes
    ----------
    origins, destinations
        Ids, shape (n,) and (m,).
    minutes, money
        A matrix for each way, shape (n, m).
    """

    origins: pd.Index
    destinations: pd.Index
    minutes: list[Floats]
    money: list[Floats]


def stacked(ways: Ways) -> Stack:
    """Return the ways as matrices of one shape, joined by id, or refuse ways that do not match."""
    _check_ways(ways)
    first = checked(next(iter(ways.values()))[0])
    stack = Stack(first.origins, first.destinations, [], [])
    for name, (times, money) in ways.items():
        here = checked(times)
        rows = here.origins.get_indexer(first.origins)
        columns = here.destinations.get_indexer(first.destinations)
        if here.minutes.shape != first.minutes.shape or (rows < 0).any() or (columns < 0).any():
            missing = [*first.origins[rows < 0], *first.destinations[columns < 0]]
            raise ArgumentError(
                f"The way {name!r} does not join the same places as the first one.",
                found=few(missing) if missing else f"shape {here.minutes.shape}",
                fix="Give every way all places, with inf where it has no path.",
            )
        ordered = here.minutes if here is first else here.minutes[np.ix_(rows, columns)]
        places = first.origins, first.destinations
        stack.minutes.append(ordered)
        stack.money.append(matrix_of(money, *places, name=f"costs {name}".strip(), no_path=True))
    return stack


def _check_ways(ways: object) -> None:
    if not isinstance(ways, Mapping) or not ways:
        raise ArgumentError(
            "There are no ways.",
            found="" if isinstance(ways, Mapping) else type(ways).__name__,
            fix="Give at least one, by name: {'coach': (times, costs)}.",
        )
    for name, way in ways.items():
        if not isinstance(way, (tuple, list)) or len(way) != 2:  # noqa: PLR2004 — times, money
            raise ArgumentError(
                f"The way {name!r} must be travel times and a table of money.",
                found=type(way).__name__,
            )
