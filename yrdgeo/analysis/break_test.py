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
    observed = float(_largest_f(frame, y, len(kept))[0])
    null = _largest_f(frame, drawn, len(kept))
    return TestResult(
        statistic=observed,
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
    limit = least * (1 + fisher.ppf(CONFIDENCE, 1, free) / free)
    ranges, notes = [], []
    for number, place in enumerate(kept):
        low, high = bounds[number], bounds[number + 1]

        def over(at: float) -> float:
            return _profile(frame, y, at, len(kept)) - limit

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


def _profile(frame: Frame, y: Floats, at: float, breaks: int) -> float:
    """Return the least sum of squares with one of the breaks held where it is."""
    if breaks == 1:
        return float(unexplained(frame, y, (at,))[0])
    if breaks == 2:  # noqa: PLR2004 — one held, one sought
        return float(best_hinge(frame, y, (at,))[0][0])
    knots = frame.knots(breaks)
    return min(float(best_hinge(frame, y, (at, knot))[0][0]) for knot in knots)
