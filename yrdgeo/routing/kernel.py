"""The one door to numba: compiled functions with types that a checker can read.

Promise: numba is imported only by modules that import this one, and those are imported only when
a hierarchy is asked for. Machine code is kept beside the package (or in the user's cache folder),
so it is compiled once for each version.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])

Whole = int | np.int32 | np.int64 | np.uint32
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Weights = npt.NDArray[np.uint32] | npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]


def kernel(function: Function) -> Function:
    """Compile a function at its first call; it lets other threads run meanwhile."""
    return cast("Function", njit(cache=True, nogil=True)(function))
