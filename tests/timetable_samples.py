"""Made-up timetables: small ones drawn by hypothesis, and files of stops as people keep them."""

import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import strategies as st

from yrdgeo.timetables import DAY_MIN, Timetable

STATIONS = ["甲", "乙", "丙", "丁", "戊"]
CITY = {"甲": "310000", "乙": "310000", "丙": "320500", "丁": "", "戊": ""}


# Close together, so that trains meet; some before midnight, so that they run past it.
moments = st.one_of(st.integers(0, 120), st.integers(0, 120), st.integers(1380, 1439))


@st.composite
def trains(draw: st.DrawFn, name: str) -> list[tuple[str, int, str, float, float]]:
    """Draw the stops of one train; it may come back to a station, and may run past midnight."""
    called = draw(st.lists(st.sampled_from(STATIONS), min_size=2, max_size=4))
    called = [one for at, one in enumerate(called) if at == 0 or called[at - 1] != one]
    if len(called) == 1:
        called.append(next(one for one in STATIONS if one != called[0]))
    clock = float(draw(moments))
    stops = []
    for number, station in enumerate(called, start=1):
        dwell = draw(st.integers(0, 12))
        stops.append((name, number, station, clock, clock + dwell))
        clock += dwell + draw(st.integers(1, 90))
    return stops


@st.composite
def timetables(draw: st.DrawFn, *, most: int = 8) -> Timetable:
    """Draw a timetable; rows are shuffled."""
    count = draw(st.integers(min(3, most), most))
    rows = [row for number in range(count) for row in draw(trains(f"T{number}"))]
    return timetable_of(draw(st.permutations(rows)))


def timetable_of(rows: list[tuple[str, int, str, float, float]]) -> Timetable:
    """Return a timetable of rows ``trip, sequence, station, arrive, depart``."""
    names = ["trip_id", "sequence", "station", "arrive_min", "depart_min"]
    stations = pd.DataFrame({"station": STATIONS, "city": [CITY[one] for one in STATIONS]})
    return Timetable(pd.DataFrame(rows, columns=names), stations.sample(frac=1.0, random_state=3))


ways = st.lists(
    st.tuples(st.sampled_from(STATIONS), st.sampled_from(STATIONS), st.integers(1, 120)),
    max_size=3,
).map(lambda rows: pd.DataFrame(rows, columns=["from_station", "to_station", "minutes"]))


def street(ways_table: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return minutes between stations by street, by Dijkstra."""
    graph = nx.Graph()
    graph.add_nodes_from(STATIONS)
    for row in ways_table.itertuples():
        known = graph.get_edge_data(row.from_station, row.to_station, {"minutes": np.inf})
        minutes = min(known["minutes"], row.minutes)
        graph.add_edge(row.from_station, row.to_station, minutes=minutes)
    return dict(nx.all_pairs_dijkstra_path_length(graph, weight="minutes"))


def expanded(timetable: Timetable, on_foot: dict[str, dict[str, float]], change: int) -> nx.DiGraph:
    """Return the time-expanded graph: departures and arrivals as nodes, changes of weight 1."""
    graph = nx.DiGraph()
    for day in (-2, -1, 0, 1, 2):
        for trip, stops in timetable.stops.groupby("trip_id"):
            before = None
            for stop in stops.itertuples():
                shift = day * DAY_MIN
                come = ("arrive", trip, day, stop.sequence, stop.station, stop.arrive_min + shift)
                leave = ("depart", trip, day, stop.sequence, stop.station, stop.depart_min + shift)
                graph.add_edge(come, leave, changes=0)
                if before is not None:
                    graph.add_edge(before, come, changes=0)
                before = leave
    events = list(graph)
    for come in (event for event in events if event[0] == "arrive" and event[3] > 1):
        for leave in (event for event in events if event[0] == "depart"):
            same = come[4] == leave[4]
            minutes = change if same else on_foot[come[4]].get(leave[4], np.inf)
            if leave[5] >= come[5] + minutes and not graph.has_edge(come, leave):
                graph.add_edge(come, leave, changes=1)
    return graph


def arrivals(
    graph: nx.DiGraph,
    on_foot: dict[str, dict[str, float]],
    origin: str,
    moment: float,
    *,
    changes: int | None = None,
    wait: float = np.inf,
) -> dict[str, float]:
    """Return the earliest arrival by train at each station, by search of the expanded graph.

    ``wait`` is the most minutes that the traveller stands before the first train.
    """
    near = on_foot[origin]
    first = [
        event
        for event in graph
        if event[0] == "depart" and 0 <= event[5] - moment - near.get(event[4], np.inf) <= wait
    ]
    if not first:
        return dict.fromkeys(STATIONS, np.inf)
    used = nx.multi_source_dijkstra_path_length(graph, set(first), weight="changes")
    found = dict.fromkeys(STATIONS, np.inf)
    for event, many in used.items():
        if event[0] == "arrive" and event[3] > 1 and (changes is None or many <= changes):
            for station, minutes in on_foot[event[4]].items():
                found[station] = min(found[station], event[5] + minutes)
    return found
