"""Segmented gradients: breaks by hand and by brute force, and straight data that stay straight."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f as fisher

from yrdgeo.analysis.gradient import curve, deviations, segmented
from yrdgeo.errors import ArgumentError


def scattered(count: int, *, seed: int) -> pd.Series:
    """Return distances of so many places, one at the core, in no order."""
    away = np.random.default_rng(seed).uniform(10, 700, count)
    away[0] = 0.0
    names = [f"c{number:02}" for number in range(count)]
    return pd.Series(away, names, name="seat_km").sample(frac=1, random_state=seed)


def noise(like: pd.Series, *, size: float, seed: int) -> pd.Series:
    return pd.Series(np.random.default_rng(seed).normal(0, size, len(like)), like.index)


def profile_by_hand(km: pd.Series, values: pd.Series) -> tuple[float, float]:
    """Return the ends of the places whose sum of squares an F test does not reject."""
    x, y = km.to_numpy(), values.reindex(km.index).to_numpy()
    places = np.arange(120.0, 500.0, 1.0)
    totals = np.array(
        [
            np.linalg.lstsq(
                np.column_stack([np.ones(len(x)), x, np.maximum(x - at, 0)]), y, rcond=None
            )[1].item()
            for at in places
        ]
    )
    limit = totals.min() * (1 + fisher.ppf(0.95, 1, len(x) - 4) / (len(x) - 4))
    return places[totals <= limit].min(), places[totals <= limit].max()


def test_a_bend_is_found_with_its_interval_and_both_slopes() -> None:
    km = scattered(60, seed=1)
    values = 100 - 0.3 * km.clip(upper=250) + noise(km, size=3, seed=2)
    result = segmented(values.sort_index(), km)
    low, high = result.interval["break_1"]
    assert (low, high) == pytest.approx(profile_by_hand(km, values), abs=1.5)
    assert low < result.break_at < high  # type: ignore[operator]  # there is a break
    assert low < 250 < high
    assert high - low < 60
    assert result.breaks == (result.coefficients["break_1"],)
    assert result.interval["slope_1"][0] < -0.3 < result.interval["slope_1"][1]
    assert result.interval["slope_2"][0] < 0 < result.interval["slope_2"][1]
    assert result.break_test is not None
    assert result.break_test.p_value == result.break_test.p_floor == 0.001
    assert (result.form, result.base_form, result.n) == ("segmented", "linear", 60)
    assert result.note.startswith("No break: rejected (sup-F ")
    assert result.distance_unit == "km"
    assert (result.fitted + result.residuals).to_dict() == pytest.approx(values.to_dict())


@pytest.mark.parametrize("seed", range(4))
def test_straight_data_stay_straight(seed: int) -> None:
    km = scattered(41, seed=10 + seed)
    result = segmented(100 - 0.1 * km + noise(km, size=8, seed=20 + seed), km, breaks=2)
    assert result.break_test is not None
    assert result.break_test.p_value > 0.05
    assert result.break_at is None
    assert result.breaks == ()
    assert list(result.coefficients) == ["intercept", "slope"]
    assert result.note.startswith("No break: not rejected (sup-F ")


def test_a_perfect_line_has_no_break_and_a_perfect_bend_one() -> None:
    km = pd.Series(np.arange(0.0, 200.0, 10), [f"c{i:02}" for i in range(20)], name="km")
    straight = segmented(7 - 0.02 * km, km)
    assert straight.break_at is None
    assert straight.break_test is not None
    assert straight.break_test.p_value == 1.0
    twice = 7 - 0.02 * km.clip(lower=65) + 0.05 * (km - 125).clip(lower=0)
    assert segmented(twice, km, breaks=2, level=1).breaks == pytest.approx((65, 125))
    bent = segmented(7 - 0.02 * km.clip(lower=95), km)
    assert bent.break_at == pytest.approx(95)
    expected = {"intercept": 7 - 1.9, "slope_1": 0, "slope_2": -0.02, "break_1": 95}
    assert bent.coefficients == pytest.approx(expected, abs=1e-9)


def brute_force(x: np.ndarray, y: np.ndarray, w: np.ndarray, breaks: int, points: int) -> float:
    """Return the least sum of squares over a dense grid of places, segments of six and more."""
    x, y, w = (part[np.argsort(x)] for part in (x, y, w))
    least = max(3, int(np.ceil(0.15 * len(x))))
    best = np.inf
    for places in itertools.combinations(np.linspace(x[0], x[-1], points), breaks):
        counts = np.diff([0, *np.searchsorted(x, places, side="right"), len(x)])
        if counts.min() < least:
            continue
        design = np.column_stack([np.ones(len(x)), x, *(np.maximum(x - at, 0) for at in places)])
        root = np.sqrt(w)
        solved = np.linalg.lstsq(root[:, None] * design, root * y, rcond=None)[0]
        best = min(best, float(w @ (y - design @ solved) ** 2))
    return best


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("breaks", "points"), [(1, 2000), (2, 120)])
def test_no_place_on_a_grid_is_better(breaks: int, points: int, seed: int) -> None:
    km = scattered(41, seed=30 + seed)
    values = 9 - 0.01 * km + noise(km, size=2, seed=seed)  # rough: many local optima
    people = pd.Series(np.random.default_rng(seed).uniform(1, 9, 41), km.index)
    result = segmented(values, km, breaks=breaks, weights=people, level=1)
    found = float(people @ result.residuals.reindex(people.index) ** 2)
    grid = brute_force(*(part.to_numpy() for part in (km, values, people)), breaks, points)
    assert found <= grid * (1 + 1e-12)
    assert found > grid * 0.98
    assert len(result.breaks) == breaks


def test_two_breaks_are_found_one_after_the_other() -> None:
    km = scattered(90, seed=5)
    bent = 50 - 0.2 * km.clip(upper=200) + 0.2 * (km - 450).clip(lower=0)
    result = segmented(bent + noise(km, size=2, seed=6), km, breaks=2)
    assert result.breaks == pytest.approx((200, 450), abs=25)
    for name, true in (("break_1", 200), ("break_2", 450)):
        assert result.interval[name][0] < true < result.interval[name][1]
    assert list(result.coefficients) == [
        *("intercept", "slope_1", "slope_2", "slope_3", "break_1", "break_2")
    ]
    assert "1 break: rejected" in result.note
    three = segmented(bent + noise(km, size=2, seed=6), km, breaks=3)
    assert three.breaks == result.breaks
    assert "2 breaks: not rejected" in three.note


@pytest.mark.parametrize("form", ["exponential", "power", "log"])
def test_a_bend_in_logarithms_is_given_in_kilometres(form: str) -> None:
    km = scattered(80, seed=7).clip(lower=10)
    x = np.log(km) if form != "exponential" else km / 100
    bend = np.log(150) if form != "exponential" else 1.5
    line = 8 - 0.9 * x.clip(upper=bend) + noise(km, size=0.05, seed=8)
    values = line if form == "log" else np.exp(line)
    result = segmented(values, km, form=form)  # type: ignore[arg-type]
    low, high = result.interval["break_1"]
    assert low < 150 < high
    assert high - low < 80
    assert result.base_form == form
    assert (result.smearing > 1) == (form != "log")


def test_the_curve_of_a_bend_runs_through_the_fitted_values_with_a_band() -> None:
    km = scattered(50, seed=9)
    values = np.exp(5 - 0.004 * km.clip(upper=300) + noise(km, size=0.1, seed=3))
    result = segmented(values, km, form="exponential")
    drawn = curve(result, km.reindex(result.fitted.index))
    np.testing.assert_allclose(drawn["fitted"], result.fitted, rtol=1e-12)
    assert (drawn["lower"] < drawn["fitted"]).all()
    assert (drawn["fitted"] < drawn["upper"]).all()
    table = deviations(result)
    assert table["value"].to_dict() == pytest.approx(values.to_dict())


def test_errors_are_those_of_non_linear_least_squares() -> None:
    km = scattered(60, seed=1)
    values = 100 - 0.3 * km.clip(upper=250) + noise(km, size=3, seed=2)
    result = segmented(values, km)
    x, y = km.to_numpy(), values.reindex(km.index).to_numpy()

    def line(parameters: np.ndarray) -> np.ndarray:
        a, near, far, at = parameters
        return a + near * np.minimum(x, at) + far * np.maximum(x - at, 0)

    found = np.array(list(result.coefficients.values()))
    steps = np.diag(1e-5 * np.maximum(np.abs(found), 1e-3))
    jacobian = np.column_stack([(line(found + s) - line(found - s)) / (2 * s.sum()) for s in steps])
    variance = ((y - line(found)) ** 2).sum() / (len(x) - 4)
    expected = variance * np.linalg.inv(jacobian.T @ jacobian)
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    np.testing.assert_allclose(result.covariance / scale, expected / scale, atol=1e-6)


def test_p_values_are_uniform_where_there_is_no_break() -> None:
    generator = np.random.default_rng(0)
    km = pd.Series(generator.uniform(0, 700, 30), [f"c{i:02}" for i in range(30)])
    spread = 0.5 + km / 700  # and variances are not equal
    p = np.array(
        [
            segmented(
                3 - 0.01 * km + spread * generator.standard_normal(30), km, seed=draw
            ).break_test.p_value  # type: ignore[union-attr]
            for draw in range(150)
        ]
    )
    # Kolmogorov's distance at 0.1 % of 150 draws is 0.158.
    ecdf = np.searchsorted(np.sort(p), grid := np.linspace(0, 1, 101), side="right") / len(p)
    assert np.abs(ecdf - grid).max() < 0.158
    assert (p < 0.05).mean() < 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(p))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"breaks": 0}, "1 to 3.*0"),
        ({"breaks": 4}, "1 to 3.*4"),
        ({"breaks": True}, "1 to 3.*True"),
        ({"breaks": 1.5}, "1 to 3.*1.5"),
        ({"level": 0}, "level must be"),
        ({"form": "quadratic"}, "one slope"),
        ({"breaks": 1.0}, "1 to 3.*1.0"),
        ({"form": "exponentail"}, "Did you mean 'exponential'"),
    ],
)
def test_impossible_options_are_refused(change: dict[str, object], message: str) -> None:
    km = scattered(30, seed=4)
    with pytest.raises(ArgumentError, match=message):
        segmented(km + 1, km, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("distances", "breaks"),
    [([0.0, 1, 2, 3, 4], 1), ([0.0] * 10 + [1.0] * 10, 1), (list(range(8)), 2)],
)
def test_too_little_room_for_a_break_is_refused(distances: list[float], breaks: int) -> None:
    km = pd.Series(distances, [f"c{i}" for i in range(len(distances))], dtype=float)
    with pytest.raises(ArgumentError, match="more observations"):
        segmented(km + 1, km, breaks=breaks)


def test_residuals_about_a_bend_are_tested_between_neighbours() -> None:
    km = scattered(60, seed=1)
    names = sorted(km.index)
    pairs = pd.DataFrame({"from_id": names[:-1], "to_id": names[1:]})
    waves = pd.Series(np.sin(np.arange(60) / 3), names)
    values = 100 - 0.3 * km.clip(upper=250) + 5 * waves
    result = segmented(values, km, neighbours=pairs)
    assert result.residual_moran is not None
    assert result.residual_moran.p_value == 0.001
    assert "Residuals are alike between neighbours" in result.note
    assert segmented(values, km).residual_moran is None


def test_ties_at_one_distance_do_not_hide_a_break() -> None:
    km = pd.Series(np.repeat(np.arange(12.0), 4), [f"c{i:02}" for i in range(48)])
    values = 5 - km.clip(upper=6) + noise(km, size=0.3, seed=11)
    result = segmented(values, km)
    assert result.break_at == pytest.approx(6, abs=0.7)
