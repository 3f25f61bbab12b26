"""Poisson regression of a matrix on one regressor and effects of its rows and columns.

Promise: the same maximum as a regression with a dummy for each place, without making the dummies:
the effects are eliminated in closed form, so that the cost is that of one square matrix of the
columns.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from yrdgeo.analysis.amounts import Flags, Floats, Places, ratio
from yrdgeo.errors import ArgumentError

Effects = Literal["both", "rows", "columns", "constant"]
MOST_STEPS = 200
CLOSE = 1e-8  # greatest relative change of a fitted flow: Newton's next step is its square
FLAT = 1e-10  # share of the regressor that is left beyond the effects


@dataclass(frozen=True, slots=True, eq=False)
class PoissonFit:
    """A fitted matrix.

    Attributes
    ----------
    coefficient
        Of the regressor.
    information
        Of the coefficient, the effects eliminated; its inverse is the Poisson variance.
    fitted
        μ, shape (n, m); 0 where not used.
    residual_regressor
        The regressor less what the effects explain of it, weighted by μ; 0 where not used.
    used
        Cells that were fitted, shape (n, m).
    n_parameters
        The coefficient and the effects that are free.
    deviance
        Twice the likelihood that is missing to a perfect fit.
    """

    coefficient: float
    information: float
    fitted: Floats
    residual_regressor: Floats
    used: Flags
    n_parameters: int
    deviance: float


def fit_poisson(
    amounts: Floats, regressor: Floats, used: Flags, effects: Effects, offset: Floats
) -> PoissonFit:
    r"""Maximise the Poisson likelihood of a matrix by Newton's method (IRLS).

    .. math:: \ln \mu_{ij} = o_{ij} + \alpha_i + \delta_j + \beta \, x_{ij}

    Parameters
    ----------
    amounts, regressor, offset
        Shape (n, m); finite where used, the amounts zero elsewhere.
    used
        Cells to fit; rows and columns of which any is used have an amount above zero.
    effects
        Which of α and δ are fitted; ``constant``: one number for all cells.

    Raises
    ------
    ArgumentError
        If the effects explain the regressor, or the steps do not settle.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"), suppress(LinAlgError):
        found = _newton(amounts, regressor, used, effects, offset)
        if found is not None:
            return found
    raise ArgumentError(
        f"The likelihood of these flows has no maximum that {MOST_STEPS} steps find.",
        found=f"{int((amounts[used] == 0).sum())} of {int(used.sum())} flows are zero",
        fix="Zeros that separate places do this: leave such places out, or take fewer effects.",
    )


def _newton(
    amounts: Floats, regressor: Floats, used: Flags, effects: Effects, offset: Floats
) -> PoissonFit | None:
    """Return the maximum, or nothing if the steps do not settle."""
    parts = _Parts.of(used, effects)
    mean = amounts[used].mean()
    fitted = np.where(used, (amounts + mean) / 2, 0.0)
    linear = np.where(used, np.log(np.where(used, fitted, 1.0)), 0.0)
    scale = float(np.abs(regressor[used]).max())
    change = np.inf
    for step in range(MOST_STEPS):
        working = np.where(used, linear - offset, 0.0)
        working += np.divide(amounts - fitted, fitted, out=np.zeros_like(fitted), where=used)
        in_regressor, in_working = parts.explained(fitted, regressor, working)
        left = np.where(used, regressor - in_regressor, 0.0)
        information = float((fitted * left**2).sum())
        flat = information <= FLAT**2 * float((fitted * scale**2).sum())
        if flat and not step:
            raise ArgumentError(
                "The times say nothing beyond the places: within them all pairs take as long.",
                fix="Take fewer effects (constraint='production' or 'none'), or more places.",
            )
        if flat:
            break
        coefficient = float((fitted * left * working).sum()) / information
        if change <= CLOSE:
            free, deviance = 1 + parts.free, _deviance(amounts[used], fitted[used])
            return PoissonFit(coefficient, information, fitted, left, used, free, deviance)
        before = linear
        linear = np.where(used, offset + in_working + coefficient * (regressor - in_regressor), 0.0)
        # The greatest and not the mean: a flow of zero that sinks for ever has no maximum.
        change = float(np.abs(linear - before).max())
        fitted = np.where(used, np.exp(linear), 0.0)
        if not (np.isfinite(fitted).all() and (fitted[used] > 0).all()):
            break
    return None


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """The effects of a model, and what they explain."""

    effects: Effects
    used: Flags
    labels: Places  # connected part of each column, where both effects are fitted
    free: int

    @classmethod
    def of(cls, used: Flags, effects: Effects) -> "_Parts":
        rows, columns = int(used.any(axis=1).sum()), int(used.any(axis=0).sum())
        labels = np.zeros(used.shape[1], dtype=np.intp)
        if effects != "both":
            free = {"rows": rows, "columns": columns, "constant": 1}[effects]
            return cls(effects, used, labels, free)
        origin, end = np.nonzero(used)
        size = sum(used.shape)
        pairs = csr_array((np.ones(len(origin)), (origin, end + len(used))), shape=(size, size))
        labels = connected_components(pairs, directed=False)[1][len(used) :].astype(np.intp)
        # In each part a constant may go from the rows to the columns.
        free = rows + columns - len(np.unique(labels[used.any(axis=0)]))
        return cls(effects, used, labels, free)

    def explained(self, weights: Floats, *matrices: Floats) -> list[Floats]:
        """Return the weighted least-squares fit of each matrix by the effects."""
        if self.effects == "constant":
            total = weights.sum()
            return [np.full(one.shape, (weights * one).sum() / total) for one in matrices]
        by_row, by_column = weights.sum(axis=1), weights.sum(axis=0)
        row_sums = np.stack([(weights * one).sum(axis=1) for one in matrices], axis=1)
        column_sums = np.stack([(weights * one).sum(axis=0) for one in matrices], axis=1)
        alpha, delta = ratio(row_sums, by_row[:, None]), np.zeros_like(column_sums)
        if self.effects == "columns":
            alpha, delta = np.zeros_like(row_sums), ratio(column_sums, by_column[:, None])
        elif self.effects == "both":
            shares = ratio(weights, by_row[:, None])
            delta = self._columns(by_column, weights.T @ shares, column_sums - shares.T @ row_sums)
            alpha -= shares @ delta
        return [alpha[:, [place]] + delta[:, place] for place in range(len(matrices))]

    def _columns(self, sums: Floats, through_rows: Floats, right: Floats) -> Floats:
        """Solve for the column effects, which are free up to a constant in each part."""
        here = np.flatnonzero(sums > 0)
        square = np.diag(sums[here]) - through_rows[np.ix_(here, here)]
        labels = self.labels[here]
        together = labels[:, None] == labels
        # Any weight on the constants gives the same fit: the right side has no part in them.
        square += together * (sums[here].mean() / together.sum(axis=1))
        delta = np.zeros_like(right)
        delta[here] = cho_solve(cho_factor(square), right[here])
        return delta


def _deviance(amounts: Floats, fitted: Floats) -> float:
    some = amounts > 0
    logs = amounts[some] * np.log(amounts[some] / fitted[some])
    return float(2 * (logs.sum() - (amounts - fitted).sum()))
