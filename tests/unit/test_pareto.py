"""The Pareto front of matchings, by hand, by brute force and by its laws."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yrdgeo.analysis.pairs import optimal, pareto
from yrdgeo.errors import ArgumentError

HELPERS = ["320100", "330100", "310000"]
HELPED = ["341300", "340300", "341500"]
KM = pd.DataFrame([[3.0, 1, 9], [2, 8, 4], [7, 6, 5]], index=HELPERS, columns=HELPED)
GAP = pd.DataFrame([[1.0, 9, 2], [8, 3, 7], [4, 6, 5]], index=HELPERS, columns=HELPED)


def brute(a: np.ndarray, b: np.ndarray) -> set[tuple[float, float]]:
    k = len(a)
    every = {
        (sum(a[p[j], j] for j in range(k)), sum(b[p[j], j] for j in range(k)))
        for p in permutations(range(k))
    }
    return {
        one
        for one in every
        if not any(o[0] <= one[0] and o[1] <= one[1] and o != one for o in every)
    }


@settings(max_examples=60)
@given(k=st.integers(1, 5), numbers=st.lists(st.integers(0, 9), min_size=50, max_size=50))
def test_the_front_is_that_of_all_matchings(k: int, numbers: list[int]) -> None:
    a, b = (
        np.array(part, dtype=float)[: k * k].reshape(k, k) for part in (numbers[:25], numbers[25:])
    )
    found = pareto({"a": a, "b": b}, range(k), range(k))
    front = found[found["kind"].eq("front")]
    rounded = {(round(x * k), round(y * k)) for x, y in front[["a", "b"]].to_numpy()}
    assert rounded == brute(a, b)
    assert len(front) == len(rounded)
    actual = found.iloc[-1]
    own = (np.trace(a), np.trace(b))
    better = [o for o in brute(a, b) if o[0] <= own[0] and o[1] <= own[1] and o != own]
    assert actual["dominated_by"] == len(better)


def test_labels_and_not_places_say_who_is_who() -> None:
    shuffled = KM.iloc[[2, 0, 1], [1, 2, 0]]
    plain = pareto({"km": KM, "gap": GAP}, HELPERS, HELPED, maximise=["gap"])
    other = pareto({"km": shuffled, "gap": GAP}, HELPERS, HELPED, maximise=["gap"])
    pd.testing.assert_frame_equal(plain, other)
    ends = plain[plain["kind"].eq("front")]
    assert ends["km"].min() == pytest.approx(optimal(KM, HELPERS, HELPED)["cost"].mean())
    assert ends["gap"].max() == pytest.approx(-optimal(-GAP, HELPERS, HELPED)["cost"].mean())


def test_a_forbidden_pair_is_in_no_matching() -> None:
    barred = KM.copy()
    barred.loc["330100", "341300"] = np.inf
    found = pareto({"km": barred, "gap": GAP}, HELPERS, HELPED)
    assert not found["matching"].str.contains("330100→341300").any()


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_supported_points_are_on_the_complete_front(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 50, (2, 6, 6)).astype(float)
    whole = pareto({"a": a, "b": b}, range(6), range(6))
    ample = dict.fromkeys(map(str, range(6)), 1)
    labels = [str(i) for i in range(6)]
    tables = {n: pd.DataFrame(m, index=labels, columns=labels) for n, m in (("a", a), ("b", b))}
    part = pareto(tables, labels, labels, capacity=ample)
    points = {
        tuple(row) for row in whole.loc[whole["kind"].eq("front"), ["a", "b"]].round(9).to_numpy()
    }
    found = {
        tuple(row) for row in part.loc[part["kind"].eq("front"), ["a", "b"]].round(9).to_numpy()
    }
    assert found <= points
    ends = whole[whole["kind"].eq("front")]
    assert min(one[0] for one in found) == pytest.approx(ends["a"].min())
    assert min(one[1] for one in found) == pytest.approx(ends["b"].min())


def test_with_places_to_spare_one_helper_may_take_all() -> None:
    cheap = KM.assign()
    cheap.loc["310000"] = 0.0
    found = pareto({"km": cheap, "gap": GAP}, HELPERS, HELPED, capacity=3)
    assert found.iloc[0]["matching"] == "310000→341300; 310000→340300; 310000→341500"


@pytest.mark.parametrize(
    ("costs", "more", "said"),
    [
        ({"km": KM}, {}, "two criteria"),
        ({"km": KM, "gap": GAP}, {"maximise": ["gab"]}, "unknown or reserved"),
        ({"km": KM, "kind": GAP}, {}, "unknown or reserved"),
        ({"km": KM.where(KM < 9), "gap": GAP}, {}, "missing"),
        ({"km": KM.mask(KM.eq(5), np.inf), "gap": GAP}, {}, "infinite cost"),
        ({"km": KM.iloc[:2], "gap": GAP}, {}, "lacks rows"),
        ([KM, GAP], {}, "each with its name"),
        ({"km": KM, "gap": GAP}, {"capacity": -1}, "whole number"),
        ({"km": KM, "gap": GAP}, {"capacity": 0}, "No matching"),
    ],
)
def test_wrong_input_is_refused(costs: dict, more: dict, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        pareto(costs, HELPERS, HELPED, **more)
