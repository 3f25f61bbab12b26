"""Gradients: how a value changes with the distance from a core, and whose hinterland a city is.

Promise: values and distances are joined by id; an observation that cannot be used is named in
the note of the fit, and ``n`` says how many were.
"""

from math import log

import numpy as np
import pandas as pd

from yrdgeo.analysis.centre import centre_of_gravity, centre_shift
from yrdgeo.analysis.corridor import along_corridor, chainage
from yrdgeo.analysis.corridor_premium import corridor_premium
from yrdgeo.analysis.curve import curve, deviations, smearing
from yrdgeo.analysis.diffusion import by_year
from yrdgeo.analysis.form_choice import compare_forms
from yrdgeo.analysis.forms import (
    FORMS,
    Equation,
    Form,
    Sample,
    equation_of,
    sample_of,
    unit_of,
)
from yrdgeo.analysis.from_cores import distance_km, distance_min, distance_order
from yrdgeo.analysis.hinterland import hinterland
from yrdgeo.analysis.least_squares import FULL_LEVERAGE, Errors, Solution, estimates, solve
from yrdgeo.analysis.local_fit import local, local_gradient
from yrdgeo.analysis.residual_moran import moran_sentence, residual_moran
from yrdgeo.analysis.rings import ring_ratios, rings
from yrdgeo.analysis.segmented import segmented
from yrdgeo.errors import few
from yrdgeo.fits import GradientFit, TestResult

__all__ = [
    "FORMS",
    "Equation",
    "along_corridor",
    "by_year",
    "centre_of_gravity",
    "centre_shift",
    "chainage",
    "compare_forms",
    "corridor_premium",
    "curve",
    "deviations",
    "distance_km",
    "distance_min",
    "distance_order",
    "fit",
    "hinterland",
    "local",
    "local_gradient",
    "ring_ratios",
    "rings",
    "segmented",
]


def fit(
    values: pd.Series,
    distance: pd.Series,
    *,
    form: Form = "linear",
    weights: pd.Series | None = None,
    errors: Errors = "classic",
    neighbours: pd.DataFrame | None = None,
) -> GradientFit:
    r"""Fit the gradient of a value on the distance from a core, by (weighted) least squares.

    .. math::
        \text{linear: } y = a + b d \qquad \text{exponential: } \ln y = a + b d

        \text{power: } \ln y = a + b \ln d \qquad \text{log: } y = a + b \ln d \qquad
        \text{quadratic: } y = a + b d + c d^2

    A gradient that falls from the core has a negative slope b. R² belongs to the fitted
    equation, in logarithms for two of the forms, so it does not rank forms:
    :func:`compare_forms` does.

    Parameters
    ----------
    values
        y, by id; above zero for ``exponential`` and ``power``.
    distance
        d ≥ 0 from the core, by the same ids: kilometres, minutes, chainage along a corridor or
        contiguity order; a name that ends in a unit (``_km``, ``_min``) names the unit of the
        result. ``inf`` means no path.
    form
        A row of :data:`FORMS`.
    weights
        Above zero, by the same ids, for instance people; without it all cities count alike.
    errors
        ``classic`` (independent residuals of equal variance, times weight), or ``hc1`` or
        ``hc3``, which allow unequal variances; HC3 is the more careful one with few cities.
        None of them allows residuals that are alike between neighbours.
    neighbours
        Columns ``from_id to_id``, each pair once, as :func:`yrdgeo.analysis.contiguity.edges`
        returns them. With it Moran's I of the residuals is tested and said in the note.

    Returns
    -------
    fit
        Coefficients ``intercept``, ``slope`` (and ``curvature``) of the fitted equation with
        95 % intervals of Student's t on n − k degrees of freedom; ``fitted`` in the unit of the
        value (for ln y the exponential of the line, which is the median; times ``smearing`` it
        is the mean). Missing values, places without a path and, for ln d, the core itself
        (d = 0) are left out and named in ``note``.

    Raises
    ------
    ArgumentError
        If the ids differ or repeat, a distance or a weight is out of its domain, the logarithm
        of a value does not exist, or too few different observations are left.

    References
    ----------
    Clark, C. (1951). Urban population densities. Journal of the Royal Statistical Society A
    114, 490-496. Duan, N. (1983). Smearing estimate. JASA 78, 605-610.

    Examples
    --------
    >>> gdp = pd.Series({"a": 8.0, "b": 4.0, "c": 2.0, "d": 1.0})
    >>> km = pd.Series({"d": 30.0, "c": 20.0, "b": 10.0, "a": 0.0}, name="seat_km")
    >>> result = fit(gdp, km, form="exponential")
    >>> round(result.coefficients["slope"], 4), result.distance_unit, result.note
    (-0.0693, 'km', 'Half-distance 10 km.')
    """
    equation = equation_of(form)
    sample = sample_of(values, distance, weights, equation=equation)
    design = equation.design(sample.distance)
    line = solve(equation.left(sample.y), design, sample.weights, errors=errors)
    moran = None
    if neighbours is not None:
        moran = residual_moran(
            pd.Series(line.residuals, sample.value.index), design, neighbours, sample.weights
        )
    return GradientFit(
        form=form,
        **estimates(equation.names, line.coefficients, line.covariance, n=len(design)),
        r2=line.r2,
        n=len(design),
        fitted=pd.Series(
            equation.value(design @ line.coefficients), sample.value.index, name="fitted"
        ),
        residuals=pd.Series(line.residuals, sample.value.index, name="residual"),
        distance_unit=unit_of(distance),
        value_unit=unit_of(values),
        note=" ".join(_notes(form, sample, line, unit_of(distance), moran)),
        errors=errors,
        smearing=smearing(line.residuals, sample.weights) if equation.log_value else 1.0,
        residual_moran=moran,
    )


def _notes(
    form: str, sample: Sample, line: Solution, unit: str, moran: TestResult | None
) -> list[str]:
    notes = list(sample.notes)
    slope = float(line.coefficients[1])
    if form == "exponential" and slope < 0:
        notes.append(f"Half-distance {log(2.0) / -slope:.4g} {unit}".rstrip() + ".")
    if form == "quadratic":
        notes += _turning(slope, float(line.coefficients[2]), sample, unit)
    if np.isnan(line.r2):
        notes.append("R² is undefined: all values are equal.")
    if np.isnan(line.covariance).any():
        alone = sample.value.index[line.leverage > 1 - FULL_LEVERAGE]
        notes.append(f"HC3 is undefined: {few(alone)} alone decides a coefficient.")
    if moran is not None:
        notes.append(moran_sentence(moran))
    return notes


def _turning(slope: float, curvature: float, sample: Sample, unit: str) -> list[str]:
    """Say where a parabola turns, if it turns between the observations."""
    turn = -slope / (2 * curvature) if curvature else np.inf
    if not sample.distance.min() < turn < sample.distance.max():
        return []
    kind = "lowest" if curvature > 0 else "highest"
    return [f"The fitted value is {kind} at {turn:.4g} {unit}".rstrip() + "."]
