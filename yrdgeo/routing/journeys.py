"""Journeys by period of the day: fastest, typical, and as long as a traveller is under way.

Promise: every number is of journeys that the timetable allows, changes included; the wait before
departure is in those that say so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.errors import ArgumentError
from yrdgeo.results import TravelTimes
from yrdgeo.routing.graph import as_ids
from yrdgeo.routing.options import check_changes, check_options
from yrdgeo.routing.profiles import SECONDS, connections, seconds
from yrdgeo.routing.scan import journeys_between, ways_of
from yrdgeo.routing.summaries import Journeys, fastest, median, scheduled, worthwhile
from yrdgeo.routing.walks import changes, walking
from yrdgeo.timetables import DAY_MIN, PERIODS, Timetable, check_periods, period_min

Floats = npt.NDArray[np.float64]
Places = tuple[pd.Index, pd.Index]
Spans = Mapping[str, tuple[float, float]]

Summary = Callable[[Journeys, int, int, int], Floats]
Table = dict[tuple[str, str], Floats]


def journey_times(  # noqa: PLR0913 — what a traveller may ask, each by name
    timetable: Timetable,
    origins: Sequence[str] | pd.Index,
    destinations: Sequence[str] | pd.Index | None = None,
    *,
    periods: Spans = PERIODS,
    max_transfers: int = 3,
    transfer_min: float = 10.0,
    transfers: pd.DataFrame | None = None,
    longest_min: float = DAY_MIN,
) -> pd.DataFrame:
    r"""Return the journeys of every pair of places and period, changes included.

    Of the journeys that leave in a period of *p* minutes only those count that are worth it:
    none that leaves later in the period arrives as early. With *n* of them, of lengths
    :math:`m_k`, the typical one is their median, and a traveller who comes at any moment waits

    .. math:: wait = p / 2 n

    if they leave evenly spread (``half_headway_min``), and exactly what ``scheduled_min`` holds
    beyond the ride if they leave as they do (:func:`yrdgeo.routing.scan.scheduled_times`).

    Parameters
    ----------
    timetable
        The trips; they run every day.
    origins, destinations
        Stations, or cities of the station table, which stand for all their stations. The
        destinations are the origins if none are given.
    periods
        Name → first and last minute of departure after midnight; a period whose last minute is
        before its first spans midnight. The last minute is out, but for ``scheduled_min``,
        which is a mean over the whole period.
    max_transfers
        Most changes of train, 0 to 99.
    transfer_min, transfers, longest_min
        As in :func:`yrdgeo.routing.scan.scheduled_times`.

    Returns
    -------
    journeys
        ``from_id to_id period n_journeys n_transfers fastest_min typical_min half_headway_min
        scheduled_min``, a row for each ordered pair of different places and each period.
        ``n_transfers`` is the fewest changes with which the fastest time is reached; ``inf``,
        like all minutes, where no journey leaves in the period, and ``scheduled_min`` where the
        last moments of it have none.

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
    >>> found = journey_times(day, ["a"], ["b", "c"], periods={"morning": (420, 600)})
    >>> found[["to_id", "n_transfers", "typical_min", "half_headway_min"]].values.tolist()
    [['b', 0.0, 20.0, 90.0], ['c', 1.0, 65.0, 90.0]]
    """
    check_periods(periods)
    spans = {
        name: (first, first + period_min((first, end))) for name, (first, end) in periods.items()
    }
    whole = min(first for first, _ in spans.values()), max(end for _, end in spans.values())
    check_options(whole, "fastest", None, transfer_min, longest_min)
    check_changes(max_transfers)  # each number of them is a question here, so that "any" is none
    starts = as_ids(origins, role="origins")
    places = starts, starts if destinations is None else as_ids(destinations, role="destinations")
    walks = walking(timetable, transfers)
    rides = connections(timetable, whole[0], whole[1] + longest_min, daily=True)
    ways, change = ways_of(timetable, places, walks), changes(timetable, walks, transfer_min)
    longest = int(seconds(longest_min))
    tables: dict[int, Table] = {}
    for most in range(max_transfers, -1, -1):
        wanted = MEASURES if most == max_transfers else {"fastest_min": MEASURES["fastest_min"]}
        found = journeys_between(rides, ways, change, most)
        tables[most] = _measured(found, spans, (len(places[0]), len(places[1])), longest, wanted)
    return _stacked(tables, spans, places)


def without_boarding(times: TravelTimes, boarding_min: float) -> TravelTimes:
    """Take the first boarding off times over links of rides, each of which paid for one.

    What is left pays one for each change of train.

    Parameters
    ----------
    times
        Travel times over :func:`yrdgeo.sources.service_links.service_links`, between stations.
    boarding_min
        What the links were given.

    Returns
    -------
    times
        The same places; 0 from a place to itself, ``inf`` where there is no path.

    Raises
    ------
    ArgumentError
        If a boarding is negative or not a number, or a time is shorter than one: the links were
        not given it.

    Examples
    --------
    >>> without_boarding(TravelTimes(["a"], ["a", "b"], [[0.0, 45.0]]), 10.0).minutes
    array([[ 0., 35.]])
    """
    apart = times.origins.to_numpy()[:, None] != times.destinations.to_numpy()[None, :]
    if not 0 <= boarding_min < np.inf:
        raise ArgumentError("A boarding takes zero or more minutes.", found=str(boarding_min))
    short = apart & (times.minutes < boarding_min)
    if short.any():
        raise ArgumentError(
            "The times do not hold a boarding of that length.",
            found=f"{boarding_min:g} min; the shortest time is {times.minutes[apart].min():g}",
            fix="Pass the boarding_min of service_links.",
        )
    return TravelTimes(times.origins, times.destinations, times.minutes - boarding_min * apart)


def _count(journeys: Journeys, first: int, last: int, longest: int) -> Floats:
    """Return how many journeys are worth it."""
    spent = worthwhile(journeys, first, last, longest)
    return np.asarray(np.isfinite(spent).sum(axis=0), dtype=np.float64)


# Column → its summary, and whether the last second of the period counts.
MEASURES: Mapping[str, tuple[Summary, bool]] = {
    "n_journeys": (_count, False),
    "fastest_min": (fastest, False),
    "typical_min": (median, False),
    "scheduled_min": (scheduled, True),
}


def _measured(
    found: Iterator[tuple[int, slice, Journeys]],
    spans: Spans,
    shape: tuple[int, int],
    longest: int,
    wanted: Mapping[str, tuple[Summary, bool]],
) -> Table:
    """Return a matrix for each period and column, in minutes or counts."""
    table = {(period, column): np.empty(shape) for period in spans for column in wanted}
    for row, part, journeys in found:
        for (period, column), matrix in table.items():
            summary, closed = wanted[column]
            first, last = (int(seconds(bound)) for bound in spans[period])
            value = summary(journeys, first, last if closed else last - 1, longest)
            matrix[row, part] = value / (SECONDS if column != "n_journeys" else 1.0)
    return table


def _stacked(tables: Mapping[int, Table], spans: Spans, places: Places) -> pd.DataFrame:
    """Return the matrices as a row a pair and period, places to themselves left out."""
    start, end = np.nonzero(places[0].to_numpy()[:, None] != places[1].to_numpy()[None, :])
    whole = tables[max(tables)]
    rows = []
    for period in spans:
        one = {name: whole[period, name][start, end] for name in MEASURES}
        fewest = np.full(len(start), np.inf)
        for most in sorted(tables, reverse=True):
            reached = tables[most][period, "fastest_min"][start, end]
            fewest[np.isfinite(reached) & (reached <= one["fastest_min"])] = most
        with np.errstate(divide="ignore"):
            headway = period_min(spans[period]) / one["n_journeys"]
        rows.append(
            pd.DataFrame(
                {
                    "from_id": places[0].to_numpy()[start],
                    "to_id": places[1].to_numpy()[end],
                    "period": period,
                    "n_journeys": one["n_journeys"].astype(np.int64),
                    "n_transfers": fewest,
                    "fastest_min": one["fastest_min"],
                    "typical_min": one["typical_min"],
                    "half_headway_min": headway / 2.0,
                    "scheduled_min": one["scheduled_min"],
                }
            )
        )
    return pd.concat(rows, ignore_index=True)
