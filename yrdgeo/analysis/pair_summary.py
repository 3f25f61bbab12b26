"""What adjacent and leapfrog pairs are like, group by group, with intervals.

Promise: a mean comes with its interval and its number of pairs; a group of one has no interval.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student

from yrdgeo.analysis.arguments import check_list
from yrdgeo.analysis.permutation import class_labels, numbers_of
from yrdgeo.errors import ArgumentError

Floats = npt.NDArray[np.float64]

CONFIDENCE = 0.95
ALL = "all"
COLUMNS = [
    "column", "group", "n", "n_missing", "mean", "sd", "lower", "upper", "median", "minimum",
    "maximum",
]  # fmt: skip


def summary(
    table: pd.DataFrame, columns: str | Sequence[str], *, by: str = "pair_class"
) -> pd.DataFrame:
    r"""Summarise columns of a pair table by class, with intervals of the means.

    .. math:: \bar y \pm t_{0.975, n - 1} \, s / \sqrt{n}

    The difference of two classes has Welch's interval, which lets their variances differ. Both
    take the pairs for a sample of pairs like them; :func:`compare` does not, and gives a p-value.

    Parameters
    ----------
    table
        One row a pair.
    columns
        One column of numbers or more. A missing or infinite number (no path) is left out and
        counted.
    by
        The column of classes.

    Returns
    -------
    summary
        For each column a row ``all``, a row a class in alphabetical order and, for two classes,
        the row ``second − first`` (leapfrog − adjacent): ``column group n n_missing mean sd lower
        upper median minimum maximum`` in the unit of the column. ``sd`` (n − 1) and the bounds
        are NaN for one pair; a difference has ``n`` pairs in all and no spread of its own.

    Raises
    ------
    ArgumentError
        If a column is absent or holds no numbers, or a pair has no class.

    References
    ----------
    Welch, B. L. (1947). The generalization of 'Student's' problem when several different
    population variances are involved. Biometrika 34, 28-35.

    Examples
    --------
    >>> pairs = pd.DataFrame(
    ...     {"pair_class": ["adjacent"] * 2 + ["leapfrog"] * 3, "seat_km": [50, 54, 440, 450, 460]}
    ... )
    >>> summary(pairs, "seat_km")[["group", "n", "mean", "lower", "upper"]].round(1).to_numpy()
    array([['all', 5, 290.8, 20.0, 561.6],
           ['adjacent', 2, 52.0, 26.6, 77.4],
           ['leapfrog', 3, 450.0, 425.2, 474.8],
           ['leapfrog − adjacent', 5, 398.0, 375.8, 420.2]], dtype=object)
    """
    listed = [columns] if isinstance(columns, str) else check_list(columns, "columns")
    names = [str(name) for name in listed]
    label = class_labels(table, by)
    if label.isna().any():
        found = f"{int(label.isna().sum())} pairs without one"
        raise ArgumentError(f"Column {by!r} must give every pair a class.", found=found)
    classes = sorted(label.unique())
    rows: list[dict[str, object]] = []
    for name in names:
        numbers = numbers_of(table, name)
        parts = {ALL: numbers, **{str(one): numbers[(label == one).to_numpy()] for one in classes}}
        rows += [{"column": name, "group": group, **_row(part)} for group, part in parts.items()]
        if len(classes) == 2:  # noqa: PLR2004 — a difference has two sides
            first, second = (_known(parts[str(one)]) for one in classes)
            group = f"{classes[1]} − {classes[0]}"
            rows.append({"column": name, "group": group, **_difference(first, second)})
            rows[-1]["n_missing"] = int(len(numbers) - len(first) - len(second))
    return pd.DataFrame(rows, columns=COLUMNS)


def _known(part: Floats) -> Floats:
    return part[np.isfinite(part)]


def _row(part: Floats) -> dict[str, object]:
    known = _known(part)
    n = len(known)
    row: dict[str, object] = {"n": n, "n_missing": len(part) - n}
    if not n:
        return row
    mean, sd = float(known.mean()), float(known.std(ddof=1)) if n > 1 else float("nan")
    reach = _reach(sd / np.sqrt(n), n - 1)
    return row | {
        "mean": mean,
        "sd": sd,
        "lower": mean - reach,
        "upper": mean + reach,
        "median": float(np.median(known)),
        "minimum": float(known.min()),
        "maximum": float(known.max()),
    }


def _difference(first: Floats, second: Floats) -> dict[str, object]:
    """Return the difference of two means with Welch's interval."""
    row: dict[str, object] = {"n": len(first) + len(second)}
    if not (len(first) and len(second)):
        return row
    mean = float(second.mean() - first.mean())
    reach = float("nan")
    if min(len(first), len(second)) > 1:
        squares = np.array([part.var(ddof=1) / len(part) for part in (first, second)])
        free = np.array([len(first) - 1, len(second) - 1])
        total = squares.sum()
        reach = _reach(np.sqrt(total), total**2 / (squares**2 / free).sum()) if total else 0.0
    return row | {"mean": mean, "lower": mean - reach, "upper": mean + reach}


def _reach(error: float, free: float) -> float:
    return float(student.ppf((1 + CONFIDENCE) / 2, free) * error) if free > 0 else float("nan")
