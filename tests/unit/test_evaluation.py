"""Did it work: against statsmodels and brute force, under the null, and with wrong input."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from yrdgeo.analysis.evaluation import (
    difference_in_differences,
    event_regression,
    event_study,
    event_study_by_class,
    leads_test,
    panel_needed,
    pre_trend_test,
    trend_table,
)
from yrdgeo.errors import ArgumentError

CODES = [f"34{k:02d}00" for k in range(1, 11)]
YEARS = range(2015, 2025)
STUDIES = (
    *(difference_in_differences, event_study, event_regression),
    *(trend_table, pre_trend_test, leads_test),
)


def made(seed: int, *, effect: float = 0.0, gaps: int = 0) -> tuple[pd.DataFrame, pd.Series]:
    """Return a panel in shuffled rows with AR(1) noise, and three treated from 2021."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 1, (len(CODES), len(YEARS)))
    for t in range(1, len(YEARS)):
        noise[:, t] += 0.6 * noise[:, t - 1]
    starts = pd.Series(2021.0, rng.choice(CODES, 3, replace=False))
    rows = [
        (c, y, i + 0.2 * t + noise[i, t] + effect * (c in starts.index and y >= 2021))
        for i, c in enumerate(CODES)
        for t, y in enumerate(YEARS)
    ]
    panel = pd.DataFrame(rows, columns=["adcode", "year", "value"])
    return panel.sample(len(panel) - gaps, random_state=seed), starts


def test_randomisation_counts_every_choice_of_treated_cities() -> None:
    panel, starts = made(2, effect=0.5)
    panel = panel[panel["adcode"].isin([*starts.index, *CODES[:3]])]
    codes = sorted(panel["adcode"].unique())
    starts = starts[starts.index.isin(codes)]
    every = list(combinations(codes, len(starts)))
    options = {"permutations": len(every), "draws": 9}
    found = difference_in_differences(panel, starts, **options).loc["all"]
    assert found["p_floor"] == pytest.approx(1 / len(every))
    ts = [
        abs(
            difference_in_differences(panel, pd.Series(2021.0, list(one)), **options).loc[
                "all", "t"
            ]
        )
        for one in every
    ]
    assert found["p_randomisation"] == pytest.approx(
        np.mean(np.array(ts) >= abs(found["t"]) - 1e-9)
    )


def test_p_values_are_uniform_where_nothing_happened() -> None:
    found = [
        difference_in_differences(*made(seed), permutations=120, draws=99, seed=seed).loc["all"]
        for seed in range(60)
    ]
    p = pd.DataFrame(found)[["p_randomisation", "p_wild"]].astype(float)
    assert p["p_randomisation"].between(1 / 120, 1).all()
    for name in p:
        assert 0.35 < p[name].mean() < 0.65
        assert (p[name] <= 0.1).mean() < 0.25


@pytest.mark.parametrize("treated", [1, 2])
def test_with_few_treated_the_larger_p_keeps_its_level_where_clustered_errors_do_not(
    treated: int,
) -> None:
    rejected = {"larger": 0, "clustered": 0}
    for seed in range(60):
        panel, starts = made(seed)
        found = difference_in_differences(
            panel, starts.iloc[:treated], permutations=99, draws=99, seed=seed
        ).loc["all"]
        rejected["larger"] += max(found["p_randomisation"], found["p_wild"]) <= 0.1
        rejected["clustered"] += 2 * student.sf(abs(found["t"]), len(CODES) - 1) <= 0.1
    assert rejected["larger"] <= 6 + 2 * 2.3  # two standard deviations of 60 tests at 10 %
    assert rejected["clustered"] >= 2 * 6


def test_leads_reject_a_true_null_as_often_as_they_say() -> None:
    p = np.array([leads_test(*made(seed), permutations=120).p_value for seed in range(60)])
    assert 0.4 < p.mean() < 0.6
    assert (p <= 0.1).sum() <= 6 + 2 * 2.3


def test_an_effect_is_found_and_its_size_is_right() -> None:
    panel, starts = made(3, effect=8.0)
    found = difference_in_differences(panel, starts).loc["all"]
    assert abs(found["estimate"] - 8) < 4 * found["standard_error"]
    assert found["p_randomisation"] == pytest.approx(1 / 120)
    assert found["p_wild"] < 0.1
    assert "proves nothing" in found["note"]


def test_classes_are_compared_with_the_never_treated_and_with_each_other() -> None:
    panel, _ = made(4)
    starts = pd.Series(2021.0, CODES[:4])
    kind = pd.Series(["adjacent", "leapfrog", "leapfrog", "adjacent"], CODES[:4])
    lifted = panel.assign(
        value=panel["value"] + 3.0 * (panel["adcode"].isin(CODES[1:3]) & panel["year"].ge(2021))
    )
    found = difference_in_differences(lifted, starts, by=kind, permutations=99, draws=99)
    assert list(found.index) == ["all", "adjacent", "leapfrog", "leapfrog − adjacent"]
    alone = lifted[~lifted["adcode"].isin([CODES[0], CODES[3]])]
    again = difference_in_differences(alone, starts[CODES[1:3]], permutations=99, draws=99)
    assert found.loc["leapfrog", "estimate"] == pytest.approx(again.loc["all", "estimate"])
    gap = found.loc["leapfrog", "estimate"] - found.loc["adjacent", "estimate"]
    assert found.loc["leapfrog − adjacent", "estimate"] == pytest.approx(gap)
    assert found["n_units"].tolist() == [10, 8, 8, 4]


@settings(max_examples=10)
@given(seed=st.integers(0, 1000), shift=st.floats(-50, 50), scale=st.floats(0.1, 20))
def test_units_scale_the_estimate_and_leave_the_test(seed: int, shift: float, scale: float) -> None:
    panel, starts = made(seed, gaps=5)
    options = {"permutations": 30, "draws": 30}
    one = difference_in_differences(panel, starts, **options).loc["all"]
    moved = panel.assign(value=shift + scale * panel["value"] + 3.0 * panel["year"])
    other = difference_in_differences(moved, starts, **options).loc["all"]
    assert other["estimate"] == pytest.approx(scale * one["estimate"], rel=1e-6, abs=1e-8)
    assert other["p_randomisation"] == pytest.approx(one["p_randomisation"])


def test_the_event_study_is_the_regression_with_a_dummy_for_each_year() -> None:
    panel, starts = made(5, effect=1.0)
    found = event_study(panel, starts, permutations=99, draws=9)
    fitted = event_regression(panel, starts)
    assert found.index.tolist() == fitted.index.tolist() == list(range(-6, 4))
    assert found.loc[-1, "estimate"] == fitted.loc[-1, "standard_error"] == 0
    assert found["estimate"].to_numpy() == pytest.approx(fitted["estimate"].to_numpy(), abs=1e-9)
    # Two means and a regression differ in the factor of the error alone: CR1 is the larger.
    factor = 10 / 9 * 99 / (100 - 10 - 9)
    assert fitted["standard_error"].to_numpy() == pytest.approx(
        found["standard_error"].to_numpy() * np.sqrt(factor)
    )


def test_a_regression_by_year_needs_one_start_and_the_year_before_it() -> None:
    panel, starts = made(18)
    with pytest.raises(ArgumentError, match="several years"):
        event_regression(panel, starts.where(starts.index != starts.index[0], 2019.0))
    with pytest.raises(ArgumentError, match="year before the start"):
        event_regression(panel[panel["year"].ne(2020)], starts)
    later = panel[panel["year"].ne(2023) | ~panel["adcode"].isin(starts.index)]
    assert event_regression(later, starts).index.tolist() == [-6, -5, -4, -3, -2, -1, 0, 1, 3]


def test_leads_that_bend_are_seen_where_a_slope_is_not() -> None:
    panel, starts = made(7)
    assert leads_test(panel, starts).p_value > 0.05
    bent = 9.0 * panel["year"].isin([2016, 2019]) * panel["adcode"].isin(starts.index)
    moved = panel.assign(value=panel["value"] + bent)
    assert leads_test(moved, starts).p_value == pytest.approx(1 / 120)
    assert pre_trend_test(moved, starts).p_value > 0.05
    with pytest.raises(ArgumentError, match="two years"):
        leads_test(panel[panel["year"] >= 2020], starts)
    few_cities = panel[panel["adcode"].isin([*starts.index, *CODES[:3]])]
    with pytest.raises(ArgumentError, match="tested together"):
        leads_test(few_cities[few_cities["adcode"].isin(few_cities["adcode"].unique()[:5])], starts)


def test_staggered_starts_meet_only_the_never_treated() -> None:
    rows = [
        (c, y, 2.0 * (c == "a" and y >= 3) + 5.0 * (c == "b" and y >= 5) + 0.5 * y + k)
        for k, c in enumerate("abcdef")
        for y in range(1, 8)
    ]
    panel = pd.DataFrame(rows, columns=["adcode", "year", "value"]).sample(frac=1, random_state=1)
    found = event_study(panel, pd.Series({"a": 3, "b": 5}), permutations=99)
    assert found["estimate"].round(9).to_dict() == {
        -4: 0.0, -3: 0.0, -2: 0.0, -1: 0.0, 0: 3.5, 1: 3.5, 2: 3.5, 3: 2.0, 4: 2.0,
    }  # fmt: skip
    assert found["n_treated"].to_dict()[3] == 1
    with pytest.raises(ArgumentError, match="several years"):
        difference_in_differences(panel, pd.Series({"a": 3, "b": 5}))


def test_the_error_of_an_event_year_is_that_of_two_means() -> None:
    panel, starts = made(6)
    found = event_study(panel, starts, permutations=9)
    wide = panel.pivot_table("value", "adcode", "year")
    change = wide[2023] - wide[2020]
    inside = change.index.isin(starts.index)
    spread = [change[side].var(ddof=0) / side.sum() for side in (inside, ~inside)]
    assert found.loc[2, "standard_error"] == pytest.approx(np.sqrt(sum(spread)))


def test_a_trend_before_the_start_is_seen() -> None:
    panel, starts = made(7)
    assert pre_trend_test(panel, starts).p_value > 0.05
    tilt = 3.0 * (panel["year"] - 2015) * panel["adcode"].isin(starts.index)
    result = pre_trend_test(panel.assign(value=panel["value"] + tilt), starts)
    assert result.p_value == result.p_floor == pytest.approx(1 / 120)
    assert result.statistic == pytest.approx(3.0, abs=0.5)


def test_the_table_of_trends_has_the_means() -> None:
    panel, starts = made(8, gaps=3)
    table = trend_table(panel, starts)
    inside = panel[panel["adcode"].isin(starts.index)].groupby("year")["value"].mean()
    pd.testing.assert_series_equal(table["treated"], inside, check_names=False)
    assert table["after"].tolist() == [year >= 2021 for year in YEARS]
    assert (table["n_treated"] + table["n_control"]).sum() == len(panel)


def test_a_panel_that_cannot_carry_it_says_what_lacks() -> None:
    panel, starts = made(9)
    table = pd.concat(
        [
            panel.assign(indicator="gdp", vintage="final"),
            panel[panel["year"] < 2021].assign(indicator="gdp", vintage="preliminary"),
        ]
    )
    more = table.assign(adcode=table["adcode"] + "x")
    found = panel_needed(pd.concat([table, more]), starts).set_index("vintage")
    assert found["usable"].to_dict() == {"final": True, "preliminary": False}
    assert "0 of 2 years from 2021 on" in found.loc["preliminary", "reason_en"]
    assert found.loc["final", "reason_en"] == ""
    assert found.loc["final", "n_control"] == 17


@pytest.mark.parametrize(
    ("change", "starts", "said"),
    [
        (lambda p: p.drop(columns="value"), None, "lacks columns"),
        (lambda p: pd.concat([p, p.head(1)]), None, "two values in a year"),
        (lambda p: p.assign(value=np.nan), None, "finite number"),
        (lambda p: p.assign(vintage=p["year"].ge(2020).astype(str)), None, "mix vintages"),
        (lambda p: p, pd.Series({"999999": 2021}), "not in the panel"),
        (lambda p: p, pd.Series(2021.0, CODES), "never-treated"),
        (lambda p: p, pd.Series({CODES[0]: 2030.0}), "before and a year after"),
        (lambda p: p, pd.Series({CODES[0]: 2015.0}), "before and a year after"),
        (
            lambda p: p[p["adcode"].ne(CODES[0]) | p["year"].ge(2021)],
            pd.Series({CODES[0]: 2021, CODES[1]: 2021}),
            f"before and a year after.*{CODES[0]}",
        ),
        (lambda p: p.assign(year=p["year"] + 0.5), None, "whole numbers"),
        (lambda p: p.assign(year=p["year"].astype(str) + "年"), None, "whole numbers"),
        (lambda p: p.assign(value=p["value"].astype(str)), None, "must be numbers"),
        (lambda p: p.assign(adcode=p["adcode"].where(p["year"] > 2015)), None, "needs its adcode"),
        (lambda p: p.to_numpy(), None, "must be a table"),
        (lambda p: p, {CODES[0]: 2021}, "pandas Series"),
        (lambda p: p, pd.Series([2021, 2021], [CODES[0]] * 2), "repeat ids"),
    ],
)
def test_a_wrong_panel_is_refused(change: object, starts: pd.Series | None, said: str) -> None:
    panel, usual = made(10)
    for study in STUDIES:
        with pytest.raises(ArgumentError, match=said):
            study(change(panel), usual if starts is None else starts)  # type: ignore[operator]


def test_a_class_must_be_known_and_a_trend_needs_two_years() -> None:
    panel, starts = made(11)
    with pytest.raises(ArgumentError, match="needs a class"):
        difference_in_differences(panel, starts, by=pd.Series({starts.index[0]: "adjacent"}))
    with pytest.raises(ArgumentError, match="two years"):
        pre_trend_test(panel[panel["year"] >= 2020], starts)


def test_a_class_is_one_and_somebody_is_treated() -> None:
    panel, starts = made(12)
    twice = pd.Series("adjacent", [*starts.index, starts.index[0]])
    with pytest.raises(ArgumentError, match="one class"):
        event_study_by_class(panel, starts, twice)
    with pytest.raises(ArgumentError, match="No city is treated"):
        panel_needed(panel.assign(indicator="gdp", vintage=""), starts * np.nan)
    with pytest.raises(ArgumentError, match="year before the start"):
        event_study(panel[panel["year"].ne(2020)], starts)


def test_a_vintage_that_is_blank_or_missing_is_one_vintage() -> None:
    panel, starts = made(13)
    blank = panel.assign(vintage=np.where(panel["year"] > 2018, "", None))
    same = difference_in_differences(blank, starts, permutations=9, draws=9)
    plain = difference_in_differences(panel, starts, permutations=9, draws=9)
    assert same.loc["all", "estimate"] == plain.loc["all", "estimate"]


def test_each_event_year_is_ranked_by_t_among_all_choices_of_cities() -> None:
    panel, starts = made(14, effect=0.5)
    found = event_study(panel, starts, permutations=200, draws=9).loc[2]
    wide = panel.pivot_table("value", "adcode", "year")
    change = wide[2023] - wide[2020]

    def t(chosen: tuple[str, ...] | list[str]) -> float:
        inside = change.index.isin(chosen)
        a, b = change[inside], change[~inside]
        error = np.sqrt(a.var(ddof=0) / len(a) + b.var(ddof=0) / len(b))
        return abs(a.mean() - b.mean()) / error

    every = np.array([t(chosen) for chosen in combinations(CODES, 3)])
    assert found["p_randomisation"] == pytest.approx((every >= t(list(starts.index)) - 1e-9).mean())


def test_event_years_reject_a_true_null_as_often_as_they_say() -> None:
    rows = [
        event_study(*made(seed), permutations=120, draws=99, seed=seed).loc[3]
        for seed in range(120)
    ]
    p = pd.DataFrame(rows)
    for name in ("p_randomisation", "p_wild"):
        assert 0.4 < p[name].mean() < 0.62
        assert 0.03 < (p[name] <= 0.1).mean() < 0.2


def test_the_wild_bootstrap_of_an_event_year_agrees_with_every_sign() -> None:
    panel, starts = made(15, effect=2.0)
    found = event_study(panel, starts, permutations=9, draws=4000).loc[1]
    wide = panel.pivot_table("value", "adcode", "year")
    change = wide[2022] - wide[2020]
    inside = change.index.isin(starts.index)
    left = (change - change.mean()).to_numpy()

    def t(values: np.ndarray) -> float:
        a, b = values[inside], values[~inside]
        return abs(a.mean() - b.mean()) / np.sqrt(a.var() / len(a) + b.var() / len(b))

    signs = 1 - 2 * ((np.arange(1024)[:, None] >> np.arange(10)) & 1)
    every = np.array([t(left * row) for row in signs])
    assert found["p_wild"] == pytest.approx((every >= t(change.to_numpy()) - 1e-9).mean(), abs=0.03)


def test_one_treated_city_is_ranked_though_it_has_no_error() -> None:
    panel, starts = made(16)
    lifted = panel.assign(
        value=panel["value"] + 30.0 * (panel["adcode"].eq(starts.index[0]) & panel["year"].ge(2021))
    )
    found = event_study(lifted, starts.iloc[:1])
    assert found["standard_error"].drop(-1).isna().all()
    assert found.loc[[0, 3], "p_randomisation"].tolist() == [0.1, 0.1]  # one of ten
    assert found.loc[-2, "p_randomisation"] > 0.1


def test_classes_have_event_studies_of_their_own() -> None:
    panel, _ = made(17)
    starts = pd.Series(2021.0, CODES[:4])
    kind = pd.Series(["adjacent", "leapfrog", "leapfrog", "adjacent"], CODES[:4])
    lifted = panel.assign(
        value=panel["value"] + 3.0 * (panel["adcode"].isin(CODES[1:3]) & panel["year"].ge(2021))
    )
    options = {"permutations": 50, "draws": 50}
    found = event_study_by_class(lifted, starts, kind.sample(frac=1, random_state=1), **options)
    alone = event_study(
        lifted[~lifted["adcode"].isin([CODES[0], CODES[3]])], starts[CODES[1:3]], **options
    )
    pd.testing.assert_frame_equal(found.loc["leapfrog"], alone)
    gap = found.loc["leapfrog", "estimate"] - found.loc["adjacent", "estimate"]
    assert found.loc["leapfrog − adjacent", "estimate"].to_numpy() == pytest.approx(gap.to_numpy())
    pd.testing.assert_frame_equal(found.loc["all"], event_study(lifted, starts, **options))
    staggered = starts.where(starts.index != CODES[0], 2019.0)
    groups = event_study_by_class(lifted, staggered, kind, **options).index.unique("group")
    assert list(groups) == ["all", "adjacent", "leapfrog"]
