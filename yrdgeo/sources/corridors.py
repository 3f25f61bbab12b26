"""Corridors: shipped lists of cities in order, and the user's own lists and lines."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from yrdgeo.errors import PlaceError, SourceError, few, nearest, raise_problems
from yrdgeo.provenance import data_path
from yrdgeo.sources.cells import read_grid
from yrdgeo.sources.names import resolve_all, resolve_column
from yrdgeo.sources.places import place
from yrdgeo.units import WGS84

TABLES = (".csv", ".xlsx", ".parquet")
LINES = (".gpkg", ".geojson", ".json", ".shp", ".zip")
OWN = "user_corridor"
CITY_COLUMNS = ("adcode", "city", "name", "name_zh", "name_en", "城市", "代码")

Axis = tuple[str, ...] | shapely.LineString


@dataclass(frozen=True, slots=True, eq=False)
class Corridor:
    """A corridor: one axis, or several that begin at the same city.

    Attributes
    ----------
    axes
        Each the adcodes of its cities in order, or a line in EPSG:4326.
    note_zh, note_en
        What must be known of its source.
    """

    id: str
    name_zh: str
    name_en: str
    axes: tuple[Axis, ...]
    source_id: str
    confidence: str = ""
    note_zh: str = ""
    note_en: str = ""


def load_corridors() -> pd.DataFrame:
    """Return the axes of the shipped corridors.

    Returns
    -------
    corridors
        ``corridor_id group_id name_zh name_en group_zh group_en line source_id confidence note_zh
        note_en``; ``line`` holds adcodes in order, joined by semicolons.

    Examples
    --------
    >>> load_corridors().set_index("corridor_id").loc["g60_hukun", "line"]
    '310000;330400;330100;330700'
    """
    path = data_path("corridors.csv")
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


def is_file(given: object) -> bool:
    """Tell whether a corridor is given as a file of the user's own.

    >>> is_file("G60"), is_file("road.gpkg"), is_file(["上海", "苏州市"])
    (False, True, False)
    """
    return isinstance(given, str) and Path(given).suffix.lower() in (*TABLES, *LINES)


def corridor_of(given: object, *, folder: Path, among: Collection[str]) -> Corridor:
    """Return a corridor: a shipped one by name, a file, or cities in order.

    Parameters
    ----------
    given
        ``G60`` or the id of one of its axes (``g60_hukun``); the path of a table of cities in
        order or of a file with a line; or a list of cities, by name or code.
    folder
        Where relative paths begin.
    among
        Adcodes of the study.

    Returns
    -------
    corridor
        With every city of it among those of the study.

    Raises
    ------
    SourceError
        If there is no such corridor, or a file has no cities or no line.
    PlaceError
        Naming every city of it that is unknown, ambiguous, or not of the study.

    Examples
    --------
    >>> codes = load_corridors()["line"].str.split(";").explode().unique()
    >>> len(corridor_of("G60", folder=Path(), among=codes).axes)
    2
    """
    if not isinstance(given, str):
        return _listed([str(name) for name in given], among)  # type: ignore[attr-defined]  # the schema says list
    path = folder / given
    suffix = path.suffix.lower()
    if suffix in LINES:
        return Corridor(path.stem, path.stem, path.stem, (_line(path),), OWN)
    if suffix in TABLES:
        return _table(path, among)
    return _shipped(given, among)


def _shipped(name: str, among: Collection[str]) -> Corridor:
    every = load_corridors()
    wanted = name.strip().casefold()
    found = every[every["corridor_id"].eq(wanted)]
    whole = found.empty
    if whole:
        found = every[every["group_id"].eq(wanted) | every["group_id"].str.startswith(f"{wanted}_")]
    if found.empty or not wanted:
        known = [*every["corridor_id"], *every["group_id"].unique()]
        files = f"A file ends in one of {' '.join((*TABLES, *LINES))}."
        raise SourceError(
            f"There is no corridor {name!r}.", fix=f"{nearest(wanted, known)} {files}"
        )
    axes = tuple(tuple(line.split(";")) for line in found["line"])
    outside = sorted({code for axis in axes for code in axis} - set(among))
    if outside:
        raise PlaceError(
            f"The corridor {name!r} runs through cities that the study has not.",
            found=few(outside),
            fix="Study a region that has them, or list the cities of your own corridor.",
        )
    first = found.iloc[0]
    prefix = "group_" if whole else "name_"
    return Corridor(
        str(first["group_id" if whole else "corridor_id"]),
        str(first[f"{prefix}zh"]),
        str(first[f"{prefix}en"]),
        axes,
        ";".join(sorted(set(found["source_id"]))),
        "unverified" if "unverified" in set(found["confidence"]) else str(first["confidence"]),
        "".join(dict.fromkeys(found["note_zh"])),
        " ".join(dict.fromkeys(found["note_en"])),
    )


def _listed(names: list[str], among: Collection[str]) -> Corridor:
    codes = resolve_all(names, source="the study file", column="corridor", among=among)
    ends = [place(code) for code in (codes[:1] + codes[-1:])]
    zh, en = "—".join(one.name_zh for one in ends), "–".join(one.name_en for one in ends)
    return Corridor("_".join(codes), zh, en, (tuple(codes),), OWN)


def _table(path: Path, among: Collection[str]) -> Corridor:
    """Read cities in the order of their rows."""
    if not path.is_file():
        raise SourceError(f"There is no file {path}.", fix="Paths begin at the study file.")
    grid = read_grid(path)
    raise_problems(grid.problems, source=path.name)
    column = next((name for name in CITY_COLUMNS if name in grid.header), None)
    if column is None:
        raise SourceError(
            f"{path.name} has no column of cities.",
            found=few(grid.header),
            fix=f"Call it {CITY_COLUMNS[0]!r}; the rows are in the order of the corridor.",
        )
    at = grid.header.index(column)
    cells = [row[at] for _, row in grid.rows]
    codes, problems = resolve_column(cells, column, among=among)
    raise_problems(problems, source=path.name, error=PlaceError)
    return Corridor(path.stem, path.stem, path.stem, (tuple(codes),), OWN)


def _line(path: Path) -> shapely.LineString:
    """Read one line, of parts that join end to end."""
    if not path.is_file():
        raise SourceError(f"There is no file {path}.", fix="Paths begin at the study file.")
    try:
        shapes = gpd.read_file(path, engine="pyogrio")
    except (ValueError, OSError, RuntimeError) as error:
        raise SourceError(
            f"{path.name} cannot be read as a line.", found=str(error).splitlines()[0]
        ) from error
    if "geometry" not in shapes or shapes.crs is None:
        raise SourceError(f"{path.name} has no geometry, or no coordinate reference system.")
    whole = shapely.GeometryCollection(list(shapes.to_crs(WGS84).geometry.dropna()))
    parts = [part for one in whole.geoms for part in getattr(one, "geoms", [one])]
    kinds = sorted({part.geom_type for part in parts})
    merged = shapely.line_merge(shapely.unary_union(parts)) if kinds == ["LineString"] else None
    if not isinstance(merged, shapely.LineString) or merged.is_empty:
        raise SourceError(
            f"{path.name} does not hold one line.",
            found=f"{len(parts)} parts: {', '.join(kinds) or 'none'}",
            fix="Keep one line, its parts joined end to end without a gap or a fork.",
        )
    return shapely.LineString(shapely.get_coordinates(merged))  # without heights
