"""Accessibility: travel times and amounts in, one number for each origin out.

Promise: a Series with the ids of the origins, in their order; options by keyword; every measure
that a study can ask for is a row of :data:`MEASURES`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from yrdgeo.analysis.catchment import balancing_time, floating_catchment, spatial_availability
from yrdgeo.analysis.decay import exponential
from yrdgeo.analysis.mean_time import unreachable_share, weighted_mean_time
from yrdgeo.analysis.potential import (
    closest,
    cumulative,
    cumulative_interval,
    gravity,
    relative,
    self_share,
)

__all__ = [
    "MEASURES",
    "Measure",
    "balancing_time",
    "closest",
    "cumulative",
    "cumulative_interval",
    "floating_catchment",
    "gravity",
    "relative",
    "self_share",
    "spatial_availability",
    "unreachable_share",
    "weighted_mean_time",
]


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure that a study can ask for.

    Attributes
    ----------
    function
        Called with the travel times, then the amounts named in ``takes``, then ``defaults``.
    takes
        Names of the amounts that follow the times.
    unit_zh, unit_en
        Empty if the result has the unit of the opportunities.
    better
        Whether a high or a low value is the better place to be.
    kind
        ``extensive`` if the result grows in proportion with the amounts.
    defaults
        Options by name, where the study gives none.
    """

    function: Callable[..., pd.Series]
    title_zh: str
    title_en: str
    meaning_zh: str
    meaning_en: str
    unit_zh: str
    unit_en: str
    better: Literal["high", "low"]
    kind: Literal["extensive", "intensive"]
    takes: tuple[str, ...] = ("opportunities",)
    defaults: Mapping[str, object] = field(default_factory=dict)


MEASURES: dict[str, Measure] = {
    "weighted_mean_time": Measure(
        weighted_mean_time,
        title_zh="加权平均旅行时间",
        title_en="Weighted mean travel time",
        meaning_zh="到其他各城市的平均旅行时间,按目的地规模加权,不含本市。",
        meaning_en="Mean travel time to all other cities, weighted by their size.",
        unit_zh="分钟",
        unit_en="min",
        better="low",
        kind="intensive",
        takes=("weights",),
        defaults={"self_time": "exclude"},
    ),
    "gravity": Measure(
        gravity,
        title_zh="引力可达性(市场潜能)",
        title_en="Gravity potential",
        meaning_zh="可到达的机会总量,按旅行时间衰减折算,含本市。",
        meaning_en="Opportunities in reach, discounted by travel time, the city's own included.",
        unit_zh="",
        unit_en="",
        better="high",
        kind="extensive",
        defaults={"decay": exponential(half_life_min=60.0)},
    ),
    "self_share": Measure(
        self_share,
        title_zh="自身潜能占比",
        title_en="Share of own potential",
        meaning_zh="引力可达性中来自本市自身的份额。",
        meaning_en="Share of the gravity potential that is the city's own.",
        unit_zh="比例",
        unit_en="share",
        better="low",
        kind="intensive",
        defaults={"decay": exponential(half_life_min=60.0)},
    ),
    "cumulative": Measure(
        cumulative,
        title_zh="累积机会可达性",
        title_en="Opportunities within a time",
        meaning_zh="在给定旅行时间以内(含)可到达的机会总量,含本市。",
        meaning_en="Opportunities within a travel time, the city's own included.",
        unit_zh="",
        unit_en="",
        better="high",
        kind="extensive",
        defaults={"cutoff_min": 120.0},
    ),
    "cumulative_interval": Measure(
        cumulative_interval,
        title_zh="区间累积机会可达性",
        title_en="Opportunities within a range of times",
        meaning_zh="一组旅行时间阈值下累积机会的中位数,避免单一阈值的断崖效应。",
        meaning_en="Median of the opportunities within each of a range of travel times.",
        unit_zh="",
        unit_en="",
        better="high",
        kind="extensive",
        defaults={"lower_min": 60.0, "upper_min": 180.0, "step_min": 15.0, "statistic": "median"},
    ),
    "closest": Measure(
        closest,
        title_zh="最近机会时间",
        title_en="Time to the closest",
        meaning_zh="到达第 n 个机会所需的旅行时间。",
        meaning_en="Travel time until the n-th opportunity is reached.",
        unit_zh="分钟",
        unit_en="min",
        better="low",
        kind="intensive",
        takes=(),
        defaults={"n": 1},
    ),
    "unreachable_share": Measure(
        unreachable_share,
        title_zh="不可到达份额",
        title_en="Share out of reach",
        meaning_zh="其他城市总规模中没有通路可到达的份额。",
        meaning_en="Share of the other cities' size to which there is no path.",
        unit_zh="比例",
        unit_en="share",
        better="low",
        kind="intensive",
        takes=("weights",),
    ),
    "floating_catchment": Measure(
        floating_catchment,
        title_zh="两步移动搜寻可达性",
        title_en="Floating catchment",
        meaning_zh="考虑竞争后,每单位需求可获得的供给。",
        meaning_en="Supply in reach for each unit of demand, shared with all who compete for it.",
        unit_zh="供给/需求",
        unit_en="supply per demand",
        better="high",
        kind="intensive",
        takes=("supply", "demand"),
        defaults={"decay": exponential(half_life_min=60.0), "method": "2sfca"},
    ),
    "spatial_availability": Measure(
        spatial_availability,
        title_zh="空间可得性",
        title_en="Spatial availability",
        meaning_zh="按人口与旅行时间在竞争者之间分配后,本市分得的机会。",
        meaning_en="Opportunities that fall to the city when all who reach them share them.",
        unit_zh="",
        unit_en="",
        better="high",
        kind="extensive",
        takes=("opportunities", "demand"),
        defaults={"decay": exponential(half_life_min=60.0)},
    ),
    "balancing_time": Measure(
        balancing_time,
        title_zh="平衡时间",
        title_en="Balancing time",
        meaning_zh="可到达的供给达到本市需求所需的旅行时间。",
        meaning_en="Travel time until the supply in reach equals the city's demand.",
        unit_zh="分钟",
        unit_en="min",
        better="low",
        kind="intensive",
        takes=("supply", "demand"),
    ),
}
