"""What a reader of a run must be told: one sentence each, in English and Chinese."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from yrdgeo.pipeline.questions import amounts_of
from yrdgeo.results import TravelTimes
from yrdgeo.sources.networks import parameters
from yrdgeo.sources.notices import Notice, notices
from yrdgeo.study import AS_GIVEN, Study

_MODE_WORDS = {"rail": ("rail", "铁路"), "road": ("road", "公路"), "best": ("any mode", "任何方式")}


def caveats(
    study: Study, results: pd.DataFrame, layers: pd.DataFrame, times: Mapping[str, TravelTimes]
) -> tuple[Notice, ...]:
    """Return the warnings of a run, each once: what was read, values, other years, network."""
    read = zip(study.warnings, study.warnings_zh, strict=True)
    said = [Notice(en, zh) for en, zh in read]
    said += _of_shown_years(study, layers)
    said += _of_other_years(study, results, layers)
    said += _of_other_denominators(study, results, layers)
    said += _of_network(study)
    said += scenario_notices(study)
    said += _without_path(study, times)
    return tuple(dict.fromkeys(said))


def _of_shown_years(study: Study, layers: pd.DataFrame) -> Iterator[Notice]:
    """Say what is missing, unverified or mixed in the year that each indicator shows first."""
    shown = dict(zip(layers["layer_id"], layers["year"], strict=True))
    named = {name for row in study.spec.measures for name in amounts_of(row)}
    for name in [*shown, *sorted(named - set(shown))]:
        if name not in study.catalogue:
            continue
        year = int(shown.get(name) or study.complete_year(name) or study.year)
        yield from notices(
            study.value_table(name, year),
            name,
            year,
            catalogue=study.catalogue,
            names_en=dict(study.cities["name_en"]),
            names_zh=dict(study.cities["name_zh"]),
        )
        if year != study.year:
            row = study.catalogue[name]
            yield Notice(
                f"{row.en}: shown for {year}, the latest year up to {study.year} that is "
                "most complete.",
                f"{row.zh}：展示{year}年数据，为{study.year}年及以前最完整的最近年份。",
            )


def _of_other_years(study: Study, results: pd.DataFrame, layers: pd.DataFrame) -> Iterator[Notice]:
    """Say in one sentence which further years of an indicator are incomplete."""
    shown = layers.set_index("layer_id")["year"]
    base = results[results["scenario"].eq("")]
    known = base["value"].notna().groupby([base["layer_id"], base["year"]]).sum()
    n = len(study.cities)
    for layer in layers["layer_id"]:
        counts = known[layer].drop(shown[layer])
        gaps = counts[counts < n]
        if layer in study.catalogue and len(gaps):
            row = study.catalogue[layer]
            listed = [f"{year} ({count} of {n})" for year, count in gaps.items()]
            listed_zh = [f"{year}年（{n}个中{count}个）" for year, count in gaps.items()]
            yield Notice(
                f"{row.en}: incomplete in {', '.join(listed)}.",
                f"{row.zh}：数据不全的年份：{'、'.join(listed_zh)}。",
            )


def _of_other_denominators(
    study: Study, results: pd.DataFrame, layers: pd.DataFrame
) -> Iterator[Notice]:
    """Say which further years of an indicator divide by another year's figures.

    Who compares years must know: a denominator that is older in one year than in another makes a
    part of the change.
    """
    shown = layers.set_index("layer_id")["year"]
    for layer in layers["layer_id"]:
        if layer not in study.catalogue or not study.catalogue[layer].denominator:
            continue
        known = results["layer_id"].eq(layer) & results["value"].notna()
        years = sorted(set(results.loc[known, "year"]) - {shown[layer]})
        taken = {int(year): _denominator_years(study, layer, int(year)) for year in years}
        said = {year: others for year, others in taken.items() if others}
        if said:
            row = study.catalogue[layer]
            listed = [f"of {', '.join(others)} in {year}" for year, others in said.items()]
            listed_zh = [f"{year}年采用{'、'.join(others)}年" for year, others in said.items()]
            yield Notice(
                f"{row.en}: the denominator is {', '.join(listed)}.",
                f"{row.zh}：分母{'、'.join(listed_zh)}数据。",
            )


def _denominator_years(study: Study, name: str, year: int) -> list[str]:
    used = study.value_table(name, year)["denominator_year"].dropna().unique()
    return [str(int(other)) for other in sorted(used) if int(other) != year]


def _of_network(study: Study) -> Iterator[Notice]:
    """Say which assumptions stand behind the minutes."""
    given, own = study.parameters(), study.spec.network
    if "rail" in study.modes and given.rail.name != AS_GIVEN.name:
        yield Notice(
            f"Rail times are modelled (model '{given.rail.name}', fitted to trains of 2016), plus "
            f"an assumed {given.access_fixed_min:g} minutes and {given.access_speed_kmh:g} km/h "
            "between seat and station.",
            f"铁路时间为模型值（“{given.rail.name}”模型，按2016年列车时刻拟合），另假定进出站"
            f"{given.access_fixed_min:g}分钟、市区到车站{given.access_speed_kmh:g}公里/小时。",
        )
    elif "rail" in study.modes:
        fixed = parameters(own).access_fixed_min
        yield Notice(
            f"To the rides come an assumed {fixed:g} minutes and {given.access_speed_kmh:g} km/h "
            "between seat and station at either end.",
            f"乘车时间之外，另假定两端进出站各{fixed:g}分钟、市区到车站"
            f"{given.access_speed_kmh:g}公里/小时。",
        )
    if "road" in study.modes and not (own["osm"] or own["links"]):
        yield Notice(
            f"Road times use one all-in speed of {given.road_speed_kmh:g} km/h: the source has no "
            "road classes. Roads are of one recent day, but for the dated crossings.",
            f"公路时间按统一的综合速度{given.road_speed_kmh:g}公里/小时计算：数据源不含道路等级。"
            "除注明通车日期的过江跨海通道外，路网为近期状况。",
        )
    if len(study.turns):
        yield Notice(
            f"Times and lengths heed {len(study.turns)} prohibited turns of the roads.",
            f"旅行时间与路径长度均考虑了路网的{len(study.turns)}处禁止转向。",
        )


def scenario_notices(study: Study) -> Iterator[Notice]:
    """Say what each scenario assumes."""
    # A user's own links may have no names.
    named_links = study.links.reindex(columns=["name_zh", "name_en"]).astype(object).fillna("")
    english = dict(zip(named_links["name_zh"], named_links["name_en"], strict=True))
    for change in study.scenarios.values():
        what = [*change.open, *change.close, *(change.speed or {})]
        added = 0 if change.links is None else len(change.links)
        named = [str(english.get(line) or line) for line in what]
        lines = ", ".join([*named, *([f"{added} added links"] if added else [])])
        lines_zh = "、".join([*what, *([f"新增{added}条线段"] if added else [])])
        yield Notice(
            f"Scenario '{change.title_en}' ({lines}): the network changes and nothing else does; "
            "amounts stay as they are.",
            f"情景“{change.title_zh}”（{lines_zh}）：仅网络改变，规模数据不变。",
        )


def _without_path(study: Study, times: Mapping[str, TravelTimes]) -> Iterator[Notice]:
    """Name the cities that a mode does not reach from the centre."""
    for mode, matrix in times.items():
        row = matrix.minutes[matrix.origins.get_loc(study.region.centre)]
        lost = matrix.destinations[np.isinf(row)]
        if len(lost):
            names = study.cities.loc[lost]
            en, zh = _MODE_WORDS[mode]
            yield Notice(
                f"No path by {en} to {', '.join(names['name_en'])}.",
                f"{zh}不能到达{'、'.join(names['name_zh'])}。",
            )
