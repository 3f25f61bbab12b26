"""Panels of cities and years: checked once, then freed of the effects of both.

Promise: one vintage, one row a city and year, and effects that are removed exactly, gaps or not.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from yrdgeo.analysis.observations import check_numbers, check_series
from yrdgeo.errors import ArgumentError, few

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

COLUMNS = ("adcode", "year", "value")
STILL = 1e-13  # of the largest number: a sweep that changes less has converged
MOST_SWEEPS = 10_000
FEWEST_YEARS = 2  # to have a change


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A checked panel, rows sorted by city and year.

    Attributes
    ----------
    unit, time
        Place of each row in ``units`` and ``years``.
    start
        First treated year by unit, NaN for never; shape (n_units,).
    value
        Shape (rows,).
    """

    units: pd.Index
    years: Ints
    unit: Ints
    time: Ints
    value: Floats
    start: Floats

    @property
    def treated(self) -> npt.NDArray[np.bool_]:
        """Which units are ever treated."""
        return np.isfinite(self.start)


def checked_panel(panel: pd.DataFrame, starts: pd.Series) -> Panel:
    """Return a panel that can be compared: some cities treated within it, others never.

    Parameters
    ----------
    panel, starts
        As in :func:`read_panel`.

    Raises
    ------
    ArgumentError
        If it cannot be read, or there is nothing to compare.
    """
    made = read_panel(panel, starts)
    _something_to_compare(made)
    return made


def read_panel(panel: pd.DataFrame, starts: pd.Series) -> Panel:
    """Return the panel, or refuse it.

    Parameters
    ----------
    panel
        ``adcode year value``, and ``vintage`` where the values have one.
    starts
        First treated year by adcode; a city that is not listed, or has NaN, is never treated.

    Raises
    ------
    ArgumentError
        If columns lack, a city-year is repeated, years are no whole numbers, or values are
        missing or of several vintages.
    """
    _check_columns(panel)
    check_series("start", starts)
    _one_vintage(panel)
    rows = panel[list(COLUMNS)].sort_values(["adcode", "year"], kind="stable")
    twice = rows[rows.duplicated(["adcode", "year"])]
    if len(twice):
        found = few(f"{a} {y}" for a, y in zip(twice["adcode"], twice["year"], strict=True))
        raise ArgumentError("A city has two values in a year.", found=found)
    numbers = rows["value"].to_numpy(np.float64, na_value=np.nan)
    bad = rows[~np.isfinite(numbers)]
    if len(bad):
        found = few(f"{a} {y}" for a, y in zip(bad["adcode"], bad["year"], strict=True))
        raise ArgumentError(
            "Every value of the panel must be a finite number.",
            found=found,
            fix="Drop the row: a gap is allowed, a hidden one is not.",
        )
    unit, units = pd.factorize(rows["adcode"], sort=True)
    time, years = pd.factorize(rows["year"].astype("int64").to_numpy(), sort=True)
    strangers = starts.dropna().index.difference(units)
    if len(strangers):
        raise ArgumentError(
            "Treated cities are not in the panel.",
            found=few(strangers),
            fix="Bring their values, or leave them out of the treated.",
        )
    start = starts.reindex(units).to_numpy(np.float64, na_value=np.nan)
    return Panel(
        pd.Index(units),
        np.asarray(years, dtype=np.int64),
        np.asarray(unit, dtype=np.int64),
        np.asarray(time, dtype=np.int64),
        numbers,
        start,
    )


def before_start(panel: pd.DataFrame, starts: pd.Series) -> Panel:
    """Return the years before the first start, or refuse if they are fewer than two."""
    first = np.nanmin(checked_panel(panel, starts).start)
    before = panel[panel["year"] < first]
    if len(before["year"].unique()) < FEWEST_YEARS:
        raise ArgumentError(
            "A trend before the start needs two years of it.",
            found=few(sorted(before["year"].unique())) if len(before) else "none",
            fix="Bring earlier years.",
        )
    return read_panel(before, starts)


def _check_columns(panel: pd.DataFrame) -> None:
    if not isinstance(panel, pd.DataFrame):
        raise ArgumentError("The panel must be a table.", found=type(panel).__name__)
    lacking = [name for name in COLUMNS if name not in panel.columns]
    if lacking:
        raise ArgumentError("The panel lacks columns.", found=few(lacking))
    check_numbers("value", panel["value"])
    if panel["adcode"].isna().any():
        raise ArgumentError("Every row of the panel needs its adcode.", found="rows without one")
    year = pd.to_numeric(panel["year"], errors="coerce")
    odd = panel.loc[year.isna() | (year % 1 != 0), "year"]
    if len(odd):
        raise ArgumentError("Years must be whole numbers.", found=few(odd.unique()))


def _one_vintage(panel: pd.DataFrame) -> None:
    if "vintage" not in panel.columns:
        return
    vintages = panel["vintage"].astype(object).where(panel["vintage"].notna(), "").astype(str)
    if len(vintages.unique()) > 1:
        years = panel.groupby(vintages)["year"].agg(["min", "max"])
        spans = (f"{name} ({row['min']}–{row['max']})" for name, row in years.iterrows())
        raise ArgumentError(
            "A panel must not mix vintages: a revision would look like an effect.",
            found=few(spans),
            fix="Take one vintage of the values for all years.",
        )


def _something_to_compare(panel: Panel) -> None:
    if not panel.treated.any() or panel.treated.all():
        raise ArgumentError(
            "The panel needs treated and never-treated cities.",
            found=f"{int(panel.treated.sum())} treated of {len(panel.units)}",
        )
    first, last = int(panel.years.min()), int(panel.years.max())
    year = panel.years[panel.time]
    own = [np.full(len(panel.units), end, dtype=np.int64) for end in (last, first)]
    np.minimum.at(own[0], panel.unit, year)
    np.maximum.at(own[1], panel.unit, year)
    outside = panel.treated & ~((panel.start > own[0]) & (panel.start <= own[1]))
    if outside.any():
        raise ArgumentError(
            "Every treated city needs a year before and a year after its start.",
            found=few(
                f"{c}: {s:g}"
                for c, s in zip(panel.units[outside], panel.start[outside], strict=True)
            ),
            fix=f"The panel has {first}–{last}: bring the years around the start.",
        )


def only_start(panel: Panel) -> int:
    """Return the first treated year, or refuse a panel in which the treated have several."""
    first = np.unique(panel.start[panel.treated])
    if len(first) > 1:
        raise ArgumentError(
            "The treated start in several years.",
            found=few(f"{year:g}" for year in first),
            fix="Use event_study, which compares each start with the never-treated.",
        )
    return int(first[0])


def within(panel: Panel, columns: Floats) -> Floats:
    """Return columns (rows × k) freed of unit and year effects, by alternating projections.

    Exact after one sweep where no city-year is missing; otherwise sweeps until nothing moves.
    """
    units = _averager(panel.unit, len(panel.units))
    years = _averager(panel.time, len(panel.years))
    left = np.array(columns, dtype=np.float64)
    scale = max(float(np.abs(left).max(initial=0.0)), 1e-300)
    for _ in range(MOST_SWEEPS):
        left = left - (units @ left)[panel.unit]
        step = (years @ left)[panel.time]
        left = left - step
        if np.abs(units @ left).max(initial=0.0) <= STILL * scale:
            return np.asarray(left, dtype=np.float64)
    raise ArgumentError(
        "The effects of cities and years cannot be told apart.",
        fix="The panel falls into parts that share no year: keep one of them.",
    )


def _averager(label: Ints, n: int) -> csr_array:
    counts = np.bincount(label, minlength=n).astype(np.float64)
    rows = np.arange(len(label))
    return csr_array((1.0 / counts[label], (label, rows)), shape=(n, len(label)))


def cluster_sums(panel: Panel, columns: Floats) -> Floats:
    """Return the sum of each column over the rows of each unit, shape (n_units, k)."""
    ones = np.ones(len(panel.unit))
    total = csr_array(
        (ones, (panel.unit, np.arange(len(panel.unit)))), shape=(len(panel.units), len(panel.unit))
    )
    return np.asarray(total @ columns)
