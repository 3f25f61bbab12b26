"""Gaps between polygons on the WGS 84 ellipsoid; promise: exact to a metre, whatever the shape.

The boundary is cut into pieces a few kilometres long. Pieces are compared as chords of the
ellipsoid in space, where no projection bends them: groups of pieces in spheres rule each other
out, the few pairs left are minimised, and only those minima are measured along geodesics.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from pyproj import Geod, Transformer

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

GEOD = Geod(ellps="WGS84")
PIECE_M = 2_000.0  # a chord this long leaves its edge by less than 0.2 m
METRES_PER_DEGREE = 111_700.0  # an upper bound, of latitude and of longitude
BRANCHING = 8
SAGITTA_M = 1.0  # slack for edges that are not chords
SHARPEST_M, FLATTEST_M = 6_335_000.0, 6_400_000.0  # radii of curvature of any geodesic lie between
PAIRS_A_BLOCK = 256


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """Pieces of boundaries: ends in degrees and in space, shape (n, 2) and (n, 3)."""

    start: Floats
    end: Floats
    start_m: Floats
    end_m: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """Spheres around groups of pieces, and where the children of each parent begin."""

    centre: Floats
    radius: Floats
    first: Rows
    count: Rows


def polygon_gaps_m(polygons: gpd.GeoSeries, left: Rows, right: Rows) -> Floats:
    """Return the smallest geodesic distance between polygons, pair by pair.

    Parameters
    ----------
    polygons
        EPSG:4326, edges straight in degrees.
    left, right
        Row positions of k pairs.

    Returns
    -------
    gaps_m
        Shape (k,), metres; 0 where two polygons touch or overlap.
    """
    gaps = np.zeros(len(left))
    rows, places = np.unique(np.concatenate([left, right]), return_inverse=True)
    used = gpd.GeoSeries(polygons.to_numpy()[rows])
    one, other = places[: len(left)], places[len(left) :]
    met = used.sindex.query(used.geometry, predicate="intersects")
    touching = np.isin(one * len(rows) + other, met[0] * len(rows) + met[1])
    apart = np.flatnonzero(~touching & (one != other))
    if len(apart):
        pieces, counts = _pieces(used)
        levels = _levels(pieces, counts)
        for block in np.array_split(apart, -(-len(apart) // PAIRS_A_BLOCK)):
            gaps[block] = _gaps(pieces, levels, one[block], other[block])
    return gaps


def _pieces(polygons: gpd.GeoSeries) -> tuple[_Pieces, Rows]:
    rings = polygons.boundary.explode(ignore_index=False)
    owner = rings.index.to_numpy()
    table = gpd.GeoSeries(rings.to_numpy()).get_coordinates()
    vertices, ring = table.to_numpy(np.float64), table.index.to_numpy()
    same = ring[1:] == ring[:-1]
    start, end, owner = vertices[:-1][same], vertices[1:][same], owner[ring[1:][same]]
    length_m = np.hypot(*(end - start).T) * METRES_PER_DEGREE
    parts = np.maximum(np.ceil(length_m / PIECE_M), 1).astype(np.intp)
    edge, step = _ragged(parts)
    share = (step / parts[edge])[:, None], ((step + 1) / parts[edge])[:, None]
    run = (end - start)[edge]
    ends = start[edge] + run * share[0], start[edge] + run * share[1]
    pieces = _Pieces(*ends, _in_space(ends[0]), _in_space(ends[1]))
    return pieces, np.bincount(owner[edge], minlength=len(polygons))


def _levels(pieces: _Pieces, counts: Rows) -> list[_Level]:
    """Group consecutive pieces by eights until no polygon has more than eight groups."""
    centre = (pieces.start_m + pieces.end_m) / 2
    radius = np.linalg.norm(pieces.start_m - pieces.end_m, axis=1) / 2 + SAGITTA_M
    levels: list[_Level] = []
    while True:
        first = np.cumsum(counts) - counts
        if counts.max() <= BRANCHING:
            return [_Level(centre, radius, first, counts), *levels]
        groups = -(-counts // BRANCHING)
        polygon, group = _ragged(groups)
        sizes = np.minimum(BRANCHING, counts[polygon] - group * BRANCHING)
        begins = first[polygon] + group * BRANCHING
        levels.insert(0, _Level(centre, radius, begins, sizes))
        parent = np.repeat(np.arange(len(sizes)), sizes)
        # The centre is a point of the boundary: its distances are then upper bounds as well.
        middle = centre[begins + sizes // 2]
        reach = np.linalg.norm(centre - middle[parent], axis=1) + radius
        centre, radius, counts = middle, np.maximum.reduceat(reach, begins), groups


def _gaps(pieces: _Pieces, levels: list[_Level], one: Rows, other: Rows) -> Floats:
    pair = np.arange(len(one))
    for level in levels:
        parent, child = _ragged(level.count[one] * level.count[other])
        width = level.count[other][parent]
        pair = pair[parent]
        one = level.first[one][parent] + child // width
        other = level.first[other][parent] + child % width
        apart = np.linalg.norm(level.centre[one] - level.centre[other], axis=1)
        slack = level.radius[one] + level.radius[other]
        keep = _contenders(pair, apart - slack, apart + SAGITTA_M * 2)
        pair, one, other = pair[keep], one[keep], other[keep]
    at_one, at_other = _nearest(pieces, one, other)
    a, b = _at(pieces, one, at_one), _at(pieces, other, at_other)
    apart = np.linalg.norm(_in_space(a) - _in_space(b), axis=1)
    keep = _contenders(pair, apart, apart)
    metres = GEOD.inv(a[keep, 0], a[keep, 1], b[keep, 0], b[keep, 1])[2]
    return _smallest(pair[keep], np.asarray(metres))


def _contenders(pair: Rows, low: Floats, high: Floats) -> npt.NDArray[np.bool_]:
    """Say which rows may hold the shortest geodesic of their pair, from bounds on chords."""
    ceiling = 2 * SHARPEST_M * np.arcsin(np.minimum(high / (2 * SHARPEST_M), 1))
    floor = 2 * FLATTEST_M * np.arcsin(np.clip(low / (2 * FLATTEST_M), 0, 1))
    kept: npt.NDArray[np.bool_] = floor <= _smallest(pair, ceiling)[pair]
    return kept


def _smallest(pair: Rows, values: Floats) -> Floats:
    starts = np.flatnonzero(np.diff(pair, prepend=-1))
    return np.minimum.reduceat(values, starts)


def _nearest(pieces: _Pieces, one: Rows, other: Rows) -> tuple[Floats, Floats]:
    """Return where on two chords in space their nearest points lie, as shares of the length.

    References
    ----------
    Ericson, C. (2005). Real-time collision detection, section 5.1.9.
    """
    u = pieces.end_m[one] - pieces.start_m[one]
    v = pieces.end_m[other] - pieces.start_m[other]
    w = pieces.start_m[one] - pieces.start_m[other]
    uu, vv, uv, uw, vw = (
        np.einsum("ij,ij->i", *two) for two in ((u, u), (v, v), (u, v), (u, w), (v, w))
    )
    cross = uu * vv - uv * uv
    with np.errstate(divide="ignore", invalid="ignore"):
        s = np.where(cross > 0, np.clip((uv * vw - uw * vv) / cross, 0, 1), 0.0)
        t = np.clip(np.nan_to_num((uv * s + vw) / vv), 0, 1)
        s = np.clip(np.nan_to_num((uv * t - uw) / uu), 0, 1)
    return s, t


def _at(pieces: _Pieces, rows: Rows, share: Floats) -> Floats:
    start = pieces.start[rows]
    return np.asarray(start + (pieces.end[rows] - start) * share[:, None])


def _in_space(degrees: Floats) -> Floats:
    to_space = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    zeros = np.zeros(len(degrees))
    return np.column_stack(to_space.transform(degrees[:, 0], degrees[:, 1], zeros))


def _ragged(counts: Rows) -> tuple[Rows, Rows]:
    """Return, for rows repeated by their counts, the row and the place within it.

    >>> _ragged(np.array([2, 0, 3]))
    (array([0, 0, 2, 2, 2]), array([0, 1, 0, 1, 2]))
    """
    row = np.repeat(np.arange(len(counts)), counts)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
