"""The user's own networks for a region: tables, OpenStreetMap, timetables.

Promise: what comes out has the form of the embedded networks, seats can be reached or the error
says which cannot, and what was left out or assumed is said.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yrdgeo.errors import NetworkError, Problem, SourceError, nearest, raise_problems
from yrdgeo.sources.day_links import EVERY_TRAIN
from yrdgeo.sources.network_files import read_network
from yrdgeo.sources.notices import Notice
from yrdgeo.sources.osm import clean, read_osm
from yrdgeo.sources.osm_clean import OsmReport
from yrdgeo.sources.osm_links import Bbox
from yrdgeo.sources.osm_turns import no_turns
from yrdgeo.sources.roads import nearest_nodes
from yrdgeo.sources.seat_roads import seat_notices, seat_roads

Tables = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]

OWN_ROADS = ("road", "expressway", "ferry", "access")
BACKBONE = frozenset({"motorway", "trunk", "primary"})
MARGIN_DEG = 0.3  # some 30 km: the fastest way between two seats may leave the region
SNAP_LIMIT_KM = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class OwnRoads:
    """Roads of the user's own.

    Attributes
    ----------
    tables
        Nodes and links; the node of a seat bears its adcode.
    turns
        Turns that are prohibited: ``from_link via_node to_link extra_min``.
    notices
        What the reader has to say.
    report
        Of an OpenStreetMap file: what was skipped, guessed or cut off.
    """

    tables: Tables
    turns: pd.DataFrame = field(default_factory=no_turns)
    notices: tuple[Notice, ...] = ()
    report: OsmReport | None = None


def osm_roads(
    path: Path,
    cities: gpd.GeoDataFrame,
    *,
    speeds: str = "cn",
    classes: Collection[str] | None = None,
    limit_km: float = SNAP_LIMIT_KM,
) -> OwnRoads:
    """Read the roads around some cities from an OpenStreetMap file, and put the seats on them.

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2`` or ``.opl``.
    cities
        The ``cities`` table.
    speeds, classes
        As in :func:`yrdgeo.sources.osm.read_osm`.
    limit_km
        How far a seat may be from the nearest road.

    Returns
    -------
    roads
        The part of the roads from each node of which every other can be reached.

    Raises
    ------
    SourceError
        If the file is absent or damaged, or has no such road in the region.
    NetworkError
        If seats are farther from a road than the limit.
    """
    box = _around(cities)
    try:
        read = read_osm(path, bbox=box, speeds=speeds, classes=classes)
    except SourceError as error:
        if "in the box" not in error.what:
            raise
        corners = ", ".join(f"{corner:.2f}" for corner in box)
        raise NetworkError(
            f"The region lies outside {path.name}.",
            found=f"{error.found}; region with a margin {corners}",
            fix="Bring an extract of the region.",
        ) from error
    kept = clean(read, connection="strong")
    if kept.links.empty:
        raise NetworkError(
            f"{path.name} has no two roads in the region that lead there and back.",
            found=repr(read),
            fix="Bring a larger extract, or more classes of road.",
        )
    seated = seat_roads(cities, kept.nodes, kept.links, kept.turns)
    links = seated.links.assign(backbone=seated.links["osm_class"].isin(BACKBONE))
    said = seat_notices(cities, seated.distance_km, limit_km=limit_km, source=path.name)
    tables = (seated.nodes, gpd.GeoDataFrame(links))
    return OwnRoads(tables, seated.turns, (*said, _osm_notice(path, read.report)), read.report)


def _around(cities: gpd.GeoDataFrame) -> Bbox:
    west, south, east, north = (float(bound) for bound in cities.total_bounds)
    seats = cities["seat_lon"], cities["seat_lat"]
    return (
        max(min(west, seats[0].min()) - MARGIN_DEG, -180.0),
        max(min(south, seats[1].min()) - MARGIN_DEG, -90.0),
        min(max(east, seats[0].max()) + MARGIN_DEG, 180.0),
        min(max(north, seats[1].max()) + MARGIN_DEG, 90.0),
    )


def _osm_notice(path: Path, report: OsmReport) -> Notice:
    count = report.table.set_index("issue")["count"]
    return Notice(
        f"Roads of {path.name}: speeds are what a way permits, {count['class_speed']} links have "
        f"no maxspeed and take that of their class; {count['missing_nodes']} ways lack nodes, "
        f"{count['island']} parts are cut off and left out.",
        f"{path.name}的道路：速度为限速而非实际车速，{count['class_speed']}条路段未标限速，采用等级"
        f"默认速度；{count['missing_nodes']}条道路缺少节点，{count['island']}个不相连的部分未使用。",
    )


def table_networks(
    nodes_path: Path,
    links_path: Path,
    cities: gpd.GeoDataFrame,
    *,
    limit_km: float = SNAP_LIMIT_KM,
) -> tuple[Tables, OwnRoads]:
    """Read the trains and the roads of the user's own tables.

    Stations without an adcode belong to the city they lie in. A seat that no road ends at joins
    the nearest node of the roads.

    Parameters
    ----------
    nodes_path, links_path
        As in :func:`yrdgeo.sources.network_files.read_network`.
    cities
        The ``cities`` table.
    limit_km
        How far a seat may be from the nearest road.

    Raises
    ------
    SourceError, TableError
        If a file cannot be read, or listing every problem of both.
    NetworkError
        If seats are farther from a road than the limit.
    """
    nodes, links = read_network(nodes_path, links_path)
    raise_problems(mode_problems(links), source=links_path.name)
    on_road = links["mode"].isin(OWN_ROADS).to_numpy()
    roads = gpd.GeoDataFrame(links[on_road])
    rails = gpd.GeoDataFrame(links[~on_road])
    stations = with_cities(_touched(nodes, rails), cities)
    junctions = _touched(nodes, roads)
    said: tuple[Notice, ...] = ()
    far = cities[~cities.index.isin(junctions["node_id"])]
    if len(junctions) and len(far):
        seats = zip(far["seat_lon"], far["seat_lat"], strict=True)
        lon, lat = shapely.get_coordinates(np.asarray(junctions.geometry, dtype=object)).T
        distance = pd.Series(nearest_nodes(lon, lat, seats)[1], far.index)
        distance[far.index.isin(junctions["adcode"])] = 0.0
        said = seat_notices(far, distance, limit_km=limit_km, source=links_path.name)
    return (stations, rails), OwnRoads((junctions, roads), no_turns(), said)


def _touched(nodes: gpd.GeoDataFrame, links: pd.DataFrame) -> gpd.GeoDataFrame:
    used = nodes["node_id"].isin(links["from_node"]) | nodes["node_id"].isin(links["to_node"])
    return gpd.GeoDataFrame(nodes[used])


def mode_problems(links: pd.DataFrame) -> list[Problem]:
    """Find links that no way of travel uses: their minutes would vanish in silence."""
    legal = sorted({*EVERY_TRAIN, *OWN_ROADS})
    return [
        Problem("is no mode of travel", row, "mode", str(mode), nearest(str(mode), legal))
        for row, mode in enumerate(links["mode"], start=2)
        if mode not in legal
    ]


def with_cities(stations: gpd.GeoDataFrame, cities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give stations that name no city of the study the adcode of the city they lie in.

    Parameters
    ----------
    stations
        A ``nodes`` table.
    cities
        The ``cities`` table.
    """
    known = stations["adcode"].isin(cities.index) | stations["node_id"].isin(cities.index)
    open_ones = stations[~known & stations.geometry.notna() & ~stations.geometry.is_empty]
    within = gpd.GeoDataFrame(geometry=open_ones.geometry).sjoin(
        gpd.GeoDataFrame(geometry=cities.geometry), predicate="within"
    )
    found = within.iloc[:, -1][~within.index.duplicated()]
    adcode = stations["adcode"].astype(object).copy()
    adcode.loc[found.index] = found.to_numpy(dtype=object)
    return gpd.GeoDataFrame(stations.assign(adcode=adcode))
