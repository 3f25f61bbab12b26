"""What can be reached from a place, without a matrix of travel times.

Promise: memory grows with the places, never with the pairs. The sums are those of
:mod:`yrdgeo.analysis.accessibility` on the full matrix, up to the rounding of the last digits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import Network
from yrdgeo.routing.engine import Engine, Prepared, limit_ms, minutes_between, ready
from yrdgeo.routing.graph import EXACT_MS, MS_PER_MINUTE, Floats, Graph, Int64s, as_ids
from yrdgeo.routing.parallel import AnyExecutor, cut, in_blocks, workers
from yrdgeo.routing.times import check_cutoff

if TYPE_CHECKING:
    from yrdgeo.routing.hierarchy import Hierarchy

Decay = Callable[[Floats], Floats]
Direction = Literal["out", "in"]
_BLOCK_BYTES = 64 * 2**20  # of the times that are held at once
_PLACES = 2**20  # origins that a worker is given at most


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    core: "Graph | Hierarchy"
    places: Int64s
    nodes: Int64s
    amounts: Floats
    limits: tuple[int, ...]
    decay: Decay | None
    inward: bool
    graph: Graph | None  # if searches may answer in the hierarchy's place


def reach(  # noqa: PLR0913 — options, each by name
    network: Network | Prepared,
    origins: Sequence[str] | pd.Index,
    amounts: pd.Series,
    *,
    cutoffs_min: Sequence[float] = (),
    decay: Decay | None = None,
    direction: Direction = "out",
    engine: Engine = "auto",
    cache: str | Path | None = None,
    executor: AnyExecutor | None = None,
) -> pd.DataFrame:
    r"""Sum the amounts that each origin reaches: within cut-offs, weighted by a decay, or both.

    .. math:: A_i^c = \sum_j O_j \, [t_{ij} \le c] \qquad A_i = \sum_j O_j \, f(t_{ij})

    The sums are taken while times are computed; no matrix is made. A place reaches itself in 0
    minutes.

    Parameters
    ----------
    network
        Links and nodes, or what :func:`yrdgeo.routing.engine.prepare` made of them.
    origins
        Node ids, or adcodes of seats.
    amounts
        What is at the destinations, indexed by their ids; finite.
    cutoffs_min
        Minutes; a time equal to the cut-off counts.
    decay
        A function from minutes (any shape, ``inf`` where there is no path) to weights.
    direction
        ``"out"``: times from the origins to the amounts; ``"in"``: the other way, as in the
        demand of a catchment.
    engine, cache, executor
        As in :func:`yrdgeo.routing.times.travel_times`. In a large network ``"auto"`` searches
        from each amount as far as the longest cut-off where that costs less than the hierarchy.

    Returns
    -------
    reached
        Indexed by origin, in the unit of ``amounts``: a column for each cut-off, named by its
        minutes, then ``gravity`` if there is a decay.

    Raises
    ------
    NetworkError
        If an id is neither a node nor the adcode of a seat.
    ArgumentError
        If ids repeat, amounts are not finite, or there is neither cut-off nor decay.

    References
    ----------
    Hansen, W. G. (1959). How accessibility shapes land use.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["a", "b", "c"]})
    >>> links = pd.DataFrame({"link_id": ["1", "2"], "from_node": ["a", "b"],
    ...     "to_node": ["b", "c"], "mode": "road", "length_km": 10.0, "speed_kmh": 60.0})
    >>> jobs = pd.Series({"b": 5.0, "c": 7.0})
    >>> reach(Network(links, nodes), ["a", "b"], jobs, cutoffs_min=[10, 20]).to_dict("index")
    {'a': {10: 5.0, 20: 12.0}, 'b': {10: 12.0, 20: 12.0}}
    """
    for cutoff in cutoffs_min:
        check_cutoff(cutoff)
    if not len(cutoffs_min) and decay is None:
        raise ArgumentError("reach() needs cutoffs_min or a decay, or both.")
    if direction not in ("out", "in"):
        raise ArgumentError("direction is 'out' or 'in'.", found=repr(direction))
    starts = as_ids(origins, role="origins")
    ends = as_ids(amounts.index, role="destinations")
    values = amounts.to_numpy(dtype=np.float64)
    if not np.isfinite(values).all():
        raise ArgumentError(
            "The amounts must be numbers.",
            found=f"none at {few(ends[~np.isfinite(values)])}",
            fix="Fill or drop these destinations first.",
        )
    here = ready(network, min(len(starts), len(ends)), engine=engine, cache=cache)
    free = engine == "auto" and executor is None
    question = _Question(
        here.core,
        here.numbers(starts, role="origins", arriving=direction == "in"),
        here.numbers(ends, role="destinations", arriving=direction == "out"),
        values,
        tuple(limit_ms(cutoff) for cutoff in cutoffs_min),
        decay,
        direction == "in",
        here.graph if free else None,
    )
    names = [*cutoffs_min, *(["gravity"] if decay is not None else [])]
    blocks = [np.arange(len(starts))]
    if executor is not None:
        size = {"columns": 1, "most_bytes": 8 * _PLACES}
        blocks = cut(question.places, here.core, at_once=workers(executor), **size)
    sums = np.empty((len(starts), len(names)))
    for rows, found in zip(blocks, in_blocks(executor, _block_sums, question, blocks), strict=True):
        sums[rows] = found
    return pd.DataFrame(sums, pd.Index(starts, name="from_id"), pd.Index(names))


def _block_sums(question: _Question, rows: Int64s) -> Floats:
    places = question.places[rows]
    if isinstance(question.core, Graph):
        return _searched(question, places)
    from yrdgeo.routing import balls, many  # noqa: PLC0415 — small questions do without

    at = many.Amounts(question.nodes, question.amounts)
    made, against = question.core, not question.inward
    columns = []
    if question.limits:
        graph, limits = question.graph, question.limits
        columns.append(
            many.sums_within(made, places, at, limits, against=against)
            if graph is None
            else balls.sums_within(made, graph, (places, at), limits, against=against)
        )
    if question.decay is not None:
        sums = many.sums_weighted(made, places, at, question.decay, against=against)
        columns.append(sums[:, None])
    return np.concatenate(columns, axis=1)


def _searched(question: _Question, places: Int64s) -> Floats:
    """Sum by blocks of places and Dijkstra."""
    width = len(question.limits) + (question.decay is not None)
    sums = np.zeros((len(places), width))
    size = max(1, _BLOCK_BYTES // (8 * max(1, len(question.nodes))))
    limit = EXACT_MS if question.decay is not None else max(question.limits)
    for first in range(0, len(places), size):
        block = places[first : first + size]
        if question.inward:
            minutes = minutes_between(question.core, question.nodes, block, limit).T
        else:
            minutes = minutes_between(question.core, block, question.nodes, limit)
        for column, cutoff in enumerate(question.limits):
            within = np.rint(minutes * MS_PER_MINUTE) <= cutoff
            sums[first : first + size, column] = within @ question.amounts
        if question.decay is not None:
            weights = np.asarray(question.decay(minutes), dtype=np.float64)
            sums[first : first + size, -1] = weights @ question.amounts
    return sums


def nearest(
    network: Network | Prepared,
    origins: Sequence[str] | pd.Index,
    destinations: Sequence[str] | pd.Index,
    *,
    k: int = 1,
    engine: Engine = "auto",
) -> pd.DataFrame:
    """Return the k destinations that each origin reaches first.

    Parameters
    ----------
    network
        Links and nodes, or what :func:`yrdgeo.routing.engine.prepare` made of them.
    origins, destinations
        Node ids, or adcodes of seats.
    k
        One or more. Equal times go in the order of ``destinations``.
    engine
        As in :func:`yrdgeo.routing.times.travel_times`.

    Returns
    -------
    nearest
        ``from_id rank to_id travel_time_min``, rank from 1; fewer than k rows for an origin
        that reaches fewer.

    Raises
    ------
    NetworkError
        If an id is neither a node nor the adcode of a seat.
    ArgumentError
        If ids repeat or k is less than one.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["a", "b", "c"]})
    >>> links = pd.DataFrame({"link_id": ["1", "2"], "from_node": ["a", "b"],
    ...     "to_node": ["b", "c"], "mode": "road", "length_km": 10.0, "speed_kmh": 60.0})
    >>> nearest(Network(links, nodes), ["a"], ["c", "b"])
      from_id  rank to_id  travel_time_min
    0       a     1     b             10.0
    """
    if k < 1:
        raise ArgumentError("k must be one or more.", found=str(k))
    starts, ends = as_ids(origins, role="origins"), as_ids(destinations, role="destinations")
    here = ready(network, min(len(starts), len(ends)), engine=engine)
    sources = here.numbers(starts, role="origins")
    targets = here.numbers(ends, role="destinations", arriving=True)
    size = max(1, _BLOCK_BYTES // (8 * max(1, len(ends))))
    tables = []
    for first in range(0, len(starts), size):
        block = slice(first, first + size)
        minutes = minutes_between(here.core, sources[block], targets, EXACT_MS)
        for rank in range(1, min(k, len(ends)) + 1):
            best = minutes.argmin(axis=1)  # the first of equals
            soonest = minutes[np.arange(len(minutes)), best]
            minutes[np.arange(len(minutes)), best] = np.inf
            found = np.isfinite(soonest)
            tables.append(
                pd.DataFrame(
                    {
                        "from_id": starts[block][found],
                        "rank": rank,
                        "to_id": ends[best[found]],
                        "travel_time_min": soonest[found],
                        "row": first + np.flatnonzero(found),
                    }
                )
            )
    columns = ["from_id", "rank", "to_id", "travel_time_min"]
    if not tables:
        return pd.DataFrame(columns=columns)
    whole = pd.concat(tables).sort_values(["row", "rank"], ignore_index=True)
    return whole[columns]


def isochrone(
    network: Network | Prepared,
    origins: Sequence[str] | pd.Index,
    *,
    cutoffs_min: Sequence[float],
    engine: Engine = "auto",
) -> pd.DataFrame:
    """Return every node that an origin reaches, with the smallest cut-off that holds it.

    Parameters
    ----------
    network
        Links and nodes, or what :func:`yrdgeo.routing.engine.prepare` made of them.
    origins
        Node ids, or adcodes of seats.
    cutoffs_min
        One or more cut-offs in minutes; a time equal to the cut-off is within it.
    engine
        As in :func:`yrdgeo.routing.times.travel_times`.

    Returns
    -------
    reached
        ``from_id node_id travel_time_min cutoff_min``, in the order of the origins and of the
        node table.

    Raises
    ------
    NetworkError
        If an id is neither a node nor the adcode of a seat.
    ArgumentError
        If ids repeat, there is no cut-off, or one is negative.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["a", "b", "c"]})
    >>> links = pd.DataFrame({"link_id": ["1", "2"], "from_node": ["a", "b"],
    ...     "to_node": ["b", "c"], "mode": "road", "length_km": 10.0, "speed_kmh": 60.0})
    >>> isochrone(Network(links, nodes), ["a"], cutoffs_min=[15, 5])
      from_id node_id  travel_time_min  cutoff_min
    0       a       a              0.0           5
    1       a       b             10.0          15
    """
    cutoffs = np.unique(np.asarray(cutoffs_min))
    for cutoff in cutoffs:
        check_cutoff(float(cutoff))
    if not len(cutoffs):
        raise ArgumentError("isochrone() needs at least one cut-off.", fix="Write [30, 60].")
    starts = as_ids(origins, role="origins")
    here = ready(network, len(starts), engine=engine)
    sources, limit = here.numbers(starts, role="origins"), limit_ms(float(cutoffs[-1]))
    every = here.numbers(here.nodes, role="nodes", arriving=True)
    size = max(1, _BLOCK_BYTES // (8 * max(1, len(every))))
    tables = []
    for first in range(0, len(starts), size):
        minutes = minutes_between(here.core, sources[first : first + size], every, limit)
        rows, columns = np.nonzero(np.isfinite(minutes))
        within = minutes[rows, columns]
        tables.append(
            pd.DataFrame(
                {
                    "from_id": starts[first + rows],
                    "node_id": here.nodes[columns],
                    "travel_time_min": within,
                    "cutoff_min": cutoffs[np.searchsorted(cutoffs, within)],
                }
            )
        )
    names = ["from_id", "node_id", "travel_time_min", "cutoff_min"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=names)
