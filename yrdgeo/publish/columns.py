"""The wide table: one row a city, one column a layer, the unit last in the column's name.

A layer that is shown for another year than the study's has that year in its name, and a layer
with a doubtful value has a column of confidences beside it, so that neither can be overlooked.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import pandas as pd

from yrdgeo.results import Run
from yrdgeo.units import SUFFIXES

LONGEST_STEM, LONGEST_UNIT = 40, 20  # characters; SQLite and QGIS take more, people do not
_UNSEEN = "\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # marks that reorder text
# Columns that stand beside the layers in a table of cities.
NEAREST = {
    "core": "nearest_core",
    "travel_time_min": "nearest_core_min",
    "margin_min": "nearest_core_margin_min",
}
RESERVED = ("adcode", "fid", "geom", "geometry", *NEAREST.values())
DOUBTFUL = ("low", "unverified")
NAMED = "categories"  # the scheme of a layer whose values are places in a list of classes
_SUFFIX_OF_WORDS = {words.lower(): suffix for suffix, pair in SUFFIXES.items() for words in pair}


@dataclass(frozen=True, slots=True)
class LayerColumn:
    """One layer as a column of the wide table.

    Attributes
    ----------
    layer_id, name
        The layer, and the name of its column.
    year
        The year that is shown.
    confidence
        Name of the column of confidences, or empty where no shown value is doubtful.
    title_zh, title_en, unit_zh, unit_en, meaning_zh, meaning_en, source_id
        From the ``layers`` table, as text.
    classes
        Of a layer of named classes their keys, which then stand in the column; else nothing.
    """

    layer_id: str
    name: str
    year: int
    confidence: str
    title_zh: str
    title_en: str
    unit_zh: str
    unit_en: str
    meaning_zh: str = ""
    meaning_en: str = ""
    source_id: str = ""
    classes: tuple[str, ...] = ()


def clean(text: object) -> str:
    r"""Return text without what files cannot carry: control, bidi and surrogate characters.

    Tabs and line ends become one space; a missing value becomes an empty text.

    >>> clean("Hefei\x00 \r\nwest\u202e")
    'Hefei west'
    """
    if not isinstance(text, str):
        missing = text is None or text is pd.NA or text is pd.NaT or text != text  # noqa: PLR0124 — NaN
        return "" if missing else str(text)
    if text.isprintable() and "  " not in text:  # nearly always; a network has a million cells
        return text
    spaced = re.sub(r"[\t\n\v\f\r\x85\u2028\u2029]", " ", text)
    kept = "".join(
        character
        for character in spaced
        if unicodedata.category(character) not in {"Cc", "Cs"} and character not in _UNSEEN
    )
    return re.sub(" +", " ", kept)


def slug(text: str) -> str:
    """Return a safe name of ASCII letters, digits and underscores; empty if nothing is left.

    >>> slug("10,000 people")
    '10_000_people'
    >>> slug("人均")
    ''
    """
    plain = unicodedata.normalize("NFKD", text).lower().replace("%", "pct")
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def unit_suffix(unit: str) -> str:
    """Return the suffix that stands for a unit in a column's name.

    >>> unit_suffix("minutes"), unit_suffix("km²"), unit_suffix("10,000 people")
    ('min', 'km2', '10_000_people')
    """
    return _SUFFIX_OF_WORDS.get(unit.strip().lower()) or slug(unit)


def distinct(names: Iterable[str], *, taken: Iterable[str] = ()) -> list[str]:
    """Return the names in order, a repeated one with the next free number.

    >>> distinct(["a", "a", "b"], taken=["b"])
    ['a', 'a_2', 'b_2']
    """
    used = set(taken)
    made = []
    for name in names:
        free, number = name, 1
        while free in used:
            number += 1
            free = f"{name}_{number}"
        used.add(free)
        made.append(free)
    return made


def layer_columns(run: Run) -> list[LayerColumn]:
    """Return the columns of a run's wide table, in the order of its layers."""
    layers = run.layers.reset_index(drop=True)
    if "year" in layers.columns:
        shown = pd.to_numeric(layers["year"], errors="coerce").fillna(run.year).astype(int)
    else:
        shown = pd.Series(run.year, layers.index)
    rows = [{str(key): clean(value) for key, value in row.items()} for row in _rows(layers)]
    wanted = [
        _name(row, int(year), run.year) for row, year in zip(rows, shown.to_numpy(), strict=True)
    ]
    own = [name for column in run.cities.columns for name in (str(column), slug(str(column)))]
    names = distinct(wanted, taken=[*own, *RESERVED])
    columns = []
    by_year, none = rows_by_year(run), run.results.iloc[:0]
    for row, year, name, layer_id in zip(rows, shown, names, layers["layer_id"], strict=True):
        mine = by_year.get((str(layer_id), int(year)), none)
        doubtful = mine["confidence"].isin(DOUBTFUL).any()
        columns.append(
            LayerColumn(
                layer_id=str(layer_id),
                name=name,
                year=int(year),
                confidence=f"{name}_confidence" if doubtful else "",
                title_zh=row.get("title_zh", ""),
                title_en=row.get("title_en", ""),
                unit_zh=row.get("unit_zh") or row.get("unit", ""),
                unit_en=row.get("unit_en") or row.get("unit", ""),
                meaning_zh=row.get("meaning_zh", ""),
                meaning_en=row.get("meaning_en", ""),
                source_id=row.get("source_id", ""),
                classes=class_keys(row),
            )
        )
    return columns


def class_keys(row: Mapping[str, object]) -> tuple[str, ...]:
    """Return the keys of a layer's named classes, in their order; none of a layer of numbers.

    >>> class_keys({"scheme": "categories", "classes": "core;periphery"})
    ('core', 'periphery')
    """
    named = clean(row.get("scheme")) == NAMED
    return tuple(clean(row.get("classes")).split(";")) if named else ()


def class_of(values: pd.Series, keys: Sequence[str]) -> pd.Series:
    """Return the key of each value, a missing one empty.

    >>> class_of(pd.Series([1.0, float("nan")]), ("core", "periphery")).tolist()
    ['periphery', '']
    """
    known = dict(enumerate(keys))
    return pd.Series([known.get(value, "") for value in values], values.index, dtype=object)


def _rows(table: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _name(row: dict[str, str], year: int, study_year: int) -> str:
    stem = slug(row["layer_id"])[:LONGEST_STEM].strip("_") or "layer"
    unit = unit_suffix(row.get("unit") or row.get("unit_en", ""))[:LONGEST_UNIT].strip("_")
    named = stem if not unit or f"_{stem}".endswith(f"_{unit}") else f"{stem}_{unit}"
    return named if year == study_year else f"{named}_{year}"


def rows_by_year(run: Run) -> dict[tuple[str, int], pd.DataFrame]:
    """Return the rows of the base scenario by layer and year."""
    base = run.results[run.results["scenario"].eq("")]
    parts = base.groupby(["layer_id", "year"], sort=False)
    return {(str(layer_id), int(cast("int", year))): part for (layer_id, year), part in parts}


def wide_table(run: Run, columns: Iterable[LayerColumn]) -> pd.DataFrame:
    """Return one row a city, indexed by adcode and sorted by it; NaN where there is no value.

    Values have the units of the layers; ``inf`` stays ``inf``. Of named classes the key stands
    there, empty where it is missing.
    """
    codes = run.cities.index.sort_values()
    by_year, none = rows_by_year(run), run.results.iloc[:0]
    made: dict[str, pd.Series] = {}
    for column in columns:
        rows = by_year.get((column.layer_id, column.year), none).set_index("adcode")
        values = rows["value"].astype("float64").reindex(codes)
        made[column.name] = class_of(values, column.classes) if column.classes else values
        if column.confidence:
            made[column.confidence] = rows["confidence"].reindex(codes).fillna("").astype(object)
    return pd.DataFrame(made, index=codes)
