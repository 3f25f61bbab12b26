"""Fits and tests as frozen dataclasses; promise: a number comes with its error or its floor."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class TestResult:
    """A permutation test.

    Attributes
    ----------
    p_value, p_floor
        The p-value, and the smallest one that this number of permutations could give.
    null
        The statistic under each permutation, shape (n_permutations,).
    """

    __test__ = False  # not a test class, whatever pytest thinks of its name

    statistic: float
    p_value: float
    p_floor: float
    alternative: str
    n_permutations: int
    null: Floats
    note: str = ""

    def __repr__(self) -> str:
        """Give the statistic, p and its floor."""
        return (
            f"TestResult(statistic = {self.statistic:.4g}, p = {self.p_value:.4g} "
            f"({self.alternative}, cannot be below {self.p_floor:.2g}; "
            f"{self.n_permutations} permutations))"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"


@dataclass(frozen=True, slots=True, eq=False)
class GradientFit:
    """A fitted gradient of a value on the distance from a core.

    Attributes
    ----------
    form
        ``linear``, ``log``, ``exponential``, ``power``, ``quadratic``, ``segmented`` or ``local``.
    coefficients, standard_errors
        By name, in the units of the fitted equation.
    interval
        95 % interval of each coefficient.
    r2
        Of the fitted equation (of ln y for exponential and power), so it does not rank forms.
    n
        Observations used.
    fitted, residuals
        By id; fitted in the unit of the value, residuals of the fitted equation.
    break_at
        Distance of the first break, for a segmented fit that has one.
    errors
        Kind of the standard errors: ``classic``, ``hc1`` or ``hc3``.
    covariance
        Of the coefficients, by name on both sides.
    smearing
        Mean of exp(residual) where ln y was fitted (Duan's factor from median to mean), else 1.
    breaks, base_form
        All breaks of a segmented fit, from near to far, and the form that it bends.
    break_test
        Test of the last break against one break fewer.
    residual_moran
        Moran's I of the residuals between neighbours, where neighbours were given.
    """

    form: str
    coefficients: Mapping[str, float]
    standard_errors: Mapping[str, float]
    interval: Mapping[str, tuple[float, float]]
    r2: float
    n: int
    fitted: pd.Series
    residuals: pd.Series
    distance_unit: str = ""
    value_unit: str = ""
    break_at: float | None = None
    note: str = ""
    errors: str = "classic"
    covariance: pd.DataFrame | None = None
    smearing: float = 1.0
    breaks: tuple[float, ...] = ()
    base_form: str = ""
    break_test: TestResult | None = None
    residual_moran: TestResult | None = None

    def __repr__(self) -> str:
        """Give form, coefficients with standard errors, n and R²."""
        shown = ", ".join(
            f"{name} = {value:.4g} (se {self.standard_errors[name]:.2g})"
            for name, value in self.coefficients.items()
        )
        return f"GradientFit({self.form}: {shown}; n = {self.n}, R² = {self.r2:.3f})"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"
