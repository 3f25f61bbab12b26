"""Polygons → the ``cities`` table: the shipped file, the extra for all China, the user's own.

Every way in ends in the same form: one valid MultiPolygon a city, EPSG:4326, with its names and
its seat. Seats come from the file, else from the gazetteer; a point inside stands in last of all,
and a notice says so.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from yrdgeo.errors import PlaceError, few
from yrdgeo.provenance import check_hash, data_path, read_sources
from yrdgeo.sources import china
from yrdgeo.sources.notices import Notice
from yrdgeo.sources.places import Unit, english_name, place
from yrdgeo.sources.polygon_files import Datum, read_polygons
from yrdgeo.tables import check
from yrdgeo.units import WGS84

LAYERS = ("prefectures", "counties", "seats")
SOURCE_ID = "yrd_boundaries"


def load_boundaries(
    layer: Literal["prefectures", "counties", "seats"] = "prefectures",
) -> gpd.GeoDataFrame:
    """Return a layer of the shipped boundaries of the Yangtze River Delta.

    Parameters
    ----------
    layer
        ``prefectures`` (41 MultiPolygons), ``counties`` (305) or ``seats`` (41 points).

    Returns
    -------
    boundaries
        By adcode, EPSG:4326.

    Raises
    ------
    SourceError
        If the file is absent or is not the one its source row describes.

    Examples
    --------
    >>> len(load_boundaries("counties"))
    305
    """
    row = read_sources(data_path("boundaries/SOURCES.toml"))[SOURCE_ID]
    path = check_hash(data_path(f"boundaries/{row['file']}"), row["sha256"])
    table = gpd.read_file(path, layer=layer, engine="pyogrio")
    return table.set_index("adcode").set_crs(WGS84)


def load_cities(
    members: Sequence[str] | None = None, *, level: Unit = "prefecture"
) -> tuple[gpd.GeoDataFrame, tuple[Notice, ...]]:
    """Return the ``cities`` table of a region and what its reader has to say.

    Parameters
    ----------
    members
        Codes of the level; the 41 shipped prefectures (or 305 counties) if None. Others need
        the extra ``china``.
    level
        ``prefecture`` or ``county``.

    Returns
    -------
    cities
        In the order of ``members``, EPSG:4326.
    notices
        Cities for which no seat is known.

    Raises
    ------
    PlaceError
        If a code is not of the level.
    MissingPackageError
        If a place is not shipped and the extra is not installed.

    Examples
    --------
    >>> cities, notices = load_cities(["320500", "341300"])
    >>> cities["name_zh"].to_list(), notices
    (['苏州市', '宿州市'], ())
    """
    shipped = load_boundaries("counties" if level == "county" else "prefectures").reset_index()
    wanted = shipped["adcode"].to_list() if members is None else list(members)
    if set(wanted) <= set(shipped["adcode"]):
        polygons = shipped.set_index("adcode").loc[wanted].reset_index()
        return _cities(polygons[["adcode", "geometry"]], source_id=SOURCE_ID)
    return _cities(china.load_china(wanted, level=level), source_id=china.SOURCE_ID)


def read_boundaries(  # noqa: PLR0913 — what a file does not say itself, each by name
    path: str | Path,
    *,
    layer: str | None = None,
    code_column: str | None = None,
    name_column: str | None = None,
    datum: Datum = "wgs84",
    members: Collection[str] | None = None,
    level: Unit = "prefecture",
) -> tuple[gpd.GeoDataFrame, tuple[Notice, ...]]:
    """Read the polygons of cities from a user's file.

    Parameters
    ----------
    path
        GeoPackage, GeoJSON, Shapefile or GeoParquet.
    layer
        Layer of a file with several.
    code_column, name_column
        Column with codes or names; looked for if None. A code is preferred.
    datum
        ``wgs84``, ``cgcs2000``, or ``gcj02`` and ``bd09`` for coordinates of Chinese web maps,
        which are shifted back. A file without CRS needs it.
    members
        Codes that must be there; rows of other cities are dropped, with a notice.
    level
        What the rows are: ``prefecture`` or ``county``.

    Returns
    -------
    cities
        The ``cities`` table, in the order of ``members`` or of the file, EPSG:4326.
    notices
        Repaired polygons, dropped rows, cities whose seat is unknown, overlaps.

    Raises
    ------
    SourceError
        If the file or its layer cannot be read.
    TableError
        Listing every row that is no polygon, is repeated, has no known city or no CRS.
    """
    polygons, notices = read_polygons(
        Path(path),
        layer=layer,
        columns=(code_column, name_column),
        datum=datum,
        members=members,
        level=level,
    )
    cities, more = _cities(polygons, source_id="user_boundary")
    return cities, (*notices, *more, *_coverage(cities))


def _cities(
    polygons: gpd.GeoDataFrame, *, source_id: str
) -> tuple[gpd.GeoDataFrame, tuple[Notice, ...]]:
    """Return polygons as the ``cities`` table, with names and seats of the gazetteer."""
    known = [place(code) for code in polygons["adcode"]]
    strange = [str(unit) for unit in known if unit.level == "province"]
    if strange:
        raise PlaceError(
            "A city is a prefecture or a county, not a province.",
            found=few(strange),
            fix="Give the codes of its prefectures.",
        )
    provinces = [china.province_names(unit.adcode) for unit in known]
    seats, notices = _seats(polygons, known=[unit.seat for unit in known])
    table = gpd.GeoDataFrame(
        {
            "adcode": [unit.adcode for unit in known],
            "name_zh": [unit.name_zh for unit in known],
            "name_en": [english_name(unit) for unit in known],
            "province_zh": [zh for zh, _ in provinces],
            "province_en": [en for _, en in provinces],
            "seat_lon": seats[:, 0],
            "seat_lat": seats[:, 1],
            "source_id": source_id,
        },
        geometry=[_multi(shape) for shape in polygons.geometry],
        crs=WGS84,
    )
    return gpd.GeoDataFrame(check(table, "cities", source="boundaries")), notices


def _multi(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """Return the polygonal part of a geometry as one MultiPolygon."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    nested = [part for part in shapely.get_parts(shape) if part.geom_type == "MultiPolygon"]
    return shapely.MultiPolygon([*parts, *(one for many in nested for one in many.geoms)])


def _seats(
    polygons: gpd.GeoDataFrame, *, known: Sequence[tuple[float, float] | None]
) -> tuple[npt.NDArray[np.float64], tuple[Notice, ...]]:
    """Return seats, shape (n, 2): the file's, else the gazetteer's, else a point inside."""
    shapes = polygons.geometry.to_numpy()
    seats = np.array([(np.nan, np.nan) if seat is None else seat for seat in known], dtype=float)
    if {"seat_lon", "seat_lat"} <= set(polygons.columns):
        own = polygons[["seat_lon", "seat_lat"]].apply(pd.to_numeric, errors="coerce")
        seats = np.where(own.notna().to_numpy(), own.to_numpy(dtype=float), seats)
    inside = shapely.intersects(shapes, shapely.points(seats))
    lost = ~inside
    if not lost.any():
        return seats, ()
    stand_in = shapely.get_coordinates(shapely.point_on_surface(shapes))
    names = few(english_name(place(code)) for code in polygons.loc[lost, "adcode"])
    names_zh = few(place(code).name_zh for code in polygons.loc[lost, "adcode"])
    notice = Notice(
        f"No seat inside the polygon is known for {names}: a point inside stands for it. "
        "Give columns seat_lon and seat_lat.",
        f"{names_zh}没有已知的、位于界内的行政中心:以界内一点代替,请提供seat_lon与seat_lat两列。",
    )
    return np.where(lost[:, None], stand_in, seats), (notice,)


def _coverage(cities: gpd.GeoDataFrame) -> tuple[Notice, ...]:
    """Say which polygons overlap or touch only nearly."""
    edges = shapely.coverage_invalid_edges(cities.geometry.to_numpy())
    wrong = ~shapely.is_empty(edges)
    if not wrong.any():
        return ()
    names, names_zh = few(cities.loc[wrong, "name_en"]), few(cities.loc[wrong, "name_zh"])
    return (
        Notice(
            f"The borders of {names} overlap or do not match: neighbours may be missed.",
            f"{names_zh}的边界重叠或不吻合:可能漏判相邻关系。",
        ),
    )
