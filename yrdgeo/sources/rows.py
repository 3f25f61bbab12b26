"""One claim of a file → one row of the long table, or a problem that says where and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from yrdgeo.errors import ArgumentError, PlaceError, Problem
from yrdgeo.sources.catalogue import Indicator
from yrdgeo.sources.cells import folded, number_of
from yrdgeo.sources.layouts import Claim, indicator_words, likely
from yrdgeo.sources.names import Wanted as Level
from yrdgeo.sources.names import resolve
from yrdgeo.sources.unit_words import convert, plain
from yrdgeo.tables import CONFIDENCES

TRACE = ("source_id", "confidence", "note", "note_zh")
FIRST_YEAR, LAST_YEAR = 1900, 2100
TOTALS = frozenset(
    {
        "合计",
        "总计",
        "总和",
        "全省",
        "全市",
        "全区",
        "全国",
        "平均",
        "total",
        "sum",
        "average",
        "mean",
    }
)
OWN_CATALOGUE = "Or give it a table in a file that [study] names as catalogue."
REMARKS = ("注", "资料来源", "数据来源", "来源", "note", "source")


@dataclass(slots=True)
class Reading:
    """What is known so far while the claims of one file are read."""

    catalogue: Mapping[str, Indicator]
    level: Level
    problems: list[Problem] = field(default_factory=list)
    skipped: dict[str, None] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    told: set[tuple[int, str]] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    def tell(self, problem: Problem) -> None:
        """Note a problem, once a place in the file."""
        place = (problem.row, problem.column)
        if place not in self.told:
            self.told.add(place)
            self.problems.append(problem)


def row_of(claim: Claim, own: Mapping[str, str], reading: Reading) -> dict[str, object]:
    """Return one row of the long table; an empty one if the claim is no city's or is wrong."""
    if _skipped(claim, reading):
        return {}
    code = _place(claim, reading)
    if not code and claim.place in reading.skipped:
        return {}
    row = _indicator(claim, reading)
    year = _year(claim, reading)
    extra = {name: claim.extra.get(name) or own.get(name, "") for name in TRACE}
    extra["vintage"] = claim.extra.get("vintage") or own["vintage"]
    if extra["confidence"] not in {"", *CONFIDENCES}:
        fix = f"Legal: {', '.join(CONFIDENCES)}."
        reading.tell(Problem("is not legal", claim.row, "confidence", extra["confidence"], fix))
    value = _value(claim, row, reading) if row else None
    if not (code and row and year):
        return {}
    key = {"adcode": code, "year": year, "indicator": row.id}
    return {**key, "value": value, "unit": row.unit, **extra, "row": claim.row}


def _skipped(claim: Claim, reading: Reading) -> bool:
    name = folded(claim.place).lower()
    remark = name.startswith(REMARKS) and not folded(claim.value)
    if name in TOTALS or remark:
        reading.skipped[claim.place] = None
        return True
    return False


def _place(claim: Claim, reading: Reading) -> str:
    if claim.place not in reading.places:
        reading.places[claim.place] = _resolved(claim, reading)
    elif not reading.places[claim.place] and claim.place not in reading.skipped:
        _resolved(claim, reading)
    return reading.places[claim.place]


def _resolved(claim: Claim, reading: Reading) -> str:
    try:
        return resolve(claim.place, level=reading.level)
    except PlaceError as error:
        if _is_province(claim.place):
            reading.skipped[claim.place] = None
        else:
            fix = " ".join(
                part
                for part in (f"Found: {error.found}." if error.found else "", error.fix)
                if part
            )
            reading.tell(Problem(error.what.rstrip("."), claim.row, "city", claim.place, fix))
        return ""


def _is_province(place: str) -> bool:
    try:
        resolve(place, level="province")
    except PlaceError:
        return False
    return True


def _indicator(claim: Claim, reading: Reading) -> Indicator | None:
    name = indicator_words(reading.catalogue).get(plain(claim.indicator), "")
    row = reading.catalogue.get(name)
    if row is None:
        if claim.indicator not in reading.unknown:  # once, not in every row
            reading.unknown.add(claim.indicator)
            fix = f"{likely(claim.indicator, reading.catalogue)} {OWN_CATALOGUE}"
            what = "is not an indicator"
            reading.tell(Problem(what, claim.row, "indicator", claim.indicator, fix))
        return None
    if row.derived:
        printed = f"{row.id}_published"
        fix = f"For printed figures use {printed!r}." if printed in reading.catalogue else ""
        what = f"{row.id!r} is computed from other indicators and is not read"
        reading.tell(Problem(what, claim.row, "indicator", claim.indicator, fix))
        return None
    return row


def _year(claim: Claim, reading: Reading) -> int:
    text = folded(claim.year).removesuffix("度").removesuffix("年").removesuffix(".0")
    if text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR:
        return int(text)
    reading.tell(
        Problem("is not a year", claim.row, "year", claim.year, f"{FIRST_YEAR} to {LAST_YEAR}.")
    )
    return 0


def _value(claim: Claim, row: Indicator, reading: Reading) -> float | None:
    text = folded(claim.value)
    percent = text.endswith("%")
    try:
        number = number_of(text.removesuffix("%"))
    except ValueError:
        fix = "Write a number; an empty cell, — or … is a missing value."
        reading.tell(Problem("is not a number", claim.row, claim.column, claim.value, fix))
        return None
    if number is None:
        return None
    try:
        return convert(number, "%" if percent else claim.unit, row.unit)
    except ArgumentError as error:
        what = f"the unit does not fit {row.id!r} ({row.unit_zh}, {row.unit_en})"
        reading.tell(Problem(what, claim.row, claim.column, claim.unit or claim.value, error.fix))
        return None
