"""Whether a matching of helpers to helped is nearer than chance, and which would be nearest.

Promise: places in a matching are addressed by position, so a helper may stand for several.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations as arrangements
from math import factorial
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment

from yrdgeo.analysis.matching_draws import countable, drawn_matchings, n_allowed
from yrdgeo.analysis.permutation import checked_draws, permutation_result
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TestResult, TravelTimes

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Matrix = pd.DataFrame | TravelTimes | Floats
Labels = Sequence[str] | Sequence[int] | pd.Index | pd.Series
Capacity = int | Mapping[str, int]

EXACT_HELPERS = 9  # 9! = 362,880 matchings
LARGE = 10**12  # numbers of matchings from here on are told by their size


def matching_test(  # noqa: PLR0913 — each null is an option of its own
    distance: Matrix,
    helpers: Labels,
    helped: Labels,
    *,
    permutations: Literal["exact"] | int = "exact",
    seed: int = 0,
    allowed: pd.DataFrame | None = None,
    capacity: Capacity | None = None,
    candidates: Labels | None = None,
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
    allowed
        A null of fewer matchings: true where a helper (row) may be matched to a helped city
        (column), by label; for instance only pairs that cross a province border. Matchings with
        a forbidden pair do not count. By default every pair is allowed.
    capacity
        A null of more matchings: how many cities each helper could have taken, one number or
        one by label. By default each helper takes as many as it has in the plan. All ways to
        fill the places are equally likely, so a helper with more places gets more cities.
    candidates
        A null of other helpers, which asks who was chosen: all who could have helped, those of
        the plan and more. Without ``capacity`` each could have taken as many cities as the
        helper that takes most in the plan. By default the helpers of the plan alone.

    Returns
    -------
    result
        Statistic S in the unit of ``distance``. p is the share of matchings with S at or below
        the actual one, or (1 + b) / (1 + N) for N drawn ones.

    Raises
    ------
    ArgumentError
        If a label is unknown, a distance of an allowed pair is missing or infinite, the plan
        itself is not allowed, the lengths differ, the exact test would count more than 9!
        matchings, or allowed ones are too rare to draw.

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
    k = len(list(helpers))
    rows = list(helpers) if candidates is None else [*helpers, *_others(candidates, helpers)]
    block = labelled_block(distance, rows, helped)
    if block.shape[1] != k or not k:
        raise ArgumentError(
            "A matching has as many helpers as helped, at least one.",
            found=f"{k} helpers, {block.shape[1]} helped",
        )
    own = np.diagonal(block)
    free = _free(allowed, rows, helped)
    _refuse(free & ~np.isfinite(block), "missing or infinite")
    if not free.diagonal().all():
        raise ArgumentError(
            "The plan itself has pairs that the null does not allow.",
            found=few(f"pair {i + 1}" for i in np.flatnonzero(~free.diagonal())),
        )
    if candidates is not None and capacity is None:
        capacity = int(pd.Index(list(helpers)).value_counts().max())
    places = _places(rows, capacity, k)
    every = factorial(len(places)) // factorial(len(places) - k)
    exact = permutations == "exact"
    if exact and every > factorial(EXACT_HELPERS):
        raise ArgumentError(
            f"The exact test counts {factorial(EXACT_HELPERS):,} matchings or fewer.",
            found=f"{float(every):.2g} of {k} in {len(places)} places",
            fix="Pass permutations=99999 to draw.",
        )
    may = free[places]
    columns = np.arange(k)
    orders = (
        _counted(may)
        if permutations == "exact"
        else drawn_matchings(may, checked_draws(permutations), seed)
    )
    null = np.concatenate([block[places[taken], columns].mean(axis=1) for taken in orders])
    how = "each counted" if exact else f"{len(null):,} drawn"
    total = f"{k}! = {every:,}" if len(places) == k else _amount(every)
    words = f"{total} matchings,{_share(may, len(null), exact=exact)} {how}."
    return permutation_result(null, float(own.mean()), alternative="less", exact=exact, words=words)


def _others(candidates: Labels, helpers: Labels) -> list[str]:
    named = pd.Index(list(candidates)).unique()
    return list(named[~named.isin(pd.Index(list(helpers)))])


def _counted(may: npt.NDArray[np.bool_]) -> list[Rows]:
    """Return every matching that is allowed, in one block."""
    n, k = may.shape
    every = np.array(list(arrangements(range(n), k)))
    return [every[may[every, np.arange(k)].all(axis=1)]]


def _share(may: npt.NDArray[np.bool_], n: int, *, exact: bool) -> str:
    """Say how many matchings are allowed, where some are not and the number is known."""
    if may.all() or not (exact or countable(may)):
        return ""
    return f" {n:,} allowed," if exact else f" {_amount(n_allowed(may))} allowed,"


def _amount(n: float) -> str:
    return f"{n:,.0f}" if n < LARGE else f"{float(n):.2g}"


def _free(allowed: pd.DataFrame | None, helpers: Labels, helped: Labels) -> npt.NDArray[np.bool_]:
    if allowed is None:
        return np.ones((len(list(helpers)), len(list(helped))), dtype=bool)
    return labelled_block(allowed.astype(np.float64), helpers, helped) > 0


def _places(helpers: Labels, capacity: Capacity | None, k: int) -> Rows:
    """Return the rows that can be chosen, one for each place; a capacity counts a helper once.

    The first k labels are those of the plan.
    """
    if capacity is None:
        return np.arange(k)
    names = pd.Index(list(helpers))
    first = np.flatnonzero(~names.duplicated())
    places = np.repeat(first, capacities(capacity, list(names[first]), k))
    in_use = names[:k].value_counts()
    held = pd.Series(names[places]).value_counts().reindex(in_use.index, fill_value=0)
    short = in_use.index[(held < in_use).to_numpy()]
    if len(short):
        raise ArgumentError(
            "A helper takes more cities in the plan than its capacity.", found=few(short)
        )
    return np.asarray(places)


def optimal(
    cost: Matrix, helpers: Labels, helped: Labels, *, capacity: Capacity = 1
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
        How many cities a helper can take: one number for each of ``helpers`` (a repeated label
        has as many times that), or one by label, which is then the total of that label.

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
    try:
        numbers = frame.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ArgumentError("The matrix must hold numbers.", found=str(error)) from error
    return np.asarray(numbers[np.ix_(*places)])


def _refuse(wrong: npt.NDArray[np.bool_], state: str) -> None:
    if wrong.any():
        places = (f"helper {i + 1} to helped {j + 1}" for i, j in np.argwhere(wrong))
        raise ArgumentError(f"Some costs are {state}.", found=few(places), fix="Drop them first.")


def capacities(capacity: Capacity, helpers: Labels, most: int) -> Rows:
    """Return how many each place can take, at most ``most``.

    A number is that of each place. A capacity by label is that of the label, whatever the number
    of its places: the first one takes it all.
    """
    names = pd.Index(list(helpers))
    if isinstance(capacity, Mapping):
        lost = [name for name in names if name not in capacity]
        if lost:
            raise ArgumentError("Every helper needs a capacity.", found=f"none for {few(lost)}")
        each = [0 if again else capacity[name] for name, again in _again(names)]
    else:
        each = [capacity] * len(names)
    bad = [value for value in each if not _whole(value)]
    if bad:
        raise ArgumentError("A capacity is a whole number, zero or more.", found=few(bad))
    return np.minimum(np.array(each, dtype=np.intp), most)


def _again(names: pd.Index) -> Iterator[tuple[str, bool]]:
    return zip(names, names.duplicated(), strict=True)


def _whole(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer):
        return False
    return bool(value >= 0) and float(value).is_integer()
