"""How straight and how fast a network leads: its kilometres and minutes against the great circle.

Promise: sums are divided, not ratios averaged, so that no short pair decides; a place's trip to
itself never counts.
"""

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import Flags, Floats, aligned, checked, require_times
from yrdgeo.analysis.magnitudes import SIZES, extreme, floats_of
from yrdgeo.errors import ArgumentError, TableError, few
from yrdgeo.results import TravelTimes
from yrdgeo.units import MINUTES_PER_HOUR

SLOWEST_KMH, FASTEST_KMH = 2.0, 1_500.0  # a median trip outside is in another unit
SHORTEST_RATIO = 0.99  # a network is never shorter than the great circle but for its drawing


def direct_speed(times: TravelTimes, weights: pd.Series, *, straight_km: pd.DataFrame) -> pd.Series:
    r"""Return the speed at which a network brings an origin nearer, as the crow flies.

    .. math:: v_i = 60 \, \frac{\sum_{j \ne i} M_j \, d_{ij}}{\sum_{j \ne i} M_j \, t_{ij}}

    Detours, slow links and waiting all lower it; the distance of the destinations does not.

    Parameters
    ----------
    times
        Travel times of n origins to m destinations, in minutes.
    weights
        Mass of each destination, by id.
    straight_km
        d, km along the great circle, origins as index and destinations as columns; further
        places are not used.

    Returns
    -------
    speed
        Shape (n,), km/h, indexed by origin; 0 if some mass cannot be reached.

    Raises
    ------
    TableError
        If a destination has no amount or a pair no distance, or one is missing, negative or
        infinite.
    ArgumentError
        If no mass is left for an origin, all that is left is zero minutes away, or the median
        speed is under 2 or over 1,500 km/h, so that the times cannot be minutes.

    References
    ----------
    Gutiérrez, J., Monzón, A. and Piñero, J. M. (1998). Accessibility, network efficiency, and
    transport infrastructure planning.

    Examples
    --------
    >>> times = TravelTimes(["a"], ["b", "c"], [[60, 90]])
    >>> km = pd.DataFrame({"b": [100.0], "c": [200.0]}, ["a"])
    >>> direct_speed(times, pd.Series({"b": 1.0, "c": 1.0}), straight_km=km).to_dict()
    {'a': 120.0}
    """
    times = checked(times)
    straight = matrix_of(straight_km, times.origins, times.destinations, name="straight_km")
    _require_speed(times, straight)
    masses = _masses(times.origins, times.destinations, weights)
    spent = _weighted(masses, times.minutes)
    _require_way(spent, times.origins)
    speed = MINUTES_PER_HOUR * _weighted(masses, straight) / spent
    return pd.Series(speed, times.origins, name="direct_speed")


def detour_index(
    times: TravelTimes,
    weights: pd.Series,
    *,
    network_km: pd.DataFrame,
    straight_km: pd.DataFrame,
) -> pd.Series:
    r"""Return how much longer the ways of a network are than the great circle.

    .. math:: D_i = \frac{\sum_{j \ne i} M_j \, l_{ij}}{\sum_{j \ne i} M_j \, d_{ij}} \ge 1

    Parameters
    ----------
    times
        Travel times of n origins to m destinations: whose ways are measured.
    weights
        Mass of each destination, by id.
    network_km
        l, km along the network (:func:`yrdgeo.routing.paths.path_lengths_km`), origins as index
        and destinations as columns; ``inf`` where there is no path.
    straight_km
        d, km along the great circle, by the same ids.

    Returns
    -------
    detour
        Shape (n,), indexed by origin; ``inf`` if some mass cannot be reached.

    Raises
    ------
    TableError
        If a destination has no amount or a pair no length, or one is missing or negative.
    ArgumentError
        If no mass is left for an origin, all that is left is at the same spot, or half of the
        network's ways are shorter than 0.99 of the great circle, so that the units differ, or
        the times cannot be minutes.

    References
    ----------
    Barthélemy, M. (2011). Spatial networks. Section on detour index and straightness.

    Examples
    --------
    >>> times = TravelTimes(["a"], ["b", "c"], [[60, 90]])
    >>> rail = pd.DataFrame({"b": [130.0], "c": [260.0]}, ["a"])
    >>> km = pd.DataFrame({"c": [200.0], "b": [100.0]}, ["a"])
    >>> masses = pd.Series({"b": 1.0, "c": 1.0})
    >>> detour_index(times, masses, network_km=rail, straight_km=km).to_dict()
    {'a': 1.3}
    """
    times = checked(times)
    origins, destinations = times.origins, times.destinations
    lengths = matrix_of(network_km, origins, destinations, name="network_km", no_path=True)
    straight = matrix_of(straight_km, origins, destinations, name="straight_km")
    apart = straight > 0
    if np.count_nonzero(lengths[apart] < SHORTEST_RATIO * straight[apart]) > apart.sum() / 2:
        raise ArgumentError(
            "More than half of the ways along the network are shorter than the great circle.",
            found=_shown(lengths, straight, apart, origins, destinations),
            fix="Both must be kilometres.",
        )
    masses = _masses(origins, destinations, weights)
    direct = _weighted(masses, straight)
    _require_way(direct, origins)
    return pd.Series(_weighted(masses, lengths) / direct, origins, name="detour_index")


def directness(
    times: TravelTimes,
    weights: pd.Series,
    *,
    network_km: pd.DataFrame,
    straight_km: pd.DataFrame,
) -> pd.Series:
    r"""Return how straight the ways of a network are, :math:`1 / D_i`.

    Parameters
    ----------
    times, weights, network_km, straight_km
        As in :func:`detour_index`.

    Returns
    -------
    directness
        Shape (n,), indexed by origin; 1 is a straight way, 0 if some mass cannot be reached.

    Raises
    ------
    TableError, ArgumentError
        As in :func:`detour_index`.

    Examples
    --------
    >>> times = TravelTimes(["a"], ["b"], [[60]])
    >>> rail, km = pd.DataFrame({"b": [125.0]}, ["a"]), pd.DataFrame({"b": [100.0]}, ["a"])
    >>> directness(times, pd.Series({"b": 1.0}), network_km=rail, straight_km=km).to_dict()
    {'a': 0.8}
    """
    detour = detour_index(times, weights, network_km=network_km, straight_km=straight_km)
    return (1 / detour).rename("directness")


def check_speed(times: TravelTimes, straight_km: pd.DataFrame) -> None:
    """Refuse travel times whose median speed along the great circle is no speed of travel.

    Hours between cities can pass for minutes between streets; with the distances they cannot.

    Parameters
    ----------
    times
        Travel times of n origins to m destinations, in minutes.
    straight_km
        Km along the great circle, origins as index and destinations as columns.

    Raises
    ------
    ArgumentError
        If the median is under 2 or over 1,500 km/h.

    Examples
    --------
    >>> km = pd.DataFrame({"b": [240.0]}, ["a"])
    >>> check_speed(TravelTimes(["a"], ["b"], [[90.0]]), km)
    >>> check_speed(TravelTimes(["a"], ["b"], [[1.5]]), km)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    yrdgeo.errors.ArgumentError: The travel times cannot be minutes; they look like hours. ...
    """
    require_times(times)
    straight = matrix_of(straight_km, times.origins, times.destinations, name="straight_km")
    _require_speed(times, straight)


def _require_speed(times: TravelTimes, straight: Floats) -> None:
    moving = (times.minutes > 0) & np.isfinite(times.minutes) & (straight > 0)
    if not moving.any():
        return
    speed = MINUTES_PER_HOUR * straight[moving] / times.minutes[moving]
    median = float(np.median(speed))
    if SLOWEST_KMH <= median <= FASTEST_KMH:
        return
    unit, remedy = (
        ("seconds", "divide by 60") if median < SLOWEST_KMH else ("hours", "multiply by 60")
    )
    i, j = np.argwhere(moving)[int(np.abs(speed - median).argmin())]
    raise ArgumentError(
        f"The travel times cannot be minutes; they look like {unit}.",
        found=f"a median of {median:,.1f} km/h, for instance {straight[i, j]:g} km in "
        f"{times.minutes[i, j]:g} from {times.origins[i]} to {times.destinations[j]}",
        fix=f"If they are {unit}, {remedy}.",
    )


def matrix_of(
    table: pd.DataFrame,
    origins: pd.Index,
    destinations: pd.Index,
    *,
    name: str,
    no_path: bool = False,
) -> Floats:
    """Return a table of pairs as a matrix, joined by both ids.

    Raises
    ------
    TableError
        If it is no table, repeats or lacks an id, or holds a number that is missing, negative or
        (unless ``no_path``) infinite.
    """
    if not isinstance(table, pd.DataFrame):
        raise TableError(
            f"{name} must be a pandas DataFrame, origins as index and destinations as columns.",
            found=type(table).__name__,
        )
    places = {}
    for role, known, wanted in (
        ("origins", table.index, origins),
        ("destinations", table.columns, destinations),
    ):
        if not known.is_unique:
            twice = few(known[known.duplicated()].unique())
            raise TableError(f"{name} has repeated {role}.", found=twice, fix="Give each once.")
        places[role] = known.get_indexer(wanted)
        if (places[role] < 0).any():
            absent = few(wanted[places[role] < 0])
            raise TableError(f"{name} lacks {role}.", found=f"none for {absent}")
    if all(isinstance(kind, np.dtype) and kind.kind in "iuf" for kind in table.dtypes.unique()):
        chosen = table.to_numpy(dtype=np.float64)
    else:
        chosen = np.column_stack([floats_of(column) for _, column in table.items()])
    if not (table.index.equals(origins) and table.columns.equals(destinations)):
        chosen = chosen[np.ix_(places["origins"], places["destinations"])]
    # Nearly always all is well, which the ends tell sooner than a look at each; NaN fails both.
    well = chosen.min(initial=0.0) >= 0 and (no_path or chosen.max(initial=0.0) < np.inf)
    wrong = extreme(chosen)
    if not well or wrong.any():
        wrong |= ~(chosen >= 0) | (np.isinf(chosen) & (not no_path))
        cells = ((origins[i], destinations[j]) for i, j in np.argwhere(wrong))
        shown = (f"{table.loc[here, there]} from {here} to {there}" for here, there in cells)
        raise TableError(f"{name} must be finite numbers, {SIZES}.", found=few(shown))
    return chosen


def _masses(origins: pd.Index, destinations: pd.Index, weights: pd.Series) -> Floats:
    """Return the mass of every pair, shape (n, m), 0 for a place and itself."""
    masses = np.repeat(aligned(weights, destinations, name="weights")[None], len(origins), axis=0)
    columns = destinations.get_indexer(origins)
    own = np.flatnonzero(columns >= 0)
    masses[own, columns[own]] = 0.0
    empty = masses.sum(axis=1) <= 0
    if empty.any():
        raise ArgumentError(
            "A mean needs some mass at the destinations of every origin.",
            found=f"none for {few(origins[empty])}",
            fix="Give weights above zero.",
        )
    return masses


def _weighted(masses: Floats, values: Floats) -> Floats:
    """Sum by row; without mass an unreachable place would count as inf × 0."""
    sums: Floats = (np.where(masses > 0, values, 0.0) * masses).sum(axis=1)
    return sums


def _require_way(sums: Floats, origins: pd.Index) -> None:
    if (sums == 0).any():
        raise ArgumentError(
            "There is no way to measure: all destinations are at the spot of the origin.",
            found=few(origins[sums == 0]),
            fix="Leave these places out, or give weights to places elsewhere.",
        )


def _shown(
    lengths: Floats, straight: Floats, apart: Flags, origins: pd.Index, destinations: pd.Index
) -> str:
    short = apart & (lengths < SHORTEST_RATIO * straight)
    return few(
        f"{lengths[i, j]:g} km of {straight[i, j]:g} from {origins[i]} to {destinations[j]}"
        for i, j in np.argwhere(short)
    )
