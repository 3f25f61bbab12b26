"""Classes and colours: by hand, and seen through simulated colour blindness."""

from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yrdgeo.errors import ArgumentError
from yrdgeo.publish.palette import (
    ABOVE,
    BELOW,
    CATEGORIES,
    MARKS,
    NEUTRAL,
    SCHEMES,
    SEQUENTIAL,
    classify,
    legible,
    turned,
)

Floats = npt.NDArray[np.float64]

# Machado, Oliveira & Fernandes (2009), severity 1.0, for linear RGB.
EYES = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
TOLD_APART = 10.0  # CIELAB distance; about four times a just noticeable difference


def lab(colour: str, eye: str = "normal") -> Floats:
    """Return CIELAB (D65) of a colour as this eye sees it."""
    code = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(EYES[eye] @ linear, 0, 1) / TO_XYZ.sum(axis=1)
    root = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def apart(a: str, b: str, eye: str) -> float:
    return float(np.linalg.norm(lab(a, eye) - lab(b, eye)))


@pytest.mark.parametrize("k", [k for k in SEQUENTIAL if k >= 5])
def test_a_sequential_palette_has_even_steps_of_lightness(k: int) -> None:
    steps = -np.diff([lab(colour)[0] for colour in SEQUENTIAL[k]])
    assert np.ptp(steps) < 0.5
    assert steps.min() > 10


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("k", [k for k in SEQUENTIAL if k > 1])
def test_neighbouring_classes_are_told_apart_by_every_eye(k: int, eye: str) -> None:
    assert min(apart(a, b, eye) for a, b in pairwise(SEQUENTIAL[k])) > TOLD_APART


@pytest.mark.parametrize("eye", EYES)
def test_the_two_sides_of_a_midpoint_are_told_apart_by_every_eye(eye: str) -> None:
    full = BELOW[3] + ABOVE[3]
    assert min(apart(a, b, eye) for a, b in combinations(full, 2)) > TOLD_APART


@pytest.mark.parametrize("eye", EYES)
def test_neither_side_is_told_apart_from_both_by_every_eye(eye: str) -> None:
    sides = {colour for side in (BELOW, ABOVE) for colours in side.values() for colour in colours}
    assert min(apart(NEUTRAL, colour, eye) for colour in sides) > TOLD_APART


@pytest.mark.parametrize("eye", EYES)
def test_the_marks_are_told_apart_together_by_every_eye(eye: str) -> None:
    worst = min(combinations(MARKS.values(), 2), key=lambda pair: apart(*pair, eye))
    assert apart(*worst, eye) > TOLD_APART, worst


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("name", CATEGORIES)
def test_named_classes_are_told_apart_together_by_every_eye(name: str, eye: str) -> None:
    worst = min(combinations(CATEGORIES[name], 2), key=lambda pair: apart(*pair, eye))
    assert apart(*worst, eye) > TOLD_APART, worst


def test_the_colour_test_finds_a_red_and_a_green_that_deutans_confuse() -> None:
    assert apart("#c23b22", "#6b7a1e", "normal") > 40
    assert apart("#c23b22", "#6b7a1e", "deutan") < 25


def test_a_value_on_a_break_belongs_to_the_class_below() -> None:
    classes = classify([0.0, 30.0], breaks=[10.0, 20.0])
    assert classes.index(np.array([10.0, 10.1, 20.0, 99.0, -5.0])).tolist() == [0, 1, 1, 2, 0]


def test_missing_and_infinite_values_have_no_class() -> None:
    classes = classify([1.0, 2.0], breaks=[1.5])
    assert classes.index(np.array([np.nan, np.inf, 1.0])).tolist() == [-1, -2, 0]


def test_fisher_jenks_finds_the_three_heaps() -> None:
    classes = classify([1.0, 2.0, 3.0, 51.0, 52.0, 99.0], k=3)
    assert classes.index(np.array([3.0, 51.0, 99.0])).tolist() == [0, 1, 2]


def test_quantiles_put_the_same_number_into_each_class() -> None:
    values = np.arange(1.0, 41.0) ** 2
    index = classify(values, scheme="quantiles", k=5).index(values)
    assert np.bincount(index).tolist() == [8, 8, 8, 8, 8]


def test_equal_intervals_are_equal_up_to_round_bounds() -> None:
    values = np.arange(0.0, 101.0)
    assert classify(values, scheme="equal_interval", k=4).breaks == (25.0, 50.0, 75.0)


def test_fewer_distinct_values_make_fewer_classes() -> None:
    assert len(classify([5.0, 5.0, 7.0], k=5).colours) == 2
    assert classify([5.0, 5.0], k=5).breaks == ()
    assert len(classify([], k=5).colours) == 1


def test_a_midpoint_is_a_bound_and_each_side_has_its_own_colours() -> None:
    classes = classify([-9.0, -4.0, -1.0, 2.0, 5.0, 30.0], midpoint=0.0)
    assert 0.0 in classes.breaks
    below = classes.index(np.array([-0.1]))[0]
    assert classes.colours[: below + 1] == BELOW[below + 1][::-1]
    assert classes.colours[below + 1 :] == ABOVE[len(classes.colours) - below - 1]


@given(values=st.lists(st.integers(-900, 900), min_size=1, max_size=30), decimals=st.integers(0, 2))
def test_what_prints_as_the_midpoint_is_on_neither_side(values: list[int], decimals: int) -> None:
    step = 10.0**-decimals
    printed = np.array([round(v * step, decimals) for v in [*values, 0]])
    classes = classify(printed, midpoint=0.0, step=step)
    for value, k in zip(printed, classes.index(printed), strict=True):
        side = NEUTRAL if value == 0 else None
        assert (classes.colours[k] == NEUTRAL) == (side is not None)
        assert (k > (classes.neutral or 0)) == (value > 0)
    other = turned(classes)
    assert other.breaks == classes.breaks
    assert other.colours[classes.neutral or 0] == NEUTRAL
    assert set(other.colours[: classes.neutral]) <= {c for side in ABOVE.values() for c in side}


def test_without_a_value_at_the_midpoint_there_is_no_class_of_it() -> None:
    classes = classify([-3.0, 4.0], midpoint=0.0, step=1.0)
    assert classes.neutral is None
    assert NEUTRAL not in classes.colours


def test_breaks_are_round_where_the_data_leave_room() -> None:
    assert legible([59_873.2], np.array([41_000.4, 59_873.2, 71_204.8])) == (60_000.0,)
    assert legible([-0.31], np.array([-2.0, -0.31, 0.4])) == (0.0,)


def test_an_unknown_scheme_offers_the_nearest_one() -> None:
    with pytest.raises(ArgumentError, match="quantiles"):
        classify([1.0], scheme="quantile")


def test_more_classes_than_colours_are_refused() -> None:
    with pytest.raises(ArgumentError, match="one to seven"):
        classify([1.0], breaks=range(9))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_classes_do_not_depend_on_the_order_or_on_the_run(scheme: str) -> None:
    values = np.random.default_rng(5).lognormal(3, 1, 900)
    again = np.random.default_rng(6).permutation(values)
    assert classify(values, scheme=scheme) == classify(again, scheme=scheme)
