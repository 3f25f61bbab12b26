"""What a network refuses at the door: each with one error that names row and remedy."""

import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from yrdgeo.errors import NetworkError, TableError
from yrdgeo.results import Network
from yrdgeo.routing.engine import prepare
from yrdgeo.routing.graph import components
from yrdgeo.routing.islands import component_report
from yrdgeo.routing.times import travel_times


def links() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "link_id": ["1", "2", "3"],
            "from_node": ["a", "b", "c"],
            "to_node": ["b", "c", "d"],
            "mode": "road",
            "length_km": [60.0, 120.0, 150.0],
            "speed_kmh": 60.0,
        }
    )


def nodes() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"node_id": ["d", "c", "b", "a", "island"]},
        geometry=gpd.points_from_xy([122.0, 121.0, 120.0, 119.5, 130.0], [31.0] * 5),
        crs="EPSG:4326",
    )


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("length_km", -1.0, "row 3, column 'length_km': is out of bounds"),
        ("length_km", np.nan, "row 3, column 'length_km': is empty"),
        ("length_km", np.inf, "row 3, column 'length_km': is out of bounds"),
        ("length_km", 120_000.0, "Legal: 0 to 20000"),
        ("length_km", "far", "row 3, column 'length_km': is not a number"),
        ("speed_kmh", 0.0, "row 3, column 'speed_kmh': is out of bounds"),
        ("speed_kmh", -60.0, "row 3, column 'speed_kmh': is out of bounds"),
        ("speed_kmh", np.nan, "row 3, column 'speed_kmh': is empty"),
        ("speed_kmh", np.inf, "row 3, column 'speed_kmh': is out of bounds"),
        ("speed_kmh", 60_000.0, "Legal: 0 to 1500"),
        ("fixed_min", -0.1, "row 3, column 'fixed_min': is out of bounds"),
        ("fixed_min", 5_000.0, "Legal: 0 to 1440"),
        ("oneway", "perhaps", "row 3, column 'oneway': is neither true nor false"),
        ("link_id", "1", "row 3, column 'link_id': repeats an earlier row"),
        ("from_node", "", "row 3, column 'from_node': is empty"),
    ],
)
def test_a_bad_cell_is_one_error_with_its_row(column: str, value: object, words: str) -> None:
    table = links()
    if column not in table.columns:
        table[column] = 0.0
    table[column] = table[column].astype(object)
    table.loc[1, column] = value
    with pytest.raises(TableError, match=words) as caught:
        Network(table, nodes())
    assert "1 problem" in str(caught.value)


def test_all_problems_come_in_one_error() -> None:
    table = links().assign(length_km=[-1.0, np.nan, 1e9], speed_kmh=[0.0, 60.0, -3.0])
    with pytest.raises(TableError, match="5 problems"):
        Network(table, nodes())


@pytest.mark.parametrize("column", ["from_node", "to_node"])
def test_an_unknown_node_is_named(column: str) -> None:
    table = links()
    table.loc[2, column] = "nowhere"
    with pytest.raises(NetworkError, match=rf"'{column}'.*names nodes.*Found: nowhere"):
        Network(table, nodes())


def test_metres_stop_the_question() -> None:
    short = nodes().set_geometry(gpd.points_from_xy([121.015, 121.01, 121.005, 121, 130], [31] * 5))
    metres = links().assign(length_km=[480.0, 500.0, 510.0])
    network = Network(metres, short.set_crs("EPSG:4326"))
    with pytest.raises(NetworkError, match=r"look like metres.*1: 480 km, great circle 0\.5 km"):
        travel_times(network, ["a", "b"])
    with pytest.raises(NetworkError, match="Divide them by 1000"):
        prepare(network, u_turn_min=1.0)


def test_short_lengths_are_counted_and_named(caplog: pytest.LogCaptureFixture) -> None:
    network = Network(links().assign(length_km=[60.0, 80.0, 150.0]), nodes())
    with caplog.at_level(logging.WARNING):
        times = travel_times(network, ["a"], ["b"])
    assert "1 of 3 links are shorter than the great circle between their nodes: 2" in caplog.text
    assert times.minutes.tolist() == [[60.0]]


def test_a_winding_road_and_a_rounded_length_are_no_doubt(
    caplog: pytest.LogCaptureFixture,
) -> None:
    network = Network(links().assign(length_km=[47.7, 9_000.0, 95.4]), nodes())
    with caplog.at_level(logging.WARNING):
        travel_times(network, ["a"], ["b"])
    assert caplog.text == ""


def test_disconnected_parts_are_told() -> None:
    network = Network(links(), nodes())
    assert "2 without a path" in repr(travel_times(network, ["a", "island"]))
    assert components(network).to_dict() == {"d": 0, "c": 0, "b": 0, "a": 0, "island": 1}
    report = component_report(network).set_index(["connection", "component"])
    assert report.loc["weak", "nodes"].tolist() == [4, 1]
    assert report.loc["weak", "length_km"].tolist() == [330.0, 0.0]
    assert report.loc["weak", "first_node"].tolist() == ["a", "island"]
    assert report.loc["weak", "share"].tolist() == [0.8, 0.2]


def test_strong_parts_are_told_apart_from_weak_ones() -> None:
    network = Network(links().assign(oneway=[True, False, False]), nodes())
    report = component_report(network).set_index(["connection", "component"])
    assert report.loc["weak", "nodes"].tolist() == [4, 1]
    assert report.loc["strong", ["nodes", "links"]].to_numpy().tolist() == [[3, 2], [1, 0], [1, 0]]
    strong = components(network, connection="strong")
    assert strong["b"] == strong["c"] == strong["d"] == 0
    with pytest.raises(ValueError, match="'weak' or 'strong'"):
        components(network, connection="loose")


def test_a_network_without_nodes_has_no_parts() -> None:
    assert component_report(Network(links().iloc[:0], nodes().iloc[:0])).empty
