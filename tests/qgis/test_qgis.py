"""What a person sees who opens the GeoPackage in QGIS, and what GDAL's validator says of it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import shapely
from qgis_eyes import Seen, look, validated
from rasterio import open as open_raster
from sample_run import ISLAND, MISSING, UNVERIFIED, YEAR, sample_run

from yrdgeo.publish.columns import layer_columns
from yrdgeo.publish.csvtables import all_tables
from yrdgeo.publish.geopackage import GEOMETRY, write_geopackage
from yrdgeo.publish.layers import layer_records
from yrdgeo.publish.mapstyles import NO_DATA, NO_PATH, STYLES, title
from yrdgeo.publish.mapstyles import UNVERIFIED as DOTTED
from yrdgeo.publish.qgisstyle import words
from yrdgeo.results import Run

pytestmark = pytest.mark.qgis


def table_names(run: Run) -> set[str]:
    return {name for name, _ in all_tables(run)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("qgis")


@pytest.fixture(scope="module")
def path(run: Run, folder: Path) -> Path:
    return write_geopackage(run, folder / "sample.gpkg")


@pytest.fixture(scope="module")
def seen(path: Path, folder: Path) -> Seen:
    return look(path, folder)


def test_every_layer_opens_in_its_place_with_its_crs(run: Run, seen: Seen) -> None:
    layers = seen["layers"]
    assert set(layers) == {*GEOMETRY, *table_names(run)}
    assert all(layer["valid"] for layer in layers.values())
    assert {name: layers[name]["crs"] for name in GEOMETRY} == dict.fromkeys(GEOMETRY, "EPSG:4326")
    plain = {name for name in layers if not layers[name]["spatial"]}
    assert plain == table_names(run) - {*GEOMETRY}
    assert layers["cities"]["extent"] == pytest.approx(run.cities.total_bounds)


def test_the_default_style_is_loaded_with_the_layer(run: Run, seen: Seen) -> None:
    for name, style in STYLES.items():
        layer = seen["layers"][name]
        assert layer["heading"] == style.heading
        assert [rule["label"] for rule in layer["rules"]] == [rule.label for rule in style.rules]
    first = layer_columns(run)[0]
    assert seen["layers"]["cities"]["heading"] == title(first)
    assert seen["layers"]["cities"]["labels"]
    assert seen["layers"]["cities"]["display"] == '"name_zh"'


def test_every_rule_of_every_layer_draws_what_it_says(run: Run, seen: Seen) -> None:
    drawn = {
        name: {rule["label"]: rule["features"] for rule in seen["layers"][name]["rules"]}
        for name in STYLES
    }
    pairs = run.pairs.set_index("pair_class")["pair_id"]
    assert drawn["pairs"] == {
        "飞地型 Leapfrog": [pairs["leapfrog"]],
        "毗邻型 Adjacent": [pairs["adjacent"]],
    }
    assert drawn["seats"]["核心 Core"] == sorted(run.cores)
    assert len(drawn["seats"]["城市 City"]) == len(run.cities) - len(run.cores)
    ids = run.links.groupby("mode")["link_id"].apply(sorted)
    assert drawn["rail"] == {
        "普速铁路 Conventional": ids["rail"],
        "高速铁路 High speed": ids["hsr"],
    }
    backbone = run.links[run.links["mode"].eq("road") & run.links["backbone"]]
    assert drawn["roads"]["骨干 Backbone"] == sorted(backbone["link_id"])
    assert len(drawn["contiguity"]["桥梁 Bridge"]) == 1


def test_the_classes_and_colours_are_those_of_the_atlas(run: Run, seen: Seen) -> None:
    codes = run.cities.index.sort_values()
    styles = list(seen["styles"]["cities"].values())
    records = layer_records(run, codes)
    assert len(styles) == len(records)
    for style, record in zip(styles, records, strict=True):
        assert style["loaded"], style["message"]
        rules = {rule["label"]: rule for rule in style["rules"]}
        fills = [rule for rule in style["rules"] if rule["marks"] == ["SimpleFill"]]
        assert [rule["colour"] for rule in fills] == record["colours"]
        letters = np.array(list(record["views"][f"{YEAR}|"]["classes"]))
        for place, rule in enumerate(fills):
            assert rule["features"] == list(codes[letters == str(place)])
        assert rules[NO_DATA.label]["features"] == list(codes[letters == "-"])
        if "x" in letters:
            assert rules[NO_PATH.label]["features"] == list(codes[letters == "x"])


def test_the_sld_loads_and_draws_the_same_cities(seen: Seen) -> None:
    assert all(style["loaded"] for style in seen["sld"]), seen["sld"]
    served = {style["name"]: style["rules"] for style in seen["sld"] if style["layer"] == "cities"}
    assert set(served) == set(seen["styles"]["cities"])
    gdp, population, growth, _ = seen["styles"]["cities"]  # QGIS cannot compare infinity in an SLD
    for name in (gdp, population, growth):
        kept = [
            {key: rule[key] for key in ("label", "features")}
            for rule in seen["styles"]["cities"][name]["rules"]
        ]
        assert served[name] == kept


def test_missing_unreachable_and_unverified_are_marked(seen: Seen) -> None:
    gdp, *_, rail = seen["styles"]["cities"].values()
    marks = {rule["label"]: (rule["features"], rule["marks"]) for rule in gdp["rules"]}
    assert marks[NO_DATA.label] == ([MISSING], ["SimpleFill", "LinePatternFill"])
    assert marks[DOTTED.label] == ([UNVERIFIED], ["PointPatternFill"])
    marks = {rule["label"]: (rule["features"], rule["marks"]) for rule in rail["rules"]}
    assert marks[NO_PATH.label] == ([ISLAND], ["SimpleFill", "LinePatternFill"])


def test_columns_have_names_for_people_with_units_and_the_layer_its_sources(seen: Seen) -> None:
    cities = seen["layers"]["cities"]
    assert cities["aliases"]["gdp_per_capita_yuan"] == (
        "人均地区生产总值 GDP per head, 2022 (元 yuan)"
    )
    assert cities["aliases"]["adcode"] == "行政区划代码 Adcode"
    assert cities["types"]["adcode"] == "String"
    assert "统计年鉴 Yearbook" in cities["note"]
    assert seen["layers"]["pairs"]["aliases"]["contiguity_order"] == "邻接阶数 Contiguity order"


@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
def test_the_map_is_drawn_in_the_colours_of_the_classes(run: Run, seen: Seen, folder: Path) -> None:
    """Look at the picture itself, where each city is, beside its label."""
    assert seen["drawn"]
    extent = np.array(seen["layers"]["cities"]["extent"])
    for place, style in enumerate(seen["styles"]["cities"].values()):
        assert style["drawn"]
        with open_raster(folder / f"cities{place}.png") as picture:
            image = picture.read()[:3]
        for rule in style["rules"]:
            if rule["marks"] != ["SimpleFill"]:
                continue
            for code in set(rule["features"]) - {UNVERIFIED}:
                west, south, east, north = run.cities.geometry[code].geoms[0].bounds
                spot = (west + 0.2 * (east - west), south + 0.2 * (north - south))
                pixel = image[:, *_pixel(spot, extent, image.shape[1:])]
                assert "#{:02x}{:02x}{:02x}".format(*pixel) == rule["colour"], (code, rule["label"])


def _pixel(
    spot: tuple[float, float], extent: np.ndarray, shape: tuple[int, int]
) -> tuple[int, int]:
    """Return row and column of a place; the drawn extent is 1.08 times, centred, as render.py."""
    centre = (extent[:2] + extent[2:]) / 2
    span = (extent[2:] - extent[:2]) * 1.08
    degrees = max(span[0] / shape[1], span[1] / shape[0])
    column = (spot[0] - centre[0]) / degrees + shape[1] / 2
    row = (centre[1] - spot[1]) / degrees + shape[0] / 2
    return int(row), int(column)


def test_a_projected_file_lies_where_it_should(run: Run, folder: Path) -> None:
    path = write_geopackage(run, folder / "cgcs.gpkg", crs="EPSG:4549")
    layer = look(path, folder / "cgcs")["layers"]["cities"]
    assert layer["crs"] == "EPSG:4549"
    assert layer["extent"] == pytest.approx(run.cities.to_crs("EPSG:4549").total_bounds)
    assert shapely.box(*layer["extent"]).area > 1e9  # square metres


@pytest.mark.parametrize(
    "text", ["<b>&\"'", "[% @user_account_name %]", "'; DROP TABLE cities; --"]
)
def test_hostile_text_reaches_the_screen_as_text(text: str, folder: Path) -> None:
    path = write_geopackage(sample_run(hostile=text), folder / "hostile.gpkg")
    seen = look(path, folder / "hostile")
    said = words(text)
    assert seen["layers"]["cities"]["heading"] == f"{said}, {YEAR} ({said})"
    assert all(style["loaded"] for style in seen["styles"]["cities"].values())
    assert len(seen["styles"]["cities"]) == 4
    drawn = [rule["features"] for rule in seen["layers"]["cities"]["rules"]]
    assert sorted({code for codes in drawn for code in codes}) == sorted(sample_run().cities.index)
    assert seen["layers"]["cities"]["legend"][0] == f"{said}, {YEAR} ({said})"
    assert "<b>" not in seen["layers"]["cities"]["note"]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490"])
def test_gdals_validator_is_content(run: Run, tmp_path: Path, crs: str) -> None:
    assert validated(write_geopackage(run, tmp_path / "x.gpkg", crs=crs)) == (0, "")


def test_gdals_validator_is_content_with_hostile_text(hostile_run: Run, tmp_path: Path) -> None:
    assert validated(write_geopackage(hostile_run, tmp_path / "x.gpkg")) == (0, "")


def test_the_validator_would_notice(run: Run, tmp_path: Path) -> None:
    path = write_geopackage(run, tmp_path / "x.gpkg")
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE gpkg_contents SET last_change = 'yesterday'")
    code, said = validated(path)
    assert code != 0
    assert "last_change" in said
