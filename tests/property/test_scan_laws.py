"""Laws of journeys by the clock, on made-up timetables."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from timetable_samples import STATIONS, moments, timetable_of, timetables, trains, ways

from yrdgeo.routing.scan import earliest_arrivals, scheduled_times
from yrdgeo.timetables import Timetable

stations = st.sampled_from(STATIONS)
DAY = 1440.0
briefly = settings(max_examples=40)


@briefly
@given(day=timetables(limited=True), more=trains("new"), origin=stations, moment=moments, way=ways)
def test_a_further_train_makes_nobody_later(
    day: Timetable,
    more: list[tuple[str, int, str, float, float]],
    origin: str,
    moment: int,
    way: pd.DataFrame,
):
    rows = [tuple(row) for row in day.stops.itertuples(index=False)]
    richer = timetable_of(rows + [(*row, True, True) for row in more], day.transfers)
    before = earliest_arrivals(day, origin, depart_min=moment, transfers=way)
    after = earliest_arrivals(richer, origin, depart_min=moment, transfers=way)
    assert (after <= before.reindex(after.index)).all()
    options = {"window": (moment, moment + 60), "transfers": way, "max_transfers": 1}
    for statistic in ("fastest", "scheduled"):
        slow, fast = (
            scheduled_times(table, [origin], STATIONS, statistic=statistic, **options).minutes
            for table in (day, richer)
        )
        assert (fast <= slow + 1e-9).all()


@briefly
@given(day=timetables(), origin=stations, moment=moments, wait=st.integers(0, 300), way=ways)
def test_who_leaves_later_is_not_there_earlier(
    day: Timetable, origin: str, moment: int, wait: int, way: pd.DataFrame
):
    early = earliest_arrivals(day, origin, depart_min=moment, transfers=way)
    late = earliest_arrivals(day, origin, depart_min=moment + wait, transfers=way)
    within = np.isfinite(late) & (late <= moment + DAY)
    assert (early[within] <= late[within]).all()


@briefly
@given(
    day=timetables(), a=stations, b=stations, moment=moments, way=ways, change=st.integers(1, 30)
)
def test_a_change_on_the_way_is_never_faster_than_the_best_way(
    day: Timetable, a: str, b: str, moment: int, way: pd.DataFrame, change: int
):
    first = earliest_arrivals(day, a, depart_min=moment, transfers=way, transfer_min=change)
    if np.isinf(first[b]):
        return
    again = first[b] + change
    second = earliest_arrivals(day, b, depart_min=again, transfers=way, transfer_min=change)
    within = second <= moment + DAY
    assert (first[within] <= second[within]).all()


@briefly
@given(day=timetables(limited=True), moment=moments, way=ways, change=st.integers(1, 30))
def test_the_scan_back_in_time_agrees_with_the_scan_forward(
    day: Timetable, moment: int, way: pd.DataFrame, change: int
):
    options = {"transfers": way, "transfer_min": change}
    at = (moment, moment)
    back = scheduled_times(day, STATIONS, window=at, statistic="scheduled", **options).to_frame()
    for origin in STATIONS:
        forth = earliest_arrivals(day, origin, depart_min=moment, **options) - moment
        assert back.loc[origin].to_dict() == forth.reindex(back.columns).to_dict()


@briefly
@given(day=timetables(), start=moments, way=ways)
def test_fastest_is_at_most_median_and_more_freedom_is_never_slower(
    day: Timetable, start: int, way: pd.DataFrame
):
    options = {"window": (start, start + 200), "transfers": way}
    fastest = scheduled_times(day, STATIONS, **options).minutes
    assert (fastest <= scheduled_times(day, STATIONS, statistic="median", **options).minutes).all()
    for changes in (0, 1, 2):
        limited = scheduled_times(day, STATIONS, max_transfers=changes, **options).minutes
        assert (fastest <= limited).all()
    wider = scheduled_times(day, STATIONS, window=(start, start + 400), transfers=way).minutes
    assert (wider <= fastest).all()


@briefly
@given(day=timetables(limited=True), seed=st.integers(0, 99), way=ways)
def test_the_order_of_rows_does_not_matter(day: Timetable, seed: int, way: pd.DataFrame):
    stops = day.stops.sample(frac=1.0, random_state=seed)
    stations = day.stations.sample(frac=1.0, random_state=seed)
    shuffled = Timetable(stops, stations, transfers=day.transfers.iloc[::-1])
    one, other = (scheduled_times(table, STATIONS, transfers=way) for table in (day, shuffled))
    np.testing.assert_array_equal(one.minutes, other.minutes)


@briefly
@given(day=timetables())
def test_without_changes_the_fastest_is_the_fastest_direct_train(day: Timetable):
    found = scheduled_times(day, STATIONS, window=(0, 1439), max_transfers=0).to_frame()
    direct = dict.fromkeys(((a, b) for a in STATIONS for b in STATIONS if a != b), np.inf)
    for _, stops in day.stops.groupby("trip_id"):
        called = list(stops.itertuples())
        for at, start in enumerate(called):
            for end in called[at + 1 :]:
                if start.station != end.station:
                    spent = end.arrive_min - start.depart_min
                    pair = start.station, end.station
                    direct[pair] = min(direct[pair], spent)
    assert {pair: found.loc[pair] for pair in direct} == direct
