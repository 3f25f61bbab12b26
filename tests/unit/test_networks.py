"""The embedded networks, the network of a day, and the reader of a user's own network."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from yrdgeo.errors import ArgumentError, SourceError, TableError
from yrdgeo.provenance import data_path, read_sources
from yrdgeo.results import Network
from yrdgeo.routing.times import travel_times
from yrdgeo.sources import networks
from yrdgeo.sources.boundaries import load_cities
from yrdgeo.tables import CONFIDENCES

Tables = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]

GEOD = Geod(ellps="WGS84")
ZHOUSHAN, NINGBO, SHANGHAI = "330900", "330200", "310000"


@pytest.fixture(scope="module")
def cities() -> gpd.GeoDataFrame:
    return load_cities()[0].sample(frac=1.0, random_state=7)


@pytest.fixture(scope="module")
def rail() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return stations and railways with their rows shuffled."""
    nodes, links = networks.load_nodes(), networks.load_links()
    return nodes.sample(frac=1.0, random_state=1), links.sample(frac=1.0, random_state=2)


@pytest.fixture(scope="module")
def roads() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    nodes, links = networks.load_roads()
    return nodes, links.sample(frac=1.0, random_state=3)


@pytest.fixture(scope="module")
def of_2016(cities: gpd.GeoDataFrame, rail: Tables, roads: Tables) -> Network:
    return networks.assemble(cities, rail, roads, date="2016-03", modes=["rail"])


@pytest.fixture(scope="module")
def by_road(cities: gpd.GeoDataFrame, rail: Tables, roads: Tables) -> Network:
    return networks.assemble(cities, rail, roads, date="2022-12-31", modes=["road"])


def test_124_stations_stand_in_the_city_whose_code_they_carry(rail: Tables):
    nodes = rail[0]
    shapes = load_cities()[0].geometry
    inside = shapes.reindex(nodes["adcode"])
    own = nodes["adcode"].ne("").to_numpy()
    assert len(nodes) == 124
    assert shapely.contains(inside.to_numpy()[own], nodes.geometry.to_numpy()[own]).all()
    alone = shapely.union_all(shapes.to_numpy())
    assert not shapely.contains(alone, nodes.geometry.to_numpy()[~own]).any()


@pytest.mark.parametrize("kind", ["rail", "roads"])
def test_no_link_is_shorter_than_the_geodesic_between_its_nodes(
    kind: str, request: pytest.FixtureRequest
):
    nodes, links = request.getfixturevalue(kind)
    places = nodes.set_index("node_id").geometry
    start, end = places[links["from_node"]], places[links["to_node"]]
    metres = GEOD.inv(start.x, start.y, end.x, end.y)[2]
    assert (links["length_km"].to_numpy() - np.asarray(metres) / 1000.0).min() >= 0.0


@pytest.mark.parametrize("kind", ["rail", "roads"])
def test_a_course_begins_and_ends_at_its_nodes(kind: str, request: pytest.FixtureRequest):
    nodes, links = request.getfixturevalue(kind)
    places = nodes.set_index("node_id").geometry
    for column, end in (("from_node", 0), ("to_node", -1)):
        reached = shapely.get_point(links.geometry.to_numpy(), end)
        assert shapely.equals_exact(reached, places[links[column]].to_numpy(), 1e-9).all()


def test_a_drawn_course_is_not_much_longer_than_the_line(rail: Tables):
    drawn = rail[1][rail[1]["geometry_basis"].eq("osm_path")]
    course_km = drawn.geometry.map(GEOD.geometry_length) / 1000.0
    assert len(drawn) > 100
    assert (course_km <= 1.16 * drawn["length_km"]).all()


def test_every_row_names_a_source_that_is_described(rail: Tables, roads: Tables):
    known = set(read_sources(data_path("sources/networks.toml")))
    for table in (*rail, roads[1]):
        assert set(table["source_id"]) <= known
    assert set(rail[1]["confidence"]) <= set(CONFIDENCES)


def test_recalled_rows_are_never_of_high_confidence(rail: Tables):
    recalled = rail[1][rail[1]["source_id"].eq("rail_recalled")]
    assert set(recalled["confidence"]) <= {"low", "medium"}


def test_conventional_lines_have_no_invented_opening_day(rail: Tables):
    assert (rail[1].loc[rail[1]["mode"].eq("rail"), "opened"] == "").all()


def test_the_speeds_of_a_segment_follow_each_other_without_gap_or_overlap(rail: Tables):
    stem = rail[1]["link_id"].str.replace(r":\d$", "", regex=True)
    for _, rows in rail[1].assign(stem=stem).groupby("stem"):
        ordered = rows.sort_values("open_from")
        assert ordered["open_to"].iloc[-1] == ""
        assert list(ordered["open_to"])[:-1] == list(ordered["open_from"])[1:]


def test_a_line_opens_on_its_day_and_not_the_day_before(
    cities: gpd.GeoDataFrame, rail: Tables, roads: Tables
):
    def lines(day: str) -> set[str]:
        net = networks.assemble(cities, rail, roads, date=day, modes=["rail"])
        return set(net.links["name_zh"])

    assert "盐通高速铁路" in lines("2020-12-30")
    assert "盐通高速铁路" not in lines("2020-12-29")


def test_nothing_that_opened_later_is_in_the_network_of_2016(of_2016: Network):
    assert of_2016.links["opened"].max() == "2015-12-06"
    assert not of_2016.links["name_zh"].isin(["郑徐高速铁路", "杭黄高速铁路", "宁启铁路"]).any()


def test_what_is_planned_or_being_built_is_in_no_network(
    cities: gpd.GeoDataFrame, rail: Tables, roads: Tables
):
    net = networks.assemble(cities, rail, roads, date="2099", modes=["rail"])
    assert not net.links["name_zh"].isin(["甬舟铁路", "宁淮城际铁路"]).any()
    assert {"甬舟铁路", "宁淮城际铁路"} <= set(rail[1]["name_zh"])


def test_trains_ran_300_in_2016_and_350_since_autumn_2017(rail: Tables):
    jinghu = rail[1][rail[1]["name_zh"].eq("京沪高速铁路")]
    speeds = {
        day: set(jinghu.loc[networks.open_on(jinghu, day), "speed_kmh"])
        for day in ("2016-03", "2017-09-20", "2017-09-21")
    }
    assert speeds == {"2016-03": {300.0}, "2017-09-20": {300.0}, "2017-09-21": {350.0}}


def test_zhoushan_is_reached_by_road_and_not_by_rail(
    cities: gpd.GeoDataFrame, rail: Tables, roads: Tables, by_road: Network
):
    trains = networks.assemble(cities, rail, roads, date="2022-12-31", modes=["rail"])
    assert np.isinf(travel_times(trains, [ZHOUSHAN], [NINGBO, SHANGHAI]).minutes).all()
    times = travel_times(by_road, [ZHOUSHAN], [NINGBO, SHANGHAI]).minutes[0]
    assert 55.0 < times[0] < 80.0
    assert times[1] > times[0]


def test_zhoushan_was_an_island_before_its_bridge(
    cities: gpd.GeoDataFrame, rail: Tables, roads: Tables
):
    before = networks.assemble(cities, rail, roads, date="2009-12-24", modes=["road"])
    assert np.isinf(travel_times(before, [ZHOUSHAN], [NINGBO]).minutes).all()


def test_every_pair_of_cities_has_a_road_no_shorter_than_the_great_circle(
    cities: gpd.GeoDataFrame, by_road: Network
):
    at_85 = travel_times(by_road, cities.index).minutes * 85.0 / 60.0
    lon, lat = cities["seat_lon"].to_numpy(), cities["seat_lat"].to_numpy()
    i, j = np.triu_indices(len(cities), 1)
    direct = np.asarray(GEOD.inv(lon[i], lat[i], lon[j], lat[j])[2]) / 1000.0
    detour = at_85[i, j] / direct
    assert np.isfinite(detour).all()
    assert detour.min() >= 1.0
    assert 1.1 < np.median(detour) < 1.3


def test_the_ride_between_stations_holds_no_access(of_2016: Network, rail: Tables):
    model = networks.load_time_models()["fastest"]
    link = rail[1].query("from_node == '无锡东' and to_node == '苏州北' and open_to != ''").iloc[0]
    ride = 60 * link["length_km"] / (300 * model.speed_ratio)
    by_hand = ride + (model.station_stop_min + model.busy_stop_min) / 2
    assert travel_times(of_2016, ["苏州北"], ["无锡东"]).minutes[0, 0] == pytest.approx(
        by_hand, abs=1e-4
    )


def test_the_way_between_seats_holds_access_at_both_ends(
    cities: gpd.GeoDataFrame, rail: Tables, roads: Tables
):
    quick, slow = (
        networks.assemble(
            cities,
            rail,
            roads,
            date="2016-03",
            modes=["rail"],
            parameters=networks.parameters({"access_fixed_min": fixed}),
        )
        for fixed in (5.0, 25.0)
    )
    pair = ([SHANGHAI], ["320100"])
    gap = travel_times(slow, *pair).minutes - travel_times(quick, *pair).minutes
    assert gap[0, 0] == pytest.approx(40.0, abs=1e-3)


def test_fewer_modes_are_never_faster(cities: gpd.GeoDataFrame, rail: Tables, roads: Tables):
    times = {
        modes: travel_times(
            networks.assemble(cities, rail, roads, date="2016-03", modes=modes), cities.index
        ).minutes
        for modes in (("hsr",), ("rail",), ("rail", "road"))
    }
    assert (times["rail",] <= times["hsr",]).all()
    assert (times["rail", "road"] <= times["rail",]).all()
    assert (times["rail",] < times["hsr",]).any()


def test_a_transfer_needs_trains_at_both_stations(of_2016: Network, rail: Tables):
    transfers = of_2016.links[of_2016.links["mode"].eq("transfer")]
    trains = of_2016.links[of_2016.links["mode"].isin(["hsr", "rail"])]
    served = set(trains["from_node"]) | set(trains["to_node"])
    assert set(transfers["from_node"]) | set(transfers["to_node"]) <= served
    assert "杭州西" not in set(of_2016.nodes["node_id"])
    assert "杭州西" in set(rail[0]["node_id"])


def test_the_order_of_the_tables_does_not_matter(cities: gpd.GeoDataFrame, of_2016: Network):
    again = networks.assemble(
        cities[::-1],
        (networks.load_nodes(), networks.load_links()),
        networks.load_roads(),
        date="2016-03-01",
        modes=["rail"],
    )
    one, two = (travel_times(net, cities.index).minutes for net in (of_2016, again))
    assert np.array_equal(one, two)


def test_only_the_backbone_of_the_roads_is_marked_for_drawing(by_road: Network):
    marks = by_road.links.groupby("mode")["backbone"].agg(["sum", "size"])
    assert by_road.links["backbone"].dtype == bool
    assert 0 < marks.loc["road", "sum"] < 0.1 * marks.loc["road", "size"]


def test_a_study_without_cities_of_the_region_still_has_its_trains(
    cities: gpd.GeoDataFrame, rail: Tables, roads: Tables
):
    net = networks.assemble(cities.iloc[:0], rail, roads, date="2016-03")
    assert travel_times(net, ["苏州北"], ["无锡东"]).minutes[0, 0] < 10.0


@pytest.mark.parametrize("date", ["", "2016-13", "16-03", "2016-3", "2016-03-32", "March"])
def test_a_date_that_is_none_is_refused(
    cities: gpd.GeoDataFrame, rail: Tables, roads: Tables, date: str
):
    with pytest.raises(ArgumentError, match="must be a day"):
        networks.assemble(cities, rail, roads, date=date, modes=["rail"])


def test_an_unknown_mode_is_refused_with_the_nearest(
    cities: gpd.GeoDataFrame, rail: Tables, roads: Tables
):
    with pytest.raises(ArgumentError, match="Did you mean 'rail'"):
        networks.assemble(cities, rail, roads, date="2016", modes=["rial"])


def test_roads_that_are_not_embedded_come_with_the_line_that_builds_them():
    with pytest.raises(SourceError, match=r"build_roads\.py --region chengyu"):
        networks.load_roads("chengyu")


def test_parameters_are_those_of_the_study_file_or_the_shipped_ones():
    own = networks.parameters({"rail_model": "typical", "transfer_min": 12, "road_speed_kmh": None})
    assert (own.rail.name, own.transfer_min, own.road_speed_kmh) == ("typical", 12.0, 85.0)
    with pytest.raises(ArgumentError, match="Did you mean 'fastest'"):
        networks.parameters({"rail_model": "fasted"})
    with pytest.raises(ArgumentError, match="access_detour"):
        networks.parameters({"access_detour": 0.5})


NODES = "node_id,lon,lat,kind,adcode\na,120.0,31.0,station,\nb,121.0,31.0,station,\n"
LINKS = "link_id,from_node,to_node,mode,length_km,speed_kmh\nab,a,b,hsr,100,250\n"


def _files(folder: Path, nodes: str, links: str) -> tuple[Path, Path]:
    paths = folder / "nodes.csv", folder / "links.csv"
    for path, text in zip(paths, (nodes, links), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def test_a_network_of_the_users_own_is_read_and_used(
    tmp_path: Path, cities: gpd.GeoDataFrame, roads: Tables
):
    own = networks.read_network(*_files(tmp_path, NODES, LINKS))
    net = networks.assemble(cities.iloc[:0], own, roads, date="2020", modes=["rail"])
    model = networks.load_time_models()["fastest"]
    expected = 60 * 100 / (250 * model.speed_ratio) + model.station_stop_min
    assert travel_times(net, ["b"], ["a"]).minutes[0, 0] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("ranks", "stop"),
    [(",", 0.0), ("1,", 4.0), ("1,2", 6.5), ("2,2", 5.0), ("9,x", 0.0)],
)
def test_the_rank_of_a_station_decides_its_stop(
    tmp_path: Path, cities: gpd.GeoDataFrame, roads: Tables, ranks: str, stop: float
):
    first, second = ranks.split(",")
    nodes = (
        f"node_id,lon,lat,kind,hub\nb,121.0,31.0,station,{second}\na,120.0,31.0,station,{first}\n"
    )
    own = networks.read_network(*_files(tmp_path, nodes, LINKS))
    model = networks.TimeModel("made", 1.0, 8.0, 0.0, 0.0, 5.0)
    chosen = replace(networks.parameters(), rail=model)
    net = networks.assemble(
        cities.iloc[:0], own, roads, date="2020", modes=["rail"], parameters=chosen
    )
    assert travel_times(net, ["a"], ["b"]).minutes[0, 0] == pytest.approx(24.0 + stop)


def test_the_users_own_roads_are_taken_at_their_own_speed(tmp_path: Path, cities: gpd.GeoDataFrame):
    links = LINKS.replace("hsr", "expressway")
    own = networks.read_network(*_files(tmp_path, NODES, links))
    none = networks.load_roads()
    empty = none[0].iloc[:0], none[1].iloc[:0]
    net = networks.assemble(cities.iloc[:0], own, empty, date="2020", modes=["road"])
    assert travel_times(net, ["a"], ["b"]).minutes[0, 0] == pytest.approx(24.0)


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
def test_other_formats_give_the_same_tables(tmp_path: Path, suffix: str):
    nodes, links = networks.read_network(*_files(tmp_path, NODES, LINKS))
    paths = []
    for name, table in (("n", nodes), ("l", links)):
        paths.append(tmp_path / f"{name}{suffix}")
        if suffix == ".gpkg":
            table.to_file(paths[-1], engine="pyogrio")
        else:
            table.to_parquet(paths[-1])
    again = networks.read_network(*paths)
    assert list(again[0]["node_id"]) == ["a", "b"]
    assert again[1]["length_km"].tolist() == [100.0]
    assert again[1].geometry.iloc[0].equals(links.geometry.iloc[0])


def test_speeds_of_modes_fill_gaps_and_only_gaps(tmp_path: Path):
    links = "link_id,from_node,to_node,mode,length_km,speed_kmh\n1,a,b,hsr,100,\n2,a,b,hsr,100,90\n"
    paths = _files(tmp_path, NODES, links)
    _, read = networks.read_network(*paths, mode_speeds={"hsr": 250.0})
    assert read["speed_kmh"].tolist() == [250.0, 90.0]
    with pytest.raises(TableError, match="row 2, column 'speed_kmh'"):
        networks.read_network(*paths)


def test_all_problems_of_both_files_come_in_one_error(tmp_path: Path):
    nodes = NODES + "a,120.5,31.0,station,\nc,x,31.0,station,\n"
    rows = [
        "ab,a,b,hsr,100,250,2016-13",
        "m,a,b,hsr,98500,250,",
        "short,a,b,hsr,50,250,",
        "minus,a,b,hsr,-3,250,",
        "nan,a,b,hsr,nan,250,",
        "fast,a,b,hsr,100,9000,",
        "still,a,b,hsr,100,0,",
        "lost,a,q,hsr,100,250,",
        "ab,a,b,hsr,1e9,250,",
    ]
    links = "link_id,from_node,to_node,mode,length_km,speed_kmh,open_from\n" + "\n".join(rows)
    with pytest.raises(TableError) as caught:
        networks.read_network(*_files(tmp_path, nodes, links + "\n"))
    said = str(caught.value)
    for part in (
        "row 4, column 'node_id': repeats an earlier node",
        "row 5, column 'geometry': the node has no place on earth",
        "row 2, column 'open_from': is not a date",
        "row 3, column 'length_km': looks like metres (found '98500'). The great circle is 95.5 km",
        "row 4, column 'length_km': is below the great circle",
        "row 5, column 'length_km': is no legal number (found '-3')",
        "row 6, column 'length_km': is no legal number (found 'nan')",
        "row 7, column 'speed_kmh': is no legal number",
        "row 8, column 'speed_kmh': is no legal number",
        "row 9, column 'to_node': names a node that the node table lacks (found 'q')",
        "row 10, column 'length_km': is longer than half the earth",
        "row 10, column 'link_id': repeats an earlier link",
    ):
        assert part in said, part


def test_missing_columns_and_unreadable_files_are_named(tmp_path: Path):
    nodes, links = _files(tmp_path, "id,lon\na,1\n", "link_id,mode\n1,hsr\n")
    with pytest.raises(TableError, match="no column 'node_id'") as caught:
        networks.read_network(nodes, links)
    assert "no column 'length_km'" in str(caught.value)
    with pytest.raises(SourceError, match="no table of a network"):
        networks.read_network(tmp_path / "nodes.docx", links)
    with pytest.raises(SourceError, match="is not there"):
        networks.read_network(tmp_path / "absent.csv", links)


def test_a_geometry_without_crs_is_refused(tmp_path: Path):
    table = gpd.GeoDataFrame({"node_id": ["a"]}, geometry=[shapely.Point(120, 31)])
    path = tmp_path / "nodes.parquet"
    table.to_parquet(path)
    links = _files(tmp_path, NODES, LINKS)[1]
    with pytest.raises(TableError, match="no coordinate reference system"):
        networks.read_network(path, links)


def test_hostile_text_in_a_table_stays_text(tmp_path: Path):
    name = "=cmd|'/c calc'!A1"
    nodes = pd.read_csv(_files(tmp_path, NODES, LINKS)[0]).assign(name_zh=[name, "b"])
    nodes.to_csv(tmp_path / "nodes.csv", index=False)
    read, _ = networks.read_network(tmp_path / "nodes.csv", tmp_path / "links.csv")
    assert read["name_zh"].iloc[0] == name
