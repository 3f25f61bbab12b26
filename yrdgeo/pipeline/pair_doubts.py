"""What must be said of the tests and plans of a study's pairs, in English and Chinese."""

from collections.abc import Iterable, Iterator, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from yrdgeo.errors import SHOWN, few
from yrdgeo.pipeline.pair_nulls import Case
from yrdgeo.sources.notices import Notice

COLUMN_WORDS = {
    "seat_km": ("驻地距离", "seat distance"),
    "centroid_km": ("质心距离", "centroid distance"),
    "border_km": ("边界距离", "border distance"),
    "rail_min": ("铁路时间", "rail time"),
    "road_min": ("公路时间", "road time"),
    "travel_time_min": ("最快时间", "fastest time"),
    "gdp_per_capita_ratio": ("人均GDP之比", "ratio of GDP per head"),
    "gdp_per_capita_gap_yuan": ("人均GDP差距", "gap in GDP per head"),
    "similarity": ("产业结构相似系数", "similarity of structures"),
    "krugman": ("产业结构差异", "difference of structures"),
    "complementarity": ("产业结构互补度", "complementarity of structures"),
}


def called(part: pd.DataFrame) -> tuple[str, str]:
    """Return what a scheme is called in Chinese and English, its id where it has no names."""
    own = str(part["scheme"].iloc[0])
    names = [str(part[name].iloc[0]) if name in part else "" for name in ("scheme_zh", "scheme_en")]
    known = [name if name and name != "nan" else own for name in names]
    return known[0], known[1]


def listed_zh(items: Iterable[object]) -> str:
    """Name the first three items in Chinese and say that there are more."""
    words = [str(item) for item in items]
    return "、".join(words[:SHOWN]) + "等" * (len(words) > SHOWN)


def untestable(part: pd.DataFrame, *, named: bool, fewest: int) -> Iterator[Notice]:
    """Say why no matchings of a scheme are drawn; of a few pairs only if nulls are named."""
    zh, en = called(part)
    twice = part.loc[part["helped_city"].duplicated(), "helped_city"].unique()
    if len(part) < fewest and named:
        yield Notice(
            f"{en}: {len(part)} pairs are too few to be compared with random matchings.",
            f"{zh}：仅{len(part)}对，不足以与随机配对比较。",
        )
    elif len(part) >= fewest and len(twice):
        yield Notice(
            f"{en}: not compared with random matchings, for some cities have several helpers: "
            f"{few(twice)}.",
            f"{zh}：{listed_zh(twice)}有多个帮扶方，未与随机配对比较。",
        )


def impossible(case: Case, part: pd.DataFrame, cities: gpd.GeoDataFrame) -> Notice:
    """Say which pairs of the plan a null does not allow, so that it cannot be tested."""
    zh, en = called(part)
    table = case.allowed
    ends = list(zip(part["helper_city"], part["helped_city"], strict=True))
    out = [pair for pair in ends if table is not None and not table.loc[pair[0], pair[1]]]
    names = [
        [f"{cities.loc[a, name]}{dash}{cities.loc[b, name]}" for a, b in out]
        for name, dash in (("name_zh", "—"), ("name_en", "–"))
    ]
    return Notice(
        f"{en}: the null '{case.name}' ({case.title[1]}) is not tested, for the plan itself breaks "
        f"it: {few(names[1])}.",
        f"{zh}：零假设“{case.title[0]}”未检验，因为方案本身不符合：{listed_zh(names[0])}。",
    )


def without_gdp(case: Case, part: pd.DataFrame, cities: gpd.GeoDataFrame, lost: pd.Index) -> Notice:
    """Say that a null of riches cannot be tested, for GDP per head is not known."""
    zh, en = called(part)
    names = cities.loc[lost]
    return Notice(
        f"{en}: the null '{case.name}' ({case.title[1]}) is not tested, for GDP per head is "
        f"unknown: {few(names['name_en'])}.",
        f"{zh}：零假设“{case.title[0]}”未检验，因为{listed_zh(names['name_zh'])}的人均GDP未知。",
    )


def the_same(case: Case, other: Case, part: pd.DataFrame) -> Notice:
    """Say that two nulls draw the same matchings."""
    zh, en = called(part)
    return Notice(
        f"{en}: the null '{case.name}' ({case.title[1]}) allows the same plans as '{other.name}' "
        "and is not tested again.",
        f"{zh}：零假设“{case.title[0]}”与“{other.title[0]}”所含方案相同，不再重复检验。",
    )


def too_rare(case: Case, part: pd.DataFrame) -> Notice:
    """Say that the plans which a null allows cannot be drawn."""
    zh, en = called(part)
    return Notice(
        f"{en}: the null '{case.name}' ({case.title[1]}) is not tested: the plans that it allows "
        "are too rare to be drawn, and too many cities are helped to count them.",
        f"{zh}：零假设“{case.title[0]}”未检验：其允许的方案过于稀少，难以抽取，"
        "而受帮扶城市过多，无法逐一计数。",
    )


def nothing_tested(case: Case, part: pd.DataFrame) -> Notice:
    """Say that a null leaves no plan which differs from the actual one."""
    zh, en = called(part)
    return Notice(
        f"{en}: under the null '{case.name}' ({case.title[1]}) every plan is as long as the actual "
        "one, so it tests nothing.",
        f"{zh}：在零假设“{case.title[0]}”下，每个方案都与实际方案一样长，检验没有意义。",
    )


def without_path(column: str, cases: Sequence[Case], part: pd.DataFrame) -> Notice:
    """Say by what a scheme is not tested, for some pairs that a null allows have no path."""
    zh, en = called(part)
    words = COLUMN_WORDS.get(column, (column, column))
    return Notice(
        f"{en}: not tested by {words[1]} under "
        f"{', '.join(repr(case.name) for case in cases)}: no path between some cities.",
        f"{zh}：零假设{'、'.join(f'“{case.title[0]}”' for case in cases)}未按{words[0]}检验，"
        "因为部分城市之间没有通路。",
    )


def lacking(
    part: pd.DataFrame, plan: tuple[str, str], criterion: str, lost: pd.DataFrame
) -> Notice:
    """Say that a best plan is left out, for a criterion of it is not known of some cities.

    Parameters
    ----------
    lost
        Rows of the ``cities`` table.
    """
    zh, en = called(part)
    words = COLUMN_WORDS[criterion]
    return Notice(
        f"{en}: no {plan[1]}, for {words[1]} is unknown or has no path: {few(lost['name_en'])}.",
        f"{zh}：未给出{plan[0]}，因为{listed_zh(lost['name_zh'])}的{words[0]}未知或不可达。",
    )


def lost_cities(block: pd.DataFrame, cities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the cities that have no number of a table, or else the ends of each gap."""
    gaps = ~np.isfinite(block.to_numpy(np.float64))
    whole = [*block.index[gaps.all(axis=1)], *block.columns[gaps.all(axis=0)]]
    some = [*block.index[gaps.any(axis=1)], *block.columns[gaps.any(axis=0)]]
    return pd.DataFrame(cities.loc[list(dict.fromkeys(whole or some))])
