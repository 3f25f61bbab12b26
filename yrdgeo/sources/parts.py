"""One input of a computation: which year, which vintage, which cities.

**The denominator's year.** An input whose catalogue row says ``year_rule = "census"`` (population)
is taken of the year asked for if every city asked about has a counted figure of that year, else of
the latest census before it, for all of them; without any census, of the latest earlier year that
all of them have. So one map never mixes years of population. Figures derived from GDP per head do
not count: dividing by them only gives the printed ratio back. For a group the rule looks at the
group's members; pass ``denominators`` to hold it to the map's year.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from yrdgeo.errors import ArgumentError
from yrdgeo.sources.catalogue import Indicator, load_catalogue
from yrdgeo.sources.unit_words import own_unit
from yrdgeo.sources.vintages import (
    align,
    choose,
    choose_latest,
    counted,
    join,
    measured_in,
    worst,
)

Denominators = Literal["auto", "same_year", "census"] | int
Catalogue = Mapping[str, Indicator]
Input = tuple[str, int, str, str | None]  # indicator, year, rule of the year, vintage if any
CENSUS = "census"
TEXTS = ("vintage", "source_id", "note", "note_zh")


@dataclass(frozen=True, slots=True)
class Question:
    """What every part of one computation is asked: of which table, year and cities.

    Groups ask the same of different cities, so ``found`` keeps what was found for ``everyone``.
    """

    table: pd.DataFrame
    catalogue: Catalogue
    year: int
    cities: tuple[str, ...]
    denominators: Denominators
    vintage: str | None
    everyone: tuple[str, ...] = ()
    found: dict[tuple[Input, ...], pd.DataFrame] = field(default_factory=dict)


def year_used(
    table: pd.DataFrame,
    indicator: str,
    year: int,
    *,
    cities: Sequence[str] | None = None,
    catalogue: Catalogue | None = None,
    denominators: Denominators = "auto",
) -> int:
    """Return the year of which an indicator is taken as an input, by the module's rule.

    Parameters
    ----------
    table
        The ``indicators`` table.
    indicator
        A raw indicator, such as ``population_resident``.
    year
        The year asked for.
    cities
        Who must have a value; all cities of the table without it.
    catalogue
        The embedded one without it.
    denominators
        ``auto`` is the rule; ``same_year``, ``census`` or a year overrides it.

    Returns
    -------
    year
        The year asked for where no earlier census and no earlier complete year exists either.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "adcode": ["320500", "320100", "320500"], "year": [2020, 2020, 2022],
    ...     "indicator": ["population_resident"] * 3, "unit": ["1e4 persons"] * 3,
    ...     "vintage": ["census 1 Nov", "census 1 Nov", "year-end"], "value": [1275, 931, 1291]})
    >>> year_used(table, "population_resident", 2022)
    2020
    >>> year_used(table, "population_resident", 2022, cities=["320500"])
    2022
    """
    row = (load_catalogue() if catalogue is None else catalogue).get(indicator)
    if row is None or row.year_rule != CENSUS or denominators == "same_year":
        return year
    if isinstance(denominators, int):
        return denominators
    members = members_of(table, cities)
    rows = table[table["indicator"].eq(indicator) & table["adcode"].isin(members)]
    whole = _complete_years(rows, set(members)) if denominators == "auto" else []
    census = rows[rows["vintage"].str.startswith(CENSUS) & rows["year"].le(year)]
    if year not in whole and len(census):
        return int(census["year"].max())
    return max((one for one in whole if one <= year), default=year)


def _complete_years(rows: pd.DataFrame, members: set[str]) -> list[int]:
    """Return the years of which every member has a counted figure."""
    real = rows["vintage"].map(counted).astype(bool)  # of no rows it would be text
    covered = rows[real].groupby("year")["adcode"].nunique()
    return [int(year) for year in covered.index[covered == len(members)]]


def members_of(table: pd.DataFrame, cities: Sequence[str] | None) -> tuple[str, ...]:
    """Return the cities asked about, or all cities of the table, sorted."""
    return tuple(sorted(table["adcode"].unique()) if cities is None else cities)


def part(question: Question, indicator: str) -> pd.DataFrame:
    """Return one input of a computation, by the year rule of its catalogue row."""
    return total(question, [indicator])


def total(question: Question, indicators: Sequence[str]) -> pd.DataFrame:
    """Return the sum of several inputs, in the shape of ``choose``; a missing one leaves NaN."""
    inputs = tuple(_input(question, indicator) for indicator in indicators)
    if inputs not in question.found:
        question.found[inputs] = _added([_of_everyone(question, one) for one in inputs], indicators)
    cities = pd.Index(question.cities, name="adcode")
    return question.found[inputs].loc[cities]


def _input(question: Question, indicator: str) -> Input:
    """Return what an input is taken of, by the year rule of its catalogue row."""
    row = question.catalogue.get(indicator)
    rule = row.year_rule if row else "same_year"
    year = question.year
    if rule == CENSUS:
        year = year_used(
            question.table,
            indicator,
            year,
            cities=question.cities,
            catalogue=question.catalogue,
            denominators=question.denominators,
        )
    return indicator, year, rule, question.vintage if rule == "same_year" else None


def _of_everyone(question: Question, one: Input) -> pd.DataFrame:
    indicator, year, rule, vintage = one
    chosen = (
        choose_latest(question.table, indicator, year)
        if rule == "latest"
        else choose(question.table, indicator, year, vintage=vintage)
    )
    everyone = dict.fromkeys(question.everyone or question.cities)
    return align(chosen, list(everyone), measured_in(question.table, indicator))


def _added(parts: Sequence[pd.DataFrame], indicators: Sequence[str]) -> pd.DataFrame:
    first = parts[0].copy()
    for other in parts[1:]:
        if set(other["unit"]) != set(first["unit"]):
            raise ArgumentError(
                "Indicators in different units cannot be added.", found=", ".join(indicators)
            )
        first["value"] = first["value"].to_numpy() + other["value"].to_numpy()
    if len(parts) > 1:
        for column in TEXTS:
            first[column] = [join(texts, "; ") for texts in _across(parts, column)]
        first["confidence"] = [worst(texts) for texts in _across(parts, "confidence")]
    return first


def _across(parts: Sequence[pd.DataFrame], column: str) -> list[tuple[str, ...]]:
    return list(zip(*(frame[column].astype(str) for frame in parts), strict=True))


def ratio_factor(numerator: str, denominator: str, unit: str) -> float:
    """Return what a quotient of two units is multiplied by to stand in a third.

    Raises
    ------
    ArgumentError
        If the quotient is no such thing.

    Examples
    --------
    >>> ratio_factor("1e8 CNY", "1e4 persons", "CNY/person")
    10000.0
    """
    above, below, out = own_unit(numerator), own_unit(denominator), own_unit(unit)
    base = "" if above.base == below.base else f"{above.base}/{below.base}"
    if base != out.base:
        raise ArgumentError(
            f"{numerator!r} over {denominator!r} is not in {unit!r}.",
            fix="Mend the unit of the indicator in the catalogue.",
        )
    return float(f"{above.factor / below.factor / out.factor:.12g}")
