"""Pairs, gradients, scatter, comparisons and questions say what the tables say."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from scipy.stats import spearmanr

from browser.visits import Open, press
from yrdgeo.publish.palette import NEUTRAL
from yrdgeo.results import Run

pytestmark = pytest.mark.browser

TESTED = ("seat_km", "centroid_km", "border_km", "rail_min", "road_min", "travel_time_min")
DRAWN = """() => {
  const app = atlas.app;
  const layer = app.layer();
  const rows = [...document.querySelectorAll("#legend li")].map((row) => [
    row.dataset.class, row.querySelector("rect:last-of-type").getAttribute("fill"),
    Number(row.querySelector(".count").textContent)]);
  const zero = [...document.querySelectorAll("#legend li")].filter(
    (row) => row.textContent.includes("no difference"));
  return {
    zero: zero.map((row) => row.dataset.class), breaks: layer.breaks,
    title: document.querySelector("#title").textContent,
    legend: Object.fromEntries(rows.map(([key, fill, count]) => [key, {fill, count}])),
    fills: Object.fromEntries([...document.querySelectorAll("path[data-city]")].map(
      (path) => [path.dataset.city, path.getAttribute("fill")])),
    values: Object.fromEntries(app.data.cities.ids.map((id, i) => [id, app.view().values[i]])),
  };
}"""


def set_state(page: Page, **state: object) -> None:
    """Change the page's state; a year or a scenario last, as people would."""
    late = {key: state.pop(key) for key in ("year", "scenario") if key in state}
    page.evaluate("(state) => { atlas.app.set(state); }", state)
    page.evaluate("(state) => { atlas.app.set(state); }", late)


def figure(value: float) -> str:
    """Return a chance as the page prints it: two significant figures."""
    return np.format_float_positional(float(f"{value:.2g}"), trim="-")


def check_drawn(page: Page, expected: pd.Series, decimals: int) -> None:
    """Compare a map around zero with values by adcode: numbers, sides, classes, counts."""
    seen = page.evaluate(DRAWN)
    shown = expected.map(lambda v: round(v, decimals) if np.isfinite(v) else np.nan)
    assert 0 in seen["breaks"]
    counts = dict.fromkeys(seen["legend"], 0)
    for code, value in shown.items():
        if np.isnan(value):
            assert seen["values"][code] is None
            key = "-"
        else:
            assert seen["values"][code] == pytest.approx(value, abs=10.0**-decimals / 2 + 1e-9)
            key = str(int(np.searchsorted(seen["breaks"], seen["values"][code], side="left")))
        counts[key] += 1
        assert seen["fills"][code] == seen["legend"][key]["fill"]
        assert (seen["fills"][code] == NEUTRAL) == (value == 0)
    zeros = {str(int(np.searchsorted(seen["breaks"], 0.0)))} if (shown == 0).any() else set()
    assert set(seen["zero"]) >= zeros
    told = {key: row["count"] for key, row in seen["legend"].items() if key != "u"}
    assert told == {key: count for key, count in counts.items() if key != "u"}


@pytest.fixture(params=["run", "delta"])
def told(request: pytest.FixtureRequest, visit: Open) -> tuple[Run, Page]:
    """Return a run and its open page, in English."""
    name = request.param
    page = visit(request.getfixturevalue("sample_page" if name == "run" else "delta_page")).page
    page.evaluate("() => { atlas.app.set({lang: 1}); }")
    return request.getfixturevalue(name), page


def test_the_pairs_tell_the_plan_its_matchings_and_the_chance(told: tuple[Run, Page]) -> None:
    run, page = told
    tests = run.tables["pair_tests"]
    nulls = run.tables["pair_nulls"]
    page.evaluate("() => { atlas.app.set({tab: 'pairs'}); }")
    for row in tests[tests["test"].eq("matching")].to_dict("records"):
        page.select_option("#pairs-measure", row["column"])
        said = page.inner_text(".tests")
        places = 1 if row["column"].endswith("_km") else 0
        unit = "km" if places else "minutes"
        for name in ("statistic", "null_mean", "optimum"):
            if row["null"] == "same_helpers" or name != "statistic":
                assert f"{row[name]:,.{places}f} {unit}" in said
        assert f"{row['n_permutations']:,}" in said
        assert (
            f"p = {figure(row['p_value'])}; it could be as low as {figure(row['p_floor'])}" in said
        )
        assert ("cannot be told from chance" in said) == (row["p_value"] > 0.05)
        assert ("lowest p that the test can give" in said) or row["p_value"] > row["p_floor"]
        bins = nulls[nulls["column"].eq(row["column"])]
        assert (page.locator(".matchings .bins").count() == 1) == (len(bins) > 0)
        for key in ("statistic", "null_mean", "optimum") if len(bins) else ():
            mark = page.get_attribute(f".matchings .marked.{key}", "data-value")
            assert float(str(mark)) == pytest.approx(row[key], rel=1e-5)


def test_a_pair_says_how_its_helper_stands_among_all_that_may_help(
    told: tuple[Run, Page],
) -> None:
    run, page = told
    names = run.cities["name_en"]
    for pair in run.pairs.to_dict("records"):
        page.evaluate("(pair) => { atlas.app.set({tab: 'pairs', pair}); }", pair["pair_id"])
        card = page.inner_text(".pair.open")
        assert f"number {pair['rank']} of {pair['n_eligible']} eligible by distance" in card
        assert f"the nearest is {names[pair['nearest_id']]}" in card
        assert ("Across a province border" in card) == pair["province_border"]


def test_the_matchings_are_drawn_where_their_counts_are(
    run: Run, sample_page: Path, visit: Open
) -> None:
    page = visit(sample_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'pairs'}); }")
    bins = run.tables["pair_nulls"].sort_values("lower")
    page.locator(".behind-it summary").click()
    cells = page.locator(".behind-it tbody tr").all_inner_texts()
    wanted = [f"{b.lower:.1f} – {b.upper:.1f}\t{b.count}" for b in bins.itertuples()]
    assert cells == wanted
    heights = page.evaluate(
        """() => {
          const path = document.querySelector(".matchings .bins");
          const bottom = Number(document.querySelector(".matchings .axis").getAttribute("y1"));
          return path.getAttribute("d").slice(1, -1).split("L").map(
            (p) => bottom - Number(p.split(" ")[1]));
        }"""
    )
    tops = np.array(heights[1:-1:2])
    counts = bins["count"].to_numpy()
    assert tops / tops.max() == pytest.approx(counts / counts.max(), abs=0.01)


def test_the_plans_lie_where_their_criteria_are_and_a_click_lists_the_matching(
    told: tuple[Run, Page],
) -> None:
    run, page = told
    plans = run.tables["pareto"]
    page.evaluate("() => { atlas.app.set({tab: 'pairs'}); }")
    places = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".plan")].map((node) => {
          const box = node.getBoundingClientRect();
          return [node.dataset.plan, [box.x + box.width / 2, box.y + box.height / 2]];
        }))"""
    )
    assert len(places) == len(plans)
    keys = [
        "actual" if kind == "actual" else str(n)
        for kind, n in zip(plans["kind"], plans["solution"], strict=True)
    ]
    at = np.array([places[key] for key in keys])
    other = next(c for c in plans if c.startswith("gdp_per_capita"))
    for k, values in enumerate((plans["seat_km"], plans[other])):
        line = np.polyfit(values, at[:, k], 1)
        assert np.polyval(line, values) == pytest.approx(at[:, k], abs=0.6)
        assert (line[0] > 0) == (k == 0)
    actual = plans[plans["kind"].eq("actual")].iloc[0]
    front = plans[plans["kind"].eq("front")]
    better = (front["seat_km"] <= actual["seat_km"]) & (front[other] >= actual[other])
    assert f"{better.sum()} are at least as good on both" in page.inner_text(".plans .said")
    names = run.cities["name_en"]
    for plan in (actual, front.iloc[0]):
        key = "actual" if plan["kind"] == "actual" else str(plan["solution"])
        page.locator(f".plan[data-plan='{key}']").dispatch_event("click")
        ends = [pair.strip().split("→") for pair in plan["matching"].split(";")]
        listed = [
            text.split("\n")[0].removesuffix("as in the plan")
            for text in page.locator(".matching li").all_inner_texts()
        ]
        assert listed == [f"{names[a]} → {names[b]}" for a, b in ends]
        assert page.input_value("#plan") == key


def test_a_bent_line_says_its_break_with_its_interval(
    run: Run, sample_page: Path, visit: Open
) -> None:
    page = visit(sample_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'gradient'}); }")
    page.select_option("#gradient-form", "segmented")
    rows = run.gradients[run.gradients["form"].eq("segmented")].set_index("coefficient")
    bend = rows.loc["break_1"]
    said = page.inner_text(".gradient .reading")
    assert (
        f"bends at {bend['estimate']:.0f} km (95%: {bend['lower']:.0f} to {bend['upper']:.0f} km)"
        in said
    )
    assert (
        f"each further 100 km goes with {-100 * rows.loc['slope_1', 'estimate']:,.0f} yuan less"
        in said
    )
    assert "Beyond it, each further 100 km settles nothing" in said
    ends = page.evaluate(
        """() => ["bend", "bend-interval"].map((name) => {
          const line = document.querySelector(".gradient ." + name);
          return [Number(line.getAttribute("x1")), Number(line.getAttribute("x2"))];
        })"""
    )
    (at, _), (low, high) = ends
    assert (at - low) / (high - low) == pytest.approx(
        (bend["estimate"] - bend["lower"]) / (bend["upper"] - bend["lower"]), abs=0.01
    )


@pytest.mark.parametrize("form", ["exponential", "segmented"])
def test_what_lies_off_the_line_is_mapped_around_zero(
    form: str, run: Run, sample_page: Path, visit: Open
) -> None:
    page = visit(sample_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'gradient'}); }")
    page.select_option("#gradient-by", "km")
    page.select_option("#gradient-form", form)
    page.click(".residuals")
    name = "gdp_per_capita_km" + ("_segmented" if form == "segmented" else "")
    table = run.tables["gradient_residuals"]
    fitted = table[table["gradient_id"].eq(name)].set_index("adcode")["fitted"]
    values = run.values("gdp_per_capita", run.year)
    off = values / fitted - 1 if form == "exponential" else values - fitted
    check_drawn(
        page, off * (100 if form == "exponential" else 1), 1 if form == "exponential" else 0
    )
    assert "off the line fitted from" in page.inner_text("#title")
    page.click(".residuals")
    assert page.evaluate("atlas.app.state.layer") == "gdp_per_capita"


def test_the_slopes_by_year_are_those_of_the_table(
    run: Run, sample_page: Path, visit: Open
) -> None:
    page = visit(sample_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'gradient'}); }")
    page.select_option("#gradient-by", "km")
    years = run.tables["gradient_years"]
    years = years[years["gradient_id"].eq("gdp_per_capita_km")].sort_values("year")
    page.locator(".slopes summary").click()
    cells = page.locator(".slopes tbody tr").all_inner_texts()
    for text, row in zip(cells, years.itertuples(), strict=True):
        percent = [100 * np.expm1(100 * v) for v in (row.slope, row.lower, row.upper)]
        low, high = f"{percent[1]:.1f}", f"{percent[2]:.1f}"
        assert text == f"{row.year}\t{percent[0]:.1f}\t{low} – {high}\t{row.n}"
    said = page.inner_text(".slopes .said")
    assert "From 2021 to 2022 the gradient from Wu became flatter (diffusion)" in said
    assert "p = 0.02" in said


@pytest.mark.parametrize(
    ("x", "y"), [("weighted_mean_time_best_min", "gdp_per_capita"), ("gdp", "gdp_per_capita")]
)
def test_the_scatter_tells_the_rank_correlation(
    x: str, y: str, delta: Run, delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'scatter', layer: 'gdp'}); }")
    page.select_option("#scatter-x", x)
    page.select_option("#scatter-y", y)
    layers = delta.layers.set_index("layer_id")
    columns = []
    for layer in (x, y):
        years = delta.results.loc[delta.results["layer_id"].eq(layer), "year"]
        year = delta.year if delta.year in set(years) else int(layers.loc[layer, "year"])
        columns.append(delta.values(layer, year).round(int(layers.loc[layer, "decimals"])))
    both = pd.concat(columns, axis=1).replace([np.inf], np.nan).dropna()
    said = page.inner_text(".scatter .reading")
    assert f"{len(both)} cities" in said
    assert f"(rank correlation {spearmanr(both).statistic:.2f})" in said
    assert page.locator(".scatter .dot").count() == len(both)


def chosen(page: Page) -> set[str]:
    """Return the adcodes that are chosen by value."""
    return set(page.evaluate("atlas.app.state.brush.map((i) => atlas.app.data.cities.ids[i])"))


def test_a_rectangle_over_the_scatter_chooses_cities_everywhere(
    delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page, size=(1366, 1000)).page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'scatter'}); }")
    page.select_option("#scatter-x", "gdp")
    page.select_option("#scatter-y", "gdp_per_capita")
    boxes = {
        dot.get_attribute("data-city"): dot.bounding_box()
        for dot in page.locator(".scatter .dot").all()
    }
    middles = {
        code: (b["x"] + b["width"] / 2, b["y"] + b["height"] / 2) for code, b in boxes.items() if b
    }
    frame = page.locator(".scatter .chart").bounding_box()
    assert frame is not None
    left, top = frame["x"] + 140, frame["y"] + 25
    right, bottom = frame["x"] + frame["width"] - 15, frame["y"] + 150
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(right - 40, bottom - 20)
    page.mouse.move(right, bottom)
    page.mouse.up()
    inside = {code for code, (x, y) in middles.items() if left <= x <= right and top <= y <= bottom}
    assert 0 < len(inside) < len(middles)
    assert chosen(page) == inside
    assert f"{len(inside)} chosen" in page.inner_text(".held")
    lit = page.locator("tr.brushed")
    assert {row.get_attribute("data-city") for row in lit.all()} == inside
    assert len(page.locator(".leaflet-hand-pane path").last.get_attribute("d") or "") > 200
    page.locator(".folium-map").focus()
    page.keyboard.press("Escape")
    assert chosen(page) == set()


def test_the_sliders_choose_as_the_pointer_does(delta: Run, delta_page: Path, visit: Open) -> None:
    page = visit(delta_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'scatter'}); }")
    page.select_option("#scatter-x", "gdp")
    page.select_option("#scatter-y", "gdp_per_capita")
    page.locator("#brush-y0").focus()
    for _ in range(3):
        page.keyboard.press("PageUp")
    share = float(page.input_value("#brush-y0")) / 200
    assert 0 < share < 1
    values = delta.values("gdp_per_capita", delta.year).round(0)
    low, high = values.min(), values.max()
    room = 0.04 * (high - low)
    bound = low - room + share * (high - low + 2 * room)
    known = values[values.notna() & delta.values("gdp", delta.year).notna()]
    assert chosen(page) == set(known.index[known >= bound])
    page.click(".brush button")
    assert chosen(page) == set()


def test_a_scenario_is_shown_as_a_difference_around_zero(
    run: Run, sample_page: Path, visit: Open
) -> None:
    page = visit(sample_page).page
    set_state(page, lang=1, layer="mean_time_rail", tab="ranking")
    page.select_option("#scenario", "new_line")
    assert "The new line opens" in page.inner_text("#title")
    assert "Against base" in page.inner_text("table.ranking thead")
    page.click(".difference")
    rows = run.results[
        run.results["layer_id"].eq("mean_time_rail") & run.results["year"].eq(run.year)
    ]
    table = rows.pivot_table(index="adcode", columns="scenario", values="value", dropna=False)
    table = table.reindex(run.cities.index).replace([np.inf], np.nan)
    check_drawn(page, table["new_line"] - table[""], 0)
    assert "The new line opens minus base" in page.inner_text("#title")
    assert page.get_attribute(".difference", "aria-pressed") == "true"
    fragment = "#" + page.url.split("#", 1)[1]
    again = visit(sample_page, fragment=fragment).page
    assert again.evaluate("atlas.app.state.layer") == "difference~mean_time_rail~new_line"
    page.click(".difference")
    assert page.evaluate("atlas.app.state.layer") == "mean_time_rail"
    assert page.evaluate("atlas.app.state.scenario") == "new_line"


def test_two_years_are_two_maps_a_table_and_a_difference(
    delta: Run, delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, layer: 'gdp_per_capita', tab: 'compare'}); }")
    page.select_option("#compare-kind", "years")
    results = delta.results[delta.results["layer_id"].eq("gdp_per_capita")]
    first, last = results["year"].min(), results["year"].max()
    page.select_option("#compare-0", str(first))
    page.select_option("#compare-1", str(last))
    sooner, later = (delta.values("gdp_per_capita", year).round(0) for year in (first, last))
    step = (later - sooner).dropna()
    said = page.inner_text(".compare .reading")
    assert f"of {len(step)} cities {(step > 0).sum()} rise and {(step < 0).sum()} fall" in said
    assert f"{step.mean():+,.0f} yuan" in said
    for code, value in step.items():
        row = page.inner_text(f".dumbbells tr[data-city='{code}']")
        sign = "+" if value > 0 else "−"
        assert f"{sooner[code]:,.0f}\t{later[code]:,.0f}\t{sign}{abs(value):,.0f}" in row
    for k, year in enumerate((first, last)):
        set_state(page, layer="gdp_per_capita", year=int(year))
        fills = page.evaluate(DRAWN)["fills"]
        small = page.locator(".state").nth(k)
        for code in delta.cities.index[:12]:
            assert small.locator(f"[data-state='{code}']").get_attribute("fill") == fills[code]
    page.click(".on-map")
    check_drawn(page, later - sooner, 0)


def test_the_city_card_counts_what_it_reaches(told: tuple[Run, Page]) -> None:
    run, page = told
    for code in list(run.cities.index[:4]):
        page.evaluate(
            """(id) => {
              const pin = atlas.app.data.cities.ids.indexOf(id);
              atlas.app.set({tab: "city", pin});
            }""",
            code,
        )
        for mode, times in run.times.items():
            minutes = times.to_frame().loc[code].drop(code).round(0)
            for limit in (60, 120, 180):
                cell = page.inner_text(f"[data-reach='{mode}{limit}']")
                assert cell.split("\n")[0] == str((minutes <= limit).sum()) or cell.startswith(
                    str((minutes <= limit).sum())
                )


def test_the_region_tells_rings_inequality_centre_and_sizes(
    run: Run, sample_page: Path, visit: Open
) -> None:
    page = visit(sample_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'region'}); }")
    rings = run.tables["rings"].sort_values("lo")
    rows = [text.rstrip("\t") for text in page.locator(".rings tbody tr").all_inner_texts()]
    for text, ring in zip(rows, rings.itertuples(), strict=True):
        ends = f"{ring.lo:.0f}–{ring.hi:.0f} km" if np.isfinite(ring.hi) else f"≥ {ring.lo:.0f} km"
        shares = (ring.numerator_share, ring.denominator_share)
        relative = shares[0] / shares[1]
        cells = [ends, str(ring.n), *(f"{share:.0%}" for share in shares), f"{100 * relative:.0f}"]
        assert text == "\t".join(cells)
    assert "0–50 km has 200% of the whole region's GDP per head" in page.inner_text(".rings .said")
    assert "that of ≥ 100 km 40%" in page.inner_text(".rings .said")
    said = page.inner_text(".inequality .said")
    assert "Gini of GDP per head: 0.250 in 2021, 0.125 in 2022. The intervals lie apart" in said
    cells = [text.rstrip("\t") for text in page.locator(".inequality tbody tr").all_inner_texts()]
    assert cells == [
        "The whole region\t2021\t0.250\t0.200–0.300",
        "The whole region\t2022\t0.125\t0.100–0.150",
        "Xi\t2022\t0.063\t–",
    ]
    assert "Resident population: from 2021 to 2022 the centre moved 3.3 km to the north-west" in (
        page.inner_text(".centre")
    )
    assert "Resident population\t2022\t1.13\t0.40–1.90\t1.50" in page.inner_text(".sizes")


def story(page: Page, name: str) -> str:
    """Ask a question by its words and return the answer."""
    press(page.locator("#stories [data-story]", has_text=name))
    return page.inner_text("#story p:first-child")


def test_the_questions_answer_with_numbers_of_the_tables(
    delta: Run, delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page).page
    page.evaluate("() => { atlas.app.set({lang: 1}); }")
    results = delta.results[
        delta.results["layer_id"].eq("gdp_per_capita") & delta.results["scenario"].eq("")
    ]
    wide = results.pivot_table(index="adcode", columns="year", values="value").round(0)
    ends = wide[[wide.columns.min(), wide.columns.max()]].dropna()
    n = max(1, round(len(ends) / 5))
    ratios = [
        np.sort(ends[year])[-n:].mean() / np.sort(ends[year])[:n].mean() for year in ends.columns
    ]
    said = story(page, "Is the gap closing?")
    first, last = ends.columns
    assert (
        f"{ratios[0]:.1f} times the bottom fifth in {first}, {ratios[1]:.1f} times in {last}"
        in said
    )
    assert ("The gap is smaller" in said) == (round(ratios[1], 1) < round(ratios[0], 1))
    access = delta.values("people_within_120_min_best").round(1).sort_values()
    fifth = max(1, round(len(access) / 5))
    said = story(page, "How equal is access?")
    numbers = [float(n.replace(",", "")) for n in re.findall(r"[\d,]+\.\d", said)]
    means = access.tail(fifth).mean(), access.head(fifth).mean()
    # A mean may lie halfway between two printed numbers.
    for printed, mean in zip(numbers, (*means, means[0] / means[1]), strict=True):
        assert abs(printed - mean) <= 0.05 + 1e-9
    test = delta.tables["pair_tests"].set_index(["test", "column"]).loc[("matching", "seat_km")]
    test = test.iloc[0] if isinstance(test, pd.DataFrame) else test
    assert f"p = {figure(test['p_value'])}" in story(page, "Adjacent or leapfrog?")


def test_every_question_ends_with_its_limit_in_both_languages(told: tuple[Run, Page]) -> None:
    _, page = told
    for language, limit in ((0, "不能说明"), (1, "What it cannot say")):
        page.evaluate("(lang) => { atlas.app.set({lang}); }", language)
        count = page.locator("#stories [data-story]").count()
        assert count >= 5
        for k in range(count):
            press(page.locator("#stories [data-story]").nth(k))
            told_text = page.inner_text("#story")
            assert limit in told_text
            assert re.search(r"\d", told_text)
            assert not re.search(r"NaN|undefined|null|Infinity|\{|\}", told_text)


ACTS = (
    "atlas.app.set({tab: 'region'})",
    "atlas.app.set({tab: 'scatter', brush: [1, 2]})",
    "atlas.app.set({tab: 'gradient', layer: atlas.app.data.gradients[0].layer})",
    "(atlas.app.set({tab: 'gradient'}), document.querySelector('.residuals').click())",
    "atlas.app.set({tab: 'compare', layer: 'mean_time_rail', compare: 'years~2021~2022'})",
    "atlas.app.set({tab: 'compare', layer: 'mean_time_rail', before: '2021|'})",
    "(atlas.app.set({layer: 'mean_time_rail'}), atlas.app.chooseScenario('new_line', true))",
    "atlas.app.set({tab: 'pairs'})",
)


@pytest.mark.parametrize("act", ACTS)
def test_axe_finds_nothing_in_the_new_views(act: str, sample_page: Path, visit: Open) -> None:
    page = visit(sample_page).page
    page.evaluate(f"() => {{ {act}; }}")
    found = Axe().run(page).response["violations"]
    assert [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]] == []
