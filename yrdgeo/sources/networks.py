"""The network of one day.

Promise: seats are nodes named by adcode, stations by their Chinese name; nothing that opened
after the day or closed before it is in; between stations the time is the ride, between seats the
way to and from the stations is in it.
"""

from collections.abc import Collection

import geopandas as gpd
import pandas as pd

from yrdgeo.errors import ArgumentError, nearest
from yrdgeo.results import Network
from yrdgeo.sources.day_links import (
    EVERY_TRAIN,
    access_links,
    open_on,
    rail_links,
    road_links,
)
from yrdgeo.sources.embedded_networks import load_links, load_nodes, load_roads
from yrdgeo.sources.network_files import read_network
from yrdgeo.sources.own_networks import OWN_ROADS
from yrdgeo.sources.timemodel import Parameters, TimeModel, load_time_models
from yrdgeo.sources.timemodel import parameters as read_parameters
from yrdgeo.units import WGS84

__all__ = [
    "Parameters",
    "TimeModel",
    "access_links",
    "assemble",
    "load_links",
    "load_nodes",
    "load_roads",
    "load_time_models",
    "open_on",
    "parameters",
    "rail_links",
    "read_network",
    "road_links",
    "seat_nodes",
]

Tables = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]

parameters = read_parameters  # under this name a public function; :func:`assemble` takes a value

MODES = ("rail", "hsr", "road")
TRAINS = {"rail": EVERY_TRAIN, "hsr": ("hsr", "transfer")}
_DEFAULTS: dict[str, str | float | bool] = {
    "name_zh": "",
    "name_en": "",
    "fixed_min": 0.0,
    "opened": "",
    "open_from": "",
    "open_to": "",
    "status": "open",
    "oneway": False,
    "backbone": True,
    "source_id": "",
    "confidence": "",
}
_KEPT = [
    "link_id",
    "from_node",
    "to_node",
    "mode",
    "name_zh",
    "name_en",
    "length_km",
    "speed_kmh",
    "fixed_min",
    "opened",
    "open_from",
    "open_to",
    "status",
    "oneway",
    "backbone",
    "source_id",
    "confidence",
    "geometry",
]


def assemble(
    cities: gpd.GeoDataFrame,
    rail: Tables,
    roads: Tables,
    *,
    date: str,
    modes: Collection[str] | None = None,
    parameters: Parameters | None = None,
) -> Network:
    """Return the network of one day.

    Parameters
    ----------
    cities
        The ``cities`` table; each seat becomes a node named by its adcode.
    rail
        Nodes and links of the trains (:func:`load_nodes`, :func:`load_links`).
    roads
        Nodes and links of the roads (:func:`load_roads`).
    date
        ``YYYY-MM-DD``; a missing day or month is the first.
    modes
        Some of ``rail`` (every train), ``hsr`` (high speed only) and ``road``; all if None.
    parameters
        The shipped ones if None.

    Returns
    -------
    network
        Between stations the time is the ride; between seats, access at both ends is in.

    Raises
    ------
    ArgumentError
        If the date or a mode is unknown.
    """
    asked = set(MODES if modes is None else modes)
    if unknown := sorted(asked - set(MODES)):
        raise ArgumentError(
            f"There is no travel mode {unknown[0]!r}.", fix=nearest(unknown[0], MODES)
        )
    chosen = read_parameters() if parameters is None else parameters
    links = []
    served = rail[0].iloc[:0]
    trains = {kind for mode in asked & set(TRAINS) for kind in TRAINS[mode]}
    if trains:
        rides = rail_links(rail[1], rail[0], date=date, parameters=chosen, modes=trains)
        served = _touched(rail[0], rides)
        links += [rides, access_links(cities, served, parameters=chosen)]
    if "road" in asked:
        own = rail[1][rail[1]["mode"].isin(OWN_ROADS) & open_on(rail[1], date)]
        links += [own, road_links(cities, roads, date=date, parameters=chosen)]
        served = pd.concat([served, _touched(rail[0], own), roads[0]])
    others = served[~served["node_id"].isin(cities.index) & ~served["node_id"].duplicated()]
    nodes = pd.concat([seat_nodes(cities), others], ignore_index=True)
    return Network(_joined(links), gpd.GeoDataFrame(nodes))


def _touched(nodes: gpd.GeoDataFrame, links: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the nodes at which some link begins or ends."""
    ends = pd.concat([links["from_node"], links["to_node"]])
    return gpd.GeoDataFrame(nodes[nodes["node_id"].isin(ends)])


def seat_nodes(cities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the seats as nodes named by their adcode."""
    return gpd.GeoDataFrame(
        {
            "node_id": cities.index.to_numpy(),
            "name_zh": cities["name_zh"].to_numpy(),
            "kind": "seat",
            "adcode": cities.index.to_numpy(),
        },
        geometry=gpd.points_from_xy(cities["seat_lon"], cities["seat_lat"]),
        crs=WGS84,
    )


def _is_text(values: pd.Series) -> bool:
    return isinstance(values.dtype, pd.StringDtype)


def _joined(links: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Stack link tables that lack different optional columns."""
    filled = [table.reindex(columns=_KEPT) for table in links]
    if not filled:
        return gpd.GeoDataFrame(columns=_KEPT, geometry="geometry", crs=WGS84)
    joined = pd.concat(filled, ignore_index=True)
    for column, default in _DEFAULTS.items():
        given = joined[column]
        if given.notna().all() and (isinstance(default, str) or given.dtype != object):
            continue
        whole = given.astype(object).where(given.notna(), default)  # pandas 2 would guess a type
        if not isinstance(default, str):
            whole = whole.infer_objects()
        joined[column] = whole.astype(given.dtype) if _is_text(given) else whole
    joined["backbone"] = joined["backbone"].astype(bool)
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=WGS84)
