"""Poverty of access, or of anything else: how many are under a line, and by how much."""

from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo.analysis.arguments import check_choice, check_number
from yrdgeo.analysis.inequality_sample import Floats, Sample, sample
from yrdgeo.errors import ArgumentError

Poor = Literal["below", "above"]
SIDES = ("below", "above")


def foster_greer_thorbecke(
    values: pd.Series,
    weights: pd.Series | None = None,
    *,
    alpha: float = 0.0,
    line: float | None = None,
    line_share: float = 0.6,
    poor: Poor = "below",
) -> float:
    r"""Return the poverty index of Foster, Greer and Thorbecke.

    .. math:: P_\alpha = \sum_{i:\, y_i < z} p_i \Bigl(\frac{z - y_i}{z}\Bigr)^{\alpha}

    α = 0 is the share of people under the line z, 1 the mean gap, 2 its severity. A value on the
    line is not poor. For minutes, where more is worse, ``poor="above"`` takes
    :math:`y_i > z` and the gap :math:`(y_i - z)/z`.

    Parameters
    ----------
    values
        y ≥ 0 by adcode, such as jobs within an hour.
    weights
        People or other sizes above zero by adcode; without it all cities count alike.
    alpha
        The aversion α ≥ 0.
    line
        The line z > 0 in the unit of the values. Without it ``line_share`` of the weighted
        median: the least value that half of the people do not exceed.
    line_share
        Of the median, where no line is given.
    poor
        ``below`` or ``above`` the line; above needs a line of its own.

    Returns
    -------
    index
        0 to 1 for ``below``; a pure number.

    Raises
    ------
    TableError
        If ids repeat or lack a weight, or a number is missing, negative, infinite or, for a
        weight, zero; it names the ids.
    ArgumentError
        If there is no city, or an option is out of its domain.

    References
    ----------
    Foster, J., Greer, J., Thorbecke, E. (1984). A class of decomposable poverty measures.
    Econometrica 52, 761-766.

    Examples
    --------
    >>> jobs = pd.Series({"310000": 8.0, "320500": 5.0, "341200": 1.0, "341600": 0.0})
    >>> [foster_greer_thorbecke(jobs, line=5.0, alpha=alpha) for alpha in (0, 1)]
    [0.5, 0.45]
    """
    once = sample(values, weights, fewest=1, zeros_only=True)
    found = float(poverty_rows(once, alpha=alpha, line=line, line_share=line_share, poor=poor)[0])
    if not np.isfinite(found):
        raise ArgumentError(
            "The index is larger than any number.",
            found=f"alpha={alpha:g} of values up to {once.amounts.max():g}",
            fix="Take a smaller alpha, or a line nearer to the values.",
        )
    return found


def poverty_rows(
    draws: Sample,
    *,
    alpha: float = 0.0,
    line: float | None = None,
    line_share: float = 0.6,
    poor: Poor = "below",
) -> Floats:
    """Return the index of each draw; a relative line is drawn anew in each."""
    alpha = check_number(alpha, "alpha", least=0)
    check_choice(poor, "side of the poor", SIDES)
    shares = draws.shares
    lines = _lines(draws, shares, line, line_share, poor=poor)[:, None]
    short = lines - draws.amounts if poor == "below" else draws.amounts - lines
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        gaps = np.where(short > 0, (np.maximum(short, 0.0) / lines) ** alpha, 0.0)
    return np.asarray((shares * gaps).sum(axis=1))


def _lines(
    draws: Sample, shares: Floats, line: float | None, line_share: float, *, poor: Poor
) -> Floats:
    if line is not None:
        line = check_number(line, "line", above=0)
        return np.full(len(shares), float(line))
    if poor == "above":
        raise ArgumentError(
            "Who is above a line needs a line in the unit of the values.", fix="Give line=60.0."
        )
    line_share = check_number(line_share, "line_share", above=0, most=1)
    order = np.argsort(draws.amounts, kind="stable")
    reached = np.cumsum(shares[:, order], axis=1)
    # Sums of shares reach a half but for rounding.
    middle = (reached >= 0.5 - 1e-12).argmax(axis=1)
    return np.asarray(line_share * draws.amounts[order][middle])
