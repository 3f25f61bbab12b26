"""The engines by hand: which one answers, what they refuse, executors, parts, clusters."""

import logging
import subprocess
import sys
import warnings
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from needs import need

from yrdgeo.errors import ArgumentError, NetworkError
from yrdgeo.results import Network
from yrdgeo.routing import parts
from yrdgeo.routing.engine import limit_ms, prepare, ready
from yrdgeo.routing.reach import isochrone, nearest, reach
from yrdgeo.routing.snap import snap
from yrdgeo.routing.times import travel_times


@pytest.fixture
def ring() -> Network:
    """Join six seats in a ring of roads, 10 minutes each, and leave one island; shuffled."""
    links = pd.DataFrame(
        {
            "link_id": list("cafdbe"),
            "from_node": [f"s{number}" for number in range(6)],
            "to_node": [f"s{(number + 1) % 6}" for number in range(6)],
            "mode": "road",
            "length_km": 10.0,
            "speed_kmh": 60.0,
        }
    )
    nodes = gpd.GeoDataFrame(
        {
            "node_id": ["island", *(f"s{number}" for number in range(6))],
            "kind": ["junction", *["seat"] * 6],
            "adcode": ["", *(f"31010{number}" for number in range(6))],
        },
        geometry=gpd.points_from_xy([125.0, *np.linspace(120, 121, 6)], [33.0, *[31.0] * 6]),
        crs="EPSG:4326",
    )
    return Network(links.sample(frac=1, random_state=1), nodes.sample(frac=1, random_state=2))


SEATS = [f"31010{number}" for number in range(6)]
FROM_FIRST = [0.0, 10.0, 20.0, 30.0, 20.0, 10.0]


@pytest.mark.parametrize("engine", ["auto", "dijkstra", "hierarchy"])
def test_every_engine_gives_the_same_answer(ring: Network, engine: str) -> None:
    times = travel_times(ring, SEATS, engine=engine).to_frame()
    assert times.loc["310100"].tolist() == FROM_FIRST
    assert travel_times(ring, ["island"], ["s0"], engine=engine).minutes.tolist() == [[np.inf]]


def test_small_questions_do_without_numba() -> None:
    code = (
        "import sys, pandas as pd; from yrdgeo.results import Network;"
        "from yrdgeo.routing.times import travel_times;"
        "from yrdgeo.routing.reach import reach;"
        "nodes = pd.DataFrame({'node_id': ['a', 'b']});"
        "links = pd.DataFrame({'link_id': ['1'], 'from_node': 'a', 'to_node': 'b',"
        "'mode': 'road', 'length_km': 1.0, 'speed_kmh': 60.0});"
        "net = Network(links, nodes); travel_times(net, ['a', 'b']);"
        "reach(net, ['a'], pd.Series({'b': 1.0}), cutoffs_min=[5]);"
        "print('numba' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


def test_large_questions_take_the_hierarchy(ring: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ready(ring, 10).hierarchy is None
    assert ready(ring, 10**8).hierarchy is not None
    assert ready(ring, 10**8, engine="dijkstra").hierarchy is None
    assert prepare(ring).hierarchy is None
    monkeypatch.setattr("yrdgeo.routing.engine.PREPARED_NODES", 7)
    prepared = prepare(ring)
    assert ready(prepared, 1) is prepared
    assert prepared.hierarchy is not None
    assert repr(prepared) == f"Prepared({prepared.hierarchy!r})"


def test_an_unknown_engine_is_an_error(ring: Network) -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'dijkstra'"):
        travel_times(ring, SEATS, engine="djikstra")


@pytest.mark.parametrize("cutoff", [0.0, 0.1, 7.0, 10.0, 1 / 3, 59.99999, 1e-9, np.inf])
def test_the_limit_is_the_last_millisecond_within_the_cutoff(cutoff: float) -> None:
    limit = limit_ms(cutoff)
    assert limit / 60_000 <= cutoff
    assert (limit + 1) / 60_000 > cutoff or cutoff == np.inf


def test_a_cutoff_keeps_what_equals_it(ring: Network) -> None:
    for engine in ("dijkstra", "hierarchy"):
        times = travel_times(ring, SEATS[:1], SEATS, cutoff_min=10.0, engine=engine)
        assert times.minutes.tolist() == [[0, 10, np.inf, np.inf, np.inf, 10]]


def test_reach_counts_the_place_itself(ring: Network) -> None:
    jobs = pd.Series([1.0, 20.0, 300.0], ["310100", "s3", "310101"])
    found = reach(ring, SEATS, jobs, cutoffs_min=[0, 10])
    assert found.loc["310100"].tolist() == [1.0, 301.0]
    assert found.loc["310102"].tolist() == [0.0, 320.0]


@pytest.mark.parametrize(
    ("amounts", "options", "words"),
    [
        (pd.Series([1.0, np.nan], SEATS[:2]), {"cutoffs_min": [5]}, "none at 310101"),
        (pd.Series([1.0, 2.0], ["s0", "s0"]), {"cutoffs_min": [5]}, "repeat"),
        (pd.Series([1.0], ["s0"]), {}, "cutoffs_min or a decay"),
        (pd.Series([1.0], ["s0"]), {"cutoffs_min": [-1]}, "zero or more"),
        (pd.Series([1.0], ["s0"]), {"cutoffs_min": [5], "direction": "up"}, "'out' or 'in'"),
    ],
)
def test_reach_refuses_what_it_cannot_sum(
    ring: Network, amounts: pd.Series, options: dict[str, object], words: str
) -> None:
    with pytest.raises(ArgumentError, match=words):
        reach(ring, SEATS, amounts, **options)


def test_unknown_ids_and_senseless_counts_are_errors(ring: Network) -> None:
    with pytest.raises(NetworkError, match="'310109'"):
        nearest(ring, ["310109"], SEATS)
    with pytest.raises(ArgumentError, match="k must"):
        nearest(ring, SEATS, SEATS, k=0)
    with pytest.raises(ArgumentError, match="at least one"):
        isochrone(ring, SEATS, cutoffs_min=[])


def test_nothing_asked_is_nothing_answered(ring: Network) -> None:
    for engine in ("dijkstra", "hierarchy"):
        assert travel_times(ring, [], SEATS, engine=engine).minutes.shape == (0, 6)
        assert travel_times(ring, SEATS, [], engine=engine).minutes.shape == (6, 0)
        assert isochrone(ring, [], cutoffs_min=[5], engine=engine).empty
        assert nearest(ring, SEATS, [], engine=engine).empty
        nothing = reach(ring, SEATS, pd.Series(dtype=float), cutoffs_min=[5], engine=engine)
        assert nothing[5].tolist() == [0.0] * 6


def test_snapping_passes_over_nodes_without_links_and_names_what_is_far(ring: Network) -> None:
    points = pd.DataFrame({"lon": [125.0, 120.21], "lat": [33.0, 31.0]}, ["far", "near"])
    found = snap(ring, points)
    assert found["node_id"].to_dict() == {"far": "s5", "near": "s1"}
    assert found.loc["near", "distance_km"] == pytest.approx(0.955, abs=0.001)
    with pytest.raises(NetworkError, match=r"far \(4\d\d\.\d km\)"):
        snap(ring, points, limit_km=5.0)
    with pytest.raises(NetworkError, match=r"not degrees.*far"):
        snap(ring, points.assign(lat=[133.0, 31.0]))
    with pytest.raises(NetworkError, match="no lat"):
        snap(ring, points[["lon"]])
    with pytest.raises(NetworkError, match="no geometry"):
        snap(Network(ring.links, pd.DataFrame(ring.nodes.drop(columns="geometry"))), points)


class _Broken(Executor):
    """An executor whose only worker has died."""

    def submit(self, *_: object, **__: object) -> "Future[object]":
        future: Future[object] = Future()
        future.set_exception(BrokenExecutor("a worker died"))
        return future


def test_a_lost_worker_loses_nothing(ring: Network, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        times = travel_times(ring, SEATS, executor=_Broken())
    assert times.to_frame().loc["310100"].tolist() == FROM_FIRST
    assert "worker was lost" in caplog.text


def test_parts_are_read_when_they_are_there(
    ring: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "parts"
    first = travel_times(ring, SEATS, parts=folder)
    files = sorted(folder.iterdir())
    assert len(files) == 6
    files[0].unlink()
    asked: list[int] = []
    true = parts.write_part
    monkeypatch.setattr(
        "yrdgeo.routing.blocks.write_part",
        lambda table, path: (asked.append(len(table)), true(table, path))[1],
    )
    with ThreadPoolExecutor(2) as executor:
        again = travel_times(ring, SEATS, parts=folder, executor=executor)
    assert asked == [1]
    assert again.to_frame().equals(first.to_frame())
    assert again.to_frame().loc["310100"].tolist() == FROM_FIRST


def test_parts_of_another_question_are_left_alone(ring: Network, tmp_path: Path) -> None:
    travel_times(ring, SEATS, parts=tmp_path)
    faster = Network(ring.links.assign(speed_kmh=120.0), ring.nodes)
    times = travel_times(faster, SEATS, parts=tmp_path).to_frame()
    assert times.loc["310100"].tolist() == [minutes / 2 for minutes in FROM_FIRST]
    cut = travel_times(ring, SEATS, parts=tmp_path, cutoff_min=5.0)
    assert np.isinf(cut.minutes).sum() == 30


@pytest.mark.parametrize("engine", ["dijkstra", "hierarchy"])
def test_a_dask_cluster_gives_the_same_answer(ring: Network, engine: str) -> None:
    need(find_spec("distributed") is not None, "dask.distributed is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dask's own, about ports and event loops
        from distributed import Client, LocalCluster  # noqa: PLC0415 — optional

        with (
            LocalCluster(
                n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
            ) as cluster,
            Client(cluster) as client,
        ):
            times = travel_times(ring, SEATS, engine=engine, executor=client)
            jobs = pd.Series(1.0, SEATS)
            reached = reach(ring, SEATS, jobs, cutoffs_min=[10], engine=engine, executor=client)
    assert times.to_frame().loc["310100"].tolist() == FROM_FIRST
    assert reached[10].tolist() == [3.0] * 6
