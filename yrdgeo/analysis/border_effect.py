"""How much less flows across a border than within, at the same travel time: a gravity model."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Literal
from warnings import catch_warnings, simplefilter

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.linalg import LinAlgError
from scipy.stats import norm

from yrdgeo.analysis.amounts import checked
from yrdgeo.analysis.arguments import check_is_series
from yrdgeo.analysis.magnitudes import SIZES, extreme, floats_of
from yrdgeo.analysis.masses import positive
from yrdgeo.errors import ArgumentError, MissingPackageError, few
from yrdgeo.results import TravelTimes

Floats = npt.NDArray[np.float64]
Effects = Literal["places", "masses"]
EFFECTS = ("places", "masses")
PERFECT = 1e-6  # of the largest flow; observed flows are never fitted so well
NAMES = ("log_time", "border")


@dataclass(frozen=True, slots=True, eq=False)
class BorderEffect:
    """A gravity model with a border.

    Attributes
    ----------
    coefficients, standard_errors, interval
        By name: ``log_time`` (−β), ``border`` (−γ), and ``log_mass_from log_mass_to constant``
        where the model has masses. Intervals of 95 %, normal.
    flow_ratio
        e^{−γ}: the flow across over the flow within, at one time and between the same places.
    time_factor, time_factor_interval
        e^{γ/β}: crossing is like multiplying the travel time by this; interval by the delta
        method on its logarithm.
    width_min
        (e^{γ/β} − 1) · the mean travel time of the pairs across: minutes that the border adds to
        an ordinary trip. It is in the unit of the times given (kilometres, for distances).
    n, n_zero, n_across
        Ordered pairs in the fit, those without flow, those across a border.
    note
        What the standard errors are, and what the model cannot say.
    """

    coefficients: Mapping[str, float]
    standard_errors: Mapping[str, float]
    interval: Mapping[str, tuple[float, float]]
    flow_ratio: float
    time_factor: float
    time_factor_interval: tuple[float, float]
    width_min: float
    n: int
    n_zero: int
    n_across: int
    note: str

    def __repr__(self) -> str:
        """Give the ratio of flows and the factor with its interval."""
        low, high = self.time_factor_interval
        return (
            f"BorderEffect(flow across / within = {self.flow_ratio:.3f}, like "
            f"{self.time_factor:.2f} times the travel time ({low:.2f} to {high:.2f}), n = {self.n})"
        )


def border_effect(
    flows: pd.DataFrame,
    times: TravelTimes,
    groups: pd.Series,
    *,
    effects: Effects = "places",
    masses: pd.Series | None = None,
) -> BorderEffect:
    r"""Fit a gravity model of flows with a border dummy by Poisson pseudo-maximum likelihood.

    .. math:: E[F_{ij}] = \exp(a_i + b_j - \beta \ln T_{ij} - \gamma B_{ij})

    B is 1 if i and j lie in different groups. Zero flows stay in; standard errors are clustered
    by origin and by destination (Cameron, Gelbach and Miller). Self-flows are left out.

    Parameters
    ----------
    flows
        ``from_id to_id flow``: flows of zero or more, one row an ordered pair. A pair that is
        not listed is not in the fit: list zeros as zeros.
    times
        Travel times (or kilometres) of those pairs; a pair without a path is left out.
    groups
        The group (province) of each place.
    effects
        ``places``: an effect of each origin and each destination (multilateral resistance);
        ``masses``: ln M of both ends instead, with ``masses``.
    masses
        Above zero by place, for ``effects="masses"``.

    Returns
    -------
    effect
        Coefficients with errors, the ratio of flows, the factor and the width of the border.

    Raises
    ------
    ArgumentError
        If a flow is negative or repeated, a place lacks a group, time or mass, all pairs are of
        one kind, the model cannot be fitted, or it fits without any error: then the flows were
        made by such a model, and tell nothing of a border.
    MissingPackageError
        If statsmodels is not installed.

    References
    ----------
    McCallum, J. (1995). National borders matter. American Economic Review 85, 615-623.
    Santos Silva, J. M. C., Tenreyro, S. (2006). The log of gravity. Review of Economics and
    Statistics 88, 641-658.
    Engel, C., Rogers, J. H. (1996). How wide is the border? American Economic Review 86,
    1112-1125 (the width; it depends on the unit of distance, so the factor comes first).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> ids = [f"{p}{k:02d}00" for p in (31, 32, 33) for k in range(1, 6)]
    >>> minutes = rng.uniform(30, 300, (15, 15))
    >>> groups = pd.Series([i[:2] for i in ids], ids)
    >>> apart = np.not_equal.outer(groups.to_numpy(), groups.to_numpy())
    >>> flow = rng.poisson(1e7 * minutes**-1.5 * np.exp(-0.7 * apart))
    >>> times = TravelTimes(pd.Index(ids), pd.Index(ids), minutes)
    >>> table = times.to_table().assign(flow=flow.ravel()).drop(columns="travel_time_min")
    >>> found = border_effect(table, times, groups)
    >>> round(found.flow_ratio, 2), round(found.time_factor, 2)
    (0.5, 1.59)
    """
    if effects not in EFFECTS:
        raise ArgumentError("effects is 'places' or 'masses'.", found=repr(effects))
    if effects == "masses" and masses is None:
        raise ArgumentError("effects='masses' needs the masses.", fix="Pass masses=gdp.")
    rows = _rows(flows, times, groups, masses if effects == "masses" else None)
    whole = len(rows)
    rows = _with_flow(rows) if effects == "places" else rows
    design = _design(rows, effects)
    coefficients, covariance = _poisson(design, rows)
    # Two-way clusters can give a negative variance: then there is no error to report.
    variances = np.diag(covariance)
    errors = np.sqrt(np.where(variances > 0, variances, np.nan))
    named = [name for name in design.columns if not name.startswith(("from ", "to "))]
    places = design.columns.get_indexer(pd.Index(named))
    values = dict(zip(named, coefficients[places].tolist(), strict=True))
    spread = dict(zip(named, errors[places].tolist(), strict=True))
    z = float(norm.ppf(0.975))
    beta, gamma = -values["log_time"], -values["border"]
    chosen = design.columns.get_indexer(pd.Index(NAMES))
    factor, bounds = _factor(beta, gamma, covariance[np.ix_(chosen, chosen)], z)
    across = rows["across"].to_numpy()
    return BorderEffect(
        coefficients=values,
        standard_errors=spread,
        interval={k: (v - z * spread[k], v + z * spread[k]) for k, v in values.items()},
        flow_ratio=exp(-gamma),
        time_factor=factor,
        time_factor_interval=bounds,
        width_min=(factor - 1) * float(rows.loc[across, "minutes"].mean()),
        n=len(rows),
        n_zero=int(rows["flow"].eq(0).sum()),
        n_across=int(across.sum()),
        note=_dropped(whole - len(rows))
        + (
            "PPML; standard errors clustered by origin and destination, each part times "
            "G / (G − 1) · (N − 1) / (N − k). The border stands for "
            "everything that differs across it: habits, fares and timetables as well as barriers."
        ),
    )


def _dropped(count: int) -> str:
    return f"{count} pairs of places without any flow are left out. " if count else ""


def _rows(
    flows: pd.DataFrame, times: TravelTimes, groups: pd.Series, masses: pd.Series | None
) -> pd.DataFrame:
    times = checked(times)
    table = _flows(flows)
    if not groups.index.is_unique:
        twice = few(groups.index[groups.index.duplicated()].unique())
        raise ArgumentError("A place has two groups.", found=twice)
    ends = pd.Index(table["from_id"]), pd.Index(table["to_id"])
    places = ends[0].union(ends[1])
    known = {"groups": groups.dropna().index, "origins of the times": times.origins}
    known |= {"destinations of the times": times.destinations}
    if masses is not None:
        check_is_series(masses, "masses")
        masses = positive(masses, "mass", places.unique())
    for name, index in known.items():
        lost = places.difference(index)
        if len(lost):
            raise ArgumentError(f"Places are not among the {name}.", found=few(lost))
    minutes = times.minutes[
        times.origins.get_indexer(ends[0]), times.destinations.get_indexer(ends[1])
    ]
    made = table.assign(
        minutes=minutes,
        across=groups.reindex(ends[0]).to_numpy() != groups.reindex(ends[1]).to_numpy(),
    )
    if masses is not None:
        made = made.assign(
            mass_from=masses.reindex(ends[0]).to_numpy(), mass_to=masses.reindex(ends[1]).to_numpy()
        )
    usable = np.isfinite(minutes) & (minutes > 0) & (ends[0] != ends[1])
    kept = pd.DataFrame(made[usable])
    if kept["across"].nunique() < 2:  # noqa: PLR2004 — across and within
        raise ArgumentError(
            "A border's effect needs flows across it and within it.",
            found=f"{int(kept['across'].sum())} across of {len(kept)}",
        )
    return kept.reset_index(drop=True)


def _flows(flows: pd.DataFrame) -> pd.DataFrame:
    lacking = [name for name in ("from_id", "to_id", "flow") if name not in flows.columns]
    if lacking:
        raise ArgumentError("The table of flows lacks columns.", found=few(lacking))
    if any(list(flows.columns).count(name) > 1 for name in ("from_id", "to_id", "flow")):
        raise ArgumentError("The table of flows has a column twice.", found=few(flows.columns))
    table = flows[["from_id", "to_id"]].assign(flow=floats_of(flows["flow"]))
    if table.duplicated(["from_id", "to_id"]).any():
        twice = table[table.duplicated(["from_id", "to_id"])]
        pairs = (f"{a} → {b}" for a, b in zip(twice["from_id"], twice["to_id"], strict=True))
        raise ArgumentError("A pair has two flows.", found=few(pairs), fix="Add them up first.")
    bad = table[~(np.isfinite(table["flow"]) & table["flow"].ge(0)) | extreme(table["flow"])]
    if len(bad):
        pairs = (f"{a} → {b}" for a, b in zip(bad["from_id"], bad["to_id"], strict=True))
        raise ArgumentError(f"Flows are finite, zero or more, {SIZES}.", found=few(pairs))
    return table


def _with_flow(rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out places without any flow: their effect would be minus infinity."""
    while True:
        sent = rows.groupby("from_id")["flow"].transform("sum")
        got = rows.groupby("to_id")["flow"].transform("sum")
        kept = rows[sent.gt(0) & got.gt(0)]
        if len(kept) == len(rows):
            return rows.reset_index(drop=True)
        rows = kept


def _design(rows: pd.DataFrame, effects: Effects) -> pd.DataFrame:
    core = pd.DataFrame(
        {"log_time": np.log(rows["minutes"]), "border": rows["across"].astype(np.float64)}
    )
    if effects == "masses":
        return core.assign(
            log_mass_from=np.log(rows["mass_from"]),
            log_mass_to=np.log(rows["mass_to"]),
            constant=1.0,
        )
    starts = pd.get_dummies(rows["from_id"], dtype=np.float64).add_prefix("from ")
    ends = pd.get_dummies(rows["to_id"], dtype=np.float64).add_prefix("to ")
    # One destination less: the dummies of both sides would sum to the same column.
    return pd.concat([core, starts, ends.iloc[:, 1:]], axis=1)


def _poisson(design: pd.DataFrame, rows: pd.DataFrame) -> tuple[Floats, Floats]:
    try:
        from statsmodels.genmod.families import Poisson  # noqa: PLC0415 — an extra
        from statsmodels.genmod.generalized_linear_model import GLM  # noqa: PLC0415 — an extra
        from statsmodels.tools.sm_exceptions import (  # noqa: PLC0415 — an extra
            PerfectSeparationWarning,
        )
    except ImportError as error:
        fix = "Run: pip install 'yrdgeo[stats]'"
        raise MissingPackageError("statsmodels is not installed.", fix=fix) from error
    matrix = design.to_numpy(np.float64)
    if np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise ArgumentError(
            "The border cannot be told apart from the places.",
            found=f"{matrix.shape[1]} columns of rank {np.linalg.matrix_rank(matrix)}",
            fix="Bring more pairs, or effects='masses'.",
        )
    clusters = rows[["from_id", "to_id"]].apply(lambda ends: pd.factorize(ends)[0]).to_numpy()
    flow = rows["flow"].to_numpy()
    with catch_warnings(), np.errstate(all="ignore"):
        simplefilter("ignore", PerfectSeparationWarning)  # said below, as an error
        try:
            fit = GLM(flow, matrix, family=Poisson()).fit(
                maxiter=200, tol=1e-12, cov_type="cluster", cov_kwds={"groups": clusters}
            )
        except (LinAlgError, ValueError) as error:
            raise _no_fit() from error
    if np.abs(flow - fit.fittedvalues).max() <= PERFECT * flow.max():
        raise ArgumentError(
            "The flows are exactly those of a gravity model.",
            found="no error is left",
            fix="Bring observed flows: modelled ones tell nothing of a border.",
        )
    if not fit.converged or not np.isfinite(fit.params).all():
        raise _no_fit()
    return np.asarray(fit.params), np.asarray(fit.cov_params())


def _no_fit() -> ArgumentError:
    return ArgumentError("The gravity model does not converge.", fix="Drop places without flow.")


def _factor(
    beta: float, gamma: float, covariance: Floats, z: float
) -> tuple[float, tuple[float, float]]:
    """Return e^{γ/β} and its interval, from the covariance of −β and −γ."""
    if beta <= 0:
        return float("nan"), (float("nan"), float("nan"))
    ratio = gamma / beta
    slopes = np.array([-gamma / beta**2, 1 / beta])  # of γ/β in β and γ; both signs turn together
    spread = float(np.sqrt(_positive(slopes @ covariance @ slopes)))
    top = log(np.finfo(float).max)
    low, high = (float(np.exp(min(ratio + side * z * spread, top))) for side in (-1, 1))
    return exp(min(ratio, top)), (low, high)


def _positive(variance: float) -> float:
    return variance if variance > 0 else float("nan")
