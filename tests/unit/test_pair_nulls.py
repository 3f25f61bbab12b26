"""Nulls that a study names: each by enumeration, uniform by chance, and said where untested."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from yrdgeo import load_study
from yrdgeo.analysis import contiguity, pairs
from yrdgeo.analysis.matching_draws import drawn_matchings
from yrdgeo.errors import PlaceError, StudyError, YrdGeoError
from yrdgeo.inputs import allowed_of
from yrdgeo.pipeline.pair_nulls import NULLS, Case, asked, case_of, parts_of
from yrdgeo.pipeline.pair_tests import PairAnswer, pair_answer
from yrdgeo.pipeline.questions import check_questions
from yrdgeo.spec import read_spec
from yrdgeo.study import Study

# A plan that holds under every null, and helpers for whom most nulls forbid something.
PLAN = (["340100", "320500", "330100", "330200"], ["320300", "340600", "340300", "341300"])
ALLOWED = {("340100", "320300"), ("320500", "340600"), ("330100", "340300"), ("330200", "341300"),
           ("320500", "340300"), ("330100", "340600"), ("330200", "340300")}  # fmt: skip
WGS84 = Geod(ellps="WGS84")
Rule = Callable[[str, str], bool]


@pytest.fixture(scope="module")
def base() -> Study:
    return load_study("yrd")


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yrdgeo.pipeline.pair_tests.DRAWS", 2_000)


def asking(study: Study, **keys: object) -> Study:
    """Return the study with a plan of four and keys of [pairs]."""
    given = {**study.spec.pairs, **keys}
    table = pd.DataFrame(sorted(ALLOWED), columns=["helper_city", "helped_city"])
    return replace(
        study,
        spec=replace(study.spec, pairs=given),
        allowed=table.sample(frac=1, random_state=4),
    )


def rows_of(plan: tuple[list[str], list[str]] = PLAN) -> pd.DataFrame:
    ends = {"helper_city": plan[0], "helped_city": plan[1]}
    return pd.DataFrame({"scheme": "own", **ends, "pair_class": "leapfrog", "seat_km": 1.0})


def answered(study: Study, plan: tuple[list[str], list[str]] = PLAN) -> PairAnswer:
    per_head = study.values("gdp_per_capita").sample(frac=1, random_state=1)
    return pair_answer(study, rows_of(plan), {}, per_head)


def kilometres(study: Study) -> pd.DataFrame:
    lon, lat = study.cities["seat_lon"], study.cities["seat_lat"]
    ids = list(study.cities.index)
    km = [[WGS84.inv(lon[a], lat[a], lon[b], lat[b])[2] / 1e3 for b in PLAN[1]] for a in ids]
    return pd.DataFrame(km, ids, PLAN[1])


def rules(study: Study, km: pd.DataFrame) -> dict[str, tuple[Rule, dict[str, object]]]:
    """Return, a second time, which pairs each null allows, and the keys that it takes."""
    edges = contiguity.edges(study.cities, bridges=study.region.bridges)
    borders = nx.from_pandas_edgelist(edges, "from_id", "to_id")
    steps = dict(nx.all_pairs_shortest_path_length(borders))
    rich = study.values("gdp_per_capita")
    least = min(steps[a][b] for a, b in zip(*PLAN, strict=True))
    far = max(km.loc[a, b] for a, b in zip(*PLAN, strict=True))
    return {
        "same_helpers": (lambda _a, _b: True, {}),
        "cross_province": (lambda a, b: a[:2] != b[:2], {}),
        "apart": (lambda a, b: steps[a][b] >= least, {"apart": least}),
        "within_km": (lambda a, b: km.loc[a, b] <= far + 1e-6, {"within_km": far + 1e-6}),
        "richer": (lambda a, b: rich[a] > rich[b], {}),
        "allowed": (lambda a, b: (a, b) in ALLOWED, {"allowed": "list.csv"}),
    }


@pytest.mark.parametrize("name", [n for n in NULLS if n not in ("capacity", "any_helper")])
def test_a_null_is_every_matching_that_it_allows(base: Study, name: str) -> None:
    km = kilometres(base)
    rule, keys = rules(base, km)[name]
    row = answered(asking(base, nulls=[name], **keys)).tables["pair_tests"].set_index("column")
    every = [
        [km.loc[a, b] for a, b in zip(order, PLAN[1], strict=True)]
        for order in permutations(PLAN[0])
        if all(rule(a, b) for a, b in zip(order, PLAN[1], strict=True))
    ]
    assert name in ("same_helpers", "richer") or len(every) < 24  # the null forbids something
    means = np.mean(every, axis=1)
    own = np.mean([km.loc[a, b] for a, b in zip(*PLAN, strict=True)])
    found = row.loc["seat_km"]
    assert found["null"] == name
    assert found["n_permutations"] == len(every)
    assert found["statistic"] == pytest.approx(own)
    assert found["p_value"] == pytest.approx((means <= own + 1e-9).mean())
    assert found["p_floor"] >= 1 / len(every) - 1e-12
    assert found["null_mean"] == pytest.approx(means.mean())
    assert found["optimum"] == pytest.approx(means.min())


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("capacity", {"capacity": 2}),
        ("any_helper", {}),
        ("any_helper + cross_province + richer", {}),
        ("capacity + cross_province", {"capacity": 3}),
    ],
)
def test_a_null_of_other_helpers_is_drawn_as_all_of_it_would_be(
    base: Study, monkeypatch: pytest.MonkeyPatch, name: str, keys: dict[str, object]
) -> None:
    monkeypatch.setattr("yrdgeo.pipeline.pair_tests.DRAWS", 20_000)
    plan = (PLAN[0][1:], PLAN[1][1:])  # three pairs: all others can be counted
    km = kilometres(base)
    several = rules(base, km)
    parts = name.split(" + ")
    ids = plan[0]
    if "any_helper" in parts:
        ids = [code for code in base.cities.index if code not in plan[1]]
    room = int(str(keys.get("capacity", 1)))
    legal = [several[part][0] for part in parts if part in several]
    free = np.array([[all(rule(a, b) for rule in legal) for b in plan[1]] for a in ids])
    orders = np.array(list(permutations(np.repeat(np.arange(len(ids)), room), 3)))
    orders = orders[free[orders, range(3)].all(axis=1)]
    sums = km.loc[ids, plan[1]].to_numpy()[orders, range(3)].mean(axis=1)
    row = answered(asking(base, nulls=[name], **keys), plan).tables["pair_tests"]
    found = row.set_index("column").loc["seat_km"]
    own = np.mean([km.loc[a, b] for a, b in zip(*plan, strict=True)])
    assert found["null"].split(" + ")[0] == parts[0]
    assert found["null_mean"] == pytest.approx(np.mean(sums), abs=5 * np.std(sums) / 141)
    assert found["null_sd"] == pytest.approx(np.std(sums), rel=0.05)
    assert found["p_value"] == pytest.approx((sums <= own + 1e-9).mean(), abs=0.02)
    assert found["optimum"] == pytest.approx(min(sums))
    assert not found["exact"]
    assert ("who was chosen" in found["note"]) == ("any_helper" in parts)
    assert "抽取" in found["note_zh"]


@pytest.mark.parametrize("name", [*NULLS, "any_helper + within_km"])
def test_by_chance_p_is_uniform_under_each_null(base: Study, name: str) -> None:
    keys = {key: value for _, given in rules(base, kilometres(base)).values()
            for key, value in given.items()}  # fmt: skip
    study = asking(base, capacity=2, **keys)
    case = case_of(study, PLAN, parts_of(name), base.values("gdp_per_capita"))
    rng = np.random.default_rng(5)
    helpers = list(case.candidates or PLAN[0])
    room = case.capacity or 1
    places = np.repeat(np.arange(len(helpers)), room)
    free = case.free(PLAN).to_numpy()[places]
    plans = places[np.concatenate(list(drawn_matchings(free, 300, 8)))]
    p = []
    for plan in plans:
        cost = pd.DataFrame(rng.uniform(1, 9, (len(helpers), 4)), helpers, PLAN[1])
        found = pairs.matching_test(
            cost, [helpers[i] for i in plan], PLAN[1],
            permutations="exact" if case.candidates is None else 199, seed=int(rng.integers(9_999)),
            allowed=case.allowed, capacity=case.capacity,
            candidates=None if case.candidates is None else helpers,
        )  # fmt: skip
        p.append(found.p_value + rng.uniform(-1, 0) * found.p_floor)
    for level in (0.2, 0.5, 0.8):  # spread within each step, p is uniform on 0 to 1
        assert (np.array(p) <= level).mean() == pytest.approx(level, abs=0.085)


def test_what_a_null_cannot_answer_is_said_by_name(base: Study) -> None:
    names = ["same_helpers", "apart", "richer", "within_km", "any_helper + within_km"]
    found = answered(asking(base, nulls=names, apart=40, within_km=5_000))
    assert set(found.tables["pair_tests"]["null"]) == {"same_helpers", "any_helper + within_km"}
    said = [(notice.en, notice.zh) for notice in found.notices]
    assert any("'apart' (at least 40 borders apart) is not tested" in en for en, _ in said)
    assert any("至少相隔40重边界" in zh and "合肥市—徐州市" in zh for _, zh in said)
    for name in ("richer", "within_km"):
        assert any(f"'{name}'" in en and "same plans as 'same_helpers'" in en for en, _ in said)
    assert any("seats within 5000 km" in en for en, _ in said)


def test_without_gdp_no_helper_is_richer(base: Study) -> None:
    per_head = base.values("gdp_per_capita").copy()
    per_head["330200"] = np.nan
    study = asking(base, nulls=["richer"])
    found = pair_answer(study, rows_of(), {}, per_head)
    assert "pair_tests" not in found.tables
    assert "GDP per head is unknown: Ningbo" in found.notices[0].en
    assert "宁波市的人均GDP未知" in found.notices[0].zh


def test_one_helper_for_all_leaves_nothing_to_test_and_several_for_one_city_neither(
    base: Study,
) -> None:
    alone = answered(asking(base, nulls=["same_helpers"]), (["320500"] * 4, PLAN[1]))
    assert "tests nothing" in alone.notices[0].en
    assert set(alone.tables["pair_tests"]["p_value"]) == {1.0}
    twice = answered(asking(base), (PLAN[0], ["340600"] * 4))
    assert "several helpers: 340600" in twice.notices[0].en
    few = (PLAN[0][:2], PLAN[1][:2])
    assert "too few" in answered(asking(base, nulls=["same_helpers"]), few).notices[0].en
    assert answered(asking(base), few).notices == ()


def test_too_many_to_count_and_too_rare_to_draw_is_said(base: Study) -> None:
    ids = [code for code in base.cities.index if code[:2] in ("32", "33", "34")]
    plan = (ids[:18], ids[18:36])
    study = asking(base, nulls=["allowed"], allowed="list.csv")
    only = pd.DataFrame({"helper_city": plan[0], "helped_city": plan[1]})
    found = pair_answer(
        replace(study, allowed=only), rows_of(plan), {}, study.values("gdp_per_capita")
    )
    assert "pair_tests" not in found.tables
    assert any("too rare to be drawn" in one.en and "过于稀少" in one.zh for one in found.notices)


def test_the_order_of_parts_and_the_default_do_not_depend_on_how_they_are_written(
    base: Study,
) -> None:
    assert parts_of("richer+any_helper + same_helpers") == ("any_helper", "richer")
    assert asked(asking(base)) == [("same_helpers",), ("cross_province",)]
    assert asked(asking(base, capacity=3))[-1] == ("capacity",)


def test_the_words_of_each_null_are_in_the_run(base: Study) -> None:
    study = asking(base, nulls=["any_helper + cross_province", "within_km"], within_km=700)
    table = answered(study).tables["null_meanings"].set_index("null")
    assert table.loc["within_km", "title_en"] == "seats within 700 km"
    assert table.loc["within_km", "title_zh"] == "驻地相距不超过700公里"
    assert "who helps" in table.loc["any_helper + cross_province", "frees_en"]
    assert (table != "").all(axis=None)
    assert not table.map(lambda words: "{" in words).any(axis=None)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"nulls": ["any_helper + richr"]}, r"not a null \(found 'richr'\).*'richer'"),
        ({"nulls": ["richer", "same_helpers + richer"]}, "is the same as 'richer'"),
        ({"nulls": ["within_km"]}, r"\[pairs\] within_km.*is missing.*null 'within_km' needs it"),
        ({"nulls": ["capacity"]}, r"\[pairs\] capacity.*is missing"),
        ({"nulls": ["allowed"]}, r"\[pairs\] allowed.*is missing"),
        ({"within_km": 300}, "used by no null that is named"),
        ({"apart": 3}, r"apart.*used by no null that is named.*Add 'apart'"),
        ({"weights": {"seat_kms": 1}}, "not a criterion of plans.*'seat_km'"),
        ({"weights": {"seat_km": -1}}, "seat_km: is not a number, zero or more"),
        ({"weights": {"seat_km": True}}, "seat_km: is not a number"),
        ({"weights": {"seat_km": float("nan")}}, "seat_km: is not a number"),
        ({"weights": {"seat_km": 0}}, "weigh nothing"),
        ({"weights": {}}, "weigh nothing"),
        ({"weights": {"weighed": 1}}, "not a criterion"),
    ],
)
def test_wrong_questions_are_refused(base: Study, keys: dict[str, object], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        check_questions(replace(base, spec=replace(base.spec, pairs={**base.spec.pairs, **keys})))


def test_all_problems_of_the_pairs_come_at_once(base: Study) -> None:
    wrong = {"nulls": ["near", "capacity"], "within_km": 3, "weights": {"km": 1, "seat_km": "1"}}
    with pytest.raises(StudyError, match="5 problems"):
        check_questions(replace(base, spec=replace(base.spec, pairs={**base.spec.pairs, **wrong})))


@pytest.mark.parametrize("keys", [{"nulls": ["same_helpers"]}, {"weights": {"seat_km": 1}}])
def test_questions_without_pairs_are_refused(base: Study, keys: dict[str, object]) -> None:
    given = replace(base.spec, pairs={**base.spec.pairs, **keys})
    with pytest.raises(StudyError, match="no pairs to compare"):
        check_questions(replace(base, spec=given, pairs=base.pairs.iloc[:0]))


def written(folder: Path, table: str) -> Path:
    (folder / "list.csv").write_text(table, encoding="utf-8")
    path = folder / "mine.toml"
    path.write_text(
        '[study]\nname = "mine"\nregion = "yrd"\nyear = 2022\nindicators = ["gdp"]\n[pairs]\n'
        'scheme = "northern_anhui_twinning_2021"\nnulls = ["allowed"]\nallowed = "list.csv"\n',
        encoding="utf-8",
    )
    return path


def test_the_users_table_is_read_by_names_and_what_lies_outside_is_said(
    base: Study, tmp_path: Path
) -> None:
    path = written(tmp_path, "受帮扶方,帮扶方\n淮南,310112\n宿州,苏州\n沈阳,苏州\n")
    ends, told = allowed_of(read_spec(path), base.cities, "prefecture")
    assert ends.to_numpy().tolist()[:2] == [["310000", "340400"], ["320500", "341300"]]
    assert "1 of 3 allowed pairs lie outside the region" in told[0].en
    assert "3对允许的配对中有1对" in told[0].zh


def test_every_problem_of_the_users_table_comes_with_its_row(
    base: Study, tmp_path: Path, hostile_text: str
) -> None:
    name = hostile_text.replace("\x00", "").replace("\ud7ff", "")
    quoted = '"' + name.replace('"', '""') + '"'
    table = f"helper,helped\n{quoted},淮南\n苏州,无此城\n苏州,苏州\n"
    with pytest.raises(YrdGeoError) as raised:
        allowed_of(read_spec(written(tmp_path, table)), base.cities, "prefecture")
    said = str(raised.value)
    assert said.startswith("list.csv: 3 problems")
    assert "row 3, column 'helped'" in said
    assert "pairs a place with itself" in said
    province = "helper,helped\n苏州,安徽省\n"
    with pytest.raises(PlaceError, match=r"row 2, column 'helped': is a province.*340000"):
        allowed_of(read_spec(written(tmp_path, province)), base.cities, "prefecture")


def test_a_case_without_a_table_allows_every_pair() -> None:
    case = Case("same_helpers", ("", ""))
    assert case.free((["a", "a", "b"], ["x", "y", "z"])).shape == (2, 3)
