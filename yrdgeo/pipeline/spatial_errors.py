"""Errors of gradients whose residuals are alike between neighbours."""

import numpy as np
import pandas as pd
from scipy.stats import t as student

from yrdgeo.analysis.conley import conley_covariance
from yrdgeo.analysis.forms import FORMS
from yrdgeo.fits import GradientFit
from yrdgeo.pipeline.between import straight_km
from yrdgeo.study import Study

CUTOFF_KM = 200.0  # about two cities away
LEVEL, REACH = 0.05, 0.975
COLUMNS = ("standard_error_spatial", "lower_spatial", "upper_spatial", "spatial_cutoff_km")


def alike(fit: GradientFit) -> bool:
    """Tell whether neighbours lie off a fit alike."""
    return fit.residual_moran is not None and fit.residual_moran.p_value < LEVEL


def spatial_errors(
    study: Study, fit: GradientFit, distance: pd.Series, weights: pd.Series | None
) -> dict[str, dict[str, float]]:
    """Return by coefficient Conley's error and interval, of a straight fit that needs them.

    Nothing where residuals are not alike, or the form has no fixed design.
    """
    if not alike(fit) or fit.form not in FORMS:
        return {}
    ids = list(fit.residuals.index)
    design = FORMS[fit.form].design(distance.reindex(ids).to_numpy(np.float64))
    heavy = np.ones(len(ids)) if weights is None else weights.reindex(ids).to_numpy(np.float64)
    found = conley_covariance(
        design,
        fit.residuals.to_numpy(np.float64),
        heavy,
        straight_km(study).loc[ids, ids].to_numpy(),
        cutoff_km=CUTOFF_KM,
    )
    errors = np.sqrt(np.diag(found))
    reach = float(student.ppf(REACH, len(ids) - design.shape[1]))
    return {
        name: dict(
            zip(
                COLUMNS,
                (error, estimate - reach * error, estimate + reach * error, CUTOFF_KM),
                strict=True,
            )
        )
        for (name, estimate), error in zip(fit.coefficients.items(), errors.tolist(), strict=True)
    }
