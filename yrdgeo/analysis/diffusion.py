"""Does the gradient flatten or steepen? Slopes by year and a test of their change.

Promise: the same cities in every year, and values of one vintage; a revision is not a change.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import t as student

from yrdgeo.analysis.forms import Form, Sample, equation_of, refuse_logs, sample_of
from yrdgeo.analysis.least_squares import CONFIDENCE, Errors, solve
from yrdgeo.analysis.observations import check_series
from yrdgeo.analysis.residual_moran import residual_moran
from yrdgeo.analysis.vintages import one_series
from yrdgeo.errors import ArgumentError, few

LEVEL = 0.05


def by_year(  # noqa: PLR0913 — what is fitted, and five named ways to do it
    table: pd.DataFrame,
    distance: pd.Series,
    *,
    form: Form = "exponential",
    weights: pd.Series | None = None,
    errors: Errors = "hc3",
    neighbours: pd.DataFrame | None = None,
    same_series: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    r"""Return the slope of a gradient in each year, and whether it changed since the first.

    .. math:: \ln y_{it} = a_t + b_t d_i + e_{it}, \qquad
        \ln y_{it} - \ln y_{i0} = (a_t - a_0) + (b_t - b_0) d_i + u_i

    The change is tested in the second equation: a city's error of one year and of the next are
    alike, and their difference takes that out, so the test is sharper and right. A gradient that
    falls from the core and flattens (b rises) is diffusion, one that steepens is agglomeration:
    of what is measured, at these places. It is not a test of a cause.

    Parameters
    ----------
    table
        Columns ``adcode year value`` and, where known, ``vintage``, a row a city and year.
    distance
        d ≥ 0 by adcode, the same in every year.
    form
        The first equation: ``exponential`` or ``power`` for what grows (money, people), so that
        growth everywhere changes nothing; ``linear`` or ``log`` for shares.
    weights
        Above zero by adcode, the same in every year.
    errors
        As in :func:`yrdgeo.analysis.gradient.fit`.
    neighbours
        As in :func:`yrdgeo.analysis.gradient.fit`: tests whether neighbours changed alike.
    same_series
        Vintages that may be compared: vintage → name of the series it belongs to. Without it
        two vintages are never compared.

    Returns
    -------
    slopes
        By ``year``: ``n``, ``slope standard_error lower upper`` (95 %) and ``r2`` of that year;
        ``change change_se change_lower change_upper p_value`` against the first year (two-sided,
        Student's t) and ``p_holm``, the same for all years together after Holm; ``moran`` and
        ``moran_p`` of the residuals of the change (of the level in the first year), NaN without
        neighbours; where ``moran_p`` is small, p is too small as well. ``reading``:
        ``diffusion``, ``agglomeration`` or ``undecided`` at 5 % of ``p_holm``; ``vintage`` and
        ``note``, who is left out because a year lacks them. The first year has no change.

    Raises
    ------
    ArgumentError
        If vintages are mixed, a city is repeated in a year, there are fewer than two years, the
        form has more than one slope, or a year cannot be fitted.

    References
    ----------
    Williamson, J. G. (1965). Regional inequality and the process of national development.
    Economic Development and Cultural Change 13(4). Holm, S. (1979). A simple sequentially
    rejective multiple test procedure. Scandinavian Journal of Statistics 6, 65-70.

    Examples
    --------
    >>> km = pd.Series({"a": 0.0, "b": 100.0, "c": 200.0, "d": 300.0}, name="seat_km")
    >>> noise = pd.Series({"a": 0.01, "b": -0.01, "c": -0.01, "d": 0.01})
    >>> before, after = np.exp(-0.004 * km), np.exp(-0.002 * km + noise)
    >>> rows = [
    ...     pd.DataFrame({"adcode": km.index, "year": year, "value": value.to_numpy()})
    ...     for year, value in ((2010, before), (2020, after))
    ... ]
    >>> slopes = by_year(pd.concat(rows), km, errors="classic")
    >>> slopes["slope"].round(4).to_dict(), slopes.loc[2020, "reading"]
    ({2010: -0.004, 2020: -0.002}, 'diffusion')
    """
    equation = equation_of(form)
    if equation.degree > 1:
        raise ArgumentError("Only a form with one slope is compared by year.", found=repr(form))
    check_series("distance", distance)
    if weights is not None:
        check_series("weight", weights)
    years = one_series(table, same_series or {})
    if len(years) < 2:  # noqa: PLR2004 — a change has two ends
        raise ArgumentError("A change needs two years or more.", found=f"{len(years)}")
    panel, note = _panel(years, distance)
    samples = {}
    for year in panel:
        if equation.log_value:
            refuse_logs(panel[year])
        weight = None if weights is None else weights.reindex(panel.index)
        away = distance.reindex(panel.index)
        samples[year] = sample_of(panel[year], away, weight, equation=equation)
    first = next(iter(samples.values()))
    left = {year: equation.left(sample.y) for year, sample in samples.items()}
    base = next(iter(left.values()))
    design = equation.design(first.distance)
    rows: list[dict[str, object]] = []
    for year in samples:
        level = _slope(left[year], design, first, errors)
        change = _slope(left[year] - base, design, first, errors)
        names = ("slope", "standard_error", "lower", "upper", "p", "r2")
        row = dict(zip(names, level, strict=True)) | {"year": year, "n": len(base)}
        names = ("change", "change_se", "change_lower", "change_upper", "p_value", "")
        row |= dict(zip(names, change, strict=True))
        grown = left[year] - base if rows else base
        rows.append(row | _alike(grown, design, first, neighbours))
    return _finished(pd.DataFrame(rows).set_index("year"), years, " ".join([*first.notes, *note]))


def _panel(
    years: list[tuple[int, pd.DataFrame]], distance: pd.Series
) -> tuple[pd.DataFrame, list[str]]:
    """Return a column a year of the cities that all years have, and who is left out."""
    values = pd.DataFrame(
        {year: part.set_index("adcode")["value"].astype("float64") for year, part in years}
    )
    nowhere = values.index.difference(distance.index)
    if len(nowhere):
        raise ArgumentError("Places with values have no distance.", found=few(nowhere))
    values = values.reindex(distance.index)
    lost = values.index[values.isna().any(axis=1)]
    note = [f"Left out, a year lacks a value: {', '.join(map(str, lost))}."] if len(lost) else []
    return values.drop(index=lost), note


def _slope(
    left: np.ndarray, design: np.ndarray, sample: Sample, errors: Errors
) -> tuple[float, float, float, float, float, float]:
    solved = solve(left, design, sample.weights, errors=errors)
    slope, error = float(solved.coefficients[1]), float(np.sqrt(solved.covariance[1, 1]))
    free = len(left) - design.shape[1]
    reach = float(student.ppf((1 + CONFIDENCE) / 2, free)) * error
    # Without any error a change is certain and no change is none; NaN errors stay NaN.
    size = abs(slope) / error if error != 0 else (np.inf if slope else 0.0)
    p = 2 * float(student.sf(size, free))
    return slope, error, slope - reach, slope + reach, p, solved.r2


def _alike(
    left: np.ndarray, design: np.ndarray, sample: Sample, neighbours: pd.DataFrame | None
) -> dict[str, float]:
    """Return Moran's I of the residuals and its p-value; NaN if nothing is left over."""
    residuals = solve(left, design, sample.weights).residuals
    if neighbours is None or not residuals.any():
        return {"moran": np.nan, "moran_p": np.nan}
    named = pd.Series(residuals, sample.value.index)
    test = residual_moran(named, design, neighbours, sample.weights)
    return {"moran": test.statistic, "moran_p": test.p_value}


def _finished(
    slopes: pd.DataFrame, years: list[tuple[int, pd.DataFrame]], note: str
) -> pd.DataFrame:
    """Blank the change of the first year, adjust the p-values and read them."""
    changes = ["change", "change_se", "change_lower", "change_upper", "p_value"]
    slopes.loc[slopes.index[0], changes] = np.nan
    slopes["p_holm"] = _holm(slopes["p_value"])
    sure = slopes["p_holm"] < LEVEL
    reading = np.where(slopes["change"] > 0, "diffusion", "agglomeration")
    slopes["reading"] = np.where(sure, reading, "undecided")
    slopes.loc[slopes.index[0], "reading"] = ""
    slopes["vintage"] = ["; ".join(sorted(set(part["vintage"]))) for _, part in years]
    slopes["note"] = note
    level = ["n", "slope", "standard_error", "lower", "upper", "r2"]
    tested = ["p_holm", "moran", "moran_p", "reading", "vintage", "note"]
    return slopes[[*level, *changes, *tested]]


def _holm(p: pd.Series) -> pd.Series:
    """Adjust p-values for being several: the k-th smallest of m times m − k + 1, never falling."""
    ordered = p.dropna().sort_values()
    factors = np.arange(len(ordered), 0, -1)
    adjusted = np.minimum(np.maximum.accumulate(ordered.to_numpy() * factors), 1.0)
    return pd.Series(adjusted, ordered.index).reindex(p.index)
