"""Two models of the same journeys, pair by pair: where they differ and by how much.

Promise: pairs are matched by id; what only one model reaches is counted, never scored.
"""

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TravelTimes

_FEWEST = 3  # ranks of two pairs say nothing


@dataclass(frozen=True, slots=True, eq=False)
class ModelComparison:
    """How two models agree on the pairs that both reach.

    Attributes
    ----------
    table
        ``from_id to_id a_min b_min difference_min ratio`` (b − a, b / a), largest absolute
        difference first.
    n
        Ordered pairs compared, places to themselves left out.
    n_only_a, n_only_b
        Pairs that one model alone reaches.
    mean_difference_min, mean_error_min
        Mean of b − a (the bias), and of its absolute value.
    median_difference_min, median_error_min, median_error_pct
        Median of b − a, of its absolute value, and of that over a in per cent.
    spearman
        Rank correlation of the minutes; NaN for fewer than three pairs or where one model
        gives all pairs the same minutes.
    """

    table: pd.DataFrame
    n: int
    n_only_a: int
    n_only_b: int
    mean_difference_min: float
    mean_error_min: float
    median_difference_min: float
    median_error_min: float
    median_error_pct: float
    spearman: float

    def __repr__(self) -> str:
        """Give the errors and the correlation."""
        return (
            f"ModelComparison({self.n} pairs: median error {self.median_error_min:.1f} min "
            f"({self.median_error_pct:.1f} %), difference {self.median_difference_min:+.1f} min, "
            f"Spearman {self.spearman:.3f}; "
            f"only a {self.n_only_a}, only b {self.n_only_b})"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"

    def by(self, groups: pd.Series) -> pd.DataFrame:
        """Tell the same errors for each group of pairs.

        Parameters
        ----------
        groups
            Group of each pair, indexed by (from_id, to_id) in any order; pairs that it lacks, or
            for which it is missing, are in no group.

        Returns
        -------
        errors
            Indexed by group, sorted: ``n bias_min mean_error_min median_difference_min
            median_error_min median_error_pct spearman``.

        Raises
        ------
        ArgumentError
            If a pair is given twice, or no pair compared is in a group.

        Examples
        --------
        >>> timetable = TravelTimes(["a"], ["b", "c", "d"], [[30.0, 60.0, 90.0]])
        >>> model = TravelTimes(["a"], ["d", "c", "b"], [[99.0, 60.0, 27.0]])
        >>> pairs = pd.MultiIndex.from_tuples([("a", "d"), ("a", "b"), ("a", "c")])
        >>> kinds = pd.Series(["far", "near", "near"], pairs)
        >>> compare_models(timetable, model).by(kinds)[["n", "bias_min"]].to_dict("index")
        {'far': {'n': 1, 'bias_min': 9.0}, 'near': {'n': 2, 'bias_min': -1.5}}
        """
        pairs = pd.MultiIndex.from_frame(self.table[["from_id", "to_id"]])
        if groups.index.has_duplicates:
            raise ArgumentError(
                "A pair is in one group.", found=few(groups.index[groups.index.duplicated()])
            )
        group = groups.reindex(pairs).to_numpy()
        parts = {
            name: _errors(part)
            for name, part in self.table.groupby(group, sort=True, observed=True)
        }
        if not parts:
            raise ArgumentError(
                "No pair that was compared is in a group.",
                found=few(groups.index),
                fix="Index the groups by (from_id, to_id).",
            )
        errors = pd.DataFrame.from_dict(parts, orient="index", columns=list(_errors(self.table)))
        errors.index.name = groups.name
        return errors.astype({"n": "int64"})


def compare_models(times_a: TravelTimes, times_b: TravelTimes) -> ModelComparison:
    """Compare the minutes of two models over the pairs that both have.

    Parameters
    ----------
    times_a
        The reference: per-cent errors and ratios are on its minutes.
    times_b
        The other model; ids that only one of them has are left out.

    Raises
    ------
    ArgumentError
        If no pair is reached by both.

    References
    ----------
    Spearman, C. (1904). The proof and measurement of association between two things.

    Examples
    --------
    >>> timetable = TravelTimes(["a"], ["b", "c", "d"], [[30.0, 60.0, 90.0]])
    >>> model = TravelTimes(["a"], ["d", "c", "b"], [[99.0, 60.0, 27.0]])
    >>> compare_models(timetable, model)
    ModelComparison(3 pairs: median error 3.0 min (10.0 %), difference +0.0 min, Spearman 1.000; \
only a 0, only b 0)
    """
    origins = times_a.origins[times_a.origins.isin(times_b.origins)]
    destinations = times_a.destinations[times_a.destinations.isin(times_b.destinations)]
    a, b = (
        times.minutes[
            np.ix_(times.origins.get_indexer(origins), times.destinations.get_indexer(destinations))
        ]
        for times in (times_a, times_b)
    )
    other = origins.to_numpy()[:, None] != destinations.to_numpy()[None, :]
    reached_a, reached_b = np.isfinite(a) & other, np.isfinite(b) & other
    rows, columns = np.nonzero(reached_a & reached_b & (a > 0))
    if not len(rows):
        raise ArgumentError(
            "The two models have no pair in common.",
            found=f"{len(origins)} common origins, {len(destinations)} common destinations",
            fix="Compute both between the same stations.",
        )
    table = pd.DataFrame(
        {
            "from_id": origins[rows],
            "to_id": destinations[columns],
            "a_min": a[rows, columns],
            "b_min": b[rows, columns],
        }
    )
    table["difference_min"] = table["b_min"] - table["a_min"]
    table["ratio"] = table["b_min"] / table["a_min"]
    size = table["difference_min"].abs()
    told = _errors(table)
    return ModelComparison(
        table.loc[size.sort_values(ascending=False, kind="stable").index].reset_index(drop=True),
        len(table),
        int((reached_a & ~reached_b).sum()),
        int((reached_b & ~reached_a).sum()),
        told["bias_min"],
        told["mean_error_min"],
        told["median_difference_min"],
        told["median_error_min"],
        told["median_error_pct"],
        told["spearman"],
    )


def _errors(table: pd.DataFrame) -> dict[str, float]:
    """Return the errors of b against a over the rows of a comparison's table."""
    size = table["difference_min"].abs()
    return {
        "n": float(len(table)),
        "bias_min": float(table["difference_min"].mean()),
        "mean_error_min": float(size.mean()),
        "median_difference_min": float(table["difference_min"].median()),
        "median_error_min": float(size.median()),
        "median_error_pct": float((100.0 * size / table["a_min"]).median()),
        "spearman": _rank_correlation(table),
    }


def _rank_correlation(table: pd.DataFrame) -> float:
    minutes = table[["a_min", "b_min"]]
    if len(minutes) < _FEWEST or (np.ptp(minutes.to_numpy(), axis=0) == 0).any():
        return float("nan")
    return float(spearmanr(minutes["a_min"], minutes["b_min"]).statistic)
