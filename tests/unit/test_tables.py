"""The door of the house: tables are checked once, and every problem is named at once."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from yrdgeo.errors import TableError, YrdGeoError, few, nearest
from yrdgeo.tables import CONTRACTS, check, check_crs


def links(**columns: object) -> pd.DataFrame:
    row = {
        "link_id": ["a", "b"],
        "from_node": ["x", "y"],
        "to_node": ["y", "x"],
        "mode": ["road", "road"],
        "length_km": [1.0, 2.0],
        "speed_kmh": [60.0, 60.0],
    }
    return pd.DataFrame({**row, **columns})


def test_absent_optional_columns_get_their_defaults() -> None:
    checked = check(links(), "links")
    assert checked["fixed_min"].tolist() == [0.0, 0.0]
    assert checked["oneway"].tolist() == [False, False]
    assert checked["status"].tolist() == ["open", "open"]


def test_a_blank_cell_of_an_optional_column_gets_the_default_too() -> None:
    assert check(links(status=["", None]), "links")["status"].tolist() == ["open", "open"]


def test_the_argument_is_not_changed() -> None:
    given = links(length_km=["1", "2"])
    before = given.copy()
    check(given, "links")
    pd.testing.assert_frame_equal(given, before)


def test_all_problems_come_at_once_with_row_column_and_value() -> None:
    with pytest.raises(TableError) as caught:
        check(links(length_km=[-1.0, "far"], speed_kmh=[0.0, 60.0]), "links", source="roads.csv")
    text = str(caught.value)
    assert "roads.csv: 3 problems" in text
    assert "row 2, column 'length_km': is out of bounds (found '-1.0')" in text
    assert "row 3, column 'length_km': is not a number (found 'far')" in text
    assert "row 2, column 'speed_kmh'" in text


def test_a_missing_number_is_a_problem_and_never_zero() -> None:
    with pytest.raises(TableError, match="row 3, column 'length_km': is empty"):
        check(links(length_km=[1.0, None]), "links")


def test_a_missing_column_names_the_nearest_present_one() -> None:
    with pytest.raises(TableError, match=r"'length_km' is missing.*'length'"):
        check(links().rename(columns={"length_km": "length"}), "links")


def test_a_repeated_key_is_refused() -> None:
    with pytest.raises(TableError, match=r"row 3.*repeats an earlier row"):
        check(links(link_id=["a", "a"]), "links")


@pytest.mark.parametrize("value", ["yes", "1", True, 1, 1.0, "TRUE"])
def test_yes_is_written_in_many_ways(value: object) -> None:
    assert check(links(oneway=[value, value]), "links")["oneway"].all()


@pytest.mark.parametrize("value", ["perhaps", "2"])
def test_neither_yes_nor_no_is_refused(value: str) -> None:
    with pytest.raises(TableError, match="neither true nor false"):
        check(links(oneway=[value, "no"]), "links")


@pytest.mark.parametrize("value", ["2016-13", "03/2016", "2016-3", "soon"])
def test_a_date_that_is_not_one_is_refused(value: str) -> None:
    with pytest.raises(TableError, match="is not a date"):
        check(links(open_from=[value, ""]), "links")


def test_a_code_read_as_a_number_is_text_again() -> None:
    table = pd.DataFrame({"group_id": ["g", "g"], "member_id": [320500.0, 310000.0]})
    assert check(table, "groups")["member_id"].tolist() == ["320500", "310000"]


def test_a_year_with_a_fraction_is_refused() -> None:
    table = pd.DataFrame(
        {"adcode": ["1"], "year": [2020.5], "indicator": ["gdp"], "value": [1.0], "unit": ["yuan"]}
    )
    with pytest.raises(TableError, match="is not a whole number"):
        check(table, "indicators")


def cities(crs: str | None) -> gpd.GeoDataFrame:
    columns = {
        "adcode": ["1"],
        "name_zh": ["甲"],
        "name_en": ["A"],
        "seat_lon": [119],
        "seat_lat": [31],
    }
    return gpd.GeoDataFrame(columns, geometry=[Point(119, 31)], crs=crs)


def test_geometry_arrives_in_epsg_4326() -> None:
    projected = cities("EPSG:4326").to_crs("EPSG:32650")
    checked = check(projected, "cities")
    assert checked.crs == "EPSG:4326"
    assert checked.geometry.loc["1"].distance(Point(119, 31)) < 1e-9


def test_geometry_without_a_crs_is_refused() -> None:
    with pytest.raises(TableError, match="no coordinate reference system"):
        check_crs(cities(None))


def test_a_checked_table_passes_again_unchanged() -> None:
    once = check(cities("EPSG:4326"), "cities")
    pd.testing.assert_frame_equal(pd.DataFrame(once), pd.DataFrame(check(once, "cities")))


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_contract_refuses_a_table_without_columns(name: str) -> None:
    with pytest.raises(TableError, match="is missing"):
        check(pd.DataFrame({"nothing": [1]}), name)


def test_errors_say_what_was_found_and_what_to_do() -> None:
    error = YrdGeoError("Wrong.", found="x", fix="Do y.")
    assert str(error) == "Wrong. Found: x. Do y."


def test_few_counts_the_rest() -> None:
    assert few("abcde") == "a, b, c and 2 more"


def test_nearest_offers_a_name_or_lists_the_legal_ones() -> None:
    assert nearest("gravty", ["gravity", "closest"]) == "Did you mean 'gravity'?"
    assert nearest("zzz", ["gravity", "closest"]) == "Legal: gravity, closest."
    assert nearest("zzz", [f"node {n}" for n in range(99)]).endswith("node 2 and 96 more.")
