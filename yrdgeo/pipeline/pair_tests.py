"""Is the plan nearer than chance, and which plan would be best: tables of a run's pairs."""

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo import geo
from yrdgeo.analysis import pairs
from yrdgeo.analysis.matching import EXACT_HELPERS
from yrdgeo.errors import YrdGeoError
from yrdgeo.results import TestResult, TravelTimes
from yrdgeo.study import Study

DRAWS = 99_999
BINS = 40
FEWEST = 3  # two pairs have two plans
# The gap summed over a plan is the same for every plan of the same cities; the ratio is not.
RATIO = "gdp_per_capita_ratio"
SUMMARISED = ("contiguity_order", "detour_ratio", "gdp_per_capita_gap_yuan", RATIO, "similarity")
TEST_COLUMNS = [
    "scheme", "test", "column", "null", "statistic", "p_value", "p_floor", "alternative",
    "n_permutations", "exact", "null_mean", "null_sd", "optimum", "note", "note_zh",
]  # fmt: skip
NULL_COLUMNS = ["scheme", "column", "lower", "upper", "count"]
_LESS_ZH = {
    "same_helpers": "与同样的帮扶方、受帮扶方随机配对相比",
    "cross_province": "与只许跨省的随机配对相比",
    "capacity": "与每个帮扶方可承担更多城市的随机配对相比",
}


def pair_tables(
    study: Study, rows: pd.DataFrame, times: Mapping[str, TravelTimes], per_head: pd.Series
) -> dict[str, pd.DataFrame]:
    """Return ``pair_tests pair_nulls pair_summary pareto``; nothing where there are no pairs.

    A test that a scheme does not allow (two ends only, a city without a path) is left out.
    """
    if rows.empty:
        return {}
    tests: list[dict[str, object]] = []
    nulls: list[dict[str, object]] = []
    groups: list[pd.DataFrame] = []
    fronts: list[pd.DataFrame] = []
    for scheme, part in rows.groupby("scheme", sort=True):
        matrices = dict(_matrices(study, part, times))
        for column, matrix in matrices.items():
            tests += _comparison(str(scheme), part, column)
            tests += _matching(study, part, column, matrix, nulls)
        groups.append(_summary(str(scheme), part, matrices))
        fronts += _front(str(scheme), part, matrices["seat_km"], per_head)
    made = {
        "pair_tests": pd.DataFrame(tests, columns=TEST_COLUMNS),
        "pair_nulls": pd.DataFrame(nulls, columns=NULL_COLUMNS),
        "pair_summary": pd.concat(groups, ignore_index=True),
    }
    if fronts:
        made["pareto"] = pd.concat(fronts, ignore_index=True)
    return {name: table for name, table in made.items() if len(table)}


def _matrices(
    study: Study, part: pd.DataFrame, times: Mapping[str, TravelTimes]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the distances between every helper and every helped city of a scheme."""
    helpers, helped = (list(part[name].unique()) for name in ("helper_city", "helped_city"))
    a, b = np.repeat(helpers, len(helped)).tolist(), helped * len(helpers)
    for name, measure in (
        ("seat_km", geo.geodesic_km),
        ("centroid_km", geo.centroid_km),
        ("border_km", geo.border_km),
    ):
        km = np.asarray(measure(study.cities, a, b)).reshape(len(helpers), -1)
        yield name, pd.DataFrame(km, helpers, helped)
    for mode, matrix in times.items():
        name = "travel_time_min" if mode == "best" else f"{mode}_min"
        yield name, matrix.to_frame().loc[helpers, helped]


def _summary(scheme: str, part: pd.DataFrame, measured: Mapping[str, object]) -> pd.DataFrame:
    """Return what each class of pairs is like, with intervals of the means."""
    columns = [name for name in (*measured, *SUMMARISED) if name in part]
    found = pairs.summary(part, columns).rename(columns={"group": "pair_group"})
    return found.assign(scheme=scheme)[["scheme", *found.columns]]


def _comparison(scheme: str, part: pd.DataFrame, column: str) -> list[dict[str, object]]:
    try:
        found = pairs.compare(part, column)
    except YrdGeoError:  # one class only, or a time without a path
        return []
    splits, floor = f"{found.n_permutations:,}", f"{found.p_floor:.2g}"
    zh = f"毗邻型与飞地型的差异，共{splits}种分法，p值不可能小于{floor}。"
    return [_row(scheme, "compare", column, "splits", found, zh)]


def _matching(
    study: Study,
    part: pd.DataFrame,
    column: str,
    matrix: pd.DataFrame,
    nulls: list[dict[str, object]],
) -> list[dict[str, object]]:
    """Test a scheme under each null, and keep the first null's histogram."""
    scheme = str(part["scheme"].iloc[0])
    plan = list(part["helper_city"]), list(part["helped_city"])
    if len(part) < FEWEST or len(set(plan[1])) < len(part):
        return []
    how: Literal["exact"] | int = "exact" if len(part) <= EXACT_HELPERS else DRAWS
    rows = []
    for name, allowed, capacity in _nulls(study, matrix):
        draw = how if capacity is None else DRAWS
        try:
            found = pairs.matching_test(
                matrix, *plan, permutations=draw, allowed=allowed, capacity=capacity
            )
            helpers = plan[0] if capacity is None else list(dict.fromkeys(plan[0]))
            cost = matrix if allowed is None else matrix.where(allowed, np.inf)
            best = pairs.optimal(cost, helpers, plan[1], capacity=capacity or 1)
        except YrdGeoError:  # no path between some, or the plan itself is within a province
            continue
        zh = f"{_LESS_ZH[name]}，共{found.n_permutations:,}种，p值不可能小于{found.p_floor:.2g}。"
        row = _row(scheme, "matching", column, name, found, zh)
        rows.append({**row, "optimum": float(best["cost"].mean())})
        if name == "same_helpers":
            counts, edges = np.histogram(found.null, BINS)
            nulls += [
                {"scheme": scheme, "column": column, "lower": lo, "upper": hi, "count": int(n)}
                for lo, hi, n in zip(edges[:-1], edges[1:], counts, strict=True)
            ]
    return rows


def _nulls(
    study: Study, matrix: pd.DataFrame
) -> Iterator[tuple[str, pd.DataFrame | None, int | None]]:
    """Yield the nulls of a plan: name, allowed pairs, cities that a helper could have taken."""
    yield "same_helpers", None, None
    provinces = [[pairs.province_of(code) for code in end] for end in matrix.axes]
    apart = pd.DataFrame(
        np.not_equal.outer(*map(np.array, provinces)), matrix.index, matrix.columns
    )
    if not apart.all(axis=None):
        yield "cross_province", apart, None
    if study.spec.pairs["capacity"] is not None:
        yield "capacity", None, int(str(study.spec.pairs["capacity"]))


def _row(
    scheme: str, test: str, column: str, null: str, found: TestResult, zh: str
) -> dict[str, object]:
    return {
        "scheme": scheme,
        "test": test,
        "column": column,
        "null": null,
        "statistic": found.statistic,
        "p_value": found.p_value,
        "p_floor": found.p_floor,
        "alternative": found.alternative,
        "n_permutations": found.n_permutations,
        "exact": "drawn" not in found.note,
        "null_mean": float(found.null.mean()),
        "null_sd": float(found.null.std()),
        "optimum": np.nan,
        "note": found.note,
        "note_zh": zh,
    }


def _front(
    scheme: str, part: pd.DataFrame, km: pd.DataFrame, per_head: pd.Series
) -> list[pd.DataFrame]:
    """Return the plans that no other beats on nearness and on the strong helping the weak."""
    plan = list(part["helper_city"]), list(part["helped_city"])
    if len(part) < FEWEST or len(set(plan[1])) < len(part):
        return []
    richer, poorer = (per_head.reindex(end).to_numpy(np.float64) for end in (km.index, km.columns))
    if not (np.isfinite(richer).all() and np.isfinite(poorer).all() and (poorer > 0).all()):
        return []
    ratio = pd.DataFrame(np.divide.outer(richer, poorer), km.index, km.columns)
    front = pairs.pareto({"seat_km": km, RATIO: ratio}, *plan, maximise=[RATIO])
    return [front.assign(scheme=scheme)[["scheme", *front.columns]]]
