"""Ways → nodes and links: cut where ways meet, measured on the ellipsoid.

Promise: the links of a way add up to the way; two links meet only in a node of the table.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod

from yrdgeo.sources.osm_file import Floats, Int64s, Ways, runs
from yrdgeo.units import MINUTES_PER_HOUR, WGS84

Bools = npt.NDArray[np.bool_]
Bbox = tuple[float, float, float, float]

SOURCE_ID = "openstreetmap"
FASTEST_FERRY_KMH = 100.0  # above it a stated duration is a slip
_GEOD = Geod(ellps="WGS84")
_TAG_COLUMNS = (
    "mode",
    "osm_class",
    "speed_kmh",
    "speed_basis",
    "speed_tag",
    "name_zh",
    "name_en",
    "ref",
    "usage",
    "service",
)


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Ways cut into links, and what was left over.

    Attributes
    ----------
    nodes, links
        In contract form, EPSG:4326; besides the contract the links have ``way_id``,
        ``osm_class``, ``name_zh``, ``name_en``, ``ref``, ``usage``, ``service``,
        ``speed_basis`` and ``speed_tag`` (the text of a maxspeed that could not be used).
    missing
        Ways skipped because the file lacks some of their nodes: index way id, columns
        ``missing`` (number of nodes) and ``geometry`` (those that are there; may be None).
    loops
        Number of links left out because they lead from a node to itself in no length.
    short
        Number of ways left out because they have fewer than two different nodes.
    """

    nodes: gpd.GeoDataFrame
    links: gpd.GeoDataFrame
    missing: gpd.GeoDataFrame
    loops: int
    short: int


@dataclass(frozen=True, slots=True, eq=False)
class _Vertices:
    """Vertices of the ways in order: the way and the node (both as row numbers) of each."""

    way: Int64s
    node: Int64s

    def of(self, chosen: Bools) -> "_Vertices":
        """Return the vertices of the chosen ways (a flag a way)."""
        kept = chosen[self.way]
        return _Vertices(self.way[kept], self.node[kept])


def split(ways: Ways, *, bbox: Bbox | None = None) -> Split:
    """Cut ways at the nodes they share.

    A node is shared if it occurs twice among the ways taken, in one way or in two. A way that
    is one-way against its order is turned round. A ferry's speed is its length over its stated
    duration.

    Parameters
    ----------
    ways
        What :func:`yrdgeo.sources.osm_file.read_ways` returned.
    bbox
        West, south, east, north in degrees; only links with a vertex in the box stay.

    Returns
    -------
    split
        ``length_km`` is geodesic on WGS 84, along the vertices.
    """
    count = len(ways.way_id)
    all_vertices = _vertices(ways)
    sizes = np.bincount(all_vertices.way, minlength=count)
    is_short = sizes <= 1
    lost = np.isnan(ways.lon)[all_vertices.node]
    lost_count = np.bincount(all_vertices.way[lost], minlength=count)
    taken = ~is_short & (lost_count == 0)
    inside = np.ones(len(ways.lon), dtype=bool) if bbox is None else _inside(ways, bbox)
    taken &= np.bincount(all_vertices.way[inside[all_vertices.node]], minlength=count) > 0

    vertices = all_vertices.of(taken)
    begin, end = _breaks(vertices, len(ways.node_id), [*ways.stations], ways.node_id)
    before = np.concatenate([[0], np.cumsum(inside[vertices.node])])
    kept = before[end + 1] > before[begin]
    metres = _metres(vertices, ways)
    along = np.concatenate([[0.0], np.cumsum(metres)])
    way_km = np.bincount(vertices.way[:-1], metres, minlength=count) / 1e3
    length_km = np.array(np.add.reduceat(np.append(metres, 0.0), begin)) / 1e3
    is_loop = (vertices.node[begin] == vertices.node[end]) & (along[end] == along[begin])
    loops = int((kept & is_loop).sum())
    kept &= ~is_loop
    begin, end, length_km = begin[kept], end[kept], length_km[kept]
    links = _links(ways, vertices, (begin, end), length_km, way_km)
    used = np.unique(vertices.node[np.concatenate([begin, end])])
    missing = _missing(ways, all_vertices.of((lost_count > 0) & ~is_short), lost_count)
    return Split(_nodes(ways, used), links, missing, loops, int(is_short.sum()))


def _vertices(ways: Ways) -> _Vertices:
    """Return the vertices of all ways; a node that follows itself counts once."""
    way = np.repeat(np.arange(len(ways.way_id)), np.diff(ways.offset))
    node = np.searchsorted(ways.node_id, ways.refs).astype(np.int64)
    again = np.zeros(len(node), dtype=bool)
    again[1:] = (node[1:] == node[:-1]) & (way[1:] == way[:-1])
    return _Vertices(way[~again], node[~again])


def _inside(ways: Ways, bbox: Bbox) -> Bools:
    west, south, east, north = bbox
    with np.errstate(invalid="ignore"):
        inside: Bools = (ways.lon >= west) & (ways.lon <= east)
        inside &= (ways.lat >= south) & (ways.lat <= north)
    return inside


def _breaks(
    vertices: _Vertices, n_nodes: int, stations: list[int], node_id: Int64s
) -> tuple[Int64s, Int64s]:
    """Return the first and the last vertex of each link."""
    is_break = np.bincount(vertices.node, minlength=n_nodes)[vertices.node] > 1
    is_break |= np.isin(node_id, stations)[vertices.node]
    turn = np.flatnonzero(vertices.way[1:] != vertices.way[:-1])
    is_last = np.zeros(len(vertices.way), dtype=bool)
    is_last[turn] = True
    is_last[-1:] = True
    is_break |= is_last
    is_break[turn + 1] = True
    is_break[:1] = True
    places = np.flatnonzero(is_break)
    starts = ~is_last[places]
    return places[starts], places[np.flatnonzero(starts) + 1]


def _metres(vertices: _Vertices, ways: Ways) -> Floats:
    """Return the geodesic length from each vertex to the next, 0 from one way to another."""
    lon, lat = ways.lon[vertices.node], ways.lat[vertices.node]
    metres = np.array(_GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2], dtype=np.float64)
    metres[vertices.way[1:] != vertices.way[:-1]] = 0.0
    return metres


def _links(
    ways: Ways,
    vertices: _Vertices,
    ends: tuple[Int64s, Int64s],
    length_km: Floats,
    way_km: Floats,
) -> gpd.GeoDataFrame:
    begin, end = ends
    way = vertices.way[begin]
    direction = np.array([tags.direction for tags in ways.tags], np.int64)[ways.tag_row[way]]
    turned = direction < 0
    start, stop = ways.node_id[vertices.node[begin]], ways.node_id[vertices.node[end]]
    way_name = _prefixed("w", ways.way_id[way])
    table = _said(ways, way, way_km)
    table.insert(
        0, "link_id", [f"{w}-{n}" for w, n in zip(way_name, _parts(ways.way_id[way]), strict=True)]
    )
    table.insert(1, "from_node", _prefixed("n", np.where(turned, stop, start)))
    table.insert(2, "to_node", _prefixed("n", np.where(turned, start, stop)))
    table.insert(4, "length_km", length_km)
    return gpd.GeoDataFrame(
        table.assign(
            fixed_min=0.0,
            oneway=direction != 0,
            status="open",
            open_from="",
            open_to="",
            way_id=way_name,
            source_id=SOURCE_ID,
            confidence="",
        ),
        geometry=_lines(ways, vertices, ends, turned),
        crs=WGS84,
    )


def _parts(way_id: Int64s) -> Int64s:
    """Return the number of each link in its way, from 0; a way may come in pieces."""
    first = np.flatnonzero(np.concatenate([[True], way_id[1:] != way_id[:-1]])[: len(way_id)])
    sizes = np.diff(np.append(first, len(way_id)))
    parts: Int64s = np.arange(len(way_id)) - np.repeat(first, sizes)
    return parts


def _said(ways: Ways, way: Int64s, way_km: Floats) -> pd.DataFrame:
    """Return what the tags say of each link; a ferry that states its duration keeps to it."""
    row = ways.tag_row[way]
    said = pd.DataFrame(
        [[getattr(tags, name) for name in _TAG_COLUMNS] for tags in ways.tags],
        columns=[*_TAG_COLUMNS],
    )
    table = said.iloc[row].reset_index(drop=True)
    minutes = np.array([tags.duration_min for tags in ways.tags], np.float64)[row]
    with np.errstate(invalid="ignore"):
        kmh = way_km[way] / minutes * MINUTES_PER_HOUR
        timed = (kmh > 0) & (kmh <= FASTEST_FERRY_KMH)
    table["speed_kmh"] = np.where(timed, kmh, table["speed_kmh"])
    table["speed_basis"] = table["speed_basis"].mask(timed, "duration")
    return table


def _lines(
    ways: Ways, vertices: _Vertices, ends: tuple[Int64s, Int64s], turned: Bools
) -> npt.NDArray[np.object_]:
    begin, end = ends
    sizes = end - begin + 1
    places = vertices.node[runs(begin, sizes)]
    points = np.column_stack([ways.lon[places], ways.lat[places]])
    lines = np.array(shapely.linestrings(points, indices=np.repeat(np.arange(len(begin)), sizes)))
    lines[turned] = shapely.reverse(lines[turned])
    return lines


def _prefixed(letter: str, ids: Int64s) -> npt.NDArray[np.object_]:
    """Return ids as text; equal ones share one text in memory."""
    distinct, place = np.unique(ids, return_inverse=True)
    return np.array([f"{letter}{number}" for number in distinct.tolist()], dtype=object)[place]


def _nodes(ways: Ways, used: Int64s) -> gpd.GeoDataFrame:
    ids = ways.node_id[used]
    is_station = np.isin(ids, [*ways.stations])
    nodes = pd.DataFrame(
        {
            "node_id": _prefixed("n", ids),
            "name_zh": [ways.stations.get(node, "") for node in ids.tolist()],
            "kind": np.where(is_station, "station", "junction"),
            "adcode": "",
        }
    )
    points = gpd.points_from_xy(ways.lon[used], ways.lat[used])
    return gpd.GeoDataFrame(nodes, geometry=points, crs=WGS84)


def _missing(ways: Ways, vertices: _Vertices, lost_count: Int64s) -> gpd.GeoDataFrame:
    """Return the ways that lack nodes, drawn through the nodes they have."""
    present = ~np.isnan(ways.lon)[vertices.node]
    way, node = vertices.way[present], vertices.node[present]
    skipped = np.unique(vertices.way)
    begin, end = np.searchsorted(way, skipped), np.searchsorted(way, skipped, side="right")
    points = np.column_stack([ways.lon[node], ways.lat[node]])
    shapes = np.empty(len(skipped), dtype=object)
    shapes[:] = [_shape(points[a:b]) for a, b in zip(begin, end, strict=True)]
    index = pd.Index(_prefixed("w", ways.way_id[skipped]), name="way_id")
    drawn = gpd.GeoSeries(shapes, index=index, crs=WGS84)
    return gpd.GeoDataFrame({"missing": lost_count[skipped]}, geometry=drawn, index=index)


def _shape(points: Floats) -> shapely.Geometry | None:
    if len(points) > 1:
        return shapely.LineString(points)
    return shapely.Point(points[0]) if len(points) else None
