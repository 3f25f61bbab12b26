"""Train stops (CSV like 12306's, or GTFS) → a :class:`~yrdgeo.timetables.Timetable`.

Promise: one error lists every problem of the stops and the stations, each with its row, column,
value and remedy; what is left out is counted in ``Timetable.warnings``.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.errors import ArgumentError, Problem, nearest, raise_problems
from yrdgeo.geo import bd09_to_wgs84, gcj02_to_wgs84
from yrdgeo.sources.feed_files import read_bytes, text_table
from yrdgeo.sources.gtfs import read_gtfs
from yrdgeo.sources.timetable_rows import (
    cell_problems,
    day_numbers,
    forward,
    minutes_of,
    speed_warnings,
    station_problems,
    time_problems,
)
from yrdgeo.timetables import Timetable, train_mode
from yrdgeo.units import WGS84

Floats = npt.NDArray[np.float64]

# Field → names of its column, lower case; the first that the file has is taken.
STOP_NAMES = {
    "trip_id": ("trip_id", "train_id", "车次编号", "列车编号"),
    "train": ("train", "train_no", "train_number", "train_code", "车次", "列车", "trip_short_name"),
    "sequence": ("sequence", "seq", "stop_sequence", "station_no", "站序", "序号", "站次"),
    "station": ("station", "station_name", "stop", "stop_name", "站名", "车站", "站点", "stop_id"),
    "arrive": (
        *("arrive_min", "arr_min", "arrive", "arrival", "arrive_time", "arrival_time"),
        *("到站时间", "到达时间", "到时", "到点", "到达"),
    ),
    "depart": (
        *("depart_min", "dep_min", "depart", "departure", "start_time", "departure_time"),
        *("开车时间", "发车时间", "出发时间", "离站时间", "发时", "开点", "出发"),
    ),
    "day": ("day", "day_offset", "day_difference", "arrive_day_diff", "日期差", "天数", "运行天数"),
    "open": ("open", "is_open", "开办客运", "办客"),
    "days": ("service_days", "days", "dates", "开行日期"),
}
STATION_NAMES = {
    "station": ("station", "station_name", "name", "站名", "车站", "站点", "stop_id"),
    "lon": ("lon", "lng", "longitude", "stop_lon", "经度"),
    "lat": ("lat", "latitude", "stop_lat", "纬度"),
    "city": ("city", "adcode", "城市", "所属城市", "行政区划代码"),
}
EVERY_DAY = ("", "ALL", "每日", "每天")
CLOSED = ("false", "0", "no", "否", "不办客")
DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]
DATUMS: dict[str, Shift] = {
    "wgs84": lambda lon, lat: (lon, lat),
    "gcj02": gcj02_to_wgs84,
    "bd09": bd09_to_wgs84,
}


def read_stops(
    path: Path | str,
    stations: Path | str | None = None,
    *,
    date: str | None = None,
    datum: str = "wgs84",
) -> Timetable:
    r"""Read a timetable.

    Parameters
    ----------
    path
        A table of stops, one row a train and station (``.csv``, ``.csv.gz``; UTF-8 or GB 18030;
        column names in ``STOP_NAMES``), or a GTFS feed (a folder or ``.zip``). Clocks are
        ``HH:MM``; a column whose name ends in ``_min`` holds minutes after midnight. A clock that
        goes back has passed midnight, unless a column gives the day.
    stations
        The table's stations with coordinates (``STATION_NAMES``); a feed has its own. Without
        it, stations have no place.
    date
        ``YYYY-MM-DD``: only trains that run on that day. A feed with a calendar needs it.
    datum
        Of the coordinates: ``wgs84``, ``gcj02`` (Chinese web maps) or ``bd09`` (Baidu).

    Returns
    -------
    timetable
        Stations as points in EPSG:4326.

    Raises
    ------
    SourceError
        If a file is absent, damaged, hostile, or has no such columns.
    TableError
        Listing all problems: times that are missing, no times or run backwards, unknown
        stations, repeated sequence numbers, trains with one stop, stops of over six hours.
    ArgumentError
        If the date or the datum is none.

    Examples
    --------
    >>> table = folder / "stops.csv"
    >>> rows = ["车次,站序,站名,到站时间,开车时间", "G1,1,甲,----,23:50", "G1,2,乙,00:20,----"]
    >>> _ = table.write_text("\n".join(rows), encoding="utf-8")
    >>> read_stops(table).stops["arrive_min"].to_list()
    [1430.0, 1460.0]
    """
    if date is not None and not DATE.fullmatch(date):
        raise ArgumentError("A date is written YYYY-MM-DD.", found=repr(date))
    if datum not in DATUMS:
        raise ArgumentError(f"There is no datum {datum!r}.", fix=nearest(datum, list(DATUMS)))
    source = Path(path)
    if source.is_dir() or source.suffix.lower() == ".zip":
        if stations is not None:
            raise ArgumentError("A GTFS feed has its own stations.", fix="Leave out stations.")
        timetable = read_gtfs(source, date=date, shift=DATUMS[datum])
    else:
        timetable = _read_csv(source, stations, date, DATUMS[datum])
    told = (*timetable.warnings, *speed_warnings(timetable.stops, timetable.stations))
    return replace(timetable, warnings=told)


def _read_csv(
    path: Path, stations_path: Path | str | None, date: str | None, shift: Shift
) -> Timetable:
    table = text_table(read_bytes(path), path.name)
    headers = _headers(table, STOP_NAMES)
    headers.setdefault("trip_id", headers.get("train", ""))
    headers.setdefault("train", headers["trip_id"])
    problems = list(_missing(headers, STOP_NAMES, ("trip_id", "station", "arrive", "depart")))
    raise_problems(problems, source=path.name)
    cells = pd.DataFrame({name: table[header] for name, header in headers.items()})
    cells = cells.assign(row=table["row"], station=cells["station"].str.normalize("NFKC"))
    found, wrong = _stations(stations_path, shift)
    cells, told, bad_days = _running(cells, headers, date)
    stops, bad_times = _timed(cells, headers)
    if found is None:
        found = gpd.GeoDataFrame({"station": sorted(set(stops["station"]))})
    else:
        stops["station"] = _without_suffix(stops["station"], list(found["station"]))
        bad_times += station_problems(stops, list(found["station"]), headers["station"])
    names = [path.name, *([Path(stations_path).name] if stations_path else [])]
    raise_problems([*wrong, *bad_days, *bad_times], source=" and ".join(names))
    trips = stops[["trip_id", "train"]].drop_duplicates("trip_id")
    trips["mode"] = trips["train"].map(train_mode)
    return Timetable(stops, found, trips, tuple(told))


def _headers(table: pd.DataFrame, names: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Return field → the file's name of its column."""
    plain = {str(column).strip().lower(): str(column) for column in reversed(list(table.columns))}
    chosen = {}
    for name, words in names.items():
        found = [plain[word] for word in words if word in plain]
        if found:
            chosen[name] = found[0]
    return chosen


def _missing(
    headers: dict[str, str], names: dict[str, tuple[str, ...]], needed: tuple[str, ...]
) -> Iterator[Problem]:
    for name in needed:
        if not headers.get(name):
            yield Problem(
                f"there is no column for {name!r}", fix=f"Name it one of {', '.join(names[name])}."
            )


def _running(
    cells: pd.DataFrame, headers: dict[str, str], date: str | None
) -> tuple[pd.DataFrame, list[str], list[Problem]]:
    """Return the rows of trains that run and stations that open, and what was left out."""
    told: list[str] = []
    problems: list[Problem] = []
    if "days" in cells:
        some = ~cells["days"].isin(EVERY_DAY)
        dates = {text: _dates(text) for text in cells.loc[some, "days"].unique()}
        odd = {text for text, days in dates.items() if not all(map(DATE.fullmatch, days))}
        wrong = (cells["days"].isin(odd) & ~cells["days"].duplicated()).to_numpy()
        fix = "Write ALL, or dates YYYY-MM-DD parted by |."
        problems = _each(cells, wrong, "days", headers, "is no list of days", fix)
        trains = cells.loc[some, "trip_id"].nunique()
        if date is None and trains:
            told.append(f"{trains:,} trains run on some days only and are all in; name a date.")
        elif date is not None:
            off = some & ~cells["days"].isin({text for text in dates if date in dates[text]} | odd)
            cells = cells[~off]
    elif date is not None:
        told.append(f"The table does not say on which days trains run; {date} is taken on trust.")
    if "open" in cells:
        cells, closed = _opened(cells)
        told += closed
    return cells, told, problems


def _dates(text: str) -> list[str]:
    """Return the dates of a cell; a spreadsheet adds a midnight to a lone one."""
    return re.split(r"[|,;、\s]+", re.sub(r"[ T]00:00(:00)?", "", text).strip())


def _opened(cells: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Leave out stops without passengers, and trains that have one stop left."""
    shut = cells["open"].str.lower().isin(CLOSED)
    before = cells["trip_id"].map(cells["trip_id"].value_counts())
    after = cells["trip_id"].map(cells.loc[~shut, "trip_id"].value_counts()).fillna(0)
    useless = (after < 2) & (before > 1)  # noqa: PLR2004 — a ride has two ends
    told = [f"{shut.sum():,} stops without passengers are left out."] if shut.any() else []
    return cells[~shut & ~useless], told


def _timed(cells: pd.DataFrame, headers: dict[str, str]) -> tuple[pd.DataFrame, list[Problem]]:
    """Return stops in order with minutes that go forward, and what is wrong."""
    stops, problems = _sequenced(cells, headers)
    for name in ("arrive", "depart"):
        in_minutes = headers[name].lower().endswith("_min")
        minutes, wrong = minutes_of(stops[name], in_minutes=in_minutes)
        stops[f"{name}_min"], stops[f"{name}_wrong"] = minutes, wrong
        fix = "Write minutes after midnight." if in_minutes else "Write HH:MM."
        problems += _each(stops, wrong, name, headers, "is no time", fix)
    if "day" in stops:
        stops["day"], wrong = day_numbers(stops["day"])
        given = stops.assign(day=cells["day"])
        problems += _each(given, wrong, "day", headers, "is no day", "Write 0, 1, 2 or 次日.")
    stops = stops.sort_values(["trip_id", "sequence", "row"], ignore_index=True)
    stops = forward(stops, wrap=True)
    return stops, [*problems, *time_problems(stops, headers)]


def _sequenced(cells: pd.DataFrame, headers: dict[str, str]) -> tuple[pd.DataFrame, list[Problem]]:
    """Return stops with their place in the train; the order of rows if the file has none."""
    stops = cells.copy()
    bare = cells["trip_id"].eq("").to_numpy()
    problems = _each(cells, bare, "trip_id", headers, "the train has no number", "")
    if "sequence" not in cells:
        return stops.assign(sequence=cells.groupby("trip_id").cumcount() + 1.0), problems
    number = pd.to_numeric(cells["sequence"], errors="coerce")
    whole = (number % 1 == 0).to_numpy()
    problems += _each(cells, ~whole, "sequence", headers, "is no whole number", "")
    again = cells.assign(sequence=number).duplicated(["trip_id", "sequence"]).to_numpy() & whole
    fix = "Number the stops, or give trains of one number their own 'train_id'."
    what = "the train has this sequence number already"
    problems += _each(cells, again, "sequence", headers, what, fix)
    return stops.assign(sequence=number), problems


def _each(
    cells: pd.DataFrame,
    wrong: npt.NDArray[np.bool_],
    name: str,
    headers: dict[str, str],
    *words: str,
) -> list[Problem]:
    what, fix = words
    return cell_problems(cells, wrong, name, what=what, fix=fix, header=headers[name])


def _without_suffix(stations: pd.Series, known: list[str]) -> pd.Series:
    """Write 苏州站 as 苏州 where only that is known."""
    short = stations.str.removesuffix("站")
    return stations.where(stations.isin(known) | ~short.isin(known), short)


def _stations(
    path: Path | str | None, shift: Shift
) -> tuple[gpd.GeoDataFrame | None, list[Problem]]:
    if path is None:
        return None, []
    source = Path(path)
    table = text_table(read_bytes(source), source.name)
    headers = _headers(table, STATION_NAMES)
    raise_problems(_missing(headers, STATION_NAMES, ("station", "lon", "lat")), source=source.name)
    cells = pd.DataFrame({name: table[header] for name, header in headers.items()})
    cells = cells.assign(row=table["row"], station=cells["station"].str.normalize("NFKC"))
    again = cells["station"].duplicated().to_numpy()
    fix = "Keep one row a station."
    problems = [*_each(cells, again, "station", headers, "repeats an earlier station", fix)]
    lon, lat = (pd.to_numeric(cells[name], errors="coerce") for name in ("lon", "lat"))
    for name, number, bound in (("lon", lon, 180.0), ("lat", lat, 90.0)):
        wrong = ~(number.abs() <= bound).to_numpy()
        fix = "Degrees, longitude and latitude in their own columns."
        problems += _each(cells, wrong, name, headers, "is no coordinate", fix)
    if problems:
        return gpd.GeoDataFrame({"station": cells["station"]}), _of_file(problems, source.name)
    points = gpd.points_from_xy(*shift(lon.to_numpy(np.float64), lat.to_numpy(np.float64)))
    kept = cells[[name for name in ("station", "city") if name in cells]]
    return gpd.GeoDataFrame(kept, geometry=points, crs=WGS84), []


def _of_file(problems: list[Problem], name: str) -> list[Problem]:
    """Say which of two files a problem is in."""
    return [
        Problem(f"{name}: {one.what}", one.row, one.column, one.value, one.fix) for one in problems
    ]
