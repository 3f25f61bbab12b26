"""Floating catchments against pysal/access, and the balanced one against plain loops."""

import access.fca
import access.weights
import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis.accessibility import floating_catchment, spatial_availability
from yrdgeo.analysis.decay import gaussian, stepped
from yrdgeo.results import TravelTimes

TOWNS, SHOPS = 25, 12
TOLERANCE = 1e-9
STEPS = {30: 1.0, 60: 0.68, 90: 0.22}


@pytest.fixture(scope="module")
def times() -> TravelTimes:
    """Draw times off the breaks of the steps, with some pairs without a path."""
    random = np.random.default_rng(8)
    minutes = random.integers(0, 200, (TOWNS, SHOPS)) + 0.25
    minutes[random.random(minutes.shape) < 0.1] = np.inf
    towns = random.permutation([f"t{number:02}" for number in range(TOWNS)])
    return TravelTimes(towns, [f"s{number:02}" for number in range(SHOPS)], minutes)


@pytest.fixture(scope="module")
def supply(times: TravelTimes) -> pd.Series:
    random = np.random.default_rng(9)
    return pd.Series(random.lognormal(3, 1, SHOPS), random.permutation(times.destinations))


@pytest.fixture(scope="module")
def demand(times: TravelTimes) -> pd.Series:
    random = np.random.default_rng(10)
    return pd.Series(random.lognormal(6, 1, TOWNS), random.permutation(times.origins))


def by_access(
    method: object, times: TravelTimes, supply: pd.Series, demand: pd.Series, weight: object
) -> pd.Series:
    table = times.to_table()
    costs = table[np.isfinite(table["travel_time_min"])].copy()
    found = method(  # type: ignore[operator]
        demand.rename("demand").rename_axis("geoid").to_frame(),
        supply.rename("supply").rename_axis("geoid").to_frame(),
        costs,
        max_cost=None,
        demand_index=True,
        cost_origin="from_id",
        cost_dest="to_id",
        cost_name="travel_time_min",
        weight_fn=weight,
    )
    return found.reindex(times.origins, fill_value=0.0)


# access 1.1 calls DataFrame.drop the way pandas 3 will stop to accept.
@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.parametrize(
    ("decay", "weight"),
    [
        (gaussian(40), access.weights.gaussian(40)),
        (stepped(list(STEPS), list(STEPS.values())), access.weights.step_fn(STEPS)),
    ],
    ids=["gaussian", "stepped"],
)
@pytest.mark.parametrize(
    ("method", "theirs"),
    [("2sfca", access.fca.two_stage_fca), ("3sfca", access.fca.three_stage_fca)],
)
def test_catchments_equal_access(  # noqa: PLR0913, PLR0917 — fixtures and cases
    times: TravelTimes,
    supply: pd.Series,
    demand: pd.Series,
    decay: object,
    weight: object,
    method: str,
    theirs: object,
) -> None:
    expected = by_access(theirs, times, supply, demand, weight)
    found = floating_catchment(times, supply, demand, decay=decay, method=method)  # type: ignore[arg-type]
    np.testing.assert_allclose(found, expected.loc[found.index], rtol=TOLERANCE)
    assert (found > 0).any()


def test_the_balanced_catchment_equals_loops(
    times: TravelTimes, supply: pd.Series, demand: pd.Series
) -> None:
    weights = np.exp(-(times.to_frame() ** 2) / (2 * 40**2))
    expected = dict.fromkeys(times.origins, 0.0)
    for shop in times.destinations:
        balanced = {
            town: weights.loc[town, shop] / weights.loc[town].sum() for town in weights.index
        }
        load = sum(demand[town] * balanced[town] for town in weights.index)
        for town in weights.index:
            share = weights.loc[town, shop] / weights[shop].sum()
            expected[town] += supply[shop] / load * share
    found = floating_catchment(times, supply, demand, decay=gaussian(40), method="balanced")
    np.testing.assert_allclose(found, pd.Series(expected).loc[found.index], rtol=TOLERANCE)


def test_availability_equals_the_published_three_factors(
    times: TravelTimes, supply: pd.Series, demand: pd.Series
) -> None:
    weights = np.exp(-(times.to_frame() ** 2) / (2 * 40**2))
    by_people = demand.loc[weights.index] / demand.sum()
    by_time = weights / weights.sum()
    both = by_time.mul(by_people, axis=0)
    expected = (both / both.sum()) @ supply.loc[weights.columns]
    found = spatial_availability(times, supply, demand, decay=gaussian(40))
    np.testing.assert_allclose(found, expected.loc[found.index], rtol=TOLERANCE)
