"""Sums by searches from the amounts: when they are made, when given up, and what they need."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest

from yrdgeo.results import Network
from yrdgeo.routing import balls, many
from yrdgeo.routing.engine import Prepared, prepare
from yrdgeo.routing.many import Amounts
from yrdgeo.routing.reach import reach

NODES, PLACES = 20_000, 2_000


@pytest.fixture(scope="module")
def street() -> Prepared:
    """Join nodes in a row, a minute each; node n at minute n, rows shuffled."""
    links = pd.DataFrame(
        {
            "link_id": [f"l{number}" for number in range(NODES - 1)],
            "from_node": [f"n{number}" for number in range(NODES - 1)],
            "to_node": [f"n{number}" for number in range(1, NODES)],
            "mode": "road",
            "length_km": 1.0,
            "speed_kmh": 60.0,
        }
    ).sample(frac=1, random_state=1)
    nodes = pd.DataFrame({"node_id": [f"n{number}" for number in range(NODES)]})
    return prepare(Network(links, nodes.sample(frac=1, random_state=2)), engine="hierarchy")


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """List which way each question was answered; questions of some milliseconds are weighed."""
    asked: list[str] = []
    sweep, search = many.sums_within, balls.searched

    def searched(*args: object, **options: object) -> object:
        found = search(*args, **options)
        asked.append("gave up" if found is None else "searched")
        return found

    def swept(*args: object, **options: object) -> object:
        asked.append("swept")
        return sweep(*args, **options)

    monkeypatch.setattr(balls, "LEAST_S", 0.01)
    monkeypatch.setattr(balls, "searched", searched)
    monkeypatch.setattr(many, "sums_within", swept)
    return asked


def ids(numbers: np.ndarray) -> list[str]:
    return [f"n{number}" for number in numbers]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(2, ["searched"]), (500, ["gave up", "swept"]), (np.inf, ["swept"])],
)
def test_searches_are_made_where_little_is_reached(
    street: Prepared, ways: list[str], minutes: float, expected: list[str]
) -> None:
    at = np.random.default_rng(3).choice(NODES, PLACES, replace=False)
    origins = np.arange(NODES)[::-1]
    found = reach(street, ids(origins), pd.Series(1.0, ids(at)), cutoffs_min=[minutes])[minutes]
    assert ways == expected
    sorted_at = np.sort(at)
    first, last = np.maximum(origins - minutes, -1), np.minimum(origins + minutes, NODES)
    within = np.searchsorted(sorted_at, last, "right") - np.searchsorted(sorted_at, first)
    assert (found.to_numpy() == within).all()


def test_small_and_forced_questions_are_swept_at_once(street: Prepared, ways: list[str]) -> None:
    at = pd.Series(1.0, ids(np.arange(0, NODES, 10)))
    reach(street, ids(np.arange(9)), at, cutoffs_min=[2])
    reach(street, ids(np.arange(NODES)), at, cutoffs_min=[2], engine="hierarchy")
    assert ways == ["swept", "swept"]


def test_a_sample_that_deceives_is_found_out() -> None:
    spokes = pd.DataFrame(
        {
            "link_id": [f"l{number}" for number in range(300)],
            "from_node": [f"n{number}" for number in range(300)],
            "to_node": "hub",
            "mode": "road",
            "length_km": 1.0,
            "speed_kmh": 60.0,
            "oneway": True,
        }
    )
    nodes = pd.DataFrame({"node_id": ["hub", *spokes["from_node"]]})
    graph = prepare(Network(spokes, nodes)).graph
    hub = Amounts(np.array([0]), np.array([5.0]))
    minute = 60_000
    assert balls.searched(graph, hub, [minute], against=True, most=300) is None
    found = balls.searched(graph, hub, [minute, minute - 1], against=True, most=301)
    assert found is not None
    assert found.tolist() == [[5.0, 5.0], *[[5.0, 0.0]] * 300]


def test_memory_grows_with_the_graph_and_not_with_pairs(
    street: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(balls, "threads", lambda: 1)

    def peak(count: int) -> int:
        at = Amounts(np.arange(count), np.ones(count))
        tracemalloc.start()
        assert balls.searched(street.graph, at, [600_000], against=True, most=10**9) is not None
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(9)  # compiles, or loads what is compiled
    few, many_more = peak(20), peak(NODES)
    assert many_more - few < 100 * NODES
    assert few < 200 * NODES
