"""What happened before and after, year by year, against cities that were never treated."""

from dataclasses import replace
from math import comb

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from yrdgeo.analysis.did import TIE, assignments_note, contrasts, randomised
from yrdgeo.analysis.event_effects import Cohort, Effects, cohorts, dealt, effects, wild
from yrdgeo.analysis.panel import Panel, before_start, checked_panel
from yrdgeo.analysis.permutation import checked_draws, permutation_result, seeded
from yrdgeo.errors import ArgumentError
from yrdgeo.results import TestResult

Floats = npt.NDArray[np.float64]

BOUNDS = (0.025, 0.975)
Z = float(norm.ppf(BOUNDS[1]))


def event_study(
    panel: pd.DataFrame,
    starts: pd.Series,
    *,
    permutations: int = 999,
    draws: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Estimate the effect in each year before and after the start.

    .. math:: \hat\theta_e = \frac{1}{n_e} \sum_{i} \Big[(y_{i,g_i+e} - y_{i,g_i-1}) -
        \frac{1}{|C|} \sum_{j \in C} (y_{j,g_i+e} - y_{j,g_i-1})\Big]

    with g the first treated year of a city and C the never-treated: each start is compared with
    the never-treated alone, so early cities never stand in for controls of late ones. With one
    start and no gaps it equals the two-way regression with a dummy for each year and class.

    The two p-values are those of
    :func:`yrdgeo.evaluation.difference_in_differences`, of t in each year: believe the larger.

    Parameters
    ----------
    panel
        ``adcode year value``; with a column ``vintage`` there must be one. A city without the
        year before its start, or without the year in question, does not count in that year.
    starts
        First treated year by adcode; several starts are welcome.
    permutations
        The starts are dealt to other cities this often; in every way, if there is one start and
        the ways are no more.
    draws, seed
        Of the wild bootstrap, with the null imposed and a sign a city; of both.

    Returns
    -------
    effects
        Indexed by ``event_year`` (0 is the first treated year, −1 the base with effect 0):
        ``estimate standard_error lower upper chance_low chance_high p_randomisation n_treated
        n_control p_wild``. The error treats cities as independent and is NaN for one treated
        city; ``chance_low`` to ``chance_high`` holds 95 % of the estimates under re-assigned
        starts.

    Raises
    ------
    ArgumentError
        If the panel cannot carry it.

    References
    ----------
    Callaway, B., Sant'Anna, P. H. C. (2021). Difference-in-differences with multiple time
    periods. Journal of Econometrics 225, 200-230.
    MacKinnon, J. G., Webb, M. D. (2020). Randomization inference for difference-in-differences
    with few treated clusters. Journal of Econometrics 218, 435-450.

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
    given, exact = dealt(whole, checked_draws(permutations), seed)
    size = (len(whole.units), checked_draws(draws))
    signs = seeded(seed).choice(np.array([-1.0, 1.0]), size)
    rows = []
    for event in _events(whole):
        parts = list(cohorts(whole, whole.start[:, None], event))
        own = effects(parts, 1)
        null = effects(cohorts(whole, given, event), given.shape[1])
        if own is not None and null is not None:
            row = {"event_year": event, **_row(own, null, exact=exact)}
            rows.append(row | {"p_wild": _wild_p(own, parts, signs)})
    if not rows:
        raise ArgumentError(
            "No year can be compared with the year before the start.",
            found="no treated city, or no other, has a value in that year",
            fix="Bring the year before each start.",
        )
    table = pd.DataFrame(rows).set_index("event_year")
    base = {"standard_error": 0.0, "lower": 0.0, "upper": 0.0}
    same = {"p_randomisation": 1.0, "p_wild": 1.0}
    for name, value in (base | same).items():
        table.loc[table.index == -1, name] = value
    return table


def event_study_by_class(
    panel: pd.DataFrame,
    starts: pd.Series,
    by: pd.Series,
    *,
    permutations: int = 999,
    draws: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Estimate the effects of each class of treated cities: adjacent and leapfrog, year by year.

    Parameters
    ----------
    panel, starts, permutations, draws, seed
        As in :func:`event_study`.
    by
        A class by treated adcode (``adjacent``, ``leapfrog``). Each class is compared with the
        never-treated alone; two classes that start in one year also with each other.

    Returns
    -------
    effects
        As from :func:`event_study`, indexed by ``group`` and ``event_year``; ``group`` is
        ``all``, each class, and ``b − a`` for two classes.

    Raises
    ------
    ArgumentError
        If the panel cannot carry it, or a treated city has no class.

    Examples
    --------
    >>> rows = [(c, y, k + 0.1 * y + (c == "a") * (y > 2)) for k, c in
    ...         enumerate("abcdef") for y in range(1, 5)]
    >>> found = event_study_by_class(
    ...     pd.DataFrame(rows, columns=["adcode", "year", "value"]),
    ...     pd.Series({"a": 3, "b": 3}),
    ...     pd.Series({"a": "adjacent", "b": "leapfrog"}),
    ... )
    >>> found["estimate"].xs(1, level="event_year").round(6).to_dict()
    {'all': 0.5, 'adjacent': 1.0, 'leapfrog': 0.0, 'leapfrog − adjacent': -1.0}
    """
    options = {"permutations": permutations, "draws": draws, "seed": seed}
    parts = {"all": (panel, starts), **contrasts(panel, starts, by)}
    found = {name: event_study(part, chosen, **options) for name, (part, chosen) in parts.items()}
    return pd.concat(found, names=["group"])


def _row(own: Effects, null: Effects, *, exact: bool) -> dict[str, object]:
    """Place one event year's effect among those of re-assigned starts."""
    estimate, error = float(own.estimate[0]), float(own.spread[0])
    error = error if own.n_treated[0] > 1 else float("nan")
    t = null.t[np.isfinite(null.t)]
    beyond = _beyond(t, float(own.t[0]))
    low, high = np.quantile(null.estimate[np.isfinite(null.estimate)], BOUNDS)
    return {
        "estimate": estimate,
        "standard_error": error,
        "lower": estimate - Z * error,
        "upper": estimate + Z * error,
        "chance_low": low,
        "chance_high": high,
        "p_randomisation": beyond / len(t) if exact else (1 + beyond) / (1 + len(t)),
        "n_treated": int(own.n_treated[0]),
        "n_control": int(own.n_control[0]),
    }


def _wild_p(own: Effects, parts: list[Cohort], signs: Floats) -> float:
    drawn = wild(parts, signs)
    beyond = 0 if drawn is None else _beyond(drawn.t, float(own.t[0]))
    return (1 + beyond) / (1 + len(signs.T))


def _beyond(t: Floats, observed: float) -> int:
    return int((np.abs(t) >= abs(observed) - TIE * max(1.0, abs(observed))).sum())


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
    early = before_start(panel, starts)
    trend = (early.years - early.years.mean())[early.time]
    draws = checked_draws(permutations)
    slope, _, t, null = randomised(early, trend, (draws, seed))
    n, k = len(early.units), int(early.treated.sum())
    words = assignments_note(n, k, draws)
    exact = comb(n, k) <= draws
    result = permutation_result(null, t, alternative="two-sided", exact=exact, words=words)
    return replace(result, statistic=slope)


def _events(panel: Panel) -> list[int]:
    starts = panel.start[panel.treated]
    first, last = int(panel.years.min()), int(panel.years.max())
    return list(range(int(first - starts.max()), int(last - starts.min()) + 1))
