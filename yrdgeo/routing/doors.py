"""Travel times by the clock from door to door: to the station, on trains, and from the station.

Promise: exact for the timetable and the ways to its stations as they are given; the moment that
counts is that of leaving home, and the minutes run until the other door.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from yrdgeo.errors import ArgumentError, Problem, TableError, few, nearest, raise_problems
from yrdgeo.results import TravelTimes
from yrdgeo.routing.graph import as_ids
from yrdgeo.routing.options import check_options
from yrdgeo.routing.profiles import NEVER, SECONDS, connections, seconds
from yrdgeo.routing.scan import Floats, Ints, Statistic, journeys_between
from yrdgeo.routing.summaries import SUMMARIES
from yrdgeo.routing.walks import changes, walking
from yrdgeo.timetables import DAY_MIN, Timetable

COLUMNS = ("place", "station", "minutes")


def door_times(  # noqa: PLR0913 — what a traveller may ask, each by name
    timetable: Timetable,
    access: pd.DataFrame,
    places: Sequence[str] | pd.Index,
    *,
    window: tuple[float, float] = (0.0, DAY_MIN),
    statistic: Statistic = "fastest",
    max_transfers: int | None = None,
    transfer_min: float = 10.0,
    transfers: pd.DataFrame | None = None,
    longest_min: float = 2 * DAY_MIN,
    daily: bool = True,
) -> TravelTimes:
    r"""Return travel times by timetable between places that are no stations.

    .. math:: t_{ij} = S \bigl( a_{ip} + (\text{journey from } p \text{ to } q) + a_{qj} \bigr)

    over all stations p and q, with the minutes *a* between a place and a station, and the summary
    *S* of :func:`yrdgeo.routing.scan.scheduled_times` over the moments at which one may leave the
    first place.

    Parameters
    ----------
    timetable
        The trips.
    access
        ``place station minutes``: ways between places and stations, the same there and back. Of
        two rows of one place and station the shorter counts.
    places
        Origins, and destinations. One without a row of ``access`` reaches nothing.
    window
        First (in) and last (out) minute after midnight of leaving the place; ``scheduled`` is a
        mean over all of it.
    statistic, max_transfers, transfer_min, transfers, longest_min, daily
        As in :func:`yrdgeo.routing.scan.scheduled_times`; the minutes include the access.

    Returns
    -------
    times
        Shape (n, n), minutes; ``inf`` where no journey leaves in the window, and for
        ``scheduled`` where some moment of it has none. 0 from a place to itself.

    Raises
    ------
    TableError
        If the access lacks a column; or listing every row (header = row 1) of an unknown station,
        of minutes that are no time, or of a place that is no text where the places are.
    ArgumentError
        If a place is given twice, or an option is out of its domain.

    References
    ----------
    Dibbelt, J., Pajor, T., Strasser, B., and Wagner, D. (2018). Connection scan algorithm.
    ACM Journal of Experimental Algorithmics 23, 1.7.

    Examples
    --------
    >>> stops = pd.DataFrame({"trip_id": "G1", "sequence": [1, 2], "station": ["a", "b"],
    ...     "arrive_min": [480.0, 500.0], "depart_min": [480.0, 500.0]})
    >>> day = Timetable(stops, pd.DataFrame({"station": ["a", "b"]}))
    >>> ways = pd.DataFrame({"place": ["A", "B"], "station": ["a", "b"], "minutes": [30.0, 10.0]})
    >>> door_times(day, ways, ["A", "B"]).minutes
    array([[ 0., 60.],
           [inf,  0.]])
    >>> door_times(day, ways, ["A", "B"], window=(420, 450), statistic="scheduled").minutes[0, 1]
    np.float64(75.0)
    """
    first, last = window
    check_options(window, statistic, max_transfers, transfer_min, longest_min)
    if first == last:
        raise ArgumentError(
            "The window has no minutes.",
            found=repr(window),
            fix="Give a last minute after the first.",
        )
    ids = as_ids(places, role="places")
    walks = walking(timetable, transfers)
    rides = connections(timetable, first, last + longest_min, daily=daily)
    near = _near(timetable, access, ids)
    ways = _with_walks(near, walks), _with_walks(near, walks.T).T
    change = changes(timetable, walks, transfer_min)
    begin, end, longest = (int(seconds(bound)) for bound in (first, last, longest_min))
    # Who leaves at the last second leaves within the window; a mean is over all of it.
    end -= statistic != "scheduled"
    minutes = np.empty((len(ids), len(ids)))
    for row, part, journeys in journeys_between(rides, ways, change, max_transfers):
        minutes[row, part] = SUMMARIES[statistic](journeys, begin, end, longest) / SECONDS
    np.fill_diagonal(minutes, 0.0)
    return TravelTimes(ids, ids, minutes)


def _near(timetable: Timetable, access: pd.DataFrame, places: pd.Index) -> Ints:
    """Return seconds between each place and each station, ``NEVER`` where there is no way."""
    absent = [name for name in COLUMNS if name not in access]
    if absent:
        raise TableError(
            "The access lacks columns.", found=few(absent), fix=f"Needed: {few(COLUMNS)}."
        )
    stations = pd.Index(timetable.stations["station"])
    minutes = pd.to_numeric(access["minutes"], errors="coerce").to_numpy(dtype=np.float64)
    raise_problems(_problems(access, minutes, stations, places), source="table 'access'")
    row, column = (
        index.get_indexer(pd.Index(access[name]))
        for index, name in ((places, "place"), (stations, "station"))
    )
    near = np.full((len(places), len(stations)), NEVER, dtype=np.int64)
    asked = row >= 0
    spent = np.minimum(seconds(pd.Series(minutes)), NEVER)
    np.minimum.at(near, (row[asked], column[asked]), spent[asked])
    return near


def _problems(
    access: pd.DataFrame, minutes: Floats, stations: pd.Index, places: pd.Index
) -> Iterator[Problem]:
    # A code that is read as a number meets no place, and that place would seem cut off.
    text = all(isinstance(place, str) for place in places)
    named = access["place"].map(lambda place: isinstance(place, str)).to_numpy(dtype=bool)
    rules = (
        ("place", text & ~named, "is no text, as the places are"),
        ("station", ~access["station"].isin(stations).to_numpy(), "is no station of the timetable"),
        ("minutes", ~((minutes >= 0) & (minutes < np.inf)), "is no time of 0 or more"),
    )
    for column, wrong, what in rules:
        for row in np.flatnonzero(wrong):
            value = str(access[column].iloc[row])
            known = [str(name) for name in stations]
            fix = nearest(value, known) if column == "station" else ""
            yield Problem(what, int(row) + 2, column, value, fix)


def _with_walks(near: Ints, walks: Ints) -> Ints:
    """Return seconds between places and stations, ways on from the first station included."""
    whole = np.full_like(near, NEVER)
    for row, spent in enumerate(near):
        at = np.flatnonzero(spent < NEVER)
        if len(at):
            whole[row] = (spent[at, None] + walks[at]).min(axis=0)
    return np.minimum(whole, NEVER)
