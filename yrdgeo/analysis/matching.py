"""Whether a matching of helpers to helped is nearer than chance, and which would be nearest.

Promise: places in a matching are addressed by position, so a helper may stand for several.
"""

from collections.abc import Mapping, Sequence
from itertools import permutations as arrangements
from math import factorial
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment

from yrdgeo.analysis.permutation import checked_draws, permutation_result, shuffled
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TestResult, TravelTimes

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Matrix = pd.DataFrame | TravelTimes | Floats
Labels = Sequence[str] | Sequence[int] | pd.Index | pd.Series

EXACT_HELPERS = 9  # 9! = 362,880 matchings


def matching_test(
    distance: Matrix,
    helpers: Labels,
    helped: Labels,
    *,
    permutations: Literal["exact"] | int = "exact",
    seed: int = 0,
) -> TestResult:
    r"""Test whether a matching of helpers to helped is nearer than a random one.

    .. math:: S = \frac{1}{k} \sum_i d_{i, \pi(i)}

    compared with S of all k! matchings of the same helpers and helped.

    Parameters
    ----------
    distance
        Any cost, as a table labelled by helper (rows) and helped (columns), travel times, or a
        plain n × n array addressed by position.
    helpers, helped
        The matching, position by position: k labels each. A helper may be repeated (three
        districts of one city) and then stands for as many places.
    permutations
        ``"exact"`` counts all k! matchings, for k ≤ 9; a number draws that many.
    seed
        Of the draw.

    Returns
    -------
    result
        Statistic S in the unit of ``distance``. p is the share of matchings with S at or below
        the actual one, or (1 + b) / (1 + N) for N drawn ones.

    Raises
    ------
    ArgumentError
        If a label is unknown, a distance is missing or infinite, the lengths differ, or the
        exact test is asked for more than nine.

    Examples
    --------
    >>> km = pd.DataFrame(
    ...     [[1.0, 5.0, 9.0], [5.0, 1.0, 5.0], [9.0, 5.0, 1.0]],
    ...     index=["310000", "320100", "330100"],
    ...     columns=["340100", "340200", "340300"],
    ... )
    >>> result = matching_test(km, list(km.index), list(km.columns))
    >>> result.statistic, round(result.p_value, 4), result.n_permutations
    (1.0, 0.1667, 6)
    """
    block = labelled_block(distance, helpers, helped)
    k = len(block)
    if block.shape != (k, k) or not k:
        raise ArgumentError(
            "A matching has as many helpers as helped, at least one.",
            found=f"{k} helpers, {block.shape[1]} helped",
        )
    _refuse(~np.isfinite(block), "missing or infinite")
    exact = permutations == "exact"
    if exact and k > EXACT_HELPERS:
        raise ArgumentError(
            f"The exact test is for {EXACT_HELPERS} helpers or fewer.",
            found=f"{k}, which is {float(factorial(k)):.2g} matchings",
            fix="Pass permutations=99999 to draw.",
        )
    every = (
        [np.array(list(arrangements(range(k))))]
        if permutations == "exact"
        else shuffled(k, checked_draws(permutations), seed)
    )
    null = np.concatenate([block[np.arange(k), orders].mean(axis=1) for orders in every])
    drawn = "each counted" if exact else f"{len(null):,} drawn"
    words = f"{k}! = {factorial(k):,} matchings, {drawn}."
    observed = float(np.diagonal(block).mean())
    return permutation_result(null, observed, alternative="less", exact=exact, words=words)


def optimal(
    cost: Matrix, helpers: Labels, helped: Labels, *, capacity: int | Mapping[str, int] = 1
) -> pd.DataFrame:
    r"""Give each helped city the helper that makes the total cost smallest.

    .. math:: \min \sum_{ij} c_{ij} z_{ij}, \quad \sum_i z_{ij} = 1, \quad \sum_j z_{ij} \le q_i

    Parameters
    ----------
    cost
        As ``distance`` of :func:`matching_test`; ``inf`` forbids a pair.
    helpers, helped
        Labels of rows and columns; their lengths may differ, and a label may be repeated.
    capacity
        How many cities a helper can take: one number, or one by label.

    Returns
    -------
    matching
        ``helper_id helped_id cost``, one row a helped city, in the order of ``helped``.

    Raises
    ------
    ArgumentError
        If the capacity does not suffice, forbidden pairs leave no matching, a label is unknown
        or a cost is missing.

    References
    ----------
    Crouse, D. F. (2016). On implementing 2D rectangular assignment algorithms. IEEE Transactions
    on Aerospace and Electronic Systems 52, 1679-1696.

    Examples
    --------
    >>> hours = pd.DataFrame(
    ...     [[1.0, 2.0], [2.0, 9.0]], index=["310000", "320100"], columns=["340100", "340200"]
    ... )
    >>> optimal(hours, ["310000", "320100"], ["340100", "340200"]).to_numpy().tolist()
    [['320100', '340100', 2.0], ['310000', '340200', 2.0]]
    """
    block = labelled_block(cost, helpers, helped)
    _refuse(np.isnan(block), "missing")
    places = np.repeat(np.arange(len(block)), capacities(capacity, helpers, block.shape[1]))
    what = "No matching gives every helped city a helper."
    if len(places) < block.shape[1]:
        found = f"{len(places)} places for {block.shape[1]} helped"
        raise ArgumentError(what, found=found, fix="Raise the capacity.")
    try:
        column, place = linear_sum_assignment(block[places].T)
    except ValueError as error:
        raise ArgumentError(
            what, found=str(error), fix="Allow more pairs: an infinite cost forbids one."
        ) from error
    row = places[place]
    return pd.DataFrame(
        {
            "helper_id": pd.Index(list(helpers))[row],
            "helped_id": pd.Index(list(helped))[column],
            "cost": block[row, column],
        }
    )


def labelled_block(matrix: Matrix, helpers: Labels, helped: Labels) -> Floats:
    """Return the costs of these helpers (rows) and helped (columns), in the order given."""
    frame = matrix.to_frame() if isinstance(matrix, TravelTimes) else pd.DataFrame(matrix)
    places = []
    for labels, known, name in (
        (helpers, frame.index, "rows"),
        (helped, frame.columns, "columns"),
    ):
        wanted = pd.Index(list(labels))
        if not known.is_unique:
            raise ArgumentError(f"The {name} of the matrix must have one label each.")
        place = known.get_indexer(wanted)
        if (place < 0).any():
            raise ArgumentError(
                f"The matrix lacks {name} for some labels.", found=few(wanted[place < 0].unique())
            )
        places.append(place)
    return frame.to_numpy(dtype=np.float64)[np.ix_(*places)]


def _refuse(wrong: npt.NDArray[np.bool_], state: str) -> None:
    if wrong.any():
        places = (f"helper {i + 1} to helped {j + 1}" for i, j in np.argwhere(wrong))
        raise ArgumentError(f"Some costs are {state}.", found=few(places), fix="Drop them first.")


def capacities(capacity: int | Mapping[str, int], helpers: Labels, most: int) -> Rows:
    """Return how many each helper can take, at most ``most``."""
    lost = [name for name in helpers if isinstance(capacity, Mapping) and name not in capacity]
    if lost:
        raise ArgumentError("Every helper needs a capacity.", found=f"none for {few(lost)}")
    each = [capacity[str(name)] if isinstance(capacity, Mapping) else capacity for name in helpers]
    bad = [value for value in each if value < 0 or value != int(value)]
    if bad:
        raise ArgumentError("A capacity is a whole number, zero or more.", found=few(bad))
    return np.minimum(np.array(each, dtype=np.intp), most)
