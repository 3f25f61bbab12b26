"""Every form of gradient that a run has is drawn and said as the tables have it, real data only."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page

from browser.visits import Open
from yrdgeo import geo
from yrdgeo.analysis import gradient
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.results import Run

pytestmark = pytest.mark.browser

LAYER = "gdp_per_capita"
CORE = "310000"
# Points of the drawn line as values of both axes, from where the ticks and their numbers are.
LINE = """() => {
  const chart = document.querySelector(".gradient .chart");
  const number = (node) => Number(node.textContent.replaceAll(",", ""));
  const axis = (kind, at, edge) => [...chart.querySelectorAll(kind)].map(
    (node) => [number(node), Number(node.getAttribute(at)) - edge]);
  const scale = (pairs) => {
    const [[v0, p0], [v1, p1]] = [pairs[0], pairs[pairs.length - 1]];
    return (p) => v0 + (p - p0) * (v1 - v0) / (p1 - p0);
  };
  const x = scale(axis(".tick.middle", "x", 0));
  const y = scale(axis(".tick.end", "y", 4));
  const points = (name) => {
    const path = chart.querySelector(name);
    return path && path.getAttribute("d").slice(1).replace("Z", "").split("L").map(
      (p) => p.split(" ").map(Number)).map(([a, b]) => [x(a), y(b)]);
  };
  return {line: points(".fit"), band: points(".band")};
}"""


@pytest.fixture(scope="module")
def bent(delta: Run) -> Run:
    """Return the shipped study with a quadratic gradient besides its own."""
    values = delta.values(LAYER, delta.year).dropna()
    km = pd.Series(geo.geodesic_km(delta.cities, CORE, list(values.index)), values.index)
    fit = gradient.fit(values, km.rename("seat_km"), form="quadratic")
    first = delta.gradients[delta.gradients["by"].eq("km")].iloc[0]
    rows = [
        {
            **first, "gradient_id": "quadratic", "from_id": CORE, "form": "quadratic",
            "base_form": "quadratic", "coefficient": name, "estimate": estimate,
            "lower": fit.interval[name][0], "upper": fit.interval[name][1], "r2": fit.r2,
            "n": fit.n,
        }
        for name, estimate in fit.coefficients.items()
    ]  # fmt: skip
    both = pd.concat([delta.gradients, pd.DataFrame(rows)]).sample(frac=1, random_state=4)
    return dataclasses.replace(delta, gradients=both)


@pytest.fixture(scope="module")
def bent_page(bent: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_atlas(bent, tmp_path_factory.mktemp("bent") / "atlas.html")


def opened(page: Page, **choice: str) -> str:
    """Open the gradient's tab at a choice and return its sentence."""
    page.evaluate(
        "(choice) => { atlas.app.set({lang: 1, tab: 'gradient', ...choice}); }",
        {"layer": LAYER, **choice},
    )
    return page.inner_text(".gradient .reading")


def test_a_quadratic_is_drawn_by_its_equation_and_says_where_it_turns(
    bent: Run, bent_page: Path, visit: Open
) -> None:
    page = visit(bent_page).page
    said = opened(page, core=CORE, by="km", form="quadratic")
    rows = bent.gradients[bent.gradients["gradient_id"].eq("quadratic")].set_index("coefficient")
    a, b, c = (rows.loc[name, "estimate"] for name in ("intercept", "slope", "curvature"))
    line = np.array(page.evaluate(LINE)["line"])
    assert len(line) > 10
    wanted = a + b * line[:, 0] + c * line[:, 0] ** 2
    room = np.ptp(wanted) + abs(wanted).max() * 0.01
    assert line[:, 1] == pytest.approx(wanted, abs=0.01 * room)
    turn = -b / (2 * c)
    if 0 < turn < line[:, 0].max():
        assert f"{'lowest' if c > 0 else 'highest'} at {turn:,.0f} km" in said
    else:
        assert "no turning point in the range shown" in said
    assert f"n = {rows['n'].iloc[0]}; R² {rows['r2'].iloc[0]:.2f}" in said


def test_a_local_regression_is_its_curve_with_its_band_and_claims_no_equation(
    delta: Run, delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page).page
    rows = delta.gradients[delta.gradients["form"].eq("local")].iloc[0]
    said = opened(page, core=CORE, by=rows["by"], form="local")
    curves = delta.tables["gradient_curves"]
    curve = curves[curves["gradient_id"].eq(rows["gradient_id"])].sort_values("distance")
    seen = page.evaluate(LINE)
    line, band = np.array(seen["line"]), np.array(seen["band"])
    fitted = np.interp(line[:, 0], curve["distance"], curve["fitted"])
    room = curve["fitted"].max()
    assert line[:, 1] == pytest.approx(fitted, abs=0.012 * room)
    low = band[: len(band) // 2]
    edge = np.interp(low[:, 0], curve["distance"], curve["lower"])
    assert low[:, 1] == pytest.approx(np.maximum(edge, 0), abs=0.012 * room)
    assert "Local regression" in said
    assert "no equation" in said
    assert f"n = {rows['n']}" in said
    assert page.input_value("#gradient-form") == "local"


def test_every_gradient_of_the_study_can_be_chosen_drawn_and_mapped(
    delta: Run, delta_page: Path, visit: Open
) -> None:
    visited = visit(delta_page)
    page = visited.page
    fits = page.evaluate(
        """() => atlas.app.data.gradients.map((fit) => ({
          id: fit.id, by: fit.by, form: fit.form, layer: fit.layer,
          core: fit.core < 0 ? "nearest" : atlas.app.data.cities.ids[fit.core]}))"""
    )
    assert {fit["id"] for fit in fits} == set(delta.gradients["gradient_id"])
    for fit in fits:
        for language in (0, 1):
            page.evaluate("(lang) => { atlas.app.set({lang}); }", language)
            choice = {name: fit[name] for name in ("core", "by", "form", "layer")}
            page.evaluate("(one) => { atlas.app.set({tab: 'gradient', ...one}); }", choice)
            chosen = [page.input_value(f"#gradient-{name}") for name in ("core", "by", "form")]
            assert chosen == [fit["core"], fit["by"], fit["form"]]
            assert page.locator(".gradient .fit").count() == 1, fit["id"]
            text = page.inner_text(".panel.gradient")
            assert "undefined" not in text
            assert "NaN" not in text
        if page.locator(".residuals").is_visible():
            page.click(".residuals")
            assert page.evaluate("atlas.app.layer().gradient") == fit["id"]
            page.click(".residuals")
    assert visited.messages == []
