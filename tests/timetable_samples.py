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
def timetables(draw: st.DrawFn, *, most: int = 8, limited: bool = False) -> Timetable:
    """Draw a timetable; rows are shuffled.

    A limited one has stops where riders may not board or alight, and changes of its own.
    """
    count = draw(st.integers(min(3, most), most))
    rows = [row for number in range(count) for row in draw(trains(f"T{number}"))]
    if not limited:
        return timetable_of(draw(st.permutations(rows)))
    open_ = st.sampled_from([True, True, True, False])
    rows = [(*row, draw(open_), draw(open_)) for row in rows]
    return timetable_of(draw(st.permutations(rows)), draw(own_changes))


def timetable_of(rows: list[tuple], changes: pd.DataFrame | None = None) -> Timetable:
    """Return a timetable of rows ``trip, sequence, station, arrive, depart, board, alight``."""
    names = ["trip_id", "sequence", "station", "arrive_min", "depart_min", "board", "alight"]
    width = len(rows[0]) if rows else len(names)
    stations = pd.DataFrame({"station": STATIONS, "city": [CITY[one] for one in STATIONS]})
    return Timetable(
        pd.DataFrame(rows, columns=names[:width]),
        stations.sample(frac=1.0, random_state=3),
        transfers=pd.DataFrame() if changes is None else changes,
    )


ENDS = ["from_station", "to_station", "minutes"]
ways = st.lists(
    st.tuples(st.sampled_from(STATIONS), st.sampled_from(STATIONS), st.integers(1, 120)),
    max_size=3,
).map(lambda rows: pd.DataFrame(rows, columns=ENDS))
own_changes = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(STATIONS), st.sampled_from(STATIONS), st.integers(1, 90)),
        st.sampled_from([(one, one, minutes) for one in STATIONS for minutes in (2, 25, np.inf)]),
    ),
    max_size=5,
).map(lambda rows: pd.DataFrame(rows, columns=ENDS))


def street(ways_table: pd.DataFrame, day: Timetable | None = None) -> dict[str, dict[str, float]]:
    """Return minutes between stations by street, by Dijkstra: both ways, and the day's one way."""
    graph = nx.DiGraph()
    graph.add_nodes_from(STATIONS)
    rows = list(ways_table.itertuples(index=False))
    rows += [(end, start, minutes) for start, end, minutes in rows]
    rows += [] if day is None else list(day.transfers.itertuples(index=False))
    for start, end, minutes in rows:
        known = graph.get_edge_data(start, end, {"minutes": np.inf})
        if start != end:
            graph.add_edge(start, end, minutes=min(known["minutes"], minutes))
    return dict(nx.all_pairs_dijkstra_path_length(graph, weight="minutes"))


def expanded(timetable: Timetable, on_foot: dict[str, dict[str, float]], change: int) -> nx.DiGraph:
    """Return the time-expanded graph: departures and arrivals as nodes, changes of weight 1.

    Nodes are ``(kind, trip, day, sequence, station, minute, usable)``.
    """
    graph = nx.DiGraph()
    for day in (-2, -1, 0, 1, 2):
        for trip, stops in timetable.stops.groupby("trip_id"):
            before = None
            for stop in stops.itertuples():
                shift = day * DAY_MIN
                name = (trip, day, stop.sequence, stop.station)
                come = ("arrive", *name, stop.arrive_min + shift, stop.alight)
                leave = ("depart", *name, stop.depart_min + shift, stop.board)
                graph.add_edge(come, leave, changes=0)
                if before is not None:
                    graph.add_edge(before, come, changes=0)
                before = leave
    events = [event for event in graph if event[6]]
    own = timetable.transfers[
        timetable.transfers["from_station"] == timetable.transfers["to_station"]
    ]
    within = (
        dict.fromkeys(STATIONS, float(change))
        | own.groupby("from_station")["minutes"].max().to_dict()
    )
    for come in (event for event in events if event[0] == "arrive" and event[3] > 1):
        for leave in (event for event in events if event[0] == "depart"):
            same = come[4] == leave[4]
            minutes = within[come[4]] if same else on_foot[come[4]].get(leave[4], np.inf)
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
        if event[0] == "depart"
        and event[6]
        and 0 <= event[5] - moment - near.get(event[4], np.inf) <= wait
    ]
    if not first:
        return dict.fromkeys(STATIONS, np.inf)
    used = nx.multi_source_dijkstra_path_length(graph, set(first), weight="changes")
    found = dict.fromkeys(STATIONS, np.inf)
    for event, many in used.items():
        if (
            event[0] == "arrive"
            and event[6]
            and event[3] > 1
            and (changes is None or many <= changes)
        ):
            for station, minutes in on_foot[event[4]].items():
                found[station] = min(found[station], event[5] + minutes)
    return found
