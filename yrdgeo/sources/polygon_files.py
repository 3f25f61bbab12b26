"""A user's polygon file → rows of known cities in EPSG:4326, or every problem of it at once."""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely

from yrdgeo.errors import (
    Problem,
    SourceError,
    TableError,
    few,
    nearest,
    raise_problems,
)
from yrdgeo.geo import bd09_to_wgs84, gcj02_to_wgs84
from yrdgeo.sources.names import resolve_column
from yrdgeo.sources.notices import Notice
from yrdgeo.sources.places import Unit, place
from yrdgeo.units import WGS84

Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
Columns = tuple[str | None, str | None]
Floats = npt.NDArray[np.float64]

SHIFTS: dict[str, Callable[[Floats, Floats], tuple[Floats, Floats]]] = {
    "gcj02": gcj02_to_wgs84,
    "bd09": bd09_to_wgs84,
}
SUFFIXES = (".gpkg", ".geojson", ".json", ".shp", ".zip", ".parquet")
# Where the readers of the usual sources look; the first that is there is taken.
CODE_COLUMNS = (
    *("adcode", "code", "gb", "ct_adcode", "city_adcode", "adm2_pcode", "cityid", "区划代码"),
    *("行政区划代码", "行政代码", "市代码", "地市代码", "代码", "id"),
)
NAME_COLUMNS = (
    *("name_zh", "name", "city", "city_name", "cityname", "ct_name", "nl_name_2", "adm2_zh"),
    *("名称", "市", "地市", "地级市", "城市", "市名", "name_en", "name_2", "adm2_en"),
)
_BOX = (-180.0, -90.0, 180.0, 90.0)


def read_polygons(
    path: Path,
    *,
    layer: str | None,
    columns: Columns,
    datum: Datum,
    members: Collection[str] | None,
    level: Unit = "prefecture",
) -> tuple[gpd.GeoDataFrame, tuple[Notice, ...]]:
    """Read the rows of a polygon file that are cities of the region.

    Returns
    -------
    polygons
        ``adcode``, valid ``geometry`` and, if the file has them, ``seat_lon seat_lat``.
    notices
        Repaired and dropped rows.

    Raises
    ------
    SourceError
        If the file or its layer cannot be read.
    TableError
        Listing every problem of the file.
    """
    table = _opened(path, layer)
    problems = _whole_file_problems(table, datum)
    raise_problems(problems, source=path.name)
    adcodes, unnamed = _adcodes(table, columns, source=path.name, level=level)
    table = table.assign(adcode=adcodes)
    absent = _absent(() if members is None else members, table["adcode"])
    # With every member found, rows that name no city (a border line, a total) are no problem.
    spare = members is not None and not absent
    legal = adcodes if members is None else [*members, *([] if spare else [""])]
    wanted = table[table["adcode"].isin(legal)]
    problems = [*absent, *([] if spare else unnamed), *_shape_problems(wanted), *_repeats(wanted)]
    raise_problems(problems, source=path.name)
    notices = _dropped(len(table) - len(wanted), path.name)
    repaired, more = _repaired(_shifted(wanted, datum))
    order = list(repaired["adcode"] if members is None else members)
    ordered = repaired.set_index("adcode").loc[order].reset_index()
    return gpd.GeoDataFrame(ordered, geometry="geometry", crs=WGS84), (*notices, *more)


def _opened(path: Path, layer: str | None) -> gpd.GeoDataFrame:
    if not path.is_file():
        raise SourceError(f"There is no file {path}.", fix="Paths begin at the study file.")
    if path.suffix.lower() not in SUFFIXES:
        raise SourceError(
            f"{path.name} is of no kind that can be read as boundaries.",
            found=path.suffix or "no suffix",
            fix=f"Legal: {' '.join(SUFFIXES)}.",
        )
    try:
        if path.suffix.lower() == ".parquet":
            table = gpd.read_parquet(path)
        else:
            table = gpd.read_file(
                path, layer=_layer(path, layer), engine="pyogrio", encoding=_encoding(path)
            )
    except (ValueError, OSError, RuntimeError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(
            f"{path.name} cannot be read as boundaries.", found=str(error).splitlines()[0]
        ) from error
    if not isinstance(table, gpd.GeoDataFrame):
        raise SourceError(f"{path.name} has no geometry.", fix="Name a layer with polygons.")
    return table.rename_geometry("geometry") if table.geometry.name != "geometry" else table


def _layer(path: Path, layer: str | None) -> str:
    names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    if layer is None and (len(names) == 1 or "prefectures" in names):
        return "prefectures" if "prefectures" in names else names[0]
    if layer in names and layer is not None:
        return layer
    raise SourceError(
        f"{path.name} has {len(names)} layers: which?"
        if layer is None
        else f"{path.name} has no layer {layer!r}.",
        found=few(names),
        fix="Set layer to one of them." if layer is None else nearest(layer, names),
    )


def _encoding(path: Path) -> str | None:
    """Return the encoding of a Shapefile that does not say it: UTF-8 if it is that, else GB18030.

    GDAL would take it for Latin-1, and no Chinese name would be known.
    """
    table = path.with_suffix(".dbf")
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").exists() or not table.exists():
        return None
    content = table.read_bytes()
    records = content[int.from_bytes(content[8:10], "little") :]
    try:
        records.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _whole_file_problems(table: gpd.GeoDataFrame, datum: Datum) -> list[Problem]:
    if table.empty:
        return [Problem("has no rows", fix="Name a layer with polygons.")]
    if table.crs is None and datum == "wgs84":
        fix = "Store it (EPSG:4326, or EPSG:4490 for CGCS2000), or say the datum."
        return [Problem("has no coordinate reference system", fix=fix)]
    bounds = (table if table.crs is None else table.to_crs(WGS84)).total_bounds
    west, south, east, north = bounds
    inside = west >= _BOX[0] and south >= _BOX[1] and east <= _BOX[2] and north <= _BOX[3]
    if inside and not (west < 60 < south):  # noqa: PLR2004 — China's longitudes begin at 73, its latitudes end at 54
        return []
    found = ", ".join(f"{value:.6g}" for value in bounds)
    swapped = 60 < south <= north <= 140  # noqa: PLR2004 — as above
    fix = "Swap latitude and longitude." if swapped else "Store the true CRS of the coordinates."
    return [Problem("coordinates are no longitude and latitude", value=found, fix=fix)]


def _column(table: gpd.GeoDataFrame, given: str | None, usual: Sequence[str]) -> str | None:
    names = {str(name).casefold(): str(name) for name in table.columns if name != "geometry"}
    if given is not None:
        if given not in table.columns:
            raise TableError(
                f"The boundary file has no column {given!r}.", fix=nearest(given, [*names.values()])
            )
        return given
    return next((names[name] for name in usual if name in names), None)


def _adcodes(
    table: gpd.GeoDataFrame, columns: Columns, *, source: str, level: Unit
) -> tuple[list[str], list[Problem]]:
    """Return a code a row, empty where neither code nor name is that of a city."""
    by_code = _column(table, columns[0], CODE_COLUMNS) if columns[1] is None else columns[0]
    by_name = _column(table, columns[1], NAME_COLUMNS)
    column = by_code or by_name
    if column is None:
        raise TableError(
            f"{source} has no column of codes or names that is known.",
            found=few(name for name in table.columns if name != "geometry"),
            fix="Set code_column or name_column.",
        )
    # A column that only numbers its rows (id, code) is no column of codes.
    spare = by_name if column != by_name and columns[0] is None else None
    read = [resolve_column(table[column], column, level=level)]
    if spare is not None and read[0][1]:
        read.append(resolve_column(table[spare], spare, level=level))
    return min(read, key=lambda pair: len(pair[1]))


def _shape_problems(table: gpd.GeoDataFrame) -> list[Problem]:
    shapes = table.geometry
    empty = (shapes.isna() | shapes.is_empty).to_numpy()
    kinds = shapes.geom_type.to_numpy()
    polygonal = np.isin(kinds, ["Polygon", "MultiPolygon", "GeometryCollection"])
    fix = "A city is a polygon or several."
    return [
        Problem(
            "has no geometry" if empty[row] else f"is a {kinds[row]}",
            int(table.index[int(row)]) + 2,
            "geometry",
            fix=fix,
        )
        for row in np.flatnonzero(empty | ~polygonal)
    ]


def _repeats(table: gpd.GeoDataFrame) -> list[Problem]:
    again = table["adcode"].duplicated().to_numpy() & (table["adcode"] != "").to_numpy()
    return [
        Problem(
            "repeats an earlier row",
            int(table.index[int(row)]) + 2,
            "adcode",
            str(place(table["adcode"].iloc[row])),
            "Dissolve the rows of a city into one.",
        )
        for row in np.flatnonzero(again)
    ]


def _absent(members: Iterable[str], present: pd.Series) -> list[Problem]:
    known = set(present)
    return [
        Problem(f"{place(code)} of the region is not in the file")
        for code in members
        if code not in known
    ]


def _dropped(count: int, name: str) -> tuple[Notice, ...]:
    if not count:
        return ()
    return (
        Notice(
            f"{count} rows of {name} are no cities of the region and are left out.",
            f"{name}中有{count}行不是本区域的城市,未使用。",
        ),
    )


def _shifted(table: gpd.GeoDataFrame, datum: Datum) -> gpd.GeoDataFrame:
    table = table.reset_index(drop=True)
    table = table.set_crs(WGS84) if table.crs is None else table.to_crs(WGS84)
    shift = SHIFTS.get(datum)
    if shift is None:
        return table
    shapes = shapely.transform(
        shapely.force_2d(table.geometry.to_numpy()),
        lambda lonlat: np.column_stack(shift(lonlat[:, 0], lonlat[:, 1])),
    )
    table = table.set_geometry(shapes, crs=WGS84)
    if {"seat_lon", "seat_lat"} <= set(table.columns):
        lon, lat = shift(*(table[name].to_numpy(dtype=float) for name in ("seat_lon", "seat_lat")))
        table = table.assign(seat_lon=lon, seat_lat=lat)
    return table


def _repaired(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, tuple[Notice, ...]]:
    shapes = shapely.force_2d(table.geometry.to_numpy())
    broken = ~shapely.is_valid(shapes)
    if not broken.any():
        return table.set_geometry(shapes, crs=WGS84), ()
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure")
    codes = table.loc[broken, "adcode"]
    notice = Notice(
        f"The polygons of {few(place(code).name_en or code for code in codes)} were not valid "
        "and were repaired.",
        f"{few(place(code).name_zh for code in codes)}的多边形无效,已修复。",
    )
    return table.set_geometry(shapes, crs=WGS84), (notice,)
