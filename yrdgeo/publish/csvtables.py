"""Tables of a run as CSV: what spreadsheets open without harm and programs read without guessing.

UTF-8 with a byte-order mark, RFC 4180 (comma, double quotes, CRLF), one header row. Codes are
text; a missing value is an empty cell and no path is ``inf``. A text that a spreadsheet would run
as a formula gets an apostrophe in front. Rows are sorted by their key, so bytes do not depend on
the order in which a table was built.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from numbers import Integral, Real
from pathlib import Path

import numpy as np
import pandas as pd

from yrdgeo.provenance import whole_file
from yrdgeo.publish.columns import clean, layer_columns, wide_table
from yrdgeo.publish.dictionary import TEXTS
from yrdgeo.results import Run

# Decimals by the column's ending: more would be noise of the last floating-point digits.
DECIMALS = {"_min": 2, "_km": 3, "_lon": 6, "_lat": 6}
SIGNIFICANT = 12
_FORMULA = re.compile(r"[\s'\u3000\u200b-\u200f\u2060]*[=+\-@＝＋－＠﹣﹢﹦﹫−]")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def safe_cell(text: str) -> str:
    """Return the text as a cell that no spreadsheet runs as a formula.

    A text is prefixed with an apostrophe if ``= + - @`` (or a full-width form) comes first, also
    after spaces; a plain number is left alone. One apostrophe less gives the cleaned text back.

    >>> safe_cell("=1+1"), safe_cell(" ＝1"), safe_cell("-5.2"), safe_cell("苏州市")
    ("'=1+1", "' ＝1", '-5.2', '苏州市')
    """
    cleaned = clean(text)
    risky = _FORMULA.match(cleaned) and not _NUMBER.fullmatch(cleaned)
    return f"'{cleaned}" if risky else cleaned


def number_cell(value: float, *, decimals: int | None = None) -> str:
    """Return a number as its shortest text: 12 significant digits, or the stated decimals.

    >>> number_cell(-1234.50), number_cell(3.0), number_cell(59.999999, decimals=2)
    ('-1234.5', '3', '60')
    >>> number_cell(float("inf")), number_cell(float("nan"))
    ('inf', '')
    """
    number = float(value)
    if np.isnan(number):
        return ""
    if np.isinf(number):
        return "inf" if number > 0 else "-inf"
    rounded = float(f"{number:.{SIGNIFICANT}g}") if decimals is None else round(number, decimals)
    text = repr(rounded + 0.0)  # −0.0 becomes 0.0
    return text.removesuffix(".0")


def write_csv(table: pd.DataFrame, path: Path) -> Path:
    """Write one table; the index is left out.

    Raises
    ------
    OSError
        If the folder cannot be written. Nothing half-written is left.
    """
    names = [str(name) for name in table.columns]
    cells = [_cells(table.iloc[:, place], name) for place, name in enumerate(names)]
    with whole_file(path) as draft, draft.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow([safe_cell(name) for name in names])
        writer.writerows(zip(*cells, strict=True))
    return path


def read_table(path: Path) -> pd.DataFrame:
    r"""Read a table that :func:`write_csv` wrote: numbers as numbers, codes as text.

    An empty cell is missing, ``inf`` is infinite, and a text is what it was before it was made
    safe for spreadsheets.

    >>> path = write_csv(pd.DataFrame({"adcode": ["010203"], "note": ["=1"]}), folder / "a.csv")
    >>> read_table(path).loc[0].tolist()
    ['010203', '=1']
    """
    cells = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    names = {name: _raw(str(name)) for name in cells.columns}
    return pd.DataFrame({raw: _typed(cells[name], raw) for name, raw in names.items()})


def _typed(cells: pd.Series, name: str) -> pd.Series:
    filled = cells[cells.ne("")]
    if name not in TEXTS and len(filled) and filled.isin(["true", "false"]).all():
        return cells.map({"true": True, "false": False})
    numeric = name not in TEXTS and filled.str.fullmatch(_NUMBER.pattern + "|-?inf").all()
    if not numeric or filled.empty:
        return cells.map(_raw)
    whole = filled.str.fullmatch(r"-?\d+").all()
    return cells.where(cells.ne("")).astype("Int64" if whole else "float64")


def _raw(text: str) -> str:
    """Take away the apostrophe that :func:`safe_cell` put in front."""
    return text[1:] if text.startswith("'") and safe_cell(text[1:]) == text else text


def _cells(values: pd.Series, name: str) -> list[str]:
    endings = (places for ending, places in DECIMALS.items() if name.endswith(ending))
    decimals = next(endings, None)
    if isinstance(values.dtype, np.dtype) and values.dtype.kind == "f":  # millions of minutes
        return [number_cell(value, decimals=decimals) for value in values.tolist()]
    if isinstance(values.dtype, pd.StringDtype):  # millions of codes, of a few thousand cities
        places, texts = pd.factorize(values, use_na_sentinel=False)
        said = [_cell(text, decimals) for text in texts]
        return [said[place] for place in places.tolist()]
    return [_cell(value, decimals) for value in values.astype(object)]


def _cell(value: object, decimals: int | None) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real):
        return number_cell(float(value), decimals=decimals)
    return safe_cell(clean(value))


def write_tables(run: Run, folder: str | Path) -> list[Path]:
    """Write every table of a run as CSV into a folder.

    ======================= =====================================================================
    cities.csv              one row a city: values of the study's year, doubtful ones marked
    layers.csv              the dictionary of those columns: title, unit, year, meaning, source
    indicators.csv          long: every layer, city, year and scenario, with confidence and source
    pairs.csv               the pairs, without their geometry
    contiguity.csv          neighbours, each pair once, with the length of the border
    gradients.csv           a row a fitted coefficient
    hinterlands.csv         by city: the nearest core, in time
    groups.csv              results of groups of cities (ratio of sums)
    group_members.csv       who is in which group
    times_rail.csv …        long: from_id, to_id, travel_time_min; ``inf`` where there is no path
    sources.csv             where the data came from, and the licence
    warnings.csv            what the reader must know
    …                       and each of the run's further tables under its own name
    ======================= =====================================================================

    Parameters
    ----------
    run
        The run to write.
    folder
        Where the files go; made if it is not there.

    Returns
    -------
    paths
        The files written, in the order of the table above.

    References
    ----------
    Shafranovich, Y. (2005). RFC 4180: Common format and MIME type for CSV files.

    Examples
    --------
    >>> paths = write_tables(run, folder / "tables")
    >>> pd.read_csv(paths[0], dtype={"adcode": str}).loc[0, ["adcode", "gdp_per_capita_yuan"]]
    adcode                   910100
    gdp_per_capita_yuan    42500.25
    Name: 0, dtype: object
    """
    target = Path(folder)
    made = [write_csv(table, target / f"{name}.csv") for name, table in all_tables(run)]
    for mode in sorted(run.times):
        times = run.times[mode].to_table()
        made.append(write_csv(_sorted(times, ["from_id", "to_id"]), target / f"times_{mode}.csv"))
    return made


def all_tables(run: Run) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the name and content of every table of a run but the travel times."""
    for name, build in TABLES.items():
        yield name, build(run)
    for name in sorted(run.tables):
        yield name, run.tables[name].drop(columns="geometry", errors="ignore")


def _sorted(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    present = [key for key in keys if key in table.columns]
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    return plain.sort_values(present, kind="stable").reset_index(drop=True) if present else plain


def _ordered(table: pd.DataFrame, first: Iterable[str]) -> pd.DataFrame:
    """Put these columns first, where they are there; the others follow as they come."""
    leading = [name for name in first if name in table.columns]
    return table[[*leading, *(name for name in table.columns if name not in leading)]]


def city_table(run: Run) -> pd.DataFrame:
    """Return the wide table with names, a row a city, sorted by adcode."""
    about = pd.DataFrame(run.cities.drop(columns="geometry")).sort_index()
    wide = wide_table(run, layer_columns(run))
    return about.join(wide).rename_axis("adcode").reset_index()


def layer_table(run: Run) -> pd.DataFrame:
    """Return the dictionary of the wide table: a row a layer, with its column's name."""
    columns = layer_columns(run)
    named = run.layers.assign(
        city_column=[column.name for column in columns],
        year=[column.year for column in columns],
    )
    internal = [name for name in ("result", "column") if name in named.columns]
    return _ordered(named.drop(columns=internal), ["layer_id", "city_column"])


def result_table(run: Run) -> pd.DataFrame:
    """Return the long results with names and units, sorted by layer, scenario, year and city."""
    layers = run.layers.set_index("layer_id")
    names = run.cities[["name_zh", "name_en"]]
    table = run.results.join(names, on="adcode")
    table["unit"] = table["layer_id"].map(layers["unit"])
    named = {column.layer_id: column.classes for column in layer_columns(run) if column.classes}
    if named:
        cells = zip(table["layer_id"], table["value"], strict=True)
        keys = {name: dict(enumerate(classes)) for name, classes in named.items()}
        table["category"] = [keys.get(name, {}).get(value, "") for name, value in cells]
    order = {layer_id: place for place, layer_id in enumerate(run.layers["layer_id"])}
    table["_place"] = table["layer_id"].map(order)
    ordered = _sorted(table, ["_place", "scenario", "year", "adcode"]).drop(columns="_place")
    return _ordered(
        ordered,
        ["layer_id", "adcode", "name_zh", "name_en", "year", "scenario", "value", "unit"],
    )


def group_table(run: Run) -> pd.DataFrame:
    """Return the results of groups with names and units."""
    first = ["layer_id", "group_id", "name_zh", "name_en", "year", "value", "unit"]
    if run.group_results.empty:
        return pd.DataFrame(columns=first)
    groups = run.groups.drop_duplicates("group_id").set_index("group_id")
    table = run.group_results.join(groups[["name_zh", "name_en"]], on="group_id")
    table["unit"] = table["layer_id"].map(run.layers.set_index("layer_id")["unit"])
    return _ordered(_sorted(table, ["layer_id", "group_id", "year"]), first)


def hinterland_table(run: Run) -> pd.DataFrame:
    """Return the nearest core of each city, with names."""
    about = run.cities[["name_zh", "name_en"]].sort_index()
    return about.join(run.hinterlands).rename_axis("adcode").reset_index()


def warning_table(run: Run) -> pd.DataFrame:
    """Return the warnings in both languages, numbered from 1."""
    count = max(len(run.warnings), len(run.warnings_zh))
    padded = [[*texts, *[""] * (count - len(texts))] for texts in (run.warnings, run.warnings_zh)]
    return pd.DataFrame({"number": range(1, count + 1), "en": padded[0], "zh": padded[1]})


def _members(run: Run) -> pd.DataFrame:
    table = run.groups.join(
        run.cities[["name_zh", "name_en"]].add_prefix("member_"), on="member_id"
    )
    return _sorted(table, ["group_id", "member_id"])


TABLES: dict[str, Callable[[Run], pd.DataFrame]] = {
    "cities": city_table,
    "layers": layer_table,
    "indicators": result_table,
    "pairs": lambda run: _sorted(run.pairs, ["pair_id"]),
    "contiguity": lambda run: _sorted(run.contiguity, ["from_id", "to_id"]),
    "gradients": lambda run: pd.DataFrame(run.gradients),
    "hinterlands": hinterland_table,
    "groups": group_table,
    "group_members": _members,
    "sources": lambda run: _sorted(run.sources, ["source_id"]),
    "warnings": warning_table,
}
