"""Weighted least squares with named standard errors.

Promise: the design is scaled before it is solved, so that squared kilometres lose no digits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student

from yrdgeo.errors import ArgumentError, nearest

Floats = npt.NDArray[np.float64]
Errors = Literal["classic", "hc1", "hc3"]

CONFIDENCE = 0.95
RANK_TOLERANCE = 1e-12  # of the scaled design: below it a column repeats the others
FULL_LEVERAGE = 1e-9  # 1 − leverage at or below it: the observation fits itself


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """A solved weighted least-squares problem of n observations and k coefficients.

    Attributes
    ----------
    coefficients, covariance
        Shapes (k,) and (k, k).
    residuals, leverage
        Shape (n,), residuals on the scale of y (not weighted).
    basis
        Shape (n, k), an orthonormal basis of the weighted design.
    """

    coefficients: Floats
    covariance: Floats
    residuals: Floats
    leverage: Floats
    basis: Floats
    unexplained: float
    r2: float


def solve(y: Floats, design: Floats, weights: Floats, *, errors: Errors = "classic") -> Solution:
    r"""Solve weighted least squares and estimate the covariance of its coefficients.

    .. math::
        \hat\beta = (X' W X)^{-1} X' W y, \qquad
        \text{classic: } s^2 (X'WX)^{-1}, \; s^2 = \frac{e'We}{n - k}

        \text{HC: } (X'WX)^{-1} X' \operatorname{diag}(w_i^2 e_i^2 c_i) X (X'WX)^{-1}, \quad
        c_i = \tfrac{n}{n - k} \text{ (HC1)}, \; (1 - h_i)^{-2} \text{ (HC3)}

    Raises
    ------
    ArgumentError
        If the kind of errors is unknown, or a column of the design repeats the others.

    References
    ----------
    MacKinnon, J. G., White, H. (1985). Some heteroskedasticity-consistent covariance matrix
    estimators with improved finite sample properties. Journal of Econometrics 29, 305-325.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> line = solve(np.array([1.0, 3, 2, 4]), np.column_stack([x**0, x]), np.ones(4))
    >>> line.coefficients.round(9).tolist(), round(line.r2, 3)
    ([1.3, 0.8], 0.64)
    """
    check_errors(errors)
    # About the weighted mean, so that nothing large cancels; the intercept is put back at the end.
    share = weights / weights.sum()
    shift = share @ design
    shift[0] = 0.0
    scale = np.sqrt(share @ (design - shift) ** 2)
    if not (scale > 0).all():
        raise _singular()
    root = np.sqrt(weights)
    y_mean = share @ y
    basis, upper = np.linalg.qr(root[:, None] * (design - shift) / scale)
    if np.abs(np.diag(upper)).min() < RANK_TOLERANCE * np.abs(np.diag(upper)).max():
        raise _singular()
    inner = np.linalg.solve(upper, basis.T @ (root * (y - y_mean)))
    residuals = y - y_mean - (design - shift) / scale @ inner
    leverage = (basis**2).sum(axis=1)
    unexplained = float(weights @ residuals**2)
    # From centred and scaled coefficients to plain: β_j = γ_j / s_j, β_0 = γ_0 + ȳ − Σ β_j m_j.
    back = np.diag(1 / scale)
    back[0] -= shift / scale
    half = np.linalg.solve(upper, np.eye(len(upper)))
    meat = _MEATS[errors](root * residuals, leverage, basis)
    coefficients = back @ inner
    coefficients[0] += y_mean
    spread = float(weights @ (y - y_mean) ** 2)
    return Solution(
        coefficients,
        back @ half @ meat @ half.T @ back.T,
        residuals,
        leverage,
        basis,
        unexplained,
        1 - unexplained / spread if np.ptp(y) > 0 else np.nan,
    )


def check_errors(errors: str) -> None:
    """Refuse a kind of standard errors that does not exist."""
    if errors not in _MEATS:
        fix = nearest(str(errors), list(_MEATS))
        raise ArgumentError("The kind of standard errors is unknown.", found=repr(errors), fix=fix)


def _singular() -> ArgumentError:
    return ArgumentError(
        "The distances cannot tell the coefficients apart.",
        found="too few different distances for this form",
        fix="Choose a form with fewer coefficients, or add observations at other distances.",
    )


def _classic(residuals: Floats, _: Floats, basis: Floats) -> Floats:
    n, k = basis.shape
    return np.asarray(np.eye(k) * (residuals @ residuals / (n - k)))


def _hc1(residuals: Floats, _: Floats, basis: Floats) -> Floats:
    n, k = basis.shape
    return np.asarray(basis.T @ (basis * residuals[:, None] ** 2) * (n / (n - k)))


def _hc3(residuals: Floats, leverage: Floats, basis: Floats) -> Floats:
    free = 1 - leverage
    if (free <= FULL_LEVERAGE).any():  # 0 / 0: its residual says nothing about its variance
        return np.full((basis.shape[1],) * 2, np.nan)
    return np.asarray(basis.T @ (basis * (residuals / free)[:, None] ** 2))


_MEATS: dict[str, Callable[[Floats, Floats, Floats], Floats]] = {
    "classic": _classic,
    "hc1": _hc1,
    "hc3": _hc3,
}


class Estimates(TypedDict):
    """What a fit says of its coefficients, by name."""

    coefficients: dict[str, float]
    standard_errors: dict[str, float]
    interval: dict[str, tuple[float, float]]
    covariance: pd.DataFrame


def estimates(
    names: Sequence[str], coefficients: Floats, covariance: Floats, *, n: int
) -> Estimates:
    """Name the coefficients, with 95 % intervals of Student's t on n − k degrees of freedom."""
    errors = np.sqrt(np.diag(covariance))
    reach = student.ppf((1 + CONFIDENCE) / 2, n - len(names)) * errors
    ends = zip(coefficients - reach, coefficients + reach, strict=True)
    return {
        "coefficients": dict(zip(names, map(float, coefficients), strict=True)),
        "standard_errors": dict(zip(names, map(float, errors), strict=True)),
        "interval": {
            name: (float(low), float(high)) for name, (low, high) in zip(names, ends, strict=True)
        },
        "covariance": pd.DataFrame(covariance, list(names), list(names)),
    }
