"""One resolver from whatever people write to an adcode; it never guesses.

A text is folded (full-width digits, traditional characters, accents, case and spaces fall away)
and split into digits, Chinese and Latin words. Each part names places by exact rule, and the
parts must agree: ``320500 苏州市``, ``江苏省苏州市``, ``蘇州``, ``Suzhou, Jiangsu`` and
``Soochow`` are all 320500. Bare ``Suzhou`` is two cities and is refused, as is a near miss.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Literal

import numpy as np

from yrdgeo.errors import ArgumentError, PlaceError, Problem, few, nearest, raise_problems
from yrdgeo.sources import gazetteer
from yrdgeo.sources.places import Explained, Level, Place, place, places

Wanted = Literal["prefecture", "county", "province", "any"]

# Levels in the order in which "any" looks: a bare name is the city before its namesakes.
_LOOKED_AT: dict[str, tuple[Level, ...]] = {
    "prefecture": ("prefecture",),
    "county": ("county",),
    "province": ("province",),
    "any": ("prefecture", "province", "county"),
}
_WORDS = {
    "prefecture": "city (prefecture level)",
    "county": "county-level unit",
    "any": "city, county or province",
}
_INVISIBLE = {"Cf", "Cc", "Cn", "Co", "Cs"}
_IGNORED = re.compile(r"[\s'\"’‘`´ʼ“”·・.,、;:()\[\]{}<>《》〈〉【】\-‐‑–—_/|\\*]+")
_PART = re.compile(r"\d+|[\u3400-\u9fff〇]+|[a-z]+")
LONGEST = 200  # no address of a county is longer, and a hostile cell may be
SHOWN = 60  # of a text in a message, which is one line
_EMPTY = {"", "nan", "none", "null", "na", "<na>", "nat"}


def resolve(
    name: object, *, among: Collection[str] | None = None, level: Wanted = "prefecture"
) -> str:
    """Return the adcode of a place, whatever way people write it.

    Parameters
    ----------
    name
        A code (text or number; 6 digits, 12 digits of the statistics, or 156 + 6 of the base
        map), a Chinese name (with or without 市 or 地区, province in front or behind, traditional
        characters) or an English one (``Huai'an``, ``huaian shi``, ``Suzhou, Jiangsu``, old
        spellings), or several of these that agree (``苏州 Suzhou``).
    among
        Codes that are legal here. A homonym is refused even if only one of its places is
        among them: a table of one province may still carry the other's row.
    level
        ``prefecture``, ``county``, ``province``, or ``any`` (a bare name is then the
        prefecture if there is one).

    Returns
    -------
    adcode
        Six digits, text.

    Raises
    ------
    PlaceError
        If the name is empty, unknown, ambiguous, abolished, of another level or not among
        the legal ones; the message names the candidates.
    ArgumentError
        If there is no such level.

    References
    ----------
    GB/T 2260, codes for the administrative divisions of the People's Republic of China.

    Examples
    --------
    >>> [resolve(name) for name in ("320500", 320500.0, "蘇州", "江苏省苏州市", "Soochow")]
    ['320500', '320500', '320500', '320500', '320500']
    >>> resolve("Suzhou (Anhui)"), resolve("闵行", level="county")
    ('341300', '310112')
    >>> resolve("Suzhou")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    yrdgeo.errors.PlaceError: 'Suzhou' names more than one place. ...
    """
    if level not in _LOOKED_AT:
        raise ArgumentError("No such level.", found=repr(level), fix=nearest(level, [*_LOOKED_AT]))
    adcode = _resolve(_as_text(name), level)
    if among is not None and adcode not in among:
        raise PlaceError(
            f"{_shown(name)} is {place(adcode)}, which is not one of the {len(among)} places here.",
            fix="Drop the row, or add the place to the region.",
        )
    return adcode


def resolve_all(
    names: Iterable[object],
    *,
    source: str,
    column: str,
    among: Collection[str] | None = None,
    level: Wanted = "prefecture",
) -> list[str]:
    """Return the adcodes of a column, or one error that lists every name that fails.

    Parameters
    ----------
    names
        The column's values; the first is row 2 of the file, below the header.
    source, column
        What to call the file and the column in the error.
    among, level
        As in :func:`resolve`.

    Raises
    ------
    PlaceError
        Listing every problem with its row.

    Examples
    --------
    >>> resolve_all(["上海", 320100], source="gdp.csv", column="city")
    ['310000', '320100']
    """
    adcodes, problems = resolve_column(names, column, among=among, level=level)
    raise_problems(problems, source=source, error=PlaceError)
    return adcodes


def resolve_column(
    names: Iterable[object],
    column: str,
    *,
    among: Collection[str] | None = None,
    level: Wanted = "prefecture",
) -> tuple[list[str], list[Problem]]:
    """Return an adcode a row, empty where the name fails, and the problems of those rows.

    For readers that collect the problems of a whole file; else :func:`resolve_all`.

    Examples
    --------
    >>> codes, problems = resolve_column(["上海", "毫州"], "city")
    >>> codes, problems[0].row
    (['310000', ''], 3)
    """
    adcodes: list[str] = []
    problems: list[Problem] = []
    for position, name in enumerate(names):
        try:
            adcodes.append(resolve(name, among=among, level=level))
        except PlaceError as error:
            adcodes.append("")
            found = f"Found: {error.found}." if error.found else ""
            fix = " ".join(part for part in (found, error.fix) if part)
            problems.append(Problem(error.what.rstrip("."), position + 2, column, fix=fix))
    return adcodes, problems


def _as_text(name: object) -> str:
    number = name.item() if isinstance(name, np.generic) else name
    if isinstance(number, float) and number.is_integer():
        return str(int(number))
    return "" if number is None else str(number)


def _shown(name: object) -> str:
    text = str(name)
    return repr(text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…")


@lru_cache(maxsize=65_536)
def _resolve(text: str, level: Wanted) -> str:
    if len(text) > LONGEST:
        raise PlaceError(f"{_shown(text)} is not a place name.", found=f"{len(text)} characters")
    folded = fold(text)
    if folded.strip() in _EMPTY:
        raise PlaceError("A place name is empty.", found=repr(text), fix="Give a name or a code.")
    digits, han, latin = _parts(folded)
    # A minus before a code is a number that went wrong, not a dash.
    refused = "-" if re.match(r"-\d", folded) else _IGNORED.sub("", _PART.sub("", folded))
    if refused or not (digits or han or latin):
        raise PlaceError(
            f"{_shown(text)} is not a place name.",
            found=f"the signs {few(dict.fromkeys(refused))}" if refused else "",
            fix="Give a name or a six-digit code.",
        )
    for looked_at in _LOOKED_AT[level]:
        found = _candidates(digits, han, latin, looked_at)
        if found:
            return _only(text, found, looked_at)
        note = gazetteer.explanation(digits, han, latin, looked_at)
        if note is not None:
            raise PlaceError(f"{_shown(text)}: {note.text_en}.", fix=_instead(note))
    raise _unknown(text, (digits, han, latin), level)


def fold(text: str) -> str:
    """Return a text in the one form in which names are compared.

    Full-width forms, case, accents, invisible signs and traditional characters fall away.

    Examples
    --------
    >>> fold("３２０５００ 蘇州 Huai’an ÜRÜMQI")
    "320500 苏州 huai'an urumqi"
    """
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").casefold()
    letters = unicodedata.normalize("NFKD", plain)
    kept = (
        " " if sign in "\t\r\n" else sign
        for sign in letters
        if not unicodedata.combining(sign)
        and (sign in "\t\r\n" or unicodedata.category(sign) not in _INVISIBLE)
    )
    return "".join(kept).translate(gazetteer.simplified()).strip()


def _parts(folded: str) -> tuple[str, str, tuple[str, ...]]:
    number = re.sub(r"(?<=\d),(?=\d{3}\b)", "", re.sub(r"(?<=\d{6})\.0+\b", "", folded))
    # An apostrophe inside a word joins it (huai'an); a space or hyphen parts words.
    runs = _PART.findall(re.sub(r"(?<=[a-z])['‘`´ʼ](?=[a-z])", "", number))
    digits = " ".join(run for run in runs if run[0].isdigit())
    han = "".join(run for run in runs if run[0] > "z")
    latin = tuple(run for run in runs if "a" <= run[0] <= "z")
    return digits, han, latin


def _candidates(digits: str, han: str, latin: tuple[str, ...], level: Level) -> frozenset[str]:
    """Return the places that every part of the text names."""
    sets = []
    if digits:
        sets.append(gazetteer.by_code(digits, level))
    if han:
        sets.append(gazetteer.by_chinese(han, level))
    if latin:
        sets.append(gazetteer.by_latin(latin, level))
    return frozenset.intersection(*sets)


def _only(text: str, found: frozenset[str], level: Level) -> str:
    if len(found) == 1:
        return next(iter(found))
    listed = [_with_parent(gazetteer.any_level(code, level)) for code in sorted(found)]
    qualified = gazetteer.qualified_example(min(found), level)
    raise PlaceError(
        f"{_shown(text)} names more than one place.",
        found=", ".join(listed[:6]) + (f" and {len(listed) - 6} more" if len(listed) > 6 else ""),  # noqa: PLR2004 — a message is one line
        fix=f"Write the code, the Chinese name, or the province too, for instance {qualified!r}.",
    )


def _with_parent(known: Place) -> str:
    if known.parent == known.adcode:
        return str(known)
    above = places("prefecture" if known.level == "county" else "province")[known.parent]
    return f"{known} in {above.name_en or above.name_zh}"


def _instead(note: Explained) -> str:
    today = few(str(place(code)) for code in note.successors)
    if not today:
        return "Drop the row."
    return f"If you mean {today}, write that." if note.kind == "mistake" else f"Today: {today}."


def _unknown(text: str, parts: tuple[str, str, tuple[str, ...]], level: Wanted) -> PlaceError:
    digits, han, latin = parts
    wanted = _WORDS.get(level, level)
    singles = [(digits, "", ()), ("", han, ()), ("", "", latin)]
    named = [part for part in singles if any(part)]
    if len(named) > 1 and all(_anywhere(part, level) for part in named):
        return PlaceError(
            f"The parts of {_shown(text)} name different places.",
            found=" and ".join(
                few(str(place(code)) for code in sorted(_anywhere(part, level))) for part in named
            ),
            fix="Write one of them.",
        )
    other = _anywhere(parts, "any") - _anywhere(parts, level)
    if other:
        listed = few(_with_parent(gazetteer.any_level(code)) for code in sorted(other))
        return PlaceError(
            f"{_shown(text)} is not a {wanted}.", found=f"it is {listed}", fix=_level_fix(level)
        )
    hint = gazetteer.code_hint(digits) if digits else gazetteer.name_hint(han, latin, level)
    return PlaceError(f"{_shown(text)} is not a {wanted} that is known here.", fix=hint)


def _anywhere(parts: tuple[str, str, tuple[str, ...]], level: Wanted) -> frozenset[str]:
    digits, han, latin = parts
    return frozenset().union(
        *(_candidates(digits, han, latin, looked_at) for looked_at in _LOOKED_AT[level])
    )


def _level_fix(level: Wanted) -> str:
    if level == "prefecture":
        return "Give the city that it lies in, or say that the column holds counties."
    return "Give a name of the right level."
