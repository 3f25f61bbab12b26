"""Which cities touch, along how much border, and how many borders apart two cities lie.

Promise: a neighbour is a fact of the polygons or a declared bridge, never a guess by distance.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import shortest_path

from yrdgeo.errors import ArgumentError, few
from yrdgeo.geo import GEOD, METRES_PER_KM, city_polygons, local_equal_area
from yrdgeo.units import WGS84

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Rule = Literal["queen", "rook"]
Bridges = Iterable[tuple[str, str] | Mapping[str, object]]
Waters = Iterable[Mapping[str, object]]

WATERS = ("river", "lake", "sea")
CORNER = 4.0  # tolerances: a common border shorter than this cannot be told from a corner
LINE = 1  # shapely's type id


def edges(
    cities: gpd.GeoDataFrame,
    *,
    rule: Rule = "queen",
    bridges: Bridges = (),
    waters: Waters = (),
    min_border_km: float = 0.0,
    snap_m: float = 0.0,
) -> pd.DataFrame:
    """List the pairs of neighbouring cities with the length of their common border.

    Parameters
    ----------
    cities
        The ``cities`` table.
    rule
        ``queen``: the polygons share a point or more; ``rook``: a stretch of border.
    bridges
        Declared links between cities that do not touch (a bridge, a tunnel, a ferry): pairs of
        adcodes, or mappings with ``from`` and ``to`` as in a region file.
    waters
        Borders that run in water: mappings with ``from``, ``to`` and ``kind`` (``river``,
        ``lake``, ``sea``) as in a region file, of neighbours. Polygons alone do not tell.
    min_border_km
        Neighbours by land with a shorter common border are left out; 0 keeps corners.
    snap_m
        Gap or overlap in metres that still counts as touching, for boundaries drawn apart from
        each other. By default the polygons must share their vertices, as a valid coverage does.
        With a tolerance a border is the mean of the two sides, and one shorter than four
        tolerances is a corner of length 0.

    Returns
    -------
    edges
        ``from_id to_id border_km kind``: each pair once, ``from_id < to_id``, in order;
        ``border_km`` in km along geodesics between the common vertices, 0 for a corner or a
        bridge; ``kind`` is ``land``, what ``waters`` says, or ``bridge``. A bridge between
        neighbours keeps the kind of their border.

    Raises
    ------
    ArgumentError
        If the rule is unknown, a length is negative, a bridge does not join two of the cities, or
        a water is no border.
    TableError
        If the geometry has no CRS, or a city has no polygon.

    References
    ----------
    Anselin, L. (1988). Spatial econometrics: methods and models, section 3.1.

    Examples
    --------
    >>> from shapely import box
    >>> squares = gpd.GeoDataFrame(
    ...     geometry=[box(120, 30, 121, 31), box(121, 30, 122, 31), box(123, 31, 124, 32)],
    ...     index=pd.Index(["330001", "330002", "330003"], name="adcode"),
    ...     crs="EPSG:4326",
    ... )
    >>> edges(squares, bridges=[("330003", "330002")]).round(1).to_dict("list")["border_km"]
    [110.9, 0.0]
    """
    _check(rule, min_border_km, snap_m)
    polygons = city_polygons(cities.sort_index())
    if snap_m:
        one, other, border_km = _snapped_borders(polygons, snap_m)
    else:
        one, other, border_km = _borders(polygons)
    kept = border_km >= min_border_km
    if rule == "rook":
        kept &= border_km > 0
    land = pd.DataFrame(
        {
            "from_id": polygons.index[one[kept]],
            "to_id": polygons.index[other[kept]],
            "border_km": border_km[kept],
            "kind": "land",
        }
    )
    wet = _with_waters(land, waters)
    every = pd.concat([wet, _declared(bridges, polygons.index)], ignore_index=True)
    once = every.drop_duplicates(["from_id", "to_id"])
    return once.sort_values(["from_id", "to_id"], ignore_index=True)


def order(
    cities: gpd.GeoDataFrame,
    *,
    rule: Rule = "queen",
    bridges: Bridges = (),
    waters: Waters = (),
    min_border_km: float = 0.0,
    snap_m: float = 0.0,
) -> pd.DataFrame:
    r"""Count the borders on the shortest way from each city to each other city.

    .. math:: o_{ij} = \min \{ k : (A^k)_{ij} > 0 \}, \quad o_{ii} = 0

    with A the adjacency of :func:`edges`, which explains the options; but a border in water, when
    named in ``waters``, is none to walk over: only a bridge joins its two sides.

    Returns
    -------
    order
        Shape (n, n), ``Int64``, rows and columns as in ``cities``: 0 the city itself,
        1 adjacent, 2 and more leapfrog, ``<NA>`` not connected.

    Raises
    ------
    ArgumentError, TableError
        As :func:`edges` does.

    References
    ----------
    Anselin, L., Smirnov, O. (1996). Efficient algorithms for constructing proper higher order
    spatial lag operators. Journal of Regional Science 36, 67-89.

    Examples
    --------
    >>> from shapely import box
    >>> row = gpd.GeoDataFrame(
    ...     geometry=[box(x, 30, x + 1, 31) for x in (120, 121, 122)],
    ...     index=pd.Index(["330001", "330002", "330003"], name="adcode"),
    ...     crs="EPSG:4326",
    ... )
    >>> order(row).loc["330001"].tolist()
    [0, 1, 2]
    """
    touching = edges(cities, rule=rule, waters=waters, min_border_km=min_border_km, snap_m=snap_m)
    walked = [touching[touching["kind"].eq("land")], _declared(bridges, cities.index)]
    neighbours = pd.concat(walked, ignore_index=True).drop_duplicates(["from_id", "to_id"])
    n = len(cities)
    ends = [cities.index.get_indexer(pd.Index(neighbours[name])) for name in ("from_id", "to_id")]
    adjacency = coo_array((np.ones(len(neighbours)), (ends[0], ends[1])), shape=(n, n))
    hops = shortest_path(adjacency.tocsr(), directed=False, unweighted=True)
    connected = np.where(np.isfinite(hops), hops, np.nan)
    return pd.DataFrame(connected, cities.index, cities.index).astype("Int64")


def _check(rule: str, min_border_km: object, snap_m: object) -> None:
    if rule not in ("queen", "rook"):
        raise ArgumentError(
            "rule must be 'queen' or 'rook'.", found=repr(rule), fix="Queen counts corners."
        )
    for name, value in (("min_border_km", min_border_km), ("snap_m", snap_m)):
        if not (isinstance(value, int | float | np.number) and 0 <= value < np.inf):
            raise ArgumentError(f"{name} must be a number, zero or more.", found=repr(value))


def _borders(polygons: gpd.GeoSeries) -> tuple[Rows, Rows, Floats]:
    shapes = polygons.to_numpy()
    one, other = _once(shapely.STRtree(shapes).query(shapes, predicate="intersects"))
    lines = shapely.boundary(shapes)
    common = shapely.intersection(lines[one], lines[other])
    return one, other, _length_km(common)


def _snapped_borders(polygons: gpd.GeoSeries, snap_m: float) -> tuple[Rows, Rows, Floats]:
    local = local_equal_area(polygons)
    shapes = polygons.to_crs(local).to_numpy()
    tree = shapely.STRtree(shapes)
    one, other = _once(tree.query(shapes, predicate="dwithin", distance=snap_m))
    lines = shapely.boundary(shapes)
    border_km = np.zeros(len(one))
    for these, those in ((one, other), (other, one)):
        along = shapely.intersection(lines[these], shapely.buffer(lines[those], snap_m))
        back = gpd.GeoSeries(along, crs=local).to_crs(WGS84)
        border_km += _length_km(back.to_numpy()) / 2
    border_km[border_km < CORNER * snap_m / METRES_PER_KM] = 0.0
    return one, other, border_km


def _once(found: npt.NDArray[np.integer]) -> tuple[Rows, Rows]:
    one, other = (side.astype(np.intp) for side in found[:, found[0] < found[1]])
    return one, other


def _length_km(shapes: npt.NDArray[np.object_]) -> Floats:
    parts, row = shapely.get_parts(shapes, return_index=True)
    lines = shapely.get_type_id(parts) == LINE
    parts, row = parts[lines], row[lines]
    points, part = shapely.get_coordinates(parts, return_index=True)
    same = part[1:] == part[:-1]
    start, end = points[:-1][same], points[1:][same]
    metres = GEOD.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])[2]
    summed = np.bincount(row[part[1:][same]], weights=metres, minlength=len(shapes))
    return np.asarray(summed, dtype=np.float64) / METRES_PER_KM


def _with_waters(land: pd.DataFrame, waters: Waters) -> pd.DataFrame:
    """Give the borders that run in water their kind."""
    named = {tuple(sorted(_ends(row))): _kind(row) for row in waters}
    borders = set(zip(land["from_id"], land["to_id"], strict=True))
    strange = [f"{a} – {b}" for a, b in named if (a, b) not in borders]
    strange += [f"kind {kind!r}" for kind in named.values() if kind not in WATERS]
    if strange:
        raise ArgumentError(
            "A water is the border of two neighbours, of kind river, lake or sea.",
            found=few(strange),
            fix="Correct the codes, or leave out the waters of other regions.",
        )
    kinds = [named.get(ends, "land") for ends in zip(land["from_id"], land["to_id"], strict=True)]
    return land.assign(kind=kinds)


def _declared(bridges: Bridges, known: pd.Index) -> pd.DataFrame:
    pairs = [_ends(bridge) for bridge in bridges]
    bad = [f"{a} – {b}" for a, b in pairs if a == b or a not in known or b not in known]
    if bad:
        raise ArgumentError(
            "A bridge must join two different cities of the table.",
            found=few(bad),
            fix="Correct the codes, or leave out the bridges of other regions.",
        )
    table = pd.DataFrame([sorted(pair) for pair in pairs], columns=["from_id", "to_id"])
    return table.assign(border_km=0.0, kind="bridge")


def _kind(water: object) -> str:
    return str(water.get("kind", "")) if isinstance(water, Mapping) else ""


def _ends(bridge: object) -> tuple[str, str]:
    ends: list[object] = []
    if isinstance(bridge, Mapping):
        ends = [bridge[name] for name in ("from", "to") if name in bridge]
    elif isinstance(bridge, Iterable) and not isinstance(bridge, str):
        ends = list(bridge)
    if len(ends) != 2:  # noqa: PLR2004 — a bridge has two ends
        fix = "A water has a 'kind' as well."
        raise ArgumentError(
            "A bridge is a pair of adcodes, or a mapping with 'from' and 'to'.",
            found=repr(bridge),
            fix=fix,
        )
    return str(ends[0]), str(ends[1])
