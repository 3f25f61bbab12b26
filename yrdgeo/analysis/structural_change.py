"""Level and change of a structure: concentration, upgrading, angle of change, shift and share.

Promise: tables of two years are joined by city and sector; parts of a change add up to it.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from yrdgeo.analysis.sectors import (
    Floats,
    Reference,
    cautioned,
    checked,
    checked_pair,
    reference_pair,
    shares,
    whole_of,
)
from yrdgeo.errors import ArgumentError, TableError, few

YEARS = ("first year", "last year")


def herfindahl(table: pd.DataFrame) -> pd.Series:
    r"""Measure how far each city's structure is concentrated in few sectors.

    .. math:: H_i = \sum_k s_{ik}^2

    Parameters
    ----------
    table
        Amounts by city (rows) and sector (columns): value added or persons employed.

    Returns
    -------
    concentration
        Shape (n,), by city, no unit: 1 / k for equal sectors, 1 for a single one. Its inverse is
        the number of equal sectors that would be as concentrated.

    Raises
    ------
    TableError
        If an amount is missing, negative or not finite, ids or sectors repeat, or a city or a
        sector has nothing.

    References
    ----------
    Hirschman, A. O. (1964). The paternity of an index.

    Examples
    --------
    >>> jobs = pd.DataFrame({"farms": [3.0, 0.0], "mills": [1.0, 3.0]}, ["341300", "320500"])
    >>> herfindahl(jobs).to_dict()
    {'341300': 0.625, '320500': 1.0}
    """
    amounts = checked(table)
    squares = (shares(amounts) ** 2).sum(axis=1)
    return cautioned(pd.Series(squares, amounts.index, name="herfindahl"), amounts)


def upgrade_index(table: pd.DataFrame, *, order: Sequence[str]) -> pd.Series:
    r"""Measure how far up its ladder of sectors each city's structure stands.

    .. math:: U_i = \sum_r r \, s_{ir}, \qquad r = 1, \dots, k

    Parameters
    ----------
    table
        As in :func:`herfindahl`.
    order
        Every sector of the table from the lowest rung to the highest, such as primary, secondary,
        tertiary.

    Returns
    -------
    upgrading
        Shape (n,), by city, no unit: 1 all in the lowest sector, k all in the highest.

    Raises
    ------
    TableError
        As in :func:`herfindahl`.
    ArgumentError
        If the order does not name each sector once.

    References
    ----------
    Xu Min 徐敏, Jiang Yong 姜勇 (2015). 中国产业结构升级能缩小城乡消费差距吗？ (产业结构升级指数)

    Examples
    --------
    >>> added = pd.DataFrame({"services": [2.0, 5.0], "farms": [2.0, 0.0], "mills": [4.0, 5.0]})
    >>> upgrade_index(added, order=["farms", "mills", "services"]).to_list()
    [2.0, 2.5]
    """
    amounts = checked(table)
    ladder = pd.Index(list(order))
    odd = ladder.symmetric_difference(amounts.columns, sort=False)
    if len(odd) or not ladder.is_unique:
        raise ArgumentError(
            "The order must name each sector of the table once.",
            found=few(odd) if len(odd) else f"{few(ladder[ladder.duplicated()])} repeated",
        )
    rungs = np.arange(1.0, len(ladder) + 1.0)
    return pd.Series(shares(amounts[ladder]) @ rungs, amounts.index, name="upgrade_index")


def moore_angle(first: pd.DataFrame, last: pd.DataFrame) -> pd.Series:
    r"""Measure how far each city's structure has turned between two years, in degrees.

    .. math:: \theta_i = \arccos \frac{\sum_k s_{ik0} s_{ik1}}
        {\sqrt{\sum_k s_{ik0}^2} \sqrt{\sum_k s_{ik1}^2}}

    Parameters
    ----------
    first, last
        Amounts by city (rows) and sector (columns) in the two years, of one vintage: otherwise
        the angle measures the revision.

    Returns
    -------
    angle
        Shape (n,), by city in the order of ``first``, in degrees: 0 for the same shares, 90 for
        no common sector.

    Raises
    ------
    TableError
        As in :func:`herfindahl`, and if cities or sectors of the years differ.

    References
    ----------
    Moore, J. H. (1978). A measure of structural change in output.

    Examples
    --------
    >>> before = pd.DataFrame({"farms": [1.0, 2.0], "mills": [0.0, 2.0]}, ["341300", "320500"])
    >>> after = pd.DataFrame({"farms": [2.0, 0.0], "mills": [2.0, 5.0]}, ["341300", "320500"])
    >>> moore_angle(before, after).round(9).to_dict()
    {'341300': 45.0, '320500': 45.0}
    """
    before, after = checked_pair(first, last, names=YEARS)
    one, two = _directions(before), _directions(after)
    # The arc cosine loses half of the digits of a small angle (Kahan 2006): chords do not.
    apart = np.linalg.norm(one - two, axis=1)
    along = np.linalg.norm(one + two, axis=1)
    angle = np.degrees(2.0 * np.arctan2(apart, along))
    return cautioned(pd.Series(np.minimum(angle, 90.0), before.index, name="moore_angle"), before)


def shift_share(
    first: pd.DataFrame, last: pd.DataFrame, *, reference: Reference | None = None
) -> pd.DataFrame:
    r"""Split each city's change by sector into reference growth, industry mix and the rest.

    .. math::
        \Delta x_{ik} = x_{ik} g + x_{ik} (g_k - g) + (x'_{ik} - x_{ik} (1 + g_k))

    with x and x' the amounts of the first and last year, g the growth of the reference area and
    :math:`g_k` that of its sector.

    Parameters
    ----------
    first, last
        Amounts by city (rows) and sector (columns) in the two years, of one vintage.
    reference
        Amounts of the reference area by sector in the two years; the sums of the tables without
        it, and then the competitive parts of a sector sum to 0.

    Returns
    -------
    parts
        Indexed by city and sector, in the unit of the amounts: ``change``, ``national``,
        ``industry_mix``, ``competitive``; the last three add up to the first. Sum over sectors
        for a city.

    Raises
    ------
    TableError
        As in :func:`moore_angle`, and if the reference area lacks a sector in the first year.

    References
    ----------
    Dunn, E. S. (1960). A statistical and analytical technique for regional analysis.

    Examples
    --------
    >>> before = pd.DataFrame({"farms": [50.0, 50.0], "mills": [20.0, 80.0]}, ["341300", "320500"])
    >>> after = pd.DataFrame({"farms": [40.0, 50.0], "mills": [60.0, 90.0]}, ["341300", "320500"])
    >>> shift_share(before, after).loc["341300"].round(9).loc["mills"].to_dict()
    {'change': 40.0, 'national': 4.0, 'industry_mix': 6.0, 'competitive': 30.0}
    """
    before, after = checked_pair(first, last, names=YEARS, idle_sectors=reference is not None)
    growth, by_sector = _growth(before, after, reference)
    old, new = before.to_numpy(), after.to_numpy()
    parts = {
        "change": new - old,
        "national": old * growth,
        "industry_mix": old * (by_sector - growth),
        "competitive": new - old * (1.0 + by_sector),
    }
    return cautioned(_long(parts, before), before)


def esteban_marquillas(
    first: pd.DataFrame, last: pd.DataFrame, *, reference: Reference | None = None
) -> pd.DataFrame:
    r"""Split the competitive part of shift and share into advantage and specialisation in it.

    .. math::
        x_{ik} (g_{ik} - g_k) = x^*_{ik} (g_{ik} - g_k) + (x_{ik} - x^*_{ik}) (g_{ik} - g_k),
        \qquad x^*_{ik} = \textstyle\sum_k x_{ik} \, X_k / \sum_k X_k

    :math:`x^*` is what the city would have with the structure of the reference area, so the first
    part no longer depends on the city's mix; the second is the allocation.

    Parameters
    ----------
    first, last, reference
        As in :func:`shift_share`.

    Returns
    -------
    parts
        Indexed by city and sector, in the unit of the amounts: ``change``, ``national``,
        ``industry_mix``, ``competitive`` (that of :math:`x^*`) and ``allocation``; the last four
        add up to the first.

    Raises
    ------
    TableError
        As in :func:`shift_share`, and if a city has nothing of a sector in the first year: a
        growth rate from nothing does not exist. :func:`shift_share` needs none.

    References
    ----------
    Esteban-Marquillas, J. M. (1972). A reinterpretation of shift-share analysis.

    Examples
    --------
    >>> before = pd.DataFrame({"farms": [50.0, 50.0], "mills": [20.0, 80.0]}, ["341300", "320500"])
    >>> after = pd.DataFrame({"farms": [40.0, 50.0], "mills": [60.0, 90.0]}, ["341300", "320500"])
    >>> parts = esteban_marquillas(before, after).loc["341300"].round(9).loc["mills"]
    >>> parts[["competitive", "allocation"]].to_dict()
    {'competitive': 52.5, 'allocation': -22.5}
    """
    parts = shift_share(first, last, reference=reference)
    before, after = checked_pair(first, last, names=YEARS, idle_sectors=reference is not None)
    absent = np.argwhere(before.eq(0.0).to_numpy())
    if len(absent):
        raise TableError(
            "A growth rate needs something to grow from in the first year.",
            found=few(f"0 at {before.index[i]}, {before.columns[k]}" for i, k in absent),
            fix="Merge sectors until every city has each, or use shift_share.",
        )
    _, by_sector = _growth(before, after, reference)
    whole = whole_of(before, reference_pair(reference)[0])
    totals = before.sum(axis=1).to_numpy()[:, None]
    alike = totals * (whole / whole.sum()).to_numpy()
    old, new = before.to_numpy(), after.to_numpy()
    with np.errstate(over="ignore", invalid="ignore"):
        lead = new / old - (1.0 + by_sector)
        split = _long({"competitive": alike * lead, "allocation": (old - alike) * lead}, before)
    if not np.isfinite(split.to_numpy()).all():
        raise _too_far(before, after)
    kept = parts[["change", "national", "industry_mix"]]
    return cautioned(pd.concat([kept, split], axis="columns"), before)


def _directions(amounts: pd.DataFrame) -> Floats:
    parts = shares(amounts)
    return np.asarray(parts / np.linalg.norm(parts, axis=1, keepdims=True))


def _growth(
    before: pd.DataFrame, after: pd.DataFrame, reference: Reference | None
) -> tuple[float, Floats]:
    """Return the growth of the reference area, whole and by sector."""
    given = reference_pair(reference)
    names = [f"reference of the {year}" for year in YEARS]
    old = whole_of(before, given[0], name=names[0])
    new = whole_of(after, given[1], name=names[1], vanished=True)
    with np.errstate(over="ignore"):
        growth, by_sector = new.sum() / old.sum() - 1.0, (new / old - 1.0).to_numpy(np.float64)
    if not (np.isfinite(growth) and np.isfinite(by_sector).all()):
        raise _too_far(before, after)
    return float(growth), by_sector


def _too_far(before: pd.DataFrame, after: pd.DataFrame) -> TableError:
    return TableError(
        "The two years are too far apart to grow from one to the other.",
        found=f"{before.to_numpy().max():g} and {after.to_numpy().max():g} at most",
        fix="Give both in one unit.",
    )


def _long(parts: dict[str, Floats], like: pd.DataFrame) -> pd.DataFrame:
    cells = pd.MultiIndex.from_product([list(like.index), list(like.columns)])
    return pd.DataFrame(
        {name: values.ravel() for name, values in parts.items()},
        cells.set_names(["adcode", "sector"]),
    )
