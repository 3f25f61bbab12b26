"""Laws of places on links: cutting a link changes nobody's time, and partial links add up."""

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_networks import ids_of, networks

from yrdgeo.results import Network
from yrdgeo.routing.attach import attach
from yrdgeo.routing.graph import link_milliseconds
from yrdgeo.routing.snap import snap_to_links
from yrdgeo.routing.times import travel_times


@st.composite
def questions(draw: st.DrawFn) -> tuple[Network, pd.DataFrame]:
    """Draw a network on the map, and places near it; some lie on nodes, some at one place."""
    bare = draw(networks())
    assume(len(bare.links))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x, y = random.uniform([[119], [30]], [[120], [31]], (2, len(bare.nodes)))
    nodes = gpd.GeoDataFrame(bare.nodes, geometry=gpd.points_from_xy(x, y), crs="EPSG:4326")
    links = bare.links.assign(fixed_min=random.choice([0.0, 3.0], len(bare.links)))
    count = draw(st.integers(1, 6))
    at = random.uniform([119, 30], [120, 31], (count, 2))
    at[:1] = x[0], y[0]
    at[-1] = at[len(at) // 2]
    places = pd.DataFrame(at, [f"p{one}" for one in random.permutation(count)], ["lon", "lat"])
    return Network(links, nodes), places


@settings(max_examples=40)
@given(questions())
def test_cutting_links_changes_nobodys_time(question: tuple[Network, pd.DataFrame]) -> None:
    network, places = question
    ids = ids_of(network)
    more = attach(network, snap_to_links(network, places))
    assert np.array_equal(travel_times(more, ids).minutes, travel_times(network, ids).minutes)
    total = more.links["length_km"].sum()
    np.testing.assert_allclose(total, network.links["length_km"].sum(), rtol=1e-12)


@settings(max_examples=40)
@given(questions(), st.sampled_from([None, 4.0]))
def test_a_place_is_as_far_as_its_part_of_the_link(
    question: tuple[Network, pd.DataFrame], access_kmh: float | None
) -> None:
    network, places = question
    ids = ids_of(network)
    found = snap_to_links(network, places)
    more = attach(network, found, access_kmh=access_kmh)
    between = travel_times(network, ids).to_frame() * 60_000
    times = travel_times(more, list(places.index), [*ids, *places.index]).to_frame() * 60_000
    links = network.links.assign(ms=link_milliseconds(network.links)).set_index("link_id")
    # Half a millisecond for each rounded piece, one for each way between place and link.
    for origin, one in found.iterrows():
        link = links.loc[one["link_id"]]
        walk = 0.0 if access_kmh is None else one["distance_km"] / access_kmh * 3.6e6
        to_end = between.loc[link["to_node"], ids] + (1 - one["share"]) * link["ms"]
        to_begin = between.loc[link["from_node"], ids] + one["share"] * link["ms"]
        back = not link["oneway"] or one["share"] == 0
        best = np.minimum(to_end, to_begin) if back else to_end
        np.testing.assert_allclose(times.loc[origin, ids], best + walk, atol=1.01)
        for place, other in found.iterrows():
            gap = (other["share"] - one["share"]) * link["ms"]
            legal = other["share"] >= one["share"] or not link["oneway"]
            same = one["link_id"] == other["link_id"] and legal
            other_walk = 0.0 if access_kmh is None else other["distance_km"] / access_kmh * 3.6e6
            if same and place != origin:
                assert times.loc[origin, place] <= abs(gap) + walk + other_walk + 2.01


@settings(max_examples=40)
@given(questions(), st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(
    question: tuple[Network, pd.DataFrame], seed: int
) -> None:
    network, places = question
    shuffled = Network(
        network.links.sample(frac=1, random_state=seed),
        network.nodes.sample(frac=1, random_state=seed),
    )
    mixed = places.sample(frac=1, random_state=seed)
    found = snap_to_links(shuffled, mixed).loc[places.index]
    pd.testing.assert_frame_equal(found, snap_to_links(network, places), check_exact=True)
    everywhere = [*ids_of(network), *places.index]
    one = travel_times(attach(network, snap_to_links(network, places)), everywhere)
    other = travel_times(attach(shuffled, snap_to_links(shuffled, mixed)), everywhere)
    assert np.array_equal(one.minutes, other.minutes)
