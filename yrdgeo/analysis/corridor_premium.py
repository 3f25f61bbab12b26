"""What cities along a corridor have more than others at the same distance from the core."""

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from scipy.stats import t as student

from yrdgeo.analysis.arguments import unshared
from yrdgeo.analysis.forms import Form, equation_of, sample_of
from yrdgeo.analysis.least_squares import Errors, estimates, solve
from yrdgeo.analysis.observations import check_series
from yrdgeo.errors import ArgumentError, few

NAMES = ("intercept", "slope", "premium")
LEAST = 2  # cities on either side: one alone would be its own premium


@dataclass(frozen=True, slots=True, eq=False)
class Premium:
    """What cities on a corridor have more than others as far from the core.

    Attributes
    ----------
    premium, standard_error, interval
        Of the fitted equation: in logarithms for ``exponential`` and ``power``, else in the unit
        of the value. The interval is of 95 %.
    percent
        Premium and interval in per cent of the cities off the corridor; None without logarithms.
    slope
        Of the distance.
    p_value
        Two-sided, of no premium.
    n_on, n_off
        Cities on and off the corridor.
    note
        Who could not be used.
    """

    form: str
    premium: float
    standard_error: float
    interval: tuple[float, float]
    percent: tuple[float, float, float] | None
    slope: float
    p_value: float
    n_on: int
    n_off: int
    errors: str
    note: str = ""

    def __repr__(self) -> str:
        """Give the premium with its interval, and how many cities it compares."""
        low, high = self.interval
        return (
            f"Premium({self.premium:.4g} ({low:.4g} to {high:.4g}) of {self.form}; "
            f"{self.n_on} on, {self.n_off} off)"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"


def corridor_premium(
    values: pd.Series,
    distance: pd.Series,
    on: pd.Series,
    *,
    form: Form = "exponential",
    weights: pd.Series | None = None,
    errors: Errors = "hc3",
) -> Premium:
    r"""Compare cities on and off a corridor, given how far they are from the core.

    .. math:: \ln y_i = a + b d_i + c \, 1[i \text{ on}] + e_i, \qquad
        \text{premium} = 100 (e^{c} - 1) \, \%

    with y in place of ln y for ``linear`` and ``log``, and ln d in place of d for ``power`` and
    ``log``. It compares, it does not explain: corridors are drawn where cities are rich.

    Parameters
    ----------
    values
        y by id, above zero where its logarithm is taken; NaN is missing.
    distance
        d ≥ 0 from the core by the same ids: kilometres or minutes, of all cities alike, not
        along the corridor. ``inf`` means no path.
    on
        True for the cities on the corridor, by the same ids.
    form, weights, errors
        As in :func:`yrdgeo.analysis.gradient.fit`.

    Returns
    -------
    premium
        With an interval of Student's t on n − 3 degrees of freedom.

    Raises
    ------
    ArgumentError
        As :func:`yrdgeo.analysis.gradient.fit`; or if the form has more than one slope, ``on``
        is not of truth values, or fewer than two cities are on, or off, the corridor.

    References
    ----------
    Halvorsen, R., Palmquist, R. (1980). The interpretation of dummy variables in semilogarithmic
    equations. American Economic Review 70, 474-475.

    Examples
    --------
    >>> km = pd.Series({"a": 0.0, "b": 100.0, "c": 200.0, "d": 100.0, "e": 200.0, "f": 300.0})
    >>> on = pd.Series({"a": True, "b": True, "c": True, "d": False, "e": False, "f": False})
    >>> y = 10 * np.exp(-0.002 * km) * np.where(on, 1.2, 1.0)
    >>> found = corridor_premium(y, km, on)
    >>> round(found.percent[0], 6), found.n_on, found.n_off
    (20.0, 3, 3)
    """
    equation = equation_of(form)
    if equation.degree > 1:
        raise ArgumentError("A premium is beside a form with one slope.", found=repr(form))
    _check_sides(on, values)
    sample = sample_of(values, distance, weights, equation=equation)
    side = on.reindex(sample.value.index).to_numpy(dtype=bool)
    counts = int(side.sum()), int((~side).sum())
    if min(counts) < LEAST:
        raise ArgumentError(
            f"A premium needs {LEAST} cities or more on the corridor, and as many off it.",
            found=f"{counts[0]} on, {counts[1]} off",
            fix=" ".join(sample.notes),
        )
    design = np.column_stack([equation.design(sample.distance), side])
    line = solve(equation.left(sample.y), design, sample.weights, errors=errors)
    fitted = estimates(NAMES, line.coefficients, line.covariance, n=len(design))
    premium, error = fitted["coefficients"]["premium"], fitted["standard_errors"]["premium"]
    low, high = fitted["interval"]["premium"]
    size = abs(premium) / error if error != 0 else (np.inf if premium else 0.0)
    return Premium(
        form=form,
        premium=premium,
        standard_error=error,
        interval=(low, high),
        percent=(_percent(premium), _percent(low), _percent(high)) if equation.log_value else None,
        slope=fitted["coefficients"]["slope"],
        p_value=2 * float(student.sf(size, len(design) - len(NAMES))),
        n_on=counts[0],
        n_off=counts[1],
        errors=errors,
        note=" ".join(sample.notes),
    )


def _percent(logs: float) -> float:
    with np.errstate(over="ignore"):  # an end of the interval may be without bound
        return float(100 * np.expm1(logs))


def _check_sides(on: pd.Series, values: pd.Series) -> None:
    if on.dtype != bool:
        found = f"dtype {on.dtype}"
        raise ArgumentError("Who is on the corridor must be a Series of truth.", found=found)
    check_series("value", values)
    odd = unshared(values.index, on.index)
    if len(odd) or on.index.has_duplicates:
        raise ArgumentError(
            "The values and who is on the corridor are of different places.",
            found=few(odd if len(odd) else on.index[on.index.duplicated()]),
        )
