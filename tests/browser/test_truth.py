"""The page tells what the tables say: class, colour, number, rank and count of every city."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page

from browser.visits import Open
from yrdgeo.results import Run

pytestmark = pytest.mark.browser

SHOW = """([layer, year, scenario]) => {
  const app = window.atlas.app;
  app.set({lang: 1, layer});
  app.set({year, scenario});
  const color = (node) => node.getAttribute("fill");
  return {
    title: document.querySelector("#title").textContent,
    legend: [...document.querySelectorAll("#legend li")].map((row) => ({
      key: row.dataset.class, fill: color(row.querySelector("rect:last-of-type")),
      text: row.querySelector(".bounds").textContent,
      count: Number(row.querySelector(".count").textContent),
    })),
    fills: Object.fromEntries([...document.querySelectorAll("path[data-city]")].map(
      (path) => [path.dataset.city, color(path)])),
    tips: Object.fromEntries(app.data.cities.ids.map((id, i) => [id, atlas.cityText(app, i)])),
    rows: Object.fromEntries([...document.querySelectorAll(".ranking tr[data-city]")].map(
      (row) => [row.dataset.city, row.querySelector("td.number").lastChild.textContent])),
    dotted: document.querySelector(".leaflet-dots-pane path").dataset.cities.split(" "),
  };
}"""


def views(run: Run) -> pd.DataFrame:
    """Return each layer, year and scenario of a run, once."""
    return run.results[["layer_id", "year", "scenario"]].drop_duplicates()


def bounds(text: str) -> tuple[float, float]:
    """Return the bounds that a legend row prints."""
    numbers = [float(n.replace(",", "")) for n in re.findall(r"-?[\d,]+(?:\.\d+)?", text)]
    if text.startswith("≤"):
        return -np.inf, numbers[0]
    if text.startswith(">"):
        return numbers[0], np.inf
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (-np.inf, np.inf)


@pytest.fixture(params=["run", "delta"])
def told(request: pytest.FixtureRequest, visit: Open) -> tuple[Run, Page]:
    """Return a run and its open page."""
    name = request.param
    page = request.getfixturevalue("sample_page" if name == "run" else "delta_page")
    return request.getfixturevalue(name), visit(page).page


def legend_row(legend: list[dict], value: float, decimals: int) -> dict:
    """Return the only legend row that holds a value as it is printed."""
    if not np.isfinite(value):
        wanted = "-" if np.isnan(value) else "x"
        inside = [row for row in legend if row["key"] == wanted]
    else:
        shown = float(f"{value:.{decimals}f}")
        numbered = [(row, bounds(row["text"])) for row in legend if row["key"].isdigit()]
        inside = [row for row, (low, high) in numbered if low < shown <= high]
    assert len(inside) == 1, (value, legend)
    return inside[0]


def printed(value: float, decimals: int) -> str:
    """Return a value as people read it."""
    if np.isfinite(value):
        return f"{value:,.{decimals}f}"
    return "no data" if np.isnan(value) else "no path"


def check_view(seen: dict, rows: pd.DataFrame, layer: pd.Series) -> None:
    """Compare what the page shows of one layer, year and scenario with its rows."""
    if layer.get("scheme") == "categories":
        check_classes(seen, rows, layer)
        return
    decimals = int(layer["decimals"])
    finite = rows["value"][np.isfinite(rows["value"])].map(f"{{:.{decimals}f}}".format)
    order = finite.astype(float).rank(method="min", ascending=layer["better"] == "low")
    counts = {row["key"]: 0 for row in seen["legend"]}
    for code, value in rows["value"].items():
        row = legend_row(seen["legend"], value, decimals)
        counts[row["key"]] += 1
        assert seen["fills"][code] == row["fill"], (code, value)
        assert seen["tips"][code][1].startswith(printed(value, decimals))
        assert seen["rows"][code] == printed(value, decimals)
        if np.isfinite(value):
            assert f"rank {int(order[code])} of {len(order)}" in seen["tips"][code][2]
    unverified = rows.index[rows["confidence"].eq("unverified") & np.isfinite(rows["value"])]
    if len(unverified):
        counts["u"] = len(unverified)
    assert {row["key"]: row["count"] for row in seen["legend"]} == counts
    assert sorted(filter(None, seen["dotted"])) == sorted(unverified)


def check_classes(seen: dict, rows: pd.DataFrame, layer: pd.Series) -> None:
    """Compare what the page shows of a layer of named classes with its rows."""
    names = layer["classes_en"].split(";")
    legend = {row["text"]: row for row in seen["legend"] if row["key"] != "u"}
    told = [names[int(value)] if np.isfinite(value) else "no data" for value in rows["value"]]
    for code, name in zip(rows.index, told, strict=True):
        assert seen["fills"][code] == legend[name]["fill"], code
        assert seen["tips"][code][1] == name
        assert not any(line.startswith("rank ") for line in seen["tips"][code])
        assert seen["rows"][code] == name
    assert {name: row["count"] for name, row in legend.items()} == {
        name: told.count(name) for name in legend
    }
    assert set(legend) >= set(names)


def test_fill_legend_count_tooltip_rank_and_table_agree_with_the_results(
    told: tuple[Run, Page],
) -> None:
    run, page = told
    layers = run.layers.set_index("layer_id")
    for (layer_id, year, scenario), rows in run.results.groupby(["layer_id", "year", "scenario"]):
        seen = page.evaluate(SHOW, [layer_id, int(year), scenario])
        assert layers.loc[layer_id, "title_en"] in seen["title"]
        check_view(seen, rows.set_index("adcode"), layers.loc[layer_id])


def test_the_classes_do_not_change_with_the_year(told: tuple[Run, Page]) -> None:
    run, page = told
    texts: dict[str, set[tuple[str, ...]]] = {}
    for layer_id, year, scenario in views(run).itertuples(index=False):
        seen = page.evaluate(SHOW, [layer_id, int(year), scenario])
        classes = tuple(row["text"] for row in seen["legend"] if row["key"].isdigit())
        texts.setdefault(layer_id, set()).add(classes)
    assert {len(kinds) for kinds in texts.values()} == {1}


def test_the_subtitle_names_the_highest_the_lowest_and_the_median(
    delta: Run, delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page).page
    page.evaluate(SHOW, ["gdp_per_capita", delta.year, ""])
    values = delta.values("gdp_per_capita")
    named = delta.cities["name_en"]
    said = page.inner_text("#subtitle")
    assert said.startswith(f"{named[values.idxmax()]} is highest at {values.max():,.0f}")
    assert f"{named[values.idxmin()]} lowest at {values.min():,.0f}" in said
    assert f"{values.max() / values.min():.1f} times apart" in said
    assert (
        f"Half of the {values.notna().sum()} cities are at or below {values.median():,.0f}" in said
    )


def test_travel_times_from_a_city_are_a_map_of_their_own(
    run: Run, sample_page: Path, visit: Open
) -> None:
    page = visit(sample_page).page
    page.evaluate(SHOW, ["from:rail", run.year, ""])
    rail = run.times["rail"].to_frame()
    for code in run.cities.index:
        page.evaluate(
            "(id) => { const a = atlas.app; a.set({origin: a.data.cities.ids.indexOf(id)}); }", code
        )
        tips = page.evaluate(SHOW, ["from:rail", run.year, ""])["tips"]
        for other in run.cities.index:
            minutes = rail.loc[code, other]
            printed = f"{minutes:.0f} minutes" if np.isfinite(minutes) else "no path"
            assert tips[other][1] == printed


def test_pairs_say_what_the_pair_table_says(delta: Run, delta_page: Path, visit: Open) -> None:
    page = visit(delta_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'pairs'}); }")
    for pair in delta.pairs.to_dict("records"):
        page.evaluate("(id) => { atlas.app.set({pair: id}); }", pair["pair_id"])
        card = page.inner_text(".pair.open")
        assert f"{pair['helper_en']} → {pair['helped_en']}" in card
        assert f"{pair['seat_km']:,.1f} km" in card
        assert f"{pair['rail_min']:,.0f} minutes" in card
        assert {"adjacent": "Adjacent", "leapfrog": "Leapfrog"}[pair["pair_class"]] in card
        arc = page.locator(f"path[data-pair='{pair['pair_id']}']").last.get_attribute("stroke")
        assert arc == {"adjacent": "#0f766e", "leapfrog": "#c2410c"}[pair["pair_class"]]


def test_the_gradient_sentence_follows_the_fit(delta: Run, delta_page: Path, visit: Open) -> None:
    page = visit(delta_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'gradient', layer: 'gdp_per_capita'}); }")
    fits = delta.gradients[delta.gradients["coefficient"].eq("slope")].set_index("by")
    for by, step, unit in (("km", 100, "each further 100 km"), ("road", 60, "each further hour")):
        page.select_option("#gradient-by", by)
        fit = fits.loc[by]
        less = [1 - np.exp(fit[name] * step) for name in ("estimate", "upper", "lower")]
        said = page.inner_text(".gradient .reading")
        assert unit in said
        assert f"{less[0]:.0%} less GDP per head" in said
        assert f"(95%: {less[1] * 100:.0f} to {less[2] * 100:.0f}%; n = {fit['n']}; " in said
