"""Laws of natural breaks: no other classes are more alike, and mapclassify's are not either."""

from itertools import combinations

import mapclassify
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yrdgeo.publish.natural_breaks import Floats, natural_breaks, squares_within

few = st.lists(st.integers(-50, 50).map(lambda v: v / 4), min_size=1, max_size=9)
many = st.lists(
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda v: round(v, 2)), min_size=2, max_size=80
)


def within(ordered: Floats, ends: Floats) -> float:
    """Return the squared deviations within classes that end at these values."""
    places = np.searchsorted(ends, ordered)
    parts = [ordered[places == place] for place in np.unique(places)]
    return float(sum(((part - part.mean()) ** 2).sum() for part in parts))


@given(values=few, data=st.data())
def test_no_other_classes_are_more_alike(values: list[float], data: st.DataObject) -> None:
    ordered = np.sort(np.array(values))
    distinct = np.unique(ordered)
    k = data.draw(st.integers(1, len(distinct)))
    bounds = natural_breaks(ordered, k)
    assert len(bounds) == k
    assert bounds[-1] == ordered[-1]
    others = combinations(distinct[:-1], k - 1)
    best = min(within(ordered, np.array([*cuts, distinct[-1]])) for cuts in others)
    assert within(ordered, bounds) == pytest.approx(best, rel=1e-9, abs=1e-9)


@given(values=many, k=st.integers(2, 7))
def test_classes_of_mapclassify_are_no_more_alike(values: list[float], k: int) -> None:
    ordered = np.sort(np.array(values))
    k = min(k, len(np.unique(ordered)))
    if k > 1:
        theirs = np.unique(mapclassify.FisherJenks(ordered, k=k).bins)
        ours = within(ordered, natural_breaks(ordered, k))
        assert ours <= within(ordered, theirs) * (1 + 1e-9) + 1e-9


@given(values=many, by=st.sampled_from([0.5, 2.0, 1024.0]))
def test_scaled_values_have_scaled_bounds(values: list[float], by: float) -> None:
    ordered = np.sort(np.array(values))
    k = min(4, len(np.unique(ordered)))
    np.testing.assert_array_equal(natural_breaks(ordered * by, k), natural_breaks(ordered, k) * by)


def test_an_outlier_does_not_hide_the_heaps_of_the_others() -> None:
    ordered = np.array([1.0, 2.0, 3.0, 51.0, 52.0, 1e9])
    assert natural_breaks(ordered, 3).tolist() == [3.0, 52.0, 1e9]


def test_squares_are_those_of_numpy() -> None:
    values = np.random.default_rng(3).lognormal(10, 2, 60)
    squares = squares_within(values)
    for a, b in ((0, 59), (7, 7), (20, 41)):
        part = values[a : b + 1]
        assert squares[a, b] == pytest.approx(part.var() * len(part), rel=1e-12, abs=1e-12)
    assert np.isinf(squares[9, 8])
