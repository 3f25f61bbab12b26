"""Counties have names in English: usual ones where there are, pinyin where there are none."""

import re

import pytest

from yrdgeo.provenance import data_path, read_sources
from yrdgeo.sources.places import english_name, places, rows

KINDS = {
    "县": {"County"},
    "市": {"City"},
    "旗": {"Banner"},
    "区": {"District", "Area"},
    "会": {"Committee"},
}


def test_every_county_has_one_english_name_of_its_kind() -> None:
    named = {row["adcode"]: row["name_en"] for row in rows("county_names.csv")}
    assert set(named) == set(places("county"))
    for code, name in named.items():
        if code == "820000":
            continue
        assert re.fullmatch(r"[A-Z][a-zü]*('[a-z]+)*( (and|[A-Z][a-z]+))* [A-Z][a-z]+", name), name
        assert name.split()[-1] in KINDS[places("county")[code].name_zh[-1]], code


def test_names_of_the_delta_keep_their_stems() -> None:
    known = [row for row in rows("counties.csv") if row["name_en"]]
    assert len(known) == 305
    for row in known:
        name = english_name(places("county")[row["adcode"]])
        assert name.split()[0] == row["name_en"]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("150524", "Kulun Banner"),
        ("131028", "Dachang Autonomous County"),
        ("130125", "Xingtang County"),
        ("141024", "Hongtong County"),
        ("371481", "Laoling City"),
        ("130726", "Yuxian County"),
        ("230202", "Longsha District"),
        ("350105", "Mawei District"),
        ("441821", "Fogang County"),
        ("610626", "Wuqi County"),
        ("810106", "Sham Shui Po District"),
        ("310115", "Pudong New Area"),
    ],
)
def test_readings_that_a_character_alone_does_not_give(code: str, name: str) -> None:
    assert english_name(places("county")[code]) == name


def test_what_is_romanised_says_so() -> None:
    listed = {row["adcode"]: row["source_id"] for row in rows("county_names.csv")}
    sources = read_sources(data_path("boundaries/SOURCES.toml"))
    assert set(listed.values()) == {"romanised", "county_names"}
    assert "not official" in sources["romanised"]["title"]
    assert "并非官方" in sources["romanised"]["title_zh"]
    assert listed["110105"] == "romanised"
    assert listed["310112"] == "county_names"
