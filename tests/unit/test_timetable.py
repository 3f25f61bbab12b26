"""Stop tables like 12306's: what is read, what is refused, what is counted."""

import csv
import gzip
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yrdgeo.datum import wgs84_to_bd09, wgs84_to_gcj02
from yrdgeo.errors import ArgumentError, SourceError, TableError
from yrdgeo.sources.feed_files import read_bytes
from yrdgeo.sources.timetable import STOP_NAMES, read_stops
from yrdgeo.timetables import Timetable

PLACES = {"甲": (121.0, 31.0), "乙": (120.6, 31.3), "丙": (120.3, 31.6), "丁": (119.9, 31.8)}
HEADER = "车次,站序,站名,到站时间,开车时间"
GOOD = [
    "G1,1,甲,----,08:00",
    "G1,2,乙,08:25,08:27",
    "G1,3,丙,08:40,----",
    "K2,1,丙,始发,23:40",
    "K2,2,乙,00:05,00:10",
    "K2,3,甲,00:50,终到",
]


def stops_file(folder: Path, rows: list[str], header: str = HEADER) -> Path:
    path = folder / "stops.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return path


def stations_file(folder: Path, places: dict[str, tuple[float, float]] = PLACES) -> Path:
    path = folder / "stations.csv"
    rows = [f"{name},{lat!r},{lon!r}" for name, (lon, lat) in reversed(places.items())]
    path.write_text("\n".join(["站名,纬度,经度", *rows]), encoding="utf-8")
    return path


def minutes(timetable: Timetable) -> dict[tuple[str, str], tuple[float, float]]:
    return {
        (row.trip_id, row.station): (row.arrive_min, row.depart_min)
        for row in timetable.stops.itertuples()
    }


EXPECTED = {
    ("G1", "甲"): (480.0, 480.0),
    ("G1", "乙"): (505.0, 507.0),
    ("G1", "丙"): (520.0, 520.0),
    ("K2", "丙"): (1420.0, 1420.0),
    ("K2", "乙"): (1445.0, 1450.0),
    ("K2", "甲"): (1490.0, 1490.0),
}


def test_shuffled_rows_are_read_and_midnight_is_passed(tmp_path: Path):
    rows = random.Random(5).sample(GOOD, len(GOOD))  # noqa: S311 — a fixed shuffle
    timetable = read_stops(stops_file(tmp_path, rows), stations_file(tmp_path))
    assert minutes(timetable) == EXPECTED
    assert timetable.trips.set_index("trip_id")["mode"].to_dict() == {"G1": "hsr", "K2": "rail"}
    assert timetable.warnings == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("name", ["stops.csv", "stops.csv.gz"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_encodings_delimiters_and_gzip(tmp_path: Path, encoding: str, name: str, delimiter: str):
    content = "\r\n".join([HEADER, *GOOD]).replace(",", delimiter).encode(encoding)
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    assert minutes(read_stops(path)) == EXPECTED


@pytest.mark.parametrize(
    "header",
    [
        "train,sequence,station,arrive,depart",
        "Train_No,SEQ,Station_Name,arrival_time,departure_time",
        "列车,序号,车站,到时,发时",
        "train_id,stop_sequence,stop,arrival,start_time",
    ],
)
def test_columns_are_found_by_their_names(tmp_path: Path, header: str):
    assert minutes(read_stops(stops_file(tmp_path, GOOD, header))) == EXPECTED


def test_no_name_of_a_column_means_two_things():
    words = [word for names in STOP_NAMES.values() for word in names]
    assert len(words) == len(set(words))


def test_a_column_of_minutes_and_an_order_of_rows(tmp_path: Path):
    header = "train,station,arr_min,dep_min"
    rows = ["G1,甲,,480", "G1,乙,505.5,507", "G1,丙,520,"]
    found = minutes(read_stops(stops_file(tmp_path, rows, header)))
    assert found["G1", "乙"] == (505.5, 507.0)


def test_the_column_of_the_day_goes_before_the_clock(tmp_path: Path):
    header = f"{HEADER},天数"
    rows = ["Z9,1,甲,----,10:00,当日", "Z9,2,乙,09:30,09:36,次日", "Z9,3,丙,23:58,----,第2天"]
    with pytest.raises(TableError, match="runs backwards"):
        read_stops(stops_file(tmp_path, rows, header))
    rows = ["Z9,1,甲,----,22:00,0", "Z9,2,乙,23:55,00:03,0", "Z9,3,丙,01:00,----,1"]
    found = minutes(read_stops(stops_file(tmp_path, rows, header)))
    assert found["Z9", "乙"] == (1435.0, 1443.0)
    assert found["Z9", "丙"] == (1500.0, 1500.0)


def test_hours_past_24_stay(tmp_path: Path):
    rows = ["Z9,1,甲,----,23:50", "Z9,2,乙,24:20,24:25", "Z9,3,丙,25:10:30,----"]
    found = minutes(read_stops(stops_file(tmp_path, rows)))
    assert found["Z9", "丙"] == (1510.5, 1510.5)


def test_what_the_first_arrival_and_the_last_departure_say_does_not_matter(tmp_path: Path):
    rows = ["G1,1,甲,00:00,08:00", "G1,2,乙,08:25,23:59"]
    found = minutes(read_stops(stops_file(tmp_path, rows)))
    assert found == {("G1", "甲"): (480.0, 480.0), ("G1", "乙"): (505.0, 505.0)}


def test_all_problems_come_at_once_with_row_column_value_and_remedy(tmp_path: Path):
    rows = [
        "G1,1,甲,----,08:00",  # 2
        "G1,2,乙,07:55,08:27",  # 3: before it left 甲
        "G1,3,丙,08:40,----",
        "G2,1,甲,----,09:00",
        "G2,1,乙,09:20,09:22",  # 6: sequence again
        "G2,3,不知,09:40,----",  # 7: unknown
        "G3,1,甲,----,10:00",
        "G3,2,乙,----,10:20",  # 9: no arrival
        "G3,3,丙,nine,----",  # 10: no time
        "G4,1,甲,----,11:00",  # 11: alone
        "G5,1,甲,----,11:00",
        "G5,2,乙,11:30,19:00",  # 13: stands for 7.5 hours
        "G5,x,丙,19:30,----",  # 14: no number
    ]
    with pytest.raises(TableError) as caught:
        read_stops(stops_file(tmp_path, rows), stations_file(tmp_path))
    message = str(caught.value)
    for row, column, words in [
        (3, "到站时间", "runs backwards.*found '07:55'.*25:10"),
        (6, "站序", "has this sequence number already.*found '1'"),
        (7, "站名", "is no known station.*found '不知'.*Add it"),
        (9, "到站时间", "arrival is missing"),
        (10, "到站时间", "is no time.*found 'nine'.*HH:MM"),
        (11, "站名", "has one stop"),
        (13, "开车时间", "stands over 6 hours.*found '19:00'"),
        (14, "站序", "is no whole number.*found 'x'"),
    ]:
        assert caught.match(f"row {row}, column '{column}': .*{words}"), message
    assert "row 2," not in message
    assert "row 12," not in message


def test_rows_are_numbered_as_in_the_file_blank_ones_too(tmp_path: Path):
    with pytest.raises(TableError, match="row 4, column '到站时间'"):
        read_stops(stops_file(tmp_path, [GOOD[0], "", "G1,2,乙,7.5,8.5"]))


def test_only_trains_of_the_day(tmp_path: Path):
    header = f"train_id,{HEADER},days"
    rows = [
        "1,G1,1,甲,----,08:00,2016-03-09|2016-03-10",
        "1,G1,2,乙,08:25,----,2016-03-09|2016-03-10",
        "2,G1,1,甲,----,08:10,2016-03-11 00:00:00",
        "2,G1,2,乙,08:35,----,2016-03-11 00:00:00",
        "3,D5,1,甲,----,09:00,ALL",
        "3,D5,2,乙,09:25,----,ALL",
    ]
    path = stops_file(tmp_path, rows, header)
    assert set(read_stops(path, date="2016-03-10").trips["trip_id"]) == {"1", "3"}
    assert set(read_stops(path, date="2016-03-11").trips["trip_id"]) == {"2", "3"}
    every = read_stops(path)
    assert set(every.trips["trip_id"]) == {"1", "2", "3"}
    assert every.warnings == ("2 trains run on some days only and are all in; name a date.",)
    with pytest.raises(TableError, match=r"row 2, column 'days': is no list of days.*Write ALL"):
        read_stops(stops_file(tmp_path, [rows[0].replace("2016-03-09", "Mon"), rows[1]], header))


def test_stops_without_passengers_are_left_out_and_counted(tmp_path: Path):
    header = f"{HEADER},open"
    rows = [
        "G1,1,甲,----,08:00,True",
        "G1,2,乙,08:25,08:27,False",
        "G1,3,丙,08:40,----,True",
        "G2,1,甲,----,08:00,True",
        "G2,2,乙,08:25,----,False",
    ]
    timetable = read_stops(stops_file(tmp_path, rows, header))
    assert minutes(timetable).keys() == {("G1", "甲"), ("G1", "丙")}
    assert timetable.warnings == ("2 stops without passengers are left out.",)


@pytest.mark.parametrize(
    ("datum", "shift"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09), ("wgs84", None)]
)
def test_stations_come_back_in_wgs84(tmp_path: Path, datum: str, shift):  # noqa: ANN001 — a function or none
    shifted = {name: shift(*place) if shift else place for name, place in PLACES.items()}
    path = stations_file(tmp_path, shifted)
    found = read_stops(stops_file(tmp_path, GOOD), path, datum=datum).stations
    assert found.crs == "EPSG:4326"
    places = found.set_index("station").geometry
    for name, (lon, lat) in PLACES.items():
        assert (places[name].x, places[name].y) == pytest.approx((lon, lat), abs=1e-8)


def test_the_word_for_station_may_stand_behind_a_name(tmp_path: Path):
    rows = [row.replace("甲", "甲站") for row in GOOD]
    assert minutes(read_stops(stops_file(tmp_path, rows), stations_file(tmp_path))) == EXPECTED


def test_speeds_that_no_train_has_are_counted(tmp_path: Path):
    places = {**PLACES, "丙": (87.6, 43.8)}
    timetable = read_stops(stops_file(tmp_path, GOOD), stations_file(tmp_path, places))
    (warning,) = timetable.warnings
    assert warning.startswith("2 rides faster than 380 km/h along the great circle: ")
    assert "乙 to 丙 (" in warning


def test_rides_slower_than_a_cart_are_counted(tmp_path: Path):
    rows = ["G1,1,甲,----,08:00", "G1,2,乙,13:25,----"]
    timetable = read_stops(stops_file(tmp_path, rows), stations_file(tmp_path))
    assert timetable.warnings == (
        "1 ride of over 120 minutes slower than 15 km/h: 甲 to 乙 (51 km in 325 min).",
    )


def test_problems_of_the_station_table(tmp_path: Path):
    path = tmp_path / "stations.csv"
    path.write_text("name,lon,lat\n甲,121,31\n甲,121,31\n乙,31.2,121.5\n丙,,31\n", encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_stops(stops_file(tmp_path, GOOD), path)
    assert caught.match(r"row 3, column 'name': stations.csv: repeats an earlier station")
    assert caught.match(r"row 4, column 'lat': stations.csv: is no coordinate \(found '121.5'\)")
    assert caught.match(r"row 5, column 'lon': stations.csv: is no coordinate")


def test_columns_that_are_missing_are_named(tmp_path: Path):
    with pytest.raises(TableError, match=r"no column for 'depart'. Name it one of depart_min"):
        read_stops(stops_file(tmp_path, ["G1,1,甲,08:00"], "车次,站序,站名,到站时间"))


def test_options_out_of_their_domain(tmp_path: Path):
    path = stops_file(tmp_path, GOOD)
    with pytest.raises(ArgumentError, match="YYYY-MM-DD"):
        read_stops(path, date="10 March")
    with pytest.raises(ArgumentError, match="gcj02"):
        read_stops(path, datum="gcj2")
    with pytest.raises(ArgumentError, match="own stations"):
        read_stops(tmp_path, stations_file(tmp_path))


def test_files_that_cannot_be_read(tmp_path: Path):
    with pytest.raises(SourceError, match="is not there"):
        read_stops(tmp_path / "no.csv")
    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(gzip.compress(b"x" * 1000)[:-9])
    with pytest.raises(SourceError, match="cannot be unpacked"):
        read_stops(torn)
    strange = tmp_path / "strange.csv"
    strange.write_bytes(b"\xff\xff\xff\xff")
    with pytest.raises(SourceError, match="unknown encoding"):
        read_stops(strange)
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    with pytest.raises(SourceError, match="is no table"):
        read_stops(empty)
    with pytest.raises(SourceError, match="is no table"):
        read_stops(stops_file(tmp_path, [f"{GOOD[0]},more"]))


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(tmp_path: Path):
    bomb = tmp_path / "bomb.csv.gz"
    bomb.write_bytes(gzip.compress(b"0" * 2**25))
    with pytest.raises(SourceError, match="far more than a timetable needs"):
        read_bytes(bomb)
    long = tmp_path / "long.csv"
    long.write_bytes(b"0" * 2000)
    with pytest.raises(SourceError, match="far more than a timetable needs"):
        read_bytes(long, limit=1999)


def test_a_table_without_rows_is_a_timetable_without_trains(tmp_path: Path):
    timetable = read_stops(stops_file(tmp_path, []))
    assert repr(timetable) == "Timetable(0 trips, 0 stops, 0 stations)"


def test_hostile_names_stay_text(tmp_path: Path, hostile_text: str):
    name = hostile_text.encode("utf-8", "replace").decode().replace("\x00", "")
    path = tmp_path / "stops.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = [HEADER.split(","), ["G1", "1", name, "", "08:00"], ["G1", "2", "乙", "08:25", ""]]
        csv.writer(stream).writerows(rows)
    timetable = read_stops(path)
    assert minutes(timetable)["G1", "乙"] == (505.0, 505.0)
    assert len(timetable.stations) == 2
    assert "<script" not in timetable._repr_html_()


def test_a_hand_made_timetable_is_checked():
    stops = pd.DataFrame(
        {
            "trip_id": ["G1", "G1", "G1"],
            "sequence": [1, 2, 3],
            "station": ["a", "b", "x"],
            "arrive_min": [np.nan, 90.0, 95.0],
            "depart_min": [100.0, 92.0, np.nan],
        }
    )
    with pytest.raises(TableError) as caught:
        Timetable(stops, pd.DataFrame({"station": ["a", "b"]}))
    assert caught.match("row 3, column 'arrive_min': arrives before it left the stop before")
    assert caught.match(r"row 4, column 'station': is no known station \(found 'x'\)")
    with pytest.raises(TableError, match="column 'depart_min' is missing"):
        Timetable(stops.drop(columns="depart_min"), pd.DataFrame({"station": ["a"]}))
    with pytest.raises(TableError, match="row 3, column 'station': repeats an earlier station"):
        Timetable(stops, pd.DataFrame({"station": ["a", "a"]}))


@pytest.mark.parametrize("day", ["inf", "-1", "1.5", "10", "soon"])
def test_days_that_are_none_are_refused(tmp_path: Path, day: str):
    rows = [f"{row},{day if row.startswith('K2,2') else 0}" for row in GOOD]
    path = stops_file(tmp_path, rows, f"{HEADER},日期差")
    with pytest.raises(TableError, match=rf"row 6, column '日期差': is no day \(found '{day}'\)"):
        read_stops(path)
