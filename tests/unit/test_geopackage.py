"""The GeoPackage: what is in it, what its styles say, and that text in it is only text."""

import json
import operator
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_run import ISLAND, MISSING, UNVERIFIED, YEAR, sample_run
from shapely import LineString

from yrdgeo.errors import ArgumentError
from yrdgeo.publish.columns import clean, layer_columns, wide_table
from yrdgeo.publish.csvtables import all_tables
from yrdgeo.publish.geopackage import GEOMETRY, write_geopackage
from yrdgeo.publish.gpkgextras import about
from yrdgeo.publish.layers import layer_records, shown
from yrdgeo.publish.mapstyles import STYLES, city_styles, class_label, cut
from yrdgeo.publish.qgisstyle import Condition, Rule, Style, qml, words
from yrdgeo.publish.sldstyle import sld
from yrdgeo.results import Run

OPERATORS = {"<=": operator.le, ">": operator.gt, "=": operator.eq}
COLUMN = {"gdp_per_capita": "gdp_per_capita_yuan", "population": "population_10_000_people"} | {
    "gdp_growth": "gdp_growth_pct",
    "mean_time_rail": "mean_time_rail_min",
}


def table_names(run: Run) -> set[str]:
    return {name for name, _ in all_tables(run)}


def rows(path: Path, query: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as file:
        return file.execute(query, values).fetchall()


def read(path: Path, layer: str) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(path, layer=layer)


def holds(rule: Rule, row: dict[str, object]) -> bool:
    """Say whether a rule draws a row; nothing compares with a missing value, as in SQL."""
    return all(_true(condition, row[condition.column]) for condition in rule.when)


def _true(condition: Condition, value: object) -> bool:
    missing = value is None or (isinstance(value, float) and np.isnan(value))
    if condition.operator == "is null":
        return missing
    if condition.operator in {"is finite", "is infinite"}:
        return not missing and np.isinf(value) == (condition.operator == "is infinite")
    return not missing and OPERATORS[condition.operator](value, condition.value)


@pytest.fixture(scope="module")
def path(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_geopackage(run, tmp_path_factory.mktemp("gpkg") / "sample.gpkg")


def test_every_layer_and_table_is_there_with_every_row(run: Run, path: Path) -> None:
    names = {name for name, _ in pyogrio.list_layers(path)}
    assert names == {*GEOMETRY, *table_names(run), "layer_styles"}
    counts = {name: len(read(path, name)) for name in names}
    assert counts["cities"] == counts["seats"] == len(run.cities)
    assert counts["contiguity"] == len(run.contiguity)
    assert counts["indicators"] == len(run.results)
    assert counts["rail"] + counts["roads"] == len(run.links)
    assert counts["stations"] == run.nodes["kind"].eq("station").sum()
    assert counts["pairs"] == len(run.pairs)
    assert counts["hinterlands"] == run.hinterlands["core"].nunique()
    assert counts["sources"] == len(run.sources)
    assert counts["warnings"] == len(run.warnings)


@pytest.mark.parametrize(("layer_id", "column"), COLUMN.items())
def test_a_city_has_its_own_value_and_shape(
    run: Run, path: Path, layer_id: str, column: str
) -> None:
    cities = read(path, "cities").set_index("adcode")
    values = run.values(layer_id, YEAR)
    for code, shape in run.cities.geometry.items():
        assert cities.geometry[code].equals(shape)
        np.testing.assert_equal(cities.loc[code, column], values[code])


def test_missing_is_null_and_no_path_is_infinite(path: Path) -> None:
    query = "SELECT gdp_per_capita_yuan FROM cities WHERE adcode = ?"
    assert rows(path, query, MISSING) == [(None,)]
    query = "SELECT mean_time_rail_min FROM cities WHERE adcode = ?"
    assert rows(path, query, ISLAND) == [(np.inf,)]


def test_an_unverified_value_is_marked_in_its_own_column(path: Path) -> None:
    query = "SELECT adcode FROM cities WHERE gdp_per_capita_yuan_confidence = 'unverified'"
    assert rows(path, query) == [(UNVERIFIED,)]


def test_a_line_between_neighbours_runs_from_seat_to_seat(run: Run, path: Path) -> None:
    lines = read(path, "contiguity").set_index(["from_id", "to_id"])
    for edge in run.contiguity.to_dict("records"):
        ends = run.cities.loc[[edge["from_id"], edge["to_id"]], ["seat_lon", "seat_lat"]]
        line = lines.loc[(edge["from_id"], edge["to_id"])]
        np.testing.assert_allclose(line.geometry.coords, ends.to_numpy())
        assert line["kind"] == edge["kind"]


def test_a_hinterland_is_the_union_of_its_cities(run: Run, path: Path) -> None:
    written = read(path, "hinterlands").set_index("core")
    for core, members in run.hinterlands.groupby("core"):
        area = sum(shape.area for shape in run.cities.geometry.loc[members.index])
        assert written.geometry[core].area == pytest.approx(area)
        assert written.loc[core, "n_cities"] == len(members)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4549", "EPSG:3857"])
def test_geometry_is_transformed_to_the_crs_that_was_asked_for(
    run: Run, tmp_path: Path, crs: str
) -> None:
    written = read(write_geopackage(run, tmp_path / "x.gpkg", crs=crs), "cities")
    assert written.crs == crs
    expected = run.cities.to_crs(crs).geometry
    for code, shape in written.set_index("adcode").geometry.items():
        assert shape.equals_exact(expected[code], 1e-9 * max(map(abs, shape.bounds)))


@pytest.mark.parametrize("crs", ["EPSG:999999", "not a crs", ""])
def test_an_unknown_crs_is_refused_and_leaves_nothing(run: Run, tmp_path: Path, crs: str) -> None:
    with pytest.raises(ArgumentError, match="coordinate reference system"):
        write_geopackage(run, tmp_path / "x.gpkg", crs=crs)
    assert list(tmp_path.iterdir()) == []


def test_a_crs_that_does_not_reach_the_region_is_refused(tmp_path: Path) -> None:
    run = sample_run()
    run.cities["seat_lat"] = 95.0  # north of the pole: no projection reaches it
    with pytest.raises(ArgumentError, match="outside"):
        write_geopackage(run, tmp_path / "x.gpkg", crs="EPSG:3857")


def test_a_failed_run_leaves_the_old_file(run: Run, tmp_path: Path) -> None:
    old = tmp_path / "x.gpkg"
    old.write_bytes(b"old")
    with pytest.raises(ArgumentError):
        write_geopackage(run, old, crs="EPSG:999999")
    assert old.read_bytes() == b"old"
    write_geopackage(run, old)
    assert old.read_bytes().startswith(b"SQLite format 3\0")
    assert list(tmp_path.iterdir()) == [old]


def test_the_same_run_gives_the_same_bytes_whatever_the_order_of_rows(
    run: Run, path: Path, tmp_path: Path
) -> None:
    tables = ("cities", "results", "contiguity", "pairs", "hinterlands", "groups", "links", "nodes")
    mixed = {name: getattr(run, name).sample(frac=1.0, random_state=99) for name in tables}
    again = write_geopackage(replace(run, **mixed), tmp_path / "again.gpkg")
    assert again.read_bytes() == path.read_bytes()


def test_the_date_in_the_file_is_the_one_asked_for_and_never_the_clock(
    run: Run, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = (
        "SELECT last_change FROM gpkg_contents UNION SELECT update_time FROM layer_styles"
        " UNION SELECT timestamp FROM gpkg_metadata_reference"
    )
    assert rows(path, query) == [("1970-01-01T00:00:00.000Z",)]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    dated = write_geopackage(run, tmp_path / "dated.gpkg")
    assert rows(dated, query) == [("2023-11-14T22:13:20.000Z",)]


def test_each_layer_has_one_default_style_and_the_cities_one_a_mapped_layer(
    run: Run, path: Path
) -> None:
    styles = pd.DataFrame(
        rows(path, "SELECT f_table_name, styleName, useAsDefault FROM layer_styles"),
        columns=["layer", "name", "default"],
    )
    assert styles.groupby("layer")["default"].sum().to_dict() == dict.fromkeys(GEOMETRY, 1)
    cities = styles[styles["layer"].eq("cities")]
    assert len(cities) == len(run.layers)
    assert cities["name"].is_unique


@pytest.mark.parametrize("layer_id", COLUMN)
def test_a_city_is_drawn_in_the_class_and_colour_of_the_atlas(run: Run, layer_id: str) -> None:
    codes = run.cities.index.sort_values()
    record = layer_records(run, codes, only=[layer_id])[0]
    columns = layer_columns(run)
    place = [column.layer_id for column in columns].index(layer_id)
    style = city_styles(run, columns)[place]
    letters = record["views"][f"{YEAR}|"]["classes"]
    fills = [rule.marks[0].colour for rule in style.rules[: len(record["colours"])]]
    assert fills == record["colours"]
    wide = wide_table(run, columns)
    for code, letter in zip(codes, letters, strict=True):
        row = wide.loc[code].to_dict()
        drawn = [rule for rule in style.rules if holds(rule, row)]
        label = {"-": "无数据 No data", "x": "不可达 Cannot be reached"}.get(letter)
        if label is None:
            assert drawn[0].marks[0].colour == record["colours"][int(letter)]
        else:
            assert drawn[0].label == label
        marks = [rule.label for rule in drawn[1:]]
        unverified = layer_id == "gdp_per_capita" and code == UNVERIFIED
        assert marks == (["未核实 Unverified"] if unverified else [])


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30),
    st.lists(st.integers(-1000, 1000), unique=True, max_size=5),
    st.integers(0, 3),
)
def test_full_values_are_classed_as_their_printed_values(
    values: list[float], breaks: list[int], decimals: int
) -> None:
    full = np.array([*values, np.nan, np.inf])
    bounds = np.sort(np.array(breaks, dtype=float)) / 10
    printed = shown(full, decimals)
    finite = np.isfinite(full)
    by_print = np.searchsorted(bounds, printed[finite])
    np.testing.assert_array_equal(
        np.searchsorted(cut(bounds, full, printed), full[finite]), by_print
    )


def test_a_legend_uses_no_more_decimals_than_it_needs() -> None:
    labels = [class_label([-1.0, 12.5], place, 3) for place in range(3)]
    assert labels == ["≤ −1.0", "−1.0 – 12.5", "> 12.5"]
    assert class_label([], 0, 1) == "全部 All"


def every_style(run: Run) -> Iterator[tuple[str, Style]]:
    yield from (("cities", style) for style in city_styles(run, layer_columns(run)))
    yield from STYLES.items()


@pytest.mark.parametrize("text", ["%" * 200, "a" * 300, "人" * 300, "min min", "_"])
def test_a_style_asks_only_for_columns_that_the_layer_has(text: str, tmp_path: Path) -> None:
    run = sample_run(hostile=text)
    path = write_geopackage(run, tmp_path / "x.gpkg")
    for layer, style in every_style(run):
        columns = {name for (name,) in rows(path, "SELECT name FROM pragma_table_info(?)", layer)}
        asked = {condition.column for rule in style.rules for condition in rule.when}
        assert asked | {style.display} - {""} <= columns


def test_the_sld_has_the_rules_colours_and_filters_of_the_style(run: Run) -> None:
    names = {"sld": "http://www.opengis.net/sld", "se": "http://www.opengis.net/se"}
    for layer, style in every_style(run):
        root = ET.fromstring(sld(style, layer))  # noqa: S314 — our own text
        assert [element.text for element in root.iterfind(".//se:Rule/se:Name", names)] == [
            rule.label for rule in style.rules
        ]
        for rule, element in zip(style.rules, root.iterfind(".//se:Rule", names), strict=True):
            text = ET.tostring(element, encoding="unicode")
            for mark in rule.marks:
                assert mark.colour in text
            for condition in rule.when:
                assert f">{condition.column}<" in text


def test_aliases_and_descriptions_name_columns_that_exist(path: Path) -> None:
    named = rows(path, "SELECT table_name, column_name, name FROM gpkg_data_columns")
    for table, column, name in named:
        assert rows(path, "SELECT 1 FROM pragma_table_info(?) WHERE name = ?", table, column)
        assert name
    assert len({(table, name) for table, _, name in named}) == len(named)
    alias = {(table, column): name for table, column, name in named}
    assert alias["cities", "gdp_per_capita_yuan"] == (
        "人均地区生产总值 GDP per head, 2022 (元 yuan)"
    )


def test_every_column_of_every_layer_has_words(path: Path) -> None:
    unnamed = [
        (table, column)
        for table in (*GEOMETRY, "sources", "warnings")
        for (column,) in rows(path, "SELECT name FROM pragma_table_info(?)", table)
        if column not in {"fid", "geom"}
        and not rows(
            path,
            "SELECT 1 FROM gpkg_data_columns WHERE table_name = ? AND column_name = ?",
            table,
            column,
        )
    ]
    assert unnamed == []


def test_the_metadata_names_every_source_and_licence(run: Run, path: Path) -> None:
    ((text, kind),) = rows(path, "SELECT metadata, mime_type FROM gpkg_metadata")
    assert kind == "application/json"
    content = json.loads(str(text))
    assert content == json.loads(json.dumps(about(run)))
    assert {source["source_id"] for source in content["isBasedOn"]} == set(run.sources["source_id"])
    assert set(content["license"]) == set(run.sources["licence"])
    assert content["disambiguatingDescription"] == list(run.warnings)


def test_an_extension_is_declared_for_every_table_that_needs_one(path: Path) -> None:
    declared = dict(rows(path, "SELECT table_name, extension_name FROM gpkg_extensions"))
    for table in ("gpkg_data_columns", "gpkg_metadata", "gpkg_metadata_reference"):
        assert declared[table] in {"gpkg_schema", "gpkg_metadata"}


def test_a_further_table_with_shapes_is_a_layer(run: Run, tmp_path: Path) -> None:
    seats = gpd.points_from_xy([119.0, 119.5], [31.0, 31.5], crs="EPSG:4326")
    points = gpd.GeoDataFrame({"issue": ["dead end", "island"]}, geometry=seats)
    lines = points.assign(geometry=[seats[0], LineString([seats[0], seats[1]])])
    more = {**run.tables, "points": points, "mixed": lines}
    path = write_geopackage(replace(run, tables=more), tmp_path / "x.gpkg", crs="EPSG:4490")
    for name, put in (("points", points), ("mixed", lines)):
        found = read(path, name)
        assert found["issue"].tolist() == put["issue"].tolist()
        assert found.geometry.geom_equals_exact(put.geometry.to_crs("EPSG:4490"), 1e-9).all()
        assert found.crs.to_epsg() == 4490


def test_hostile_text_is_only_text(hostile_run: Run, hostile_text: str, tmp_path: Path) -> None:
    path = write_geopackage(hostile_run, tmp_path / "x.gpkg")
    plain = clean(hostile_text)
    cities = read(path, "cities")
    assert len(cities) == len(hostile_run.cities)
    assert set(cities["name_zh"]) == {plain}
    assert set(read(path, "sources")["title"]) == {plain}
    tables = rows(path, "SELECT table_name FROM gpkg_contents")
    assert {name for (name,) in tables} == {*GEOMETRY, *table_names(hostile_run), "layer_styles"}
    columns = rows(path, "SELECT m.name, t.name FROM sqlite_master m, pragma_table_info(m.name) t")
    assert all(re.fullmatch(r"\w+", f"{column}", re.ASCII) for _, column in columns)
    for style, server in rows(path, "SELECT styleQML, styleSLD FROM layer_styles"):
        root = ET.fromstring(str(style).split("\n", 1)[1])  # noqa: S314 — our own text
        ET.fromstring(str(server))  # noqa: S314 — our own text
        assert {element.tag for element in root} <= {
            "renderer-v2",
            "labeling",
            "aliases",
            "previewExpression",
            "userNotes",
        }
        assert not [e for e in root.iter() if "[%" in "".join(e.attrib.values())]


IDS = {
    "layer_id": {
        "gdp_per_capita": "nearest_core",
        "population": "x'; DROP TABLE cities; --",
        "gdp_growth": "人均",
        "mean_time_rail": "A b",
    }
}


def test_hostile_ids_and_columns_of_the_users_own_are_renamed(tmp_path: Path) -> None:
    run = sample_run()
    strange = replace(
        run,
        cities=run.cities.assign(**{"a_b_min": 1.5, "fid": 7, "geom": "x", "A  B min": "<b>"}),
        layers=run.layers.replace(IDS),
        results=run.results.replace(IDS),
    )
    cities = read(write_geopackage(strange, tmp_path / "x.gpkg"), "cities").set_index("adcode")
    names = [column.name for column in layer_columns(strange)]
    assert names == [
        "nearest_core_yuan",
        "x_drop_table_cities_10_000_people",
        "layer_pct",
        "a_b_min_2",
    ]
    for name, layer_id in zip(names, IDS["layer_id"], strict=True):
        np.testing.assert_equal(
            cities[name].to_numpy(), run.values(layer_id, YEAR)[cities.index].to_numpy()
        )
    assert set(cities["nearest_core"]) == set(run.cores)
    assert set(cities["a_b_min"]) == {1.5}
    assert set(cities["a_b_min_3"]) == {"<b>"}
    assert {"fid_2", "geom_2"} <= set(cities.columns)


def test_text_that_qgis_would_evaluate_is_disarmed() -> None:
    style = Style("s", "[% env('HOME') %]", (), {"a": "[%1%]"}, note="<b>[%2%]</b>")
    text = qml(style)
    assert "[%" not in text
    root = ET.fromstring(text.split("\n", 1)[1])  # noqa: S314 — our own text
    note = root.find("userNotes")
    assert note is not None
    assert note.attrib["value"] == "&lt;b&gt;[ %2%]&lt;/b&gt;"
    assert words("[[%") == "[[ %"


def test_a_run_without_pairs_groups_or_gradients_is_written(tmp_path: Path) -> None:
    run = sample_run()
    empty = replace(
        run,
        pairs=gpd.GeoDataFrame({"pair_id": []}, geometry=[], crs="EPSG:4326"),
        groups=run.groups.iloc[:0],
        group_results=pd.DataFrame(),
        gradients=run.gradients.iloc[:0],
        links=run.links.iloc[:0],
        warnings=(),
        warnings_zh=(),
    )
    path = write_geopackage(empty, tmp_path / "x.gpkg")
    assert len(read(path, "pairs")) == len(read(path, "rail")) == len(read(path, "groups")) == 0
    assert len(read(path, "cities")) == len(run.cities)
