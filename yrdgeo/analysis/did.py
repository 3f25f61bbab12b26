"""Difference in differences with few treated cities: an estimate that does not flatter itself.

Promise: no star rests on asymptotics alone. With few treated cities clustered errors reject a true
null far too often, so the p-values come from re-assigning the treatment and from a bootstrap.
"""

from collections.abc import Iterator
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.panel import Panel, checked_panel, cluster_sums, only_start, within
from yrdgeo.analysis.panel_regression import cr1, t_of, two_way
from yrdgeo.analysis.permutation import checked_draws, permutation_result, seeded
from yrdgeo.errors import ArgumentError, few

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FEW_TREATED = 6  # below, clustered errors alone are worthless (MacKinnon and Webb 2018)
BLOCK = 2_000_000  # numbers held at once
TIE = 1e-9
RESULT = [
    "estimate", "standard_error", "t", "p_randomisation", "p_floor", "p_wild", "n_units",
    "n_treated", "n_obs", "note",
]  # fmt: skip


def difference_in_differences(
    panel: pd.DataFrame,
    starts: pd.Series,
    *,
    by: pd.Series | None = None,
    permutations: int = 999,
    draws: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Estimate what a programme did, against cities that were never in it.

    .. math:: y_{it} = \alpha_i + \tau_t + \delta D_{it} + \varepsilon_{it}

    with D = 1 for a treated city from its first year on, by linearmodels. The error is CR1,
    clustered by city: G / (G − 1) · (N − 1) / (N − k), k counting δ and the years, not the city
    effects, which are nested in the clusters (as in fixest). Two p-values go with it:

    ``p_randomisation``
        The treatment is given to other cities (all choices if they are no more than
        ``permutations``, otherwise that many drawn ones), and the t of each is compared:
        robust to unequal variances where the coefficient is not.
    ``p_wild``
        Wild cluster bootstrap with the null imposed and Rademacher weights. With very few treated
        it never rejects: believe the larger of the two.

    Parameters
    ----------
    panel
        ``adcode year value``; the logarithm of the value, usually. With a column ``vintage``
        there must be one. Gaps are allowed.
    starts
        First treated year by adcode. All treated cities start in one year: with several starts
        a two-way regression compares early with late ones, so use :func:`event_study`.
    by
        A class by treated adcode (``adjacent``, ``leapfrog``). Each class is then compared with
        the never-treated alone, and two classes with each other.
    permutations, draws, seed
        Of the two tests.

    Returns
    -------
    effects
        Indexed by ``group``: ``all``; then each class, and ``b − a`` for two classes, which is
        the difference among the treated. Columns ``estimate standard_error t p_randomisation
        p_floor p_wild n_units n_treated n_obs note``. ``p_floor`` is the least p that so many
        re-assignments can give.

    Raises
    ------
    ArgumentError
        If the panel cannot carry it: see :func:`yrdgeo.evaluation.panel_needed`.
    MissingPackageError
        If linearmodels is not installed.

    References
    ----------
    MacKinnon, J. G., Webb, M. D. (2020). Randomization inference for difference-in-differences
    with few treated clusters. Journal of Econometrics 218, 435-450.
    Cameron, A. C., Gelbach, J. B., Miller, D. L. (2008). Bootstrap-based improvements for
    inference with clustered errors. Review of Economics and Statistics 90, 414-427.

    Examples
    --------
    >>> rows = [(c, y, k + 0.1 * y + (c == "a") * (y > 2)) for k, c in enumerate("abcd")
    ...         for y in range(1, 5)]
    >>> panel = pd.DataFrame(rows, columns=["adcode", "year", "value"])
    >>> found = difference_in_differences(panel, pd.Series({"a": 3}))
    >>> found[["estimate", "p_floor", "n_treated"]].round(3).to_numpy().tolist()
    [[1.0, 0.25, 1.0]]
    """
    whole = checked_panel(panel, starts)
    only_start(whole)
    options = (checked_draws(permutations), checked_draws(draws), seed)
    rows = {"all": _effect(whole, options)}
    for name, (part, chosen) in contrasts(panel, starts, by).items():
        rows[name] = _effect(checked_panel(part, chosen), options)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=RESULT)
    return table.rename_axis("group")


def contrasts(
    panel: pd.DataFrame, starts: pd.Series, by: pd.Series | None
) -> dict[str, tuple[pd.DataFrame, pd.Series]]:
    """Return the panels of each class against the never-treated, and of two against each other.

    Two classes are compared with each other only where all cities start in one year.
    """
    if by is None:
        return {}
    treated = starts.dropna()
    if not by.index.is_unique:
        found = few(by.index[by.index.duplicated()].unique())
        raise ArgumentError("A treated city has one class.", found=found)
    lost = treated.index.difference(by.dropna().index)
    if len(lost):
        raise ArgumentError("Every treated city needs a class.", found=f"none for {few(lost)}")
    label = by.loc[treated.index]
    classes = sorted(label.unique())
    made = {}
    for name in classes:
        others = label.index[label.ne(name)]
        made[str(name)] = (panel[~panel["adcode"].isin(others)], treated[label.eq(name)])
    one_start = (treated == treated.iloc[0]).all()
    if len(classes) == 2 and one_start:  # noqa: PLR2004 — a difference has two sides
        inside = panel[panel["adcode"].isin(treated.index)]
        made[f"{classes[1]} − {classes[0]}"] = (inside, treated[label.eq(classes[1])])
    return made


def _effect(panel: Panel, options: tuple[int, int, int]) -> dict[str, object]:
    permutations, draws, seed = options
    post = (panel.years[panel.time] >= panel.start[panel.treated][0]).astype(np.float64)
    estimate, error, t, null = randomised(panel, post, (permutations, seed))
    n, k = len(panel.units), int(panel.treated.sum())
    note = assignments_note(n, k, permutations)
    exact = comb(n, k) <= permutations
    result = permutation_result(null, t, alternative="two-sided", exact=exact, words=note)
    if min(k, n - k) < FEW_TREATED:
        note += f" Fewer than {FEW_TREATED} on a side: the standard error alone proves nothing."
    return {
        "estimate": estimate,
        "standard_error": error,
        "t": t,
        "p_randomisation": result.p_value,
        "p_floor": result.p_floor,
        "p_wild": _wild(panel, post, abs(t), (draws, seed)),
        "n_units": n,
        "n_treated": k,
        "n_obs": len(panel.value),
        "note": note,
    }


def assignments_note(n: int, k: int, permutations: int) -> str:
    """Say how many re-assignments there are, and how many were tried."""
    every = comb(n, k)
    tried = "each counted." if every <= permutations else f"{permutations:,} drawn."
    return f"{k} of {n} cities treated: {every:,} assignments, {tried}"


def randomised(
    panel: Panel, shape: Floats, options: tuple[int, int]
) -> tuple[float, float, float, Floats]:
    """Return the coefficient of treated × shape, its error, t, and t under re-assignment.

    ``shape`` has one number a row (1 after the start, or a trend).
    """
    fit = two_way(panel, (panel.treated[panel.unit] * shape)[:, None])
    t = t_of(panel, fit.estimate, fit.error)
    value = within(panel, panel.value[:, None])
    dummies = (
        within(panel, chosen[panel.unit] * shape[:, None])
        for chosen in assignments(panel, *options)
    )
    null = np.concatenate([_ts(panel, value, dummy) for dummy in dummies])
    return float(fit.estimate[0]), float(fit.error[0]), float(t[0]), null


def assignments(panel: Panel, permutations: int, seed: int) -> Iterator[Bools]:
    """Yield treated (units × block): every choice where they are few, drawn ones otherwise."""
    n, k = len(panel.units), int(panel.treated.sum())
    block = max(BLOCK // (n * 20), 1)
    if comb(n, k) <= permutations:
        every = np.array(list(combinations(range(n), k)))
        for part in np.split(every, range(block, len(every), block)):
            chosen = np.zeros((n, len(part)), dtype=bool)
            chosen[part.T, np.arange(len(part))] = True
            yield chosen
        return
    generator = seeded(seed)
    first = np.zeros((n, 1), dtype=bool)
    first[:k] = True
    for done in range(0, permutations, block):
        tiled = np.tile(first, (1, min(block, permutations - done)))
        yield generator.permuted(tiled, axis=0)


def _ts(panel: Panel, values: Floats, dummies: Floats) -> Floats:
    """Return the t of each column of values on its dummy, both within: thousands at once."""
    square = (dummies**2).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = (dummies * values).sum(axis=0) / square
        scores = cluster_sums(panel, dummies * (values - estimate * dummies))
        error = np.sqrt(cr1(panel, 1) * (scores**2).sum(axis=0)) / square
    return t_of(panel, estimate, error)


def _wild(panel: Panel, post: Floats, observed: float, options: tuple[int, int]) -> float:
    """Return the p-value of the wild cluster bootstrap with the null imposed."""
    draws, seed = options
    value = within(panel, panel.value[:, None])
    dummy = within(panel, panel.treated[panel.unit][:, None] * post[:, None])
    generator = seeded(seed)
    beyond, block = 0, max(BLOCK // len(value), 1)
    for done in range(0, draws, block):
        size = (len(panel.units), min(block, draws - done))
        signs = generator.integers(0, 2, size) * 2.0 - 1.0
        # Under the null the effects alone explain the values, and `within` takes them away again.
        t = _ts(panel, within(panel, value * signs[panel.unit]), dummy)
        beyond += int((np.abs(t) >= observed - TIE * max(1.0, observed)).sum())
    return (1 + beyond) / (1 + draws)
