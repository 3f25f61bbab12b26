"""Journeys by the clock, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.errors import ArgumentError, TableError
from yrdgeo.routing import profiles
from yrdgeo.routing.doors import door_times
from yrdgeo.routing.journeys import journey_times
from yrdgeo.routing.scan import earliest_arrivals, scheduled_times
from yrdgeo.timetables import Timetable

# Two slow trains a → c, one change at b that is faster, one train from the other station b2.
ROWS = [
    ("K1", 1, "a", 480, 480),
    ("K1", 2, "c", 600, 600),
    ("K2", 1, "a", 510, 510),
    ("K2", 2, "c", 625, 625),
    ("G1", 1, "a", 490, 490),
    ("G1", 2, "b", 510, 510),
    ("G2", 1, "b", 519, 519),
    ("G2", 2, "c", 549, 549),
    ("G3", 1, "b2", 530, 530),
    ("G3", 2, "c", 555, 555),
    ("N1", 1, "c", 1400, 1400),
    ("N1", 2, "a", 1500, 1500),
]
WAY = pd.DataFrame({"from_station": ["b2"], "to_station": ["b"], "minutes": [15.0]})


@pytest.fixture
def day() -> Timetable:
    names = ["trip_id", "sequence", "station", "arrive_min", "depart_min"]
    stops = pd.DataFrame(ROWS, columns=names).sample(frac=1.0, random_state=4)
    stations = pd.DataFrame({"station": ["b2", "c", "a", "b"], "city": ["B", "", "", "B"]})
    return Timetable(stops, stations)


def minutes(day: Timetable, start: str, end: str, **options: object) -> float:
    return float(scheduled_times(day, [start], [end], **options).minutes[0, 0])


def test_a_change_is_made_where_there_is_time_for_it(day: Timetable):
    assert minutes(day, "a", "c", transfer_min=9) == 59.0
    assert minutes(day, "a", "c", transfer_min=9.5) == 115.0


def test_a_way_between_stations_is_a_change(day: Timetable):
    assert minutes(day, "a", "c", transfers=WAY) == 65.0
    assert minutes(day, "a", "c", transfers=WAY.assign(minutes=20.5)) == 115.0
    assert minutes(day, "a", "b2", transfers=WAY) == 35.0
    assert minutes(day, "b", "b2", transfers=WAY) == 15.0
    assert minutes(day, "a", "c", transfers=WAY, max_transfers=0) == 115.0


def test_a_city_is_all_its_stations(day: Timetable):
    assert minutes(day, "a", "B") == 20.0
    assert minutes(day, "B", "c") == 25.0


def test_the_window_bounds_the_departure(day: Timetable):
    assert minutes(day, "a", "c", window=(480, 489)) == 120.0
    assert minutes(day, "a", "c", window=(480, 490), transfer_min=9) == 59.0
    assert minutes(day, "a", "c", window=(511, 1000)) == np.inf


def test_median_leaves_out_trains_that_a_later_one_overtakes(day: Timetable):
    # G1 + G2 (490 to 549) beats K1 (480 to 600); K2 arrives at 625.
    assert minutes(day, "a", "c", transfer_min=9, statistic="median") == (59.0 + 115.0) / 2
    assert minutes(day, "a", "c", window=(480, 489), statistic="median") == 120.0


def test_scheduled_counts_the_wait(day: Timetable):
    # From 480 to 490 everybody takes the train of 490; to 510 that of 510.
    by_hand = (10 * (59 + 69) / 2 + 20 * (115 + 135) / 2) / 30
    options = {"window": (480, 510), "transfer_min": 9, "statistic": "scheduled"}
    assert minutes(day, "a", "c", **options) == pytest.approx(by_hand)
    assert minutes(day, "a", "c", window=(485, 485), statistic="scheduled") == 140.0


def test_trains_run_every_day_or_on_this_one_only(day: Timetable):
    late = {"window": (600, 600), "statistic": "scheduled"}
    assert minutes(day, "a", "c", **late, longest_min=2000) == 1440.0  # K1 of the next day
    assert minutes(day, "a", "c", **late, longest_min=2000, daily=False) == np.inf
    # The train of the day before arrives at 60 minutes past midnight.
    assert minutes(day, "c", "a", window=(0, 1439), daily=False) == 100.0


def test_a_journey_longer_than_the_longest_is_no_path(day: Timetable):
    assert minutes(day, "a", "c", longest_min=115) == 115.0
    assert minutes(day, "a", "c", longest_min=114.9) == np.inf


def test_places_keep_their_order_and_a_place_is_at_itself(day: Timetable):
    times = scheduled_times(day, ["c", "b", "a"], transfer_min=9)
    assert list(times.origins) == ["c", "b", "a"]
    assert np.diag(times.minutes).tolist() == [0.0, 0.0, 0.0]
    assert times.to_frame().loc["a", "c"] == 59.0


def test_blocks_of_destinations_give_the_same_answer(
    day: Timetable, monkeypatch: pytest.MonkeyPatch
):
    whole = scheduled_times(day, ["a", "b", "b2", "c"], max_transfers=2)
    monkeypatch.setattr(profiles, "_BLOCK_BYTES", 1)
    parts = scheduled_times(day, ["a", "b", "b2", "c"], max_transfers=2)
    np.testing.assert_array_equal(whole.minutes, parts.minutes)


def made(*rows: tuple[str, int, str, float, float]) -> Timetable:
    names = ["trip_id", "sequence", "station", "arrive_min", "depart_min"]
    stops = pd.DataFrame(rows, columns=names).sample(frac=1.0, random_state=6)
    return Timetable(stops, pd.DataFrame({"station": ["d", "b", "c", "a"]}))


def test_a_ride_of_no_minutes_is_a_ride():
    day = made(("G1", 1, "a", 60, 60), ("G1", 2, "b", 60, 60), ("G1", 3, "c", 65, 65))
    assert minutes(day, "a", "c", window=(0, 99)) == 5.0
    assert earliest_arrivals(day, "a", depart_min=60)["c"] == 65.0


def test_of_trains_that_leave_together_the_better_counts():
    fast = [("G1", 1, "a", 60, 60), ("G1", 2, "b", 80, 80)]
    slow = [("K1", 1, "a", 60, 60), ("K1", 2, "b", 90, 90)]
    assert minutes(made(*fast, *slow), "a", "b", window=(0, 99)) == 20.0
    renamed = [("G2", *row[1:]) for row in slow] + [("K2", *row[1:]) for row in fast]
    assert minutes(made(*renamed), "a", "b", window=(0, 99)) == 20.0


def test_of_trains_that_arrive_together_the_later_counts():
    slow = [("K1", 1, "a", 60, 60), ("K1", 2, "b", 120, 120)]
    fast = [("G1", 1, "a", 100, 100), ("G1", 2, "b", 120, 120)]
    assert minutes(made(*slow, *fast), "a", "b", window=(0, 200), statistic="median") == 20.0


def test_ways_chain():
    day = made(("G1", 1, "a", 60, 60), ("G1", 2, "b", 80, 80))
    rows = {"from_station": ["d", "d"], "to_station": ["b", "c"], "minutes": [7.0, 8.0]}
    assert minutes(day, "a", "c", transfers=pd.DataFrame(rows), window=(0, 99)) == 35.0


def test_who_waits_longer_than_the_way_goes_on_foot():
    day = made(("G1", 1, "a", 60, 60), ("G1", 2, "b", 70, 70))
    way = pd.DataFrame({"from_station": ["a"], "to_station": ["b"], "minutes": [30.0]})
    # To 40 on foot, 30 minutes; then the train, 30 down to 10 minutes.
    expected = (40 * 30 + 20 * 20) / 60
    options = {"window": (0, 60), "statistic": "scheduled", "transfers": way}
    assert minutes(day, "a", "b", **options) == pytest.approx(expected)


def test_earliest_arrivals_by_station(day: Timetable):
    found = earliest_arrivals(day, "a", depart_min=481, transfers=WAY)
    assert found.to_dict() == {"a": 481.0, "b": 510.0, "b2": 525.0, "c": 555.0}


def test_nobody_boards_or_alights_where_it_is_not_allowed(day: Timetable):
    at = day.stops["trip_id"] + day.stops["station"]
    shut = Timetable(day.stops.assign(board=at.ne("G1a"), alight=at.ne("K2c")), day.stations)
    assert minutes(shut, "a", "b") == np.inf
    assert minutes(shut, "a", "c") == 120.0  # K1; K2 lets nobody off
    assert earliest_arrivals(shut, "a", depart_min=480)["c"] == 600.0
    assert earliest_arrivals(shut, "a", depart_min=481)["c"] == np.inf  # within a day
    assert minutes(shut, "a", "c", max_transfers=0) == 120.0


def test_who_may_not_alight_rides_on():
    day = made(("G1", 1, "a", 60, 60), ("G1", 2, "b", 70, 71), ("G1", 3, "c", 80, 80))
    stops = day.stops.assign(alight=day.stops["station"].ne("b"))
    through = Timetable(stops, day.stations)
    assert minutes(through, "a", "b", window=(0, 99)) == np.inf
    assert minutes(through, "a", "c", window=(0, 99)) == 20.0
    assert minutes(through, "b", "c", window=(0, 99)) == 9.0


def test_a_timetable_names_its_own_changes(day: Timetable):
    def own(*rows: tuple[str, str, float]) -> Timetable:
        table = pd.DataFrame(rows, columns=["from_station", "to_station", "minutes"])
        return Timetable(day.stops, day.stations, transfers=table)

    assert minutes(own(("b", "b", 9.0)), "a", "c") == 59.0
    assert minutes(own(("b", "b", 9.0), ("b", "b", 9.5)), "a", "c") == 115.0  # safe is the longer
    assert minutes(own(("b", "b", np.inf)), "a", "c", transfer_min=1) == 115.0
    assert minutes(own(("b", "b2", 20.0)), "a", "c") == 65.0
    assert minutes(own(("b2", "b", 20.0)), "a", "c") == 115.0  # the other way only
    assert minutes(own(("b", "b2", 20.0)), "a", "b2") == 40.0
    assert minutes(own(("b2", "b", 20.0)), "a", "b2") == np.inf
    assert earliest_arrivals(own(("b", "b2", 20.0)), "a", depart_min=481)["c"] == 555.0


@pytest.mark.parametrize(
    ("stops", "changes", "words"),
    [
        ({"board": "perhaps"}, {}, r"row 2, column 'board': is neither true nor false"),
        ({}, {"to_station": "B"}, r"row 2, column 'to_station': is no known station .found 'B'"),
        ({}, {"minutes": -1.0}, r"row 2, column 'minutes': is no time of 0 or more"),
        ({}, {"minutes": "soon"}, r"found 'soon'"),
    ],
)
def test_limits_and_changes_are_checked(
    day: Timetable, stops: dict[str, object], changes: dict[str, object], words: str
):
    rows = {"from_station": ["a"], "to_station": ["b"], "minutes": [5.0]} | {
        name: [value] for name, value in changes.items()
    }
    with pytest.raises(TableError, match=words):
        Timetable(day.stops.assign(**stops), day.stations, transfers=pd.DataFrame(rows))


def test_journeys_by_period(day: Timetable):
    periods = {"early": (480, 500), "late": (500, 520), "night": (1320, 360)}
    found = journey_times(day, ["a", "c"], periods=periods, transfer_min=9)
    rows = found.set_index(["from_id", "to_id", "period"])
    assert len(rows) == 6
    early = rows.loc[("a", "c", "early")]
    # G1 + G2 leave at 490 and overtake K1 of 480.
    assert early[["n_journeys", "n_transfers"]].to_list() == [1, 1]
    assert early[["fastest_min", "typical_min", "half_headway_min"]].to_list() == [59, 59, 10]
    # To 490 for the arrival at 549, to 500 for K2, which arrives at 625.
    assert early["scheduled_min"] == pytest.approx((10 * (549 - 485) + 10 * (625 - 495)) / 20)
    late = rows.loc[("a", "c", "late")]
    assert late[["n_journeys", "n_transfers", "fastest_min"]].to_list() == [1, 0, 115]
    assert late["scheduled_min"] > 115
    none = rows.loc[("a", "c", "night")]
    assert none[["n_journeys", "n_transfers", "fastest_min"]].to_list() == [0, np.inf, np.inf]
    assert rows.loc[("c", "a", "night"), "fastest_min"] == 100.0


def test_no_train_at_all():
    names = ["trip_id", "sequence", "station", "arrive_min", "depart_min"]
    empty = Timetable(pd.DataFrame(columns=names), pd.DataFrame({"station": ["a", "b"]}))
    assert scheduled_times(empty, ["a", "b"]).minutes.tolist() == [[0.0, np.inf], [np.inf, 0.0]]
    assert earliest_arrivals(empty, "a", depart_min=0).to_dict() == {"a": 0.0, "b": np.inf}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"window": (500, 400)}, "window"),
        ({"window": (-1, 400)}, "window"),
        ({"statistic": "mean"}, "median"),
        ({"window": (1320, 360)}, "1,800 is 6:00 a day later"),
        ({"window": (480,)}, "window"),
        ({"window": ("8:00", "9:00")}, "window"),
        ({"window": None}, "window"),
        ({"max_transfers": -1}, "max_transfers"),
        ({"max_transfers": 1.5}, "max_transfers"),
        ({"max_transfers": 10**9}, "from 0 to 99"),
        ({"longest_min": "long"}, "longest_min"),
        ({"transfer_min": 0}, "transfer_min"),
        ({"longest_min": float("nan")}, "longest_min"),
        ({"transfers": WAY.replace("b2", "x")}, r"row 2, column 'from_station'.*found 'x'"),
        ({"transfers": WAY.assign(minutes=0)}, "above 0"),
        ({"transfers": WAY.assign(minutes="ten")}, r"row 2, column 'minutes'.*found 'ten'"),
        ({"transfers": WAY.assign(minutes=np.inf)}, r"row 2, column 'minutes'.*found 'inf'"),
        ({"transfers": WAY.drop(columns="minutes")}, r"lack columns.*minutes"),
    ],
)
def test_options_out_of_their_domain(day: Timetable, options: dict[str, object], words: str):
    with pytest.raises(ArgumentError, match=words):
        scheduled_times(day, ["a"], ["c"], **options)


def test_unknown_places_are_named_with_the_nearest(day: Timetable):
    with pytest.raises(ArgumentError, match=r"Found: b3\. Did you mean 'b"):
        scheduled_times(day, ["b3"], ["c"])
    with pytest.raises(ArgumentError, match="neither stations nor cities"):
        earliest_arrivals(day, "", depart_min=0)
    with pytest.raises(ArgumentError, match=r"depart_min.*nan"):
        earliest_arrivals(day, "a", depart_min=float("nan"))
    with pytest.raises(ArgumentError, match=r"max_transfers.*None"):
        journey_times(day, ["a"], ["c"], max_transfers=None)  # type: ignore[arg-type]


def test_a_way_of_ages_is_no_way_and_not_a_way_of_no_time(day: Timetable):
    for ages in (1e9, 1e20, 1e300):
        assert (
            minutes(day, "b2", "b", transfers=WAY.assign(minutes=ages), max_transfers=0) == np.inf
        )
        assert minutes(day, "a", "c", transfers=WAY.assign(minutes=ages)) == 115.0
        access = pd.DataFrame({"place": ["P", "Q"], "station": ["a", "c"], "minutes": [5.0, ages]})
        assert door_times(day, access, ["P", "Q"]).minutes[0, 1] == np.inf


def test_every_row_of_an_access_that_leads_nowhere_is_told(day: Timetable):
    access = pd.DataFrame(
        {"place": ["P", 310000, "Q"], "station": ["a", "b", "z"], "minutes": [5.0, -1.0, "soon"]},
        dtype=object,
    )
    with pytest.raises(TableError) as caught:
        door_times(day, access, ["P", "Q"])
    told = str(caught.value)
    assert "4 problems" in told
    for words in (
        "row 3, column 'minutes': is no time of 0 or more (found '-1.0')",
        "row 3, column 'place': is no text, as the places are (found '310000')",
        "row 4, column 'minutes': is no time of 0 or more (found 'soon')",
        "row 4, column 'station': is no station of the timetable (found 'z')",
    ):
        assert words in told


def test_a_date_in_place_of_minutes_is_told(day: Timetable):
    seconds = day.stops.assign(arrive_min=1.7e9, depart_min=1.7e9)
    with pytest.raises(TableError, match=r"row 2, column 'arrive_min': lies over a month ahead"):
        Timetable(seconds, day.stations)
