"""The page's corridors, rings, decompositions and pair structures say what the tables say."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from browser.visits import Open
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.results import Run


def test_corridors_rings_and_local_lines_are_offered_and_said(
    delta: Run, delta_page: Path, visit: Open
) -> None:
    opened = visit(delta_page)
    page = opened.page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'gradient', layer: 'gdp_per_capita'}); }")
    table = delta.tables["corridor_premium"]
    for corridor in ("g60", "g40_yrd"):
        page.select_option("#gradient-by", f"corridor_{corridor}")
        row = delta.gradients[delta.gradients["corridor_id"].eq(corridor)].iloc[0]
        said = page.inner_text(".gradient .reading")
        assert f"along the {row['corridor_en']}, km" in said
        assert f"Only the {row['n']} cities within 50 km" in said
        assert f"the other {row['n_left_out']} are left out" in said
        km = table[table["corridor_id"].eq(corridor) & table["by"].eq("km")].iloc[0]
        assert f"differ from others by {km['premium_pct']:+.0f}%" in said
        assert "a premium of the corridor cannot be concluded" in said
        assert page.locator(".gradient circle.dot").count() == row["n"]
    page.select_option("#gradient-by", "ring")
    rings = delta.gradients[delta.gradients["by"].eq("ring")].set_index("coefficient")
    less = 1 - np.exp(rings.loc["slope", "estimate"])
    assert f"each further ring goes with {less:.0%} less" in page.inner_text(".gradient .reading")
    page.select_option("#gradient-by", "best")
    page.select_option("#gradient-form", "local")
    assert "no equation" in page.inner_text(".gradient .reading")
    assert page.locator(".gradient path.band").count() == 1
    assert opened.messages == []


@pytest.mark.parametrize("lang", [0, 1])
def test_the_whole_region_says_decomposition_convergence_weights_and_coverage(
    delta: Run, delta_page: Path, visit: Open, lang: int
) -> None:
    page = visit(delta_page).page
    page.evaluate("(lang) => { atlas.app.set({lang, tab: 'region'}); }", lang)
    nested = delta.tables["theil_nested"]
    nested = nested[nested["index"].eq("T")]
    shown = [cell.split("%")[0] for cell in page.locator(".nested tbody td").all_inner_texts()]
    for year, part in nested.groupby("year"):
        total, *shares = shown[:4]
        shown = shown[4:]
        assert float(total) == pytest.approx(part["value"].sum(), abs=5e-4), year
        assert [int(one) for one in shares] == [round(100 * one) for one in part["share"]]
    beta = delta.tables["convergence"].iloc[0]
    said = page.inner_text(".converge")
    for name in ("slope", "lower", "upper"):
        assert f"{beta[name]:.3f}" in said.replace("−", "-")
    assert f"{beta['half_life_years']:.0f}" in said
    weights = delta.tables["score_weights"]
    cells = page.locator(".weights tbody td.number").all_inner_texts()
    assert cells == [f"{w:.0%}" for w in sorted(weights["weight"], reverse=True)]
    covered = page.inner_text(".covered")
    known = delta.results[delta.results["layer_id"].eq("upgrade_index")].groupby("year")["value"]
    for year, n in known.count().items():
        assert str(year) in covered
        assert str(n) in covered


def test_a_pair_says_how_alike_its_economies_are_and_that_three_sectors_are_few(
    delta: Run, delta_page: Path, visit: Open
) -> None:
    page = visit(delta_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'pairs'}); }")
    for pair in delta.pairs.to_dict("records"):
        page.evaluate("(id) => { atlas.app.set({pair: id}); }", pair["pair_id"])
        card = page.inner_text(".pair.open")
        if np.isnan(pair["krugman"]):
            assert "not known for 2021: structures cannot be compared" in card
            assert "Krugman" not in card
            continue
        for name in ("similarity", "krugman", "complementarity"):
            assert f"{pair[name]:.3f}" in card
        assert "Structures by 3 sectors of 2021: with fewer than ten" in card


def test_a_corridor_with_a_hostile_name_is_offered_as_text(
    run: Run, hostile_text: str, tmp_path: Path, visit: Open
) -> None:
    name = "{7}{core}" + hostile_text
    rows = run.gradients[run.gradients["by"].eq(run.gradients["by"].iloc[0])]
    along = rows.assign(by="corridor", corridor_id=name, corridor_zh=name, corridor_en=name,
                        offset_km=50.0, n_left_out=2, distance_unit="km")  # fmt: skip
    opened = visit(write_atlas(replace(run, gradients=along), tmp_path / "atlas.html"))
    page = opened.page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'gradient'}); }")
    page.evaluate("(id) => { atlas.app.set({layer: id}); }", rows["values"].iloc[0])
    assert "{7}{core}" in page.inner_text("#gradient-by")
    assert "{7}{core}" in page.inner_text(".gradient .reading")
    assert page.evaluate("window.ran") == []
    assert opened.quiet()


def test_a_change_is_split_sectors_gather_and_pairs_are_alike_as_the_tables_say(
    run: Run, hostile_text: str, tmp_path: Path, visit: Open
) -> None:
    codes = list(run.cities.index[:3])
    words = {"measure": "m", "measure_zh": "偏离", "measure_en": hostile_text, "year": 2022}
    cells = [(code, sector) for code in reversed(codes) for sector in ("farms", "mills")]
    change = pd.DataFrame(cells, columns=["adcode", "sector"]).assign(
        change=[30.0, 4, 7, 5, -20, -2], national=[10.0, 2, 3, 1, 1, 1], industry_mix=1.0,
        competitive=[19.0, 1, 3, 3, -22, -4], first_year=2021, unit_zh="亿元",
        unit_en="100 million yuan", **words,
    )  # fmt: skip
    local = pd.DataFrame({"sector_zh": ["农"], "sector_en": ["farms"], "value": 0.25}).assign(
        **words
    )
    alike = pd.DataFrame({"from_id": codes[:2], "to_id": codes[1:], "value": [0.5, 0.9]})
    tables = {"structure_change": change, "structure_sectors": local,
              "structure_pairs": alike.assign(**words, note="coarse")}  # fmt: skip
    made = replace(run, tables={**run.tables, **tables})
    opened = visit(write_atlas(made, tmp_path / "atlas.html"))
    page = opened.page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'region'}); }")
    shown = page.locator(".shift table").nth(0).locator("tbody td").all_inner_texts()
    sums = dict(zip(reversed(codes), ["+34", "+12", "-22"], strict=True))
    assert shown[::4] == [sums[code] for code in sorted(codes)]
    assert page.locator(".shift table").nth(1).locator("td.number").all_inner_texts() == ["0.250"]
    said = page.inner_text(".shift")
    assert "2021 to 2022, 3 cities, 100 million yuan" in said
    assert "2 pairs of cities: median 0.700" in said
    assert said.endswith("coarse")
    assert page.evaluate("window.ran") == []
    assert opened.quiet()
