"""What measures cost: ``pytest tests/bench/test_measures_cost.py -o addopts= -s``."""

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import access.fca
import access.weights
import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis.accessibility import MEASURES, in_blocks
from yrdgeo.analysis.catchment import floating_catchment
from yrdgeo.analysis.decay import exponential, gaussian
from yrdgeo.results import TravelTimes

pytestmark = pytest.mark.bench
RUNS = 3
SIZE = 2_900


def cpu_s(work: Callable[[], object], runs: int = RUNS) -> float:
    """Return the best of several CPU times, all threads."""
    best = float("inf")
    for _ in range(runs):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(line: str) -> None:
    print(f"\n{line}", end="")  # noqa: T201 — a benchmark reports


def all_rows() -> None:
    """Take every row of the registry but the one that needs a network."""
    random = np.random.default_rng(1)
    ids = pd.Index([f"{number:06}" for number in range(SIZE)])
    minutes = random.uniform(1, 900, (SIZE, SIZE))
    np.fill_diagonal(minutes, 0.0)
    times = TravelTimes(ids, ids, minutes)
    amounts = pd.Series(random.lognormal(3, 1, SIZE), random.permutation(ids))
    table = pd.DataFrame(minutes, ids, ids)
    known = {"straight_km": table, "network_km": table * 1.2, "costs": table}
    before, total = peak_mib(), 0.0
    for name, row in MEASURES.items():
        if "network" in row.needs:
            continue
        inputs = {need: known[need] for need in row.needs}
        given = [amounts for _ in row.takes]
        took = cpu_s(lambda: row.function(times, *given, **inputs, **row.defaults), 1)  # noqa: B023 — called at once
        report(f"{name:24}{took:7.3f} CPU s")
        total += took
    report(f"all rows {total:.2f} CPU s, peak {peak_mib():.0f} MiB, {before:.0f} before them")
    assert total < 5
    assert peak_mib() < 1024


def constant_memory(origins: int) -> None:
    """Take a catchment of many origins to 500 destinations, in blocks of 10,000."""
    random = np.random.default_rng(2)
    ends = pd.Index([f"d{number:03}" for number in range(500)])
    beds = pd.Series(1.0, ends)
    people = pd.Series(1.0, pd.RangeIndex(origins))
    minutes = random.uniform(1, 200, (10_000, 500))

    def blocks() -> Iterator[TravelTimes]:
        for first in range(0, origins, 10_000):
            yield TravelTimes(people.index[first : first + 10_000], ends, minutes)

    for name in ("cumulative_interval", "gravity"):
        row = MEASURES[name]
        took = cpu_s(lambda: in_blocks(name, blocks, beds, **row.defaults), 1)  # noqa: B023 — called at once
        report(f"{name:24}{took:7.1f} CPU s, {origins:,} × 500")
    found: list[pd.Series] = []
    decay = exponential(half_life_min=60.0)
    took = cpu_s(
        lambda: found.append(in_blocks("floating_catchment", blocks, beds, people, decay=decay)), 1
    )
    assert len(found[0]) == origins
    assert abs(float((found[0] * people).sum()) - 500) < 1e-6
    report(
        f"floating_catchment      {took:7.1f} CPU s, {origins:,} × 500, peak {peak_mib():.0f} MiB"
    )


def alone(call: str) -> str:
    """Run a function of this file in a process of its own, so that its peak memory is its own."""
    code = f"import test_measures_cost as here; here.{call}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    report(done.stdout)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_rows_of_a_matrix_take_less_than_five_seconds_and_one_gibibyte() -> None:
    assert "all rows" in alone("all_rows()")


def test_a_million_origins_take_no_more_memory_than_a_tenth_of_them() -> None:
    small, large = (
        float(alone(f"constant_memory({size})").split("peak ")[1].split()[0])
        for size in (100_000, 1_000_000)
    )
    # A million results, amounts and ids are 24 MB each time they are held; the matrix is 4 GB.
    assert large < small + 150


@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.parametrize("method", ["2sfca", "3sfca"])
def test_a_catchment_is_twenty_times_faster_than_access(method: str) -> None:
    random = np.random.default_rng(3)
    towns, clinics = (
        pd.Index([f"{kind}{n:04}" for n in range(m)]) for kind, m in (("t", 2900), ("c", 300))
    )
    times = TravelTimes(towns, clinics, random.integers(1, 90, (2900, 300)).astype(float))
    people = pd.Series(random.integers(1, 9_000, 2900).astype(float), towns)
    beds = pd.Series(random.integers(1, 900, 300).astype(float), clinics)
    costs = times.to_table()  # theirs is given ready, outside of the clock
    theirs = {"2sfca": access.fca.two_stage_fca, "3sfca": access.fca.three_stage_fca}[method]
    kept: dict[str, pd.Series] = {}

    def ours() -> None:
        kept["ours"] = floating_catchment(times, beds, people, decay=gaussian(30), method=method)  # type: ignore[arg-type]

    def peer() -> None:
        kept["access"] = theirs(
            people.rename("demand").rename_axis("geoid").to_frame(),
            beds.rename("supply").rename_axis("geoid").to_frame(),
            costs,
            max_cost=None,
            demand_index=True,
            cost_origin="from_id",
            cost_dest="to_id",
            cost_name="travel_time_min",
            weight_fn=access.weights.gaussian(30),
        )

    mine, others = cpu_s(ours, 5), cpu_s(peer, 2)
    np.testing.assert_allclose(kept["ours"], kept["access"].loc[towns], rtol=1e-9)
    report(f"{method}: {mine:.4f} CPU s, access {others:.2f} CPU s, {others / mine:.0f} times")
    assert others > 20 * mine
