"""Is the plan nearer than chance, and which plan would be best: tables of a run's pairs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo import geo
from yrdgeo.analysis import pairs
from yrdgeo.analysis.matching import EXACT_HELPERS
from yrdgeo.errors import ArgumentError
from yrdgeo.pipeline import pair_doubts as doubts
from yrdgeo.pipeline.pair_nulls import (
    CANDIDATES,
    CAPACITY,
    FIRST,
    NULLS,
    Case,
    Plan,
    asked,
    case_of,
    meanings,
)
from yrdgeo.pipeline.pair_plans import RATIO, Scheme, best_plans, front, plan_tables
from yrdgeo.results import TestResult, TravelTimes
from yrdgeo.sources.notices import Notice
from yrdgeo.study import Study

DRAWS = 99_999
BINS = 40
SAME = 1e-9  # of the plan's mean: sums in two orders of addition are alike
FEWEST = 3  # two pairs have two plans
SUMMARISED = ("contiguity_order", "detour_ratio", "gdp_per_capita_gap_yuan", RATIO, "similarity")
TEST_COLUMNS = [
    "scheme", "test", "column", "null", "statistic", "p_value", "p_floor", "alternative",
    "n_permutations", "exact", "null_mean", "null_sd", "optimum", "note", "note_zh",
]  # fmt: skip
NULL_COLUMNS = ["scheme", "column", "lower", "upper", "count", "null"]
_LESS_ZH = {
    FIRST: "与同样的帮扶方、受帮扶方随机配对相比",
    "cross_province": "与只许跨省的随机配对相比",
    CAPACITY: "与每个帮扶方可承担更多城市的随机配对相比",
}


@dataclass(frozen=True, slots=True)
class PairAnswer:
    """The tables of a study's pairs, and what must be said of them.

    Attributes
    ----------
    tables
        ``pair_tests pair_nulls null_meanings pair_summary pareto optimal_plans optimal_pairs``,
        without those that would have no row.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class _Parts:
    """Rows and tables of one scheme after another."""

    tests: list[dict[str, object]] = field(default_factory=list)
    bins: list[dict[str, object]] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def pair_answer(
    study: Study, rows: pd.DataFrame, times: Mapping[str, TravelTimes], per_head: pd.Series
) -> PairAnswer:
    """Test the pairs of a study scheme by scheme, and find the best plans.

    What cannot be tested (one end only, a city without a path, a null that the plan itself
    breaks) is left out of the tables and said in a notice.
    """
    if rows.empty:
        return PairAnswer()
    found = _Parts()
    groups, fronts, best = [], [], []
    for _, part in rows.groupby("scheme", sort=True):
        scheme = Scheme(study, part, per_head)
        testable = len(part) >= FEWEST and not part["helped_city"].duplicated().any()
        cases = _cases(scheme, found) if testable else []
        wide = any(case.candidates for case in cases)
        matrices = dict(_matrices(study, part, times, wide=wide))
        for column, matrix in matrices.items():
            found.tests.extend(_comparison(scheme.name, part, column))
            _matching(scheme, column, matrix, cases, found)
        groups.append(_summary(scheme.name, part, matrices))
        if testable:
            fronts += front(scheme, matrices["seat_km"])
            best.append(best_plans(scheme, matrices, draws=DRAWS))
        named = bool(study.spec.pairs["nulls"])
        found.notices.extend(doubts.untestable(part, named=named, fewest=FEWEST))
    said = chain(found.notices, *(one.notices for one in best))
    made = {
        "pair_tests": pd.DataFrame(found.tests, columns=TEST_COLUMNS),
        "pair_nulls": pd.DataFrame(found.bins, columns=NULL_COLUMNS),
        "null_meanings": meanings(found.cases),
        "pair_summary": pd.concat(groups, ignore_index=True),
        "pareto": pd.concat(fronts, ignore_index=True) if fronts else pd.DataFrame(),
        **plan_tables(best),
    }
    return PairAnswer(
        {name: table for name, table in made.items() if len(table)}, tuple(dict.fromkeys(said))
    )


def _matrices(
    study: Study, part: pd.DataFrame, times: Mapping[str, TravelTimes], *, wide: bool
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the distances from every helper to every helped city of a scheme.

    ``wide``: from every city of the region that could have helped, too.
    """
    helpers, helped = (list(part[name].unique()) for name in ("helper_city", "helped_city"))
    if wide:
        helpers += [code for code in study.cities.index if code not in set(helpers)]
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


def _comparison(scheme: str, part: pd.DataFrame, column: str) -> Iterator[dict[str, object]]:
    """Yield the test of two classes, if there are two and every pair has a path."""
    numbers = (
        pd.to_numeric(part[column], errors="coerce") if column in part else pd.Series([np.nan])
    )
    if part["pair_class"].nunique() != 2 or not np.isfinite(numbers).all():  # noqa: PLR2004 — a difference has two sides
        return
    found = pairs.compare(part, column)
    splits, floor = f"{found.n_permutations:,}", f"{found.p_floor:.2g}"
    zh = f"毗邻型与飞地型的差异，共{splits}种分法，p值不可能小于{floor}。"
    yield _row(scheme, "compare", column, "splits", found, zh)


def _cases(scheme: Scheme, found: _Parts) -> list[Case]:
    """Return the nulls that a scheme can be tested under; say which it cannot, and why."""
    study, part, plan = scheme.study, scheme.part, scheme.plan
    named = bool(study.spec.pairs["nulls"])
    cases: list[Case] = []
    for parts in asked(study):
        case = case_of(study, plan, parts, scheme.per_head)
        ends = pd.Index([*plan[0], *plan[1]]).unique()
        lost = ends[scheme.per_head.reindex(ends).isna()] if "richer" in parts else ends[:0]
        same = next((one for one in cases if _alike(case, one, plan)), None)
        if len(lost):
            found.notices.append(doubts.without_gdp(case, part, study.cities, lost))
        elif not all(case.free(plan).loc[a, b] for a, b in zip(*plan, strict=True)):
            found.notices.append(doubts.impossible(case, part, study.cities))
        elif same is None:
            cases.append(case)
        elif named:  # of the nulls that nobody asked for, what is the same says nothing new
            found.notices.append(doubts.the_same(case, same, part))
    return cases


def _alike(case: Case, other: Case, plan: Plan) -> bool:
    """Tell whether two nulls allow the same plans of the same helpers."""
    if (case.capacity, case.candidates) != (other.capacity, other.candidates):
        return False
    return bool(case.free(plan).equals(other.free(plan)))


def _matching(
    scheme: Scheme, column: str, matrix: pd.DataFrame, cases: list[Case], found: _Parts
) -> None:
    """Test a scheme by one distance under each null, with the histogram of its matchings."""
    cut = []
    for case in cases:
        free = case.free(scheme.plan)
        cost = matrix.loc[free.index, free.columns].where(free, np.inf)
        if np.isfinite(cost).sum(axis=None) < free.sum(axis=None):
            cut.append(case)
            continue
        try:
            result = _tested(scheme.plan, matrix, case)
        except ArgumentError:  # the plan holds and has paths: what it allows is too rare
            found.notices.append(doubts.too_rare(case, scheme.part))
            continue
        row = _row(scheme.name, "matching", column, case.name, result, _less_zh(case, result))
        optimum = _least(cost, scheme.plan, case)
        found.tests.append({**row, "note": _less_en(case, result), "optimum": optimum})
        found.bins.extend(_bins(scheme.name, column, case.name, result))
        found.cases.append(case)
        if column == "seat_km" and np.ptp(result.null) <= SAME * result.statistic:
            found.notices.append(doubts.nothing_tested(case, scheme.part))
    if cut:
        found.notices.append(doubts.without_path(column, cut, scheme.part))


def _tested(plan: Plan, matrix: pd.DataFrame, case: Case) -> TestResult:
    few = len(plan[0]) <= EXACT_HELPERS and case.capacity is None and case.candidates is None
    how: Literal["exact"] | int = "exact" if few else DRAWS
    return pairs.matching_test(
        matrix,
        *plan,
        permutations=how,
        allowed=case.allowed,
        capacity=case.capacity,
        candidates=case.candidates,
    )


def _least(cost: pd.DataFrame, plan: Plan, case: Case) -> float:
    """Return the mean of the best plan that a null allows."""
    most = int(pd.Series(plan[0]).value_counts().max())
    if case.capacity is None and case.candidates is None:
        best = pairs.optimal(cost, *plan)
    else:
        best = pairs.optimal(cost, list(cost.index), plan[1], capacity=case.capacity or most)
    return float(best["cost"].mean())


def _less_en(case: Case, found: TestResult) -> str:
    if case.name in _LESS_ZH:
        return found.note
    asks = f" {NULLS[CANDIDATES].asks[1]}" if case.candidates else ""
    return f"{case.title[1][0].upper()}{case.title[1][1:]}: {found.note}{asks}"


def _less_zh(case: Case, found: TestResult) -> str:
    n, floor = f"{found.n_permutations:,}", f"{found.p_floor:.2g}"
    how = "抽取" if "drawn" in found.note else "共"
    if case.name in _LESS_ZH:
        return f"{_LESS_ZH[case.name]}，{how}{n}种，p值不可能小于{floor}。"
    asks = NULLS[CANDIDATES].asks[0] if case.candidates else ""
    return f"与随机配对相比（{case.title[0]}），{how}{n}种，p值不可能小于{floor}。{asks}"


def _bins(scheme: str, column: str, null: str, found: TestResult) -> list[dict[str, object]]:
    counts, edges = np.histogram(found.null, BINS)
    return [
        {
            "scheme": scheme,
            "column": column,
            "lower": lo,
            "upper": hi,
            "count": int(n),
            "null": null,
        }
        for lo, hi, n in zip(edges[:-1], edges[1:], counts, strict=True)
    ]


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
