"""Groups of pairs with intervals, and criteria weighed into one cost: by hand and against scipy."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from yrdgeo.analysis.pairs import optimal, pareto, summary, weighed
from yrdgeo.errors import ArgumentError

HELPERS, HELPED = ["310000", "320100", "330100"], ["340100", "340300", "341200"]


def made(seed: int, n: int = 9) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    near = np.arange(n) < 3
    table = pd.DataFrame(
        {
            "pair_id": [f"p{place}" for place in range(n)],
            "pair_class": np.where(near, "adjacent", "leapfrog"),
            "seat_km": np.where(near, 50.0, 450.0) + generator.normal(0, 30, n),
            "rail_min": generator.uniform(30, 200, n),
        }
    )
    return table.sample(frac=1, random_state=seed)


@pytest.mark.parametrize("seed", range(4))
def test_means_and_their_intervals_are_those_of_scipy(seed: int) -> None:
    table = made(seed)
    found = summary(table, ["seat_km", "rail_min"]).set_index(["column", "group"])
    for column in ("seat_km", "rail_min"):
        parts = {name: part[column] for name, part in table.groupby("pair_class")}
        for group, part in {"all": table[column], **parts}.items():
            row = found.loc[(column, group)]
            bounds = stats.ttest_1samp(part, 0).confidence_interval()
            assert (row["n"], row["n_missing"]) == (len(part), 0)
            assert row[["mean", "sd"]].tolist() == pytest.approx([part.mean(), part.std()])
            assert row[["lower", "upper"]].tolist() == pytest.approx([*bounds])
            spots = [part.median(), part.min(), part.max()]
            assert row[["median", "minimum", "maximum"]].tolist() == pytest.approx(spots)
        row = found.loc[(column, "leapfrog − adjacent")]
        welch = stats.ttest_ind(parts["leapfrog"], parts["adjacent"], equal_var=False)
        bounds = welch.confidence_interval()
        assert row[["lower", "upper"]].tolist() == pytest.approx([*bounds])
        assert row["mean"] == pytest.approx(parts["leapfrog"].mean() - parts["adjacent"].mean())


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    held = 0
    for seed in range(400):
        rows = summary(made(seed), "seat_km").set_index("group")
        low, high = rows.loc["leapfrog", ["lower", "upper"]]
        held += low <= 450 <= high
    assert held / 400 == pytest.approx(0.95, abs=0.03)


def test_one_pair_has_a_mean_and_no_interval() -> None:
    table = pd.DataFrame({"pair_class": ["adjacent", "leapfrog"], "km": [5.0, 8.0]})
    found = summary(table, "km").set_index("group")
    assert found.loc["adjacent", "mean"] == 5
    assert found.loc["leapfrog − adjacent", "mean"] == 3
    assert found.loc[["adjacent", "leapfrog − adjacent"], ["lower", "upper"]].isna().all(axis=None)
    alike = summary(pd.concat([table, table]), "km").set_index("group")
    assert alike.loc["leapfrog − adjacent", ["lower", "upper"]].tolist() == [3, 3]


def test_pairs_without_a_path_are_counted_not_averaged() -> None:
    table = made(1)
    table.loc[[4, 0], "rail_min"] = [np.inf, np.nan]
    found = summary(table, "rail_min").set_index("group")
    assert found["n_missing"].to_dict() == {
        "all": 2, "adjacent": 1, "leapfrog": 1, "leapfrog − adjacent": 2,
    }  # fmt: skip
    assert np.isfinite(found["mean"]).all()
    none = summary(table.assign(rail_min=np.inf), "rail_min")
    assert none["mean"].isna().all()
    assert none["n"].eq(0).all()


def test_one_class_alone_is_summarised_without_a_difference() -> None:
    near = made(2).query("pair_class == 'adjacent'")
    assert summary(near, "seat_km")["group"].tolist() == ["all", "adjacent"]
    assert summary(near.iloc[:0], "seat_km")["n"].tolist() == [0]


def test_what_cannot_be_summarised_is_refused() -> None:
    table = made(3)
    with pytest.raises(ArgumentError, match="seat_km"):
        summary(table, "seat_kn")
    with pytest.raises(ArgumentError, match="hold numbers"):
        summary(table, "pair_id")
    with pytest.raises(ArgumentError, match="1 pairs without"):
        summary(table.assign(pair_class=table["pair_class"].where(table["pair_id"] != "p3")), "n")


def criteria(seed: int) -> dict[str, pd.DataFrame]:
    generator = np.random.default_rng(seed)
    return {
        name: pd.DataFrame(generator.uniform(0, size, (3, 3)), HELPERS, HELPED).sample(
            frac=1, random_state=seed
        )
        for name, size in (("km", 500.0), ("gap", 1e5))
    }


@settings(max_examples=30)
@given(seed=st.integers(0, 1000), weight=st.floats(0.0, 1.0), unit=st.floats(0.01, 100))
def test_no_unit_decides_and_the_optimum_is_the_best_of_all(
    seed: int, weight: float, unit: float
) -> None:
    costs = criteria(seed)
    weights = {"km": 1 - weight, "gap": weight}
    cost = weighed(costs, HELPERS, HELPED, weights=weights, maximise=["gap"])
    other = weighed(
        costs | {"km": costs["km"] * unit + 7}, HELPERS, HELPED, weights=weights, maximise=["gap"]
    )
    np.testing.assert_allclose(cost, other, atol=1e-9)
    km, gap = (costs[name].loc[HELPERS, HELPED] for name in ("km", "gap"))
    scaled = [(one - one.to_numpy().min()) / np.ptp(one.to_numpy()) for one in (km, gap)]
    by_hand = (1 - weight) * scaled[0] + weight * (1 - scaled[1])
    np.testing.assert_allclose(cost, by_hand, atol=1e-12)
    sums = [sum(cost.iloc[i, j] for j, i in enumerate(p)) for p in permutations(range(3))]
    assert optimal(cost, HELPERS, HELPED)["cost"].sum() == pytest.approx(min(sums))


def test_the_ends_of_the_weights_are_on_the_front() -> None:
    costs = criteria(5)
    front = pareto(costs, HELPERS, HELPED, maximise=["gap"])
    for name, ends in (("km", {"km": 1, "gap": 0}), ("gap", {"km": 0, "gap": 1})):
        cost = weighed(costs, HELPERS, HELPED, weights=ends, maximise=["gap"])
        best = optimal(cost, HELPERS, HELPED)
        at = zip(best["helper_id"], best["helped_id"], strict=True)
        mean = np.mean([costs[name].loc[a, b] for a, b in at])
        assert mean == pytest.approx(front[name].agg("min" if name == "km" else "max"))


def test_a_forbidden_pair_stays_forbidden_whatever_its_weight() -> None:
    costs = criteria(6)
    costs["gap"].loc["310000", "340100"] = np.inf
    cost = weighed(costs, HELPERS, HELPED, weights={"km": 1, "gap": 0}, maximise=["gap"])
    assert np.isinf(cost.to_numpy()).sum() == 1
    assert cost.loc["310000", "340100"] == np.inf
    flat = {"km": costs["km"] * 0, "gap": costs["km"]}
    even = weighed(flat, HELPERS, HELPED, weights={"km": 1, "gap": 0})
    assert even.eq(0).all(axis=None)


@pytest.mark.parametrize(
    ("weights", "maximise", "said"),
    [
        ({"km": 1}, [], "needs a weight.*gap"),
        ({"km": 1, "gap": 1, "min": 1}, [], "weight a criterion.*min"),
        ({"km": 1, "gap": 1}, ["gab"], "gab"),
        ({"km": 1, "gap": -1}, [], "zero or more.*gap"),
        ({"km": 0, "gap": 0}, [], "only zeros"),
        ({"km": 1, "gap": np.nan}, [], "zero or more.*gap"),
    ],
)
def test_wrong_weights_are_refused(weights: dict, maximise: list, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        weighed(criteria(7), HELPERS, HELPED, weights=weights, maximise=maximise)
    gaps = criteria(7)
    gaps["km"].iloc[0, 0] = np.nan
    with pytest.raises(ArgumentError, match=r"missing.*km"):
        weighed(gaps, HELPERS, HELPED, weights={"km": 1, "gap": 1})
