"""Calibration, by hand: flows that were made by a decay give it back."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis.accessibility import Calibration, calibrate, gravity
from yrdgeo.analysis.decay import Decay, exponential, gaussian, power
from yrdgeo.errors import ArgumentError, TableError
from yrdgeo.results import TravelTimes

INF = np.inf
IDS = ["a", "b", "c", "d", "e"]


@pytest.fixture
def times() -> TravelTimes:
    random = np.random.default_rng(3)
    return TravelTimes(IDS, IDS[::-1], random.uniform(10, 200, (5, 5)))


def made(times: TravelTimes, decay: Decay) -> pd.DataFrame:
    """Return flows that the model explains whole, columns shuffled."""
    sent, pull = np.array([3.0, 1, 4, 1, 5]), np.array([9.0, 2, 6, 5, 3])
    flows = 100 * sent[:, None] * decay(times.minutes) * pull
    return pd.DataFrame(flows, times.origins, times.destinations).loc[:, IDS]


@pytest.mark.parametrize(
    ("form", "decay"),
    [
        ("exponential", exponential(rate=0.02)),
        ("power", power(1.5)),
        ("gaussian", gaussian(60)),
    ],
)
def test_made_flows_give_their_decay_back(times: TravelTimes, form: str, decay: Decay) -> None:
    found = calibrate(times, made(times, decay), form=form)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.decay(times.minutes), decay(times.minutes), rtol=1e-9)
    assert found.deviance == pytest.approx(0.0, abs=1e-8)
    assert found.n == 20


def test_the_decay_goes_into_a_measure(times: TravelTimes) -> None:
    found = calibrate(times, made(times, exponential(half_life_min=45)))
    jobs = pd.Series(1.0, IDS)
    expected = gravity(times, jobs, decay=exponential(half_life_min=45))
    pd.testing.assert_series_equal(gravity(times, jobs, decay=found.decay), expected)


def test_a_half_life_carries_its_error(times: TravelTimes) -> None:
    flows = made(times, exponential(half_life_min=45)).round()
    found = calibrate(times, flows, standard_error="poisson")
    half_life, error = found.half_life_min
    assert half_life == pytest.approx(45, rel=0.05)
    assert error / half_life == pytest.approx(found.standard_error / found.coefficient)
    low, high = found.interval
    assert low < found.coefficient < high
    assert repr(found).startswith("Calibration(exponential: 0.015")


def test_fitted_flows_meet_the_sums(times: TravelTimes) -> None:
    random = np.random.default_rng(4)
    flows = pd.DataFrame(random.poisson(20, (5, 5)).astype(float), IDS, IDS)
    outside = flows.to_numpy().copy()
    np.fill_diagonal(outside, 0)
    both = calibrate(times, flows).fitted
    np.testing.assert_allclose(both.loc[IDS].sum(axis=1), outside.sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose(both[IDS].sum(), outside.sum(axis=0), rtol=1e-9)
    one = calibrate(times, flows, constraint="production").fitted
    np.testing.assert_allclose(one.loc[IDS].sum(axis=1), outside.sum(axis=1), rtol=1e-9)
    assert both.isna().sum().sum() == 5


def test_silent_places_are_named(times: TravelTimes) -> None:
    flows = made(times, exponential(rate=0.02))
    flows.loc["b"] = 0.0
    flows["d"] = 0.0
    found = calibrate(times, flows)
    assert found.left_out == (("b",), ("d",))
    assert found.coefficient == pytest.approx(0.02)
    assert found.n == 13


def test_flows_within_places_count_if_asked(times: TravelTimes) -> None:
    flows = made(times, exponential(rate=0.02))
    for place in IDS:
        flows.loc[place, place] *= 50
    with_own = calibrate(times, flows, own="include")
    assert with_own.n == 25
    assert with_own.coefficient != pytest.approx(0.02, rel=0.01)
    assert calibrate(times, flows).coefficient == pytest.approx(0.02)


def test_flows_that_grow_with_time_show_no_decay(times: TravelTimes) -> None:
    growing = pd.DataFrame(np.exp(times.minutes / 100), times.origins, times.destinations)
    found = calibrate(times, growing)
    assert found.coefficient == pytest.approx(-0.01)
    with pytest.raises(ArgumentError, match=r"do not fall with time.*-0\.01"):
        _ = found.decay
    with pytest.raises(ArgumentError, match="Only an exponential"):
        _ = calibrate(times, growing, form="power").half_life_min


def test_impossible_questions_are_refused(times: TravelTimes) -> None:
    flows = made(times, exponential(rate=0.02))
    with pytest.raises(ArgumentError, match="Did you mean 'exponential'"):
        calibrate(times, flows, form="exponental")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="standard_error is unknown"):
        calibrate(times, flows, standard_error="HC3")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="min_time"):
        calibrate(times, flows, form="power", min_time=0)
    with pytest.raises(ArgumentError, match="no flows"):
        calibrate(times, flows * 0)
    with pytest.raises(TableError, match=r"flows.*-\d"):
        calibrate(times, -flows)
    with pytest.raises(TableError, match=r"flows lacks origins.*b"):
        calibrate(times, flows.drop(index="b"))
    cut = times.minutes.copy()
    cut[0, 1] = INF
    with pytest.raises(ArgumentError, match="a → d"):
        calibrate(TravelTimes(times.origins, times.destinations, cut), flows)


def test_times_that_are_all_alike_say_nothing(times: TravelTimes) -> None:
    alike = TravelTimes(times.origins, times.destinations, np.full((5, 5), 60.0))
    with pytest.raises(ArgumentError, match="say nothing beyond the places"):
        calibrate(alike, made(times, exponential(rate=0.02)))


def test_zeros_that_separate_have_no_maximum() -> None:
    # Whoever is near goes, whoever is far never does: the steeper, the likelier.
    times = TravelTimes(["a", "b"], ["x", "y"], [[10, 90], [90, 10]])
    flows = pd.DataFrame([[5.0, 0.0], [0.0, 5.0]], ["a", "b"], ["x", "y"])
    with pytest.raises(ArgumentError, match=r"no maximum.*2 of 4 flows are zero"):
        calibrate(times, flows, constraint="none")


def test_a_steep_wall_has_no_maximum_either() -> None:
    ids = [f"p{number}" for number in range(6)]
    minutes = np.abs(np.subtract.outer(np.arange(6), np.arange(6))) * 60.0 + 5
    flows = pd.DataFrame(np.where(minutes < 90, 1e6, 0.0), ids, ids)
    with pytest.raises(ArgumentError, match="no maximum"):
        calibrate(TravelTimes(ids, ids, minutes), flows, constraint="none", form="gaussian")


def test_a_cluster_needs_another() -> None:
    times = TravelTimes(["a"], ["x", "y", "z"], [[10, 50, 90]])
    flows = pd.DataFrame([[5.0, 3.0, 2.0]], ["a"], ["x", "y", "z"])
    with pytest.raises(ArgumentError, match=r"needs two groups.*1 groups, 3 pairs"):
        calibrate(times, flows, constraint="none", standard_error="origin")
    assert isinstance(calibrate(times, flows, constraint="production"), Calibration)
