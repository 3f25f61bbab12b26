"""Tests of pairs against scipy and plain enumeration; the best matching against networkx."""

from itertools import permutations
from statistics import mean

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from yrdgeo.analysis import pairs

SEEDS = range(8)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("alternative", ["greater", "less"])
def test_class_differences_are_those_of_scipy(seed: int, alternative: str) -> None:
    generator = np.random.default_rng(seed)
    km = np.round(generator.normal(300, 100, 9), -1)  # rounded, so that there are ties
    near = np.arange(9) < 3
    table = pd.DataFrame({"pair_class": np.where(near, "adjacent", "leapfrog"), "km": km})
    expected = stats.permutation_test(
        (km[~near], km[near]),
        lambda leap, adjacent: np.mean(leap) - np.mean(adjacent),
        alternative=alternative,
        n_resamples=np.inf,
    )
    found = pairs.compare(table, "km", alternative=alternative)  # type: ignore[arg-type]
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.p_value == pytest.approx(expected.pvalue)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_sided_counts_differences_as_large_either_way(seed: int) -> None:
    km = np.random.default_rng(seed).normal(300, 100, 7)
    table = pd.DataFrame({"pair_class": ["adjacent"] * 3 + ["leapfrog"] * 4, "km": km})
    observed = abs(mean(km[3:]) - mean(km[:3]))
    count = total = 0
    for order in permutations(range(7)):
        shuffled = km[list(order)]
        count += abs(mean(shuffled[3:]) - mean(shuffled[:3])) >= observed - 1e-9
        total += 1
    assert pairs.compare(table, "km").p_value == pytest.approx(count / total)


@pytest.mark.parametrize("seed", SEEDS)
def test_matchings_are_counted_as_itertools_does(seed: int) -> None:
    generator = np.random.default_rng(seed)
    km = pd.DataFrame(generator.integers(1, 9, (6, 6)).astype(float))
    helpers, helped = generator.integers(0, 6, 6), generator.permutation(6)
    sums = [
        sum(km.loc[a, b] for a, b in zip(helpers, order, strict=True))
        for order in permutations(helped)
    ]
    result = pairs.matching_test(km, helpers, helped)
    assert result.p_value == pytest.approx(np.mean(np.array(sums) <= sums[0]))
    assert result.p_floor == pytest.approx(np.mean(np.array(sums) == min(sums)))
    assert sorted(result.null * 6) == pytest.approx(sorted(sums))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_matching_costs_what_the_cheapest_flow_costs(seed: int) -> None:
    generator = np.random.default_rng(seed)
    cost = generator.integers(1, 99, (4, 7))
    capacity = {helper: int(generator.integers(2, 4)) for helper in "ABCD"}
    graph = nx.DiGraph()
    graph.add_node("source", demand=-7)
    for row, helper in enumerate("ABCD"):
        graph.add_edge("source", helper, capacity=capacity[helper], weight=0)
        for column in range(7):
            graph.add_edge(helper, column, capacity=1, weight=int(cost[row, column]))
    for column in range(7):
        graph.add_node(column, demand=1)
    expected = nx.min_cost_flow_cost(graph)
    labelled = pd.DataFrame(cost.astype(float), index=list("ABCD"))
    found = pairs.optimal(labelled, list("ABCD"), range(7), capacity=capacity)
    assert found["cost"].sum() == expected
