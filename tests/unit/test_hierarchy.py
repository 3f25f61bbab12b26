"""The hierarchy by hand: shortcuts, wide times, what is stored and what is refused."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yrdgeo.errors import NetworkError
from yrdgeo.results import Network
from yrdgeo.routing import store
from yrdgeo.routing.graph import Graph, build
from yrdgeo.routing.hierarchy import NARROW, Hierarchy, hierarchy, longest_time
from yrdgeo.routing.many import matrix


def chain(kilometres: list[float], *, speed: float = 60.0, oneway: bool = False) -> Graph:
    """Build nodes n0, n1 … in a row, and one island; the tables are shuffled."""
    size = len(kilometres)
    links = pd.DataFrame(
        {
            "link_id": [f"l{number}" for number in range(size)],
            "from_node": [f"n{number}" for number in range(size)],
            "to_node": [f"n{number + 1}" for number in range(size)],
            "mode": "road",
            "length_km": kilometres,
            "speed_kmh": speed,
            "oneway": oneway,
        }
    )
    nodes = pd.DataFrame({"node_id": ["island", *(f"n{number}" for number in range(size + 1))]})
    return build(Network(links.sample(frac=1, random_state=1), nodes))


def minutes(made: Hierarchy) -> np.ndarray:
    every = np.arange(len(made.position))
    return matrix(made, every, every, limit=made.bound)


def test_a_chain_adds_up() -> None:
    found = minutes(hierarchy(chain([1.0, 2.0, 0.0, 4.0])))
    assert found[1].tolist() == [np.inf, 0.0, 1.0, 3.0, 3.0, 7.0]
    assert np.array_equal(found, found.T)


def test_a_oneway_chain_leads_one_way() -> None:
    found = minutes(hierarchy(chain([1.0, 2.0], oneway=True)))
    assert found[1:, 1:].tolist() == [[0, 1, 3], [np.inf, 0, 2], [np.inf, np.inf, 0]]


def test_no_time_exceeds_the_bound_and_the_bound_is_near() -> None:
    graph = chain([1.0, 2.0, 3.0])
    assert 6 * 60_000 <= longest_time(graph) <= 2 * 6 * 60_000


def test_times_beyond_32_bits_are_exact() -> None:
    graph = chain([20_000.0, 0.001, 20_000.0], speed=0.5)
    made = hierarchy(graph)
    assert made.bound >= NARROW
    assert minutes(made)[1, 4] == (2 * 2_400_000 * 60_000 + 7_200) / 60_000


def test_a_network_that_takes_for_ever_is_refused() -> None:
    graph = chain([1.0, 1.0])
    endless = Graph(
        graph.nodes,
        graph.indptr,
        graph.heads,
        np.full(4, 2**61),
        graph.length_km,
        graph.links,
    )
    with pytest.raises(NetworkError, match="speed_kmh"):
        hierarchy(endless)


def test_a_graph_without_arcs_has_a_hierarchy() -> None:
    nodes = pd.DataFrame({"node_id": ["a", "b"]})
    columns = ["link_id", "from_node", "to_node", "mode", "length_km", "speed_kmh"]
    graph = build(Network(pd.DataFrame(columns=columns), nodes))
    assert minutes(hierarchy(graph)).tolist() == [[0, np.inf], [np.inf, 0]]


def test_the_same_graph_gives_the_same_hierarchy() -> None:
    first, second = (hierarchy(chain([1.0, 2.0, 0.0, 4.0])) for _ in range(2))
    for one, other in zip(first.forward, second.forward, strict=True):
        assert np.array_equal(one, other)


def test_a_stored_hierarchy_is_the_one_that_was_made(tmp_path: Path) -> None:
    graph = chain([1.0, 2.0, 5.0])
    made = hierarchy(graph, cache=tmp_path / "new")
    files = list((tmp_path / "new").iterdir())
    assert [file.stem for file in files] == [store.fingerprint(graph)]
    read = hierarchy(graph, cache=tmp_path / "new")
    assert np.array_equal(made.position, read.position)
    assert read.bound == made.bound
    for one, other in zip(
        [*made.forward, *made.backward], [*read.forward, *read.backward], strict=True
    ):
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)


def test_another_time_is_another_name() -> None:
    assert store.fingerprint(chain([1.0])) != store.fingerprint(chain([1.5]))


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "other"])
def test_a_damaged_file_is_made_again(tmp_path: Path, damage: str) -> None:
    graph = chain([1.0, 2.0, 5.0])
    expected = minutes(hierarchy(graph, cache=tmp_path))
    (path,) = tmp_path.iterdir()
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    damaged = {"flip": bytes(content), "cut": content[:-9], "empty": b"", "other": b"x" * 999}
    path.write_bytes(damaged[damage])
    assert store.read(tmp_path, path.stem) is None
    assert np.array_equal(minutes(hierarchy(graph, cache=tmp_path)), expected)
    assert store.read(tmp_path, path.stem) is not None
    assert list(tmp_path.iterdir()) == [path]


def test_a_hierarchy_of_other_arrays_is_made_again(tmp_path: Path) -> None:
    graph = chain([1.0, 2.0])
    expected = minutes(hierarchy(graph, cache=tmp_path))
    store.write(tmp_path, store.fingerprint(graph), {"position": np.arange(3)})
    assert np.array_equal(minutes(hierarchy(graph, cache=tmp_path)), expected)
    assert len(store.read(tmp_path, store.fingerprint(graph)) or {}) > 1


def test_a_folder_that_cannot_keep_anything_does_no_harm(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    taken = tmp_path / "file"
    taken.write_text("no folder")
    graph = chain([1.0, 2.0])
    made = hierarchy(graph, cache=taken)
    assert np.array_equal(minutes(made), minutes(hierarchy(graph)))
    assert "cannot keep what was prepared" in caplog.text
    assert taken.read_text() == "no folder"


def test_a_file_that_cannot_be_opened_is_none(tmp_path: Path) -> None:
    (tmp_path / "name.yrdgeo").mkdir()
    assert store.read(tmp_path, "name") is None


def _stored_by(folder: str) -> str:
    graph = chain([1.0, 2.0, 5.0])
    for _ in range(20):
        store.write(Path(folder), store.fingerprint(graph), {"position": np.arange(9_999)})
        found = store.read(Path(folder), store.fingerprint(graph))
        if found is None or len(found["position"]) != 9_999:
            return "half a file was seen"
    return ""


def test_two_processes_may_write_one_cache(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert list(pool.map(_stored_by, [str(tmp_path)] * 2)) == ["", ""]
    assert [path.suffix for path in tmp_path.iterdir()] == [".yrdgeo"]


def test_locked_arrays_are_copied() -> None:
    made = hierarchy(chain([1.0]))
    assert made.writable() is made
    made.position.setflags(write=False)
    assert made.writable().position.flags.writeable
