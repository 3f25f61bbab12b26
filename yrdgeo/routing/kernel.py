"""The one door to numba: compiled functions with types that a checker can read.

Promise: numba is imported only by modules that import this one, and those are imported only when
a hierarchy is asked for. Machine code is kept beside the package (or in the user's cache folder),
so it is compiled once for each version.
"""

import logging
from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit
from numba.core import event

_LOG = logging.getLogger(__name__)

Function = TypeVar("Function", bound=Callable[..., object])

Whole = int | np.int32 | np.int64 | np.uint32
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Weights = npt.NDArray[np.uint32] | npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]


# The wrappers that are left out take a fifth of the time to compile; the stubs do not know them.
_compiler = cast("Callable[..., Callable[[object], object]]", njit)
_options = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}


def kernel(function: Function) -> Function:
    """Compile a function at its first call; it lets other threads run meanwhile."""
    return cast("Function", _compiler(cache=True, **_options)(function))


def inner(function: Function) -> Function:
    """Compile a function that only kernels call: it is kept with them and has no way in."""
    return cast("Function", _compiler(no_cpython_wrapper=True, **_options)(function))


class _Announcement(event.Listener):
    """Say once, on standard error, that a first call takes seconds, and why."""

    def __init__(self) -> None:
        self.made = False

    def on_start(self, event: event.Event) -> None:
        """Look whose function is compiled; what is read from the cache is not."""
        if not self.made and event.data["dispatcher"].py_func.__module__.startswith("yrdgeo."):
            self.made = True
            # A warning, because those are seen where no logging is set up.
            _LOG.warning("Compiling the travel-time engine: some seconds, once for each version.")

    def on_end(self, event: event.Event) -> None:
        """Stay silent."""


event.register("numba:compile", _Announcement())  # type: ignore[no-untyped-call]
