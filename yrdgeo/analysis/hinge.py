"""Where a continuous line bends: an exact search over every place of a break.

Promise: no iteration from a starting value. Between two neighbouring observations the gain of a
hinge is a squared line over a parabola, whose one stationary point is known in closed form; so
the best break is found for many left-hand sides at once, and no local optimum is mistaken for it.
"""

from dataclasses import dataclass
from itertools import combinations
from math import ceil

import numpy as np
import numpy.typing as npt

from yrdgeo.errors import ArgumentError

Floats = npt.NDArray[np.float64]

TRIM = 0.15  # share of the observations on each side of a break, after Andrews (1993)
LEAST = 3  # observations in a segment, whatever their number
FLAT = 1e-10  # of the total weight: a hinge with less left of it repeats the others
COLUMNS = 256  # left-hand sides at once
WORK = 40_000_000  # numbers of the left-hand sides times the places tried for the other breaks
KNOTS = (6, 40)  # at least and at most so many places, whatever the work
ROUNDS = 50  # of refinement; a handful is enough
CONVERGED = 1e-13  # of the range of the distances


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Sorted observations on which hinges are sought.

    Attributes
    ----------
    x
        Shape (n,), rising, from 0 to 1.
    root
        Shape (n,), roots of the weights, whose mean is 1.
    """

    x: Floats
    root: Floats

    @property
    def least(self) -> int:
        """Observations that a segment must hold."""
        return max(LEAST, ceil(TRIM * len(self.x)))

    def basis(self, breaks: tuple[float, ...]) -> Floats:
        """Return an orthonormal basis of a line bent at the breaks, weighted."""
        hinges = [np.maximum(self.x - at, 0.0) for at in breaks]
        design = np.column_stack([np.ones(len(self.x)), self.x, *hinges])
        return np.linalg.qr(self.root[:, None] * design)[0]

    def knots(self, breaks: int, columns: int) -> list[float]:
        """List the observed places at which the other ones of so many breaks are tried."""
        tries = WORK / (len(self.x) * columns)
        most = int(np.clip(tries ** (1 / (breaks - 1)), *KNOTS))
        knots = np.unique(self.x[:-1][self.legal(())])
        if len(knots) > most:
            knots = knots[np.linspace(0, len(knots) - 1, most).round().astype(int)]
        return [float(knot) for knot in knots]

    def room(self, near: float, far: float) -> bool:
        """Tell whether enough observations lie between two places."""
        between = self.x[(self.x > near) & (self.x <= far)]
        return len(between) >= self.least and bool(np.ptp(between) > 0)

    def legal(self, breaks: tuple[float, ...]) -> npt.NDArray[np.bool_]:
        """Tell between which neighbours a further break leaves room, shape (n − 1,)."""
        distinct = np.concatenate([[1], 1 + np.cumsum(np.diff(self.x) > 0)])
        below = np.arange(1, len(self.x))
        kinds = distinct[:-1]
        legal = np.diff(self.x) > 0
        for at in (-np.inf, *breaks, np.inf):
            count = int(np.searchsorted(self.x, at, side="right"))
            levels = int(distinct[count - 1]) if count else 0
            legal &= np.abs(below - count) >= self.least
            legal &= np.abs(kinds - levels) > 1
        return legal


def refuse_crowded(frame: Frame, breaks: int) -> None:
    """Refuse more breaks than the observations have room for."""
    if not any(frame.legal(found).any() for found in _others(frame, breaks, 1)):
        raise ArgumentError(
            f"{breaks} break{'s' if breaks > 1 else ''} need more observations: {frame.least} or"
            " more in each segment, at two distances or more.",
            found=f"{len(frame.x)} observations at {len(np.unique(frame.x))} distances",
            fix="Ask for fewer breaks, or fit a straight line.",
        )


def unexplained(frame: Frame, y: Floats, breaks: tuple[float, ...]) -> Floats:
    """Return the weighted sum of squares about a line bent at known breaks, shape (columns,)."""
    weighted = frame.root[:, None] * y
    basis = frame.basis(breaks)
    return np.asarray(((weighted - basis @ (basis.T @ weighted)) ** 2).sum(axis=0))


def best_hinge(frame: Frame, y: Floats, breaks: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Return the least sum of squares with one break more, and where it is, for each column.

    Without room the sum is ``inf`` and the place NaN.
    """
    rows = np.flatnonzero(frame.legal(breaks))
    if not len(rows):
        return np.full(y.shape[1], np.inf), np.full(y.shape[1], np.nan)
    basis = frame.basis(breaks)
    parts = [
        _search(frame, basis, frame.root[:, None] * y[:, start : start + COLUMNS], rows)
        for start in range(0, y.shape[1], COLUMNS)
    ]
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def _search(
    frame: Frame, basis: Floats, weighted: Floats, rows: npt.NDArray[np.intp]
) -> tuple[Floats, Floats]:
    residual = weighted - basis @ (basis.T @ weighted)
    a, b = (_tail(frame, residual, power)[rows] for power in (1, 0))
    square, line, level = _parabola(frame, basis, rows)
    lower, upper = frame.x[rows, None], frame.x[rows + 1, None]
    # d/dψ of (a − bψ)² / (level + line ψ + square ψ²) vanishes here, beside its root a / b.
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = -(2 * b * level + a * line) / (2 * a * square + b * line)
    middle = np.clip(np.where(np.isfinite(turn), turn, lower), lower, upper)
    gain = np.zeros(weighted.shape[1])
    place = np.full(weighted.shape[1], frame.x[rows[0]])
    columns = np.arange(weighted.shape[1])
    everywhere = np.ones(len(rows), dtype=bool)
    last = np.append(np.diff(rows) > 1, True)  # elsewhere the upper end is the next lower one
    for at, used in ((middle, everywhere), (lower, everywhere), (upper, last)):
        here = at[used]
        spread = level[used] + here * (line[used] + here * square[used])
        steep = spread > FLAT * len(frame.x)
        found = (a[used] - b[used] * here) ** 2 / np.where(steep, spread, np.inf)
        best = found.argmax(axis=0)
        better = found[best, columns] > gain
        gain = np.where(better, found[best, columns], gain)
        place = np.where(better, np.broadcast_to(here, found.shape)[best, columns], place)
    return np.maximum((residual**2).sum(axis=0) - gain, 0.0), place


def _tail(frame: Frame, columns: Floats, power: int) -> Floats:
    """Return sums over the observations beyond each gap, of the columns times root · x^power."""
    terms = (frame.root * frame.x**power)[:, None] * columns
    return np.cumsum(terms[::-1], axis=0)[::-1][1:]


def _parabola(
    frame: Frame, basis: Floats, rows: npt.NDArray[np.intp]
) -> tuple[Floats, Floats, Floats]:
    """Return the hinge's sum of squares, the basis taken out, as a parabola in its place."""
    root = frame.root[:, None]
    a, b = (_tail(frame, basis, power) for power in (1, 0))
    level = _tail(frame, root * frame.x[:, None], 1) - (a * a).sum(axis=1, keepdims=True)
    line = -2 * _tail(frame, root, 1) + 2 * (a * b).sum(axis=1, keepdims=True)
    square = _tail(frame, root, 0) - (b * b).sum(axis=1, keepdims=True)
    return square[rows], line[rows], level[rows]


def least_squares_breaks(frame: Frame, y: Floats, breaks: int) -> tuple[Floats, Floats]:
    """Return the least sum of squares with so many breaks, and the breaks, for each column.

    All breaks but one are tried at the same places, the last one anywhere; shapes (columns,)
    and (columns, breaks).
    """
    columns = y.shape[1]
    if not breaks:
        return unexplained(frame, y, ()), np.empty((columns, 0))
    least = np.full(columns, np.inf)
    places = np.full((columns, breaks), np.nan)
    for others in _others(frame, breaks, columns):
        total, last = best_hinge(frame, y, others)
        better = total < least
        least = np.where(better, total, least)
        chosen = np.column_stack([np.tile(others, (columns, 1)), last])
        places = np.where(better[:, None], chosen, places)
    return least, np.sort(places, axis=1)


def refined(frame: Frame, y: Floats, places: Floats) -> tuple[float, tuple[float, ...]]:
    """Move one break after the other to its best place until none moves; y is one column."""
    found = [float(place) for place in places]
    least = float(unexplained(frame, y, tuple(found))[0])
    for _ in range(ROUNDS if len(found) > 1 else 0):
        moved = 0.0
        for number in range(len(found)):
            others = tuple(found[:number] + found[number + 1 :])
            total, place = best_hinge(frame, y, others)
            if total[0] < least:
                moved = max(moved, abs(found[number] - place[0]))
                least, found[number] = float(total[0]), float(place[0])
        if moved < CONVERGED:
            break
    return least, tuple(sorted(found))


def _others(frame: Frame, breaks: int, columns: int) -> list[tuple[float, ...]]:
    """List the places at which all breaks but one are tried."""
    if breaks == 1:
        return [()]
    return [
        chosen
        for chosen in combinations(frame.knots(breaks, columns), breaks - 1)
        if all(frame.room(*pair) for pair in combinations(chosen, 2))
    ]
