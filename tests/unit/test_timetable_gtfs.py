"""GTFS feeds: one day's trips, stations for platforms, and archives that mean harm."""

import zipfile
from pathlib import Path

import pytest

from yrdgeo.datum import wgs84_to_gcj02
from yrdgeo.errors import ArgumentError, SourceError, TableError
from yrdgeo.sources.timetable import read_stops
from yrdgeo.timetables import Timetable

FEED = {
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    "s2,Beta,31.3,120.6,1,\np1,Alpha platform 1,31.0,121.0,0,s1\ns1,Alpha,31.0,121.0,1,\n"
    "p2,Beta platform 4,31.3,120.6,0,s2\ns3,Gamma,31.6,120.3,0,\nfar,Unused,40,100,0,\n",
    "routes.txt": "route_id,route_type,route_short_name\nr1,101,\nr2,3,55\nr3,2,D77\n",
    "trips.txt": "route_id,service_id,trip_id,trip_short_name\n"
    "r1,week,t1,G1\nr2,week,t2,\nr3,sunday,t3,\nr1,extra,t4,G4\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t1,08:40:00,08:40:00,s3,30\nt1,08:00:00,08:00:00,p1,10\nt1,08:25:00,08:27:30,p2,20\n"
    "t2,23:50:00,23:50:00,s3,1\nt2,25:10:00,25:10:00,s1,2\n"
    "t3,9:00:00,9:00:00,s1,1\nt3,9:30:00,9:30:00,s2,2\n"
    "t4,10:00:00,10:00:00,s1,1\nt4,10:30:00,10:30:00,s2,2\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
    "start_date,end_date\nweek,1,1,1,1,1,0,0,20240101,20241231\n"
    "sunday,0,0,0,0,0,0,1,20240101,20241231\n",
    "calendar_dates.txt": "service_id,date,exception_type\nweek,20240501,2\nextra,20240501,1\n",
}
TUESDAY, MAY_DAY, SUNDAY = "2024-04-30", "2024-05-01", "2024-05-05"


def folder(path: Path, **changed: str) -> Path:
    feed = path / "feed"
    feed.mkdir(exist_ok=True)
    for name, content in (FEED | {f"{key}.txt": text for key, text in changed.items()}).items():
        (feed / name).write_text(content, encoding="utf-8")
    return feed


def zipped(path: Path, *, inside: str = "", **more: str) -> Path:
    file = path / "feed.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in FEED.items():
            archive.writestr(inside + name, content)
        for name, content in more.items():
            archive.writestr(name, content)
    return file


def minutes(timetable: Timetable) -> dict[tuple[str, str], tuple[float, float]]:
    return {
        (row.trip_id, row.station): (row.arrive_min, row.depart_min)
        for row in timetable.stops.itertuples()
    }


def test_trips_of_a_day_call_at_stations_and_run_past_midnight(tmp_path: Path):
    timetable = read_stops(folder(tmp_path), date=TUESDAY)
    assert minutes(timetable) == {
        ("t1", "s1"): (480.0, 480.0),
        ("t1", "s2"): (505.0, 507.5),
        ("t1", "s3"): (520.0, 520.0),
        ("t2", "s3"): (1430.0, 1430.0),
        ("t2", "s1"): (1510.0, 1510.0),
    }
    trips = timetable.trips.set_index("trip_id")
    assert trips["mode"].to_dict() == {"t1": "hsr", "t2": "bus"}
    assert trips["train"].to_dict() == {"t1": "G1", "t2": "55"}
    names = timetable.stations.set_index("station")["name"].to_dict()
    assert names == {"s1": "Alpha", "s2": "Beta", "s3": "Gamma"}


def test_calendars_add_and_take_services(tmp_path: Path):
    feed = folder(tmp_path)
    assert set(read_stops(feed, date=MAY_DAY).trips["trip_id"]) == {"t4"}
    (sunday,) = read_stops(feed, date=SUNDAY).trips.to_dict("records")
    assert sunday == {"trip_id": "t3", "train": "D77", "mode": "hsr"}


def test_a_zip_is_read_like_its_folder(tmp_path: Path):
    expected = minutes(read_stops(folder(tmp_path), date=TUESDAY))
    assert minutes(read_stops(zipped(tmp_path), date=TUESDAY)) == expected
    assert minutes(read_stops(zipped(tmp_path, inside="a/"), date=TUESDAY)) == expected


def test_a_feed_in_gcj02_is_shifted(tmp_path: Path):
    lon, lat = wgs84_to_gcj02(121.0, 31.0)
    moved = FEED["stops.txt"].replace("31.0,121.0", f"{lat!r},{lon!r}")
    found = read_stops(folder(tmp_path, stops=moved), date=TUESDAY, datum="gcj02").stations
    alpha = found.set_index("station").geometry["s1"]
    assert (alpha.x, alpha.y) == pytest.approx((121.0, 31.0), abs=1e-8)


def test_a_day_must_be_named_and_have_trips(tmp_path: Path):
    feed = folder(tmp_path)
    with pytest.raises(ArgumentError, match="services from 20240101 to 20241231"):
        read_stops(feed)
    with pytest.raises(SourceError, match="no trip runs on 2025-04-30"):
        read_stops(feed, date="2025-04-30")
    for name in ("calendar.txt", "calendar_dates.txt"):
        (feed / name).unlink()
    assert len(read_stops(feed).trips) == 4


def test_all_problems_of_a_feed_come_at_once(tmp_path: Path):
    times = (
        FEED["stop_times.txt"]
        .replace("08:25:00,08:27:30", "07:25:00,07:27:30")
        .replace("25:10:00,25:10:00,s1", "25.10,25:10:00,nowhere")
    )
    stops = FEED["stops.txt"].replace("31.6,120.3", "131.6,120.3") + "s1,Again,31,121,1,\n"
    with pytest.raises(TableError) as caught:
        read_stops(folder(tmp_path, stop_times=times, stops=stops), date=TUESDAY)
    for words in (
        r"row 4, column 'arrival_time': the time runs backwards.*'07:25:00'",
        r"row 6, column 'arrival_time': is no time \(found '25.10'\)",
        r"row 6, column 'stop_id': is no known station \(found 'nowhere'\)",
        r"row 6, column 'place': stops.txt: is no place on earth",
        r"row 8, column 'stop_id': stops.txt: repeats an earlier stop",
    ):
        assert caught.match(f"(?s).*{words}")


def test_a_clock_never_wraps_in_a_feed(tmp_path: Path):
    times = FEED["stop_times.txt"].replace("25:10:00,25:10:00", "01:10:00,01:10:00")
    with pytest.raises(TableError, match="row 6, column 'arrival_time': the time runs backwards"):
        read_stops(folder(tmp_path, stop_times=times), date=TUESDAY)


def test_files_and_columns_that_are_missing(tmp_path: Path):
    feed = folder(tmp_path, routes="route_id,route_typ\nr1,2\n")
    (feed / "trips.txt").unlink()
    with pytest.raises(SourceError) as caught:
        read_stops(feed, date=TUESDAY)
    assert caught.match("(?s).*trips.txt is missing")
    assert caught.match("(?s).*routes.txt has no column 'route_type'. Did you mean 'route_typ'")


def test_stops_between_timed_ones_are_timed_and_lone_stops_counted(tmp_path: Path):
    times = FEED["stop_times.txt"].replace("08:25:00,08:27:30", ",") + "t2x,1:00:00,1:00:00,s1,1\n"
    trips = FEED["trips.txt"] + "r1,week,t2x,G9\n"
    timetable = read_stops(folder(tmp_path, stop_times=times, trips=trips), date=TUESDAY)
    assert minutes(timetable)["t1", "s2"] == (500.0, 500.0)
    assert timetable.warnings == (
        "1 trips of one stop are left out.",
        "1 stops without times are timed between their neighbours.",
    )


def test_what_is_not_heeded_is_counted(tmp_path: Path):
    lines = FEED["stop_times.txt"].splitlines()
    times = [f"{lines[0]},pickup_type", *(f"{line},0" for line in lines[1:-1])]
    times += [f"{lines[-1]},1", "ghost,1:00:00,1:00:00,s1,1,0"]
    feed = folder(tmp_path, stop_times="\n".join(times))
    assert read_stops(feed, date=TUESDAY).warnings == (
        "1 stop times of trips that trips.txt lacks are left out.",
        "1 limits on boarding or alighting are not heeded.",
    )


def test_trips_that_run_every_so_often_are_written_out(tmp_path: Path):
    headways = "trip_id,start_time,end_time,headway_secs\nt1,06:00:00,07:00:00,1200\n"
    found = minutes(read_stops(folder(tmp_path, frequencies=headways), date=TUESDAY))
    departures = sorted(minute for (_, station), (_, minute) in found.items() if station == "s2")
    assert departures == [387.5, 407.5, 427.5]
    endless = headways.replace("1200", "0")
    with pytest.raises(TableError, match=r"row 2.*is no headway.*every 0 s"):
        read_stops(folder(tmp_path, frequencies=endless), date=TUESDAY)


@pytest.mark.parametrize("name", ["../stops.txt", "/etc/stops.txt", "a/../../x", "..\\x", "C:/x"])
def test_an_archive_that_names_files_outside_itself_is_refused(tmp_path: Path, name: str):
    with pytest.raises(SourceError, match="names files outside itself"):
        read_stops(zipped(tmp_path, **{name: "x"}), date=TUESDAY)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feed.zip"]


def test_a_bomb_is_refused(tmp_path: Path):
    with pytest.raises(SourceError, match="far more than a timetable needs"):
        read_stops(zipped(tmp_path, **{"frequencies.txt": "0" * 2**25}), date=TUESDAY)


def test_archives_that_are_doubled_or_damaged_are_refused(tmp_path: Path):
    with pytest.raises(SourceError, match="holds a file twice"):
        read_stops(zipped(tmp_path, **{"b/stops.txt": FEED["stops.txt"]}), date=TUESDAY)
    file = zipped(tmp_path)
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(SourceError, match="cannot be unpacked"):
        read_stops(file, date=TUESDAY)
    with pytest.raises(SourceError, match="is not there"):
        read_stops(tmp_path / "no.zip", date=TUESDAY)


def test_another_encoding_than_utf_8_is_refused(tmp_path: Path):
    feed = folder(tmp_path)
    (feed / "stops.txt").write_bytes(FEED["stops.txt"].replace("Alpha", "甲").encode("gb18030"))
    with pytest.raises(SourceError, match="unknown encoding"):
        read_stops(feed, date=TUESDAY)
