"""Random networks: directed, disconnected, parallel, zero-length, ties, one node, no link."""

import heapq
from collections import defaultdict

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from yrdgeo.results import Network
from yrdgeo.routing.graph import link_milliseconds


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Draw up to forty nodes in several parts; few lengths and speeds so that ties are common."""
    size = draw(st.integers(1, 40))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_links = draw(st.integers(0, 3 * size))
    parts = random.integers(0, draw(st.integers(1, 3)), size)
    ends = random.integers(0, size, (n_links, 2))
    ends = ends[parts[ends[:, 0]] == parts[ends[:, 1]]]
    count = len(ends)
    links = pd.DataFrame(
        {
            "link_id": [f"l{number}" for number in random.permutation(count)],
            "from_node": [f"n{number}" for number in ends[:, 0]],
            "to_node": [f"n{number}" for number in ends[:, 1]],
            "mode": "road",
            "length_km": random.choice([0.0, 1.0, 2.0, 7.0, random.uniform(0, 900)], count),
            "speed_kmh": random.choice([30.0, 60.0, 7.0, random.uniform(1, 350)], count),
            "oneway": random.random(count) < draw(st.sampled_from([0.0, 0.3, 1.0])),
        }
    )
    nodes = pd.DataFrame({"node_id": [f"n{number}" for number in random.permutation(size)]})
    return Network(links, nodes)


def ids_of(network: Network) -> list[str]:
    return sorted(network.nodes["node_id"])


Sums = tuple[int, int, int]


def directions(network: Network) -> dict[str, list[tuple[str, str, int, int]]]:
    """Return for each node the links that leave it: link, head, milliseconds, micrometres."""
    leaving: dict[str, list[tuple[str, str, int, int]]] = defaultdict(list)
    rows = network.links.assign(ms=link_milliseconds(network.links)).to_dict("records")
    for row in rows:
        link, ms, um = row["link_id"], int(row["ms"]), round(row["length_km"] * 1e9)
        leaving[row["from_node"]].append((link, row["to_node"], ms, um))
        if not row["oneway"]:
            leaving[row["to_node"]].append((link, row["from_node"], ms, um))
    return leaving


def parallel_once(steps: list[tuple[str, str, int, int]]) -> list[tuple[str, str, int, int]]:
    """Keep of parallel links the fastest, then the shortest, then the first by id."""
    kept: dict[str, tuple[str, str, int, int]] = {}
    for step in sorted(steps, key=lambda step: (step[2], step[3], step[0])):
        kept.setdefault(step[1], step)
    return list(kept.values())


def best_paths(
    network: Network, source: str, mark: dict[str, int]
) -> dict[str, tuple[Sums, list[str]]]:
    """Return sums and links of the best path to each node, by Dijkstra over triples of sums."""
    leaving = {node: parallel_once(steps) for node, steps in directions(network).items()}
    found: dict[str, tuple[Sums, list[str]]] = {}
    queue: list[tuple[Sums, str, list[str]]] = [((0, 0, 0), source, [])]
    while queue:
        sums, node, path = heapq.heappop(queue)
        if node in found:
            continue
        found[node] = (sums, path)
        for link, head, ms, um in leaving.get(node, []):
            total = (sums[0] + ms, sums[1] + um, sums[2] + mark[link])
            heapq.heappush(queue, (total, head, [*path, link]))
    return found
