"""Fitting the time model: made-up times come back, and what is wrong is told."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point

from yrdgeo.errors import ArgumentError
from yrdgeo.provenance import data_path
from yrdgeo.results import Network
from yrdgeo.routing.engine import prepare
from yrdgeo.routing.times import travel_times
from yrdgeo.sources import calibration
from yrdgeo.sources.calibration import direct_times, fit, fit_time_model, predict
from yrdgeo.sources.networks import load_links, load_nodes, open_on
from yrdgeo.sources.timemodel import TimeModel
from yrdgeo.sources.track import Track, lay
from yrdgeo.sources.turn_backs import turn_backs
from yrdgeo.timetables import Timetable

MADE = TimeModel("made", 0.8, 9.0, 1.5, 2.5, 4.0, 20.0)


@pytest.fixture(scope="module")
def day() -> gpd.GeoDataFrame:
    links = load_links()
    return links[open_on(links, "2016-03-10")].sample(frac=1.0, random_state=5)


@pytest.fixture(scope="module")
def observed() -> pd.DataFrame:
    return pd.read_csv(data_path("rail_times_2016.csv")).sample(frac=1.0, random_state=6)


@pytest.fixture(scope="module")
def track(day: gpd.GeoDataFrame, observed: pd.DataFrame) -> Track:
    return lay(day, load_nodes(), observed)


def test_a_made_model_comes_back_from_its_own_times(track: Track):
    every = np.ones(len(track.pairs), dtype=bool)
    bare = replace(MADE, turn_back_min=0.0)
    found = fit(track, predict(track, bare), every, "made")
    # Way stations and speed can be told apart only by lines that differ in their spacing.
    assert predict(track, found) == pytest.approx(predict(track, bare), rel=2e-3, abs=0.2)
    assert found.speed_ratio == pytest.approx(MADE.speed_ratio, abs=0.005)
    assert found.hub_stop_min == pytest.approx(MADE.hub_stop_min, abs=0.3)
    assert found.turn_back_min == 0.0


def test_the_minutes_of_a_turn_back_come_back(track: Track):
    every = np.ones(len(track.pairs), dtype=bool)
    found = fit(track, predict(track, MADE), every, "made")
    assert found.turn_back_min == pytest.approx(MADE.turn_back_min, abs=2.0)


def test_errors_are_of_pairs_that_the_fit_has_not_seen(
    day: gpd.GeoDataFrame, observed: pd.DataFrame
):
    few = observed[observed["n_trains"] >= 60]
    fitted = fit_time_model(few, day, load_nodes(), statistic="typical")
    errors = fitted.errors
    assert errors.loc["nothing", "n"] == len(few)
    assert errors.loc["city", "n"] == 2 * len(few)
    assert errors.loc["nothing", "median_error_pct"] <= errors.loc["city", "median_error_pct"]
    span = fitted.parameters
    assert (span["lowest"] <= span["highest"]).all()
    assert span.loc["speed_ratio", "value"] == fitted.model.speed_ratio
    by_name = fitted.pairs.set_index(["from_station", "to_station"])["typical_min"]
    given = few.set_index(["from_station", "to_station"])["typical_min"]
    assert by_name.to_dict() == given.to_dict()
    wrong = (fitted.pairs["predicted_min"] - fitted.pairs["typical_min"]).mean()
    assert errors.loc["nothing, with turn-backs", "bias_min"] == pytest.approx(wrong, abs=0.05)
    assert "% on cities left out" in repr(fitted)
    assert "<" not in fitted._repr_html_()[3:-4]


def test_pairs_that_no_track_joins_are_counted(day: gpd.GeoDataFrame, observed: pd.DataFrame):
    some = observed.head(12)
    strange = some.assign(to_station="月球").head(2)
    itself = some.head(1).assign(to_station=some["from_station"].iloc[0])
    fitted = fit_time_model(pd.concat([some, strange, itself]), day, load_nodes())
    assert fitted.n_unreached == 3
    assert len(fitted.pairs) == 12


def test_what_cannot_be_fitted_is_refused(day: gpd.GeoDataFrame, observed: pd.DataFrame):
    nodes = load_nodes()
    with pytest.raises(ArgumentError, match="no statistic 'fast'"):
        fit_time_model(observed, day, nodes, statistic="fast")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="above 0"):
        fit_time_model(observed.assign(fastest_min=0.0), day, nodes)
    with pytest.raises(ArgumentError, match=r"at least 10 pairs.*9 of 9"):
        fit_time_model(observed.head(9), day, nodes)


def test_direct_trains_of_both_directions_are_counted_together():
    names = ["trip_id", "sequence", "station", "arrive_min", "depart_min"]
    rows = [
        ("G1", 1, "a", 480, 480),
        ("G1", 2, "b", 500, 503),
        ("G1", 3, "c", 540, 540),
        ("G2", 1, "c", 490, 490),
        ("G2", 2, "a", 530, 530),
        ("G3", 1, "b", 490, 490),
        ("G3", 2, "a", 515, 515),
    ]
    stops = pd.DataFrame(rows, columns=names).sample(frac=1.0, random_state=3)
    day = Timetable(stops, pd.DataFrame({"station": ["c", "a", "b", "x"]}))
    found = direct_times(day, ["c", "x", "a", "b"])
    assert found.to_numpy().tolist() == [
        ["c", "a", 2, 40.0, 50.0],
        ["c", "b", 1, 37.0, 37.0],
        ["a", "b", 2, 20.0, 22.5],
    ]
    with pytest.raises(ArgumentError, match="Found: y"):
        direct_times(day, ["a", "y"])
    with pytest.raises(ArgumentError, match="each once"):
        direct_times(day, ["a", "a"])


def made_links(*rows: tuple[str, str, str, list[tuple[float, float]]]) -> gpd.GeoDataFrame:
    """Return links ``id from to course`` of 60 km at 60 km/h."""
    return gpd.GeoDataFrame(
        {
            "link_id": [row[0] for row in rows],
            "from_node": [row[1] for row in rows],
            "to_node": [row[2] for row in rows],
            "mode": "hsr",
            "length_km": 60.0,
            "speed_kmh": 60.0,
        },
        geometry=[LineString(row[3]) for row in rows],
        crs="EPSG:4326",
    )


# West of x are w and, on another line, v; e is east.
MEETING = made_links(
    ("xw", "x", "w", [(0, 0), (-0.5, 0)]),
    ("vx", "v", "x", [(-0.5, 0.1), (-0.2, 0.02), (0, 0)]),
    ("xe", "x", "e", [(0, 0), (0.5, 0)]),
)


def test_a_train_turns_back_where_two_lines_leave_the_same_way():
    turns = turn_backs(MEETING.sample(frac=1.0, random_state=1), extra_min=25.0)
    at_x = turns[turns["via_node"].eq("x") & turns["from_link"].ne(turns["to_link"])]
    assert set(zip(at_x["from_link"], at_x["to_link"], strict=True)) == {("xw", "vx"), ("vx", "xw")}
    same = turns[turns["from_link"].eq(turns["to_link"])]
    assert len(same) == 6  # back along each link at either end
    assert set(turns["extra_min"]) == {25.0}


def test_only_trains_turn_and_a_line_is_seen_where_it_leaves():
    assert turn_backs(MEETING.assign(mode="road"), extra_min=25.0).empty
    # The line to v starts eastwards and bends back after 30 km.
    bent = made_links(
        ("xw", "x", "w", [(0, 0), (-0.5, 0)]),
        ("xv", "x", "v", [(0, 0), (0.3, 0), (-0.5, 0.1)]),
    )
    found = turn_backs(bent, extra_min=1.0)
    assert found["from_link"].eq(found["to_link"]).all()
    one_way = turn_backs(MEETING.assign(oneway=True), extra_min=1.0)
    assert one_way[["from_link", "via_node", "to_link"]].to_numpy().tolist() == [["vx", "x", "xw"]]


def test_the_router_pays_for_turn_backs_and_not_for_ends():
    places = {"w": (-0.5, 0), "v": (-0.5, 0.1), "x": (0, 0), "e": (0.5, 0)}
    nodes = gpd.GeoDataFrame(
        {"node_id": list(places), "kind": "station", "adcode": ""},
        geometry=[Point(xy) for xy in places.values()],
        crs="EPSG:4326",
    )
    network = Network(MEETING, nodes)
    turns = turn_backs(MEETING, extra_min=25.0)
    times = travel_times(prepare(network, turns=turns), ["w", "v", "x", "e"]).to_frame()
    assert times.loc["w", "e"] == 120.0
    assert times.loc["w", "v"] == times.loc["v", "w"] == 145.0
    assert times.loc["w", "x"] == times.loc["x", "v"] == 60.0


@pytest.mark.parametrize(
    ("minutes", "angle"), [(-1.0, 60.0), (np.inf, 60.0), (5.0, 0.0), (5.0, 91.0)]
)
def test_turn_backs_out_of_their_domain(minutes: float, angle: float):
    with pytest.raises(ArgumentError, match="turn-back takes minutes"):
        turn_backs(MEETING, extra_min=minutes, sharpest_deg=angle)


def test_errors_of_no_pairs_are_unknown():
    nothing = calibration.measured(np.empty(0), np.empty(0))
    assert nothing["n"] == 0
    assert np.isnan(nothing["bias_min"])
    alike = calibration.measured(np.array([5.0, 5.0, 5.0]), np.array([5.0, 4.0, 10.0]))
    assert alike["median_error_min"] == 1.0
    assert alike["mean_error_min"] == 2.0
    assert alike["bias_min"] == pytest.approx(-1.3)
    assert np.isnan(alike["spearman"])
