"""Likeness of structures: city × city matrices from a table of city × sector.

Promise: rows and columns are the cities in the order given; only shares count, so the size of a
city does not.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial.distance import cdist

from yrdgeo.analysis.sectors import (
    cautioned,
    checked,
    checked_pair,
    share_of,
    shares,
    whole_of,
)

Floats = npt.NDArray[np.float64]


def krugman(table: pd.DataFrame) -> pd.DataFrame:
    r"""Measure how far the structures of each two cities differ, from 0 to 2.

    .. math:: K_{ij} = \sum_k |s_{ik} - s_{jk}|, \qquad s_{ik} = x_{ik} / \sum_k x_{ik}

    Parameters
    ----------
    table
        Amounts x by city (rows) and sector (columns): value added or persons employed.

    Returns
    -------
    differences
        Shape (n, n), cities × cities, no unit: 0 for equal shares, 2 for no common sector. Half
        of it is :func:`complementarity`.

    Raises
    ------
    TableError
        If an amount is missing, negative or not finite, ids or sectors repeat, or a city or a
        sector has nothing.

    References
    ----------
    Krugman, P. (1991). Geography and trade.

    Examples
    --------
    >>> jobs = pd.DataFrame({"farms": [3.0, 1.0], "mills": [1.0, 3.0]}, ["341300", "320500"])
    >>> float(krugman(jobs).loc["341300", "320500"])
    1.0
    """
    amounts = checked(table)
    parts = shares(amounts)
    apart = cdist(parts, parts, "cityblock")  # no n × n × k in between
    return _matrix(np.minimum(apart, 2.0, out=apart), amounts, amounts)


def similarity(table: pd.DataFrame) -> pd.DataFrame:
    r"""Measure how alike the structures of each two cities are, from 0 to 1 (UNIDO).

    .. math:: S_{ij} = \frac{\sum_k s_{ik} s_{jk}}{\sqrt{\sum_k s_{ik}^2 \sum_k s_{jk}^2}}

    The cosine of the angle between two structures, so amounts and shares give the same number.

    Parameters
    ----------
    table
        As in :func:`krugman`.

    Returns
    -------
    similarity
        Shape (n, n), cities × cities, no unit: 1 for equal shares, 0 for no common sector.

    Raises
    ------
    TableError
        As in :func:`krugman`.

    References
    ----------
    UNIDO (1979). World industry since 1960: progress and prospects.

    Examples
    --------
    >>> jobs = pd.DataFrame({"farms": [3.0, 1.0], "mills": [1.0, 3.0]}, ["341300", "320500"])
    >>> round(float(similarity(jobs).loc["341300", "320500"]), 12)
    0.6
    """
    amounts = checked(table)
    parts = shares(amounts)
    directions = parts / np.linalg.norm(parts, axis=1, keepdims=True)
    cosines = directions @ directions.T
    np.minimum(cosines, 1.0, out=cosines)
    np.fill_diagonal(cosines, 1.0)
    return _matrix(cosines, amounts, amounts)


def complementarity(table: pd.DataFrame) -> pd.DataFrame:
    r"""Measure what part of one city's structure the other does not have: half of Krugman.

    .. math:: c_{ij} = \frac{1}{2} \sum_k |s_{ik} - s_{jk}| = 1 - \sum_k \min(s_{ik}, s_{jk})

    One minus it is the overlap of the two structures.

    Parameters
    ----------
    table
        As in :func:`krugman`.

    Returns
    -------
    complementarity
        Shape (n, n), cities × cities, no unit: 0 alike, 1 no common sector.

    Raises
    ------
    TableError
        As in :func:`krugman`.

    References
    ----------
    Finger, J. M., Kreinin, M. E. (1979). A measure of "export similarity" and its possible uses.

    Examples
    --------
    >>> jobs = pd.DataFrame({"farms": [3.0, 1.0], "mills": [1.0, 3.0]}, ["341300", "320500"])
    >>> float(complementarity(jobs).loc["341300", "320500"])
    0.5
    """
    halved = krugman(table) / 2.0
    return cautioned(halved, table)


def trade_complementarity(supply: pd.DataFrame, demand: pd.DataFrame) -> pd.DataFrame:
    r"""Measure how well what one city is strong in meets what another needs.

    .. math:: C_{ij} = \sum_k RCA^x_{ik} \, RCA^m_{jk} \, w_k, \qquad
        w_k = \frac{\sum_i x_{ik}}{\sum_{ik} x_{ik}}

    RCA is the location quotient of supply x (output, exports) and of demand m (use, imports),
    each against the sum of its own table.

    Parameters
    ----------
    supply, demand
        Amounts x and m by city (rows) and sector (columns), of the same cities and sectors.

    Returns
    -------
    complementarity
        Shape (n, n): row i supplies, column j demands. No unit; above 1 the pair fits better than
        average: the mean of each row, weighted by the columns' total demand, is exactly 1.

    Raises
    ------
    TableError
        As in :func:`krugman`, and if the cities or sectors of the tables differ or a sector has
        no supply or no demand at all.

    References
    ----------
    Drysdale, P. (1969). Japan, Australia, New Zealand: the prospect for western Pacific economic
    integration. Yu Jinping 于津平 (2003). 中国与东亚主要国家和地区间的比较优势与贸易互补性.

    Examples
    --------
    >>> made = pd.DataFrame({"food": [9.0, 1.0], "cars": [1.0, 9.0]}, ["341300", "320500"])
    >>> used = pd.DataFrame({"food": [5.0, 5.0], "cars": [2.0, 8.0]}, ["341300", "320500"])
    >>> trade_complementarity(made, used).round(3).loc["320500"].to_dict()
    {'341300': 0.657, '320500': 1.185}
    """
    made, used = checked_pair(supply, demand, names=("supply", "demand"))
    weights = share_of(whole_of(made, None, name="supply"))
    advantage = shares(made) / weights
    need = shares(used) / share_of(whole_of(used, None, name="demand"))
    return _matrix((advantage * weights) @ need.T, made, used)


def specialisation(table: pd.DataFrame, *, reference: pd.Series | None = None) -> pd.Series:
    r"""Measure how far each city's structure differs from that of the reference area, 0 to 2.

    .. math:: K_i = \sum_k |s_{ik} - S_k|

    Parameters
    ----------
    table
        As in :func:`krugman`.
    reference
        Amounts of the reference area by sector; the sum of the table without it, the city itself
        included.

    Returns
    -------
    specialisation
        Shape (n,), by city, no unit.

    Raises
    ------
    TableError
        As in :func:`krugman`, and if the reference lacks a sector.

    References
    ----------
    Krugman, P. (1991). Geography and trade.

    Examples
    --------
    >>> jobs = pd.DataFrame({"farms": [3.0, 1.0], "mills": [1.0, 3.0]}, ["341300", "320500"])
    >>> specialisation(jobs).to_dict()
    {'341300': 0.5, '320500': 0.5}
    """
    amounts = checked(table, idle_sectors=reference is not None)
    whole = share_of(whole_of(amounts, reference))
    distance = np.minimum(np.abs(shares(amounts) - whole).sum(axis=1), 2.0)
    return cautioned(pd.Series(distance, amounts.index, name="specialisation"), amounts)


def _matrix(values: Floats, rows: pd.DataFrame, columns: pd.DataFrame) -> pd.DataFrame:
    return cautioned(pd.DataFrame(values, rows.index, columns.index), rows)
