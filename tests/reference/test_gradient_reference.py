"""Gradients against statsmodels, to nine digits."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from yrdgeo.analysis.gradient import FORMS, fit

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


@pytest.mark.parametrize("weighted", [False, True], ids=["OLS", "WLS"])
@pytest.mark.parametrize("form", FORMS)
def test_fits_equal_statsmodels(cities: pd.DataFrame, form: str, weighted: bool) -> None:  # noqa: FBT001 — a case of the test
    equation = FORMS[form]
    used = cities[cities["distance"] > 0] if equation.log_distance else cities
    left = np.log(used["value"]) if equation.log_value else used["value"]
    right = np.log(used["distance"]) if equation.log_distance else used["distance"]
    weights = used["people"] if weighted else pd.Series(1.0, used.index)
    expected = sm.WLS(left, sm.add_constant(right), weights=weights).fit()

    found = fit(
        cities["value"],
        cities["distance"].sort_index(),
        form=form,  # type: ignore[arg-type]
        weights=cities["people"].sort_values() if weighted else None,
    )
    interval = expected.conf_int(alpha=0.05)
    for name, term in (("intercept", "const"), ("slope", "distance")):
        assert found.coefficients[name] == pytest.approx(expected.params[term], rel=TOLERANCE)
        assert found.standard_errors[name] == pytest.approx(expected.bse[term], rel=TOLERANCE)
        assert found.interval[name] == pytest.approx(tuple(interval.loc[term]), rel=TOLERANCE)
    assert found.r2 == pytest.approx(expected.rsquared, rel=TOLERANCE)
    assert found.n == expected.nobs
    fitted = np.exp(expected.fittedvalues) if equation.log_value else expected.fittedvalues
    np.testing.assert_allclose(found.fitted.loc[used.index], fitted, rtol=TOLERANCE)
    scale = np.abs(left).max()
    np.testing.assert_allclose(
        found.residuals.loc[used.index], expected.resid, atol=TOLERANCE * scale
    )
