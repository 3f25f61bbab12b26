"""The nulls of the matching test: fewer matchings, more matchings, and uniform p-values."""

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yrdgeo.analysis.pairs import matching_test, optimal
from yrdgeo.errors import ArgumentError

HELPERS = ["310000", "320100", "330100", "340100"]
HELPED = ["341300", "340300", "341500", "341200"]


def costs(seed: int) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).uniform(1, 9, (4, 4)), HELPERS, HELPED)


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_only_allowed_matchings_count(seed: int) -> None:
    km = costs(seed)
    chance = np.random.default_rng(seed).random((4, 4)) < 0.6
    free = pd.DataFrame(chance | np.eye(4, dtype=bool), HELPERS, HELPED)
    shuffled = km.sample(frac=1, random_state=seed)
    result = matching_test(shuffled, HELPERS, HELPED, allowed=free)
    sums = [
        sum(km.iloc[p[j], j] for j in range(4)) / 4
        for p in permutations(range(4))
        if all(free.iloc[p[j], j] for j in range(4))
    ]
    assert sorted(result.null) == pytest.approx(sorted(sums))
    own = np.trace(km) / 4
    assert result.p_value == pytest.approx(np.mean(np.array(sums) <= own + 1e-9))


def test_a_forbidden_pair_may_have_no_distance() -> None:
    km = costs(1)
    km.iloc[0, 1] = np.inf
    with pytest.raises(ArgumentError, match="infinite"):
        matching_test(km, HELPERS, HELPED)
    assert np.isfinite(matching_test(km, HELPERS, HELPED, allowed=np.isfinite(km)).null).all()


def test_with_room_for_two_each_helper_may_take_two() -> None:
    km = costs(2).iloc[:2, :3]
    plan = ["310000", "320100", "310000"]
    result = matching_test(km, plan, HELPED[:3], capacity=2)
    every = [
        np.mean([km.iloc[i, j] for j, i in enumerate(rows)])
        for rows in product(range(2), repeat=3)
        if max(rows.count(i) for i in range(2)) <= 2
    ]
    assert set(np.round(result.null, 9)) == set(np.round(every, 9))
    assert result.n_permutations == 24  # ordered choices of three of four places
    assert result.null.min() == pytest.approx(min(every))


def test_drawn_matchings_are_all_allowed_and_agree_with_the_count() -> None:
    km = costs(3)
    free = pd.DataFrame(True, HELPERS, HELPED)  # noqa: FBT003 — the content of a table
    free.iloc[0, 3] = free.iloc[2, 1] = False
    exact = matching_test(km, HELPERS, HELPED, allowed=free)
    drawn = matching_test(km, HELPERS, HELPED, allowed=free, permutations=20_000)
    assert drawn.n_permutations == 20_000
    assert set(np.round(drawn.null, 9)) == set(np.round(exact.null, 9))
    assert drawn.p_value == pytest.approx(exact.p_value, abs=0.02)


def test_p_values_are_uniform_under_the_null() -> None:
    p = np.array([matching_test(costs(seed), HELPERS, HELPED).p_value for seed in range(600)])
    # Every rank among the 24 matchings is as likely as any other.
    assert set(np.round(p * 24).astype(int)) == set(range(1, 25))
    for level in (0.125, 0.25, 0.5, 0.75):
        assert (p <= level + 1e-9).mean() == pytest.approx(level, abs=0.055)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"allowed": pd.DataFrame(False, HELPERS, HELPED)}, "does not allow"),  # noqa: FBT003
        ({"capacity": 0}, "more cities in the plan"),
        ({"capacity": 1.5}, "whole number"),
        ({"capacity": np.nan}, "whole number"),
        ({"capacity": "2"}, "whole number"),
        ({"capacity": True}, "whole number"),
        ({"capacity": {HELPERS[0]: 1}}, "needs a capacity.*320100"),
        ({"allowed": pd.DataFrame([[True]], HELPERS[:1], HELPED[:1])}, "lacks rows"),
    ],
)
def test_wrong_nulls_are_refused(options: dict, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        matching_test(costs(4), HELPERS, HELPED, **options)


def test_too_many_to_count_are_refused() -> None:
    labels = [f"{i}" for i in range(8)]
    km = pd.DataFrame(1.0, labels, labels)
    with pytest.raises(ArgumentError, match="362,880"):
        matching_test(km, labels, labels, capacity=2)


def test_rare_matchings_are_not_drawn_for_ever() -> None:
    n = 9
    labels = [f"{i}" for i in range(n)]
    km = pd.DataFrame(np.arange(81.0).reshape(9, 9), labels, labels)
    only = pd.DataFrame(np.eye(n, dtype=bool), labels, labels)
    with pytest.raises(ArgumentError, match="too rare"):
        matching_test(km, labels, labels, allowed=only, permutations=20)


def test_labels_may_be_numbers_in_every_null() -> None:
    km = np.arange(9.0).reshape(3, 3)
    by_label = matching_test(km, range(3), range(3), capacity={0: 1, 1: 1, 2: 1})  # type: ignore[dict-item]
    assert by_label.p_value == matching_test(km, range(3), range(3)).p_value


def test_text_is_no_distance() -> None:
    words = pd.DataFrame([["near"]], HELPERS[:1], HELPED[:1])
    with pytest.raises(ArgumentError, match="hold numbers"):
        matching_test(words, HELPERS[:1], HELPED[:1])


def test_an_order_that_is_missing_is_named_not_counted() -> None:
    steps = costs(5).round().astype("Int64")
    assert matching_test(steps, HELPERS, HELPED).n_permutations == 24
    steps.iloc[1, 2] = pd.NA
    with pytest.raises(ArgumentError, match="helper 2 to helped 3"):
        matching_test(steps, HELPERS, HELPED)


def test_a_capacity_by_label_is_the_total_of_a_label_with_several_places() -> None:
    cost = pd.DataFrame([[1.0] * 5, [2.0] * 5], ["a", "b"])
    twice = optimal(cost, ["a", "a", "b"], range(5), capacity={"a": 2, "b": 5})
    assert twice["helper_id"].value_counts().to_dict() == {"b": 3, "a": 2}
    each = optimal(cost, ["a", "a", "b"], range(5), capacity=2)
    assert each["helper_id"].value_counts().to_dict() == {"a": 4, "b": 1}
