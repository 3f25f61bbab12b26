"""Node and link tables of the user's own: CSV, GeoPackage or Parquet → checked tables.

Promise: one error lists every problem of both files, each with its row; nothing is guessed.
"""

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import shapely

from yrdgeo.errors import Problem, SourceError, YrdGeoError, few, raise_problems
from yrdgeo.sources.cells import read_grid
from yrdgeo.sources.network_problems import link_problems, node_problems, number_of, text_of
from yrdgeo.tables import check, check_crs
from yrdgeo.units import WGS84

FORMATS = (".csv", ".gpkg", ".parquet")


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
    problems = [*node_problems(nodes), *link_problems(nodes, links)]
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
    name, nodes = Path(path).name, _points(_whole(path, "nodes"))
    raise_problems(node_problems(nodes), source=name)
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
    name, links = Path(path).name, _with_speeds(_whole(path, "links"), {})
    raise_problems(link_problems(nodes, links), source=name)
    return _lines(check(links, "links", source=name), nodes)


def read_lone_links(path: Path | str) -> pd.DataFrame:
    """Check a link table as far as it goes without its nodes.

    Raises
    ------
    SourceError
        If the file cannot be read.
    TableError
        Listing every problem with its row.
    """
    name, links = Path(path).name, _with_speeds(_whole(path, "links"), {})
    ends = pd.concat([links["from_node"], links["to_node"]]).unique()
    nowhere = gpd.GeoDataFrame(
        {"node_id": ends}, geometry=np.full(len(ends), shapely.Point()), crs=WGS84
    )
    raise_problems(link_problems(nowhere, links), source=name)
    return pd.DataFrame(check(links, "links", source=name))


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


def _whole(path: Path | str, layer: str) -> pd.DataFrame:
    """Return a table that has every column that must be."""
    table = read_table(Path(path), layer=layer)
    raise_problems(_missing(table, layer), source=Path(path).name)
    return table


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
    table = nodes.assign(node_id=text_of(nodes["node_id"]))
    if "geometry" in nodes:
        return check_crs(gpd.GeoDataFrame(table), source="nodes")
    lon, lat = number_of(nodes["lon"]), number_of(nodes["lat"])
    return gpd.GeoDataFrame(
        table.drop(columns=["lon", "lat"]), geometry=gpd.points_from_xy(lon, lat), crs=WGS84
    )


def _with_speeds(links: pd.DataFrame, speeds: Mapping[str, float]) -> pd.DataFrame:
    """Fill absent speeds from the speeds of the modes, and tidy the ids."""
    filled = links.assign(
        **{name: text_of(links[name]) for name in ("link_id", "from_node", "to_node", "mode")}
    )
    given = number_of(links["speed_kmh"]) if "speed_kmh" in links else np.full(len(links), np.nan)
    by_mode = filled["mode"].map(dict(speeds)).to_numpy(dtype=np.float64)
    absent = text_of(links["speed_kmh"]).eq("").to_numpy() if "speed_kmh" in links else True
    filled["speed_kmh"] = np.where(absent, by_mode, given)
    return filled


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
