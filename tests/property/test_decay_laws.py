"""Laws of every row of DECAYS: in [0, 1], never rising, zero where there is no path."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yrdgeo.analysis.decay import DECAYS, Decay, exponential

Draw = st.SearchStrategy[Decay]
minutes = st.floats(0, 1e6) | st.sampled_from([0.0, 1.0, 60.0, float("inf")])
positive = st.floats(1e-3, 1e4)


@st.composite
def steps(draw: st.DrawFn) -> Decay:
    breaks = sorted(draw(st.lists(positive, min_size=1, max_size=6, unique=True)))
    size = len(breaks)
    weights = draw(st.lists(st.floats(0, 1), min_size=size, max_size=size))
    return DECAYS["stepped"](breaks, sorted(weights, reverse=True))


# A new row of DECAYS needs a line here: the first test sees to it.
DRAWN: dict[str, Callable[[], Draw]] = {
    "binary": lambda: st.builds(DECAYS["binary"], st.floats(0, 1e4)),
    "linear": lambda: st.builds(DECAYS["linear"], positive),
    "exponential": lambda: (
        st.builds(DECAYS["exponential"], rate=positive)
        | st.builds(DECAYS["exponential"], half_life_min=positive)
    ),
    "gaussian": lambda: st.builds(DECAYS["gaussian"], positive),
    "power": lambda: st.builds(DECAYS["power"], st.floats(0.01, 8), min_time=st.floats(1, 100)),
    "logistic": lambda: st.builds(DECAYS["logistic"], st.floats(0, 1e3), positive),
    "stepped": steps,
}


def test_every_row_is_drawn() -> None:
    assert set(DRAWN) == set(DECAYS)


@pytest.mark.parametrize("name", DECAYS)
@given(data=st.data(), near=minutes, far=minutes)
def test_weight_never_rises_and_stays_in_the_unit_interval(
    name: str, data: st.DataObject, near: float, far: float
) -> None:
    decay = data.draw(DRAWN[name]())
    first, second = decay(np.sort([near, far]))
    assert 0 <= second <= first <= 1


@pytest.mark.parametrize("name", DECAYS)
@given(data=st.data())
def test_no_path_weighs_nothing(name: str, data: st.DataObject) -> None:
    assert data.draw(DRAWN[name]())([np.inf]).tolist() == [0.0]


@pytest.mark.parametrize("name", DECAYS)
@given(data=st.data(), times=st.lists(minutes, min_size=1, max_size=9))
def test_each_time_is_weighed_on_its_own(
    name: str, data: st.DataObject, times: list[float]
) -> None:
    decay = data.draw(DRAWN[name]())
    assert decay(times).tolist() == [float(decay(time)) for time in times]


@pytest.mark.parametrize("name", DECAYS)
@given(data=st.data())
def test_the_name_of_a_decay_is_its_row(name: str, data: st.DataObject) -> None:
    decay = data.draw(DRAWN[name]())
    assert decay.name == name
    assert DECAYS[name](**dict(decay.parameters)) == decay


@given(half_life=st.floats(1, 1e3), time=st.floats(0, 1e3))
def test_a_half_life_is_a_rate(half_life: float, time: float) -> None:
    by_rate = exponential(rate=np.log(2) / half_life)
    np.testing.assert_allclose(exponential(half_life_min=half_life)(time), by_rate(time), rtol=1e-9)
