"""Lines of equal value over a grid; promise: a line runs only where all four corners are known."""

from collections.abc import Sequence
from typing import cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from contourpy import contour_generator
from pyproj import Transformer

from yrdgeo.errors import ArgumentError
from yrdgeo.units import WGS84

Floats = npt.NDArray[np.float64]


def contours(
    points: gpd.GeoDataFrame, values: pd.Series, *, levels: Sequence[float]
) -> gpd.GeoDataFrame:
    """Return the lines along which a value over a regular grid has given levels.

    Between two neighbouring points the value is taken to be linear (marching squares, by
    contourpy); pass logarithms, and levels in logarithms, where it rises many times over.

    Parameters
    ----------
    points
        From :func:`yrdgeo.surface.grid`, or of its shape: ``row column x_m y_m`` and
        ``attrs["crs"]``.
    values
        By the index of the points; NaN or infinite where there is none.
    levels
        One or more, in the unit of the values.

    Returns
    -------
    lines
        ``level`` and a MultiLineString (EPSG:4326), a row for each level that any line has, in
        the order of the levels.

    Raises
    ------
    ArgumentError
        If the points are no grid with a projection, or a level is not finite.

    References
    ----------
    Lorensen, W. E. and Cline, H. E. (1987). Marching cubes.

    Examples
    --------
    >>> from shapely import box
    >>> from yrdgeo.analysis.surface import grid
    >>> square = gpd.GeoDataFrame(
    ...     geometry=[box(120, 30, 121, 31)], index=["330100"], crs="EPSG:4326"
    ... )
    >>> points = grid(square, step_km=10)
    >>> lines = contours(points, points["lon"], levels=[120.5])
    >>> lines["level"].tolist(), lines.total_bounds.round(2)[[0, 2]].tolist()
    ([120.5], [120.5, 120.5])
    """
    cells = np.ma.masked_invalid(_matrix(points, values))
    maker = contour_generator(z=cells, name="serial", corner_mask=False)
    crs = points.attrs["crs"]
    origin, step = _frame(points)
    to_degrees = Transformer.from_crs(crs, WGS84, always_xy=True)
    drawn = {}
    for level in levels:
        if not np.isfinite(level):
            raise ArgumentError("A level is a finite number.", found=f"{level}")
        found = cast("list[Floats]", maker.lines(float(level)))
        lines = [
            np.column_stack(to_degrees.transform(*(origin + line * [step, -step]).T))
            for line in found
            if np.ptp(line, axis=0).any()  # a peak gives a point
        ]
        if lines:
            drawn[float(level)] = shapely.MultiLineString(lines)
    return gpd.GeoDataFrame({"level": list(drawn)}, geometry=list(drawn.values()), crs=WGS84)


def _matrix(points: gpd.GeoDataFrame, values: pd.Series) -> Floats:
    absent = {"row", "column", "x_m", "y_m"} - set(points.columns)
    if absent or "crs" not in points.attrs or points.empty:
        raise ArgumentError(
            "Contours need the points of a grid.",
            found=f"no {', '.join(sorted(absent)) or 'projection, or no point'}",
            fix="Make the points with yrdgeo.surface.grid.",
        )
    rows, columns = (points[name].to_numpy(np.intp) for name in ("row", "column"))
    known = values.reindex(points.index).to_numpy(np.float64, na_value=np.nan)
    # An unknown row and column more: a grid of one row is a grid, too.
    cells = np.full((rows.max() + 2, columns.max() + 2), np.nan)
    cells[rows, columns] = known
    return cells


def _frame(points: gpd.GeoDataFrame) -> tuple[Floats, float]:
    """Return where row 0, column 0 lies, and the metres between rows and between columns."""
    x, y, row, column = (points[name].to_numpy(float) for name in ("x_m", "y_m", "row", "column"))
    spans = np.ptp(column) or np.ptp(row) or 1.0
    step = (np.ptp(x) if np.ptp(column) else np.ptp(y)) / spans
    return np.array([x[0] - column[0] * step, y[0] + row[0] * step]), float(step)
