"""The arguments of a measure that are not its data: numbers, words of a list, Series by id.

Promise: what is out of its domain is refused in one sentence that names the argument, whatever
its type; what passes comes back as plain Python.
"""

from collections.abc import Collection, Hashable, Iterable
from contextlib import suppress
from math import inf, isfinite, nan
from reprlib import repr as brief

import numpy as np
import pandas as pd

from yrdgeo.analysis.magnitudes import WIDEST
from yrdgeo.errors import ArgumentError, TableError, nearest

NUMBERS = (int, float, np.integer, np.floating)


def check_number(
    given: object, name: str, *, above: float = -inf, least: float = -inf, most: float = inf
) -> float:
    """Return a finite number in its domain, or refuse it by name.

    Raises
    ------
    ArgumentError
        If it is no number, not finite, or out of its domain.

    Examples
    --------
    >>> check_number("60", "cutoff_min", least=0)
    Traceback (most recent call last):
    ...
    yrdgeo.errors.ArgumentError: cutoff_min must be a finite number, zero or more. Found: '60'.
    """
    number = nan
    if isinstance(given, NUMBERS) and not isinstance(given, bool):
        with suppress(OverflowError):  # a whole number may be larger than any float
            number = float(given)
    # What must be above zero is divided by.
    odd = abs(number) > WIDEST or (above == 0 and 0 < number < 1 / WIDEST)
    if isfinite(number) and number > above and least <= number <= most and not odd:
        return number
    domain = (
        f", 0 or between {1 / WIDEST:g} and {WIDEST:g} in size"
        if odd and isfinite(number)
        else _domain(above, least, most)
    )
    raise ArgumentError(f"{name} must be a finite number{domain}.", found=brief(given))


def check_numbers(
    given: object, name: str, *, above: float = -inf, least: float = -inf
) -> tuple[float, ...]:
    """Return a list of numbers, one or more, each in its domain.

    Raises
    ------
    ArgumentError
        If it is no list, is empty, or a number is out of its domain.

    Examples
    --------
    >>> check_numbers([30, 60], "cutoffs_min", least=0)
    (30.0, 60.0)
    """
    listed = check_list(given, name)
    return tuple(check_number(one, f"Each of {name}", above=above, least=least) for one in listed)


def check_list(given: object, name: str) -> list[object]:
    """Return what is listed, one thing or more.

    Raises
    ------
    ArgumentError
        If it is no list of things that can be looked up, or is empty; a lone text is none.

    Examples
    --------
    >>> check_list("310000", "cores")
    Traceback (most recent call last):
    ...
    yrdgeo.errors.ArgumentError: The cores must be a list, not empty. Found: '310000'.
    """
    listed = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else []
    if not listed or not all(isinstance(one, Hashable) for one in listed):
        raise ArgumentError(f"The {name} must be a list, not empty.", found=brief(given))
    return listed


def check_whole(given: object, name: str, *, least: float = -inf, most: float = inf) -> int:
    """Return a whole number in its domain, or refuse it by name.

    Raises
    ------
    ArgumentError
        If it is no whole number, or out of its domain.

    Examples
    --------
    >>> check_whole(1999, "draws", least=2)
    1999
    """
    if isinstance(given, (int, np.integer)) and not isinstance(given, bool):
        number = int(given)
        if least <= number <= most:
            return number
    domain = _domain(-inf, least, most)
    raise ArgumentError(f"{name} must be a whole number{domain}.", found=brief(given))


def check_choice(given: object, name: str, legal: Collection[str]) -> None:
    """Refuse a word that is not on the list, and offer the nearest that is.

    Raises
    ------
    ArgumentError
        If it is none of the legal words.

    Examples
    --------
    >>> check_choice("2fsca", "method", ["2sfca", "balanced"])
    Traceback (most recent call last):
    ...
    yrdgeo.errors.ArgumentError: The method is unknown. Found: '2fsca'. Did you mean '2sfca'?
    """
    if not isinstance(given, str) or given not in legal:
        fix = nearest(given if isinstance(given, str) else "", list(legal))
        raise ArgumentError(f"The {name} is unknown.", found=brief(given), fix=fix)


def check_is_series(given: object, name: str) -> None:
    """Refuse what has no ids to be joined by.

    Raises
    ------
    TableError
        If it is no Series.
    """
    if not isinstance(given, pd.Series):
        raise TableError(
            f"The {name} must be a pandas Series indexed by id.",
            found=type(given).__name__,
            fix="Amounts are joined by id, never by position.",
        )


def unshared(one: pd.Index, other: pd.Index) -> pd.Index:
    """Return the ids, as text, that only one of two indexes has, whatever their types.

    Examples
    --------
    >>> unshared(pd.Index(["a", "b"]), pd.Index(["b", "c"])).tolist()
    ['a', 'c']
    """
    return pd.Index(sorted(map(str, {*one} ^ {*other})))


def _domain(above: float, least: float, most: float) -> str:
    if least > -inf and most < inf:
        return f", {least:,g} to {most:,g}"
    words = [
        f", above {above or 'zero'}" if above > -inf else "",
        f", {least or 'zero'} or more" if least > -inf else "",
        f", at most {most:,g}" if most < inf else "",
    ]
    return "".join(words)
