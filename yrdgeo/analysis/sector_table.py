"""From the long ``indicators`` table to one sector table of one year.

Promise: a city's sectors are of one vintage, and every city that cannot be shown is named.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from yrdgeo.errors import ArgumentError, TableError, few, nearest

THREE_SECTORS = ("va_primary", "va_secondary", "va_tertiary")
_KEY = ["adcode", "vintage", "indicator"]

Rank = Callable[[str], Any]  # anything that sorts


@dataclass(frozen=True, slots=True, eq=False)
class SectorTable:
    """Amounts by city and sector of one year, and what they rest on.

    Attributes
    ----------
    amounts
        Shape (n, k), cities × sectors, complete cities only: what the measures take.
    missing
        Cities without an amount in every sector of one vintage.
    vintages
        Shape (n,), by city.
    rows
        The rows of the long table that ``amounts`` rest on, with sources and confidence.
    year
        Of every amount.
    unit
        Of every amount; empty if there are none.
    note, note_zh
        Coverage, and the vintages where there are several, in words.
    """

    amounts: pd.DataFrame
    missing: tuple[str, ...]
    vintages: pd.Series
    rows: pd.DataFrame
    year: int
    unit: str
    note: str
    note_zh: str


def table(
    indicators: pd.DataFrame,
    sectors: Sequence[str],
    year: int,
    *,
    cities: Sequence[str] | None = None,
    vintage: str | None = None,
    rank: Rank | None = None,
) -> SectorTable:
    """Gather the sectors of one year; a city that lacks one is missing, never 0.

    Parameters
    ----------
    indicators
        The ``indicators`` table of the hallway: ``adcode year indicator vintage value unit`` and
        more.
    sectors
        Indicator ids, such as :data:`THREE_SECTORS`, in the order of the columns.
    year
        No other year ever stands in.
    cities
        Adcodes that ought to be there, in the order of the answer; without them all cities of
        the long table, sorted.
    vintage
        Take this vintage and no other, so that cities are strictly comparable.
    rank
        Sort key of vintages, the first choice smallest, where a city has several that are
        complete.

    Returns
    -------
    gathered
        Cities with all sectors, their vintages and who is missing. Vintages never mix within a
        city; where they differ between cities the note says so.

    Raises
    ------
    ArgumentError
        If a sector is unknown or repeated.
    TableError
        If units differ, a row repeats, or a city has several vintages of equal rank.

    Examples
    --------
    >>> long = pd.DataFrame({
    ...     "adcode": ["320500", "320500", "341300"], "indicator": ["farms", "mills", "mills"],
    ...     "year": 2021, "vintage": "preliminary", "value": [1.0, 9.0, 5.0], "unit": "1e8 CNY"})
    >>> gathered = table(long, ["farms", "mills"], 2021)
    >>> gathered.amounts.loc["320500"].to_list(), gathered.missing
    ([1.0, 9.0], ('341300',))
    >>> gathered.note
    '1 of 2 cities have all 2 sectors for 2021.'
    """
    wanted = _wanted_sectors(indicators, sectors)
    asked = sorted(indicators["adcode"].unique()) if cities is None else list(cities)
    found = indicators[
        indicators["year"].eq(year)
        & indicators["indicator"].isin(wanted)
        & indicators["adcode"].isin(asked)
        & indicators["value"].notna()
    ]
    found = found.assign(vintage=found["vintage"].fillna(""))
    if vintage is not None:
        found = found[found["vintage"].eq(vintage)]
    _check(found)
    complete = found.pivot(  # noqa: PD010 — pivot_table would average repeats
        index=["adcode", "vintage"], columns="indicator", values="value"
    )
    complete = complete.reindex(columns=wanted).dropna()
    vintages = _chosen(complete.index.to_frame(index=False), rank)
    vintages = vintages.reindex([city for city in asked if city in vintages.index])
    keys = pd.MultiIndex.from_arrays([vintages.index, vintages], names=["adcode", "vintage"])
    amounts = complete.reindex(keys).droplevel("vintage").rename_axis(columns="sector")
    used = pd.MultiIndex.from_frame(found[["adcode", "vintage"]]).isin(keys)
    note, note_zh = _coverage(vintages, len(asked), k=len(wanted), year=year)
    return SectorTable(
        amounts=amounts.astype("float64"),
        missing=tuple(city for city in asked if city not in vintages.index),
        vintages=vintages,
        rows=found[used].reset_index(drop=True),
        year=year,
        unit=str(found["unit"].iloc[0]) if len(found) else "",
        note=note,
        note_zh=note_zh,
    )


def _wanted_sectors(indicators: pd.DataFrame, sectors: Sequence[str]) -> list[str]:
    wanted = list(sectors)
    known = sorted(indicators["indicator"].unique())
    unknown = [sector for sector in wanted if sector not in known]
    if unknown:
        raise ArgumentError(
            "Some sectors have no values in any year.",
            found=few(unknown),
            fix=nearest(unknown[0], known),
        )
    if len(set(wanted)) < len(wanted):
        raise ArgumentError("A sector is named twice.", found=few(wanted))
    return wanted


def _check(found: pd.DataFrame) -> None:
    repeated = found[found.duplicated(_KEY)]
    if len(repeated):
        raise TableError(
            "An amount of one city, sector, year and vintage is given twice.",
            found=few(" ".join(map(str, key)) for key in repeated[_KEY].to_numpy()),
            fix="Drop or aggregate the repeats in the reader.",
        )
    units = found["unit"].unique()
    if len(units) > 1:
        raise TableError(
            "Sectors of one table must be in one unit.",
            found=few(units),
            fix="Bring the values to one unit in the reader.",
        )


def _chosen(complete: pd.DataFrame, rank: Rank | None) -> pd.Series:
    """Return the vintage of each city that has a complete one."""
    places = {name: rank(name) if rank else 0 for name in complete["vintage"].unique()}
    best: dict[Hashable, list[str]] = {}
    for city, names in complete.groupby("adcode")["vintage"]:
        first = min(places[name] for name in names)
        best[city] = [name for name in names if places[name] == first]
    torn = [f"{city} ({', '.join(names)})" for city, names in best.items() if len(names) > 1]
    if torn:
        raise TableError(
            "Some cities have several complete vintages of equal rank.",
            found=few(torn),
            fix="Name one with vintage=, or order them with rank=.",
        )
    chosen = {city: names[0] for city, names in best.items()}
    return pd.Series(chosen, dtype="object", name="vintage").rename_axis("adcode")


def _coverage(vintages: pd.Series, n: int, *, k: int, year: int) -> tuple[str, str]:
    english = [f"{len(vintages)} of {n} cities have all {k} sectors for {year}."]
    chinese = [f"{year}年{n}个城市中{len(vintages)}个有全部{k}个行业的数据。"]
    counts = dict(_counts(vintages))
    if len(counts) > 1:
        listed = ", ".join(f"{name or 'unnamed'} ({count})" for name, count in counts.items())
        english.append(f"Vintages differ between cities: {listed}.")
        listed = "、".join(f"{name or '未注明'}（{count}）" for name, count in counts.items())
        chinese.append(f"各市数据口径不一：{listed}。")
    return " ".join(english), "".join(chinese)


def _counts(vintages: pd.Series) -> Iterator[tuple[str, int]]:
    for name in sorted(vintages.unique()):
        yield str(name), int(vintages.eq(name).sum())
