"""Neighbours, borders and orders on squares, by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from made_cities import cities_of, grid
from pyproj import Geod

from yrdgeo.analysis import contiguity
from yrdgeo.errors import ArgumentError, TableError

METRE = 1 / 111_000  # degrees, roughly


def sides(edges: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(edges["from_id"], edges["to_id"], strict=True))


def side_km(start: tuple[float, float], end: tuple[float, float]) -> float:
    return float(Geod(ellps="WGS84").inv(*start, *end)[2]) / 1000


@pytest.fixture
def four() -> gpd.GeoDataFrame:
    """Return two by two squares: 330000 330100 in the south, 331000 331100 in the north."""
    return grid(2, 2)


@pytest.fixture
def islands() -> gpd.GeoDataFrame:
    """Return three squares in a row and an island."""
    shapes = {f"33000{x}": shapely.box(120 + x, 30, 121 + x, 31) for x in range(3)}
    return cities_of(shapes | {"330009": shapely.box(125, 30, 126, 31)})


def test_queen_counts_corners_and_rook_does_not(four: gpd.GeoDataFrame) -> None:
    straight = {
        ("330000", "330100"),
        ("330000", "331000"),
        ("330100", "331100"),
        ("331000", "331100"),
    }
    corners = {("330000", "331100"), ("330100", "331000")}
    assert sides(contiguity.edges(four, rule="rook")) == straight
    assert sides(contiguity.edges(four, rule="queen")) == straight | corners


def test_borders_are_the_geodesic_lengths_of_the_common_sides(four: gpd.GeoDataFrame) -> None:
    border_km = contiguity.edges(four).set_index(["from_id", "to_id"])["border_km"]
    assert border_km["330000", "330100"] == pytest.approx(side_km((121, 30), (121, 31)))
    assert border_km["330100", "331100"] == pytest.approx(side_km((121, 31), (122, 31)))
    assert border_km["330000", "331100"] == 0


def test_a_border_is_found_where_the_neighbour_has_other_vertices() -> None:
    cities = cities_of(
        {
            "330001": shapely.box(120, 30, 121, 32),
            "330002": shapely.box(121, 30, 122, 31),
            "330003": shapely.box(121, 31, 122, 32),
        }
    )
    border_km = contiguity.edges(cities).set_index(["from_id", "to_id"])["border_km"]
    assert border_km["330001", "330002"] == pytest.approx(side_km((121, 30), (121, 31)))
    assert border_km["330001", "330003"] == pytest.approx(side_km((121, 31), (121, 32)))


def test_the_parts_of_a_border_are_added() -> None:
    comb = shapely.union_all([shapely.box(120, 30, 121, 30.2), shapely.box(120, 30.8, 121, 31)])
    cities = cities_of({"330001": comb, "330002": shapely.box(121, 30, 122, 31)})
    expected = side_km((121, 30), (121, 30.2)) + side_km((121, 30.8), (121, 31))
    assert contiguity.edges(cities)["border_km"].tolist() == [pytest.approx(expected)]


def test_each_pair_is_once_smaller_code_first_in_order(four: gpd.GeoDataFrame) -> None:
    edges = contiguity.edges(four, bridges=[("331100", "330000"), ("330000", "331100")])
    assert (edges["from_id"] < edges["to_id"]).all()
    pairs = list(zip(edges["from_id"], edges["to_id"], strict=True))
    assert pairs == sorted(set(pairs))
    assert list(edges.columns) == ["from_id", "to_id", "border_km", "kind"]
    assert (edges["kind"] == "land").all()


def test_a_short_border_is_no_border_when_a_minimum_is_asked(four: gpd.GeoDataFrame) -> None:
    shortest = side_km((120, 31), (121, 31))
    assert len(contiguity.edges(four, min_border_km=shortest - 1)) == 4
    longer = contiguity.edges(four, min_border_km=shortest + 1)
    assert sides(longer) == {("330000", "330100"), ("331000", "331100")}


@pytest.mark.parametrize(
    "bridge", [("330009", "330002"), {"from": "330002", "to": "330009", "kind": "bridge"}]
)
def test_an_island_has_a_neighbour_only_by_a_declared_bridge(
    islands: gpd.GeoDataFrame, bridge: tuple[str, str] | dict[str, object]
) -> None:
    assert "330009" not in contiguity.edges(islands)[["from_id", "to_id"]].to_numpy()
    edges = contiguity.edges(islands, bridges=[bridge], min_border_km=5)
    row = edges[edges["to_id"] == "330009"].to_dict("records")
    assert row == [{"from_id": "330002", "to_id": "330009", "border_km": 0.0, "kind": "bridge"}]


def test_orders_count_borders_and_say_when_there_is_no_way(islands: gpd.GeoDataFrame) -> None:
    order = contiguity.order(islands)
    assert (order.dtypes == "Int64").all()
    assert order.index.equals(islands.index)
    assert order.columns.equals(islands.index)
    west = order.loc["330000"]
    assert [west[code] for code in ("330000", "330001", "330002")] == [0, 1, 2]
    assert west["330009"] is pd.NA
    bridged = contiguity.order(islands, bridges=[("330002", "330009")])
    assert bridged.loc["330000", "330009"] == 3


def test_orders_follow_the_rule_and_the_least_border(four: gpd.GeoDataFrame) -> None:
    assert contiguity.order(four).loc["330000", "331100"] == 1
    assert contiguity.order(four, rule="rook").loc["330000", "331100"] == 2
    assert contiguity.order(four, min_border_km=1).loc["330000", "331100"] == 2
    assert contiguity.order(four, min_border_km=100).loc["330000", "331100"] is pd.NA


@pytest.mark.parametrize("shift", [-20, 20], ids=["overlap", "gap"])
def test_boundaries_drawn_apart_touch_within_the_tolerance(shift: float) -> None:
    cities = cities_of(
        {
            "330001": shapely.box(120, 30, 121, 31),
            "330002": shapely.box(121 + shift * METRE, 30, 122, 31),
        }
    )
    edges = contiguity.edges(cities, rule="rook", snap_m=50)
    assert edges["border_km"].tolist() == [pytest.approx(side_km((121, 30), (121, 31)), abs=0.2)]
    assert contiguity.edges(cities, rule="rook")["border_km"].sum() < 0.1


def test_a_corner_stays_a_corner_within_the_tolerance(four: gpd.GeoDataFrame) -> None:
    edges = contiguity.edges(four, snap_m=50).set_index(["from_id", "to_id"])["border_km"]
    assert edges["330000", "331100"] == 0
    assert len(contiguity.edges(four, rule="rook", snap_m=50)) == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rule": "bishop"}, "bishop"),
        ({"min_border_km": -1.0}, "min_border_km"),
        ({"snap_m": float("nan")}, "snap_m"),
        ({"bridges": [("330000", "999999")]}, "999999"),
        ({"bridges": [("330000", "330000")]}, "two different"),
        ({"bridges": [{"from": "330000"}]}, "'from' and 'to'"),
        ({"bridges": ["330000"]}, "pair of adcodes"),
    ],
)
def test_illegal_options_are_refused(
    four: gpd.GeoDataFrame, options: dict[str, object], message: str
) -> None:
    for function in (contiguity.edges, contiguity.order):
        with pytest.raises(ArgumentError, match=message):
            function(four, **options)


def test_a_table_without_crs_is_refused(four: gpd.GeoDataFrame) -> None:
    bare = gpd.GeoDataFrame(geometry=four.geometry.to_numpy(), index=four.index)
    with pytest.raises(TableError, match="coordinate reference system"):
        contiguity.edges(bare)


def test_one_city_has_no_edge_and_order_zero() -> None:
    alone = grid(1, 1)
    assert contiguity.edges(alone).empty
    assert contiguity.order(alone).to_numpy().tolist() == [[0]]


def test_a_river_is_a_border_that_only_a_bridge_crosses(islands: gpd.GeoDataFrame) -> None:
    river = [{"from": "330001", "to": "330000", "kind": "river"}]
    wet = contiguity.edges(islands, waters=river)
    assert dict(zip(wet["from_id"], wet["kind"], strict=True)) == {
        "330000": "river",
        "330001": "land",
    }
    assert contiguity.order(islands).loc["330000", "330002"] == 2
    dry = contiguity.order(islands, waters=river)
    assert dry.loc["330000", ["330001", "330002"]].isna().all()
    crossed = contiguity.order(islands, waters=river, bridges=[("330000", "330001")])
    assert crossed.loc["330000", "330002"] == 2


@pytest.mark.parametrize(
    "water",
    [
        {"from": "330000", "to": "330009", "kind": "sea"},
        {"from": "330000", "to": "330001", "kind": "swamp"},
        ("330000", "330001"),
    ],
)
def test_a_water_must_be_a_border_of_a_known_kind(islands: gpd.GeoDataFrame, water: object) -> None:
    with pytest.raises(ArgumentError, match="water is the border"):
        contiguity.edges(islands, waters=[water])  # type: ignore[list-item]


@pytest.mark.parametrize("bridge", [5, "330000", ("330000",), {"from": "330000"}])
def test_a_bridge_has_two_ends(islands: gpd.GeoDataFrame, bridge: object) -> None:
    with pytest.raises(ArgumentError, match="pair of adcodes"):
        contiguity.edges(islands, bridges=[bridge])  # type: ignore[list-item]


@pytest.mark.parametrize("length", [-1, np.nan, np.inf, "3"])
def test_a_least_border_is_a_number(islands: gpd.GeoDataFrame, length: object) -> None:
    with pytest.raises(ArgumentError, match="min_border_km must be a number"):
        contiguity.edges(islands, min_border_km=length)  # type: ignore[arg-type]
