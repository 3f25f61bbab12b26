"""A run as one Excel workbook: a sheet a table, every text a text and never a formula.

The same run gives the same bytes.
"""

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from io import BytesIO
from numbers import Integral, Real
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.xml.functions import tostring

from yrdgeo.provenance import whole_file
from yrdgeo.publish.columns import clean, distinct, layer_columns
from yrdgeo.publish.csvtables import DECIMALS, all_tables
from yrdgeo.publish.dictionary import LAYER_TITLES
from yrdgeo.publish.gpkgextras import words_of_columns
from yrdgeo.publish.words import said_of, unit_of
from yrdgeo.results import Run

MOST_ROWS = 1_048_576  # of a sheet, its header included
LONGEST_CELL = 32_767
LONGEST_NAME = 31
MOST_CITIES = 500  # a matrix of more is for programs, and stands in tables/times_*.csv
PLAIN = "General"  # the format of a number that has none
WIDEST = 48
NARROWEST = 8
PROPERTIES = "docProps/core.xml"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of the ZIP format


def write_workbook(run: Run, path: str | Path) -> Path:
    """Write a run as one Excel workbook.

    The first sheet, ``contents``, says what each sheet holds; ``columns`` explains every column.
    Codes are text, a missing value is an empty cell, no path is the text ``inf``. Travel times
    are matrices, origins down and destinations across, left out above 500 cities.

    Parameters
    ----------
    run
        The run to write.
    path
        The file; one that is there is replaced when the new one is whole.

    Returns
    -------
    path
        The file written.

    References
    ----------
    ISO/IEC 29500-1:2016, Office Open XML file formats.

    Examples
    --------
    >>> path = write_workbook(run, folder / "sample.xlsx")
    >>> cities = pd.read_excel(path, sheet_name="cities", dtype={"adcode": str})
    >>> cities.loc[0, "adcode"], float(cities.loc[0, "gdp_per_capita_yuan"])
    ('910100', 42500.25)
    """
    sheets = dict(_sheets(run))
    book = {"contents": _contents(run, sheets), **sheets, "columns": _columns(run, sheets)}
    return write_sheets(book, path, title=run.title_en or run.title_zh)


def write_sheets(sheets: Mapping[str, pd.DataFrame], path: str | Path, *, title: str = "") -> Path:
    """Write tables as the sheets of one workbook, in this order; texts stay texts.

    Parameters
    ----------
    sheets
        Name → table; a name of more than 31 characters is cut.
    path
        The file; one that is there is replaced when the new one is whole.
    title
        Of the workbook.

    Returns
    -------
    path
        The file written.

    Examples
    --------
    >>> path = write_sheets({"sums": pd.DataFrame({"adcode": ["010203"]})}, folder / "a.xlsx")
    >>> pd.read_excel(path, dtype=str).loc[0, "adcode"]
    '010203'
    """
    book = Workbook(write_only=True)
    names = distinct(name[:LONGEST_NAME] for name in sheets)
    for name, table in zip(names, sheets.values(), strict=True):
        _fill(book.create_sheet(name), table)
    stream = BytesIO()
    book.save(stream)
    book.properties.title = clean(title)
    book.properties.creator = "yrdgeo"
    with whole_file(path) as draft:
        _pack(stream, draft, _properties(book))
    return Path(path)


def _sheets(run: Run) -> Iterator[tuple[str, pd.DataFrame]]:
    for name, table in all_tables(run):
        if len(table) < MOST_ROWS:
            yield name, table
    if len(run.cities) <= MOST_CITIES:
        for mode in sorted(run.times):
            order = run.times[mode].origins.sort_values()
            matrix = run.times[mode].to_frame().loc[order].sort_index(axis=1)
            names = run.cities["name_zh"].reindex(matrix.index)
            yield (
                f"times_{mode}",
                matrix.assign(name_zh=names).rename_axis("from_id").reset_index(),
            )


def _contents(run: Run, sheets: dict[str, pd.DataFrame]) -> pd.DataFrame:
    unit = unit_of(run.cities.index)
    titles = {name: said_of(title, unit) for name, title in LAYER_TITLES.items()}
    rows = [(name, titles.get(name, name), len(table)) for name, table in sheets.items()]
    about = [("", clean(run.title_zh), ""), ("", clean(run.title_en), ""), ("", run.year, "")]
    return pd.DataFrame([*about, *rows], columns=["sheet", "title", "rows"])


def _columns(run: Run, sheets: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what every column is called and means."""
    layers, unit = layer_columns(run), unit_of(run.cities.index)
    rows = []
    for sheet, table in sheets.items():
        if not sheet.startswith("times_"):
            names = [str(column) for column in table.columns]
            known = words_of_columns(names, layers if sheet == "cities" else (), unit)
            rows += [(sheet, name, *known.get(name, ("", ""))) for name in names]
    return pd.DataFrame(rows, columns=["sheet", "column", "title", "meaning"])


def _fill(sheet: WriteOnlyWorksheet, table: pd.DataFrame) -> None:
    """Write one sheet: a bold header that stays in view, and a filter over every column."""
    columns = [table.iloc[:, place].astype(object) for place in range(table.shape[1])]
    names = [clean(str(name)) for name in table.columns]
    sheet.freeze_panes = "B2"
    for place, (name, cells) in enumerate(zip(names, columns, strict=True), 1):
        sheet.column_dimensions[get_column_letter(place)].width = _width(name, cells)
    sheet.append([_text(sheet, name, bold=True) for name in names])
    formats = [_format(name) for name in names]
    for row in zip(*columns, strict=True):
        sheet.append(
            [_cell(sheet, value, shown) for value, shown in zip(row, formats, strict=True)]
        )
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(len(names), 1))}{len(table) + 1}"


def _width(name: str, cells: Iterable[object]) -> int:
    # A Chinese character takes the room of two Latin ones.
    wide = max((len(str(cell).encode("gbk", "replace")) for cell in cells), default=0)
    return int(np.clip(max(len(name), min(wide, WIDEST)) + 2, NARROWEST, WIDEST))


def _format(name: str) -> str:
    places = next((n for ending, n in DECIMALS.items() if name.endswith(ending)), None)
    return PLAIN if places is None else f"0.{'0' * places}"


def _cell(sheet: WriteOnlyWorksheet, value: object, shown: str) -> Cell | float | str | None:
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, Real) and np.isfinite(float(value)):
        return _number(sheet, value, shown)
    return _text(sheet, clean(value)) if clean(value) else None


def _number(sheet: WriteOnlyWorksheet, value: Real, shown: str) -> Cell | float:
    if isinstance(value, Integral):
        return int(value)
    if shown == PLAIN:
        return float(value)
    cell = WriteOnlyCell(sheet, value=float(value))
    cell.number_format = shown
    return cell


def _text(sheet: WriteOnlyWorksheet, text: str, *, bold: bool = False) -> Cell | str:
    if not bold and not text.startswith(("=", "#")) and len(text) <= LONGEST_CELL:
        return text  # a cell of its own would take thrice the time
    cell = WriteOnlyCell(sheet, value="")
    cell.value = text[:LONGEST_CELL]
    cell.data_type = "s"  # openpyxl would make a formula of "=1+1", and an error of "#N/A"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _properties(book: Workbook) -> bytes:
    # The time of a run stands in run.json alone, so that the same run gives the same bytes.
    book.properties.created = book.properties.modified = datetime(*FIRST_DAY)  # noqa: DTZ001 — as the format has it
    return bytes(tostring(book.properties.to_tree()))


def _pack(stream: BytesIO, path: Path, properties: bytes) -> None:
    """Write the archive again without the time of writing."""
    with (
        zipfile.ZipFile(stream) as loose,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in loose.namelist():
            content = properties if name == PROPERTIES else loose.read(name)
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            packed.writestr(entry, content, zipfile.ZIP_DEFLATED)
