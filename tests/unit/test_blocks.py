"""Measures in blocks are the measures of the whole."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from measure_inputs import needed

from yrdgeo.analysis.accessibility import MEASURES, in_blocks
from yrdgeo.analysis.blocks import BY_ROW, TOGETHER
from yrdgeo.analysis.decay import exponential
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
    amounts = [mass for _ in row.takes]
    whole = row.function(times, *amounts, **row.defaults)
    found = in_blocks(name, cut(times), *amounts, **row.defaults)
    pd.testing.assert_series_equal(found, whole, rtol=1e-12)


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


@pytest.mark.parametrize("name", [*TOGETHER])
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
