"""Event studies as a regression with a dummy for each year, and whether its leads are nothing."""

from math import comb

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student

from yrdgeo.analysis.did import assignments, assignments_note
from yrdgeo.analysis.panel import (
    Panel,
    before_start,
    checked_panel,
    cluster_sums,
    only_start,
    within,
)
from yrdgeo.analysis.panel_regression import FLAT, SURE, cr1, two_way
from yrdgeo.analysis.permutation import checked_draws, permutation_result
from yrdgeo.errors import ArgumentError
from yrdgeo.results import TestResult

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

UPPER = 0.975
SINGULAR = 1e-12  # of the largest eigenvalue: a direction with less is not there


def event_regression(panel: pd.DataFrame, starts: pd.Series) -> pd.DataFrame:
    r"""Regress on a dummy for each year before and after the start, by linearmodels.

    .. math:: y_{it} = \alpha_i + \tau_t +
        \sum_{e \neq -1} \theta_e \, \text{treated}_i \, [t = g + e] + \varepsilon_{it}

    for treated cities that all start in year g. Without gaps θ is what
    :func:`yrdgeo.evaluation.event_study` compares; a city that lacks a year still counts in the
    others here. The error is that of :func:`yrdgeo.evaluation.difference_in_differences`: with
    few treated cities it is too small, so no p-value is given with it.

    Parameters
    ----------
    panel, starts
        As in :func:`yrdgeo.evaluation.difference_in_differences`.

    Returns
    -------
    effects
        Indexed by ``event_year`` (0 is the first treated year, −1 the base with effect 0):
        ``estimate standard_error lower upper``; intervals of 95 % by Student's t with one degree
        of freedom less than cities. Years without a treated or another city are left out.

    Raises
    ------
    ArgumentError
        If the panel cannot carry it, or the treated start in several years.
    MissingPackageError
        If linearmodels is not installed.

    Examples
    --------
    >>> rows = [(c, y, k + 0.1 * y + (c in "ab") * (y - 2) * (y > 2)) for k, c in
    ...         enumerate("abcdef") for y in range(1, 5)]
    >>> found = event_regression(pd.DataFrame(rows, columns=["adcode", "year", "value"]),
    ...                          pd.Series({"a": 3, "b": 3}))
    >>> (found["estimate"].round(6) + 0.0).to_dict()
    {-2: 0.0, -1: 0.0, 0: 1.0, 1: 2.0}
    """
    whole = checked_panel(panel, starts)
    first = only_start(whole)
    years = _compared(whole)
    base = first - 1
    if base not in years:
        raise ArgumentError(
            "No year can be compared with the year before the start.",
            found=f"no treated city, or no other, has a value in {base}",
            fix="Bring the year before the start.",
        )
    others = years[years != base]
    fit = two_way(whole, _each_year(whole, whole.treated, others))
    half = fit.error * student.ppf(UPPER, len(whole.units) - 1)
    table = pd.DataFrame(
        {
            "estimate": fit.estimate,
            "standard_error": fit.error,
            "lower": fit.estimate - half,
            "upper": fit.estimate + half,
        },
        index=pd.Index(others - first, name="event_year"),
    )
    return table.reindex(years - first, fill_value=0.0)


def leads_test(
    panel: pd.DataFrame, starts: pd.Series, *, permutations: int = 999, seed: int = 0
) -> TestResult:
    r"""Test whether treated and other cities moved alike before the first start, in any shape.

    .. math:: F = \hat\theta' \hat V^{-1} \hat\theta / q

    with θ the q effects of the years before the first start against the last of them, as in
    :func:`event_regression`, and V their CR1 covariance. By the F distribution it rejects far too
    often with few treated cities; here the treatment is given to other cities and F compared.
    :func:`yrdgeo.evaluation.pre_trend_test` looks for a steady slope alone, and finds it sooner.

    Parameters
    ----------
    panel, starts
        As in :func:`yrdgeo.evaluation.event_study`.
    permutations, seed
        As in :func:`yrdgeo.evaluation.difference_in_differences`.

    Returns
    -------
    result
        Statistic F. A large p does not prove that the paths were parallel.

    Raises
    ------
    ArgumentError
        If there are fewer than two years before the first start, or more effects than cities can
        tell apart.
    MissingPackageError
        If linearmodels is not installed.

    References
    ----------
    Roth, J. (2022). Pretest with caution: event-study estimates after testing for parallel
    trends. American Economic Review: Insights 4, 305-322.

    Examples
    --------
    >>> rows = [(c, y, 0.1 * (k * y % 5) + 9.0 * (c == "g") * (y == 2))
    ...         for k, c in enumerate("abcdefg") for y in range(1, 5)]
    >>> panel = pd.DataFrame(rows, columns=["adcode", "year", "value"])
    >>> result = leads_test(panel, pd.Series({"g": 4}))
    >>> round(result.p_value, 3), result.n_permutations
    (0.143, 7)
    """
    early = before_start(panel, starts)
    years = _compared(early)
    n, k, q = len(early.units), int(early.treated.sum()), len(years) - 1
    if not 1 <= q <= n - 2:
        raise ArgumentError(
            "The years before the start cannot be tested together.",
            found=f"{q} changes, {n} cities",
            fix="Bring two years or more, and more cities than years.",
        )
    draws = checked_draws(permutations)
    fit = two_way(early, _each_year(early, early.treated, years[:-1]))
    observed = _f(early, fit.estimate[None], fit.covariance[None])[0]
    null = np.concatenate([_fs(early, block, years) for block in assignments(early, draws, seed)])
    words = assignments_note(n, k, draws)
    exact = comb(n, k) <= draws
    return permutation_result(null, observed, alternative="greater", exact=exact, words=words)


def _compared(panel: Panel) -> npt.NDArray[np.int64]:
    """Return the years in which a treated and a never-treated city have a value."""
    inside = panel.treated[panel.unit]
    both = np.intersect1d(panel.time[inside], panel.time[~inside])
    return np.asarray(panel.years[both], dtype=np.int64)


def _each_year(panel: Panel, treated: Bools, years: npt.NDArray[np.int64]) -> Floats:
    """Return treated × year as columns, a block of years for each column of treated."""
    of_year = panel.years[panel.time][:, None] == years
    columns = treated.reshape(len(panel.units), -1)[panel.unit]
    both = columns[:, :, None] & of_year[:, None, :]
    return np.asarray(both.reshape(len(panel.unit), -1), dtype=np.float64)


def _fs(panel: Panel, treated: Bools, years: npt.NDArray[np.int64]) -> Floats:
    """Return F for each column of treated (units × b), all at once."""
    n, q, b = len(panel.unit), len(years) - 1, treated.shape[1]
    columns = within(panel, _each_year(panel, treated, years[:-1]))
    x = columns.reshape(n, b, q).transpose(1, 0, 2)
    y = within(panel, panel.value[:, None])[:, 0]
    bread = np.linalg.pinv(x.transpose(0, 2, 1) @ x, SINGULAR, hermitian=True)
    estimate = np.einsum("bjk,bnk,n->bj", bread, x, y, optimize=True)
    left = y[None] - np.einsum("bnj,bj->bn", x, estimate)
    rows = (x * left[:, :, None]).transpose(1, 0, 2).reshape(n, b * q)
    scores = cluster_sums(panel, rows).reshape(-1, b, q).transpose(1, 0, 2) @ bread
    return _f(panel, estimate, cr1(panel, q) * scores.transpose(0, 2, 1) @ scores)


def _f(panel: Panel, estimate: Floats, covariance: Floats) -> Floats:
    """Return F of each of b estimates (b × q); values without noise give a bounded one."""
    q = estimate.shape[1]
    rounding = (FLAT * float(np.abs(panel.value).max())) ** 2 + np.finfo(np.float64).tiny
    # Of cities dealt at random some have no value in a year: that effect is not there to be seen.
    inverse = np.linalg.pinv(covariance + rounding * np.eye(q), SINGULAR, hermitian=True)
    size = np.einsum("bj,bjk,bk->b", estimate, inverse, estimate) / q
    return np.asarray(np.clip(size, 0.0, SURE))
