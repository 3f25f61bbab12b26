r"""Indices of inequality of one value among cities.

Promise: each index is zero for equals, does not change with the unit of the value or of the
weights, and takes a value of zero as a value. Notation: :math:`p_i` is the share of city i in the
weight, :math:`\mu = \sum_i p_i y_i`, and :math:`r_i = y_i / \mu`.
"""

from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo.analysis.arguments import check_choice, check_number
from yrdgeo.analysis.inequality_sample import Floats, Sample, sample
from yrdgeo.errors import ArgumentError

Correction = Literal["none", "small_sample"]
CORRECTIONS = ("none", "small_sample")


def gini(
    values: pd.Series, weights: pd.Series | None = None, *, correction: Correction = "none"
) -> float:
    r"""Return the Gini coefficient.

    .. math:: G = \frac{1}{2\mu} \sum_i \sum_j p_i p_j |y_i - y_j|

    Among n cities of equal weight it is at most (n − 1)/n; ``small_sample`` divides by
    :math:`1 - \sum_i p_i^2`, so by (n − 1)/n there, and the most unequal case is 1.

    Parameters
    ----------
    values
        y ≥ 0 of two cities or more, by adcode; per head where the weights are people.
    weights
        People or other sizes above zero by adcode; without it all cities count alike.
    correction
        ``none`` or ``small_sample``.

    Returns
    -------
    index
        0 to 1, a pure number.

    Raises
    ------
    TableError
        If ids repeat or lack a weight, or a number is missing, negative, infinite or, for a
        weight, zero; it names the ids.
    ArgumentError
        If there are fewer than two cities, all values are zero, or the option is unknown.

    References
    ----------
    Lerman, R., Yitzhaki, S. (1989). Improving the accuracy of estimates of Gini coefficients.

    Examples
    --------
    >>> gdp_per_head = pd.Series({"310000": 3.0, "320500": 1.0})
    >>> gini(gdp_per_head), gini(gdp_per_head, correction="small_sample")
    (0.25, 0.5)
    """
    return float(gini_rows(sample(values, weights), correction=correction)[0])


def gini_rows(draws: Sample, *, correction: Correction = "none") -> Floats:
    """Return the Gini coefficient of each draw."""
    check_choice(correction, "correction", CORRECTIONS)
    order = np.argsort(draws.amounts, kind="stable")
    shares = draws.shares
    # About the mean, so that the sum over equals is zero and not a difference of two ones.
    excess = draws.relative(shares)[:, order] - 1
    shares = shares[:, order]
    below = np.cumsum(shares, axis=1)
    found = np.maximum((shares * excess * (2 * below - shares - 1)).sum(axis=1), 0.0)
    if correction == "none":
        return np.asarray(found)
    # A city that is drawn twice is two cities, each with its own small share.
    total = draws.counts @ draws.weights
    one_each = 1 - draws.counts @ draws.weights**2 / total**2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(found / one_each)


def hoover(values: pd.Series, weights: pd.Series | None = None) -> float:
    r"""Return the Hoover (Robin Hood) index: the share that would have to move to make all equal.

    .. math:: H = \frac{1}{2} \sum_i p_i |r_i - 1|

    Parameters
    ----------
    values
        y ≥ 0 of two cities or more, by adcode.
    weights
        People or other sizes above zero by adcode; without it all cities count alike.

    Returns
    -------
    index
        0 to 1, a pure number.

    Raises
    ------
    TableError, ArgumentError
        As :func:`gini`.

    References
    ----------
    Hoover, E. M. (1936). The measurement of industrial localization.

    Examples
    --------
    >>> hoover(pd.Series({"310000": 3.0, "320500": 1.0}))
    0.25
    """
    return float(hoover_rows(sample(values, weights))[0])


def hoover_rows(draws: Sample) -> Floats:
    """Return the Hoover index of each draw."""
    shares = draws.shares
    return np.asarray((shares * np.abs(draws.relative(shares) - 1)).sum(axis=1) / 2)


def coefficient_of_variation(values: pd.Series, weights: pd.Series | None = None) -> float:
    r"""Return the standard deviation over the mean, of the population (ddof 0).

    .. math:: CV = \sqrt{\textstyle\sum_i p_i (y_i - \mu)^2} \,/\, \mu

    With weights it is the index of :func:`williamson`.

    Parameters
    ----------
    values
        y ≥ 0 of two cities or more, by adcode.
    weights
        People or other sizes above zero by adcode; without it all cities count alike.

    Returns
    -------
    index
        0 to √(n − 1) without weights, a pure number.

    Raises
    ------
    TableError, ArgumentError
        As :func:`gini`.

    Examples
    --------
    >>> coefficient_of_variation(pd.Series({"310000": 3.0, "320500": 1.0}))
    0.5
    """
    return float(variation_rows(sample(values, weights))[0])


def variation_rows(draws: Sample) -> Floats:
    """Return the coefficient of variation of each draw."""
    shares = draws.shares
    return np.asarray(np.sqrt((shares * (draws.relative(shares) - 1) ** 2).sum(axis=1)))


def williamson(values: pd.Series, weights: pd.Series) -> float:
    r"""Return the Williamson index: the coefficient of variation weighted by people.

    .. math:: V_w = \frac{\sqrt{\sum_i p_i (y_i - \bar y)^2}}{\bar y}
        \qquad \bar y = \sum_i p_i y_i = \frac{\sum_i Y_i}{\sum_i P_i}

    The mean is that of the region, GDP over people, and not the plain mean of the cities.

    Parameters
    ----------
    values
        Value per head ≥ 0 of two cities or more, by adcode.
    weights
        People, above zero, by adcode.

    Returns
    -------
    index
        0 or more, a pure number.

    Raises
    ------
    TableError, ArgumentError
        As :func:`gini`.

    References
    ----------
    Williamson, J. G. (1965). Regional inequality and the process of national development.

    Examples
    --------
    >>> per_head = pd.Series({"310000": 3.0, "320500": 1.0})
    >>> people = pd.Series({"320500": 3.0, "310000": 1.0})
    >>> round(williamson(per_head, people), 6)
    0.57735
    """
    if weights is None:
        raise ArgumentError(
            "The Williamson index is weighted by people.",
            found="no weights",
            fix="Give the population, or use coefficient_of_variation.",
        )
    return float(variation_rows(sample(values, weights))[0])


def atkinson(values: pd.Series, weights: pd.Series | None = None, *, epsilon: float = 0.5) -> float:
    r"""Return the Atkinson index for an aversion to inequality.

    .. math:: A_\varepsilon = 1 - \Bigl(\sum_i p_i r_i^{1-\varepsilon}\Bigr)^{1/(1-\varepsilon)}
        \qquad A_1 = 1 - \prod_i r_i^{p_i} \qquad A_0 = 0

    From ε = 1 on, a value of zero makes it 1, its limit.

    Parameters
    ----------
    values
        y ≥ 0 of two cities or more, by adcode.
    weights
        People or other sizes above zero by adcode; without it all cities count alike.
    epsilon
        The aversion ε ≥ 0.

    Returns
    -------
    index
        0 to 1: the share of the mean that could be given up for equality.

    Raises
    ------
    TableError, ArgumentError
        As :func:`gini`; also if ``epsilon`` is negative or not finite.

    References
    ----------
    Atkinson, A. B. (1970). On the measurement of inequality.

    Examples
    --------
    >>> per_head = pd.Series({"310000": 4.0, "320500": 1.0})
    >>> [round(atkinson(per_head, epsilon=aversion), 6) for aversion in (0, 0.5, 1, 2)]
    [0.0, 0.1, 0.2, 0.36]
    """
    return float(atkinson_rows(sample(values, weights), epsilon=epsilon)[0])


def atkinson_rows(draws: Sample, *, epsilon: float = 0.5) -> Floats:
    """Return the Atkinson index of each draw."""
    epsilon = check_number(epsilon, "epsilon", least=0)
    shares = draws.shares
    means, power = shares @ draws.amounts, 1 - epsilon
    counted = np.where(draws.counts > 0, draws.amounts, np.inf)
    # The least value as the unit keeps a large power within floating point, and log1p of expm1
    # stays exact where the power is next to nothing.
    unit = counted.min(axis=1) if power < 0 else means
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        logs = np.where(draws.counts > 0, np.log(draws.amounts / unit[:, None]), 0.0)
        if power == 0:
            mean_log = (shares * logs).sum(axis=1)
        else:
            mean_log = np.log1p((shares * np.expm1(power * logs)).sum(axis=1)) / power
        equivalent = np.where(unit == 0, 0.0, unit * np.exp(mean_log))
        return np.asarray(np.where(means > 0, np.maximum(1 - equivalent / means, 0.0), np.nan))
