"""What paths cost on a large graph: `python tests/bench/bench_paths.py [nodes]`.

Prints CPU and wall seconds of contraction with ties, of the table that unpacks shortcuts, of
many paths and of a matrix of kilometres; and compares a sample with Dijkstra.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter, process_time
from typing import TypeVar

import numpy as np
import pandas as pd
from road_like import road_like

from yrdgeo.routing import tight, trace
from yrdgeo.routing.hierarchy import hierarchy

Answer = TypeVar("Answer")


def timed(name: str, work: Callable[[], Answer]) -> Answer:
    cpu, wall = process_time(), perf_counter()
    answer = work()
    print(f"{name:<36} {process_time() - cpu:8.2f} CPU s {perf_counter() - wall:8.2f} wall s")  # noqa: T201 — a script
    return answer


def main() -> None:
    bare, xy = road_like(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
    size = len(bare.nodes)
    km = np.hypot(*(xy[bare.tails] - xy[bare.heads]).T)
    graph = replace(bare, length_km=km)
    um = np.rint(km * 1e9).astype(np.int64)
    mark = pd.util.hash_array(np.arange(len(um))).astype(np.uint64) >> np.uint64(33)
    mark = mark.astype(np.int64) + 1
    small, _ = road_like(400)
    words = np.ones(len(small.heads), dtype=np.int64)
    warm = trace.trails(small, hierarchy(small, ties=True), words, words)
    trace.trace(warm, np.array([0]), np.array([1]))
    trace.shortest_um(warm, np.array([0]), np.array([1]))
    plain = timed("contraction", lambda: hierarchy(graph))
    made = timed("contraction with ties", lambda: hierarchy(graph, ties=True))
    trails = timed("what shortcuts stand for", lambda: trace.trails(graph, made, um, mark))
    halves = trails.halves.first.nbytes + trails.halves.second.nbytes
    print(  # noqa: T201 — a script
        f"bytes a node: {plain.nbytes / size:.1f} for times, {made.nbytes / size:.1f} with ties, "
        f"{halves / size:.1f} more on disk, {trails.nbytes / size:.1f} more in memory for paths"
    )
    random = np.random.default_rng(0)
    sources, targets = random.integers(0, size, (2, 10_000))
    found = timed("10,000 paths", lambda: trace.trace(trails, sources, targets))
    print(f"links a path: {len(found.arcs) / len(found.ms):.0f}")  # noqa: T201 — a script
    some = random.choice(size, 2_900, replace=False)
    um_there = timed("2,900 × 2,900 kilometres", lambda: trace.shortest_um(trails, some, some))
    few = np.flatnonzero(np.isin(sources, sources[:3]))
    pairs = (sources[few], targets[few])
    slow = timed("3 paths by Dijkstra", lambda: tight.trace(graph, um, mark, pairs))
    fast = trace.trace(trails, *pairs)
    assert np.array_equal(slow.ms, fast.ms)
    assert np.array_equal(slow.arcs, fast.arcs)
    assert np.array_equal(um_there[:1], tight.shortest_um(graph, um, some[:1], some))


if __name__ == "__main__":
    main()
