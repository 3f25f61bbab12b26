"""Corridors: where a city lies along a line of seats, and how far off it.

Promise: a corridor is a list of adcodes (data, with a source), joined by geodesics; nothing is
projected and nothing is measured in degrees.
"""

from collections.abc import Sequence
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.seats import seats
from yrdgeo.errors import ArgumentError, few, nearest
from yrdgeo.geo import GEOD, METRES_PER_KM

Floats = npt.NDArray[np.float64]

EARTH_M = 6_371_008.8  # mean radius; it only steers the search, lengths are ellipsoidal
STEPS = 30
SETTLED_M = 1e-3
LONGEST_KM = 2_000.0  # a longer leg may have two nearest points


def chainage(cities: gpd.GeoDataFrame, line: Sequence[str]) -> pd.DataFrame:
    r"""Project the seats of cities on a corridor, a line of geodesics through other seats.

    .. math:: s_i = \operatorname*{argmin}_{s \in [0, L]} d\bigl(p_i, p(s)\bigr), \qquad
        n_i = d\bigl(p_i, p(s_i)\bigr)

    Parameters
    ----------
    cities
        The ``cities`` table.
    line
        Adcodes of two seats or more in the order of the corridor.

    Returns
    -------
    chainage
        Indexed as ``cities``: ``chainage_km`` s from the first seat along the line,
        ``offset_km`` n, and ``end``, whether the nearest point is an end of the line, so that
        the city lies beyond it rather than beside it (the end cities themselves do not). At a
        tie between legs the nearer to the start wins.

    Raises
    ------
    ArgumentError
        If the line has fewer than two seats, repeats one after itself, leaves the table, or has
        a leg longer than 2,000 km.

    References
    ----------
    Karney, C. F. F. (2013). Algorithms for geodesics. Journal of Geodesy 87, 43-55.

    Examples
    --------
    >>> seats = gpd.GeoDataFrame(
    ...     {"seat_lon": [120.0, 122.0, 121.0, 123.0], "seat_lat": [0.0, 0.0, 1.0, 0.0]},
    ...     index=pd.Index(["a", "b", "beside", "beyond"], name="adcode"),
    ... )
    >>> chainage(seats, ["a", "b"]).round(1).to_dict("index")["beside"]
    {'chainage_km': 111.3, 'offset_km': 110.6, 'end': False}
    >>> chainage(seats, ["a", "b"]).round(1).to_dict("index")["beyond"]
    {'chainage_km': 222.6, 'offset_km': 111.3, 'end': True}
    """
    lon, lat = seats(cities)
    rows = _positions(cities, line)
    azimuth, _, length = GEOD.inv(lon[rows[:-1]], lat[rows[:-1]], lon[rows[1:]], lat[rows[1:]])
    _refuse_legs(length, line)
    shape = (len(cities), len(length))
    start = np.broadcast_to(rows[:-1], shape)
    legs = _Legs(lon[start], lat[start], np.broadcast_to(azimuth, shape), np.asarray(length))
    points = np.broadcast_to(lon[:, None], shape), np.broadcast_to(lat[:, None], shape)
    along = legs.nearest(*points)
    offset = legs.offset(along, *points)
    leg = _first_least(offset)
    own = np.arange(len(cities))
    before = np.concatenate([[0.0], np.cumsum(length)])
    total = before[leg] + along[own, leg]
    least = offset[own, leg]
    at_end = (total <= SETTLED_M) | (total >= before[-1] - SETTLED_M)
    return pd.DataFrame(
        {
            "chainage_km": total / METRES_PER_KM,
            "offset_km": least / METRES_PER_KM,
            "end": at_end & (least > SETTLED_M),
        },
        cities.index,
    )


class _Legs:
    """Geodesic legs, shape (cities, legs), and the nearest point of each to each city."""

    def __init__(self, lon: Floats, lat: Floats, azimuth: Floats, length: Floats) -> None:
        self._start = lon, lat
        self._azimuth = azimuth
        self._length = length

    def _at(self, along: Floats) -> tuple[Floats, Floats, Floats]:
        """Return longitude, latitude and the course of the leg there."""
        lon, lat, back = GEOD.fwd(*self._start, self._azimuth, along)
        return np.asarray(lon), np.asarray(lat), np.asarray(back) + 180.0

    def offset(self, along: Floats, lon: Floats, lat: Floats) -> Floats:
        """Return metres from the points of the legs to the cities."""
        here = self._at(along)
        return np.asarray(GEOD.inv(here[0], here[1], lon, lat)[2])

    def nearest(self, lon: Floats, lat: Floats) -> Floats:
        """Return metres along each leg to its point nearest to each city.

        At a point of the leg the city is d away at an angle θ from the course; on a sphere the
        foot of the perpendicular is R · atan(tan(d / R) cos θ) farther on. The step is repeated
        on the ellipsoid until it is nothing.
        """
        along = np.zeros(lon.shape)
        for _ in range(STEPS):
            x, y, course = self._at(along)
            towards, _, away = GEOD.inv(x, y, lon, lat)
            angle = np.radians(np.asarray(towards) - course)
            arc = np.asarray(away) / EARTH_M
            step = EARTH_M * np.arctan2(np.sin(arc) * np.cos(angle), np.cos(arc))
            moved = np.clip(along + step, 0.0, self._length)
            change = np.abs(moved - along).max()
            along = moved
            if change < SETTLED_M:
                break
        return along


def _first_least(offset: Floats) -> npt.NDArray[np.intp]:
    """Return the first leg that is nearest; a corner belongs to two legs within rounding."""
    return np.asarray((offset <= offset.min(axis=1, keepdims=True) + SETTLED_M).argmax(axis=1))


def _positions(cities: gpd.GeoDataFrame, line: Sequence[str]) -> npt.NDArray[np.intp]:
    if isinstance(line, str) or len(line) < 2:  # noqa: PLR2004 — a line has two ends
        raise ArgumentError("A corridor needs a list of two seats or more.", found=repr(line))
    rows = np.asarray(cities.index.get_indexer(pd.Index(line, dtype=object)), dtype=np.intp)
    unknown = [name for name, row in zip(line, rows, strict=True) if row < 0]
    if unknown:
        fix = nearest(str(unknown[0]), [str(name) for name in cities.index])
        raise ArgumentError("Seats of the corridor are no cities.", found=few(unknown), fix=fix)
    return rows


def _refuse_legs(length: Floats, line: Sequence[str]) -> None:
    wrong = (np.asarray(length) <= 0) | (np.asarray(length) > LONGEST_KM * METRES_PER_KM)
    if wrong.any():
        legs = [f"{a} → {b}" for a, b in pairwise(line)]
        raise ArgumentError(
            f"A leg of a corridor must be longer than nothing and at most {LONGEST_KM:,.0f} km.",
            found=few(leg for leg, bad in zip(legs, wrong, strict=True) if bad),
        )
