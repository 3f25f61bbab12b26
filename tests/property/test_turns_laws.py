"""Turn costs on random networks, against Dijkstra over (link, direction) written out plainly."""

import heapq
import os
from collections.abc import Callable

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_networks import ids_of, networks

from yrdgeo.analysis.betweenness import betweenness, link_flows
from yrdgeo.results import Network
from yrdgeo.routing.engine import prepare
from yrdgeo.routing.graph import link_milliseconds
from yrdgeo.routing.paths import path_lengths_km, path_links
from yrdgeo.routing.reach import isochrone, nearest, reach
from yrdgeo.routing.times import travel_times

ENGINES = ("dijkstra", "hierarchy")
MANY = 1000 if os.environ.get("CI") else 100
Turns = dict[tuple[str, str, str], float]


@st.composite
def questions(draw: st.DrawFn) -> tuple[Network, pd.DataFrame, float]:
    """Draw a network, some of its turns with a cost, and a cost of U-turns."""
    network = draw(networks())
    legs = directions(network)
    meet = [(a[0], a[2], b[0]) for a in legs for b in legs if a[2] == b[1]]
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    share = draw(st.sampled_from([0.0, 0.2, 0.8]))
    chosen = sorted({turn for turn in meet if random.random() < share})
    turns = pd.DataFrame(chosen, columns=["from_link", "via_node", "to_link"])
    costs = random.choice([0.0, 0.5, 3.0, np.inf, random.uniform(0, 20)], len(turns))
    table = turns.assign(extra_min=costs).sample(frac=1, random_state=1)
    return network, table, draw(st.sampled_from([0.0, 1.0, np.inf]))


def directions(network: Network) -> list[tuple[str, str, str, bool, int]]:
    """Return each direction of each link: id, tail, head, whether it leads back, time."""
    rows = network.links.assign(ms=link_milliseconds(network.links)).to_dict("records")
    there = [(r["link_id"], r["from_node"], r["to_node"], False, int(r["ms"])) for r in rows]
    back = [
        (r["link_id"], r["to_node"], r["from_node"], True, int(r["ms"]))
        for r in rows
        if not r["oneway"]
    ]
    return there + back


def line_graph(network: Network, turns: pd.DataFrame, u_turn_min: float) -> "nx.DiGraph[object]":
    """Return a graph with a node for each direction of a link, and for where trips begin and end.

    ``zeros`` counts the links that take no time, turn included.
    """
    costs: Turns = {tuple(row[:3]): row[3] for row in turns.itertuples(index=False)}
    graph: nx.DiGraph[object] = nx.DiGraph()
    legs = directions(network)
    ids = ids_of(network)
    for node in ids:
        graph.add_edge(("from", node), ("to", node), ms=0, zeros=0)
    for one in legs:
        graph.add_edge(("from", one[1]), one[:4], ms=one[4], zeros=int(one[4] == 0))
        graph.add_edge(one[:4], ("to", one[2]), ms=0, zeros=0)
        for other in legs:
            if one[2] == other[1]:
                around = one[0] == other[0] and one[3] != other[3]
                cost = costs.get((one[0], one[2], other[0]), u_turn_min if around else 0.0)
                if np.isfinite(cost):
                    spent = other[4] + round(cost * 60_000)
                    graph.add_edge(one[:4], other[:4], ms=spent, zeros=int(spent == 0))
    return graph


def by_networkx(network: Network, turns: pd.DataFrame, u_turn_min: float) -> pd.DataFrame:
    """Return minutes by Dijkstra over directions of links."""
    graph, ids = line_graph(network, turns, u_turn_min), ids_of(network)
    minutes = np.full((len(ids), len(ids)), np.inf)
    for row, origin in enumerate(ids):
        found = nx.single_source_dijkstra_path_length(graph, ("from", origin), weight="ms")
        for column, place in enumerate(ids):
            minutes[row, column] = found.get(("to", place), np.inf) / 60_000
    return pd.DataFrame(minutes, ids, ids)


@settings(max_examples=MANY)
@given(questions())
def test_times_with_turns_equal_dijkstra_over_links(
    question: tuple[Network, pd.DataFrame, float],
) -> None:
    network, turns, u_turn_min = question
    ids = ids_of(network)
    expected = by_networkx(network, turns, u_turn_min)
    for engine in ENGINES:
        ready = prepare(network, engine=engine, turns=turns, u_turn_min=u_turn_min)
        assert (travel_times(ready, ids, engine=engine).to_frame() == expected).all(axis=None)


@settings(max_examples=30)
@given(questions())
def test_every_question_knows_of_the_turns(
    question: tuple[Network, pd.DataFrame, float],
) -> None:
    network, turns, u_turn_min = question
    ids = ids_of(network)
    times = by_networkx(network, turns, u_turn_min)
    ones = pd.Series(1.0, ids[::2])
    for engine in ENGINES:
        ready = prepare(network, engine=engine, turns=turns, u_turn_min=u_turn_min)
        out = reach(ready, ids, ones, cutoffs_min=[20.0], engine=engine)[20.0]
        into = reach(ready, ids, ones, cutoffs_min=[20.0], direction="in", engine=engine)[20.0]
        assert (out == (times[ids[::2]] <= 20).sum(axis=1)).all()
        assert (into == (times.loc[ids[::2]] <= 20).sum()).all()
        first = nearest(ready, ids, ids[::2], engine=engine).set_index("from_id")
        assert (first["travel_time_min"].reindex(ids, fill_value=np.inf)
                == times[ids[::2]].min(axis=1)).all()  # fmt: skip
        shape = isochrone(ready, ids[:2], cutoffs_min=[20.0], engine=engine)
        for origin in ids[:2]:
            mine = shape[shape["from_id"].eq(origin)].set_index("node_id")["travel_time_min"]
            row = times.loc[origin]
            assert mine.to_dict() == row[row <= 20].to_dict()


@settings(max_examples=50)
@given(questions())
def test_a_path_takes_its_time_turns_included(
    question: tuple[Network, pd.DataFrame, float],
) -> None:
    network, turns, u_turn_min = question
    ids = ids_of(network)
    times = by_networkx(network, turns, u_turn_min)
    costs: Turns = {tuple(row[:3]): row[3] for row in turns.itertuples(index=False)}
    legs = {(leg[0], leg[1], leg[2]): leg for leg in directions(network)}
    loops = network.links["from_node"].eq(network.links["to_node"])
    twice = set(network.links.loc[loops, "link_id"])  # which way round, a list does not tell
    found = {
        engine: prepare(network, engine=engine, paths=True, turns=turns, u_turn_min=u_turn_min)
        for engine in ENGINES
    }
    lengths = {engine: path_lengths_km(found[engine], ids, engine=engine) for engine in ENGINES}
    pd.testing.assert_frame_equal(lengths["dijkstra"], lengths["hierarchy"], check_exact=True)
    for place in ids:
        if np.isinf(times.loc[ids[0], place]):
            continue
        paths = [path_links(found[engine], ids[0], place, engine=engine) for engine in ENGINES]
        assert paths[0] == paths[1]
        if twice & set(paths[0]):
            continue
        here, spent, before = ids[0], 0, ("", "")
        for link in paths[0]:
            leg = next(leg for leg in legs.values() if leg[0] == link and leg[1] == here)
            if before[0]:
                around = link == before[0]
                cost = costs.get((before[0], here, link), u_turn_min if around else 0.0)
                spent += round(cost * 60_000)
            here, spent, before = leg[2], spent + leg[4], leg[:2]
        assert here == place
        assert spent / 60_000 == times.loc[ids[0], place]


@settings(max_examples=MANY // 2, suppress_health_check=[HealthCheck.filter_too_much])
@given(questions(), st.sampled_from(["one each", "drawn"]))
def test_flows_with_turns_are_those_of_every_fastest_path_written_out(
    question: tuple[Network, pd.DataFrame, float], flat: str
) -> None:
    network, turns, u_turn_min = question
    # Which of parallel links counts is told by the tables, not by the times of a graph.
    ends = pd.Series([leg[1:3] for leg in directions(network)])
    assume(not ends.duplicated().any())
    ids = ids_of(network)
    random = np.random.default_rng(len(turns))
    amounts = (
        np.ones((len(ids), len(ids)))
        if flat == "one each"
        else random.uniform(0, 9, (len(ids),) * 2)
    )
    graph = line_graph(network, turns, u_turn_min)
    for _, _, cost in graph.edges(data=True):
        cost["strict"] = cost["ms"] * 1000 + cost["zeros"]
    through, along = dict.fromkeys(ids, 0.0), dict.fromkeys(network.links["link_id"], 0.0)
    flows = pd.DataFrame(amounts, ids, ids)
    for origin in ids:
        for place in ids:
            reached = nx.has_path(graph, ("from", origin), ("to", place))
            if origin == place or not reached:
                flows.loc[origin, place] = 0.0
                continue
            ways = list(nx.all_shortest_paths(graph, ("from", origin), ("to", place), "strict"))
            for way in ways:
                for leg in way[1:-1]:
                    along[leg[0]] += flows.loc[origin, place] / len(ways)
                for leg in way[2:-1]:
                    through[leg[1]] += flows.loc[origin, place] / len(ways)
    ready = prepare(network, engine="dijkstra", turns=turns, u_turn_min=u_turn_min)
    asked = None if flat == "one each" else flows.sample(frac=1, random_state=3)
    assert betweenness(ready, asked).to_dict() == pytest.approx(through, abs=1e-9)
    assert link_flows(ready, asked).to_dict() == pytest.approx(along, abs=1e-9)


Leg = tuple[str, str, str, bool, int]
History = tuple[Leg, ...]


@st.composite
def chains(draw: st.DrawFn) -> tuple[Network, pd.DataFrame, float]:
    """Draw a network, and turns some of which have links between; they overlap on purpose."""
    network, turns, u_turn_min = draw(questions())
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    loops = network.links["from_node"].eq(network.links["to_node"])
    loop = set(network.links.loc[loops, "link_id"])
    legs = directions(network)
    rows: dict[tuple[str, str, str, tuple[str, ...]], float] = {}
    for first in random.permutation(len(legs))[:6]:
        way = [legs[first]]
        for _ in range(random.integers(2, 5)):
            after = [leg for leg in legs if leg[1] == way[-1][2]]
            inner = [leg for leg in after if leg[0] not in loop]
            way += [(inner or after)[random.integers(len(inner or after))]] if after else []
            between = tuple(leg[0] for leg in way[1:-1])
            if between and not loop & set(between):
                key = way[0][0], way[0][2], way[-1][0], between
                rows[key] = float(random.choice([np.inf, 0.5, random.uniform(0, 9)]))
    more = pd.DataFrame(
        [(*key[:3], minutes, key[3]) for key, minutes in rows.items()],
        columns=["from_link", "via_node", "to_link", "extra_min", "via_links"],
    )
    table = pd.concat([turns, more]) if len(more) else turns.assign(via_links=None)
    return network, table.sample(frac=1, random_state=2), u_turn_min


def by_histories(network: Network, turns: pd.DataFrame, u_turn_min: float) -> pd.DataFrame:
    """Return minutes by a search whose states are the last four legs, as they were travelled."""
    plain = turns[~turns["via_links"].map(lambda cell: isinstance(cell, tuple))]
    costs: Turns = {tuple(row[:3]): row[3] for row in plain.iloc[:, :4].itertuples(index=False)}
    told = [row for row in turns.to_dict("records") if isinstance(row["via_links"], tuple)]
    legs, ids = directions(network), ids_of(network)

    def extra(history: History, leg: Leg) -> float:
        before = history[-1]
        around = before[0] == leg[0] and before[3] != leg[3]
        cost = costs.get((before[0], leg[1], leg[0]), u_turn_min if around else 0.0)
        spent = float(np.rint(cost * 60_000))
        way = (*history, leg)
        for row in told:
            part = way[-len(row["via_links"]) - 2 :]
            names = tuple(one[0] for one in part)
            if names == (row["from_link"], *row["via_links"], row["to_link"]) and (
                part[0][2] == row["via_node"]
            ):
                spent += float(np.rint(row["extra_min"] * 60_000))
        return spent

    rows = {origin: searched(origin, legs, extra) for origin in ids}
    return pd.DataFrame(rows).T.reindex(columns=ids).fillna(np.inf).reindex(ids)


def searched(origin: str, legs: list[Leg], extra: Callable[[History, Leg], float]) -> pd.Series:
    """Return minutes to every node that is reached, by Dijkstra over (node, history)."""
    heap: list[tuple[float, int, str, History]] = [(0.0, 0, origin, ())]
    seen: dict[tuple[str, History], float] = {}
    count = 0
    while heap:
        time, _, node, history = heapq.heappop(heap)
        if (node, history) in seen:
            continue
        seen[node, history] = time
        for leg in (leg for leg in legs if leg[1] == node):
            spent = time + leg[4] + (extra(history, leg) if history else 0.0)
            count += 1
            if np.isfinite(spent):
                heapq.heappush(heap, (spent, count, leg[2], (*history, leg)[-4:]))
    times = pd.DataFrame([(node, time / 60_000) for (node, _), time in seen.items()])
    return times.groupby(0)[1].min()


@settings(max_examples=MANY // 2, suppress_health_check=[HealthCheck.filter_too_much])
@given(chains())
def test_turns_over_links_between_are_those_of_a_search_that_remembers(
    question: tuple[Network, pd.DataFrame, float],
) -> None:
    network, turns, u_turn_min = question
    assume(2 <= len(network.links) <= 10)
    ids = ids_of(network)
    expected = by_histories(network, turns, u_turn_min)
    for engine in ENGINES:
        ready = prepare(network, engine=engine, turns=turns, u_turn_min=u_turn_min)
        assert (travel_times(ready, ids, engine=engine).to_frame() == expected).all(axis=None)
