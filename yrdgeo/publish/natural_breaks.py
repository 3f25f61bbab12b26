"""Natural breaks: the classes of a map that are the most alike within.

Promise: the same values give the same classes on every machine. mapclassify finds them too, but
its import takes three seconds.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def natural_breaks(ordered: Floats, k: int) -> Floats:
    r"""Return the upper bounds of the k classes with the least squared deviations within them.

    .. math:: \min \sum_{c=1}^{k} \sum_{i \in c} (x_i - \bar x_c)^2

    The best j classes of the values up to b end with a class a … b on top of the best j − 1 of
    the values before a.

    Parameters
    ----------
    ordered
        Ascending and finite, shape (n,).
    k
        From 1 to the number of different values.

    Returns
    -------
    bounds
        Shape (k,), each of them one of the values, the last one the largest; each belongs to the
        class below it.

    References
    ----------
    Fisher, W. D. (1958). On grouping for maximum homogeneity. JASA 53, 789-798.

    Examples
    --------
    >>> natural_breaks(np.array([1.0, 2.0, 3.0, 51.0, 52.0, 99.0]), 3)
    array([ 3., 52., 99.])
    """
    within = squares_within(ordered)
    best, begins = within[0], []
    for _ in range(k - 1):
        # Down the rows, the value with which the last class begins; across, the one that ends it.
        sums = np.concatenate([[np.inf], best[:-1]])[:, None] + within
        begins.append(sums.argmin(axis=0))
        best = sums.min(axis=0)
    ends = [len(ordered) - 1]
    for begin in reversed(begins):
        ends.append(int(begin[ends[-1]]) - 1)
    return np.asarray(ordered[ends[::-1]])


def squares_within(ordered: Floats) -> Floats:
    """Return the squared deviations of values a … b from their mean, by a down and b across.

    Parameters
    ----------
    ordered
        Values in any order, shape (n,).

    Returns
    -------
    squares
        Shape (n, n); infinite where a comes after b.

    References
    ----------
    Welford, B. P. (1962). Note on a method for calculating corrected sums of squares and products.
    Technometrics 4, 419-420.

    Examples
    --------
    >>> squares_within(np.array([1.0, 3.0, 5.0]))
    array([[ 0.,  2.,  8.],
           [inf,  0.,  2.],
           [inf, inf,  0.]])
    """
    n = len(ordered)
    within = np.full((n, n), np.inf)
    squares, mean = np.zeros(n), np.zeros(n)  # of a … b, by a
    for b, value in enumerate(ordered):
        begun = slice(b + 1)
        off = value - mean[begun]
        mean[begun] += off / np.arange(b + 1, 0, -1)
        squares[begun] += off * (value - mean[begun])
        within[begun, b] = squares[begun]
    return within
