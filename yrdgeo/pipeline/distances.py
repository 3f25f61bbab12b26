"""How far each city is for a gradient: by kilometre, minute or ring, or along a corridor."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from yrdgeo import geo
from yrdgeo.analysis import gradient
from yrdgeo.analysis.corridor import BESIDE_KM
from yrdgeo.pipeline.between import orders
from yrdgeo.results import TravelTimes
from yrdgeo.sources.corridors import Corridor, corridor_of
from yrdgeo.spec import Row
from yrdgeo.study import Study

NEAREST = "nearest"  # from the nearest of the region's cores


@dataclass(frozen=True, slots=True, eq=False)
class Along:
    """Where cities lie along a corridor.

    Attributes
    ----------
    table
        Of every city: ``chainage_km offset_km axis beside``.
    offset_km
        How far off the line a city counts.
    """

    corridor: Corridor
    table: pd.DataFrame
    offset_km: float

    @property
    def left_out(self) -> list[str]:
        """Cities off the corridor, or beyond an end of it."""
        return [str(code) for code in self.table.index[~self.table["beside"]]]


@dataclass(frozen=True, slots=True, eq=False)
class Away:
    """How far each city of a gradient is from its core, and by which way.

    Attributes
    ----------
    way
        ``km``, a mode of travel, ``ring``, or ``corridor_`` and its id.
    from_id
        Adcode of the core, ``nearest``, or several adcodes joined by semicolons.
    distance
        By adcode, of the cities that the gradient is of.
    unit
        ``km``, ``min`` or ``ring``.
    along
        Of a corridor.
    """

    way: str
    from_id: str
    distance: pd.Series
    unit: str
    along: Along | None = None


def cores_of(study: Study, row: Row) -> tuple[str, list[str]]:
    """Return what the cores of a gradient are called, and their adcodes."""
    given = row["from"]
    if given == NEAREST:
        return NEAREST, list(study.region.cores)
    names = [given] if isinstance(given, str) or not given else given
    codes = [study.core(str(name or "")) for name in names]  # type: ignore[attr-defined]  # the schema says list
    return ";".join(codes), codes


def way_of(study: Study, row: Row) -> str:
    """Return the name of the way that distances are measured by."""
    if row["by"] != "corridor":
        return str(row["by"])
    return f"corridor_{corridor_asked(study, row).id}"


def away(study: Study, row: Row, times: Mapping[str, TravelTimes]) -> Away:
    """Measure how far the cities of a gradient are from its core or cores.

    Raises
    ------
    ArgumentError
        If a core does not lie beside the corridor.
    SourceError, PlaceError
        If the corridor cannot be read.
    """
    by = str(row["by"])
    from_id, cores = cores_of(study, row)
    if by == "corridor":
        along = along_asked(study, row, cores)
        table = along.table[along.table["beside"]]
        way = f"corridor_{along.corridor.id}"
        return Away(way, from_id, table["chainage_km"], "km", along)
    if by == "ring":
        rings = gradient.distance_order(orders(study), cores)["contiguity_order"]
        return Away(by, from_id, rings.reindex(study.cities.index), "ring")
    return Away(by, from_id, to_cores(study, cores, by, times), unit_of(by))


def unit_of(by: str) -> str:
    """Return the unit of kilometres, or of a mode's minutes."""
    return "km" if by == "km" else "min"


def from_core(study: Study, core: str, by: str, times: Mapping[str, TravelTimes]) -> pd.Series:
    """Return kilometres or minutes from one core to every city."""
    ids = study.cities.index
    if by == "km":
        km = geo.geodesic_km(study.cities, [core] * len(ids), list(ids))
        return pd.Series(np.asarray(km), ids, name="seat_km")
    minutes = times[by].minutes[times[by].origins.get_loc(core)]
    return pd.Series(minutes, times[by].destinations, name="travel_time_min")


def to_cores(
    study: Study, cores: list[str], by: str, times: Mapping[str, TravelTimes]
) -> pd.Series:
    """Return kilometres or minutes between every city and the nearest of one core or more."""
    if len(cores) == 1:
        return from_core(study, cores[0], by, times)
    if by == "km":
        return gradient.distance_km(study.cities, cores)["seat_km"].reindex(study.cities.index)
    return gradient.distance_min(times[by], cores)["travel_time_min"].reindex(study.cities.index)


def corridor_asked(study: Study, row: Row) -> Corridor:
    """Return the corridor of a gradient: shipped, listed or read from a file."""
    return corridor_of(row["corridor"], folder=study.spec.folder, among=study.cities.index)


def along_asked(study: Study, row: Row, cores: list[str]) -> Along:
    """Return where cities lie along the corridor of a gradient."""
    corridor = corridor_asked(study, row)
    offset = BESIDE_KM if row["offset_km"] is None else float(str(row["offset_km"]))
    table = gradient.along_corridor(study.cities, corridor.axes, cores, offset_km=offset)
    return Along(corridor, table, offset)
