"""An interval for every measure of inequality, by bootstrap or jackknife of the cities.

Promise: cities are drawn whole, each with its weight, so what is asked is how far the number
would move had the same process made another set of cities; the seed fixes the answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student

from yrdgeo.analysis.arguments import check_choice, check_number, check_whole
from yrdgeo.analysis.inequality_sample import Floats, Sample
from yrdgeo.analysis.magnitudes import LARGEST
from yrdgeo.analysis.resampling import PREPARED, Counted, Rows, left_out, resamples
from yrdgeo.errors import ArgumentError, few

Method = Literal["bca", "percentile", "jackknife"]
METHODS = ("bca", "percentile", "jackknife")
Amount = pd.Series | pd.DataFrame

FEWEST = 3
MOST_DRAWS = 1_000_000
ROUGH = 10  # under ten cities an interval is a rough guide, and says so


@dataclass(frozen=True, slots=True)
class Interval:
    """A number and how far it may be trusted.

    Attributes
    ----------
    estimate
        What the function returns for all cities.
    low, high, level
        The ends of the interval, and the share of such intervals that should cover the truth.
    standard_error
        Standard deviation of the draws, or of the jackknife.
    method
        ``bca``, ``percentile`` or ``jackknife``.
    n, draws, seed
        Cities; resamples that gave a number (for the jackknife n); the seed.
    note
        What a reader has to know.
    """

    estimate: float
    low: float
    high: float
    level: float
    standard_error: float
    method: str
    n: int
    draws: int
    seed: int
    note: str = ""

    def __repr__(self) -> str:
        """Give the estimate, the interval and how it was made."""
        return (
            f"Interval({self.estimate:.4g}, {self.level:.0%} [{self.low:.4g}, {self.high:.4g}], "
            f"se {self.standard_error:.2g}, {self.method}; n = {self.n})"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"


def interval(
    function: Callable[..., float],
    *amounts: Amount,
    weights: pd.Series | None = None,
    method: Method = "bca",
    level: float = 0.95,
    draws: int = 1999,
    seed: int = 0,
    **options: object,
) -> Interval:
    r"""Return the interval of a measure, from resampled cities.

    ``percentile`` takes the quantiles of the draws; ``bca`` moves them for bias and skewness;
    ``jackknife`` leaves out each city once:

    .. math:: \hat\theta \pm t_{n-1} \sqrt{\tfrac{n-1}{n} \sum_i (\hat\theta_{(i)} -
        \bar\theta)^2}

    The measures of this topic are computed for all draws at once; any other function that
    returns a number is called once a draw, with new ids.

    Parameters
    ----------
    function
        A measure, called as ``function(*amounts, weights, **options)``.
    amounts
        What it takes, by adcode: values, then what else and then weights (or these by name).
    weights
        By adcode, where they are not the last of the amounts.
    method
        ``bca``, ``percentile`` or ``jackknife``.
    level
        Of confidence, above 0 and below 1.
    draws
        Resamples of the bootstrap, 2 to 1,000,000.
    seed
        Of the draws.
    options
        Passed on to the function.

    Returns
    -------
    interval
        Estimate, ends and standard error, in the unit of the function.

    Raises
    ------
    TableError, ArgumentError
        As the function; also if there are fewer than three cities, the number is not finite, an
        option is out of its domain, or most draws give no number.

    References
    ----------
    Efron, B. (1987). Better bootstrap confidence intervals. Efron, B., Stein, C. (1981). The
    jackknife estimate of variance.

    Examples
    --------
    >>> from yrdgeo.analysis.inequality_indices import gini
    >>> per_head = pd.Series(range(1, 21), [f"c{number}" for number in range(20)])
    >>> found = interval(gini, per_head, method="jackknife")
    >>> [round(number, 4) for number in (found.estimate, found.low, found.high)]
    [0.3167, 0.2097, 0.4237]
    """
    check_choice(method, "method", METHODS)
    if check_number(level, "level", above=0, most=1) == 1:
        raise ArgumentError("The level must be below 1.", found=repr(level), fix="Usual: 0.95.")
    draws = check_whole(draws, "draws", least=2, most=MOST_DRAWS)
    seed = check_whole(seed, "seed", least=0)
    given = amounts if weights is None else (*amounts, weights)
    prepare = PREPARED.get(function)
    if prepare is None:
        n, counted = _one_by_one(partial(function, **options), given)
    else:
        once, rows = prepare(*given, **options)
        n = len(once.amounts)
        counted = partial(_of_counts, once, rows)
    if n < FEWEST:
        raise ArgumentError(f"An interval needs {FEWEST} cities or more.", found=str(n))
    estimate = float(function(*given, **options))
    if not np.isfinite(estimate):
        raise ArgumentError(
            "A number that is not finite has no interval.",
            found=repr(estimate),
            fix="Where zeros make it infinite, use a measure that takes zeros.",
        )
    if method == "jackknife":
        return _jackknife(estimate, left_out(counted, n), level, seed)
    found = np.concatenate([counted(counts) for counts in resamples(n, draws, seed)])
    without_one = left_out(counted, n) if method == "bca" else None
    return _bootstrap(estimate, found, without_one, n=n, level=level, seed=seed)


def _of_counts(once: Sample, rows: Rows, counts: Floats) -> Floats:
    return rows(replace(once, counts=counts))


def _one_by_one(function: Callable[..., float], amounts: tuple[Amount, ...]) -> tuple[int, Counted]:
    ids = amounts[0].index
    for amount in amounts:
        odd = ids.symmetric_difference(amount.index)
        if len(odd) or not amount.index.is_unique:
            raise ArgumentError(
                "All amounts must have the same ids, each once.",
                found=few(odd if len(odd) else ids[ids.duplicated()]),
            )
    joined = [amount.reindex(ids) for amount in amounts]

    def counted(counts: Floats) -> Floats:
        found = []
        for row in counts:
            places = np.repeat(np.arange(len(ids)), row.astype(np.intp))
            fresh = [str(place) for place in range(len(places))]
            found.append(float(function(*(a.iloc[places].set_axis(fresh) for a in joined))))
        return np.array(found)

    return len(ids), counted


def _spread(numbers: Floats) -> float:
    """Return the root of the sum of squares about the mean; inf where a number is."""
    if not np.isfinite(numbers).all():
        return float("inf")
    unit = max(float(np.abs(numbers).max()), 1 / LARGEST)
    about = numbers / unit - (numbers / unit).mean()
    return unit * float(np.sqrt((about**2).sum()))


def _jackknife(estimate: float, without_one: Floats, level: float, seed: int) -> Interval:
    n = len(without_one)
    if not np.isfinite(without_one).all():
        raise ArgumentError(
            "The jackknife needs a finite number without each city in turn.",
            found=f"{int((~np.isfinite(without_one)).sum())} of {n} are not",
            fix="Use method='percentile'.",
        )
    error = float(np.sqrt((n - 1) / n)) * _spread(without_one)
    reach = float(student.ppf((1 + level) / 2, n - 1)) * error
    ends = estimate - reach, estimate + reach
    return Interval(estimate, *ends, level, error, "jackknife", n, n, seed, _rough(n))


def _bootstrap(
    estimate: float,
    found: Floats,
    without_one: Floats | None,
    *,
    n: int,
    level: float,
    seed: int,
) -> Interval:
    numbers = found[~np.isnan(found)]
    if 2 * len(numbers) < len(found):
        raise ArgumentError(
            "Most draws of cities give no number.",
            found=f"{len(found) - len(numbers)} of {len(found)}",
            fix="There are too few cities that differ.",
        )
    notes = [_rough(n)]
    if len(numbers) < len(found):
        notes.append(f"{len(found) - len(numbers)} draws gave no number and are left out.")
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    moved = tails if without_one is None else _bias_corrected(estimate, numbers, without_one, tails)
    if np.isnan(moved).any():
        notes.append("No correction for bias is defined: the quantiles are as drawn.")
    low, high = _quantiles(numbers, np.where(np.isnan(moved).any(), tails, moved))
    return Interval(
        estimate,
        low,
        high,
        level,
        _spread(numbers) / float(np.sqrt(len(numbers) - 1)),
        "percentile" if without_one is None else "bca",
        n,
        len(numbers),
        seed,
        " ".join(note for note in notes if note),
    )


def _bias_corrected(estimate: float, numbers: Floats, without_one: Floats, tails: Floats) -> Floats:
    """Return the tails moved for bias and skewness (Efron 1987), NaN where that is undefined."""
    below = ((numbers < estimate).mean() + (numbers <= estimate).mean()) / 2
    unit = max(float(np.abs(without_one).max()), 1 / LARGEST)
    away = (without_one / unit).mean() - without_one / unit  # of no unit: cubes overflow
    with np.errstate(divide="ignore", invalid="ignore"):
        bias = norm.ppf(below)
        skewness = (away**3).sum() / (6 * (away**2).sum() ** 1.5)
        ends = bias + norm.ppf(tails)
        return np.asarray(norm.cdf(bias + ends / (1 - skewness * ends)), dtype=np.float64)


def _quantiles(numbers: Floats, shares: npt.NDArray[np.float64]) -> tuple[float, float]:
    with np.errstate(invalid="ignore"):
        low, high = np.quantile(numbers, shares)
    # Between two infinite draws lies an infinite quantile, not inf − inf.
    return tuple(np.inf if np.isnan(end) else float(end) for end in (low, high))  # type: ignore[return-value]


def _rough(n: int) -> str:
    return f"Only {n} cities: a rough guide." if n < ROUGH else ""
