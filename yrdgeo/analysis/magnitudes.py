"""Numbers as they are given: read as floats, and told apart from what has no square.

Promise: what is no number is NaN and never a guess: dates are not nanoseconds, and a number that
is larger than any float is infinite.
"""

from contextlib import suppress

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

WIDEST = 1e301  # no number of ours is beyond it, or under its inverse but for 0
LARGEST = 1e100  # beyond it, or under its inverse, squares leave what floating point holds
SIZES = "0 or between 1e-100 and 1e100 in size"


def floats_of(given: pd.Series) -> Floats:
    """Return numbers, NaN where there is none.

    Examples
    --------
    >>> floats_of(pd.Series([1, "2", None, 10**400, pd.Timestamp(2020, 1, 1)], dtype=object))
    array([ 1.,  2., nan, inf, nan])
    """
    if pd.api.types.is_numeric_dtype(given) and not pd.api.types.is_complex_dtype(given):
        # np.array and not to_numpy: pandas may hand out a read-only view of the caller's data.
        return np.array(given.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
    return np.fromiter((_float_of(one) for one in given.astype(object)), np.float64, len(given))


def extreme(numbers: npt.ArrayLike, *, most: float = LARGEST) -> Flags:
    """Tell which finite numbers are too large or too small to be squared.

    Examples
    --------
    >>> extreme(np.array([0.0, 5e-324, 1.0, -1e308, np.inf])).tolist()
    [False, True, False, True, False]
    """
    size = np.abs(np.asarray(numbers, dtype=np.float64))
    odd: Flags = np.zeros(size.shape, dtype=bool)
    # Nearly always there is none, and then two passes say so.
    if not size.max(initial=0.0) <= most:
        odd |= (size > most) & (size < np.inf)
    if np.count_nonzero(size < 1 / most) > np.count_nonzero(size == 0):
        odd |= (size < 1 / most) & (size > 0)
    return odd


def _float_of(one: object) -> float:
    if isinstance(one, (complex, np.complexfloating)) or (isinstance(one, str) and "_" in one):
        return np.nan  # 1_000 is Python's, no table's
    with suppress(TypeError, ValueError):
        try:
            return float(one)  # type: ignore[arg-type]
        except OverflowError:
            return np.inf if one > 0 else -np.inf  # type: ignore[operator]
    return np.nan
