"""Profile connection scan: for every station and departure, the earliest arrival everywhere.

Promise: exact. Times are whole seconds; connections are scanned once, latest departure first, so
that whatever a traveller could do after a ride is known when the ride is met.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.timetables import DAY_MIN, Timetable, legs

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Seconds = npt.NDArray[np.int32]

SECONDS = 60.0
NEVER = 2**30  # seconds; with one less it is still an int32
_BLOCK_BYTES = 2**28  # of one block of destinations


@dataclass(frozen=True, slots=True, eq=False)
class Connections:
    """Rides between neighbouring stops, earliest departure first.

    Attributes
    ----------
    start, end, depart, arrive, trip
        Station numbers, seconds after midnight of the first day, and number of the trip's run,
        shape (c,).
    board, alight
        Whether riders may get on where the ride begins, and off where it ends, shape (c,).
    """

    start: Ints
    end: Ints
    depart: Ints
    arrive: Ints
    trip: Ints
    board: Bools
    alight: Bools


def connections(
    timetable: Timetable, first_min: float, last_min: float, *, daily: bool
) -> Connections:
    """Return the rides that depart within a span of time.

    Parameters
    ----------
    timetable
        The trips of a day.
    first_min, last_min
        Bounds of the departure, minutes after midnight, both in.
    daily
        Whether the same trips run on the days before and after.
    """
    rides = legs(timetable.stops)
    stations = pd.Index(timetable.stations["station"])
    depart, arrive = (seconds(rides[name]) for name in ("depart_min", "arrive_min"))
    trip = pd.factorize(rides["trip_id"])[0].astype(np.int64)
    first, last = int(seconds(first_min)), int(seconds(last_min))
    shifts = np.zeros(1, dtype=np.int64)
    if daily and len(rides):
        day = int(DAY_MIN * SECONDS)
        # The days on which some departure falls into the span.
        shifts = day * np.arange((first - depart.max()) // day, (last - depart.min()) // day + 1)
    parts = []
    for number, shift in enumerate(shifts):
        inside = np.flatnonzero((depart + shift >= first) & (depart + shift <= last))
        run = trip[inside] + number * (trip.max(initial=0) + 1)
        parts.append((inside, depart[inside] + shift, arrive[inside] + shift, run))
    row, departs, arrives, runs = (np.concatenate(part) for part in zip(*parts, strict=True))
    # Of one trip the later ride must come later, also where two depart in the same second.
    order = np.lexsort((row, runs, departs))
    ends = [stations.get_indexer(rides[name])[row] for name in ("from_station", "to_station")]
    return Connections(
        ends[0][order].astype(np.int64),
        ends[1][order].astype(np.int64),
        departs[order],
        arrives[order],
        np.unique(runs, return_inverse=True)[1][order].astype(np.int64),
        *(rides[name].to_numpy(dtype=bool)[row[order]] for name in ("board", "alight")),
    )


def seconds(minutes: pd.Series | float) -> Ints:
    """Return minutes as whole seconds, halves to even; what takes decades is just not never."""
    least = np.minimum(np.asarray(minutes, dtype=np.float64), NEVER / SECONDS) * SECONDS
    rounded: Ints = np.minimum(np.rint(least).astype(np.int64), NEVER - 1)
    return rounded


@dataclass(frozen=True, slots=True, eq=False)
class Departures:
    """Departures by station, so that "the first ride after t" is one look-up.

    Attributes
    ----------
    times
        Seconds, ascending within each station, shape (c,).
    offset
        First row of each station, shape (n + 1,).
    """

    times: Ints
    offset: Ints

    def row_after(self, station: Ints, time: Ints) -> Ints:
        """Return the row of the first departure at or after a time; -1 where there is none."""
        row = np.empty(np.broadcast(station, time).shape, dtype=np.int64)
        station, time = np.broadcast_arrays(station, time)
        for one in np.unique(station):
            here = station == one
            low, high = self.offset[one], self.offset[one + 1]
            row[here] = low + np.searchsorted(self.times[low:high], time[here], side="left")
        return np.where(row < self.offset[station + 1], row, -1)


def profiles(
    rides: Connections,
    change: Ints,
    goals: Ints,
    *,
    max_transfers: int | None,
) -> tuple[Departures, Iterator[tuple[slice, Seconds]]]:
    """Scan the connections for each block of destinations.

    Parameters
    ----------
    rides
        What :func:`connections` returns.
    change
        Seconds from leaving a train at one station to boarding at another, shape (n, n);
        ``NEVER`` where there is no way. At least 1.
    goals
        Seconds from leaving a train at a station to a destination, shape (n, m).
    max_transfers
        Most changes of train; None for any number.

    Returns
    -------
    departures, blocks
        For each block of destinations the earliest arrival by the train of that departure, in
        seconds, one row a departure of ``departures``, shape (c, columns of the slice).

    References
    ----------
    Dibbelt, J., Pajor, T., Strasser, B., and Wagner, D. (2018). Connection scan algorithm.
    ACM Journal of Experimental Algorithmics 23, 1.7.
    """
    order = np.lexsort((rides.depart, rides.start))
    counts = np.bincount(rides.start, minlength=len(change))
    departures = Departures(rides.depart[order], np.concatenate([[0], np.cumsum(counts)]))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    options = _boardings(rides, change, departures)
    layers = 1 if max_transfers is None else max_transfers + 1
    size = max(1, _BLOCK_BYTES // (4 * (layers + 1) * max(1, len(order))))

    def blocks() -> Iterator[tuple[slice, Seconds]]:
        for start in range(0, goals.shape[1], size):
            part = slice(start, min(start + size, goals.shape[1]))
            wanted = np.ascontiguousarray(goals[:, part], dtype=np.int32)
            limited = max_transfers is not None
            yield part, _scan(rides, place, options, wanted, layers if limited else 0)

    return departures, blocks()


def _boardings(rides: Connections, change: Ints, departures: Departures) -> list[list[int]]:
    """Return, for each ride, the departures that can be caught at its end and around."""
    options: list[list[int]] = [[] for _ in rides.end]
    for end in np.unique(rides.end):
        here = np.flatnonzero((rides.end == end) & rides.alight)
        for near in np.flatnonzero(change[end] < NEVER):
            rows = departures.row_after(
                np.full(len(here), near), rides.arrive[here] + change[end, near]
            )
            for ride, row in zip(here[rows >= 0], rows[rows >= 0], strict=True):
                options[ride].append(int(row))
    return options


def _scan(
    rides: Connections, place: Ints, options: list[list[int]], goals: Seconds, layers: int
) -> Seconds:
    """Return the earliest arrival by each departure; ``layers`` 0 is any number of changes."""
    shape = max(1, layers), goals.shape[1]
    best = np.full((len(place), *shape), NEVER, dtype=np.int32)  # by this departure or a later
    by_train = np.empty((len(place), goals.shape[1]), dtype=np.int32)
    aboard = np.full((int(rides.trip.max(initial=-1)) + 1, *shape), NEVER, dtype=np.int32)
    nowhere = np.full(shape, NEVER, dtype=np.int32)
    later: dict[int, int] = {}  # the departure scanned last at each station
    columns = (rides.start, rides.end, rides.arrive, rides.trip, place, rides.board, rides.alight)
    scanned = zip(*(column[::-1].tolist() for column in columns), options[::-1], strict=True)
    for start, end, arrive, trip, own, board, alight, catchable in scanned:
        found = aboard[trip]
        if alight:
            np.minimum(found, goals[end] + np.int32(arrive), out=found)
        for row in catchable:
            if layers:
                np.minimum(found[1:], best[row, :-1], out=found[1:])
            else:
                np.minimum(found, best[row], out=found)
        reached = found if board else nowhere
        by_train[own] = reached[-1]
        if start in later:
            np.minimum(reached, best[later[start]], out=best[own])
        else:
            best[own] = reached
        later[start] = own
    return np.minimum(by_train, NEVER, out=by_train)
