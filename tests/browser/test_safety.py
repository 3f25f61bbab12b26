"""Nothing that a table says is ever run, and nothing is asked of anybody."""

from pathlib import Path

import pytest
from playwright.sync_api import Page
from sample_run import sample_run

from browser.visits import Open, Visit
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.results import Run

pytestmark = pytest.mark.browser

HOSTILE = {
    "img_onerror": "<img src=x onerror=__x('img_onerror')>",
    "svg_onload": "<svg/onload=__x('svg_onload')>",
    "details_ontoggle": "<details open ontoggle=__x('details_ontoggle')>x</details>",
    "close_script": "</script><script>__x('close_script')</script>",
    "close_style": "</style><script>__x('close_style')</script>",
    "close_title": "</title><script>__x('close_title')</script>",
    "comment_script": "<!--<script>__x('comment_script')",
    "a_javascript": "<a class=jsu href=\"javascript:__x('a_javascript')\">go</a>",
    "iframe": "<iframe srcdoc=\"<script>parent.__x('iframe')</script>\"></iframe>",
    "meta_refresh": '<meta http-equiv="refresh" content="0;url=javascript:__x(1)">',
    "attr_double": '" onmouseover="__x(\'attr_double\')" x="',
    "attr_single": "' onmouseover='__x('attr_single')' x='",
    "js_single": "');__x('js_single');//",
    "js_double": '");__x("js_double");//',
    "backtick": "`);__x('backtick');//",
    "backslash_backtick": "\\\\`+__x('backslash_backtick')+`",
    "template": "\\${__x('template')}",
    "css_url": "url(javascript:__x('css_url'))",
    "jinja_attribute": "{{ ''.__class__.__mro__ }}",
    "jinja_globals": "{{cycler.__init__.__globals__.os.getpid()}}",
    "jinja_statement": "{% for x in range(3) %}loop{% endfor %}",
    "backslash_digit": "C:\\data\\2019\\x",
    "newline": "a\nb\r\nc",
    "nul": "a\u0000b",
    "controls": "a\u000b\u001b\u007f\uffff\U000e0001b",
    "cdata": "]]><script>__x('cdata')</script><![CDATA[",
    "bold": "<b>BOLD</b>",
    "entity": "&lt;b&gt;&amp;",
    "right_to_left": "\u202eabc\u202c",
    "prototype": "__proto__",
    "constructor": "constructor",
    "replacement": "a\ufffdb",
    "line_separator": "a\u2028b\u2029c",
    "formula": '=HYPERLINK("http://x","y")',
    "place": "{city}{n}{unit}",
    "dollar": "$& $1 $$",
    "long": "长" * 300,
}


EVERYWHERE = """async (languages) => {
  const app = atlas.app;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const pause = () => new Promise((done) => requestAnimationFrame(done));
  const light = () => {
    for (const one of all("#panels details")) one.open = true;
    const seen = all("#panels :is(circle, path, rect, tr, li, button)");
    for (const node of seen.filter((one) => one.getClientRects().length).slice(0, 250)) {
      for (const type of ["mouseenter", "focus", "blur", "mouseleave"]) {
        node.dispatchEvent(new MouseEvent(type, {clientX: 300, clientY: 300}));
      }
    }
  };
  for (const lang of languages) {
    app.set({lang});
    for (const tab of all("[role=tab]")) { tab.click(); light(); await pause(); }
    for (let k = 0; k < all("#stories [data-story]").length; k += 1) {
      all("#stories [data-story]")[k].click();
      light();
    }
    for (const chip of all("#chips button[aria-pressed=false]")) chip.click();
    for (const name of ["what", "find"]) {
      const input = document.getElementById(name);
      input.click();
      input.value = "1";
      input.dispatchEvent(new Event("input"));
      input.blur();
    }
    for (const drawer of all("#footer details")) { drawer.open = true; await pause(); }
    for (const one of app.data.layers) app.set({layer: one.id});
    app.set({layer: "from:rail"});
    for (const id of Object.keys(app.data.charts.scenarios)) {
      for (const one of app.data.layers) {
        if (app.layerById(`difference~${one.id}~${id}`)) app.chooseScenario(id, true);
        app.set({layer: one.id});
      }
    }
    for (const one of app.data.gradients) if (one.residual) app.set({layer: `residual~${one.id}`});
    for (const id of Object.keys(app.data.differences)) {
      app.set({tab: "compare", layer: id});
      for (const kind of Object.keys(app.data.differences[id])) {
        app.set({compare: `${kind}s`});
        light();
        document.querySelector(".swipes").click();
        light();
        app.set({before: ""});
      }
    }
    for (const pair of app.data.pairs) app.set({tab: "pairs", pair: pair.id});
    app.set({tab: "compare", pin: 0, other: 1});
    app.set({tab: "city", pin: 2});
    app.tipCity(2, 100, 100);
    for (const type of ["beforeprint", "afterprint"]) window.dispatchEvent(new Event(type));
    const drawn = new Image();
    drawn.src = URL.createObjectURL(new Blob([atlas.picture(app)], {type: "image/svg+xml"}));
    await drawn.decode(); // throws if no program could read it
    const read = new DOMParser().parseFromString(atlas.picture(app), "image/svg+xml");
    if (read.querySelector("script, foreignObject, a, image")) throw new Error("not only shapes");
    atlas.csv(app);
    for (const path of all("path.leaflet-interactive").slice(0, 60)) {
      path.dispatchEvent(new MouseEvent("mouseover", {bubbles: true}));
      path.dispatchEvent(new MouseEvent("mouseout", {bubbles: true}));
    }
    await pause();
  }
}"""


def everywhere(page: Page, *languages: int) -> None:
    """Go to every view, open every list, light every mark."""
    page.evaluate(EVERYWHERE, list(languages))
    page.wait_for_timeout(50)


def outside(opened: Visit) -> list[str]:
    """Return what a page asked of anybody; a picture that it made itself is asked of none."""
    return [url for url in opened.requests[1:] if not url.startswith("blob:")]


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_shown_and_never_run(kind: str, visit: Open, tmp_path: Path) -> None:
    text = HOSTILE[kind]
    path = write_atlas(sample_run(hostile=text), tmp_path / "atlas.html")
    opened = visit(path)
    page = opened.page
    everywhere(page, 1)
    assert page.evaluate("window.ran") == []
    assert page.locator(".jsu, #main b, #main img, #main iframe").count() == 0
    page.evaluate("() => { atlas.app.set({layer: 'population', lang: 1}); }")
    carried = text.encode("utf-8", "replace").decode("utf-8")
    title = page.evaluate("document.querySelector('#title').firstChild.data")
    assert title == f"{carried}, {page.evaluate('atlas.app.state.year')}"
    assert page.evaluate("atlas.app.data.cities.names[0][0]") == carried
    assert opened.messages == outside(opened) == []


def test_the_delta_asks_for_nothing_and_complains_of_nothing(delta_page: Path, visit: Open) -> None:
    opened = visit(delta_page)
    everywhere(opened.page, 1, 0)
    assert opened.messages == outside(opened) == []


def test_the_policy_stops_what_is_put_in_from_outside(sample_page: Path, visit: Open) -> None:
    opened = visit(sample_page)
    opened.page.evaluate(
        """() => {
          const box = document.createElement("div");
          box.innerHTML = "<img src=x onerror=__x('inside')>";
          document.body.append(box);
          const script = document.createElement("script");
          script.textContent = "__x('script')";
          document.body.append(script);
        }"""
    )
    opened.page.wait_for_timeout(200)
    assert opened.page.evaluate("window.ran") == []
    assert any("Content Security Policy" in message for message in opened.messages)


def test_an_address_with_nonsense_is_ignored(sample_page: Path, visit: Open) -> None:
    nonsense = (
        "#layer=<img>&year=abc&city=1&tab=x&show=<b>.pairs&view=1,2&lang=fr&scenario=9&with=0"
    )
    opened = visit(sample_page, fragment=nonsense)
    assert opened.page.evaluate("atlas.app.state.layer") == "gdp_per_capita"
    assert opened.quiet(), opened.messages


def test_cells_of_the_exported_table_are_no_formulas(visit: Open, tmp_path: Path) -> None:
    page = visit(write_atlas(sample_run(hostile="=1+1"), tmp_path / "atlas.html")).page
    table = page.evaluate("atlas.csv(atlas.app)")
    assert "'=1+1" in table
    assert ",=1+1" not in table
    for text in ("=1+1", "+1x", "-2x", "@SUM(A1)", "＝1", " =1", "\t=1", "'=1", "\u3000=1"):
        assert page.evaluate("(text) => atlas.safeCell(text)", text) == f"'{text}"
    for text in ("-5.2", "+3", "1e5", "苏州市", "a=b"):
        assert page.evaluate("(text) => atlas.safeCell(text)", text) == text


def test_a_run_without_hostile_text_says_the_same_in_its_table(
    run: Run, sample_page: Path, visit: Open
) -> None:
    page = visit(sample_page).page
    table = page.evaluate("atlas.table(atlas.app)")
    values = run.values("gdp_per_capita", run.year).sort_index()
    head = table[0]
    for row, (code, value) in zip(table[1:], values.items(), strict=True):
        cells = dict(zip(head, row, strict=True))
        assert cells["adcode"] == code
        assert cells["value"] == ("" if value != value else f"{value:.0f}")  # noqa: PLR0124 — NaN
