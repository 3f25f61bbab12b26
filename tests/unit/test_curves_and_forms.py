"""Curves, deviations, local fits and the choice of a form, by hand and with bad input."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis.gradient import compare_forms, curve, deviations, fit, local
from yrdgeo.errors import ArgumentError


@pytest.fixture
def km() -> pd.Series:
    away = pd.Series(np.random.default_rng(4).uniform(5, 600, 60), name="seat_km")
    return away.rename(lambda i: f"c{i:02}").sample(frac=1, random_state=1)


@pytest.fixture
def wealth(km: pd.Series) -> pd.Series:
    noise = np.random.default_rng(5).normal(0, 0.4, len(km))
    return np.exp(11 - 0.003 * km + noise).rename("gdp_yuan")


def test_the_mean_lies_above_the_median_by_the_smearing_factor(
    km: pd.Series, wealth: pd.Series
) -> None:
    result = fit(wealth, km, form="exponential")
    assert result.smearing == pytest.approx(np.exp(result.residuals).mean())
    median, mean = (curve(result, [100.0], statistic=name) for name in ("median", "mean"))
    assert mean["fitted"].item() == pytest.approx(result.smearing * median["fitted"].item())
    assert fit(wealth, km).smearing == 1.0


def test_robust_errors_widen_or_narrow_the_band(km: pd.Series, wealth: pd.Series) -> None:
    classic, robust = (fit(wealth, km, errors=name) for name in ("classic", "hc3"))  # type: ignore[arg-type]
    assert curve(classic, [300.0])["fitted"].equals(curve(robust, [300.0])["fitted"])
    assert curve(classic, [300.0])["lower"].item() != curve(robust, [300.0])["lower"].item()


@pytest.mark.parametrize(
    ("form", "at", "message"),
    [
        ("power", [0.0], "zero left out.*0.0"),
        ("linear", [-1.0], "-1"),
        ("linear", [np.nan], "nan"),
        ("linear", [np.inf], "inf"),
        ("linear", [[1.0]], "curve"),
    ],
)
def test_a_curve_is_drawn_at_distances(
    km: pd.Series, wealth: pd.Series, form: str, at: list[float], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        curve(fit(wealth, km, form=form), at)  # type: ignore[arg-type]


def test_an_unknown_statistic_is_refused(km: pd.Series, wealth: pd.Series) -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'median'"):
        curve(fit(wealth, km), [1.0], statistic="medain")


def test_deviations_are_shares_of_the_line(km: pd.Series, wealth: pd.Series) -> None:
    table = deviations(fit(wealth, km, form="exponential"))
    assert table["value"].to_dict() == pytest.approx(wealth.to_dict())
    expected = 100 * (wealth / table["fitted"] - 1)
    assert table["deviation_pct"].to_dict() == pytest.approx(expected.to_dict())
    sinking = deviations(fit(1 - km / 100, km))
    assert sinking.loc[sinking["fitted"] <= 0, "deviation_pct"].isna().all()


def test_the_form_that_made_the_data_is_preferred(km: pd.Series, wealth: pd.Series) -> None:
    table = compare_forms(wealth, km)
    assert table.index[0] == "exponential"
    assert table.loc["exponential", "delta_aicc"] == 0
    assert table.loc["linear", "delta_aicc"] > 5
    assert table["n"].to_dict() == dict.fromkeys(table.index, 60)
    assert table["k"].to_dict() == {form: 2 + (form == "quadratic") for form in table.index}


def test_the_unit_of_the_value_does_not_change_the_choice(km: pd.Series, wealth: pd.Series) -> None:
    yuan, wan = compare_forms(wealth, km), compare_forms(wealth / 1e4, km)
    assert list(yuan.index) == list(wan.index)
    np.testing.assert_allclose(yuan["delta_aicc"], wan["delta_aicc"], atol=1e-8)
    np.testing.assert_allclose(yuan["rmse_out"], wan["rmse_out"] * 1e4)


@pytest.mark.parametrize(
    ("forms", "message"),
    [
        ("linear", "a list"),
        ([], "a list"),
        (["linear", "linear"], "each of them once"),
        (["linear", "logg"], "Did you mean 'log'"),
    ],
)
def test_forms_that_cannot_be_compared_are_refused(
    km: pd.Series, wealth: pd.Series, forms: list[str], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        compare_forms(wealth, km, forms=forms)


def test_a_place_that_decides_alone_cannot_be_left_out() -> None:
    km = pd.Series({"a": 1.0, "b": 1.0, "c": 1.0, "far": 9.0})
    with pytest.raises(ArgumentError, match=r"cannot be left out.*far"):
        compare_forms(pd.Series([1.0, 2, 3, 9], km.index), km, forms=["linear"])


def test_values_without_a_logarithm_are_refused_only_where_it_is_needed(km: pd.Series) -> None:
    values = 100 - km
    assert len(compare_forms(values, km, forms=["linear", "log"])) == 2
    with pytest.raises(ArgumentError, match="above zero"):
        compare_forms(values, km)


def test_the_local_band_covers_a_curve_as_often_as_it_says(km: pd.Series) -> None:
    generator = np.random.default_rng(8)
    truth = 5 - 0.01 * km
    inside = []
    for draw in range(150):
        noise = generator.standard_normal(len(km)) * (0.3 + km / 600)
        band = local(truth + noise, km, at=[50.0, 300.0, 550.0], seed=draw)
        line = 5 - 0.01 * band["distance"]
        inside.append(((band["lower"] < line) & (line < band["upper"])).to_numpy())
    covered = np.mean(inside, axis=0)
    assert (covered > 0.95 - 4 * np.sqrt(0.95 * 0.05 / 150)).all()
    assert (covered < 1).all()


def test_many_places_at_one_distance_are_smoothed_by_their_mean() -> None:
    km = pd.Series([0.0] * 6 + [100.0] * 3).rename(lambda i: f"c{i}")
    values = pd.Series([1.0, 2, 3, 4, 5, 6, 10, 11, 12], km.index)
    band = local(values, km, share=0.5, at=[0.0])
    assert band["fitted"].item() == pytest.approx(3.5)


def test_halfway_between_two_distances_all_neighbours_count_alike() -> None:
    km = pd.Series([0.0] * 4 + [100.0] * 4).rename(lambda i: f"c{i}")
    values = pd.Series([1.0, 2, 3, 4, 11, 12, 13, 14], km.index)
    assert local(values, km, share=1.0, at=[50.0])["fitted"].item() == pytest.approx(7.5)


def test_the_local_fit_of_logarithms_stays_above_zero(km: pd.Series, wealth: pd.Series) -> None:
    band = local(wealth, km, form="exponential")
    logs = local(np.log(wealth), km)
    np.testing.assert_allclose(np.log(band["fitted"]), logs["fitted"])
    np.testing.assert_allclose(np.log(band["lower"]), logs["lower"])
    assert len(band) == 61
    assert band["distance"].iloc[[0, -1]].to_list() == [km.min(), km.max()]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"share": 0}, "share"),
        ({"share": 1.1}, "share"),
        ({"share": True}, "share"),
        ({"share": np.nan}, "share"),
        ({"share": 0.02}, "share of 0.05 or more"),
        ({"form": "power"}, "linear or exponential"),
        ({"at": [1e6]}, "where there are observations"),
        ({"at": [[10.0]]}, "where there are observations"),
        ({"at": [np.nan]}, "where there are observations"),
    ],
)
def test_impossible_local_fits_are_refused(
    km: pd.Series, wealth: pd.Series, change: dict[str, object], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        local(wealth, km, **change)  # type: ignore[arg-type]
