"""What the shipped delta says: its neighbours, and the eight pairs of December 2021."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from yrdgeo import geo
from yrdgeo.analysis import contiguity, pairs
from yrdgeo.sources.boundaries import load_cities
from yrdgeo.sources.programmes import load_pairs
from yrdgeo.sources.regions import load_region

# Helped city → contiguity order, kilometres between the seats and between the polygons.
EIGHT = {
    "340400": (5, 447.5, 376.4),
    "341500": (6, 474.0, 346.3),
    "341600": (6, 608.4, 430.6),
    "341100": (1, 49.3, 0.0),
    "341200": (5, 483.8, 346.7),
    "340600": (1, 52.7, 0.0),
    "341300": (5, 486.0, 340.8),
    "340300": (6, 526.3, 408.2),
}


@pytest.fixture(scope="module")
def cities() -> gpd.GeoDataFrame:
    return load_cities()[0].sample(frac=1, random_state=2)


@pytest.fixture(scope="module")
def table(cities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    eight = load_pairs("northern_anhui_twinning_2021").sample(frac=1, random_state=2)
    return pairs.table(cities, eight, order=contiguity.order(cities)).set_index("helped_id")


def test_the_delta_has_99_pairs_of_neighbours_all_along_a_border(
    cities: gpd.GeoDataFrame,
) -> None:
    edges = contiguity.edges(cities)
    assert len(edges) == len(contiguity.edges(cities, rule="rook")) == 99
    assert edges["border_km"].min() > 5
    assert (edges["kind"] == "land").all()


def test_zhoushan_has_a_neighbour_only_by_the_declared_bridge(cities: gpd.GeoDataFrame) -> None:
    island = contiguity.order(cities).loc["330900"].drop("330900")
    assert island.isna().all()
    edges = contiguity.edges(cities, bridges=load_region("yrd").bridges)
    assert len(edges) == 100
    by_bridge = edges[edges["kind"] == "bridge"].to_dict("records")
    assert [(row["from_id"], row["to_id"]) for row in by_bridge] == [("330200", "330900")]
    connected = contiguity.order(cities, bridges=load_region("yrd").bridges)
    assert connected.notna().all(axis=None)


@pytest.mark.parametrize("helped", EIGHT)
def test_a_pair_has_the_order_and_lengths_it_has(table: gpd.GeoDataFrame, helped: str) -> None:
    order, seat_km, border_km = EIGHT[helped]
    pair = table.loc[helped]
    assert pair["contiguity_order"] == order
    assert pair["seat_km"] == pytest.approx(seat_km, abs=0.06)
    assert pair["border_km"] == pytest.approx(border_km, abs=0.06)


def test_exactly_nanjing_chuzhou_and_xuzhou_huaibei_are_adjacent(table: gpd.GeoDataFrame) -> None:
    near = table[table["pair_class"] == "adjacent"]
    assert set(zip(near["helper_id"], near.index, strict=True)) == {
        ("320100", "341100"),
        ("320300", "340600"),
    }
    assert set(table.loc[table["pair_class"] == "leapfrog", "contiguity_order"]) == {5, 6}


def test_the_bridge_to_zhoushan_changes_no_order_of_the_eight(
    cities: gpd.GeoDataFrame, table: gpd.GeoDataFrame
) -> None:
    order = contiguity.order(cities, bridges=load_region("yrd").bridges)
    for helper, helped, hops in zip(
        table["helper_city"], table.index, table["contiguity_order"], strict=True
    ):
        assert order.loc[helper, helped] == hops


def test_shanghai_districts_are_measured_from_shanghai(table: gpd.GeoDataFrame) -> None:
    districts = table[table["helper_city"] == "310000"]
    assert set(districts["helper_id"]) == {"310112", "310117", "310120"}


def test_gaps_of_the_eight_agree_with_every_pair_of_vertices_to_ten_metres(
    cities: gpd.GeoDataFrame, table: gpd.GeoDataFrame
) -> None:
    geod = Geod(ellps="WGS84")
    apart = table[table["border_km"] > 0]
    for helper, helped, border_km in zip(
        apart["helper_city"], apart.index, apart["border_km"], strict=True
    ):
        ends = [shapely.get_coordinates(cities.geometry[code]) for code in (helper, helped)]
        i, j = (side.ravel() for side in np.indices((len(ends[0]), len(ends[1]))))
        metres = geod.inv(*ends[0][i].T, *ends[1][j].T)[2]
        # Edges are some kilometre long, and the nearest points of these six are vertices.
        assert border_km == pytest.approx(metres.min() / 1000, abs=0.01)


def test_the_eight_are_too_few_to_reject_at_one_percent(table: gpd.GeoDataFrame) -> None:
    for column in ("seat_km", "border_km"):
        result = pairs.compare(table, column)
        assert result.n_permutations == 28
        assert result.p_value == result.p_floor == pytest.approx(1 / 28)


def test_the_plan_is_no_nearer_than_chance(
    cities: gpd.GeoDataFrame, table: gpd.GeoDataFrame
) -> None:
    codes = list(cities.index)
    seat_km = pd.DataFrame({b: geo.geodesic_km(cities, codes, b) for b in codes}, index=codes)
    result = pairs.matching_test(seat_km, table["helper_city"], table.index)
    assert result.n_permutations == 40_320
    assert result.statistic == pytest.approx(391.0, abs=0.1)
    assert result.null.mean() == pytest.approx(408.5, abs=0.1)
    assert result.p_value == pytest.approx(0.205, abs=0.001)
    best = pairs.optimal(seat_km, table["helper_city"], table.index)
    assert best["cost"].mean() == pytest.approx(380.3, abs=0.1)
    assert best["cost"].mean() == pytest.approx(result.null.min())


def test_by_centroids_the_plan_is_no_nearer_than_chance_either(
    cities: gpd.GeoDataFrame, table: gpd.GeoDataFrame
) -> None:
    ids = list(cities.index)
    far = geo.centroid_km(cities, np.repeat(ids, len(ids)).tolist(), ids * len(ids))
    matrix = pd.DataFrame(far.reshape(len(ids), -1), ids, ids)
    result = pairs.matching_test(matrix, table["helper_city"], table["helped_city"])
    assert result.statistic == pytest.approx(table["centroid_km"].mean())
    assert result.p_value == pytest.approx(0.373, abs=0.002)


def test_two_helpers_are_the_nearest_there_were_and_six_leap_over_a_dozen(
    cities: gpd.GeoDataFrame, table: gpd.GeoDataFrame
) -> None:
    ids = list(cities.index)
    far = geo.geodesic_km(cities, np.repeat(ids, len(ids)).tolist(), ids * len(ids))
    matrix = pd.DataFrame(far.reshape(len(ids), -1), ids, ids)
    other_province = pd.DataFrame([[a[:2] != b[:2] for b in ids] for a in ids], ids, ids)
    order = contiguity.order(cities, bridges=load_region("yrd").bridges)
    plan = list(table["helper_city"]), list(table["helped_city"])
    found = pairs.leapfrog_index(order, matrix, *plan, eligible=other_province)
    ranks = found.set_index("helped_id")["rank"]
    assert ranks[["341100", "340600"]].tolist() == [1, 1]
    assert ranks.drop(["341100", "340600"]).min() > 12
    assert (found["n_eligible"] == 25).all()


def test_every_pair_of_the_plan_crosses_a_province_border(table: gpd.GeoDataFrame) -> None:
    assert table["province_border"].all()
