"""A study asks what can be answered, or hears every reason why not before anything is computed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yrdgeo import travel_times
from yrdgeo.errors import StudyError, YrdGeoError
from yrdgeo.pipeline import check_input, run_study
from yrdgeo.pipeline.caveats import caveats
from yrdgeo.sources.notices import Notice
from yrdgeo.study import load_study

HEAD = '[study]\nname = "mine"\nregion = "yrd"\nyear = 2022\nindicators = ["gdp"]\n'
ROAD = '[network]\nmodes = ["road"]\n'


def measure(name: str, more: str = "") -> str:
    return f'[[measure]]\nid = "m_{name}"\nmeasure = "{name}"\n{more}\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD.replace('"gdp"', '"gpd"'), "is not an indicator .found 'gpd'.*'gdp'"),
        (HEAD.replace('["gdp"]', "[]"), "there is nothing to map"),
        (HEAD.replace("2022", "1950"), "has too few values in 1950"),
        (HEAD + '[network]\nrail_model = "slow"\n', "no rail model 'slow'"),
        (HEAD + measure("gravity", 'opportunities = "gdp"\nn = 2'), "n': is no option of"),
        (HEAD + measure("cumulative", 'opportunities = "gdp"\ndecay = {}'), "is no option of"),
        (HEAD + measure("gravity"), "opportunities': is missing"),
        (HEAD + measure("closest", 'opportunities = "gdp"'), "nothing that 'closest' takes"),
        (HEAD + measure("balancing_time", 'opportunities = "gdp"'), "demand': is missing"),
        (
            HEAD + measure("gravity", 'opportunities = "gdp"\ndecay = { name = "expo" }'),
            "no known name",
        ),
        (
            HEAD
            + measure("gravity", 'opportunities = "gdp"\ndecay = { name = "linear", rate = 1 }'),
            "It takes cutoff_min",
        ),
        (HEAD + measure("closest").replace("m_closest", "gdp"), "the id of an indicator"),
        (HEAD + measure("closest", 'leave_out = ["Beijing"]'), "leave_out': 'Beijing'"),
        (HEAD + ROAD + '[[gradient]]\nvalues = "gdp"\nby = "rail"\n', "no such times"),
        (HEAD + '[[gradient]]\nvalues = "gpd"\n', "no indicator or measure"),
        (HEAD + '[[gradient]]\nvalues = "gdp"\n' * 2, "repeats an earlier gradient"),
        (HEAD + '[publish]\ncrs = "EPSG:999999"\n', "no coordinate reference system"),
        (HEAD + '[publish]\ncrs = "EPSG:5703"\n', "no coordinate reference system"),
    ],
)
def test_what_cannot_be_answered_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        check_input(str(written(tmp_path, text)))


def test_every_wrong_question_is_named_at_once(tmp_path: Path) -> None:
    text = HEAD + measure("gravity", "n = 2") + '[[gradient]]\nvalues = "x"\nfrom = "Beijing"\n'
    with pytest.raises(StudyError, match="4 problems"):
        check_input(str(written(tmp_path, text)))


def test_a_measure_with_supply_and_demand_runs(tmp_path: Path) -> None:
    asks = 'opportunities = "gdp"\ndemand = "gdp"\nleave_out = ["Zhoushan"]'
    more = 'opportunities = "gdp"\nlower_min = 30\nupper_min = 90\nstep_min = 30'
    text = HEAD + ROAD + measure("floating_catchment", asks) + measure("cumulative_interval", more)
    run = run_study(load_study(written(tmp_path, text)), tmp_path, formats=["tables"])
    values = run.results.set_index(["layer_id", "adcode"])["value"]
    gdp = values["gdp"]
    # Shared-out supply is all supply: the sum of demand times ratio is the sum of supply.
    shared = (gdp * values["m_floating_catchment"]).sum()
    assert shared == pytest.approx(gdp.drop("330900").sum())
    assert (values["m_cumulative_interval"] >= gdp).all()


def test_a_file_that_covers_a_part_says_which(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("city,gdp,year,unit\n苏州,1,2022,亿元\n北京,2,2022,亿元\n")
    study = load_study(written(tmp_path, HEAD + '[[indicator]]\npath = "own.csv"\n'))
    told = "\n".join(study.warnings)
    assert "own.csv has no rows of Shanghai, Nanjing, Wuxi and 37 more." in told
    assert "rows of 110000 are no cities of the region" in told
    assert study.values("gdp")["320500"] == 1.0
    assert set(study.indicators["adcode"]) <= set(study.cities.index)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("own.csv", b"city,gdp,year,unit\n", "no rows below its header"),
        ("own.csv", b"\xff\xfea", "neither UTF-8"),
    ],
)
def test_a_file_without_values_is_refused(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(YrdGeoError, match=said):
        load_study(written(tmp_path, HEAD + f'[[indicator]]\npath = "{name}"\n'))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("helper,helped\n北京,宿州\n", "outside the region"),
        ("helper,helped\n苏州,宿州,南京,滁州\n", "more cells than the header"),
        ("helper,helped\n苏州,宿州\n320500,341300\n", "row 3.*repeats an earlier pair"),
        ("helper,helper,helped\n苏州,苏州,宿州\n", "two columns 'helper'"),
        ("helper,helped\nx,宿州\n", "'x' is not a city, county or province"),
        ("helper,helped\n", "no rows"),
    ],
)
def test_pairs_that_cannot_be_are_refused(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "pairs.csv").write_text(content, encoding="gb18030")
    with pytest.raises(YrdGeoError, match=said):
        check_input(str(written(tmp_path, HEAD + '[pairs]\npath = "pairs.csv"\n')))


def test_a_link_that_nothing_travels_on_is_refused(tmp_path: Path) -> None:
    nodes = "node_id,lon,lat,name_zh\n310000,121.469,31.232,上海\n320500,120.58,31.3,苏州\n"
    links = "link_id,from_node,to_node,mode,length_km,speed_kmh\na,310000,320500,teleport,90,80\n"
    (tmp_path / "nodes.csv").write_text(nodes, encoding="gb18030")
    (tmp_path / "links.csv").write_text(links)
    own = '[network]\nnodes = "nodes.csv"\nlinks = "links.csv"\n'
    with pytest.raises(YrdGeoError, match="row 2, column 'mode': is no mode of travel"):
        load_study(written(tmp_path, HEAD + own))


def test_a_parquet_table_of_values_is_checked_as_one(tmp_path: Path) -> None:
    table = pd.DataFrame({"city": ["苏州"], "gdp": [1.0], "year": [2022], "unit": ["亿元"]})
    table.to_parquet(tmp_path / "own.parquet")
    assert check_input(str(tmp_path / "own.parquet"))[0].startswith("indicators: 1 rows")


def test_a_study_brings_indicators_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        '[rd]\nzh = "研发经费"\nen = "R&D"\nunit = "1e8 CNY"\nkind = "extensive"\n'
        '[rd_to_gdp]\nzh = "研发强度"\nen = "R&D over GDP"\nunit = "%"\nkind = "intensive"\n'
        'numerator = ["rd"]\ndenominator = ["gdp"]\n',
        encoding="utf-8",
    )
    (tmp_path / "rd.csv").write_text("城市,2022年研发经费（万元）\n合肥,5000000\n", "utf-8")
    head = HEAD.replace('["gdp"]', '["gdp", "rd_to_gdp"]') + 'catalogue = "own.toml"\n'
    study = load_study(written(tmp_path, head + '[[indicator]]\npath = "rd.csv"\n'))
    assert study.values("rd")["340100"] == 500.0
    share = study.values("rd_to_gdp")
    assert share["340100"] == pytest.approx(100 * 500.0 / study.values("gdp")["340100"])
    assert "user_catalogue" in set(study.sources["source_id"])
    said = ["catalogue: 2 indicators, 1 of them computed"]
    assert check_input(str(tmp_path / "own.toml")) == said


def test_columns_that_nobody_reads_are_told(tmp_path: Path) -> None:
    text = "城市,2022年GDP（亿元）,2022年财政收入（亿元）\n合肥,12013,900\n"
    (tmp_path / "own.csv").write_text(text, encoding="utf-8")
    said = "own.csv: the columns 2022年财政收入（亿元） are no indicators that are known"
    study = load_study(written(tmp_path, HEAD + '[[indicator]]\npath = "own.csv"\n'))
    assert any(text.startswith(said) for text in study.warnings)
    assert any("财政收入" in line for line in check_input(str(tmp_path / "own.csv")))


def test_who_lacks_an_input_hears_which(tmp_path: Path) -> None:
    region = tmp_path / "prd.toml"
    region.write_text(
        '[region]\nid = "ring"\nname_zh = "圈"\nname_en = "Ring"\nmembers = ["南京", "镇江"]\n'
        'centre = "南京"\ncores = ["南京"]\ncrs_area = "EPSG:6933"\n',
        encoding="utf-8",
    )
    text = HEAD.replace('"yrd"', '"prd.toml"').replace("2022", "2021").replace("gdp", "rd_share")
    (tmp_path / "own.toml").write_text(
        '[rd]\nzh = "研"\nen = "R"\nunit = "1e8 CNY"\nkind = "extensive"\n'
        '[rd_share]\nzh = "比"\nen = "S"\nunit = "%"\nkind = "intensive"\n'
        'numerator = ["rd"]\ndenominator = ["gdp"]\n',
        encoding="utf-8",
    )
    (tmp_path / "rd.csv").write_text("城市,2020年研（亿元）\n南京,5\n", encoding="utf-8")
    own = 'catalogue = "own.toml"\n' + ROAD + '[[indicator]]\npath = "rd.csv"\n'
    with pytest.raises(StudyError, match=r"in 2021 there are rd \(0 of 2\), gdp \(1 of 2\)"):
        check_input(str(written(tmp_path, text + own)))


def test_years_that_divide_by_older_figures_are_told() -> None:
    study = load_study("yrd")
    layers = pd.DataFrame({"layer_id": ["gdp_per_capita"], "year": [2022]})
    rows = [(year, "310000") for year in (2015, 2020, 2022)]
    results = pd.DataFrame(rows, columns=["year", "adcode"]).assign(
        layer_id="gdp_per_capita", scenario="", value=1.0
    )
    said = caveats(study, results, layers, {})
    english = "GDP per head: the denominator is of 2010 in 2015."
    assert Notice(english, "人均地区生产总值：分母2015年采用2010年数据。") in said


def test_a_region_elsewhere_has_no_trains_unless_it_brings_them(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"no embedded railways.*modes = \[\"road\"\]"):
        load_study(written(tmp_path, HEAD.replace('"yrd"', '"jjj"')))


def test_cities_of_the_delta_travel_as_in_the_delta(tmp_path: Path) -> None:
    (tmp_path / "circle.toml").write_text(
        '[region]\nid = "circle"\nname_zh = "圈"\nname_en = "Circle"\ncrs_area = "EPSG:6933"\n'
        'members = ["滁州", "南京", "芜湖"]\ncentre = "南京"\ncores = ["南京"]\n',
        encoding="utf-8",
    )
    circle = load_study(written(tmp_path, HEAD.replace('"yrd"', '"circle.toml"')))
    places = list(circle.cities.index)
    for modes in (["rail"], ["road"]):
        there, here = (
            travel_times(study.network(date="2022", modes=modes), places).minutes
            for study in (load_study("yrd"), circle)
        )
        assert np.isfinite(here).all()
        np.testing.assert_array_equal(here, there)
