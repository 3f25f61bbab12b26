"""Coupling coordination: whether several subsystems of a city develop, and develop together.

Promise: levels between 0 and 1 in; a Series by city between 0 and 1 out.
"""

import numpy as np
import pandas as pd

from yrdgeo.analysis.criteria import checked_weights
from yrdgeo.analysis.magnitudes import floats_of
from yrdgeo.errors import Problem, TableError, few, raise_problems

_FEWEST = 2


def coupling_degree(levels: pd.DataFrame) -> pd.Series:
    r"""Measure how equal the levels of a city's subsystems are.

    .. math:: C_i = \left[ \frac{\prod_j u_{ij}}{\left(\frac{1}{m} \sum_j u_{ij}\right)^m}
        \right]^{1/m}

    It is the geometric over the arithmetic mean of the m levels.

    Parameters
    ----------
    levels
        Levels u of the subsystems, by city (rows) and subsystem (columns), each from 0 to 1, such
        as :func:`~yrdgeo.analysis.scores.weighted_sum` gives.

    Returns
    -------
    coupling
        Shape (n,), by city, no unit: 1 for equal levels whether high or low, 0 if one is 0; NaN
        where all are 0, for which coupling is not defined.

    Raises
    ------
    TableError
        If cities or subsystems repeat, there are fewer than two subsystems, or a level is missing
        or not between 0 and 1.

    References
    ----------
    Wang Shujia 王淑佳 et al. (2021). 国内耦合协调度模型的误区及修正.

    Examples
    --------
    >>> levels = pd.DataFrame({"economy": [0.4, 0.9], "ecology": [0.4, 0.1]}, ["341300", "320500"])
    >>> coupling_degree(levels).round(9).to_dict()
    {'341300': 1.0, '320500': 0.6}
    """
    numbers = _checked(levels)
    mean = numbers.mean(axis=1)
    # Each level over the mean first: a product of many small levels would vanish.
    relative = numbers.div(mean.where(mean > 0.0), axis=0)
    coupling = np.minimum(relative.pow(1.0 / numbers.shape[1]).prod(axis=1, skipna=False), 1.0)
    return pd.Series(coupling, numbers.index, name="coupling_degree")


def coupling_coordination(levels: pd.DataFrame, *, weights: pd.Series | None = None) -> pd.Series:
    r"""Measure whether a city's subsystems are high and equal.

    .. math:: D_i = \sqrt{C_i \, T_i}, \qquad T_i = \sum_j w_j u_{ij}

    with C of :func:`coupling_degree`.

    Parameters
    ----------
    levels
        As in :func:`coupling_degree`.
    weights
        By subsystem, zero or more; brought to a sum of 1. Equal without them, and then D² is the
        geometric mean of the levels.

    Returns
    -------
    coordination
        Shape (n,), by city, no unit: 1 for all levels 1, 0 where a level is 0.

    Raises
    ------
    TableError
        As in :func:`coupling_degree`.
    ArgumentError
        If the weights are not of these subsystems.

    References
    ----------
    Liao Chongbin 廖重斌 (1999). 环境与经济协调发展的定量评判及其分类体系.

    Examples
    --------
    >>> levels = pd.DataFrame({"economy": [0.4, 0.9], "ecology": [0.4, 0.1]}, ["341300", "320500"])
    >>> coupling_coordination(levels).round(3).to_dict()
    {'341300': 0.632, '320500': 0.548}
    """
    numbers = _checked(levels)
    given = pd.Series(1.0, numbers.columns) if weights is None else weights
    development = numbers.to_numpy() @ checked_weights(given, numbers.columns)
    coupling = coupling_degree(levels).to_numpy()
    # D ≤ √T, so it is 0 where all levels are 0, though C is undefined there.
    product = np.where(numbers.eq(0.0).to_numpy().all(axis=1), 0.0, coupling * development)
    return pd.Series(np.sqrt(product), numbers.index, name="coupling_coordination")


def _checked(levels: pd.DataFrame) -> pd.DataFrame:
    if not isinstance(levels, pd.DataFrame):
        raise TableError(
            "The levels must be a pandas DataFrame: a row a city, a column a subsystem.",
            found=type(levels).__name__,
        )
    problems = []
    numbers = pd.DataFrame()
    for what, labels in (("cities", levels.index), ("subsystems", levels.columns)):
        repeated = labels[labels.duplicated()].unique()
        if len(repeated):
            problems.append(Problem(f"{what} are repeated", value=few(repeated)))
    if levels.shape[1] < _FEWEST:
        problems.append(Problem("coupling needs two subsystems or more"))
    if not problems:
        numbers = levels.apply(lambda column: pd.Series(floats_of(column), column.index))
        wrong = np.argwhere(~(numbers.ge(0.0) & numbers.le(1.0)).to_numpy(dtype=bool))
        if len(wrong):
            cells = (
                f"{levels.iloc[i, k]} at {levels.index[i]}, {levels.columns[k]}" for i, k in wrong
            )
            fix = "Levels come from yrdgeo.scores.weighted_sum or rescaled."
            problems.append(Problem("levels must be from 0 to 1", value=few(cells), fix=fix))
    raise_problems(problems, source="levels")
    return numbers
