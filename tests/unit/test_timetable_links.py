"""Direct rides as links of a network, and the comparison of two models."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from yrdgeo.errors import ArgumentError
from yrdgeo.results import Network, TravelTimes
from yrdgeo.routing.compare import compare_models
from yrdgeo.routing.journeys import without_boarding
from yrdgeo.routing.times import travel_times
from yrdgeo.sources.service_links import PERIODS, WHOLE_DAY, service_links, station_nodes
from yrdgeo.timetables import DAY_MIN, Timetable

# trip, sequence, station, arrive, depart
ROWS = [
    ("G1", 1, "a", 480, 480),
    ("G1", 2, "b", 500, 503),
    ("G1", 3, "c", 540, 540),
    ("G2", 1, "a", 490, 490),
    ("G2", 2, "c", 530, 530),
    ("G3", 1, "a", 700, 700),
    ("G3", 2, "c", 752, 752),
    ("K4", 1, "a", 590, 590),
    ("K4", 2, "c", 700, 700),
    ("Z5", 1, "b", 1430, 1430),
    ("Z5", 2, "a", 1475, 1480),
    ("Z5", 3, "c", 1560, 1560),
]


@pytest.fixture
def day() -> Timetable:
    names = ["trip_id", "sequence", "station", "arrive_min", "depart_min"]
    stops = pd.DataFrame(ROWS, columns=names).sample(frac=1.0, random_state=2)
    places = {"station": ["c", "a", "b"], "city": ["320500", "310000", "harbour"]}
    points = gpd.points_from_xy([120.3, 121.0, 120.6], [31.6, 31.0, 31.3])
    return Timetable(stops, gpd.GeoDataFrame(places, geometry=points, crs="EPSG:4326"))


def row(links: gpd.GeoDataFrame, *key: str) -> pd.Series:
    (found,) = [
        one
        for _, one in links.set_index(["from_node", "to_node", "mode", "period"])
        .loc[[key]]
        .iterrows()
    ]
    return found


def test_links_hold_count_fastest_and_median_by_period_and_mode(day: Timetable):
    links = service_links(day)
    assert len(links) == 8
    morning = row(links, "a", "c", "hsr", "morning")
    assert morning[["n_trains", "fastest_min", "typical_min"]].to_list() == [2, 40.0, 50.0]
    assert row(links, "a", "c", "hsr", "day")["fastest_min"] == 52.0
    assert row(links, "a", "c", "rail", "morning")["fastest_min"] == 110.0
    assert row(links, "a", "b", "hsr", "morning")["fastest_min"] == 20.0
    assert row(links, "b", "a", "rail", "night")["fastest_min"] == 45.0
    assert row(links, "a", "c", "rail", "night")["fastest_min"] == 80.0  # leaves after midnight
    assert links["link_id"].is_unique


def test_the_periods_are_the_whole_day_and_never_overlap():
    clock = np.arange(0, DAY_MIN, 5.0)
    times = sum(
        ((clock >= first) & (clock < last)) if first < last else ((clock >= first) | (clock < last))
        for first, last in PERIODS.values()
    )
    assert (np.asarray(times) == 1).all()


@pytest.mark.parametrize("statistic", ["fastest", "typical"])
def test_a_network_of_links_gives_the_rides(day: Timetable, statistic: str):
    links = service_links(day, periods=WHOLE_DAY, statistic=statistic)
    network = Network(links, station_nodes(day))
    times = without_boarding(travel_times(network, ["c", "a", "b"]), 10.0).to_frame()
    direct = {"fastest": 40.0, "typical": 52.0}[statistic]
    assert times.loc["a", "c"] == pytest.approx(direct, abs=1e-4)
    assert times.loc["b", "a"] == pytest.approx(45.0, abs=1e-4)
    assert times.loc["c", "a"] == np.inf


def test_a_city_of_one_station_is_its_adcode(day: Timetable):
    nodes = station_nodes(day).set_index("node_id")
    assert nodes["adcode"].to_dict() == {"a": "310000", "b": "", "c": "320500"}


def test_boarding_is_paid_on_each_ride(day: Timetable):
    links = service_links(day, periods=WHOLE_DAY, boarding_min=12.0)
    only = links[~((links["from_node"] == "a") & (links["to_node"] == "c"))]
    times = travel_times(Network(only, station_nodes(day)), ["a"], ["c"])
    assert times.minutes[0, 0] == pytest.approx(20.0 + 37.0 + 24.0, abs=1e-4)


def test_a_change_costs_what_boarding_does_and_the_direct_train_wins():
    # a to b in 20, b to d in 36: with a change of 10 as long as the direct ride, of 8 shorter.
    rows = [("G5", 1, "a", 600, 600), ("G5", 2, "b", 622, 630), ("G5", 3, "d", 666, 666)]
    rows += [("G6", 1, "b", 800, 800), ("G6", 2, "d", 837, 837), *ROWS]
    names = ["trip_id", "sequence", "station", "arrive_min", "depart_min"]
    stops = pd.DataFrame(rows, columns=names).sample(frac=1.0, random_state=2)
    more = Timetable(stops, pd.DataFrame({"station": ["d", "c", "b", "a"]}))
    for boarding, expected in ((10.0, 66.0), (8.0, 20.0 + 36.0 + 8.0)):
        links = service_links(more, periods=WHOLE_DAY, boarding_min=boarding)
        times = travel_times(Network(links, station_nodes(more)), ["a"], ["d"])
        assert without_boarding(times, boarding).minutes[0, 0] == pytest.approx(expected)


def test_nobody_boards_or_alights_where_it_is_not_allowed(day: Timetable):
    shut = day.stops.assign(
        board=~(day.stops["trip_id"].eq("G1") & day.stops["station"].eq("a")),
        alight=~(day.stops["trip_id"].eq("Z5") & day.stops["station"].eq("a")),
    )
    links = service_links(Timetable(shut, day.stations), periods=WHOLE_DAY)
    assert row(links, "a", "c", "hsr", "day")["n_trains"] == 2
    assert row(links, "b", "c", "hsr", "day")["n_trains"] == 1
    ways = set(zip(links["from_node"], links["to_node"], links["mode"], strict=True))
    assert ("a", "b", "hsr") not in ways
    assert ("b", "a", "rail") not in ways
    assert ("a", "c", "rail") in ways


def test_half_a_headway_is_waited(day: Timetable):
    links = service_links(day, waiting="half_headway", boarding_min=5.0)
    morning = row(links, "a", "c", "hsr", "morning")
    assert morning["half_headway_min"] == 240.0 / 2 / 2
    spent = 60.0 * morning["length_km"] / morning["speed_kmh"] + morning["fixed_min"]
    assert spent == pytest.approx(40.0 + 5.0 + 60.0)
    assert row(links, "b", "a", "rail", "night")["half_headway_min"] == 480.0 / 2


def test_times_that_hold_no_boarding_are_refused():
    times = TravelTimes(["a", "b"], ["b", "a"], np.array([[7.0, 0.0], [0.0, np.inf]]))
    assert without_boarding(times, 7.0).minutes.tolist() == [[0.0, 0.0], [0.0, np.inf]]
    with pytest.raises(ArgumentError, match="shortest time is 7"):
        without_boarding(times, 10.0)


def test_lengths_are_great_circles_or_given_ones(day: Timetable):
    links = service_links(day, periods=WHOLE_DAY, length_km={("b", "a"): 55.0})
    assert row(links, "a", "b", "hsr", "day")["length_km"] == 55.0
    assert row(links, "b", "a", "rail", "day")["length_km"] == 55.0
    metres = Geod(ellps="WGS84").inv(120.6, 31.3, 120.3, 31.6)[2]
    assert row(links, "b", "c", "hsr", "day")["length_km"] == pytest.approx(metres / 1000)
    assert set(links["confidence"]) == {"high"}


def test_a_ride_between_wrong_places_keeps_its_minutes(day: Timetable):
    stations = day.stations.copy()
    far = gpd.points_from_xy([87.6], [43.8])[0]
    stations.loc[stations["station"] == "b", "geometry"] = far
    stations.loc[stations["station"] == "c", "geometry"] = None
    wrong = Timetable(day.stops, stations)
    links = service_links(wrong, periods=WHOLE_DAY)
    assert set(links["confidence"]) == {"low"}
    assert links["length_km"].eq(0.0).all()
    paid = travel_times(Network(links, station_nodes(wrong)), ["a", "b"], ["b", "c"])
    assert without_boarding(paid, 10.0).minutes.tolist() == [[20.0, 40.0], [0.0, 37.0]]


def test_options_out_of_their_domain(day: Timetable):
    with pytest.raises(ArgumentError, match="typical"):
        service_links(day, statistic="typcal")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="long"):
        service_links(day, periods={"long": (0, 2000)})
    for minutes in (0.0, -1.0, float("nan")):
        with pytest.raises(ArgumentError, match="would change trains in no time"):
            service_links(day, boarding_min=minutes)
    with pytest.raises(ArgumentError, match=r"no waiting 'half'.*half_headway"):
        service_links(day, waiting="half")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="zero or more"):
        service_links(day, length_km={("a", "b"): -1.0})


def test_models_are_compared_by_id_and_lost_pairs_counted():
    minutes_a = [[0.0, 30.0, 60.0, np.inf], [30.0, 0.0, 20.0, 90.0]]
    a = TravelTimes(["x", "y"], ["x", "y", "z", "w"], np.array(minutes_a))
    b = TravelTimes(
        ["y", "x", "q"],
        ["w", "z", "y", "x"],
        np.array([[np.inf, 25.0, 0.0, 33.0], [5.0, 66.0, 24.0, 0.0], [1.0, 1.0, 1.0, 1.0]]),
    )
    found = compare_models(a, b)
    table = found.table.set_index(["from_id", "to_id"])
    assert table["difference_min"].to_dict() == {
        ("x", "y"): -6.0,
        ("x", "z"): 6.0,
        ("y", "z"): 5.0,
        ("y", "x"): 3.0,
    }
    assert table.loc[("y", "x"), "ratio"] == pytest.approx(1.1)
    assert (found.n, found.n_only_a, found.n_only_b) == (4, 1, 1)
    assert found.mean_difference_min == (-6 + 6 + 5 + 3) / 4
    assert found.mean_error_min == (6 + 6 + 5 + 3) / 4
    assert found.median_error_min == 5.5
    assert found.median_difference_min == 4.0
    assert found.median_error_pct == pytest.approx((10.0 + 20.0) / 2)
    # Ranks 2.5 4 1 2.5 against 1 4 2 3.
    assert found.spearman == pytest.approx(0.632456, abs=1e-6)
    assert "<" not in found._repr_html_()[3:-4]


def test_errors_by_group_are_those_of_the_pairs_in_it():
    a = TravelTimes(["x", "y"], ["z", "x", "y"], np.array([[60.0, 0.0, 30.0], [20.0, 40.0, 0.0]]))
    b = TravelTimes(["y", "x"], ["x", "y", "z"], np.array([[50.0, 0.0, 17.0], [0.0, 36.0, 90.0]]))
    # Differences: x z 30, x y 6, y z -3, y x 10.
    pairs = [("y", "x"), ("x", "y"), ("y", "z"), ("x", "z"), ("q", "r")]
    groups = pd.Series([2, 1, 1, None, 1], pd.MultiIndex.from_tuples(pairs), name="trains")
    found = compare_models(a, b).by(groups)
    assert found.index.name == "trains"
    assert found["n"].to_dict() == {1: 2, 2: 1}
    assert found["bias_min"].to_dict() == {1: 1.5, 2: 10.0}
    assert found["mean_error_min"].to_dict() == {1: 4.5, 2: 10.0}
    assert found["median_error_pct"].to_dict() == {1: pytest.approx((20 + 15) / 2), 2: 25.0}
    with pytest.raises(ArgumentError, match="one group"):
        compare_models(a, b).by(pd.concat([groups, groups]))
    with pytest.raises(ArgumentError, match="No pair"):
        compare_models(a, b).by(groups.loc[[("q", "r")]])


def test_models_without_a_common_pair_are_refused():
    a = TravelTimes(["x"], ["y"], np.array([[3.0]]))
    with pytest.raises(ArgumentError, match="0 common origins"):
        compare_models(a, TravelTimes(["y"], ["x"], np.array([[3.0]])))
