"""Layers of named classes, and what is drawn of linkage: one truth in page, tables and styles."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook
from sample_classes import KEYS, LAYER, OUTSIDE, UNKNOWN, linkage_tables, with_classes
from sample_run import sample_run

from yrdgeo.errors import ArgumentError, TableError
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.publish.columns import layer_columns, wide_table
from yrdgeo.publish.csvtables import result_table
from yrdgeo.publish.figures import write_figures
from yrdgeo.publish.layers import layer_records
from yrdgeo.publish.linked import linked_record
from yrdgeo.publish.mapstyles import city_styles
from yrdgeo.publish.palette import CATEGORIES, named_classes
from yrdgeo.publish.payload import payload
from yrdgeo.publish.workbook import write_workbook
from yrdgeo.results import Run


@pytest.fixture(scope="module")
def named() -> Run:
    return with_classes(sample_run())


def record(run: Run) -> dict:
    codes = run.cities.sort_index().index
    return next(one for one in layer_records(run, codes) if one["id"] == LAYER)


def test_a_class_is_a_letter_a_name_and_a_colour_and_has_no_rank(named: Run) -> None:
    found = record(named)
    (view,) = found["views"].values()
    codes = named.cities.sort_index().index
    letters = dict(zip(codes, view["classes"], strict=True))
    assert {code for code, one in letters.items() if one == "1"} == set(OUTSIDE)
    assert letters[UNKNOWN] == "-"
    assert set(letters.values()) == {"0", "1", "-"}
    assert found["categories"] == [["内圈", "Inner"], ["外圈", "Outer"], ["无人", "Nobody"]]
    assert found["says"] == ["共9个城市。", "Nine cities. "]
    assert found["colours"] == list(CATEGORIES["clusters"][:3])
    assert view["ranks"] == [None] * len(codes)


def test_names_are_not_subtracted(named: Run) -> None:
    later = named.results[named.results["layer_id"].eq(LAYER)].assign(year=2021, value=0.0)
    twice = dataclasses.replace(named, results=pd.concat([named.results, later]))
    differences = payload(twice)["differences"]
    assert LAYER not in differences
    assert "gdp_per_capita" in differences


def test_tables_say_the_key_and_keep_the_number_in_the_long_one(named: Run) -> None:
    wide = wide_table(named, layer_columns(named))[LAYER]
    assert set(wide.index[wide.eq("outer")]) == set(OUTSIDE)
    assert wide[UNKNOWN] == ""
    long = result_table(named).set_index(["layer_id", "adcode"]).sort_index()
    assert long.loc[(LAYER, OUTSIDE[0]), ["value", "category"]].tolist() == [1.0, "outer"]
    assert long.loc["population", "category"].eq("").all()
    assert "category" not in result_table(sample_run())


def test_the_workbook_says_the_key(named: Run, tmp_path: Path) -> None:
    sheet = load_workbook(write_workbook(named, tmp_path / "a.xlsx"))["cities"]
    rows = list(sheet.iter_rows(values_only=True))
    cells = {row[rows[0].index("adcode")]: row[rows[0].index(LAYER)] for row in rows[1:]}
    assert cells[OUTSIDE[0]] == "outer"
    assert cells[UNKNOWN] is None


def test_a_style_has_a_rule_a_class_by_its_key(named: Run) -> None:
    style = city_styles(named, layer_columns(named))[-1]
    rules = {rule.label: rule for rule in style.rules}
    assert list(rules) == ["内圈 Inner", "外圈 Outer", "无人 Nobody", "无数据 No data"]
    assert [rule.when[0].value for rule in rules.values()] == [*KEYS, ""]
    assert rules["外圈 Outer"].marks[0].colour == CATEGORIES["clusters"][1]


def test_a_figure_names_the_classes(named: Run, tmp_path: Path) -> None:
    _, drawn = write_figures(named, tmp_path, layers=[LAYER], language="en")
    text = drawn.read_text("utf-8")
    assert "Inner  (7)" in text
    assert "Outer  (2)" in text
    assert "no data  (1)" in text


@pytest.mark.parametrize("value", [3.0, 0.5, -1.0, np.inf])
def test_a_value_that_is_no_class_is_refused(named: Run, value: float) -> None:
    mine = named.results["layer_id"].eq(LAYER)
    wrong = named.results.assign(value=named.results["value"].mask(mine, value))
    with pytest.raises(TableError, match="none of its classes"):
        layer_records(dataclasses.replace(named, results=wrong), named.cities.index, only=[LAYER])


def test_more_classes_than_colours_are_refused() -> None:
    assert len(named_classes(8, "qualitative").colours) == 8
    for n in (0, 9):
        with pytest.raises(ArgumentError, match="named classes"):
            named_classes(n, "qualitative")


def test_hostile_names_stay_text(hostile_text: str, tmp_path: Path) -> None:
    hostile = with_classes(sample_run(), text=hostile_text)
    hostile = dataclasses.replace(
        hostile, tables={**hostile.tables, **linkage_tables(hostile, text=hostile_text)}
    )
    html = write_atlas(hostile, tmp_path / "a.html").read_text("utf-8")
    begin = html.index('<script type="application/json" id="data">')
    content = json.loads(html[html.index(">", begin) + 1 : html.index("</script>", begin)])
    layer = next(one for one in content["layers"] if one["id"] == LAYER)
    assert len(layer["categories"]) == 3
    assert len(city_styles(hostile, layer_columns(hostile))) == len(hostile.layers)


def test_what_is_drawn_of_linkage_is_what_the_tables_say() -> None:
    run = sample_run()
    full = dataclasses.replace(run, tables={**run.tables, **linkage_tables(run)})
    order = run.cities.sort_index().index
    found = linked_record(full, order)
    a, b = (order.get_loc(core) for core in run.cores)
    others = [place for place in range(len(order)) if place not in (a, b)]
    assert found["centres"] == [a]
    assert sorted(one[0] for one in found["flows"]) == [p for p in range(len(order)) if p != a]
    assert {one[1] for one in found["flows"]} == {a}
    (circle,) = found["circles"]  # the other core has nobody but itself, and no official list
    assert circle["found"] == sorted([a, others[0], others[1]])
    assert circle["official"] == sorted([a, others[0], others[3]])
    assert circle["missed"] == [others[3]]
    assert circle["extra"] == [others[1]]
    assert (circle["minutes"], circle["counties"], circle["doubt"]) == (90, 2, True)
    assert found["breaks"] == [
        [a, b, "rail", 31.05, 119.15, 31, 51],
        [a, b, "road", 31.15, 119.25, 40, 100],
    ]


def test_without_tables_nothing_is_drawn(run: Run) -> None:
    bare = dataclasses.replace(run, tables={})
    expected = {"flows": [], "centres": [], "circles": [], "breaks": [], "field": []}
    assert linked_record(bare, run.cities.index) == expected
