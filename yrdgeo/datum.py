"""WGS 84, GCJ-02 and BD-09; promise: each way back undoes its way forth to 1e-9 degrees.

The shifts are the ones that the public implementations share. Points outside the box ``CHINA``
are not shifted.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from yrdgeo.errors import ArgumentError, few

Floats = npt.NDArray[np.float64]
Degrees = TypeVar("Degrees", float, Floats)
Offset = Callable[[Floats, Floats], tuple[Floats, Floats]]

# The box outside which GCJ-02 and BD-09 are WGS 84, as the public implementations draw it.
CHINA = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north
KRASOVSKY_M = 6_378_245.0  # GCJ-02 turns metres into degrees on the Krasovsky 1940 ellipsoid
KRASOVSKY_E2 = 0.00669342162296594323
BD09_SHIFT = (0.0065, 0.006)
BD09_WAVES = np.pi * 3000.0 / 180.0  # radians of the BD-09 ripple a degree
CONVERGED_DEGREES = 1e-12
ROUNDS = 60


def wgs84_to_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Shift WGS 84 coordinates to GCJ-02, the datum of Chinese web maps.

    Parameters
    ----------
    lon, lat
        Degrees, scalars or arrays of one shape; points outside China come back unchanged.

    Returns
    -------
    lon, lat
        Degrees in GCJ-02, 100 to 700 m away; scalars for scalars.

    Raises
    ------
    ArgumentError
        If a coordinate is missing or no longitude-latitude.

    Examples
    --------
    >>> wgs84_to_gcj02(116.404, 39.915)
    (116.41024449916938, 39.91640428150164)
    >>> wgs84_to_gcj02(-74.0, 40.7)
    (-74.0, 40.7)
    """
    return _forward(lon, lat, _gcj02_offset)


def gcj02_to_wgs84(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Shift GCJ-02 coordinates back to WGS 84, exact to 1e-9 degrees.

    Parameters
    ----------
    lon, lat
        Degrees in GCJ-02, scalars or arrays of one shape; points outside China come back
        unchanged.

    Returns
    -------
    lon, lat
        Degrees in WGS 84, the point whose forward shift is the input.

    Raises
    ------
    ArgumentError
        If a coordinate is missing or no longitude-latitude.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(116.41024449916938, 39.91640428150164)
    >>> round(lon, 9), round(lat, 9)
    (116.404, 39.915)
    """
    return _backward(lon, lat, _gcj02_offset)


def gcj02_to_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Shift GCJ-02 coordinates to BD-09, the datum of Baidu maps.

    Parameters, returns and errors are those of :func:`wgs84_to_gcj02`.

    Examples
    --------
    >>> lon, lat = gcj02_to_bd09(116.404, 39.915)
    >>> round(lon, 9), round(lat, 9)
    (116.410369494, 39.921336994)
    """
    return _forward(lon, lat, _bd09_offset)


def bd09_to_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Shift BD-09 coordinates back to GCJ-02, exact to 1e-9 degrees.

    The usual closed formula is an approximation, wrong by up to 0.2 m; this one inverts
    :func:`gcj02_to_bd09`. Parameters, returns and errors are those of :func:`gcj02_to_wgs84`.

    Examples
    --------
    >>> lon, lat = bd09_to_gcj02(*gcj02_to_bd09(116.404, 39.915))
    >>> round(lon, 9), round(lat, 9)
    (116.404, 39.915)
    """
    return _backward(lon, lat, _bd09_offset)


def wgs84_to_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Shift WGS 84 coordinates to BD-09, by way of GCJ-02.

    Parameters, returns and errors are those of :func:`wgs84_to_gcj02`.

    Examples
    --------
    >>> lon, lat = wgs84_to_bd09(116.404, 39.915)
    >>> round(lon, 9), round(lat, 9)
    (116.416627244, 39.922699552)
    """
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Shift BD-09 coordinates back to WGS 84, exact to 1e-9 degrees.

    Parameters, returns and errors are those of :func:`gcj02_to_wgs84`.

    Examples
    --------
    >>> lon, lat = bd09_to_wgs84(*wgs84_to_bd09(116.404, 39.915))
    >>> round(lon, 9), round(lat, 9)
    (116.404, 39.915)
    """
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _gcj02_offset(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (common + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (common + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    flat = 1 - KRASOVSKY_E2 * np.sin(np.radians(lat)) ** 2
    meridian_m = KRASOVSKY_M * (1 - KRASOVSKY_E2) / flat**1.5
    parallel_m = KRASOVSKY_M / np.sqrt(flat) * np.cos(np.radians(lat))
    return np.degrees(east / parallel_m), np.degrees(north / meridian_m)


def _bd09_offset(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * BD09_WAVES)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * BD09_WAVES)
    east, north = BD09_SHIFT
    return radius * np.cos(angle) + east - lon, radius * np.sin(angle) + north - lat


def _in_china(lon: Floats, lat: Floats, *, margin: float = 0.0) -> npt.NDArray[np.bool_]:
    west, south, east, north = CHINA
    inside = (lon >= west - margin) & (lon <= east + margin)
    return inside & (lat >= south - margin) & (lat <= north + margin)


def _forward(lon: Degrees, lat: Degrees, offset: Offset) -> tuple[Degrees, Degrees]:
    x, y = _coordinates(lon, lat)
    inside = _in_china(x, y)
    east, north = offset(x[inside], y[inside])
    x[inside] += east
    y[inside] += north
    return _scalar(x, lon), _scalar(y, lat)


def _backward(lon: Degrees, lat: Degrees, offset: Offset) -> tuple[Degrees, Degrees]:
    x, y = _coordinates(lon, lat)
    near = _in_china(x, y, margin=0.1)
    given = x[near], y[near]
    guess = given
    # The offset changes by less than 2 % a degree, so each round gains about two digits.
    for _ in range(ROUNDS):
        east, north = offset(*guess)
        step = given[0] - east - guess[0], given[1] - north - guess[1]
        guess = guess[0] + step[0], guess[1] + step[1]
        if max(np.abs(part).max(initial=0.0) for part in step) < CONVERGED_DEGREES:
            break
    # A point is shifted back only if its origin was shifted at all.
    shifted = _in_china(*guess)
    x[near] = np.where(shifted, guess[0], given[0])
    y[near] = np.where(shifted, guess[1], given[1])
    return _scalar(x, lon), _scalar(y, lat)


def _coordinates(lon: Degrees, lat: Degrees) -> tuple[Floats, Floats]:
    try:
        x, y = (
            np.array(part, dtype=np.float64)
            for part in np.broadcast_arrays(np.asarray(lon), np.asarray(lat))
        )
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            "Coordinates must be numbers, as many longitudes as latitudes.", found=str(error)
        ) from error
    legal = (np.abs(x) <= 180.0) & (np.abs(y) <= 90.0)  # noqa: PLR2004 — the bounds of degrees
    if not legal.all():
        shown = zip(x[~legal], y[~legal], strict=True)
        raise ArgumentError(
            "Coordinates must be degrees, longitude first.",
            found=few(f"lon {one:g}, lat {other:g}" for one, other in shown),
            fix="Swap the columns, or drop the rows without coordinates.",
        )
    return x, y


def _scalar(values: Floats, given: Degrees) -> Degrees:  # noqa: ARG001 — binds the return type
    return cast("Degrees", values.item() if values.ndim == 0 else values)
