"""Quotients of structure: a city's share of a sector against that of a stated reference area.

Promise: a city × sector table in the order given; the reference area is the sum of the table
unless a Series by sector is given, and it has every sector.
"""

import numpy as np
import pandas as pd

from yrdgeo.analysis.sectors import (
    Reference,
    cautioned,
    checked,
    checked_pair,
    reference_pair,
    share_of,
    shares,
    whole_of,
)
from yrdgeo.errors import TableError, few

NAMES = ("value added", "employment")


def location_quotient(table: pd.DataFrame, *, reference: pd.Series | None = None) -> pd.DataFrame:
    r"""Compare each city's sector shares with those of the reference area.

    .. math:: LQ_{ik} = \frac{x_{ik} / \sum_k x_{ik}}{X_k / \sum_k X_k}

    Parameters
    ----------
    table
        Amounts x by city (rows) and sector (columns): value added or persons employed.
    reference
        Amounts X of the reference area by sector, such as the nation; without it the sum of the
        table, and then the quotients of a sector, weighted by the cities' totals, average 1.

    Returns
    -------
    quotients
        Shape (n, k), no unit: 1 where the city is like the reference area, 0 where it has no such
        sector. ``attrs["note"]`` is the :func:`~yrdgeo.analysis.structure.caution`.

    Raises
    ------
    TableError
        If an amount is missing, negative or not finite, ids or sectors repeat, or a city or a
        sector of the reference area has nothing.

    References
    ----------
    Florence, P. S. (1939). Report on the location of industry. Balassa, B. (1965). Trade
    liberalisation and "revealed" comparative advantage.

    Examples
    --------
    >>> jobs = pd.DataFrame({"farms": [30.0, 10.0], "mills": [10.0, 50.0]}, ["341300", "320500"])
    >>> location_quotient(jobs).round(3).loc["341300"].to_dict()
    {'farms': 1.875, 'mills': 0.417}
    """
    amounts = checked(table, idle_sectors=reference is not None)
    whole = share_of(whole_of(amounts, reference))
    return cautioned(pd.DataFrame(shares(amounts) / whole, amounts.index, amounts.columns), amounts)


def symmetric_quotient(table: pd.DataFrame, *, reference: pd.Series | None = None) -> pd.DataFrame:
    r"""Bring location quotients on a scale from −1 to 1 with 0 for "like the reference area".

    .. math:: SLQ_{ik} = \frac{LQ_{ik} - 1}{LQ_{ik} + 1}

    Parameters
    ----------
    table, reference
        As in :func:`location_quotient`.

    Returns
    -------
    quotients
        Shape (n, k), no unit, −1 where the city has no such sector.

    Raises
    ------
    TableError
        As in :func:`location_quotient`.

    References
    ----------
    Laursen, K. (1998). Revealed comparative advantage and the alternatives.

    Examples
    --------
    >>> jobs = pd.DataFrame({"farms": [0.0, 10.0], "mills": [10.0, 20.0]}, ["341300", "320500"])
    >>> symmetric_quotient(jobs).loc["341300"].round(3).to_dict()
    {'farms': -1.0, 'mills': 0.143}
    """
    quotients = location_quotient(table, reference=reference)
    return cautioned((quotients - 1.0) / (quotients + 1.0), quotients)


def gradient_coefficient(
    value_added: pd.DataFrame, employment: pd.DataFrame, *, reference: Reference | None = None
) -> pd.DataFrame:
    r"""Place each city's sectors on the industrial gradient: specialised and productive is high.

    .. math::
        G_{ik} = LQ_{ik} \cdot
        \frac{v_{ik} / V_k}{l_{ik} / L_k}

    The location quotient of value added times comparative labour productivity, which is the
    city's part of the sector's value added over its part of the sector's employment. An industry
    is expected to move from places above 1 to places below.

    Parameters
    ----------
    value_added, employment
        Amounts v and l by city (rows) and sector (columns), of the same cities and sectors.
    reference
        Value added V and employment L of the reference area by sector; without it the sums of the
        two tables.

    Returns
    -------
    coefficients
        Shape (n, k), no unit, in the order of ``value_added``. 0 where a sector employs but adds
        no value; NaN where it does neither, for nothing has no productivity.

    Raises
    ------
    TableError
        As in :func:`location_quotient`, and if cities or sectors of the tables differ or a sector
        adds value without employing anybody.

    References
    ----------
    Dai Hongwei 戴宏伟 (2006). 产业梯度转移 (industrial gradient coefficient 产业梯度系数).

    Examples
    --------
    >>> added = pd.DataFrame({"farms": [30.0, 10.0], "mills": [10.0, 50.0]}, ["341300", "320500"])
    >>> jobs = pd.DataFrame({"mills": [20.0, 40.0], "farms": [60.0, 10.0]}, ["341300", "320500"])
    >>> gradient_coefficient(added, jobs).round(3).loc["320500"].to_dict()
    {'farms': 0.729, 'mills': 1.736}
    """
    added, employed = checked_pair(
        value_added, employment, names=NAMES, idle_sectors=reference is not None
    )
    unmanned = np.argwhere(added.gt(0.0).to_numpy() & employed.eq(0.0).to_numpy())
    if len(unmanned):
        raise TableError(
            "A sector that adds value needs people who work in it.",
            found=few(f"nobody at {added.index[i]}, {added.columns[k]}" for i, k in unmanned),
            fix="Take both tables of the same year and coverage.",
        )
    given = reference_pair(reference)
    added_whole = whole_of(added, given[0], name="reference of value added")
    employed_whole = whole_of(employed, given[1], name="reference of employment")
    coefficients = (added / added_whole) / (employed / employed_whole)
    coefficients *= shares(added) / share_of(added_whole)
    return cautioned(coefficients, added)


def hoover_localisation(table: pd.DataFrame, *, reference: pd.Series | None = None) -> pd.Series:
    r"""Measure how far each sector is concentrated in some of the cities.

    .. math:: H_k = \frac{1}{2} \sum_i \left|
        \frac{x_{ik}}{\sum_i x_{ik}} - \frac{r_i}{\sum_i r_i} \right|

    It is the part of the sector that would have to move to be spread like everything else, and
    the greatest height of Hoover's localisation curve above the diagonal.

    Parameters
    ----------
    table
        Amounts x by city (rows) and sector (columns).
    reference
        What everything else is, by city: people, land, all employment; without it the cities'
        totals :math:`r_i = \sum_k x_{ik}`. Cities and not sectors, for here cities are compared.

    Returns
    -------
    localisation
        Shape (k,), by sector, no unit: 0 spread like the reference, towards 1 in one small city.

    Raises
    ------
    TableError
        As in :func:`location_quotient`, and if the reference is of other cities.

    References
    ----------
    Hoover, E. M. (1936). The measurement of industrial localization.

    Examples
    --------
    >>> jobs = pd.DataFrame({"farms": [30.0, 10.0], "mills": [10.0, 50.0]}, ["341300", "320500"])
    >>> hoover_localisation(jobs).round(3).to_dict()
    {'farms': 0.35, 'mills': 0.233}
    """
    amounts = checked(table)
    per_sector = amounts.T
    spread = share_of(whole_of(per_sector, reference, name="reference"))
    distance = np.abs(shares(per_sector) - spread).sum(axis=1) / 2.0
    return cautioned(
        pd.Series(np.minimum(distance, 1.0), amounts.columns, name="hoover_localisation"), amounts
    )
