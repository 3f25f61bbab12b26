"""Is there a break, and where? Tests and intervals that allow for the search."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import f as fisher

from yrdgeo.analysis.hinge import Frame, best_hinge, least_squares_breaks, unexplained
from yrdgeo.analysis.least_squares import CONFIDENCE
from yrdgeo.fits import TestResult

Floats = npt.NDArray[np.float64]

DRAWS = 999
PROFILE_POINTS = 200
ROUNDS = 5  # of moving the other breaks while one is held
SETTLED = 1e-6  # of the sum of squares
ROUNDING = 1e-14  # of the sum of squares of the values
FAR = 10.0  # times the limit: beyond it all places are equally bad
PERFECT = 1e-20  # of the sum of squares of the values: what is left is rounding


def break_test(
    frame: Frame, y: Floats, kept: tuple[float, ...], generator: np.random.Generator
) -> TestResult:
    """Test whether one break more than the kept ones lowers the sum of squares by chance."""
    basis = frame.basis(kept)
    weighted = frame.root[:, None] * y
    expected = basis @ (basis.T @ weighted)
    free = 1 - (basis**2).sum(axis=1, keepdims=True)
    scaled = (weighted - expected) / np.sqrt(free.clip(min=PERFECT))
    signs = generator.choice([-1.0, 1.0], (len(y), DRAWS))
    drawn = (expected + scaled * signs) / frame.root[:, None]
    # Together, so that both are sought at the same places.
    observed, *others = _largest_f(frame, np.hstack([y, drawn]), len(kept))
    null = np.array(others)
    return TestResult(
        statistic=float(observed),
        p_value=float((1 + np.count_nonzero(null >= observed)) / (1 + DRAWS)),
        p_floor=1 / (1 + DRAWS),
        alternative="greater",
        n_permutations=DRAWS,
        null=null,
        note="Largest F over all breaks; wild bootstrap.",
    )


def _largest_f(frame: Frame, y: Floats, kept: int) -> Floats:
    """Return the largest F of one break more, for each column; 0 where the line is perfect."""
    less = least_squares_breaks(frame, y, kept)[0]
    more = least_squares_breaks(frame, y, kept + 1)[0]
    size = ((frame.root[:, None] * y) ** 2).sum(axis=0)
    perfect = less <= PERFECT * size
    more = np.maximum(more, PERFECT * size)
    free = len(y) - 2 * (kept + 2)
    return np.where(perfect, 0.0, free * (less - more) / np.where(perfect, 1.0, more))


def break_intervals(
    frame: Frame, y: Floats, kept: tuple[float, ...]
) -> tuple[list[tuple[float, float]], list[str]]:
    """Return the profile-likelihood interval of each break, on the inner scale."""
    rows = np.flatnonzero(frame.legal(()))
    edges = (float(frame.x[rows[0]]), float(frame.x[rows[-1] + 1]))
    middles = [(a + b) / 2 for a, b in pairwise(kept)]
    bounds = [edges[0], *middles, edges[1]]
    least = float(unexplained(frame, y, kept)[0]) if kept else 0.0
    free = len(y) - 2 * (len(kept) + 1)
    rounding = ROUNDING * float(((frame.root[:, None] * y) ** 2).sum())
    limit = least * (1 + fisher.ppf(CONFIDENCE, 1, free) / free) + rounding
    ranges, notes = [], []
    for number, place in enumerate(kept):
        low, high = bounds[number], bounds[number + 1]
        others = kept[:number] + kept[number + 1 :]

        def over(at: float) -> float:
            total = _profile(frame, y, at, others)  # noqa: B023 — called in this round only
            return min(total, FAR * limit) - limit

        points = np.unique([*np.linspace(low, high, PROFILE_POINTS), place])
        held = np.flatnonzero(np.array([over(point) for point in points]) <= 0)
        first, last = (held[0], held[-1]) if len(held) else (np.searchsorted(points, place),) * 2
        ranges.append(
            (
                brentq(over, points[first - 1], points[first]) if first else low,
                brentq(over, points[last], points[last + 1]) if last < len(points) - 1 else high,
            )
        )
        if not first or last == len(points) - 1:
            notes.append(f"The interval of break {number + 1} reaches the end of the search.")
    return ranges, notes


def _profile(frame: Frame, y: Floats, at: float, others: tuple[float, ...]) -> float:
    """Return the least sum of squares with one break held and the others moved to suit it."""
    if not others:
        return float(unexplained(frame, y, (at,))[0])
    least = np.inf
    for _ in range(ROUNDS if len(others) > 1 else 1):
        before = least
        for _ in others:
            held, moved = others[1:], best_hinge(frame, y, (at, *others[1:]))
            least = min(least, float(moved[0][0]))
            others = (*held, float(moved[1][0]) if np.isfinite(moved[1][0]) else others[0])
        if before - least <= SETTLED * least:
            break
    return least
