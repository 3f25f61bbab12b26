"""Places between the cities: travel times from any point, and the pull of cores over an area.

Promise: a point is reached through the nodes given, at a stated speed and detour; nothing is
interpolated between cities, and a grid says in which projection it is regular.
"""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Transformer
from scipy.spatial import cKDTree

from yrdgeo.analysis.breaking import breaking_points
from yrdgeo.analysis.contours import contours
from yrdgeo.analysis.decay import Decay
from yrdgeo.analysis.flows import field_strength
from yrdgeo.errors import ArgumentError, few
from yrdgeo.geo import GEOD, HALF_TURN, METRES_PER_KM, STRAIGHT_DEGREES, city_polygons
from yrdgeo.results import TravelTimes
from yrdgeo.units import WGS84

__all__ = ["breaking_points", "contours", "grid", "point_times", "strength"]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

MINUTES_PER_HOUR = 60.0
BLOCK = 2_000_000  # numbers held at once
MOST_POINTS = 1_000_000


def point_times(  # noqa: PLR0913 — the way to the nodes has a speed, a detour, a limit
    points: pd.DataFrame,
    through: pd.DataFrame,
    times: TravelTimes,
    *,
    access_kmh: float,
    detour: float,
    access_fixed_min: float = 0.0,
    within_km: float = np.inf,
) -> TravelTimes:
    r"""Return travel times from any points, through the node that serves each best.

    .. math:: T_{pk} = \min_n \left( a + 60 \, \frac{q \, d_{pn}}{v} + T_{nk} \right), \qquad
        d_{pn} \le d_{max}

    Parameters
    ----------
    points
        ``lon lat`` in degrees (WGS 84), indexed by id: p of them.
    through
        ``lon lat`` of the nodes (seats, stations, junctions), indexed by the ids of ``times``.
    times
        Travel times from these nodes (further origins do not matter) to m destinations.
    access_kmh, detour, access_fixed_min
        v, q and a: speed on the way to the node, its length over the geodesic, minutes whatever
        the length.
    within_km
        d_max, geodesic: a node farther away does not serve a point.

    Returns
    -------
    times
        p × m; ``inf`` where no node in reach has a path.

    Raises
    ------
    ArgumentError
        If coordinates are not degrees, a node has no times, or an option is out of range.

    Examples
    --------
    >>> seats = pd.DataFrame({"lon": [120.0, 121.0], "lat": 30.0}, index=["a", "b"])
    >>> times = TravelTimes(seats.index, seats.index, [[0, 40], [40, 0]])
    >>> village = pd.DataFrame({"lon": [120.1], "lat": [30.0]}, index=["v"])
    >>> point_times(village, seats, times, access_kmh=30, detour=1.3).minutes.round(1).tolist()
    [[25.1, 65.1]]
    """
    _options(access_kmh, detour, access_fixed_min, within_km)
    places, nodes = _degrees(points, "points"), _degrees(through, "through")
    rows = times.origins.get_indexer(through.index)
    if (rows < 0).any():
        lost = few(map(str, through.index[rows < 0]))
        raise ArgumentError("Every node needs travel times.", found=f"none from {lost}")
    onward = times.minutes[rows]
    found = np.full((len(points), onward.shape[1]), np.inf)
    for point, node in _candidates(places, nodes, onward.shape[1], within_km):
        metres = np.asarray(GEOD.inv(*places[:, point], *nodes[:, node])[2])
        near = metres <= within_km * METRES_PER_KM
        point, node, metres = point[near], node[near], metres[near]  # noqa: PLW2901 — fewer rows
        if not len(point):
            continue
        km = detour * metres / METRES_PER_KM
        total = (access_fixed_min + MINUTES_PER_HOUR * km / access_kmh)[:, None] + onward[node]
        begins = np.flatnonzero(np.diff(point, prepend=-1))
        found[point[begins]] = np.minimum.reduceat(total, begins, axis=0)
    return TravelTimes(points.index, times.destinations, found)


def grid(cities: gpd.GeoDataFrame, *, step_km: float, crs: str | None = None) -> gpd.GeoDataFrame:
    """Return the points of a regular grid that lie in the cities.

    Parameters
    ----------
    cities
        Polygons by adcode.
    step_km
        Kilometres between points.
    crs
        A projection in metres; by default Lambert's azimuthal equal-area one, centred on the
        cities, in which each point stands for ``step_km``² of land.

    Returns
    -------
    points
        Indexed from 0, row by row from the north-west: ``row column x_m y_m lon lat adcode``
        and the point, EPSG:4326; ``attrs["crs"]`` is the projection of ``x_m`` and ``y_m``. A
        point on a border belongs to the city of the least code.

    Raises
    ------
    ArgumentError
        If the step is not above zero, or gives more than a million points.
    TableError
        If the geometry has no CRS, or a city has no polygon.

    Examples
    --------
    >>> from shapely import box
    >>> square = gpd.GeoDataFrame(
    ...     geometry=[box(120, 30, 121, 31)], index=["330100"], crs="EPSG:4326"
    ... )
    >>> grid(square, step_km=60)[["row", "column", "lat"]].round(1).to_numpy().tolist()
    [[0.0, 0.0, 30.8], [0.0, 1.0, 30.8], [1.0, 0.0, 30.2], [1.0, 1.0, 30.2]]
    """
    if not (np.isfinite(step_km) and step_km > 0):
        raise ArgumentError("step_km must be above zero.", found=f"{step_km}")
    polygons = city_polygons(cities.sort_index())
    west, south, east, north = polygons.total_bounds
    local = f"+proj=laea +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +datum=WGS84"
    flat = polygons.segmentize(STRAIGHT_DEGREES).to_crs(crs or local)
    at_x, at_y, columns = _centres(np.asarray(flat.total_bounds), step_km * METRES_PER_KM)
    hits = gpd.points_from_xy(at_x, at_y).sindex.query(flat.to_numpy(), "intersects")
    order = np.lexsort(hits)
    city, place = hits[:, order]
    first = np.flatnonzero(np.diff(place, prepend=-1))
    city, place = city[first], place[first]
    lon, lat = Transformer.from_crs(flat.crs, WGS84, always_xy=True).transform(
        at_x[place], at_y[place]
    )
    table = {
        "row": place // columns,
        "column": place % columns,
        "x_m": at_x[place],
        "y_m": at_y[place],
        "lon": np.asarray(lon),
        "lat": np.asarray(lat),
        "adcode": polygons.index[city],
    }
    made = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(lon, lat), crs=WGS84)
    made.attrs["crs"] = crs or local
    return made


def _centres(bounds: Floats, step: float) -> tuple[Floats, Floats, int]:
    """Return the middles of the cells that cover a box, from the top, and how many make a row.

    The cells reach as far beyond the box on one side as on the other.
    """
    low, high = bounds[:2], bounds[2:]
    columns, rows = (max(1, int(n)) for n in np.ceil((high - low) / step))
    if columns * rows > MOST_POINTS:
        found = f"{columns:,} × {rows:,} points"
        raise ArgumentError("The grid is too fine.", found=found, fix="Raise step_km.")
    middle = (low + high) / 2
    x = middle[0] + (np.arange(columns) - (columns - 1) / 2) * step
    y = middle[1] - (np.arange(rows) - (rows - 1) / 2) * step
    return np.tile(x, rows), np.repeat(y, columns), columns


def strength(  # noqa: PLR0913 — the pull and the way to the nodes are independent options
    points: pd.DataFrame,
    through: pd.DataFrame,
    times: TravelTimes,
    masses: pd.Series,
    *,
    decay: Decay,
    access_kmh: float,
    detour: float,
    access_fixed_min: float = 0.0,
    within_km: float = np.inf,
) -> pd.DataFrame:
    r"""Return the pull of each core on each point: a field-strength surface.

    .. math:: F_{pk} = M_k \, f(T_{pk})

    Parameters
    ----------
    points, through, times, access_kmh, detour, access_fixed_min, within_km
        As in :func:`point_times`; the destinations of ``times`` are the cores. Points of
        :func:`grid` will do.
    masses
        Above zero, by adcode of the core.
    decay
        From :mod:`yrdgeo.decay`.

    Returns
    -------
    strength
        ``points`` with a column a core, then ``strongest margin`` (as
        :func:`yrdgeo.linkage.field_strength` has them) and ``travel_time_min`` to the strongest,
        ``inf`` where none reaches.

    Raises
    ------
    ArgumentError
        As the two functions do, or if a core's code is already a column of the points.

    Notes
    -----
    The nodes decide. Through few nodes (the seats) a point has a long way to each, which makes
    all cores about equally far and the heaviest win nearly everywhere; take the junctions of the
    roads for a surface that is to be read between the seats.

    References
    ----------
    Reilly, W. J. (1931). The Law of Retail Gravitation.

    Examples
    --------
    >>> from yrdgeo.analysis.decay import power
    >>> seats = pd.DataFrame({"lon": [120.0, 121.0], "lat": 30.0}, index=["a", "b"])
    >>> times = TravelTimes(seats.index, seats.index, [[0, 40], [40, 0]])
    >>> place = pd.DataFrame({"lon": [120.5, 120.2], "lat": 30.0})
    >>> pull = strength(place, seats, times, pd.Series({"a": 1.0, "b": 3.0}), decay=power(2),
    ...     access_kmh=60, detour=1.2)
    >>> pull["strongest"].tolist(), pull["travel_time_min"].round(1).tolist()
    (['b', 'a'], [57.9, 23.2])
    """
    cores = [str(core) for core in times.destinations]
    taken = [core for core in cores if core in points.columns]
    if taken:
        raise ArgumentError("Points already have columns named as the cores.", found=few(taken))
    there = point_times(
        points,
        through,
        times,
        access_kmh=access_kmh,
        detour=detour,
        access_fixed_min=access_fixed_min,
        within_km=within_km,
    )
    pull = field_strength(there, masses, cores, decay=decay)
    at = there.destinations.get_indexer(pd.Index(pull["strongest"]))
    minutes = there.minutes[np.arange(len(at)), np.maximum(at, 0)]
    least = pd.Series(np.where(at < 0, np.inf, minutes), points.index, name="travel_time_min")
    return points.join(pull.set_axis(points.index)).join(least)


def _candidates(
    places: Floats, nodes: Floats, width: int, within_km: float
) -> Iterator[tuple[Rows, Rows]]:
    """Yield rows of points and of nodes that may be in reach, the points in order, by blocks."""
    n, every = places.shape[1], np.arange(nodes.shape[1])
    if np.isinf(within_km):
        size = max(1, BLOCK // max(1, len(every) * width))
        for begin in range(0, n, size):
            point = np.arange(begin, min(begin + size, n))
            yield np.repeat(point, len(every)), np.tile(every, len(point))
        return
    tree = cKDTree(_in_space(nodes))
    at = _in_space(places)
    radius = within_km * METRES_PER_KM + 1e-3  # a chord is never longer than its geodesic
    counts = np.asarray(tree.query_ball_point(at, radius, return_length=True), dtype=np.intp)
    size = max(1, BLOCK // max(1, int(counts.max(initial=0)) * width))
    for begin in range(0, n, size):
        part = slice(begin, begin + size)
        if not counts[part].any():
            continue
        near = tree.query_ball_point(at[part], radius)
        node = np.concatenate([np.asarray(one, dtype=np.intp) for one in near])
        yield np.repeat(np.arange(begin, begin + len(near)), counts[part]), node


def _in_space(degrees: Floats) -> Floats:
    to_space = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    lon, lat = degrees
    return np.column_stack(to_space.transform(lon, lat, np.zeros(len(lon))))


def _degrees(table: pd.DataFrame, name: str) -> Floats:
    absent = [column for column in ("lon", "lat") if column not in table.columns]
    if absent or not table.index.is_unique:
        found = f"no {' and no '.join(absent)}" if absent else "repeated ids"
        raise ArgumentError(f"{name!r} needs columns 'lon' and 'lat', each id once.", found=found)
    lon, lat = (table[column].to_numpy(np.float64, na_value=np.nan) for column in ("lon", "lat"))
    bad = ~((np.abs(lon) <= HALF_TURN) & (np.abs(lat) <= HALF_TURN / 2))
    if bad.any():
        raise ArgumentError(
            f"{name!r} has coordinates that are not degrees.",
            found=few(map(str, table.index[bad])),
            fix="Give longitude and latitude on WGS 84.",
        )
    return np.stack([lon, lat])


def _options(access_kmh: float, detour: float, fixed_min: float, within_km: float) -> None:
    wrong = {
        "access_kmh must be above zero": not (np.isfinite(access_kmh) and access_kmh > 0),
        "detour must be 1 or more": not (np.isfinite(detour) and detour >= 1),
        "access_fixed_min must be zero or more": not (np.isfinite(fixed_min) and fixed_min >= 0),
        "within_km must be above zero": not within_km > 0,
    }
    said = [text for text, bad in wrong.items() if bad]
    if said:
        found = f"{access_kmh} km/h, detour {detour}, {fixed_min} min, within {within_km} km"
        raise ArgumentError(f"{'; '.join(said)}.", found=found)
