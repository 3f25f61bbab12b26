"""The formulas of the decays: minutes and parameters in, weights out; 0 at ``inf`` minutes.

They are functions of a module, not closures, so that a decay can be sent to another process.
"""

from math import log

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from yrdgeo.errors import ArgumentError

Floats = npt.NDArray[np.float64]


def binary(times: Floats, cutoff: float) -> Floats:
    """Return 1 up to the cut-off, itself included."""
    return (times <= cutoff).astype(np.float64)


def linear(times: Floats, cutoff: float) -> Floats:
    """Fall in a straight line to 0 at the cut-off."""
    return np.maximum(0.0, 1.0 - times / cutoff)


def exponential(times: Floats, rate: float) -> Floats:
    """Decay by a rate per minute."""
    return np.exp(-rate * times)


def halving(times: Floats, half_life: float) -> Floats:
    """Decay by half-lives."""
    return np.exp(-log(2.0) * (times / half_life))


def gaussian(times: Floats, bandwidth: float) -> Floats:
    """Decay by standard deviations."""
    return np.exp(-0.5 * (times / bandwidth) ** 2)


def power(times: Floats, exponent: float, floor: float) -> Floats:
    """Return the inverse power of the floored time."""
    if floor == 0 and (times == 0).any():
        raise ArgumentError(
            "A power decay without a floor has no value at a time of zero.",
            found=f"{int((times == 0).sum())} times of 0 minutes",
            fix="Set min_time, or leave the city itself out.",
        )
    return np.maximum(times, floor) ** -exponent


def logistic(times: Floats, inflection: float, scale: float) -> Floats:
    """Return one half at the inflection."""
    weights: Floats = expit((inflection - times) / scale)
    return weights


def stepped(times: Floats, ends: tuple[float, ...], steps: tuple[float, ...]) -> Floats:
    """Return the weight of the left-closed zone; 0 beyond the last."""
    return np.array([*steps, 0.0])[np.searchsorted(ends, times, side="right")]
