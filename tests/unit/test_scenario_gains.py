"""Gains of a scenario, and how far results hang on choices and doubtful numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yrdgeo.analysis import scenario, uncertainty
from yrdgeo.analysis.accessibility import cumulative, weighted_mean_time
from yrdgeo.errors import ArgumentError
from yrdgeo.results import TravelTimes

IDS = ["310000", "320500", "330100", "341300"]


def made(seed: int) -> tuple[TravelTimes, TravelTimes, pd.Series]:
    rng = np.random.default_rng(seed)
    old = rng.uniform(30, 300, (4, 4))
    new = old * rng.uniform(0.5, 1.0, (4, 4))
    order = rng.permutation(4)
    after = TravelTimes(pd.Index(IDS)[order], pd.Index(IDS), new[order])
    masses = pd.Series(rng.uniform(1, 9, 4), IDS).sample(frac=1, random_state=seed)
    return TravelTimes(pd.Index(IDS), pd.Index(IDS), old), after, masses


@settings(max_examples=30)
@given(seed=st.integers(0, 9999))
def test_minutes_saved_are_the_fall_of_the_weighted_mean_time(seed: int) -> None:
    before, after, masses = made(seed)
    saved = scenario.minutes_saved(before, after, masses)
    fall = weighted_mean_time(before, masses) - weighted_mean_time(after, masses).reindex(IDS)
    assert saved.to_numpy() == pytest.approx(fall.to_numpy())
    table = scenario.gains(
        weighted_mean_time(before, masses), weighted_mean_time(after, masses), better="low"
    )
    assert table["gain"].to_numpy() == pytest.approx(saved.to_numpy())
    assert (table["gain"] >= -1e-9).all()


def test_a_place_that_is_reached_at_last_is_said_and_not_measured() -> None:
    old = pd.Series({"a": np.inf, "b": 100.0, "c": np.inf, "d": np.nan})
    new = pd.Series({"d": 5.0, "c": np.inf, "b": 110.0, "a": 50.0})
    table = scenario.gains(old, new, better="low")
    assert table["reached"].to_dict() == {"a": True, "b": False, "c": False, "d": False}
    assert table["gain"].to_dict() == pytest.approx(
        {"a": np.inf, "b": -10.0, "c": 0.0, "d": np.nan}, nan_ok=True
    )
    assert table["gain_share"].isna().to_dict() == {"a": True, "b": False, "c": True, "d": True}
    assert table["rank_after"].to_dict() == {"a": 2, "b": 3, "c": 4, "d": 1}


def test_high_is_better_where_it_is_said() -> None:
    table = scenario.gains(pd.Series({"a": 4.0}), pd.Series({"a": 5.0}), better="high")
    assert table.loc["a", ["gain", "gain_share"]].tolist() == [1.0, 0.25]


def test_candidates_are_ranked_by_people() -> None:
    base = pd.Series({"a": 10.0, "b": 10.0, "c": np.inf})
    people = pd.Series({"a": 1.0, "b": 9.0, "c": 1.0})
    after = {
        "for a": pd.Series({"a": 2.0, "b": 10.0, "c": np.inf}),
        "for b": pd.Series({"a": 10.0, "b": 8.0, "c": 60.0}),
    }
    table = scenario.candidates(base, after, better="low", weights=people)
    assert list(table.index) == ["for b", "for a"]
    assert table["mean_gain"].tolist() == pytest.approx([9 * 2 / 10, 8 / 11])
    assert table["n_reached"].tolist() == [1, 0]
    assert table["largest_id"].tolist() == ["b", "a"]


def test_a_cliff_at_a_cut_off_shows_as_a_spread() -> None:
    before, _, masses = made(4)
    chosen = float(np.sort(before.minutes.ravel())[7]) + 0.5
    choices = [0.8 * chosen, chosen, 1.2 * chosen]
    table = uncertainty.across(
        lambda c: cumulative(before, masses, cutoff_min=c), choices, chosen=chosen
    )
    for city in IDS:
        values = [cumulative(before, masses, cutoff_min=c)[city] for c in choices]
        assert table.loc[city, ["low", "high"]].tolist() == [min(values), max(values)]
        assert table.loc[city, "value"] == values[1]


def test_the_spread_of_a_share_follows_from_the_spread_of_the_amount() -> None:
    gdp = pd.Series({"a": 1000.0, "b": 1.0})
    table = uncertainty.doubtful_inputs(lambda x: x / x.sum(), gdp, ["b"], spread=0.1, draws=4000)
    # A small share moves as its amount does: 2 · 1.96 · 10 %.
    assert table.loc["b", "spread_share"] == pytest.approx(0.392, rel=0.06)
    assert table.loc["a", "spread_share"] < 0.001


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: scenario.gains(pd.Series({"a": 1.0}), pd.Series({"b": 1.0}), better="low"),
         "same places"),
        (lambda: scenario.gains(*[pd.Series({"a": 1.0})] * 2, better="up"), "better"),
        (lambda: scenario.gains([1.0], [2.0], better="low"), "pandas Series"),
        (lambda: scenario.gains(*[pd.Series({"a": "1"})] * 2, better="low"), "must be numbers"),
        (lambda: scenario.gains(*[pd.Series([1.0, 2.0], ["a", "a"])] * 2, better="low"), "repeat"),
        (lambda: scenario.minutes_saved(*made(1)[:2], pd.Series(1.0, [*IDS, IDS[0]])), "repeat"),
        (lambda: scenario.candidates(pd.Series({"a": 1.0}), {"x": pd.Series({"a": 1.0})},
         better="low", weights=pd.Series([1.0, 1.0], ["a", "a"])), "repeat"),
        (lambda: uncertainty.doubtful_inputs(lambda x: x, pd.Series([1.0, 1.0], ["a", "a"]), ["a"],
         spread=0.1), "repeat"),
        (lambda: scenario.candidates(pd.Series({"a": 1.0}), {}, better="low"), "no candidate"),
        (lambda: scenario.minutes_saved(*made(1)[:2], pd.Series({"310000": 1.0})), "needs a mass"),
        (lambda: uncertainty.across(lambda c: pd.Series({"a": c}), [1], chosen=1), "two choices"),
        (lambda: uncertainty.doubtful_inputs(lambda x: x, pd.Series({"a": 0.0}), ["a"], spread=0.1),
         "above zero"),
        (lambda: uncertainty.doubtful_inputs(lambda x: x, pd.Series({"a": 1.0}), ["a"], spread=0),
         "spread"),
    ],
)  # fmt: skip
def test_wrong_input_is_refused(call: object, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        call()  # type: ignore[operator]
