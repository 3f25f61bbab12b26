"""Closeness: how near a place is to all others, from travel times alone.

Promise: who cannot be reached lowers the number, and never drops out of it.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import Direction, Floats, checked, ratio, row_blocks
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TravelTimes


def closeness(times: TravelTimes, *, direction: Direction = "out") -> pd.Series:
    r"""Return the inverse of the mean time to all others, lowered by the share out of reach.

    .. math:: C_i = \frac{r_i}{\sum_{j \ne i,\, t_{ij} < \infty} t_{ij}} \cdot \frac{r_i}{m_i}

    with :math:`m_i` destinations other than i, of which :math:`r_i` can be reached.

    Parameters
    ----------
    times
        Travel times of n origins to m destinations, in minutes.
    direction
        ``"out"``: times from i. ``"in"``: times to i, as ``networkx.closeness_centrality`` takes
        them; the result is indexed by destination.

    Returns
    -------
    closeness
        Shape (n,), 1/min, indexed by origin; 0 where nothing else is reached.

    Raises
    ------
    ArgumentError
        If an origin reaches others, all in zero minutes, or the times cannot be minutes.

    References
    ----------
    Wasserman, S. and Faust, K. (1994). Social network analysis. Formula 5.22.

    Examples
    --------
    >>> ids = ["a", "b", "c"]
    >>> times = TravelTimes(ids, ids, [[0, 10, 30], [10, 0, np.inf], [30, 50, 0]])
    >>> closeness(times).to_dict()
    {'a': 0.05, 'b': 0.05, 'c': 0.025}
    """
    times = checked(times, direction=direction)
    reached, others, total = (np.zeros(len(times.origins)) for _ in range(3))
    for rows, minutes in _to_others(times):
        finite = np.isfinite(minutes)
        reached[rows] = finite.sum(axis=1)
        others[rows] = (~np.isnan(minutes)).sum(axis=1)
        total[rows] = np.where(finite, minutes, 0.0).sum(axis=1)
    _require_apart(times.origins[(reached > 0) & (total == 0)])
    found = ratio(reached, total) * ratio(reached, others)
    return pd.Series(found, times.origins, name="closeness")


def harmonic_closeness(times: TravelTimes, *, direction: Direction = "out") -> pd.Series:
    r"""Return the mean of the inverse times to all others; no path counts as 0.

    .. math:: H_i = \frac{1}{m_i} \sum_{j \ne i} \frac{1}{t_{ij}}

    with :math:`m_i` destinations other than i.

    Parameters
    ----------
    times, direction
        As in :func:`closeness`.

    Returns
    -------
    closeness
        Shape (n,), 1/min, indexed by origin; :math:`1 / H_i` is the harmonic mean time.

    Raises
    ------
    ArgumentError
        If a place is zero minutes from another, or the times cannot be minutes.

    References
    ----------
    Marchiori, M. and Latora, V. (2000). Harmony in the small-world.

    Examples
    --------
    >>> times = TravelTimes(["a"], ["a", "b", "c", "d"], [[0, 10, 40, np.inf]])
    >>> harmonic_closeness(times).round(6).to_dict()
    {'a': 0.041667}
    """
    times = checked(times, direction=direction)
    found = np.zeros(len(times.origins))
    for rows, minutes in _to_others(times):
        _require_apart(times.origins[rows][(minutes == 0).any(axis=1)])
        known = ~np.isnan(minutes)
        inverse = np.divide(1.0, minutes, out=np.zeros_like(minutes), where=known)
        found[rows] = inverse.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return pd.Series(found, times.origins, name="harmonic_closeness")


def _to_others(times: TravelTimes) -> Iterator[tuple[slice, Floats]]:
    """Yield blocks of rows, NaN where a place is its own destination."""
    columns = times.destinations.get_indexer(times.origins)
    for rows in row_blocks(times.minutes):
        minutes, here = times.minutes[rows].copy(), columns[rows]
        own = np.flatnonzero(here >= 0)
        minutes[own, here[own]] = np.nan
        yield rows, minutes


def _require_apart(places: pd.Index) -> None:
    if len(places):
        raise ArgumentError(
            "Closeness has no value where others are zero minutes away.",
            found=few(places),
            fix="Merge places at one spot, or give the minutes between them.",
        )
