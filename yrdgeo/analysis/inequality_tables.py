"""Tables of the measures of inequality: a row a group, a measure and a year.

Promise: a city without a value is counted as missing and never as zero; a number that cannot be
had is NaN, with the reason beside it; years are compared only among the same cities.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import aligned
from yrdgeo.analysis.arguments import check_choice, check_is_series, check_list
from yrdgeo.analysis.inequality_registry import MEASURES, PLAIN
from yrdgeo.analysis.intervals import METHODS, Interval, interval
from yrdgeo.analysis.magnitudes import WIDEST
from yrdgeo.errors import ArgumentError, Problem, few, nearest, raise_problems
from yrdgeo.tables import check

Ends = Literal["none", "bca", "percentile", "jackknife"]
Vintages = Literal["refuse", "state"]
Cities = Literal["common", "each_year"]
Groups = pd.Series | pd.DataFrame

ALL, OUTSIDE = "all", "outside"
COLUMNS = ("group_id", "measure", "value", "low", "high", "n", "n_missing", "note")


def by_group(  # noqa: PLR0913 — what is measured, and four options of its interval
    values: pd.Series,
    groups: Groups,
    weights: pd.Series | None = None,
    *,
    measures: Iterable[str] | None = None,
    method: Ends = "none",
    level: float = 0.95,
    draws: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure inequality among the cities of each group.

    Parameters
    ----------
    values
        Zero or more by adcode, per head where the weights are people; NaN where missing.
    groups
        A label for each city by adcode (provinces), or a ``groups`` table, whose groups may
        overlap (metropolitan circles). A member without a value or a weight is missing.
    weights
        People or other sizes above zero by adcode; NaN where missing.
    measures
        Rows of :data:`MEASURES` that take values, or values and weights; all of these if None.
    method
        How intervals are made, see :func:`interval`; ``none`` leaves ``low`` and ``high`` NaN.
    level, draws, seed
        Of the intervals.

    Returns
    -------
    table
        ``group_id measure value low high n n_missing note``, a row a group and a measure. A
        group of one city has NaN: there is nobody to be unequal to.

    Raises
    ------
    TableError
        If ids repeat, or a number that is given is negative, infinite or, for a weight, zero.
    ArgumentError
        If a measure is unknown, or an option is out of its domain.

    Examples
    --------
    >>> per_head = pd.Series({"310000": 18.0, "340100": 12.0, "341200": 4.0, "341600": np.nan})
    >>> province = pd.Series({"310000": "31", "340100": "34", "341200": "34", "341600": "34"})
    >>> table = by_group(per_head, province, measures=["gini", "hoover"])
    >>> table[["group_id", "measure", "value", "n", "n_missing"]].to_numpy().tolist()
    [['31', 'gini', nan, 1, 0], ['31', 'hoover', nan, 1, 0], ['34', 'gini', 0.25, 2, 1], \
['34', 'hoover', 0.25, 2, 1]]
    """
    chosen = _chosen(measures)
    check_choice(method, "method", ("none", *METHODS))
    ends = None
    if method != "none":
        ends = partial(interval, method=method, level=level, draws=draws, seed=seed)
    known, sizes = _known(values, weights)
    rows = []
    for group, members in _members(groups).items():
        there = known.index.intersection(members, sort=False)
        for name in chosen:
            found = _measured(name, known.loc[there], sizes, ends)
            rows.append((group, name, *found[:3], len(there), len(members) - len(there), found[3]))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"note": object})


def over_years(  # noqa: PLR0913 — a table, and seven options of what is compared
    table: pd.DataFrame,
    *,
    groups: Groups | None = None,
    measures: Iterable[str] | None = None,
    cities: Cities = "common",
    vintages: Vintages = "refuse",
    method: Ends = "none",
    seed: int = 0,
) -> pd.DataFrame:
    """Measure inequality year by year, among the same cities and from one vintage of data.

    Parameters
    ----------
    table
        Columns ``adcode year value vintage``, and ``weight`` if sizes count; NaN where missing.
    groups
        As for :func:`by_group`; all cities of the table, as group ``all``, if None.
    measures, method, seed
        As for :func:`by_group`.
    cities
        ``common`` keeps the cities that have a value (and weight) in every year; ``each_year``
        takes what each year has, so that a change may be one of coverage.
    vintages
        ``refuse`` stops where the values are of more than one vintage, because a revision would
        look like a change; ``state`` goes on and says in ``vintage`` what each year is made of.

    Returns
    -------
    table
        ``year group_id measure value low high n n_missing note vintage``, in order of years.

    Raises
    ------
    TableError
        As :func:`by_group`; also if a city has two values in a year.
    ArgumentError
        As :func:`by_group`; also if a column is absent, vintages are mixed, or no city has a
        value in every year.

    Examples
    --------
    >>> long = pd.DataFrame({
    ...     "adcode": ["310000", "320500"] * 2, "year": [2015, 2015, 2020, 2020],
    ...     "value": [9.0, 3.0, 9.0, 6.0], "vintage": "census"})
    >>> over_years(long, measures=["hoover"])["value"].round(12).tolist()
    [0.25, 0.1]
    """
    check_choice(cities, "choice of cities", ("common", "each_year"))
    check_choice(vintages, "rule for vintages", ("refuse", "state"))
    known = _known_rows(table)
    if vintages == "refuse":
        _refuse_mixture(known)
    every = pd.Index(table["adcode"].unique())
    if cities == "common":
        known = _common(known, every)
    grouped = pd.Series(ALL, every) if groups is None else groups
    parts = []
    for year, rows in known.groupby("year", sort=True):
        one = rows.set_index("adcode")
        part = by_group(
            one["value"],
            grouped,
            one.get("weight"),
            measures=measures,
            method=method,
            seed=seed,
        )
        part.insert(0, "year", year)
        parts.append(part.assign(vintage="; ".join(sorted(one["vintage"].unique()))))
    return pd.concat(parts, ignore_index=True)


def partition(groups: pd.DataFrame, cities: pd.Index, *, order: Iterable[str]) -> pd.Series:
    """Put each city in one group, where groups overlap: the first of the order that has it.

    Parameters
    ----------
    groups
        The ``groups`` table; members that are no cities are not used.
    cities
        Adcodes.
    order
        Group ids, the one that goes first in front.

    Returns
    -------
    labels
        A group id for each city, ``outside`` for a city of none.

    Raises
    ------
    ArgumentError
        If the order names a group that the table lacks.

    Examples
    --------
    >>> circles = pd.DataFrame({
    ...     "group_id": ["hangzhou", "shanghai", "shanghai"],
    ...     "member_id": ["330500", "330500", "310000"]})
    >>> partition(circles, pd.Index(["310000", "330500", "340100"]), order=["hangzhou", "shanghai"])
    310000    shanghai
    330500    hangzhou
    340100     outside
    Name: group_id, dtype: object
    """
    members = _members(groups)
    if not isinstance(cities, pd.Index):
        raise ArgumentError("The cities must be an Index of adcodes.", found=type(cities).__name__)
    labels = pd.Series(OUTSIDE, cities, name="group_id", dtype=object)
    for group in map(str, reversed(check_list(order, "order of groups"))):
        if group not in members:
            raise ArgumentError(f"There is no group {group!r}.", fix=nearest(group, list(members)))
        labels[cities.isin(members[group])] = group
    return labels


def plain_measures() -> list[str]:
    """Return the measures that take values, or values and weights: what tables can hold."""
    return [name for name, row in MEASURES.items() if row.takes in {PLAIN, PLAIN[:1]}]


def _chosen(measures: Iterable[str] | None) -> list[str]:
    legal = plain_measures()
    one = [measures] if isinstance(measures, str) else measures
    if one is None:
        return legal
    for name in (chosen := check_list(one, "measures")):
        check_choice(name, "measure of values and weights", legal)
    return list(map(str, chosen))


def _known(values: pd.Series, weights: pd.Series | None) -> tuple[pd.Series, pd.Series | None]:
    """Return the values that are there, with their weights, all legal."""
    check_is_series(values, "values")
    if isinstance(values.index, pd.MultiIndex):
        raise ArgumentError("Values must be by one id a city.", found=few(values.index.names))
    repeated = values.index[values.index.duplicated()].unique()
    if len(repeated):
        raise_problems([Problem("ids are repeated", value=few(repeated))], source="values")
    known = values[values.notna()]
    if weights is None:
        aligned(known, known.index, name="values", most=WIDEST)
        return known, None
    check_is_series(weights, "weights")
    sizes = weights[weights.notna()]
    known = known[known.index.isin(sizes.index)]
    aligned(known, known.index, name="values", most=WIDEST)
    numbers = aligned(sizes, known.index, name="weights", most=WIDEST)
    if (numbers == 0).any():
        shown = few(known.index[numbers == 0])
        raise_problems([Problem("weights are zero", value=shown)], source="weights")
    return known, sizes


def _members(groups: Groups) -> Mapping[str, pd.Index]:
    if isinstance(groups, pd.Series):
        repeated = groups.index[groups.index.duplicated()].unique()
        if len(repeated):
            raise_problems([Problem("ids are repeated", value=few(repeated))], source="groups")
        labelled = groups.dropna().astype(str)
        return {str(name): part.index for name, part in labelled.groupby(labelled, sort=True)}
    if not isinstance(groups, pd.DataFrame):
        raise ArgumentError(
            "Groups must be a Series of labels by id, or a table of groups.",
            found=type(groups).__name__,
        )
    table = check(groups, "groups")
    return {
        str(name): pd.Index(part["member_id"])
        for name, part in table.groupby("group_id", sort=False)
    }


def _measured(
    name: str, values: pd.Series, weights: pd.Series | None, ends: Callable[..., Interval] | None
) -> tuple[float, float, float, str]:
    """Return value, low, high and, where one of them cannot be had, the reason."""
    row = MEASURES[name]
    weighted = row.takes == PLAIN
    amounts = (values, weights) if weighted else (values,)
    value = np.nan
    try:
        value = row.function(*amounts, **row.defaults)
        if ends is None:
            return value, np.nan, np.nan, ""
        sizes = weights if weighted else None
        found = ends(row.function, values, weights=sizes, **row.defaults)
    except ArgumentError as error:
        return value, np.nan, np.nan, error.what
    return value, found.low, found.high, found.note


def _known_rows(table: pd.DataFrame) -> pd.DataFrame:
    if not isinstance(table, pd.DataFrame):
        raise ArgumentError("The years must be a table.", found=type(table).__name__)
    columns = list(table.columns)
    absent = [name for name in ("adcode", "year", "value", "vintage") if columns.count(name) != 1]
    if absent:
        raise ArgumentError(
            "The table of years lacks columns, or has them twice.",
            found=few(absent),
            fix="Give adcode, year, value, vintage and, if sizes count, weight.",
        )
    if table.empty or not pd.to_numeric(table["year"], errors="coerce").notna().all():
        raise ArgumentError(
            "Every row of the table of years needs a year.",
            found=f"{int(table['year'].isna().sum())} of {len(table)} have none",
        )
    needed = ["value", "weight"] if "weight" in table else ["value"]
    known = table[table[needed].notna().all(axis=1)]
    again = known[known.duplicated(["adcode", "year"])]
    if len(again):
        shown = few(f"{row.adcode} in {row.year}" for row in again.itertuples())
        raise_problems([Problem("cities have two values in a year", value=shown)], source="years")
    return known.assign(vintage=known["vintage"].fillna("").astype(str))


def _refuse_mixture(known: pd.DataFrame) -> None:
    first = known.drop_duplicates("vintage")
    if len(first) > 1:
        raise ArgumentError(
            "The years are made of different vintages of data.",
            found=few(f"{row.vintage!r} in {row.year}" for row in first.itertuples()),
            fix="Take one vintage, or pass vintages='state' and say so beside the numbers.",
        )


def _common(known: pd.DataFrame, every: pd.Index) -> pd.DataFrame:
    years = known["year"].nunique()
    counts = known.groupby("adcode")["year"].nunique()
    both = counts.index[counts == years]
    if not len(both):
        raise ArgumentError(
            "No city has a value in every year.",
            found=f"{len(every)} cities, {years} years",
            fix="Leave out a year, or pass cities='each_year'.",
        )
    return known[known["adcode"].isin(both)]
