"""Scenarios open, close, speed up and add lines; what they do not name stays as it is."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from yrdgeo.errors import ArgumentError, StudyError, TableError
from yrdgeo.pipeline import run_study
from yrdgeo.routing.times import travel_times
from yrdgeo.study import Study, load_study

HEAD = '[study]\nname = "mine"\nregion = "yrd"\nyear = 2022\nindicators = ["gdp"]\n'
DAY = '[network]\nmodes = ["rail"]\ndate = "2022-12"\n'
NINGBO, ZHOUSHAN, SHANGHAI = "330200", "330900", "310000"


def study(folder: Path, scenario: str, *, network: str = DAY) -> Study:
    path = folder / "mine.toml"
    path.write_text(f'{HEAD}{network}[[scenario]]\nname = "what_if"\n{scenario}\n', "utf-8")
    return load_study(path)


def minutes(of: Study, start: str, end: str, scenario: str | None = None) -> float:
    network = of.network(modes=[of.modes[0]], scenario=scenario)
    return float(travel_times(network, [start], [end]).minutes[0, 0])


def test_a_line_under_construction_opens_in_the_scenario_only(tmp_path: Path) -> None:
    asked = study(tmp_path, 'open = ["甬舟铁路"]')
    assert np.isinf(minutes(asked, NINGBO, ZHOUSHAN))
    links = asked.network(scenario="what_if").links.set_index("link_id")
    path = links.loc[[f"access:{NINGBO}–宁波", "甬舟铁路:宁波–舟山", f"access:{ZHOUSHAN}–舟山"]]
    expected = (60 * path["length_km"] / path["speed_kmh"] + path["fixed_min"]).sum()
    assert minutes(asked, NINGBO, ZHOUSHAN, "what_if") == pytest.approx(expected, abs=1e-3)
    assert minutes(asked, NINGBO, SHANGHAI) == minutes(asked, NINGBO, SHANGHAI, "what_if")


def test_a_line_that_opens_later_can_be_opened_and_an_old_speed_stays_gone(tmp_path: Path) -> None:
    asked = study(tmp_path, 'open = ["沪苏湖高速铁路"]')
    before, after = (asked.network(scenario=name).links for name in (None, "what_if"))
    new = set(after["link_id"]) - set(before["link_id"])
    assert {link.split(":")[0] for link in new if not link.startswith("access")} == {
        "沪苏湖高速铁路"
    }


def test_closing_a_line_never_shortens_a_journey(tmp_path: Path) -> None:
    asked = study(tmp_path, 'close = ["宁杭高速铁路"]')
    assert minutes(asked, "320100", "330100", "what_if") > minutes(asked, "320100", "330100") + 5
    seats = list(asked.cities.index)
    base, what_if = (travel_times(asked.network(scenario=s), seats) for s in (None, "what_if"))
    assert (what_if.minutes >= base.minutes).all()


@pytest.mark.parametrize("name", ["hsr", "京沪高速铁路", "Beijing–Shanghai HSR"])
def test_a_faster_line_never_lengthens_a_journey(tmp_path: Path, name: str) -> None:
    asked = study(tmp_path, f'speed = {{ "{name}" = 400 }}')
    assert minutes(asked, "340300", "320500", "what_if") < minutes(asked, "340300", "320500")
    seats = list(asked.cities.index)
    base, what_if = (travel_times(asked.network(scenario=s), seats) for s in (None, "what_if"))
    assert (what_if.minutes <= base.minutes).all()


def test_all_roads_take_the_speed_of_their_mode(tmp_path: Path) -> None:
    road = DAY.replace("rail", "road")
    asked = study(tmp_path, "speed = { road = 170 }", network=road)
    base, what_if = (asked.network(scenario=name).links for name in (None, "what_if"))
    assert set(base.loc[base["mode"].eq("road"), "speed_kmh"]) == {85.0}
    assert set(what_if.loc[what_if["mode"].eq("road"), "speed_kmh"]) == {170.0}
    assert set(what_if.loc[what_if["mode"].eq("access"), "speed_kmh"]) == {30.0}


def test_new_lines_join_stations_seats_and_new_stations(tmp_path: Path) -> None:
    (tmp_path / "stops.csv").write_text("node_id,lon,lat,kind\n岱山,122.2,30.25,station\n", "utf-8")
    rows = "link_id,from_node,to_node,mode,length_km,speed_kmh,name_zh\n"
    rows += "1,上海,岱山,hsr,150,300,沪舟线\n2,岱山,330900,hsr,40,300,沪舟线\n"
    (tmp_path / "lines.csv").write_text(rows, "utf-8")
    asked = study(tmp_path, 'add = "lines.csv"\nadd_nodes = "stops.csv"')
    assert np.isinf(minutes(asked, SHANGHAI, ZHOUSHAN))
    ratio = asked.parameters().rail.speed_ratio
    ride = 60 * 190 / (300 * ratio)
    assert ride < minutes(asked, SHANGHAI, ZHOUSHAN, "what_if") < ride + 60
    network = asked.network(scenario="what_if")
    node = network.nodes.set_index("node_id").loc["岱山"]
    assert node["adcode"] == ZHOUSHAN  # it lies in its polygon
    assert "what_if:1" in set(network.links["link_id"])
    assert set(asked.network().nodes["node_id"]) == set(
        asked.network(scenario=None).nodes["node_id"]
    )


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ('open = ["甬舟铁道"]', "is no line of the network .*Did you mean '甬舟铁路'"),
        ('open = ["京沪高速铁路"]', "is open on 2022-12 already"),
        ('close = ["nothing"]', "is no line of the network"),
        ("speed = { hsr = 0 }", "is no speed in km/h"),
        ("speed = { hsr = 9000 }", "is no speed in km/h"),
        ('speed = { hsr = "fast" }', "is no speed in km/h"),
        ("speed = { hsr = true }", "is no speed in km/h"),
        ('title_en = "Nothing"', "changes nothing"),
        ('close = ["hsr"]\nadd_nodes = "x.csv"', "adds stations without a line"),
        ('opne = ["x"]', "Did you mean 'open'"),
        ('close = ["hsr"]\n[[scenario]]\nname = "what_if"\nclose = ["rail"]', "name of an earlier"),
    ],
)
def test_a_scenario_that_means_nothing_is_refused(tmp_path: Path, scenario: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        study(tmp_path, scenario)


def test_every_problem_of_the_new_lines_is_named(tmp_path: Path) -> None:
    rows = "link_id,from_node,to_node,mode,length_km,speed_kmh\n"
    rows += "1,上海,月球,hsr,130,300\n2,上海,330900,hsr,1,300\n"
    (tmp_path / "lines.csv").write_text(rows, "utf-8")
    with pytest.raises(TableError, match=r"what_if.*lines.csv: 2 problems") as caught:
        study(tmp_path, 'add = "lines.csv"')
    assert "row 2" in str(caught.value)
    assert "below the great circle" in str(caught.value)


def test_an_unknown_scenario_offers_the_nearest(tmp_path: Path) -> None:
    asked = study(tmp_path, 'close = ["宁杭高速铁路"]')
    with pytest.raises(ArgumentError, match="Did you mean 'what_if'"):
        asked.network(scenario="what_iff")
    with pytest.raises(ArgumentError, match="declares none"):
        load_study_without(tmp_path).network(scenario="what_if")


def load_study_without(folder: Path) -> Study:
    path = folder / "plain.toml"
    path.write_text(HEAD + DAY, "utf-8")
    return load_study(path)


def test_a_run_measures_every_scenario_and_keeps_the_base(tmp_path: Path) -> None:
    more = '[[measure]]\nid = "near"\nmeasure = "cumulative"\nopportunities = "gdp"\n'
    more += 'cutoff_min = 120\nmode = "rail"\n[[gradient]]\nvalues = "near"\nform = "linear"\n'
    asked = study(tmp_path, 'title_en = "Open"\nopen = ["甬舟铁路"]\n' + more)
    run = run_study(asked, tmp_path / "out", formats=["tables"])
    plain = run_study(load_study_with(tmp_path, more), tmp_path / "plain", formats=["tables"])
    near = run.results[run.results["layer_id"].eq("near")].set_index(["scenario", "adcode"])
    assert set(near.index.get_level_values(0)) == {"", "what_if"}
    assert near.loc[("what_if", ZHOUSHAN), "value"] > near.loc[("", ZHOUSHAN), "value"]
    assert near.loc[("what_if", ZHOUSHAN), "note"].startswith("scenario: Open")
    base = run.results[run.results["scenario"].eq("")].reset_index(drop=True)
    pd.testing.assert_frame_equal(base, plain.results.reset_index(drop=True))
    pd.testing.assert_frame_equal(run.gradients, plain.gradients)
    pd.testing.assert_frame_equal(run.layers, plain.layers)
    assert run.scenarios[["scenario", "title_en"]].to_numpy().tolist() == [["what_if", "Open"]]
    times = run.tables["scenario_times"].set_index(["mode", "from_id", "to_id"])
    there = float(times.loc[("rail", NINGBO, ZHOUSHAN), "travel_time_min"])
    assert there == minutes(asked, NINGBO, ZHOUSHAN, "what_if")
    assert "rail_yongzhou_plan" in set(run.sources["source_id"])
    assert any("Scenario 'Open'" in text for text in run.warnings)


def load_study_with(folder: Path, more: str) -> Study:
    path = folder / "with.toml"
    path.write_text(HEAD + DAY + more, "utf-8")
    return load_study(path)


def test_tables_that_a_scenario_does_not_touch_are_the_same(tmp_path: Path) -> None:
    asked = study(tmp_path, 'close = ["宁杭高速铁路"]')
    rail, roads = asked.tables("what_if")
    assert roads is asked.roads
    assert isinstance(rail[1], gpd.GeoDataFrame)
    assert len(rail[1]) < len(asked.links)
