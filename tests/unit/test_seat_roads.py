"""Seats are put on the nearest road, wherever along it that is, and nothing else changes."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from yrdgeo.errors import NetworkError
from yrdgeo.results import Network
from yrdgeo.routing.times import travel_times
from yrdgeo.sources.osm_turns import no_turns
from yrdgeo.sources.seat_roads import seat_notices, seat_roads

WGS84 = "EPSG:4326"
GEOD = Geod(ellps="WGS84")


def roads(**more: object) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return a street from a to b, bent at c, and an expressway beside it."""
    places = {"a": (120.0, 31.0), "b": (120.2, 31.1), "x": (120.0, 31.02), "y": (120.2, 31.02)}
    nodes = gpd.GeoDataFrame(
        {"node_id": [*places], "name_zh": "", "kind": "junction", "adcode": ""},
        geometry=[shapely.Point(place) for place in places.values()],
        crs=WGS84,
    )
    street = shapely.LineString([places["a"], (120.2, 31.0), places["b"]])
    fast = shapely.LineString([places["x"], places["y"]])
    links = gpd.GeoDataFrame(
        {
            "link_id": ["fast", "street"],
            "from_node": ["x", "a"],
            "to_node": ["y", "b"],
            "mode": ["expressway", "road"],
            "length_km": [19.2, 32.0],
            "speed_kmh": 60.0,
            "fixed_min": 0.0,
            "oneway": False,
            **more,
        },
        geometry=[fast, street],
        crs=WGS84,
    )
    return nodes, links


def seats(**at: tuple[float, float]) -> gpd.GeoDataFrame:
    lon, lat = zip(*at.values(), strict=True)
    index = pd.Index([*at], name="adcode")
    names = {"name_zh": list(at), "name_en": list(at), "seat_lon": lon, "seat_lat": lat}
    return gpd.GeoDataFrame(names, index, geometry=gpd.points_from_xy(lon, lat), crs=WGS84)


def test_a_seat_joins_the_street_in_its_middle_not_the_expressway_above() -> None:
    cities = seats(s1=(120.1, 31.012))
    found = seat_roads(cities, *roads(), no_turns())
    links = found.links.set_index("link_id")
    assert set(links.index) == {"fast", "street/0", "street/1"}
    assert links.loc["street/0", ["from_node", "to_node"]].tolist() == ["a", "seat:s1"]
    assert links.loc["street/1", ["from_node", "to_node"]].tolist() == ["seat:s1", "b"]
    assert links.loc[["street/0", "street/1"], "length_km"].sum() == pytest.approx(32.0)
    km = GEOD.inv(120.1, 31.012, 120.1, 31.0)[2] / 1e3
    assert found.distance_km["s1"] == pytest.approx(km, rel=1e-4)
    place = found.nodes.set_index("node_id").loc["seat:s1"]
    assert place["adcode"] == "s1"
    assert (place["geometry"].x, place["geometry"].y) == pytest.approx((120.1, 31.0), abs=1e-4)


def test_times_along_a_cut_road_are_those_of_the_whole() -> None:
    nodes, links = roads()
    cities = seats(s1=(120.05, 30.99), s2=(120.05, 30.98), s3=(120.21, 31.05), s4=(119.9, 30.9))
    found = seat_roads(cities, nodes, links, no_turns())
    whole = travel_times(Network(links, nodes), ["a"], ["b"]).minutes
    cut = travel_times(Network(found.links, found.nodes), ["a"], ["b"]).minutes
    assert cut == pytest.approx(whole, abs=1e-3)
    ids = [f"seat:s{number}" for number in (1, 2, 3, 4)]
    minutes = travel_times(Network(found.links, found.nodes), ["a"], ids).minutes[0]
    assert minutes[0] == minutes[1]  # one place, two seats
    assert minutes[3] == 0.0  # beyond the end of the street: tied to it
    assert minutes[0] < minutes[2] < whole[0, 0]


def test_a_seat_joins_an_expressway_where_there_is_nothing_else() -> None:
    nodes, links = roads(mode="expressway")
    found = seat_roads(seats(s1=(120.1, 31.03)), nodes, links, no_turns())
    assert "fast/0" in set(found.links["link_id"])


def test_a_oneway_street_stays_one() -> None:
    nodes, links = roads(oneway=True)
    found = seat_roads(seats(s1=(120.1, 30.9)), nodes, links, no_turns())
    times = travel_times(Network(found.links, found.nodes), ["a", "b", "seat:s1"]).to_frame()
    assert np.isfinite(times.loc["a", "seat:s1"])
    assert np.isinf(times.loc["b", "seat:s1"])


def test_a_prohibited_turn_names_the_piece_at_its_node() -> None:
    turns = pd.DataFrame(
        {
            "from_link": ["street", "fast", "fast"],
            "via_node": ["b", "a", "x"],
            "to_link": ["fast", "street", "fast"],
            "extra_min": np.inf,
        }
    )
    found = seat_roads(seats(s1=(120.1, 30.9)), *roads(), turns)
    ends = ["from_link", "via_node", "to_link"]
    assert found.turns[ends].to_numpy().tolist() == [
        ["street/1", "b", "fast"],
        ["fast", "a", "street/0"],
        ["fast", "x", "fast"],
    ]


def test_far_seats_are_refused_by_name_and_near_ones_told() -> None:
    cities = seats(near=(120.1, 31.0), far=(121.5, 31.0))
    km = pd.Series([0.2, 120.0], cities.index)
    with pytest.raises(NetworkError, match=r"r\.osm.*far \(120\.0 km\).*snap_limit_km") as caught:
        seat_notices(cities, km, limit_km=10, source="r.osm")
    assert "near" not in caught.value.found
    (said,) = seat_notices(cities, km, limit_km=200, source="r.osm")
    assert "at most 120.00 km (far); 1 of 2 more than 0.5 km" in said.en
    assert "120.00公里（far）" in said.zh
