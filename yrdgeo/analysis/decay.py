"""Distance decay: each factory returns a function from minutes to a weight.

Promise: a weight lies in [0, 1], never rises with time, and is 0 where there is no path (``inf``).
One exception, by name: :func:`power` with a floor under one minute exceeds 1 below one minute.
Every parameter carries its unit in its name: a parameter without a unit has no meaning.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yrdgeo.analysis import decay_rules as rules
from yrdgeo.analysis.arguments import check_number, check_numbers
from yrdgeo.errors import ArgumentError, few

Floats = npt.NDArray[np.float64]
DecayFunction = Callable[[Floats], Floats]  # what the measures accept: ours, or any callable
Parameter = float | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Decay:
    """A decay function: call it with minutes of any shape, get weights of that shape.

    Two decays with the same name and parameters are equal.

    Attributes
    ----------
    name
        Row of :data:`DECAYS`.
    parameters
        Name (the unit last) and value of each.
    rule
        The formula, called with the minutes and the values of the parameters.
    """

    name: str
    parameters: tuple[tuple[str, Parameter], ...]
    rule: Callable[..., Floats]

    def __call__(self, minutes: npt.ArrayLike) -> Floats:
        """Return the weight of each time; refuse times that are negative or not numbers."""
        times = np.asarray(minutes, dtype=np.float64)
        if not (times >= 0).all():
            raise ArgumentError(
                "Travel times must be minutes, zero or more; no path is inf.",
                found=few(times[~(times >= 0)]),
            )
        with np.errstate(over="ignore", under="ignore"):
            # Flat, because numpy rounds a number on its own unlike one in an array.
            weights = self.rule(times.reshape(-1), *(value for _, value in self.parameters))
        return weights.reshape(times.shape)

    def __repr__(self) -> str:
        """Write the decay as the call that makes it."""
        values = ", ".join(f"{name}={value!r}" for name, value in self.parameters)
        return f"{self.name}({values})"


def binary(cutoff_min: float) -> Decay:
    r"""Return a decay that is 1 up to the cut-off and 0 beyond.

    .. math:: f(t) = 1 \text{ if } t \le T, \text{ else } 0

    Parameters
    ----------
    cutoff_min
        T, minutes, zero or more; a time equal to it is in.

    Returns
    -------
    decay
        A function from minutes to weights of the same shape.

    Raises
    ------
    ArgumentError
        If the cut-off is negative or not finite.

    Examples
    --------
    >>> binary(60)([60, 60.001, float("inf")])
    array([1., 0., 0.])
    """
    cutoff = check_number(cutoff_min, "cutoff_min", least=0)
    return Decay("binary", (("cutoff_min", cutoff),), rules.binary)


def linear(cutoff_min: float) -> Decay:
    r"""Return a decay that falls in a straight line to 0 at the cut-off.

    .. math:: f(t) = \max(0, 1 - t / T)

    Parameters
    ----------
    cutoff_min
        T, minutes, above zero.

    Returns
    -------
    decay
        A function from minutes to weights of the same shape.

    Raises
    ------
    ArgumentError
        If the cut-off is not above zero and finite.

    Examples
    --------
    >>> linear(60)([0, 15, 60, 90])
    array([1.  , 0.75, 0.  , 0.  ])
    """
    cutoff = check_number(cutoff_min, "cutoff_min", above=0)
    return Decay("linear", (("cutoff_min", cutoff),), rules.linear)


def exponential(*, rate: float | None = None, half_life_min: float | None = None) -> Decay:
    r"""Return an exponential decay, by its rate or by its half-life.

    .. math:: f(t) = e^{-r t} = 2^{-t / h}, \quad r = \ln 2 / h

    Parameters
    ----------
    rate
        r, per minute, above zero.
    half_life_min
        h, the minutes after which the weight is one half. Give one of the two.

    Returns
    -------
    decay
        A function from minutes to weights of the same shape.

    Raises
    ------
    ArgumentError
        If both or neither are given, or the one given is not above zero and finite.

    References
    ----------
    Wilson, A. G. (1971). A family of spatial interaction models, and associated developments.

    Examples
    --------
    >>> exponential(half_life_min=60)([0, 60, 120])
    array([1.  , 0.5 , 0.25])
    """
    if (rate is None) == (half_life_min is None):
        raise ArgumentError(
            "An exponential decay takes its rate (per minute) or its half_life_min, one of them.",
            found=f"rate={rate}, half_life_min={half_life_min}",
        )
    if half_life_min is not None:
        value = check_number(half_life_min, "half_life_min", above=0)
        return Decay("exponential", (("half_life_min", value),), rules.halving)
    return Decay("exponential", (("rate", check_number(rate, "rate", above=0)),), rules.exponential)


def gaussian(bandwidth_min: float) -> Decay:
    r"""Return a Gaussian decay; the bandwidth is the standard deviation.

    .. math:: f(t) = e^{-t^2 / (2 s^2)}

    Authors who write :math:`e^{-t^2 / v}` mean :math:`v = 2 s^2`.

    Parameters
    ----------
    bandwidth_min
        s, minutes, above zero; there the weight is 0.607.

    Returns
    -------
    decay
        A function from minutes to weights of the same shape.

    Raises
    ------
    ArgumentError
        If the bandwidth is not above zero and finite.

    References
    ----------
    Ingram, D. R. (1971). The concept of accessibility: a search for an operational form.

    Examples
    --------
    >>> gaussian(60)([0, 60]).round(3)
    array([1.   , 0.607])
    """
    value = check_number(bandwidth_min, "bandwidth_min", above=0)
    return Decay("gaussian", (("bandwidth_min", value),), rules.gaussian)


def power(exponent: float, min_time: float = 1.0) -> Decay:
    r"""Return an inverse power of time, the time floored at ``min_time``.

    .. math:: f(t) = \max(t, t_{min})^{-b}

    Parameters
    ----------
    exponent
        b, above zero.
    min_time
        Shorter times, also a city's zero minutes to itself, count as this many minutes. A floor
        below one minute gives weights above 1; without a floor (0) a time of zero is an error.

    Returns
    -------
    decay
        A function from minutes to weights of the same shape.

    Raises
    ------
    ArgumentError
        If the exponent is not above zero and finite or the floor is negative; when called, if a
        time is zero and there is no floor.

    References
    ----------
    Hansen, W. G. (1959). How accessibility shapes land use.

    Examples
    --------
    >>> power(2)([0, 1, 10])
    array([1.  , 1.  , 0.01])
    """
    values = (
        ("exponent", check_number(exponent, "exponent", above=0)),
        ("min_time", check_number(min_time, "min_time", least=0)),
    )
    return Decay("power", values, rules.power)


def logistic(inflection_min: float, scale_min: float) -> Decay:
    r"""Return a logistic decay, which falls fastest at its inflection.

    .. math:: f(t) = \frac{1}{1 + e^{(t - m) / s}}

    Parameters
    ----------
    inflection_min
        m, minutes, zero or more; there the weight is one half.
    scale_min
        s, minutes, above zero; the weight falls from 0.73 to 0.27 between m − s and m + s. At
        zero minutes the weight is :math:`1 / (1 + e^{-m/s})`, not 1.

    Returns
    -------
    decay
        A function from minutes to weights of the same shape.

    Raises
    ------
    ArgumentError
        If a parameter is out of its domain.

    Examples
    --------
    >>> logistic(60, 10)([0, 60, 120]).round(4)
    array([0.9975, 0.5   , 0.0025])
    """
    values = (
        ("inflection_min", check_number(inflection_min, "inflection_min", least=0)),
        ("scale_min", check_number(scale_min, "scale_min", above=0)),
    )
    return Decay("logistic", values, rules.logistic)


def stepped(breaks_min: Sequence[float], weights: Sequence[float]) -> Decay:
    r"""Return a decay in steps: one weight for each zone of time.

    .. math:: f(t) = w_k \text{ if } b_{k-1} \le t < b_k, \quad b_0 = 0; \qquad
        f(t) = 0 \text{ if } t \ge b_K

    Zones are left-closed: a time equal to a break is in the next zone. A break is where its
    zone *ends*; ``decay_stepped`` of the R package accessibility takes the weight that *starts*
    there, so its steps 10, 20 with weights 0.5, 0 are ``stepped([10, 20], [1, 0.5])``.

    Parameters
    ----------
    breaks_min
        Ends of the zones, minutes, rising.
    weights
        One for each zone, in [0, 1], never rising.

    Returns
    -------
    decay
        A function from minutes to weights of the same shape.

    Raises
    ------
    ArgumentError
        If the lengths differ, the breaks do not rise, or the weights rise or leave [0, 1].

    References
    ----------
    Luo, W. and Qi, Y. (2009). An enhanced two-step floating catchment area (E2SFCA) method for
    measuring spatial accessibility to primary care physicians.

    Examples
    --------
    >>> stepped([10, 20, 30], [1, 0.68, 0.22])([0, 9.9, 10, 20, 30])
    array([1.  , 1.  , 0.68, 0.22, 0.  ])
    """
    ends = check_numbers(breaks_min, "breaks_min", above=0)
    steps = check_numbers(weights, "weights", least=0)
    if len(ends) != len(steps):
        raise ArgumentError(
            "A stepped decay takes one weight for each break.",
            found=f"{len(ends)} breaks and {len(steps)} weights",
            fix="The break is where its zone ends; beyond the last one the weight is 0.",
        )
    if any(np.diff(ends) <= 0):
        raise ArgumentError("breaks_min must rise.", found=few(ends), fix="Sort them.")
    if max(steps) > 1 or any(np.diff(steps) > 0):
        raise ArgumentError("weights must lie in [0, 1] and never rise.", found=few(steps))
    return Decay("stepped", (("breaks_min", ends), ("weights", steps)), rules.stepped)


DECAYS: dict[str, Callable[..., Decay]] = {
    "binary": binary,
    "linear": linear,
    "exponential": exponential,
    "gaussian": gaussian,
    "power": power,
    "logistic": logistic,
    "stepped": stepped,
}
