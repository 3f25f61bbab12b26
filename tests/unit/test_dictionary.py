"""Every table and column that the shipped study writes has words in Chinese and English."""

import re

import pytest

from yrdgeo.publish.columns import layer_columns
from yrdgeo.publish.csvtables import all_tables
from yrdgeo.publish.dictionary import COLUMNS, LAYER_TITLES, TEXTS
from yrdgeo.publish.geopackage import GEOMETRY
from yrdgeo.results import Run

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_every_table_of_the_shipped_study_has_a_title(delta: Run) -> None:
    tables = {*GEOMETRY, *dict(all_tables(delta)), *(f"times_{mode}" for mode in delta.times)}
    assert tables - set(LAYER_TITLES) == set()


def test_every_column_of_the_shipped_study_is_explained(delta: Run) -> None:
    mapped = {name for one in layer_columns(delta) for name in (one.name, one.confidence)}
    unknown = {
        (table, str(column))
        for table, rows in all_tables(delta)
        for column in rows.columns
        if str(column) not in COLUMNS and str(column) not in mapped
    }
    assert unknown == set()


@pytest.mark.parametrize(
    "words", [*LAYER_TITLES.values(), *(alias for alias, _ in COLUMNS.values())]
)
def test_words_are_in_both_languages(words: str) -> None:
    assert CHINESE.search(words) or words.isascii()
    assert re.search(r"[A-Za-z]", words)


def test_codes_that_must_stay_text_are_columns_with_words() -> None:
    assert set(COLUMNS) >= TEXTS
