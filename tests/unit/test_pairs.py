"""The pair table, the tests of a matching and the best matching, by hand."""

from math import factorial

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from made_cities import cities_of
from pyproj import Geod

from yrdgeo import geo
from yrdgeo.analysis import contiguity, pairs
from yrdgeo.errors import ArgumentError, TableError
from yrdgeo.results import TravelTimes

GEOD = Geod(ellps="WGS84")
CODES = ["310000", "320500", "330400", "340100"]


@pytest.fixture
def cities() -> gpd.GeoDataFrame:
    """Return four squares in a row, west to east as in CODES, and an island 330900."""
    row = {code: shapely.box(118 + x, 30, 119 + x, 31) for x, code in enumerate(CODES)}
    return cities_of(row | {"330900": shapely.box(125, 30, 126, 31)})


@pytest.fixture
def twins() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "pair_id": ["far", "near", "none"],
            "helper_id": ["310112", "320500", "340100"],
            "helped_id": ["340100", "330421", "330900"],
            "source_id": ["notice", "notice", "notice"],
            "remark": ["=1+1", "", "<b>"],
        }
    )


@pytest.fixture
def order(cities: gpd.GeoDataFrame) -> pd.DataFrame:
    return contiguity.order(cities)


def row(table: pd.DataFrame, pair: str) -> pd.Series:
    return table.set_index("pair_id").loc[pair]


def times(cities: pd.DataFrame, *, seed: int) -> TravelTimes:
    """Return random minutes, asymmetric; the island cannot be reached."""
    minutes = np.random.default_rng(seed).uniform(30, 300, (len(cities), len(cities)))
    minutes[:, cities.index == "330900"] = np.inf
    shuffled = cities.index[::-1]
    return TravelTimes(cities.index, shuffled, minutes[:, ::-1])


def test_pairs_are_classed_by_borders_between_not_by_kilometres(
    cities: gpd.GeoDataFrame, twins: pd.DataFrame, order: pd.DataFrame
) -> None:
    table = pairs.table(cities, twins, order=order)
    assert table["pair_class"].tolist() == ["leapfrog", "adjacent", "leapfrog"]
    assert table["contiguity_order"].dtype == "Int64"
    assert table["contiguity_order"].tolist() == [3, 1, pd.NA]


def test_leapfrog_begins_where_it_is_told_to(
    cities: gpd.GeoDataFrame, twins: pd.DataFrame, order: pd.DataFrame
) -> None:
    three = pairs.table(cities, twins, order=order, leapfrog_from=3)
    assert three["pair_class"].tolist() == ["leapfrog", "adjacent", "leapfrog"]
    four = pairs.table(cities, twins, order=order, leapfrog_from=4)
    assert four["pair_class"].tolist() == ["adjacent", "adjacent", "leapfrog"]


def test_a_county_is_measured_as_its_city_and_keeps_its_code(
    cities: gpd.GeoDataFrame, twins: pd.DataFrame, order: pd.DataFrame
) -> None:
    far = row(pairs.table(cities, twins, order=order), "far")
    assert (far["helper_id"], far["helper_city"]) == ("310112", "310000")
    near = row(pairs.table(cities, twins, order=order), "near")
    assert (near["helped_id"], near["helped_city"]) == ("330421", "330400")
    assert far["seat_km"] == pytest.approx(geo.geodesic_km(cities, "310000", "340100"))
    assert far["border_km"] == pytest.approx(geo.border_km(cities, "310000", "340100"))
    assert near["border_km"] == 0


def test_the_pair_table_keeps_its_rows_columns_and_order(
    cities: gpd.GeoDataFrame, twins: pd.DataFrame, order: pd.DataFrame
) -> None:
    table = pairs.table(cities, twins.sample(frac=1, random_state=3), order=order)
    assert table["pair_id"].tolist() == twins.sample(frac=1, random_state=3)["pair_id"].tolist()
    assert row(table, "far")["remark"] == "=1+1"
    assert table.crs == "EPSG:4326"


def test_lines_are_geodesics_from_helper_to_helped(
    cities: gpd.GeoDataFrame, twins: pd.DataFrame, order: pd.DataFrame
) -> None:
    table = pairs.table(cities, twins, order=order)
    line = row(table, "far").geometry
    ends = shapely.get_coordinates(line)[[0, -1]]
    seats = cities.loc[["310000", "340100"], ["seat_lon", "seat_lat"]].to_numpy(float)
    np.testing.assert_allclose(ends, seats, atol=1e-9)
    length_km = GEOD.geometry_length(line) / 1000
    assert length_km == pytest.approx(row(table, "far")["seat_km"], rel=1e-9)
    assert line.centroid.y > seats[0, 1]  # a geodesic between equal latitudes bends poleward


def test_times_go_from_helper_to_helped_and_the_least_of_the_modes_counts(
    cities: gpd.GeoDataFrame, twins: pd.DataFrame, order: pd.DataFrame
) -> None:
    rail, road = times(cities, seed=1), times(cities, seed=2)
    table = pairs.table(cities, twins, order=order, times={"rail": rail, "road": road})
    for mode, matrix in (("rail", rail), ("road", road)):
        expected = matrix.to_frame().loc["310000", "340100"]
        assert row(table, "far")[f"{mode}_min"] == expected
    least = table[["rail_min", "road_min"]].min(axis=1)
    assert table["travel_time_min"].tolist() == least.tolist()
    assert row(table, "none")["travel_time_min"] == np.inf
    single = pairs.table(cities, twins, order=order, times=rail)
    assert single["travel_time_min"].tolist() == table["rail_min"].tolist()
    assert "times_min" not in single.columns


def test_partners_are_as_far_apart_one_way_as_the_other(
    cities: gpd.GeoDataFrame, twins: pd.DataFrame, order: pd.DataFrame
) -> None:
    rail = times(cities, seed=3)
    directed = twins.assign(direction=["partners", "helper_to_helped", ""])
    swapped = directed.rename(columns={"helper_id": "helped_id", "helped_id": "helper_id"})
    one, other = (pairs.table(cities, t, order=order, times=rail) for t in (directed, swapped))
    frame = rail.to_frame()
    both = (frame.loc["310000", "340100"] + frame.loc["340100", "310000"]) / 2
    assert row(one, "far")["travel_time_min"] == pytest.approx(both)
    assert row(other, "far")["travel_time_min"] == pytest.approx(both)
    assert row(one, "near")["travel_time_min"] == frame.loc["320500", "330400"]
    assert row(other, "near")["travel_time_min"] == frame.loc["330400", "320500"]


def test_what_was_not_given_is_missing_not_zero(
    cities: gpd.GeoDataFrame, twins: pd.DataFrame, order: pd.DataFrame
) -> None:
    table = pairs.table(cities, twins, order=order)
    assert table[["travel_time_min", "detour_ratio"]].isna().all(axis=None)


def test_detour_is_network_length_over_geodesic(
    cities: gpd.GeoDataFrame, twins: pd.DataFrame, order: pd.DataFrame
) -> None:
    codes = list(cities.index)
    apart = {a: {b: 1.3 * geo.geodesic_km(cities, a, b) for b in codes} for a in codes}
    lengths = pd.DataFrame(apart).T
    table = pairs.table(cities, twins, order=order, lengths=lengths)
    assert table["detour_ratio"].to_numpy() == pytest.approx(1.3)
    at_60_kmh = TravelTimes(lengths.index, lengths.columns, lengths.to_numpy())
    again = pairs.table(cities, twins, order=order, lengths=at_60_kmh)
    assert again["detour_ratio"].to_numpy() == pytest.approx(1.3)


def test_gaps_are_helper_minus_helped_and_missing_stays_missing(
    cities: gpd.GeoDataFrame, twins: pd.DataFrame, order: pd.DataFrame
) -> None:
    income = pd.Series({"330900": np.nan, "310000": 180.0, "340100": 60.0, "320500": 150.0})
    income = pd.concat([income, pd.Series({"330400": 100.0})]).rename("income_yuan")
    table = pairs.table(cities, twins, order=order, values=income)
    assert row(table, "far")[["income_yuan_gap", "income_yuan_ratio"]].tolist() == [120.0, 3.0]
    assert row(table, "near")[["income_yuan_gap", "income_yuan_ratio"]].tolist() == [50.0, 1.5]
    assert np.isnan(row(table, "none")["income_yuan_gap"])
    named = pairs.table(cities, twins, order=order, values={"y": income, "z": income * 2})
    assert row(named, "far")[["y_gap", "z_gap", "z_ratio"]].tolist() == [120.0, 240.0, 3.0]


def test_a_pair_outside_the_region_is_named_not_dropped(
    cities: gpd.GeoDataFrame, twins: pd.DataFrame, order: pd.DataFrame
) -> None:
    twins.loc[1, "helped_id"] = "230100"
    with pytest.raises(ArgumentError, match=r"pair near: helped_id 230100.*[Dd]rop"):
        pairs.table(cities, twins, order=order)


def test_what_lacks_a_city_is_named(
    cities: gpd.GeoDataFrame, twins: pd.DataFrame, order: pd.DataFrame
) -> None:
    with pytest.raises(ArgumentError, match=r"'order'.*310000"):
        pairs.table(cities, twins, order=order.drop(index="310000"))
    some = times(cities, seed=1).to_frame().drop(columns="330400")
    lacking = TravelTimes(some.index, some.columns, some.to_numpy())
    with pytest.raises(ArgumentError, match=r"'rail'.*330400"):
        pairs.table(cities, twins, order=order, times={"rail": lacking})
    values = pd.Series({"310000": 1.0}, name="gdp")
    with pytest.raises(ArgumentError, match=r"'gdp'.*320500"):
        pairs.table(cities, twins, order=order, values=values)
    with pytest.raises(ArgumentError, match="name"):
        pairs.table(cities, twins, order=order, values=values.rename(None))
    with pytest.raises(TableError, match="helped_id"):
        pairs.table(cities, twins.drop(columns="helped_id"), order=order)


def test_arguments_of_the_wrong_kind_are_named(
    cities: gpd.GeoDataFrame, twins: pd.DataFrame, order: pd.DataFrame
) -> None:
    gdp = pd.Series(1.0, cities.index, name="gdp")
    with pytest.raises(ArgumentError, match=r"'order'.*ndarray"):
        pairs.table(cities, twins, order=order.to_numpy())  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"'order'.*each city once"):
        pairs.table(cities, twins, order=pd.concat([order, order]))
    with pytest.raises(ArgumentError, match=r"gdp values repeat ids"):
        pairs.table(cities, twins, order=order, values=pd.concat([gdp, gdp]))
    with pytest.raises(ArgumentError, match=r"gdp values must be numbers"):
        pairs.table(cities, twins, order=order, values=gdp.astype(str))
    with pytest.raises(ArgumentError, match=r"leapfrog_from"):
        pairs.table(cities, twins, order=order, leapfrog_from="2")  # type: ignore[arg-type]
    missing = gdp.astype("Float64").mask(gdp.index == "310000")
    assert (
        row(pairs.table(cities, twins, order=order, values=missing), "far")[
            ["gdp_gap", "gdp_ratio"]
        ]
        .isna()
        .all()
    )


def test_a_pair_within_one_city_has_no_line_and_no_detour(
    cities: gpd.GeoDataFrame, order: pd.DataFrame
) -> None:
    inside = pd.DataFrame({"pair_id": ["p"], "helper_id": ["310112"], "helped_id": ["310000"]})
    found = row(pairs.table(cities, inside, order=order, lengths=order.astype(float)), "p")
    assert (found["contiguity_order"], found["seat_km"], found["border_km"]) == (0, 0.0, 0.0)
    assert found["geometry"].is_empty
    assert np.isnan(found["detour_ratio"])


def test_no_pairs_give_an_empty_table(cities: gpd.GeoDataFrame, order: pd.DataFrame) -> None:
    none = pd.DataFrame({"pair_id": [], "helper_id": [], "helped_id": []})
    table = pairs.table(cities, none, order=order)
    assert table.empty
    assert {"pair_class", "seat_km", "geometry"} <= set(table.columns)


@pytest.fixture
def eight() -> pd.DataFrame:
    """Return two adjacent and six leapfrog pairs, shuffled, the adjacent ones nearest."""
    classes = ["adjacent"] * 2 + ["leapfrog"] * 6
    km = [50.0, 53.0, 447.0, 474.0, 484.0, 486.0, 526.0, 608.0]
    table = pd.DataFrame({"pair_id": list("abcdefgh"), "pair_class": classes, "seat_km": km})
    return table.sample(frac=1, random_state=5)


def test_two_against_six_has_28_splits_and_cannot_fall_below_one_in_28(
    eight: pd.DataFrame,
) -> None:
    result = pairs.compare(eight, "seat_km")
    assert result.statistic == pytest.approx((447 + 474 + 484 + 486 + 526 + 608) / 6 - 51.5)
    assert (result.n_permutations, result.null.shape) == (28, (28,))
    assert result.p_value == result.p_floor == pytest.approx(1 / 28)
    assert "28 splits" in result.note
    assert "cannot be below 0.036" in result.note


def test_one_sided_alternatives_look_at_one_side(eight: pd.DataFrame) -> None:
    assert pairs.compare(eight, "seat_km", alternative="greater").p_value == pytest.approx(1 / 28)
    assert pairs.compare(eight, "seat_km", alternative="less").p_value == 1.0


def test_equal_classes_halve_the_reach_of_a_two_sided_test() -> None:
    table = pd.DataFrame({"pair_class": list("aabb"), "km": [1.0, 2.0, 3.0, 4.0]})
    assert pairs.compare(table, "km").p_floor == pytest.approx(2 / 6)
    assert pairs.compare(table, "km").p_value == pytest.approx(2 / 6)


def test_too_many_splits_are_drawn_and_the_draw_is_repeatable(eight: pd.DataFrame) -> None:
    first = pairs.compare(eight, "seat_km", permutations=20, seed=7)
    assert (first.n_permutations, first.p_floor) == (20, 1 / 21)
    assert first.p_value == (1 + np.sum(np.abs(first.null) >= first.statistic - 1e-6)) / 21
    again = pairs.compare(eight, "seat_km", permutations=20, seed=7)
    np.testing.assert_array_equal(first.null, again.null)
    other = pairs.compare(eight, "seat_km", permutations=20, seed=8)
    assert not np.array_equal(first.null, other.null)


def test_the_actual_split_counts_itself_far_from_zero(eight: pd.DataFrame) -> None:
    # A mean of such numbers is rounded by more than the tie tolerance of their differences.
    far = eight.assign(seat_km=eight["seat_km"] / 1e4 - 838_863.756_108_173_6)
    assert pairs.compare(far, "seat_km").p_value == pytest.approx(1 / 28)


def test_equal_numbers_are_no_evidence(eight: pd.DataFrame) -> None:
    result = pairs.compare(eight.assign(seat_km=0.1), "seat_km")
    assert (result.p_value, result.p_floor) == (1.0, 1.0)
    assert result.statistic == pytest.approx(0.0)


def test_compare_refuses_what_it_cannot_compare(eight: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="seat_km"):
        pairs.compare(eight, "seat_kn")
    with pytest.raises(ArgumentError, match="two classes"):
        pairs.compare(eight.assign(pair_class="adjacent"), "seat_km")
    missing = eight.assign(seat_km=eight["seat_km"].where(eight["pair_id"] != "c"))
    with pytest.raises(ArgumentError, match="none for c"):
        pairs.compare(missing, "seat_km")
    with pytest.raises(ArgumentError, match="permutations"):
        pairs.compare(eight, "seat_km", permutations=0)
    for seed in (-1, 0.5, "0", None):
        with pytest.raises(ArgumentError, match="seed must be"):
            pairs.compare(eight, "seat_km", permutations=9, seed=seed)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="'pair_id' must hold numbers"):
        pairs.compare(eight, "pair_id")
    with pytest.raises(ArgumentError, match="two-sided"):
        pairs.compare(eight, "seat_km", alternative="two sided")  # type: ignore[arg-type]


@pytest.fixture
def km() -> pd.DataFrame:
    return pd.DataFrame(
        [[9.0, 4.0, 1.0], [5.0, 2.0, 6.0], [3.0, 7.0, 8.0]], index=list("ABC"), columns=list("xyz")
    )


def test_the_matching_is_ranked_among_all_six(km: pd.DataFrame) -> None:
    # Sums of the six matchings of A, B, C with x, y, z: 19, 22, 17, 13, 13, 6.
    worst = pairs.matching_test(km, ["A", "B", "C"], ["x", "z", "y"])
    assert (worst.statistic, worst.p_value) == (pytest.approx(22 / 3), 1.0)
    best = pairs.matching_test(km, ["C", "A", "B"], ["x", "z", "y"])
    assert (best.statistic, best.p_value) == (2.0, pytest.approx(1 / 6))
    tied = pairs.matching_test(km, ["A", "B", "C"], ["y", "z", "x"])
    assert (tied.statistic, tied.p_value) == (pytest.approx(13 / 3), pytest.approx(3 / 6))
    assert sorted(best.null * 3) == pytest.approx([6, 13, 13, 17, 19, 22])


def test_a_repeated_helper_stands_for_several_places(km: pd.DataFrame) -> None:
    twice = pairs.matching_test(km, ["A", "A", "C"], ["z", "y", "x"])
    assert twice.n_permutations == 6
    # Two matchings are this one with the places of A exchanged.
    assert twice.p_value == twice.p_floor == pytest.approx(2 / 6)


def test_eight_helpers_have_40320_matchings() -> None:
    km = np.abs(np.subtract.outer(np.arange(8.0), np.arange(8.0) ** 1.1))
    result = pairs.matching_test(km, range(8), range(8))
    assert result.n_permutations == factorial(8) == 40_320
    assert "8! = 40,320" in result.note


def test_more_than_nine_helpers_are_drawn_when_asked() -> None:
    km = np.random.default_rng(0).uniform(1, 9, (10, 10))
    with pytest.raises(ArgumentError, match="99999"):
        pairs.matching_test(km, range(10), range(10))
    drawn = pairs.matching_test(km, range(10), range(10), permutations=500, seed=1)
    assert (drawn.n_permutations, drawn.p_floor) == (500, 1 / 501)
    below = np.sum(drawn.null <= drawn.statistic + 1e-9)
    assert drawn.p_value == (1 + below) / 501


def test_matching_refuses_what_it_cannot_match(km: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="Q"):
        pairs.matching_test(km, ["A", "Q"], ["x", "y"])
    with pytest.raises(ArgumentError, match="2 helpers, 3 helped"):
        pairs.matching_test(km, ["A", "B"], ["x", "y", "z"])
    with pytest.raises(ArgumentError, match="at least one"):
        pairs.matching_test(km, [], [])
    with pytest.raises(ArgumentError, match="helper 1 to helped 2"):
        pairs.matching_test(km.replace(4.0, np.inf), ["A", "B"], ["x", "y"])
    with pytest.raises(ArgumentError, match="permutations"):
        pairs.matching_test(km, ["A"], ["x"], permutations="all")  # type: ignore[arg-type]


def test_the_best_matching_is_the_cheapest_of_six(km: pd.DataFrame) -> None:
    found = pairs.optimal(km, ["A", "B", "C"], ["x", "y", "z"])
    assert found.to_dict("list") == {
        "helper_id": ["C", "B", "A"],
        "helped_id": ["x", "y", "z"],
        "cost": [3.0, 2.0, 1.0],
    }


def test_a_helper_takes_no_more_than_its_capacity() -> None:
    km = pd.DataFrame([[1.0, 1.0, 1.0], [5.0, 6.0, 9.0]], index=list("AB"), columns=list("xyz"))
    all_to_one = pairs.optimal(km, ["A", "B"], ["x", "y", "z"], capacity=3)
    assert all_to_one["helper_id"].tolist() == ["A", "A", "A"]
    two = pairs.optimal(km, ["A", "B"], ["x", "y", "z"], capacity=2)
    assert two["helper_id"].tolist() == ["B", "A", "A"]
    by_name = pairs.optimal(km, ["A", "B"], ["x", "y", "z"], capacity={"A": 1, "B": 2})
    assert by_name["helper_id"].tolist() == ["B", "B", "A"]


def test_optimal_refuses_what_has_no_matching(km: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="2 places for 3 helped"):
        pairs.optimal(km, ["A", "B"], ["x", "y", "z"])
    forbidden = km.assign(x=np.inf)
    with pytest.raises(ArgumentError, match="No matching"):
        pairs.optimal(forbidden, ["A", "B", "C"], ["x", "y", "z"])
    with pytest.raises(ArgumentError, match="missing"):
        pairs.optimal(km.assign(x=np.nan), ["A"], ["x"])
    with pytest.raises(ArgumentError, match="none for B"):
        pairs.optimal(km, ["A", "B"], ["x", "y"], capacity={"A": 1})
    with pytest.raises(ArgumentError, match="whole number"):
        pairs.optimal(km, ["A"], ["x"], capacity=-1)
