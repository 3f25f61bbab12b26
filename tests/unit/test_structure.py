"""Industrial structure by hand, and what a wrong sector table is told."""

from collections.abc import Callable
from inspect import signature

import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis import structure
from yrdgeo.errors import ArgumentError, TableError

ONE_TABLE = [
    structure.location_quotient,
    structure.symmetric_quotient,
    structure.specialisation,
    structure.herfindahl,
    structure.hoover_localisation,
    structure.krugman,
    structure.similarity,
    structure.complementarity,
]
TWO_TABLES = [
    structure.gradient_coefficient,
    structure.moore_angle,
    structure.shift_share,
    structure.esteban_marquillas,
    structure.trade_complementarity,
]
NAN = np.nan


@pytest.fixture
def added() -> pd.DataFrame:
    rows = {"suzhou_ah": [20.0, 30.0, 50.0], "suzhou_js": [0.0, 60.0, 40.0]}
    return pd.DataFrame.from_dict(rows, "index", columns=["farms", "mills", "shops"])


@pytest.fixture
def jobs() -> pd.DataFrame:
    rows = {"suzhou_js": [10.0, 60.0, 30.0], "suzhou_ah": [50.0, 20.0, 30.0]}
    table = pd.DataFrame.from_dict(rows, "index", columns=["farms", "mills", "shops"])
    return table[["shops", "farms", "mills"]]


def test_location_quotients_against_the_sum_of_the_table(added: pd.DataFrame) -> None:
    # The area has 20, 90, 90 of 200: shares .1, .45, .45.
    found = structure.location_quotient(added)
    assert found.loc["suzhou_ah"].to_list() == pytest.approx([2.0, 0.3 / 0.45, 0.5 / 0.45])
    assert found.loc["suzhou_js"].to_list() == pytest.approx([0.0, 0.6 / 0.45, 0.4 / 0.45])
    symmetric = structure.symmetric_quotient(added)
    assert symmetric.loc["suzhou_ah"].to_list() == pytest.approx([1 / 3, -0.2, 1 / 19])
    assert symmetric.loc["suzhou_js", "farms"] == -1.0


def test_location_quotients_against_a_nation(added: pd.DataFrame) -> None:
    nation = pd.Series({"shops": 500.0, "farms": 100.0, "mills": 400.0})
    found = structure.location_quotient(added, reference=nation)
    assert found.loc["suzhou_ah"].to_list() == pytest.approx([2.0, 0.75, 1.0])
    # What no city of the table does counts as 0 against a nation that does it.
    idle = added.assign(farms=0.0)
    assert structure.location_quotient(idle, reference=nation)["farms"].to_list() == [0.0, 0.0]


def test_krugman_similarity_and_complementarity(added: pd.DataFrame) -> None:
    pair = ("suzhou_js", "suzhou_ah")
    assert structure.krugman(added).loc[pair] == pytest.approx(0.2 + 0.3 + 0.1)
    assert structure.complementarity(added).loc[pair] == pytest.approx(0.3)
    cosine = (0.3 * 0.6 + 0.5 * 0.4) / np.sqrt(0.38 * 0.52)
    assert structure.similarity(added).loc[pair] == pytest.approx(cosine)
    assert structure.specialisation(added).to_list() == pytest.approx([0.3, 0.3])
    assert structure.herfindahl(added).to_dict() == pytest.approx(
        {"suzhou_ah": 0.38, "suzhou_js": 0.52}
    )


def test_nothing_in_common_is_two_and_zero() -> None:
    apart = pd.DataFrame({"farms": [7.0, 0.0], "mills": [0.0, 3.0]}, ["a", "b"])
    assert structure.krugman(apart).loc["a", "b"] == 2.0
    assert structure.complementarity(apart).loc["a", "b"] == 1.0
    assert structure.similarity(apart).loc["a", "b"] == 0.0
    assert structure.moore_angle(apart, apart[::-1].set_axis(["b", "a"])).to_list() == [0.0, 0.0]
    swapped = apart.set_axis(["b", "a"])
    assert structure.moore_angle(apart, swapped).to_list() == pytest.approx([90.0, 90.0])


def test_gradient_coefficients_by_hand(added: pd.DataFrame, jobs: pd.DataFrame) -> None:
    found = structure.gradient_coefficient(added, jobs)
    # Mills in suzhou_js: LQ .6/.45; 60 of 90 value added with 60 of 80 jobs.
    assert found.loc["suzhou_js", "mills"] == pytest.approx(0.6 / 0.45 * (60 / 90) / (60 / 80))
    assert found.loc["suzhou_js", "farms"] == 0.0
    assert list(found.columns) == ["farms", "mills", "shops"]


def test_nothing_made_by_nobody_has_no_gradient(added: pd.DataFrame, jobs: pd.DataFrame) -> None:
    jobs.loc["suzhou_js", "farms"] = 0.0
    found = structure.gradient_coefficient(added, jobs)
    assert np.isnan(found.loc["suzhou_js", "farms"])
    assert found.notna().sum().sum() == 5


def test_value_added_by_nobody_is_refused(added: pd.DataFrame, jobs: pd.DataFrame) -> None:
    jobs.loc["suzhou_ah", "mills"] = 0.0
    with pytest.raises(TableError, match="nobody at suzhou_ah, mills"):
        structure.gradient_coefficient(added, jobs)


def test_gradient_coefficients_against_a_nation(added: pd.DataFrame, jobs: pd.DataFrame) -> None:
    nation = (
        pd.Series({"mills": 400.0, "farms": 100.0, "shops": 500.0}),
        pd.Series({"farms": 300.0, "shops": 400.0, "mills": 300.0}),
    )
    found = structure.gradient_coefficient(added, jobs, reference=nation)
    expected = (0.2 / 0.1) * (20 / 100) / (50 / 300)
    assert found.loc["suzhou_ah", "farms"] == pytest.approx(expected)


def test_hoover_against_all_sectors_and_against_people(added: pd.DataFrame) -> None:
    # Both cities have half of everything.
    assert structure.hoover_localisation(added).to_dict() == pytest.approx(
        {"farms": 0.5, "mills": 1 / 6, "shops": 1 / 18}
    )
    people = pd.Series({"suzhou_js": 1.0, "suzhou_ah": 3.0})
    found = structure.hoover_localisation(added, reference=people)
    assert found.to_dict() == pytest.approx({"farms": 0.25, "mills": 5 / 12, "shops": 7 / 36})


def test_upgrading_follows_the_order_and_not_the_columns(added: pd.DataFrame) -> None:
    order = ["farms", "mills", "shops"]
    found = structure.upgrade_index(added[["shops", "farms", "mills"]], order=order)
    assert found.to_dict() == pytest.approx({"suzhou_ah": 2.3, "suzhou_js": 2.4})
    for wrong in (order[:2], [*order, "farms"], [*order, "banks"]):
        with pytest.raises(ArgumentError, match=r"shops|farms repeated|banks"):
            structure.upgrade_index(added, order=wrong)


def test_a_small_turn_keeps_its_digits() -> None:
    before = pd.DataFrame({"farms": [1.0], "mills": [1.0]}, ["a"])
    after = pd.DataFrame({"farms": [1.0 + 2e-10], "mills": [1.0]}, ["a"])
    assert structure.moore_angle(before, after)["a"] == pytest.approx(np.degrees(1e-10), rel=1e-5)


def test_shift_and_share_by_hand() -> None:
    # The area grows 200 → 240, g = .2; farms 100 → 90, mills 100 → 150.
    before = pd.DataFrame({"farms": [50.0, 50.0], "mills": [20.0, 80.0]}, ["a", "b"])
    after = pd.DataFrame({"mills": [90.0, 60.0], "farms": [50.0, 40.0]}, ["b", "a"])
    parts = structure.shift_share(before, after)
    assert parts.loc[("a", "farms")].to_dict() == pytest.approx(
        {"change": -10.0, "national": 10.0, "industry_mix": -15.0, "competitive": -5.0}
    )
    assert parts.loc[("a", "mills")].to_dict() == pytest.approx(
        {"change": 40.0, "national": 4.0, "industry_mix": 6.0, "competitive": 30.0}
    )
    assert list(parts.index.names) == ["adcode", "sector"]
    split = structure.esteban_marquillas(before, after)
    # With the area's structure a would have 35 of each; its mills grew 200 % against 50 %.
    assert split.loc[("a", "mills"), "competitive"] == pytest.approx(35 * 1.5)
    assert split.loc[("a", "mills"), "allocation"] == pytest.approx((20 - 35) * 1.5)


def test_shift_and_share_against_a_nation_and_of_what_comes_or_goes() -> None:
    before = pd.DataFrame({"farms": [50.0], "mills": [0.0]}, ["a"])
    after = pd.DataFrame({"farms": [0.0], "mills": [5.0]}, ["a"])
    nation = (pd.Series({"mills": 10.0, "farms": 90.0}), pd.Series({"farms": 0.0, "mills": 110.0}))
    parts = structure.shift_share(before, after, reference=nation)
    assert parts.loc[("a", "farms")].to_list() == pytest.approx([-50.0, 5.0, -55.0, 0.0])
    assert parts.loc[("a", "mills")].to_list() == pytest.approx([5.0, 0.0, 0.0, 5.0])
    with pytest.raises(TableError, match="0 at a, mills"):
        structure.esteban_marquillas(before, after, reference=nation)
    with pytest.raises(TableError, match=r"reference of the first year.*0 at mills"):
        structure.shift_share(before, after)


def test_trade_complementarity_by_hand(added: pd.DataFrame, jobs: pd.DataFrame) -> None:
    supply, demand = added.assign(farms=[20.0, 10.0]), jobs
    found = structure.trade_complementarity(supply, demand)
    weights = (supply.sum() / supply.sum().sum()).to_dict()
    expected = sum(
        (supply.loc["suzhou_js", k] / supply.loc["suzhou_js"].sum() / weights[k])
        * (demand.loc["suzhou_ah", k] / 100 / (demand[k].sum() / 200))
        * weights[k]
        for k in weights
    )
    assert found.loc["suzhou_js", "suzhou_ah"] == pytest.approx(expected)
    assert list(found.index) == list(found.columns) == ["suzhou_ah", "suzhou_js"]


@pytest.mark.parametrize("sectors", [2, 9, 10])
def test_fewer_than_ten_sectors_carry_a_caution(sectors: int) -> None:
    table = pd.DataFrame(np.ones((2, sectors)), ["a", "b"]).rename(columns=str)
    expected = sectors < 10
    for measure in ONE_TABLE:
        assert bool(measure(table).attrs["note"]) == expected
        assert bool(measure(table).attrs["note_zh"]) == expected
    for change in TWO_TABLES:
        assert bool(change(table, table).attrs["note"]) == expected
    assert bool(structure.caution(table)) == expected
    assert (f"仅{sectors}个行业" in structure.caution(table, language="zh")) == expected


WRONG: dict[str, tuple[Callable[[pd.DataFrame], object], str]] = {
    "negative": (lambda t: t.assign(farms=[-1.0, 2.0]), "negative.*-1.0 at suzhou_ah, farms"),
    "missing": (lambda t: t.assign(mills=[1.0, NAN]), "missing.*nan at suzhou_js, mills"),
    "none": (lambda t: t.assign(mills=[None, 1.0]), "missing.*at suzhou_ah, mills"),
    "infinite": (lambda t: t.assign(shops=[np.inf, 1.0]), "infinite.*suzhou_ah, shops"),
    "text": (lambda t: t.assign(shops=["n/a", "1"]), "not numbers.*n/a at suzhou_ah, shops"),
    "dates": (
        lambda t: t.assign(shops=pd.to_datetime(["2020-01-01", "2021-01-01"])),
        "not numbers.*suzhou_ah, shops",
    ),
    "city of nothing": (lambda t: t.mul([1.0, 0.0], axis=0), "nothing in any sector.*suzhou_js"),
    "sector of nothing": (lambda t: t.assign(farms=0.0), "nothing in any city.*farms"),
    "city twice": (lambda t: t.rename({"suzhou_js": "suzhou_ah"}), "repeated.*suzhou_ah"),
    "sector twice": (lambda t: t.rename(columns={"farms": "mills"}), "repeated.*mills"),
    "one sector": (lambda t: t[["farms"]], "two sectors or more.*farms"),
    "no sector": (lambda t: t[[]], "two sectors or more"),
    "no city": (lambda t: t.iloc[:0], "no cities"),
    "nameless city": (lambda t: t.rename({"suzhou_js": None}), "have no name"),
    "overflow": (lambda t: t * 1e306, "too large"),
    "a list": (lambda t: t.to_numpy().tolist(), "DataFrame.*list"),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("measure", ONE_TABLE)
def test_a_wrong_table_is_named(
    measure: Callable[[object], object], wrong: str, added: pd.DataFrame
) -> None:
    spoil, said = WRONG[wrong]
    with pytest.raises(TableError, match=f"(?s){said}"):
        measure(spoil(added + 1.0))


@pytest.mark.parametrize("wrong", [name for name in WRONG if name != "sector of nothing"])
@pytest.mark.parametrize("measure", TWO_TABLES)
@pytest.mark.parametrize("place", [0, 1])
def test_a_wrong_table_of_two_is_named(
    measure: Callable[..., object], wrong: str, place: int, added: pd.DataFrame
) -> None:
    spoil, said = WRONG[wrong]
    tables: list[object] = [added + 1.0, added + 1.0]
    tables[place] = spoil(added + 1.0)
    with pytest.raises(TableError, match=f"(?s){said}"):
        measure(*tables)


def test_several_faults_come_at_once(added: pd.DataFrame) -> None:
    added.loc["suzhou_ah"] = [NAN, -3.0, np.inf]
    with pytest.raises(TableError, match=r"(?s)3 problems.*missing.*negative.*infinite") as caught:
        structure.krugman(added)
    assert "suzhou_ah, mills" in str(caught.value)


@pytest.mark.parametrize("measure", TWO_TABLES)
def test_tables_of_different_cities_or_sectors_are_named(
    measure: Callable[..., object], added: pd.DataFrame
) -> None:
    other = (added + 1.0).rename({"suzhou_js": "wuxi"}).rename(columns={"shops": "banks"})
    with pytest.raises(TableError, match=r"(?s)suzhou_js.*wuxi.*shops.*banks"):
        measure(added + 1.0, other)
    nothing = added.assign(farms=0.0)
    with pytest.raises(TableError, match=r"nothing in either table.*farms"):
        measure(nothing, nothing)


REFERENCES: dict[str, tuple[object, str]] = {
    "absent": (pd.Series({"farms": 1.0, "mills": 1.0}), "shops"),
    "unknown": (pd.Series({"farms": 1.0, "mills": 1.0, "shops": 1.0, "banks": 1.0}), "banks"),
    "twice": (pd.Series([1.0] * 4, ["farms", "mills", "shops", "shops"]), "repeated.*shops"),
    "zero": (pd.Series({"farms": 0.0, "mills": 1.0, "shops": 1.0}), "0 at farms"),
    "missing": (pd.Series({"farms": 1.0, "mills": NAN, "shops": 1.0}), "nan at mills"),
    "infinite": (pd.Series({"farms": 1.0, "mills": np.inf, "shops": 1.0}), "inf at mills"),
    "text": (pd.Series({"farms": "1", "mills": "2", "shops": "many"}), "nan at shops"),
    "a dict": ({"farms": 1.0, "mills": 1.0, "shops": 1.0}, "Series.*dict"),
}


@pytest.mark.parametrize("wrong", REFERENCES)
@pytest.mark.parametrize("measure", [structure.location_quotient, structure.specialisation])
def test_a_wrong_reference_is_named(
    measure: Callable[..., object], wrong: str, added: pd.DataFrame
) -> None:
    reference, said = REFERENCES[wrong]
    with pytest.raises(TableError, match=f"(?s){said}"):
        measure(added, reference=reference)


@pytest.mark.parametrize("measure", [structure.gradient_coefficient, structure.shift_share])
def test_two_tables_need_two_references(
    measure: Callable[..., object], added: pd.DataFrame
) -> None:
    whole = added.sum() + 1.0
    for wrong in (whole, (whole,), [whole, whole], (whole, whole, whole)):
        with pytest.raises(TableError, match="tuple of two Series"):
            measure(added + 1.0, added + 1.0, reference=wrong)
    with pytest.raises(TableError, match=r"(?s)reference of .*shops"):
        measure(added + 1.0, added + 1.0, reference=(whole, whole.drop("shops")))


def test_arguments_are_left_as_they_are(added: pd.DataFrame, jobs: pd.DataFrame) -> None:
    before = added.copy()
    for measure in ONE_TABLE:
        measure(added)
    jobs += 1.0
    kept = jobs.copy()
    for change in TWO_TABLES:
        change(added + 1.0, jobs)
    pd.testing.assert_frame_equal(added, before)
    pd.testing.assert_frame_equal(jobs, kept)
    assert added.attrs == jobs.attrs == {}


def test_whole_numbers_and_nullable_ones_are_amounts(added: pd.DataFrame) -> None:
    for kind in ("int64", "Int64", "Float64", "object"):
        pd.testing.assert_frame_equal(
            structure.krugman(added.astype(kind)), structure.krugman(added)
        )


@pytest.mark.parametrize("name", structure.MEASURES)
def test_a_row_of_the_registry_can_be_called(name: str, added: pd.DataFrame) -> None:
    measure = structure.MEASURES[name]
    assert getattr(structure, name) is measure.function
    assert name in structure.__all__
    table = (added + 1.0).set_axis(structure.THREE_SECTORS, axis="columns")
    found = measure.function(*[table] * len(measure.takes), **measure.defaults)
    parameters = list(signature(measure.function).parameters.values())
    positional = [one for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    assert len(positional) == len(measure.takes)
    assert measure.family == "structure"
    assert measure.meaning_zh.endswith("。")
    if measure.result == "city":
        assert list(found.index) == list(table.index)
    if measure.result == "pair":
        assert list(found.index) == list(found.columns) == list(table.index)


@pytest.mark.parametrize("name", structure.__all__)
def test_every_name_of_the_topic_is_documented(name: str) -> None:
    assert getattr(structure, name).__doc__
