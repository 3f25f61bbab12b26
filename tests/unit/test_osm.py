"""Ways become links: cut at shared nodes, turned, measured, kept or counted."""

import bz2
import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_osm import NODES, WAYS, Way, write_osm, write_pbf
from pyproj import Geod

from yrdgeo.errors import ArgumentError, SourceError
from yrdgeo.results import Network
from yrdgeo.routing.times import travel_times
from yrdgeo.sources.osm import network_tables, read_osm
from yrdgeo.tables import check

ROAD = {"highway": "primary"}


def _km(*places: int) -> float:
    lon, lat = zip(*(NODES[place] for place in places), strict=True)
    return float(Geod(ellps="WGS84").line_length(lon, lat)) / 1e3


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return write_osm(tmp_path / "town.osm", NODES, WAYS)


def test_ways_are_cut_where_they_share_a_node_and_nowhere_else(town: Path) -> None:
    links = read_osm(town).links.set_index("link_id")
    ends = links[["from_node", "to_node"]].apply(tuple, axis=1).to_dict()
    assert ends == {
        "w10-0": ("n1", "n2"),
        "w10-1": ("n2", "n4"),
        "w11-0": ("n5", "n2"),
        "w11-1": ("n2", "n6"),
        "w12-0": ("n1", "n4"),
        "w13-0": ("n8", "n9"),
    }


def test_a_link_is_as_long_as_its_vertices_on_the_ellipsoid(town: Path) -> None:
    length = read_osm(town).links.set_index("link_id")["length_km"]
    assert length["w10-0"] == pytest.approx(_km(1, 2), rel=1e-12)
    assert length["w10-1"] == pytest.approx(_km(2, 3, 4), rel=1e-12)
    assert length["w12-0"] == pytest.approx(_km(4, 7, 1), rel=1e-12)


def test_a_way_against_its_order_is_turned_with_its_line(town: Path) -> None:
    link = read_osm(town).links.set_index("link_id").loc["w12-0"]
    assert link["oneway"]
    assert [*link["geometry"].coords] == [NODES[1], NODES[7], NODES[4]]


def test_lines_begin_and_end_at_their_nodes(town: Path) -> None:
    network = read_osm(town)
    places = network.nodes.set_index("node_id").geometry
    for link in network.links.itertuples():
        assert link.geometry.coords[0] == places[link.from_node].coords[0]
        assert link.geometry.coords[-1] == places[link.to_node].coords[0]


def test_tables_keep_the_contract_of_the_hallway(town: Path) -> None:
    network = read_osm(town)
    pd.testing.assert_frame_equal(
        pd.DataFrame(check(network.links, "links"))[["link_id", "from_node", "length_km"]],
        pd.DataFrame(network.links)[["link_id", "from_node", "length_km"]],
        check_dtype=False,
    )
    assert str(network.nodes.crs) == "EPSG:4326"
    assert set(network.links["source_id"]) == {"openstreetmap"}


def test_speed_is_tagged_implied_or_of_the_class(town: Path) -> None:
    links = read_osm(town).links.set_index("link_id")
    found = links[["speed_kmh", "speed_basis"]].apply(tuple, axis=1).to_dict()
    assert found["w10-0"] == (60.0, "tag")
    assert found["w11-0"] == (50.0, "implicit")
    assert found["w12-0"] == (40.0, "class")
    assert found["w13-0"] == (30.0, "implausible")
    assert links.loc["w13-0", "speed_tag"] == "-20"


def test_times_by_hand(town: Path) -> None:
    nodes, links = network_tables(town)
    times = travel_times(Network(links, nodes), ["n1", "n4"]).to_frame()
    there = _km(1, 2, 3, 4)
    assert times.loc["n1", "n4"] == pytest.approx(there / 60 * 60, abs=2e-5)
    assert times.loc["n4", "n1"] == pytest.approx(there / 60 * 60, abs=2e-5)
    one_way = travel_times(
        Network(links[links["mode"].eq("road") & links["oneway"]], nodes), ["n1", "n4"]
    )
    assert one_way.to_frame().loc["n1", "n4"] == pytest.approx(_km(4, 7, 1) / 40 * 60, abs=2e-5)
    assert np.isinf(one_way.to_frame().loc["n4", "n1"])


@pytest.mark.parametrize("suffix", [".osm.pbf", ".osm.gz", ".osm.bz2"])
def test_every_format_gives_the_same_tables(tmp_path: Path, town: Path, suffix: str) -> None:
    other = tmp_path / f"other{suffix}"
    if suffix == ".osm.pbf":
        write_pbf(other, NODES, WAYS)
    else:
        pack = gzip.compress if suffix == ".osm.gz" else bz2.compress
        other.write_bytes(pack(town.read_bytes()))
    first, second = read_osm(town), read_osm(other)
    pd.testing.assert_frame_equal(first.links, second.links)
    pd.testing.assert_frame_equal(first.nodes, second.nodes)


def test_nodes_out_of_order_are_found(tmp_path: Path, town: Path) -> None:
    backwards = dict(sorted(NODES.items(), reverse=True))
    other = write_osm(tmp_path / "backwards.osm", backwards, WAYS)
    pd.testing.assert_frame_equal(read_osm(town).links, read_osm(other).links)


def test_nodes_that_were_drawn_and_not_uploaded_are_found(tmp_path: Path) -> None:
    path = write_osm(
        tmp_path / "draft.osm", {-1: (120.0, 31.0), -2: (120.1, 31.0)}, {-7: ([-1, -2], ROAD)}
    )
    link = read_osm(path).links.iloc[0]
    assert (link["link_id"], link["from_node"], link["to_node"]) == ("w-7-0", "n-1", "n-2")


def test_a_way_that_lacks_a_node_is_skipped_counted_and_drawn(tmp_path: Path) -> None:
    ways: dict[int, Way] = {**WAYS, 20: ([1, 2, 404, 3], ROAD), 21: ([404, 405], ROAD)}
    network = read_osm(write_osm(tmp_path / "cut.osm", NODES, ways))
    assert not network.links["way_id"].isin(["w20", "w21"]).any()
    assert network.report.table.set_index("issue").loc["missing_nodes", "count"] == 2
    rows = network.report.layer.query("issue == 'missing_nodes'").set_index("osm_id")
    assert rows["value"].to_dict() == {"w20": "1", "w21": "2"}
    assert [*rows.geometry["w20"].coords] == [NODES[1], NODES[2], NODES[3]]
    assert rows.geometry["w21"] is None


def test_a_node_off_the_globe_is_missing(tmp_path: Path) -> None:
    nodes = {**NODES, 30: (120.0, 95.0), 31: (191.0, 31.0), 32: (120.0, 31.5)}
    ways: dict[int, Way] = {**WAYS, 20: ([30, 32], ROAD), 21: ([31, 32], ROAD)}
    network = read_osm(write_osm(tmp_path / "off.osm", nodes, ways))
    rows = network.report.layer.query("issue == 'missing_nodes'")
    assert sorted(rows["osm_id"]) == ["w20", "w21"]
    assert "n32" not in set(network.nodes["node_id"])


def test_a_closed_way_crossed_twice_becomes_two_links(tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        1: ([1, 2, 3, 4, 1], {"highway": "primary", "junction": "roundabout"}),
        2: ([5, 2], ROAD),
        3: ([7, 4], ROAD),
    }
    links = read_osm(write_osm(tmp_path / "ring.osm", NODES, ways)).links
    ring = links[links["way_id"] == "w1"]
    # Node 1, where the way closes, is no crossing: the pieces on either side of it are one link.
    assert ring[["from_node", "to_node"]].to_numpy().tolist() == [["n2", "n4"], ["n4", "n2"]]
    assert ring["oneway"].all()


def test_a_way_that_meets_itself_is_cut_there(tmp_path: Path) -> None:
    links = read_osm(write_osm(tmp_path / "p.osm", NODES, {1: ([1, 2, 3, 4, 2], ROAD)})).links
    assert links["to_node"].tolist() == ["n2", "n2"]
    assert links["length_km"].tolist() == pytest.approx([_km(1, 2), _km(2, 3, 4, 2)])


def test_ways_without_length_are_counted(tmp_path: Path) -> None:
    nodes = {**NODES, 40: NODES[1], 41: NODES[1], 42: (120.0, 30.9)}
    ways: dict[int, Way] = {
        **WAYS,
        1: ([1, 40], ROAD),
        2: ([1, 1], ROAD),
        3: ([2], ROAD),
        4: ([40, 41, 40], ROAD),
        5: ([5, 42, 5], ROAD),
    }
    network = read_osm(write_osm(tmp_path / "zero.osm", nodes, ways))
    counts = network.report.table.set_index("issue")["count"]
    assert counts[["zero_length", "short", "loop"]].to_dict() == {
        "zero_length": 1,
        "short": 2,
        "loop": 1,
    }
    assert network.report.layer.query("issue == 'zero_length'")["osm_id"].tolist() == ["w1-0"]
    ring = network.links.set_index("link_id").loc["w5-0"]
    assert (ring["from_node"], ring["to_node"]) == ("n5", "n5")
    assert ring["length_km"] > 0


def test_a_repeated_way_counts_once_in_its_last_version(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "twice.osm", NODES, WAYS)
    again = '<way id="10"><nd ref="1"/><nd ref="3"/><tag k="highway" v="trunk"/></way></osm>'
    path.write_text(path.read_text(encoding="utf-8").replace("</osm>", again), encoding="utf-8")
    network = read_osm(path)
    assert network.links.set_index("link_id").loc["w10-0", "osm_class"] == "trunk"
    assert network.links["link_id"].is_unique
    assert network.report.table.set_index("issue").loc["repeated", "count"] == 1


def test_a_box_keeps_links_with_a_vertex_in_it(town: Path) -> None:
    kept = read_osm(town, bbox=(120.015, 31.005, 120.025, 31.015))  # node 3 only
    assert kept.links["link_id"].tolist() == ["w10-0"]  # way 10 has no crossing way any more
    assert sorted(kept.nodes["node_id"]) == ["n1", "n4"]
    at_an_end = read_osm(town, bbox=(120.005, 31.015, 120.015, 31.025))  # node 6 only
    assert at_an_end.links["link_id"].tolist() == ["w11-0"]


def test_a_ferry_keeps_to_its_duration(tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        1: ([8, 9], {"route": "ferry", "duration": "00:30", "name:zh": "崇明轮渡"}),
        2: ([1, 2], {"route": "ferry"}),
    }
    links = read_osm(write_osm(tmp_path / "ferry.osm", NODES, ways)).links.set_index("link_id")
    assert links.loc["w1-0", "speed_kmh"] == pytest.approx(2 * _km(8, 9))
    assert links.loc["w2-0", "speed_kmh"] == 20.0
    assert links["mode"].tolist() == ["ferry", "ferry"]
    assert links["speed_basis"].tolist() == ["duration", "class"]
    assert links.loc["w1-0", "name_zh"] == "崇明轮渡"


def test_rail_has_stations_and_modes(tmp_path: Path) -> None:
    rail = {"railway": "rail"}
    ways: dict[int, Way] = {
        1: ([1, 2, 3], {**rail, "highspeed": "yes", "maxspeed": "350", "usage": "main"}),
        2: ([3, 4], {**rail, "usage": "branch", "service": "crossover"}),
        3: ([4, 5], {**rail, "service": "yard"}),
        4: ([1, 4], {"highway": "primary"}),
    }
    path = write_osm(
        tmp_path / "rail.osm",
        NODES,
        ways,
        node_tags={
            2: {"railway": "stop", "name": "苏州北"},
            3: {"railway": "switch"},
            6: {"railway": "station", "name": "远"},
        },
    )
    network = read_osm(path, network="rail")
    links = network.links.set_index("link_id")
    assert links["mode"].to_dict() == {"w1-0": "hsr", "w1-1": "hsr", "w2-0": "rail"}
    assert links.loc["w1-0", ["osm_class", "usage", "speed_kmh"]].tolist() == [
        "highspeed",
        "main",
        350.0,
    ]
    nodes = network.nodes.set_index("node_id")
    assert nodes.loc["n2", ["kind", "name_zh"]].tolist() == ["station", "苏州北"]
    assert nodes["kind"].drop("n2").unique().tolist() == ["junction"]


def test_no_way_in_the_box_is_one_error_with_a_remedy(town: Path) -> None:
    with pytest.raises(SourceError, match="no usable way in the box") as caught:
        read_osm(town, bbox=(10.0, 50.0, 11.0, 51.0))
    assert "120.0000, 30.9800, 121.5000, 31.5000" in caught.value.found
    assert caught.value.fix


def test_a_file_of_another_network_is_one_error_with_a_remedy(town: Path) -> None:
    with pytest.raises(SourceError, match="has no rail") as caught:
        read_osm(town, network="rail")
    assert "network" in caught.value.fix


def test_a_file_of_footpaths_says_what_was_left_out(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "foot.osm", NODES, {1: ([1, 2], {"highway": "footway"})})
    with pytest.raises(SourceError, match="1 class"):
        read_osm(path)


@pytest.mark.parametrize(
    "bbox",
    [
        (121.0, 31.0, 120.0, 32.0),
        (0.0, 0.0, 0.0, 1.0),
        (31.0, 120.0, 32.0, 121.0),
        (np.nan, 0.0, 1.0, 1.0),
        (0.0, 1.0),
    ],
)
def test_a_box_that_is_none_is_refused(town: Path, bbox: tuple[float, float, float, float]) -> None:
    with pytest.raises(ArgumentError, match="west, south, east, north"):
        read_osm(town, bbox=bbox)


def test_progress_is_told(town: Path) -> None:
    told: list[str] = []
    read_osm(town, progress=told.append)
    assert any("town.osm" in sentence for sentence in told)
