"""Laws of gradients, rings and hinterlands on random observations."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from yrdgeo.analysis.gradient import FORMS, fit, hinterland, rings
from yrdgeo.results import TravelTimes

# Whole tenths keep the sums of squares well away from rounding.
tenths = st.integers(1, 10_000).map(lambda whole: whole / 10)


@st.composite
def observations(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.lists(st.tuples(tenths, tenths, tenths), min_size=4, max_size=12))
    table = pd.DataFrame(rows, columns=["value", "distance", "weight"])
    away = np.sort(table["distance"])
    # A parabola needs three distances that are told apart.
    assume(((away[1:-1] - away[0] > 1) & (away[-1] - away[1:-1] > 1)).any())
    return table.set_axis([f"c{number}" for number in range(len(rows))])


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=30)
@given(table=observations(), random=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(form: str, table: pd.DataFrame, random: object) -> None:
    mixed = table.sample(frac=1, random_state=random.randrange(2**32))  # type: ignore[attr-defined]
    expected = fit(table["value"], table["distance"], form=form, weights=table["weight"])
    found = fit(table["value"], mixed["distance"], form=form, weights=mixed["weight"])
    assert found.coefficients == pytest.approx(expected.coefficients)
    mixed_values = fit(mixed["value"], table["distance"], form=form, weights=table["weight"])
    pd.testing.assert_series_equal(mixed_values.fitted.loc[table.index], expected.fitted)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=30)
@given(table=observations())
def test_residuals_are_orthogonal_to_what_is_fitted(form: str, table: pd.DataFrame) -> None:
    result = fit(table["value"], table["distance"], form=form, weights=table["weight"])
    left = np.log(table["value"]) if FORMS[form].log_value else table["value"]
    right = np.log(table["distance"]) if FORMS[form].log_distance else table["distance"]
    scale = table["weight"].sum() * (1 + left.abs().max()) * (1 + right.abs().max())
    assert abs(table["weight"] @ result.residuals) < 1e-9 * scale
    assert abs(table["weight"] @ (result.residuals * right)) < 1e-9 * scale


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=30)
@given(table=observations())
def test_intervals_surround_the_estimates_and_r2_is_a_share(form: str, table: pd.DataFrame) -> None:
    assume(np.ptp(table["value"]) > 1)
    result = fit(table["value"], table["distance"], form=form)
    assert -1e-9 <= result.r2 <= 1 + 1e-9
    for name, estimate in result.coefficients.items():
        low, high = result.interval[name]
        assert low <= estimate <= high


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=30)
@given(table=observations(), factor=st.floats(0.1, 100))
def test_weights_have_no_unit(form: str, table: pd.DataFrame, factor: float) -> None:
    once = fit(table["value"], table["distance"], form=form, weights=table["weight"])
    scaled = fit(table["value"], table["distance"], form=form, weights=table["weight"] * factor)
    assert scaled.coefficients == pytest.approx(once.coefficients)
    for name, error in once.standard_errors.items():
        # A curve through every point has the error 0, of which rounding leaves a trace.
        trace = max(1e-12, 1e-9 * abs(once.coefficients[name]))
        assert scaled.standard_errors[name] == pytest.approx(error, abs=trace)


@settings(max_examples=100)
@given(
    table=observations(),
    edges=st.lists(st.integers(0, 1200), min_size=2, max_size=6, unique=True).map(sorted),
)
def test_rings_lose_nobody(table: pd.DataFrame, edges: list[int]) -> None:
    found = rings(table["value"], table["distance"], edges=edges, weights=table["weight"])
    assert found["n"].sum() == len(table)
    assert found["sum"].sum() == pytest.approx(table["value"].sum())
    assert set(edges) <= {*found["lo"], *found["hi"]}
    for ring in found.to_dict("records"):
        inside = table[(table["distance"] >= ring["lo"]) & (table["distance"] < ring["hi"])]
        assert ring["n"] == len(inside)
        if len(inside):
            assert ring["mean"] == pytest.approx(inside["value"].mean())
            assert ring["weighted_mean"] == pytest.approx(
                np.average(inside["value"], weights=inside["weight"])
            )


minutes = st.sampled_from([0.0, 30.0, float("inf")]) | st.floats(0, 500)


@settings(max_examples=100)
@given(data=st.data(), size=st.integers(1, 5), n_cores=st.integers(1, 4))
def test_a_hinterland_is_the_nearest_core_by_a_loop(
    data: st.DataObject, size: int, n_cores: int
) -> None:
    cores = [f"k{number}" for number in range(n_cores)]
    origins = data.draw(st.permutations([*cores[:2], *(f"c{number}" for number in range(size))]))
    matrix = [[data.draw(minutes) for _ in cores] for _ in origins]
    times = TravelTimes(origins, data.draw(st.permutations(cores)), matrix)
    table = hinterland(times, cores)
    frame = times.to_frame()
    for origin in origins:
        ranked = sorted(cores, key=lambda core: frame.loc[origin, core])
        own = origin if origin in cores else ranked[0]
        if frame.loc[origin, own] == np.inf:
            assert table.loc[origin, "core"] is None
            continue
        rivals = [frame.loc[origin, core] for core in cores if core != own]
        assert table.loc[origin, "core"] == own
        assert table.loc[origin, "travel_time_min"] == frame.loc[origin, own]
        expected = min(rivals, default=np.inf) - frame.loc[origin, own]
        assert table.loc[origin, "margin_min"] == expected
