"""What a GTFS feed lets riders do: where to board, where to change, how often trips repeat.

Promise: no journey is offered that the feed rules out; a rule that is not understood is counted,
and of several times for one change the longest holds.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.errors import Problem, SourceError, raise_problems
from yrdgeo.sources.timetable_rows import cell_problems, minutes_of
from yrdgeo.timetables import DAY_MIN
from yrdgeo.units import MINUTES_PER_HOUR

Floats = npt.NDArray[np.float64]

SHORTEST_HEADWAY_S = 20.0
MOST_STOPS = 20_000_000  # of all trips that headways write out
REGULAR, NONE, BY_PHONE, BY_DRIVER = "0", "1", "2", "3"
LIMIT_COLUMNS = {"board": "pickup_type", "alight": "drop_off_type"}
RECOMMENDED, TIMED, TIMED_BY_FEED, IMPOSSIBLE, IN_SEAT, RE_BOARD = "012345"
# Columns that narrow a transfer to some trips.
TRIP_RULES = ("from_route_id", "to_route_id", "from_trip_id", "to_trip_id")
_CHANGES = ("from_station", "to_station", "minutes")


def limits(stops: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem], list[str]]:
    """Return stops with ``board`` and ``alight``, what is wrong, and what was counted.

    Parameters
    ----------
    stops
        Stop times as text, with ``row``; ``pickup_type`` and ``drop_off_type`` may be absent.
        A stop at which riders must ring up or ask the driver is one where they may.
    """
    legal = ("", REGULAR, NONE, BY_PHONE, BY_DRIVER)
    problems: list[Problem] = []
    asked = 0
    marked = stops.copy()
    for name, column in LIMIT_COLUMNS.items():
        cells = stops[column] if column in stops else pd.Series("", stops.index)
        wrong = ~cells.isin(legal).to_numpy()
        what, fix = "is no way to board or alight", "Write 0 to 3."
        if wrong.any():
            problems += cell_problems(stops, wrong, column, what=what, fix=fix)
        marked[name] = cells.ne(NONE).to_numpy(dtype=bool)
        asked += int(cells.isin([BY_PHONE, BY_DRIVER]).sum())
    told = [f"{asked:,} stops to be asked for are taken as served."] if asked else []
    return marked, problems, told


def transfers(
    table: pd.DataFrame | None, platforms: Mapping[str, str]
) -> tuple[pd.DataFrame, list[Problem], list[str]]:
    """Return changes between stations, one way, what is wrong, and what is not heeded.

    Parameters
    ----------
    table
        ``transfers.txt`` as text, or None.
    platforms
        Stop → its station.
    """
    if table is None or table.empty:
        return pd.DataFrame(columns=list(_CHANGES)), [], []
    cells = {
        name: table[name] if name in table else pd.Series("", table.index)
        for name in ("transfer_type", "min_transfer_time", *TRIP_RULES)
    }
    kind = cells["transfer_type"].where(cells["transfer_type"].ne(""), RECOMMENDED)
    seconds = pd.to_numeric(cells["min_transfer_time"], errors="coerce")
    narrow = np.any([cells[name].ne("") for name in TRIP_RULES], axis=0)
    problems = _bad_transfers(table, kind, seconds, platforms, narrow)
    start, end = (table[name].map(platforms) for name in ("from_stop_id", "to_stop_id"))
    whole = start.eq(table["from_stop_id"]) & end.eq(table["to_stop_id"])
    apart = kind.eq(IMPOSSIBLE) & whole & ~narrow
    timed = kind.isin([RECOMMENDED, TIMED, TIMED_BY_FEED]) & seconds.notna() & ~narrow
    minutes = (seconds / MINUTES_PER_HOUR).mask(apart, np.inf)
    rows = pd.DataFrame(dict(zip(_CHANGES, (start, end, minutes), strict=True)))[timed | apart]
    longest = rows.groupby(list(_CHANGES[:2]), as_index=False)["minutes"].max()
    left = int((~(timed | apart) & ~kind.eq(RECOMMENDED)).sum())
    told = [f"{left:,} transfers of single trips or platforms are not heeded."] if left else []
    return longest, problems, told


def _bad_transfers(
    table: pd.DataFrame,
    kind: pd.Series,
    seconds: pd.Series,
    platforms: Mapping[str, str],
    narrow: npt.NDArray[np.bool_],
) -> list[Problem]:
    absent = table["min_transfer_time"].eq("") if "min_transfer_time" in table else True
    rules = []
    for column in ("from_stop_id", "to_stop_id"):
        # In-seat transfers may name trips instead of stops.
        lost = ~table[column].isin(list(platforms)) & ~(table[column].eq("") & narrow)
        rules.append((lost, column, "is no stop", "Correct it or drop the row."))
    odd = ~kind.isin(list("012345"))
    rules.append((odd, "transfer_type", "is no kind of transfer", "Write 0 to 5."))
    long = DAY_MIN * MINUTES_PER_HOUR
    bad = ~(seconds.between(0, long)) & ~pd.Series(absent, table.index)
    bad |= kind.eq(TIMED_BY_FEED) & seconds.isna() & ~narrow
    rules.append((bad, "min_transfer_time", "is no time", "Seconds, within a day."))
    cells = table.assign(
        **{name: "" for name in ("transfer_type", "min_transfer_time") if name not in table}
    )
    return [
        problem
        for wrong, column, what, fix in rules
        for problem in cell_problems(
            cells, wrong.to_numpy(dtype=bool), column, what=f"transfers.txt: {what}", fix=fix
        )
    ]


def repeated(
    stops: pd.DataFrame, trips: pd.DataFrame, frequencies: pd.DataFrame, source: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Replace trips that run every so often by one trip for each departure.

    Parameters
    ----------
    stops, trips
        Of the day, in the order of trip and sequence.
    frequencies
        ``frequencies.txt`` as text; the last moment of a row has no departure.
    source
        The feed's name, for messages.

    Raises
    ------
    TableError
        Listing headways that are none and spans of one trip that overlap.
    SourceError
        If the headways would write out more than ``MOST_STOPS`` stops.
    """
    rows = frequencies[frequencies["trip_id"].isin(stops["trip_id"])]
    begin, end = (
        minutes_of(rows[name], in_minutes=False)[0] for name in ("start_time", "end_time")
    )
    headway = pd.to_numeric(rows["headway_secs"], errors="coerce").to_numpy(np.float64)
    raise_problems(_bad_headways(rows, begin, end, headway), source=source)
    headway = headway / MINUTES_PER_HOUR
    size = rows["trip_id"].map(stops.groupby("trip_id").size()).to_numpy()
    total = float((np.ceil((end - begin) / headway) * size).sum())
    if total > MOST_STOPS:
        raise SourceError(
            f"{source}: frequencies.txt writes out more stops than any day has.",
            found=f"{total:,.0f} stops",
            fix=f"At most {MOST_STOPS:,}; check headways and spans.",
        )
    firsts = stops.groupby("trip_id")["depart_min"].first()
    pattern = dict(list(stops[stops["trip_id"].isin(rows["trip_id"])].groupby("trip_id")))
    copies, names = [stops[~stops["trip_id"].isin(rows["trip_id"])]], []
    for trip, start, stop, gap in zip(rows["trip_id"], begin, end, headway, strict=True):
        for departure in np.arange(start, stop, gap):
            late = departure - firsts[trip]
            name = f"{trip} @{departure:g}"
            names.append((name, trip))
            copies.append(
                pattern[trip].assign(
                    trip_id=name,
                    arrive_min=pattern[trip]["arrive_min"] + late,
                    depart_min=pattern[trip]["depart_min"] + late,
                )
            )
    of_trip = trips.set_index("trip_id")
    added = of_trip.loc[[trip for _, trip in names]].assign(trip_id=[name for name, _ in names])
    kept = trips[~trips["trip_id"].isin(rows["trip_id"])]
    return pd.concat(copies, ignore_index=True), pd.concat([kept, added], ignore_index=True)


def _bad_headways(rows: pd.DataFrame, begin: Floats, end: Floats, seconds: Floats) -> list[Problem]:
    good = (seconds >= SHORTEST_HEADWAY_S) & (end > begin) & (end - begin <= 2 * DAY_MIN)
    said = rows["start_time"] + " to " + rows["end_time"] + " every " + rows["headway_secs"] + " s"
    fix = f"At least {SHORTEST_HEADWAY_S:g} s, within two days."
    cells = rows.assign(headway=said, begin=begin, end=end)
    what = "frequencies.txt: is no headway"
    problems = cell_problems(cells, ~good, "headway", what=what, fix=fix)
    order = cells[good].sort_values(["trip_id", "begin"])
    late = order.groupby("trip_id")["end"].cummax().shift().to_numpy()
    same = order["trip_id"].eq(order["trip_id"].shift()).to_numpy()
    what, fix = "frequencies.txt: overlaps an earlier span of the trip", "Part the spans."
    overlaps = same & (order["begin"].to_numpy() < late)
    return problems + cell_problems(order, overlaps, "headway", what=what, fix=fix)
