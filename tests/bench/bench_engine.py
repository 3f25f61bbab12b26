"""The engine against its peers: same work, one run, answers compared.

    python tests/bench/bench_engine.py [--case roads|world|reach|dask] [--nodes 1000000] [--cap 20]

Every candidate runs in a process of its own, so that its peak memory is its own. A peer whose
cost is linear in the origins is run on as many origins as fit in ``--cap`` seconds and scaled up
(marked ``~``). CPU seconds count all threads; they bear a busy machine better than wall seconds.
Answers are compared with scipy's on four origins, in milliseconds.
"""

# ruff: noqa: PLC0415, T201 — a script that prints, and whose peers may be absent

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from importlib.util import find_spec

import numpy as np
import pandas as pd
from road_like import road_like, world
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from yrdgeo.routing.graph import Graph

SAMPLE = 4
Query = Callable[[np.ndarray, np.ndarray], np.ndarray]


def cpu_s() -> float:
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ours(graph: Graph, _: np.ndarray) -> Query:
    from yrdgeo.routing.hierarchy import hierarchy
    from yrdgeo.routing.many import matrix

    made = hierarchy(graph)
    print(f"  index {made.nbytes / len(graph.nodes):.1f} bytes a node", file=sys.stderr)
    return lambda origins, ends: np.rint(matrix(made, origins, ends, limit=made.bound) * 60_000)


def scipy_(graph: Graph, _: np.ndarray) -> Query:
    weights = sparse(graph)

    def query(origins: np.ndarray, ends: np.ndarray) -> np.ndarray:
        step = 16
        blocks = (origins[first : first + step] for first in range(0, len(origins), step))
        return np.vstack([dijkstra(weights, indices=block)[:, ends] for block in blocks])

    return query


def pandana_(graph: Graph, xy: np.ndarray) -> Query:
    net = pandana_network(graph, xy)

    def query(origins: np.ndarray, ends: np.ndarray) -> np.ndarray:
        pairs = np.repeat(origins, len(ends)), np.tile(ends, len(origins))
        found = np.asarray(net.shortest_path_lengths(*pairs, "s"))
        return found.reshape(len(origins), len(ends)) * 1000

    return query


def pandana_network(graph: Graph, xy: np.ndarray) -> "pandana.Network":  # noqa: F821
    import pandana

    seconds = pd.DataFrame({"s": graph.milliseconds / 1000})
    number = pd.RangeIndex(len(graph.nodes))
    tails, heads = (pd.Series(a.astype(np.int64)) for a in (graph.tails, graph.heads))
    x, y = pd.Series(xy[:, 0], number), pd.Series(xy[:, 1], number)
    return pandana.Network(x, y, tails, heads, seconds, twoway=False)


def pyroutingkit_(graph: Graph, xy: np.ndarray) -> Query:
    from pyroutingkit import CCH

    made = CCH()
    arcs = graph.tails.astype(np.uint32), graph.heads.astype(np.uint32)
    lat, lon = xy[:, 1].astype(np.float32), xy[:, 0].astype(np.float32)
    made.build_topology(*arcs, lat, lon, node_count=len(graph.nodes))
    made.customize_weights(graph.milliseconds.astype(np.uint32))
    return lambda origins, ends: np.asarray(
        made.distances_many_to_many(origins.astype(np.uint32), ends.astype(np.uint32)), float
    )


def igraph_(graph: Graph, _: np.ndarray) -> Query:
    import igraph

    edges = np.column_stack([graph.tails, graph.heads])
    made = igraph.Graph(n=len(graph.nodes), edges=edges, directed=True)
    weights = graph.milliseconds.astype(float).tolist()
    return lambda origins, ends: np.array(
        made.distances(source=origins.tolist(), target=ends.tolist(), weights=weights)
    )


ENGINES = {
    "yrdgeo": ("yrdgeo", ours),
    "pyroutingkit": ("pyroutingkit", pyroutingkit_),
    "pandana": ("pandana", pandana_),
    "scipy": ("scipy", scipy_),
    "igraph": ("igraph", igraph_),
}


def sparse(graph: Graph) -> csr_array:
    size = len(graph.nodes)
    weights = graph.milliseconds.astype(float)
    return csr_array((weights, graph.heads, graph.indptr), shape=(size, size))


def graph_of(case: str, nodes: int) -> tuple[Graph, np.ndarray]:
    return world() if case == "world" else road_like(nodes)


def measured(work: Callable[[], object]) -> tuple[float, float]:
    began, began_cpu = time.perf_counter(), cpu_s()
    work()
    return time.perf_counter() - began, cpu_s() - began_cpu


def child_matrix(arguments: argparse.Namespace) -> dict[str, float]:
    graph, xy = graph_of(arguments.case, arguments.nodes)
    random = np.random.default_rng(1)
    origins = random.choice(len(graph.nodes), arguments.origins, replace=False)
    ends = random.choice(len(graph.nodes), arguments.ends, replace=False)
    small, small_xy = road_like(900)
    tiny = ENGINES[arguments.child][1](small, small_xy)  # compile, load, warm up
    tiny(np.arange(70), np.arange(80))
    tiny(np.arange(80), np.arange(70))
    before = peak_mib()
    made: list[Query] = []
    prepare = measured(lambda: made.append(ENGINES[arguments.child][1](graph, xy)))
    query = made[0]
    first = measured(lambda: query(origins[:SAMPLE], ends))[0] / SAMPLE
    rows = min(len(origins), max(SAMPLE, int(arguments.cap / max(first, 1e-9))))
    if arguments.child == "yrdgeo":
        rows = len(origins)  # ours is not linear in the origins
    kept: list[np.ndarray] = []

    def work() -> None:
        kept[:] = [query(origins[:rows], ends)]

    runs = [measured(work) for _ in range(5 if rows == len(origins) else 1)]
    scale = len(origins) / rows
    peak = peak_mib() - before
    expected = dijkstra(sparse(graph), indices=origins[:SAMPLE])[:, ends]
    found = kept[0][:SAMPLE]
    same = np.isfinite(expected)
    return {
        "prepare_wall": prepare[0],
        "prepare_cpu": prepare[1],
        "wall": min(run[0] for run in runs) * scale,
        "cpu": min(run[1] for run in runs) * scale,
        "rows": rows,
        "peak_mib": peak,
        "off": float(np.abs(found - expected)[same].max()),
    }


def child_reach(arguments: argparse.Namespace) -> dict[str, float]:
    graph, xy = graph_of("roads", arguments.nodes)
    random = np.random.default_rng(2)
    places = random.choice(len(graph.nodes), arguments.ends, replace=False)
    amounts = random.integers(1, 10, len(places)).astype(float)
    asked = (places, amounts, arguments.minutes)
    before = peak_mib()
    made: list[Callable[[], np.ndarray]] = []
    maker = our_reach if arguments.child == "yrdgeo" else pandana_reach
    maker(*road_like(900), (np.arange(9), np.ones(9), 30.0))()  # compile, load, warm up
    prepare = measured(lambda: made.append(maker(graph, xy, asked)))
    found: list[np.ndarray] = []
    times = 3 if arguments.child == "yrdgeo" else 1
    runs = [measured(lambda: found.append(made[0]())) for _ in range(times)]
    peak = peak_mib() - before
    sample = random.choice(len(graph.nodes), SAMPLE, replace=False)
    minutes = dijkstra(sparse(graph), indices=sample)[:, places] / 60_000
    expected = (minutes <= arguments.minutes) @ amounts
    return {
        "prepare_wall": prepare[0],
        "prepare_cpu": prepare[1],
        "wall": min(run[0] for run in runs),
        "cpu": min(run[1] for run in runs),
        "rows": len(graph.nodes),
        "peak_mib": peak,
        "off": float(np.abs(found[0][sample] - expected).max()),
    }


Asked = tuple[np.ndarray, np.ndarray, float]


def our_reach(graph: Graph, _: np.ndarray, asked: Asked) -> Callable[[], np.ndarray]:
    from yrdgeo.routing.engine import limit_ms
    from yrdgeo.routing.hierarchy import hierarchy
    from yrdgeo.routing.many import Amounts, sums_within

    made, every = hierarchy(graph), np.arange(len(graph.nodes))
    at, limit = Amounts(*asked[:2]), limit_ms(asked[2])
    return lambda: sums_within(made, every, at, [limit], against=True)[:, 0]


def pandana_reach(graph: Graph, xy: np.ndarray, asked: Asked) -> Callable[[], np.ndarray]:
    net = pandana_network(graph, xy)
    places, amounts, minutes = asked
    net.set(pd.Series(places), variable=pd.Series(amounts), name="a")
    return lambda: net.aggregate(minutes * 60, type="sum", decay="flat", name="a").to_numpy()


def run_child(options: Iterable[str]) -> dict[str, float] | str:
    command = [sys.executable, __file__, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1800)
    lines = [line for line in done.stdout.splitlines() if line.startswith("@@")]
    sys.stderr.write("".join(f"{line}\n" for line in done.stderr.splitlines() if "index" in line))
    if not lines:
        return (done.stderr.strip().splitlines() or ["no answer"])[-1][:100]
    answer: dict[str, float] = json.loads(lines[0][2:])
    return answer


def table(title: str, options: list[str], names: Iterable[str], origins: int) -> None:
    print(f"\n{title}")
    print(
        f"{'':14}{'prepare CPU s':>14}{'CPU s':>12}{'wall s':>12}{'× wall':>9}{'× CPU':>9}"
        f"{'peak MiB':>10}{'off by':>9}"
    )
    best: dict[str, float] = {}
    for name in names:
        if find_spec(ENGINES[name][0]) is None:
            print(f"{name:14}not installed")
            continue
        got = run_child([*options, "--child", name])
        if isinstance(got, str):
            print(f"{name:14}{got}")
            continue
        best = best or got
        mark = "~" if got["rows"] < origins else " "
        print(
            f"{name:14}{got['prepare_cpu']:14.1f}{got['cpu']:11.3f}{mark}{got['wall']:11.3f}{mark}"
            f"{got['wall'] / best['wall']:9.1f}{got['cpu'] / best['cpu']:9.1f}"
            f"{got['peak_mib']:10.0f}{got['off']:9.3g}",
            flush=True,
        )


def dask_case(nodes: int) -> None:
    """Time the same job in this process and on a cluster of two worker processes."""
    from distributed import Client, LocalCluster

    from yrdgeo.routing.hierarchy import hierarchy
    from yrdgeo.routing.parallel import in_blocks
    from yrdgeo.routing.times import _block_minutes, _Task

    graph, _ = road_like(nodes)
    random = np.random.default_rng(1)
    origins, ends = (random.choice(nodes, size, replace=False) for size in (10_000, 2_000))
    task = _Task(hierarchy(graph), origins, ends, 2**52)
    halves = np.array_split(np.arange(10_000), 2)

    def run(executor: Executor | None, blocks: list[np.ndarray]) -> np.ndarray:
        return np.concatenate(in_blocks(executor, _block_minutes, task, blocks))

    run(None, halves)
    here = [measured(lambda: run(None, [np.arange(10_000)]))[0] for _ in range(5)]
    for processes in (False, True):
        with (
            LocalCluster(2, threads_per_worker=1, processes=processes, dashboard_address=None) as c,
            Client(c) as client,
        ):
            found = run(client, halves)
            there = [measured(lambda: run(client, halves))[0] for _ in range(5)]
        same = bool((found == run(None, halves)).all())
        print(
            f"dask, 2 workers, processes={processes}: {min(there):.3f} s, in this process "
            f"{min(here):.3f} s, × {min(there) / min(here):.2f}, same numbers: {same}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=["roads", "world", "reach", "dask", "all"], default="all")
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--cap", type=float, default=20.0)
    parser.add_argument("--only", default=",".join(ENGINES))
    parser.add_argument("--origins", type=int, default=2900, help=argparse.SUPPRESS)
    parser.add_argument("--ends", type=int, default=2900, help=argparse.SUPPRESS)
    parser.add_argument("--minutes", type=float, default=30.0, help=argparse.SUPPRESS)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        work = child_reach if given.case == "reach" else child_matrix
        print("\n@@" + json.dumps(work(given)))
        return
    common = [f"--nodes={given.nodes}", f"--cap={given.cap}"]
    names = given.only.split(",")
    if given.case in ("roads", "all"):
        for origins, ends in ((2900, 2900), (10_000, 2_000), (100_000, 500)):
            options = [*common, "--case=roads", f"--origins={origins}", f"--ends={ends}"]
            table(f"{given.nodes:,} nodes, {origins:,} × {ends:,}", options, names, origins)
    if given.case in ("world", "all"):
        table("world_highways, 2,900 × 2,900", [*common, "--case=world"], names, 2900)
    if given.case in ("reach", "all"):
        two = [name for name in names if name in ("yrdgeo", "pandana")]
        title = f"reach, all {given.nodes:,} nodes to 2,900 places within"
        table(f"{title} 30 min", [*common, "--case=reach"], two, given.nodes)
        endless = [*common, "--case=reach", "--minutes=inf"]
        table(f"{title} any time", endless, two[:1], given.nodes)
    if given.case in ("dask", "all") and find_spec("distributed"):
        dask_case(given.nodes)


if __name__ == "__main__":
    main()
