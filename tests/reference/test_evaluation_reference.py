"""Estimates from panels against pyfixest, linearmodels and brute force, with and without gaps."""

import warnings
from collections.abc import Iterator
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yrdgeo.analysis import evaluation
from yrdgeo.analysis.did import randomised
from yrdgeo.analysis.panel import checked_panel, read_panel
from yrdgeo.analysis.panel_regression import cr1, t_of, two_way
from yrdgeo.errors import ArgumentError, MissingPackageError

START, YEARS = 2021, range(2015, 2025)
GAPS = pytest.mark.parametrize("gaps", [0, 17, 40])
EXACT = 1e-9
TIGHT = 1e-13  # pyfixest's own default leaves 1e-8 on panels with gaps


def panel_of(seed: int, *, gaps: int = 0, cities: int = 12, treated: int = 3) -> pd.DataFrame:
    """Return AR(1) noise around effects, in shuffled rows, with gaps."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 1, (cities, len(YEARS)))
    for t in range(1, len(YEARS)):
        noise[:, t] += 0.6 * noise[:, t - 1]
    rows = [
        (f"{340000 + 100 * i}", year, i + 0.2 * t + noise[i, t] + 0.7 * (i < treated) * (t > 5))
        for i in range(cities)
        for t, year in enumerate(YEARS)
    ]
    table = pd.DataFrame(rows, columns=["adcode", "year", "value"])
    return table.sample(len(table) - gaps, random_state=seed).reset_index(drop=True)


def starts_of(panel: pd.DataFrame, treated: int = 3) -> pd.Series:
    return pd.Series(float(START), sorted(panel["adcode"].unique())[:treated])


@pytest.fixture(scope="module")
def fixest() -> Iterator[object]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what pyfixest uses of pandas is going away
        import pyfixest  # noqa: PLC0415 — it takes seconds

        yield pyfixest


def feols(fixest: object, formula: str, panel: pd.DataFrame) -> object:
    treat = panel["adcode"].isin(starts_of(panel).index)
    data = panel.assign(treat=treat.astype(int), on=(treat & panel["year"].ge(START)).astype(int))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fixest.feols(  # type: ignore[attr-defined]
            f"value ~ {formula} | adcode + year", data, vcov={"CRV1": "adcode"}, fixef_tol=TIGHT
        )


@GAPS
def test_estimate_and_error_are_those_of_feols_crv1(fixest: object, gaps: int) -> None:
    panel = panel_of(2, gaps=gaps)
    found = evaluation.difference_in_differences(
        panel, starts_of(panel), permutations=9, draws=9
    ).loc["all"]
    fit = feols(fixest, "on", panel)
    assert found["estimate"] == pytest.approx(fit.coef()["on"], abs=EXACT)
    assert found["standard_error"] == pytest.approx(fit.se()["on"], abs=EXACT)
    assert found["n_obs"] == len(panel) == 120 - gaps


@GAPS
def test_the_event_regression_is_that_of_feols(fixest: object, gaps: int) -> None:
    panel = panel_of(2, gaps=gaps)
    found = evaluation.event_regression(panel, starts_of(panel)).drop(-1)
    theirs = feols(fixest, f"i(year, treat, ref={START - 1})", panel).tidy()
    for ours, name in (
        ("estimate", "Estimate"), ("standard_error", "Std. Error"),
        ("lower", "2.5%"), ("upper", "97.5%"),
    ):  # fmt: skip
        assert found[ours].to_numpy() == pytest.approx(theirs[name].to_numpy(), abs=EXACT)


@GAPS
def test_leads_together_are_the_wald_test_of_feols(fixest: object, gaps: int) -> None:
    panel = panel_of(3, gaps=gaps)
    early = panel[panel["year"] < START].reset_index(drop=True)
    fit = feols(fixest, f"i(year, treat, ref={START - 1})", early)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = fit.wald_test(R=np.eye(len(fit.coef())))["statistic"]
    found = evaluation.leads_test(panel, starts_of(panel), permutations=9)
    assert found.statistic == pytest.approx(theirs, rel=1e-8)


def test_without_gaps_sun_abraham_and_two_stages_say_the_same(fixest: object) -> None:
    panel, starts = panel_of(4), starts_of(panel_of(4))
    data = panel.assign(
        unit=panel["adcode"].astype(int), cohort=panel["adcode"].map(starts).fillna(0).astype(int)
    )
    names = {"yname": "value", "idname": "unit", "tname": "year", "gname": "cohort"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        saturated, staged = (
            fixest.event_study(data, **names, estimator=one)  # type: ignore[attr-defined]
            for one in ("saturated", "did2s")
        )
        theirs = saturated.tidy()["Estimate"].to_numpy()
    ours = evaluation.event_study(panel, starts, permutations=9, draws=9)["estimate"].drop(-1)
    assert ours.to_numpy() == pytest.approx(theirs, abs=1e-6)  # it demeans to its own tolerance
    whole = evaluation.difference_in_differences(panel, starts, permutations=9, draws=9)
    assert whole.loc["all", "estimate"] == pytest.approx(staged.coef()["is_treated"], abs=1e-6)


@GAPS
def test_linearmodels_with_its_own_factors_differs_by_the_stated_factor(gaps: int) -> None:
    from linearmodels.panel import PanelOLS  # noqa: PLC0415 — a second call, other options

    panel = panel_of(5, gaps=gaps)
    starts = starts_of(panel)
    rows = panel.set_index(["adcode", "year"])
    on = panel["adcode"].isin(starts.index) & panel["year"].ge(START)
    model = PanelOLS(
        rows["value"],
        pd.DataFrame({"on": on.astype(float).to_numpy()}, rows.index),
        entity_effects=True,
        time_effects=True,
    )
    fit = model.fit(cov_type="clustered", cluster_entity=True, group_debias=True)
    n, g, years = len(panel), 12, len(YEARS)
    scale = (n - (1 + g + years - 1)) / (n - 1 - years) * n / n  # it counts both kinds of effects
    found = evaluation.difference_in_differences(panel, starts, permutations=9, draws=9)
    assert found.loc["all", "estimate"] == pytest.approx(fit.params["on"], abs=EXACT)
    assert found.loc["all", "standard_error"] == pytest.approx(
        fit.std_errors["on"] * np.sqrt(scale), abs=EXACT
    )


@settings(max_examples=4)
@given(seed=st.integers(0, 10_000), gaps=st.integers(0, 25), trend=st.booleans())
def test_each_reassignment_is_a_regression_of_its_own(seed: int, gaps: int, *, trend: bool) -> None:
    whole = panel_of(seed, gaps=gaps, cities=7, treated=2)
    panel = read_panel(whole, starts_of(whole, 2))
    year = panel.years[panel.time]
    shape = (year - 2019.5) if trend else (year >= START).astype(float)
    null = randomised(panel, shape, (21, 0))[3]
    every = []
    for chosen in combinations(range(7), 2):
        fit = two_way(panel, (np.isin(panel.unit, chosen) * shape)[:, None])
        every.append(t_of(panel, fit.estimate, fit.error)[0])
    assert null == pytest.approx(np.array(every), rel=1e-7, abs=1e-9)


def test_the_wild_bootstrap_is_every_sign_of_restricted_residuals() -> None:
    whole = panel_of(7, gaps=9, cities=7, treated=2)
    starts = starts_of(whole, 2)
    panel = checked_panel(whole, starts)
    on = (panel.treated[panel.unit] & (panel.years[panel.time] >= START)).astype(float)
    cities, years = (pd.get_dummies(part, dtype=float) for part in (panel.unit, panel.time))
    effects = np.hstack([cities.to_numpy(), years.to_numpy()])
    residual = np.eye(len(on)) - effects @ np.linalg.pinv(effects)
    left, x = residual @ panel.value, residual @ on
    signs = np.array(list(product((-1.0, 1.0), repeat=7)))[:, panel.unit]
    drawn = (left * signs) @ residual
    estimate = drawn @ x / (x @ x)
    scores = ((drawn - estimate[:, None] * x) * x) @ cities.to_numpy()
    error = np.sqrt(cr1(panel, 1) * (scores**2).sum(axis=1)) / (x @ x)
    found = evaluation.difference_in_differences(whole, starts, permutations=1, draws=4000)
    share = (np.abs(estimate / error) >= abs(found.loc["all", "t"]) - 1e-9).mean()
    assert found.loc["all", "p_wild"] == pytest.approx(share, abs=0.03)


def test_leads_are_ranked_by_f_among_all_choices_of_cities() -> None:
    panel = panel_of(8, gaps=6, cities=8, treated=2)
    found = evaluation.leads_test(panel, starts_of(panel, 2), permutations=28)
    codes = sorted(panel["adcode"].unique())
    every = [
        evaluation.leads_test(panel, pd.Series(float(START), list(pair)), permutations=1).statistic
        for pair in combinations(codes, 2)
    ]
    assert found.n_permutations == 28
    assert np.sort(found.null) == pytest.approx(np.sort(every), rel=1e-6)
    share = (np.array(every) >= found.statistic * (1 - 1e-9)).mean()
    assert found.p_value == pytest.approx(share)


def test_a_factor_without_anything_left_is_no_number() -> None:
    panel = panel_of(9, cities=4, treated=1)
    two = read_panel(panel[panel["year"].between(2020, 2021)], starts_of(panel, 1))
    assert cr1(two, 1) == pytest.approx(4 / 3 * 7 / 5)
    assert np.isnan(cr1(two, 6))


def test_effects_that_explain_the_treatment_are_refused() -> None:
    panel = panel_of(10)
    starts = starts_of(panel)
    inside = panel["adcode"].isin(starts.index)
    apart = panel[inside | panel["year"].lt(START)]  # nobody to compare with afterwards
    with pytest.raises(ArgumentError, match="explain the treatment"):
        evaluation.difference_in_differences(apart, starts)


def test_without_linearmodels_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "linearmodels.panel", None)
    panel = panel_of(11)
    with pytest.raises(MissingPackageError, match=r"yrdgeo\[stats\]"):
        evaluation.difference_in_differences(panel, starts_of(panel))


def test_choices_are_counted_in_blocks_as_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = panel_of(12, cities=8, treated=2)
    at_once = evaluation.leads_test(panel, starts_of(panel, 2))
    monkeypatch.setattr("yrdgeo.analysis.did.BLOCK", 8 * 20 * 5)  # five choices
    found = evaluation.leads_test(panel, starts_of(panel, 2))
    assert found.null == pytest.approx(at_once.null)
    assert len(found.null) == 28
