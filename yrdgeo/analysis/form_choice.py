"""Which form suits a gradient: compared in the unit of the value, never by R²."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.curve import smearing
from yrdgeo.analysis.forms import FORMS, Equation, equation_of, refuse_logs, sample_of, usable
from yrdgeo.analysis.least_squares import Solution, solve
from yrdgeo.analysis.observations import joined
from yrdgeo.errors import ArgumentError, few

Floats = npt.NDArray[np.float64]

COLUMNS = (
    *("n", "k", "aic", "aicc", "delta_aicc", "akaike_weight", "rmse_out", "mae_out"),
    *("smearing", "note"),
)
BLOCK = 2_000_000  # numbers at once in the leave-one-out predictions


def compare_forms(
    values: pd.Series,
    distance: pd.Series,
    *,
    forms: Sequence[str] = tuple(FORMS),
    weights: pd.Series | None = None,
) -> pd.DataFrame:
    r"""Compare forms of a gradient on the same observations and in the unit of the value.

    .. math:: AIC = n \ln(2 \pi \hat\sigma^2) + n - \sum \ln w_i + 2 (k + 1)
        \; \bigl[ + 2 \sum \ln y_i \text{ for } \ln y \bigr], \qquad
        \hat\sigma^2 = \frac{1}{n} \sum w_i e_i^2

    The bracket is the Jacobian of the logarithm: with it likelihoods of ln y and of y are of the
    same data. The out-of-sample error leaves out one place at a time, fits the others and
    predicts the mean there (for ln y the exponential times the smearing factor of the others).

    Parameters
    ----------
    values, distance, weights
        As in :func:`yrdgeo.analysis.gradient.fit`; values above zero if a form needs ln y.
    forms
        Rows of :data:`yrdgeo.analysis.forms.FORMS`. If one of them needs ln d, the core is left
        out of all.

    Returns
    -------
    comparison
        By form, the best AICc first: ``n``, ``k`` (coefficients), ``aic``, ``aicc``,
        ``delta_aicc``, ``akaike_weight``, ``rmse_out`` and ``mae_out`` (weighted, in the unit of
        the value), ``smearing`` and ``note``: who was left out.

    Raises
    ------
    ArgumentError
        As :func:`yrdgeo.analysis.gradient.fit`, if no form is given or one twice, or if a place
        cannot be left out because it alone decides a coefficient.

    References
    ----------
    Akaike, H. (1978). On the likelihood of a time series model. The Statistician 27, 217-235.
    Burnham, K. P., Anderson, D. R. (2002). Model selection and multimodel inference. Springer.
    Duan, N. (1983). Smearing estimate. JASA 78, 605-610.

    Examples
    --------
    >>> km = pd.Series(np.arange(1.0, 9.0) * 50, list("abcdefgh"), name="km")
    >>> jitter = pd.Series([1.02, 0.98] * 4, km.index)
    >>> compare_forms(100 * np.exp(-0.01 * km) * jitter, km)["delta_aicc"].round(1).idxmin()
    'exponential'
    """
    equations = _equations(forms)
    table = joined(values, distance, weights)
    logs = any(equation.log_distance for equation in equations.values())
    used, notes = usable(table, log_distance=logs)
    if any(equation.log_value for equation in equations.values()):
        refuse_logs(used["value"])
    most = max(equations.values(), key=lambda equation: equation.degree)
    sample = sample_of(used["value"], used["distance"], used["weight"], equation=most)
    rows = {
        name: _row(sample.value, sample.distance, sample.weights, equation)
        for name, equation in equations.items()
    }
    compared = pd.DataFrame.from_dict(rows, orient="index").rename_axis("form")
    compared = compared.astype({"n": "int64", "k": "int64"})
    delta = compared["aicc"] - compared["aicc"].min()
    likely = np.exp(-delta / 2)
    compared = compared.assign(
        delta_aicc=delta, akaike_weight=likely / likely.sum(), note=" ".join(notes)
    )
    return compared[list(COLUMNS)].sort_values("aicc", kind="stable")


def _equations(forms: Sequence[str]) -> dict[str, Equation]:
    if isinstance(forms, str) or not len(forms) or len(set(forms)) < len(forms):
        raise ArgumentError(
            "The forms to compare must be a list, each of them once.", found=repr(forms)
        )
    return {form: equation_of(form) for form in forms}


def _row(
    value: pd.Series, distance: Floats, weights: Floats, equation: Equation
) -> dict[str, float]:
    y = value.to_numpy(dtype=np.float64)
    solved = solve(equation.left(y), equation.design(distance), weights)
    alone = solved.leverage > 1 - 1e-9
    if alone.any():
        raise ArgumentError(
            "A place that alone decides a coefficient cannot be left out.",
            found=few(value.index[alone]),
            fix="Compare forms on more distances.",
        )
    n, k = solved.basis.shape
    parameters = k + 1  # the variance is one
    variance = solved.unexplained / n
    variance = max(variance, np.finfo(np.float64).tiny)  # of a perfect fit
    deviance = n * (np.log(2 * np.pi * variance) + 1) - np.log(weights).sum()
    if equation.log_value:
        deviance += 2 * np.log(y).sum()
    aic = deviance + 2 * parameters
    room = n - parameters - 1
    missed = y - _left_out(equation.left(y), solved, weights, equation)
    share = weights / weights.sum()
    return {
        "n": n,
        "k": k,
        "aic": aic,
        "aicc": aic + 2 * parameters * (parameters + 1) / room if room > 0 else np.inf,
        "rmse_out": float(np.sqrt(share @ missed**2)),
        "mae_out": float(share @ np.abs(missed)),
        "smearing": smearing(solved.residuals, weights) if equation.log_value else 1.0,
    }


def _left_out(left: Floats, solved: Solution, weights: Floats, equation: Equation) -> Floats:
    """Return the mean that the other places predict for each place."""
    pull = solved.residuals / (1 - solved.leverage)
    line = left - pull
    if not equation.log_value:
        return line
    root = np.sqrt(weights)
    factors = np.empty(len(left))
    step = max(1, BLOCK // len(left))
    for start in range(0, len(left), step):
        block = slice(start, start + step)
        # Residual of place j once place i is left out: e_j + h_ji e_i / (1 − h_ii).
        shared = solved.basis[block] @ solved.basis.T * root[block, None] / root
        each = np.exp(solved.residuals + shared * pull[block, None]) * weights
        own = np.arange(len(left))[block]
        factors[block] = (each.sum(axis=1) - each[np.arange(len(own)), own]) / (
            weights.sum() - weights[block]
        )
    return np.exp(line) * factors
