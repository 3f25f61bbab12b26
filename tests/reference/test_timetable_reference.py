"""Journeys by a second route: search of the time-expanded graph; and a real timetable if given."""

import os
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timetable_samples import STATIONS, arrivals, expanded, moments, street, timetables, ways

from yrdgeo.provenance import data_path
from yrdgeo.results import Network
from yrdgeo.routing.compare import compare_models
from yrdgeo.routing.doors import door_times
from yrdgeo.routing.journeys import journey_times, without_boarding
from yrdgeo.routing.scan import earliest_arrivals, scheduled_times
from yrdgeo.routing.times import travel_times
from yrdgeo.sources.calibration import direct_times
from yrdgeo.sources.service_links import WHOLE_DAY, service_links, station_nodes
from yrdgeo.sources.timetable import read_stops
from yrdgeo.timetables import PERIODS, Timetable

ORIGIN = "甲"
SPAN = 20  # minutes of the window; every one of them is searched


@settings(max_examples=40)
@given(day=timetables(limited=True), way=ways, change=st.integers(1, 20), moment=moments)
def test_earliest_arrival_is_that_of_the_time_expanded_graph(
    day: Timetable, way: pd.DataFrame, change: int, moment: int
):
    on_foot = street(way, day)
    graph = expanded(day, on_foot, change)
    found = earliest_arrivals(
        day, ORIGIN, depart_min=moment, transfers=way, transfer_min=change
    ).to_dict()
    by_train = arrivals(graph, on_foot, ORIGIN, moment)
    for station in STATIONS:
        best = min(by_train[station], moment + on_foot[ORIGIN].get(station, np.inf))
        assert found[station] == (best if best <= moment + 1440 else np.inf)


@settings(max_examples=25)
@given(
    day=timetables(most=6, limited=True),
    way=ways,
    change=st.integers(1, 20),
    start=moments,
    changes=st.sampled_from([None, 0, 1, 2]),
    longest=st.sampled_from([200, 1440]),
)
def test_profiles_are_those_of_a_search_at_every_minute(
    day: Timetable, way: pd.DataFrame, change: int, start: int, changes: int | None, longest: int
):
    on_foot = street(way, day)
    graph = expanded(day, on_foot, change)
    by_train, waited = (
        pd.DataFrame(
            {
                moment: arrivals(graph, on_foot, ORIGIN, moment, changes=changes, wait=wait)
                for moment in range(start, start + SPAN + 1)
            }
        )
        for wait in (0.0, np.inf)
    )
    window = (start, start + SPAN)
    for statistic, reference in REFERENCES.items():
        found = scheduled_times(
            day,
            [ORIGIN],
            STATIONS,
            window=window,
            statistic=statistic,
            max_transfers=changes,
            transfer_min=change,
            transfers=way,
            longest_min=longest,
        ).to_frame()
        for station in STATIONS[1:]:
            walk = on_foot[ORIGIN].get(station, np.inf)
            walk = walk if walk <= longest else np.inf
            arrive = waited if statistic == "scheduled" else by_train
            expected = reference(arrive.loc[station], walk, longest)
            assert found.loc[ORIGIN, station] == pytest.approx(expected)


doors = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(STATIONS), st.integers(0, 40)), max_size=6
).map(lambda rows: pd.DataFrame(rows, columns=["place", "station", "minutes"]))


@settings(max_examples=25)
@given(
    day=timetables(most=6, limited=True),
    access=doors,
    way=ways,
    change=st.integers(1, 20),
    start=moments,
    changes=st.sampled_from([None, 0, 1]),
)
def test_door_to_door_is_a_search_at_every_minute(
    day: Timetable,
    access: pd.DataFrame,
    way: pd.DataFrame,
    change: int,
    start: int,
    changes: int | None,
):
    walk = street(way, day)
    graph = expanded(day, walk, change)
    near = {
        place: rows.groupby("station")["minutes"].min() for place, rows in access.groupby("place")
    }
    near = {place: near.get(place, pd.Series(dtype=float)).to_dict() for place in "ABC"}
    first = near["A"].items()
    out = {
        one: min((minutes + walk[at].get(one, np.inf) for at, minutes in first), default=np.inf)
        for one in STATIONS
    }
    ahead = walk | {"A": {station: minutes for station, minutes in out.items() if minutes < np.inf}}

    def reached(moment: int, wait: float) -> dict[str, float]:
        found = arrivals(graph, ahead, "A", moment, changes=changes, wait=wait)
        return {
            place: min(
                (found[one] + minutes for one, minutes in near[place].items()), default=np.inf
            )
            for place in "BC"
        }

    by_train, waited = (
        pd.DataFrame({moment: reached(moment, wait) for moment in range(start, start + SPAN + 1)})
        for wait in (0.0, np.inf)
    )
    options = {"max_transfers": changes, "transfer_min": change, "transfers": way}
    for statistic, reference in REFERENCES.items():
        table = door_times(
            day,
            access,
            ["C", "A", "B"],
            window=(start, start + SPAN),
            statistic=statistic,
            longest_min=1440,
            **options,
        ).to_frame()
        assert table.loc["A", "A"] == 0
        for place in "BC":
            on_foot = min(
                (out[one] + minutes for one, minutes in near[place].items()), default=np.inf
            )
            arrive = waited if statistic == "scheduled" else by_train.drop(columns=start + SPAN)
            expected = reference(arrive.loc[place], on_foot, 1440)
            assert table.loc["A", place] == pytest.approx(expected)


def _worth(arrive: pd.Series, walk: float, longest: int) -> list[float]:
    """Return the length of each journey that pays to leave for; times are whole minutes."""
    return [
        min(arrive[moment] - moment, walk)
        for moment in arrive.index
        if arrive[moment] < min([*arrive.loc[moment + 1 :], np.inf])
        and arrive[moment] - moment <= longest
    ]


def _fastest(arrive: pd.Series, walk: float, longest: int) -> float:
    spent = [min(arrive[moment] - moment, walk) for moment in arrive.index]
    return min([*(minutes for minutes in spent if minutes <= longest), walk])


def _median(arrive: pd.Series, walk: float, longest: int) -> float:
    return float(np.median(_worth(arrive, walk, longest) or [walk]))


def _scheduled(arrive: pd.Series, walk: float, longest: int) -> float:
    """Add up minute after minute; within one the wait falls by a minute."""
    total = 0.0
    for moment in arrive.index[1:]:
        spent = arrive[moment] - moment
        if spent >= walk:
            total += walk
        else:
            total += spent + 0.5 if spent + 1 <= longest else np.inf
    return total / SPAN


REFERENCES = {"fastest": _fastest, "median": _median, "scheduled": _scheduled}


@settings(max_examples=15)
@given(day=timetables(most=6, limited=True), way=ways, change=st.integers(1, 20), start=moments)
def test_journeys_of_a_period_are_those_of_a_search_at_every_minute(
    day: Timetable, way: pd.DataFrame, change: int, start: int
):
    on_foot = street(way, day)
    graph = expanded(day, on_foot, change)
    last = min(start + SPAN, 1440)
    table = journey_times(
        day,
        [ORIGIN],
        STATIONS,
        periods={"one": (start, last), "whole": (0, 1440)},
        max_transfers=2,
        transfer_min=change,
        transfers=way,
    ).set_index(["to_id", "period"])
    # The minutes of the period; nobody who leaves in it leaves in its last.
    arrive = [
        pd.DataFrame(
            {
                moment: arrivals(graph, on_foot, ORIGIN, moment, changes=changes, wait=0.0)
                for moment in range(start, last)
            }
        )
        for changes in (0, 1, 2)
    ]
    for station in STATIONS[1:]:
        found = table.loc[(station, "one")]
        walk = on_foot[ORIGIN].get(station, np.inf)
        worth = _worth(arrive[2].loc[station], walk, 1440)
        fastest = [_fastest(one.loc[station], walk, 1440) for one in arrive]
        assert found["n_journeys"] == len(worth)
        assert found["fastest_min"] == fastest[2]
        assert found["typical_min"] == np.median(worth or [walk])
        assert found["n_transfers"] == (fastest.index(fastest[2]) if fastest[2] < 1e9 else np.inf)
        assert found["half_headway_min"] == ((last - start) / len(worth) / 2 if worth else np.inf)
    scheduled = scheduled_times(
        day,
        [ORIGIN],
        STATIONS,
        window=(0, 1440),
        statistic="scheduled",
        max_transfers=2,
        transfer_min=change,
        transfers=way,
    ).to_frame()
    whole = table.xs("whole", level="period")["scheduled_min"]
    assert whole.to_dict() == scheduled.loc[ORIGIN, STATIONS[1:]].to_dict()


@settings(max_examples=30)
@given(day=timetables(limited=True), change=st.integers(1, 30))
def test_links_of_a_day_give_the_fastest_chain_of_direct_rides_with_a_change_at_each(
    day: Timetable, change: int
):
    links = service_links(day, periods=WHOLE_DAY, boarding_min=change)
    graph = nx.DiGraph()
    graph.add_nodes_from(STATIONS)
    for _, stops in day.stops.groupby("trip_id"):
        called = list(stops.itertuples())
        for at, start in enumerate(called):
            for end in called[at + 1 :]:
                if not (start.board and end.alight):
                    continue
                minutes = end.arrive_min - start.depart_min + change
                known = graph.get_edge_data(start.station, end.station, {"minutes": np.inf})
                minutes = min(minutes, known["minutes"])
                graph.add_edge(start.station, end.station, minutes=minutes)
    reference = dict(nx.all_pairs_dijkstra_path_length(graph, weight="minutes"))
    paid = travel_times(Network(links, station_nodes(day)), STATIONS)
    found = without_boarding(paid, change).to_frame()
    bare = Timetable(day.stops, day.stations)  # its own changes are none of the links'
    clock = scheduled_times(bare, STATIONS, window=(0, 1440), transfer_min=change).to_frame()
    for start in STATIONS:
        for end in set(STATIONS) - {start}:
            expected = reference[start].get(end, np.inf) - change
            assert found.loc[start, end] == pytest.approx(expected)
            # A path of links waits for nothing but its changes: no journey beats it.
            assert found.loc[start, end] <= clock.loc[start, end] + 1e-4


# The national timetable of March 2016 is not ours to ship: name the folder that holds it.
FOLDER = os.environ.get("YRDGEO_TIMETABLE", "")
needs_timetable = pytest.mark.skipif(
    not FOLDER, reason="YRDGEO_TIMETABLE does not name the folder of a real timetable"
)


@pytest.fixture(scope="module")
def national() -> Timetable:
    folder = Path(FOLDER)
    stops = folder / "timetable_2016_stops.csv.gz"
    return read_stops(stops, folder / "timetable_2016_stations_gcj02.csv", datum="gcj02")


@needs_timetable
def test_the_embedded_times_of_2016_are_those_of_the_timetable(national: Timetable):
    known = pd.read_csv(data_path("rail_times_2016.csv")).sample(frac=1.0, random_state=1)
    # The station was called 台州 until another one took the name.
    known = known.replace({"from_station": {"台州西": "台州"}, "to_station": {"台州西": "台州"}})
    stations = sorted({*known["from_station"], *known["to_station"]})
    times = scheduled_times(national, stations, window=(0, 1439), max_transfers=0).to_frame()
    pairs = zip(known["from_station"], known["to_station"], strict=True)
    fastest = [min(times.loc[a, b], times.loc[b, a]) for a, b in pairs]
    assert fastest == known["fastest_min"].to_list()


@pytest.fixture(scope="module")
def that_day() -> Timetable:
    folder = Path(FOLDER)
    stops, stations = "timetable_2016_stops.csv.gz", "timetable_2016_stations_gcj02.csv"
    return read_stops(folder / stops, folder / stations, datum="gcj02", date="2016-03-10")


@pytest.fixture(scope="module")
def tracks() -> Network:
    import yrdgeo as yg  # noqa: PLC0415 — only these tests need a study

    return yg.load_study("yrd").network(date="2016-03-10", modes=["rail"])


@pytest.fixture(scope="module")
def stations(that_day: Timetable, tracks: Network) -> list[str]:
    return sorted(set(that_day.stations["station"]) & set(tracks.nodes["node_id"]))


@needs_timetable
def test_the_track_model_agrees_with_direct_trains_where_they_are_many(
    that_day: Timetable, tracks: Network, stations: list[str]
):
    clock = scheduled_times(that_day, stations, window=(0, 1439), max_transfers=0)
    found = compare_models(clock, travel_times(tracks, stations))
    pairs = direct_times(that_day, stations[::-1])
    there = pairs.set_index(["from_station", "to_station"])["n_trains"]
    back = pairs.set_index(["to_station", "from_station"])["n_trains"]
    trains = pd.cut(pd.concat([there, back]), [0, 4, 29, 99, np.inf], labels=[1, 5, 30, 100])
    told = found.by(trains)
    assert len(stations) == 64
    assert told["n"].to_dict() == {1: 552, 5: 1048, 30: 354, 100: 78}
    columns = ["bias_min", "mean_error_min", "median_error_min", "median_error_pct", "spearman"]
    expected = {
        1: [-47.7, 50.8, 43.0, 21.8, 0.916],
        5: [-20.6, 23.3, 16.7, 12.6, 0.965],
        30: [-4.4, 8.6, 4.3, 7.4, 0.993],
        100: [1.9, 4.3, 2.6, 7.5, 0.975],
    }
    for group, row in expected.items():
        assert told.loc[group, columns].to_list() == pytest.approx(row, abs=0.06)
    assert (found.n, round(found.median_error_min, 1)) == (2032, 17.1)


@needs_timetable
def test_the_track_model_agrees_with_journeys(
    that_day: Timetable, tracks: Network, stations: list[str]
):
    by_track = travel_times(tracks, stations)
    for statistic, n, difference in (
        ("fastest", 3782, -20.7),
        ("median", 3782, -51.2),
        ("scheduled", 3773, -211.4),
    ):
        clock = scheduled_times(that_day, stations, window=(360, 1320), statistic=statistic)
        found = compare_models(clock, by_track)
        assert found.n == n
        assert found.median_difference_min == pytest.approx(difference, abs=0.1)


@needs_timetable
def test_journeys_of_a_real_day_are_those_of_each_period(that_day: Timetable, stations: list[str]):
    some = stations[::4]
    table = journey_times(that_day, some).set_index(["from_id", "to_id", "period"])
    for period, (first, last) in PERIODS.items():
        end = last if last > first else last + 1440
        window = (first, end - 1 / 60)
        for statistic, column in (("fastest", "fastest_min"), ("median", "typical_min")):
            clock = scheduled_times(
                that_day, some, window=window, statistic=statistic, max_transfers=3
            ).to_frame()
            found = table.xs(period, level="period")[column].unstack()  # noqa: PD010 - keeps inf
            for start in some:
                others = [one for one in some if one != start]
                np.testing.assert_allclose(found.loc[start, others], clock.loc[start, others])


@needs_timetable
def test_the_line_beyond_the_region_is_right(national: Timetable, tracks: Network):
    for start, by_train, by_track in (
        ("合肥南", 218, 224),
        ("黄山北", 135, 132),
        ("上海虹桥", 268, 241),
    ):
        (row,) = direct_times(national, [start, "福州"]).itertuples()
        assert row.fastest_min == by_train
        assert travel_times(tracks, [start], ["福州"]).minutes[0, 0] == pytest.approx(
            by_track, abs=1
        )


@needs_timetable
def test_counts_and_medians_of_2016_come_from_the_timetable(national: Timetable):
    known = pd.read_csv(data_path("rail_times_2016.csv")).replace("台州西", "台州")
    names = sorted({*known["from_station"], *known["to_station"]})
    found = direct_times(national, names)
    rows = {frozenset(row[:2]): row[2:] for row in found.itertuples(index=False, name=None)}
    for row in known.itertuples():
        expected = (row.n_trains, row.fastest_min, row.typical_min)
        assert rows[frozenset((row.from_station, row.to_station))] == expected
