"""Flows with known sums, by hand, and where there are none."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis.accessibility import (
    constrained,
    constrained_flows,
    floating_catchment,
    gravity,
)
from yrdgeo.analysis.decay import binary, exponential
from yrdgeo.errors import ArgumentError
from yrdgeo.results import TravelTimes

INF = np.inf
NEAR = exponential(half_life_min=25)


@pytest.fixture
def times() -> TravelTimes:
    return TravelTimes(["a", "b"], ["y", "x"], [[60.0, 10.0], [10.0, 35.0]])


@pytest.fixture
def beds() -> pd.Series:
    return pd.Series({"x": 4.0, "y": 6.0})


@pytest.fixture
def people() -> pd.Series:
    return pd.Series({"b": 7.0, "a": 3.0})


def test_two_by_two_by_hand(times: TravelTimes, beds: pd.Series, people: pd.Series) -> None:
    # With both sums known one cell is free: its cross ratio is that of the weights.
    flows = constrained_flows(times, beds, people, decay=NEAR)
    weight = NEAR(times.minutes)
    wanted = weight[0, 1] * weight[1, 0] / (weight[0, 0] * weight[1, 1])
    a_x = flows.loc["a", "x"]
    assert a_x * (6 - (3 - a_x)) / ((3 - a_x) * (4 - a_x)) == pytest.approx(wanted)
    assert flows.sum(axis=1).to_dict() == pytest.approx({"a": 3.0, "b": 7.0}, rel=1e-9)
    assert flows.sum().to_dict() == pytest.approx({"x": 4.0, "y": 6.0}, rel=1e-9)


def test_one_sum_by_hand(times: TravelTimes, beds: pd.Series, people: pd.Series) -> None:
    weight = pd.DataFrame(NEAR(times.minutes), times.origins, times.destinations)
    out = constrained_flows(times, beds, people, decay=NEAR, constraint="production")
    above = 4 * weight.loc["a", "x"]
    assert out.loc["a", "x"] == pytest.approx(3 * above / (above + 6 * weight.loc["a", "y"]))
    back = constrained_flows(times, beds, people, decay=NEAR, constraint="attraction")
    above = 3 * weight.loc["a", "x"]
    assert back.loc["a", "x"] == pytest.approx(4 * above / (above + 7 * weight.loc["b", "x"]))


def test_the_inverse_factors_rebuild_the_flows(
    times: TravelTimes, beds: pd.Series, people: pd.Series
) -> None:
    flows = constrained_flows(times, beds, people, decay=NEAR)
    found = constrained(times, beds, people, decay=NEAR)
    weight = pd.DataFrame(NEAR(times.minutes), times.origins, times.destinations)
    # T = (P / A) f (b S): each column over its weights and P / A is one number, b S.
    pull = flows / weight.mul(people.loc[found.index] / found, axis=0)
    assert np.ptp(pull.to_numpy(), axis=0) == pytest.approx([0.0, 0.0], abs=1e-7)


@pytest.mark.parametrize("constraint", ["production", "attraction", "doubly"])
def test_supply_is_shared_out_whole(
    times: TravelTimes, beds: pd.Series, people: pd.Series, constraint: str
) -> None:
    found = constrained(times, 3 * beds, people, decay=NEAR, constraint=constraint)  # type: ignore[arg-type]
    assert (found * people.loc[found.index]).sum() == pytest.approx(30.0)


def test_one_side_is_gravity_and_the_other_the_catchment(
    times: TravelTimes, beds: pd.Series, people: pd.Series
) -> None:
    potential = gravity(times, beds, decay=NEAR)
    scaled = potential * 10 / (potential * people.loc[potential.index]).sum()
    found = constrained(times, beds, people, decay=NEAR, constraint="production")
    assert found.to_dict() == pytest.approx(scaled.to_dict())
    catchment = floating_catchment(times, beds, people, decay=NEAR)
    found = constrained(times, beds, people, decay=NEAR, constraint="attraction")
    assert found.to_dict() == catchment.to_dict()


def test_islands_share_out_their_own_supply() -> None:
    times = TravelTimes(["a", "b", "c"], ["x", "y"], [[10, INF], [INF, 20], [INF, 40]])
    beds, people = pd.Series({"x": 9.0, "y": 5.0}), pd.Series({"a": 3.0, "b": 1.0, "c": 1.0})
    found = constrained(times, beds, people, decay=NEAR)
    assert found["a"] == pytest.approx(3.0)
    assert found[["b", "c"]].sum() == pytest.approx(5.0)


def test_places_without_demand_or_in_nobodys_reach_are_left_out() -> None:
    times = TravelTimes(["a", "b", "c"], ["x", "y"], [[10, INF], [20, INF], [INF, INF]])
    beds, people = pd.Series({"x": 8.0, "y": 5.0}), pd.Series({"a": 4.0, "b": 0.0, "c": 2.0})
    found = constrained(times, beds, people, decay=NEAR)
    assert found["a"] == pytest.approx(2.0)
    assert found["b"] == pytest.approx(2.0 * float(NEAR(20) / NEAR(10)))
    assert found["c"] == 0.0


def test_sums_that_no_flows_meet_are_refused_by_name() -> None:
    # Nine of ten people reach x alone, where there is one bed of ten.
    times = TravelTimes(["many", "few"], ["x", "y"], [[10, INF], [10, 10]])
    beds, people = pd.Series({"x": 1.0, "y": 9.0}), pd.Series({"many": 9.0, "few": 1.0})
    for function in (constrained, constrained_flows):
        with pytest.raises(ArgumentError, match=r"No flows were found.*of the demand of"):
            function(times, beds, people, decay=NEAR)


def test_impossible_questions_are_refused(
    times: TravelTimes, beds: pd.Series, people: pd.Series
) -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'doubly'"):
        constrained(times, beds, people, decay=NEAR, constraint="double")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"one total.*supply 20, demand 10"):
        constrained_flows(times, 2 * beds, people, decay=NEAR)
    with pytest.raises(ArgumentError, match=r"demand of a place.*nothing in reach of a, b"):
        constrained_flows(times, beds, people, decay=binary(5), constraint="production")
    with pytest.raises(ArgumentError, match=r"supply of a place.*nothing in reach of x"):
        constrained_flows(
            times, beds, people, decay=lambda t: (t > 50) * 1.0, constraint="attraction"
        )
