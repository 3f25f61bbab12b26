"""From places to the nodes or the links of a network, with the distance told.

Promise: distances are geodesics on the ellipsoid; a place beyond the limit is an error, never a
silent guess.
"""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from pyproj import Geod, Transformer
from scipy.spatial import KDTree

from yrdgeo.errors import ArgumentError, NetworkError, few, nearest
from yrdgeo.results import Network
from yrdgeo.routing.engine import Prepared
from yrdgeo.routing.graph import Floats, Int64s, spans
from yrdgeo.routing.lines import link_lines

_HALF_TURN = 180.0
_GEOD = Geod(ellps="WGS84")
_TO_SPACE = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
_AT_END = 1e-9
_BLOCK = 2_048  # places that are measured together


def snap(
    network: Network | Prepared, points: pd.DataFrame, *, limit_km: float = np.inf
) -> pd.DataFrame:
    """Return the node nearest each place, and how far it is.

    Only nodes at which a link begins or ends are chosen.

    Parameters
    ----------
    network
        A network whose nodes have a geometry.
    points
        ``lon lat`` in degrees on WGS 84, indexed by place.
    limit_km
        No place may be farther from its node.

    Returns
    -------
    snapped
        Indexed like ``points``: ``node_id``, and ``distance_km``, the geodesic.

    Raises
    ------
    NetworkError
        If nodes have no geometry, coordinates are not degrees, or places are beyond the limit.
    ArgumentError
        If the limit is negative or not a number.

    Examples
    --------
    >>> import geopandas as gpd
    >>> nodes = gpd.GeoDataFrame({"node_id": ["a", "b"]},
    ...     geometry=gpd.points_from_xy([121.0, 122.0], [31.0, 31.0]), crs="EPSG:4326")
    >>> links = pd.DataFrame({"link_id": ["1"], "from_node": "a", "to_node": "b", "mode": "road",
    ...     "length_km": 100.0, "speed_kmh": 60.0})
    >>> snap(Network(links, nodes), pd.DataFrame({"lon": [121.9], "lat": [31.0]}, index=["here"]))
         node_id  distance_km
    here       b     9.550426
    """
    tables = network.network if isinstance(network, Prepared) else network
    nodes, links = tables.nodes, tables.links
    if "geometry" not in nodes.columns:
        raise NetworkError(
            "The nodes of the network have no geometry, so nothing can be snapped to them.",
            fix="Add a geometry column of points (EPSG:4326).",
        )
    lon, lat = _degrees(points, limit_km)
    shapes = nodes["geometry"].to_numpy(dtype=object)
    every = np.column_stack([shapely.get_x(shapes), shapely.get_y(shapes)])
    used = nodes["node_id"].isin(links["from_node"]) | nodes["node_id"].isin(links["to_node"])
    chosen = np.flatnonzero(used.to_numpy() & np.isfinite(every).all(axis=1))
    if not len(chosen):
        raise NetworkError("The network has no links, so nothing can be snapped to it.")
    node_lon, node_lat = every[chosen].T
    # Chords through the ellipsoid rank as geodesics do.
    rows = KDTree(_in_space(node_lon, node_lat)).query(_in_space(lon, lat))[1]
    distance = _apart_km((lon, lat), (node_lon[rows], node_lat[rows]))
    _refuse_far(points.index, distance, limit_km, "node")
    ids = nodes["node_id"].to_numpy()[chosen[rows]]
    return pd.DataFrame({"node_id": ids, "distance_km": distance}, points.index)


def snap_to_links(
    network: Network | Prepared,
    points: pd.DataFrame,
    *,
    limit_km: float = np.inf,
    modes: Collection[str] | None = None,
) -> pd.DataFrame:
    """Return the point on a link nearest each place, and how far it is.

    Parameters
    ----------
    network
        A network whose links or nodes have a geometry; a link without one is straight.
    points
        ``lon lat`` in degrees on WGS 84, indexed by place.
    limit_km
        No place may be farther from its link.
    modes
        Only links of these modes are chosen; a high-speed line cannot be entered between
        stations. All by default.

    Returns
    -------
    snapped
        Indexed like ``points``: ``link_id``; ``share``, how far along the link from its
        ``from_node``, 0 to 1; ``from_km to_km``, kilometres along the link to both its ends;
        ``distance_km``, the geodesic between place and link; ``lon lat`` of the place and
        ``link_lon link_lat`` of the point on the link. Of links that are equally near the one
        whose id sorts first.

    Raises
    ------
    NetworkError
        If nothing can be drawn, coordinates are not degrees, places are beyond the limit, or no
        link has one of the modes.
    ArgumentError
        If the limit is negative or not a number.

    Notes
    -----
    Around each place the earth is taken as flat to find the nearest point: it may be farther
    than the very nearest by a thousandth of the distance at 10 km. What is told is the geodesic.

    Examples
    --------
    >>> import geopandas as gpd
    >>> nodes = gpd.GeoDataFrame({"node_id": ["a", "b"]},
    ...     geometry=gpd.points_from_xy([121.0, 122.0], [31.0, 31.0]), crs="EPSG:4326")
    >>> links = pd.DataFrame({"link_id": ["1"], "from_node": "a", "to_node": "b", "mode": "road",
    ...     "length_km": 100.0, "speed_kmh": 60.0})
    >>> here = pd.DataFrame({"lon": [121.75], "lat": [31.1]}, index=["here"])
    >>> snap_to_links(Network(links, nodes), here).round(3).iloc[:, :5]
         link_id  share  from_km  to_km  distance_km
    here       1   0.75     75.0   25.0       11.087
    """
    tables = network.network if isinstance(network, Prepared) else network
    lon, lat = _degrees(points, limit_km)
    rows = _rows_of(tables, modes)
    lines = link_lines(tables, rows)
    ids = tables.links["link_id"].to_numpy(dtype=str)[rows]
    order = np.argsort(ids, kind="stable")  # so that the first of equals is the first by id
    shapes = _Shapes.of(lines[order])
    at = np.column_stack([lon, lat])
    tree = shapely.STRtree(lines[order])
    size = range(0, len(at), _BLOCK)
    found = [_nearest(shapes, tree, at[first : first + _BLOCK]) for first in size]
    segment = np.concatenate([np.empty(0, dtype=np.int64), *(one[0] for one in found)])
    part = np.concatenate([np.empty(0), *(one[1] for one in found)])
    on = shapes.points[segment] + part[:, None] * shapes.steps(segment)
    distance = _apart_km((lon, lat), (on[:, 0], on[:, 1]))
    _refuse_far(points.index, distance, limit_km, "link")
    chosen = order[shapes.owner[segment]]
    share = _share(shapes, segment, part)
    length = tables.links["length_km"].to_numpy(dtype=np.float64)[rows[chosen]]
    return pd.DataFrame(
        {
            "link_id": tables.links["link_id"].to_numpy()[rows[chosen]],
            "share": share,
            "from_km": share * length,
            "to_km": (1.0 - share) * length,
            "distance_km": distance,
            "lon": lon,
            "lat": lat,
            "link_lon": on[:, 0],
            "link_lat": on[:, 1],
        },
        points.index,
    )


class _Shapes(NamedTuple):
    """Points of lines end to end; line j is ``points[start[j]:start[j] + size[j]]``."""

    points: Floats
    owner: Int64s
    start: Int64s
    size: Int64s

    @classmethod
    def of(cls, lines: np.ndarray) -> "_Shapes":
        """Take lines apart."""
        points, owner = shapely.get_coordinates(lines, return_index=True)
        size = np.bincount(owner, minlength=len(lines))
        return cls(points, owner, np.cumsum(size) - size, size)

    def steps(self, segment: Int64s) -> Floats:
        """Return the degrees from the begin of segments to their end."""
        steps: Floats = self.points[segment + 1] - self.points[segment]
        return steps


def _rows_of(network: Network, modes: Collection[str] | None) -> Int64s:
    links = network.links
    known = sorted(links["mode"].unique())
    for mode in modes or ():
        if mode not in known:
            raise NetworkError(f"No link has the mode {mode!r}.", fix=nearest(mode, known))
    rows = np.flatnonzero(links["mode"].isin(known if modes is None else list(modes)))
    if not len(rows):
        raise NetworkError("The network has no links, so nothing can be snapped to it.")
    return rows


def _nearest(shapes: _Shapes, tree: shapely.STRtree, at: Floats) -> tuple[Int64s, Floats]:
    """Return the segment nearest each place, and how far along it the nearest point is."""
    scale = _metres_a_degree(at[:, 1])
    points = shapely.points(at)
    guess = tree.query_nearest(points, all_matches=False)[1]
    reach = _measured(shapes, at, scale, (np.arange(len(at)), guess))[2]
    wide = reach[:, None] / scale * (1 + 1e-9) + 1e-12
    low, high = at - wide, at + wide
    pairs = tree.query(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))
    order = np.lexsort((pairs[1], pairs[0]))
    segment, part, _ = _measured(shapes, at, scale, (pairs[0][order], pairs[1][order]))
    return segment, part


def _measured(
    shapes: _Shapes, at: Floats, scale: Floats, pairs: tuple[Int64s, Int64s]
) -> tuple[Int64s, Floats, Floats]:
    """Return the best segment of each place among lines, its part, and the metres to there."""
    place, line = pairs
    count = shapes.size[line] - 1
    segment = spans(shapes.start[line], count)
    of = np.repeat(place, count)
    begin = (shapes.points[segment] - at[of]) * scale[of]
    step = shapes.steps(segment) * scale[of]
    square = (step**2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.nan_to_num(np.clip(-(begin * step).sum(axis=1) / square, 0.0, 1.0))
    metres = np.hypot(*(begin + part[:, None] * step).T)
    order = np.lexsort((np.arange(len(of)), metres, of))
    first = order[np.unique(of[order], return_index=True)[1]]
    return segment[first], part[first], metres[first]


def _metres_a_degree(lat: Floats) -> Floats:
    """Return the metres of a degree of longitude and of latitude, shape (n, 2)."""
    sine = np.sin(np.radians(lat))
    bend = 1.0 - _GEOD.es * sine**2
    across = _GEOD.a / np.sqrt(bend) * np.cos(np.radians(lat))
    along = _GEOD.a * (1.0 - _GEOD.es) / bend**1.5
    metres: Floats = np.radians(np.column_stack([np.maximum(across, 1.0), along]))
    return metres


def _share(shapes: _Shapes, segment: Int64s, part: Floats) -> Floats:
    """Return how far along its whole line each point is, by geodesic lengths."""
    line = shapes.owner[segment]
    used, at = np.unique(line, return_inverse=True)
    count = shapes.size[used] - 1
    every = spans(shapes.start[used], count)
    (lon_a, lat_a), (lon_b, lat_b) = shapes.points[every].T, shapes.points[every + 1].T
    metres = np.asarray(_GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2], dtype=np.float64)
    before = np.concatenate([[0.0], np.cumsum(metres)])
    first = np.cumsum(count) - count
    here = first[at] + segment - shapes.start[line]
    total = before[first[at] + count[at]] - before[first[at]]
    gone = before[here] - before[first[at]] + part * metres[here]
    with np.errstate(invalid="ignore", divide="ignore"):
        share: Floats = np.clip(np.nan_to_num(gone / total), 0.0, 1.0)
    # At an end but for rounding is at the end, where a one-way link may be left both ways.
    return np.where(share < _AT_END, 0.0, np.where(share > 1.0 - _AT_END, 1.0, share))


def _degrees(points: pd.DataFrame, limit_km: float) -> tuple[Floats, Floats]:
    if not limit_km >= 0:
        raise ArgumentError("limit_km must be zero or more kilometres.", found=str(limit_km))
    missing = [name for name in ("lon", "lat") if name not in points.columns]
    if missing:
        raise NetworkError(
            "The places need columns 'lon' and 'lat'.", found=f"no {' and no '.join(missing)}"
        )
    lon, lat = (points[name].to_numpy(dtype=np.float64) for name in ("lon", "lat"))
    bad = ~((np.abs(lon) <= _HALF_TURN) & (np.abs(lat) <= _HALF_TURN / 2))
    if bad.any():
        raise NetworkError(
            "Places have coordinates that are not degrees.",
            found=few(points.index[bad]),
            fix="Give longitude and latitude on WGS 84.",
        )
    return lon, lat


def _refuse_far(places: pd.Index, distance: Floats, limit_km: float, what: str) -> None:
    far = distance > limit_km
    if far.any():
        named = [
            f"{place} ({km:.1f} km)" for place, km in zip(places[far], distance[far], strict=True)
        ]
        raise NetworkError(
            f"Places are more than {limit_km:g} km from the nearest {what}.",
            found=few(named),
            fix="Mend their coordinates (longitude first), extend the network, or raise limit_km.",
        )


def _apart_km(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> Floats:
    distance: Floats = np.asarray(_GEOD.inv(*one, *other)[2], dtype=np.float64) / 1000.0
    return distance


def _in_space(lon: Floats, lat: Floats) -> Floats:
    """Return points on the ellipsoid in metres from its centre, shape (n, 3)."""
    return np.column_stack(_TO_SPACE.transform(lon, lat, np.zeros(len(lon))))
