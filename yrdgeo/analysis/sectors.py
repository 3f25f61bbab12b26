"""Sector tables: amounts by city and sector, checked once for every measure of structure.

Promise: what comes back is finite and zero or more, has two sectors or more, and every city has
something; or one error names every city and sector at fault. A missing amount never becomes 0.
"""

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.magnitudes import LARGEST, floats_of
from yrdgeo.errors import Problem, TableError, few, raise_problems

Floats = npt.NDArray[np.float64]
Result = TypeVar("Result", pd.Series, pd.DataFrame)
Reference = tuple[pd.Series, pd.Series]

ENOUGH_SECTORS = 10
_FEWEST = 2
_LARGEST = float(np.finfo(np.float64).max)


def caution(table: pd.DataFrame, *, language: str = "en") -> str:
    """Return a warning where a sector table is too coarse to tell structures apart.

    Parameters
    ----------
    table
        Amounts by city (rows) and sector (columns).
    language
        ``en`` or ``zh``.

    Returns
    -------
    caution
        Empty for ten sectors or more. The measures of structure carry it as
        ``result.attrs["note"]`` and ``result.attrs["note_zh"]``.

    Examples
    --------
    >>> caution(pd.DataFrame(columns=["primary", "secondary", "tertiary"]))[:26]
    'Only 3 sectors, fewer than'
    """
    sectors = table.shape[1]
    if sectors >= ENOUGH_SECTORS:
        return ""
    if language == "zh":
        few_sectors = f"仅{sectors}个行业，少于{ENOUGH_SECTORS}个"
        return f"{few_sectors}：行业内部的差异看不到，各市显得过于相似。"
    return (
        f"Only {sectors} sectors, fewer than {ENOUGH_SECTORS}: differences within a sector do not "
        "show, so places look more alike than they are."
    )


def cautioned(result: Result, table: pd.DataFrame) -> Result:
    """Attach the :func:`caution` of a table to what was computed from it."""
    result.attrs["note"] = caution(table)
    result.attrs["note_zh"] = caution(table, language="zh")
    return result


def checked(
    table: pd.DataFrame, *, name: str = "sector table", idle_sectors: bool = False
) -> pd.DataFrame:
    """Return a sector table as floats, in its own order of cities and sectors.

    Parameters
    ----------
    table
        Amounts by city (rows) and sector (columns): value added or persons employed.
    name
        What errors call it.
    idle_sectors
        Whether a sector may be zero in every city, as one can be in one of two years.

    Raises
    ------
    TableError
        If ids or sectors repeat or are missing, an amount is missing, not a number, negative or
        infinite, a city (or sector) has nothing, or there are fewer than two sectors; one error
        names all of these.
    """
    if not isinstance(table, pd.DataFrame):
        raise TableError(
            f"The {name} must be a pandas DataFrame: a row a city, a column a sector.",
            found=type(table).__name__,
        )
    numbers = _numbers(table)
    problems = [*_label_problems(table), *_number_problems(table, numbers)]
    if not problems:
        problems = [*_empty_problems(table, numbers, idle_sectors=idle_sectors)]
    raise_problems(problems, source=name)
    return pd.DataFrame(numbers, table.index, table.columns)


def checked_pair(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    names: tuple[str, str],
    idle_sectors: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two sector tables of the same cities and sectors, in the order of the first.

    A sector may be zero everywhere in one of the two; in both only with ``idle_sectors``.
    """
    one = checked(first, name=names[0], idle_sectors=True)
    two = checked(second, name=names[1], idle_sectors=True)
    source = f"{names[0]} and {names[1]}"
    problems = [
        *_only_in(names, (one.index, two.index), what="cities"),
        *_only_in(names, (one.columns, two.columns), what="sectors"),
    ]
    raise_problems(problems, source=source)
    two = two.reindex(index=one.index, columns=one.columns)
    nowhere = np.asarray((one + two).eq(0.0).all().to_numpy(dtype=bool))
    idle = one.columns[nowhere]
    if len(idle) and not idle_sectors:
        raise TableError(
            f"{source}: sectors have nothing in either table.", found=few(idle), fix="Drop them."
        )
    return one, two


def whole_of(
    amounts: pd.DataFrame,
    reference: pd.Series | None,
    *,
    name: str = "reference",
    vanished: bool = False,
) -> pd.Series:
    """Return the reference's amount for each column: given, or the sum of the table.

    Raises
    ------
    TableError
        If the labels are not the columns of the table, or an amount is not finite and above zero
        (``vanished`` allows zero).
    """
    if reference is None:
        whole = amounts.sum()
    elif isinstance(reference, pd.Series):
        problems = [
            *_repeated(reference.index, "labels"),
            *_only_in(("table", name), (amounts.columns, reference.index), what="labels"),
        ]
        raise_problems(problems, source=name)
        numbers = pd.Series(floats_of(reference), reference.index)
        whole = numbers.reindex(amounts.columns)
    else:
        raise TableError(f"The {name} must be a pandas Series.", found=type(reference).__name__)
    fine = whole.le(_LARGEST / len(whole)) & (whole.ge(0.0) if vanished else whole.gt(0.0))
    fine &= whole.eq(0.0) | whole.ge(whole.max() / LARGEST)
    if not fine.all():
        raise TableError(
            f"The {name} needs a finite amount above zero everywhere.",
            found=few(f"{whole[label]:g} at {label}" for label in whole.index[~fine]),
            fix="Drop from both what the reference does not have.",
        )
    return whole


def reference_pair(reference: Reference | None) -> tuple[pd.Series | None, pd.Series | None]:
    """Return the reference of each of two tables, None where it is the sum of the table."""
    if reference is None:
        return None, None
    given: object = reference
    if not isinstance(given, tuple) or len(given) != _FEWEST:
        raise TableError(
            "The reference of two tables is a tuple of two Series, one for each.",
            found=type(given).__name__,
        )
    return reference


def shares(amounts: pd.DataFrame) -> Floats:
    """Return each city's sector shares, shape (n, k); rows sum to 1."""
    # One layout in memory, so that equal rows are added in one order and give equal shares.
    numbers = np.ascontiguousarray(amounts.to_numpy(dtype=np.float64))
    # Scaled by the largest first: a sum of amounts near the largest float would overflow.
    scaled = numbers / numbers.max(axis=1, keepdims=True)
    return np.asarray(scaled / scaled.sum(axis=1, keepdims=True))


def share_of(whole: pd.Series) -> Floats:
    """Return sector shares of one area, shape (k,)."""
    return np.asarray(shares(whole.to_frame().T)[0])


def _only_in(
    names: tuple[str, str], labels: tuple[pd.Index, pd.Index], *, what: str
) -> Iterator[Problem]:
    for name, ours, theirs in zip(names, labels, reversed(labels), strict=True):
        odd = ours.difference(theirs, sort=False)
        if len(odd):
            yield Problem(f"{what} are only in the {name}", value=few(odd))


def _repeated(labels: pd.Index, what: str) -> Iterator[Problem]:
    repeated = labels[labels.duplicated()].unique()
    if len(repeated):
        fix = "Drop or aggregate the repeats."
        yield Problem(f"{what} are repeated", value=few(repeated), fix=fix)


def _numbers(table: pd.DataFrame) -> Floats:
    columns = [floats_of(column) for _, column in table.items()]
    return np.column_stack(columns) if columns else np.empty(table.shape)


def _label_problems(table: pd.DataFrame) -> Iterator[Problem]:
    for what, labels in (("cities", table.index), ("sectors", table.columns)):
        if isinstance(labels, pd.MultiIndex):
            yield Problem(f"{what} have more than one name each", value=few(labels))
            continue
        yield from _repeated(labels, what)
        nameless = int(np.count_nonzero(labels.isna()))
        if nameless:
            yield Problem(f"{what} have no name", value=f"{nameless} of them")
    if not len(table):
        yield Problem("there are no cities")
    if table.shape[1] < _FEWEST:
        yield Problem(
            "a structure needs two sectors or more", value=few(table.columns) or "no sector"
        )


def _number_problems(table: pd.DataFrame, numbers: Floats) -> Iterator[Problem]:
    missing = table.isna().to_numpy(dtype=bool)
    fixes = {"amounts are missing": "Drop the city or find the amount; where nothing is, say 0."}
    faults = {
        "amounts are missing": missing,
        "amounts are not numbers": np.isnan(numbers) & ~missing,
        "amounts are negative": numbers < 0,
        "amounts are infinite": numbers == np.inf,
    }
    for what, wrong in faults.items():
        if wrong.any():
            cells = (
                f"{table.iloc[i, k]} at {table.index[i]}, {table.columns[k]}"
                for i, k in np.argwhere(wrong)
            )
            yield Problem(what, value=few(cells), fix=fixes.get(what, ""))


def _empty_problems(
    table: pd.DataFrame, numbers: Floats, *, idle_sectors: bool
) -> Iterator[Problem]:
    if numbers.max() > _LARGEST / numbers.size:
        yield Problem("the amounts are too large to be added")
    some = numbers[numbers > 0]
    if len(some) and some.min() < some.max() / LARGEST:
        yield Problem("amounts are too far apart", value=f"{some.min():g} and {some.max():g}")
    cities = table.index[np.flatnonzero(~numbers.any(axis=1))]
    if len(cities):
        yield Problem("cities have nothing in any sector", value=few(cities), fix="Drop them.")
    sectors = table.columns[np.flatnonzero(~numbers.any(axis=0))]
    if len(sectors) and not idle_sectors:
        yield Problem("sectors have nothing in any city", value=few(sectors), fix="Drop them.")
