"""Tables and intervals of inequality, by hand."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis import inequality
from yrdgeo.errors import YrdGeoError

IDS = ["340100", "310000", "341200", "320500", "320100", "341600"]
PER_HEAD = pd.Series([12.0, 18.0, 4.0, 19.0, 17.0, np.nan], IDS)
PEOPLE = pd.Series([5.0, 1.0, 1.0, 1.0, 3.0, 2.0], IDS[::-1])
PROVINCE = pd.Series(["34", "31", "34", "32", "32", "34"], IDS, name="province")
CIRCLES = pd.DataFrame(
    {
        "group_id": ["shanghai", "shanghai", "nanjing", "nanjing", "nanjing"],
        "member_id": ["320500", "310000", "320100", "340100", "320413"],
    }
)


def cell(table: pd.DataFrame, group: str, measure: str) -> pd.Series:
    rows = table[table["group_id"].eq(group) & table["measure"].eq(measure)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_groups_are_measured_by_id_and_missing_cities_are_counted() -> None:
    table = inequality.by_group(PER_HEAD, PROVINCE[::-1], PEOPLE)
    anhui = cell(table, "34", "williamson")
    two = ["340100", "341200"]
    assert anhui["value"] == pytest.approx(inequality.williamson(PER_HEAD[two], PEOPLE))
    assert (anhui["n"], anhui["n_missing"], anhui["note"]) == (2, 1, "")
    sigma = cell(table, "34", "sigma_convergence")["value"]
    assert sigma == pytest.approx(np.log([12, 4]).std())


def test_a_city_without_people_is_missing_too() -> None:
    table = inequality.by_group(PER_HEAD, PROVINCE, PEOPLE.drop("340100"), measures=["gini"])
    assert cell(table, "34", "gini")[["n", "n_missing"]].tolist() == [1, 2]


def test_one_city_has_no_inequality_and_the_table_says_why() -> None:
    shanghai = cell(inequality.by_group(PER_HEAD, PROVINCE, PEOPLE), "31", "gini")
    assert np.isnan(shanghai["value"])
    assert "2 cities or more" in shanghai["note"]


def test_williamson_without_people_is_not_a_number_and_says_so() -> None:
    row = cell(inequality.by_group(PER_HEAD, PROVINCE), "34", "williamson")
    assert np.isnan(row["value"])
    assert "weighted by people" in row["note"]


def test_circles_may_overlap_and_have_members_that_are_no_cities() -> None:
    both = pd.concat([CIRCLES, CIRCLES.query("member_id == '320100'").assign(group_id="hefei")])
    table = inequality.by_group(PER_HEAD, both, measures=["hoover"])
    nanjing = cell(table, "nanjing", "hoover")
    assert nanjing["value"] == pytest.approx(inequality.hoover(PER_HEAD[["320100", "340100"]]))
    assert nanjing[["n", "n_missing"]].tolist() == [2, 1]
    assert cell(table, "hefei", "hoover")["n"] == 1


def test_every_measure_of_values_has_a_row() -> None:
    table = inequality.by_group(PER_HEAD, PROVINCE, PEOPLE)
    assert list(table.columns) == [
        "group_id", "measure", "value", "low", "high", "n", "n_missing", "note",
    ]  # fmt: skip
    two = set(inequality.MEASURES) - {
        "theil_between_share", "concentration_index", "beta_convergence",
    }  # fmt: skip
    assert set(table["measure"]) == two
    assert table["low"].isna().all()


def test_an_interval_that_cannot_be_had_leaves_the_value() -> None:
    table = inequality.by_group(PER_HEAD, PROVINCE, measures=["gini"], method="jackknife")
    anhui = cell(table, "34", "gini")
    assert anhui["value"] == pytest.approx(0.25)
    assert np.isnan(anhui["low"])
    assert "3 cities" in anhui["note"]
    whole = pd.Series("delta", IDS)
    five = cell(inequality.by_group(PER_HEAD, whole, method="bca", draws=99), "delta", "gini")
    assert five["low"] < five["value"] < five["high"]
    assert "rough" in five["note"]


@pytest.mark.parametrize(
    ("values", "weights", "named"),
    [
        (PER_HEAD.replace(4.0, -4.0), PEOPLE, "341200"),
        (PER_HEAD.replace(4.0, np.inf), PEOPLE, "341200"),
        (PER_HEAD, PEOPLE.replace(3.0, 0.0), "310000"),
        (pd.concat([PER_HEAD, PER_HEAD[:1]]), PEOPLE, "340100"),
        (PER_HEAD, pd.concat([PEOPLE, PEOPLE[["340100"]]]), "340100"),
    ],
    ids=["negative", "infinite", "zero weight", "repeated", "repeated weight"],
)
def test_a_wrong_number_stops_the_table(values: pd.Series, weights: pd.Series, named: str) -> None:
    with pytest.raises(YrdGeoError, match=named):
        inequality.by_group(values, PROVINCE, weights)


@pytest.mark.parametrize(
    "options",
    [{"measures": ["ginny"]}, {"measures": ["beta_convergence"]}, {"method": "bootstrap"}],
)
def test_an_unknown_option_stops_the_table(options: dict[str, object]) -> None:
    with pytest.raises(YrdGeoError):
        inequality.by_group(PER_HEAD, PROVINCE, **options)  # type: ignore[arg-type]


def long_table(vintage: tuple[str, str] = ("census", "census")) -> pd.DataFrame:
    years = [
        pd.DataFrame({"adcode": IDS, "year": 2015, "value": PER_HEAD.to_numpy() / 2}).assign(
            vintage=vintage[0]
        ),
        pd.DataFrame({"adcode": IDS, "year": 2020, "value": [11.0, 20, np.nan, 19, 18, 7]}).assign(
            vintage=vintage[1]
        ),
    ]
    return pd.concat(years, ignore_index=True).sample(frac=1, random_state=4)


@pytest.mark.parametrize("groups", [["34"], pd.DataFrame({"group": ["34"]})])
def test_groups_that_are_no_groups_are_an_error(groups: object) -> None:
    with pytest.raises(YrdGeoError, match=r"[Gg]roups"):
        inequality.by_group(PER_HEAD, groups)  # type: ignore[arg-type]


def test_one_measure_may_be_named_alone() -> None:
    assert set(inequality.by_group(PER_HEAD, PROVINCE, measures="gini")["measure"]) == {"gini"}


def test_years_are_compared_among_the_same_cities() -> None:
    table = inequality.over_years(long_table(), measures=["gini"])
    assert table[["year", "n", "n_missing"]].to_numpy().tolist() == [[2015, 4, 2], [2020, 4, 2]]
    common = ["340100", "310000", "320500", "320100"]
    assert table["value"].iloc[0] == pytest.approx(inequality.gini(PER_HEAD[common]))
    late = pd.Series([11.0, 20, 19, 18], common)
    assert table["value"].iloc[1] == pytest.approx(inequality.gini(late))
    every = inequality.over_years(long_table(), measures=["gini"], cities="each_year")
    assert every["n"].tolist() == [5, 5]


def test_a_mixture_of_vintages_is_refused_or_stated() -> None:
    mixed = long_table(("yearbook", "preliminary"))
    with pytest.raises(YrdGeoError, match="'yearbook' in 2015") as refused:
        inequality.over_years(mixed)
    assert "preliminary" in str(refused.value)
    stated = inequality.over_years(mixed, vintages="state", measures=["gini"])
    assert stated["vintage"].tolist() == ["yearbook", "preliminary"]
    within = mixed.assign(vintage=np.where(mixed["adcode"].eq("310000"), "derived", "census"))
    with pytest.raises(YrdGeoError, match="vintages"):
        inequality.over_years(within)
    both = inequality.over_years(within, vintages="state", measures=["gini"])
    assert both["vintage"].tolist() == ["census; derived"] * 2


def test_years_are_measured_by_group_and_by_weight() -> None:
    sizes = PEOPLE.reindex(long_table()["adcode"]).to_numpy()
    weighted = long_table().assign(weight=sizes)
    table = inequality.over_years(weighted, groups=PROVINCE, measures=["williamson"])
    row = table[table["group_id"].eq("32") & table["year"].eq(2020)].iloc[0]
    late = pd.Series({"320500": 19.0, "320100": 18.0})
    assert row["value"] == pytest.approx(inequality.williamson(late, PEOPLE))


@pytest.mark.parametrize(
    ("table", "named"),
    [
        (long_table().drop(columns="vintage"), "vintage"),
        (long_table().replace({"year": {2015: np.nan}}), "year"),
        (long_table()[:0], "year"),
        (pd.concat([long_table(), long_table()]), "in 2015|in 2020"),
        (long_table().assign(value=np.nan), "No city"),
        (long_table().assign(value=-1.0), "negative"),
    ],
    ids=["no vintage", "no year", "no rows", "repeated", "nothing", "negative"],
)
def test_a_wrong_table_of_years_is_an_error(table: pd.DataFrame, named: str) -> None:
    with pytest.raises(YrdGeoError, match=named):
        inequality.over_years(table)


def test_a_city_goes_to_the_first_group_of_the_order() -> None:
    cities = pd.Index(["320500", "340100", "341200"])
    both = pd.concat([CIRCLES, pd.DataFrame({"group_id": ["suxi"], "member_id": ["320500"]})])
    first = inequality.partition(both, cities, order=["suxi", "shanghai"])
    assert first.to_dict() == {"320500": "suxi", "340100": "outside", "341200": "outside"}
    second = inequality.partition(both, cities, order=["shanghai", "suxi"])
    assert second["320500"] == "shanghai"
    with pytest.raises(YrdGeoError, match="shanghai"):
        inequality.partition(both, cities, order=["shanghia"])


MANY = pd.Series(np.arange(1.0, 31.0) ** 2, [f"c{number}" for number in range(30)])


def test_the_seed_fixes_the_interval() -> None:
    same, again, other = (
        inequality.interval(inequality.gini, MANY, draws=99, seed=seed) for seed in (1, 1, 2)
    )
    assert same == again
    assert same.low != other.low
    assert (same.n, same.draws, same.method) == (30, 99, "bca")
    assert "95%" in repr(same)


def test_weights_may_be_given_by_name_or_by_place() -> None:
    people = pd.Series(np.arange(1.0, 31.0), MANY.index[::-1])
    by_name = inequality.interval(inequality.theil, MANY, weights=people, draws=50)
    assert by_name == inequality.interval(inequality.theil, MANY, people, draws=50)
    assert by_name.estimate == inequality.theil(MANY, people)


def test_equals_have_an_interval_of_nothing() -> None:
    equals = pd.Series(3.0, MANY.index)
    for method in ("bca", "percentile", "jackknife"):
        found = inequality.interval(inequality.gini, equals, method=method)  # type: ignore[arg-type]
        assert (found.low, found.estimate, found.high) == pytest.approx((0, 0, 0), abs=1e-15)


def test_draws_of_nothing_but_zeros_are_left_out_and_counted() -> None:
    rare = pd.Series([0.0] * 6 + [1.0] * 2, [f"c{number}" for number in range(8)])
    found = inequality.interval(inequality.gini, rare, method="percentile", draws=999)
    assert found.draws < 999
    assert f"{999 - found.draws} draws gave no number" in found.note
    assert np.isfinite([found.low, found.high]).all()


def test_a_palma_that_may_be_infinite_has_an_open_interval() -> None:
    ids = [f"c{number}" for number in range(12)]
    poor = pd.Series([0.0] * 4 + [1.0] * 8, ids)
    found = inequality.interval(inequality.palma, poor, method="percentile")
    assert np.isfinite(found.estimate)
    assert found.high == found.standard_error == np.inf


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"method": "bootstrap"}, "bca"),
        ({"level": 95}, "level"),
        ({"draws": 1}, "draws"),
        ({"draws": 9.5}, "draws"),
    ],
)
def test_options_of_an_interval_out_of_their_domain(options: dict[str, object], named: str) -> None:
    with pytest.raises(YrdGeoError, match=named):
        inequality.interval(inequality.gini, MANY, **options)  # type: ignore[arg-type]


def plain_ratio(values: pd.Series, weights: pd.Series) -> float:
    return float(values.sum() / weights.sum())


def test_what_has_no_interval_is_an_error() -> None:
    with pytest.raises(YrdGeoError, match="3 cities"):
        inequality.interval(inequality.gini, MANY[:2])
    with pytest.raises(YrdGeoError, match="not finite"):
        inequality.interval(inequality.theil, MANY.replace(1.0, 0.0), index="L")
    with pytest.raises(YrdGeoError, match="c0"):
        inequality.interval(inequality.gini, MANY.replace(1.0, np.nan))
    with pytest.raises(YrdGeoError, match="c29"):
        inequality.interval(plain_ratio, MANY, MANY[:-1])
    lone = pd.Series([0.0] * 29 + [1.0], MANY.index)
    with pytest.raises(YrdGeoError, match="jackknife"):
        inequality.interval(inequality.gini, lone, method="jackknife")


def test_any_function_of_cities_has_an_interval() -> None:
    def ratio(values: pd.Series, levels: pd.DataFrame) -> float:
        return float(values[levels["half"].eq("a")].mean() / values.mean())

    halves = pd.DataFrame({"half": ["a", "b"] * 15}, MANY.index)
    found = inequality.interval(ratio, MANY, halves, draws=99)
    assert found.estimate == pytest.approx(ratio(MANY, halves))
    assert found.low < found.estimate < found.high
