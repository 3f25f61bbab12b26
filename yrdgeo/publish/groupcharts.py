"""What the page says of groups: where inequality lies, whether cities converge, what scores weigh.

Promise: a table that the run lacks is an empty list, and the page draws nothing.
"""

from collections.abc import Mapping

import pandas as pd

from yrdgeo.publish.layers import Record, both, number, records, text
from yrdgeo.results import Run

SIGMA = "sigma_convergence"
REGION = "region"
DIGITS = 5  # more than any of it is printed with
BETA = ("first_year", "last_year", "n", "slope", "lower", "upper", "half_life_years")


def group_records(run: Run) -> Record:
    """Return the nested decompositions, convergence and the weights of scores."""
    return {
        "nested": _nested(run.tables.get("theil_nested")),
        "sigma": [
            {"values": text(row["values"]), **_numbers(row, ("year", "value", "low", "high", "n"))}
            for row in _rows(run, "inequality")
            if text(row.get("measure")) == SIGMA and text(row.get("group_id")) == REGION
        ],
        "beta": [
            {
                "values": text(row["values"]),
                **_numbers(row, BETA),
                "mixed": text(row["first_vintage"]) != text(row["last_vintage"]),
            }
            for row in _rows(run, "convergence")
        ],
        "weights": _weights(run),
    }


def _rows(run: Run, name: str) -> list[dict[str, object]]:
    table = run.tables.get(name)
    return [] if table is None else records(table)


def _numbers(row: Mapping[str, object], names: tuple[str, ...]) -> Record:
    return {name: _number(row.get(name)) for name in names}


def _number(cell: object) -> float | None:
    found = text(cell)
    return number(float(f"{float(found):.{DIGITS}g}"), DIGITS) if found else None


def _nested(table: pd.DataFrame | None) -> list[Record]:
    """Return one record a value and year: the shares of Theil T from the widest level inwards."""
    if table is None:
        return []
    rows = table[table["index"].eq("T")]
    return [
        {
            "values": text(key[0]),
            "year": int(str(key[1])),
            "total": _number(part["value"].sum()),
            "shares": [_number(share) for share in part["share"]],
        }
        for key, part in rows.groupby(["values", "year"], sort=True)
    ]


def _weights(run: Run) -> list[Record]:
    table = run.tables.get("score_weights")
    if table is None:
        return []
    titles = {text(row["layer_id"]): both(row, "title") for row in records(run.layers)}
    return [
        {
            "score": text(name),
            "by": text(part["weights"].iloc[0]),
            "n": int(part["n"].iloc[0]),
            "parts": [
                {
                    "title": titles.get(text(row["criterion"]), [text(row["criterion"])] * 2),
                    "weight": _number(row["weight"]),
                }
                for row in records(part.sort_values("weight", ascending=False, kind="stable"))
            ],
        }
        for name, part in table.groupby("score", sort=True)
    ]
