"""Links of one day with their minutes: trains, transfers, roads, and the way from the seats.

Promise: nothing that opened after the day or closed before it is in.
"""

import re
from collections.abc import Collection, Iterable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod

from yrdgeo.errors import ArgumentError
from yrdgeo.sources.roads import nearest_nodes
from yrdgeo.sources.timemodel import Parameters, railway, station_ranks
from yrdgeo.units import WGS84

Bools = npt.NDArray[np.bool_]

EVERY_TRAIN = ("hsr", "rail", "metro", "tram", "bus", "boat", "transfer")  # by a timetable
_GEOD = Geod(ellps="WGS84")
_METRES_PER_KM = 1000.0


def open_on(links: pd.DataFrame, date: str) -> Bools:
    """Mark the links that are open on a day: from ``open_from`` on, up to before ``open_to``.

    Parameters
    ----------
    links
        The ``links`` table; a blank date does not limit.
    date
        ``YYYY-MM-DD``; a missing day or month is the first, here and in the table.

    Raises
    ------
    ArgumentError
        If the date is not one.

    Examples
    --------
    >>> links = pd.DataFrame({"status": "open", "open_from": ["", "2016-03", "2016-03-02"],
    ...     "open_to": ["2016-03-01", "", ""]})
    >>> open_on(links, "2016-03")
    array([False,  True, False])
    """
    if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", date):
        raise ArgumentError(
            "The date of a network must be a day.", found=repr(date), fix="Write YYYY-MM-DD."
        )
    day = _first_day(date)
    begun = links["open_from"].map(_first_day) <= day
    ended = links["open_to"].ne("") & (links["open_to"].map(_first_day) <= day)
    marks: Bools = (links["status"].eq("open") & begun & ~ended).to_numpy(dtype=bool)
    return marks


def _first_day(date: str) -> str:
    return date + "-01-01"[len(date) - 4 :] if date else ""


def rail_links(
    links: gpd.GeoDataFrame,
    nodes: pd.DataFrame,
    *,
    date: str,
    parameters: Parameters,
    modes: Collection[str] = EVERY_TRAIN,
) -> gpd.GeoDataFrame:
    """Return the trains of a day with the minutes of the time model, and the transfers they need.

    Parameters
    ----------
    links, nodes
        The rail tables; ``hub`` may be absent from the nodes.
    date
        See :func:`open_on`.
    parameters
        The time model and the transfer.
    modes
        Of the links to take.

    Returns
    -------
    links
        A transfer is in only if trains call at both of its stations.
    """
    taken = links[open_on(links, date) & links["mode"].isin(modes).to_numpy()]
    change = taken["mode"].eq("transfer")
    trains = railway(taken[~change], station_ranks(nodes), parameters.rail)
    served = pd.Index(pd.concat([trains["from_node"], trains["to_node"]]).unique())
    needed = taken["from_node"].isin(served) & taken["to_node"].isin(served)
    transfers = taken[change & needed].assign(
        speed_kmh=parameters.transfer_speed_kmh, fixed_min=parameters.transfer_min
    )
    return gpd.GeoDataFrame(pd.concat([trains, transfers]))


def access_links(
    cities: pd.DataFrame, stations: gpd.GeoDataFrame, *, parameters: Parameters
) -> gpd.GeoDataFrame:
    r"""Return the ways from each seat to the stations of its own city.

    .. math:: t = 60 \, k \, d / v + f

    with the great circle *d*, the detour *k*, the speed *v* and the fixed minutes *f*.

    Parameters
    ----------
    cities
        The ``cities`` table.
    stations
        Nodes with the adcode of their city.
    parameters
        The ``access_…`` ones.

    Returns
    -------
    links
        One a station; both ways.
    """
    own = stations[stations["adcode"].isin(cities.index)]
    seats = cities.loc[own["adcode"]]
    here = np.column_stack([seats["seat_lon"], seats["seat_lat"]])
    ends = zip(own["adcode"], own["node_id"], strict=True)
    return _straight(here, own, parameters, ends).assign(fixed_min=parameters.access_fixed_min)


def _straight(
    here: npt.NDArray[np.float64],
    nodes: gpd.GeoDataFrame,
    parameters: Parameters,
    ends: Iterable[tuple[str, str]],
) -> gpd.GeoDataFrame:
    """Return access links from places to nodes, row by row."""
    there = shapely.get_coordinates(nodes.geometry.to_numpy())
    metres = _GEOD.inv(here[:, 0], here[:, 1], there[:, 0], there[:, 1])[2]
    named = list(ends)
    return gpd.GeoDataFrame(
        {
            "link_id": [f"access:{seat}–{node}" for seat, node in named],
            "from_node": [seat for seat, _ in named],
            "to_node": [node for _, node in named],
            "mode": "access",
            "length_km": parameters.access_detour * np.asarray(metres) / _METRES_PER_KM,
            "speed_kmh": parameters.access_speed_kmh,
            "source_id": "assumption_access",
            "confidence": "low",
        },
        geometry=shapely.linestrings(np.stack([here, there], axis=1)) if named else [],
        crs=WGS84,
    )


def road_links(
    cities: pd.DataFrame,
    roads: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
    *,
    date: str,
    parameters: Parameters,
) -> gpd.GeoDataFrame:
    """Return the roads of a day, and the way from each seat to its place on them.

    Roads without a speed of their own take the all-in speed. A seat joins the node that bears
    its adcode, else the nearest; a seat that is itself one of the nodes needs no such way.

    Parameters
    ----------
    cities
        The ``cities`` table.
    roads
        What :func:`load_roads` returns. Only added crossings have dates: the source shows the
        roads of one recent day.
    date
        See :func:`open_on`.
    parameters
        Road and access speed; the access has no fixed minutes.

    Returns
    -------
    links
        The length of an access link says how far the seat is from the network.
    """
    nodes, links = roads
    limits = {"status": "open", "open_to": ""}
    dated = links.assign(**{key: value for key, value in limits.items() if key not in links})
    taken = gpd.GeoDataFrame(dated[open_on(dated, date)])
    given = taken["speed_kmh"] if "speed_kmh" in taken else pd.Series(np.nan, taken.index)
    taken = taken.assign(speed_kmh=given.fillna(parameters.road_speed_kmh))
    far = cities[~cities.index.isin(nodes["node_id"])]
    if not len(far) or not len(nodes):
        return gpd.GeoDataFrame(taken)
    near = _road_nodes(far, nodes)
    here = far[["seat_lon", "seat_lat"]].to_numpy(dtype=np.float64)
    access = _straight(here, near, parameters, zip(far.index, near["node_id"], strict=True))
    return gpd.GeoDataFrame(pd.concat([taken, access.assign(fixed_min=0.0)]))


def _road_nodes(cities: pd.DataFrame, nodes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the node of each seat, row by row: its own, else the nearest."""
    lon, lat = shapely.get_coordinates(nodes.geometry.to_numpy()).T
    here = cities[["seat_lon", "seat_lat"]].to_numpy(dtype=np.float64)
    rows, _ = nearest_nodes(lon, lat, map(tuple, here))
    marked = pd.Series(np.arange(len(nodes)), pd.Index(nodes["adcode"]))
    own = marked[~marked.index.duplicated()].reindex(cities.index).to_numpy(dtype=np.float64)
    return gpd.GeoDataFrame(nodes.iloc[np.where(np.isnan(own), rows, own).astype(np.int64)])
