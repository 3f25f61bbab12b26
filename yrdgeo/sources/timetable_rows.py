"""Rows of a stop table → minutes that only go forward, or problems that say which row and why.

A clock that goes back is a midnight, unless the ride would then take longer than any ride does:
then the row is wrong. The rule is the only guess made here; a column for the day avoids it.
"""

from collections.abc import Iterator, Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Geod

from yrdgeo.errors import Problem, nearest
from yrdgeo.timetables import DAY_MIN, ends_of, legs, with_ends
from yrdgeo.units import MINUTES_PER_HOUR

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

LONGEST_RIDE_MIN = 12 * 60.0  # without a stop; a clock that goes back less than 12 h is an error
LONGEST_DWELL_MIN = 6 * 60.0  # a change of gauge takes four
FASTEST_KMH = 380.0  # along the great circle; the fastest trains run 350 on the rail
SLOWEST_KMH = 15.0
SLOW_RIDE_MIN = 120.0  # shorter rides may be slow: a ferry, a border
# What a table writes where a train begins or ends.
NO_TIME = ("", "-", "--", "---", "----", "—", "——", "始发", "始发站", "终到", "终点", "终点站")
_CLOCK = r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?"
_DAY_WORDS = {"": 0, "当日": 0, "当天": 0, "次日": 1, "第二日": 1, "第三日": 2, "第四日": 3}
_DAY_WORDS |= {f"第{number}天": number - 1 for number in range(1, 10)}
_GEOD = Geod(ellps="WGS84")


def minutes_of(cells: pd.Series, *, in_minutes: bool) -> tuple[Floats, Bools]:
    """Return minutes after midnight, and which cells are no time at all.

    Parameters
    ----------
    cells
        ``HH:MM`` or ``HH:MM:SS``, the hour up to 999; or numbers of minutes.
    in_minutes
        Whether they are numbers of minutes.

    Returns
    -------
    minutes, wrong
        NaN where there is no time, by a sign for none (``----``, 始发) or because it is wrong.

    Examples
    --------
    >>> minutes, wrong = minutes_of(pd.Series(["25:10", "----", "9h"]), in_minutes=False)
    >>> minutes, wrong
    (array([1510.,   nan,   nan]), array([False, False,  True]))
    """
    text = cells.str.normalize("NFKC").str.strip()
    if in_minutes:
        number = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64)
        minutes = np.where(np.isfinite(number) & (number >= 0), number, np.nan)
    else:
        parts = text.str.extract(f"^{_CLOCK}$").apply(pd.to_numeric)
        hour, minute, second = (parts[name].to_numpy(dtype=np.float64) for name in range(3))
        minutes = hour * MINUTES_PER_HOUR + minute + np.nan_to_num(second) / MINUTES_PER_HOUR
    wrong = np.isnan(minutes) & ~text.isin(NO_TIME).to_numpy()
    return minutes, wrong


def day_numbers(cells: pd.Series) -> tuple[Floats, Bools]:
    """Return whole days after the train's first, and which cells are no day.

    >>> day_numbers(pd.Series(["0", "次日", "第3天", "x"]))[0]
    array([ 0.,  1.,  2., nan])
    """
    text = cells.str.normalize("NFKC").str.strip()
    number = pd.to_numeric(text, errors="coerce")
    days = number.where(~text.isin(list(_DAY_WORDS)), text.map(_DAY_WORDS)).to_numpy(np.float64)
    wrong = ~((days >= 0) & (days < 10) & (days == np.floor(days)))  # noqa: PLR2004 — no train runs ten days
    return np.where(wrong, np.nan, days), wrong


def forward(stops: pd.DataFrame, *, wrap: bool) -> pd.DataFrame:
    """Return stops whose minutes count from the first midnight.

    Parameters
    ----------
    stops
        In the order of trip and sequence, ``arrive_min`` and ``depart_min`` by the clock; with
        ``day`` (days after the first, NaN for unknown) the clock is not read for midnights.
    wrap
        Whether a clock that goes back has passed midnight.
    """
    if "day" in stops:
        shift = stops["day"].fillna(0.0) * DAY_MIN
        arrive, depart = stops["arrive_min"] + shift, stops["depart_min"] + shift
        depart += DAY_MIN * (depart < arrive)
        return with_ends(stops.assign(arrive_min=arrive, depart_min=depart))
    stops = with_ends(stops)
    if not wrap:
        return stops
    trip = pd.Series(np.repeat(stops["trip_id"].to_numpy(), 2))
    clock = pd.Series(stops[["arrive_min", "depart_min"]].to_numpy(dtype=np.float64).ravel())
    back = (clock.groupby(trip).ffill().groupby(trip).diff() < 0).astype("int64")
    minutes = (clock + DAY_MIN * back.groupby(trip).cumsum()).to_numpy().reshape(-1, 2)
    return stops.assign(arrive_min=minutes[:, 0], depart_min=minutes[:, 1])


def time_problems(stops: pd.DataFrame, headers: Mapping[str, str]) -> Iterator[Problem]:
    """Find times that are missing or run backwards, and trips of one stop.

    Parameters
    ----------
    stops
        What :func:`forward` returns, with ``row`` and the cells ``arrive`` and ``depart``.
    headers
        Field → name of its column in the file.
    """
    first, last = ends_of(stops)
    arrive, depart = (stops[name].to_numpy(np.float64) for name in ("arrive_min", "depart_min"))
    ride = arrive - np.where(first, arrive, np.roll(depart, 1))
    dwell = depart - arrive
    one = first & last
    rules = [
        (one, "station", "the train has one stop", "Add its other stops or drop it."),
        (
            np.isnan(arrive) & ~first & ~one & ~stops["arrive_wrong"].to_numpy(),
            "arrive",
            "the time of arrival is missing",
            "Only the first stop may lack it.",
        ),
        (
            np.isnan(depart) & ~last & ~one & ~stops["depart_wrong"].to_numpy(),
            "depart",
            "the time of departure is missing",
            "Only the last stop may lack it.",
        ),
        (
            ~one & ((ride < 0) | (ride > LONGEST_RIDE_MIN)),
            "arrive",
            "the time runs backwards: the train arrives before it left the stop before",
            "Check time and order; for a stop after midnight write 25:10 or give its day.",
        ),
        (
            ~one & ((dwell < 0) | (dwell > LONGEST_DWELL_MIN)),
            "depart",
            f"the train stands over {LONGEST_DWELL_MIN / 60:g} hours, or leaves before it arrives",
            "Check both times of the stop.",
        ),
    ]
    for wrong, field, what, fix in rules:
        for at in np.flatnonzero(wrong):
            row = stops.iloc[at]
            yield Problem(what, int(row["row"]), headers[field], str(row[field]), fix)


def cell_problems(
    cells: pd.DataFrame, wrong: Bools, column: str, *, what: str, fix: str = "", header: str = ""
) -> list[Problem]:
    """Return one problem for each wrong cell of a column."""
    found = cells.loc[wrong, ["row", column]]
    return [
        Problem(what, int(row), header or column, str(value), fix)
        for row, value in zip(found["row"], found[column], strict=True)
    ]


def station_problems(stops: pd.DataFrame, known: list[str], header: str) -> Iterator[Problem]:
    """Find stations that the station table lacks, each at its first row."""
    odd = stops[~stops["station"].isin(known)].sort_values("row")
    for name, rows in odd.groupby("station", sort=False)["row"]:
        many = f" ({len(rows)} stops)" if len(rows) > 1 else ""
        fix = f"Add it to the station table. {nearest(str(name), known)}"
        yield Problem(f"is no known station{many}", int(rows.iloc[0]), header, str(name), fix)


def speed_warnings(stops: pd.DataFrame, stations: gpd.GeoDataFrame) -> list[str]:
    """Count rides whose speed along the great circle no train has, and name a few."""
    rides = legs(stops)
    km = great_circle_km(stations, rides["from_station"], rides["to_station"])
    seen = ~np.isnan(km)
    minutes = (rides["arrive_min"] - rides["depart_min"]).to_numpy()
    fast = seen & (km > FASTEST_KMH * minutes / MINUTES_PER_HOUR)
    slow = seen & (minutes > SLOW_RIDE_MIN) & (km < SLOWEST_KMH * minutes / MINUTES_PER_HOUR)
    told = []
    for wrong, what in (
        (fast, f"faster than {FASTEST_KMH:g} km/h along the great circle"),
        (slow, f"of over {SLOW_RIDE_MIN:g} minutes slower than {SLOWEST_KMH:g} km/h"),
    ):
        if wrong.any():
            named = _named(rides[wrong], km[wrong], minutes[wrong])
            told.append(f"{_count(int(wrong.sum()), 'ride')} {what}: {named}.")
    return told


def great_circle_km(stations: gpd.GeoDataFrame, start: pd.Series, end: pd.Series) -> Floats:
    """Return the geodesic length between stations by name; NaN where one has no place."""
    places = stations.set_index("station").geometry
    placed = places[~(places.is_empty | places.isna())]
    points = pd.DataFrame({"lon": placed.x, "lat": placed.y}, index=placed.index)
    ends = np.hstack([points.reindex(names).to_numpy(np.float64) for names in (start, end)])
    seen = ~np.isnan(ends).any(axis=1)
    km = np.full(len(ends), np.nan)
    km[seen] = np.asarray(_GEOD.inv(*ends[seen].T)[2]) / 1000.0
    return km


def _named(rides: pd.DataFrame, km: Floats, minutes: Floats) -> str:
    """Name the first three pairs of stations once each."""
    texts = dict.fromkeys(
        f"{start} to {end} ({far:.0f} km in {spent:g} min)"
        for start, end, far, spent in zip(
            rides["from_station"], rides["to_station"], km, minutes, strict=True
        )
    )
    return ", ".join(list(texts)[:3])


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
