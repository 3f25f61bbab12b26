"""Tables that test a run's pairs: by hand, and where nothing is to test."""

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yrdgeo import geo, load_study, run_study
from yrdgeo.analysis import pairs
from yrdgeo.errors import StudyError
from yrdgeo.pipeline.pair_tests import NULL_COLUMNS, TEST_COLUMNS, PairAnswer, pair_answer
from yrdgeo.pipeline.questions import check_questions
from yrdgeo.pipeline.space import pair_rows
from yrdgeo.publish.overlays import pair_records
from yrdgeo.results import Run, TravelTimes
from yrdgeo.sources.programmes import read_pairs
from yrdgeo.study import Study

SCHEME = "northern_anhui_twinning_2021"
HEAD = '[study]\nname = "mine"\nregion = "yrd"\nyear = 2022\nindicators = ["gdp"]\n'
ROAD = '[network]\nmodes = ["road"]\n'


@pytest.fixture(scope="module")
def study() -> Study:
    return load_study("yrd")


def table_of(run: Run) -> pd.DataFrame:
    return run.tables["pair_tests"].set_index(["test", "column", "null"])


def test_p_is_the_share_of_all_matchings_that_are_as_near(delta: Run) -> None:
    plan = delta.pairs.sample(frac=1, random_state=5)
    times = delta.times["road"].to_frame()
    cost = times.loc[plan["helper_city"], plan["helped_city"]].to_numpy()
    k = len(plan)
    sums = np.array([cost[range(k), order].sum() for order in permutations(range(k))]) / k
    actual = np.trace(cost) / k
    row = table_of(delta).loc[("matching", "road_min", "same_helpers")]
    assert row["statistic"] == pytest.approx(actual)
    assert row["p_value"] == pytest.approx((sums <= actual + 1e-9).mean())
    assert 1 / len(sums) <= row["p_floor"] <= row["p_value"]
    assert row["null_mean"] == pytest.approx(sums.mean())
    assert row["null_sd"] == pytest.approx(sums.std())
    assert row["optimum"] == pytest.approx(sums.min())
    assert row["exact"]
    assert row["n_permutations"] == len(sums)


def test_the_table_is_the_public_function_row_by_row(delta: Run) -> None:
    km = delta.pairs.set_index(["helper_city", "helped_city"])["seat_km"]
    row = table_of(delta).loc[("matching", "seat_km", "same_helpers")]
    assert row["statistic"] == pytest.approx(km.mean())
    compared = pairs.compare(delta.pairs, "seat_km")
    said = table_of(delta).loc[("compare", "seat_km", "splits")]
    assert said["statistic"] == pytest.approx(compared.statistic)
    assert said["p_value"] == pytest.approx(compared.p_value)
    assert said["p_floor"] == pytest.approx(1 / 28)
    by_hand = delta.pairs.groupby("pair_class")["seat_km"].mean()
    assert said["statistic"] == pytest.approx(by_hand["leapfrog"] - by_hand["adjacent"])


def test_groups_are_summarised_as_the_public_function_does(delta: Run) -> None:
    found = delta.tables["pair_summary"].set_index(["column", "pair_group"])
    by_hand = pairs.summary(delta.pairs, "seat_km").set_index("group")
    for name in ("n", "mean", "lower", "upper", "median"):
        assert found.loc["seat_km", name].to_dict() == pytest.approx(
            by_hand[name].to_dict(), nan_ok=True
        )
    assert {"rail_min", "road_min", "gdp_per_capita_gap_yuan"} <= set(found.index.levels[0])
    assert found.loc[("seat_km", "leapfrog − adjacent"), "lower"] > 0


def test_the_histogram_holds_every_matching_once(delta: Run) -> None:
    nulls = delta.tables["pair_nulls"]
    assert list(nulls.columns) == NULL_COLUMNS
    assert list(delta.tables["pair_tests"].columns) == TEST_COLUMNS
    for column, part in nulls.groupby("column"):
        row = table_of(delta).loc[("matching", column, "same_helpers")]
        assert part["count"].sum() == row["n_permutations"]
        middle = (part["lower"] + part["upper"]) / 2
        width = (part["upper"] - part["lower"]).iloc[0]
        mean = (middle * part["count"]).sum() / part["count"].sum()
        assert mean == pytest.approx(row["null_mean"], abs=width)


def test_no_plan_of_the_front_is_beaten_by_any_other(delta: Run) -> None:
    front = delta.tables["pareto"]
    km, ratio = front["seat_km"].to_numpy(), front["gdp_per_capita_ratio"].to_numpy()
    nearer = np.less_equal.outer(km, km) & np.greater_equal.outer(ratio, ratio)
    strictly = np.less.outer(km, km) | np.greater.outer(ratio, ratio)
    beaten = (nearer & strictly).sum(axis=0)  # how many rows are better than the column's plan
    assert beaten.tolist() == front["dominated_by"].tolist()
    assert (beaten == 0).sum() >= len(front) - 1  # the actual plan alone may be beaten


@pytest.mark.parametrize(
    ("rows", "n"),
    [
        ("苏州,宿州\n", 1),
        ("苏州,宿州\n南京,滁州\n", 2),
        ("310112,310115\n", 1),  # an enclave within one city
        ("苏州,宿州\n苏州,淮北\n苏州,亳州\n", 3),  # one helper for all
        ("苏州,宿州\n南京,宿州\n杭州,宿州\n", 3),  # one city helped by all
    ],
)
def test_few_or_odd_pairs_are_tested_only_where_there_is_a_choice(
    study: Study, delta: Run, tmp_path: Path, rows: str, n: int
) -> None:
    (tmp_path / "pairs.csv").write_text(f"helper,helped\n{rows}", encoding="utf-8")
    asked = replace(study, pairs=read_pairs(tmp_path / "pairs.csv"))
    table = pair_rows(asked, delta.times)
    assert len(table) == n
    made = pair_answer(asked, table, delta.times, delta.values("gdp_per_capita")).tables
    tests = made.get("pair_tests", pd.DataFrame(columns=TEST_COLUMNS))
    assert tests["p_value"].between(0, 1).all()
    assert (tests["p_value"] >= tests["p_floor"] - 1e-12).all()
    assert not (n < 3 and tests["test"].eq("matching").any())
    assert "pareto" not in made or n > 2


def test_a_capacity_is_one_more_null_and_holds_the_plan(
    study: Study, delta: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yrdgeo.pipeline.pair_tests.DRAWS", 999)
    given = replace(study.spec, pairs={**study.spec.pairs, "capacity": 3})
    asked = replace(study, spec=given)
    made = pair_answer(asked, delta.pairs, delta.times, delta.values("gdp_per_capita")).tables
    table = made["pair_tests"].set_index(["test", "column", "null"])
    row = table.loc[("matching", "seat_km", "capacity")]
    helpers, helped = (list(delta.pairs[f"{end}_city"]) for end in ("helper", "helped"))
    km = geo.geodesic_km(
        study.cities, np.repeat(helpers, len(helped)).tolist(), helped * len(helpers)
    )
    matrix = pd.DataFrame(np.asarray(km).reshape(len(helpers), -1), helpers, helped)
    matrix = matrix[~matrix.index.duplicated()]
    found = pairs.matching_test(matrix, helpers, helped, permutations=999, capacity=3)
    assert row["p_value"] == pytest.approx(found.p_value)
    assert row["optimum"] < table.loc[("matching", "seat_km", "same_helpers"), "optimum"]
    assert "可承担更多城市" in row["note_zh"]
    few = replace(study, spec=replace(study.spec, pairs={**study.spec.pairs, "capacity": 2}))
    with pytest.raises(StudyError, match=r"capacity.*less than the plan has.*takes 3 cities"):
        check_questions(few)


def test_bridges_and_waters_are_told_apart_from_land(
    study: Study, delta: Run, tmp_path: Path
) -> None:
    rows = "helper,helped\n330200,330900\n苏州,南通\n杭州,嘉兴\n宁波,嘉兴\n310000,330900\n"
    (tmp_path / "pairs.csv").write_text(rows, encoding="utf-8")
    asked = replace(study, pairs=read_pairs(tmp_path / "pairs.csv"))
    table = pair_rows(asked, delta.times).set_index(["helper_city", "helped_city"])
    bridge, river, land, bay = (
        table.loc[ends]
        for ends in (
            ("330200", "330900"), ("320500", "320600"), ("330100", "330400"), ("330200", "330400"),
        )
    )  # fmt: skip
    kinds = [one["border_kind"] for one in (bridge, river, land, bay)]
    assert kinds == ["bridge", "river", "land", "sea"]
    assert [one["contiguity_order"] for one in (bridge, river, land, bay)] == [1, 1, 1, 1]
    assert bridge[["order_without_bridges", "order_over_land"]].isna().all()
    assert (river["order_without_bridges"], land["order_over_land"]) == (1, 1)
    assert river["order_over_land"] > 2
    assert bay["order_over_land"] == 3  # by Shaoxing and Hangzhou
    far = table.loc[("310000", "330900")]
    assert far["contiguity_order"] > 1  # the bridge to the port islands does not count
    assert (far["border_kind"], far["province_border"]) == ("", True)


def test_an_enclave_within_a_city_leaves_the_index_of_the_others(
    study: Study, delta: Run, tmp_path: Path
) -> None:
    (tmp_path / "pairs.csv").write_text(
        "helper,helped\n310112,310115\n320300,340600\n苏州,阜阳\n", encoding="utf-8"
    )
    table = pair_rows(replace(study, pairs=read_pairs(tmp_path / "pairs.csv")), delta.times)
    assert table["rank"].tolist() == [pd.NA, 1, 13]
    assert table["nearest_id"].tolist()[:2] == ["", "320300"]
    assert np.isnan(table["order_index"].iloc[0])
    whole = delta.pairs.set_index("helped_city")
    assert table["nearest_ratio"].iloc[2] == pytest.approx(whole.loc["341200", "nearest_ratio"])


def test_a_study_of_one_enclave_within_a_city_runs(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("helper,helped\n310112,310115\n", encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + ROAD + '[pairs]\npath = "pairs.csv"\n', encoding="utf-8")
    formats = ["tables", "workbook", "atlas", "geopackage", "figures"]
    run = run_study(load_study(path), tmp_path, formats=formats)
    assert len(run.pairs) == 1
    assert "pair_tests" not in run.tables
    assert pair_records(run.pairs, run.cities.index)[0]["ends"] == []


def test_pairs_inside_one_province_have_no_cross_border_null(study: Study) -> None:
    inside = study.cities.index[study.cities.index.str.startswith("32")]
    cities = study.cities.loc[inside]
    times = {"road": TravelTimes(inside, inside, np.ones((len(inside), len(inside))))}
    rows = pd.DataFrame(
        {
            "scheme": "own",
            "helper_city": ["320500", "320100", "320200"],
            "helped_city": ["321300", "320700", "320800"],
            "pair_class": "leapfrog",
            "seat_km": [400.0, 300.0, 200.0],
        }
    )
    made = pair_answer(replace(study, cities=cities), rows, times, pd.Series(1.0, inside)).tables
    assert set(made["pair_tests"]["null"]) == {"same_helpers"}
    road = made["pair_tests"].set_index("column").loc["road_min"]
    assert road["p_value"] == 1.0


def test_a_city_without_gdp_or_path_leaves_the_other_tests(study: Study, delta: Run) -> None:
    per_head = delta.values("gdp_per_capita").copy()
    per_head["340600"] = np.nan
    minutes = delta.times["road"].to_frame()
    minutes.loc["320500", "341200"] = np.inf
    cut = TravelTimes(minutes.index, minutes.columns, minutes.to_numpy())
    rows = pd.DataFrame(delta.pairs)
    made = pair_answer(study, rows, {"road": cut}, per_head).tables
    assert "pareto" not in made
    assert set(made["pair_tests"]["column"]) >= {"seat_km", "border_km"}
    assert made["pair_tests"]["p_value"].notna().all()
    none = pair_answer(study, rows.iloc[:0], {"road": cut}, per_head)
    assert none == PairAnswer()


def test_two_schemes_are_tested_apart(study: Study, delta: Run) -> None:
    first = pd.DataFrame(delta.pairs)
    second = first.iloc[:4].assign(scheme="another")
    made = pair_answer(
        study,
        pd.concat([second, first]).sample(frac=1, random_state=2),
        {"road": delta.times["road"]},
        delta.values("gdp_per_capita"),
    ).tables["pair_tests"]
    mine = made[made["scheme"].eq(SCHEME)].set_index(["test", "column", "null"])
    for key in (("matching", "seat_km", "same_helpers"), ("matching", "border_km", "same_helpers")):
        assert mine.loc[key, "p_value"] == pytest.approx(table_of(delta).loc[key, "p_value"])
    assert set(made["scheme"]) == {SCHEME, "another"}


def test_the_other_shipped_region_runs_with_own_values(tmp_path: Path) -> None:
    names = ["北京", "天津", "石家庄", "唐山", "秦皇岛", "邯郸", "邢台", "保定", "张家口", "承德"]
    names += ["沧州", "廊坊", "衡水"]
    rows = "".join(f"{name},{100 + 37 * i},2020,亿元\n" for i, name in enumerate(names))
    (tmp_path / "gdp.csv").write_text(f"city,gdp,year,unit\n{rows}", encoding="utf-8")
    path = tmp_path / "jjj.toml"
    head = '[study]\nname = "jjj"\nregion = "jjj"\nyear = 2020\nindicators = ["gdp"]\n'
    asks = '[[gradient]]\nvalues = "gdp"\nby = "road"\nform = "linear"\n'
    asks += '[[inequality]]\nvalues = "gdp"\nweights = ""\nmeasures = ["gini"]\n'
    path.write_text(head + ROAD + '[[indicator]]\npath = "gdp.csv"\n' + asks, encoding="utf-8")
    run = run_study(load_study(path), tmp_path)
    assert sorted(p.name for p in run.out.iterdir()) == [
        "atlas.html", "jjj.gpkg", "jjj.xlsx", "run.json", "tables",
    ]  # fmt: skip
    assert len(run.cities) == 13
    gini = run.tables["inequality"].set_index(["group_id", "measure"])["value"]
    values = np.array([100.0 + 37 * i for i in range(13)])
    by_hand = np.abs(np.subtract.outer(values, values)).mean() / (2 * values.mean())
    assert gini["region", "gini"] == pytest.approx(by_hand)
    assert np.isfinite(run.times["road"].minutes).all()
