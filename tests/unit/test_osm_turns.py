"""Turn restrictions become prohibited turns, or are counted by the reason why not."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_osm import Member, Place, Relation, Way, write_osm

from yrdgeo.sources.osm import OsmNetwork, clean, read_osm
from yrdgeo.sources.osm_turns import TURN_COLUMNS

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
            "turn_via_way",
        ),
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
