"""What the rows of the registry of measures need, made from travel times and one mass."""

import numpy as np
import pandas as pd

from yrdgeo.analysis.accessibility import MEASURES
from yrdgeo.results import Network, TravelTimes


def network_of(times: TravelTimes) -> Network:
    """Return a network with a link for each pair that has a path, as long as its minutes."""
    table = times.to_table()
    table = table[np.isfinite(table["travel_time_min"]) & (table["from_id"] != table["to_id"])]
    links = pd.DataFrame(
        {
            "link_id": [f"l{number}" for number in range(len(table))],
            "from_node": table["from_id"].to_numpy(dtype=object),
            "to_node": table["to_id"].to_numpy(dtype=object),
            "mode": "road",
            "length_km": table["travel_time_min"].to_numpy(),
            "speed_kmh": 60.0,
            "oneway": True,
        }
    )
    places = times.origins.union(times.destinations).astype(object)
    return Network(links, pd.DataFrame({"node_id": places, "adcode": places}))


def needed(name: str, times: TravelTimes) -> dict[str, object]:
    """Return the further inputs that a row takes by keyword."""
    frame = times.to_frame()
    made = {
        "straight_km": lambda: frame.replace(np.inf, 400.0) * 0.8,
        "network_km": lambda: frame,
        "costs": lambda: frame / 2,
        "network": lambda: network_of(times),
    }
    return {need: made[need]() for need in MEASURES[name].needs}


def taken(name: str, times: TravelTimes, mass: pd.Series) -> pd.Series:
    """Return a row of the registry, on its defaults, every amount it takes being ``mass``."""
    measure = MEASURES[name]
    amounts = [mass for _ in measure.takes]
    result = measure.function(times, *amounts, **needed(name, times), **measure.defaults)
    assert isinstance(result, pd.Series)
    return result
