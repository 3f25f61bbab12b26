"""Planar gaps between polygons, pair by pair.

Promise: the distance that ``shapely.distance`` gives. Boundaries are cut into runs of a few
segments with a box around each; only runs whose boxes are nearer than the best so far are
measured. For gaps on the ellipsoid see :func:`yrdgeo.geo.border_km`.
"""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from yrdgeo.errors import ArgumentError
from yrdgeo.routing.kernel import Floats, Longs, Whole, inner, kernel

RUN = 8  # segments of a box, and boxes of a larger box
POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
X, Y, DX, DY, INVERSE = 0, 1, 2, 3, 4  # columns of a segment; the last is 1 / length², or 0
WEST, SOUTH, EAST, NORTH = 0, 1, 2, 3  # columns of a box


class Boxes(NamedTuple):
    """Boxes, and where the children of each begin: smaller boxes, or segments."""

    box: Floats
    first: Longs


class Shapes(NamedTuple):
    """Boundaries: segments in runs, runs in groups, groups in polygons, and a point a part."""

    segment: Floats
    tight: Floats
    runs: Boxes
    groups: Boxes
    polygons: Boxes
    point: Floats
    part: Longs


@inner
def _apart(a: Floats, i: Whole, b: Floats, j: Whole) -> np.float64:
    """Return the squared distance of two boxes."""
    # An index that cannot be negative needs no look whether it is.
    p, q = np.uint64(i), np.uint64(j)
    dx = max(a[p, WEST] - b[q, EAST], b[q, WEST] - a[p, EAST], 0.0)
    dy = max(a[p, SOUTH] - b[q, NORTH], b[q, SOUTH] - a[p, NORTH], 0.0)
    return np.float64(dx * dx + dy * dy)


@inner
def _point_apart(segment: Floats, i: Whole, j: Whole) -> np.float64:
    """Return the squared distance of the start of a segment to another segment."""
    dx, dy = segment[i, X] - segment[j, X], segment[i, Y] - segment[j, Y]
    share = (dx * segment[j, DX] + dy * segment[j, DY]) * segment[j, INVERSE]
    share = min(max(share, 0.0), 1.0)
    dx -= share * segment[j, DX]
    dy -= share * segment[j, DY]
    return np.float64(dx * dx + dy * dy)


@inner
def _cross(segment: Floats, i: Whole, j: Whole) -> bool:
    """Say whether two segments cross; where an end touches, that end is at no distance."""
    dx, dy = segment[j, X] - segment[i, X], segment[j, Y] - segment[i, Y]
    ux, uy, vx, vy = segment[i, DX], segment[i, DY], segment[j, DX], segment[j, DY]
    one = ux * dy - uy * dx
    two = ux * (dy + vy) - uy * (dx + vx)
    three = vy * dx - vx * dy
    four = vx * (uy - dy) - vy * (ux - dx)
    return bool(((one > 0) != (two > 0)) and ((three > 0) != (four > 0)))


@inner
def _runs_apart(shapes: Shapes, a: Whole, b: Whole, best: np.float64) -> np.float64:
    """Return the squared distance of two runs of segments, or ``best`` if that is less.

    Only the start of each segment is measured: its end is the start of the next.
    """
    segment, tight = shapes.segment, shapes.tight
    box, first = shapes.runs
    for i in range(first[a], first[a + 1]):
        if _apart(tight, i, box, b) >= best:
            continue
        for j in range(first[b], first[b + 1]):
            here = _apart(tight, i, tight, j)
            if here < best:
                best = min(best, _point_apart(segment, i, j), _point_apart(segment, j, i))
                if here == 0.0 and _cross(segment, i, j):
                    return np.float64(0.0)
    return best


@inner
def _groups_apart(shapes: Shapes, a: Whole, b: Whole, best: np.float64) -> np.float64:
    """Return the squared distance of two groups of runs, or ``best`` if that is less."""
    box, first = shapes.runs.box, shapes.groups.first
    for i in range(first[a], first[a + 1]):
        if _apart(box, i, shapes.groups.box, b) < best:
            for j in range(first[b], first[b + 1]):
                if _apart(box, i, box, j) < best:
                    best = _runs_apart(shapes, i, j, best)
    return best


@inner
def _nearest(boxes: Floats, a: tuple[Whole, Whole], b: tuple[Whole, Whole]) -> tuple[Whole, Whole]:
    """Return which box of one range is nearest to which of another."""
    one, other, best = a[0], b[0], np.inf
    for i in range(a[0], a[1]):
        for j in range(b[0], b[1]):
            here = _apart(boxes, i, boxes, j)
            if here < best:
                one, other, best = i, j, here
    return one, other


@inner
def _nearest_to(small: Floats, run: tuple[Whole, Whole], box: Floats, a: Whole) -> Whole:
    """Return which box of a run is nearest to a box."""
    one, best = run[0], np.inf
    for i in range(run[0], run[1]):
        here = _apart(small, i, box, a)
        if here < best:
            one, best = i, here
    return one


@inner
def _start(segment: Floats, first: Longs, a: Whole, near: Whole) -> tuple[Whole, np.float64]:
    """Return which segment of a run starts nearest to the start of another, and how far squared."""
    one, best = first[a], np.inf
    for i in range(first[a], first[a + 1]):
        dx, dy = segment[i, X] - segment[near, X], segment[i, Y] - segment[near, Y]
        here = dx * dx + dy * dy
        if here < best:
            one, best = i, here
    return one, np.float64(best)


@inner
def _gap(shapes: Shapes, a: Whole, b: Whole) -> np.float64:
    """Return the squared distance of two boundaries."""
    first, box = shapes.polygons.first, shapes.groups.box
    i, j = _nearest(box, (first[a], first[a + 1]), (first[b], first[b + 1]))
    below = shapes.groups.first
    small = shapes.runs.box
    i = _nearest_to(small, (below[i], below[i + 1]), box, j)
    j = _nearest_to(small, (below[j], below[j + 1]), small, i)
    # From the first on, most segments are ruled out by two points that are near each other.
    runs = shapes.runs.first
    near, best = _start(shapes.segment, runs, i, runs[j])
    near, best = _start(shapes.segment, runs, j, near)
    best = _runs_apart(shapes, i, j, best)
    for i in range(first[a], first[a + 1]):
        if _apart(box, i, shapes.polygons.box, b) < best:
            for j in range(first[b], first[b + 1]):
                if _apart(box, i, box, j) < best:
                    best = _groups_apart(shapes, i, j, best)
    return best


@inner
def _lies_in(shapes: Shapes, a: Whole, b: Whole) -> bool:
    """Say whether a part of one polygon lies in another whose boundary it does not meet."""
    segment, polygons, groups = shapes.segment, shapes.polygons, shapes.groups
    runs = groups.first[polygons.first[b]], groups.first[polygons.first[b + 1]]
    for p in range(shapes.part[a], shapes.part[a + 1]):
        x, y = shapes.point[p, X], shapes.point[p, Y]
        inside = False
        for e in range(shapes.runs.first[runs[0]], shapes.runs.first[runs[1]]):
            low, dy = segment[e, Y], segment[e, DY]
            if (low > y) != (low + dy > y):
                # The ray to the east meets the segment where the point is on its left.
                left = segment[e, DX] * (y - low) - dy * (x - segment[e, X])
                inside ^= (left > 0) == (dy > 0)
        if inside:
            return True
    return False


@kernel
def _gaps(shapes: Shapes, left: Longs, right: Longs, gaps: Floats) -> None:
    """Write the distance of each pair."""
    box = shapes.polygons.box
    for k in range(left.size):
        a, b = left[k], right[k]
        best = np.float64(0.0) if a == b else _gap(shapes, a, b)
        near = best > 0 and _apart(box, a, box, b) == 0.0
        if near and (_lies_in(shapes, a, b) or _lies_in(shapes, b, a)):
            best = np.float64(0.0)
        gaps[k] = np.sqrt(best)


def planar_gaps_m(
    polygons: gpd.GeoSeries, left: npt.NDArray[np.intp], right: npt.NDArray[np.intp]
) -> Floats:
    r"""Return the smallest planar distance between polygons, pair by pair.

    .. math:: g_{ij} = \min_{p \in P_i, \; q \in P_j} \lVert p - q \rVert

    Parameters
    ----------
    polygons
        Polygons and MultiPolygons in a projected CRS, none empty.
    left, right
        Row positions of k pairs.

    Returns
    -------
    gaps_m
        Shape (k,), metres of the projection; 0 where two polygons touch or overlap.

    Raises
    ------
    ArgumentError
        If the CRS is missing or in degrees, or a row is no polygon.

    References
    ----------
    Ericson, C. (2005). Real-time collision detection, section 5.1.9.

    Examples
    --------
    >>> from shapely import box
    >>> squares = gpd.GeoSeries(
    ...     [box(0, 0, 1, 1), box(4, 5, 6, 6), box(1, 0, 9, 1)], crs="EPSG:32651"
    ... )
    >>> planar_gaps_m(squares, np.array([0, 0, 1]), np.array([1, 2, 2]))
    array([5., 0., 4.])
    """
    if polygons.crs is None or not polygons.crs.is_projected:
        raise ArgumentError(
            "Planar gaps need polygons in a projected CRS.",
            found="no CRS" if polygons.crs is None else polygons.crs.name,
            fix="Project with to_crs(), or measure on the ellipsoid with geo.border_km().",
        )
    geometries = np.asarray(polygons.to_numpy())
    wrong = ~np.isin(shapely.get_type_id(geometries), POLYGONAL) | shapely.is_empty(geometries)
    if wrong.any():
        raise ArgumentError(
            "Planar gaps are measured between polygons.",
            found=f"{wrong.sum()} other or empty rows, first {np.flatnonzero(wrong)[0]}",
            fix="Drop these rows, or give their polygons.",
        )
    shapes = _shapes(geometries)
    gaps = np.empty(len(left))
    _gaps(shapes, left.astype(np.int64), right.astype(np.int64), gaps)
    return gaps * float(polygons.crs.axis_info[0].unit_conversion_factor)


@kernel
def _segments(points: Floats, ring: Longs, segment: Floats, tight: Floats, sizes: Longs) -> None:
    """Write the segments of rings, one after the other, and count those of each ring."""
    at = 0
    for p in range(points.shape[0] - 1):
        if ring[p] != ring[p + 1]:
            continue
        x, y = points[p, X], points[p, Y]
        dx, dy = points[p + 1, X] - x, points[p + 1, Y] - y
        square = dx * dx + dy * dy
        segment[at, X], segment[at, Y], segment[at, DX], segment[at, DY] = x, y, dx, dy
        segment[at, INVERSE] = 1.0 / square if square > 0 else 0.0
        tight[at, WEST], tight[at, EAST] = min(x, x + dx), max(x, x + dx)
        tight[at, SOUTH], tight[at, NORTH] = min(y, y + dy), max(y, y + dy)
        sizes[ring[p]] += 1
        at += 1


@kernel
def _boxed(small: Floats, first: Longs, box: Floats) -> None:
    """Write the box around each run of small boxes."""
    for run in range(box.shape[0]):
        begin = first[run]
        west, south, east, north = (
            small[begin, WEST],
            small[begin, SOUTH],
            small[begin, EAST],
            small[begin, NORTH],
        )
        for i in range(begin + 1, first[run + 1]):
            west, south = min(west, small[i, WEST]), min(south, small[i, SOUTH])
            east, north = max(east, small[i, EAST]), max(north, small[i, NORTH])
        box[run, WEST], box[run, SOUTH], box[run, EAST], box[run, NORTH] = west, south, east, north


def _shapes(polygons: npt.NDArray[np.object_]) -> Shapes:
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    count = len(points) - len(rings)
    segment, tight = np.empty((count, 5)), np.empty((count, 4))
    sizes = np.zeros(len(rings), dtype=np.int64)
    _segments(points, ring, segment, tight, sizes)
    of_ring = owner[ring_part]
    runs, ring = _boxes(tight, sizes)
    groups, polygon = _boxes(runs.box, np.bincount(of_ring[ring], minlength=len(polygons)))
    first_points = np.cumsum(np.append(0, sizes + 1))[:-1]
    outer = np.diff(ring_part, prepend=-1) > 0
    return Shapes(
        segment,
        tight,
        runs,
        groups,
        Boxes(shapely.bounds(polygons), _offsets(np.bincount(polygon, minlength=len(polygons)))),
        points[first_points[outer]],
        _offsets(np.bincount(owner, minlength=len(polygons))),
    )


def _boxes(small: Floats, counts: Longs) -> tuple[Boxes, Longs]:
    """Box runs of small boxes, of which each owner has so many; return the owners as well."""
    runs = -(-counts // RUN)
    owner = np.repeat(np.arange(len(counts)), runs)
    first = (_offsets(counts)[:-1] - RUN * _offsets(runs)[:-1])[owner] + RUN * np.arange(len(owner))
    boxes = Boxes(np.empty((len(owner), 4)), np.append(first, len(small)))
    _boxed(small, boxes.first, boxes.box)
    return boxes, owner


def _offsets(counts: Longs) -> Longs:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
