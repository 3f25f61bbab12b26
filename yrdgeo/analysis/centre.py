"""Centres of gravity of people, output or anything that adds up, and how they move."""

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer
from pyproj.enums import TransformDirection

from yrdgeo.analysis.observations import check_series
from yrdgeo.analysis.seats import seats
from yrdgeo.analysis.vintages import one_series
from yrdgeo.errors import ArgumentError, few
from yrdgeo.geo import GEOD, METRES_PER_KM

LEAST_RADIUS_M = 1e5  # nearer to the centre of the earth no point of the surface is meant
_GEOCENTRIC = ("EPSG:4979", "EPSG:4978")  # WGS 84 with height, and in metres about its centre


def centre_of_gravity(cities: gpd.GeoDataFrame, weights: pd.Series) -> pd.Series:
    r"""Return the centre of gravity of weights at the seats of cities.

    .. math:: \bar x = \frac{\sum_i w_i x_i}{\sum_i w_i}

    with x the seat in three dimensions on the WGS 84 ellipsoid; the mean lies a little under the
    surface (some 10 km at the size of the Yangtze River Delta) and is brought up along the
    vertical. No projection and no mean of degrees is involved.

    Parameters
    ----------
    cities
        The ``cities`` table.
    weights
        w ≥ 0, by the same ids, something that adds up: people, GDP.

    Returns
    -------
    centre
        ``lon`` and ``lat`` in EPSG:4326.

    Raises
    ------
    ArgumentError
        If ids differ or repeat, or a weight is missing, negative or all are zero.

    References
    ----------
    Bachi, R. (1963). Standard distance measures and related methods for spatial analysis.
    Papers of the Regional Science Association 10, 83-132.

    Examples
    --------
    >>> seats = gpd.GeoDataFrame(
    ...     {"seat_lon": [120.0, 122.0], "seat_lat": [0.0, 0.0]},
    ...     index=pd.Index(["a", "b"], name="adcode"),
    ... )
    >>> centre_of_gravity(seats, pd.Series({"b": 1.0, "a": 1.0})).round(6).to_dict()
    {'lon': 121.0, 'lat': 0.0}
    """
    mass = _masses(cities, weights)
    there = Transformer.from_crs(*_GEOCENTRIC, always_xy=True)
    lon, lat = seats(cities)
    around = np.column_stack(there.transform(lon, lat, np.zeros(len(lon))))
    middle = mass @ around / mass.sum()
    if np.hypot(np.hypot(middle[0], middle[1]), middle[2]) < LEAST_RADIUS_M:
        raise ArgumentError(
            "Weights all around the globe have no centre on its surface.", found="almost none"
        )
    x, y, z = middle
    lon, lat, _ = there.transform(x, y, z, direction=TransformDirection.INVERSE)
    return pd.Series({"lon": float(lon), "lat": float(lat)})


def centre_shift(
    cities: gpd.GeoDataFrame, table: pd.DataFrame, *, same_series: dict[str, str] | None = None
) -> pd.DataFrame:
    """Return the centre of gravity in each year and its move since the year before.

    Parameters
    ----------
    cities
        The ``cities`` table.
    table
        Columns ``adcode year value`` and, where known, ``vintage``: every city once in each
        year, something that adds up.
    same_series
        Vintages that may be compared: vintage → name of the series it belongs to. Without it
        two vintages are never compared.

    Returns
    -------
    shift
        By ``year``: ``lon lat`` in EPSG:4326, ``move_km`` and ``bearing_deg`` (clockwise from
        north) of the geodesic from the centre of the row before, NaN in the first row and no
        bearing without a move; ``vintage``.

    Raises
    ------
    ArgumentError
        If vintages are mixed, a city is absent or repeated in a year, or a value is missing or
        negative.

    Examples
    --------
    >>> seats = gpd.GeoDataFrame(
    ...     {"seat_lon": [120.0, 122.0], "seat_lat": [0.0, 0.0]},
    ...     index=pd.Index(["a", "b"], name="adcode"),
    ... )
    >>> people = pd.DataFrame(
    ...     {"adcode": list("abab"), "year": [2010] * 2 + [2020] * 2, "value": [1.0, 1, 1, 3]}
    ... )
    >>> centre_shift(seats, people).round(1).loc[2020, ["move_km", "bearing_deg"]].to_list()
    [55.7, 90.0]
    """
    years = one_series(table, same_series or {})
    centres = pd.DataFrame(
        {year: centre_of_gravity(cities, part.set_index("adcode")["value"]) for year, part in years}
    ).T
    lon, lat = centres["lon"].to_numpy(), centres["lat"].to_numpy()
    bearing, _, metres = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    bearing = np.where(np.asarray(metres) > 0, np.asarray(bearing) % 360, np.nan)
    return centres.assign(
        move_km=np.concatenate([[np.nan], np.asarray(metres) / METRES_PER_KM]),
        bearing_deg=np.concatenate([[np.nan], bearing]),
        vintage=["; ".join(sorted(set(part["vintage"]))) for _, part in years],
    ).rename_axis("year")


def _masses(cities: gpd.GeoDataFrame, weights: pd.Series) -> np.ndarray:
    check_series("weight", weights)
    odd = cities.index.symmetric_difference(weights.index)
    if len(odd):
        raise ArgumentError(
            "The cities and the weights are of different places.",
            found=few(odd),
            fix="Give each city one weight; a centre without some of its cities is another one.",
        )
    mass = weights.reindex(cities.index).to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~(np.isfinite(mass) & (mass >= 0))
    if wrong.any() or not mass.sum() > 0:
        raise ArgumentError(
            "Weights must be finite, zero or more, and not all zero.",
            found=f"at {few(cities.index[wrong])}" if wrong.any() else "only zeros",
        )
    return mass
