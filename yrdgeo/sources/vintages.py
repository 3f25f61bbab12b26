"""One value a city out of the several that were published for the same year.

Statistical offices print a preliminary figure, a final one, and new ones after each economic
census. :func:`choose` takes the vintage that stands highest in one documented order;
:func:`growth` compares two years of the same vintage only.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
import pandas as pd

from yrdgeo.errors import TableError, few, nearest

COLUMNS = ("value", "unit", "year", "vintage", "source_id", "confidence", "note", "note_zh")

# Highest first: a figure that the user brought, revisions by an economic census (the later census
# first, by its number), final figures, yearbooks, counts, preliminary figures, and figures that
# follow from others. A vintage that matches nothing stands between counts and preliminary ones.
PREFERENCE: tuple[tuple[str, str], ...] = (
    ("user", r"user"),
    ("revised by an economic census", r"(?!.*derived).*economic-census revised.*"),
    ("final", r"final(?!.*derived).*"),
    ("yearbook", r"yearbook.*"),
    ("census", r"census.*"),
    ("official", r"official"),
    ("year-end", r"year-end"),
    ("other", r"(?!preliminary|final|derived|computed|year-end).*"),
    ("final, derived", r"final.*derived.*"),
    ("preliminary", r"preliminary.*"),
    ("superseded", r"year-end.*"),
    ("derived", r".*"),
)
# From best to worst; a figure that says nothing about itself is no better than a middling one.
CONFIDENCE_ORDER = ("high", "medium", "", "low", "unverified")
DERIVED = "derived"


@cache
def rank(vintage: str) -> int:
    """Return the place of a vintage in :data:`PREFERENCE`, 0 being the first choice.

    >>> rank("final-verified") < rank("preliminary") < rank("derived")
    True
    """
    places = (place for place, (_, rule) in enumerate(PREFERENCE) if re.fullmatch(rule, vintage))
    return next(places)


def counted(vintage: str) -> bool:
    """Tell whether a figure was counted or published rather than derived from others.

    >>> counted("year-end"), counted("derived")
    (True, False)
    """
    return rank(vintage) != len(PREFERENCE) - 1


def worst(confidences: Iterable[str]) -> str:
    """Return the worst of several confidences; of none at all, the empty one.

    >>> worst(["high", "unverified", "medium"])
    'unverified'
    """
    places = [CONFIDENCE_ORDER.index(confidence) for confidence in confidences]
    return CONFIDENCE_ORDER[max(places)] if places else ""


TEXTS = ("vintage", "source_id", "confidence", "note", "note_zh")


def _found(table: pd.DataFrame, indicator: str) -> pd.DataFrame:
    rows = table[table["indicator"].eq(indicator)]
    if rows.empty:
        present = sorted(table["indicator"].unique())
        raise TableError(
            f"There are no values of indicator {indicator!r}.", fix=nearest(indicator, present)
        )
    units = rows["unit"].unique()
    if len(units) > 1:
        raise TableError(
            f"Indicator {indicator!r} is given in several units.",
            found=few(units),
            fix="Bring the values to one unit in the reader.",
        )
    return rows


def _rows(table: pd.DataFrame, indicator: str) -> pd.DataFrame:
    return _found(table, indicator).reindex(columns=["adcode", *COLUMNS])


def _said(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with texts that are never missing."""
    texts = {name: rows[name].astype(object).where(rows[name].notna(), "") for name in TEXTS}
    return rows.assign(**texts)


def _best(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the first choice of each city."""
    number = rows["vintage"].str.extract(r"(\d+)", expand=False).astype(float).fillna(0.0)
    ordered = rows.assign(place=rows["vintage"].map(rank), number=-number)
    ordered = ordered.sort_values(["adcode", "place", "number", "vintage"], kind="stable")
    best = ordered.drop_duplicates("adcode").set_index("adcode")[list(COLUMNS)]
    return best.astype({"value": "float64", "year": "Int64", "unit": object})


def align(chosen: pd.DataFrame, cities: Sequence[str] | None, unit: str) -> pd.DataFrame:
    """Return chosen values for these cities, in their order; NaN for one that has none."""
    if cities is not None:
        chosen = chosen.reindex(pd.Index(list(cities), name="adcode"))
        without = chosen["unit"].isna()
        if without.any():
            chosen.loc[without, list(TEXTS)] = ""
    return chosen.assign(unit=unit)


def measured_in(table: pd.DataFrame, indicator: str) -> str:
    """Return the unit of an indicator's values in a table."""
    return str(_found(table, indicator)["unit"].iloc[0])


def choose(
    table: pd.DataFrame,
    indicator: str,
    year: int,
    *,
    vintage: str | None = None,
    cities: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Choose one value a city for one indicator and year.

    Parameters
    ----------
    table
        The ``indicators`` table.
    indicator, year
        What and when; no other year ever stands in.
    vintage
        Take this vintage and no other, instead of the first choice of :data:`PREFERENCE`.
    cities
        Adcodes of the answer, in their order; a city without a value gets NaN. Without them, the
        cities that have a value, sorted.

    Returns
    -------
    chosen
        Indexed by adcode: ``value unit year vintage source_id confidence note note_zh``.

    Raises
    ------
    TableError
        If the table has no such indicator, or has it in several units.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "adcode": ["320500", "320500"], "year": [2020, 2020], "indicator": ["gdp", "gdp"],
    ...     "vintage": ["preliminary", "final-verified"], "value": [20_170.5, 20_180.0],
    ...     "unit": ["1e8 CNY", "1e8 CNY"]})
    >>> choose(table, "gdp", 2020).loc["320500", "value"]
    np.float64(20180.0)
    """
    rows = _rows(table, indicator)
    unit = str(rows["unit"].iloc[0])
    wanted = rows["year"].eq(year)
    if vintage is not None:
        wanted &= rows["vintage"].eq(vintage)
    return align(_best(_said(rows[wanted])), cities, unit)


def choose_latest(
    table: pd.DataFrame, indicator: str, year: int, *, cities: Sequence[str] | None = None
) -> pd.DataFrame:
    """Choose each city's latest value up to a year; like :func:`choose` otherwise."""
    rows = _rows(table, indicator)
    unit = str(rows["unit"].iloc[0])
    rows = rows[rows["year"].le(year)]
    latest = rows["year"].eq(rows.groupby("adcode")["year"].transform("max"))
    return align(_best(_said(rows[latest])), cities, unit)


def growth(
    table: pd.DataFrame,
    indicator: str,
    *,
    first: int,
    last: int,
    cities: Sequence[str] | None = None,
) -> pd.DataFrame:
    r"""Compute the growth of each city between two years of the same vintage.

    .. math:: g_i = 100 \left(y_{i,last} / y_{i,first} - 1\right)

    Parameters
    ----------
    table
        The ``indicators`` table.
    indicator
        A raw indicator.
    first, last
        The two years.
    cities
        As in :func:`choose`.

    Returns
    -------
    growth
        In the shape of :func:`choose`, value in %. A city without a common vintage has NaN and a
        note: a preliminary figure over a revised one measures the revision, not growth.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "adcode": ["320500"] * 3, "year": [2010, 2020, 2020], "indicator": ["population"] * 3,
    ...     "vintage": ["census 1 Nov", "census 1 Nov", "year-end"], "value": [100.0, 120.0, 130.0],
    ...     "unit": ["1e4 persons"] * 3})
    >>> float(growth(table, "population", first=2010, last=2020).loc["320500", "value"].round(9))
    20.0
    """
    rows = _said(_rows(table, indicator))
    before, after = rows[rows["year"].eq(first)], rows[rows["year"].eq(last)]
    both = after.merge(before, on=["adcode", "vintage"], suffixes=("", "_first"))
    with np.errstate(divide="ignore", invalid="ignore"):
        change = 100.0 * (both["value"] / both["value_first"] - 1.0)
    both["value"] = change.where(both["value_first"].ne(0.0))
    both["source_id"] = [
        join((a, b)) for a, b in zip(both["source_id_first"], both["source_id"], strict=True)
    ]
    both["confidence"] = [
        worst((a, b)) for a, b in zip(both["confidence_first"], both["confidence"], strict=True)
    ]
    wanted = sorted({*before["adcode"], *after["adcode"]}) if cities is None else cities
    grown = align(_best(both), wanted, "%")
    without = grown["value"].isna()
    grown.loc[without, "note"] = f"No vintage has both {first} and {last}."
    grown.loc[without, "note_zh"] = f"{first}年与{last}年无同一口径的数据。"
    return grown


def join(texts: Iterable[str], separator: str = ";") -> str:
    """Join the distinct non-empty texts in their order.

    >>> join(["a", "", "b;a"])
    'a;b'
    """
    parts = (part for text in texts for part in text.split(separator))
    return separator.join(dict.fromkeys(part for part in parts if part))
