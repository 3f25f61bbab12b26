"""Several criteria of a pair as one cost, by weights that the reader names.

Promise: criteria are put on one scale before they are weighed, so that a unit decides nothing.
"""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from yrdgeo.analysis.matching import Labels, Matrix, labelled_block
from yrdgeo.errors import ArgumentError, few


def weighed(
    costs: Mapping[str, Matrix],
    helpers: Labels,
    helped: Labels,
    *,
    weights: Mapping[str, float],
    maximise: Collection[str] = (),
) -> pd.DataFrame:
    r"""Return one cost a pair from several criteria: a matrix for :func:`optimal`.

    .. math:: c_{ij} = \sum_q w_q u^q_{ij} \Big/ \sum_q w_q, \qquad
        u^q_{ij} = \frac{x^q_{ij} - \min x^q}{\max x^q - \min x^q}

    with 1 − u in the place of u for the criteria in ``maximise``: distance is to be small, the
    gap and the complementarity large.

    Parameters
    ----------
    costs
        Criteria by name, each as in :func:`pareto`; ``inf`` forbids a pair.
    helpers, helped
        Labels of rows and columns.
    weights
        Zero or more for each criterion, one of them above zero.
    maximise
        Criteria of which more is better.

    Returns
    -------
    cost
        Helpers × helped, each label once: 0 is best on every criterion, 1 worst on every one.

    Raises
    ------
    ArgumentError
        If a criterion or a weight lacks, a value is missing, or a weight is negative.

    Examples
    --------
    >>> km = pd.DataFrame([[100.0, 300], [200, 500]], ["a", "b"], ["x", "y"])
    >>> gap = pd.DataFrame([[4.0, 2], [3, 0]], ["a", "b"], ["x", "y"])
    >>> weighed({"km": km, "gap": gap}, ["a", "b"], ["x", "y"], weights={"km": 3, "gap": 1},
    ...     maximise=["gap"]).round(3).to_numpy().tolist()
    [[0.0, 0.5], [0.25, 1.0]]
    """
    _check(costs, weights, maximise)
    rows, columns = (pd.Index(list(labels)).unique() for labels in (helpers, helped))
    total = np.zeros((len(rows), len(columns)))
    for name, criterion in costs.items():
        block = labelled_block(criterion, rows, columns)
        if np.isnan(block).any():
            raise ArgumentError("Some costs are missing.", found=name, fix="Drop them first.")
        known = block[np.isfinite(block)]
        spread = np.ptp(known) if len(known) else 0.0
        share = (block - known.min()) / spread if spread else np.where(np.isinf(block), block, 0.0)
        share = np.where(np.isinf(block), np.inf, 1 - share if name in maximise else share)
        with np.errstate(invalid="ignore"):
            part = weights[name] * share
        total += np.where(np.isinf(share), np.inf, part)
    return pd.DataFrame(total / sum(weights[name] for name in costs), rows, columns)


def _check(
    costs: Mapping[str, Matrix], weights: Mapping[str, float], maximise: Collection[str]
) -> None:
    strange = set(costs).symmetric_difference(weights) | (set(maximise) - set(costs))
    if strange:
        raise ArgumentError(
            "Every criterion needs a weight, and every weight a criterion.",
            found=few(sorted(map(str, strange))),
        )
    wrong = [name for name, weight in weights.items() if not 0 <= weight < np.inf]
    if wrong or not any(weights.values()):
        raise ArgumentError(
            "Weights are zero or more, and not all zero.", found=few(wrong) or "only zeros"
        )
