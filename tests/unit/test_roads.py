"""Reading, cutting, mending and contracting the world's graph."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from yrdgeo.errors import MissingPackageError, NetworkError, SourceError
from yrdgeo.sources import roads
from yrdgeo.sources.roads import WorldGraph, read_world_graph, region_roads

BOX = shapely.box(119.0, 30.0, 122.0, 32.0)


def _file(folder: Path, graph: str, nodes: str) -> Path:
    path = folder / "world.py"
    path.write_text(f"from scgraph.core import GeoGraph\ngraph={graph}\nnodes={nodes}\nworld = 1\n")
    return path


def _world(places: list[tuple[float, float]], edges: list[tuple[int, int, float]]) -> WorldGraph:
    lon, lat = np.array(places, dtype=float).T
    start = [a for a, _, _ in edges] + [b for _, b, _ in edges]
    end = [b for _, b, _ in edges] + [a for a, _, _ in edges]
    length = [km for *_, km in edges] * 2
    return WorldGraph(lon, lat, np.array(start), np.array(end), np.array(length))


def test_the_literals_are_read_and_not_run(tmp_path: Path):
    world = read_world_graph(
        _file(
            tmp_path,
            "[{1: 2.5, 2: 1e1}, {0: 2.5}, {0: 10.0}, {}]",
            "[[31.0, 120.0], [31.1, 120.1], [-5, 7], [0.0, 0.0]]",
        )
    )
    assert world.lon.tolist() == [120.0, 120.1, 7.0, 0.0]
    assert world.lat.tolist() == [31.0, 31.1, -5.0, 0.0]
    arcs = zip(world.start.tolist(), world.end.tolist(), world.length_km.tolist(), strict=True)
    assert list(arcs) == [(0, 1, 2.5), (0, 2, 10.0), (1, 0, 2.5), (2, 0, 10.0)]


@pytest.mark.parametrize(
    ("graph", "nodes", "said"),
    [
        ("[{1: __import__('os').getpid()}]", "[[1, 2]]", "other than numbers"),
        ("[{0: 1.0}, {}]", "[[1, 2]]", "do not fit"),
    ],
)
def test_a_file_that_is_something_else_is_refused(
    tmp_path: Path, graph: str, nodes: str, said: str
):
    with pytest.raises(SourceError, match=said):
        read_world_graph(_file(tmp_path, graph, nodes))


def test_a_file_without_the_literals_is_refused(tmp_path: Path):
    path = tmp_path / "empty.py"
    path.write_text("print('no')\n")
    with pytest.raises(SourceError, match="no lines"):
        read_world_graph(path)


def test_a_missing_package_comes_with_its_install_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(roads, "find_spec", lambda _name: None)
    with pytest.raises(MissingPackageError, match=r"pip install 'yrdgeo\[china\]'"):
        roads.world_graph()


def test_short_lengths_are_raised_and_loops_and_doubles_dropped():
    places = [(120.0, 31.0), (120.1, 31.0), (120.2, 31.0), (120.2, 31.1), (150.0, 31.0)]
    edges = [(0, 1, 9.0), (1, 2, 20.0), (1, 2, 30.0), (2, 2, 1.0), (2, 3, 12.0), (3, 4, 5000.0)]
    network = region_roads(_world(places, edges), BOX, keep=places[:4])
    lengths = network.links["length_km"].to_numpy()
    assert lengths == pytest.approx([9.5504, 20.0, 12.0], abs=1e-3)
    assert network.report["arcs_loops"] == 2
    assert network.report["nodes_in_area"] == 4
    assert network.report["arcs_raised_to_geodesic"] == 2
    assert network.report["nodes_contracted"] == 0


def test_a_node_of_degree_two_becomes_a_point_of_the_course():
    places = [(120.0, 31.0), (120.1, 31.05), (120.2, 31.0)]
    network = region_roads(
        _world(places, [(0, 1, 12.0), (2, 1, 13.0)]), BOX, keep=[places[0], places[2]]
    )
    assert network.links["length_km"].tolist() == [25.0]
    assert network.links["via"].tolist() == [((120.1, 31.05),)]
    assert network.report["nodes_contracted"] == 1


def test_the_main_component_stays_and_a_crossing_joins_an_island():
    main = [(120.0, 31.0), (120.1, 31.0), (120.1, 31.1)]
    island = [(120.3, 31.0), (120.4, 31.0)]
    edges = [(0, 1, 10.0), (1, 2, 12.0), (2, 0, 16.0), (3, 4, 11.0)]
    world = _world(main + island, edges)
    assert len(region_roads(world, BOX, keep=main).nodes) == 3
    bridge = pd.DataFrame(
        {
            "name_zh": ["桥"],
            "from_lon": [120.105],
            "from_lat": [31.0],
            "to_lon": [120.295],
            "to_lat": [31.0],
            "length_km": [21.0],
        }
    )
    joined = region_roads(world, BOX, crossings=bridge, keep=main + island)
    assert len(joined.nodes) == 5
    assert joined.links.set_index("crossing").loc["桥", "length_km"] == 21.0
    with pytest.raises(NetworkError, match="within 3 km of a road"):
        region_roads(world, BOX, crossings=bridge.assign(to_lat=31.5))


def test_a_crossing_is_no_shorter_than_the_geodesic():
    places = [(120.0, 31.0), (120.01, 31.0), (120.3, 31.0), (120.31, 31.0)]
    bridge = pd.DataFrame(
        [("桥", 120.01, 31.0, 120.3, 31.0, 1.0)],
        columns=["name_zh", "from_lon", "from_lat", "to_lon", "to_lat", "length_km"],
    )
    network = region_roads(_world(places, [(0, 1, 1.0), (2, 3, 1.0)]), BOX, crossings=bridge)
    length = network.links.set_index("crossing").loc["桥", "length_km"]
    assert length == pytest.approx(27.70, abs=0.01)
