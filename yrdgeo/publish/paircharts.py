"""What the page needs of the random plans and the best ones; promise: an absent table is empty."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from yrdgeo.publish.layers import Record, both, records, text
from yrdgeo.results import Run

DRAWN, PRINTED = 6, 12  # digits: what is printed is rounded once, in the page
STANDING = ("best_mean", "plan_mean", "excess_pct", "as_good_pct", "plan_rank", "n_best", "n_plans")
KEY = ("scheme", "criterion", "weighing", "capacity")


def pair_chart_records(run: Run, order: pd.Index) -> Record:
    """Return the random plans of each null and the best plans of each criterion.

    Parameters
    ----------
    order
        Adcodes in the order of the page.

    Returns
    -------
    records
        ``matchings``: null → scheme → column → bins ``[lower, upper, count]`` from low to high;
        ``nulls``: null → its title in Chinese and English; ``best``: a record a plan.
    """
    return {
        "matchings": _matchings(_rows(run, "pair_nulls")),
        "nulls": {text(row["null"]): both(row, "title") for row in _rows(run, "null_meanings")},
        "best": _best(run, order),
    }


def significant(cell: object, digits: int = DRAWN) -> float | None:
    """Return a number to some significant digits, None where there is none.

    >>> significant(1234567.8), significant(float("nan")), significant("")
    (1234570.0, None, None)
    """
    found = text(cell)
    value = float(found) if found else np.nan
    return float(f"{value:.{digits}g}") if np.isfinite(value) else None


def _rows(run: Run, name: str) -> list[dict[str, object]]:
    table = run.tables.get(name)
    return [] if table is None else records(table)


def _matchings(rows: list[dict[str, object]]) -> Record:
    found: dict[str, dict[str, dict[str, list[list[float | int | None]]]]] = {}
    for row in rows:
        schemes = found.setdefault(text(row["null"]), {})
        bins = schemes.setdefault(text(row["scheme"]), {}).setdefault(text(row["column"]), [])
        bins.append([significant(row["lower"]), significant(row["upper"]), int(str(row["count"]))])
    for schemes in found.values():
        for columns in schemes.values():
            for bins in columns.values():
                bins.sort(key=lambda one: one[0] or 0.0)
    return {**found}


def _best(run: Run, order: pd.Index) -> list[Record]:
    ends: dict[tuple[str, ...], list[list[int]]] = {}
    for row in _rows(run, "optimal_pairs"):
        codes = [text(row[f"{role}_id"]) for role in ("helper", "helped", "actual")]
        places = [int(i) for i in order.get_indexer(pd.Index(codes))]
        ends.setdefault(_key(row), []).append(places)
    return [
        {
            **{name: text(row[name]) for name in KEY},
            **{name: significant(row[name], PRINTED) for name in STANDING},
            "pairs": sorted(ends[_key(row)], key=lambda one: one[1]),
        }
        for row in _rows(run, "optimal_plans")
    ]


def _key(row: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(text(row[name]) for name in KEY)
