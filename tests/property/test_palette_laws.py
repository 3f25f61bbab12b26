"""Laws of classes, over every scheme and any values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yrdgeo.publish.palette import SCHEMES, classify, legible

numbers = st.lists(
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda v: round(v, 2)), min_size=1, max_size=60
)


@pytest.mark.parametrize("scheme", SCHEMES)
@given(values=numbers, k=st.integers(1, 7))
def test_every_value_has_a_class_and_classes_rise_with_values(
    scheme: str, values: list[float], k: int
) -> None:
    ordered = np.sort(np.array(values))
    classes = classify(ordered, scheme=scheme, k=k)
    index = classes.index(ordered)
    assert np.all(np.diff(index) >= 0)
    assert index.min() >= 0
    assert index.max() < len(classes.colours) == len(classes.breaks) + 1 <= 7
    assert list(classes.breaks) == sorted(set(classes.breaks))


@given(values=numbers, data=st.data())
def test_a_legible_break_parts_the_values_as_the_cut_did(
    values: list[float], data: st.DataObject
) -> None:
    ordered = np.unique(values)
    cuts = sorted(data.draw(st.lists(st.sampled_from(list(ordered)), max_size=5)))
    breaks = legible(cuts, ordered)
    kept = sorted({cut for cut in cuts if cut < ordered[-1]})
    assert len(breaks) == len(kept)
    for cut, number in zip(kept, breaks, strict=True):
        assert np.array_equal(ordered <= cut, ordered <= number)


@given(values=numbers, midpoint=st.floats(-1e6, 1e6).map(lambda v: round(v, 1)))
def test_no_class_straddles_the_midpoint(values: list[float], midpoint: float) -> None:
    array = np.array(values)
    classes = classify(array, midpoint=midpoint)
    below, above = classes.index(array[array <= midpoint]), classes.index(array[array > midpoint])
    assert not set(below) & set(above)
    assert midpoint in classes.breaks
