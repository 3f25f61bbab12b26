"""Node and link tables of the user's own: CSV, GeoPackage or Parquet → checked tables.

Promise: one error lists every problem of both files, each with its row; nothing is guessed.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import shapely
from pyproj import Geod

from yrdgeo.errors import Problem, SourceError, YrdGeoError, few, raise_problems
from yrdgeo.sources.cells import read_grid
from yrdgeo.tables import STATUSES, check, check_crs
from yrdgeo.units import WGS84

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

FORMATS = (".csv", ".gpkg", ".parquet")
LONGEST_KM = 20_000.0
FASTEST_KMH = 1_500.0
DATE = r"|\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
ROUNDING_KM = 0.1  # lengths are often given to 0.1 km
METRES = (0.9, 3.0)  # length / 1000 over the great circle, if it was given in metres
_GEOD = Geod(ellps="WGS84")


def read_network(
    nodes_path: Path | str,
    links_path: Path | str,
    *,
    mode_speeds: Mapping[str, float] | None = None,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Read a network of the user's own.

    Parameters
    ----------
    nodes_path
        CSV with ``node_id lon lat`` (degrees on WGS 84), or GeoPackage or GeoParquet with points;
        optional ``name_zh kind adcode hub``. A seat's ``node_id`` is its adcode.
    links_path
        CSV, GeoPackage or GeoParquet with ``link_id from_node to_node mode length_km speed_kmh``;
        optional ``fixed_min open_from open_to status oneway way_stations source_id confidence``.
    mode_speeds
        Speed in km/h by mode, for links without one.

    Returns
    -------
    nodes, links
        In contract form, EPSG:4326; links without geometry are straight.

    Raises
    ------
    SourceError
        If a file cannot be read.
    TableError
        Listing every problem of both files with its row (header = row 1): unknown nodes, lengths
        and speeds that are absent, negative, absurd, in metres or below the great circle, dates.
    """
    nodes = read_table(Path(nodes_path), layer="nodes")
    links = read_table(Path(links_path), layer="links")
    places = f"{Path(nodes_path).name} and {Path(links_path).name}"
    raise_problems(_missing(nodes, "nodes") + _missing(links, "links"), source=places)
    nodes, links = _points(nodes), _with_speeds(links, mode_speeds or {})
    problems = [*_node_problems(nodes), *_link_problems(nodes, links)]
    raise_problems(problems, source=places)
    checked = gpd.GeoDataFrame(check(nodes, "nodes", source=Path(nodes_path).name))
    return checked, _lines(check(links, "links", source=Path(links_path).name), checked)


def read_nodes(path: Path | str) -> gpd.GeoDataFrame:
    """Read a node table of the user's own; see :func:`read_network`.

    Raises
    ------
    SourceError
        If the file cannot be read.
    TableError
        Listing every problem with its row.
    """
    name = Path(path).name
    table = read_table(Path(path), layer="nodes")
    raise_problems(_missing(table, "nodes"), source=name)
    nodes = _points(table)
    raise_problems(_node_problems(nodes), source=name)
    return gpd.GeoDataFrame(check(nodes, "nodes", source=name))


def read_links(path: Path | str, nodes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Read links between nodes that are known already; see :func:`read_network`.

    Raises
    ------
    SourceError
        If the file cannot be read.
    TableError
        Listing every problem with its row.
    """
    name = Path(path).name
    table = read_table(Path(path), layer="links")
    raise_problems(_missing(table, "links"), source=name)
    links = _with_speeds(table, {})
    raise_problems(_link_problems(nodes, links), source=name)
    return _lines(check(links, "links", source=name), nodes)


def read_table(path: Path, *, layer: str) -> pd.DataFrame:
    """Read a table as it is; CSV as text, so that codes keep their zeros.

    Parameters
    ----------
    path
        CSV, GeoPackage or Parquet.
    layer
        Which layer of a GeoPackage that has several.
    """
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise SourceError(
            f"{path.name} is no table of a network.", fix=f"Legal: {', '.join(FORMATS)}."
        )
    if not path.is_file():
        raise SourceError(f"{path.name} is not there.", found=str(path), fix="Check the path.")
    try:
        if kind == ".csv":
            return _csv(path)
        return _layer(path, layer) if kind == ".gpkg" else _parquet(path)
    except YrdGeoError:
        raise
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise SourceError(
            f"{path.name} cannot be read.", found=str(error)[:200], fix="Check path and format."
        ) from error


def _layer(path: Path, layer: str) -> pd.DataFrame:
    """Return the only layer of a GeoPackage, or the one of that name."""
    names = [str(name) for name in gpd.list_layers(path)["name"]]
    if len(names) > 1 and layer not in names:
        raise SourceError(
            f"{path.name} has several layers and none is called {layer!r}.",
            found=few(names),
            fix=f"Rename the one that holds the {layer}.",
        )
    return gpd.read_file(path, layer=layer if layer in names else names[0])


def _parquet(path: Path) -> pd.DataFrame:
    """Return a table with geometry, or without where the file has none."""
    has_geometry = b"geo" in (pq.read_schema(path).metadata or {})
    return gpd.read_parquet(path) if has_geometry else pd.read_parquet(path)


def _csv(path: Path) -> pd.DataFrame:
    grid = read_grid(path)
    raise_problems(grid.problems, source=path.name)
    if not grid.rows:
        raise SourceError(f"{path.name} has no rows below its header.")
    return pd.DataFrame([cells for _, cells in grid.rows], columns=list(grid.header), dtype=object)


def _missing(table: pd.DataFrame, name: str) -> list[Problem]:
    place = ["geometry"] if "geometry" in table else ["lon", "lat"]
    wanted = {
        "nodes": ["node_id", *place],
        "links": ["link_id", "from_node", "to_node", "mode", "length_km"],
    }
    return [
        Problem(
            f"the table of {name} has no column {column!r}", fix=f"It has {few(table.columns)}."
        )
        for column in wanted[name]
        if column not in table
    ]


def _points(nodes: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return nodes with points; coordinates that are no numbers give empty points."""
    table = nodes.assign(node_id=_text(nodes["node_id"]))
    if "geometry" in nodes:
        return check_crs(gpd.GeoDataFrame(table), source="nodes")
    lon, lat = _number(nodes["lon"]), _number(nodes["lat"])
    return gpd.GeoDataFrame(
        table.drop(columns=["lon", "lat"]), geometry=gpd.points_from_xy(lon, lat), crs=WGS84
    )


def _text(values: pd.Series) -> pd.Series:
    text = values.astype("string").fillna("").str.strip()
    return text.str.replace(r"\.0$", "", regex=True).astype(object)


def _number(values: pd.Series) -> Floats:
    return pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64)


def _with_speeds(links: pd.DataFrame, speeds: Mapping[str, float]) -> pd.DataFrame:
    """Fill absent speeds from the speeds of the modes, and tidy the ids."""
    filled = links.assign(
        **{name: _text(links[name]) for name in ("link_id", "from_node", "to_node", "mode")}
    )
    given = _number(links["speed_kmh"]) if "speed_kmh" in links else np.full(len(links), np.nan)
    by_mode = filled["mode"].map(dict(speeds)).to_numpy(dtype=np.float64)
    absent = _text(links["speed_kmh"]).eq("").to_numpy() if "speed_kmh" in links else True
    filled["speed_kmh"] = np.where(absent, by_mode, given)
    return filled


def _rows(
    what: str, wrong: Bools, values: pd.Series, fix: str = "", *, column: str = ""
) -> Iterator[Problem]:
    for position in np.flatnonzero(wrong):
        value = str(values.iloc[position])
        yield Problem(what, int(position) + 2, column or str(values.name), value, fix)


def _node_problems(nodes: gpd.GeoDataFrame) -> Iterator[Problem]:
    ids = nodes["node_id"]
    yield from _rows("the node has no id", ids.eq("").to_numpy(), ids)
    yield from _rows(
        "repeats an earlier node", ids.duplicated().to_numpy() & ids.ne("").to_numpy(), ids
    )
    point = nodes.geometry
    lon, lat = point.x.to_numpy(), point.y.to_numpy()
    with np.errstate(invalid="ignore"):
        outside = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))  # noqa: PLR2004 — degrees
    yield from _rows(
        "the node has no place on earth",
        outside,
        ids,
        "lon and lat are degrees on WGS 84.",
        column="geometry",
    )


def _link_problems(nodes: gpd.GeoDataFrame, links: pd.DataFrame) -> Iterator[Problem]:
    ids = links["link_id"]
    yield from _rows("the link has no id", ids.eq("").to_numpy(), ids)
    yield from _rows(
        "repeats an earlier link", ids.duplicated().to_numpy() & ids.ne("").to_numpy(), ids
    )
    yield from _rows("the link has no mode", links["mode"].eq("").to_numpy(), links["mode"])
    for name in ("from_node", "to_node"):
        unknown = ~links[name].isin(nodes["node_id"]).to_numpy()
        yield from _rows("names a node that the node table lacks", unknown, links[name])
    yield from _number_problems(links)
    yield from _length_problems(nodes, links)
    for name in {"open_from", "open_to"} & set(links.columns):
        text = _text(links[name]).rename(name)
        wrong = ~text.str.fullmatch(DATE).to_numpy(dtype=bool)
        yield from _rows("is not a date", wrong, text, "Write YYYY, YYYY-MM or YYYY-MM-DD.")
    if "status" in links:
        status = _text(links["status"]).rename("status")
        wrong = ~status.isin(["", *STATUSES]).to_numpy()
        yield from _rows("is no status", wrong, status, f"Legal: {', '.join(STATUSES)}.")


def _number_problems(links: pd.DataFrame) -> Iterator[Problem]:
    """Find numbers that are absent, not numbers, or out of their domain."""
    domains = {
        "length_km": (0.0, LONGEST_KM, "Lengths are kilometres."),
        "speed_kmh": (np.nextafter(0.0, 1.0), FASTEST_KMH, "Give speed_kmh or a mode speed."),
        "fixed_min": (0.0, 1_440.0, "Minutes, zero or more."),
        "way_stations": (0.0, 1_000.0, "A count, zero or more."),
    }
    for name, (lowest, highest, fix) in domains.items():
        if name not in links:
            continue
        number = _number(links[name])
        optional = name in {"fixed_min", "way_stations"}
        blank = _text(links[name]).eq("").to_numpy() & optional
        with np.errstate(invalid="ignore"):
            wrong = ~((number >= lowest) & (number <= highest)) & ~blank
        if name == "length_km":
            wrong &= ~(number > highest)  # reported with the great circle, which tells the unit
        yield from _rows("is no legal number", wrong, links[name], fix)


def _length_problems(nodes: gpd.GeoDataFrame, links: pd.DataFrame) -> Iterator[Problem]:
    """Find lengths in metres, absurd ones, and those below the great circle."""
    places = nodes[~nodes["node_id"].duplicated()].set_index("node_id").geometry
    length = _number(links["length_km"])
    lon, lat = places.x, places.y
    start, end = (
        np.column_stack([axis.reindex(links[name]).to_numpy() for axis in (lon, lat)])
        for name in ("from_node", "to_node")
    )
    with np.errstate(invalid="ignore"):
        known = np.isfinite(np.hstack([start, end])).all(axis=1) & (length >= 0)
        known &= (np.abs(np.hstack([start, end])) <= [180, 90, 180, 90]).all(axis=1)
    direct = np.full(len(links), np.nan)
    metres = _GEOD.inv(start[known, 0], start[known, 1], end[known, 0], end[known, 1])[2]
    direct[known] = np.asarray(metres) / 1000.0
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = length / 1000.0 / direct
        in_metres = (ratio >= METRES[0]) & (ratio <= METRES[1]) & (length > 100 * direct)
        short = (length < direct - ROUNDING_KM) & ~in_metres
        absurd = (length > LONGEST_KM) & ~in_metres
    for position in np.flatnonzero(in_metres):
        yield Problem(
            "looks like metres",
            int(position) + 2,
            "length_km",
            str(links["length_km"].iloc[position]),
            f"The great circle is {direct[position]:.1f} km: divide by 1000.",
        )
    for position in np.flatnonzero(short):
        yield Problem(
            "is below the great circle between its nodes",
            int(position) + 2,
            "length_km",
            str(links["length_km"].iloc[position]),
            f"The great circle is {direct[position]:.1f} km.",
        )
    yield from _rows("is longer than half the earth", absurd, links["length_km"])


def _lines(links: pd.DataFrame, nodes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return links as lines; straight where the table has none."""
    if "geometry" in links:
        return gpd.GeoDataFrame(links)
    places = nodes.set_index("node_id").geometry
    ends = [
        shapely.get_coordinates(np.asarray(places[links[name]]))
        for name in ("from_node", "to_node")
    ]
    lines = shapely.linestrings(np.stack(ends, axis=1))
    return gpd.GeoDataFrame(links, geometry=np.asarray(lines, dtype=object), crs=WGS84)
