"""Measures in blocks are the measures of the whole."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from measure_inputs import needed

from yrdgeo.analysis.accessibility import (
    MEASURES,
    constrained,
    cumulative_two_costs,
    daily_reach,
    in_blocks,
)
from yrdgeo.analysis.blocks import BY_ROW, TOGETHER
from yrdgeo.analysis.constrained import CONSTRAINTS
from yrdgeo.analysis.decay import binary, exponential
from yrdgeo.errors import ArgumentError, TableError
from yrdgeo.results import TravelTimes

IDS = [f"c{number}" for number in range(7)]
DECAY = exponential(half_life_min=60)


@pytest.fixture
def times() -> TravelTimes:
    random = np.random.default_rng(5)
    minutes = random.uniform(5, 200, (7, 7))
    minutes[2, 3] = np.inf
    return TravelTimes(random.permutation(IDS), random.permutation(IDS), minutes)


@pytest.fixture
def mass() -> pd.Series:
    return pd.Series([5.0, 0, 1, 9, 2, 6, 3], IDS)


def cut(times: TravelTimes, size: int = 3) -> list[TravelTimes]:
    return [
        TravelTimes(
            times.origins[first : first + size],
            times.destinations,
            times.minutes[first : first + size],
        )
        for first in range(0, len(times.origins), size)
    ]


@pytest.mark.parametrize("name", [*BY_ROW, *TOGETHER])
def test_blocks_give_the_numbers_of_the_whole(
    name: str, times: TravelTimes, mass: pd.Series
) -> None:
    row = MEASURES[name]
    options = {**row.defaults, **needed(name, times)}
    if name == "relative_mean_time":  # one place out of reach leaves no mean
        options["self_time"] = "zero"
        times = TravelTimes(times.origins, times.destinations, np.minimum(times.minutes, 500))
    if name == "daily_reach":
        options["back"] = times
    amounts = [mass for _ in row.takes]
    whole = row.function(times, *amounts, **options)
    found = in_blocks(name, cut(times), *amounts, **options)
    pd.testing.assert_series_equal(found, whole, rtol=1e-12)


@pytest.mark.parametrize("constraint", CONSTRAINTS)
@pytest.mark.parametrize("size", [1, 2, 7])
def test_constraints_hold_over_all_blocks(
    constraint: str, size: int, times: TravelTimes, mass: pd.Series
) -> None:
    # Two parts that no path joins, people whom nothing reaches, supply that reaches nobody.
    side = np.isin(times.origins, IDS[:3])[:, None] == np.isin(times.destinations, IDS[:3])
    apart = TravelTimes(times.origins, times.destinations, np.where(side, times.minutes, np.inf))
    supply = mass.where(mass.index != "c3", 0.0)
    options = {"decay": binary(120), "constraint": constraint}
    whole = constrained(apart, supply, mass, **options)
    found = in_blocks("constrained", cut(apart, size), supply, mass, **options)
    pd.testing.assert_series_equal(found, whole, rtol=1e-9)


def test_no_flows_over_blocks_are_an_error_that_names_the_place() -> None:
    times = TravelTimes(["a", "b"], ["x", "y"], [[10, np.inf], [10, 10]])
    amounts = pd.Series({"x": 1.0, "y": 9.0}), pd.Series({"a": 9.0, "b": 1.0})
    with pytest.raises(ArgumentError, match=r"No flows were found.*demand of b is off") as whole:
        constrained(times, *amounts, decay=binary(30))
    with pytest.raises(ArgumentError, match=re.escape(str(whole.value))):
        in_blocks("constrained", cut(times, 1), *amounts, decay=binary(30))


def test_tables_of_pairs_may_come_block_by_block(times: TravelTimes, mass: pd.Series) -> None:
    fares = times.to_frame() / 2
    limits = {"cutoff_min": 120, "cost_limit": 50}
    whole = cumulative_two_costs(times, mass, costs=fares, **limits)
    found = in_blocks(
        "cumulative_two_costs", cut(times), mass, costs=lambda b: fares.loc[b.origins], **limits
    )
    pd.testing.assert_series_equal(found, whole)
    day = {"budget_min": 400, "stay_min": 60}
    back = TravelTimes(IDS, IDS, np.random.default_rng(6).uniform(5, 200, (7, 7)))
    home = back.to_frame()
    found = in_blocks(
        "daily_reach", cut(times), mass, **day,
        back=lambda b: TravelTimes(IDS, b.origins, home[b.origins].to_numpy()),
    )  # fmt: skip
    pd.testing.assert_series_equal(found, daily_reach(times, mass, **day, back=back))
    with pytest.raises(ArgumentError, match=r"way back.*from a block to the times"):
        in_blocks("daily_reach", cut(times), mass, **day)
    with pytest.raises(TableError, match=f"lacks origins.*{times.origins[0]}"):
        in_blocks(
            "cumulative_two_costs", cut(times), mass, costs=fares.drop(times.origins[0]), **limits
        )


@pytest.mark.parametrize("method", ["3sfca", "balanced"])
def test_every_catchment_can_be_cut(method: str, times: TravelTimes, mass: pd.Series) -> None:
    options = {"decay": DECAY, "method": method}
    whole = MEASURES["floating_catchment"].function(times, mass, mass, **options)
    found = in_blocks("floating_catchment", cut(times, 2), mass, mass, **options)
    pd.testing.assert_series_equal(found, whole, rtol=1e-12)


def test_blocks_may_come_from_a_function(times: TravelTimes, mass: pd.Series) -> None:
    def blocks() -> Iterator[TravelTimes]:
        yield from cut(times)

    found = in_blocks("spatial_availability", blocks, mass, mass, decay=DECAY)
    assert found.sum() == pytest.approx(mass.sum())
    assert len(in_blocks("gravity", blocks(), mass, decay=DECAY)) == 7
    with pytest.raises(ArgumentError, match=r"two passes.*generator"):
        in_blocks("spatial_availability", blocks(), mass, mass, decay=DECAY)


def test_what_cannot_be_cut_is_refused(times: TravelTimes, mass: pd.Series) -> None:
    others = [name for name in MEASURES if name not in BY_ROW and name not in TOGETHER]
    for name in others:
        with pytest.raises(ArgumentError, match=r"cannot be taken|not one that can be taken"):
            in_blocks(name, cut(times), mass, **needed(name, times))
    with pytest.raises(ArgumentError, match="direction='in' has no answer"):
        in_blocks("gravity", cut(times), mass, decay=DECAY, direction="in")
    for name, options in (("gravity", {"decay": DECAY}), ("closest", {})):
        with pytest.raises(ArgumentError, match="no blocks"):
            in_blocks(name, [], *([mass] if options else []), **options)
    with pytest.raises(ArgumentError, match="no blocks"):
        in_blocks("floating_catchment", [], mass, mass, decay=DECAY)


def test_blocks_that_do_not_fit_are_refused(times: TravelTimes, mass: pd.Series) -> None:
    first, second, third = cut(times)
    with pytest.raises(TableError, match=f"repeat origins.*{first.origins[0]}"):
        in_blocks("gravity", [first, second, first], mass, decay=DECAY)
    other = TravelTimes(third.origins, third.destinations[::-1], third.minutes)
    with pytest.raises(ArgumentError, match=r"same destinations.*another order"):
        in_blocks("floating_catchment", [first, other], mass, mass, decay=DECAY)
    with pytest.raises(ArgumentError, match=r"must be a list of travel times.*int"):
        in_blocks("gravity", 3, mass, decay=DECAY)
    for later in ([second, first], [first], [first, second, third]):
        passes = iter([[first, second], later])
        with pytest.raises(ArgumentError, match="Every pass must be over the same blocks"):
            in_blocks("floating_catchment", lambda: next(passes), mass, mass, decay=DECAY)  # noqa: B023 — called at once


@pytest.mark.parametrize("name", [name for name in TOGETHER if len(MEASURES[name].takes) > 1])
def test_a_block_without_demand_is_legal_and_none_at_all_is_not(
    name: str, times: TravelTimes, mass: pd.Series
) -> None:
    row = MEASURES[name]
    some = mass.where(mass.index == times.origins[0], 0.0) + 0.0
    some[times.origins[0]] = 4.0
    found = in_blocks(name, cut(times), mass, some, **row.defaults)
    whole = row.function(times, mass, some, **row.defaults)
    pd.testing.assert_series_equal(found, whole, rtol=1e-12)
    with pytest.raises(ArgumentError, match=r"no demand.*0 at c0"):
        in_blocks(name, cut(times), mass, mass * 0, **row.defaults)
