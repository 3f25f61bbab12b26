"""Time and money, by hand: a fast train, a slow train and a coach."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis.accessibility import (
    cost_frontier,
    cumulative_two_costs,
    cumulative_ways,
    pareto_set,
)
from yrdgeo.errors import ArgumentError, TableError
from yrdgeo.results import TravelTimes

INF = np.inf
Ways = dict[str, tuple[TravelTimes, pd.DataFrame]]


@pytest.fixture
def ways() -> Ways:
    """Return three ways to two cities; ids stand in another order in each."""
    fast = TravelTimes(["a", "b"], ["x", "y"], [[30, 50], [20, INF]])
    slow = TravelTimes(["b", "a"], ["y", "x"], [[70, 60], [90, 80]])
    coach = TravelTimes(["a", "b"], ["y", "x"], [[99, 80], [70, 60]])
    return {
        "fast": (fast, pd.DataFrame([[90.0, 150.0], [70.0, 0.0]], ["a", "b"], ["x", "y"])),
        "slow": (slow, pd.DataFrame([[40.0, 30.0], [20.0, 25.0]], ["a", "b"], ["x", "y"])),
        "coach": (coach, pd.DataFrame([[40.0, 10.0], [20.0, INF]], ["a", "b"], ["x", "y"])),
    }


@pytest.fixture
def jobs() -> pd.Series:
    return pd.Series({"y": 5.0, "x": 2.0})


def test_dominated_ways_are_left_out(ways: Ways) -> None:
    found = pareto_set(ways)
    rows = [tuple(row) for row in found.itertuples(index=False)]
    assert rows == [
        ("a", "x", "fast", 30.0, 90.0),
        ("a", "x", "slow", 80.0, 40.0),  # the coach costs and takes the same: the first stays
        ("a", "y", "fast", 50.0, 150.0),
        ("a", "y", "slow", 90.0, 30.0),
        ("a", "y", "coach", 99.0, 10.0),
        ("b", "x", "fast", 20.0, 70.0),
        ("b", "x", "slow", 60.0, 20.0),
        ("b", "y", "slow", 70.0, 25.0),  # no fast train, no coach
    ]


def test_an_opportunity_counts_once_however_many_ways_lead_there(
    ways: Ways, jobs: pd.Series
) -> None:
    reach = cumulative_ways(ways, jobs, cutoffs_min=[100, 60], cost_limits=[40, 150])
    assert reach.loc["a"].to_dict() == {
        (100, 40): 7.0, (100, 150): 7.0, (60, 40): 0.0, (60, 150): 7.0
    }  # fmt: skip
    assert reach.loc["b"].to_dict() == {
        (100, 40): 7.0, (100, 150): 7.0, (60, 40): 2.0, (60, 150): 2.0
    }  # fmt: skip


def test_limits_are_in_on_both_sides(ways: Ways, jobs: pd.Series) -> None:
    times, costs = ways["slow"]
    found = cumulative_two_costs(times, jobs, costs=costs, cutoff_min=80, cost_limit=40)
    assert found.to_dict() == {"b": 7.0, "a": 2.0}


def test_the_frontier_gives_up_money_for_time(ways: Ways, jobs: pd.Series) -> None:
    found = cost_frontier(ways, jobs, n=5)
    points = found.groupby("from_id")[["travel_time_min", "cost"]].apply(
        lambda part: [tuple(row) for row in part.to_numpy()]
    )
    assert points["a"] == [(50.0, 150.0), (90.0, 30.0), (99.0, 10.0)]
    assert points["b"] == [(70.0, 25.0)]


def test_who_never_reaches_enough_has_no_frontier(ways: Ways, jobs: pd.Series) -> None:
    assert cost_frontier(ways, jobs, n=8).empty
    assert list(cost_frontier(ways, jobs, n=8)) == ["from_id", "travel_time_min", "cost"]


def test_amounts_that_rounding_cannot_add_up_end_the_search() -> None:
    ids = [f"p{number}" for number in range(9)]
    times = TravelTimes(["a"], ids, [np.arange(9) * 10.0 + 10])
    costs = pd.DataFrame([np.arange(9.0)[::-1]], ["a"], ids)
    found = cost_frontier({"": (times, costs)}, pd.Series(0.1, ids), n=0.9)
    assert found[["travel_time_min", "cost"]].to_numpy().tolist() == [[90.0, 8.0]]


def test_impossible_questions_are_refused(ways: Ways, jobs: pd.Series) -> None:
    with pytest.raises(ArgumentError, match="There are no ways"):
        pareto_set({})
    with pytest.raises(ArgumentError, match="n must be"):
        cost_frontier(ways, jobs, n=0)
    with pytest.raises(ArgumentError, match=r"cost_limits must be a finite number.*inf"):
        cumulative_ways(ways, jobs, cutoffs_min=[30], cost_limits=[INF])
    with pytest.raises(ArgumentError, match="cutoffs_min must be a list"):
        cumulative_ways(ways, jobs, cutoffs_min=[], cost_limits=[9])
    times, costs = ways["fast"]
    elsewhere = TravelTimes(["a", "c"], ["x", "y"], times.minutes)
    with pytest.raises(ArgumentError, match=r"'odd' does not join.*b"):
        pareto_set({**ways, "odd": (elsewhere, costs)})
    with pytest.raises(TableError, match=r"costs slow lacks origins.*b"):
        pareto_set({**ways, "slow": (times, costs.drop(index="b"))})
    with pytest.raises(TableError, match=r"finite numbers.*-1.0 from a to x"):
        pareto_set({"fast": (times, costs - 91)})


def test_no_places_have_no_ways() -> None:
    nowhere = {"fast": (TravelTimes([], [], np.zeros((0, 0))), pd.DataFrame())}
    nothing = pd.Series(dtype=float)
    assert pareto_set(nowhere).empty
    assert cost_frontier(nowhere, nothing, n=1).empty
    assert cumulative_ways(nowhere, nothing, cutoffs_min=[30], cost_limits=[9]).empty
