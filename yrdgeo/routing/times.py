"""Travel times of a network, many to many.

Promise: exact. A time is the sum of whole milliseconds along the fastest path, given as float64
minutes; no path, or none within the cut-off, is ``inf``.
"""

from collections.abc import Sequence
from math import isnan
from pathlib import Path

import numpy as np
import pandas as pd

from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import Network, TravelTimes
from yrdgeo.routing import store
from yrdgeo.routing.blocks import Parts, Task, minutes_by_blocks
from yrdgeo.routing.engine import Engine, Prepared, limit_ms, minutes_between, ready
from yrdgeo.routing.graph import as_ids
from yrdgeo.routing.parallel import AnyExecutor


def travel_times(  # noqa: PLR0913 — options, each by name
    network: Network | Prepared,
    origins: Sequence[str] | pd.Index,
    destinations: Sequence[str] | pd.Index | None = None,
    *,
    cutoff_min: float = np.inf,
    engine: Engine = "auto",
    cache: str | Path | None = None,
    executor: AnyExecutor | None = None,
    parts: str | Path | None = None,
) -> TravelTimes:
    r"""Return the times of the fastest paths from every origin to every destination.

    .. math:: t_{ij} = \min_{p: i \to j} \sum_{l \in p} (60 \, length_l / speed_l + fixed_l)

    Each link's time is rounded once to the nearest millisecond (halves to even), so that every
    order of summation gives the same answer. Links marked ``oneway`` lead one way, all others
    both; of parallel links the fastest counts; a link of no length is legal.

    Parameters
    ----------
    network
        Links and nodes, or what :func:`yrdgeo.routing.engine.prepare` made of them.
    origins, destinations
        Node ids, or adcodes, which stand for the node of kind ``seat`` with that adcode. The
        destinations are the origins if none are given.
    cutoff_min
        Longer times are ``inf``; a time equal to the cut-off is kept.
    engine
        ``"dijkstra"``, ``"hierarchy"``, or ``"auto"``: what is expected to be sooner (see
        :func:`yrdgeo.routing.engine.ready`). The answer is the same.
    cache
        A folder in which hierarchies are kept between runs; none by default.
    executor
        Any :class:`concurrent.futures.Executor`, or a ``dask.distributed.Client``; it is given
        blocks of origins. The answer is the same with and without.
    parts
        A folder for blocks of origins as Parquet files. Those that are there already and belong
        to the same question are read instead of computed.

    Returns
    -------
    times
        Shape (n, m), minutes, labelled with the ids that were passed. From a place to itself
        it is 0.

    Raises
    ------
    NetworkError
        If an id is neither a node nor the adcode of a seat, or links take absurdly long.
    ArgumentError
        If an id is given twice, or the cut-off is negative or not a number.

    References
    ----------
    Dijkstra, E. W. (1959). A note on two problems in connexion with graphs.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["310000", "x", "320500"], "kind": ["seat", "junction",
    ...     "seat"], "adcode": ["310000", "", "320500"]})
    >>> links = pd.DataFrame({"link_id": ["1", "2"], "from_node": ["310000", "x"],
    ...     "to_node": ["x", "320500"], "mode": "rail", "length_km": [50.0, 50.0],
    ...     "speed_kmh": [200.0, 100.0], "fixed_min": [0.0, 2.0]})
    >>> travel_times(Network(links, nodes), ["310000", "320500"]).minutes
    array([[ 0., 47.],
           [47.,  0.]])
    """
    check_cutoff(cutoff_min)
    starts = as_ids(origins, role="origins")
    ends = starts if destinations is None else as_ids(destinations, role="destinations")
    here = ready(network, min(len(starts), len(ends)), engine=engine, cache=cache)
    sources = here.numbers(starts, role="origins")
    targets = here.numbers(ends, role="destinations", arriving=True)
    limit = limit_ms(cutoff_min)
    if parts is None and executor is None:
        return TravelTimes(starts, ends, minutes_between(here.core, sources, targets, limit))
    kept = None
    if parts is not None:
        kept = Parts(Path(parts), starts, ends, store.fingerprint(here.graph))
    task = Task(here.core, sources, targets, limit, kept)
    return TravelTimes(starts, ends, minutes_by_blocks(task, executor))


def check_cutoff(cutoff_min: float) -> None:
    """Refuse a cut-off that is not zero or more minutes."""
    if isnan(cutoff_min) or cutoff_min < 0:
        raise ArgumentError(
            "cutoff_min must be zero or more minutes.", found=str(cutoff_min), fix="Write minutes."
        )


def fastest(*times: TravelTimes) -> TravelTimes:
    r"""Return the fastest of several modes for each pair.

    .. math:: t_{ij} = \min_k t^{(k)}_{ij}

    Parameters
    ----------
    *times
        Travel times between the same places, in any order; they are matched by id.

    Returns
    -------
    times
        Shape (n, m), minutes, in the order of the first.

    Raises
    ------
    ArgumentError
        If none is given, or the places differ.

    Examples
    --------
    >>> rail = TravelTimes(["a", "b"], ["c"], [[30.0], [np.inf]])
    >>> road = TravelTimes(["b", "a"], ["c"], [[50.0], [45.0]])
    >>> fastest(rail, road).minutes
    array([[30.],
           [50.]])
    """
    if not times:
        raise ArgumentError("fastest() needs the travel times of at least one mode.")
    first = times[0]
    best = first.minutes.copy()
    for other in times[1:]:
        for name in ("origins", "destinations"):
            odd = getattr(first, name).symmetric_difference(getattr(other, name))
            if len(odd):
                raise ArgumentError(
                    f"The travel times of the modes have different {name}.",
                    found=few(odd),
                    fix="Compute every mode between the same places.",
                )
        rows = other.origins.get_indexer(first.origins)
        columns = other.destinations.get_indexer(first.destinations)
        np.minimum(best, other.minutes[np.ix_(rows, columns)], out=best)
    return TravelTimes(first.origins, first.destinations, best)
