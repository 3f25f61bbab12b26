"""Laws of constrained reach, day trips, two costs, networks and calibration on random places."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from yrdgeo.analysis.accessibility import (
    MEASURES,
    betweenness,
    calibrate,
    closeness,
    constrained,
    constrained_flows,
    cost_frontier,
    cumulative,
    cumulative_two_costs,
    cumulative_ways,
    daily_reach,
    gravity,
    harmonic_closeness,
    in_blocks,
    inward,
    link_flows,
    pareto_set,
)
from yrdgeo.analysis.constrained import CONSTRAINTS
from yrdgeo.analysis.decay import exponential, linear
from yrdgeo.errors import ArgumentError
from yrdgeo.results import Network, TravelTimes

NEAR = exponential(half_life_min=60)
some = settings(max_examples=40)
Drawn = tuple[TravelTimes, pd.Series, np.random.Generator]


@st.composite
def squares(draw: st.DrawFn, *, islands: bool = True) -> Drawn:
    """Draw minutes between the same cities, some pairs without a path, and whole amounts."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.integers(2, 6))
    ids = [f"c{number}" for number in range(size)]
    minutes = random.integers(1, 30, (size, size)) * 10.0
    if islands:
        minutes[random.random((size, size)) < 0.2] = np.inf
    np.fill_diagonal(minutes, 0.0)
    times = TravelTimes(ids, ids, minutes)
    mass = pd.Series(random.integers(1, 9, size).astype(float), random.permutation(ids))
    return times, mass, random


@some
@given(drawn=squares(islands=False), constraint=st.sampled_from(["production", "doubly"]))
def test_flows_meet_the_sums_that_are_known(drawn: Drawn, constraint: str) -> None:
    times, supply, random = drawn
    demand = pd.Series(random.permutation(supply.to_numpy()), supply.index)
    flows = constrained_flows(times, supply, demand, decay=NEAR, constraint=constraint)  # type: ignore[arg-type]
    np.testing.assert_allclose(flows.sum(axis=1), demand.loc[flows.index], rtol=2e-9)
    if constraint == "doubly":
        np.testing.assert_allclose(flows.sum(), supply.loc[flows.columns], rtol=2e-9)


@some
@given(drawn=squares(), constraint=st.sampled_from(["production", "attraction", "doubly"]))
def test_constrained_reach_shares_out_all_supply(drawn: Drawn, constraint: str) -> None:
    times, supply, random = drawn
    demand = pd.Series(random.permutation(supply.to_numpy()), supply.index)
    try:
        found = constrained(times, supply, demand, decay=NEAR, constraint=constraint)  # type: ignore[arg-type]
    except ArgumentError:
        assume(constraint != "doubly")  # islands may leave no flows that meet both sums
        raise
    # Every place reaches itself, so all supply is reached.
    assert (found * demand.loc[found.index]).sum() == pytest.approx(supply.sum(), rel=1e-8)


@some
@given(drawn=squares(), budget=st.integers(1, 72), stay=st.integers(0, 30))
def test_day_trips_are_mutual_and_grow_with_the_day(drawn: Drawn, budget: int, stay: int) -> None:
    times, mass, _ = drawn
    assume(stay < budget)
    day = {"budget_min": budget * 10.0, "stay_min": stay * 10.0}
    visited = pd.DataFrame(
        {
            place: daily_reach(
                times, pd.Series(mass.index == place, mass.index).astype(float), **day
            )
            for place in times.origins
        }
    )
    assert (visited.to_numpy() == visited.to_numpy().T).all()
    longer = daily_reach(times, mass, budget_min=budget * 10.0 + 50, stay_min=stay * 10.0)
    assert (longer >= daily_reach(times, mass, **day)).all()
    round_trip = times.minutes + times.minutes.T + stay * 10.0
    expected = (round_trip <= budget * 10.0) @ mass.loc[times.destinations].to_numpy()
    assert daily_reach(times, mass, **day).tolist() == expected.tolist()


@some
@given(drawn=squares())
def test_looking_inward_is_the_other_way_of_times_turned_around(drawn: Drawn) -> None:
    times, mass, _ = drawn
    passive = gravity(times, mass, decay=NEAR, direction="in")
    pd.testing.assert_series_equal(
        passive, gravity(inward(times), mass, decay=NEAR), check_names=True
    )
    both = gravity(inward(inward(times)), mass, decay=NEAR)
    pd.testing.assert_series_equal(both, gravity(times, mass, decay=NEAR))


@some
@given(drawn=squares(), ways=st.integers(1, 3), n=st.integers(1, 20))
def test_the_frontier_is_what_all_limits_show(drawn: Drawn, ways: int, n: int) -> None:
    times, jobs, random = drawn
    ids, shape = list(times.origins), times.minutes.shape
    known = {}
    for way in range(ways):
        minutes = np.where(np.isinf(times.minutes), np.inf, random.integers(1, 6, shape) * 10.0)
        money = pd.DataFrame(random.integers(0, 6, shape).astype(float), ids, ids)
        known[str(way)] = (TravelTimes(ids, ids, minutes), money.sample(frac=1, random_state=way))
    reach = cumulative_ways(known, jobs, cutoffs_min=range(0, 60, 10), cost_limits=range(6))  # type: ignore[arg-type]
    frontier = cost_frontier(known, jobs, n=n)
    for origin in ids:
        enough = {limits for limits in reach.columns if reach.loc[origin, limits] >= n}
        best = {
            one
            for one in enough
            if not any(o != one and o[0] <= one[0] and o[1] <= one[1] for o in enough)
        }
        rows = frontier[frontier["from_id"] == origin]
        assert {*zip(rows["travel_time_min"], rows["cost"], strict=True)} == best


@some
@given(drawn=squares(), cutoff=st.integers(0, 300), limit=st.integers(0, 5))
def test_a_second_limit_never_adds(drawn: Drawn, cutoff: int, limit: int) -> None:
    times, mass, random = drawn
    ids = list(times.origins)
    costs = pd.DataFrame(random.integers(0, 6, times.minutes.shape).astype(float), ids, ids)
    both = cumulative_two_costs(times, mass, costs=costs, cutoff_min=cutoff, cost_limit=limit)
    assert (both <= cumulative(times, mass, cutoff_min=cutoff)).all()
    free = cumulative_two_costs(times, mass, costs=costs, cutoff_min=cutoff, cost_limit=5)
    pd.testing.assert_series_equal(
        free, cumulative(times, mass, cutoff_min=cutoff), check_names=False
    )


@some
@given(drawn=squares())
def test_a_way_that_is_kept_is_beaten_by_none(drawn: Drawn) -> None:
    times, _, random = drawn
    ids, shape = list(times.origins), times.minutes.shape
    ways = {}
    for way in "abc":
        minutes = np.where(random.random(shape) < 0.2, np.inf, random.integers(1, 5, shape) * 10.0)
        money = pd.DataFrame(random.integers(0, 4, shape).astype(float), ids, ids)
        ways[way] = TravelTimes(ids, ids, minutes), money
    kept = pareto_set(ways)
    for (start, end), part in kept.groupby(["from_id", "to_id"]):
        assert part["travel_time_min"].is_monotonic_increasing
        assert part["cost"].is_monotonic_decreasing
        offers = [(t.to_frame().loc[start, end], m.loc[start, end]) for t, m in ways.values()]
        for time, cost in part[["travel_time_min", "cost"]].to_numpy():
            assert not any((t <= time and c <= cost) and (t < time or c < cost) for t, c in offers)


def network_of(times: TravelTimes) -> Network:
    """Return a network of one-way links, one for each pair with a path."""
    table = times.to_table()
    table = table[np.isfinite(table["travel_time_min"]) & (table["travel_time_min"] > 0)]
    links = pd.DataFrame(
        {
            "link_id": [f"l{number}" for number in range(len(table))],
            "from_node": table["from_id"].to_numpy(dtype=object),
            "to_node": table["to_id"].to_numpy(dtype=object),
            "length_km": table["travel_time_min"].to_numpy(),
        }
    ).assign(mode="road", speed_kmh=60.0, oneway=True)
    return Network(links, pd.DataFrame({"node_id": list(times.origins)}))


@some
@given(drawn=squares())
def test_flows_along_links_are_flows_times_links_of_their_paths(drawn: Drawn) -> None:
    times, _, _ = drawn
    network = network_of(times)
    assume(len(network.links))
    along, through = link_flows(network), betweenness(network)
    links = network.links.set_index("link_id")
    into = along.groupby(links["to_node"]).sum().reindex(through.index, fill_value=0.0)
    out = along.groupby(links["from_node"]).sum().reindex(through.index, fill_value=0.0)
    # What comes in either stays or passes through; what goes out began here or passes through.
    reached = into - through
    begun = out - through
    assert reached.sum() == pytest.approx(begun.sum())
    assert np.allclose(reached, reached.round())
    assert np.allclose(begun, begun.round())
    assert (through >= 0).all()


@some
@given(drawn=squares(), factor=st.sampled_from([2.0, 5.0]))
def test_closeness_is_an_inverse_time(drawn: Drawn, factor: float) -> None:
    times, _, _ = drawn
    slower = TravelTimes(times.origins, times.destinations, times.minutes * factor)
    for measure in (closeness, harmonic_closeness):
        pd.testing.assert_series_equal(measure(slower), measure(times) / factor)
    # The harmonic mean never exceeds the arithmetic one.
    assert (harmonic_closeness(times) >= closeness(times) * (1 - 1e-12)).all()


@settings(max_examples=20)
@given(drawn=squares(islands=False), scale=st.floats(0.1, 1e6))
def test_a_decay_does_not_depend_on_the_unit_of_flows(drawn: Drawn, scale: float) -> None:
    times, _, random = drawn
    assume(len(times.origins) > 3)
    ids = list(times.origins)
    flows = pd.DataFrame(random.integers(1, 50, times.minutes.shape).astype(float), ids, ids)
    try:
        plain = calibrate(times, flows)
    except ArgumentError:
        reject()
    scaled = calibrate(times, flows * scale)
    assert scaled.coefficient == pytest.approx(plain.coefficient, rel=1e-7, abs=1e-12)
    assert scaled.standard_error == pytest.approx(plain.standard_error, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("name", ["gravity", "floating_catchment", "balancing_time"])
@some
@given(drawn=squares(), size=st.integers(1, 6))
def test_how_origins_are_cut_does_not_matter(name: str, drawn: Drawn, size: int) -> None:
    times, mass, _ = drawn
    row = MEASURES[name]
    amounts = [mass for _ in row.takes]
    blocks = [
        TravelTimes(times.origins[i : i + size], times.destinations, times.minutes[i : i + size])
        for i in range(0, len(times.origins), size)
    ]
    found = in_blocks(name, blocks, *amounts, **row.defaults)
    expected = row.function(times, *amounts, **row.defaults)
    pd.testing.assert_series_equal(found, expected, rtol=1e-12)


@pytest.mark.parametrize("constraint", CONSTRAINTS)
@some
@given(drawn=squares(), size=st.integers(1, 6), cutoff_min=st.floats(1, 300))
def test_constrained_flows_do_not_mind_how_origins_are_cut(
    constraint: str, drawn: Drawn, size: int, cutoff_min: float
) -> None:
    times, mass, _ = drawn
    options = {"decay": linear(cutoff_min), "constraint": constraint}
    blocks = [
        TravelTimes(times.origins[i : i + size], times.destinations, times.minutes[i : i + size])
        for i in range(0, len(times.origins), size)
    ]
    try:
        expected = constrained(times, mass, mass, **options)
    except ArgumentError as error:
        with pytest.raises(ArgumentError, match=error.what.split(",")[0]):
            in_blocks("constrained", blocks, mass, mass, **options)
    else:
        found = in_blocks("constrained", blocks, mass, mass, **options)
        pd.testing.assert_series_equal(found, expected, rtol=1e-9)
