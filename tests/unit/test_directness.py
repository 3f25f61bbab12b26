"""Ways against the great circle, by hand."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis.accessibility import check_speed, detour_index, direct_speed, directness
from yrdgeo.errors import ArgumentError
from yrdgeo.results import TravelTimes

IDS = ["a", "b", "c"]


@pytest.fixture
def times() -> TravelTimes:
    return TravelTimes(IDS, IDS[::-1], [[90.0, 60.0, 0.0], [40.0, 0.0, 60.0], [0.0, 40.0, 90.0]])


@pytest.fixture
def straight() -> pd.DataFrame:
    km = pd.DataFrame([[0.0, 100.0, 150.0], [100.0, 0.0, 80.0], [150.0, 80.0, 0.0]], IDS, IDS)
    return km.loc[["c", "a", "b"], ["b", "c", "a"]]


@pytest.fixture
def people() -> pd.Series:
    return pd.Series({"c": 1.0, "a": 99.0, "b": 3.0})


def test_speed_is_a_ratio_of_sums(
    times: TravelTimes, straight: pd.DataFrame, people: pd.Series
) -> None:
    found = direct_speed(times, people, straight_km=straight)
    assert found["a"] == pytest.approx(60 * (3 * 100 + 150) / (3 * 60 + 90))


def test_what_cannot_be_reached_makes_the_speed_zero_and_the_detour_infinite(
    straight: pd.DataFrame, people: pd.Series
) -> None:
    cut = TravelTimes(["a"], ["b", "c"], [[60.0, np.inf]])
    assert direct_speed(cut, people, straight_km=straight)["a"] == 0.0
    km = pd.DataFrame([[130.0, np.inf]], ["a"], ["b", "c"])
    assert detour_index(cut, people, network_km=km, straight_km=straight)["a"] == np.inf
    assert directness(cut, people, network_km=km, straight_km=straight)["a"] == 0.0
    nobody = people.where(people != 1.0, 0.0)
    assert detour_index(cut, nobody, network_km=km, straight_km=straight)["a"] == 1.3


def test_detour_by_hand(times: TravelTimes, straight: pd.DataFrame, people: pd.Series) -> None:
    km = straight * 1.2
    km.loc["a", "b"] = 200.0
    found = detour_index(times, people, network_km=km, straight_km=straight)
    assert found["a"] == pytest.approx((3 * 200 + 180) / (3 * 100 + 150))
    assert found["b"] == pytest.approx(1.2)
    straighter = directness(times, people, network_km=km, straight_km=straight)
    assert straighter["b"] == pytest.approx(1 / 1.2)


def test_lengths_in_another_unit_are_refused(
    times: TravelTimes, straight: pd.DataFrame, people: pd.Series
) -> None:
    with pytest.raises(ArgumentError, match=r"shorter than the great circle.* km of .* from a to"):
        detour_index(times, people, network_km=straight / 1.6, straight_km=straight)


@pytest.mark.parametrize(("factor", "unit"), [(1 / 60, "hours"), (60, "seconds")])
def test_distances_betray_the_unit_of_times(
    times: TravelTimes, straight: pd.DataFrame, factor: float, unit: str
) -> None:
    check_speed(times, straight)
    wrong = TravelTimes(times.origins, times.destinations, times.minutes * factor)
    with pytest.raises(ArgumentError, match=f"look like {unit}.*km/h, for instance"):
        check_speed(wrong, straight)


def test_places_at_one_spot_have_no_way(straight: pd.DataFrame) -> None:
    here = TravelTimes(["a"], ["a", "b"], [[0.0, 10.0]])
    km = straight * 0.0
    with pytest.raises(ArgumentError, match="no way to measure"):
        detour_index(here, pd.Series(1.0, IDS), network_km=km, straight_km=km)
    check_speed(here, km)
    with pytest.raises(ArgumentError, match="none for a"):
        direct_speed(here, pd.Series({"a": 5.0, "b": 0.0}), straight_km=straight)
