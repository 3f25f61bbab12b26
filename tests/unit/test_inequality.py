"""Inequality, by hand."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis import inequality
from yrdgeo.analysis.inequality_registry import PLAIN
from yrdgeo.errors import YrdGeoError

Index = Callable[..., float]

PER_HEAD = pd.Series({"341200": 1.0, "310000": 4.0, "330100": 3.0, "320500": 2.0})
PEOPLE = pd.Series({"320500": 3.0, "341200": 4.0, "310000": 1.0, "330100": 2.0})

NEEDING = {
    name: row for name, row in inequality.MEASURES.items() if row.takes in {PLAIN, PLAIN[:1]}
}
OPTIONS = {name: dict(row.defaults) for name, row in NEEDING.items()}


def measured(name: str, values: pd.Series, weights: pd.Series | None = None) -> float:
    row = NEEDING[name]
    sizes = pd.Series(1.0, values.index) if weights is None else weights
    return float(row.function(values, sizes, **row.defaults))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gini", 0.25),
        ("theil_t", sum(y / 10 * np.log(y / 2.5) for y in (1, 2, 3, 4))),
        ("theil_l", sum(np.log(2.5 / y) / 4 for y in (1, 2, 3, 4))),
        ("coefficient_of_variation", np.sqrt(1.25) / 2.5),
        ("williamson", np.sqrt(1.25) / 2.5),
        ("atkinson", 1 - ((1 + 2**0.5 + 3**0.5 + 2) / 4) ** 2 / 2.5),
        ("hoover", 0.2),
        ("palma", (0.4 * 0.4) / (0.1 + 0.6 * 0.2)),
        ("foster_greer_thorbecke", 0.25),
        ("sigma_convergence", np.log([1, 2, 3, 4]).std()),
    ],
)
def test_one_to_four_by_hand(name: str, expected: float) -> None:
    assert measured(name, PER_HEAD) == pytest.approx(expected, rel=1e-12)


def test_weighted_by_people_by_hand() -> None:
    # 10 people: 4 have 1, 3 have 2, 2 have 3, 1 has 4; mean 2.
    assert inequality.hoover(PER_HEAD, PEOPLE) == pytest.approx((4 * 1 + 2 * 1 + 1 * 2) / 10 / 4)
    assert inequality.williamson(PER_HEAD, PEOPLE) == pytest.approx(0.5)
    assert inequality.palma(PER_HEAD, PEOPLE) == pytest.approx(4 / 4)


def test_the_mean_of_williamson_is_the_regions_and_not_the_cities() -> None:
    income = PER_HEAD * PEOPLE
    mean = income.sum() / PEOPLE.sum()
    spread = np.sqrt((PEOPLE / PEOPLE.sum() * (PER_HEAD - mean) ** 2).sum()) / mean
    assert mean != PER_HEAD.mean()
    assert inequality.williamson(PER_HEAD, PEOPLE) == pytest.approx(spread, rel=1e-12)


@pytest.mark.parametrize("name", NEEDING)
def test_weights_are_joined_by_id_and_others_are_not_used(name: str) -> None:
    more = pd.concat([PEOPLE[::-1], pd.Series({"999999": np.nan})])
    assert measured(name, PER_HEAD, more) == measured(name, PER_HEAD, PEOPLE)


def test_nothing_times_the_logarithm_of_nothing_is_nothing() -> None:
    values = pd.Series({"a": 0.0, "b": 0.0, "c": 6.0})
    assert inequality.theil(values) == pytest.approx(np.log(3))
    assert inequality.theil(values, index="L") == np.inf
    assert inequality.gini(values) == pytest.approx(2 / 3)
    assert inequality.gini(values, correction="small_sample") == pytest.approx(1)
    assert inequality.palma(values) == np.inf
    assert inequality.atkinson(values, epsilon=0.5) == pytest.approx(1 - 1 / 3)


@pytest.mark.parametrize("epsilon", [1, 1.5, 40])
def test_atkinson_of_a_zero_is_one_from_an_aversion_of_one(epsilon: float) -> None:
    assert inequality.atkinson(pd.Series({"a": 0.0, "b": 1.0}), epsilon=epsilon) == 1.0


def test_atkinson_is_smooth_at_one_and_tends_to_the_least_value() -> None:
    around = [inequality.atkinson(PER_HEAD, epsilon=e) for e in (1 - 1e-9, 1, 1 + 1e-9)]
    assert np.ptp(around) < 1e-9
    assert inequality.atkinson(PER_HEAD, epsilon=2000) == pytest.approx(1 - 1 / 2.5, rel=1e-3)
    assert inequality.atkinson(PER_HEAD, epsilon=0) == 0.0


def test_a_group_of_one_city_has_nothing_within() -> None:
    province = pd.Series({"310000": "31", "341200": "34", "330100": "33", "320500": "32"})
    split = inequality.theil_within_between(PER_HEAD, province, PEOPLE)
    assert split.within == 0.0
    assert split.between == pytest.approx(split.total, rel=1e-12)
    assert (split.groups["theil"] == 0).all()


def test_a_circle_that_crosses_a_border_is_split_there() -> None:
    levels = pd.DataFrame(
        {"province": ["31", "32", "33", "34"], "circle": ["delta", "delta", "delta", "Hefei"]},
        ["310000", "320500", "330100", "341200"],
    )
    split = inequality.theil_nested(PER_HEAD, levels, PEOPLE)
    circles = split.groups[split.groups["level"] == "circle"]["group"]
    assert set(circles) == {"31 / delta", "32 / delta", "33 / delta", "34 / Hefei"}
    assert split.terms.index.tolist() == [
        "between province",
        "between circle within province",
        "within circle",
    ]
    assert split.terms.iloc[1:].tolist() == [0.0, 0.0]


def test_a_group_that_has_nothing_shares_nothing() -> None:
    values = pd.Series({"a": 0.0, "b": 0.0, "c": 1.0, "d": 3.0})
    groups = pd.Series({"a": "poor", "b": "poor", "c": "rich", "d": "rich"}, name="half")
    split = inequality.theil_within_between(values, groups)
    assert split.between == pytest.approx(np.log(2))
    assert split.within == pytest.approx(inequality.theil(values[2:]), rel=1e-12)
    infinite = inequality.theil_within_between(values, groups, index="L")
    assert infinite.between == np.inf
    assert infinite.within == pytest.approx(inequality.theil(values[2:], index="L") / 2)
    assert infinite.shares.isna().all()


def test_shares_of_the_terms_add_up_to_one() -> None:
    groups = pd.Series({"310000": "rich", "330100": "rich", "320500": "poor", "341200": "poor"})
    split = inequality.theil_within_between(PER_HEAD, groups, PEOPLE)
    assert split.shares.sum() == pytest.approx(1)
    share = inequality.theil_share(PER_HEAD, groups, PEOPLE, term=-1)
    assert share == pytest.approx(split.within / split.total)
    assert "between group" in repr(split)
    assert "<script>" not in split.__class__._repr_html_(
        inequality.theil_within_between(PER_HEAD, groups.rename("<script>"))
    )


def test_concentration_of_a_value_ranked_by_itself_is_its_gini() -> None:
    found = inequality.concentration_index(PER_HEAD, PER_HEAD, PEOPLE)
    assert found == pytest.approx(inequality.gini(PER_HEAD, PEOPLE))
    opposite = inequality.concentration_index(PER_HEAD, -PER_HEAD, PEOPLE)
    assert opposite == pytest.approx(-found)


def test_cities_that_tie_in_rank_share_it() -> None:
    alike = pd.Series(5.0, PER_HEAD.index)
    assert inequality.concentration_index(PER_HEAD, alike, PEOPLE) == pytest.approx(0, abs=1e-15)


def test_bounded_forms_mirror_a_value_and_its_lack() -> None:
    wealth = pd.Series({"310000": 9.0, "341200": 1.0, "330100": 5.0, "320500": 6.0})
    for form in ("erreygers", "wagstaff"):
        have, lack = (
            inequality.concentration_index(v, wealth, form=form, lower=0, upper=10)  # type: ignore[arg-type]
            for v in (PER_HEAD, 10 - PER_HEAD)
        )
        assert have == pytest.approx(-lack)
        assert have > 0
    standard = inequality.concentration_index(PER_HEAD, wealth)
    bounds = {"lower": 0.0, "upper": 10.0}
    erreygers = inequality.concentration_index(PER_HEAD, wealth, form="erreygers", **bounds)
    assert erreygers == pytest.approx(4 * 2.5 / 10 * standard)
    wagstaff = inequality.concentration_index(PER_HEAD, wealth, form="wagstaff", **bounds)
    assert wagstaff == pytest.approx(10 * 2.5 / (7.5 * 2.5) * standard)


def test_poverty_by_hand() -> None:
    line = {"line": 3.0}
    found = [
        inequality.foster_greer_thorbecke(PER_HEAD, PEOPLE, alpha=alpha, **line)
        for alpha in (0, 1, 2)
    ]
    assert found == pytest.approx([0.7, (4 * 2 / 3 + 3 / 3) / 10, (4 * 4 / 9 + 3 / 9) / 10])
    minutes = pd.Series({"a": 30.0, "b": 60.0, "c": 90.0})
    late = inequality.foster_greer_thorbecke(minutes, alpha=1, line=60, poor="above")
    assert late == pytest.approx(0.5 / 3)


def test_poverty_of_nothing_at_all_is_whole() -> None:
    nobody = pd.Series({"a": 0.0, "b": 0.0})
    assert inequality.foster_greer_thorbecke(nobody, line=1.0, alpha=2) == 1.0
    assert inequality.foster_greer_thorbecke(nobody) == 0.0


def test_a_relative_line_is_a_share_of_the_median_of_people() -> None:
    # Half of the ten people do not exceed 2.
    found = inequality.foster_greer_thorbecke(PER_HEAD, PEOPLE, line_share=1.0)
    assert found == inequality.foster_greer_thorbecke(PER_HEAD, PEOPLE, line=2.0) == 0.4


def test_halved_gaps_have_a_half_life_of_the_period() -> None:
    found = inequality.beta_convergence(PER_HEAD, 3 * PER_HEAD[::-1] ** 0.5, years=7)
    assert found.half_life_years == pytest.approx(7)
    assert found.slope == pytest.approx(-0.5 / 7)
    assert found.speed == pytest.approx(np.log(2) / 7)
    assert found.speed_interval[0] <= found.speed <= found.speed_interval[1]
    assert "half-life = 7 years" in repr(found)


def test_a_gap_that_grows_has_no_half_life() -> None:
    found = inequality.beta_convergence(PER_HEAD, PER_HEAD**2, years=7)
    assert found.slope > 0 > found.speed
    assert np.isnan(found.half_life_years)
    assert "do not converge" in found.note


def test_growth_that_is_alike_everywhere_is_no_convergence() -> None:
    found = inequality.beta_convergence(PER_HEAD, 1.7 * PER_HEAD, years=7)
    assert (found.slope, found.speed) == (0, 0)
    assert np.isnan(found.half_life_years)


def test_numbers_far_apart_do_not_overflow() -> None:
    wide = pd.Series({"a": 1e-300, "b": 1e300, "c": 1.0})
    assert [inequality.atkinson(wide, epsilon=e) for e in (1, 5)] == [1, 1]
    assert inequality.theil(wide) == pytest.approx(np.log(3))
    poor = pd.Series({"a": 1e-30, "b": 1.0})
    assert inequality.theil(poor, index="L") == pytest.approx(np.log(0.5) + 15 * np.log(10))
    huge = [inequality.gini(PER_HEAD * unit, PEOPLE * unit) for unit in (1e-300, 1, 1e300)]
    assert huge == pytest.approx([huge[1]] * 3, rel=1e-12)


def test_near_equals_keep_their_digits() -> None:
    near = pd.Series({"a": 1.0, "b": 1 + 1e-6})
    for index in ("T", "L"):
        assert inequality.theil(near, index=index) == pytest.approx(1e-12 / 8, rel=1e-4)  # type: ignore[arg-type]


def test_an_order_that_turns_has_no_speed() -> None:
    found = inequality.beta_convergence(PER_HEAD, 1 / PER_HEAD, years=1)
    assert found.slope == pytest.approx(-2)
    assert np.isnan([found.speed, found.half_life_years]).all()
    assert "turns" in found.note
    assert np.isnan(inequality.convergence_speed(PER_HEAD, 1 / PER_HEAD))


BAD = {
    "negative": (PER_HEAD.replace(4.0, -4.0), PEOPLE, "310000"),
    "missing": (PER_HEAD.replace(4.0, np.nan), PEOPLE, "310000"),
    "infinite": (PER_HEAD.replace(4.0, np.inf), PEOPLE, "310000"),
    "text": (PER_HEAD.astype(object).replace(4.0, "four"), PEOPLE, "310000"),
    "repeated": (pd.concat([PER_HEAD, PER_HEAD[["310000"]]]), PEOPLE, "310000"),
    "zero weight": (PER_HEAD, PEOPLE.replace(1.0, 0.0), "310000"),
    "negative weight": (PER_HEAD, PEOPLE.replace(1.0, -1.0), "310000"),
    "missing weight": (PER_HEAD, PEOPLE.replace(1.0, np.nan), "310000"),
    "no weight": (PER_HEAD, PEOPLE.drop("310000"), "310000"),
    "repeated weight": (PER_HEAD, pd.concat([PEOPLE, PEOPLE[["310000"]]]), "310000"),
    "weights by number": (PER_HEAD, PEOPLE.rename(index=int), "310000"),
    "no Series": (PER_HEAD.to_numpy(), PEOPLE, "Series"),
    "no cities": (PER_HEAD[:0], PEOPLE, "cit"),
}


@pytest.mark.parametrize("fault", BAD)
@pytest.mark.parametrize("name", NEEDING)
def test_bad_input_is_an_error_that_names_the_id(name: str, fault: str) -> None:
    values, weights, named = BAD[fault]
    with pytest.raises(YrdGeoError, match=named):
        measured(name, values, weights)


INEQUALITIES = sorted(set(NEEDING) - {"foster_greer_thorbecke"})


@pytest.mark.parametrize("name", INEQUALITIES)
def test_one_city_and_nothing_but_zeros_are_errors(name: str) -> None:
    with pytest.raises(YrdGeoError, match=r"2 cities or more.*310000"):
        measured(name, PER_HEAD[["310000"]])
    with pytest.raises(YrdGeoError, match="zero"):
        measured(name, PER_HEAD * 0)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: inequality.theil(PER_HEAD, index="t"), "T"),  # type: ignore[arg-type]
        (lambda: inequality.gini(PER_HEAD, correction="small"), "small_sample"),  # type: ignore[arg-type]
        (lambda: inequality.atkinson(PER_HEAD, epsilon=-1), "epsilon"),
        (lambda: inequality.atkinson(PER_HEAD, epsilon=np.nan), "epsilon"),
        (lambda: inequality.williamson(PER_HEAD, None), "population"),  # type: ignore[arg-type]
        (lambda: inequality.sigma_convergence(PER_HEAD.replace(1.0, 0.0)), "341200"),
        (lambda: inequality.theil_within_between(PER_HEAD, PEOPLE.drop("310000")), "310000"),
        (lambda: inequality.theil_nested(PER_HEAD, pd.DataFrame(index=PER_HEAD.index)), "level"),
        (lambda: inequality.theil_share(PER_HEAD, PEOPLE, term=2), "-2 to 1"),
        (lambda: inequality.concentration_index(PER_HEAD, PEOPLE.drop("310000")), "310000"),
        (lambda: inequality.concentration_index(PER_HEAD, PEOPLE, form="e"), "erreygers"),  # type: ignore[arg-type]
        (lambda: inequality.concentration_index(PER_HEAD, PEOPLE, form="erreygers"), "lower"),
        (lambda: inequality.concentration_index(PER_HEAD, PEOPLE, upper=5), "upper"),
        (
            lambda: inequality.concentration_index(
                PER_HEAD, PEOPLE, form="wagstaff", lower=0, upper=3
            ),
            "1 to 4",
        ),
        (lambda: inequality.concentration_index(PER_HEAD, [1, 2, 3, 4]), "list"),  # type: ignore[arg-type]
        (
            lambda: inequality.concentration_index(
                PER_HEAD, PEOPLE, form="erreygers", lower=0, upper=np.inf
            ),
            "upper",
        ),
        (lambda: inequality.atkinson(PER_HEAD, epsilon="1"), "epsilon"),  # type: ignore[arg-type]
        (lambda: inequality.foster_greer_thorbecke(PER_HEAD, line="3"), "line"),  # type: ignore[arg-type]
        (lambda: inequality.beta_convergence(PER_HEAD, [1, 2, 3, 4], years=1), "list"),  # type: ignore[arg-type]
        (lambda: inequality.beta_convergence(PER_HEAD, -PEOPLE, years=1), "310000"),
        (
            lambda: inequality.beta_convergence(
                PER_HEAD * 0 + [1, 1, 1, 1 + 2e-16], PEOPLE, years=1
            ),
            "unalike",
        ),
        (
            lambda: inequality.beta_convergence(PER_HEAD, PEOPLE, years=1, controls=[1]),  # type: ignore[arg-type]
            "table by id",
        ),
        (lambda: inequality.foster_greer_thorbecke(PER_HEAD, alpha=-1), "alpha"),
        (lambda: inequality.foster_greer_thorbecke(PER_HEAD, line=0), "line"),
        (lambda: inequality.foster_greer_thorbecke(PER_HEAD, line_share=2), "line_share"),
        (lambda: inequality.foster_greer_thorbecke(PER_HEAD, poor="above"), "line"),
        (lambda: inequality.foster_greer_thorbecke(PER_HEAD, poor="under"), "below"),  # type: ignore[arg-type]
        (lambda: inequality.beta_convergence(PER_HEAD, PEOPLE, years=0), "years"),
        (lambda: inequality.beta_convergence(PER_HEAD, PEOPLE.drop("310000"), years=1), "310000"),
        (lambda: inequality.beta_convergence(PER_HEAD * 0 + 1, PEOPLE, years=1), "unalike"),
        (lambda: inequality.beta_convergence(PER_HEAD[:2], PEOPLE, years=1), "3 cities"),
        (
            lambda: inequality.beta_convergence(PER_HEAD, PEOPLE, years=1, covariance="HC9"),  # type: ignore[arg-type]
            "HC1",
        ),
        (
            lambda: inequality.beta_convergence(
                PER_HEAD, PEOPLE, years=1, controls=np.log(PER_HEAD).to_frame("again")
            ),
            "identified",
        ),
        (
            lambda: inequality.beta_convergence(
                PER_HEAD, PEOPLE, years=1, controls=PEOPLE.to_frame("slope")
            ),
            "names of their own",
        ),
    ],
)
def test_an_option_out_of_its_domain_is_an_error(call: Index, named: str) -> None:
    with pytest.raises(YrdGeoError, match=named):
        call()


def test_arguments_are_left_as_they_were() -> None:
    values, people = PER_HEAD.copy(), PEOPLE.copy()
    for name in NEEDING:
        measured(name, values, people)
    pd.testing.assert_series_equal(values, PER_HEAD)
    pd.testing.assert_series_equal(people, PEOPLE)


def test_the_lorenz_curve_runs_from_nothing_to_all_by_adcode() -> None:
    curve = inequality.lorenz(PER_HEAD, PEOPLE)
    assert curve.index.tolist() == ["", "341200", "320500", "330100", "310000"]
    assert curve.loc["320500"].tolist() == pytest.approx([0.7, 0.5])


@pytest.mark.parametrize("name", inequality.MEASURES)
def test_a_row_says_in_two_languages_what_it_is(name: str) -> None:
    row = inequality.MEASURES[name]
    assert row.family == "inequality"
    assert row.result == "group"
    assert row.function.__doc__
    for text in (row.title_zh, row.title_en, row.meaning_zh, row.meaning_en, row.unit_zh):
        assert text.strip()
    assert row.meaning_zh.endswith("。")
    assert row.meaning_en.endswith(".")


def test_every_public_name_exists_and_is_documented() -> None:
    for name in inequality.__all__:
        assert getattr(inequality, name).__doc__
