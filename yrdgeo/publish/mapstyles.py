"""Which style each layer of the GeoPackage has: the atlas's classes and colours, said again.

The cities have a style a mapped layer; every other layer has one. Classes come from
``publish.layers`` and colours from ``publish.palette``; nothing is classified here.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.publish.columns import LayerColumn, clean, distinct, wide_table
from yrdgeo.publish.layers import layer_records, shown
from yrdgeo.publish.palette import MARKS
from yrdgeo.publish.qgisstyle import (
    Condition,
    Dots,
    Fill,
    Hatch,
    Line,
    Marker,
    Rule,
    Style,
)
from yrdgeo.results import Run

Floats = npt.NDArray[np.float64]
NO_DATA = Rule("无数据 No data", (Fill("#f3f4f6"), Hatch()))
NO_PATH = Rule("不可达 Cannot be reached", (Fill("#e5e7eb"), Hatch(angle=-45)))
UNVERIFIED = Rule("未核实 Unverified", (Dots(),))


def both(zh: str, en: str) -> str:
    """Return the Chinese and the English words, once where they are the same.

    >>> both("元", "yuan"), both("%", "%")
    ('元 yuan', '%')
    """
    return " ".join(dict.fromkeys(part for part in (clean(zh), clean(en)) if part))


def title(column: LayerColumn) -> str:
    """Return what a column is for people: both titles, the unit, and the year."""
    unit = both(column.unit_zh, column.unit_en)
    name = both(column.title_zh, column.title_en) or column.layer_id
    return f"{name}, {column.year} ({unit})" if unit else f"{name}, {column.year}"


def cut(breaks: Sequence[float], values: Floats, printed: Floats) -> list[float]:
    """Return bounds for full values that class them as the printed values are classed.

    A break that separates the full values too is kept; else the largest full value of the class
    below stands in for it. Rounding keeps the order, so such a number always exists.

    >>> cut([52.0], np.array([51.6, 52.4, 80.0]), np.array([52.0, 52.0, 80.0]))
    [52.4]
    """
    bounds = []
    for bound in breaks:
        below = values[np.isfinite(values) & (printed <= bound)]
        above = values[np.isfinite(values) & (printed > bound)]
        kept = not (below.size and below.max() > bound) and not (
            above.size and above.min() <= bound
        )
        bounds.append(float(bound) if kept else float(below.max()))
    return bounds


def city_styles(run: Run, columns: Sequence[LayerColumn]) -> list[Style]:
    """Return one style a mapped layer that has results, in the order of the layers."""
    codes = run.cities.index.sort_values()
    wide = wide_table(run, columns)
    records = {str(record["id"]): record for record in layer_records(run, codes)}
    mapped = [column for column in columns if column.layer_id in records]
    names = distinct(both(column.title_zh, column.title_en) or column.name for column in mapped)
    return [
        Style(
            name=name,
            heading=title(column),
            rules=_class_rules(column, records[column.layer_id], wide),
            display=f"name_{_language(run)}",
            labelled=True,
            note=_note(run, column),
        )
        for name, column in zip(names, mapped, strict=True)
    ]


def _class_rules(
    column: LayerColumn, record: Mapping[str, object], wide: pd.DataFrame
) -> tuple[Rule, ...]:
    breaks = cast("list[float]", record["breaks"])
    colours = cast("list[str]", record["colours"])
    if column.classes:
        return _named_rules(column, record)
    decimals = int(str(record["decimals"]))
    values = wide[column.name].to_numpy(np.float64)
    bounds = cut(breaks, values, shown(values, decimals))
    finite = (Condition(column.name, "is finite"),) if np.isinf(values).any() else ()
    rules = [
        Rule(
            class_label(breaks, place, decimals),
            (Fill(colour),),
            (*finite, *_between(column.name, bounds, place)),
        )
        for place, colour in enumerate(colours)
    ]
    missing = Condition(column.name, "is null")
    rules.append(Rule(NO_DATA.label, NO_DATA.marks, (missing,)))
    if finite:
        unreached = Condition(column.name, "is infinite")
        rules.append(Rule(NO_PATH.label, NO_PATH.marks, (unreached,)))
    return (*rules, *_doubted(column))


def _doubted(column: LayerColumn) -> tuple[Rule, ...]:
    if not column.confidence:
        return ()
    doubted = Condition(column.confidence, "=", "unverified")
    return (Rule(UNVERIFIED.label, UNVERIFIED.marks, (doubted,)),)


def _named_rules(column: LayerColumn, record: Mapping[str, object]) -> tuple[Rule, ...]:
    """Return a rule a named class; the column holds the keys, empty text where one is missing."""
    names = cast("list[list[str]]", record["categories"])
    colours = cast("list[str]", record["colours"])
    rules = [
        Rule(both(*name), (Fill(colour),), _when(column.name, key))
        for key, name, colour in zip(column.classes, names, colours, strict=True)
    ]
    missing = Rule(NO_DATA.label, NO_DATA.marks, _when(column.name, ""))
    return (*rules, missing, *_doubted(column))


def _between(name: str, bounds: Sequence[float], place: int) -> list[Condition]:
    above = [Condition(name, ">", bounds[place - 1])] if place else []
    upto = [Condition(name, "<=", bounds[place])] if place < len(bounds) else []
    return above + upto


def class_label(breaks: Sequence[float], place: int, decimals: int) -> str:
    """Return the bounds of a class as the legend says them; the upper one is in.

    >>> [class_label([50_000.0, 100_000.0], place, 0) for place in range(3)]
    ['≤ 50,000', '50,000 – 100,000', '> 100,000']
    """
    # No more decimals than the bounds need; the minus sign is not the dash between bounds.
    enough = next((d for d in range(decimals) if all(round(b, d) == b for b in breaks)), decimals)
    said = [f"{bound:,.{enough}f}".replace("-", "−") for bound in breaks]
    if not said:
        return "全部 All"
    if place == 0:
        return f"≤ {said[0]}"
    return f"> {said[-1]}" if place == len(said) else f"{said[place - 1]} – {said[place]}"


def _language(run: Run) -> str:
    """Return the first of the languages that the study publishes in."""
    languages = run.options.get("languages")
    first = languages[0] if isinstance(languages, list | tuple) and languages else "zh"
    return "en" if first == "en" else "zh"


def _note(run: Run, column: LayerColumn) -> str:
    """Return meaning and sources of a layer, one after the other."""
    wanted = [part.strip() for part in column.source_id.split(";")]
    sources = run.sources[run.sources["source_id"].isin(wanted)].sort_values("source_id")
    named = [
        ", ".join(part for part in (clean(row[key]) for key in _SAID if key in row) if part)
        for row in sources.to_dict("records")
    ]
    said = [title(column), both(column.meaning_zh, column.meaning_en)]
    return " | ".join([*filter(None, said), "来源 Sources: " + "; ".join(named)])


_SAID = ("title", "publisher", "vintage", "licence", "url")


def _when(column: str, value: str) -> tuple[Condition, ...]:
    return (Condition(column, "=", value),)


_ADJACENT = (Line("#ffffff", 1.7), Line(MARKS["adjacent"], 1.1, arrow=True))
_LEAPFROG = (Line("#ffffff", 1.1), Line(MARKS["leapfrog"], 0.6, arrow=True))

STYLES: dict[str, Style] = {
    "seats": Style(
        "seats",
        "行政中心 Seats of government",
        (
            Rule("城市 City", (Marker("#374151", 2.0),), _when("role", "city")),
            Rule("核心 Core", (Marker(MARKS["core"], 4.5, "star"),), _when("role", "core")),
        ),
        display="name_zh",
    ),
    "pairs": Style(
        "pairs",
        "结对城市 Paired cities, helper → helped",
        (
            Rule("飞地型 Leapfrog", _LEAPFROG, _when("pair_class", "leapfrog")),
            Rule("毗邻型 Adjacent", _ADJACENT, _when("pair_class", "adjacent")),
        ),
    ),
    "rail": Style(
        "rail",
        "铁路 Railways",
        (
            Rule("普速铁路 Conventional", (Line(MARKS["rail"], 0.3),), _when("mode", "rail")),
            Rule("高速铁路 High speed", (Line(MARKS["hsr"], 0.6),), _when("mode", "hsr")),
        ),
    ),
    "roads": Style(
        "roads",
        "公路 Roads",
        (
            Rule("其他 Other", (Line("#d6c4b0", 0.15),), _when("class", "other")),
            Rule("骨干 Backbone", (Line(MARKS["road"], 0.35),), _when("class", "backbone")),
        ),
    ),
    "stations": Style(
        "stations",
        "车站 Stations",
        (Rule("车站 Station", (Marker("#ffffff", 1.6, outline=MARKS["hsr"]),)),),
    ),
    "contiguity": Style(
        "contiguity",
        "相邻关系 Neighbours",
        (
            Rule("陆地接壤 Common border", (Line("#6b7280", 0.3),), _when("kind", "land")),
            Rule("隔江 Across a river", (Line("#2378b4", 0.3),), _when("kind", "river")),
            Rule("隔湖 Across a lake", (Line("#2378b4", 0.3),), _when("kind", "lake")),
            Rule("隔海 Across the sea", (Line("#233391", 0.3),), _when("kind", "sea")),
            Rule("桥梁 Bridge", (Line("#6b7280", 0.4, dashed=True),), _when("kind", "bridge")),
        ),
    ),
    "hinterlands": Style(
        "hinterlands",
        "核心腹地 Hinterlands of the cores, by travel time",
        (Rule("腹地 Hinterland", (Fill("", outline=MARKS["hinterland"], width_mm=0.8),)),),
        display="core_zh",
    ),
}


# Of further tables with shapes, where a run has them.
FURTHER_STYLES: dict[str, Style] = {
    "dominant_flows": Style(
        "dominant_flows",
        "优势流 Dominant flows, city → city it leans on",
        (
            Rule(
                "中心的最大流 Largest flow of a centre",
                (Line(MARKS["flow"], 0.3, dashed=True),),
                _when("role_by_mass", "centre"),
            ),
            Rule(
                "归向 Leans on",
                (Line("#ffffff", 1.2), Line(MARKS["flow"], 0.7, arrow=True)),
                _when("role_by_mass", "subordinate"),
            ),
        ),
    ),
    "breaking_points": Style(
        "breaking_points",
        "断裂点 Breaking points between cores, on the way",
        (Rule("断裂点 Breaking point", (Marker(MARKS["hinterland"], 3.0),)),),
    ),
    "field_contours": Style(
        "field_contours",
        "场强等值线 Field strength of the cores, median of the land 100",
        (Rule("等值线 Line", (Line("#ffffff", 1.0), Line(MARKS["field"], 0.4))),),
        display="strength_index",
    ),
}
