"""What a study's evaluations become: tables of a run, notices, and problems of the file."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from made_panels import EFFECT, START, made_investment

import yrdgeo as yg
from yrdgeo.errors import StudyError
from yrdgeo.pipeline.evaluation_panels import starts_of
from yrdgeo.pipeline.evaluation_tables import EFFECTS, TRENDS, YEARS, evaluations
from yrdgeo.pipeline.questions import check_questions
from yrdgeo.publish.csvtables import write_tables
from yrdgeo.publish.dictionary import COLUMNS, LAYER_TITLES
from yrdgeo.publish.geopackage import write_geopackage
from yrdgeo.publish.workbook import write_workbook
from yrdgeo.results import Run
from yrdgeo.study import Study, load_study

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
EXAMPLE = EXAMPLES / "evaluation_made_up.toml"
GROUPS = ["all", "adjacent", "leapfrog", "difference"]
NEAR = ["340600", "341100"]  # Huaibei and Chuzhou
FAST = {"permutations": 99, "draws": 99}


@pytest.fixture(scope="module")
def study() -> Study:
    return load_study(EXAMPLE)


@pytest.fixture(scope="module")
def pairs(study: Study) -> pd.DataFrame:
    """Return what the evaluation needs of the measured pairs, in shuffled rows."""
    measured = study.pairs[["scheme", "helped_city"]].sample(frac=1, random_state=3)
    near = measured["helped_city"].isin(NEAR)
    return measured.assign(pair_class=np.where(near, "adjacent", "leapfrog"))


@pytest.fixture(scope="module")
def found(study: Study, pairs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    tables, said = evaluations(study, pairs)
    assert len(said) == 1
    assert said[0].en.endswith("the user's own: Fixed-asset investment, vintage 'made up'.")
    return tables


def asked(study: Study, *rows: dict[str, object]) -> Study:
    """Return the study with evaluations that differ from its own in some keys."""
    own = study.spec.evaluations[0]
    changed = tuple({**own, **FAST, **row} for row in rows)
    return replace(study, spec=replace(study.spec, evaluations=changed))


def test_the_example_is_what_its_generator_makes(study: Study, pairs: pd.DataFrame) -> None:
    classes = pairs.set_index("helped_city")["pair_class"]
    text = made_investment(study.cities, classes).to_csv(index=False)
    assert (EXAMPLES / "evaluation_made_up.csv").read_text("utf-8") == text
    assert text.count("made up") == len(study.cities)
    values = study.indicators[study.indicators["indicator"].eq("fixed_asset_investment")]
    assert set(values.loc[values["source_id"].eq("user_indicator_1"), "vintage"]) == {"made up"}


def test_the_tables_have_their_columns_and_groups(found: dict[str, pd.DataFrame]) -> None:
    assert set(found) == {"evaluation", "evaluation_years", "evaluation_trends"}
    for name, columns in (
        ("evaluation", EFFECTS),
        ("evaluation_years", YEARS),
        ("evaluation_trends", TRENDS),
    ):
        assert list(found[name].columns) == columns
    assert found["evaluation"]["group"].tolist() == GROUPS
    assert found["evaluation_years"]["group"].unique().tolist() == GROUPS
    assert found["evaluation"]["vintage"].eq("made up").all()
    assert found["evaluation_trends"]["after"].tolist() == [
        year >= START for year in range(2014, 2025)
    ]


def test_the_estimates_are_those_of_the_file_by_hand(found: dict[str, pd.DataFrame]) -> None:
    wide = pd.read_csv(EXAMPLES / "evaluation_made_up.csv", dtype={0: str}, index_col=0)
    years = np.log(wide.filter(like="年")).rename(columns=lambda name: int(name[:4]))
    change = years.loc[:, START:].mean(axis=1) - years.loc[:, : START - 1].mean(axis=1)
    kind = pd.Series("never", wide.index)
    kind[["340300", "340400", "341200", "341300", "341500", "341600"]] = "leapfrog"
    kind[NEAR] = "adjacent"
    mean = change.groupby(kind).mean()
    table = found["evaluation"].set_index("group")
    for name in ("adjacent", "leapfrog"):
        assert table.loc[name, "estimate"] == pytest.approx(mean[name] - mean["never"], abs=1e-9)
        assert table.loc[name, "estimate"] == pytest.approx(
            EFFECT[name], abs=4 * table.loc[name, "standard_error"]
        )
    gap = mean["leapfrog"] - mean["adjacent"]
    assert table.loc["difference", "estimate"] == pytest.approx(gap, abs=1e-9)
    both = change[kind.ne("never")].mean() - mean["never"]
    assert table.loc["all", "estimate"] == pytest.approx(both, abs=1e-9)
    assert table["n_treated"].to_dict() == {"all": 8, "adjacent": 2, "leapfrog": 6, "difference": 6}
    by_year = found["evaluation_years"].set_index(["group", "event_year"])
    assert by_year["regression"].to_numpy() == pytest.approx(
        by_year["estimate"].to_numpy(), abs=1e-9
    )
    first = years[2023] - years[2021]
    wanted = first[kind.eq("adjacent")].mean() - first[kind.eq("never")].mean()
    assert by_year.loc[("adjacent", 1), "estimate"] == pytest.approx(wanted, abs=1e-9)
    trends = found["evaluation_trends"].set_index("year")
    assert trends.loc[2020, "control"] == pytest.approx(years.loc[kind.eq("never"), 2020].mean())


def test_the_numbers_of_the_page_are_those_of_the_tables(found: dict[str, pd.DataFrame]) -> None:
    page = (EXAMPLES.parent / "pairs.md").read_text("utf-8")
    for row in found["evaluation"].to_dict("records"):
        cells = [row["group"], f"{row['n_treated']} of {row['n_units']}", f"{row['estimate']:.3f}"]
        cells += [f"{row[name]:.3f}" for name in ("standard_error", "p_randomisation", "p_wild")]
        cells += [f"{row['p_floor']:.3f}", f"{row['pre_trend_p']:.2f}"]
        assert f"| {' | '.join(cells)} |".replace("-", "−") in page


def test_every_key_of_an_evaluation_changes_what_it_says(study: Study, pairs: pd.DataFrame) -> None:
    plain = asked(study, {}, {"id": "raw", "log": False}, {"id": "late", "since": 2023})
    tables, said = evaluations(plain, pairs)
    # By 2023 the effect of 2022 is a difference of before.
    apart = [notice.en for notice in said if "different paths" in notice.en]
    assert [text.split("'")[1] for text in apart] == ["late"]
    whole = tables["evaluation"].set_index(["evaluation_id", "group"])
    assert whole["unit"].groupby("evaluation_id").first().to_dict() == {
        "twinning_investment": "log points", "raw": "1e8 CNY", "late": "log points",
    }  # fmt: skip
    assert whole.loc[("late", "all"), "start_year"] == 2023
    assert whole.loc[("raw", "all"), "estimate"] != whole.loc[("late", "all"), "estimate"]
    floors = whole["p_floor"].xs("all", level="group")
    assert floors.tolist() == [0.01] * 3  # of 99 draws


def test_pairs_of_several_years_have_effects_by_year_alone(
    study: Study, pairs: pd.DataFrame
) -> None:
    later = study.pairs["helped_city"].eq("340600")
    staggered = study.pairs.assign(since=study.pairs["since"].where(~later, "2020-03"))
    tables, _ = evaluations(replace(asked(study, {}), pairs=staggered), pairs)
    whole = tables["evaluation"]
    assert whole["group"].tolist() == GROUPS[:3]
    assert whole["estimate"].isna().all()
    assert whole["pre_trend_p"].notna().all()
    assert whole["note"].str.contains("several years").all()
    assert whole["note_zh"].str.contains("起始年份不一").all()
    years = tables["evaluation_years"]
    assert years["estimate"].notna().all()
    assert years["regression"].isna().all()
    assert set(years["event_year"]) == set(range(-8, 4))


@pytest.mark.parametrize(
    ("change", "en", "zh"),
    [
        (lambda rows: rows[rows["year"] < 2021], "0 of 2 years from 2022 on", "需要2个"),
        (
            lambda rows: rows[rows["adcode"].str.startswith("34")],
            "8 of 10 cities",
            "可比城市只有8个",
        ),
        (lambda rows: rows.assign(value=rows["value"] - 500), "no logarithm", "须大于零"),
        (
            lambda rows: rows.assign(vintage=np.where(rows["year"] > 2020, "made up", "older")),
            "2 vintages \\(made up, older\\)",
            "2种版本",
        ),
        (lambda rows: rows.assign(value=np.nan), "it has no values", "没有数值"),
        (lambda rows: rows[rows["adcode"].ne("341100")], "no values of Chuzhou", "滁州市没有数值"),
    ],
)
def test_what_is_missing_is_a_notice_and_no_table(
    study: Study, pairs: pd.DataFrame, change: object, en: str, zh: str
) -> None:
    own = study.indicators["source_id"].eq("user_indicator_1")
    rows = change(study.indicators[own])  # type: ignore[operator]
    tables, said = evaluations(replace(asked(study, {}), indicators=rows), pairs)
    assert tables == {}
    assert len(said) == 1
    assert pd.Series(said[0].en).str.contains(en).all()
    assert said[0].en.startswith("Evaluation 'twinning_investment' cannot be made from Fixed-asset")
    assert said[0].zh.startswith("评估“twinning_investment”无法用固定资产投资进行")
    assert zh in said[0].zh


def test_no_shipped_indicator_can_carry_it_and_the_run_says_so(
    study: Study, pairs: pd.DataFrame
) -> None:
    rows = [
        {"id": "gdp_all", "values": "gdp"},
        {"id": "gdp_one", "values": "gdp", "vintage": "preliminary"},
        {"id": "per_head", "values": "gdp_per_capita"},
    ]
    tables, said = evaluations(asked(study, *rows), pairs)
    assert tables == {}
    assert [notice.en.split("'")[1] for notice in said] == ["gdp_all", "gdp_one", "per_head"]
    assert "vintages" in said[0].en
    assert "of 3 years before 2022" in said[1].en


def test_one_city_that_starts_after_the_panel_ends_stops_nothing(
    study: Study, pairs: pd.DataFrame
) -> None:
    late = study.pairs["helped_city"].eq("340600")
    never = study.pairs.assign(since=study.pairs["since"].where(~late, "2031"))
    tables, said = evaluations(replace(asked(study, {}), pairs=never), pairs)
    assert tables == {}
    assert "before and a year after" in said[0].en
    assert "可比年份" in said[0].zh


def test_paths_that_differed_before_are_told(study: Study, pairs: pd.DataFrame) -> None:
    helped = study.indicators["adcode"].isin(study.pairs["helped_city"])
    own = study.indicators["source_id"].eq("user_indicator_1")
    tilt = np.exp(0.05 * (study.indicators["year"] - 2014) * helped * own)
    tilted = study.indicators.assign(value=study.indicators["value"] * tilt)
    tables, said = evaluations(replace(asked(study, {}), indicators=tilted), pairs)
    assert set(tables["evaluation"]["group"]) == set(GROUPS)
    assert "different paths before 2022" in said[1].en
    assert "走势已不同" in said[1].zh


def test_the_first_whole_year_after_the_earliest_pair_counts() -> None:
    rows = pd.DataFrame(
        {
            "helped_city": ["b", "a", "a", "c"],
            "since": ["2019", "2021-12-08", "2020-01", ""],
        }
    )
    assert starts_of(rows).to_dict() == {"a": 2021, "b": 2020}
    assert starts_of(rows, 2018).to_dict() == {"a": 2018, "b": 2018, "c": 2018}


def test_a_wrong_question_is_refused_with_every_problem(study: Study) -> None:
    rows = [
        {"values": "gpd"},
        {"values": "gdp", "vintage": "preliminery"},
        {"scheme": "northern_anhui"},
        {"values": "exports"},
    ]
    without = study.indicators[study.indicators["indicator"].ne("exports")]
    with pytest.raises(StudyError) as caught:
        check_questions(replace(asked(study, *rows), indicators=without))
    said = str(caught.value)
    for part in (
        "[[evaluation]] 1 values", "'gdp'", "no vintage of 'gdp'", "preliminary",
        "no scheme of the study's pairs", "[[evaluation]] 4 values",
    ):  # fmt: skip
        assert part in said


def test_without_pairs_dates_or_one_scheme_nobody_is_treated(study: Study) -> None:
    two = pd.concat([study.pairs, study.pairs.assign(scheme="other")])
    for pairs, said in (
        (study.pairs.iloc[:0], "no pairs"),
        (two, "name one"),
        (study.pairs.assign(since=""), "no pair has a date"),
    ):
        with pytest.raises(StudyError, match=said):
            check_questions(replace(asked(study, {}), pairs=pairs))
    check_questions(replace(asked(study, {"since": 2022}), pairs=study.pairs.assign(since="")))
    check_questions(replace(asked(study, {"scheme": "other"}), pairs=two))


def test_wrong_kinds_of_keys_are_told(tmp_path: Path) -> None:
    text = EXAMPLE.read_text("utf-8").replace(
        'values = "fixed_asset_investment"',
        'log = "yes"\nsince = 1800\ndraws = true\nvalue = "gdp"',
    )
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    with pytest.raises(StudyError) as caught:
        load_study(tmp_path / "mine.toml")
    for said in ("true or false", "at least 1949", "a whole number", "values", "is missing"):
        assert said in str(caught.value)


def test_text_of_the_vintage_is_carried_as_it_is(
    study: Study, pairs: pd.DataFrame, hostile_text: str
) -> None:
    own = study.indicators["source_id"].eq("user_indicator_1")
    named = study.indicators.assign(vintage=study.indicators["vintage"].mask(own, hostile_text))
    tables, _ = evaluations(
        replace(asked(study, {"vintage": hostile_text}), indicators=named), pairs
    )
    assert tables["evaluation"]["vintage"].eq(hostile_text).all()


def test_every_format_has_the_tables_with_words_for_all(
    run: Run, found: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    whole = replace(run, tables={**run.tables, **found})
    write_tables(whole, tmp_path / "tables")
    write_workbook(whole, tmp_path / "run.xlsx")
    write_geopackage(whole, tmp_path / "run.gpkg")
    sheets = list(pd.read_excel(tmp_path / "run.xlsx", sheet_name=None))
    for name, table in found.items():
        assert name in LAYER_TITLES
        assert set(table.columns) <= set(COLUMNS)
        written = pd.read_csv(tmp_path / "tables" / f"{name}.csv")
        assert written["evaluation_id"].eq("twinning_investment").sum() == len(table)
        assert name in sheets
        assert len(gpd.read_file(tmp_path / "run.gpkg", layer=name)) == len(table)


def test_a_run_answers_and_tells(study: Study, tmp_path: Path) -> None:
    both = asked(study, {}, {"id": "shipped", "values": "gdp"})
    run = yg.run_study(both, tmp_path, formats=["tables"])
    assert set(run.tables["evaluation"]["evaluation_id"]) == {"twinning_investment"}
    assert any(text.startswith("Evaluation 'shipped' cannot") for text in run.warnings)
    assert any(text.startswith("评估“shipped”无法") for text in run.warnings_zh)
    assert "user_indicator_1" in set(run.sources["source_id"])
    measured = run.pairs.set_index("helped_city")["pair_class"]
    assert sorted(measured.index[measured.eq("adjacent")]) == NEAR
    assert (run.out / "tables" / "evaluation_years.csv").is_file()
