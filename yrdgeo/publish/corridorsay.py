"""What the page says of gradients along corridors: the way's name, who counts, and the premium."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from yrdgeo.publish.layers import records, text
from yrdgeo.publish.words import UnitName, unit_of, words_of
from yrdgeo.results import Run

CORRIDOR = "corridor"
Both = tuple[str, str]


def way(row: Mapping[str, object]) -> str:
    """Return the key of the way that a gradient measures distance by, one for each corridor.

    >>> way({"by": "corridor", "corridor_id": "g60"}), way({"by": "rail"})
    ('corridor_g60', 'rail')
    """
    by = text(row["by"])
    return f"{CORRIDOR}_{text(row.get('corridor_id'))}" if by == CORRIDOR else by


def way_words(run: Run, unit: UnitName = "city") -> dict[str, Both]:
    """Return what the ways along this run's corridors are called."""
    words = words_of(unit)["by_corridor"]
    return {
        f"by_{way(row)}": _put(words, corridor=_names(row))
        for row in records(run.gradients)
        if text(row["by"]) == CORRIDOR
    }


def said(run: Run, row: Mapping[str, object], order: pd.Index) -> list[str]:
    """Return, Chinese and English, who counts along a corridor and what it has more; or nothing."""
    if text(row["by"]) != CORRIDOR:
        return ["", ""]
    words = words_of(unit_of(order))
    counts = {key: f"{float(str(row[key])):g}" for key in ("offset_km", "n_left_out", "n")}
    beside = len(order) - int(float(counts["n_left_out"]))
    along = _put(
        words["fit_along"],
        corridor=_names(row),
        offset=_same(counts["offset_km"]),
        n=_same(f"{beside}"),
        left=_same(counts["n_left_out"]),
    )
    more = _premium(run, row, words)
    return [a + b for a, b in zip(along, more, strict=True)]


def _premium(run: Run, row: Mapping[str, object], words: Mapping[str, Both]) -> Both:
    table = run.tables.get("corridor_premium")
    if table is None:
        return "", ""
    mine = table[table["gradient_id"].eq(text(row["gradient_id"])) & table["by"].eq("km")]
    layers = run.layers[run.layers["layer_id"].eq(text(row["values"]))]
    if mine.empty or layers.empty:
        return "", ""
    found, layer = mine.iloc[0], layers.iloc[0]
    percent = bool(np.isfinite(found["premium_pct"]))
    names = ("premium_pct", "lower_pct", "upper_pct") if percent else ("premium", "lower", "upper")
    ends = [float(found[name]) for name in names]
    decimals = 0 if percent else int(float(str(layer.get("decimals", 0))))
    units = ("%", "%") if percent else (text(layer["unit_zh"]), _after(text(layer["unit_en"])))
    shown = [f"{value:+,.{decimals}f}" for value in ends]
    values = dict(zip(("premium", "low", "high"), map(_same, shown), strict=True))
    title = (text(layer["title_zh"]), text(layer["title_en"]))
    told = _put(words["fit_premium"], title=title, unit=units, **values)
    if ends[1] <= 0 <= ends[2] or not np.isfinite(ends).all():
        told = told[0] + words["premium_unsure"][0], told[1] + words["premium_unsure"][1]
    return told


def _after(unit: str) -> str:
    """Return an English unit as it follows a number: 5 × 10 thousand persons.

    >>> _after("yuan"), _after("10 thousand persons")
    (' yuan', ' × 10 thousand persons')
    """
    return f" × {unit}" if unit[:1].isdigit() else f" {unit}"


def _names(row: Mapping[str, object]) -> Both:
    return text(row.get("corridor_zh")), text(row.get("corridor_en"))


def _same(shown: str) -> Both:
    return shown, shown


def _put(words: Both, **values: Both) -> Both:
    """Put values into their places at once, so that a name with braces stays as it is."""
    made = []
    for i, one in enumerate(words):
        parts = one.split("{")
        out = [parts[0]]
        for part in parts[1:]:
            key, rest = part.split("}", 1)
            out.append(f"{values[key][i]}{rest}")
        made.append("".join(out))
    return made[0], made[1]
