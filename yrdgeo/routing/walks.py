"""Ways between trains: by street from station to station, and within a station.

Promise: a traveller is given at least the minutes that the timetable or the question names; at
one station never less than a second, so that no chain of trains goes round in no time.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.errors import ArgumentError, Problem, few, raise_problems
from yrdgeo.routing.profiles import NEVER, SECONDS, seconds
from yrdgeo.timetables import TRANSFER_COLUMNS, Timetable

Ints = npt.NDArray[np.int64]

_ENDS = ("from_station", "to_station")


def walking(timetable: Timetable, transfers: pd.DataFrame | None) -> Ints:
    """Return seconds between stations by street, shape (n, n), from row to column.

    The ways are chains of the timetable's own transfers, one way, and of the table's, both ways.

    Raises
    ------
    ArgumentError
        If the table lacks a column; or listing every row (header = row 1) of unknown stations,
        or of minutes that are not above 0.
    """
    stations = pd.Index(timetable.stations["station"])
    walks = np.full((len(stations), len(stations)), NEVER, dtype=np.int64)
    np.fill_diagonal(walks, 0)
    own = timetable.transfers
    own = own[(own["from_station"] != own["to_station"]) & np.isfinite(own["minutes"])]
    ways = [own, *_both_ways(transfers, stations)]
    used = [stations.get_indexer(pd.concat([way[name] for way in ways])) for name in _ENDS]
    time = np.maximum(seconds(pd.concat([way["minutes"] for way in ways])), 1)
    np.minimum.at(walks, tuple(used), np.minimum(time, NEVER))
    for middle in np.intersect1d(*used):
        np.minimum(walks, walks[:, middle, None] + walks[None, middle], out=walks)
    return walks


def _both_ways(transfers: pd.DataFrame | None, stations: pd.Index) -> list[pd.DataFrame]:
    """Return the table of a question there and back, checked."""
    if transfers is None or transfers.empty:
        return []
    absent = [name for name in TRANSFER_COLUMNS if name not in transfers]
    if absent:
        raise ArgumentError(
            "The transfers lack columns.",
            found=few(absent),
            fix=f"Needed: {few(TRANSFER_COLUMNS)}.",
        )
    minutes = pd.to_numeric(transfers["minutes"], errors="coerce").to_numpy(dtype=np.float64)
    rules = [
        (name, ~transfers[name].isin(stations), "is no station of the timetable") for name in _ENDS
    ]
    rules.append(("minutes", ~(np.isfinite(minutes) & (minutes > 0)), "is no time above 0"))
    problems = [
        Problem(what, int(row) + 2, name, str(transfers[name].iloc[row]))
        for name, wrong, what in rules
        for row in np.flatnonzero(wrong)
    ]
    raise_problems(problems, source="transfers", error=ArgumentError)
    transfers = transfers.assign(minutes=minutes)
    return [transfers, transfers.rename(columns=dict(zip(_ENDS, _ENDS[::-1], strict=True)))]


def changes(timetable: Timetable, walks: Ints, transfer_min: float) -> Ints:
    """Return seconds from train to train, shape (n, n); at one station at least one.

    Parameters
    ----------
    timetable
        Its own time of a change at a station goes before ``transfer_min``.
    walks
        What :func:`walking` returns.
    transfer_min
        Minutes of a change within any other station.
    """
    stations = pd.Index(timetable.stations["station"])
    change = walks.copy()
    within = np.full(len(stations), max(1, int(seconds(transfer_min))), dtype=np.int64)
    own = timetable.transfers
    own = own[own["from_station"] == own["to_station"]]
    least = own.groupby("from_station")["minutes"].max()  # safe from any platform to any other
    named = np.clip(np.nan_to_num(least, posinf=NEVER) * SECONDS, 1, NEVER)
    within[stations.get_indexer(least.index)] = np.rint(named).astype(np.int64)
    np.fill_diagonal(change, within)
    return change
