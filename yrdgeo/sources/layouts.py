"""Long and wide tables of indicators → one claim a value: who, when, what, how much, in what.

Columns are known by their heading: a place (``adcode``, ``城市``), a year, an indicator, a value,
a unit. In a wide table the heading says what the column holds: ``2022``, ``地区生产总值（亿元）``
or ``GDP 2022``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from yrdgeo.errors import Problem, nearest
from yrdgeo.sources.catalogue import Indicator
from yrdgeo.sources.cells import Grid, folded, number_of
from yrdgeo.sources.unit_words import plain

# Role of a column → headings that say so, folded by `plain`.
HEADINGS: dict[str, tuple[str, ...]] = {
    "code": (
        "adcode",
        "code",
        "行政区划代码",
        "区划代码",
        "行政代码",
        "城市代码",
        "地区代码",
        "代码",
    ),
    "name": (
        *("city", "name", "name_zh", "name_en", "city_zh", "city_en", "prefecture", "region"),
        *("county", "district", "区县", "县区", "县", "区"),
        *("城市", "地区", "市", "名称", "城市名称", "地市", "市名", "行政区"),
    ),
    "year": ("year", "年份", "年", "年度"),
    "indicator": ("indicator", "variable", "指标", "指标名称"),
    "value": ("value", "数值", "值", "指标值"),
    "unit": ("unit", "单位", "计量单位"),
    "vintage": ("vintage", "版本", "口径", "数据版本"),
    "source_id": ("source_id",),
    "confidence": ("confidence", "可信度"),
    "note": ("note", "notes", "备注"),
    "note_zh": ("note_zh",),
}
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)(年度|年)?")
_BRACKET = re.compile(r"[(\[]([^()\[\]]*)[)\]]\s*$")


@dataclass(frozen=True, slots=True)
class Claim:
    """One cell of the file and what it claims, as text."""

    row: int
    column: str
    place: str
    year: str
    indicator: str
    value: str
    unit: str
    extra: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the caller says about a file that does not say it itself."""

    indicator: str = ""
    year: str = ""
    unit: str = ""
    code_column: str = ""
    value_column: str = ""


@dataclass(frozen=True, slots=True)
class _Holder:
    """A column of values, and what its heading says of them."""

    position: int
    indicator: str = ""
    year: str = ""
    unit: str = ""


def claims(
    grid: Grid, wanted: Wanted, catalogue: Mapping[str, Indicator]
) -> tuple[list[Claim], list[Problem]]:
    """Return every value that a sheet claims, and what is wrong with its columns."""
    roles, problems = _roles(grid, wanted)
    holders = [] if problems else _holders(grid, wanted, roles, catalogue)
    if not problems and not holders:
        shown = ", ".join(grid.header)
        fix = f"Name it with value_column, one of: {shown}."
        problems.append(Problem("no column holds values", 1, fix=fix))
    problems += _unsaid(wanted, roles, holders)
    if problems:
        return [], problems
    return list(_claims(grid, wanted, roles, holders)), []


def _roles(grid: Grid, wanted: Wanted) -> tuple[dict[str, int], list[Problem]]:
    """Return the position of each column that has a role of its own."""
    headings = [plain(_BRACKET.sub("", folded(text))) for text in grid.header]
    roles = {
        role: headings.index(word)
        for role, words in reversed(HEADINGS.items())
        for word in reversed(words)
        if word in headings
    }
    problems = []
    for role, given in (("code", wanted.code_column), ("value", wanted.value_column)):
        if given and given in grid.header:
            roles[role] = grid.header.index(given)
            if role == "code":
                roles.pop("name", None)
        elif given:
            problems.append(
                Problem(f"there is no column {given!r}", 1, fix=nearest(given, grid.header))
            )
    if "code" not in roles and "name" not in roles and not problems:
        fix = "Name the column of city names or codes with code_column."
        problems.append(
            Problem("no column names the cities", 1, value=", ".join(grid.header), fix=fix)
        )
    return roles, problems


def _holders(
    grid: Grid, wanted: Wanted, roles: Mapping[str, int], catalogue: Mapping[str, Indicator]
) -> list[_Holder]:
    if "value" in roles:
        return [_heading(grid.header[roles["value"]], roles["value"], {})]
    words = indicator_words(catalogue)
    free = [place for place in range(len(grid.header)) if place not in roles.values()]
    found = [_heading(grid.header[place], place, words) for place in free]
    telling = [holder for holder in found if holder.indicator or holder.year]
    if wanted.indicator:
        telling = [holder for holder in telling if holder.indicator in {"", wanted.indicator}]
    if not telling and wanted.indicator and len(free) == 1:
        return [_heading(grid.header[free[0]], free[0], {})]
    return telling


def unread(grid: Grid, wanted: Wanted, catalogue: Mapping[str, Indicator]) -> tuple[str, ...]:
    """Return the headings of columns that hold numbers and that nobody reads.

    Where the caller names the indicator or the column, the others are left out on purpose.
    """
    if wanted.indicator or wanted.value_column:
        return ()
    roles, _ = _roles(grid, wanted)
    taken = {*roles.values(), *(one.position for one in _holders(grid, wanted, roles, catalogue))}
    return tuple(
        heading
        for place, heading in enumerate(grid.header)
        if place not in taken and any(_is_number(cells[place]) for _, cells in grid.rows)
    )


def _is_number(text: str) -> bool:
    try:
        return number_of(text.strip().removesuffix("%")) is not None
    except ValueError:
        return False


def indicator_words(catalogue: Mapping[str, Indicator]) -> dict[str, str]:
    """Return the indicator that each folded id or name stands for."""
    names = [(plain(name), row.id) for row in catalogue.values() for name in (row.en, row.zh)]
    # An id goes before a name, and the first row before a later one of the same name.
    return dict(reversed(names)) | {plain(row.id): row.id for row in catalogue.values()}


def likely(text: str, catalogue: Mapping[str, Indicator]) -> str:
    """Offer the indicator whose id or name is nearest to a heading, or list those that are read.

    >>> from yrdgeo.sources.catalogue import load_catalogue
    >>> likely("2022年一般公共预算收入（万元）", load_catalogue())
    "Did you mean '地方一般公共预算收入'?"
    """
    read = {row.id: row for row in catalogue.values() if not row.derived}
    rest = _BRACKET.sub("", _YEAR.sub("", folded(text))).strip(" _-·:")
    for word in (plain(rest), plain(text)):
        if close := get_close_matches(word, indicator_words(read), n=1, cutoff=0.6):
            names = {
                plain(name): name for row in read.values() for name in (row.en, row.zh, row.id)
            }
            return f"Did you mean {names[close[0]]!r}?"
    return f"Legal: {', '.join(read)}."


def _heading(text: str, position: int, words: Mapping[str, str]) -> _Holder:
    """Read indicator, year and unit out of a heading such as ``2022年GDP（亿元）``.

    >>> _heading("2022年GDP（亿元）", 3, {"gdp": "gdp"})
    _Holder(position=3, indicator='gdp', year='2022', unit='亿元')
    """
    rest = folded(text)
    bracket = _BRACKET.search(rest)
    unit = bracket[1].strip() if bracket and plain(rest) not in words else ""
    if unit and bracket:
        rest = rest[: bracket.start()]
    year = _YEAR.search(rest)
    if year:
        rest = rest[: year.start()] + rest[year.end() :]
    name = plain(rest.strip(" _-·:"))
    indicator = words.get(name, "")
    told = year and (indicator or not name)
    return _Holder(position, indicator, year[1] if told and year else "", unit)


def _unsaid(wanted: Wanted, roles: Mapping[str, int], holders: list[_Holder]) -> list[Problem]:
    problems = []
    for what, given, says in (
        ("indicator", wanted.indicator, all(holder.indicator for holder in holders)),
        ("year", wanted.year, all(holder.year for holder in holders)),
        ("unit", wanted.unit, all(holder.unit for holder in holders)),
    ):
        if not (given or says or what in roles):
            fix = f"Add a column {what!r} or say {what}=…."
            problems.append(Problem(f"nothing says the {what} of the values", fix=fix))
    return problems


def _claims(
    grid: Grid, wanted: Wanted, roles: Mapping[str, int], holders: list[_Holder]
) -> Iterator[Claim]:
    extras = [
        role for role in ("vintage", "source_id", "confidence", "note", "note_zh") if role in roles
    ]
    for row, cells in grid.rows:
        said = {role: cells[place].strip() for role, place in roles.items()}
        place = " ".join(said[role] for role in ("code", "name") if said.get(role))
        for holder in holders:
            yield Claim(
                row,
                grid.header[holder.position],
                place,
                holder.year or said.get("year") or wanted.year,
                holder.indicator or said.get("indicator") or wanted.indicator,
                cells[holder.position],
                said.get("unit") or holder.unit or wanted.unit,
                {role: said[role] for role in extras},
            )
