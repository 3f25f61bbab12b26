"""Slopes by year: diffusion and agglomeration told apart, vintages never mixed."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from yrdgeo.analysis.gradient import by_year, fit
from yrdgeo.errors import ArgumentError

NAMES = [f"c{number:02}" for number in range(30)]


@pytest.fixture
def km() -> pd.Series:
    away = pd.Series(np.random.default_rng(1).uniform(0, 600, 30), NAMES, name="seat_km")
    return away.sample(frac=1, random_state=5)


def panel(km: pd.Series, slopes: dict[int, float], *, vintage: str = "census") -> pd.DataFrame:
    """Return a table of values that share a lasting error of each city and have a small new one."""
    generator = np.random.default_rng(2)
    lasting = pd.Series(generator.normal(0, 0.5, 30), NAMES)
    rows = [
        pd.DataFrame(
            {
                "adcode": NAMES,
                "year": year,
                "value": np.exp(
                    10
                    + 0.05 * (year - 2000)
                    + slope * km.reindex(NAMES)
                    + lasting
                    + generator.normal(0, 0.03, 30)
                ).to_numpy(),
                "vintage": vintage,
            }
        )
        for year, slope in slopes.items()
    ]
    return pd.concat(rows).sample(frac=1, random_state=9)


@pytest.mark.parametrize(
    ("last", "reading"),
    [(-0.0010, "diffusion"), (-0.0020, "agglomeration"), (-0.0015, "undecided")],
)
def test_flattening_is_diffusion_and_steepening_agglomeration(
    km: pd.Series, last: float, reading: str
) -> None:
    table = by_year(panel(km, {2010: -0.0015, 2020: last}), km)
    assert table.index.to_list() == [2010, 2020]
    assert table["reading"].to_list() == ["", reading]
    assert np.isnan(table.loc[2010, "change"])
    difference = table.loc[2020, "slope"] - table.loc[2010, "slope"]
    assert table.loc[2020, "change"] == pytest.approx(difference)
    # The lasting errors cancel in the change, not in the slopes.
    assert table.loc[2020, "change_se"] < table["standard_error"].min() / 4


def test_changes_equal_a_regression_of_growth_and_slopes_one_of_levels(km: pd.Series) -> None:
    rows = panel(km, {2010: -0.001, 2020: -0.0015, 2022: -0.0016})
    table = by_year(rows, km)
    wide = np.log(rows.pivot_table(index="adcode", columns="year", values="value"))
    x = sm.add_constant(km.reindex(wide.index))
    for year in (2020, 2022):
        growth = sm.OLS(wide[year] - wide[2010], x).fit(cov_type="HC3", use_t=True)
        assert table.loc[year, "change"] == pytest.approx(growth.params["seat_km"], rel=1e-9)
        assert table.loc[year, "change_se"] == pytest.approx(growth.bse["seat_km"], rel=1e-9)
        assert table.loc[year, "p_value"] == pytest.approx(growth.pvalues["seat_km"], rel=1e-9)
        level = sm.OLS(wide[year], x).fit(cov_type="HC3", use_t=True)
        assert table.loc[year, "slope"] == pytest.approx(level.params["seat_km"], rel=1e-9)
        low, high = level.conf_int().loc["seat_km"]
        assert table.loc[year, "lower"] == pytest.approx(low, rel=1e-9)
        assert table.loc[year, "upper"] == pytest.approx(high, rel=1e-9)
    first, second = sorted(table["p_value"].dropna())
    holm = [2 * first, max(2 * first, second)]
    assert sorted(table["p_holm"].dropna()) == pytest.approx(holm)


def test_growth_everywhere_is_no_change(km: pd.Series) -> None:
    rows = panel(km, {2010: -0.001})
    later = rows.assign(year=2020, value=3 * rows["value"])
    table = by_year(pd.concat([rows, later]), km)
    assert table.loc[2020, "change"] == pytest.approx(0, abs=1e-12)
    assert table.loc[2020, "reading"] == "undecided"


def test_vintages_are_not_mixed_unless_they_are_said_to_be_one_series(km: pd.Series) -> None:
    old = panel(km, {2015: -0.001}, vintage="yearbook 2016")
    new = panel(km, {2022: -0.002}, vintage="preliminary")
    both = pd.concat([old, new])
    with pytest.raises(ArgumentError, match=r"vintages are not compared.*preliminary, yearbook"):
        by_year(both, km)
    same = {"yearbook 2016": "first published", "preliminary": "first published"}
    table = by_year(both, km, same_series=same)
    assert table["vintage"].to_list() == ["yearbook 2016", "preliminary"]
    mixed = new.copy()
    mixed.loc[mixed["adcode"] == "c03", "vintage"] = "census revision"
    with pytest.raises(ArgumentError, match="census revision"):
        by_year(pd.concat([panel(km, {2021: -0.002}, vintage="preliminary"), mixed]), km)


def test_a_city_that_a_year_lacks_is_left_out_of_all_and_named(km: pd.Series) -> None:
    rows = panel(km, {2010: -0.001, 2020: -0.002})
    short = rows[~((rows["adcode"] == "c07") & (rows["year"] == 2010))]
    table = by_year(short, km)
    assert table["n"].to_list() == [29, 29]
    assert table["note"].iloc[0] == "Left out, a year lacks a value: c07."


def test_weights_are_joined_by_id(km: pd.Series) -> None:
    rows = panel(km, {2010: -0.001, 2020: -0.002})
    people = pd.Series(np.random.default_rng(3).uniform(1, 9, 30), NAMES)
    expected = by_year(rows, km, weights=people)
    found = by_year(rows.sort_values("value"), km.sort_index(), weights=people.sort_values())
    pd.testing.assert_frame_equal(found, expected)
    assert found.loc[2010, "slope"] != by_year(rows, km).loc[2010, "slope"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"year": 2010}, "one value a year.*c.. in 2010 twice"),
        ({"value": -1.0}, "logarithm.*values above zero"),
        ({"value": np.inf}, "finite"),
        ({"adcode": None}, "adcode, year and value.*without adcode"),
        ({"rows": 0}, "needs rows"),
        ({"value": "many"}, "be numbers"),
        ({"year": 2010.5}, "whole numbers.*2010.5"),
        ({"year": np.nan}, "whole numbers.*nan"),
        ({"years": 1}, "two years"),
    ],
)
def test_tables_that_give_no_change_are_refused(
    km: pd.Series, change: dict[str, object], message: str
) -> None:
    rows = panel(km, {2010: -0.001, 2020: -0.002})
    if "rows" in change:
        rows = rows.head(0)
    elif "years" in change:
        rows = rows[rows["year"] == 2010]
    elif change.get("adcode", "") is None:
        rows = rows.drop(columns="adcode")
    else:
        rows = rows.assign(**change)
    with pytest.raises(ArgumentError, match=message):
        by_year(rows, km)


def test_neighbours_that_changed_alike_are_found(km: pd.Series) -> None:
    rows = panel(km, {2010: -0.001, 2020: -0.001})
    pairs = pd.DataFrame({"from_id": NAMES[:-1], "to_id": NAMES[1:]})
    wave = pd.Series(np.exp(0.3 * np.sin(np.arange(30) / 3)), NAMES)
    late = rows["year"] == 2020
    rolling = rows.assign(
        value=rows["value"].where(~late, rows["value"] * rows["adcode"].map(wave))
    )
    table = by_year(rolling, km, neighbours=pairs)
    change = np.log(
        rolling.pivot_table(index="adcode", columns="year", values="value").pipe(
            lambda wide: wide[2020] / wide[2010]
        )
    )
    alone = fit(change, km, neighbours=pairs).residual_moran
    assert alone is not None
    assert table.loc[2020, "moran"] == pytest.approx(alone.statistic)
    assert table.loc[2020, "moran_p"] == alone.p_value == 0.001
    assert by_year(rows, km)["moran_p"].isna().all()


def test_places_without_a_distance_are_refused_by_name(km: pd.Series) -> None:
    rows = panel(km, {2010: -0.001, 2020: -0.002})
    with pytest.raises(ArgumentError, match=r"no distance.*c03"):
        by_year(rows, km.drop("c03"))
    with pytest.raises(ArgumentError, match="repeat ids"):
        by_year(rows, pd.concat([km, km]))
    with pytest.raises(ArgumentError, match="must be a table"):
        by_year(None, km)  # type: ignore[arg-type]


def test_a_parabola_has_no_slope_to_compare(km: pd.Series) -> None:
    with pytest.raises(ArgumentError, match="one slope"):
        by_year(panel(km, {2010: -0.001, 2020: -0.002}), km, form="quadratic")
