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
from yrdgeo.routing.journeys import journey_times, without_boarding
from yrdgeo.routing.scan import earliest_arrivals, scheduled_times
from yrdgeo.routing.times import travel_times
from yrdgeo.sources.service_links import WHOLE_DAY, service_links, station_nodes
from yrdgeo.sources.timetable import read_stops
from yrdgeo.timetables import Timetable

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


def _worth(arrive: pd.Series, walk: float, longest: int) -> list[float]:
    """Return the length of each journey that pays to leave for; times are whole minutes."""
    spent = [
        min(arrive[moment] - moment, walk)
        for moment in arrive.index
        if arrive[moment] < arrive.loc[moment + 1 :].min()
    ]
    return [minutes for minutes in spent if minutes <= longest]


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


@needs_timetable
def test_the_track_model_agrees_with_the_timetable(national: Timetable):
    import yrdgeo as yg  # noqa: PLC0415 — only this test needs a study

    network = yg.load_study("yrd").network(date="2016-03", modes=["rail"])
    here = set(national.stations["station"]) & set(network.nodes["node_id"])
    stations = sorted(here)
    by_clock = scheduled_times(national, stations, window=(360, 1320))
    found = compare_models(by_clock, travel_times(network, stations))
    assert found.n > 1000
    assert found.spearman > 0.9
