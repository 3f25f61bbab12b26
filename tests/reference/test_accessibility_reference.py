"""Accessibility against pysal/access where it defines the same, and against plain loops."""

import access.fca
import access.weights
import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis import accessibility
from yrdgeo.analysis.decay import binary, gaussian, linear, power, stepped
from yrdgeo.results import TravelTimes

SIZE = 30
TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def times() -> TravelTimes:
    """Draw times that are whole and half minutes, some pairs without a path, ids shuffled."""
    random = np.random.default_rng(41)
    ids = [f"c{number:02}" for number in range(SIZE)]
    minutes = random.integers(0, 500, (SIZE, SIZE)) / 2
    minutes[random.random((SIZE, SIZE)) < 0.1] = np.inf
    return TravelTimes(random.permutation(ids), random.permutation(ids), minutes)


@pytest.fixture(scope="module")
def mass(times: TravelTimes) -> pd.Series:
    random = np.random.default_rng(42)
    drawn = random.lognormal(3, 1, SIZE)
    drawn[:3] = 0.0
    return pd.Series(drawn, random.permutation(times.destinations))


def by_access(times: TravelTimes, mass: pd.Series, **options: object) -> pd.Series:
    """Sum what each origin reaches, the way access does: unreachable pairs have no row."""
    table = times.to_table()
    costs = table[np.isfinite(table["travel_time_min"])]
    summed = access.fca.weighted_catchment(
        mass.rename("mass").to_frame(),
        costs,
        cost_source="to_id",
        cost_dest="from_id",
        cost_cost="travel_time_min",
        loc_index=True,
        loc_value="mass",
        **options,
    )
    return summed.reindex(times.origins, fill_value=0.0)


def loop(times: TravelTimes, mass: pd.Series, weigh: object) -> pd.Series:
    """Sum over pairs one at a time."""
    sums = dict.fromkeys(times.origins, 0.0)
    for row in times.to_table().to_dict("records"):
        sums[row["from_id"]] += mass[row["to_id"]] * weigh(row["travel_time_min"])  # type: ignore[operator]
    return pd.Series(sums)


def equal(found: pd.Series, expected: pd.Series) -> None:
    assert set(found.index) == set(expected.index)
    np.testing.assert_allclose(found, expected.loc[found.index], rtol=TOLERANCE)


@pytest.mark.parametrize("cutoff", [60.0, 61.5, 120.0])
def test_cumulative_equals_access(times: TravelTimes, mass: pd.Series, cutoff: float) -> None:
    expected = by_access(times, mass, max_cost=cutoff)
    equal(accessibility.cumulative(times, mass, cutoff_min=cutoff), expected)


def test_gaussian_gravity_equals_access(times: TravelTimes, mass: pd.Series) -> None:
    expected = by_access(times, mass, weight_fn=access.weights.gaussian(45))
    equal(accessibility.gravity(times, mass, decay=gaussian(45)), expected)


def test_power_gravity_equals_access(times: TravelTimes, mass: pd.Series) -> None:
    expected = by_access(
        times, mass, weight_fn=access.weights.gravity(scale=1, alpha=-1.5, min_dist=2)
    )
    equal(accessibility.gravity(times, mass, decay=power(1.5, min_time=2)), expected)


def test_stepped_gravity_equals_access_but_for_times_on_a_break(
    times: TravelTimes, mass: pd.Series
) -> None:
    # access puts a time on a break into the nearer zone, we into the farther one.
    off = TravelTimes(times.origins, times.destinations, times.minutes + 0.25)
    steps = {30: 1.0, 60: 0.68, 90: 0.22}
    decay = stepped(list(steps), list(steps.values()))
    equal(
        accessibility.gravity(off, mass, decay=decay),
        by_access(off, mass, weight_fn=access.weights.step_fn(steps)),
    )
    assert access.weights.step_fn(steps)(30) == 1.0
    assert float(decay(30)) == 0.68


def test_gravity_equals_a_loop(times: TravelTimes, mass: pd.Series) -> None:
    expected = loop(times, mass, lambda t: max(0.0, 1 - t / 150))
    equal(accessibility.gravity(times, mass, decay=linear(150)), expected)
    expected = loop(times, mass, lambda t: 1.0 if t <= 90 else 0.0)
    equal(accessibility.gravity(times, mass, decay=binary(90)), expected)


@pytest.mark.parametrize("self_time", ["exclude", "zero", 12.5])
def test_mean_time_equals_a_loop(
    times: TravelTimes, mass: pd.Series, self_time: str | float
) -> None:
    expected: dict[str, float] = {}
    frame = times.to_frame()
    for origin in times.origins:
        above = below = 0.0
        for place in times.destinations:
            time = frame.loc[origin, place]
            if place == origin:
                if self_time == "exclude":
                    continue
                time = 0.0 if self_time == "zero" else self_time
            if mass[place] > 0:
                above += mass[place] * time
                below += mass[place]
        expected[origin] = above / below
    within = pd.Series(self_time, times.origins) if isinstance(self_time, float) else self_time
    found = accessibility.weighted_mean_time(times, mass, self_time=within)  # type: ignore[arg-type]
    equal(found, pd.Series(expected))
    assert np.isinf(found).any()


def test_a_finite_mean_time_equals_numpy_average(times: TravelTimes, mass: pd.Series) -> None:
    whole = TravelTimes(
        times.origins, times.destinations, np.where(np.isinf(times.minutes), 500.0, times.minutes)
    )
    frame = whole.to_frame()
    expected = {}
    for origin in whole.origins:
        others = frame.loc[origin].drop(origin)
        expected[origin] = np.average(others, weights=mass.loc[others.index])
    equal(accessibility.weighted_mean_time(whole, mass), pd.Series(expected))


def test_interval_equals_pandas_median_over_single_cutoffs(
    times: TravelTimes, mass: pd.Series
) -> None:
    cutoffs = range(30, 121, 15)
    single = [by_access(times, mass, max_cost=cutoff) for cutoff in cutoffs]
    found = accessibility.cumulative_interval(times, mass, lower_min=30, upper_min=120, step_min=15)
    equal(found, pd.concat(single, axis=1).median(axis=1))


def test_closest_equals_sorting_each_row(times: TravelTimes, mass: pd.Series) -> None:
    whole = mass.round()
    expected = {}
    for origin, row in times.to_frame().T.items():
        run = whole.loc[row.sort_values().index].cumsum()
        enough = run[run >= 100].index
        expected[origin] = row[enough[0]] if len(enough) else np.inf
    equal(accessibility.closest(times, n=100, opportunities=whole), pd.Series(expected))
