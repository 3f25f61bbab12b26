"""Contours: by hand, by a second route, and what holds of any surface."""

from collections.abc import Iterator
from typing import cast

import contourpy
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pyproj import Transformer

from yrdgeo.analysis.contours import contours
from yrdgeo.analysis.surface import grid
from yrdgeo.errors import ArgumentError

STEP = 1000.0
CRS = "+proj=laea +lat_0=31 +lon_0=120 +datum=WGS84"


def table(cells: np.ndarray) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Return a grid of these cells, shuffled, without the unknown ones, and their values."""
    rows, columns = (axis.ravel() for axis in np.indices(cells.shape))
    made = gpd.GeoDataFrame(
        {"row": rows, "column": columns, "x_m": columns * STEP, "y_m": -rows * STEP},
        geometry=gpd.points_from_xy(columns, rows),
        crs=CRS,
    )
    points = made[np.isfinite(cells.ravel())].sample(frac=1.0, random_state=3)
    points.attrs["crs"] = CRS
    return points, pd.Series(cells.ravel(), made.index)


def flat(lines: gpd.GeoDataFrame) -> shapely.Geometry:
    """Return all lines in columns and rows."""
    back = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    whole = shapely.union_all(lines.geometry.to_numpy())
    metres = shapely.transform(whole, lambda at: np.column_stack(back.transform(*at.T)))
    return shapely.transform(metres, lambda at: at * [1 / STEP, -1 / STEP])


def peer(cells: np.ndarray, level: float) -> Iterator[np.ndarray]:
    """Return the same lines by contourpy."""
    masked = np.ma.masked_invalid(cells)
    made = contourpy.contour_generator(z=masked, name="serial", corner_mask=False)
    yield from cast("list[np.ndarray]", made.lines(level))


@pytest.mark.parametrize("seed", range(6))
def test_lines_are_those_of_contourpy(seed: int) -> None:
    draw = np.random.default_rng(seed)
    cells = draw.normal(size=(9, 13)).cumsum(axis=0).cumsum(axis=1)
    cells[draw.random(cells.shape) < 0.1] = np.nan
    points, values = table(cells)
    for level in (-3.3, 0.7, 5.1):
        wanted = [line for line in peer(cells, level) if len(line) > 1]
        found = contours(points, values, levels=[level])
        if not wanted:
            assert found.empty
            continue
        other = shapely.union_all([shapely.LineString(line) for line in wanted])
        ours = flat(found)
        # To a centimetre of cells of a kilometre: they went through degrees and back.
        assert ours.length == pytest.approx(other.length, abs=1e-4)
        assert shapely.hausdorff_distance(ours, other) < 1e-5


def test_the_line_of_a_distance_is_a_circle() -> None:
    square = gpd.GeoDataFrame(
        geometry=[shapely.box(119, 30, 121, 32)], index=["330100"], crs="EPSG:4326"
    )
    points = grid(square, step_km=5)
    km = pd.Series(np.hypot(points["x_m"], points["y_m"]) / 1000, points.index)
    lines = contours(points, km, levels=[60, 500, 30])
    assert lines["level"].tolist() == [60, 30]
    for level, line in zip(lines["level"], lines.geometry, strict=True):
        assert len(line.geoms) == 1
        assert line.geoms[0].is_closed
        lon, lat = shapely.get_coordinates(line).T
        metres = gpd.points_from_xy(lon, lat, crs="EPSG:4326").to_crs(points.attrs["crs"])
        away = np.hypot(metres.x, metres.y) / 1000
        assert np.abs(away - level).max() < 0.2  # of a linear piece of a round cone


@given(
    cells=arrays(np.float64, (5, 6), elements=st.integers(-4, 4).map(float)),
    level=st.sampled_from([-2.5, -0.25, 0.5, 1.75]),
)
def test_ends_lie_on_the_border_of_what_is_known_or_meet(cells: np.ndarray, level: float) -> None:
    lines = contours(*table(cells), levels=[level])
    assert lines.empty == bool((cells > level).all() or (cells < level).all())
    if lines.empty:
        return
    for part in shapely.get_parts(flat(lines)):
        assert part.length > 0
    for part in shapely.get_parts(shapely.line_merge(flat(lines))):
        if part.is_closed or not isinstance(part, shapely.LineString):
            continue
        for x, y in (part.coords[0], part.coords[-1]):
            edge = min(abs(x), abs(x - 5), abs(y), abs(y - 4))
            assert edge < 1e-5


def test_nothing_is_drawn_beside_the_unknown() -> None:
    cells = np.array([[0.0, 1.0, 2.0], [0.0, np.inf, 2.0], [0.0, 1.0, 2.0]])
    assert contours(*table(cells), levels=[0.5]).empty


def test_a_grid_of_one_row_has_no_lines() -> None:
    assert contours(*table(np.array([[0.0, 1.0, 2.0]])), levels=[0.5]).empty


@pytest.mark.parametrize("level", [np.nan, np.inf])
def test_a_level_is_finite(level: float) -> None:
    with pytest.raises(ArgumentError, match="finite"):
        contours(*table(np.eye(3)), levels=[level])


def test_points_that_are_no_grid_are_refused() -> None:
    points, values = table(np.eye(3))
    with pytest.raises(ArgumentError, match="column"):
        contours(points.drop(columns="column"), values, levels=[0.5])
    points.attrs.clear()
    with pytest.raises(ArgumentError, match="projection"):
        contours(points, values, levels=[0.5])
