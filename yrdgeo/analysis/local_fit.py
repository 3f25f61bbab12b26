"""Local regression: the shape of a gradient where no form is assumed, with a band."""

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.forms import Equation, equation_of, sample_of, unit_of
from yrdgeo.analysis.least_squares import CONFIDENCE
from yrdgeo.errors import ArgumentError
from yrdgeo.fits import GradientFit

Floats = npt.NDArray[np.float64]

DRAWS = 999
POINTS = 61  # where the curve is drawn unless told
LEAST = 3  # neighbours: two make a line through any two places
FLAT = 1e-12  # of the radius squared: neighbours at one distance have a mean and no slope


def local(  # noqa: PLR0913 — what is fitted, and five named ways to do it
    values: pd.Series,
    distance: pd.Series,
    *,
    share: float = 2 / 3,
    form: Literal["linear", "exponential"] = "linear",
    weights: pd.Series | None = None,
    at: npt.ArrayLike | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Fit a line around each distance to the nearest share of the places (LOWESS, no iteration).

    .. math:: \hat y(d) = \hat\alpha_d, \quad (\hat\alpha_d, \hat\beta_d) = \operatorname*{argmin}
        \sum_i w_i \bigl(1 - |d_i - d|^3 / r_d^3\bigr)_+^3
        \bigl(y_i - \alpha - \beta (d_i - d)\bigr)^2

    with r the distance to the farthest of the nearest share·n places. The band is a wild
    bootstrap of 999 draws: each residual (over 1 − leverage) with its sign at random, so it
    allows unequal variances. It holds for one distance at a time, not for the whole curve, and
    it is a band of the smoothed curve: what smoothing bends flat is not in it.

    Parameters
    ----------
    values, distance, weights
        As in :func:`yrdgeo.analysis.gradient.fit`.
    share
        Above 0 to 1: part of the places in each local line.
    form
        ``exponential`` smooths ln y and returns its exponential.
    at
        Distances, shape (m,); 61 even ones from the nearest to the farthest place by default.
    seed
        Of the draws.

    Returns
    -------
    local
        Columns ``distance fitted lower upper``, in the unit of the value.

    Raises
    ------
    ArgumentError
        As :func:`yrdgeo.analysis.gradient.fit`; or if the share is out of its domain or holds
        fewer than three places, or a distance asked for lies outside those observed.

    References
    ----------
    Cleveland, W. S. (1979). Robust locally weighted regression and smoothing scatterplots. JASA
    74, 829-836.

    Examples
    --------
    >>> km = pd.Series(np.arange(10.0), list("abcdefghij"), name="seat_km")
    >>> local(3 - 0.5 * km, km, at=[0.0, 4.5])["fitted"].round(9).to_list()
    [3.0, 0.75]
    """
    equation = _smoothed(form)
    sample = sample_of(values, distance, weights, equation=equation)
    nearest = _nearest_count(share, len(sample.distance))
    points = _points(at, sample.distance)
    y = equation.left(sample.y)
    own = smoother(sample.distance, sample.distance, nearest, sample.weights)
    drawn = smoother(points, sample.distance, nearest, sample.weights)
    free = 1 - np.diag(own)
    residual = (y - own @ y) / np.where(free > FLAT, free, 1.0)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], (len(y), DRAWS))
    errors = drawn @ (residual[:, None] * signs)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(errors, [tail, 1 - tail], axis=1)
    line = drawn @ y
    return pd.DataFrame(
        {
            "distance": points,
            "fitted": equation.value(line),
            "lower": equation.value(line + low),
            "upper": equation.value(line + high),
        }
    )


def local_gradient(
    values: pd.Series,
    distance: pd.Series,
    *,
    share: float = 2 / 3,
    form: Literal["linear", "exponential"] = "linear",
    weights: pd.Series | None = None,
) -> GradientFit:
    """Return a local fit as a gradient: fitted values and residuals, and no coefficient.

    Parameters
    ----------
    values, distance, share, form, weights
        As in :func:`local`.

    Returns
    -------
    fit
        ``form`` is ``local`` and ``base_form`` what was smoothed; ``coefficients`` are empty and
        ``r2`` is NaN: a smoother explains as much as its share is small. Residuals are of ln y
        for ``exponential``.

    Raises
    ------
    ArgumentError
        As :func:`local`.

    Examples
    --------
    >>> km = pd.Series(np.arange(10.0), list("abcdefghij"), name="seat_km")
    >>> fit = local_gradient(3 - 0.5 * km, km)
    >>> fit.n, dict(fit.coefficients), round(float(fit.fitted["d"]), 9)
    (10, {}, 1.5)
    """
    equation = _smoothed(form)
    sample = sample_of(values, distance, weights, equation=equation)
    nearest = _nearest_count(share, len(sample.distance))
    y = equation.left(sample.y)
    line = smoother(sample.distance, sample.distance, nearest, sample.weights) @ y
    said = f"Local regression of the nearest {nearest} of {len(y)} places: no equation."
    return GradientFit(
        form="local",
        coefficients={},
        standard_errors={},
        interval={},
        r2=np.nan,
        n=len(y),
        fitted=pd.Series(equation.value(line), sample.value.index, name="fitted"),
        residuals=pd.Series(y - line, sample.value.index, name="residual"),
        distance_unit=unit_of(distance),
        value_unit=unit_of(values),
        note=" ".join([*sample.notes, said]),
        errors="wild bootstrap",
        base_form=form,
    )


def smoother(points: Floats, distance: Floats, nearest: int, weights: Floats) -> Floats:
    """Return the matrix that smooths: fitted values at the points are matrix @ y."""
    away = np.abs(distance - points[:, None])
    radius = np.partition(away, nearest - 1, axis=1)[:, nearest - 1]
    # Where so many places share one distance, the next distance still has to weigh nothing.
    beyond = np.where(away > 0, away, np.inf).min(axis=1)
    radius = np.where(radius > 0, radius, beyond)[:, None]
    kernel = weights * (1 - np.minimum(away / radius, 1.0) ** 3) ** 3
    # Halfway between two distances all neighbours may be equally far: then all count alike.
    empty = kernel.sum(axis=1, keepdims=True) == 0
    kernel = np.where(empty, weights * (away <= radius), kernel)
    kernel /= kernel.sum(axis=1, keepdims=True)
    middle = (kernel * distance).sum(axis=1, keepdims=True)
    lean = distance - middle
    spread = (kernel * lean**2).sum(axis=1, keepdims=True)
    slope = (points[:, None] - middle) * lean / np.where(spread > FLAT * radius**2, spread, np.inf)
    return np.asarray(kernel * (1 + slope))


def _smoothed(form: str) -> Equation:
    if form not in ("linear", "exponential"):
        raise ArgumentError("A local fit is linear or exponential.", found=repr(form))
    return equation_of(form)


def _nearest_count(share: float, n: int) -> int:
    if isinstance(share, bool) or not 0 < share <= 1:
        raise ArgumentError(
            "The share of a local fit must be above 0 and at most 1.", found=f"{share}"
        )
    nearest = int(share * n + 1e-10)  # 2 / 3 of 30 is 20, whatever floating point says
    if nearest < LEAST:
        raise ArgumentError(
            f"A local line needs {LEAST} places or more.",
            found=f"{nearest} of {n} at a share of {share:.3g}",
            fix=f"Use a share of {LEAST / n:.2g} or more.",
        )
    return nearest


def _points(at: npt.ArrayLike | None, distance: Floats) -> Floats:
    if at is None:
        return np.linspace(distance.min(), distance.max(), POINTS)
    points = np.atleast_1d(np.asarray(at, dtype=np.float64))
    inside = (points >= distance.min()) & (points <= distance.max())
    if points.ndim != 1 or not inside.all():
        raise ArgumentError(
            "A local fit is drawn where there are observations.",
            found=f"{points[~inside][:3]}" if points.ndim == 1 else f"shape {points.shape}",
            fix=f"Stay within {distance.min():.6g} to {distance.max():.6g}.",
        )
    return points
