"""Lengths, areas and datums on the WGS 84 ellipsoid; promise: nothing is measured in degrees.

A city is measured from its seat (``seat_lon``, ``seat_lat``) or from its polygon, never from a
centroid. An edge between two vertices of a polygon is straight in longitude and latitude, as in
GeoJSON (RFC 7946). Longitude comes first everywhere.
"""

from collections.abc import Iterable
from typing import overload

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Geod, Proj

from yrdgeo.border import polygon_gaps_m
from yrdgeo.datum import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from yrdgeo.errors import ArgumentError, TableError, few
from yrdgeo.tables import check_crs

__all__ = [
    "area_km2",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "border_km",
    "centroid_km",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "geodesic_km",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]

Floats = npt.NDArray[np.float64]
Ids = list[str] | tuple[str, ...] | pd.Index | pd.Series

GEOD = Geod(ellps="WGS84")
METRES_PER_KM = 1e3
M2_PER_KM2 = 1e6
HALF_TURN = 180.0

POLYGONAL = ("Polygon", "MultiPolygon")
STRAIGHT_DEGREES = 0.05  # longer edges are split before projecting, so that they stay straight


@overload
def geodesic_km(cities: gpd.GeoDataFrame, a: str, b: str) -> float: ...
@overload
def geodesic_km(cities: gpd.GeoDataFrame, a: Ids, b: str | Ids) -> Floats: ...
@overload
def geodesic_km(cities: gpd.GeoDataFrame, a: str, b: Ids) -> Floats: ...
def geodesic_km(cities: gpd.GeoDataFrame, a: str | Ids, b: str | Ids) -> float | Floats:
    """Return the geodesic length between the seats of two cities.

    Parameters
    ----------
    cities
        The ``cities`` table.
    a, b
        Adcodes: one each, or sequences of one length k (one against many is repeated).

    Returns
    -------
    geodesic_km
        Kilometres on the WGS 84 ellipsoid: a number for two adcodes, else shape (k,).

    Raises
    ------
    ArgumentError
        If an adcode is not in the table, or the lengths differ.
    TableError
        If one of these cities has no seat in degrees.

    References
    ----------
    Karney, C. F. F. (2013). Algorithms for geodesics. Journal of Geodesy 87, 43-55.

    Examples
    --------
    >>> seats = gpd.GeoDataFrame(
    ...     {"seat_lon": [121.0, 120.0], "seat_lat": [31.0, 31.0]},
    ...     index=pd.Index(["310000", "320500"], name="adcode"),
    ... )
    >>> round(geodesic_km(seats, "310000", "320500"), 3)
    95.504
    """
    left, right = _positions(cities, a, b)
    lon, lat = _seats(cities, np.concatenate([left, right]))
    metres = GEOD.inv(lon[left], lat[left], lon[right], lat[right])[2]
    return _like(np.asarray(metres) / METRES_PER_KM, a, b)


@overload
def border_km(cities: gpd.GeoDataFrame, a: str, b: str) -> float: ...
@overload
def border_km(cities: gpd.GeoDataFrame, a: Ids, b: str | Ids) -> Floats: ...
@overload
def border_km(cities: gpd.GeoDataFrame, a: str, b: Ids) -> Floats: ...
def border_km(cities: gpd.GeoDataFrame, a: str | Ids, b: str | Ids) -> float | Floats:
    """Return the smallest geodesic distance between the polygons of two cities.

    Every point of every edge and part counts, islands and holes included; the edge that is
    nearest in degrees is often not the nearest on the ground.

    Parameters
    ----------
    cities
        The ``cities`` table.
    a, b
        Adcodes: one each, or sequences of one length k (one against many is repeated).

    Returns
    -------
    border_km
        Kilometres on the WGS 84 ellipsoid, 0 where the polygons touch or overlap: a number for
        two adcodes, else shape (k,).

    Raises
    ------
    ArgumentError
        If an adcode is not in the table, or the lengths differ.
    TableError
        If the geometry has no CRS, or a city has no polygon.

    Examples
    --------
    >>> from shapely import box
    >>> squares = gpd.GeoDataFrame(
    ...     geometry=[box(120, 30, 121, 31), box(121, 30, 122, 31), box(123, 30, 124, 31)],
    ...     index=pd.Index(["330001", "330002", "330003"], name="adcode"),
    ...     crs="EPSG:4326",
    ... )
    >>> border_km(squares, "330001", "330002")
    0.0
    >>> border_km(squares, ["330001", "330002"], "330003").round(3)
    array([191.006,  95.504])
    """
    left, right = _positions(cities, a, b)
    polygons = city_polygons(cities)
    return _like(polygon_gaps_m(polygons, left, right) / METRES_PER_KM, a, b)


def area_km2(cities: gpd.GeoDataFrame, *, crs: str | None = None) -> pd.Series:
    """Return the area of each polygon in an equal-area projection.

    Parameters
    ----------
    cities
        Polygons of n cities.
    crs
        An equal-area CRS, for instance the region file's ``crs_area``; by default Lambert's
        azimuthal one, centred on the cities.

    Returns
    -------
    area_km2
        Shape (n,), indexed as ``cities``, in km².

    Raises
    ------
    ArgumentError
        If the CRS does not keep areas.
    TableError
        If the geometry has no CRS, or a city has no polygon.

    Examples
    --------
    >>> from shapely import box
    >>> square = gpd.GeoDataFrame(
    ...     geometry=[box(120, 30, 121, 31)],
    ...     index=pd.Index(["330001"], name="adcode"),
    ...     crs="EPSG:4326",
    ... )
    >>> area_km2(square).round(1).to_dict()
    {'330001': 10642.4}
    """
    polygons = city_polygons(cities)
    local = _equal_area(crs or local_equal_area(polygons))
    projected = polygons.segmentize(STRAIGHT_DEGREES).to_crs(local)
    return (projected.area / M2_PER_KM2).rename("area_km2")


def centroid_km(cities: gpd.GeoDataFrame, a: Ids, b: Ids) -> Floats:
    """Return the geodesic distance between the centroids of pairs of cities.

    The centroid is that of the whole polygon in an equal-area projection centred on it, so
    other cities of the table do not move it. It lies up to
    80 km from a city's seat and may lie outside the city: for distances between places take
    :func:`geodesic_km`.

    Parameters
    ----------
    cities
        Polygons of the cities, indexed by adcode.
    a, b
        Adcodes, pair by pair.

    Returns
    -------
    centroid_km
        Shape (k,), in kilometres on WGS 84.

    Raises
    ------
    ArgumentError
        If an adcode is not in the table, or the lengths differ.
    TableError
        If the geometry has no CRS, or a city has no polygon.

    Examples
    --------
    >>> from shapely import box
    >>> squares = gpd.GeoDataFrame(
    ...     geometry=[box(120, 30, 121, 31), box(121, 30, 122, 31)],
    ...     index=pd.Index(["330001", "330002"], name="adcode"),
    ...     crs="EPSG:4326",
    ... )
    >>> centroid_km(squares, ["330001"], ["330002"]).round(2).tolist()
    [96.0]
    """
    left, right = _positions(cities, a, b)
    polygons = city_polygons(cities)
    used, at = np.unique(np.concatenate([left, right]), return_inverse=True)
    found = np.array([_centroid(shape) for shape in polygons.iloc[used]]).reshape(-1, 2)
    lon, lat = found[at].T
    left, right = np.split(np.arange(len(at)), 2)
    return np.asarray(GEOD.inv(lon[left], lat[left], lon[right], lat[right])[2]) / METRES_PER_KM


def _centroid(shape: shapely.Geometry) -> tuple[float, float]:
    """Return longitude and latitude of the centroid of one polygon."""
    west, south, east, north = shapely.bounds(shape)
    local = Proj(proj="laea", lat_0=(south + north) / 2, lon_0=(west + east) / 2, datum="WGS84")
    fine = shapely.segmentize(shape, STRAIGHT_DEGREES)
    flat = shapely.transform(fine, lambda at: np.column_stack(local(at[:, 0], at[:, 1])))
    x, y = shapely.get_coordinates(shapely.centroid(flat))[0]
    lon, lat = local(x, y, inverse=True)
    return float(lon), float(lat)


def local_equal_area(shapes: gpd.GeoSeries | gpd.GeoDataFrame) -> str:
    """Return Lambert's azimuthal equal-area CRS in metres, centred on shapes in EPSG:4326."""
    west, south, east, north = shapes.total_bounds
    return f"+proj=laea +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +datum=WGS84"


def city_polygons(cities: pd.DataFrame) -> gpd.GeoSeries:
    """Return the polygons of a table in EPSG:4326, one a city.

    Raises
    ------
    TableError
        If the geometry has no CRS, a city has no polygon, or an adcode is repeated.
    """
    _refuse_repeats(cities)
    if not isinstance(cities, gpd.GeoDataFrame):
        raise TableError("Table 'cities' has no polygons.", found=type(cities).__name__)
    polygons = check_crs(cities, source="table 'cities'").geometry
    bare = polygons.isna() | polygons.is_empty | ~polygons.geom_type.isin(POLYGONAL)
    if bare.any():
        raise TableError(
            "Every city needs a polygon.",
            found=f"none for {few(cities.index[bare])}",
            fix="Join the boundaries to the table first.",
        )
    return polygons


def _refuse_repeats(cities: pd.DataFrame) -> None:
    if not cities.index.is_unique:
        raise TableError(
            "Table 'cities' must have one row for each adcode.",
            found=f"repeated: {few(cities.index[cities.index.duplicated()].unique())}",
            fix="Dissolve the parts of a city into one row.",
        )


def _positions(
    cities: pd.DataFrame, a: object, b: object
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    _refuse_repeats(cities)
    asked = [pd.Index(_listed(ids), dtype=object) for ids in (a, b)]
    unknown = [code for ids in asked for code in ids if code not in cities.index]
    if unknown:
        raise ArgumentError(
            "Every adcode must be in the table 'cities'.",
            found=few(dict.fromkeys(unknown)),
            fix="Index the table by adcode (text), add the cities, or drop the pairs.",
        )
    rows = [np.asarray(cities.index.get_indexer(ids), dtype=np.intp) for ids in asked]
    if len(rows[0]) != len(rows[1]) and 1 not in (len(rows[0]), len(rows[1])):
        raise ArgumentError(
            "Two sequences of adcodes must have one length.",
            found=f"{len(rows[0])} and {len(rows[1])}",
        )
    left, right = np.broadcast_arrays(*rows)
    return left, right


def _listed(ids: object) -> list[object]:
    several = isinstance(ids, Iterable) and not isinstance(ids, str)
    return list(ids) if several else [ids]  # type: ignore[call-overload]  # an Iterable


def _seats(cities: pd.DataFrame, rows: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes of all seats, those in these rows being degrees."""
    absent = [name for name in ("seat_lon", "seat_lat") if name not in cities.columns]
    if absent:
        raise TableError("Table 'cities' has no seats.", found=f"without {few(absent)}")
    lon, lat = (
        pd.to_numeric(cities[name], errors="coerce").to_numpy(np.float64, na_value=np.nan)
        for name in ("seat_lon", "seat_lat")
    )
    wrong = ~((np.abs(lon) <= HALF_TURN) & (np.abs(lat) <= HALF_TURN / 2))
    if wrong[rows].any():
        raise TableError(
            "Every city needs a seat in degrees, longitude first.",
            found=f"none for {few(dict.fromkeys(cities.index[rows[wrong[rows]]]))}",
            fix="Give seat_lon and seat_lat on WGS 84, or drop the cities.",
        )
    return lon, lat


def _like(values: Floats, a: str | Ids, b: str | Ids) -> float | Floats:
    both = isinstance(a, str) and isinstance(b, str)
    return float(values[0]) if both else values


def _equal_area(crs: str) -> CRS:
    system = CRS.from_user_input(crs)
    operation = system.coordinate_operation
    method = operation.method_name if operation else "none: it is in degrees"
    if "Equal Area" not in method:
        raise ArgumentError(
            f"Areas need an equal-area projection; {crs!r} is not one.",
            found=f"method {method}",
            fix="Pass an Albers or Lambert equal-area CRS, for instance 'ESRI:102025', or none.",
        )
    return system
