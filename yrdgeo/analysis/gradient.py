"""Gradients: how a value changes with the distance from a core, and whose hinterland a city is.

Promise: values and distances are joined by id; an observation that cannot be used is named in
the note of the fit, and ``n`` says how many were.
"""

from dataclasses import dataclass
from math import log
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student

from yrdgeo.analysis.hinterland import hinterland
from yrdgeo.analysis.observations import joined
from yrdgeo.analysis.rings import rings
from yrdgeo.errors import ArgumentError, few, nearest
from yrdgeo.results import GradientFit
from yrdgeo.units import SUFFIXES

__all__ = ["FORMS", "Equation", "fit", "hinterland", "rings"]

Floats = npt.NDArray[np.float64]
Form = Literal["linear", "exponential", "power", "log"]
CONFIDENCE = 0.95
_PARAMETERS = 2  # intercept and slope


@dataclass(frozen=True, slots=True)
class Equation:
    """Which side of the fitted equation is in logarithms."""

    log_value: bool
    log_distance: bool


FORMS: dict[str, Equation] = {
    "linear": Equation(log_value=False, log_distance=False),
    "exponential": Equation(log_value=True, log_distance=False),
    "power": Equation(log_value=True, log_distance=True),
    "log": Equation(log_value=False, log_distance=True),
}


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """The observations that a fit can use, and a sentence on each that it cannot."""

    value: pd.Series
    distance: Floats
    weights: Floats
    notes: tuple[str, ...]


def fit(
    values: pd.Series,
    distance: pd.Series,
    *,
    form: Form = "linear",
    weights: pd.Series | None = None,
) -> GradientFit:
    r"""Fit the gradient of a value on the distance from a core, by (weighted) least squares.

    .. math::
        \text{linear: } y = a + b d \qquad \text{exponential: } \ln y = a + b d

        \text{power: } \ln y = a + b \ln d \qquad \text{log: } y = a + b \ln d

    A gradient that falls from the core has a negative slope b. R² belongs to the fitted
    equation, in logarithms for two of the forms, so it does not rank forms. The standard errors
    are the classic ones: they assume independent residuals of equal variance (times weight).

    Parameters
    ----------
    values
        y, by id; above zero for ``exponential`` and ``power``.
    distance
        d ≥ 0 from the core, by the same ids, kilometres or minutes; a name that ends in a unit
        (``_km``, ``_min``) names the unit of the result. ``inf`` means no path.
    form
        A row of :data:`FORMS`.
    weights
        Above zero, by the same ids, for instance people; without it all cities count alike.

    Returns
    -------
    fit
        Coefficients ``intercept`` and ``slope`` of the fitted equation with 95 % intervals of
        Student's t on n − 2 degrees of freedom; ``fitted`` in the unit of the value (for ln y
        the exponential of the line, which is the median and not the mean). Missing values,
        places without a path and, for ln d, the core itself (d = 0) are left out and named in
        ``note``.

    Raises
    ------
    ArgumentError
        If the ids differ or repeat, a distance or a weight is out of its domain, the logarithm
        of a value does not exist, or fewer than three different observations are left.

    References
    ----------
    Clark, C. (1951). Urban population densities.

    Examples
    --------
    >>> gdp = pd.Series({"a": 8.0, "b": 4.0, "c": 2.0, "d": 1.0})
    >>> km = pd.Series({"d": 30.0, "c": 20.0, "b": 10.0, "a": 0.0}, name="seat_km")
    >>> result = fit(gdp, km, form="exponential")
    >>> round(result.coefficients["slope"], 4), result.distance_unit, result.note
    (-0.0693, 'km', 'Half-distance 10 km.')
    """
    if form not in FORMS:
        fix = nearest(str(form), list(FORMS))
        raise ArgumentError("The form of the gradient is unknown.", found=repr(form), fix=fix)
    equation = FORMS[form]
    sample = _sample(values, distance, weights, equation=equation)
    y = sample.value.to_numpy(dtype=np.float64)
    left = np.log(y) if equation.log_value else y
    right = np.log(sample.distance) if equation.log_distance else sample.distance
    line = _least_squares(left, right, sample.weights)
    notes = [*sample.notes, *_half_distance(form, line.slope, _unit(distance))]
    if np.isnan(line.r2):
        notes.append("R² is undefined: all values are equal.")
    predicted = line.intercept + line.slope * right
    names = ("intercept", "slope")
    estimates, errors = (line.intercept, line.slope), (line.se_intercept, line.se_slope)
    reach = float(student.ppf((1 + CONFIDENCE) / 2, len(y) - _PARAMETERS))
    return GradientFit(
        form=form,
        coefficients=dict(zip(names, estimates, strict=True)),
        standard_errors=dict(zip(names, errors, strict=True)),
        interval={
            name: (estimate - reach * error, estimate + reach * error)
            for name, estimate, error in zip(names, estimates, errors, strict=True)
        },
        r2=line.r2,
        n=len(y),
        fitted=pd.Series(
            np.exp(predicted) if equation.log_value else predicted,
            sample.value.index,
            name="fitted",
        ),
        residuals=pd.Series(left - predicted, sample.value.index, name="residual"),
        distance_unit=_unit(distance),
        value_unit=_unit(values),
        note=" ".join(notes),
    )


def _unit(series: pd.Series) -> str:
    suffix = str(series.name).rsplit("_", maxsplit=1)[-1]
    return suffix if suffix in SUFFIXES else ""


def _half_distance(form: str, slope: float, unit: str) -> list[str]:
    if form != "exponential" or slope >= 0:
        return []
    return [f"Half-distance {log(2.0) / -slope:.4g} {unit}".rstrip() + "."]


def _sample(
    values: pd.Series, distance: pd.Series, weights: pd.Series | None, *, equation: Equation
) -> _Sample:
    table = joined(values, distance, weights)
    reasons = {
        "no value": table["value"].isna(),
        "no path from the core": np.isinf(table["distance"]),
    }
    if equation.log_distance:
        reasons["distance 0, which has no logarithm"] = table["distance"] == 0
    notes = []
    used = pd.Series(data=True, index=table.index)
    for reason, lost in reasons.items():
        if (lost & used).any():
            notes.append(f"Left out, {reason}: {', '.join(map(str, table.index[lost & used]))}.")
        used &= ~lost
    table = table[used]
    if equation.log_value and (table["value"] <= 0).any():
        raise ArgumentError(
            "The logarithm of a value needs values above zero.",
            found=f"zero or less at {few(table.index[table['value'] <= 0])}",
            fix="Use form='linear' or 'log', or mark what is missing as NaN.",
        )
    if len(table) <= _PARAMETERS or table["distance"].nunique() < _PARAMETERS:
        raise ArgumentError(
            "A gradient needs three observations or more, at two distances or more.",
            found=f"{len(table)} observations at {table['distance'].nunique()} distances",
            fix=" ".join(notes),
        )
    return _Sample(
        table["value"],
        table["distance"].to_numpy(dtype=np.float64),
        table["weight"].to_numpy(dtype=np.float64),
        tuple(notes),
    )


@dataclass(frozen=True, slots=True)
class _Line:
    intercept: float
    slope: float
    se_intercept: float
    se_slope: float
    r2: float


def _least_squares(y: Floats, x: Floats, weights: Floats) -> _Line:
    """Fit a line in closed form, about the weighted means so that nothing large cancels."""
    total = weights.sum()
    x_mean, y_mean = weights @ x / total, weights @ y / total
    spread = weights @ (x - x_mean) ** 2
    slope = weights @ ((x - x_mean) * (y - y_mean)) / spread
    intercept = y_mean - slope * x_mean
    unexplained = weights @ (y - intercept - slope * x) ** 2
    variance = unexplained / (len(y) - _PARAMETERS)
    r2 = 1 - unexplained / (weights @ (y - y_mean) ** 2) if np.ptp(y) > 0 else np.nan
    return _Line(
        float(intercept),
        float(slope),
        float(np.sqrt(variance * (1 / total + x_mean**2 / spread))),
        float(np.sqrt(variance / spread)),
        float(r2),
    )
