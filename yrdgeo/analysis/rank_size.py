"""Rank and size: how steeply sizes fall by rank, and how far the first is ahead of the rest."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from yrdgeo.analysis.arguments import check_number
from yrdgeo.analysis.magnitudes import extreme, floats_of
from yrdgeo.analysis.observations import check_series
from yrdgeo.errors import ArgumentError, few

CONFIDENCE = 0.95
LEAST = 3
FOLLOWERS = {"two_city": 1, "four_city": 3, "eleven_city": 10}


@dataclass(frozen=True, slots=True, eq=False)
class RankSize:
    """A fitted rank-size line.

    Attributes
    ----------
    exponent, intercept
        b and a of ln(R − ½) = a − b ln P; b = 1 is Zipf's law.
    standard_error, interval
        Of b: b √(2/n), and the 95 % interval of the normal distribution.
    ols_standard_error
        What least squares would claim; ranks are not independent, so it is too small.
    r2, n
        Of the fitted line; cities used.
    table
        By id from the largest: ``size rank fitted_rank``.
    note
        Equal sizes, and cities left out.
    """

    exponent: float
    intercept: float
    standard_error: float
    interval: tuple[float, float]
    ols_standard_error: float
    r2: float
    n: int
    table: pd.DataFrame
    note: str = ""

    def __repr__(self) -> str:
        """Give the exponent with its standard error and n."""
        return f"RankSize(b = {self.exponent:.4g} (se {self.standard_error:.2g}); n = {self.n})"


def rank_size(sizes: pd.Series, *, least: float = 0.0) -> RankSize:
    r"""Fit the rank-size rule with Gabaix and Ibragimov's correction.

    .. math:: \ln (R_i - \tfrac{1}{2}) = a - b \ln P_i, \qquad se(b) = b \sqrt{2 / n}

    Half a rank takes the bias of small samples away; the standard error of least squares does
    not know that ranks are ordered and is far too small.

    Parameters
    ----------
    sizes
        P > 0 by id: people, GDP. Missing values are left out and named.
    least
        Only sizes from here up: the rule is one of the upper tail.

    Returns
    -------
    rank_size
        A :class:`RankSize`.

    Raises
    ------
    ArgumentError
        If ids repeat, a size is not above zero, or fewer than three different sizes are left.

    References
    ----------
    Gabaix, X., Ibragimov, R. (2011). Rank − 1/2: a simple way to improve the OLS estimation of
    tail exponents. Journal of Business & Economic Statistics 29, 24-39.

    Examples
    --------
    >>> zipf = pd.Series({f"c{rank}": 100 / (rank - 0.5) for rank in range(1, 9)})
    >>> fitted = rank_size(zipf)
    >>> round(fitted.exponent, 9), round(fitted.standard_error, 9)
    (1.0, 0.5)
    """
    used, notes = _sizes(sizes)
    least = check_number(least, "least", least=0)
    below = used < least
    if below.any():
        notes.append(f"Left out, smaller than {least:g}: {int(below.sum())}.")
    used = used[~below]
    if used.nunique() < LEAST:
        raise ArgumentError(
            "A rank-size line needs three different sizes or more.", found=str(used.nunique())
        )
    if used.duplicated().any():
        notes.append("Equal sizes share their mean rank.")
    rank = used.rank(ascending=False, method="average").to_numpy(dtype=np.float64)
    x, y = np.log(used.to_numpy()), np.log(rank - 0.5)
    spread = ((x - x.mean()) ** 2).sum()
    slope = float(((x - x.mean()) * (y - y.mean())).sum() / spread)
    missed = y - y.mean() - slope * (x - x.mean())
    exponent, n = -slope, len(used)
    error = abs(exponent) * float(np.sqrt(2 / n))
    reach = float(norm.ppf((1 + CONFIDENCE) / 2)) * error
    intercept = float(y.mean() - slope * x.mean())
    return RankSize(
        exponent,
        intercept,
        error,
        (exponent - reach, exponent + reach),
        float(np.sqrt((missed**2).sum() / (n - 2) / spread)),
        float(1 - (missed**2).sum() / ((y - y.mean()) ** 2).sum()),
        n,
        pd.DataFrame(
            {"size": used, "rank": rank, "fitted_rank": 0.5 + np.exp(intercept + slope * x)},
            used.index,
        ),
        " ".join(notes),
    )


def primacy(sizes: pd.Series) -> pd.Series:
    r"""Return the primacy of the first city over 1, 3 and 10 followers.

    .. math:: S_2 = \frac{P_1}{P_2}, \quad S_4 = \frac{P_1}{P_2 + P_3 + P_4}, \quad
        S_{11} = \frac{2 P_1}{P_2 + \dots + P_{11}}

    Under Zipf's law S₂ is 2, S₄ about 0.92 and S₁₁ about 0.99.

    Parameters
    ----------
    sizes
        P > 0 by id, no value missing among them.

    Returns
    -------
    primacy
        ``two_city four_city eleven_city``; NaN where there are fewer cities.

    Raises
    ------
    ArgumentError
        If ids repeat, a size is missing or not above zero, or there are fewer than two cities.

    References
    ----------
    Jefferson, M. (1939). The law of the primate city. Geographical Review 29, 226-232.
    Davis, K. (1969). World urbanization 1950-1970, vol. 1. University of California.

    Examples
    --------
    >>> primacy(pd.Series({"a": 2.0, "b": 8.0, "c": 1.0, "d": 1.0})).to_dict()
    {'two_city': 4.0, 'four_city': 2.0, 'eleven_city': nan}
    """
    used, missing = _sizes(sizes)
    if missing or len(used) < 2:  # noqa: PLR2004 — a first and a second
        raise ArgumentError(
            "Primacy needs the sizes of two cities or more, none missing.",
            found=" ".join(missing) or f"{len(used)} sizes",
        )
    size = used.to_numpy(dtype=np.float64)
    shares = {
        name: (2.0 if name == "eleven_city" else 1.0) * size[0] / size[1 : count + 1].sum()
        if len(size) > count
        else np.nan
        for name, count in FOLLOWERS.items()
    }
    return pd.Series(shares, name="primacy")


def _sizes(sizes: pd.Series) -> tuple[pd.Series, list[str]]:
    """Return the known sizes from the largest, and who is missing."""
    check_series("size", sizes)
    kept = sizes.dropna()
    known = pd.Series(floats_of(kept), kept.index, name=kept.name)
    wrong = ~((known > 0) & np.isfinite(known)) | extreme(known.to_numpy())
    if wrong.any():
        what = "Sizes must be above zero, 1e-100 to 1e100."
        raise ArgumentError(what, found=f"at {few(known.index[wrong])}")
    lost = sizes.index[sizes.isna()]
    notes = [f"Left out, no size: {', '.join(map(str, lost))}."] if len(lost) else []
    return known.sort_values(ascending=False, kind="stable"), notes
