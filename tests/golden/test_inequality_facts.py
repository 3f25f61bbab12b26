"""What the shipped study says of inequality: GDP per head of the delta, nested three levels."""

import numpy as np
import pandas as pd
import pytest

import yrdgeo as yg
from yrdgeo.analysis import inequality
from yrdgeo.sources import programmes

# Circles overlap; the one whose plan is at hand goes first, the widest last.
ORDER = ["nanjing", "hangzhou", "hefei", "suxichang", "ningbo", "shanghai"]

# Year → cities with a value, T, and its parts: provinces, circles within them, cities within these.
FACTS = {
    2015: (41, 0.11923, 0.05926, 0.03478, 0.02519),
    2020: (21, 0.11346, 0.06818, 0.03140, 0.01389),
    2021: (26, 0.10350, 0.06877, 0.02122, 0.01351),
    2022: (41, 0.08420, 0.03967, 0.02691, 0.01762),
}


@pytest.fixture(scope="module")
def study() -> yg.Study:
    return yg.load_study("yrd")


@pytest.fixture(scope="module")
def levels(study: yg.Study) -> pd.DataFrame:
    order = [f"metro_{name}" for name in ORDER]
    circles = inequality.partition(programmes.load_groups(), study.cities.index, order=order)
    province = study.cities["province_en"].rename("province")
    return pd.concat([province, circles.rename("circle")], axis=1).sample(frac=1, random_state=1)


def of_year(study: yg.Study, year: int) -> tuple[pd.Series, pd.Series]:
    """Return GDP per head and the people it is over, where both are known."""
    per_head = study.values("gdp_per_capita", year).dropna()
    return per_head, study.values("gdp", year)[per_head.index] / per_head


@pytest.mark.parametrize("year", FACTS)
def test_theil_of_gdp_per_head_by_province_circle_and_city(
    study: yg.Study, levels: pd.DataFrame, year: int
) -> None:
    per_head, people = of_year(study, year)
    found = inequality.theil_nested(per_head, levels, people)
    assert found.n == FACTS[year][0]
    assert [found.total, *found.terms] == pytest.approx(FACTS[year][1:], abs=5.1e-6)
    assert abs(found.terms.sum() - found.total) < 1e-12


@pytest.mark.parametrize("year", FACTS)
def test_the_part_between_provinces_is_that_of_their_sums(study: yg.Study, year: int) -> None:
    per_head, people = of_year(study, year)
    province = study.cities["province_en"]
    income = study.values("gdp", year)[per_head.index].groupby(province).sum()
    share, size = income / income.sum(), people.groupby(province).sum() / people.sum()
    found = inequality.theil_within_between(per_head, province, people)
    assert found.between == pytest.approx((share * np.log(share / size)).sum(), rel=1e-9)


def test_shanghai_is_one_city_and_has_nothing_within(study: yg.Study, levels: pd.DataFrame) -> None:
    found = inequality.theil_nested(*reversed_arguments(study, levels))
    shanghai = found.groups.set_index("group").loc["Shanghai"]
    assert shanghai[["n", "within"]].tolist() == [1, 0]
    assert found.groups.query("level == 'province'")["n"].sum() == 41


def reversed_arguments(
    study: yg.Study, levels: pd.DataFrame
) -> tuple[pd.Series, pd.DataFrame, pd.Series]:
    per_head, people = of_year(study, 2022)
    return per_head[::-1], levels, people


def test_the_cities_of_the_delta_converged_from_2015_to_2022(study: yg.Study) -> None:
    first, last = (of_year(study, year)[0] for year in (2015, 2022))
    found = inequality.beta_convergence(first, last, years=7, covariance="HC1")
    assert found.n == 41
    assert found.slope == pytest.approx(-0.02903, abs=5e-6)
    assert found.half_life_years == pytest.approx(21.36, abs=5e-3)
    assert found.interval["slope"][1] < 0
    sigmas = [inequality.sigma_convergence(values) for values in (first, last)]
    assert sigmas == pytest.approx([0.5429, 0.4462], abs=5e-5)


def test_the_years_of_the_study_are_of_different_vintages_and_that_is_refused(
    study: yg.Study,
) -> None:
    years = [
        study.value_table("gdp_per_capita", year).reset_index().assign(year=year) for year in FACTS
    ]
    table = pd.concat(years)
    with pytest.raises(yg.YrdGeoError, match="vintages"):
        inequality.over_years(table)
    stated = inequality.over_years(table, vintages="state", measures=["gini"])
    assert stated["n"].tolist() == [20] * 4
    assert stated["n_missing"].tolist() == [21] * 4
    assert "census" in stated["vintage"].iloc[0]
