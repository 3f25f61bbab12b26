"""What the page's charts need besides the layers; promise: a table that is absent draws nothing.

The tests of the pairs with all their matchings, the plans no other beats, the fitted curves with
their bands and residuals, the slopes by year, and the classes in which differences are drawn.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from yrdgeo.publish.groupcharts import group_records
from yrdgeo.publish.layers import Floats, Record, both, letters, number, records, text
from yrdgeo.publish.paircharts import PRINTED, pair_chart_records, significant
from yrdgeo.publish.palette import Classes, classify, turned
from yrdgeo.results import Run

# What a plan can be judged by: column → decimals.
CRITERIA = {
    "seat_km": 1, "centroid_km": 1, "border_km": 1, "rail_min": 0, "road_min": 0,
    "travel_time_min": 0, "gdp_per_capita_gap_yuan": 0, "gdp_per_capita_ratio": 2,
}  # fmt: skip
ARROW = "→"
PERCENT_DECIMALS = 1
MOST_FOR_BREAKS = 300
LOG_FORMS = ("exponential", "power")
CURVE = 4  # digits of a line and its band: far less than a pixel


def chart_records(run: Run, order: pd.Index) -> Record:
    """Return the tests, the matchings, the plans and the scenarios of a run.

    Parameters
    ----------
    order
        Adcodes in the order of the page.
    """
    return {
        "tests": [_test(row) for row in _rows(run, "pair_tests")],
        **pair_chart_records(run, order),
        "plans": _plans(run.tables.get("pareto"), order),
        "rings": [_ring(row, order) for row in _rows(run, "rings")],
        "centres": [_numbers_of(row, CENTRE) for row in _rows(run, "centre_of_gravity")],
        "sizes": [_numbers_of(row, SIZE) for row in _rows(run, "rank_size")],
        "inequality": [
            {**_numbers_of(row, INEQUALITY), "group": text(row.get("group_id"))}
            for row in _by_group(_rows(run, "inequality"))
            if {"group_id", "year", "values", "measure"} <= set(row)
        ],
        **group_records(run),
        "scenarios": {
            text(row["scenario"]): {"title": both(row, "title"), "note": both(row, "note")}
            for row in records(run.scenarios)
        },
    }


def _by_group(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return rows group by group, the first named first, each by year."""
    names = list(dict.fromkeys(text(row.get("group_id")) for row in rows))
    return sorted(
        rows, key=lambda row: (names.index(text(row.get("group_id"))), text(row.get("year")))
    )


CENTRE = ("values", "year", "move_km", "bearing_deg")
SIZE = ("values", "year", "exponent", "lower", "upper", "n", "primacy_two_city")
INEQUALITY = ("values", "year", "measure", "value", "low", "high", "n")
WORDS = ("values", "measure")


def _numbers_of(row: Mapping[str, object], names: Iterable[str]) -> Record:
    return {
        name: text(row.get(name)) if name in WORDS else significant(row.get(name), PRINTED)
        for name in names
    }


def _ring(row: Mapping[str, object], order: pd.Index) -> Record:
    """Return a ring, the last one open, with its share of both amounts of the region."""
    names = ("lo", "hi", "n", "ratio", "numerator_share", "denominator_share")
    return {
        **_numbers_of(row, names),
        "core": int(order.get_indexer(pd.Index([text(row["from_id"])]))[0]),
        "by": text(row["by"]),
    }


def _rows(run: Run, name: str) -> list[dict[str, object]]:
    table = run.tables.get(name)
    return [] if table is None else records(table)


def _test(row: Mapping[str, object]) -> Record:
    numbers = ("statistic", "p_value", "p_floor", "n_permutations", "null_mean", "optimum")
    return {
        **{name: text(row[name]) for name in ("scheme", "test", "column", "null", "alternative")},
        **{name: significant(row.get(name), PRINTED) for name in numbers},
        "exact": bool(row["exact"]),
        "note": [text(row.get("note_zh")) or text(row.get("note")), text(row.get("note"))],
    }


def _plans(table: pd.DataFrame | None, order: pd.Index) -> Record:
    if table is None:
        return {}
    criteria = [name for name in CRITERIA if name in table and table[name].notna().all()]
    return {
        text(scheme): {
            "criteria": criteria,
            "plans": [_plan(row, criteria, order) for row in records(rows)],
        }
        for scheme, rows in table.groupby("scheme", sort=True)
        if len(criteria) > 1
    }


def _plan(row: Mapping[str, object], criteria: list[str], order: pd.Index) -> Record:
    ends = [
        [code.strip() for code in pair.split(ARROW)]
        for pair in text(row["matching"]).split(";")
        if pair.count(ARROW) == 1
    ]
    return {
        "id": int(str(row["solution"])),
        "actual": text(row["kind"]) == "actual",
        "values": [significant(row[name], PRINTED) for name in criteria],
        "pairs": [[int(i) for i in order.get_indexer(pd.Index(pair))] for pair in ends],
        "beaten": int(float(text(row.get("dominated_by")) or 0)),
    }


def curve_points(table: pd.DataFrame | None, name: str) -> list[list[float | None]]:
    """Return one fitted curve as ``[distance, fitted, lower, upper]``, from near to far."""
    if table is None:
        return []
    rows = table[table["gradient_id"].eq(name)].sort_values("distance")
    columns = ["distance", "fitted", "lower", "upper"]
    return [[significant(row[column], CURVE) for column in columns] for row in records(rows)]


def year_rows(table: pd.DataFrame | None, name: str) -> list[Record]:
    """Return the slopes by year of one gradient, each with what its test concludes."""
    if table is None:
        return []
    rows = table[table["gradient_id"].eq(name)].sort_values("year")
    return [
        {
            "year": int(str(row["year"])),
            **{key: significant(row[key]) for key in ("slope", "lower", "upper", "n")},
            "p": significant(row.get("p_holm", row.get("p_value"))),
            "reading": text(row.get("reading")),
        }
        for row in records(rows)
    ]


def residual_record(
    rows: pd.DataFrame, observed: pd.Series, order: pd.Index, *, decimals: int
) -> Record | None:
    """Return how far each city lies off a fitted line, with classes around zero.

    A residual of logarithms is told in per cent of the fitted value, any other in the unit of
    the value; which it is follows from the values. None if it is neither.

    Parameters
    ----------
    rows
        ``adcode fitted residual``.
    observed
        By adcode, what was fitted.
    """
    table = rows.set_index("adcode").reindex(order)
    fitted, off = (table[name].to_numpy(np.float64) for name in ("fitted", "residual"))
    seen = observed.reindex(order).to_numpy(np.float64)
    known = np.isfinite(off) & np.isfinite(seen)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(seen / fitted)
    if known.any() and np.allclose(off[known], logs[known], rtol=1e-4, atol=1e-6):
        return _signed(100.0 * np.expm1(off), decimals=PERCENT_DECIMALS, percent=True)
    if known.any() and np.allclose(off[known], (seen - fitted)[known], rtol=1e-4, atol=1e-6):
        return _signed(off, decimals=decimals, percent=False)
    return None


def _signed(values: Floats, *, decimals: int, percent: bool) -> Record:
    shown = np.array([round(float(v), decimals) if np.isfinite(v) else np.nan for v in values])
    classes = _around_zero(shown, decimals)
    return {
        "percent": percent,
        "decimals": decimals,
        "values": [number(value, decimals) for value in shown],
        "classes": letters(classes.index(shown)),
        **_drawn(classes),
    }


def difference_records(run: Run, order: pd.Index, layers: list[Record]) -> Record:
    """Return, for each layer, what its differences are drawn with.

    ``scenario``: classes around zero and the values themselves, a scenario minus the base of the
    same year, subtracted before they are rounded. ``year``: classes around zero of a later year
    minus an earlier one, over all couples of years, as printed. Left out where there is only one.
    """
    found: Record = {}
    frames = {text(name): part for name, part in run.results.groupby("layer_id")}
    for layer in layers:
        if "categories" in layer:  # names are not subtracted
            continue
        made = {
            "scenario": _scenarios(frames[str(layer["id"])], order, layer),
            "year": _years(layer),
        }
        if any(made.values()):
            found[str(layer["id"])] = {name: one for name, one in made.items() if one}
    return found


def _scenarios(rows: pd.DataFrame, order: pd.Index, layer: Record) -> Record | None:
    decimals = int(str(layer["decimals"]))
    columns = {
        (int(str(year)), text(scenario)): part.set_index("adcode")["value"].reindex(order)
        for (year, scenario), part in rows.groupby(["year", "scenario"])
    }
    values = {
        f"{year}|{scenario}": _minus(column, columns[year, ""], decimals)
        for (year, scenario), column in columns.items()
        if scenario and (year, "") in columns
    }
    if not values:
        return None
    classes = _classes(list(values.values()), layer)
    shown = {key: [number(v, decimals) for v in one] for key, one in values.items()}
    return {**classes, "values": shown}


def _minus(after: pd.Series, before: pd.Series, decimals: int) -> Floats:
    """Return the rounded difference; NaN where either has no number."""
    ends = [one.to_numpy(np.float64) for one in (after, before)]
    known = np.isfinite(ends[0]) & np.isfinite(ends[1])
    return np.array(
        [
            round(float(a - b), decimals) + 0.0 if k else np.nan
            for a, b, k in zip(*ends, known, strict=True)
        ]
    )


def _years(layer: Record) -> Record | None:
    views: Mapping[str, Mapping[str, list[float | None]]] = layer["views"]  # type: ignore[assignment]  # a record
    base = [
        np.array([np.nan if v is None else v for v in views[key]["values"]], dtype=np.float64)
        for key in sorted(views)
        if key.endswith("|")
    ]
    steps = [later - sooner for sooner, later in combinations(base, 2)]
    return _classes(steps, layer) if steps else None


def _around_zero(values: Floats, decimals: int) -> Classes:
    """Return natural breaks, or quantiles of so many values that breaks would take seconds.

    What prints as nought is a class of its own, neither gain nor loss.
    """
    many = np.isfinite(values).sum() > MOST_FOR_BREAKS
    scheme = "quantiles" if many else "fisher_jenks"
    return classify(values, scheme=scheme, midpoint=0.0, step=10.0**-decimals)


def _classes(differences: Sequence[Floats], layer: Record) -> Record:
    """Return classes around zero; what is better is on the side of the higher classes' hue."""
    joined = np.concatenate(list(differences))
    decimals = int(str(layer["decimals"]))
    rounded = np.asarray(np.round(joined, decimals) + 0.0, dtype=np.float64)
    classes = _around_zero(rounded, decimals)
    return _drawn(turned(classes) if layer["better"] == "low" else classes)


def _drawn(classes: Classes) -> Record:
    neutral = {} if classes.neutral is None else {"neutral": classes.neutral}
    return {
        "breaks": list(classes.breaks),
        "colours": list(classes.colours),
        "scheme": classes.scheme,
        **neutral,
    }
