"""Laws of reach under competition: supply that is reached is shared out whole."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from yrdgeo.analysis.catchment import METHODS, floating_catchment, spatial_availability
from yrdgeo.analysis.decay import Decay, binary, exponential, linear
from yrdgeo.analysis.until import balancing_time
from yrdgeo.results import TravelTimes

minutes = st.sampled_from([0.0, 30.0, float("inf")]) | st.floats(1, 300)
amounts = st.sampled_from([0.0, 1.0]) | st.floats(1e-3, 1e6)
decays = st.sampled_from([binary(60), linear(120), exponential(half_life_min=45)])
Drawn = tuple[TravelTimes, pd.Series, pd.Series]


@st.composite
def markets(draw: st.DrawFn) -> Drawn:
    """Draw times, supply and demand; the two Series are shuffled against the times."""
    towns = [f"t{number}" for number in range(draw(st.integers(1, 5)))]
    shops = [f"s{number}" for number in range(draw(st.integers(1, 5)))]
    rows = st.lists(minutes, min_size=len(shops), max_size=len(shops))
    matrix = draw(st.lists(rows, min_size=len(towns), max_size=len(towns)))

    def drawn(ids: list[str]) -> pd.Series:
        values = draw(st.lists(amounts, min_size=len(ids), max_size=len(ids)))
        return pd.Series(values, ids).loc[draw(st.permutations(ids))]

    demand = drawn(towns)
    assume(demand.round().sum() > 0)
    return TravelTimes(towns, shops, matrix), drawn(shops), demand


def reached(times: TravelTimes, demand: pd.Series, decay: Decay) -> pd.Series:
    """Say of each destination whether any demand reaches it."""
    people = demand.loc[times.origins].to_numpy()
    return pd.Series(people @ decay(times.minutes) > 0, times.destinations)


@pytest.mark.parametrize("method", ["2sfca", "3sfca"])
@settings(max_examples=50)
@given(market=markets(), decay=decays)
def test_demand_receives_all_supply_that_it_reaches(
    method: str, market: Drawn, decay: Decay
) -> None:
    times, supply, demand = market
    found = floating_catchment(times, supply, demand, decay=decay, method=method)  # type: ignore[arg-type]
    received = (found * demand.loc[found.index]).sum()
    expected = supply[reached(times, demand, decay).loc[supply.index]].sum()
    assert received == pytest.approx(expected, rel=1e-9)


@settings(max_examples=50)
@given(market=markets(), decay=decays)
def test_availability_shares_out_all_that_is_reached(market: Drawn, decay: Decay) -> None:
    times, supply, demand = market
    found = spatial_availability(times, supply, demand, decay=decay)
    expected = supply[reached(times, demand, decay).loc[supply.index]].sum()
    assert found.sum() == pytest.approx(expected, rel=1e-9)
    assert (found[(demand.loc[found.index] == 0).to_numpy()] == 0).all()


@settings(max_examples=50)
@given(market=markets(), decay=decays)
def test_availability_a_head_is_the_two_step_catchment(market: Drawn, decay: Decay) -> None:
    times, supply, demand = market
    available = spatial_availability(times, supply, demand, decay=decay)
    a_head = floating_catchment(times, supply, demand, decay=decay)
    people = demand.loc[times.origins]
    np.testing.assert_allclose(a_head * people, available, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=50)
@given(market=markets(), decay=decays, factor=st.floats(0.1, 100))
def test_more_supply_helps_and_more_demand_hurts_in_proportion(
    method: str, market: Drawn, decay: Decay, factor: float
) -> None:
    times, supply, demand = market
    options = {"decay": decay, "method": method}
    plain = floating_catchment(times, supply, demand, **options)  # type: ignore[arg-type]
    more = floating_catchment(times, supply * factor, demand, **options)  # type: ignore[arg-type]
    crowded = floating_catchment(times, supply, demand * factor, **options)  # type: ignore[arg-type]
    pd.testing.assert_series_equal(more, plain * factor, rtol=1e-9)
    pd.testing.assert_series_equal(crowded, plain / factor, rtol=1e-9)


@settings(max_examples=50)
@given(market=markets())
def test_balancing_time_is_the_first_time_that_is_enough(market: Drawn) -> None:
    # Whole amounts, so that no rounding can decide what is enough.
    times, supply, demand = market[0], market[1].round(), market[2].round()
    found = balancing_time(times, supply, demand)
    for origin, row in times.to_frame().T.items():
        moments = sorted({0.0, *row[np.isfinite(row)]})
        enough = [
            time for time in moments if supply[row.index[row <= time]].sum() >= demand[origin]
        ]
        assert found[origin] == (enough[0] if enough else np.inf)
