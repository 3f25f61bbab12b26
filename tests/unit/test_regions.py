"""Regions, pairs and groups name only places that exist, and say where they are from."""

from pathlib import Path

import pandas as pd
import pytest

from yrdgeo.analysis.contiguity import edges
from yrdgeo.errors import ArgumentError, PlaceError, SourceError, StudyError, TableError
from yrdgeo.inputs import pairs_of
from yrdgeo.provenance import data_path, read_sources
from yrdgeo.sources.boundaries import load_cities
from yrdgeo.sources.places import place
from yrdgeo.sources.regions import (
    load_group_names,
    load_groups,
    load_pairs,
    load_region,
    read_pairs,
    shipped_regions,
)
from yrdgeo.spec import read_spec

SOURCES = read_sources(data_path("sources/pairs.toml"))
REGION = """
[region]
id = "two"
name_zh = "两城"
name_en = "Two cities"
centre = "苏州"
cores = ["苏州"]
crs_area = "EPSG:6933"
members = ["苏州", "341300"]
"""


def _region(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "two.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", shipped_regions())
def test_every_shipped_region_is_of_known_cities_with_sources(name: str) -> None:
    region = load_region(name)
    assert region.id == name
    assert {place(code).level for code in region.members} == {"prefecture"}
    assert {region.centre, *region.cores} <= set(region.members)
    ids = [region.source_id, region.cores_source_id]
    ids += [
        row["source_id"] for row in (*region.bridges, *region.bridges_not_counted, *region.waters)
    ]
    assert set(ids) <= set(SOURCES)


def test_the_delta_is_the_41_shipped_cities_and_its_cores_are_the_plan_of_2016() -> None:
    region = load_region("yrd")
    assert list(region.members) == load_cities()[0].index.to_list()
    assert region.centre == region.cores[0] == "310000"
    assert set(region.cores[1:]) == {"320100", "330100", "340100", "320500", "330200"}


def test_the_declared_bridge_joins_zhoushan_to_ningbo_only() -> None:
    region = load_region("yrd")
    found = edges(load_cities(region.members)[0], bridges=region.bridges)
    assert found["kind"].value_counts().to_dict() == {"land": 99, "bridge": 1}
    bridge = found[found["kind"] == "bridge"].iloc[0]
    assert {bridge["from_id"], bridge["to_id"]} == {"330200", "330900"}
    assert region.bridges_not_counted[0]["name_zh"] == "东海大桥"


def test_a_region_file_may_name_its_cities(tmp_path: Path) -> None:
    region = load_region(_region(tmp_path, REGION))
    assert (region.members, region.cores, region.bridges) == (("320500", "341300"), ("320500",), ())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("centre", "center", r"unknown key \(found 'center'\)\. Did you mean 'centre'"),
        ("[region]", "[regoin]", "Did you mean 'region'"),
        ('"苏州", "341300"', '"Suzhou", "341300"', "names more than one place"),
        ('"苏州", "341300"', '"苏州", "320500"', "names a city twice"),
        ('cores = ["苏州"]', 'cores = ["南京"]', "320100.*Add it to 'members'"),
        ('cores = ["苏州"]', 'cores = "苏州"', "'cores' must be a list"),
        ("EPSG:6933", "EPSG:3857", "not known to be equal-area"),
        ("EPSG:6933", "EPSG:99999999", "no coordinate reference system"),
        ("[region]", "region", "no TOML"),
    ],
)
def test_a_wrong_region_file_is_explained(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        load_region(_region(tmp_path, REGION.replace(old, new, 1)))


def test_a_wrong_bridge_is_explained_with_everything_else(tmp_path: Path) -> None:
    bridge = '[[bridge]]\nfrom = "南京"\nto = "南京"\n'
    with pytest.raises(StudyError) as refused:
        load_region(_region(tmp_path, REGION.replace("EPSG:6933", "EPSG:3857") + bridge))
    for part in ("two.toml: 3 problems", "to itself", "320100", "equal-area"):
        assert part in str(refused.value)


def test_waters_of_the_delta_are_borders_of_its_cities() -> None:
    region = load_region("yrd")
    found = edges(load_cities(region.members)[0], waters=region.waters)
    counted = found["kind"].value_counts().to_dict()
    assert counted == {"land": 88, "river": 8, "sea": 2, "lake": 1}
    wet = set(
        zip(*(found.loc[found["kind"].eq("sea"), end] for end in ("from_id", "to_id")), strict=True)
    )
    assert wet == {("330200", "330400"), ("330400", "330600")}


def test_a_wrong_water_is_explained(tmp_path: Path) -> None:
    water = '[[water]]\nfrom = "苏州"\nto = "341300"\nkind = "swamp"\n'
    with pytest.raises(StudyError, match="no kind of water"):
        load_region(_region(tmp_path, REGION + water))


def test_an_unknown_region_is_answered_with_the_nearest() -> None:
    with pytest.raises(StudyError, match="Did you mean 'yrd'"):
        load_region("yrdd")


def test_all_25_pairs_name_known_places_and_sources() -> None:
    pairs = load_pairs()
    assert len(pairs) == 25
    assert set(pairs["source_id"]) <= set(SOURCES)
    assert set(pairs["confidence"]) <= {"high", "medium", "low", "unverified"}
    assert pairs["helper_zh"].ne("").all()
    assert pairs["helped_zh"].ne("").all()


def test_the_eight_twinned_pairs_are_those_of_december_2021() -> None:
    pairs = load_pairs("northern_anhui_twinning_2021").set_index("helped_zh")
    assert pairs["helper_zh"].to_dict() == {
        "淮南市": "闵行区",
        "六安市": "松江区",
        "亳州市": "奉贤区",
        "滁州市": "南京市",
        "阜阳市": "苏州市",
        "淮北市": "徐州市",
        "宿州市": "杭州市",
        "蚌埠市": "宁波市",
    }
    districts = pairs[pairs["helper_level"] == "county"]
    assert set(districts["helper_city"]) == {"310000"}
    assert set(pairs["since"]) == {"2021-12-08"}


def test_dalian_is_paired_with_shanghai_and_harbin_with_shenzhen() -> None:
    pairs = load_pairs("northeast_counterpart_2017").set_index("helped_en")["helper_en"]
    assert (pairs["Dalian"], pairs["Harbin"], pairs["Liaoning"]) == (
        "Shanghai",
        "Shenzhen",
        "Jiangsu",
    )


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'enclave'"):
        load_pairs("enclaves")


def test_groups_name_known_places_sources_and_names() -> None:
    groups, names = load_groups(), load_group_names()
    assert set(groups["group_id"]) == set(names.index)
    assert set(groups["source_id"]) | set(names["source_id"]) <= set(SOURCES)
    recalled = groups[groups["source_id"] == "recalled"]
    assert set(recalled["confidence"]) == {"unverified"}
    counts = groups["group_id"].value_counts()
    assert (counts["yrd41"], counts["yrd27"], counts["yrd26"]) == (41, 27, 26)


def test_northern_anhui_is_six_cities_in_statistics_and_eight_in_the_plan() -> None:
    members = load_groups().groupby("group_id")["member_id"].agg(set)
    assert members["twin_helped8"] - members["north_anhui6"] == {"341100", "341500"}
    assert members["north_anhui6"] < members["twin_helped8"]
    assert members["twin_helped8"] == set(load_pairs("northern_anhui_twinning_2021")["helped_id"])


def test_groups_of_some_cities_keep_their_counties() -> None:
    groups = load_groups(["310000"])
    assert set(groups["member_city"]) == {"310000"}
    assert "310117" in set(groups["member_id"])


def test_a_file_of_pairs_may_be_in_words_and_gbk(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    text = "帮扶方,受帮扶方,since,memo\n闵行区,淮南,2021-12,=1+1\n南京,滁州市,,<b>\n"
    path.write_bytes(text.encode("gb18030"))
    pairs = read_pairs(path)
    assert pairs["helper_id"].to_list() == ["310112", "320100"]
    assert pairs["helper_city"].to_list() == ["310000", "320100"]
    assert pairs["pair_id"].to_list() == ["mine_1", "mine_2"]
    assert pairs["memo"].to_list() == ["=1+1", "<b>"]


def test_every_wrong_end_of_a_file_of_pairs_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("helper,helped\nSuzhou,毫州\n南京,南京\n", encoding="utf-8")
    with pytest.raises(PlaceError) as refused:
        read_pairs(path)
    text = str(refused.value)
    for part in ("3 problems", "row 2, column 'helped'", "row 2, column 'helper'", "with itself"):
        assert part in text


@pytest.mark.parametrize(
    ("content", "said"),
    [("a,b\n1,2\n", "no column for helper"), ("", "no header"), ("helper\n南京\n", "for helped")],
)
def test_a_file_that_holds_no_pairs_is_refused(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=said):
        read_pairs(path)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("苏州,南京,partners,,\n南京,苏州,partners,,\n", "row 3, column 'helped_id': repeats"),
        ("苏州,南京,,,\n苏州,南京,,,\n", "row 3, column 'helped_id': repeats"),
        ("苏州,南京,,2021-12,2020\n", "row 2, column 'until': lies before 'since'"),
        ("苏州,南京,,2021,soon\n", "row 2, column 'until': is not a date"),
    ],
)
def test_pairs_named_twice_and_terms_that_end_too_soon_are_told(
    tmp_path: Path, rows: str, said: str
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(f"helper,helped,direction,since,until\n{rows}", encoding="utf-8")
    with pytest.raises(TableError, match=said):
        read_pairs(path)


def test_who_helps_each_other_in_turn_is_two_pairs_and_a_term_may_be_open(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    rows = "苏州,南京,,2021-12,2021\n南京,苏州,,2021,\n"
    path.write_text(f"helper,helped,direction,since,until\n{rows}", encoding="utf-8")
    assert read_pairs(path)["until"].to_list() == ["2021", ""]


def test_reading_pairs_gives_the_shipped_table_back(tmp_path: Path) -> None:
    path = tmp_path / "again.csv"
    shuffled = load_pairs().sample(frac=1, random_state=3)
    shuffled.to_csv(path, index=False, encoding="utf-8-sig")
    again = read_pairs(path).set_index("pair_id").reindex(load_pairs()["pair_id"])
    pd.testing.assert_frame_equal(
        again[["helper_city", "helped_city", "kind"]],
        load_pairs().set_index("pair_id")[["helper_city", "helped_city", "kind"]],
    )


def test_pairs_of_provinces_are_left_out_by_name_and_cities_stay(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    head = '[study]\nname = "mine"\nregion = "china"\nyear = 2020\n'
    path.write_text(head + '[pairs]\nscheme = "northeast_counterpart_2017"\n', encoding="utf-8")
    pairs, (notice,) = pairs_of(read_spec(path))
    ends = set(pairs[["helper_city", "helped_city"]].itertuples(index=False, name=None))
    assert ends == {
        ("110000", "210100"), ("310000", "210200"), ("120000", "220100"), ("440300", "230100"),
    }  # fmt: skip
    assert notice.en.startswith("3 of 7 pairs are of provinces and left out: Jiangsu–Liaoning")
    assert "广东省–黑龙江省" in notice.zh
    assert {"110000", "210100", "440300"} <= set(load_region("china").members)
