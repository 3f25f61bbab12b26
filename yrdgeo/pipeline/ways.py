"""The ways of a study by one mode: its network, with the turns that its roads prohibit.

Promise: times, kilometres and paths are all of the same ways.
"""

import pandas as pd

from yrdgeo.results import Network, TravelTimes
from yrdgeo.routing.doors import door_times
from yrdgeo.routing.engine import Prepared, prepare
from yrdgeo.routing.paths import path_lengths_km
from yrdgeo.routing.scan import Statistic
from yrdgeo.routing.times import travel_times
from yrdgeo.sources.osm_turns import turns_among
from yrdgeo.study import Study

# What a study says → which summary of the journeys it means.
STATISTICS: dict[str, Statistic] = {
    "fastest": "fastest",
    "typical": "median",
    "scheduled": "scheduled",
}


def ways(study: Study, mode: str, scenario: str | None = None) -> Network | Prepared:
    """Return the network of a mode, with the turns that its roads prohibit."""
    network = study.network(modes=[mode], scenario=scenario)
    turns = turns_among(study.turns, network.links)
    if mode != "road" or turns.empty:
        return network
    # A question that is large enough to pay for a hierarchy makes one itself.
    return prepare(network, turns=turns, engine="dijkstra")


def by_timetable(study: Study, mode: str) -> bool:
    """Tell whether the times of a mode are journeys by the clock, which no network has."""
    return mode == "rail" and study.travel is not None


def times_of(study: Study, mode: str, scenario: str | None = None) -> TravelTimes:
    """Return the times between all seats by a mode."""
    seats = list(study.cities.index)
    travel = study.travel
    if travel is None or not by_timetable(study, mode):
        return travel_times(ways(study, mode, scenario), seats)
    return door_times(
        travel.timetable,
        travel.access,
        seats,
        window=travel.window,
        statistic=STATISTICS[travel.asked.travel],
        max_transfers=travel.asked.max_transfers,
        transfer_min=travel.asked.transfer_min,
        transfers=travel.transfers,
    )


def kilometres(study: Study, mode: str) -> pd.DataFrame:
    """Return the kilometres of the fastest way between every two seats."""
    seats = list(study.cities.index)
    return study.kept.once(("kilometres", mode), lambda: path_lengths_km(ways(study, mode), seats))
