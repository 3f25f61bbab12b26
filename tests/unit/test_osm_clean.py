"""The report counts what is wrong, draws it, and the largest part can be kept."""

from pathlib import Path

import geopandas as gpd
import pytest
from made_osm import NODES, WAYS, Way, write_osm

from yrdgeo.errors import ArgumentError
from yrdgeo.results import Network
from yrdgeo.sources.osm import ISSUES, OsmNetwork, clean, network_tables, read_osm

TRAP: dict[int, Way] = {
    **WAYS,
    20: ([6, 3], {"highway": "primary", "oneway": "yes", "access": "private"}),
    21: ([7, 5], {"highway": "footway"}),
    22: ([6, 30], {"highway": "primary", "oneway": "yes"}),
}


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return write_osm(tmp_path / "town.osm", {**NODES, 30: (120.01, 31.05)}, TRAP)


@pytest.fixture
def network(town: Path) -> OsmNetwork:
    return read_osm(town)


def _ids(network: OsmNetwork, issue: str) -> list[str]:
    layer = network.report.layer
    return sorted(layer.loc[layer["issue"] == issue, "osm_id"])


def test_every_issue_has_a_row_in_both_languages(network: OsmNetwork) -> None:
    table = network.report.table
    assert table["issue"].tolist() == [*ISSUES]
    assert not table.isin([""]).any().any()


def test_counts_by_hand(network: OsmNetwork) -> None:
    counts = network.report.table.set_index("issue")["count"]
    assert counts[counts > 0].to_dict() == {
        "access": 1,
        "class": 1,
        "class_speed": 2,
        "implausible": 1,
        "island": 1,
        "oneway_trap": 1,
        "dead_end": 4,
    }


def test_the_layer_names_and_draws_them(network: OsmNetwork) -> None:
    assert _ids(network, "island") == ["n8"]
    assert _ids(network, "oneway_trap") == ["n30"]
    assert _ids(network, "dead_end") == ["n30", "n5", "n8", "n9"]
    assert _ids(network, "implausible") == ["w13-0"]
    island = network.report.layer.query("issue == 'island'").iloc[0]
    assert island["value"] == "2"
    assert {point.coords[0] for point in island["geometry"].geoms} == {NODES[8], NODES[9]}
    assert str(network.report.layer.crs) == "EPSG:4326"


def test_the_largest_part_is_kept(network: OsmNetwork) -> None:
    kept = clean(network)
    assert sorted(kept.nodes["node_id"]) == ["n1", "n2", "n30", "n4", "n5", "n6"]
    assert not kept.links["way_id"].eq("w13").any()
    assert len(network.links) == len(kept.links) + 1
    counts = kept.report.table.set_index("issue")["count"]
    assert counts[["island", "access", "class", "oneway_trap"]].tolist() == [0, 1, 1, 1]


def test_strongly_connected_there_is_a_way_back(network: OsmNetwork) -> None:
    kept = clean(network, connection="strong")
    assert sorted(kept.nodes["node_id"]) == ["n1", "n2", "n4", "n5", "n6"]
    assert kept.report.table.set_index("issue").loc["oneway_trap", "count"] == 0


def test_cleaning_twice_changes_nothing(network: OsmNetwork) -> None:
    once = clean(network, connection="strong")
    twice = clean(once, connection="strong")
    assert once.links.equals(twice.links)
    assert once.nodes.equals(twice.nodes)
    assert once.report.table.equals(twice.report.table)


def test_tables_for_a_network_are_cleaned_or_not(town: Path) -> None:
    for connection, size in (("weak", 6), ("strong", 5), (None, 8)):
        nodes, links = network_tables(town, connection=connection)  # type: ignore[arg-type]
        assert len(Network(links, nodes).nodes) == size


def test_an_unknown_connection_is_refused(network: OsmNetwork) -> None:
    with pytest.raises(ArgumentError, match="'strong'"):
        clean(network, connection="stron")  # type: ignore[arg-type]


def test_the_reports_name_themselves(network: OsmNetwork) -> None:
    assert repr(network) == "OsmNetwork(8 nodes, 7 links)"
    assert "1 island" in repr(network.report)


def test_the_layer_goes_into_a_geopackage(network: OsmNetwork, tmp_path: Path) -> None:
    layer = network.report.layer
    layer.to_file(tmp_path / "report.gpkg", layer="osm_report")
    back = gpd.read_file(tmp_path / "report.gpkg")
    assert back[["issue", "osm_id", "value"]].equals(
        layer[["issue", "osm_id", "value"]].astype(back["issue"].dtype)
    )
    assert back.geometry.geom_equals_exact(layer.geometry, 1e-9).all()


def test_a_ring_is_no_neighbour(tmp_path: Path) -> None:
    road = {"highway": "primary"}
    places = {n: (120 + n / 1000, 31 + n % 3 / 100) for n in range(40, 48)}
    ways: dict[int, Way] = {
        **WAYS,
        50: ([40, 41, 42, 40], road),  # a ring alone
        51: ([4, 43], road),
        52: ([43, 44, 45, 43], road),  # a ring at the end of a street
    }
    found = _ids(read_osm(write_osm(tmp_path / "rings.osm", {**NODES, **places}, ways)), "dead_end")
    assert found == ["n43", "n5", "n6", "n8", "n9"]
