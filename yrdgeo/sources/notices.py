"""What a reader must be told about data: one sentence each, in English and Chinese."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from yrdgeo.sources.catalogue import Indicator, load_catalogue
from yrdgeo.sources.derived import VINTAGES_ZH

SHOWN = 6  # cities named in a sentence; the rest are counted
UNVERIFIED = "unverified"
TOLERANCE_PCT = 0.1  # below it, rounding of the published figures explains the difference
Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence in English and in Chinese."""

    en: str
    zh: str


def notices(
    values: pd.DataFrame,
    indicator: str,
    year: int,
    *,
    catalogue: Mapping[str, Indicator] | None = None,
    names_en: Names | None = None,
    names_zh: Names | None = None,
) -> tuple[Notice, ...]:
    """Say what is missing, unverified, of another year, or of mixed vintage in some values.

    Parameters
    ----------
    values
        What :func:`yrdgeo.sources.derived.values_of` returned.
    indicator, year
        What it was asked for.
    catalogue
        The embedded one without it.
    names_en, names_zh
        City names by adcode; the adcode stands in for a name that is not there.

    Returns
    -------
    notices
        None where every city has a sourced value of one vintage and of the year asked for.

    Examples
    --------
    >>> values = pd.DataFrame(
    ...     {"value": [1.0, float("nan")], "year": [2022, None], "vintage": ["preliminary", ""],
    ...      "confidence": ["high", ""], "denominator_year": [None, None]},
    ...     index=["320500", "320100"])
    >>> notices(values, "gdp", 2022)[0].en
    'GDP 2022: 1 of 2 cities have no value: 320100.'
    """
    row = (load_catalogue() if catalogue is None else catalogue).get(indicator)
    name = Notice(row.en if row else indicator, row.zh if row else indicator)
    about = Notice(f"{name.en} {year}", f"{year}年{name.zh}")
    present = values["value"].notna()
    named = (names_en or {}, names_zh or {})
    found = [
        _missing(about, values, present, named),
        _unverified(about, values, present, named),
        _other_year(about, values[present], year),
        _denominator(about, values[present], year),
        _mixed(about, values[present]),
    ]
    return tuple(notice for notice in found if notice)


def _cities(codes: Iterable[object], names: Names, language: str) -> str:
    listed = [names.get(str(code), str(code)) for code in codes]
    more = len(listed) - SHOWN
    if language == "en":
        return ", ".join(listed[:SHOWN]) + (f" and {more} more" if more > 0 else "")
    return "、".join(listed[:SHOWN]) + (f"等{len(listed)}市" if more > 0 else "")


def _missing(
    about: Notice, values: pd.DataFrame, present: pd.Series, named: tuple[Names, Names]
) -> Notice | None:
    codes = list(values.index[~present])
    if not codes:
        return None
    return Notice(
        f"{about.en}: {len(codes)} of {len(values)} cities have no value: "
        f"{_cities(codes, named[0], 'en')}.",
        f"{about.zh}：{len(values)}个城市中{len(codes)}个无数据："
        f"{_cities(codes, named[1], 'zh')}。",
    )


def _unverified(
    about: Notice, values: pd.DataFrame, present: pd.Series, named: tuple[Names, Names]
) -> Notice | None:
    codes = list(values.index[present & values["confidence"].eq(UNVERIFIED)])
    if not codes:
        return None
    return Notice(
        f"{about.en}: unverified for {_cities(codes, named[0], 'en')}.",
        f"{about.zh}：{_cities(codes, named[1], 'zh')}的数值未经核实。",
    )


def _other_year(about: Notice, values: pd.DataFrame, year: int) -> Notice | None:
    years = _years(values["year"], year)
    if not years:
        return None
    return Notice(
        f"{about.en}: computed from figures of {', '.join(years)}.",
        f"{about.zh}：按{'、'.join(years)}年数据计算。",
    )


def _denominator(about: Notice, values: pd.DataFrame, year: int) -> Notice | None:
    years = _years(values["denominator_year"], year)
    if not years:
        return None
    return Notice(
        f"{about.en}: the denominator is of {', '.join(years)}.",
        f"{about.zh}：分母采用{'、'.join(years)}年数据。",
    )


def _years(column: pd.Series, year: int) -> list[str]:
    return [str(int(other)) for other in sorted(column.dropna().unique()) if other != year]


def _mixed(about: Notice, values: pd.DataFrame) -> Notice | None:
    counts = (
        values["vintage"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    )
    if len(counts) <= 1:
        return None
    en = ", ".join(f"{str(vintage) or 'not stated'} ({count})" for vintage, count in counts.items())
    zh = "、".join(f"{_vintage_zh(str(vintage))}（{count}）" for vintage, count in counts.items())
    return Notice(f"{about.en}: vintages differ: {en}.", f"{about.zh}：数据口径不一：{zh}。")


def _vintage_zh(vintage: str) -> str:
    parts = [VINTAGES_ZH.get(part, part) for part in vintage.split(" / ")]
    return " / ".join(parts) or "未注明"


def province_notices(
    check: pd.DataFrame, *, names_en: Names | None = None, names_zh: Names | None = None
) -> tuple[Notice, ...]:
    """Say where the cities of a province do not add up to its published total.

    Parameters
    ----------
    check
        What :func:`yrdgeo.sources.aggregates.province_check` returned. Only comparable rows are
        spoken of, and only where the difference is 0.1 % or more.
    names_en, names_zh
        Province names by adcode.

    Returns
    -------
    notices
        One sentence a province and vintage.
    """
    if check.empty:
        return ()
    rows = check[check["comparable"] & check["excess_pct"].abs().ge(TOLERANCE_PCT)]
    return tuple(
        Notice(
            f"The {n} cities of {(names_en or {}).get(code, code)} sum to {excess:+.1f} % off its "
            f"published total of {year} ({vintage}).",
            f"{(names_zh or {}).get(code, code)} {n} 市合计与{year}年公布的全省数"
            f"（{VINTAGES_ZH.get(vintage, vintage)}）相差{excess:+.1f}%。",
        )
        for code, year, vintage, n, excess in zip(
            *(rows[name] for name in ("province", "year", "vintage", "n_cities", "excess_pct")),
            strict=True,
        )
    )
