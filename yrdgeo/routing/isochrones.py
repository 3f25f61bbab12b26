"""What can be reached within a time, as areas on the map.

Promise: an area is drawn around points that are reached, each of them on a link; what method
drew it is told with it. It says nothing of the ground between the links.
"""

from collections.abc import Sequence
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from yrdgeo.errors import ArgumentError
from yrdgeo.results import Network
from yrdgeo.routing.engine import Engine, Prepared, ready
from yrdgeo.routing.graph import (
    MS_PER_MINUTE,
    Directed,
    Floats,
    Int64s,
    directed,
    link_milliseconds,
)
from yrdgeo.routing.lines import link_lines
from yrdgeo.routing.reach import isochrone
from yrdgeo.units import WGS84

Method = Literal["concave", "convex"]
_GEOD = Geod(ellps="WGS84")
_SLIVER = 1e-10  # square degrees, a square metre: points on one line, but for rounding
_EDGE = 0.02  # degrees: short edges are geodesics and straight on the map at once
_NO_PART = np.empty((0, 2))


def isochrone_polygons(
    network: Network | Prepared,
    origins: Sequence[str] | pd.Index,
    *,
    cutoffs_min: Sequence[float],
    method: Method = "concave",
    ratio: float = 0.3,
    engine: Engine = "auto",
) -> gpd.GeoDataFrame:
    """Return the area around what each origin reaches within each cut-off.

    The points are the nodes that are reached, the bends of the links up to where they are
    reached, and the point on each link at which the time is up (a link's minutes are spread
    evenly along its line; where turns cost, only links with both ends reached count).

    Parameters
    ----------
    network
        A network whose links or nodes have a geometry; a link without one is straight.
    origins
        Node ids, or adcodes of seats.
    cutoffs_min
        One or more cut-offs in minutes.
    method
        ``"concave"``: the concave hull of the points, united with those of shorter cut-offs;
        ``"convex"``: their convex hull, which never leaves out a point between two others.
    ratio
        Of the concave hull: 0 follows the points most closely, 1 is convex.
    engine
        As in :func:`yrdgeo.routing.times.travel_times`.

    Returns
    -------
    areas
        One row an origin and cut-off, in that order: ``from_id cutoff_min method n_nodes area_km2
        geometry`` (EPSG:4326; the area on the ellipsoid). Empty where fewer than three points
        that are not on one line are reached.

    Raises
    ------
    NetworkError
        If an id is unknown, or links cannot be drawn.
    ArgumentError
        If there is no such method, the ratio is not from 0 to 1, or a cut-off is missing or
        negative.

    References
    ----------
    Duckham, M., Kulik, L., Worboys, M., & Galton, A. (2008). Efficient generation of simple
    polygons for characterizing the shape of a set of points in the plane.

    Examples
    --------
    >>> nodes = gpd.GeoDataFrame({"node_id": ["a", "b", "c"]},
    ...     geometry=gpd.points_from_xy([121.0, 122.0, 121.0], [31.0, 31.0, 32.0]),
    ...     crs="EPSG:4326")
    >>> links = pd.DataFrame({"link_id": ["1", "2"], "from_node": "a", "to_node": ["b", "c"],
    ...     "mode": "road", "length_km": 120.0, "speed_kmh": 60.0})
    >>> areas = isochrone_polygons(Network(links, nodes), ["a"], cutoffs_min=[60, 120])
    >>> areas.geometry[0].normalize().wkt
    'POLYGON ((121 31, 121 31.5, 121.5 31, 121 31))'
    """
    if method not in ("concave", "convex"):
        raise ArgumentError("method is 'concave' or 'convex'.", found=repr(method))
    if not 0 <= ratio <= 1:
        raise ArgumentError("ratio must be from 0 to 1.", found=str(ratio))
    here = ready(network, len(origins), engine=engine)
    reached = isochrone(here, origins, cutoffs_min=cutoffs_min)
    cutoffs = np.unique(np.asarray(cutoffs_min, dtype=np.float64))
    roads = _Roads(here)
    rows: list[dict[str, object]] = []
    shapes: list[shapely.Geometry] = []
    times = dict(list(reached.groupby("from_id", sort=False)))
    for origin in origins:
        smaller: shapely.Geometry = shapely.Polygon()
        for cutoff in cutoffs:
            points, count = roads.points(times[origin], cutoff)
            shape = _hull(points, None if method == "convex" else ratio)
            smaller = shape if method == "convex" else shapely.union(smaller, shape)
            shapes.append(smaller)
            area = abs(_GEOD.geometry_area_perimeter(shapely.segmentize(smaller, _EDGE))[0]) / 1e6
            rows.append(
                {
                    "from_id": origin,
                    "cutoff_min": cutoff,
                    "method": method,
                    "n_nodes": count,
                    "area_km2": area,
                }
            )
    columns = ["from_id", "cutoff_min", "method", "n_nodes", "area_km2"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=shapes, crs=WGS84)


class _Roads:
    """The directions of a network's links, their times, and their lines."""

    def __init__(self, here: Prepared) -> None:
        self.network, self.nodes = here.network, here.nodes
        self.arcs: Directed = directed(here.network)
        self.ms: Int64s = link_milliseconds(here.network.links)[self.arcs.links]
        self.partly = here.arrivals is None

    def points(self, reached: pd.DataFrame, cutoff: float) -> tuple[Floats, int]:
        """Return the points that one origin reaches within a cut-off, and the number of nodes."""
        within = reached[reached["travel_time_min"] <= cutoff]
        left = np.full(len(self.nodes), -1.0)
        at = self.nodes.get_indexer(pd.Index(within["node_id"]))
        left[at] = np.rint((cutoff - within["travel_time_min"].to_numpy()) * MS_PER_MINUTE)
        spare = left[self.arcs.tails]
        with np.errstate(invalid="ignore", divide="ignore"):
            part = np.where(self.ms > 0, np.minimum(spare / self.ms, 1.0), 1.0)
        used = spare >= 0
        if not self.partly:  # that its begin is reached does not say that one may turn into it
            used &= left[self.arcs.heads] >= 0
            part = np.ones(len(part))
        return self._along(np.flatnonzero(used), part[used]), len(at)

    def _along(self, arcs: Int64s, part: Floats) -> Floats:
        """Return the bends of links up to a part of them, and the points at these parts."""
        if not len(arcs):
            return _NO_PART
        rows, line = np.unique(self.arcs.links[arcs], return_inverse=True)
        lines = link_lines(self.network, rows)
        back = arcs >= len(self.network.links)  # all directions as told come first
        ends = shapely.line_interpolate_point(
            lines[line], np.where(back, 1.0 - part, part), normalized=True
        )
        bends, owner = shapely.get_coordinates(lines, return_index=True)
        # How far along its line each bend is, against the farthest that it is reached.
        far = np.zeros((2, len(lines)))
        np.maximum.at(far, (back.astype(int), line), part)
        place = shapely.line_locate_point(lines[owner], shapely.points(bends), normalized=True)
        place = np.nan_to_num(place)
        there = np.zeros((2, len(lines)), dtype=bool)
        there[back.astype(int), line] = True
        onward = there[0, owner] & (place <= far[0, owner])
        backward = there[1, owner] & (1.0 - place <= far[1, owner])
        return np.concatenate([bends[onward | backward], shapely.get_coordinates(ends)])


def _hull(points: Floats, ratio: float | None) -> shapely.Geometry:
    """Return a hull, drawn with degrees of equal length; convex without a ratio."""
    if not len(points):
        return shapely.Polygon()
    squeeze = np.array([np.cos(np.radians(points[:, 1].mean())), 1.0])
    several = shapely.multipoints(np.unique(points, axis=0) * squeeze)
    hull = shapely.convex_hull(several) if ratio is None else shapely.concave_hull(several, ratio)
    if not isinstance(hull, shapely.Polygon) or hull.area < _SLIVER:
        return shapely.Polygon()
    return shapely.transform(hull, lambda corners: corners / squeeze)
