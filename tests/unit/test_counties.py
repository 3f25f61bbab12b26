"""A region may be of counties: they stand for themselves, not for their prefectures."""

import re
from pathlib import Path

import pytest

from yrdgeo.errors import StudyError
from yrdgeo.pipeline import check_input
from yrdgeo.sources.boundaries import load_cities
from yrdgeo.sources.regions import load_region
from yrdgeo.study import load_study

REGION = """
[region]
id = "nanjing"
level = "county"
name_zh = "南京各区"
name_en = "Districts of Nanjing"
centre = "玄武"
cores = ["320102", "江宁"]
crs_area = "EPSG:6933"
members = ["320102", "320104", "320105", "320106", "320111", "320113", "320114", "320115"]
"""
STUDY = """
[study]
name = "nanjing"
region = "nanjing.toml"
year = 2020
indicators = ["gdp"]

[network]
modes = ["road"]

[[indicator]]
path = "gdp.csv"
indicator = "gdp"
unit = "亿元"

[[measure]]
id = "gdp_within_60_min"
measure = "cumulative"
opportunities = "gdp"
mode = "road"
cutoff_min = 60
leave_out = ["浦口"]

[pairs]
path = "pairs.csv"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "nanjing.toml").write_text(REGION, encoding="utf-8")
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "gdp.csv").write_text(
        "区,2020\n江宁,2500\n玄武,1100\n秦淮,1200\n建邺,1100\n鼓楼区（南京）,1800\n浦口,440\n"
        "栖霞区,1500\n雨花台,900\n",
        encoding="utf-8",
    )
    (tmp_path / "pairs.csv").write_text("helper,helped\n玄武区,江宁区\n", encoding="utf-8")
    return tmp_path


def test_a_study_of_counties_takes_their_polygons_values_and_pairs(folder: Path) -> None:
    study = load_study(folder / "study.toml")
    assert study.region.level == "county"
    assert study.cities.loc["320106", ["name_zh", "province_en"]].tolist() == ["鼓楼区", "Jiangsu"]
    assert study.values("gdp")["320115"] == 2500
    assert study.pairs[["helper_city", "helped_city"]].to_numpy().tolist() == [["320102", "320115"]]
    assert study.core("栖霞区") == "320113"
    assert not study.groups["group_id"].str.startswith("province_").any()
    assert len(study.network(modes=["road"]).links) > 0


def test_a_prefecture_is_no_member_of_a_region_of_counties(folder: Path) -> None:
    path = folder / "nanjing.toml"
    path.write_text(REGION.replace('"320105"', '"320500"'), encoding="utf-8")
    with pytest.raises(StudyError, match=r"320500.* is not a county-level unit"):
        load_region(path)
    path.write_text(REGION.replace('"county"', '"town"'), encoding="utf-8")
    with pytest.raises(StudyError, match=r"'level' is not legal.*town"):
        load_region(path)


def test_region_files_and_files_of_counties_can_be_checked(folder: Path) -> None:
    lines = check_input(str(folder / "nanjing.toml"))
    assert lines[0] == "region nanjing: 8 members, level county"
    table = load_cities(["320102", "320115"], level="county")[0].reset_index()
    table[["adcode", "geometry"]].to_file(folder / "counties.gpkg")
    assert check_input(str(folder / "counties.gpkg"))[0] == "counties: 2 rows, EPSG:4326"
    rows = "区县,年份,指标,数值,单位\n江宁,2020,地区生产总值,2500,亿元\n"
    (folder / "values.csv").write_text(rows, encoding="utf-8")
    assert check_input(str(folder / "values.csv")) == [
        "indicators: 1 rows, 1 counties matched, 0 rows of others"
    ]


def test_the_region_of_the_docs_is_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "regions.md").read_text(encoding="utf-8")
    path = tmp_path / "nanjing.toml"
    path.write_text(re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)[0], encoding="utf-8")
    region = load_region(path)
    assert (len(region.members), region.centre, len(region.waters)) == (8, "320100", 1)
    assert f"{len(load_region('china').members)} units" in page
