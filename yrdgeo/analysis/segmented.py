"""Segmented gradients: a line that bends where the data say so, or that says it does not bend."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.arguments import check_number, check_whole
from yrdgeo.analysis.break_test import break_intervals, break_test
from yrdgeo.analysis.curve import segments, smearing
from yrdgeo.analysis.forms import Equation, Form, Sample, equation_of, sample_of, unit_of
from yrdgeo.analysis.hinge import Frame, least_squares_breaks, refined, refuse_crowded
from yrdgeo.analysis.least_squares import Estimates, estimates, solve
from yrdgeo.analysis.residual_moran import moran_sentence, residual_moran
from yrdgeo.errors import ArgumentError
from yrdgeo.fits import GradientFit, TestResult

Floats = npt.NDArray[np.float64]

MOST_BREAKS = 3


def segmented(  # noqa: PLR0913 — what is fitted, and six named ways to do it
    values: pd.Series,
    distance: pd.Series,
    *,
    breaks: int = 1,
    form: Form = "linear",
    weights: pd.Series | None = None,
    neighbours: pd.DataFrame | None = None,
    level: float = 0.05,
    seed: int = 0,
) -> GradientFit:
    r"""Fit a gradient that bends at distances which the data choose, if they choose any.

    .. math:: y = a + \beta_1 \min(d, \psi_1) + \beta_2 (d - \psi_1)_{[0, \psi_2 - \psi_1]}
        + \dots + \beta_{m+1} (d - \psi_m)_+

    with ln y or ln d in place of y or d as ``form`` says. The breaks ψ minimise the sum of
    squares over all places that leave 15 % of the observations (three at least) in each
    segment; the search is exhaustive, so no starting value decides.

    Breaks are added one by one as long as each is needed. Under "no further break" the break
    has no place, so F has no F distribution; the p-value is of the largest F over all places,

    .. math:: \sup_\psi F = \sup_\psi (n - k)\, \frac{SSE_0 - SSE(\psi)}{SSE(\psi)},

    among 999 samples drawn from the fit without that break, each residual (over √(1 − leverage))
    with its own sign at random: a wild bootstrap, which allows unequal variances.

    Parameters
    ----------
    values, distance
        As in :func:`yrdgeo.analysis.gradient.fit`.
    breaks
        At most so many, 1 to 3.
    form
        The line that is bent: ``linear``, ``exponential``, ``power`` or ``log``.
    weights
        Above zero, by the same ids.
    neighbours
        As in :func:`yrdgeo.analysis.gradient.fit`. Residuals alike between neighbours make the
        test find breaks too easily, as they make errors too small.
    level
        A break stays if its p-value is below it. With 1 the breaks are fitted whatever their
        p-values, which stay in ``break_test`` and ``note``.
    seed
        Of the draws.

    Returns
    -------
    fit
        ``breaks`` from near to far in the unit of the distance and ``break_at``, the first of
        them; none and None if the gradient is straight. Coefficients ``intercept slope_1 …
        slope_{m+1} break_1 … break_m`` (``intercept slope`` if straight). Standard errors are
        those of non-linear least squares, and slopes know that the break is estimated. The 95 %
        interval of a break is its profile likelihood's, not symmetric.
        ``break_test`` is the test of the last break that was tried.

    Raises
    ------
    ArgumentError
        As :func:`yrdgeo.analysis.gradient.fit`; or if there is no room for so many breaks, the
        form cannot be bent, or an option is out of its domain.

    References
    ----------
    Hudson, D. J. (1966). Fitting segmented curves whose join points have to be estimated. JASA
    61, 1097-1129. Andrews, D. W. K. (1993). Tests for parameter instability and structural
    change with unknown change point. Econometrica 61, 821-856. Hansen, B. E. (2000). Sample
    splitting and threshold estimation. Econometrica 68, 575-603. Muggeo, V. M. R. (2003).
    Estimating regression models with unknown break-points. Statistics in Medicine 22, 3055-3071.

    Examples
    --------
    >>> km = pd.Series(np.arange(0.0, 400.0, 20.0), [f"c{i:02}" for i in range(20)], name="km")
    >>> noise = pd.Series(np.tile([0.1, -0.1], 10), km.index)
    >>> bent = segmented(10 - 0.05 * km.clip(upper=150) + noise, km)
    >>> bent.break_test.p_value < 0.01, abs(bent.break_at - 150) < 10
    (True, True)
    >>> segmented(10 - 0.05 * km + noise, km).break_at is None
    True
    """
    equation = _checked(form, breaks, level)
    sample = sample_of(values, distance, weights, equation=equation)
    right = equation.right(sample.distance)
    order = np.argsort(right, kind="stable")
    low, width = float(right.min()), float(np.ptp(right))
    weight = sample.weights[order] / sample.weights.mean()
    frame = Frame((right[order] - low) / width, np.sqrt(weight))
    y = equation.left(sample.y)[order, None]
    refuse_crowded(frame, breaks)
    kept, tests = _searched(frame, y, breaks, level=level, seed=seed)
    bent = _bent(sample, equation, low + width * np.array(kept))
    ranges, notes = break_intervals(frame, y, kept)
    for number, ends in enumerate(ranges, 1):
        outer = equation.distance(low + width * np.array(ends))
        bent.estimates["interval"][f"break_{number}"] = (float(outer[0]), float(outer[1]))
    residuals = pd.Series(bent.residuals, sample.value.index, name="residual")
    moran = None
    if neighbours is not None:
        moran = residual_moran(residuals, bent.design, neighbours, sample.weights)
        notes.append(moran_sentence(moran))
    return GradientFit(
        form="segmented",
        **bent.estimates,
        r2=bent.r2,
        n=len(y),
        fitted=pd.Series(equation.value(bent.line), sample.value.index, name="fitted"),
        residuals=residuals,
        distance_unit=unit_of(distance),
        value_unit=unit_of(values),
        break_at=bent.breaks[0] if kept else None,
        note=" ".join([*sample.notes, *_tested(tests, len(kept)), *notes]),
        smearing=smearing(bent.residuals, sample.weights) if equation.log_value else 1.0,
        breaks=bent.breaks,
        base_form=form,
        break_test=tests[-1],
        residual_moran=moran,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Bent:
    """A line with known breaks, fitted to a sample."""

    estimates: Estimates
    breaks: tuple[float, ...]
    line: Floats
    residuals: Floats
    design: Floats
    r2: float


def _searched(
    frame: Frame, y: Floats, breaks: int, *, level: float, seed: int
) -> tuple[tuple[float, ...], list[TestResult]]:
    """Add one break after the other while each is needed; on the inner scale."""
    generator = np.random.default_rng(seed)
    kept: tuple[float, ...] = ()
    tests: list[TestResult] = []
    for number in range(1, breaks + 1):
        tests.append(break_test(frame, y, kept, generator))
        if tests[-1].p_value > level:
            break
        kept = refined(frame, y, least_squares_breaks(frame, y, number)[1][0])[1]
    return kept, tests


def _bent(sample: Sample, equation: Equation, bends: Floats) -> _Bent:
    """Fit the line between its bends, and linearise it about the bends for its errors."""
    left, right = equation.left(sample.y), equation.right(sample.distance)
    parts, beyond = segments(right, bends)
    plain = np.column_stack([np.ones(len(right)), parts])
    solved = solve(left, plain, sample.weights)
    breaks = equation.distance(bends)
    coefficients = np.concatenate([solved.coefficients, breaks])
    names = ["intercept", "slope"]
    covariance, design = solved.covariance, plain
    if len(bends):
        count = len(bends)
        names = [
            "intercept",
            *(f"slope_{number}" for number in range(1, count + 2)),
            *(f"break_{number}" for number in range(1, count + 1)),
        ]
        slopes = solved.coefficients[1:]
        by_break = beyond * (slopes[:-1] - slopes[1:])
        by_break = by_break / breaks if equation.log_distance else by_break
        design = np.column_stack([plain, by_break])
        covariance = _covariance(left, design, sample.weights, solved.unexplained)
    return _Bent(
        estimates(names, coefficients, covariance, n=len(left)),
        tuple(map(float, breaks)),
        plain @ solved.coefficients,
        solved.residuals,
        design,
        solved.r2,
    )


def _covariance(left: Floats, jacobian: Floats, weights: Floats, unexplained: float) -> Floats:
    """Return the covariance of non-linear least squares; NaN where slopes do not differ."""
    try:
        solved = solve(left, jacobian, weights)
    except ArgumentError:  # a bend without a change of slope has no place
        return np.full((jacobian.shape[1],) * 2, np.nan)
    # Where the best place is an observation, the derivative does not vanish: more is unexplained.
    share = unexplained / solved.unexplained if solved.unexplained > 0 else 1.0
    return solved.covariance * share


def _tested(tests: list[TestResult], kept: int) -> list[str]:
    """Say what each test found."""
    said = []
    for number, test in enumerate(tests, 1):
        before = "no break" if number == 1 else f"{number - 1} break{'s' * (number > 2)}"  # noqa: PLR2004 — plural
        found = f"sup-F {test.statistic:.3g}, p = {test.p_value:.3g}"
        verdict = "rejected" if number <= kept else "not rejected"
        said.append(f"{before.capitalize()}: {verdict} ({found}, {test.n_permutations} draws).")
    return said


def _checked(form: str, breaks: int, level: float) -> Equation:
    equation = equation_of(form)
    check_whole(breaks, "breaks", least=1, most=MOST_BREAKS)
    check_number(level, "level", above=0, most=1)
    faults = {
        "Only a form with one slope can be bent.": (equation.degree > 1, repr(form)),
    }
    for what, (wrong, given) in faults.items():
        if wrong:
            raise ArgumentError(what, found=given)
    return equation
