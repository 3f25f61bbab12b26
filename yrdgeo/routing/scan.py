"""Travel times by the clock: rides, changes and, where asked for, the wait.

Promise: exact for the timetable as it stands. A journey leaves within the window, changes trains
only where there is time to, and counts the minutes from its departure to its arrival.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.errors import ArgumentError, few, nearest
from yrdgeo.results import TravelTimes
from yrdgeo.routing.graph import as_ids
from yrdgeo.routing.options import check_moment, check_options
from yrdgeo.routing.profiles import (
    NEVER,
    SECONDS,
    Connections,
    Departures,
    connections,
    profiles,
    seconds,
)
from yrdgeo.routing.summaries import SUMMARIES, Journeys
from yrdgeo.routing.walks import changes, walking
from yrdgeo.timetables import DAY_MIN, Timetable

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Ways = tuple[Ints, Ints]
Statistic = Literal["fastest", "median", "scheduled"]


def scheduled_times(  # noqa: PLR0913 — what a traveller may ask, each by name
    timetable: Timetable,
    origins: Sequence[str] | pd.Index,
    destinations: Sequence[str] | pd.Index | None = None,
    *,
    window: tuple[float, float] = (360.0, 1_320.0),
    statistic: Statistic = "fastest",
    max_transfers: int | None = None,
    transfer_min: float = 10.0,
    transfers: pd.DataFrame | None = None,
    longest_min: float = DAY_MIN,
    daily: bool = True,
) -> TravelTimes:
    r"""Return travel times by timetable from every origin to every destination.

    Of the journeys that leave in the window :math:`[t_0, t_1]`, ``fastest`` is the shortest;
    ``median`` is the median of those that are worth it: none that leaves later in the window
    arrives as early. Neither counts the wait before departure. ``scheduled`` does, for travellers
    who come at any time, with the earliest arrival :math:`a(t)` of one who comes at :math:`t`:

    .. math:: \frac{1}{t_1 - t_0} \int_{t_0}^{t_1} (a(t) - t) \, dt

    or :math:`a(t_0) - t_0` if the window is one moment.

    Parameters
    ----------
    timetable
        The trips.
    origins, destinations
        Stations, or cities of the station table, which stand for all their stations. The
        destinations are the origins if none are given.
    window
        First and last minute of departure after midnight, both in; 1,800 is six o'clock of the
        next day.
    statistic
        ``fastest``, ``median`` or ``scheduled``.
    max_transfers
        Most changes of train, up to 99; None for any number.
    transfer_min
        Least minutes between two trains at a station for which the timetable names none; above
        0.
    transfers
        ``from_station to_station minutes``: ways between stations, used both ways, in full: from
        train to train. They chain, and may begin or end a journey; so do those that the timetable
        itself names, one way.
    longest_min
        Longer journeys, waits included where they count, are no path.
    daily
        Whether the same trips run on the days before and after.

    Returns
    -------
    times
        Shape (n, m), minutes; ``inf`` where no journey leaves in the window, and for
        ``scheduled`` where some moment of it has none. 0 from a place to itself.

    Raises
    ------
    ArgumentError
        If a place is unknown or given twice, or an option is out of its domain.

    References
    ----------
    Dibbelt, J., Pajor, T., Strasser, B., and Wagner, D. (2018). Connection scan algorithm.
    ACM Journal of Experimental Algorithmics 23, 1.7.

    Examples
    --------
    >>> stops = pd.DataFrame({"trip_id": ["G1", "G1", "G2", "G2"], "sequence": [1, 2, 1, 2],
    ...     "station": ["a", "b", "b", "c"], "arrive_min": [480.0, 500.0, 515.0, 545.0],
    ...     "depart_min": [480.0, 500.0, 515.0, 545.0]})
    >>> day = Timetable(stops, pd.DataFrame({"station": ["a", "b", "c"]}))
    >>> scheduled_times(day, ["a"], ["b", "c"], window=(470, 480)).minutes
    array([[20., 65.]])
    >>> scheduled_times(day, ["a"], ["b", "c"], window=(470, 480), statistic="scheduled").minutes
    array([[25., 70.]])
    """
    check_options(window, statistic, max_transfers, transfer_min, longest_min)
    starts = as_ids(origins, role="origins")
    ends = starts if destinations is None else as_ids(destinations, role="destinations")
    walks = walking(timetable, transfers)
    change = changes(timetable, walks, transfer_min)
    rides = connections(timetable, window[0], window[1] + longest_min, daily=daily)
    minutes = np.empty((len(starts), len(ends)))
    span = tuple(int(seconds(bound)) for bound in (*window, longest_min))
    ways = ways_of(timetable, (starts, ends), walks)
    found = journeys_between(rides, ways, change, max_transfers)
    for row, part, journeys in found:
        minutes[row, part] = SUMMARIES[statistic](journeys, *span) / SECONDS
    minutes[starts.to_numpy()[:, None] == ends.to_numpy()[None, :]] = 0.0
    return TravelTimes(starts, ends, minutes)


def ways_of(timetable: Timetable, places: tuple[pd.Index, pd.Index], walks: Ints) -> Ways:
    """Return seconds from origins to stations, shape (n, s), and from these on, shape (s, m).

    Parameters
    ----------
    timetable
        The trips.
    places
        Origins and destinations: stations, or cities, which stand for all their stations.
    walks
        What :func:`yrdgeo.routing.walks.walking` returns.
    """
    leave = _access(timetable, places[0], walks, role="origins")
    return leave, _access(timetable, places[1], walks.T, role="destinations").T


def journeys_between(
    rides: Connections, ways: Ways, change: Ints, max_transfers: int | None
) -> Iterator[tuple[int, slice, Journeys]]:
    """Yield the journeys of every origin to every block of destinations.

    Parameters
    ----------
    rides
        What :func:`yrdgeo.routing.profiles.connections` returns.
    ways
        Seconds from origins to stations, and from these to destinations; ``NEVER`` for none.
    change
        What :func:`yrdgeo.routing.walks.changes` returns.
    max_transfers
        Most changes of train; None for any number.

    Yields
    ------
    origin, destinations, journeys
        Number of the origin, block of destinations, and the ways from the one to the others.
    """
    leave, reach = ways
    departures, blocks = profiles(rides, change, reach, max_transfers=max_transfers)
    for part, arrival in blocks:
        for row, way in enumerate(leave):
            on_foot = (way[:, None] + reach[:, part]).min(axis=0, initial=NEVER)
            yield row, part, _journeys(departures, arrival, way, on_foot)


def earliest_arrivals(
    timetable: Timetable,
    origin: str,
    *,
    depart_min: float,
    transfer_min: float = 10.0,
    transfers: pd.DataFrame | None = None,
    daily: bool = True,
) -> pd.Series:
    """Return when a traveller who leaves a station at one moment is at every other one.

    Parameters
    ----------
    timetable
        The trips.
    origin
        A station or a city.
    depart_min
        Minutes after midnight at which the traveller is at the station.
    transfer_min, transfers, daily
        As in :func:`scheduled_times`.

    Returns
    -------
    arrive_min
        Shape (n,), indexed by station, minutes after the same midnight; ``inf`` where no journey
        ends within a day of its beginning.

    Raises
    ------
    ArgumentError
        If the origin is unknown or the transfer is not above 0.

    Examples
    --------
    >>> stops = pd.DataFrame({"trip_id": "G1", "sequence": [1, 2], "station": ["a", "b"],
    ...     "arrive_min": [480.0, 500.0], "depart_min": [480.0, 500.0]})
    >>> day = Timetable(stops, pd.DataFrame({"station": ["a", "b"]}))
    >>> earliest_arrivals(day, "a", depart_min=470).to_dict()
    {'a': 470.0, 'b': 500.0}
    """
    check_moment(depart_min)
    check_options((0, 0), "scheduled", None, transfer_min, DAY_MIN)
    walks = walking(timetable, transfers)
    start = int(seconds(depart_min))
    ready = np.minimum(_access(timetable, pd.Index([origin]), walks, role="origins")[0], NEVER)
    board = np.where(ready < NEVER, ready + start, NEVER)
    arrive = board.copy()
    change = changes(timetable, walks, transfer_min)
    rides = connections(timetable, depart_min, depart_min + DAY_MIN, daily=daily)
    aboard: set[int] = set()
    columns = (rides.start, rides.end, rides.depart, rides.arrive, rides.trip)
    limits = (rides.board, rides.alight)
    scanned = zip(*(one.tolist() for one in (*columns, *limits)), strict=True)
    for begin, end, leaves, comes, trip, may_board, may_alight in scanned:
        if trip not in aboard and (not may_board or board[begin] > leaves):
            continue
        aboard.add(trip)
        if not may_alight:
            continue
        if comes < arrive[end] or comes + change[end, end] < board[end]:
            np.minimum(board, comes + change[end], out=board)
            np.minimum(arrive, comes + walks[end], out=arrive)
    reached = arrive <= start + DAY_MIN * SECONDS
    stations = pd.Index(timetable.stations["station"], name="station")
    return pd.Series(np.where(reached, arrive / SECONDS, np.inf), stations, name="arrive_min")


def _access(timetable: Timetable, places: pd.Index, walks: Ints, *, role: str) -> Ints:
    """Return seconds from each place to each station, shape (places, stations)."""
    stations = pd.Index(timetable.stations["station"])
    city = timetable.stations["city"].to_numpy(dtype=object)
    cities = {str(name): np.flatnonzero(city == name) for name in set(city) - {""}}
    at = stations.get_indexer(places)
    unknown = [name for name, row in zip(places, at, strict=True) if row < 0 and name not in cities]
    if unknown:
        raise ArgumentError(
            f"Some {role} are neither stations nor cities of the timetable.",
            found=few(unknown),
            fix=nearest(str(unknown[0]), [*stations, *cities]),
        )
    rows = [[row] if row >= 0 else cities[name] for name, row in zip(places, at, strict=True)]
    if not rows:
        return np.empty((0, len(stations)), dtype=np.int64)
    return np.stack([walks[members].min(axis=0) for members in rows])


def _journeys(
    departures: Departures, arrival: npt.NDArray[np.int32], way: Ints, on_foot: Ints
) -> Journeys:
    """Return the moments at which to leave a place, latest first, and the arrivals."""
    near = np.flatnonzero(way < NEVER)
    parts = [np.arange(departures.offset[one], departures.offset[one + 1]) for one in near]
    row = np.concatenate([np.empty(0, dtype=np.int64), *parts])
    moment = departures.times[row] - np.repeat(way[near], [len(part) for part in parts])
    order = np.argsort(-moment, kind="stable")
    leave, first = np.unique(-moment[order], return_index=True)
    # Of the trains that are made for at one moment the best counts.
    found = arrival[row[order]]
    best = np.minimum.reduceat(found, first, axis=0) if len(first) else found
    return Journeys(-leave, best.astype(np.int64), on_foot)
