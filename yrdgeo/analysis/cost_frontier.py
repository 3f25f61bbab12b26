"""The frontier of two costs: with how little time and how little money enough is reached.

Promise: every pair of limits that no other dominates is found, not those of a grid.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.amounts import Floats, Places, aligned
from yrdgeo.analysis.arguments import check_number
from yrdgeo.analysis.two_costs import Stack, Ways, stacked
from yrdgeo.analysis.until import ROUNDING

_CELLS = 2**22  # of one block of origins, which holds eight arrays of them


def cost_frontier(ways: Ways, opportunities: pd.Series, *, n: float = 1) -> pd.DataFrame:
    r"""Return the pairs of limits with which each origin just reaches n opportunities.

    .. math:: \{ (T, C) : A_i(T, C) \ge n \}, \text{ those that no other pair of the set dominates}

    Parameters
    ----------
    ways
        By name, travel times and a table of money; all lead from n origins to m destinations.
    opportunities
        Amount at each destination, by id.
    n
        Amount to be reached, above zero.

    Returns
    -------
    frontier
        ``from_id travel_time_min cost``, in the order of the origins, times rising and costs
        falling; no row for an origin that does not reach n. Sums that fall short by rounding
        alone (one part in 10¹²) are enough.

    Raises
    ------
    TableError
        If a destination has no amount or a pair no cost, or one is missing or negative.
    ArgumentError
        If ``n`` is not above zero, there is no way, the ways do not join the same places, or the
        times cannot be minutes.

    References
    ----------
    Conway, M. W. and Stewart, A. F. (2019). Getting Charlie off the MTA: a multiobjective
    optimization method to account for cost constraints in public transit accessibility metrics.

    Examples
    --------
    >>> from yrdgeo.results import TravelTimes
    >>> places = ["a"], ["b", "c"]
    >>> fast = TravelTimes(*places, [[30, 50]]), pd.DataFrame([[90, 40]], *places)
    >>> slow = TravelTimes(*places, [[80, 99]]), pd.DataFrame([[20, 30]], *places)
    >>> jobs = pd.Series({"b": 5.0, "c": 5.0})
    >>> cost_frontier({"fast": fast, "slow": slow}, jobs, n=5).drop(columns="from_id").to_numpy()
    array([[30., 90.],
           [50., 40.],
           [80., 20.]])
    """
    n = check_number(n, "n", above=0)
    stack = stacked(ways)
    amounts = aligned(opportunities, stack.destinations, name="opportunities")
    step = max(1, _CELLS // max(1, len(ways) * len(amounts)))
    tables = [
        _block_frontier(stack, slice(first, first + step), amounts, n * (1 - ROUNDING))
        for first in range(0, len(stack.origins), step)
    ]
    columns = ["from_id", "travel_time_min", "cost"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


@dataclass(slots=True, eq=False)
class _Search:
    """One walk along the frontier of many origins at once.

    For each origin (row) a trip is *admitted* if it is among the ``fast`` first ones by time,
    and not *cut* if it is not among the ``cut`` dearest. Time is admitted while the amount is
    too little, money is cut while it is enough; where a cut makes it too little, the limits
    before the cut are a point of the frontier.
    """

    by_time: Places
    by_cost: Places
    rank_time: Places
    rank_cost: Places
    place: Places
    fast: Places
    cut: Places
    ways_open: npt.NDArray[np.int16]
    total: Floats


def _block_frontier(stack: Stack, rows: slice, amounts: Floats, wanted: float) -> pd.DataFrame:
    minutes = np.concatenate([matrix[rows] for matrix in stack.minutes], axis=1)
    money = np.concatenate([matrix[rows] for matrix in stack.money], axis=1)
    usable = np.isfinite(minutes) & np.isfinite(money)
    minutes, money = np.where(usable, minutes, np.inf), np.where(usable, money, np.inf)
    count = usable.sum(axis=1)
    search = _begun(minutes, money, count, len(amounts))
    alive = np.arange(len(minutes))
    found: list[tuple[Places, Floats, Floats]] = []
    while len(alive):
        enough = search.total[alive] >= wanted
        short = alive[~enough]
        short = short[search.fast[short] < count[short]]
        _admit(search, short, amounts)
        rich = alive[enough]
        rich = rich[search.cut[rich] < minutes.shape[1]]  # rounding may leave a crumb of nothing
        poorer, trip = _cut(search, rich, amounts)
        now_short = search.total[poorer] < wanted
        at, trip = poorer[now_short], trip[now_short]
        last = search.by_time[at, search.fast[at] - 1]
        found.append((at, minutes[at, last], money[at, trip]))
        alive = np.sort(np.concatenate([short, rich]))
    return _undominated(stack.origins[rows], found)


def _begun(minutes: Floats, money: Floats, count: Places, size: int) -> _Search:
    by_time, by_cost = np.argsort(minutes, axis=1), np.argsort(-money, axis=1)
    ranks = np.broadcast_to(np.arange(minutes.shape[1]), minutes.shape)
    rank_time, rank_cost = np.empty_like(by_time), np.empty_like(by_cost)
    np.put_along_axis(rank_time, by_time, ranks, axis=1)
    np.put_along_axis(rank_cost, by_cost, ranks, axis=1)
    return _Search(
        by_time,
        by_cost,
        rank_time,
        rank_cost,
        np.tile(np.arange(size), minutes.shape[1] // max(1, size)),
        np.zeros(len(minutes), dtype=np.intp),
        minutes.shape[1] - count,  # trips without a way are the dearest, and cut from the start
        np.zeros((len(minutes), size), dtype=np.int16),
        np.zeros(len(minutes)),
    )


def _admit(search: _Search, rows: Places, amounts: Floats) -> None:
    trip = search.by_time[rows, search.fast[rows]]
    search.fast[rows] += 1
    kept = search.rank_cost[rows, trip] >= search.cut[rows]
    rows, place = rows[kept], search.place[trip[kept]]
    search.ways_open[rows, place] += 1
    new = search.ways_open[rows, place] == 1
    search.total[rows[new]] += amounts[place[new]]


def _cut(search: _Search, rows: Places, amounts: Floats) -> tuple[Places, Places]:
    """Cut the dearest trip that is left; return the rows that lost a place, and their trips."""
    trip = search.by_cost[rows, search.cut[rows]]
    search.cut[rows] += 1
    admitted = search.rank_time[rows, trip] < search.fast[rows]
    rows, trip = rows[admitted], trip[admitted]
    place = search.place[trip]
    search.ways_open[rows, place] -= 1
    gone = search.ways_open[rows, place] == 0
    search.total[rows[gone]] -= amounts[place[gone]]
    return rows[gone], trip[gone]


def _undominated(origins: pd.Index, found: list[tuple[Places, Floats, Floats]]) -> pd.DataFrame:
    row, minutes, money = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((money, minutes, row))
    points = pd.DataFrame({"row": row[order], "minutes": minutes[order], "money": money[order]})
    cheapest = points.groupby("row")["money"].cummin()
    before = cheapest.groupby(points["row"]).shift(fill_value=np.inf)
    kept = points[(points["money"] < before).to_numpy()]
    return pd.DataFrame(
        {
            "from_id": origins[kept["row"].to_numpy()],
            "travel_time_min": kept["minutes"].to_numpy(),
            "cost": kept["money"].to_numpy(),
        }
    )
