"""Facts of the embedded indicators that were published, or that follow from what was."""

import csv

import numpy as np
import pandas as pd
import pytest

from yrdgeo.provenance import data_path
from yrdgeo.sources.aggregates import group_values, province_check
from yrdgeo.sources.derived import values_of
from yrdgeo.sources.indicators import load_indicators, load_province_totals
from yrdgeo.sources.notices import notices
from yrdgeo.sources.parts import year_used
from yrdgeo.sources.vintages import choose

NORTH_ANHUI = ["340300", "340400", "340600", "341200", "341300", "341600"]
HELPED = [*NORTH_ANHUI, "341100", "341500"]
UNVERIFIED = ["330500", "330600", "330800", "331000"]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return load_indicators().sample(frac=1, random_state=7)


def _groups(**members: list[str]) -> pd.DataFrame:
    rows = [(group, city) for group, cities in members.items() for city in cities]
    return pd.DataFrame(rows, columns=["group_id", "member_id"]).sample(frac=1, random_state=5)


def _of_province(table: pd.DataFrame, digits: str) -> list[str]:
    return sorted(code for code in table["adcode"].unique() if code.startswith(digits))


def test_gdp_per_head_of_northern_anhui_is_a_ratio_of_sums(table: pd.DataFrame) -> None:
    groups = _groups(six=NORTH_ANHUI, eight=HELPED)
    values = group_values(table, groups, "gdp_per_capita", year=2021).set_index("group_id")
    assert values["value"].round().to_dict() == {"six": 44_310.0, "eight": 48_757.0}
    assert values["denominator_year"].to_dict() == {"six": 2021, "eight": 2021}
    # The mean of the six ratios is another number, and not the one that was published.
    members = values_of(table, "gdp_per_capita", 2021, cities=NORTH_ANHUI)["value"]
    assert round(members.mean()) == 47_952


def test_gdp_per_head_of_anhui_follows_from_its_own_totals() -> None:
    totals = load_province_totals()
    values = values_of(totals, "gdp_per_capita", 2021, cities=["340000"], vintage="preliminary")
    printed = choose(totals, "gdp_per_capita_published", 2021)
    assert round(values.loc["340000", "value"]) == 70_275
    assert printed.loc["340000", "value"] == 70_275


def test_computed_gdp_per_head_meets_the_printed_one_where_the_year_s_people_are_known(
    table: pd.DataFrame,
) -> None:
    ours = values_of(table, "gdp_per_capita", 2021, cities=HELPED)["value"]
    printed = choose(table, "gdp_per_capita_published", 2021, cities=HELPED)["value"]
    assert (ours - printed).abs().max() < 1.0


def test_the_study_year_has_41_gdps_of_which_four_are_unverified(table: pd.DataFrame) -> None:
    values = values_of(table, "gdp_per_capita", 2022)
    assert values["value"].notna().sum() == 41
    assert sorted(values.index[values["confidence"].eq("unverified")]) == UNVERIFIED
    assert year_used(table, "population_resident", 2022) == 2020
    assert set(values["denominator_year"]) == {2020}
    said = " ".join(notice.en for notice in notices(values, "gdp_per_capita", 2022))
    assert "unverified for 330500, 330600, 330800, 331000" in said
    assert "the denominator is of 2020" in said


@pytest.mark.parametrize(
    ("indicator", "year"),
    [
        ("population_resident", 2010),
        ("population_resident", 2020),
        ("urbanisation_rate", 2010),
        ("urbanisation_rate", 2020),
        ("gdp", 2015),
        ("budget_revenue", 2015),
        ("gdp", 2022),
    ],
)
def test_what_is_complete_is_complete(table: pd.DataFrame, indicator: str, year: int) -> None:
    assert choose(table, indicator, year)["value"].notna().sum() == 41


@pytest.mark.parametrize(("year", "excess"), [(2015, 2.6), (2018, 1.9), (2024, 0.2)])
def test_cities_of_jiangsu_exceed_the_province(
    table: pd.DataFrame, year: int, excess: float
) -> None:
    check = province_check(table, load_province_totals(), "gdp", year=year)
    row = check[check["province"].eq("320000") & check["comparable"]].iloc[0]
    assert row["n_cities"] == 13
    assert round(row["excess_pct"], 1) == excess


def test_zhejiang_with_its_unverified_cities_meets_the_published_total(table: pd.DataFrame) -> None:
    check = province_check(table, load_province_totals(), "gdp", year=2022)
    row = check[check["province"].eq("330000") & check["comparable"]].iloc[0]
    assert row["n_missing"] == 0
    assert row["excess_pct"] == pytest.approx(0.13, abs=0.005)


def test_sectors_add_up_to_gdp(table: pd.DataFrame) -> None:
    """Value added of the three sectors meets GDP to rounding, city by city."""
    for year in (2021, 2022):
        gdp = choose(table, "gdp", year)["value"]
        sectors = [
            choose(table, f"va_{name}", year) for name in ("primary", "secondary", "tertiary")
        ]
        added = sum(frame["value"] for frame in sectors)
        both = pd.concat([gdp, added], axis=1, keys=["gdp", "added"]).dropna()
        assert len(both) >= 15
        off = (both["added"] / both["gdp"] - 1.0).abs()
        assert off.max() < 0.005, off.nlargest(3)


def test_density_is_given_only_where_an_official_area_is(table: pd.DataFrame) -> None:
    values = values_of(table, "population_density", 2020)
    have = sorted(values.index[values["value"].notna()])
    assert have == _of_province(table, "33")


def test_group_of_all_cities_of_a_province_falls_back_to_the_census(table: pd.DataFrame) -> None:
    groups = _groups(anhui=_of_province(table, "34"))
    row = group_values(table, groups, "gdp_per_capita", year=2021).iloc[0]
    assert row["denominator_year"] == 2020
    assert row["note"] == "Ratio of sums; denominator of 2020."


def test_a_second_route_through_the_bare_file_gives_the_same_gdp_per_head(
    table: pd.DataFrame,
) -> None:
    with data_path("indicators.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    gdp = {r["adcode"]: r for r in rows if (r["indicator"], r["year"]) == ("gdp", "2022")}
    people = {
        r["adcode"]: r
        for r in rows
        if (r["indicator"], r["year"]) == ("population_resident", "2020")
    }
    assert len(rows) == 967
    values = values_of(table, "gdp_per_capita", 2022)["value"]
    for code, row in gdp.items():
        yuan, persons = float(row["value"]) * 1e8, float(people[code]["value"]) * 1e4
        assert values[code] == pytest.approx(yuan / persons, rel=1e-12)


def test_a_part_of_convergence_is_the_older_denominator(table: pd.DataFrame) -> None:
    def of(indicator: str, year: int) -> pd.Series:
        return values_of(table, indicator, year)["value"]

    def beta(start: pd.Series, end: pd.Series) -> float:
        growth = np.log(end / start) / 7.0
        return float(np.polyfit(np.log(start), growth.reindex(start.index), 1)[0])

    people = {year: of("population_resident", year) for year in (2010, 2020)}
    halfway = np.sqrt(people[2010] * people[2020])
    end = of("gdp_per_capita", 2022)
    assert round(beta(of("gdp_per_capita", 2015), end), 3) == -0.029
    assert round(beta(of("gdp", 2015) / halfway, end), 3) == -0.023
