"""Lines of equal value over a grid; promise: a line runs only where all four corners are known."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Transformer

from yrdgeo.errors import ArgumentError
from yrdgeo.units import WGS84

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Which sides of a cell a line joins, by the corners above the level: 8 top left, 4 top right,
# 2 bottom right, 1 bottom left.
_JOINS = {
    1: ("LB",), 2: ("BR",), 3: ("LR",), 4: ("TR",), 6: ("TB",), 7: ("LT",),
    8: ("LT",), 9: ("TB",), 11: ("TR",), 12: ("LR",), 13: ("BR",), 14: ("LB",),
}  # fmt: skip
# Of two opposite corners above, the middle says whether they are joined.
_SADDLES = {(5, True): ("LT", "BR"), (5, False): ("LB", "TR"), (10, True): ("LB", "TR"),
            (10, False): ("LT", "BR")}  # fmt: skip


def contours(
    points: gpd.GeoDataFrame, values: pd.Series, *, levels: Sequence[float]
) -> gpd.GeoDataFrame:
    """Return the lines along which a value over a regular grid has given levels.

    Between two neighbouring points the value is taken to be linear (marching squares); pass
    logarithms, and levels in logarithms, where it rises many times over.

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
    cells = _matrix(points, values)
    crs = points.attrs["crs"]
    origin, step = _frame(points)
    to_degrees = Transformer.from_crs(crs, WGS84, always_xy=True)
    drawn = {}
    for level in levels:
        if not np.isfinite(level):
            raise ArgumentError("A level is a finite number.", found=f"{level}")
        pieces = _segments(cells - float(level))
        if not len(pieces):
            continue
        flat = origin + pieces * [step, -step]
        lon, lat = to_degrees.transform(flat[..., 0], flat[..., 1])
        ends = np.stack([lon, lat], axis=-1)
        joined = shapely.line_merge(shapely.MultiLineString([list(one) for one in ends]))
        drawn[float(level)] = shapely.MultiLineString(list(shapely.get_parts(joined)))
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
    cells = np.full((rows.max() + 1, columns.max() + 1), np.nan)
    cells[rows, columns] = np.where(np.isfinite(known), known, np.nan)
    return cells


def _frame(points: gpd.GeoDataFrame) -> tuple[Floats, float]:
    """Return where row 0, column 0 lies, and the metres between rows and between columns."""
    x, y, row, column = (points[name].to_numpy(float) for name in ("x_m", "y_m", "row", "column"))
    spans = np.ptp(column) or np.ptp(row) or 1.0
    step = (np.ptp(x) if np.ptp(column) else np.ptp(y)) / spans
    return np.array([x[0] - column[0] * step, y[0] + row[0] * step]), float(step)


def _segments(above: Floats) -> Floats:
    """Return straight pieces, shape (n, 2, 2), as column and row; ends that meet are the same."""
    n, m = above.shape
    columns: Floats = np.tile(np.arange(m, dtype=np.float64), (n, 1))
    rows: Floats = np.repeat(np.arange(n, dtype=np.float64), m).reshape(n, m)
    with np.errstate(divide="ignore", invalid="ignore"):
        along = above[:, :-1] / (above[:, :-1] - above[:, 1:])
        down = above[:-1] / (above[:-1] - above[1:])
    level = np.stack([columns[:, :-1] + along, rows[:, :-1]], axis=-1)
    upright = np.stack([columns[:-1], rows[:-1] + down], axis=-1)
    sides = {"T": level[:-1], "B": level[1:], "L": upright[:, :-1], "R": upright[:, 1:]}
    corners = [above[:-1, :-1], above[:-1, 1:], above[1:, 1:], above[1:, :-1]]
    known = np.isfinite(np.stack(corners)).all(axis=0)
    case = sum((corner > 0) * 2 ** (3 - k) for k, corner in enumerate(corners))
    case = np.where(known, case, 0)
    middle = np.where(known, np.add.reduce(corners), 0.0) > 0
    found = [
        np.stack([sides[join[0]][here], sides[join[1]][here]], axis=1)
        for here, joins in _cases(case, middle)
        for join in joins
    ]
    pieces: Floats = np.concatenate(found) if found else np.empty((0, 2, 2))
    longer: Flags = (pieces[:, 0] != pieces[:, 1]).any(axis=1)
    return np.asarray(pieces[longer], dtype=np.float64)


def _cases(case: npt.NDArray[np.int64], middle: Flags) -> list[tuple[Flags, tuple[str, ...]]]:
    plain = [(case == number, joins) for number, joins in _JOINS.items()]
    saddles = [
        ((case == number) & (middle == joined), joins)
        for (number, joined), joins in _SADDLES.items()
    ]
    return [(here, joins) for here, joins in [*plain, *saddles] if here.any()]
