"""What lies between the cities of a study: borders, contiguity orders, straight kilometres.

Promise: a run computes each of them once.
"""

import numpy as np
import pandas as pd

from yrdgeo.analysis import contiguity
from yrdgeo.geo import geodesic_km
from yrdgeo.study import Study


def touching(study: Study) -> pd.DataFrame:
    """Return who touches whom over land, or by a declared bridge."""
    return study.kept.once(
        "touching", lambda: contiguity.edges(study.cities, bridges=study.region.bridges)
    )


def touching_by_water(study: Study) -> pd.DataFrame:
    """Return who touches whom, over land or water, declared bridges included."""
    region = study.region
    return study.kept.once(
        "touching by water",
        lambda: contiguity.edges(study.cities, bridges=region.bridges, waters=region.waters),
    )


def orders(study: Study) -> pd.DataFrame:
    """Return the contiguity order of every two cities, declared bridges included."""
    return study.kept.once(
        "orders", lambda: contiguity.order(study.cities, bridges=study.region.bridges)
    )


def straight_km(study: Study) -> pd.DataFrame:
    """Return the geodesic kilometres from the seat of each city, down, to each other, across."""
    return study.kept.once("straight km", lambda: _straight_km(study))


def _straight_km(study: Study) -> pd.DataFrame:
    ids = list(study.cities.index)
    km = geodesic_km(study.cities, np.repeat(ids, len(ids)).tolist(), ids * len(ids))
    return pd.DataFrame(np.asarray(km).reshape(len(ids), -1), ids, ids)
