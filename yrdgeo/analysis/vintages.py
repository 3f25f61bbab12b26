"""Years of one series: values that may be compared over time, or a refusal to compare them."""

from collections.abc import Mapping

import pandas as pd

from yrdgeo.analysis.observations import check_numbers
from yrdgeo.errors import ArgumentError, few


def one_series(table: object, same_series: Mapping[str, str]) -> list[tuple[int, pd.DataFrame]]:
    """Return ``(year, rows)`` in order, every row with a ``vintage``, if all are of one series.

    A vintage is a series of its own unless ``same_series`` says to which one it belongs.

    Raises
    ------
    ArgumentError
        If columns are absent, a city is repeated in a year, or vintages are mixed.
    """
    if not isinstance(table, pd.DataFrame):
        raise ArgumentError("Values by year must be a table.", found=type(table).__name__)
    absent = {"adcode", "year", "value"} - set(table.columns)
    if absent:
        raise ArgumentError(
            "A table by year needs the columns adcode, year and value.",
            found=f"without {', '.join(sorted(absent))}",
        )
    if not len(table):
        raise ArgumentError("A table by year needs rows.", found="none")
    check_numbers("value", table["value"])
    year = pd.to_numeric(table["year"], errors="coerce")
    odd = year.isna() | (year % 1 != 0)
    if odd.any():
        raise ArgumentError("Years must be whole numbers.", found=few(table.loc[odd, "year"]))
    table = table.assign(year=year.astype("int64"))
    again = table.duplicated(["adcode", "year"])
    if again.any():
        twice = table.loc[again, ["adcode", "year"]].itertuples(index=False, name=None)
        raise ArgumentError(
            "A city has one value a year.",
            found=few(f"{city} in {year} twice" for city, year in twice),
            fix="Choose one vintage for each year.",
        )
    known = table["vintage"] if "vintage" in table.columns else pd.Series("", table.index)
    known = known.astype(object).where(known.notna(), "").astype(str)
    series = known.map(lambda vintage: same_series.get(vintage, vintage))
    if len(series.unique()) > 1:
        raise ArgumentError(
            "Years of different vintages are not compared: a revision would look like a change.",
            found=few(sorted(series.unique())),
            fix="Use values of one vintage, or say with same_series={vintage: series} which"
            " vintages were measured alike.",
        )
    years = table.assign(vintage=known).groupby("year", sort=True)
    return [(int(str(year)), part) for year, part in years]
