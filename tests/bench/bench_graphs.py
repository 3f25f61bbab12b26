"""Matrices and sums on one graph, by one engine, in one process; see ``bench_engine.py``."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from bench_measure import MIB, Cost, Row, cost
from bench_peers import (
    PEERS,
    Asked,
    Maker,
    Query,
    our_query,
    our_sums,
    pandana_network,
    pandana_query,
    pandana_sums,
    sparse,
)
from road_like import road_like, world
from scipy.sparse.csgraph import dijkstra

from yrdgeo.routing.graph import Graph

SAMPLE = 4  # origins whose answers are compared with scipy's
PLACES = 2_900  # of the sums


def graph_of(case: str, nodes: int) -> tuple[Graph, np.ndarray]:
    return world() if case == "world" else road_like(nodes)


def rows_of(case: str, engine: str, nodes: int, cap_s: float) -> list[Row]:
    """Prepare once, then answer every question of the case."""
    graph, xy = graph_of(case, nodes)
    asked = sizes(case, nodes)
    if engine == "yrdgeo":
        rows = _ours(graph, asked)
    elif engine == "pandana":
        rows = _pandana(graph, xy, asked, cap_s)
    else:
        rows = _peer(graph, xy, PEERS[engine][1], asked, cap_s)
    return [{"case": case, "engine": engine, "nodes": len(graph.nodes)} | row for row in rows]


def sizes(case: str, nodes: int) -> list[tuple[int, int]]:
    if case == "world":
        return [(2_900, 2_900)]
    if nodes < 1_000_000:
        return [(290, 290), (1_000, 200), (10_000, 50)]
    return [(2_900, 2_900), (10_000, 2_000), (100_000, 500)]


def _ours(graph: Graph, asked: list[tuple[int, int]]) -> list[Row]:
    from yrdgeo.routing.balls import searched  # noqa: PLC0415 — ours, when timed
    from yrdgeo.routing.hierarchy import Hierarchy, hierarchy  # noqa: PLC0415 — the same
    from yrdgeo.routing.many import Amounts  # noqa: PLC0415 — the same

    tiny = road_like(900)[0]
    small = hierarchy(tiny)  # compiles, or loads what is compiled
    our_query(small)(np.arange(80), np.arange(70))
    at = np.arange(9), np.ones(9)
    our_sums(small, tiny, at, 30.0)()
    searched(tiny, Amounts(*at), [9], against=True, most=9)
    made: list[Hierarchy] = []
    prepared = cost(lambda: made.append(hierarchy(graph)))
    rows = [_prepared(prepared) | _stored(graph) | {"bytes_a_node": _bytes(made[0], graph)}]
    rows += [_matrix(our_query(made[0]), graph, size, np.inf, scale=60_000) for size in asked]
    for minutes in (30.0, np.inf):
        places = _places(graph)
        rows.append(
            _sums(our_sums(made[0], graph, places, minutes), graph, places, minutes, times=3)
        )
    return rows


def _pandana(graph: Graph, xy: np.ndarray, asked: list[tuple[int, int]], cap_s: float) -> list[Row]:
    made: list[object] = []
    prepared = cost(lambda: made.append(pandana_network(graph, xy)))
    query = pandana_query(made[0])
    rows = [_prepared(prepared)] + [_matrix(query, graph, size, cap_s) for size in asked]
    places = _places(graph)
    return [*rows, _sums(pandana_sums(made[0], places, 30.0), graph, places, 30.0)]


def _peer(
    graph: Graph, xy: np.ndarray, maker: Maker, asked: list[tuple[int, int]], cap_s: float
) -> list[Row]:
    made: list[Query] = []
    prepared = cost(lambda: made.append(maker(graph, xy)))
    return [_prepared(prepared)] + [_matrix(made[0], graph, size, cap_s) for size in asked]


def _prepared(found: Cost) -> Row:
    return {"line": "prepare"} | found._asdict()


def _bytes(made: object, graph: Graph) -> float:
    return float(made.nbytes / len(graph.nodes))  # type: ignore[attr-defined]


def _stored(graph: Graph) -> Row:
    """Time saving a hierarchy and reading it again, checksum and all."""
    from yrdgeo.routing import store  # noqa: PLC0415 — ours, when timed
    from yrdgeo.routing.hierarchy import hierarchy  # noqa: PLC0415 — the same

    with tempfile.TemporaryDirectory() as folder:
        hierarchy(graph, cache=Path(folder))
        (path,) = Path(folder).iterdir()
        arrays = store.read(path.parent, path.stem)
        save = cost(lambda: store.write(path.parent, "again", arrays or {}), times=3)
        load = cost(lambda: hierarchy(graph, cache=Path(folder)), times=3)
    return {"save_wall_s": save.wall_s, "load_wall_s": load.wall_s}


def _matrix(
    query: Query, graph: Graph, size: tuple[int, int], cap_s: float, *, scale: float = 1.0
) -> Row:
    """Time a matrix; of a peer that is linear in the origins only as many as the cap allows."""
    random = np.random.default_rng(1)
    origins, ends = (random.choice(len(graph.nodes), some, replace=False) for some in size)
    first = cost(lambda: query(origins[:SAMPLE], ends)).wall_s / SAMPLE
    run = len(origins)
    if np.isfinite(cap_s):
        run = int(np.clip(cap_s / max(first, 1e-9), SAMPLE, len(origins)))
    kept: list[np.ndarray] = []

    def work() -> None:
        kept[:] = [query(origins[:run], ends)]

    found = cost(work, times=5 if run == len(origins) else 1)
    expected = dijkstra(sparse(graph), indices=origins[:SAMPLE])[:, ends]
    some = kept[0][:SAMPLE] * scale
    reached = np.isfinite(expected)
    times = len(origins) / run
    return {
        "line": f"{size[0]:,} × {size[1]:,}",
        "wall_s": found.wall_s * times,  # linear in the origins
        "cpu_s": found.cpu_s * times,
        "peak_mib": found.peak_mib - kept[0].nbytes / MIB,
        "run": run,
        "of": len(origins),
        "off_ms": float(np.abs(some - expected)[reached].max()),
    }


def _places(graph: Graph) -> Asked:
    random = np.random.default_rng(2)
    places = random.choice(len(graph.nodes), min(PLACES, len(graph.nodes) // 9), replace=False)
    return places, random.integers(1, 10, len(places)).astype(float)


def _sums(
    query: Callable[[], np.ndarray], graph: Graph, asked: Asked, minutes: float, *, times: int = 1
) -> Row:
    kept: list[np.ndarray] = []

    def work() -> None:
        kept[:] = [query()]

    found = cost(work, times=times)
    sample = np.random.default_rng(3).choice(len(graph.nodes), SAMPLE, replace=False)
    away = dijkstra(sparse(graph), indices=sample)[:, asked[0]] / 60_000
    expected = (away <= minutes).astype(float) @ asked[1] if np.isfinite(minutes) else None
    if expected is None:
        expected = np.isfinite(away).astype(float) @ asked[1]
    name = "any time" if np.isinf(minutes) else f"{minutes:.0f} min"
    return (
        {"line": f"all × {len(asked[0]):,}, {name}"}
        | found._asdict()
        | {
            "peak_mib": found.peak_mib - kept[0].nbytes / MIB,
            "run": len(graph.nodes),
            "of": len(graph.nodes),
            "off_sum": float(np.abs(kept[0][sample] - expected).max()),
        }
    )
