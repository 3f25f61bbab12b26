"""Vintages, derived indicators and groups on a table small enough to compute by hand."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.errors import ArgumentError, TableError
from yrdgeo.sources.aggregates import group_values, province_check
from yrdgeo.sources.catalogue import Indicator, load_catalogue
from yrdgeo.sources.derived import values_of
from yrdgeo.sources.notices import notices, province_notices
from yrdgeo.sources.parts import year_used
from yrdgeo.sources.vintages import choose, growth, rank, worst

A, B, C = "340100", "340200", "340300"
ROWS = [
    # adcode, year, indicator, vintage, value, unit, source, confidence
    (A, 2022, "gdp", "preliminary", 100.0, "1e8 CNY", "s1", "high"),
    (B, 2022, "gdp", "preliminary", 30.0, "1e8 CNY", "s2", "unverified"),
    (A, 2021, "gdp", "preliminary", 80.0, "1e8 CNY", "s1", "high"),
    (A, 2021, "gdp", "final-verified", 90.0, "1e8 CNY", "s3", "high"),
    (B, 2021, "gdp", "preliminary", 25.0, "1e8 CNY", "s1", "high"),
    (C, 2021, "gdp", "derived", 10.0, "1e8 CNY", "s4", "medium"),
    (A, 2020, "population_resident", "census 1 Nov", 50.0, "1e4 persons", "c", "high"),
    (B, 2020, "population_resident", "census 1 Nov", 30.0, "1e4 persons", "c", "high"),
    (C, 2020, "population_resident", "census 1 Nov", 20.0, "1e4 persons", "c", "high"),
    (A, 2010, "population_resident", "census 1 Nov", 40.0, "1e4 persons", "c", "high"),
    (B, 2010, "population_resident", "census 1 Nov", 33.0, "1e4 persons", "c", "high"),
    (C, 2010, "population_resident", "census 1 Nov", 25.0, "1e4 persons", "c", "high"),
    (A, 2022, "population_resident", "year-end", 52.0, "1e4 persons", "p", "high"),
    (B, 2022, "population_resident", "year-end", 31.0, "1e4 persons", "p", "high"),
    (C, 2022, "population_resident", "derived", 19.0, "1e4 persons", "p", "medium"),
    (A, 2020, "urbanisation_rate", "census 1 Nov", 80.0, "%", "c", "high"),
    (B, 2020, "urbanisation_rate", "census 1 Nov", 40.0, "%", "c", "high"),
    (A, 2002, "land_area_km2", "official", 1000.0, "km2", "a", "high"),
    (B, 2010, "land_area_km2", "official", 500.0, "km2", "a", "high"),
    (B, 2021, "land_area_km2", "official", 600.0, "km2", "a", "high"),
    (A, 2022, "gdp_real_growth", "", 5.0, "%", "s1", "high"),
]
COLUMNS = [
    *("adcode", "year", "indicator", "vintage"),
    *("value", "unit", "source_id", "confidence"),
]
GROUPS = pd.DataFrame(
    [("ab", B), ("abc", C), ("ab", A), ("abc", A), ("abc", B)], columns=["group_id", "member_id"]
)


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(ROWS, columns=COLUMNS).sample(frac=1, random_state=3)


def _group(values: pd.DataFrame, group_id: str) -> pd.Series:
    return values.set_index("group_id").loc[group_id]


def test_a_final_figure_goes_before_a_preliminary_one(table: pd.DataFrame) -> None:
    chosen = choose(table, "gdp", 2021)
    assert chosen["value"].to_dict() == {A: 90.0, B: 25.0, C: 10.0}
    assert chosen.loc[A, "vintage"] == "final-verified"


def test_a_vintage_can_be_forced_and_leaves_the_others_empty(table: pd.DataFrame) -> None:
    chosen = choose(table, "gdp", 2021, vintage="preliminary", cities=[C, A, B])
    assert list(chosen.index) == [C, A, B]
    assert chosen["value"].fillna(-1.0).to_dict() == {C: -1.0, A: 80.0, B: 25.0}
    assert chosen.loc[C, "confidence"] == ""


def test_the_order_of_vintages_is_the_documented_one() -> None:
    ordered = [
        *("user", "5th-economic-census revised", "final-verified", "yearbook 2016"),
        *("census 1 Nov", "official", "year-end", "", "final-verified 2020 (derived)"),
        *("preliminary", "year-end (before census back-casting)", "derived"),
    ]
    places = [rank(vintage) for vintage in ordered]
    assert places == sorted(set(places))
    assert rank("computed") == rank("derived")


def test_of_two_censuses_and_two_yearbooks_the_later_is_taken() -> None:
    rows = pd.DataFrame(
        [
            (A, 2018, "gdp", vintage, value, "1e8 CNY")
            for vintage, value in (
                ("4th-economic-census revised", 4.0),
                ("5th-economic-census revised", 5.0),
                ("yearbook 2020", 9.0),
            )
        ],
        columns=COLUMNS[:6],
    )
    assert choose(rows, "gdp", 2018).loc[A, "value"] == 5.0


def test_an_indicator_without_values_is_refused_with_the_nearest(table: pd.DataFrame) -> None:
    with pytest.raises(TableError, match="Did you mean 'gdp'"):
        choose(table, "gpd", 2021)


def test_a_year_without_values_leaves_every_city_empty(table: pd.DataFrame) -> None:
    assert choose(table, "gdp", 1999).empty
    values = values_of(table, "gdp_per_capita", 1999)
    assert values["value"].isna().all()
    assert list(values.index) == [A, B, C]
    forced = values_of(table, "gdp_per_capita", 2021, vintage="yearbook 1999")
    assert forced["value"].isna().all()


def test_groups_of_an_unknown_indicator_are_refused(table: pd.DataFrame) -> None:
    with pytest.raises(TableError, match="Did you mean 'gdp'"):
        group_values(table, GROUPS, "gpd", year=2022)


def test_values_in_two_units_are_refused(table: pd.DataFrame) -> None:
    mixed = table.assign(unit=table["unit"].where(table["adcode"].ne(B), "1e4 CNY"))
    with pytest.raises(TableError, match="several units"):
        choose(mixed, "gdp", 2021)


def test_growth_never_mixes_vintages(table: pd.DataFrame) -> None:
    grown = growth(table, "gdp", first=2021, last=2022, cities=[B, C, A])
    # A has a final figure of 2021, but only the preliminary one is of the vintage of 2022.
    assert grown["value"].round(9).fillna(-1.0).to_dict() == {B: 20.0, C: -1.0, A: 25.0}
    assert grown.loc[C, "note"] == "No vintage has both 2021 and 2022."
    assert grown.loc[B, "confidence"] == "unverified"
    census = growth(table, "population_resident", first=2010, last=2020)
    assert census["value"].round(9).to_dict() == {A: 25.0, B: -9.090909091, C: -20.0}


def test_the_worst_confidence_wins() -> None:
    assert worst(["high", "medium", "low"]) == "low"
    assert worst(["high", ""]) == ""
    assert worst([]) == ""


def test_the_denominator_is_of_the_year_only_if_every_city_has_a_count(table: pd.DataFrame) -> None:
    # C's population of 2022 is derived from GDP per head, so it does not count.
    assert year_used(table, "population_resident", 2022) == 2020
    assert year_used(table, "population_resident", 2022, cities=[A, B]) == 2022
    assert year_used(table, "population_resident", 2015) == 2010
    assert year_used(table, "population_resident", 2005) == 2005
    assert year_used(table, "population_resident", 2022, denominators="same_year") == 2022
    assert year_used(table, "population_resident", 2022, cities=[A], denominators="census") == 2020
    assert year_used(table, "population_resident", 2022, denominators=2010) == 2010
    assert year_used(table, "gdp", 2022) == 2022


def test_without_any_census_the_latest_year_that_all_have_is_taken() -> None:
    rows = [(A, 2019), (B, 2019), (A, 2020), (B, 2020), (A, 2021), (A, 2023), (B, 2023)]
    own = pd.DataFrame(rows, columns=["adcode", "year"]).sample(frac=1, random_state=1)
    own = own.assign(indicator="population_resident", vintage="user", value=1.0, unit="1e4 persons")
    assert year_used(own, "population_resident", 2022) == 2020
    assert year_used(own, "population_resident", 2022, cities=[A]) == 2021
    assert year_used(own, "population_resident", 2018) == 2018
    assert year_used(own, "population_resident", 2022, denominators="census") == 2022


def test_gdp_per_head_is_in_yuan_and_says_its_denominator(table: pd.DataFrame) -> None:
    values = values_of(table, "gdp_per_capita", 2022, cities=[C, B, A])
    assert values["value"].fillna(-1.0).to_dict() == {C: -1.0, B: 10_000.0, A: 20_000.0}
    assert set(values["unit"]) == {"CNY/person"}
    assert values["denominator_year"].tolist() == [2020, 2020, 2020]
    assert values.loc[A, "note"] == "Denominator: Resident population, 2020 (census 1 Nov)."
    assert values.loc[A, "note_zh"] == "分母：2020年常住人口（11月1日普查数）。"
    assert values.loc[A, "source_id"] == "s1;c"
    assert values.loc[A, "vintage"] == "preliminary / census 1 Nov"
    assert values["confidence"].to_dict() == {C: "", B: "unverified", A: "high"}
    assert "No value: GDP." in values.loc[C, "note"]


def test_density_needs_an_official_area_and_names_both_years(table: pd.DataFrame) -> None:
    polygons = pd.DataFrame(
        [(C, 2020, "polygon_area_km2", "computed", 700.0, "km2", "x", "medium")], columns=COLUMNS
    )
    values = values_of(pd.concat([table, polygons]), "population_density", 2022)
    assert values["value"].fillna(-1.0).round(9).to_dict() == {A: 500.0, B: 500.0, C: -1.0}
    assert values.loc[A, "note"] == (
        "Numerator: Resident population, 2020 (census 1 Nov). "
        "Denominator: Land area, official, 2002 (official)."
    )


def test_shares_of_the_region_need_every_city(table: pd.DataFrame) -> None:
    of_two = values_of(table, "gdp_share_region", 2022, cities=[B, A])
    assert of_two["value"].round(9).to_dict() == {B: 23.076923077, A: 76.923076923}
    # One unverified amount makes every share of the sum unverified.
    assert set(of_two["confidence"]) == {"unverified"}
    of_three = values_of(table, "gdp_share_region", 2022)
    assert of_three["value"].isna().all()
    assert of_three.loc[A, "note"] == "No value: 1 of 3 cities have no GDP."


def test_a_sector_s_share_is_of_the_sum_of_the_three(table: pd.DataFrame) -> None:
    sectors = [
        (city, 2022, f"va_{name}", "preliminary", value, "1e8 CNY", f"s{city}", grade)
        for city, amounts, grade in ((A, (1.0, 4.0, 5.0), "high"), (B, (2.0, 2.0, 4.0), "low"))
        for name, value in zip(("primary", "secondary", "tertiary"), amounts, strict=True)
    ]
    rows = pd.concat([table, pd.DataFrame(sectors, columns=COLUMNS)]).sample(frac=1, random_state=2)
    values = values_of(rows, "tertiary_share", 2022, cities=[B, C, A])
    assert values["value"].fillna(-1.0).to_dict() == {B: 50.0, C: -1.0, A: 50.0}
    assert values["confidence"].to_dict() == {B: "low", C: "", A: "high"}
    assert values["source_id"].to_dict() == {B: f"s{B}", C: "", A: f"s{A}"}
    group = _group(group_values(rows, GROUPS, "secondary_share", year=2022), "ab")
    assert group["value"] == pytest.approx(100.0 * 6.0 / 18.0)
    rows.loc[rows["indicator"].eq("va_primary"), "unit"] = "1e4 CNY"
    with pytest.raises(ArgumentError, match="cannot be added"):
        values_of(rows, "tertiary_share", 2022)


def test_shares_of_a_group_are_shares_of_the_whole_region(table: pd.DataFrame) -> None:
    one = pd.DataFrame({"group_id": ["a"], "member_id": [A]})
    value = group_values(table, one, "gdp_share_region", year=2022, cities=[A, B])["value"]
    assert value.round(9).tolist() == [76.923076923]


def test_a_denominator_of_zero_gives_no_value(table: pd.DataFrame) -> None:
    table.loc[table["indicator"].eq("population_resident") & table["adcode"].eq(A), "value"] = 0.0
    values = values_of(table, "gdp_per_capita", 2022, cities=[A, B])
    assert np.isnan(values.loc[A, "value"])
    assert values.loc[A, "confidence"] == ""


def test_units_that_do_not_make_the_indicator_are_refused(table: pd.DataFrame) -> None:
    odd = Indicator(
        *("x", "x", "x", "%", "intensive"), numerator=("gdp",), denominator=("population_resident",)
    )
    with pytest.raises(ArgumentError, match="is not in '%'"):
        values_of(table, "x", 2022, catalogue={**load_catalogue(), "x": odd})


def test_an_own_ratio_in_own_units_is_computed(table: pd.DataFrame) -> None:
    patents = table[table["indicator"].eq("gdp")].assign(indicator="patents", unit="件")
    rows = load_catalogue() | {
        "per_head": Indicator(
            *("per_head", "每万人专利", "Patents per head", "件/万人", "intensive"),
            numerator=("patents",),
            denominator=("population_resident",),
        )
    }
    values = values_of(pd.concat([table, patents]), "per_head", 2022, catalogue=rows, cities=[A, C])
    assert values.loc[A, "value"] == 2.0  # 100 patents of 500 thousand people


def test_groups_are_ratios_of_sums(table: pd.DataFrame) -> None:
    values = group_values(table, GROUPS, "gdp_per_capita", year=2022)
    two = _group(values, "ab")
    assert two["value"] == pytest.approx(1e4 * (100.0 + 30.0) / (52.0 + 31.0))
    assert (two["n_members"], two["n_missing"], two["denominator_year"]) == (2, 0, 2022)
    assert two["confidence"] == "unverified"
    held = group_values(table, GROUPS, "gdp_per_capita", year=2022, denominators=2020)
    assert _group(held, "ab")["value"] == pytest.approx(1e4 * 130.0 / 80.0)


def test_a_missing_member_leaves_the_group_without_a_value_and_is_listed(
    table: pd.DataFrame,
) -> None:
    for indicator in ("gdp", "gdp_per_capita"):
        three = _group(group_values(table, GROUPS, indicator, year=2022), "abc")
        assert np.isnan(three["value"])
        assert (three["n_members"], three["n_missing"], three["missing"]) == (3, 1, C)
        assert three["note"] == "No value: 1 of 3 members have none."
        assert three["confidence"] == ""


def test_amounts_are_summed_and_rates_weighted(table: pd.DataFrame) -> None:
    people = group_values(table, GROUPS, "population_resident", year=2020)
    assert dict(zip(people["group_id"], people["value"], strict=True)) == {"ab": 80.0, "abc": 100.0}
    rate = _group(group_values(table, GROUPS, "urbanisation_rate", year=2020), "ab")
    assert rate["value"] == pytest.approx((80.0 * 50.0 + 40.0 * 30.0) / 80.0)


def test_a_rate_without_a_denominator_is_not_merged(table: pd.DataFrame) -> None:
    one = pd.DataFrame({"group_id": ["a"], "member_id": [A]})
    value = _group(group_values(table, one, "gdp_real_growth", year=2022), "a")
    assert np.isnan(value["value"])
    assert value["note"].startswith("Not merged")


def test_province_sums_are_compared_per_published_vintage(table: pd.DataFrame) -> None:
    totals = pd.DataFrame(
        [
            ("340000", 2022, "gdp", "preliminary", 125.0, "1e8 CNY", "t", "high"),
            ("340000", 2022, "gdp", "5th-economic-census revised", 130.0, "1e8 CNY", "t", "high"),
        ],
        columns=COLUMNS,
    )
    check = province_check(table, totals, "gdp", year=2022, cities=[B, A])
    rows = check.set_index("vintage")
    assert rows["comparable"].to_dict() == {
        "5th-economic-census revised": False,
        "preliminary": True,
    }
    assert rows.loc["preliminary", "excess_pct"] == pytest.approx(4.0)
    said = province_notices(check, names_en={"340000": "Anhui"}, names_zh={"340000": "安徽"})
    assert [notice.en for notice in said] == [
        "The 2 cities of Anhui sum to +4.0 % off its published total of 2022 (preliminary)."
    ]
    with_a_gap = province_check(table, totals, "gdp", year=2022)
    assert with_a_gap["excess_pct"].isna().all()
    assert province_notices(with_a_gap) == ()


def test_notices_name_what_a_reader_must_know(table: pd.DataFrame) -> None:
    values = values_of(table, "gdp_per_capita", 2022)
    said = notices(values, "gdp_per_capita", 2022, names_en={C: "Bengbu"}, names_zh={B: "芜湖"})
    assert [notice.en for notice in said] == [
        "GDP per head 2022: 1 of 3 cities have no value: Bengbu.",
        "GDP per head 2022: unverified for 340200.",
        "GDP per head 2022: the denominator is of 2020.",
    ]
    assert said[1].zh == "2022年人均地区生产总值：芜湖的数值未经核实。"
    mixed = notices(choose(table, "gdp", 2021).assign(denominator_year=None), "gdp", 2021)
    assert mixed[0].en == (
        "GDP 2021: vintages differ: derived (1), final-verified (1), preliminary (1)."
    )
