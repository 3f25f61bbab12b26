"""Rings of distance around a core: means and ratios of sums, nobody left out."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from yrdgeo.analysis.arguments import check_list
from yrdgeo.analysis.magnitudes import floats_of
from yrdgeo.analysis.observations import joined
from yrdgeo.errors import ArgumentError, few


def rings(
    values: pd.Series,
    distance: pd.Series,
    *,
    edges: Sequence[float],
    weights: pd.Series | None = None,
) -> pd.DataFrame:
    r"""Summarise a value by rings of distance around a core.

    .. math:: \bar y_k = \frac{\sum_{i \in k} w_i y_i}{\sum_{i \in k} w_i}, \quad
        k = \{ i : e_k \le d_i < e_{k+1} \}

    Parameters
    ----------
    values
        y, by id. A missing value (NaN) is counted in ``n_missing``.
    distance
        d ≥ 0, by the same ids, in the unit of the edges.
    edges
        Rising; each ring holds its lower edge and not its upper one.
    weights
        Above zero, by the same ids. For a ratio its denominator (people for GDP per head) makes
        the weighted mean the ratio of sums.

    Returns
    -------
    rings
        Columns ``lo hi n n_missing mean weighted_mean sum``, a row for each ring. Places nearer
        than the first edge, or at the last one and farther (also without a path, ``inf``), are
        not dropped: where there are any they get a row of their own, from 0 or to ``inf``. The
        means of a ring without values are NaN.

    Raises
    ------
    ArgumentError
        If the ids differ or repeat, or the edges do not rise.

    Examples
    --------
    >>> per_head = pd.Series({"a": 10.0, "b": 4.0, "c": 1.0})
    >>> km = pd.Series({"a": 0.0, "b": 99.0, "c": 100.0})
    >>> people = pd.Series({"a": 1.0, "b": 2.0, "c": 5.0})
    >>> rings(per_head, km, edges=[0, 100, 200], weights=people)[["lo", "n", "weighted_mean"]]
          lo  n  weighted_mean
    0    0.0  2            6.0
    1  100.0  1            1.0
    """
    table = joined(values, distance, weights)
    full, ring = _binned(table["distance"], edges)
    known = table["value"].notna()
    sums = pd.DataFrame(
        {
            "n": known,
            "n_missing": ~known,
            "weight": table["weight"].where(known),
            "product": table["value"] * table["weight"],
            "sum": table["value"],
        }
    )
    total = sums.groupby(ring).sum().reindex(range(len(full) - 1), fill_value=0)
    none = total["n"] == 0
    return pd.DataFrame(
        {
            "lo": full[:-1],
            "hi": full[1:],
            "n": total["n"].astype("int64"),
            "n_missing": total["n_missing"].astype("int64"),
            "mean": (total["sum"] / total["n"].mask(none)).astype("float64"),
            "weighted_mean": (total["product"] / total["weight"].mask(none)).astype("float64"),
            "sum": total["sum"].astype("float64"),
        }
    )


def ring_ratios(
    numerator: pd.Series, denominator: pd.Series, distance: pd.Series, *, edges: Sequence[float]
) -> pd.DataFrame:
    r"""Sum two amounts by rings or travel-time bands and divide the sums: GDP, people, per head.

    .. math:: r_k = \frac{\sum_{i \in k} a_i}{\sum_{i \in k} b_i}, \quad
        k = \{ i : e_k \le d_i < e_{k+1} \}

    Parameters
    ----------
    numerator, denominator
        a (finite) and b > 0, by id, both extensive: GDP and people. A place that lacks one of
        them is in neither sum; it is counted in ``n_missing``.
    distance
        d ≥ 0, by the same ids, in the unit of the edges: kilometres, or minutes for bands.
    edges
        Rising; each ring holds its lower edge and not its upper one.

    Returns
    -------
    rings
        Columns ``lo hi n n_missing numerator denominator ratio mean_ratio numerator_share
        denominator_share numerator_within denominator_within``: sums, ratio of sums, plain mean
        of the places' ratios, each ring's shares of the totals, and the shares of all that lies
        nearer than ``hi``. Places outside the edges get rows of their own, as in :func:`rings`.

    Raises
    ------
    ArgumentError
        If the ids differ or repeat, a denominator is not above zero, or the edges do not rise.

    Examples
    --------
    >>> gdp = pd.Series({"a": 10.0, "b": 8.0, "c": 5.0})
    >>> people = pd.Series({"a": 1.0, "b": 2.0, "c": 5.0})
    >>> km = pd.Series({"a": 0.0, "b": 99.0, "c": 100.0})
    >>> ring_ratios(gdp, people, km, edges=[0, 100, 200])[["n", "ratio", "mean_ratio"]]
       n  ratio  mean_ratio
    0  2    6.0         7.0
    1  1    1.0         1.0
    """
    # Joined by id on assignment; each is checked against the distances first.
    table = joined(numerator, distance, None)
    table["denominator"] = joined(denominator, distance, None)["value"]
    wrong = table["denominator"] <= 0
    if wrong.any():
        raise ArgumentError(
            "A denominator must be above zero.", found=f"not at {few(table.index[wrong])}"
        )
    full, ring = _binned(table["distance"], edges)
    known = table["value"].notna() & table["denominator"].notna()
    sums = pd.DataFrame(
        {
            "n": known.astype("int64"),
            "n_missing": (~known).astype("int64"),
            "numerator": table["value"].where(known, 0.0),
            "denominator": table["denominator"].where(known, 0.0),
            "each": (table["value"] / table["denominator"]).where(known, 0.0),
        }
    )
    total = sums.groupby(ring).sum().reindex(range(len(full) - 1), fill_value=0)
    some = total["n"] > 0
    shares = {
        name: total[name] / total[name].sum() if total[name].sum() else total[name] * np.nan
        for name in ("numerator", "denominator")
    }
    return pd.DataFrame(
        {
            "lo": full[:-1],
            "hi": full[1:],
            "n": total["n"],
            "n_missing": total["n_missing"],
            "numerator": total["numerator"],
            "denominator": total["denominator"],
            "ratio": total["numerator"] / total["denominator"].where(some),
            "mean_ratio": total["each"] / total["n"].where(some),
            "numerator_share": shares["numerator"],
            "denominator_share": shares["denominator"],
            "numerator_within": shares["numerator"].cumsum(),
            "denominator_within": shares["denominator"].cumsum(),
        }
    )


def _binned(distance: pd.Series, edges: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return the edges of all rings that are needed, and the ring of each place."""
    bounds = floats_of(pd.Series(check_list(edges, "edges of rings"), dtype=object))
    if len(bounds) < 2 or not (np.diff(bounds) > 0).all() or bounds[0] < 0:  # noqa: PLR2004 — a ring has two edges
        raise ArgumentError(
            "The edges of rings must rise from zero or more, two of them at least.",
            found=few(bounds),
        )
    away = distance.to_numpy()
    inner = np.concatenate([[0.0], bounds]) if (away < bounds[0]).any() else bounds
    full = np.concatenate([inner, [np.inf]]) if (away >= bounds[-1]).any() else inner
    # A place without a path (inf) belongs to the last ring, which is then open.
    return full, np.minimum(np.searchsorted(full, away, side="right"), len(full) - 1) - 1
