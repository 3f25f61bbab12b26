"""Laws of vintages, ratios, groups and units."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yrdgeo.sources.aggregates import group_values
from yrdgeo.sources.catalogue import load_catalogue
from yrdgeo.sources.cells import number_of
from yrdgeo.sources.derived import values_of
from yrdgeo.sources.unit_words import _UNITS, convert, unit_of
from yrdgeo.sources.vintages import choose

amounts = st.floats(0.01, 1e6)
cities = st.lists(st.tuples(amounts, amounts), min_size=1, max_size=8)
UNITS = sorted(_UNITS)
RATIOS = {
    "gdp_per_capita": ("gdp", "population_resident"),
    "budget_revenue_to_gdp": ("budget_revenue", "gdp"),
}


def _table(pairs: list[tuple[float, float]], ratio: str, seed: int = 0) -> pd.DataFrame:
    catalogue = load_catalogue()
    rows = [
        (f"34{place:02d}00", 2020, name, "census 1 Nov", value, catalogue[name].unit)
        for place, values in enumerate(pairs, start=1)
        for name, value in zip(RATIOS[ratio], values, strict=True)
    ]
    columns = ["adcode", "year", "indicator", "vintage", "value", "unit"]
    return pd.DataFrame(rows, columns=columns).sample(frac=1, random_state=seed)


def _all(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"group_id": "all", "member_id": sorted(table["adcode"].unique())})


@pytest.mark.parametrize("ratio", RATIOS)
@settings(max_examples=30)
@given(pairs=cities)
def test_the_ratio_of_a_group_lies_between_its_members(
    ratio: str, pairs: list[tuple[float, float]]
) -> None:
    table = _table(pairs, ratio)
    members = values_of(table, ratio, 2020)["value"]
    value = group_values(table, _all(table), ratio, year=2020)["value"].iloc[0]
    assert members.min() * (1 - 1e-12) <= value <= members.max() * (1 + 1e-12)


@settings(max_examples=30)
@given(pairs=cities, seeds=st.tuples(st.integers(0, 99), st.integers(0, 99)))
def test_the_order_of_rows_changes_nothing(
    pairs: list[tuple[float, float]], seeds: tuple[int, int]
) -> None:
    one, other = (_table(pairs, "gdp_per_capita", seed) for seed in seeds)
    pd.testing.assert_frame_equal(
        values_of(one, "gdp_per_capita", 2020), values_of(other, "gdp_per_capita", 2020)
    )
    pd.testing.assert_frame_equal(
        group_values(one, _all(one), "gdp_per_capita", year=2020),
        group_values(other, _all(other), "gdp_per_capita", year=2020),
    )


@settings(max_examples=30)
@given(pairs=cities, share=st.floats(0.05, 0.95))
def test_splitting_a_city_leaves_the_group_as_it_was(
    pairs: list[tuple[float, float]], share: float
) -> None:
    (gdp, people), rest = pairs[0], pairs[1:]
    parts = [(gdp * share, people * share), (gdp * (1 - share), people * (1 - share))]
    whole, split = _table(pairs, "gdp_per_capita"), _table([*parts, *rest], "gdp_per_capita")
    before = group_values(whole, _all(whole), "gdp_per_capita", year=2020)["value"].iloc[0]
    after = group_values(split, _all(split), "gdp_per_capita", year=2020)["value"].iloc[0]
    assert after == pytest.approx(before, rel=1e-9)


@settings(max_examples=30)
@given(pairs=cities)
def test_a_group_of_one_is_its_member(pairs: list[tuple[float, float]]) -> None:
    table = _table(pairs, "gdp_per_capita")
    alone = _all(table).assign(group_id=lambda groups: groups["member_id"])
    values = group_values(table, alone, "gdp_per_capita", year=2020).set_index("group_id")["value"]
    members = values_of(table, "gdp_per_capita", 2020)["value"]
    np.testing.assert_allclose(values.reindex(members.index), members, rtol=1e-12)


@settings(max_examples=30)
@given(pairs=cities)
def test_shares_of_the_region_add_up_to_a_hundred(pairs: list[tuple[float, float]]) -> None:
    shares = values_of(_table(pairs, "gdp_per_capita"), "gdp_share_region", 2020)["value"]
    assert shares.sum() == pytest.approx(100.0)


@settings(max_examples=30)
@given(pairs=cities, gone=st.integers(0, 7))
def test_a_missing_city_is_never_dropped_and_never_zero(
    pairs: list[tuple[float, float]], gone: int
) -> None:
    table = _table(pairs, "gdp_per_capita")
    codes = sorted(table["adcode"].unique())
    lost = codes[gone % len(codes)]
    rest = table[~(table["adcode"].eq(lost) & table["indicator"].eq("gdp"))]
    if rest["indicator"].eq("gdp").any():
        values = values_of(rest, "gdp_per_capita", 2020, cities=codes)["value"]
        assert list(values.index) == codes
        assert values.index[values.isna()].tolist() == [lost]
        assert np.isnan(group_values(rest, _all(table), "gdp", year=2020)["value"].iloc[0])


@pytest.mark.parametrize("unit", UNITS)
@given(value=st.floats(-1e12, 1e12))
def test_conversions_go_there_and_back(unit: str, value: float) -> None:
    base = unit_of(unit).base
    for other in UNITS:
        if unit_of(other).base == base:
            back = convert(convert(value, unit, other), other, unit)
            assert back == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_is_read_by_its_code_and_by_its_words(unit: str) -> None:
    _, _, zh, en = _UNITS[unit]
    assert {unit_of(text).code for text in (unit, zh, en, f"（{zh}）", en.upper())} == {unit}


@given(value=st.floats(-1e15, 1e15))
def test_a_printed_number_reads_back(value: float) -> None:
    assert number_of(repr(value)) == value
    assert number_of(f"{value:,.3f}") == float(f"{value:.3f}")


@given(text=st.text(max_size=12))
def test_any_text_is_a_number_or_missing_or_refused(text: str) -> None:
    try:
        number = number_of(text)
    except ValueError:
        return
    assert number is None or np.isfinite(number)


@given(values=st.lists(amounts, min_size=2, max_size=5, unique=True), seed=st.integers(0, 99))
def test_the_choice_among_vintages_does_not_depend_on_their_order(
    values: list[float], seed: int
) -> None:
    names = ["preliminary", "final-verified", "4th-economic-census revised", "derived", "other"]
    rows = pd.DataFrame(
        [
            ("340100", 2018, "gdp", name, value, "1e8 CNY")
            for name, value in zip(names, values, strict=False)
        ],
        columns=["adcode", "year", "indicator", "vintage", "value", "unit"],
    )
    chosen = choose(rows.sample(frac=1, random_state=seed), "gdp", 2018)
    best = "4th-economic-census revised" if len(values) > 2 else "final-verified"
    assert chosen["vintage"].tolist() == [best]
