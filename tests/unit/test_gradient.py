"""Gradients, rings and hinterlands, by hand."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis.gradient import FORMS, fit, hinterland, ring_ratios, rings
from yrdgeo.errors import ArgumentError
from yrdgeo.results import TravelTimes

INF = np.inf
NAN = np.nan


@pytest.fixture
def km() -> pd.Series:
    return pd.Series({"d": 30.0, "b": 10.0, "core": 0.0, "c": 20.0}, name="seat_km")


def test_a_straight_line_is_found_whatever_the_order(km: pd.Series) -> None:
    values = pd.Series({"core": 100.0, "b": 95.0, "c": 90.0, "d": 85.0}, name="gdp_yuan")
    result = fit(values, km)
    assert result.form == "linear"
    assert result.coefficients == pytest.approx({"intercept": 100.0, "slope": -0.5})
    assert result.r2 == pytest.approx(1.0)
    assert result.n == 4
    assert (result.distance_unit, result.value_unit) == ("km", "yuan")
    assert result.fitted.to_dict() == pytest.approx(values.to_dict())
    assert result.note == ""


def test_the_textbook_example_by_hand() -> None:
    # Σx = 6, Σy = 10, Sxx = 5, Sxy = 4: b = 0.8, a = 1.3; SSE = 1.8 on 2 degrees of freedom.
    x = pd.Series({"a": 0.0, "b": 1.0, "c": 2.0, "d": 3.0})
    y = pd.Series({"d": 4.0, "c": 2.0, "b": 3.0, "a": 1.0})
    result = fit(y, x)
    assert result.coefficients == pytest.approx({"intercept": 1.3, "slope": 0.8})
    assert result.r2 == pytest.approx(1 - 1.8 / 5)
    assert result.standard_errors["slope"] == pytest.approx((0.9 / 5) ** 0.5)
    assert result.standard_errors["intercept"] == pytest.approx((0.9 * (1 / 4 + 2.25 / 5)) ** 0.5)
    # Student's t at 97.5 % on 2 degrees of freedom is 4.302652729911275.
    reach = 4.302652729911275 * (0.9 / 5) ** 0.5
    assert result.interval["slope"] == pytest.approx((0.8 - reach, 0.8 + reach))
    assert result.residuals.to_dict() == pytest.approx({"a": -0.3, "b": 0.9, "c": -0.9, "d": 0.3})
    assert result.distance_unit == ""


def test_an_exponential_gradient_names_its_half_distance(km: pd.Series) -> None:
    values = pd.Series({"core": 8.0, "b": 4.0, "c": 2.0, "d": 1.0})
    result = fit(values, km, form="exponential")
    assert result.coefficients["slope"] == pytest.approx(-np.log(2) / 10)
    assert np.exp(result.coefficients["intercept"]) == pytest.approx(8.0)
    assert result.fitted.to_dict() == pytest.approx(values.to_dict())
    assert result.note == "Half-distance 10 km."
    rising = fit(1 / values, km, form="exponential")
    assert rising.coefficients["slope"] > 0
    assert rising.note == ""


@pytest.mark.parametrize(("form", "intercept"), [("power", np.log(100.0)), ("log", 100.0)])
def test_the_core_has_no_logarithm_and_the_note_says_so(
    km: pd.Series, form: str, intercept: float
) -> None:
    scale = {"power": lambda d: 100.0 / d**2, "log": lambda d: 100.0 - 2 * np.log(d)}[form]
    values = km.drop("core").map(scale)
    values["core"] = 1e6
    result = fit(values, km, form=form)  # type: ignore[arg-type]
    assert result.coefficients == pytest.approx({"intercept": intercept, "slope": -2.0})
    assert result.n == 3
    assert result.note == "Left out, distance 0, which has no logarithm: core."
    assert "core" not in result.fitted.index


@pytest.mark.parametrize("form", ["linear", "exponential"])
def test_the_core_is_kept_where_distance_is_plain(km: pd.Series, form: str) -> None:
    values = pd.Series({"core": 9.0, "b": 4.0, "c": 2.0, "d": 1.0})
    assert fit(values, km, form=form).n == 4  # type: ignore[arg-type]


def test_what_is_missing_or_unreachable_is_named(km: pd.Series) -> None:
    values = pd.Series({"core": 4.0, "b": 3.0, "c": 2.0, "d": 1.0, "e": NAN, "f": 7.0, "g": NAN})
    distance = pd.concat([km, pd.Series({"g": INF, "f": INF, "e": 40.0})])
    result = fit(values, distance)
    assert result.n == 4
    assert result.note == "Left out, no value: e, g. Left out, no path from the core: f."


def test_weights_pull_the_line() -> None:
    # Two pairs of places at two distances: the line runs through their weighted means.
    distance = pd.Series({"a": 0.0, "b": 0.0, "c": 10.0, "d": 10.0})
    values = pd.Series({"a": 1.0, "b": 5.0, "c": 10.0, "d": 20.0})
    people = pd.Series({"d": 1.0, "c": 4.0, "b": 1.0, "a": 3.0})
    result = fit(values, distance, weights=people)
    assert result.coefficients == pytest.approx({"intercept": 2.0, "slope": 1.0})


def test_equal_values_have_no_r2(km: pd.Series) -> None:
    result = fit(pd.Series(0.1, km.index), km)
    assert np.isnan(result.r2)
    assert result.note == "R² is undefined: all values are equal."
    assert result.coefficients["slope"] == 0.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": pd.Series({"b": 1.0, "c": 2.0, "x": 3.0, "core": 4.0})}, "different.*d, x"),
        ({"values": pd.Series([1.0, 2, 3, 4], ["b", "b", "c", "d"])}, "repeat ids.*b"),
        ({"values": [1.0, 2.0]}, "Series indexed by id"),
        ({"weights": pd.Series({"b": 1.0})}, "values and the weights"),
        ({"weights": pd.Series({"b": 0.0, "c": 1.0, "d": 1.0, "core": 1.0})}, "Weights.*at b"),
        ({"distance": pd.Series({"b": -1.0, "c": 1.0, "d": 1.0, "core": 0.0})}, "Dist.*at b"),
        ({"distance": pd.Series({"b": NAN, "c": 1.0, "d": 1.0, "core": 0.0})}, "Dist.*at b"),
        ({"distance": pd.Series({"b": 5.0, "c": 5.0, "d": 5.0, "core": 5.0})}, "at 1 distances"),
        ({"values": pd.Series({"b": INF, "c": 2.0, "d": 3.0, "core": 4.0})}, "finite.*at b"),
        ({"values": pd.Series({"b": 1.0, "c": NAN, "d": NAN, "core": 4.0})}, "three.*c, d"),
        ({"values": pd.Series({"b": "1", "c": "2", "d": "3", "core": "4"})}, "be numbers"),
        ({"values": pd.Series({"b": True, "c": False, "d": True, "core": True})}, "be numbers"),
        ({"values": pd.Series({"b": 1e200, "c": 2.0, "d": 3.0, "core": 4.0})}, "1e100.*at b"),
        ({"values": pd.Series({"b": 1e-200, "c": 2.0, "d": 3.0, "core": 4.0})}, "1e100.*at b"),
        ({"form": "cubic"}, "form.*unknown"),
        ({"form": "exponentail"}, "Did you mean 'exponential'"),
    ],
)
def test_impossible_input_is_refused_by_name(
    km: pd.Series, change: dict[str, object], message: str
) -> None:
    plain: dict[str, object] = {
        "values": pd.Series({"b": 1.0, "c": 2.0, "d": 3.0, "core": 4.0}),
        "distance": km,
    }
    with pytest.raises(ArgumentError, match=message):
        fit(**(plain | change))  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["exponential", "power"])
def test_the_logarithm_of_zero_is_refused_by_name(km: pd.Series, form: str) -> None:
    values = pd.Series({"b": 0.0, "c": -2.0, "d": 3.0, "core": 4.0})
    with pytest.raises(ArgumentError, match=r"zero or less at (b, c|c, b)"):
        fit(values, km, form=form)  # type: ignore[arg-type]
    assert fit(values, km, form="log").n == 3


def test_rings_hold_their_lower_edge_and_give_the_ratio_of_sums() -> None:
    per_head = pd.Series({"a": 10.0, "b": 4.0, "c": 1.0, "d": NAN})
    distance = pd.Series({"d": 150.0, "c": 100.0, "b": 99.999, "a": 0.0})
    people = pd.Series({"b": 2.0, "a": 1.0, "d": 9.0, "c": 5.0})
    table = rings(per_head, distance, edges=[0, 100, 200, 300], weights=people)
    assert table[["lo", "hi"]].to_numpy().tolist() == [[0, 100], [100, 200], [200, 300]]
    assert table["n"].tolist() == [2, 1, 0]
    assert table["n_missing"].tolist() == [0, 1, 0]
    assert table["mean"].tolist()[:2] == [7.0, 1.0]
    assert table["weighted_mean"].tolist()[:2] == [(10 + 8) / 3, 1.0]
    assert table["sum"].tolist() == [14.0, 1.0, 0.0]
    assert table.loc[2, ["mean", "weighted_mean"]].isna().all()


def test_places_outside_the_edges_get_a_ring_of_their_own() -> None:
    values = pd.Series({"near": 1.0, "in": 2.0, "edge": 3.0, "island": 4.0})
    distance = pd.Series({"island": INF, "edge": 200.0, "in": 100.0, "near": 99.0})
    table = rings(values, distance, edges=[100, 200])
    assert table[["lo", "hi", "n", "sum"]].to_numpy().tolist() == [
        [0.0, 100.0, 1, 1.0],
        [100.0, 200.0, 1, 2.0],
        [200.0, INF, 2, 7.0],
    ]
    assert rings(values.drop(["near", "edge", "island"]), distance.loc[["in"]], edges=[100, 200])[
        "n"
    ].tolist() == [1]


def test_places_without_a_path_stand_apart_from_an_open_ring() -> None:
    values = pd.Series({"far": 1.0, "island": 4.0})
    table = rings(values, pd.Series({"far": 1e4, "island": INF}), edges=[0, INF])
    assert table[["lo", "hi", "n"]].to_numpy().tolist() == [[0.0, INF, 1], [INF, INF, 1]]


@pytest.mark.parametrize("edges", [[], [0], [0, 0], [100, 0], [-1, 10], [0, NAN]])
def test_edges_that_make_no_ring_are_refused(km: pd.Series, edges: list[float]) -> None:
    with pytest.raises(ArgumentError, match="edges"):
        rings(km, km, edges=edges)


@pytest.fixture
def times() -> TravelTimes:
    return TravelTimes(
        ["between", "wuxi", "shanghai", "island", "nanjing"],
        ["nanjing", "wuxi", "shanghai"],
        [[50, 9, 50], [70, 0, 40], [100, 40, 0], [INF, INF, INF], [0, 70, 100]],
    )


def test_a_city_belongs_to_the_core_nearest_in_time(times: TravelTimes) -> None:
    table = hinterland(times, ["shanghai", "nanjing"])
    assert table.index.name == "adcode"
    assert table.loc["wuxi"].to_list() == ["shanghai", 40.0, 30.0]
    assert table.loc["shanghai"].to_list() == ["shanghai", 0.0, 100.0]
    assert table.loc["nanjing"].to_list() == ["nanjing", 0.0, 100.0]


def test_of_equally_near_cores_the_one_named_first_wins(times: TravelTimes) -> None:
    assert hinterland(times, ["shanghai", "nanjing"]).loc["between"].to_list() == [
        "shanghai",
        50.0,
        0.0,
    ]
    assert hinterland(times, ["nanjing", "shanghai"]).loc["between", "core"] == "nanjing"


def test_a_city_without_a_core_in_reach_has_none(times: TravelTimes) -> None:
    row = hinterland(times, ["shanghai", "nanjing"]).loc["island"]
    assert row["core"] is None
    assert row["travel_time_min"] == INF
    assert np.isnan(row["margin_min"])


def test_a_single_core_has_no_rival(times: TravelTimes) -> None:
    table = hinterland(times, pd.Index(["nanjing"]))
    assert table.loc["wuxi"].to_list() == ["nanjing", 70.0, INF]


def test_a_core_is_its_own_even_if_another_is_no_time_away() -> None:
    times = TravelTimes(["a", "b"], ["a", "b"], [[0.0, 0.0], [0.0, 0.0]])
    assert hinterland(times, ["a", "b"])["core"].to_dict() == {"a": "a", "b": "b"}
    assert hinterland(times, ["a", "b"])["margin_min"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("cores", "message"),
    [
        ([], "list, not empty"),
        ("nanjing", "list, not empty"),
        (["nanjing", "nanjing"], "repeated.*nanjing"),
        (["nanjnig"], "Did you mean 'nanjing'"),
    ],
)
def test_impossible_cores_are_refused(times: TravelTimes, cores: list[str], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        hinterland(times, cores)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_fits(km: pd.Series, form: str) -> None:
    away = pd.concat([km, pd.Series({"e": 40.0})]).rename("seat_km")
    values = pd.Series({"core": 9.0, "b": 6.0, "c": 3.5, "d": 3.0, "e": 2.0})
    assert fit(values, away, form=form).coefficients["slope"] < 0  # type: ignore[arg-type]


def test_a_parabola_is_found_and_says_where_it_turns(km: pd.Series) -> None:
    values = 5 - 0.6 * km + 0.02 * km**2
    result = fit(values, km, form="quadratic")
    expected = {"intercept": 5.0, "slope": -0.6, "curvature": 0.02}
    assert result.coefficients == pytest.approx(expected)
    assert result.note == "The fitted value is lowest at 15 km."


def test_robust_errors_by_hand() -> None:
    # x̄ = 1, Sxx = 2, residuals 1/6 −2/6 1/6, leverage 5/6 1/3 5/6.
    x = pd.Series({"a": 0.0, "b": 1.0, "c": 2.0})
    y = pd.Series({"c": 1.0, "b": 0.0, "a": 0.0})
    lean = np.array([-1.0, 0.0, 1.0]) / 2
    residual = np.array([1, -2, 1]) / 6
    hc1 = np.sqrt(3 / 1 * (lean**2 * residual**2).sum())
    hc3 = np.sqrt((lean**2 * (residual / (1 - np.array([5, 2, 5]) / 6)) ** 2).sum())
    one, three = fit(y, x, errors="hc1"), fit(y, x, errors="hc3")
    assert (one.errors, three.errors) == ("hc1", "hc3")
    assert one.standard_errors["slope"] == pytest.approx(hc1)
    assert three.standard_errors["slope"] == pytest.approx(hc3)
    assert one.coefficients == three.coefficients


def test_hc3_is_undefined_where_one_place_decides_the_slope() -> None:
    x = pd.Series({"a": 0.0, "b": 0.0, "c": 0.0, "far": 9.0})
    y = pd.Series({"a": 1.0, "b": 2.0, "c": 3.0, "far": 5.0})
    result = fit(y, x, errors="hc3")
    assert np.isnan(result.standard_errors["slope"])
    assert result.note == "HC3 is undefined: far alone decides a coefficient."


def test_unknown_errors_are_refused(km: pd.Series) -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'hc3'"):
        fit(km + 1.0, km, errors="hc2")  # type: ignore[arg-type]


@pytest.fixture
def neighbours() -> pd.DataFrame:
    """Return a chain of forty places, rows shuffled, one pair given twice and one from outside."""
    names = [f"c{number:02}" for number in range(40)]
    pairs = pd.DataFrame({"from_id": names[:-1], "to_id": names[1:]})
    odd = pd.DataFrame({"from_id": ["c01", "c05"], "to_id": ["c00", "elsewhere"]})
    return pd.concat([pairs, odd]).sample(frac=1, random_state=3)


def test_residuals_alike_between_neighbours_are_said(neighbours: pd.DataFrame) -> None:
    away = pd.Series(
        np.random.default_rng(1).uniform(0, 9, 40), [f"c{number:02}" for number in range(40)]
    )
    waves = pd.Series(np.sin(np.arange(40) / 4), away.index)
    result = fit(2 - away + waves, away, neighbours=neighbours)
    assert result.residual_moran is not None
    assert result.residual_moran.statistic > 0.8
    assert result.residual_moran.p_value == result.residual_moran.p_floor == 0.001
    assert result.note.startswith("Residuals are alike between neighbours (Moran's I 0.9")
    zigzag = pd.Series(np.tile([1.0, -1.0], 20), away.index)
    calm = fit(2 - away + zigzag, away, neighbours=neighbours)
    assert calm.note.startswith("No likeness of residuals between neighbours is found")
    island = fit(zigzag, away, neighbours=neighbours[~neighbours.isin(["c07"]).any(axis=1)])
    assert island.note.endswith("Without a neighbour in the fit: c07.")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"from": ["b"], "to_id": ["c"]}), "from_id and to_id.*without from_id"),
        ([("b", "c")], "from_id and to_id"),
        (pd.DataFrame({"from_id": ["x"], "to_id": ["y"]}), "No pair of neighbours"),
        (pd.DataFrame({"from_id": ["b"], "to_id": ["b"]}), "No pair of neighbours"),
    ],
)
def test_neighbours_that_are_none_are_refused(
    km: pd.Series, table: pd.DataFrame, message: str
) -> None:
    values = pd.Series({"core": 9.0, "b": 4.0, "c": 3.0, "d": 1.0})
    with pytest.raises(ArgumentError, match=message):
        fit(values, km, neighbours=table)


def test_ring_ratios_are_ratios_of_sums() -> None:
    gdp = pd.Series({"a": 10.0, "b": 8.0, "c": 5.0, "d": NAN})
    people = pd.Series({"d": 3.0, "c": 5.0, "b": 2.0, "a": 1.0})
    distance = pd.Series({"b": 99.999, "a": 0.0, "c": 100.0, "d": 150.0})
    table = ring_ratios(gdp, people, distance, edges=[0, 100, 200, 300])
    assert table["n"].tolist() == [2, 1, 0]
    assert table["n_missing"].tolist() == [0, 1, 0]
    assert table["ratio"].tolist()[:2] == [6.0, 1.0]
    assert table["mean_ratio"].tolist()[:2] == [7.0, 1.0]
    assert table["numerator_share"].tolist() == pytest.approx([18 / 23, 5 / 23, 0])
    assert table["denominator_within"].tolist() == pytest.approx([3 / 8, 1, 1])
    assert table.loc[2, ["ratio", "mean_ratio"]].isna().all()


def test_ring_ratios_refuse_a_denominator_of_nothing(km: pd.Series) -> None:
    with pytest.raises(ArgumentError, match=r"above zero.*not at core"):
        ring_ratios(km, km, km, edges=[0, 50])
    with pytest.raises(ArgumentError, match="different places"):
        ring_ratios(km, km.drop("b") + 1, km, edges=[0, 50])
