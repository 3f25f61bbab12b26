"""A GTFS feed (folder or zip) → the trips of one day.

Promise: platforms are their station, times past 24:00 stay past 24:00, a feed's clock never
wraps, riders get on and off where the feed lets them, and what is not heeded is counted.
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.errors import ArgumentError, Problem, SourceError, nearest, raise_problems
from yrdgeo.sources.feed_files import read_members, text_table
from yrdgeo.sources.gtfs_rules import LIMIT_COLUMNS, limits, repeated, transfers
from yrdgeo.sources.timetable_rows import (
    cell_problems,
    forward,
    minutes_of,
    station_problems,
    time_problems,
)
from yrdgeo.timetables import Timetable, ends_of, train_mode
from yrdgeo.units import WGS84

Floats = npt.NDArray[np.float64]
Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]

NEEDED = {
    "stops.txt": ("stop_id", "stop_name", "stop_lat", "stop_lon"),
    "stop_times.txt": ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"),
    "trips.txt": ("trip_id", "route_id", "service_id"),
    "routes.txt": ("route_id", "route_type"),
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OPTIONAL = {
    "calendar.txt": ("service_id", *WEEKDAYS, "start_date", "end_date"),
    "calendar_dates.txt": ("service_id", "date", "exception_type"),
    "frequencies.txt": ("trip_id", "start_time", "end_time", "headway_secs"),
    "transfers.txt": ("from_stop_id", "to_stop_id"),
}
DEEPEST = 2  # a boarding area's platform's station
_DATE = (r"\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", "Write YYYYMMDD.")
# Column → what its cells look like, and the remedy.
CALENDAR_CELLS = {
    **dict.fromkeys(("start_date", "end_date", "date"), _DATE),
    **dict.fromkeys(WEEKDAYS, ("[01]", "Write 0 or 1.")),
    "exception_type": ("[12]", "1 adds the service on that day, 2 takes it."),
}
# route_type → mode; the hundreds are the extended types. Trains go by their number.
MODES = {"0": "tram", "1": "metro", "3": "bus", "4": "ferry", "5": "tram", "11": "bus"}
HUNDREDS = {"2": "bus", "4": "metro", "7": "bus", "9": "tram", "10": "ferry", "12": "ferry"}
HIGH_SPEED_RAIL = "101"
RAIL = ("2", "1")  # route_type 2; the hundred of the extended types 100 to 117
HEADERS = {
    "trip_id": "trip_id",
    "station": "stop_id",
    "sequence": "stop_sequence",
    "arrive": "arrival_time",
    "depart": "departure_time",
}
Tables = dict[str, pd.DataFrame]


def read_gtfs(path: Path, *, date: str | None, shift: Shift) -> Timetable:
    """Read the trips of one day.

    Parameters
    ----------
    path
        A folder or a zip archive.
    date
        ``YYYY-MM-DD``; may be None only where the feed has no calendar.
    shift
        Turns longitudes and latitudes of the feed into WGS 84.

    Raises
    ------
    SourceError
        If files or columns are absent, the archive is hostile, or no trip runs on the day.
    TableError
        Listing every problem of the stops and their times.
    ArgumentError
        If the feed has a calendar and no date was named.
    """
    tables = _tables(path)
    stations, platforms, problems = _stations(tables["stops.txt"], shift)
    trips = _trips(tables, date, path.name)
    times = tables["stop_times.txt"]
    kept = [name for name in (*HEADERS.values(), *LIMIT_COLUMNS.values(), "row") if name in times]
    cells = times[kept].rename(columns={new: old for old, new in HEADERS.items()})
    strangers = ~cells["trip_id"].isin(tables["trips.txt"]["trip_id"])
    told = [_count(int(strangers.sum()), "stop times of trips that trips.txt lacks are left out.")]
    cells = cells[cells["trip_id"].isin(trips["trip_id"])]
    stops, bad_times, counted = _timed(cells)
    stops, bad_limits, limited = limits(stops)
    stops["station"] = stops["station"].map(platforms).fillna(stops["station"])
    known = list(stations["station"])
    problems += [*bad_times, *bad_limits, *station_problems(stops, known, "stop_id")]
    changes, bad_changes, unheeded = transfers(tables.get("transfers.txt"), platforms)
    raise_problems([*problems, *bad_changes], source=path.name)
    if "frequencies.txt" in tables:
        stops, trips = repeated(stops, trips, tables["frequencies.txt"], path.name)
    used = stations[stations["station"].isin(stops["station"])]
    ends = changes[["from_station", "to_station"]].isin(set(used["station"])).all(axis=1)
    told = [text for text in (*told, *counted, *limited, *unheeded) if text]
    return Timetable(
        stops, gpd.GeoDataFrame(used), trips, warnings=tuple(told), transfers=changes[ends]
    )


def _count(number: int, words: str) -> str:
    return f"{number:,} {words}" if number else ""


def _tables(path: Path) -> Tables:
    """Return the feed's tables by file name, or say which files and columns are absent."""
    wanted = {**NEEDED, **OPTIONAL}
    content = read_members(path, wanted)
    tables = {
        name: text_table(one, name, encodings=("utf-8-sig",)) for name, one in content.items()
    }
    problems = [Problem(f"{name} is missing") for name in NEEDED if name not in tables]
    for name, table in tables.items():
        for column in wanted[name]:
            if column not in table:
                fix = nearest(column, list(table.columns))
                problems.append(Problem(f"{name} has no column {column!r}", fix=fix))
    raise_problems(problems, source=path.name, error=SourceError)
    return tables


def _stations(
    table: pd.DataFrame, shift: Shift
) -> tuple[gpd.GeoDataFrame, dict[str, str], list[Problem]]:
    """Return places, platform → station, and what is wrong with them."""
    again = table["stop_id"].duplicated().to_numpy()
    what = "stops.txt: repeats an earlier stop"
    problems = cell_problems(table, again, "stop_id", what=what)
    lon, lat = (pd.to_numeric(table[name], errors="coerce") for name in ("stop_lon", "stop_lat"))
    bare = lon.isna() & lat.isna() & table["stop_lon"].eq("") & table["stop_lat"].eq("")
    wrong = ~((lon.abs() <= 180) & (lat.abs() <= 90)) & ~bare  # noqa: PLR2004 — degrees
    what, fix = "stops.txt: is no place on earth", "Degrees, within 180 and 90."
    where = table.assign(place=table["stop_lon"] + ", " + table["stop_lat"])
    problems += cell_problems(where, wrong.to_numpy(), "place", what=what, fix=fix)
    placed = (~wrong & ~bare).to_numpy()
    points = np.full(len(table), None, dtype=object)
    shifted = shift(lon.to_numpy(np.float64)[placed], lat.to_numpy(np.float64)[placed])
    points[placed] = np.asarray(gpd.points_from_xy(*shifted), dtype=object)
    ids = table["stop_id"]
    above, lost = _above(table)
    problems += lost
    named = pd.DataFrame({"station": ids, "name": table["stop_name"]})
    kept = ~ids.duplicated().to_numpy()
    stations = gpd.GeoDataFrame(named[kept], geometry=points[kept], crs=WGS84)
    return stations, dict(zip(ids, above, strict=True)), problems


def _above(table: pd.DataFrame) -> tuple[pd.Series, list[Problem]]:
    """Return the station of each stop, the stop itself where it has none."""
    ids = table["stop_id"]
    if "parent_station" not in table:
        return ids, []
    parents = table["parent_station"]
    unknown = parents.ne("") & ~parents.isin(ids)
    what, fix = "stops.txt: is no stop", "Add the station or leave the cell empty."
    problems = cell_problems(table, unknown.to_numpy(), "parent_station", what=what, fix=fix)
    parents = parents.mask(parents.eq("") | unknown, ids)
    above = dict(zip(ids, parents, strict=True))
    station = ids
    for _ in range(DEEPEST):
        station = station.map(above)
    astray = station.map(above).ne(station).to_numpy()
    what = "stops.txt: leads to no station"
    fix = "A stop has a station above it, not a circle or a chain of stops."
    problems += cell_problems(table, astray, "parent_station", what=what, fix=fix)
    return station, problems


def _trips(tables: Tables, date: str | None, source: str) -> pd.DataFrame:
    """Return ``trip_id train mode`` of the trips that run on the day."""
    trips = tables["trips.txt"].drop_duplicates("trip_id")
    calendars = [tables.get(name) for name in ("calendar.txt", "calendar_dates.txt")]
    if any(table is not None for table in calendars):
        raise_problems(_bad_days(*calendars), source=source)
        services = _services(*calendars, date=date, source=source)
        trips = trips[trips["service_id"].isin(services)]
        if trips.empty:
            first, last = _span(*calendars)
            raise SourceError(
                f"{source}: no trip runs on {date}.",
                found=f"a calendar from {first} to {last}",
                fix="Name a day within it.",
            )
    route = tables["routes.txt"].drop_duplicates("route_id").set_index("route_id")
    number = trips["trip_id"]
    if "route_short_name" in route:
        by_route = trips["route_id"].map(route["route_short_name"]).fillna("")
        number = by_route.where(by_route.ne(""), number)
    if "trip_short_name" in trips:
        number = trips["trip_short_name"].where(trips["trip_short_name"].ne(""), number)
    kinds = trips["route_id"].map(route["route_type"]).fillna("")
    modes = [_mode(kind, train) for kind, train in zip(kinds, number, strict=True)]
    return pd.DataFrame({"trip_id": trips["trip_id"], "train": number, "mode": modes})


def _mode(kind: str, train: str) -> str:
    if kind == HIGH_SPEED_RAIL:
        return "hsr"
    if kind in MODES:
        return MODES[kind]
    hundred = kind[:-2]
    return train_mode(train) if kind in RAIL or hundred in RAIL else HUNDREDS.get(hundred, "other")


def _services(
    calendar: pd.DataFrame | None,
    exceptions: pd.DataFrame | None,
    *,
    date: str | None,
    source: str,
) -> set[str]:
    """Return the services of the day: the week's, and what the exceptions add and take."""
    if date is None:
        first, last = _span(calendar, exceptions)
        raise ArgumentError(
            f"{source} has a calendar: name the day.",
            found=f"services from {first} to {last}",
            fix="Pass date='YYYY-MM-DD'.",
        )
    digits = date.replace("-", "")
    services: set[str] = set()
    if calendar is not None:
        weekday = WEEKDAYS[dt.date.fromisoformat(date).weekday()]
        runs = calendar["start_date"].le(digits) & calendar["end_date"].ge(digits)
        services |= set(calendar.loc[runs & calendar[weekday].eq("1"), "service_id"])
    if exceptions is not None:
        today = exceptions[exceptions["date"].eq(digits)]
        services |= set(today.loc[today["exception_type"].eq("1"), "service_id"])
        services -= set(today.loc[today["exception_type"].eq("2"), "service_id"])
    return services


def _bad_days(calendar: pd.DataFrame | None, exceptions: pd.DataFrame | None) -> list[Problem]:
    """Find dates, weekdays and exceptions that are none, in either calendar."""
    problems = []
    for name, table in (("calendar.txt", calendar), ("calendar_dates.txt", exceptions)):
        if table is None:
            continue
        for column in set(CALENDAR_CELLS) & set(table):
            legal, fix = CALENDAR_CELLS[column]
            wrong = ~table[column].str.fullmatch(legal).to_numpy(dtype=bool)
            what = f"{name}: is none of what the column may hold"
            problems += cell_problems(table, wrong, column, what=what, fix=fix)
    return problems


def _span(calendar: pd.DataFrame | None, exceptions: pd.DataFrame | None) -> tuple[str, str]:
    dates: list[str] = []
    if calendar is not None:
        dates += [*calendar["start_date"], *calendar["end_date"]]
    if exceptions is not None:
        dates += list(exceptions["date"])
    return min(dates, default="?"), max(dates, default="?")


def _timed(cells: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem], list[str]]:
    """Return stops in order with their minutes, what is wrong, and what was left out."""
    alone = ~cells["trip_id"].duplicated(keep=False)
    told = [f"{alone.sum():,} trips of one stop are left out."] if alone.any() else []
    sequence = pd.to_numeric(cells["sequence"], errors="coerce")
    stops = cells.assign(sequence=sequence, at=cells.index)[~alone]
    stops = stops.sort_values(["trip_id", "sequence", "row"], ignore_index=True)
    again = stops.duplicated(["trip_id", "sequence"]).to_numpy()
    what = "the trip has this stop_sequence already"
    problems = cell_problems(stops, again, "trip_id", what=what)
    lost = ~np.isfinite(stops["sequence"].to_numpy(dtype=np.float64))
    told_as = stops.assign(sequence=cells["sequence"].reindex(stops["at"]).to_numpy())
    what, fix = "is no number", "Number the stops in their order."
    problems += cell_problems(
        told_as, lost, "sequence", what=what, fix=fix, header=HEADERS["sequence"]
    )
    for name in ("arrive", "depart"):
        minutes, wrong = minutes_of(stops[name], in_minutes=False)
        stops[f"{name}_min"], stops[f"{name}_wrong"] = minutes, wrong
        problems += cell_problems(
            stops, wrong, name, what="is no time", fix="Write HH:MM:SS.", header=HEADERS[name]
        )
    stops, filled = _interpolated(stops)
    if filled:
        told.append(f"{filled:,} stops without times are timed between their neighbours.")
    return stops, [*problems, *time_problems(stops, HEADERS)], told


def _interpolated(stops: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Give stops without times a time in proportion to their place between timed ones."""
    arrive = stops["arrive_min"].fillna(stops["depart_min"])
    depart = stops["depart_min"].fillna(stops["arrive_min"])
    stops = forward(stops.assign(arrive_min=arrive, depart_min=depart), wrap=False)
    events = stops[["arrive_min", "depart_min"]].to_numpy(dtype=np.float64)
    first, last = ends_of(stops)
    wrong = (stops["arrive_wrong"] | stops["depart_wrong"]).to_numpy()
    bare = np.isnan(events).any(axis=1) & ~first & ~last & ~wrong
    known = ~np.isnan(events).any(axis=1)
    if not bare.any() or not known.any():
        return stops, 0
    place = np.repeat(np.flatnonzero(known), 2)
    guess = np.interp(np.flatnonzero(bare), place, events[known].ravel())
    events[bare] = guess[:, None]
    return stops.assign(arrive_min=events[:, 0], depart_min=events[:, 1]), int(bare.sum())
