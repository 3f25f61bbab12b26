"""Least squares on a panel with effects of cities and years, by linearmodels.

Promise: errors are clustered by city and scaled as everywhere here, CR1 with years counted.
"""

from dataclasses import dataclass
from math import nan

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.panel import Panel
from yrdgeo.errors import ArgumentError, MissingPackageError

Floats = npt.NDArray[np.float64]

FLAT = 1e-12  # of the largest value: what is smaller is rounding
SURE = 1e9  # a t of values without noise


@dataclass(frozen=True, slots=True, eq=False)
class PanelFit:
    """Coefficients of q columns, shape (q,), and their CR1 covariance, shape (q, q)."""

    estimate: Floats
    covariance: Floats

    @property
    def error(self) -> Floats:
        """Standard errors, shape (q,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


def two_way(panel: Panel, columns: Floats) -> PanelFit:
    r"""Regress the values on columns, with an effect of each city and each year.

    .. math:: y_{it} = \alpha_i + \tau_t + x_{it}' \beta + \varepsilon_{it}

    Parameters
    ----------
    panel
        From :func:`yrdgeo.analysis.panel.read_panel`.
    columns
        Shape (rows, q).

    Returns
    -------
    fit
        The covariance is clustered by city and scaled by :func:`cr1`.

    Raises
    ------
    ArgumentError
        If the effects explain a column.
    MissingPackageError
        If linearmodels is not installed.
    """
    try:
        from linearmodels.panel import PanelOLS  # noqa: PLC0415 — an optional package
        from linearmodels.panel.utility import (  # noqa: PLC0415 — an optional package
            AbsorbingEffectError,
        )
    except ImportError as error:
        raise MissingPackageError(
            "An estimate from a panel needs linearmodels.", fix="pip install 'yrdgeo[stats]'"
        ) from error
    rows = pd.MultiIndex.from_arrays([panel.unit, panel.years[panel.time]], names=["unit", "year"])
    names = [f"x{number}" for number in range(columns.shape[1])]
    model = PanelOLS(
        pd.Series(panel.value, rows, name="value"),
        pd.DataFrame(columns, rows, names),
        entity_effects=True,
        time_effects=True,
    )
    try:
        # Unscaled: linearmodels counts the effects of cities, or none; the factor is ours.
        found = model.fit(
            cov_type="clustered",
            cluster_entity=True,
            debiased=False,
            auto_df=False,
            count_effects=False,
        )
    except AbsorbingEffectError as error:
        raise ArgumentError(
            "The effects of cities and years explain the treatment.",
            found="no year in which treated and never-treated cities can be compared",
            fix="Bring values of both for the same years.",
        ) from error
    factor = cr1(panel, columns.shape[1])
    return PanelFit(
        np.asarray(found.params, dtype=np.float64), factor * np.asarray(found.cov, dtype=np.float64)
    )


def cr1(panel: Panel, q: int) -> float:
    r"""Return the factor of a covariance clustered by city.

    .. math:: \frac{G}{G - 1} \cdot \frac{N - 1}{N - k}, \quad k = q + \text{years}

    The effects of cities are nested in the clusters and do not count. NaN where nothing is left.
    """
    g, n, k = len(panel.units), len(panel.unit), q + len(panel.years)
    return g / (g - 1) * (n - 1) / (n - k) if n > k else nan


def t_of(panel: Panel, estimate: Floats, error: Floats) -> Floats:
    """Return estimates over errors; 0 for an estimate that is rounding, bounded for no error."""
    rounding = FLAT * float(np.abs(panel.value).max())
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(np.abs(estimate) > rounding, estimate / error, 0.0)
    return np.asarray(np.clip(np.nan_to_num(t, nan=0.0), -SURE, SURE))
