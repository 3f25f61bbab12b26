"""Flows that pass through cities on the way between others.

Promise: a city is all its nodes, so that its stations count and its seat need not be passed.
"""

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import aligned, checked, decay_weights, ratio, summed
from yrdgeo.analysis.betweenness import asked_of, searches, with_graph
from yrdgeo.analysis.decay import DecayFunction
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import Network, TravelTimes
from yrdgeo.routing.engine import Prepared
from yrdgeo.routing.paths import places_of


def through_flows(network: Network | Prepared, flows: pd.DataFrame) -> pd.Series:
    r"""Return the flow that enters each city from outside and leaves it again.

    .. math:: D_c = \sum_{u \notin c,\, v \in c} L_{uv} - \sum_{s \notin c,\, t \in c} F_{st}

    with the flow :math:`L_{uv}` along each link. A city is all nodes that bear its adcode:
    the seat, which lies at the end of its access links, is passed by nobody.

    Parameters
    ----------
    network
        Links and nodes, or what :func:`yrdgeo.routing.engine.prepare` made of them, turns heeded;
        nodes without an adcode are in no city.
    flows
        F, as in :func:`yrdgeo.analysis.betweenness.betweenness`.

    Returns
    -------
    through
        Indexed by adcode, in the order of the node table, in the unit of ``flows``. A path that
        comes back to a city counts each time.

    Raises
    ------
    TableError, NetworkError
        As in :func:`yrdgeo.analysis.betweenness.betweenness`.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["a", "west", "east", "c"],
    ...     "adcode": ["1", "2", "2", "3"]})
    >>> links = pd.DataFrame({"link_id": list("123"), "from_node": ["a", "west", "east"],
    ...     "to_node": ["west", "east", "c"], "mode": "hsr", "length_km": 10.0, "speed_kmh": 60.0})
    >>> trips = pd.DataFrame({"c": [8.0], "west": [1.0]}, ["a"])
    >>> through_flows(Network(links, nodes), trips).to_dict()
    {'1': 0.0, '2': 8.0, '3': 0.0}
    """
    here = with_graph(network)
    graph, nodes = here.graph, here.network.nodes
    asked = asked_of(here, flows)
    along = np.zeros(len(graph.heads))
    for search in searches(here, asked):
        along += search.arcs
    city, names = pd.factorize(nodes["adcode"].replace("", None))
    place = city[places_of(here)]
    tails, heads = place[graph.tails], place[graph.heads]
    entering = (tails != heads) & (heads >= 0)
    entered = summed(heads[entering], along[entering], len(names))
    start, end = place[asked.sources[asked.rows]], place[asked.ends]
    arriving = (start != end) & (end >= 0)
    arrived = summed(end[arriving], asked.amounts[arriving], len(names))
    # Rounding can leave less than nothing where all that enters arrives.
    through = np.where(np.isclose(entered, arrived, rtol=1e-12), 0.0, entered - arrived)
    return pd.Series(through, pd.Index(names, name="adcode"), name="through_flows")


def through_share(
    times: TravelTimes, weights: pd.Series, *, network: Network | Prepared, decay: DecayFunction
) -> pd.Series:
    r"""Return the share of the flows between all other cities that passes through a city.

    .. math:: B_c = D_c \, \Big/ \sum_{s \ne c \ne t} F_{st}, \qquad
        F_{st} = M_s \, M_t \, f(t_{st})

    with :math:`D_c` of :func:`through_flows`.

    Parameters
    ----------
    times
        Travel times between n cities (destinations among the origins), in minutes.
    weights
        M, mass of each city, by id.
    network
        The network that the times are of.
    decay
        A row of :data:`yrdgeo.analysis.decay.DECAYS`, or any function from minutes to weights.

    Returns
    -------
    share
        Shape (n,), indexed by origin; 0 where there are no flows between others.

    Raises
    ------
    TableError, NetworkError
        As in :func:`through_flows`.
    ArgumentError
        If a destination is no origin, the decay gives no finite weight, or the times cannot be
        minutes.

    References
    ----------
    Freeman, L. C., Borgatti, S. P. and White, D. R. (1991). Centrality in valued graphs: a
    measure of betweenness based on network flow.

    Examples
    --------
    >>> from yrdgeo.analysis.decay import binary
    >>> nodes = pd.DataFrame({"node_id": list("abc"), "adcode": list("abc")})
    >>> links = pd.DataFrame({"link_id": ["1", "2"], "from_node": ["a", "b"],
    ...     "to_node": ["b", "c"], "mode": "road", "length_km": 10.0, "speed_kmh": 60.0})
    >>> times = TravelTimes(list("abc"), list("abc"), [[0, 10, 20], [10, 0, 10], [20, 10, 0]])
    >>> people = pd.Series({"a": 1.0, "b": 5.0, "c": 2.0})
    >>> through_share(times, people, network=Network(links, nodes), decay=binary(60)).to_dict()
    {'a': 0.0, 'b': 1.0, 'c': 0.0}
    """
    times = checked(times)
    outside = times.destinations[~times.destinations.isin(times.origins)]
    if len(outside):
        raise ArgumentError("Every destination must be an origin, too.", found=few(outside))
    masses = aligned(weights, times.origins, name="weights")
    to = times.origins.get_indexer(times.destinations)
    flows = masses[:, None] * decay_weights(times, decay) * masses[to]
    flows[to, np.arange(len(to))] = 0.0
    trips = pd.DataFrame(flows, times.origins, times.destinations)
    through = through_flows(network, trips).reindex(times.origins, fill_value=0.0)
    sent = flows.sum(axis=1)
    sent[to] += flows.sum(axis=0)
    others = flows.sum() - sent
    # A whole less its parts: what is left of nothing is rounding.
    others[others <= 1e-12 * flows.sum()] = 0.0
    return pd.Series(ratio(through.to_numpy(), others), times.origins, name="through_share")
