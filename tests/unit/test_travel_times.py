"""Travel times and fastest paths, by hand."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from yrdgeo.errors import ArgumentError, NetworkError, YrdGeoError
from yrdgeo.results import Network, TravelTimes
from yrdgeo.routing.graph import build, components, link_milliseconds
from yrdgeo.routing.paths import path_lengths_km, path_links
from yrdgeo.routing.times import fastest, travel_times

NODES = pd.DataFrame(
    {
        # Out of order on purpose: a join by position must fail.
        "node_id": ["j", "340100", "上海虹桥", "310000", "island", "320500"],
        "kind": ["junction", "seat", "station", "seat", "external", "seat"],
        "adcode": ["", "340100", "", "310000", "", "320500"],
    }
)


def network(*rows: tuple[str, str, float, float], **columns: object) -> Network:
    """Build links ``from, to, km, km/h``; columns set what all of them share."""
    links = pd.DataFrame(rows, columns=["from_node", "to_node", "length_km", "speed_kmh"])
    links["link_id"] = [f"l{number}" for number in range(len(links))]
    return Network(links.assign(**({"mode": "road"} | columns)), NODES)


@pytest.fixture
def delta() -> Network:
    """Shanghai – j – Suzhou, a slow direct road, and Hefei behind Suzhou."""
    return network(
        ("320500", "340100", 300.0, 100.0),
        ("310000", "320500", 100.0, 50.0),
        ("j", "320500", 50.0, 100.0),
        ("310000", "j", 50.0, 100.0),
    )


def test_the_fastest_path_counts_and_not_the_direct_one(delta: Network) -> None:
    times = travel_times(delta, ["340100", "310000"], ["320500", "310000"])
    assert times.to_frame().to_dict() == {
        "320500": {"340100": 180.0, "310000": 60.0},
        "310000": {"340100": 240.0, "310000": 0.0},
    }


def test_labels_are_what_the_user_passed(delta: Network) -> None:
    times = travel_times(delta, ["j", "310000"], pd.Index(["320500"]))
    assert list(times.origins) == ["j", "310000"]
    assert list(times.destinations) == ["320500"]


def test_an_adcode_stands_for_the_seat_with_that_adcode() -> None:
    nodes = pd.DataFrame(
        {
            "node_id": ["b", "city hall"],
            "kind": ["junction", "seat"],
            # The junction lies in the city, too, but only the seat stands for it.
            "adcode": ["310000", "310000"],
        }
    )
    links = pd.DataFrame(
        {
            "link_id": ["1"],
            "from_node": "b",
            "to_node": "city hall",
            "mode": "road",
            "length_km": 30.0,
            "speed_kmh": 60.0,
        }
    )
    times = travel_times(Network(links, nodes), ["b"], ["310000", "city hall"])
    assert times.minutes.tolist() == [[30.0, 30.0]]


def test_a_node_id_goes_before_an_adcode() -> None:
    nodes = pd.DataFrame(
        {"node_id": ["310000", "other"], "kind": ["junction", "seat"], "adcode": ["", "310000"]}
    )
    links = network().links
    times = travel_times(Network(links, nodes), ["310000"], ["310000", "other"])
    assert times.minutes.tolist() == [[0.0, np.inf]]


def test_two_seats_with_one_adcode_are_refused() -> None:
    nodes = pd.DataFrame({"node_id": ["a", "b"], "kind": "seat", "adcode": "310000"})
    with pytest.raises(NetworkError, match=r"more than one seat.*310000"):
        travel_times(Network(network().links, nodes), ["310000"])


def test_no_path_is_inf_and_a_place_is_zero_from_itself(delta: Network) -> None:
    times = travel_times(delta, ["island", "310000"])
    assert times.minutes.tolist() == [[0.0, np.inf], [np.inf, 0.0]]


def test_oneway_links_lead_one_way() -> None:
    times = travel_times(
        network(("310000", "320500", 60.0, 60.0), oneway=True), ["310000", "320500"]
    )
    assert times.minutes.tolist() == [[0.0, 60.0], [np.inf, 0.0]]


def test_parallel_links_keep_the_fastest_and_are_not_added_up() -> None:
    pair = network(
        ("310000", "320500", 60.0, 60.0),
        ("320500", "310000", 60.0, 120.0),
        ("310000", "320500", 60.0, 90.0),
    )
    assert travel_times(pair, ["310000"], ["320500"]).minutes.tolist() == [[30.0]]


def test_a_link_of_no_length_takes_no_time() -> None:
    chain = network(("310000", "j", 0.0, 60.0), ("j", "320500", 60.0, 60.0))
    assert travel_times(chain, ["310000"], ["320500", "j"]).minutes.tolist() == [[60.0, 0.0]]


def test_fixed_minutes_are_added_once_for_each_link() -> None:
    chain = network(("310000", "j", 30.0, 60.0), ("j", "320500", 30.0, 60.0), fixed_min=2.0)
    assert travel_times(chain, ["310000"], ["320500"]).minutes.tolist() == [[64.0]]


def test_a_link_from_a_node_to_itself_changes_nothing() -> None:
    loop = network(("310000", "310000", 5.0, 60.0), ("310000", "320500", 60.0, 60.0))
    assert travel_times(loop, ["310000", "320500"]).minutes.tolist() == [[0.0, 60.0], [60.0, 0.0]]


def test_each_link_is_rounded_to_the_nearest_millisecond() -> None:
    links = network(("310000", "j", 1.0, 7.0), ("j", "320500", 2.0, 7.0)).links
    # 60 000 · 60 · 1/7 = 514 285.71…; 60 000 · 60 · 2/7 = 1 028 571.43…
    assert link_milliseconds(links).tolist() == [514_286, 1_028_571]


def test_half_a_millisecond_goes_to_the_even_neighbour() -> None:
    links = network(("310000", "j", 0.0, 1.0)).links
    minutes = pd.Series([0.5, 1.5, 2.5]) / 60_000
    rows = pd.concat([links] * 3, ignore_index=True).assign(fixed_min=minutes)
    assert link_milliseconds(rows).tolist() == [0, 2, 2]


def test_a_time_equal_to_the_cutoff_is_kept(delta: Network) -> None:
    times = travel_times(delta, ["310000"], ["320500", "340100"], cutoff_min=60.0)
    assert times.minutes.tolist() == [[60.0, np.inf]]
    assert travel_times(delta, ["310000"], ["320500"], cutoff_min=59.99).minutes[0, 0] == np.inf


@pytest.mark.parametrize("cutoff", [-1.0, float("nan")])
def test_a_cutoff_out_of_its_domain_is_refused(delta: Network, cutoff: float) -> None:
    with pytest.raises(ArgumentError, match="cutoff_min"):
        travel_times(delta, ["310000"], cutoff_min=cutoff)


def test_unknown_ids_are_named_with_the_nearest(delta: Network) -> None:
    with pytest.raises(NetworkError, match=r"'32050O' \(nearest '320500'\)"):
        travel_times(delta, ["310000", "32050O"])
    with pytest.raises(NetworkError, match=r"destinations.*'nowhere'"):
        travel_times(delta, ["310000"], ["nowhere"])


def test_adcodes_as_numbers_are_refused(delta: Network) -> None:
    with pytest.raises(NetworkError, match=r"310000 .nearest '310000'"):
        travel_times(delta, pd.Index([310000]))


def test_many_unknown_ids_are_counted(delta: Network) -> None:
    with pytest.raises(NetworkError, match="and 2 more"):
        travel_times(delta, ["p", "q", "r", "s", "t"])


def test_repeated_ids_are_refused(delta: Network) -> None:
    with pytest.raises(ArgumentError, match=r"origins repeat ids.*310000"):
        travel_times(delta, ["310000", "320500", "310000"])
    with pytest.raises(ArgumentError, match="destinations repeat ids"):
        travel_times(delta, ["310000"], ["j", "j"])


def test_a_bare_string_is_refused(delta: Network) -> None:
    with pytest.raises(ArgumentError, match=r"\['310000'\]"):
        travel_times(delta, "310000")


def test_no_origins_give_no_rows(delta: Network) -> None:
    assert travel_times(delta, [], ["310000"]).minutes.shape == (0, 1)


def test_a_network_without_links_or_nodes_answers() -> None:
    empty = network()
    assert travel_times(empty, ["310000"]).minutes.tolist() == [[0.0]]
    with pytest.raises(NetworkError, match="no nodes"):
        travel_times(Network(empty.links, NODES.iloc[:0]), ["310000"])


def test_absurdly_slow_links_are_named() -> None:
    with pytest.raises(NetworkError, match="slowest l1"):
        travel_times(network(("j", "310000", 1.0, 50.0), ("j", "320500", 1.0, 1e-300)), ["j"])


def test_an_executor_gives_the_same_answer(delta: Network) -> None:
    ids = list(NODES["node_id"])
    with ThreadPoolExecutor(2) as executor:
        parallel = travel_times(delta, ids, executor=executor)
    assert np.array_equal(parallel.minutes, travel_times(delta, ids).minutes)


def test_an_executor_gets_blocks_of_origins(delta: Network) -> None:
    class Counting(ThreadPoolExecutor):
        calls = 0

        def submit(self, *args: object, **options: object) -> object:  # type: ignore[override]
            self.calls += 1
            return super().submit(*args, **options)  # type: ignore[arg-type]

    with Counting(1) as executor:
        travel_times(delta, list(NODES["node_id"]), executor=executor)
    assert executor.calls > 1


def test_a_graph_drops_loops_and_keeps_one_arc_a_direction() -> None:
    graph = build(
        network(("j", "j", 1.0, 60.0), ("j", "310000", 2.0, 60.0), ("310000", "j", 1.0, 60.0))
    )
    assert repr(graph) == "Graph(6 nodes, 2 arcs)"
    assert graph.milliseconds.tolist() == [60_000, 60_000]
    assert graph.links.tolist() == [2, 2]


def test_components_are_ranked_by_size(delta: Network) -> None:
    assert components(delta).to_dict() == {
        "j": 0,
        "340100": 0,
        "上海虹桥": 1,
        "310000": 0,
        "island": 2,
        "320500": 0,
    }


def test_a_oneway_link_joins_components() -> None:
    joined = components(network(("j", "310000", 1.0, 60.0), oneway=True))
    assert joined["j"] == joined["310000"] == 0


def test_lengths_follow_the_fastest_path_and_not_the_shortest(delta: Network) -> None:
    slow_but_short = network(("310000", "320500", 90.0, 50.0), ("310000", "j", 50.0, 100.0),
                             ("j", "320500", 50.0, 100.0))  # fmt: skip
    lengths = path_lengths_km(slow_but_short, ["320500", "310000"], ["310000", "island"])
    assert lengths.loc["320500", "310000"] == 100.0
    assert lengths.loc["310000", "310000"] == 0.0
    assert lengths.loc["320500", "island"] == np.inf
    assert path_lengths_km(delta, ["310000"], ["340100"]).to_numpy().tolist() == [[400.0]]


def test_of_equally_fast_paths_the_shortest_gives_the_length() -> None:
    ties = network(
        ("310000", "j", 60.0, 60.0),
        ("310000", "j", 30.0, 30.0),
        ("j", "320500", 60.0, 60.0),
        ("310000", "320500", 200.0, 100.0),
    )
    assert path_lengths_km(ties, ["310000"], ["320500"]).to_numpy().tolist() == [[90.0]]
    assert path_links(ties, "310000", "320500") == ["l1", "l2"]


def test_path_links_are_in_the_order_of_travel(delta: Network) -> None:
    assert path_links(delta, "310000", "340100") == ["l3", "l2", "l0"]
    assert path_links(delta, "340100", "310000") == ["l0", "l2", "l3"]
    assert path_links(delta, "j", "j") == []


def test_path_links_without_a_path_is_an_error(delta: Network) -> None:
    with pytest.raises(NetworkError, match="no path from '310000' to 'island'"):
        path_links(delta, "310000", "island")


def test_the_best_of_two_modes_is_matched_by_id() -> None:
    rail = TravelTimes(["a", "b"], ["a", "b"], [[0.0, 30.0], [np.inf, 0.0]])
    road = TravelTimes(["b", "a"], ["b", "a"], [[0.0, 50.0], [45.0, 0.0]])
    best = fastest(rail, road)
    assert list(best.origins) == ["a", "b"]
    assert best.minutes.tolist() == [[0.0, 30.0], [50.0, 0.0]]
    assert np.array_equal(fastest(road).minutes, road.minutes)


def test_modes_between_different_places_are_refused() -> None:
    rail = TravelTimes(["a"], ["a", "b"], [[0.0, 30.0]])
    with pytest.raises(ArgumentError, match=r"different destinations.*b"):
        fastest(rail, TravelTimes(["a"], ["a"], [[0.0]]))
    with pytest.raises(YrdGeoError, match="at least one mode"):
        fastest()
