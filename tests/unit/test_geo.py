"""Lengths, gaps, areas and datums, by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from made_cities import cities_of, grid
from pyproj import Geod

from yrdgeo import geo
from yrdgeo.errors import ArgumentError, TableError

EQUATOR_DEGREE_KM = 6378.137 * np.pi / 180
WGS84_GEOD = Geod(ellps="WGS84")


def geodesic_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(WGS84_GEOD.inv(*a, *b)[2]) / 1000


@pytest.fixture
def squares() -> gpd.GeoDataFrame:
    return grid(4, 1)


def test_a_degree_of_the_equator_is_a_degree_of_the_circle() -> None:
    ends = {"A": shapely.box(-0.5, -0.5, 0.5, 0.5), "B": shapely.box(0.5, -0.5, 1.5, 0.5)}
    assert geo.geodesic_km(cities_of(ends), "A", "B") == pytest.approx(EQUATOR_DEGREE_KM)


def test_lengths_run_from_seat_to_seat_not_from_the_middle(squares: gpd.GeoDataFrame) -> None:
    squares.loc["330000", ["seat_lon", "seat_lat"]] = 120.1, 30.2
    squares.loc["330300", ["seat_lon", "seat_lat"]] = 123.9, 30.8
    expected = geodesic_km((120.1, 30.2), (123.9, 30.8))
    assert geo.geodesic_km(squares, "330000", "330300") == pytest.approx(expected)


def test_sequences_give_one_length_a_pair_in_their_order(squares: gpd.GeoDataFrame) -> None:
    found = geo.geodesic_km(squares, ["330000", "330200"], pd.Series(["330100", "330200"]))
    assert found.tolist() == [geo.geodesic_km(squares, "330000", "330100"), 0.0]
    assert geo.border_km(squares, "330000", ["330100", "330000", "330200"]).tolist() == [
        0.0,
        0.0,
        geo.border_km(squares, "330000", "330200"),
    ]
    assert geo.border_km(squares, [], []).shape == (0,)


def test_one_pair_gives_a_plain_number(squares: gpd.GeoDataFrame) -> None:
    assert type(geo.geodesic_km(squares, "330000", "330100")) is float
    assert type(geo.border_km(squares, "330000", "330200")) is float


def test_a_gap_ends_in_the_middle_of_an_edge_when_that_is_nearest() -> None:
    wedge = shapely.Polygon([(2, 0), (3, -1), (3, 1)])
    cities = cities_of({"A": shapely.box(0, -0.5, 1, 0.5), "B": wedge})
    assert geo.border_km(cities, "A", "B") == pytest.approx(EQUATOR_DEGREE_KM, abs=1e-6)


def test_a_gap_is_narrowest_where_the_meridians_are_closest() -> None:
    cities = cities_of({"A": shapely.box(0, 30, 1, 31), "B": shapely.box(2, 29, 3, 31)})
    assert geo.border_km(cities, "A", "B") == pytest.approx(geodesic_km((1, 31), (2, 31)))


def test_the_part_that_is_nearest_on_the_ground_counts_not_the_nearest_in_degrees() -> None:
    far_in_degrees = shapely.box(1.2, 59.9, 1.4, 60.1)
    near_in_degrees = shapely.box(-0.1, 61.0, 0.1, 61.2)
    cities = cities_of(
        {
            "A": shapely.box(-0.1, 59.9, 0.1, 60.1),
            "B": shapely.MultiPolygon([near_in_degrees, far_in_degrees]),
        }
    )
    assert shapely.distance(*cities.geometry[["A", "B"]]) == pytest.approx(0.9)
    assert geo.border_km(cities, "A", "B") == pytest.approx(geodesic_km((0.1, 60.1), (1.2, 60.1)))


def test_a_city_in_the_hole_of_another_is_measured_to_the_rim_of_the_hole() -> None:
    ring = shapely.box(119, -2, 122, 2).difference(shapely.box(120, -1, 121, 1))
    wedge = shapely.Polygon([(120.9, 0), (120.5, 0.1), (120.5, -0.1)])
    cities = cities_of({"A": ring, "B": wedge})
    assert geo.border_km(cities, "A", "B") == pytest.approx(EQUATOR_DEGREE_KM / 10, abs=1e-6)


@pytest.mark.parametrize(
    "other",
    [
        shapely.box(121, 31, 122, 32),
        shapely.box(121, 30.2, 122, 30.4),
        shapely.box(120.5, 30.5, 122, 32),
        shapely.box(120.2, 30.2, 120.4, 30.4),
    ],
    ids=["corner", "part of a side", "overlap", "inside"],
)
def test_polygons_that_touch_or_overlap_have_no_gap(other: shapely.Polygon) -> None:
    cities = cities_of({"A": shapely.box(120, 30, 121, 31), "B": other})
    assert geo.border_km(cities, "A", "B") == 0.0


def test_a_gap_of_a_metre_is_a_metre() -> None:
    step = 1e-3 / EQUATOR_DEGREE_KM
    cities = cities_of({"A": shapely.box(0, -1, 1, 0), "B": shapely.box(1 + step, -1, 2, 0)})
    cosine = np.cos(np.radians(1))
    assert geo.border_km(cities, "A", "B") == pytest.approx(1e-3 * cosine, rel=1e-3)


def test_a_repeated_vertex_does_no_harm() -> None:
    stutter = shapely.Polygon([(2, 0), (2, 0), (3, -1), (3, 1), (3, 1)])
    cities = cities_of({"A": shapely.box(0, -0.5, 1, 0.5), "B": stutter})
    assert geo.border_km(cities, "A", "B") == pytest.approx(EQUATOR_DEGREE_KM, abs=1e-6)


@pytest.mark.parametrize("measure", [geo.geodesic_km, geo.border_km])
def test_an_unknown_adcode_is_named(squares: gpd.GeoDataFrame, measure: object) -> None:
    assert callable(measure)
    with pytest.raises(ArgumentError, match="999999"):
        measure(squares, ["330000", "999999"], "330100")
    with pytest.raises(ArgumentError, match="2 and 3"):
        measure(squares, ["330000"] * 2, ["330100"] * 3)


def test_polygons_must_be_polygons_with_a_crs_one_a_city(squares: gpd.GeoDataFrame) -> None:
    bare = gpd.GeoDataFrame(squares.drop(columns="geometry"), geometry=squares.geometry.to_numpy())
    with pytest.raises(TableError, match="coordinate reference system"):
        geo.border_km(bare, "330000", "330200")
    points = squares.set_geometry(squares.representative_point())
    with pytest.raises(TableError, match=r"polygon.*330\d00"):
        geo.border_km(points, "330000", "330200")
    with pytest.raises(TableError, match="330000"):
        geo.geodesic_km(pd.concat([squares, squares.loc[["330000"]]]), "330100", "330200")


def test_another_crs_gives_the_same_gap(squares: gpd.GeoDataFrame) -> None:
    metric = squares.to_crs("EPSG:4549")
    expected = geo.border_km(squares, "330000", "330200")
    assert geo.border_km(metric, "330000", "330200") == pytest.approx(expected, abs=1e-6)


def band_km2(south: float, north: float) -> float:
    """Area of one degree of longitude between two parallels, in closed form."""
    major, flattening = 6378.137, 1 / 298.257223563
    minor = major * (1 - flattening)
    e = np.sqrt(flattening * (2 - flattening))
    sine = np.sin(np.radians([south, north]))
    low, high = sine / (1 - (e * sine) ** 2) + np.arctanh(e * sine) / e
    return float(minor**2 / 2 * np.radians(1) * (high - low))


@pytest.mark.parametrize("crs", [None, "EPSG:6933", "ESRI:102025"])
def test_the_area_of_a_square_of_degrees_has_a_closed_form(crs: str | None) -> None:
    areas = geo.area_km2(grid(2, 3), crs=crs)
    assert areas["330000"] == pytest.approx(band_km2(30, 31), rel=1e-5)
    assert areas["332100"] == pytest.approx(band_km2(32, 33), rel=1e-5)
    assert areas.name == "area_km2"


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:4549"])
def test_a_projection_that_distorts_areas_is_refused(crs: str) -> None:
    with pytest.raises(ArgumentError, match="equal-area"):
        geo.area_km2(grid(1, 1), crs=crs)


# As published in the README of coordtransform, which most implementations quote.
PUBLISHED = [
    (geo.wgs84_to_gcj02, (116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    (geo.gcj02_to_bd09, (116.404, 39.915), (116.41036949371029, 39.92133699351021)),
    (geo.wgs84_to_bd09, (116.404, 39.915), (116.41662724378733, 39.922699552216216)),
]


@pytest.mark.parametrize(("shift", "given", "expected"), PUBLISHED)
def test_shifts_agree_with_published_values(
    shift: object, given: tuple[float, float], expected: tuple[float, float]
) -> None:
    assert callable(shift)
    assert shift(*given) == pytest.approx(expected, abs=1e-12)


SHIFTS = [
    geo.wgs84_to_gcj02,
    geo.gcj02_to_wgs84,
    geo.gcj02_to_bd09,
    geo.bd09_to_gcj02,
    geo.wgs84_to_bd09,
    geo.bd09_to_wgs84,
]


@pytest.mark.parametrize("shift", SHIFTS)
def test_points_outside_china_stay(shift: object) -> None:
    assert callable(shift)
    lon = np.array([-74.0, 2.35, 151.2, 139.7, 180.0, 0.0])
    lat = np.array([40.7, 48.9, -33.9, 35.7, -90.0, 90.0])
    found = shift(lon, lat)
    np.testing.assert_array_equal(found[0], lon)
    np.testing.assert_array_equal(found[1], lat)


@pytest.mark.parametrize("shift", SHIFTS)
def test_arrays_give_what_their_points_give_and_are_not_changed(shift: object) -> None:
    assert callable(shift)
    lon, lat = np.array([[121.5, -74.0], [105.0, 104.06]]), np.array([[31.2, 40.7], [35.0, 30.67]])
    before = lon.copy(), lat.copy()
    x, y = shift(lon, lat)
    np.testing.assert_array_equal((lon, lat), before)
    assert x.shape == y.shape == (2, 2)
    for place in np.ndindex(2, 2):
        alone = shift(float(lon[place]), float(lat[place]))
        assert (x[place], y[place]) == pytest.approx(alone, abs=1e-11, rel=0)


@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize(("lon", "lat"), [(31.2, 121.5), (np.nan, 31.0), (181.0, 31.0)])
def test_what_is_no_longitude_latitude_is_refused(shift: object, lon: float, lat: float) -> None:
    assert callable(shift)
    with pytest.raises(ArgumentError, match="longitude first"):
        shift(lon, lat)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seat_lon": np.nan}, "needs a seat.*330000"),
        ({"seat_lat": 121.0}, "needs a seat.*330000"),
        ({"seat_lon": "east"}, "needs a seat.*330000"),
        (None, "no seats.*seat_lon"),
    ],
)
def test_a_city_without_a_seat_has_no_length(
    squares: gpd.GeoDataFrame, change: dict[str, object] | None, said: str
) -> None:
    wrong = squares.drop(columns="seat_lon") if change is None else squares.assign(**change)
    with pytest.raises(TableError, match=said):
        geo.geodesic_km(wrong, "330000", "330100")


def test_a_seat_that_is_not_asked_for_may_be_missing(squares: gpd.GeoDataFrame) -> None:
    expected = geo.geodesic_km(squares, "330000", "330100")
    squares.loc["330300", "seat_lon"] = np.nan
    assert geo.geodesic_km(squares, "330000", "330100") == expected


@pytest.mark.parametrize("code", [330000, None, np.nan])
def test_an_adcode_that_is_no_text_is_named(squares: gpd.GeoDataFrame, code: object) -> None:
    for measure in (geo.geodesic_km, geo.border_km, geo.centroid_km):
        with pytest.raises(ArgumentError, match=f"{code}.*text"):
            measure(squares, code, "330100")


def test_a_table_without_geometry_has_no_borders(squares: gpd.GeoDataFrame) -> None:
    with pytest.raises(TableError, match="no polygons"):
        geo.border_km(pd.DataFrame(squares.drop(columns="geometry")), "330000", "330100")


@pytest.mark.parametrize(("lon", "lat"), [("east", 31.0), ([121.0, 120.0], [31.0, 30.0, 29.0])])
def test_coordinates_that_are_no_numbers_or_no_pairs_are_refused(lon: object, lat: object) -> None:
    with pytest.raises(ArgumentError, match="as many longitudes"):
        geo.wgs84_to_gcj02(lon, lat)  # type: ignore[arg-type]


def test_a_centroid_is_not_moved_by_other_cities() -> None:
    jagged = shapely.Polygon([(118, 30), (119.4, 30.1), (119, 31.6), (118.2, 31)])
    near = {"A": jagged, "B": shapely.box(120, 30, 121, 31)}
    far = near | {"C": shapely.box(75, 38, 90, 48), "D": shapely.box(130, 46, 134, 48)}
    alone = geo.centroid_km(cities_of(near), ["A"], ["B"])
    among = geo.centroid_km(cities_of(far), ["B", "A", "C"], ["A", "B", "C"])
    assert among.tolist() == [alone[0], alone[0], 0.0]
    assert geo.centroid_km(cities_of(near), [], []).tolist() == []


def test_a_centroid_halves_a_polygon_across_its_parallel_and_its_meridian() -> None:
    # By the symmetry of a box about its meridian, and by areas north and south of the centroid.
    box = shapely.box(118, 30, 120, 34)
    west, east = shapely.box(118, 30, 119, 34), shapely.box(119, 30, 120, 34)
    cities = cities_of({"A": box, "W": west, "E": east})
    to_west, to_east = geo.centroid_km(cities, ["A", "A"], ["W", "E"])
    assert to_west == pytest.approx(to_east, rel=1e-9)
    # Two halves of one area balance in the middle of their centroids, to the curve between them.
    across = geo.centroid_km(cities, ["W"], ["E"])[0]
    assert to_west + to_east == pytest.approx(across, abs=0.05)
