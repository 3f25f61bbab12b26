"""Planar gaps between polygons, pair by pair.

Promise: the distance that ``shapely.distance`` gives. Boundaries are trees of boxes around a few
segments, or smaller boxes, each; the pair of boxes that seems nearest is looked into first, and
only boxes that are nearer than the best so far. For gaps on the ellipsoid see
:func:`yrdgeo.geo.border_km`.
"""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from yrdgeo.errors import ArgumentError
from yrdgeo.routing.kernel import Floats, Longs, Whole, inner, kernel

FAN = 8  # segments of a box, and boxes of a larger box
POLYGON, MULTIPOLYGON = shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON
X, Y, DX, DY, INVERSE = 0, 1, 2, 3, 4  # columns of a segment; the last is 1 / length², or 0
WEST, SOUTH, EAST, NORTH = 0, 1, 2, 3  # columns of a box


class Shapes(NamedTuple):
    """Boundaries: segments, boxes with the first box in each, and a point a part.

    The boxes are those of the segments, then those of boxes, one of each polygon at last.
    """

    segment: Floats
    box: Floats
    first: Longs
    begin: Longs
    point: Floats
    part: Longs


class Stack(NamedTuple):
    """Pairs of boxes that are still to be looked into, and how far apart they are, squared."""

    pair: Longs
    apart: Floats


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
def _segments_apart(shapes: Shapes, a: Whole, b: Whole, best: np.float64) -> np.float64:
    """Return the squared distance of the segments of two boxes, or ``best`` if that is less.

    Only the start of each segment is measured: its end is the start of the next.
    """
    segment, box, first = shapes.segment, shapes.box, shapes.first
    for i in range(first[a], first[a + 1]):
        if _apart(box, i, box, b) >= best:
            continue
        for j in range(first[b], first[b + 1]):
            here = _apart(box, i, box, j)
            if here < best:
                best = min(best, _point_apart(segment, i, j), _point_apart(segment, j, i))
                if here == 0.0 and _cross(segment, i, j):
                    return np.float64(0.0)
    return best


@inner
def _push(shapes: Shapes, a: Whole, b: Whole, best: np.float64, stack: Stack, top: Whole) -> Whole:
    """Put the pairs of boxes in two boxes on the stack, the nearest last; return its new size."""
    box, first = shapes.box, shapes.first
    near, least = top, np.inf
    for i in range(first[a], first[a + 1]):
        if _apart(box, i, box, b) >= best:
            continue
        for j in range(first[b], first[b + 1]):
            here = _apart(box, i, box, j)
            if here < best:
                stack.pair[top, 0], stack.pair[top, 1], stack.apart[top] = i, j, here
                if here < least:
                    near, least = top, here
                top += 1
    if least < np.inf:
        last = top - 1
        i, j = stack.pair[near, 0], stack.pair[near, 1]
        stack.pair[near, 0], stack.pair[near, 1] = stack.pair[last, 0], stack.pair[last, 1]
        stack.apart[near] = stack.apart[last]
        stack.pair[last, 0], stack.pair[last, 1], stack.apart[last] = i, j, least
    return top


@inner
def _gap(shapes: Shapes, a: Whole, b: Whole, stack: Stack) -> np.float64:
    """Return the squared distance of two boundaries, of which these are the outer boxes."""
    first, segments = shapes.first, len(shapes.segment)
    stack.pair[0, 0], stack.pair[0, 1], stack.apart[0] = a, b, 0.0
    top: Whole = 1
    best = np.float64(np.inf)
    while top > 0:
        top -= 1
        if stack.apart[top] < best:
            i, j = stack.pair[top, 0], stack.pair[top, 1]
            if first[i] < segments:
                best = _segments_apart(shapes, i, j, best)
            else:
                top = _push(shapes, i, j, best, stack, top)
    return best


@inner
def _lies_in(shapes: Shapes, a: Whole, b: Whole) -> bool:
    """Say whether a part of one polygon lies in another whose boundary it does not meet."""
    segment, root = shapes.segment, shapes.box[len(shapes.box) - len(shapes.begin) + 1 + b]
    for p in range(shapes.part[a], shapes.part[a + 1]):
        x, y = shapes.point[p, X], shapes.point[p, Y]
        if x < root[WEST] or x > root[EAST] or y < root[SOUTH] or y > root[NORTH]:
            continue
        inside = False
        for e in range(shapes.begin[b], shapes.begin[b + 1]):
            low, dy = segment[e, Y], segment[e, DY]
            if (low > y) != (low + dy > y):
                # The ray to the east meets the segment where the point is on its left.
                left = segment[e, DX] * (y - low) - dy * (x - segment[e, X])
                inside ^= (left > 0) == (dy > 0)
        if inside:
            return True
    return False


@kernel
def _gaps(shapes: Shapes, pairs: tuple[Longs, Longs], stack: Stack, gaps: Floats) -> None:
    """Write the distance of each pair."""
    box, (left, right) = shapes.box, pairs
    root = len(box) - len(shapes.begin) + 1
    for k in range(left.size):
        a, b = left[k], right[k]
        best = np.float64(0.0) if a == b else _gap(shapes, root + a, root + b, stack)
        near = best > 0 and _apart(box, root + a, box, root + b) == 0.0
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
        If the CRS is missing or in degrees, a row is no polygon or has coordinates that are no
        finite numbers, or a pair names a row that does not exist.

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
    _check(geometries, left, right)
    shapes, levels = _shapes(geometries)
    most = levels * FAN * FAN + 1
    stack = Stack(np.empty((most, 2), dtype=np.int64), np.empty(most))
    gaps = np.empty(len(left))
    _gaps(shapes, (left.astype(np.int64), right.astype(np.int64)), stack, gaps)
    return gaps * float(polygons.crs.axis_info[0].unit_conversion_factor)


def _check(
    geometries: npt.NDArray[np.object_], left: npt.NDArray[np.intp], right: npt.NDArray[np.intp]
) -> None:
    kinds = shapely.get_type_id(geometries)
    wrong = ((kinds != POLYGON) & (kinds != MULTIPOLYGON)) | shapely.is_empty(geometries)
    if wrong.any():
        raise ArgumentError(
            "Planar gaps are measured between polygons.",
            found=f"{wrong.sum()} other or empty rows, first {np.flatnonzero(wrong)[0]}",
            fix="Drop these rows, or give their polygons.",
        )
    sides = np.concatenate([left, right])
    strange = sides[(sides < 0) | (sides >= len(geometries))]
    if len(left) != len(right) or len(strange):
        raise ArgumentError(
            "A pair is two row positions of the polygons.",
            found=f"{len(left)} on the left, {len(right)} on the right, {len(geometries)} rows"
            + (f", and position {strange[0]}" if len(strange) else ""),
            fix="Count rows from 0, and give as many on the left as on the right.",
        )


@kernel
def _segments(
    points: Floats, ring: Longs, polygon: Longs, made: tuple[Floats, Floats, Longs]
) -> None:
    """Write the segments of rings, one after the other, their boxes and each polygon's first."""
    (segment, box, begin), at = made, 0
    for p in range(points.shape[0] - 1):
        if ring[p] != ring[p + 1]:
            continue
        x, y = points[p, X], points[p, Y]
        dx, dy = points[p + 1, X] - x, points[p + 1, Y] - y
        square = dx * dx + dy * dy
        segment[at, X], segment[at, Y], segment[at, DX], segment[at, DY] = x, y, dx, dy
        segment[at, INVERSE] = 1.0 / square if square > 0 else 0.0
        box[at, WEST], box[at, EAST] = min(x, x + dx), max(x, x + dx)
        box[at, SOUTH], box[at, NORTH] = min(y, y + dy), max(y, y + dy)
        at += 1
        begin[polygon[ring[p]] + 1] = at


@kernel
def _boxes(begin: Longs, box: Floats, first: Longs) -> tuple[int, int]:
    """Box runs of segments, and runs of boxes, until each polygon has one; return how many.

    The second number is that of the levels.
    """
    count, at, most, levels = begin[1:] - begin[:-1], begin[-1], FAN, 0
    small = 0
    while most > 1:
        most = 0
        levels += 1
        for p in range(count.size):
            end, runs = small + count[p], 0
            while small < end:
                first[at] = small
                box[at] = box[small]
                for i in range(small + 1, min(small + FAN, end)):
                    box[at, WEST] = min(box[at, WEST], box[i, WEST])
                    box[at, SOUTH] = min(box[at, SOUTH], box[i, SOUTH])
                    box[at, EAST] = max(box[at, EAST], box[i, EAST])
                    box[at, NORTH] = max(box[at, NORTH], box[i, NORTH])
                small = min(small + FAN, end)
                at, runs = at + 1, runs + 1
            count[p] = runs
            most = max(most, runs)
    first[at] = small
    return at, levels


def _shapes(polygons: npt.NDArray[np.object_]) -> tuple[Shapes, int]:
    """Return the boundaries, and how many levels their boxes have."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    if not np.isfinite(points).all():
        row = owner[ring_part[ring[np.flatnonzero(~np.isfinite(points).all(axis=1))[0]]]]
        raise ArgumentError(
            "Planar gaps need finite coordinates.",
            found=f"row {row} has some that are infinite or no numbers",
            fix="Project polygons that lie where the projection is defined.",
        )
    count = len(points) - len(rings)
    # A level has at most a box for FAN of the level below, and one more for each polygon.
    most = count + count // (FAN - 1) + (len(polygons) + 1) * (2 + int(np.log2(count + 1)))
    segment, box, first = np.empty((count, 5)), np.empty((most, 4)), np.zeros(most + 1, np.int64)
    begin = np.zeros(len(polygons) + 1, dtype=np.int64)
    _segments(points, ring, owner[ring_part], (segment, box, begin))
    boxes, levels = _boxes(begin, box, first)
    outer = np.flatnonzero(np.diff(ring_part, prepend=-1))
    at = np.searchsorted(ring, outer)
    part = np.searchsorted(owner, np.arange(len(polygons) + 1))
    return Shapes(segment, box[:boxes], first[: boxes + 1], begin, points[at], part), levels
