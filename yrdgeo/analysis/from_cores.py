"""How far each city is from its nearest core, and which core that is.

Promise: distance, minutes and contiguity rings come in one shape, so that any of them can be the
distance of a gradient.
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.hinterland import hinterland
from yrdgeo.analysis.seats import seats
from yrdgeo.errors import ArgumentError, few, nearest
from yrdgeo.geo import geodesic_km
from yrdgeo.results import TravelTimes


def distance_km(cities: gpd.GeoDataFrame, cores: Sequence[str]) -> pd.DataFrame:
    r"""Return the geodesic distance from each city's seat to the nearest core.

    .. math:: d_i = \min_c d_{ic}

    Parameters
    ----------
    cities
        The ``cities`` table.
    cores
        Adcodes of one core or more. Where two are equally near the one named first wins.

    Returns
    -------
    distance
        Indexed as ``cities``: ``core`` and ``seat_km`` on the WGS 84 ellipsoid.

    Raises
    ------
    ArgumentError
        If no core is given, or one is given twice or is not in the table.

    Examples
    --------
    >>> seats = gpd.GeoDataFrame(
    ...     {"seat_lon": [121.0, 120.0, 117.0], "seat_lat": [31.0, 31.0, 31.0]},
    ...     index=pd.Index(["310000", "320500", "340100"], name="adcode"),
    ... )
    >>> distance_km(seats, ["310000", "340100"]).round(3).to_dict("index")["320500"]
    {'core': '310000', 'seat_km': 95.504}
    """
    seats(cities)
    names = _cores(cores, cities.index)
    ids = list(cities.index)
    km = np.column_stack([geodesic_km(cities, core, ids) for core in names])
    return _nearest(km, names, cities.index, "seat_km")


def distance_min(times: TravelTimes, cores: Sequence[str]) -> pd.DataFrame:
    r"""Return the travel time from each city to the nearest core.

    .. math:: t_i = \min_c t_{ic}

    Parameters
    ----------
    times
        From the cities (origins) to the cores, which are among the destinations, in minutes.
    cores
        Ids of one core or more. Where two are equally near the one named first wins.

    Returns
    -------
    distance
        Indexed by ``adcode`` (the origins): ``core``, None if none is reached, and
        ``travel_time_min``, then ``inf``.

    Raises
    ------
    ArgumentError
        If no core is given, or one is given twice or is no destination.

    Examples
    --------
    >>> times = TravelTimes(["x", "y"], ["a", "b"], [[30.0, 50.0], [np.inf, 20.0]])
    >>> distance_min(times, ["a", "b"])["travel_time_min"].to_dict()
    {'x': 30.0, 'y': 20.0}
    """
    return hinterland(times, cores)[["core", "travel_time_min"]]


def distance_order(order: pd.DataFrame, cores: Sequence[str]) -> pd.DataFrame:
    r"""Return the contiguity ring of each city around the nearest core.

    .. math:: o_i = \min_c o_{ic}

    Parameters
    ----------
    order
        From :func:`yrdgeo.analysis.contiguity.order`: n × n, 0 self, 1 adjacent, <NA> not
        connected.
    cores
        Ids of one core or more. Where two are equally near the one named first wins.

    Returns
    -------
    distance
        Indexed as ``order``: ``core``, None if none is connected, and ``contiguity_order``,
        then ``inf``.

    Raises
    ------
    ArgumentError
        If no core is given, or one is given twice or has no column.

    Examples
    --------
    >>> order = pd.DataFrame(
    ...     [[0, 1, 2], [1, 0, 1], [2, 1, 0]], list("abc"), list("abc"), dtype="Int64"
    ... )
    >>> distance_order(order, ["a"])["contiguity_order"].to_dict()
    {'a': 0.0, 'b': 1.0, 'c': 2.0}
    """
    names = _cores(cores, order.columns)
    rings = order[list(names)].to_numpy(dtype=np.float64, na_value=np.inf)
    return _nearest(rings, names, order.index, "contiguity_order")


def _nearest(
    away: npt.NDArray[np.float64], names: pd.Index, index: pd.Index, column: str
) -> pd.DataFrame:
    chosen = away.argmin(axis=1)
    core = names.to_numpy(dtype=object)[chosen]
    least = away[np.arange(len(away)), chosen]
    core[np.isinf(least)] = None
    # As an object column: pandas 3 would read text and None as its str type, with NaN for None.
    return pd.DataFrame({"core": pd.Series(core, index, dtype=object), column: least}, index)


def _cores(cores: Sequence[str], legal: pd.Index) -> pd.Index:
    if isinstance(cores, str) or not len(cores):
        raise ArgumentError("Distances need a list of one core or more.", found=repr(cores))
    names = pd.Index(list(cores), dtype=object)
    if names.has_duplicates:
        raise ArgumentError("Cores are repeated.", found=few(names[names.duplicated()].unique()))
    unknown = names[~names.isin(legal)]
    if len(unknown):
        fix = nearest(str(unknown[0]), [str(name) for name in legal])
        raise ArgumentError("Cores are not among the cities.", found=few(unknown), fix=fix)
    return names
