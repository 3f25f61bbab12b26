"""Values of raw and derived indicators, a row a city.

Of which year a denominator is taken is the rule of :mod:`yrdgeo.sources.parts`; what groups of
cities make is in :mod:`yrdgeo.sources.aggregates`.
"""

from collections.abc import Iterable, Sequence

import pandas as pd

from yrdgeo.sources.catalogue import Indicator, load_catalogue
from yrdgeo.sources.parts import (
    Catalogue,
    Denominators,
    Question,
    members_of,
    part,
    ratio_factor,
    total,
)
from yrdgeo.sources.vintages import choose, join, worst

# Vintages in Chinese, for the notes that a reader sees; another vintage stays as it is.
VINTAGES_ZH = {
    "census 1 Nov": "11月1日普查数",
    "preliminary": "初步核算数",
    "final-verified": "最终核实数",
    "year-end": "年末数",
    "official": "官方数",
    "derived": "推算数",
    "computed": "计算数",
}


def values_of(  # noqa: PLR0913 — four named options of one question
    table: pd.DataFrame,
    indicator: str,
    year: int,
    *,
    catalogue: Catalogue | None = None,
    cities: Sequence[str] | None = None,
    denominators: Denominators = "auto",
    vintage: str | None = None,
) -> pd.DataFrame:
    r"""Return the value of each city, stored or computed.

    .. math:: v_i = \frac{\sum_a x_{ai}}{\sum_b y_{bi}}

    over the numerators a and denominators b of the catalogue row, in its unit; for a share of the
    region :math:`v_i = 100\,x_i / \sum_j x_j`.

    Parameters
    ----------
    table
        The ``indicators`` table, values in the catalogue's units.
    indicator, year
        What and when.
    catalogue
        The embedded one without it.
    cities
        Adcodes of the answer, in their order, and the region of a share; all cities of the table
        without it.
    denominators
        Year of the inputs that follow the census rule: see :func:`year_used`.
    vintage
        Force this vintage on the inputs that are taken of the year asked for.

    Returns
    -------
    values
        Indexed by adcode: ``value unit year vintage source_id confidence note note_zh
        denominator_year``. A city without a value has NaN, never 0. ``confidence`` is the worst of
        the inputs; ``note`` names the denominator and its year.

    Raises
    ------
    TableError
        If an input has no values at all.
    ArgumentError
        If the units of the inputs do not make the unit of the indicator.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "adcode": ["320500", "320500"], "year": [2020, 2020], "value": [20_170.5, 1274.8],
    ...     "indicator": ["gdp", "population_resident"], "unit": ["1e8 CNY", "1e4 persons"],
    ...     "vintage": ["preliminary", "census 1 Nov"], "confidence": ["high", "high"]})
    >>> values_of(table, "gdp_per_capita", 2020)["value"].round()
    adcode
    320500    158225.0
    Name: value, dtype: float64
    """
    rows = load_catalogue() if catalogue is None else catalogue
    members = members_of(table, cities)
    question = Question(table, rows, year, members, denominators, vintage)
    row = rows.get(indicator)
    if row is None or not row.derived:
        values = choose(table, indicator, year, vintage=vintage, cities=members)
        return values.assign(denominator_year=pd.array([pd.NA] * len(values), dtype="Int64"))
    return _share(question, row) if row.share_of else _ratio(question, row)


def _unit(frame: pd.DataFrame) -> str:
    return str(frame["unit"].iloc[0]) if len(frame) else ""


def _ratio(question: Question, row: Indicator) -> pd.DataFrame:
    above, below = total(question, row.numerator), total(question, row.denominator)
    divisor = below["value"].where(below["value"].ne(0.0))
    values = above.assign(
        value=ratio_factor(_unit(above), _unit(below), row.unit) * above["value"] / divisor,
        unit=row.unit,
        vintage=_both(above["vintage"], below["vintage"], " / "),
        source_id=_both(above["source_id"], below["source_id"], ";"),
        confidence=[
            worst(two) for two in zip(above["confidence"], below["confidence"], strict=True)
        ],
        denominator_year=below["year"],
    )
    names_en = [" + ".join(_named(question, key).en for key in keys) for keys in _sides(row)]
    names_zh = ["、".join(_named(question, key).zh for key in keys) for keys in _sides(row)]
    values["note"] = _notes(
        _said_en("Numerator", names_en[0], above, question.year),
        _said_en("Denominator", names_en[1], below, 0),
        above["note"],
        below["note"],
    )
    values["note_zh"] = _notes(
        _said_zh("分子", names_zh[0], above, question.year),
        _said_zh("分母", names_zh[1], below, 0),
        above["note_zh"],
        below["note_zh"],
    )
    return _blanked(values)


def _share(question: Question, row: Indicator) -> pd.DataFrame:
    of = part(question, row.share_of)
    without = int(of["value"].isna().sum())
    whole = float(of["value"].sum(skipna=False))
    name = _named(question, row.share_of)
    values = of.assign(
        value=100.0 * of["value"] / whole if whole else float("nan"),
        unit=row.unit,
        confidence=worst(of["confidence"]),
        source_id=join(of["source_id"]),
        denominator_year=pd.array([pd.NA] * len(of), dtype="Int64"),
    )
    said = f"Share of the {name.en} of {len(of)} cities."
    said_zh = f"占{len(of)}个城市{name.zh}合计的比重。"
    if without:
        said = f"No value: {without} of {len(of)} cities have no {name.en}."
        said_zh = f"无数据：{len(of)}个城市中{without}个缺{name.zh}。"
    values["note"] = _notes([said] * len(of), of["note"])
    values["note_zh"] = _notes([said_zh] * len(of), of["note_zh"])
    return _blanked(values)


def _sides(row: Indicator) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return row.numerator, row.denominator


def _named(question: Question, key: str) -> Indicator:
    own = Indicator(id=key, zh=key, en=key, unit="", kind="extensive")
    return question.catalogue.get(key, own)


def _both(first: Iterable[str], second: Iterable[str], separator: str) -> list[str]:
    return [join(two, separator) for two in zip(first, second, strict=True)]


def _notes(*columns: Iterable[str]) -> list[str]:
    rows = zip(*columns, strict=True)
    return [" ".join(dict.fromkeys(text for text in texts if text)) for texts in rows]


def _blanked(values: pd.DataFrame) -> pd.DataFrame:
    # A value that is not there has no quality and no vintage to speak of.
    values.loc[values["value"].isna(), ["confidence", "vintage", "source_id"]] = ""
    return values


def _said_en(side: str, name: str, frame: pd.DataFrame, silent: int) -> list[str]:
    """Name an input, its year and vintage; nothing where the year is the one asked for."""
    said = []
    for value, year, vintage in zip(frame["value"], frame["year"], frame["vintage"], strict=True):
        if pd.isna(value):
            said.append(f"No value: {name}.")
        elif year == silent:
            said.append("")
        else:
            said.append(f"{side}: {name}, {year}" + (f" ({vintage})." if vintage else "."))
    return said


def _said_zh(side: str, name: str, frame: pd.DataFrame, silent: int) -> list[str]:
    said = []
    for value, year, vintage in zip(frame["value"], frame["year"], frame["vintage"], strict=True):
        word = VINTAGES_ZH.get(vintage, vintage)
        if pd.isna(value):
            said.append(f"无数据：{name}。")
        elif year == silent:
            said.append("")
        else:
            said.append(f"{side}：{year}年{name}" + (f"（{word}）。" if word else "。"))
    return said
