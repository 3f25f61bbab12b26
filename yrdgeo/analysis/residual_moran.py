"""Are the residuals of a gradient alike between neighbours? Moran's I with a test for residuals.

Promise: the test knows that residuals are estimated: they are drawn again through the same fit.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from yrdgeo.errors import ArgumentError, few
from yrdgeo.fits import TestResult

Floats = npt.NDArray[np.float64]

DRAWS = 999
SEED = 0
LEVEL = 0.05


def residual_moran(
    residuals: pd.Series, design: Floats, neighbours: pd.DataFrame, weights: Floats
) -> TestResult:
    r"""Test Moran's I of regression residuals against independent normal errors.

    .. math:: I = \frac{n}{S_0} \frac{\sum_i \sum_j w_{ij} e_i e_j}{\sum_i e_i^2}

    with w row-standardised, so that S₀ is the number of places that have a neighbour. Under the
    null errors are independent and normal with variance σ² over the weight of the place; I does
    not depend on σ², so drawing errors and sending them through the same regression gives an
    exact Monte Carlo test, which a permutation of residuals is not.

    Parameters
    ----------
    residuals
        e, by id, of a (weighted) least-squares fit.
    design
        Shape (n, k), the design of that fit, in the order of the residuals.
    neighbours
        Columns ``from_id to_id``, each pair once; pairs with an end outside the fit are unused.
    weights
        Shape (n,), the weights of that fit.

    Returns
    -------
    result
        Statistic I; ``greater`` (alike between neighbours), p = (1 + b) / (1 + N) if b of N
        draws are at least as large; ``note`` names places without a neighbour.

    Raises
    ------
    ArgumentError
        If no pair of neighbours is in the fit, or the residuals are all zero.

    References
    ----------
    Cliff, A. D., Ord, J. K. (1981). Spatial processes. Pion.
    Dufour, J.-M. (2006). Monte Carlo tests with nuisance parameters. Journal of Econometrics
    133, 443-477.

    Examples
    --------
    >>> chain = pd.DataFrame({"from_id": ["a", "b", "c"], "to_id": ["b", "c", "d"]})
    >>> e = pd.Series({"a": 1.0, "b": 1.0, "c": -1.0, "d": -1.0})
    >>> round(residual_moran(e, np.ones((4, 1)), chain, np.ones(4)).statistic, 6)
    0.5
    """
    links = _links(residuals.index, neighbours)
    e = residuals.to_numpy(dtype=np.float64)
    size = np.abs(e).max()
    if not size > 0:
        raise ArgumentError("Residuals that are all zero have no pattern.", found="a perfect fit")
    root = np.sqrt(weights)[:, None]
    basis = np.linalg.qr(root * design)[0]
    drawn = np.random.default_rng(SEED).standard_normal((len(e), DRAWS))
    drawn = (drawn - basis @ (basis.T @ drawn)) / root
    observed = float(_moran(e[:, None] / size, links)[0])
    null = _moran(drawn, links)
    alone = residuals.index[np.asarray(links.sum(axis=1)) == 0]
    return TestResult(
        statistic=observed,
        p_value=float((1 + np.count_nonzero(null >= observed)) / (1 + DRAWS)),
        p_floor=1 / (1 + DRAWS),
        alternative="greater",
        n_permutations=DRAWS,
        null=null,
        note=f"Without a neighbour in the fit: {', '.join(map(str, alone))}." if len(alone) else "",
    )


def moran_sentence(test: TestResult) -> str:
    """Say what the test of the residuals means for the errors of the fit."""
    found = f"Moran's I {test.statistic:.2f}, p = {test.p_value:.3f}, {test.n_permutations} draws"
    if test.p_value < LEVEL:
        said = (
            f"Residuals are alike between neighbours ({found}): standard errors are likely too"
            " small."
        )
    else:
        said = f"No likeness of residuals between neighbours is found ({found})."
    return f"{said} {test.note}".rstrip()


def _links(ids: pd.Index, neighbours: object) -> csr_array:
    """Return row-standardised weights, shape (n, n)."""
    ends = {"from_id", "to_id"}
    if not isinstance(neighbours, pd.DataFrame) or not ends <= set(neighbours.columns):
        absent = sorted(ends - set(getattr(neighbours, "columns", ())))
        raise ArgumentError(
            "Neighbours must be a table with the columns from_id and to_id.",
            found=f"without {few(absent)}",
            fix="Pass what contiguity.edges() returns.",
        )
    left = ids.get_indexer(pd.Index(neighbours["from_id"]))
    right = ids.get_indexer(pd.Index(neighbours["to_id"]))
    inside = (left >= 0) & (right >= 0) & (left != right)
    if not inside.any():
        raise ArgumentError(
            "No pair of neighbours is among the observations.",
            found=f"{len(neighbours)} pairs, {len(ids)} observations",
            fix="Use the same ids in both.",
        )
    pairs = np.unique(
        np.sort(np.column_stack([left[inside], right[inside]]), axis=1), axis=0
    )  # a pair given twice is still one
    rows, columns = np.concatenate([pairs, pairs[:, ::-1]]).T
    degree = np.bincount(rows, minlength=len(ids))
    return csr_array((1 / degree[rows], (rows, columns)), shape=(len(ids),) * 2)


def _moran(e: Floats, links: csr_array) -> Floats:
    scale = e.shape[0] / links.sum()
    return np.asarray(scale * (e * (links @ e)).sum(axis=0) / (e**2).sum(axis=0))
