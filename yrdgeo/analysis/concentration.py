r"""The Lorenz curve, what is read off it, and the concentration index along another ranking.

Promise: the curve is a line between its points, so that a cut at a tenth of the people may run
through a city; cities that tie in rank share one rank.
"""

from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo.analysis.arguments import check_choice, check_number
from yrdgeo.analysis.inequality_sample import Floats, Sample, finite, sample
from yrdgeo.errors import ArgumentError, few

Form = Literal["standard", "erreygers", "wagstaff"]
FORMS = ("standard", "erreygers", "wagstaff")
POOR, RICH = 0.4, 0.1


def lorenz(values: pd.Series, weights: pd.Series | None = None) -> pd.DataFrame:
    r"""Return the Lorenz curve: the share of the value that the poorest share of people has.

    .. math:: F_k = \sum_{i \le k} p_i \qquad L_k = \sum_{i \le k} p_i y_i / \mu

    over the cities in ascending order of y.

    Parameters
    ----------
    values
        y ≥ 0 of two cities or more, by adcode; per head where the weights are people.
    weights
        People or other sizes above zero by adcode; without it all cities count alike.

    Returns
    -------
    curve
        Columns ``population_share value_share``, n + 1 rows indexed by adcode from the origin
        (index ``""``) to (1, 1); the curve is the line through these points.

    Raises
    ------
    TableError
        If ids repeat or lack a weight, or a number is missing, negative, infinite or, for a
        weight, zero; it names the ids.
    ArgumentError
        If there are fewer than two cities or all values are zero.

    References
    ----------
    Lorenz, M. O. (1905). Methods of measuring the concentration of wealth.

    Examples
    --------
    >>> lorenz(pd.Series({"310000": 3.0, "320500": 1.0})).to_numpy().tolist()
    [[0.0, 0.0], [0.5, 0.25], [1.0, 1.0]]
    """
    once = sample(values, weights)
    order = np.argsort(once.amounts, kind="stable")
    people = np.cumsum(once.weights[order])
    earned = np.cumsum((once.weights * (once.amounts / once.amounts.max()))[order])
    return pd.DataFrame(
        {
            "population_share": np.concatenate([[0.0], people / people[-1]]),
            "value_share": np.concatenate([[0.0], earned / earned[-1]]),
        },
        pd.Index(["", *values.index[order]], name=values.index.name),
    )


def palma(values: pd.Series, weights: pd.Series | None = None) -> float:
    r"""Return the Palma ratio: the share of the richest tenth over that of the poorest two fifths.

    .. math:: \frac{1 - L(0.9)}{L(0.4)}

    L is the Lorenz curve, a line between its points: the city through which a cut runs counts
    with the part of its people on either side, all at the city's value.

    Parameters
    ----------
    values
        y ≥ 0 of two cities or more, by adcode; per head where the weights are people.
    weights
        People or other sizes above zero by adcode; without it all cities count alike.

    Returns
    -------
    ratio
        1/4 for equals; ``inf`` if the poorest two fifths have nothing.

    Raises
    ------
    TableError, ArgumentError
        As :func:`lorenz`.

    References
    ----------
    Palma, J. G. (2011). Homogeneous middles vs. heterogeneous tails.

    Examples
    --------
    >>> cities = [f"c{number}" for number in range(10)]
    >>> round(palma(pd.Series([1.0] * 9 + [9.0], cities)), 12)
    2.25
    """
    return float(palma_rows(sample(values, weights))[0])


def palma_rows(draws: Sample) -> Floats:
    """Return the Palma ratio of each draw."""
    order = np.argsort(draws.amounts, kind="stable")
    shares = draws.shares
    earned = (shares * draws.relative(shares))[:, order]
    shares = shares[:, order]
    reached = np.cumsum(shares, axis=1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        # Cut from the end that it belongs to: a rich tenth is not the rest of a rounded sum.
        below = np.clip(1 - (reached - POOR) / shares, 0, 1)
        above = np.clip((reached - (1 - RICH)) / shares, 0, 1)
        poor = np.where(shares > 0, earned * below, 0.0).sum(axis=1)
        rich = np.where(shares > 0, earned * above, 0.0).sum(axis=1)
        return np.asarray(rich / poor)


def concentration_index(
    values: pd.Series,
    ranking: pd.Series,
    weights: pd.Series | None = None,
    *,
    form: Form = "standard",
    lower: float | None = None,
    upper: float | None = None,
) -> float:
    r"""Return the concentration index: whether a value is with those who rank high or low.

    .. math::
        C = \frac{2}{\mu} \sum_i p_i y_i \bigl(R_i - \tfrac12\bigr) \qquad
        E = \frac{4 \mu}{b - a} C \qquad
        W = \frac{(b - a) \mu}{(b - \mu)(\mu - a)} C

    R is the fractional rank: the share of people who rank lower, and half of those who tie. C of
    a value ranked by itself is the Gini coefficient. A value with a floor a and a ceiling b is
    compared by E (Erreygers) or W (Wagstaff), which do not turn when it is counted as its lack.

    Parameters
    ----------
    values
        y ≥ 0 of two cities or more, by adcode, such as access.
    ranking
        What cities are ranked by, lowest first, such as GDP per head; any finite number.
    weights
        People or other sizes above zero by adcode; without it all cities count alike.
    form
        ``standard`` (C), ``erreygers`` (E) or ``wagstaff`` (W).
    lower, upper
        The bounds a and b, for E and W only.

    Returns
    -------
    index
        −1 to 1 but for rounding: above zero if the value is with those who rank high. W is NaN
        where the mean is one of the bounds.

    Raises
    ------
    TableError
        As :func:`lorenz`; also if an id has no finite rank.
    ArgumentError
        As :func:`lorenz`; also if the bounds are absent, in the way, or not around the values.

    References
    ----------
    Kakwani, N., Wagstaff, A., van Doorslaer, E. (1997). Socioeconomic inequalities in health.
    Wagstaff, A. (2005). The bounds of the concentration index when the variable of interest is
    binary. Erreygers, G. (2009). Correcting the concentration index.

    Examples
    --------
    >>> access = pd.Series({"310000": 3.0, "320500": 1.0})
    >>> wealth = pd.Series({"320500": 15.0, "310000": 18.0})
    >>> concentration_index(access, wealth)
    0.25
    >>> concentration_index(access, wealth, form="erreygers", lower=0, upper=4)
    0.5
    """
    once = ranked_sample(values, ranking, weights)
    found = concentration_rows(once, form=form, lower=lower, upper=upper)
    return float(found[0])


def ranked_sample(values: pd.Series, ranking: pd.Series, weights: pd.Series | None) -> Sample:
    """Return values and weights with their ranking in ``others``, each city counted once."""
    once = sample(values, weights)
    ranks = finite(ranking, values.index, name="ranking")
    return Sample(once.amounts, once.weights, once.counts, (ranks,))


def concentration_rows(
    draws: Sample,
    *,
    form: Form = "standard",
    lower: float | None = None,
    upper: float | None = None,
) -> Floats:
    """Return the concentration index of each draw."""
    bounds = _bounds(draws.amounts, form, lower, upper)
    shares = draws.shares
    relative = draws.relative(shares)
    index = 2 * (shares * (relative - 1) * fractional_ranks(shares, draws.others[0])).sum(axis=1)
    if bounds is None:
        return np.asarray(index)
    low, high = bounds
    means = shares @ draws.amounts
    if form == "erreygers":
        return np.asarray(4 * means / (high - low) * index)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((high - low) * means / ((high - means) * (means - low)) * index)


def fractional_ranks(shares: Floats, ranking: Floats) -> Floats:
    """Return the share that ranks lower and half of what ties, shape (d, n)."""
    order = np.argsort(ranking, kind="stable")
    _, first, ties = np.unique(ranking[order], return_index=True, return_inverse=True)
    sums = np.add.reduceat(shares[:, order], first, axis=1)
    middles = np.cumsum(sums, axis=1) - sums / 2
    ranks = np.empty_like(shares)
    ranks[:, order] = middles[:, ties]
    return ranks


def _bounds(
    amounts: Floats, form: str, lower: float | None, upper: float | None
) -> tuple[float, float] | None:
    check_choice(form, "form of the concentration index", FORMS)
    given = {"lower": lower, "upper": upper}
    if form == "standard":
        named = [name for name, bound in given.items() if bound is not None]
        if named:
            raise ArgumentError(
                "The standard concentration index has no bounds.",
                found=few(named),
                fix="Choose form='erreygers' or 'wagstaff', or leave them out.",
            )
        return None
    low, high = (
        check_number(bound, f"The bound {name} of the form {form!r}")
        for name, bound in given.items()
    )
    if not low < high:
        raise ArgumentError(
            f"The form {form!r} needs bounds, lower below upper.",
            found=few(f"{name} {bound}" for name, bound in given.items()),
        )
    if amounts.min() < low or amounts.max() > high:
        raise ArgumentError(
            "All values must lie within the bounds.",
            found=f"{amounts.min():g} to {amounts.max():g}, bounds {low:g} to {high:g}",
        )
    return low, high
