"""The units of a map are called what their codes say they are, wherever they are named."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from sample_places import sample_cities
from sample_run import sample_run

from yrdgeo.publish.geopackage import write_geopackage
from yrdgeo.publish.gpkgextras import OF_CITIES
from yrdgeo.publish.payload import payload
from yrdgeo.publish.words import WORDS, UnitName, said_of, unit_of, words_of
from yrdgeo.publish.workbook import write_workbook
from yrdgeo.results import Run
from yrdgeo.sources.places import places

CITY = re.compile(r"(?<!都)市|\b[Cc]it(?:y|ies)\b")  # 都市圈 is a term of its own
PLACE = re.compile(r"\{\w+\}")


@pytest.mark.parametrize(
    ("codes", "unit"),
    [
        (places("prefecture"), "city"),
        (places("county"), "county"),
        ({**places("prefecture"), **places("county")}, "region"),
        (["310000", "310112"], "region"),
        (["441900", "442000"], "city"),
        (["429004", "659001"], "county"),
        (["659001", "650100"], "city"),
        (["cell-1", "cell-2"], "region"),
        (["32050"], "region"),
    ],
)
def test_the_codes_say_what_the_units_are(codes: list[str], unit: UnitName) -> None:
    assert unit_of(codes) == unit


@pytest.mark.parametrize("unit", ["county", "region"])
def test_every_word_of_a_page_without_cities_names_its_own_units(unit: UnitName) -> None:
    names = {"county": "区县|count(?:y|ies)", "region": "地区|regions?"}[unit]
    other = words_of(unit)
    for key, pair in WORDS.items():
        for was, said in zip(pair, other[key], strict=True):
            assert not CITY.search(PLACE.sub("", said)), key
            assert PLACE.findall(was) == PLACE.findall(said)
            if CITY.search(PLACE.sub("", was)):
                assert re.search(names, PLACE.sub("", said), re.IGNORECASE), key
            else:
                assert was == said, key


def test_capitals_and_numbers_follow() -> None:
    said = said_of("Cities: a city's own, of {cities} cities' {city}. City", "county")
    assert said == "Counties: a county's own, of {cities} counties' {city}. County"
    assert said_of("各市、本市与城市，{city}市场", "county") == "各区县、本区县与区县，{city}市场"


@pytest.fixture(scope="module")
def counties() -> Run:
    """Return the sample with codes of counties."""
    places_there = sample_cities()
    codes = [f"{code[:4]}01" for code in places_there.index]
    return sample_run(cities=places_there.set_axis(pd.Index(codes, name="adcode")))


def test_a_page_of_counties_never_says_city(counties: Run) -> None:
    content = payload(counties)
    texts = [text for side in content["words"] for text in side.values()]  # type: ignore[union-attr]
    assert not [text for text in texts if CITY.search(PLACE.sub("", text))]


def test_a_workbook_of_counties_never_says_city(counties: Run, tmp_path: Path) -> None:
    book = pd.read_excel(
        write_workbook(counties, tmp_path / "a.xlsx"), sheet_name=["contents", "columns"], dtype=str
    )
    titles = book["contents"].set_index("sheet")["title"]
    assert titles["cities"] == "区县 Counties"
    columns = book["columns"][~book["columns"]["column"].isin(OF_CITIES)]
    for text in pd.concat([titles, columns["title"], columns["meaning"]]).dropna():
        assert not CITY.search(text), text


def test_a_geopackage_of_counties_never_says_city(counties: Run, tmp_path: Path) -> None:
    path = write_geopackage(counties, tmp_path / "a.gpkg")
    with closing(sqlite3.connect(path)) as file:
        titles = file.execute("SELECT identifier, description FROM gpkg_contents").fetchall()
        seats = file.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = 'seats'"
        ).fetchone()
    assert "区县 Counties" in {name for name, _ in titles}
    assert not [text for row in titles for text in row if CITY.search(text)]
    assert "区县 County" in seats[0]
    assert "城市" not in seats[0]
