r"""Convergence: whether the spread of cities falls, and whether the poor ones grow faster.

Promise: logarithms are natural, years are years, and a half-life is given only where the gap
closes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from math import log
from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo.analysis.arguments import check_choice, check_is_series, check_number, unshared
from yrdgeo.analysis.inequality_sample import Floats, Sample, finite, sample
from yrdgeo.analysis.least_squares import Errors, estimates, solve
from yrdgeo.analysis.magnitudes import LARGEST
from yrdgeo.errors import ArgumentError, few

Covariance = Literal["classic", "HC1"]
COVARIANCES: dict[str, Errors] = {"classic": "classic", "HC1": "hc1"}
ALIKE = 1e-12  # log points: what is closer differs by rounding
FEWEST = 3  # a line through two cities leaves nothing to judge it by


@dataclass(frozen=True, slots=True, eq=False)
class BetaConvergence:
    """A growth regression on the logarithm of where cities began.

    Attributes
    ----------
    slope
        b, a year: below zero where the poor grow faster.
    speed
        λ a year, the share of the gap in logarithms that closes at each instant; NaN if
        1 + bT is not above zero, where the order of cities turns and no speed makes it.
    half_life_years
        ln 2 / λ; NaN unless b is below zero and λ exists.
    coefficients, standard_errors, interval
        By name: ``intercept``, ``slope`` and the controls; 95 % intervals of Student's t.
    speed_interval
        The speeds at the ends of the slope's interval; NaN where there is none.
    covariance
        How the standard errors were computed: ``classic`` or ``HC1``.
    r2, n, years
        Of the regression; cities; T.
    note
        What a reader has to know.
    """

    slope: float
    speed: float
    half_life_years: float
    coefficients: Mapping[str, float]
    standard_errors: Mapping[str, float]
    interval: Mapping[str, tuple[float, float]]
    speed_interval: tuple[float, float]
    covariance: str
    r2: float
    n: int
    years: float
    note: str = ""

    def __repr__(self) -> str:
        """Give slope, standard error, speed and half-life."""
        return (
            f"BetaConvergence(slope = {self.slope:.4g} (se {self.standard_errors['slope']:.2g}, "
            f"{self.covariance}), speed = {self.speed:.4g} a year, half-life = "
            f"{self.half_life_years:.4g} years; n = {self.n}, R² = {self.r2:.3f})"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"


def sigma_convergence(values: pd.Series, weights: pd.Series | None = None) -> float:
    r"""Return σ, the standard deviation of the logarithms, of the population (ddof 0).

    .. math:: \sigma = \sqrt{\textstyle\sum_i p_i
        \bigl(\ln y_i - \sum_j p_j \ln y_j\bigr)^2}

    Cities converge in this sense where σ falls from year to year.

    Parameters
    ----------
    values
        y > 0 of two cities or more in one year, by adcode.
    weights
        People or other sizes above zero by adcode; without it all cities count alike.

    Returns
    -------
    sigma
        0 or more, in units of the logarithm.

    Raises
    ------
    TableError
        If ids repeat or lack a weight, or a number is missing, negative, infinite or, for a
        weight, zero; it names the ids.
    ArgumentError
        If there are fewer than two cities or a value is zero.

    References
    ----------
    Barro, R. J., Sala-i-Martin, X. (1992). Convergence. Journal of Political Economy 100, 223-251.

    Examples
    --------
    >>> round(sigma_convergence(pd.Series({"310000": 4.0, "320500": 1.0})), 6)
    0.693147
    """
    return float(sigma_rows(sample(values, weights, above_zero=True))[0])


def sigma_rows(draws: Sample) -> Floats:
    """Return σ of each draw."""
    shares = draws.shares
    logs = np.log(draws.amounts)
    centred = logs - (shares @ logs)[:, None]
    return np.asarray(np.sqrt((shares * centred**2).sum(axis=1)))


def beta_convergence(
    first: pd.Series,
    last: pd.Series,
    weights: pd.Series | None = None,
    *,
    years: float,
    controls: pd.DataFrame | None = None,
    covariance: Covariance = "classic",
) -> BetaConvergence:
    r"""Regress annual growth on the logarithm of the first value.

    .. math:: \frac{1}{T} \ln \frac{y_{iT}}{y_{i0}} = a + b \ln y_{i0} + x_i' c + u_i
        \qquad \lambda = -\frac{\ln(1 + bT)}{T} \qquad t_{1/2} = \frac{\ln 2}{\lambda}

    Parameters
    ----------
    first, last
        y > 0 in the first and in the last year, by adcode; of the same cities, three or more,
        at constant prices if growth in money is not meant.
    weights
        Above zero, by adcode, for weighted least squares; without it all cities count alike,
        as is usual here.
    years
        T > 0, years from first to last.
    controls
        Finite numbers by adcode, a column a control: conditional convergence.
    covariance
        ``classic`` standard errors, or ``HC1``, which hold under unequal variances.

    Returns
    -------
    regression
        Slope a year, speed, half-life, standard errors and intervals.

    Raises
    ------
    TableError
        If ids repeat or do not match, or a number is missing, negative, infinite or, for a
        weight, zero; it names the ids.
    ArgumentError
        If a value is zero, there are too few cities or they do not identify the slope, or an
        option is out of its domain.

    References
    ----------
    Barro, R. J., Sala-i-Martin, X. (1992). Convergence. Journal of Political Economy 100, 223-251.

    Examples
    --------
    >>> before = pd.Series({"a": 1.0, "b": 2.0, "c": 4.0, "d": 8.0})
    >>> after = before**0.5  # in ten years every gap in logarithms is halved
    >>> result = beta_convergence(before, after, years=10)
    >>> round(result.slope, 6), round(result.speed, 6), round(result.half_life_years, 6)
    (-0.05, 0.069315, 10.0)
    """
    check_choice(covariance, "covariance", COVARIANCES)
    once = growth_sample(first, last, weights, years=years)
    years = float(years)
    start = np.log(once.amounts)
    table = {"intercept": np.ones(len(start)), "slope": start}
    table |= _controls(controls, first.index)
    growth = (np.log(once.others[0]) - start) / years
    design = np.column_stack([*table.values()])
    _require_rank(design)
    fit = solve(growth, design, once.weights, errors=COVARIANCES[covariance])
    # Where all grow alike the slope is zero, whatever sign its rounding has.
    if abs(fit.coefficients[1]) * np.ptp(start) <= ALIKE * np.abs(growth).max():
        fit.coefficients[1] = 0.0
    found = estimates([*table], fit.coefficients, fit.covariance, n=len(start))
    slope, (low, high) = found["coefficients"]["slope"], found["interval"]["slope"]
    speed = float(_speed(np.array(slope), years))
    # A steeper slope is a faster speed: the ends change places.
    ends = _speed(np.array([high, low]), years)
    return BetaConvergence(
        slope=slope,
        speed=speed,
        half_life_years=log(2.0) / speed if slope < 0 and speed > 0 else np.nan,
        coefficients=found["coefficients"],
        standard_errors=found["standard_errors"],
        interval=found["interval"],
        speed_interval=(float(ends[0]), float(ends[1])),
        covariance=covariance,
        r2=fit.r2,
        n=len(start),
        years=years,
        note=_note(slope, speed),
    )


def convergence_speed(
    first: pd.Series,
    last: pd.Series,
    weights: pd.Series | None = None,
    *,
    years: float = 1.0,
) -> float:
    """Return the speed λ of :func:`beta_convergence` without controls, as a number.

    Parameters
    ----------
    first, last, weights
        As for :func:`beta_convergence`.
    years
        T; with 1 the speed is that of the whole period.

    Returns
    -------
    speed
        A year; above zero where the gap closes, NaN if 1 + bT is not above zero.

    Raises
    ------
    TableError, ArgumentError
        As :func:`beta_convergence`.

    Examples
    --------
    >>> before = pd.Series({"a": 1.0, "b": 2.0, "c": 4.0, "d": 8.0})
    >>> round(convergence_speed(before, before**0.5, years=10), 6)
    0.069315
    """
    once = growth_sample(first, last, weights, years=years)
    return float(speed_rows(once, years=float(years))[0])


def speed_rows(draws: Sample, *, years: float = 1.0) -> Floats:
    """Return λ of each draw; NaN where all cities of a draw began alike."""
    start = np.log(draws.amounts)
    growth = (np.log(draws.others[0]) - start) / years
    shares = draws.shares
    about = start - (shares @ start)[:, None]
    spread = (shares * about**2).sum(axis=1)
    alike = spread <= ALIKE**2
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (shares * about * growth).sum(axis=1) / np.where(alike, np.nan, spread)
    return _speed(slope, years)


def growth_sample(
    first: pd.Series, last: pd.Series, weights: pd.Series | None, *, years: float
) -> Sample:
    """Return first values and weights with the last values in ``others``."""
    check_number(years, "years", least=1 / LARGEST, most=LARGEST)
    check_is_series(last, "last values")
    once = sample(first, weights, fewest=FEWEST, above_zero=True)
    odd = unshared(first.index, last.index)
    if len(odd):
        raise ArgumentError(
            "First and last values must be of the same cities.",
            found=few(odd),
            fix="Keep the cities that have both; say how many were left out.",
        )
    if np.ptp(np.log(once.amounts)) <= ALIKE:
        raise ArgumentError("The slope needs cities that began unalike.", found=few(first.index))
    end = sample(last, fewest=FEWEST, above_zero=True)
    order = last.index.get_indexer(first.index)
    return Sample(once.amounts, once.weights, once.counts, (end.amounts[order],))


def _speed(slope: Floats, years: float) -> Floats:
    kept = 1 + slope * years
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(kept > 0, -np.log1p(slope * years) / years, np.nan))


def _controls(controls: pd.DataFrame | None, ids: pd.Index) -> dict[str, Floats]:
    if controls is None:
        return {}
    if not isinstance(controls, pd.DataFrame):
        raise ArgumentError("Controls must be a table by id.", found=type(controls).__name__)
    taken = sorted({"intercept", "slope"} & set(map(str, controls.columns)))
    if taken or not controls.columns.is_unique:
        raise ArgumentError("Controls need names of their own.", found=few(controls.columns))
    return {str(name): finite(controls[name], ids, name=str(name)) for name in controls.columns}


def _require_rank(design: Floats) -> None:
    n, k = design.shape
    largest = np.abs(design).max(axis=0)
    if n <= k or np.linalg.matrix_rank(design / np.where(largest > 0, largest, 1.0)) < k:
        raise ArgumentError(
            "The regression is not identified.",
            found=f"{n} cities, {k} coefficients",
            fix="Give more cities than coefficients, and no control that the others make up.",
        )


def _note(slope: float, speed: float) -> str:
    if slope >= 0:
        return "Cities do not converge: there is no half-life."
    if np.isnan(speed):
        return "1 + bT is not above zero: the order of cities turns, there is no speed."
    return ""
