"""The ways of a study by one mode: its network, with the turns that its roads prohibit.

Promise: times, kilometres and paths are all of the same ways.
"""

import pandas as pd

from yrdgeo.results import Network
from yrdgeo.routing.engine import Prepared, prepare
from yrdgeo.routing.paths import path_lengths_km
from yrdgeo.sources.osm_turns import turns_among
from yrdgeo.study import Study


def ways(study: Study, mode: str, scenario: str | None = None) -> Network | Prepared:
    """Return the network of a mode, with the turns that its roads prohibit."""
    network = study.network(modes=[mode], scenario=scenario)
    turns = turns_among(study.turns, network.links)
    if mode != "road" or turns.empty:
        return network
    # A question that is large enough to pay for a hierarchy makes one itself.
    return prepare(network, turns=turns, engine="dijkstra")


def kilometres(study: Study, mode: str) -> pd.DataFrame:
    """Return the kilometres of the fastest way between every two seats."""
    return path_lengths_km(ways(study, mode), list(study.cities.index))
