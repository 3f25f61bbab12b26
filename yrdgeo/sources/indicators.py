"""Indicators: the embedded table, and the user's CSV, XLSX or Parquet as the same long table.

A file is read whole or refused with every problem it has. What it does not cover is reported, and
a missing value is never a zero.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pandas as pd

from yrdgeo.errors import Problem, SourceError, few, raise_problems
from yrdgeo.provenance import data_path
from yrdgeo.sources.catalogue import Indicator, load_catalogue
from yrdgeo.sources.cells import read_grid
from yrdgeo.sources.layouts import Wanted, claims, indicator_words, unread
from yrdgeo.sources.names import Wanted as Level
from yrdgeo.sources.rows import TRACE, Reading, row_of
from yrdgeo.sources.unit_words import plain
from yrdgeo.tables import check

KEY = ["adcode", "year", "indicator", "vintage"]
COLUMNS = [*KEY, "value", "unit", *TRACE]


@cache
def _embedded(name: str) -> pd.DataFrame:
    path = data_path(name)
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    return check(table, "indicators", source=path.name)


def load_indicators() -> pd.DataFrame:
    """Load the embedded indicators of the 41 cities of the Yangtze River Delta.

    Returns
    -------
    indicators
        The ``indicators`` table with ``note note_zh``, in the units of the catalogue. The key is
        adcode, year, indicator and vintage; every row has a source.

    Examples
    --------
    >>> table = load_indicators()
    >>> table[table["confidence"].eq("unverified")]["adcode"].tolist()
    ['330500', '330600', '330800', '331000']
    """
    return _embedded("indicators.csv").copy()


def load_province_totals() -> pd.DataFrame:
    """Load what the delta's four provinces published of themselves, in the same form.

    Returns
    -------
    totals
        The ``indicators`` table, adcodes of provinces (340000 is Anhui).

    Examples
    --------
    >>> sorted(load_province_totals()["adcode"].unique())
    ['310000', '320000', '330000', '340000']
    """
    return _embedded("province_totals.csv").copy()


def combine(base: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Put the user's rows beside others; of two rows with one key the user's stays.

    Rows read with the vintage ``user`` are also the first choice of
    :func:`yrdgeo.sources.vintages.choose`, so they stand in for published ones.

    >>> len(combine(load_indicators(), load_indicators())) == len(load_indicators())
    True
    """
    both = pd.concat([base, own], ignore_index=True)
    return both.drop_duplicates(KEY, keep="last").reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class MatchReport:
    """Which cities a file covers.

    Attributes
    ----------
    matched, missing, extra
        Adcodes of the study that the file has, that it lacks, and those that are no part of it.
    skipped
        Rows that are no city: totals, provinces, remarks.
    without_value
        ``adcode year indicator`` of cells that hold a sign for a missing value.
    unread
        Headings of columns that hold numbers of no indicator that is known.
    """

    matched: tuple[str, ...]
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    without_value: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it in one line."""
        parts = [f"{len(self.matched)} cities matched"]
        for what, listed in (
            ("missing", self.missing),
            ("not of the study", self.extra),
            ("rows skipped", self.skipped),
            ("cells without a value", self.without_value),
            ("columns of no indicator that is known", self.unread),
        ):
            if listed:
                parts.append(f"{len(listed)} {what} ({few(listed)})")
        return "; ".join(parts)


def read_indicators(  # noqa: PLR0913 — what a file does not say itself, each by name
    path: str | Path,
    *,
    indicator: str | None = None,
    year: int | None = None,
    unit: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    code_column: str | None = None,
    value_column: str | None = None,
    vintage: str = "user",
    source_id: str = "user",
    confidence: str = "",
    cities: Collection[str] | None = None,
    catalogue: Mapping[str, Indicator] | None = None,
    level: Level = "prefecture",
) -> tuple[pd.DataFrame, MatchReport]:
    r"""Read the user's indicators into the long table of the hallway.

    Parameters
    ----------
    path
        CSV (UTF-8, GB 18030), XLSX or Parquet; long, or wide with years or indicators as columns.
    indicator, year, unit
        What the file does not say itself. A unit is a text such as 亿元, 万元, 万人, % and is
        converted to the catalogue's; nothing is assumed of a file that names none.
    sheet, header_row
        Where the table is in a workbook; the first sheet, and its first row of several cells.
    code_column, value_column
        Headings of the places and of the values, where they cannot be told.
    vintage, source_id, confidence
        For rows that do not say theirs. The vintage ``user`` goes before published ones.
    cities
        Adcodes of the study, for the report.
    catalogue
        The embedded one without it.
    level
        Of the places: ``prefecture`` or ``county``.

    Returns
    -------
    indicators
        ``adcode year indicator vintage value unit source_id confidence note note_zh``, sorted by
        key. A missing value makes no row.
    report
        Who is there, who is not, and what was skipped.

    Raises
    ------
    TableError
        Listing every problem with row, column, value and remedy.
    SourceError
        If the file cannot be read at all.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "gdp.csv"
    >>> _ = path.write_text("城市,2021年,2022年\n合肥市,11412.8,—\n", encoding="gb18030")
    >>> table, report = read_indicators(path, indicator="gdp", unit="亿元")
    >>> table[["adcode", "year", "value", "unit"]].to_numpy().tolist()
    [['340100', 2021, 11412.8, '1e8 CNY']]
    >>> report.without_value
    ('340100 2022 gdp',)
    """
    path = Path(path)
    rows = load_catalogue() if catalogue is None else catalogue
    grid = read_grid(path, sheet=sheet, header_row=header_row)
    if not grid.rows:
        raise SourceError(f"{path.name} has no rows below its header.", fix="Bring the values.")
    said = "" if indicator is None else indicator_words(rows).get(plain(indicator), indicator)
    wanted = Wanted(
        said, "" if year is None else str(year), unit or "", code_column or "", value_column or ""
    )
    claimed, problems = claims(grid, wanted, rows)
    reading = Reading(rows, level, [*grid.problems, *problems])
    reading.told.update((problem.row, problem.column) for problem in grid.problems)
    own = {"vintage": vintage, "source_id": source_id, "confidence": confidence}
    found = [row_of(claim, own, reading) for claim in claimed]
    kept = [row for row in found if row]
    _tell_repeats(kept, reading)
    raise_problems(reading.problems, source=path.name)
    table = pd.DataFrame([row for row in kept if row["value"] is not None], columns=COLUMNS)
    table = check(table, "indicators", source=path.name)
    spare = unread(grid, wanted, rows)
    report = replace(_report(kept, cities, reading), unread=spare)
    return table.sort_values(KEY, ignore_index=True), report


def _tell_repeats(rows: Iterable[Mapping[str, object]], reading: Reading) -> None:
    seen: dict[tuple[object, ...], object] = {}
    for row in rows:
        key = tuple(row[name] for name in KEY)
        if key in seen:
            what = f"repeats row {seen[key]}"
            shown = ", ".join(str(part) for part in key)
            reading.problems.append(
                Problem(what, int(str(row["row"])), " + ".join(KEY), shown, "Drop one of the two.")
            )
        else:
            seen[key] = row["row"]


def _report(
    rows: Sequence[Mapping[str, object]], cities: Collection[str] | None, reading: Reading
) -> MatchReport:
    present = sorted({str(row["adcode"]) for row in rows})
    without = [
        f"{row['adcode']} {row['year']} {row['indicator']}" for row in rows if row["value"] is None
    ]
    skipped = tuple(reading.skipped)
    if cities is None:
        return MatchReport(tuple(present), skipped=skipped, without_value=tuple(without))
    return MatchReport(
        matched=tuple(code for code in present if code in cities),
        missing=tuple(sorted(set(cities) - set(present))),
        extra=tuple(code for code in present if code not in cities),
        skipped=skipped,
        without_value=tuple(without),
    )
