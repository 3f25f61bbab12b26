"""How much a result hangs on a choice or on a doubtful number.

Promise: what is varied, and by how much, is the reader's statement; nothing here is a confidence
interval of a measurement.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.arguments import check_list, check_number, check_numbers, check_whole
from yrdgeo.analysis.magnitudes import SIZES, extreme, floats_of
from yrdgeo.analysis.observations import check_series
from yrdgeo.analysis.permutation import seeded
from yrdgeo.errors import ArgumentError, few

Floats = npt.NDArray[np.float64]

WIDEST = 10.0  # σ of a factor: e^10 is no doubt but ignorance
MOST_DRAWS = 1_000_000
FEWEST = 2


def across(
    measure: Callable[[float], pd.Series], choices: Sequence[float], *, chosen: float
) -> pd.DataFrame:
    """Compute a measure under several values of a parameter and say how far it moves.

    Print the cliff at a cut-off with ``choices=[0.9 * c, c, 1.1 * c]``.

    Parameters
    ----------
    measure
        From a parameter to a Series by adcode, for instance
        ``lambda c: cumulative(times, jobs, cutoff_min=c)``.
    choices
        Values of the parameter, two or more, ``chosen`` among them.
    chosen
        The value in use.

    Returns
    -------
    table
        By adcode: ``value`` at ``chosen``, ``low high`` over the choices, ``spread_share``
        ((high − low) / value, NaN for 0) and ``rank_low rank_high``, the best and the worst rank
        (1 is the largest value) that a place takes.

    Raises
    ------
    ArgumentError
        If there are fewer than two choices, or ``chosen`` is none of them.

    Examples
    --------
    >>> found = across(lambda c: pd.Series({"a": c, "b": 10.0}), [9, 12], chosen=9)
    >>> found.loc["a", ["low", "high", "rank_low", "rank_high"]].tolist()
    [9.0, 12.0, 1.0, 2.0]
    """
    choices = check_numbers(choices, "choices")
    chosen = check_number(chosen, "chosen")
    if len(set(choices)) < FEWEST or chosen not in choices:
        raise ArgumentError(
            "Give two choices or more, the chosen one among them.", found=f"{list(choices)}"
        )
    results = pd.DataFrame({choice: _asked(measure, choice) for choice in choices})
    ranks = results.rank(method="min", ascending=False)
    value = results[chosen]
    low, high = results.min(axis=1), results.max(axis=1)
    return pd.DataFrame(
        {
            "value": value,
            "low": low,
            "high": high,
            "spread_share": (high - low) / value.where(value != 0),
            "rank_low": ranks.min(axis=1),
            "rank_high": ranks.max(axis=1),
        }
    )


def doubtful_inputs(
    measure: Callable[[pd.Series], pd.Series],
    amounts: pd.Series,
    doubtful: Sequence[str],
    *,
    spread: float,
    draws: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Vary doubtful amounts and say how far a measure moves.

    .. math:: x_i^* = x_i \, e^{\sigma u_i}, \qquad u_i \sim N(0, 1), \ i \text{ doubtful}

    Parameters
    ----------
    measure
        From amounts to a Series by adcode.
    amounts
        By adcode, above zero where doubtful.
    doubtful
        Adcodes whose amounts are not sure (unverified).
    spread
        σ, the relative uncertainty: 0.05 is about five per cent. A statement of yours.
    draws, seed
        Of the variation.

    Returns
    -------
    table
        By adcode: ``value`` as given, ``low high`` (2.5 and 97.5 % of the draws) and
        ``spread_share``.

    Raises
    ------
    ArgumentError
        If a doubtful place has no amount above zero, or an option is out of range.

    Examples
    --------
    >>> gdp = pd.Series({"a": 100.0, "b": 50.0})
    >>> found = doubtful_inputs(lambda x: x / x.sum(), gdp, ["b"], spread=0.1, draws=99)
    >>> bool(found.loc["a", "low"] < found.loc["a", "value"] < found.loc["a", "high"])
    True
    """
    check_series("amount", amounts)
    spread = check_number(spread, "spread", above=0, most=WIDEST)
    draws = check_whole(draws, "draws", least=FEWEST, most=MOST_DRAWS)
    amounts = pd.Series(floats_of(amounts), amounts.index, name=amounts.name)
    odd = amounts.index[extreme(amounts.to_numpy()) | np.isinf(amounts)]
    if len(odd):
        raise ArgumentError(f"Amounts must be finite, {SIZES}.", found=f"at {few(odd)}")
    known = amounts.reindex(check_list(doubtful, "doubtful"))
    bad = known.index[~(known > 0)]
    if len(bad):
        raise ArgumentError("Doubtful places need amounts above zero.", found=few(bad))
    generator = seeded(seed)
    noise = np.exp(spread * generator.standard_normal((draws, len(known))))
    results = []
    for factors in noise:
        varied = amounts.copy()
        varied.loc[known.index] = known.to_numpy() * factors
        results.append(_asked(measure, varied))
    value = _asked(measure, amounts)
    every = pd.DataFrame(results)[value.index]
    low, high = every.quantile(0.025), every.quantile(0.975)
    share = (high - low) / value.where(value != 0)
    return pd.DataFrame({"value": value, "low": low, "high": high, "spread_share": share})


def _asked(measure: object, given: float | pd.Series) -> pd.Series:
    found = measure(given) if callable(measure) else measure
    if not isinstance(found, pd.Series) or not found.index.is_unique:
        what = "measure must be a function that returns a Series by adcode, each once."
        raise ArgumentError(what, found=type(found).__name__)
    return pd.Series(floats_of(found), found.index)
