"""Every choice lies in the address: opened afresh it shows the same, and back takes it away."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Page

from browser.visits import Open
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.results import Run

pytestmark = pytest.mark.browser

# What a person sees: words, fills, what is chosen. The page's own address is not among them.
SHOWN = """() => {
  const text = (id) => document.getElementById(id).innerText;
  const panel = document.querySelector("#panels .panel:not([hidden])");
  const every = (list, act, root) => [...(root || document).querySelectorAll(list)].map(act);
  const seen = (pane) => every(`.leaflet-${pane}-pane path`, (path) => [
    path.dataset.city || path.dataset.cities, path.getAttribute("fill")]);
  const swipe = document.getElementById("swipe");
  const open = swipe && !swipe.hidden;
  return {
    title: text("title"), subtitle: text("subtitle"), legend: text("legend"), story: text("story"),
    panel: panel.innerText, tab: panel.id, fills: seen("regions"),
    chosen: every("select", (node) => [node.id, node.value], panel),
    ticked: every("[type=checkbox]", (node) => [node.id, node.checked], panel),
    pressed: [...document.querySelectorAll("[aria-pressed=true]")].filter(
      (node) => node.checkVisibility()).map((node) => node.getAttribute("class")),
    circles: every("circle", (node) => [node.getAttribute("cx"), node.getAttribute("cy")], panel),
    brush: [...atlas.app.state.brush], pin: atlas.app.state.pin, year: atlas.app.state.year,
    divider: open ? swipe.innerText : "", before: open ? seen("before") : [],
  };
}"""
# A tab, and in it a control and what to do with it: an option, a click, a value for a range.
CHOICES = [
    ("ranking", "#ranking-filter", "last"),
    ("ranking", ".sort", "click"),
    ("ranking", ".sort", "click"),
    ("gradient", "#gradient-form", "segmented"),
    ("gradient", "#gradient-log", "click"),
    ("gradient", ".residuals", "click"),
    ("gradient", ".residuals", "click"),
    ("gradient", "#gradient-by", "road"),
    ("gradient", "#gradient-core", "last"),
    ("pairs", "#pairs-measure", "rail_min"),
    ("pairs", "#plan", "last"),
    ("pairs", ".pair button", "click"),
    ("scatter", "#scatter-x", "population"),
    ("scatter", "#scatter-y", "gdp_growth"),
    ("scatter", "#scatter-log-x", "click"),
    ("scatter", "#scatter-log-y", "click"),
    ("scatter", "#brush-x1", "140"),
    ("scatter", ".scatter .tools > button", "click"),
    ("compare", "#compare-kind", "years"),
    ("compare", "#compare-0", "2022"),
    ("compare", "#compare-1", "2021"),
    ("compare", ".swipes", "click"),
    ("compare", ".on-map", "click"),
    ("compare", "#compare-kind", "cities"),
    ("compare", "#compare-1", "last"),
    ("region", "#region-index", "theil_t"),
    ("region", "#region-ring", "last"),
    ("city", ".city .chip", "click"),
]


def act(page: Page, selector: str, how: str) -> None:
    """Use a control as a person would."""
    node = page.locator(selector).first
    if how == "click":
        node.click()
    elif selector.startswith("#brush"):
        node.evaluate(
            """(node, value) => { node.value = value; node.dispatchEvent(new Event("input")); }""",
            how,
        )
    else:
        last = node.evaluate("(node) => [...node.options].pop().value")
        node.select_option(last if how == "last" else how)


def settled(page: Page, selector: str = "#brush") -> str:
    """Return the address, once it is written: what is dragged is with some delay."""
    page.wait_for_timeout(250 if selector.startswith("#brush") else 20)
    return "#" + urlsplit(page.url).fragment


@pytest.fixture
def pages(sample_page: Path, visit: Open) -> Iterator[tuple[Page, Page]]:
    """Return two windows on the made-up run."""
    first, second = visit(sample_page), visit(sample_page)
    yield first.page, second.page
    assert first.messages + second.messages == []


def opened_afresh(page: Page, path: Path, fragment: str) -> dict[str, object]:
    """Return what a new visit to an address shows."""
    page.goto("about:blank")
    page.goto(path.as_uri() + fragment)
    page.wait_for_selector("body[data-ready]")
    seen: dict[str, object] = page.evaluate(SHOWN)
    return seen


def test_an_address_copied_after_any_choice_shows_the_same(
    pages: tuple[Page, Page], sample_page: Path
) -> None:
    page, other = pages
    page.evaluate("() => { atlas.app.set({lang: 1, layer: 'gdp_per_capita', pin: 3}); }")
    before = settled(page)
    for tab, selector, how in CHOICES:
        page.click(f"#tab-{tab}")
        act(page, selector, how)
        fragment = settled(page, selector)
        assert fragment != before, (tab, selector)
        seen = page.evaluate(SHOWN)
        assert opened_afresh(other, sample_page, fragment) == seen, (tab, selector)
        assert settled(other, selector) == fragment
        before = fragment


def test_back_takes_each_choice_away_and_forward_brings_it_again(
    sample_page: Path, visit: Open
) -> None:
    page = visit(sample_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, layer: 'gdp_per_capita', pin: 3}); }")
    steps: list[tuple[str, dict[str, object]]] = []

    def note(selector: str = "") -> None:
        here = settled(page, selector)
        now = page.evaluate("history.length") - begun
        del steps[now:]  # some choices are no step: they change the one that stands
        steps.append((here, page.evaluate(SHOWN)))

    begun = page.evaluate("history.length")
    note()
    for tab, selector, how in CHOICES:
        if page.evaluate("atlas.app.state.tab") != tab:
            page.click(f"#tab-{tab}")
            note()
        act(page, selector, how)
        note(selector)
    assert len(steps) > len(CHOICES)
    for way, order in (("back", steps[-2::-1]), ("forward", steps[1:])):
        for address, seen in order:
            page.evaluate(f"() => {{ history.{way}(); }}")
            page.wait_for_function("(hash) => location.hash === hash", arg=address)
            page.wait_for_timeout(30)
            assert page.evaluate(SHOWN) == seen, (way, address)


def test_back_from_the_first_step_is_the_page_as_it_was(sample_page: Path, visit: Open) -> None:
    page = visit(sample_page).page
    first = page.evaluate(SHOWN)
    page.click("#tab-gradient")
    page.go_back()
    page.wait_for_function("() => location.hash === ''")
    assert page.evaluate(SHOWN) == first


def test_the_year_the_divider_and_the_rectangle_are_in_the_address_but_no_steps(
    sample_page: Path, visit: Open
) -> None:
    page = visit(sample_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, layer: 'gdp_per_capita', tab: 'scatter'}); }")
    steps = page.evaluate("history.length")
    page.evaluate("() => { atlas.app.set({year: 2021}); atlas.app.set({box: '0,0.5,0,1'}); }")
    assert "box=0%2C0.5%2C0%2C1" in settled(page)
    for k in range(300):  # as many as a pointer makes; browsers refuse so many addresses
        page.evaluate("(k) => { atlas.app.set({box: `0,${k / 1000},0,1`}); }", k)
    assert "box=0%2C0.299%2C0%2C1" in settled(page)
    assert page.evaluate("history.length") == steps


WRONG = (
    "nowhere", "<img src=x onerror=__x(1)>", "__proto__", "constructor", "-1", "NaN", "0,1",
    "1e999", "years~1~<b>", "scenarios~~nothing", "\u202e", "{{7*7}}", "%00", "a" * 5000, "9|9",
)  # fmt: skip
KEYS = (
    "lang", "layer", "year", "scenario", "city", "with", "from", "tab", "scheme", "pair", "story",
    "core", "by", "form", "log", "x", "y", "logs", "box", "compare", "rows", "sort", "measure",
    "against", "trial", "part", "plan", "ring", "index", "of", "before", "at", "show", "view",
)  # fmt: skip


GO = """(said) => new Promise((done) => {
  window.addEventListener("popstate", () => done(), {once: true});
  location.hash = said;
})"""
# The same in one go: which of the addresses show something else than what is shown now.
CHANGED = f"""async (addresses) => {{
  const go = {GO};
  const look = () => JSON.stringify(({SHOWN})());
  const now = look();
  const found = [];
  for (const said of addresses) {{ await go(said); if (look() !== now) found.push(said); }}
  return found;
}}"""
TABS = ("ranking", "gradient", "pairs", "scatter", "city", "compare", "region")


def test_what_an_address_cannot_mean_is_ignored(sample_page: Path, visit: Open) -> None:
    opened = visit(sample_page, fragment="#layer=gdp_per_capita&lang=en&tab=region")
    page = opened.page
    usual = {"layer": "gdp_per_capita", "lang": "en", "tab": "region", "pair": ""}
    for key in KEYS:
        # An address without a layer is none; the one that is usual here comes first.
        kept = {k: v for k, v in usual.items() if k != key or k == "layer"}
        page.evaluate(GO, "&".join(f"{k}={v}" for k, v in kept.items()))
        addresses = [
            "&".join(f"{k}={quote(v)}" for k, v in (usual | {key: value}).items())
            for value in WRONG
        ]
        assert page.evaluate(CHANGED, addresses) == [], key
        for tab in TABS:
            page.evaluate("(tab) => { atlas.app.set({tab}); }", tab)
        left = parse_qs(urlsplit(page.url).fragment)
        assert not set(left.get(key, [])) & set(WRONG), key
    assert page.evaluate("window.ran") == []
    assert opened.messages == []


def test_a_scenario_whose_name_holds_the_sign_between_names_is_restored(
    run: Run, visit: Open, tmp_path: Path
) -> None:
    odd = "new~line%7E~"
    renamed = {"new_line": odd}
    path = write_atlas(
        dataclasses.replace(
            run,
            results=run.results.replace({"scenario": renamed}),
            scenarios=run.scenarios.replace({"scenario": renamed}),
        ),
        tmp_path / "atlas.html",
    )
    page, other = visit(path).page, visit(path).page
    page.evaluate("() => { atlas.app.set({lang: 1, layer: 'mean_time_rail'}); }")
    page.locator("#scenario").select_option(odd)
    seen = page.evaluate(SHOWN)
    assert opened_afresh(other, path, settled(page)) == seen
    page.click(".difference")
    seen = page.evaluate(SHOWN)
    assert page.evaluate("atlas.app.layer().scenario") == odd
    assert opened_afresh(other, path, settled(page)) == seen
    page.click("#tab-compare")
    page.locator("#compare-kind").select_option("scenarios")
    for k, wanted in ((0, odd), (1, "")):
        page.locator(f"#compare-{k}").select_option(wanted)
    seen = page.evaluate(SHOWN)
    assert ["compare-0", odd] in seen["chosen"]
    assert opened_afresh(other, path, settled(page)) == seen


def test_every_choice_of_the_state_is_written_and_read(sample_page: Path, visit: Open) -> None:
    page = visit(sample_page).page
    known = page.evaluate(
        "Object.entries(atlas.app.state).filter(([, v]) => v === '').map(([key]) => key)"
    )
    passing = {"group", "link"}  # under the pointer
    assert set(known) - passing <= {*KEYS, "scenario"}
