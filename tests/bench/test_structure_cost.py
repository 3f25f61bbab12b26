"""What the matrices of all counties cost: ``pytest -o addopts= -s`` on this file."""

import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics.pairwise import cosine_similarity, manhattan_distances

from yrdgeo.analysis import scores, structure

pytestmark = pytest.mark.bench
CITIES, SECTORS = 2900, 20


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    drawn = np.random.default_rng(0).gamma(0.5, size=(CITIES, SECTORS)) + 0.01
    return pd.DataFrame(drawn, [f"{number:06}" for number in range(CITIES)]).rename(columns=str)


def seconds(measure: Callable[[], object]) -> float:
    """Return the best of three."""
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        measure()
        best = min(best, time.perf_counter() - start)
    return best


@pytest.mark.parametrize(
    ("name", "peer"), [("similarity", cosine_similarity), ("krugman", manhattan_distances)]
)
def test_a_matrix_of_all_counties(
    name: str, peer: Callable[..., object], table: pd.DataFrame
) -> None:
    measure = structure.MEASURES[name].function
    parts = table.div(table.sum(axis=1), axis=0).to_numpy()
    ours, theirs = seconds(lambda: measure(table)), seconds(lambda: peer(parts))
    tracemalloc.start()
    measure(table)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    print(f"\n{name}: {ours:.2f} s, scikit-learn {theirs:.2f} s, peak {peak:.0f} MiB")  # noqa: T201 — a benchmark reports
    assert ours < 1
    assert peak < 4 * CITIES**2 * 8 / 2**20  # a few results, and no n × n × k in between


def test_every_measure_of_structure_and_score(table: pd.DataFrame) -> None:
    better = dict.fromkeys(table.columns, "high")
    total = 0.0
    for name, row in structure.MEASURES.items():
        options = dict(row.defaults)
        if "order" in options:
            options["order"] = list(table.columns)
        tables = [table] * len(row.takes)
        cost = seconds(lambda: row.function(*tables, **options))  # noqa: B023 — called at once
        total += cost
        print(f"\n{name}: {cost * 1e3:.0f} ms", end="")  # noqa: T201 — a benchmark reports
    for name, weigh in scores.WEIGHTS.items():
        cost = seconds(lambda: scores.composite(table, better=better, weights=name))  # noqa: B023 — called at once
        assert len(weigh(table, better=better)) == SECTORS
        total += cost
    print(f"\nall: {total:.2f} s")  # noqa: T201 — a benchmark reports
    assert total < 5
