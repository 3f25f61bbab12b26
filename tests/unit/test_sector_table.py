"""One sector table out of the long one: whole cities of one vintage, and who is missing."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis import structure
from yrdgeo.errors import ArgumentError, TableError

SECTORS = ["farms", "mills"]
COLUMNS = ["adcode", "year", "indicator", "vintage", "value", "unit", "source_id"]


def long(*rows: tuple[object, ...]) -> pd.DataFrame:
    """Return a long table, shuffled: adcode, year, indicator, vintage, value."""
    table = pd.DataFrame([(*row, "1e8 CNY", f"s{row[0]}") for row in rows], columns=COLUMNS)
    return table.sample(frac=1, random_state=3)


def city(code: str, farms: float, mills: float, *, vintage: str = "v1", year: int = 2021) -> list:
    return [(code, year, "farms", vintage, farms), (code, year, "mills", vintage, mills)]


def test_a_city_without_a_sector_is_missing_and_not_zero() -> None:
    table = long(
        *city("b", 1.0, 2.0),
        ("a", 2021, "farms", "v1", 5.0),
        *city("c", np.nan, 4.0),
        *city("d", 7.0, 8.0, year=2020),
        *city("e", 0.0, 9.0),
    )
    found = structure.table(table, SECTORS, 2021)
    assert found.amounts.to_dict("index") == {
        "b": {"farms": 1.0, "mills": 2.0},
        "e": {"farms": 0.0, "mills": 9.0},
    }
    assert found.missing == ("a", "c", "d")
    assert found.note == "2 of 5 cities have all 2 sectors for 2021."
    assert found.note_zh == "2021年5个城市中2个有全部2个行业的数据。"
    assert (found.unit, found.year) == ("1e8 CNY", 2021)
    assert sorted(found.rows["source_id"]) == ["sb", "sb", "se", "se"]


def test_cities_and_sectors_come_in_the_order_asked_for() -> None:
    table = long(*city("a", 1.0, 2.0), *city("b", 3.0, 4.0), *city("z", 5.0, 6.0))
    found = structure.table(table, ["mills", "farms"], 2021, cities=["b", "nowhere", "a"])
    assert found.amounts.index.to_list() == ["b", "a"]
    assert found.amounts.columns.to_list() == ["mills", "farms"]
    assert found.missing == ("nowhere",)
    assert found.vintages.index.equals(found.amounts.index)


def test_vintages_never_mix_within_a_city() -> None:
    table = long(("a", 2021, "farms", "final", 1.0), ("a", 2021, "mills", "preliminary", 2.0))
    found = structure.table(table, SECTORS, 2021)
    assert found.missing == ("a",)
    assert found.amounts.shape == (0, 2)
    assert found.rows.empty
    with pytest.raises(TableError, match=r"no cities"):
        structure.krugman(found.amounts)


def test_the_first_complete_vintage_is_taken_and_named() -> None:
    table = long(
        *city("a", 1.0, 2.0, vintage="preliminary"),
        *city("a", 3.0, 4.0, vintage="final"),
        *city("b", 5.0, 6.0, vintage="preliminary"),
        ("b", 2021, "farms", "final", 99.0),
    )
    order = ["final", "preliminary"]
    found = structure.table(table, SECTORS, 2021, rank=order.index)
    assert found.vintages.to_dict() == {"a": "final", "b": "preliminary"}
    assert found.amounts.loc["a"].to_list() == [3.0, 4.0]
    assert found.amounts.loc["b"].to_list() == [5.0, 6.0]
    assert found.note.endswith("Vintages differ between cities: final (1), preliminary (1).")
    assert found.note_zh.endswith("各市数据口径不一：final（1）、preliminary（1）。")
    held = structure.table(table, SECTORS, 2021, vintage="final")
    assert held.amounts.index.to_list() == ["a"]
    assert held.missing == ("b",)


def test_two_vintages_of_equal_rank_are_refused() -> None:
    table = long(*city("a", 1.0, 2.0, vintage="x"), *city("a", 3.0, 4.0, vintage="y"))
    with pytest.raises(TableError, match=r"several complete vintages.*a \(x, y\).*rank="):
        structure.table(table, SECTORS, 2021)


def test_repeats_and_units_are_refused() -> None:
    table = long(*city("a", 1.0, 2.0), ("a", 2021, "mills", "v1", 3.0))
    with pytest.raises(TableError, match=r"twice.*a v1 mills"):
        structure.table(table, SECTORS, 2021)
    units = long(*city("a", 1.0, 2.0)).assign(unit=["CNY", "1e8 CNY"])
    with pytest.raises(TableError, match=r"one unit.*CNY"):
        structure.table(units, SECTORS, 2021)


def test_unknown_and_repeated_sectors_are_refused() -> None:
    table = long(*city("a", 1.0, 2.0))
    with pytest.raises(ArgumentError, match=r"banks.*Legal: farms, mills"):
        structure.table(table, ["farms", "banks"], 2021)
    with pytest.raises(ArgumentError, match=r"twice.*farms"):
        structure.table(table, ["farms", "farms"], 2021)


def test_a_year_of_nothing_is_a_table_of_nobody() -> None:
    found = structure.table(long(*city("a", 1.0, 2.0)), SECTORS, 1999)
    assert found.missing == ("a",)
    assert found.amounts.columns.to_list() == SECTORS
    assert (found.unit, found.note) == ("", "0 of 1 cities have all 2 sectors for 1999.")


def test_a_vintage_may_be_unnamed_and_codes_may_be_numbers() -> None:
    table = long(*city("a", 1.0, 2.0)).assign(adcode=7, vintage=None)
    found = structure.table(table, SECTORS, 2021, cities=[7, 8])  # type: ignore[list-item]
    assert found.vintages.to_dict() == {7: ""}
    assert found.missing == (8,)
    assert found.amounts.loc[7].to_list() == [1.0, 2.0]
