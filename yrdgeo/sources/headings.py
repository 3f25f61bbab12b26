"""Where a sheet's table begins: titles above it, and headings that run over several rows.

Yearbooks print a title, then headings whose cells are merged: ``地区生产总值（亿元）`` over
``2021年`` and ``2022年``. Of merged cells a file keeps the first; the others are empty.
"""

import re
from collections.abc import Sequence

Cells = Sequence[str]

_YEAR = re.compile(r"(19|20)\d{2}(\.0)?")
_NUMBER = re.compile(r"[-+]?[\d.,\s]+%?")
_BRACKETS = (")", "）", "]", "］")


def first_row(lines: Sequence[Cells]) -> int:
    """Return the number of the row where a table begins, 1 being the first of the sheet.

    A row with one cell is a title, or a remark on the unit, if a row with several comes below.

    >>> first_row([("GDP of cities", ""), ("", ""), ("city", "2022"), ("Hefei", "1")])
    3
    """
    rows = (number for number, cells in enumerate(lines, 1) if _filled(cells) > 1)
    titled = bool(lines) and _filled(lines[0]) <= 1 < max(map(len, lines))
    return next(rows, 1) if titled else 1


def headings(lines: Sequence[Cells], row: int) -> tuple[tuple[str, ...], int]:
    """Return the headings that begin in a row, and the number of the last row that they take.

    A row continues the headings above it if it has none of its own in the first column, stands
    under an empty cell of them, and holds no numbers but years.

    >>> headings([("city", "GDP (亿元)", ""), ("", "2021", "2022"), ("Hefei", "1", "2")], 1)
    (('city', '2021 GDP (亿元)', '2022 GDP (亿元)'), 2)
    """
    header, last = [cell.strip() for cell in lines[row - 1]], row
    while last < len(lines) and _continues(header, lines[last]):
        header, last = _joined(header, lines[last]), last + 1
    return tuple(header), last


def _filled(cells: Cells) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _continues(header: Cells, cells: Cells) -> bool:
    below = [cell.strip() for cell in cells]
    width = len(header)
    first = next((place for place, text in enumerate(header) if text), 0)
    if first >= len(below) or below[first]:
        return False
    spans = any(text and (place >= width or not header[place]) for place, text in enumerate(below))
    return spans and all(_YEAR.fullmatch(text) or not _NUMBER.fullmatch(text) for text in below)


def _joined(header: Cells, cells: Cells) -> list[str]:
    width = max(len(header), len(cells))
    upper, lower = ([*row, *[""] * (width - len(row))] for row in (header, cells))
    joined, over = [], ""
    for above, below in zip(upper, lower, strict=True):
        over = above or over
        joined.append(_both(over, below.strip()) if below.strip() else above)
    return joined


def _both(above: str, below: str) -> str:
    # The unit in brackets stays last, where it is looked for.
    return f"{below} {above}" if above.endswith(_BRACKETS) else f"{above} {below}".strip()
