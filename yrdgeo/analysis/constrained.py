"""Competition with known totals: flows that add up at their origins, at their ends, or at both.

Promise: sums that are constrained hold to the tolerance, or an error says where they do not;
supply that no demand reaches belongs to nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from yrdgeo.analysis.amounts import (
    Flags,
    Floats,
    Places,
    ratio,
    summed,
)
from yrdgeo.analysis.arguments import check_choice
from yrdgeo.analysis.catchment import market, received
from yrdgeo.analysis.decay import DecayFunction
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TravelTimes

Constraint = Literal["production", "attraction", "doubly"]
CONSTRAINTS = ("production", "attraction", "doubly")
TOLERANCE = 1e-9  # of every sum, relative
MOST_ROUNDS = 2_000
SLOW, PATIENCE = 1e-3, 100  # rounds that do not better the worst sum by a thousandth


def constrained(
    times: TravelTimes,
    supply: pd.Series,
    demand: pd.Series,
    *,
    decay: DecayFunction,
    constraint: Constraint = "doubly",
) -> pd.Series:
    r"""Return the supply for each unit of demand, under the competition that a constraint means.

    .. math:: A_i = \sum_j b_j S_j f(t_{ij}) = 1 / a_i

    the inverse balancing factor of the flows :math:`a_i P_i \, b_j S_j \, f(t_{ij})`
    (:func:`constrained_flows`), where

    - ``production``: :math:`b_j` is one constant in each connected part. Nobody competes: it is
      the potential of :func:`yrdgeo.analysis.potential.gravity`, scaled;
    - ``attraction``: :math:`b_j = 1 / \sum_i P_i f(t_{ij})`. Demand competes for supply: the
      catchment ``2sfca`` of :func:`yrdgeo.analysis.catchment.floating_catchment`;
    - ``doubly``: :math:`b_j = 1 / \sum_i a_i P_i f(t_{ij})`. Supply competes for demand as well.

    All three share out the supply that is reached: :math:`\sum_i P_i A_i = \sum_j S_j`, in each
    part of the places that is connected. Demand that reaches nothing, and supply that nobody
    reaches, is left out.

    Parameters
    ----------
    times
        Travel times of n origins (demand) to m destinations (supply), in minutes.
    supply
        S, amount at each destination, by id.
    demand
        P, amount at each origin, by id.
    decay
        A row of :data:`yrdgeo.analysis.decay.DECAYS`, or any function from minutes to weights.
    constraint
        Which sums are known, see above.

    Returns
    -------
    constrained
        Shape (n,), indexed by origin, units of supply for a unit of demand; 0 where no supply
        is in reach.

    Raises
    ------
    TableError
        If a place has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If the constraint is unknown, the demand of all origins is zero, the decay gives no
        finite weight, the times cannot be minutes, or no flows meet both sums to one part in 10⁹
        after 2,000 rounds, or 100 rounds better none of them (the error names the worst place).

    References
    ----------
    Wilson, A. G. (1971). A family of spatial interaction models, and associated developments.
    Geurs, K. T. and van Wee, B. (2004). Accessibility evaluation of land-use and transport
    strategies. Soukhov, A. et al. (2023). Introducing spatial availability, a
    singly-constrained measure of competitive accessibility.

    Examples
    --------
    >>> from yrdgeo.analysis.decay import exponential
    >>> times = TravelTimes(["a", "b"], ["x", "y"], [[10, 60], [60, 10]])
    >>> beds, people = pd.Series({"x": 9.0, "y": 1.0}), pd.Series({"a": 1.0, "b": 1.0})
    >>> near = exponential(half_life_min=25)
    >>> constrained(times, beds, people, decay=near).round(2).to_dict()
    {'a': 7.68, 'b': 2.32}
    >>> constrained(times, beds, people, decay=near, constraint="attraction").round(2).to_dict()
    {'a': 7.4, 'b': 2.6}
    """
    check_choice(constraint, "constraint", CONSTRAINTS)
    amounts, people, weights = market(times, supply, demand, decay=decay)
    if constraint == "attraction":
        found = received(weights, people @ weights, amounts)
    else:
        reached = np.where(people @ weights > 0, amounts, 0.0)
        asking = np.where(weights @ reached > 0, people, 0.0)
        parts = _parts(weights, asking > 0, reached > 0)
        market_of = Market(_sweep(weights, asking), asking, reached, parts, times.origins)
        found = weights @ pull(market_of, doubly=constraint == "doubly")
    return pd.Series(found, times.origins, name="constrained")


def constrained_flows(
    times: TravelTimes,
    supply: pd.Series,
    demand: pd.Series,
    *,
    decay: DecayFunction,
    constraint: Constraint = "doubly",
) -> pd.DataFrame:
    r"""Return the flow from each origin to each destination, with known sums.

    .. math:: T_{ij} = a_i P_i \, b_j S_j \, f(t_{ij})

    - ``production``: :math:`\sum_j T_{ij} = P_i`, with :math:`b_j = 1`;
    - ``attraction``: :math:`\sum_i T_{ij} = S_j`, with :math:`a_i = 1`;
    - ``doubly``: both, by Furness' iteration (iterative proportional fitting).

    Parameters
    ----------
    times, decay, constraint
        As in :func:`constrained`.
    supply
        S, what comes to each destination, by id.
    demand
        P, what leaves each origin, by id. With ``doubly`` both have one total.

    Returns
    -------
    flows
        Shape (n, m), origins as index and destinations as columns, in the unit that is
        constrained. Columns of ``doubly`` meet their sums to rounding, rows to one part in 10⁹.

    Raises
    ------
    TableError
        If a place has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        As :func:`constrained`; and if a place whose sum is known reaches nothing, or the two
        totals differ by more than one part in 10⁹.

    References
    ----------
    Wilson, A. G. (1971). A family of spatial interaction models, and associated developments.
    Furness, K. P. (1965). Time function iteration.

    Examples
    --------
    >>> from yrdgeo.analysis.decay import exponential
    >>> times = TravelTimes(["a", "b"], ["x", "y"], [[10, 60], [60, 10]])
    >>> beds, people = pd.Series({"x": 9.0, "y": 1.0}), pd.Series({"a": 5.0, "b": 5.0})
    >>> constrained_flows(times, beds, people, decay=exponential(half_life_min=25)).round(
    ...     2).to_dict("index")
    {'a': {'x': 4.93, 'y': 0.07}, 'b': {'x': 4.07, 'y': 0.93}}
    """
    check_choice(constraint, "constraint", CONSTRAINTS)
    amounts, people, weights = market(times, supply, demand, decay=decay)
    if constraint != "attraction":
        _require_reach(people, weights @ amounts, times.origins, "demand")
    if constraint != "production":
        _require_reach(amounts, people @ weights, times.destinations, "supply")
    if constraint == "production":
        left, right = ratio(people, weights @ amounts), amounts
    elif constraint == "attraction":
        left, right = people, ratio(amounts, people @ weights)
    else:
        _require_one_total(amounts, people)
        left, right = _furness(_sweep(weights, people), people, amounts, times.origins)
    flows = left[:, None] * weights * right
    return pd.DataFrame(flows, times.origins, times.destinations)


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """Demand and supply that reach each other, whose weights come in sweeps.

    Attributes
    ----------
    sweep
        From v of each destination: W v of each origin, and u W of each destination with
        u = demand / W v.
    demand, supply
        Amounts of n origins and m destinations.
    parts
        The number of the connected part of each origin and each destination.
    origins
        Ids, for errors.
    """

    sweep: Callable[[Floats], tuple[Floats, Floats]]
    demand: Floats
    supply: Floats
    parts: tuple[Places, Places]
    origins: pd.Index


def pull(market_of: Market, *, doubly: bool) -> Floats:
    """Return b S of each destination, so scaled that each part shares out its own supply.

    Raises
    ------
    ArgumentError
        If no flows meet the sums of both sides.
    """
    demand, supply = market_of.demand, market_of.supply
    rows, columns = market_of.parts
    size = int(max(rows.max(initial=0), columns.max(initial=0))) + 1
    supplied = summed(columns, supply, size)
    right = supply
    if doubly:
        scaled = supply * ratio(summed(rows, demand, size), supplied)[columns]
        right = _furness(market_of.sweep, demand, scaled, market_of.origins)[1]
    shared = summed(rows, demand * market_of.sweep(right)[0], size)
    scaled_pull: Floats = right * ratio(supplied, shared)[columns]
    return scaled_pull


def _sweep(weights: Floats, people: Floats) -> Callable[[Floats], tuple[Floats, Floats]]:
    def sweep(right: Floats) -> tuple[Floats, Floats]:
        met = weights @ right
        return met, ratio(people, met) @ weights

    return sweep


def _furness(
    sweep: Callable[[Floats], tuple[Floats, Floats]],
    people: Floats,
    amounts: Floats,
    origins: pd.Index,
) -> tuple[Floats, Floats]:
    """Return u, v such that the sums of u W v are the demand and the supply."""
    best, since = np.inf, 0
    with np.errstate(over="ignore", invalid="ignore"):  # factors run away where none exist
        met, pressed = sweep(amounts)
        for rounds in range(1, MOST_ROUNDS + 1):
            left, right = ratio(people, met), ratio(amounts, pressed)
            met, pressed = sweep(right)
            gap = np.abs(ratio(left * met, people) - (people > 0))
            if gap.max() <= TOLERANCE:
                return left, right
            if gap.max() < best * (1 - SLOW):
                best, since = gap.max(), rounds
            if rounds - since >= PATIENCE or not np.isfinite(gap).all():
                break
    worst = int(gap.argmax())
    raise ArgumentError(
        f"No flows were found that meet the sums of all places, after {rounds:,} rounds.",
        found=f"{gap[worst]:.1e} of the demand of {origins[worst]} is off",
        fix="Let the decay reach farther, or ask for constraint='attraction'.",
    )


def _parts(weights: Floats, rows: Flags, columns: Flags) -> tuple[Places, Places]:
    """Return the number of the connected part of each origin and each destination."""
    links = (weights > 0) & rows[:, None] & columns
    # One origin's destinations, their origins, and theirs: nearly always that is everything.
    first = links[int(links.sum(axis=1).argmax())]
    if np.array_equal(links[links[:, first].any(axis=1)].any(axis=0), columns):
        return np.zeros(len(rows), dtype=np.intp), np.zeros(len(columns), dtype=np.intp)
    origin, end = np.nonzero(links)
    size = len(rows) + len(columns)
    pairs = csr_array((np.ones(len(origin)), (origin, end + len(rows))), shape=(size, size))
    labels = connected_components(pairs, directed=False)[1].astype(np.intp)
    return labels[: len(rows)], labels[len(rows) :]


def _require_reach(amounts: Floats, reached: Floats, places: pd.Index, name: str) -> None:
    lost = places[(amounts > 0) & (reached <= 0)]
    if len(lost):
        raise ArgumentError(
            f"The {name} of a place must go somewhere, but no path and no decay lets it.",
            found=f"nothing in reach of {few(lost)}",
            fix="Leave these places out, or let the decay reach farther.",
        )


def _require_one_total(supply: Floats, demand: Floats) -> None:
    if abs(supply.sum() - demand.sum()) > TOLERANCE * demand.sum():
        raise ArgumentError(
            "Flows that are constrained at both ends need one total.",
            found=f"supply {supply.sum():.10g}, demand {demand.sum():.10g}",
            fix="Scale one: supply * demand.sum() / supply.sum().",
        )
