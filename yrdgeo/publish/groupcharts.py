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
PARTS = ("national", "industry_mix", "competitive", "allocation")  # of a change
BETA = ("first_year", "last_year", "n", "slope", "lower", "upper", "half_life_years")


def group_records(run: Run) -> Record:
    """Return the nested decompositions, convergence and the weights of scores."""
    return {
        "nested": _nested(run.tables.get("theil_nested")),
        "indices": {
            text(row["measure"]): [name or text(row["measure"]) for name in both(row, "measure")]
            for row in _rows(run, "inequality")
            if "measure" in row
        },
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
        "shift": _shift(run.tables.get("structure_change")),
        "local": _local(run.tables.get("structure_sectors")),
        "alike": _alike(run.tables.get("structure_pairs")),
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


def _shift(table: pd.DataFrame | None) -> list[Record]:
    """Return one record a split of a change: by city, summed over its sectors."""
    if table is None:
        return []
    found = []
    for _, part in table.groupby(["measure", "first_year", "year"], sort=True):
        names = ["change", *(one for one in PARTS if one in part and part[one].notna().all())]
        one = records(part.head(1))[0]
        sums = part.groupby("adcode", sort=True)[names].sum()
        found.append(
            {
                **_titled(one),
                "first": int(part["first_year"].iloc[0]),
                "unit": both(one, "unit"),
                "parts": names,
                "rows": [
                    [text(code), *(_number(value) for value in row)]
                    for code, row in zip(sums.index, sums.to_numpy(), strict=True)
                ],
            }
        )
    return found


def _local(table: pd.DataFrame | None) -> list[Record]:
    """Return one record a measure of sectors: each sector's name and number."""
    if table is None:
        return []
    return [
        {
            **_titled(records(part.head(1))[0]),
            "rows": [[both(row, "sector"), _number(row["value"])] for row in records(part)],
        }
        for _, part in table.groupby(["measure", "year"], sort=True)
    ]


def _alike(table: pd.DataFrame | None) -> list[Record]:
    """Return one record a measure of pairs: its median, and the pairs at either end."""
    if table is None:
        return []
    found = []
    for _, part in table.groupby(["measure", "year"], sort=True):
        ranked = part.dropna(subset="value").sort_values(["value", "from_id", "to_id"])
        if ranked.empty:
            continue
        low, high = (
            [text(row["from_id"]), text(row["to_id"]), _number(row["value"])]
            for row in (records(ranked.head(1))[0], records(ranked.tail(1))[0])
        )
        ends = {"n": len(ranked), "median": _number(ranked["value"].median())}
        found.append({**_titled(records(part.head(1))[0]), **ends, "low": low, "high": high})
    return found


def _titled(row: Mapping[str, object]) -> Record:
    return {
        "title": both(row, "measure"),
        "note": [text(row.get("note_zh")), text(row.get("note"))],
        "year": int(str(row["year"])),
    }
