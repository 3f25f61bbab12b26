"""Tags become mode, class, direction and speed; or one stated reason to leave a way out."""

import math
import re
import tomllib

import pytest

from yrdgeo.errors import ArgumentError
from yrdgeo.provenance import data_path
from yrdgeo.sources.osm_tags import (
    WayTags,
    class_names,
    countries,
    duration_min,
    maxspeed_kmh,
    read_tags,
    rules,
)

ROAD = rules("road")
RAIL = rules("rail")
TABLE = tomllib.loads(data_path("osm_speeds.toml").read_text(encoding="utf-8"))
ROWS = [
    pytest.param(row, id=f"{country}-{group}-{name}")
    for country, groups in TABLE.items()
    if country not in {"sources", "limits"}
    for group, rows in groups.items()
    for name, row in rows.items()
]


def _way(**tags: str) -> WayTags:
    way = read_tags(tags, RAIL if "railway" in tags else ROAD)
    assert isinstance(way, WayTags), way
    return way


@pytest.mark.parametrize("row", ROWS)
def test_every_shipped_speed_is_in_the_range_of_a_named_source(row: dict[str, float]) -> None:
    assert set(row) == {"speed_kmh", "low", "high", "source"}
    assert 0 < row["low"] <= row["speed_kmh"] <= row["high"]
    assert row["source"] in TABLE["sources"]


@pytest.mark.parametrize("group", ["road", "rail"])
@pytest.mark.parametrize("country", countries())
def test_no_shipped_speed_would_be_implausible_as_a_tag(country: str, group: str) -> None:
    limits = TABLE["limits"][group]
    for speed in rules(group, speeds=country, classes=class_names(group)).speeds.values():  # type: ignore[arg-type]
        assert limits["low"] <= speed <= limits["high"]


@pytest.mark.parametrize("country", countries())
def test_a_better_class_is_never_slower(country: str) -> None:
    order = ["motorway", "trunk", "primary", "secondary", "tertiary", "unclassified"]
    speeds = [rules("road", speeds=country).speeds[name] for name in order]
    assert speeds == sorted(speeds, reverse=True)


@pytest.mark.parametrize("country", countries())
def test_a_zone_of_any_country_is_known_in_every_other(country: str) -> None:
    implicit = rules("road", speeds=country).implicit
    assert maxspeed_kmh("DE:rural", implicit) == 100.0
    assert maxspeed_kmh("CN:urban", implicit) == 50.0
    assert maxspeed_kmh("GB:nsl_single", implicit) == pytest.approx(60 * 1.609344, abs=1)


@pytest.mark.parametrize("text", ["DE:30", "DE:zone30", "DE:zone:30"])
def test_a_numbered_zone_is_its_number(text: str) -> None:
    assert maxspeed_kmh(text, {}) == 30.0


def test_a_zone_speaks_where_no_number_does() -> None:
    assert _way(highway="primary", **{"source:maxspeed": "DE:rural"}).speed_basis == "implicit"
    told = _way(highway="primary", maxspeed="70", **{"source:maxspeed": "DE:rural"})
    assert (told.speed_kmh, told.speed_basis) == (70.0, "tag")
    assert _way(highway="primary", **{"source:maxspeed": "survey"}).speed_basis == "class"


@pytest.mark.parametrize(
    ("text", "speed"),
    [
        ("60", 60.0),
        (" 60 ", 60.0),
        ("60 km/h", 60.0),
        ("60 mph", 96.56064),
        ("60mph", 96.56064),
        ("10 knots", 18.52),
        ("60;80", 60.0),
        ("80|60|none", 60.0),
        ("CN:urban", 50.0),
        ("CN:motorway", 120.0),
        ("-20", -20.0),
        ("0", 0.0),
        ("none", None),
        ("signals", None),
        ("", None),
    ],
)
def test_maxspeed_is_read(text: str, speed: float | None) -> None:
    assert maxspeed_kmh(text, ROAD.implicit) == speed


@pytest.mark.parametrize("text", ["fast", "CN:moon", "60 furlongs", "1e9", "60,5", "nan", "inf"])
def test_a_maxspeed_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        maxspeed_kmh(text, ROAD.implicit)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("25", 25.0), ("1:30", 90.0), ("01:30:00", 90.0), ("PT45M", 45.0), ("PT2H", 120.0)],
)
def test_a_duration_is_read(text: str, minutes: float) -> None:
    assert duration_min(text) == minutes


@pytest.mark.parametrize("text", ["", "0", "00:00", "soon", "P1D", "-5"])
def test_a_duration_that_is_none_is_nan(text: str) -> None:
    assert math.isnan(duration_min(text))


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({}, 0),
        ({"oneway": "yes"}, 1),
        ({"oneway": "1"}, 1),
        ({"oneway": "-1"}, -1),
        ({"oneway": "reverse"}, -1),
        ({"oneway": "no"}, 0),
        ({"oneway": "reversible"}, 0),
        ({"junction": "roundabout"}, 1),
        ({"junction": "circular"}, 1),
        ({"highway": "motorway"}, 1),
        ({"highway": "motorway", "oneway": "no"}, 0),
        ({"highway": "motorway", "oneway": "-1"}, -1),
        ({"highway": "motorway_link"}, 0),
    ],
)
def test_direction(tags: dict[str, str], direction: int) -> None:
    assert _way(**{"highway": "primary", **tags}).direction == direction


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"access": "no"}, "access"),
        ({"access": "private"}, "access"),
        ({"motor_vehicle": "no"}, "access"),
        ({"access": "yes", "motorcar": "private"}, "access"),
        ({"area": "yes"}, "area"),
        ({"highway": "footway"}, "class"),
        ({"highway": "construction"}, "class"),
        ({"highway": "service"}, "class"),
    ],
)
def test_a_way_is_left_out_for_one_reason(tags: dict[str, str], reason: str) -> None:
    assert read_tags({"highway": "primary", **tags}, ROAD) == reason


def test_the_more_specific_access_rules() -> None:
    assert _way(highway="primary", access="no", motor_vehicle="yes").mode == "road"
    assert _way(highway="primary", access="destination").mode == "road"


@pytest.mark.parametrize(
    ("tags", "mode", "name"),
    [
        ({"highway": "motorway"}, "expressway", "motorway"),
        ({"highway": "motorway_link"}, "expressway", "motorway_link"),
        ({"highway": "trunk"}, "road", "trunk"),
        ({"route": "ferry"}, "ferry", "ferry"),
        ({"railway": "rail", "highspeed": "yes"}, "hsr", "highspeed"),
        ({"railway": "rail", "highspeed": "yes", "service": "siding"}, "hsr", "siding"),
        ({"railway": "rail", "usage": "main"}, "rail", "main"),
        ({"railway": "rail"}, "rail", "rail"),
    ],
)
def test_mode_and_class(tags: dict[str, str], mode: str, name: str) -> None:
    way = _way(**tags)
    assert (way.mode, way.osm_class) == (mode, name)


@pytest.mark.parametrize("railway", ["subway", "tram", "construction", "platform"])
def test_other_rails_are_other(railway: str) -> None:
    assert read_tags({"railway": railway}, RAIL) == "other"


@pytest.mark.parametrize(
    ("tag", "basis"),
    [
        ("60", "tag"),
        ("CN:rural", "implicit"),
        ("", "class"),
        ("none", "class"),
        ("900", "implausible"),
        ("0", "implausible"),
        ("-5", "implausible"),
        ("9" * 400, "implausible"),
        ("?", "unread"),
    ],
)
def test_the_basis_of_a_speed_is_said(tag: str, basis: str) -> None:
    way = _way(highway="primary", maxspeed=tag)
    assert way.speed_basis == basis
    assert way.speed_tag == (tag if basis in {"implausible", "unread"} else "")
    assert 5 <= way.speed_kmh <= 140


def test_names_prefer_chinese() -> None:
    way = _way(
        highway="primary", name="Renmin Lu", **{"name:zh": "人民路", "name:en": "People Road"}
    )
    assert (way.name_zh, way.name_en) == ("人民路", "People Road")


def test_own_speeds_need_every_class_taken() -> None:
    own = rules("road", speeds={"motorway": 110, "FI:urban": 50}, classes=["motorway"])
    assert own.speeds == {"motorway": 110.0}
    assert own.implicit["FI:urban"] == 50.0
    mine = rules("road", speeds={"motorway": 110, "IT:urban": 45, "DE:rural": 90}, classes=[])
    assert (mine.implicit["IT:urban"], mine.implicit["DE:rural"]) == (45.0, 90.0)
    with pytest.raises(ArgumentError, match=r"no speed.*trunk"):
        rules("road", speeds={"motorway": 110}, classes=["motorway", "trunk"])


@pytest.mark.parametrize("speed", [0.0, -1.0, math.inf, math.nan])
def test_an_own_speed_must_be_positive(speed: float) -> None:
    with pytest.raises(ArgumentError, match="positive"):
        rules("road", speeds={"motorway": speed}, classes=["motorway"])


def test_a_typo_is_offered_the_nearest() -> None:
    with pytest.raises(ArgumentError, match="'motorway'"):
        rules("road", classes=["motoway"])
    with pytest.raises(ArgumentError, match="'rail'"):
        rules("rails")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="'cn'"):
        rules("road", speeds="cnn")
