"""Clusters against esda and libpysal, by hand, under the null, and with wrong input."""

import warnings
from itertools import combinations

import esda
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.weights import W

from yrdgeo.analysis import clusters
from yrdgeo.errors import ArgumentError
from yrdgeo.results import TravelTimes


def made(seed: int, n: int = 14) -> tuple[pd.Series, pd.DataFrame]:
    """Return values in shuffled order and a ring of neighbours with random chords."""
    rng = np.random.default_rng(seed)
    ids = [f"{33:02d}{i:04d}" for i in range(n)]
    pairs = {tuple(sorted((i, (i + 1) % n))) for i in range(n)}
    pairs |= {tuple(sorted(rng.choice(n, 2, replace=False).tolist())) for _ in range(n // 2)}
    edges = pd.DataFrame([(ids[a], ids[b]) for a, b in pairs], columns=["from_id", "to_id"])
    values = pd.Series(rng.gamma(2.0, 3.0, n), ids)
    return values.sample(frac=1, random_state=seed), edges.sample(frac=1, random_state=seed)


def weights(values: pd.Series, edges: pd.DataFrame) -> W:
    around: dict[str, list[str]] = {code: [] for code in values.index}
    for a, b in edges.itertuples(index=False):
        around[a].append(b)
        around[b].append(a)
    return W(around, id_order=list(values.index), silence_warnings=True)


@settings(max_examples=20)
@given(seed=st.integers(0, 9999))
def test_statistics_are_those_of_esda(seed: int) -> None:
    # The score of G* is the same for binary and for row-standardised weights; esda's for the
    # latter uses the variance of the former's, so binary ones are compared.
    values, edges = made(seed)
    w = weights(values, edges)
    y = values.to_numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = esda.Moran(y, w, permutations=0)
        local = esda.Moran_Local(y, w, permutations=0)
        star = esda.G_Local(y, w, transform="B", star=True, permutations=0)
    assert clusters.moran(values, edges, permutations=9).statistic == pytest.approx(
        whole.I, abs=1e-9
    )
    found = clusters.local_moran(values, edges, permutations=9)
    assert found["local_moran"].to_numpy() == pytest.approx(local.Is, abs=1e-9)
    spots = clusters.getis_ord(values, edges, permutations=9)
    assert spots["getis_ord_z"].to_numpy() == pytest.approx(star.Zs, abs=1e-9)


def test_conditional_p_values_agree_with_every_choice_of_neighbours() -> None:
    values, edges = made(3, n=11)
    found = clusters.local_moran(values, edges, permutations=9999)["p_value"]
    around = weights(values, edges).neighbors
    for code, near in around.items():
        others = values.drop(code).to_numpy()
        every = np.array([np.mean(part) for part in combinations(others, len(near))])
        own = values[near].mean()
        sides = (every >= own - 1e-12).mean(), (every <= own + 1e-12).mean()
        assert found[code] == pytest.approx(min(1.0, 2 * min(sides)), abs=0.03)


def test_the_threshold_is_that_of_esda_where_one_passes() -> None:
    for seed in range(30):
        p = np.random.default_rng(seed).beta(0.3, 2.0, 25)
        ours = clusters.false_discovery(p)
        if ours > 0:
            assert (p <= ours).tolist() == (p <= esda.fdr(p, 0.05)).tolist()


def test_p_of_morans_i_is_uniform_where_values_are_dealt_at_random() -> None:
    p = [clusters.moran(*made(seed), permutations=99, seed=seed).p_value for seed in range(100)]
    for level in (0.1, 0.3, 0.5, 0.8):
        assert np.mean(np.array(p) <= level) == pytest.approx(level, abs=0.14)


def test_a_cluster_is_found_and_an_island_is_named() -> None:
    n = 40
    ids = [f"{i:06d}" for i in range(n)]
    chain = pd.DataFrame(
        [(ids[i], ids[j]) for i in range(n) for j in (i + 1, i + 2, i + 3) if j < n],
        columns=["from_id", "to_id"],
    )
    values = pd.Series(np.where(np.arange(n) < 8, 10.0, 1.0), ids)
    values += np.random.default_rng(1).normal(0, 0.1, n)
    with_island = pd.concat([values, pd.Series({"999999": 5.0})])
    found = clusters.local_moran(with_island, chain)
    assert (found.loc[ids[1:7], "cluster"] == "high-high").all()
    assert found.loc["999999", "cluster"] == "island"
    assert not found.loc["999999", "significant"]
    spots = clusters.getis_ord(with_island, chain)
    assert (spots.loc[ids[1:6], "spot"] == "hot").all()
    assert "999999" in clusters.moran(with_island, chain).note


def test_without_any_pattern_hardly_anything_is_significant() -> None:
    share = [
        clusters.local_moran(*made(seed, n=30), seed=seed)["significant"].mean()
        for seed in range(25)
    ]
    assert np.mean(share) < 0.02


def test_neighbours_by_time_take_the_mean_of_both_directions() -> None:
    rng = np.random.default_rng(2)
    ids = pd.Index(list("dcba"))
    minutes = rng.uniform(10, 100, (4, 4))
    found = clusters.neighbours_within(TravelTimes(ids, ids, minutes), cutoff_min=55)
    frame = pd.DataFrame(minutes, ids, ids)
    wanted = {
        (a, b): (frame.loc[a, b] + frame.loc[b, a]) / 2
        for a in "abcd"
        for b in "abcd"
        if a < b and (frame.loc[a, b] + frame.loc[b, a]) / 2 <= 55
    }
    rows = found.set_index(["from_id", "to_id"])["travel_time_min"].to_dict()
    assert rows == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v: v.where(v.index != v.index[0]), "finite value"),
        (lambda v: pd.concat([v, v.iloc[:1]]), "finite value"),
        (lambda v: v * 0, "values that differ"),
        (lambda v: v.iloc[:2], "cities with neighbours"),
    ],
)
def test_wrong_values_are_refused(change: object, said: str) -> None:
    values, edges = made(5)
    for ask in (clusters.moran, clusters.local_moran, clusters.getis_ord):
        with pytest.raises(ArgumentError, match=said):
            ask(change(values), edges)  # type: ignore[operator]


def test_negative_values_have_no_hot_spots() -> None:
    values, edges = made(6)
    with pytest.raises(ArgumentError, match="zero or more"):
        clusters.getis_ord(-values, edges)
