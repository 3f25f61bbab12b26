"""Structure of the delta as far as its three sectors are sourced."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis import scores, structure
from yrdgeo.results import Run
from yrdgeo.sources.indicators import load_indicators, load_province_totals

SECTORS = list(structure.THREE_SECTORS)
ANHUI_2021 = 12  # of its 16 cities


@pytest.fixture(scope="module")
def indicators() -> pd.DataFrame:
    return load_indicators().sample(frac=1, random_state=7)


@pytest.fixture(scope="module")
def of_2021(indicators: pd.DataFrame) -> structure.SectorTable:
    return structure.table(indicators, SECTORS, 2021)


@pytest.fixture(scope="module")
def of_2022(indicators: pd.DataFrame) -> structure.SectorTable:
    return structure.table(indicators, SECTORS, 2022)


def upper(matrix: pd.DataFrame) -> pd.Series:
    """Return each pair once, by both codes."""
    rows, columns = np.triu_indices(len(matrix), 1)
    pairs = [f"{matrix.index[i]}-{matrix.index[j]}" for i, j in zip(rows, columns, strict=True)]
    return pd.Series(matrix.to_numpy()[rows, columns], pairs)


def test_coverage_is_21_cities_in_2021_and_17_in_2022(
    of_2021: structure.SectorTable, of_2022: structure.SectorTable
) -> None:
    assert of_2021.note == "21 of 41 cities have all 3 sectors for 2021."
    assert of_2022.note == "17 of 41 cities have all 3 sectors for 2022."
    for found in (of_2021, of_2022):
        assert len(found.amounts) + len(found.missing) == 41
        assert set(found.vintages) == {"preliminary"}
        assert set(found.rows["confidence"]) <= {"high", "medium"}
        assert found.unit == "1e8 CNY"
    # All of Jiangsu in 2022, and neither Shanghai nor a city of Anhui.
    provinces = of_2022.amounts.index.str[:2].value_counts().to_dict()
    assert provinces == {"32": 13, "33": 4}
    assert of_2021.amounts.index.str[:2].value_counts()["34"] == ANHUI_2021


@pytest.mark.parametrize("year", [2015, 2017, 2018, 2020, 2021, 2022, 2023])
def test_the_three_sectors_sum_to_gdp(indicators: pd.DataFrame, year: int) -> None:
    found = structure.table(indicators, SECTORS, year)
    gdp = indicators[indicators["indicator"].eq("gdp") & indicators["year"].eq(year)]
    # The same yearbook under two names.
    gdp = gdp.assign(vintage=gdp["vintage"].str.removesuffix(" (pre-4th-census)"))
    keys = pd.MultiIndex.from_arrays([found.vintages.index, found.vintages])
    same = gdp.set_index(["adcode", "vintage"])["value"].reindex(keys)
    total = found.amounts.sum(axis=1)
    known = same.notna().to_numpy()
    assert known.any()
    # All four are published to two decimals at the coarsest, each up to 0.005 off.
    assert np.abs(same.to_numpy() - total.to_numpy())[known].max() <= 0.02 + 1e-9


def test_three_sectors_make_every_city_alike(
    of_2021: structure.SectorTable, of_2022: structure.SectorTable
) -> None:
    alike = upper(structure.similarity(of_2021.amounts))
    assert len(alike) == 210
    assert alike.median() == pytest.approx(0.9874, abs=5e-5)
    assert alike.min() == pytest.approx(0.9327, abs=5e-5)
    assert alike.idxmin() == "330400-340300"  # Jiaxing, Bengbu
    later = upper(structure.similarity(of_2022.amounts))
    assert later.median() == pytest.approx(0.9925, abs=5e-5)
    assert later.idxmin() == "320100-330400"  # Nanjing, Jiaxing
    assert "Only 3 sectors" in structure.similarity(of_2022.amounts).attrs["note"]


def test_krugman_tells_them_apart_better(of_2021: structure.SectorTable) -> None:
    apart = upper(structure.krugman(of_2021.amounts))
    assert apart.max() == pytest.approx(0.4096, abs=5e-5)
    assert apart.idxmax() == "330400-340300"
    assert apart.median() == pytest.approx(0.1742, abs=5e-5)


def test_nanjing_is_first_and_the_two_suzhous_stand_far_apart(
    of_2021: structure.SectorTable,
) -> None:
    ladder = structure.upgrade_index(of_2021.amounts, order=SECTORS)
    assert ladder.idxmax() == "320100"
    assert ladder["320100"] == pytest.approx(2.6019, abs=5e-5)
    farms = structure.location_quotient(of_2021.amounts)["va_primary"]
    assert (farms.idxmin(), farms.idxmax()) == ("320500", "341300")
    assert farms["341300"] == pytest.approx(3.832, abs=5e-4)
    assert farms["320500"] == pytest.approx(0.209, abs=5e-4)


def test_anhui_itself_is_like_its_own_cities_together(of_2021: structure.SectorTable) -> None:
    totals = load_province_totals()
    province = structure.table(totals, SECTORS, 2021, cities=["340000"])
    cities = of_2021.amounts[of_2021.amounts.index.str.startswith("34")]
    both = pd.concat([province.amounts, cities.sum().to_frame("cities").T])
    assert structure.similarity(both).loc["340000", "cities"] > 0.999
    assert (cities.sum() < province.amounts.loc["340000"]).all()


def test_output_per_mu_is_known_where_an_official_area_is(indicators: pd.DataFrame) -> None:
    gdp = indicators[indicators["indicator"].eq("gdp") & indicators["year"].eq(2015)]
    gdp = gdp.set_index("adcode")["value"]
    area = indicators[indicators["indicator"].eq("land_area_km2")].set_index("adcode")["value"]
    found = scores.output_per_mu(gdp, area.reindex(gdp.index))
    assert len(gdp) == 41
    assert found.notna().sum() == 11
    assert found.dropna().index.str.startswith("33").all()
    assert "310000" in found.attrs["note"]


def test_the_atlas_maps_both_years_and_says_how_many_cities(
    delta: Run, of_2021: structure.SectorTable, of_2022: structure.SectorTable
) -> None:
    for year, table in ((2021, of_2021), (2022, of_2022)):
        quotients = structure.location_quotient(table.amounts)["va_secondary"]
        shown = delta.values("location_quotient_va_secondary", year).dropna()
        assert shown.to_dict() == pytest.approx(quotients.to_dict(), rel=1e-12)
    row = delta.layers.set_index("layer_id").loc["specialisation"]
    assert row["year"] == 2021
    for words, said in (
        (row["meaning_en"], "17 of 41 cities have all 3 sectors for 2022."),
        (row["meaning_zh"], "2021年41个城市中21个有全部3个行业的数据。"),
    ):
        assert said in words
    pairs = delta.tables["structure_pairs"].groupby(["measure", "year"]).size().to_dict()
    assert pairs == {
        ("similarity", 2021): 210, ("krugman", 2021): 210,
        ("similarity", 2022): 136, ("krugman", 2022): 136,
    }  # fmt: skip


def test_three_of_the_eight_pairs_have_sectors_at_both_ends(delta: Run) -> None:
    pairs = delta.pairs.set_index("pair_id")
    known = pairs["krugman"].dropna()
    assert set(known.index) == {"twin2021_4", "twin2021_5", "twin2021_6"}
    assert set(pairs["structure_year"]) == {2021}  # no city of Anhui has sectors of 2022
    assert known["twin2021_4"] == pytest.approx(0.3907, abs=5e-5)
    assert pairs.loc["twin2021_4", "complementarity"] == pytest.approx(known["twin2021_4"] / 2)
