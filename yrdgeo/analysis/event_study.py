"""What happened before and after, year by year, against cities that were never treated."""

from dataclasses import replace
from math import comb

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from yrdgeo.analysis.did import TIE, assignments_note, randomised
from yrdgeo.analysis.panel import Panel, checked_panel, read_panel, within
from yrdgeo.analysis.permutation import checked_draws, permutation_result
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TestResult

Floats = npt.NDArray[np.float64]

FEWEST_YEARS = 2  # to have a slope


def event_study(
    panel: pd.DataFrame, starts: pd.Series, *, permutations: int = 999, seed: int = 0
) -> pd.DataFrame:
    r"""Estimate the effect in each year before and after the start.

    .. math:: \hat\theta_e = \frac{1}{n_e} \sum_{i} \Big[(y_{i,g_i+e} - y_{i,g_i-1}) -
        \frac{1}{|C|} \sum_{j \in C} (y_{j,g_i+e} - y_{j,g_i-1})\Big]

    with g the first treated year of a city and C the never-treated: each start is compared with
    the never-treated alone, so early cities never stand in for controls of late ones. With one
    start and no gaps it equals the two-way regression with a dummy for each year and class.

    Parameters
    ----------
    panel
        ``adcode year value``; with a column ``vintage`` there must be one. A city without the
        year before its start, or without the year in question, does not count in that year.
    starts
        First treated year by adcode; several starts are welcome.
    permutations, seed
        The starts are dealt to other cities this often.

    Returns
    -------
    effects
        Indexed by ``event_year`` (0 is the first treated year, −1 the base with effect 0):
        ``estimate standard_error lower upper chance_low chance_high p_randomisation n_treated
        n_control``. The error treats cities as independent and is NaN for one treated city;
        ``chance_low`` to ``chance_high`` holds 95 % of the estimates under re-assigned starts.

    Raises
    ------
    ArgumentError
        If the panel cannot carry it.

    References
    ----------
    Callaway, B., Sant'Anna, P. H. C. (2021). Difference-in-differences with multiple time
    periods. Journal of Econometrics 225, 200-230.

    Examples
    --------
    >>> rows = [(c, y, k + 0.1 * y + (c in "ab") * (y - 2) * (y > 2)) for k, c in
    ...         enumerate("abcdef") for y in range(1, 5)]
    >>> found = event_study(pd.DataFrame(rows, columns=["adcode", "year", "value"]),
    ...                     pd.Series({"a": 3, "b": 3}))
    >>> found["estimate"].round(6).to_dict()
    {-2: 0.0, -1: 0.0, 0: 1.0, 1: 2.0}
    """
    whole = checked_panel(panel, starts)
    table = _square(whole)
    draws = checked_draws(permutations)
    own = _effects(whole, table, whole.start[:, None])
    generator = np.random.default_rng(seed)
    dealt = generator.permuted(np.tile(whole.start[:, None], (1, draws)), axis=0)
    null = _effects(whole, table, dealt)
    rows = []
    for place, event in enumerate(_events(whole)):
        estimate = own[0][place, 0]
        chance = null[0][place][np.isfinite(null[0][place])]
        if not np.isfinite(estimate):
            continue
        error = _error(whole, table, event)
        beyond = int((np.abs(chance) >= abs(estimate) - TIE * max(1.0, abs(estimate))).sum())
        low, high = np.quantile(chance, [0.025, 0.975])
        z = float(norm.ppf(0.975))
        rows.append(
            {
                "event_year": event,
                "estimate": estimate,
                "standard_error": error,
                "lower": estimate - z * error,
                "upper": estimate + z * error,
                "chance_low": low,
                "chance_high": high,
                "p_randomisation": 1.0 if event == -1 else (1 + beyond) / (1 + len(chance)),
                "n_treated": int(own[1][place, 0]),
                "n_control": int(own[2][place, 0]),
            }
        )
    return pd.DataFrame(rows).set_index("event_year")


def trend_table(panel: pd.DataFrame, starts: pd.Series) -> pd.DataFrame:
    """Return the means of treated and never-treated by year: the picture behind an estimate.

    Parameters
    ----------
    panel, starts
        As in :func:`event_study`.

    Returns
    -------
    table
        Indexed by ``year``: ``treated control difference n_treated n_control``, plain means of
        the cities with a value in that year, and ``after`` where a treated city has begun.

    Raises
    ------
    ArgumentError
        If the panel cannot be compared.

    Examples
    --------
    >>> rows = [(c, y, 2.0 * y + (c == "a")) for c in "abc" for y in (1, 2, 3)]
    >>> panel = pd.DataFrame(rows, columns=["adcode", "year", "value"])
    >>> trend_table(panel, pd.Series({"a": 3}))["difference"].tolist()
    [1.0, 1.0, 1.0]
    """
    whole = checked_panel(panel, starts)
    frame = pd.DataFrame(
        {
            "year": whole.years[whole.time],
            "side": np.where(whole.treated[whole.unit], "treated", "control"),
            "value": whole.value,
        }
    )
    means = frame.pivot_table("value", "year", "side", "mean").reindex(
        columns=["treated", "control"]
    )
    counts = frame.pivot_table("value", "year", "side", "count", fill_value=0).add_prefix("n_")
    table = means.assign(difference=means["treated"] - means["control"]).join(counts)
    table["after"] = table.index >= np.nanmin(whole.start)
    return table.astype({"n_treated": int, "n_control": int}).rename_axis(columns=None)


def pre_trend_test(
    panel: pd.DataFrame, starts: pd.Series, *, permutations: int = 999, seed: int = 0
) -> TestResult:
    r"""Test whether the treated were already on another path before the first start.

    .. math:: y_{it} = \alpha_i + \tau_t + \kappa \, (\text{treated}_i \times t) + \varepsilon_{it},
        \quad t < \min g

    Parameters
    ----------
    panel, starts
        As in :func:`event_study`.
    permutations, seed
        As in :func:`yrdgeo.evaluation.difference_in_differences`; t is compared.

    Returns
    -------
    result
        Statistic κ, in the unit of the value per year. A large p does not prove that the paths
        were parallel: with few cities a slope must be steep to be seen.

    Raises
    ------
    ArgumentError
        If there are fewer than two years before the first start.

    References
    ----------
    Roth, J. (2022). Pretest with caution: event-study estimates after testing for parallel
    trends. American Economic Review: Insights 4, 305-322.

    Examples
    --------
    >>> rows = [(c, y, k * y * 1.0) for k, c in enumerate("aabcdefg"[1:]) for y in range(1, 5)]
    >>> panel = pd.DataFrame(rows, columns=["adcode", "year", "value"])
    >>> result = pre_trend_test(panel, pd.Series({"g": 4}))
    >>> round(result.statistic, 6), result.n_permutations
    (3.5, 7)
    """
    whole = checked_panel(panel, starts)
    first = np.nanmin(whole.start)
    before = panel[panel["year"] < first]
    if len(before["year"].unique()) < FEWEST_YEARS:
        raise ArgumentError(
            "A trend before the start needs two years of it.",
            found=few(sorted(before["year"].unique())) if len(before) else "none",
            fix="Bring earlier years.",
        )
    early = read_panel(before, starts)
    value = within(early, early.value[:, None])[:, 0]
    trend = (early.years - early.years.mean())[early.time]
    draws = checked_draws(permutations)
    slope, _, t, null = randomised(early, value, trend, (draws, seed))
    n, k = len(early.units), int(early.treated.sum())
    words = assignments_note(n, k, draws)
    exact = comb(n, k) <= draws
    result = permutation_result(null, t, alternative="two-sided", exact=exact, words=words)
    return replace(result, statistic=slope)


def _square(panel: Panel) -> Floats:
    """Return values by unit and calendar year, NaN where there is no row or no such year."""
    first, last = int(panel.years.min()), int(panel.years.max())
    table = np.full((len(panel.units), last - first + 1), np.nan)
    table[panel.unit, panel.years[panel.time] - first] = panel.value
    return table


def _events(panel: Panel) -> list[int]:
    starts = panel.start[panel.treated]
    first, last = int(panel.years.min()), int(panel.years.max())
    return list(range(int(first - starts.max()), int(last - starts.min()) + 1))


def _effects(panel: Panel, table: Floats, dealt: Floats) -> tuple[Floats, Floats, Floats]:
    """Return estimates, treated and controls (events × columns of starts)."""
    events, first = _events(panel), int(panel.years.min())
    never = np.isnan(dealt)
    shape = (len(events), dealt.shape[1])
    total, treated, controls = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for start in np.unique(panel.start[panel.treated]):
        member = dealt == start
        base = int(start) - 1 - first
        for place, event in enumerate(events):
            year = int(start) + event - first
            if not (0 <= year < table.shape[1] and base >= 0):
                continue
            change = table[:, year] - table[:, base]
            known = np.isfinite(change)
            plain = np.where(known, change, 0.0)
            n_in = (member & known[:, None]).sum(axis=0)
            n_out = (never & known[:, None]).sum(axis=0)
            with np.errstate(divide="ignore", invalid="ignore"):
                control = plain @ never / n_out
            usable = (n_in > 0) & (n_out > 0)
            total[place] += np.where(usable, plain @ member - n_in * control, 0.0)
            treated[place] += np.where(usable, n_in, 0)
            controls[place] = np.maximum(controls[place], np.where(usable, n_out, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(treated > 0, total / treated, np.nan), treated, controls


def _error(panel: Panel, table: Floats, event: int) -> float:
    """Return the error of one event year from the spread of the changes of independent cities."""
    first = int(panel.years.min())
    starts = panel.start[panel.treated]
    influence = np.zeros(len(panel.units))
    inside = 0
    for start in np.unique(starts):
        year, base = int(start) + event - first, int(start) - 1 - first
        if not (0 <= year < table.shape[1] and base >= 0):
            continue
        change = table[:, year] - table[:, base]
        known = np.isfinite(change)
        member, never = known & (panel.start == start), known & ~panel.treated
        if not member.any() or not never.any():
            continue
        inside += int(member.sum())
        influence[member] += change[member] - change[member].mean()
        influence[never] -= (change[never] - change[never].mean()) * member.sum() / never.sum()
    if event == -1:
        return 0.0
    return float(np.sqrt((influence**2).sum()) / inside) if inside > 1 else float("nan")
