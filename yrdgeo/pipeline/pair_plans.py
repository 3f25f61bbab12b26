"""The best plans of the same cities, by one criterion or several, and where the actual one lies.

A criterion is a row of a table: what it is called, and whether little or much of it is good.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import factorial, prod
from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo.analysis import pairs
from yrdgeo.analysis.matching import EXACT_HELPERS, labelled_block
from yrdgeo.pipeline import pair_doubts as doubts
from yrdgeo.pipeline.pair_structure import structure_matrices
from yrdgeo.sources.notices import Notice
from yrdgeo.study import Study

RATIO = "gdp_per_capita_ratio"
GAP = "gdp_per_capita_gap_yuan"
WEIGHED = "weighed"
TIE = 1e-9  # of the spread of a cost: sums in two orders of addition are alike
WHOLE = ("capacity", "plan_rank", "n_best", "n_plans")  # columns of whole numbers with gaps
Rows = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a plan may be judged by.

    Attributes
    ----------
    title
        Of the best plan by it alone, in Chinese and English.
    needs
        The mode of travel, or ``structure`` or ``gdp``, that it needs; nothing if empty.
    more
        Much of it is good.
    """

    title: tuple[str, str]
    needs: str = ""
    more: bool = False


# A name that may stand in `weights` of [pairs].
CRITERIA: dict[str, Criterion] = {
    "seat_km": Criterion(("驻地距离最近的方案", "plan nearest by seats")),
    "centroid_km": Criterion(("质心距离最近的方案", "plan nearest by centroids")),
    "border_km": Criterion(("边界距离最近的方案", "plan nearest by borders")),
    "rail_min": Criterion(("铁路时间最短的方案", "plan fastest by rail"), needs="rail"),
    "road_min": Criterion(("公路时间最短的方案", "plan fastest by road"), needs="road"),
    "travel_time_min": Criterion(("旅行时间最短的方案", "plan fastest by any mode")),
    # The gap summed over a plan is the same for every plan of the same cities; the ratio is not.
    RATIO: Criterion(
        ("人均GDP之比最大的方案", "plan of the largest ratios"), needs="gdp", more=True
    ),
    GAP: Criterion(("人均GDP差距最大的方案", "plan of the largest gaps"), needs="gdp", more=True),
    "similarity": Criterion(
        ("产业最相似的方案", "plan of the most similar"), needs="structure", more=True
    ),
    "krugman": Criterion(
        ("产业差异最大的方案", "plan of the least similar"), needs="structure", more=True
    ),
    "complementarity": Criterion(
        ("产业最互补的方案", "plan of the most complementary"), needs="structure", more=True
    ),
    WEIGHED: Criterion(("按权重最优的方案", "plan by your weights")),
}
ALONE = ("seat_km", "travel_time_min")  # every study has the best plans by these


@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """The pairs of one scheme of a study."""

    study: Study
    part: pd.DataFrame
    per_head: pd.Series

    @property
    def name(self) -> str:
        """The scheme's id."""
        return str(self.part["scheme"].iloc[0])

    @property
    def plan(self) -> tuple[list[str], list[str]]:
        """Helpers and helped, position by position."""
        return list(self.part["helper_city"]), list(self.part["helped_city"])


@dataclass(frozen=True, slots=True)
class Best:
    """The best plans of a scheme: a row a plan, a row a pair, and what could not be found."""

    plans: Rows = field(default_factory=list)
    pairs: Rows = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def plan_tables(best: list[Best]) -> dict[str, pd.DataFrame]:
    """Return ``optimal_plans optimal_pairs`` of all schemes."""
    made = {
        "optimal_plans": pd.DataFrame([row for one in best for row in one.plans]),
        "optimal_pairs": pd.DataFrame([row for one in best for row in one.pairs]),
    }
    return {
        name: table.astype({column: "Int64" for column in WHOLE if column in table})
        for name, table in made.items()
    }


def best_plans(scheme: Scheme, matrices: Mapping[str, pd.DataFrame], *, draws: int) -> Best:
    """Find the best plans of a scheme, each helper with as many as it has, and with its capacity.

    Parameters
    ----------
    matrices
        Distances by name, each helpers × helped.
    draws
        Plans that are drawn where they are too many to count.
    """
    found = Best()
    given = scheme.study.spec.pairs["capacity"]
    rooms = [None] if given is None else [None, int(str(given))]
    for name, weighing, cost, bad in _costs(scheme, matrices):
        lost = doubts.lost_cities(bad, scheme.study.cities)
        if len(lost):
            title, which = CRITERIA[name].title, str(bad.columns.name)
            found.notices.append(doubts.lacking(scheme.part, title, which, lost))
            continue
        for room in rooms:
            about: dict[str, object] = {"scheme": scheme.name, "criterion": name}
            about |= {"weighing": weighing, "capacity": pd.NA if room is None else room}
            best = _best(cost, scheme.plan, room)
            found.plans.append({**about, **_standing(cost, scheme.plan, best, room, draws)})
            found.pairs.extend({**about, **row} for row in _pairs(scheme, cost, best))
    return found


def _costs(
    scheme: Scheme, matrices: Mapping[str, pd.DataFrame]
) -> Iterator[tuple[str, str, pd.DataFrame, pd.DataFrame]]:
    """Yield criterion, weights, costs, and the criterion with a gap (else the costs again)."""
    ends = [list(dict.fromkeys(end)) for end in scheme.plan]
    for name in ALONE:
        if name in matrices:
            cost = matrices[name].loc[ends[0], ends[1]]
            yield name, "", cost, cost.rename_axis(columns=name)
    weights = _weights(scheme.study)
    if not weights:
        return
    every = {**matrices, **_gaps(scheme), **structure_matrices(scheme.study, scheme.part)}
    blocks = {
        name: every[name].reindex(index=ends[0], columns=ends[1]).rename_axis(columns=name)
        for name in weights
    }
    words = "; ".join(f"{name} {weight:g}" for name, weight in weights.items())
    bad = [block for block in blocks.values() if not np.isfinite(block).all(axis=None)]
    if bad:
        yield WEIGHED, words, bad[0], bad[0]
        return
    more = [name for name in weights if CRITERIA[name].more]
    cost = pairs.weighed(blocks, *ends, weights=weights, maximise=more)
    yield WEIGHED, words, cost, cost


def _weights(study: Study) -> dict[str, float]:
    given = study.spec.pairs["weights"]
    return {str(k): float(v) for k, v in given.items()} if isinstance(given, dict) else {}


def _gaps(scheme: Scheme) -> dict[str, pd.DataFrame]:
    """Return how much richer each helper is than each helped city, as a gap and as a ratio."""
    ends = [pd.Index(end).unique() for end in scheme.plan]
    rich, poor = (scheme.per_head.reindex(end).to_numpy(np.float64) for end in ends)
    with np.errstate(divide="ignore", invalid="ignore"):
        made = {GAP: np.subtract.outer(rich, poor), RATIO: np.divide.outer(rich, poor)}
    return {name: pd.DataFrame(matrix, ends[0], ends[1]) for name, matrix in made.items()}


def _best(cost: pd.DataFrame, plan: tuple[list[str], list[str]], room: int | None) -> pd.DataFrame:
    """Return the best plan, of equally good ones the one most like the actual plan."""
    spread = float(np.ptp(cost.to_numpy())) or 1.0
    own = cost.index.get_indexer(pd.Index(plan[0])), cost.columns.get_indexer(pd.Index(plan[1]))
    favour = np.zeros(cost.shape)
    favour[own] = TIE * spread
    helpers = plan[0] if room is None else list(cost.index)
    best = pairs.optimal(cost - favour, helpers, plan[1], capacity=room or 1)
    return best.assign(cost=labelled_block(cost, best["helper_id"], best["helped_id"]).diagonal())


def _standing(
    cost: pd.DataFrame,
    plan: tuple[list[str], list[str]],
    best: pd.DataFrame,
    room: int | None,
    draws: int,
) -> dict[str, object]:
    """Return the cost of the best and the actual plan, and how many plans are as good."""
    counted = len(plan[0]) <= EXACT_HELPERS and room is None
    how: Literal["exact"] | int = "exact" if counted else draws
    test = pairs.matching_test(cost, *plan, permutations=how, capacity=room)
    least, actual = float(best["cost"].mean()), test.statistic
    tie = TIE * float(np.ptp(test.null) or 1.0)
    # The places of one helper are interchangeable: each plan is counted so many times.
    times = prod(factorial(n) for n in pd.Series(plan[0]).value_counts())
    count = (lambda wrong: int(wrong.sum()) // times) if counted else (lambda _wrong: pd.NA)
    same = set(zip(*plan, strict=True))
    ends = zip(best["helper_id"], best["helped_id"], strict=True)
    return {
        "n_pairs": len(plan[0]),
        "n_same": sum(pair in same for pair in ends),
        "best_mean": least,
        "plan_mean": actual,
        "excess_pct": 100.0 * (actual / least - 1.0) if least > tie else np.nan,
        "as_good_pct": 100.0 * test.p_value,
        "plan_rank": count(test.null < actual - tie) + 1,
        "n_best": count(test.null <= least + tie),
        "n_plans": count(np.ones(len(test.null), dtype=bool)),
        "exact": counted,
    }


def _pairs(scheme: Scheme, cost: pd.DataFrame, best: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Yield a row for each helped city: its helper under the best plan, and the actual one."""
    cities = scheme.study.cities
    helpers = dict(zip(scheme.plan[1], scheme.plan[0], strict=True))
    ours = labelled_block(cost, scheme.plan[0], scheme.plan[1]).diagonal()
    costs = dict(zip(scheme.plan[1], ours, strict=True))
    for helper, helped, each in best.itertuples(index=False, name=None):
        actual = helpers[helped]
        row: dict[str, object] = {"helper_id": helper, "helped_id": helped, "actual_id": actual}
        for role, code in (("helper", helper), ("helped", helped), ("actual", actual)):
            row |= {f"{role}_{one}": cities.loc[code, f"name_{one}"] for one in ("zh", "en")}
        yield {
            **row,
            "cost": each,
            "actual_cost": float(costs[helped]),
            "same_as_plan": helper == actual,
        }


def front(scheme: Scheme, km: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the plans that no other beats on nearness and on the strong helping the weak."""
    ratio = _gaps(scheme)[RATIO]
    if not np.isfinite(ratio).all(axis=None):
        return []
    found = pairs.pareto({"seat_km": km, RATIO: ratio}, *scheme.plan, maximise=[RATIO])
    return [found.assign(scheme=scheme.name)[["scheme", *found.columns]]]
