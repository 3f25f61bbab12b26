"""Closeness and through flows, by hand: a line of cities with a branch."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis.accessibility import (
    betweenness,
    closeness,
    harmonic_closeness,
    link_flows,
    through_flows,
    through_share,
)
from yrdgeo.analysis.decay import binary
from yrdgeo.errors import ArgumentError, NetworkError, TableError
from yrdgeo.results import Network, TravelTimes
from yrdgeo.routing.engine import prepare

INF = np.inf


def network(links: list[tuple[str, str, float]], **cities: str) -> Network:
    """Return a network of two-way links of so many minutes; nodes in the order of their names."""
    table = pd.DataFrame(links, columns=["from_node", "to_node", "length_km"])
    table["link_id"] = table["from_node"] + table["to_node"]
    ids = sorted(set(table["from_node"]) | set(table["to_node"]) | set(cities))
    nodes = pd.DataFrame({"node_id": ids, "adcode": [cities.get(one, "") for one in ids]})
    return Network(table.assign(mode="hsr", speed_kmh=60.0), nodes)


def test_closeness_counts_who_is_out_of_reach() -> None:
    ids = ["a", "b", "c"]
    times = TravelTimes(ids, ids[::-1], [[INF, 10, 0], [40, 0, 20], [0, 60, INF]])
    assert closeness(times).to_dict() == {"a": 1 / 10 * 1 / 2, "b": 2 / 60, "c": 1 / 60 * 1 / 2}
    inward = closeness(times, direction="in")
    assert inward.to_dict() == {"c": 1 / 40 * 1 / 2, "b": 2 / 70, "a": 1 / 20 * 1 / 2}
    harmonic = harmonic_closeness(times)
    assert harmonic.to_dict() == {"a": 0.05, "b": (1 / 40 + 1 / 20) / 2, "c": 1 / 120}


def test_an_island_has_no_closeness() -> None:
    alone = TravelTimes(["a"], ["a", "b"], [[0, INF]])
    assert closeness(alone)["a"] == 0.0
    assert harmonic_closeness(alone)["a"] == 0.0
    assert closeness(TravelTimes(["a"], ["a"], [[0.0]]))["a"] == 0.0


def test_zero_minutes_between_places_have_no_closeness() -> None:
    times = TravelTimes(["a"], ["a", "b"], [[0, 0]])
    for measure in (closeness, harmonic_closeness):
        with pytest.raises(ArgumentError, match=r"zero minutes away.*a"):
            measure(times)


def test_equally_fast_paths_share_a_flow() -> None:
    # Two ways from a to d of two links each, one of which splits again at the end.
    net = network([("a", "b", 10), ("a", "c", 10), ("b", "d", 10), ("c", "d", 10), ("d", "e", 5)])
    trips = pd.DataFrame({"e": [8.0], "d": [4.0]}, ["a"])
    assert betweenness(net, trips).to_dict() == {"a": 0.0, "b": 6.0, "c": 6.0, "d": 8.0, "e": 0.0}
    assert link_flows(net, trips).to_dict() == {
        "ab": 6.0, "ac": 6.0, "bd": 6.0, "cd": 6.0, "de": 8.0
    }  # fmt: skip


def test_a_millisecond_decides() -> None:
    links = [("a", "b", 10.0), ("b", "d", 10.0), ("a", "c", 10.0), ("c", "d", 10.0 - 1 / 60_000)]
    trips = pd.DataFrame({"d": [1.0]}, ["a"])
    assert betweenness(network(links), trips)[["b", "c"]].tolist() == [0.0, 1.0]


def test_links_of_zero_minutes_lose_against_fewer_of_them_and_make_no_circles() -> None:
    net = network([("a", "b", 10), ("b", "c", 0), ("c", "d", 10), ("b", "e", 0), ("e", "c", 0)])
    found = betweenness(net, pd.DataFrame({"d": [6.0]}, ["a"]))
    assert found.to_dict() == {"a": 0.0, "b": 6.0, "c": 6.0, "d": 0.0, "e": 0.0}


def test_too_many_links_of_zero_minutes_are_refused() -> None:
    # 40 zeros scale the longest time that sums of milliseconds hold beyond it.
    links = [("a", "b", 2e4), *((f"{n:02}", f"{n + 1:02}", 0.0) for n in range(40))]
    slow = network(links)
    slow.links["speed_kmh"] = [3.6e-5, *[60.0] * 40]
    with pytest.raises(NetworkError, match=r"too many links of zero minutes.*80 arcs"):
        betweenness(slow)


def test_every_flow_arrives() -> None:
    net = network([("a", "b", 10), ("b", "c", 10), ("c", "a", 15), ("c", "d", 5)])
    along = link_flows(net)
    # Twelve ordered pairs; only a–d and b–d, and no other, take two links each way.
    assert along.sum() == 12 + 4


def test_a_city_is_all_its_nodes() -> None:
    # The way from a to c leads through two stations of city 2, past its seat.
    net = network(
        [("a", "w", 10), ("w", "e", 5), ("e", "c", 10), ("w", "seat", 20)],
        a="1", w="2", e="2", seat="2", c="3",
    )  # fmt: skip
    trips = pd.DataFrame([[7.0, 4.0]], ["a"], ["c", "seat"])
    assert betweenness(net, trips)["seat"] == 0.0
    assert through_flows(net, trips).to_dict() == {"1": 0.0, "3": 0.0, "2": 7.0}


def test_the_share_is_of_flows_between_others() -> None:
    net = network([("a", "b", 10), ("b", "c", 10), ("b", "d", 30)], a="a", b="b", c="c", d="d")
    ids = list("dcba")
    minutes = [[0, 40, 30, 40], [40, 0, 10, 20], [30, 10, 0, 10], [40, 20, 10, 0]]
    times = TravelTimes(ids, ids, minutes)
    people = pd.Series({"a": 2.0, "b": 50.0, "c": 3.0, "d": 5.0})
    found = through_share(times, people, network=net, decay=binary(60))
    assert found.to_dict() == pytest.approx({"a": 0.0, "b": 1.0, "c": 0.0, "d": 0.0})
    near = through_share(times, people, network=net, decay=binary(20))
    assert near["b"] == pytest.approx(1.0)


def test_flows_that_cannot_be_are_refused() -> None:
    net = network([("a", "b", 10)], island="9")
    with pytest.raises(NetworkError, match="from a to island"):
        betweenness(net, pd.DataFrame({"island": [1.0]}, ["a"]))
    assert betweenness(net).tolist() == [0.0] * 3
    with pytest.raises(NetworkError, match="'x'"):
        betweenness(net, pd.DataFrame({"x": [1.0]}, ["a"]))
    with pytest.raises(TableError, match=r"flows.*-1\.0 from a to b"):
        link_flows(net, pd.DataFrame({"b": [-1.0]}, ["a"]))
    times = TravelTimes(["a"], ["b"], [[10.0]])
    with pytest.raises(ArgumentError, match=r"must be an origin.*b"):
        through_share(times, pd.Series({"a": 1.0}), network=net, decay=binary(60))


def test_more_paths_than_a_number_holds_are_refused() -> None:
    # A thousand and thirty diamonds in a row: 2 to the 1030th paths.
    links = []
    for step in range(1030):
        here, there = f"{step:04}", f"{step + 1:04}"
        for side in "lr":
            links += [(here, f"{step:04}{side}", 1.0), (f"{step:04}{side}", there, 1.0)]
    with pytest.raises(NetworkError, match=r"more equally fast paths.*from 0000"):
        betweenness(network(links), pd.DataFrame({"1030": [1.0]}, ["0000"]))


def test_flows_heed_prohibited_turns() -> None:
    nodes = pd.DataFrame({"node_id": list("dcba"), "adcode": list("4321")})
    links = pd.DataFrame(
        {"link_id": ["ab", "bc", "ad", "dc"], "from_node": list("abad"), "to_node": list("bcdc"),
         "mode": "road", "length_km": [10.0, 10.0, 15.0, 15.0], "speed_kmh": 60.0}
    )  # fmt: skip
    net = Network(links.sample(frac=1, random_state=1), nodes)
    turns = pd.DataFrame(
        {"from_link": ["ab"], "via_node": "b", "to_link": "bc", "extra_min": np.inf}
    )
    trips = pd.DataFrame({"c": [5.0, 1.0], "a": [0.0, 2.0]}, ["a", "b"])
    assert through_flows(net, trips).to_dict() == {"4": 0.0, "3": 0.0, "2": 5.0, "1": 0.0}
    told = prepare(net, turns=turns, u_turn_min=np.inf)
    assert through_flows(told, trips).to_dict() == {"4": 5.0, "3": 0.0, "2": 0.0, "1": 0.0}
    back = pd.DataFrame({"a": [5.0]}, ["c"])
    assert through_flows(told, back).to_dict() == {"4": 0.0, "3": 0.0, "2": 5.0, "1": 0.0}
    assert betweenness(net, back).to_dict() == {"d": 0.0, "c": 0.0, "b": 5.0, "a": 0.0}
    assert betweenness(net, trips).to_dict() == {"d": 0.0, "c": 0.0, "b": 5.0, "a": 0.0}
    assert betweenness(told, trips).to_dict() == {"d": 5.0, "c": 0.0, "b": 0.0, "a": 0.0}
    assert link_flows(net, trips).to_dict() == {"ab": 7.0, "bc": 6.0, "ad": 0.0, "dc": 0.0}
    assert link_flows(told, trips).to_dict() == {"ab": 2.0, "bc": 1.0, "ad": 5.0, "dc": 5.0}


def test_a_flow_that_turns_forbid_is_told_with_the_names_of_its_ends() -> None:
    net = network([("a", "b", 10), ("b", "c", 10)])
    first, second = net.links["link_id"]
    turns = pd.DataFrame({"from_link": [first], "via_node": "b", "to_link": second})
    told = prepare(net, turns=turns.assign(extra_min=np.inf), u_turn_min=np.inf)
    for measure in (betweenness, link_flows, through_flows):
        with pytest.raises(NetworkError, match=r"without a path.*from a to c\."):
            measure(told, pd.DataFrame({"c": [1.0]}, ["a"]))


def test_two_links_of_zero_minutes_are_less_than_a_millisecond_with_turns_and_without() -> None:
    later = 10.0 + 1 / 60_000
    net = network([("a", "b", 10), ("b", "c", 0), ("c", "d", 0), ("a", "e", later), ("e", "d", 0)])
    trips = pd.DataFrame({"d": [6.0]}, ["a"])
    for here in (net, prepare(net, u_turn_min=np.inf)):
        found = betweenness(here, trips)
        assert found.to_dict() == {"a": 0.0, "b": 6.0, "c": 6.0, "d": 0.0, "e": 0.0}
