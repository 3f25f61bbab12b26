"""Laws of reading OpenStreetMap, on random maps."""

import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_osm import Place, Way, write_osm, write_pbf
from pyproj import Geod

from yrdgeo.errors import SourceError
from yrdgeo.results import Network
from yrdgeo.routing.graph import components
from yrdgeo.routing.times import travel_times
from yrdgeo.sources.osm import OsmNetwork, clean, read_osm
from yrdgeo.sources.osm_file import read_ways
from yrdgeo.sources.osm_links import split
from yrdgeo.sources.osm_merge import merge
from yrdgeo.sources.osm_tags import WayTags, maxspeed_kmh, read_tags, rules
from yrdgeo.sources.osm_trails import trails

GEOD = Geod(ellps="WGS84")
RULES = rules("road")
MAP = tuple[dict[int, Place], dict[int, Way]]

classes = st.sampled_from([*RULES.speeds])
tags = st.fixed_dictionaries(
    {"highway": classes},
    optional={
        "oneway": st.sampled_from(["yes", "no", "-1"]),
        "maxspeed": st.sampled_from(["60", "CN:urban", "-5", "none", "?"]),
        "junction": st.just("roundabout"),
    },
)


@st.composite
def maps(draw: Callable[..., object]) -> MAP:
    """Draw up to 12 nodes, some at one place, and up to 8 ways, some through absent nodes."""
    grid = st.tuples(st.integers(0, 8), st.integers(0, 8))
    ids = draw(st.lists(st.integers(-5, 2**33), min_size=2, max_size=12, unique=True))
    assert isinstance(ids, list)
    ids = [node for node in ids if node]
    places = {node: draw(grid) for node in ids}
    nodes = {n: (120 + x / 64, 31 + y / 64) for n, (x, y) in places.items()}  # type: ignore[misc]
    refs = st.lists(st.sampled_from([*ids, 2**33 + 7]), min_size=1, max_size=7)
    ways = draw(st.dictionaries(st.integers(1, 2**31), st.tuples(refs, tags), max_size=8))
    return nodes, ways  # type: ignore[return-value]


def _read(made: MAP, *, pbf: bool = False) -> OsmNetwork | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("map.osm.pbf" if pbf else "map.osm")
        (write_pbf if pbf else write_osm)(path, *made)
        try:
            return read_osm(path)
        except SourceError:
            return None


def _taken(made: MAP) -> dict[int, list[int]]:
    """Return the ways that can be used, without repeats of a node after itself."""
    nodes, ways = made
    found = {}
    for way, (refs, _) in ways.items():
        kept = [refs[0], *(b for a, b in pairwise(refs) if a != b)]
        if len(kept) > 1 and all(ref in nodes for ref in kept):
            found[way] = kept
    return found


def _km(made: MAP, refs: list[int]) -> float:
    lon, lat = zip(*(made[0][ref] for ref in refs), strict=True)
    return float(GEOD.line_length(lon, lat)) / 1e3


few = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])


@few
@given(made=maps())
def test_the_links_of_a_way_add_up_to_the_way(made: MAP) -> None:
    network = _read(made)
    usable = {way: _km(made, refs) for way, refs in _taken(made).items()}
    if network is None:
        assert sum(usable.values()) == 0
        return
    # Ways that were joined are summed together.
    whole = {way: link for link in network.links["way_id"] for way in link.split(";")}
    groups = nx.Graph((way, joined) for joined in whole.values() for way in joined.split(";"))
    of_group = {way: min(nx.node_connected_component(groups, way)) for way in groups}
    sums = network.links.groupby(network.links["way_id"].map(of_group))["length_km"].sum()
    expected: dict[str, float] = dict.fromkeys(sums.index, 0.0)
    for way, km in usable.items():
        name = of_group.get(f"w{way}", "")
        expected[name] = expected.get(name, 0.0) + km
    for name, km in expected.items():
        assert sums.get(name, 0.0) == pytest.approx(km, rel=1e-9, abs=1e-12)


@few
@given(made=maps())
def test_joining_links_changes_no_time_and_no_kilometre(made: MAP) -> None:
    """Whatever is joined, what stays is as far apart as before, to the rounding of the links."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_osm(Path(folder) / "map.osm", *made)
        try:
            cut = split(read_ways(path, RULES, tell=lambda _: None))
        except SourceError:
            return
    if cut.links.empty:
        return
    joined = merge(cut.nodes, cut.links)
    again = merge(joined.nodes, joined.links)
    assert len(again.links) == len(joined.links)
    assert joined.links["length_km"].sum() == pytest.approx(cut.links["length_km"].sum())
    points = [int(np.sum([len(g.coords) - 1 for g in t.links.geometry])) for t in (cut, joined)]
    assert points[0] == points[1]
    assert not (joined.links["from_node"] == joined.links["to_node"])[
        ~joined.links["link_id"].isin(_loops(cut.links))
    ].any()
    ids = list(joined.nodes["node_id"])
    before = travel_times(Network(cut.links, cut.nodes), ids).minutes
    after = travel_times(Network(joined.links, joined.nodes), ids).minutes
    assert np.array_equal(np.isinf(before), np.isinf(after))
    known = np.isfinite(before)
    assert np.abs(before[known] - after[known]).max(initial=0) <= len(cut.links) / 60_000


def _loops(links: pd.DataFrame) -> set[str]:
    return set(links.loc[links["from_node"] == links["to_node"], "link_id"])


@few
@given(made=maps())
def test_links_meet_only_in_nodes_and_no_shared_node_is_inside_one(made: MAP) -> None:
    network = _read(made)
    if network is None:
        return
    counts: dict[int, int] = {}
    for refs in _taken(made).values():
        for ref in refs:
            counts[ref] = counts.get(ref, 0) + 1
    shared = {f"n{ref}" for ref, count in counts.items() if count > 1}
    ends = {f"n{refs[end]}" for refs in _taken(made).values() for end in (0, -1)}
    used = set(network.nodes["node_id"])
    assert used <= shared | ends
    assert used == set(network.links["from_node"]) | set(network.links["to_node"])
    places = {f"n{node}": place for node, place in made[0].items()}
    for link in network.links.itertuples():
        assert link.geometry.coords[0] == pytest.approx(places[link.from_node], abs=1e-7)
        assert link.geometry.coords[-1] == pytest.approx(places[link.to_node], abs=1e-7)


@few
@given(made=maps())
def test_every_way_is_taken_or_counted_once(made: MAP) -> None:
    network = _read(made)
    if network is None:
        return
    counts = network.report.table.set_index("issue")["count"]
    missing = sum(any(ref not in made[0] for ref in refs) for refs, _ in made[1].values())
    short = sum(len(set(refs)) == 1 for refs, _ in made[1].values())
    lone = sum(len(set(r)) == 1 and r[0] not in made[0] for r, _ in made[1].values())
    assert counts["missing_nodes"] + counts["short"] == missing + short - lone
    ids = network.links["link_id"]
    assert ids.is_unique


@few
@given(made=maps())
def test_pbf_and_xml_are_read_alike(made: MAP) -> None:
    one, other = _read(made), _read(made, pbf=True)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.links.drop(columns="geometry").equals(other.links.drop(columns="geometry"))
        assert one.nodes.geom_equals_exact(other.nodes, 1e-9).all()


@few
@given(made=maps())
def test_what_is_kept_hangs_together(made: MAP) -> None:
    network = _read(made)
    if network is None:
        return
    weak, strong = clean(network), clean(network, connection="strong")
    assert len(strong.nodes) <= len(weak.nodes) <= len(network.nodes)
    assert components(Network(weak.links, weak.nodes)).eq(0).all()
    parts = components(Network(network.links, network.nodes))
    assert len(weak.nodes) == (parts == 0).sum()
    report = network.report.table.set_index("issue")["count"]
    assert report["island"] == parts.max()


@given(tag=st.text(max_size=30), highway=classes)
def test_any_maxspeed_gives_a_plausible_speed(tag: str, highway: str) -> None:
    way = read_tags({"highway": highway, "maxspeed": tag}, RULES)
    assert isinstance(way, WayTags)
    assert 5 <= way.speed_kmh <= 140
    assert np.isfinite(way.speed_kmh)


@given(kmh=st.integers(1, 200), unit=st.sampled_from([("", 1.0), (" mph", 1.609344)]))
def test_a_written_speed_is_read_back(kmh: int, unit: tuple[str, float]) -> None:
    assert maxspeed_kmh(f"{kmh}{unit[0]}", {}) == pytest.approx(kmh * unit[1])


@given(words=st.dictionaries(st.text(max_size=10), st.text(max_size=10)))
def test_no_tags_break_the_reader(words: dict[str, str]) -> None:
    assert read_tags(words, RULES) is not None


@given(steps=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=20))
def test_trails_hold_each_step_once(steps: list[tuple[int, int]]) -> None:
    walked = [step for trail in trails(steps) for step in pairwise(trail)]
    assert sorted(walked) == sorted(steps)
