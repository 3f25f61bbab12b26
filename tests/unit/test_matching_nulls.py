"""The nulls of the matching test: fewer matchings, more matchings, and uniform p-values."""

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yrdgeo.analysis.matching_draws import drawn_matchings, n_allowed
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


def test_matchings_too_rare_to_find_and_too_many_to_count_are_not_sought_for_ever() -> None:
    labels = [f"{i}" for i in range(24)]
    km = pd.DataFrame(np.arange(576.0).reshape(24, 24), labels, labels)
    only = pd.DataFrame(np.eye(24, dtype=bool), labels, labels)
    with pytest.raises(ArgumentError, match="too rare"):
        matching_test(km, labels, labels, allowed=only, permutations=20)


def test_the_only_matching_is_found_however_rare_it_is() -> None:
    labels = [f"{i}" for i in range(12)]
    km = pd.DataFrame(np.arange(144.0).reshape(12, 12), labels, labels)
    only = pd.DataFrame(np.eye(12, dtype=bool), labels, labels)
    found = matching_test(km, labels, labels, allowed=only, permutations=20)
    assert found.null.tolist() == [np.trace(km) / 12] * 20
    assert found.p_value == 1.0
    assert "12! = 479,001,600 matchings, 1 allowed, 20 drawn." in found.note


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 5), k=st.integers(1, 4))
def test_allowed_matchings_are_counted_and_each_is_drawn_alike(seed: int, n: int, k: int) -> None:
    free = np.random.default_rng(seed).random((max(n, k), k)) < 0.6
    every = [
        rows
        for rows in permutations(range(len(free)), k)
        if all(free[row, j] for j, row in enumerate(rows))
    ]
    assert n_allowed(free) == len(every)
    if not every:
        with pytest.raises(ArgumentError, match="No matching is allowed"):
            list(drawn_matchings(free, 10, seed))
        return
    draws = 4_000
    rows = np.concatenate(list(drawn_matchings(free, draws, seed)))
    assert rows.shape == (draws, k)
    times = pd.Series([tuple(row) for row in rows.tolist()]).value_counts().reindex(every)
    assert times.sum() == draws  # none that is not allowed
    mean = draws / len(every)
    assert (times - mean).abs().max() <= 6 * np.sqrt(mean)


def test_candidates_are_all_who_could_have_been_chosen() -> None:
    others = ["320500", "330200"]
    rng = np.random.default_rng(9)
    km = pd.DataFrame(rng.uniform(1, 9, (6, 3)), [*HELPERS, *others], HELPED[:3])
    plan = [HELPERS[1], HELPERS[3], HELPERS[0]]
    found = matching_test(
        km.sample(frac=1, random_state=3), plan, HELPED[:3], candidates=[*others, *HELPERS]
    )
    sums = [
        np.mean([km.loc[name, end] for name, end in zip(names, HELPED, strict=False)])
        for names in permutations(km.index, 3)
    ]
    assert found.n_permutations == 120
    assert sorted(found.null) == pytest.approx(sorted(sums))
    own = np.mean([km.loc[name, end] for name, end in zip(plan, HELPED, strict=False)])
    assert found.p_value == pytest.approx(np.mean(np.array(sums) <= own + 1e-9))


def test_each_candidate_takes_as_many_as_the_busiest_helper_unless_told_otherwise() -> None:
    km = pd.DataFrame(np.arange(6.0).reshape(3, 2), ["a", "b", "c"], ["x", "y"])
    options = {"candidates": ["a", "b", "c"]}
    twice = matching_test(km, ["a", "a"], ["x", "y"], **options)
    assert twice.n_permutations == 30  # ordered choices of two of six places
    by_label = matching_test(
        km, ["a", "a"], ["x", "y"], **options, capacity={"a": 2, "b": 1, "c": 0}
    )
    assert sorted(set(by_label.null)) == [0.5, 1.5]  # c, which may take none, has none
    with pytest.raises(ArgumentError, match="more cities in the plan"):
        matching_test(km, ["a", "a"], ["x", "y"], **options, capacity=1)


def test_p_values_are_uniform_under_the_null_of_candidates_and_of_allowed_pairs() -> None:
    rng = np.random.default_rng(11)
    rows = [*HELPERS, "320500"]
    free = pd.DataFrame(rng.random((5, 3)) < 0.7, rows, HELPED[:3])
    legal = [
        names
        for names in permutations(rows, 3)
        if all(free.loc[name, end] for name, end in zip(names, HELPED, strict=False))
    ]
    ranks = []
    for _ in range(500):
        km = pd.DataFrame(rng.uniform(1, 9, (5, 3)), rows, HELPED[:3])
        plan = legal[rng.integers(len(legal))]
        found = matching_test(km, plan, HELPED[:3], candidates=rows, allowed=free)
        assert found.n_permutations == len(legal)
        ranks.append(found.p_value * len(legal))
    seen = pd.Series(np.round(ranks).astype(int)).value_counts(normalize=True)
    assert seen.index.min() >= 1
    assert seen.index.max() == len(legal)
    for level in (0.25, 0.5, 0.75):
        mine = np.floor(level * len(legal)) / len(legal)
        below = (np.array(ranks) <= level * len(legal) + 1e-9).mean()
        assert below == pytest.approx(mine, abs=0.075)


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
