"""Laws of segmented gradients, local fits and curves on random observations."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yrdgeo.analysis.gradient import FORMS, curve, deviations, fit, local, segmented

BENT = [form for form, equation in FORMS.items() if equation.degree == 1]
seeds = st.integers(0, 2**31)


def places(seed: int, count: int = 24) -> pd.DataFrame:
    """Return rough data around a random bend, which have many local optima."""
    generator = np.random.default_rng(seed)
    away = np.round(generator.uniform(1, 700, count), 1)
    bend = generator.uniform(0, 700)
    table = pd.DataFrame(
        {
            "distance": away,
            "value": np.exp(3 - np.minimum(away, bend) / 300 + generator.normal(0, 0.3, count)),
            "weight": generator.uniform(0.5, 5, count),
        },
        [f"c{number:02}" for number in range(count)],
    )
    return table.sample(frac=1, random_state=seed % 1000)


def missed(table: pd.DataFrame, residuals: pd.Series) -> float:
    return float(table["weight"] @ residuals.reindex(table.index) ** 2)


@pytest.mark.parametrize("form", BENT)
@settings(max_examples=8, deadline=None)
@given(seed=seeds)
def test_a_bend_fits_no_worse_than_a_line_and_not_better_for_the_order(
    form: str, seed: int
) -> None:
    table = places(seed)
    given_ = {"form": form, "weights": table["weight"]}
    straight = fit(table["value"], table["distance"], **given_)  # type: ignore[arg-type]
    bent = segmented(table["value"], table["distance"], level=1, **given_)  # type: ignore[arg-type]
    assert missed(table, bent.residuals) <= missed(table, straight.residuals) * (1 + 1e-12)
    mixed = table.sort_index()
    again = segmented(mixed["value"], table["distance"], level=1, **given_)  # type: ignore[arg-type]
    assert again.break_at == pytest.approx(bent.break_at, rel=1e-6)
    low, high = bent.interval["break_1"]
    assert low <= bent.breaks[0] <= high
    assert bent.break_test is not None
    assert bent.break_test.p_floor <= bent.break_test.p_value <= 1


@settings(max_examples=15, deadline=None)
@given(seed=seeds, unit=st.sampled_from([0.001, 0.5, 60.0]), shift=st.sampled_from([0.0, -7.0]))
def test_units_change_a_bend_as_they_change_the_data(seed: int, unit: float, shift: float) -> None:
    table = places(seed)
    plain = segmented(table["value"], table["distance"], level=1)
    other = segmented(shift + 10 * table["value"], unit * table["distance"], level=1)
    assert other.break_at == pytest.approx(unit * plain.breaks[0], rel=1e-6)
    assert other.coefficients["slope_2"] == pytest.approx(
        10 / unit * plain.coefficients["slope_2"], rel=1e-5, abs=1e-9 / unit
    )
    assert plain.break_test is not None
    assert other.break_test is not None
    assert other.break_test.statistic == pytest.approx(plain.break_test.statistic, rel=1e-6)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_the_curve_runs_through_the_fitted_values_within_its_band(form: str, seed: int) -> None:
    table = places(seed)
    result = fit(
        table["value"],
        table["distance"],
        form=form,  # type: ignore[arg-type]
        errors="hc3",
    )
    drawn = curve(result, table["distance"])
    np.testing.assert_allclose(drawn["fitted"], result.fitted, rtol=1e-9, atol=1e-9)
    assert (drawn["lower"] < drawn["upper"]).all()
    mean = curve(result, table["distance"], statistic="mean")
    assert (mean["fitted"] >= drawn["fitted"] - 1e-12).all()  # by Jensen's inequality
    np.testing.assert_allclose(deviations(result)["value"], table["value"], rtol=1e-9)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, share=st.floats(0.3, 1.0), slope=st.floats(-1, 1))
def test_a_local_fit_of_a_line_is_the_line_and_the_order_changes_nothing(
    seed: int, share: float, slope: float
) -> None:
    table = places(seed)
    line = local(2 + slope * table["distance"], table["distance"], share=share)
    np.testing.assert_allclose(line["fitted"], 2 + slope * line["distance"], atol=1e-8)
    one = local(table["value"], table["distance"], share=share, weights=table["weight"])
    mixed = table.sort_index()
    two = local(mixed["value"], table["distance"], share=share, weights=table["weight"])
    np.testing.assert_allclose(one["fitted"], two["fitted"], rtol=1e-9)
    assert (one["lower"] <= one["fitted"]).all()
    assert (one["fitted"] <= one["upper"]).all()
