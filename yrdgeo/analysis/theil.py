r"""Theil's T and L, the two indices that split exactly over groups of cities.

Promise: :math:`0 \ln 0 = 0`, no index is negative, and none is lost to rounding among near
equals. Notation: :math:`p_i` is the share of city i in the weight, :math:`s_i = p_i y_i / \mu` its
share in the income, :math:`\mu = \sum_i p_i y_i`.
"""

from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo.analysis.arguments import check_choice
from yrdgeo.analysis.inequality_sample import Floats, Sample, sample

Index = Literal["T", "L"]
INDICES = ("T", "L")


def theil(values: pd.Series, weights: pd.Series | None = None, *, index: Index = "T") -> float:
    r"""Return Theil's T, or Theil's L (the mean logarithmic deviation).

    .. math:: T = \sum_i s_i \ln \frac{s_i}{p_i} \qquad L = \sum_i p_i \ln \frac{p_i}{s_i}

    T takes a value of zero as nothing (0 ln 0 = 0); L is infinite there.

    Parameters
    ----------
    values
        y ≥ 0 of two cities or more, by adcode; per head where the weights are people.
    weights
        People or other sizes above zero by adcode; without it all cities count alike.
    index
        ``T`` or ``L``.

    Returns
    -------
    index
        0 or more; T is at most ln n among n cities of equal weight.

    Raises
    ------
    TableError
        If ids repeat or lack a weight, or a number is missing, negative, infinite or, for a
        weight, zero; it names the ids.
    ArgumentError
        If there are fewer than two cities, all values are zero, or the index is unknown.

    References
    ----------
    Theil, H. (1967). Economics and information theory.

    Examples
    --------
    >>> per_head = pd.Series({"310000": 1.0, "320500": 0.0})
    >>> round(theil(per_head), 6), theil(per_head, index="L")
    (0.693147, inf)
    """
    return float(theil_rows(sample(values, weights), index=index)[0])


def theil_rows(draws: Sample, *, index: Index = "T") -> Floats:
    """Return T or L of each draw."""
    check_index(index)
    shares = draws.shares
    return np.asarray(_sum(shares, divergence(draws.relative(shares), index)))


def check_index(index: str) -> None:
    """Refuse an index that is neither T nor L."""
    check_choice(index, "Theil index", INDICES)


def divergence(ratio: Floats, index: Index) -> Floats:
    """Return r ln r − (r − 1) for T and (r − 1) − ln r for L, both zero or more."""
    # r ln r and −ln r, less what sums to zero over cities: no term is negative, nothing cancels.
    excess = ratio - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        # Each form where it keeps its digits: near nothing, and near one.
        log = np.where(ratio < 0.5, np.log(ratio), np.log1p(excess))  # noqa: PLR2004 — a half
        if index == "L":
            return np.asarray(np.maximum(excess - log, 0.0))
        return np.asarray(np.maximum(np.where(ratio == 0, 0.0, ratio * log) - excess, 0.0))


def _sum(shares: Floats, terms: Floats) -> Floats:
    # A city that a draw leaves out adds nothing, not 0 · inf.
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(shares > 0, shares * terms, 0.0).sum(axis=1))
