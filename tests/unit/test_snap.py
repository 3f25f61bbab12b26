"""Places on nodes and links by hand: limits, one-way streets, pieces, what is refused."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from yrdgeo.errors import ArgumentError, NetworkError
from yrdgeo.results import Network
from yrdgeo.routing.attach import attach
from yrdgeo.routing.graph import link_milliseconds
from yrdgeo.routing.paths import path_geometry, path_links
from yrdgeo.routing.snap import snap, snap_to_links
from yrdgeo.routing.times import travel_times


@pytest.fixture
def cross() -> Network:
    """Lay a one-way street west to east, a bent road north from its end, a fast line; shuffled."""
    links = gpd.GeoDataFrame(
        {
            "link_id": ["street", "road", "line"],
            "from_node": ["west", "north", "west"],
            "to_node": ["east", "east", "north"],
            "mode": ["road", "road", "hsr"],
            "length_km": [100.0, 120.0, 150.0],
            "speed_kmh": [50.0, 60.0, 300.0],
            "fixed_min": [0.0, 30.0, 0.0],
            "oneway": [True, False, False],
        },
        geometry=[
            # Drawn against its direction on purpose: the line is turned round.
            shapely.LineString([(122, 31), (121, 31)]),
            shapely.LineString([(122, 32), (122.5, 31.5), (122, 31)]),
            None,
        ],
        crs="EPSG:4326",
    )
    nodes = gpd.GeoDataFrame(
        {"node_id": ["north", "west", "east"]},
        geometry=gpd.points_from_xy([122.0, 121.0, 122.0], [32.0, 31.0, 31.0]),
        crs="EPSG:4326",
    )
    return Network(links.sample(frac=1, random_state=2), nodes)


def places(**at: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(at, orient="index", columns=["lon", "lat"])


def test_a_place_is_between_the_ends_of_its_link(cross: Network) -> None:
    found = snap_to_links(cross, places(here=(121.25, 30.99)), modes=["road"])
    assert found.loc["here", "link_id"] == "street"
    assert found.loc["here", ["share", "from_km", "to_km"]].astype(float).round(6).tolist() == [
        0.25,
        25.0,
        75.0,
    ]
    assert found.loc["here", "distance_km"] == pytest.approx(1.1087, abs=1e-4)
    assert found.loc["here", ["link_lon", "link_lat"]].tolist() == [121.25, 31.0]


def test_a_place_beyond_a_link_is_at_its_end(cross: Network) -> None:
    found = snap_to_links(cross, places(here=(120.5, 31.0)), modes=["road"])
    assert found.loc["here", ["link_id", "share"]].tolist() == ["street", 0.0]


def test_a_line_between_stations_is_not_entered(cross: Network) -> None:
    near_the_line = places(here=(121.5, 31.5))
    assert snap_to_links(cross, near_the_line).loc["here", "link_id"] == "line"
    found = snap_to_links(cross, near_the_line, modes={"road"})
    assert found.loc["here", "link_id"] == "street"
    with pytest.raises(NetworkError, match=r"mode 'raod'. Did you mean 'road'"):
        snap_to_links(cross, near_the_line, modes=["raod"])


def test_a_one_way_street_is_left_at_its_end_only(cross: Network) -> None:
    more = attach(cross, snap_to_links(cross, places(here=(121.25, 31.0)), modes=["road"]))
    times = travel_times(more, ["here", "west"], ["here", "west", "east"]).to_frame()
    # 100 km at 50 km/h; back to the west over the road (150 min) and the line (30 min).
    assert times.loc["here"].tolist() == [0.0, 90.0 + 150.0 + 30.0, 90.0]
    assert times.loc["west"].tolist() == [30.0, 0.0, 120.0]


def test_fixed_minutes_are_shared_along_the_link(cross: Network) -> None:
    found = snap_to_links(cross, places(here=(122.6, 31.5)))
    assert found.loc["here", "link_id"] == "road"
    more = attach(cross, found)
    times = travel_times(more, ["here"], ["north", "east"]).minutes[0]
    assert times.sum() == 150.0
    assert times[0] == round(found.loc["here", "share"] * 150 * 60_000) / 60_000


def test_places_on_one_link_see_each_other_along_it(cross: Network) -> None:
    three = places(b=(121.75, 31.0), a=(121.25, 31.0), c=(121.25, 31.0))
    more = attach(cross, snap_to_links(cross, three, modes=["road"]))
    times = travel_times(more, ["a", "b", "c"]).to_frame()
    assert times.loc["a"].tolist() == [0.0, 60.0, 0.0]
    assert times.loc["c", "a"] == 0.0
    assert times.loc["b", "a"] == 30.0 + 150.0 + 30.0 + 30.0
    pieces = more.links[more.links["link_id"].str.startswith("street#")].set_index("link_id")
    assert pieces.index.tolist() == ["street#1", "street#2", "street#3", "street#4"]
    assert pieces["length_km"].tolist() == [25.0, 0.0, 50.0, 25.0]
    assert link_milliseconds(pieces.reset_index()).sum() == 2 * 3_600_000


def test_paths_run_through_pieces(cross: Network) -> None:
    more = attach(cross, snap_to_links(cross, places(here=(121.25, 31.0)), modes=["road"]))
    assert path_links(more, "west", "east") == ["street#1", "street#2"]
    pairs = pd.DataFrame({"from_id": ["here"], "to_id": ["north"]})
    line = path_geometry(more, pairs).geometry[0]
    assert line.wkt == "LINESTRING (121.25 31, 122 31, 122.5 31.5, 122 32)"


def test_the_way_to_the_link_takes_time_if_it_has_a_speed(cross: Network) -> None:
    found = snap_to_links(cross, places(here=(121.25, 31.01)), modes=["road"])
    more = attach(cross, found, access_kmh=4.0)
    walk = found.loc["here", "distance_km"] / 4.0 * 60.0
    assert travel_times(more, ["here"], ["east"]).minutes[0, 0] == pytest.approx(
        90 + walk, abs=1e-4
    )
    link = more.links.set_index("link_id").loc["here#access"]
    assert link["mode"] == "access"
    assert link["geometry"].wkt == "LINESTRING (121.25 31.01, 121.25 31)"
    with pytest.raises(ArgumentError, match="access_kmh"):
        attach(cross, found, access_kmh=0.0)


def test_places_beyond_the_limit_are_named_with_their_distance(cross: Network) -> None:
    two = places(near=(121.5, 31.001), far=(121.5, 29.0))
    for measure, what in ((snap, "node"), (snap_to_links, "link")):
        with pytest.raises(
            NetworkError, match=rf"5 km from the nearest {what}.*far \(2\d\d\.\d km"
        ):
            measure(cross, two.drop(index="near"), limit_km=5)
        with pytest.raises(ArgumentError, match="limit_km"):
            measure(cross, two, limit_km=np.nan)
        with pytest.raises(ArgumentError, match="limit_km"):
            measure(cross, two, limit_km=-1)
    assert snap_to_links(cross, two, limit_km=223).loc["near", "distance_km"] < 0.12


def test_places_that_are_no_places_are_refused(cross: Network) -> None:
    with pytest.raises(NetworkError, match=r"not degrees.*swapped"):
        snap_to_links(cross, places(swapped=(31.0, 121.0)))
    with pytest.raises(NetworkError, match=r"not degrees.*nowhere"):
        snap_to_links(cross, places(nowhere=(np.nan, 31.0)))
    with pytest.raises(NetworkError, match="no lon and no lat"):
        snap_to_links(cross, pd.DataFrame({"x": [1.0]}))


def test_a_network_that_cannot_be_drawn_is_refused(cross: Network) -> None:
    bare = Network(
        pd.DataFrame(cross.links.drop(columns="geometry")),
        pd.DataFrame(cross.nodes.drop(columns="geometry")),
    )
    with pytest.raises(NetworkError, match="no line, and their nodes no points"):
        snap_to_links(bare, places(here=(121.5, 31.0)))
    with pytest.raises(NetworkError, match="no links"):
        snap_to_links(Network(cross.links.iloc[:0], cross.nodes), places(here=(121.5, 31.0)))


def test_no_places_are_no_rows(cross: Network) -> None:
    found = snap_to_links(cross, places())
    assert found.empty
    assert travel_times(attach(cross, found), ["west"], ["east"]).minutes.tolist() == [[120.0]]


def test_names_that_are_taken_are_refused(cross: Network) -> None:
    found = snap_to_links(cross, places(west=(121.5, 31.0)))
    with pytest.raises(NetworkError, match=r"called like.*west"):
        attach(cross, found)
    twice = snap_to_links(cross, places(a=(121.5, 31.0), b=(121.6, 31.0)))
    with pytest.raises(NetworkError, match=r"called like.*a"):
        attach(cross, twice.set_axis(["a", "a"]))
    with pytest.raises(NetworkError, match=r"the network lacks.*nothing"):
        attach(cross, twice.assign(link_id="nothing"))
    clash = Network(cross.links.replace({"link_id": {"road": "street#1"}}), cross.nodes)
    with pytest.raises(NetworkError, match="Pieces of links"):
        attach(clash, snap_to_links(clash, places(a=(121.5, 31.0)), modes=["road"]))


def test_hostile_names_stay_names(cross: Network, hostile_text: str) -> None:
    found = snap_to_links(cross, places(a=(121.5, 31.0))).set_axis([hostile_text])
    more = attach(cross, found)
    assert more.nodes["node_id"].iloc[-1] == hostile_text.strip()


@pytest.mark.parametrize("access_kmh", [None, 4.0])
def test_lines_may_be_on_the_links_or_points_on_the_nodes(
    cross: Network, access_kmh: float | None
) -> None:
    lines = cross.links.query("link_id != 'line'")
    # Without points nothing tells that a line is drawn against its link.
    lines = lines.assign(
        geometry=lines["geometry"].reverse().where(lines["link_id"].eq("street"), lines["geometry"])
    )
    only_lines = Network(lines, pd.DataFrame(cross.nodes.drop(columns="geometry")))
    only_points = Network(pd.DataFrame(lines.drop(columns="geometry")), cross.nodes)
    here = places(here=(121.25, 31.0))
    for network in (only_lines, only_points):
        more = attach(network, snap_to_links(network, here), access_kmh=access_kmh)
        assert travel_times(more, ["here"], ["east"]).minutes.tolist() == [[90.0]]
        assert "geometry" in set(more.links.columns) ^ set(more.nodes.columns)
        line = path_geometry(more, pd.DataFrame({"from_id": ["here"], "to_id": ["east"]}))
        assert line.geometry[0].coords[-1] == (122.0, 31.0)


def test_a_line_in_parts_is_joined(cross: Network) -> None:
    parts = shapely.MultiLineString([[(121.5, 31), (122, 31)], [(121, 31), (121.5, 31)]])
    joined = cross.links.set_index("link_id")
    joined.loc["street", "geometry"] = parts
    network = Network(joined.reset_index(), cross.nodes)
    found = snap_to_links(network, places(here=(121.25, 31.01)), modes=["road"])
    assert found.loc["here", "share"] == pytest.approx(0.25)
