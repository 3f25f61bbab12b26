"""GTFS feeds: one day's trips, stations for platforms, and archives that mean harm."""

import math
import zipfile
from pathlib import Path

import pytest

from yrdgeo.datum import wgs84_to_gcj02
from yrdgeo.errors import ArgumentError, SourceError, TableError
from yrdgeo.routing.scan import scheduled_times
from yrdgeo.sources import gtfs_rules
from yrdgeo.sources.service_links import direct_rides
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
        .replace("08:40:00,s3,30", "08:40:00,s3,last")
    )
    stops = FEED["stops.txt"].replace("31.6,120.3", "131.6,120.3") + "s1,Again,31,121,1,\n"
    with pytest.raises(TableError) as caught:
        read_stops(folder(tmp_path, stop_times=times, stops=stops), date=TUESDAY)
    for words in (
        r"row 4, column 'arrival_time': the time runs backwards.*'07:25:00'",
        r"row 6, column 'arrival_time': is no time \(found '25.10'\)",
        r"row 2, column 'stop_sequence': is no number \(found 'last'\)",
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


def with_column(name: str, values: dict[int, str]) -> str:
    """Return the stop times with a further column, blank but for some rows (header = 1)."""
    lines = FEED["stop_times.txt"].splitlines()
    cells = [f"{line},{values.get(row, '')}" for row, line in enumerate(lines[1:], start=2)]
    return "\n".join([f"{lines[0]},{name}", *cells])


def test_riders_board_and_alight_where_the_feed_lets_them(tmp_path: Path):
    # Row 3 is t1 at Alpha, row 4 at Beta, row 2 at Gamma.
    for column, shut, gone in (
        ("pickup_type", {3: "1"}, {("s1", "s2"), ("s1", "s3")}),
        ("drop_off_type", {4: "1", 3: "1"}, {("s1", "s2")}),
        ("pickup_type", {4: "0", 3: "3", 2: "1"}, set()),
    ):
        times = with_column(column, shut)
        timetable = read_stops(folder(tmp_path, stop_times=times), date=TUESDAY)
        rides = direct_rides(timetable)
        ways = set(zip(rides["from_node"], rides["to_node"], strict=True))
        assert ways == {("s1", "s2"), ("s1", "s3"), ("s2", "s3"), ("s3", "s1")} - gone
        found = scheduled_times(timetable, ["s1"], ["s2", "s3"], window=(0, 1439), max_transfers=0)
        reached = {("s1", end) for end in ("s2", "s3") if found.to_frame().loc["s1", end] < 1e9}
        assert reached == {("s1", "s2"), ("s1", "s3")} - gone


def test_what_is_not_heeded_is_counted(tmp_path: Path):
    times = with_column("pickup_type", {3: "2"}) + "\nghost,1:00:00,1:00:00,s1,1,0"
    rules = TRANSFERS + "p1,p2,3,\ns1,s2,4,\n"
    feed = folder(tmp_path, stop_times=times, transfers=rules)
    assert read_stops(feed, date=TUESDAY).warnings == (
        "1 stop times of trips that trips.txt lacks are left out.",
        "1 stops to be asked for are taken as served.",
        "2 transfers of single trips or platforms are not heeded.",
    )


def test_changes_of_the_feed_lead_one_way_and_the_longest_holds(tmp_path: Path):
    rules = TRANSFERS + "p1,s1,2,120\np1,p1,2,300\ns3,s3,3,\ns1,s2,0,\np1,p2,2,900\ns1,s2,2,60\n"
    timetable = read_stops(folder(tmp_path, transfers=rules), date=TUESDAY)
    ends = ["from_station", "to_station"]
    found = timetable.transfers.set_index(ends)["minutes"].to_dict()
    assert found == {("s1", "s1"): 5.0, ("s3", "s3"): math.inf, ("s1", "s2"): 15.0}


def test_a_change_of_the_feed_is_kept_by_the_journeys(tmp_path: Path):
    # t1 is at Gamma at 8:40, t2 leaves there at 23:50.
    late = {"window": (480, 480), "longest_min": 2000}
    feed = folder(tmp_path)
    free = scheduled_times(read_stops(feed, date=TUESDAY), ["s2"], ["s1"], **late)
    assert free.minutes[0, 0] == math.inf
    feed = folder(tmp_path, transfers=TRANSFERS + "s2,s1,2,600\n")
    way = scheduled_times(read_stops(feed, date=TUESDAY), ["s2"], ["s1"], **late)
    assert way.minutes[0, 0] == 10.0


TRANSFERS = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\n"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            "s1,nowhere,2,60",
            r"row 2, column 'to_stop_id': transfers.txt: is no stop .found 'nowhere'",
        ),
        ("s1,s2,9,60", r"row 2, column 'transfer_type': .*is no kind of transfer .found '9'"),
        ("s1,s2,2,-60", r"row 2, column 'min_transfer_time': .*is no time .found '-60'"),
        ("s1,s2,2,soon", r"found 'soon'"),
        ("s1,s2,2,", r"row 2, column 'min_transfer_time'"),
        ("s1,s2,2,1e99", r"found '1e99'"),
    ],
)
def test_changes_that_are_none_are_refused(tmp_path: Path, row: str, words: str):
    with pytest.raises(TableError, match=words):
        read_stops(folder(tmp_path, transfers=f"{TRANSFERS}{row}\n"), date=TUESDAY)


def test_limits_that_are_none_are_refused(tmp_path: Path):
    feed = folder(tmp_path, stop_times=with_column("pickup_type", {4: "never"}))
    words = r"row 4, column 'pickup_type': is no way to board or alight \(found 'never'\)"
    with pytest.raises(TableError, match=words):
        read_stops(feed, date=TUESDAY)


def test_boarding_areas_are_their_platforms_station(tmp_path: Path):
    stops = FEED["stops.txt"] + "a1,Alpha platform 1 front,31,121,4,p1\n"
    times = FEED["stop_times.txt"].replace("08:00:00,p1", "08:00:00,a1")
    timetable = read_stops(folder(tmp_path, stops=stops, stop_times=times), date=TUESDAY)
    assert minutes(timetable) == minutes(read_stops(folder(tmp_path), date=TUESDAY))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("x1,X,31,121,0,s9\n", "row 8, column 'parent_station': stops.txt: is no stop .found 's9'"),
        ("x1,X,31,121,0,x2\nx2,Y,31,121,0,x1\n", "row 8, .*leads to no station .found 'x2'"),
        ("x1,X,31,121,0,x2\nx2,Y,31,121,0,x3\nx3,Z,31,121,0,p1\n", "leads to no station"),
    ],
)
def test_parents_that_are_none_are_refused(tmp_path: Path, rows: str, words: str):
    with pytest.raises(TableError, match=words):
        read_stops(folder(tmp_path, stops=FEED["stops.txt"] + rows), date=TUESDAY)


def test_calendars_are_checked_cell_by_cell(tmp_path: Path):
    week = FEED["calendar.txt"].replace("week,1,1", "week,yes,1").replace("20241231", "2024-12-31")
    extra = FEED["calendar_dates.txt"].replace("20240501,2", "20241301,3")
    with pytest.raises(TableError) as caught:
        read_stops(folder(tmp_path, calendar=week, calendar_dates=extra), date=TUESDAY)
    for words in (
        r"row 2, column 'monday': calendar.txt.*'yes'.*Write 0 or 1",
        r"row 3, column 'end_date': calendar.txt.*'2024-12-31'.*Write YYYYMMDD",
        r"row 2, column 'date': calendar_dates.txt.*'20241301'",
        r"row 2, column 'exception_type': calendar_dates.txt.*'3'",
    ):
        assert caught.match(f"(?s).*{words}")


def test_further_columns_do_no_harm(tmp_path: Path):
    times = with_column("day,station,board,arrive,row", dict.fromkeys(range(2, 11), "9,x,y,z,7"))
    feed = folder(tmp_path, stop_times=times)
    expected = minutes(read_stops(feed, date=TUESDAY))
    assert expected["t2", "s1"] == (1510.0, 1510.0)


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path):
    feed = folder(tmp_path)
    for name, content in FEED.items():
        (feed / name).write_text(content, encoding="utf-8-sig")
    assert len(read_stops(feed, date=TUESDAY).trips) == 2


@pytest.mark.filterwarnings("ignore")  # as in a user's own program
def test_rows_with_more_cells_than_the_header_are_refused(tmp_path: Path):
    times = FEED["stop_times.txt"].replace("08:25:00,08:27:30,p2,20", "08:25:00,08:27:30,p2,20,9")
    feed = folder(tmp_path, stop_times=times)
    with pytest.raises(SourceError, match=r"stop_times.txt is no table.*line 4"):
        read_stops(feed, date=TUESDAY)


def test_trips_that_run_every_so_often_are_written_out(tmp_path: Path):
    headways = "trip_id,start_time,end_time,headway_secs\nt1,06:00:00,07:00:00,1200\n"
    found = minutes(read_stops(folder(tmp_path, frequencies=headways), date=TUESDAY))
    departures = sorted(minute for (_, station), (_, minute) in found.items() if station == "s2")
    assert departures == [387.5, 407.5, 427.5]
    endless = headways.replace("1200", "0")
    with pytest.raises(TableError, match=r"row 2.*is no headway.*every 0 s"):
        read_stops(folder(tmp_path, frequencies=endless), date=TUESDAY)
    twice = headways + "t1,06:59:00,08:00:00,1200\n"
    with pytest.raises(TableError, match=r"row 3.*overlaps an earlier span"):
        read_stops(folder(tmp_path, frequencies=twice), date=TUESDAY)
    apart = headways + "t1,07:00:00,08:00:00,1200\n"
    assert len(read_stops(folder(tmp_path, frequencies=apart), date=TUESDAY).trips) == 7


def test_headways_that_write_out_too_much_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    headways = "trip_id,start_time,end_time,headway_secs\nt1,06:00:00,07:00:00,20\n"
    monkeypatch.setattr(gtfs_rules, "MOST_STOPS", 539)
    with pytest.raises(SourceError, match="540 stops"):
        read_stops(folder(tmp_path, frequencies=headways), date=TUESDAY)


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
    with pytest.raises(SourceError, match=r"unknown encoding. Found: row 3 is neither"):
        read_stops(feed, date=TUESDAY)
