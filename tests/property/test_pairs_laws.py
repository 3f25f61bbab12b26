"""Laws of the tests and of the best matching on random numbers."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_cities import coverage

from yrdgeo.analysis import contiguity, pairs

seeds = st.integers(0, 2**32 - 1)


def classes(seed: int, n: int, near: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    names = generator.permutation(["adjacent"] * near + ["leapfrog"] * (n - near))
    return pd.DataFrame({"pair_class": names, "km": generator.normal(300, 100, n)})


@settings(max_examples=60)
@given(seeds, st.integers(2, 10), st.data(), st.sampled_from([50, 9999]))
def test_p_lies_between_its_floor_and_one(
    seed: int, n: int, data: st.DataObject, draws: int
) -> None:
    table = classes(seed, n, data.draw(st.integers(1, n - 1)))
    result = pairs.compare(table, "km", permutations=draws)
    assert 0 < result.p_floor <= result.p_value <= 1


@settings(max_examples=60)
@given(seeds, st.integers(2, 9), st.floats(0.01, 100), st.floats(-1e6, 1e6))
def test_units_and_rows_do_not_matter(seed: int, n: int, scale: float, shift: float) -> None:
    table = classes(seed, n, 1)
    expected = pairs.compare(table, "km")
    other = table.assign(km=table["km"] * scale + shift).sample(frac=1, random_state=seed % 1000)
    found = pairs.compare(other, "km")
    assert found.p_value == expected.p_value
    assert found.statistic == pytest.approx(expected.statistic * scale, rel=1e-6, abs=1e-6)


def test_p_is_uniform_when_there_is_no_difference() -> None:
    rows = [pairs.compare(classes(seed, 9, 4), "km").p_value for seed in range(400)]
    for level in (0.1, 0.25, 0.5, 0.75):
        # 400 trials: the share has a standard deviation below 0.025.
        assert np.mean(np.array(rows) <= level) == pytest.approx(level, abs=0.1)
        assert np.mean(np.array(rows) <= level) <= level + 4 * np.sqrt(level * (1 - level) / 400)


def test_drawn_p_approaches_the_counted_one() -> None:
    table = classes(3, 12, 5)
    exact = pairs.compare(table, "km")
    drawn = pairs.compare(table, "km", permutations=700, seed=4)
    assert exact.n_permutations == 792
    spread = np.sqrt(exact.p_value * (1 - exact.p_value) / 700)
    assert drawn.p_value == pytest.approx(exact.p_value, abs=4 * spread + 1 / 701)


@settings(max_examples=40)
@given(seeds, st.integers(1, 5))
def test_over_all_matchings_p_takes_each_rank_once(seed: int, k: int) -> None:
    km = np.random.default_rng(seed).uniform(1, 9, (k, k))
    ranks = [pairs.matching_test(km, range(k), order).p_value for order in permutations(range(k))]
    assert sorted(ranks) == pytest.approx(np.arange(1, len(ranks) + 1) / len(ranks))


@settings(max_examples=40)
@given(seeds, st.integers(2, 7))
def test_the_order_in_which_pairs_are_written_does_not_matter(seed: int, k: int) -> None:
    generator = np.random.default_rng(seed)
    km = generator.uniform(1, 9, (k, k))
    helped, rewritten = generator.permutation(k), generator.permutation(k)
    expected = pairs.matching_test(km, range(k), helped)
    found = pairs.matching_test(km, rewritten, helped[rewritten])
    assert found.p_value == expected.p_value
    assert found.statistic == pytest.approx(expected.statistic)


@settings(max_examples=40)
@given(seeds, st.integers(1, 7))
def test_no_matching_is_nearer_than_the_best_one(seed: int, k: int) -> None:
    km = np.random.default_rng(seed).uniform(1, 9, (k, k))
    best = pairs.optimal(km, range(k), range(k))
    assert sorted(best["helper_id"]) == sorted(best["helped_id"]) == list(range(k))
    result = pairs.matching_test(km, best["helper_id"], best["helped_id"])
    assert result.statistic == pytest.approx(result.null.min())
    assert result.p_value == result.p_floor


@settings(max_examples=40)
@given(seeds, st.integers(1, 5), st.integers(1, 8))
def test_more_capacity_never_costs_more(seed: int, helpers: int, helped: int) -> None:
    km = np.random.default_rng(seed).uniform(1, 9, (helpers, helped))
    enough = -(-helped // helpers)
    costs = []
    for capacity in (enough, enough + 1, helped):
        found = pairs.optimal(km, range(helpers), range(helped), capacity=capacity)
        assert found["helper_id"].value_counts().max() <= capacity
        assert found["helped_id"].tolist() == list(range(helped))
        costs.append(found["cost"].sum())
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == pytest.approx(km.min(axis=0).sum())


@settings(max_examples=20)
@given(seeds)
def test_a_pair_and_its_reverse_are_equally_far(seed: int) -> None:
    cities = coverage(12, seed=seed)
    ends = np.random.default_rng(seed).choice(cities.index, (6, 2))
    names = [f"p{place}" for place in range(6)]
    there = pd.DataFrame({"pair_id": names, "helper_id": ends[:, 0], "helped_id": ends[:, 1]})
    back = there.rename(columns={"helper_id": "helped_id", "helped_id": "helper_id"})
    order = contiguity.order(cities)
    one, other = (pairs.table(cities, table, order=order) for table in (there, back))
    for column in ("seat_km", "border_km"):
        assert one[column].to_numpy() == pytest.approx(other[column].to_numpy(), abs=1e-6)
    assert one["pair_class"].tolist() == other["pair_class"].tolist()
    assert (one["border_km"] <= one["seat_km"] + 1e-6).all()
    assert (one["border_km"][one["contiguity_order"] == 1] == 0).all()
