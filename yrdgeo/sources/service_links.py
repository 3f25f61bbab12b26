"""A timetable → links of the network: direct rides between stations, by period of the day.

Promise: a link's minutes are a ride that some train makes in that period, or the median of those
that do; never a sum of pieces of different trains. Every ride pays for boarding, so that no path
of links changes trains in no time.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from yrdgeo.errors import ArgumentError, few, nearest
from yrdgeo.sources.timetable_rows import FASTEST_KMH, great_circle_km
from yrdgeo.timetables import DAY_MIN, PERIODS, Timetable, check_periods, period_min
from yrdgeo.units import MINUTES_PER_HOUR, WGS84

Floats = npt.NDArray[np.float64]

WHOLE_DAY: Mapping[str, tuple[float, float]] = {"day": (0.0, DAY_MIN)}
WAITS = {"none": 0.0, "half_headway": 1.0}
BOARDING_MIN = 10.0  # to leave one train and be on another
STATISTICS = {"fastest": "fastest_min", "typical": "typical_min"}
FASTEST_LINK_KMH = 1_500.0  # what the links table holds
KEY = ["from_node", "to_node", "mode", "period"]


def service_links(
    timetable: Timetable,
    *,
    periods: Mapping[str, tuple[float, float]] = PERIODS,
    statistic: Literal["fastest", "typical"] = "fastest",
    length_km: Mapping[tuple[str, str], float] | None = None,
    boarding_min: float = BOARDING_MIN,
    waiting: Literal["none", "half_headway"] = "none",
) -> gpd.GeoDataFrame:
    r"""Return a link for each pair of stations that some train serves without a change.

    .. math:: 60 \, length / speed + fixed = m + boarding + wait

    with the minutes *m* of the fastest direct train of the period, or of the median one
    (``typical``). The time runs from the departure at the first station to the arrival at the
    second, stops between them included. For travellers who come at any moment, the wait is half
    the headway of the *n* trains of a period of *p* minutes:

    .. math:: wait = p / 2 n

    Parameters
    ----------
    timetable
        The trips.
    periods
        Name → first minute (in) and last minute (out) of departure after midnight; a period
        whose last minute is before its first spans midnight.
    statistic
        Which minutes the speed gives.
    length_km
        (from, to) → km along the rail, good for both ways; else the great circle.
    boarding_min
        Minutes added to each ride, above 0: a path of k rides pays k of them, one for getting on
        and k − 1 for its changes (:func:`yrdgeo.routing.journeys.without_boarding` takes the one
        off).
    waiting
        Whether each ride pays half its headway as well.

    Returns
    -------
    links
        In contract form (``oneway``; straight lines in EPSG:4326), with ``period n_trains
        fastest_min typical_min half_headway_min``; modes are those of the trips. A ride whose
        stations have no place, or places too far apart for its minutes, has no length, its
        minutes in ``fixed_min``, and low confidence.

    Raises
    ------
    ArgumentError
        If a period, the statistic or the waiting is none, a length is negative, or the boarding
        time is not above 0.

    Examples
    --------
    >>> stops = pd.DataFrame({"trip_id": "G1", "sequence": [1, 2, 3], "station": ["a", "b", "c"],
    ...     "arrive_min": [480.0, 500.0, 530.0], "depart_min": [480.0, 502.0, 530.0]})
    >>> day = Timetable(stops, pd.DataFrame({"station": ["a", "b", "c"]}))
    >>> service_links(day, periods=WHOLE_DAY)[["from_node", "to_node", "fastest_min"]].values
    array([['a', 'b', 20.0],
           ['a', 'c', 50.0],
           ['b', 'c', 28.0]], dtype=object)
    """
    check_periods(periods)
    _check(statistic, waiting, length_km or {}, boarding_min)
    rides = pd.concat(_by_period(direct_rides(timetable), periods), ignore_index=True)
    minutes = rides.groupby(KEY)["minutes"]
    links = minutes.agg(n_trains="size", fastest_min="min", typical_min="median").reset_index()
    names = [links[name] for name in KEY]
    links.insert(0, "link_id", names[0] + " → " + names[1] + ", " + names[3] + ", " + names[2])
    kilometres = great_circle_km(timetable.stations, links["from_node"], links["to_node"])
    for way, known in (length_km or {}).items():
        for start, end in (way, way[::-1]):
            kilometres[links["from_node"].eq(start) & links["to_node"].eq(end)] = known
    spans = {name: period_min(bounds) for name, bounds in periods.items()}
    links["half_headway_min"] = links["period"].map(spans).astype("float64") / 2 / links["n_trains"]
    chosen = links[STATISTICS[statistic]].to_numpy(dtype=np.float64)
    extra = boarding_min + WAITS[waiting] * links["half_headway_min"].to_numpy(dtype=np.float64)
    return _lines(_timed(links, kilometres, chosen, extra), timetable.stations)


def station_nodes(timetable: Timetable) -> gpd.GeoDataFrame:
    """Return the stations as nodes, so that they and the links make a ``Network``.

    Returns
    -------
    nodes
        ``node_id name_zh kind adcode`` and points in EPSG:4326; the adcode is the station's city
        where that is one.

    Examples
    --------
    >>> stops = pd.DataFrame({"trip_id": "G1", "sequence": [1, 2], "station": ["a", "b"],
    ...     "arrive_min": [480.0, 500.0], "depart_min": [480.0, 500.0]})
    >>> day = Timetable(stops, pd.DataFrame({"station": ["a", "b"], "city": ["310000", "x"]}))
    >>> station_nodes(day)[["node_id", "adcode"]].values.tolist()
    [['a', '310000'], ['b', '']]
    """
    stations = timetable.stations
    is_code = stations["city"].str.fullmatch(r"\d{6}").to_numpy(dtype=bool)
    nodes = {
        "node_id": stations["station"].to_numpy(),
        "name_zh": stations["name"].to_numpy(),
        "kind": "station",
        "adcode": np.where(is_code, stations["city"].to_numpy(dtype=object), ""),
    }
    return gpd.GeoDataFrame(nodes, geometry=stations.geometry.to_numpy(), crs=WGS84)


def direct_rides(timetable: Timetable) -> pd.DataFrame:
    """Return every ride without a change: each stop of a trip to each later one.

    Returns
    -------
    rides
        ``trip_id mode from_node to_node depart_min minutes``; a trip that comes back to a
        station has no ride to itself. None begins where riders may not board or ends where they
        may not alight.
    """
    modes = timetable.trips.set_index("trip_id")["mode"]
    stops = timetable.stops
    trip, station = (stops[name].to_numpy(dtype=object) for name in ("trip_id", "station"))
    arrive, depart = (stops[name].to_numpy(np.float64) for name in ("arrive_min", "depart_min"))
    longest = int(stops.groupby("trip_id").size().max()) if len(stops) else 1
    start = [np.flatnonzero(trip[:-step] == trip[step:]) for step in range(1, longest)]
    end = [rows + step for step, rows in enumerate(start, start=1)]
    begin, finish = (np.concatenate([np.empty(0, np.int64), *rows]) for rows in (start, end))
    rides = pd.DataFrame(
        {
            "trip_id": trip[begin],
            "mode": modes.reindex(trip[begin]).to_numpy(dtype=object),
            "from_node": station[begin],
            "to_node": station[finish],
            "depart_min": depart[begin],
            "minutes": arrive[finish] - depart[begin],
        }
    )
    board, alight = (stops[name].to_numpy(dtype=bool) for name in ("board", "alight"))
    usable = (rides["from_node"] != rides["to_node"]).to_numpy() & board[begin] & alight[finish]
    kept: pd.DataFrame = rides[usable]
    return kept


def _by_period(
    rides: pd.DataFrame, periods: Mapping[str, tuple[float, float]]
) -> Iterator[pd.DataFrame]:
    clock = rides["depart_min"] % DAY_MIN
    for name, (first, last) in periods.items():
        inside = (clock >= first) & (clock < last)
        if last <= first:
            inside = (clock >= first) | (clock < last)
        yield rides[inside].assign(period=name)


def _timed(links: pd.DataFrame, kilometres: Floats, minutes: Floats, extra: Floats) -> pd.DataFrame:
    """Give links the length, speed and fixed minutes that make up their ride."""
    with np.errstate(divide="ignore", invalid="ignore"):
        speed = MINUTES_PER_HOUR * kilometres / minutes
    usable = (speed > 0) & (speed <= FASTEST_LINK_KMH)
    doubtful = ~(usable & (speed <= FASTEST_KMH))
    return links.assign(
        length_km=np.where(usable, kilometres, 0.0),
        speed_kmh=np.where(usable, speed, 1.0),
        fixed_min=np.where(usable, 0.0, minutes) + extra,
        open_from="",
        status="open",
        oneway=True,
        source_id="",
        confidence=np.where(doubtful, "low", "high"),
    )


def _lines(links: pd.DataFrame, stations: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return links as straight lines; none where a station has no place."""
    places = stations.set_index("station").geometry
    points = [np.asarray(places.reindex(links[name])) for name in ("from_node", "to_node")]
    placed = ~np.any([shapely.is_missing(one) | shapely.is_empty(one) for one in points], axis=0)
    lines = np.full(len(links), None, dtype=object)
    ends = [shapely.get_coordinates(one[placed]) for one in points]
    lines[placed] = np.asarray(shapely.linestrings(np.stack(ends, axis=1)), dtype=object)
    return gpd.GeoDataFrame(links, geometry=lines, crs=WGS84)


def _check(
    statistic: str, waiting: str, lengths: Mapping[tuple[str, str], float], boarding_min: float
) -> None:
    for name, found, legal in (
        ("statistic", statistic, STATISTICS),
        ("waiting", waiting, WAITS),
    ):
        if found not in legal:
            fix = nearest(found, list(legal))
            raise ArgumentError(f"There is no {name} {found!r}.", fix=fix)
    negative = [f"{way} {known}" for way, known in lengths.items() if not 0 <= known < np.inf]
    if negative:
        raise ArgumentError("Lengths are zero or more.", found=few(negative))
    if not 0 < boarding_min < np.inf:
        raise ArgumentError(
            "Boarding takes minutes, above 0: paths of links would change trains in no time.",
            found=f"{boarding_min:g}",
            fix="Columns fastest_min and typical_min hold the bare rides. In a study, transfer_min "
            "and access_fixed_min of [network] must be above 0.",
        )
