"""Which random plans a plan is compared with: each null is a row of a table.

A null says what random plans keep and what they leave to chance. Nulls that a study joins with +
hold together: ``any_helper + cross_province`` draws helpers of other provinces.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from yrdgeo import geo
from yrdgeo.analysis import contiguity, pairs
from yrdgeo.study import Study

Plan = tuple[Sequence[str], Sequence[str]]  # helpers and helped, position by position

JOIN = " + "
FIRST = "same_helpers"
CAPACITY, CANDIDATES, ALLOWED = "capacity", "any_helper", "allowed"
MEANING_COLUMNS = ["null", *(f"{part}_{one}" for part in ("title", "keeps", "frees", "asks")
                             for one in ("zh", "en"))]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What decides whether a pair is allowed: the study, and who may be paired with whom."""

    study: Study
    helpers: pd.Index
    helped: pd.Index
    per_head: pd.Series

    def table(self, allowed: object) -> pd.DataFrame:
        """Return helpers × helped of truth."""
        return pd.DataFrame(np.asarray(allowed, dtype=bool), self.helpers, self.helped)

    def number(self, key: str) -> float:
        """Return a number of ``[pairs]``."""
        return float(str(self.study.spec.pairs[key]))


@dataclass(frozen=True, slots=True)
class Null:
    """One way to make random plans, in words and as the pairs that it allows.

    Attributes
    ----------
    title, keeps, frees, asks
        Each in Chinese and English; ``{}`` stands for the number of :attr:`key`.
    key
        Of ``[pairs]``, which the null needs; none if empty.
    allows
        Which pairs, helpers × helped; all if None.
    """

    title: tuple[str, str]
    keeps: tuple[str, str] = (
        "受帮扶方；帮扶方及其各自承担的数量",
        "the helped; the helpers, each with as many",
    )
    frees: tuple[str, str] = ("谁与谁配对", "who is given to whom")
    asks: tuple[str, str] = (
        "同样的城市，若随机配对，是否也一样近？",
        "Would the same cities, paired at random, be as near?",
    )
    key: str = ""
    allows: Callable[[Setting], pd.DataFrame] | None = None


def _apart(setting: Setting) -> pd.DataFrame:
    provinces = [
        np.array([pairs.province_of(code) for code in end])
        for end in (setting.helpers, setting.helped)
    ]
    return setting.table(np.not_equal.outer(*provinces))


def _borders(setting: Setting) -> pd.DataFrame:
    study = setting.study
    order = contiguity.order(study.cities, bridges=study.region.bridges)
    between = order.loc[setting.helpers, setting.helped]
    far = between.ge(borders_apart(study)).to_numpy(dtype=bool, na_value=True)  # no border at all
    return setting.table(far)


def _near(setting: Setting) -> pd.DataFrame:
    ends = list(setting.helpers), list(setting.helped)
    a, b = np.repeat(ends[0], len(ends[1])).tolist(), ends[1] * len(ends[0])
    km = np.asarray(geo.geodesic_km(setting.study.cities, a, b)).reshape(len(ends[0]), -1)
    return setting.table(km <= setting.number("within_km"))


def _richer(setting: Setting) -> pd.DataFrame:
    """Compare GDP per head; who has none is neither richer nor poorer."""
    ends = (setting.per_head.reindex(end) for end in (setting.helpers, setting.helped))
    return setting.table(np.greater.outer(*(end.to_numpy(np.float64) for end in ends)))


def _listed(setting: Setting) -> pd.DataFrame:
    given = pd.MultiIndex.from_frame(setting.study.allowed[["helper_city", "helped_city"]])
    every = pd.MultiIndex.from_product([setting.helpers, setting.helped])
    return setting.table(every.isin(given).reshape(len(setting.helpers), -1))


# Name → the null. A name that stands in `nulls` of [pairs]; several are joined by +.
NULLS: dict[str, Null] = {
    FIRST: Null(("同样的帮扶方、受帮扶方", "the same helpers and helped")),
    "cross_province": Null(
        ("只许跨省", "across provinces only"),
        asks=(
            "若只许跨省配对，该方案是否仍与随机配对一样近？",
            "Would plans that cross a province border in every pair be as near?",
        ),
        allows=_apart,
    ),
    CAPACITY: Null(
        ("每个帮扶方最多承担{}个城市", "up to {} cities a helper"),
        keeps=("受帮扶方；帮扶方名单", "the helped; the list of helpers"),
        frees=("谁与谁配对；每方承担的数量", "who is given to whom; how many each helper takes"),
        asks=(
            "若帮扶方的负担可以不同，随机方案是否也一样近？",
            "Would plans that load the helpers otherwise be as near?",
        ),
        key=CAPACITY,
    ),
    "apart": Null(
        ("至少相隔{}重边界", "at least {} borders apart"),
        asks=(
            "若只许不毗邻（或相隔更远）的城市配对，是否也一样近？",
            "Would plans without near neighbours be as near?",
        ),
        allows=_borders,
    ),
    "within_km": Null(
        ("驻地相距不超过{}公里", "seats within {} km"),
        asks=(
            "在这一距离以内的随机方案中，该方案是否更近？",
            "Is the plan near even among plans that keep to this distance?",
        ),
        key="within_km",
        allows=_near,
    ),
    "richer": Null(
        ("帮扶方人均GDP高于受帮扶方", "helpers with more GDP per head than the helped"),
        asks=(
            "若每对都由较富者帮扶较贫者，是否也一样近？",
            "Would plans in which the richer helps the poorer be as near?",
        ),
        allows=_richer,
    ),
    CANDIDATES: Null(
        ("区域内任何未受帮扶的城市均可帮扶", "any city of the region that is not helped"),
        keeps=("受帮扶方；一个帮扶方承担的最大数量", "the helped; the most that one helper takes"),
        frees=("由谁帮扶", "who helps"),
        asks=(
            "所问的是谁被选为帮扶方，而不是谁与谁配对。",
            "This asks who was chosen to help, not who was given to whom.",
        ),
    ),
    ALLOWED: Null(
        ("只许表中所列的配对", "pairs of the user's table only"),
        asks=(
            "在表中允许的方案里，该方案是否更近？",
            "Is the plan near among those that the table allows?",
        ),
        key=ALLOWED,
        allows=_listed,
    ),
}  # fmt: skip
ORDER = {name: place for place, name in enumerate(NULLS)}
DEFAULT = (FIRST, "cross_province")


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A null as one scheme of a study meets it.

    Attributes
    ----------
    name
        Names of :data:`NULLS`, joined by +, in the order of that table.
    title
        In Chinese and English, with its numbers.
    allowed
        Candidates (or helpers) × helped; every pair if None.
    capacity
        Cities that each could have taken; those of the plan if None.
    candidates
        All who could have helped; the helpers of the plan if None.
    """

    name: str
    title: tuple[str, str]
    allowed: pd.DataFrame | None = None
    capacity: int | None = None
    candidates: tuple[str, ...] | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The nulls that hold together."""
        return tuple(self.name.split(JOIN))

    def free(self, plan: Plan) -> pd.DataFrame:
        """Return which pairs may be made: helpers (or candidates) × helped of a plan."""
        rows = pd.Index(self.candidates or dict.fromkeys(plan[0]))
        columns = pd.Index(plan[1])
        if self.allowed is None:
            return pd.DataFrame(np.ones((len(rows), len(columns)), dtype=bool), rows, columns)
        return self.allowed.reindex(index=rows, columns=columns)


def borders_apart(study: Study) -> int:
    """Return from which contiguity order on cities are apart, under the null of that name."""
    given = study.spec.pairs["apart"]
    return int(str(study.spec.pairs["leapfrog_from"] if given is None else given))


def parts_of(name: str) -> tuple[str, ...]:
    """Return the nulls that a name of the study file joins, each once, in the table's order.

    >>> parts_of(" cross_province+any_helper ")
    ('any_helper', 'cross_province')
    >>> parts_of("nearer")
    ('nearer',)
    """
    named = dict.fromkeys(part.strip() for part in name.split("+"))
    if any(part not in NULLS for part in named):
        return tuple(named)
    known = sorted(named, key=lambda part: (part != CANDIDATES, part != CAPACITY, ORDER[part]))
    return tuple(part for part in known if part != FIRST) or (FIRST,)


def asked(study: Study) -> list[tuple[str, ...]]:
    """Return the nulls of a study, each as its parts; those that every study has if none."""
    given = study.spec.pairs["nulls"]
    if given:
        return list(dict.fromkeys(parts_of(str(name)) for name in given))  # type: ignore[attr-defined]
    more = () if study.spec.pairs["capacity"] is None else (CAPACITY,)
    return [(name,) for name in (*DEFAULT, *more)]


def case_of(study: Study, plan: Plan, parts: tuple[str, ...], gdp: pd.Series) -> Case:
    """Return a null for one plan.

    Parameters
    ----------
    plan
        Helpers and helped, position by position.
    gdp
        GDP per head by adcode, NaN where unknown.
    """
    ids = study.cities.index
    helpers = pd.Index(plan[0]).unique()
    if CANDIDATES in parts:  # a city may be helped and help: the plan's own helpers stay
        helpers = helpers.union(ids[~ids.isin(plan[1])], sort=False)
    candidates = tuple(helpers) if CANDIDATES in parts else None
    setting = Setting(study, helpers, pd.Index(plan[1]).unique(), gdp)
    rules = [rule(setting) for part in parts if (rule := NULLS[part].allows) is not None]
    allowed = None
    if rules:
        allowed = setting.table(np.logical_and.reduce([rule.to_numpy() for rule in rules]))
    capacity = int(setting.number(CAPACITY)) if CAPACITY in parts else None
    titles = [_title(study, part) for part in parts]
    title = "，且".join(zh for zh, _ in titles), ", and ".join(en for _, en in titles)
    return Case(JOIN.join(parts), title, allowed, capacity, candidates)


def _title(study: Study, part: str) -> tuple[str, str]:
    zh, en = NULLS[part].title
    key = NULLS[part].key
    number = borders_apart(study) if part == "apart" else study.spec.pairs.get(key)
    words = f"{number:g}" if isinstance(number, int | float) else ""
    return zh.replace("{}", words), en.replace("{}", words)


def meanings(cases: Iterable[Case]) -> pd.DataFrame:
    """Return what each null keeps, leaves to chance and asks, in words: a table of a run."""
    rows = {case.name: _words(case) for case in cases}
    return pd.DataFrame(list(rows.values()), columns=MEANING_COLUMNS)


def _words(case: Case) -> dict[str, str]:
    rows = [NULLS[part] for part in case.parts]
    said = {"null": case.name, "title_zh": case.title[0], "title_en": case.title[1]}
    for k, (one, joint, gap) in enumerate((("zh", "；", ""), ("en", "; ", " "))):
        said[f"keeps_{one}"] = rows[0].keeps[k]  # the part that keeps least stands first
        said[f"frees_{one}"] = joint.join(dict.fromkeys(row.frees[k] for row in rows))
        said[f"asks_{one}"] = gap.join(row.asks[k] for row in rows)
    return said
