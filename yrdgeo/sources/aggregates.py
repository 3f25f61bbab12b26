"""Groups of cities and provinces: sums of amounts, ratios of sums, never means of ratios."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from yrdgeo.sources.catalogue import Indicator, load_catalogue
from yrdgeo.sources.derived import values_of
from yrdgeo.sources.parts import (
    Catalogue,
    Denominators,
    Question,
    members_of,
    part,
    ratio_factor,
    total,
)
from yrdgeo.sources.vintages import choose, counted, join, measured_in, rank, worst

PROVINCE_DIGITS = 2  # a city's code begins with its province's two digits
GROUP_COLUMNS = (
    *("group_id", "value", "unit", "year", "n_members", "n_missing", "missing"),
    *("confidence", "vintage", "source_id", "note", "note_zh", "denominator_year"),
)


def group_values(  # noqa: PLR0913 — four named options of one question
    table: pd.DataFrame,
    groups: pd.DataFrame,
    indicator: str,
    *,
    year: int,
    catalogue: Catalogue | None = None,
    cities: Sequence[str] | None = None,
    denominators: Denominators = "auto",
) -> pd.DataFrame:
    r"""Return the value of each group of cities.

    .. math:: V_g = \sum_{i \in g} x_i \quad\text{or}\quad
              V_g = \frac{\sum_{i \in g} x_i}{\sum_{i \in g} y_i}

    An extensive indicator is summed. A ratio is the ratio of the sums. A raw ratio, such as the
    urbanisation rate, is weighted by the denominator of its catalogue row, which is the same thing.

    Parameters
    ----------
    table
        The ``indicators`` table.
    groups
        The ``groups`` table: ``group_id member_id``.
    indicator, year
        What and when.
    catalogue
        The embedded one without it.
    cities
        The region of a share; all cities of the table without it.
    denominators
        As in :func:`yrdgeo.sources.parts.year_used`, over the members of each group.

    Returns
    -------
    values
        One row a group, in the order of their first row: ``group_id value unit year n_members
        n_missing missing confidence vintage source_id note note_zh denominator_year``. One
        missing member makes the value NaN; ``missing`` lists them.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "adcode": ["340300", "340600"] * 2, "year": [2021] * 4,
    ...     "indicator": ["gdp", "gdp", "population_resident", "population_resident"],
    ...     "unit": ["1e8 CNY", "1e8 CNY", "1e4 persons", "1e4 persons"],
    ...     "vintage": ["preliminary", "preliminary", "year-end", "year-end"],
    ...     "value": [1988.97, 1223.02, 331.7, 197.4]})
    >>> groups = pd.DataFrame({"group_id": ["two", "two"], "member_id": ["340300", "340600"]})
    >>> group_values(table, groups, "gdp_per_capita", year=2021)["value"].round()
    0    60707.0
    Name: value, dtype: float64
    """
    rows = load_catalogue() if catalogue is None else catalogue
    own = Indicator(id=indicator, zh=indicator, en=indicator, unit="", kind="intensive")
    row = rows.get(indicator, own)
    region = members_of(table, cities)
    inputs = (row.share_of,) if row.share_of else (*(row.numerator or (row.id,)), *row.denominator)
    for name in inputs:
        measured_in(table, name)
    table = table[table["indicator"].isin(inputs)]  # the rest only costs time
    shares = None
    if row.share_of:
        shares = values_of(table, indicator, year, catalogue=rows, cities=region)
    found = []
    everyone = tuple(groups["member_id"].unique())
    whole = Question(table, rows, year, everyone, denominators, None, everyone)
    for group_id, listed in groups.groupby("group_id", sort=False)["member_id"]:
        question = replace(whole, cities=tuple(listed))
        above, below = _sums(question, row, shares)
        found.append(_group(str(group_id), question, row, above, below))
    values = pd.DataFrame(found, columns=list(GROUP_COLUMNS))
    return values.astype({"value": "float64", "denominator_year": "Int64"})


def _sums(
    question: Question, row: Indicator, shares: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Return what is summed above the line and, for a ratio, below it; a row a member."""
    if shares is not None:
        return shares.reindex(list(question.cities)), None
    if row.numerator:
        return total(question, row.numerator), total(question, row.denominator)
    above = part(question, row.id)
    if row.kind == "extensive" or not row.denominator:
        return above, None
    below = total(question, row.denominator)
    return above.assign(value=above["value"] * below["value"]), below


def _group(
    group_id: str,
    question: Question,
    row: Indicator,
    above: pd.DataFrame,
    below: pd.DataFrame | None,
) -> dict[str, object]:
    without = above["value"].isna()
    frames = [above]
    factor, over = 1.0, 1.0
    if below is not None:
        frames.append(below)
        without |= below["value"].isna()
        over = float(below["value"].sum(skipna=False))
        if row.numerator:
            factor = ratio_factor(_unit(above), _unit(below), row.unit)
    mergeable = row.kind == "extensive" or below is not None
    value = factor * float(above["value"].sum(skipna=False)) / over if over else np.nan
    value = value if mergeable else np.nan
    whole = not np.isnan(value)
    note, note_zh = _remark(question, int(without.sum()), below, mergeable=mergeable)
    return {
        "group_id": group_id,
        "value": value,
        "unit": row.unit or _unit(above),
        "year": question.year,
        "n_members": len(above),
        "n_missing": int(without.sum()),
        "missing": ";".join(above.index[without]),
        "confidence": worst(pd.concat(frames)["confidence"]) if whole else "",
        "vintage": " / ".join(_listed(frame, "vintage") for frame in frames) if whole else "",
        "source_id": join(pd.concat(frames)["source_id"]) if whole else "",
        "note": note,
        "note_zh": note_zh,
        "denominator_year": _one_year(below),
    }


def _unit(frame: pd.DataFrame) -> str:
    return str(frame["unit"].iloc[0]) if len(frame) else ""


def _listed(frame: pd.DataFrame, column: str) -> str:
    return ", ".join(sorted({str(text) for text in frame[column] if text}))


def _one_year(below: pd.DataFrame | None) -> object:
    if below is None or below["year"].isna().all():
        return pd.NA
    return int(below["year"].max())


def _remark(
    question: Question, n_missing: int, below: pd.DataFrame | None, *, mergeable: bool
) -> tuple[str, str]:
    if not mergeable:
        return (
            "Not merged: the catalogue names no denominator to weigh the members by.",
            "不合并：目录未给出可用于加权的分母。",
        )
    if n_missing:
        members = len(question.cities)
        return (
            f"No value: {n_missing} of {members} members have none.",
            f"无数据：{members}个成员中{n_missing}个缺数据。",
        )
    year = _one_year(below)
    if below is None or year is pd.NA:
        return "", ""
    return f"Ratio of sums; denominator of {year}.", f"按总量之比计算，分母为{year}年数据。"


def province_check(
    table: pd.DataFrame,
    totals: pd.DataFrame,
    indicator: str,
    *,
    year: int,
    cities: Sequence[str] | None = None,
) -> pd.DataFrame:
    r"""Compare the sum of a province's cities with the total that the province published.

    .. math:: e_p = 100 \left(\sum_{i \in p} x_i / X_p - 1\right)

    Jiangsu's cities add up to more than the province in the published figures, so a difference is
    reported and never an error.

    Parameters
    ----------
    table
        The ``indicators`` table.
    totals
        The same of provinces, as :func:`yrdgeo.sources.indicators.load_province_totals` gives.
    indicator, year
        An extensive indicator, and when.
    cities
        All cities of the provinces; all cities of the table without it.

    Returns
    -------
    check
        One row a province and published vintage: ``province year vintage vintage_cities
        comparable cities_sum published excess_pct n_cities n_missing``. ``comparable`` says that
        the cities' figures, derived ones aside, are of the same standing as the published vintage;
        ``excess_pct`` is NaN where a city is missing.
    """
    members = members_of(table, cities)
    chosen = choose(table, indicator, year, cities=members)
    chosen["province"] = [code[:PROVINCE_DIGITS] + "0000" for code in chosen.index]
    wanted = totals["indicator"].eq(indicator) & totals["year"].eq(year)
    found = []
    published = totals[wanted].sort_values(["adcode", "vintage"])
    columns = ("adcode", "vintage", "value")
    for province, vintage, amount in zip(*(published[name] for name in columns), strict=True):
        own = chosen[chosen["province"].eq(province)]
        present = own["vintage"][own["value"].notna()]
        added = float(own["value"].sum(skipna=False)) if len(own) else np.nan
        found.append(
            {
                "province": province,
                "year": year,
                "vintage": vintage,
                "vintage_cities": ", ".join(sorted(set(present))),
                "comparable": set(present[present.map(counted)].map(rank)) == {rank(vintage)},
                "cities_sum": added,
                "published": amount,
                "excess_pct": 100.0 * (added / amount - 1.0),
                "n_cities": len(own),
                "n_missing": int(own["value"].isna().sum()),
            }
        )
    return pd.DataFrame(found)
