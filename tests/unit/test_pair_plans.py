"""The best plans of a study: as linear_sum_assignment and enumeration have them."""

from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment

from yrdgeo import geo, load_study
from yrdgeo.pipeline.pair_plans import CRITERIA, WEIGHED
from yrdgeo.pipeline.pair_tests import PairAnswer, pair_answer
from yrdgeo.results import Run, TravelTimes
from yrdgeo.study import Study

# Shanghai twice, so that two places are one helper's.
HELPERS = ["310000", "330100", "310000", "320500", "320100"]
HELPED = ["341600", "340300", "340400", "341300", "341100"]


@pytest.fixture(scope="module")
def base() -> Study:
    return load_study("yrd")


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yrdgeo.pipeline.pair_tests.DRAWS", 4_000)


def minutes_of(study: Study, seed: int = 3) -> TravelTimes:
    """Return made-up whole minutes, so that plans tie."""
    ids = study.cities.index
    made = np.random.default_rng(seed).integers(1, 3, (len(ids), len(ids))).astype(float)
    return TravelTimes(ids, ids, made)


def answered(study: Study, **keys: object) -> PairAnswer:
    asked = replace(study, spec=replace(study.spec, pairs={**study.spec.pairs, **keys}))
    rows = pd.DataFrame(
        {"scheme": "own", "helper_city": HELPERS, "helped_city": HELPED,
         "pair_class": "leapfrog", "seat_km": 1.0}
    )  # fmt: skip
    per_head = study.values("gdp_per_capita").sample(frac=1, random_state=1)
    return pair_answer(asked, rows, {"best": minutes_of(study)}, per_head)


def seat_km(study: Study) -> pd.DataFrame:
    a, b = np.repeat(HELPERS, 5).tolist(), HELPED * 5
    return pd.DataFrame(np.asarray(geo.geodesic_km(study.cities, a, b)).reshape(5, 5))


def costs(study: Study, weights: dict[str, float]) -> dict[str, np.ndarray]:
    """Return the costs of each plan, made a second time."""
    km = seat_km(study).to_numpy()
    frame = minutes_of(study).to_frame()
    rich = study.values("gdp_per_capita")
    ratio = rich[HELPERS].to_numpy()[:, None] / rich[HELPED].to_numpy()
    unit = [(block - block.min()) / np.ptp(block) for block in (km, -ratio)]
    total = sum(weights.values())
    both = zip(weights.values(), unit, strict=True)
    return {
        "seat_km": km,
        "travel_time_min": frame.loc[HELPERS, HELPED].to_numpy(),
        WEIGHED: sum(weight * part for weight, part in both) / total,
    }


def test_each_best_plan_costs_what_linear_sum_assignment_says(base: Study) -> None:
    weights = {"seat_km": 0.5, "gdp_per_capita_ratio": 2.0}
    found = answered(base, weights=weights).tables
    plans = found["optimal_plans"].set_index("criterion")
    assert list(plans.index) == ["seat_km", "travel_time_min", WEIGHED]
    assert plans.loc[WEIGHED, "weighing"] == "seat_km 0.5; gdp_per_capita_ratio 2"
    for name, cost in costs(base, weights).items():
        least = cost[linear_sum_assignment(cost)].mean()
        row, rows = plans.loc[name], found["optimal_pairs"].set_index("criterion").loc[[name]]
        own = np.trace(cost) / 5
        assert row["best_mean"] == pytest.approx(least)
        assert rows["cost"].mean() == pytest.approx(least)
        assert row["plan_mean"] == pytest.approx(own)
        assert rows["actual_cost"].mean() == pytest.approx(own)
        assert row["excess_pct"] == pytest.approx(100 * (own / least - 1))
        assert sorted(rows["helper_id"]) == sorted(HELPERS)  # each as often as in the plan
        assert rows.set_index("helped_id")["actual_id"].to_dict() == dict(
            zip(HELPED, HELPERS, strict=True)
        )
        assert (
            row["n_same"]
            == rows["same_as_plan"].sum()
            == rows["actual_id"].eq(rows["helper_id"]).sum()
        )
        assert rows["helper_zh"].tolist() == base.cities.loc[rows["helper_id"], "name_zh"].tolist()


def test_the_plan_stands_where_enumeration_puts_it(base: Study) -> None:
    weights = {"seat_km": 1.0, "gdp_per_capita_ratio": 1.0}
    plans = answered(base, weights=weights).tables["optimal_plans"].set_index("criterion")
    for name, cost in costs(base, weights).items():
        means = {
            tuple(HELPERS[i] for i in order): cost[list(order), range(5)].mean()
            for order in permutations(range(5))
        }
        own = means[tuple(HELPERS)]
        every = np.array(list(means.values()))
        row = plans.loc[name]
        assert row["exact"]
        assert row["n_plans"] == len(every) == 60  # 5! / 2!
        assert row["plan_rank"] == 1 + (every < own - 1e-9).sum()
        assert row["n_best"] == (every < every.min() + 1e-9).sum()
        assert row["as_good_pct"] == pytest.approx(100 * (every <= own + 1e-9).mean())


def test_of_equally_good_plans_the_one_most_like_the_actual_is_shown(base: Study) -> None:
    found = answered(base).tables
    cost = costs(base, {"seat_km": 1.0, "gdp_per_capita_ratio": 1.0})["travel_time_min"]
    tied = [
        sum(HELPERS[i] == helper for i, helper in zip(order, HELPERS, strict=True))
        for order in permutations(range(5))
        if cost[list(order), range(5)].sum() == cost[linear_sum_assignment(cost)].sum()
    ]
    row = found["optimal_plans"].set_index("criterion").loc["travel_time_min"]
    assert row["n_best"] > 1
    assert row["n_same"] == max(tied)


def test_with_a_capacity_no_helper_takes_more_and_the_plan_is_as_good_as_any(base: Study) -> None:
    found = answered(base, capacity=2).tables
    rows = found["optimal_pairs"]
    assert rows["capacity"].dropna().unique().tolist() == [2]
    wide = rows[rows["capacity"].eq(2) & rows["criterion"].eq("seat_km")]
    assert wide["helper_id"].value_counts().max() <= 2
    names = list(dict.fromkeys(HELPERS))
    km = seat_km(base).set_axis(HELPERS).loc[lambda t: ~t.index.duplicated()].to_numpy()
    least = min(
        km[list(order), range(5)].mean()
        for order in product(range(len(names)), repeat=5)
        if max(order.count(i) for i in order) <= 2
    )
    plans = found["optimal_plans"].set_index(["criterion", "capacity"])
    row = plans.loc[("seat_km", 2)]
    assert row["best_mean"] == pytest.approx(least)
    assert not row["exact"]
    assert pd.isna(row["plan_rank"])
    assert 0 < row["as_good_pct"] <= 100


def test_what_a_weighed_plan_lacks_is_said(base: Study) -> None:
    found = answered(base, weights={"seat_km": 1, "complementarity": 1})
    assert WEIGHED not in set(found.tables["optimal_plans"]["criterion"])
    said = found.notices[-1]
    assert "no plan by your weights, for complementarity of structures is unknown" in said.en
    assert "未给出按权重最优的方案" in said.zh
    assert "Shanghai" in said.en


def test_a_plan_without_a_path_between_some_is_said(base: Study) -> None:
    frame = minutes_of(base).to_frame()
    frame.loc["320500", "341100"] = np.inf
    cut = TravelTimes(frame.index, frame.columns, frame.to_numpy())
    rows = pd.DataFrame(
        {"scheme": "own", "helper_city": HELPERS, "helped_city": HELPED,
         "pair_class": "leapfrog", "seat_km": 1.0}
    )  # fmt: skip
    found = pair_answer(base, rows, {"best": cut}, base.values("gdp_per_capita"))
    assert set(found.tables["optimal_plans"]["criterion"]) == {"seat_km"}
    said = [notice.en for notice in found.notices]
    assert any("no plan fastest by any mode" in one and "Chuzhou" in one for one in said)
    assert any("not tested by fastest time under 'same_helpers'" in one for one in said)


def test_every_criterion_has_words_and_a_best_plan(base: Study) -> None:
    for name, row in CRITERIA.items():
        assert all(row.title), name
    for name in ("seat_km", "border_km", "travel_time_min", "gdp_per_capita_ratio"):
        plans = answered(base, weights={name: 2}).tables["optimal_plans"]
        alone = plans[plans["criterion"].eq(WEIGHED)].iloc[0]
        assert 0 <= alone["best_mean"] <= alone["plan_mean"] <= 1


def test_the_shipped_study_tells_its_best_plans(delta: Run) -> None:
    plans = delta.tables["optimal_plans"].set_index("criterion")
    tests = delta.tables["pair_tests"].set_index(["test", "column", "null"])
    for name in ("seat_km", "travel_time_min"):
        row, test = plans.loc[name], tests.loc[("matching", name, "same_helpers")]
        assert row["best_mean"] == pytest.approx(test["optimum"])
        assert row["as_good_pct"] == pytest.approx(100 * test["p_value"])
    assert (plans.loc["seat_km", "plan_rank"], plans.loc["seat_km", "n_plans"]) == (1379, 6720)
    assert plans["n_same"].tolist() == [3, 4]
    pairs = delta.tables["optimal_pairs"]
    assert len(pairs) == 16
    near = pairs[pairs["criterion"].eq("seat_km") & pairs["same_as_plan"]]
    assert set(near["helped_id"]) == {"341100", "340600", "341600"}
