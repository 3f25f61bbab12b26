"""Did it work: the page draws what the tables say, with both p-values, or says what they lack."""

import dataclasses
import math
from pathlib import Path

import pytest
from sample_evaluation import GROUPS, START, YEARS, evaluation_tables, readiness
from sample_run import sample_run

from browser.test_everyone import CHINESE, violations
from browser.visits import Open
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.publish.evaluationcharts import evaluation_records
from yrdgeo.results import Run

pytestmark = pytest.mark.browser

HERE = "#lang=en&layer=gdp_per_capita&tab=pairs"


@pytest.fixture(scope="module")
def tried() -> Run:
    run = sample_run()
    return dataclasses.replace(run, tables={**run.tables, **evaluation_tables(run)})


@pytest.fixture(scope="module")
def page_path(tried: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_atlas(tried, tmp_path_factory.mktemp("tried") / "atlas.html")


def test_the_sentence_has_the_effect_and_both_chances(page_path: Path, visit: Open) -> None:
    opened = visit(page_path, fragment=HERE)
    page = opened.page
    said = page.inner_text(".evaluation .said")
    assert (
        f"+{math.expm1(GROUPS['all'][0]) * 100:.1f}% against other cities from {START} on" in said
    )
    assert "standard error 1.3 points" in said or "standard error 1.2 points" in said
    assert "p = 0.04 with the help given to other cities, never below 0.002" in said
    assert "p = 0.004 by wild bootstrap; 8 helped of 20 cities" in said
    assert "Both tests speak against chance" in said
    assert "on different paths already (p = 0.03)" in said
    page.locator("#evaluation-part").select_option("adjacent")
    said = page.inner_text(".evaluation .said")
    assert "−2.0% against other cities" in said
    assert "an effect cannot be concluded" in said
    assert "Fewer than 6 on a side" in said
    assert page.locator(".evaluation .trend").count() == 0  # of all only
    page.locator("#evaluation-trial").select_option("of_people")
    assert "−0.0200 made up against" in page.inner_text(".evaluation .said")
    assert "trial=of_people" in page.url
    assert "part=adjacent" in page.url
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert "−0.0200 made up against" in page.inner_text(".evaluation .said")
    assert opened.messages == []


def test_the_charts_are_the_tables_and_so_are_what_readers_hear(
    tried: Run, page_path: Path, visit: Open
) -> None:
    page = visit(page_path, fragment=HERE).page
    effects = tried.tables["evaluation_years"].query("evaluation_id == 'of_gdp' and group == 'all'")
    effects = effects.set_index("event_year").sort_index()
    dots = page.evaluate(
        """() => [...document.querySelectorAll('.evaluation [data-event]')]
          .map((one) => [Number(one.dataset.event), Number(one.getAttribute('cy'))])"""
    )
    assert [year for year, _ in dots] == list(effects.index)
    # Higher effects are higher, in proportion.
    change = [math.expm1(value) for value in effects["estimate"]]
    low, high = change.index(min(change)), change.index(max(change))
    scale = (dots[low][1] - dots[high][1]) / (change[high] - change[low])
    for (_, y), value in zip(dots, change, strict=True):
        assert dots[low][1] - y == pytest.approx(scale * (value - change[low]), abs=0.01)
    assert page.locator(".evaluation .whisker").count() == len(effects) - 1
    assert page.locator(".evaluation .band").count() == 1
    page.locator(".evaluation summary").first.press("Enter")
    cells = page.locator(".evaluation details >> nth=0 >> tbody tr").all_inner_texts()
    assert cells[0].split("\t") == ["-3", "+2.0", "−1.0 to +5.1", "−3.9 to +4.6", "0.25", "0.5"]
    assert cells[2].split("\t")[:3] == ["-1", "0.0", ""]
    trend = page.locator(".evaluation details >> nth=1 >> tbody tr")
    assert trend.count() == len(YEARS)
    page.locator(".evaluation summary").nth(1).press("Enter")
    assert trend.nth(2).inner_text().split("\t") == ["2021", "0.0", "0.0"]
    assert trend.nth(4).inner_text().split("\t") == ["2023", "22.1", "10.5"]


def test_the_numbers_are_a_file_that_runs_nothing(page_path: Path, visit: Open) -> None:
    page = visit(page_path, fragment=HERE).page
    page.locator(".evaluation summary").first.press("Enter")
    with page.expect_download() as waiting:
        page.locator(".evaluation [data-table=years]").press("Enter")
    assert waiting.value.suggested_filename == "sample_evaluation_years.csv"
    lines = waiting.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[1] == "-3,+2.0,'-1.0 to +5.1,'-3.9 to +4.6,0.25,0.5"
    assert len(lines) == 1 + len(YEARS)


@pytest.mark.parametrize(("size", "language"), [((1366, 768), "zh"), ((320, 640), "en")])
def test_everyone_reads_it(
    size: tuple[int, int], language: str, page_path: Path, visit: Open
) -> None:
    page = visit(page_path, size=size, fragment=HERE.replace("en", language, 1)).page
    for one in page.locator(".evaluation details").all():
        one.evaluate("(node) => { node.open = true; }")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.focus("#evaluation-part")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("atlas.app.state.part") == "adjacent"
    if language == "en":
        assert not CHINESE.search(page.inner_text(".evaluation"))


def test_where_nothing_can_tell_the_page_says_what_would(visit: Open, tmp_path: Path) -> None:
    run = sample_run()
    lacking = dataclasses.replace(
        run, tables={**run.tables, "evaluation_readiness": readiness(run)}
    )
    page = visit(write_atlas(lacking, tmp_path / "atlas.html"), fragment=HERE).page
    said = page.inner_text(".evaluation")
    assert "These data cannot tell: none of 3 series is enough" in said
    assert f"every year from {START - 3} to {START + 1}, for all 8 helped" in said
    assert "Nearest comes Series b: needs more made up." in said
    table = readiness(run).assign(usable=lambda rows: rows["indicator"].eq("b"))
    able = dataclasses.replace(run, tables={**run.tables, "evaluation_readiness": table})
    record = evaluation_records(able)["readiness"]
    assert [one["usable"] for one in record.values()] == [1]  # type: ignore[attr-defined]
    assert evaluation_records(run) == {"evaluations": [], "readiness": {}}


def test_text_of_an_evaluation_is_text(hostile_text: str, visit: Open, tmp_path: Path) -> None:
    run = sample_run()
    tables = evaluation_tables(run, text=hostile_text)
    for name in tables:
        tables[name] = tables[name].replace({"evaluation_id": {"of_gdp": hostile_text}})
    bad = dataclasses.replace(run, tables={**run.tables, **tables})
    opened = visit(write_atlas(bad, tmp_path / "atlas.html"), fragment=HERE)
    page = opened.page
    page.locator("#evaluation-trial").select_option(index=1)
    page.locator("#evaluation-trial").select_option(index=0)
    for one in page.locator(".evaluation details").all():
        one.evaluate("(node) => { node.open = true; }")
    assert page.evaluate("window.ran") == []
    assert opened.messages == []
    assert len(opened.requests) == 1
    with page.expect_download() as waiting:
        page.locator(".evaluation [data-table=years]").click()
    for line in waiting.value.path().read_text(encoding="utf-8-sig").splitlines():
        assert not line.startswith(("=", "@"))


def test_text_of_what_is_lacking_is_text(visit: Open, tmp_path: Path) -> None:
    run = sample_run()
    bad = "<img src=x onerror=__x(1)>{{7*7}}{% raw %}</script><script>__x(2)</script>\"'&"
    lacking = readiness(run, text=bad).assign(title_zh=bad, title_en=bad)
    given = dataclasses.replace(run, tables={**run.tables, "evaluation_readiness": lacking})
    opened = visit(write_atlas(given, tmp_path / "atlas.html"), fragment=HERE)
    assert opened.page.inner_text(".evaluation").count(bad) == 2
    assert opened.page.evaluate("window.ran") == []
    assert opened.quiet(), opened.messages
