"""Turn costs by hand: a prohibited left turn, U-turns, and tables that are refused."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.errors import ArgumentError, NetworkError
from yrdgeo.results import Network
from yrdgeo.routing.engine import prepare
from yrdgeo.routing.paths import path_geometry, path_lengths_km, path_links, path_steps
from yrdgeo.routing.times import travel_times

ENGINES = ("dijkstra", "hierarchy")


@pytest.fixture
def crossing() -> Network:
    """Cross two roads at m, and tie north to west by a slow way; minutes are km; shuffled."""
    rows = [
        ("east", "e", "m", 10.0),
        ("west", "m", "w", 10.0),
        ("north", "m", "n", 10.0),
        ("south", "s", "m", 12.0),
        ("slow", "n", "w", 50.0),
    ]
    links = pd.DataFrame(rows, columns=["link_id", "from_node", "to_node", "length_km"])
    links = links.assign(mode="road", speed_kmh=60.0)
    nodes = pd.DataFrame({"node_id": ["w", "m", "n", "e", "s"]})
    return Network(links.sample(frac=1, random_state=3), nodes)


def turns(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["from_link", "via_node", "to_link", "extra_min"])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_prohibited_turn_is_gone_around(crossing: Network, engine: str) -> None:
    no_left = turns(("east", "m", "north", np.inf))
    ready = prepare(crossing, engine=engine, turns=no_left)
    times = travel_times(ready, ["e", "n"], ["n", "s", "e"]).to_frame()
    # Straight on to the west, there about, and back over m into the north: 10 + 10 + 10 + 10.
    assert times.loc["e"].tolist() == [40.0, 22.0, 0.0]
    assert times.loc["n"].tolist() == [0.0, 22.0, 20.0]
    again = prepare(crossing, engine=engine, turns=no_left, u_turn_min=np.inf)
    assert travel_times(again, ["e"], ["n"]).minutes.tolist() == [[70.0]]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_turn_costs_nothing_at_the_ends_of_a_trip(crossing: Network, engine: str) -> None:
    slow = turns(("east", "m", "north", 7.5), ("south", "m", "north", 0.0))
    ready = prepare(crossing, engine=engine, turns=slow)
    times = travel_times(ready, ["e", "m", "s"], ["m", "n"]).to_frame()
    assert times["n"].tolist() == [27.5, 10.0, 22.0]
    assert times["m"].tolist() == [10.0, 0.0, 12.0]


@pytest.mark.parametrize("engine", ENGINES)
def test_paths_go_the_way_that_is_allowed(crossing: Network, engine: str) -> None:
    ready = prepare(
        crossing, engine=engine, paths=True, turns=turns(("east", "m", "north", np.inf))
    )
    assert path_links(ready, "e", "n") == ["east", "west", "west", "north"]
    assert path_lengths_km(ready, ["e"], ["n"]).loc["e", "n"] == 40.0
    pairs = pd.DataFrame({"from_id": ["e", "n"], "to_id": ["n", "n"]})
    steps = path_steps(ready, pairs)
    assert steps["onward"].tolist() == [True, True, False, True]
    assert steps["step"].tolist() == [1, 2, 3, 4]
    with pytest.raises(NetworkError, match="no line, and their nodes no points"):
        path_geometry(ready, pairs)


def test_a_row_of_the_table_goes_before_the_cost_of_u_turns(crossing: Network) -> None:
    table = turns(("east", "m", "north", np.inf), ("west", "w", "west", 1.0))
    ready = prepare(crossing, turns=table, u_turn_min=np.inf)
    assert travel_times(ready, ["e"], ["n"]).minutes.tolist() == [[41.0]]


def test_without_turns_the_graph_stays_as_it_is(crossing: Network) -> None:
    assert len(prepare(crossing, turns=turns()).graph.nodes) == 5
    assert len(prepare(crossing, turns=turns(("east", "m", "north", 1.0))).graph.nodes) == 10


def test_every_bad_row_is_told_at_once(crossing: Network) -> None:
    table = turns(
        ("east", "m", "north", -1.0),
        ("esat", "m", "north", 1.0),
        ("east", "x", "north", 1.0),
        ("east", "m", "slow", 1.0),
        ("slow", "m", "east", 1.0),
        ("south", "m", "east", np.nan),
        ("south", "m", "east", 2.0),
    )
    with pytest.raises(NetworkError, match="turns: 7 problems") as caught:
        prepare(crossing, turns=table)
    text = str(caught.value)
    assert "row 2, column 'extra_min': is not zero or more minutes (found '-1.0')" in text
    assert "row 3, column 'from_link': is no link of the network (found 'esat')" in text
    assert "row 4, column 'via_node': is no node of the network (found 'x')" in text
    assert "row 5, column 'to_link': does not lead away from the node" in text
    assert "row 6, column 'from_link': does not lead to the node" in text
    assert "row 7, column 'extra_min': is not zero or more minutes (found 'nan')" in text
    assert "row 8: repeats an earlier turn" in text


def test_a_turn_against_a_one_way_street_is_refused(crossing: Network) -> None:
    oneway = Network(crossing.links.assign(oneway=True), crossing.nodes)
    with pytest.raises(NetworkError, match="does not lead to the node"):
        prepare(oneway, turns=turns(("north", "m", "west", 1.0)))


def test_missing_columns_and_senseless_u_turns_are_refused(crossing: Network) -> None:
    with pytest.raises(NetworkError, match="column 'extra_min' is missing"):
        prepare(crossing, turns=turns().drop(columns="extra_min"))
    for minutes in (-1.0, np.nan):
        with pytest.raises(ArgumentError, match="u_turn_min"):
            prepare(crossing, u_turn_min=minutes)


def test_hostile_names_in_turns_are_only_named(crossing: Network, hostile_text: str) -> None:
    with pytest.raises(NetworkError, match="is no link of the network"):
        prepare(crossing, turns=turns((hostile_text, "m", "north", 1.0)))


def chained(*rows: tuple[object, ...]) -> pd.DataFrame:
    names = ["from_link", "via_node", "to_link", "extra_min", "via_links"]
    return pd.DataFrame(rows, columns=names, dtype=object)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_turn_over_a_link_between_is_of_who_came_by_the_first(
    crossing: Network, engine: str
) -> None:
    around = chained(("east", "m", "slow", np.inf, ("north",)), ("south", "m", "slow", 4, "north"))
    # West is shut by another turn, so that the way leads over the slow road.
    shut = pd.concat([around, chained(("east", "m", "west", np.inf, None),
                                      ("south", "m", "west", np.inf, ()))])  # fmt: skip
    ready = prepare(crossing, engine=engine, paths=True, turns=shut)
    times = travel_times(ready, ["e", "s", "m"], ["w"]).to_frame()["w"]
    # From the east to the north, about at its end, and over m into the west.
    assert times.to_dict() == {"e": 40.0, "s": 42.0, "m": 10.0}
    assert path_links(ready, "e", "w") == ["east", "north", "north", "west"]
    shut_too = pd.concat([shut, chained(("north", "n", "north", np.inf, ()))])
    ready = prepare(crossing, engine=engine, paths=True, turns=shut_too)
    # Over the slow road, with four minutes more.
    assert travel_times(ready, ["s"], ["w"]).minutes[0, 0] == 12 + 10 + 4 + 50
    assert path_lengths_km(ready, ["s"], ["w"]).loc["s", "w"] == 12 + 10 + 50


def test_bad_chains_are_told_with_their_rows(crossing: Network) -> None:
    table = chained(
        ("east", "m", "slow", 1.0, ("west", "north")),
        ("east", "m", "slow", 1.0, ("nowhere",)),
        ("east", "m", "west", 1.0, ("north",)),
        ("east", "m", "slow", -1.0, ("north",)),
        ("esat", "m", "slow", 1.0, ("north",)),
        ("east", "m", "slow", 2.0, ("north",)),
    )
    with pytest.raises(NetworkError, match="turns: 6 problems") as caught:
        prepare(crossing, turns=table)
    text = str(caught.value)
    assert "row 2, column 'via_links': do not lead from the one link to the other" in text
    assert "found 'west, north'" in text
    assert "row 3, column 'via_links'" in text
    assert "row 4, column 'via_links'" in text
    assert "row 5, column 'extra_min': is not zero or more minutes" in text
    assert "row 6, column 'from_link': is no link" in text
    assert "row 7: repeats an earlier turn" in text
