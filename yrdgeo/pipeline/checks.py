"""One file of the user's, told by what is in it and checked: a line a table, what matched.

Promise: the name of a file decides only what can hold several things; its columns decide the rest.
"""

import tomllib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from yrdgeo.errors import SourceError, StudyError, YrdGeoError, few
from yrdgeo.sources import boundaries, indicators, programmes, regions
from yrdgeo.sources.catalogue import load_catalogue
from yrdgeo.sources.cells import read_grid
from yrdgeo.sources.feed_files import read_bytes, read_members, text_table
from yrdgeo.sources.layouts import likely
from yrdgeo.sources.network_files import read_lone_links, read_network, read_nodes
from yrdgeo.sources.osm import read_osm
from yrdgeo.sources.places import Unit, place
from yrdgeo.sources.timetable import STOP_NAMES, read_stops
from yrdgeo.timetables import Timetable

OSM_ENDINGS = (".pbf", ".osm", ".osm.gz", ".osm.bz2", ".opl")
POLYGONS = (".gpkg", ".geojson", ".json", ".shp", ".zip", ".parquet")
TABLES = (".csv", ".csv.gz", ".tsv", ".txt", ".xlsx", ".xlsm", ".parquet")
STOP_TIMES = "stop_times.txt"
_DAYS_TRIED = 7

Lines = Iterator[str]
Read = TypeVar("Read")


def check_file(path: Path) -> list[str]:
    """Check a region, catalogue, boundary, indicator, pair or network file; a line a table.

    Parameters
    ----------
    path
        Polygons, a table, an OpenStreetMap file or a GTFS feed.

    Raises
    ------
    YrdGeoError
        If anything is wrong, with everything that is.
    """
    kind = _kind(path)
    if not kind:
        known = sorted({*OSM_ENDINGS, *POLYGONS, *TABLES})
        raise StudyError(
            f"{path.name} is of no kind that can be checked.",
            found=path.suffix.lower() or "no suffix",
            fix=f"Legal: .toml {' '.join(known)}.",
        )
    return list(_CHECKS[kind](path))


def _kind(path: Path) -> str:
    name = path.name.lower()
    if name.endswith(".toml"):
        return "region" if is_region(path) else "catalogue"
    if path.is_dir() or name.endswith(".zip"):
        return "feed" if _is_feed(path) else "polygons"
    if name.endswith(OSM_ENDINGS):
        return "osm"
    return _of_columns(_columns(path)) or _by_ending(path, name)


def _by_ending(path: Path, name: str) -> str:
    if name.endswith(POLYGONS) and not _is_plain_parquet(path):
        return "polygons"
    return "indicators" if name.endswith(TABLES) else ""


def _is_feed(path: Path) -> bool:
    if path.is_dir():
        return (path / STOP_TIMES).is_file()
    try:
        with zipfile.ZipFile(path) as archive:
            return any(Path(name).name == STOP_TIMES for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def _columns(path: Path) -> set[str]:
    """Return the names of a file's columns in lower case; none if they cannot be told."""
    ending = next((one for one in _HEADERS if path.name.lower().endswith(one)), "")
    try:
        return {str(one).lower() for one in _HEADERS[ending](path)} if ending else set()
    except (OSError, ValueError, RuntimeError, pa.ArrowException):
        return set()  # whoever reads it says what is wrong


def _layer_columns(path: Path) -> list[str]:
    layers = [gpd.read_file(path, layer=one, rows=1) for one in _layers(path)]
    return [str(one) for table in layers for one in table.columns]


def _layers(path: Path) -> list[str]:
    return [str(name) for name in gpd.list_layers(path)["name"]]


_HEADERS: dict[str, Callable[[Path], Iterable[str]]] = {
    ".csv.gz": lambda path: text_table(read_bytes(path), path.name).columns,
    ".parquet": lambda path: pq.read_schema(path).names,
    ".gpkg": _layer_columns,
    **dict.fromkeys((".csv", ".tsv", ".txt", ".xlsx", ".xlsm"), lambda p: read_grid(p).header),
}


def _of_columns(columns: set[str]) -> str:
    has_nodes = "node_id" in columns
    if {"link_id", "from_node", "to_node"} <= columns:
        return "network" if has_nodes else "links"
    if has_nodes:
        return "nodes"
    if columns & {*programmes.HELPER_COLUMNS} and columns & {*programmes.HELPED_COLUMNS}:
        return "pairs"
    is_stops = all(columns & {*STOP_NAMES[one]} for one in ("station", "arrive", "depart"))
    return "stops" if is_stops else ""


def _is_plain_parquet(path: Path) -> bool:
    """Tell a Parquet table of numbers from one with polygons."""
    if path.suffix.lower() != ".parquet":
        return False
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (pa.ArrowException, OSError):
        return False
    return b"geo" not in metadata


def is_region(path: Path) -> bool:
    """Tell a region file from a study file; what is no TOML is for the study's reader."""
    return "region" in _tables(path)


def is_catalogue(path: Path) -> bool:
    """Tell a file of indicators from a study file: its tables have units."""
    tables = _tables(path)
    return "study" not in tables and any(
        isinstance(one, dict) and "unit" in one for one in tables.values()
    )


def _tables(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as stream:
            return tomllib.load(stream)
    except (OSError, ValueError):
        return {}


def _catalogue(path: Path) -> Lines:
    known = load_catalogue(path)
    own = [known[name] for name in _tables(path)]
    computed = sum(row.derived for row in own)
    yield f"catalogue: {len(own)} indicators, {computed} of them computed"


def _region(path: Path) -> Lines:
    region = regions.load_region(path)
    yield f"region {region.id}: {len(region.members)} members, level {region.level}"
    yield f"  centre {place(region.centre)}, {len(region.cores)} cores"
    count = len(region.bridges) + len(region.bridges_not_counted)
    yield f"  {count} bridges, {len(region.waters)} borders in water"


def _of_either(read: Callable[[Unit], Read]) -> tuple[Read, str]:
    """Read a file as one of cities, or else of counties; say which it is."""
    try:
        return read("prefecture"), "cities"
    except YrdGeoError as error:
        try:
            return read("county"), "counties"
        except YrdGeoError:
            raise error from None


def _polygons(path: Path) -> Lines:
    found, what = _of_either(lambda level: boundaries.read_boundaries(path, level=level))
    cities, notices = found
    yield f"{what}: {len(cities)} rows, EPSG:4326"
    yield from (notice.en for notice in notices)


def _indicators(path: Path) -> Lines:
    found, what = _of_either(lambda level: indicators.read_indicators(path, level=level))
    table, report = found
    matched = f"{len(report.matched)} {what} matched, {len(report.extra)} rows of others"
    yield f"indicators: {len(table)} rows, {matched}"
    if report.skipped:
        yield f"  {len(report.skipped)} rows of no place skipped: {few(report.skipped)}"
    rows = load_catalogue()
    for heading in report.unread:
        yield f"  column {heading!r} left out: no indicator that is known. {likely(heading, rows)}"


def _pairs(path: Path) -> Lines:
    pairs = programmes.read_pairs(path)
    ends = pd.concat([pairs["helper_id"], pairs["helped_id"]])
    yield f"pairs: {len(pairs)} rows, {ends.nunique()} places matched"
    yield f"  ends: {_counted(pd.concat([pairs['helper_level'], pairs['helped_level']]))}"


def _network(path: Path) -> Lines:
    nodes, links = read_network(path, path)
    yield f"nodes: {len(nodes)} rows, {_counted(nodes['kind'])}"
    yield _links_line(links)
    lone = ~nodes["node_id"].isin(links["from_node"]) & ~nodes["node_id"].isin(links["to_node"])
    yield f"match: {len(nodes) - lone.sum()} nodes with links, {lone.sum()} without"


def _nodes(path: Path) -> Lines:
    nodes = read_nodes(path)
    coded = nodes["adcode"].ne("").sum()
    yield f"nodes: {len(nodes)} rows, {_counted(nodes['kind'])}, {coded} with the code of a city"


def _links(path: Path) -> Lines:
    links = read_lone_links(path)
    ends = pd.concat([links["from_node"], links["to_node"]]).nunique()
    yield _links_line(links)
    yield f"match: {ends} nodes are named; a study file with nodes and links checks them too"


def _links_line(links: pd.DataFrame) -> str:
    return f"links: {len(links)} rows, {links['length_km'].sum():.1f} km, {_counted(links['mode'])}"


def _counted(values: pd.Series) -> str:
    counts = values.value_counts().sort_index()
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _osm(path: Path) -> Lines:
    """Check the roads of an OpenStreetMap file; of one without roads the railways."""
    try:
        found = read_osm(path)
    except SourceError as error:
        if "no road that is taken" not in error.what:
            raise
        found = read_osm(path, network="rail")
    yield f"nodes: {len(found.nodes)} rows, {_counted(found.nodes['kind'])}"
    yield _links_line(found.links)
    yield f"turns: {len(found.turns)} rows, prohibited"
    table = found.report.table
    for row in table[table["count"] > 0].to_dict("records"):
        yield f"  {row['count']} {row['what_en']}: {row['done_en']}"


def _stops(path: Path) -> Lines:
    timetable = read_stops(path)
    yield f"stops: {len(timetable.stops)} rows, {_counted(timetable.trips['mode'])}"
    yield f"stations: {len(timetable.stations)}, {few(timetable.stations['station'])}"
    yield from (f"warning: {text}" for text in timetable.warnings)


def _feed(path: Path) -> Lines:
    timetable, day = _on_some_day(path)
    yield f"stops: {len(timetable.stops)} rows{day}, {_counted(timetable.trips['mode'])}"
    yield f"stations: {len(timetable.stations)}, {few(timetable.stations['name'])}"
    yield from (f"warning: {text}" for text in timetable.warnings)


def _on_some_day(path: Path) -> tuple[Timetable, str]:
    """Read a feed on the first day on which a trip runs; an error is that of the first try."""
    for date in _first_days(path):
        try:
            return read_stops(path, date=date), f" on {date}"
        except SourceError:
            continue
    return read_stops(path), ""


def _first_days(path: Path) -> list[str]:
    """Return the first days that a feed's calendar names, as YYYY-MM-DD."""
    files = read_members(path, ("calendar.txt", "calendar_dates.txt"))
    tables = [text_table(content, name) for name, content in files.items()]
    named = [table[one] for table in tables for one in ("start_date", "date") if one in table]
    texts = pd.concat(named) if named else pd.Series(dtype=str)
    days = pd.to_datetime(texts, format="%Y%m%d", errors="coerce").dropna().sort_values()
    steps = range(_DAYS_TRIED) if len(days) else ()
    return [f"{days.iloc[0] + pd.Timedelta(days=step):%Y-%m-%d}" for step in steps]


_CHECKS: dict[str, Callable[[Path], Lines]] = {
    "region": _region,
    "catalogue": _catalogue,
    "polygons": _polygons,
    "indicators": _indicators,
    "pairs": _pairs,
    "network": _network,
    "nodes": _nodes,
    "links": _links,
    "osm": _osm,
    "stops": _stops,
    "feed": _feed,
}
