"""The gazetteer: China's provinces, prefectures and counties of 2024, and what became of old ones.

Codes and Chinese names are those of the boundary source; everything else in the package that
needs the name, the parent or the seat of a code asks here.
"""

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from yrdgeo.errors import PlaceError
from yrdgeo.provenance import data_path

Level = Literal["province", "prefecture", "county"]
Unit = Literal["prefecture", "county"]  # what a study may be of
PROVINCE_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Place:
    """One unit of the gazetteer.

    Attributes
    ----------
    parent
        The province of a prefecture, the prefecture of a county, itself for a province.
    seat
        Longitude and latitude of the government or town centre (EPSG:4326), or None.
    """

    adcode: str
    level: Level
    name_zh: str
    short_zh: str
    name_en: str
    parent: str
    seat: tuple[float, float] | None
    source_id: str

    def __str__(self) -> str:
        """Give both names and the code."""
        both = f"{self.name_zh} {self.name_en}".strip()
        return f"{both} ({self.adcode})"


@dataclass(frozen=True, slots=True)
class Explained:
    """A name or code that must not be resolved, and why."""

    names: tuple[str, ...]
    level: Level
    kind: Literal["abolished", "renamed", "mistake"]
    until: str
    successors: tuple[str, ...]
    text_en: str
    text_zh: str


def rows(name: str) -> list[dict[str, str]]:
    """Read an embedded CSV file as a list of rows of text."""
    with data_path(name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _seat(row: Mapping[str, str]) -> tuple[float, float] | None:
    return (float(row["seat_lon"]), float(row["seat_lat"])) if row["seat_lon"] else None


@cache
def places(level: Level) -> Mapping[str, Place]:
    """Return every place of a level by adcode.

    A municipality such as Shanghai is both a province and a prefecture; a county that stands
    directly under its province is both a prefecture and a county.

    Examples
    --------
    >>> places("prefecture")["320500"].name_zh
    '苏州市'
    >>> places("county")["310112"].parent
    '310000'
    """
    wanted = rows("counties.csv" if level == "county" else "places.csv")
    return {
        row["adcode"]: Place(
            row["adcode"],
            level,
            row["name_zh"],
            row["short_zh"],
            row["name_en"],
            row["prefecture"] if level == "county" else province_code(row["adcode"]),
            _seat(row),
            row["source_id"],
        )
        for row in wanted
        if level == "county" or row["level"] == level
    }


def english_name(known: Place) -> str:
    """Return the English name of a place; that of a county has its kind, in English, behind it.

    Most names of counties are no official ones: their stem is the pinyin of the Chinese name
    (``county_names.csv``, source ``romanised``).

    Examples
    --------
    >>> [english_name(places("county")[code]) for code in ("110105", "340123", "371722")]
    ['Chaoyang District', 'Feixi County', 'Shanxian County']
    >>> english_name(place("320500"))
    'Suzhou'
    """
    return _county_names()[known.adcode] if known.level == "county" else known.name_en


@cache
def _county_names() -> Mapping[str, str]:
    return {row["adcode"]: row["name_en"] for row in rows("county_names.csv")}


@cache
def explained() -> tuple[Explained, ...]:
    """Return the abolished, renamed and mistaken names, each with its explanation."""
    return tuple(
        Explained(
            tuple(row["names"].split(";")),
            _LEVELS[row["level"]],
            _KINDS[row["kind"]],
            row["until"],
            tuple(filter(None, row["successors"].split(";"))),
            row["text_en"],
            row["text_zh"],
        )
        for row in rows("explained.csv")
    )


_LEVELS: dict[str, Level] = {"prefecture": "prefecture", "county": "county"}
_KINDS: dict[str, Literal["abolished", "renamed", "mistake"]] = {
    "abolished": "abolished",
    "renamed": "renamed",
    "mistake": "mistake",
}


def province_code(adcode: str) -> str:
    """Return the code of the province that a code lies in.

    >>> province_code("320500")
    '320000'
    """
    return f"{adcode[:PROVINCE_DIGITS]}0000"


def place(adcode: str) -> Place:
    """Return the place with this code: a prefecture if there is one, else a province or county.

    Raises
    ------
    PlaceError
        If no place of 2024 has this code.

    Examples
    --------
    >>> str(place("341300"))
    '宿州市 Suzhou (341300)'
    """
    levels: Collection[Level] = ("prefecture", "province", "county")
    for level in levels:
        found = places(level).get(adcode)
        if found is not None:
            return found
    raise PlaceError(
        "No place of 2024 has this code.",
        found=repr(adcode),
        fix="Write the six digits of a province, prefecture or county (GB/T 2260), e.g. '320500'.",
    )


def prefecture_of(adcode: str) -> str:
    """Return the prefecture that a prefecture or county code belongs to.

    Raises
    ------
    PlaceError
        If the code is unknown, or that of a province.

    Examples
    --------
    >>> prefecture_of("310112"), prefecture_of("320281"), prefecture_of("320500")
    ('310000', '320200', '320500')
    """
    known = place(adcode)
    if known.level == "province":
        raise PlaceError(
            f"{known} is a province and lies in no prefecture.", fix="Give a city or a county."
        )
    return known.parent if known.level == "county" else adcode
