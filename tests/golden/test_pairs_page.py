"""The page on pairs says what the shipped run says."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import yrdgeo as yg
from yrdgeo.pipeline import listing
from yrdgeo.pipeline.pair_nulls import NULLS, case_of
from yrdgeo.pipeline.pair_plans import CRITERIA
from yrdgeo.results import Run, TravelTimes
from yrdgeo.sources.programmes import read_pairs

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "pairs.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_numbers_of_the_pairs(delta: Run) -> None:
    tests = delta.tables["pair_tests"].set_index(["test", "null", "column"]).sort_index()
    plan = tests.loc[("matching", "same_helpers")]
    said = {
        "by seats": "seat_km", "by centroids": "centroid_km", "by borders": "border_km",
        "by rail": "rail_min", "by road": "road_min",
    }  # fmt: skip
    for words, column in said.items():
        assert f"{plan.loc[column, 'p_value']:.3f} {words}" in PAGE
    seats = plan.loc["seat_km"]
    random = f"random {seats['null_mean']:.0f} ± {seats['null_sd']:.0f}"
    assert f"{seats['statistic']:.0f} km by seats; best {seats['optimum']:.0f}, {random}" in PAGE
    splits = tests.loc[("compare", "splits", "seat_km")]
    assert splits["p_value"] == splits["p_floor"]
    assert f"p = {splits['p_value']:.3f}, which is the least that 28 splits" in PAGE
    front = delta.tables["pareto"]
    beaten = front.loc[front["kind"].eq("actual"), "dominated_by"].item()
    assert f"{beaten} of the {front['kind'].eq('front').sum()} plans" in PAGE
    far = delta.pairs[delta.pairs["pair_class"].eq("leapfrog")]
    ratio = far["nearest_ratio"]
    assert f"{far['rank'].min()}th to {far['rank'].max()}st" in PAGE
    assert f"{ratio.min():.1f} to {ratio.max():.1f} times the nearest" in PAGE
    assert delta.pairs["n_eligible"].eq(25).all()
    assert delta.pairs["similarity"].notna().sum() == 3


def test_the_numbers_of_the_best_plans(delta: Run) -> None:
    plans = delta.tables["optimal_plans"].set_index("criterion")
    for name in ("seat_km", "travel_time_min"):
        row = plans.loc[name]
        words = f"| {row['n_same']} of 8 | {row['plan_mean']:.1f} | {row['best_mean']:.1f} "
        words += f"| {row['excess_pct']:.1f} % | {row['plan_rank']:,} of {row['n_plans']:,} |"
        assert words in PAGE
    assert plans.loc["travel_time_min", "n_best"] == 8


def test_the_numbers_of_the_nulls(delta: Run) -> None:
    study = yg.load_study("yrd")
    plan = list(delta.pairs["helper_city"]), list(delta.pairs["helped_city"])
    gdp = study.values("gdp_per_capita")
    ids = list(study.cities.index)
    a, b = np.repeat(ids, 8).tolist(), plan[1] * len(ids)
    km = pd.DataFrame(
        np.asarray(yg.geo.geodesic_km(study.cities, a, b)).reshape(-1, 8), ids, plan[1]
    )
    found = {}
    for parts in (("any_helper",), ("any_helper", "cross_province", "richer")):
        case = case_of(study, plan, parts, gdp)
        found[parts] = yg.pairs.matching_test(
            km, *plan, permutations=99_999, allowed=case.allowed, candidates=case.candidates
        )
    any_city, richer = found.values()
    said = f"p = {any_city.p_value:.3f} under `any_helper` (random plans average"
    assert f"{said} {any_city.null.mean():.0f} km" in PAGE
    assert f"and {richer.p_value:.3f} if helpers are of another province and richer" in PAGE
    for parts in (("cross_province",), ("richer",)):
        assert case_of(study, plan, parts, gdp).free(plan).all(axis=None)


def test_every_null_and_criterion_is_on_the_page() -> None:
    for name in NULLS:
        assert f"| `{name}` |" in PAGE
    for name in set(CRITERIA) - {"weighed"}:
        assert re.search(rf"[` ]{name}[` ]", PAGE), name


def test_no_pair_changes_its_class_without_bridges_or_waters(delta: Run) -> None:
    adjacent = delta.pairs["pair_class"].eq("adjacent")
    for column in ("contiguity_order", "order_without_bridges", "order_over_land"):
        assert delta.pairs[column].eq(1).eq(adjacent).all()


def test_the_example_of_a_list_is_readable_and_says_that_it_is_made_up() -> None:
    path = DOCS / "examples" / "cadre_exchange_made_up.csv"
    assert f"examples/{path.name}" in PAGE
    pairs = read_pairs(path)
    assert pairs["kind"].eq("cadre_exchange").all()
    assert pairs["note"].str.contains("虚构").all()
    assert pairs["source_id"].eq("made_up").all()
    assert pairs["direction"].to_list() == ["partners", "partners", "helper_to_helped"]


def test_every_shipped_scheme_is_named() -> None:
    rows = listing("schemes")
    assert {row[0]: row[3] for row in rows[1:]} == {
        "northern_anhui_twinning_2021": "8",
        "northeast_counterpart_2017": "7",
        "enclave": "8",
        "territorial_enclave": "2",
    }


def test_the_numbers_of_the_flows(delta: Run) -> None:
    tables = delta.tables
    communities, core = tables["communities"].iloc[0], tables["core_periphery"].iloc[0]
    shared = f"{communities['nmi_provinces']:.3f}, by chance {communities['nmi_by_chance']:.3f}"
    assert shared in PAGE
    assert f"fit {core['fit']:.3f}, p = {core['p_value']:.3f}" in PAGE
    moran = tables["clusters"].groupby("neighbours")["moran"].first()
    words = f"{moran['contiguity']:.3f} by borders, {moran['within_90_min']:.3f} within 90 minutes"
    assert words in PAGE
    pull = tables["field_strength"].set_index("adcode")["field_strength_index"]
    assert f"Wuxi {pull['320200']:.0f}, Suzhou and Zhenjiang above 200, Wenzhou" in PAGE
    assert f"Wenzhou {pull['330300']:.0f}; the mean is 100" in PAGE
    assert (pull > 200).sum() == 3
    across = tables["detours"].set_index("kind").loc["across"]
    assert f"{across['ratio_to_within']:.3f}, p = {across['p_value']:.3f}" in PAGE
    circles = tables["circle_overlap"].query("cutoff_min == 90").set_index("group_id")
    for name in ("nanjing", "hangzhou", "hefei", "shanghai", "ningbo"):
        row = circles.loc[f"metro_{name}"]
        assert f"{name.title()} {row['n_both']} of {row['n_official']}" in PAGE


def test_the_surface_depends_on_its_nodes(delta: Run) -> None:
    study = yg.load_study("yrd")
    mass = yg.linkage.linkage_mass(
        study.values("population_resident", 2020), study.values("gdp", 2022)
    )
    scope: dict[str, object] = {"yg": yg, "study": study, "mass": mass}
    exec(BLOCKS[1], scope)  # noqa: S102 — our own page
    pull, points = scope["pull"], scope["points"]
    assert isinstance(pull, pd.DataFrame)
    assert isinstance(points, pd.DataFrame)
    through_roads = pull["strongest"].eq("310000").mean()
    seats = study.cities.rename(columns={"seat_lon": "lon", "seat_lat": "lat"})
    frame = delta.times["road"].to_frame()[list(study.region.cores)]
    road = TravelTimes(frame.index, frame.columns, frame.to_numpy())
    coarse = yg.surface.strength(
        points, seats, road, mass, decay=yg.decay.power(2), access_kmh=40, detour=1.3
    )
    through_seats = coarse["strongest"].eq("310000").mean()
    assert f"{through_seats:.0%}".replace("%", " %") + " of the points" in PAGE
    assert f"junctions at {through_roads:.0%}".replace("%", " %") in PAGE
    assert through_roads == pytest.approx(0.18, abs=0.02)
