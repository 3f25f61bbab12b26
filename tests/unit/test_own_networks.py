"""A study on the user's own networks: tables in three formats, OpenStreetMap, timetables, GTFS."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from made_networks import LINKS, NODES, STATIONS, STOPS, feed
from made_osm import Member, write_osm, write_pbf
from made_studies import CHANGZHOU, OSM_NODES, OSM_WAYS, SUZHOU, WUXI, study

from yrdgeo.errors import NetworkError, SourceError, StudyError, TableError, YrdGeoError
from yrdgeo.pipeline import run_study
from yrdgeo.pipeline.answer import answer
from yrdgeo.pipeline.space import times_by_mode
from yrdgeo.pipeline.ways import kilometres
from yrdgeo.results import Network
from yrdgeo.routing.paths import path_lengths_km
from yrdgeo.routing.times import travel_times
from yrdgeo.study import Study


def minutes(of: Study, mode: str) -> pd.DataFrame:
    network = of.network(modes=[mode])
    return travel_times(network, list(of.cities.index)).to_frame()


def _csv(table: pd.DataFrame, folder: Path, name: str) -> str:
    table.to_csv(folder / f"{name}.csv", index=False)
    return f"{name}.csv"


def _points(table: pd.DataFrame) -> pd.DataFrame:
    if "lon" not in table:
        return table
    places = gpd.points_from_xy(table["lon"], table["lat"])
    return gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=places, crs="EPSG:4326")


def _lines(table: pd.DataFrame) -> gpd.GeoDataFrame:
    at = NODES.set_index("node_id")[["lon", "lat"]].apply(tuple, axis=1)
    ends = zip(table["from_node"], table["to_node"], strict=True)
    drawn = [shapely.LineString([at[start], at[end]]) for start, end in ends]
    return gpd.GeoDataFrame(table, geometry=drawn, crs="EPSG:4326")


def _gpkg(table: pd.DataFrame, folder: Path, name: str) -> str:
    drawn = _points(table) if "lon" in table else _lines(table)
    drawn.to_file(folder / "net.gpkg", layer=name, engine="pyogrio")  # type: ignore[operator]
    return "net.gpkg"


def _geoparquet(table: pd.DataFrame, folder: Path, name: str) -> str:
    drawn = _points(table) if "lon" in table else _lines(table)
    drawn.to_parquet(folder / f"{name}.parquet")
    return f"{name}.parquet"


def _parquet(table: pd.DataFrame, folder: Path, name: str) -> str:
    table.to_parquet(folder / f"{name}.parquet")
    return f"{name}.parquet"


FORMATS: dict[str, Callable[[pd.DataFrame, Path, str], str]] = {
    "csv": _csv, "gpkg": _gpkg, "geoparquet": _geoparquet, "parquet": _parquet
}  # fmt: skip


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_of_own_tables_gives_the_same_times(tmp_path: Path, kind: str) -> None:
    files = [FORMATS[kind](NODES, tmp_path, "nodes"), FORMATS[kind](LINKS, tmp_path, "links")]
    own = study(tmp_path, f'nodes = "{files[0]}"\nlinks = "{files[1]}"\n')
    rail, road = minutes(own, "rail"), minutes(own, "road")
    ride = 60 * 42 / 300
    fixed = own.parameters().access_fixed_min
    assert ride + 2 * fixed < rail.loc[SUZHOU, WUXI] < ride + 2 * fixed + 60
    assert np.isinf(rail.loc[SUZHOU, CHANGZHOU])
    drive = 60 * 45 / 90 + 60 * 60 / 60
    assert drive < road.loc[SUZHOU, CHANGZHOU] < drive + 30
    access = own.network(modes=["road"]).links.query("mode == 'access'")
    assert set(access["from_node"]) == {SUZHOU, WUXI, CHANGZHOU}
    assert set(access["to_node"]) == {"su", "w", "c"}
    assert any("joined to the nearest road of" in text for text in own.warnings)


def test_a_seat_that_a_road_ends_at_is_not_joined_again(tmp_path: Path) -> None:
    nodes = NODES.replace({"su": SUZHOU, "w": WUXI, "c": CHANGZHOU})
    links = LINKS.replace({"su": SUZHOU, "w": WUXI, "c": CHANGZHOU})
    files = _csv(nodes, tmp_path, "nodes"), _csv(links, tmp_path, "links")
    own = study(tmp_path, f'nodes = "{files[0]}"\nlinks = "{files[1]}"\nmodes = ["road"]\n')
    assert minutes(own, "road").loc[SUZHOU, CHANGZHOU] == pytest.approx(90.0)
    assert set(own.network().links["mode"]) == {"road", "expressway"}


def test_own_roads_of_another_place_are_refused(tmp_path: Path) -> None:
    files = _csv(NODES.assign(lon=NODES["lon"] - 10), tmp_path, "nodes"), _csv(LINKS, tmp_path, "l")
    with pytest.raises(NetworkError, match="nodes, links: Seats are more than 10 km"):
        study(tmp_path, f'nodes = "{files[0]}"\nlinks = "{files[1]}"\n')


def test_a_mode_that_nothing_travels_by_is_named(tmp_path: Path) -> None:
    files = _csv(NODES, tmp_path, "n"), _csv(LINKS.replace({"hsr": "hrs"}), tmp_path, "links")
    with pytest.raises(TableError, match=r"row 3, column 'mode'.*Did you mean 'hsr'"):
        study(tmp_path, f'nodes = "{files[0]}"\nlinks = "{files[1]}"\n')


TURN: tuple[tuple[Member, ...], dict[str, str]] = (
    (("from", "way", 1), ("via", "node", 3), ("to", "way", 3)),
    {"type": "restriction", "restriction": "no_left_turn"},
)


AHEAD: tuple[tuple[Member, ...], dict[str, str]] = (
    (("from", "way", 1), ("via", "node", 3), ("to", "way", 2)),
    {"type": "restriction", "restriction": "no_straight_on"},
)


def test_seats_are_put_on_an_extract_and_reach_each_other(tmp_path: Path) -> None:
    write_osm(tmp_path / "r.osm", OSM_NODES, OSM_WAYS, relations={9: TURN})
    own = study(tmp_path, 'modes = ["road"]\nosm = "r.osm"\nosm_speeds = "de"\n')
    times = minutes(own, "road")
    assert np.isfinite(times.to_numpy()).all()
    km = travel_times(own.network(), [f"seat:{SUZHOU}"], [f"seat:{WUXI}"]).minutes[0, 0]
    great_circle = 33.0
    assert great_circle < km < great_circle + 3  # at 60 km/h minutes are kilometres
    assert times.loc[SUZHOU, WUXI] > km
    assert not own.network().nodes["node_id"].isin(["n7", "n8"]).any()
    assert len(own.turns) == 1
    assert own.turns["from_link"].iloc[0] in set(own.network().links["link_id"])
    assert own.road_report is not None
    assert any("1 parts are cut off" in text for text in own.warnings)


def test_a_prohibited_turn_holds_one_way_only(tmp_path: Path) -> None:
    write_osm(tmp_path / "r.osm", OSM_NODES, OSM_WAYS, relations={9: AHEAD})
    own = study(tmp_path, 'modes = ["road"]\nosm = "r.osm"\n')
    assert len(own.turns) == 1
    times = times_by_mode(own)["road"].to_frame()
    free = minutes(own, "road")
    assert np.isfinite(free.to_numpy()).all()
    assert times.loc[CHANGZHOU, SUZHOU] > free.loc[CHANGZHOU, SUZHOU]
    assert times.loc[SUZHOU, CHANGZHOU] == pytest.approx(free.loc[SUZHOU, CHANGZHOU])


def test_kilometres_heed_turns_as_times_do(tmp_path: Path) -> None:
    write_osm(tmp_path / "r.osm", OSM_NODES, OSM_WAYS, relations={9: AHEAD})
    own = study(tmp_path, 'modes = ["road"]\nosm = "r.osm"\n')
    roads = own.network(modes=["road"])
    side = roads.links.query("from_node == 'n6' or to_node == 'n6'")["length_km"].sum()
    free = path_lengths_km(roads, list(own.cities.index))
    found = kilometres(own, "road")
    # Into the side street, about at its end, and out again.
    assert found.loc[CHANGZHOU, SUZHOU] == pytest.approx(free.loc[CHANGZHOU, SUZHOU] + 2 * side)
    assert found.loc[SUZHOU, CHANGZHOU] == free.loc[SUZHOU, CHANGZHOU]
    run = answer(own, lambda _step, _done: None)
    assert any("Times and lengths heed 1 prohibited turns" in text for text in run.warnings)


def test_a_run_on_an_extract_writes_the_report_and_its_places(tmp_path: Path) -> None:
    write_pbf(tmp_path / "r.osm.pbf", OSM_NODES, OSM_WAYS)
    own = study(tmp_path, 'modes = ["road"]\nosm = "r.osm.pbf"\n')
    run = run_study(own, tmp_path / "out", formats=["tables"])
    assert run.out is not None
    report = pd.read_csv(run.out / "tables" / "road_report.csv").set_index("issue")
    assert report.loc["island", "count"] == 1
    drawn = gpd.read_file(run.out / "tables" / "road_issues.geojson")
    assert {"island", "dead_end"} <= set(drawn["issue"])
    assert str(drawn.crs) in {"EPSG:4326", "OGC:CRS84"}
    assert {"openstreetmap", "user_roads"} <= set(run.sources["source_id"])


@pytest.mark.parametrize(
    ("network", "said"),
    [
        ('osm = "absent.osm.pbf"', r"\[network\] osm: There is no file .*absent"),
        ('osm = "cut.osm.pbf"', r"\[network\] osm: cut.osm.pbf cannot be read.*again"),
        ('osm = "bomb.osm"', "XML entities are not supported"),
        ('osm = "far.osm"', r"The region lies outside far.osm.*extent 9\.9"),
        ('osm = "r.osm"\nsnap_limit_km = 0.01', "Seats are more than 0.01 km .*snap_limit_km"),
        ('osm = "r.osm"\nosm_classes = ["trunky"]', "Did you mean 'trunk'"),
        ('osm = "r.osm"\nosm_classes = ["motorway"]', "has no road that is taken"),
        ('osm = "r.osm"\nosm_speeds = "dee"', "Did you mean 'de'"),
        ('osm = "r.osm"\nmodes = ["rail"]', "is of no use without mode 'road'"),
        ('osm = "r.osm"\nnodes = "n.csv"\nlinks = "l.csv"', "stands beside nodes and links"),
        ('nodes = "n.csv"', "'links': is missing"),
        ('stations = "s.csv"\nmodes = ["road"]', "belongs to a timetable"),
        ('timetable = "s.csv"\ngtfs = "f.zip"', "stands beside timetable"),
        ('timetable = "absent.csv"\nmodes = ["rail"]', r"\[network\] timetable: absent.csv is not"),
        ('gtfs = "absent.zip"\nmodes = ["rail"]', r"\[network\] gtfs: absent.zip is not there"),
        ('snap_limit_km = -1\nmodes = ["road"]', "is too small"),
        ('period = "noon"', "is not a legal value"),
    ],
)
def test_a_bad_network_is_one_error_with_key_and_remedy(
    tmp_path: Path, network: str, said: str
) -> None:
    write_osm(tmp_path / "r.osm", OSM_NODES, OSM_WAYS)
    whole = write_pbf(tmp_path / "whole.osm.pbf", OSM_NODES, OSM_WAYS).read_bytes()
    (tmp_path / "cut.osm.pbf").write_bytes(whole[: len(whole) * 2 // 3])
    far = {node: (lon - 110, lat) for node, (lon, lat) in OSM_NODES.items()}
    write_osm(tmp_path / "far.osm", far, OSM_WAYS)
    (tmp_path / "bomb.osm").write_text(
        '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">]><osm version="0.6"><node id="1" '
        'lon="1" lat="1"/><way id="1"><nd ref="1"/><tag k="name" v="&a;"/></way></osm>'
    )
    modes = "" if "modes" in network else 'modes = ["road"]\n'
    with pytest.raises(YrdGeoError, match=said):
        study(tmp_path, modes + network + "\n")


def test_a_timetable_gives_direct_rides_and_changes_cost(tmp_path: Path) -> None:
    (tmp_path / "stops.csv").write_text(STOPS, "utf-8")
    (tmp_path / "places.csv").write_text(STATIONS, "utf-8")
    own = study(
        tmp_path,
        'modes = ["rail"]\ntimetable = "stops.csv"\nstations = "places.csv"\ntransfer_min = 12\n'
        "access_fixed_min = 20\n",
    )
    times = minutes(own, "rail")
    links = own.network().links
    way = links[links["mode"].eq("access")].set_index("from_node")
    street = 60 * way["length_km"] / way["speed_kmh"]
    ends = street[SUZHOU] + street[CHANGZHOU] + 2 * 20
    assert times.loc[SUZHOU, WUXI] == pytest.approx(
        street[SUZHOU] + street[WUXI] + 40 + 15, abs=1e-3
    )
    assert times.loc[SUZHOU, CHANGZHOU] == pytest.approx(ends + 15 + 12 + 20, abs=1e-3)
    assert np.isinf(times.loc[CHANGZHOU, WUXI])  # no train runs that way
    assert "南京" not in set(own.network().nodes["node_id"])
    assert any("3 trains at 3 stations" in text for text in own.warnings)


def test_stations_without_a_table_are_the_embedded_ones(tmp_path: Path) -> None:
    (tmp_path / "stops.csv").write_text(STOPS, "utf-8")
    own = study(tmp_path, 'modes = ["rail"]\ntimetable = "stops.csv"\n')
    assert set(own.nodes["adcode"]) == {SUZHOU, WUXI, CHANGZHOU}


def test_only_departures_of_the_period_count(tmp_path: Path) -> None:
    (tmp_path / "stops.csv").write_text(STOPS, "utf-8")
    network = 'modes = ["rail"]\ntimetable = "stops.csv"\nperiod = "day"\n'
    with pytest.raises(SourceError, match=r"No train of stops\.csv runs .* period 'day'"):
        study(tmp_path, network)
    assert len(study(tmp_path, network.replace('"day"', '"morning"')).links) == 3


def test_a_timetable_of_another_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "stops.csv").write_text(STOPS, "utf-8")
    far = STATIONS.replace("120.", "10.").replace("119.", "9.")
    (tmp_path / "places.csv").write_text(far, "utf-8")
    with pytest.raises(SourceError, match="calls at two stations of the region"):
        study(tmp_path, 'modes = ["rail"]\ntimetable = "stops.csv"\nstations = "places.csv"\n')


def test_a_gtfs_feed_of_a_day_gives_its_rides(tmp_path: Path) -> None:
    network = f'modes = ["rail"]\ngtfs = "{feed(tmp_path)}"\ndate = "2022-06-01"\n'
    own = study(tmp_path, network)
    assert set(own.links["mode"]) == {"boat"}  # a passenger's ferry is no road
    times = minutes(own, "rail")
    assert times.loc[WUXI, SUZHOU] - times.loc[SUZHOU, WUXI] == pytest.approx(10.0)
    with pytest.raises(YrdGeoError, match=r"\[network\] gtfs: .*date"):
        study(tmp_path, network.replace('date = "2022-06-01"', 'date = "2022-06"'))


def test_a_run_says_that_no_seat_is_reached(tmp_path: Path) -> None:
    (tmp_path / "stops.csv").write_text(STOPS, "utf-8")
    places = STATIONS.replace("无锡,120.30,31.58", "无锡,120.60,31.34")
    places = places.replace("常州,119.97,31.78", "常州,120.62,31.35")
    (tmp_path / "places.csv").write_text(places, "utf-8")
    own = study(tmp_path, 'modes = ["rail"]\ntimetable = "stops.csv"\nstations = "places.csv"\n')
    with pytest.raises(NetworkError, match="By rail no seat reaches any other"):
        run_study(own, tmp_path / "out", formats=["tables"])
    assert not (tmp_path / "out").exists()


def test_own_networks_are_named_as_sources(tmp_path: Path) -> None:
    (tmp_path / "stops.csv").write_text(STOPS, "utf-8")
    write_osm(tmp_path / "r.osm", OSM_NODES, OSM_WAYS)
    own = study(tmp_path, 'timetable = "stops.csv"\nosm = "r.osm"\n')
    assert {"user_timetable", "user_roads"} <= set(own.sources["source_id"])
    assert isinstance(own.network(), Network)
    both = minutes(own, "rail").loc[SUZHOU, WUXI], minutes(own, "road").loc[SUZHOU, WUXI]
    assert np.isfinite(both).all()


def test_a_wrong_key_of_the_network_is_a_study_error(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="Did you mean 'timetable'"):
        study(tmp_path, 'timetabel = "x.csv"\n')


def test_scenarios_work_on_an_extract(tmp_path: Path) -> None:
    write_osm(tmp_path / "r.osm", OSM_NODES, OSM_WAYS)
    (tmp_path / "new.csv").write_text(
        f"link_id,from_node,to_node,mode,length_km,speed_kmh\ntunnel,{SUZHOU},{WUXI},road,40,120\n",
        "utf-8",
    )
    own = study(
        tmp_path,
        'modes = ["road"]\nosm = "r.osm"\n[[scenario]]\nname = "slow"\nspeed = { trunk = 30 }\n'
        '[[scenario]]\nname = "shut"\nclose = ["w1"]\n'
        '[[scenario]]\nname = "tunnel"\nadd = "new.csv"\n',
    )
    seats = list(own.cities.index)
    found = {
        name: travel_times(own.network(scenario=name), seats).to_frame()
        for name in (None, "slow", "shut", "tunnel")
    }
    ride = [f"seat:{SUZHOU}"], [f"seat:{WUXI}"]
    base, slow = (travel_times(own.network(scenario=s), *ride).minutes for s in (None, "slow"))
    assert slow == pytest.approx(2 * base, abs=1e-3)
    assert np.isinf(found["shut"].loc[SUZHOU, CHANGZHOU])
    assert found["shut"].loc[SUZHOU, WUXI] == found[None].loc[SUZHOU, WUXI]
    assert found["tunnel"].loc[SUZHOU, WUXI] == pytest.approx(20.0)
    assert found["tunnel"].loc[SUZHOU, CHANGZHOU] <= found[None].loc[SUZHOU, CHANGZHOU]
