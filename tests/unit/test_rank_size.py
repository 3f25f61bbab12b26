"""Rank and size, by hand and against a draw whose exponent is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yrdgeo.analysis.rank_size import primacy, rank_size
from yrdgeo.errors import ArgumentError


def test_a_line_by_hand() -> None:
    sizes = pd.Series({"b": np.e, "a": np.e**2, "c": 1.0})
    # ln(R − ½) at ln P 2, 1, 0: −0.6931, 0.4055, 0.9163; slope −(0.9163 + 0.6931) / 2.
    fitted = rank_size(sizes)
    exponent = (np.log(2.5) - np.log(0.5)) / 2
    assert fitted.exponent == pytest.approx(exponent)
    assert fitted.standard_error == pytest.approx(exponent * np.sqrt(2 / 3))
    reach = 1.959963984540054 * fitted.standard_error
    assert fitted.interval == pytest.approx((exponent - reach, exponent + reach))
    assert fitted.table["rank"].to_dict() == {"a": 1.0, "b": 2.0, "c": 3.0}
    assert repr(fitted).startswith("RankSize(b = 0.8047 (se 0.66); n = 3)")


def test_the_slope_equals_numpys() -> None:
    sizes = pd.Series(np.random.default_rng(1).pareto(1.2, 200) + 1).rename(lambda i: f"c{i}")
    fitted = rank_size(sizes)
    ordered = np.sort(sizes.to_numpy())[::-1]
    slope, intercept = np.polyfit(np.log(ordered), np.log(np.arange(1, 201) - 0.5), 1)
    assert fitted.exponent == pytest.approx(-slope, rel=1e-9)
    assert fitted.intercept == pytest.approx(intercept, rel=1e-9)
    assert fitted.ols_standard_error < fitted.standard_error / 3


def test_the_interval_covers_a_known_exponent_where_that_of_least_squares_does_not() -> None:
    generator = np.random.default_rng(0)
    covered, naive = 0, 0
    for _ in range(300):
        fitted = rank_size(pd.Series(generator.pareto(1.0, 60) + 1).rename(lambda i: f"c{i}"))
        covered += fitted.interval[0] <= 1 <= fitted.interval[1]
        naive += abs(fitted.exponent - 1) <= 1.96 * fitted.ols_standard_error
    assert covered > 0.9 * 300
    assert naive < 0.5 * 300


def test_what_is_left_out_is_said() -> None:
    sizes = pd.Series({"a": 9.0, "b": 4.0, "c": 4.0, "d": 2.0, "tiny": 0.1, "gone": np.nan})
    fitted = rank_size(sizes, least=1.0)
    assert fitted.n == 4
    assert fitted.note == (
        "Left out, no size: gone. Left out, smaller than 1: 1. Equal sizes share their mean rank."
    )
    assert fitted.table["rank"].to_dict() == {"a": 1.0, "b": 2.5, "c": 2.5, "d": 4.0}


def test_a_least_size_that_is_no_size_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"least must be.*nan"):
        rank_size(pd.Series({"a": 3.0, "b": 2.0, "c": 1.0}), least=np.nan)


def test_primacy_by_hand() -> None:
    sizes = pd.Series([24.0, *([4.0] * 3), *([2.0] * 9)]).rename(lambda i: f"c{i:02}")
    expected = {"two_city": 6.0, "four_city": 2.0, "eleven_city": 48 / 26}
    assert primacy(sizes.sample(frac=1, random_state=1)).to_dict() == pytest.approx(expected)


@settings(max_examples=30)
@given(sizes=st.lists(st.floats(1, 1e6), min_size=4, max_size=30), unit=st.floats(0.01, 100))
def test_units_and_order_change_nothing(sizes: list[float], unit: float) -> None:
    table = pd.Series(sizes).rename(lambda i: f"c{i}")
    mixed = unit * table.sample(frac=1, random_state=1)
    pd.testing.assert_series_equal(primacy(mixed), primacy(table))
    if table.nunique() > 2 and mixed.nunique() == table.nunique() and table.max() > 2 * table.min():
        assert rank_size(mixed).exponent == pytest.approx(rank_size(table).exponent, rel=1e-6)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([1.0, 2.0], "Series.*list"),
        (pd.Series({"a": "1", "b": "2", "c": "3"}), "be numbers"),
        (pd.Series([1.0, 2, 3], ["a", "a", "b"]), "repeat.*a"),
        (pd.Series({"a": 1.0, "b": 0.0, "c": 3.0}), "above zero.*b"),
        (pd.Series({"a": 1.0, "b": np.inf, "c": 3.0}), "above zero.*b"),
        (pd.Series({"a": 1.0, "b": np.nan}), "three|none missing"),
    ],
)
def test_impossible_sizes_are_refused(sizes: pd.Series, message: str) -> None:
    for measure in (rank_size, primacy):
        with pytest.raises(ArgumentError, match=message):
            measure(sizes)
