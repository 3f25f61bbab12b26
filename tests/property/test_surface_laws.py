"""Laws of times from any point: nodes only help, distance only hurts, and masses share the pull."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from yrdgeo.analysis import surface
from yrdgeo.analysis.decay import power
from yrdgeo.results import TravelTimes

degrees = st.tuples(st.floats(119, 122), st.floats(29, 33))
places = st.lists(degrees, min_size=1, max_size=6)
laws = settings(max_examples=40)


def table(at: list[tuple[float, float]]) -> pd.DataFrame:
    return pd.DataFrame(at, columns=["lon", "lat"])


def onward(n: int, seed: int) -> TravelTimes:
    minutes = np.random.default_rng(seed).uniform(0, 300, (n, 2))
    return TravelTimes(pd.RangeIndex(n), pd.Index(["a", "b"]), minutes)


@given(places, places, st.integers(0, 99), st.floats(1, 3), st.floats(1, 100))
@laws
def test_a_node_more_never_slows(
    points: list[tuple[float, float]],
    nodes: list[tuple[float, float]],
    seed: int,
    detour: float,
    speed: float,
) -> None:
    times = onward(len(nodes), seed)
    few, all_ = table(nodes[:1]), table(nodes)
    options = {"access_kmh": speed, "detour": detour}
    one = surface.point_times(table(points), few, times, **options).minutes
    more = surface.point_times(table(points), all_, times, **options).minutes
    assert (more <= one).all()
    slow = surface.point_times(table(points), all_, times, access_kmh=speed, detour=2 * detour)
    assert (slow.minutes >= more).all()


@given(places, places, st.integers(0, 99), st.floats(0.1, 400))
@laws
def test_a_limit_only_closes_ways(
    points: list[tuple[float, float]], nodes: list[tuple[float, float]], seed: int, km: float
) -> None:
    times = onward(len(nodes), seed)
    options = {"access_kmh": 40.0, "detour": 1.3}
    wide = surface.point_times(table(points), table(nodes), times, **options).minutes
    near = surface.point_times(table(points), table(nodes), times, **options, within_km=km).minutes
    assert (near >= wide).all()
    reached = np.isfinite(near).all(axis=1)
    apart = surface.point_times(
        table(points),
        table(nodes),
        TravelTimes(times.origins, times.destinations, 0 * times.minutes),
        access_kmh=60,
        detour=1,
    ).minutes[:, 0]  # at 60 km/h a minute is a kilometre
    assert reached.tolist() == (apart <= km + 1e-9).tolist()


@given(places, st.integers(0, 99), st.floats(1e-3, 1e3))
@laws
def test_scaling_all_masses_changes_no_boundary(
    points: list[tuple[float, float]], seed: int, factor: float
) -> None:
    nodes, times = table([(120.0, 30.0), (121.0, 31.0)]), onward(2, seed)
    mass = pd.Series({"a": 3.0, "b": 7.0})
    options = {"decay": power(2), "access_kmh": 40.0, "detour": 1.3}
    one, other = (
        surface.strength(table(points), nodes, times, mass * by, **options)  # type: ignore[arg-type]
        for by in (1.0, factor)
    )
    assert one["strongest"].tolist() == other["strongest"].tolist()
    np.testing.assert_allclose(one["margin"], other["margin"], atol=1e-9)
