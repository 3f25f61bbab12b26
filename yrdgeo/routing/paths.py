"""The fastest paths themselves: their links, their kilometres, their lines on the map.

Promise: a path is a fastest one, of equally fast ones the shortest, and of equally short ones
that which :mod:`yrdgeo.routing.ties` names, so neither engine nor order of the tables matters.
"""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.errors import NetworkError
from yrdgeo.results import Network
from yrdgeo.routing import tight
from yrdgeo.routing.engine import Engine, Prepared, ready_for_paths
from yrdgeo.routing.graph import MS_PER_MINUTE, Int64s, as_ids
from yrdgeo.routing.lines import drawn
from yrdgeo.routing.ties import UM_PER_KM, Traced, kilometres, marks, micrometres
from yrdgeo.units import WGS84

Bools = npt.NDArray[np.bool_]


def path_lengths_km(
    network: Network | Prepared,
    origins: Sequence[str] | pd.Index,
    destinations: Sequence[str] | pd.Index | None = None,
    *,
    engine: Engine = "auto",
    cache: str | Path | None = None,
) -> pd.DataFrame:
    r"""Return the kilometres along the fastest path of every pair.

    .. math:: L_{ij} = \min_{p \in P_{ij}} \sum_{l \in p} length_l

    where :math:`P_{ij}` are the fastest paths from i to j. Divided by the great circle it is
    the detour ratio of the trip. Each link's length is rounded once to the nearest micrometre.

    Parameters
    ----------
    network
        Links and nodes, or what :func:`yrdgeo.routing.engine.prepare` made of them, best with
        ``paths=True``.
    origins, destinations
        Node ids or adcodes, as in :func:`yrdgeo.routing.times.travel_times`.
    engine, cache
        As in :func:`yrdgeo.routing.times.travel_times`. The answer is the same.

    Returns
    -------
    lengths
        Shape (n, m), km, origins as index and destinations as columns; ``inf`` where there is
        no path.

    Raises
    ------
    NetworkError
        If an id is neither a node nor the adcode of a seat, or a path exceeds 9 million km.
    ArgumentError
        If an id is given twice.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["a", "b", "c"]})
    >>> links = pd.DataFrame({"link_id": ["direct", "1", "2"], "from_node": ["a", "a", "b"],
    ...     "to_node": ["c", "b", "c"], "mode": "road", "length_km": [50.0, 40.0, 40.0],
    ...     "speed_kmh": [50.0, 100.0, 100.0]})
    >>> path_lengths_km(Network(links, nodes), ["a"], ["c"]).loc["a", "c"].item()
    80.0
    """
    starts = as_ids(origins, role="origins")
    ends = starts if destinations is None else as_ids(destinations, role="destinations")
    here = ready_for_paths(network, len(starts), engine=engine, cache=cache)
    sources = here.numbers(starts, role="origins")
    targets = here.numbers(ends, role="destinations", arriving=True)
    if here.trails is None:
        um = tight.shortest_um(here.graph, micrometres(here.graph), sources, targets)
    else:
        from yrdgeo.routing import trace  # noqa: PLC0415 — small questions do without

        um = trace.shortest_um(here.trails, sources, targets)
    index, columns = pd.Index(starts, name="from_id"), pd.Index(ends, name="to_id")
    return pd.DataFrame(kilometres(um), index, columns)


def path_links(
    network: Network | Prepared,
    origin: str,
    destination: str,
    *,
    engine: Engine = "auto",
    cache: str | Path | None = None,
) -> list[str]:
    """Return the ids of the links along the fastest path, in the order of travel.

    Parameters
    ----------
    network
        Links and nodes, or what :func:`yrdgeo.routing.engine.prepare` made of them.
    origin, destination
        A node id or an adcode each.
    engine, cache
        As in :func:`yrdgeo.routing.times.travel_times`. The answer is the same.

    Returns
    -------
    link_ids
        Empty if both are the same node.

    Raises
    ------
    NetworkError
        If an id is unknown, or there is no path.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["a", "b", "c"]})
    >>> links = pd.DataFrame({"link_id": ["1", "2"], "from_node": ["a", "c"],
    ...     "to_node": ["b", "b"], "mode": "road", "length_km": 10.0, "speed_kmh": 60.0})
    >>> path_links(Network(links, nodes), "a", "c")
    ['1', '2']
    """
    pair = pd.DataFrame({"from_id": [origin], "to_id": [destination]})
    here = ready_for_paths(network, 1, engine=engine, cache=cache)
    found = _traced(here, pair)
    if found.ms[0] < 0:
        raise NetworkError(
            f"There is no path from {origin!r} to {destination!r}.",
            fix="See yrdgeo.routing.graph.components() for the parts of the network.",
        )
    rows = here.graph.links[found.arcs]
    ids: list[str] = here.network.links["link_id"].to_numpy()[rows[rows >= 0]].tolist()
    return ids


def path_steps(
    network: Network | Prepared,
    pairs: pd.DataFrame,
    *,
    engine: Engine = "auto",
    cache: str | Path | None = None,
) -> pd.DataFrame:
    """Return the links of many paths, a row a link.

    Parameters
    ----------
    network
        Links and nodes, or what :func:`yrdgeo.routing.engine.prepare` made of them, best with
        ``paths=True``.
    pairs
        ``from_id to_id``, node ids or adcodes; one row a path, in any order.
    engine, cache
        As in :func:`yrdgeo.routing.times.travel_times`. The answer is the same.

    Returns
    -------
    steps
        ``from_id to_id step link_id onward``, indexed by the pair's label, step from 1;
        ``onward`` is false where the link is travelled from its ``to_node``. A pair without a
        path, or from a node to itself, has no row.

    Raises
    ------
    NetworkError
        If an id is unknown, or columns are missing.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["a", "b", "c"]})
    >>> links = pd.DataFrame({"link_id": ["1", "2"], "from_node": ["a", "c"],
    ...     "to_node": ["b", "b"], "mode": "road", "length_km": 10.0, "speed_kmh": 60.0})
    >>> pairs = pd.DataFrame({"from_id": ["a"], "to_id": ["c"]}, index=["trip"])
    >>> path_steps(Network(links, nodes), pairs)
         from_id to_id  step link_id  onward
    trip       a     c     1       1    True
    trip       a     c     2       2   False
    """
    here = ready_for_paths(network, _count(pairs), engine=engine, cache=cache)
    found = _traced(here, pairs)
    pair, rows, onward = _real(here, found)
    counts = np.bincount(pair, minlength=len(pairs))
    begin = np.cumsum(counts) - counts
    table = pairs[["from_id", "to_id"]].iloc[pair]
    return table.assign(
        step=np.arange(len(pair)) - begin[pair] + 1,
        link_id=here.network.links["link_id"].to_numpy()[rows],
        onward=onward,
    )


def path_geometry(
    network: Network | Prepared,
    pairs: pd.DataFrame,
    *,
    engine: Engine = "auto",
    cache: str | Path | None = None,
) -> gpd.GeoDataFrame:
    """Return the fastest path of each pair as a line.

    Parameters
    ----------
    network
        A network whose links or nodes have a geometry; a link without one is straight.
    pairs
        ``from_id to_id``, node ids or adcodes; one row a path, in any order.
    engine, cache
        As in :func:`yrdgeo.routing.times.travel_times`. The answer is the same.

    Returns
    -------
    paths
        ``from_id to_id travel_time_min length_km n_links geometry``, indexed like ``pairs``;
        lines in EPSG:4326 in the order of travel. Without a path the numbers are ``inf`` and
        the line is empty; from a node to itself the line is empty, too.

    Raises
    ------
    NetworkError
        If an id is unknown, or neither links nor nodes have a geometry.

    Examples
    --------
    >>> nodes = gpd.GeoDataFrame({"node_id": ["a", "b", "c"]},
    ...     geometry=gpd.points_from_xy([121.0, 122.0, 122.0], [31.0, 31.0, 32.0]), crs="EPSG:4326")
    >>> links = pd.DataFrame({"link_id": ["1", "2"], "from_node": ["a", "c"],
    ...     "to_node": ["b", "b"], "mode": "road", "length_km": 120.0, "speed_kmh": 60.0})
    >>> pairs = pd.DataFrame({"from_id": ["a"], "to_id": ["c"]})
    >>> path_geometry(Network(links, nodes), pairs).geometry[0].wkt
    'LINESTRING (121 31, 122 31, 122 32)'
    """
    here = ready_for_paths(network, _count(pairs), engine=engine, cache=cache)
    found = _traced(here, pairs)
    pair, rows, onward = _real(here, found)
    um = micrometres(here.graph)[found.arcs].astype(np.float64)
    sums = np.bincount(_owners(found), weights=um, minlength=len(pairs))
    lost = found.ms < 0
    counts = np.bincount(pair, minlength=len(pairs))
    return gpd.GeoDataFrame(
        {
            "from_id": pairs["from_id"].to_numpy(),
            "to_id": pairs["to_id"].to_numpy(),
            "travel_time_min": np.where(lost, np.inf, found.ms / MS_PER_MINUTE),
            "length_km": np.where(lost, np.inf, sums / UM_PER_KM),
            "n_links": counts,
        },
        geometry=drawn(here.network, rows, onward, counts),
        index=pairs.index,
        crs=WGS84,
    )


def _count(pairs: pd.DataFrame) -> int:
    """Return the number of origins, or refuse a table without pairs."""
    missing = [name for name in ("from_id", "to_id") if name not in pairs.columns]
    if missing:
        raise NetworkError(
            "The pairs need columns 'from_id' and 'to_id'.", found=f"no {' and no '.join(missing)}"
        )
    return int(pairs["from_id"].nunique())


def _traced(here: Prepared, pairs: pd.DataFrame) -> Traced:
    sources = here.numbers(pd.Index(pairs["from_id"], dtype=object), role="origins")
    ids = pd.Index(pairs["to_id"], dtype=object)
    targets = here.numbers(ids, role="destinations", arriving=True)
    if here.trails is not None:
        from yrdgeo.routing import trace  # noqa: PLC0415 — small questions do without

        return trace.trace(here.trails, sources, targets)
    um, mark = micrometres(here.graph), marks(here.graph, here.network.links)
    return tight.trace(here.graph, um, mark, (sources, targets))


def _owners(found: Traced) -> Int64s:
    """Return the number of the pair of each arc."""
    return np.repeat(np.arange(len(found.ends)), np.diff(found.ends, prepend=0))


def _real(here: Prepared, found: Traced) -> tuple[Int64s, Int64s, Bools]:
    """Return pair, row and direction of the links; arcs that are no link are left out."""
    graph, links = here.graph, here.network.links
    rows = graph.links[found.arcs]
    real = rows >= 0
    start = here.nodes.get_indexer(pd.Index(links["from_node"]))[rows[real]]
    return _owners(found)[real], rows[real], start == places_of(here)[graph.tails[found.arcs[real]]]


def places_of(here: Prepared) -> Int64s:
    """Return the row of the node table that each number of the graph stands for."""
    graph = here.graph
    places = np.arange(len(graph.nodes))
    if here.arrivals is not None:
        places[here.arrivals] = np.arange(len(here.arrivals))
        ending = graph.links < 0
        places[graph.tails[ending]] = places[graph.heads[ending]]
    return places
