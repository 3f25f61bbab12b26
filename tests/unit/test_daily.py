"""Day trips, by hand: a fast way there and a slow way back."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis.accessibility import daily_reach
from yrdgeo.errors import ArgumentError
from yrdgeo.results import TravelTimes

INF = np.inf
IDS = ["hefei", "nanjing", "zhoushan"]


@pytest.fixture
def times() -> TravelTimes:
    """Return times of which rows and columns are in different orders."""
    return TravelTimes(IDS, IDS[::-1], [[400.0, 60.0, 0.0], [INF, 0.0, 90.0], [0.0, 300.0, 400.0]])


@pytest.fixture
def people() -> pd.Series:
    return pd.Series({"zhoushan": 1.0, "nanjing": 9.0, "hefei": 8.0})


def test_there_and_back_and_the_stay_fill_the_budget(times: TravelTimes, people: pd.Series) -> None:
    exact = daily_reach(times, people, budget_min=390, stay_min=240)
    assert exact.to_dict() == {"hefei": 17.0, "nanjing": 17.0, "zhoushan": 1.0}
    short = daily_reach(times, people, budget_min=389.9, stay_min=240)
    assert short.to_dict() == {"hefei": 8.0, "nanjing": 9.0, "zhoushan": 1.0}


def test_no_way_there_is_as_bad_as_no_way_back(times: TravelTimes, people: pd.Series) -> None:
    found = daily_reach(times, people, budget_min=1440)
    assert found.to_dict() == {"hefei": 18.0, "nanjing": 17.0, "zhoushan": 9.0}


def test_rounding_does_not_shorten_the_day() -> None:
    times = TravelTimes(["a", "b"], ["a", "b"], [[0, 33.3], [66.7, 0]])
    found = daily_reach(times, pd.Series({"a": 1.0, "b": 2.0}), budget_min=100.3, stay_min=0.3)
    assert found.tolist() == [3.0, 3.0]


def test_times_back_may_come_on_their_own() -> None:
    there = TravelTimes(["village"], ["spa", "fair"], [[50, 60]])
    back = TravelTimes(["fair", "spa", "x"], ["y", "village"], [[9, 70], [9, 50], [9, 9]])
    found = daily_reach(
        there, pd.Series({"spa": 1.0, "fair": 2.0}), budget_min=110, stay_min=5, back=back
    )
    assert found.to_dict() == {"village": 1.0}
    with pytest.raises(ArgumentError, match=r"from the destinations.*none for spa, fair"):
        daily_reach(there, pd.Series({"spa": 1.0, "fair": 2.0}), budget_min=110)


def test_an_origin_that_is_no_destination_has_no_way_back() -> None:
    fewer = TravelTimes(IDS, IDS[:2], [[0, 60], [90, 0], [400, 300]])
    with pytest.raises(ArgumentError, match=r"to the origins.*none for zhoushan"):
        daily_reach(fewer, pd.Series(1.0, IDS), budget_min=500)


@pytest.mark.parametrize(
    "day",
    [
        {"budget_min": 0},
        {"budget_min": 1441},
        {"budget_min": np.nan},
        {"budget_min": 600, "stay_min": 600},
        {"budget_min": 600, "stay_min": -1},
    ],
)
def test_an_impossible_day_is_refused(
    times: TravelTimes, people: pd.Series, day: dict[str, float]
) -> None:
    with pytest.raises(ArgumentError, match="_min must be"):
        daily_reach(times, people, **day)  # type: ignore[arg-type]
