"""Linkage of cities by size and time: gravity flows, shares, dominant flows, breaking points.

Promise: flows are compared as shares and ranks; their unit is arbitrary and never printed as one.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import checked, decay_weights
from yrdgeo.analysis.arguments import check_list, check_number
from yrdgeo.analysis.decay import DecayFunction
from yrdgeo.analysis.magnitudes import SIZES, extreme, floats_of
from yrdgeo.analysis.masses import numbers_by_city, positive
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TravelTimes


def gravity_flows(times: TravelTimes, masses: pd.Series, *, decay: DecayFunction) -> pd.DataFrame:
    r"""Return the strength of the link between each two cities.

    .. math:: R_{ij} = M_i \, M_j \, f(T_{ij}), \qquad R_{ii} = 0

    With f = T⁻² and M = √(PG) it is the economic linkage (经济联系强度) of the literature.

    Parameters
    ----------
    times
        Travel times of n cities to the same n cities.
    masses
        Above zero by adcode.
    decay
        From :mod:`yrdgeo.decay`, for instance ``power(2)``, or any function from minutes to
        weights.

    Returns
    -------
    flows
        n × n, rows from, columns to; 0 where there is no path and on the diagonal. The unit is
        that of the masses and depends on that of time: compare shares and ranks.

    Raises
    ------
    ArgumentError
        If a mass lacks or is not above zero, times are not square or cannot be minutes, or the
        decay gives no finite weight.

    References
    ----------
    Reilly, W. J. (1931). The Law of Retail Gravitation. Taaffe, E. J. (1962). The urban hierarchy:
    an air passenger definition. Economic Geography 38, 1-14.

    Examples
    --------
    >>> from yrdgeo.analysis.decay import power
    >>> ids = pd.Index(["310000", "320500"])
    >>> times = TravelTimes(ids, ids, [[0, 30], [30, 0]])
    >>> gravity_flows(times, pd.Series([9.0, 2.0], ids), decay=power(2)).to_numpy().tolist()
    [[0.0, 0.02], [0.02, 0.0]]
    """
    ids = _square(times)
    mass = positive(masses, "mass", ids).to_numpy()
    minutes = times.minutes[:, times.destinations.get_indexer(ids)].copy()
    # A city has no flow to itself, and a decay need not have a weight for zero minutes.
    np.fill_diagonal(minutes, np.inf)
    weights = decay_weights(TravelTimes(ids, ids, minutes), decay)
    return pd.DataFrame(mass[:, None] * mass * weights, ids, ids)


def flow_shares(flows: pd.DataFrame) -> pd.DataFrame:
    r"""Return each flow as a share of all flows of its origin.

    .. math:: \lambda_{ij} = R_{ij} \Big/ \sum_j R_{ij}

    Parameters
    ----------
    flows
        n × n, zero or more.

    Returns
    -------
    shares
        n × n, rows summing to 1; a row of NaN for a city without any flow.

    Raises
    ------
    ArgumentError
        If a flow is missing, negative or infinite, or rows and columns differ.

    Examples
    --------
    >>> flow_shares(pd.DataFrame([[0.0, 3, 1], [1, 0, 0], [1, 1, 0]])).iloc[0].tolist()
    [0.0, 0.75, 0.25]
    """
    checked = checked_flows(flows)
    total = checked.sum(axis=1)
    return checked.div(total.where(total > 0), axis=0)


def dominant_flows(flows: pd.DataFrame, sizes: pd.Series | None = None) -> pd.DataFrame:
    """Order cities by their largest flow: who looks to whom, and who looks to nobody.

    A city is subordinate to the city of its largest outflow if that city is larger; otherwise it
    is a centre. Following the largest flows upward from any city ends at its centre.

    Parameters
    ----------
    flows
        n × n, zero or more, rows from and columns to.
    sizes
        What makes a city larger; by default all flows it receives.

    Returns
    -------
    table
        Indexed by city: ``dominant_id`` the city of the largest outflow (the first of equals by
        code), ``share`` of that flow, ``role`` ``centre`` or ``subordinate``, ``centre_id`` and
        ``steps`` to it. A city without any flow is its own centre.

    Raises
    ------
    ArgumentError
        If flows are missing, negative or infinite, or a size lacks.

    References
    ----------
    Nystuen, J. D., Dacey, M. F. (1961). A graph theory interpretation of nodal regions. Papers of
    the Regional Science Association 7, 29-42.

    Examples
    --------
    >>> ids = ["a", "b", "c"]
    >>> flows = pd.DataFrame([[0.0, 5, 3], [6, 0, 1], [4, 2, 0]], ids, ids)
    >>> dominant_flows(flows)[["dominant_id", "role", "centre_id"]].to_numpy().tolist()
    [['b', 'centre', 'a'], ['a', 'subordinate', 'a'], ['a', 'subordinate', 'a']]
    """
    checked = checked_flows(flows).sort_index().sort_index(axis=1)
    received = checked.sum(axis=0) if sizes is None else numbers_by_city(sizes, "sizes")
    lost = checked.index.difference(received.dropna().index)
    if len(lost):
        raise ArgumentError("Every city needs a size.", found=f"none for {few(lost)}")
    size = received.loc[checked.index].to_numpy(np.float64)
    matrix = checked.to_numpy(np.float64)
    target = matrix.argmax(axis=1)
    total = matrix.sum(axis=1)
    own = np.arange(len(target))
    # Of two cities of one size the first by code counts as the larger, so nobody goes in circles.
    larger = (size[target] > size) | ((size[target] == size) & (target < own))
    upward = np.where(larger & (total > 0), target, own)
    centre, steps = upward.copy(), (upward != own).astype(int)
    while (moved := upward[centre] != centre).any():
        centre, steps = np.where(moved, upward[centre], centre), steps + moved
    ids = checked.index
    with np.errstate(invalid="ignore", divide="ignore"):
        share = matrix[own, target] / total
    table = pd.DataFrame(
        {
            "dominant_id": pd.Series(ids[target], ids).where(total > 0, ""),
            "share": share,
            "role": np.where(upward == own, "centre", "subordinate"),
            "centre_id": ids[centre],
            "steps": steps,
        },
        index=ids,
    )
    return table.reindex(flows.index)


def breakpoint(  # noqa: A001 — the field's word, and the contract's
    distance: pd.Series, masses_a: pd.Series, masses_b: pd.Series, *, exponent: float = 2.0
) -> pd.Series:
    r"""Return how far from a the pull of a and of b is equal.

    .. math:: d_a = \frac{D_{ab}}{1 + (M_b / M_a)^{1/\alpha}}

    Parameters
    ----------
    distance
        Kilometres or minutes between a and b, zero or more, one a pair.
    masses_a, masses_b
        Above zero, indexed as ``distance``.
    exponent
        α of the gravity model.

    Returns
    -------
    breakpoint
        Indexed as ``distance``, in its unit, measured from a; ``inf`` where there is no way.

    Raises
    ------
    ArgumentError
        If the indexes differ, or a mass, a distance or the exponent is out of range.

    References
    ----------
    Converse, P. D. (1949). New laws of retail gravitation. Journal of Marketing 14, 379-384.

    Examples
    --------
    >>> breakpoint(pd.Series([100.0]), pd.Series([9.0]), pd.Series([1.0])).tolist()
    [75.0]
    """
    check_number(exponent, "exponent", above=0)
    here, there = positive(masses_a, "mass"), positive(masses_b, "mass")
    apart = numbers_by_city(distance, "distance")
    if not (apart.index.equals(here.index) and apart.index.equals(there.index)):
        raise ArgumentError("Distance and both masses must have one index.")
    if not (apart >= 0).all():
        bad = few(f"{number:g} at {pair}" for pair, number in apart[~(apart >= 0)].items())
        fix = "No way is inf, not NaN."
        raise ArgumentError("Distances must be zero or more.", found=bad, fix=fix)
    ratio = (there / here) ** (1 / exponent)
    return (apart / (1 + ratio)).rename("breakpoint")


def field_strength(
    times: TravelTimes, masses: pd.Series, cores: Sequence[str], *, decay: DecayFunction
) -> pd.DataFrame:
    r"""Return the pull of each core on each place.

    .. math:: F_{ik} = M_k \, f(T_{ik})

    Parameters
    ----------
    times
        Travel times of places to cores (further destinations do not matter).
    masses
        Above zero, by adcode of the core.
    cores
        Adcodes.
    decay
        From :mod:`yrdgeo.decay`, or any function from minutes to weights; a core's pull on itself
        is that at its own time.

    Returns
    -------
    strength
        Places × cores, with columns ``strongest`` (the core of the largest pull, the first of
        equals, empty where none reaches) and ``margin`` (share of the pull that the strongest
        has more than the second) at the end.

    Raises
    ------
    ArgumentError
        If a core is no destination or has no mass above zero, the decay gives no finite weight, or
        the times cannot be minutes.

    References
    ----------
    Reilly, W. J. (1931). The Law of Retail Gravitation.

    Examples
    --------
    >>> from yrdgeo.analysis.decay import power
    >>> times = TravelTimes(pd.Index(["p"]), pd.Index(["a", "b"]), [[10.0, 20.0]])
    >>> field_strength(times, pd.Series({"a": 1.0, "b": 8.0}), ["a", "b"], decay=power(2))
    to_id       a     b strongest    margin
    from_id...
    p        0.01  0.02         b  0.333333
    """
    times = checked(times)
    places = pd.Index(check_list(cores, "cores"), name="to_id")
    lost = places.difference(times.destinations)
    if len(lost):
        raise ArgumentError("Cores need times.", found=few(lost), fix="Compute times to each.")
    mass = positive(masses, "mass", places).to_numpy()
    to_cores = times.minutes[:, times.destinations.get_indexer(places)]
    weights = decay_weights(TravelTimes(times.origins, places, to_cores), decay)
    pull = pd.DataFrame(mass * weights, times.origins, places)
    ordered = np.sort(pull.to_numpy(), axis=1)[:, ::-1]
    second = ordered[:, 1] if len(places) > 1 else np.zeros(len(pull))
    total = pull.sum(axis=1).to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        margin = (ordered[:, 0] - second) / total
    reached = total > 0
    strongest = pd.Series(pull.idxmax(axis=1), pull.index).where(reached, "")
    return pull.assign(strongest=strongest, margin=margin)


def checked_flows(flows: pd.DataFrame) -> pd.DataFrame:
    """Return the flows with a zero diagonal, or refuse them."""
    if not isinstance(flows, pd.DataFrame):
        raise ArgumentError("Flows are a table of pairs.", found=type(flows).__name__)
    once = flows.index.is_unique and flows.columns.is_unique
    if flows.empty or not once or set(flows.index) != set(flows.columns):
        raise ArgumentError(
            "Flows are a square table with the same cities as rows and columns, each once.",
            found=f"{flows.shape[0]} rows, {flows.shape[1]} columns",
        )
    square = flows.loc[:, flows.index]
    numbers = square.apply(lambda column: pd.Series(floats_of(column), column.index))
    bad = ~np.isfinite(numbers.to_numpy()) | (numbers.to_numpy() < 0) | extreme(numbers)
    if bad.any():
        places = (f"{flows.index[i]} → {flows.index[j]}" for i, j in np.argwhere(bad))
        raise ArgumentError(f"Flows are finite, zero or more, {SIZES}.", found=few(places))
    off = ~np.eye(len(numbers), dtype=bool)
    return pd.DataFrame(np.where(off, numbers, 0.0), numbers.index, numbers.columns)


def _square(times: TravelTimes) -> pd.Index:
    """Return the cities of times between the same cities, which can be minutes."""
    if set(checked(times).origins) != set(times.destinations):
        raise ArgumentError(
            "Flows need times from every city to every city.",
            found=f"{len(times.origins)} origins, {len(times.destinations)} destinations",
        )
    return times.origins
