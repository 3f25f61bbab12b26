"""A study whose trains run by the clock: journeys from seat to seat, by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_networks import STATIONS, STOPS, feed
from made_osm import write_osm
from made_studies import CHANGZHOU, OSM_NODES, OSM_WAYS, SUZHOU, WUXI, study

from yrdgeo.errors import ArgumentError, NetworkError, StudyError, TableError, YrdGeoError
from yrdgeo.pipeline.answer import answer
from yrdgeo.pipeline.desk import check_questions
from yrdgeo.pipeline.space import times_by_mode, times_by_scenario
from yrdgeo.routing.doors import door_times
from yrdgeo.schema import SCHEMA
from yrdgeo.study import Study
from yrdgeo.timetables import Timetable

OWN = 'modes = ["rail"]\ntimetable = "stops.csv"\nstations = "places.csv"\n'


def scheduled(folder: Path, more: str, stops: str = STOPS, places: str = STATIONS) -> Study:
    (folder / "stops.csv").write_text(stops, "utf-8")
    (folder / "places.csv").write_text(places, "utf-8")
    return study(folder, OWN + more)


def rail(of: Study) -> pd.DataFrame:
    return times_by_mode(of)["rail"].to_frame()


def ends(of: Study, *seats: str) -> float:
    """Return the minutes at both ends, by street and fixed, from the links of the network."""
    links = of.network(modes=["rail"]).links
    way = links[links["mode"].eq("access")].set_index("from_node")
    return sum(60 * way.loc[seat, "length_km"] / way.loc[seat, "speed_kmh"] + 20 for seat in seats)


def test_the_fastest_journey_changes_and_waits_for_the_train(tmp_path: Path) -> None:
    own = scheduled(tmp_path, 'travel = "fastest"\n')
    found = rail(own)
    # 08:00 to 09:20 with 45 minutes at Wuxi; the direct train is there at 10:30.
    assert found.loc[SUZHOU, CHANGZHOU] == pytest.approx(
        80 + ends(own, SUZHOU, CHANGZHOU), abs=0.03
    )
    assert found.loc[SUZHOU, WUXI] == pytest.approx(15 + ends(own, SUZHOU, WUXI), abs=0.03)
    assert np.isinf(found.loc[CHANGZHOU, SUZHOU])
    assert (np.diag(found) == 0).all()


def test_who_may_not_change_takes_the_slow_train(tmp_path: Path) -> None:
    own = scheduled(tmp_path, 'travel = "fastest"\nmax_transfers = 0\n')
    both = ends(own, SUZHOU, CHANGZHOU)
    assert rail(own).loc[SUZHOU, CHANGZHOU] == pytest.approx(150 + both, abs=0.03)
    slow = scheduled(tmp_path, 'travel = "typical"\ntransfer_min = 46\n')
    assert rail(slow).loc[SUZHOU, CHANGZHOU] == pytest.approx(150 + both, abs=0.03)


def test_a_mean_over_the_day_holds_the_wait(tmp_path: Path) -> None:
    own = scheduled(tmp_path, 'travel = "scheduled"\n')
    both = ends(own, SUZHOU, WUXI)
    # One train a day: half a day of waiting.
    assert rail(own).loc[SUZHOU, WUXI] == pytest.approx(720 + 15 + both, abs=0.03)
    assert any("wait before departure included" in text for text in own.warnings)
    assert any("any number of changes, of at least 10 minutes" in text for text in own.warnings)


def test_the_period_is_that_of_leaving_the_seat(tmp_path: Path) -> None:
    own = scheduled(tmp_path, 'travel = "scheduled"\nperiod = "morning"\n')
    both = ends(own, SUZHOU, WUXI)
    away = 480 - ends(own, SUZHOU)  # the last moment to leave for the train at 08:00
    before, after = away - 360, 600 - away
    wait = (before * before / 2 + after * (1440 - after / 2)) / 240
    assert rail(own).loc[SUZHOU, WUXI] == pytest.approx(wait + 15 + both, abs=0.05)
    far = scheduled(tmp_path, 'travel = "fastest"\nperiod = "morning"\naccess_fixed_min = 300\n')
    with pytest.raises(NetworkError, match="Check date, period and modes"):
        rail(far)  # one would have to leave before six


def test_stations_of_a_city_are_a_change_by_street(tmp_path: Path) -> None:
    stops = STOPS.replace("B,1,无锡,", "B,1,无锡东,")
    places = STATIONS + "无锡东,120.32,31.58\n"  # 1.9 km: 4.9 minutes by street, ten to change
    own = scheduled(tmp_path, 'travel = "fastest"\n', stops, places)
    both = ends(own, SUZHOU, CHANGZHOU)
    assert rail(own).loc[SUZHOU, CHANGZHOU] == pytest.approx(80 + both, abs=0.03)
    apart = scheduled(tmp_path, 'travel = "fastest"\nchange_km = 1\n', stops, places)
    assert rail(apart).loc[SUZHOU, CHANGZHOU] == pytest.approx(150 + both, abs=0.03)
    hurry = scheduled(tmp_path, 'travel = "fastest"\ntransfer_min = 41\n', stops, places)
    assert rail(hurry).loc[SUZHOU, CHANGZHOU] == pytest.approx(150 + both, abs=0.03)


def test_every_period_has_a_name_and_a_window(tmp_path: Path) -> None:
    stops = "".join(
        f"T{hour},1,苏州,----,{hour:02d}:30\nT{hour},2,无锡,{hour:02d}:50,----\n"
        for hour in range(24)
    )
    stops = "车次,站序,站名,到站时间,开车时间\n" + stops
    for period in SCHEMA["network"]["period"].legal:
        own = scheduled(tmp_path, f'travel = "scheduled"\nperiod = "{period}"\n', stops)
        # A train each hour, day and night: half an hour of waiting in every period.
        both = ends(own, SUZHOU, WUXI)
        assert rail(own).loc[SUZHOU, WUXI] == pytest.approx(30 + 20 + both, abs=0.05)
        assert not any(period in text for text in own.warnings_zh)


def test_a_road_scenario_leaves_the_trains_alone(tmp_path: Path) -> None:
    write_osm(tmp_path / "r.osm", OSM_NODES, OSM_WAYS)
    (tmp_path / "stops.csv").write_text(STOPS, "utf-8")
    slow = '[[scenario]]\nname = "slow"\nspeed = { trunk = 30 }\n'
    more = f'timetable = "stops.csv"\ntravel = "fastest"\nosm = "r.osm"\n{slow}'
    own = study(tmp_path, more)
    base = times_by_mode(own)
    found = times_by_scenario(own, base)["slow"]
    assert found["rail"] is base["rail"]
    assert (found["road"].minutes >= base["road"].minutes).all()
    assert found["road"].minutes.sum() > 1.5 * base["road"].minutes.sum()


def test_a_feed_gives_journeys_of_its_day(tmp_path: Path) -> None:
    network = f'modes = ["rail"]\ngtfs = "{feed(tmp_path)}"\ndate = "2022-06-01"\n'
    own = study(tmp_path, network + 'travel = "fastest"\n')
    found = rail(own)
    assert found.loc[SUZHOU, WUXI] == pytest.approx(40 + ends(own, SUZHOU, WUXI), abs=0.03)
    assert found.loc[WUXI, SUZHOU] == pytest.approx(50 + ends(own, SUZHOU, WUXI), abs=0.03)
    with pytest.raises(YrdGeoError, match="no trip runs on 2023-06-01"):
        study(tmp_path, network.replace("2022-06-01", "2023-06-01") + 'travel = "fastest"\n')


def test_without_travel_rides_are_links_as_before(tmp_path: Path) -> None:
    own = scheduled(tmp_path, "")
    assert own.travel is None
    assert any("what a change waits beyond that is not known" in text for text in own.warnings)


def test_a_run_says_which_journeys_its_times_are(tmp_path: Path) -> None:
    stops = STOPS + "D,1,常州,----,18:00\nD,2,无锡,18:20,18:25\nD,3,苏州,18:40,----\n"
    own = scheduled(tmp_path, 'travel = "typical"\n', stops)
    run = answer(own, lambda _step, _done: None)
    assert run.times["rail"].to_frame().equals(rail(own))
    assert run.provenance["network"]["travel"] == "typical"  # type: ignore[index]
    assert run.provenance["parameters"]["transfer_min"] == 10  # type: ignore[index]
    assert run.provenance["parameters"]["access_fixed_min"] == 20  # type: ignore[index]
    assert any("median of those worth taking" in text for text in run.warnings)


@pytest.mark.parametrize(
    ("network", "said"),
    [
        ('modes = ["road"]\ntravel = "fastest"', "'travel': needs a timetable"),
        (OWN + 'travel = "fast"', "Did you mean 'fastest'"),
        (OWN + 'travel = "fastest"\nrail_model = "typical"', "is of no use beside travel"),
        (OWN + "max_transfers = 1", "is of no use without travel"),
        (OWN + "change_km = 1", "is of no use without travel"),
        (OWN + 'travel = "fastest"\nmax_transfers = -1', "is too small"),
        (OWN + 'travel = "fastest"\ntransfer_min = 0', "above 0"),
        (OWN + 'travel = "fastest"\nperiod = "night"', "No train of stops.csv runs"),
        (
            OWN + 'travel = "fastest"\n[[scenario]]\nname = "shut"\nclose = ["hsr"]',
            r"\[\[scenario\]\] 1.*changes trains that run by the clock",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(tmp_path: Path, network: str, said: str) -> None:
    (tmp_path / "stops.csv").write_text(STOPS.replace("A,", "G1,"), "utf-8")
    (tmp_path / "places.csv").write_text(STATIONS, "utf-8")
    with pytest.raises(YrdGeoError, match=said):
        study(tmp_path, network + "\n")


def test_a_measure_of_kilometres_is_refused_by_the_clock(tmp_path: Path) -> None:
    measure = '[[measure]]\nid = "detour"\nmeasure = "detour_index"\nmode = "rail"\n'
    own = scheduled(tmp_path, f'travel = "fastest"\n{measure}')
    with pytest.raises(StudyError, match="Journeys by timetable have no kilometres"):
        check_questions(own)


def test_bad_access_is_refused() -> None:
    stops = pd.DataFrame(
        {"trip_id": "G1", "sequence": [1, 2], "station": ["a", "b"], "arrive_min": [480.0, 500.0],
         "depart_min": [480.0, 500.0]}
    )  # fmt: skip
    day = Timetable(stops, pd.DataFrame({"station": ["a", "b"]}))
    good = pd.DataFrame({"place": ["A"], "station": ["a"], "minutes": [1.0]})
    for wrong in (good.drop(columns="place"), good.assign(station="c"), good.assign(minutes=-1),
                  good.assign(minutes=np.nan), good.assign(minutes=np.inf)):  # fmt: skip
        with pytest.raises(TableError, match="access"):
            door_times(day, wrong, ["A"])
    for options in ({"window": (5, 5)}, {"window": (9, 5)}, {"window": (0, 1e9)}):
        with pytest.raises(ArgumentError, match="window"):
            door_times(day, good, ["A"], **options)  # type: ignore[arg-type]
    assert np.isinf(door_times(day, good, ["A", "nowhere"]).minutes[0, 1])
    assert door_times(day, good, []).minutes.shape == (0, 0)
