"""The page as a file: its bytes, its policy, its words, what it never contains."""

import dataclasses
import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import folium
import pytest
from branca.element import Figure
from sample_run import sample_run

from yrdgeo.errors import ArgumentError, SourceError
from yrdgeo.publish import corridorsay
from yrdgeo.publish import page as pages
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.publish.foliummap import SCRIPTS, RunMap, folium_map, style_sheet
from yrdgeo.publish.page import ASSETS, asset, asset_path
from yrdgeo.publish.payload import payload, script_json
from yrdgeo.publish.words import WORDS
from yrdgeo.results import Run

MEGABYTE = 1_000_000
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ALLOWED = {"GCJ", "GDP", "WGS", "Esc", "JavaScript", "Fisher", "Jenks", "R", "n", "p"}
ALLOWED |= {"evaluation"}  # a table of study files


@pytest.fixture(scope="module")
def html(run: Run, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = write_atlas(run, tmp_path_factory.mktemp("atlas") / "atlas.html")
    return path.read_text(encoding="utf-8")


def blocks(html: str, tag: str) -> list[str]:
    return re.findall(rf"<{tag}>(.*?)</{tag}>", html, flags=re.DOTALL)


def test_the_same_run_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    one = write_atlas(run, tmp_path / "one.html").read_bytes()
    two = write_atlas(sample_run(), tmp_path / "two.html").read_bytes()
    assert one == two


def test_a_page_that_fails_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    broken = dataclasses.replace(run, layers=run.layers.drop(columns="year"))
    with pytest.raises(KeyError):
        write_atlas(broken, tmp_path / "atlas.html")
    assert list(tmp_path.iterdir()) == []


def test_the_policy_names_every_script_and_style_and_nothing_else(html: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    for tag in ("script", "style"):
        allowed = re.search(rf"{tag}-src ([^;]+);", policy[1])
        assert allowed is not None
        digests = {sha256(text.encode()).digest() for text in blocks(html, tag)}
        assert set(allowed[1].split()) == {f"'sha256-{b64encode(d).decode()}'" for d in digests}
    assert policy[1].startswith("default-src 'none';")
    assert "unsafe" not in policy[1]


def test_the_page_asks_for_nothing(html: str) -> None:
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', html)
    assert data is not None
    shell = html.replace(data[0], "")
    for text in blocks(shell, "script"):
        shell = shell.replace(text, "")
    assert not re.findall(r"(?:src|href)=\"(?!data:)[^\"]*\"", shell)
    assert not re.findall(r"url\((?!data:|#)[^)]*\)", shell)
    assert not re.findall(r"\son\w+=", shell)
    assert "sourceMappingURL" not in html


def test_our_scripts_write_no_markup() -> None:
    for name in SCRIPTS:
        text = asset(f"{name}.js")
        assert not re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", text
        )
        assert '"use strict";' in text


def test_every_script_of_the_folder_is_on_the_page() -> None:
    found = {path.stem for path in ASSETS.glob("*.js")} - {"leaflet"}
    assert found == set(SCRIPTS)


def test_the_delta_fits_a_mail(delta: Run) -> None:
    assert delta.out is not None
    assert (delta.out / "atlas.html").stat().st_size < MEGABYTE


def test_hostile_text_survives_as_data_and_nowhere_else(hostile_text: str, tmp_path: Path) -> None:
    html = write_atlas(sample_run(hostile=hostile_text), tmp_path / "a.html").read_text("utf-8")
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert data is not None
    content = json.loads(data[1])
    carried = hostile_text.encode("utf-8", "replace").decode("utf-8")
    assert {name for pair in content["cities"]["names"] for name in pair} == {carried}
    assert content["layers"][0]["title"] == [carried, carried]
    assert not set("<>&\u2028\u2029") & set(data[1])
    for opening in ("{{", "{%", "{#"):
        assert opening not in data[1]


def test_jinja_in_the_data_is_not_run(tmp_path: Path) -> None:
    html = write_atlas(sample_run(hostile="{{ 6 * 7 }}{% raw %}"), tmp_path / "a.html")
    names = json.loads(
        re.findall(r'id="data">(.*?)</script>', html.read_text("utf-8"), re.DOTALL)[0]
    )["cities"]["names"]
    assert names[0][0] == "{{ 6 * 7 }}{% raw %}"


@pytest.mark.parametrize("text", ["</script>", "<!--", "\u2028", "&lt;", "{{x}}"])
def test_script_json_reads_back(text: str) -> None:
    assert json.loads(script_json({"a": [text, {"b": {}}]})) == {"a": [text, {"b": {}}]}


def test_an_approval_number_is_printed_only_if_it_was_given(run: Run, tmp_path: Path) -> None:
    assert payload(run)["run"]["approval"] == ""
    given = dataclasses.replace(run, options={**run.options, "map_approval": "GS(2024)0650号"})
    html = write_atlas(given, tmp_path / "a.html").read_text("utf-8")
    assert "GS(2024)0650号" in html


def test_the_first_language_of_the_study_is_the_pages(run: Run, tmp_path: Path) -> None:
    english = dataclasses.replace(run, options={"languages": ["en"]})
    html = write_atlas(english, tmp_path / "a.html").read_text("utf-8")
    assert '<html lang="en-GB">' in html
    assert "<title>Sample region</title>" in html


def test_words_are_in_their_language_with_the_same_places() -> None:
    for key, (zh, en) in WORDS.items():
        assert set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en)), key
        assert not CHINESE.search(en), key
        latin = set(re.findall(r"[A-Za-z]+", re.sub(r"\{\w+\}", "", zh)))
        assert latin <= ALLOWED, key


def test_every_word_that_a_script_asks_for_is_there_and_none_is_idle() -> None:
    code = "\n".join(asset(f"{name}.js") for name in SCRIPTS)
    code += Path(corridorsay.__file__).read_text("utf-8")  # said before the page is made
    asked = set(re.findall(r'app\.t\("(\w+)"[,)]', code))
    assert asked <= set(WORDS)
    idle = {key for key in WORDS if f'"{key}"' not in code and key not in asked}
    stems = ("chip_", "mode_", "tab_", "by_", "from_", "form_", "scheme_", "pair_", "story_")
    stems += ("compare_", "mark_", "axis_", "brush_", "null_", "index_", "way_")
    stems += ("mean_", "tell_", "limit_", "adjacent_short", "leapfrog_short", "export_", "words")
    stems += ("shift_", "eval_group_")
    assert {key for key in idle if not key.startswith(stems)} <= {"minutes"}


def test_a_vendored_file_that_was_changed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ASSETS.toml", "leaflet.css"):
        (tmp_path / name).write_bytes((ASSETS / name).read_bytes())
    monkeypatch.setattr(pages, "ASSETS", tmp_path)
    assert asset_path("leaflet.css").name == "leaflet.css"
    (tmp_path / "leaflet.css").write_text("body{}", encoding="utf-8")
    with pytest.raises(SourceError, match=r"leaflet\.css"):
        asset_path("leaflet.css")
    with pytest.raises(SourceError, match=r"no\.js"):
        asset_path("no.js")


def test_leaflets_images_are_inside_the_styles() -> None:
    assert "data:image/png;base64," in style_sheet()
    assert "url(images/" not in style_sheet()


def test_a_folium_map_takes_folium_layers(run: Run) -> None:
    drawn = folium_map(run, ["population"])
    folium.Marker([31.0, 119.0], popup="here", tooltip="there").add_to(drawn)
    folium.LayerControl().add_to(drawn)
    html = drawn.get_root().render()
    assert isinstance(drawn, folium.Map)
    assert f'L.map("{drawn.get_name()}"' in html
    assert "L.marker(" in html
    assert not re.findall(r'<(?:script|link)[^>]+(?:src|href)="https?:', html)
    assert html == drawn.get_root().render()


def test_a_folium_map_shows_itself_in_a_notebook(run: Run) -> None:
    shown = folium_map(run)._repr_html_()
    assert shown.startswith("<iframe srcdoc=")
    assert len(shown) < MEGABYTE


def test_a_map_without_a_figure_says_so(run: Run) -> None:
    alone = RunMap(payload(run))
    alone._parent = None  # noqa: SLF001 — branca has no public way to take it out
    with pytest.raises(ArgumentError, match="root of a figure"):
        alone.render()


def test_a_map_may_hang_in_a_plain_figure(run: Run) -> None:
    figure = Figure()
    figure.add_child(RunMap(payload(run, panel=False)))
    assert "atlas.start(" in figure.render()
