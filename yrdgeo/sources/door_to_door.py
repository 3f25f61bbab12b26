"""What a study asks of its timetable: journeys from seat to seat, with changes and waits.

Promise: the way to the trains is that of every other study; a change is possible at a station,
as the feed says, or by street between stations of one city.
"""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from yrdgeo.errors import SourceError
from yrdgeo.sources.day_links import access_links
from yrdgeo.sources.notices import Notice
from yrdgeo.sources.own_networks import with_cities
from yrdgeo.sources.service_links import station_nodes
from yrdgeo.sources.timemodel import Parameters
from yrdgeo.sources.timetable_rows import great_circle_km
from yrdgeo.timetables import DAY_MIN, PERIODS, Timetable, period_min
from yrdgeo.units import MINUTES_PER_HOUR

CHANGE_MIN = 10.0  # least minutes of a change, if the study names none: the wait counts besides
CHANGE_KM = 30.0  # as far as two stations of one city may be apart
MOST_CHANGES = 100_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a study asks of its timetable.

    Attributes
    ----------
    travel
        ``fastest``, ``typical`` or ``scheduled``.
    period
        ``all_day``, or a name of :data:`yrdgeo.timetables.PERIODS`: when one leaves the seat.
    transfer_min
        Least minutes of a change.
    max_transfers
        Most changes of train; None for any number.
    change_km
        How far apart stations of one city may be to change between them.
    """

    travel: str
    period: str
    transfer_min: float = CHANGE_MIN
    max_transfers: int | None = None
    change_km: float = CHANGE_KM


@dataclass(frozen=True, slots=True, eq=False)
class DoorToDoor:
    """A timetable, the ways to its stations and between them, and what is asked of it.

    Attributes
    ----------
    timetable
        The trains of the region.
    access
        ``place station minutes``, the seats being places.
    transfers
        ``from_station to_station minutes``, both ways.
    asked
        The question.
    """

    timetable: Timetable
    access: pd.DataFrame
    transfers: pd.DataFrame
    asked: Asked

    @property
    def window(self) -> tuple[float, float]:
        """First and last minute of leaving the seat."""
        first, end = PERIODS.get(self.asked.period, (0.0, DAY_MIN))
        return first, first + period_min((first, end))


def door_to_door(
    timetable: Timetable, cities: gpd.GeoDataFrame, asked: Asked, *, parameters: Parameters
) -> DoorToDoor:
    r"""Return the ways from the seats to their stations, and between stations of one city.

    .. math:: t = 60 \, k \, d / v + f

    with the great circle *d*, the detour *k* and the speed *v* of the way to a station, and the
    fixed minutes *f*: those of the access, or of a change.

    Parameters
    ----------
    timetable
        The trains of the region.
    cities
        The ``cities`` table.
    asked
        What the study asks.
    parameters
        The ``access_…`` ones.

    Raises
    ------
    SourceError
        If there are too many pairs of stations to change between.
    """
    nodes = with_cities(station_nodes(timetable), cities)
    links = access_links(cities, nodes, parameters=parameters)
    links = links[links["from_node"] != links["to_node"]]
    at_home = pd.DataFrame({"station": nodes["node_id"][nodes["node_id"].isin(cities.index)]})
    street = MINUTES_PER_HOUR * links["length_km"] / links["speed_kmh"]
    access = pd.DataFrame(
        {
            "place": links["from_node"],
            "station": links["to_node"],
            "minutes": street + links["fixed_min"],
        }
    )
    # A station that bears the code of a city is its seat.
    at_home = at_home.assign(place=at_home["station"], minutes=0.0)
    whole = pd.concat([access, at_home], ignore_index=True)
    return DoorToDoor(timetable, whole, _changes(timetable, nodes, asked, parameters), asked)


def _changes(
    timetable: Timetable, nodes: gpd.GeoDataFrame, asked: Asked, parameters: Parameters
) -> pd.DataFrame:
    """Return the ways between stations of one city that are near each other."""
    named = pd.DataFrame({"city": nodes["adcode"], "station": nodes["node_id"]})
    named = named[named["city"].ne("")]
    sizes = named["city"].value_counts().to_numpy(dtype=np.float64)
    pairs = int((sizes * (sizes - 1) / 2).sum())
    empty = pd.DataFrame({"from_station": [], "to_station": [], "minutes": []})
    if not asked.change_km or not pairs:
        return empty
    if pairs > MOST_CHANGES:
        raise SourceError(
            "There are too many pairs of stations to change between by street.",
            found=f"{pairs:,}; at most {MOST_CHANGES:,}",
            fix="Write change_km = 0 in [network]; changes of a feed's transfers.txt stay.",
        )
    both = named.merge(named, on="city", suffixes=("", "_to"))
    both = both[both["station"] < both["station_to"]]
    km = great_circle_km(timetable.stations, both["station"], both["station_to"])
    minutes = MINUTES_PER_HOUR * parameters.access_detour * km / parameters.access_speed_kmh
    near = np.isfinite(km) & (km <= asked.change_km)
    return pd.DataFrame(
        {
            "from_station": both["station"],
            "to_station": both["station_to"],
            "minutes": minutes + asked.transfer_min,
        }
    )[near].reset_index(drop=True)


def journeys_notice(path: Path, found: DoorToDoor, beyond: int) -> Notice:
    """Say what the rail times of a run are."""
    asked, trains = found.asked, found.timetable
    counts = f"{len(trains.trips):,}", f"{len(trains.stations):,}", f"{beyond:,}"
    en, zh = _SAID[asked.travel]
    most = "any number of" if asked.max_transfers is None else f"at most {asked.max_transfers}"
    most_zh = "不限" if asked.max_transfers is None else f"至多{asked.max_transfers}次"
    return Notice(
        f"Rail times are journeys by {path.name}: {counts[0]} trains at {counts[1]} stations of "
        f"the region ({counts[2]} stations beyond it are left out, and with them changes there), "
        f"for those who leave the seat in the period '{asked.period}': {en}. Waits at changes "
        f"count; {most} changes, of at least {asked.transfer_min:g} minutes.",
        f"铁路时间为按{path.name}的实际旅程：本区域{counts[1]}个车站、{counts[0]}趟列车（区域外"
        f"{counts[2]}个车站及其换乘未计），出发时段为{_PERIODS_ZH[asked.period]}，{zh}；换乘候车计入，换乘"
        f"{most_zh}，每次不少于{asked.transfer_min:g}分钟。",
    )


_PERIODS_ZH = {
    "all_day": "全天",
    "morning": "6至10时",
    "day": "10至16时",
    "evening": "16至22时",
    "night": "22时至次日6时",
}
_SAID = {
    "fastest": (
        "the shortest, without the wait before departure",
        "取最短旅程，不含出发前候车",
    ),
    "typical": (
        "the median of those worth taking, without the wait before departure",
        "取有效旅程的中位值，不含出发前候车",
    ),
    "scheduled": (
        "the mean over all moments, the wait before departure included",
        "取各时刻出发的平均值，含出发前候车",
    ),
}
