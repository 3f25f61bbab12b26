"""A timetable as the trains of a study: rides between the stations of a region.

Promise: a ride is one that a train makes; only stations of the region are in; what a change
costs is stated, and the way from home to the first train is not paid twice.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from yrdgeo.errors import SourceError, few
from yrdgeo.sources.embedded_networks import load_nodes
from yrdgeo.sources.notices import Notice
from yrdgeo.sources.own_networks import with_cities
from yrdgeo.sources.service_links import WHOLE_DAY, service_links, station_nodes
from yrdgeo.sources.timetable import read_stops
from yrdgeo.tables import check
from yrdgeo.timetables import PERIODS, Timetable, legs
from yrdgeo.units import WGS84

MOST_RIDES = 20_000_000  # of one feed: each stop of a trip to each later one
EVER = "all_day"
_FULL_DATE = len("YYYY-MM-DD")
Tables = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]


@dataclass(frozen=True, slots=True)
class Service:
    """Which rides of a timetable count, and what they cost besides their minutes.

    Attributes
    ----------
    date
        The day; a month or a year names none.
    period
        ``all_day``, or a name of :data:`yrdgeo.timetables.PERIODS`.
    statistic
        ``fastest`` or ``typical`` (median) direct ride of the period.
    boarding_min
        Minutes that each ride pays before it begins.
    datum
        Of the stations: ``wgs84``, ``gcj02`` or ``bd09``.
    """

    date: str = ""
    period: str = EVER
    statistic: str = "fastest"
    boarding_min: float = 0.0
    datum: str = "wgs84"


@dataclass(frozen=True, slots=True, eq=False)
class Trains:
    """Trains of a region.

    Attributes
    ----------
    tables
        Their stations and direct rides as nodes and links, in contract form; rides from one stop
        to the next are marked ``backbone``, to be drawn.
    timetable
        Their stops in the region.
    beyond
        Number of stations of the timetable that are outside the region.
    notices
        What the reader has to say.
    """

    tables: Tables
    timetable: Timetable
    beyond: int
    notices: tuple[Notice, ...]


def boarding_of(transfer_min: float, access_fixed_min: float) -> tuple[float, float]:
    """Return what each ride pays and what each end of the journey still pays besides.

    Of k rides the k − 1 changes cost ``transfer_min`` each, and both ends together twice
    ``access_fixed_min``; links can only say what every ride costs.

    >>> boarding_of(30.0, 20.0)  # 20 + 20 = 5 + 30 + 5
    (30.0, 5.0)
    >>> boarding_of(60.0, 20.0)
    (40.0, 0.0)
    """
    boarding = min(transfer_min, 2.0 * access_fixed_min)
    return boarding, access_fixed_min - boarding / 2.0


def scheduled_trains(
    path: Path, cities: gpd.GeoDataFrame, *, stations: Path | None = None, service: Service
) -> Trains:
    """Read the rides between the stations of a region.

    Parameters
    ----------
    path
        A table of stops or a GTFS feed; see :func:`yrdgeo.sources.timetable.read_stops`.
    cities
        The ``cities`` table. A station belongs to the city that its table names by code, else to
        the one it lies in.
    stations
        Places of the table's stations; the embedded stations of the same name if None.
    service
        Which rides count.

    Returns
    -------
    trains
        Rides as links, and the timetable cut to the region.

    Raises
    ------
    SourceError
        If a file is bad, or fewer than two stations lie in the region.
    TableError
        Listing every problem of stops and stations.
    """
    day = service.date if len(service.date) == _FULL_DATE else None
    whole = read_stops(path, stations, date=day, datum=service.datum)
    placed = whole if stations or not whole.stations.geometry.isna().all() else _embedded(whole)
    trains, beyond = _within(placed, cities, path.name)
    periods = WHOLE_DAY if service.period == EVER else {service.period: PERIODS[service.period]}
    links = service_links(
        trains,
        periods=periods,
        statistic=service.statistic,  # type: ignore[arg-type]  # the schema knows the legal ones
        boarding_min=service.boarding_min,
    )
    if links.empty:
        raise SourceError(
            f"No train of {path.name} runs within the region in the period {service.period!r}.",
            fix="Choose another period or date in [network].",
        )
    links["mode"] = links["mode"].replace("ferry", "boat")  # a ferry takes cars
    links["source_id"] = "user_timetable"
    links["backbone"] = _neighbours(links, trains)
    nodes = with_cities(station_nodes(trains), cities)
    links = gpd.GeoDataFrame(check(links, "links", source=path.name))
    return Trains((nodes, links), trains, beyond, _told(whole))


def _embedded(timetable: Timetable) -> Timetable:
    """Place stations by the embedded ones of the same name."""
    known = load_nodes().drop_duplicates("node_id").set_index("node_id")
    ids = timetable.stations["station"]
    places = gpd.GeoSeries(np.asarray(known.geometry.reindex(ids), dtype=object), crs=WGS84)
    cities = known["adcode"].reindex(ids).fillna("").to_numpy()
    table = gpd.GeoDataFrame(timetable.stations.assign(city=cities), geometry=places)
    return replace(timetable, stations=table)


def _within(timetable: Timetable, cities: gpd.GeoDataFrame, source: str) -> tuple[Timetable, int]:
    """Return the trains between stations of the cities, and how many stations are beyond."""
    nodes = with_cities(station_nodes(timetable), cities)
    inside = nodes.loc[nodes["adcode"].isin(cities.index), "node_id"]
    stops = timetable.stops[timetable.stops["station"].isin(inside)]
    calls = stops["trip_id"].map(stops["trip_id"].value_counts())
    stops = stops[calls > 1]
    if stops.empty:
        raise SourceError(
            f"No train of {source} calls at two stations of the region.",
            found=few(timetable.stations["station"]) or "no station",
            fix="Give stations = a table with lon and lat (and its datum), or the code of a city "
            "of the region for each.",
        )
    sizes = stops.groupby("trip_id").size().to_numpy(dtype=np.float64)
    rides = int((sizes * (sizes - 1) / 2).sum())
    if rides > MOST_RIDES:
        raise SourceError(
            f"{source} is too large for a study.",
            found=f"{rides:,} rides from stop to later stop; at most {MOST_RIDES:,}",
            fix="Keep the trains and coaches and drop the city buses.",
        )
    used = timetable.stations[timetable.stations["station"].isin(stops["station"])]
    trips = timetable.trips[timetable.trips["trip_id"].isin(stops["trip_id"])]
    changes = timetable.transfers
    near = changes[changes[["from_station", "to_station"]].isin(list(used["station"])).all(axis=1)]
    left = replace(timetable, stops=stops, stations=used, trips=trips, transfers=near)
    return left, len(timetable.stations) - len(used)


def _neighbours(links: pd.DataFrame, timetable: Timetable) -> np.ndarray:
    """Mark the links from a stop to the next one of some train."""
    steps = legs(timetable.stops)
    known = set(zip(steps["from_station"], steps["to_station"], strict=True))
    ends = zip(links["from_node"], links["to_node"], strict=True)
    return np.array([pair in known for pair in ends], dtype=bool)


def _told(timetable: Timetable) -> tuple[Notice, ...]:
    return tuple(Notice(text, text) for text in timetable.warnings)


def rides_notice(path: Path, found: Trains, service: Service) -> Notice:
    """Say what the rail times of a run over direct rides are."""
    trains, beyond = found.timetable, found.beyond
    counts = f"{len(trains.trips):,}", f"{len(trains.stations):,}", f"{beyond:,}"
    return Notice(
        f"Rail times are those of {path.name}: {counts[0]} trains at {counts[1]} stations of the "
        f"region ({counts[2]} stations beyond it are left out, and with them changes there), "
        f"{service.statistic} direct rides, {service.boarding_min:g} minutes for each change; "
        "what a change waits beyond that is not known.",
        f"铁路时间取自{path.name}：本区域{counts[1]}个车站、{counts[0]}趟列车（区域外{counts[2]}个"
        f"车站及其换乘未计），直达时间取{_ZH[service.statistic]}，每次换乘另计"
        f"{service.boarding_min:g}分钟，更长的候车未计。",
    )


_ZH = {"fastest": "最短值", "typical": "中位值"}
