"""Standard errors that allow neighbours to err alike.

Promise: the cut-off is the caller's and stated; a variance that comes out negative is NaN.
"""

import numpy as np
import numpy.typing as npt

from yrdgeo.errors import ArgumentError

Floats = npt.NDArray[np.float64]


def conley_covariance(
    design: Floats, residuals: Floats, weights: Floats, km: Floats, *, cutoff_km: float
) -> Floats:
    r"""Return the covariance of least-squares coefficients where errors are alike nearby.

    .. math:: \frac{n}{n - k} (X'WX)^{-1} \left( \sum_i \sum_j K_{ij} \, w_i e_i \, w_j e_j \,
        x_i x_j' \right) (X'WX)^{-1}, \qquad K_{ij} = \max(0, 1 - d_{ij} / c)

    With a cut-off below the least distance this is HC1.

    Parameters
    ----------
    design, residuals, weights
        X, e and w of a weighted least-squares fit: shapes (n, k), (n,) and (n,).
    km
        d, shape (n, n), kilometres between the observations.
    cutoff_km
        c: beyond it errors are taken to be unrelated.

    Returns
    -------
    covariance
        Shape (k, k). The kernel does not promise a positive variance in two dimensions; rows and
        columns of a coefficient whose variance is not above zero are NaN.

    Raises
    ------
    ArgumentError
        If shapes do not fit, a distance is missing or negative, or the cut-off is not above zero.

    References
    ----------
    Conley, T. G. (1999). GMM estimation with cross sectional dependence. Journal of Econometrics
    92, 1-45.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> design, e = np.column_stack([x**0, x]), np.array([-0.3, 0.9, -0.9, 0.3])
    >>> km = np.abs(np.subtract.outer(x, x))
    >>> conley_covariance(design, e, np.ones(4), km, cutoff_km=2.0).round(4).tolist()
    [[0.1656, -0.0729], [-0.0729, 0.0486]]
    """
    n, k = design.shape
    if residuals.shape != (n,) or weights.shape != (n,) or km.shape != (n, n):
        found = f"{design.shape}, {residuals.shape}, {weights.shape}, {km.shape}"
        raise ArgumentError("Design, residuals, weights and distances must fit.", found=found)
    if not (cutoff_km > 0 and np.isfinite(cutoff_km) and (km >= 0).all()):
        raise ArgumentError(
            "Distances must be zero or more and the cut-off above zero.", found=f"{cutoff_km} km"
        )
    scale = np.sqrt((design**2).mean(axis=0))  # so that squared kilometres lose no digits
    x = design / scale
    bread = np.linalg.inv(x.T @ (weights[:, None] * x))
    scores = x * (weights * residuals)[:, None]
    kernel = np.maximum(0.0, 1.0 - km / cutoff_km)
    found = n / (n - k) * bread @ (scores.T @ kernel @ scores) @ bread / np.outer(scale, scale)
    covariance = np.asarray((found + found.T) / 2)
    bad = ~(np.diag(covariance) > 0)
    covariance[bad, :] = covariance[:, bad] = np.nan
    return covariance
