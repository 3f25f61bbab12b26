"""Gradients against statsmodels, to nine digits."""

import esda
import libpysal
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.nonparametric.smoothers_lowess import lowess

from yrdgeo.analysis.gradient import FORMS, compare_forms, curve, fit, local

TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def cities() -> pd.DataFrame:
    """Draw forty cities around a core, as large numbers as GDP per head has."""
    random = np.random.default_rng(310000)
    distance = np.concatenate([[0.0], random.uniform(20, 700, 40)])
    value = 180_000 * np.exp(-0.002 * distance + random.normal(0, 0.3, 41))
    table = pd.DataFrame(
        {"value": value, "distance": distance, "people": random.lognormal(6, 1, 41)},
        [f"c{number:02}" for number in range(41)],
    )
    return table.sample(frac=1, random_state=7)


def sides(used: pd.DataFrame, form: str) -> tuple[pd.Series, pd.DataFrame]:
    """Return both sides of the equation, written out for statsmodels."""
    left = np.log(used["value"]) if form in ("exponential", "power") else used["value"]
    right = np.log(used["distance"]) if form in ("log", "power") else used["distance"]
    design = pd.DataFrame({"intercept": 1.0, "slope": right})
    return left, design.assign(curvature=right**2) if form == "quadratic" else design


@pytest.mark.parametrize("weighted", [False, True], ids=["OLS", "WLS"])
@pytest.mark.parametrize("form", FORMS)
def test_fits_equal_statsmodels(cities: pd.DataFrame, form: str, weighted: bool) -> None:  # noqa: FBT001 — a case of the test
    equation = FORMS[form]
    used = cities[cities["distance"] > 0] if equation.log_distance else cities
    left, design = sides(used, form)
    weights = used["people"] if weighted else pd.Series(1.0, used.index)
    expected = sm.WLS(left, design, weights=weights).fit()

    found = fit(
        cities["value"],
        cities["distance"].sort_index(),
        form=form,  # type: ignore[arg-type]
        weights=cities["people"].sort_values() if weighted else None,
    )
    interval = expected.conf_int(alpha=0.05)
    for name in equation.names:
        assert found.coefficients[name] == pytest.approx(expected.params[name], rel=TOLERANCE)
        assert found.standard_errors[name] == pytest.approx(expected.bse[name], rel=TOLERANCE)
        assert found.interval[name] == pytest.approx(tuple(interval.loc[name]), rel=TOLERANCE)
    assert found.covariance is not None
    np.testing.assert_allclose(found.covariance, expected.cov_params(), rtol=TOLERANCE)
    assert found.r2 == pytest.approx(expected.rsquared, rel=TOLERANCE)
    assert found.n == expected.nobs
    fitted = np.exp(expected.fittedvalues) if equation.log_value else expected.fittedvalues
    np.testing.assert_allclose(found.fitted.loc[used.index], fitted, rtol=TOLERANCE)
    scale = np.abs(left).max()
    np.testing.assert_allclose(
        found.residuals.loc[used.index], expected.resid, atol=TOLERANCE * scale
    )


@pytest.mark.parametrize("weighted", [False, True], ids=["OLS", "WLS"])
@pytest.mark.parametrize("errors", ["hc1", "hc3"])
@pytest.mark.parametrize("form", FORMS)
def test_robust_errors_equal_statsmodels(
    cities: pd.DataFrame,
    form: str,
    errors: str,
    weighted: bool,  # noqa: FBT001 — a case of the test
) -> None:
    used = cities[cities["distance"] > 0]
    left, design = sides(used, form)
    weights = used["people"] if weighted else pd.Series(1.0, used.index)
    expected = sm.WLS(left, design, weights=weights).fit(cov_type=errors.upper(), use_t=True)
    found = fit(
        used["value"],
        used["distance"].sort_index(),
        form=form,  # type: ignore[arg-type]
        errors=errors,  # type: ignore[arg-type]
        weights=used["people"].sort_values() if weighted else None,
    )
    for name in design.columns:
        assert found.standard_errors[name] == pytest.approx(expected.bse[name], rel=TOLERANCE)
    np.testing.assert_allclose(found.covariance, expected.cov_params(), rtol=TOLERANCE)


@pytest.mark.parametrize("share", [0.2, 0.5, 2 / 3, 1.0])
def test_local_fits_equal_statsmodels(cities: pd.DataFrame, share: float) -> None:
    points = np.sort(cities["distance"].to_numpy())
    expected = lowess(
        cities["value"], cities["distance"], frac=share, it=0, delta=0.0, xvals=points
    )
    found = local(cities["value"], cities["distance"].sort_index(), share=share, at=points)
    np.testing.assert_allclose(found["fitted"], expected, rtol=TOLERANCE)


@pytest.mark.parametrize("form", ["exponential", "quadratic"])
def test_the_band_of_a_curve_equals_statsmodels(cities: pd.DataFrame, form: str) -> None:
    left, design = sides(cities, form)
    at = np.array([0.0, 100.0, 333.3])
    wanted = design.iloc[:3].assign(slope=at)
    if form == "quadratic":
        wanted["curvature"] = at**2
    expected = sm.OLS(left, design).fit().get_prediction(wanted).summary_frame(alpha=0.05)
    plain = np.exp if form == "exponential" else np.asarray
    band = curve(fit(cities["value"], cities["distance"], form=form), at)  # type: ignore[arg-type]
    for ours, theirs in (
        ("fitted", "mean"),
        ("lower", "mean_ci_lower"),
        ("upper", "mean_ci_upper"),
    ):
        np.testing.assert_allclose(band[ours], plain(expected[theirs]), rtol=TOLERANCE)


@pytest.mark.parametrize("weighted", [False, True], ids=["OLS", "WLS"])
def test_forms_are_compared_as_statsmodels_and_refits_would(
    cities: pd.DataFrame,
    weighted: bool,  # noqa: FBT001 — a case of the test
) -> None:
    used = cities[cities["distance"] > 0]
    weights = used["people"] if weighted else pd.Series(1.0, used.index)
    table = compare_forms(
        cities["value"], cities["distance"], weights=cities["people"] if weighted else None
    )
    assert set(table.index) == set(FORMS)
    assert table["note"].iloc[0] == "Left out, distance 0, which has no logarithm: c00."
    assert table["akaike_weight"].sum() == pytest.approx(1.0)
    assert table["aicc"].is_monotonic_increasing
    for form in FORMS:
        left, design = sides(used, form)
        logs = form in ("exponential", "power")
        whole = sm.WLS(left, design, weights=weights).fit()
        # statsmodels leaves the variance out of its count and knows nothing of the Jacobian.
        aic = whole.aic + 2 + (2 * np.log(used["value"]).sum() if logs else 0)
        assert table.loc[form, "aic"] == pytest.approx(aic, rel=TOLERANCE)
        missed = []
        for city in used.index:
            rest = used.index.drop(city)
            part = sm.WLS(left[rest], design.loc[rest], weights=weights[rest]).fit()
            line = float(part.predict(design.loc[[city]]).iloc[0])
            smear = np.average(np.exp(part.resid), weights=weights[rest]) if logs else 1.0
            guess = np.exp(line) * smear if logs else line
            missed.append(used.loc[city, "value"] - guess)
        rmse = np.sqrt(np.average(np.square(missed), weights=weights))
        assert table.loc[form, "rmse_out"] == pytest.approx(rmse, rel=TOLERANCE)
        mae = np.average(np.abs(missed), weights=weights)
        assert table.loc[form, "mae_out"] == pytest.approx(mae, rel=TOLERANCE)


def test_the_moran_of_residuals_equals_esda(cities: pd.DataFrame) -> None:
    names = sorted(cities.index)
    pairs = pd.DataFrame({"from_id": names[:-2], "to_id": names[2:]})
    result = fit(cities["value"], cities["distance"], form="exponential", neighbours=pairs)
    both = pd.concat([pairs, pairs.rename(columns={"from_id": "to_id", "to_id": "from_id"})])
    table = both.groupby("from_id")["to_id"].apply(list).reindex(names)
    weights = libpysal.weights.W(table.to_dict(), silence_warnings=True)
    weights.transform = "r"
    expected = esda.Moran(result.residuals.reindex(weights.id_order), weights, permutations=0)
    assert result.residual_moran is not None
    assert result.residual_moran.statistic == pytest.approx(expected.I, rel=TOLERANCE)


def test_draws_of_morans_i_have_the_moments_of_cliff_and_ord(cities: pd.DataFrame) -> None:
    names = list(cities.index)
    pairs = pd.DataFrame({"from_id": names[:-1], "to_id": names[1:]})
    result = fit(cities["value"], cities["distance"], neighbours=pairs)
    n, k = len(names), 2
    w = np.zeros((n, n))
    w[np.arange(n - 1), np.arange(1, n)] = w[np.arange(1, n), np.arange(n - 1)] = 1
    w /= w.sum(axis=1, keepdims=True)
    x = np.column_stack([np.ones(n), cities["distance"]])
    m = np.eye(n) - x @ np.linalg.solve(x.T @ x, x.T)
    trace = np.trace(m @ w)
    mean = trace / (n - k)
    square = np.trace(m @ w @ m @ w.T) + np.trace(m @ w @ m @ w) + trace**2
    spread = np.sqrt(square / ((n - k) * (n - k + 2)) - mean**2)
    assert result.residual_moran is not None
    null = result.residual_moran.null
    assert abs(null.mean() - mean) < 4 * spread / np.sqrt(len(null))
    assert null.std() == pytest.approx(spread, rel=0.1)
