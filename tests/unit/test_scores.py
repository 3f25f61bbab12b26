"""Composite scores by hand, and what wrong criteria are told."""

from collections.abc import Callable
from inspect import signature

import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis import scores
from yrdgeo.errors import ArgumentError, TableError

NAN = np.nan
BETTER = {"gdp": "high", "minutes": "low"}
EVEN = pd.Series({"minutes": 1.0, "gdp": 1.0})


@pytest.fixture
def criteria() -> pd.DataFrame:
    return pd.DataFrame(
        {"minutes": [60.0, 30.0, 50.0], "gdp": [1.0, 2.0, 5.0]}, ["wuhu", "bengbu", "hefei"]
    )


def of_criteria() -> dict[str, Callable[..., object]]:
    return {
        "entropy": scores.entropy_weights,
        "critic": scores.critic_weights,
        "equal": scores.equal_weights,
        "rescaled": lambda table, *, better: scores.rescaled(table, better),
        "sum": lambda table, *, better: scores.weighted_sum(table, EVEN, better=better),
        "topsis": lambda table, *, better: scores.topsis(table, EVEN, better=better),
        "composite": scores.composite,
    }


def test_directions_turn_a_criterion_round(criteria: pd.DataFrame) -> None:
    found = scores.rescaled(criteria, BETTER)
    assert found["minutes"].to_list() == pytest.approx([0.0, 1.0, 1 / 3])
    assert found["gdp"].to_list() == [0.0, 0.25, 1.0]


def test_entropy_weights_by_hand(criteria: pd.DataFrame) -> None:
    def information(parts: list[float]) -> float:
        return float(1 + sum(p * np.log(p) for p in parts) / np.log(3))

    minutes, gdp = information([0.75, 0.25]), information([0.2, 0.8])
    found = scores.entropy_weights(criteria, better=BETTER)
    assert found.to_dict() == pytest.approx(
        {"minutes": minutes / (minutes + gdp), "gdp": gdp / (minutes + gdp)}
    )


def test_critic_weights_follow_conflict() -> None:
    # a and b are one criterion twice, c turns it round: conflicts 2, 2, 4 and equal contrast.
    table = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [10.0, 20.0, 40.0], "c": [4.0, 3.0, 1.0]})
    table.index = ["x", "y", "z"]
    found = scores.critic_weights(table, better=dict.fromkeys("abc", "high"))
    assert found.to_dict() == pytest.approx({"a": 0.25, "b": 0.25, "c": 0.5})
    # With low better, c says the same as the others, and nothing conflicts.
    alike = scores.critic_weights(table, better={"a": "high", "b": "high", "c": "low"})
    assert alike.to_dict() == pytest.approx(dict.fromkeys("abc", 1 / 3))


def test_topsis_by_hand(criteria: pd.DataFrame) -> None:
    v_min = criteria["minutes"] / np.sqrt(60**2 + 30**2 + 50**2) / 2
    v_gdp = criteria["gdp"] / np.sqrt(1 + 4 + 25) / 2
    best = np.hypot(v_min - v_min["bengbu"], v_gdp - v_gdp["hefei"])
    worst = np.hypot(v_min - v_min["wuhu"], v_gdp - v_gdp["wuhu"])
    found = scores.topsis(criteria, EVEN, better=BETTER)
    assert found.to_dict() == pytest.approx((worst / (best + worst)).to_dict())
    assert found["wuhu"] == 0.0


def test_weights_are_joined_by_name_and_scaled(criteria: pd.DataFrame) -> None:
    weights = pd.Series({"gdp": 3.0, "minutes": 1.0})
    found = scores.weighted_sum(criteria, weights, better=BETTER)
    assert found.to_dict() == pytest.approx({"wuhu": 0.0, "bengbu": 0.4375, "hefei": 5 / 6})


def test_composite_is_topsis_with_weights_of_the_data(criteria: pd.DataFrame) -> None:
    for name, weigh in scores.WEIGHTS.items():
        expected = scores.topsis(criteria, weigh(criteria, better=BETTER), better=BETTER)
        found = scores.composite(criteria, better=BETTER, weights=name)
        assert found.to_dict() == expected.to_dict()
    with pytest.raises(ArgumentError, match=r"entropie.*'entropy'"):
        scores.composite(criteria, better=BETTER, weights="entropie")
    with pytest.raises(ArgumentError, match=r"'vectors'.*'vector'"):
        scores.composite(criteria, better=BETTER, scale="vectors")  # type: ignore[arg-type]


def test_the_two_scales_of_topsis_differ(criteria: pd.DataFrame) -> None:
    vector = scores.topsis(criteria, EVEN, better=BETTER)
    minmax = scores.topsis(criteria, EVEN, better=BETTER, scale="minmax")
    z = scores.rescaled(criteria, BETTER).loc["bengbu"]
    best, worst = np.hypot(1 - z["minutes"], 1 - z["gdp"]), np.hypot(z["minutes"], z["gdp"])
    assert minmax["bengbu"] == pytest.approx(worst / (best + worst))
    assert abs(vector["bengbu"] - minmax["bengbu"]) > 0.01


@pytest.mark.parametrize("scale", ["vector", "minmax"])
@pytest.mark.parametrize("base", [1e16, 1e300, -1e308, 1e-300])
def test_long_and_close_values_are_told_apart(base: float, scale: str) -> None:
    table = pd.DataFrame({"gdp": [base, np.nextafter(base, np.inf)]}, ["a", "b"])
    only = pd.Series({"gdp": 1.0})
    found = scores.topsis(table, only, better={"gdp": "high"}, scale=scale)  # type: ignore[arg-type]
    assert found.to_dict() == {"a": 0.0, "b": 1.0}


def test_coupling_by_hand() -> None:
    levels = pd.DataFrame(
        {"economy": [0.4, 0.9, 0.0, 0.0], "ecology": [0.4, 0.1, 0.5, 0.0]}, list("dcba")
    )
    coupling = scores.coupling_degree(levels)
    assert coupling.drop("a").to_dict() == pytest.approx({"d": 1.0, "c": 0.6, "b": 0.0})
    assert np.isnan(coupling["a"])
    found = scores.coupling_coordination(levels)
    assert found.to_dict() == pytest.approx({"d": 0.4**0.5, "c": 0.3**0.5, "b": 0.0, "a": 0.0})
    weighted = scores.coupling_coordination(
        levels, weights=pd.Series({"ecology": 1.0, "economy": 3.0})
    )
    assert weighted["c"] == pytest.approx((0.6 * 0.7) ** 0.5)


LEVELS: dict[str, tuple[object, str]] = {
    "above one": (pd.DataFrame({"u": [1.1], "v": [0.5]}, ["x"]), "1.1 at x, u"),
    "negative": (pd.DataFrame({"u": [0.1], "v": [-0.5]}, ["x"]), "-0.5 at x, v"),
    "missing": (pd.DataFrame({"u": [0.1], "v": [NAN]}, ["x"]), "nan at x, v"),
    "text": (pd.DataFrame({"u": [0.1], "v": ["high"]}, ["x"]), "high at x, v"),
    "one subsystem": (pd.DataFrame({"u": [0.1]}, ["x"]), "two subsystems"),
    "city twice": (pd.DataFrame({"u": [0.1] * 2, "v": [0.1] * 2}, ["x", "x"]), "repeated.*x"),
    "subsystem twice": (pd.DataFrame([[0.1, 0.2]], ["x"], ["u", "u"]), "repeated.*u"),
    "a list": ([[0.1, 0.2]], "DataFrame.*list"),
}


@pytest.mark.parametrize("wrong", LEVELS)
@pytest.mark.parametrize("measure", [scores.coupling_degree, scores.coupling_coordination])
def test_wrong_levels_are_named(measure: Callable[[object], object], wrong: str) -> None:
    levels, said = LEVELS[wrong]
    with pytest.raises(TableError, match=f"(?s){said}"):
        measure(levels)


def test_a_mu_is_a_fifteenth_of_a_hectare() -> None:
    # 1500 mu are 1 km², so 1e8 yuan on 1 km² are 1e4 / 1500 times 1e4 yuan on a mu.
    output = pd.Series({"a": 3.0, "b": 1.0})
    area = pd.Series({"b": 1.0, "a": 2.0})
    assert scores.output_per_mu(output, area).to_dict() == pytest.approx({"a": 10.0, "b": 20 / 3})
    assert scores.output_per_km2(output, area).to_dict() == {"a": 1.5, "b": 1.0}


def test_a_city_without_an_area_has_no_value_and_is_named() -> None:
    output = pd.Series({"a": 3.0, "b": 1.0, "c": NAN})
    area = pd.Series({"a": 2.0, "b": NAN, "c": 1.0})
    for measure in (scores.output_per_mu, scores.output_per_km2):
        found = measure(output, area)
        assert found.isna().to_dict() == {"a": False, "b": True, "c": True}
        assert found.attrs["note"] == "No output or no land area: b, c."
        assert found.attrs["note_zh"] == "缺产出或土地面积：b、c。"
        assert measure(output[["a"]], area[["a"]]).attrs["note"] == ""


LAND: dict[str, tuple[object, object, str]] = {
    "no area": (pd.Series({"a": 1.0}), pd.Series({"a": 0.0}), "above zero.*a"),
    "negative area": (pd.Series({"a": 1.0}), pd.Series({"a": -2.0}), "above zero.*a"),
    "endless area": (pd.Series({"a": 1.0}), pd.Series({"a": np.inf}), "finite.*a"),
    "negative output": (pd.Series({"a": -1.0}), pd.Series({"a": 1.0}), "negative.*a"),
    "endless output": (pd.Series({"a": np.inf}), pd.Series({"a": 1.0}), "infinite.*a"),
    "text": (pd.Series({"a": "much"}), pd.Series({"a": 1.0}), "output is not a number.*a"),
    "text area": (pd.Series({"a": 1.0}), pd.Series({"a": "big"}), "area is not a number.*a"),
    "other cities": (pd.Series({"a": 1.0}), pd.Series({"b": 1.0}), "one of the two.*a, b"),
    "twice": (pd.Series([1.0, 2.0], ["a", "a"]), pd.Series({"a": 1.0}), "output are repeated.*a"),
    "a number": (pd.Series({"a": 1.0}), 2.0, "area.*Series.*float"),
}


@pytest.mark.parametrize("wrong", LAND)
def test_wrong_land_is_named(wrong: str) -> None:
    output, area, said = LAND[wrong]
    with pytest.raises(TableError, match=f"(?s){said}"):
        scores.output_per_mu(output, area)  # type: ignore[arg-type]


WRONG: dict[str, tuple[Callable[[pd.DataFrame], object], str]] = {
    "missing": (lambda t: t.assign(gdp=[1.0, NAN, 2.0]), "missing.*gdp at bengbu"),
    "infinite": (lambda t: t.assign(gdp=[1.0, np.inf, 2.0]), "infinite.*gdp at bengbu"),
    "text": (lambda t: t.assign(gdp=[1.0, "?", 2.0]), "not numbers.*gdp at bengbu"),
    "the same": (lambda t: t.assign(gdp=4.0), "the same in every city.*gdp"),
    "far apart": (lambda t: t.assign(gdp=[-1.7e308, 0.0, 1.7e308]), "too far apart.*gdp"),
    "city twice": (lambda t: t.rename({"wuhu": "hefei"}), "cities are repeated.*hefei"),
    "criterion twice": (lambda t: t.set_axis(["gdp", "gdp"], axis=1), "criteria are repeated.*gdp"),
    "one city": (lambda t: t.iloc[:1], "two cities or more"),
    "no criterion": (lambda t: t[[]], "and a criterion"),
    "a dict": (lambda t: t.to_dict(), "DataFrame.*dict"),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", of_criteria())
def test_wrong_criteria_are_named(name: str, wrong: str, criteria: pd.DataFrame) -> None:
    spoil, said = WRONG[wrong]
    with pytest.raises(TableError, match=f"(?s){said}"):
        of_criteria()[name](spoil(criteria), better=BETTER)


@pytest.mark.parametrize("name", of_criteria())
def test_a_criterion_without_a_direction_is_refused(name: str, criteria: pd.DataFrame) -> None:
    measure = of_criteria()[name]
    with pytest.raises(ArgumentError, match="none for minutes"):
        measure(criteria, better={"gdp": "high"})
    with pytest.raises(ArgumentError, match="'none' for gdp"):
        measure(criteria, better={"gdp": "none", "minutes": "low"})


WEIGHTS: dict[str, tuple[object, str]] = {
    "absent": (pd.Series({"gdp": 1.0}), "minutes"),
    "unknown": (pd.Series({"gdp": 1.0, "minutes": 1.0, "jobs": 1.0}), "jobs"),
    "twice": (pd.Series([1.0, 1.0, 1.0], ["gdp", "gdp", "minutes"]), "two weights"),
    "negative": (pd.Series({"gdp": -1.0, "minutes": 1.0}), "-1.0 for gdp"),
    "missing": (pd.Series({"gdp": 1.0, "minutes": NAN}), "nan for minutes"),
    "zero": (pd.Series({"gdp": 0.0, "minutes": 0.0}), "all zero"),
    "a list": ([0.5, 0.5], "Series.*list"),
}


@pytest.mark.parametrize("wrong", WEIGHTS)
@pytest.mark.parametrize("measure", [scores.topsis, scores.weighted_sum])
def test_wrong_weights_are_named(
    measure: Callable[..., object], wrong: str, criteria: pd.DataFrame
) -> None:
    weights, said = WEIGHTS[wrong]
    with pytest.raises(ArgumentError, match=said):
        measure(criteria, weights, better=BETTER)


@pytest.mark.parametrize("name", scores.MEASURES)
def test_a_score_of_the_registry_can_be_called(name: str, criteria: pd.DataFrame) -> None:
    measure = scores.MEASURES[name]
    assert getattr(scores, name) is measure.function
    amounts = {
        "criteria": criteria,
        "levels": scores.rescaled(criteria, BETTER),
        "output": criteria["gdp"],
        "area_km2": criteria["minutes"],
    }
    asks = "better" in signature(measure.function).parameters
    options = {**measure.defaults, **({"better": BETTER} if asks else {})}
    found = measure.function(*[amounts[taken] for taken in measure.takes], **options)
    expected = criteria.index if measure.result == "city" else criteria.columns
    assert list(found.index) == list(expected)
    assert measure.family == "score"
    assert measure.unit_en
    assert measure.unit_zh


@pytest.mark.parametrize("name", scores.__all__)
def test_every_name_of_the_scores_is_documented(name: str) -> None:
    assert getattr(scores, name).__doc__


def test_criteria_are_left_as_they_are(criteria: pd.DataFrame) -> None:
    before = criteria.copy()
    for measure in of_criteria().values():
        measure(criteria, better=BETTER)
    pd.testing.assert_frame_equal(criteria, before)
