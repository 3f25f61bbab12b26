"""Paths by hand: links and lines in the order of travel, many pairs, files of shortcuts."""

import logging
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from yrdgeo.errors import NetworkError
from yrdgeo.results import Network
from yrdgeo.routing import trace
from yrdgeo.routing.engine import prepare
from yrdgeo.routing.graph import EXACT_MS
from yrdgeo.routing.paths import path_geometry, path_lengths_km, path_links, path_steps
from yrdgeo.routing.ties import kilometres

ENGINES = ("dijkstra", "hierarchy")


@pytest.fixture
def coast() -> Network:
    """Join a – b – c – d along a coast; one line is drawn against its link, one not at all."""
    links = gpd.GeoDataFrame(
        {
            "link_id": ["cd", "ab", "cb", "zero"],
            "from_node": ["c", "a", "c", "d"],
            "to_node": ["d", "b", "b", "e"],
            "mode": "road",
            "length_km": [150.0, 120.0, 120.0, 0.0],
            "speed_kmh": [75.0, 60.0, 60.0, 60.0],
        },
        geometry=[
            shapely.LineString([(123, 32), (122.5, 31), (122, 31)]),
            shapely.LineString([(120, 31), (120.5, 31.5), (121, 31)]),
            None,
            None,
        ],
        crs="EPSG:4326",
    )
    at = {"a": (120, 31), "e": (123, 32), "c": (122, 31), "island": (125, 33), "d": (123, 32)}
    at["b"] = (121, 31)
    nodes = gpd.GeoDataFrame(
        {"node_id": list(at)}, geometry=gpd.points_from_xy(*zip(*at.values(), strict=True)),
        crs="EPSG:4326",
    )  # fmt: skip
    return Network(links.sample(frac=1, random_state=1), nodes)


PAIRS = pd.DataFrame(
    {"from_id": ["a", "d", "a", "b", "d"], "to_id": ["d", "b", "island", "b", "e"]},
    index=["there", "back", "never", "here", "on"],
)


@pytest.mark.parametrize("engine", ENGINES)
def test_lines_run_in_the_order_of_travel(coast: Network, engine: str) -> None:
    found = path_geometry(coast, PAIRS, engine=engine)
    assert found.crs == "EPSG:4326"
    assert found.geometry.to_wkt().to_dict() == {
        "there": "LINESTRING (120 31, 120.5 31.5, 121 31, 122 31, 122.5 31, 123 32)",
        "back": "LINESTRING (123 32, 122.5 31, 122 31, 121 31)",
        "never": "LINESTRING EMPTY",
        "here": "LINESTRING EMPTY",
        "on": "LINESTRING (123 32, 123 32)",
    }
    assert found["travel_time_min"].tolist() == [360.0, 240.0, np.inf, 0.0, 0.0]
    assert found["length_km"].tolist() == [390.0, 270.0, np.inf, 0.0, 0.0]
    assert found["n_links"].tolist() == [3, 2, 0, 0, 1]


@pytest.mark.parametrize("engine", ENGINES)
def test_steps_tell_link_and_direction(coast: Network, engine: str) -> None:
    steps = path_steps(coast, PAIRS, engine=engine)
    assert steps.index.tolist() == ["there"] * 3 + ["back"] * 2 + ["on"]
    assert steps["link_id"].tolist() == ["ab", "cb", "cd", "cd", "cb", "zero"]
    assert steps["onward"].tolist() == [True, False, True, False, True, True]
    assert steps["step"].tolist() == [1, 2, 3, 1, 2, 1]
    assert path_links(coast, "d", "b", engine=engine) == ["cd", "cb"]


def test_no_pairs_are_no_paths(coast: Network) -> None:
    for engine in ENGINES:
        assert path_geometry(coast, PAIRS.iloc[:0], engine=engine).empty
        assert path_steps(coast, PAIRS.iloc[:0], engine=engine).empty
        assert path_lengths_km(coast, [], ["a"], engine=engine).shape == (0, 1)
        assert path_lengths_km(coast, ["a"], [], engine=engine).shape == (1, 0)


def test_a_pair_may_be_asked_for_twice(coast: Network) -> None:
    twice = pd.concat([PAIRS, PAIRS.loc[["there"]]])
    for engine in ENGINES:
        steps = path_steps(coast, twice, engine=engine)
        assert len(steps) == 9
        assert steps["step"].tolist()[-3:] == [1, 2, 3]


def test_pairs_that_are_none_are_refused(coast: Network) -> None:
    with pytest.raises(NetworkError, match="no to_id"):
        path_steps(coast, PAIRS[["from_id"]])
    with pytest.raises(NetworkError, match=r"origins.*'x'"):
        path_geometry(coast, pd.DataFrame({"from_id": ["x"], "to_id": ["a"]}))
    with pytest.raises(NetworkError, match="no path from 'a' to 'island'"):
        path_links(coast, "a", "island", engine="hierarchy")


def test_lengths_beyond_exact_sums_are_refused() -> None:
    assert kilometres(np.array([[1e9, np.inf]])).tolist() == [[1.0, np.inf]]
    with pytest.raises(NetworkError, match="9 million km"):
        kilometres(np.array([float(EXACT_MS)]))


def test_what_shortcuts_stand_for_is_kept_in_a_file_of_its_own(
    coast: Network, tmp_path: Path
) -> None:
    ready = prepare(coast, engine="hierarchy", cache=tmp_path, paths=True)
    assert ready.trails is not None
    kinds = {file.name.rpartition("-")[2] for file in tmp_path.iterdir()}
    assert kinds == {"paths.yrdgeo", "ties.yrdgeo"}
    again = prepare(coast, engine="hierarchy", cache=tmp_path, paths=True)
    assert again.trails is not None
    for one, other in zip(again.trails.halves, ready.trails.halves, strict=True):
        assert np.array_equal(one, other)
    assert again.trails.nbytes > 0
    assert path_links(again, "a", "d") == ["ab", "cb", "cd"]


def test_another_length_is_another_file(coast: Network, tmp_path: Path) -> None:
    prepare(coast, engine="hierarchy", cache=tmp_path, paths=True)
    longer = coast.links.assign(length_km=240.0, speed_kmh=120.0).query("link_id != 'zero'")
    first = coast.links.query("link_id != 'zero'")
    for links in (first, longer):
        network = Network(links, coast.nodes)
        ready = prepare(network, engine="hierarchy", cache=tmp_path, paths=True)
        assert path_lengths_km(ready, ["a"], ["d"]).loc["a", "d"] == links["length_km"].sum()
    kept = [file.name for file in tmp_path.iterdir()]
    assert len([name for name in kept if name.endswith("ties.yrdgeo")]) == 2
    assert len([name for name in kept if name.endswith("paths.yrdgeo")]) == 3


def test_paths_that_do_not_fit_are_traced_again(
    coast: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace, "_ROOM", 2)
    ready = prepare(coast, engine="hierarchy", paths=True)
    steps = path_steps(ready, PAIRS)
    assert steps["link_id"].tolist() == ["ab", "cb", "cd", "cd", "cb", "zero"]


def test_a_network_prepared_for_times_answers_paths_by_dijkstra(coast: Network) -> None:
    ready = prepare(coast, engine="hierarchy")
    assert ready.trails is None
    assert path_links(ready, "a", "d") == ["ab", "cb", "cd"]
    assert path_links(ready, "a", "d", engine="hierarchy") == ["ab", "cb", "cd"]


def test_where_very_many_paths_are_as_fast_dijkstra_finds_them(
    coast: Network, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("yrdgeo.routing.contraction.ROOM_FOR_TIES", 0)
    monkeypatch.setattr("yrdgeo.routing.contraction.MOST_TIED", 0)
    monkeypatch.setattr(
        "yrdgeo.routing.contraction._taller", lambda pool, more: np.resize(pool, (more + 1, 4))
    )
    with caplog.at_level(logging.WARNING):
        ready = prepare(coast, engine="hierarchy", paths=True)
    assert "paths are found by Dijkstra" in caplog.text
    assert ready.tied
    assert ready.trails is None
    assert ready.hierarchy is not None
    assert path_links(ready, "a", "d", engine="hierarchy") == ["ab", "cb", "cd"]
