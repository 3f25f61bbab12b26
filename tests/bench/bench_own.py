"""What only we do: compile at first use, share work between processes, measure borders."""

# ruff: noqa: PLC0415 — imported when timed, or absent

import os
import subprocess
import sys
import tempfile
import time
import warnings

import geopandas as gpd
import numpy as np
import shapely
from bench_measure import Row, cost
from road_like import road_like

from yrdgeo.provenance import data_path

TIMES = 3
FIRST = """
import resource, sys, time
from road_like import road_like
import yrdgeo.routing.balls, yrdgeo.routing.hierarchy, yrdgeo.routing.many
from bench_peers import our_query, our_sums
import numpy as np
graph, _ = road_like(900)
used = lambda: sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
wall, cpu = time.perf_counter(), used()
made = yrdgeo.routing.hierarchy.hierarchy(graph)
our_query(made)(np.arange(80), np.arange(70))
our_sums(made, graph, (np.arange(9), np.ones(9)), 30.0)()
print(time.perf_counter() - wall, used() - cpu)
"""


def compiled(_: int) -> list[Row]:
    """Time contraction, matrix and sums of a tiny graph where nothing is compiled yet."""
    best: dict[str, tuple[float, float]] = {}
    for _ in range(TIMES):
        with tempfile.TemporaryDirectory() as cache:
            for line in ("first use", "second use"):
                wall, cpu = _first_use(cache)
                known = best.get(line, (wall, cpu))
                best[line] = min(known[0], wall), min(known[1], cpu)
    return [
        {"case": "compile", "engine": "yrdgeo", "line": line, "wall_s": wall, "cpu_s": cpu}
        for line, (wall, cpu) in best.items()
    ]


def _first_use(cache: str) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", FIRST],
        env=os.environ | {"NUMBA_CACHE_DIR": cache, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    wall, cpu = (float(word) for word in done.stdout.split()[-2:])
    return wall, cpu


def cluster(nodes: int) -> list[Row]:
    """Time one job here and on a cluster of two processes, in turns."""
    from yrdgeo.routing.blocks import Task, minutes_by_blocks
    from yrdgeo.routing.hierarchy import hierarchy

    graph, _ = road_like(nodes)
    random = np.random.default_rng(1)
    size = (10_000, 2_000) if nodes >= 1_000_000 else (2_000, 200)
    origins, ends = (random.choice(len(graph.nodes), some, replace=False) for some in size)
    task = Task(hierarchy(graph), origins, ends, 2**52)
    walls: dict[str, list[float]] = {"here": [], "cluster": []}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dask's own, about ports and event loops
        from distributed import Client, LocalCluster

        with (
            LocalCluster(2, threads_per_worker=1, processes=True, dashboard_address=None) as two,
            Client(two) as client,
        ):
            for _ in range(10):
                for name, executor in (("here", None), ("cluster", client)):
                    began = time.perf_counter()
                    found = minutes_by_blocks(task, executor)
                    walls[name].append(time.perf_counter() - began)
                    if executor is None:
                        expected = found
    line = f"{size[0]:,} × {size[1]:,}"
    here, there = min(walls["here"]), min(walls["cluster"])
    return [
        {"case": "cluster", "engine": "yrdgeo", "line": line, "wall_s": here},
        {"case": "cluster", "engine": "2 processes", "line": line, "wall_s": there}
        | {"x_here": there / here, "differ": int((found != expected).sum())},
    ]


def borders(nodes: int) -> list[Row]:
    """Time planar gaps of all pairs of cities, and gaps of counties on the ellipsoid."""
    from yrdgeo.routing.gaps import planar_gaps_m

    cities = gpd.read_file(data_path("boundaries/yrd.gpkg"), layer="prefectures").geometry
    cities = cities.to_crs("EPSG:32650")
    left, right = np.triu_indices(len(cities), 1)
    planar_gaps_m(cities, left[:1], right[:1])  # compiles, or loads what is compiled
    rows: list[Row] = []
    finer = [("as embedded", cities)]
    if nodes >= 1_000_000:
        finer.append(("edges of 200 m", cities.segmentize(200.0)))
    for name, shapes in finer:
        polygons = shapes.to_numpy()
        ours = cost(lambda: planar_gaps_m(shapes, left, right), times=30)  # noqa: B023 — at once
        theirs = cost(lambda: shapely.distance(polygons[left], polygons[right]), times=TIMES)  # noqa: B023
        off = np.abs(
            planar_gaps_m(shapes, left, right) - shapely.distance(polygons[left], polygons[right])
        )
        line = {"case": "borders", "line": f"{len(left)} pairs, planar, {name}"}
        rows.append(line | {"engine": "yrdgeo"} | ours._asdict())
        rows.append(
            line
            | {"engine": "shapely"}
            | theirs._asdict()
            | {"x_shapely": theirs.cpu_s / ours.cpu_s, "off_m": float(off.max())}
        )
    return [*rows, _counties()]


def _counties() -> Row:
    from yrdgeo.border import polygon_gaps_m
    from yrdgeo.sources.china import china_polygons

    counties = china_polygons("county").geometry
    one, other = np.random.default_rng(0).integers(0, len(counties), (2, 100))
    found = cost(lambda: polygon_gaps_m(counties, one, other), times=TIMES)
    line = f"100 pairs of {len(counties):,} counties, ellipsoid"
    return {"case": "borders", "line": line, "engine": "yrdgeo"} | found._asdict()
