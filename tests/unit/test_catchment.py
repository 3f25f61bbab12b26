"""Reach under competition, by hand: two towns share two hospitals, a third serves nobody."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis.accessibility import (
    balancing_time,
    closest,
    floating_catchment,
    gravity,
    spatial_availability,
)
from yrdgeo.analysis.decay import binary, linear, stepped
from yrdgeo.errors import ArgumentError, TableError
from yrdgeo.results import TravelTimes

INF = np.inf


@pytest.fixture
def times() -> TravelTimes:
    return TravelTimes(
        ["south", "north"], ["far", "east", "west"], [[INF, 10.0, 20.0], [INF, 40.0, 10.0]]
    )


@pytest.fixture
def beds() -> pd.Series:
    return pd.Series({"west": 60.0, "east": 20.0, "far": 99.0})


@pytest.fixture
def people() -> pd.Series:
    return pd.Series({"north": 100.0, "south": 300.0})


def test_two_steps_by_hand(times: TravelTimes, beds: pd.Series, people: pd.Series) -> None:
    # East serves the south only: 20/300; west serves both: 60/400.
    found = floating_catchment(times, beds, people, decay=binary(30))
    assert found.to_dict() == pytest.approx({"south": 20 / 300 + 60 / 400, "north": 60 / 400})


def test_the_enhanced_two_steps_take_a_stepped_decay(
    times: TravelTimes, beds: pd.Series, people: pd.Series
) -> None:
    decay = stepped([15, 30], [1.0, 0.5])
    east, west = 20 / 300, 60 / (300 * 0.5 + 100)
    found = floating_catchment(times, beds, people, decay=decay)
    assert found.to_dict() == pytest.approx({"south": east + 0.5 * west, "north": west})


def test_three_steps_by_hand(times: TravelTimes, beds: pd.Series, people: pd.Series) -> None:
    # The south splits its choice in halves, the north has one choice.
    east, west = 20 / (300 * 0.5), 60 / (300 * 0.5 + 100)
    found = floating_catchment(times, beds, people, decay=binary(30), method="3sfca")
    assert found.to_dict() == pytest.approx({"south": 0.5 * (east + west), "north": west})


def test_balanced_by_hand(times: TravelTimes, beds: pd.Series, people: pd.Series) -> None:
    east, west = 20 / (300 * 0.5), 60 / (300 * 0.5 + 100)
    found = floating_catchment(times, beds, people, decay=binary(30), method="balanced")
    assert found.to_dict() == pytest.approx({"south": east + west / 2, "north": west / 2})


@pytest.mark.parametrize("method", ["2sfca", "3sfca", "balanced"])
def test_supply_without_demand_gives_nothing_and_never_nan(
    times: TravelTimes, beds: pd.Series, people: pd.Series, method: str
) -> None:
    options = {"decay": binary(15), "method": method}
    only_south = pd.Series({"north": 0.0, "south": 300.0})
    found = floating_catchment(times, beds, only_south, **options)  # type: ignore[arg-type]
    assert found["north"] == 0.0
    out_of_reach = floating_catchment(times, beds, people, decay=binary(5), method=method)  # type: ignore[arg-type]
    assert out_of_reach.tolist() == [0.0, 0.0]


def test_tiny_weights_do_not_overflow(times: TravelTimes, people: pd.Series) -> None:
    beds = pd.Series({"far": 0.0, "east": 1e6, "west": 0.0})
    faint = lambda minutes: np.full_like(minutes, 1e-310)  # noqa: E731 — a constant decay
    found = floating_catchment(times, beds, people, decay=faint)
    assert found.tolist() == pytest.approx([1e6 / 400, 1e6 / 400])


def test_availability_by_hand(times: TravelTimes, beds: pd.Series, people: pd.Series) -> None:
    found = spatial_availability(times, beds, people, decay=linear(50))
    east_south, east_north = 300 * 0.8, 100 * 0.2
    west_south, west_north = 300 * 0.6, 100 * 0.8
    east, west = 20 / (east_south + east_north), 60 / (west_south + west_north)
    assert found.to_dict() == pytest.approx(
        {
            "south": east * east_south + west * west_south,
            "north": east * east_north + west * west_north,
        }
    )


def test_balancing_time_by_hand(times: TravelTimes, people: pd.Series) -> None:
    jobs = pd.Series({"east": 299.0, "west": 1.0, "far": 1e6})
    assert balancing_time(times, jobs, people).to_dict() == {"south": 20.0, "north": 40.0}
    too_few = pd.Series({"east": 200.0, "west": 0.0, "far": 1e6})
    assert balancing_time(times, too_few, people).to_dict() == {"south": INF, "north": 40.0}
    only_south = pd.Series({"north": 0.0, "south": 300.0})
    assert balancing_time(times, jobs, only_south)["north"] == 0.0


def test_balancing_time_is_the_closest_when_all_demand_is_one(times: TravelTimes) -> None:
    jobs = pd.Series({"east": 1.0, "west": 1.0, "far": 1.0})
    found = balancing_time(times, jobs, pd.Series(2.0, times.origins))
    pd.testing.assert_series_equal(found, closest(times, n=2), check_names=False)


def test_an_unknown_method_is_refused(
    times: TravelTimes, beds: pd.Series, people: pd.Series
) -> None:
    with pytest.raises(ArgumentError, match="Did you mean '3sfca'"):
        floating_catchment(times, beds, people, decay=binary(30), method="3sfcaa")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "measure",
    [
        lambda t, s, d: floating_catchment(t, s, d, decay=binary(30)),
        lambda t, s, d: spatial_availability(t, s, d, decay=binary(30)),
        balancing_time,
    ],
    ids=["floating_catchment", "spatial_availability", "balancing_time"],
)
def test_bad_amounts_are_refused_by_name(
    times: TravelTimes, beds: pd.Series, people: pd.Series, measure: object
) -> None:
    with pytest.raises(TableError, match=r"demand(?s:.*)north"):
        measure(times, beds, people.drop("north"))  # type: ignore[operator]
    with pytest.raises(TableError, match=r"negative(?s:.*)-1.0 at east"):
        measure(times, beds.replace(20.0, -1.0), people)  # type: ignore[operator]


def test_two_steps_with_demand_everywhere_is_gravity_over_demand(
    times: TravelTimes, beds: pd.Series
) -> None:
    # One town alone reaches S f / (P f): its share of each supply in reach.
    alone = TravelTimes(["south"], times.destinations, times.minutes[:1])
    people = pd.Series({"south": 300.0})
    found = floating_catchment(alone, beds, people, decay=linear(50))
    everything = gravity(alone, beds, decay=binary(30))
    assert found["south"] == pytest.approx(everything["south"] / 300)
