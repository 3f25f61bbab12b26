"""Laws of every measure of accessibility on random times and amounts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from measure_inputs import taken

from yrdgeo.analysis.accessibility import (
    MEASURES,
    closest,
    cumulative,
    cumulative_interval,
    gravity,
    inward,
    relative,
    self_share,
    unreachable_share,
    weighted_mean_time,
)
from yrdgeo.analysis.decay import exponential, linear
from yrdgeo.errors import ArgumentError
from yrdgeo.results import TravelTimes

minutes = st.sampled_from([0.0, 30.0, 60.0, 120.0, float("inf")]) | st.floats(1, 500)
amounts = st.sampled_from([0.0, 1.0]) | st.floats(1e-3, 1e6)


@st.composite
def places(draw: st.DrawFn) -> tuple[TravelTimes, pd.Series]:
    """Draw times from some cities to some others, and amounts of all of them, shuffled."""
    size = draw(st.integers(2, 6))
    ids = draw(st.permutations([f"c{number}" for number in range(size + 2)]))
    origins, destinations = ids[: draw(st.integers(1, size))], draw(st.permutations(ids[:size]))
    rows = st.lists(minutes, min_size=size, max_size=size)
    matrix = draw(st.lists(rows, min_size=len(origins), max_size=len(origins)))
    mass = pd.Series(draw(st.lists(amounts, min_size=len(ids), max_size=len(ids))), ids)
    return TravelTimes(origins, destinations, matrix), mass.loc[draw(st.permutations(ids))]


@st.composite
def cities(draw: st.DrawFn) -> tuple[TravelTimes, pd.Series]:
    """Draw times between the same cities, rows and columns in different orders."""
    size = draw(st.integers(2, 5))
    ids = [f"c{number}" for number in range(size)]
    rows = st.lists(minutes, min_size=size, max_size=size)
    matrix = draw(st.lists(rows, min_size=size, max_size=size))
    mass = pd.Series(draw(st.lists(amounts, min_size=size, max_size=size)), ids)
    return TravelTimes(draw(st.permutations(ids)), draw(st.permutations(ids)), matrix), mass


NO_VALUE = (
    "No flows were found",
    "There is no way to measure",
    "Closeness has no value",
    "Only finite values have a mean",
    "The mean of the values is zero",
)


def outcome(name: str, times: TravelTimes, mass: pd.Series) -> pd.Series:
    """Return a row of the registry, or reject a draw for which it has no value, as it says."""
    try:
        return taken(name, times, mass)
    except ArgumentError as error:
        if error.what.startswith(NO_VALUE):
            reject()
        raise


def drawn_for(name: str, data: st.DataObject) -> tuple[TravelTimes, pd.Series]:
    """Draw what a row can be asked of, with mass at other places for each place."""
    returns = name in {"daily_reach", "through_share"}
    times, mass = data.draw(cities() if returns else places())
    assume(has_mass_elsewhere(times, mass) and has_mass_elsewhere(inward(times), mass))
    return times, mass


def has_mass_elsewhere(times: TravelTimes, mass: pd.Series) -> bool:
    there = mass.loc[times.destinations]
    return mass.loc[times.origins].sum() > 0 and all(
        there.drop(origin, errors="ignore").sum() > 0 for origin in times.origins
    )


@pytest.mark.parametrize("name", MEASURES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_nothing(name: str, data: st.DataObject, seed: int) -> None:
    times, mass = drawn_for(name, data)
    expected = outcome(name, times, mass)
    frame = times.to_frame()
    mixed = frame.sample(frac=1, random_state=seed).sample(frac=1, random_state=seed, axis=1)
    shuffled = TravelTimes(mixed.index, mixed.columns, mixed.to_numpy())
    found = outcome(name, shuffled, mass.sample(frac=1, random_state=seed))
    pd.testing.assert_series_equal(
        found.loc[expected.index], expected, rtol=1e-7, atol=1e-9 * expected.abs().max()
    )


@pytest.mark.parametrize("name", MEASURES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_doubling_the_amounts_doubles_what_is_extensive_and_leaves_the_rest(
    name: str, data: st.DataObject
) -> None:
    times, mass = drawn_for(name, data)
    factor = 2.0 if MEASURES[name].kind == "extensive" else 1.0
    once, twice = outcome(name, times, mass), outcome(name, times, 2 * mass)
    pd.testing.assert_series_equal(twice, factor * once, rtol=1e-9)


@settings(max_examples=50)
@given(drawn=places(), first=st.floats(0, 600), second=st.floats(0, 600))
def test_a_longer_cutoff_never_reaches_less(
    drawn: tuple[TravelTimes, pd.Series], first: float, second: float
) -> None:
    times, mass = drawn
    near, far = sorted([first, second])
    shorter = cumulative(times, mass, cutoff_min=near)
    longer = cumulative(times, mass, cutoff_min=far)
    assert (shorter <= longer * (1 + 1e-12)).all()
    assert (longer <= mass.sum() * (1 + 1e-12)).all()


@settings(max_examples=50)
@given(drawn=places())
def test_an_interval_lies_between_its_ends(drawn: tuple[TravelTimes, pd.Series]) -> None:
    times, mass = drawn
    low, high = (cumulative(times, mass, cutoff_min=cutoff) for cutoff in (30, 180))
    for statistic in ("median", "mean"):
        inner = cumulative_interval(
            times, mass, lower_min=30, upper_min=180, step_min=50, statistic=statistic
        )
        assert (low <= inner * (1 + 1e-12)).all()
        assert (inner <= high * (1 + 1e-12)).all()


@settings(max_examples=50)
@given(drawn=places())
def test_a_mean_lies_between_the_nearest_and_the_farthest(
    drawn: tuple[TravelTimes, pd.Series],
) -> None:
    times, mass = drawn
    assume(has_mass_elsewhere(times, mass))
    mean = weighted_mean_time(times, mass)
    frame = times.to_frame().loc[:, (mass.loc[times.destinations] > 0).to_numpy()]
    for origin, others in frame.T.items():
        near = others.drop(origin, errors="ignore")
        assert near.min() * (1 - 1e-12) <= mean[origin] <= near.max() * (1 + 1e-12)


@settings(max_examples=50)
@given(drawn=places())
def test_a_mean_is_infinite_exactly_where_mass_is_out_of_reach(
    drawn: tuple[TravelTimes, pd.Series],
) -> None:
    times, mass = drawn
    assume(has_mass_elsewhere(times, mass))
    share = unreachable_share(times, mass)
    assert share.between(0, 1).all()
    assert (np.isinf(weighted_mean_time(times, mass)) == (share > 0)).all()


@settings(max_examples=50)
@given(drawn=places(), saved=st.floats(0, 100))
def test_faster_trips_never_harm(drawn: tuple[TravelTimes, pd.Series], saved: float) -> None:
    times, mass = drawn
    left = times.minutes - saved
    faster = TravelTimes(times.origins, times.destinations, np.where(left < 1, 0.0, left))
    decay = exponential(half_life_min=60)
    assert (
        gravity(faster, mass, decay=decay) >= gravity(times, mass, decay=decay) * (1 - 1e-12)
    ).all()
    assert (closest(faster, opportunities=mass) <= closest(times, opportunities=mass)).all()


@settings(max_examples=50)
@given(drawn=places(), n=st.integers(1, 8))
def test_the_next_one_is_never_closer(drawn: tuple[TravelTimes, pd.Series], n: int) -> None:
    times, _ = drawn
    assert (closest(times, n=n) <= closest(times, n=n + 1)).all()
    reached = np.sort(times.minutes, axis=1)
    expected = reached[:, n - 1] if n <= reached.shape[1] else np.full(len(reached), np.inf)
    assert (closest(times, n=n) == expected).all()


@settings(max_examples=50)
@given(drawn=places())
def test_own_share_and_the_rest_make_the_whole(drawn: tuple[TravelTimes, pd.Series]) -> None:
    times, mass = drawn
    decay = linear(200)
    share = self_share(times, mass, decay=decay)
    total = gravity(times, mass, decay=decay)
    assert (share.isna() == (total == 0)).all()
    for origin in times.origins[(total > 0).to_numpy()]:
        without = mass.copy()
        if origin in without.index:
            without[origin] = 0.0
        rest = gravity(times, without, decay=decay)[origin]
        assert share[origin] * total[origin] + rest == pytest.approx(total[origin])


@given(values=st.lists(st.floats(0.1, 1e6), min_size=1, max_size=9), factor=st.floats(0.1, 100))
def test_relative_has_a_mean_of_one_and_no_unit(values: list[float], factor: float) -> None:
    series = pd.Series(values)
    assert relative(series).mean() == pytest.approx(1.0)
    pd.testing.assert_series_equal(relative(series * factor), relative(series))
    weighted = relative(series, series)
    assert np.average(weighted, weights=series) == pytest.approx(1.0)
