"""The catalogue: what each indicator is called, measured in, and computed from.

A row is raw (it has values in ``indicators.csv``) or derived (it is computed from raw ones). What
differs between indicators stands in the rows; no code knows one by name.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from yrdgeo.errors import Problem, SourceError, nearest, raise_problems
from yrdgeo.provenance import data_path
from yrdgeo.sources.unit_words import canonical, unit_words

IndicatorKind = Literal["extensive", "intensive"]
Topic = Literal["economy", "population", "land"]
Better = Literal["high", "low", "none"]
YearRule = Literal["same_year", "census", "latest"]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the catalogue.

    Attributes
    ----------
    id, zh, en
        The identifier and the names.
    unit, unit_zh, unit_en
        The code in which values are stored, and its words.
    kind
        ``extensive`` adds up when cities are merged, ``intensive`` does not.
    topic, better, decimals, meaning_zh, meaning_en, source
        For the reader of a map.
    numerator, denominator
        Indicators whose sums make the ratio. A raw intensive indicator has a denominator only:
        the weight that its value has within a group.
    share_of
        The indicator of which this one is the part of the region.
    year_rule
        Of which year a derived indicator takes this one: see ``indicators.toml``.
    """

    id: str
    zh: str
    en: str
    unit: str
    kind: IndicatorKind
    topic: Topic = "economy"
    better: Better = "none"
    decimals: int = 1
    meaning_zh: str = ""
    meaning_en: str = ""
    source: str = ""
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    share_of: str = ""
    year_rule: YearRule = "same_year"

    @property
    def derived(self) -> bool:
        """Whether it is computed from others rather than stored."""
        return bool(self.numerator or self.share_of)

    @property
    def unit_zh(self) -> str:
        """The unit's words in Chinese."""
        return unit_words(self.unit)[0]

    @property
    def unit_en(self) -> str:
        """The unit's words in English."""
        return unit_words(self.unit)[1]


_LEGAL = tuple(field.name for field in fields(Indicator) if field.name != "id")
_MOST_DECIMALS = 9
_TEXTS = ("zh", "en", "unit", "meaning_zh", "meaning_en", "source", "share_of")
_NEEDED = ("zh", "en", "unit", "kind")
_CHOICES: dict[str, tuple[str, ...]] = {
    "kind": get_args(IndicatorKind),
    "topic": get_args(Topic),
    "better": get_args(Better),
    "year_rule": get_args(YearRule),
}
_LISTS = ("numerator", "denominator")


def load_catalogue(*own: Path) -> dict[str, Indicator]:
    """Load the embedded catalogue, with the user's own rows beside it or instead of its rows.

    Parameters
    ----------
    own
        TOML files in the form of ``indicators.toml``.

    Returns
    -------
    catalogue
        Indicators by id, in the order of the files.

    Raises
    ------
    TableError
        Listing every problem of a file: an unknown key or unit, a part that is no indicator.

    Examples
    --------
    >>> load_catalogue()["gdp"].unit_en
    '100 million yuan'
    """
    rows = dict(_embedded())
    for path in own:
        rows.update(_read(path, rows))
    return rows


@cache
def _embedded() -> dict[str, Indicator]:
    return _read(data_path("indicators.toml"), {})


def _read(path: Path, known: Mapping[str, Indicator]) -> dict[str, Indicator]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{path.name} is not a TOML file.", found=str(error)) from error
    raw = {name for name, row in known.items() if not row.derived}
    raw |= {name for name, table in tables.items() if not {"numerator", "share_of"} & set(table)}
    problems = [problem for name in tables for problem in _problems(name, tables[name], raw)]
    raise_problems(problems, source=path.name)
    return {name: _indicator(name, table) for name, table in tables.items()}


def _indicator(name: str, table: Mapping[str, object]) -> Indicator:
    values = {key: tuple(map(str, _listed(table[key]))) for key in _LISTS if key in table}
    plain = {key: value for key, value in table.items() if key not in _LISTS}
    plain["unit"] = canonical(str(table["unit"]))
    return Indicator(id=name, **plain, **values)  # type: ignore[arg-type]  # checked by _problems


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def _problems(name: str, table: object, raw: set[str]) -> Iterator[Problem]:
    if not isinstance(table, dict):
        yield Problem("is not a table", column=name, fix=f"Write [{name}] and its keys below.")
        return
    for key in table:
        if key not in _LEGAL:
            yield Problem(
                "is not a key of an indicator", column=f"{name}.{key}", fix=nearest(key, _LEGAL)
            )
    for key in _TEXTS:
        if key in table and not isinstance(table[key], str):
            yield Problem("is not text", column=f"{name}.{key}", value=str(table[key]))
    for key in _NEEDED:
        if not str(table.get(key, "")).strip():
            yield Problem("is missing", column=f"{name}.{key}")
    yield from _illegal(name, table)
    yield from _broken_parts(name, table, raw)


def _illegal(name: str, table: Mapping[str, object]) -> Iterator[Problem]:
    for key, legal in _CHOICES.items():
        if key in table and table[key] not in legal:
            found = str(table[key])
            yield Problem("is not legal", 0, f"{name}.{key}", found, nearest(found, legal))
    decimals = table.get("decimals", 1)
    if not isinstance(decimals, int) or not 0 <= decimals <= _MOST_DECIMALS:
        what = f"is not a whole number from 0 to {_MOST_DECIMALS}"
        yield Problem(what, 0, f"{name}.decimals", str(decimals))


def _broken_parts(name: str, table: Mapping[str, object], raw: set[str]) -> Iterator[Problem]:
    for key in (*_LISTS, "share_of"):
        for part in map(str, _listed(table.get(key, []))):
            if part not in raw:
                what = "is not an indicator with values of its own"
                yield Problem(what, 0, f"{name}.{key}", part, nearest(part, sorted(raw)))
    if "numerator" in table and "denominator" not in table:
        yield Problem("has a numerator and no denominator", column=name)
