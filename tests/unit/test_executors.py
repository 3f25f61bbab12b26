"""Blocks of travel times: on threads, processes and clusters, lost workers, damaged parts."""

import os
import signal
import warnings
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from needs import need

from yrdgeo.results import Network
from yrdgeo.routing import parallel
from yrdgeo.routing.engine import Prepared, prepare
from yrdgeo.routing.handover import hand_over
from yrdgeo.routing.many import threads
from yrdgeo.routing.parallel import Cluster, in_blocks
from yrdgeo.routing.parts import read_part, write_part
from yrdgeo.routing.reach import reach
from yrdgeo.routing.times import travel_times
from yrdgeo.routing.written import travel_time_parts

SIDE = 9
SERVER = get_context("forkserver")
SERVER.set_forkserver_preload(["yrdgeo.routing.many", "yrdgeo.routing.blocks"])  # once for all


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """Return a grid of streets of many speeds, some one-way, and an island."""
    random = np.random.default_rng(4)
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    a = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    b = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    links = pd.DataFrame(
        {
            "link_id": [f"l{row}" for row in range(len(a))],
            "from_node": [f"n{node}" for node in a],
            "to_node": [f"n{node}" for node in b],
            "mode": "road",
            "length_km": random.uniform(0.1, 3.0, len(a)),
            "speed_kmh": random.uniform(20.0, 90.0, len(a)),
            "oneway": random.random(len(a)) < 0.1,
        }
    ).sample(frac=1, random_state=1)
    nodes = pd.DataFrame({"node_id": ["island", *(f"n{node}" for node in number.ravel())]})
    return prepare(Network(links, nodes), engine="hierarchy")


@pytest.fixture
def places(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> tuple[pd.Index, pd.Index]:
    """Return shuffled origins and fewer destinations; blocks are small."""
    monkeypatch.setattr(parallel, "SMALLEST", 10)
    nodes = pd.Index(prepared.network.nodes["node_id"].sample(frac=1, random_state=2))
    return nodes, nodes[::3]


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=SERVER) as executor:
        yield executor


class Elsewhere:
    """A cluster on other machines, as far as anyone can see."""

    def __init__(self) -> None:
        self.sent = 0
        self.answers: list[object] = []

    def nthreads(self) -> dict[str, int]:
        """Name two workers that are far away."""
        return {"tcp://10.0.0.1:1": 4, "tcp://10.0.0.2:1": 4}

    def scatter(self, data: list[object], *, broadcast: bool, hash: bool) -> list[object]:  # noqa: A002 — its name
        """Count what is sent."""
        assert broadcast
        assert not hash
        self.sent += 1
        return data

    def submit(self, function: object, *args: object, retries: int, pure: bool) -> object:
        """Do it at once."""
        assert retries
        assert not pure
        self.answers.append(function(*args))  # type: ignore[operator]
        return self.answers[-1]

    def gather(self, futures: list[object], *, direct: bool | None) -> list[object]:
        """Return what was done."""
        assert direct is None
        return futures


def test_threads_and_processes_give_the_same_times(
    prepared: Prepared, places: tuple[pd.Index, pd.Index], pool: ProcessPoolExecutor
) -> None:
    expected = travel_times(prepared, *places).minutes
    assert np.isinf(expected).any()
    assert np.array_equal(travel_times(prepared, *places, executor=pool).minutes, expected)
    with ThreadPoolExecutor(2) as threads:
        assert np.array_equal(travel_times(prepared, *places, executor=threads).minutes, expected)


def test_a_cutoff_holds_in_other_processes(
    prepared: Prepared, places: tuple[pd.Index, pd.Index], pool: ProcessPoolExecutor
) -> None:
    expected = travel_times(prepared, *places, cutoff_min=9.0).minutes
    found = travel_times(prepared, *places, cutoff_min=9.0, executor=pool).minutes
    assert np.array_equal(found, expected)
    assert 0 < np.isfinite(found).sum() < found.size


def test_sums_are_taken_by_the_workers(
    prepared: Prepared, places: tuple[pd.Index, pd.Index], pool: ProcessPoolExecutor
) -> None:
    jobs = pd.Series(np.arange(len(places[1]), dtype=float), places[1])
    expected = reach(prepared, places[0], jobs, cutoffs_min=[5, 12])
    pd.testing.assert_frame_equal(
        reach(prepared, places[0], jobs, cutoffs_min=[5, 12], executor=pool), expected
    )


def test_other_machines_are_sent_the_index_once_and_send_whole_milliseconds(
    prepared: Prepared, places: tuple[pd.Index, pd.Index]
) -> None:
    cluster = Elsewhere()
    assert isinstance(cluster, Cluster)
    found = travel_times(prepared, *places, executor=cluster).minutes
    assert cluster.sent == 1
    assert len(cluster.answers) > 2
    assert {answer.dtype for answer in cluster.answers} == {np.dtype(np.uint32)}  # type: ignore[attr-defined]
    assert np.array_equal(found, travel_times(prepared, *places).minutes)


def test_nothing_asked_of_processes_is_nothing(
    prepared: Prepared, places: tuple[pd.Index, pd.Index], pool: ProcessPoolExecutor
) -> None:
    assert travel_times(prepared, [], places[1], executor=pool).minutes.shape == (0, 28)


def _die_once(marker: Path, block: int) -> int:
    if block == 1 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 10 * block


def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, mp_context=SERVER) as executor:
        assert in_blocks(executor, _die_once, tmp_path / "died", [0, 1, 2]) == [0, 10, 20]
    assert (tmp_path / "died").exists()


def test_what_cannot_be_written_goes_the_way_of_the_executor() -> None:
    class Here(ProcessPoolExecutor):
        def submit(self, function: object, *args: object) -> "Future[object]":  # type: ignore[override]
            future: Future[object] = Future()
            future.set_result(function(*args))  # type: ignore[operator]
            return future

    executor: Executor = Here(1)
    assert in_blocks(executor, lambda shared, block: shared(block), lambda x: x + 1, [1]) == [2]


def test_arrays_are_shared_aligned_and_private(tmp_path: Path) -> None:
    given = {"a": np.arange(3, dtype=np.uint32), "b": np.arange(5.0), "c": np.empty(0), "d": "语"}
    handover = hand_over(given, tmp_path / "shared")
    found = handover.opened()
    assert found is handover.opened()
    assert isinstance(found, dict)
    for key in "abc":
        assert np.array_equal(found[key], given[key])
        assert found[key].flags.writeable
        assert found[key].flags.aligned
    assert found["d"] == "语"
    found["b"][0] = 7.0
    other = type(handover)(handover.path, handover.head + b"", handover.bounds[:])
    assert other == handover
    assert (tmp_path / "shared").read_bytes().find(np.float64(7.0).tobytes()) < 0
    with pytest.raises(FileExistsError):
        hand_over(given, tmp_path / "shared")


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "other rows", "holes"])
def test_a_damaged_part_is_computed_again(
    prepared: Prepared, places: tuple[pd.Index, pd.Index], tmp_path: Path, damage: str
) -> None:
    expected = travel_times(prepared, *places, parts=tmp_path).minutes
    path = max(tmp_path.iterdir())
    whole = pd.read_parquet(path)
    content = bytearray(path.read_bytes())
    content[content.index(np.float64(whole.iloc[1, 2]).tobytes())] ^= 1
    if damage == "other rows":
        write_part(whole.iloc[::-1], path)
    elif damage == "holes":
        write_part(whole.where(whole > 5.0), path)
    else:
        path.write_bytes({"flip": bytes(content), "cut": content[:-9], "empty": b""}[damage])
    assert read_part(path, whole.index, whole.columns) is None
    again = travel_times(prepared, *places, parts=tmp_path).minutes
    assert np.array_equal(again, expected)
    assert np.array_equal(again, travel_times(prepared, *places).minutes)
    mended = read_part(path, whole.index, whole.columns)
    assert mended is not None
    assert mended.equals(whole)


def test_no_damage_is_ever_read(tmp_path: Path) -> None:
    whole = pd.DataFrame(
        np.random.default_rng(5).random((9, 7)), list("abcdefghi"), list("klmnopq")
    )
    path = write_part(whole, tmp_path / "part")
    content = path.read_bytes()
    refused = 0
    for place in range(0, len(content), 41):
        damaged = bytearray(content)
        damaged[place] ^= 1 << (place % 8)
        path.write_bytes(damaged if place % 3 else content[:place])
        found = read_part(path, whole.index, whole.columns)
        assert found is None or found.equals(whole)
        refused += found is None
    assert refused > len(content) / 41 / 2


def test_parts_are_found_again_whoever_works(
    prepared: Prepared,
    places: tuple[pd.Index, pd.Index],
    tmp_path: Path,
    pool: ProcessPoolExecutor,
) -> None:
    first = travel_times(prepared, *places, parts=tmp_path).minutes
    written = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert len(written) > 2
    again = travel_times(prepared, *places, parts=tmp_path, executor=pool).minutes
    assert np.array_equal(first, again)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written


def test_parts_of_other_nodes_by_the_same_names_are_not_taken(tmp_path: Path) -> None:
    links = pd.DataFrame(
        {"link_id": ["1", "2"], "from_node": ["a", "b"], "to_node": ["b", "c"], "mode": "road",
         "length_km": [10.0, 30.0], "speed_kmh": 60.0}
    )  # fmt: skip
    one = Network(links, pd.DataFrame({"node_id": ["a", "b", "c"]}))
    turned = {"a": "c", "c": "a"}
    other = Network(links.replace(turned), one.nodes.replace(turned))  # the very same arrays
    options = {"destinations": ["b"], "parts": tmp_path}
    assert travel_times(one, ["a", "c"], **options).minutes.tolist() == [[10.0], [30.0]]
    assert travel_times(other, ["a", "c"], **options).minutes.tolist() == [[30.0], [10.0]]


def test_parts_are_written_without_a_matrix(
    prepared: Prepared,
    places: tuple[pd.Index, pd.Index],
    tmp_path: Path,
    pool: ProcessPoolExecutor,
) -> None:
    paths = travel_time_parts(prepared, *places, folder=tmp_path, executor=pool)
    assert sorted(paths) == sorted(tmp_path.iterdir())
    whole = pd.concat([pd.read_parquet(path) for path in paths])
    expected = travel_times(prepared, *places).to_frame()
    assert np.array_equal(whole.loc[places[0], places[1]].to_numpy(), expected.to_numpy())
    paths[0].write_bytes(paths[0].read_bytes()[:-9])
    before = paths[1].stat().st_mtime_ns
    assert travel_time_parts(prepared, *places, folder=tmp_path) == paths
    assert pd.concat([pd.read_parquet(path) for path in paths]).equals(whole)
    assert paths[1].stat().st_mtime_ns == before
    assert travel_times(prepared, *places, parts=tmp_path).to_frame().equals(expected)
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    assert travel_time_parts(prepared, [], places[1], folder=tmp_path) == []


def test_a_cluster_of_processes_gives_the_same_times_and_survives_a_death(
    prepared: Prepared, places: tuple[pd.Index, pd.Index], tmp_path: Path
) -> None:
    need(find_spec("distributed") is not None, "dask.distributed is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dask's own, about ports and event loops
        from distributed import Client, LocalCluster  # noqa: PLC0415 — optional

        with (
            LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
            ) as cluster,
            Client(cluster) as client,
        ):
            assert parallel.in_processes_here(client)
            found = travel_times(prepared, *places, executor=client).minutes
            done = in_blocks(client, _die_once, tmp_path / "died", [0, 1, 2])
    assert done == [0, 10, 20]
    assert (tmp_path / "died").exists()
    assert np.array_equal(found, travel_times(prepared, *places).minutes)


@pytest.mark.parametrize(("wanted", "most"), [("1", 1), ("0", 1), ("1,2", 8), ("", 8)])
def test_a_cluster_may_say_how_many_threads(
    monkeypatch: pytest.MonkeyPatch, wanted: str, most: int
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", wanted)
    assert 1 <= threads() <= most
