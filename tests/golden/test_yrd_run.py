"""The shipped study's answers. A change here needs a line in CHANGELOG.md that says why."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from yrdgeo import load_study
from yrdgeo.analysis import contiguity
from yrdgeo.pipeline import listing
from yrdgeo.pipeline.space import pair_rows, times_by_mode
from yrdgeo.results import Run

SIX_NORTH = ["340300", "340600", "341200", "341300", "341600", "340400"]
HUZHOU, SHAOXING, QUZHOU, TAIZHOU_ZJ, ZHOUSHAN = "330500", "330600", "330800", "331000", "330900"


def test_ninety_nine_borders_and_one_bridge(delta: Run) -> None:
    kinds = delta.contiguity["kind"].value_counts()
    assert kinds.to_dict() == {"land": 88, "river": 8, "sea": 2, "lake": 1, "bridge": 1}
    land = contiguity.order(delta.cities)
    assert land.loc[ZHOUSHAN].drop(ZHOUSHAN).isna().all()


def test_two_pairs_are_adjacent_and_six_of_order_five_or_six(delta: Run) -> None:
    pairs = delta.pairs.set_index(["helper_city", "helped_city"])
    adjacent = pairs.index[pairs["pair_class"].eq("adjacent")]
    assert set(adjacent) == {("320100", "341100"), ("320300", "340600")}
    leapfrog = pairs.loc[pairs["pair_class"].eq("leapfrog"), "contiguity_order"]
    assert len(leapfrog) == 6
    assert set(leapfrog) == {5, 6}
    assert pairs["seat_km"].min() == pytest.approx(49.29, abs=0.01)
    assert pairs["seat_km"].max() == pytest.approx(608.38, abs=0.01)
    assert pairs["detour_ratio"].between(1.0, 1.3).all()


def test_gdp_per_head_of_groups_is_a_ratio_of_sums(delta: Run) -> None:
    rows = delta.group_results
    rows = rows[rows["layer_id"].eq("gdp_per_capita") & rows["year"].eq(2022)]
    found = rows.set_index("group_id")["value"]["north_anhui6"]
    gdp = delta.values("gdp", 2022)[SIX_NORTH].sum()
    people = delta.values("population_resident", 2020)[SIX_NORTH].sum()
    assert found == pytest.approx(gdp / people * 1e4, rel=1e-12)
    assert found != pytest.approx(delta.values("gdp_per_capita", 2022)[SIX_NORTH].mean(), rel=0.01)


@pytest.mark.parametrize(
    ("group", "yuan"),
    [("province_340000", 70_275), ("north_anhui6", 44_310), ("twin_helped8", 48_757)],
)
def test_gdp_per_head_of_2021_is_what_was_published(delta: Run, group: str, yuan: int) -> None:
    rows = delta.group_results
    rows = rows[rows["layer_id"].eq("gdp_per_capita") & rows["year"].eq(2021)]
    assert round(rows.set_index("group_id").loc[group, "value"]) == yuan


def test_the_four_unverified_cities_are_marked_wherever_their_gdp_is_used(delta: Run) -> None:
    whole = delta.results[delta.results["year"].eq(2022)]
    results = whole[whole["scenario"].eq("")]
    weak = results["confidence"].eq("unverified").groupby([results["layer_id"]]).sum()
    assert weak["gdp"] == weak["gdp_per_capita"] == 4
    for layer in ("gdp_share_region", "gravity_gdp_best", "weighted_mean_time_road_min"):
        assert weak[layer] == 41
    people = results[results["layer_id"].eq("people_within_120_min_road")]
    what_if = whole[whole["scenario"].ne("") & whole["layer_id"].eq("gravity_gdp_best")]
    assert what_if["confidence"].eq("unverified").sum() == 41
    assert not people["confidence"].eq("unverified").any()
    said = " ".join(delta.warnings)
    for name in ("Huzhou", "Shaoxing", "Quzhou", "Taizhou"):
        assert name in said
    assert set(
        results.loc[
            results["layer_id"].eq("gdp") & results["confidence"].eq("unverified"), "adcode"
        ]
    ) == {
        HUZHOU,
        SHAOXING,
        QUZHOU,
        TAIZHOU_ZJ,
    }


def test_english_names_that_two_cities_share_carry_their_province(delta: Run) -> None:
    assert delta.cities["name_en"].is_unique
    assert delta.cities.loc["341300", "name_en"] == "Suzhou (Anhui)"
    pairs = delta.pairs.set_index("pair_id")
    assert pairs.loc["twin2021_7", "helped_en"] == "Suzhou (Anhui)"
    assert pairs.loc["twin2021_1", "helper_en"] == "Minhang"
    assert load_study("yrd").cities.loc["341300", "name_en"] == "Suzhou"


def test_every_layer_has_a_row_for_every_city_and_no_hidden_gap(delta: Run) -> None:
    counts = delta.results.groupby(["layer_id", "year", "scenario"])["adcode"].agg(
        ["size", "nunique"]
    )
    assert (counts == 41).all(axis=None)


def test_zhoushan_is_reached_by_road_only(delta: Run) -> None:
    rail, road = delta.times["rail"].to_frame(), delta.times["road"].to_frame()
    assert np.isinf(rail.loc["310000", ZHOUSHAN])
    assert np.isfinite(road.loc["310000", ZHOUSHAN])
    best = delta.times["best"].to_frame()
    pd.testing.assert_frame_equal(best, np.minimum(rail, road))


def test_measures_are_what_their_definition_says(delta: Run) -> None:
    """A second route: plain numpy on the published times and amounts."""
    times = delta.times["road"].to_frame()
    people = delta.values("population_resident", 2020)[times.columns].to_numpy()
    within = ((times.to_numpy() <= 120.0) * people).sum(axis=1)
    shown = delta.values("people_within_120_min_road")[times.index]
    assert shown.to_numpy() == pytest.approx(within, rel=1e-12)
    gdp = delta.values("gdp", 2022)[times.columns].to_numpy()
    potential = (np.exp(-np.log(2) / 60.0 * times.to_numpy()) * gdp).sum(axis=1)
    assert delta.values("gravity_gdp_road")[times.index].to_numpy() == pytest.approx(
        potential, rel=1e-9
    )


def test_the_gradient_by_kilometre(delta: Run) -> None:
    rows = delta.gradients[delta.gradients["by"].eq("km")].set_index("coefficient")
    assert rows.loc["slope", "estimate"] == pytest.approx(-0.0026285, abs=1e-7)
    assert rows.loc["slope", "n"] == 41


def test_hinterlands_follow_the_best_times(delta: Run) -> None:
    best = delta.times["best"].to_frame()[list(delta.cores)]
    assert delta.hinterlands["core"].to_dict() == best.idxmin(axis=1).to_dict()


def test_every_source_that_a_row_names_is_listed(delta: Run) -> None:
    named = {one for text in delta.results["source_id"] for one in text.split(";")} - {"", "yrdgeo"}
    assert named <= set(delta.sources["source_id"])
    assert set(delta.pairs["source_id"]) <= set(delta.sources["source_id"])


def test_the_geopackage_says_with_which_parameters_the_minutes_were_made(delta: Run) -> None:
    assert delta.out is not None
    with closing(sqlite3.connect(delta.out / "yrd.gpkg")) as file:
        texts = " ".join(row[0] for row in file.execute("SELECT metadata FROM gpkg_metadata"))
    assert "road_speed_kmh" in texts
    assert "busy_stop_min" in texts


def test_pairs_without_any_gdp_are_measured_and_their_gap_is_missing() -> None:
    study = load_study("yrd")
    bare = replace(study, indicators=study.indicators.query("indicator == 'urbanisation_rate'"))
    rows = pair_rows(bare, times_by_mode(bare))
    assert len(rows) == 8
    assert rows["seat_km"].notna().all()
    assert rows["gdp_per_capita_gap_yuan"].isna().all()


def test_values_of_the_study_are_joined_by_code_not_by_position() -> None:
    study = load_study("yrd")
    table = study.indicators[
        study.indicators["indicator"].eq("gdp") & study.indicators["year"].eq(2022)
    ]
    for adcode, value in zip(table["adcode"], table["value"], strict=True):
        assert study.values("gdp")[adcode] == value


def test_lists_name_what_is_shipped() -> None:
    assert ("yrd", "yrd.toml") in listing("studies")


def test_the_railway_to_zhoushan_changes_its_reach_by_rail_and_no_road(delta: Run) -> None:
    """Zhoushan has no railway; 甬舟铁路 is under construction, and a scenario opens it."""
    zhoushan, scenario = "330900", "ningbo_zhoushan_railway"
    values = delta.results[delta.results["year"].eq(2022)]
    values = values.set_index(["layer_id", "scenario", "adcode"])["value"].sort_index()
    keys = ["scenario", "mode", "from_id", "to_id"]
    times = delta.tables["scenario_times"].set_index(keys).sort_index()
    there = times["travel_time_min"][scenario]
    assert np.isinf(values["weighted_mean_time_rail_min", "", zhoushan])
    assert np.isfinite(values["weighted_mean_time_rail_min", scenario, zhoushan])
    assert np.isinf(delta.times["rail"].to_frame().loc["310000", zhoushan])
    assert there["rail", "310000", zhoushan] == pytest.approx(233.1, abs=0.1)
    before = values["weighted_mean_time_road_min", ""]
    assert (values["weighted_mean_time_road_min", scenario] == before).all()
    gained = values["gravity_gdp_best", scenario] - values["gravity_gdp_best", ""]
    assert (gained >= -1e-9).all()
    assert gained.idxmax() == zhoushan
    assert list(delta.scenarios["scenario"]) == [scenario]
