"""A sheet of any supported file as text cells with their row numbers; the header is row 1.

Text keeps what a typed reader would guess away: codes with leading zeros, ``1,234.5``, ``…``.
"""

import csv
import io
import re
import unicodedata
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import pandas as pd

from yrdgeo.errors import SHOWN, Problem, SourceError, nearest
from yrdgeo.sources.headings import first_row, headings

# What stands in a table where there is no value. An empty cell is one of them; 0 is not.
MISSING = frozenset(
    {"", "-", "--", "–", "—", "——", "..", "...", "......", "/", "na", "n/a", "#n/a", "nan", "null"}
    | {"none", "<na>", "缺", "缺失", "无", "无数据", "暂无", "不详"}
)
_NUMBER = re.compile(
    r"[+-]?(\d{1,3}(,\d{3})+|\d{1,3}( \d{3})+|\d+)?(\.\d*)?(e[+-]?\d{1,3})?", re.ASCII
)
_ENCODINGS = ("utf-8-sig", "gb18030")
_DELIMITERS = ",\t;"
_FORMULA = "holds a formula that was never computed"


@dataclass(frozen=True, slots=True)
class Grid:
    """The header, the rows below it with their number in the file, and what could not be read."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    problems: tuple[Problem, ...] = ()


def folded(text: str) -> str:
    """Turn full-width signs into plain ones and drop the space around.

    >>> folded("　１，２３４．５ ")
    '1,234.5'
    """
    return unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()


def number_of(text: str) -> float | None:
    """Read a number as people write it; None is a missing value.

    Raises
    ------
    ValueError
        If it is neither a number nor a sign for a missing one.

    Examples
    --------
    >>> number_of("１，２３４．５"), number_of("—")
    (1234.5, None)
    """
    plain = folded(text)
    if plain.lower() in MISSING:
        return None
    if not _NUMBER.fullmatch(plain.lower()) or not any(sign.isdigit() for sign in plain):
        raise ValueError(text)
    number = float(plain.replace(",", "").replace(" ", ""))
    if number in {float("inf"), float("-inf")}:
        raise ValueError(text)
    return number


def read_grid(path: Path, *, sheet: str | None = None, header_row: int | None = None) -> Grid:
    """Read one sheet of a CSV, XLSX or Parquet file as text.

    Parameters
    ----------
    path
        The file. CSV is UTF-8 (with or without a mark) or GB 18030, parted by commas, tabs or
        semicolons.
    sheet
        Name of the sheet of a workbook; its first without it.
    header_row
        Row of the header, 1 being the first; what stands above it is left out. Without it, the
        first row of several cells. Headings in merged cells over several rows are joined.

    Raises
    ------
    SourceError
        If the file is not there, cannot be read as what its name says, or has no such sheet.
    """
    if not path.is_file():
        raise SourceError(f"{path.name} is not there.", found=str(path), fix="Give its full path.")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise SourceError(
            f"{path.name} is of a kind that is not read.",
            found=path.suffix or "no ending",
            fix=f"Save it as one of {', '.join(READERS)}.",
        )
    lines, problems = reader(path, sheet)
    top = first_row(lines) if header_row is None else header_row
    if len(lines) < top or not any(lines[top - 1]):
        raise SourceError(f"{path.name} has no header in row {top}.", fix="Name its row.")
    header, last = headings(lines, top)
    width = len(header)
    rows = tuple(
        (number, (*cells[:width], *[""] * (width - len(cells))))
        for number, cells in enumerate(lines[last:], start=last + 1)
        if any(cell.strip() for cell in cells)
    )
    wide = [
        number
        for number, cells in enumerate(lines[last:], start=last + 1)
        if any(cell.strip() for cell in cells[width:])
    ]
    return Grid(header, rows, (*problems, *_too_wide(wide, path)))


def _too_wide(rows: Sequence[int], path: Path) -> tuple[Problem, ...]:
    """Tell of rows that reach beyond the header; of many, the first and how many more."""
    is_book = path.suffix.lower() in {".xlsx", ".xlsm"}
    fix = "Give each column a heading." if is_book else "Quote the text that has a comma."
    what = "has more cells than the header"
    if len(rows) > SHOWN:
        return (Problem(f"{what}, and so have {len(rows) - 1} rows below", rows[0], fix=fix),)
    return tuple(Problem(what, row, fix=fix) for row in rows)


Lines = tuple[list[tuple[str, ...]], list[Problem]]


def _read_csv(path: Path, sheet: str | None) -> Lines:
    if sheet is not None:
        raise SourceError(f"{path.name} has no sheets.", found=repr(sheet), fix="Leave it out.")
    text = _decoded(path)
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        lines = [
            tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise SourceError(f"{path.name} is not a CSV file.", found=str(error)) from error
    return lines, []


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SourceError(
        f"{path.name} is neither UTF-8 nor GB 18030.", fix="Save it as CSV UTF-8 and try again."
    )


def _read_xlsx(path: Path, sheet: str | None) -> Lines:
    values, formulas = (_cells(path, sheet, computed=computed) for computed in (True, False))
    problems = []
    for number, (shown, typed) in enumerate(zip(values, formulas, strict=False), start=1):
        for column, (value, formula) in enumerate(zip(shown, typed, strict=False)):
            if value == "" and formula.startswith("="):
                letter = values[0][column] if column < len(values[0]) else ""
                fix = "Open the workbook, let it compute, and save it."
                problems.append(Problem(_FORMULA, number, letter, formula, fix))
    return values, problems


def _cells(path: Path, sheet: str | None, *, computed: bool) -> list[tuple[str, ...]]:
    import openpyxl  # noqa: PLC0415 — slow, and only workbooks need it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # about styles and validations, not cells
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=computed)
        except (BadZipFile, KeyError, ValueError, OSError) as error:
            raise SourceError(f"{path.name} is not an XLSX workbook.", found=str(error)) from error
        names = list(book.sheetnames)
        if sheet is not None and sheet not in names:
            raise SourceError(f"{path.name} has no sheet {sheet!r}.", fix=nearest(sheet, names))
        page = book[sheet or names[0]]
        page.reset_dimensions()  # some programs write wrong ones
        lines = [tuple(_text(cell) for cell in row) for row in page.iter_rows()]
        book.close()
    return lines


def _text(cell: object) -> str:
    value = getattr(cell, "value", None)
    if value is None:
        return ""
    if isinstance(value, float) and "%" in str(getattr(cell, "number_format", "")):
        return f"{value * 100:.15g}%"
    return _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004 — integers of a float
    return str(value)


def _read_parquet(path: Path, sheet: str | None) -> Lines:
    if sheet is not None:
        raise SourceError(f"{path.name} has no sheets.", found=repr(sheet), fix="Leave it out.")
    try:
        table = pd.read_parquet(path)
    except (ValueError, OSError) as error:
        raise SourceError(f"{path.name} is not a Parquet file.", found=str(error)) from error
    if table.index.name is not None:
        table = table.reset_index()
    columns: list[Sequence[object]] = [table[name].tolist() for name in table.columns]
    lines = [tuple(str(name) for name in table.columns)]
    lines += [
        tuple("" if pd.isna(value) else _plain(value) for value in row)
        for row in zip(*columns, strict=True)
    ]
    return lines, []


READERS: dict[str, Callable[[Path, str | None], Lines]] = {
    ".csv": _read_csv,
    ".txt": _read_csv,
    ".tsv": _read_csv,
    ".xlsx": _read_xlsx,
    ".xlsm": _read_xlsx,
    ".parquet": _read_parquet,
}
