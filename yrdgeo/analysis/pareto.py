"""Matchings that no other beats on every criterion, and where an actual matching lies.

Promise: criteria are means per pair in their own units; nothing is weighed for the reader.
"""

from collections.abc import Collection, Mapping, Sized
from itertools import permutations as arrangements
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment

from yrdgeo.analysis.matching import (
    EXACT_HELPERS,
    Capacity,
    Labels,
    Matrix,
    capacities,
    labelled_block,
)
from yrdgeo.errors import ArgumentError, few

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

GRID = 11  # weights a criterion where the matchings are too many to count
SAME = 1e-12  # of a criterion's range: sums in two orders of addition are one point
RESERVED = ("solution", "kind", "matching", "dominated_by")


def pareto(
    costs: Mapping[str, Matrix],
    helpers: Labels,
    helped: Labels,
    *,
    maximise: Collection[str] = (),
    capacity: Capacity = 1,
) -> pd.DataFrame:
    r"""Return the Pareto front of matchings under several criteria, and the actual plan.

    A matching z is on the front if no matching is as good on every criterion and better on one:

    .. math:: C_q(z) = \frac{1}{k} \sum_{ij} c^q_{ij} z_{ij}, \qquad \sum_i z_{ij} = 1

    Up to nine helpers and helped with one place each, every matching is counted and the front is
    complete. Beyond that, or with another capacity, weighted sums are minimised by linear
    assignment: those are the *supported* points, a part of the front (its convex hull).

    Parameters
    ----------
    costs
        Two criteria or more by name, each a table labelled by helper (rows) and helped
        (columns), travel times, or a plain array addressed by position. All are minimised,
        but for those in ``maximise``; ``inf`` forbids a pair.
    helpers, helped
        The actual plan, position by position. A helper may be repeated (three districts of one
        city).
    maximise
        Criteria of which more is better (a gap, a complementarity).
    capacity
        As in :func:`optimal`: a number for each place, or a total by label.

    Returns
    -------
    solutions
        ``solution kind matching dominated_by`` and a column a criterion (its mean per pair, in
        its own unit). ``kind`` is ``front`` or ``actual``; ``matching`` lists ``helper→helped``;
        ``dominated_by`` counts the points of the front that are as good everywhere and better
        somewhere, so a plan with 0 is efficient. The front is sorted by the first criterion; the
        actual plan comes last.

    Raises
    ------
    ArgumentError
        If there are fewer than two criteria, a name is unknown, a cost is missing, the actual
        plan is forbidden, or no matching exists.

    References
    ----------
    Ehrgott, M. (2005). Multicriteria Optimization, 2nd ed. Springer.

    Examples
    --------
    >>> km = pd.DataFrame([[1.0, 2.0], [3.0, 9.0]], index=["a", "b"], columns=["x", "y"])
    >>> gap = pd.DataFrame([[5.0, 1.0], [1.0, 9.0]], index=["a", "b"], columns=["x", "y"])
    >>> found = pareto({"km": km, "gap": gap}, ["b", "a"], ["x", "y"], maximise=["gap"])
    >>> found[["kind", "matching", "km", "gap", "dominated_by"]].to_numpy().tolist()[0]
    ['front', 'b→x; a→y', 2.5, 1.0, 0]
    >>> found["kind"].tolist(), found["gap"].tolist()
    (['front', 'front', 'actual'], [1.0, 7.0, 1.0])
    """
    _check_names(costs, maximise)
    signs = np.array([-1.0 if name in maximise else 1.0 for name in costs])
    blocks = np.stack([labelled_block(costs[name], helpers, helped) for name in costs])
    if np.isnan(blocks).any():
        bad = [name for name, block in zip(costs, blocks, strict=True) if np.isnan(block).any()]
        raise ArgumentError("Some costs are missing.", found=few(bad), fix="Drop them first.")
    forbidden = np.asarray(np.isinf(blocks).any(axis=0))
    k = forbidden.shape[1]
    actual = _actual(forbidden)
    counted = capacity == 1 and forbidden.shape == (k, k) and k <= EXACT_HELPERS
    signed = blocks * signs[:, None, None]
    plans = (
        np.array(list(arrangements(range(k))))
        if counted
        else _supported(signed, forbidden, capacities(capacity, helpers, k))
    )
    plans = plans[~forbidden[plans, np.arange(k)].any(axis=1)]
    points = signed[:, plans, np.arange(k)].mean(axis=2).T
    kept = _front(points)
    front, own = points[kept], signed[:, actual, np.arange(k)].mean(axis=1)
    rows = [*plans[kept], actual]
    table = pd.DataFrame(np.vstack([front, own]) * signs, columns=list(costs))
    names, ends = [str(one) for one in helpers], [str(one) for one in helped]
    table.insert(0, "solution", range(1, len(rows) + 1))
    table.insert(1, "kind", ["front"] * len(kept) + ["actual"])
    table.insert(2, "matching", [_words(row, names, ends) for row in rows])
    beats = (front <= own + _ties(points)).all(axis=1) & (front < own - _ties(points)).any(axis=1)
    return table.assign(dominated_by=[0] * len(kept) + [int(beats.sum())])


def _check_names(costs: Sized, maximise: Collection[str]) -> None:
    if not isinstance(costs, Mapping) or len(costs) < 2:  # noqa: PLR2004 — a front has two sides
        raise ArgumentError(
            "A front needs two criteria or more, each with its name.",
            found=f"{type(costs).__name__} of {len(costs)}",
            fix="For one, call pairs.optimal.",
        )
    strangers = [name for name in maximise if name not in costs]
    taken = [name for name in costs if name in RESERVED]
    if strangers or taken:
        raise ArgumentError(
            "Criteria have unknown or reserved names.",
            found=few([*strangers, *taken]),
            fix=f"Reserved: {', '.join(RESERVED)}.",
        )


def _actual(forbidden: npt.NDArray[np.bool_]) -> Rows:
    n, k = forbidden.shape
    if n != k:
        raise ArgumentError(
            "The actual plan names one helper for each helped.", found=f"{n} helpers, {k} helped"
        )
    plan = np.arange(k)
    if forbidden[plan, plan].any():
        places = (f"pair {i + 1}" for i in np.flatnonzero(forbidden[plan, plan]))
        raise ArgumentError("The actual plan has an infinite cost.", found=few(places))
    return plan


def _supported(signed: Floats, forbidden: npt.NDArray[np.bool_], capacity: Rows) -> Rows:
    """Return the matchings that some weighing of the criteria, each by its range, calls best."""
    places = np.repeat(np.arange(len(forbidden)), capacity)
    free = ~forbidden
    if len(places) < forbidden.shape[1] or not free.any():
        raise ArgumentError("No matching gives every helped city a helper.")
    low = np.array([block[free].min() for block in signed])
    spread = np.array([np.ptp(block[free]) or 1.0 for block in signed])
    scaled = (signed - low[:, None, None]) / spread[:, None, None]
    found = []
    for weights in _weights(len(signed)):
        cost = np.where(forbidden, np.inf, np.tensordot(weights, np.where(free, scaled, 0.0), 1))
        try:
            column, place = linear_sum_assignment(cost[places].T)
        except ValueError as error:
            fix = "Allow more pairs: an infinite cost forbids one."
            raise ArgumentError("No matching avoids the forbidden pairs.", fix=fix) from error
        found.append(places[place][np.argsort(column)])
    return np.unique(np.array(found), axis=0)


def _weights(criteria: int) -> Floats:
    """Return an even grid of weights that sum to 1, none of them 0 (so that no end is weak)."""
    steps = GRID * 10 if criteria == 2 else GRID  # noqa: PLR2004 — a line may be finer than a plane
    grid = [part for part in product(range(1, steps), repeat=criteria - 1) if sum(part) < steps]
    weights = np.array([[*part, steps - sum(part)] for part in grid], dtype=np.float64) / steps
    ends = np.full((criteria, criteria), 1e-6) + np.eye(criteria)
    return np.vstack([weights, ends])


def _front(points: Floats) -> Rows:
    """Return the places of the non-dominated points, one for each, sorted by first criterion."""
    near = _ties(points)
    left = np.lexsort([*points.T[::-1], points.sum(axis=1)])
    kept = []
    while len(left):
        best = points[left[0]]  # nothing dominates the least sum
        kept.append(left[0])
        left = left[(points[left] < best - near).any(axis=1)]
    chosen = np.array(kept, dtype=np.intp)
    return np.asarray(chosen[np.lexsort([*points[chosen].T[::-1]])])


def _ties(points: Floats) -> Floats:
    return np.asarray(SAME * np.maximum(np.abs(points).max(axis=0), 1e-300))


def _words(row: Rows, names: list[str], ends: list[str]) -> str:
    return "; ".join(f"{names[i]}→{end}" for i, end in zip(row, ends, strict=True))
