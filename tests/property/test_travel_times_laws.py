"""Laws of travel times on random networks: directed, disconnected, parallel, zero-length, ties."""

import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from yrdgeo.results import Network
from yrdgeo.routing.graph import link_milliseconds
from yrdgeo.routing.paths import path_lengths_km, path_links
from yrdgeo.routing.times import fastest, travel_times


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Draw up to eight nodes and twenty links, few lengths and speeds so that ties are common."""
    ids = [f"n{number}" for number in range(draw(st.integers(1, 8)))]
    node = st.sampled_from(ids)
    row = st.tuples(
        node,
        node,
        st.sampled_from([0.0, 1.0, 2.0, 7.0]) | st.floats(0, 900),
        st.sampled_from([30.0, 60.0, 7.0]) | st.floats(1, 350),
        st.sampled_from([0.0, 2.0]),
        st.booleans(),
    )
    columns = ["from_node", "to_node", "length_km", "speed_kmh", "fixed_min", "oneway"]
    links = pd.DataFrame(draw(st.lists(row, max_size=20)), columns=columns)
    links["link_id"] = [f"l{number}" for number in range(len(links))]
    nodes = pd.DataFrame({"node_id": draw(st.permutations(ids))})
    return Network(links.assign(mode="road"), nodes)


def ids_of(network: Network) -> list[str]:
    return sorted(network.nodes["node_id"])


def multigraph(network: Network) -> "nx.MultiDiGraph[str]":
    """Rebuild the network row by row, for the second route."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_nodes_from(network.nodes["node_id"])
    rows = network.links.assign(ms=link_milliseconds(network.links)).to_dict("records")
    for row in rows:
        ends = [(row["from_node"], row["to_node"])]
        if not row["oneway"]:
            ends.append((row["to_node"], row["from_node"]))
        for tail, head in ends:
            graph.add_edge(tail, head, ms=row["ms"], km=row["length_km"], link=row["link_id"])
    return graph


@settings(max_examples=300)
@given(networks())
def test_times_equal_networkx_to_the_millisecond(network: Network) -> None:
    ids = ids_of(network)
    expected = dict(nx.all_pairs_dijkstra_path_length(multigraph(network), weight="ms"))
    minutes = [[expected[i].get(j, np.inf) / 60_000 for j in ids] for i in ids]
    assert travel_times(network, ids).minutes.tolist() == minutes


@settings(max_examples=40)
@given(networks())
def test_a_detour_is_never_faster(network: Network) -> None:
    # In whole milliseconds, where sums are exact.
    direct = np.rint(travel_times(network, ids_of(network)).minutes * 60_000)
    through = direct[:, :, None] + direct[None, :, :]
    assert (direct[:, None, :] <= through).all()


@settings(max_examples=40)
@given(networks(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_ids_changes_nothing(network: Network, random: object) -> None:
    seed = random.randrange(2**32)  # type: ignore[attr-defined]
    shuffled = Network(
        network.links.sample(frac=1, random_state=seed),
        network.nodes.sample(frac=1, random_state=seed),
    )
    ids = ids_of(network)
    times = travel_times(shuffled, ids[::-1], ids).to_frame().loc[ids]
    assert times.equals(travel_times(network, ids).to_frame())
    # Of equally fast paths the shortest counts, so the kilometres do not depend on the order.
    np.testing.assert_allclose(
        path_lengths_km(shuffled, ids), path_lengths_km(network, ids), rtol=1e-12
    )


@settings(max_examples=40)
@given(networks(), st.integers(0, 7), st.integers(0, 7), st.floats(0, 500))
def test_a_new_link_never_lengthens_a_trip(
    network: Network, start: int, end: int, length: float
) -> None:
    ids = ids_of(network)
    link = {
        "link_id": "new",
        "from_node": ids[start % len(ids)],
        "to_node": ids[end % len(ids)],
        "mode": "hsr",
        "length_km": length,
        "speed_kmh": 300.0,
        "status": "open",
    }
    more = Network(pd.concat([network.links, pd.DataFrame([link])]), network.nodes)
    assert (travel_times(more, ids).minutes <= travel_times(network, ids).minutes).all()


@settings(max_examples=40)
@given(networks())
def test_times_are_symmetric_where_every_link_is(network: Network) -> None:
    both_ways = Network(network.links.assign(oneway=False), network.nodes)
    minutes = travel_times(both_ways, ids_of(network)).minutes
    assert (minutes == minutes.T).all()


@settings(max_examples=40)
@given(networks(), st.floats(0, 600))
def test_a_cutoff_only_hides_what_is_longer(network: Network, cutoff: float) -> None:
    full = travel_times(network, ids_of(network)).minutes
    cut = travel_times(network, ids_of(network), cutoff_min=cutoff).minutes
    assert (cut == np.where(full <= cutoff, full, np.inf)).all()


@settings(max_examples=40)
@given(networks())
def test_lengths_are_the_shortest_of_the_fastest_paths(network: Network) -> None:
    ids = ids_of(network)
    lengths = path_lengths_km(network, ids)
    graph = multigraph(network)
    for origin in ids[:2]:
        for destination in ids[:3]:
            best = (np.inf, np.inf)
            for path in nx.all_simple_edge_paths(graph, origin, destination):
                edges = [graph.edges[edge] for edge in path]
                best = min(best, (sum(e["ms"] for e in edges), sum(e["km"] for e in edges)))
            expected = 0.0 if origin == destination else best[1]
            np.testing.assert_allclose(lengths.loc[origin, destination], expected, atol=1e-9)
            if len(ids) > 6:
                return  # simple paths grow faster than exponentially


@settings(max_examples=40)
@given(networks())
def test_path_links_take_the_time_and_the_length_of_the_path(network: Network) -> None:
    ids = ids_of(network)
    times, lengths = travel_times(network, ids).to_frame(), path_lengths_km(network, ids)
    links = network.links.set_index("link_id")
    milliseconds = pd.Series(link_milliseconds(network.links), links.index)
    for destination in ids:
        if np.isfinite(times.loc[ids[0], destination]):
            path = path_links(network, ids[0], destination)
            assert milliseconds[path].sum() / 60_000 == times.loc[ids[0], destination]
            assert np.isclose(links.loc[path, "length_km"].sum(), lengths.loc[ids[0], destination])
            here = ids[0]
            for link in path:
                ends = [links.loc[link, "from_node"], links.loc[link, "to_node"]]
                here = ends[1 - ends.index(here)] if ends[0] != ends[1] else here
            assert here == destination


@settings(max_examples=40)
@given(networks(), networks())
def test_the_best_of_two_modes_is_neither_slower(first: Network, second: Network) -> None:
    shared = sorted(set(ids_of(first)) & set(ids_of(second)))
    one, two = travel_times(first, shared), travel_times(second, shared[::-1])
    best = fastest(one, two).to_frame()
    assert (best <= one.to_frame()).all(axis=None)
    assert (best <= two.to_frame().loc[shared, shared]).all(axis=None)
    assert ((best == one.to_frame()) | (best == two.to_frame().loc[shared, shared])).all(axis=None)
