"""The arithmetic of a nested decomposition, on arrays and for many draws at once.

Promise: a group that a draw leaves out, or that has nothing to share, adds zero and never NaN.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.inequality_sample import Floats, Sample
from yrdgeo.analysis.theil import Index, divergence

Codes = npt.NDArray[np.intp]


def nested_codes(table: pd.DataFrame) -> Codes:
    """Give each group of each level a number, groups split at outer borders; shape (n, k)."""
    table = table.reset_index(drop=True)  # a level may have the name of the index
    depths = range(1, len(table.columns) + 1)
    return np.column_stack(
        [table.groupby(list(table.columns[:depth]), sort=True).ngroup() for depth in depths]
    ).astype(np.intp)


def theil_terms(draws: Sample, codes: Codes, *, index: Index = "T") -> Floats:
    """Return the terms of each draw, shape (d, levels + 1)."""
    above = np.zeros(len(codes), dtype=np.intp)
    found = []
    for inner in (*codes.T, np.arange(len(codes))):
        found.append(_between(draws, inner, above, index=index).sum(axis=1))
        above = inner
    return np.column_stack(found)


def _between(draws: Sample, inner: Codes, outer: Codes, *, index: Index) -> Floats:
    """Return what each inner group adds between the groups of one outer group, shape (d, k)."""
    shares = draws.shares
    people, income = _sums(shares, inner), _sums(shares * draws.amounts, inner)
    parent = np.zeros(people.shape[1], dtype=np.intp)
    parent[inner] = outer
    all_people, all_income = _sums(shares, outer)[:, parent], _sums(income, parent)[:, parent]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, mean_above = income / people, all_income / all_people
        # Among cities that have nothing all are equal.
        ratio = np.where(mean_above > 0, mean / mean_above, 1.0)
        spread = people * divergence(ratio, index)
        added = spread * mean_above / income.sum(axis=1, keepdims=True) if index == "T" else spread
    return np.asarray(np.where(people > 0, added, 0.0))


def _sums(amounts: Floats, codes: Codes) -> Floats:
    """Add up the columns of each group, shape (d, groups)."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    return np.asarray(np.add.reduceat(amounts[:, order], starts, axis=1))


def group_table(once: Sample, table: pd.DataFrame, codes: Codes, *, index: Index) -> pd.DataFrame:
    """Return a row a group of each level, as :class:`TheilDecomposition` describes it."""
    shares = once.shares
    income = shares * once.amounts / (shares @ once.amounts)[:, None]
    cities, above = np.arange(len(codes)), np.zeros(len(codes), dtype=np.intp)
    rows = []
    for depth, inner in enumerate(codes.T, start=1):
        first = pd.Series(cities).groupby(inner).first().to_numpy()
        parts = {"population_share": shares, "income_share": income}
        own = {name: _sums(part, inner)[0] for name, part in parts.items()}
        outer = [_sums(part, above)[0][above[first]] for part in parts.values()]
        within = _sums(_between(once, cities, inner, index=index), inner)[0]
        weight = own["income_share" if index == "T" else "population_share"]
        each = {
            "level": str(table.columns[depth - 1]),
            "group": [" / ".join(map(str, table.iloc[row, :depth])) for row in first],
            "n": np.bincount(inner),
            **own,
            "theil": np.divide(within, weight, out=np.zeros(len(first)), where=within > 0),
            "between": _textbook(*own.values(), *outer, index=index),
            "within": within,
        }
        rows.append(pd.DataFrame(each))
        above = inner
    return pd.concat(rows, ignore_index=True)


def _textbook(
    people: Floats, income: Floats, all_people: Floats, all_income: Floats, *, index: Index
) -> Floats:
    """Return S ln(S/P) or P ln(P/S), less than zero for a group below or above the mean."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(income / all_income) - np.log(people / all_people)
        log = np.where(all_income > 0, log, 0.0)
        return np.asarray(
            np.where(income > 0, income * log, 0.0) if index == "T" else -people * log
        )
