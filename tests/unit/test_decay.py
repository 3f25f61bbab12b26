"""Distance decays, by hand."""

import pickle

import numpy as np
import pytest

from yrdgeo.analysis.decay import (
    DECAYS,
    Decay,
    binary,
    exponential,
    gaussian,
    linear,
    logistic,
    power,
    stepped,
)
from yrdgeo.errors import ArgumentError

INF = float("inf")
NAN = float("nan")
E = np.e


@pytest.mark.parametrize(
    ("decay", "minutes", "weights"),
    [
        (binary(60), [0, 60, 60.0001, INF], [1, 1, 0, 0]),
        (binary(0), [0, 1], [1, 0]),
        (linear(60), [0, 15, 45, 60, 61, INF], [1, 0.75, 0.25, 0, 0, 0]),
        (exponential(rate=0.1), [0, 10, 20, INF], [1, 1 / E, 1 / E**2, 0]),
        (exponential(half_life_min=30), [0, 30, 90, INF], [1, 0.5, 0.125, 0]),
        (gaussian(30), [0, 30, 60, INF], [1, E**-0.5, E**-2, 0]),
        (power(2), [0, 0.5, 1, 10, INF], [1, 1, 1, 0.01, 0]),
        (power(1, min_time=5), [0, 5, 10, INF], [0.2, 0.2, 0.1, 0]),
        (power(2, min_time=0), [0.5, 2, INF], [4, 0.25, 0]),
        (logistic(60, 10), [60, 50, 70, INF], [0.5, 1 / (1 + 1 / E), 1 / (1 + E), 0]),
        (stepped([10, 20], [1, 0.4]), [0, 9.99, 10, 19.99, 20, INF], [1, 1, 0.4, 0.4, 0, 0]),
        (stepped([10], [0.5]), [0, 9.99, 10, INF], [0.5, 0.5, 0, 0]),
    ],
    ids=repr,
)
def test_weights_by_hand(decay: Decay, minutes: list[float], weights: list[float]) -> None:
    np.testing.assert_allclose(decay(minutes), weights, rtol=1e-14, atol=0)


@pytest.mark.parametrize(
    ("decay", "text"),
    [
        (binary(60), "binary(cutoff_min=60.0)"),
        (linear(90), "linear(cutoff_min=90.0)"),
        (exponential(rate=0.1), "exponential(rate=0.1)"),
        (exponential(half_life_min=30), "exponential(half_life_min=30.0)"),
        (gaussian(45), "gaussian(bandwidth_min=45.0)"),
        (power(2), "power(exponent=2.0, min_time=1.0)"),
        (logistic(60, 10), "logistic(inflection_min=60.0, scale_min=10.0)"),
        (stepped([10, 20], [1, 0.4]), "stepped(breaks_min=(10.0, 20.0), weights=(1.0, 0.4))"),
    ],
)
def test_the_repr_is_the_call_that_makes_it(decay: Decay, text: str) -> None:
    assert repr(decay) == text
    makers = {name: maker for name, maker in DECAYS.items() if text.startswith(f"{name}(")}
    assert eval(text, {"__builtins__": {}}, makers) == decay  # noqa: S307 — text of this file


def test_a_decay_survives_the_way_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(gaussian(45))) == gaussian(45)  # noqa: S301 — our own bytes


def test_the_shape_of_the_minutes_is_kept() -> None:
    assert exponential(rate=1)([[0, 1, 2], [INF, 0, 1]]).shape == (2, 3)
    assert float(linear(60)(30)) == 0.5


@pytest.mark.parametrize("maker", [binary, linear, gaussian, power])
@pytest.mark.parametrize("bad", [-1, NAN, INF, "60", None, True])
def test_a_parameter_out_of_its_domain_is_refused(maker: object, bad: object) -> None:
    with pytest.raises(ArgumentError, match="must be a finite number"):
        maker(bad)  # type: ignore[operator]


@pytest.mark.parametrize(
    "call",
    [
        lambda: linear(0),
        lambda: gaussian(0),
        lambda: power(0),
        lambda: power(1, min_time=-1),
        lambda: exponential(rate=0),
        lambda: exponential(half_life_min=-5),
        exponential,
        lambda: exponential(rate=0.1, half_life_min=30),
        lambda: logistic(60, 0),
        lambda: logistic(-1, 10),
        lambda: stepped([], []),
        lambda: stepped([10, 20], [1]),
        lambda: stepped([20, 10], [1, 0.5]),
        lambda: stepped([10, 10], [1, 0.5]),
        lambda: stepped([10, 20], [0.5, 1]),
        lambda: stepped([10], [1.5]),
        lambda: stepped([10], [-0.5]),
        lambda: stepped([0, 10], [1, 0.5]),
    ],
)
def test_an_impossible_decay_is_refused(call: object) -> None:
    with pytest.raises(ArgumentError):
        call()  # type: ignore[operator]


@pytest.mark.parametrize("minutes", [[-1.0], [NAN], [[0.0, NAN]]])
def test_minutes_that_are_none_are_refused(minutes: list[float]) -> None:
    with pytest.raises(ArgumentError, match="zero or more"):
        binary(60)(minutes)


def test_a_power_without_a_floor_has_no_value_at_zero() -> None:
    with pytest.raises(ArgumentError, match="without a floor"):
        power(2, min_time=0)([0, 10])


def test_extreme_times_give_zero_and_no_warning() -> None:
    tiny = 1e-300
    for decay in (gaussian(tiny), linear(tiny), exponential(half_life_min=tiny), logistic(1, tiny)):
        assert decay([1e300]).tolist() == [0.0]
