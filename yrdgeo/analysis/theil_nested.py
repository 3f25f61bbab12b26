"""Exact decomposition of Theil's indices over groups of cities, nested to any depth.

Promise: each term is computed by its own formula, none as what is left over, and the terms add up
to the total.
"""

from dataclasses import dataclass
from html import escape
from itertools import pairwise

import numpy as np
import pandas as pd

from yrdgeo.analysis.arguments import check_whole
from yrdgeo.analysis.inequality_sample import Floats, Sample, labels, sample
from yrdgeo.analysis.theil import Index, check_index, theil_rows
from yrdgeo.analysis.theil_terms import Codes, group_table, nested_codes, theil_terms
from yrdgeo.errors import ArgumentError


@dataclass(frozen=True, slots=True, eq=False)
class TheilDecomposition:
    """Inequality split into what lies between groups and what lies within.

    Attributes
    ----------
    index
        ``T`` or ``L``.
    total
        The index of all cities.
    terms
        What each level adds, outermost first: ``between <level>`` of the first, then
        ``between <level> within <level above>``, and last ``within <innermost level>``.
        Their sum is the total.
    groups
        A row a group of each level: ``level group n population_share income_share theil`` and
        the ``between`` (as in the formula, so it can be negative) and ``within`` that it adds to
        the total. A group that crosses the border
        of the level above is a group on each side; ``group`` then names both, with `` / ``.
    n
        Cities.
    """

    index: str
    total: float
    terms: pd.Series
    groups: pd.DataFrame
    n: int

    @property
    def between(self) -> float:
        """The part between the outermost groups."""
        return float(self.terms.iloc[0])

    @property
    def within(self) -> float:
        """The part within the outermost groups: all terms but the first."""
        return float(self.terms.iloc[1:].sum())

    @property
    def shares(self) -> pd.Series:
        """Terms over the total; NaN where the total is zero or infinite."""
        countable = self.total > 0 and np.isfinite(self.total)
        return (self.terms / (self.total if countable else np.nan)).rename("share")

    def __repr__(self) -> str:
        """Give the total and its terms."""
        shown = ", ".join(f"{name} {value:.4g}" for name, value in self.terms.items())
        return f"TheilDecomposition({self.index} = {self.total:.4g}: {shown}; n = {self.n})"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"


def theil_within_between(
    values: pd.Series,
    groups: pd.Series,
    weights: pd.Series | None = None,
    *,
    index: Index = "T",
) -> TheilDecomposition:
    r"""Split Theil's T or L into the part between groups and the part within them.

    .. math::
        T = \sum_g S_g \ln \frac{S_g}{P_g} + \sum_g S_g T_g \qquad
        L = \sum_g P_g \ln \frac{P_g}{S_g} + \sum_g P_g L_g

    with P and S the shares of a group in weight and income: T within counts by income share, L by
    population share.

    Parameters
    ----------
    values
        y ≥ 0 of two cities or more, by adcode; per head where the weights are people.
    groups
        A label for each city, by adcode.
    weights
        People or other sizes above zero by adcode; without it all cities count alike.
    index
        ``T`` or ``L``.

    Returns
    -------
    decomposition
        With two terms, ``between <name of groups>`` and ``within <name of groups>``; a group of
        one city adds nothing to the second.

    Raises
    ------
    TableError
        As :func:`theil`; also if a city has no label.
    ArgumentError
        As :func:`theil`.

    References
    ----------
    Shorrocks, A. F. (1980). The class of additively decomposable inequality measures.

    Examples
    --------
    >>> per_head = pd.Series({"310000": 4.0, "340100": 2.0, "341200": 1.0})
    >>> province = pd.Series({"341200": "34", "340100": "34", "310000": "31"}, name="province")
    >>> split = theil_within_between(per_head, province)
    >>> split.terms.round(6).to_dict()
    {'between province': 0.118641, 'within province': 0.024271}
    """
    if not isinstance(groups, pd.Series):
        raise ArgumentError(
            "The groups must be one Series of labels by id.",
            found=type(groups).__name__,
            fix="For several levels use theil_nested.",
        )
    return theil_nested(values, groups, weights, index=index)


def theil_nested(
    values: pd.Series,
    levels: pd.DataFrame | pd.Series,
    weights: pd.Series | None = None,
    *,
    index: Index = "T",
) -> TheilDecomposition:
    r"""Split Theil's T or L over nested levels, as province → metropolitan circle → city.

    .. math:: T = \sum_g S_g \ln \frac{S_g}{P_g}
        + \sum_g S_g \sum_{c \in g} \frac{S_c}{S_g} \ln \frac{S_c/S_g}{P_c/P_g}
        + \sum_c S_c \sum_{i \in c} \frac{s_i}{S_c} \ln \frac{s_i/S_c}{p_i/P_c}

    and L likewise, with population shares for the outer weights. The terms add up to the total.

    Parameters
    ----------
    values
        y ≥ 0 of two cities or more, by adcode; per head where the weights are people.
    levels
        A column of labels for each level, outermost first, by adcode. A circle that crosses the
        border of a province is split at the border, because the levels are nested.
    weights
        People or other sizes above zero by adcode; without it all cities count alike.
    index
        ``T`` or ``L``.

    Returns
    -------
    decomposition
        With one term more than there are levels.

    Raises
    ------
    TableError
        As :func:`theil`; also if a city has no label.
    ArgumentError
        As :func:`theil`; also if there is no level.

    References
    ----------
    Akita, T. (2003). Decomposing regional income inequality in China and Indonesia using
    two-stage nested Theil decomposition method. Annals of Regional Science 37, 55-77.

    Examples
    --------
    >>> cities = ["310000", "320100", "320500", "340100", "341200"]
    >>> per_head = pd.Series([18.0, 17.0, 19.0, 12.0, 4.0], cities)
    >>> levels = pd.DataFrame({
    ...     "province": ["31", "32", "32", "34", "34"],
    ...     "circle": ["Shanghai", "Nanjing", "Shanghai", "Hefei", "outside"],
    ... }, cities)
    >>> split = theil_nested(per_head, levels)
    >>> list(split.terms.index)
    ['between province', 'between circle within province', 'within circle']
    >>> bool(abs(split.terms.sum() - split.total) < 1e-12)
    True
    """
    check_index(index)
    once = sample(values, weights)
    table = labels(levels, values.index, name="levels")
    codes = nested_codes(table)
    terms = theil_terms(once, codes, index=index)[0]
    names = [str(name) for name in table.columns]
    between = [f"between {names[0]}"]
    between += [f"between {low} within {high}" for high, low in pairwise(names)]
    return TheilDecomposition(
        index=index,
        total=float(theil_rows(once, index=index)[0]),
        terms=pd.Series(terms, [*between, f"within {names[-1]}"], name=f"theil_{index.lower()}"),
        groups=group_table(once, table, codes, index=index),
        n=len(once.amounts),
    )


def theil_share(
    values: pd.Series,
    levels: pd.DataFrame | pd.Series,
    weights: pd.Series | None = None,
    *,
    term: int = 0,
    index: Index = "T",
) -> float:
    """Return the share of one term of :func:`theil_nested` in the total.

    Parameters
    ----------
    values, levels, weights, index
        As for :func:`theil_nested`.
    term
        Position of the term: 0 is what lies between the outermost groups, −1 what lies within
        the innermost ones.

    Returns
    -------
    share
        0 to 1; NaN where there is no inequality to share out.

    Raises
    ------
    TableError, ArgumentError
        As :func:`theil_nested`; also if there is no such term.

    Examples
    --------
    >>> per_head = pd.Series({"310000": 4.0, "340100": 1.0, "341200": 1.0})
    >>> province = pd.Series({"310000": "31", "340100": "34", "341200": "34"})
    >>> round(theil_share(per_head, province), 12)
    1.0
    """
    once = sample(values, weights)
    codes = nested_codes(labels(levels, values.index, name="levels"))
    return float(theil_share_rows(once, codes, term=term, index=index)[0])


def theil_share_rows(draws: Sample, codes: Codes, *, term: int = 0, index: Index = "T") -> Floats:
    """Return the share of a term in each draw."""
    check_index(index)
    depth = codes.shape[1] + 1
    term = check_whole(term, "term", least=-depth, most=depth - 1)
    total = theil_rows(draws, index=index)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(theil_terms(draws, codes, index=index)[:, term] / total)
