"""Corridors: where a city lies along a line, and how far off it.

Promise: a corridor is a list of adcodes (data, with a source) or a line, its corners joined by
geodesics; nothing is projected and nothing is measured in degrees.
"""

from collections.abc import Sequence
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from yrdgeo.analysis.seats import seats
from yrdgeo.errors import ArgumentError, few, nearest
from yrdgeo.geo import GEOD, METRES_PER_KM

Floats = npt.NDArray[np.float64]

EARTH_M = 6_371_008.8  # mean radius; it only steers the search, lengths are ellipsoidal
BESIDE_KM = 50.0
STEPS = 30
SETTLED_M = 1e-3
BLOCK = 2_000_000  # distances at once
LONGEST_KM = 2_000.0  # a longer leg may have two nearest points


def chainage(cities: gpd.GeoDataFrame, line: Sequence[str] | shapely.LineString) -> pd.DataFrame:
    r"""Project the seats of cities on a corridor, a line of geodesics through seats or corners.

    .. math:: s_i = \operatorname*{argmin}_{s \in [0, L]} d\bigl(p_i, p(s)\bigr), \qquad
        n_i = d\bigl(p_i, p(s_i)\bigr)

    Parameters
    ----------
    cities
        The ``cities`` table.
    line
        Adcodes of two seats or more in the order of the corridor; or a line in EPSG:4326.

    Returns
    -------
    chainage
        Indexed as ``cities``: ``chainage_km`` s from the start of the line along it,
        ``offset_km`` n, and ``end``, whether the nearest point is an end of the line, so that
        the city lies beyond it rather than beside it (a city at the end itself does not). At a
        tie between legs the nearer to the start wins.

    Raises
    ------
    ArgumentError
        If the line has fewer than two seats or corners, repeats one after itself, leaves the
        table or the globe, or has a leg longer than 2,000 km.

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
    >>> drawn = shapely.LineString([(120, 0), (121, 0), (122, 0)])
    >>> chainage(seats, drawn).round(1).equals(chainage(seats, ["a", "b"]).round(1))
    True
    """
    lon, lat = seats(cities)
    x, y, names = _corners(cities, lon, lat, line)
    azimuth, _, length = GEOD.inv(x[:-1], y[:-1], x[1:], y[1:])
    _refuse_legs(length, names)
    before = np.concatenate([[0.0], np.cumsum(length)])
    city, leg = _near_legs(lon, lat, x, y, np.asarray(length))
    legs = _Legs(x[leg], y[leg], np.asarray(azimuth)[leg], np.asarray(length)[leg])
    along = legs.nearest(lon[city], lat[city])
    offset = legs.offset(along, lon[city], lat[city])
    least = np.full(len(cities), np.inf)
    np.minimum.at(least, city, offset)
    # A corner belongs to two legs within rounding: the first one stays.
    chosen = np.flatnonzero(offset <= least[city] + SETTLED_M)
    own, first = np.unique(city[chosen], return_index=True)
    total = np.empty(len(cities))
    total[own] = (before[leg] + along)[chosen[first]]
    at_end = (total <= SETTLED_M) | (total >= before[-1] - SETTLED_M)
    return pd.DataFrame(
        {
            "chainage_km": total / METRES_PER_KM,
            "offset_km": least / METRES_PER_KM,
            "end": at_end & (least > SETTLED_M),
        },
        cities.index,
    )


def along_corridor(
    cities: gpd.GeoDataFrame,
    axes: Sequence[Sequence[str] | shapely.LineString],
    cores: Sequence[str],
    *,
    offset_km: float = BESIDE_KM,
) -> pd.DataFrame:
    r"""Return how far each city lies from the nearest core along a corridor of one axis or more.

    .. math:: d_i = \min_c \begin{cases} |s_i - s_c| & \text{on the same axis} \\
        s_i + s_c & \text{on two axes, which begin at one place} \end{cases}

    Parameters
    ----------
    cities
        The ``cities`` table.
    axes
        As the line of :func:`chainage`; several begin at the same seat or corner. A city belongs
        to the axis that it is nearest to, the first of equals.
    cores
        Adcodes of one core or more that lie beside the corridor.
    offset_km
        How far off the line a city still lies beside it. A city beyond an end does not, however
        near: its chainage would be that of the end.

    Returns
    -------
    along
        Indexed as ``cities``: ``chainage_km`` d, ``offset_km``, ``axis`` (0, 1 …) and ``beside``.

    Raises
    ------
    ArgumentError
        As :func:`chainage`; or if no core is given, a core does not lie beside the corridor,
        axes do not begin at one place, or the limit is out of its domain.

    Examples
    --------
    >>> seats = gpd.GeoDataFrame(
    ...     {"seat_lon": [120.0, 122.0, 121.0, 123.0], "seat_lat": [0.0, 0.0, 0.2, 0.0]},
    ...     index=pd.Index(["a", "b", "beside", "beyond"], name="adcode"),
    ... )
    >>> along = along_corridor(seats, [["a", "b"]], ["b"])
    >>> along.loc[along["beside"], "chainage_km"].round(1).to_dict()
    {'a': 222.6, 'b': 0.0, 'beside': 111.3}
    """
    if not np.isfinite(offset_km) or offset_km < 0:
        raise ArgumentError("The limit off a corridor is zero or more.", found=f"{offset_km}")
    found = [chainage(cities, line) for line in axes]
    _refuse_forks(cities, axes)
    offsets = np.column_stack([one["offset_km"] for one in found])
    axis = _first_least(offsets)
    own = np.arange(len(cities))
    at = np.column_stack([one["chainage_km"] for one in found])[own, axis]
    beyond = np.column_stack([one["end"] for one in found])[own, axis]
    beside = (offsets[own, axis] <= offset_km) & ~beyond
    rows = _core_rows(cities, cores, beside, offsets[own, axis])
    apart = np.where(
        axis[:, None] == axis[rows], np.abs(at[:, None] - at[rows]), at[:, None] + at[rows]
    )
    return pd.DataFrame(
        {
            "chainage_km": apart.min(axis=1),
            "offset_km": offsets[own, axis],
            "axis": axis,
            "beside": beside,
        },
        cities.index,
    )


def _core_rows(
    cities: gpd.GeoDataFrame, cores: Sequence[str], beside: npt.NDArray[np.bool_], offset: Floats
) -> npt.NDArray[np.intp]:
    """Return the rows of the cores, all of them beside the corridor."""
    if isinstance(cores, str) or not len(cores):
        raise ArgumentError("Chainage needs a list of one core or more.", found=repr(cores))
    rows = np.asarray(cities.index.get_indexer(pd.Index(cores, dtype=object)), dtype=np.intp)
    unknown = [core for core, row in zip(cores, rows, strict=True) if row < 0]
    if unknown:
        raise ArgumentError("Cores are not among the cities.", found=few(unknown))
    off = [f"{core} ({offset[row]:.0f} km off)" for core, row in zip(cores, rows, strict=True)
           if not beside[row]]  # fmt: skip
    if off:
        raise ArgumentError(
            "A core does not lie beside the corridor.",
            found=few(off),
            fix="Start from a city on it, or allow a greater offset.",
        )
    return rows


def _refuse_forks(
    cities: gpd.GeoDataFrame, axes: Sequence[Sequence[str] | shapely.LineString]
) -> None:
    """Refuse axes that begin at different places: no way leads from one to the other."""
    lon, lat = seats(cities)
    starts = [_corners(cities, lon, lat, line)[:2] for line in axes]
    firsts = {(float(x[0]), float(y[0])) for x, y in starts}
    if len(firsts) != 1:
        raise ArgumentError(
            "The axes of a corridor must begin at one place.", found=f"{len(firsts)} places"
        )


def _first_least(offset: Floats) -> npt.NDArray[np.intp]:
    """Return the first axis that is nearest; near the start two are equal within rounding."""
    least = offset.min(axis=1, keepdims=True)
    return np.asarray((offset <= least + SETTLED_M / METRES_PER_KM).argmax(axis=1), dtype=np.intp)


def _near_legs(
    lon: Floats, lat: Floats, x: Floats, y: Floats, length: Floats
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the legs that may be nearest to each city: a drawn line has thousands.

    A point of a leg of length L whose ends are a and b away is at least (a + b − L) / 2 away, and
    the nearest corner is an upper bound.
    """
    found = []
    step = max(1, BLOCK // len(x))
    for first in range(0, len(lon), step):
        mine = slice(first, first + step)
        shape = (len(lon[mine]), len(x))
        x_all, y_all = np.broadcast_to(x, shape), np.broadcast_to(y, shape)
        lon_all = np.broadcast_to(lon[mine, None], shape)
        lat_all = np.broadcast_to(lat[mine, None], shape)
        away = np.asarray(GEOD.inv(x_all, y_all, lon_all, lat_all)[2])
        least = (away[:, :-1] + away[:, 1:] - length) / 2
        city, leg = np.nonzero(least <= away.min(axis=1, keepdims=True) + SETTLED_M)
        found.append((city + first, leg))
    return np.concatenate([c for c, _ in found]), np.concatenate([g for _, g in found])


class _Legs:
    """Geodesic legs, shape (k,), and the point of each that is nearest to its city."""

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
        """Return metres along each leg to its point nearest to its city.

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


def _corners(
    cities: gpd.GeoDataFrame, lon: Floats, lat: Floats, line: Sequence[str] | shapely.LineString
) -> tuple[Floats, Floats, list[str]]:
    """Return the corners of a corridor and what they are called."""
    if isinstance(line, shapely.Geometry):
        points = shapely.get_coordinates(line)
        inside = (np.abs(points[:, 0]) <= 180) & (np.abs(points[:, 1]) <= 90)  # noqa: PLR2004 — degrees of the globe
        if line.geom_type != "LineString" or len(points) < 2 or not inside.all():  # noqa: PLR2004 — a line has two ends
            raise ArgumentError(
                "A drawn corridor must be one line in degrees of longitude and latitude.",
                found=f"{line.geom_type} of {len(points)} corners",
                fix="Merge its parts, and bring it to EPSG:4326.",
            )
        return points[:, 0], points[:, 1], [f"corner {k}" for k in range(1, len(points) + 1)]
    rows = _positions(cities, line)
    return lon[rows], lat[rows], [str(name) for name in line]


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
