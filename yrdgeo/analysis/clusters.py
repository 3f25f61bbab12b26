"""Where high and low values lie together: Moran and Getis–Ord, global and local.

Promise: cities without a neighbour are named, not given a zero; significance is said after the
false discovery rate is held over all cities.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from yrdgeo.analysis.amounts import checked
from yrdgeo.analysis.arguments import check_is_series, check_number
from yrdgeo.analysis.magnitudes import SIZES, extreme, floats_of
from yrdgeo.analysis.permutation import checked_draws, permutation_result, seeded
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TestResult, TravelTimes

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

ALIKE = 1e-12  # of the largest value: what is closer differs by rounding
LEVEL = 0.05
FEWEST = 5
TIE = 1e-12


def neighbours_within(times: TravelTimes, *, cutoff_min: float) -> pd.DataFrame:
    """List the pairs of cities that are within a travel time of each other.

    Parameters
    ----------
    times
        Travel times of n cities to the same n cities; a pair takes the mean of both directions.
    cutoff_min
        Minutes, included.

    Returns
    -------
    neighbours
        ``from_id to_id travel_time_min``, each unordered pair once: weights for the functions
        below in the place of borders.

    Raises
    ------
    ArgumentError
        If the times are not square or the cut-off is not above zero.

    Examples
    --------
    >>> ids = pd.Index(["a", "b", "c"])
    >>> times = TravelTimes(ids, ids, [[0, 30, 90], [40, 0, 50], [90, 60, 0]])
    >>> neighbours_within(times, cutoff_min=60).to_numpy().tolist()
    [['a', 'b', 35.0], ['b', 'c', 55.0]]
    """
    times = checked(times)
    if set(times.origins) != set(times.destinations):
        raise ArgumentError("Neighbours need times from every city to every city.")
    cutoff_min = check_number(cutoff_min, "cutoff_min", above=0)
    ids = times.origins.sort_values()
    frame = times.to_frame().loc[ids, ids].to_numpy()
    both = (frame + frame.T) / 2
    i, j = np.nonzero(np.triu(both <= cutoff_min, 1))
    return pd.DataFrame({"from_id": ids[i], "to_id": ids[j], "travel_time_min": both[i, j]})


def moran(
    values: pd.Series, neighbours: pd.DataFrame, *, permutations: int = 999, seed: int = 0
) -> TestResult:
    r"""Test whether neighbours have like values: Moran's I, row-standardised.

    .. math:: I = \frac{n}{S_0} \frac{\sum_i \sum_j w_{ij} z_i z_j}{\sum_i z_i^2}, \qquad
        E[I] = \frac{-1}{n - 1}

    Parameters
    ----------
    values
        By adcode, finite.
    neighbours
        ``from_id to_id``, each pair once: :func:`yrdgeo.contiguity.edges` or
        :func:`neighbours_within`.
    permutations, seed
        Values are dealt to other cities this often.

    Returns
    -------
    result
        Statistic I; ``greater``; ``note`` gives E[I] and the cities without a neighbour, which
        are left out.

    Raises
    ------
    ArgumentError
        If values are missing or equal, or fewer than five cities have a neighbour.

    References
    ----------
    Moran, P. A. P. (1950). Notes on continuous stochastic phenomena. Biometrika 37, 17-23.

    Examples
    --------
    >>> ids = [f"{i}" for i in range(6)]
    >>> chain = pd.DataFrame({"from_id": ids[:-1], "to_id": ids[1:]})
    >>> round(moran(pd.Series([1.0, 2, 3, 4, 5, 6], ids), chain).statistic, 3)
    0.714
    """
    kept, weights, alone = _ready(values, neighbours)
    z = (kept - kept.mean()).to_numpy()
    n = len(z)
    generator = seeded(seed)
    draws = checked_draws(permutations)
    dealt = generator.permuted(np.tile(z[:, None], (1, draws)), axis=0)
    null = (dealt * (weights @ dealt)).sum(axis=0) / (z**2).sum()
    observed = float(z @ (weights @ z) / (z**2).sum())
    words = f"E[I] = {-1 / (n - 1):.4f}, n = {n}.{alone}"
    return permutation_result(null, observed, alternative="greater", exact=False, words=words)


def local_moran(
    values: pd.Series, neighbours: pd.DataFrame, *, permutations: int = 999, seed: int = 0
) -> pd.DataFrame:
    r"""Find clusters and outliers: local Moran, with the false discovery rate held.

    .. math:: I_i = \frac{(n - 1) \, z_i \sum_j w_{ij} z_j}{\sum_k z_k^2}

    Parameters
    ----------
    values, neighbours, permutations, seed
        As in :func:`moran`; permutations are conditional on the city's own value.

    Returns
    -------
    table
        By adcode, every city of ``values``: ``local_moran p_value significant cluster``.
        ``cluster`` is ``high-high``, ``low-low``, ``high-low`` (high among low), ``low-high``,
        ``not significant``, or ``island`` for a city without a neighbour. ``significant`` holds
        where the two-sided p is at or below the threshold of Benjamini and Hochberg over all
        cities at 5 %; ``attrs["fdr"]`` is that threshold.

    Raises
    ------
    ArgumentError
        As in :func:`moran`.

    References
    ----------
    Anselin, L. (1995). Local indicators of spatial association. Geographical Analysis 27, 93-115.
    Benjamini, Y., Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the Royal
    Statistical Society B 57, 289-300.

    Examples
    --------
    >>> ids = [f"{i}" for i in range(6)]
    >>> chain = pd.DataFrame({"from_id": ids[:-1], "to_id": ids[1:]})
    >>> local_moran(pd.Series([1.0, 2, 3, 4, 5, 6], ids), chain)["local_moran"].round(3).tolist()
    [1.071, 0.643, 0.071, 0.071, 0.643, 1.071]
    """
    kept, weights, _ = _ready(values, neighbours)
    z = (kept - kept.mean()).to_numpy()
    lag = weights @ z
    p = _conditional_p(z, weights, lag, (checked_draws(permutations), seed))
    threshold = false_discovery(p)
    sure = p <= threshold
    side = np.char.add(np.where(z > 0, "high-", "low-"), np.where(lag > 0, "high", "low"))
    table = pd.DataFrame(
        {
            "local_moran": (len(z) - 1) * z * lag / (z**2).sum(),
            "p_value": p,
            "significant": sure,
            "cluster": np.where(sure, side, "not significant"),
        },
        index=kept.index,
    )
    return _with_islands(table, values, threshold)


def getis_ord(
    values: pd.Series, neighbours: pd.DataFrame, *, permutations: int = 999, seed: int = 0
) -> pd.DataFrame:
    r"""Find hot and cold spots: Getis and Ord's G*, with the false discovery rate held.

    .. math:: G_i^* = \frac{\sum_j w_{ij} x_j}{\sum_j x_j}

    with the city itself among its neighbours; reported as a standard score.

    Parameters
    ----------
    values, neighbours, permutations, seed
        As in :func:`moran`; values of zero or more.

    Returns
    -------
    table
        By adcode: ``getis_ord_z p_value significant spot`` (``hot``, ``cold``,
        ``not significant``, ``island``); ``attrs["fdr"]`` as in :func:`local_moran`.

    Raises
    ------
    ArgumentError
        As in :func:`moran`, and if a value is negative.

    References
    ----------
    Getis, A., Ord, J. K. (1992). The analysis of spatial association by use of distance
    statistics. Geographical Analysis 24, 189-206.

    Examples
    --------
    >>> ids = [f"{i}" for i in range(6)]
    >>> chain = pd.DataFrame({"from_id": ids[:-1], "to_id": ids[1:]})
    >>> getis_ord(pd.Series([1.0, 2, 3, 4, 5, 6], ids), chain)["getis_ord_z"].round(2).tolist()
    [-1.85, -1.96, -0.65, 0.65, 1.96, 1.85]
    """
    kept, weights, _ = _ready(values, neighbours)
    x = kept.to_numpy()
    if (x < 0).any():
        raise ArgumentError("G* takes values of zero or more.", found=few(kept.index[x < 0]))
    n = len(x)
    degree = np.diff(weights.indptr)
    own_share = 1 / (degree + 1)
    lag = own_share * (degree * (weights @ x) + x)
    mean, spread = x.mean(), x.std()
    room = np.where(degree < n - 1, n * own_share - 1, np.inf)  # among all, G* is the mean: 0
    z = (lag - mean) / (spread * np.sqrt(room / (n - 1)))
    p = _conditional_p(x, weights, weights @ x, (checked_draws(permutations), seed))
    threshold = false_discovery(p)
    sure = p <= threshold
    spot = np.where(sure, np.where(z > 0, "hot", "cold"), "not significant")
    table = pd.DataFrame(
        {"getis_ord_z": z, "p_value": p, "significant": sure, "spot": spot}, index=kept.index
    )
    return _with_islands(table, values, threshold)


def false_discovery(p: Floats, level: float = LEVEL) -> float:
    r"""Return the threshold of Benjamini and Hochberg: the largest p_(k) ≤ k α / n, else 0.

    >>> false_discovery(np.array([0.01, 0.02, 0.9, 0.5]))
    0.02
    """
    ordered = np.sort(p)
    below = ordered <= level * np.arange(1, len(p) + 1) / len(p)
    return float(ordered[below][-1]) if below.any() else 0.0


def _conditional_p(x: Floats, weights: csr_array, lag: Floats, options: tuple[int, int]) -> Floats:
    """Return two-sided p of each city's neighbours' mean, the city itself held where it is.

    The neighbours are drawn without replacement among all other cities, the same draws of places
    for every city.
    """
    draws, seed = options
    degree = np.diff(weights.indptr)
    n, most = len(x), int(degree.max())
    generator = seeded(seed)
    places = np.argsort(generator.random((draws, n - 1)), axis=1)[:, :most]
    p = np.empty(n)
    for i in range(n):
        drawn = x[places + (places >= i)].cumsum(axis=1)[:, degree[i] - 1] / degree[i]
        tie = TIE * max(float(np.abs(drawn).max()), 1e-300)
        sides = (drawn >= lag[i] - tie).sum(), (drawn <= lag[i] + tie).sum()
        p[i] = min(1.0, 2 * (1 + min(sides)) / (1 + draws))
    return p


def _with_islands(table: pd.DataFrame, values: pd.Series, threshold: float) -> pd.DataFrame:
    whole = table.reindex(values.index)
    last = table.columns[-1]
    whole[last] = whole[last].fillna("island")
    whole["significant"] = whole["significant"].eq(True)  # noqa: FBT003 — a missing one is not
    whole.attrs["fdr"] = threshold
    return whole


def _ready(values: pd.Series, neighbours: pd.DataFrame) -> tuple[pd.Series, csr_array, str]:
    """Return values and weights of the cities that have a neighbour, and the others in words."""
    check_is_series(values, "values")
    if isinstance(values.index, pd.MultiIndex):
        raise ArgumentError("Values must be by one id a city.", found=few(values.index.names))
    values = pd.Series(floats_of(values), values.index, name=values.name)
    bad = values.index[~np.isfinite(values) | extreme(values.to_numpy()) | values.index.isna()]
    if len(bad) or not values.index.is_unique:
        fix = "Drop or fill these cities first, and say so."
        found = few(map(str, bad)) or "repeated cities"
        raise ArgumentError(f"Every city needs one finite value, {SIZES}.", found=found, fix=fix)
    _require_ends(neighbours)
    neighbours = neighbours[["from_id", "to_id"]].astype(object)
    known = neighbours[
        neighbours["from_id"].isin(values.index)
        & neighbours["to_id"].isin(values.index)
        & neighbours["from_id"].ne(neighbours["to_id"])
    ]
    linked = values.index[values.index.isin({*known["from_id"], *known["to_id"]})]
    if len(linked) < FEWEST or _alike(values.loc[linked].to_numpy()):
        raise ArgumentError(
            f"Clusters need {FEWEST} cities with neighbours and values that differ.",
            found=f"{len(linked)} of {len(values)} cities have a neighbour",
        )
    ends = (
        linked.get_indexer(pd.Index(known["from_id"])),
        linked.get_indexer(pd.Index(known["to_id"])),
    )
    pairs = np.unique(np.sort(np.column_stack(ends), axis=1), axis=0)
    rows, columns = np.concatenate([pairs, pairs[:, ::-1]]).T
    degree = np.bincount(rows, minlength=len(linked))
    weights = csr_array((1 / degree[rows], (rows, columns)), shape=(len(linked),) * 2)
    alone = values.index.difference(linked)
    words = f" Without a neighbour: {few(map(str, alone))}." if len(alone) else ""
    return values.loc[linked], weights, words


def _alike(numbers: npt.NDArray[np.floating]) -> bool:
    """Tell whether numbers differ by rounding alone."""
    return bool(np.ptp(numbers) <= ALIKE * np.abs(numbers).max())


def _require_ends(neighbours: object) -> None:
    columns = list(neighbours.columns) if isinstance(neighbours, pd.DataFrame) else []
    if columns.count("from_id") != 1 or columns.count("to_id") != 1:
        raise ArgumentError(
            "The neighbours must be a table with columns from_id and to_id.",
            found=few(columns) or type(neighbours).__name__,
        )
