"""Seats of cities as arrays, every one known."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from yrdgeo.errors import ArgumentError, few

Floats = npt.NDArray[np.float64]


def seats(cities: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes of the seats, in the order of the table.

    Raises
    ------
    ArgumentError
        If the table has no seats, a city has none, or an adcode is repeated.
    """
    absent = [name for name in ("seat_lon", "seat_lat") if name not in cities]
    if absent:
        raise ArgumentError("The table 'cities' has no seats.", found=f"without {few(absent)}")
    if not cities.index.is_unique:
        repeated = cities.index[cities.index.duplicated()].unique()
        raise ArgumentError("The table 'cities' repeats adcodes.", found=few(repeated))
    lon, lat = (cities[name].to_numpy(dtype=np.float64) for name in ("seat_lon", "seat_lat"))
    lost = ~(np.isfinite(lon) & (np.abs(lat) <= 90))  # noqa: PLR2004 — the pole
    if lost.any():
        raise ArgumentError(
            "Every city needs a seat.",
            found=f"none for {few(cities.index[lost])}",
            fix="Give longitude and latitude in degrees, or drop the cities.",
        )
    return lon, lat
