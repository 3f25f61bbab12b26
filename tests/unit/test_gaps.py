"""Planar gaps against shapely, on shapes that touch, cross, nest and lie far apart."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from made_cities import star
from shapely.affinity import scale, translate

from yrdgeo.errors import ArgumentError
from yrdgeo.routing.gaps import planar_gaps_m

PLANE = "EPSG:32651"
RING = shapely.box(0, 0, 10, 10).difference(shapely.box(2, 2, 8, 8))


def gap(one: shapely.Geometry, other: shapely.Geometry) -> float:
    polygons = gpd.GeoSeries([other, one], crs=PLANE)
    there, back = planar_gaps_m(polygons, np.array([0, 1]), np.array([1, 0]))
    assert there == back
    return float(there)


@pytest.mark.parametrize(
    ("other", "metres"),
    [
        (shapely.box(11, 0, 12, 1), 1.0),
        (shapely.box(13, 14, 20, 20), 5.0),
        (shapely.box(10, 10, 12, 12), 0.0),
        (shapely.box(10, 3, 12, 5), 0.0),
        (shapely.box(4, 4, 5, 5), 2.0),
        (shapely.box(2, 4, 5, 5), 0.0),
        (shapely.box(0.5, 0.5, 1, 1), 0.0),
        (shapely.box(-5, -5, 15, 15), 0.0),
        (shapely.box(-5, 4, 15, 5), 0.0),
        (shapely.box(-5, -5, 15, 15).difference(shapely.box(-3, -3, 13, 13)), 3.0),
        (shapely.MultiPolygon([shapely.box(99, 99, 100, 100), shapely.box(3, 3, 7, 4)]), 1.0),
        (shapely.MultiPolygon([shapely.box(20, 0, 21, 1), shapely.box(0.2, 4, 0.4, 5)]), 0.0),
        (RING, 0.0),
    ],
)
def test_gaps_of_a_frame_by_hand(other: shapely.Geometry, metres: float) -> None:
    assert gap(RING, other) == metres
    assert gap(RING, other) == shapely.distance(RING, other)


def test_a_cross_without_near_corners_is_no_gap() -> None:
    assert gap(shapely.box(-1000, -1, 1000, 1), shapely.box(-1, -1000, 1, 1000)) == 0.0


def test_a_repeated_vertex_does_no_harm() -> None:
    twice = shapely.Polygon([(0, 0), (1, 0), (1, 0), (1, 1), (0, 1), (0, 1)])
    assert gap(twice, shapely.box(3, 0, 4, 1)) == 2.0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.2, 1.0, 4.0]), st.sampled_from([0, 1, 4000]))
def test_gaps_equal_shapely_to_a_micrometre(seed: int, away: float, finer: int) -> None:
    random = np.random.default_rng(seed)
    shapes = []
    for _ in range(8):
        pieces = [
            translate(star(random, size=1.0), *random.uniform(0, away, 2))
            for _ in range(random.integers(1, 4))
        ]
        outline = scale(shapely.union_all(pieces), 40_000, 40_000, origin=(0, 0))
        hole = scale(outline, 0.4, 0.4)
        made = outline.difference(hole) if random.random() < 0.5 else outline
        shapes.append(made.segmentize(finer) if finer > 1 else made)
    polygons = gpd.GeoSeries(shapes, crs=PLANE).translate(500_000, 3_500_000)
    left, right = (side.ravel() for side in np.indices((8, 8)))
    expected = shapely.distance(polygons.to_numpy()[left], polygons.to_numpy()[right])
    np.testing.assert_allclose(planar_gaps_m(polygons, left, right), expected, rtol=0, atol=1e-6)


def test_feet_come_out_as_metres() -> None:
    squares = gpd.GeoSeries([shapely.box(0, 0, 1, 1), shapely.box(11, 0, 12, 1)], crs="EPSG:2263")
    found = planar_gaps_m(squares, np.array([0]), np.array([1]))
    assert found == pytest.approx([10 * 1200 / 3937], rel=1e-12)


@pytest.mark.parametrize(
    ("polygons", "what"),
    [
        (gpd.GeoSeries([RING, RING], crs="EPSG:4326"), "projected"),
        (gpd.GeoSeries([RING, RING]), "projected"),
        (gpd.GeoSeries([RING, shapely.Point(0, 0)], crs=PLANE), "between polygons"),
        (gpd.GeoSeries([shapely.Polygon(), RING], crs=PLANE), "between polygons"),
        (gpd.GeoSeries([RING, None], crs=PLANE), "between polygons"),
    ],
)
def test_degrees_and_other_shapes_are_refused(polygons: gpd.GeoSeries, what: str) -> None:
    with pytest.raises(ArgumentError, match=what):
        planar_gaps_m(polygons, np.array([0]), np.array([1]))


def test_no_pairs_have_no_gaps() -> None:
    none = np.array([], dtype=np.intp)
    assert planar_gaps_m(gpd.GeoSeries([RING], crs=PLANE), none, none).shape == (0,)
    assert planar_gaps_m(gpd.GeoSeries([], crs=PLANE), none, none).shape == (0,)


@pytest.mark.parametrize(("left", "right"), [([0], [2]), ([-1], [0]), ([0, 1], [1])])
def test_pairs_of_no_rows_are_refused(left: list[int], right: list[int]) -> None:
    squares = gpd.GeoSeries([RING, RING], crs=PLANE)
    with pytest.raises(ArgumentError, match="two row positions"):
        planar_gaps_m(squares, np.array(left), np.array(right))


def test_coordinates_that_no_projection_gives_are_refused() -> None:
    lost = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, np.inf, 3)])
    with pytest.raises(ArgumentError, match=r"finite coordinates.*row 1"):
        planar_gaps_m(gpd.GeoSeries([RING, lost], crs=PLANE), np.array([0]), np.array([1]))


def test_islands_on_either_side_of_a_frame_are_told_apart() -> None:
    # One island lies in the frame's hole, another in its land, a third far away.
    hole, land, away = shapely.box(4, 4, 5, 5), shapely.box(0.5, 4, 1, 5), shapely.box(90, 0, 91, 1)
    assert gap(RING, shapely.MultiPolygon([hole, away])) == 2.0
    assert gap(RING, shapely.MultiPolygon([away, hole, land])) == 0.0
    assert gap(RING, shapely.MultiPolygon([away])) == 80.0
