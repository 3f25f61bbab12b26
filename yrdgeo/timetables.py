"""The hallway for trains that run by the clock: stops, stations, trips.

Promise: when a :class:`Timetable` exists, no train runs backwards, every stop is at a known
station, and minutes count from the midnight that begins the trip's day of departure, so that a
train under way at the next midnight goes on counting past 1,440.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from types import MappingProxyType
from unicodedata import normalize

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.errors import ArgumentError, Problem, few, nearest, raise_problems
from yrdgeo.units import WGS84

Bools = npt.NDArray[np.bool_]

DAY_MIN = 1_440.0
LONGEST_MIN = 31 * DAY_MIN  # no train takes as long; seconds or a date were meant
STOP_COLUMNS = ("trip_id", "sequence", "station", "arrive_min", "depart_min")
LIMITS = ("board", "alight")
TRANSFER_COLUMNS = ("from_station", "to_station", "minutes")
# Name → minutes after midnight, first in, last out; together they are the whole day.
PERIODS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "morning": (360.0, 600.0),
        "day": (600.0, 960.0),
        "evening": (960.0, 1_320.0),
        "night": (1_320.0, 360.0),
    }
)
_HIGH_SPEED = ("G", "D", "C")


@dataclass(frozen=True, slots=True, eq=False)
class Timetable:
    """The trains of one day.

    Attributes
    ----------
    stops
        ``trip_id sequence station arrive_min depart_min``, in the order of trip and sequence.
        Minutes are float64; at a trip's first stop the arrival is the departure, at its last the
        departure is the arrival. ``board`` and ``alight`` (bool, true where absent) say whether
        riders may get on and off there.
    stations
        ``station name city`` and ``geometry``: points in EPSG:4326, empty where unknown.
    trips
        ``trip_id train mode``; without it each trip is its own train, its mode that of
        :func:`train_mode`.
    warnings
        One sentence for each kind of thing that the reader saw and kept or left out, counted.
    transfers
        ``from_station to_station minutes``: changes that the timetable itself names, one way.
        From a station to itself it is the least time of a change there, ``inf`` where none is
        possible; without a row the question's own ``transfer_min`` holds.

    Raises
    ------
    TableError
        Listing every row that is wrong (header = row 1): repeated keys, unknown stations,
        minutes that are missing or run backwards, trips of one stop, limits that are not
        true or false.

    Examples
    --------
    >>> stops = pd.DataFrame({"trip_id": "G1", "sequence": [2, 1], "station": ["b", "a"],
    ...     "arrive_min": [80.0, None], "depart_min": [80.0, 60.0]})
    >>> Timetable(stops, pd.DataFrame({"station": ["a", "b"]}))
    Timetable(1 trips, 2 stops, 2 stations; 01:00 to 01:20)
    """

    stops: pd.DataFrame
    stations: gpd.GeoDataFrame
    trips: pd.DataFrame = field(default_factory=pd.DataFrame)
    warnings: tuple[str, ...] = ()
    transfers: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __post_init__(self) -> None:
        """Bring the tables into form and check them."""
        stations = _stations(self.stations)
        raise_problems(_absent(self.stops), source="table 'stops'")
        numbers = {
            name: pd.to_numeric(self.stops[name], errors="coerce").astype("float64")
            for name in ("sequence", "arrive_min", "depart_min")
        }
        stops = self.stops.loc[:, list(STOP_COLUMNS)].assign(**numbers, **_limits(self.stops))
        for name in ("trip_id", "station"):
            stops[name] = stops[name].astype("string").fillna("").astype(object)
        stops["row"] = np.arange(2, len(stops) + 2)
        stops = with_ends(stops.sort_values(["trip_id", "sequence", "row"], ignore_index=True))
        raise_problems(_wrong(stops, stations), source="table 'stops'")
        stops["sequence"] = stops["sequence"].astype("int64")
        object.__setattr__(self, "stops", stops.drop(columns="row"))
        object.__setattr__(self, "stations", stations)
        object.__setattr__(self, "trips", _trips(self.trips, stops))
        object.__setattr__(self, "transfers", _transfers(self.transfers, stations))

    def __repr__(self) -> str:
        """Count trips, stops and stations, and give the span of the clock."""
        counts = f"{len(self.trips)} trips, {len(self.stops)} stops, {len(self.stations)} stations"
        if self.stops.empty:
            return f"Timetable({counts})"
        first, last = self.stops["depart_min"].min(), self.stops["arrive_min"].max()
        return f"Timetable({counts}; {clock_text(first)} to {clock_text(last)})"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"


def period_min(bounds: tuple[float, float]) -> float:
    """Return the length of a period; one whose last minute is before its first spans midnight.

    >>> period_min((1320.0, 360.0))
    480.0
    """
    return (bounds[1] - bounds[0]) % DAY_MIN or DAY_MIN


def check_periods(periods: Mapping[str, tuple[float, float]]) -> None:
    """Raise an error unless every period has a first and a last minute of the day."""
    odd = [
        f"{name} {bounds}"
        for name, bounds in periods.items()
        if not all(0 <= bound <= DAY_MIN for bound in bounds) or bounds[0] == bounds[1]
    ]
    if odd or not periods:
        raise ArgumentError(
            "A period has a first and a last minute of the day.",
            found=few(odd) or "no period",
            fix="For instance {'morning': (360, 600)}.",
        )


def clock_text(minutes: float) -> str:
    """Write minutes after midnight as ``HH:MM``.

    >>> clock_text(1505.0)
    '25:05'
    """
    return f"{int(minutes // 60):02d}:{int(minutes % 60):02d}"


def train_mode(train: str) -> str:
    """Return ``hsr`` for trains numbered G, D or C, ``rail`` for all others.

    >>> train_mode("D306/D307"), train_mode("K101"), train_mode("1461")
    ('hsr', 'rail', 'rail')
    """
    return "hsr" if normalize("NFKC", train).strip().upper().startswith(_HIGH_SPEED) else "rail"


def legs(stops: pd.DataFrame) -> pd.DataFrame:
    """Return the ride from each stop to the next one of the same trip.

    Parameters
    ----------
    stops
        Stops in the order of trip and sequence; further columns are of no account.

    Returns
    -------
    legs
        ``trip_id from_station to_station depart_min arrive_min board alight``, indexed by the
        row of the stop at which the ride ends.

    Examples
    --------
    >>> stops = pd.DataFrame({"trip_id": "G1", "sequence": [1, 2], "station": ["a", "b"],
    ...     "arrive_min": [60.0, 80.0], "depart_min": [60.0, 80.0]})
    >>> legs(stops)[["from_station", "to_station", "arrive_min"]].to_dict("records")
    [{'from_station': 'a', 'to_station': 'b', 'arrive_min': 80.0}]
    """
    same = stops["trip_id"].eq(stops["trip_id"].shift()).to_numpy(dtype=bool)
    ends = stops[same]
    starts = stops[np.append(same[1:], [False])] if len(stops) else stops
    board, alight = _limits(starts)["board"], _limits(ends)["alight"]
    return pd.DataFrame(
        {
            "trip_id": ends["trip_id"],
            "from_station": starts["station"].to_numpy(),
            "to_station": ends["station"],
            "depart_min": starts["depart_min"].to_numpy(),
            "arrive_min": ends["arrive_min"],
            "board": board,
            "alight": alight,
        }
    )


def with_ends(stops: pd.DataFrame) -> pd.DataFrame:
    """Let a trip begin when it departs and end when it arrives, whatever else is noted there.

    Parameters
    ----------
    stops
        Stops in the order of trip and sequence.
    """
    first, last = ends_of(stops)
    return stops.assign(
        arrive_min=stops["arrive_min"].where(~first, stops["depart_min"]),
        depart_min=stops["depart_min"].where(~last, stops["arrive_min"]),
    )


def ends_of(stops: pd.DataFrame) -> tuple[Bools, Bools]:
    """Return which stops are the first and which the last of their trip."""
    trip = stops["trip_id"]
    return trip.ne(trip.shift()).to_numpy(), trip.ne(trip.shift(-1)).to_numpy()


def _stations(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return stations with every column, geometry empty where there is none."""
    raise_problems(
        [] if "station" in table else [Problem("column 'station' is missing")],
        source="table 'stations'",
    )
    text = {
        name: table[name].astype("string").fillna("").astype(object)
        for name in ("station", "name", "city")
        if name in table
    }
    stations = pd.DataFrame(text).reset_index(drop=True).assign(**_missing(text))
    ids = stations["station"]
    raise_problems(
        [
            Problem("repeats an earlier station", int(row) + 2, "station", str(ids.iloc[row]))
            for row in np.flatnonzero(ids.duplicated())
        ],
        source="table 'stations'",
    )
    placed = isinstance(table, gpd.GeoDataFrame) and "geometry" in table
    places = table.geometry if placed else [None] * len(table)
    crs = table.crs if placed else WGS84
    shapes = np.asarray(places, dtype=object)
    points = gpd.GeoSeries(shapes, index=stations.index, crs=crs).to_crs(WGS84)
    return gpd.GeoDataFrame(stations[["station", "name", "city"]], geometry=points)


def _missing(text: dict[str, pd.Series]) -> dict[str, pd.Series | str]:
    absent: dict[str, pd.Series | str] = {}
    if "name" not in text:
        absent["name"] = text["station"].reset_index(drop=True)
    if "city" not in text:
        absent["city"] = ""
    return absent


def _limits(stops: pd.DataFrame) -> dict[str, Bools]:
    """Return whether riders may board and alight, by row; true where the table is silent."""
    raise_problems(
        [
            Problem("is neither true nor false", int(at) + 2, name, str(stops[name].iloc[at]))
            for name in LIMITS
            if name in stops
            for at in np.flatnonzero(~stops[name].isin([True, False]))
        ],
        source="table 'stops'",
    )
    return {
        name: stops[name].to_numpy(dtype=bool) if name in stops else np.ones(len(stops), dtype=bool)
        for name in LIMITS
    }


def _transfers(table: pd.DataFrame, stations: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return changes with float64 minutes; a station that is unknown or a time below 0 is wrong."""
    if table.empty:
        empty = {name: pd.Series(dtype=object) for name in TRANSFER_COLUMNS}
        return pd.DataFrame(empty).astype({"minutes": "float64"})
    absent = [
        Problem(f"column {name!r} is missing") for name in TRANSFER_COLUMNS if name not in table
    ]
    raise_problems(absent, source="table 'transfers'")
    minutes = pd.to_numeric(table["minutes"], errors="coerce").to_numpy(dtype=np.float64)
    ends = {name: table[name].astype(object).to_numpy() for name in TRANSFER_COLUMNS[:2]}
    known = list(stations["station"])
    rules = [
        *((~pd.Series(ends[name]).isin(known).to_numpy(), name) for name in ends),
        (~(minutes >= 0), "minutes"),
    ]
    problems = [
        Problem(
            "is no known station" if name in ends else "is no time of 0 or more",
            int(at) + 2,
            name,
            str(table[name].iloc[at]),
            nearest(str(table[name].iloc[at]), known) if name in ends and known else "",
        )
        for wrong, name in rules
        for at in np.flatnonzero(wrong)
    ]
    raise_problems(problems, source="table 'transfers'")
    return pd.DataFrame({**ends, "minutes": minutes})


def _trips(trips: pd.DataFrame, stops: pd.DataFrame) -> pd.DataFrame:
    ids = pd.Index(stops["trip_id"].unique(), name="trip_id", dtype=object)
    if "trip_id" not in trips:
        trains = pd.Series(ids.to_numpy(), ids, dtype=object)
        modes = trains.map(train_mode)
    else:
        rows = trips.drop_duplicates("trip_id").set_index("trip_id").reindex(ids)
        trains = rows["train"].where(rows["train"].notna(), rows.index.to_series())
        modes = rows["mode"] if "mode" in rows else trains.map(train_mode)
        modes = modes.where(modes.notna(), trains.map(train_mode))
    return pd.DataFrame({"train": trains, "mode": modes}, index=ids).reset_index()


def _absent(stops: pd.DataFrame) -> Iterator[Problem]:
    for name in STOP_COLUMNS:
        if name not in stops:
            yield Problem(f"column {name!r} is missing", fix=f"It has {few(stops.columns)}.")


def _wrong(stops: pd.DataFrame, stations: pd.DataFrame) -> Iterator[Problem]:
    trip = stops["trip_id"]
    first, last = ends_of(stops)
    known = list(stations["station"])
    minutes = stops[["arrive_min", "depart_min"]].to_numpy()
    before = np.where(first, minutes[:, 0], np.roll(minutes[:, 1], 1))
    finite = np.isfinite(minutes).all(axis=1)
    rules = [
        (trip.eq("").to_numpy(), "trip_id", "is empty"),
        (stops["sequence"].isna().to_numpy(), "sequence", "is no number"),
        (stops.duplicated(["trip_id", "sequence"]).to_numpy(), "sequence", "repeats a stop"),
        (~stops["station"].isin(known).to_numpy(), "station", "is no known station"),
        (~finite | (minutes < 0).any(axis=1), "arrive_min", "the stop lacks minutes"),
        ((minutes > LONGEST_MIN).any(axis=1) & finite, "arrive_min", "lies over a month ahead"),
        (minutes[:, 1] < minutes[:, 0], "depart_min", "departs before it arrives"),
        (minutes[:, 0] < before, "arrive_min", "arrives before it left the stop before"),
        (first & last, "trip_id", "the trip has one stop"),
    ]
    for wrong, column, what in rules:
        for at in np.flatnonzero(wrong):
            value = str(stops[column].iloc[at])
            fix = nearest(value, known) if column == "station" and known else ""
            yield Problem(what, int(stops["row"].iloc[at]), column, value, fix)
