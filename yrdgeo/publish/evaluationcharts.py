"""Did it work, as the page draws it; promise: no estimate is shown without both its p-values.

Effects by year with the band that chance alone would give, the helped beside the others, and,
where nothing was evaluated, what the data lack.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from yrdgeo.publish.layers import Record, both, records, text
from yrdgeo.results import Run

GROUPS = ("all", "adjacent", "leapfrog", "difference")
LOG = "log points"
DIGITS = 6
EFFECT = (
    "estimate", "standard_error", "p_randomisation", "p_floor", "p_wild", "n_units", "n_treated",
    "pre_trend_p", "leads_p",
)  # fmt: skip
BY_YEAR = ("event_year", "estimate", "lower", "upper", "chance_low", "chance_high")
BY_YEAR_P = ("p_randomisation", "p_wild")
TREND = ("year", "treated", "control")


def evaluation_records(run: Run) -> Record:
    """Return every evaluation with its groups, years and trends; by scheme what the data lack.

    Returns
    -------
    record
        ``evaluations``: ``id title of start unit log groups trends``, where a group has its
        effect and ``years`` as rows of ``event_year estimate lower upper chance_low chance_high
        p_randomisation p_wild``, and ``trends`` are rows of ``year treated control after``.
        ``readiness``: scheme → ``start n usable`` and the series that comes nearest.
    """
    effects, by_year, trends = (
        run.tables.get(name, pd.DataFrame())
        for name in ("evaluation", "evaluation_years", "evaluation_trends")
    )
    names = [] if effects.empty else dict.fromkeys(effects["evaluation_id"])
    return {
        "evaluations": [
            _evaluation(*(_of(table, name) for table in (effects, by_year, trends)))
            for name in names
        ],
        "readiness": _readiness(run.tables.get("evaluation_readiness", pd.DataFrame())),
    }


def _of(table: pd.DataFrame, name: object) -> pd.DataFrame:
    return table if table.empty else table[table["evaluation_id"].eq(str(name))]


def _evaluation(effects: pd.DataFrame, by_year: pd.DataFrame, trends: pd.DataFrame) -> Record:
    rows = records(effects)
    first = rows[0]
    named = {text(row["group"]): row for row in rows if text(row["group"]) in GROUPS}
    unit = text(first.get("unit"))
    return {
        "id": text(first["evaluation_id"]),
        "title": _title(first),
        "of": text(first["scheme"]),
        "start": _number(first.get("start_year")),
        "unit": unit,
        "log": unit == LOG,
        "groups": {
            group: {
                **{name: _number(named[group].get(name)) for name in EFFECT},
                "years": _years(by_year, group),
            }
            for group in GROUPS
            if group in named
        },
        "trends": _trends(trends),
    }


def _title(row: Mapping[str, object]) -> list[str]:
    known = text(row.get("indicator"))
    return [one or known for one in both(row, "title")]


def _number(cell: object) -> float | int | None:
    found = text(cell)
    value = float(found) if found else np.nan
    if not np.isfinite(value):
        return None
    return int(value) if value == int(value) else float(f"{value:.{DIGITS}g}")


def _years(table: pd.DataFrame, group: str) -> list[list[float | int | None]]:
    if table.empty:
        return []
    rows = records(table[table["group"].eq(group)].sort_values("event_year"))
    return [[_number(row.get(name)) for name in (*BY_YEAR, *BY_YEAR_P)] for row in rows]


def _trends(table: pd.DataFrame) -> list[list[float | int | None]]:
    if table.empty:
        return []
    return [
        [*(_number(row[name]) for name in TREND), int(bool(row["after"]))]
        for row in records(table.sort_values("year"))
    ]


def _readiness(table: pd.DataFrame) -> Record:
    """Return, by scheme, how many series could tell, and what the best of them lacks."""
    if table.empty:
        return {}
    made: Record = {}
    for scheme, part in table.groupby("scheme", sort=True):
        years = [_listed(part[name]) for name in ("years_before", "years_after")]
        known = sum(years, start=pd.Series(0, part.index))
        ordered = part.assign(known=known, untreated=part["n_control"].clip(upper=10))
        keys = ["known", "untreated", "n_control", "indicator", "vintage"]
        best = records(ordered.sort_values(keys, ascending=[False] * 3 + [True] * 2).head(1))[0]
        made[text(scheme)] = {
            "start": _number(part["start_year"].iloc[0]),
            "n": len(part),
            "usable": int(part["usable"].astype(bool).sum()),
            "treated": int(part["n_treated"].max()),
            "title": _title(best),
            "lacks": both({"note_zh": best.get("note_zh"), "note_en": best["note"]}, "note"),
        }
    return made


def _listed(column: pd.Series) -> pd.Series:
    """Return how many years each cell lists.

    >>> _listed(pd.Series(["", "2021", "2020;2021"])).tolist()
    [0, 1, 2]
    """
    return column.astype(str).map(lambda cell: len([one for one in cell.split(";") if one.strip()]))
