"""Weights of criteria that the data themselves give.

Promise: one weight for each criterion, zero or more, and they sum to 1.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import xlogy

from yrdgeo.analysis.criteria import Better, rescaled

_SAME = 1e-12  # below this, 1 − r is rounding


def entropy_weights(table: pd.DataFrame, *, better: Better) -> pd.Series:
    r"""Weight criteria by how unevenly they are spread over the cities.

    .. math::
        p_{ij} = \frac{z_{ij}}{\sum_i z_{ij}}, \quad
        e_j = -\frac{1}{\ln n} \sum_i p_{ij} \ln p_{ij}, \quad
        w_j = \frac{1 - e_j}{\sum_j (1 - e_j)}

    with z of :func:`rescaled` and 0 · ln 0 = 0: no constant is added to z.

    Parameters
    ----------
    table
        Values by city (rows) and criterion (columns).
    better
        ``high`` or ``low`` for each criterion.

    Returns
    -------
    weights
        Shape (k,), by criterion; they sum to 1.

    Raises
    ------
    TableError
        If cities or criteria repeat, a value is missing or not finite, or a criterion is the same
        in every city.
    ArgumentError
        If a criterion has no direction.

    References
    ----------
    Zeleny, M. (1982). Multiple criteria decision making. 熵值法.

    Examples
    --------
    >>> table = pd.DataFrame({"gdp": [1.0, 3.0, 5.0], "minutes": [30.0, 60.0, 60.0]})
    >>> entropy_weights(table, better={"gdp": "high", "minutes": "low"}).round(4).to_dict()
    {'gdp': 0.2961, 'minutes': 0.7039}
    """
    scaled = rescaled(table, better)
    parts = scaled / scaled.sum()
    information = 1.0 + xlogy(parts, parts).sum() / np.log(len(parts))
    return _weights(information, scaled)


def critic_weights(table: pd.DataFrame, *, better: Better) -> pd.Series:
    r"""Weight criteria by their contrast and by how little they repeat each other (CRITIC).

    .. math:: w_j = \frac{C_j}{\sum_j C_j}, \qquad C_j = \sigma_j \sum_k (1 - r_{jk})

    with σ the standard deviation of z of :func:`rescaled` and r its correlations.

    Parameters
    ----------
    table, better
        As in :func:`entropy_weights`.

    Returns
    -------
    weights
        Shape (k,), by criterion; they sum to 1. Equal where no criterion conflicts with another.

    Raises
    ------
    TableError, ArgumentError
        As in :func:`entropy_weights`.

    References
    ----------
    Diakoulaki, D., Mavrotas, G., Papayannakis, L. (1995). Determining objective weights in
    multiple criteria problems: the CRITIC method.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, 2.0, 3.0], "c": [3.0, 2.0, 1.0]})
    >>> critic_weights(table, better=dict.fromkeys("abc", "high")).round(3).to_dict()
    {'a': 0.25, 'b': 0.25, 'c': 0.5}
    """
    scaled = rescaled(table, better)
    matrix = np.atleast_2d(np.corrcoef(scaled.to_numpy(), rowvar=False))
    conflict = np.where(matrix > 1.0 - _SAME, 0.0, 1.0 - matrix)
    return _weights(scaled.std(ddof=0) * conflict.sum(axis=0), scaled)


def equal_weights(table: pd.DataFrame, *, better: Better) -> pd.Series:
    """Give every criterion the same weight.

    Parameters
    ----------
    table, better
        As in :func:`entropy_weights`.

    Returns
    -------
    weights
        Shape (k,), by criterion; they sum to 1.

    Raises
    ------
    TableError, ArgumentError
        As in :func:`entropy_weights`.

    Examples
    --------
    >>> table = pd.DataFrame({"gdp": [1.0, 3.0], "minutes": [30.0, 60.0]})
    >>> equal_weights(table, better={"gdp": "high", "minutes": "low"}).to_dict()
    {'gdp': 0.5, 'minutes': 0.5}
    """
    scaled = rescaled(table, better)
    return _weights(pd.Series(1.0, scaled.columns), scaled)


WEIGHTS: dict[str, Callable[..., pd.Series]] = {
    "entropy": entropy_weights,
    "critic": critic_weights,
    "equal": equal_weights,
}


def _weights(raw: pd.Series, scaled: pd.DataFrame) -> pd.Series:
    """Bring weights to a sum of 1; equal ones where nothing tells the criteria apart."""
    whole = raw.sum()
    even = pd.Series(1.0 / scaled.shape[1], scaled.columns)
    return (raw / whole if whole > 0.0 else even).rename("weight")
