"""Linkage: by hand, by a second route, by its laws, and with wrong input."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import normalized_mutual_info_score

from yrdgeo.analysis import linkage
from yrdgeo.analysis.decay import exponential, power
from yrdgeo.errors import ArgumentError
from yrdgeo.results import TravelTimes

IDS = ["310000", "320100", "320500", "330100", "340100", "341300"]


def made(seed: int, n: int = 6) -> tuple[TravelTimes, pd.Series]:
    rng = np.random.default_rng(seed)
    ids = pd.Index(IDS[:n])
    minutes = rng.uniform(20, 300, (n, n))
    order = rng.permutation(n)
    masses = pd.Series(rng.uniform(1, 50, n), ids).sample(frac=1, random_state=seed)
    return TravelTimes(ids, ids[order], minutes[:, order]), masses


def flows(seed: int, n: int = 6) -> pd.DataFrame:
    times, masses = made(seed, n)
    return linkage.gravity_flows(times, masses, decay=power(2))


@settings(max_examples=30)
@given(seed=st.integers(0, 9999))
def test_flows_are_the_product_of_masses_and_decay(seed: int) -> None:
    times, masses = made(seed)
    found = linkage.gravity_flows(times, masses, decay=exponential(half_life_min=60))
    frame = times.to_frame()
    for i in IDS:
        for j in IDS:
            weight = 0.0 if i == j else 0.5 ** (frame.loc[i, j] / 60)
            assert found.loc[i, j] == pytest.approx(masses[i] * masses[j] * weight)
    shares = linkage.flow_shares(found)
    assert shares.sum(axis=1).to_numpy() == pytest.approx(1)
    doubled = linkage.gravity_flows(times, masses * 2, decay=exponential(half_life_min=60))
    pd.testing.assert_frame_equal(linkage.flow_shares(doubled), shares)


def test_no_path_is_no_flow_and_a_lonely_city_has_no_shares() -> None:
    times, masses = made(1)
    cut = times.to_frame()
    cut.loc["341300"] = np.inf
    cut["341300"] = np.inf
    lonely = TravelTimes(cut.index, cut.columns, cut.to_numpy())
    found = linkage.gravity_flows(lonely, masses, decay=power(2))
    assert found.loc["341300"].eq(0).all()
    assert linkage.flow_shares(found).loc["341300"].isna().all()
    row = linkage.dominant_flows(found).loc["341300"]
    assert (row["role"], row["dominant_id"], row["centre_id"]) == ("centre", "", "341300")


@settings(max_examples=40)
@given(seed=st.integers(0, 9999))
def test_every_city_finds_its_way_up_to_a_centre(seed: int) -> None:
    table = flows(seed)
    found = linkage.dominant_flows(table)
    received = table.sum()
    for city, row in found.iterrows():
        largest = table.loc[city].idxmax()
        assert row["dominant_id"] == largest
        above = city
        for _ in range(row["steps"]):
            nearest = table.loc[above].idxmax()
            assert received[nearest] > received[above]
            above = nearest
        assert above == row["centre_id"]
        assert found.loc[above, "role"] == "centre"
    shuffled = table.sample(frac=1, random_state=seed).sample(frac=1, axis=1, random_state=seed)
    again = linkage.dominant_flows(shuffled).loc[found.index]
    pd.testing.assert_frame_equal(again, found)


def test_the_breaking_point_splits_the_way_as_the_pulls_do() -> None:
    far = pd.Series([100.0, 60.0], ["x", "y"])
    a, b = pd.Series([9.0, 4.0], ["x", "y"]), pd.Series([1.0, 4.0], ["x", "y"])
    for exponent in (1.0, 2.0, 3.0):
        at = linkage.breakpoint(far, a, b, exponent=exponent)
        assert (a / at**exponent).to_numpy() == pytest.approx(b / (far - at) ** exponent)
    assert linkage.breakpoint(far, a, b).tolist() == [75.0, 30.0]


def test_the_strongest_core_pulls_most() -> None:
    times, masses = made(2)
    cores = ["310000", "340100"]
    found = linkage.field_strength(times, masses, cores, decay=power(2))
    frame = times.to_frame()
    for city in IDS:
        pulls = {core: masses[core] / frame.loc[city, core] ** 2 for core in cores}
        assert found.loc[city, "strongest"] == max(pulls, key=pulls.get)
        gap = abs(pulls["310000"] - pulls["340100"]) / sum(pulls.values())
        assert found.loc[city, "margin"] == pytest.approx(gap)


def test_circles_are_what_both_rules_say() -> None:
    times, masses = made(3)
    table = linkage.gravity_flows(times, masses, decay=power(2))
    found = linkage.circles(times, table, ["310000", "320100"], cutoff_min=150, least_share=0.2)
    frame, share = times.to_frame(), linkage.flow_shares(table)
    inside = set(map(tuple, found.loc[found["inside"], ["core", "member_id"]].to_numpy()))
    assert inside == {
        (core, city)
        for core in ("310000", "320100")
        for city in IDS
        if frame.loc[city, core] <= 150 and (city == core or share.loc[city, core] >= 0.2)
    } | {(core, core) for core in ("310000", "320100") if frame.loc[core, core] <= 150}
    near = found.groupby("core")["travel_time_min"]
    assert near.apply(lambda part: part.is_monotonic_increasing).all()


def test_overlap_counts_what_is_missed_and_what_is_extra() -> None:
    rows = pd.DataFrame(
        {"core": ["a"] * 3, "member_id": ["a", "b", "c"], "inside": [True, True, False]}
    )
    found = linkage.overlap(rows, {"a": ["a", "c", "d"], "z": ["q"]}).loc["a"]
    assert (found["missed"], found["extra"], found["jaccard"]) == ("c;d", "b", 0.25)


@settings(max_examples=40)
@given(labels=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=30))
def test_mutual_information_is_that_of_scikit_learn(labels: list[tuple[int, int]]) -> None:
    one, other = (pd.Series(part, dtype=int) for part in zip(*labels, strict=True))
    found = linkage.normalised_mutual_information(one, other.sample(frac=1, random_state=1))
    assert found == pytest.approx(normalized_mutual_info_score(one, other), abs=1e-9)


def test_communities_are_found_where_there_are_some() -> None:
    n = 12
    ids = [f"{i:06d}" for i in range(n)]
    block = np.add.outer(np.arange(n) // 4 * 10, np.zeros(n))
    table = pd.DataFrame(np.where(block == block.T, 9.0, 0.5), ids, ids)
    found = linkage.communities(table.sample(frac=1, random_state=3))
    truth = pd.Series(np.arange(n) // 4, ids)
    assert linkage.normalised_mutual_information(found, truth) == pytest.approx(1)
    assert sorted(found.unique()) == [1, 2, 3]


def best_of_all(table: pd.DataFrame) -> float:
    a = table.to_numpy()
    a = (a + a.T) / 2
    i, j = np.triu_indices(len(a), 1)
    best = -1.0
    for size in range(1, len(a) - 1):
        for chosen in combinations(range(len(a)), size):
            c = np.isin(np.arange(len(a)), chosen)
            ideal = np.maximum.outer(c, c)[i, j].astype(float)
            if np.ptp(ideal):
                best = max(best, float(np.corrcoef(a[i, j], ideal)[0, 1]))
    return best


@pytest.mark.parametrize("seed", range(12))
def test_the_discrete_core_is_the_best_of_all_cores(seed: int) -> None:
    table = flows(seed) ** 0.5
    found = linkage.core_periphery(table, permutations=9)
    assert found.fit == pytest.approx(best_of_all(table), abs=1e-9)
    assert found.test.statistic <= found.fit + 1e-12
    a = table.to_numpy()
    i, j = np.triu_indices(6, 1)
    c = found.core.to_numpy()
    pattern = np.maximum.outer(c, c)[i, j].astype(float)
    assert found.fit == pytest.approx(np.corrcoef(((a + a.T) / 2)[i, j], pattern)[0, 1])


def test_coreness_is_where_the_squares_are_least() -> None:
    rng = np.random.default_rng(4)
    truth = rng.uniform(0.1, 1, 10)
    truth /= truth.max()
    ids = [f"{i:06d}" for i in range(10)]
    table = pd.DataFrame(np.outer(truth, truth), ids, ids)
    found = linkage.core_periphery(table, permutations=9)
    assert found.coreness.to_numpy() == pytest.approx(truth, abs=1e-6)
    assert found.fit_continuous == pytest.approx(1)


def test_random_flows_have_no_core_and_an_ideal_core_is_beyond_chance() -> None:
    ids = [f"{i:06d}" for i in range(12)]
    p = []
    for seed in range(25):
        noise = np.random.default_rng(seed).uniform(0, 1, (12, 12))
        noisy = pd.DataFrame(noise, ids, ids)
        p.append(linkage.core_periphery(noisy, permutations=39, seed=seed).test.p_value)
    assert 0.3 < np.mean(p) < 0.75
    c = np.arange(12) < 3
    ideal = pd.DataFrame(np.maximum.outer(c, c) * 1.0 + 0.1 * noise, ids, ids)
    assert linkage.core_periphery(ideal, permutations=99).test.p_value == pytest.approx(0.01)


def test_the_draws_are_searched_as_long_as_what_they_are_compared_with() -> None:
    ids = [f"{i:06d}" for i in range(16)]
    p = []
    for seed in range(60):
        uneven = np.exp(np.random.default_rng(seed).normal(0, 1.2, (16, 16)))
        p.append(linkage.core_periphery(pd.DataFrame(uneven, ids, ids), permutations=19, seed=seed))
    ranks = np.array([one.test.p_value for one in p]) * 20
    assert set(np.round(ranks).astype(int)) <= set(range(1, 21))
    assert (ranks <= 5).mean() == pytest.approx(0.25, abs=0.15)
    assert ranks.mean() == pytest.approx(10.5, abs=2.3)  # three errors of the mean


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: linkage.linkage_mass(pd.Series({"a": 1.0}), pd.Series({"b": 1.0})), "same cities"),
        (lambda: linkage.linkage_mass(pd.Series({"a": 0.0}), pd.Series({"a": 1.0})), "above zero"),
        (lambda: linkage.gravity_flows(made(1)[0], pd.Series({"310000": 1.0}), decay=power(2)),
         "needs a mass"),
        (lambda: linkage.flow_shares(flows(1) * -1), "zero or more"),
        (lambda: linkage.flow_shares(flows(1).iloc[:2]), "square table"),
        (lambda: linkage.dominant_flows(flows(1), pd.Series({"310000": 1.0})), "needs a size"),
        (lambda: linkage.field_strength(*made(1), ["9"], decay=power(2)), "Cores need"),
        (lambda: linkage.circles(made(1)[0], flows(1), ["310000"], cutoff_min=-1), "above zero"),
        (lambda: linkage.circles(made(1)[0], flows(1), ["999999"]), "must be in"),
        (lambda: linkage.communities(flows(1) * 0), "no flow"),
        (lambda: linkage.core_periphery(flows(1) * 0 + 1), "flows that differ"),
        (lambda: linkage.breakpoint(*map(pd.Series, ([-1.0], [1.0], [1.0]))), "zero or"),
    ],
)  # fmt: skip
def test_wrong_input_is_refused(call: object, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        call()  # type: ignore[operator]
