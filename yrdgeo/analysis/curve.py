"""A fitted gradient drawn: the line with its band at any distance, and what lies off it."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student

from yrdgeo.analysis.forms import FORMS
from yrdgeo.analysis.least_squares import CONFIDENCE
from yrdgeo.errors import ArgumentError, few, nearest
from yrdgeo.fits import GradientFit

Floats = npt.NDArray[np.float64]

STATISTICS = ("median", "mean")


def curve(fit: GradientFit, at: npt.ArrayLike, *, statistic: str = "median") -> pd.DataFrame:
    r"""Return the fitted line and its pointwise 95 % band, in the unit of the value.

    .. math:: g(\hat y(d)) = x(d)'\hat\beta \pm t_{n-k} \sqrt{x(d)' V x(d)}

    with g the logarithm for the forms of ln y and the identity for the others, and V the
    covariance of the fit (so the band knows HC1 and HC3). It is the band of the line, not of
    single cities. For a segmented fit x(d) holds the derivative by each break too (the delta
    method), so the band is wide at a break that is not well known.

    Parameters
    ----------
    fit
        From :func:`yrdgeo.analysis.gradient.fit` or ``segmented``.
    at
        Distances, shape (m,), in the unit of the fit.
    statistic
        ``median``: the exponential of the line of ln y. ``mean``: that times the smearing
        factor. Of y itself they are the same.

    Returns
    -------
    curve
        Columns ``distance fitted lower upper``, m rows.

    Raises
    ------
    ArgumentError
        If a distance is negative or not finite, or 0 where its logarithm is needed.

    References
    ----------
    Duan, N. (1983). Smearing estimate. JASA 78, 605-610.

    Examples
    --------
    >>> from yrdgeo.analysis import gradient
    >>> y = pd.Series({"a": 1.0, "b": 3.0, "c": 2.0, "d": 4.0})
    >>> x = pd.Series({"a": 0.0, "b": 1.0, "c": 2.0, "d": 3.0})
    >>> curve(gradient.fit(y, x), [1.5]).round(3).to_dict("list")
    {'distance': [1.5], 'fitted': [2.5], 'lower': [0.459], 'upper': [4.541]}
    """
    if statistic not in STATISTICS:
        fix = nearest(str(statistic), STATISTICS)
        raise ArgumentError("The statistic of a curve is unknown.", found=repr(statistic), fix=fix)
    equation = FORMS[fit.base_form or fit.form]
    distance = np.atleast_1d(np.asarray(at, dtype=np.float64))
    wrong = ~(np.isfinite(distance) & (distance >= 0))
    if equation.log_distance:
        wrong |= distance == 0
    if wrong.any() or distance.ndim != 1:
        raise ArgumentError(
            f"A curve of the form {fit.form!r} is drawn at finite distances from zero up"
            f"{', zero left out' if equation.log_distance else ''}.",
            found=few(distance[wrong]),
        )
    line, slope = _line(fit, distance)
    covariance = np.asarray(fit.covariance)
    free = fit.n - len(covariance)
    error = np.sqrt(np.einsum("ij,jk,ik->i", slope, covariance, slope).clip(min=0))
    reach = student.ppf((1 + CONFIDENCE) / 2, free) * error
    factor = fit.smearing if statistic == "mean" else 1.0
    with np.errstate(over="ignore"):  # far beyond the observations a value may be infinite
        lines = {
            "fitted": factor * equation.value(line),
            "lower": factor * equation.value(line - reach),
            "upper": factor * equation.value(line + reach),
        }
    return pd.DataFrame({"distance": distance, **lines})


def deviations(fit: GradientFit) -> pd.DataFrame:
    r"""Return how far each place lies above or below its gradient, for a map of residuals.

    .. math:: \text{deviation} = 100 \left( \frac{y_i}{\hat y_i} - 1 \right)

    Parameters
    ----------
    fit
        From :func:`yrdgeo.analysis.gradient.fit` or ``segmented``.

    Returns
    -------
    deviations
        By id: ``value`` and ``fitted`` in the unit of the value, ``residual`` of the fitted
        equation, ``deviation_pct``: NaN where the line is at zero or below.

    Examples
    --------
    >>> from yrdgeo.analysis import gradient
    >>> y = pd.Series({"a": 4.0, "b": 1.0, "c": 4.0})
    >>> x = pd.Series({"a": 0.0, "b": 1.0, "c": 2.0})
    >>> deviations(gradient.fit(y, x))["deviation_pct"].round(3).to_dict()
    {'a': 33.333, 'b': -66.667, 'c': 33.333}
    """
    fitted = fit.fitted
    if FORMS[fit.base_form or fit.form].log_value:
        value = fitted * np.exp(fit.residuals)
    else:
        value = fitted + fit.residuals
    ratio = 100 * (value / fitted.where(fitted > 0) - 1)
    return pd.DataFrame(
        {"value": value, "fitted": fitted, "residual": fit.residuals, "deviation_pct": ratio}
    )


def smearing(residuals: Floats, weights: Floats) -> float:
    """Return Duan's factor from the median to the mean: the weighted mean of exp(residual)."""
    return float(weights @ np.exp(residuals) / weights.sum())


def _line(fit: GradientFit, distance: Floats) -> tuple[Floats, Floats]:
    """Return the line at each distance and its derivative by each coefficient."""
    equation = FORMS[fit.base_form or fit.form]
    plain = equation.design(distance)
    values = np.array(list(fit.coefficients.values()))
    if not fit.breaks:
        return plain @ values, plain
    breaks = np.array(fit.breaks)
    parts, beyond = segments(equation.right(distance), equation.right(breaks))
    slopes = values[1 : len(breaks) + 2]
    by_break = beyond * (slopes[:-1] - slopes[1:])
    by_break = by_break / breaks if equation.log_distance else by_break
    return values[0] + parts @ slopes, np.column_stack([np.ones(len(parts)), parts, by_break])


def segments(right: Floats, bends: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the part of each x that lies in each segment, and which bends it is beyond.

    The first segment runs from 0 (and on below it), so a line is intercept + parts · slopes.
    """
    ends = np.concatenate([[-np.inf], bends, [np.inf]])
    starts = np.concatenate([[0.0], bends])
    parts = np.clip(right[:, None], ends[:-1], ends[1:]) - starts
    return parts, right[:, None] > bends
