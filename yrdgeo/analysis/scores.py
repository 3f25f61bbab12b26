"""Composite scores: weights that the data give, rankings, coordination, output per unit of land.

Promise: a city × criterion table in and a Series out, by city for scores and by criterion for
weights; what is better, high or low, is stated for each criterion. A score ranks the cities of
its table and no others.
"""

from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo.analysis.arguments import check_choice
from yrdgeo.analysis.coordination import coupling_coordination, coupling_degree
from yrdgeo.analysis.criteria import Better, checked_criteria, checked_weights, rescaled
from yrdgeo.analysis.criteria_weights import (
    WEIGHTS,
    critic_weights,
    entropy_weights,
    equal_weights,
)
from yrdgeo.analysis.land import output_per_km2, output_per_mu
from yrdgeo.analysis.measure import Measure

__all__ = [
    "MEASURES",
    "WEIGHTS",
    "composite",
    "coupling_coordination",
    "coupling_degree",
    "critic_weights",
    "entropy_weights",
    "equal_weights",
    "output_per_km2",
    "output_per_mu",
    "rescaled",
    "topsis",
    "weighted_sum",
]

Scale = Literal["vector", "minmax"]


def weighted_sum(table: pd.DataFrame, weights: pd.Series, *, better: Better) -> pd.Series:
    r"""Add up the rescaled criteria.

    .. math:: u_i = \sum_j w_j z_{ij}

    Parameters
    ----------
    table, better
        As in :func:`entropy_weights`; z as in :func:`rescaled`.
    weights
        By criterion, zero or more; brought to a sum of 1.

    Returns
    -------
    score
        Shape (n,), by city, from 0 (worst in all) to 1 (best in all).

    Raises
    ------
    TableError, ArgumentError
        As in :func:`entropy_weights`, and if the weights are not of these criteria.

    Examples
    --------
    >>> table = pd.DataFrame({"gdp": [1.0, 3.0, 5.0], "minutes": [30.0, 60.0, 45.0]})
    >>> even = pd.Series({"minutes": 1.0, "gdp": 1.0})
    >>> weighted_sum(table, even, better={"gdp": "high", "minutes": "low"}).to_list()
    [0.5, 0.25, 0.75]
    """
    scaled = rescaled(table, better)
    score = scaled.to_numpy() @ checked_weights(weights, scaled.columns)
    return pd.Series(score, scaled.index, name="weighted_sum")


def topsis(
    table: pd.DataFrame, weights: pd.Series, *, better: Better, scale: Scale = "vector"
) -> pd.Series:
    r"""Score each city by its nearness to the best and distance from the worst imaginable city.

    .. math::
        v_{ij} = w_j \frac{x_{ij}}{\sqrt{\sum_i x_{ij}^2}}, \qquad
        T_i = \frac{d_i^-}{d_i^+ + d_i^-}

    with d⁺ and d⁻ the Euclidean distances to the best and worst v of each criterion.

    Parameters
    ----------
    table, better
        As in :func:`entropy_weights`.
    weights
        By criterion, zero or more; brought to a sum of 1.
    scale
        ``vector`` as in the formula, or ``minmax``: z of :func:`rescaled` instead of x over its
        length, so that every criterion has the same range.

    Returns
    -------
    closeness
        Shape (n,), by city, from 0 (worst in all) to 1 (best in all).

    Raises
    ------
    TableError, ArgumentError
        As in :func:`weighted_sum`.

    References
    ----------
    Hwang, C. L., Yoon, K. (1981). Multiple attribute decision making.

    Examples
    --------
    >>> table = pd.DataFrame({"gdp": [1.0, 3.0, 5.0], "minutes": [30.0, 60.0, 45.0]})
    >>> even = pd.Series({"minutes": 1.0, "gdp": 1.0})
    >>> topsis(table, even, better={"gdp": "high", "minutes": "low"}).round(3).to_list()
    [0.355, 0.402, 0.791]
    """
    check_choice(scale, "scale of TOPSIS", ("vector", "minmax"))
    numbers, signs = checked_criteria(table, better)
    turned = numbers.to_numpy() * signs
    best, worst = turned.max(axis=0), turned.min(axis=0)
    length = best - worst
    if scale == "vector":
        largest = np.abs(turned).max(axis=0)  # a square must not overflow
        length = largest * np.linalg.norm(turned / largest, axis=0)
    # Differences first: values that are long and close would lose theirs in the division.
    factors = checked_weights(weights, numbers.columns)
    to_best = np.linalg.norm((best - turned) / length * factors, axis=1)
    to_worst = np.linalg.norm((turned - worst) / length * factors, axis=1)
    return pd.Series(to_worst / (to_best + to_worst), numbers.index, name="topsis")


def composite(
    table: pd.DataFrame, *, better: Better, weights: str = "entropy", scale: Scale = "vector"
) -> pd.Series:
    """Score each city by :func:`topsis` with weights that the data give.

    Parameters
    ----------
    table, better
        As in :func:`entropy_weights`.
    weights
        A row of :data:`WEIGHTS`: ``entropy``, ``critic`` or ``equal``.
    scale
        As in :func:`topsis`.

    Returns
    -------
    score
        Shape (n,), by city, from 0 (worst in all) to 1 (best in all).

    Raises
    ------
    TableError, ArgumentError
        As in :func:`topsis`, and if the weights are unknown.

    References
    ----------
    Hwang, C. L., Yoon, K. (1981). Multiple attribute decision making. 熵权TOPSIS法.

    Examples
    --------
    >>> table = pd.DataFrame({"gdp": [1.0, 3.0, 5.0], "minutes": [30.0, 60.0, 45.0]})
    >>> composite(table, better={"gdp": "high", "minutes": "low"}).round(3).to_list()
    [0.355, 0.402, 0.791]
    """
    check_choice(weights, "kind of weights", WEIGHTS)
    chosen = WEIGHTS[weights](table, better=better)
    return topsis(table, chosen, better=better, scale=scale).rename("composite")


# What ``takes`` names: ``criteria`` a city × criterion table, whose directions come by keyword;
# ``levels`` a city × subsystem table from 0 to 1; ``output area_km2`` two Series by city.
MEASURES: dict[str, Measure] = {
    "composite": Measure(
        composite,
        title_zh="综合评价得分（熵权TOPSIS）",
        title_en="Composite score (entropy weights, TOPSIS)",
        meaning_zh="各指标按熵权或CRITIC法赋权后与最优方案的贴近度，1为各项均最好；仅在参评城市间可比。",
        meaning_en="Nearness to the best in every criterion; ranks the cities compared, no others.",
        unit_zh="得分",
        unit_en="score",
        better="high",
        kind="intensive",
        takes=("criteria",),
        defaults={"weights": "entropy", "scale": "vector"},
        family="score",
    ),
    "entropy_weights": Measure(
        entropy_weights,
        title_zh="熵权",
        title_en="Entropy weights",
        meaning_zh="指标在城市间差异越大权重越高，合计为1。",
        meaning_en="Weight of each criterion by how unevenly it is spread; they sum to 1.",
        unit_zh="权重",
        unit_en="weight",
        better="none",
        kind="intensive",
        takes=("criteria",),
        family="score",
        result="group",
    ),
    "critic_weights": Measure(
        critic_weights,
        title_zh="CRITIC权重",
        title_en="CRITIC weights",
        meaning_zh="指标对比度越强、与其他指标重复越少权重越高，合计为1。",
        meaning_en="Weight of each criterion by contrast and conflict; they sum to 1.",
        unit_zh="权重",
        unit_en="weight",
        better="none",
        kind="intensive",
        takes=("criteria",),
        family="score",
        result="group",
    ),
    "coupling_degree": Measure(
        coupling_degree,
        title_zh="耦合度",
        title_en="Coupling degree",
        meaning_zh="各子系统水平的均衡程度，1为水平相等，不论高低。",
        meaning_en="How equal the levels of the subsystems are, whether high or low; 1 is equal.",
        unit_zh="指数",
        unit_en="index",
        better="none",
        kind="intensive",
        takes=("levels",),
        family="score",
    ),
    "coupling_coordination": Measure(
        coupling_coordination,
        title_zh="耦合协调度",
        title_en="Coupling coordination degree",
        meaning_zh="各子系统水平既高又均衡的程度，介于0与1之间。",
        meaning_en="Whether the subsystems are both high and equal, 0 to 1.",
        unit_zh="指数",
        unit_en="index",
        better="high",
        kind="intensive",
        takes=("levels",),
        family="score",
    ),
    "output_per_mu": Measure(
        output_per_mu,
        title_zh="亩均产出",
        title_en="Output per mu",
        meaning_zh="产出除以所给官方土地面积（全市面积不等于企业用地），1平方公里为1500亩；无面积者不计算。",
        meaning_en="Output over the official land area given (a city's is not enterprise land).",
        unit_zh="万元/亩",
        unit_en="1e4 CNY/mu",
        better="high",
        kind="intensive",
        takes=("output", "area_km2"),
        family="score",
    ),
    "output_per_km2": Measure(
        output_per_km2,
        title_zh="地均产出",
        title_en="Output per km²",
        meaning_zh="产出除以所给官方土地面积（全市面积不等于企业用地）；无面积者不计算。",
        meaning_en="Output over the official land area given; none where there is no area.",
        unit_zh="亿元/平方公里",
        unit_en="1e8 CNY/km²",
        better="high",
        kind="intensive",
        takes=("output", "area_km2"),
        family="score",
    ),
}
