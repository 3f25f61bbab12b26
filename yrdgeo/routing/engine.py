"""Which engine answers: Dijkstra for small questions, a contraction hierarchy for large ones.

Promise: both give the same numbers to the last bit, because both add whole milliseconds. The
hierarchy, and numba with it, is imported only when it is used.
"""

import logging
from dataclasses import dataclass, replace
from math import ceil, isinf
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import dijkstra

from yrdgeo.errors import ArgumentError, nearest
from yrdgeo.results import Network
from yrdgeo.routing.doubts import check_lengths
from yrdgeo.routing.graph import (
    EXACT_MS,
    MS_PER_MINUTE,
    Floats,
    Graph,
    Int64s,
    build,
    csr,
    node_numbers,
)
from yrdgeo.routing.ties import marks, micrometres
from yrdgeo.routing.turns import expanded

if TYPE_CHECKING:
    from yrdgeo.routing.hierarchy import Hierarchy
    from yrdgeo.routing.trace import Trails

Engine = Literal["auto", "dijkstra", "hierarchy"]
_LOG = logging.getLogger(__name__)
ENGINES = ("auto", "dijkstra", "hierarchy")

SEARCH_S = 2e-7  # of one Dijkstra search, for each node; measured, see docs/engine.md
CONTRACT_S = 1.2e-5  # of contraction, for each node
START_S = 3.0  # of loading compiled code, and a share of compiling it once
PREPARED_NODES = 10_000  # from here on a prepared network has a hierarchy
_BLOCK_BYTES = 64 * 2**20  # of one block's times to every node


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A network made ready for many questions; every function of this room takes one.

    Attributes
    ----------
    network
        The tables.
    graph
        Their compressed arrays.
    hierarchy
        The contraction hierarchy, or nothing where Dijkstra is as good.
    trails
        What its shortcuts stand for, if paths were asked for.
    arrivals
        Number of the graph at which trips to each row of the node table end, if that is another
        than the one at which they begin: where turns cost, see :mod:`yrdgeo.routing.turns`.
    tied
        So many paths are as fast as each other that paths are found by Dijkstra.
    """

    network: Network
    graph: Graph
    hierarchy: "Hierarchy | None" = None
    trails: "Trails | None" = None
    arrivals: Int64s | None = None
    tied: bool = False

    @property
    def core(self) -> "Graph | Hierarchy":
        """What answers: the hierarchy if there is one."""
        return self.graph if self.hierarchy is None else self.hierarchy

    @property
    def nodes(self) -> pd.Index:
        """The ids of the node table; the graph may have more, without ids."""
        return self.graph.nodes[: len(self.network.nodes)]

    def numbers(self, ids: pd.Index, *, role: str, arriving: bool = False) -> Int64s:
        """Return the number of each node; see :func:`yrdgeo.routing.graph.node_numbers`.

        Trips end at it if ``arriving``, and begin at it otherwise.
        """
        numbers = node_numbers(self.network, ids, role=role, known=self.nodes)
        return self.arrivals[numbers] if arriving and self.arrivals is not None else numbers

    def __repr__(self) -> str:
        """Name the graph and the engine."""
        return f"Prepared({self.core!r})"


def prepare(
    network: Network,
    *,
    engine: Engine = "auto",
    cache: str | Path | None = None,
    paths: bool = False,
    turns: pd.DataFrame | None = None,
    u_turn_min: float = 0.0,
) -> Prepared:
    """Compress a network once, and contract it if it is large, for many questions to come.

    Parameters
    ----------
    network
        Links and nodes.
    engine
        ``"auto"`` contracts from 10,000 nodes on; ``"hierarchy"`` always, ``"dijkstra"`` never.
    cache
        A folder in which hierarchies are kept, named after their content.
    paths
        Whether paths will be asked for, and not only times: the hierarchy then remembers what
        its shortcuts stand for.
    turns
        ``from_link via_node to_link extra_min``: minutes that a turn adds, ``inf`` where it is
        prohibited. Turns that are not listed cost nothing.
    u_turn_min
        Minutes that going back along the same link adds, unless ``turns`` lists it.

    Raises
    ------
    ArgumentError
        If there is no such engine, or the minutes of a U-turn are negative or not a number.
    NetworkError
        If turns name links that do not meet at their node, or add negative minutes.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["a", "b"]})
    >>> links = pd.DataFrame({"link_id": ["1"], "from_node": "a", "to_node": "b", "mode": "road",
    ...     "length_km": 10.0, "speed_kmh": 60.0})
    >>> prepare(Network(links, nodes))
    Prepared(Graph(2 nodes, 2 arcs))
    """
    _check_engine(engine)
    if turns is None and not u_turn_min:
        here = _built(network)
    else:
        check_lengths(network)
        graph, arrivals = expanded(network, turns, u_turn_min=u_turn_min)
        here = Prepared(network, graph, arrivals=arrivals)
    large = engine == "auto" and len(here.graph.nodes) >= PREPARED_NODES
    wanted = large or engine == "hierarchy"
    return (
        _with_trails(here, cache, wanted=wanted)
        if paths
        else _contracted(here, cache, wanted=wanted)
    )


def ready(
    network: Network | Prepared,
    searches: int,
    *,
    engine: Engine = "auto",
    cache: str | Path | None = None,
) -> Prepared:
    r"""Choose the engine for a number of searches.

    ``"auto"`` takes the hierarchy if it is there already, or if *s* searches over *n* nodes by
    Dijkstra are expected to take longer than making it:

    .. math:: 2·10^{-7} \, s \, n > 3 + 1.2·10^{-5} \, n \quad \text{seconds}
    """
    here = _begun(network, engine)
    return _contracted(here, cache, wanted=_worth(here, searches, engine))


def ready_for_paths(
    network: Network | Prepared,
    origins: int,
    *,
    engine: Engine = "auto",
    cache: str | Path | None = None,
) -> Prepared:
    """Choose the engine for the paths from a number of origins; Dijkstra searches thrice each."""
    here = _begun(network, engine)
    if here.trails is not None or here.tied:
        return here
    return _with_trails(here, cache, wanted=_worth(here, 3 * origins, engine))


def _begun(network: Network | Prepared, engine: Engine) -> Prepared:
    _check_engine(engine)
    here = network if isinstance(network, Prepared) else _built(network)
    return replace(here, hierarchy=None, trails=None) if engine == "dijkstra" else here


def _built(network: Network) -> Prepared:
    check_lengths(network)
    return Prepared(network, build(network))


def _worth(here: Prepared, searches: int, engine: Engine) -> bool:
    size = len(here.graph.nodes)
    slow = SEARCH_S * searches * size > START_S + CONTRACT_S * size
    return engine == "hierarchy" or (engine == "auto" and slow)


def _contracted(here: Prepared, cache: str | Path | None, *, wanted: bool) -> Prepared:
    if not wanted or here.hierarchy is not None:
        return here
    from yrdgeo.routing.hierarchy import hierarchy  # noqa: PLC0415 — small questions do without

    return replace(here, hierarchy=hierarchy(here.graph, cache=_folder(cache)))


def _with_trails(here: Prepared, cache: str | Path | None, *, wanted: bool) -> Prepared:
    """Contract so that paths can be unpacked, if that is wanted."""
    if not wanted:
        return replace(here, hierarchy=None)
    from yrdgeo.routing.contraction import TiesError  # noqa: PLC0415 — small questions do without
    from yrdgeo.routing.hierarchy import hierarchy  # noqa: PLC0415 — the same
    from yrdgeo.routing.trace import trails  # noqa: PLC0415 — the same

    folder, graph = _folder(cache), here.graph
    try:
        made = hierarchy(graph, cache=folder, ties=True)
    except TiesError:
        _LOG.warning("Very many paths are as fast as each other; paths are found by Dijkstra.")
        return replace(here, hierarchy=hierarchy(graph, cache=folder), tied=True)
    um, mark = micrometres(graph), marks(graph, here.network.links)
    return replace(here, hierarchy=made, trails=trails(graph, made, um, mark, cache=folder))


def _folder(cache: str | Path | None) -> Path | None:
    return None if cache is None else Path(cache)


def _check_engine(engine: str) -> None:
    if engine not in ENGINES:
        raise ArgumentError(
            "There is no such engine.", found=repr(engine), fix=nearest(str(engine), ENGINES)
        )


def limit_ms(cutoff_min: float) -> int:
    """Return the most whole milliseconds whose minutes do not exceed the cut-off.

    >>> limit_ms(0.5), limit_ms(0.1)
    (30000, 6000)
    """
    if isinf(cutoff_min) or cutoff_min * MS_PER_MINUTE >= EXACT_MS:
        return EXACT_MS
    limit = ceil(cutoff_min * MS_PER_MINUTE) + 1
    while limit / MS_PER_MINUTE > cutoff_min:
        limit -= 1
    return limit


def minutes_between(
    core: "Graph | Hierarchy", sources: Int64s, targets: Int64s, limit: int
) -> Floats:
    """Return minutes from each source to each target, shape (n, m); ``inf`` beyond the limit."""
    if not isinstance(core, Graph):
        from yrdgeo.routing.many import matrix  # noqa: PLC0415 — small questions do without

        return matrix(core, sources, targets, limit=limit)
    turned = len(targets) < len(sources)
    weights = csr(core.milliseconds.astype(np.float64), core)
    starts, ends = (targets, sources) if turned else (sources, targets)
    arcs = weights.T.tocsr() if turned else weights
    minutes = np.empty((len(starts), len(ends)))
    size = max(1, _BLOCK_BYTES // (8 * max(1, len(core.nodes))))
    for first in range(0, len(starts), size):
        block = starts[first : first + size]
        # One more than the limit: the search is only pruned, the cut is exact.
        reached: Floats = dijkstra(arcs, indices=block, limit=float(limit + 1))
        minutes[first : first + size] = reached[:, ends]
    minutes[minutes > limit] = np.inf
    minutes /= MS_PER_MINUTE
    return np.ascontiguousarray(minutes.T) if turned else minutes
