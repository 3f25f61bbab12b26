"""Calibration: the decay that observed flows show, with its standard error.

Promise: the estimate is the maximum of the Poisson likelihood (PPML), zero flows included; which
standard error it carries stands in its name.
"""

from dataclasses import dataclass
from math import log, sqrt
from typing import Literal

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import Flags, Floats, checked, own_pairs
from yrdgeo.analysis.arguments import check_choice, check_number
from yrdgeo.analysis.decay import Decay, exponential, gaussian, power
from yrdgeo.analysis.directness import matrix_of
from yrdgeo.analysis.poisson import Effects, PoissonFit, fit_poisson
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TravelTimes

Form = Literal["exponential", "power", "gaussian"]
FORMS = ("exponential", "power", "gaussian")
Known = Literal["none", "production", "attraction", "doubly"]
KNOWN = ("none", "production", "attraction", "doubly")
StandardError = Literal["robust", "poisson", "origin", "destination"]
STANDARD_ERRORS = ("robust", "poisson", "origin", "destination")
NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """A decay estimated from flows.

    Attributes
    ----------
    form
        ``exponential``, ``power`` or ``gaussian``.
    coefficient
        β: the rate per minute, the exponent, or :math:`1/s^2` (per square minute).
    standard_error
        Of the coefficient, as ``standard_error_kind`` says.
    standard_error_kind
        ``robust`` (Huber–White, HC0), ``poisson`` (the variance is the mean), ``origin`` or
        ``destination`` (clustered, with the factor G/(G−1) · (N−1)/(N−K)).
    interval
        95 % interval of the coefficient, by the normal distribution.
    constraint
        Which sums the fitted flows meet.
    n, n_parameters
        Pairs used, and parameters fitted: β and the effects of places.
    deviance
        Of the fitted flows, in the unit of the flows.
    left_out
        Ids of origins and of destinations without any flow, which say nothing about the decay.
    fitted
        Origins as index and destinations as columns; NaN for pairs that were not used.
    min_time
        The floor of short times of a power.
    """

    form: str
    coefficient: float
    standard_error: float
    standard_error_kind: str
    interval: tuple[float, float]
    constraint: str
    n: int
    n_parameters: int
    deviance: float
    left_out: tuple[tuple[str, ...], tuple[str, ...]]
    fitted: pd.DataFrame
    min_time: float

    @property
    def decay(self) -> Decay:
        """The decay, to be given to a measure; refused if flows do not fall with time."""
        if not self.coefficient > 0:
            raise ArgumentError(
                "These flows do not fall with time, so they show no decay.",
                found=f"coefficient {self.coefficient:.4g} (se {self.standard_error:.2g})",
            )
        if self.form == "exponential":
            return exponential(rate=self.coefficient)
        if self.form == "power":
            return power(self.coefficient, min_time=self.min_time)
        return gaussian(1 / sqrt(self.coefficient))

    @property
    def half_life_min(self) -> tuple[float, float]:
        """Half-life of an exponential decay in minutes, and its standard error (delta method)."""
        if self.form != "exponential":
            raise ArgumentError("Only an exponential decay has a half-life.", found=self.form)
        half_life = log(2) / self.decay.parameters[0][1]  # type: ignore[operator]  # a rate is a number
        return half_life, half_life * self.standard_error / self.coefficient

    def __repr__(self) -> str:
        """Give the form, the coefficient with its standard error, and n."""
        return (
            f"Calibration({self.form}: {self.coefficient:.4g} "
            f"({self.standard_error_kind} se {self.standard_error:.2g}); n = {self.n})"
        )


def calibrate(  # noqa: PLR0913 — options, each by name
    times: TravelTimes,
    flows: pd.DataFrame,
    *,
    form: Form = "exponential",
    constraint: Known = "doubly",
    standard_error: StandardError = "robust",
    own: Literal["exclude", "include"] = "exclude",
    min_time: float = 1.0,
) -> Calibration:
    r"""Estimate the decay of a spatial interaction model from flows, by Poisson likelihood.

    .. math:: F_{ij} \sim \text{Poisson}(\mu_{ij}), \quad
        \ln \mu_{ij} = \alpha_i + \delta_j - \beta \, x_{ij}

    with :math:`x = t` (exponential), :math:`\ln \max(t, t_{min})` (power) or :math:`t^2/2`
    (gaussian). Flows need not be counts: the estimate is that of PPML.

    Parameters
    ----------
    times
        Travel times of n origins to m destinations, in minutes.
    flows
        F, zero or more, origins as index and destinations as columns; further places are not
        used.
    form
        Of the decay.
    constraint
        ``doubly``: effects α of origins and δ of destinations. ``production``: effects of
        origins; δ is the logarithm of what arrives at a destination. ``attraction``: the other
        way round. ``none``: both are logarithms of the observed sums, and there is one constant.
    standard_error
        ``robust``, ``poisson``, or clustered by ``origin`` or ``destination``.
    own
        Whether flows within a place count.
    min_time
        Floor of short times for a power, minutes, above zero.

    Returns
    -------
    calibration
        Coefficient, standard error, fitted flows; ``.decay`` is ready for a measure.

    Raises
    ------
    TableError
        If flows lack or repeat an id, or are missing, negative or infinite.
    ArgumentError
        If an option is unknown, there is a flow without a path, there are no flows, the times
        say nothing beyond the places (all pairs alike), the likelihood has no maximum, or the
        times cannot be minutes.

    References
    ----------
    Flowerdew, R. and Aitkin, M. (1982). A method of fitting the gravity model based on the
    Poisson distribution. Santos Silva, J. M. C. and Tenreyro, S. (2006). The log of gravity.
    Wilson, A. G. (1971). A family of spatial interaction models, and associated developments.

    Examples
    --------
    >>> ids = ["a", "b", "c"]
    >>> times = TravelTimes(ids, ids, [[0, 10, 40], [10, 0, 20], [40, 20, 0]])
    >>> trips = pd.DataFrame([[0, 40, 5], [40, 0, 20], [5, 20, 0]], ids, ids)
    >>> calibrate(times, trips, constraint="production")
    Calibration(exponential: 0.03852 (robust se 0.005); n = 6)
    """
    _check_options(form, constraint, standard_error, own)
    min_time = check_number(min_time, "min_time", above=0)
    times = checked(times)
    amounts = matrix_of(flows, times.origins, times.destinations, name="flows")
    used = np.isfinite(times.minutes)
    if own == "exclude":
        used[own_pairs(times)] = False
    _require_paths(times, amounts)
    used &= ((amounts * used).sum(axis=1) > 0)[:, None] & ((amounts * used).sum(axis=0) > 0)
    if not used.any():
        raise ArgumentError("There are no flows between different places to be explained.")
    amounts = np.where(used, amounts, 0.0)
    regressor = -_regressor(times.minutes, used, form, min_time)
    fit = fit_poisson(amounts, regressor, used, *_model(amounts, constraint))
    error = _standard_error(fit, amounts, standard_error)
    lost = (
        tuple(map(str, times.origins[np.flatnonzero(~used.any(axis=1))])),
        tuple(map(str, times.destinations[np.flatnonzero(~used.any(axis=0))])),
    )
    reach = NORMAL_95 * error
    return Calibration(
        form,
        fit.coefficient,
        error,
        standard_error,
        (fit.coefficient - reach, fit.coefficient + reach),
        constraint,
        int(used.sum()),
        fit.n_parameters,
        fit.deviance,
        lost,
        pd.DataFrame(np.where(used, fit.fitted, np.nan), times.origins, times.destinations),
        min_time,
    )


def _regressor(minutes: Floats, used: Flags, form: Form, min_time: float) -> Floats:
    known = np.where(used, minutes, 1.0)
    if form == "power":
        return np.log(np.maximum(known, min_time))
    return known if form == "exponential" else known**2 / 2


def _model(amounts: Floats, constraint: Known) -> tuple[Effects, Floats]:
    """Return which effects are fitted, and the logarithm of what is known instead."""
    with np.errstate(divide="ignore"):
        sent, come = np.log(amounts.sum(axis=1)), np.log(amounts.sum(axis=0))
    sent, come = np.where(np.isfinite(sent), sent, 0.0), np.where(np.isfinite(come), come, 0.0)
    nothing = np.zeros(amounts.shape)
    if constraint == "doubly":
        return "both", nothing
    if constraint == "production":
        return "rows", nothing + come
    if constraint == "attraction":
        return "columns", nothing + sent[:, None]
    return "constant", sent[:, None] + come


def _standard_error(fit: PoissonFit, amounts: Floats, kind: StandardError) -> float:
    r"""Return the standard error of β, from the scores :math:`\tilde x (F - \mu)`."""
    if kind == "poisson":
        return 1 / sqrt(fit.information)
    scores = fit.residual_regressor * (amounts - fit.fitted)
    if kind == "robust":
        return sqrt(float((scores**2).sum())) / fit.information
    sums = scores.sum(axis=1 if kind == "origin" else 0)
    members = fit.used.any(axis=1 if kind == "origin" else 0)
    groups, n = int(members.sum()), int(fit.used.sum())
    if groups == 1 or n <= fit.n_parameters:
        raise ArgumentError(
            f"A standard error by {kind} needs two groups, and more pairs than parameters.",
            found=f"{groups} groups, {n} pairs, {fit.n_parameters} parameters",
            fix="Ask for standard_error='robust'.",
        )
    factor = groups / (groups - 1) * (n - 1) / (n - fit.n_parameters)
    return sqrt(factor * float((sums**2).sum())) / fit.information


def _require_paths(times: TravelTimes, amounts: Floats) -> None:
    lost = np.argwhere((amounts > 0) & np.isinf(times.minutes))
    if len(lost):
        raise ArgumentError(
            "There is a flow between places without a path.",
            found=few(f"{times.origins[i]} → {times.destinations[j]}" for i, j in lost),
            fix="Complete the network, or set these flows to zero and say so.",
        )


def _check_options(form: str, constraint: str, error: str, own: str) -> None:
    for name, value, legal in (
        ("form", form, FORMS),
        ("constraint", constraint, KNOWN),
        ("standard_error", error, STANDARD_ERRORS),
        ("own", own, ("exclude", "include")),
    ):
        check_choice(value, name, legal)
