"""The world's highway and railway graphs of scgraph-data → the road network of one region.

Promise: the package's files are read as literals and never executed; no length falls below the
geodesic between its ends; cutting, mending and contraction are counted in a report; shortest
paths between the nodes that stay are exactly those of the uncontracted graph.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from yrdgeo.errors import MissingPackageError, NetworkError, SourceError, few
from yrdgeo.sources.contraction import Edges, contract

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SNAP_KM = 3.0  # a documented crossing must begin and end at a road
_GEOD = Geod(ellps="WGS84")
_LITERAL = b"0123456789.,:{}[]e+- \n\r"


@dataclass(frozen=True, slots=True, eq=False)
class WorldGraph:
    """An undirected graph as the package ships it.

    Attributes
    ----------
    lon, lat
        Degrees on WGS 84, to 0.001°, shape (n,).
    start, end, length_km
        Arcs, each direction its own, shape (m,).
    """

    lon: Floats
    lat: Floats
    start: Ints
    end: Ints
    length_km: Floats


@dataclass(frozen=True, slots=True, eq=False)
class RoadNetwork:
    """A cleaned and contracted road network.

    Attributes
    ----------
    nodes
        ``lon lat``, indexed 0 … n − 1.
    links
        ``start end length_km via crossing``: ``via`` holds the (lon, lat) points between the ends,
        ``crossing`` the name of an added crossing, or nothing.
    report
        What was cut, dropped, mended, added and contracted.
    """

    nodes: pd.DataFrame
    links: pd.DataFrame
    report: Mapping[str, float]


def world_graph(name: str = "world_highways") -> WorldGraph:
    """Read a graph of the installed package scgraph-data, without importing it.

    Parameters
    ----------
    name
        ``world_highways`` or ``world_railways``.

    Raises
    ------
    MissingPackageError
        If the package is not installed.
    """
    spec = find_spec("scgraph_data")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        raise MissingPackageError(
            "The road graph of all China comes from the package scgraph-data.",
            fix="Run: pip install 'yrdgeo[china]'",
        )
    return read_world_graph(Path(folders[0]) / f"{name}.py")


def read_world_graph(path: Path) -> WorldGraph:
    """Read the two literals ``graph=[{node: km, …}, …]`` and ``nodes=[[lat, lon], …]`` of a file.

    Raises
    ------
    SourceError
        If the file is not what it is taken for.
    """
    found: dict[bytes, bytes] = {}
    with path.open("rb") as stream:
        for line in stream:
            key, equals, literal = line.partition(b"=")
            if equals and key in {b"graph", b"nodes"}:
                found[key] = literal
    if len(found) != 2:  # noqa: PLR2004 — the two literals of the docstring
        raise SourceError(
            f"{path.name} has no lines 'graph=' and 'nodes='.", fix="Install scgraph-data 2.0.0."
        )
    graph = np.frombuffer(found[b"graph"], dtype=np.uint8)
    arcs = np.searchsorted(np.flatnonzero(graph == ord(":")), np.flatnonzero(graph == ord("}")))
    numbers = _numbers(found[b"graph"], path.name)
    points = _numbers(found[b"nodes"], path.name).reshape(-1, 2)
    counts = np.diff(arcs, prepend=0)
    if len(counts) != len(points) or len(numbers) != 2 * counts.sum():
        raise SourceError(
            f"{path.name}: the graph and its nodes do not fit each other.",
            found=f"{len(counts)} rows of arcs for {len(points)} nodes",
            fix="Install scgraph-data 2.0.0.",
        )
    start = np.repeat(np.arange(len(points)), counts)
    return WorldGraph(
        points[:, 1], points[:, 0], start, numbers[0::2].astype(np.int64), numbers[1::2]
    )


def _numbers(literal: bytes, name: str) -> Floats:
    """Return all numbers of a nested literal, in order."""
    strange = literal.translate(None, _LITERAL)
    if strange:
        raise SourceError(
            f"{name} holds something other than numbers.",
            found=repr(strange[:20]),
            fix="Install scgraph-data 2.0.0.",
        )
    flat = literal.translate(bytes.maketrans(b"{}[]:,", b"      "))
    return np.fromstring(flat.decode("ascii"), dtype=np.float64, sep=" ")


def region_roads(
    world: WorldGraph,
    area: shapely.Geometry,
    *,
    crossings: pd.DataFrame | None = None,
    keep: Iterable[tuple[float, float]] = (),
) -> RoadNetwork:
    """Cut the graph to an area, mend it, add documented crossings, and contract it.

    Parameters
    ----------
    world
        The graph.
    area
        Polygon in degrees on WGS 84; a margin around the region keeps the paths that leave it.
    crossings
        Missing crossings: ``name_zh from_lon from_lat to_lon to_lat length_km``.
    keep
        Places (lon, lat) whose nearest node is not contracted away.

    Returns
    -------
    network
        Its largest component.
    """
    inside = np.flatnonzero(shapely.contains_xy(area, world.lon, world.lat))
    number = np.full(len(world.lon), -1, dtype=np.int64)
    number[inside] = np.arange(len(inside))
    lon, lat = world.lon[inside], world.lat[inside]
    kept = (number[world.start] >= 0) & (number[world.end] >= 0)
    start, end = number[world.start[kept]], number[world.end[kept]]
    length, counts = _mended(lon, lat, (start, end), world.length_km[kept])
    edges, dropped = _each_once(start, end, length)
    named = _add_crossings(edges, lon, lat, crossings)
    main = _main_component(len(lon), edges)
    counts |= dropped | {
        "nodes_in_area": float(len(lon)),
        "nodes_off_the_main_component": float((~main).sum()),
        "crossings_added": float(len(named)),
    }
    edges = {ends: edge for ends, edge in edges.items() if main[ends[0]]}
    stay = set(nearest_nodes(lon, lat, keep, among=np.flatnonzero(main))[0].tolist())
    stay |= {node for ends in named for node in ends}
    needless, folded = contract(edges, stay)
    counts |= {"edges_needless": float(needless), "nodes_contracted": float(folded)}
    return _tabled(lon, lat, edges, named, counts)


def geodesic_km(lon: Floats, lat: Floats, start: Ints, end: Ints) -> Floats:
    """Return the geodesic length between numbered points, in km, shape of ``start``."""
    _, _, metres = _GEOD.inv(lon[start], lat[start], lon[end], lat[end])
    return np.asarray(metres, dtype=np.float64) / 1000.0


def nearest_nodes(
    lon: Floats,
    lat: Floats,
    places: Iterable[tuple[float, float]],
    *,
    among: Ints | None = None,
) -> tuple[Ints, Floats]:
    """Return the node nearest each place and its geodesic distance in km.

    Parameters
    ----------
    lon, lat
        The nodes, shape (n,).
    places
        (lon, lat) of k places.
    among
        Numbers of the nodes that may be chosen; all by default.
    """
    chosen = np.arange(len(lon)) if among is None else among
    wanted = np.array(list(places), dtype=np.float64).reshape(-1, 2)
    tree = cKDTree(_unit_vectors(lon[chosen], lat[chosen]))
    rows = chosen[tree.query(_unit_vectors(wanted[:, 0], wanted[:, 1]))[1]]
    _, _, metres = _GEOD.inv(wanted[:, 0], wanted[:, 1], lon[rows], lat[rows])
    return rows.astype(np.int64), np.asarray(metres, dtype=np.float64) / 1000.0


def _unit_vectors(lon: Floats, lat: Floats) -> Floats:
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])


def _mended(
    lon: Floats, lat: Floats, ends: tuple[Ints, Ints], length: Floats
) -> tuple[Floats, dict[str, float]]:
    """Raise every length to the geodesic: the source measured on a sphere."""
    geodesic = geodesic_km(lon, lat, *ends)
    short = geodesic - length
    loops = ends[0] == ends[1]
    return np.maximum(length, geodesic), {
        "arcs_in_area": float(len(length)),
        "arcs_raised_to_geodesic": float(((short > 0) & ~loops).sum()),
        "largest_raise_km": round(float(short.max(initial=0.0)), 4),
    }


def _each_once(start: Ints, end: Ints, length: Floats) -> tuple[Edges, dict[str, float]]:
    """Return each pair of nodes once, with its shortest length; loops are left out."""
    low, high = np.minimum(start, end), np.maximum(start, end)
    order = np.lexsort((length, high, low))
    order = order[low[order] != high[order]]
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.diff(low[order]).astype(bool) | np.diff(high[order]).astype(bool)
    once = order[first]
    pairs = zip(low[once].tolist(), high[once].tolist(), length[once].tolist(), strict=True)
    edges: Edges = {(a, b): (km, ()) for a, b, km in pairs}
    return edges, {
        "arcs_loops": float(len(start) - len(order)),
        "edges_in_area": float(len(edges)),
    }


def _add_crossings(
    edges: Edges, lon: Floats, lat: Floats, crossings: pd.DataFrame | None
) -> dict[tuple[int, int], str]:
    """Add each crossing between the road nodes nearest its ends; return their names."""
    if crossings is None or crossings.empty:
        return {}
    used = np.unique(np.array(list(edges), dtype=np.int64))
    ends = [
        nearest_nodes(lon, lat, crossings[[f"{side}_lon", f"{side}_lat"]].to_numpy(), among=used)
        for side in ("from", "to")
    ]
    far = np.maximum(ends[0][1], ends[1][1]) > SNAP_KM
    if far.any():
        raise NetworkError(
            f"A crossing must begin and end within {SNAP_KM:g} km of a road.",
            found=few(crossings["name_zh"].to_numpy()[far]),
            fix="Mend its coordinates, or widen the area.",
        )
    named = {}
    geodesic = geodesic_km(lon, lat, ends[0][0], ends[1][0])
    for row, (a, b) in enumerate(zip(ends[0][0].tolist(), ends[1][0].tolist(), strict=True)):
        key = (min(a, b), max(a, b))
        length = max(float(crossings["length_km"].iloc[row]), float(geodesic[row]))
        edges[key] = (length, ())
        named[key] = str(crossings["name_zh"].iloc[row])
    return named


def _main_component(size: int, edges: Edges) -> npt.NDArray[np.bool_]:
    ends = np.array(list(edges), dtype=np.int64).reshape(-1, 2)
    matrix = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    _, labels = connected_components(matrix, directed=False)
    main: npt.NDArray[np.bool_] = labels == np.argmax(np.bincount(labels, minlength=1))
    return main


def _tabled(
    lon: Floats,
    lat: Floats,
    edges: Edges,
    named: Mapping[tuple[int, int], str],
    counts: Mapping[str, float],
) -> RoadNetwork:
    """Table the nodes that are left, numbered from west to east, and their links."""
    left = np.unique(np.array(list(edges), dtype=np.int64))
    left = left[np.lexsort((left, lat[left], lon[left]))]
    number = {int(node): row for row, node in enumerate(left)}
    rows = [
        (
            *((number[a], number[b]) if number[a] < number[b] else (number[b], number[a])),
            length,
            tuple(
                (float(lon[node]), float(lat[node]))
                for node in (points if number[a] < number[b] else points[::-1])
            ),
            named.get((a, b), ""),
        )
        for (a, b), (length, points) in edges.items()
    ]
    links = pd.DataFrame(rows, columns=["start", "end", "length_km", "via", "crossing"])
    links = links.sort_values(["start", "end"], ignore_index=True)
    nodes = pd.DataFrame({"lon": lon[left], "lat": lat[left]})
    report = dict(counts) | {"nodes": float(len(nodes)), "links": float(len(links))}
    return RoadNetwork(nodes, links, report)
