"""Pairs of cities: how far apart they are by border, seat, polygon and network.

Promise: every pair of the input is a row of the output, measured between the two cities to which
its ends belong; a pair that cannot be measured is an error that names it.
"""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from yrdgeo.analysis.leapfrog import leapfrog_index
from yrdgeo.analysis.matching import matching_test, optimal
from yrdgeo.analysis.observations import check_series
from yrdgeo.analysis.pair_costs import weighed
from yrdgeo.analysis.pair_summary import summary
from yrdgeo.analysis.pareto import pareto
from yrdgeo.analysis.permutation import compare
from yrdgeo.errors import ArgumentError, few
from yrdgeo.geo import GEOD, METRES_PER_KM, border_km, centroid_km, geodesic_km
from yrdgeo.results import TravelTimes
from yrdgeo.tables import check
from yrdgeo.units import WGS84

__all__ = [
    "compare",
    "leapfrog_index",
    "matching_test",
    "optimal",
    "pareto",
    "summary",
    "table",
    "weighed",
]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Ends = tuple[pd.Index, pd.Index]
Values = pd.Series | pd.DataFrame | Mapping[str, pd.Series]

ADJACENT, LEAPFROG = "adjacent", "leapfrog"
PARTNERS = "partners"  # a direction: neither end is the helper
MUNICIPALITIES = ("11", "12", "31", "50")  # Beijing, Tianjin, Shanghai, Chongqing: no prefectures
STEP_KM = 20.0  # points along a drawn geodesic


def table(  # noqa: PLR0913 — the measures of a pair are independent options
    cities: gpd.GeoDataFrame,
    pairs: pd.DataFrame,
    *,
    order: pd.DataFrame,
    times: TravelTimes | Mapping[str, TravelTimes] | None = None,
    values: Values | None = None,
    lengths: TravelTimes | pd.DataFrame | None = None,
    leapfrog_from: int = 2,
) -> gpd.GeoDataFrame:
    r"""Measure each pair: class, contiguity order, distances, travel times and gaps.

    .. math:: \text{detour}_{ij} = \ell_{ij} / d_{ij}

    with ℓ the length of the way through the network and d the geodesic between the seats.

    Parameters
    ----------
    cities
        The ``cities`` table.
    pairs
        The ``pairs`` table of k pairs. An end that is not in ``cities`` is taken for a county:
        the pair is measured from the seat and polygon of the prefecture that its code names
        (310112 → 310000, 340421 → 340400), kept as ``helper_city`` and ``helped_city``.
    order
        Contiguity orders as :func:`yrdgeo.contiguity.order` returns them.
    times
        Travel times between cities, or several by name (``rail``, ``road``); helper to helped,
        and the mean of both ways for a pair whose ``direction`` is ``partners``.
    values
        A named series by adcode, or several (a table or a mapping), to compare helper and helped.
    lengths
        Kilometres through the network, as a labelled n × n table, or as the travel times of that
        network at 60 km/h, where a minute is a kilometre.
    leapfrog_from
        The contiguity order from which a pair is ``leapfrog``; below it is ``adjacent``. Two
        cities that no chain of borders connects are ``leapfrog``.

    Returns
    -------
    table
        One row a pair, in the order of ``pairs``, with its columns and ``helper_city helped_city
        pair_class contiguity_order seat_km centroid_km border_km province_border travel_time_min
        detour_ratio``: whether a province border lies between goes by the first two digits of the
        codes. For named times also ``<name>_min``, of which ``travel_time_min`` is the least; for
        values ``<name>_gap`` (helper − helped) and ``<name>_ratio`` (helper / helped). A time is
        ``inf`` where there is no path; what was not given is NaN. Geometry: the geodesic from
        seat to seat, EPSG:4326, empty for a pair within one city.

    Raises
    ------
    ArgumentError
        If an end lies in no city of the table, or order, times, lengths or values lack a city.
    TableError
        If ``pairs`` breaks its contract.

    Examples
    --------
    >>> from shapely import box
    >>> from yrdgeo.analysis import contiguity
    >>> squares = gpd.GeoDataFrame(
    ...     {"seat_lon": [120.5, 121.5, 122.5], "seat_lat": 30.5},
    ...     geometry=[box(x, 30, x + 1, 31) for x in (120, 121, 122)],
    ...     index=pd.Index(["330100", "330200", "310000"], name="adcode"),
    ...     crs="EPSG:4326",
    ... )
    >>> twins = pd.DataFrame(
    ...     {"pair_id": ["p", "q"], "helper_id": "310112", "helped_id": ["330100", "330200"]}
    ... )
    >>> measured = table(squares, twins, order=contiguity.order(squares))
    >>> measured[["helper_city", "pair_class", "contiguity_order"]].to_numpy().tolist()
    [['310000', 'leapfrog', 2], ['310000', 'adjacent', 1]]
    """
    _check_order(leapfrog_from)
    measured = check(pd.DataFrame(pairs).drop(columns="geometry", errors="ignore"), "pairs")
    for end in ("helper", "helped"):
        measured[f"{end}_city"] = _cities_of(measured, f"{end}_id", cities.index)
    ends = pd.Index(measured["helper_city"]), pd.Index(measured["helped_city"])
    orders = pd.Series(_look_up(order, ends, "order"), measured.index).astype("Int64")
    near = (orders < leapfrog_from).to_numpy(dtype=bool, na_value=False)
    partners = measured.get("direction", pd.Series("", measured.index)).eq(PARTNERS).to_numpy()
    minutes = {
        name: _minutes(matrix, ends, name, partners=partners)
        for name, matrix in _by_name(times).items()
    }
    every = list(minutes.values()) or [np.full(len(measured), np.nan)]
    seat_km = geodesic_km(cities, *ends)
    columns: dict[str, pd.Series | npt.NDArray[np.generic]] = {
        "pair_class": np.where(near, ADJACENT, LEAPFROG),
        "contiguity_order": orders,
        "seat_km": seat_km,
        "centroid_km": centroid_km(cities, *ends),
        "border_km": border_km(cities, *ends),
        "province_border": np.not_equal(*(end.map(province_of).to_numpy() for end in ends)),
        "travel_time_min": np.min(every, axis=0),
        "detour_ratio": _detour(lengths, ends, seat_km),
    }
    if isinstance(times, Mapping):
        columns |= {f"{name}_min": found for name, found in minutes.items()}
    columns |= _gaps(values, ends)
    return gpd.GeoDataFrame(
        measured.assign(**columns), geometry=_geodesics(cities, ends), crs=WGS84
    )


def _check_order(leapfrog_from: object) -> None:
    if isinstance(leapfrog_from, bool) or not isinstance(leapfrog_from, int | np.integer):
        raise ArgumentError("leapfrog_from is a whole number.", found=repr(leapfrog_from))


def _cities_of(pairs: pd.DataFrame, column: str, known: pd.Index) -> list[str]:
    found = {code: _city_of(code, known) for code in pairs[column].unique()}
    lost = pairs[~pairs[column].map(found).isin(known)]
    if len(lost):
        raise ArgumentError(
            "Both ends of a pair must lie in the cities of the table.",
            found=few(
                f"pair {pair}: {column} {code}"
                for pair, code in zip(lost["pair_id"], lost[column], strict=True)
            ),
            fix="Drop these pairs first, or study a region that has the cities.",
        )
    return [found[code] for code in pairs[column]]


def _city_of(code: str, known: pd.Index) -> str:
    if code in known:
        return code
    return f"{code[:2]}0000" if code.startswith(MUNICIPALITIES) else f"{code[:4]}00"


def province_of(code: str) -> str:
    """Return the first two digits of an adcode, which stand for the province.

    >>> province_of("320500")
    '32'
    """
    return code[:2]


def _by_name(times: TravelTimes | Mapping[str, TravelTimes] | None) -> Mapping[str, TravelTimes]:
    if times is None:
        return {}
    return times if isinstance(times, Mapping) else {"times": times}


def _look_up(matrix: object, ends: Ends, name: str) -> npt.NDArray[np.object_]:
    frame = matrix.to_frame() if isinstance(matrix, TravelTimes) else matrix
    if not isinstance(frame, pd.DataFrame):
        fix = "Label its rows and columns by adcode."
        raise ArgumentError(f"{name!r} must be a table.", found=type(frame).__name__, fix=fix)
    if not (frame.index.is_unique and frame.columns.is_unique):
        raise ArgumentError(f"{name!r} must have each city once.", found="repeated cities")
    rows, columns = frame.index.get_indexer(ends[0]), frame.columns.get_indexer(ends[1])
    lost = [*ends[0][rows < 0], *ends[1][columns < 0]]
    if lost:
        raise ArgumentError(
            f"{name!r} must have a row for each helper and a column for each helped city.",
            found=f"none for {few(dict.fromkeys(lost))}",
            fix="Compute it for all the cities.",
        )
    return np.asarray(frame.to_numpy()[rows, columns])


def _minutes(matrix: TravelTimes, ends: Ends, name: str, *, partners: Flags) -> Floats:
    """Return minutes from helper to helped; of partners, the mean of both ways."""
    found = _look_up(matrix, ends, name).astype(np.float64)
    if partners.any():
        back = (ends[1][partners], ends[0][partners])
        found[partners] = (found[partners] + _look_up(matrix, back, name).astype(np.float64)) / 2
    return found


def _detour(lengths: TravelTimes | pd.DataFrame | None, ends: Ends, seat_km: Floats) -> Floats:
    if lengths is None:
        return np.full(len(seat_km), np.nan)
    through_km = _look_up(lengths, ends, "lengths").astype(np.float64)
    apart_km = np.where(seat_km > 0, seat_km, np.nan)
    return np.asarray(through_km / apart_km)


def _gaps(values: Values | None, ends: Ends) -> dict[str, Floats]:
    gaps: dict[str, Floats] = {}
    for name, series in _series(values).items():
        check_series(f"{name} value", series)
        rows = [series.index.get_indexer(end) for end in ends]
        lost = [code for end, row in zip(ends, rows, strict=True) for code in end[row < 0]]
        if lost:
            raise ArgumentError(
                f"Values {name!r} must have a row for each city of a pair.",
                found=f"none for {few(dict.fromkeys(lost))}",
                fix="Reindex them to the cities: a missing value is NaN.",
            )
        helper, helped = (series.to_numpy(np.float64, na_value=np.nan)[row] for row in rows)
        gaps[f"{name}_gap"] = helper - helped
        with np.errstate(divide="ignore", invalid="ignore"):
            gaps[f"{name}_ratio"] = helper / helped
    return gaps


def _series(values: Values | None) -> dict[str, pd.Series]:
    if values is None:
        return {}
    if isinstance(values, pd.Series):
        if values.name is None:
            raise ArgumentError(
                "A series of values needs a name.", fix="Call values.rename('gdp_mn_cny')."
            )
        return {str(values.name): values}
    return {str(name): series for name, series in values.items()}


def _geodesics(cities: gpd.GeoDataFrame, ends: Ends) -> npt.NDArray[np.object_]:
    rows = [cities.index.get_indexer(end) for end in ends]
    lon, lat = (cities[name].to_numpy(np.float64) for name in ("seat_lon", "seat_lat"))
    start = lon[rows[0]], lat[rows[0]]
    bearing, _, metres = GEOD.inv(*start, lon[rows[1]], lat[rows[1]])
    steps = np.ceil(np.asarray(metres) / METRES_PER_KM / STEP_KM).astype(np.intp)
    points = np.where(steps > 0, steps + 1, 0)
    line = np.repeat(np.arange(len(points)), points)
    place = np.arange(len(line)) - np.repeat(np.cumsum(points) - points, points)
    share = place / steps[line]
    along = GEOD.fwd(
        start[0][line], start[1][line], np.asarray(bearing)[line], np.asarray(metres)[line] * share
    )
    lines = np.full(len(points), shapely.LineString(), dtype=object)
    if len(line):
        lines[steps > 0] = shapely.linestrings(
            np.column_stack(along[:2]), indices=np.unique(line, return_inverse=True)[1]
        )
    return lines
