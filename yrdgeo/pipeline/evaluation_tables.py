"""Did it work: the tables of a study's evaluations, or what is missing for one."""

from collections.abc import Callable, Iterator
from math import comb

import numpy as np
import pandas as pd

from yrdgeo.analysis import evaluation
from yrdgeo.analysis.did import FEW_TREATED, contrasts
from yrdgeo.errors import ArgumentError, few
from yrdgeo.pipeline.evaluation_panels import OWN, Asked, asked_of
from yrdgeo.results import TestResult
from yrdgeo.sources.notices import Notice
from yrdgeo.sources.vintages import join
from yrdgeo.study import Study

Parts = dict[str, tuple[pd.DataFrame, pd.Series]]

DIFFERENCE = "difference"
APART = 0.1  # p of a trend before the start below which a reader is warned
EFFECTS = [
    "evaluation_id", "indicator", "scheme", "group", "estimate", "standard_error", "t",
    "p_randomisation", "p_floor", "p_wild", "n_units", "n_treated", "n_obs", "pre_trend",
    "pre_trend_p", "leads_f", "leads_p", "start_year", "unit", "vintage", "source_id", "note",
    "note_zh",
]  # fmt: skip
YEARS = [
    "evaluation_id", "group", "event_year", "estimate", "standard_error", "lower", "upper",
    "chance_low", "chance_high", "p_randomisation", "p_wild", "n_treated", "n_control",
    "regression", "regression_error",
]  # fmt: skip
TRENDS = [
    "evaluation_id", "year", "treated", "control", "difference", "n_treated", "n_control", "after",
]  # fmt: skip


def evaluations(
    study: Study, pairs: pd.DataFrame
) -> tuple[dict[str, pd.DataFrame], tuple[Notice, ...]]:
    """Return ``evaluation evaluation_years evaluation_trends``, and what a reader must be told.

    An evaluation that its values cannot carry has no rows; the notice says what is missing.
    """
    made: dict[str, list[pd.DataFrame]] = {}
    said: list[Notice] = []
    for row in study.spec.evaluations:
        asked = asked_of(study, row, pairs)
        if (lacking := _lacking(asked)) is not None:
            said.append(lacking)
            continue
        try:
            tables = _tables(asked)
        except ArgumentError as error:  # such as a late start without a year after it
            said.append(_refused(asked, str(error), "各受帮扶城市起始前后缺少可比年份"))
            continue
        said += _doubts(asked, tables["evaluation"])
        for name, table in tables.items():
            made.setdefault(name, []).append(table)
    return {name: pd.concat(found, ignore_index=True) for name, found in made.items()}, tuple(said)


def _lacking(asked: Asked) -> Notice | None:
    """Say what the values lack, if they cannot carry the evaluation."""
    vintages = sorted(asked.panel["vintage"].astype(str).unique())
    if len(vintages) > 1:
        return _refused(
            asked,
            f"its values are of {len(vintages)} vintages ({few(vintages)}), and a revision would "
            "look like an effect: name one with vintage",
            f"数据含{len(vintages)}种版本（{few(vintages)}），版本修订会被误认为效果，"
            "请用vintage指定其一",
        )
    if asked.row["log"] and asked.panel["value"].le(0).any():
        return _refused(
            asked,
            "values of zero or less have no logarithm: write log = false",
            "数值须大于零才能取对数，否则请设log = false",
        )
    absent = asked.starts.index.difference(pd.Index(asked.panel["adcode"]))
    needed = evaluation.panel_needed(asked.panel, asked.starts)
    lacks = needed.loc[~needed["usable"].astype(bool), ["reason_en", "reason_zh"]]
    reasons = [("it has no values", "没有数值")] if needed.empty else lacks.to_numpy().tolist()
    if not reasons:
        return None
    en, zh = map(str, reasons[0])
    if 0 < len(absent) < len(asked.starts):
        named = asked.cities.loc[absent]
        en += f"; no values of {few(named['name_en'])}"
        zh += f"；{few(named['name_zh'])}没有数值"
    return _refused(asked, en, zh)


def _refused(asked: Asked, en: str, zh: str) -> Notice:
    return Notice(
        f"Evaluation '{asked.name}' cannot be made from {asked.title_en}: {en.rstrip('.')}.",
        f"评估“{asked.name}”无法用{asked.title_zh}进行：{zh}。",
    )


def _doubts(asked: Asked, effects: pd.DataFrame) -> Iterator[Notice]:
    """Say whose values they are, and whether paths were different before."""
    if asked.panel["source_id"].astype(str).str.startswith(OWN).any():
        vintage = asked.panel["vintage"].iloc[0]
        yield Notice(
            f"Evaluation '{asked.name}' rests on values of the user's own: {asked.title_en}, "
            f"vintage '{vintage}'.",
            f"评估“{asked.name}”依据用户自有数据：{asked.title_zh}，版本“{vintage}”。",
        )
    whole = effects[effects["group"].eq("all")].iloc[0]
    p = np.nanmin([whole["pre_trend_p"], whole["leads_p"], 1.0])
    if p <= APART:
        yield Notice(
            f"Evaluation '{asked.name}': helped and other cities were on different paths before "
            f"{whole['start_year']} (p = {p:.2g}), so the estimate is not the effect alone.",
            f"评估“{asked.name}”：{whole['start_year']}年以前受帮扶城市与其他城市走势已不同"
            f"（p = {p:.2g}），估计值不能视为单纯的政策效果。",
        )


def _tables(asked: Asked) -> dict[str, pd.DataFrame]:
    values = asked.panel["value"]
    panel = asked.panel.assign(value=np.log(values) if asked.row["log"] else values)
    panel = panel[["adcode", "year", "value", "vintage"]]
    parts = {"all": (panel, asked.starts), **contrasts(panel, asked.starts, asked.classes)}
    trends = evaluation.trend_table(panel, asked.starts).reset_index()
    return {
        "evaluation": _effects(asked, panel, parts),
        "evaluation_years": _years(asked, panel, parts),
        "evaluation_trends": trends.assign(evaluation_id=asked.name)[TRENDS],
    }


def _options(asked: Asked) -> dict[str, int]:
    return {key: int(str(asked.row[key])) for key in ("permutations", "draws")}


def _group(name: str) -> str:
    return DIFFERENCE if " − " in name else name


def _effects(asked: Asked, panel: pd.DataFrame, parts: Parts) -> pd.DataFrame:
    """Return one row a group; without an estimate where the starts are several."""
    options = _options(asked)
    if asked.one_start:
        found = evaluation.difference_in_differences(
            panel, asked.starts, by=asked.classes, **options
        )
    else:
        found = pd.DataFrame(index=pd.Index(parts, name="group"), columns=EFFECTS[4:10])
        found = found.astype(float).assign(
            n_units=[part["adcode"].nunique() for part, _ in parts.values()],
            n_treated=[len(starts) for _, starts in parts.values()],
            n_obs=[len(part) for part, _ in parts.values()],
            note="The treated start in several years: see the effects by year.",
        )
    tests = {name: _tests(part, starts, options) for name, (part, starts) in parts.items()}
    table = found.join(pd.DataFrame.from_dict(tests, orient="index")).reset_index(names="group")
    about, about_zh = _about(asked)
    return table.assign(
        evaluation_id=asked.name,
        indicator=str(asked.row["values"]),
        scheme=asked.scheme,
        group=table["group"].map(_group),
        start_year=int(asked.starts.min()),
        unit="log points" if asked.row["log"] else str(asked.panel["unit"].iloc[0]),
        vintage=str(asked.panel["vintage"].iloc[0]),
        source_id=join(asked.panel["source_id"].astype(str).unique()),
        note=about + table["note"].astype(str),
        note_zh=[
            about_zh + _note_zh(int(n), int(k), options["permutations"], float(estimate))
            for n, k, estimate in zip(
                table["n_units"], table["n_treated"], table["estimate"], strict=True
            )
        ],
    )[EFFECTS]


def _tests(part: pd.DataFrame, starts: pd.Series, options: dict[str, int]) -> dict[str, float]:
    """Return the tests of the years before the start; NaN where these are too few."""
    draws = options["permutations"]
    trend = _or_none(lambda: evaluation.pre_trend_test(part, starts, permutations=draws))
    leads = _or_none(lambda: evaluation.leads_test(part, starts, permutations=draws))
    return {
        "pre_trend": np.nan if trend is None else trend.statistic,
        "pre_trend_p": np.nan if trend is None else trend.p_value,
        "leads_f": np.nan if leads is None else leads.statistic,
        "leads_p": np.nan if leads is None else leads.p_value,
    }


def _or_none(test: Callable[[], TestResult]) -> TestResult | None:
    try:
        return test()
    except ArgumentError:  # such as more years than cities
        return None


def _about(asked: Asked) -> tuple[str, str]:
    first, last = (int(asked.panel["year"].agg(end)) for end in ("min", "max"))
    years = sorted(asked.starts.unique())
    start = f"{years[0]}" if len(years) == 1 else f"{years[0]}–{years[-1]}"
    log, log_zh = ("Logarithm of ", "的对数") if asked.row["log"] else ("", "")
    return (
        f"{log}{asked.title_en}, {first}–{last}; first year with an effect {start}. ",
        f"{asked.title_zh}{log_zh}，{first}–{last}年；{start}年起视为受影响。",
    )


def _note_zh(n: int, k: int, permutations: int, estimate: float) -> str:
    if np.isnan(estimate):
        return "各受帮扶城市起始年份不一，请看逐年效果。"
    every = comb(n, k)
    tried = "逐一计算" if every <= permutations else f"随机抽取{permutations:,}种"
    weak = min(k, n - k) < FEW_TREATED
    few_zh = f"一方少于{FEW_TREATED}个城市：仅凭标准误不足为据。" if weak else ""
    return f"{n}个城市中{k}个受帮扶，共{every:,}种分派，{tried}。{few_zh}"


def _years(asked: Asked, panel: pd.DataFrame, parts: Parts) -> pd.DataFrame:
    """Return the effects by group and year, with the regression's where there is one start."""
    found = evaluation.event_study_by_class(panel, asked.starts, asked.classes, **_options(asked))
    names = {"estimate": "regression", "standard_error": "regression_error"}
    if asked.one_start:
        fits = {name: evaluation.event_regression(*part) for name, part in parts.items()}
        fitted = pd.concat(fits, names=["group"])[list(names)].rename(columns=names)
    else:
        fitted = pd.DataFrame(np.nan, found.index, list(names.values()))
    table = found.join(fitted).reset_index()
    return table.assign(evaluation_id=asked.name, group=table["group"].map(_group))[YEARS]
