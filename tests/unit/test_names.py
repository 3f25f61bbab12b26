"""Whatever people write becomes one adcode, or an error that says what to write instead."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.errors import ArgumentError, PlaceError
from yrdgeo.sources.names import fold, resolve, resolve_all, resolve_column
from yrdgeo.sources.places import explained, place, places, prefecture_of, rows

CITIES = rows("cities.csv")
TRADITIONAL = (
    *("上海", "南京", "無錫", "徐州", "常州", "蘇州", "南通", "連雲港", "淮安"),
    *("鹽城", "揚州", "鎮江", "泰州", "宿遷", "杭州", "寧波", "溫州", "嘉興"),
    *("湖州", "紹興", "金華", "衢州", "舟山", "臺州", "麗水", "合肥", "蕪湖"),
    *("蚌埠", "淮南", "馬鞍山", "淮北", "銅陵", "安慶", "黃山", "滁州", "阜陽"),
    *("宿州", "六安", "亳州", "池州", "宣城"),
)


@pytest.mark.parametrize(
    "written",
    [
        *("320500", 320500, 320500.0, np.int64(320500), np.float64(320500.0), "320500.0"),
        *("320500000000", "156320500", "３２０５００", "320,500", "3205", "'320500"),
        *("苏州", "苏州市", "蘇州", " 苏 州 市\n", "\ufeff苏州", "苏州地区", "苏州*"),
        *("江苏省苏州市", "江苏苏州", "中国江苏省苏州市", "苏州（江苏）", "苏州市，江苏省"),
        *("Suzhou, Jiangsu", "suzhou (JIANGSU)", "Jiangsu Suzhou", "Suzhou City, Jiangsu, China"),
        *("Suzhou Shi, Jiangsu Sheng", "Soochow", "SOOCHOW CITY", "苏州 Suzhou", "Suzhou(苏州市)"),
        *("320500 苏州市", "苏州市(320500)", "苏州\n320500"),
    ],
)
def test_everything_people_write_for_suzhou_in_jiangsu_is_320500(written: object) -> None:
    assert resolve(written) == "320500"


@pytest.mark.parametrize(
    ("written", "adcode"),
    [
        ("Suzhou (Anhui)", "341300"),
        ("Suzhou City, Anhui Province, P.R. China", "341300"),
        ("安徽宿州", "341300"),
        ("Taizhou Zhejiang", "331000"),
        ("Taizhou, Jiangsu", "321200"),
        ("Huai'an", "320800"),
        ("Huai’an", "320800"),
        ("HUAIAN", "320800"),
        ("huai-an shi", "320800"),
        ("Lu'an", "341500"),
        ("Luan", "341500"),
        ("Ma’anshan", "340500"),
        ("Ma An Shan", "340500"),
        ("Nanking", "320100"),
        ("Hangchow", "330100"),
        ("Chinkiang", "321100"),
        ("Ningpo", "330200"),
        ("Shanghai Municipality", "310000"),
        ("上海市市辖区", "310000"),
        ("310100", "310000"),
        ("Zhenjiang", "321100"),
        ("Lishui", "331100"),
        ("Fuyang", "341200"),
        ("Xi'an", "610100"),
        ("Xian Shi", "610100"),
        ("Xi'an, Shaanxi", "610100"),
        ("Ürümqi", "650100"),
        ("延边", "222400"),
        ("吉林市", "220200"),
        ("Huangshi", "420200"),
    ],
)
def test_a_name_becomes_the_one_city_it_means(written: str, adcode: str) -> None:
    assert resolve(written) == adcode


@pytest.mark.parametrize(
    ("traditional", "row"), list(zip(TRADITIONAL, CITIES, strict=True)), ids=TRADITIONAL
)
def test_every_city_is_known_in_traditional_characters(
    traditional: str, row: dict[str, str]
) -> None:
    assert resolve(traditional) == resolve(f"{traditional}市") == row["adcode"]


@pytest.mark.parametrize("written", ["Suzhou", "suzhou shi", "SUZHOU CITY", "Suzhoushi", "suzhou*"])
def test_bare_suzhou_is_refused_with_both_cities_and_codes(written: str) -> None:
    with pytest.raises(PlaceError) as refused:
        resolve(written)
    for part in ("320500", "341300", "苏州", "宿州", "Suzhou, Jiangsu"):
        assert part in str(refused.value)


def test_bare_taizhou_is_refused_even_where_only_one_of_both_is_legal() -> None:
    with pytest.raises(PlaceError, match=r"泰州.*321200.*台州.*331000"):
        resolve("taizhou", among=["321200"])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("毫州", "亳州"),
        ("Hanghzou", "杭州市 Hangzhou"),
        ("Nanjin", "南京市 Nanjing"),
        ("杭洲", "杭州市 Hangzhou"),
        ("Cebu City", "宿州市 Suzhou"),
        ("Jiaying", "嘉兴市 Jiaxing"),
        ("巢湖市", r"2011-08-22.*Hefei.*Wuhu.*Ma'anshan"),
        ("341400", "abolished on 2011-08-22"),
        ("341400000000", "abolished on 2011-08-22"),
        ("安徽省巢湖市", "abolished on 2011-08-22"),
        ("Chaohu", "abolished on 2011-08-22"),
        ("淮阴市", "renamed"),
        ("徽州", "341000"),
        ("通州", r"通州区.*Nantong"),
        ("溧水", r"溧水区 Lishui \(320117\) in Nanjing"),
        ("Lishui District", "320117"),
        ("富阳", "330111"),
        ("Fuyang District", "330111"),
        ("屯溪", r"屯溪区 Tunxi \(341002\) in Huangshan"),
        ("Zhejiang", "浙江省"),
        ("江苏省", "320000"),
        ("310112", "闵行区"),
        ("320501", "urban districts"),
        ("苏州市辖区", "urban districts of 苏州"),
        ("合计", "total"),
        ("吉林", r"吉林省.*吉林市"),
        ("Changchow", r"常州市.*漳州市"),
        ("宿州 Suzhou, Jiangsu", "different places"),
        ("320500 宿州", "different places"),
        ("3.205E+11", r"signs \+"),
        ("", "empty"),
        ("nan", "empty"),
        (None, "empty"),
        (float("nan"), "empty"),
        (pd.NA, "empty"),
        (True, "'True'"),
        (-320500, "signs -"),
        (320500.5, "six digits"),
        ("苏州工业园区", "not a city"),
        ("<b>苏州</b>", "not"),
        ("{{ 7*7 }}", "not"),
        ("苏州 宿州", "not a city"),
        ("苏" * 100_000, "100000 characters"),
    ],
)
def test_what_is_not_one_city_is_refused_and_explained(written: object, said: str) -> None:
    with pytest.raises(PlaceError, match=said):
        resolve(written)


@pytest.mark.parametrize(
    ("written", "adcode"),
    [
        ("闵行", "310112"),
        ("閔行區", "310112"),
        ("Minhang District, Shanghai", "310112"),
        ("310112", "310112"),
        ("310112000000", "310112"),
        ("南京鼓楼区", "320106"),
        ("Gulou, Xuzhou", "320302"),
        ("江苏省无锡市江阴市", "320281"),
        ("Lishui", "320117"),
        ("巢湖市", "340181"),
    ],
)
def test_counties_are_resolved_when_counties_are_asked_for(written: str, adcode: str) -> None:
    assert resolve(written, level="county") == adcode


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("鼓楼区", r"320106.*320302"),
        ("普陀区", r"310107.*330903"),
        ("闸北区", r"静安区 Jing'an \(310106\)"),
        ("340823", "340722"),
        ("苏州", "320500"),
    ],
)
def test_a_county_that_is_not_one_is_explained(written: str, said: str) -> None:
    with pytest.raises(PlaceError, match=said):
        resolve(written, level="county")


def test_any_level_takes_a_bare_name_for_the_city_and_explains_an_abolished_one() -> None:
    found = [resolve(name, level="any") for name in ("江苏省", "闵行区", "Lishui", "Dalian")]
    assert found == ["320000", "310112", "331100", "210200"]
    with pytest.raises(PlaceError, match="2011-08-22"):
        resolve("巢湖", level="any")


def test_an_unknown_level_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(ArgumentError, match="'county'"):
        resolve("闵行", level="countie")  # type: ignore[arg-type]


def test_a_city_outside_the_region_is_refused_by_name() -> None:
    with pytest.raises(PlaceError, match=r"深圳市 Shenzhen \(440300\).*2 places"):
        resolve("深圳", among=["320500", "341300"])


def test_a_column_is_resolved_or_refused_with_every_row() -> None:
    assert resolve_all(["上海", 320100.0], source="a.csv", column="city") == ["310000", "320100"]
    with pytest.raises(PlaceError) as refused:
        resolve_all(["上海", "毫州", "", "Suzhou"], source="a.csv", column="city")
    lines = str(refused.value).splitlines()
    assert lines[0] == "a.csv: 3 problems"
    assert [line.split(",")[0] for line in lines[1:]] == ["  row 3", "  row 4", "  row 5"]


def test_a_column_keeps_its_length_beside_its_problems() -> None:
    codes, problems = resolve_column(["Suzhou", "合肥"], "city")
    assert codes == ["", "340100"]
    assert [problem.row for problem in problems] == [2]


def test_folding_takes_width_case_accents_and_hidden_signs_away() -> None:
    assert fold("\u202eＬü’ＡＮ　廬\u200b州") == "lu'an 庐州"


def test_the_gazetteer_has_the_delta_whole() -> None:
    prefixes = ("31", "32", "33", "34")
    cities = [code for code in places("prefecture") if code.startswith(prefixes)]
    counties = [code for code in places("county") if code.startswith(prefixes)]
    assert (len(cities), len(counties)) == (41, 305)
    assert cities == [row["adcode"] for row in CITIES]
    assert all(places("county")[code].name_en for code in counties)


def test_the_two_tables_of_cities_say_the_same() -> None:
    for row in CITIES:
        known = place(row["adcode"])
        assert (row["name_zh"], row["name_en"]) == (known.name_zh, known.name_en)
        assert known.seat == (float(row["seat_lon"]), float(row["seat_lat"]))


def test_every_county_has_a_known_parent() -> None:
    cities = places("prefecture")
    assert {unit.parent for unit in places("county").values()} <= set(cities)
    assert prefecture_of("419001") == "419001"
    with pytest.raises(PlaceError, match="province"):
        prefecture_of("320000")


def test_what_became_of_old_units_is_known_today() -> None:
    for note in explained():
        assert all(place(code) for code in note.successors)


def test_no_alias_takes_the_name_of_a_place() -> None:
    official = {unit.name_en for unit in places("prefecture").values()}
    assert not official & {row["alias"] for row in rows("aliases.csv")}
