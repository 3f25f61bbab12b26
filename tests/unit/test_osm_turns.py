"""Turn restrictions become prohibited turns, or are counted by the reason why not."""

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from made_osm import Member, Place, Relation, Way, write_osm

from yrdgeo.results import Network
from yrdgeo.routing.engine import prepare
from yrdgeo.routing.times import travel_times
from yrdgeo.sources.osm import OsmNetwork, clean, read_osm
from yrdgeo.sources.osm_turns import TURN_COLUMNS
from yrdgeo.sources.seat_roads import seat_roads

ROAD = {"highway": "primary"}
# A cross at 5: west 1, north 2, east 3, south 4; the south arm is one-way away from it.
NODES: dict[int, Place] = {
    1: (120.00, 31.00),
    2: (120.01, 31.01),
    3: (120.02, 31.00),
    4: (120.01, 30.99),
    5: (120.01, 31.00),
}
WAYS: dict[int, Way] = {
    11: ([1, 5], ROAD),
    12: ([5, 2], ROAD),
    13: ([3, 5], ROAD),
    14: ([5, 4], {**ROAD, "oneway": "yes"}),
}


def via(start: int, end: int, node: int = 5) -> tuple[Member, ...]:
    return (("from", "way", start), ("via", "node", node), ("to", "way", end))


def read(folder: Path, relations: Mapping[int, Relation], ways: Mapping[int, Way]) -> OsmNetwork:
    return read_osm(write_osm(folder / "cross.osm", NODES, ways, relations=relations))


def restricted(folder: Path, members: tuple[Member, ...], **tags: str) -> OsmNetwork:
    said = {"type": "restriction", **{key.replace("__", ":"): one for key, one in tags.items()}}
    return read(folder, {1: (members, said)}, WAYS)


def rows(network: OsmNetwork) -> set[tuple[str, str, str]]:
    assert list(network.turns.columns) == list(TURN_COLUMNS)
    assert np.isinf(network.turns["extra_min"].to_numpy(dtype=float)).all()
    return set(network.turns[list(TURN_COLUMNS[:3])].itertuples(index=False, name=None))


def counted(network: OsmNetwork) -> dict[str, int]:
    table = network.report.table
    some = table[table["issue"].str.startswith("turn") & (table["count"] > 0)]
    return dict(zip(some["issue"], some["count"], strict=True))


def test_a_prohibited_turn_is_one_row(tmp_path: Path) -> None:
    network = restricted(tmp_path, via(11, 12), restriction="no_left_turn")
    assert rows(network) == {("w11-0", "n5", "w12-0")}
    assert counted(network) == {"turn": 1}


def test_only_one_way_prohibits_every_other_and_turning_back(tmp_path: Path) -> None:
    network = restricted(tmp_path, via(11, 13), restriction="only_straight_on")
    assert rows(network) == {("w11-0", "n5", f"w{way}-0") for way in (11, 12, 14)}


def test_a_mandatory_turn_prohibits_none_into_a_oneway_street_against_it(tmp_path: Path) -> None:
    ways = {**WAYS, 14: ([5, 4], {**ROAD, "oneway": "-1"})}
    members, tags = via(11, 13), {"type": "restriction", "restriction": "only_straight_on"}
    network = read(tmp_path, {1: (members, tags)}, ways)
    assert rows(network) == {("w11-0", "n5", f"w{way}-0") for way in (11, 12)}


def test_several_entries_are_prohibited_together(tmp_path: Path) -> None:
    members = (("from", "way", 11), *via(13, 12))
    network = restricted(tmp_path, members, restriction="no_entry")
    assert rows(network) == {("w11-0", "n5", "w12-0"), ("w13-0", "n5", "w12-0")}


def test_a_rule_for_cars_goes_before_the_rule_for_all(tmp_path: Path) -> None:
    tags = {"restriction": "no_left_turn", "restriction__motorcar": "only_straight_on"}
    assert len(rows(restricted(tmp_path, via(11, 13), **tags))) == 3


@pytest.mark.parametrize(
    ("members", "tags", "reason"),
    [
        (via(11, 12), {"restriction": "no_left_turn", "except": "psv;motorcar"}, "turn_exempt"),
        (via(11, 12), {"restriction__hgv": "no_left_turn"}, "turn_exempt"),
        (
            via(11, 12),
            {"restriction__conditional": "no_left_turn @ (Mo-Fr 07:00-09:00)"},
            "turn_conditional",
        ),
        (via(11, 12), {"restriction": "no_left_turn", "hour_on": "7"}, "turn_conditional"),
        (
            (("from", "way", 11), ("via", "way", 12), ("to", "way", 13)),
            {"restriction": "no_u_turn"},
            "turn_elsewhere",
        ),
        ((*via(11, 12), ("via", "way", 13)), {"restriction": "no_u_turn"}, "turn_broken"),
        (via(11, 12)[:2], {"restriction": "no_left_turn"}, "turn_broken"),
        ((*via(11, 12), ("via", "node", 4)), {"restriction": "no_left_turn"}, "turn_broken"),
        ((*via(11, 12), ("from", "way", 13)), {"restriction": "no_left_turn"}, "turn_broken"),
        (via(11, 12), {"restriction": "no_moon"}, "turn_broken"),
        (via(11, 99), {"restriction": "only_straight_on"}, "turn_elsewhere"),
        (via(14, 11), {"restriction": "no_left_turn"}, "turn_elsewhere"),
        (via(11, 12, node=77), {"restriction": "no_left_turn"}, "turn_elsewhere"),
    ],
)
def test_what_is_not_applied_is_counted(
    tmp_path: Path, members: tuple[Member, ...], tags: dict[str, str], reason: str
) -> None:
    network = restricted(tmp_path, members, **tags)
    assert rows(network) == set()
    assert counted(network) == {reason: 1}


def test_a_rule_that_does_not_bind_buses_binds_cars(tmp_path: Path) -> None:
    tags = {"restriction": "no_left_turn", "except": "psv;bicycle"}
    assert rows(restricted(tmp_path, via(11, 12), **tags)) == {("w11-0", "n5", "w12-0")}


def test_a_way_that_runs_through_the_node_is_ambiguous(tmp_path: Path) -> None:
    ways: dict[int, Way] = {21: ([1, 5, 3], ROAD), 12: ([5, 2], ROAD)}
    said = {"type": "restriction", "restriction": "no_left_turn"}
    network = read(tmp_path, {1: (via(21, 12), said)}, ways)
    assert counted(network) == {"turn_broken": 1}


def test_a_node_with_a_restriction_is_not_joined_away(tmp_path: Path) -> None:
    ways: dict[int, Way] = {11: ([1, 5], ROAD), 13: ([5, 3], ROAD), 15: ([3, 4], ROAD)}
    said = {"type": "restriction", "restriction": "no_u_turn"}
    network = read(tmp_path, {1: (via(11, 11), said)}, ways)
    assert rows(network) == {("w11-0", "n5", "w11-0")}
    assert set(network.nodes["node_id"]) == {"n1", "n5", "n4"}


def test_a_link_that_was_joined_is_named_by_its_whole(tmp_path: Path) -> None:
    """Way 16 comes first in the table, and runs on into way 12 through node 2."""
    nodes = {**NODES, 6: (120.01, 31.02)}
    ways: dict[int, Way] = {16: ([6, 2], ROAD), **WAYS}
    said = {"type": "restriction", "restriction": "no_left_turn"}
    path = write_osm(tmp_path / "long.osm", nodes, ways, relations={1: (via(11, 12), said)})
    network = read_osm(path)
    assert rows(network) == {("w11-0", "n5", "w16-0")}
    assert set(network.turns["to_link"]) <= set(network.links["link_id"])


def test_turns_of_links_that_are_dropped_go_with_them(tmp_path: Path) -> None:
    network = restricted(tmp_path, via(11, 14), restriction="no_right_turn")
    strong = clean(network, connection="strong")
    assert rows(network) == {("w11-0", "n5", "w14-0")}
    assert rows(strong) == set()
    assert counted(strong) == {"turn": 1}


def test_railways_have_no_turns(tmp_path: Path) -> None:
    ways: dict[int, Way] = {11: ([1, 5], {"railway": "rail"})}
    said = {"type": "restriction", "restriction": "no_left_turn"}
    path = write_osm(tmp_path / "rail.osm", NODES, ways, relations={1: (via(11, 11), said)})
    assert isinstance(read_osm(path, network="rail").turns, pd.DataFrame)
    assert read_osm(path, network="rail").turns.empty


# Two carriageways, 1 → 2 → 3 ahead and 6 → 5 → 4 back, tied by a road 2 – 7 – 5 that goes on.
PAIR: dict[int, Place] = {
    1: (120.00, 31.00), 2: (120.01, 31.00), 3: (120.02, 31.00),
    4: (120.00, 31.01), 5: (120.01, 31.01), 6: (120.02, 31.01),
    7: (120.01, 31.005), 8: (120.03, 31.005), 9: (120.01, 31.02),
}  # fmt: skip
AHEAD = {**ROAD, "oneway": "yes"}
PAIR_WAYS: dict[int, Way] = {
    21: ([1, 2], AHEAD),
    22: ([2, 3], AHEAD),
    23: ([6, 5], AHEAD),
    24: ([5, 4], AHEAD),
    25: ([2, 7], ROAD),
    26: ([5, 7], ROAD),
    27: ([7, 8], ROAD),
    28: ([5, 9], ROAD),
}


def over(start: int, between: tuple[int, ...], end: int) -> tuple[Member, ...]:
    inner = tuple(("via", "way", way) for way in between)
    return (("from", "way", start), *inner, ("to", "way", end))


def paired(folder: Path, kind: str, members: tuple[Member, ...], **ways: Way) -> OsmNetwork:
    every = PAIR_WAYS | {int(name[1:]): way for name, way in ways.items()}
    said = {"type": "restriction", "restriction": kind}
    return read_osm(write_osm(folder / "pair.osm", PAIR, every, relations={1: (members, said)}))


def whole(network: OsmNetwork) -> set[tuple[object, ...]]:
    names = ["from_link", "via_node", "via_links", "to_link"]
    return set(network.turns[names].itertuples(index=False, name=None))


def minutes(network: OsmNetwork, *ends: str) -> float:
    ready = prepare(Network(network.links, network.nodes), turns=network.turns)
    return float(travel_times(ready, [f"n{ends[0]}"], [f"n{ends[1]}"]).minutes[0, 0])


@pytest.mark.parametrize("between", [(25, 26), (26, 25)])
def test_who_comes_over_the_ways_between_may_not_turn(
    tmp_path: Path, between: tuple[int, ...]
) -> None:
    network = paired(tmp_path, "no_u_turn", over(21, between, 24))
    assert whole(network) == {("w21-0", "n2", ("w25-0", "w26-0"), "w24-0")}
    assert counted(network) == {"turn_via_way": 1}
    assert {"n2", "n5", "n7"} <= set(network.nodes["node_id"])
    free = paired(tmp_path, "no_u_turn", ())
    # From 1 back to 4 the way is to 8 or 9 and about; from 8, and from 2 itself, it is as it was.
    assert minutes(network, "1", "4") > minutes(free, "1", "4") + 0.1
    for origin in "8279":
        assert minutes(network, origin, "4") == minutes(free, origin, "4")
    assert minutes(network, "1", "9") == minutes(free, "1", "9")


def test_of_a_mandatory_way_the_end_is_told(tmp_path: Path) -> None:
    network = paired(tmp_path, "only_straight_on", over(21, (25, 26), 28))
    chain = ("w25-0", "w26-0")
    # Back along the last way, and into way 24; way 23 leads only to the node.
    assert whole(network) == {("w21-0", "n2", chain, end) for end in ("w26-0", "w24-0")}
    free = paired(tmp_path, "only_straight_on", ())
    assert minutes(network, "1", "8") == minutes(free, "1", "8")
    assert minutes(network, "1", "9") == minutes(free, "1", "9")


@pytest.mark.parametrize(
    ("members", "ways", "reason"),
    [
        (over(21, (25, 26), 24), {"w25": ([7, 2], AHEAD)}, "turn_elsewhere"),  # against one way
        (over(21, (25, 27), 24), {}, "turn_elsewhere"),
        (over(21, (25, 99), 24), {}, "turn_elsewhere"),
        (over(21, (25, 24), 24), {}, "turn_broken"),  # a gap
        (over(21, (25, 26, 27), 24), {}, "turn_broken"),  # a fork
        (over(28, (25, 26), 29), {"w28": ([2, 9, 5], ROAD), "w29": ([2, 4, 5], ROAD)},
         "turn_broken"),  # from either end
    ],
)  # fmt: skip
def test_ways_between_that_are_unclear_are_counted(
    tmp_path: Path, members: tuple[Member, ...], ways: dict[str, Way], reason: str
) -> None:
    network = paired(tmp_path, "no_left_turn", members, **ways)
    assert whole(network) == set()
    assert counted(network) == {reason: 1}


def test_a_seat_on_a_way_between_leaves_the_turn_prohibited(tmp_path: Path) -> None:
    network = paired(tmp_path, "no_u_turn", over(21, (25, 26), 24))
    seats = [(120.0101, 31.002), (120.0101, 31.004), (120.0101, 31.008), (120.005, 31.0101)]
    cities = gpd.GeoDataFrame(
        pd.DataFrame(seats, list("abcd"), columns=["seat_lon", "seat_lat"]),
        geometry=gpd.points_from_xy(*np.transpose(seats)), crs="EPSG:4326",
    )  # fmt: skip
    seated = seat_roads(cities, network.nodes, network.links, network.turns)
    between = ("w25-0/0", "w25-0/1", "w25-0/2", "w26-0/1", "w26-0/0")
    (row,) = seated.turns.to_dict("records")
    assert (row["from_link"], row["via_links"], row["to_link"]) == ("w21-0", between, "w24-0/0")
    roads = Network(seated.links, seated.nodes)
    free = prepare(roads, u_turn_min=np.inf)
    assert travel_times(free, ["n1"], ["n4"]).minutes[0, 0] < 4
    told = prepare(roads, turns=seated.turns, u_turn_min=np.inf)
    assert np.isinf(travel_times(told, ["n1"], ["n4"]).minutes[0, 0])
    # Who sets out at the seat has not come over the first way.
    assert travel_times(told, ["seat:a"], ["n4"]).minutes[0, 0] < 4


def test_turns_over_ways_go_with_the_ways(tmp_path: Path) -> None:
    network = paired(tmp_path, "no_u_turn", over(21, (25, 26), 24))
    assert len(clean(network).turns) == 1
    assert clean(network, connection="strong").turns.empty
